"""Candidates in an index: the pair rule by counting what new versions share with those that are there.

A fingerprint held by more than `max_bucket` versions is a crowd: new ones are examined against its hubs, and a new one
that becomes a hub against every version that holds it. How many will hold a fingerprint in the end is not known yet, so
those that a scan finds common count like any other, and crowds count too where something else brings two together. So
the pairs examined in the end are those of a scan and more.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.errors import DamagedError
from dedup.index import needed
from dedup.models import Params
from dedup.sketch import Sketches
from dedup.store import Holders, Snapshot, Version

__all__ = ["Pairs", "probe"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_ALL = 1 << 62


class Pairs(NamedTuple):
    """Candidates, as columns of one length, sorted.

    Attributes:
        new: int64, a new version, by its place.
        number: int64, a version that is there, by its number; of another new one that came before, -1 - its place.
        meets_crowd: bool (new versions,), whether each holds the fingerprint of a crowd.
        versions: those that are there, by number.
    """

    new: _I64
    number: _I64
    meets_crowd: np.ndarray[Any, np.dtype[np.bool_]]
    versions: dict[int, Version]


class _Owners(NamedTuple):
    """Which new versions hold which distinct key: key u is held by new[start[u]:start[u + 1]]."""

    new: _I64
    start: _I64


class _Everyone(NamedTuple):
    """The new versions, then those that are there and hold one of their keys: the numbers of these, and their shapes.

    Attributes:
        numbers: int64, ascending, of those that are there.
        size, selected: int64, fingerprints of all.
    """

    numbers: _I64
    size: _I64
    selected: _I64

    @staticmethod
    def of(new: Sketches, old: Holders) -> _Everyone:
        """All together."""
        numbers, first = np.unique(old.number, return_index=True)
        size = np.concatenate([np.diff(new.starts), old.size[first]])
        return _Everyone(numbers, size, np.concatenate([new.selected, old.selected[first]]))

    def need(self, x: _I64, y: _I64, params: Params) -> _I64:
        """How many fingerprints each pair must share."""
        return needed(self.size, self.selected, (x, y), params)


def probe(snapshot: Snapshot, new: Sketches, params: Params, before: int | None = None) -> Pairs:
    """The candidates of new versions among those that are there, and among each other.

    Args:
        snapshot: what is there.
        new: distinct versions that are not there yet.
        params: the rule.
        before: versions of this number and behind it do not count.
    """
    unique, key = np.unique(new.fingerprints, return_inverse=True)
    holder = np.repeat(np.arange(len(new)), np.diff(new.starts))
    order = np.argsort(key, kind="stable")
    owners = _Owners(holder[order], np.searchsorted(key[order], np.arange(len(unique) + 1)))
    counts, old = snapshot.holders(unique, params.max_bucket, params.hubs)
    is_crowd = counts + np.diff(owners.start) > params.max_bucket
    crowds = np.flatnonzero(is_crowd)
    met, in_crowd, old = _meet_hubs(snapshot, (unique, crowds, counts), (owners, new), old, params)
    if before is not None:
        old = old.take(old.number < before)
    everyone = _Everyone.of(new, old)
    few = np.flatnonzero(~is_crowd[old.key])
    parts = [_meet(owners, old.key[few], old.number[few]), _meet_each_other(owners, np.flatnonzero(~is_crowd)), met]
    x = np.concatenate([part[0] for part in parts])
    y = _places(everyone, np.concatenate([part[1] for part in parts]), len(new))
    is_counted = np.arange(len(x)) < len(x) - len(met.new)
    keep = y >= 0
    packed, place = np.unique(x[keep] * len(everyone.size) + y[keep], return_inverse=True)
    shared = np.bincount(place, is_counted[keep], len(packed)).astype(np.int64)
    x, y = np.divmod(packed, max(len(everyone.size), 1))
    crowded = np.bincount(holder, is_crowd[key], len(new)).astype(np.int64)
    maybe = shared + crowded[x] >= everyone.need(x, y, params)
    meets_crowd = np.bincount(in_crowd, minlength=len(new)) > 0
    return _check(snapshot, new, everyone, (x[maybe], y[maybe], meets_crowd), params)


def _places(everyone: _Everyone, numbers: _I64, new: int) -> _I64:
    """The place of each version in everyone, by its number (-1 - place of a new one); -1 where it does not count."""
    at = np.searchsorted(everyone.numbers, numbers)
    is_there = np.append(everyone.numbers, -1)[at] == numbers
    return np.where(numbers < 0, -1 - numbers, np.where(is_there, new + at, -1))


def _meet(owners: _Owners, key: _I64, number: _I64) -> tuple[_I64, _I64]:
    """Each version `number` that holds a key with every new one that holds it."""
    times = owners.start[key + 1] - owners.start[key]
    ends = np.cumsum(times)
    flat = np.repeat(owners.start[key] - (ends - times), times) + np.arange(int(times.sum()))
    return owners.new[flat], np.repeat(number, times)


def _meet_each_other(owners: _Owners, keys: _I64) -> tuple[_I64, _I64]:
    """The new versions that hold one of the keys, each with those before it."""
    size = np.diff(owners.start)[keys]
    keys, size = keys[size > 1], size[size > 1]
    ends = np.cumsum(size)
    flat = np.repeat(owners.start[keys] - (ends - size), size) + np.arange(int(size.sum()))
    before = np.arange(len(flat)) - np.repeat(ends - size, size)  # how many of the key's come before each
    stops = np.cumsum(before)
    later = np.repeat(flat, before)
    earlier = np.repeat(flat - before - (stops - before), before) + np.arange(int(before.sum()))
    return owners.new[later], -1 - owners.new[earlier]


class _Met(NamedTuple):
    """Pairs that crowds bring together: new versions, and whom each meets, by number."""

    new: _I64
    number: _I64


def _meet_hubs(
    snapshot: Snapshot, asked: tuple[_U64, _I64, _I64], held: tuple[_Owners, Sketches], old: Holders, params: Params
) -> tuple[_Met, _I64, Holders]:
    """(the pairs that crowds bring together; the new versions that met a crowd; the holders, with all of these).

    Args:
        snapshot: what is there.
        asked: the distinct keys, which of them are crowds now, how many that are there hold each.
        held: who of the new ones holds them; the new ones.
        old: who holds them already.
        params: the limits.
    """
    unique, crowds, counts = asked
    owners, new = held
    x, y, met = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    wanted: dict[int, list[int]] = {}
    for u in crowds.tolist():
        own = owners.new[owners.start[u] : owners.start[u + 1]]
        there = np.flatnonzero(old.key == u)
        crowd = _Crowd(old.number[there], old.order[there], int(counts[u]), params)
        for place, order in zip(own.tolist(), new.versions[own, 0].tolist(), strict=True):
            partners, meets_all = crowd.enter(-1 - place, order)
            x.append(np.full(len(partners), place))
            y.append(partners)
            if meets_all and counts[u] > params.max_bucket:
                wanted.setdefault(u, []).append(place)
        met.append(own[max(0, params.max_bucket - int(counts[u])) :])
    if wanted:
        keys = np.array(list(wanted), np.int64)
        _, everyone = snapshot.holders(unique[keys], _ALL, params.hubs)
        for at, places in enumerate(wanted.values()):
            numbers = everyone.number[everyone.key == at]
            x.append(np.repeat(np.array(places, np.int64), len(numbers)))
            y.append(np.tile(numbers, len(places)))
        old = Holders.join([old, everyone._replace(key=keys[everyone.key])])
    return _Met(np.concatenate(x), np.concatenate(y)), np.concatenate(met), old


class _Crowd:
    """The holders of one key, while new ones come in one after the other."""

    def __init__(self, numbers: _I64, orders: _U64, count: int, params: Params) -> None:
        self._params = params
        self._count = count
        self._everyone = numbers.tolist()  # but for those of a crowd that was there: of these the hubs alone
        self._hubs = sorted(zip(orders.tolist(), self._everyone, strict=True))[: params.hubs]

    def enter(self, number: int, order: int) -> tuple[_I64, bool]:
        """(whom the new holder meets, whether it is a hub, so that it meets everyone)."""
        most = self._params.hubs
        self._count += 1
        is_hub = len(self._hubs) < most or order < self._hubs[-1][0]
        meets_all = self._count <= self._params.max_bucket or is_hub
        partners = self._everyone if meets_all else [other for _, other in self._hubs]
        found = np.array(partners, np.int64)
        self._everyone.append(number)
        if is_hub:
            self._hubs = sorted([*self._hubs, (order, number)])[:most]
        return found, meets_all


def _check(
    snapshot: Snapshot, new: Sketches, everyone: _Everyone, found: tuple[_I64, _I64, Any], params: Params
) -> Pairs:  # fmt: skip
    """Those of the pairs that share enough, counted exactly."""
    x, y, meets_crowd = found
    is_old = y >= len(new)
    numbers = everyone.numbers[np.unique(y[is_old]) - len(new)]
    versions = snapshot.versions(numbers.tolist())
    if len(versions) < len(numbers):
        missing = next(n for n in numbers.tolist() if n not in versions)
        raise DamagedError(f"version {missing} is listed, but not there")
    keys = [versions[n].fingerprints for n in numbers.tolist()]
    flat = np.concatenate([new.fingerprints, *keys])
    starts = np.cumsum(np.concatenate([[0], np.diff(new.starts), [len(k) for k in keys]])).astype(np.int64)
    right = np.where(is_old, len(new) + np.searchsorted(numbers, everyone.numbers[np.maximum(y - len(new), 0)])
                     if len(numbers) else y, y)  # fmt: skip
    shared = kernels.overlaps(flat, starts, x, right)
    enough = np.flatnonzero(shared >= everyone.need(x, y, params))
    x, y, is_old = x[enough], y[enough], is_old[enough]
    number = -1 - y
    number[is_old] = everyone.numbers[y[is_old] - len(new)]
    return Pairs(x, number, meets_crowd, versions)
