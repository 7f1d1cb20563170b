"""Decisions: what is dropped and for whose sake, in which order, never by chance; every input has its row."""

import itertools
import json
import sys
from collections import Counter
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random

import make
import numpy as np
import pyarrow
import pytest

from dedup import Article, Decision, MissingExtraError, ParamError, Params, compare, diff, kernels, read, scan
from dedup.api import spare
from dedup.novelty import adds_nothing, prepare

COLUMNS = {"id": "string", "story": "string", "keep": "bool", "kept_id": "string", "relation": "string",
           "reason": "string"}  # fmt: skip
TEXT = make.article(Random(1), 200)
OTHER = make.article(Random(2), 200)
MORE = make.article(Random(3), 60)


def rows(articles, keep_templates="all", **options):
    return list(scan(articles, **options).decisions(keep_templates))


def outcome(articles, *arguments, **options):
    """id → the id for whose sake it is dropped, or None where it is kept."""
    found = {}
    for d in rows(articles, *arguments, **options):
        assert d.keep == (d.kept_id is None)
        found[d.id] = d.kept_id
    return found


def vary(text, seed, share):
    """The text with this share of its words, far apart, replaced by words that mean nothing: no number and no name."""
    rng = Random(seed)
    run = text.split(" ")
    places = [n for n, word in enumerate(run) if word.isalpha() and word.islower()]
    step = int(1 / share)
    for n in places[rng.randrange(step) :: step]:
        run[n] = f"{rng.choice(make.SYLLABLES)}x"
    return " ".join(run)


# ------------------------------------------------------------------------------------------------- what is dropped


def test_one_row_for_every_article():
    upper = TEXT.upper()
    assert rows([Article("a", TEXT), Article("b", upper), Article("c", OTHER)]) == [
        Decision("a", "a", True, None, None, "stands for 1 more"),
        Decision("b", "a", False, "a", "reprint", "same text"),
        Decision("c", None, True, None, None, "no match"),
    ]


def test_a_reprint_is_dropped_and_the_longest_kept():
    longer = TEXT + " Gió còn thổi."
    assert outcome([Article("a", TEXT), Article("b", longer)]) == {"a": "b", "b": None}
    assert rows([Article("a", TEXT), Article("b", longer)])[0].relation == "reprint"


def test_what_is_contained_in_another_adds_nothing():
    part = " ".join(TEXT.split()[20:140])
    (small, _) = rows([Article("a", part), Article("b", TEXT)])
    assert (small.keep, small.kept_id, small.relation, small.reason) == (False, "b", "edited", "adds nothing")


@pytest.mark.parametrize(
    ("words", "is_dropped"),
    [("còn nữa", True), ("thêm 7331 người", False), ("có Lò Văn Xuyến", False), ("xe G7", False)],
)
def test_a_fact_of_its_own_is_kept(words, is_dropped):
    """Even where 98 % of it stand in the other one, and nothing there stands against it."""
    run = make.article(Random(9), 700, numbers=0, names=0).split(" ")
    rest = " ".join(make.words(Random(10), 200, numbers=0, names=0))
    part, whole = " ".join([*run[:400], words, *run[400:]]), f"{' '.join(run)} {rest}"
    match = compare(part, whole)
    assert (match.relation, 0.98 <= match.a_in_b < 1) == ("edited", True)
    assert outcome([Article("a", part), Article("b", whole)]) == {"a": "b" if is_dropped else None, "b": None}
    assert outcome([Article("b", part), Article("a", whole)]) == {"b": "a" if is_dropped else None, "a": None}


def test_facts_that_change_places_are_kept():
    run = make.words(Random(9), 900, numbers=0, names=0)
    run[300], run[600] = "37", "52"
    part, whole = " ".join(run[:780]), " ".join(run)
    assert outcome([Article("a", part), Article("b", whole)]) == {"a": "b", "b": None}
    turned = part.replace("37", "\0").replace("52", "37").replace("\0", "52")
    match = compare(turned, whole)
    assert (match.relation, match.a_in_b >= 0.98) == ("edited", True)
    assert outcome([Article("a", turned), Article("b", whole)]) == {"a": None, "b": None}


