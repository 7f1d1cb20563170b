"""What lives on in an index: stories, revisions, days and sources; and what crowds leave out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random

import make
import newsroom
import pytest
from test_index_protocol import FIGURES, figures, matches_of

from dedup import Added, Article, ArticleError, Index, ParamError, Params, diff, scan
from dedup.api.index import adding, probing, recent
from dedup.store import runs


def story_of(index, id):
    return index.story(id).id


def texts(seed, count, syllables=150):
    rng = Random(seed)
    return [make.article(rng, syllables) for _ in range(count)]


def dated(id, text, day, **more):
    return Article(id, text, published=date(2024, 3, day), **more)


# -------------------------------------------------------------------------------------------------------------- stories


def test_a_story_keeps_the_id_of_its_first_article():
    (text,) = texts(1, 1)
    index = Index()
    first, second = index.add([Article("b", text), Article("a", text + " Thêm một câu nữa ở cuối bài.")])
    assert (first.story, first.is_new_story, second.story, second.is_new_story) == ("b", True, "b", False)
    assert index.story("a") == index.story("b")
    assert index.story("a").articles == ("a", "b")
    index.remove("b")
    assert index.story("b").articles == ("a",)
    (third,) = index.add(Article("c", text + " Một câu khác hẳn đã được viết thêm."))
    assert (third.story, third.is_new_story) == ("b", False)
    index.remove("a")
    assert index.story("b").articles == ("c",)
    index.remove("c")
    for id in "abc":
        with pytest.raises(KeyError, match=id):
            index.story(id)


def test_a_name_is_given_once():
    """The first article of a story is removed and comes back with a text of its own."""
    one, two = texts(2, 2)
    index = Index()
    index.add([Article("a", one), Article("b", one + " Thêm một câu nữa ở cuối bài.")])
    index.remove("a")
    (added,) = index.add(Article("a", two))
    assert (added.story, added.is_new_story) == ("a#2", True)
    assert story_of(index, "b") == "a"
    assert index.story("a").articles == ("b",)
    assert index.story("a#2").articles == ("a",)


def test_an_earlier_article_brings_stories_together():
    one, two = texts(3, 2)
    index = Index()
    index.add([dated("m", one, 3), dated("n", two, 4)])
    (added,) = index.add(dated("a", one + "\n" + two, 1))
    assert (added.story, added.is_new_story, added.merged_stories) == ("m", False, ("n",))
    assert {story_of(index, id) for id in "amn"} == {"m"}
    assert index.story("n").anchor == "a"
    index.remove("n")
    assert story_of(index, "n") == "m"  # a retired id leads on


def test_a_later_article_does_not():
    one, two = texts(3, 2)
    index = Index()
    index.add([dated("m", one, 3), dated("n", two, 4)])
    (added,) = index.add(dated("z", one + "\n" + two, 9))
    assert (added.story, added.merged_stories) == ("m", ())
    assert story_of(index, "n") == "n"


def test_no_member_is_left_behind_when_an_anchor_would_change():
    """An earlier article takes over only a story that it matches as a whole."""
    one, two = texts(4, 2, 200)
    index = Index()
    index.add([dated("m", one + "\n" + two, 3), dated("x", two, 4)])
    (added,) = index.add(dated("a", one, 1))
    assert (added.story, added.merged_stories) == ("m", ())
    assert index.story("a").anchor == "m"
    assert index.story("a").articles == ("a", "m", "x")


def test_the_anchor_leaves():
    (text,) = texts(5, 1, 300)
    words = text.split(" ")
    index = Index()
    index.add([dated("a", text, 1), dated("b", " ".join(words[:180]), 2), dated("c", " ".join(words[120:]), 3)])
    assert index.expire(date(2024, 3, 2)) == 1
    assert index.story("b").anchor == "b"
    assert index.story("a").articles == ("b", "c")
    assert [edge.relation for edge in index.story("a").edges] == [None, scan(
        [Article("b", " ".join(words[:180])), Article("c", " ".join(words[120:]))]).matches[0].relation]  # fmt: skip


def test_a_round_up_belongs_to_several_stories():
    parts = [text for name, text in newsroom.ARTICLES.items() if name in ("flood", "crash", "coffee", "match")]
    given = [dated(f"a{n}", text, 1) for n, text in enumerate(parts)]
    given.append(dated("tin-nóng", "\n".join("\n".join(text.split("\n")[:4]) for text in parts), 2))
    assert [story.round_ups for story in scan(given).stories] == [("tin-nóng",)] * 4
    index = Index()
    *_, added = index.add(given)
    assert added.story in {"a0", "a1", "a2", "a3"}
    for n in range(4):
        assert index.story(f"a{n}").articles == (f"a{n}", "tin-nóng")
        assert index.story(f"a{n}").round_ups == ("tin-nóng",)


def test_a_story_is_told_as_a_scan_tells_it():
    rng = Random(6)
    given = []
    for n, text in enumerate(list(newsroom.ARTICLES.values())[:6]):
        given.append(Article(f"{n}0", text, "Tít", "gốc.example", published=datetime(2024, 3, 1, n, tzinfo=UTC)))
        for copy in range(1, 4):
            when = datetime(2024, 3, 2, n, copy, tzinfo=UTC)
            credit = "Theo gốc.example" if copy == 1 else ""
            given.append(Article(f"{n}{copy}", newsroom.edit(rng, text), source=f"báo{copy}.example", published=when,
                                 credit=credit))  # fmt: skip
    stories = scan(given).stories
    index = Index()
    index.add(given)
    assert len(stories) == 6
    for story in stories:
        told = index.story(story.articles[-1])
        assert told == story
        assert told.read() == [index.get(id) for id in story.articles]
    with pytest.raises(KeyError, match="không có"):
        index.story("không có")


# ------------------------------------------------------------------------------------------------------------ revisions


def test_the_same_again_gets_the_same_answer():
    given = [Article(id, text) for id, text in sorted(make.corpus(9, 8).items())]
    index = Index()
    first = index.add(given)
    assert index.add(given) == first
    assert [index.add(article)[0] for article in given[::5]] == first[::5]
    assert len(index) == len(given)
    index.add([Article(f"x{n}", text) for n, text in enumerate(texts(9, 5))])
    assert index.add(given) == first


def test_a_revision_tells_what_it_changes():
    old = newsroom.FLOOD
    new = old.replace("12 người bị thương", "15 người bị thương") + "\nĐiện đã có lại ở phường Trà Nâu."
    index = Index()
    index.add([Article("a", old, title="Tít cũ"), Article("b", old.replace("sáu giờ", "bảy giờ"))])
    (added,) = index.add(Article("a", new, title="Tít mới"))
    assert added.revision == diff(Article("a", old, title="Tít cũ"), Article("a", new, title="Tít mới"))
    assert [(c.a.text, c.b.text) for c in added.revision.changed] == [("12 người", "15 người")]
    assert [(m.a, m.b) for m in added.matches] == [("a", "b")]
    assert (added.story, added.is_new_story, len(index)) == ("a", False, 2)
    assert index.get("a").text == new
    assert index.get("a").title == "Tít mới"
    assert [article.text for article in index.former("a")] == [old]
    assert index.add(Article("a", new, title="Tít mới")) == [added]
    assert [m.b for m in index.query(old)] == ["a", "b"]
    assert index.query(old)[0].resemblance < 1  # the former text matches no more


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_as_many_former_texts_are_kept_as_asked_for(kept):
    versions = texts(10, 6, 60)
    index = Index(params=Params(revisions=kept))
    for text in versions:
        index.add(Article("a", text))
    assert [article.text for article in index.former("a")] == versions[-2::-1][:kept]
    assert index.story("a").articles == ("a",)


def test_a_revision_alone_keeps_its_story_and_one_that_leaves_gets_another():
    one, two, three = texts(11, 3)
    index = Index()
    index.add([Article("a", one), Article("b", two), Article("c", one + " Thêm một câu nữa.")])
    (alone,) = index.add(Article("b", three))
    assert (alone.story, alone.is_new_story) == ("b", False)
    (left,) = index.add(Article("a", two))
    assert (left.story, left.is_new_story) == ("a#2", True)
    assert index.story("a").articles == ("c",)
    (joined,) = index.add(Article("b", one + " Câu cuối đã khác."))
    assert (joined.story, joined.merged_stories) == ("a", ("b",))


def test_an_id_twice_in_one_batch():
    one, two = texts(12, 2)
    added = Index().add([Article("a", one), Article("a", two), Article("a", two), Article("b", two)])
    assert [a.revision is not None for a in added] == [False, True, True, False]
    assert [(m.a, m.b) for m in matches_of(added)] == [("a", "b")]


# ----------------------------------------------------------------------------------------------------- days and sources


def test_a_window_of_days():
    (text,) = texts(13, 1)
    given = [dated(f"{day:02}", f"{text} Bản tin thứ {day}.", day) for day in (1, 3, 8, 9)]
    reported = matches_of(Index(window=3).add(given))
    assert [(m.a, m.b) for m in reported] == [("01", "03"), ("08", "09")]
    index = Index(window=0)
    index.add([Article(article.id, article.text) for article in given])  # they all arrive today
    assert [m.b for m in index.query(text)] == ["01", "03", "08", "09"]
    assert index.query(dated("x", text, 1)) == []


def test_articles_of_one_source_apart():
    (text,) = texts(14, 1)
    sources = ["https://www.halam.example/tin/1", "halam.example", "vinhsa.example", "", ""]
    given = [Article(f"{n}", f"{text} Câu số {n}.", source=source) for n, source in enumerate(sources)]
    pairs = {(m.a, m.b) for m in matches_of(Index(own_source=False).add(given))}
    assert pairs == {(f"{a}", f"{b}") for a in range(5) for b in range(a + 1, 5)} - {("0", "1")}


def test_a_copy_that_may_be_met_stands_for_its_text():
    (text,) = texts(15, 1)
    index = Index(own_source=False)
    index.add([Article("a", text, source="halam.example"), Article("b", text, source="vinhsa.example")])
    assert [m.b for m in index.query(Article("x", text + " Thêm.", source="halam.example"))] == ["b"]
    assert [m.b for m in index.query(Article("a", text + " Thêm."))] == ["b"]


def test_expired_articles_are_gone():
    (text,) = texts(16, 1)
    index = Index()
    index.add([dated(f"{day:02}", f"{text} Bản tin thứ {day}.", day) for day in range(1, 21)])
    assert index.expire(date(2024, 3, 11)) == 10
    assert (len(index), index.expire(date(2024, 3, 11))) == (10, 0)
    assert [m.b for m in index.query(text)] == [f"{day:02}" for day in range(11, 21)]
    assert story_of(index, "20") == "01"
    assert index.expire(date.today() + timedelta(1)) == 10


# ------------------------------------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize("day", ["mai", "", None, 7])
def test_what_is_no_day_expires_nothing(day):
    index = Index()
    index.add(dated("a", "Mưa.", 1))
    with pytest.raises(ParamError, match=r"before=.*: need a day"):
        index.expire(day)
    assert index.expire("2/3/2024") == 1


@pytest.mark.parametrize(
    "published", ["không rõ", float("nan"), date.min, datetime.min, datetime.max.replace(tzinfo=UTC)], ids=str
)
def test_an_article_without_a_usable_date_is_of_the_day_it_arrived(published):
    index = Index()
    index.add(Article("a", "Mưa.", published=published))
    assert index.expire(datetime.now(UTC) - timedelta(2)) == 0
    assert index.expire(datetime.now(UTC) + timedelta(2)) == 1


def test_without_texts_figures_stay():
    rng = Random(17)
    given = [Article(id, text) for id, text in sorted(make.corpus(17, 8).items())]
    given += [Article(f"y{n}", newsroom.edit(rng, text)) for n, text in enumerate(newsroom.ARTICLES.values())]
    bare, full = Index(keep_text=False), Index()
    assert bare.add(given) == full.add(given)
    assert bare.query(given[0]) == full.query(given[0])
    assert bare.query(newsroom.FLOOD)[0].passages == []
    assert full.query(newsroom.FLOOD)[0].passages != []
    assert bare.story("y0").articles == full.story("y0").articles
    assert bare.get("y0") == Article("y0", "")
    (added,) = bare.add(Article("y0", newsroom.FIRE))
    assert added.revision is None
    with pytest.raises(ParamError, match="candidates='bands'"):
        Index(params=Params(containment=None, resemblance=0.5, candidates="bands"))


def test_an_article_comes_back_as_it_went_in():
    when = datetime(2024, 3, 1, 21, 4, tzinfo=timezone(timedelta(hours=7)))
    given = [
        Article("a", "Mưa \ud800 lớn\r\n\x00", "Tít", "báo.example", "https://báo.example", "TTXVN", when, {"x": [1]}),
        Article("b", "", published=date(2024, 3, 1)),
        Article(7, "…"),
    ]
    index = Index()
    assert [added.story for added in index.add(given)] == ["a", "b", "7"]
    assert list(index.articles()) == given
    assert index.add(given[2]) == [Added("7", "7", True, ())]
    with pytest.raises(ArticleError, match="article 'c': extra cannot be kept as JSON"):
        index.add(Article("c", "Mưa.", extra={("x", 1): 2}))


@pytest.mark.parametrize(("given", "error"), [
    ("Mưa.", "str: need an article with an id, or several"),
    (["Mưa."], "article 1: a string: need an article with an id"),
    ([{"text": "Mưa."}], "article 1: need an id"),
    ([Article("a", "Gió."), 7], "int: need an Article, a mapping or a string"),
    (7, "int: need an article with an id, or several"),
])  # fmt: skip
def test_what_is_no_article(given, error):
    index = Index()
    with pytest.raises(ArticleError, match=error):
        index.add(given)
    assert len(index) == 0
    assert index.add([]) == []


# --------------------------------------------------------------------------------------------------------------- crowds


@pytest.mark.parametrize("size", [1, 40, 1000])
def test_in_a_crowd_an_index_finds_what_a_scan_finds_and_more(size, monkeypatch):
    monkeypatch.setattr(runs, "SMALL", 16)
    monkeypatch.setattr(runs, "FAN", 4)
    rng = Random(18)
    passage = make.article(rng, 150)
    given = [Article(f"{n:03}", make.spliced(rng, make.article(rng, 120), passage)) for n in range(200)]
    rng.shuffle(given)
    params = Params(max_bucket=20, hubs=4)
    found = scan(given, params)
    assert found.crowds
    index = Index(params=params)
    reported = [one for lo in range(0, len(given), size) for one in index.add(given[lo : lo + size])]
    (story,) = found.stories  # its anchor is compared with all: that of the index is another one
    wanted = {pair: values for pair, values in figures(found.matches).items() if story.anchor not in pair}
    got = figures(matches_of(reported))
    assert got.items() >= wanted.items()
    assert len(got) < 200 * 199 / 2 / 2
    assert set(index.story(given[0].id).articles) == {article.id for article in given}
    assert index.story(given[-1].id).id == reported[0].story


def test_of_a_column_an_index_finds_what_a_scan_finds_and_more(monkeypatch):
    """What the form says becomes a crowd while its articles come in, and what fills it becomes common."""
    monkeypatch.setattr("dedup.api.join_anchors", lambda shelf, rows, params: (rows, 0, None))  # compares still others
    texts = [f"{make.form(Random(n % 7), 90, 1)} {make.form(Random(n), 60, 2)}" for n in range(120)]
    given = [Article(f"{n:03}", text) for n, text in enumerate(texts)]
    Random(21).shuffle(given)
    params = Params(max_bucket=25, hubs=2)
    found = scan(given, params)
    assert found.crowds
    assert 200 < len(found.matches) < 120 * 119 / 2
    assert figures(matches_of(Index(params=params).add(given))).items() >= figures(found.matches).items()


def test_hubs_that_are_gone_are_replaced():
    rng = Random(19)
    passage = make.article(rng, 150)
    given = [Article(f"{n:03}", make.spliced(rng, make.article(rng, 120), passage)) for n in range(120)]
    index = Index(params=Params(max_bucket=20, hubs=4))
    index.add(given[:100])
    for article in given[100:]:
        hubs = [m.b for m in index.query(article.text)]
        assert len(hubs) >= min(4, len(index))
        index.remove(*hubs)


def test_a_passage_in_many_articles_costs_no_look_at_them(monkeypatch):
    """A stock phrase is too little to make a candidate: its holders are not even read."""
    rng = Random(20)
    phrase = make.article(rng, 40)
    given = [Article(f"{n:03}", make.spliced(rng, make.article(rng, 400), phrase)) for n in range(300)]
    index = Index(params=Params(max_bucket=50))
    index.add(given)
    examined = []
    share = probing._share_crowds

    def count(snapshot, new, crowded, pairs, there):
        examined.append(len(pairs[0]))
        return share(snapshot, new, crowded, pairs, there)

    monkeypatch.setattr(probing, "_share_crowds", count)
    index.query(make.spliced(rng, make.article(rng, 400), phrase))
    assert sum(examined) <= 8
    assert FIGURES


def test_of_those_that_were_compared_lately_few_are_kept_and_none_that_is_gone(monkeypatch):
    given = [Article(id, text) for id, text in sorted(make.corpus(22).items())]
    expected = Index(keep_text=False)  # keeps none
    expected.add(given[:40])
    answers = [[replace(one, revision=None) for one in expected.add(article)] for article in given[40:]]
    for most in (0, 20_000, 64 << 20):
        monkeypatch.setattr(recent, "_MOST", most)
        index = Index()
        kept = index._rules.recent
        index.add(given[:40])
        assert [[replace(one, revision=None) for one in index.add(article)] for article in given[40:]] == answers
        assert kept._bytes == sum(size for _, _, size in kept._known.values()) <= most
        assert bool(kept._known) == (most > 0)
        index.remove(given[0].id)
        assert kept._known == {}
        assert kept._bytes == 0


@pytest.mark.parametrize(("once", "kept"), [(1, [0, 1, 1]), (0, [0, 0, 0])])
def test_what_is_asked_for_again_is_kept(monkeypatch, once, kept):
    monkeypatch.setattr(recent, "_ONCE", once)
    index = Index(params=Params(min_shared=5))
    text = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
    index.add(Article("a", text))
    for count in kept:
        assert [match.b for match in index.query(f"{text} Công an phân luồng.")] == ["a"]
        assert len(index._rules.recent._known) == count
        assert len(index._rules.recent._once) == once - count
    index.add(Article("b", f"{text} Nước rút chậm."))
    index.remove("b")
    assert not index._rules.recent._once


def test_what_a_transaction_put_in_is_not_kept_before_it_ends(monkeypatch):
    """The number of what is undone is given again, to another text."""
    index = Index(params=Params(min_shared=5))
    text = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
    other = "Giá nước ở Trà Nâu tăng từ ngày 1/6, hộ nghèo được giảm một nửa trong ba tháng đầu năm."
    former = [Article("a", text), Article("d", f"{text} Nước rút chậm.")]
    index.add(former)
    settle = adding._Arriving.settle

    def fail(self, outcomes, vacant):
        settle(self, outcomes, vacant)
        if outcomes[self._fresh[0]].former is not None and self._entries[0].id == "d":
            raise KeyboardInterrupt

    monkeypatch.setattr(adding._Arriving, "settle", fail)
    revised = [replace(article, text=f"{article.text} Công an phân luồng từ xa.") for article in former]
    with pytest.raises(KeyboardInterrupt):  # both meet "b", which this transaction put in, and are undone with it
        index.add([Article("b", f"{text} Công an phân luồng."), *revised])
    monkeypatch.undo()
    index.add(Article("b", other))
    (added,) = index.add(Article("c", f"{other} Người dân mừng."))
    assert [(m.a, m.b, m.relation) for m in added.matches] == [("b", "c", "edited")]
    assert added.matches[0].size_a == next(iter(index.query(other))).size_b


def test_a_number_is_an_id(tmp_path):
    with Index(tmp_path / "tin.db") as index:
        index.add(Article(7, "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy."))
        assert all(id in index for id in (7, "7"))
        assert index.get(7).id == index.story(7).id == "7"
        assert (index.story_ids(7), index.former(7)) == ({"7": "7"}, [])
        with pytest.raises(ArticleError, match="id=None: need a string or an integer"):
            index.get(None)
        assert index.remove(7) == 1
        assert 7 not in index
