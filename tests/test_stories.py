"""Stories: what joins an anchor, and what does not."""

import csv
from datetime import UTC, date, datetime
from random import Random

import make
import pytest

from dedup import Article, scan
from dedup.stories import anchor_all


def stories_of(articles):
    return [(story.anchor, story.articles) for story in scan(articles).stories]


def test_a_version_joins_the_anchor_that_it_shares_most_with():
    shares = {1: [(0.4, 3)], 2: [(0.6, 3)], 3: [(0.4, 1), (0.6, 2)]}
    assert anchor_all([1, 2, 3], shares) == {1: 1, 2: 2, 3: 2}
    assert anchor_all([3, 2, 1], shares) == {3: 3, 2: 3, 1: 3}
    assert anchor_all([2, 1, 3], {**shares, 3: [(0.5, 1), (0.5, 2)]}) == {2: 2, 1: 1, 3: 2}  # of equals the earlier
    assert anchor_all([], {}) == {}


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
    assert result.stories == []


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_gives_the_same_stories(seed):
    articles = [Article(id, text) for id, text in make.corpus(21, families=20).items()]
    wanted = stories_of(articles)
    assert len(wanted) > 5
    ids = [id for _, members in wanted for id in members]
    assert len(ids) == len(set(ids))
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
