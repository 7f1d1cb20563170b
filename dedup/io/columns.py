"""From columns to articles: which column holds what, and what its values mean."""

from __future__ import annotations

import functools
import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from dedup import dates
from dedup.io.notes import UNREADABLE_DATES, UNREADABLE_VALUES, Notes, UnusableError
from dedup.io.streams import decode_utf8
from dedup.models import Article

__all__ = [
    "FIELDS",
    "Broken",
    "ColumnNames",
    "Layout",
    "choose",
    "choose_for_file",
    "make_article",
    "make_fields",
    "missing",
]

USUAL_NAMES = {
    "id": ("id", "article_id", "doc_id", "guid", "uid", "_id", "ma", "ma_bai"),
    "text": (
        *("text", "content", "body", "noi_dung", "content_text", "article", "full_text", "maintext"),
        "van_ban",
    ),
    "title": ("title", "headline", "tieu_de", "ten_bai", "name"),
    "source": ("source", "domain", "publisher", "site", "bao", "nguon", "newspaper"),
    "url": ("url", "link", "href", "permalink", "duong_dan"),
    "credit": ("credit", "byline_source", "theo"),
    "published": (
        *("published", "published_at", "date", "pubDate", "publish_date", "datetime", "ngay", "ngay_dang"),
        *("created_at", "time"),
    ),
}
FIELDS = tuple(USUAL_NAMES)
_USUAL_TEXT = f"a column {', '.join(USUAL_NAMES['text'])} or one named by the caller"

_NAMES_SHOWN = 30
# A "name" of 100 MB is a damaged file: no need to look at each of its letters.
_NAME_LIMIT = 100
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
).fullmatch


class ColumnNames(TypedDict, total=False):
    """Which column holds which field of an article; None or left out: the usual names are tried."""

    id: str | None
    text: str | None
    title: str | None
    source: str | None
    url: str | None
    credit: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of an article stand among the columns.

    Attributes:
        indexes: for each of FIELDS the index of its column, or None.
        extra: the other columns: name, index.
        chosen: field → name of its column.
        text_column: in words, which column is needed for the text.
    """

    indexes: tuple[int | None, ...]
    extra: tuple[tuple[str, int], ...]
    chosen: Mapping[str, str]
    text_column: str

    def article(self, values: Sequence[Any], name: str, notes: Notes) -> Article:
        """Makes an article of one row of values; `name` is its id where no column has one.

        Raises:
            UnusableError: there is no text, or the text or the id has the wrong type.
        """
        if self.indexes[1] is None:
            raise UnusableError(f"no text: need {self.text_column}")
        extra = {key: values[i] for key, i in self.extra}
        return make_article([None if i is None else values[i] for i in self.indexes], name, extra, notes)


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands for a value that a file has but that cannot be decoded."""

    reason: str


def choose(names: Sequence[str], named: Mapping[str, str]) -> Layout:
    """Finds the column of each field: the one named for it, else the first usual name that is there.

    Of columns with the same name the first is meant; in `extra` the later ones are called `name#2`, `name#3`.
    """
    first: dict[str, int] = {}
    usual: dict[str, int] = {}
    for i, name in enumerate(names):
        first.setdefault(name, i)
        if name not in named.values():
            usual.setdefault(_plain_name(name), i)
    indexes = []
    for field, candidates in USUAL_NAMES.items():
        if field in named:
            indexes.append(first.get(named[field]))
        else:
            indexes.append(next((usual[key] for key in map(_plain_name, candidates) if key in usual), None))
    extra = tuple((name, i) for i, name in enumerate(_distinct(names)) if i not in indexes)
    chosen = {field: names[i] for field, i in zip(FIELDS, indexes, strict=True) if i is not None}
    text_column = f"a column {named['text']!r}" if "text" in named else _USUAL_TEXT
    return Layout(tuple(indexes), extra, chosen, text_column)


def choose_for_file(names: Sequence[str], named: Mapping[str, str]) -> Layout:
    """Like `choose`, for a file that has one header for all its rows.

    Raises:
        UnusableError: a column that is named is not there, or there is none for the text.
    """
    if absent := [name for name in named.values() if name not in names]:
        raise missing(absent, names)
    layout = choose(names, named)
    if layout.indexes[1] is None:
        raise UnusableError(f"no text: need {layout.text_column}; there are {_shown(names)}")
    return layout


