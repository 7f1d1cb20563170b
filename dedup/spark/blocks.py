"""Pairs of texts compared exactly, place by place: each text travels once for all pairs of a place."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import zstandard

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
from dedup.spark.articles import DETAILS, FRAME, FRAMES, MEMBERS, ROW_BITS
from dedup.spark.candidates import NEED, PAIR, PLAN
from dedup.spark.parcels import (
    PARCEL,
    deliver,
    distinct,
    freeze,
    home_of,
    in_tasks,
    meet,
    mix,
    open_parcels,
    order_of,
    pack_tables,
    parcel,
    parcel_of,
    part_parcels,
    runs,
    spare_modules,
    starts_of,
    thaw,
)
from dedup.text import ranges

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame

__all__ = ["ARTICLE", "EDGE", "FIGURES", "MATCH", "ROWS", "SHARED", "Lookup", "compare", "count_shared", "keep_frames"]

MATCH, ARTICLE, SHARED = range(3)  # rows: a match; an article that has a part in one; what a pair shares
FIGURES = ("shared", "size_a", "size_b", "longest", "relation", "is_certain")
_FOUND = pa.schema([
    ("kind", pa.int32()), *((name, pa.int64()) for name in ("va", "vb", "ka", "kb")), ("id_a", pa.string()),
    ("id_b", pa.string()), *((name, pa.int32()) for name in FIGURES), ("is_delegate", pa.bool_()),
    ("source", pa.string()), ("credit", pa.string()), ("published", pa.string()),
])  # fmt: skip
_TEXT, ROWS, EDGE = range(12, 15)  # kinds of parcels: articles, what is found, and which versions it joins
_TOGETHER = 32 << 20  # bytes of articles that a task sends at a time
_BLOCK = 8 << 20  # bytes of text, two such are compared at a time
_COPIES = 1024  # copies of one version that are looked at by one task

_I64 = np.ndarray[Any, np.dtype[np.int64]]


class Lookup(NamedTuple):
    """Where texts are found.

    Attributes:
        frames: the articles of each partition of the input, an element each; kept on disk until `unpersist`.
        members: the MEMBERS of `find_versions`, delivered.
        partitions: how many tasks.
    """

    frames: RDD[bytes]
    members: DataFrame
    partitions: int


def keep_frames(sketched: DataFrame) -> RDD[bytes]:
    """The frames of what `articles.sketch` makes."""
    from pyspark import StorageLevel

    return _bytes_of(sketched.where(f"kind = {FRAME}")).persist(StorageLevel.DISK_ONLY)


def _bytes_of(parcels: DataFrame) -> RDD[bytes]:
    """The data of parcels as they lie in memory: `DataFrame.rdd` would pickle them byte by byte."""
    from pyspark.core.rdd import RDD
    from pyspark.serializers import NoOpSerializer

    context: Any = parcels.sparkSession.sparkContext
    of_bytes = context._jvm.org.apache.spark.sql.Encoders.BINARY()
    return RDD(getattr(parcels.select("data")._jdf, "as")(of_bytes).toJavaRDD(), context, NoOpSerializer())


class _Texts(Corpus):
    """The texts of a place, in one buffer: a Corpus that compares and does not sketch."""

    block = _BLOCK

    def __init__(self, texts: pa.ChunkedArray, groups: list[np.uint64], params: Params, furniture: Furniture) -> None:
        self._params = params
        unpress = zstandard.ZstdDecompressor().decompress
        whole = [unpress(text.as_buffer()) for text in texts]
        self.offsets = starts_of(np.array([len(text) for text in whole], np.int64))
        self.buf = np.frombuffer(b"".join(whole), np.uint8)
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
    asked = in_tasks(deliver(asked, lookup.frames.getNumPartitions()), _join, PARCEL)
    answers = lookup.frames.zip(_bytes_of(asked)).mapPartitions(_answer_all)
    sent = plan.sparkSession.createDataFrame(answers, PARCEL, verifySchema=False)
    return deliver(sent.unionByName(plan.where(f"kind = {PAIR}")), partitions)


def _join(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What is asked of a partition, in as many parcels as it has frames: all in the first, which the others follow."""
    tables = [thaw(data.as_buffer()) for batch in batches for data in batch.column("data")]
    yield parcel_of(0, NEED, freeze(pa.concat_tables(tables)) if tables else b"")
    for _ in range(FRAMES - 1):
        yield parcel_of(0, NEED, b"")


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


