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
from dedup.profiles import no_headlines
from dedup.sketch import permutations
from dedup.text import pack, spans, tables

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


def sketched(texts, slots):
    """All that `sketches` returns of texts where so few syllables are remembered, from one call to the next."""
    memo = np.zeros((slots, 4), np.uint64)
    buf, offsets = pack([text.encode("utf-8", "surrogatepass") for text in texts])
    slopes, shifts = permutations(4)
    given = (buf, offsets, np.zeros(len(texts), np.uint64), tables(PARAMS), memo)
    rest = (5, 20, slopes, shifts, True, *no_headlines(PARAMS))
    calls = [kernels.sketches(*given, *rest)[:2] for _ in "12"]
    return [[array.tolist() for part in call for array in part] for call in calls]


@LAW
@given(PAGES)
@example(["anh Anh ANH ảnh ánh ANH anh " * 9, "a" * 7 + " " + "a" * 8 + " " + "a" * 15 + " " + "a" * 16 + " a" * 20])
@example(["ho\u0300a h\u00f2a ho\u0300a. HO\u0300A, h\u200b\u00f2a " * 4, "1.340 1,5 1.34, 11,8. " * 4, "京 đô "])
def test_what_is_remembered_changes_nothing(texts):
    """However many syllables share a place, and whatever earlier texts left there."""
    fresh, again = sketched(texts, kernels.MEMO)
    assert fresh == again
    assert [fresh, fresh] == sketched(texts, 2) == sketched(texts, 8)
    hashes = [spans(text)[0].tolist() for text in texts]
    assert [kept for kept, _ in fresh[4]] == [len(syllables) for syllables in hashes]


@LAW
@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9) | st.just(2**64 // 20), min_size=1, max_size=70),
       st.integers(1, 40), st.sampled_from([1, 8, 2**64 // 20, 2**64 - 1]))  # fmt: skip
@example([5] * 20, 20, 1)
@example(list(range(20, 0, -1)), 20, 1)
@example(list(range(21)), 20, 1)
@example([1, 1, 2, 2, 1, 1], 2, 1)
def test_selected_are_the_least_of_each_window_and_what_is_below_the_bound(values, window, bound):
    picked, room = np.zeros(len(values) + 1, np.uint64), np.zeros((2, len(values)), np.uint64)
    count = kernels._winnow(np.array(values, np.uint64), len(values), window, np.uint64(bound), (*room,), picked)
    windows = [values[i : i + window] for i in range(max(1, len(values) - window + 1))]
    assert set(picked[:count].tolist()) == {min(window) for window in windows} | {x for x in values if x < bound}


BYTES = st.sampled_from(
    [b"a", b"\x80", b"\xbf", b"\xc0", b"\xc1", b"\xc2", b"\xdf", b"\xe0", b"\x9f", b"\xa0", b"\xed", b"\xef", b"\xf0",
     b"\x8f", b"\x90", b"\xf4", b"\xf5", b"\xff", "ờ".encode(), "é".encode(), "😀".encode(), b" xin " * 20]
)  # fmt: skip


@LAW
@given(st.lists(st.lists(BYTES, max_size=6).map(b"".join), min_size=1, max_size=4), st.lists(BYTES, max_size=2))
@example(["ờ".encode()[:1], "ờ".encode()[1:]], [])
@example([b"a", b""], ["ờ".encode()[1:]])
@example(["ờ".encode() * 40 + b"\xe1\xbb"], [b"\x9d"])
def test_what_is_utf8(texts, more):
    def is_valid(text):
        try:
            return bool(text.decode()) or True
        except UnicodeDecodeError:
            return False

    buf, offsets = pack(more[:1] + texts + more[1:])
    first = len(more[:1])
    inner = offsets[first : first + len(texts) + 1]
    assert kernels.are_utf8(buf, inner) == all(map(is_valid, texts))


@pytest.mark.parametrize("offsets", [[-1, 2], [0, 3], [0, 2, 1], [2, 1, 2]])
def test_no_offsets_of_texts(offsets):
    assert not kernels.are_utf8(np.frombuffer(b"ab", np.uint8), np.array(offsets))


def survey(keys, lo, about, ends, counts):
    return kernels.survey_units(counts, np.array(keys, np.uint64), lo, about, np.array(ends)).tolist()


def test_units_that_many_texts_hold_are_among_the_likely():
    rng = random.Random(3)
    often = [rng.getrandbits(64) for _ in range(4)]
    keys = [rng.choice(often) if rng.random() < 0.3 else rng.getrandbits(64) for _ in range(2000)]
    ends = sorted([rng.randrange(2000) for _ in range(99)] + [2000])
    lo, about, counts = np.arange(2000, dtype=np.int32), np.arange(2000).astype(np.uint8), np.zeros(1 << 12, np.uint8)
    sums = survey(keys, lo, about, ends, counts)
    places = kernels.find_likely(counts, np.array(keys, np.uint64), 20).tolist()
    wanted = [u for u, key in enumerate(keys) if keys.count(key) >= 20]
    assert set(wanted) <= set(places)
    assert places == sorted(places)
    assert len(places) < len(wanted) + 200
    alone = survey(keys[:9], lo, about, [4, 4, 9], counts)
    assert alone[1:] == [0, *survey(keys[4:9], lo[4:], about[4:], [5], counts)]
    assert len({*sums}) == len({0, *ends})
    survey(often[:1] * 999, lo, about, [999], counts)
    assert counts.max() == 255


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
