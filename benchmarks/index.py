"""How fast an index takes articles and answers, how large it is, and how it forgets; beside datasketch's MinHashLSH.

    python benchmarks/index.py CORPUS.parquet [--articles N] [--furniture N] [--peer 20000] [--json FILE]

One core. The first 2,000 articles are held out. *grow*: the others are added in commits of 1,000, texts kept and
matches found, their days spread over thirty; with a tenth, a third and all of them there: the rate of the last 10,000,
and queries with 1,000 that were held out; beside it by what the processor spent, for machines that do more than this.
While the 20,000 before the last 10,000 are added, and runs are merged, another process asks all the time. At the end
the other 1,000 are added with a commit each, and one day of the thirty expires while a thread goes on asking.
*hot*: a disclaimer in every article of one index and in none of another, and queries without it, in turns. With
--furniture, what is furniture is learnt from the first N articles beforehand and given to the indexes, as a feed of web
pages needs it. datasketch (5 words, 128 values, threshold 0.5, tokenising included) queries and inserts the first
--peer articles, each thousand right after ours.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice, takewhile
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter, process_time, thread_time
from typing import Any

from measure import describe_corpus, describe_machine, print_heading, print_table, run_process, write_json
from peer_tasks import NUM_PERM, cut_shingles

import dedup
from dedup import Article, Furniture, Index, Params

ONE_CORE = Params(threads=1)
COMMIT, LAST, BESIDE, DAYS = 1_000, 10_000, 20_000, 30
FIRST_DAY = date(2024, 1, 1)
HOT = 200_000  # articles with the same passage
DISCLAIMER = (
    "Mọi ý kiến đóng góp xin gửi về toà soạn theo địa chỉ in ở chân trang, bài viết được gửi tới ban biên tập phải "
    "là bài chưa đăng ở nơi khác, người gửi chịu trách nhiệm về nội dung và bản quyền của bài viết cũng như hình ảnh "
    "kèm theo"
)


class Peer:
    """What `MinHashLSH` does with the same articles."""

    def __init__(self) -> None:
        from datasketch import MinHashLSH

        self.lsh, self.seconds, self.articles = MinHashLSH(threshold=0.5, num_perm=NUM_PERM), 0.0, 0

    def add(self, articles: list[Article]) -> None:
        from datasketch import MinHash

        started = perf_counter()
        for article in articles:
            sketch = MinHash(num_perm=NUM_PERM)
            sketch.update_batch(cut_shingles(article.text))
            self.lsh.query(sketch)
            self.lsh.insert(article.id, sketch)
        self.seconds += perf_counter() - started
        self.articles += len(articles)


def read_parts(path: str, count: int) -> Iterator[list[Article]]:
    """The first articles of the corpus, a thousand at a time, those that are not held out one after the other on thirty
    days."""
    held_out = 2 * COMMIT
    days = ((n - held_out) * DAYS // (count - held_out) % DAYS for n in range(count))
    articles = zip(dedup.read(path), days, strict=False)
    dated = (replace(article, published=FIRST_DAY + timedelta(day)) for article, day in articles)
    while part := list(islice(dated, COMMIT)):
        yield part


def warm_up() -> None:
    """Loads what is compiled."""
    with Index(params=ONE_CORE) as index:
        index.add([Article("a", DISCLAIMER), Article("b", f"{DISCLAIMER}.")])
        index.query(DISCLAIMER)


def time_queries(index: Index, articles: Iterable[Article]) -> dict[str, float]:
    """Milliseconds: median and 99th percentile; and of the processor."""
    spent, worked = [], []
    for article in articles:
        started = thread_time()
        spent.append(spend(index.query, article)[0])
        worked.append(thread_time() - started)
    known = {"": spent, " cpu": worked}
    return {f"{name}{of}": 1e3 * value for of, times in known.items()
            for name, value in (("median", median(times)), ("p99", quantiles(times, n=100)[98]))}  # fmt: skip


class Reader:
    """Another process that asks an index, which this one adds to, from now on until it is told to stop."""

    def __init__(self, path: Path, articles: list[Article]) -> None:
        context = multiprocessing.get_context("spawn")
        self._ready, self._stop, self._answers = context.Event(), context.Event(), context.SimpleQueue()
        self._process = context.Process(target=self.work, args=(path, articles, self._ready, self._stop, self._answers))
        self._process.start()
        self._ready.wait()

    @staticmethod
    def work(path: Path, articles: list[Article], ready: Any, stop: Any, answers: Any) -> None:
        with Index(path, ONE_CORE) as index:
            for article in articles:
                index.query(article)
            ready.set()
            answers.put(time_queries(index, takewhile(lambda _: not stop.is_set(), cycle(articles))))

    def stop(self) -> dict[str, float]:
        """What `time_queries` says of all that it asked."""
        self._stop.set()
        times: dict[str, float] = self._answers.get()
        self._process.join()
        return times


def spend(work: Any, *arguments: Any) -> tuple[float, Any]:
    started = perf_counter()
    result = work(*arguments)
    return perf_counter() - started, result


def learn(path: str, articles: int) -> Furniture:
    """What is furniture among the first articles."""
    return Furniture.learn(islice(dedup.read(path), articles))


def grow(path: str, count: int, learnt: int, peer_articles: int, folder: Path) -> dict[str, Any]:
    parts = read_parts(path, count)
    asked, single = next(parts), next(parts)
    total, peer, spent, worked, sizes, packed = count - 2 * COMMIT, Peer(), [], [], [], []
    beside, asks = {}, [max(0, total - part) // COMMIT for part in (LAST + BESIDE, LAST)]
    stops = {-(-int(total * share) // COMMIT) for share in (0.1, 1 / 3, 1)}
    warm_up()
    with Index(folder / "index.db", ONE_CORE, furniture=learn(path, learnt)) as index:
        for number, part in enumerate(parts, 1):
            if number - 1 == asks[0]:
                reader = Reader(folder / "index.db", asked)
            elif number - 1 == asks[1]:
                beside = reader.stop()
            started = process_time()
            spent.append(spend(index.add, part)[0] / len(part))
            worked.append((process_time() - started) / len(part))
            if peer.articles < peer_articles:
                peer.add(part)
            if number % 20 == 1:
                packed.append(compressed(part))
            if number in stops:
                adds, by_cpu = (1 / mean(times[-(LAST // COMMIT) :]) for times in (spent, worked))
                sizes.append({"articles": len(index), "adds": adds, "cpu": by_cpu, **time_queries(index, asked)})
        stats = index.stats()
        each = [spend(index.add, article)[0] for article in single]
        return {
            "sizes": sizes, "beside": beside, "adds": 1 / mean(spent), "adds, a commit each": 1 / mean(each),
            "peer articles": peer.articles, "datasketch": peer.articles / peer.seconds,
            "adds beside it": 1 / mean(spent[: -(-peer.articles // COMMIT)]),
            "bytes": (stats["bytes"] - stats["free_bytes"]) / total, "compressed text": mean(packed),
            **time_expiry(index, asked),
        }  # fmt: skip


def compressed(articles: list[Article]) -> float:
    """Bytes of an article's text by zstd, each for itself."""
    import zstandard

    packer = zstandard.ZstdCompressor()
    return mean(len(packer.compress(article.text.encode("utf-8", "surrogatepass"))) for article in articles)


