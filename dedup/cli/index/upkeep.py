"""`dedup index remove|expire|stats|rebuild`: an index kept in order."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Any

import click

from dedup.cli.index.opening import (
    DATABASE,
    SKETCHES,
    check_there,
    load_furniture,
    open_index,
    sketch_params,
)
from dedup.cli.options import LANG, flag, option
from dedup.cli.talk import choose_language, console, listen, tell
from dedup.cli.words import Language, count, number, say
from dedup.errors import ParamError

__all__ = ["expire_command", "rebuild_command", "remove_command", "stats_command"]


@click.command("remove")
@DATABASE
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@LANG
@click.pass_context
def remove_command(context: click.Context, /, database: str, ids: tuple[str, ...], lang: str | None) -> None:
    """Erases articles with their former texts; exits with 1 where one is not there."""
    talk, spoken = _begin(lang)
    with open_index(database, spoken) as index:
        missing = [id for id in dict.fromkeys(ids) if id not in index]
        removed = index.remove(*dict.fromkeys(ids))
    tell(talk, say(spoken, "index_removed", count(spoken, removed, "articles")))
    if missing:
        tell(talk, say(spoken, "index_not_there", ", ".join(map(repr, missing))))
        context.exit(1)


@click.command("expire")
@DATABASE
@click.option("--before", metavar="DATE", required=True, help="The first day that stays: 2024-05-31, 31/5/2024.")
@LANG
def expire_command(database: str, before: str, lang: str | None) -> None:
    """Erases the articles published before a day, or where that is not known arrived before it."""
    talk, spoken = _begin(lang)
    day = _day(before)
    with open_index(database, spoken) as index:
        gone = index.expire(day)
    tell(talk, say(spoken, "index_expired", count(spoken, gone, "articles"), f"{day:%d/%m/%Y}"))


@click.command("stats")
@DATABASE
@flag("--json", "as_json", help="One JSON object on standard output.")
@LANG
def stats_command(database: str, as_json: bool, lang: str | None) -> None:
    """Shows what an index holds and how it was sketched."""
    from dedup.io import write_json

    _, spoken = _begin(lang)
    with open_index(database, spoken) as index:
        figures, params = index.stats(), index.params.as_dict()
        sketch = {name: params[name] for name in ("k", "min_passage", "aliases", "accents")}
        furniture, keeps_text = len(index.furniture), index.keeps_text
    if as_json:
        write_json("-", {**figures, "sketch": sketch, "furniture": furniture, "keeps_text": keeps_text})
        return
    rows = [(_name(spoken, name), _figure(spoken, name, value)) for name, value in figures.items()]
    width = max(len(text) for _, text in rows)
    kept = say(spoken, "stat_kept" if keeps_text else "stat_not_kept")
    facts = [("sketch", ", ".join(f"{name} {_plain(value)}" for name, value in sketch.items()))]
    facts += [("furniture", number(spoken, furniture)), ("texts", kept)]
    for what, text in [*((name, text.rjust(width)) for name, text in rows), *((_name(spoken, n), t) for n, t in facts)]:
        tell(console(sys.stdout), f"{what}: {text}")


@click.command("rebuild")
@DATABASE
@option("--furniture", "FILE", "Lines that pages repeat; by default those it has.")
@SKETCHES
@flag("--same-story", help="Stories join one event in other words.")
@LANG
def rebuild_command(database: str, furniture: str | None, same_story: bool, lang: str | None, **options: Any) -> None:
    """Sketches all articles anew, by other options or by this dedup, as if they arrived again in their order."""
    from dedup import Index

    talk, spoken = _begin(lang)
    params, learnt = sketch_params(options), load_furniture(furniture)
    check_there(database, spoken)
    done = Index.rebuild(database, params, furniture=learnt, same_story=same_story)
    tell(talk, say(spoken, "index_rebuilt", count(spoken, done, "articles")))


def _begin(lang: str | None) -> tuple[Any, Language]:
    spoken, talk = choose_language(lang), console(sys.stderr)
    listen(talk, spoken)
    return talk, spoken


def _day(value: str) -> date:
    from dedup import dates

    day = dates.parse(value)
    if day is None:
        raise ParamError(f"before={value!r}: need a day that is not in the future, such as 2024-05-31")
    return day.astimezone(dates.ZONE).date() if isinstance(day, datetime) else day


def _name(lang: Language, name: str) -> str:
    return say(lang, f"stat_{name}")


def _figure(lang: Language, name: str, value: int) -> str:
    return f"{number(lang, value / 1e6, 1)} MB" if name.endswith("bytes") else number(lang, value)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
