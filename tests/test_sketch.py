"""Fingerprints against the oracle, their guarantee; signatures against datasketch; bands and what they promise."""

import math
import operator
import random

import datasketch
import numpy as np
import oracle
import pytest
from invented import SYLLABLES, article

import dedup
from dedup import (
    ArticleError,
    ParamError,
    Params,
    bands,
    choose_bands,
    fingerprints,
    kernels,
    minhash,
    shingles,
    signature,
)
from dedup.sketch import Sketches, permutations, sketch
from dedup.text import spans

M64 = 2**64 - 1
ROLL = int(kernels._ROLL)
LINE = article(20, 300).replace("\n", " ")
TEXTS = ["", "…", "Mưa.", "Mưa lớn ở Hà Lâm hôm nay", LINE[:300], LINE,
         article(21, 64), article(22, 68), article(23, 69), article(24, 900), "mưa " * 500,
         (LINE[:200] + " ") * 30, f"{article(25, 90)}\nQuảng cáo\n{article(26, 22)}",
         "\nQuảng cáo\n".join(article(30 + i, 30 + i) for i in range(12)), "Chia sẻ\nTheo VOV"]  # fmt: skip


def mix(x):
    for factor in (int(kernels._M1), int(kernels._M2)):
        x = (x ^ x >> 33) * factor & M64
    return x ^ x >> 33


def shingle_hashes(text, params):
    """The hashes of shingles in order, as the design has them: a polynomial over each k syllables."""
    hashes = spans(text, params)[0].tolist()
    k = params.k
    if len(hashes) >= k:
        powers = [pow(ROLL, k - 1 - i, 2**64) for i in range(k)]
        windows = [hashes[i : i + k] for i in range(len(hashes) - k + 1)]
        return [mix(sum(map(operator.mul, window, powers)) & M64) for window in windows]
    h = len(hashes)
    for s in hashes:
        h = mix((h * ROLL + s) & M64)
    return [h] if hashes else []


# ------------------------------------------------------------------------------------------------------ fingerprints


@pytest.mark.parametrize(
    "params",
    [Params(), Params(k=3), Params(k=1, min_passage=4), Params(k=8, min_passage=8), Params(min_passage=60),
     Params(k=32, min_passage=40), Params(aliases=False)],
)  # fmt: skip
def test_fingerprints_equal_the_oracle(params):
    window = params.min_passage - params.k + 1
    bound = oracle.BOUND if window >= 20 else M64 // window
    for text in TEXTS:
        hashes = shingle_hashes(text, params)
        assert shingles(text, params.k).tolist() == sorted(set(hashes)) or not params.aliases
        expected = oracle.select(hashes, window, bound)
        assert sketch([text], params).fingerprints.tolist() == expected
        if params == Params():
            assert fingerprints(text).tolist() == expected


def test_fingerprints_of_many_articles_equal_the_oracle():
    texts = [article(500 + i, 40 + 11 * i) for i in range(60)]
    sketches = sketch(texts)
    starts = sketches.starts
    for i, text in enumerate(texts):
        found = sketches.fingerprints[starts[i] : starts[i + 1]].tolist()
        assert found == oracle.select(shingle_hashes(text, Params()))
    density = np.diff(starts)[-1] / len(shingles(texts[-1]))
    assert 0.1 < density < 0.18


@pytest.mark.parametrize(("k", "min_passage"), [(5, 24), (5, 30), (3, 10), (8, 8), (1, 24), (20, 24)])
def test_a_common_run_gives_a_common_fingerprint(k, min_passage):
    rng = random.Random(k * 100 + min_passage)
    params = Params(k=k, min_passage=min_passage)

    def filler(longest):
        return rng.choices(SYLLABLES, k=rng.choice([0, rng.randint(0, 20), rng.randint(0, longest)]))

    texts = []
    for _ in range(600):
        run = rng.choices(SYLLABLES, k=min_passage)
        texts += [" ".join([*filler(300), *run, *filler(300)]), " ".join([*filler(300), *run, *filler(90)]).upper()]
    sketches = sketch(texts, params)
    starts, values = sketches.starts, sketches.fingerprints
    for i in range(0, len(texts), 2):
        assert np.intersect1d(values[starts[i] : starts[i + 1]], values[starts[i + 1] : starts[i + 2]]).size, i


# --------------------------------------------------------------------------------------------- signatures, datasketch


@pytest.mark.parametrize("num_perm", [2, 3, 16, 128, 256, 1000])
def test_signatures_are_those_of_datasketch(num_perm):
    for text in TEXTS:
        expected = datasketch.MinHash(num_perm, hashfunc=lambda x: x, scheme="affine32")
        expected.update_batch([int(x) & 0xFFFFFFFF for x in shingles(text)])
        found = signature(text, num_perm)
        assert (found.dtype, found.shape) == (np.dtype(np.uint32), (num_perm,))
        assert found.tolist() == [int(x) for x in expected.hashvalues]
        assert minhash(text, num_perm) == datasketch.MinHash(
            hashvalues=expected.hashvalues, permutations=expected.permutations, seed=1, scheme="affine32"
        )


