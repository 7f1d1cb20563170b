"""Stories, component by component: the library's own rules on the matches of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup.api.crowds import find_missing
from dedup.api.group import ask_overlaps, find_stories
from dedup.api.matches import Rows
from dedup.api.shelf import Shelf
from dedup.api.verify import ordered
from dedup.api.web import JOINING
from dedup.corpus import Corpus
from dedup.models import Params
from dedup.spark.blocks import ARTICLE, FIGURES, MATCH
from dedup.spark.candidates import route_pairs
from dedup.spark.components import Keep, find_components
from dedup.spark.parcels import PARCEL, in_chunks, in_tasks

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["ask_shared", "find_labels", "find_unexamined", "mark_components", "tell_stories"]

_TRIED, _SHARED = 2, 3  # rows beside those of blocks: a pair that was examined; what a pair shares
_STORY = (
    "story string, id string, representative boolean, derived_from string, relation string, evidence string, "
    "round_up boolean"
)
_CHUNK = 100_000  # rows


def find_labels(found: DataFrame, keep: Keep) -> DataFrame:
    """The component of each version that shares text with another one, as reprint, edited version or partial copy."""
    joins = found.where(f"kind = {MATCH} AND va != vb").where(found.relation.isin(JOINING))
    return find_components(joins.selectExpr("va AS a", "vb AS b"), keep)


def find_unexamined(found: DataFrame, tried: DataFrame | None, labels: DataFrame, partitions: int) -> DataFrame:
    """Parcels with the pairs that `api.crowds` compares next: versions and the anchors of what they match.

    Args:
        tried: pairs (a, b) that were compared before.
    """

    def work(chunk: pa.Table) -> Iterator[pa.RecordBatch]:
        web = _Web(chunk)
        tried = [*zip(web.rows.a.tolist(), web.rows.b.tolist(), strict=True), *web.pairs(_TRIED)]
        missing = find_missing(web.shelf, web.rows, np.array(tried, np.int64).reshape(-1, 2))
        yield from web.send(missing.tolist(), partitions)

    return in_tasks(_by_component(found, tried, _TRIED, labels, partitions), _chunks(work), PARCEL)


def ask_shared(found: DataFrame, labels: DataFrame, partitions: int) -> DataFrame:
    """Parcels with the pairs of which it matters for round-ups how much they share."""

    def work(chunk: pa.Table) -> Iterator[pa.RecordBatch]:
        web = _Web(chunk)
        yield from web.send(ask_overlaps(web.shelf, web.rows), partitions)

    return in_tasks(_by_component(found, None, _SHARED, labels, partitions), _chunks(work), PARCEL)


def tell_stories(found: DataFrame, shared: DataFrame | None, labels: DataFrame, partitions: int) -> DataFrame:
    """A row for each article of each story, see `dedup.spark.scan`.

    Args:
        shared: what `ask_shared` asked for: a, b, shared.
    """

    def work(chunk: pa.Table) -> Iterator[pa.RecordBatch]:
        web = _Web(chunk)
        known = web.pairs(_SHARED)
        found = find_stories(web.shelf, web.rows, lambda pairs: [known[pair] for pair in pairs])
        rows = [
            (story.id, edge.id, edge.id in story.representatives, edge.derived_from, edge.relation, edge.evidence,
             edge.id in story.round_ups)
            for story in found for edge in story.edges
        ]  # fmt: skip
        columns = list(zip(*rows, strict=True)) or [()] * len(_ROW)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, _ROW, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=_ROW)

    return in_tasks(_by_component(found, shared, _SHARED, labels, partitions), _chunks(work), _STORY)


_TYPES = {"string": pa.string(), "boolean": pa.bool_()}
_ROW = pa.schema([(name, _TYPES[kind]) for name, kind in (field.split() for field in _STORY.split(", "))])


def mark_components(rows: DataFrame, labels: DataFrame) -> DataFrame:
    """Rows (va, …) with the component of va; a version alone is one of its own."""
    marked = labels.selectExpr("v AS va", "label").hint("shuffle_hash")
    return rows.join(marked, "va", "left").selectExpr("*", "coalesce(label, va) AS component").drop("label")


def _by_component(
    found: DataFrame, pairs: DataFrame | None, kind: int, labels: DataFrame, partitions: int
) -> DataFrame:
    """What is found (with components), and pairs as rows of that kind, sorted by component."""
    found = found.selectExpr("*", f"if(kind = {ARTICLE}, id_a, null) AS id").drop("id_a", "id_b")
    if pairs is not None:
        more = pairs.withColumnsRenamed({"a": "va", "b": "vb"}).selectExpr("*", f"{kind} AS kind")
        found = found.unionByName(mark_components(more, labels), allowMissingColumns=True)
    return found.repartition(partitions, "component").sortWithinPartitions("component")


def _chunks(work: Any) -> Any:
    return in_chunks(work, "component", lambda batch: batch.num_rows / _CHUNK)


class _Web:
    """The articles and matches of some components, the articles numbered by id.

    Attributes:
        shelf: as grouping needs it.
        rows: the matches.
        version: int64, of each article.
    """

    def __init__(self, chunk: pa.Table) -> None:
        self._kind = chunk.column("kind").to_numpy()
        self._chunk = chunk
        articles = chunk.filter(pa.array(self._kind == ARTICLE)).sort_by([("id", "ascending")])
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

    def pairs(self, kind: int) -> dict[tuple[int, int], int]:
        """The pairs of that kind, by the numbers of delegates, both ways, and what they share where that is known."""
        rows = self._chunk.filter(pa.array(self._kind == kind))
        places = np.flatnonzero(self._delegates)
        number = dict(zip(self.version[places].tolist(), places.tolist(), strict=True))
        shared = rows.column("shared").to_pylist() if "shared" in rows.column_names else []
        pairs = zip(rows.column("va").to_pylist(), rows.column("vb").to_pylist(), shared, strict=True)
        found = {}
        for a, b, count in pairs:
            found[number[a], number[b]] = found[number[b], number[a]] = count
        return found

    def send(self, pairs: list[tuple[int, int]], partitions: int) -> Iterator[pa.RecordBatch]:
        """Parcels with pairs of versions."""
        one, other = np.array(pairs, np.int64).reshape(-1, 2).T
        version = self.version.view(np.uint64)
        yield from route_pairs(version[one], version[other], partitions)


def _shelve(articles: pa.Table, version: np.ndarray[Any, Any], delegates: np.ndarray[Any, Any]) -> Shelf:
    shelf = Shelf(Params())
    shelf.ids = articles.column("id").to_pylist()
    shelf.numbers = {id: number for number, id in enumerate(shelf.ids)}
    shelf.is_new = [True] * len(shelf.ids)
    fields = [articles.column(name).to_pylist() for name in ("source", "credit", "published")]
    shelf.details = [
        {"source": source or "", "credit": credit or "", "published": _moment(published)}
        for source, credit, published in zip(*fields, strict=True)
    ]
    own = {v: shelf.ids[n] for n, v in enumerate(version.tolist()) if delegates[n]}
    for n in np.flatnonzero(~delegates).tolist():
        shelf.copies.setdefault(own[int(version[n])], []).append(shelf.ids[n])
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
