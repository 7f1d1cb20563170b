"""The texts of a scan, as UTF-8 in chunks: sketched as they come in, and looked up again for exact comparison."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.models import Params, Passage
from dedup.sketch import Sketcher, Sketches
from dedup.text import pack, spans, tables
from dedup.threads import each_range, thread_count

__all__ = ["Corpus", "Prepared", "passages"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]


class _Chunk(NamedTuple):
    first: int
    buf: np.ndarray[Any, np.dtype[np.uint8]]
    offsets: _I64


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
    def of(texts: Sequence[str], params: Params) -> Prepared:
        """A few texts, prepared at once."""
        buf, offsets = pack([text.encode("utf-8", "surrogatepass") for text in texts])
        return _join([kernels.prepare(buf, offsets, np.arange(len(texts)), tables(params), params.k)])


class Corpus:
    """Texts in the order they were added, each numbered from 0; sketched by other threads as they come."""

    def __init__(self, params: Params, *, signatures: bool = False) -> None:
        self._params = params
        self._sketcher = Sketcher(params, signatures=signatures)
        self._chunks: list[_Chunk] = []
        self._firsts: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, texts: Sequence[bytes]) -> None:
        """Appends texts, as UTF-8."""
        chunk = _Chunk(self._count, *pack(texts))
        self._chunks.append(chunk)
        self._firsts.append(chunk.first)
        self._count += len(texts)
        self._sketcher.add(chunk.buf, chunk.offsets)

    def finish(self) -> Sketches:
        """The sketches of all texts; nothing can be added afterwards."""
        return self._sketcher.finish()

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

    def prepare(self, which: _I64) -> Prepared:
        """The texts `which` (ascending) made ready for exact comparison."""
        look_up, k = tables(self._params), self._params.k
        chunk, place = self._locate(which)
        parts = []
        for number in np.unique(chunk).tolist():
            places = place[chunk == number]
            parts.append((self._chunks[number], places))

        def work(lo: int, hi: int) -> list[tuple[Any, ...]]:
            return [kernels.prepare(c.buf, c.offsets, places, look_up, k) for c, places in parts[lo:hi]]

        done = [part for batch in each_range(work, len(parts), thread_count(self._params.threads), 4) for part in batch]
        return _join(done) if done else Prepared.of([], self._params)


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


def passages(a: str, b: str, params: Params) -> list[Passage]:
    """The copied passages of two texts, by their start in a (greedy string tiling; Wise 1993)."""
    syl_a, flag_a, start_a, end_a = spans(a, params)
    syl_b, flag_b, start_b, end_b = spans(b, params)
    tiles = kernels.tile_spans(syl_a, flag_a, syl_b, flag_b)
    return [
        Passage(int(start_a[i]), int(end_a[i + n - 1]), int(start_b[j]), int(end_b[j + n - 1]), n)
        for i, j, n in sorted(tiles.tolist())
    ]
