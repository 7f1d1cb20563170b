"""Candidates compared exactly: figures, passages and relation of each, block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dedup import kernels
from dedup.api.matches import Rows
from dedup.api.names import by_id, look_up
from dedup.api.shelf import Progress, Shelf, Versions
from dedup.corpus import Corpus, Prepared
from dedup.index import Candidates
from dedup.models import Params
from dedup.relate import Features, decide_all, headlines_differ, spare_of
from dedup.text import distinct, tables
from dedup.threads import each_item, each_range, thread_count

__all__ = [
    "blocks", "compare_pairs", "features_of", "match_copies", "match_pairs", "ordered", "qualifies", "relations_of",
    "verify",
]  # fmt: skip

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_SHARES, _LEAST = 16, 1 << 18  # blocks that there are at least, so that every thread has work; but not of fewer bytes
_SHORT = 0.8  # resemblance that a pair needs which shares fewer than min_shared shingles


def verify(shelf: Shelf, versions: Versions, found: Candidates, params: Params, progress: Progress) -> Rows:
    """The rows of all matches, copies among them: a < b by id, sorted by (a, b)."""
    left, right = versions.numbers[found.left], versions.numbers[found.right]
    alone = replace(params, threads=1)

    def work(block: _I64) -> tuple[int, Rows]:
        return len(block), Rows.join([match_pairs(shelf, left[block], right[block], alone)])

    parts, done = [], 0
    progress("verify", 0, len(left))
    for count, rows in each_item(work, blocks(shelf.corpus, left, right), thread_count(params.threads)):
        parts.append(rows)
        done += count
        progress("verify", done, len(left))
    parts.append(match_copies(shelf, versions.copies, params))
    return ordered(Rows.join(parts), shelf.ids)


def compare_pairs(ready: Prepared, i: _I64, j: _I64, params: Params) -> tuple[_I64, _I64, _I64]:
    """(shared, size of i, size of j) in shingles, int64 each, for pairs of prepared articles."""
    starts = ready.shingle_starts

    def work(lo: int, hi: int) -> _I64:
        result: _I64 = kernels.overlaps(ready.shingles, starts, i[lo:hi], j[lo:hi])
        return result

    parts = each_range(work, len(i), thread_count(params.threads), 4096)
    sizes = np.diff(starts)
    return np.concatenate([np.zeros(0, np.int64), *parts]), sizes[i], sizes[j]


def features_of(ready: Prepared, i: _I64, j: _I64, params: Params) -> _I64:
    """Features of pairs of prepared articles: int64 (pairs, 16), columns as relate.Features."""
    phrases = tables(params)[-2]

    def work(lo: int, hi: int) -> _I64:
        result: _I64 = kernels.tile_pairs(
            ready.syllables, ready.flags, ready.syllable_starts, i[lo:hi], j[lo:hi], phrases
        )
        return result

    parts = each_range(work, len(i), thread_count(params.threads), 256)
    return np.concatenate([np.zeros((0, len(Features._fields)), np.int64), *parts])


def blocks(corpus: Corpus, left: _I64, right: _I64) -> list[_I64]:
    """The places of all pairs, in blocks for which few texts have to be made ready at once, and each text seldom.

    Pairs of texts that are near each other stand together: by the smallest text that one of a pair has to do with, or
    one of its partners has. There the text with fewer pairs goes first, so that one that all others are compared with
    costs them nothing.
    """
    if not len(left):
        return []
    used, at = np.unique(np.concatenate([left, right]), return_inverse=True)
    i, j = at.astype(np.int32).reshape(2, -1)
    near = np.arange(len(used), dtype=np.int32)
    for _ in range(2):
        before = near.copy()
        np.minimum.at(near, i, before[j])
        np.minimum.at(near, j, before[i])
    cell, often = np.minimum(near[i], near[j]), np.bincount(at)
    one, two = np.where(often[i] <= often[j], (i, j), (j, i))
    order = np.lexsort((two, one, cell))
    size, weight = corpus.sizes(used), np.zeros(len(order), np.int64)
    for side in (one, two):
        first = np.unique(cell[order] * len(used) + side[order], return_index=True)[1]
        weight[first] += size[side[order][first]]
    behind = np.cumsum(weight)
    block = behind // min(corpus.block, max(_LEAST, int(behind[-1]) // _SHARES))
    return np.split(order, np.flatnonzero(np.diff(block)) + 1)


def match_pairs(shelf: Shelf, left: _I64, right: _I64, params: Params) -> Rows:
    """The rows of those pairs that are matches."""
    ready, i, j = shelf.corpus.prepare_pairs(left, right, params.threads)
    shared, size_a, size_b = compare_pairs(ready, i, j, params)
    is_match = qualifies(shared, size_a, size_b, params)
    keep = np.flatnonzero(is_match if params.passage is None else np.ones(len(i), np.bool_))
    features = features_of(ready, i[keep], j[keep], params)
    rows = Rows(left, right, shared, size_a, size_b, shared, shared, shared, shared).take(keep)
    containment = rows.shared / np.minimum(rows.size_a, rows.size_b)
    rows = Rows(*rows[:5], features[:, 4], *relations_of(shelf, rows.a, rows.b, features, containment))
    if params.passage is not None:
        rows = rows.take(np.flatnonzero(is_match | (rows.longest >= params.passage)))
    return rows


def qualifies(shared: _I64, size_a: _I64, size_b: _I64, params: Params) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which pairs reach the criterion of containment or of resemblance."""
    resemblance = shared / (size_a + size_b - shared)
    result = np.zeros(len(shared), np.bool_)
    if params.containment is not None:
        has_enough = (shared >= params.min_shared) | (resemblance >= _SHORT)
        result |= (shared / np.minimum(size_a, size_b) >= params.containment) & has_enough
    if params.resemblance is not None:
        result |= resemblance >= params.resemblance
    return result


