"""What furniture is learnt from: units and samples of many texts, put away as they come and gone through in batches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from dedup import kernels
from dedup.spool import Spool
from dedup.text import ranges
from dedup.threads import each_item

__all__ = ["PARTS", "Among", "Notes", "Rows", "Texts", "pack"]

PARTS, _PART_SHIFT = 64, np.uint64(58)  # records are parted by the high bits of their keys
_TOGETHER = 1 << 18  # units that are put away at a time
_FEWEST, _MOST = 16, 26  # bits of a key that tables have a place for

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Records = np.ndarray[Any, Any]
_T = TypeVar("_T")

_UNIT = np.dtype([("key", np.uint64), ("lo", np.int32), ("hi", np.int32), ("about", np.uint8)])
_SAMPLE = np.dtype([("place", np.int32), ("value", np.uint64)])


class Texts(NamedTuple):
    """Texts in the order they came: int64 number, uint64 group, uint64 hash of the units and where they stand."""

    number: _I64
    group: _U64
    sums: _U64


class Rows(NamedTuple):
    """Records of texts in order, and int64, where those of each text end.

    Of units: key (hash and group), first syllable, last + 1, flags. Of samples: first syllable, hash of the shingle.
    """

    records: _Records
    ends: _I64

    def take(self, which: _I64) -> Rows:
        """Those of some texts, in that order."""
        starts = np.append(0, self.ends)[which]
        lengths = self.ends[which] - starts
        return Rows(self.records[ranges(starts, lengths)], np.cumsum(lengths))

    def texts(self) -> _I64:
        """The text of each record."""
        return np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))

    @staticmethod
    def join(parts: Sequence[Rows]) -> Rows:
        """The parts as one, in order."""
        lengths = [np.diff(part.ends, prepend=0) for part in parts]
        return Rows(np.concatenate([part.records for part in parts]), np.cumsum(np.concatenate(lengths)))


class Among:
    """Finds keys that are among some, at least one and ascending: by a table first, since most are not."""

    def __init__(self, some: _U64) -> None:
        self._some, self._table = some, np.zeros(1 << _bits(16 * len(some)), np.uint8)
        self._table[some >> np.uint64(64 - _bits(len(self._table)))] = 1

    def find(self, keys: _U64) -> tuple[_I64, _I64]:
        """(Places of those keys, which one each is)."""
        places = kernels.find_likely(self._table, np.ascontiguousarray(keys), 1)
        keys = keys[places]
        which = np.searchsorted(self._some, keys)
        is_one = self._some[np.minimum(which, len(self._some) - 1)] == keys
        return places[is_one], which[is_one]


class Notes:
    """The notes of texts. They can be larger than the memory: a batch of them is taken at a time, and what is collected
    from all is put away again by its keys."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._waiting: list[tuple[Rows, Rows]] = []
        self._size = self._units = 0
        self._texts: list[Texts] = []
        self._sizes: list[tuple[int, int]] = []  # texts and units of each batch
        self._counts = np.zeros(1 << _FEWEST, np.uint8)

    def __len__(self) -> int:
        return sum(texts for texts, _ in self._sizes) + sum(len(units.ends) for units, _ in self._waiting)

    def add(self, first: int, groups: _U64, notes: tuple[Any, ...]) -> None:
        """Takes those of kernels.sketches for texts number first, first + 1, …, but not for texts of group 0."""
        code, lo, hi, about, unit_ends, value, place, sample_ends = notes
        key = code ^ np.repeat(groups, np.diff(unit_ends, prepend=0))
        self._units += len(key)
        while _bits(self._units) > _bits(len(self._counts)):  # a place becomes two, each of which may have had them all
            self._counts = np.repeat(self._counts, 2)
        sums = kernels.survey_units(self._counts, key, lo, about, unit_ends)
        units = Rows(pack(_UNIT, key, lo, hi, about), unit_ends)
        samples = Rows(pack(_SAMPLE, place, value), sample_ends)
        which = np.flatnonzero(groups)
        if len(which) < len(groups):
            units, samples = units.take(which), samples.take(which)
        self._texts.append(Texts(first + which, groups[which], sums[which]))
        self._waiting.append((units, samples))
        self._size += len(units.records)
        if self._size >= _TOGETHER:
            self.finish()

    def finish(self) -> None:
        """Puts away what waits for more."""
        if self._waiting:
            units, samples = (Rows.join(parts) for parts in zip(*self._waiting, strict=True))
            for column in (units.ends, units.records, samples.ends, samples.records):
                self._spool.put(column)
            self._sizes.append((len(units.ends), len(units.records)))
            self._waiting, self._size = [], 0

    def take_texts(self) -> Texts:
        """All of them, at least one; they are told once."""
        columns, self._texts = zip(*self._texts, strict=True), []
        return Texts(*map(np.concatenate, columns))

    def each(self, work: Callable[[int, Rows], _T], threads: int) -> Iterator[_T]:
        """Results of work(how many texts came before, units) of each batch, in order; call `finish` before."""

        def read(batch: int) -> _T:
            ends, units = (self._spool.get(4 * batch + i, 0, count) for i, count in enumerate(self._sizes[batch]))
            return work(firsts[batch], Rows(units, ends))

        firsts = self._firsts()
        return each_item(read, range(len(self._sizes)), threads)

    def gather(self, texts: _I64) -> tuple[Rows, Rows]:
        """The units and the samples of some texts, at least one and ascending."""
        return self._gather(texts, 0), self._gather(texts, 2)

    def _gather(self, texts: _I64, column: int) -> Rows:
        firsts, found = self._firsts(), []
        for batch, (lo, hi) in enumerate(itertools.pairwise(np.searchsorted(texts, firsts).tolist())):
            if lo < hi:
                ends = np.append(0, self._spool.get(4 * batch + column, 0, self._sizes[batch][0]))
                which = texts[lo:hi] - firsts[batch]
                number = itertools.repeat(4 * batch + column + 1)
                spans = zip(number, ends[which].tolist(), ends[which + 1].tolist(), strict=False)
                records = self._spool.join(spans, (_UNIT, _SAMPLE)[column // 2])
                found.append(Rows(records, np.cumsum(ends[which + 1] - ends[which])))
        return Rows.join(found)

    def _firsts(self) -> list[int]:
        """How many texts came before each batch, and how many there are."""
        return list(itertools.accumulate((texts for texts, _ in self._sizes), initial=0))

    def find_frequent(self, keys: _U64, least: int) -> _I64:
        """The places of the keys that so many units have, ascending, and maybe of some others."""
        places: _I64 = kernels.find_likely(self._counts, np.ascontiguousarray(keys), least)
        return places

    def spread(self, work: Callable[[int, Rows], _Records], kind: Any, threads: int) -> Parted:
        """Puts the records of work(…), see `each`, of that dtype, away by their keys."""

        def part(first: int, units: Rows) -> tuple[_Records, _I64]:
            records = work(first, units)
            parts = (records["key"] >> _PART_SHIFT).astype(np.uint8)
            order = np.argsort(parts, kind="stable")
            return records[order], np.searchsorted(parts[order], np.arange(PARTS + 1))

        places = [(self._spool.put(records), edges) for records, edges in self.each(part, threads)]
        return Parted(self._spool, kind, places)

    def close(self) -> None:
        """Forgets everything."""
        self._waiting, self._texts, self._sizes = [], [], []
        self._counts = self._counts[:0]
        self._spool.close()


class Parted:
    """Records that were put away by their keys."""

    def __init__(self, spool: Spool, kind: Any, places: list[tuple[int, _I64]]) -> None:
        self._spool, self._kind, self._places = spool, kind, places

    def take(self, part: int) -> _Records:
        """Those of one of the PARTS, in the order they came; their keys are above those of the parts before."""
        spans = ((number, *edges[part : part + 2].tolist()) for number, edges in self._places)
        records: _Records = self._spool.join(spans, self._kind)
        return records


def pack(kind: Any, *columns: Any) -> _Records:
    """Columns as records of that kind."""
    records = np.empty(len(columns[0]), kind)
    for name, column in zip(kind.names, columns, strict=True):
        records[name] = column
    return records


def _bits(count: int) -> int:
    """How many high bits of a key a table of that many places or more goes by, within limits."""
    return min(_MOST, max(_FEWEST, (count - 1).bit_length()))
