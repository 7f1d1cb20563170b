"""Which versions of a story the report compares, and the diffs of as many as fit its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.models import Article, Relation, Story
from dedup.report.findings import Comparison

if TYPE_CHECKING:
    from dedup.api.results import Scan

__all__ = ["NEWSWORTHY", "Comparer", "choose_pairs"]

# Characters that are compared where it is not said how much, so that a page takes a third of its scan at most: so many
# (a scan takes a second at any rate), one more for so many bytes of the corpus, fewer for each story of the page (which
# takes a millisecond), and some always. Each takes 4.5 µs.
_BASE, _PART, _STORY, _LEAST = 60_000, 1600, 250, 40_000
_BYTES, _OVERHEAD = 8_000_000, 12_000  # of all diffs of a page, about; of one beside three times its texts
_PER_STORY = 8  # comparisons of one story that are made before others have theirs
NEWSWORTHY: tuple[Relation, ...] = ("edited", "same_story")  # versions of which it is asked what is new


def choose_pairs(story: Story, shown: Sequence[Article], version: Mapping[str, str]) -> list[Comparison]:
    """What is worth comparing in a story: each version with the one that it was made from (the anchor where that is not
    known) and with the representative. Reprints say what their version says; round-ups tell of other things, too.
    Edited versions and other words on the same event come first.

    Args:
        story: it.
        shown: those of its articles that the report shows, in order.
        version: the id of each copy → that of the article whose words it has.
    """
    place = {article.id: n for n, article in enumerate(shown)}
    edges = {edge.id: edge for edge in story.edges}
    first: dict[str, str] = {version.get(story.anchor, story.anchor): story.anchor}
    home = {
        id: story.anchor if edges[id].relation == "reprint" else first.setdefault(version.get(id, id), id)
        for id in place if id not in story.round_ups
    }  # fmt: skip
    found: dict[frozenset[int], tuple[tuple[bool, bool, int, bool], Comparison]] = {}
    for id in (id for id, own in home.items() if own == id):
        origin = home.get(edges[id].derived_from or "")
        for base in dict.fromkeys((origin or story.anchor, home.get(story.representatives[0]))):
            if base is None or base == id or base not in place:
                continue
            a, b = place[base], place[id]
            is_from = base == origin
            if not is_from and b < a and shown[a].published and shown[b].published:
                a, b = b, a
            is_base = is_from or shown[a].id == story.anchor
            weight = (edges[shown[b].id].relation not in NEWSWORTHY, not is_base, b, not is_from)
            known = found.get(frozenset((a, b)))
            if known is None or weight < known[0]:
                found[frozenset((a, b))] = weight, Comparison(a, b, is_from)
    return [comparison for _, comparison in sorted(found.values(), key=lambda item: (item[0], item[1].a))]


class Comparer:
    """Makes diffs, the most newsworthy ones of a scan first, as many as are asked for or fit.

    Args:
        scan: it.
        version: see `choose_pairs`.
        size: bytes of all texts of the scan.
        most: how many; 0 for all; None for what fits a part of the scan's time, by the characters of the texts.
    """

    def __init__(self, scan: Scan, version: Mapping[str, str], size: int, most: int | None) -> None:
        self._scan, self._version, self._most = scan, version, most
        self._size = size
        self._left, self._left_bytes = 0, _BYTES
        self.done = self.wanted = 0

    def compare(self, stories: Mapping[Story, Sequence[Article]]) -> dict[str, list[Comparison]]:
        """The comparisons of each story, by its id; those that were not made are without a diff."""
        chosen = {story.id: choose_pairs(story, shown, self._version) for story, shown in stories.items()}
        self.wanted = sum(map(len, chosen.values()))
        self._left = max(_LEAST, _BASE + self._size // _PART - _STORY * len(stories))
        for story, n in _order(chosen, list(stories)):
            one = chosen[story.id][n]
            articles = stories[story][one.a], stories[story][one.b]
            if self._takes(articles):
                diff = self._scan.diff(articles[0].id, articles[1].id)
                chosen[story.id][n] = replace(one, diff=diff, articles=articles)
                self.done += 1
        return chosen

    def _takes(self, articles: Sequence[Article]) -> bool:
        size = sum(len(article.text) for article in articles)
        if self._most is None:
            is_taken = size <= self._left
            self._left -= size if is_taken else 0
            return is_taken
        self._left_bytes -= _OVERHEAD + 3 * size
        return (not self._most or self.done < self._most) and self._left_bytes >= 0


def _order(chosen: Mapping[str, Sequence[Comparison]], stories: Sequence[Story]) -> Iterator[tuple[Story, int]]:
    """(story, place of a comparison): stories with edited versions first, the large ones first; of a story no more than
    some before all have theirs."""

    def has_news(story: Story) -> bool:
        return any(edge.relation in NEWSWORTHY for edge in story.edges)

    first = sorted(stories, key=lambda story: not has_news(story))
    for story in first:
        yield from ((story, n) for n in range(min(len(chosen[story.id]), _PER_STORY)))
    for story in first:
        yield from ((story, n) for n in range(_PER_STORY, len(chosen[story.id])))
