"""Stories, component by component: the library's own rules on the matches of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from dedup.api.crowds import find_missing
from dedup.api.group import ask_overlaps, find_stories
from dedup.api.matches import Rows
from dedup.api.shelf import Shelf
from dedup.api.verify import ordered
from dedup.corpus import Corpus
from dedup.models import Params
from dedup.spark.blocks import ARTICLE, EDGE, FIGURES, MATCH, ROWS, SHARED
from dedup.spark.candidates import place_pairs
from dedup.spark.components import Keep, find_components
from dedup.spark.parcels import (
    PARCEL,
    deliver,
    home_of,
    in_tasks,
    meet,
    open_parcels,
    pack_parcels,
    pack_tables,
    parcel,
    part_parcels,
    runs,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "TRIED", "Webs", "ask_shared", "find_labels", "find_unexamined", "lay_out", "tell_matches", "tell_stories",
]  # fmt: skip

TRIED, _LABEL = 15, 16  # kinds of parcels: pairs of versions that were compared; the component of versions
_STORY = (
    "story string, id string, representative boolean, derived_from string, relation string, evidence string, "
    "round_up boolean"
)
_CHUNK = 100_000  # rows


class Webs(NamedTuple):
    """What is found, as parcels where each component is at home.

    Attributes:
        found: delivered ones.
        more: what came later.
        partitions: how many places.
    """

    found: DataFrame
    more: DataFrame
    partitions: int

    def add(self, more: DataFrame) -> Webs:
        """With more."""
        return self._replace(more=self.more.unionByName(more))


def find_labels(found: DataFrame, keep: Keep, partitions: int) -> DataFrame:
    """Parcels with the component of each version that shares text with another one, as reprint, edited version or
    partial copy, where the version is at home."""

    def edges(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for one, other in open_parcels(batches, _ARRAYS)[EDGE]:
            yield pa.RecordBatch.from_arrays([pa.array(one), pa.array(other)], names=["a", "b"])

    def labels(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            version, label = (batch.column(name).to_numpy() for name in ("v", "label"))
            yield from pack_parcels(_LABEL, home_of(version, partitions), (version, label))

    joined = in_tasks(found.where(f"kind = {EDGE}"), edges, "a long, b long")
    return in_tasks(find_components(joined, keep), labels, PARCEL)


def find_unexamined(webs: Webs, *, is_later: bool) -> DataFrame:
    """A plan of the pairs that `api.crowds` compares next: versions and the anchors of what they match; and, for the
    place that asks, TRIED parcels with the same pairs.

    Args:
        is_later: this is not the first time: only components of which pairs were tried last time can have others.
    """
    partitions = webs.partitions

    def work(here: pa.Table) -> Iterator[pa.RecordBatch]:
        for web in _open_webs(here, only_tried=is_later):
            pairs = find_missing(web.shelf, web.rows, web.examined())
            home = here.column("place")[0].as_py()
            yield from web.send(pairs, home, partitions)
            yield parcel(home, TRIED, (*web.version[pairs.T],))

    return meet(*webs, work, PARCEL)


def ask_shared(webs: Webs) -> DataFrame:
    """A plan of the pairs of which it matters for round-ups how much they share."""
    partitions = webs.partitions

    def work(here: pa.Table) -> Iterator[pa.RecordBatch]:
        for web in _open_webs(here):
            asked = np.array(ask_overlaps(web.shelf, web.rows), np.int64).reshape(-1, 2)
            yield from web.send(asked, here.column("place")[0].as_py(), partitions)

    return meet(*webs, work, PARCEL)


def tell_stories(webs: Webs) -> DataFrame:
    """A row for each article of each story, see `dedup.spark.scan`.

    Args:
        webs: among them what the pairs share that `ask_shared` asked for.
    """

    def work(here: pa.Table) -> Iterator[pa.RecordBatch]:
        for web in _open_webs(here):
            yield _tell(web)

    return meet(*webs, work, _STORY)


def _tell(web: _Web) -> pa.RecordBatch:
    known = web.shared()
    found = find_stories(web.shelf, web.rows, lambda pairs: [known[pair] for pair in pairs])
    rows = [
        (story.id, edge.id, edge.id in story.representatives, edge.derived_from, edge.relation, edge.evidence,
         edge.id in story.round_ups)
        for story in found for edge in story.edges
    ]  # fmt: skip
    columns = list(zip(*rows, strict=True)) or [()] * len(_ROW)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, _ROW, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_ROW)


def tell_matches(webs: Webs) -> DataFrame:
    """A row for each match: ids and figures."""

    def work(here: pa.Table) -> Iterator[pa.RecordBatch]:
        rows, _ = part_parcels(here, ROWS)
        matches = rows.filter(pa.array(rows.column("kind").to_numpy() == MATCH))
        yield from matches.select(["id_a", "id_b", *FIGURES]).to_batches()

    return meet(*webs, work, "id_a string, id_b string, " + ", ".join(f"{name} int" for name in FIGURES))


_TYPES = {"string": pa.string(), "boolean": pa.bool_()}
_ROW = pa.schema([(name, _TYPES[kind]) for name, kind in (field.split() for field in _STORY.split(", "))])


_ARRAYS = dict.fromkeys((EDGE, _LABEL, TRIED), (np.int64, np.int64))


def lay_out(found: DataFrame, labels: DataFrame, partitions: int) -> DataFrame:
    """Parcels with the rows found, where their component is at home: that of va; a version alone is one of its own."""

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if not (parcels := list(batches)):
            return
        rows, others = part_parcels(pa.Table.from_batches(parcels), ROWS)
        version, label = _join(open_parcels(others, _ARRAYS)[_LABEL])
        own = _look_up(rows.column("va").to_numpy(), version, label)
        rows = rows.append_column("component", pa.array(own))
        yield from pack_tables(ROWS, home_of(own, partitions), rows)

    rows = found.where(f"kind = {ROWS}")
    return in_tasks(deliver(rows.unionByName(labels), partitions), work, PARCEL)


def _look_up(values: np.ndarray[Any, Any], keys: np.ndarray[Any, Any], found: np.ndarray[Any, Any]) -> Any:
    """What is found under each of the values, or the value."""
    if not len(keys):
        return values
    order = np.argsort(keys)
    place = order[np.minimum(np.searchsorted(keys[order], values), len(keys) - 1)]
    return np.where(keys[place] == values, found[place], values)


def _join(parcels: list[list[Any]]) -> Iterator[np.ndarray[Any, Any]]:
    """Their columns, int64."""
    return (np.concatenate(column) for column in zip(*parcels, [np.zeros(0, np.int64)] * 2, strict=True))


def _open_webs(here: pa.Table, *, only_tried: bool = False) -> Iterator[_Web]:
    """The components of a place, or those of which pairs were tried, some at a time."""
    rows, others = part_parcels(here, ROWS)
    tried = np.stack(list(_join(open_parcels(others, _ARRAYS)[TRIED])), axis=1)
    rows = _sort_by_component(rows, tried if only_tried else None)
    edges = runs(rows.column("component").to_numpy())
    cuts = np.unique(edges[np.searchsorted(edges, [*range(0, rows.num_rows, _CHUNK), rows.num_rows])])
    for lo, hi in pairwise(cuts.tolist()):
        yield _Web(rows.slice(lo, hi - lo), tried)


def _sort_by_component(rows: pa.Table, some: np.ndarray[Any, Any] | None) -> pa.Table:
    """The rows, or those of the components of some versions; what came later is of the component its version has."""
    component = rows.column("component")
    is_known = component.is_valid().to_numpy()
    version, label = rows.column("va").to_numpy(), component.fill_null(0).to_numpy()
    label = np.where(is_known, label, _look_up(version, version[is_known], label[is_known]))
    rows = rows.set_column(rows.schema.get_field_index("component"), "component", pa.array(label))
    which = np.arange(len(label))
    if some is not None:
        which = which[np.isin(label, label[np.isin(version, some)])]
    return rows.take(pa.array(which[np.argsort(label[which], kind="stable")]))


class _Web:
    """The articles and matches of some components, the articles numbered by id.

    Attributes:
        shelf: as grouping needs it.
        rows: the matches.
        version: int64, of each article.
    """

    def __init__(self, chunk: pa.Table, tried: np.ndarray[Any, Any]) -> None:
        self._tried = tried
        self._kind = chunk.column("kind").to_numpy()
        self._chunk = chunk
        articles = chunk.filter(pa.array(self._kind == ARTICLE)).sort_by("id_a")
        keys = articles.column("ka").to_numpy()
        first = np.sort(np.unique(keys, return_index=True)[1])  # a block for each reason to look at it told of it
        articles, keys = articles.take(pa.array(first)), keys[first]
        self.version = articles.column("va").to_numpy()
        self._delegates = articles.column("is_delegate").to_numpy(zero_copy_only=False)
        self.shelf = _shelve(articles, self.version, self._delegates)
        self.rows = self._match(keys)

    def _match(self, keys: np.ndarray[Any, Any]) -> Rows:
        """The matches of two articles that are here; templates of versions that join nothing are not."""
        matches = self._chunk.filter(pa.array(self._kind == MATCH))
        order = np.argsort(keys)
        sides, is_here = [], np.ones(matches.num_rows, np.bool_)
        for name in ("ka", "kb"):
            side = matches.column(name).to_numpy()
            place = np.minimum(np.searchsorted(keys[order], side), max(0, len(keys) - 1))
            is_here &= keys[order][place] == side if len(keys) else False
            sides.append(order[place] if len(keys) else side)
        figures = [matches.column(name).to_numpy().astype(np.int64) for name in FIGURES]
        columns = [*sides, *figures, np.zeros(len(is_here), np.uint8)]
        return ordered(Rows(*columns).take(np.flatnonzero(is_here)), self.shelf.ids)

    def examined(self) -> np.ndarray[Any, Any]:
        """The pairs of articles that were compared: int64 (n, 2), the smaller id first."""
        version = self.version[self._delegates]
        order = np.argsort(version)
        tried = self._tried[np.isin(self._tried[:, 0], version)]
        tried = np.flatnonzero(self._delegates)[order[np.searchsorted(version[order], tried)]]
        return np.concatenate([np.stack([self.rows.a, self.rows.b], axis=1), np.sort(tried, axis=1)])

    def shared(self) -> dict[tuple[int, int], int]:
        """What the pairs share of which that was asked, by the numbers of delegates, both ways."""
        rows = self._chunk.filter(pa.array(self._kind == SHARED))
        places = np.flatnonzero(self._delegates)
        number = dict(zip(self.version[places].tolist(), places.tolist(), strict=True))
        found = {}
        for a, b, count in zip(*(rows.column(name).to_pylist() for name in ("va", "vb", "shared")), strict=True):
            found[number[a], number[b]] = found[number[b], number[a]] = count
        return found

    def send(self, pairs: np.ndarray[Any, Any], home: int, partitions: int) -> Iterator[pa.RecordBatch]:
        """A plan of pairs of versions, of which what is found comes home."""
        one, other = self.version.view(np.uint64)[pairs.T]
        yield from place_pairs(one, other, np.int32(home), partitions)


def _shelve(articles: pa.Table, version: np.ndarray[Any, Any], delegates: np.ndarray[Any, Any]) -> Shelf:
    shelf = Shelf(Params())
    shelf.ids = articles.column("id_a").to_pylist()
    shelf.numbers = {id: number for number, id in enumerate(shelf.ids)}
    shelf.is_new = [True] * len(shelf.ids)
    fields = [articles.column(name).to_pylist() for name in ("source", "credit", "published")]
    shelf.details = [
        {"source": source or "", "credit": credit or "", "published": _moment(published)}
        for source, credit, published in zip(*fields, strict=True)
    ]
    own = {v: n for n, v in enumerate(version.tolist()) if delegates[n]}
    copies = [(own[int(version[n])], n) for n in np.flatnonzero(~delegates).tolist()]
    shelf.copies = np.array(copies, np.int64).reshape(-1, 2)
    shelf.corpus = _NoTexts()
    return shelf


def _moment(iso: str | None) -> datetime | date | None:
    """What `blocks` wrote, read back."""
    if iso is None:
        return None
    return datetime.fromisoformat(iso) if "T" in iso else date.fromisoformat(iso)


class _NoTexts(Corpus):
    """Stands for the texts: whom an article names as its source was looked for where its text was."""

    def __init__(self) -> None:
        pass

    def read(self, which: np.ndarray[Any, Any]) -> Iterator[bytes]:
        """Nothing."""
        return iter([b""] * len(which))
