"""Candidates in an index: the pair rule by counting what new versions share with those that are there.

A pair is judged by how many hold a fingerprint when the later one arrives, as if a scan were made of what is there then
and of the new ones up to this. Of what holds a fingerprint there will only be more, so what is common or a crowd then
is so for a scan of all that came; but a hub of any fingerprint counts as that of a crowd, since it may become one. So
the pairs examined in the end are those of a scan and more, as long as nothing is removed. What was removed before an
article arrived does not count for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.index import enough, few
from dedup.models import Params
from dedup.sketch import Sketches
from dedup.store import Holders, Lists, Snapshot, hold_each

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
    """

    new: _I64
    number: _I64
    meets_crowd: np.ndarray[Any, np.dtype[np.bool_]]


class _Everyone(NamedTuple):
    """The new versions, then those that are there and hold one of their keys.

    Attributes:
        numbers: int64, of those that are there.
        size, selected: int64, fingerprints of all.
        order: uint64, the first halves of the hashes of all.
    """

    numbers: _I64
    size: _I64
    selected: _I64
    order: _U64


def probe(
    snapshot: Snapshot, new: Sketches, params: Params, *, before: int | None = None, but: int | None = None
) -> Pairs:  # fmt: skip
    """The candidates of new versions among those that are there, and among each other.

    Args:
        snapshot: what is there.
        new: distinct versions that are not there yet.
        params: the rule.
        before: versions of this number and behind it do not count.
        but: nor does this one.
    """
    keys, key = np.unique(new.fingerprints, return_inverse=True)
    counts, old = _look_up(snapshot, keys, (key, new), params, (before, but))
    which, first = kernels.tell_apart(old.place)
    there = old.everyone.take(old.place[first])
    everyone = _Everyone(
        np.concatenate([-1 - np.arange(len(new)), there.number]), np.concatenate([np.diff(new.starts), there.size]),
        np.concatenate([new.selected, there.selected]), np.concatenate([new.versions[:, 0], there.order]),
    )  # fmt: skip
    packed, missing, is_crowd = kernels.meet_holders(
        (key, new.starts), (old.key, len(new) + which, counts), everyone[1:],
        enough(everyone.size, params), (few(params), params.max_bucket, params.hubs),
    )  # fmt: skip
    x, y = np.divmod(packed, max(len(everyone.size), 1))
    number = everyone.numbers[y]
    crowded = np.flatnonzero(is_crowd)
    unsure = np.flatnonzero(missing)
    is_enough = _share_crowds(snapshot, new, crowded, (x[unsure], y[unsure], missing[unsure]), old.take(first))
    keep = np.delete(np.arange(len(x)), unsure[~is_enough])
    keep = keep[np.lexsort((number[keep], x[keep]))]
    return Pairs(x[keep], number[keep], np.bincount(_holder(new, crowded), minlength=len(new)) > 0)


def _holder(new: Sketches, fingerprint: _I64) -> _I64:
    """Which of the new versions has each fingerprint, these by their places."""
    found: _I64 = np.searchsorted(new.starts, fingerprint, side="right") - 1
    return found


def _look_up(
    snapshot: Snapshot, keys: _U64, new: tuple[_I64, Sketches], params: Params, apart: tuple[int | None, int | None]
) -> tuple[_I64, Holders]:  # fmt: skip
    """(how many hold each key, who): of a crowd its hubs; all where a new one that holds it comes before a hub of one.

    Args:
        snapshot: what is there.
        keys: distinct.
        new: the place in keys of each fingerprint of the new ones; these.
        params: the limits.
        apart: see probe: before, but.
    """
    more = apart[1] is not None
    counts, old = _without(*snapshot.holders(keys, params.max_bucket + more, params.hubs + more), apart)
    key, sketches = new
    crowded = np.flatnonzero(counts[key] > params.max_bucket)
    if not len(crowded):
        return counts, old
    last, known = np.zeros(len(keys), np.uint64), np.bincount(old.key, minlength=len(keys))
    hubs = old.take(counts[old.key] > params.max_bucket)
    np.maximum.at(last, hubs.key, hubs.everyone.take(hubs.place).order)
    holder = _holder(sketches, crowded)
    key = key[crowded]
    is_hub = (known[key] < params.hubs) | (sketches.versions[holder, 0] < last[key])
    wanted = np.unique(key[np.isin(holder, holder[is_hub])])
    if len(wanted):
        counts[wanted], everyone = _without(*snapshot.holders(keys[wanted], _ALL, params.hubs), apart)
        rest = old.take(~np.isin(old.key, wanted))
        old = rest.join(everyone._replace(key=wanted[everyone.key]))
    return counts, old


def _without(counts: _I64, old: Holders, apart: tuple[int | None, int | None]) -> tuple[_I64, Holders]:
    before, but = apart
    if before is None and but is None:
        return counts, old
    number = old.everyone.take(old.place).number
    gone = (number >= (_ALL if before is None else before)) | (number == but)
    return counts - np.bincount(old.key[gone], minlength=len(counts)), old.take(~gone)


def _share_crowds(
    snapshot: Snapshot, new: Sketches, crowded: _I64, pairs: tuple[_I64, _I64, _I64], there: Holders
) -> np.ndarray[Any, np.dtype[np.bool_]]:  # fmt: skip
    """Whether the two of each pair share enough crowds.

    Args:
        snapshot: what is there.
        new: the new versions.
        crowded: which of their fingerprints are crowds, by place.
        pairs: new versions by their places; with whom: another one, or behind them one that is there; how many crowds.
        there: those that are there.
    """
    x, y, least = pairs
    keys, members = np.unique(new.fingerprints[crowded], return_inverse=True)
    lists = Lists(keys, members, np.searchsorted(_holder(new, crowded), np.arange(len(new) + 1)))
    result, is_new = np.zeros(len(x), np.bool_), y < len(new)
    result[~is_new] = snapshot.hold_enough(there.take(y[~is_new] - len(new))._replace(key=x[~is_new]), lists,
                                           least[~is_new])  # fmt: skip
    own = [new.fingerprints[new.starts[n] : new.starts[n + 1]] for n in y[is_new].tolist()]
    result[is_new] = hold_each(own, x[is_new], lists, least[is_new])
    return result