def test_permutations_are_those_of_datasketch():
    for num_perm in (2, 128, 300):
        expected = datasketch.MinHash(num_perm).permutations
        assert all((a == b).all() for a, b in zip(permutations(num_perm), expected, strict=True))


def test_minhash_grows_like_one_of_datasketch():
    a, b = minhash(TEXTS[4]), minhash(TEXTS[9])
    a.merge(b)
    assert a.hashvalues.tolist() == np.minimum(signature(TEXTS[4]), signature(TEXTS[9])).tolist()
    assert datasketch.MinHash.union(a, b).jaccard(a) == 1.0


def test_minhash_goes_through_the_indexes_of_datasketch():
    texts = [article(700 + i, 200) for i in range(20)]
    changed = {i: text[:700] + text[720:] for i, text in enumerate(texts)}
    lsh, forest = datasketch.MinHashLSH(threshold=0.5, num_perm=128), datasketch.MinHashLSHForest(num_perm=128)
    ensemble = datasketch.MinHashLSHEnsemble(threshold=0.5, num_perm=128, num_part=4)
    for i, text in enumerate(texts):
        lsh.insert(i, datasketch.LeanMinHash(minhash(text)))
        forest.add(i, minhash(text))
    forest.index()
    ensemble.index([(i, minhash(text), len(shingles(text))) for i, text in enumerate(texts)])
    for i, text in changed.items():
        assert lsh.query(minhash(text)) == [i]
        assert forest.query(minhash(text), 1) == [i]
        assert list(ensemble.query(minhash(text), len(shingles(text)))) == [i]
        estimate = minhash(text).jaccard(minhash(texts[i]))
        assert abs(estimate - dedup.compare(text, texts[i]).resemblance) < 0.2


def test_the_signature_of_a_union_is_the_least_of_both():
    for i in range(20):
        a, b = article(800 + i, 60 + i), article(900 + i, 100)
        both = f"{a} {b}"
        across = " ".join([*a.split()[-4:], *b.split()[:4]])
        assert set(shingles(both)) == {*shingles(a), *shingles(b), *shingles(across)}
        assert signature(both).tolist() == np.min([signature(a), signature(b), signature(across)], 0).tolist()


def test_signatures_estimate_the_resemblance():
    errors = []
    for i in range(40):
        words = article(1000 + i, 400).replace("\n", " ").split()
        a, b = " ".join(words[:300]), " ".join(words[2 * i :])
        exact = oracle.resemblance(set(shingles(a).tolist()), set(shingles(b).tolist()))
        errors.append(float((signature(a, 512) == signature(b, 512)).mean()) - exact)
    assert abs(np.mean(errors)) < 0.015
    assert max(map(abs, errors)) < 4.5 * 0.5 / math.sqrt(512)


@pytest.mark.parametrize("num_perm", [0, 1, -1, 4097, 2.5, "8", None])
@pytest.mark.parametrize("function", [signature, minhash])
def test_num_perm_out_of_range(function, num_perm):
    with pytest.raises(ParamError, match=r"num_perm=.*need an integer, 2 <= num_perm <= 4096"):
        function("Mưa lớn.", num_perm)


# ------------------------------------------------------------------------------------------------------------- bands


def test_bands_of_one_and_of_many():
    matrix = np.array([signature(text) for text in TEXTS])
    keys = bands(matrix, 16, 8)
    assert (keys.shape, keys.dtype) == ((len(TEXTS), 16), np.dtype(np.uint64))
    assert all((bands(row, 16, 8) == key).all() for row, key in zip(matrix, keys, strict=True))
    assert bands(matrix[:0], 16, 8).shape == (0, 16)
    assert bands(matrix[0], 1, 128).shape == (1,)


def test_equal_slices_give_equal_keys_and_no_others():
    values = np.random.default_rng(1).integers(0, 3, (300, 12)).astype(np.uint32)
    keys = bands(values, 4, 3)
    seen = {}
    for row, key in zip(values.tolist(), keys.tolist(), strict=True):
        for i in range(4):
            piece = (i, tuple(row[3 * i : 3 * i + 3]))
            assert seen.setdefault(piece, key[i]) == key[i]
    assert len(set(seen.values())) == len(seen)  # nor between bands


@pytest.mark.parametrize(
    ("count", "rows", "message"),
    [(1, 0, r"rows=0: need 1 <= rows <= num_perm \(128\)"), (1, 129, "rows=129: need 1 <= rows"),
     (0, 8, "bands=0, rows=8"),
     (17, 8, r"bands=17, rows=8: need .* bands \* rows <= num_perm \(128\)"), (-1, -1, "rows=-1: need")],
)  # fmt: skip
def test_bands_out_of_range(count, rows, message):
    with pytest.raises(ParamError, match=message):
        bands(signature("Mưa."), count, rows)


