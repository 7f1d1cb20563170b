"""The stories of a scan, put together from its matches."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from dedup.api.choose import moment
from dedup.api.shelf import Shelf
from dedup.models import RELATIONS, Edge, Relation, Story
from dedup.stories import anchor_all

__all__ = ["find_stories"]

_JOINING = [RELATIONS.index(name) for name in ("reprint", "edited", "partial")]


def find_stories(shelf: Shelf, rows: Any) -> list[Story]:
    """The stories of two articles and more, by id. Templates join none; copies stand where their version stands."""
    members, home = shelf.by_version()
    shares: dict[int, list[tuple[float, int]]] = defaultdict(list)
    relations: dict[tuple[int, int], Relation | None] = {}
    size: dict[int, int] = {}
    joins = rows.take(np.flatnonzero(np.isin(rows.relation, _JOINING)))
    for a, b, shared, size_a, size_b, place in zip(
        *(column.tolist() for column in (joins.a, joins.b, joins.shared, joins.size_a, joins.size_b, joins.relation)),
        strict=True,
    ):
        relations[a, b] = relations[b, a] = RELATIONS[place]
        size[a], size[b] = size_a, size_b
        if home[a] != home[b]:
            share = shared / max(1, min(size_a, size_b))
            shares[a].append((share, b))
            shares[b].append((share, a))
    versions = {*shares, *members}
    first = {v: min(members.get(v, [v]), key=lambda n: _key(shelf, n)) for v in versions}
    order = sorted(versions, key=lambda v: (_key(shelf, first[v])[0], -size.get(v, 0), shelf.ids[v]))
    groups: dict[int, list[int]] = defaultdict(list)
    for version, anchor in anchor_all(order, shares).items():
        groups[anchor].append(version)
    stories = []
    for anchor, grouped in groups.items():
        articles = [n for version in grouped for n in members.get(version, [version])]
        if len(articles) > 1:
            longest = min(grouped, key=lambda v: (-size.get(v, 0), _key(shelf, first[v])))
            kinship = {v: "reprint" if v == anchor else relations[v, anchor] for v in grouped}
            stories.append(_story(shelf, first[anchor], first[longest], {n: kinship[int(home[n])] for n in articles}))
    return sorted(stories, key=lambda story: story.id)


def _key(shelf: Shelf, number: int) -> tuple[float, str]:
    return moment(shelf.details[number].get("published")), shelf.ids[number]


def _story(shelf: Shelf, anchor: int, longest: int, relations: dict[int, Any]) -> Story:
    articles = sorted(relations, key=lambda n: _key(shelf, n))
    earliest = articles[0] if shelf.details[articles[0]].get("published") else None
    ids = shelf.ids
    return Story(
        id=ids[anchor],
        articles=tuple(ids[n] for n in articles),
        anchor=ids[anchor],
        representatives=tuple(dict.fromkeys(ids[n] for n in (longest, earliest) if n is not None)),
        earliest=None if earliest is None else ids[earliest],
        edges=tuple(Edge(ids[n], None, None if n == anchor else relations[n]) for n in articles),
    )
