"""A text as the patterns of this package read it: lower case, one spelling, and where each character stands in it."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

from dedup.errors import ArticleError

__all__ = ["Plain", "compile_pattern", "fold", "plain_text"]

_INVISIBLE = r"[\p{Cf}\u034f\ufe00-\ufe0f]"
_SPACE = r"[^\S\n]"
_IRREGULAR = regex.compile(rf"[\p{{M}}\p{{Cf}}\u034f\r\u0085\u2028\u2029]|{_SPACE}{_SPACE}")
_DROPPED = regex.compile(rf"{_SPACE}(?:{_INVISIBLE}*+{_SPACE})++|{_INVISIBLE}++|\r\Z|[\r\u0085\u2028\u2029]")
_MARK = regex.compile(r"\p{M}")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_MARKED = "ăâêôơư"
# One character for each, so that places stay: dashes, primes, spaces, superscripts, full-width digits and signs, Eth.
_SAME = dict(zip("–—−‐‑‒―’‘′ʼ″⁄∕²³ðºˮ", "-------''''\"//23đ°\"", strict=True))
_SAME |= {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
_ODD = regex.compile(r"[^\S\n ]|[" + "".join(_SAME) + "]")
_PAIRS = {
    first + second: plain + unicodedata.normalize("NFC", second + tone)
    for plain in "ou"
    for tone in _TONES
    for second in "aey"
    for first in [unicodedata.normalize("NFC", plain + tone)]
}
_PAIR = regex.compile("[òóỏõọùúủũụ][aey]")


@dataclass(frozen=True, slots=True)
class Plain:
    """A folded text.

    Attributes:
        text: the original string.
        cased: in one spelling, capitals kept.
        low: the same in lower case, of the same length; its tone marks stand as `fold` puts them.
        starts, ends: where each of its characters starts and ends in the original; None where nothing has moved.
    """

    text: str
    cased: str
    low: str
    starts: Sequence[int] | None
    ends: Sequence[int] | None

    def span(self, lo: int, hi: int) -> tuple[int, int]:
        """The span in the original string of `low[lo:hi]`, lo < hi."""
        if self.starts is None or self.ends is None:
            return lo, hi
        return self.starts[lo], self.ends[hi - 1]


def plain_text(text: str) -> Plain:
    """The text folded: NFC, tone marks at their usual place, plain spaces and dashes, nothing invisible, lower case.

    Raises:
        ArticleError: text is no string.

    >>> plain_text("Bà\\u00a0Hoà").low
    'bà hoà'
    """
    if not isinstance(text, str):
        raise ArticleError(f"text={text!r:.60}: need a string")
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    cased = text
    if _IRREGULAR.search(text) or not unicodedata.is_normalized("NFC", text):
        cased, starts, ends = _by_lines(text)
    cased = _ODD.sub(_same, cased)
    return Plain(text, cased, _lower(cased), starts, ends)


def fold(words: str) -> str:
    """Words of a data file, or a pattern, as they stand in `Plain.low`: của as cuả, hòa as hoà."""
    return str(_PAIR.sub(_moved, words))


def compile_pattern(source: str, **lists: Iterable[str]) -> regex.Pattern[str]:
    """A pattern for `Plain.low`; named lists are used as `\\L<name>`."""
    return regex.compile(fold(source), **{name: [fold(word) for word in words] for name, words in lists.items()})


def _same(match: regex.Match[str]) -> str:
    return _SAME.get(match[0], " ")


def _moved(match: regex.Match[str]) -> str:
    return _PAIRS[match[0]]


def _lower(cased: str) -> str:
    low = cased.lower()
    if len(low) != len(cased):  # a capital I with a dot becomes two characters
        low = "".join(c.lower()[0] for c in cased)
    return fold(low.replace("ð", "đ"))


def _by_lines(text: str) -> tuple[str, list[int], list[int]]:
    """The text in one spelling and where each character starts and ends: most lines stay as they are."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for line in text.split("\n"):
        if _IRREGULAR.search(line) or not unicodedata.is_normalized("NFC", line):
            piece, places, behind = _regular(line)
            pieces.append(piece)
            starts += [at + place for place in places]
            ends += [at + place for place in behind]
        else:
            pieces.append(line)
            starts += range(at, at + len(line))
            ends += range(at + 1, at + 1 + len(line))
        at += len(line) + 1
        starts.append(at - 1)
        ends.append(at)
    return "\n".join(pieces), starts[:-1], ends[:-1]


def _regular(text: str) -> tuple[str, list[int], list[int]]:
    """A line without what is invisible or doubled and with its words composed; where each character comes from."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for match in _DROPPED.finditer(text):
        lo, hi = match.span()
        pieces.append(text[at:lo])
        places.extend(range(at, lo))
        first = "" if hi == len(text) and text[lo:] == "\r" else text[lo]
        if (first and first in "\r\x85\u2028\u2029") or first.isspace():
            pieces.append("\n" if first in "\r\x85\u2028\u2029" else " ")
            places.append(lo)
        at = hi
    pieces.append(text[at:])
    places.extend(range(at, len(text)))
    return _composed("".join(pieces), places)


def _composed(text: str, places: list[int]) -> tuple[str, list[int], list[int]]:
    behind = [place + 1 for place in places]
    if not _MARK.search(text) and unicodedata.is_normalized("NFC", text):
        return text, places, behind
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _WORD.finditer(text):
        word, (lo, hi) = match[0], match.span()
        composed = _spelled(word)
        if composed == word:
            continue
        pieces += (text[at:lo], composed)
        shared = min(len(composed), hi - lo) - 1
        starts += places[at : lo + shared + 1]
        ends += behind[at : lo + shared]
        if len(composed) > hi - lo:  # a few signs have more characters in NFC
            starts += places[hi - 1 : hi] * (len(composed) - hi + lo)
            ends += behind[hi - 1 : hi] * (len(composed) - hi + lo)
        ends.append(behind[hi - 1])
        at = hi
    pieces.append(text[at:])
    starts += places[at:]
    ends += behind[at:]
    return "".join(pieces), starts, ends


@functools.lru_cache(maxsize=1 << 15)
def _spelled(word: str) -> str:
    """A word composed, with its one tone mark where the rules put it: on the marked vowel, else by what follows."""
    letters = unicodedata.normalize("NFD", word)
    tones = [c for c in letters if c in _TONES]
    if len(tones) != 1 or len(word) > 40:
        return unicodedata.normalize("NFC", word)
    bare = unicodedata.normalize("NFC", letters.replace(tones[0], ""))
    place = _tone_place(bare.lower().replace("ð", "đ"))
    return unicodedata.normalize("NFC", bare[: place + 1] + tones[0] + bare[place + 1 :])


def _tone_place(bare: str) -> int:
    vowels = [i for i, c in enumerate(bare) if unicodedata.normalize("NFD", c)[0] in "aeiouy"]
    if bare[:2] in ("qu", "gi") and len(vowels) > 1:
        vowels = vowels[1:]
    marked = [i for i in vowels if bare[i] in _MARKED]
    if marked or not vowels:
        return marked[-1] if marked else len(bare) - 1
    if len(vowels) == 1 or vowels[-1] < len(bare) - 1:
        return vowels[-1]
    if len(vowels) == 2:
        return vowels[bare[vowels[0]] in "ou" and bare[vowels[1]] in "aey"]
    return vowels[1]
