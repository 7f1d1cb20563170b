"""A scan that measures itself: the matches of some articles by brute force, against those that were found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from dedup.api.names import by_id
from dedup.api.shelf import Shelf
from dedup.api.verify import blocks, match_pairs, qualifies
from dedup.corpus import Prepared
from dedup.errors import ParamError
from dedup.models import Check, Params
from dedup.text import ranges
from dedup.threads import each_range, thread_count

__all__ = ["check_recall"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_BLOCK = 1024  # articles whose texts are made ready at once
_FILTER = 22  # bits of a shingle that a look-up begins with: few others have those of the sample


def check_recall(shelf: Shelf, rows: Any, params: Params, count: int, seed: int) -> Check:
    """The matches of `count` versions taken at random, by comparing each with every version, against `rows`.

    Raises:
        ParamError: count or seed is no integer, or out of its range.
    """
    for name, value, least in (("count", count, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ParamError(f"{name}={value!r}: need an integer, {least} <= {name}")
    versions = np.setdiff1d(shelf.homes(), np.array(sorted(shelf.wordless), np.int64))
    is_new = np.array(shelf.is_new, np.bool_)[versions]
    named = versions[is_new]
    named = named[by_id(shelf.ids, named)]
    order = np.random.RandomState(seed).permutation(len(named))
    sample = np.sort(named[order[:count]])
    pairs = np.unique(np.concatenate([np.zeros((0, 2), np.int64), *_pairs(shelf, sample, versions, params)]), axis=0)
    expected = set()
    for block in blocks(shelf.corpus, pairs[:, 0], pairs[:, 1]):
        found = match_pairs(shelf, pairs[block, 0], pairs[block, 1], params)
        expected |= set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    known = {(min(a, b), max(a, b)) for a, b in zip(rows.a.tolist(), rows.b.tolist(), strict=True)}
    missed = (sorted((shelf.ids[a], shelf.ids[b])) for a, b in expected - known)
    return Check(len(sample), len(expected), len(expected & known), tuple(sorted((a, b) for a, b in missed)))


def _pairs(shelf: Shelf, sample: _I64, versions: _I64, params: Params) -> Iterator[_I64]:
    """The pairs of a sampled and any other version that can be matches, the smaller number first: int64 (n, 2)."""
    chosen = shelf.corpus.prepare(sample)
    owner = np.repeat(np.arange(len(sample)), np.diff(chosen.shingle_starts))
    order = np.argsort(chosen.shingles, kind="stable")
    values, owner = chosen.shingles[order], owner[order]
    may_be = np.zeros(1 << _FILTER, np.bool_)
    may_be[values >> np.uint64(64 - _FILTER)] = True

    def work(lo: int, hi: int) -> list[_I64]:
        found = []
        for at in range(lo, hi):
            which = versions[at * _BLOCK : (at + 1) * _BLOCK]
            ready = shelf.corpus.prepare(which)
            places = np.flatnonzero(may_be[ready.shingles >> np.uint64(64 - _FILTER)])
            which_one, other, shared = _shared(ready, places, values, owner)
            size_a, size_b = np.diff(chosen.shingle_starts)[which_one], np.diff(ready.shingle_starts)[other]
            is_meant = qualifies(shared, size_a, size_b, params)
            if params.passage is not None:
                is_meant |= shared > params.passage - params.k
            pair = np.stack([sample[which_one], which[other]], axis=1)[is_meant]
            found.append(np.sort(pair[pair[:, 0] != pair[:, 1]], axis=1))
        return found

    for part in each_range(work, -(-len(versions) // _BLOCK), thread_count(params.threads), 1):
        yield from part


def _shared(ready: Prepared, places: _I64, values: Any, owner: _I64) -> tuple[_I64, _I64, _I64]:
    """(sampled one, prepared one, how many of the shingles at these places they share), for those that share some."""
    lo, hi = (np.searchsorted(values, ready.shingles[places], side) for side in ("left", "right"))
    counts = hi - lo
    held = ranges(lo, counts)
    other = np.searchsorted(ready.shingle_starts, np.repeat(places, counts), side="right") - 1
    span = len(ready.shingle_starts)
    pair, shared = np.unique(owner[held] * span + other, return_counts=True)
    return (*np.divmod(pair, span), shared)
