"""The stories of a scan, put together from its matches."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.api.choose import moment
from dedup.api.covering import cover
from dedup.api.shelf import Shelf
from dedup.descent import Kinship, Member, derive
from dedup.errors import ParamError
from dedup.models import RELATIONS, Edge, Relation, Story
from dedup.pages import find_credit
from dedup.stories import Edges, Overlaps, anchor_all, find_round_ups, group

__all__ = ["JOINING", "ask_overlaps", "choose_representatives", "describe", "find_anchors", "find_stories"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_TOGETHER = 20_000  # matches that are woven at once, at least
JOINING = [RELATIONS.index(name) for name in ("reprint", "edited", "partial")]  # by shared text, in one story
_SAME_STORY = RELATIONS.index("same_story")
_VERSIONS: tuple[Relation, ...] = ("reprint", "edited")  # of one text
_DAY = 86_400


class _Web(NamedTuple):
    """What is known of versions, by the numbers of their delegates.

    Attributes:
        edges: what joins them.
        relations: of each verified pair, both ways.
        kin: version → those of the same text, with what they share.
        size: shingles.
    """

    edges: Edges
    relations: dict[tuple[int, int], Relation | None]
    kin: dict[int, dict[int, Kinship]]
    size: dict[int, int]


def find_stories(shelf: Shelf, rows: Any, overlaps: Overlaps | None = None) -> list[Story]:
    """The stories of two articles and more, by id. Templates join none; copies stand where their version stands.

    `overlaps` tells the shingles that pairs of versions share; by default they are counted.
    """
    by_version = members, home = shelf.by_version()
    asked = overlaps or functools.partial(_overlaps, shelf)
    parts = _parts(rows, home, members)
    stories = (story for part in parts for story in _stories_of(shelf, *part, by_version, asked))
    return sorted(stories, key=lambda story: story.id)


def _parts(rows: Any, home: _I64, members: Mapping[int, list[int]]) -> Iterator[tuple[Any, set[int]]]:
    """The matches that join versions, and these, in parts that nothing joins: not all have to be woven at once."""
    joins = rows.take(np.flatnonzero(np.isin(rows.relation, [*JOINING, _SAME_STORY])))
    a, b = home[joins.a], home[joins.b]
    label = _label(a, b, len(home))[a]
    order = np.argsort(label, kind="stable")
    edges = np.append(np.flatnonzero(np.diff(label[order], prepend=-1)), len(order))
    cuts = edges[np.unique(np.searchsorted(edges, np.append(np.arange(0, len(order), _TOGETHER), len(order))))]
    for lo, hi in itertools.pairwise(cuts.tolist()):
        which = order[lo:hi]
        yield joins.take(which), set(np.unique(np.append(a[which], b[which])).tolist())
    yield joins.take(order[:0]), members.keys() - set(np.unique(np.append(a, b)).tolist())


def _label(a: _I64, b: _I64, count: int) -> _I64:
    """For each of so many nodes the smallest one that edges a[i]–b[i] lead to (FastSV; Zhang, Azad, Hu 2020)."""
    label = np.arange(count)
    while True:
        one, two = label[a], label[b]
        if np.array_equal(one, two):
            return label
        low = np.minimum(one, two)
        for nodes in (one, two, a, b):
            np.minimum.at(label, nodes, low)
        while not np.array_equal(label, further := label[label]):
            label = further


def _stories_of(
    shelf: Shelf, rows: Any, versions: set[int], by_version: tuple[Mapping[int, list[int]], Any], overlaps: Overlaps
) -> list[Story]:
    """The stories of some versions, which no match joins to others."""
    members, home = by_version
    web = _weave(shelf, rows, home)
    order, first = _order(shelf, web, versions, members)
    groups, round_ups = group(order, web.edges, overlaps)
    stories = []
    for anchor, grouped in groups.items():
        articles = [n for version in grouped for n in members.get(version, [version])]
        if len(articles) > 1 and any(shelf.is_new[n] for n in articles):
            shared = round_ups.get(anchor, [])
            own = [v for v in grouped if v not in shared]
            longest = min(own, key=lambda v: (-web.size.get(v, 0), _key(shelf, first[v])))
            kinship = {v: "reprint" if v == anchor else web.relations[v, anchor] for v in grouped}
            relations = {n: kinship[int(home[n])] for n in articles}
            apart = {n for v in shared for n in members.get(v, [v])}
            stories.append(_story(shelf, (first[anchor], first[longest]), relations, apart, (home, web.kin)))
    return stories


def describe(shelf: Shelf, rows: Any, anchor: int, round_ups: set[int]) -> Story:
    """The story of all articles of a shelf, given its matches, its anchor and its round-ups, by their versions."""
    members, home = shelf.by_version()
    web = _weave(shelf, rows, home)
    relations: dict[int, Any] = {}
    for n, version in enumerate(home.tolist()):
        relations[n] = "reprint" if version == anchor else web.relations.get((version, anchor))
    first = min(members.get(anchor, [anchor]), key=lambda n: _key(shelf, n))
    own = [n for n in relations if int(home[n]) not in round_ups]
    longest = min(own, key=lambda n: (-web.size.get(int(home[n]), 0), _key(shelf, n)))
    apart = {n for n in relations if int(home[n]) in round_ups}
    return _story(shelf, (first, longest), relations, apart, (home, web.kin))


def ask_overlaps(shelf: Shelf, rows: Any) -> list[tuple[int, int]]:
    """The pairs of versions of which `find_stories` asks what they share."""
    asked: list[tuple[int, int]] = []

    def note(pairs: Sequence[tuple[int, int]]) -> list[int]:
        asked.extend(pairs)
        return [0] * len(pairs)

    find_round_ups(_weave(shelf, rows, shelf.by_version()[1]).edges, note)
    return asked


def find_anchors(shelf: Shelf, rows: Any) -> Iterator[tuple[dict[int, int], Mapping[int, Sequence[tuple[float, int]]]]]:
    """The anchor of each version by shared text alone, and version → (containment, other version) of its matches: for
    some versions after the others, which no match joins to these."""
    members, home = shelf.by_version()
    for part, versions in _parts(rows, home, members):
        web = _weave(shelf, part, home)
        yield anchor_all(_order(shelf, web, versions, members)[0], web.edges.texts), web.edges.texts


def _order(
    shelf: Shelf, web: _Web, versions: set[int], members: Mapping[int, list[int]]
) -> tuple[list[int], dict[int, int]]:
    """The versions, the first ones become anchors first, and the earliest article of each."""
    first = {v: min(members.get(v, [v]), key=lambda n: _key(shelf, n)) for v in versions}
    order = sorted(versions, key=lambda v: (_key(shelf, first[v])[0], -web.size.get(v, 0), shelf.ids[v]))
    return order, first


def choose_representatives(
    shelf: Shelf, stories: Sequence[Story], by: str, prefer: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """See `Scan.representatives`."""
    if by not in ("longest", "earliest", "covers"):
        raise ParamError(f"by={by!r}: need longest, earliest or covers")
    place = {source: number for number, source in enumerate(prefer)}
    chosen: dict[str, tuple[str, ...]] = {}
    for story in stories:
        usual = story.earliest if by == "earliest" and story.earliest else story.representatives[0]
        own = [id for id in story.articles if id not in story.round_ups]
        if by == "covers":
            chosen[story.id] = cover([shelf.article(id) for id in own])
            continue
        rank = {id: place.get(shelf.details[shelf.numbers[id]].get("source", ""), len(place)) for id in own}
        chosen[story.id] = (min(own, key=lambda id: (rank[id], id != usual)),)
    return chosen


def _weave(shelf: Shelf, rows: Any, home: Any) -> _Web:
    """What the matches tell of versions; a match of a copy and its delegate tells nothing."""
    texts: dict[int, list[tuple[float, int]]] = defaultdict(list)
    events: dict[int, dict[int, int]] = defaultdict(dict)
    held: dict[tuple[int, int], tuple[int, float]] = {}
    web = _Web(Edges(texts, events, held), {}, defaultdict(dict), {})
    joins = rows.take(np.flatnonzero(np.isin(rows.relation, [*JOINING, _SAME_STORY])))
    columns = (joins.a, joins.b, joins.shared, joins.size_a, joins.size_b, joins.relation)
    for a, b, shared, size_a, size_b, place in zip(*(column.tolist() for column in columns), strict=True):
        web.relations[a, b] = web.relations[b, a] = RELATIONS[place]
        web.size[a], web.size[b] = size_a, size_b
        if home[a] == home[b]:
            continue
        if place == _SAME_STORY:
            events[a][b] = events[b][a] = shelf.likeness.get((min(a, b), max(a, b)), 0)
            continue
        share = shared / max(1, min(size_a, size_b))
        texts[a].append((share, b))
        texts[b].append((share, a))
        a_in_b, b_in_a = shared / max(1, size_a), shared / max(1, size_b)
        held[a, b], held[b, a] = (shared, a_in_b), (shared, b_in_a)
        if RELATIONS[place] in _VERSIONS:
            web.kin[a][b], web.kin[b][a] = Kinship(a_in_b, b_in_a), Kinship(b_in_a, a_in_b)
    return web


def _overlaps(shelf: Shelf, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The shingles that the texts of each pair share."""
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    ready, i, j = shelf.corpus.prepare_pairs(left, right)
    shared: list[int] = kernels.overlaps(ready.shingles, ready.shingle_starts, i, j).tolist()
    return shared


