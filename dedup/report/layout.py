"""Where what stands: the marks of each version, its paragraphs, and which of them stand side by side."""

from __future__ import annotations

import bisect
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from dedup.errors import ParamError
from dedup.models import Article, Diff, Fact
from dedup.sentences import split

__all__ = ["Layout", "Mark", "MarkKind", "Row", "Sentence", "Unit", "Version", "lay_out", "segments"]

MarkKind = Literal["added", "dropped", "changed"]
_T = TypeVar("_T")
_Spans = list[tuple[int, int, _T]]

_LINE = re.compile("[^\n-\r\x85\u2028\u2029]+")
_LONG = 500  # characters; a longer paragraph may be cut before a shared sentence
_SHORTEST = 200  # what such a cut leaves, at least


@dataclass(slots=True, eq=False)
class Mark:
    """A fact as it is marked in a version: `id` names its element, `twin` that of its other value."""

    kind: MarkKind
    fact: Fact
    id: str
    twin: str = ""


@dataclass(slots=True, eq=False)
class Sentence:
    """A sentence that another version has too. All that hang together have the same number."""

    start: int
    end: int
    id: str
    number: int = 0
    twins: list[Sentence] = field(default_factory=list)


@dataclass(slots=True)
class Unit:
    """A paragraph of a version, or a piece of a long one (`is_continued`: not its first)."""

    start: int
    end: int
    is_after_blank: bool = False
    is_continued: bool = False


Row = tuple[list[Unit], list[Unit]]  # what stands side by side: paragraphs of the one version, and of the other


@dataclass(slots=True, eq=False)
class Version:
    """One article with all that is marked in it, spans in order and apart from each other."""

    id: str
    article: Article
    marks: _Spans[Mark] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    left_out: _Spans[None] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    contexts: Sequence[tuple[int, int]] = ()


@dataclass(slots=True, eq=False)
class Layout:
    """A diff, ready to be drawn. Marks stand in the order of the diff.

    Attributes:
        others: the versions that b is compared with.
        b: the version in question.
        rows: of one other version and b; empty where there are several.
    """

    others: list[Version]
    b: Version
    changed: list[tuple[Mark, Mark]]
    added: list[Mark]
    dropped: list[Mark]
    rows: list[Row]
    shared: int

    @property
    def versions(self) -> list[Version]:
        """All versions, b last."""
        return [*self.others, self.b]

    @property
    def counts(self) -> dict[str, int]:
        """How much is changed, added, dropped and shared, by these words."""
        return {
            "changed": len(self.changed), "added": len(self.added), "dropped": len(self.dropped), "shared": self.shared,
        }  # fmt: skip

    def count_left_out(self) -> int:
        """How many pieces of furniture all versions have."""
        return sum(len(version.left_out) for version in self.versions)

    def version_of(self, mark: Mark) -> Version:
        """The version in which a mark stands."""
        return next(v for v in self.versions if mark.id.startswith(f"{v.id}-"))


def lay_out(diff: Diff, articles: Mapping[str, Article], prefix: str) -> Layout:
    """Brings every fact of a diff to its place.

    Args:
        diff: what is to be shown.
        articles: by id: all of `diff.a`, and `diff.b`.
        prefix: what every id begins with: a page may have several diffs.

    Raises:
        ParamError: an article is missing.
    """
    missing = [name for name in (*diff.a, diff.b) if name not in articles]
    if missing or not diff.a:
        raise ParamError(f"articles: need all of diff.a and diff.b, without {missing or 'any of diff.a'}")
    others = [Version(f"{prefix}a{n}", articles[name]) for n, name in enumerate(diff.a, 1)]
    b = Version(f"{prefix}b", articles[diff.b])
    by_id = {version.article.id: version for version in others}

    def in_a(fact: Fact) -> Version:
        return by_id.get(fact.article, others[0])

    spans: dict[str, list[tuple[int, int, Mark]]] = defaultdict(list)

    def mark(version: Version, fact: Fact, kind: MarkKind) -> Mark:
        own = spans[version.id]
        own.append((fact.start, fact.end, Mark(kind, fact, f"{version.id}-f{len(own) + 1}")))
        return own[-1][2]

    changed = [(mark(in_a(c.a), c.a, "changed"), mark(b, c.b, "changed")) for c in diff.changed]
    for one, other in changed:
        one.twin, other.twin = other.id, one.id
    added = [mark(b, fact, "added") for fact in diff.added]
    dropped = [mark(in_a(fact), fact, "dropped") for fact in diff.dropped]
    shared = _join_sentences([(in_a(c.a), c.a, c.b) for c in diff.shared], b)
    for version in [*others, b]:
        length = len(version.article.text)
        version.marks = _apart(spans[version.id], length)
        version.left_out = _apart([(f.start, f.end, None) for f in _left_out(diff, version, version is b)], length)
        version.units = list(_cut(version))
        version.contexts = split(version.article.text)
    rows = _align(others[0], b) if len(others) == 1 else []
    return Layout(others, b, changed, added, dropped, rows, shared)


def _left_out(diff: Diff, version: Version, is_b: bool) -> Iterator[Fact]:
    """The furniture of a version; where both have the same id (a revision), what has the same text there."""
    name = diff.b if is_b else version.article.id
    for fact in diff.left_out:
        if fact.article == name and (diff.b not in diff.a or version.article.text[fact.start : fact.end] == fact.text):
            yield fact


