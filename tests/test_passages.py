"""Copied passages: greedy string tiling against the naive oracle, and their spans in texts."""

import random
from itertools import islice

import numpy as np
import oracle
import pytest
from invented import RESPELLINGS, SYLLABLES, article
from oracle import TILE

from dedup import Params, compare, kernels, lexicon, tokenize
from dedup.corpus import passages
from dedup.kernels import tile_spans
from dedup.models import Passage


def hashes(symbols):
    """Small numbers as well-spread hashes, the same for the same number."""
    return np.array([oracle_mix(s) for s in symbols], np.uint64)


def oracle_mix(x):
    x = (x + 1) * 0x9E3779B97F4A7C15 % 2**64
    return (x ^ x >> 29) * 0xBF58476D1CE4E5B9 % 2**64


def tile(a, b):
    found = tile_spans(hashes(a), hashes(b))
    assert found.dtype == np.int64
    assert found.shape[1] == 3
    return [tuple(row) for row in found.tolist()]


def mixture(rng, alphabet, longest):
    """Symbols with many repeats: random ones, runs of one, copies of a former stretch."""
    result = []
    while len(result) < longest:
        kind = rng.random()
        if kind < 0.5 or not result:
            result += rng.choices(range(alphabet), k=rng.randint(1, 12))
        elif kind < 0.7:
            result += [rng.randrange(alphabet)] * rng.randint(1, 20)
        else:
            start = rng.randrange(len(result))
            result += result[start : start + rng.randint(1, 24)]
    return result[:longest]


@pytest.mark.parametrize("alphabet", range(1, 7))
def test_random_sequences_equal_the_oracle(alphabet):
    rng = random.Random(alphabet)
    for _ in range(700):
        a = mixture(rng, alphabet, rng.randint(0, 60))
        b = mixture(rng, alphabet, rng.randint(0, 60))
        if rng.random() < 0.4 and a:
            start, at = rng.randrange(len(a)), rng.randint(0, len(b))
            b = (b[:at] + a[start : start + 30] + b[at:])[:60]
        assert tile(a, b) == oracle.tile(a, b), (a, b)


@pytest.mark.parametrize("alphabet", [2, 3, 1000])
def test_longer_sequences_equal_the_oracle(alphabet):
    rng = random.Random(100 + alphabet)
    for _ in range(12):
        a, b = mixture(rng, alphabet, 250), mixture(rng, alphabet, 200)
        b[50:50] = a[20 : 20 + rng.randint(0, 90)]
        b[10:10] = a[150 : 150 + rng.randint(0, 40)]
        assert tile(a, b) == oracle.tile(a, b)


def test_every_pair_of_short_sequences_of_two_symbols():
    """All of 8 to 10 syllables: the border of what a passage is."""
    rng = random.Random(9)
    every = [[i >> bit & 1 for bit in range(length)] for length in (8, 9, 10) for i in range(2**length)]
    for _ in range(3000):
        a, b = rng.choice(every), rng.choice(every)
        b = a[:] if rng.random() < 0.3 else b
        assert tile(a, b) == oracle.tile(a, b)


def test_the_shortest_passage():
    assert TILE == kernels._TILE == 8
    assert tile(range(8), range(8)) == [(0, 0, 8)]
    assert tile(range(7), range(7)) == []
    assert tile([], []) == tile([], range(9)) == tile(range(9), []) == []
    assert tile(range(8), [9, *range(8), 9]) == [(0, 1, 8)]


def test_ties_go_to_the_smaller_start():
    run = list(range(8))
    assert tile([*run, 90, *run], [91, *run]) == [(0, 1, 8)]
    assert tile([*run, 90], [*run, 91, *run]) == [(0, 0, 8)]
    assert tile([*run, 90, *run], [*run, 91, *run]) == [(0, 0, 8), (9, 9, 8)]


def test_ties_among_many_runs():
    """Of nine syllables in a row, b has the first eight and the last eight apart: the first eight win.

    Before them a has other runs twice that b has once, behind them, so that these are used up.
    """
    other = iter(range(10**6, 10**7))
    once = [list(islice(other, 8)) for _ in range(200)]
    a = [x for run in once for x in (*run, next(other), *run, next(other))]
    b = []
    expected = [(18 * t, 3600 + 9 * t, 8) for t in range(200)]
    for nine in range(0, 1800, 9):
        expected.append((len(a), len(b) + 9, 8))
        a += [*range(nine, nine + 9), next(other)]
        b += [*range(nine + 1, nine + 9), next(other), *range(nine, nine + 8), next(other)]
    b += [x for run in once for x in (*run, next(other))]
    assert tile(a, b) == expected


def test_the_longest_is_taken_first():
    a = list(range(30))
    b = [*range(10), 90, *range(5, 20), 91]
    assert tile(a, b) == [(5, 11, 15)]
    assert tile(a, [*range(8), 90, *range(8, 20)]) == [(8, 9, 12), (0, 0, 8)]


