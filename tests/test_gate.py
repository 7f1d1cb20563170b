"""The benchmarks' floors of quality hold, and a generated corpus is a function of its options."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    pytest.importorskip("pyarrow")
    pytest.importorskip("scipy")
    monkeypatch.syspath_prepend(BENCHMARKS)


def test_quality_keeps_its_floors():
    pytest.importorskip("pyarrow")
    run = subprocess.run([sys.executable, BENCHMARKS / "gate.py"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_corpus_is_the_same_however_it_is_cut(benchmark):
    from corpus import make_parser, make_plan
    from corpus_text import write_articles
    from corpus_words import make_words

    plan, words = make_plan(make_parser().parse_args(["x.parquet", "--articles", "300"])), make_words()
    whole, ends, facts = write_articles(plan, words, 0, 300)
    parts = [write_articles(plan, words, lo, lo + 100) for lo in (0, 100, 200)]
    assert b"".join(part[0].tobytes() for part in parts) == whole.tobytes()
    assert [row for part in parts for row in part[2].tolist()] == facts.tolist()
    assert 40 < sum(facts[:, 0] >= 0) < 110  # about a quarter copies another one
    assert ends[-1] == len(whole)
