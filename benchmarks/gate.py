"""The floors that quality must not fall below, on a small generated corpus; no times. A test runs it.

    python benchmarks/gate.py

Floors are pinned a little below what was measured; raise them when the measured figures rise.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from corpus import generate, make_parser, make_plan, truth_path, write
from quality import measure_planted, measure_sample, read_truth

import dedup
from dedup import Params

ARTICLES, SAMPLE = 6_000, 500
FLOORS = {
    "planted": {
        "recall": 1.0,
        "precision": 0.998,
        "relation: reprint is reprint": 0.98,
        "relation: respelled is reprint": 0.98,
        "relation: excerpt is edited": 0.98,
        "relation: partial is partial": 0.75,
    },
    "brute force": {"recall": 0.99, "precision": 1.0},
}


def find_shares() -> dict[str, dict[str, float]]:
    """Recall, precision and share of right relations, by how they were measured."""
    params = Params()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.parquet"
        options = make_parser().parse_args([str(path), "--articles", str(ARTICLES), "--sources", "40"])
        write(generate(make_plan(options), options.threads), path, truth_path(path))
        found = dedup.scan(dedup.read(path), params)
        truth = read_truth(path)
    texts = {article.id: article.text for article, _ in found.stripped()}
    planted, sample = measure_planted(found, texts, truth, params), measure_sample(found, texts, SAMPLE, params)
    measured = {"planted": planted, "brute force": sample}
    return {how: {name: rate.share for name, rate in quality.rates.items()} for how, quality in measured.items()}


def main() -> int:
    shares = find_shares()
    rows = [(how, name, floor, shares[how][name]) for how, floors in FLOORS.items() for name, floor in floors.items()]
    for how, name, floor, share in rows:
        print(f"{'ok  ' if share >= floor else 'FELL'} {how}: {name}: {share:.4f}, floor {floor}")
    return int(any(share < floor for *_, floor, share in rows))


if __name__ == "__main__":
    sys.exit(main())
