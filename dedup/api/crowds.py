"""Stories stay whole where crowds left pairs unexamined: each version is compared with the anchor of its neighbours."""

from __future__ import annotations

import numpy as np

from dedup.api.group import find_anchors
from dedup.api.matches import Rows
from dedup.api.shelf import Shelf
from dedup.api.verify import blocks, match_pairs, ordered
from dedup.models import Params

__all__ = ["ROUNDS", "find_missing", "join_anchors"]

ROUNDS = 4  # each joins what the one before brought together


def join_anchors(shelf: Shelf, rows: Rows, params: Params) -> tuple[Rows, int]:
    """The matches with those of versions and the anchors of what they match, and how many more pairs were examined.

    A hub of a crowd has joined one anchor, and the other members of the crowd were compared with hubs alone. At most
    one pair a version and round.
    """
    examined = set(zip(rows.a.tolist(), rows.b.tolist(), strict=True))
    more = 0
    for _ in range(ROUNDS):
        pairs = find_missing(shelf, rows, examined)
        if not pairs:
            break
        examined |= pairs
        left, right = np.array(sorted(pairs), np.int64).T
        parts = [match_pairs(shelf, left[block], right[block], params) for block in blocks(shelf.corpus, left, right)]
        rows = ordered(Rows.join([rows, *parts]), shelf.ids)
        more += len(pairs)
    return rows, more


def find_missing(shelf: Shelf, rows: Rows, examined: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """(version, version), the smaller id first: each version with the first anchor before its own that a match has."""
    pairs = set()
    for anchor, near in find_anchors(shelf, rows):
        place = {version: number for number, version in enumerate(anchor)}
        for version, others in near.items():
            beyond = {anchor[other] for _, other in others if place[anchor[other]] < place[anchor[version]]} - {version}
            for of in sorted(beyond, key=place.__getitem__):
                pair = (version, of) if shelf.ids[version] < shelf.ids[of] else (of, version)
                if pair not in examined and (shelf.is_new[version] or shelf.is_new[of]):
                    pairs.add(pair)
                    break
    return pairs
