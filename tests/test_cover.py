"""The fewest versions that hold every fact, and what `keep` makes of versions that add nothing."""

import itertools

import pytest
from newsroom import ARTICLES, COFFEE, FIRE, FLOOD, STORM

from dedup import Article, ArticleError, Params, cover, diff, scan

LOOSE = Params(min_shared=10)


def lines(text, *left_out):
    return "\n".join(line for i, line in enumerate(text.split("\n")) if i not in left_out)


def test_a_version_that_holds_all_is_enough():
    versions = [
        Article("a", lines(FIRE, 2)),
        Article("b", FIRE),
        Article("c", FIRE.upper()),
        Article("d", lines(FIRE, 3)),
    ]
    assert cover(versions) == ("b",)
    assert cover([]) == ()
    assert cover([FIRE]) == ("1",)


def test_versions_that_each_know_something():
    one, two, three = lines(FLOOD, 2), lines(FLOOD, 3), lines(FLOOD, 2, 3)
    for order in itertools.permutations([Article("1", one), Article("2", two), Article("3", three)]):
        assert sorted(cover(list(order))) == ["1", "2"]


@pytest.mark.parametrize("name", sorted(ARTICLES))
def test_what_is_chosen_holds_every_fact(name):
    text = ARTICLES[name]
    versions = [Article(str(i), lines(text, i)) for i in range(1, len(text.split("\n")))]
    chosen = cover(versions)
    kept = [v for v in versions if v.id in chosen]
    for version in versions:
        assert version.id in chosen or not diff(kept, version).added
    assert len(chosen) < len(versions)


def test_only_articles():
    with pytest.raises(ArticleError, match="need an Article, a mapping or a string"):
        cover([FIRE, 5])


def test_representatives_of_a_story():
    versions = [Article("1", lines(STORM, 2)), Article("2", lines(STORM, 3)), Article("3", lines(STORM, 2, 3))]
    found = scan([*versions, Article("x", COFFEE)], LOOSE)
    (story,) = found.stories
    assert set(found.representatives("covers")[story.id]) == {"1", "2"}


def test_a_version_in_other_words_that_adds_nothing_is_dropped():
    short = lines(STORM, 3, 4).replace("cho biết", "cho hay")
    (match,) = scan([Article("a", STORM), Article("b", short)], LOOSE).matches
    assert (match.relation, match.b_in_a < 0.98) == ("edited", True)
    decided = {
        d.id: (d.keep, d.kept_id, d.reason) for d in scan([Article("a", STORM), Article("b", short)], LOOSE).decisions()
    }
    assert decided["b"] == (False, "a", "adds nothing")
    other = short.replace("320 km", "350 km")
    assert all(d.keep for d in scan([Article("a", STORM), Article("b", other)], LOOSE).decisions())