def test_another_number_is_kept():
    for seed in range(8):
        text = make.article(Random(seed), 700, numbers=0.05)
        changed = make.renumbered(Random(seed), text)
        assert compare(text, changed).relation == "edited"
        assert outcome([Article("a", text), Article("b", changed)]) == {"a": None, "b": None}


def test_less_than_98_percent_is_kept():
    text = make.article(Random(5), 300, numbers=0, names=0)
    part = " ".join([*text.split()[:200], *make.article(Random(6), 12, numbers=0, names=0).lower().split()])
    match = compare(part, text)
    assert match.relation == "edited"
    assert 0.9 < match.a_in_b < 0.98
    assert outcome([Article("a", part), Article("b", text)]) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("one", "other", "dropped"),
    [
        ("Đề thi môn Lý mã đề 101", "Đề thi môn Lý mã đề 102", False),
        ("Tàu của ông Tịnh về bến", "Tàu của ông Thịnh về bến", False),
        ("Cứu 12 ngư dân", "Tàu cá về bến", True),
        ("Cứu 12 ngư dân", "", True),
        ("Cứu 12 ngư dân", "CỨU 12 NGƯ DÂN", True),
    ],
)
@pytest.mark.parametrize("text", [TEXT, TEXT.upper(), TEXT + " Gió còn thổi.", " ".join(TEXT.split()[20:140])])
def test_headlines_at_odds_are_both_kept(one, other, dropped, text):
    found = outcome([Article("a", TEXT, one), Article("b", text, other)])
    assert (set(found.values()) != {None}) == dropped


def test_copies_with_several_headlines():
    titles = ["Mã đề 101", "Mã đề 102", "Mã đề 101", "", "Mã đề 103", "Mã đề 102"]
    found = outcome([Article(f"a{n}", TEXT, title) for n, title in enumerate(titles)])
    assert found == {"a0": None, "a1": None, "a2": "a0", "a3": "a0", "a4": None, "a5": "a1"}


def test_a_headline_counts_between_versions_and_their_copies():
    """The delegates' headlines are at odds, those of a copy and the other version are not."""
    longer = TEXT + " Gió còn thổi."
    articles = [Article("a", TEXT, "Mã đề 101"), Article("b", TEXT, "Mã đề 102"), Article("c", longer, "Mã đề 102")]
    assert outcome(articles) == {"a": None, "b": "c", "c": None}


def test_many_copies_with_headlines_at_odds():
    articles = [Article(f"a{n:04}", TEXT, f"Mã đề {n // 2}") for n in range(600)]
    found = outcome(articles, params=Params(max_bucket=16, hubs=4))
    assert found == {f"a{n:04}": None if n % 2 == 0 else f"a{n - 1:04}" for n in range(600)}


def test_partial_is_kept():
    passage = " ".join(make.sentences(Random(4), 80))
    one, other = (make.spliced(Random(n), make.article(Random(n + 10), 150), passage) for n in range(2))
    assert compare(one, other).relation == "partial"
    assert outcome([Article("a", one), Article("b", other)]) == {"a": None, "b": None}
    assert rows([Article("a", one), Article("b", other)])[0].reason == "says something of its own: partial"


def test_nothing_is_dropped_for_what_is_dropped():
    """Each is a reprint of its neighbour; the first and the last are not, and the last has a name of its own."""
    base = make.article(Random(7), 400, numbers=0, names=0)
    one = base + " " + " ".join(make.sentences(Random(8), 16, numbers=0, names=0))
    chain = [one, base, f"{vary(base, 2, 0.03)} Có Lò Văn Xuyến."]
    assert [compare(x, y).relation for x, y in itertools.combinations(chain, 2)] == ["reprint", "edited", "reprint"]
    articles = [Article(id, text) for id, text in zip("abc", chain, strict=True)]
    assert outcome(articles) == {"a": None, "b": "a", "c": None}


# --------------------------------------------------------------------------------------------------------- templates


def test_templates_are_kept_unless_one_is_asked_for():
    articles = [Article(f"d{code}", make.form(Random(code), code)) for code in (101, 102, 103)]
    assert outcome(articles) == {"d101": None, "d102": None, "d103": None}
    found = rows(articles, "one")
    assert Counter(d.keep for d in found) == {True: 1, False: 2}
    assert {(d.relation, d.reason) for d in found if not d.keep} == {("template", "same template")}
    assert len({d.kept_id for d in found if not d.keep}) == 1


