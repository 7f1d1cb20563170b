"""Candidate pairs of versions: exactly those of `dedup.index`, by prefix filtering over three exchanges.

1. Every (fingerprint, version) goes to the fingerprint's task, which counts who holds it and answers each holder, where
   there are several. 2. A version's task knows its rarest fingerprints by these answers, and notes go to the task of
   the smallest holder of each, so that what copies share is told once. 3. There pairs are made, and kept by the pair
   rule. 4. Each pair goes to one task, once.

A version is named by the first 64 bits of its text hash; a fingerprint that several hold by a number of its own, which
has fewer digits than its hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup import kernels
from dedup.index import few, needed
from dedup.models import Params
from dedup.prints import uses_bands
from dedup.spark.parcels import (
    PARCEL,
    deliver,
    distinct,
    home_of,
    in_tasks,
    mix,
    open_parcels,
    order_of,
    pack_parcels,
    parcel,
    runs,
    starts_of,
)
from dedup.text import ranges

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["CROWD", "NEED", "PAIR", "PLAN", "POSTING", "VERSION", "find_pairs", "place_pairs", "post"]

PAIR, NEED, CROWD = range(3)  # parcels of a plan: pairs to compare in a place; who is needed where; there is a crowd

POSTING, VERSION, _ANSWER, _NOTE, _FOUND = range(3, 8)  # CROWD travels with them
_DTYPES: dict[int, tuple[Any, ...]] = {
    POSTING: (np.uint64, np.uint64),  # fingerprint, version
    VERSION: (np.uint64, np.int32, np.int32),  # version, size, selected
    _ANSWER: (np.uint64, np.uint64, np.int32, np.int32),  # version, number of a fingerprint, held, place | hub
    # version, size, selected, count of fingerprints that others hold too; of each of these: number, flags
    _NOTE: (np.uint64, np.int32, np.int32, np.int32, np.uint64, np.uint8),
    _FOUND: (np.uint64, np.uint64),  # a pair: the smaller version, the larger one
}
PLAN: dict[int, tuple[Any, ...]] = {PAIR: (np.uint64, np.uint64, np.int32), NEED: (np.int32, np.int64), CROWD: ()}
_PROBES, _IS_COMMON, _IS_CROWD, _IS_HUB, _IS_HERE = 1, 2, 4, 8, 16  # here: those who hold it meet where the note goes
_HUB_BIT = 1 << 30
_TOGETHER = 1 << 21  # fingerprints sent, or pairs made, at a time
_BLOCK = 1 << 16  # pairs around one version that stay together

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Batches = Iterable[pa.RecordBatch]


def find_pairs(sketched: DataFrame, params: Params, partitions: int) -> DataFrame:
    """The plan (parcels, see PLAN) of which versions to compare.

    Args:
        sketched: parcels, among them those of `post`.
    """
    versions, postings = sketched.where(f"kind = {VERSION}"), sketched.where(f"kind = {POSTING}")
    answers = in_tasks(deliver(postings, partitions), _count(params, partitions), PARCEL)
    notes = in_tasks(deliver(versions.unionByName(answers), partitions), _choose(params, partitions), PARCEL)
    pairs = in_tasks(deliver(notes, partitions), _make_pairs(params, partitions), PARCEL)
    return in_tasks(deliver(pairs, partitions), _plan(partitions), PARCEL)


def post(
    flat: _U64, version: _U64, size: np.ndarray[Any, Any], selected: np.ndarray[Any, Any], partitions: int
) -> Iterator[pa.RecordBatch]:
    """Parcels with what some versions hold, each version once.

    Args:
        flat: the fingerprints of all, one version after the other.
        size, selected: how many each has, and how many of these are selected.
    """
    each, first = np.unique(version, return_index=True)
    places = (each % np.uint64(partitions)).astype(np.int32)
    yield from pack_parcels(VERSION, places, (each, size[first].astype(np.int32), selected[first].astype(np.int32)))
    is_first = np.zeros(len(version), np.bool_)
    is_first[first] = True
    is_meant = np.repeat(is_first, size)
    flat, holder = flat[is_meant], np.repeat(version, size)[is_meant]
    yield from pack_parcels(POSTING, (flat % np.uint64(partitions)).astype(np.int32), (flat, holder))


def _count(params: Params, partitions: int) -> Any:
    """Who else holds what a version holds: answers to the holders of fingerprints that several hold."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, _DTYPES)[POSTING]
        if not parcels:
            return
        flat, holder = (np.concatenate(column) for column in zip(*parcels, strict=True))
        order = np.argsort(flat)
        count = np.diff(runs(flat[order]))
        order, count = order[np.repeat(count > 1, count)], count[count > 1]
        run, holder = np.repeat(np.arange(len(count)), count), holder[order]
        order = np.argsort(holder)
        order = order[order_of(run[order])]
        run, holder = run[order], holder[order]
        is_new = (np.diff(run, prepend=-1) > 0) | (np.diff(holder, prepend=holder[:1]) > 0)
        run, holder = run[is_new], holder[is_new]  # the copies of a version may have been sketched by several tasks
        edges = runs(run)
        count = np.diff(edges)
        number = np.arange(len(count), dtype=np.uint64) * np.uint64(partitions)
        number += flat[:1] % np.uint64(partitions)  # the same for all in this task: no other one has these numbers
        held, rank = np.repeat(count, count), np.arange(len(run)) - np.repeat(edges[:-1], count)
        where = (np.repeat(holder[edges[:-1]], count) % np.uint64(partitions)).astype(np.int32)
        where |= np.where((held > params.max_bucket) & (rank < params.hubs), _HUB_BIT, 0).astype(np.int32)
        is_shared = held > 1
        answer = (holder, np.repeat(number, count), held.astype(np.int32), where)
        columns = [column[is_shared] for column in answer]
        yield from pack_parcels(_ANSWER, (columns[0] % np.uint64(partitions)).astype(np.int32), columns)

    return work


