"""Quotations: in quotation marks, or lines of a dialogue behind a dash; with the speaker where one is named."""

from __future__ import annotations

import bisect
import functools
import re

import regex

from dedup import lexicon
from dedup.facts.page import Page
from dedup.facts.plain import compile_pattern
from dedup.facts.values import Name, Quote

__all__ = ["find_quotes"]

_FEWEST = 5  # words, else it is a word used with a wink; 2 behind a colon
_BEFORE, _BEHIND = 160, 70  # characters in which the speaker is looked for
_MARKED = regex.compile(r"“[^“”\n]*+[”\n]?|«[^«»\n]*+[»\n]?|\"[^\"\n]*+\"")
_DASHED = regex.compile(r"^-(?!-)[^\n]*+", regex.MULTILINE)
_WORD = re.compile(r"\w+")

_Person = tuple[int, int, tuple[str, ...]]


@functools.cache
def _says() -> regex.Pattern[str]:
    return compile_pattern(
        r"(?<!\w)\L<says>(?!\w)", says=[verb for verb, kind in lexicon.titles().items() if kind == "says"]
    )


def find_quotes(page: Page) -> None:
    """Notes the quotations of a page; they may contain other mentions, and come after the persons."""
    people = sorted(
        (f.lo, f.hi, f.value.syllables) for f in page.found if f.kind == "person" and isinstance(f.value, Name)
    )
    quotes = [(*_trimmed(page, *match.span()), False) for match in _MARKED.finditer(page.low)]
    quotes += [(*span, True) for span in _dialogue(page)]
    marked = bytearray(len(page.low))
    for lo, hi, is_line in quotes:
        words = tuple(_WORD.findall(page.low, lo, hi))
        fewest = 2 if page.low[max(0, lo - 2) : lo].rstrip() == ":" else _FEWEST
        if len(words) >= (_FEWEST if is_line else fewest) and not (is_line and any(marked[lo:hi])):
            marked[lo:hi] = b"\x01" * (hi - lo)
            page.note(lo, hi, "quote", Quote(words, _speaker(page, people, lo, hi)))


def _trimmed(page: Page, lo: int, hi: int) -> tuple[int, int]:
    return lo, hi - (page.low[hi - 1] == "\n")


def _dialogue(page: Page) -> list[tuple[int, int]]:
    """Lines that begin with a dash behind a line that ends with a colon or a question, or behind such a line."""
    spans: list[tuple[int, int]] = []
    for match in _DASHED.finditer(page.low):
        lo, hi = match.span()
        before = lo - 1
        while before > 0 and page.low[before - 1] in "\n ":
            before -= 1
        follows = bool(spans) and spans[-1][1] == before
        if follows or (page.low[before - 1 : before] in (":", "?") and before > 0):
            spans.append((lo, hi))
    return spans


def _speaker(page: Page, people: list[_Person], lo: int, hi: int) -> tuple[str, ...]:
    """The nearest person with a verb of speech: behind the quotation in its sentence, or before it in its paragraph."""
    low = page.low
    behind = low[hi : hi + _BEHIND].partition("\n")[0].partition(". ")[0]
    at = bisect.bisect_left(people, (hi,))
    if at < len(people) and people[at][0] < hi + len(behind) and _says().search(behind):
        return people[at][2]
    start = max(0, lo - _BEFORE, low.rfind("\n", max(0, lo - _BEFORE), lo - (low[lo - 1 : lo] == "\n")) + 1)
    at = bisect.bisect_left(people, (lo,))
    if at and people[at - 1][0] >= start and _says().search(low, people[at - 1][1], lo):
        return people[at - 1][2]
    return ()
