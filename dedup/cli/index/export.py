"""`dedup index export`: all articles of an index as a file that `dedup` reads again."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.index.opening import DATABASE, open_index
from dedup.cli.options import LANG
from dedup.cli.talk import choose_language, console, listen, tell
from dedup.cli.words import count, say
from dedup.errors import InputError
from dedup.models import Article

if TYPE_CHECKING:
    from dedup import Index

__all__ = ["export_command"]

_FIELDS = ("id", "text", "title", "source", "url", "credit", "published")
_OWN = (*_FIELDS, "story")
_STDOUT = "-"
_AT_ONCE = 1000  # articles whose stories are looked up together


@click.command("export")
@DATABASE
@click.argument("target", metavar="FILE")
@LANG
def export_command(database: str, target: str, lang: str | None) -> None:
    """Writes all articles in the order of their arrival, with the id of their story and the columns they came with.

    FILE is .jsonl, .csv, .parquet, or - for JSON Lines on standard output.

    Where such a column has the name of a field it is written as NAME#2; one called story gives way to the index's. What
    is no string there is written as it is to JSON Lines, and as JSON to the other formats. CSV is for spreadsheets: a
    value that begins with = + - @ has a ' before it. The others are read again by `dedup index add` as they were.
    """
    from dedup.io import check_target

    spoken, talk = choose_language(lang), console(sys.stderr)
    listen(talk, spoken)
    check_target(target)
    if target != _STDOUT and os.path.realpath(target) == os.path.realpath(database):
        raise InputError(target, "is an input: it is not written over")
    with open_index(database, spoken) as index:
        is_lines = target == _STDOUT or ".jsonl" in os.path.basename(target).lower()
        done = (_write_lines if is_lines else _write_table)(index, target)
        if not index.keeps_text:
            tell(talk, say(spoken, "index_exported_bare"))
    if target != _STDOUT:
        tell(talk, say(spoken, "index_exported", count(spoken, done, "articles"), target))


def _write_lines(index: Index, target: str) -> int:
    from dedup.io import write_lines

    done = 0
    with write_lines(target) as write:
        for records in _records(index):
            write(records)
            done += len(records)
    return done


def _write_table(index: Index, target: str) -> int:
    """With the columns that any article came with, those of the first article first."""
    from dedup.io import write_rows

    names = dict.fromkeys(name for article in index.articles() for name in _extra(article))
    columns = [*_OWN, *names]
    rows = (tuple(_cell(record.get(name)) for name in columns) for records in _records(index) for record in records)
    return write_rows(target, dict.fromkeys(columns, "string"), rows)


def _records(index: Index) -> Iterator[list[dict[str, Any]]]:
    """The articles as JSON objects, with their stories."""
    for part in _parts(index.articles()):
        stories = index.story_ids(*(article.id for article in part))
        yield [_record(article, stories.get(article.id)) for article in part]


def _parts(articles: Iterable[Article]) -> Iterator[list[Article]]:
    articles = iter(articles)
    while part := list(islice(articles, _AT_ONCE)):
        yield part


def _record(article: Article, story: str | None) -> dict[str, Any]:
    values = {name: getattr(article, name) or None for name in _FIELDS}
    published = article.published and article.published.isoformat()
    return {**values, "text": article.text, "published": published, "story": story, **_extra(article)}


def _extra(article: Article) -> dict[str, Any]:
    """The columns that an article came with, by names that no field has."""
    taken, found = {*_OWN, *article.extra}, {}
    for name, value in article.extra.items():
        own, n = name, 1
        while own in _OWN or (n > 1 and own in taken):
            n += 1
            own = f"{name}#{n}"
        if name != "story":
            found[own] = value
    return found


def _cell(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
