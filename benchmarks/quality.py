"""Recall and precision of a scan, with 95 % confidence intervals (Wilson 1927).

    python benchmarks/quality.py CORPUS.parquet [--containment 0.3] [--sample 1000] [--json FILE]

With a truth beside the corpus (`corpus.py` writes CORPUS.truth.parquet) its planted pairs are looked for: by relation,
by the length of the shorter article and by the share of it that stands in the other; a reported pair is right where the
two belong together by any way of copying, or are of one kind of column. On any corpus: `--sample` articles are held
against all by brute force, on the same shingles, those of the articles without their page furniture; what is measured
is the search. Pairs that a limit leaves out (crowds) count as missed, and are counted.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any

from brute import Pair, find_overlaps
from measure import describe_corpus, describe_machine, print_heading, print_table, write_json

import dedup
from dedup import Params, Scan
from dedup.threads import thread_count

LENGTHS = (0, 150, 300, 600, 1_000_000)  # syllables of the shorter article
SHARES = (0.3, 0.4, 0.5, 0.7, 0.9, 1.01)
EXPECTED = {"reprint": "reprint", "respelled": "reprint", "edited": "edited", "excerpt": "edited", "partial": "partial",
            "template": "template"}  # fmt: skip


@dataclass
class Rate:
    """How many of how many."""

    hits: int = 0
    total: int = 0

    def add(self, is_hit: bool) -> None:
        self.hits += is_hit
        self.total += 1

    @property
    def share(self) -> float:
        return self.hits / self.total if self.total else 1.0

    def interval(self) -> tuple[float, float]:
        """The share that 95 of 100 such samples have the true one within (Wilson 1927)."""
        n, z = self.total, 1.96
        if not n:
            return 0.0, 1.0
        middle, spread = self.share + z * z / (2 * n), z * sqrt(self.share * (1 - self.share) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))

    def as_list(self) -> list[float]:
        return [self.hits, self.total, self.share, *self.interval()]


@dataclass
class Quality:
    """Rates by name, in the order they came up."""

    rates: dict[str, Rate] = field(default_factory=dict)

    def add(self, name: str, is_hit: bool) -> None:
        self.rates.setdefault(name, Rate()).add(is_hit)

    def as_dict(self) -> dict[str, list[float]]:
        return {name: rate.as_list() for name, rate in self.rates.items()}


class Truth:
    """What a generated corpus says of itself: id → row, and what belongs together."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.rows = {row["id"]: row for row in rows}
        self._home: dict[str, str] = {}
        for row in self.rows.values():
            if row["origin"]:
                self._home[self._root(row["id"])] = self._root(row["origin"])

    def _root(self, id: str) -> str:
        while (home := self._home.get(id)) is not None:
            id = home
        return id

    def are_kin(self, a: str, b: str) -> bool:
        both_columns = self.rows[a]["relation"] == self.rows[b]["relation"] == "template"
        return both_columns or self._root(a) == self._root(b)

    def planted(self) -> Iterator[tuple[str, str, str]]:
        """(article, its origin, how) for every copy."""
        for row in self.rows.values():
            if row["origin"]:
                yield row["id"], row["origin"], row["relation"]


def read_truth(path: Path) -> Truth | None:
    """The truth beside a corpus, None where there is none."""
    import pyarrow.parquet as pq

    truth = path.with_suffix(f".truth{path.suffix}")
    return Truth(pq.read_table(truth).to_pylist()) if truth.exists() else None


def place(value: float, borders: tuple[float, ...]) -> str:
    """The name of the class that a value falls into."""
    low, high = max(b for b in borders if b <= value), min(b for b in borders if b > value)
    return f"{low:g} and more" if high in (LENGTHS[-1], SHARES[-1]) else f"{low:g} to {high:g}"


