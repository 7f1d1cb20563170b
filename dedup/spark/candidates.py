"""Candidate pairs of versions: the pair rule of `dedup.index`, by prefix filtering over three exchanges.

1. Every (fingerprint, version) goes to the fingerprint's task, which counts who holds it and answers each holder, where
   there are several. 2. A version's task knows its rarest fingerprints by these answers, and notes go to the task of
   the smallest holder of each, so that what copies share is told once. 3. There pairs are made, and kept where
   shortened fingerprints (16 bits) agree often enough. 4. Each pair goes to one task, once. Whether it really shares
   enough is seen where its texts are compared.

A version is named by the first 64 bits of its text hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup import kernels
from dedup.index import alpha
from dedup.models import Params
from dedup.prints import uses_bands
from dedup.spark.parcels import PARCEL, deliver, open_parcels, pack_parcels, parcel, runs, starts_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["CROWD", "NEED", "PAIR", "PAIRS", "PLAN", "find_pairs", "list_pairs", "plan_work", "route_pairs"]

PAIR, NEED, CROWD = range(3)  # rows of a plan: pairs to compare in a place; a version needed there; there is a crowd
PLAN = "place int, kind int, version long, data binary"

_POSTING, _VERSION, _ANSWER, _NOTE = range(4)
_DTYPES: dict[int, tuple[Any, ...]] = {
    _POSTING: (np.uint64, np.uint64),  # fingerprint, version
    _VERSION: (np.uint64, np.int32, np.int32),  # version, size, selected
    _ANSWER: (np.uint64, np.uint64, np.int32, np.int32),  # version, fingerprint, held, place | hub
    _NOTE: (np.uint64, np.int32, np.int32, np.int32, np.uint16, np.int32, np.uint64, np.uint8),
}  # of a note: version, size, selected, marks, all marks; of each entry: which of these versions, fingerprint, flags
PAIRS: dict[int, tuple[Any, ...]] = {PAIR: (np.uint64, np.uint64), CROWD: ()}
_PROBES, _IS_CROWD, _IS_HUB = 1, 2, 4
_HUB_BIT = 1 << 30
_TOGETHER = 1 << 21  # fingerprints sent, or pairs made, at a time
_BLOCK = 1 << 16  # pairs around one version that stay together

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Batches = Iterable[pa.RecordBatch]


def find_pairs(sketched: DataFrame, params: Params, partitions: int) -> DataFrame:
    """The plan (see PLAN) of which versions to compare, pairs that do not share enough among them.

    Args:
        sketched: what `articles.sketch` makes.
    """
    sent = sketched.where("size >= 0").select("v0", "size", "selected", "keys").mapInArrow(_send(partitions), PARCEL)
    versions, postings = sent.where(f"kind = {_VERSION}"), sent.where(f"kind = {_POSTING}")
    answers = deliver(postings, partitions).mapInArrow(_count(params, partitions), PARCEL)
    notes = deliver(versions.unionByName(answers), partitions).mapInArrow(_choose(params, partitions), PARCEL)
    pairs = deliver(notes, partitions).mapInArrow(_make_pairs(params, partitions), PARCEL)
    return plan_work(pairs, partitions)


def _send(partitions: int) -> Any:
    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        waiting: list[tuple[Any, ...]] = []
        total = 0
        for batch in batches:
            keys = batch.column("keys")
            flat = np.frombuffer(keys.buffers()[2] or b"", np.uint64)
            edges = np.frombuffer(keys.buffers()[1], np.int32)[keys.offset : keys.offset + len(keys) + 1] // 8
            version, size, selected = (
                batch.column(name).to_numpy(zero_copy_only=False) for name in ("v0", "size", "selected")
            )
            waiting.append((flat[edges[0] : edges[-1]], version.view(np.uint64), size, selected))
            total += int(edges[-1] - edges[0])
            if total >= _TOGETHER:
                yield from _post(waiting, partitions)
                waiting, total = [], 0
        if waiting:
            yield from _post(waiting, partitions)

    return work


def _post(waiting: list[tuple[Any, ...]], partitions: int) -> Iterator[pa.RecordBatch]:
    """What some versions hold, each version once."""
    flat, version, size, selected = (np.concatenate(column) for column in zip(*waiting, strict=True))
    distinct, first = np.unique(version, return_index=True)
    places = (distinct % np.uint64(partitions)).astype(np.int32)
    yield from pack_parcels(_VERSION, places, (distinct, size[first], selected[first]))
    is_first = np.zeros(len(version), np.bool_)
    is_first[first] = True
    is_meant = np.repeat(is_first, size)
    flat, holder = flat[is_meant], np.repeat(version, size)[is_meant]
    yield from pack_parcels(_POSTING, (flat % np.uint64(partitions)).astype(np.int32), (flat, holder))


def _count(params: Params, partitions: int) -> Any:
    """Who else holds what a version holds: answers to the holders of fingerprints that several hold."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, _DTYPES)[_POSTING]
        if not parcels:
            return
        flat, holder = (np.concatenate(column) for column in zip(*parcels, strict=True))
        order = np.argsort(flat)
        edges = runs(flat[order])
        order = order[np.repeat(np.diff(edges) > 1, np.diff(edges))]
        flat, holder = flat[order], holder[order]
        flat, holder = _distinct(flat, holder)  # the copies of a version may have been sketched by several tasks
        edges = runs(flat)
        count = np.diff(edges)
        held, rank = np.repeat(count, count), np.arange(len(flat)) - np.repeat(edges[:-1], count)
        where = (np.repeat(holder[edges[:-1]], count) % np.uint64(partitions)).astype(np.int32)
        where |= np.where((held > params.max_bucket) & (rank < params.hubs), _HUB_BIT, 0).astype(np.int32)
        is_shared = held > 1
        columns = (holder[is_shared], flat[is_shared], held[is_shared].astype(np.int32), where[is_shared])
        yield from pack_parcels(_ANSWER, (columns[0] % np.uint64(partitions)).astype(np.int32), columns)

    return work


