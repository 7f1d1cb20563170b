"""Candidate pairs of versions: exactly those of `dedup.index`, by three exchanges.

1. Every (fingerprint, version) goes to the fingerprint's task, which counts who holds it and answers each holder, where
   there are several. 2. A version's task notes what it shares, and the notes go to the task of the smallest holder of
   each of these fingerprints, so that what copies share is told once. 3. There those meet who share one: each knows all
   that the other shares, so they are judged by the pair rule as on one machine. 4. Each pair goes to one task, once.

A version is named by the first 64 bits of its text hash; a fingerprint that several hold by a number of its own, which
has fewer digits than its hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup import kernels
from dedup.index import enough, few
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
    POSTING: (np.uint64, np.int32, np.int32, np.uint64),  # version, selected, how many fingerprints; these
    VERSION: (np.uint64, np.int32, np.int32),  # version, size, selected
    # version, how many fingerprints that others hold too; of each of these: number, where its holders meet, flags, how
    # many the holder with the fewest has that are selected
    _ANSWER: (np.uint64, np.int32, np.int64, np.int32, np.uint8, np.uint16),
    # version, size, selected, count; of each of these: number, ascending, flags
    _NOTE: (np.uint64, np.int32, np.int32, np.int32, np.int64, np.uint8),
    _FOUND: (np.uint64, np.uint64),  # a pair: the smaller version, the larger one
}
PLAN: dict[int, tuple[Any, ...]] = {PAIR: (np.uint64, np.uint64, np.int32), NEED: (np.int32, np.int64), CROWD: ()}
_IS_COMMON, _IS_CROWD, _IS_HUB, _IS_HERE = 1, 2, 4, 8  # here: those who hold it meet where the note goes
_HELD = 40  # bits of a number that come after how many hold it, _MOST and more alike: the rarest are the smallest
_MOST = (1 << 63 - _HELD) - 1
_BLOCK = 1 << 16  # pairs around one version that stay together

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_U32 = np.ndarray[Any, np.dtype[np.uint32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Batches = Iterable[pa.RecordBatch]


def find_pairs(sketched: DataFrame, params: Params, partitions: int) -> DataFrame:
    """The plan (parcels, see PLAN) of which versions to compare.

    Args:
        sketched: parcels, among them those of `post`.
    """
    versions, postings = sketched.where(f"kind = {VERSION}"), sketched.where(f"kind = {POSTING}")
    answers = in_tasks(deliver(postings, partitions), _count(params, partitions), PARCEL)
    notes = in_tasks(deliver(versions.unionByName(answers), partitions), _tell(params, partitions), PARCEL)
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
    about = each, size[first].astype(np.int32), selected[first].astype(np.int32)
    yield from pack_parcels(VERSION, home_of(each, partitions), about)
    is_first = np.zeros(len(version), np.bool_)
    is_first[first] = True
    owner = np.repeat(np.arange(len(version)), size)
    which = np.flatnonzero(is_first[owner])
    owners = version, selected.astype(np.int32)
    yield from _pack_lists(POSTING, home_of(flat[which], partitions), owner[which], owners, [flat[which]])


def _pack_lists(
    kind: int, places: np.ndarray[Any, Any], owner: _I64, about: Sequence[Any], arrays: Sequence[Any]
) -> Iterator[pa.RecordBatch]:
    """A parcel for each place that rows go to: about those who own some of them, how many each, and the rows.

    Args:
        owner: int64, ascending, of each row who owns it.
        about: columns of the owners.
        arrays: columns of the rows.
    """
    order = order_of(places)
    for lo, hi in pairwise(runs(places[order]).tolist()):
        which = order[lo:hi]
        edges = runs(owner[which])
        who, count = owner[which[edges[:-1]]], np.diff(edges).astype(np.int32)
        columns = [*(column[who] for column in about), count, *(array[which] for array in arrays)]
        yield parcel(int(places[which[0]]), kind, columns)


def _count(params: Params, partitions: int) -> Any:
    """Who else holds what a version holds: answers to the holders of fingerprints that several hold."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, _DTYPES)[POSTING]
        if not parcels:
            return
        version, selected, count, flat = (np.concatenate(column) for column in zip(*parcels, strict=True))
        version, first, place = np.unique(version, return_index=True, return_inverse=True)
        number = np.full(len(count), -1, np.int32)  # several tasks may have sketched copies of a version
        number[first] = place[first]
        own = np.repeat(np.arange(len(count), dtype=np.uint32), count)
        _, held, owner = kernels.held_by_several(mix(flat), own, number, 0)  # of their windows they are the smallest
        begins = starts_of(held)
        rank = np.arange(len(owner)) - np.repeat(begins[:-1], held)
        flags = _IS_COMMON * (held > few(params)) + _IS_CROWD * (held > params.max_bucket)
        flags = np.repeat(flags, held)
        flags += _IS_HUB * ((flags & _IS_CROWD > 0) & (rank < params.hubs))
        name = np.minimum(held, _MOST) << _HELD | np.arange(len(held)) * partitions
        name += home_of(flat[:1], partitions)  # the same for all here: no other task has these numbers
        where = np.repeat(home_of(version[owner[begins[:-1]]], partitions), held)
        fewest = np.minimum.reduceat(np.append(selected[first[owner]], 0), begins)[:-1].clip(max=0xFFFF)
        order = order_of(owner)
        columns = np.repeat(name, held), where, flags.astype(np.uint8), np.repeat(fewest, held).astype(np.uint16)
        owner, arrays = owner[order], [column[order] for column in columns]
        yield from _pack_lists(_ANSWER, home_of(version, partitions)[owner], owner, [version], arrays)

    return work


