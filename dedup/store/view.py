"""Posting lists in memory: the filters of all runs, slices as they are needed, and the tail that no run has yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.store.protocol import Holders, Version, hold_each
from dedup.store.runs import LARGE, SLICE_BITS, Directory, Run, directory_of, mixed
from dedup.text import ranges

__all__ = ["Loaded", "Stamp", "Tail", "View"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]
Read = Callable[[Sequence[int]], list[_U64]]  # slices by their numbers: run << SLICE_BITS | place in the run

_U = np.uint64
_U16, _LOW16 = _U(16), _U(LARGE - 1)
_TOGETHER = 32  # versions that are sorted among themselves; fewer go into a dictionary
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
        self._whole: tuple[_U64, list[int]] | None = None  # with where each slice begins
        self._by_number = np.argsort(run.directory.number)

    def whole(self, read: Read) -> _U64:
        """All postings."""
        if (known := self._whole) is not None:
            return known[0]
        first = self.run.number << SLICE_BITS
        slices = read(range(first, first + (1 << self.run.bits)))
        postings: _U64 = np.concatenate(slices)
        self._slices, self._whole = {}, (postings, np.cumsum([0, *map(len, slices)]).tolist())
        return postings

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

    def hold(self, numbers: _I64, codes: _U64, read: Read) -> _Flags:
        """Whether each version of these numbers holds the mixed key beside it."""
        run = self.run
        at = np.searchsorted(run.directory.number, numbers, sorter=self._by_number)
        place = self._by_number[np.minimum(at, len(self._by_number) - 1)]
        wanted = codes << _U16 | place.astype(np.uint64)
        pool = self._pool(np.unique(codes >> _U(48 - run.bits)).tolist(), read)
        if not len(pool):
            return np.zeros(len(numbers), np.bool_)
        found = pool[np.minimum(np.searchsorted(pool, wanted), len(pool) - 1)]
        is_held: _Flags = (found == wanted) & (run.directory.number[place] == numbers)
        return is_held

    def _pool(self, slices: Sequence[int], read: Read) -> _U64:
        """The postings of these slices, which are ascending, or all of them."""
        if (known := self._whole) is not None:
            return known[0]
        parts = {place: self.known(place) for place in slices}
        if missing := [place for place, postings in parts.items() if postings is None]:
            found = read([self.run.number << SLICE_BITS | place for place in missing])
            for place, postings in zip(missing, found, strict=True):
                parts[place] = postings
                self.learn(place, postings)
        pool: _U64 = np.concatenate([postings for postings in parts.values() if postings is not None])
        return pool

    def places(self, numbers: _I64) -> _I64:
        """Where versions of these numbers stand in the directory, those that do."""
        own = self.run.directory.number
        at = np.searchsorted(own, numbers, sorter=self._by_number)
        places = self._by_number[np.minimum(at, len(own) - 1)] if len(own) else at[:0]
        found: _I64 = places[own[places] == numbers[: len(places)]]
        return found


class Tail:
    """The versions that no run has yet; only ever added to."""

    def __init__(self, after: int) -> None:
        self.last = after
        self.versions: list[Version] = []
        nothing = np.zeros(256, np.int64)
        self._columns = Directory(nothing, nothing.copy(), nothing.copy(), np.zeros(256, np.uint64))
        self._postings: dict[int, list[int]] = {}  # of those that came singly
        self._sorted: tuple[tuple[_U64, _I64], ...] = ()  # of those that came together: keys and their holders

    def __len__(self) -> int:
        return len(self.versions)

    def extend(self, versions: Sequence[Version], last: int) -> None:
        """Appends versions, ascending; all articles up to `last` are accounted for then."""
        if versions:
            count = len(self.versions)
            new, place = directory_of(versions)
            while count + len(versions) > len(self._columns.number):
                self._columns = Directory(*(np.concatenate([c, np.zeros_like(c)]) for c in self._columns))
            for column, values in zip(self._columns, new, strict=True):
                column[count + place] = values
            if len(versions) < _TOGETHER:
                for at, version in enumerate(versions, count):
                    for key in version.fingerprints.tolist():
                        self._postings.setdefault(key, []).append(at)
            else:
                flat = np.concatenate([version.fingerprints for version in versions])
                owner = np.repeat(np.arange(count, count + len(versions)), [len(v.fingerprints) for v in versions])
                order = np.argsort(flat)
                self._sorted = (*self._sorted, (flat[order], owner[order]))
            self.versions += versions
        self.last = last

    def hold(self, numbers: _I64, keys: _U64) -> _Flags:
        """Whether each version of these numbers holds the key beside it."""
        wanted = {*numbers.tolist()}
        return hold_each({v.number: v.fingerprints for v in self.versions if v.number in wanted}, numbers, keys)

    def find(self, keys: _U64, last: int) -> tuple[_I64, _I64, Directory]:
        """(place of a key, who holds it) of all that hold one, and the directory; none behind `last`."""
        postings = self._postings
        which: list[int] = []
        places: list[int] = []
        for asked, key in enumerate(keys.tolist() if postings else ()):
            if key in postings:
                held = postings[key]
                places += held
                which += [asked] * len(held)
        parts = [(np.array(which, np.int64), np.array(places, np.int64))]
        for flat, owner in self._sorted:
            begin, end = np.searchsorted(flat, keys), np.searchsorted(flat, keys, side="right")
            held_by = np.flatnonzero(end > begin)
            lengths = (end - begin)[held_by]
            at = ranges(begin[held_by], lengths)
            parts.append((np.repeat(held_by, lengths), owner[at]))
        key_of, place = (np.concatenate(side) for side in zip(*parts, strict=True))
        columns = self._columns
        seen = columns.number[place] <= last
        return (key_of, place, columns) if seen.all() else (key_of[seen], place[seen], columns)


class _Held(NamedTuple):
    """Keys that runs hold: which of those asked for, where their postings begin and end, and where the versions of
    their run begin in the directory."""

    which: _I64
    postings: _U64
    begin: _I64
    end: _I64
    base: _I64

    def those(self, keep: Any) -> _Held:
        """Some of them."""
        return _Held(self.which[keep], self.postings, self.begin[keep], self.end[keep], self.base[keep])


class _Group:
    """Several runs side by side: their filters and directories, one behind the other."""

    def __init__(self, loaded: tuple[Loaded, ...]) -> None:
        self.loaded = loaded
        runs = [one.run for one in loaded]
        self._words = np.concatenate([np.zeros(0, np.uint64), *(run.filter for run in runs)])
        self._shapes = np.array([(run.bits, run.words) for run in runs], np.int64).reshape(-1, 2)
        self.directory = Directory.join([run.directory for run in runs])
        self.edges = np.cumsum([0, *(len(run.directory.number) for run in runs)])

    def find(self, keys: _U64, read: Read) -> list[_Held]:
        """Who holds the mixed keys, which are ascending."""
        if not self.loaded:
            return []
        run, key = kernels.may_hold(keys, self._words, self._shapes)
        if len(run) <= _SINGLY * len(self.loaded):
            held = [self._find_singly(keys, run, key, read)] if len(run) else []
        else:
            ends = np.searchsorted(run, np.arange(len(self.loaded) + 1))
            held = [self._find_in(n, keys, key[ends[n] : ends[n + 1]], read) for n in np.unique(run).tolist()]
        return [one.those(one.end > one.begin) for one in held]

    def _find_in(self, number: int, keys: _U64, which: _I64, read: Read) -> _Held:
        """The keys `which` in one run, all of which is read."""
        low, postings = keys[which] << _U16, self.loaded[number].whole(read)
        begin, end = np.searchsorted(postings, low), np.searchsorted(postings, low | _LOW16, side="right")
        return _Held(which, postings, begin, end, np.full(len(which), self.edges[number]))

    def _find_singly(self, keys: _U64, run: _I64, which: _I64, read: Read) -> _Held:
        """The keys `which`, each in its run; the slices that they may be in are read."""
        low = keys[which] << _U16
        place = keys[which] >> (48 - self._shapes[run, 0]).astype(np.uint64)
        wanted = list(zip(run.tolist(), place.tolist(), strict=True))
        parts = {(r, at): self.loaded[r].known(at) for r, at in wanted}
        missing = [pair for pair, postings in parts.items() if postings is None]
        found = read([self.loaded[r].run.number << SLICE_BITS | at for r, at in missing]) if missing else []
        for (r, at), postings in zip(missing, found, strict=True):
            parts[r, at] = postings
            self.loaded[r].learn(at, postings)
        distinct = {pair: n for n, pair in enumerate(parts)}
        slices = [postings for postings in parts.values() if postings is not None]
        edges, pool = np.cumsum([0, *map(len, slices)]), np.concatenate(slices)
        segment = np.array([distinct[pair] for pair in wanted], np.int64)
        begin, end = _bisect(pool, edges[segment], edges[segment + 1], low)
        return _Held(which, pool, begin, end, self.edges[run])


def _bisect(pool: _U64, lo: _I64, hi: _I64, low: _U64) -> tuple[_I64, _I64]:
    """Where the postings of each key begin and end between lo and hi, by bisection of all at once."""
    count = len(low)
    lo, hi = np.concatenate([lo, lo]), np.concatenate([hi, hi])
    bound = np.concatenate([low, low | _LOW16])
    is_end = np.arange(2 * count) >= count
    for _ in range(int((hi - lo).max(initial=0)).bit_length()):
        middle = (lo + hi) >> 1
        is_open = lo < hi
        value = pool[np.minimum(middle, len(pool) - 1)]
        is_before = is_open & ((value < bound) | (is_end & (value == bound)))
        lo = np.where(is_before, middle + 1, lo)
        hi = np.where(is_open & ~is_before, middle, hi)
    return lo[:count], lo[count:]


class View:
    """The posting lists of one state of the database."""

    def __init__(self, stamp: Stamp, loaded: Iterable[Loaded], dead: _I64, tail: Tail, former: View | None) -> None:
        self.stamp = stamp
        self.loaded = tuple(loaded)
        self.tail = tail
        self._dead = dead
        large = tuple(one for one in self.loaded if len(one.run.directory.number) > LARGE // 4)
        parts = [large, tuple(one for one in self.loaded if one not in large)]  # the large ones seldom change
        kept = {group.loaded: group for group in former._groups} if former else {}
        self._groups: list[_Group] = [kept.get(part) or _Group(part) for part in parts]
        self._is_dead = [self._flags(group) for group in self._groups]

    def _flags(self, group: _Group) -> _Flags | None:
        """Whether each version of a group is gone; None where none is."""
        flags = None
        for one, base in zip(group.loaded, group.edges.tolist(), strict=False):
            lo, hi = np.searchsorted(self._dead, [one.run.first, one.run.last + 1])
            if hi > lo:
                flags = np.zeros(int(group.edges[-1]), np.bool_) if flags is None else flags
                flags[base + one.places(self._dead[lo:hi])] = True
        return flags

    def is_dead(self, one: Loaded) -> _Flags:
        """Whether each of a run's versions is gone."""
        for group, flags in zip(self._groups, self._is_dead, strict=True):
            if flags is not None and one in group.loaded:
                at = group.loaded.index(one)
                return flags[group.edges[at] : group.edges[at + 1]]
        return np.zeros(len(one.run.directory.number), np.bool_)

    def holders(self, keys: _U64, limits: tuple[int, int], last: int, read: Read) -> tuple[_I64, Holders]:
        """See Snapshot.holders, limits: most and hubs; none of the versions behind `last`."""
        most, hubs = limits
        order = np.argsort(codes := mixed(keys))
        codes = codes[order]
        found = [(group, flags, held) for group, flags in zip(self._groups, self._is_dead, strict=True)
                 for held in group.find(codes, read)]  # fmt: skip
        own = self._in_tail(keys, last)
        place = np.empty_like(order)
        place[order] = np.arange(len(keys))
        own = own._replace(key=place[own.key])
        counts = np.bincount(own.key, minlength=len(keys))
        for _, _, held in found:
            counts += np.bincount(held.which, held.end - held.begin, len(keys)).astype(np.int64)
        is_crowd = counts - len(self._dead) > most
        everyone = Holders.join([own, *(_gather(*one, is_crowd, hubs) for one in found)])
        alive = np.bincount(everyone.key, minlength=len(keys))
        counts = np.where(is_crowd, counts, alive)
        everyone = _first_of_crowds(everyone, is_crowd | (alive > most), hubs)
        result = np.empty_like(counts)
        result[order] = counts
        return result, everyone._replace(key=order[everyone.key])

    def hold(self, numbers: _I64, keys: _U64, read: Read) -> _Flags:
        """See Snapshot."""
        result, codes = np.zeros(len(numbers), np.bool_), mixed(keys)
        for one in self.loaded:
            which = np.flatnonzero((numbers >= one.run.first) & (numbers <= one.run.last))
            if len(which):
                result[which] = one.hold(numbers[which], codes[which], read)
        late = np.flatnonzero(numbers > (self.loaded[-1].run.last if self.loaded else 0))
        result[late] = self.tail.hold(numbers[late], keys[late])
        return result

    def _in_tail(self, keys: _U64, last: int) -> Holders:
        key, place, columns = self.tail.find(keys, last)
        numbers = columns.number[place]
        alive = ~np.isin(numbers, self._dead) if len(self._dead) else slice(None)
        return Holders(key[alive], *columns.take(place[alive]))


