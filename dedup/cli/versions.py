"""Finds the versions that are to be compared: one in each of several files, or by their ids among many."""

from __future__ import annotations

import difflib
import hashlib
import itertools
import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dedup.cli.words import Language, number, say
from dedup.errors import InputError, ParamError
from dedup.models import Article

if TYPE_CHECKING:
    from dedup.io import Reader

__all__ = ["are_files", "has_password", "is_index", "read_chosen", "read_files"]

_STDIN = "-"
_NAMED = 3  # ids that an error names
_COMPARED = 20_000  # ids among which close ones are looked for: difflib takes some 20 µs for each


def are_files(names: Sequence[str]) -> bool:
    """Whether the names are paths of a version each: two always are; of more, all must be files; not an index."""
    if is_index(names[0]):
        return False
    return len(names) == 2 or all(name == _STDIN or os.path.isfile(name) for name in names)


def is_index(name: str) -> bool:
    """Whether a name is that of a database."""
    from dedup.store.names import is_database

    return is_database(name)


def has_password(name: str) -> bool:
    """Whether a name may be one that is not to be shown: that of a database on a server."""
    from dedup.store.names import is_url

    return is_url(name)


def read_files(paths: Sequence[str], columns: dict[str, Any], lang: Language) -> tuple[list[Article], list[str]]:
    """(the article of each path, their ids distinct; what is to be said of inputs left out).

    Raises:
        InputError: a path does not exist, cannot be read, or holds no article or several.
        ParamError: standard input is named twice.
    """
    if list(paths).count(_STDIN) > 1:
        raise ParamError("-: standard input can be read once")
    told: list[str] = []
    articles = [_read_one(path, columns, lang, told) for path in paths]
    if len({article.id for article in articles}) < len(articles):
        articles = [replace(article, id=path) for article, path in zip(articles, paths, strict=True)]
    names = _Names()
    return [replace(article, id=names.add(article, is_new=True)) for article in articles], told


def _read_one(path: str, columns: dict[str, Any], lang: Language, told: list[str]) -> Article:
    from dedup.io import read

    with read(path, **columns) as reader:
        articles = list(itertools.islice(reader, 2))
        if len(articles) == 2:
            command = shlex.join(["dedup", "diff", path, *_named(reader, articles)])
            raise InputError(path, say(lang, "many_articles", command))
        _check_any(articles, reader, path, lang)
        told += [say(lang, "skip", skip.input, skip.reason) for skip in reader.skipped]
    return articles[0]


def _named(reader: Reader, articles: Iterable[Article]) -> Iterator[str]:
    names = _Names()
    chain: Iterator[Article] = itertools.chain(articles, itertools.islice(reader, 100))
    return itertools.islice(dict.fromkeys(map(names.add, chain)), 2)


def _check_any(found: Any, reader: Reader, path: str, lang: Language) -> None:
    if not found and reader.skipped:
        raise InputError(reader.skipped[0].input, reader.skipped[0].reason)
    if not found:
        raise InputError(path, say(lang, "no_article"))


def read_chosen(feed: str, ids: Sequence[str], columns: dict[str, Any], lang: Language) -> list[Article]:
    """The articles of those ids, in their order; reads no further than it must.

    An id is what a scan of the same path calls the article: one that comes again with another text is `id#2`.

    Raises:
        InputError: the path does not exist or cannot be read, or an id is not there.
        ParamError: an id is named twice.
    """
    from dedup.io import read

    if repeated := next((id for id in ids if list(ids).count(id) > 1), None):
        raise ParamError(f"id {repeated!r}: named twice, need distinct ids")
    if is_index(feed):
        return _read_index(feed, ids, lang)
    names, found = _Names(), dict[str, Article]()
    with read(feed, **columns) as reader:
        for article in reader:
            id = names.add(article)
            if id in ids and id not in found:
                found[id] = replace(article, id=id)
                if len(found) == len(ids):
                    break
        _check_any(names, reader, feed, lang)
        if missing := [id for id in ids if id not in found]:
            raise InputError(feed, _missing(missing, list(names), len(reader.skipped), lang))
    return [found[id] for id in ids]


def _read_index(name: str, ids: Sequence[str], lang: Language) -> list[Article]:
    from dedup.api.index import Index

    with Index(name) as index:
        if not index.keeps_text:
            raise InputError(index.path, say(lang, "index_no_texts"))
        if missing := [id for id in ids if id not in index]:
            listed = ", ".join(map(repr, missing))
            raise InputError(index.path, say(lang, "missing", listed, number(lang, len(index))))
        return [index.get(id) for id in ids]


def _missing(missing: list[str], ids: list[str], skipped: int, lang: Language) -> str:
    """That ids are not there, and which ones are like them."""
    close = list(dict.fromkeys(id for wanted in missing for id in _close_to(wanted, ids)))
    text = say(lang, "missing", ", ".join(map(repr, missing)), number(lang, len(ids)))
    if skipped:
        text += say(lang, "missing_skipped", number(lang, skipped))
    shown = close[: _NAMED * len(missing)] or ids[:_NAMED]
    return text + say(lang, "close_ids" if close else "some_ids", ", ".join(map(repr, shown)))


def _close_to(wanted: str, ids: list[str]) -> list[str]:
    """Ids that hold the wanted one (a file of a folder below), else those that are spelled like it."""
    if within := [id for id in ids if wanted in id]:
        return sorted(within, key=len)[:_NAMED]
    if len(ids) > _COMPARED:
        ids = [id for id in ids if abs(len(id) - len(wanted)) < 3 and id[:2] == wanted[:2]][:_COMPARED]
    return difflib.get_close_matches(wanted, ids, n=_NAMED)


class _Names(dict[str, bytes]):
    """Ids as a scan gives them, each with the digest of its text."""

    def add(self, article: Article, *, is_new: bool = False) -> str:
        """The id of an article: its own, or id#2, id#3, … where that is taken by another text (`is_new`: by any)."""
        text = hashlib.blake2b(article.text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        id, count = article.id, 2
        while id in self and (is_new or self[id] != text):
            id = f"{article.id}#{count}"
            count += 1
        self[id] = text
        return id
