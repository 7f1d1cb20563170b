"""Which articles of a scan are kept: for every one that is dropped a kept one says all that it says."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import numpy as np

from dedup import dates
from dedup.api.names import look_up
from dedup.api.shelf import ARTICLE, LEFT_OUT, REPEATED, Progress, Shelf
from dedup.errors import ParamError
from dedup.models import RELATIONS, Decision, Params, Relation
from dedup.relate import A_SPARE, B_SPARE, SAME_BODY, headlines_differ

__all__ = ["CONTAINED", "Choice", "KeepTemplates", "choose", "day", "day_at", "decisions", "is_kept", "moment"]

KeepTemplates = Literal["all", "one"]
CONTAINED = 0.98  # of an edited version's shingles stand in the kept one: nothing is added
_LIKELY = 0.6  # of them: what it adds is looked for, as `diff` does

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_COPY, _REPRINT, _EDITED, _TEMPLATE, _REPEATED = range(5)  # why an article is dropped, the best reason first
_WHY: tuple[tuple[Relation, str], ...] = (
    ("reprint", "same text"),
    ("reprint", "same text but for cosmetic changes"),
    ("edited", "adds nothing"),
    ("template", "same template"),
    ("reprint", "repeated id"),
)
_TEMPLATE_PLACE, _EDITED_PLACE = RELATIONS.index("template"), RELATIONS.index("edited")


class Choice(NamedTuple):
    """What becomes of each article, by number.

    Attributes:
        kept_for: int64, for whose sake it is dropped, by number; -1 where it is kept.
        why: uint8, a place in the table of reasons, where it is dropped.
        seen_as: uint8, the relations of its matches, as bits by their place in RELATIONS.
    """

    kept_for: _I64
    why: np.ndarray[Any, np.dtype[np.uint8]]
    seen_as: np.ndarray[Any, np.dtype[np.uint8]]


def choose(shelf: Shelf, rows: Any, params: Params, keep_templates: KeepTemplates, progress: Progress) -> Choice:
    """Decides for every new article whether it is kept.

    Versions are taken by size (shingles, most first), then by their earliest publication, then by id; the copies of a
    version by publication, then by id. Each is dropped where one that is kept by then, or an old one, says all that it
    says; it is compared with that one directly. So nothing is dropped for the sake of what is itself dropped.

    Args:
        shelf: the articles.
        rows: the matches, a `results.Rows`.
        params: its limits bound how many copies with headlines at odds are compared.
        keep_templates: "one" also drops what matches a kept article as a template.
        progress: called now and then with the stage "decide".

    Raises:
        ParamError: keep_templates is neither "all" nor "one".
    """
    if keep_templates not in ("all", "one"):
        raise ParamError(f"keep_templates={keep_templates!r}: need all or one")
    count = len(shelf.ids)
    kept_for, why = np.full(count, -1, np.int64), np.zeros(count, np.uint8)
    seen_as = np.zeros(count, np.uint8)
    for side in (rows.a, rows.b):
        np.bitwise_or.at(seen_as, side, (1 << rows.relation).astype(np.uint8))
    picker = _Picker(shelf, rows, params, keep_templates == "one", progress)
    for version in picker.order:
        for article, kept, reason in picker.take(version):
            kept_for[article], why[article] = kept, reason
    for article in shelf.in_both:
        kept_for[article], why[article] = article, _REPEATED
    return Choice(kept_for, why, seen_as)


class _Picker:
    """Takes version after version and remembers which articles of each are kept."""

    def __init__(self, shelf: Shelf, rows: Any, params: Params, one_template: bool, progress: Progress) -> None:
        from dedup.api.spare import find_spare

        self._shelf, self._params = shelf, params
        home = shelf.homes()
        self._articles = _copied(shelf)
        rows = rows.take(np.flatnonzero(home[rows.a] != home[rows.b]))
        edges, likely = _edges(rows, one_template), _likely(rows)
        involved = {*np.unique(np.concatenate([*edges[:2], *likely])).tolist(), *self._articles}
        every = np.unique([n for version in involved for n in self._articles.get(version, [version])]).astype(np.int64)
        published = zip(every.tolist(), look_up(shelf.details, every, "published"), strict=True)
        when = {number: moment(value) for number, (value,) in published}
        for version in involved:
            articles = self._articles.get(version, [version])
            self._articles[version] = sorted(articles, key=lambda n: (when[n], shelf.ids[n]))
        size = np.zeros(len(home), np.int64)
        size[rows.a], size[rows.b] = rows.size_a, rows.size_b
        first = {version: self._articles[version][0] for version in involved}
        self.order = sorted(involved, key=lambda v: (-int(size[v]), when[first[v]], shelf.ids[first[v]]))
        self._kept = {v: [n for n in self._articles[v] if self._is_old(n)] for v in involved}
        self._edges: dict[int, list[tuple[int, int]]] = defaultdict(list)
        place = {v: i for i, v in enumerate(self.order)}
        for source, target, reason in zip(*(column.tolist() for column in edges), strict=True):
            self._edges[source].append((reason, target))
        asked = np.array(self._ask(place, *likely), np.int64).reshape(-1, 2)
        is_spare = find_spare(shelf, asked[:, 0], asked[:, 1], params, progress)
        for source, target in asked[is_spare].tolist():
            self._edges[source].append((_EDITED, target))
        for options in self._edges.values():
            options.sort(key=lambda edge: (edge[0], place[edge[1]]))

    def _ask(self, place: Mapping[int, int], sources: _I64, targets: _I64) -> list[tuple[int, int]]:
        """The pairs of versions of which it matters whether the first adds nothing: that is not known already, and
        something of the second may be kept when the turn of the first comes."""
        return [
            (source, target)
            for source, target in zip(sources.tolist(), targets.tolist(), strict=True)
            if (place[target] < place[source] or self._kept[target])
            and (_EDITED, target) not in self._edges.get(source, ())
        ]

    def take(self, version: int) -> Iterator[tuple[int, int, int]]:
        """(article, the kept one, why) for each new article of a version that is dropped; the others are kept."""
        by_title: dict[str, tuple[int, int]] = {}  # copies with the same headline share their fate
        for article in self._articles[version]:
            if self._is_old(article):
                continue
            title = self._title(article)
            found = by_title.get(title) or self._find(article, version)
            if found is None:
                self._kept[version].append(article)
            else:
                yield (article, *found)
            by_title[title] = found or (article, _COPY)

    def _find(self, article: int, version: int) -> tuple[int, int] | None:
        """The first kept article that says all that this one says, and why; None where there is none."""
        for reason, target in [(_COPY, version), *self._edges.get(version, ())]:
            kept = self._kept[target]
            few = kept if len(kept) <= self._params.max_bucket else kept[: self._params.hubs]
            for other in few:
                if reason == _TEMPLATE or not headlines_differ(self._title(article), self._title(other)):
                    return other, reason
        return None

    def _title(self, article: int) -> str:
        return str(self._shelf.details[article].get("title", ""))

    def _is_old(self, article: int) -> bool:
        return not self._shelf.is_new[article] or article in self._shelf.in_both


def _copied(shelf: Shelf) -> dict[int, list[int]]:
    """Each delegate that has copies → itself and these, by number."""
    articles: dict[int, list[int]] = {}
    for delegate, copy in shelf.copies.tolist():
        articles.setdefault(delegate, [delegate]).append(copy)
    return articles


def _likely(rows: Any) -> tuple[_I64, _I64]:
    """(version, version) of edited pairs where the first may add no fact to the second, though its words are others."""
    is_edited = rows.relation == _EDITED_PLACE
    shares = (rows.shared / np.maximum(size, 1) for size in (rows.size_a, rows.size_b))
    one, other = (np.flatnonzero(is_edited & (share >= _LIKELY)) for share in shares)
    return np.append(rows.a[one], rows.b[other]), np.append(rows.b[one], rows.a[other])


def _edges(rows: Any, one_template: bool) -> tuple[_I64, _I64, _I64]:
    """(version, version, why) where the first may be dropped for the second: by their delegates, both ways if so."""
    is_same, is_template = rows.spare & SAME_BODY != 0, rows.relation == _TEMPLATE_PLACE
    reason = np.where(is_same, _REPRINT, _EDITED)
    parts = []
    for bit, size, source, target in ((A_SPARE, rows.size_a, rows.a, rows.b), (B_SPARE, rows.size_b, rows.b, rows.a)):
        is_held = rows.shared / np.maximum(size, 1) >= CONTAINED
        spare = np.flatnonzero((rows.spare & bit != 0) & (is_same | is_held))
        parts.append((source[spare], target[spare], reason[spare]))
        if one_template:
            parts.append((source[is_template], target[is_template], np.full(int(is_template.sum()), _TEMPLATE)))
    sources, targets, reasons = (np.concatenate(column) for column in zip(*parts, strict=True))
    return sources, targets, reasons


def moment(value: Any) -> float:
    """When something was published, in seconds; a day counts from its beginning; infinity where nothing is known."""
    when = value if isinstance(value, date) else dates.parse(value)
    if when is None or when != when:  # pandas has a time that is none
        return math.inf
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day)
    return (when if when.tzinfo else when.replace(tzinfo=dates.ZONE)).timestamp()


def day(value: Any) -> int:
    """On which day something was published, in Vietnam, counted from the year 1; -1 where it is not known."""
    return day_at(moment(value))


def day_at(seconds: float) -> int:
    """The same of a moment."""
    try:
        return datetime.fromtimestamp(seconds, dates.ZONE).toordinal()
    except (OverflowError, ValueError):  # nothing is known, or it is the first or last day of the calendar elsewhere
        return -1


def decisions(shelf: Shelf, choice: Choice, homes: _I64) -> Iterator[Decision]:
    """A Decision for each input of `articles`, in order; homes: see `Stories.homes`."""
    stands_for = np.zeros(len(shelf.ids), np.int64)
    np.add.at(stands_for, choice.kept_for[choice.kept_for >= 0], 1)
    versions = shelf.homes()
    for code in shelf.inputs:
        if code % 4 == REPEATED:
            first = choice.kept_for[code // 4]
            stands_for[code // 4 if first < 0 else first] += 1
    for code in shelf.inputs:
        kind, number = code % 4, code // 4
        if kind == LEFT_OUT:
            skip = shelf.left_out[number]
            yield Decision(skip.input, None, False, None, None, f"skipped: {skip.reason}")
            continue
        id, kept_for = shelf.ids[number], int(choice.kept_for[number])
        story = shelf.ids[homes[number]] if homes[number] >= 0 else None
        if number in shelf.wordless:
            yield Decision(id, None, False, None, None, "skipped: no words")
        elif kept_for >= 0 or kind == REPEATED:
            relation, reason = _WHY[choice.why[number] if kept_for >= 0 else _REPEATED]
            reason = _WHY[_REPEATED][1] if kind == REPEATED else reason
            kept_id = shelf.ids[kept_for] if kept_for >= 0 else id
            yield Decision(id, story, False, kept_id, relation, reason)
        else:
            seen_as = int(choice.seen_as[number] | choice.seen_as[versions[number]])
            yield Decision(id, story, True, None, None, _why_kept(int(stands_for[number]), seen_as))


def _why_kept(stands_for: int, seen_as: int) -> str:
    if stands_for:
        return f"stands for {stands_for} more"
    names = [name or "unclear" for place, name in enumerate(RELATIONS) if seen_as >> place & 1]
    return f"says something of its own: {', '.join(names)}" if names else "no match"


def is_kept(shelf: Shelf, choice: Choice) -> Iterator[bool]:
    """For each input of `articles` that is an article, in order, whether it is kept."""
    is_dropped = (choice.kept_for >= 0).tolist()
    for code in shelf.inputs:
        if code % 4 != LEFT_OUT:
            number = code // 4
            yield code % 4 == ARTICLE and not is_dropped[number] and number not in shelf.wordless
