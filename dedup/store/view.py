"""Posting lists in memory: the filters of all runs, slices as they are needed, and the tail that no run has yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.store.protocol import Directory, Holders, Lists, Version
from dedup.store.runs import LARGE, SLICE_BITS, Run, mixed
from dedup.store.tail import Piece, Tail
from dedup.text import ranges

__all__ = ["Loaded", "Read", "Stamp", "View"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]
Read = Callable[[Sequence[int]], list[_U64]]  # slices by their numbers: run << SLICE_BITS | place in the run

_SINGLY = 64  # keys for each run at most that are looked up slice by slice; for more whole runs are read


class Stamp(NamedTuple):
    """Which state of the database a view is of: the last article, changes of the runs, changes of the dead."""

    last: int
    runs: int
    dead: int


class Loaded:
    """A run with those of its slices that were read so far; they never change, so threads may share it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._slices: dict[int, _U64] = {}
        self._whole: tuple[_U64, _I64] | None = None  # with where each slice begins

    def __len__(self) -> int:
        return len(self.run.directory.number)

    def whole(self, read: Read) -> tuple[_U64, _I64]:
        """All postings, and where each slice begins."""
        if (known := self._whole) is not None:
            return known
        first = self.run.number << SLICE_BITS
        slices = read(range(first, first + (1 << self.run.bits)))
        whole = np.concatenate(slices), np.cumsum([0, *map(len, slices)])
        self._slices, self._whole = {}, whole
        return whole

    def known(self, place: int) -> _U64 | None:
        """A slice, where it was read."""
        if (known := self._whole) is not None:
            postings, edges = known
            return postings[edges[place] : edges[place + 1]]
        return self._slices.get(place)

    def learn(self, place: int, postings: _U64) -> None:
        """Keeps a slice that was read."""
        self._slices[place] = postings

    def forget(self) -> None:
        """Frees the memory of all slices."""
        self._slices, self._whole = {}, None


class _Part(NamedTuple):
    """Postings in which some keys are to be found.

    Attributes:
        which: int64, places of the keys among those asked for.
        base: int64, where the versions of the run begin of each key.
        postings: those that begin with the same bits[i] bits as key i are starts[i]:ends[i].
    """

    which: _I64
    base: _I64
    postings: _U64
    starts: _I64
    ends: _I64
    bits: _I64


_Held = tuple[_I64, _U64, _I64, _I64, _I64]  # as kernels.count_alive takes them


class _Group:
    """Several runs side by side: their filters and directories, one behind the other, where the runs have them from."""

    def __init__(self, loaded: tuple[Loaded, ...]) -> None:
        self.loaded = loaded
        runs = [one.run for one in loaded]
        self._words = np.concatenate([np.zeros(0, np.uint64), *(run.filter for run in runs)])
        self._shapes = np.array([(run.bits, run.words) for run in runs], np.int64).reshape(-1, 2)
        self.directory = Directory.join([run.directory for run in runs])
        self.edges = np.cumsum([0, *map(len, loaded)])
        words = np.cumsum([0, *(len(run.filter) for run in runs)])
        for n, one in enumerate(loaded):
            own, versions = (slice(*ends[n : n + 2]) for ends in (words, self.edges))
            one.run = replace(runs[n], filter=self._words[own], directory=self.directory.take(versions))

    def flags(self, dead: _I64) -> _Flags:
        """Whether each version is dead; nothing where none is."""
        is_dead = np.isin(self.directory.number, dead) if self._has_any(dead) else np.zeros(0, np.bool_)
        return is_dead if is_dead.any() else is_dead[:0]

    def _has_any(self, dead: _I64) -> bool:
        bounds = [np.searchsorted(dead, [one.run.first, one.run.last + 1]) for one in self.loaded]
        return any(hi > lo for lo, hi in bounds)

    def find(self, codes: _U64, read: Read) -> list[_Held]:
        """Who holds the mixed keys, which ascend; by run, then by key."""
        if not self.loaded:
            return []
        run, which = kernels.may_hold(codes, self._words, self._shapes)
        if len(run) <= _SINGLY * len(self.loaded):
            return [_hold(self._some(run, which, codes[which], read), codes)] if len(run) else []
        ends = np.searchsorted(run, np.arange(len(self.loaded) + 1)).tolist()
        return [
            _hold(self._whole(n, which[ends[n] : ends[n + 1]], codes, read), codes) for n in np.unique(run).tolist()
        ]

    def _whole(self, number: int, which: _I64, codes: _U64, read: Read) -> _Part:
        """One run, all of which is read."""
        postings, edges = self.loaded[number].whole(read)
        bits = self._shapes[number, 0]
        place = (codes[which] >> np.uint64(48 - bits)).astype(np.int64)
        base, bits = np.full(len(which), self.edges[number]), np.full(len(which), bits)
        return _Part(which, base, postings, edges[place], edges[place + 1], bits)

    def _some(self, run: _I64, which: _I64, codes: _U64, read: Read) -> _Part:
        """The slices that keys may be in, each key in its run."""
        bits = self._shapes[run, 0]
        place = codes >> (48 - bits).astype(np.uint64)
        wanted = list(zip(run.tolist(), place.tolist(), strict=True))
        slices = {(r, at): self.loaded[r].known(at) for r, at in wanted}
        if missing := [pair for pair, postings in slices.items() if postings is None]:
            found = read([self.loaded[r].run.number << SLICE_BITS | at for r, at in missing])
            for (r, at), postings in zip(missing, found, strict=True):
                slices[r, at] = postings
                self.loaded[r].learn(at, postings)
        there = [postings for postings in slices.values() if postings is not None]
        edges, number = np.cumsum([0, *map(len, there)]), {pair: n for n, pair in enumerate(slices)}
        segment = np.array([number[pair] for pair in wanted], np.int64)
        return _Part(which, self.edges[run], np.concatenate(there), edges[segment], edges[segment + 1], bits)


