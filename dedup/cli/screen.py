"""The result of a scan on a terminal: what was read, by which criterion, the stories; at most 25 lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from dedup.api import Scan
from dedup.cli.layout import LINES, View, count_lines, fit, flow
from dedup.cli.pairs import list_pairs
from dedup.cli.stories import list_stories
from dedup.cli.talk import PLAIN_WIDTH
from dedup.cli.words import Language, count, number, percent, plain, say
from dedup.io import Reader
from dedup.models import Params, Relation

__all__ = ["criterion", "head_lines", "progress_bar", "show"]

_DEFAULT = View()
_JOINING: tuple[Relation, ...] = ("reprint", "edited", "partial", "same_story")


@contextmanager
def progress_bar(out: Console, lang: Language, readers: list[Reader]) -> Iterator[Any]:
    """Gives the progress function that `scan` takes; it does nothing off a terminal."""
    if not out.is_terminal:
        yield lambda stage, done, total: None
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(), console=out, transient=True,
    )  # fmt: skip
    task: TaskID | None = None
    with bar:

        def report(stage: str, done: int, total: int | None) -> None:
            nonlocal task
            task = bar.add_task("", total=None, detail="") if task is None else task
            detail = number(lang, done) if done else ""
            if stage in ("read", "add"):
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


def show(out: Console, lang: Language, result: Scan, seconds: float, view: View = _DEFAULT) -> None:
    """Prints the screen of a scan: what was read, by which criterion; stories or pairs; what was left out."""
    width = out.width
    read = result.counts["articles"], result.counts["skipped"]
    head = [*head_lines(width, lang, read, seconds, result.params), *_totals(width, lang, result, view)]
    account = [line for text in _account(lang, result, view) for line in Text(text).wrap(out, width)]
    room = LINES - count_lines(head, width) - len(account)
    lists = []
    for kind in view.kinds:
        share = room // len(view.kinds)
        if kind == "stories":
            lists += list_stories(width, lang, result, view, share)
        else:
            lists += list_pairs(width, lang, result, view, kind, share)
    for line in (*head, *lists, *account):
        line.rstrip()
        out.print(line, soft_wrap=True)  # longer ones are commands, to be copied


def head_lines(width: int, lang: Language, read: tuple[int, int], seconds: float, params: Params) -> list[Text]:
    """What was read, (articles, skipped), and the criterion: at the other end of the line where there is room."""
    articles, skipped = (number(lang, many) for many in read)
    summary = say(lang, "summary", articles=articles, skipped=skipped, seconds=number(lang, seconds, 1))
    rule = criterion(lang, params)
    gap = min(width, PLAIN_WIDTH) - cell_len(summary) - cell_len(rule)
    if gap >= 4:
        return [Text(summary + " " * gap + rule)]
    return [*flow([summary], width), *flow([fit(rule, width)], width)]


def _totals(width: int, lang: Language, result: Scan, view: View) -> list[Text]:
    """How many stories, of how many articles; how many are in none, and share text all the same; which pairs are not
    merged."""
    stories, parts = result.stories, []
    in_stories = stories.articles()
    if stories:
        named = count(lang, len(stories), "stories"), count(lang, len(in_stories), "articles")
        parts.append(say(lang, "of_articles", *named))
    else:
        parts.append(say(lang, "no_stories"))
    wordless = sum(skip.reason == "no words" for skip in result.skipped)
    if not view.has_against:
        alone = result.counts["articles"] - len(in_stories) - wordless
        sharing = len(np.setdiff1d(result.matches.of(*_JOINING).articles(), in_stories, assume_unique=True))
        rest = say(lang, "alone_sharing", number(lang, sharing)) if sharing else ""
        parts.append(say(lang, "alone", number(lang, alone), rest))
    templates = len(result.matches.of("template"))
    if templates and "template" not in view.kinds:
        parts.append(say(lang, "templates", number(lang, templates), " (--show template)"))
    unclear = len(result.matches.of(None))
    if unclear and "matches" not in view.kinds:
        parts.append(say(lang, "unclear", number(lang, unclear)))
    return flow(parts, width)


def _account(lang: Language, result: Scan, view: View) -> Iterator[str]:
    """What is doubtful, what was left out and why, a sentence each."""
    counts = result.counts
    if doubtful := len(result.matches.doubtful()):
        yield say(lang, "doubtful_written" if "review" in view.written else "doubtful", number(lang, doubtful))
    if counts["furniture_lines"]:
        lines, articles = (number(lang, counts[f"furniture_{name}"]) for name in ("lines", "articles"))
        yield say(lang, "furniture", lines, articles)
    if counts["crowds"]:
        yield say(lang, "crowds", number(lang, counts["crowds"]), number(lang, counts["left_out"]))
    if counts["same_story_left_out"]:
        yield say(lang, "same_story_left_out", number(lang, counts["same_story_left_out"]))
    if counts["repeated"] or counts["renamed"]:
        yield say(lang, "repeated", number(lang, counts["repeated"]), number(lang, counts["renamed"]))
    if result.skipped:
        reasons = Counter(plain(skip.reason.split(":")[0])[:60] for skip in result.skipped)
        listed = " · ".join(f"{number(lang, many)} {reason}" for reason, many in reasons.most_common(3))
        yield say(lang, "skips", number(lang, len(result.skipped)), listed + (" · …" if len(reasons) > 3 else ""))
