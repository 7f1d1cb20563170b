"""A scan that measures its own recall, against plain comparison of every pair."""

import json
from itertools import combinations
from random import Random

import make
import pytest

from dedup import Article, ParamError, Params, compare, scan
from dedup.models import Check

ARTICLES = [Article(id, text) for id, text in make.corpus(31, families=12).items()]


def by_hand(articles, params):
    """The pairs of distinct versions that are matches, each version by its smallest id."""
    first = {}
    for one in sorted(articles, key=lambda one: one.id):
        if not any(compare(one, other).resemblance == 1 for other in first.values()):
            first[one.id] = one
    return len(first), {
        (a.id, b.id) for a, b in combinations(first.values(), 2) if len(scan([a, b], params).matches)
    }  # fmt: skip


@pytest.mark.parametrize("params", [Params(), Params(containment=0.6), Params(containment=None, passage=30)])
def test_every_article_against_plain_comparison(params):
    found = scan(ARTICLES, params)
    versions, pairs = by_hand(ARTICLES, params)
    check = found.check(10**6)
    assert (check.articles, check.expected, check.found) == (versions, len(pairs), len(pairs))
    assert len(pairs) > 5
    assert (check.recall, check.missed, check.interval[1]) == (1.0, (), 1.0)
    assert 0.5 < check.interval[0] < 1


def test_what_is_missed_is_named():
    """A crowd: pairs that were not examined are missed, and brute force finds them."""
    passage = make.corpus(5, families=1).popitem()[1]
    rng = Random(1)
    crowd = [Article(f"c{n}", f"{passage} {make.name(rng)} {make.name(rng)} {n}") for n in range(12)]
    params = Params(max_bucket=4, hubs=2)
    found = scan(crowd, params)
    assert found.crowds
    check = found.check(100)
    known = {(m.a, m.b) for m in found.matches}
    wanted = {(m.a, m.b) for m in scan(crowd).matches}
    assert set(check.missed) == wanted - known != set()
    assert list(check.missed) == sorted(check.missed)
    assert (check.expected, check.found) == (len(wanted), len(known))
    assert check.interval[0] < check.recall == len(known) / len(wanted) < check.interval[1]


def test_a_sample_is_the_same_for_any_order():
    shuffled = list(ARTICLES)
    Random(2).shuffle(shuffled)
    one, two = scan(ARTICLES), scan(shuffled, Params(threads=3))
    assert one.check(7) == two.check(7)
    assert one.check(7).articles == 7
    assert len({one.check(7, seed=seed).expected for seed in range(8)}) > 1


def test_only_pairs_that_touch_new_articles():
    new, old = ARTICLES[:10], ARTICLES[10:]
    found = scan(new, against=old)
    check = found.check(1000)
    assert check.articles <= 10
    assert check.found == check.expected
    assert scan(old, against=old[:0]).check(1000).expected != check.expected


def test_nothing_to_find_and_bad_input():
    empty = scan(["Gió mùa về.", "…"]).check()
    assert (empty, empty.recall, empty.interval) == (Check(1, 0, 0, ()), 1.0, (0.0, 1.0))
    assert scan([]).check() == Check(0, 0, 0, ())
    for count in (0, -1, 1.5, True):
        with pytest.raises(ParamError, match=r"count=.*: need an integer, 1 <= count"):
            scan([]).check(count)
    with pytest.raises(ParamError, match="seed=-1: need an integer"):
        scan([]).check(seed=-1)


def test_wilsons_interval():
    assert Check(1, 100, 90, ()).interval == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert Check(1, 10, 0, ()).interval == pytest.approx((0, 0.2775), abs=1e-4)


def test_command_line(command, tmp_path):
    rows = [json.dumps({"id": one.id, "text": one.text}) for one in ARTICLES]
    (tmp_path / "news.jsonl").write_text("\n".join(rows), encoding="utf-8")
    code, _, said = command("scan", tmp_path / "news.jsonl", "--check", 1000, "--summary", tmp_path / "s.json")
    state = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["check"]
    assert code == 0
    assert state["found"] == state["expected"] == scan(ARTICLES).check(1000).expected
    assert f"thấy {state['found']} trên {state['expected']} cặp, độ phủ 100,0 %" in said
    crowded = ("--max-bucket", 2, "--hubs", 1)
    assert "bỏ sót:" in command("scan", tmp_path / "news.jsonl", "--check", 1000, *crowded)[2]
    assert command("scan", tmp_path / "news.jsonl", "--check", 0)[0] == 2