def relations_of(
    shelf: Shelf, left: _I64, right: _I64, features: _I64, containment: np.ndarray[Any, Any]
) -> tuple[_I64, _I64, np.ndarray[Any, Any]]:
    """Each relation's place in RELATIONS, whether it is certain, and which of the two texts is spare."""
    relation, is_certain = decide_all(features, containment)
    spares = spare_of(features, relation)
    other, other_certain = decide_all(features, containment, headlines_conflict=True)
    asked = np.flatnonzero((relation != other) | (is_certain != other_certain))  # few: those that are nearly the same
    numbers, place = np.unique(np.concatenate([left[asked], right[asked]]), return_inverse=True)
    titles = [title or "" for (title,) in look_up(shelf.details, numbers, "title")]
    pairs = ((titles[one], titles[two]) for one, two in place.reshape(2, -1).T.tolist())
    conflict = asked[np.array([headlines_differ(one, two) for one, two in pairs], np.bool_)]
    relation[conflict], is_certain[conflict] = other[conflict], other_certain[conflict]
    return relation, is_certain.astype(np.int64), spares


def match_copies(shelf: Shelf, pairs: _I64, params: Params) -> Rows:
    """A row for each (delegate, copy): the figures of the version with itself; the relation also by the headlines."""
    alone = replace(params, threads=1)

    def work(block: _I64) -> Rows:
        left, right = pairs[block].T
        which, place = np.unique(left, return_inverse=True)
        ready = shelf.corpus.prepare(which, threads=1)
        own = np.arange(len(which))
        features = features_of(ready, own, own, alone)[place]
        size = np.diff(ready.shingle_starts)[place]
        relations = relations_of(shelf, left, right, features, np.ones(len(left)))
        return Rows.join([Rows(left, right, size, size, size, features[:, 4], *relations)])

    all_blocks = blocks(shelf.corpus, pairs[:, 0], pairs[:, 0])
    return Rows.join([*each_item(work, all_blocks, thread_count(params.threads))])


def ordered(rows: Rows, ids: Sequence[str]) -> Rows:
    """Rows turned so that a < b by id, and sorted by (a, b).

    Only copies are ever turned (versions come by id), and of those both texts are spare or none.
    """
    rank = np.zeros(len(ids), np.int64)
    used = distinct(np.concatenate([rows.a, rows.b]))
    rank[used[by_id(ids, used)]] = np.arange(len(used))
    swap = rank[rows.a] > rank[rows.b]
    rows = rows._replace(
        a=np.where(swap, rows.b, rows.a), b=np.where(swap, rows.a, rows.b),
        size_a=np.where(swap, rows.size_b, rows.size_a), size_b=np.where(swap, rows.size_a, rows.size_b),
    )  # fmt: skip
    return rows.take(np.lexsort((rank[rows.b], rank[rows.a])))
