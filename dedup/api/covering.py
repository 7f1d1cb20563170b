"""The fewest versions of a story that together say everything that any of them says."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from dedup.api.shelf import as_article
from dedup.models import Article
from dedup.novelty import Version, find_news, prepare

__all__ = ["cover"]


def cover(articles: Sequence[Any]) -> tuple[str, ...]:
    """The ids of versions that together hold every fact of all of them: the longest, then whichever adds most.

    What a version adds to those already chosen is found as `diff` finds it; one that adds nothing is not needed. Greedy
    set cover (Chvátal 1979): seldom more versions than the fewest that would do. Ties go to the smaller id.

    Args:
        articles: Articles, mappings with their fields, or strings (their place, from 1, is their id); also a
            `Story.read()`.

    Raises:
        ArticleError: one is nothing of the kind.

    >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm."
    >>> cover([rain, rain + " Điện bị cắt ở phường Trà Nâu.", rain.upper()])
    ('2',)
    """
    given = [as_article(one, str(place)) for place, one in enumerate(articles, 1)]
    versions = {one.id: _prepared(one) for one in given}
    if not versions:
        return ()
    first = min(versions, key=lambda id: (-len(versions[id]), id))
    chosen = [first]
    waiting = [(-len(version), id, 0) for id, version in versions.items() if id != first]
    heapq.heapify(waiting)
    while waiting:  # a version never adds more to many than to fewer: what led once is weighed again only on top
        weight, id, seen = heapq.heappop(waiting)
        if seen < len(chosen):
            weight, seen = -_added(versions[id], [versions[one] for one in chosen]), len(chosen)
            if weight:
                heapq.heappush(waiting, (weight, id, seen))
            continue
        chosen.append(id)
    return tuple(chosen)


def _prepared(article: Article) -> Version:
    return prepare(article.text, article.published, article.title)


def _added(version: Version, chosen: list[Version]) -> int:
    """The weight of what a version says that the chosen ones do not."""
    return sum(int(version.weights[lo:hi].sum()) for lo, hi in find_news(version, chosen).pieces)
