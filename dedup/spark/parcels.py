"""Arrays that travel between tasks: few large rows of bytes instead of many small ones.

A parcel is a row (place, kind, data): the partition that it goes to, what it holds, and arrays as they lie in memory.
What a task makes of its parcels must not depend on their order: Spark delivers them as they come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import zstandard

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = [
    "PARCEL", "deliver", "freeze", "in_chunks", "open_parcels", "pack_parcels", "parcel", "runs", "starts_of", "thaw",
]  # fmt: skip

PARCEL = "place int, kind int, data binary"
_I64 = np.ndarray[Any, np.dtype[np.int64]]


def deliver(parcels: DataFrame, partitions: int) -> DataFrame:
    """The parcels, each in the partition of its place."""
    return parcels.repartitionById(partitions, "place")


def parcel(place: int, kind: int, arrays: Sequence[np.ndarray[Any, Any]]) -> pa.RecordBatch:
    """One parcel, as a batch of its own: a batch never grows beyond what one place gets."""
    lengths = np.array([len(array) for array in arrays], np.int64)
    data = b"".join([lengths.tobytes(), *(np.ascontiguousarray(array).tobytes() for array in arrays)])
    columns = [pa.array([place], pa.int32()), pa.array([kind], pa.int32()), pa.array([data], pa.binary())]
    return pa.RecordBatch.from_arrays(columns, names=["place", "kind", "data"])


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
    return zstandard.ZstdCompressor(level=3).compress(sink.getvalue())


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


def runs(values: np.ndarray[Any, Any]) -> _I64:
    """Where runs of equal values begin, and the end: int64 (runs + 1,)."""
    if not len(values):
        return np.zeros(1, np.int64)
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1, [len(values)]])


def starts_of(counts: np.ndarray[Any, Any]) -> _I64:
    """Counts as starts of consecutive ranges: int64 (n + 1,)."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
