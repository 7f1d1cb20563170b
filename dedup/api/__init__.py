"""The jobs, put together here and nowhere else: `scan` many articles, `compare` two, `diff` what one adds to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from dedup.api.crowds import join_anchors
from dedup.api.matches import Matches
from dedup.api.results import Scan
from dedup.api.same_story import add_same_story
from dedup.api.shelf import Progress, Shelf, Versions
from dedup.api.verify import verify
from dedup.api.workdir import Workdir, estimate
from dedup.errors import ArticleError, ParamError
from dedup.furniture import Furniture
from dedup.io import Reader
from dedup.models import Article, Params

__all__ = ["Matches", "Progress", "Scan", "estimate", "scan"]


def _quiet(stage: str, done: int, total: int | None) -> None:
    pass


def scan(
    articles: Iterable[Any],
    params: Params | None = None,
    *,
    against: Iterable[Any] | None = None,
    furniture: Furniture | Literal["learn", "none"] | None = None,
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
        furniture: what the pages of a source repeat, left out of every figure as structural furniture is: a Furniture,
            "learn" (from these articles; those without a source are one group) or "none". By default it is learnt from
            the articles that have a source, where 20 versions and more share one. `Scan.furniture` is what was used.
        progress: called now and then from this thread as progress(stage, done, total), with the stages "read",
            "candidates" and "verify"; total is None where it is not known.

    Raises:
        ParamError: the params do not fit together, or the furniture does not fit them.
        ArticleError: articles is a single one.
        InputError: a table has no column for the text.
        DiskError: `Params.workdir` holds something else, or the disk has no room for the working files.

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
    if not (furniture is None or isinstance(furniture, Furniture) or furniture in ("learn", "none")):
        raise ParamError(f"furniture={furniture!r:.60}: need a Furniture, 'learn' or 'none'")
    if isinstance(furniture, Furniture):
        furniture.check(params)
    inputs = [articles] if against is None else [articles, against]
    work = Workdir(params, inputs, furniture)
    shelf, versions = _read(work, inputs, params, furniture, report)
    report("candidates", 0, None)
    found = work.load("candidates")
    if found is None:
        found = versions.find_candidates(params)
        work.save("candidates", found)
    versions.forget_keys()
    rows = work.load("verify")
    if rows is None:
        rows = verify(shelf, versions, found, params, report)
        work.save("verify", rows)
    rows, more, lineup = join_anchors(shelf, rows, params) if found.crowds else (rows, 0, None)
    if params.same_story:
        rows, lineup = add_same_story(shelf, versions, rows, params), None
    shelf.counts.update(
        articles=len(shelf.ids), versions=len(versions.numbers), copies=len(versions.copies),
        skipped=len(shelf.skipped), candidates=len(found.left) + more, matches=len(rows.a), crowds=len(found.crowds),
        left_out=min(
            sum(crowd.left_out for crowd in found.crowds),
            len(versions.numbers) * (len(versions.numbers) - 1) // 2 - len(found.left) - more,
        ),
    )  # fmt: skip
    return Scan(shelf, rows, found.crowds, params, work.close, lineup)


def _read(
    work: Workdir, inputs: list[Any], params: Params, furniture: Furniture | Literal["learn", "none"] | None,
    report: Progress,
) -> tuple[Shelf, Versions]:  # fmt: skip
    """The articles on their shelf, sketched: from a run that was stopped, where there was one."""
    if (known := work.load("read")) is not None:
        shelf, versions, accounts = known
        for reader, account in zip(inputs, accounts, strict=True):
            reader.resume(account)
        return shelf, versions
    shelf = Shelf(params, furniture, work.spool)
    try:
        for place, given in enumerate(inputs):
            shelf.add(given, place == 0, report)
        sketched = shelf.finish()
        work.give_back()
        versions = Versions(shelf, sketched)
        del sketched
    finally:
        shelf.corpus.stop()
    accounts = [reader.account() if isinstance(reader, Reader) else None for reader in inputs]
    work.save("read", (shelf, versions, accounts))
    return shelf, versions
