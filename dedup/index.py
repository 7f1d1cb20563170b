"""Candidate pairs, in memory: the pair rule by prefix filtering, or bands; crowds against their hubs."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.models import Crowd, Params
from dedup.prints import Prints, band_shape, keys_of, uses_bands
from dedup.shared import Limits, Shared
from dedup.sketch import Sketches
from dedup.spool import Spool
from dedup.threads import each_range, thread_count

__all__ = [
    "Candidates", "Keyed", "alpha", "band_shape", "enough", "few", "find_candidates", "needed", "probe", "uses_bands",
]  # fmt: skip

_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U32 = np.ndarray[Any, np.dtype[np.uint32]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_Bools = np.ndarray[Any, np.dtype[np.bool_]]
_SHARED = 32  # of the memory, bytes for each key: half of it is taken where all are shared


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to verify: int64 (pairs,) each, left < right, sorted; and the crowds that left pairs unexamined."""

    left: _I64
    right: _I64
    crowds: list[Crowd]


def alpha(count: int, params: Params, *, is_common: bool = False) -> int:
    """How many fingerprints two articles must share to be a candidate, the one with fewer having `count`.

    A third of what the containment asked for would give on average, two thirds where all that they share are common
    (see `few`), a quarter in both cases where it is below 0.25; at least 1; 1 where passages are a criterion.
    Resemblance r implies containment r, so the smaller of the two rules. Where only one of the two keeps all its
    shingles, the other shows the selected ones alone: then selected fingerprints count.
    """
    if params.passage is not None:
        return 1
    share = min(c for c in (params.containment, params.resemblance) if c is not None)
    if share < 0.25:
        return max(1, math.ceil(share / 4 * count))
    return max(1, math.ceil((1 + is_common) * share / 3 * count))


def few(params: Params) -> int:
    """How many versions hold a fingerprint at most that is not common: the square root of what makes a crowd.

    Of the pairs that share common fingerprints alone, and few of them, one in 20,000 is a match: they have a stock
    phrase in common. But there are most of them, and with the articles they grow faster than these.
    """
    return math.isqrt(params.max_bucket)


def needed(size: _I64, selected: _I64, pairs: tuple[_I64, _I64], params: Params) -> _I64:
    """How many fingerprints each pair must share, by the rule of `alpha`, where not all that they share are common.

    Args:
        size, selected: int64, how many each version has, and how many of these are selected.
        pairs: places of the two of each.
        params: the rule.
    """
    x, y = pairs
    table, _ = enough(size, params)
    keep_all = (size[x] > selected[x]) & (size[y] > selected[y])
    return table[np.where(keep_all, np.minimum(size[x], size[y]), np.minimum(selected[x], selected[y]))]


def enough(size: _I32 | _I64, params: Params) -> tuple[_I64, _I64]:
    """`alpha` of each number of fingerprints up to the largest in `size`; and where all that are shared are common."""
    bits = int(size.max(initial=0)).bit_length()
    return _table(bits, params, False), _table(bits, params, True)


@functools.lru_cache(maxsize=64)
def _table(bits: int, params: Params, is_common: bool) -> _I64:
    """`alpha` of each number of fingerprints below 2**bits."""
    return np.array([alpha(n, params, is_common=is_common) for n in range(1 << bits)], np.int64)


def find_candidates(sketches: Sketches, params: Params, is_new: _Bools) -> Candidates:
    """The candidate pairs among distinct versions, of which at least one is new.

    Exactly the pairs that share `alpha` fingerprints (or a band) that are no crowds; and those that share as many with
    crowds, where one of the two is a hub of one: of its holders one with the smallest text hashes.
    """
    flat, ends, selected = keys_of(sketches, params)
    prints = Prints(Spool())
    prints.add(flat, ends)
    keyed = Keyed(np.diff(ends, prepend=0).astype(np.int32), selected, sketches.versions)
    return probe(prints, np.arange(len(sketches), dtype=np.int32), keyed, is_new, params)


class Keyed(NamedTuple):
    """Distinct versions: how many keys each has and how many of them are selected, int32; text hashes uint64 (n, 2)."""

    size: _I32
    selected: _I32
    versions: _U64


def probe(prints: Prints, numbers: _I32, keyed: Keyed, is_new: _Bools, params: Params) -> Candidates:
    """The candidates among versions by their keys.

    Articles come by the number of their selected keys, and so many at a time that what they share fits the memory.

    Args:
        prints: keys of holders; holder h is version numbers[h], or none where that is negative.
        keyed: the versions.
        is_new: whether each is new.
        params: the pair rule.
    """
    count = len(keyed.size)
    order = np.argsort(keyed.selected, kind="stable").astype(np.int32)
    rank = np.full(count + 1, -1, np.int32)
    rank[order] = np.arange(count)
    shared, limits = Shared(order, _bounds(count, prints.total, params)), (few(params), params.max_bucket, params.hubs)
    shared.deal(prints, rank[numbers], keyed.versions, Limits(*limits), thread_count(params.threads))
    probing = _Probing(shared, keyed, is_new, params)
    pairs = np.concatenate([np.zeros(0, np.int64), *probing.find()])
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]  # what crowds bring together may be found from both sides
    return Candidates(*np.divmod(pairs, max(count, 1)), probing.crowds(params.hubs))


