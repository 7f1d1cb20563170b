"""The two ways through the tokenizer give the same syllables, at every border of the fast one; sorting and sets."""

import random
from itertools import product

import numpy as np
import oracle
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from invented import RESPELLINGS, SYLLABLES, article

from dedup import Furniture, Params, kernels
from dedup.corpus import Prepared
from dedup.furniture import group_of
from dedup.text import spans

LAW = settings(max_examples=500, deadline=None, derandomize=True)
PARAMS = Params(threads=1)
VISIBLE = kernels.LETTERS | kernels.DIGITS | kernels.CAPITAL | kernels.PUNCTUATED | kernels.NEW_LINE
VISIBLE |= kernels.SENTENCE_START | kernels.SIGN | kernels.CUT


def assert_same_syllables(texts, params=PARAMS):
    """`spans` reads code point by code point; what is compared and sketched comes from the fast way."""
    ready = Prepared.of(texts, params, Furniture(), [group_of("")] * len(texts))
    assert len(ready.syllable_starts) == len(texts) + 1
    for text, lo, hi in zip(texts, ready.syllable_starts, ready.syllable_starts[1:], strict=False):
        hashes, flags, *_ = spans(text, params)
        assert ready.syllables[lo:hi].tolist() == hashes.tolist(), text[:200]
        assert (ready.flags[lo:hi] & VISIBLE).tolist() == (flags & VISIBLE).tolist(), text[:200]


BORDERS = st.sampled_from(
    [*"a0Ay19/.,:;'\"-\x00\x1f\x7f \n\t", "ờ", "ỳ", "Đ", "đ", "ă\u0323", "\u0301", "\u200b", "\u00ad", "\u00a0",
     "０", "٣", "京", "ก", "한", "ﬁ", "\u2028", "…", "“", "\U0001d400", "\U00020000", "😀", "\ud800", "1.340", "11,8",
     ".340", "qu", "nghiêng", "khuỷu", "abcdefg", "abcdefgh", "abcdefghijklmno", "abcdefghijklmnop", "Hoa Kỳ", "\r\n"]
)  # fmt: skip
PAGES = st.lists(st.lists(BORDERS, max_size=40).map("".join), max_size=4)


@LAW
@given(PAGES)
@example(["1.340", "1.340 ", "x" * 17 + "1.340"])
@example(["a" * 15 + " " + "a" * 16 + " " + "a" * 17 + " a" * 20])
@example(["1\u200b.\u200b340\u200b,5 " + "a " * 20])
def test_both_ways_at_every_border(texts):
    assert_same_syllables(texts)
    assert_same_syllables([" ".join(texts * 3) + " " * 20])


@LAW
@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=5))
def test_both_ways_for_any_text(texts):
    assert_same_syllables([*texts, *texts, "".join(texts) + " " * 17])


TAILS = ["", " ", ".", ",8", ".340", ".34", ".3400", "ờ", "\u0301", "\u200b", "京", "\n", "/", "0"]


@pytest.mark.parametrize("tail", TAILS)
def test_both_ways_for_chunks_of_every_size(tail):
    texts = []
    for size, letter, before in product(range(1, 20), "a1ỳ", ["", " ", "“", "\n", "a ", "1."]):
        text = before + letter * size + tail
        texts += [t + " " * padding for t in (text, f"{text} {text}") for padding in (0, 1, 15, 16, 17, 18, 40)]
    assert_same_syllables(texts)


def test_both_ways_for_more_syllables_than_are_remembered():
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdeghiklmnopq", k=rng.randint(1, 9))) for _ in range(60_000)]
    text = " ".join(words + words[::-1])
    assert_same_syllables([text, text.upper(), article(1, 500)])


@pytest.mark.parametrize("name", RESPELLINGS)
@pytest.mark.parametrize("params", [PARAMS, Params(accents="ignore", aliases=False)], ids=["keep", "ignore"])
def test_both_ways_for_articles(name, params):
    texts = [RESPELLINGS[name](article(i, 50 + 10 * i)) for i in range(20)]
    texts += [RESPELLINGS[name](" ".join(SYLLABLES)) + sign for sign in ("", ".", "\n\n", " 7")]
    assert_same_syllables(texts, params)


def test_what_stands_before_and_behind_an_article_in_the_buffer_plays_no_part():
    starts, ends = ["", ".", "5.", "Hoa", "1", "\u0301", "Hotline: 1\n"], ["340", "Kỳ", "1", ",5 tấn", "y"]
    texts = [a + b for a, b in product(starts, ends)]
    assert_same_syllables(texts)
    assert_same_syllables(texts[::-1])
    for text in texts:
        assert_same_syllables([text])


@LAW
@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 3) | st.just(2**64 - 1), max_size=300))
def test_sorted_sets(values):
    array, out = np.array(values, np.uint64), np.zeros(len(values) + 1, np.uint64)
    kernels._sort_hashes(array, len(array), out)
    assert out[: len(array)].tolist() == sorted(values)
    size = kernels._distinct(out, len(array))
    assert out[:size].tolist() == sorted(set(values))


def test_overlaps_equal_sets():
    rng = random.Random(2)
    sets = [sorted(rng.sample(range(60), rng.randint(0, 40))) for _ in range(30)]
    values = np.array([x for s in sets for x in s], np.uint64)
    starts = np.cumsum([0] + [len(s) for s in sets])
    left, right = (np.array(side) for side in zip(*product(range(30), repeat=2), strict=True))
    found = kernels.overlaps(values, starts, left, right)
    assert found.tolist() == [len({*sets[i]} & {*sets[j]}) for i, j in zip(left, right, strict=True)]


def test_the_oracle_knows_the_same_constants():
    assert oracle.TILE == kernels._TILE
    assert (Params().min_passage - Params().k + 1, 0xCCCCCCCCCCCCCCC) == (oracle.WINDOW, oracle.BOUND)
