"""Stories stay whole where crowds left pairs unexamined: each version is compared with the anchor of its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.api.matches import Rows
from dedup.api.shelf import Shelf
from dedup.api.verify import blocks, match_pairs, ordered
from dedup.api.web import Lineup, line_up, weave
from dedup.models import Params
from dedup.text import distinct

__all__ = ["ROUNDS", "find_missing", "join_anchors"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
ROUNDS = 4  # each joins what the one before brought together


def join_anchors(shelf: Shelf, rows: Rows, params: Params) -> tuple[Rows, int, Lineup]:
    """(the matches with those of versions and the anchors of what they match, how many more pairs were examined, the
    versions that matches join: the same before and after).

    A hub of a crowd has joined one anchor, and the other members of the crowd were compared with hubs alone. At most
    one pair a version and round.
    """
    lineup, examined = line_up(shelf, rows), np.stack([rows.a, rows.b], axis=1)
    before = len(examined)
    for _ in range(ROUNDS):
        pairs = find_missing(shelf, rows, examined, lineup)
        if not len(pairs):
            break
        examined = np.concatenate([examined, pairs])
        left, right = pairs.T
        parts = [match_pairs(shelf, left[block], right[block], params) for block in blocks(shelf.corpus, left, right)]
        rows = Rows.join([rows, *parts])
    more = len(examined) - before
    return ordered(rows, shelf.ids) if more else rows, more, lineup


def find_missing(shelf: Shelf, rows: Rows, examined: _I64, lineup: Lineup | None = None) -> _I64:
    """(version, version), int64 (n, 2), the smaller id first: each version with the first anchor before its own that a
    match has, where one of the two is new.

    Args:
        examined: int64 (n, 2), pairs of articles, the smaller id first, of which none is asked for again.
        lineup: the versions that matches join, where they are known.
    """
    lineup = lineup or line_up(shelf, rows)
    web, count = weave(lineup, rows), len(lineup.version)
    anchor, one, is_new = web.anchors(), web.one, np.array(shelf.is_new, np.bool_)[lineup.version]
    beyond = anchor[web.other]
    edge = np.flatnonzero((web.share >= 0) & (beyond < anchor[one]) & (is_new[one] | is_new[beyond]))
    wanted = distinct(one[edge] * count + beyond[edge])
    places = np.sort(lineup.place[examined], axis=1)
    known = places[:, 1] * count + places[:, 0]  # of a pair the anchor comes first
    wanted = wanted[~np.isin(wanted, known[places[:, 0] >= 0])]
    one = wanted // count
    is_first = np.diff(one, prepend=-1) > 0
    pairs: _I64 = lineup.version[np.stack([one, wanted % count], axis=1)[is_first]]
    ids = shelf.ids
    return np.array(sorted(sorted(pair, key=ids.__getitem__) for pair in pairs.tolist()), np.int64).reshape(-1, 2)
