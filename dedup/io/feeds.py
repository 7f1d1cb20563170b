"""JSON Lines as they come: what a stream has by now is given at once, what is answered is written at once."""

from __future__ import annotations

import itertools
import json
import logging
import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from dedup.io.notes import Notes, UnusableError
from dedup.io.places import STDIN
from dedup.io.records import Layouts, first_line, parse_line
from dedup.io.streams import LINE_LIMIT
from dedup.io.writing import binary_stdout, packed, packing_of, replacing
from dedup.models import Article, Skipped

__all__ = ["LINES", "read_feed", "write_lines"]

LINES = (".jsonl", ".jsonl.gz", ".jsonl.zst")  # suffixes of JSON Lines

_MOST = 1000  # lines that are given together
_PATIENCE = 0.05  # seconds that the first of them waits for the others
_PAUSE = 0.005  # seconds without anything new after which nothing more is waited for
_LOOK = 1.0  # seconds after which a signal is noticed that came just before waiting began
_BUFFER = 1 << 18

_log = logging.getLogger("dedup.io")


def read_feed(stream: IO[bytes], named: Mapping[str, str]) -> Iterator[list[Article | Skipped]]:
    """Yields what has come on a stream of JSON Lines: one item for each line, in order, as soon as it is there.

    A list has at most 1,000 items, and its first one has waited for at most 50 ms. What cannot be used is a Skipped
    (`-:line` and the reason), also logged as a warning: a line that is no JSON object, that has no text or no id (a
    place in a stream names nothing), and a blank one, so that each line has its item. The last line needs no end.

    Args:
        stream: bytes, for instance `sys.stdin.buffer`; not read by anybody else.
        named: field → column, as in `read`; other fields are found by the usual names, in each line anew.
    """
    layouts = Layouts(STDIN, named, Notes())
    numbers = itertools.count(1)
    for lines in _arrivals(stream):
        yield [_item(number, line, layouts) for line, number in zip(lines, numbers, strict=False)]


def _item(number: int, line: bytes | None, layouts: Layouts) -> Article | Skipped:
    where = f"{STDIN}:{number}"
    try:
        found = parse_line(first_line(line) if number == 1 and line else line)
        if found is None:
            raise UnusableError("blank line")
        article = layouts.article(found, "")
        if not article.id:
            raise UnusableError("no id: each line of a stream needs one")
    except UnusableError as error:
        _log.warning("%s: %s", where, error.reason)
        return Skipped(where, error.reason)
    return article


def _arrivals(stream: IO[bytes]) -> Iterator[list[bytes | None]]:
    """Yields the lines that have come, None for one that is longer than LINE_LIMIT."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    waiting: list[bytes | None] = []
    cut = _Cut()
    since = 0.0
    while True:
        left = min(_PAUSE, since + _PATIENCE - time.monotonic()) if waiting else None
        if len(waiting) >= _MOST or (left is not None and left <= 0) or not _has_more(stream, left):
            yield waiting[:_MOST]
            del waiting[:_MOST]
            continue
        chunk = read(_BUFFER)
        since = since if waiting else time.monotonic()
        waiting += cut.lines(chunk) if chunk else cut.rest()
        if not chunk:
            break
    while waiting:
        yield waiting[:_MOST]
        del waiting[:_MOST]


def _has_more(stream: IO[bytes], seconds: float | None) -> bool:
    """Waits until reading would not wait, at most so long; whether that is so."""
    try:
        if seconds is not None:
            return bool(select.select([stream], [], [], seconds)[0])
        while not select.select([stream], [], [], _LOOK)[0]:
            pass
    except (OSError, ValueError):  # nothing that a system can wait for: what is there is given at once
        return seconds is None
    return True


class _Cut:
    """Cuts chunks of bytes into lines."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []  # of the line that has not ended
        self._size = 0

    def lines(self, chunk: bytes) -> list[bytes | None]:
        """The lines that end in this chunk."""
        *ended, rest = chunk.split(b"\n")
        found: list[bytes | None] = []
        for line in ended:
            self._add(line)
            found += self._take()
        if rest:
            self._add(rest)
        return found

    def rest(self) -> list[bytes | None]:
        """The last line, where it has no end."""
        return self._take() if self._size else []

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size <= LINE_LIMIT:
            self._parts.append(part)
        else:
            self._parts.clear()

    def _take(self) -> list[bytes | None]:
        line = b"".join(self._parts) if self._size <= LINE_LIMIT else None
        self._parts, self._size = [], 0
        return [line]


@contextmanager
def write_lines(target: str) -> Iterator[Callable[[Iterable[Any]], None]]:
    """Gives a function that writes values as JSON, a line each: to standard output ("-") at once; to a file, which is
    there when the block ends without an error, whole."""
    encode = json.JSONEncoder(ensure_ascii=False).encode

    def lines(values: Iterable[Any]) -> bytes:
        return "".join(encode(value) + "\n" for value in values).encode("utf-8", "backslashreplace")

    if target == STDIN:

        def answer(values: Iterable[Any]) -> None:
            binary_stdout().write(lines(values))
            sys.stdout.flush()

        yield answer
        return
    with replacing(os.path.realpath(target)) as file, packed(file, packing_of(target)) as stream:

        def append(values: Iterable[Any]) -> None:
            stream.write(lines(values))

        yield append