def measure_planted(found: Scan, texts: Mapping[str, str], truth: Truth, params: Params) -> Quality:
    """Planted pairs that reach the criterion, and whether they were found; reported pairs, and whether they are kin."""
    matches = {(match.a, match.b): match for match in found.pairs()}
    shingles = {id: dedup.shingles(texts[id]) for pair in truth.planted() for id in pair[:2]}
    quality = Quality()
    for copy, origin, relation in truth.planted():
        a, b = shingles[copy], shingles[origin]
        pair = Pair(0, 1, len(a), len(b), len(set(a.tolist()) & set(b.tolist())))
        if pair.containment < params.containment or pair.shared < params.min_shared:
            continue
        match = matches.get((min(copy, origin), max(copy, origin)))
        for name in ("recall", f"recall: {relation}", f"recall: {place(pair.containment, SHARES)} shared",
                     f"recall: {place(min(len(a), len(b)) + 4, LENGTHS)} syllables"):  # fmt: skip
            quality.add(name, match is not None)
        if match:
            quality.add(f"relation: {relation} is {EXPECTED[relation]}", match.relation == EXPECTED[relation])
    for a, b in matches:
        quality.add("precision", truth.are_kin(a, b))
    return quality


def measure_sample(found: Scan, texts: Mapping[str, str], size: int, params: Params) -> Quality:
    """Pairs of a few articles and any other by brute force: whether those that reach the criterion were found."""
    ids = list(texts)
    chosen = sorted(Random(1).sample(range(len(ids)), min(size, len(ids))))
    matches = {frozenset((match.a, match.b)) for match in found.pairs()}
    quality, exact = Quality(), set()
    own = [dedup.shingles(texts[ids[n]]) for n in chosen]
    for pair in find_overlaps(chosen, own, map(dedup.shingles, texts.values()), params.containment):
        if pair.shared < params.min_shared:
            continue
        ends = frozenset((ids[pair.a], ids[pair.b]))
        exact.add(ends)
        for name in ("recall", f"recall: {place(pair.containment, SHARES)} shared",
                     f"recall: {place(min(pair.size_a, pair.size_b) + 4, LENGTHS)} syllables"):  # fmt: skip
            quality.add(name, ends in matches)
    sample = {ids[n] for n in chosen}
    for ends in matches:
        if ends & sample:
            quality.add("precision", ends in exact)
    return quality


def print_quality(title: str, quality: Quality) -> None:
    rows = [[title, "of", "share", "95 % interval"]]
    for name, rate in sorted(quality.rates.items()):
        low, high = rate.interval()
        rows.append([name, f"{rate.total:,}", f"{rate.share:.4f}", f"{low:.4f} to {high:.4f}"])
    print_table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, metavar="CORPUS")
    parser.add_argument("--containment", type=float, default=0.3)
    parser.add_argument("--sample", type=int, default=1_000, help="articles that are held against all by brute force")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    params = Params(containment=options.containment)
    found = dedup.scan(dedup.read(options.corpus), params)
    texts = {article.id: article.text for article, _ in found.stripped()}
    corpus = describe_corpus((article.id, article.text) for article in dedup.read(options.corpus))
    machine = describe_machine(thread_count())
    print_heading(machine, corpus)
    print(", ".join(f"{name} {found.counts[name]:,}" for name in ("matches", "crowds", "left_out")))
    results = {"machine": machine, "corpus": corpus, "containment": options.containment, "counts": dict(found.counts)}
    if truth := read_truth(options.corpus):
        planted = measure_planted(found, texts, truth, params)
        results["planted"] = planted.as_dict()
        print_quality(f"planted, containment >= {options.containment}", planted)
    if options.sample:
        sample = measure_sample(found, texts, options.sample, params)
        results["brute force"] = sample.as_dict()
        print_quality(f"{options.sample:,} articles by brute force", sample)
    write_json(options.json, results)
    print(Counter(match.relation for match in found.matches).most_common())


if __name__ == "__main__":
    main()
