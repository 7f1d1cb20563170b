"""The steps of a diff, each against a plain oracle: runs, gaps, alignment, decoding, pieces, known facts; its size."""

import functools
import importlib
import itertools
import random
from datetime import date

import make
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import RESPELLINGS
from newsroom import ALIEN, ARTICLES, CRASH, FLOOD, TRADE

from dedup import DedupError, diff
from dedup.facts import Known, agree, find_facts
from dedup.facts import known as known_facts
from dedup.novelty import find_changes, find_news, prepare
from dedup.novelty.align import Evidence, align, common_runs, gaps, is_in
from dedup.novelty.asides import find_asides
from dedup.novelty.decode import Weights, load_weights, marginals
from dedup.novelty.features import NAMES, TIES, features
from dedup.novelty.pieces import cut, fact_of, kind_of, merge_strange, without

LAW = settings(max_examples=60, deadline=None, derandomize=True)
ALIGN = importlib.import_module("dedup.novelty.align")


def text_of(rng, words="mưa gió bão lũ nắng sông", lines=4):
    """Few words in lines, so that runs repeat."""
    return "\n".join(" ".join(rng.choices(words.split(), k=rng.randint(1, 9))) for _ in range(lines))


def sentences(version):
    return [version.text[version.starts[lo] : version.ends[hi - 1]] for lo, hi in itertools.pairwise(version.edges)]


# ----------------------------------------------------------------------------------------------------------- versions


def test_a_version():
    version = prepare(FLOOD)
    assert len(version) == len(version.starts) == len(version.sentence) == version.edges[-1]
    assert (np.diff(version.edges) > 0).all()
    assert (version.starts < version.ends).all()
    assert (version.ends[:-1] <= version.starts[1:]).all()
    assert (version.weights > 0).all()
    assert len(version.digests) == len(version.edges) - 1
    for mention, (lo, hi) in zip(version.mentions, version.mention_edges, strict=True):
        assert version.starts[lo] < mention.end
        assert version.ends[hi - 1] > mention.start
    for lo in range(0, len(version), 7):
        for hi in range(lo + 1, len(version), 23):
            held = [(m, edge) for m, edge in zip(version.mentions, version.mention_edges, strict=True)
                    if edge[0] < hi and edge[1] > lo]  # fmt: skip
            assert [(m, (first, behind)) for m, first, behind in version.held(lo, hi)] == held


def test_long_sentences_are_cut_and_empty_texts_are_versions():
    version = prepare(" ".join(make.words(random.Random(1), 1000)))
    assert np.diff(version.edges).max() <= 120
    assert version.edges[-1] == 1000
    for text in ("", " \n", "…", "Hotline: 0900 123 456"):
        news = find_news(prepare(text), [prepare(FLOOD), prepare(text)])
        assert news.pieces == ()
        assert find_changes(news, find_news(prepare(FLOOD), [prepare(text)])) == []
    assert find_news(prepare(FLOOD), []).pieces


def test_equal_sentences_have_equal_digests():
    for spelling in ("NFD", "tones moved", "upper case", "invisible characters"):
        version = prepare("Mưa lớn ở Hà Lâm. Gió nhẹ.\n" + RESPELLINGS[spelling]("Mưa lớn ở Hà Lâm."))
        one, two, three = version.digests.tolist()
        assert one == three != two


@pytest.mark.parametrize("spelling", RESPELLINGS)
def test_asides_in_any_spelling(spelling):
    text = "Cầu Trà Nâu thông xe hôm nay. (Ảnh: Lê Hoà)\nXe cộ đông vui. Minh Khuê (Theo Báo Hà Lâm)\nBà con mừng rỡ."
    respelled = RESPELLINGS[spelling](text)
    found = [respelled[lo:hi] for lo, hi in find_asides(respelled)]
    expected = ["(Ảnh: Lê Hoà)", "Minh Khuê (Theo Báo Hà Lâm)", "(Theo Báo Hà Lâm)"]
    if spelling in ("upper case", "lower case", "everything"):  # a by-line is known by its capitals
        expected.remove("Minh Khuê (Theo Báo Hà Lâm)")
    shape = [prepare(text).syllables.tolist() for text in found]
    assert shape == [prepare(text).syllables.tolist() for text in expected]


def test_a_line_in_capitals_has_no_by_line():
    text = "Cầu thông xe.\nMƯA LỚN SUỐT ĐÊM LÀM NGẬP BA TUYẾN PHỐ Ở HÀ LÂM. ĐIỆN BỊ CẮT\nXe cộ đông vui. HÀ LAN"
    assert [text[lo:hi] for lo, hi in find_asides(text)] == ["HÀ LAN"]


