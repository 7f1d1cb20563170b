"""`scan` at its worst: masses of copies, one passage everywhere, one syllable for ever. Work is counted, not timed."""

import itertools
import json
import math
import subprocess
import sys
from random import Random

import make
import pytest
from test_scan import articles_of, ids

from dedup import Article, Params, scan

PEAK = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from random import Random
import make
from dedup import scan
text = make.article(Random(1), 60)
found = scan(text for _ in range(100_000))
last = found.matches[-1]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"counts": found.counts, "last": [last.a, last.b], "shared": last.shared, "peak": peak}))
"""


def test_20_000_identical_articles():
    text = make.article(Random(1), 120)
    found = scan(Article(n, text) for n in range(20_000))
    assert found.counts | {"articles": 0} == dict.fromkeys(found.counts, 0) | {
        "versions": 1, "copies": 19_999, "matches": 19_999,
    }  # fmt: skip
    assert found.counts["articles"] == 20_000
    assert len(found.matches) == 19_999
    assert ids(found.matches) == [("0", str(n)) for n in sorted(range(1, 20_000), key=str)]
    assert {(m.relation, m.shared, m.size_a, m.longest_passage) for m in found.matches} == {("reprint", 116, 116, 120)}
    some = ids(itertools.islice(found.pairs(), 50_000))  # lazy: 199,990,000 pairs are not made
    assert len(set(some)) == 50_000
    assert all(a < b for a, b in some)


def test_100_000_identical_articles_stay_small(request):
    folder = str(request.path.parent)
    done = subprocess.run([sys.executable, "-c", PEAK, folder], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["counts"]["copies"] == result["counts"]["matches"] == 99_999
    assert result["counts"]["candidates"] == 0
    assert (result["last"], result["shared"]) == (["1", "99999"], 56)
    assert result["peak"] < 2 * 2**30


def test_one_long_passage_in_3_000_articles():
    """It is half of each: all pairs match, but each is examined against eight hubs alone, and the rest is counted."""
    rng = Random(2)
    passage = make.article(rng, 200)
    texts = {f"{n:04}": make.spliced(rng, make.article(rng, 200), passage) for n in range(3000)}
    found = scan(articles_of(texts))
    counts = found.counts
    assert 8 * (3000 - 8) <= counts["candidates"] <= 3 * 8 * 3000  # also the hubs of fingerprints at its ends
    assert counts["matches"] == counts["candidates"]
    assert all(m.shared >= 196 and m.longest_passage >= 200 for m in found.matches)
    assert {id for pair in ids(found.matches) for id in pair} == set(texts)
    assert counts["crowds"] == len(found.crowds) > 0
    assert max(crowd.versions for crowd in found.crowds) == 3000
    assert counts["candidates"] <= sum(crowd.examined for crowd in found.crowds)
    assert 0 < counts["left_out"] <= 3000 * 2999 // 2 - counts["candidates"]
    assert counts["left_out"] >= math.comb(3000, 2) - counts["candidates"]
    shuffled = articles_of(texts)
    rng.shuffle(shuffled)
    assert list(scan(shuffled, Params(threads=3)).matches) == list(found.matches)


def test_one_passage_below_the_limit_is_examined_in_full():
    rng = Random(3)
    passage = make.article(rng, 100)
    texts = {f"{n:03}": make.spliced(rng, make.article(rng, 100), passage) for n in range(256)}
    found = scan(articles_of(texts))
    assert (len(found.matches), found.crowds) == (math.comb(256, 2), [])


def test_many_forms_of_many_articles_each():
    """Eight forms, 400 articles of each: a form is a crowd, and articles of two forms never meet."""
    texts = {f"{n % 8}-{n:04}": make.form(Random(n), 100 + n, n % 8) for n in range(3200)}
    found = scan(articles_of(texts), Params(max_bucket=32, hubs=4))
    assert found.counts["candidates"] <= 3200 * 32 < 8 * math.comb(400, 2) / 6
    assert found.counts["left_out"] >= 8 * math.comb(400, 2) - found.counts["candidates"]
    assert all(m.a[0] == m.b[0] for m in found.matches)
    assert {id for pair in ids(found.matches) for id in pair} == set(texts)


@pytest.mark.parametrize("count", [1, 200_000])
def test_one_syllable_for_ever(count):
    """Its one shingle is the same however often it comes, and passages do not grow with the square."""
    texts = {"a": "ba " * 200_000, "b": "Ba. " * (count + 100_000), "c": make.article(Random(1), 200)}
    found = scan(articles_of(texts))
    assert ids(found.matches) == [("a", "b")]
    (match,) = found.matches
    assert (match.shared, match.size_a, match.size_b, match.resemblance) == (1, 1, 1, 1.0)
    assert match.longest_passage == min(200_000, count + 100_000)
    assert [p.syllables for p in match.passages] == [match.longest_passage]


def test_two_syllables_and_a_short_period():
    texts = ["ba bà " * 100_000, "bà ba " * 50_000]
    texts += ["cá canh cơm cua cà cam cau " * 30_000, "cà cam cau cá canh cơm cua " * 4]
    found = scan(texts)
    assert [(m.a, m.b, m.resemblance) for m in found.matches] == [("1", "2", 1.0), ("3", "4", 1.0)]


def test_one_article_of_3_mb_among_small_ones():
    rng = Random(4)
    small = [make.article(rng, 120) for _ in range(200)]
    huge = "\n\n".join([make.article(rng, 1000) for _ in range(600)])
    huge = make.spliced(rng, make.spliced(rng, huge, small[7]), small[8])
    assert len(huge.encode()) > 3 * 2**20
    found = scan([*small, Article("huge", huge)])
    assert [(m.a, m.b, m.a_in_b, m.relation) for m in found.matches] == [(n, "huge", 1.0, "edited") for n in "89"]
    assert found.counts["candidates"] < 200


def test_an_article_without_spaces_or_line_ends():
    """A megabyte as one word, and one line of a megabyte."""
    word = "a" * 2**20
    found = scan([word, word + "b", "ba " * 2**18 + word, "\n" * 2**20])
    assert [(m.a, m.b) for m in found.matches] == []
    assert [s.input for s in found.skipped] == ["4"]


def test_100_000_lines():
    """Half of them repeated: repeated lines are page furniture, found in linear time."""
    rng = Random(5)
    lines = [" ".join(make.words(rng, 6)) for _ in range(50_000)]
    found = scan(["\n".join(lines + lines), "\n".join(lines)])
    assert ids(found.matches) == [("1", "2")]
    assert found.matches[0].resemblance > 0.99