def _answer_all(pairs: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[int, int, bytearray]]:
    parts = iter(pairs)
    first, asked = next(parts)
    if asked:
        frames = itertools.chain([first], (frame for frame, _ in parts))
        yield from _answer(frames, thaw(asked).combine_chunks().sort_by("key").combine_chunks())
    spare_modules()


def _answer(frames: Iterable[bytes], asked: pa.Table) -> Iterator[tuple[int, int, bytearray]]:
    """Parcels with the articles asked for, as (place, kind, data)."""
    row = asked.column("key").to_numpy() & ((1 << ROW_BITS) - 1)
    place = asked.column("place").to_numpy()
    first, weight = 0, 0
    waiting: dict[int, list[pa.Table]] = defaultdict(list)
    for articles in itertools.chain.from_iterable(thaw(frame).to_batches() for frame in frames if frame):
        lo, hi = np.searchsorted(row, [first, first + articles.num_rows]).tolist()
        order = lo + order_of(place[lo:hi])
        some = pa.Table.from_batches([articles.take(pa.array(row[order] - first))])
        about = asked.take(pa.array(order))
        for name in ("renamed", "key", "v0", "is_delegate"):
            some = some.append_column(name, about.column(name))
        for start, stop in pairwise(runs(place[order]).tolist()):
            waiting[int(place[order[start]])].append(some.slice(start, stop - start))
        first += articles.num_rows
        weight += some.nbytes
        if weight >= _TOGETHER:
            yield from _address(waiting)
            waiting.clear()
            weight = 0
    yield from _address(waiting)


def _address(waiting: dict[int, list[pa.Table]]) -> Iterator[tuple[int, int, bytearray]]:
    """A parcel for each place that articles go to."""
    for place, articles in waiting.items():
        yield place, _TEXT, bytearray(freeze(pa.concat_tables(articles)))


def compare(
    plan: DataFrame, lookup: Lookup, params: Params, furniture: Furniture, *, copies: bool, has_credits: bool
) -> DataFrame:
    """Parcels with the matches among the pairs of a plan: ROWS where the plan says, of matches and with the copies also
    of the articles that have a part in one; and EDGE: the versions that are joined.

    Args:
        copies: whether to look at copies too: once, with the candidates.
        has_credits: whether it matters whom an article names as its source.
    """
    partitions = lookup.partitions

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if (desk := _Desk.open(batches, params, furniture, partitions)) is None:
            return
        left, right = desk.pairs
        parts = (match_pairs(desk.shelf, left[some], right[some], params) for some in blocks(desk.texts, left, right))
        rows = Rows.join(list(parts))
        if copies:
            rows = Rows.join([rows, match_copies(desk.shelf, desk.copies, params)])
        yield from desk.tell_matches(ordered(rows, desk.shelf.ids))
        if copies:
            yield from desk.tell_articles(rows, has_credits)

    return in_tasks(_fetch(plan, lookup, copies=copies), work, PARCEL)


def count_shared(plan: DataFrame, lookup: Lookup, params: Params, furniture: Furniture) -> DataFrame:
    """Parcels with ROWS where the plan says: how many shingles each of its pairs shares."""
    partitions = lookup.partitions

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if (desk := _Desk.open(batches, params, furniture, partitions)) is None:
            return
        for some in blocks(desk.texts, *desk.pairs):
            left, right = (side[some] for side in desk.pairs)
            ready, i, j = desk.texts.prepare_pairs(left, right)
            shared = compare_pairs(ready, i, j, params)[0].astype(np.int32)
            yield from desk.tell(SHARED, {"va": left, "vb": right}, {"shared": shared})

    return in_tasks(_fetch(plan, lookup, copies=False), work, PARCEL)


