"""What a scan found as tables: their columns are a contract, their rows come one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from dedup.api.choose import KeepTemplates
from dedup.api.matches import Matches
from dedup.errors import ParamError
from dedup.io import Columns, ColumnType, grouped
from dedup.letters import SCHEME, digest
from dedup.models import Match

if TYPE_CHECKING:
    from dedup.api.results import Scan

__all__ = ["MATCH_COLUMNS", "Kind", "Table", "match_row", "metadata", "table"]

Kind = Literal["matches", "review", "stories", "decisions", "stripped"]

_UNSEEN = ("threads", "memory", "workdir")
_PASSAGE = 300  # characters of a passage that are shown
_TOGETHER = 50_000  # matches whose articles' details are looked up at once
_ABOUT = ("title", "source", "published", "url")

_COLUMNS: dict[str, dict[str, ColumnType]] = {
    "matches": {
        "a": "string", "b": "string", "relation": "string", "resemblance": "float", "a_in_b": "float",
        "b_in_a": "float", "shared": "integer", "size_a": "integer", "size_b": "integer", "longest_passage": "integer",
        "title_a": "string", "title_b": "string", "source_a": "string", "source_b": "string", "published_a": "string",
        "published_b": "string", "url_a": "string", "url_b": "string",
    },
    "stories": {
        "story": "string", "id": "string", "representative": "boolean", "derived_from": "string", "relation": "string",
    },
    "decisions": {
        "id": "string", "story": "string", "keep": "boolean", "kept_id": "string", "relation": "string",
        "reason": "string",
    },
    "stripped": {
        "id": "string", "title": "string", "source": "string", "url": "string", "credit": "string",
        "published": "string", "text": "string", "removed": "spans",
    },
}  # fmt: skip
MATCH_COLUMNS = tuple(_COLUMNS["matches"])
_COLUMNS["review"] = {**_COLUMNS["matches"], "passage": "string"}


class Table(NamedTuple):
    """Columns with their types, and their values, many rows at a time."""

    columns: dict[str, ColumnType]
    groups: Iterator[Columns]


def table(scan: Scan, kind: Kind, keep_templates: KeepTemplates = "all") -> Table:
    """The table of that kind.

    Raises:
        ParamError: there is none of that kind.
    """
    if kind not in _COLUMNS:
        raise ParamError(f"kind={kind!r}: need one of {', '.join(_COLUMNS)}")
    if kind == "matches":
        return Table(_COLUMNS[kind], _match_columns(scan, scan.matches))
    if kind == "review":
        rows = _review_rows(scan)
    elif kind == "stories":
        rows = _story_rows(scan)
    elif kind == "decisions":
        rows = map(astuple, scan.decisions(keep_templates))
    else:
        rows = _stripped_rows(scan)
    return Table(_COLUMNS[kind], grouped(rows, len(_COLUMNS[kind])))


def _match_columns(scan: Scan, matches: Matches) -> Iterator[Columns]:
    for a, b, figures in matches.columns(_TOGETHER):
        numbers, place = np.unique(np.concatenate([a, b]), return_inverse=True)
        ids, titles, papers, times, urls = scan.about(numbers, *_ABOUT)
        days = [time.isoformat() if isinstance(time, date) else time for time in times]
        known = [np.array(column, object) for column in (ids, titles, papers, days, urls)]
        one, other, *about = (column[side].tolist() for column in known for side in place.reshape(2, -1))
        yield [one, other, *figures, *about]


def match_row(match: Match, one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of MATCH_COLUMNS: of a match, and of what is known of a and of b."""
    figures = (getattr(match, name) for name in MATCH_COLUMNS[:10])
    about = (side.get(name) for name in _ABOUT for side in (one, other))
    return (*figures, *about)


def _review_rows(scan: Scan) -> Iterator[tuple[Any, ...]]:
    """The doubtful matches, with what a person needs to judge each."""
    doubtful = scan.matches.doubtful()
    first = list(_COLUMNS["matches"]).index("title_a")
    rows = (row for group in _match_columns(scan, doubtful) for row in zip(*group, strict=True))
    for match, row in zip(doubtful, rows, strict=True):
        titles = (_shorten(scan.headline(id)) for id in (match.a, match.b))
        yield (*row[:first], *titles, *row[first + 2 :], _shorten(_longest_passage(scan, match)))


def _longest_passage(scan: Scan, match: Match) -> str:
    """Its text as it stands in a; "" where there is none."""
    longest = max(match.passages, key=lambda passage: passage.syllables, default=None)
    return scan.article(match.a).text[longest.a_start : longest.a_end] if longest else ""


def _shorten(text: str) -> str:
    """The text in one line, cut between words where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _PASSAGE else f"{line[:_PASSAGE].rpartition(' ')[0] or line[:_PASSAGE]} …"


def _story_rows(scan: Scan) -> Iterator[tuple[Any, ...]]:
    for story in scan.stories:
        for edge in story.edges:
            yield (story.id, edge.id, edge.id in story.representatives, edge.derived_from, edge.relation)


def _stripped_rows(scan: Scan) -> Iterator[tuple[Any, ...]]:
    for article, removed in scan.stripped():
        about = (getattr(article, name) or None for name in ("title", "source", "url", "credit", "published"))
        yield (article.id, *about, article.text, removed)


def metadata(scan: Scan) -> dict[str, str]:
    """What was scanned, and how: version, params, tokenizer and corpus digest."""
    from dedup import __version__

    return {
        "dedup": __version__,
        # How many threads and how much memory there were changes no result, so it changes no byte either.
        "params": json.dumps(scan.params.as_dict() | dict.fromkeys(_UNSEEN), ensure_ascii=False),
        "tokenizer": f"{SCHEME}:{digest()}",
        "corpus": scan.digest(),
    }
