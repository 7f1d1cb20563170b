"""The stories of a scan, put together from its matches."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.api.covering import cover
from dedup.api.shelf import Shelf
from dedup.api.web import VERSIONS, Lineup, Web, line_up, weave
from dedup.descent import Arrow, Kinship, Member, derive
from dedup.errors import ParamError
from dedup.models import RELATIONS, Edge, Story
from dedup.pages import find_credit
from dedup.stories import Edges, Overlaps, group

__all__ = ["ask_overlaps", "choose_representatives", "describe", "find_stories"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Bool = np.ndarray[Any, np.dtype[np.bool_]]
_REPRINT = RELATIONS.index("reprint")


class _Cast(NamedTuple):
    """Which versions stand in which stories, by their places in a Lineup: a row for each version of each story.

    Attributes:
        anchor: int64, of the story.
        version: int64.
        is_apart: bool, whether the version is a round-up there.
    """

    anchor: _I64
    version: _I64
    is_apart: _Bool


def find_stories(shelf: Shelf, rows: Any, overlaps: Overlaps | None = None) -> list[Story]:
    """The stories of two articles and more, by id. Templates join none; copies stand where their version stands.

    `overlaps` tells the shingles that pairs of versions share; by default they are counted.
    """
    lineup = line_up(shelf, rows)
    web = weave(lineup, rows)
    anchor, round_ups = _settle(shelf, rows, (lineup, web), overlaps or functools.partial(_overlaps, shelf))
    own = np.flatnonzero(anchor >= 0)
    is_apart = np.repeat([False, True], [len(own), len(round_ups)])
    cast = _Cast(np.append(anchor[own], round_ups[:, 0]), np.append(own, round_ups[:, 1]), is_apart)
    of, is_new = lineup.place[lineup.article], np.array(shelf.is_new, np.bool_)[lineup.article]
    articles, fresh = (
        np.bincount(cast.anchor, np.bincount(which, minlength=len(anchor))[cast.version], len(anchor))
        for which in (of, of[is_new])
    )
    told = np.flatnonzero((articles > 1)[cast.anchor] & (fresh > 0)[cast.anchor])
    cast = _Cast(cast.anchor[told], cast.version[told], cast.is_apart[told])
    stories = _Teller(shelf, rows, lineup, web).tell(cast)
    return sorted(stories, key=lambda story: story.id)


def describe(shelf: Shelf, rows: Any, anchor: int, round_ups: set[int]) -> Story:
    """The story of all articles of a shelf, given its matches, its anchor and its round-ups, by their versions."""
    lineup = line_up(shelf, rows, np.unique(shelf.by_version()[1]).tolist())
    version = np.arange(len(lineup.version))
    cast = _Cast(np.full(len(version), lineup.place[anchor]), version, np.isin(lineup.version, [*round_ups]))
    (story,) = _Teller(shelf, rows, lineup, weave(lineup, rows)).tell(cast)
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


class _Teller:
    """Makes stories; articles and versions go by their places in the lineup."""

    def __init__(self, shelf: Shelf, rows: Any, lineup: Lineup, web: Web) -> None:
        self._shelf, self._rows, self._lineup, self._web = shelf, rows, lineup, web
        self._of: list[int] = lineup.place[lineup.article].tolist()
        self._times = [*zip(lineup.since.tolist(), lineup.until.tolist(), strict=True)]
        self._credit = lineup.credit
        kin = np.flatnonzero(np.isin(rows.relation[web.row], VERSIONS))
        one, shared = web.one[kin], rows.shared[web.row[kin]]
        self._kin_starts = np.searchsorted(one, np.arange(len(lineup.version) + 1)).tolist()
        self._kin_of = web.other[kin]
        self._shares = [shared / np.maximum(1, lineup.size[version]) for version in (one, self._kin_of)]

    def tell(self, cast: _Cast) -> Iterator[Story]:
        """The stories, by anchor."""
        if not len(cast.anchor):
            return
        longest, relation = self._longest(cast), self._relations(cast)
        article, which = self._articles(cast)
        first = np.flatnonzero(np.diff(cast.anchor[which], prepend=-1))
        edges = [*first.tolist(), len(which)]
        is_apart = cast.is_apart[which]
        self._find_credits(article[~is_apart], cast.anchor[which[~is_apart]])
        anchors = self._lineup.first[cast.anchor[which[first]]]
        for lo, hi, *chosen in zip(edges, edges[1:], anchors.tolist(), longest.tolist(), strict=False):
            rows = zip(article[lo:hi].tolist(), is_apart[lo:hi].tolist(), relation[which[lo:hi]].tolist(), strict=True)
            yield self._story(list(rows), *chosen)

    def _articles(self, cast: _Cast) -> tuple[_I64, _I64]:
        """(article, row of the cast), by story, time and id."""
        lineup, count = self._lineup, np.bincount(self._of, minlength=len(self._lineup.version))
        by_version = np.argsort(self._of, kind="stable")
        many = count[cast.version]
        which = np.repeat(np.arange(len(many)), many)
        inside = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
        article = by_version[(np.cumsum(count) - count)[cast.version[which]] + inside]
        order = np.lexsort((lineup.rank[article], cast.anchor[which]))
        return article[order], which[order]

    def _longest(self, cast: _Cast) -> _I64:
        """The longest article of each story, by anchor; of equals the earliest."""
        lineup, own = self._lineup, np.flatnonzero(~cast.is_apart)
        first, size = lineup.first[cast.version[own]], lineup.size[cast.version[own]]
        order = np.lexsort((lineup.rank[first], -size, cast.anchor[own]))
        longest: _I64 = first[order[np.flatnonzero(np.diff(cast.anchor[own[order]], prepend=-1))]]
        return longest

    def _relations(self, cast: _Cast) -> _I64:
        """How each row of the cast stands to its anchor, as a place in RELATIONS."""
        count = len(self._lineup.version)
        edges, asked = self._web.one * count + self._web.other, cast.version * count + cast.anchor
        place = np.minimum(np.searchsorted(edges, asked), max(0, len(edges) - 1))
        relation = np.where(cast.version == cast.anchor, _REPRINT, 0)
        found = np.flatnonzero(edges[place] == asked) if len(edges) else place[:0]
        relation[found] = self._rows.relation[self._web.row[place[found]]]
        return relation

    def _find_credits(self, article: _I64, story: _I64) -> None:
        """Looks for credits where they count, in the order of the texts: not where nothing is known of a story, and not
        in an article that was certainly published before all others of its story."""
        lineup, first = self._lineup, np.flatnonzero(np.diff(story, prepend=-1))
        last = np.append(first[1:], len(story)) - 1
        since, is_dated = lineup.since[article], np.isfinite(lineup.since[article])
        is_told = np.array([bool(lineup.source[a]) for a in article.tolist()], np.bool_) | is_dated
        is_clear = (lineup.until[article[first]] < since[np.minimum(first + 1, last)]) & is_dated[last]
        is_asked = np.repeat(np.logical_or.reduceat(is_told, first), last - first + 1)
        is_asked[first[is_clear | (first == last)]] = False
        asked = np.array([a for a in np.sort(article[is_asked]).tolist() if not self._credit[a]], np.int64)
        for a, text in zip(asked.tolist(), self._shelf.corpus.read(lineup.article[asked]), strict=True):
            self._credit[a] = find_credit(text.decode("utf-8", "surrogatepass"))

    def _story(self, articles: Sequence[tuple[int, bool, int]], anchor: int, longest: int) -> Story:
        """A story of (article, whether it is a round-up, its relation to the anchor), by time."""
        ids = self._lineup.id
        own = [a for a, is_apart, _ in articles if not is_apart]
        dated = own[0] if self._times[own[0]][0] < float("inf") else None
        derived = self._derive(own)
        edges = []
        for a, _, relation in articles:
            origin, evidence = derived.get(ids[a]) or (None, None)
            edges.append(Edge(ids[a], origin, None if a == anchor else RELATIONS[relation], evidence))
        return Story(
            id=ids[anchor],
            articles=tuple(ids[a] for a, *_ in articles),
            anchor=ids[anchor],
            representatives=tuple(dict.fromkeys(ids[a] for a in (longest, dated) if a is not None)),
            earliest=None if dated is None else ids[dated],
            edges=tuple(edges),
            round_ups=tuple(ids[a] for a, is_apart, _ in articles if is_apart),
            _find=self._shelf.article,
        )

    def _derive(self, articles: Sequence[int]) -> Mapping[str, Arrow]:
        """Who derives from whom; where neither a time nor a paper is known nothing is."""
        times, source = self._times, self._lineup.source
        if not any(source[a] or times[a][0] < float("inf") for a in articles):
            return {}
        ids, of, credit = self._lineup.id, self._of, self._credit
        members = [Member(ids[a], of[a], source[a], credit[a], _span(times[a])) for a in articles]
        return derive(members, {version: self._kin(version) for version in {of[a] for a in articles}})

    def _kin(self, version: int) -> dict[int, Kinship]:
        """The versions of one text with this one, and what they share."""
        edge = slice(*self._kin_starts[version : version + 2])
        columns = (column[edge].tolist() for column in (self._kin_of, *self._shares))
        return {other: Kinship(mine, its) for other, mine, its in zip(*columns, strict=True)}


def _span(time: tuple[float, float]) -> tuple[float, float] | None:
    return time if time[0] < float("inf") else None