def _tell(params: Params, partitions: int) -> Any:
    """Notes on versions, to each place where those meet with whom one shares enough, if what they meet in is the first
    that they share."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        parcels = open_parcels(batches, _DTYPES)
        if not parcels[_ANSWER]:
            return
        version, size, selected = (np.concatenate(column) for column in zip(*parcels[VERSION], strict=True))
        version, first = np.unique(version, return_index=True)
        holder, many, *marks = (np.concatenate(column) for column in zip(*parcels[_ANSWER], strict=True))
        owner = np.repeat(np.searchsorted(version, holder), many)
        order = np.argsort(marks[0])
        order = order[order_of(owner[order])]
        owner, (number, home, flags, fewest) = owner[order], (column[order] for column in marks)
        count = np.bincount(owner, minlength=len(version))
        about, starts = (version, size[first], selected[first], count.astype(np.int32)), starts_of(count)
        is_asked = _may_suffice(owner, starts, flags, np.minimum(fewest, selected[first][owner]), params)
        asked = np.flatnonzero(is_asked)
        order = asked[order_of(home[asked])]
        for lo, hi in pairwise(runs(home[order]).tolist()):
            owners = owner[order[lo:hi]]
            who = owners[runs(owners)[:-1]]
            which = ranges(starts[who], count[who])
            here = (_IS_HERE * (is_asked[which] & (home[which] == home[order[lo]]))).astype(np.uint8)
            columns = [*(column[who] for column in about), number[which], flags[which] | here]
            yield parcel(int(home[order[lo]]), _NOTE, columns)

    return work


def _may_suffice(owner: _I64, starts: _I64, flags: np.ndarray[Any, Any], fewest: Any, params: Params) -> Any:
    """Whether what a version has from each fingerprint on may be enough for a pair that shares no rarer one.

    Args:
        owner, starts: whose each fingerprint is, and where those of each version start, the crowds last.
        fewest: how many are selected of the one with fewer, at least.
    """
    is_crowd = flags & _IS_CROWD > 0
    crowds = np.bincount(owner[is_crowd], minlength=len(starts) - 1)[owner]
    left = np.maximum(starts[1:][owner] - crowds - np.arange(len(owner)), 0)
    alpha, common = _rule(fewest, params)
    is_enough = left >= np.where(flags & _IS_COMMON > 0, common[fewest], alpha[fewest])
    return is_enough | ((crowds > 0) & (left + crowds >= alpha[fewest]))


def _rule(size: np.ndarray[Any, Any], params: Params) -> tuple[_I64, _I64]:
    """How many each pair must share by the smaller number of keys; and where all that are shared are common."""
    rule = enough(size, params)
    return (np.ones_like(rule[0]),) * 2 if uses_bands(params) else rule


def _make_pairs(params: Params, partitions: int) -> Any:
    """The pairs that share enough, of those versions whose notes meet here."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        notes = open_parcels(batches, _DTYPES)[_NOTE]
        if not notes:
            return
        version, size, selected, count, number, flags = (np.concatenate(column) for column in zip(*notes, strict=True))
        order = order_of(selected)  # as kernels.candidates takes articles
        article = np.empty(len(order), np.int64)
        article[order] = np.arange(len(order))
        about = size[order], selected[order], starts_of(count)[:-1][order]
        pairs, has_crowds = _meet(np.repeat(article, count), (number, flags), about, params)
        if has_crowds:
            yield parcel(0, CROWD, ())
        x, y = (version[order[side]] for side in pairs)
        low, high = np.minimum(x, y), np.maximum(x, y)
        yield from pack_parcels(_FOUND, home_of(high, partitions), (low, high))

    return work