def test_of_a_family_of_templates_only_direct_matches_are_dropped():
    """a and b, b and c are templates of each other, a and c share too little to be a match."""
    rng = Random(3)
    days = [make.column(Random(n), n + 3, skeleton) for n, skeleton in enumerate((1, 1, 2))]
    joined = days[1] + "\n\n" + days[2].split("\n", 1)[1]
    articles = [Article("a", days[0]), Article("b", joined), Article("c", make.column(rng, 9, 2))]
    relations = {(m.a, m.b): m.relation for m in scan(articles).matches}
    assert relations == {("a", "b"): "template", ("b", "c"): "template"}
    assert outcome(articles, "one") == {"a": "b", "b": None, "c": "b"}
    against = {"against": [articles[0]], "keep_templates": "one"}
    assert outcome(articles[1:], **against) == {"b": "a", "c": None}


def test_a_wrong_word_for_templates():
    with pytest.raises(ParamError, match="keep_templates='none': need all or one"):
        scan([TEXT]).decisions("none")


# ------------------------------------------------------------------------------------------------- which one is kept

HANOI = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("times", "first"),
    [
        ((None, None), "a"),
        ((None, date(2024, 5, 3)), "b"),
        ((date(2024, 5, 4), date(2024, 5, 3)), "b"),
        ((datetime(2024, 5, 3, 8, tzinfo=HANOI), datetime(2024, 5, 3, 0, 59, tzinfo=UTC)), "b"),
        ((datetime(2024, 5, 3, 8, tzinfo=HANOI), datetime(2024, 5, 3, 1, tzinfo=UTC)), "a"),
        ((datetime(2024, 5, 3, 0, 1, tzinfo=HANOI), date(2024, 5, 3)), "b"),
        ((datetime(2024, 5, 3, 8, tzinfo=UTC), datetime(2024, 5, 3, 14)), "b"),
        (("2024-05-04", "2024-05-03T07:00"), "b"),
        (("sáng nay", "2024-05-03"), "b"),
    ],
)
def test_the_earliest_of_equal_texts_is_kept(times, first):
    for texts in ((TEXT, TEXT), (TEXT, TEXT.upper())):
        articles = [Article(id, text, published=t) for id, text, t in zip("ab", texts, times, strict=True)]
        found = outcome(articles)
        assert [id for id, kept in found.items() if kept is None] == [first]


def test_size_comes_before_time_and_time_before_id():
    early, late = date(2024, 5, 3), date(2024, 5, 4)
    longer = TEXT + " Gió còn thổi."
    articles = [Article("a", TEXT, published=early), Article("b", longer, published=late), Article("c", longer)]
    assert outcome(articles) == {"a": "b", "b": None, "c": "b"}
    same_size = vary(TEXT, 1, 0.005)
    articles = [Article("a", TEXT, published=late), Article("b", same_size, published=early)]
    match = compare(*articles)
    assert (match.relation, match.size_a) == ("reprint", match.size_b)
    assert outcome(articles) == {"a": "b", "b": None}


# ----------------------------------------------------------------------------------------------------- every input


def test_repeated_renamed_and_unusable_inputs():
    articles = [
        Article("a", TEXT + " xa"), 5, Article("b", TEXT), Article("b", TEXT), Article("a", OTHER), Article("c", "…"),
        Article("c", "…"), Article("a", TEXT + " xa"), Article("a", OTHER),
    ]  # fmt: skip
    assert [astuple(d) for d in rows(articles)] == [
        ("a", "a", True, None, None, "stands for 3 more"),
        ("article 2", None, False, None, None, "skipped: int: need an Article, a mapping or a string"),
        ("b", "a", False, "a", "reprint", "same text but for cosmetic changes"),
        ("b", "a", False, "a", "reprint", "repeated id"),
        ("a#2", None, True, None, None, "stands for 1 more"),
        ("c", None, False, None, None, "skipped: no words"),
        ("c", None, False, None, None, "skipped: no words"),
        ("a", "a", False, "a", "reprint", "repeated id"),
        ("a#2", None, False, "a#2", "reprint", "repeated id"),
    ]


