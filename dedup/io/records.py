"""Articles from text, JSON, JSON Lines and CSV, as streams."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dedup.io.columns import Layout, choose, choose_for_file, missing
from dedup.io.notes import Notes, UnusableError
from dedup.io.places import STDIN, Place
from dedup.io.streams import LINE_LIMIT, as_text, decode_utf8, is_utf16, lines, open_stream, read_whole, too_long
from dedup.models import Article
from dedup.pages import read_page

__all__ = [
    "Layouts", "csv_rows", "csv_text", "first_line", "list_key", "parse_line", "read_csv", "read_json", "read_jsonl",
    "read_txt",
]  # fmt: skip

_Item = dict[str, Any] | UnusableError  # one of many, or why it is none

LIST_KEYS = ("articles", "data", "items", "docs", "results")
JSON_LIMIT = 1 << 31

# A column that the caller named may be absent from single objects; absent from this many it is a mistake.
_LOOKAHEAD = 100
_LAYOUTS_KEPT = 1024
# Follows the last line of a CSV file: it comes out alone, or inside the field whose quote was never closed.
_END = "\0end of file\0"


def read_txt(place: Place, named: Mapping[str, str], notes: Notes) -> Iterator[Article]:
    """Yields the one article of a text file, unaltered but for a byte order mark, with what the page says of itself."""
    with open_stream(place, notes) as stream:
        text = as_text(read_whole(stream, LINE_LIMIT))
    if not text or text.isspace():
        raise UnusableError("empty")
    page = read_page(text)
    yield Article(place.name, text, page.title, credit=page.credit, published=page.published)


def read_json(place: Place, named: Mapping[str, str], notes: Notes) -> Iterator[Article]:
    """Yields the articles of a JSON file: an object, a list of objects, or an object with one under a usual key."""
    with open_stream(place, notes) as stream:
        text = as_text(read_whole(stream, JSON_LIMIT))
    if not text or text.isspace():
        raise UnusableError("empty")
    value = _parse(text)
    key = list_key(value, named)
    if key is None:
        yield from _articles([(0, _object(value))], place, named, notes)
    else:
        yield from _articles(_numbered(value[key] if key else value), place, named, notes)


def read_jsonl(place: Place, named: Mapping[str, str], notes: Notes) -> Iterator[Article]:
    """Yields the articles of a JSON Lines file, line by line."""
    with open_stream(place, notes) as stream:
        yield from _articles(_objects(stream, place), place, named, notes)


def read_csv(place: Place, named: Mapping[str, str], notes: Notes) -> Iterator[Article]:
    """Yields the articles of a CSV file with a header; its delimiter is a comma, a semicolon or a tab."""
    with open_stream(place, notes) as stream:
        encoding, text = csv_text(stream)
        rows = csv_rows(text, place)
        number, header = next(rows)
        if problem := _problem(header, encoding):
            raise UnusableError(f"line {number}: {problem}")
        layout = choose_for_file(header, named)
        notes.choose(place.path, layout.chosen)
        for number, row in rows:
            try:
                if problem := _problem(row, encoding):
                    raise UnusableError(problem)
                article = _row_article(row, layout, len(header), f"{place.name}:{number}", notes)
            except UnusableError as error:
                notes.skip(f"{place.path}:{number}", error.reason)
            else:
                notes.number = number
                yield article


def csv_text(stream: io.BufferedReader) -> tuple[str, io.TextIOWrapper]:
    """The name of a CSV file's encoding, and its text; what is invalid comes as surrogates, so that it costs its row
    and not the rest of the file. Line ends are as they stand; a byte order mark is dropped."""
    if is_utf16(stream.peek(2)[:2]):
        return "UTF-16", io.TextIOWrapper(stream, "utf-16", "surrogatepass", newline="")
    return "UTF-8", io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise UnusableError(f"not valid JSON: {error.msg} ({where}column {error.colno})") from None
    except ValueError as error:  # a number of thousands of digits
        raise UnusableError(f"not valid JSON: {error}") from None
    except RecursionError:
        raise UnusableError("JSON nested too deeply") from None


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnusableError("not a JSON object")
    return value


def list_key(value: Any, named: Mapping[str, str]) -> str | None:
    """Under which key a JSON value has its list of articles: "" where it is that list, None where it has none."""
    if isinstance(value, list):
        return ""
    if not isinstance(value, dict):
        return None
    column = choose(tuple(value), named).chosen.get("text")
    if column is not None and isinstance(value[column], str):
        return None
    return next((key for key in LIST_KEYS if isinstance(value.get(key), list)), None)


def _numbered(items: list[Any]) -> Iterator[tuple[int, _Item]]:
    for number, item in enumerate(items, start=1):
        yield number, item if isinstance(item, dict) else UnusableError("not a JSON object")


def _objects(stream: io.BufferedReader, place: Place) -> Iterator[tuple[int, _Item]]:
    is_empty = True
    for number, line in lines(stream):
        if number == 1 and line:
            line = first_line(line)
        try:
            item = parse_line(line)
        except UnusableError as error:
            is_empty = False
            yield number, error
        else:
            if item is not None:
                is_empty = False
                yield number, item
    if is_empty and place.path != STDIN:
        raise UnusableError("empty")


def parse_line(line: bytes | None) -> dict[str, Any] | None:
    """The object of a line of JSON Lines as `streams.lines` gives it; None for a blank one.

    Raises:
        UnusableError: the line is too long, or holds no JSON object.
    """
    if line is None:
        raise UnusableError(too_long(LINE_LIMIT))
    return None if line.isspace() or not line else _object(_parse(decode_utf8(line)))


def first_line(line: bytes) -> bytes:
    """The first line of JSON Lines without its byte order mark.

    Raises:
        UnusableError: what follows is no UTF-8.
    """
    if is_utf16(line):
        raise UnusableError("UTF-16: JSON Lines need UTF-8")
    if b"\0" in line:
        raise UnusableError("binary file")
    return line.removeprefix(b"\xef\xbb\xbf")


def _articles(
    items: Iterable[tuple[int, _Item]], place: Place, named: Mapping[str, str], notes: Notes
) -> Iterator[Article]:
    layouts = Layouts(place.path, named, notes)
    for number, item in _with_named_columns(items, named):
        suffix = f":{number}" if number else ""
        try:
            if isinstance(item, UnusableError):
                raise item
            article = layouts.article(item, place.name + suffix)
        except UnusableError as error:
            notes.skip(place.path + suffix, error.reason)
        else:
            notes.number = number
            yield article


class Layouts:
    """Makes articles of objects; which key holds what is decided for each set of keys."""

    def __init__(self, path: str, named: Mapping[str, str], notes: Notes) -> None:
        self._path, self._named, self._notes = path, named, notes
        self._known: dict[tuple[str, ...], Layout] = {}

    def article(self, item: dict[str, Any], name: str) -> Article:
        """The article of an object; `name` is its id where it has none.

        Raises:
            UnusableError: as `Layout.article`.
        """
        keys = tuple(item)
        layout = self._known.get(keys)
        if layout is None:
            if len(self._known) == _LAYOUTS_KEPT:
                self._known.clear()
            layout = self._known[keys] = choose(keys, self._named)
            if len(self._known) == 1:
                self._notes.choose(self._path, layout.chosen)
        return layout.article(tuple(item.values()), name, self._notes)


def _with_named_columns(items: Iterable[tuple[int, _Item]], named: Mapping[str, str]) -> Iterable[tuple[int, _Item]]:
    absent = dict.fromkeys(named.values())
    if not absent:
        return items
    items = iter(items)
    ahead: list[tuple[int, _Item]] = []
    there: dict[str, None] | None = None
    for number, item in itertools.islice(items, _LOOKAHEAD):
        ahead.append((number, item))
        if isinstance(item, UnusableError):
            continue
        there = {**(there or {}), **dict.fromkeys(item)}
        absent = {name: None for name in absent if name not in item}
        if not absent:
            break
    if absent and there is not None:
        raise missing(absent, list(there))
    return itertools.chain(ahead, items)


def csv_rows(text: io.TextIOWrapper, place: Place, taken: list[str] | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yields the rows that are not blank, each with the number of the line where it begins; the header comes first.

    The lines that a row is made of are appended to `taken`, which is for the caller to clear.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
    first, blank = _header_line(text)
    delimiters = "\t,;" if place.kind == "tsv" else ",;\t"
    unquoted = re.sub(r'"[^"]*"?', "", first)
    source: Iterable[str] = itertools.chain([first], text, [_END])
    source = source if taken is None else _noted(source, taken)
    reader = csv.reader(source, delimiter=max(delimiters, key=unquoted.count))
    while True:
        number = blank + reader.line_num + 1
        try:
            row = next(reader)
        except csv.Error as error:
            raise UnusableError(f"not valid CSV in line {blank + reader.line_num}: {error}") from None
        except UnicodeDecodeError:
            raise UnusableError(f"invalid UTF-16 after line {blank + reader.line_num}: half a character") from None
        if row == [_END]:
            return
        if row and row[-1].endswith(_END):
            raise UnusableError(f"line {number}: a quote opens that is not closed before the end of the file")
        if row:
            yield number, row
        elif taken:
            taken.clear()


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _header_line(text: io.TextIOWrapper) -> tuple[str, int]:
    blank = 0
    try:
        while line := text.readline(LINE_LIMIT):
            if not line.isspace():
                break
            blank += 1
    except UnicodeDecodeError:
        raise UnusableError("invalid UTF-16 in line 1") from None
    if not line:
        raise UnusableError("empty")
    if len(line) == LINE_LIMIT:
        raise UnusableError(f"line 1: {too_long(LINE_LIMIT)}")
    if "\0" in line:
        raise UnusableError("binary file")
    return line, blank


def _problem(row: list[str], encoding: str) -> str:
    joined = "".join(row)
    if "\0" in joined:
        return "NUL characters"
    try:
        joined.encode()
    except UnicodeEncodeError:
        return f"invalid {encoding}"
    return ""


def _row_article(row: list[str], layout: Layout, width: int, name: str, notes: Notes) -> Article:
    if len(row) > width:
        raise UnusableError(f"{len(row)} fields where the header has {width}")
    row += [""] * (width - len(row))
    if not row[layout.indexes[1] or 0]:
        raise UnusableError("no text")
    return layout.article(row, name, notes)
