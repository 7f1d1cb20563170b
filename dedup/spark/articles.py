"""The articles of a DataFrame: sketched where they are, given ids of their own, grouped into versions.

The key of an article is its place: the partition that it was read in, and its row there. The name of a version is the
first 64 bits of its text hash; where two of them meet by chance, the job stops and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import zstandard

from dedup import kernels
from dedup.errors import ArticleError, InputError
from dedup.furniture import Furniture, group_of
from dedup.models import Params
from dedup.prints import band_shape, keys_of
from dedup.sketch import sketch_and_note
from dedup.spark.candidates import post
from dedup.spark.parcels import (
    PARCEL,
    deliver,
    freeze,
    home_of,
    in_tasks,
    pack_tables,
    parcel_of,
    starts_of,
    thaw,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "DETAILS", "FRAME", "FRAMES", "LEFT_OUT", "MEMBERS", "NO_ID", "NO_TEXT", "NO_WORDS", "ROW_BITS", "find_versions",
    "select_articles", "sketch",
]  # fmt: skip

DETAILS = ("title", "source", "credit", "published")
NO_WORDS, NO_TEXT, NO_ID = -1, -2, -3  # sizes of what is left out
ROW_BITS = 40  # of a key; the others are the partition
FRAME, _NAMES, LEFT_OUT, MEMBERS = range(8, 12)  # kinds of parcels
FRAMES = 32  # of a partition, 4 MB each where Spark reads 128 MB: Java copies a row several times
_AT_ONCE = 1024  # articles
_TOGETHER = 1 << 21  # keys sent at a time
_LEVEL = 1  # a text is half as long, in 16 microseconds; as several it would be a third, but travel as several

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Batches = Iterable[pa.RecordBatch]


def select_articles(df: DataFrame) -> DataFrame:
    """The columns id, text and DETAILS (null where df has none), text_key, about_key and root (hashes of the text, of
    the details, and of the id without what is added to ids that come again). An id that cannot be used is null.

    Raises:
        InputError: id or text is missing, or is of another type.
    """
    from pyspark.sql import functions as f

    types = dict(df.dtypes)
    for name, allowed in (("id", ("string", "tinyint", "smallint", "int", "bigint")), ("text", ("string",))):
        if name not in types:
            raise InputError("DataFrame", f"no column {name!r}: there are {', '.join(df.columns) or 'none'}")
        if not types[name].startswith(allowed):
            raise InputError("DataFrame", f"column {name!r} is {types[name]}: need {allowed[0]}")
    own = f.col("id").cast("string")
    columns = [f.when((own != "") & f.is_valid_utf8(own), own).alias("id")]
    columns.append(f.col("text"))
    for name in DETAILS:
        column = f.col(name) if name in types else f.lit(None)
        is_time = name == "published" and types.get(name, "").startswith(("timestamp", "date"))
        columns.append((column if is_time else f.make_valid_utf8(column.cast("string"))).alias(name))
    root = f.when(f.contains("id", f.lit("#")), f.regexp_replace("id", r"(?s)^(.+?)(#\d+)+$", "$1"))
    hashes = {"text_key": f.xxhash64("text"), "about_key": f.xxhash64(*DETAILS)}
    return df.select(*columns).withColumns({**hashes, "root": f.xxhash64(f.coalesce(root, "id"))})


def sketch(articles: DataFrame, params: Params, furniture: Furniture, partitions: int) -> DataFrame:
    """Parcels with what is known of each article by its text: what `candidates.post` sends, its names where its root is
    at home, and FRAMES frames of the articles of each partition, in order: id, text (compressed) and details."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        context = TaskContext.get()
        place = context.partitionId() if context else 0
        frame, some, key = [], [], place << ROW_BITS
        for batch in batches:
            for lo in range(0, batch.num_rows, _AT_ONCE):
                rows = batch.slice(lo, _AT_ONCE)
                texts = _texts_of(rows)
                some.append(_sketch(rows, texts, key, params, furniture))
                frame.append(_compress(rows, texts))
                key += rows.num_rows
                if sum(len(flat) for _, _, flat in some) >= _TOGETHER:
                    yield from _send(some, partitions)
                    some = []
        if some:
            yield from _send(some, partitions)
        for part in range(FRAMES):
            held = frame[part * len(frame) // FRAMES : (part + 1) * len(frame) // FRAMES]
            yield parcel_of(place, FRAME, freeze(pa.Table.from_batches(held)) if held else b"")

    from pyspark import TaskContext

    return in_tasks(articles, work, PARCEL)


def _texts_of(rows: pa.RecordBatch) -> pa.LargeBinaryArray:
    """The texts, null where one is no UTF-8."""
    texts = rows.column("text").cast(pa.large_binary())
    if not kernels.are_utf8(*_laid_out(texts)):
        texts = pa.array([None if text is None or _is_broken(text) else text for text in texts.to_pylist()], texts.type)
    return texts


def _is_broken(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _laid_out(texts: pa.LargeBinaryArray) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], _I64]:
    """(The buffer of the texts, where each starts and the last one ends.)"""
    _, places, data = texts.buffers()
    buf = np.frombuffer(data or b"", np.uint8)
    buf.flags.writeable = False  # as all texts are: the kernels are compiled for one kind of array
    return buf, np.frombuffer(places, np.int64)[texts.offset : texts.offset + len(texts) + 1]


