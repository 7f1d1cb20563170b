"""Results as JSON objects, the same for every command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.models import Added, Article, Diff, Fact, Match, Skipped

__all__ = ["added_object", "diff_object", "match_objects", "skipped_object"]

_STDIN = "-"


def diff_object(result: Diff) -> dict[str, Any]:
    """A diff; each fact with the version that it stands in where b is compared with several."""
    has_many = len(result.a) > 1

    def facts(found: tuple[Fact, ...]) -> list[dict[str, Any]]:
        return [_fact_object(fact, has_many=has_many) for fact in found]

    changed = [
        {"kind": c.kind, "a": _fact_object(c.a, has_many=has_many), "b": _fact_object(c.b, has_many=has_many)}
        for c in result.changed
    ]
    figures = {name: getattr(result, name) for name in ("relation", "resemblance", "a_in_b", "b_in_a")}
    ids = {"a": list(result.a) if has_many else result.a[0], "b": result.b}
    lists = {"added": facts(result.added), "dropped": facts(result.dropped), "changed": changed}
    return {**ids, **figures, **lists}


def _fact_object(fact: Fact, *, has_many: bool) -> dict[str, Any]:
    values = {"text": fact.text, "start": fact.start, "end": fact.end, "kind": fact.kind}
    return values | {"article": fact.article} if has_many else values


def match_objects(matches: Iterable[Match], find: Callable[[str], Article | None]) -> list[dict[str, Any]]:
    """Matches as the rows of `dedup scan --matches`; `find` gives what is known of an article."""
    from dedup.api.tables import MATCH_COLUMNS, match_row

    rows = (match_row(match, _details(find(match.a)), _details(find(match.b))) for match in matches)
    return [dict(zip(MATCH_COLUMNS, row, strict=True)) for row in rows]


def _details(article: Article | None) -> dict[str, Any]:
    if article is None:
        return {}
    about = {name: value for name in ("title", "source", "url") if (value := getattr(article, name))}
    return about | ({"published": article.published.isoformat()} if article.published else {})


def added_object(added: Added, find: Callable[[str], Article | None]) -> dict[str, Any]:
    """What an index says of an article that was added to it."""
    return {
        "id": added.id,
        "story": added.story,
        "is_new_story": added.is_new_story,
        "matches": match_objects(added.matches, find),
        "merged_stories": list(added.merged_stories),
        "revision": None if added.revision is None else diff_object(added.revision),
    }


def skipped_object(skipped: Skipped) -> dict[str, Any]:
    """An input that could not be used: of a stream the number of its line."""
    path, _, line = skipped.input.rpartition(":")
    where: dict[str, Any] = {"line": int(line)} if path == _STDIN else {"input": skipped.input}
    return {**where, "error": skipped.reason}
