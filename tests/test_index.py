"""Candidates: the pair rule by brute force, crowds bounded and counted, bands with the recall that they promise."""

import math
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise
from random import Random

import make
import numpy as np
import oracle
import pytest

from dedup.index import alpha, find_candidates
from dedup.models import Params
from dedup.sketch import Sketches, bands, choose_bands, sketch

CRITERIA = [
    *({"containment": round(0.1 * n, 1)} for n in range(1, 10)),
    {"containment": 0.24},
    {"containment": 1.0},
    {"containment": None, "resemblance": 0.6, "candidates": "prefix"},
    {"containment": 0.8, "resemblance": 0.3},
    {"containment": 0.2, "passage": 24},
    {"containment": None, "passage": 40},
]


def rule(params):
    """How many fingerprints a pair must share by those of the one with fewer, in exact arithmetic."""
    if params.passage is not None:
        return lambda count, is_common: 1
    share = min(Fraction(str(c)) for c in (params.containment, params.resemblance) if c is not None)
    if share < Fraction(1, 4):
        return lambda count, is_common: max(1, math.ceil(share / 4 * count))
    return lambda count, is_common: max(1, math.ceil((1 + is_common) * share / 3 * count))


def wanted_pairs(sketches, params, hubs=None):
    """The pair rule by brute force, with `params.hubs` or more hubs of each crowd.

    All fingerprints count where both articles keep all their shingles; else the selected ones, since a long article
    shows no others.
    """
    sets, selected = sets_of(sketches), sketches.selected.tolist()

    def fewer(x, y):
        keeps_all = all(len(sets[n]) > selected[n] for n in (x, y))
        return min(len(sets[n]) if keeps_all else selected[n] for n in (x, y))

    holders = {f: [n for n, s in enumerate(sets) if f in s] for f in set().union(*sets)}
    crowds = {f: hubs_of(sketches, some, hubs or params.hubs) for f, some in holders.items()}
    limits = math.isqrt(params.max_bucket), params.max_bucket
    return oracle.candidate_pairs(sets, fewer, rule(params), limits, crowds)


def hubs_of(sketches, holders, count):
    """The holders with the smallest text hashes."""
    return sorted(holders, key=lambda n: tuple(sketches.versions[n].tolist()))[:count]


def sketches_of(sets, seed=0, selected=None):
    """Sketches with these fingerprints, all of them selected if not said otherwise, and invented text hashes."""
    sets = [sorted(s) for s in sets]
    flat = np.array([f for s in sets for f in s], np.uint64)
    ends = np.cumsum([len(s) for s in sets], dtype=np.int64)
    selected = np.array([len(s) for s in sets] if selected is None else selected, np.int64)
    hashes = np.random.default_rng(seed).integers(0, 2**64, (len(sets), 2), np.uint64)
    syllables, signatures = np.ones((len(sets), 2), np.int64), np.zeros((len(sets), 0), np.uint32)
    return Sketches(flat, ends, selected, hashes, syllables, signatures, np.zeros(len(sets), np.int64))


def sets_of(sketches):
    starts = sketches.starts.tolist()
    flat = sketches.fingerprints.tolist()
    return [set(flat[lo:hi]) for lo, hi in pairwise(starts)]


