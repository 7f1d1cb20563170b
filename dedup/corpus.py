"""The texts of a scan, as UTF-8 in chunks: sketched as they come in, and looked up again for exact comparison."""

from __future__ import annotations

import functools
import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.furniture import Furniture, Learner
from dedup.models import Params, Passage
from dedup.prints import Prints, band_shape, keys_of
from dedup.profiles import Profiles
from dedup.sketch import Sketcher, Sketches
from dedup.spool import Spool, in_memory
from dedup.text import Learnt, distinct, pack, ranges, spans
from dedup.threads import each_range, thread_count

__all__ = ["Corpus", "Prepared", "Sketched", "passages"]

_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_U8 = np.ndarray[Any, np.dtype[np.uint8]]

_BLOCK = 16 << 20
_PART = 2048  # texts that are made ready at once
_GAP = 1 << 14  # bytes between two texts that are read along, rather than in two reads
_NO_COLUMNS = [[np.zeros((0, *tail), kind)] for tail, kind in (
    ((), np.int32), ((), np.int32), ((2,), np.uint64), ((2,), np.int32), ((), np.int32),
)]  # fmt: skip


class Sketched(NamedTuple):
    """What is known of each of n texts, and where its keys are.

    Attributes:
        size, selected: int32 (n,), how many keys each has (fingerprints or bands), and how many of them are selected.
        versions: uint64 (n, 2), a 128-bit hash of the canonical syllables: equal for copies.
        syllables: int32 (n, 2), canonical syllables kept, and left out as furniture.
        removed: int32 (n,), lines and sentences left out as furniture that the corpus showed.
        prints: the keys of holders.
        holders: int32, the number of the text that each holder of keys is; -1 for what was sketched anew since.
        profiles: what names the event of each article, where that is asked for.
    """

    size: _I32
    selected: _I32
    versions: _U64
    syllables: _I32
    removed: _I32
    prints: Prints
    holders: _I32
    profiles: Profiles | None


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
        return Prepared.join([
            kernels.prepare(buf, offsets, grouped.groups, np.arange(len(texts)), grouped.tables, params.k)
        ])  # fmt: skip

    @staticmethod
    def join(parts: Sequence[tuple[Any, ...]]) -> Prepared:
        """The parts as one, in order, each as kernels.prepare returns it; there is at least one."""
        if len(parts) == 1:
            syllables, flags, syllable_ends, shingles, shingle_ends = parts[0]
            return Prepared(syllables, flags, _starts((syllable_ends,)), shingles, _starts((shingle_ends,)))
        syllables, flags, syllable_ends, shingles, shingle_ends = zip(*parts, strict=True)
        return Prepared(
            np.concatenate(syllables), np.concatenate(flags), _starts(syllable_ends),
            np.concatenate(shingles), _starts(shingle_ends),
        )  # fmt: skip