def _choose(params: Params, partitions: int) -> Any:
    """Which fingerprints a version probes with: the rarest; of equals those with the smaller hash."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, _DTYPES)
        if not parcels[_ANSWER]:
            return
        version, size, selected = (np.concatenate(column) for column in zip(*parcels[_VERSION], strict=True))
        version, first = np.unique(version, return_index=True)
        size, selected = size[first], selected[first]
        holder, flat, held, where = (np.concatenate(column) for column in zip(*parcels[_ANSWER], strict=True))
        owner = np.searchsorted(version, holder)
        order = np.lexsort((flat, held, owner))
        flat, held, where, owner = flat[order], held[order], where[order], owner[order]
        count = np.bincount(owner, minlength=len(version))
        starts = starts_of(count)
        rank = np.arange(len(flat)) - starts[owner] + (size - count)[owner]  # before them come those of nobody else
        is_probe = rank <= (size - _need(selected, params))[owner]
        is_crowd, is_hub = held > params.max_bucket, where & _HUB_BIT != 0
        if np.any(is_probe & is_crowd):
            yield parcel(0, CROWD, ())
        flags = (_PROBES * is_probe + _IS_CROWD * is_crowd + _IS_HUB * is_hub).astype(np.uint8)
        marks = (flat & np.uint64(0xFFFF)).astype(np.uint16)
        marks = marks[np.lexsort((marks, owner))]
        told = np.flatnonzero(~is_crowd | is_probe | is_hub)
        told = told[np.lexsort((owner[told], where[told] & ~_HUB_BIT))]
        place = where[told] & ~_HUB_BIT
        for lo, hi in _between(runs(place)):
            entries = told[lo:hi]
            edges = runs(owner[entries])
            who = owner[entries[edges[:-1]]]
            of = np.repeat(np.arange(len(who), dtype=np.int32), np.diff(edges))
            own_marks = marks[_ranges(starts[who], count[who])]
            about = (version[who], size[who], selected[who], count[who].astype(np.int32), own_marks)
            yield parcel(int(place[lo]), _NOTE, (*about, of, flat[entries], flags[entries]))

    return work


def _need(count: np.ndarray[Any, Any], params: Params) -> _I64:
    """How many keys must be shared, by the number that the one with fewer has."""
    distinct, place = np.unique(count, return_inverse=True)
    return np.array([1 if uses_bands(params) else alpha(int(n), params) for n in distinct], np.int64)[place]


def _between(edges: _I64) -> Iterator[tuple[int, int]]:
    return zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _ranges(starts: _I64, counts: _I64) -> _I64:
    """The places starts[i] .. starts[i] + counts[i] - 1 of all i, one after the other."""
    begin = starts_of(counts)
    return np.repeat(starts - begin[:-1], counts) + np.arange(begin[-1])


def _make_pairs(params: Params, partitions: int) -> Any:
    """The pairs of those who probe with a fingerprint and those who hold it, or with the hubs of a crowd."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, {**_DTYPES, CROWD: ()})
        if parcels[CROWD]:
            yield parcel(0, CROWD, ())
        if not parcels[_NOTE]:
            return
        base = starts_of(np.array([len(note[0]) for note in parcels[_NOTE]]))
        of = np.concatenate([note[5] + lo for note, lo in zip(parcels[_NOTE], base[:-1], strict=True)])  # int64
        version, size, selected, count, marks, _, flat, flags = (
            np.concatenate(column) for column in zip(*parcels[_NOTE], strict=True)
        )
        order = np.argsort(flat, kind="stable")
        flat, flags, of = flat[order], flags[order], of[order]
        found = [np.zeros(0, np.int64)]
        for x, y in _meet(flat, flags, of):
            is_crowd = x < 0
            x = np.where(is_crowd, ~x, x)
            before = (selected[x] < selected[y]) | ((selected[x] == selected[y]) & (version[x] < version[y]))
            x, y = (side[(x != y) & (is_crowd | before)] for side in (x, y))
            found.append(_sorted(np.minimum(x, y) * len(version) + np.maximum(x, y)))
        x, y = np.divmod(_sorted(np.concatenate(found)), len(version))
        if not uses_bands(params):
            keeps_all = (size[x] > selected[x]) & (size[y] > selected[y])
            fewer = np.where(keeps_all, np.minimum(size[x], size[y]), np.minimum(selected[x], selected[y]))
            shared = kernels.overlaps(marks.astype(np.uint64), starts_of(count), x, y)
            is_enough = shared >= _need(fewer, params)
            x, y = x[is_enough], y[is_enough]
        yield from route_pairs(version[x], version[y], partitions)

    return work


