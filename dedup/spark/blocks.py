"""Pairs of texts compared exactly, place by place: each text travels once for all pairs of a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pyarrow as pa

from dedup import kernels
from dedup.api.matches import Rows
from dedup.api.shelf import Shelf
from dedup.api.verify import blocks, compare_pairs, match_copies, match_pairs, ordered
from dedup.api.web import JOINING
from dedup.corpus import Corpus, Prepared
from dedup.dates import parse
from dedup.furniture import Furniture, group_of
from dedup.models import Params
from dedup.pages import find_credit
from dedup.spark.articles import DETAILS, MEMBERS, ROW_BITS
from dedup.spark.candidates import NEED, PAIR, PLAN
from dedup.spark.parcels import (
    PARCEL,
    deliver,
    distinct,
    freeze,
    in_tasks,
    meet,
    mix,
    open_parcels,
    parcel_of,
    part_parcels,
    runs,
    spare_modules,
    thaw,
)
from dedup.text import ranges

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame

__all__ = ["ARTICLE", "FIGURES", "FOUND", "MATCH", "SHARED", "Lookup", "compare", "count_shared", "keep_frames"]

MATCH, ARTICLE, SHARED = range(3)  # rows: a match; an article that has a part in one; what a pair shares
FIGURES = ("shared", "size_a", "size_b", "longest", "relation", "is_certain")
FOUND = (
    "kind int, va long, vb long, ka long, kb long, id_a string, id_b string, "
    + ", ".join(f"{name} int" for name in FIGURES)
    + ", is_delegate boolean, source string, credit string, published string"
)
_SHARED = "kind int, va long, vb long, shared int"
_TEXT = 3  # a kind of parcel beside those of a plan: frozen articles
_TOGETHER = 64 << 20  # bytes of text that a task sends at a time
_BLOCK = 8 << 20  # bytes of text, two such are compared at a time
_COPIES = 1024  # copies of one version that are looked at by one task

_I64 = np.ndarray[Any, np.dtype[np.int64]]


class Lookup(NamedTuple):
    """Where texts are found.

    Attributes:
        frames: the articles of each partition, in frames; kept on disk until `unpersist`.
        members: what `find_versions` makes, delivered.
        partitions: how many tasks.
    """

    frames: RDD[list[bytes]]
    members: DataFrame
    partitions: int


def keep_frames(sketched: DataFrame) -> RDD[list[bytes]]:
    """The frames of what `articles.sketch` makes, an element for each partition."""
    from pyspark import StorageLevel

    return _in_one(sketched.where("frame IS NOT NULL").select("frame")).persist(StorageLevel.DISK_ONLY)


def _in_one(df: DataFrame) -> RDD[list[bytes]]:
    """The rows of each partition, of one column of bytes, as one element."""
    from pyspark import serializers

    pickled: Any = serializers
    one: RDD[list[bytes]] = df.rdd.mapPartitions(lambda rows: [[bytes(row[0]) for row in rows]])
    # zip would do it by another round through Python
    return one._reserialize(pickled.BatchedSerializer(pickled.CPickleSerializer(), 1))


class _Texts(Corpus):
    """The texts of a place, in one buffer: a Corpus that compares and does not sketch."""

    block = _BLOCK

    def __init__(self, texts: pa.ChunkedArray, groups: list[np.uint64], params: Params, furniture: Furniture) -> None:
        self._params = params
        one = pa.concat_arrays(texts.chunks) if texts.num_chunks else pa.array([], pa.large_binary())
        _, places, data = one.buffers()
        self.offsets = np.frombuffer(places, np.int64)[one.offset : one.offset + len(one) + 1]
        self.buf = np.frombuffer(data or b"", np.uint8)
        self.buf.flags.writeable = False  # as all texts are: the kernels are compiled for one kind of array
        self._grouped = furniture.grouped(np.array(groups, np.uint64), params)

    def utf8(self, number: int) -> bytes:
        """A text."""
        return self.buf[self.offsets[number] : self.offsets[number + 1]].tobytes()

    def sizes(self, which: _I64) -> _I64:
        """Bytes of each text, int64."""
        return cast(_I64, self.offsets[which + 1] - self.offsets[which])

    def prepare(self, which: _I64, *, shingles: bool = True, threads: int | None = None) -> Prepared:
        """The texts `which` (ascending) made ready for exact comparison."""
        look_up, k = self._grouped, self._params.k
        return Prepared.join([kernels.prepare(self.buf, self.offsets, look_up.groups, which, look_up.tables, k)])


def _fetch(plan: DataFrame, lookup: Lookup, *, copies: bool) -> DataFrame:
    """The pairs of a plan and the texts that each place needs, in the partition of the place.

    Texts are taken where they were read: what is asked of each partition is sent there, and the answers go on.
    """
    partitions = lookup.partitions

    def ask(here: pa.Table) -> Iterator[pa.RecordBatch]:
        members, needs = part_parcels(here, MEMBERS)
        for asked in _find_needed(members, open_parcels(needs, PLAN)[NEED], partitions if copies else 0):
            yield parcel_of(asked.column("key")[0].as_py() >> ROW_BITS, NEED, freeze(asked))

    asked = meet(lookup.members, plan.where(f"kind = {NEED}"), partitions, ask, PARCEL)
    asked = deliver(asked, lookup.frames.getNumPartitions()).select("data")
    answers = lookup.frames.zip(_in_one(asked)).mapPartitions(_answer_all)
    sent = plan.sparkSession.createDataFrame(answers, PARCEL, verifySchema=False)
    return deliver(sent.unionByName(plan.where(f"kind = {PAIR}")), partitions)


def _find_needed(members: pa.Table, needs: list[list[Any]], partitions: int) -> Iterator[pa.Table]:
    """The members (see `find_versions`) that places need, and these places, a table for each partition of the input.

    Args:
        needs: arrays (place, version): where delegates are needed.
        partitions: into how many places copies go with their delegates; 0: copies are not needed.
    """
    key, version, is_delegate, copies = (
        members.column(name).to_numpy(zero_copy_only=False) for name in ("key", "v0", "is_delegate", "copies")
    )
    delegates = np.flatnonzero(is_delegate)
    which = [delegates[np.searchsorted(version[delegates], needed)] for _, needed in needs]
    places = [place for place, _ in needs]
    if partitions:
        several = np.flatnonzero(copies > 0)
        parts = -(-copies[several] // _COPIES)
        count = np.where(is_delegate[several], parts, 1)
        part = ranges(np.where(is_delegate[several], 0, key[several] % parts), count)
        which.append(np.repeat(several, count))
        mixed = mix(version[which[-1]].view(np.uint64) ^ mix(part.view(np.uint64)))
        places.append((mixed % np.uint64(partitions)).astype(np.int32))
    row, place = distinct(*(np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (which, places)))
    asked = members.select(["renamed", "key", "v0", "is_delegate"]).take(pa.array(row))
    asked = asked.append_column("place", pa.array(place))
    order = np.argsort(key[row], kind="stable")
    asked = asked.take(pa.array(order))
    edges = runs(key[row[order]] >> ROW_BITS)
    return (asked.slice(lo, hi - lo) for lo, hi in pairwise(edges.tolist()))


def _answer_all(pairs: Iterable[tuple[list[bytes], list[bytes]]]) -> Iterator[tuple[int, int, bytearray]]:
    for frames, asked in pairs:
        yield from _answer(frames, asked)
    spare_modules()


def _answer(frames: list[bytes], asked: list[bytes]) -> Iterator[tuple[int, int, bytearray]]:
    """Parcels with the articles asked for, as (place, kind, data)."""
    if not asked:
        return
    table = pa.concat_tables(map(thaw, asked)).sort_by("key")
    row = table.column("key").to_numpy() & ((1 << ROW_BITS) - 1)
    first, waiting, weight = 0, [], 0
    for frame in frames:
        articles = thaw(frame)
        lo, hi = np.searchsorted(row, [first, first + articles.num_rows]).tolist()
        some = articles.take(pa.array(row[lo:hi] - first))
        for name in ("renamed", "key", "v0", "is_delegate", "place"):
            some = some.append_column(name, table.column(name).slice(lo, hi - lo))
        first += articles.num_rows
        waiting.append(some)
        weight += some.nbytes
        if weight >= _TOGETHER:
            yield from _address(pa.concat_tables(waiting))
            waiting, weight = [], 0
    if waiting:
        yield from _address(pa.concat_tables(waiting))


def _address(articles: pa.Table) -> Iterator[tuple[int, int, bytearray]]:
    """A parcel for each place that articles go to."""
    articles = articles.take(pa.array(np.argsort(articles.column("place").to_numpy(), kind="stable")))
    places = articles.column("place").to_numpy()
    for lo, hi in pairwise(runs(places).tolist()):
        yield int(places[lo]), _TEXT, bytearray(freeze(articles.slice(lo, hi - lo).drop_columns("place")))


def compare(
    plan: DataFrame, lookup: Lookup, params: Params, furniture: Furniture, *, copies: bool, has_credits: bool
) -> DataFrame:
    """The matches among the pairs of a plan, and the articles that have a part in one (see FOUND).

    Args:
        copies: whether to look at copies too: once, with the candidates.
        has_credits: whether it matters whom an article names as its source.
    """

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if (desk := _Desk.open(batches, params, furniture)) is None:
            return
        left, right = desk.pairs
        parts = (match_pairs(desk.shelf, left[some], right[some], params) for some in blocks(desk.texts, left, right))
        rows = Rows.join(list(parts))
        if copies:
            rows = Rows.join([rows, match_copies(desk.shelf, desk.copies, params)])
        yield from desk.tell(ordered(rows, desk.shelf.ids), has_credits)

    return in_tasks(_fetch(plan, lookup, copies=copies), work, FOUND)


def count_shared(plan: DataFrame, lookup: Lookup, params: Params, furniture: Furniture) -> DataFrame:
    """How many shingles each pair of a plan shares: kind, va, vb, shared."""

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if (desk := _Desk.open(batches, params, furniture)) is None:
            return
        for some in blocks(desk.texts, *desk.pairs):
            left, right = (side[some] for side in desk.pairs)
            ready, i, j = desk.texts.prepare_pairs(left, right)
            shared = compare_pairs(ready, i, j, params)[0].astype(np.int32)
            columns = [np.full(len(shared), SHARED, np.int32), desk.version[left], desk.version[right], shared]
            yield pa.RecordBatch.from_arrays([*map(pa.array, columns)], names=["kind", "va", "vb", "shared"])

    return in_tasks(_fetch(plan, lookup, copies=False), work, _SHARED)


class _Desk:
    """The articles of a place, numbered so that versions that make pairs stand together, and its pairs.

    Attributes:
        shelf: as comparing needs it.
        texts: the texts.
        version, keys: int64, of each article.
        pairs: int64 arrays: the two versions of each, by the numbers of their delegates, the smaller id first.
        copies: int64 (copies, 2): (delegate, copy).
    """

    @classmethod
    def open(cls, batches: Iterable[pa.RecordBatch], params: Params, furniture: Furniture) -> _Desk | None:
        """What lies in the parcels; None where they hold no text."""
        tables, packed = [], []
        for batch in batches:
            kinds = batch.column("kind").to_numpy()
            tables += [thaw(data.as_buffer()) for data in batch.column("data").filter(pa.array(kinds == _TEXT))]
            packed.append(batch.filter(pa.array(kinds == PAIR)))
        if not tables:
            return None
        parcels = [*open_parcels(packed, PLAN)[PAIR], [np.zeros(0, np.uint64)] * 2]
        low, high = (np.concatenate(column).view(np.int64) for column in zip(*parcels, strict=True))
        return cls(pa.concat_tables(tables), low, high, params, furniture)

    def __init__(self, rows: pa.Table, low: _I64, high: _I64, params: Params, furniture: Furniture) -> None:
        rows = rows.take(pa.array(_arrange(rows.column("v0").to_numpy(), low, high)))
        self._params, self._published = params, rows.column("published").to_pylist()
        self.shelf = Shelf(params, furniture)
        own, renamed = rows.column("id").to_pylist(), rows.column("renamed").to_pylist()
        self.shelf.ids = [new or old for new, old in zip(renamed, own, strict=True)]
        self.shelf.details = [
            {name: value for name, value in zip(DETAILS[:-1], values, strict=True) if value}
            for values in zip(*(rows.column(name).to_pylist() for name in DETAILS[:-1]), strict=True)
        ]
        groups = [group_of(about.get("source", "")) for about in self.shelf.details]
        self.texts = _Texts(rows.column("text"), groups, params, furniture)
        self.shelf.corpus = self.texts
        self.version, self.keys = (rows.column(name).to_numpy() for name in ("v0", "key"))
        self.is_delegate = rows.column("is_delegate").to_numpy(zero_copy_only=False)
        delegates = np.flatnonzero(self.is_delegate)
        delegates = delegates[np.argsort(self.version[delegates])]
        place = self.version[delegates]
        one, other = (delegates[np.searchsorted(place, side)] for side in (low, high))
        rank = np.empty(len(self.keys), np.int64)
        rank[sorted(range(len(rank)), key=self.shelf.ids.__getitem__)] = np.arange(len(rank))
        is_turned = rank[one] > rank[other]
        self.pairs = np.where(is_turned, other, one), np.where(is_turned, one, other)
        others = np.flatnonzero(~self.is_delegate)
        self.copies = np.stack([delegates[np.searchsorted(place, self.version[others])], others], axis=1)

    def tell(self, rows: Rows, has_credits: bool) -> Iterator[pa.RecordBatch]:
        """The rows, and the articles in those that join a story."""
        ids = pa.array(self.shelf.ids, pa.string())
        columns: dict[str, Any] = {"kind": np.full(len(rows.a), MATCH, np.int32)}
        for side, which in (("a", rows.a), ("b", rows.b)):
            columns |= {f"v{side}": self.version[which], f"k{side}": self.keys[which]}
            columns[f"id_{side}"] = ids.take(pa.array(which))
        figures = zip(FIGURES, rows[2:8], strict=True)
        yield _found(columns | {name: values.astype(np.int32) for name, values in figures})
        joins = np.isin(rows.relation, JOINING)
        told = np.unique(np.concatenate([rows.a[joins], rows.b[joins], self.copies.ravel()]))
        about = [self.shelf.details[n] for n in told.tolist()]
        credits = [one.get("credit") for one in about]
        if has_credits:
            texts = (self.texts.utf8(n).decode("utf-8") for n in told.tolist())
            credits = [credit or find_credit(text) for credit, text in zip(credits, texts, strict=True)]
        times = (parse(self._published[n]) for n in told.tolist())
        yield _found({
            "kind": np.full(len(told), ARTICLE, np.int32), "va": self.version[told], "ka": self.keys[told],
            "id_a": ids.take(pa.array(told)), "is_delegate": self.is_delegate[told],
            "source": [one.get("source") for one in about], "credit": credits,
            "published": [time and time.isoformat() for time in times],
        })  # fmt: skip


def _arrange(version: _I64, low: _I64, high: _I64) -> _I64:
    """An order of articles in which those stand together whose versions have one smallest partner."""
    distinct, place = np.unique(version, return_inverse=True)
    near = np.arange(len(distinct))
    one, other = (np.searchsorted(distinct, side) for side in (low, high))
    first, second = np.minimum(one, other), np.maximum(one, other)
    np.minimum.at(near, second, first)
    return cast(_I64, np.lexsort((place, near[place])))


_FOUND_TYPES = {"long": pa.int64(), "int": pa.int32(), "string": pa.string(), "boolean": pa.bool_()}
_FOUND = pa.schema([(name, _FOUND_TYPES[kind]) for name, kind in (field.split() for field in FOUND.split(", "))])


def _found(columns: dict[str, Any]) -> pa.RecordBatch:
    """Rows of what is found; columns that are not given are null."""
    count = len(columns["kind"])
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in _FOUND]
    return pa.RecordBatch.from_arrays(arrays, schema=_FOUND)