@pytest.mark.parametrize("noise", [0, 1])
def test_repeated_input_is_linear(noise):
    """200,000 times one syllable: a quadratic kernel would need hours, so ending is the test."""
    a, b = np.zeros(200_000, np.uint64) + 7, np.zeros(150_000, np.uint64) + 7
    if noise:
        a[1000::1001] = np.arange(len(a[1000::1001])) + 100
    found = tile_spans(a, b)
    if noise:
        assert len(found) == 150
        assert (found[:-1, 2] == 1000).all()
        assert found[:, 2].sum() == 149 * 1000 + 1000
    else:
        assert found.tolist() == [[0, 0, 150_000]]


def test_repeated_phrases_are_linear():
    rng = random.Random(3)
    phrase = [rng.randrange(10**9) for _ in range(50)]
    a, b = np.array(phrase * 2000, np.uint64), np.array(phrase[25:] + phrase * 1500, np.uint64)
    assert tile_spans(a, b).tolist() == [[25, 0, 75_025]]


# ------------------------------------------------------------------------------------------------------------- texts


def mixed_texts(seed):
    """Two texts that share some sentences, in another order, with an alias, and one of them spelled differently."""
    rng = random.Random(seed)
    common = [" ".join(rng.choices(SYLLABLES, k=rng.randint(5, 40))) for _ in range(6)]
    common[0] += " Hoa Kỳ tới Thành phố Hồ Chí Minh " + common[1]
    texts = []
    for respell in (str, RESPELLINGS[rng.choice(sorted(RESPELLINGS))]):
        own = [" ".join(rng.choices(SYLLABLES, k=rng.randint(1, 40))) for _ in range(4)]
        parts = [*rng.sample(common, rng.randint(2, 6)), *own]
        rng.shuffle(parts)
        texts.append(respell(". ".join(parts).replace("Hoa Kỳ", rng.choice(["Mỹ", "Hoa Kỳ"]))))
    return texts


@pytest.mark.parametrize("seed", range(40))
def test_passages_of_texts_equal_the_oracle(seed):
    a, b = mixed_texts(seed)
    one, two = (oracle.rewrite(oracle.tokens(text), lexicon.aliases()) for text in (a, b))
    tiles = oracle.tile([t.key for t in one], [t.key for t in two])
    expected = [
        Passage(one[i].start, one[i + n - 1].end, two[j].start, two[j + n - 1].end, n) for i, j, n in sorted(tiles)
    ]
    assert passages(a, b, Params()) == compare(a, b).passages == expected
    assert compare(a, b).longest_passage == max((p.syllables for p in expected), default=0)


@pytest.mark.parametrize("seed", range(40, 60))
def test_passages_hold_the_same_syllables_and_never_overlap(seed):
    a, b = mixed_texts(seed)
    found = compare(a, b).passages
    for p in found:
        one, two = oracle.canonical(a[p.a_start : p.a_end], lexicon.aliases()), b[p.b_start : p.b_end]
        assert one == oracle.canonical(two, lexicon.aliases())
        assert len(one) == p.syllables >= 8
    for start, end in (("a_start", "a_end"), ("b_start", "b_end")):
        stretches = sorted((getattr(p, start), getattr(p, end)) for p in found)
        assert sum(stretches, ()) == tuple(sorted(sum(stretches, ())))
    assert found == sorted(found, key=lambda p: p.a_start)


@pytest.mark.parametrize("seed", range(60, 80))
def test_figures_are_symmetric(seed):
    a, b = mixed_texts(seed)
    one, two = compare(a, b), compare(b, a)
    assert (one.resemblance, one.shared) == (two.resemblance, two.shared)
    assert (one.size_a, one.size_b) == (two.size_b, two.size_a)
    assert (one.a_in_b, one.b_in_a, one.longest_passage) == (two.b_in_a, two.a_in_b, two.longest_passage)
    assert (one.relation, one.is_certain) == (two.relation, two.is_certain)
    assert sum(p.syllables for p in one.passages) > 0 or one.longest_passage == 0


def test_a_text_with_itself_is_one_passage():
    for length in (8, 9, 40, 500, 5000):
        text = article(length, length)
        assert compare(text, text).passages == [Passage(0, len(text.rstrip(".")), 0, len(text.rstrip(".")), length)]
    assert compare("mưa " * 7, "mưa " * 7).passages == []
    assert compare("", "").passages == compare("Mưa.", "").passages == []


def test_a_passage_begins_and_ends_with_whole_aliases():
    a = "Đoàn Thành phố Hồ Chí Minh đi chợ nổi mua cá và gạo"
    b = "Sáng nay TP.HCM đi chợ nổi mua cá và gạo nhé"
    (p,) = compare(a, b).passages
    assert a[p.a_start : p.a_end] == a[5:]
    assert b[p.b_start : p.b_end] == "TP.HCM đi chợ nổi mua cá và gạo"
    assert p.syllables == 9
    assert len(tokenize(b[p.b_start : p.b_end])) == 9
