"""Two pictures of a scan as SVG: how much the matches share, and on which days stories begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from dedup.models import RELATIONS, Relation
from dedup.report.markup import escape, tag
from dedup.report.scan_words import relation_class, say, short_name
from dedup.report.words import Language, number, when

__all__ = ["draw_histogram", "draw_timeline"]

_HEIGHT, _TOP, _BOTTOM = 160, 14, 24  # pixels; widths are shares of the place that there is
_MOST = 48  # bars of a timeline
_STEPS = ("day", "week", "month", "quarter", "year")
_Stack = list[tuple[str, int]]  # (class, how many), from below


def draw_histogram(histogram: Mapping[Relation | None, Sequence[int]], lang: Language) -> str:
    """A figure with a bar for each twentieth of containment, its parts coloured by relation; "" where no pair has one.

    Articles on one event in other words share next to no text: they are left out.
    """
    order = [r for r in (*RELATIONS[1:], None) if r != "same_story" and any(histogram.get(r, ()))]
    if not order:
        return ""
    stacks: list[_Stack] = [[(relation_class(r), histogram[r][i]) for r in order] for i in range(20)]
    names = [say(lang, "bar_share", 5 * i, 5 * i + 5, _total(stack)) for i, stack in enumerate(stacks)]
    ticks = [(i / 5, f"{20 * i}%" if lang == "en" else f"{20 * i}\xa0%") for i in range(6)]
    above = sum(_total(stack) for stack in stacks[16:])
    said = say(lang, "histogram_said", number(lang, sum(map(_total, stacks))), number(lang, above))
    keys = "".join(tag("li", escape(short_name(lang, r)), class_=f"key {relation_class(r)}") for r in order)
    legend = tag("ul", keys, class_="keys", role="list")
    return _figure(say(lang, "histogram"), said, _bars(stacks, names, ticks, lang) + legend)


def draw_timeline(days: Sequence[date], lang: Language) -> str:
    """A figure with a bar for each day, week, month, quarter or year in which stories begin; "" where no day is
    known."""
    if not days:
        return ""
    step = next((s for s in _STEPS if len(_starts(days, s)) <= _MOST), _STEPS[-1])
    starts = _starts(days, step)
    counts = Counter(_start(day, step) for day in days)
    stacks: list[_Stack] = [[("stories", counts[start])] for start in starts]
    names = [say(lang, f"bar_{step}", _label(start, step), counts[start]) for start in starts]
    every = max(1, -(-len(starts) // 5))
    ticks = [((i + 0.5) / len(starts), _label(starts[i], step)) for i in range(0, len(starts), every)]
    said = say(lang, "timeline_said", number(lang, len(days)), when(min(days)), when(max(days)))
    return _figure(say(lang, "timeline", say(lang, f"step_{step}")), said, _bars(stacks, names, ticks, lang))


def _figure(title: str, said: str, content: str) -> str:
    caption = tag("figcaption", tag("h3", escape(title)) + tag("p", escape(said), class_="note"))
    return tag("figure", caption + content, class_="chart")


def _total(stack: _Stack) -> int:
    return sum(n for _, n in stack)


def _bars(stacks: Sequence[_Stack], names: Sequence[str], ticks: Iterable[tuple[float, str]], lang: Language) -> str:
    """The picture; what it shows is said beside it and in its titles, so those who hear it miss nothing."""
    most = max(map(_total, stacks))
    lines = "".join(_grid(most, lang))
    bars = "".join(_bar(stack, i, len(stacks), most, name) for i, (stack, name) in enumerate(zip(stacks, names)))  # noqa: B905
    labels = "".join(
        tag("text", escape(text), x=_share(place), y=str(_HEIGHT - 6), class_=_side(place)) for place, text in ticks
    )
    return tag("svg", lines + bars + labels, width="100%", height=str(_HEIGHT), aria_hidden="true", class_="bars")


def _grid(most: int, lang: Language) -> Iterator[str]:
    for value in sorted({most, most // 2} - {0}):
        y = f"{_place(value, most):.1f}"
        yield tag("line", "", x1="0", x2="100%", y1=y, y2=y, class_="grid")
        yield tag("text", number(lang, value), x="-8", y=f"{_place(value, most) + 4:.1f}", class_="last")
    base = f"{_HEIGHT - _BOTTOM:.1f}"
    yield tag("line", "", x1="0", x2="100%", y1=base, y2=base, class_="axis")


def _bar(stack: _Stack, place: int, of: int, most: int, name: str) -> str:
    parts, below = [], 0
    for kind, n in stack:
        if n:
            top, bottom = _place(below + n, most), _place(below, most)
            size = {"y": f"{top:.1f}", "height": f"{bottom - top:.1f}"}
            parts.append(tag("rect", "", x=_share((place + 0.1) / of), width=_share(0.8 / of), class_=kind, **size))
            below += n
    return tag("g", tag("title", escape(name)) + "".join(parts)) if parts else ""


def _place(value: int, most: int) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / most


def _share(part: float) -> str:
    return f"{100 * part:.3f}".rstrip("0").rstrip(".") + "%"


def _side(place: float) -> str:
    """The last label ends where the picture does."""
    return "last" if place > 0.96 else "middle"


def _starts(days: Sequence[date], step: str) -> list[date]:
    """Where each bar begins, without gaps, from the first day to the last; one too many where there are too many."""
    first, last = _start(min(days), step), max(days)
    starts = [first]
    while len(starts) <= _MOST and (following := _after(starts[-1], step)) <= last:
        starts.append(following)
    return starts if step != "year" else [date(year, 1, 1) for year in range(first.year, last.year + 1)]


def _start(day: date, step: str) -> date:
    if step == "day":
        return day
    if step == "week":
        return day - timedelta(day.weekday()) if day.toordinal() > 7 else date.min
    month = {"month": day.month, "quarter": day.month - (day.month - 1) % 3, "year": 1}[step]
    return day.replace(month=month, day=1)


def _after(start: date, step: str) -> date:
    try:
        if step in ("day", "week"):
            return start + timedelta(1 if step == "day" else 7)
        return _start(start + timedelta({"month": 31, "quarter": 93, "year": 366}[step]), step)
    except OverflowError:  # the year 9999
        return date.max


def _label(start: date, step: str) -> str:
    if step in ("day", "week"):
        return f"{start.day:02}/{start.month:02}"
    return str(start.year) if step == "year" else f"{start.month:02}/{start.year}"