class _Fresh:
    """A piece of the tail, as a group of one run."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self.directory = piece.directory
        self.edges = np.array([0, len(piece.versions)])

    def flags(self, dead: _I64) -> _Flags:
        """See _Group."""
        is_dead: _Flags = np.isin(self.directory.number, dead)
        return is_dead if is_dead.any() else is_dead[:0]

    def find(self, codes: _U64, read: Read) -> list[_Held]:
        """See _Group."""
        postings, nothing = self._piece.postings, np.zeros(len(codes), np.int64)
        which, ends = np.arange(len(codes)), np.full(len(codes), len(postings))
        return [_hold(_Part(which, nothing, postings, nothing, ends, nothing), codes)]


def _hold(part: _Part, codes: _U64) -> _Held:
    """Who holds the keys of a part, those that somebody holds."""
    begin, end = kernels.find_keys(part.postings, part.starts, part.ends, part.bits, codes[part.which])
    held = np.flatnonzero(end > begin)
    return part.which[held], part.postings, begin[held], end[held], part.base[held]


class _Everyone(NamedTuple):
    """The versions of a view by their place: those of each group, one behind the other."""

    directories: tuple[Directory, ...]
    edges: _I64

    def take(self, places: _I64) -> Directory:
        """Those of these places."""
        order = None if (places[1:] >= places[:-1]).all() else np.argsort(places)
        ascending = places if order is None else places[order]
        ends = np.searchsorted(ascending, self.edges).tolist()
        found = Directory.join([
            directory.take(ascending[lo:hi] - first)
            for directory, first, lo, hi in zip(self.directories, self.edges.tolist(), ends, ends[1:], strict=False)
        ])  # fmt: skip
        return found if order is None else found.take(np.argsort(order))


class View:
    """The posting lists of one state of the database; a value that never changes, but for slices that it learns.

    Attributes:
        stamp: which state.
        loaded, tail: its runs, and what stands in none.
    """

    def __init__(self, stamp: Stamp, loaded: Iterable[Loaded], dead: _I64, tail: Tail, former: View | None) -> None:
        self.stamp = stamp
        self.loaded = tuple(loaded)
        self.tail = tail
        self._dead = dead
        large = tuple(one for one in self.loaded if len(one) > LARGE // 2)
        parts = [large, tuple(one for one in self.loaded if one not in large)]  # the large ones seldom change
        known = {group.loaded: (group, flags) for group, flags in former._runs} if former else {}
        is_same = former is not None and former.stamp.dead == stamp.dead
        self._runs: list[tuple[_Group, _Flags]] = []
        for part in parts:
            group, flags = known.get(part) or (_Group(part), None)
            self._runs.append((group, flags if is_same and flags is not None else group.flags(dead)))
        fresh = [_Fresh(piece) for piece in tail.pieces]
        self._groups: list[tuple[_Group | _Fresh, _Flags]] = [*self._runs, *((one, one.flags(dead)) for one in fresh)]
        sizes = [int(group.edges[-1]) for group, _ in self._groups]
        self._everyone = _Everyone(tuple(group.directory for group, _ in self._groups), np.cumsum([0, *sizes]))

    @property
    def after(self) -> int:
        """The version behind which the tail begins."""
        return self.loaded[-1].run.last if self.loaded else 0

    def extended(self, versions: Sequence[Version], last: int) -> View:
        """The same with further versions, and all articles up to `last`."""
        tail = self.tail.extended(versions, last)
        return View(self.stamp._replace(last=last), self.loaded, self._dead, tail, self)

    def is_dead(self, one: Loaded) -> _Flags:
        """Whether each of a run's versions is gone."""
        for group, flags in self._runs:
            if len(flags) and one in group.loaded:
                at = group.loaded.index(one)
                return flags[group.edges[at] : group.edges[at + 1]]
        return np.zeros(len(one), np.bool_)

    def holders(self, keys: _U64, limits: tuple[int, int], last: int, read: Read) -> tuple[_I64, Holders]:
        """See Snapshot.holders, limits: most and hubs; none of the versions behind `last`."""
        most, hubs = limits
        order = np.argsort(codes := mixed(keys))
        codes, counts = codes[order], np.zeros(len(keys), np.int64)
        parts = [
            (held, self._alive(group, flags, last), group.directory.order, first)
            for (group, flags), first in zip(self._groups, self._everyone.edges.tolist(), strict=False)
            for held in group.find(codes, read)
        ]  # fmt: skip
        for held, is_dead, *_ in parts:
            kernels.count_alive(held, is_dead, most, counts)
        crowded = np.flatnonzero(counts > most)
        crowd = np.full(len(keys), -1)
        crowd[crowded] = np.arange(len(crowded))
        shape = len(crowded), min(hubs, int(counts.max(initial=0)))
        crowds = crowd, np.empty(shape, np.uint64), np.empty(shape, np.int64), np.zeros(len(crowded), np.int64)
        room = int(counts[crowd < 0].sum())
        key, place, n = np.empty(room, np.int64), np.empty(room, np.int64), 0
        for held, *versions in parts:
            n += kernels.gather_holders(held, tuple(versions), crowds, key[n:], place[n:])
        _, _, chosen, many = crowds
        is_hub = np.arange(shape[1]) < many[:, None]
        key = np.concatenate([key, np.repeat(crowded, many)])
        result = np.empty_like(counts)
        result[order] = counts
        return result, Holders(order[key], np.concatenate([place, chosen[is_hub]]), self._everyone)

    def of_orders(self, orders: _U64) -> _I64:
        """Numbers of the versions whose order is one of these in its first 48 bits; the dead are among them."""
        found = [np.zeros(0, np.int64)]
        for group, _ in self._groups:
            starts, ends = (np.repeat(edges, len(orders)) for edges in (group.edges[:-1], group.edges[1:]))
            codes = np.tile(orders >> np.uint64(16), len(group.edges) - 1)
            begin, end = kernels.find_keys(group.directory.order, starts, ends, np.zeros_like(starts), codes)
            found.append(group.directory.number[ranges(begin, end - begin)])
        return np.concatenate(found)

    def _alive(self, group: _Group | _Fresh, is_dead: _Flags, last: int) -> _Flags:
        """Which versions do not count: those that are dead, or behind `last`."""
        if last >= self.tail.last or not isinstance(group, _Fresh):
            return is_dead
        is_late: _Flags = group.directory.number > last
        return is_late | is_dead if len(is_dead) else is_late

    def hold_enough(self, who: Holders, lists: Lists, least: _I64, read: Read) -> _Flags:
        """See Snapshot."""
        by_code = np.argsort(codes := mixed(lists.keys))
        codes, rank = codes[by_code], np.argsort(by_code)
        order, result = np.argsort(who.place), np.zeros(len(who.place), np.bool_)
        place, ends = who.place[order], np.searchsorted(who.place[order], self._everyone.edges).tolist()
        for number, (group, _) in enumerate(self._groups):
            own = order[ends[number] : ends[number + 1]]
            inside = place[ends[number] : ends[number + 1]] - self._everyone.edges[number]
            base = group.edges[np.searchsorted(group.edges, inside, side="right") - 1]
            for held in group.find(codes, read) if len(own) else ():
                if not len(held[0]):
                    continue
                first, last = held[-1][[0, -1]]
                some = slice(np.searchsorted(base, first), np.searchsorted(base, last, side="right"))
                asked = who.key[own[some]], inside[some], base[some], least[own[some]]
                flags = np.zeros(len(asked[0]), np.bool_)
                kernels.hold_enough(held, (rank[lists.members], lists.starts, len(codes)), asked, flags)
                result[own[some]] = flags
        return result
