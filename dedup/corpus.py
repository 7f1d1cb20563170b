"""The texts of a scan, as UTF-8 in chunks: sketched as they come in, and looked up again for exact comparison."""

from __future__ import annotations

import functools
import itertools
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.furniture import Furniture, Learner
from dedup.models import Params, Passage
from dedup.sketch import Sketcher, Sketches
from dedup.text import Learnt, pack, spans
from dedup.threads import each_range, thread_count

__all__ = ["Corpus", "Prepared", "passages"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_U8 = np.ndarray[Any, np.dtype[np.uint8]]


class _Chunk(NamedTuple):
    first: int
    buf: np.ndarray[Any, np.dtype[np.uint8]]
    offsets: _I64
    groups: _U64  # of sources, see dedup.furniture


@dataclass(frozen=True, slots=True)
class Prepared:
    """Articles ready for exact comparison, in the order asked for.

    Attributes:
        syllables, flags: uint64 and uint8, canonical, one article after the other.
        syllable_starts: int64 (n + 1,).
        shingles: uint64, each article's sorted and distinct.
        shingle_starts: int64 (n + 1,).
    """

    syllables: np.ndarray[Any, np.dtype[np.uint64]]
    flags: np.ndarray[Any, np.dtype[np.uint8]]
    syllable_starts: _I64
    shingles: np.ndarray[Any, np.dtype[np.uint64]]
    shingle_starts: _I64

    @staticmethod
    def of(texts: Sequence[str], params: Params, furniture: Furniture, groups: Sequence[np.uint64]) -> Prepared:
        """A few texts, prepared at once, each without the furniture of its group."""
        buf, offsets = pack([text.encode("utf-8", "surrogatepass") for text in texts])
        grouped = furniture.grouped(np.array(groups, np.uint64), params)
        return _join([
            kernels.prepare(buf, offsets, grouped.groups, np.arange(len(texts)), grouped.tables, params.k)
        ])  # fmt: skip


class Corpus:
    """Texts in the order they were added, each numbered from 0; sketched by other threads as they come.

    Attributes:
        furniture: what is left out of the texts; once `finish` is called also what was learnt from them.
    """

    def __init__(self, params: Params, furniture: Furniture, *, signatures: bool = False) -> None:
        self._params = params
        self.furniture = furniture
        self._signatures = signatures
        self._learner = Learner()
        self._sketcher = Sketcher(params, signatures=signatures)
        self._chunks: list[_Chunk] = []
        self._firsts: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, texts: Sequence[bytes], groups: _U64, teaching: _U64 | None = None) -> None:
        """Appends texts, as UTF-8, with the groups of their sources; with `teaching` they show what is furniture, those
        alone whose group there is not 0."""
        chunk = _Chunk(self._count, *pack(texts), groups)
        self._chunks.append(chunk)
        self._firsts.append(chunk.first)
        self._count += len(texts)
        take = None if teaching is None else functools.partial(self._learner.add, chunk.first, teaching)
        grouped = self.furniture.grouped(groups, self._params)
        self._sketcher.add(chunk.buf, chunk.offsets, grouped, take)

    def finish(self, names: Mapping[int, str]) -> Sketches:
        """The sketches of all texts, without the furniture that they show; nothing can be added afterwards.

        Args:
            names: the source of each group.
        """
        sketches = self._sketcher.finish()
        if found := self._learner.learn(sketches.versions):
            self.furniture = Furniture.of(found, self.utf8, names, self._params)
            sketches = self._renewed(sketches, self._learner.holding(found))
        self._learner = Learner()
        return sketches

    def _renewed(self, sketches: Sketches, which: _I64) -> Sketches:
        """The sketches, those of the texts `which` made anew by what is furniture now."""
        sketcher = Sketcher(self._params, signatures=self._signatures)
        try:
            edges = np.searchsorted(which, [*self._firsts, self._count])
            for chunk, lo, hi in zip(self._chunks, edges, edges[1:], strict=False):
                places = which[lo:hi] - chunk.first
                buf, offsets = chunk.buf, chunk.offsets
                if len(places) < len(offsets) - 1:
                    buf, offsets = pack([buf[offsets[p] : offsets[p + 1]].tobytes() for p in places.tolist()])
                sketcher.add(buf, offsets, self.furniture.grouped(chunk.groups[places], self._params))
            place = np.arange(len(sketches))
            place[which] = len(sketches) + np.arange(len(which))
            return Sketches.join([sketches, sketcher.finish()]).take(place)
        finally:
            sketcher.close()

    def learnt(self, number: int) -> Learnt | None:
        """The furniture that is left out of a text."""
        chunk = self._chunks[bisect_right(self._firsts, number) - 1]
        return self.furniture.learnt(chunk.groups[number - chunk.first])

    def close(self) -> None:
        """Drops what is under way."""
        self._sketcher.close()

    def _locate(self, which: _I64) -> tuple[_I64, _I64]:
        firsts = np.array(self._firsts, np.int64)
        chunk = np.searchsorted(firsts, which, side="right") - 1
        return chunk, which - firsts[chunk]

    def utf8(self, number: int) -> bytes:
        """A text as it was added."""
        chunk = self._chunks[bisect_right(self._firsts, number) - 1]
        place = number - chunk.first
        return chunk.buf[chunk.offsets[place] : chunk.offsets[place + 1]].tobytes()

    def text(self, number: int) -> str:
        """A text as a string."""
        return self.utf8(number).decode("utf-8", "surrogatepass")

    def sizes(self, which: _I64) -> _I64:
        """Bytes of each text, int64."""
        chunk, place = self._locate(which)
        result = np.empty(len(which), np.int64)
        for number in np.unique(chunk).tolist():
            inside, offsets = chunk == number, self._chunks[number].offsets
            result[inside] = offsets[place[inside] + 1] - offsets[place[inside]]
        return result

    def prepare(self, which: _I64, *, shingles: bool = True) -> Prepared:
        """The texts `which` (ascending) made ready for exact comparison, or without their shingles."""
        k = self._params.k if shingles else 0
        chunk, place = self._locate(which)
        parts = []
        for number in np.unique(chunk).tolist():
            places = place[chunk == number]
            taken = self._chunks[number]
            parts.append((taken, self.furniture.grouped(taken.groups, self._params), places))

        def work(lo: int, hi: int) -> list[tuple[Any, ...]]:
            return [kernels.prepare(c.buf, c.offsets, g.groups, places, g.tables, k) for c, g, places in parts[lo:hi]]

        done = [part for batch in each_range(work, len(parts), thread_count(self._params.threads), 4) for part in batch]
        return _join(done) if done else Prepared.of([], self._params, self.furniture, [])

    def prepare_pairs(self, left: _I64, right: _I64) -> tuple[Prepared, _I64, _I64]:
        """The texts of pairs made ready, each once; which of these is the left one and the right one of each pair."""
        which = np.unique(np.concatenate([left, right]))
        return self.prepare(which), np.searchsorted(which, left), np.searchsorted(which, right)


