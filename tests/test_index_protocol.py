"""One protocol over everything that matches articles: a scan, and an index in memory, in a file, reopened, changed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from types import MappingProxyType

import make
import numpy as np
import pytest
from told import DAY, news, tell

from dedup import Article, ArticleError, Index, Params, StoreError, scan
from dedup.api.index import adding

CASES = [
    {},
    {"containment": 0.1},
    {"containment": 0.9, "min_shared": 1},
    {"containment": None, "resemblance": 0.4, "candidates": "prefix"},
    {"containment": 0.6, "passage": 24},
    {"k": 3, "min_passage": 12, "accents": "ignore"},
]
FIGURES = ("relation", "resemblance", "a_in_b", "b_in_a", "shared", "size_a", "size_b", "longest_passage", "is_certain")


def figures(matches):
    """(a, b) → figures; each pair is reported once."""
    result = {(m.a, m.b): tuple(getattr(m, name) for name in FIGURES) for m in matches}
    assert len(result) == len(list(matches))
    assert all(a < b for a, b in result)
    return result


@cache
def articles(seed):
    """Versions, copies, excerpts, forms and strangers, in the order of their ids."""
    return [Article(id, text) for id, text in sorted(make.corpus(seed).items())]


def memory(path, params, _):
    with Index(params=params) as index:
        yield index


def file(path, params, _):
    with Index(path / "tin.db", params) as index:
        yield index


def without_texts(path, params, _):
    with Index(path / "tin.db", params, keep_text=False) as index:
        yield index


def server(_, params, request):
    with Index(request.getfixturevalue("postgres_url"), params) as index:
        yield index


KINDS = [memory, file, without_texts, server]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def opened(request, tmp_path):
    """Opens an index of each kind by Params."""
    indexes = []

    def open_index(params=None):
        indexes.append(request.param(tmp_path, params or Params(), request))
        return next(indexes[-1])

    yield open_index
    for index in indexes:
        next(index, None)


def in_batches(index, given, size):
    """Everything that `add` says, the articles handed over so many at a time."""
    return [added for lo in range(0, len(given), size) for added in index.add(given[lo : lo + size])]


def matches_of(added):
    return [match for one in added for match in one.matches]


# ------------------------------------------------------------------------------------------------ the same as a scan


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_index_reports_the_pairs_of_a_scan(opened, case):
    params = Params(**case)
    found = scan(articles(1), params)
    assert found.crowds == []
    added = in_batches(opened(params), articles(1), 37)
    assert figures(matches_of(added)) == figures(found.matches)
    assert [one.id for one in added] == [article.id for article in articles(1)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_batch_is_the_same_as_one_after_the_other(opened, size):
    given = list(articles(2))
    Random(2).shuffle(given)
    expected = Index()
    assert in_batches(opened(), given, size) == [expected.add(article)[0] for article in given]


def test_revisions_and_redeliveries_in_a_batch_too(opened):
    rng = Random(3)
    given = list(articles(3))[:40]
    stream = [Article(rng.choice(given).id, rng.choice(given).text) for _ in range(200)]
    index, expected = opened(), Index(keep_text=False)
    told = [[replace(one, revision=None) for one in part]
            for part in (in_batches(index, stream, 9), [expected.add(article)[0] for article in stream])]  # fmt: skip
    assert told[0] == told[1]
    assert any(one.matches for one in told[0])
    ids = [article.id for article in given]
    assert index.story_ids(*ids) == expected.story_ids(*ids)


def versions_of(found):
    """article → its delegate in a scan."""
    return {copy: m.a for m in found.matches if m.resemblance == 1 for copy in (m.b,)}


def test_in_any_order_the_same_pairs_of_texts(opened):
    """Ids decide a < b; which copy stands for a text depends on what was there."""
    given = list(articles(3))
    found = scan(given)
    Random(3).shuffle(given)
    by_version = versions_of(found)

    def name(id):
        while id in by_version:
            id = by_version[id]
        return id

    reported = matches_of(in_batches(opened(), given, 50))
    assert len(reported) == len(found.matches)
    pairs = sorted(tuple(sorted((name(m.a), name(m.b)))) for m in reported)
    assert pairs == sorted(tuple(sorted((name(m.a), name(m.b)))) for m in found.matches)
    shared = sorted((m.shared, m.longest_passage, *sorted((m.size_a, m.size_b))) for m in reported)
    assert shared == sorted((m.shared, m.longest_passage, *sorted((m.size_a, m.size_b))) for m in found.matches)


def test_a_query_finds_what_a_scan_against_the_index_finds(opened):
    known, asked = articles(4)[::2], articles(4)[1::2]
    index = opened()
    index.add(known)
    delegates = {m.b for m in scan(known).matches if m.resemblance == 1.0}  # these are copies
    for article in asked[:40]:
        found = scan([article], against=known)
        wanted = {(m.b if m.a == article.id else m.a): m for m in found.matches}
        got = {m.b: m for m in index.query(article)}
        assert all(m.a == article.id for m in got.values())
        assert set(got) == set(wanted) - delegates
        for id, match in got.items():
            assert (match.relation, match.shared, match.longest_passage) == (
                wanted[id].relation, wanted[id].shared, wanted[id].longest_passage
            )  # fmt: skip
    assert len(index) == len(known)


def test_stories_are_those_of_a_scan(opened):
    """Where the articles arrive in the order in which they were published."""
    given = articles(5)
    found = scan(given)
    index = opened()
    added = in_batches(index, given, 20)
    groups = {}
    for one in added:
        groups.setdefault(index.story(one.id).id, set()).add(one.id)
    together = {frozenset(group) for group in groups.values() if len(group) > 1}
    wanted = {frozenset(story.articles) for story in found.stories}
    assert len(together & wanted) >= 0.9 * len(wanted) > 5
    for story in found.stories:
        if frozenset(story.articles) in together:
            told = index.story(story.articles[0])
            assert sorted(told.articles) == sorted(story.articles)
            assert {edge.id for edge in told.edges} == {edge.id for edge in story.edges}


# --------------------------------------------------------------------------------------------- whatever an article has


def test_any_string_is_an_id(opened):
    """Also one that UTF-8 has no place for; they stand in the order of Python."""
    index, text = opened(), articles(1)[0].text
    ids = ["\ud800", "a\0b", "\uffff", "𝒳", "ỗ"]
    added = index.add([Article(id, text) for id in ids])
    assert [index.get(id).id for id in ids] == ids
    assert {one.story for one in added} == {"\ud800"}
    assert [m.b for m in index.query(text)] == [min(ids)]
    (added,) = index.add(Article("\ud800", articles(1)[-1].text))
    assert [one.id for one in index.former("\ud800")] == ["\ud800"]
    assert (added.story, index.story("\ud800").id) == ("\ud800#2", "\ud800")
    assert index.remove(*ids) == 5
    assert len(index) == 0


def test_what_json_has_no_word_for_is_kept_as_text(opened):
    extra = {
        "at": datetime(2024, 5, 3, 7, tzinfo=UTC), "day": date(2024, 5, 3), "price": Decimal("1.50"), "n": np.int64(3),
        "raw": b"m\xc6\xb0a \xff", "list": np.arange(2), "known": [MappingProxyType({"day": date(2024, 5, 3)})],
    }  # fmt: skip
    index = opened()
    index.add(Article("a", "Mưa.", extra=extra))
    assert index.get("a").extra == {
        "at": "2024-05-03T07:00:00+00:00", "day": "2024-05-03", "price": "1.50", "n": 3, "raw": "mưa \\xff",
        "list": [0, 1], "known": [{"day": "2024-05-03"}],
    }  # fmt: skip


def test_a_date_that_is_written_out_is_read(opened):
    index = opened()
    text = articles(1)[0].text
    index.add([Article("a", text, published="2024-05-03"), Article("b", text, published="không rõ")])
    (again,) = index.add(Article("a", text + " Thêm một câu.", published="4/5/2024"))
    assert [m.b for m in again.matches] == ["b"]
    assert [index.get(id).published for id in "ab"] == [date(2024, 5, 4), None]


# ----------------------------------------------------------------------------------------- reopened, removed, re-added


def test_an_index_that_is_reopened_goes_on(tmp_path):
    given = articles(6)
    expected = in_batches(Index(), given, 25)
    added = []
    for lo in range(0, len(given), 25):
        with Index(tmp_path / "tin.db") as index:
            added += index.add(given[lo : lo + 25])
    assert added == expected


def test_removed_and_added_again(opened):
    given = articles(7)
    index = opened()
    rng = Random(7)
    index.add(given)
    gone = rng.sample([article.id for article in given], len(given) // 2)
    assert index.remove(*gone, "no such id") == len(gone)
    assert len(index) == len(given) - len(gone)
    assert not any(id in index for id in gone)
    left = [article for article in given if article.id in index]
    back = sorted((article for article in given if article.id in set(gone)), key=lambda article: article.id)
    reported = figures(matches_of(index.add(back)))
    everything = figures(scan(given).matches)
    before = figures(scan(left).matches)
    pairs = {pair for pair in everything if everything[pair][1] < 1 and set(pair) & set(gone)}
    found = {pair for pair in reported if reported[pair][1] < 1}
    delegates = {m.b: m.a for m in scan(given).matches if m.resemblance == 1}

    def by_version(some):
        return {tuple(sorted(delegates.get(id, id) for id in pair)) for pair in some}

    assert by_version(found) | by_version(p for p in before if before[p][1] < 1) >= by_version(pairs)
    assert by_version(found) <= by_version(everything)
    assert sorted(article.id for article in index.articles()) == [article.id for article in given]


# ------------------------------------------------------------------------------------------------------- the same event

EVENTS = Params(same_story=True)


def stories_of(index, given):
    """The stories of two articles and more, as sets of ids."""
    stories = {}
    for id, story in index.story_ids(*(article.id for article in given)).items():
        stories.setdefault(story, set()).add(id)
    return {frozenset(ids) for ids in stories.values() if len(ids) > 1}


def test_one_batch_finds_the_events_of_a_scan(opened):
    given = [*news(20), *articles(2)[:40], Article("trống", "…", "Hà Lâm")]
    Random(5).shuffle(given)
    found = scan(given, EVENTS)
    index = opened(EVENTS)
    assert figures(matches_of(index.add(given))) == figures(found.matches)
    assert len(found.matches.of("same_story")) > 40
    assert stories_of(index, given) == {frozenset(story.articles) for story in found.stories}


@pytest.mark.parametrize("size", [1, 7])
def test_in_order_of_publication_events_are_nearly_those_of_a_scan(opened, size):
    given = sorted(news(20), key=lambda article: (article.published, article.id))
    found = scan(given, EVENTS)
    index = opened(EVENTS)
    told = {(m.a, m.b) for m in matches_of(in_batches(index, given, size))}
    wanted = {(m.a, m.b) for m in found.matches}
    assert len(told ^ wanted) <= len(wanted) // 20
    assert stories_of(index, given) == {frozenset(story.articles) for story in found.stories}
    relations = {edge.relation for story in found.stories for edge in index.story(story.id).edges}
    assert relations == {None, "same_story"}


def test_an_article_is_asked_about_and_stays_outside(opened):
    first, second, third = (tell(1, n, DAY + timedelta(hours=n)) for n in range(3))
    later = replace(third, id="x", published=DAY + timedelta(days=4, hours=3))
    index = opened(EVENTS)
    index.add([first, second, *news(8, 1)[2:]])
    for _ in range(2):
        assert [(m.a, m.b, m.relation) for m in index.query(third)] == [
            (third.id, first.id, "same_story"), (third.id, second.id, "same_story")
        ]  # fmt: skip
        assert index.query(later) == []
        assert [m.b for m in index.query(later, replace(EVENTS, same_story_days=4))] == [first.id, second.id]
    assert index.query(third, Params()) == []
    assert [m.b for m in index.query(first)] == [second.id]


def test_what_was_made_without_events_is_asked_for_them(opened):
    given = news(6)
    index = opened()
    assert matches_of(index.add(given[:-1])) == []
    with_events = index.add(given[-1], EVENTS)[0]
    assert {m.relation for m in with_events.matches} == {"same_story"}
    assert with_events.story in {given[-2].id, given[-3].id}
    assert [m.b for m in index.query(given[0], EVENTS)] == [given[1].id, given[2].id]


def test_articles_that_are_gone_are_no_event(opened):
    given = news(6)
    index = opened(EVENTS)
    index.add(given)
    asked = replace(tell(0, 7, DAY), id="x")
    assert [m.b for m in index.query(asked)] == ["0-0", "0-1", "0-2"]
    index.remove("0-1")
    assert [m.b for m in index.query(asked)] == ["0-0", "0-2"]
    index.add(replace(given[0], text=given[-1].text, title=given[-1].title))  # a revision
    assert [m.b for m in index.query(asked)] == ["0-2"]
    index.expire(date(2030, 1, 1))
    assert index.query(asked) == []
    assert matches_of(index.add(given[:3])) != []


def test_the_first_article_of_a_version_is_gone(opened):
    first, second = (tell(1, n, DAY) for n in range(2))
    index = opened(EVENTS)
    index.add([first, replace(first, id="bản sao", text=first.text.upper()), *news(4, 1)[2:]])
    index.remove(first.id)
    assert [(m.b, m.relation) for m in index.query(second)] == [("bản sao", "same_story")]


def test_an_addition_that_failed_leaves_nothing(opened):
    given = news(6)
    index = opened(EVENTS)
    index.add(given[:6])
    with pytest.raises(ArticleError, match="need an id"):
        index.add([*given[6:], Article("", "Mưa.")])
    broken = replace(given[8], extra={"cũ": (loop := {})})
    loop["lại"] = loop
    with pytest.raises(ArticleError, match="extra"):
        index.add([given[7], broken])
    again = opened(EVENTS) if index.path == ":memory:" else Index(index.path, EVENTS)
    assert sorted(m.b for m in matches_of(index.add(given[6:]))) == sorted(
        m.b for m in scan(given, EVENTS).matches if m.b in {article.id for article in given[6:]}
    )
    again.close()


def test_a_transaction_that_is_undone_leaves_no_event(tmp_path, monkeypatch):
    given, others = news(6), news(8)[18:]

    def fail(*_):
        raise StoreError("no room")

    with Index(tmp_path / "tin.db", EVENTS) as index, Index(tmp_path / "tin.db", EVENTS) as other:
        index.add(given[:2])
        with monkeypatch.context() as patched:
            patched.setattr(adding, "settle", fail)
            with pytest.raises(StoreError, match="no room"):
                index.add(given[3:9])
        other.add([given[2], *others[:5]])  # they get the numbers that were given out before
        (added,) = index.add(replace(given[0], id="x", text=given[1].text + " Hết."))
    assert {m.a for m in added.matches} == {article.id for article in given[:3]}


def test_what_others_removed_counts_no_more(tmp_path):
    given = news(6)
    with Index(tmp_path / "tin.db", EVENTS) as index, Index(tmp_path / "tin.db") as other:
        index.add(given)
        asked = replace(given[0], id="x")
        before = index.query(asked)
        assert other.remove(*(article.id for article in given[3:])) == len(given) - 3
        assert [m.b for m in index.query(asked)] == [m.b for m in before]
        assert len(index._reading._versions) == 3


def test_a_redelivery_gets_its_events_again(opened):
    given = sorted(news(6), key=lambda article: (article.published, article.id))
    index = opened(EVENTS)
    first = in_batches(index, given, 3)
    again = in_batches(index, given, 3)
    assert [[(m.a, m.b) for m in one.matches] for one in again] == [[(m.a, m.b) for m in one.matches] for one in first]


def test_others_write_beside(tmp_path):
    given = sorted(news(6), key=lambda article: (article.published, article.id))
    found = {(m.a, m.b) for m in scan(given, EVENTS).matches}
    with Index(tmp_path / "tin.db", EVENTS) as one, Index(tmp_path / "tin.db", EVENTS) as two:
        told = [m for n, article in enumerate(given) for m in matches_of((one, two)[n % 2].add(article))]
    assert {(m.a, m.b) for m in told} == found


def test_many_read_while_one_writes(tmp_path):
    given = sorted(news(20), key=lambda article: (article.published, article.id))
    with Index(tmp_path / "tin.db", EVENTS) as index, ThreadPoolExecutor(4) as pool:
        index.add(given[:30])
        wanted = [[(m.a, m.b) for m in index.query(replace(article, id="x"))] for article in given[:4]]
        asked = [pool.submit(index.query, replace(given[n % 4], id="x")) for n in range(40)]
        told = matches_of(in_batches(index, given[30:], 5))
        found = [{(m.a, m.b) for m in one.result()} for one in asked]
        assert all(one >= {*wanted[n % 4]} for n, one in enumerate(found))
    assert {(m.a, m.b) for m in told} <= {(m.a, m.b) for m in scan(given, EVENTS).matches}


def test_rebuilding_puts_events_together_anew(tmp_path):
    given = sorted(news(20), key=lambda article: (article.published, article.id))
    with Index(tmp_path / "tin.db") as index:
        index.add(given)
        assert stories_of(index, given) == set()
    assert Index.rebuild(tmp_path / "tin.db", EVENTS) == len(given)
    with Index(tmp_path / "tin.db", EVENTS) as index:
        assert stories_of(index, given) == {frozenset(story.articles) for story in scan(given, EVENTS).stories}


def test_of_many_on_one_event_the_first_and_the_most_alike_are_matches(opened):
    given = [tell(n % 2, n, DAY + timedelta(minutes=n)) for n in range(60)]
    few = replace(EVENTS, same_story_bucket=8, hubs=2)
    index = opened(few)
    added = in_batches(index, given, 20)
    assert max(len(one.matches) for one in added) == 8
    assert 2 <= len(stories_of(index, given)) <= len(scan(given, few).stories)
    assert len(index.query(replace(given[0], id="x"))) == 9  # and its copy
