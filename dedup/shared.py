"""Keys that several articles hold: dealt to pairs of ranges of articles, so that a pair of ranges fits the memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.prints import Prints
from dedup.text import ranges
from dedup.threads import each_item

__all__ = ["Limits", "Shared"]

_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U32 = np.ndarray[Any, np.dtype[np.uint32]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_Bools = np.ndarray[Any, np.dtype[np.bool_]]


class Limits(NamedTuple):
    """A key is common that more than `few` versions hold, and a crowd that more than `max_bucket` do; how many hubs."""

    few: int
    max_bucket: int
    hubs: int


class Shared:
    """What articles hold in common; range r is the articles bounds[r] to bounds[r + 1] - 1.

    Attributes:
        order: int32, the version that each article is.
        bounds: int64, ascending, the first is 0.
        fingerprints, held: the keys that are crowds, ascending; how many hold each.
        hubs: uint32 (crowds, hubs), of each crowd the articles with the smallest text hashes, ascending.
    """

    def __init__(self, order: _I32, bounds: _I64) -> None:
        self.order, self.bounds = order, bounds
        self.fingerprints: list[int] = []
        self.held: list[int] = []
        self.hubs: _U32 = np.zeros((0, 0), np.uint32)
        self._buckets: list[tuple[int, _I64]] = []  # number of the first array in the spool, edges of both
        self._crowds: list[tuple[int, _I64]] = []

    def deal(self, prints: Prints, holders: _I32, versions: _U64, limits: Limits, threads: int) -> None:
        """Takes the keys of holders; what is shared of them goes where they are put away.

        Args:
            prints: the keys.
            holders: the article that each holder is, or a negative number.
            versions: uint64 (versions, 2), text hashes.
            limits: what are common keys and crowds.
            threads: how many work at once.
        """
        prints.finish()
        self._spool = prints.spool

        def work(part: int) -> tuple[Any, ...]:
            hashes, held, posts = kernels.held_by_several(*prints.part(part), holders, prints.bits)
            dealt = kernels.deal(held, posts, self.bounds, limits.few, limits.max_bucket)
            crowds = np.flatnonzero(held > limits.max_bucket)
            starts, held = (np.cumsum(held) - held)[crowds], held[crowds]
            posts = posts[ranges(starts, held)]
            is_hub = kernels.find_hubs(posts, held, self.order, versions, limits.hubs)
            return dealt, (hashes[crowds], held, posts, is_hub)

        hubs = [np.zeros(0, np.uint32)]
        for (sizes, posts, edges), crowds in each_item(work, range(1 << prints.bits), threads):
            self._buckets.append((self._spool.put(sizes), edges))
            self._spool.put(posts)
            hubs.append(crowds[2][crowds[3]])
            self._take_crowds(*crowds)
        self.hubs = np.concatenate(hubs).reshape(-1, limits.hubs)

    def _take_crowds(self, fingerprints: _U64, held: _I64, posts: _U32, is_hub: _Bools) -> None:
        """Puts crowds away by ranges of their holders."""
        codes = 2 * np.repeat(np.arange(len(held)) + len(self.held), held) + is_hub
        where = np.searchsorted(self.bounds, posts, side="right") - 1
        order = np.argsort(where, kind="stable")
        number = self._spool.put((posts - self.bounds[where])[order].astype(np.uint32))
        self._spool.put(codes[order].astype(np.uint32))
        self._crowds.append((number, np.searchsorted(where[order], np.arange(len(self.bounds)))))
        self.fingerprints += fingerprints.tolist()
        self.held += held.tolist()

    def bucket(self, i: int, j: int) -> tuple[_U32, _U32]:
        """(sizes, posts) of the bucket of ranges i <= j, see kernels.deal."""
        place = i * (len(self.bounds) - 1) - i * (i - 1) // 2 + j - i
        sizes = ((number, *edges[0, place : place + 2].tolist()) for number, edges in self._buckets)
        posts = ((number + 1, *edges[1, place : place + 2].tolist()) for number, edges in self._buckets)
        return self._spool.join(sizes, np.uint32), self._spool.join(posts, np.uint32)

    def crowds(self, i: int) -> tuple[_U32, _U32]:
        """(articles, codes) of the crowds of range i, see kernels.crowds_by_article; there articles count from 0."""
        spans = [(number, *edges[i : i + 2].tolist()) for number, edges in self._crowds]
        codes = ((number + 1, lo, hi) for number, lo, hi in spans)
        return self._spool.join(spans, np.uint32), self._spool.join(codes, np.uint32)
