"""What candidates are found by, fingerprints or bands: put away by their high bits until it is asked who shares one."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup import kernels
from dedup.models import Params
from dedup.sketch import Sketches, bands, choose_bands
from dedup.spool import Spool

__all__ = ["Prints", "band_shape", "keys_of", "uses_bands"]

_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U32 = np.ndarray[Any, np.dtype[np.uint32]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_BITS = 10  # of parts so small, several fit a processor's cache for millions of articles, and the memory for many more
_FEWEST = 1 << 16  # fingerprints of a part, about: each takes a fifth of a millisecond beside them
_TOGETHER, _MOST = 1 << 19, 1 << 21  # fingerprints that are put away at a time, while other threads sketch
_PIECES = 16  # in so many, where they are not many more: a part is read piece by piece


class Prints:
    """Fingerprints of holders that are numbered from 0 in the order they come.

    Attributes:
        total: fingerprints so far.
        spool: where they are put away.
    """

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._edges: list[_I64] = []
        self._flats: list[_U64] = []
        self._ends: list[_I64] = []
        self._waiting = self._first = self._count = 0
        self.total = 0

    def __len__(self) -> int:
        return self._count

    def add(self, flat: _U64, ends: _I64) -> None:
        """Takes those of the next holders: holder i has flat[ends[i - 1]:ends[i]]."""
        self._flats.append(flat)
        self._ends.append(ends + self._waiting)
        self._waiting += len(flat)
        self._count += len(ends)
        self.total += len(flat)
        if self._waiting >= min(max(_TOGETHER, self.total // _PIECES), _MOST):
            self.finish()

    def finish(self) -> None:
        """Puts away what waits for more."""
        if self._flats:
            flat, ends = np.concatenate(self._flats), np.concatenate(self._ends)
            hashes, holders, edges = kernels.scatter(flat, ends, self._first, _BITS)
            self.spool.put(hashes)
            self.spool.put(holders)
            self._edges.append(edges)
            self._flats, self._ends, self._waiting, self._first = [], [], 0, self._count

    def close(self) -> None:
        """Forgets everything."""
        self._flats, self._ends, self._edges = [], [], []
        self.spool.close()

    @property
    def bits(self) -> int:
        """The fingerprints of a part have so many high bits in common."""
        return min(_BITS, (self.total // _FEWEST).bit_length())

    def part(self, number: int) -> tuple[_U64, _U32]:
        """(hashes, who holds each) of one of the 2**bits parts, in the order of the holders; call `finish` before."""
        lo, hi = (n << (_BITS - self.bits) for n in (number, number + 1))
        spans = [(2 * i, *edges[[lo, hi]].tolist()) for i, edges in enumerate(self._edges)]
        holders = ((i + 1, lo, hi) for i, lo, hi in spans)
        return self.spool.join(spans, np.uint64), self.spool.join(holders, np.uint32)


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


def keys_of(sketches: Sketches, params: Params) -> tuple[_U64, _I64, _I32]:
    """What candidates are found by, fingerprints or bands: (keys of all articles, where each one's end, how many of
    each are selected)."""
    if shape := band_shape(params):
        count, rows = shape
        ends = np.arange(count, count * len(sketches) + 1, count, dtype=np.int64)
        return bands(sketches.signatures, count, rows).ravel(), ends, np.full(len(sketches), count, np.int32)
    return sketches.fingerprints, sketches.ends, sketches.selected.astype(np.int32)
