"""The articles of a DataFrame: sketched where they are, given ids of their own, grouped into versions.

The key of an article is its place: the partition that it was read in, and its row there. The name of a version is the
first 64 bits of its text hash; where two of them meet by chance, the job stops and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dedup.errors import ArticleError, InputError
from dedup.furniture import Furniture, group_of
from dedup.models import Params
from dedup.prints import band_shape, keys_of
from dedup.sketch import sketch_and_note
from dedup.spark.parcels import freeze, in_tasks, settle

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "DETAILS", "MEMBERS", "NO_ID", "NO_TEXT", "NO_WORDS", "ROW_BITS", "find_versions", "name_articles",
    "select_articles", "sketch",
]  # fmt: skip

DETAILS = ("title", "source", "credit", "published")
NO_WORDS, NO_TEXT, NO_ID = -1, -2, -3  # sizes of what is left out
ROW_BITS = 40  # of a key; the others are the partition
MEMBERS = 4  # a kind of parcel
_SKETCHED = (
    "id string, key long, text_key long, about_key long, v0 long, v1 long, size int, selected int, keys binary, "
    "frame binary"
)
_NAMED = "id string, renamed string, key long, v0 long, v1 long"
_AT_ONCE = 1024  # articles

_Batches = Iterable[pa.RecordBatch]


def select_articles(df: DataFrame) -> DataFrame:
    """The columns id, text and DETAILS (null where df has none), text_key and about_key (hashes of text and details).

    An id or text that cannot be used is null: an empty id, a text that is no UTF-8.

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
    columns.append(f.when(f.is_valid_utf8("text"), f.col("text")).alias("text"))
    for name in DETAILS:
        column = f.col(name) if name in types else f.lit(None)
        is_time = name == "published" and types.get(name, "").startswith(("timestamp", "date"))
        columns.append((column if is_time else f.make_valid_utf8(column.cast("string"))).alias(name))
    hashes = {"text_key": f.xxhash64("text"), "about_key": f.xxhash64(*DETAILS)}
    return df.select(*columns).withColumns(hashes)


def sketch(articles: DataFrame, params: Params, furniture: Furniture) -> DataFrame:
    """What is known of each article by its text: id, key, text_key, about_key, text hash (v0, v1), how many keys it has
    and how many of these are selected, and the keys: fingerprints or bands. An article without a word has size
    NO_WORDS, a row without a text NO_TEXT, one without an id NO_ID. The first of some rows has a frame of them all: id,
    text and details, compressed."""

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        context = TaskContext.get()
        key = (context.partitionId() if context else 0) << ROW_BITS
        for batch in batches:
            for lo in range(0, batch.num_rows, _AT_ONCE):
                rows = batch.slice(lo, _AT_ONCE)
                yield _sketch(rows, key, params, furniture)
                key += rows.num_rows

    from pyspark import TaskContext

    return in_tasks(articles, work, _SKETCHED)


def _sketch(batch: pa.RecordBatch, key: int, params: Params, furniture: Furniture) -> pa.RecordBatch:
    ids, texts = batch.column("id"), batch.column("text").cast(pa.large_binary())
    _, places, data = texts.buffers()
    offsets = np.frombuffer(places, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    buf = np.frombuffer(data or b"", np.uint8)
    buf.flags.writeable = False  # as all texts are: the kernels are compiled for one kind of array
    groups = np.array([group_of(source or "") for source in batch.column("source").to_pylist()], np.uint64)
    has_bands = band_shape(params) is not None
    grouped = furniture.grouped(groups, params)
    sketches, _ = sketch_and_note(buf, offsets, params, signatures=has_bands, furniture=grouped)
    flat, ends, selected = keys_of(sketches, params)
    edges = np.concatenate([np.zeros(1, np.int32), 8 * ends.astype(np.int32)])
    keys = pa.BinaryArray.from_buffers(pa.binary(), len(texts), [None, pa.py_buffer(edges), pa.py_buffer(flat)])
    size = np.where(sketches.syllables[:, 0] > 0, np.diff(ends, prepend=0), NO_WORDS)
    size[texts.is_null().to_numpy(zero_copy_only=False)] = NO_TEXT
    size[ids.is_null().to_numpy(zero_copy_only=False)] = NO_ID
    versions = np.ascontiguousarray(sketches.versions.T).view(np.int64)
    frame = freeze(pa.table([ids, texts, *map(batch.column, DETAILS)], names=["id", "text", *DETAILS]))
    columns = [
        ids, pa.array(np.arange(key, key + len(texts))), batch.column("text_key"), batch.column("about_key"),
        pa.array(versions[0]), pa.array(versions[1]), pa.array(size.astype(np.int32)),
        pa.array(selected.astype(np.int32)), keys, pa.array([frame, *[None] * (len(texts) - 1)], pa.binary()),
    ]  # fmt: skip
    names = [field.split()[0] for field in _SKETCHED.split(", ")]
    return pa.RecordBatch.from_arrays(columns, names=names)


def name_articles(sketched: DataFrame, partitions: int) -> DataFrame:
    """The articles that have words, each once, with an id of its own: id, renamed (the same, where it is a new one),
    key, v0, v1.

    The same id with the same text is one article; with other texts the later become id#2, id#3 …. A DataFrame has no
    order: of texts with one id the one with the smallest hash comes first, and an id that stands there goes before one
    that is made.
    """
    from pyspark.sql import functions as f

    def work(batches: _Batches) -> Iterator[pa.RecordBatch]:
        if rows := list(batches):
            yield from _resolve(pa.Table.from_batches(rows)).to_batches()

    light = sketched.where(f"size >= {NO_WORDS}").select("id", "key", "text_key", "about_key", "v0", "v1", "size")
    light = light.withColumn("root", f.regexp_replace("id", r"(?s)^(.+?)(#\d+)+$", "$1"))
    return in_tasks(light.repartition(partitions, "root"), work, _NAMED)


def _resolve(table: pa.Table) -> pa.Table:
    """The articles of all ids that may come to be the same, each once, with ids that differ."""
    roots = table.column("root").combine_chunks().dictionary_encode().indices.to_numpy()
    is_alone = np.bincount(roots)[roots] == 1
    fine = table.filter(pa.array(is_alone))
    rows = table.filter(pa.array(~is_alone)).drop_columns("root").to_pylist()
    rows.sort(key=lambda row: (row["id"], row["text_key"], row["about_key"]))
    taken: dict[str, dict[str, Any]] = {}
    later = []
    for row in rows:
        if taken.setdefault(row["id"], row) is not row:
            later.append(row)
    for row in later:
        _take(row, taken)
    fine = fine.drop_columns("root")
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


def find_versions(named: DataFrame, partitions: int) -> DataFrame:
    """Frozen tables where the versions are at home (`home_of`): of each article renamed, key, v0, whether it is the
    delegate of its version (has the smallest id), and how many copies the delegate has; by v0."""
    return settle(named, "v0", partitions, MEMBERS, _delegate)


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
