"""Posting lists: who holds a key, as immutable sorted runs. A run is made from the versions that it lists.

A posting is one uint64: 48 bits of the key, mixed anew (fingerprints are small hashes by choice), then 16 bits for the
place of the version in its run. Versions stand there by the hash of their text, so the holders of a key are sorted by
it as well, and the hubs of a crowd come first. A run is cut into slices by the high bits of the key, and has a filter
(Bloom 1970, in blocks of 64 bits): which slices need not be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup import kernels
from dedup.store.packing import checksum
from dedup.store.protocol import Directory, Version

__all__ = [
    "FAN", "LARGE", "SLICE_BITS", "SMALL", "Merging", "Run", "build", "check", "mixed", "read_slice", "seal",
    "slice_bounds", "sort_postings",
]  # fmt: skip

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]

SMALL, LARGE = 2048, 1 << 16  # versions of a run: of a new one, and of one that is merged no further, at most
SLICE_BITS = 20  # a slice is numbered run << 20 | its place in the run
FAN = 7  # small runs that are made one
_AT_ONCE = 2048  # slices that are merged at once: a twentieth of a second
_PER_SLICE = 384  # postings, on average at most: 3 kB, so that several fill a page
_PER_WORD = 4  # postings for each 64 bits of a filter
_U = np.uint64
_M1, _M2 = _U(0xFF51AFD7ED558CCD), _U(0xC4CEB9FE1A85EC53)
_U16, _U33 = _U(16), _U(33)


@dataclass(frozen=True, slots=True)
class Run:
    """A run without its slices.

    Attributes:
        number: names it.
        first, last: the versions first..last are in it, those that are there.
        bits: it has 2**bits slices.
        words: 64-bit words of the filter for each slice.
        directory, filter: its versions by the hash of their text; see above, uint64 (words << bits,).
    """

    number: int
    first: int
    last: int
    bits: int
    words: int
    directory: Directory
    filter: _U64


def mixed(keys: _U64) -> _U64:
    """48 bits of each key, uniform (MurmurHash3 fmix64)."""
    x = (keys ^ (keys >> _U33)) * _M1
    x = (x ^ (x >> _U33)) * _M2
    return (x ^ (x >> _U33)) >> _U16


def slice_bounds(bits: int) -> _U64:
    """The least posting of each slice but the first."""
    return np.arange(1, 1 << bits, dtype=np.uint64) << _U(64 - bits)


def sort_postings(versions: Sequence[Version]) -> tuple[Directory, _U64]:
    """The versions by the hash of their text, and the postings of all of them."""
    order = np.array([int.from_bytes(v.hash[:8], "little") for v in versions], np.uint64)
    place = np.argsort(order, kind="stable")
    columns = [[v.number, len(v.fingerprints), v.selected] for v in versions]
    number, size, selected = np.array(columns, np.int64).reshape(-1, 3).T.copy()
    rank = np.empty(len(versions), np.uint64)
    rank[place] = np.arange(len(versions), dtype=np.uint64)
    keys = np.concatenate([np.zeros(0, np.uint64), *(v.fingerprints for v in versions)])
    postings = np.sort(mixed(keys) << _U16 | np.repeat(rank, size))
    return Directory(number, size, selected, order).take(place), postings


def build(number: int, first: int, last: int, versions: Sequence[Version]) -> tuple[Run, list[_U64]]:
    """A run of these versions and its slices."""
    directory, postings = sort_postings(versions)
    bits, words = _shape(len(postings))
    slices = np.split(postings, np.searchsorted(postings, slice_bounds(bits)))
    keys = kernels.make_filter(postings, bits, words)
    return Run(number, first, last, bits, words, directory, keys), slices


class Merging:
    """Several runs being made one, without the versions that are dead, some slices at a time.

    Args:
        number: of the new one.
        runs: by their versions, the oldest first, each with all its postings.
        is_dead: bool, for all versions of the runs, run by run, as their directories have them.

    Attributes:
        number, runs: see above.
        dead: int64, numbers of the versions that are left out.
        begun: how many slices were made.
    """

    def __init__(self, number: int, runs: Sequence[tuple[Run, _U64]], is_dead: np.ndarray[Any, Any]) -> None:
        self.number, self.begun = number, 0
        self.runs = [run for run, _ in runs]
        whole = Directory.join([run.directory for run in self.runs])
        self.dead = whole.number[is_dead]
        alive = np.flatnonzero(~is_dead)
        alive = alive[np.argsort(whole.order[alive], kind="stable")]
        rank = np.full(len(is_dead), LARGE, np.uint64)
        rank[alive] = np.arange(len(alive), dtype=np.uint64)
        edges = np.cumsum([len(run.directory.number) for run in self.runs])[:-1]
        self._sources = list(zip([postings for _, postings in runs], np.split(rank, edges), strict=True))
        self._directory = whole.take(alive)
        self._shape = _shape(int(self._directory.size.sum()))
        self._made: list[_U64] = []

    @property
    def is_empty(self) -> bool:
        """Whether all versions are dead."""
        return not len(self._directory.number)

    @property
    def is_done(self) -> bool:
        """Whether all slices are made."""
        return self.begun == 1 << self._shape[0]

    def more(self) -> list[_U64]:
        """The next slices."""
        bits = self._shape[0]
        first, last = self.begun, min(self.begun + _AT_ONCE, 1 << bits)
        bounds = slice_bounds(bits)[first:last]  # of these the last one is where the next part begins
        parts = [np.zeros(0, np.uint64)]
        for n, (postings, rank) in enumerate(self._sources):
            end = int(np.searchsorted(postings, bounds[-1])) if last < 1 << bits else len(postings)
            place = rank[(postings[:end] & _U(LARGE - 1)).astype(np.int64)]
            kept = place < LARGE
            parts.append((postings[:end][kept] >> _U16 << _U16) | place[kept])
            self._sources[n] = postings[end:], rank
        merged = np.sort(np.concatenate(parts))
        self._made.append(merged)
        self.begun = last
        return np.split(merged, np.searchsorted(merged, bounds[: last - first - 1]))

    def finish(self) -> Run:
        """The run of all slices."""
        bits, words = self._shape
        keys = kernels.make_filter(np.concatenate(self._made), bits, words)
        return Run(self.number, self.runs[0].first, self.runs[-1].last, bits, words, self._directory, keys)


def _shape(postings: int) -> tuple[int, int]:
    """Bits and words of a run with so many postings."""
    bits = max(0, (postings // _PER_SLICE).bit_length())
    return bits, max(1, -(-postings // (_PER_WORD << bits)))


# ------------------------------------------------------------------------------------------------------------ as bytes


def seal(values: Any, *about: int) -> bytes:
    """An array as bytes behind a checksum of itself and of what it is."""
    data: bytes = values.tobytes()
    return checksum(str(about), data).to_bytes(8, "little") + data


def check(blob: bytes, *about: int) -> bytes | None:
    """The bytes that were sealed; None where they are not those."""
    data = bytes(memoryview(blob)[8:])
    return data if checksum(str(about), data) == int.from_bytes(blob[:8], "little") else None


def read_slice(blob: bytes, *about: int) -> _U64 | None:
    """The postings of a slice; None where they are damaged."""
    data = check(blob, *about)
    return None if data is None or len(data) % 8 else np.frombuffer(data, np.uint64)
