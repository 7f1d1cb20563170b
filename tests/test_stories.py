"""Stories: what joins an anchor, and what does not."""

import csv
from datetime import UTC, date, datetime, timedelta
from random import Random

import make
import numpy as np
import pytest

from dedup import Article, ParamError, Params, kernels, scan
from dedup.api.choose import moment
from dedup.descent import Kinship, Member, derive
from dedup.stories import _has_strangers, anchor_all


def stories_of(articles):
    return [(story.anchor, story.articles) for story in scan(articles).stories]


def test_a_version_joins_the_anchor_that_it_shares_most_with():
    shares = {1: [(0.4, 3)], 2: [(0.6, 3)], 3: [(0.4, 1), (0.6, 2)]}
    assert anchor_all([1, 2, 3], shares) == {1: 1, 2: 2, 3: 2}
    assert anchor_all([3, 2, 1], shares) == {3: 3, 2: 3, 1: 3}
    assert anchor_all([2, 1, 3], {**shares, 3: [(0.5, 1), (0.5, 2)]}) == {2: 2, 1: 1, 3: 2}  # of equals the earlier
    assert anchor_all([], {}) == {}


def web(rng, count, chance):
    """Shares of a random graph, and the same as arrays."""
    pairs = [(a, b) for a in range(count) for b in range(a) if rng.random() < chance]
    shares = [(*pair, rng.choice([-1.0, 0.3, 0.5, 0.7])) for pair in pairs]
    edges = sorted([*shares, *((b, a, share) for a, b, share in shares)])
    starts = np.searchsorted([one for one, *_ in edges], np.arange(count + 1))
    other, share = np.array([y for _, y, _ in edges], np.int64), np.array([share for *_, share in edges])
    texts = {n: [(share, y) for x, y, share in edges if x == n and share > 0] for n in range(count)}
    near = {n: {y for x, y, _ in edges if x == n} for n in range(count)}
    return texts, near, (starts, other, share)


@pytest.mark.parametrize("seed", range(20))
def test_kernels_choose_as_plain_code_does(seed):
    rng = Random(seed)
    count = rng.randrange(1, 40)
    texts, near, arrays = web(rng, count, rng.choice([0.05, 0.2, 0.6]))
    assert dict(enumerate(kernels.choose_anchors(*arrays).tolist())) == anchor_all(range(count), texts)
    starts, other, _ = arrays
    places = range(len(other))
    one = np.searchsorted(starts, places, side="right") - 1
    ranked = np.array(sorted(places, key=lambda e: (one[e], len(near[other[e]]), other[e])), np.int64)
    strangers = [_has_strangers([y for _, y in texts[n]], near) for n in range(count)]
    assert kernels.meet_strangers(*arrays, ranked).tolist() == strangers


def test_a_chain_is_no_story():
    """Each shares 40 % with the next one and nothing with the others."""
    rng = Random(1)
    parts = [make.article(rng, 120) for _ in range(30)]
    own = [make.article(rng, 60) for _ in range(29)]
    chain = [Article(f"{n:02}", f"{parts[n]} {own[n]} {parts[n + 1]}") for n in range(29)]
    found = scan(chain).stories
    assert max(len(story.articles) for story in found) <= 3
    matched = {frozenset((m.a, m.b)) for m in scan(chain).matches}
    for story in found:
        assert all(frozenset((story.anchor, id)) in matched for id in story.articles if id != story.anchor)


def test_the_earliest_is_the_anchor_then_the_longest_then_the_smaller_id():
    text = make.article(Random(2), 200)
    longer = f"{text} {make.article(Random(3), 40)}"
    dated = [Article("a", longer, published=date(2024, 5, 4)), Article("b", text, published=date(2024, 5, 3))]
    (story,) = scan(dated).stories
    assert (story.id, story.anchor, story.articles, story.earliest) == ("b", "b", ("b", "a"), "b")
    assert story.representatives == ("a", "b")
    (story,) = scan([Article("a", text), Article("b", longer)]).stories
    assert (story.anchor, story.earliest, story.representatives) == ("b", None, ("b",))
    (story,) = scan([Article("b", longer), Article("a", f"{longer} {make.words(Random(4), 1)[0]}")]).stories
    assert story.anchor == "a"


