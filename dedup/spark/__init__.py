"""The same scan on Apache Spark: DataFrames in and out, the library's kernels, rules and results.

    matches, stories = dedup.spark.scan(spark.read.parquet("articles.parquet"))

`python -m dedup.spark INPUT OUTPUT` does it from a shell or with spark-submit. README.md beside this file tells how it
is run on YARN, Kubernetes and Databricks, and what memory it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.errors import ParamError
from dedup.furniture import Furniture
from dedup.models import RELATIONS, Params
from dedup.spark.session import check_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["scan"]

def scan(
    df: DataFrame, params: Params | None = None, *, furniture: Furniture | None = None, partitions: int | None = None
) -> tuple[DataFrame, DataFrame]:
    """(matches, stories) of the articles of a DataFrame: what `dedup.scan` finds, whatever the number of partitions.

    - matches: a, b, relation, resemblance, a_in_b, b_in_a, shared, size_a, size_b, longest_passage, is_certain.
    - stories: story, id, representative, derived_from, relation, evidence, round_up: a row for each article of each.

    The work is done when this returns: its stages and both results are stored below the session's checkpoint folder
    (`SparkContext.setCheckpointDir`). Rows have no order. Rows without an id, a text (UTF-8) or words in it are left
    out, and logged: how many, and why. Of texts with one id the one with the smallest hash keeps it, the others become
    id#2, id#3 …: a DataFrame has no order. No furniture is learnt here: without a Furniture pages are taken as
    `scan(furniture="none")` takes them.

    Args:
        df: columns id (string or integer) and text; where it has them also title, source, credit and published
            (timestamp, date, or a string as `dedup.read` takes it).
        params: as for `dedup.scan`, without `same_story`; `threads` is one for each task.
        furniture: what to leave out as corpus furniture, for instance learnt from a sample.
        partitions: into how many tasks the work is parted; by default spark.sql.shuffle.partitions.

    Raises:
        ParamError: the params do not fit together or ask for `same_story`; furniture is no Furniture or does not fit;
            partitions is less than 1.
        InputError: a column is missing or of the wrong type.
        MissingExtraError, SparkError: pyspark is not installed, or is too old.

    >>> matches, stories = scan(spark.createDataFrame(rows, "id string, text string"))  # doctest: +SKIP
    """
    from dedup.spark.stages import run

    check_spark()
    params = params or Params()
    if params.same_story:
        raise ParamError("same_story=True: not on Spark: scan the representatives of its stories with dedup.scan")
    if not (furniture is None or isinstance(furniture, Furniture)):
        raise ParamError(f"furniture={furniture!r:.60}: need a Furniture; learn it with Furniture.learn from a sample")
    if furniture is not None:
        furniture.check(params)
    if partitions is None:
        partitions = int(df.sparkSession.conf.get("spark.sql.shuffle.partitions") or 200)
    if partitions < 1:
        raise ParamError(f"partitions={partitions}: need 1 or more")
    found, stories = run(df, params, furniture or Furniture(), partitions)
    return found.select(*_figures()), stories


def _figures() -> list[Any]:
    """The columns of a match, each fraction one division of two integers."""
    from pyspark.sql import functions as f

    def share(part: Any, whole: Any) -> Any:
        return f.when(whole == 0, f.lit(0.0)).otherwise(part.cast("double") / f.greatest(whole, f.lit(1)))

    shared, size_a, size_b = f.col("shared"), f.col("size_a"), f.col("size_b")
    names = f.array(*(f.lit(name) for name in RELATIONS))
    return [
        f.col("id_a").alias("a"), f.col("id_b").alias("b"), names[f.col("relation")].alias("relation"),
        share(shared, size_a + size_b - shared).alias("resemblance"), share(shared, size_a).alias("a_in_b"),
        share(shared, size_b).alias("b_in_a"), shared, size_a, size_b, f.col("longest").alias("longest_passage"),
        (f.col("is_certain") == 1).alias("is_certain"),
    ]  # fmt: skip