class _Desk:
    """The articles of a place, numbered so that versions that make pairs stand together, and its pairs.

    Attributes:
        shelf: as comparing needs it.
        texts: the texts.
        version, keys: int64, of each article.
        home: int32, where what is found of each article goes.
        pairs: int64 arrays: the two versions of each, by the numbers of their delegates, the smaller id first.
        copies: int64 (copies, 2): (delegate, copy).
    """

    @classmethod
    def open(
        cls, batches: Iterable[pa.RecordBatch], params: Params, furniture: Furniture, partitions: int
    ) -> _Desk | None:
        """What lies in the parcels; None where they hold no text."""
        tables, packed = [], []
        for batch in batches:
            kinds = batch.column("kind").to_numpy()
            tables += [thaw(data.as_buffer()) for data in batch.column("data").filter(pa.array(kinds == _TEXT))]
            packed.append(batch.filter(pa.array(kinds == PAIR)))
        if not tables:
            return None
        parcels = [*open_parcels(packed, PLAN)[PAIR], [np.zeros(0, kind) for kind in PLAN[PAIR]]]
        low, high, home = (np.concatenate(column) for column in zip(*parcels, strict=True))
        rows = pa.concat_tables(tables).combine_chunks()
        desk = cls(rows, (low.view(np.int64), high.view(np.int64)), params, furniture)
        desk.address(home, partitions)
        return desk

    def __init__(self, rows: pa.Table, pairs: tuple[_I64, _I64], params: Params, furniture: Furniture) -> None:
        low, high = pairs
        rows = rows.take(pa.array(_arrange(rows.column("v0").to_numpy(), low, high)))
        self._published = rows.column("published").to_pylist()
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

    def address(self, home: np.ndarray[Any, Any], partitions: int) -> None:
        """Notes where what is found of each pair goes."""
        self.home = home_of(self.version, partitions)
        for side in self.pairs:
            self.home[side[home >= 0]] = home[home >= 0]

    def tell(self, kind: int, sides: dict[str, _I64], columns: dict[str, Any]) -> Iterator[pa.RecordBatch]:
        """Parcels with rows of that kind, sent where what is found of side va goes.

        Args:
            sides: columns of versions, as numbers of articles.
            columns: the others that are not null.
        """
        which = sides["va"]
        found = {"kind": np.full(len(which), kind, np.int32)} | columns
        found |= {name: self.version[side] for name, side in sides.items()}
        arrays = [
            pa.array(found[field.name], field.type) if field.name in found else pa.nulls(len(which), field.type)
            for field in _FOUND]  # fmt: skip
        yield from pack_tables(ROWS, self.home[which], pa.Table.from_arrays(arrays, schema=_FOUND))

    def tell_matches(self, rows: Rows) -> Iterator[pa.RecordBatch]:
        """The matches, and which versions they join."""
        ids = pa.array(self.shelf.ids, pa.string())
        columns: dict[str, Any] = {}
        for side, which in (("a", rows.a), ("b", rows.b)):
            columns |= {f"k{side}": self.keys[which], f"id_{side}": ids.take(pa.array(which))}
        columns |= {name: values.astype(np.int32) for name, values in zip(FIGURES, rows[2:8], strict=True)}
        yield from self.tell(MATCH, {"va": rows.a, "vb": rows.b}, columns)
        joins = np.isin(rows.relation, JOINING)
        one, other = self.version[rows.a[joins]], self.version[rows.b[joins]]
        yield parcel(0, EDGE, [side[one != other] for side in (one, other)])

    def tell_articles(self, rows: Rows, has_credits: bool) -> Iterator[pa.RecordBatch]:
        """The articles in those of the matches that join a story."""
        joins = np.isin(rows.relation, JOINING)
        told = np.unique(np.concatenate([rows.a[joins], rows.b[joins], self.copies.ravel()]))
        about = [self.shelf.details[n] for n in told.tolist()]
        credits = [one.get("credit") for one in about]
        if has_credits:
            known = zip(credits, told.tolist(), strict=True)
            credits = [credit or find_credit(self.texts.utf8(n).decode("utf-8")) for credit, n in known]
        times = (parse(self._published[n]) for n in told.tolist())
        yield from self.tell(ARTICLE, {"va": told}, {
            "ka": self.keys[told], "id_a": [self.shelf.ids[n] for n in told.tolist()],
            "is_delegate": self.is_delegate[told], "source": [one.get("source") for one in about], "credit": credits,
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
