"""Generates Vietnamese-looking news of which is known what copies what: for speed, scale and recall.

    python benchmarks/corpus.py OUT.parquet [--articles 1000000] [--seed 1] [--reposts 0.25] [--compare REAL.parquet]
    python benchmarks/corpus.py OUT.jsonl --case identical|passage|templates|syllable|giant

OUT has the columns id, source, published, text; articles stand by date. OUT.truth.parquet (or .jsonl) has a row for
each: id, origin (the article that it copies), story (the first of those that copy one another), relation (how: reprint,
respelled, edited, excerpt, partial, template), copied (share of its syllables that are the origin's), kept (share of
the origin's syllables that stand in it).

A quarter of Vietnamese online articles are reposts: the default. Copies follow what they copy within --reach articles,
most of them soon, may be copied again (chains), and a few articles are copied by many. The articles of some sources
come with their page; columns come back with other figures, each for 250,000 articles. Any number of
articles needs the same memory; the same options give the same bytes. Every word is real or could be, no sentence means
anything.

The cases are the worst there are: one text again and again; one passage in every article; √N columns of √N articles
each; articles of one syllable repeated; one article as long as N others, and one of these.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from math import isqrt
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from corpus_statistics import describe_corpus, print_beside
from corpus_text import CASES, FACTS, KINDS, Plan, write_articles
from corpus_words import Words, make_words

from dedup.threads import thread_count

_BLOCK = 512  # articles that a thread writes at a time
_GROUP = 32  # blocks that become one row group
_START = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp())
_DAYS, _DAILY = 3_000, 5_000  # so many days at most, so many articles a day at least
_ZONE = "Asia/Ho_Chi_Minh"
SHARES = {"reprint": 0.4, "respelled": 0.06, "edited": 0.3, "excerpt": 0.12, "partial": 0.12}  # among the reposts
RATES = (0.02, 0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Part:
    """Some articles: a table of them, and one of what is known of them."""

    articles: pa.Table
    truth: pa.Table


def generate(plan: Plan, threads: int) -> Iterator[Part]:
    """The corpus in parts, in order; each is a function of the plan and its place alone."""
    words = make_words()
    spans = ((lo, min(lo + _BLOCK, plan.count)) for lo in range(0, plan.count, _BLOCK))
    blocks = _in_order(lambda span: _tabulate(plan, words, *span), spans, threads)
    while group := list(islice(blocks, _GROUP)):
        tables = zip(*((part.articles, part.truth) for part in group), strict=True)
        yield Part(*(pa.concat_tables(some).combine_chunks() for some in tables))


def _in_order(work: Callable[[Any], Part], items: Iterator[Any], threads: int) -> Iterator[Part]:
    """The results of threads that are a little ahead of whoever takes them."""
    with ThreadPoolExecutor(threads) as pool:
        ahead = [pool.submit(work, item) for item in islice(items, 2 * threads)]
        while ahead:
            yield ahead.pop(0).result()
            ahead += [pool.submit(work, item) for item in islice(items, 1)]


def _tabulate(plan: Plan, words: Words, lo: int, hi: int) -> Part:
    text, ends, facts = write_articles(plan, words, lo, hi)
    count, known = hi - lo, dict(zip(FACTS, facts.T, strict=True))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    texts = pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text))
    ids = pa.array([f"{n:09}" for n in range(lo, hi)])
    daily = max(_DAILY, plan.count / _DAYS)
    seconds = (_START + np.arange(lo, hi) * 86_400 / daily).astype(np.int64)
    papers = pa.array([f"bao{n:03}.example" for n in range(plan.sources)])
    articles = {
        "id": ids, "source": papers.take(pa.array(known["source"].astype(np.int32))),
        "published": pa.array(seconds, pa.timestamp("s", _ZONE)), "text": texts,
    }  # fmt: skip
    origin = [f"{n:09.0f}" if n >= 0 else None for n in known["origin"].tolist()]
    relations = pa.array([None, *KINDS[1:]], pa.string())
    truth = {
        "id": ids, "origin": pa.array(origin, pa.string()), "story": [f"{n:09.0f}" for n in known["story"].tolist()],
        "relation": relations.take(pa.array(known["kind"].astype(np.int32))),
        "copied": known["copied"].astype(np.float32), "kept": known["kept"].astype(np.float32),
    }  # fmt: skip
    return Part(pa.table(articles), pa.table(truth))


def join_all(parts: Iterator[Part]) -> Iterator[Part]:
    """One article as long as all, and then the first of them."""
    whole = pa.concat_tables([part.articles for part in parts])
    first = whole.slice(0, 1)
    texts = ["\n\n".join(whole["text"].to_pylist()), first["text"][0].as_py()]
    both = pa.concat_tables([first, first]).set_column(0, "id", pa.array(["giant", "small"]))
    truth = {"id": both["id"], "origin": [None, "giant"], "story": ["giant", "giant"], "relation": [None, "excerpt"],
             "copied": [1.0, 1.0], "kept": [1.0, 1 / max(1, len(whole))]}  # fmt: skip
    yield Part(both.set_column(3, "text", pa.array(texts)), pa.table(truth))


class JsonLines:
    """Writes tables as JSON, a line for each row; the same methods as `pyarrow.parquet.ParquetWriter`."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")

    def write_table(self, table: pa.Table) -> None:
        for row in table.to_pylist():
            self._file.write(json.dumps(row, ensure_ascii=False, default=datetime.isoformat) + "\n")

    def close(self) -> None:
        self._file.close()