def _bounds(count: int, total: int, params: Params) -> _I64:
    """Where ranges of so many articles begin and end, that have so many keys in all."""
    many = 1 if params.memory is None else -(-total * _SHARED // params.memory)
    return np.linspace(0, count, max(1, min(many, count)) + 1).astype(np.int64)


class _Probing:
    """Finds the pairs of articles that share enough, and counts what crowds leave out."""

    def __init__(self, shared: Shared, keyed: Keyed, is_new: _Bools, params: Params) -> None:
        self._shared, self._threads = shared, thread_count(params.threads)
        self._about = keyed.size, keyed.selected, is_new
        self._rule = enough(keyed.size, params)
        if band_shape(params):
            self._rule = (np.ones_like(self._rule[0]),) * 2
        self._probes, self._met = np.zeros((2, len(shared.held)), np.int64)
        self._hubs, place = np.unique(shared.hubs, return_inverse=True)
        self._hub_places = place.reshape(shared.hubs.shape).astype(np.uint32)
        self._hub_crowds = self._find_hub_crowds()

    def find(self) -> Iterator[_I64]:
        """All pairs, each once or twice: see `_pack`."""
        ranges = len(self._shared.bounds) - 1
        for i in range(ranges):
            yield from self._meet_hubs(i)
            for j in range(i, ranges):
                yield from self._meet(i, j)

    def _members(self, i: int) -> _I32:
        """The versions that the articles of a range are."""
        return self._shared.order[slice(*self._shared.bounds[i : i + 2].tolist())]

    def _find_hub_crowds(self) -> tuple[_U32, _U32]:
        """(hubs, codes): the crowds of all that are a hub of one, as `Shared.crowds` gives those of a range."""
        places, codes = [np.zeros(0, np.uint32)], [np.zeros(0, np.uint32)]
        for i, first in enumerate(self._shared.bounds[:-1].tolist() if len(self._hubs) else ()):
            articles, code = self._shared.crowds(i)
            place = np.searchsorted(self._hubs, articles + first)
            is_hub = self._hubs[np.minimum(place, len(self._hubs) - 1)] == articles + first
            places.append(place[is_hub].astype(np.uint32))
            codes.append(code[is_hub])
        return np.concatenate(places), np.concatenate(codes)

    def _meet(self, i: int, j: int) -> Iterator[_I64]:
        """The pairs of an article in range i and one in range j (i <= j) that share enough keys: see `_pack`."""
        members, crowds = self._members(i), self._shared.crowds(i)
        count = len(members)
        if j > i:
            articles, codes = self._shared.crowds(j)
            crowds = np.append(crowds[0], articles + np.uint32(count)), np.append(crowds[1], codes)
            members = np.append(members, self._members(j))
        sizes, posts = self._shared.bucket(i, j)
        shared = *kernels.keys_by_article(sizes, posts, count), posts
        held = *kernels.crowds_by_article(*crowds, len(members)), len(self._met)
        about, behind = tuple(column[members] for column in self._about), count if j > i else 0

        def work(lo: int, hi: int) -> tuple[_I64, _I32]:
            found: tuple[_I64, _I32] = kernels.candidates(shared, held, about, self._rule, behind, lo, hi)
            return found

        for pairs, met in each_range(work, count, self._threads, 1 << 20):
            self._met += met
            yield self._pack(pairs, members)

    def _meet_hubs(self, i: int) -> Iterator[_I64]:
        """The pairs of an article in range i and a hub that share enough crowds: see `_pack`."""
        (articles, codes), members = self._shared.crowds(i), self._members(i)
        count, (hubs, hub_codes) = len(members), self._hub_crowds
        articles, codes = np.append(articles, hubs + np.uint32(count)), np.append(codes, hub_codes)
        members = np.append(members, self._shared.order[self._hubs])
        crowds, places = kernels.crowds_by_article(articles, codes, len(members)), self._hub_places + np.uint32(count)
        about = tuple(column[members] for column in self._about)

        def work(lo: int, hi: int) -> tuple[_I64, _I32]:
            found: tuple[_I64, _I32] = kernels.meet_hubs(crowds, places, members, about, self._rule[0], lo, hi)
            return found

        for pairs, probes in each_range(work, count if len(places) else 0, self._threads, 1 << 20):
            self._probes += probes
            yield self._pack(pairs, members)

    def _pack(self, pairs: _I64, members: _I32) -> _I64:
        """Pairs of members as pairs of versions: the smaller one * versions + the other."""
        one, two = (members[side].astype(np.int64) for side in np.divmod(pairs, len(members)))
        return np.minimum(one, two) * len(self._shared.order) + np.maximum(one, two)

    def crowds(self, hubs: int) -> list[Crowd]:
        """The crowds for which pairs were left out, by fingerprint, with a bound of how many."""
        crowds, shared = [], self._shared
        rows = zip(shared.fingerprints, shared.held, self._probes.tolist(), self._met.tolist(), strict=True)
        for fingerprint, count, probed, seen in rows:
            if probed or seen:
                others = count - hubs
                examined = min(probed * hubs, hubs * others + hubs * (hubs - 1) // 2)
                left_out = min(probed * others + seen, others * (others - 1) // 2)
                crowds.append(Crowd(fingerprint, count, examined, left_out))
        return crowds