def _compress(rows: pa.RecordBatch, texts: pa.LargeBinaryArray) -> pa.RecordBatch:
    """The rows of a frame, each text on its own: those asked for travel as they are."""
    press = zstandard.ZstdCompressor(level=_LEVEL).compress
    buf, edges = _laid_out(texts)
    pressed = [press(buf.data[lo:hi]) for lo, hi in pairwise(edges.tolist())]
    places = starts_of(np.array([len(text) for text in pressed], np.int64))
    buffers = [None, pa.py_buffer(places), pa.py_buffer(b"".join(pressed))]
    held = pa.Array.from_buffers(texts.type, len(pressed), buffers)
    columns = [rows.column("id"), held, *map(rows.column, DETAILS)]
    return pa.RecordBatch.from_arrays(columns, names=["id", "text", *DETAILS])


def _sketch(
    rows: pa.RecordBatch, texts: pa.LargeBinaryArray, key: int, params: Params, furniture: Furniture
) -> tuple[pa.RecordBatch, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(Names and figures of the articles, their keys one after the other, how many of each are selected).

    An article without a word has size NO_WORDS, a row without a text NO_TEXT, one without an id NO_ID; they have no
    keys.
    """
    groups = np.array([group_of(source or "") for source in rows.column("source").to_pylist()], np.uint64)
    has_bands = band_shape(params) is not None
    grouped = furniture.grouped(groups, params)
    sketches, _ = sketch_and_note(*_laid_out(texts), params, signatures=has_bands, furniture=grouped)
    flat, ends, selected = keys_of(sketches, params)
    count = np.diff(ends, prepend=0)
    size = np.where(sketches.syllables[:, 0] > 0, count, NO_WORDS)
    size[texts.is_null().to_numpy(zero_copy_only=False)] = NO_TEXT
    size[rows.column("id").is_null().to_numpy(zero_copy_only=False)] = NO_ID
    versions = np.ascontiguousarray(sketches.versions.T).view(np.int64)
    own = {
        "id": rows.column("id"), "root": rows.column("root"), "key": np.arange(key, key + len(texts)),
        "text_key": rows.column("text_key"), "about_key": rows.column("about_key"), "v0": versions[0],
        "v1": versions[1], "size": size,
    }  # fmt: skip
    return pa.RecordBatch.from_pydict(own), flat[np.repeat(size >= 0, count)], selected


def _send(some: list[tuple[Any, ...]], partitions: int) -> Iterator[pa.RecordBatch]:
    """Parcels with what some articles are called and hold, and with how many are left out."""
    names, flat, selected = zip(*some, strict=True)
    table = pa.Table.from_batches(names)
    size = table.column("size").to_numpy()
    is_whole = size >= 0
    version = table.column("v0").to_numpy()[is_whole].view(np.uint64)
    yield from post(np.concatenate(flat), version, size[is_whole], np.concatenate(selected)[is_whole], partitions)
    if not np.all(is_whole):
        yield _tell_left_out([table.filter(pa.array(~is_whole)).select(["size", "id"])])
    table = table.filter(pa.array(size >= NO_WORDS))
    yield from pack_tables(_NAMES, np.mod(table.column("root").to_numpy(), partitions), table)


def _tell_left_out(tables: list[pa.Table]) -> pa.RecordBatch:
    """A parcel for the first place: size, the smallest id and the number of the rows of each reason."""
    count: Counter[int] = Counter()
    least: dict[int, str | None] = {}
    for table in tables:
        many = table.column("rows").to_pylist() if "rows" in table.column_names else [1] * table.num_rows
        for size, id, rows in zip(table.column("size").to_pylist(), table.column("id").to_pylist(), many, strict=True):
            count[size] += rows
            least[size] = min(filter(None, (id, least.get(size))), default=None)
    columns = [pa.array(list(count)), pa.array(least.values(), pa.string()), pa.array(count.values())]
    return parcel_of(0, LEFT_OUT, freeze(pa.table(columns, names=["size", "id", "rows"])))


def find_versions(sketched: DataFrame, partitions: int) -> DataFrame:
    """Parcels with tables of MEMBERS where the versions are at home (`home_of`): of each article renamed (its id, where
    it is a new one), key, v0, whether it is the delegate of its version (has the smallest id), and how many copies the
    delegate has; by v0. And one of LEFT_OUT, if any are: size, id, rows.

    Articles without words are none, and each is one once: the same id with the same text is one article; with other
    texts the later become id#2, id#3 …. A DataFrame has no order: of texts with one id the one with the smallest hash
    comes first, and an id that stands there goes before one that is made.
    """

    def name(table: pa.Table) -> Iterator[pa.RecordBatch]:
        named = _resolve(table)
        yield from pack_tables(_NAMES, home_of(named.column("v0").to_numpy(), partitions), named)

    def delegate(table: pa.Table) -> Iterator[pa.RecordBatch]:
        members = _delegate(table)
        place = home_of(members.column("v0")[:1].to_numpy(), partitions)
        yield parcel_of(int(place[0]), MEMBERS, freeze(members))

    sent = sketched.where(f"kind IN ({_NAMES}, {LEFT_OUT})")
    named = in_tasks(deliver(sent, partitions), _with_names(name), PARCEL)
    return in_tasks(deliver(named, partitions), _with_names(delegate), PARCEL)


def _with_names(
    work: Callable[[pa.Table], Iterator[pa.RecordBatch]],
) -> Callable[[_Batches], Iterator[pa.RecordBatch]]:
    """What a task does: `work` with its tables of _NAMES as one, if it has any; what was left out is passed on."""

    def task(batches: _Batches) -> Iterator[pa.RecordBatch]:
        found: tuple[list[pa.Table], list[pa.Table]] = [], []
        for batch in batches:
            for kind, data in zip(batch.column("kind").to_pylist(), batch.column("data"), strict=True):
                found[kind != _NAMES].append(thaw(data.as_buffer()))
        names, left_out = found
        if left_out:
            yield _tell_left_out(left_out)
        if names:
            yield from work(pa.concat_tables(names).combine_chunks())

    return task


def _resolve(table: pa.Table) -> pa.Table:
    """The articles of all ids that may come to be the same, each once, with ids that differ."""
    _, roots, count = np.unique(table.column("root").to_numpy(), return_inverse=True, return_counts=True)
    is_alone = count[roots] == 1
    table = table.drop_columns("root")
    rows = table.filter(pa.array(~is_alone)).to_pylist()
    rows.sort(key=lambda row: (row["id"], row["text_key"], row["about_key"]))
    taken: dict[str, dict[str, Any]] = {}
    later = []
    for row in rows:
        if taken.setdefault(row["id"], row) is not row:
            later.append(row)
    for row in later:
        _take(row, taken)
    fine = table.filter(pa.array(is_alone))
    fine = fine.append_column("renamed", pa.nulls(fine.num_rows, pa.string()))
    done = pa.concat_tables([fine, pa.Table.from_pylist(list(taken.values()), fine.schema)])
    return done.filter(pa.array(done.column("size").to_numpy() >= 0)).select(["id", "renamed", "key", "v0", "v1"])


def _take(row: dict[str, Any], taken: dict[str, dict[str, Any]]) -> None:
    """Gives the article of a row the first free id of its own, unless one of these has the same text."""
    other, number = row["id"], 2
    while other in taken:
        if taken[other]["text_key"] == row["text_key"]:
            return
        other = f"{row['id']}#{number}"
        number += 1
    taken[other] = {**row, "id": other, "renamed": other}


def _delegate(table: pa.Table) -> pa.Table:
    version, other = (table.column(name).to_numpy() for name in ("v0", "v1"))
    order = np.argsort(version, kind="stable")
    edges = np.concatenate([[0], np.flatnonzero(np.diff(version[order])) + 1, [len(order)]])
    first, copies = order[edges[:-1]].copy(), np.diff(edges) - 1
    for group in np.flatnonzero(copies).tolist():
        members = order[edges[group] : edges[group + 1]]
        if len(np.unique(other[members])) > 1:
            raise ArticleError(f"two texts have the hash {int(version[members[0]]):#x}: leave one of them out")
        ids = table.column("id").take(pa.array(members)).to_pylist()
        first[group] = members[min(range(len(ids)), key=ids.__getitem__)]
    is_delegate = np.zeros(len(order), np.bool_)
    is_delegate[first] = True
    count = np.empty(len(order), np.int32)
    count[order] = np.repeat(copies, np.diff(edges))
    columns = [*map(table.column, ("renamed", "key", "v0")), pa.array(is_delegate), pa.array(count)]
    return pa.table(columns, names=["renamed", "key", "v0", "is_delegate", "copies"]).take(pa.array(order))