# -------------------------------------------------------------------------------------------------- runs, gaps, tables


@LAW
@given(st.integers(0, 10**6))
def test_common_runs(seed):
    rng, lengths = random.Random(seed), (2, 3, 5, 8)
    text, others = text_of(rng), [text_of(rng) for _ in range(rng.randint(1, 2))]
    ours = [line.split() for line in text.split("\n")]
    theirs = [line.split() for other in others for line in other.split("\n")]
    expected = []
    for line in ours:
        best = [0] * len(line)
        for n in lengths:
            runs = {tuple(x[i : i + n]) for x in theirs for i in range(len(x) - n + 1)}
            for i in range(len(line) - n + 1):
                if tuple(line[i : i + n]) in runs:
                    best[i : i + n] = [n] * n
        expected += best
    assert common_runs(prepare(text), Evidence([prepare(other) for other in others]), lengths).tolist() == expected


@LAW
@given(st.lists(st.integers(0, 5), max_size=14), st.lists(st.integers(0, 5), max_size=14), st.integers(0, 3))
def test_gaps(ours, theirs, least):
    @functools.cache
    def longest(i, j):
        if i == len(ours) or j == len(theirs):
            return 0
        both = 1 + longest(i + 1, j + 1) if ours[i] == theirs[j] else 0
        return max(both, longest(i + 1, j), longest(i, j + 1))

    pairs = ALIGN._subsequence(ours, theirs)
    assert len(pairs) == longest(0, 0)
    assert all(ours[i] == theirs[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in itertools.pairwise(pairs))
    weights = [value + 1 for value in ours]
    found = gaps(ours, theirs, weights, least)
    kept = [p for p in pairs if not any(g.lo <= p[0] < g.hi for g in found)]
    for g in found:
        assert (g.lo, g.other_lo) <= (g.hi, g.other_hi) != (g.lo, g.other_lo)
    own = sorted([*(i for g in found for i in range(g.lo, g.hi)), *(i for i, _ in kept)])
    other = sorted([*(j for g in found for j in range(g.other_lo, g.other_hi)), *(j for _, j in kept)])
    assert (own, other) == (list(range(len(ours))), list(range(len(theirs))))
    run = 0
    for n, (i, j) in enumerate(kept):
        run += weights[i]
        if n + 1 == len(kept) or kept[n + 1] != (i + 1, j + 1):
            assert run >= least
            run = 0
    if least <= 1:
        assert kept == pairs


@LAW
@given(st.lists(st.integers(0, 2**64 - 1), max_size=9), st.sets(st.integers(0, 2**64 - 1), max_size=9), st.data())
def test_is_in(values, table, data):
    values += data.draw(st.lists(st.sampled_from(sorted(table)), max_size=4)) if table else []
    found = is_in(np.array(values, np.uint64), np.array(sorted(table), np.uint64))
    assert found.tolist() == [value in table for value in values]


# ---------------------------------------------------------------------------------------------------------- alignment


@pytest.mark.parametrize("seed", range(20))
def test_alignment_does_not_depend_on_the_order_of_sentences(seed):
    rng = random.Random(seed)
    base = [" ".join(make.words(rng, 12)).capitalize() + "." for _ in range(6)]
    others = [make.edited(rng, rng.choice(base)[:-1], 0.2).capitalize() + "." for _ in range(30)] + base * 2
    version = prepare(" ".join(base))
    result = []
    for _ in range(3):
        rng.shuffle(others)
        other = prepare(" ".join(others))
        found, said = align(version, Evidence([other])), sentences(other)
        chosen = [[said[u] for u in chosen] for chosen in found.chosen]
        result.append((chosen, found.strength.tolist(), found.best.tolist()))
    assert result[0] == result[1] == result[2]
    assert set(result[0][2]) == {1.0}


@pytest.mark.parametrize("block", [1, 50, 10**9])
def test_candidates_are_the_heaviest(block, monkeypatch):
    monkeypatch.setattr(ALIGN, "_BLOCK", block)
    for seed in range(8):
        rng = random.Random(seed)
        version, other = (prepare(text_of(rng, "mưa gió lũ cát sỏi đò xuồng thuyền Hà 12 7", 25)) for _ in range(2))
        evidence = Evidence([other])
        held = [set(other.syllables[lo:hi].tolist()) for lo, hi in itertools.pairwise(other.edges)]
        expected = []
        for s, (lo, hi) in enumerate(itertools.pairwise(version.edges)):
            weight = dict(
                zip(version.syllables[lo:hi].tolist()[::-1], version.weights[lo:hi].tolist()[::-1], strict=True)
            )
            used = {w for w in weight if 0 < sum(w in h for h in held) <= (32 if weight[w] < 96 else 256)}
            scores = [
                (-sum(weight[w] for w in used & h), int(other.digests[u]), u) for u, h in enumerate(held) if used & h
            ]
            expected += [(s, digest) for _, digest, _ in sorted(scores)[:8]]
        rows, others = ALIGN._candidates(version, evidence)
        assert list(zip(rows.tolist(), other.digests[others].tolist(), strict=True)) == expected


def test_sentences_of_several_versions():
    versions = [prepare(text) for text in (FLOOD, "", CRASH)]
    evidence = Evidence(versions)
    places = [evidence.place(u) for u in range(evidence.sentences)]
    assert places == [(i, s) for i, v in enumerate(versions) for s in range(len(v.edges) - 1)]


# ----------------------------------------------------------------------------------------------------------- decoding


@LAW
@given(st.integers(0, 10**6))
def test_marginals_are_those_of_all_labellings(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, rng.integers(1, 5))
    edges = np.concatenate([[0], np.cumsum(sizes)])
    table, bonds = rng.normal(0, 2, (edges[-1], 3)), rng.normal(0, 1, (edges[-1], 2))
    bonds[edges[:-1]] = 0
    weights = Weights(rng.normal(0, 1, 3), rng.normal(), rng.normal(0, 1, 2), rng.normal(0, 1, 2))
    expected = np.zeros(edges[-1])
    for lo, hi in itertools.pairwise(edges.tolist()):
        total, chance = 0.0, np.zeros(hi - lo)
        for labels in itertools.product((0, 1), repeat=hi - lo):
            score = 0.0
            for t, label in enumerate(labels):
                score += label * (table[lo + t] @ weights.features + weights.bias)
                if t and label == labels[t - 1]:
                    score += bonds[lo + t] @ (weights.stay_new if label else weights.stay_known)
            total += np.exp(score)
            chance += np.exp(score) * np.array(labels)
        expected[lo:hi] = chance / total
    assert marginals(table, bonds, edges, weights) == pytest.approx(expected, abs=1e-9)


def test_marginals_of_nothing_and_of_extremes():
    weights = Weights(np.ones(1), 0.0, np.full(1, 5.0), np.full(1, 5.0))
    assert marginals(np.zeros((0, 1)), np.zeros((0, 1)), np.zeros(1, np.int64), weights).tolist() == []
    found = marginals(np.array([[1e9], [-1e9]] * 3), np.ones((6, 1)), np.array([0, 3, 6]), weights)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_the_weights_fit_the_features():
    weights = load_weights(NAMES, TIES)
    assert (len(weights.features), len(weights.stay_known), len(weights.stay_new)) == (len(NAMES), len(TIES), len(TIES))
    assert np.isfinite([*weights.features, weights.bias, *weights.stay_known, *weights.stay_new]).all()
    version, other = prepare(FLOOD), Evidence([prepare(CRASH)])
    assert features(version, other, align(version, other)).shape == (len(version), len(NAMES))
    for names, ties in ((NAMES[1:], TIES), (NAMES, (*TIES, "more")), ((NAMES[1], NAMES[0], *NAMES[2:]), TIES)):
        with pytest.raises(DedupError, match="does not fit the features: run benchmarks/learn_novelty"):
            load_weights(names, ties)


# ------------------------------------------------------------------------------------------------------------- pieces


def test_cut():
    version = prepare("Mưa lớn ngập đường. Mưa lớn ngập đường. Gió giật đổ cây.\nMưa rào. Minh Khuê")
    everything = np.ones(len(version), np.bool_)
    found = cut(version, everything.copy(), ~everything)
    assert [fact_of(version, piece, "statement", "").text for piece in found] == [
        "Mưa lớn ngập đường", "Gió giật đổ cây", "Mưa rào",
    ]  # fmt: skip
    assert cut(version, everything.copy(), everything) == []
    assert cut(version, ~everything, ~everything) == []
    assert cut(prepare(""), np.zeros(0, np.bool_), np.zeros(0, np.bool_)) == []


def test_without():
    version = prepare("Bão giật gãy cột điện, sóng dâng ngập cảng cá Cồn Sỏi, ghe chìm.")
    assert without(version, [(0, 5), (6, 13)], []) == [(0, 5), (6, 13)]
    assert without(version, [(0, 14)], [(3, 5), (9, 11)]) == [(0, 3), (5, 9), (11, 14)]
    assert without(version, [(2, 5)], [(0, 8)]) == []
    assert without(version, [(0, 5)], [(5, 9)]) == [(0, 5)]


def test_merge_strange():
    version = prepare(f"{TRADE}\n{ALIEN}")
    first = len(prepare(TRADE).edges) - 1
    edges = version.edges.tolist()
    pieces = list(itertools.pairwise(edges[first:]))
    known = np.arange(len(version)) < edges[first]
    assert merge_strange(version, pieces, known) == [((edges[first], edges[-1]), True)]
    assert merge_strange(version, pieces, known | True) == [(piece, False) for piece in pieces]
    assert merge_strange(version, pieces[:2], known) == [(piece, False) for piece in pieces[:2]]
    halves = [(lo, (lo + hi) // 2) for lo, hi in pieces]
    assert merge_strange(version, halves, known) == [(piece, False) for piece in halves]
    assert merge_strange(version, [], known) == []


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("Giá tăng 22% so với quý trước.", "percent", "22%"),
        ("Vé bán $100 một tấm.", "money", "$100"),
        ("Hồ rộng 30 m² và sâu.", "quantity", "30 m²"),
        ("Xe 66C1 – 054.53 đâm.", "code", "66C1 – 054.53"),
        ("Ông Phạm Phú Khiêm đến.", "person", "Phạm Phú Khiêm"),
    ],
)
def test_a_fact_has_its_signs_and_its_kind(text, kind, part):
    version = prepare(text)
    lo = int(np.searchsorted(version.ends, text.index(part), side="right"))
    piece = lo, int(np.searchsorted(version.starts, text.index(part) + len(part)))
    fact = fact_of(version, piece, kind_of(version, piece), "x")
    assert (fact.kind, fact.article) == (kind, "x")
    assert part in fact.text == text[fact.start : fact.end]
    assert len(fact.text) <= len(part) + 4


# ------------------------------------------------------------------------------------------------------- known facts


@pytest.mark.parametrize("published", [None, date(2020, 3, 17)])
def test_known_facts_are_those_that_agree(published):
    extra = "\n".join(
        f"Khoảng {n} người, hơn {n} tấn, {n}-{n + 5} km, ít nhất {n} hộ, tối đa {n} m, {n} tuổi, sinh năm {1950 + n}, "
        f"ngày {n % 28 + 1}/{n % 12 + 1}, {n % 24} giờ, tháng {n % 12 + 1}/20{n % 30:02}, năm {1990 + n}, "
        f"mùng {n % 9 + 1} Tết, từ ngày {n % 12 + 1} đến {n % 12 + 4}/6, vài chục người, {n},5%, "
        f"ông Trần Văn Bảy, ông Bảy, quận {n}, {n},94 tỷ đồng"
        for n in range(1, 60, 3)
    )
    mentions = find_facts("\n".join([*ARTICLES.values(), extra]), published)
    known = Known(mentions)
    assert len(known.numbers) == len(mentions) > 500
    values = dict(zip(known.numbers, mentions, strict=True))
    for mention in [
        *mentions,
        *find_facts("142.587 người; 87,9 tỷ đồng; 52,9 tỷ đồng; chiều 3/5; hôm nay; bà Mận; 66C1-054.53; 1968"),
    ]:
        expected = {number for number, other in values.items() if agree(mention, other)}
        assert known.agreeing(mention) == expected
        assert known.has(mention) == bool(expected)
    assert Known([]).agreeing(mentions[0]) == frozenset()


# --------------------------------------------------------------------------------------------------------------- size


def test_two_texts_of_100_000_syllables():
    rng = random.Random(1)
    a = make.article(rng, 100_000)
    b = f"{make.edited(rng, a, 0.02)}\n\nTrạm bơm Gò Sến hỏng hai máy từ chiều qua."
    found = diff(a, b)
    assert found.relation == "edited"
    assert found.added[-1].text == "Trạm bơm Gò Sến hỏng hai máy từ chiều qua"
    assert len(found.added) + len(found.dropped) < 500


def test_one_sentence_of_30_000_syllables():
    text = " ".join(make.words(random.Random(2), 30_000))
    assert not diff(text, text.upper())


def test_the_same_sentence_5000_times(monkeypatch):
    calls = []
    monkeypatch.setattr(known_facts, "agree", lambda one, two: calls.append(1) or agree(one, two))
    line = "Mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, {} người bị thương, thiệt hại {} tỷ đồng. "
    found = diff(line.format(12, 88) * 5000, line.format(13, 88) * 5000)
    assert (len(found.added), len(found.dropped)) == (1, 1)
    assert 0 < len(calls) < 100
