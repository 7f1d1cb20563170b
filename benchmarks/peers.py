"""Compares the speed and memory of dedup with its peers on the same articles.

    python benchmarks/peers.py CORPUS.parquet [--only NAME ...] [--runs 5] [--limit N] [--no-recall] [--json FILE]

CORPUS.parquet has the columns `id` and `text`. Every run is a process of its own, so imports and memory are counted and
nothing is shared; the tools take turns (A, B, C, A, B, C, ...), because a machine is never quiet for long. All may use
`--cores` processors. First `dedup warmup` compiles, and each tool is rehearsed once on a sample, uncounted.
A tool that is not installed is skipped by name. Linux only (processor affinity, /proc).

Three tables: *sketches* (texts in memory → sketches, tokenising included; imports, reading and warm-up apart) and the
*whole job* (command line: file → result files, all included). "dedup ×" says how many times faster dedup does the same:
against `dedup-signatures` for the signatures, against `dedup-scan` for the whole job. And what each whole job *found*
of the pairs of which one holds half of the other or more (5-grams of plain words, all pairs by brute force), beside
what a perfect search for a Jaccard index of 0.7, the usual setting, would find; pairs of the same bytes apart.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib import metadata, util
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from brute import find_overlaps
from measure import describe_machine, print_heading, print_table, run_process, write_json
from peer_datatrove import read_clusters
from peer_tasks import NGRAM, cut_shingles, read_table

TASKS = Path(__file__).with_name("peer_tasks.py")
LEAST, SHARED = 0.5, 20  # containment and shingles in common of the pairs that should be found
USUAL = 0.7  # the Jaccard index that the peers look for by default

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


@dataclass(frozen=True)
class Found:
    """What a whole job found: in a short phrase, and whether it says of two rows that one copies the other."""

    summary: str
    has: Callable[[int, int], bool]


@dataclass
class Tool:
    """One row of a table.

    Attributes:
        module: what is imported, `package`: whose version is printed.
        reference: the tool whose rate is divided by this one's, "" for none.
        prepare: for a whole job: writes what the command needs into its folder and returns the command.
        read: for a whole job: reads what the command left behind.
    """

    name: str
    task: str
    module: str
    package: str
    reference: str = ""
    prepare: Callable[[Path, Path, int], list[str]] | None = None
    read: Callable[[Path], Found] | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)
    found: Found | None = None
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
    return [sys.executable, "-m", "dedup", "scan", corpus, "--matches", str(work / "matches.jsonl"), "--show", "none"]


def read_matches(work: Path) -> Found:
    """The pairs of the matches, and those of their copies: a copy has one match alone, that with the same text."""
    matches = [json.loads(line) for line in (work / "matches.jsonl").open(encoding="utf-8")]
    pairs = {(int(match["a"]), int(match["b"])) for match in matches}
    same = {int(match["b"]): int(match["a"]) for match in matches if match["resemblance"] == 1}

    def has(a: int, b: int) -> bool:
        a, b = sorted((same.get(a, a), same.get(b, b)))
        return a == b or (a, b) in pairs

    return Found(f"{len(matches):,} matches", has)


def prepare_text_dedup(articles: Path, work: Path, cores: int) -> list[str]:
    config = TEXT_DEDUP_CONFIG.format(folder=json.dumps(str(articles)), cores=cores)
    (work / "config.toml").write_text(config, encoding="utf-8")
    return [sys.executable, "-m", "text_dedup.minhash"]


def read_text_dedup(work: Path) -> Found:
    return found_clusters(pickle.loads((work / "output" / "clusters.pickle").read_bytes()))


def prepare_lsh(peer: str) -> Callable[[Path, Path, int], list[str]]:
    def prepare(articles: Path, work: Path, cores: int) -> list[str]:
        program, corpus = TASKS.with_name("peer_lsh.py"), articles / "articles.parquet"
        return [sys.executable, str(program), peer, str(corpus), str(work / "pairs.json")]

    return prepare


def read_lsh(work: Path) -> Found:
    pairs = {tuple(pair) for pair in json.loads((work / "pairs.json").read_text(encoding="utf-8"))}
    return Found(f"{len(pairs):,} pairs", lambda a, b: (min(a, b), max(a, b)) in pairs)


def prepare_datatrove(articles: Path, work: Path, cores: int) -> list[str]:
    import pyarrow.parquet as pq

    table = read_table(articles / "articles.parquet")
    size = -(-len(table) // cores)
    for part in range(cores):
        pq.write_table(table.slice(part * size, size), work / f"part-{part:03}.parquet")
    return [sys.executable, str(TASKS.with_name("peer_datatrove.py")), str(work), str(cores)]


def read_datatrove(work: Path) -> Found:
    return found_clusters(read_clusters(work))


def found_clusters(clusters: dict[int, int]) -> Found:
    def has(a: int, b: int) -> bool:
        return a in clusters and clusters[a] == clusters.get(b)

    return Found(f"{len(clusters):,} articles in {len(set(clusters.values())):,} clusters", has)


TOOLS = [
    Tool("dedup-fingerprints", "fingerprints", "dedup", "dedup-vi"),
    Tool("dedup-signatures", "128-value signatures", "dedup", "dedup-vi", "dedup-signatures"),
    Tool("daft", "128-value signatures", "daft", "daft", "dedup-signatures"),
    Tool("daft-parts", "128-value signatures", "daft", "daft", "dedup-signatures"),
    Tool("rensa", "128-value signatures", "rensa", "rensa", "dedup-signatures"),
    Tool("datasketch", "128-value signatures", "datasketch", "datasketch", "dedup-signatures"),
    Tool("dedup-scan", "whole job: exact, containment 0.3", "dedup", "dedup-vi", "dedup-scan",
         prepare_scan, read_matches),
    Tool("datasketch-lsh", "whole job: MinHash of 128, Jaccard 0.7", "datasketch", "datasketch", "dedup-scan",
         prepare_lsh("datasketch"), read_lsh),
    Tool("datasketch-bulk-lsh", "whole job: MinHash of 128, Jaccard 0.7", "datasketch", "datasketch", "dedup-scan",
         prepare_lsh("datasketch-bulk"), read_lsh),
    Tool("rensa-lsh", "whole job: MinHash of 128, Jaccard 0.7", "rensa", "rensa", "dedup-scan",
         prepare_lsh("rensa"), read_lsh),
    Tool("text-dedup", "whole job: MinHash of 240, Jaccard 0.7", "text_dedup", "text-dedup", "dedup-scan",
         prepare_text_dedup, read_text_dedup),
    Tool("datatrove", "whole job: 14 buckets of 8, words of pyvi", "datatrove", "datatrove", "dedup-scan",
         prepare_datatrove, read_datatrove),
]  # fmt: skip


def run_tool(tool: Tool, articles: Path, cores: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run = run_process(tool.command(articles, work, cores), work, cores)
        if tool.read:
            tool.found = tool.read(work)
            return run | {"work": run["whole"], "result": tool.found.summary}
        parts = json.loads((work / "result.json").read_text(encoding="utf-8"))
        return run | parts | {"result": f"{parts['made']:,} sketches"}


def run_rounds(tools: list[Tool], folder: Path, runs: int, cores: int) -> None:
    subprocess.run([sys.executable, "-m", "dedup", "warmup"], check=True, stdout=subprocess.DEVNULL)
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


def print_tools(tools: list[Tool], by_name: dict[str, Tool], corpus: dict[str, Any]) -> None:
    if not tools:
        return
    parts = [] if tools[0].prepare else ["import s", "read s", "warm-up s", "whole s"]
    head = ["tool", "task", "articles/s", "MB/s", "dedup ×", "seconds (min-max)", "peak MiB"]
    head += [*parts, "result", "version"]
    print_table([head, *(format_row(tool, by_name, corpus) for tool in tools)])


def measure_recall(tools: list[Tool], path: Path) -> dict[str, Any]:
    """How many of the pairs that hold half of each other or more each whole job found; all pairs by brute force."""
    texts = read_table(path)["text"].to_pylist()
    shingles = [hash_shingles(text) for text in texts]
    pairs = [pair for pair in find_overlaps(range(len(texts)), shingles, shingles, LEAST) if pair.shared >= SHARED]
    same = [pair for pair in pairs if texts[pair.a] == texts[pair.b]]
    other = [pair for pair in pairs if texts[pair.a] != texts[pair.b]]
    usual = sum(pair.resemblance >= USUAL for pair in other)
    perfect = f"a perfect search for Jaccard >= {USUAL}"
    result: dict[str, Any] = {"same bytes": len(same), "other": len(other), perfect: [len(same), usual]}
    for tool in tools:
        if found := tool.found:
            result[tool.name] = [sum(found.has(pair.a, pair.b) for pair in part) for part in (same, other)]
    return result


def hash_shingles(text: str) -> Any:
    """The distinct 5-grams of plain words as 64-bit numbers; empty where the text has fewer words."""
    shingles = {shingle for shingle in cut_shingles(text) if shingle.count(b" ") == NGRAM - 1}
    return np.array([int.from_bytes(blake2b(one, digest_size=8).digest()) for one in shingles], np.uint64)


def print_recall(result: dict[str, Any]) -> None:
    same, other = result["same bytes"], result["other"]
    rows = [[f"found of containment >= {LEAST}", f"same bytes, of {same:,}", f"others, of {other:,}", "%"]]
    for name, found in result.items():
        if isinstance(found, list):
            rows.append([name, f"{found[0]:,}", f"{found[1]:,}", f"{100 * found[1] / max(1, other):.1f}"])
    print_table(rows)


def report(tools: list[Tool], corpus: dict[str, Any], machine: dict[str, Any], runs: int) -> None:
    print_heading(machine, corpus)
    print(f"median of {runs} runs, in turns; the highest load average seen was "
          f"{max((run['load_average'] for tool in tools for run in tool.runs), default=0):.1f}")  # fmt: skip
    measured = [tool for tool in tools if tool.runs and not tool.failure]
    by_name = {tool.name: tool for tool in measured}
    print_tools([tool for tool in measured if not tool.prepare], by_name, corpus)
    print_tools([tool for tool in measured if tool.prepare], by_name, corpus)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS.parquet")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[tool.name for tool in TOOLS])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--limit", type=int, default=0, help="take the first N articles")
    parser.add_argument("--cores", type=int, default=2, help="processors that each tool may use")
    parser.add_argument("--no-recall", action="store_true", help="leave out the search by brute force")
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
        recall = {} if options.no_recall else measure_recall(tools, folder / "all" / "articles.parquet")
    if recall:
        print_recall(recall)
    for tool in chosen:
        if tool not in tools:
            print(f"skipped: {tool.name}: {tool.package} is not installed")
        elif tool.failure:
            print(f"failed: {tool.name}: {tool.failure}")
    results = {"machine": machine, "corpus": corpus, "tools": [tool.as_dict() for tool in tools], "recall": recall}
    write_json(options.json, results)
    return 1 if any(tool.failure for tool in tools) else 0


if __name__ == "__main__":
    sys.exit(main())
