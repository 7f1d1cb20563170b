"""Which sentences of the other version say the same as each sentence, and which of its words they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup.novelty.version import Version
from dedup.text import distinct

__all__ = ["WHOLE", "Alignment", "Evidence", "Gap", "align", "common_runs", "gaps"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]

_CANDIDATES = 8  # sentences of the other version weighed for each sentence
_CHOSEN = 4  # of them at most explain it
_FIRST, _LATER = 0.05, 0.12  # of its weight that the first, and each later one, must explain
_COMMON = 32  # sentences of the other version that hold a word: more, and the word brings no candidates
_MANY, _FEW = 48, 25  # a word found beside its neighbour counts in full, alone by its rarity: of 64
WHOLE = 64  # of Alignment.strength: a syllable is surely there
_RARE = 6 * 16  # weight from which a word found alone is trusted
_BITS = 16  # for the weight of a sentence
_BLOCK = 1 << 16  # pairs weighed at a time: they stay in the cache
_SALT = np.uint64(0x9E3779B97F4A7C15)
_TURN = np.uint64(0xC2B2AE3D27D4EB4F)


class Evidence:
    """What versions say, for look-ups: every version published so far, or the other one of a pair.

    Attributes:
        versions: the versions.
        sentences: how many there are in all, numbered through.
    """

    def __init__(self, versions: Sequence[Version]) -> None:
        self.versions = tuple(versions)
        sizes = [len(v.edges) - 1 for v in versions]
        self.first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.sentences = int(self.first[-1])
        self.syllables = _joined([v.syllables for v in versions], np.uint64)
        self.groups = _joined([v.groups for v in versions], np.uint64)
        self.weights = _joined([v.weights for v in versions], np.int64)
        self.opens_line = _joined([v.opens_line for v in versions], np.bool_)
        self.is_key = _joined([v.is_number | v.is_name for v in versions], np.bool_)
        self.sentence = _joined([v.sentence + f for v, f in zip(versions, self.first.tolist(), strict=False)], np.int64)
        self.digests = _joined([v.digests for v in versions], np.uint64)
        self.edges = np.searchsorted(self.sentence, np.arange(self.sentences + 1))
        self.all = distinct(self.syllables)
        self.keys = distinct(self.syllables[self.is_key])
        self.held = distinct(within(self.syllables, self.sentence))
        has_synonyms = self.groups != 0
        self.said = distinct(within(self.groups[has_synonyms], self.sentence[has_synonyms]))
        pairs, where = bigrams(self.syllables), self.sentence[1:]
        self.pairs = distinct(within(pairs, where)[self.sentence[:-1] == where])
        order = np.lexsort((self.sentence, self.syllables))
        rows = np.unique(np.column_stack([self.syllables[order], self.sentence[order].astype(np.uint64)]), axis=0)
        self.posting, self.posted = rows[:, 0].copy(), rows[:, 1].astype(np.int64)

    def place(self, sentence: int) -> tuple[int, int]:
        """A numbered sentence as (version, its sentence)."""
        version = int(np.searchsorted(self.first, sentence, side="right")) - 1
        return version, sentence - int(self.first[version])


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How a version stands to the evidence.

    Attributes:
        chosen: for each of its sentences the numbers of those that explain it, best first.
        strength: int64 (n,), 0..64: how surely each syllable is in one of them.
        best: float64 (sentences,), the share of each sentence's weight that the first of them explains.
    """

    chosen: tuple[tuple[int, ...], ...]
    strength: _I64
    best: np.ndarray[Any, np.dtype[np.float64]]


def _joined(parts: Sequence[np.ndarray[Any, Any]], kind: Any) -> np.ndarray[Any, Any]:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)


def within(values: _U64, sentence: _I64) -> _U64:
    """One key for a value and the sentence that it stands in."""
    mixed: _U64 = values ^ (sentence.astype(np.uint64) + np.uint64(1)) * _SALT
    return mixed


def bigrams(values: _U64) -> _U64:
    """A key for each two neighbours, (n - 1,)."""
    pairs: _U64 = values[:-1] * _TURN ^ values[1:]
    return pairs


