"""Candidate pairs, in memory: the pair rule by prefix filtering, or bands; crowds against their hubs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup import kernels
from dedup.models import Crowd, Params
from dedup.sketch import Sketches, bands, choose_bands
from dedup.threads import each_range, thread_count

__all__ = ["Candidates", "alpha", "band_shape", "find_candidates", "uses_bands"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to verify: int64 (pairs,) each, left < right, sorted; and the crowds that left pairs unexamined."""

    left: _I64
    right: _I64
    crowds: list[Crowd]


def uses_bands(params: Params) -> bool:
    """Whether candidates come from bands: asked for, or the best source because resemblance alone is a criterion."""
    only_resemblance = params.containment is None and params.passage is None
    return params.candidates == "bands" or (params.candidates == "auto" and only_resemblance)


def band_shape(params: Params) -> tuple[int, int] | None:
    """(bands, rows) where candidates come from bands, else None.

    Raises:
        ParamError: no bands keep the promise of `band_recall`.
    """
    if not uses_bands(params) or params.resemblance is None:
        return None
    return choose_bands(params.resemblance, params.num_perm, params.band_recall)


def alpha(count: int, params: Params) -> int:
    """How many fingerprints two articles must share to be a candidate, the one with fewer having `count`.

    A third of what the containment asked for would give on average (a quarter below 0.25), at least 1; 1 where
    passages are a criterion. Resemblance r implies containment r, so the smaller of the two rules. Where only one of
    the two keeps all its shingles, the other shows the selected ones alone: then selected fingerprints count.
    """
    if params.passage is not None:
        return 1
    share = min(c for c in (params.containment, params.resemblance) if c is not None)
    return max(1, math.ceil(share / (3 if share >= 0.25 else 4) * count))


def find_candidates(sketches: Sketches, params: Params, is_new: np.ndarray[Any, np.dtype[np.bool_]]) -> Candidates:
    """The candidate pairs among distinct versions, of which at least one is new.

    Exactly the pairs that share `alpha` fingerprints (or a band), as long as no key is a crowd; pairs that share
    crowded keys alone are examined against the crowd's hubs (its holders with the smallest text hashes).
    """
    if shape := band_shape(params):
        count, rows = shape
        flat = bands(sketches.signatures, count, rows).ravel()
        starts = np.arange(0, len(flat) + 1, count, dtype=np.int64)
        need, selected = np.ones(count + 1, np.int64), np.full(len(sketches), count)
    else:
        flat, starts, selected = sketches.fingerprints, sketches.starts, sketches.selected
        need = np.array([alpha(n, params) for n in range(int(np.diff(starts).max(initial=0)) + 1)], np.int64)
    return _probe((flat, starts, selected), need, sketches.versions, is_new, params)


def _probe(
    keys_of: tuple[np.ndarray[Any, np.dtype[np.uint64]], _I64, _I64],
    need: _I64,
    versions: np.ndarray[Any, np.dtype[np.uint64]],
    is_new: np.ndarray[Any, np.dtype[np.bool_]],
    params: Params,
) -> Candidates:
    """Candidates by keys_of = (keys of all articles, where each one's begin, how many of each are selected)."""
    flat, starts, selected = keys_of
    by_hash = np.lexsort((versions[:, 1], versions[:, 0]))
    unique, keys, posts, post_starts = kernels.postings(flat, starts, by_hash)

    def work(lo: int, hi: int) -> tuple[_I64, _I64, _I64]:
        found: tuple[_I64, _I64, _I64] = kernels.candidates(
            keys, starts, posts, post_starts, selected, versions, need, is_new, lo, hi, params.max_bucket, params.hubs
        )
        return found

    count = len(starts) - 1
    pairs, probes = [np.zeros(0, np.int64)], np.zeros(len(unique), np.int64)
    for left, right, crowd in each_range(work, count, thread_count(params.threads), 1 << 20):
        pairs.append(left * count + right)
        probes += crowd
    packed = np.unique(np.concatenate(pairs))  # a crowd's hub may be found from both sides
    left, right = np.divmod(packed, max(count, 1))
    return Candidates(left, right, _crowds(unique, np.diff(post_starts), probes, params))


def _crowds(unique: np.ndarray[Any, Any], holders: _I64, probes: _I64, params: Params) -> list[Crowd]:
    """The crowds that were probed, by fingerprint, with a bound of what was left out."""
    crowds = []
    for key in np.flatnonzero(probes).tolist():
        count, probed, hubs = int(holders[key]), int(probes[key]), params.hubs
        others = count - hubs
        examined = min(probed * hubs, hubs * others + hubs * (hubs - 1) // 2)
        left_out = min(probed * others, others * (others - 1) // 2 + hubs * (count - probed))
        crowds.append(Crowd(int(unique[key]), count, examined, left_out))
    return crowds
