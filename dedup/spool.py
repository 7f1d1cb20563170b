"""What a scan puts away until it is asked for again: in memory, or in a file of its working folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from dedup.errors import DiskError

__all__ = ["Spool", "in_memory", "why_not"]

_Array: TypeAlias = Any  # of one dimension
_MOST = 1 << 30  # bytes of one write: systems take at most two GiB


class Spool:
    """Arrays put away one after the other, each known by its number.

    Args:
        path: a file to keep them in, which is made anew; None for memory.
        has_name: whether the file stays when the process ends; it can be pickled then, without what it holds.
    """

    def __init__(self, path: Path | None = None, *, has_name: bool = True) -> None:
        self._path = path
        self._held: list[_Array] = []
        self._places: list[tuple[int, Any]] = []
        self._end = 0
        self._file = -1 if path is None else _open(path, os.O_CREAT | os.O_TRUNC)
        if path is not None and not has_name:
            path.unlink()

    def __len__(self) -> int:
        return len(self._held) + len(self._places)

    def put(self, array: _Array) -> int:
        """Puts an array of one dimension away; returns its number.

        Raises:
            DiskError: it does not fit on the disk.
        """
        if self._path is None:
            self._held.append(array)
        else:
            self._places.append((self._end, array.dtype))
            self._end += _write(self._file, self._path, array, self._end)
        return len(self) - 1

    def get(self, number: int, lo: int, hi: int) -> _Array:
        """Elements lo to hi - 1 of an array.

        Raises:
            DiskError: they cannot be read.
        """
        if self._path is None:
            return self._held[number][lo:hi]
        start, dtype = self._places[number]
        result = np.empty(hi - lo, dtype)
        _read(self._file, self._path, result, start + lo * result.itemsize)
        result.flags.writeable = False  # as arrays in memory are whose texts are read in place
        return result

    def join(self, spans: Iterable[tuple[int, int, int]], kind: Any) -> _Array:
        """Elements lo to hi - 1 of the arrays of that dtype, for each (number, lo, hi), as one array.

        Raises:
            DiskError: they cannot be read.
        """
        spans = list(spans)
        ends = np.cumsum([0, *(hi - lo for _, lo, hi in spans)]).tolist()
        result = np.empty(ends[-1], kind)
        for (number, lo, hi), start in zip(spans, ends, strict=False):
            if self._path is None:
                result[start : start + hi - lo] = self._held[number][lo:hi]
            else:
                place = self._places[number][0] + lo * result.itemsize
                _read(self._file, self._path, result[start : start + hi - lo], place)
        return result

    def __getstate__(self) -> dict[str, Any]:
        if self._path is None:
            return self.__dict__
        if self._file >= 0:
            os.fsync(self._file)
        return {**self.__dict__, "_file": min(self._file, 0)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._file >= 0 and self._path is not None:
            self._file = _open(self._path) if self._path.exists() else -1  # what is missing is not asked for any more

    def close(self) -> None:
        """Forgets everything; the file is removed. Twice is no error."""
        self._held, self._places = [], []
        if self._path is not None and self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._path.unlink(missing_ok=True)

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)


def in_memory(name: str) -> Spool:
    """A spool in memory, whatever it is for."""
    return Spool()


def _open(path: Path, flags: int = 0) -> int:
    try:
        return os.open(path, os.O_RDWR | flags, 0o600)
    except OSError as error:
        raise DiskError(str(path), why_not(error)) from None


def _write(file: int, path: Path, array: _Array, at: int) -> int:
    """Writes an array at that byte of a file; returns how many bytes it has."""
    left = np.ascontiguousarray(array).view(np.uint8).data
    total = len(left)
    try:
        while left:
            done = os.pwrite(file, left[:_MOST], at)
            left, at = left[done:], at + done
    except OSError as error:
        raise DiskError(str(path), why_not(error)) from None
    return total


def _read(file: int, path: Path, array: _Array, at: int) -> None:
    left = array.view(np.uint8).data
    try:
        while left:
            done = os.preadv(file, [left[:_MOST]], at)
            if not done:
                raise DiskError(str(path), "shorter than what was written to it")
            left, at = left[done:], at + done
    except OSError as error:
        raise DiskError(str(path), why_not(error)) from None


def why_not(error: OSError) -> str:
    """Says in a few words why the system refused a working file."""
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return "the disk is full" if is_full else error.strerror or str(error)