def is_in(values: _U64, table: _U64) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each value is in a sorted table."""
    if not len(table):
        return np.zeros(len(values), np.bool_)
    place = np.minimum(np.searchsorted(table, values), len(table) - 1)
    result: np.ndarray[Any, np.dtype[np.bool_]] = table[place] == values
    return result


def align(version: Version, evidence: Evidence) -> Alignment:
    """The sentences of the evidence that together explain each sentence of a version, by greedy weighted cover."""
    count = len(version.edges) - 1
    strength, best = np.zeros(len(version), np.int64), np.zeros(count)
    chosen: list[tuple[int, ...]] = [()] * count
    if not len(version) or not evidence.sentences:
        return Alignment(tuple(chosen), strength, best)
    rows, others = _candidates(version, evidence)
    sizes = np.diff(version.edges)[rows]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    tokens = np.arange(starts[-1]) - np.repeat(starts[:-1] - version.edges[rows], sizes)
    found = _found(version, evidence, tokens, np.repeat(others, sizes))
    weighed = found * version.weights[tokens]
    begins = np.searchsorted(rows, np.arange(count + 1))
    totals = np.add.reduceat(version.weights, version.edges[:-1]) if count else np.zeros(0, np.int64)
    for s, (lo, hi) in enumerate(zip(begins.tolist(), begins[1:].tolist(), strict=False)):
        if lo == hi:
            continue
        size = int(sizes[lo])
        table = weighed[starts[lo] : starts[hi]].reshape(hi - lo, size)
        cover = np.zeros(size, np.int64)
        picked: list[int] = []
        left, need = list(range(hi - lo)), _FIRST * WHOLE * totals[s]
        while left and len(picked) < _CHOSEN:
            gains = np.maximum(table[left] - cover, 0).sum(1)
            at = int(np.argmax(gains))
            if gains[at] < max(need, 1):
                break
            if not picked:
                best[s] = gains[at] / (WHOLE * totals[s])
            row = left.pop(at)
            picked.append(row)
            cover = np.maximum(cover, table[row])
            need = _LATER * WHOLE * totals[s]
        chosen[s] = tuple(int(others[lo + row]) for row in picked)
        if picked:
            part = found[starts[lo] : starts[hi]].reshape(hi - lo, size)[picked].max(0)
            strength[version.edges[s] : version.edges[s + 1]] = part
    return Alignment(tuple(chosen), strength, best)


def _candidates(version: Version, evidence: Evidence) -> tuple[_I64, _I64]:
    """(sentence, other sentence) pairs by common weight, the heaviest few for each; ties by what they say."""
    keys = within(version.syllables, version.sentence)
    first = np.sort(np.unique(keys, return_index=True)[1])  # each word once a sentence
    words, sentence, weights = version.syllables[first], version.sentence[first], version.weights[first]
    lo = np.searchsorted(evidence.posting, words)
    count = np.searchsorted(evidence.posting, words, side="right") - lo
    is_used = (count > 0) & ((count <= _COMMON) | (weights >= _RARE) & (count <= 8 * _COMMON))
    lo, count, sentence, weights = lo[is_used], count[is_used], sentence[is_used], weights[is_used]
    parts = [(count[:0], count[:0])]
    block = (np.cumsum(count) - count)[np.searchsorted(sentence, sentence)] // _BLOCK  # of whole sentences
    for part in np.split(np.arange(len(lo)), np.flatnonzero(np.diff(block)) + 1):
        sizes = count[part]
        places = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes - lo[part], sizes)
        pair = np.repeat(sentence[part], sizes) * evidence.sentences + evidence.posted[places]
        rows, others, score = _summed(pair, np.repeat(weights[part], sizes), evidence.sentences)
        order = np.lexsort((evidence.digests[others], -score, rows))
        rows, others = rows[order], others[order]
        is_heavy = np.arange(len(rows)) - np.searchsorted(rows, rows) < _CANDIDATES
        parts.append((rows[is_heavy], others[is_heavy]))
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([others for _, others in parts])


def _summed(pair: _I64, weights: _I64, sentences: int) -> tuple[_I64, _I64, _I64]:
    """(sentence, other sentence, weight) of pairs, those left out that weigh less than enough others of a sentence."""
    if not len(pair):
        return pair, pair, pair
    both = np.sort((pair << _BITS) + weights)  # far faster than to sort places
    pairs = both >> _BITS
    first = np.flatnonzero(np.diff(pairs, prepend=-1))
    score = np.add.reduceat(both & ((1 << _BITS) - 1), first)
    pairs = pairs[first]
    rows = pairs // sentences
    key = (rows << _BITS) - score
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    sizes = np.diff(np.append(begins, len(rows)))
    least = np.sort(key)[begins + np.minimum(sizes, _CANDIDATES) - 1]
    kept = key <= np.repeat(least, sizes)
    return rows[kept], pairs[kept] % sentences, score[kept]


def _found(version: Version, evidence: Evidence, tokens: _I64, others: _I64) -> _I64:
    """How surely each token stands in a sentence: whole beside a neighbour, less alone, 0..64."""
    syllables = version.syllables
    there = is_in(within(syllables[tokens], others), evidence.held)
    pairs = np.concatenate([[np.uint64(0)], bigrams(syllables), [np.uint64(0)]])
    is_first = np.append(version.edges[:-1], len(syllables))
    bound = np.zeros(len(syllables) + 1, np.bool_)
    bound[is_first] = True
    before = ~bound[tokens] & is_in(within(pairs[tokens], others), evidence.pairs)
    behind = ~bound[tokens + 1] & is_in(within(pairs[tokens + 1], others), evidence.pairs)
    alone = np.where(version.weights[tokens] >= _RARE, _MANY, _FEW)
    result: _I64 = np.where(there, np.where(before | behind, WHOLE, alone), 0)
    return result


def common_runs(version: Version, evidence: Evidence, lengths: Sequence[int]) -> _I64:
    """For each syllable the longest of `lengths` such that a run of that many around it stands in the evidence; else 0.

    Runs do not cross lines, so the order of paragraphs is no matter.
    """
    result = np.zeros(len(version), np.int64)
    ours, theirs = version.syllables.copy(), evidence.syllables.copy()
    opens, opened = version.opens_line, evidence.opens_line
    power = 1
    parts = [(ours, theirs)]
    while 2 * power <= max(lengths):  # runs of powers of two; any length is two of them that overlap
        one, two = parts[-1]
        parts.append((_doubled(one, power), _doubled(two, power)))
        power *= 2
    cut, uncut = np.cumsum(opens), np.cumsum(opened)
    for size in lengths:
        if size > len(ours) or size > len(theirs):
            break
        level = size.bit_length() - 1
        shift = size - (1 << level)
        one, two = (p[: len(p) - shift] * _TURN ^ p[shift:] if shift else p for p in parts[level])
        one, two = one[: len(ours) - size + 1], two[: len(theirs) - size + 1]
        is_whole = cut[size - 1 :] == cut[: len(one)]
        table = distinct(two[uncut[size - 1 :] == uncut[: len(two)]])
        begins = np.flatnonzero(is_whole & is_in(one, table))
        delta = np.zeros(len(ours) + 1, np.int64)
        np.add.at(delta, begins, 1)
        np.add.at(delta, begins + size, -1)
        result[np.cumsum(delta)[:-1] > 0] = size
    return result


def _doubled(values: _U64, power: int) -> _U64:
    """A key for each run of twice as many, from keys of runs of `power`."""
    return (values[:-power] * _SALT ^ values[power:] * _TURN) + np.uint64(power) if len(values) > power else values[:0]


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between words that two aligned sentences have in common: syllables lo:hi and other_lo:other_hi."""

    lo: int
    hi: int
    other_lo: int
    other_hi: int


