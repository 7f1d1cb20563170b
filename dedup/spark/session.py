"""Spark and the Java below it: whether they will do, and where the stages of a job are stored."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

from dedup.errors import MissingExtraError, SparkError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["SETTINGS", "Stages", "check_java", "check_spark"]

SETTINGS = {  # with which a job writes less to shuffles, and Java works less
    "spark.io.compression.codec": "zstd", "spark.io.compression.zstd.level": "-3",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
}  # fmt: skip

_SPARK = (4, 1)  # repartitionById
_JAVA = 17

log = logging.getLogger("dedup.spark")


def check_spark() -> None:
    """Raises what to install where pyspark is missing or too old.

    Raises:
        MissingExtraError: it is missing.
        SparkError: it is too old.
    """
    try:
        import pyspark
    except ImportError:
        raise MissingExtraError("dedup.spark", "spark") from None
    if tuple(int(part) for part in re.findall(r"\d+", pyspark.__version__)[:2]) < _SPARK:
        need = ".".join(map(str, _SPARK))
        raise SparkError(f"pyspark {pyspark.__version__}: need {need} or later: pip install -U 'dedup-vi[spark]'")


def check_java() -> None:
    """Raises what to install where the Java that Spark would start is missing or too old.

    Raises:
        SparkError: it is.
    """
    advice = f"need Java {_JAVA} or later: apt-get install openjdk-{_JAVA}-jre-headless, or set JAVA_HOME"
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    try:
        told = subprocess.run([java or "java", "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        raise SparkError(f"no Java{f' in JAVA_HOME={home}' if home else ''}: {advice}") from None
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if version is None or int(version[1]) < _JAVA:
        raise SparkError(f"{java} is Java {version[1] if version else 'of an unknown version'}: {advice}")


class Stages:
    """Stores the stages of a job in files, and forgets them at its end.

    A stored stage cuts the plan of what follows: cached DataFrames would not, their plans contain each other and grow
    exponentially. What an executor loses costs the stage under way. Files stand below the checkpoint folder of the
    session; where none is set, below its default file system, and on that of one machine in a temporary folder.
    """

    def __init__(self, spark: SparkSession) -> None:
        self._context = spark.sparkContext
        before = self._context.getCheckpointDir()
        self._base = os.path.dirname(before) if before else _choose_folder(spark)
        self._folder = self._open()

    def _open(self) -> str:
        """Makes Spark store what follows in a new folder."""
        self._context.setCheckpointDir(self._base)
        return str(self._context.getCheckpointDir())

    def store(self, df: DataFrame, name: str) -> DataFrame:
        """The same rows, computed now; the name is what Spark's screens call these jobs."""
        self._context.setJobDescription(f"dedup: {name}")
        return df.checkpoint()

    def begin_results(self) -> None:
        """What is stored from now on outlives the job."""
        self._open()

    def drop(self) -> None:
        """Forgets what was stored before the results."""
        self._context.setJobDescription("")
        assert self._context._jvm is not None
        path = self._context._jvm.org.apache.hadoop.fs.Path(self._folder)
        path.getFileSystem(self._context._jsc.hadoopConfiguration()).delete(path, True)


def _choose_folder(spark: SparkSession) -> str:
    default = str(spark.sparkContext._jsc.hadoopConfiguration().get("fs.defaultFS") or "file:///")
    if not default.startswith("file:"):
        return f"{default.rstrip('/')}/tmp/dedup-{spark.sparkContext.applicationId}"
    folder = tempfile.mkdtemp(prefix="dedup-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if not str(spark.sparkContext.master).startswith("local"):
        log.warning("stages are stored in %s: executors elsewhere need a folder that all of them reach, see "
                    "SparkContext.setCheckpointDir", folder)  # fmt: skip
    return folder
