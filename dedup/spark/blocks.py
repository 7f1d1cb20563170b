"""Pairs of texts compared exactly, block by block: each text travels once for all pairs of a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup import kernels
from dedup.api.group import JOINING
from dedup.api.matches import Rows
from dedup.api.shelf import Shelf
from dedup.api.verify import compare_pairs, match_copies, match_pairs, ordered
from dedup.corpus import Corpus, Prepared
from dedup.dates import parse
from dedup.errors import ArticleError
from dedup.furniture import Furniture, group_of
from dedup.index import needed
from dedup.models import Params
from dedup.pages import find_credit
from dedup.prints import uses_bands
from dedup.sketch import sketch_and_note
from dedup.spark.articles import DETAILS
from dedup.spark.candidates import NEED, PAIR
from dedup.spark.parcels import in_chunks, runs
from dedup.text import pack

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["ARTICLE", "FIGURES", "FOUND", "MATCH", "Lookup", "compare", "count_shared", "look_up"]

MATCH, ARTICLE = range(2)  # rows of what is found: a match; an article that has a part in one
FIGURES = ("shared", "size_a", "size_b", "longest", "relation", "is_certain")
FOUND = (
    "kind int, va long, vb long, ka long, kb long, id_a string, id_b string, "
    + ", ".join(f"{name} int" for name in FIGURES)
    + ", is_delegate boolean, source string, credit string, published string"
)
_SHARED = "a long, b long, shared int"
_TEXT, _PAIR = range(2)
_CHUNK = 32 << 20  # bytes of text compared at a time
_COPIES = 1024  # copies of one version that are looked at by one task

_I64 = np.ndarray[Any, np.dtype[np.int64]]


class Lookup(NamedTuple):
    """Where texts are found.

    Attributes:
        members: what `find_versions` makes.
        texts: the articles that may be asked for, by key; kept, so each text is looked for among all articles once.
        partitions: how many tasks.
    """

    members: DataFrame
    texts: DataFrame
    partitions: int


class _Texts(Corpus):
    """The texts of a chunk, in one buffer: a Corpus that compares and does not sketch."""

    def __init__(
        self, texts: Sequence[bytes], groups: Sequence[np.uint64], params: Params, furniture: Furniture
    ) -> None:
        self._params = params
        self.buf, self.offsets = pack(texts)
        self.grouped = furniture.grouped(np.array(groups, np.uint64), params)

    def sizes(self, which: _I64) -> _I64:
        """Bytes of each text, int64."""
        return cast(_I64, self.offsets[which + 1] - self.offsets[which])

    def prepare(self, which: _I64, *, shingles: bool = True, threads: int | None = None) -> Prepared:
        """The texts `which` (ascending) made ready for exact comparison."""
        look_up, k = self.grouped, self._params.k
        return Prepared.join([kernels.prepare(self.buf, self.offsets, look_up.groups, which, look_up.tables, k)])


def look_up(articles: DataFrame, members: DataFrame, plan: DataFrame, partitions: int) -> Lookup:
    """The texts that a plan and copies need, found among all articles."""
    needed = plan.where(f"kind = {NEED}").selectExpr("a AS v0").distinct()
    keys = members.where("is_delegate").join(needed.hint("shuffle_hash"), "v0").select("key")
    keys = keys.union(members.where("copies > 0").select("key")).distinct()
    texts = articles.withColumnRenamed("id", "own_id").drop("text_key").repartition(partitions, "key")
    found = texts.join(keys.repartition(partitions, "key").hint("shuffle_hash"), "key", "left_semi")
    return Lookup(members, found, partitions)


def _deliver(plan: DataFrame, lookup: Lookup, *, copies: bool) -> DataFrame:
    """The pairs of a plan and the texts that each block of it needs, block by block."""
    from pyspark.sql import functions as f

    members, partitions = lookup.members, lookup.partitions
    needs = plan.where(f"kind = {NEED}").selectExpr("a AS v0", "block").distinct()
    wanted = members.where("is_delegate").join(needs.hint("shuffle_hash"), "v0")
    if copies:
        parts = f.ceil(f.col("copies") / _COPIES).cast("int")
        own = f.array(f.pmod("key", parts).cast("int"))
        part = f.explode(f.when(f.col("is_delegate"), f.sequence(f.lit(0), parts - 1)).otherwise(own))
        several = members.where("copies > 0").withColumn("part", part)
        wanted = wanted.unionByName(several.withColumn("block", f.xxhash64("v0", "part")).drop("part"))
    wanted = wanted.drop("copies").repartition(partitions, "key")
    texts = lookup.texts.join(wanted.hint("shuffle_hash"), "key").withColumn("kind", f.lit(_TEXT))
    pairs = plan.where(f"kind = {PAIR}").select("block", "a", "b").withColumn("kind", f.lit(_PAIR))
    rows = texts.unionByName(pairs, allowMissingColumns=True)
    return rows.repartition(partitions, "block").sortWithinPartitions("block")


def compare(
    plan: DataFrame, lookup: Lookup, params: Params, furniture: Furniture, *, is_raw: bool, has_credits: bool
) -> DataFrame:
    """The matches among the pairs of a plan, and the articles that have a part in one (see FOUND).

    Args:
        is_raw: the plan comes from candidates: pairs that share too few fingerprints are left out, copies looked at.
        has_credits: whether it matters whom an article names as its source.
    """

    def work(chunk: pa.Table) -> Iterator[pa.RecordBatch]:
        desk = _Desk(chunk, params, furniture)
        left, right = desk.pairs
        if is_raw and not uses_bands(params):
            left, right = desk.share_enough(left, right)
        rows = match_pairs(desk.shelf, left, right, params)
        if is_raw:
            rows = Rows.join([rows, match_copies(desk.shelf, desk.copies, params)])
        yield from desk.tell(ordered(rows, desk.shelf.ids), has_credits)

    return _deliver(plan, lookup, copies=is_raw).mapInArrow(in_chunks(work, "block", _weigh), FOUND)


def count_shared(plan: DataFrame, lookup: Lookup, params: Params, furniture: Furniture) -> DataFrame:
    """How many shingles each pair of a plan shares: a, b, shared."""

    def work(chunk: pa.Table) -> Iterator[pa.RecordBatch]:
        desk = _Desk(chunk, params, furniture)
        left, right = desk.pairs
        ready, i, j = desk.texts.prepare_pairs(left, right)
        shared = compare_pairs(ready, i, j, params)[0].astype(np.int32)
        columns = [pa.array(desk.version[left]), pa.array(desk.version[right]), pa.array(shared)]
        yield pa.RecordBatch.from_arrays(columns, names=["a", "b", "shared"])

    return _deliver(plan, lookup, copies=False).mapInArrow(in_chunks(work, "block", _weigh), _SHARED)


def _weigh(batch: pa.RecordBatch) -> float:
    """The texts of a batch, in chunks."""
    return (pc.sum(pc.binary_length(batch.column("text"))).as_py() or 0) / _CHUNK


class _Desk:
    """The articles of a chunk, numbered, and its pairs.

    Attributes:
        shelf: as comparing needs it.
        version, keys: int64, of each article.
        pairs: int64 arrays: the two versions of each, by the numbers of their delegates, the smaller id first.
        copies: int64 (copies, 2): (delegate, copy).
    """

    def __init__(self, chunk: pa.Table, params: Params, furniture: Furniture) -> None:
        kind = chunk.column("kind").to_numpy()
        rows = _distinct(chunk.filter(pa.array(kind == _TEXT)))
        self._params, self._published = params, rows.column("published").to_pylist()
        self.shelf = Shelf(params, furniture)
        self.shelf.ids = rows.column("id").to_pylist()
        self.shelf.details = [
            {name: value for name, value in zip(DETAILS[:-1], values, strict=True) if value}
            for values in zip(*(rows.column(name).to_pylist() for name in DETAILS[:-1]), strict=True)
        ]
        groups = [group_of(about.get("source", "")) for about in self.shelf.details]
        self.utf8 = rows.column("text").cast(pa.binary()).to_pylist()
        self.texts = _Texts(self.utf8, groups, params, furniture)
        self.shelf.corpus = self.texts
        self.version, self.keys = (rows.column(name).to_numpy() for name in ("v0", "key"))
        self.is_delegate = rows.column("is_delegate").to_numpy(zero_copy_only=False)
        self._check(rows)
        delegates = np.flatnonzero(self.is_delegate)
        delegates = delegates[np.argsort(self.version[delegates])]
        place = self.version[delegates]
        pairs = chunk.filter(pa.array(kind == _PAIR))
        one, other = (delegates[np.searchsorted(place, pairs.column(side).to_numpy())] for side in ("a", "b"))
        rank = np.empty(len(self.keys), np.int64)
        rank[sorted(range(len(rank)), key=self.shelf.ids.__getitem__)] = np.arange(len(rank))
        is_turned = rank[one] > rank[other]
        self.pairs = np.where(is_turned, other, one), np.where(is_turned, one, other)
        others = np.flatnonzero(~self.is_delegate)
        self.copies = np.stack([delegates[np.searchsorted(place, self.version[others])], others], axis=1)

    def _check(self, rows: pa.Table) -> None:
        """Stops where the texts are not those that were sketched: two keys met, or the DataFrame changes."""
        sketches, _ = sketch_and_note(self.texts.buf, self.texts.offsets, self._params, furniture=self.texts.grouped)
        self._sketches = sketches
        wrong = np.flatnonzero(sketches.versions[:, 0].view(np.int64) != self.version).tolist()
        for n, own in zip(range(len(self.keys)), rows.column("own_id").to_pylist(), strict=True):
            if self.shelf.ids[n] != own and not self.shelf.ids[n].startswith(f"{own}#"):
                wrong.append(n)
        if wrong:
            raise ArticleError(
                f"article {self.shelf.ids[wrong[0]]!r}: its text is not the one that was sketched: either the "
                "DataFrame gives other rows each time (write it to a table first), or two articles have the same "
                "64-bit hash (leave one of them out)"
            )

    def share_enough(self, left: _I64, right: _I64) -> tuple[_I64, _I64]:
        """The pairs that share as many fingerprints as the pair rule asks for."""
        starts, selected = self._sketches.starts, self._sketches.selected
        need = needed(np.diff(starts), selected, (left, right), self._params)
        is_enough = kernels.overlaps(self._sketches.fingerprints, starts, left, right) >= need
        return left[is_enough], right[is_enough]

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
            texts = (self.utf8[n].decode("utf-8", "surrogatepass") for n in told.tolist())
            credits = [credit or find_credit(text) for credit, text in zip(credits, texts, strict=True)]
        times = (parse(self._published[n]) for n in told.tolist())
        yield _found({
            "kind": np.full(len(told), ARTICLE, np.int32), "va": self.version[told], "ka": self.keys[told],
            "id_a": ids.take(pa.array(told)), "is_delegate": self.is_delegate[told],
            "source": [one.get("source") for one in about], "credit": credits,
            "published": [time and time.isoformat() for time in times],
        })  # fmt: skip


def _distinct(rows: pa.Table) -> pa.Table:
    """Each article once; of rows that differ in details the one that is smallest, so it is always the same."""
    keys = rows.column("key").to_numpy()
    order = np.argsort(keys, kind="stable")
    if np.any(keys[order][1:] == keys[order][:-1]):
        about = [list(map(str, rows.column(name).to_pylist())) for name in DETAILS]
        order = np.array(sorted(order.tolist(), key=lambda n: (keys[n], *(column[n] for column in about))), np.int64)
        order = order[runs(keys[order])[:-1]]
    return rows.take(pa.array(order))


_FOUND_TYPES = {"long": pa.int64(), "int": pa.int32(), "string": pa.string(), "boolean": pa.bool_()}
_FOUND = pa.schema([(name, _FOUND_TYPES[kind]) for name, kind in (field.split() for field in FOUND.split(", "))])


def _found(columns: dict[str, Any]) -> pa.RecordBatch:
    """Rows of what is found; columns that are not given are null."""
    count = len(columns["kind"])
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in _FOUND]
    return pa.RecordBatch.from_arrays(arrays, schema=_FOUND)
