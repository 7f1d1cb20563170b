"""Compares the speed and memory of dedup with its peers on the same articles.

    python benchmarks/peers.py CORPUS.parquet [--only NAME ...] [--runs 5] [--limit N] [--cores 2] [--json FILE]

CORPUS.parquet has the columns `id` and `text`. Every run is a process of its own, so imports and memory are counted and
nothing is shared; the tools take turns (A, B, C, A, B, C, ...), because a machine is never quiet for long. All may use
`--cores` processors. First each tool is rehearsed once on a sample, uncounted: that fills the caches of compiled code.
A tool that is not installed is skipped by name. Linux only (processor affinity, /proc).

Two tables: *sketches* (texts in memory → sketches, tokenising included; imports, reading and warm-up apart) and the
*whole job* (command line: file → result files, all included). "dedup ×" says how many times faster dedup does the same:
against `dedup-signatures` for the signatures, against `dedup-scan` for the whole job.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path
from statistics import median
from typing import Any

from measure import describe_machine, run_process

TASKS = Path(__file__).with_name("peer_tasks.py")

TEXT_DEDUP_CONFIG = """\
[input]
input_type = "local_files"
file_type = "parquet"

[input.read_arguments]
path = {folder}
split = "train"

[algorithm]
algorithm_name = "minhash"
text_column = "text"
seed = 42
batch_size = 10000
num_perm = 240
threshold = 0.7
false_positive_weight = 0.5
false_negative_weight = 0.5
hash_bits = 64
ngram_size = 5
check_false_positive = true
num_proc = {cores}

[output]
output_dir = "output"
clean_cache = false
save_clusters = true

