"""A folded text while its facts are found: what is found so far, and which characters are spoken for."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from dedup.facts.plain import Plain, plain_text
from dedup.facts.values import Mention, Value
from dedup.models import FactKind

_WORD = re.compile(r"\w+")

__all__ = ["Found", "Page"]


@dataclass(slots=True)
class Found:
    """A mention by its place in the folded text."""

    lo: int
    hi: int
    kind: FactKind
    value: Value


@dataclass(slots=True)
class Page:
    """What the finders share. Who claims first has a character for good: the order of the finders is their rank."""

    plain: Plain
    published: datetime | date | None
    taken: bytearray
    words: list[tuple[int, str]]  # every run of letters and digits, with its place: patterns are tried only at some
    found: list[Found] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, published: datetime | date | None) -> Page:
        plain = plain_text(text)
        words = [(match.start(), match[0]) for match in _WORD.finditer(plain.low)]
        return cls(plain, published, bytearray(len(plain.low)), words)

    @property
    def low(self) -> str:
        """The folded text in lower case."""
        return self.plain.low

    def starts(self, firsts: Container[str], *, has_digits: bool = True) -> Iterator[int]:
        """Where one of these words, or a word that begins with a digit, stands and is not claimed (yet)."""
        taken = self.taken
        for at, word in self.words:
            if (word in firsts or (has_digits and "0" <= word[0] <= "9")) and not taken[at]:
                yield at

    def end(self, i: int) -> int:
        """Where the i-th word ends."""
        at, word = self.words[i]
        return at + len(word)

    def gap(self, i: int) -> str:
        """What stands between the i-th word and the one before it."""
        return self.plain.low[self.end(i - 1) : self.words[i][0]]

    def is_capital(self, i: int) -> bool:
        """Whether the i-th word begins with a capital and goes on in small letters, or is one letter."""
        at, word = self.words[i]
        cased = self.plain.cased
        return cased[at].isupper() and (len(word) == 1 or not cased[at + 1].isupper())

    def is_acronym(self, i: int) -> bool:
        """Whether the i-th word is in capitals: two to eight letters."""
        at, word = self.words[i]
        return 2 <= len(word) <= 8 and self.plain.cased[at : at + len(word)].isupper()

    def is_free(self, lo: int, hi: int) -> bool:
        """Whether nobody has claimed any of `low[lo:hi]`."""
        return self.taken.find(1, lo, hi) < 0

    def claim(self, lo: int, hi: int, kind: FactKind, value: Value) -> bool:
        """Notes a mention where its place is free; says whether it was."""
        if not self.is_free(lo, hi):
            return False
        self.taken[lo:hi] = b"\x01" * (hi - lo)
        self.note(lo, hi, kind, value)
        return True

    def note(self, lo: int, hi: int, kind: FactKind, value: Value) -> None:
        """Notes a mention without a claim: others may stand inside it."""
        self.found.append(Found(lo, hi, kind, value))

    def mentions(self) -> list[Mention]:
        """What was found, with spans in the original string, by start, the longer first."""
        rows = [(*self.plain.span(f.lo, f.hi), f.kind, f.value) for f in self.found]
        return [Mention(*row) for row in sorted(rows, key=lambda row: (row[0], -row[1], row[2]))]
