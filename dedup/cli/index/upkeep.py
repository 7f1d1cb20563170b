"""`dedup index remove|expire|stats|rebuild`: an index kept in order."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import Annotated, Any

import typer

from dedup.cli.index.opening import (
    DATABASE,
    SKETCHES,
    check_there,
    load_furniture,
    open_index,
    sketch_params,
)
from dedup.cli.options import option
from dedup.cli.talk import choose_language, listen, tell
from dedup.cli.words import Language, count, number, say
from dedup.errors import ParamError

__all__ = ["expire_command", "rebuild_command", "remove_command", "stats_command"]

_Database = Annotated[str, typer.Argument(metavar="DB", help=DATABASE + ".")]
_Lang = Annotated[str | None, option("vi|en", "Language of the screen; by default that of the locale.")]


def remove_command(
    database: _Database,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The articles.")],
    lang: _Lang = None,
) -> None:
    """Erases articles with their former texts; exits with 1 where one is not there."""
    talk, spoken = _begin(lang)
    with open_index(database, spoken) as index:
        missing = [id for id in dict.fromkeys(ids) if id not in index]
        removed = index.remove(*dict.fromkeys(ids))
    tell(talk, say(spoken, "index_removed", count(spoken, removed, "articles")))
    if missing:
        tell(talk, say(spoken, "index_not_there", ", ".join(map(repr, missing))))
        raise typer.Exit(1)


def expire_command(
    database: _Database,
    before: Annotated[str, option("DATE", "The first day that stays: 2024-05-31, 31/5/2024.")],
    lang: _Lang = None,
) -> None:
    """Erases the articles published before a day, or where that is not known arrived before it."""
    talk, spoken = _begin(lang)
    day = _day(before)
    with open_index(database, spoken) as index:
        gone = index.expire(day)
    tell(talk, say(spoken, "index_expired", count(spoken, gone, "articles"), f"{day:%d/%m/%Y}"))


def stats_command(
    database: _Database,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    lang: _Lang = None,
) -> None:
    """Shows what an index holds and how it was sketched."""
    from dedup.cli.screen import console
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


def rebuild_command(
    database: _Database,
    furniture: Annotated[str | None, option("FILE", "Lines that pages repeat; by default those it has.")] = None,
    k: Annotated[int | None, option("N", "Syllables in a shingle; 5.", SKETCHES)] = None,
    min_passage: Annotated[int | None, option("N", "Common runs this long are noticed; 24.", SKETCHES)] = None,
    aliases: Annotated[bool | None, option(None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ...", SKETCHES)] = None,
    accents: Annotated[str | None, option("keep|ignore", "ignore: Hà Nội = Ha Noi.", SKETCHES)] = None,
    same_story: Annotated[bool, typer.Option("--same-story", help="Stories join one event in other words.")] = False,
    lang: _Lang = None,
) -> None:
    """Sketches all articles anew, by other options or by this dedup, as if they arrived again in their order."""
    options = dict(locals())
    from dedup import Index

    talk, spoken = _begin(lang)
    params, learnt = sketch_params(options), load_furniture(furniture)
    check_there(database, spoken)
    done = Index.rebuild(database, params, furniture=learnt, same_story=same_story)
    tell(talk, say(spoken, "index_rebuilt", count(spoken, done, "articles")))


def _begin(lang: str | None) -> tuple[Any, Language]:
    from dedup.cli.screen import console

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
