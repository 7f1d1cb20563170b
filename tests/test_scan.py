"""`scan`: matches by brute force, copies, older articles, criteria, and the same answer in any order."""

import json
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations
from random import Random

import make
import oracle
import pytest
from test_index import wanted_pairs

from dedup import Article, Params, compare, scan
from dedup.sketch import sketch

CASES = [
    {},
    {"containment": 0.1},
    {"containment": 0.5},
    {"containment": 0.9, "min_shared": 1},
    {"containment": 0.3, "min_shared": 60},
    {"containment": None, "resemblance": 0.4, "candidates": "prefix"},
    {"containment": 0.8, "resemblance": 0.2},
    {"containment": None, "passage": 30},
    {"containment": 0.6, "passage": 24},
    {"k": 3, "min_passage": 12},
    {"k": 8, "containment": 0.2, "num_perm": 16, "accents": "ignore"},
]
def articles_of(texts):
    return [Article(id, text) for id, text in texts.items()]


def ids(matches):
    return [(m.a, m.b) for m in matches]


@cache
def canonical(seed, accents="keep"):
    return {id: oracle.canonical(text, accents=accents) for id, text in make.corpus(seed).items()}


def longest_run(a, b):
    size = SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size
    return size if size >= oracle.TILE else 0


def expected(seed, params):
    """(a, b) → (shared, size of a, size of b, longest passage) of every match, by sets and loops.

    Also how many pairs match that the pair rule does not bring together.
    """
    syllables = canonical(seed, params.accents)
    sets = {id: set(oracle.shingle_list(run, params.k)) for id, run in syllables.items()}
    versions = {}
    for id in sorted(syllables):
        versions.setdefault(tuple(syllables[id]), []).append(id)
    result, missed = {}, 0
    for delegate, *copies in versions.values():
        size, longest = len(sets[delegate]), longest_run(syllables[delegate], syllables[delegate])
        result |= {(delegate, copy): (size, size, size, longest) for copy in copies}
    delegates = sorted(many[0] for many in versions.values())
    candidates = wanted_pairs(sketch([make.corpus(seed)[id] for id in delegates], params), params)
    for x, y in combinations(range(len(delegates)), 2):
        a, b = delegates[x], delegates[y]
        limits = {"containment_limit": params.containment, "resemblance_limit": params.resemblance}
        is_match = oracle.qualifies(sets[a], sets[b], **limits, min_shared=params.min_shared)
        longest = longest_run(syllables[a], syllables[b]) if is_match or (x, y) in candidates else 0
        if is_match or (params.passage is not None and longest >= params.passage):
            if (x, y) in candidates:
                result[a, b] = len(sets[a] & sets[b]), len(sets[a]), len(sets[b]), longest
            else:
                missed += 1
    return dict(sorted(result.items())), missed


@pytest.mark.parametrize("options", CASES, ids=str)
def test_matches_by_brute_force(options):
    params = Params(**options)
    found = scan(articles_of(make.corpus(11)), params)
    wanted, _ = expected(11, params)
    figures = {(m.a, m.b): (m.shared, m.size_a, m.size_b, m.longest_passage) for m in found.matches}
    assert list(figures.items()) == list(wanted.items())  # sorted by (a, b), nothing twice
    assert len(found.matches) == len(figures) == found.counts["matches"] > 20
    assert all(m.a < m.b for m in found.matches)
    for m in found.matches:
        assert m.resemblance == m.shared / (m.size_a + m.size_b - m.shared)
        assert (m.a_in_b, m.b_in_a) == (m.shared / m.size_a, m.shared / m.size_b)


@pytest.mark.parametrize("containment", [0.3, 0.5, 0.9])
def test_few_matches_are_missed(containment):
    """The pair rule works on samples: what it does not bring together is rare."""
    found, missed = zip(*(expected(seed, Params(containment=containment)) for seed in range(11, 15)), strict=True)
    assert sum(missed) <= 0.015 * sum(map(len, found))