def _gather(group: _Group, is_dead: _Flags | None, held: _Held, is_crowd: _Flags, hubs: int) -> Holders:
    """Who holds keys in some runs: of those of crowds the first ones of each run alone."""
    which, postings, begin, end, base = held
    for at in np.flatnonzero(is_crowd[which]).tolist():
        places = base[at] + (postings[begin[at] : end[at]] & _LOW16).astype(np.int64)
        end[at] = begin[at] + _reach(places, is_dead, hubs)
    lengths = end - begin
    flat = ranges(begin, lengths)
    place = (postings[flat] & _LOW16).astype(np.int64) + np.repeat(base, lengths)
    key = np.repeat(which, lengths)
    if is_dead is not None:
        alive = ~is_dead[place]
        place, key = place[alive], key[alive]
    return Holders(key, *group.directory.take(place))


def _reach(places: _I64, is_dead: _Flags | None, hubs: int) -> int:
    """How many of a key's holders have to be looked at to see `hubs` versions that are there."""
    count = min(hubs, len(places))
    while is_dead is not None and count < len(places):
        if np.count_nonzero(~is_dead[places[:count]]) >= hubs:
            break
        count = min(4 * count, len(places))
    return count


def _first_of_crowds(everyone: Holders, is_crowd: np.ndarray[Any, Any], hubs: int) -> Holders:
    """The holders without those of crowds behind the first `hubs` by order."""
    crowded = np.flatnonzero(is_crowd[everyone.key])
    if not len(crowded):
        return everyone
    crowded = crowded[np.lexsort((everyone.order[crowded], everyone.key[crowded]))]
    key = everyone.key[crowded]
    rank = np.arange(len(key)) - np.searchsorted(key, key)
    kept = np.ones(len(everyone.key), np.bool_)
    kept[crowded[rank >= hubs]] = False
    return everyone.take(kept)
