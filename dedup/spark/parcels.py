"""Arrays that travel between tasks: few large rows of bytes instead of many small ones.

A parcel is a row (place, kind, data): the partition that it goes to, what it holds, and arrays as they lie in memory.
What a task makes of its parcels must not depend on their order: Spark delivers them as they come.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import zstandard

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "PARCEL", "deliver", "distinct", "freeze", "home_of", "in_chunks", "in_tasks", "meet", "mix", "open_parcels",
    "pack_parcels", "parcel", "parcel_of", "ranges", "runs", "spare_modules", "starts_of", "thaw",
]  # fmt: skip

PARCEL = "place int, kind int, data binary"
_PARCEL = pa.schema([("place", pa.int32()), ("kind", pa.int32()), ("data", pa.binary())])
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]


def deliver(parcels: DataFrame, partitions: int) -> DataFrame:
    """The parcels, each in the partition of its place."""
    return parcels.repartitionById(partitions, "place")


def in_tasks(df: DataFrame, work: Callable[[Any], Iterator[pa.RecordBatch]], schema: str) -> DataFrame:
    """What the work makes of the batches of each partition."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from work(batches)
        spare_modules()

    return df.mapInArrow(run, schema)


def meet(
    kept: DataFrame, sent: DataFrame, partitions: int, work: Callable[[pa.Table, pa.Table], Iterator[pa.RecordBatch]]
) -> DataFrame:
    """The parcels that the work makes of those that are kept at each place and those that are sent there.

    Args:
        kept: delivered parcels, which are not sent again.
    """

    def run(ours: pa.Table, theirs: pa.Table) -> pa.Table:
        made = pa.Table.from_batches(work(ours, theirs), _PARCEL)
        spare_modules()
        return made

    both = kept.groupBy("place").cogroup(deliver(sent, partitions).groupBy("place"))
    return both.applyInArrow(run, PARCEL)


def spare_modules() -> None:
    """Lets Spark, which collects garbage after each task, look through no more than what the next one leaves."""
    gc.collect()
    gc.freeze()


def parcel(place: int, kind: int, arrays: Sequence[np.ndarray[Any, Any]]) -> pa.RecordBatch:
    """One parcel, as a batch of its own: a batch never grows beyond what one place gets."""
    lengths = np.array([len(array) for array in arrays], np.int64)
    return parcel_of(place, kind, b"".join([lengths.tobytes(), *map(_bytes, arrays)]))


def parcel_of(place: int, kind: int, data: bytes) -> pa.RecordBatch:
    """A parcel of bytes."""
    return pa.RecordBatch.from_pydict({"place": [place], "kind": [kind], "data": [data]}, _PARCEL)


def _bytes(array: np.ndarray[Any, Any]) -> bytes:
    return np.ascontiguousarray(array).tobytes()


def pack_parcels(kind: int, places: np.ndarray[Any, Any], arrays: Sequence[Any]) -> Iterator[pa.RecordBatch]:
    """A parcel for each place that rows go to; the arrays are columns of these rows."""
    order = np.argsort(places, kind="stable")
    edges = runs(places[order])
    for lo, hi in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        which = order[lo:hi]
        yield parcel(int(places[which[0]]), kind, [array[which] for array in arrays])


def open_parcels(batches: Iterable[pa.RecordBatch], dtypes: Mapping[int, Sequence[Any]]) -> dict[int, list[list[Any]]]:
    """The parcels by kind: of each its arrays, of the dtypes of that kind, writable."""
    found: dict[int, list[list[Any]]] = defaultdict(list)
    for batch in batches:
        for kind, data in zip(batch.column("kind").to_pylist(), batch.column("data"), strict=True):
            buffer, place, arrays = data.as_buffer(), 8 * len(dtypes[kind]), []
            lengths = np.frombuffer(buffer, np.int64, len(dtypes[kind]))
            for length, dtype in zip(lengths.tolist(), dtypes[kind], strict=True):
                arrays.append(np.frombuffer(buffer, dtype, length, place).copy())
                place += arrays[-1].nbytes
            found[kind].append(arrays)
    return found


def freeze(table: pa.Table) -> bytes:
    """A table as bytes, a third as many as its texts have."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return zstandard.ZstdCompressor(level=2).compress(sink.getvalue())


def thaw(frame: bytes) -> pa.Table:
    """What was frozen."""
    return pa.ipc.open_stream(zstandard.ZstdDecompressor().decompress(frame)).read_all()


def in_chunks(
    work: Callable[[pa.Table], Iterator[pa.RecordBatch]], by: str, weigh: Callable[[pa.RecordBatch], float]
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function of a partition sorted by an integer column: gathers rows until they weigh 1, never parting those with
    one value of it, and does the work on each such chunk."""

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        waiting: list[pa.RecordBatch] = []
        weight = 0.0
        for batch in batches:
            if not batch.num_rows:
                continue
            if weight >= 1:
                last = waiting[-1].column(by)[-1].as_py()
                edge = int(np.searchsorted(batch.column(by).to_numpy(), last, side="right"))
                if edge < batch.num_rows:
                    yield from work(pa.Table.from_batches([*waiting, batch.slice(0, edge)]))
                    waiting, weight, batch = [], 0.0, batch.slice(edge)
            waiting.append(batch)
            weight += weigh(batch)
        if waiting:
            yield from work(pa.Table.from_batches(waiting))

    return run


def home_of(versions: np.ndarray[Any, Any], partitions: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """The place where what is known of each version lies: pmod of Spark."""
    places: _I64 = np.mod(versions.view(np.int64), partitions)
    return places.astype(np.int32)


def runs(values: np.ndarray[Any, Any]) -> _I64:
    """Where runs of equal values begin, and the end: int64 (runs + 1,)."""
    if not len(values):
        return np.zeros(1, np.int64)
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1, [len(values)]])


def starts_of(counts: np.ndarray[Any, Any]) -> _I64:
    """Counts as starts of consecutive ranges: int64 (n + 1,)."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def ranges(starts: _I64, counts: _I64) -> _I64:
    """The places starts[i] .. starts[i] + counts[i] - 1 of all i, one after the other."""
    begin = starts_of(counts)
    return np.repeat(starts - begin[:-1], counts) + np.arange(begin[-1])


def distinct(one: np.ndarray[Any, Any], two: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], ...]:
    """The distinct pairs of (one, two), sorted."""
    order = np.lexsort((two, one))
    one, two = one[order], two[order]
    is_new = np.ones(len(one), np.bool_)
    is_new[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])
    return one[is_new], two[is_new]


def mix(x: _U64) -> _U64:
    """A hash of each number (the finalizer of MurmurHash3; Appleby 2011)."""
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    x = (x ^ (x >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))