def _meet(
    of: _I64, marks: tuple[Any, Any], about: tuple[Any, Any, _I64], params: Params
) -> tuple[tuple[_I64, _I64], bool]:
    """(The pairs of articles that share enough, some twice; whether crowds left any out.)

    Args:
        of: of each number the article.
        marks: numbers and flags.
        about: size, selected of each article, as `kernels.candidates` takes them; where its numbers begin.
    """
    number, flags = marks
    is_crowd = flags & _IS_CROWD > 0
    size, selected, begin = (np.append(column, column.dtype.type(0)) for column in about)  # the last one is nobody
    count, everyone = len(size), (size, selected, np.ones(len(size), np.bool_))
    rule = _rule(size, params)
    crowds, hubs = _gather(of[is_crowd], number[is_crowd], flags[is_crowd] & _IS_HUB > 0, (count, params.hubs))
    here = np.flatnonzero(~is_crowd & (flags & _IS_HERE > 0))
    here = here[order_of(of[here])]
    here = here[np.argsort(number[here], kind="stable")]
    notes = number, flags & _IS_COMMON > 0, begin, begin + np.bincount(of[~is_crowd], minlength=count)
    meeting = here, of[here], runs(number[here])
    pairs, met = kernels.meet_notes(notes, meeting, (*crowds, len(hubs)), everyone, rule)
    if not len(hubs):
        return np.divmod(pairs, count), False
    members = np.arange(count, dtype=np.int32)
    more, probes = kernels.meet_hubs(crowds, hubs, members, everyone, rule[0], 0, count - 1)
    return np.divmod(np.concatenate([pairs, more]), count), bool(np.any(met) or np.any(probes))


def _gather(of: _I64, number: _I64, is_hub: Any, shape: tuple[int, int]) -> tuple[Any, _U32]:
    """(Crowds by article, as kernels.crowds_by_article gives them; uint32 (crowds, hubs), those hubs that are here.)

    Args:
        of, number, is_hub: each article in each crowd.
        shape: how many articles, of which the last one stands for hubs that are elsewhere; how many hubs of a crowd.
    """
    count, hubs = shape
    numbers, crowd = np.unique(number, return_inverse=True)
    order = order_of(crowd)
    of, crowd, is_hub = of[order], crowd[order], is_hub[order]
    by_crowd = np.full((len(numbers), hubs), count - 1, np.uint32)
    mine = np.diff(runs(crowd[is_hub]))
    by_crowd[crowd[is_hub], ranges(np.zeros(len(mine), np.int64), mine)] = of[is_hub]
    return kernels.crowds_by_article(of.astype(np.uint32), (2 * crowd + is_hub).astype(np.uint32), count), by_crowd


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