@pytest.mark.parametrize("columns", [{}, {"text": "body"}])
def test_skipped_inputs_of_files_stand_where_they_came(tmp_path, columns):
    first = tmp_path / "a.jsonl"
    lines = ["no json", json.dumps({"id": 1, "body": TEXT}), "[]", "", json.dumps({"id": 2, "body": "?"}), '{"id": 3}']
    first.write_text("\n".join([*lines, json.dumps({"id": 4, "body": OTHER})]), encoding="utf-8")
    (tmp_path / "b.bin").write_bytes(b"")
    (tmp_path / "c.csv").write_text("tit\nBài\n")
    (tmp_path / "d.csv").write_text(f'body\n"{MORE}"\n')
    found = rows(read(tmp_path, **columns))
    names = [d.id.rpartition("/")[2] for d in found]
    assert names == ["a.jsonl:1", "1", "a.jsonl:3", "2", "a.jsonl:6", "4", "b.bin", "c.csv", "d.csv:2"]
    assert [d.keep for d in found] == [False, True, False, False, False, True, False, False, True]
    assert all(d.reason.startswith("skipped: ") for d in found if not d.keep)


def test_rows_of_a_table_that_cannot_be_used():
    table = pyarrow.table({"id": ["a", "b", "c"], "text": [TEXT, None, TEXT]})
    assert [(d.id, d.keep) for d in rows(table)] == [("a", True), ("row 2", False), ("c", False)]


def test_nothing():
    found = scan([])
    assert (list(found.decisions()), found.kept()) == ([], [])
    table = found.to_arrow("decisions")
    assert (table.num_rows, {f.name: str(f.type) for f in table.schema}) == (0, COLUMNS)


def test_kept_is_the_decision_of_each_article(tmp_path):
    path = tmp_path / "a.jsonl"
    texts = [TEXT, "?", TEXT, OTHER]
    lines = [json.dumps({"id": f"{n % 3}", "text": text}) for n, text in enumerate(texts)]
    path.write_text("\n".join([*lines[:2], "{", *lines[2:], lines[0]]), encoding="utf-8")
    found = scan(read(path))
    assert found.kept() == [True, False, False, True, False]
    read_rows = [d for d in found.decisions() if not d.reason.startswith("skipped: not valid JSON")]
    assert [d.keep for d in read_rows] == found.kept()


# ----------------------------------------------------------------------------------------------------------- against


def test_old_articles_count_as_kept_and_are_not_listed():
    longer = TEXT + " Gió còn thổi."
    assert outcome([Article("n", longer)], against=[Article("o", TEXT)]) == {"n": "o"}
    part = " ".join(TEXT.split()[20:140])
    old = [Article("o1", part), Article("o2", TEXT + " " + MORE)]
    assert outcome([Article("n1", TEXT), Article("n2", part), Article("n3", OTHER)], against=old) == {
        "n1": "o2", "n2": "o1", "n3": None,
    }  # fmt: skip
    assert outcome([Article("n", TEXT)], against=[Article("o", part)]) == {"n": None}


def test_copies_of_old_articles_in_any_order():
    for ids in ("no", "on"):
        new = [Article(ids[0], TEXT), Article(ids[0] + "2", TEXT.upper())]
        found = outcome(new, against=[Article(ids[1], TEXT), Article(ids[1] + "2", TEXT)])
        assert found == {ids[0]: ids[1], ids[0] + "2": ids[1]}


def test_a_headline_of_any_copy_of_an_old_text_counts():
    old = [Article("o1", TEXT, "Mã đề 101"), Article("o2", TEXT, "Mã đề 102")]
    new = [Article("n1", TEXT + " Gió còn thổi.", "Mã đề 102"), Article("n2", TEXT + " Gió còn thổi.", "Mã đề 103")]
    assert outcome(new, against=old) == {"n1": "o2", "n2": None}


def test_an_article_that_is_old_already():
    old = [Article("a", TEXT), Article("b", OTHER + " xa")]
    new = [Article("a", TEXT), Article("b", OTHER), Article("c", TEXT.upper())]
    found = rows(new, against=old)
    assert [(d.id, d.kept_id, d.reason) for d in found] == [
        ("a", "a", "repeated id"),
        ("b", "b#2", "same text but for cosmetic changes"),
        ("c", "a", "same text"),
    ]


