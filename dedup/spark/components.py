"""Connected components, in an expected number of rounds that grows with the logarithm of their size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from dedup.spark.parcels import in_tasks

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["find_components"]

Keep = Callable[["DataFrame", str], "DataFrame"]
_FEW = 1 << 20  # edges that one task joins in seconds, 200 bytes each


def find_components(edges: DataFrame, keep: Keep, few: int = _FEW) -> DataFrame:
    """The component of each vertex: v, label; vertices of one component, and no others, have the same label.

    Randomised contraction (Bögeholz, Brand, Todor 2020): in each round a vertex becomes the one among itself and its
    neighbours that is smallest in a random order, then edges within a vertex vanish; a constant share of the vertices
    is expected to go in each.

    Args:
        edges: a, b: numbers of two vertices; each edge once or more, no loops; read several times.
        keep: stores a DataFrame that is used several times, under a name.
        few: edges that are left to one task.
    """
    rounds: list[DataFrame] = []
    while edges.count() > few:
        rounds.append(keep(_contract(edges, len(rounds)), "components"))
        one, two = (rounds[-1].selectExpr(f"v AS {side}", f"label AS {side}2") for side in ("a", "b"))
        left = edges.join(one.hint("shuffle_hash"), "a").join(two.hint("shuffle_hash"), "b").where("a2 != b2")
        edges = keep(left.selectExpr("least(a2, b2) AS a", "greatest(a2, b2) AS b").distinct(), "components")
    labels, *further = [*rounds, keep(in_tasks(edges.repartition(1), _join, "v long, label long"), "components")]
    for become in further:
        then = become.selectExpr("v AS label", "label AS next").hint("shuffle_hash")
        labels = labels.join(then, "label", "left").selectExpr("v", "coalesce(next, label) AS label")
    return labels


def _contract(edges: DataFrame, number: int) -> DataFrame:
    """What each vertex becomes in a round: v, label."""
    from pyspark.sql import functions as f

    order = f.lit(number)
    near = edges.union(edges.select("b", "a"))
    other, own = (f.struct(f.xxhash64(side, order).alias("h"), f.col(side).alias("v")) for side in ("b", "a"))
    least = near.groupBy("a").agg(f.min(other).alias("w"))
    return least.select(f.col("a").alias("v"), f.least("w", own)["v"].alias("label"))


def _join(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same for all edges at once, by union and find (Tarjan 1975), the smallest vertex as the label."""
    parent: dict[int, int] = {}

    def find(v: int) -> int:
        while (up := parent.setdefault(v, v)) != v:
            parent[v] = v = parent[up]
        return v

    for batch in batches:
        for a, b in zip(batch.column("a").to_pylist(), batch.column("b").to_pylist(), strict=True):
            low, high = sorted((find(a), find(b)))
            parent[high] = low
    vertices = list(parent)
    columns = [pa.array(vertices, pa.int64()), pa.array([find(v) for v in vertices], pa.int64())]
    yield pa.RecordBatch.from_arrays(columns, names=["v", "label"])