@pytest.mark.parametrize("containment", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("syllables", [24, 30, 45, 60, 90])
def test_verbatim_excerpts_are_found(containment, syllables):
    """A piece of a long article, word for word: its containment is 1, its one passage min_passage or more."""
    rng = Random(syllables)
    articles = []
    for n in range(100):
        text = make.article(rng, 400)
        articles += [Article(f"a{n}", text), Article(f"b{n}", make.excerpt(rng, text, syllables))]
    found = set(ids(scan(articles, Params(containment=containment)).matches))
    assert sum((f"a{n}", f"b{n}") in found for n in range(100)) >= 98


@pytest.mark.parametrize("options", [CASES[0], CASES[7], CASES[9]], ids=str)
def test_figures_are_those_of_compare(options):
    params = Params(**options)
    found = scan(articles_of(make.corpus(12)), params)
    assert len(found.matches) > 20
    for m in found.matches:
        assert m == compare(found.article(m.a), found.article(m.b), params)
        assert m.passages == compare(found.article(m.a), found.article(m.b), params).passages


def test_matches_are_a_sequence():
    matches = scan(articles_of(make.corpus(12))).matches
    everything = list(matches)
    assert [matches[n] for n in range(len(matches))] == everything
    assert matches[-1] == everything[-1]
    assert list(matches[2:9:3]) == everything[2:9:3]
    with pytest.raises(IndexError):
        matches[len(matches)]


def test_copies_and_pairs():
    """One version four times, a second one twice, related; ids in no order."""
    text = make.article(Random(1), 120)
    longer = text + "\n\n" + make.article(Random(2), 60)
    texts = {"m": text, "c": make.reprint(Random(3), text), "x": text.upper(), "d": make.respelled(Random(4), text)}
    texts |= {"z": longer, "e": longer.lower(), "q": make.article(Random(5), 100)}
    found = scan(articles_of(texts))
    assert ids(found.matches) == [("c", "d"), ("c", "e"), ("c", "m"), ("c", "x"), ("e", "z")]
    assert (found.counts["versions"], found.counts["copies"]) == (3, 4)
    pairs = sorted(found.pairs(), key=lambda m: (m.a, m.b))
    assert ids(pairs) == list(combinations("cdemxz", 2))
    for m in pairs:
        assert m == compare(found.article(m.a), found.article(m.b))


def test_pairs_by_brute_force():
    """Every pair of articles that is a match of its versions, once."""
    found = scan(articles_of(make.corpus(13)))
    keys = {id: tuple(run) for id, run in canonical(13).items()}
    matching = {frozenset((keys[m.a], keys[m.b])) for m in found.matches}
    wanted = [(a, b) for a, b in combinations(sorted(keys), 2) if {keys[a], keys[b]} in matching]
    assert sorted(ids(found.pairs())) == wanted
    assert len(wanted) > len(found.matches)


@pytest.fixture
def matches_file(tmp_path, command):
    def run(texts, name, *options, env=None):
        lines = [json.dumps({"id": id, "text": text, "title": f"Bài {id}"}) for id, text in texts]
        (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
        assert command("scan", tmp_path / "in.jsonl", "--matches", tmp_path / name, *options, env=env)[0] == 0
        return (tmp_path / name).read_bytes()

    return run


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("options", ["", "--max-bucket 4 --hubs 2", "--resemblance 0.4 --containment none"])
def test_order_changes_no_byte(matches_file, kind, options):
    texts = list(make.corpus(14, families=40).items())
    first = matches_file(texts, f"a.{kind}", *options.split())
    for seed in range(3):
        Random(seed).shuffle(texts)
        assert matches_file(texts, f"b.{kind}", *options.split()) == first


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("way", ["option", "environment"])
def test_threads_change_no_byte(matches_file, kind, way):
    texts = list(make.corpus(14, families=40).items())
    files = []
    for n in "123":
        options, env = (("--threads", n), None) if way == "option" else ((), {"DEDUP_THREADS": n})
        files.append(matches_file(texts, f"a.{kind}", *options, env=env))
    assert files[0] == files[1] == files[2]


# ----------------------------------------------------------------------------------------------------------- against


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_against_is_the_whole_without_pairs_of_old_ones(share):
    texts = make.corpus(16, families=30)
    new = {id for id in texts if Random(id).random() < share}
    parts = [[a for a in articles_of(texts) if (a.id in new) == is_new] for is_new in (True, False)]
    found = scan(parts[0], against=parts[1])
    everything = scan(articles_of(texts))
    assert sorted(ids(found.pairs())) == sorted((a, b) for a, b in ids(everything.pairs()) if a in new or b in new)
    assert all(m.a in new or m.b in new for m in found.matches)
    figures = {(m.a, m.b): m for m in everything.pairs()}
    assert all(figures[m.a, m.b] == m for m in found.matches)


def test_delegates_of_new_and_old_articles():
    text = make.article(Random(1), 100)
    found = scan([Article("n1", text), Article("n2", text)], against=[Article("a1", text), Article("a2", text)])
    assert ids(found.matches) == [("a1", "n1"), ("a2", "n1"), ("n1", "n2")]  # a new one stands for its version
    assert sorted(ids(found.pairs())) == [("a1", "n1"), ("a1", "n2"), ("a2", "n1"), ("a2", "n2"), ("n1", "n2")]
    found = scan([Article("n", text + " xa")], against=[Article("o2", text), Article("o1", text)])
    assert ids(found.matches) == [("n", "o1")]
    assert sorted(ids(found.pairs())) == [("n", "o1"), ("n", "o2")]
    assert found.counts["copies"] == 0


def test_an_id_on_both_sides():
    text, other = (make.article(Random(n), 50) for n in (1, 2))
    found = scan([Article("a", text), Article("b", other)], against=[Article("a", text), Article("b", other + " xa")])
    assert (found.counts["repeated"], found.counts["renamed"]) == (1, 1)
    assert ids(found.matches) == [("b", "b#2")]


# ------------------------------------------------------------------------------------------------- criteria, progress


def run_of(seed, count):
    return " ".join(make.words(Random(seed), count))


@pytest.mark.parametrize(
    ("shared", "more", "is_match"),
    [(16, 3, True), (16, 4, True), (16, 5, False), (1, 0, True), (19, 40, False), (20, 40, True)],
)
def test_short_articles_need_resemblance(shared, more, is_match):
    """Under 20 shared shingles only a resemblance of 0.8 makes a match: 16 of 20 do, 16 of 21 do not."""
    one = run_of(1, shared + 4)
    found = scan([one, f"{one}. {run_of(2, more)}" if more else one + "!"])
    assert len(found.matches) == is_match
    assert len(scan([one, f"{one}. {run_of(2, more)}"], Params(min_shared=1)).matches) == 1


@pytest.mark.parametrize(("length", "is_match"), [(29, False), (30, True), (60, True)])
def test_passage_criterion(length, is_match):
    passage = run_of(1, length)
    texts = [f"{make.article(Random(n), 150)} {passage} {make.article(Random(-n), 150)}" for n in (2, 3)]
    found = scan(texts, Params(containment=None, passage=30))
    assert [m.longest_passage for m in found.matches] == [length] * is_match


def test_every_passage_of_min_passage_is_noticed():
    rng = Random(3)
    pairs = []
    for _ in range(150):
        passage = " ".join(make.words(rng, 24))
        pairs += [make.spliced(rng, make.article(rng, 300), passage) for _ in range(2)]
    found = scan(pairs, Params(containment=None, passage=24))
    assert {(str(n), str(n + 1)) for n in range(1, 300, 2)} <= {tuple(sorted(p, key=int)) for p in ids(found.matches)}