def _choose(params: Params, partitions: int) -> Any:
    """Which fingerprints a version probes with: the rarest, of equals those with the smaller number; and all crowds."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, _DTYPES)
        if not parcels[_ANSWER]:
            return
        version, size, selected = (np.concatenate(column) for column in zip(*parcels[VERSION], strict=True))
        version, first = np.unique(version, return_index=True)
        size, selected = size[first], selected[first]
        holder, number, held, where = (np.concatenate(column) for column in zip(*parcels[_ANSWER], strict=True))
        owner = np.searchsorted(version, holder)
        order = np.argsort(number)
        order = order[order_of(owner[order])]
        number, held, where, owner = number[order], held[order], where[order], owner[order]
        count = np.bincount(owner, minlength=len(version))
        by_held = order_of(held)
        rank = np.empty(len(number), np.int64)
        rank[by_held[order_of(owner[by_held])]] = np.arange(len(number))
        rank += (size - count - starts_of(count)[:-1])[owner]  # before them come those of nobody else
        each = np.arange(len(version))
        is_probe = rank <= (size - _needed((selected, selected), (each, each), params))[owner]
        is_crowd = held > params.max_bucket
        if np.any(is_probe & is_crowd):
            yield parcel(0, CROWD, ())
        flags = _PROBES * (is_probe | is_crowd) + _IS_COMMON * (held > few(params)) + _IS_CROWD * is_crowd
        flags += _IS_HUB * (where & _HUB_BIT != 0)
        marks = number, flags.astype(np.uint8), where & ~_HUB_BIT
        yield from _tell((version, size, selected, count.astype(np.int32)), marks)

    return work


def _tell(about: tuple[Any, ...], marks: tuple[Any, ...]) -> Iterator[pa.RecordBatch]:
    """Notes on versions, to each place where those meet who hold one of their fingerprints."""
    number, flags, home = marks
    count = about[-1]
    starts, owner = starts_of(count), np.repeat(np.arange(len(count)), count)
    order = order_of(home)
    for lo, hi in pairwise(runs(home[order]).tolist()):
        place, owners = home[order[lo]], owner[order[lo:hi]]
        who = owners[runs(owners)[:-1]]
        which = ranges(starts[who], count[who])
        here = (_IS_HERE * (home[which] == place)).astype(np.uint8)
        yield parcel(int(place), _NOTE, (*(column[who] for column in about), number[which], flags[which] | here))


def _needed(keys: tuple[Any, Any], pairs: tuple[_I64, _I64], params: Params, *, is_common: bool = False) -> _I64:
    """How many keys each pair must share, by how many keys each version has and how many of them are selected."""
    if uses_bands(params):
        return np.ones(len(pairs[0]), np.int64)
    return needed(*keys, pairs, params, is_common=is_common)


def _make_pairs(params: Params, partitions: int) -> Any:
    """The pairs of those who probe with a fingerprint and those who hold it, or with the hubs of a crowd."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, {**_DTYPES, CROWD: ()})
        if parcels[CROWD]:
            yield parcel(0, CROWD, ())
        if not parcels[_NOTE]:
            return
        version, size, selected, count, number, flags = (
            np.concatenate(column) for column in zip(*parcels[_NOTE], strict=True)
        )
        del parcels
        holdings = _Holdings((size, selected), count, number, flags)
        found = [np.zeros(0, np.int64)]
        for x, y in _meet(holdings):
            is_crowd = x < 0
            x = np.where(is_crowd, ~x, x)
            before = (selected[x] < selected[y]) | ((selected[x] == selected[y]) & (version[x] < version[y]))
            x, y = (side[(x != y) & (is_crowd | before)] for side in (x, y))
            pairs = _sorted(np.minimum(x, y) * len(version) + np.maximum(x, y))
            is_enough, lacks_hub = holdings.judge(np.divmod(pairs, len(version)), params)
            found.append(pairs[is_enough])
            if np.any(lacks_hub):
                yield parcel(0, CROWD, ())
        x, y = np.divmod(_sorted(np.concatenate(found)), len(version))
        low, high = np.minimum(version[x], version[y]), np.maximum(version[x], version[y])
        yield from pack_parcels(_FOUND, (high % np.uint64(partitions)).astype(np.int32), (low, high))

    return work


