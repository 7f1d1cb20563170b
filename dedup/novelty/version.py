"""A version of a story as arrays: syllables with their weight, clause and sentence, what they mean, and its facts."""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels, lexicon
from dedup.facts import Mention, find_facts
from dedup.novelty.asides import find_asides
from dedup.sentences import split
from dedup.text import distinct, phrases_of, spans

__all__ = ["GRAMMAR", "LINK", "UNIT", "Phrases", "Version", "find_phrases", "phrase_table", "prepare", "weigh"]

GRAMMAR, LINK = 1, 2  # of Version.role
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_Bool = np.ndarray[Any, np.dtype[np.bool_]]

UNIT = 16  # of a weight: a sixteenth of a bit, so that sums are integers and any order gives the same
_RARE, _NUMBER, _NAME = 9 * UNIT, 9 * UNIT, 3 * UNIT // 2
_LONGEST = 120  # syllables; a longer sentence is cut between clauses
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version, page furniture left out. Arrays have one element for each of n canonical syllables unless said.

    Attributes:
        text: the original string.
        syllables: uint64, canonical.
        groups: uint64, one value for all words that say the same (synonyms); 0 for other words.
        starts, ends: int64, code points in the original.
        weights: int64, sixteenths of a bit of rarity.
        is_number, is_name, is_aside, opens_line, opens_clause, ends_word: bool. Names are found by their capitals;
            asides are by-lines, photo credits and buttons, which hold no news; ends_word is the second syllable of a
            compound.
        asides: their spans in the text, (start, end).
        role: int8, GRAMMAR or LINK for words without news of their own, else 0.
        edges: int64 (sentences + 1,), where each sentence begins; sentence: int64, the number of each one's sentence.
        digests: uint64 (sentences,), equal for equal sentences.
        mentions: typed facts, by start; mention_edges: their (first, behind) syllables; mention_reach: behind all
            syllables of those so far.
    """

    text: str
    syllables: _U64
    groups: _U64
    starts: _I64
    ends: _I64
    weights: _I64
    is_number: _Bool
    is_name: _Bool
    is_aside: _Bool
    opens_line: _Bool
    opens_clause: _Bool
    ends_word: _Bool
    asides: tuple[tuple[int, int], ...]
    role: np.ndarray[Any, np.dtype[np.int8]]
    edges: _I64
    sentence: _I64
    digests: _U64
    mentions: tuple[Mention, ...]
    mention_edges: tuple[tuple[int, int], ...]
    mention_reach: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.syllables)

    @property
    def is_fresh(self) -> _Bool:
        """Bool (n,): False for the syllables of a sentence that the text has had before."""
        first = np.zeros(len(self.digests), np.bool_)
        first[np.unique(self.digests, return_index=True)[1]] = True
        return first[self.sentence]

    def held(self, lo: int, hi: int) -> Iterator[tuple[Mention, int, int]]:
        """The typed facts that hold one of the syllables lo:hi, and their own: (fact, first, behind)."""
        for i in range(bisect.bisect_right(self.mention_reach, lo), len(self.mentions)):
            first, behind = self.mention_edges[i]
            if first >= hi:
                break
            if behind > lo:
                yield self.mentions[i], first, behind


def prepare(text: str, published: datetime | date | None = None, title: str = "") -> Version:
    """A text as a Version.

    Args:
        text: the body.
        published: what its relative days count from.
        title: its headline; where that stands in the text again, it is an aside.
    """
    syllables, flags, starts, ends = spans(text)
    opens_line = flags & kernels.NEW_LINE != 0
    is_number = flags & kernels.DIGITS != 0
    is_name = (flags & kernels.CAPITAL != 0) & (flags & kernels.SENTENCE_START == 0)
    opens_clause = (flags & kernels.PUNCTUATED != 0) | opens_line
    edges = _sentence_edges(text, starts, opens_clause)
    sizes = np.diff(edges)
    sentence = np.repeat(np.arange(len(sizes)), sizes)
    opens_clause[edges[:-1]] = True
    digests = _digests(syllables, edges)
    asides = find_asides(text)
    is_aside = _within(asides, starts, ends)
    if title:
        is_aside |= np.isin(digests, prepare(title).digests)[sentence]
    mentions = find_facts(text, published) if len(syllables) else []
    return Version(
        text, syllables, _groups(syllables), starts, ends, weigh(syllables, is_number, is_name), is_number,
        is_name, is_aside, opens_line, opens_clause, _word_ends(syllables, opens_clause), tuple(asides),
        _roles(syllables), edges, sentence, digests, *_placed(mentions, starts, ends),
    )  # fmt: skip


def _sentence_edges(text: str, starts: _I64, opens_clause: _Bool) -> _I64:
    """Where sentences begin, as syllables; sentences without any are left out, very long ones cut between clauses."""
    first = np.searchsorted(starts, [start for start, _ in split(text)])
    edges = distinct(np.append(first, [0, len(starts)]))
    if (np.diff(edges) > _LONGEST).any():
        edges = distinct(np.concatenate([edges, *_cuts(edges, opens_clause)]))
    return edges if len(starts) else np.zeros(1, np.int64)


def _cuts(edges: _I64, opens_clause: _Bool) -> list[_I64]:
    cuts = []
    for lo, hi in zip(edges.tolist(), edges[1:].tolist(), strict=False):
        inner = (lo + 1 + np.flatnonzero(opens_clause[lo + 1 : hi])).tolist()
        last = lo
        for clause, following in zip([*inner, hi], [*inner[1:], hi, hi], strict=False):
            if following - last > _LONGEST and clause > last and clause < hi:
                cuts.append(np.arange(last, clause, _LONGEST))
                last = clause
        cuts.append(np.arange(last, hi, _LONGEST))
    return cuts


def _digests(syllables: _U64, edges: _I64) -> _U64:
    if len(edges) < 2:
        return np.zeros(0, np.uint64)
    place = (np.arange(len(syllables)) - np.repeat(edges[:-1], np.diff(edges))).astype(np.uint64)
    mixed = (syllables ^ (place + np.uint64(1)) * _MIX) * np.uint64(0xD6E8FEB86659FD93)
    result: _U64 = np.add.reduceat(mixed ^ mixed >> np.uint64(29), edges[:-1])
    return result


def _placed(
    mentions: Sequence[Mention], starts: _I64, ends: _I64
) -> tuple[tuple[Mention, ...], tuple[tuple[int, int], ...], tuple[int, ...]]:
    """The mentions that hold a syllable, and which syllables these are."""
    first = np.searchsorted(ends, [m.start for m in mentions], side="right").tolist()
    behind = np.searchsorted(starts, [m.end for m in mentions]).tolist()
    rows = [(m, (lo, hi)) for m, lo, hi in zip(mentions, first, behind, strict=True) if lo < hi]
    edges = tuple(edge for _, edge in rows)
    return tuple(m for m, _ in rows), edges, tuple(itertools.accumulate((hi for _, hi in edges), max))


def _within(found: Sequence[tuple[int, int]], starts: _I64, ends: _I64) -> _Bool:
    result = np.zeros(len(starts), np.bool_)
    for lo, hi in found:
        result[np.searchsorted(ends, lo, side="right") : np.searchsorted(starts, hi)] = True
    return result


def weigh(syllables: _U64, is_number: _Bool, is_name: _Bool) -> _I64:
    """The weight of each syllable, see Version."""
    keys, values = _frequencies()
    place = np.minimum(np.searchsorted(keys, syllables), len(keys) - 1)
    weights = np.where(keys[place] == syllables, values[place], _RARE)
    return np.where(is_number, _NUMBER, weights + _NAME * is_name)


@functools.cache
def _frequencies() -> tuple[_U64, _I64]:
    rarity: dict[int, int] = {}
    counts = lexicon.frequencies()
    for hashes, count in zip(phrases_of(list(counts)), counts.values(), strict=True):
        if len(hashes) == 1:
            rarity[hashes[0]] = max(UNIT // 2, round(UNIT * math.log2(10_000 / min(count, 10_000))))
    keys = sorted(rarity)
    return np.array(keys, np.uint64), np.array([rarity[key] for key in keys], np.int64)


def _roles(syllables: _U64) -> np.ndarray[Any, np.dtype[np.int8]]:
    roles = np.zeros(len(syllables), np.int8)
    for lo, hi, role in find_phrases(syllables, _function_words()):
        roles[lo:hi] = np.maximum(roles[lo:hi], role)
    return roles


@functools.cache
def _function_words() -> Phrases:
    kinds = {"grammar": GRAMMAR, "link": LINK}
    rows = lexicon.function_words()
    forms = phrases_of([phrase for _, phrase in rows])
    return phrase_table({tuple(form): kinds[kind] for (kind, _), form in zip(rows, forms, strict=True)})


def _word_ends(syllables: _U64, opens_clause: _Bool) -> _Bool:
    """The second syllables of compounds, leftmost first; none across punctuation."""
    result = np.zeros(len(syllables), np.bool_)
    keys = syllables[:-1] * _MIX ^ syllables[1:]
    table = _compounds()
    place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    last = -1
    for i in np.flatnonzero((table[place] == keys) & ~opens_clause[1:]).tolist():
        if i > last:
            result[i + 1] = True
            last = i + 1
    return result


@functools.cache
def _compounds() -> _U64:
    pairs = [hashes for hashes in phrases_of(lexicon.compounds()) if len(hashes) == 2]
    both = np.array(pairs, np.uint64)
    return distinct(both[:, 0] * _MIX ^ both[:, 1])


def _groups(syllables: _U64) -> _U64:
    groups = np.zeros(len(syllables), np.uint64)
    for lo, hi, group in find_phrases(syllables, _synonyms()):
        groups[lo:hi] = group
    return groups


@functools.cache
def _synonyms() -> Phrases:
    rows = lexicon.synonyms()
    forms = dict(zip(rows, phrases_of(list(rows)), strict=True))
    groups = {}
    for form, canonical in rows.items():
        value = 0
        for syllable in forms[canonical]:
            value = (value ^ syllable) * int(_MIX) % 2**64
        groups[tuple(forms[form])] = value
    return phrase_table(groups)


class Phrases(NamedTuple):
    """Phrases with a value each: by their first syllable, and these sorted."""

    firsts: _U64
    by_first: dict[int, dict[tuple[int, ...], int]]


def phrase_table(values: dict[tuple[int, ...], int]) -> Phrases:
    """The phrases made ready to be found."""
    by_first: dict[int, dict[tuple[int, ...], int]] = {}
    for phrase, value in values.items():
        by_first.setdefault(phrase[0], {})[phrase] = value
    return Phrases(np.array(sorted(by_first), np.uint64), by_first)


def find_phrases(syllables: _U64, phrases: Phrases) -> list[tuple[int, int, int]]:
    """Where phrases stand, leftmost longest: (first, behind, value)."""
    row, found, done = syllables.tolist(), [], 0
    place = np.minimum(np.searchsorted(phrases.firsts, syllables), len(phrases.firsts) - 1)
    for i in np.flatnonzero(phrases.firsts[place] == syllables).tolist():
        if i < done:
            continue
        known = phrases.by_first[row[i]]
        for size in (4, 3, 2, 1):
            value = known.get(tuple(row[i : i + size]))
            if value is not None:
                done = min(i + size, len(row))
                found.append((i, done, value))
                break
    return found