@pytest.mark.parametrize("num_perm", [16, 128, 256])
@pytest.mark.parametrize("recall", [0.5, 0.95, 0.999])
def test_choose_bands_keeps_its_promise_with_most_rows(num_perm, recall):
    for r in np.arange(0.4, 1.0, 0.01).tolist():
        count, rows = choose_bands(r, num_perm, recall)
        assert count * rows <= num_perm
        assert oracle.band_recall(r, count, rows) >= recall - 1e-12
        assert count == 1 or oracle.band_recall(r, count - 1, rows) < recall
        assert all(oracle.band_recall(r, num_perm // more, more) < recall for more in range(rows + 1, num_perm + 1))


@pytest.mark.parametrize(
    ("r", "num_perm"), [(0.7, 4096), (0.4, 1024), (0.05, 256), (0.05, 128), (0.9, 4096), (0.99, 4096), (1.0, 128)]
)
def test_choose_bands_with_powers_that_vanish(r, num_perm):
    count, rows = choose_bands(r, num_perm)
    assert count * rows <= num_perm
    assert oracle.band_recall(r, count, rows) >= 0.95


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0.0,), "resemblance=0.0: need"), ((1.1,), "resemblance=1.1: need"), ((-1,), "resemblance=-1: need"),
     ((math.nan,), "resemblance=nan: need"), ((0.5, 128, 0.0), "recall=0.0: need"),
     ((0.5, 128, 1.0), "recall=1.0: need"), ((0.5, 1), "no bands of num_perm=1 "),
     ((0.001,), "no bands of num_perm=128 "), ((0.02,), "raise num_perm or use")],
)  # fmt: skip
def test_choose_bands_out_of_range(arguments, message):
    with pytest.raises(ParamError, match=message):
        choose_bands(*arguments)


@pytest.mark.parametrize("r", [0.5, 0.7, 0.9])
def test_recall_of_bands_at_the_threshold(r):
    """Pairs of random sets of exactly that resemblance: as many meet as the formula says, within 4.5 deviations."""
    rng, trials, size = np.random.default_rng(7), 1500, 100
    count, rows = choose_bands(r)
    slopes, shifts = permutations(128)
    found = 0
    for _ in range(trials):
        hashes = rng.integers(0, 2**64, size, dtype=np.uint64)
        common, rest = hashes[: round(r * size)], hashes[round(r * size) :]
        sides = [np.concatenate([common, half]) for half in np.array_split(rest, 2)]
        x, y = (bands(_least(side, slopes, shifts), count, rows) for side in sides)
        found += bool((x == y).any())
    expected = oracle.band_recall(r, count, rows)
    assert abs(found / trials - expected) < 4.5 * math.sqrt(expected * (1 - expected) / trials)


def _least(hashes, slopes, shifts):
    x = (hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        x = (x ^ x >> np.uint32(shift)) * np.uint32(factor)
    return (x[:, None] * slopes + shifts).min(axis=0)


# ---------------------------------------------------------------------------------------------------------- sketches


def assert_equal(a, b):
    for name in ("fingerprints", "ends", "versions", "syllables", "signatures"):
        one, two = getattr(a, name), getattr(b, name)
        assert (one.dtype, one.shape) == (two.dtype, two.shape), name
        assert (one == two).all(), name


def test_sketches_of_many_are_those_of_each():
    texts = [*TEXTS, *(article(1100 + i, 30 + i) for i in range(3000))]
    together = sketch(texts, Params(threads=1), signatures=True)
    assert_equal(together, sketch(texts, Params(threads=2), signatures=True))
    assert_equal(together, sketch(texts, Params(threads=7), signatures=True))
    some = range(0, len(texts), 37)
    alone = Sketches.join([sketch([texts[i]], signatures=True) for i in some])
    assert_equal(together.take(np.array(some)), alone)


def test_joining_and_taking():
    whole = sketch(TEXTS, signatures=True)
    parts = [sketch(TEXTS[:4], signatures=True), sketch([], signatures=True), sketch(TEXTS[4:], signatures=True)]
    assert_equal(Sketches.join(parts, 128), whole)
    assert_equal(whole.take(np.arange(len(whole))), whole)
    order = np.array([9, 0, 5, 5, 2])
    assert_equal(whole.take(order), sketch([TEXTS[i] for i in order], signatures=True))
    assert len(whole.take(order[:0])) == len(Sketches.join([], 16)) == len(sketch([])) == 0
    assert Sketches.join([], 16).signatures.shape == (0, 16)


def test_versions_are_equal_for_copies_alone():
    texts = [article(1, 100), article(1, 100).upper() + "\n…", article(1, 101), "a b", "b a"]
    texts += ["Mưa\nQuảng cáo\nGió", "Mưa Gió"]
    versions = [tuple(v) for v in sketch(texts).versions.tolist()]
    assert versions[0] == versions[1]
    assert versions[5] == versions[6]
    assert len(set(versions)) == 5
    assert sketch(texts).syllables.tolist() == [[100, 0], [100, 0], [101, 0], [2, 0], [2, 0], [2, 2], [2, 0]]


@pytest.mark.parametrize("texts", [["a", None], [b"a"], [1]])
def test_sketches_of_what_is_no_text(texts):
    with pytest.raises(ArticleError, match="texts: need a sequence of strings"):
        sketch(texts)
