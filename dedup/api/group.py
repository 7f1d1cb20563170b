"""The stories of a scan, put together from its matches."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from dedup import kernels
from dedup.api.shelf import Shelf
from dedup.api.stories import Cast, Stories
from dedup.api.web import Lineup, Web, line_up, weave
from dedup.errors import ParamError
from dedup.models import Story
from dedup.stories import Edges, Overlaps, group

__all__ = ["ask_overlaps", "choose_representatives", "describe", "find_stories"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Bool = np.ndarray[Any, np.dtype[np.bool_]]


def find_stories(
    shelf: Shelf, rows: Any, overlaps: Overlaps | None = None, *, lineup: Lineup | None = None
) -> Stories:
    """The stories of two articles and more. Templates join none; copies stand where their version stands.

    Args:
        overlaps: tells the shingles that pairs of versions share; by default they are counted.
        lineup: the versions that matches join, where they are known.
    """
    lineup = lineup or line_up(shelf, rows)
    web = weave(lineup, rows)
    anchor, round_ups = _settle(shelf, rows, (lineup, web), overlaps or functools.partial(_overlaps, shelf))
    own = np.flatnonzero(anchor >= 0)
    is_apart = np.repeat([False, True], [len(own), len(round_ups)])
    cast = Cast(np.append(anchor[own], round_ups[:, 0]), np.append(own, round_ups[:, 1]), is_apart)
    of, is_new = lineup.place[lineup.article], np.array(shelf.is_new, np.bool_)[lineup.article]
    articles, fresh = (
        np.bincount(cast.anchor, np.bincount(which, minlength=len(anchor))[cast.version], len(anchor))
        for which in (of, of[is_new])
    )
    told = np.flatnonzero((articles > 1)[cast.anchor] & (fresh > 0)[cast.anchor])
    cast = Cast(cast.anchor[told], cast.version[told], cast.is_apart[told])
    return Stories(shelf, rows, lineup, web, cast)


def describe(shelf: Shelf, rows: Any, anchor: int, round_ups: set[int]) -> Story:
    """The story of all articles of a shelf, given its matches, its anchor and its round-ups, by their versions."""
    lineup = line_up(shelf, rows, np.unique(shelf.homes()))
    version = np.arange(len(lineup.version))
    cast = Cast(np.full(len(version), lineup.place[anchor]), version, np.isin(lineup.version, [*round_ups]))
    (story,) = Stories(shelf, rows, lineup, weave(lineup, rows), cast)
    return story


def ask_overlaps(shelf: Shelf, rows: Any) -> list[tuple[int, int]]:
    """The pairs of versions of which `find_stories` asks what they share."""
    asked: list[tuple[int, int]] = []

    def note(pairs: Sequence[tuple[int, int]]) -> list[int]:
        asked.extend(pairs)
        return [0] * len(pairs)

    lineup = line_up(shelf, rows)
    _settle(shelf, rows, (lineup, weave(lineup, rows)), note)
    return asked


def choose_representatives(
    shelf: Shelf, stories: Iterable[Story], by: str, prefer: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """See `Scan.representatives`."""
    from dedup.api.covering import cover

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


def _overlaps(shelf: Shelf, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """The shingles that the texts of each pair share."""
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    ready, i, j = shelf.corpus.prepare_pairs(left, right)
    shared: list[int] = kernels.overlaps(ready.shingles, ready.shingle_starts, i, j).tolist()
    return shared


def _settle(shelf: Shelf, rows: Any, joined: tuple[Lineup, Web], overlaps: Overlaps) -> tuple[_I64, _I64]:
    """(the anchor of each version, -1 of a round-up; (anchor, round-up) of each story that one stands in, (n, 2))."""
    lineup, web = joined

    def ask(pairs: Sequence[tuple[int, int]]) -> Sequence[int]:
        return overlaps([(int(lineup.version[one]), int(lineup.version[other])) for one, other in pairs])

    anchor, apart = web.anchors(), []
    for versions in _tangles(web):
        groups, round_ups = group(versions, _edges(shelf, rows, joined, versions), ask)
        anchor[versions] = -1
        for of, members in groups.items():
            anchor[[one for one in members if one not in round_ups.get(of, ())]] = of
        apart += [(of, one) for of, ones in round_ups.items() for one in ones]
    return anchor, np.array(apart, np.int64).reshape(-1, 2)


def _tangles(web: Web) -> Iterator[list[int]]:
    """The components in which there may be a round-up, or versions that only tell of one event: of others the anchors
    by shared text are all there is to know."""
    one, degree = web.one, np.diff(web.starts)
    ranked = np.argsort(one * (degree.max(initial=0) + 1) + degree[web.other], kind="stable")
    is_odd = kernels.meet_strangers(web.starts, web.other, web.share, ranked)
    is_odd[one[web.share < 0]] = True
    label = _label(one, web.other, len(degree))
    is_tangled = np.zeros(len(degree), np.bool_)
    is_tangled[label[is_odd]] = True
    versions = np.flatnonzero(is_tangled[label])
    versions = versions[np.argsort(label[versions], kind="stable")]
    edges = [0, *(np.flatnonzero(np.diff(label[versions])) + 1).tolist(), len(versions)]
    return (versions[lo:hi].tolist() for lo, hi in itertools.pairwise(edges) if lo < hi)


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


def _edges(shelf: Shelf, rows: Any, joined: tuple[Lineup, Web], versions: Sequence[int]) -> Edges:
    """What joins the versions of a component."""
    lineup, web = joined
    texts: dict[int, list[tuple[float, int]]] = {}
    events: dict[int, dict[int, int]] = {}
    held: dict[tuple[int, int], tuple[int, float]] = {}
    for one in versions:
        texts[one], events[one] = [], {}
        edge = slice(*web.starts[one : one + 2].tolist())
        shared = rows.shared[web.row[edge]].tolist()
        for other, share, count in zip(web.other[edge].tolist(), web.share[edge].tolist(), shared, strict=True):
            if share >= 0:
                texts[one].append((share, other))
                held[one, other] = count, count / max(1, int(lineup.size[one]))
            else:
                pair = sorted(lineup.version[[one, other]].tolist())
                events[one][other] = shelf.likeness.get((pair[0], pair[1]), 0)
    return Edges(texts, events, held)
