"""Stories as columns of arrays, made into values when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

import numpy as np

from dedup.api.matches import Rows
from dedup.api.names import by_id, take_ids
from dedup.api.shelf import Shelf
from dedup.api.web import VERSIONS, Lineup, Web
from dedup.descent import Arrow, Kinship, Member, derive
from dedup.models import RELATIONS, Edge, Relation, Story
from dedup.pages import find_credit
from dedup.text import distinct, ranges

__all__ = ["Cast", "Stories"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_F64 = np.ndarray[Any, np.dtype[np.float64]]
_Bool = np.ndarray[Any, np.dtype[np.bool_]]
_Kin = Mapping[int, Mapping[int, Kinship]]
_REPRINT = RELATIONS.index("reprint")
_TOGETHER = 1 << 14  # stories that are made at once: their texts are read in order
_NOT_READ = -1  # of a credit: it is looked for when it is asked for


class Cast(NamedTuple):
    """Which versions stand in which stories, by their places in a Lineup: a row for each version of each story.

    Attributes:
        anchor: int64, of the story.
        version: int64.
        is_apart: bool, whether the version is a round-up there.
    """

    anchor: _I64
    version: _I64
    is_apart: _Bool


class _Columns(NamedTuple):
    """The articles of stories: a row for each article of each story, by story, time and id.

    Attributes:
        article: int32, by number.
        version: int32, the place of its version in the lineup.
        relation: uint8, of the version to that of the anchor, as a place in RELATIONS.
        is_apart: bool, whether it is a round-up there.
        since, until: float64, see Lineup.
        source, credit: int32, places among the names; of a credit that was not looked for yet _NOT_READ.
    """

    article: Any
    version: Any
    relation: Any
    is_apart: Any
    since: Any
    until: Any
    source: Any
    credit: Any


class _Part(NamedTuple):
    """A row of _Columns as values, with the id in place of the number."""

    id: str
    version: int
    relation: int
    is_apart: bool
    since: float
    until: float
    source: int
    credit: int


class Stories(Sequence[Story]):
    """The stories of two articles and more, by id. What belongs to them are arrays; each Story is made when asked for,
    and only then texts are read for whom they name as their source."""

    def __init__(self, shelf: Shelf, rows: Rows, lineup: Lineup, web: Web, cast: Cast) -> None:
        self._shelf, self._rows, self._names = shelf, rows, lineup.names
        self._codes = {name: code for code, name in enumerate(lineup.names)}
        anchors, story = np.unique(cast.anchor, return_inverse=True)
        order = by_id(shelf.ids, lineup.article[lineup.first[anchors]])
        story = np.argsort(order)[story]
        self._anchor = lineup.article[lineup.first[anchors[order]]]
        self._longest = lineup.article[_longest(lineup, story, cast)]
        article, which = _expand(lineup, story, cast)
        self._starts = np.searchsorted(story[which], np.arange(len(anchors) + 1))
        self._columns = _Columns(
            lineup.article[article].astype(np.int32), cast.version[which].astype(np.int32),
            _relations(rows, web, cast).astype(np.uint8)[which], cast.is_apart[which],
            lineup.since[article], lineup.until[article], lineup.source[article], lineup.credit[article],
        )  # fmt: skip
        self._ask_credits()
        kin = np.flatnonzero(np.isin(rows.relation[web.row], VERSIONS))
        self._kin_starts = np.searchsorted(web.one[kin], np.arange(len(lineup.version) + 1)).astype(np.int32)
        self._kin, self._kin_row = web.other[kin].astype(np.int32), web.row[kin].astype(np.int32)
        self._size = lineup.size.astype(np.int32)

    def __len__(self) -> int:
        return len(self._anchor)

    @overload
    def __getitem__(self, index: int) -> Story: ...
    @overload
    def __getitem__(self, index: slice) -> list[Story]: ...
    def __getitem__(self, index: int | slice) -> Story | list[Story]:
        places = np.arange(len(self))[index]
        found = list(self.take(np.atleast_1d(places)))
        return found if isinstance(index, slice) else found[0]

    def __iter__(self) -> Iterator[Story]:
        return self.take(np.arange(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} stories>"

    def take(self, places: _I64) -> Iterator[Story]:
        """The stories of these places, one after the other."""
        for at in range(0, len(places), _TOGETHER):
            some = places[at : at + _TOGETHER]
            flat, edges = _spread(self._starts, some)
            self._find_credits(flat)
            articles, *columns = (column[flat] for column in self._columns)
            values = (column.tolist() for column in columns)
            parts = [*map(_Part._make, zip(take_ids(self._shelf.ids, articles), *values, strict=True))]
            kin = self._kin_of(distinct(columns[0]))
            chosen = (take_ids(self._shelf.ids, column[some]) for column in (self._anchor, self._longest))
            for lo, hi, anchor, longest in zip(edges.tolist(), edges[1:].tolist(), *chosen, strict=False):
                yield self._tell(parts[lo:hi], anchor, longest, kin)

    def by_size(self) -> _I64:
        """Places of the stories: those of most articles first, then of most papers, then the earliest, then by id."""
        lengths, source = np.diff(self._starts), self._columns.source
        story = np.repeat(np.arange(len(self)), lengths)
        papers = distinct((story * len(self._names) + source)[source > 0]) // len(self._names)
        return np.lexsort((self.times(), -np.bincount(papers, minlength=len(self)), -lengths))

    def times(self) -> _F64:
        """When the earliest article of each was published, see `choose.moment`: float64."""
        own = np.flatnonzero(~self._columns.is_apart)
        times: _F64 = self._columns.since[own[np.searchsorted(own, self._starts[:-1])]]
        return times

    def articles(self) -> _I64:
        """The numbers of the articles that are in one, int64, ascending."""
        return distinct(self._columns.article).astype(np.int64)

    def homes(self, count: int) -> _I64:
        """For each of so many articles that after which its first story is called, by their numbers: int64; -1 where it
        is in none."""
        homes = np.full(count, -1)
        homes[self._columns.article[::-1]] = np.repeat(self._anchor, np.diff(self._starts))[::-1]
        return homes

    def count_relations(self) -> dict[Relation | None, int]:
        """How many articles stand to the anchor of their story in which relation."""
        is_other = self._columns.article != np.repeat(self._anchor, np.diff(self._starts))
        counts = np.bincount(self._columns.relation[is_other], minlength=len(RELATIONS))
        return dict(zip(RELATIONS, counts.tolist(), strict=True))

    def _ask_credits(self) -> None:
        """Notes where credits count: not where nothing is known of a story, and not in an article that was certainly
        published before all others of its story."""
        columns, own = self._columns, np.flatnonzero(~self._columns.is_apart)
        first = np.searchsorted(own, self._starts[:-1])
        last = np.append(first, len(own))[1:] - 1
        since, until, is_dated = columns.since[own], columns.until[own], np.isfinite(columns.since[own])
        is_told = (columns.source[own] > 0) | is_dated
        is_clear = (until[first] < since[np.minimum(first + 1, last)]) & is_dated[last]
        is_asked = np.repeat(np.logical_or.reduceat(is_told, first), last - first + 1)
        is_asked[first[is_clear | (first == last)]] = False
        columns.credit[own[is_asked & (columns.credit[own] == 0)]] = _NOT_READ

    def _find_credits(self, which: _I64) -> None:
        """Looks for credits in those rows, in the order of the texts."""
        article, credit = self._columns.article, self._columns.credit
        asked = which[credit[which] == _NOT_READ]
        asked = asked[np.argsort(article[asked])]
        for row, text in zip(asked.tolist(), self._shelf.corpus.read(article[asked].astype(np.int64)), strict=True):
            name = find_credit(text.decode("utf-8", "surrogatepass"))
            credit[row] = self._codes.setdefault(name, len(self._codes))
        self._names += list(self._codes)[len(self._names) :]

    def _tell(self, parts: Sequence[_Part], anchor: str, longest: str, kin: _Kin) -> Story:
        """A story of these articles."""
        own = [part for part in parts if not part.is_apart]
        earliest = own[0].id if own[0].since < float("inf") else None
        derived = self._derive(own, kin)
        edges = []
        for part in parts:
            origin, evidence = derived.get(part.id) or (None, None)
            edges.append(Edge(part.id, origin, None if part.id == anchor else RELATIONS[part.relation], evidence))
        return Story(
            id=anchor,
            articles=tuple(part.id for part in parts),
            anchor=anchor,
            representatives=tuple(dict.fromkeys(id for id in (longest, earliest) if id is not None)),
            earliest=earliest,
            edges=tuple(edges),
            round_ups=tuple(part.id for part in parts if part.is_apart),
            _find=self._shelf.article,
        )

    def _derive(self, parts: Sequence[_Part], kin: _Kin) -> Mapping[str, Arrow]:
        """Who derives from whom; where neither a time nor a paper is known nothing is."""
        if not any(part.source or part.since < float("inf") for part in parts):
            return {}
        names = self._names
        members = [
            Member(part.id, part.version, names[part.source], names[part.credit],
                   (part.since, part.until) if part.since < float("inf") else None)
            for part in parts
        ]  # fmt: skip
        return derive(members, kin)

    def _kin_of(self, versions: _I64) -> _Kin:
        """For each of these the versions of one text with it, and what they share."""
        flat, edges = _spread(self._kin_starts, versions)
        one, other = np.repeat(versions, np.diff(edges)), self._kin[flat]
        mine, its = (self._rows.shared[self._kin_row[flat]] / np.maximum(1, self._size[of]) for of in (one, other))
        kin: dict[int, dict[int, Kinship]] = {version: {} for version in versions.tolist()}
        for version, near, *shares in zip(one.tolist(), other.tolist(), mine.tolist(), its.tolist(), strict=True):
            kin[version][near] = Kinship(*shares)
        return kin


def _spread(starts: Any, places: _I64) -> tuple[_I64, _I64]:
    """(the rows starts[i] to starts[i + 1] - 1 of all these places, one after the other; where those of each begin)."""
    lengths = starts[places + 1] - starts[places]
    edges = np.append(0, np.cumsum(lengths))
    return ranges(starts[places], lengths), edges


def _expand(lineup: Lineup, story: _I64, cast: Cast) -> tuple[_I64, _I64]:
    """(article as a place in the lineup, row of the cast), by story, time and id."""
    of, many = lineup.place[lineup.article], np.bincount(lineup.place[lineup.article], minlength=len(lineup.version))
    by_version, before = np.argsort(of, kind="stable"), np.cumsum(many) - many
    count = many[cast.version]
    which = np.repeat(np.arange(len(count)), count)
    article = by_version[ranges(before[cast.version], count)]
    order = np.lexsort((lineup.rank[article], story[which]))
    return article[order], which[order]


def _longest(lineup: Lineup, story: _I64, cast: Cast) -> _I64:
    """The longest article of each story, as a place in the lineup; of equals the earliest."""
    own = np.flatnonzero(~cast.is_apart)
    first, size = lineup.first[cast.version[own]], lineup.size[cast.version[own]]
    order = np.lexsort((lineup.rank[first], -size, story[own]))
    longest: _I64 = first[order[np.flatnonzero(np.diff(story[own[order]], prepend=-1))]]
    return longest


def _relations(rows: Rows, web: Web, cast: Cast) -> _I64:
    """How each row of the cast stands to its anchor, as a place in RELATIONS."""
    count = len(web.starts) - 1
    edges, asked = web.one * count + web.other, cast.version * count + cast.anchor
    place = np.minimum(np.searchsorted(edges, asked), max(0, len(edges) - 1))
    relation = np.where(cast.version == cast.anchor, _REPRINT, 0)
    found = np.flatnonzero(edges[place] == asked) if len(edges) else place[:0]
    relation[found] = rows.relation[web.row[place[found]]]
    return relation