def test_an_article_that_is_old_already_counts_as_kept():
    longer = TEXT + " Gió còn thổi."
    found = outcome([Article("a", TEXT), Article("b", longer)], against=[Article("a", TEXT)])
    assert found == {"a": "a", "b": "a"}


# --------------------------------------------------------------------------------------------------------------- laws


def crowd(seed):
    """Articles with kin of every sort, headlines that agree and disagree, times that are known or not."""
    rng = Random(seed)
    texts = list(make.corpus(seed, families=14).values())
    texts += [make.form(rng, 100 + n) for n in range(3)] + [make.column(rng, n + 3) for n in range(3)]
    for text in rng.sample(texts, 12):
        texts += [make.reprint(rng, text), make.excerpt(rng, text, 90), text]
        texts.append(vary(text, seed, 0.004))
    titles = ["", "", "Bản tin sáng", "Cứu 12 ngư dân", "Cứu 13 ngư dân", "Tin của Hà Lâm", "Tin của Vịnh Sa"]
    times = [None, date(2024, 5, 3), datetime(2024, 5, 3, 7, tzinfo=UTC), datetime(2024, 5, 1, 7, tzinfo=UTC)]
    order = rng.sample(range(len(texts)), len(texts))
    return [
        Article(f"b{n:03}", text, rng.choice(titles), published=rng.choice(times))
        for n, text in zip(order, texts, strict=True)
    ]


