"""`dedup index add`: articles from files, or as they come on standard input."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dedup.cli.index.opening import DATABASE, SKETCHES, finder, load_furniture, sketch_params
from dedup.cli.index.tally import Tally, show_tally
from dedup.cli.objects import added_object, skipped_object
from dedup.cli.options import COLUMNS, CRITERIA, LANG, chosen_columns, containment_of, flag, option
from dedup.cli.talk import choose_language, console, listen, tell
from dedup.cli.words import Language, count, say
from dedup.errors import InputError, ParamError
from dedup.models import Added, Article, Skipped

if TYPE_CHECKING:
    from dedup import Index, Params
    from dedup.io import Reader

__all__ = ["add_command"]

_CRITERIA = ("resemblance", "passage", "min_shared", "same_story", "same_story_days", "max_bucket", "hubs",
             "same_story_bucket", "revisions", "wait", "threads")  # fmt: skip
_STDIN = "-"
_AT_ONCE = 1000  # articles of files that are added together
_Items = Iterator[list[Article | Skipped]]


class _Job(NamedTuple):
    """What one call is to do.

    Attributes:
        reader: of files; None where articles come on standard input, and are answered one by one.
    """

    reader: Reader | None
    params: Params
    columns: dict[str, Any]
    results: str | None
    lang: Language
    started: float


@click.command("add")
@DATABASE
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@option("--window", "DAYS", "Articles match if they are at most so many days apart.", kind=int)
@option("--own-source/--no-own-source", None, "Whether articles of one source match each other.", True)
@CRITERIA
@option("--results", "FILE", "A JSON object for each input: .jsonl or -; by default - where PATH is -.")
@option("--furniture", "FILE", "Lines that pages repeat, to be left out.")
@flag("--no-text", help="Keep no texts: no passages, no diffs.")
@SKETCHES
@option("--max-bucket", "N", "More articles on one passage are a crowd.", 256)
@option("--hubs", "N", "Articles that stand for a crowd.", 8)
@option("--same-story-bucket", "N", "Articles on its event that one is matched with.", 64)
@option("--revisions", "N", "Former texts kept of an article.", 1)
@option("--wait", "SECONDS", "How long to wait for another writer.", 10.0)
@option("--threads", "N", "Kernels at work at once.", kind=int)
@COLUMNS
@flag("--strict", help="Exit with 1 where any input was skipped.")
@LANG
@click.pass_context
def add_command(
    context: click.Context, /, database: str, paths: tuple[str, ...], results: str | None, no_text: bool, **options: Any
) -> None:
    """Adds articles, and says of each what it matches and to which story it belongs.

    DB is made where there is none. PATH is a folder or a file; or - alone: JSON Lines, each answered at once: every
    line by a line, in order, once its article is on disk; one that is blank, bad or without an id by its number and the
    reason.
    """
    started = time.perf_counter()
    from dedup import Index, Params
    from dedup.io import read

    spoken = choose_language(options["lang"])
    criteria = {"containment": containment_of(options["containment"])} | {name: options[name] for name in _CRITERIA}
    replace(sketch_params(options) or Params(), **criteria)  # checked before a file is made
    results = _STDIN if results is None and paths == (_STDIN,) else results
    _check(database, paths, results)
    columns: dict[str, Any] = chosen_columns(options)
    reader = None if paths == (_STDIN,) else read(*paths, **columns)
    with Index(
        database, sketch_params(options),
        furniture=load_furniture(options["furniture"]), keep_text=not no_text,
        window=options["window"], own_source=options["own_source"],
    ) as index:  # fmt: skip
        if no_text and index.keeps_text:
            raise ParamError(say(spoken, "index_keeps_texts", index.path))
        params = replace(index.params, **criteria)
        tally = _add(index, _Job(reader, params, columns, results, spoken, started))
    context.exit(int(options["strict"] and tally.skipped > 0))


def _check(database: str, paths: tuple[str, ...], results: str | None) -> None:
    """Checks what is read and written, before anything is."""
    from dedup.io import LINES, check_target

    if _STDIN in paths and len(paths) > 1:
        raise ParamError("-: standard input has to be the only PATH")
    if results is None or results == _STDIN:
        return
    check_target(results, LINES)
    if any(os.path.realpath(path) == os.path.realpath(results) for path in [database, *paths]):
        raise InputError(results, "is an input: it is not written over")


def _add(index: Index, job: _Job) -> Tally:
    """Adds everything; what is done is told and kept also where something ends it."""
    from dedup.cli.screen import progress_bar
    from dedup.io import read_feed, write_lines

    talk = console(sys.stderr)
    listen(talk, job.lang)
    tally, end = Tally(), None
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(write_lines(job.results)) if job.results is not None else None
        try:
            if job.reader is None:
                _take(index, job, read_feed(sys.stdin.buffer, job.columns), tally, write)
            else:
                reader = stack.enter_context(job.reader)
                report = stack.enter_context(progress_bar(talk, job.lang, [reader]))
                _take(index, job, _reported(reader, report), tally, write)
        except BaseException as error:
            end = error
    if end is not None:
        if tally.articles and not isinstance(end, BrokenPipeError):
            tell(talk, say(job.lang, "index_stopped", count(job.lang, tally.articles, "articles")))
        raise end
    if job.results not in (None, _STDIN):
        tell(talk, say(job.lang, "results_written", job.results))
    out = talk if job.results == _STDIN else console(sys.stdout)
    show_tally(out, job.lang, tally, index, job.params, time.perf_counter() - job.started)
    return tally


def _take(index: Index, job: _Job, source: _Items, tally: Tally, write: Callable[[Iterable[Any]], None] | None) -> None:
    find = finder(index)
    for items in source:
        articles = [item for item in items if isinstance(item, Article)]
        former = {id: old for id in index.story_ids(*(article.id for article in articles)) if (old := find(id))}
        with _whole():
            added = index.add(articles, job.params)
            tally.count(articles, added, former, has_texts=index.keeps_text)
            tally.skipped += len(items) - len(articles)
            if write is not None:
                write(_answers(items, added, former, find))


def _answers(
    items: list[Article | Skipped], added: Iterable[Added], former: dict[str, Article],
    find: Callable[[str], Article | None],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """An object for each item; of what it matches is told what was known then, not what came later with its id."""
    known, answers = dict(former), iter(added)
    for item in items:
        if isinstance(item, Skipped):
            yield skipped_object(item)
        else:
            known[item.id] = item
            yield added_object(next(answers), lambda id: known.get(id) or find(id))


def _reported(reader: Reader, report: Callable[[str, int, int | None], None]) -> _Items:
    """What a reader gives, in parts, with what it leaves out in its place."""
    items, done = reader.with_skipped(), 0
    while part := list(itertools.islice(items, _AT_ONCE)):
        yield part
        done += len(part)
        report("add", done, None)


@contextlib.contextmanager
def _whole() -> Iterator[None]:
    """Holds an interrupt back until the block is done, so that what is on disk was counted. A second one ends it at
    once: nobody may be reading the answers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def hold(number: int, _: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) != signal.SIG_IGN]
    former = [signal.signal(number, hold) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, former, strict=True):
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
