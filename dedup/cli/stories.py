"""The stories of a scan as lines: the largest first, by headline, with their papers, hours and relations."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from dedup.api import Scan
from dedup.cli.layout import NARROW, View, count_lines, fit, fit_parts, flow, line_up
from dedup.cli.words import Language, count, number, plain, say
from dedup.models import RELATIONS, Article, Story
from dedup.report.words import when

__all__ = ["list_stories"]

_BUDGET = 200_000  # characters that are compared for what is added: a second at most
_VERSIONS = 5  # edited versions of one story that are compared
_TITLE = 44  # columns that a title has at least, where it needs them
_UNKNOWN, _DOT = "–", " · "


class _News(NamedTuple):
    """What edited versions add to the anchor and tell differently; more where not every version was compared."""

    details: int
    changes: int
    is_whole: bool


class _Row(NamedTuple):
    """A story in words; of some articles the paper may not be known; relations in a long form and a short one."""

    title: str
    articles: int
    papers: int
    misses_papers: bool
    earliest: str
    relations: list[list[str]]


def list_stories(width: int, lang: Language, result: Scan, view: View, room: int) -> list[Text]:
    """The lines of the stories that fit into so many lines, with a heading and what to type next."""
    order = result.stories.by_size()
    if not len(order):
        return []
    largest = result.stories[int(order[0])]
    hint = _hint(width, lang, view, largest, len(order))
    left = room - count_lines(hint, width)
    limit = view.limit(len(order), max(3, left // 2 if width < NARROW else left - 1))
    shown = list(result.stories.take(order[:limit]))
    news = _find_news(result, shown)
    rows = [_row(lang, result, story, news.get(story.id)) for story in shown]
    lines = _blocks(width, lang, rows) if width < NARROW else _table(width, lang, rows)
    return [*lines, *_hint(width, lang, view, largest, len(order) - limit)]


def _papers(result: Scan, story: Story) -> set[str]:
    return {source for id in story.articles if (source := result.details(id).get("source"))}


def _row(lang: Language, result: Scan, story: Story, news: _News | None) -> _Row:
    headlines = (plain(result.headline(id)) for id in (story.anchor, *story.articles))
    earliest = result.details(story.earliest).get("published") if story.earliest else None
    return _Row(
        title=next(filter(None, headlines), say(lang, "untitled")),
        articles=len(story.articles),
        papers=len(_papers(result, story)),
        misses_papers=not all(result.details(id).get("source") for id in story.articles),
        earliest=when(earliest),
        relations=[_relations(lang, story, news, is_short=is_short) for is_short in (False, True)],
    )


def _relations(lang: Language, story: Story, news: _News | None, *, is_short: bool) -> list[str]:
    """How the others belong to the anchor: so many of each relation, round-ups by themselves."""
    by_relation = Counter(edge.relation for edge in story.edges if edge.id not in (story.anchor, *story.round_ups))
    parts = []
    for relation in (*RELATIONS[1:], None):
        if number_of := by_relation[relation]:
            part = count(lang, number_of, relation)
            if relation == "edited" and news is not None:
                part += f" ({_say_news(lang, news, is_short=is_short)})"
            parts.append(part)
    if story.round_ups:
        parts.append(count(lang, len(story.round_ups), "round_ups"))
    return parts


def _say_news(lang: Language, news: _News, *, is_short: bool) -> str:
    details = number(lang, news.details) if is_short else count(lang, news.details, "details")
    changes = f", {count(lang, news.changes, 'differ' if is_short else 'changes')}" if news.changes else ""
    return f"{_least(not news.is_whole)}+{details}{changes}"


def _least(is_least: bool) -> str:
    return "≥ " if is_least else ""


# ---------------------------------------------------------------------------------------------------------- two layouts


def _table(width: int, lang: Language, rows: Sequence[_Row]) -> list[Text]:
    """A heading and a line for each story; columns of which nothing is known are left out."""
    digits = len(str(len(rows)))
    heads = [say(lang, "story"), say(lang, "articles")]
    cells = [[f"{n:>{digits}}  {row.title}", number(lang, row.articles)] for n, row in enumerate(rows, 1)]
    if any(row.papers for row in rows):
        heads.append(say(lang, "papers"))
        for line, row in zip(cells, rows, strict=True):
            line.append(_least(row.misses_papers) + number(lang, row.papers) if row.papers else _UNKNOWN)
    figures = range(1, len(heads))
    if any(row.earliest for row in rows):
        heads.append(say(lang, "earliest"))
        for line, row in zip(cells, rows, strict=True):
            line.append(row.earliest or _UNKNOWN)
    heads.append(say(lang, "relation"))
    widths = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=False)]
    title, relations = (
        widths[0],
        max(cell_len(_DOT.join(parts)) for parts in ([heads[-1]], *(row.relations[0] for row in rows))),
    )
    free = width - sum(widths[1:]) - 2 * len(widths)
    if title + relations > free:
        title = max(min(title, max(_TITLE, free // 2)), free - relations)
    widths[0] = title
    widths.append(min(relations, free - title))
    for line, row in zip(cells, rows, strict=True):
        line.append(_first_that_fits(row.relations, widths[-1]))
    first, *lines = line_up([heads, *cells], widths, figures)
    first.stylize("bold")
    return [first, *lines]


def _blocks(width: int, lang: Language, rows: Sequence[_Row]) -> list[Text]:
    """Two lines for each story: its headline, and below it all the rest."""
    digits, lines = len(str(len(rows))), []
    for n, row in enumerate(rows, 1):
        parts = [count(lang, row.articles, "articles")]
        if row.papers:
            parts.append(_least(row.misses_papers) + count(lang, row.papers, "papers"))
        hour = [say(lang, "first", row.earliest)] if row.earliest else []
        indent = digits + 2
        whole, short = row.relations
        rest = _first_that_fits([[*parts, *hour, *whole], [*parts, *hour, *short], [*parts, *short]], width - indent)
        lines.append(Text(fit(f"{n:>{digits}}  {row.title}", width)))
        lines.append(Text(" " * indent + rest, style="dim"))
    return lines


def _first_that_fits(forms: Sequence[list[str]], width: int) -> str:
    """The first form that fits, its parts with dots between them, or else as many parts of the last one as do."""
    whole = next((form for form in forms if cell_len(_DOT.join(form)) <= width), forms[-1])
    return fit_parts(whole, width, _DOT)


# ----------------------------------------------------------------------------------------------- what is new, what next


def _find_news(result: Scan, stories: Sequence[Story]) -> dict[str, _News]:
    """What edited versions add to the anchor of their story, as far as it takes no more than a second."""
    left, found = _BUDGET, {}
    for story in stories:
        versions, is_whole = _edited(result, story)
        anchor, compared = result.article(story.anchor), 0
        facts, changes = set[str](), set[tuple[str, ...]]()
        for version in versions:
            cost = len(anchor.text) + len(version.text)
            if cost > left:
                break
            left -= cost
            news = result.diff(anchor.id, version.id)
            facts |= {plain(fact.text).casefold() for fact in news.added if fact.kind != "story"}
            changes |= {tuple(plain(fact.text).casefold() for fact in (c.a, c.b)) for c in news.changed}
            compared += 1
        if compared:
            found[story.id] = _News(len(facts), len(changes), is_whole and compared == len(versions))
    return found


def _edited(result: Scan, story: Story) -> tuple[list[Article], bool]:
    """The edited versions that are compared, each text once, and whether these are all."""
    texts: dict[str, Article] = {}
    for edge in story.edges:
        if edge.relation == "edited" and edge.id not in story.round_ups:
            article = result.article(edge.id)
            if article.text not in texts and len(texts) == _VERSIONS:
                return list(texts.values()), False
            texts.setdefault(article.text, article)
    return list(texts.values()), True


def _hint(width: int, lang: Language, view: View, story: Story, rest: int) -> list[Text]:
    """What to type for the stories that are not listed, for a file of them, and for the news of one version."""
    parts = []
    if rest:
        parts.append("…  " + say(lang, "more_stories", count(lang, rest, "stories")))
    if "report" not in view.written:
        parts.append(say(lang, "see_report"))
    command = _compare(view, story)
    if command is None or cell_len(command) > 2 * width - 20:
        command = f"dedup diff {say(lang, 'feed')}"
    lines = flow([*parts, say(lang, "compare", command)], width)
    for line in lines:
        line.stylize("dim")
    return lines


def _compare(view: View, story: Story) -> str | None:
    """The command that compares two versions of a story, an edited one if there is one; None where none is sure."""
    if not view.feed_words:
        return None
    feed, *options = view.feed_words
    others = [edge for edge in story.edges if edge.id not in (story.anchor, *story.round_ups)]
    edited = [edge for edge in others if edge.relation == "edited"]
    words = ["dedup", "diff", feed, story.anchor, (edited or others or story.edges)[-1].id, *options]
    is_plain = all(word.isprintable() for word in words) and not any(w.startswith("-") for w in words[2:5])
    return shlex.join(words) if is_plain else None
