"""What one version of a story says that others do not, put together from news, changes and relation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from dedup.api.pair import compare
from dedup.api.shelf import as_article
from dedup.errors import ArticleError
from dedup.facts import Known
from dedup.models import Article, Change, Counterpart, Diff, Fact, FactKind, Match, Story
from dedup.novelty import News, Version, find_changes, find_news, prepare
from dedup.novelty.pieces import Piece, fact_of, kind_of, merge_strange, without
from dedup.text import furniture_spans

__all__ = ["diff", "find_diff"]

_UNBELIEVABLE = 2  # changes in texts that are no versions of one text: more, and these are other things of a series
_CORRECTED = 0.8  # resemblance from which two texts of one form, with so few changes, are one whose day was corrected


def diff(a: Any, b: Any) -> Diff:
    """Which facts version b adds, drops and changes: spans in the original texts, by kind.

    Rewording, another order, aliases (Hoa Kỳ, Mỹ), page furniture, by-lines and captions without content are no facts.
    A fact is as tight as can be told (the new piece of a sentence, not all of it), and is there once even where a body
    is printed twice. Titles count as known on both sides. Which words carry news is decided by a conditional
    random field (Lafferty, McCallum, Pereira 2001) over figures of aligned sentences; see benchmarks/README.md.

    Args:
        a: an Article, a mapping with its fields or a string (its id is then "a"); or several of these or a Story:
            then added is what b says that none of them does, and dropped what any of them says and b does not.
        b: the version in question (a string's id is "b").

    Raises:
        ArticleError: one is nothing of the kind, or there is no version to compare with.

    >>> old = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, 12 người bị thương."
    >>> new = "Sáng 3/5, mưa lớn ngập ba tuyến phố ở thị xã Hà Lâm, 13 người bị thương. Điện bị cắt ở phường Trà Nâu."
    >>> found = diff(old, new)
    >>> [(c.a.text, c.b.text) for c in found.changed], [f.text for f in found.added]
    ([('12 người', '13 người')], ['Điện bị cắt ở phường Trà Nâu'])
    """
    return find_diff(_several(a), as_article(b, "b"), prepare)


def find_diff(given: list[Article], article: Article, analyse: Callable[..., Version]) -> Diff:
    """The same of articles; `analyse` is `novelty.prepare`, or one that remembers what it has made."""
    former, match = _by_closeness(given, article)
    versions = [analyse(one.text, one.published, one.title) for one in former]
    own = analyse(article.text, article.published, article.title)
    titles = [analyse(one.title) for one in former if one.title]
    own_title = [analyse(article.title)] if article.title else []
    added = find_news(own, [*versions, *titles])
    dropped = [find_news(one, [own, *own_title, *versions[:i]]) for i, one in enumerate(versions)]
    changes = _changes(dropped[0], added, match, versions[1:])
    taken = [one for one, _, _ in changes]  # of the closest version
    facts = [_facts(news, taken if i == 0 else [], former[i]) for i, news in enumerate(dropped)]
    return Diff(
        a=tuple(one.id for one in given),
        b=article.id,
        added=tuple(_facts(added, [two for _, two, _ in changes], article)),
        dropped=tuple(fact for part in facts for fact in part),
        changed=tuple(
            Change(kind, fact_of(versions[0], one, kind, former[0].id), fact_of(own, two, kind, article.id))
            for one, two, kind in changes
        ),
        shared=tuple(_shared(added, dropped, former, article)),
        left_out=tuple(
            fact for one, its in zip((*former, article), (*versions, own), strict=True) for fact in _left_out(one, its)
        ),
        relation=match.relation, resemblance=match.resemblance, a_in_b=match.a_in_b, b_in_a=match.b_in_a,
    )  # fmt: skip


def _by_closeness(former: list[Article], article: Article) -> tuple[list[Article], Match]:
    """The versions, the one that shares most with the article first, and its match."""
    matches = [compare(one, article) for one in former]
    first = min(range(len(former)), key=lambda i: (-matches[i].containment, former[i].id))
    return [former[first], *former[:first], *former[first + 1 :]], matches[first]


def _several(a: Any) -> list[Article]:
    """The versions to compare with, those of an id given twice once."""
    if isinstance(a, Story):
        return list(a.read())
    if isinstance(a, Article | str | Mapping):
        return [as_article(a, "a")]
    if not isinstance(a, Iterable):
        raise ArticleError(f"{type(a).__name__}: need an article, a story or several articles")
    former = [as_article(one, f"a{number}") for number, one in enumerate(a, 1)]
    if not former:
        raise ArticleError("no article to compare with: need at least one")
    return former


def _changes(a: News, b: News, match: Match, others: list[Version]) -> list[tuple[Piece, Piece, FactKind]]:
    """(syllables in a, syllables in b, kind) of each change; none between two texts of a series, nor to what one of the
    other versions had already."""
    if match.relation == "template" and match.resemblance < _CORRECTED:
        return []
    found = find_changes(a, b)
    if match.relation in (None, "template") and len(found) > _UNBELIEVABLE:
        return []
    known = Known(mention for version in others for mention in version.mentions)
    had = {
        edges
        for mention, edges in zip(b.version.mentions, b.version.mention_edges, strict=True)
        if known.has(mention)
    }
    return sorted((c.a, c.b, c.kind) for c in found if c.b not in had)


def _facts(news: News, changed: list[Piece], article: Article) -> Iterable[Fact]:
    version = news.version
    pieces = without(version, news.pieces, changed)
    for piece, is_other_story in merge_strange(version, pieces, news.is_anywhere):
        yield fact_of(version, piece, "story" if is_other_story else kind_of(version, piece), article.id)


def _shared(added: News, dropped: list[News], former: list[Article], article: Article) -> list[Counterpart]:
    """Sentences and what explains them, seen from b and from each former version, by their place in b."""
    rows = {(s, i, u) for s, i, u in added.counterparts() if i < len(former)}
    for i, news in enumerate(dropped):
        rows |= {(u, i, s) for s, number, u in news.counterparts() if number == 0}
    return [
        Counterpart(_sentence(dropped[i].version, u, former[i]), _sentence(added.version, s, article))
        for s, i, u in sorted(rows)
    ]


def _sentence(version: Version, number: int, article: Article) -> Fact:
    return fact_of(version, (int(version.edges[number]), int(version.edges[number + 1])), "statement", article.id)


def _left_out(article: Article, version: Version) -> list[Fact]:
    """Furniture and asides, spans that touch as one."""
    text = article.text
    mask = np.zeros(len(text) + 1, np.bool_)
    for start, end in (*furniture_spans(text), *version.asides):
        mask[start:end] = True
    edges = np.flatnonzero(np.diff(mask, prepend=False)).reshape(-1, 2).tolist()
    return [Fact(text[start:end], start, end, "statement", article.id) for start, end in edges]
