"""Lines of a screen: what fits, what stands in columns, what flows on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from dedup.errors import ParamError

__all__ = ["LINES", "NARROW", "View", "count_lines", "fit", "fit_parts", "flow", "line_up"]

LINES = 25  # of a screen
NARROW = 110  # columns; below, what stands side by side stands one below the other
_GAP = 2  # columns between columns
_LISTS = ("stories", "matches", "template")
_VIEWS = (*_LISTS, "all", "none")


class View(NamedTuple):
    """What the screen of a scan lists.

    Attributes:
        kind: "stories", "matches", "template" (pairs), "all" or "none" of these.
        top: how many of each; 0 is all, None what fits 25 lines.
        feed: the path by which `dedup diff` finds articles of the scan by their ids, where there is one.
        columns: the names of its columns that were given.
        has_against: whether older articles were read.
        written: the tables that are written to files, by the name of their option.
    """

    kind: str = "stories"
    top: int | None = None
    feed: str | None = None
    columns: Mapping[str, Any] = {}
    has_against: bool = False
    written: frozenset[str] = frozenset()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is listed, in order."""
        return tuple(name for name in _LISTS if self.kind in (name, "all"))

    @property
    def feed_words(self) -> list[str]:
        """The words with which `dedup diff` finds articles by their ids: the path, then options; empty if none is."""
        options = [part for name, column in self.columns.items() for part in (f"--{name}", str(column))]
        return [] if self.feed is None else [self.feed, *options]

    def check(self) -> None:
        """Raises ParamError where it is none."""
        if self.kind not in _VIEWS:
            raise ParamError(f"show={self.kind!r}: need one of {', '.join(_VIEWS)}")
        if self.top is not None and self.top < 0:
            raise ParamError(f"top={self.top}: need an integer >= 0 (0: all)")

    def limit(self, total: int, room: int) -> int:
        """How many of `total` are listed where there is room for so many."""
        return min(total, room if self.top is None else self.top or total)


def fit(text: str, width: int) -> str:
    """The text, cut between words and with an ellipsis where it is wider than so many columns.

    >>> fit("Mưa lớn ở Hà Lâm", 12), fit("Mưa lớn", 7)
    ('Mưa lớn ở…', 'Mưa lớn')
    """
    if cell_len(text) <= width:
        return text
    cut = set_cell_size(text, max(width - 1, 0))
    whole = cut.rpartition(" ")[0]
    return f"{(whole if 2 * cell_len(whole) > width else cut).rstrip(' ·,:;(')}…"


def fit_parts(parts: Sequence[str], width: int, mark: str) -> str:
    """The parts joined, as many as fit, then an ellipsis for the others; at least the beginning of the first.

    >>> fit_parts(["2 đăng lại", "1 biên tập lại"], 18, " · ")
    '2 đăng lại · …'
    """
    for count in range(len(parts), 0, -1):
        line = mark.join([*parts[:count], *(["…"] if count < len(parts) else [])])
        if cell_len(line) <= width:
            return line
    return fit(mark.join(parts), width)


def flow(parts: Iterable[str], width: int) -> list[Text]:
    """The parts with a dot between them, in as few lines as hold them; one that is wider than a line has its own."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(lines[-1]) + 3 + cell_len(part) <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return [Text(line) for line in lines]


def line_up(rows: Sequence[Sequence[str]], widths: Sequence[int], right: Iterable[int] = ()) -> list[Text]:
    """A line for each row, its cells cut and padded to the widths; those of the columns in `right` end together."""
    to_right = frozenset(right)
    lines = []
    for row in rows:
        line = Text()
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            text = Text(fit(cell, width))
            text.align("right" if place in to_right else "left", width)
            line.append_text(text).append(" " * _GAP)
        line.rstrip()
        lines.append(line)
    return lines


def count_lines(lines: Iterable[Text], width: int) -> int:
    """How many lines of a terminal they take."""
    return sum(max(1, -(-line.cell_len // width)) for line in lines)
