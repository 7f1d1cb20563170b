"""The report of a scan, put together: which stories and pairs it shows, what their articles share."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dedup import dates
from dedup.api.choose import day_at, moment
from dedup.api.comparisons import NEWSWORTHY, Comparer
from dedup.api.tables import metadata
from dedup.corpus import passages
from dedup.errors import ParamError
from dedup.models import RELATIONS, Article, Edge, Match, Relation, Story
from dedup.report.findings import Comparison, Findings, Head, Member, Pair, StoryFindings

if TYPE_CHECKING:
    from dedup.api.matches import Rows
    from dedup.api.results import Scan
    from dedup.api.shelf import Shelf

__all__ = ["Asked", "find_findings"]

_STORIES = 5000  # on a page, where it is not said how many
_MEMBERS, _ENTRIES, _FEWEST = 200, 30_000, 8  # articles of a story, of all stories; of a story at least
_MARKED = 24  # articles of a story whose common passages are looked for
_PAIRS = 200  # of a list
_SKIPPED = 100  # inputs that are named
_TEXT, _TEXTS, _LEAST = 20_000, 10_000_000, 300  # code points of a text, of all texts of a page; of a text at least


class Asked(NamedTuple):
    """What the report of a scan is to have: see `Scan.report`."""

    top: int | None
    diffs: int | None
    made: datetime | None
    feed: Sequence[str]


def find_findings(scan: Scan, shelf: Shelf, rows: Rows, asked: Asked) -> Findings:
    """All that the report shows; stories are made one after the other, as they are asked for.

    Args:
        scan: it.
        shelf: its articles.
        rows: its matches.
        asked: how much of it.

    Raises:
        ParamError: top or diffs is negative.
    """
    for name, value in (("top", asked.top), ("diffs", asked.diffs)):
        if value is not None and value < 0:
            raise ParamError(f"{name}={value}: need an integer >= 0 (0: all)")
    order, times = scan.stories.by_size(), scan.stories.times()
    shown = list(scan.stories.take(order[: (asked.top or len(order)) if asked.top is not None else _STORIES]))
    builder = _Builder(scan, shelf, [id for story in shown for id in story.articles])
    most = _longest([len(story.articles) for story in shown], (_FEWEST, _MEMBERS), _ENTRIES)
    articles = {story: [builder.article(id) for id in _shown_of(story, most)] for story in shown}
    sizes = [len(article.text) for many in articles.values() for article in many]
    builder.longest = _longest(sizes, (_LEAST, _TEXT), _TEXTS)
    size = int(shelf.corpus.sizes(np.arange(len(shelf.ids))).sum())
    comparer = Comparer(scan, builder.version, size, asked.diffs)
    compared = comparer.compare(articles)
    return Findings(
        counts=_counts(scan),
        joined=scan.stories.count_relations(),
        histogram=_histogram(rows),
        days=tuple(date.fromordinal(day) for day in map(day_at, times[order].tolist()) if day > 0),
        skipped=tuple(scan.skipped[:_SKIPPED]),
        reasons=dict(Counter(skip.reason.split(":")[0] for skip in scan.skipped).most_common()),
        templates=tuple(map(builder.pair, scan.matches.of("template")[:_PAIRS])),
        doubtful=tuple(map(builder.pair, scan.matches.doubtful()[:_PAIRS])),
        stories=(builder.story(story, many, compared[story.id]) for story, many in articles.items()),
        shown=len(shown), longest_text=builder.longest, is_cut=max(sizes, default=0) > builder.longest,
        diffs=comparer.done, wanted=comparer.wanted,
        params=scan.params, about=metadata(scan), made=asked.made or datetime.now(dates.ZONE), feed=tuple(asked.feed),
    )  # fmt: skip


def _shown_of(story: Story, most: int) -> list[str]:
    """The articles that are shown, in order: the first ones, and with them the anchor and the representatives."""
    if len(story.articles) <= most:
        return list(story.articles)
    needed = {story.anchor, *story.representatives}
    chosen = needed | set([id for id in story.articles if id not in needed][: most - len(needed)])
    return [id for id in story.articles if id in chosen]


def _longest(sizes: Sequence[int], limits: tuple[int, int], total: int) -> int:
    """How much of each may be shown, within limits, so that all together are not more than the total."""
    low, high = limits
    lengths = np.minimum(np.array(sizes, np.int64), high)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if np.minimum(lengths, middle).sum() <= total else (low, middle - 1)
    return low


def _counts(scan: Scan) -> dict[str, int]:
    in_stories = len(scan.stories.articles())
    wordless = sum(skip.reason == "no words" for skip in scan.skipped)
    return scan.counts | {
        "stories": len(scan.stories),
        "in_stories": in_stories,
        "alone": scan.counts["articles"] - in_stories - wordless,
        "template": len(scan.matches.of("template")),
        "unclear": len(scan.matches.of(None)),
        "doubtful": len(scan.matches.doubtful()),
    }


def _histogram(rows: Rows) -> dict[Relation | None, tuple[int, ...]]:
    """How many matches of each relation have which containment, in twentieths; all of it is in the last one."""
    least = np.maximum(np.minimum(rows.size_a, rows.size_b), 1)
    bins = np.minimum(20 * rows.shared // least, 19)
    return {
        relation: tuple(np.bincount(bins[rows.relation == place], minlength=20).tolist())
        for place, relation in enumerate(RELATIONS)
    }


def _published(details: Mapping[str, Any]) -> datetime | date | None:
    """When an article was published, as a value that can be shown."""
    value = details.get("published")
    if value is None or math.isinf(moment(value)):
        return None
    return value if isinstance(value, date) else dates.parse(value)


class _Builder:
    """Makes stories and pairs of what the scan knows.

    Attributes:
        longest: code points of a text that are shown.
        version: the id of each copy → that of the article whose words it has.
    """

    def __init__(self, scan: Scan, shelf: Shelf, ids: Iterable[str]) -> None:
        self._scan, self._shelf = scan, shelf
        self.longest = _TEXT
        self._heads: dict[str, Head] = {}
        self._removed: dict[str, list[tuple[int, int]]] = {}
        self.version = shelf.delegates()
        self._matches: dict[tuple[str, str], Match] = {}
        self._apart: dict[str, list[Match]] = defaultdict(list)  # templates and what is doubtful
        wanted = {self.version.get(id, id) for id in ids}
        for match in scan.matches:
            if match.a in wanted or match.b in wanted:
                self._matches[match.a, match.b] = match
                if match.relation in ("template", None) or not match.is_certain:
                    self._apart[match.a].append(match)
                    self._apart[match.b].append(match)

    def article(self, id: str) -> Article:
        """An article without page furniture."""
        article, removed = self._scan.strip(id)
        if removed:
            self._removed[id] = removed
        return replace(article, published=_published(self._scan.details(id)))

    def pair(self, match: Match) -> Pair:
        """A match as a pair that is shown."""
        one, two = self._head(match.a), self._head(match.b)
        return Pair(one, two, match.relation, match.containment, match.longest_passage, match.is_certain)

    def _head(self, id: str) -> Head:
        if id not in self._heads:
            details = {**self._scan.details(id), "published": _published(self._scan.details(id))}
            self._heads[id] = Head(**{**details, "id": id, "title": self._scan.headline(id)})
        return self._heads[id]

    def story(self, story: Story, shown: Sequence[Article], compared: Sequence[Comparison]) -> StoryFindings:
        """A story as it is shown."""
        edges = {edge.id: edge for edge in story.edges}
        matches = {article.id: self._match(story.anchor, article.id) for article in shown}
        place = {article.id: n for n, article in enumerate(shown)}
        same_as: dict[str, int] = {}
        first: dict[str, int] = {self.version.get(story.anchor, story.anchor): place[story.anchor]}
        for n, article in enumerate(shown):
            version = self.version.get(article.id, article.id)
            match = matches[article.id]
            is_same = edges[article.id].relation == "reprint" and (match is None or match.is_certain)
            other = place[story.anchor] if is_same else first.setdefault(version, n)
            if other != n:
                same_as[article.id] = other
        copied = self._copied(story.anchor, [a.id for a in shown if a.id not in same_as])
        members = tuple(
            self._member(story, edges[a.id], a, (matches[a.id], same_as.get(a.id), copied.get(a.id, ()))) for a in shown
        )
        apart = {(m.a, m.b): m for a in shown for m in self._apart.get(self.version.get(a.id, a.id), ())}
        pairs = tuple(map(self.pair, list(apart.values())[:_PAIRS]))
        news = _find_news(members, compared)
        return StoryFindings(story.id, members, len(story.articles), tuple(compared), pairs, *news)

    def _match(self, anchor: str, id: str) -> Match | None:
        """What the scan knows of two articles, also of copies by what they are copies of."""
        for a, b in ((anchor, id), (self.version.get(anchor, anchor), self.version.get(id, id))):
            if match := self._matches.get((a, b)) or self._matches.get((b, a)):
                return match
        return None

    def _member(self, story: Story, edge: Edge, article: Article, known: tuple[Any, ...]) -> Member:
        match, same_as, copied = known
        text = article.text[: self.longest] if same_as is None else ""
        return Member(
            head=self._head(edge.id), text=text, left_out=len(article.text) - len(text) if same_as is None else 0,
            copied=copied, relation=edge.relation, derived_from=edge.derived_from, evidence=edge.evidence,
            share=match.containment if match and edge.id != story.anchor else None,
            longest=match.longest_passage if match and edge.id != story.anchor else 0,
            is_certain=match is None or match.is_certain or edge.id == story.anchor, is_anchor=edge.id == story.anchor,
            is_representative=edge.id in story.representatives, is_round_up=edge.id in story.round_ups, same_as=same_as,
        )  # fmt: skip

    def _copied(self, anchor: str, ids: Sequence[str]) -> dict[str, tuple[tuple[int, int, int], ...]]:
        """What each article shares with the anchor, and the anchor with how many of them, in their shown texts."""
        held: list[tuple[int, int]] = []
        found: dict[str, tuple[tuple[int, int, int], ...]] = {}
        for id in [id for id in ids if id != anchor][:_MARKED]:
            one, other = (self._shelf.article(name).text for name in (anchor, id))
            runs = passages(one, other, self._scan.params, self._shelf.learnt(anchor), self._shelf.learnt(id))
            held += [self._shown(anchor, p.a_start, p.a_end) for p in runs]
            found[id] = _count_holders([self._shown(id, p.b_start, p.b_end) for p in runs], 1)
        found[anchor] = _count_holders(held)
        return found

    def _shown(self, id: str, start: int, end: int) -> tuple[int, int]:
        """A span of an article's text as a span of what is left of it without furniture."""
        removed = self._removed.get(id, ())
        return tuple(at - sum(min(hi, at) - lo for lo, hi in removed if lo < at) for at in (start, end))  # type: ignore[return-value]


