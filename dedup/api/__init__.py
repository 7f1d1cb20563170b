"""The two jobs, put together here and nowhere else: `scan` many articles, `compare` two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dedup.api.results import Matches, Scan, make_match
from dedup.api.shelf import Progress, Shelf, Versions, as_article
from dedup.api.verify import compare_pairs, features_of, verify
from dedup.corpus import Prepared, passages
from dedup.errors import ArticleError
from dedup.index import find_candidates
from dedup.models import RELATIONS, Article, Match, Params
from dedup.relate import Features, decide, headlines_differ

__all__ = ["Matches", "Progress", "Scan", "compare", "scan"]


def _quiet(stage: str, done: int, total: int | None) -> None:
    pass


def scan(
    articles: Iterable[Any],
    params: Params | None = None,
    *,
    against: Iterable[Any] | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Every pair of articles that share enough text, verified exactly.

    A pair is a match when it reaches any criterion of `params` that is not None. The same articles and Params give the
    same matches in any order and on any number of threads; `Scan.counts` and `Scan.crowds` tell what a limit left out.

    Args:
        articles: Articles, mappings with the same keys, strings (their place, from 1, is their id), or a table that has
            `__arrow_c_stream__` (polars, pandas, pyarrow, duckdb; columns by their usual names).
        params: criteria and limits; by default a match is where 30 % of the shorter article stand in the other.
        against: older articles: then only pairs that touch `articles` are reported.
        progress: called now and then from this thread as progress(stage, done, total), with the stages "read",
            "candidates" and "verify"; total is None where it is not known.

    Raises:
        ParamError: the params do not fit together.
        ArticleError: articles is a single one.
        InputError: a table has no column for the text.

    >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
    >>> found = scan([rain, rain + " Công an phân luồng từ xa.", "Giá lúa tăng."], Params(min_shared=10))
    >>> [(m.a, m.b, m.relation, m.a_in_b) for m in found.matches]
    [('1', '2', 'edited', 1.0)]
    """
    params = params or Params()
    report = progress or _quiet
    for given in (articles, against):
        if isinstance(given, str | bytes | Mapping | Article):
            raise ArticleError(f"{type(given).__name__}: need an iterable of articles")
    shelf = Shelf(params)
    try:
        shelf.add(articles, True, report)
        if against is not None:
            shelf.add(against, False, report)
        versions = Versions(shelf, shelf.corpus.finish())
    finally:
        shelf.corpus.close()
    report("candidates", 0, None)
    found = find_candidates(versions.sketches, params, versions.is_new)
    rows = verify(shelf, versions, found, params, report)
    shelf.counts.update(
        articles=len(shelf.ids), versions=len(versions.numbers), copies=len(versions.copies),
        skipped=len(shelf.skipped), candidates=len(found.left), matches=len(rows.a), crowds=len(found.crowds),
        left_out=min(
            sum(crowd.left_out for crowd in found.crowds),
            len(versions.numbers) * (len(versions.numbers) - 1) // 2 - len(found.left),
        ),
    )  # fmt: skip
    return Scan(shelf, rows, found.crowds, params)


def compare(a: Article | str, b: Article | str, params: Params | None = None) -> Match:
    """Two articles (or two strings, named "a" and "b") compared exactly: always figures and a relation.

    The same figures as in a scan; thresholds play no part. A text without words shares nothing.

    Raises:
        ArticleError: one is neither an Article, a mapping with its fields, nor a string.

    >>> compare("Gió mùa về tới Hà Lâm đêm nay.", "Gió mùa về tới HÀ LÂM đêm nay").resemblance
    1.0
    """
    params = params or Params()
    one, two = as_article(a, "a"), as_article(b, "b")
    ready = Prepared.of([one.text, two.text], params)
    i, j = np.zeros(1, np.int64), np.ones(1, np.int64)
    shared, size_a, size_b = (int(x[0]) for x in compare_pairs(ready, i, j, params))
    features = Features(*features_of(ready, i, j, params)[0].tolist())
    containment = shared / max(1, min(size_a, size_b))
    decision = decide(features, containment, headlines_conflict=headlines_differ(one.title, two.title))
    figures = (shared, size_a, size_b, features.longest, RELATIONS.index(decision.relation), decision.is_certain)
    return make_match(one.id, two.id, figures, lambda _a, _b: passages(one.text, two.text, params))
