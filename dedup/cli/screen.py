"""The result of a scan on a terminal: what was read, by which criterion, the strongest matches; at most 25 lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dedup.api import Scan
from dedup.cli.words import Language, number, percent, plain, relation_name, say
from dedup.io import Reader
from dedup.models import RELATIONS, Match, Params

__all__ = ["console", "criterion", "progress_bar", "show"]

_LISTED = 15  # matches on the screen: the rest of its 25 lines is needed for the account
_PLAIN_WIDTH = 120  # where no terminal says how wide it is


def console(file: IO[str]) -> Console:
    """A console that writes plain text off a terminal."""
    if hasattr(file, "reconfigure"):
        file.reconfigure(errors="replace")  # a terminal of another encoding
    width = None if file.isatty() else _PLAIN_WIDTH
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


@contextmanager
def progress_bar(out: Console, lang: Language, readers: list[Reader]) -> Iterator[Any]:
    """Gives the progress function that `scan` takes; draws nothing off a terminal."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal,
    )  # fmt: skip
    task: TaskID | None = None
    with bar:

        def report(stage: str, done: int, total: int | None) -> None:
            nonlocal task
            task = bar.add_task("", total=None, detail="") if task is None else task
            detail = number(lang, done) if done else ""
            if stage == "read":
                totals = [reader.bytes_total for reader in readers]
                total = None if None in totals else sum(filter(None, totals))
                done = sum(reader.bytes_read for reader in readers)
            bar.update(task, description=say(lang, stage), completed=done, total=total or None, detail=detail)

        yield report


def criterion(lang: Language, params: Params) -> str:
    """What counts as a match, in a sentence."""
    parts = [
        say(lang, name, percent(lang, value) if name != "passage" else number(lang, value))
        for name in ("containment", "resemblance", "passage")
        if (value := getattr(params, name)) is not None
    ]
    return say(lang, "criterion", say(lang, "or").join(parts))


def show(out: Console, lang: Language, result: Scan, seconds: float) -> None:
    """Prints the screen of a scan."""
    counts = result.counts
    summary = say(
        lang, "summary", articles=number(lang, counts["articles"]), skipped=number(lang, counts["skipped"]),
        seconds=number(lang, seconds, 1),
    )  # fmt: skip
    out.print(Text(summary, no_wrap=True, overflow="ellipsis"))
    out.print(Text(criterion(lang, result.params), no_wrap=True, overflow="ellipsis"))
    _show_matches(out, lang, result)
    for line in _account(lang, result):
        out.print(Text(line, no_wrap=True, overflow="ellipsis"))


def _show_matches(out: Console, lang: Language, result: Scan) -> None:
    by_relation = Counter(match.relation for match in result.matches)
    templates = by_relation.pop("template", 0)
    total = sum(by_relation.values())
    kinds = " · ".join(
        f"{number(lang, by_relation[r])} {relation_name(lang, r)}" for r in (*RELATIONS[1:], None) if by_relation[r]
    )
    out.print(Text(say(lang, "pairs", number(lang, total), kinds) if total else say(lang, "no_pairs")))
    if templates:
        out.print(Text(say(lang, "templates", number(lang, templates))))
    if not total:
        return
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold")
    table.add_column(say(lang, "share"), justify="right", no_wrap=True)
    table.add_column(say(lang, "relation"), no_wrap=True)
    table.add_column(say(lang, "one"), ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column(say(lang, "other"), ratio=1, no_wrap=True, overflow="ellipsis")
    for match in _strongest(result):
        names = (Text(_name(lang, result, id)) for id in (match.a, match.b))
        table.add_row(percent(lang, match.containment), relation_name(lang, match.relation), *names)
    out.print(table)
    rest = total - min(total, _LISTED)
    out.print(Text(say(lang, "more", number(lang, rest)) if rest else say(lang, "all"), style="dim"))


def _strongest(result: Scan) -> list[Match]:
    """The matches to list: not templates; by the share of the shorter article, then of both, then by id."""
    order = result.matches.order_by_strength()
    chosen = []
    for place in order.tolist():
        match = result.matches[place]
        if match.relation != "template":
            chosen.append(match)
        if len(chosen) == _LISTED:
            break
    return chosen


def _name(lang: Language, result: Scan, id: str) -> str:
    """The headline of an article, and its id where that is short."""
    headline = plain(result.headline(id)) or say(lang, "untitled")
    return f"{headline} [{plain(id)}]" if len(id) <= 16 else headline


def _account(lang: Language, result: Scan) -> Iterator[str]:
    """What was left out and why, a line each."""
    counts = result.counts
    if counts["furniture_lines"]:
        lines, articles = (number(lang, counts[f"furniture_{name}"]) for name in ("lines", "articles"))
        yield say(lang, "furniture", lines, articles)
    if counts["crowds"]:
        yield say(lang, "crowds", number(lang, counts["crowds"]), number(lang, counts["left_out"]))
    if counts["repeated"] or counts["renamed"]:
        yield say(lang, "repeated", number(lang, counts["repeated"]), number(lang, counts["renamed"]))
    if result.skipped:
        reasons = Counter(plain(skip.reason.split(":")[0])[:60] for skip in result.skipped)
        listed = " · ".join(f"{count} {reason}" for reason, count in reasons.most_common(3))
        yield say(lang, "skips", number(lang, len(result.skipped)), listed + (" · …" if len(reasons) > 3 else ""))