def _count_holders(spans: Iterable[tuple[int, int]], most: int | None = None) -> tuple[tuple[int, int, int], ...]:
    """Spans that may overlap as spans that do not: (start, end, how many hold it, at most `most`).

    >>> _count_holders([(0, 9), (5, 12)])
    ((0, 5, 1), (5, 9, 2), (9, 12, 1))
    """
    steps = Counter[int]()
    for start, end in spans:
        steps[start] += 1
        steps[end] -= 1
    runs: list[tuple[int, int, int]] = []
    holders = last = 0
    for at in sorted(steps):
        count = holders if most is None else min(holders, most)
        if count:
            if runs and runs[-1][1] == last and runs[-1][2] == count:
                runs[-1] = (runs[-1][0], at, count)
            else:
                runs.append((last, at, count))
        holders, last = holders + steps[at], at
    return tuple(runs)


def _find_news(members: Sequence[Member], compared: Sequence[Comparison]) -> tuple[tuple[int, int] | None, bool]:
    """(facts that edited versions add and values that they tell differently, each once; whether all were compared)."""
    facts, changes = set[str](), set[tuple[str, ...]]()
    asked = [c for c in compared if members[c.b].relation in NEWSWORTHY and (c.is_from or members[c.a].is_anchor)]
    made = [c.diff for c in asked if c.diff is not None]
    for diff in made:
        facts |= {" ".join(fact.text.split()).casefold() for fact in diff.added if fact.kind != "story"}
        changes |= {tuple(" ".join(f.text.split()).casefold() for f in (c.a, c.b)) for c in diff.changed}
    return (len(facts), len(changes)) if made else None, len(made) == len(asked)