def _sorted(values: _I64) -> _I64:
    """The distinct values, sorted: several times faster than np.unique, which makes a hash table."""
    values.sort()
    return values[np.append(True, values[1:] != values[:-1])] if len(values) else values


def _meet(flat: _U64, flags: np.ndarray[Any, Any], of: _I64) -> Iterator[tuple[_I64, _I64]]:
    """(who probes, whom it meets) by places of versions, some at a time; ~x where they meet in a crowd."""
    edges = runs(flat)
    run = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    is_crowd = flags & _IS_CROWD != 0
    targets = np.flatnonzero(~is_crowd | (flags & _IS_HUB != 0))
    count = np.bincount(run[targets], minlength=len(edges) - 1)
    starts = starts_of(count)
    probes = np.flatnonzero(flags & _PROBES)
    size = starts_of(count[run[probes]])
    lo = 0
    while lo < len(probes):
        hi = max(lo + 1, int(np.searchsorted(size, size[lo] + _TOGETHER, side="right")) - 1)
        many = probes[lo:hi]
        met = targets[_ranges(starts[run[many]], count[run[many]])]
        yield np.repeat(np.where(is_crowd[many], ~of[many], of[many]), count[run[many]]), of[met]
        lo = hi


def route_pairs(one: _U64, other: _U64, partitions: int) -> Iterator[pa.RecordBatch]:
    """Parcels with pairs of versions, each pair to the same place from wherever it is found."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    yield from pack_parcels(PAIR, (high % np.uint64(partitions)).astype(np.int32), (low, high))


def plan_work(pairs: DataFrame, partitions: int) -> DataFrame:
    """The plan of pairs, each once, in places that need few texts each.

    A pair belongs to the smallest partner of its larger version, so copies of one text stand in one place; where a
    version has very many partners its pairs are parted by the other one.
    """

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, PAIRS)
        if parcels[CROWD]:
            yield _plan(parcel(0, CROWD, ()))
        if not parcels[PAIR]:
            return
        low, high = (np.concatenate(column) for column in zip(*parcels[PAIR], strict=True))
        high, low = _distinct(high, low)
        edges = runs(high)
        home = np.repeat(low[edges[:-1]], np.diff(edges))
        _, place, here = np.unique(home, return_inverse=True, return_counts=True)
        parts = -(-here * partitions // _BLOCK)[place].astype(np.uint64)
        place = (_mix(home ^ _mix(high % parts)) % np.uint64(partitions)).astype(np.int32)
        yield from map(_plan, pack_parcels(PAIR, place, (low, high)))
        place, version = _distinct(np.concatenate([place, place]), np.concatenate([low, high]))
        columns = [pa.array(place), pa.array(np.full(len(place), NEED, np.int32)), pa.array(version.view(np.int64))]
        yield pa.RecordBatch.from_arrays([*columns, pa.nulls(len(place), pa.binary())], names=_COLUMNS)

    return deliver(pairs, partitions).mapInArrow(work, PLAN)


def _distinct(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], ...]:
    """The distinct pairs of (one, two), sorted."""
    order = np.lexsort((two, one))
    one, two = one[order], two[order]
    is_new = np.ones(len(one), np.bool_)
    is_new[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return one[is_new], two[is_new]


def list_pairs(plan: DataFrame) -> DataFrame:
    """The pairs of a plan, a row each: a, b."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        for low, high in open_parcels(batches, PAIRS)[PAIR]:
            yield pa.RecordBatch.from_arrays([pa.array(low.view(np.int64)), pa.array(high.view(np.int64))], ["a", "b"])

    return plan.where(f"kind = {PAIR}").select("kind", "data").mapInArrow(work, "a long, b long")


_COLUMNS = ["place", "kind", "version", "data"]


def _plan(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A parcel as rows of a plan."""
    place, kind, data = batch.columns
    return pa.RecordBatch.from_arrays([place, kind, pa.nulls(len(place), pa.int64()), data], names=_COLUMNS)


def _mix(x: _U64) -> _U64:
    """A hash of each number (the finalizer of MurmurHash3; Appleby 2011)."""
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))
