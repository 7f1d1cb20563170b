"""`dedup index query`: which articles of an index match those of files; nothing is added."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.index.opening import DATABASE, finder, open_index
from dedup.cli.objects import match_objects, skipped_object
from dedup.cli.options import COLUMNS, CRITERIA, LANG, chosen_columns, containment_of, flag, option
from dedup.cli.talk import choose_language, console, listen
from dedup.cli.words import Language, number, say
from dedup.errors import ParamError
from dedup.models import Article, Match

if TYPE_CHECKING:
    from dedup import Index, Params
    from dedup.io import Reader

__all__ = ["query_command"]

_CRITERIA = ("resemblance", "passage", "min_shared", "same_story", "same_story_days")
_STDIN = "-"


@click.command("query")
@DATABASE
@click.argument("path", metavar="PATH")
@flag("--json", "as_json", help="A JSON object for each article, and no screen.")
@CRITERIA
@COLUMNS
@option("--top", "N", "How many pairs; 0: all. By default what fits 25 lines.", kind=int)
@flag("--strict", help="Exit with 1 where any input was skipped.")
@LANG
@click.pass_context
def query_command(
    context: click.Context, /, database: str, path: str, as_json: bool, top: int | None, **options: Any
) -> None:
    """Shows the matches of articles with those of an index. Of equal texts the one with the smallest id is named.

    PATH is a folder or a file, or - for JSON Lines on standard input.
    """
    started = time.perf_counter()
    from dedup.io import read

    spoken = choose_language(options["lang"])
    criteria = {"containment": containment_of(options["containment"])} | {name: options[name] for name in _CRITERIA}
    if top is not None and top < 0:
        raise ParamError(f"top={top}: need an integer >= 0 (0: all)")
    columns: dict[str, Any] = chosen_columns(options)
    listen(console(sys.stderr), spoken)
    with open_index(database, spoken) as index, read(path, **columns) as reader:
        params = replace(index.params, **criteria)
        if as_json:
            _write(index, reader, params)
        else:
            _show(index, reader, params, spoken, (top, started))
        skipped = len(reader.skipped)
    context.exit(int(options["strict"] and skipped > 0))


def _write(index: Index, reader: Reader, params: Params) -> None:
    """A line for each article, in order; also for what is no article."""
    from dedup.io import write_lines

    find = finder(index)
    with write_lines(_STDIN) as write:
        for item in reader.with_skipped():
            if isinstance(item, Article):
                matches = index.query(item, params)
                known = {item.id: item}
                rows = match_objects(matches, lambda id, known=known: known.get(id) or find(id))  # type: ignore[misc]
                write([{"id": item.id, "matches": rows}])
            else:
                write([skipped_object(item)])


def _show(index: Index, reader: Reader, params: Params, lang: Language, view: tuple[int | None, float]) -> None:
    """The screen: what was read, by which criterion, the pairs, the strongest first."""
    from rich.text import Text

    from dedup.cli.layout import LINES, NARROW, flow
    from dedup.cli.pairs import draw_pairs, sum_up_pairs
    from dedup.cli.screen import head_lines

    out, (top, started) = console(sys.stdout), view
    count, found = 0, list[tuple[Match, str]]()
    for article in reader:
        count += 1
        found += [(match, _headline(article)) for match in index.query(article, params)]
    found.sort(key=lambda pair: (-pair[0].containment, -pair[0].resemblance, pair[0].a, pair[0].b))
    width = out.width
    head = head_lines(width, lang, (count, len(reader.skipped)), time.perf_counter() - started, params)
    lines = [*head, sum_up_pairs(lang, Counter(match.relation for match, _ in found))]
    room = (LINES - len(lines) - 2) // (3 if width < NARROW else 1)
    shown = found[: room if top is None else top or None]
    if shown:
        lines += draw_pairs(width, lang, list(_rows(index, shown, lang)))
        rest = ["…  " + say(lang, "more_pairs", number(lang, len(found) - len(shown)))] if found[len(shown) :] else []
        lines += [Text(str(line), style="dim") for line in flow([*rest, say(lang, "query_json")], width)]
    for line in lines:
        out.print(line, soft_wrap=True)


def _rows(index: Index, pairs: list[tuple[Match, str]], lang: Language) -> Iterator[Any]:
    from dedup.cli.pairs import PairRow, name_of
    from dedup.cli.words import percent, relation_name

    find = finder(index)
    for match, headline in pairs:
        other = find(match.b)
        names = name_of(lang, match.a, headline), name_of(lang, match.b, _headline(other) if other else "")
        yield PairRow(percent(lang, match.containment), [relation_name(lang, match.relation)], names)


def _headline(article: Article) -> str:
    """The title, or else the first line of the text."""
    return article.title or next((line.strip() for line in article.text.splitlines() if line.strip()), "")
