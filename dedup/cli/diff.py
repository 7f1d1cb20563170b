"""`dedup diff`: its options, and the way from two versions to screen, JSON and page."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.objects import diff_object
from dedup.cli.options import COLUMNS, LANG, chosen_columns, flag, option
from dedup.cli.talk import choose_language, console, listen, tell
from dedup.cli.versions import are_files, has_password, is_index, read_chosen, read_files
from dedup.cli.words import Language, say
from dedup.errors import InputError, ParamError

if TYPE_CHECKING:
    from dedup.models import Article, Diff

__all__ = ["diff_command"]

_STDOUT = "-"


@click.command("diff")
@click.argument("names", metavar="A B | FEED ID1 ID2... | DB ID1 ID2...", nargs=-1, required=True)
@flag("--json", help="One JSON object on standard output, and no screen.")
@option("--html", "FILE", "A page with the texts side by side: .html, or -.")
@COLUMNS
@LANG
@click.pass_context
def diff_command(
    context: click.Context, /, names: tuple[str, ...], json: bool, html: str | None, lang: str | None, **options: Any
) -> None:
    """Says which facts the last version adds to those before it, drops, and tells differently.

    The versions are two files of one article each (- for JSON Lines); or a file or folder of many articles, or an
    index, and ids.
    """
    columns = chosen_columns(options)
    spoken = choose_language(lang)
    if len(names) < (3 if is_index(names[0]) else 2):
        raise click.BadParameter(say(spoken, "diff_usage"), ctx=context, param_hint="A B | FEED ID1 ID2 | DB ID1 ID2")
    paths = names if are_files(names) else names[:1]
    _check_page(html, paths, is_json=json)
    versions = _read(names, columns, spoken)
    result = _compare(versions)
    articles = {article.id: article for article in versions}
    if html is not None:
        _write_page(html, result, articles, spoken)
    if json:
        _write_json(result)
    elif html != _STDOUT:
        _show(result, articles, spoken, None if html or has_password(names[0]) else _command(names, columns, lang))


def _check_page(target: str | None, paths: Sequence[str], *, is_json: bool) -> None:
    """Checks where the page goes before there is any work, without touching it."""
    from dedup.io import PAGES, check_target

    if target is None:
        return
    if target == _STDOUT and is_json:
        raise ParamError("--json and --html both write to -")
    check_target(target, PAGES)
    if target != _STDOUT and any(os.path.realpath(path) == os.path.realpath(target) for path in paths):
        raise InputError(target, "is an input: it is not written over")


def _read(names: Sequence[str], columns: dict[str, Any], lang: Language) -> list[Article]:
    """The versions, the one in question last."""
    talk = console(sys.stderr)
    listen(talk, lang, tells_skips=False)
    if not are_files(names):
        return read_chosen(names[0], names[1:], columns, lang)
    versions, told = read_files(names, columns, lang)
    for line in told:
        tell(talk, line)
    return versions


def _compare(versions: list[Article]) -> Diff:
    from dedup.api.difference import diff

    *others, last = versions
    return diff(others if len(others) > 1 else others[0], last)


def _write_page(target: str, result: Diff, articles: dict[str, Article], lang: Language) -> None:
    from dedup.io import write_page
    from dedup.report.differences import diff_page

    write_page(target, diff_page(result, articles, lang=lang))
    if target != _STDOUT:
        tell(console(sys.stderr), say(lang, "page_written", target))


def _write_json(result: Diff) -> None:
    from dedup.io import write_json

    write_json(_STDOUT, diff_object(result))


def _show(result: Diff, articles: dict[str, Article], lang: Language, command: str | None) -> None:
    from dedup.cli.differences import show_diff

    show_diff(console(sys.stdout), lang, result, articles, command)


def _command(names: Sequence[str], columns: dict[str, Any], lang: str | None) -> str:
    """What to type for the page of the same versions."""
    options = [part for name, value in columns.items() for part in (f"--{name}", value)]
    if lang is not None:
        options += ["--lang", lang]
    page = "diff.html" if lang == "en" else "so-sanh.html"
    return shlex.join(["dedup", "diff", *names, *options, "--html", page])
