"""Two articles compared exactly."""

from __future__ import annotations

import numpy as np

from dedup.api.matches import make_match
from dedup.api.same_story import same_story_verdict
from dedup.api.shelf import as_article
from dedup.api.verify import compare_pairs, features_of
from dedup.corpus import Prepared, passages
from dedup.errors import ParamError
from dedup.furniture import Furniture, group_of
from dedup.models import RELATIONS, Article, Match, Params
from dedup.relate import Features, decide, headlines_differ

__all__ = ["compare"]


def compare(
    a: Article | str, b: Article | str, params: Params | None = None, *, furniture: Furniture | None = None
) -> Match:
    """Two articles (or two strings, named "a" and "b") compared exactly: always figures and a relation.

    The same figures as in a scan; thresholds play no part. A text without words shares nothing. With
    `Params(same_story=True)` it also tells whether two texts are about one event, by how common their words are in
    general; a scan asks its collection too, and may decide otherwise.

    Args:
        a, b: the articles.
        params: what is compared.
        furniture: what to leave out of them by their source, besides structural furniture: `Scan.furniture` of a scan
            gives its figures.

    Raises:
        ArticleError: one is neither an Article, a mapping with its fields, nor a string.
        ParamError: the furniture does not fit the params.

    >>> compare("Gió mùa về tới Hà Lâm đêm nay.", "Gió mùa về tới HÀ LÂM đêm nay").resemblance
    1.0
    """
    params = params or Params()
    furniture = Furniture() if furniture is None else furniture
    if not isinstance(furniture, Furniture):
        raise ParamError(f"furniture={furniture!r:.60}: need a Furniture")
    furniture.check(params)
    one, two = as_article(a, "a"), as_article(b, "b")
    groups = [group_of(article.source) for article in (one, two)]
    ready = Prepared.of([one.text, two.text], params, furniture, groups)
    i, j = np.zeros(1, np.int64), np.ones(1, np.int64)
    shared, size_a, size_b = (int(x[0]) for x in compare_pairs(ready, i, j, params))
    features = Features(*features_of(ready, i, j, params)[0].tolist())
    containment = shared / max(1, min(size_a, size_b))
    decision = decide(features, containment, headlines_conflict=headlines_differ(one.title, two.title))
    if params.same_story:
        decision = same_story_verdict(one, two, ready, decision, params)
    figures = (shared, size_a, size_b, features.longest, RELATIONS.index(decision.relation), decision.is_certain)
    learnt = [furniture.learnt(group) for group in groups]
    return make_match(one.id, two.id, figures, lambda _a, _b: passages(one.text, two.text, params, *learnt))
