"""Phrases of the data files, found among the words of a page; and the canonical syllables that names compare by."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from dedup import lexicon
from dedup.facts.page import Page
from dedup.facts.plain import fold

__all__ = ["Phrases", "canonical", "fields", "names", "organisation_heads", "parts", "place_heads", "says", "titles"]

_WORD = re.compile(r"\w+")
_GAPS = {" ", "-", " - ", ".", ". ", "/", "&", " & "}
_TO_I = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
_LAST_Y = re.compile(r"(?:[b-df-hj-np-tv-xzđ]+|qu)[yýỳỷỹỵ]")


class Phrases:
    """Phrases by their first word, the longest first, each with its kind.

    >>> Phrases([("quốc lộ", "head")]).firsts
    frozenset({'quốc'})
    """

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for form, kind in rows:
            words = tuple(_WORD.findall(fold(form)))
            self._by_first.setdefault(words[0], []).append((words, kind))
        for phrases in self._by_first.values():
            phrases.sort(key=lambda phrase: -len(phrase[0]))
        self.firsts = frozenset(self._by_first)

    def at(self, page: Page, i: int, gaps: Iterable[str] = _GAPS) -> tuple[int, str]:
        """How many words from the i-th on are a phrase, and its kind; (0, "") where none begins there."""
        words = page.words
        for phrase, kind in self._by_first.get(words[i][1], ()):
            n = len(phrase)
            if n == 1 or (
                i + n <= len(words)
                and all(words[i + k][1] == phrase[k] for k in range(1, n))
                and all(page.gap(i + k) in gaps for k in range(1, n))
            ):
                return n, kind
        return 0, ""


def _organisations(*kinds: str) -> list[tuple[str, str]]:
    return [(form, kind) for form, kind in lexicon.organisations() if kind in kinds]


@functools.cache
def names() -> Phrases:
    """Whole names of places and organisations."""
    places = [(form, kind) for form, kind in lexicon.places().items() if kind not in ("head", "phrase")]
    agencies = [(name, "name") for kind, name in lexicon.sources() if kind == "agency"]
    return Phrases([*places, *_organisations("name"), *((name.lower(), kind) for name, kind in agencies)])


@functools.cache
def place_heads() -> Phrases:
    """Words before the name of a place, and places without a name."""
    return Phrases((form, kind) for form, kind in lexicon.places().items() if kind in ("head", "phrase"))


@functools.cache
def organisation_heads() -> Phrases:
    """Words that begin the name of an organisation."""
    return Phrases(_organisations("head"))


@functools.cache
def fields() -> Phrases:
    """What offices and schools are for."""
    return Phrases(_organisations("field"))


@functools.cache
def parts() -> Phrases:
    """Words in small letters inside the name of an organisation."""
    return Phrases(_organisations("part", "field"))


@functools.cache
def titles() -> Phrases:
    """Words before the name of a person."""
    return Phrases((form, kind) for form, kind in lexicon.titles().items() if kind != "says")


@functools.cache
def says() -> Phrases:
    """Verbs of speech."""
    return Phrases((form, kind) for form, kind in lexicon.titles().items() if kind == "says")


@functools.cache
def _aliases() -> dict[tuple[str, ...], tuple[str, ...]]:
    return {
        tuple(_WORD.findall(fold(long))): tuple(_WORD.findall(fold(short))) for long, short in lexicon.aliases().items()
    }


@functools.cache
def _longest_alias() -> int:
    return max(map(len, _aliases()))


@functools.lru_cache(maxsize=1 << 14)
def canonical(low: str) -> tuple[str, ...]:
    """The syllables of a folded name: aliases applied, leftmost longest, and y written i where it is the only vowel.

    >>> canonical("hoa kỳ"), canonical("lý thường kiệt")
    (('mĩ',), ('lí', 'thường', 'kiệt'))
    """
    words, aliases = _WORD.findall(low), _aliases()
    result: list[str] = []
    i = 0
    while i < len(words):
        for n in range(min(_longest_alias(), len(words) - i), 0, -1):
            short = aliases.get(tuple(words[i : i + n]))
            if short is not None:
                result += short
                i += n
                break
        else:
            result.append(words[i])
            i += 1
    return tuple(word.translate(_TO_I) if _LAST_Y.fullmatch(word) else word for word in result)