class _Holdings:
    """The fingerprints of some versions that others hold too, each numbered, by how many hold them.

    Attributes:
        of: int64, the version of each.
        number, flags: of each, ascending for a version.
    """

    def __init__(self, keys: tuple[Any, Any], count: _I64, number: _U64, flags: np.ndarray[Any, Any]) -> None:
        self._keys = keys
        self.of, self.number, self.flags = np.repeat(np.arange(len(count)), count), number, flags
        is_crowd, is_common = flags & _IS_CROWD != 0, flags & _IS_COMMON != 0
        self._few, self._common = self._part(~is_common), self._part(is_common & ~is_crowd)
        crowds, hubs = self._part(is_crowd), self._part(flags & _IS_HUB != 0)
        # as sets of further versions, those of which each is a hub
        self._crowds = np.concatenate([crowds[0], hubs[0]]), np.concatenate([crowds[1], hubs[1][1:] + len(crowds[0])])

    def _part(self, is_in: np.ndarray[Any, Any]) -> tuple[_U64, _I64]:
        """Some of them as sets: values, and where those of each version start."""
        return self.number[is_in], starts_of(np.bincount(self.of[is_in], minlength=len(self._keys[0])))

    def judge(self, pairs: tuple[_I64, _I64], params: Params) -> tuple[Any, Any]:
        """(Whether each pair is a candidate; of those that need their crowds to be one, whether each has no hub.)"""
        x, y = pairs
        rare = kernels.overlaps(*self._few, x, y)
        shared = rare + kernels.overlaps(*self._common, x, y)
        need, common = (_needed(self._keys, pairs, params, is_common=is_common) for is_common in (False, True))
        is_enough = shared >= np.where(rare > 0, need, common)
        crowds = kernels.overlaps(*self._crowds, x, y)
        by_crowds = np.flatnonzero(~is_enough & (crowds > 0) & (shared + crowds >= need))
        x, y, count = x[by_crowds], y[by_crowds], len(self._keys[0])
        hubs = kernels.overlaps(*self._crowds, x + count, y) + kernels.overlaps(*self._crowds, x, y + count)
        is_enough[by_crowds[hubs > 0]] = True
        return is_enough, hubs == 0