def time_expiry(index: Index, articles: list[Article]) -> dict[str, float]:
    """Seconds until the first day of thirty is gone, and what a reader notices meanwhile."""
    done, waited = threading.Event(), []

    def ask() -> None:
        for article in articles * 1_000:
            waited.append(spend(index.query, article)[0])
            if done.is_set():
                return

    reader = threading.Thread(target=ask)
    reader.start()
    seconds, gone = spend(index.expire, FIRST_DAY + timedelta(1))
    done.set()
    reader.join()
    return {"expired": gone, "expiring": seconds, "queries meanwhile": len(waited), "slowest": 1e3 * max(waited),
            "free bytes": index.stats()["free_bytes"]}  # fmt: skip


def heat(path: str, count: int, learnt: int, peer_articles: int, folder: Path) -> dict[str, Any]:
    spent: dict[str, list[float]] = {"plain": [], "hot": []}
    parts = read_parts(path, min(count, HOT + 2 * COMMIT))
    asked, _ = next(parts), next(parts)
    warm_up()
    known = {"furniture": learn(path, learnt)}
    with Index(folder / "plain.db", ONE_CORE, **known) as plain, Index(folder / "hot.db", ONE_CORE, **known) as hot:
        for part in parts:
            plain.add(part)
            hot.add([replace(article, text=f"{article.text}\n\n{DISCLAIMER}") for article in part])
        turns = [("plain", plain), ("hot", hot)]
        for article in asked:
            for name, index in turns:
                spent[name].append(spend(index.query, article)[0])
            turns.reverse()
        return {"articles": len(hot), **{name: 1e3 * median(times) for name, times in spent.items()}}