def _key(shelf: Shelf, number: int) -> tuple[float, str]:
    return moment(shelf.details[number].get("published")), shelf.ids[number]


def _story(
    shelf: Shelf, chosen: tuple[int, int], relations: dict[int, Any], round_ups: set[int], kinship: tuple[Any, Any]
) -> Story:
    """A story of the articles in `relations`; chosen: its anchor and the longest of its articles."""
    anchor, longest = chosen
    articles = sorted(relations, key=lambda n: _key(shelf, n))
    dated = [n for n in articles if n not in round_ups and shelf.details[n].get("published")]
    earliest = dated[0] if dated else None
    ids = shelf.ids
    derived = _derive(shelf, [n for n in articles if n not in round_ups], *kinship)
    edges = []
    for n in articles:
        origin, evidence = derived.get(ids[n]) or (None, None)
        edges.append(Edge(ids[n], origin, None if n == anchor else relations[n], evidence))
    return Story(
        id=ids[anchor],
        articles=tuple(ids[n] for n in articles),
        anchor=ids[anchor],
        representatives=tuple(dict.fromkeys(ids[n] for n in (longest, earliest) if n is not None)),
        earliest=None if earliest is None else ids[earliest],
        edges=tuple(edges),
        round_ups=tuple(ids[n] for n in articles if n in round_ups),
        _find=shelf.article,
    )


def _derive(shelf: Shelf, articles: Sequence[int], home: Any, kin: Any) -> dict[str, Any]:
    """Who derives from whom; where neither a time nor a paper is known nothing is, and no text is read."""
    details = [shelf.details[n] for n in articles]
    if not any(one.get("published") or one.get("source") for one in details):
        return {}
    members = [
        Member(
            shelf.ids[n], int(home[n]), str(one.get("source", "")),
            str(one.get("credit") or find_credit(shelf.corpus.text(n))), _span(one.get("published")),
        )
        for n, one in zip(articles, details, strict=True)
    ]  # fmt: skip
    return derive(members, kin)


def _span(published: Any) -> tuple[float, float] | None:
    """The first and the last moment at which an article may have been published; a day lasts from 0 to 24 hours."""
    start = moment(published)
    if start == float("inf"):
        return None
    return start, start + (0 if isinstance(published, datetime) else _DAY - 1)
