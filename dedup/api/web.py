"""Versions and what joins them, as arrays: numbered in the order in which they become anchors of stories."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.api.choose import moment
from dedup.api.names import by_id, look_up
from dedup.api.shelf import Shelf
from dedup.models import RELATIONS

__all__ = ["JOINING", "VERSIONS", "Lineup", "Web", "line_up", "weave"]

_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_F64 = np.ndarray[Any, np.dtype[np.float64]]
_Bool = np.ndarray[Any, np.dtype[np.bool_]]
JOINING = [RELATIONS.index(name) for name in ("reprint", "edited", "partial")]  # by shared text, in one story
VERSIONS = JOINING[:2]  # of one text
_SAME_STORY = RELATIONS.index("same_story")
_DAY = 86_400


class Lineup(NamedTuple):
    """Versions in the order in which they become anchors (by earliest article, size, id), and their articles.

    Attributes:
        version: int64, the number of each version's delegate.
        size: int64, its shingles; 0 where no match tells them.
        first: int64, its earliest article, as a place in `article`.
        place: int64, of each article of the shelf the place of its version here; -1 where that is not here.
        article: int64, the numbers of all articles of these versions, ascending.
        rank: int64, the place of each article among them by time, then by id.
        since, until: float64, the first and the last moment (seconds) at which it may have been published; a day lasts
            from 0 to 24 hours, and infinity is unknown.
        source, credit: int32, what is known of it as a place among the names, 0 where nothing is.
        names: those of papers and of whom articles name as their source; the first is "".
    """

    version: _I64
    size: _I64
    first: _I64
    place: _I64
    article: _I64
    rank: _I64
    since: _F64
    until: _F64
    source: _I32
    credit: _I32
    names: list[str]


class Web(NamedTuple):
    """What joins the versions of a Lineup, by their places there; each edge is there for both ends.

    Attributes:
        starts: int64 (versions + 1,), where the edges of each begin.
        other: int64, to whom each edge leads, ascending for each version.
        share: float64, shingles in common over those of the shorter one; -1 where they only tell of one event.
        row: int64, the match of each edge.
    """

    starts: _I64
    other: _I64
    share: _F64
    row: _I64

    @property
    def one(self) -> _I64:
        """Int64, from whom each edge leads."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def anchors(self) -> _I64:
        """The anchor of each version by shared text alone, see `stories.anchor_all`."""
        found: _I64 = kernels.choose_anchors(self.starts, self.other, self.share)
        return found


def line_up(shelf: Shelf, rows: Any, versions: _I64 | None = None) -> Lineup:
    """The versions that a match joins to another one, and those with copies; or the given ones, by their delegates."""
    home = shelf.homes()
    joins = rows.take(np.flatnonzero(np.isin(rows.relation, [*JOINING, _SAME_STORY])))
    is_meant, size = np.zeros(len(home), np.bool_), np.zeros(len(home), np.int64)
    size[joins.a], size[joins.b] = joins.size_a, joins.size_b
    for delegates in (home[joins.a], home[joins.b], shelf.copies[:, 0]) if versions is None else (versions,):
        is_meant[delegates] = True
    article, delegate = np.flatnonzero(is_meant[home]), np.flatnonzero(is_meant)
    since, until, source, credit, names = _provenance(shelf, article)
    named = _inverse(by_id(shelf.ids, article))
    order = np.lexsort((named, since))
    rank, of = _inverse(order), np.searchsorted(delegate, home[article])
    earliest = np.full(len(delegate), len(article))
    np.minimum.at(earliest, of, rank)
    first = order[earliest]
    turn = np.lexsort((named[np.searchsorted(article, delegate)], -size[delegate], since[first]))
    place = np.full(len(home), -1)
    place[article] = _inverse(turn)[of]
    version = delegate[turn]
    return Lineup(version, size[version], first[turn], place, article, rank, since, until, source, credit, names)


def _provenance(shelf: Shelf, article: _I64) -> tuple[_F64, _F64, _I32, _I32, list[str]]:
    """(since, until, source, credit) of each article and the names, as a Lineup has them."""
    known = {"": 0}
    rows = (
        (moment(when), not isinstance(when, datetime), known.setdefault(paper or "", len(known)),
         known.setdefault(named or "", len(known)))
        for when, paper, named in look_up(shelf.details, article, "published", "source", "credit")
    )  # fmt: skip
    columns = np.fromiter(rows, "f8, ?, i4, i4", len(article))
    since, is_day, source, credit = (np.ascontiguousarray(columns[name]) for name in columns.dtype.names or ())
    return since, since + (_DAY - 1) * is_day, source, credit, list(known)


def _inverse(order: _I64) -> _I64:
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank


def weave(lineup: Lineup, rows: Any) -> Web:
    """What the matches tell of versions; a match of a copy and its delegate tells nothing."""
    a, b = lineup.place[rows.a], lineup.place[rows.b]
    row = np.flatnonzero(np.isin(rows.relation, [*JOINING, _SAME_STORY]) & (a != b))
    share = rows.shared[row] / np.maximum(1, np.minimum(rows.size_a[row], rows.size_b[row]))
    share[rows.relation[row] == _SAME_STORY] = -1
    one, other = np.concatenate([a[row], b[row]]), np.concatenate([b[row], a[row]])
    order = np.argsort(one * len(lineup.version) + other)
    starts = np.searchsorted(one[order], np.arange(len(lineup.version) + 1))
    return Web(starts, other[order], np.concatenate([share, share])[order], np.concatenate([row, row])[order])
