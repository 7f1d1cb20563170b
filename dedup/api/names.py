"""The ids and the details of many articles, as bytes: a Python object for each would take several times as much."""

from __future__ import annotations

import functools
import itertools
import marshal
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, overload

import numpy as np

from dedup import kernels
from dedup.io import Batch
from dedup.spool import Spool

__all__ = ["Details", "Ids", "Numbers", "by_id", "look_up", "take_ids"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_REMEMBERED = 1 << 14  # articles whose details are asked for again and again
_NAMES = ("title", "source", "url", "credit", "published")
_PUBLISHED = _NAMES.index("published")


class Ids(Sequence[str]):
    """Ids that are all different, by number.

    >>> ids = Ids()
    >>> ids.extend([b"a", b"b", b"a", b"c"]), list(ids), ids.find("b"), ids.find("d")
    (2, ['a', 'b'], 1, -1)
    """

    def __init__(self) -> None:
        self._count = 0
        self._buf = np.empty(1 << 12, np.uint8)
        self._offsets = np.zeros(1 << 8, np.int64)
        self._table = np.zeros(1 << 9, np.uint32)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return self.take(np.arange(self._count)[number])
        if not 0 <= number < self._count:
            raise IndexError(f"{number}: need 0 <= number < {self._count}")
        lo, hi = self._offsets[number : number + 2].tolist()
        return self._buf[lo:hi].tobytes().decode("utf-8", "surrogatepass")

    def take(self, numbers: _I64) -> list[str]:
        """Those of these numbers."""
        spans = zip(self._offsets[numbers].tolist(), self._offsets[numbers + 1].tolist(), strict=True)
        held = self._buf.data
        return [str(held[lo:hi], "utf-8", "surrogatepass") for lo, hi in spans]

    def extend(self, blobs: Sequence[bytes]) -> int:
        """Takes ids, as UTF-8, up to the first one that is there already; returns how many."""
        lengths = np.cumsum(list(map(len, blobs)), dtype=np.int64)
        first, last, start = self._count, self._count + len(blobs), int(self._offsets[self._count])
        self._reserve(last, start + int(lengths[-1]) if len(blobs) else start)
        self._buf[start : start + sum(map(len, blobs))] = np.frombuffer(b"".join(blobs), np.uint8)
        self._offsets[first + 1 : last + 1] = start + lengths
        self._count = int(kernels.enter_names(self._table, self._buf, self._offsets, first, last))
        return self._count - first

    def _reserve(self, count: int, size: int) -> None:
        if size > len(self._buf):
            self._buf = np.concatenate([self._buf, np.empty(max(size, len(self._buf)), np.uint8)])
        if count >= len(self._offsets):
            self._offsets = np.concatenate([self._offsets, np.empty(max(count, len(self._offsets)), np.int64)])
        if 3 * count > 2 * len(self._table):
            self._table = np.zeros(1 << (2 * count).bit_length(), np.uint32)
            kernels.enter_names(self._table, self._buf, self._offsets, 0, self._count)

    def find(self, id: str) -> int:
        """The number of an id; -1 where it is none of them."""
        name = np.frombuffer(id.encode("utf-8", "surrogatepass"), np.uint8)
        return int(kernels.find_name(self._table, self._buf, self._offsets, name))

    def digests(self) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """A hash of each id: uint64."""
        buf = self._buf[: self._offsets[self._count]]
        buf.flags.writeable = False  # as all texts are: the kernel is compiled for one kind of array
        hashes: np.ndarray[Any, np.dtype[np.uint64]] = kernels.digests(
            buf, self._offsets, np.zeros(self._count, np.uint64)
        )
        return hashes

    def order(self, numbers: _I64) -> _I64:
        """Places of the numbers, by id: eight bytes after eight, since UTF-8 is in the order of the code points."""
        count, starts = len(numbers), self._offsets[numbers]
        sizes = self._offsets[numbers + 1] - starts
        order, left = np.arange(count), np.arange(count)  # left: places in order that are not decided
        rank, depth = np.zeros(count, np.int64), 0  # where the run of equals begins, by number
        while len(left):
            which = order[left]
            words = kernels.words_at(self._buf, starts[which] + depth, np.maximum(sizes[which] - depth, 0))
            ends = np.minimum(np.maximum(sizes[which] - depth, 0), 9)
            by = np.lexsort((ends, words, rank[which]))
            order[left] = which = which[by]
            words, ends, runs = words[by], ends[by], rank[which]
            is_first = np.ones(len(which), np.bool_)
            is_first[1:] = (runs[1:] != runs[:-1]) | (words[1:] != words[:-1]) | (ends[1:] != ends[:-1])
            begins = np.flatnonzero(is_first)
            rank[which] = np.repeat(left[begins], np.diff(begins, append=len(which)))
            is_alone = is_first & np.append(is_first[1:], True)
            left, depth = left[~is_alone], depth + 8
        return order


class Numbers(Mapping[str, int]):
    """The number of each id, as a mapping."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._ids.find(id) >= 0

    def __getitem__(self, id: str) -> int:
        number = self._ids.find(id) if isinstance(id, str) else -1
        if number < 0:
            raise KeyError(id)
        return number


class Details(Sequence[dict[str, Any]]):
    """title, source, url, credit and published of articles, by number, those that they have."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._firsts: list[int] = []
        self._offsets: list[Any] = []  # unsigned, as wide as they need be
        self._count = 0
        self._zones: dict[tzinfo | None, int] = {}
        self._odd: list[Any] = []  # what is no plain date or datetime
        self._look_up = functools.lru_cache(_REMEMBERED)(self._read)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_look_up"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._look_up = functools.lru_cache(_REMEMBERED)(self._read)

    def __len__(self) -> int:
        return self._count

    def extend(self, batch: Batch) -> None:
        """Takes the details of articles."""
        published = map(self._encode, batch.published)
        rows = zip(batch.titles, batch.sources, batch.urls, batch.credits, published, strict=True)
        blobs = list(map(marshal.dumps, rows))
        offsets = np.zeros(len(blobs) + 1, np.int64)
        np.cumsum(list(map(len, blobs)), out=offsets[1:])
        self._spool.put(np.frombuffer(b"".join(blobs), np.uint8))
        self._firsts.append(self._count)
        self._offsets.append(offsets.astype(np.min_scalar_type(offsets[-1])))
        self._count += len(batch)

    @overload
    def __getitem__(self, number: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, number: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, number: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(self._count))]
        if not 0 <= number < self._count:
            raise IndexError(f"{number}: need 0 <= number < {self._count}")
        return self._look_up(int(number))

    def _read(self, number: int) -> dict[str, Any]:
        chunk = bisect_right(self._firsts, number) - 1
        lo, hi = self._offsets[chunk][number - self._firsts[chunk] :][:2].tolist()
        *texts, published = marshal.loads(self._spool.get(chunk, lo, hi).tobytes())
        return {name: value for name, value in zip(_NAMES, (*texts, self._decode(published)), strict=True) if value}

    def take(self, which: _I64, *names: str) -> Iterator[tuple[Any, ...]]:
        """Those of these names of some articles (ascending), one after the other; "" or None where nothing is."""
        meant = [_NAMES.index(name) for name in names]
        edges = np.searchsorted(which, [*self._firsts, self._count]).tolist()
        for chunk, (lo, hi) in enumerate(itertools.pairwise(edges)):
            if lo < hi:
                offsets, places = self._offsets[chunk], which[lo:hi] - self._firsts[chunk]
                starts, ends = offsets[places], offsets[places + 1]
                blob = self._spool.get(chunk, int(starts[0]), int(ends[-1])).tobytes()
                spans = zip((starts - starts[0]).tolist(), (ends - starts[0]).tolist(), strict=True)
                columns = [*zip(*[marshal.loads(blob[start:end]) for start, end in spans], strict=True)]
                yield from zip(*(
                    map(self._decode, columns[i]) if i == _PUBLISHED else columns[i] for i in meant
                ), strict=True)  # fmt: skip

    def _encode(self, value: Any) -> Any:
        """None, (day), (state as pickle has it, zone), or the place among what is odd."""
        if value is None:
            return None
        try:
            if type(value) is datetime:
                zone = self._zones.setdefault(value.tzinfo, len(self._zones))
                return value.__reduce_ex__(4)[1][0], zone
        except TypeError:  # a zone that cannot be a key
            pass
        if type(value) is date:
            return (value.toordinal(),)
        self._odd.append(value)
        return len(self._odd) - 1

    def _decode(self, code: Any) -> Any:
        if code is None or isinstance(code, int):
            return None if code is None else self._odd[code]
        if len(code) == 1:
            return date.fromordinal(code[0])
        state, zone = code
        return datetime(state, list(self._zones)[zone])  # type: ignore[call-arg]  # as pickle makes it

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[number] for number in range(self._count))

    def close(self) -> None:
        """Forgets everything."""
        self._spool.close()


def by_id(ids: Sequence[str], numbers: _I64) -> _I64:
    """Places of the numbers in the order of the ids, int64."""
    if isinstance(ids, Ids):
        return ids.order(numbers)
    named = take_ids(ids, numbers)
    return np.array(sorted(range(len(named)), key=named.__getitem__), np.int64)


def take_ids(ids: Sequence[str], numbers: _I64) -> list[str]:
    """The ids of these numbers."""
    return ids.take(numbers) if isinstance(ids, Ids) else [ids[number] for number in numbers.tolist()]


def look_up(details: Sequence[dict[str, Any]], which: _I64, *names: str) -> Iterator[tuple[Any, ...]]:
    """The details of these names of some articles (ascending), one after the other; "" or None where nothing is."""
    if isinstance(details, Details):
        return details.take(which, *names)
    return (tuple(details[number].get(name) for name in names) for number in which.tolist())