def find(sketches, params, is_new=None):
    """(set of pairs, Candidates); the order is checked on the way."""
    is_new = np.ones(len(sketches), np.bool_) if is_new is None else np.array(is_new, np.bool_)
    found = find_candidates(sketches, params, is_new)
    pairs = list(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert all(x < y for x, y in pairs)
    return set(pairs), found


def random_sets(seed, count=120, universe=150, most=30):
    """Sets of 0 to `most` values, small values in many of them; some sets are subsets of others."""
    rng = Random(seed)
    sets = []
    for _ in range(count):
        size = rng.randint(0, most)
        sets.append({int(universe * rng.random() ** 3) * 2**50 + 7 for _ in range(size)})
        if sets and rng.random() < 0.3:
            former = sorted(rng.choice(sets))
            sets[-1] |= set(rng.sample(former, rng.randint(0, len(former))))
    return sets


def distinct(sketches):
    """One of each version, as find_candidates wants them."""
    return sketches.take(np.sort(np.unique(sketches.versions, axis=0, return_index=True)[1]))


@cache
def corpus_sketches(seed):
    return distinct(sketch(list(make.corpus(seed).values()), Params(threads=1)))


@pytest.mark.parametrize("criteria", CRITERIA, ids=str)
def test_alpha_is_the_documented_rule(criteria):
    params = Params(**criteria)
    for is_common in (False, True):
        wanted = [rule(params)(n, is_common) for n in range(3000)]
        assert [alpha(n, params, is_common=is_common) for n in range(3000)] == wanted


@pytest.mark.parametrize("criteria", CRITERIA, ids=str)
@pytest.mark.parametrize("keeps_all", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("limits", [{"max_bucket": 10**6}, {"max_bucket": 25, "hubs": 3}, {"max_bucket": 7, "hubs": 1}])
def test_random_sets_by_brute_force(criteria, keeps_all, limits):
    params = Params(**criteria, **limits, threads=1)
    for seed in range(3):
        sets, rng = random_sets(seed), Random(seed)
        selected = [rng.randint(1, len(s)) if s and rng.random() < keeps_all else len(s) for s in sets]
        sketches = sketches_of(sets, seed, selected)
        pairs, found = find(sketches, params)
        assert pairs == wanted_pairs(sketches, params)
        assert bool(found.crowds) == (params.max_bucket < 10**6)


@pytest.mark.parametrize("criteria", CRITERIA, ids=str)
def test_generated_articles_by_brute_force(criteria):
    params = Params(**criteria)
    pairs, found = find(corpus_sketches(1), params)
    assert pairs == wanted_pairs(corpus_sketches(1), params)
    assert len(pairs) > 20
    assert found.crowds == []


def test_a_stock_phrase_is_no_evidence():
    """One fingerprint of ten that 40 articles hold brings no two together; another one that two of them hold does."""
    sets = [{7} | {100 * n + i for i in range(1, 10)} for n in range(1, 41)]
    assert find(sketches_of(sets), Params())[0] == set()
    sets[3] = sets[3] - {401} | {501}
    assert find(sketches_of(sets), Params())[0] == {(3, 4)}
    assert find(sketches_of(sets[:16]), Params())[0] == set(combinations(range(16), 2))


def test_a_column_that_many_articles_fill_anew_is_linear():
    """300 articles of one form: each pair shares what the form says and some of what fills it."""
    rng = Random(8)
    counts = []
    for columns in (1, 3):
        sets = [
            {f"{column} {i}" for i in range(30)} | {f"{column} {i} {rng.randint(1, 20)}" for i in range(30, 50)}
            for column in range(columns) for _ in range(300)
        ]  # fmt: skip
        number = {value: n for n, value in enumerate(sorted(set().union(*sets)))}
        pairs, found = find(sketches_of([{number[value] for value in one} for one in sets]), Params())
        assert {crowd.versions for crowd in found.crowds} == {300}
        assert 8 * 292 * columns < len(pairs) < 2 * 8 * 300 * columns
        assert sum(crowd.left_out for crowd in found.crowds) >= columns * math.comb(300, 2) - len(pairs)
        counts.append(len(pairs))
    assert counts[1] < 3.1 * counts[0]


def test_stock_phrases_lose_no_pair():
    """Every article holds the same ten fingerprints, neighbours three more: prefixes skip the stock."""
    stock = set(range(10))
    sets = [stock | {100 + n, 101 + n, 5000 + n} | {10**6 + 40 * n + i for i in range(17)} for n in range(200)]
    sets = [s | {2000 + n, 2000 + n + 1} for n, s in enumerate(sets)]
    for containment in (0.3, 0.5, 1.0):
        params = Params(containment=containment)
        assert find(sketches_of(sets), params)[0] == wanted_pairs(sketches_of(sets), params)


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_change_nothing(threads):
    sets = random_sets(5, count=400)
    for options in ({}, {"max_bucket": 20, "hubs": 3}):
        one, many = (find(sketches_of(sets), Params(**options, threads=n))[1] for n in (1, threads))
        assert one.left.tobytes() == many.left.tobytes()
        assert one.right.tobytes() == many.right.tobytes()
        assert one.crowds == many.crowds


@pytest.mark.parametrize("fewest", [1, 100])
def test_fingerprints_by_parts_change_nothing(fewest, monkeypatch):
    sketches = sketches_of([{x * 0x9E3779B97F4A7C15 % 2**64 for x in s} for s in random_sets(5)])
    params = Params(max_bucket=20, hubs=3, threads=2)
    found = find(sketches, params)[1]
    assert found.crowds
    monkeypatch.setattr("dedup.prints._FEWEST", fewest)
    again = find(sketches, params)[1]
    assert (again.left.tolist(), again.right.tolist(), again.crowds) == (
        found.left.tolist(), found.right.tolist(), found.crowds,
    )  # fmt: skip


@pytest.mark.parametrize("many", [2, 3, 7, 10**6])
def test_articles_by_ranges_change_nothing(many, monkeypatch):
    """Ranges of articles: up to as many as there are."""
    sets, rng = random_sets(5, count=150), Random(5)
    selected = [rng.randint(1, len(s)) if s and rng.random() < 0.5 else len(s) for s in sets]
    sketches, is_new = sketches_of(sets, 5, selected), [rng.random() < 0.7 for _ in sets]
    for options in ({}, {"max_bucket": 20, "hubs": 3}, {"containment": None, "passage": 40, "max_bucket": 9}):
        one = find(sketches, Params(**options), is_new)[1]
        monkeypatch.setattr("dedup.index._SHARED", (many << 28) // len(sketches.fingerprints))
        ranged = find(sketches, Params(**options, memory=1 << 28), is_new)[1]
        assert one.left.tobytes() == ranged.left.tobytes()
        assert one.right.tobytes() == ranged.right.tobytes()
        assert one.crowds == ranged.crowds
        assert len(one.left) > 100


@pytest.mark.parametrize("max_bucket", [10**6, 20])
def test_only_pairs_that_touch_new_ones(max_bucket):
    sketches = sketches_of(random_sets(6, count=200))
    params = Params(max_bucket=max_bucket)
    everything = find(sketches, params)[0]
    rng = Random(6)
    for share in (0, 0.1, 0.5):
        is_new = [rng.random() < share for _ in range(200)]
        assert find(sketches, params, is_new)[0] == {(x, y) for x, y in everything if is_new[x] or is_new[y]}


def test_no_articles_and_articles_without_fingerprints():
    for sets in ([], [set()], [set(), set()], [set(), {1}]):
        pairs, found = find(sketches_of(sets), Params())
        assert pairs == set()
        assert found.crowds == []


def test_a_crowd_is_examined_against_its_hubs():
    """2,000 articles of one shared fingerprint and nine of their own."""
    sets = [{7} | {100 + 10 * n + i for i in range(9)} for n in range(2000)]
    sketches = sketches_of(sets)
    params = Params(containment=0.2, max_bucket=256, hubs=8)
    pairs, found = find(sketches, params)
    hubs = hubs_of(sketches, range(2000), 8)
    assert pairs == {(min(h, x), max(h, x)) for h in hubs for x in range(2000) if h != x}
    (crowd,) = found.crowds
    assert (crowd.fingerprint, crowd.versions, crowd.examined) == (7, 2000, len(pairs))
    assert crowd.left_out == 2000 * 1999 // 2 - len(pairs)


def test_the_border_of_a_crowd():
    sets = [{7} for _ in range(12)]
    pairs, found = find(sketches_of(sets), Params(max_bucket=12, hubs=2))
    assert len(pairs) == 66
    assert found.crowds == []
    pairs, found = find(sketches_of(sets), Params(max_bucket=11, hubs=2))
    assert len(pairs) == 2 * 10 + 1
    assert [crowd.left_out for crowd in found.crowds] == [66 - 21]


def test_many_crowds_stay_linear():
    """Twenty passages in every article: each holder is examined against the hubs of each, never all against all."""
    rng = Random(7)
    counts = []
    for holders in (1000, 4000):
        sets = [set(range(20)) | {rng.getrandbits(60) for _ in range(20)} for _ in range(holders)]
        pairs, found = find(sketches_of(sets), Params(containment=0.3, max_bucket=64, hubs=8))
        assert 0 < len(pairs) <= 8 * holders
        assert len(found.crowds) <= 20
        counts.append(len(pairs))
    assert counts[1] < 4.1 * counts[0]


@pytest.mark.parametrize("containment", [0.1, 0.3, 0.6])
def test_what_crowds_leave_out_is_counted(containment):
    params = Params(containment=containment, max_bucket=20, hubs=3)
    for seed in range(6):
        sets = random_sets(seed, count=150)
        pairs, found = find(sketches_of(sets, seed), params)
        wanted = wanted_pairs(sketches_of(sets, seed), params, hubs=len(sets))  # as if all were hubs
        assert pairs < wanted
        holders = {f: {n for n, s in enumerate(sets) if f in s} for s in sets for f in s}
        for x, y in wanted - pairs:  # only pairs that a crowd brought together are left out
            assert any(len(holders[f]) > 20 for f in sets[x] & sets[y])
        assert len(wanted - pairs) <= sum(crowd.left_out for crowd in found.crowds)
        for crowd in found.crowds:
            assert crowd.versions == len(holders[crowd.fingerprint]) > 20
            assert max(crowd.examined, crowd.left_out) <= math.comb(crowd.versions, 2)


def test_one_article_that_probes_a_crowd_of_others_is_counted():
    """A stock passage alone against 300 long articles that hold it: those skip it as too common, it cannot."""
    sets = [{1, 2, 3}] + [{1, 2, 3} | {1000 * n + i for i in range(57)} for n in range(1, 301)]
    params = Params(containment=0.3, max_bucket=100, hubs=4)
    pairs, found = find(sketches_of(sets), params)
    wanted = wanted_pairs(sketches_of(sets), params, hubs=301)
    assert len(wanted) == 300
    assert len(wanted - pairs) <= sum(crowd.left_out for crowd in found.crowds)


# ------------------------------------------------------------------------------------------------------------- bands


@pytest.mark.parametrize("resemblance", [0.3, 0.5, 0.8, 1.0])
def test_bands_by_brute_force(resemblance):
    params = Params(containment=None, resemblance=resemblance)
    sketches = distinct(sketch(list(make.corpus(2).values()), params, signatures=True))
    pairs, found = find(sketches, params)
    keys = [set(row) for row in bands(sketches.signatures, *choose_bands(resemblance)).tolist()]
    assert pairs == {(x, y) for x, y in combinations(range(len(keys)), 2) if keys[x] & keys[y]}
    assert found.crowds == []


@pytest.mark.parametrize(("resemblance", "recall"), [(0.5, 0.95), (0.8, 0.95), (0.8, 0.6)])
def test_bands_keep_their_promise_at_the_threshold(resemblance, recall):
    """400 pairs of that resemblance: the share found is the promised one, but for three standard deviations."""
    shared = {0.5: 100, 0.8: 120}[resemblance]
    own = round(shared * (1 / resemblance - 1) / 2)
    rng = Random(8)
    texts = []
    for _ in range(400):
        beginning = make.article(rng, shared + 4)
        texts += [f"{beginning} {make.article(rng, own)}" for _ in range(2)]
    for one, other in zip(texts[:20:2], texts[1:20:2], strict=True):
        assert oracle.resemblance(*map(oracle.shingles, (one, other))) == pytest.approx(resemblance, abs=0.02)
    params = Params(containment=None, resemblance=resemblance, band_recall=recall)
    pairs, _ = find(sketch(texts, params, signatures=True), params)
    found = sum((n, n + 1) in pairs for n in range(0, 800, 2)) / 400
    promised = oracle.band_recall(resemblance, *choose_bands(resemblance, 128, recall))
    assert promised >= recall
    deviation = math.sqrt(promised * (1 - promised) / 400)
    assert promised - 3 * deviation <= found <= promised + 3 * deviation


def test_band_crowds_are_bounded():
    texts = [make.article(Random(n), 30) + " " + make.article(Random(-1), 200) for n in range(300)]
    params = Params(containment=None, resemblance=0.5, max_bucket=50, hubs=4)
    count, _ = choose_bands(0.5)
    pairs, found = find(sketch(texts, params, signatures=True), params)
    assert found.crowds
    assert all(crowd.versions > 50 for crowd in found.crowds)
    assert len(pairs) <= 300 * (4 + 50) * count
    assert len(pairs) + sum(crowd.left_out for crowd in found.crowds) >= math.comb(300, 2) * 0.99