def missing(columns: Iterable[str], there: Sequence[str]) -> UnusableError:
    """The reason for leaving out a file that lacks columns which the caller named."""
    wanted = ", ".join(repr(name) for name in columns)
    return UnusableError(f"no column {wanted}: there are {_shown(there)}")


def _shown(names: Sequence[str]) -> str:
    shown = [f"{name:.60}" for name in names[:_NAMES_SHOWN]] + (["…"] if len(names) > _NAMES_SHOWN else [])
    return ", ".join(shown) or "none"


def make_article(values: Sequence[Any], name: str, extra: dict[str, Any], notes: Notes) -> Article:
    """Makes an article of raw values in the order of FIELDS; `name` is its id where the value is empty.

    Raises:
        UnusableError: the text or the id has the wrong type.
    """
    id, text, title, source, url, credit, when = values
    return Article(
        id if type(id) is str and id else _identifier(id, name),
        text if type(text) is str else _text(text),
        title if type(title) is str else _string(title, notes),
        source if type(source) is str else _string(source, notes),
        url if type(url) is str else _string(url, notes),
        credit if type(credit) is str else _string(credit, notes),
        _published(when, notes, None),
        extra,
    )


def make_fields(
    columns: Sequence[Any], count: int, name_of: Callable[[int], str], notes: Notes
) -> list[Sequence[Any]]:
    """The fields of many articles but for their texts, in the order of FIELDS, as `make_article` makes them of each.

    Args:
        columns: the values of each field, None where no column has them.
        count: how many articles there are.
        name_of: the id of an article where the value is empty.

    Raises:
        UnusableError: an id has the wrong type; nothing is counted then.
    """
    ids, _, *others, times = (itertools.repeat(None, count) if values is None else values for values in columns)
    made: list[Sequence[Any]] = [
        [id if type(id) is str and id else _identifier(id, name_of(row)) for row, id in enumerate(ids)]
    ]
    made += [[value if type(value) is str else _string(value, notes) for value in values] for values in others]
    now = datetime.now(UTC)
    return [*made, [_published(when, notes, now) for when in times]]


def _published(when: Any, notes: Notes, now: datetime | None) -> datetime | date | None:
    moment = None if when is None or when == "" else _moment(when, now)
    if moment is None and when is not None and when != "":
        notes.counts[UNREADABLE_DATES] += 1
    return moment


def _moment(value: object, now: datetime | None = None) -> datetime | date | None:
    """What `dates.parse` gives, ten times as fast where a time is written as ISO 8601 has it."""
    if isinstance(value, str) and (match := _ISO(value)):
        try:
            moment = date.fromisoformat(value) if match[1] is None else datetime.fromisoformat(value)
        except ValueError:  # 24:00, seconds of a leap
            return dates.parse(value, now=now)
        return dates.parse(moment, now=now)
    return dates.parse(value, now=now)


@functools.lru_cache(maxsize=4096)
def _plain_name(name: str) -> str:
    if len(name) > _NAME_LIMIT:
        return name
    letters = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    return "".join(c for c in letters if not unicodedata.combining(c) and c not in "_- \t\ufeff")


def _distinct(names: Sequence[str]) -> list[str]:
    """Makes names distinct; as many as there are, so a `b#2` that is really in the file is not overwritten."""
    taken = set(names)
    seen: set[str] = set()
    result = []
    for name in names:
        own, n = name, 1
        while own in seen or (n > 1 and own in taken):
            n += 1
            own = f"{name}#{n}"
        seen.add(own)
        result.append(own)
    return result


def _sort_of_value(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float | Decimal):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else f"a {type(value).__name__}"


def _text(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return decode_utf8(value)
    if isinstance(value, Broken):
        raise UnusableError(value.reason)
    raise UnusableError("no text" if value is None else f"the text is {_sort_of_value(value)}: need a string")


def _identifier(value: object, name: str) -> str:
    if isinstance(value, Mapping) and set(value) == {"$oid"}:  # as mongoexport writes it
        value = value["$oid"]
    if isinstance(value, bytes):
        value = decode_utf8(value)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return name
    if isinstance(value, Broken):
        raise UnusableError(value.reason)
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | _uuid()):
        raise UnusableError(f"the id is {_sort_of_value(value)}: need a string or a number")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of integers in which one is missing
    return str(value)


def _uuid() -> type:
    from uuid import UUID

    return UUID


def _string(value: object, notes: Notes) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    notes.counts[UNREADABLE_VALUES] += 1
    return ""