def _sorted(values: _I64) -> _I64:
    """The distinct values, sorted: several times faster than np.unique, which makes a hash table."""
    values.sort()
    return values[np.append(True, values[1:] != values[:-1])] if len(values) else values


def _meet(holdings: _Holdings) -> Iterator[tuple[_I64, _I64]]:
    """(who probes, whom it meets) by places of versions, some at a time; ~x where they meet in a crowd."""
    here = np.flatnonzero(holdings.flags & _IS_HERE)
    here = here[np.argsort(holdings.number[here])]
    flags, of = holdings.flags[here], holdings.of[here]
    edges = runs(holdings.number[here])
    run = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    is_crowd = flags & _IS_CROWD != 0
    targets = np.flatnonzero(~is_crowd | (flags & _IS_HUB != 0))
    count = np.bincount(run[targets], minlength=len(edges) - 1)
    starts = starts_of(count)
    probes = np.flatnonzero(flags & _PROBES)
    probes = probes[order_of(of[probes])]  # what a version meets several times comes at one time
    size = starts_of(count[run[probes]])
    lo = 0
    while lo < len(probes):
        hi = max(lo + 1, int(np.searchsorted(size, size[lo] + _TOGETHER, side="right")) - 1)
        many = probes[lo:hi]
        met = targets[ranges(starts[run[many]], count[run[many]])]
        yield np.repeat(np.where(is_crowd[many], ~of[many], of[many]), count[run[many]]), of[met]
        lo = hi


def _plan(partitions: int) -> Any:
    """The plan of the pairs that tasks found, some of them more than once."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, {**_DTYPES, CROWD: ()})
        if parcels[CROWD]:
            yield parcel(0, CROWD, ())
        if parcels[_FOUND]:
            low, high = (np.concatenate(column) for column in zip(*parcels[_FOUND], strict=True))
            high, low = distinct(high, low)
            yield from place_pairs(low, high, np.int32(-1), partitions)

    return work


def place_pairs(one: _U64, other: _U64, home: Any, partitions: int) -> Iterator[pa.RecordBatch]:
    """Parcels of a plan of pairs of versions, each once, in places that need few texts each.

    A pair belongs to the smallest partner of its larger version, so copies of one text stand in one place; where a
    version has very many partners its pairs are parted by the other one.

    Args:
        home: where what is found of these pairs goes; -1: to the home of the first version.
    """
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((low, high))
    low, high = low[order], high[order]
    edges = runs(high)
    near = np.repeat(low[edges[:-1]], np.diff(edges))
    _, place, here = np.unique(near, return_inverse=True, return_counts=True)
    parts = -(-here * partitions // _BLOCK)[place].astype(np.uint64)
    place = (mix(near ^ mix(high % parts)) % np.uint64(partitions)).astype(np.int32)
    yield from pack_parcels(PAIR, place, (low, high, np.full(len(low), home)))
    place, version = distinct(np.concatenate([place, place]), np.concatenate([low, high]))
    yield from pack_parcels(NEED, home_of(version, partitions), (place, version))
