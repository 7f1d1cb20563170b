"""Candidates in an index: the pair rule as each version arrives, by brute force, and never less than a scan's."""

import math
from collections import Counter
from random import Random

import numpy as np
import pytest
from test_index import CRITERIA, find, hubs_of, random_sets, rule, sets_of, sketches_of

from dedup.api.index.probing import probe
from dedup.models import Params
from dedup.store import Lists, Version, open_store, runs

LIMITS = [
    {"max_bucket": 10**6}, {"max_bucket": 25, "hubs": 3}, {"max_bucket": 7, "hubs": 1}, {"max_bucket": 4, "hubs": 4},
]  # fmt: skip


@pytest.fixture(autouse=True)
def small_runs(monkeypatch):
    monkeypatch.setattr(runs, "SMALL", 16)
    monkeypatch.setattr(runs, "FAN", 3)


def some_sketches(seed, count=120):
    sets, rng = random_sets(seed, count), Random(seed)
    selected = [rng.randint(1, len(s)) if s and rng.random() < 0.5 else len(s) for s in sets]
    return sketches_of(sets, seed, selected)


def versions_of(sketches, first):
    """The versions as an index keeps them, numbered from `first`."""
    starts, flat = sketches.starts.tolist(), sketches.fingerprints
    return [
        Version(n, sketches.versions[at].tobytes(), int(sketches.selected[at]), flat[starts[at] : starts[at + 1]], n)
        for at, n in enumerate(range(first, first + len(sketches)))
    ]


def in_batches(sketches, params, size):
    """(pairs of places, the earlier first; which met a crowd) of versions that come in so many at a time."""
    store, pairs, met = open_store(":memory:", {}), [], []
    for lo in range(0, len(sketches), size):
        new = sketches.take(np.arange(lo, min(lo + size, len(sketches))))
        with store.writing(1) as ledger:
            found = probe(ledger, new, params)
            ledger.insert([], versions_of(new, lo + 1))
            ledger.connection.execute("UPDATE state SET last = ?1, given = ?1", (lo + len(new),))
            ledger.refresh()
        store.tidy(1)
        number = np.where(found.number < 0, lo - 1 - found.number, found.number - 1)
        pairs += zip(number.tolist(), (lo + found.new).tolist(), strict=True)
        met += found.meets_crowd.tolist()
    assert len(pairs) == len(set(pairs))
    store.close()
    return set(pairs), met


def wanted(sketches, params):
    """The same by brute force."""
    sets, selected = sets_of(sketches), sketches.selected.tolist()
    enough, few = rule(params), math.isqrt(params.max_bucket)
    held, pairs, met = Counter(), set(), []
    for x, mine in enumerate(sets):
        held.update(mine)
        met.append(any(held[key] > params.max_bucket for key in mine))
        hubs = {key: hubs_of(sketches, [n for n in range(x + 1) if key in sets[n]], params.hubs) for key in mine}
        for y in range(x):
            shared = mine & sets[y]
            counted = {key for key in shared if held[key] <= params.max_bucket}
            keep_all = all(len(sets[n]) > selected[n] for n in (x, y))
            fewer = min(len(sets[n]) if keep_all else selected[n] for n in (x, y))
            is_common = all(held[key] > few for key in counted)
            may_be_hub = any(held[key] <= few or x in hubs[key] or y in hubs[key] for key in shared)
            if len(counted) >= enough(fewer, is_common) or (may_be_hub and len(shared) >= enough(fewer, False)):
                pairs.add((y, x))
    return pairs, met


@pytest.mark.parametrize("criteria", CRITERIA, ids=str)
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_as_each_arrives_by_brute_force(criteria, limits):
    params = Params(**criteria, **limits, threads=1)
    for seed in range(2):
        sketches = some_sketches(seed)
        expected = wanted(sketches, params)
        for size in (1, 7, 50, 1000):
            assert in_batches(sketches, params, size) == expected
        assert find(sketches, params)[0] <= expected[0]


def test_less_is_examined_than_shares_enough():
    """What many hold counts half, and only the hubs of a crowd meet those who share nothing else."""
    params = Params(max_bucket=25, hubs=3)
    sketches = some_sketches(5, 400)
    pairs, met = in_batches(sketches, params, 100)
    sets = sets_of(sketches)
    enough = rule(params)
    sharing = sum(len(x & y) >= enough(min(len(x), len(y)), False) for n, x in enumerate(sets) for y in sets[:n])
    assert find(sketches, params)[0] <= pairs
    assert len(pairs) < sharing / 2
    assert any(met)


@pytest.mark.parametrize("is_whole", [False, True])
def test_who_holds_a_key(is_whole):
    """In runs, of which some slices or all were read, and in the tail."""
    rng = np.random.default_rng(3)
    sketches = some_sketches(3)
    versions, keys = versions_of(sketches, 1), np.append(np.unique(sketches.fingerprints), np.uint64(5))
    store = open_store(":memory:", {})
    for lo in range(0, 120, 25):
        with store.writing(1) as ledger:
            ledger.insert([], versions[lo : lo + 25])
            ledger.connection.execute("UPDATE state SET last = ?1, given = ?1", (lo + 25,))
            ledger.refresh()
            assert len(ledger.view.tail) > 0
        if lo < 100:
            store.tidy(1)
    with store.reading() as snapshot:
        assert snapshot.view.loaded
        assert len(snapshot.view.tail)
        for one in snapshot.view.loaded if is_whole else ():
            one.whole(snapshot.slices)
        _, everyone = snapshot.holders(keys, 10**6, 1)
        for count in (0, 1, 40, 2000):
            who = everyone.take(rng.integers(0, len(everyone.key), count))
            lists = Lists(keys, rng.permutation(len(keys))[:30], np.array([0, 1, 6, 30]))
            who, least = who._replace(key=rng.integers(0, 3, count)), rng.integers(1, 4, count)
            held = snapshot.hold_enough(who, lists, least).tolist()
            for n, number in enumerate(who.everyone.take(who.place).number.tolist()):
                shared = np.isin(lists.of(who.key[n]), versions[number - 1].fingerprints).sum()
                assert held[n] == (shared >= least[n])
    assert any(held)
    assert not all(held)
    store.close()


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_what_does_not_count(limits):
    """The same as if the versions behind a number, or one of them, had never been there."""
    params = Params(**limits, threads=1)
    sketches = some_sketches(7)
    new = sketches.take(np.array([60]))
    without = {60: np.arange(60), 61: np.concatenate([np.arange(60), np.arange(61, 120)])}
    expected = {}
    for case, there in without.items():
        store = open_store(":memory:", {})
        with store.writing(1) as ledger:
            kept = versions_of(sketches, 1)
            ledger.insert([], [kept[n] for n in there])
            ledger.connection.execute("UPDATE state SET last = 120, given = 120")
            ledger.refresh()
            expected[case] = probe(ledger, new, params).number.tolist()
        store.close()
    store = open_store(":memory:", {})
    with store.writing(1) as ledger:
        ledger.insert([], versions_of(sketches, 1))
        ledger.connection.execute("UPDATE state SET last = 120, given = 120")
        ledger.refresh()
        assert probe(ledger, new, params, but=61).number.tolist() == expected[61]
        if params.max_bucket == 10**6:
            assert probe(ledger, new, params, before=61).number.tolist() == expected[60]
    store.close()
