"""How fast a scan is, stage by stage: articles/s, MB/s, peak memory, by threads and by the size of the corpus.

    python benchmarks/speed.py CORPUS.parquet [--shares 0.1 0.3 1] [--memory 4] [--runs 5] [--json FILE]

Every run is a process of its own. *read*: articles from the file as a scan takes them, alone. *sketch*: texts in memory
→ fingerprints, alone. *scan*: the whole job, file → stories and a file of matches, in memory or with `--memory` (GiB)
in working files; its parts are what that process saw of it, by the clock and, in brackets, of all processors (reading
and sketching go on at the same time; *furniture* is learning it, sketching anew what holds it, and the last batches).
A share of the corpus is its first articles. Medians; runs are fewer for long ones: as many as make a million articles
together, at least one, at most --runs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import islice, pairwise
from math import log
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from measure import describe_corpus, describe_machine, print_heading, print_table, run_process, write_json

import dedup
from dedup import Params
from dedup.io import Batch
from dedup.threads import thread_count

SKETCHED = 50_000  # articles that are sketched from memory


def time_read(path: str, params: Params) -> dict[str, float]:
    next(dedup.read(path).in_batches(), None)  # loads what is compiled
    started = perf_counter()
    count = sum(len(item) if isinstance(item, Batch) else 1 for item in dedup.read(path).in_batches())
    return {"articles": count, "read": perf_counter() - started}


def time_sketch(path: str, params: Params) -> dict[str, float]:
    from dedup.sketch import sketch

    texts = [article.text for article in islice(dedup.read(path), SKETCHED)]
    sketch(texts[:100], params)
    started = perf_counter()
    sketch(texts, params)
    return {"articles": len(texts), "sketch": perf_counter() - started}


def time_scan(path: str, params: Params) -> dict[str, float]:
    """Seconds of each stage, by the clock and of all processors: each lasts until the next one begins."""

    def write(found: dedup.Scan) -> None:
        with tempfile.TemporaryDirectory() as name:
            found.write(Path(name) / "matches.parquet")

    write(dedup.scan(["Mưa lớn ở Hà Lâm."] * 2, params))  # loads what is compiled

    def now() -> tuple[float, float]:
        return perf_counter(), process_time()

    def note(stage: str, done: int, total: int | None) -> None:
        if stage == "read":  # the last time is when furniture begins
            begun["furniture"] = now()
        else:
            begun.setdefault(stage, now())

    begun = {"read and sketch": now()}
    found = dedup.scan(dedup.read(path), params, progress=note)
    begun["stories"] = now()
    stories = len(found.stories)
    begun["write"] = now()
    write(found)
    begun["scan"] = now()
    seconds: dict[str, float] = {}
    for (stage, start), (_, end) in pairwise(begun.items()):
        seconds |= {stage: end[0] - start[0], f"{stage}, processor": end[1] - start[1]}
    whole = begun["scan"][0] - begun["read and sketch"][0]
    return {"articles": found.counts["articles"], **seconds, "scan": whole,
            "candidates found": found.counts["candidates"], "matches": len(found.matches), "stories found": stories}


JOBS = {"read": time_read, "sketch": time_sketch, "scan": time_scan}


def measure(job: str, path: Path, articles: int, params: Params, runs: int) -> dict[str, Any]:
    """The medians of some runs of a job, and the peak memory."""
    done = []
    count = max(1, min(runs, 1_000_000 // max(1, articles)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        threads, limits = params.threads or 1, json.dumps({"threads": params.threads, "memory": params.memory})
        for number in range(count):
            print(f"{job}, {articles:,} articles, {threads} threads: run {number + 1} of {count}", file=sys.stderr)
            command = [sys.executable, __file__, "--job", job, str(path), limits, str(folder / "result.json")]
            run = run_process(command, folder, threads)
            done.append(run | json.loads((folder / "result.json").read_text(encoding="utf-8")))
    middle = {name: median(run[name] for run in done) for name in done[0]}
    return {"job": job, "threads": params.threads, "runs": count, **middle}


def cut(corpus: Path, folder: Path, count: int) -> tuple[Path, int]:
    """The first articles of a corpus as a file of their own, and its bytes of text."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    file, path, left, size = pq.ParquetFile(corpus), folder / f"{count}.parquet", count, 0
    with pq.ParquetWriter(path, file.schema_arrow, compression="zstd") as writer:
        for batch in file.iter_batches():
            part = pa.Table.from_batches([batch]).slice(0, left)
            writer.write_table(part)
            left -= len(part)
            size += pc.sum(pc.binary_length(part["text"])).as_py() or 0
            if not left:
                break
    return path, size