class Corpus:
    """Texts in the order they were added, each numbered from 0; sketched by other threads as they come.

    Attributes:
        furniture: what is left out of the texts; once `finish` is called also what was learnt from them.
    """

    def __init__(self, params: Params, furniture: Furniture, spools: Callable[[str], Spool] = in_memory) -> None:
        self._params = params
        self.furniture = furniture
        self._texts = spools("texts.spool")
        self._prints = Prints(spools("prints.spool"))
        self._learner = Learner(spools("notes.spool"))
        self._columns: list[tuple[Any, ...]] = []
        self._profiles: list[Profiles] = []
        self._sketcher: Sketcher | None = self._make_sketcher()
        self._firsts: list[int] = []  # of each array of texts the number of the first
        self._ends = np.zeros(1, np.int64)  # bytes of all texts up to each, and not of those in `_more`
        self._groups = np.zeros(0, np.uint64)  # of sources, see dedup.furniture
        self._more: list[tuple[_I64, _U64]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def block(self) -> int:
        """Bytes of text that each thread makes ready at once: with four times as much of syllables and shingles, all of
        them take a tenth of the memory."""
        if self._params.memory is None:
            return _BLOCK
        return min(_BLOCK, max(1 << 20, (self._params.memory >> 6) // thread_count(self._params.threads)))

    def _make_sketcher(self) -> Sketcher:
        return Sketcher(self._params, signatures=band_shape(self._params) is not None, put=self._keep)

    def _keep(self, sketches: Sketches) -> None:
        """Puts keys away, and notes the rest."""
        flat, ends, selected = keys_of(sketches, self._params)
        self._prints.add(flat, ends)
        size = np.diff(ends, prepend=0)
        figures = (column.astype(np.int32) for column in (sketches.syllables, sketches.removed))
        self._columns.append((size.astype(np.int32), selected, sketches.versions, *figures))
        if sketches.profiles is not None:
            self._profiles.append(sketches.profiles)

    def add(
        self, buf: _U8, offsets: _I64, groups: _U64, teaching: _U64 | None = None,
        titles: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Appends texts, as UTF-8, with the groups of their sources; with `teaching` they show what is furniture, those
        alone whose group there is not 0; with the titles of their articles profiles are made too.

        Text i is buf[offsets[i]:offsets[i + 1]], and there is nothing else in `buf`, which must not change any more.
        """
        first = self._count
        self._texts.put(buf)
        self._firsts.append(first)
        self._more.append((offsets[1:], groups))
        self._count += len(groups)
        take = None if teaching is None else functools.partial(self._learner.add, first, teaching)
        assert self._sketcher is not None
        self._sketcher.add(buf, offsets, self.furniture.grouped(groups, self._params), take, titles)

    def finish(self, names: Mapping[int, str], title: Callable[[int], str] | None = None) -> Sketched:
        """The sketches of all texts, without the furniture that they show; nothing can be added afterwards.

        Args:
            names: the source of each group.
            title: that of an article, by its number, where profiles are made.
        """
        if self._sketcher is not None:
            self._sketcher.finish()
        self._sketcher = None
        columns, holders = self._take_columns(), np.arange(self._count, dtype=np.int32)
        found, which = self._learner.learn(columns[2], thread_count(self._params.threads))
        self._learner.close()
        if found:
            self.furniture = Furniture.of(found, self.utf8, names, self._params)
            self._sketch_anew(which, title)
            for column, new in zip(columns, self._take_columns(), strict=True):
                column[which] = new
            holders[which] = -1
            holders = np.append(holders, which.astype(np.int32))
        self._prints.finish()
        size, selected, versions, syllables, removed = columns
        profiles = None if title is None else Profiles.join(self._profiles)
        if profiles is not None and len(holders) > self._count:
            place = np.arange(self._count)
            place[which] = np.arange(self._count, len(holders))
            profiles = profiles.take(place)
        self._profiles = []
        return Sketched(size, selected, versions, syllables, removed, self._prints, holders, profiles)

    def _take_columns(self) -> list[Any]:
        """What was noted of the texts sketched since the last call."""
        columns = zip(*self._columns, strict=True) if self._columns else _NO_COLUMNS
        self._columns = []
        return [np.concatenate(column) for column in columns]

    def _sketch_anew(self, which: _I64, title: Callable[[int], str] | None) -> None:
        """Sketches the texts `which` (ascending) by what is furniture now."""
        sketcher = self._make_sketcher()
        try:
            for lo in range(0, len(which), _PART):
                buf, offsets, groups, inside = self._gather(which[lo : lo + _PART])
                if len(inside) < len(groups):
                    buf, offsets = pack([buf[offsets[p] : offsets[p + 1]].tobytes() for p in inside.tolist()])
                titles = None if title is None else [title(n) for n in which[lo : lo + _PART].tolist()]
                sketcher.add(buf, offsets, self.furniture.grouped(groups[inside], self._params), titles=titles)
            sketcher.finish()
        finally:
            sketcher.close()

    def _known(self) -> tuple[_I64, _U64]:
        """(0 and where each text ends among the bytes of all, the group of each)."""
        if self._more:
            ends, groups = zip(*self._more, strict=True)
            self._more = []
            self._ends = np.append(self._ends, self._ends[-1] + _starts(ends)[1:])
            self._groups = np.concatenate([self._groups, *groups])
        return self._ends, self._groups

    def _gather(self, which: _I64) -> tuple[_U8, _I64, _U64, _I64]:
        """(buf, offsets, groups) of texts that hold those of `which` (ascending), and where among them these are.

        Texts between two that are near are read along: one long read takes less than two short ones.
        """
        ends, groups = self._known()
        chunk = np.searchsorted(self._firsts, which, side="right") - 1
        is_cut = (np.diff(chunk) > 0) | (ends[which[1:]] - ends[which[:-1] + 1] > _GAP)
        cuts = np.flatnonzero(np.append(is_cut, True))
        last, first = which[cuts], which[np.append(0, cuts[:-1] + 1)]
        chunk = chunk[cuts]
        base = ends[np.array(self._firsts, np.int64)[chunk]]
        places = zip(chunk.tolist(), (ends[first] - base).tolist(), (ends[last + 1] - base).tolist(), strict=True)
        buf = np.concatenate([self._texts.get(*place) for place in places])
        buf.flags.writeable = False  # as all texts are: the kernels are compiled for one kind of array
        counts = last - first + 1
        held = ranges(first, counts)
        return buf, _starts((np.cumsum(ends[held + 1] - ends[held]),)), groups[held], np.searchsorted(held, which)

    def learnt(self, number: int) -> Learnt | None:
        """The furniture that is left out of a text."""
        return self.furniture.learnt(self._known()[1][number])

    def stop(self) -> None:
        """Drops what is under way."""
        if self._sketcher is not None:
            self._sketcher.close()

    def close(self) -> None:
        """Forgets the texts and all that belongs to them."""
        self.stop()
        self._learner.close()
        self._prints.close()
        self._texts.close()

    def utf8(self, number: int) -> bytes:
        """A text as it was added."""
        ends, chunk = self._known()[0], bisect_right(self._firsts, number) - 1
        lo, hi = (ends[number : number + 2] - ends[self._firsts[chunk]]).tolist()
        return bytes(self._texts.get(chunk, lo, hi))

    def text(self, number: int) -> str:
        """A text as a string."""
        return self.utf8(number).decode("utf-8", "surrogatepass")

    def read(self, which: _I64) -> Iterator[bytes]:
        """The texts `which` (ascending) as they were added, far faster than one by one where many are asked for."""
        for lo in range(0, len(which), _PART):
            buf, offsets, _, inside = self._gather(which[lo : lo + _PART])
            for start, end in zip(offsets[inside].tolist(), offsets[inside + 1].tolist(), strict=True):
                yield buf[start:end].tobytes()

    def sizes(self, which: _I64) -> _I64:
        """Bytes of each text, int64."""
        ends = self._known()[0]
        sizes: _I64 = ends[which + 1] - ends[which]
        return sizes

    def digest(self, seeds: _U64) -> int:
        """A hash of all texts, each with its seed, whatever their order: below 2**64."""
        ends, edges = self._known()[0], [*self._firsts, self._count]

        def work(lo: int, hi: int) -> int:
            total = 0
            for chunk in range(lo, hi):
                first, last = edges[chunk : chunk + 2]
                offsets = ends[first : last + 1] - ends[first]
                buf = self._texts.get(chunk, 0, int(offsets[-1]))
                total += int(kernels.digests(buf, offsets, seeds[first:last]).sum())
            return total

        return sum(each_range(work, len(self._firsts), thread_count(self._params.threads), 16)) % 2**64

    def prepare(self, which: _I64, *, shingles: bool = True, threads: int | None = None) -> Prepared:
        """The texts `which` (ascending) made ready for exact comparison, or without their shingles."""
        k = self._params.k if shingles else 0

        def work(lo: int, hi: int) -> tuple[Any, ...]:
            buf, offsets, groups, inside = self._gather(which[lo:hi])
            grouped = self.furniture.grouped(groups, self._params)
            ready: tuple[Any, ...] = kernels.prepare(buf, offsets, grouped.groups, inside, grouped.tables, k)
            return ready

        threads = thread_count(threads or self._params.threads)
        done = list(each_range(work, len(which), threads, len(which) if threads == 1 else _PART))
        return Prepared.join(done) if done else Prepared.of([], self._params, self.furniture, [])

    def prepare_pairs(self, left: _I64, right: _I64, threads: int | None = None) -> tuple[Prepared, _I64, _I64]:
        """The texts of pairs made ready, each once; which of these is the left one and the right one of each pair."""
        which = distinct(np.concatenate([left, right]))
        return self.prepare(which, threads=threads), np.searchsorted(which, left), np.searchsorted(which, right)


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
