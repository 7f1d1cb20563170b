"""`python -m dedup.spark INPUT OUTPUT`, or the same by spark-submit: Parquet in, Parquet out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dedup.errors import DedupError, InputError
from dedup.furniture import Furniture
from dedup.models import Params
from dedup.spark import scan
from dedup.spark.session import SETTINGS, check_java, check_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_OPTIONS: dict[str, type] = {
    "k": int, "min_passage": int, "num_perm": int, "accents": str, "containment": float, "resemblance": float,
    "passage": int, "min_shared": int, "candidates": str, "band_recall": float, "max_bucket": int, "hubs": int,
}  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m dedup.spark", description="Finds near-duplicate articles on Apache Spark, as `dedup scan` does.",
        epilog="Options of criteria and limits are those of dedup.Params; none: do without a criterion.",
    )  # fmt: skip
    parser.add_argument("input", help="Parquet files or folders with id and text, on any file system that Spark knows")
    parser.add_argument("output", help="a new folder: matches/ and stories/ are written there as Parquet")
    parser.add_argument("--furniture", metavar="FILE", help="leave out what this file lists (Furniture.save)")
    parser.add_argument("--partitions", type=int, help="tasks; by default spark.sql.shuffle.partitions")
    parser.add_argument("--work", metavar="FOLDER", help="where stages are stored; every executor must reach it")
    parser.add_argument("--master", help="where to run; by default what spark-submit says, or local[*]")
    defaults = Params()
    for name, kind in _OPTIONS.items():
        default = getattr(defaults, name)
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=_or_none(kind), default=default, metavar=kind.__name__.upper(),
            help=f"by default {'none' if default is None else default}",
        )  # fmt: skip
    return parser


def _or_none(kind: type) -> Any:
    def read(value: str) -> Any:
        return None if value == "none" else kind(value)

    read.__name__ = kind.__name__
    return read


def _session(master: str | None) -> SparkSession:
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder.appName("dedup")
    if master:
        builder = builder.master(master)
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # else spark-submit has chosen Java and Python
        check_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = builder.config(map=SETTINGS).config("spark.ui.showConsoleProgress", "false")
    session: SparkSession = builder.getOrCreate()
    return session


def _check_output(spark: SparkSession, output: str) -> None:
    """Raises InputError where the results are there: Spark would say so hours later."""
    context = spark.sparkContext
    assert context._jvm is not None
    for name in ("matches", "stories"):
        path = context._jvm.org.apache.hadoop.fs.Path(f"{output}/{name}")
        if path.getFileSystem(context._jsc.hadoopConfiguration()).exists(path):
            raise InputError(f"{output}/{name}", "exists already: name a new folder")


def _read(spark: SparkSession, path: str) -> DataFrame:
    from pyspark.errors import AnalysisException

    try:
        return spark.read.parquet(path)
    except AnalysisException as error:
        raise InputError(path, f"cannot be read as Parquet: {str(error).splitlines()[0]}") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command; exit 0: done, 1: an error, 2: wrong usage."""
    given = _parser().parse_args(arguments)
    try:
        params = Params(**{name: getattr(given, name) for name in _OPTIONS})
        furniture = Furniture.load(given.furniture) if given.furniture else None
        check_spark()
        spark = _session(given.master)
        if given.work:
            spark.sparkContext.setCheckpointDir(f"{given.work.rstrip('/')}/stages")
        _check_output(spark, given.output)
        articles = _read(spark, given.input)
        matches, stories = scan(articles, params, furniture=furniture, partitions=given.partitions)
        matches.write.parquet(f"{given.output}/matches")
        stories.write.parquet(f"{given.output}/stories")
    except DedupError as error:
        raise SystemExit(f"dedup.spark: {error}") from None


if __name__ == "__main__":
    main()