def print_results(results: list[dict[str, Any]]) -> None:
    head = ["job", "articles", "threads", "runs", "seconds", "processor s", "articles/s", "MB/s", "peak MiB"]
    rows = [[*head, "seconds of its stages"]]
    for one in results:
        seconds, count = one[one["job"]], one["articles"]
        size = one["bytes"] * count / max(1, one["of"])
        stages = ("read and sketch", "furniture", "candidates", "verify", "stories", "write")
        parts = ", ".join(f"{name} {one[name]:.1f} ({one[f'{name}, processor']:.1f})" for name in stages if name in one)
        rows.append([
            one["job"], f"{count:,.0f}", str(one["threads"]), str(one["runs"]), f"{seconds:.2f}",
            f"{one['processor']:.1f}",
            f"{count / seconds:,.0f}", f"{size / seconds / 1e6:,.1f}", f"{one['peak'] / 2**20:,.0f}", parts,
        ])  # fmt: skip
    print_table(rows)


def print_growth(scans: list[dict[str, Any]]) -> None:
    """The exponent of the growth between two sizes: 1 is linear, n log n about 1.07 from 100,000 to a million."""
    for small, large in pairwise(scans):
        times = log(large["articles"] / small["articles"])
        names = ("scan", "processor", "peak", "candidates found", "matches")
        grown = {name: log(max(1, large[name]) / max(1, small[name])) / times for name in names}
        print(f"from {small['articles']:,.0f} to {large['articles']:,.0f} articles: n to the power of "
              + ", ".join(f"{power:.2f} ({name})" for name, power in grown.items()))


def run_job(job: str, path: str, limits: str, result: str) -> None:
    found = JOBS[job](path, Params(**json.loads(limits)))
    Path(result).write_text(json.dumps(found), encoding="utf-8")


def main() -> None:
    if sys.argv[1:2] == ["--job"]:
        return run_job(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS.parquet")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.1, 0.3, 1.0])
    parser.add_argument("--memory", type=float, help="GiB that a scan may hold; without it all that it needs")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    corpus = describe_corpus((article.id, article.text) for article in dedup.read(options.corpus))
    cores, memory = thread_count(), options.memory and int(options.memory * (1 << 30))
    plan = [("read", 1.0, cores), *(("sketch", 1.0, n) for n in range(1, cores + 1))]
    plan += [("scan", min(options.shares), n) for n in range(1, cores)]
    plan += [("scan", share, cores) for share in sorted(options.shares)]
    results = []
    with tempfile.TemporaryDirectory() as name:
        for job, share, threads in plan:
            articles = round(corpus["articles"] * share)
            path, size = cut(options.corpus, Path(name), articles)
            found = measure(job, path, articles, Params(threads=threads, memory=memory), options.runs)
            results.append(found | {"bytes": size, "of": articles})
    machine = describe_machine(cores)
    print_heading(machine, corpus)
    print_results(results)
    print_growth([one for one in results if one["job"] == "scan" and one["threads"] == cores])
    write_json(options.json, {"machine": machine, "corpus": corpus, "results": results})


if __name__ == "__main__":
    main()