JOBS = {"grow": grow, "hot": heat}


def measure(job: str, path: Path, counts: tuple[int, int, int]) -> dict[str, Any]:
    """A job in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        result = Path(name) / "result.json"
        print(f"{job}, {counts[0]:,} articles", file=sys.stderr)
        command = [sys.executable, __file__, "--job", job, str(path.resolve()), *map(str, counts), str(result)]
        run = run_process(command, Path(name), 1)
        return run | json.loads(result.read_text(encoding="utf-8"))


def print_results(grown: dict[str, Any], hot: dict[str, Any]) -> None:
    rows = [["articles in the index", "adds/s, commits of 1,000", "by CPU", "query, median, 99 % ms", "by CPU"]]
    rows += [[f"{one['articles']:,}", f"{one['adds']:,.0f}", f"{one['cpu']:,.0f}",
              *(f"{one[f'median{of}']:.2f}, {one[f'p99{of}']:.2f}" for of in ("", " cpu"))]
             for one in grown["sizes"]]  # fmt: skip
    print_table(rows)
    beside, peer = grown["adds beside it"], grown["datasketch"]
    extra, asked = grown["bytes"] - grown["compressed text"], grown["beside"]
    print_table([
        ["what", "dedup", "datasketch", "ratio"],
        [f"the first {grown['peer articles']:,}, articles/s", f"{beside:,.0f}", f"{peer:,.0f}", f"{beside / peer:.1f}"],
        ["a commit each, articles/s", f"{grown['adds, a commit each']:,.0f}", "", ""],
        ["query by another process meanwhile, median, 99 % ms", f"{asked['median']:.2f}, {asked['p99']:.2f}", "", ""],
        ["… by CPU", f"{asked['median cpu']:.2f}, {asked['p99 cpu']:.2f}", "", ""],
        ["bytes on disk an article", f"{grown['bytes']:,.0f}", "", ""],
        ["… of them beside its text (zstd)", f"{extra:,.0f}", "", ""],
        [f"a day of thirty ({grown['expired']:,}) expires, seconds", f"{grown['expiring']:.1f}", "", ""],
        [f"slowest of {grown['queries meanwhile']:,} queries meanwhile, ms", f"{grown['slowest']:.0f}", "", ""],
        ["free for reuse afterwards, MB", f"{grown['free bytes'] / 1e6:,.1f}", "", ""],
        [f"query, a passage in all {hot['articles']:,} / in none, ms",
         f"{hot['hot']:.2f} / {hot['plain']:.2f}", "", f"{hot['hot'] / hot['plain']:.2f}"],
        ["peak memory, MiB", f"{grown['peak'] / 2**20:,.0f}", "", ""],
    ])  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["--job"]:
        job, path, *counts, result = sys.argv[2:]
        found = JOBS[job](path, *map(int, counts), Path(result).parent)
        Path(result).write_text(json.dumps(found), encoding="utf-8")
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS.parquet")
    parser.add_argument("--articles", type=int, help="only so many, the first ones")
    parser.add_argument("--furniture", type=int, default=0, help="articles that it is learnt from, none by default")
    parser.add_argument("--peer", type=int, default=20_000, help="articles that datasketch gets")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    articles = islice(dedup.read(options.corpus), options.articles)
    corpus = describe_corpus((article.id, article.text) for article in articles)
    if corpus["articles"] < 20 * COMMIT:
        parser.error(f"{options.corpus}: {corpus['articles']:,} articles: need {20 * COMMIT:,}")
    counts = (corpus["articles"], options.furniture, options.peer)
    results = {job: measure(job, options.corpus, counts) for job in JOBS}
    machine = describe_machine(1)
    print_heading(machine, corpus)
    print_results(results["grow"], results["hot"])
    write_json(options.json, {"machine": machine, "corpus": corpus, "results": results})


if __name__ == "__main__":
    main()
