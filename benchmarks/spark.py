"""The scan on Spark beside the scan on one machine: speed, growth, bytes shuffled, and a plan for a billion articles.

    python benchmarks/spark.py CORPUS.parquet [MORE.parquet …] [--master local[2]] [--partitions 10] [--skewed F …]

Each corpus (columns id, text; benchmarks/corpus.py makes them) is scanned by both on as many processors, Spark after a
small corpus that starts its workers; a fresh process reads the whole time of the one machine. Processor seconds are
those of all processes (Linux), and tell the same where others use the machine too. Bytes are those that Spark's event
log says were written to shuffles, by stage; --skewed corpora are compared with the first.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq
import pyspark
from pyspark.sql import SparkSession

import dedup
import dedup.spark
from dedup.spark.session import SETTINGS

_ONE = """
import sys, time
import pyarrow.parquet as pq, dedup
table = pq.read_table(sys.argv[1])
dedup.scan(table.slice(0, 200), furniture="none").stories
start = time.perf_counter()
found = dedup.scan(table, furniture="none")
stories = found.stories
print(time.perf_counter() - start, len(found.matches), sum(len(story.articles) for story in stories))
"""
_BILLION, _CORES, _MEMORY = 1e9, 512, 4


class _Clock(threading.Thread):
    """The processor seconds of all processes below this one, those of ended ones as last seen."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._seen: dict[int, float] = {}
        self.start()

    def run(self) -> None:
        while True:
            self.total()
            time.sleep(1)

    def total(self) -> float:
        parents, busy = {}, {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = file.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            number = int(file.parent.name)
            parents[number] = int(fields[1])
            busy[number] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        mine = {os.getpid()}
        for number in sorted(parents):
            if parents[number] in mine:
                mine.add(number)
                self._seen[number] = busy[number]
        return sum(self._seen.values())


def _session(master: str, log: str, memory: str) -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.memory": memory,
        "spark.eventLog.enabled": "true", "spark.eventLog.dir": log, "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false", "spark.local.dir": f"{log}/local", "spark.ui.showConsoleProgress": "false",
    }  # fmt: skip
    builder = SparkSession.builder.master(master).appName("benchmark")
    session = builder.config(map=SETTINGS).config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.setCheckpointDir(f"{log}/stages")
    return session


def _metrics(log: str) -> tuple[Counter[str], Counter[str]]:
    """(bytes written to shuffles, seconds of tasks) so far, by what the jobs are called."""
    name_of: dict[int, str] = {}
    written: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for file in Path(log).glob("local-*"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if '"SparkListenerJobStart"' not in line[:40] and '"SparkListenerTaskEnd"' not in line[:40]:
                continue
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                name = event["Properties"].get("spark.job.description", "other").removeprefix("dedup: ")
                name_of |= dict.fromkeys(event["Stage IDs"], name)
            elif metrics := event.get("Task Metrics"):
                name = name_of.get(event["Stage ID"], "other")
                written[name] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                seconds[name] += metrics["Executor Run Time"] / 1000
    return written, seconds


def _measure(
    spark: SparkSession, path: str, given: argparse.Namespace, log: str, clock: _Clock
) -> tuple[float, float, Counter[str], Counter[str]]:
    before, busy = _metrics(log), clock.total()
    count = pq.read_metadata(path).num_rows
    partitions = given.partitions or max(given.threads, count // 100_000)  # as README.md beside dedup.spark has it
    start = perf_counter()
    matches, stories = dedup.spark.scan(spark.read.parquet(path), partitions=partitions)
    passed, busy = perf_counter() - start, clock.total() - busy
    told = matches.count(), stories.count()
    after = _metrics(log)
    print(f"\n{path}: {count:,} articles in {partitions}: {told[0]:,} matches, {told[1]:,} articles in stories")
    print(f"Spark {passed:8.1f} s {count / passed:8,.0f} articles/s {busy:8,.0f} s of processors")
    written, seconds = (now - old for now, old in zip(after, before, strict=True))
    print(f"{'stage':18}{'shuffled, B an article':>24}{'task seconds':>14}")
    for name, value in seconds.most_common():
        print(f"{name:18}{written[name] / count:24,.0f}{value:14,.1f}")
    print(f"{'all':18}{written.total() / count:24,.0f}{seconds.total():14,.1f}", flush=True)
    return passed, busy, written, seconds


def _one_machine(path: str, threads: int) -> tuple[float, float]:
    environment = {**os.environ, "DEDUP_THREADS": str(threads)}
    command = [sys.executable, "-c", _ONE, path]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    passed, matches, articles = done.stdout.split()
    count = pq.read_metadata(path).num_rows
    told = f"{int(matches):,} matches, {int(articles):,} articles in stories"
    print(f"scan  {float(passed):8.1f} s {count / float(passed):8,.0f} articles/s {busy:8,.0f} s of processors, {told}")
    return float(passed), busy


def _plan(count: int, written: Counter[str], seconds: Counter[str], threads: int) -> None:
    """A billion articles on paper: every number is one of the above times how many more articles there are."""
    times = _BILLION / count
    bytes_ = written.total() * times
    hours = seconds.total() * times / _CORES / 3600
    print(f"\n1,000,000,000 articles, from the last corpus × {times:,.0f} (work grows as measured above):")
    print(f"  shuffled {bytes_ / 1e12:.1f} TB = {written.total() / count:,.0f} B × 10⁹")
    print(f"  {_CORES} processors ({_CORES // 8} executors of 8, {8 * _MEMORY} GB each): {hours:.1f} h ="
          f" {seconds.total() / count * 1e6:.0f} µs of tasks an article × 10⁹ / {_CORES}")  # fmt: skip
    print(f"  {10_000:,} partitions of 100,000 articles: {bytes_ / 10_000 / 1e6:,.0f} MB shuffled for each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", help="Parquet files, the smallest first")
    parser.add_argument("--skewed", nargs="*", default=[], help="corpora of as many articles as the first")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--threads", type=int, default=2, help="processors of the one machine")
    parser.add_argument("--partitions", type=int, help="by default one for 100,000 articles, at least two")
    parser.add_argument("--memory", default="3g", help="of the JVM")
    given = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, Spark {pyspark.__version__}, {given.master}; "
          f"dedup {dedup.__version__}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="dedup-benchmark-") as log:
        spark = _session(given.master, log, given.memory)
        few = f"{log}/few.parquet"
        pq.write_table(pq.read_table(given.corpora[0]).slice(0, 2000), few)
        dedup.spark.scan(spark.read.parquet(few), partitions=given.threads)  # starts workers, loads kernels
        even, clock = 0.0, _Clock()
        for path in given.corpora:
            passed, busy, written, seconds = _measure(spark, path, given, log, clock)
            even = even or passed
            alone, alone_busy = _one_machine(path, given.threads)
            print(f"Spark has {alone / passed:.2f} × the speed of one machine, processor for processor; "
                  f"{alone_busy / busy:.2f} × by processor seconds", flush=True)  # fmt: skip
        for path in given.skewed:
            passed, *_ = _measure(spark, path, given, log, clock)
            print(f"{passed / even:.2f} × the time of the even corpus", flush=True)
        _plan(pq.read_metadata(given.corpora[-1]).num_rows, written, seconds, given.threads)
        spark.stop()


if __name__ == "__main__":
    main()