[debug]
enable_profiling = false
"""  # the example of its README; only the folder and num_proc are ours


@dataclass
class Tool:
    """One row of a table.

    Attributes:
        module: what is imported, `package`: whose version is printed.
        reference: the tool whose rate is divided by this one's, "" for none.
        prepare: for a whole job: writes what the command needs into its folder and returns the command.
        count: for a whole job: reads what the command left behind; a short phrase.
    """

    name: str
    task: str
    module: str
    package: str
    reference: str = ""
    prepare: Callable[[Path, Path, int], list[str]] | None = None
    count: Callable[[Path], str] | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""

    def command(self, articles: Path, work: Path, cores: int) -> list[str]:
        if self.prepare:
            return self.prepare(articles, work, cores)
        return [sys.executable, str(TASKS), self.name, str(articles), str(cores), str(work / "result.json")]

    def version(self) -> str:
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return "source"

    def as_dict(self) -> dict[str, Any]:
        names = {"tool": self.name, "task": self.task, "package": self.package, "version": self.version()}
        return {**names, "failure": self.failure, "runs": self.runs}


def prepare_scan(articles: Path, work: Path, cores: int) -> list[str]:
    corpus = str(articles / "articles.parquet")
    return [sys.executable, "-m", "dedup", "scan", corpus, "--matches", str(work / "matches.jsonl")]


def count_matches(work: Path) -> str:
    with (work / "matches.jsonl").open("rb") as lines:
        return f"{sum(1 for _ in lines):,} matches"


def prepare_text_dedup(articles: Path, work: Path, cores: int) -> list[str]:
    config = TEXT_DEDUP_CONFIG.format(folder=json.dumps(str(articles)), cores=cores)
    (work / "config.toml").write_text(config, encoding="utf-8")
    return [sys.executable, "-m", "text_dedup.minhash"]


def count_clusters(work: Path) -> str:
    clusters = pickle.loads((work / "output" / "clusters.pickle").read_bytes())
    return f"{len(clusters):,} articles in {len(set(clusters.values())):,} clusters"


TOOLS = [
    Tool("dedup-fingerprints", "fingerprints", "dedup", "dedup-vi"),
    Tool("dedup-signatures", "128-value signatures", "dedup", "dedup-vi", "dedup-signatures"),
    Tool("daft", "128-value signatures", "daft", "daft", "dedup-signatures"),
    Tool("rensa", "128-value signatures", "rensa", "rensa", "dedup-signatures"),
    Tool("datasketch", "128-value signatures", "datasketch", "datasketch", "dedup-signatures"),
    Tool(
        "dedup-scan",
        "whole job: exact, containment 0.3",
        "dedup",
        "dedup-vi",
        "dedup-scan",
        prepare_scan,
        count_matches,
    ),
    Tool(
        "text-dedup",
        "whole job: MinHash of 240, Jaccard 0.7",
        "text_dedup",
        "text-dedup",
        "dedup-scan",
        prepare_text_dedup,
        count_clusters,
    ),
]


def run_tool(tool: Tool, articles: Path, cores: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run = run_process(tool.command(articles, work, cores), work, cores)
        if tool.count:
            return run | {"work": run["whole"], "result": tool.count(work)}
        parts = json.loads((work / "result.json").read_text(encoding="utf-8"))
        return run | parts | {"result": f"{parts['made']:,} sketches"}


def run_rounds(tools: list[Tool], folder: Path, runs: int, cores: int) -> None:
    for number in range(runs + 1):
        for tool in tools:
            if tool.failure:
                continue
            say(f"{'rehearsal' if number == 0 else f'run {number}/{runs}'}: {tool.name}")
            try:
                run = run_tool(tool, folder / ("all" if number else "sample"), cores)
            except (RuntimeError, OSError) as error:
                tool.failure = str(error)
                continue
            if number:
                tool.runs.append(run)


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def find_middle(tool: Tool, part: str) -> float:
    return median(run[part] for run in tool.runs)


def format_row(tool: Tool, by_name: dict[str, Tool], corpus: dict[str, Any]) -> list[str]:
    work = find_middle(tool, "work")
    times = [run["work"] for run in tool.runs]
    reference = by_name.get(tool.reference)
    ratio = f"{work / find_middle(reference, 'work'):.2f}" if reference else "-"
    row = [tool.name, tool.task, f"{corpus['articles'] / work:,.0f}", f"{corpus['bytes'] / work / 1e6:,.1f}", ratio,
           f"{work:.3f} ({min(times):.3f}-{max(times):.3f})", f"{find_middle(tool, 'peak') / 2**20:,.0f}"]  # fmt: skip
    if not tool.prepare:
        row += [f"{find_middle(tool, part):.2f}" for part in ("import", "read", "warm_up", "whole")]
    return [*row, tool.runs[0]["result"], tool.version()]


def print_table(tools: list[Tool], by_name: dict[str, Tool], corpus: dict[str, Any]) -> None:
    if not tools:
        return
    parts = [] if tools[0].prepare else ["import s", "read s", "warm-up s", "whole s"]
    head = ["tool", "task", "articles/s", "MB/s", "dedup ×", "seconds (min-max)", "peak MiB"]
    head += [*parts, "result", "version"]
    rows = [head, *(format_row(tool, by_name, corpus) for tool in tools)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    print()
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")


def report(tools: list[Tool], corpus: dict[str, Any], machine: dict[str, Any], runs: int) -> None:
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    print(f"{corpus['articles']:,} articles, {corpus['bytes'] / 1e6:.1f} MB, sha256 {corpus['digest']}")
    print(f"median of {runs} runs, in turns; the highest load average seen was "
          f"{max((run['load_average'] for tool in tools for run in tool.runs), default=0):.1f}")  # fmt: skip
    measured = [tool for tool in tools if tool.runs and not tool.failure]
    by_name = {tool.name: tool for tool in measured}
    print_table([tool for tool in measured if not tool.prepare], by_name, corpus)
    print_table([tool for tool in measured if tool.prepare], by_name, corpus)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS.parquet")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[tool.name for tool in TOOLS])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=int, default=0, help="take the first N articles")
    parser.add_argument("--cores", type=int, default=2, help="processors that each tool may use")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run here")
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    chosen = [tool for tool in TOOLS if tool.name in (options.only or [tool.name])]
    tools = [tool for tool in chosen if util.find_spec(tool.module)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare = [sys.executable, str(TASKS), "prepare", str(options.corpus.resolve()), name, str(options.limit)]
        try:
            run_process([*prepare, str(folder / "corpus.json")], folder, options.cores)
        except RuntimeError as error:
            sys.exit(f"{options.corpus}: {error}")
        corpus = json.loads((folder / "corpus.json").read_text(encoding="utf-8"))
        run_rounds(tools, folder, options.runs, options.cores)
    machine = describe_machine(options.cores)
    report(tools, corpus, machine, options.runs)
    for tool in chosen:
        if tool not in tools:
            print(f"skipped: {tool.name}: {tool.package} is not installed")
        elif tool.failure:
            print(f"failed: {tool.name}: {tool.failure}")
    if options.json:
        content = {"machine": machine, "corpus": corpus, "tools": [tool.as_dict() for tool in tools]}
        options.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 1 if any(tool.failure for tool in tools) else 0


if __name__ == "__main__":
    sys.exit(main())