def _apart(spans: Iterable[tuple[int, int, _T]], length: int) -> _Spans[_T]:
    """The spans in order, without overlap: the earlier in the list prevails, the later keeps what is left of it."""
    taken: _Spans[_T] = []
    for start, end, value in spans:
        start, end = max(start, 0), min(end, length)
        place = bisect.bisect_right(taken, start, key=lambda span: span[1])
        free = []
        while start < end and place < len(taken) and (other := taken[place])[0] < end:
            if start < other[0]:
                free.append((start, other[0], value))
            start = max(start, other[1])
            place += 1
        if start < end:
            free.append((start, end, value))
        for span in free:
            bisect.insort(taken, span, key=lambda s: s[0])
    return taken


def _join_sentences(pairs: list[tuple[Version, Fact, Fact]], b: Version) -> int:
    """Gives versions their shared sentences, the overlapping ones as one; returns how many numbers there are."""
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for version, in_a, in_b in pairs:
        places[version.id].append((in_a.start, in_a.end))
        places[b.id].append((in_b.start, in_b.end))
    for version in {version.id: version for version in [b, *(v for v, _, _ in pairs)]}.values():
        version.sentences = list(_merge(places[version.id], version))
    for version, in_a, in_b in pairs:
        one, other = _sentence_at(version, in_a.start), _sentence_at(b, in_b.start)
        if one and other and other not in one.twins:
            one.twins.append(other)
            other.twins.append(one)
    number = 0
    for first in b.sentences:
        number += not first.number
        waiting = [] if first.number else [first]
        while waiting:
            sentence = waiting.pop()
            sentence.number = number
            waiting += [twin for twin in sentence.twins if not twin.number]
    return number


def _merge(places: list[tuple[int, int]], version: Version) -> Iterator[Sentence]:
    current: Sentence | None = None
    number = 0
    for start, end in sorted(set(places)):
        start, end = max(start, 0), min(end, len(version.article.text))
        if current and start < current.end:
            current.end = max(current.end, end)
        elif start < end:
            if current:
                yield current
            number += 1
            current = Sentence(start, end, f"{version.id}-s{number}")
    if current:
        yield current


def _sentence_at(version: Version, start: int) -> Sentence | None:
    place = bisect.bisect_right(version.sentences, start, key=lambda s: s.start) - 1
    found = version.sentences[place] if place >= 0 else None
    return found if found and start < found.end else None


def _cut(version: Version) -> Iterator[Unit]:
    """Paragraphs: the lines of the text, long ones cut where a shared sentence begins, so that it can be aligned."""
    text, after = version.article.text, 0
    starts = [sentence.start for sentence in version.sentences]
    for line in _LINE.finditer(text):
        words = line[0].strip()
        if not words:
            continue
        start = line.start() + line[0].index(words)
        end = start + len(words)
        is_after_blank = len(re.findall("\r\n|[\n-\r\x85\u2028\u2029]", text[after:start])) > 1
        after, is_continued = end, False
        if end - start > _LONG:
            for cut in starts[bisect.bisect_left(starts, start + _SHORTEST) : bisect.bisect_right(starts, end - 1)]:
                if cut - start >= _SHORTEST:
                    yield Unit(start, cut, is_after_blank and not is_continued, is_continued)
                    start, is_continued = cut, True
        yield Unit(start, end, is_after_blank and not is_continued, is_continued)


def _align(a: Version, b: Version) -> list[Row]:
    """Rows: paragraphs that share a sentence stand side by side, as many as can without crossing; the rest between."""
    pairs = set()
    for sentence in b.sentences:
        for twin in sentence.twins:
            pairs.add((_unit_at(a.units, twin.start), _unit_at(b.units, sentence.start)))
    anchors = _longest_increasing(sorted((i, j) for i, j in pairs if i >= 0 and j >= 0))
    rows: list[Row] = []
    last_a = last_b = 0
    for in_a, in_b in [*anchors, (len(a.units), len(b.units))]:
        between = a.units[last_a:in_a], b.units[last_b:in_b]
        if between[0] or between[1]:
            rows.append(between)
        if in_a < len(a.units):
            rows.append(([a.units[in_a]], [b.units[in_b]]))
        last_a, last_b = in_a + 1, in_b + 1
    return rows


def _unit_at(units: list[Unit], start: int) -> int:
    place = bisect.bisect_right(units, start, key=lambda unit: unit.start) - 1
    return place if place >= 0 and start < units[place].end else -1


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain in which both numbers rise (patience sorting; Schensted 1961)."""
    ends: list[int] = []  # the smallest second number that ends a chain of each length
    tops: list[int] = []  # which pair that is
    before: list[int] = [-1] * len(pairs)
    order = sorted(range(len(pairs)), key=lambda n: (pairs[n][0], -pairs[n][1]))
    for n in order:
        length = bisect.bisect_left(ends, pairs[n][1])
        before[n] = tops[length - 1] if length else -1
        ends[length : length + 1] = [pairs[n][1]]
        tops[length : length + 1] = [n]
    chain, n = [], tops[-1] if tops else -1
    while n >= 0:
        chain.append(pairs[n])
        n = before[n]
    return chain[::-1]


def segments(
    start: int, end: int, marks: _Spans[Mark], left_out: _Spans[None]
) -> Iterator[tuple[int, int, Mark | None, bool]]:
    """A stretch of a text in pieces: (start, end, the mark on it, whether it is furniture), in order, without gaps."""
    cuts = {start, end}
    for low, high, _ in (*_within(marks, start, end), *_within(left_out, start, end)):
        cuts |= {max(low, start), min(high, end)}
    edges = sorted(cuts)
    for low, high in itertools.pairwise(edges):
        found = _within(marks, low, high)
        yield low, high, found[0][2] if found else None, bool(_within(left_out, low, high))


def _within(spans: _Spans[_T], start: int, end: int) -> _Spans[_T]:
    """Those of the spans that touch the stretch."""
    first = bisect.bisect_right(spans, start, key=lambda span: span[1])
    last = bisect.bisect_left(spans, end, key=lambda span: span[0])
    return spans[first:last]