def test_copies_stand_where_their_version_stands():
    text = make.article(Random(5), 200)
    early = datetime(2024, 5, 3, 8, tzinfo=UTC)
    articles = [Article("a", text), Article("c", text.upper(), published=early), Article("b", f"{text} xa gần.")]
    (story,) = scan(articles).stories
    assert (story.anchor, story.articles) == ("c", ("c", "a", "b"))
    assert [(e.id, e.derived_from, e.relation) for e in story.edges] == [
        ("c", None, None), ("a", None, "reprint"), ("b", None, "reprint"),
    ]  # fmt: skip


def test_templates_join_no_story():
    one, other = (make.form(Random(n), 101 + n, 1) for n in range(2))
    result = scan([one, other])
    assert [m.relation for m in result.matches] == ["template"]
    assert not result.stories


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_gives_the_same_stories(seed):
    articles = [Article(id, text) for id, text in make.corpus(21, families=20).items()]
    wanted = stories_of(articles)
    assert len(wanted) > 5
    ids = [id for _, members in wanted for id in members]
    assert len(ids) == len(set(ids))  # a stock passage makes no round-up
    Random(seed).shuffle(articles)
    assert stories_of(articles) == wanted


def test_rows(tmp_path):
    text = make.article(Random(6), 100)
    result = scan([Article("a", text), Article("b", f"{text} xa gần."), Article("c", make.article(Random(7), 90))])
    result.write(tmp_path / "s.csv", "stories")
    with (tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["story", "id", "representative", "derived_from", "relation"]
    assert [(r["story"], r["id"], r["representative"], r["derived_from"], r["relation"]) for r in rows] == [
        ("b", "a", "false", "", "reprint"), ("b", "b", "true", "", ""),
    ]  # fmt: skip
    assert [(d.id, d.story) for d in result.decisions()] == [("a", "b"), ("b", "b"), ("c", None)]


def test_a_thousand_links_are_no_story():
    rng = Random(8)
    parts = [make.article(rng, 60) for _ in range(1001)]
    own = [make.article(rng, 30) for _ in range(1000)]
    chain = [Article(f"{n:04}", f"{parts[n]} {own[n]} {parts[n + 1]}") for n in range(1000)]
    for params in (Params(), Params(same_story=True)):
        found = scan(chain, params).stories
        assert len(found) > 300
        assert max(len(story.articles) for story in found) <= 3
        assert not any(story.round_ups for story in found)


def families(rng, count, size):
    """Stories of that many versions each, and what a round-up takes of each."""
    texts = [make.article(rng, 200) for _ in range(count)]
    made = [Article(f"{n}{v}", f"{text} {make.article(rng, 20)}") for n, text in enumerate(texts) for v in range(size)]
    return made, [" ".join(text.split()[:100]) for text in texts]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("name", ["a", "z"])
def test_a_round_up_stands_in_each_story_and_links_none(size, name):
    articles, taken = families(Random(9), 5, size)
    articles.append(Article(name, " ".join(taken), published=date(2024, 5, 1) if name == "a" else None))
    found = scan(articles)
    assert len(found.stories) == 5
    for story in found.stories:
        assert story.round_ups == (name,)
        assert len({id[0] for id in story.articles} - {name}) == 1
        assert len(story.articles) == size + 1
        assert name not in (story.anchor, *story.representatives, story.earliest)
        assert {e.relation for e in story.edges if e.id == name} <= {"edited", "partial"}
        assert {e.derived_from for e in story.edges if e.id == name} == {None}
    assert [d.story for d in found.decisions() if d.id == name] == [found.stories[0].id]


def test_two_round_ups_link_nothing_either():
    articles, taken = families(Random(10), 5, 2)
    articles += [Article("x", " ".join(taken[:4])), Article("y", " ".join(taken[1:]))]
    found = scan(articles).stories
    assert [len({id[0] for id in story.articles} - {"x", "y"}) for story in found] == [1] * 5
    assert [story.round_ups for story in found] == [("x",), ("x", "y"), ("x", "y"), ("x", "y"), ("y",)]


def test_one_passage_in_everything_is_no_round_up():
    rng = Random(11)
    stock = make.article(rng, 60)
    articles = [Article(f"{n}", f"{make.article(rng, 40)} {stock}") for n in range(6)]
    assert not any(story.round_ups for story in scan(articles).stories)


# ------------------------------------------------------------------------------------------------ who made it from whom

HOUR = timedelta(hours=1)
DAY = datetime(2024, 5, 3, 6, tzinfo=UTC)
PAPERS = [("baohalam.vn", "Báo Hà Lâm"), ("vinhsa.com.vn", "Vịnh Sa"), ("Báo Đồi Mây", "baodoimay.vn"),
          ("trabong24.net", "trabong24.net"), ("vov.vn", "VOV")]  # fmt: skip


def times(rng, count):
    """Ascending times as feeds have them: with hours, the day alone, or none."""
    moment, kind = DAY, rng.choice(("hours", "days", "mixed", "none"))
    for _ in range(count):
        moment += HOUR * rng.choice((0, 1, 5, 30))
        draw = rng.random()
        if kind == "none" or (kind == "mixed" and draw < 0.2):
            yield None
        elif kind == "days" or (kind == "mixed" and draw < 0.5):
            yield (moment + 7 * HOUR).date()  # as in Vietnam
        else:
            yield moment


def family(number):
    """(articles, id → ids of all it was made from): an original, versions of it and of its versions, credits or not."""
    rng = Random(number)
    text = make.article(rng, 160)
    made, before = [], {}
    for n, when in enumerate(times(rng, rng.randint(2, 5))):
        source, _ = PAPERS[n]
        credit = parent = ""
        if n:
            origin = rng.randrange(n)
            parent, text = made[origin].id, made[origin].text
            credit = PAPERS[origin][1] if rng.random() < 0.5 else ""
            change = rng.choice(("reprint", "shorter", "longer", "edited"))
            if change == "shorter":
                text = " ".join(text.split()[: int(len(text.split()) * 0.75)])
            elif change == "longer":
                text = f"{text} {make.article(rng, 30)}"
            elif change == "edited":
                text = make.edited(rng, text, 0.02)
        line = f"\n\n(Theo {credit})" if credit and rng.random() < 0.5 else ""
        id = f"{number}-{rng.randint(100, 999)}{n}"
        made.append(Article(id, f"{text}{line}", source=source, credit="" if line else credit, published=when))
        before[id] = {parent} | before.get(parent, set()) if parent else set()
    return made, before


def test_no_wrong_arrow_in_a_thousand_families():
    articles, before = [], {}
    for number in range(1000):
        made, origins = family(number)
        articles += made
        before.update(origins)
    Random(0).shuffle(articles)
    edges = [edge for story in scan(articles).stories for edge in story.edges]
    arrows = [edge for edge in edges if edge.derived_from]
    assert [edge for edge in arrows if edge.derived_from not in before[edge.id]] == []
    assert all((edge.evidence is None) == (edge.derived_from is None) for edge in edges)
    assert {edge.evidence for edge in arrows} == {"credit", "containment", "time"}
    assert len(arrows) > 0.3 * sum(map(bool, before.values()))


def test_stories_are_made_when_asked_for(monkeypatch):
    articles = [article for number in range(60) for article in family(number)[0]]
    every = list(scan(articles).stories)
    read = []
    monkeypatch.setattr("dedup.api.stories.find_credit", lambda text: read.append(text) or "")
    found = scan(articles)
    order = found.stories.by_size().tolist()
    assert not read
    by_size = [found.stories[place].id for place in order]
    count = len(read)
    assert len(list(found.stories)) == len(every)
    assert len(read) == count > 0  # each text once
    monkeypatch.undo()
    monkeypatch.setattr("dedup.api.stories._TOGETHER", 7)
    found = scan(articles)
    homes = found.stories.homes(len(articles)).tolist()
    assert [s.id for s in every] == sorted(s.id for s in every)
    assert list(found.stories) == found.stories[:] == every
    assert found.stories[-1] == every[-1]
    assert found.stories[3:9:2] == every[3:9:2]
    with pytest.raises(IndexError, match="out of bounds"):
        found.stories[len(every)]
    of = {a.id: a for a in articles}
    papers = {s.id: {of[id].source for id in s.articles} - {""} for s in every}
    first = {s.id: moment(of[s.earliest].published) if s.earliest else np.inf for s in every}
    key = {s.id: (-len(s.articles), -len(papers[s.id]), first[s.id], s.id) for s in every}
    assert by_size == sorted(key, key=key.get)
    own = {id: s.id for s in every for id in s.articles}
    assert [articles[home].id if home >= 0 else None for home in homes] == [own.get(a.id) for a in articles]


def at(hour, version=1, *, source="", credit="", id=None):
    span = None if hour is None else (hour, hour) if isinstance(hour, int) else hour
    return Member(id or f"{hour}", version, source, credit, span)


def arrows(*members, kin=None):
    return {id: step and step[0] for id, step in derive(members, kin or {}).items()}


def test_times_with_their_precision():
    assert arrows(at(8), at(9), at(10)) == {"8": None, "9": "8", "10": "8"}
    assert arrows(at(8), at((0, 24), id="day")) == {"8": None, "day": None}
    assert arrows(at((0, 24), id="day"), at((25, 49), id="next")) == {"day": None, "next": "day"}
    assert arrows(at(8), at(9), at(None, id="?")) == {"8": None, "9": None, "?": None}
    assert arrows(at(8, id="x"), at(8, id="y"), at(9)) == {"x": None, "y": None, "9": None}


def test_a_credit_goes_before_times():
    vov, paper = at(8, source="vov.vn", id="vov"), at(7, source="baohalam.vn", id="paper")
    assert arrows(vov, paper, at(9, credit="VOV")) == {"vov": "paper", "paper": None, "9": "vov"}
    assert arrows(vov, paper, at(9, credit="TTXVN"))["9"] is None  # the origin is not here
    assert arrows(vov, paper, at(6, credit="VOV"))["6"] is None  # nobody copies what is not yet written
    assert arrows(vov, paper, at(None, credit="Báo điện tử Hà Lâm", id="x"))["x"] == "paper"
    assert arrows(vov, at(9, credit="VOV", source="https://vov.vn/tin"))["9"] == "vov"  # its own name tells nothing
    both = at(None, source="a.vn", credit="b.vn", id="a"), at(None, source="b.vn", credit="a.vn", id="b")
    assert arrows(*both) == {"a": None, "b": None}


def test_what_shares_as_much_must_be_earlier_too():
    kin = {1: {2: Kinship(0.9, 0.9)}, 2: {1: Kinship(0.9, 0.9), 3: Kinship(0.5, 0.5)}, 3: {2: Kinship(0.5, 0.5)}}
    assert arrows(at(8, 1), at(9, 2), at(10, 3), kin=kin) == {"8": None, "9": "8", "10": "9"}
    assert arrows(at(8, 1), at(9, 2), at(None, 1, id="?"), kin=kin) == {"8": None, "9": None, "?": None}


def test_representatives():
    text = make.article(Random(12), 120)
    articles = [
        Article("1", text, source="baohalam.vn", published=date(2024, 5, 3)),
        Article("2", f"{text} {make.article(Random(13), 30)}", source="vov.vn", published=date(2024, 5, 4)),
        Article("3", f"{text} xa.", source="vinhsa.vn", published=date(2024, 5, 5)),
    ]
    found = scan(articles)
    assert found.representatives() == {"1": ("2",)}
    assert found.representatives("earliest") == {"1": ("1",)}
    assert found.representatives(prefer=["other.vn", "vinhsa.vn", "vov.vn"]) == {"1": ("3",)}
    assert [a.id for a in found.stories[0].read()] == ["1", "2", "3"]
    with pytest.raises(ParamError, match="by='best': need longest, earliest or covers"):
        found.representatives("best")


@pytest.mark.parametrize(("count", "limits"), [(60, {"max_bucket": 8, "hubs": 2}), (300, {})])
def test_a_crowd_is_one_story(count, limits):
    """Most of its pairs are never examined, but each version is compared with the anchor."""
    passage = make.article(Random(1), 100)
    found = scan([f"{passage}\n\n{make.article(Random(n), 30)}" for n in range(count)], Params(**limits))
    assert found.crowds
    (story,) = found.stories
    assert len(story.articles) == count
    assert {edge.relation for edge in story.edges} == {"edited", None}


def test_no_story_of_old_articles_alone():
    text = make.article(Random(3), 100)
    old = [Article("1", text), Article("2", text + " Hết."), Article("3", text)]
    assert not scan([Article("4", make.article(Random(4), 100))], against=old).stories
    (story,) = scan([Article("4", text + " Xa.")], against=old).stories
    assert "4" in story.articles