def write(parts: Iterator[Part], out: Path, truth: Path) -> tuple[int, int]:
    """Writes both files; (articles, bytes of text)."""
    count = size = 0
    with ExitStack() as stack:
        for part in parts:
            if not count:
                writers = [
                    stack.enter_context(closing(_open(path, table.schema)))
                    for path, table in ((out, part.articles), (truth, part.truth))
                ]
            writers[0].write_table(part.articles)
            writers[1].write_table(part.truth)
            count += part.articles.num_rows
            size += pc.sum(pc.binary_length(part.articles["text"])).as_py()
    return count, size


def _open(path: Path, schema: pa.Schema) -> Any:
    return JsonLines(path) if path.suffix == ".jsonl" else pq.ParquetWriter(path, schema, compression="zstd")


def truth_path(corpus: Path) -> Path:
    """Where the truth of a generated corpus stands."""
    return corpus.with_suffix(f".truth{corpus.suffix}")


def make_plan(options: argparse.Namespace) -> Plan:
    """The plan that the command line asks for."""
    if sum(options.shares) > 1.000001 or not 0 <= options.reposts + options.templates <= 1:
        sys.exit("--shares, --reposts, --templates: need shares that make 1 at most together")
    reposts, templates = (options.reposts, options.templates) if options.case == "news" else (0.0, 0.0)
    shares = [1 - reposts * sum(options.shares) - templates, *(reposts * share for share in options.shares)]
    return Plan(
        options.seed, 0 if options.case == "giant" else CASES.index(options.case), options.articles,
        np.cumsum(shares), np.array(options.edit_rates), options.framed, options.median, options.spread,
        options.reach, options.sources, options.columns or (50 if options.case == "news" else isqrt(options.articles)),
    )  # fmt: skip


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, metavar="OUT", help=".parquet or .jsonl")
    add = parser.add_argument
    add("--articles", type=int, default=1_000_000)
    add("--seed", type=int, default=1)
    add("--case", choices=[*CASES, "giant"], default="news")
    add("--reposts", type=float, default=0.25, help="share of the articles that copy another one")
    shares = {"nargs": len(SHARES), "default": [*SHARES.values()], "metavar": "SHARE"}
    add("--shares", type=float, help=f"of the reposts: {', '.join(SHARES)}", **shares)
    add("--edit-rates", type=float, nargs="+", default=RATES, metavar="RATE", help="share that an editor changes")
    add("--templates", type=float, default=0.01, help="share of the articles that are recurring columns")
    add("--columns", type=int, help="how many columns there are at a time: 50; of the case templates √N")
    add("--framed", type=float, default=0.1, help="share of the sources whose articles have page furniture")
    add("--sources", type=int, default=200)
    add("--median", type=float, default=510, help="syllables of an article")
    add("--spread", type=float, default=0.47, help="standard deviation of the logarithm of the syllables")
    add("--reach", type=int, default=15_000, help="a copy stands at most so many articles behind what it copies")
    add("--threads", type=int, default=thread_count())
    add("--compare", type=Path, metavar="REAL", help="print statistics beside those of this corpus")
    return parser


def main() -> None:
    options = make_parser().parse_args()
    started = perf_counter()
    parts = generate(make_plan(options), options.threads)
    count, size = write(join_all(parts) if options.case == "giant" else parts, options.out, truth_path(options.out))
    seconds = perf_counter() - started
    print(f"{count:,} articles, {size / 1e6:,.1f} MB of text in {seconds:.1f} s: {count / seconds:,.0f} articles/s, "
          f"{size / seconds / 1e6:,.1f} MB/s on {options.threads} threads (with compiling, where it is the first run)")
    if options.compare:
        real = pq.read_metadata(options.compare).num_rows if options.compare.suffix == ".parquet" else 20_000
        print_beside({str(path): describe_corpus(path, min(real, count)) for path in (options.compare, options.out)})


if __name__ == "__main__":
    main()
