"""The exact overlap of articles by brute force: what a search is held against. Slow, and certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np


class Pair(NamedTuple):
    """Two articles by their places, |A|, |B| and |A∩B|, in shingles."""

    a: int
    b: int
    size_a: int
    size_b: int
    shared: int

    @property
    def containment(self) -> float:
        return self.shared / max(1, min(self.size_a, self.size_b))

    @property
    def resemblance(self) -> float:
        return self.shared / max(1, self.size_a + self.size_b - self.shared)


def find_overlaps(
    chosen: Sequence[int], shingles: Sequence[Any], others: Iterable[Any], least: float
) -> Iterator[Pair]:
    """Every pair of a chosen article with any article, of which the larger containment is `least` or more.

    Args:
        chosen: places of some articles, and `shingles`: theirs, uint64, distinct.
        others: the shingles of all articles, in order: looked at once, one at a time.
    """
    owners = np.repeat(np.arange(len(chosen)), [len(one) for one in shingles])
    flat = np.concatenate([np.zeros(0, np.uint64), *shingles])
    order = np.argsort(flat, kind="stable")
    keys, starts = np.unique(flat[order], return_index=True)
    owners, ends = owners[order], np.append(starts[1:], len(flat))
    places = {article: place for place, article in enumerate(chosen)}
    for b, other in enumerate(others):
        at = np.searchsorted(keys, other)
        at = at[(at < len(keys)) & (keys[np.minimum(at, len(keys) - 1)] == other)] if len(keys) else at[:0]
        counts = ends[at] - starts[at]
        spread = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts[at], counts)
        found, shared = np.unique(owners[spread], return_counts=True)
        for place, n in zip(found.tolist(), shared.tolist(), strict=True):
            pair = Pair(chosen[place], b, len(shingles[place]), len(other), n)
            is_first = b not in places or pair.a < b  # a pair of two chosen articles is met twice
            if pair.a != b and is_first and pair.containment >= least:
                yield pair
