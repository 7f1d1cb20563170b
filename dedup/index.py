"""Candidate pairs, in memory: the pair rule by prefix filtering, or bands; crowds against their hubs."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.models import Crowd, Params
from dedup.prints import BITS, PARTS, Prints, band_shape, keys_of, uses_bands
from dedup.sketch import Sketches
from dedup.spool import Spool
from dedup.threads import each_item, each_range, thread_count

__all__ = [
    "Candidates", "Keyed", "alpha", "band_shape", "enough", "few", "find_candidates", "needed", "probe", "uses_bands",
]  # fmt: skip

_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U32 = np.ndarray[Any, np.dtype[np.uint32]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]


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


def needed(size: _I64, selected: _I64, pairs: tuple[_I64, _I64], params: Params, *, is_common: bool = False) -> _I64:
    """How many fingerprints each pair must share, by the rule of `alpha`.

    Args:
        size, selected: int64, how many each version has, and how many of these are selected.
        pairs: places of the two of each.
        params: the rule.
        is_common: whether all that they share are common.
    """
    x, y = pairs
    table = enough(size, params)[is_common]
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


def find_candidates(sketches: Sketches, params: Params, is_new: np.ndarray[Any, np.dtype[np.bool_]]) -> Candidates:
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


def probe(
    prints: Prints, numbers: _I32, keyed: Keyed, is_new: np.ndarray[Any, np.dtype[np.bool_]], params: Params
) -> Candidates:
    """The candidates among versions by their keys.

    Args:
        prints: keys of holders; holder h is version numbers[h], or none where that is negative.
        keyed: the versions.
        is_new: whether each is new.
        params: the pair rule.
    """
    count = len(keyed.size)
    rule = enough(keyed.size, params)
    if band_shape(params):
        rule = (np.ones_like(rule[0]),) * 2
    order = np.argsort(keyed.selected, kind="stable")
    rank = np.full(count + 1, -1, np.int32)
    rank[order] = np.arange(count)
    hashes, held, posts = _shared(prints, rank[numbers], keyed.versions[order], params)
    starts = np.zeros(len(held) + 1, np.int64)
    np.cumsum(held, out=starts[1:])
    by_article = kernels.keys_by_article(posts, starts, count, few(params), params.max_bucket, params.hubs)
    hubs = posts[starts[np.array([*hashes], np.int64)][:, None] + np.arange(params.hubs)]
    shared, articles = (*by_article, posts, starts), (keyed.size[order], keyed.selected[order], is_new[order])

    def work(lo: int, hi: int) -> tuple[_I64, _I32, _I32]:
        found: tuple[_I64, _I32, _I32] = kernels.candidates(shared, hubs, articles, rule, lo, hi)
        return found

    pairs, probes, met = [np.zeros(0, np.int64)], np.zeros(len(hubs), np.int64), np.zeros(len(hubs), np.int64)
    for found, probed, left_out in each_range(work, count, thread_count(params.threads), 1 << 20):
        pairs.append(found)
        probes += probed
        met += left_out
    one, two = (order[side] for side in np.divmod(np.concatenate(pairs), max(count, 1)))
    packed = np.sort(np.minimum(one, two) * count + np.maximum(one, two))
    packed = packed[np.diff(packed, prepend=-1) > 0]  # what crowds bring together may be found from both sides
    left, right = np.divmod(packed, max(count, 1))
    return Candidates(left, right, _crowds(hashes, held, probes, met, params))


def _shared(prints: Prints, numbers: _I32, versions: _U64, params: Params) -> tuple[dict[int, int], _I32, _U32]:
    """The keys that several versions hold, ascending: ({number of each that is a crowd: key}, how many hold each,
    the holders of one after the other)."""
    prints.finish()
    hubs = params.hubs

    def work(part: int) -> tuple[_U64, _I64, _U32]:
        found: tuple[_U64, _I64, _U32] = kernels.held_by_several(
            *prints.part(part), numbers, versions, BITS, params.max_bucket, hubs
        )
        return found

    crowds: dict[int, int] = {}
    counts = [np.zeros(0, np.int32)]
    posts = np.empty(prints.total, np.uint32)  # what is not used takes no memory
    keys = at = 0
    for hashes, held, holders in each_item(work, range(PARTS), thread_count(params.threads)):
        places = np.flatnonzero(held > params.max_bucket)
        crowds.update(zip((places + keys).tolist(), hashes[places].tolist(), strict=True))
        counts.append(held.astype(np.int32))
        posts[at : at + len(holders)] = holders
        keys, at = keys + len(held), at + len(holders)
    return crowds, np.concatenate(counts), posts[:at]


def _crowds(hashes: dict[int, int], held: _I32, probes: _I64, met: _I64, params: Params) -> list[Crowd]:
    """The crowds for which pairs were left out, by fingerprint, with a bound of how many."""
    crowds, hubs = [], params.hubs
    for (key, fingerprint), probed, seen in zip(hashes.items(), probes.tolist(), met.tolist(), strict=True):
        if probed or seen:
            count = int(held[key])
            others = count - hubs
            examined = min(probed * hubs, hubs * others + hubs * (hubs - 1) // 2)
            crowds.append(Crowd(fingerprint, count, examined, min(probed * others + seen, others * (others - 1) // 2)))
    return crowds