@pytest.mark.parametrize("templates", ["all", "one"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("old_share", [0, 0.3])
def test_laws(seed, templates, old_share):
    articles = crowd(seed)
    old = [a for a in articles if Random(a.id).random() < old_share]
    new = [a for a in articles if a not in old]
    found = scan(new, against=old or None)
    decided = {d.id: d for d in found.decisions(templates)}
    assert list(decided) == [a.id for a in new]
    by_id = {a.id: a for a in articles}
    pairs = {frozenset((m.a, m.b)) for m in found.pairs()}
    kept = {a.id for a in old} | {d.id for d in decided.values() if d.keep}
    dropped = [d for d in decided.values() if not d.keep]
    assert 5 < len(dropped) < len(new)
    for d in dropped:
        assert d.kept_id in kept
        assert frozenset((d.id, d.kept_id)) in pairs
        match = compare(by_id[d.id], by_id[d.kept_id])
        assert match.relation == d.relation
        assert d.relation in ("reprint", "edited") or templates == "one"
        if d.relation == "edited" and match.a_in_b < 0.98:
            news = diff(by_id[d.kept_id], by_id[d.id])
            assert match.a_in_b >= 0.6
            assert not news.added
            assert not news.changed
    for m in found.pairs():  # of two that are kept neither is a reprint of the other
        if m.a in kept and m.b in kept and {m.a, m.b} & decided.keys():
            relation = compare(by_id[m.a], by_id[m.b]).relation
            assert relation != "reprint"
            assert relation != "template" or templates == "all"
    for d in decided.values():
        if d.keep and d.reason.startswith("stands for"):
            assert int(d.reason.split()[2]) == sum(other.kept_id == d.id for other in dropped)


@pytest.mark.parametrize("seed", [1, 2])
def test_order_and_threads_change_nothing(seed):
    articles = crowd(seed)
    wanted = {d.id: d for d in scan(articles, Params(threads=1)).decisions("one")}
    for threads in (1, 2, 5):
        Random(threads).shuffle(articles)
        found = scan(articles, Params(threads=threads), against=None).decisions("one")
        assert [astuple(d) for d in found] == [astuple(wanted[a.id]) for a in articles]


def test_other_processes_decide_the_same(monkeypatch):
    articles = [article for seed in range(4) for article in crowd(seed)]
    wanted = list(scan(articles, Params(threads=1)).decisions())
    assert any(d.reason == "adds nothing" for d in wanted)
    monkeypatch.setattr(spare, "_FEW", 0)
    found, said = scan(articles, Params(threads=2)), []
    found.kept(progress=lambda *state: said.append(state))
    assert list(found.decisions()) == wanted
    assert {(stage, done >= 0, done < total) for stage, done, total in said} == {("decide", True, True)}


def test_what_the_screen_leaves_out_adds_something():
    """What `diff` finds to add nothing is never left out before."""
    shelf = scan([vary(TEXT, n, share) for n, share in enumerate([0.01, 0.02, 0.05, 0.1, 0.2, 0.4])] + [OTHER])._shelf
    left, right = (np.array(side) for side in zip(*itertools.permutations(range(7), 2), strict=True))
    passed = spare._screen(shelf, left, right, Params())
    texts = [prepare(shelf.corpus.text(n)) for n in range(7)]
    assert 0 < passed.sum() < len(passed)
    for a, b, may_be in zip(left, right, passed, strict=True):
        assert may_be or not adds_nothing(texts[a], texts[b])
    found = spare.find_spare(shelf, left, right, Params(), lambda *state: None)
    assert found.tolist() == [adds_nothing(texts[a], texts[b]) for a, b in zip(left, right, strict=True)]


@pytest.mark.parametrize("seed", range(30))
def test_the_screen_is_its_plain_twin(seed):
    rng = Random(seed)
    start, capital, number = kernels.SENTENCE_START, kernels.CAPITAL, kernels.DIGITS
    texts = [[rng.randrange(40) for _ in range(rng.randrange(60))] for _ in range(4)]
    texts += [[word if rng.random() < 0.9 else rng.randrange(40) for word in text] for text in texts]
    flags = [
        [rng.choice([0, 0, 0, 0, 0, 0, start, start | capital, capital * (rng.random() < 0.1)]) for _ in text]
        for text in texts
    ]
    flags = [[flag | number * (rng.random() < 0.02) for flag in row] for row in flags]
    worth = [[rng.randrange(1, 9) for _ in text] for text in texts]
    flat = [np.array([x for row in rows for x in row], kind)
            for rows, kind in ((texts, np.uint64), (flags, np.uint8), (worth, np.int64))]  # fmt: skip
    left, right = (np.array(side) for side in zip(*itertools.product(range(8), repeat=2), strict=True))
    found = kernels.may_be_spare(*flat, 20, np.cumsum([0, *map(len, texts)]), left, right)
    assert found.tolist() == [
        may_be_spare(texts[a], flags[a], worth[a], texts[b]) for a, b in zip(left, right, strict=True)
    ]


def may_be_spare(text, flags, worth, other):
    """By sets: each number and name is there, and half of each sentence beside the same neighbour."""
    doubles = set(itertools.pairwise(other))
    names = {w for w, f in zip(text, flags, strict=True) if f & 2 or (f & 4 and not f & 32)}
    is_common = [pair in doubles for pair in [(None, None), *itertools.pairwise(text), (None, None)]]
    edges = [0, *(n for n, flag in enumerate(flags) if flag & 32 and n), len(text)]
    for lo, hi in itertools.pairwise(edges):
        common = sum(worth[n] for n in range(lo, hi) if is_common[n] or is_common[n + 1])
        if sum(worth[lo:hi]) >= 20 and 2 * common < sum(worth[lo:hi]):
            return False
    return names <= set(other)


# -------------------------------------------------------------------------------------------------------------- arrow


def test_tables():
    found = scan([Article("a", TEXT, "Bài", published=date(2024, 5, 3)), Article("b", TEXT.upper()), OTHER])
    matches, decided = found.to_arrow(), found.to_arrow("decisions")
    (row,) = matches.to_pylist()
    assert (row["a"], row["b"], row["relation"], row["title_a"], row["title_b"]) == ("a", "b", "reprint", "Bài", None)
    assert row["published_a"] == "2024-05-03"
    assert [str(matches.schema.field(name).type) for name in ("a_in_b", "shared")] == ["double", "int64"]
    assert {f.name: str(f.type) for f in decided.schema} == COLUMNS
    assert [tuple(r.values()) for r in decided.to_pylist()] == [astuple(d) for d in found.decisions()]
    assert set(matches.schema.metadata) == {b"dedup", b"params", b"tokenizer", b"corpus"}
    with pytest.raises(ParamError, match="kind='pairs': need one of matches, stories, decisions, stripped"):
        found.to_arrow("pairs")


def test_many_rows_are_one_table():
    found = scan([Article(f"a{n}", "Mưa lớn ở Hà Lâm.") for n in range(120_000)])
    table = found.to_arrow("decisions")
    assert (table.num_rows, sum(table.column("keep").to_pylist())) == (120_000, 1)


def test_tables_without_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dedup-vi\[arrow\]'"):
        scan([TEXT]).to_arrow()