def gaps(ours: Sequence[int], theirs: Sequence[int], weights: Sequence[int], least: int) -> list[Gap]:
    """The gaps between two sequences along a longest common subsequence; common words lighter than `least` in a row
    between two gaps are no anchor and belong to them.

    Bit-parallel (Crochemore, Iliopoulos, Pinzon, Reid 2001; Hyyrö 2004).
    """
    found: list[Gap] = []
    lo = other_lo = 0
    anchors = _anchors(_subsequence(ours, theirs), weights, least)
    for i, j in [*anchors, (len(ours), len(theirs))]:
        if i > lo or j > other_lo:
            found.append(Gap(lo, i, other_lo, j))
        lo, other_lo = i + 1, j + 1
    return found


def _anchors(pairs: list[tuple[int, int]], weights: Sequence[int], least: int) -> list[tuple[int, int]]:
    """The pairs without the runs of neighbours that weigh less than `least` together."""
    kept: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for pair in [*pairs, (-1, -1)]:
        if run and pair != (run[-1][0] + 1, run[-1][1] + 1):
            if sum(weights[i] for i, _ in run) >= least:
                kept += run
            run = []
        run.append(pair)
    return kept


def _subsequence(ours: Sequence[int], theirs: Sequence[int]) -> list[tuple[int, int]]:
    masks: dict[int, int] = {}
    for j, value in enumerate(theirs):
        masks[value] = masks.get(value, 0) | 1 << j
    full = (1 << len(theirs)) - 1
    state, rows = full, [full]
    for value in ours:
        common = state & masks.get(value, 0)
        state = ((state + common) | (state - common)) & full
        rows.append(state)
    pairs, i, j = [], len(ours), len(theirs) - 1
    while i > 0 and j >= 0:
        if rows[i] >> j & 1:
            j -= 1
        elif not rows[i - 1] >> j & 1:
            i -= 1
        else:
            pairs.append((i - 1, j))
            i, j = i - 1, j - 1
    return pairs[::-1]
