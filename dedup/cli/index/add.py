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
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dedup.cli.columns import chosen_columns, column
from dedup.cli.index.opening import DATABASE, SKETCHES, finder, load_furniture, sketch_params
from dedup.cli.index.tally import Tally, show_tally
from dedup.cli.objects import added_object, skipped_object
from dedup.cli.options import containment_of, option
from dedup.cli.talk import choose_language, listen, tell
from dedup.cli.words import Language, count, say
from dedup.errors import InputError, ParamError
from dedup.models import Added, Article, Skipped

if TYPE_CHECKING:
    from dedup import Index, Params
    from dedup.io import Reader

__all__ = ["add_command"]

_CRITERIA = ("resemblance", "passage", "min_shared", "same_story", "same_story_days", "max_bucket", "hubs",
             "same_story_bucket", "revisions", "wait", "threads")  # fmt: skip
_LIMITS = "Limits"
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


def add_command(
    database: Annotated[str, typer.Argument(metavar="DB", help=DATABASE + "; made where there is none.")],
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Folders, files; or - alone: JSON Lines, each answered at once."),
    ],
    window: Annotated[int | None, option("DAYS", "Articles match if they are at most so many days apart.")] = None,
    own_source: Annotated[bool, typer.Option(help="Whether articles of one source match each other.")] = True,
    containment: Annotated[str, option("SHARE", "This much of the shorter article is shared; or none.")] = "0.3",
    resemblance: Annotated[float | None, option("SHARE", "This much of both articles together is shared.")] = None,
    passage: Annotated[int | None, option("SYLLABLES", "The longest copied passage is as long as this.")] = None,
    min_shared: Annotated[int, option("N", "Shingles that a match by containment shares.")] = 20,
    same_story: Annotated[bool, typer.Option("--same-story", help="Also link one event in independent words.")] = False,
    same_story_days: Annotated[int, option("N", "Such articles are at most so many days apart.")] = 3,
    results: Annotated[
        str | None, option("FILE", "A JSON object for each input: .jsonl or -; by default - where PATH is -.")
    ] = None,
    furniture: Annotated[str | None, option("FILE", "Lines that pages repeat, to be left out.", SKETCHES)] = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Keep no texts: no passages, no diffs.", rich_help_panel=SKETCHES)
    ] = False,
    k: Annotated[int | None, option("N", "Syllables in a shingle; 5.", SKETCHES)] = None,
    min_passage: Annotated[int | None, option("N", "Common runs this long are noticed; 24.", SKETCHES)] = None,
    aliases: Annotated[bool | None, option(None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ...", SKETCHES)] = None,
    accents: Annotated[str | None, option("keep|ignore", "ignore: Hà Nội = Ha Noi.", SKETCHES)] = None,
    max_bucket: Annotated[int, option("N", "More articles on one passage are a crowd.", _LIMITS)] = 256,
    hubs: Annotated[int, option("N", "Articles that stand for a crowd.", _LIMITS)] = 8,
    same_story_bucket: Annotated[int, option("N", "Articles on its event that one is matched with.", _LIMITS)] = 64,
    revisions: Annotated[int, option("N", "Former texts kept of an article.", _LIMITS)] = 1,
    wait: Annotated[float, option("SECONDS", "How long to wait for another writer.", _LIMITS)] = 10.0,
    threads: Annotated[int | None, option("N", "Kernels at work at once.", _LIMITS)] = None,
    id: Annotated[str | None, column("id")] = None,
    text: Annotated[str | None, column("text")] = None,
    title: Annotated[str | None, column("title")] = None,
    source: Annotated[str | None, column("source")] = None,
    url: Annotated[str | None, column("url")] = None,
    published: Annotated[str | None, column("published")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where any input was skipped.")] = False,
    lang: Annotated[str | None, option("vi|en", "Language of the screen; by default that of the locale.")] = None,
) -> None:
    """Adds articles, and says of each what it matches and to which story it belongs.

    From standard input every line is answered by a line, in order, once its article is on disk; one that is blank, bad
    or without an id by its number and the reason.
    """
    options = dict(locals())
    started = time.perf_counter()
    from dedup import Index, Params
    from dedup.io import read

    spoken = choose_language(lang)
    criteria = {"containment": containment_of(containment)} | {name: options[name] for name in _CRITERIA}
    replace(sketch_params(options) or Params(), **criteria)  # checked before a file is made
    results = _STDIN if results is None and paths == [_STDIN] else results
    _check(database, paths, results)
    columns: dict[str, Any] = chosen_columns(options)
    reader = None if paths == [_STDIN] else read(*paths, **columns)
    with Index(
        database, sketch_params(options),
        furniture=load_furniture(furniture), keep_text=not no_text, window=window, own_source=own_source,
    ) as index:  # fmt: skip
        if no_text and index.keeps_text:
            raise ParamError(say(spoken, "index_keeps_texts", index.path))
        params = replace(index.params, **criteria)
        tally = _add(index, _Job(reader, params, columns, results, spoken, started))
    if strict and tally.skipped:
        raise typer.Exit(1)


def _check(database: str, paths: list[str], results: str | None) -> None:
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
    from dedup.cli.screen import console, progress_bar
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