def _join(parts: list[tuple[Any, ...]]) -> Prepared:
    syllables, flags, syllable_ends, shingles, shingle_ends = zip(*parts, strict=True)
    return Prepared(
        np.concatenate(syllables), np.concatenate(flags), _starts(syllable_ends),
        np.concatenate(shingles), _starts(shingle_ends),
    )  # fmt: skip


def _starts(ends: tuple[_I64, ...]) -> _I64:
    """The ends of several parts as starts of all of them together: int64 (n + 1,)."""
    base = np.cumsum([0] + [int(part[-1]) if len(part) else 0 for part in ends])
    return np.concatenate([np.zeros(1, np.int64), *(part + b for part, b in zip(ends, base, strict=False))])


def passages(
    a: str, b: str, params: Params, learnt_a: Learnt | None = None, learnt_b: Learnt | None = None
) -> list[Passage]:
    """The copied passages of two texts, by their start in a (greedy string tiling; Wise 1993)."""
    syl_a, flag_a, start_a, end_a = spans(a, params, learnt_a)
    syl_b, flag_b, start_b, end_b = spans(b, params, learnt_b)
    return [
        Passage(int(start_a[i]), int(end_a[i + n - 1]), int(start_b[j]), int(end_b[j + n - 1]), n)
        for tile in sorted(kernels.tile_spans(syl_a, syl_b).tolist())
        for i, j, n in _pieces(tile, flag_a, flag_b)
    ]


def _pieces(tile: list[int], flag_a: _U8, flag_b: _U8) -> Iterator[tuple[int, int, int]]:
    """A tile (start in a, start in b, syllables) cut where furniture stands inside one of the two texts."""
    i, j, n = tile
    is_cut = (flag_a[i + 1 : i + n] | flag_b[j + 1 : j + n]) & kernels.CUT != 0
    edges = [0, *(np.flatnonzero(is_cut) + 1).tolist(), n]
    for lo, hi in itertools.pairwise(edges):
        yield i + lo, j + lo, hi - lo
