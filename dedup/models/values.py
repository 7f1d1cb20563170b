"""What goes in and what comes out: frozen values without behaviour of their own."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, SupportsIndex

from dedup.errors import ArticleError

__all__ = [
    "RELATIONS", "Added", "Article", "Change", "Check", "Counterpart", "Crowd", "Decision", "Diff", "Edge", "Evidence",
    "Fact", "FactKind", "Language", "Match", "Passage", "Relation", "Skipped", "Story", "Token", "identifier",
]  # fmt: skip

Relation = Literal["reprint", "edited", "partial", "template", "same_story"]
RELATIONS: tuple[Relation | None, ...] = (None, "reprint", "edited", "partial", "template", "same_story")
Evidence = Literal["credit", "containment", "time"]
Language = Literal["vi", "en"]  # of screens and pages; the articles are Vietnamese
FactKind = Literal[
    "quantity", "money", "percent", "date", "person", "organisation", "place", "code", "quote", "statement", "story"
]


@dataclass(frozen=True, slots=True)
class Article:
    """One article.

    Args:
        id: what names it in every result; an integer becomes its decimal digits.
        text: the body, any string, also empty. Figures and spans refer to it alone.
        title: the headline; serves relations and screens.
        source: the paper, for instance its registrable domain; "" is unknown.
        url: where it stands.
        credit: whom the article names as its own source ("TTXVN").
        published: an aware datetime; a date where the hour is not known; None where nothing is.
        extra: whatever else came with it: kept and returned, never read.

    Raises:
        ArticleError: the id is neither a string nor an integer, or another field is no string where it must be.

    >>> Article(7, "Chiều 3/5, tỉnh Hà Lâm công bố giá nước mới.").id
    '7'
    """

    id: str
    text: str
    title: str = ""
    source: str = ""
    url: str = ""
    credit: str = ""
    published: datetime | date | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if type(self.id) is not str:
            object.__setattr__(self, "id", identifier(self.id))
        if type(self.text) is not str and not isinstance(self.text, str):
            raise ArticleError(f"article {self.id!r}: text={self.text!r:.60}: need a string")
        for name in ("title", "source", "url", "credit"):
            if not isinstance(getattr(self, name), str):
                raise ArticleError(f"article {self.id!r}: {name}={getattr(self, name)!r:.60}: need a string")


def identifier(value: SupportsIndex | str) -> str:
    """An id as a string: an integer in decimal.

    Raises:
        ArticleError: it is neither a string nor an integer.

    >>> identifier(7)
    '7'
    """
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        raise ArticleError(f"id={value!r}: need a string or an integer")
    try:
        return str(operator.index(value))
    except TypeError:
        raise ArticleError(f"id={value!r:.60}: need a string or an integer") from None


@dataclass(frozen=True, slots=True)
class Token:
    """One syllable as it stands in a text: `text == original[start:end]`, in code points.

    Attributes:
        kind: "word" (letters), "number" (digits, with their separators), "code" (letters and digits: G7, 9h30) or
            "glyph" (one sign of a script that is written without spaces: Han, Kana, Thai, Lao, Khmer).
    """

    text: str
    start: int
    end: int
    kind: Literal["word", "number", "code", "glyph"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A copied run of text: `a_text[a_start:a_end]` and `b_text[b_start:b_end]` hold the same syllables.

    Attributes:
        syllables: its length, at least 8. Where page furniture stands inside a run, the run is several passages, each
            of any length, so that none holds furniture.
    """

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    syllables: int


@dataclass(frozen=True, slots=True)
class Match:
    """A verified pair of articles. All figures are exact; each fraction is one division of two integers.

    Attributes:
        a, b: the ids; in a scan a < b.
        relation: "reprint", "edited", "partial", "template", "same_story" or None.
        resemblance: |A∩B| / |A∪B| of the two sets of shingles (the Jaccard index), 0..1.
        a_in_b: |A∩B| / |A|, how much of a stands in b, 0..1.
        b_in_a: |A∩B| / |B|, how much of b stands in a, 0..1.
        shared: |A∩B|, in shingles.
        size_a, size_b: |A| and |B|, in shingles.
        longest_passage: syllables of the longest copied passage; 0 where none has 8.
        is_certain: False where the relation was decided close to a border and a person should look.
    """

    a: str
    b: str
    relation: Relation | None
    resemblance: float
    a_in_b: float
    b_in_a: float
    shared: int
    size_a: int
    size_b: int
    longest_passage: int
    is_certain: bool
    _find_passages: Callable[[str, str], list[Passage]] | None = field(default=None, repr=False, compare=False)

    @property
    def passages(self) -> list[Passage]:
        """The copied passages, by their start in a: computed at each access, by greedy string tiling."""
        return self._find_passages(self.a, self.b) if self._find_passages else []

    @property
    def containment(self) -> float:
        """The larger of `a_in_b` and `b_in_a`: the share of one article that stands in the other."""
        return max(self.a_in_b, self.b_in_a)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a version says: `text == version[start:end]`, in code points of the original string.

    Attributes:
        kind: what it is about: "quantity", "money", "percent", "date" (days and hours), "person", "organisation",
            "place", "code" (licence plates, exam codes, flights), "quote", "statement" (the rest) or "story" (material
            of another story on the same page, as one item).
        article: the id of the version that it stands in.
    """

    text: str
    start: int
    end: int
    kind: FactKind
    article: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """The same thing with another value: 12 người chết, 13 người chết.

    Attributes:
        kind: that of both facts.
        a, b: the two values, each in its version.
    """

    kind: FactKind
    a: Fact
    b: Fact


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A sentence of one version and the sentence of the other one that says the same, wholly or in part."""

    a: Fact
    b: Fact


@dataclass(frozen=True, slots=True)
class Diff:
    """What version b says that a does not, and the other way round. Facts stand in the order of their texts.

    Attributes:
        a: the ids of what b was compared with: one version, or all versions published so far.
        b: the id of the version in question.
        added: facts only in b; spans do not overlap.
        dropped: facts only in a (of several versions: in any of them, each fact once).
        changed: the same thing with another value.
        shared: sentences that both have, wholly or in part, as pairs.
        left_out: page furniture, by-lines and captions without content, which are no facts; their kind is "statement".
        relation, resemblance, a_in_b, b_in_a: as in Match; of several versions those of the one that is closest to b.
            For "template" the two are not versions of one text: what is added belongs to another story. For None they
            may be two reports of one event, each in its own words; sentences are matched all the same.
    """

    a: tuple[str, ...]
    b: str
    added: tuple[Fact, ...]
    dropped: tuple[Fact, ...]
    changed: tuple[Change, ...]
    shared: tuple[Counterpart, ...]
    left_out: tuple[Fact, ...]
    relation: Relation | None
    resemblance: float
    a_in_b: float
    b_in_a: float

    def __bool__(self) -> bool:
        """Whether anything differs: a fact is added, dropped or changed."""
        return bool(self.added or self.dropped or self.changed)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that could not be used: where it stands (`path`, `path:line` or an id) and why."""

    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Where an article of a story comes from.

    Attributes:
        id: the article.
        derived_from: the article that it was made from; None where that is not known. A wrong arrow is worse than none.
        relation: its relation to the story's anchor; None for the anchor itself.
        evidence: why `derived_from` is believed. "credit": it names the paper of that article as its source;
            "containment": that article was published before and nearly all of this one stands in it; "time": it was
            published before, and the two are versions of one text. None where `derived_from` is None.
    """

    id: str
    derived_from: str | None
    relation: Relation | None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell the same story: each is a verified match of the anchor, by shared text or as the same event.

    Attributes:
        id: the anchor's id.
        articles: the ids, by time of publication where it is known, then by id.
        anchor: the article that all others were compared with: the earliest published, then the longest.
        representatives: the longest article and the earliest published one, without repeats.
        earliest: the earliest published of them; None where no time is known.
        edges: one for each article, in the same order.
        round_ups: those of the articles that hold passages of three stories and more ("Tin nóng 24h"): members of each,
            which link none and are no representative.
    """

    id: str
    articles: tuple[str, ...]
    anchor: str
    representatives: tuple[str, ...]
    earliest: str | None
    edges: tuple[Edge, ...]
    round_ups: tuple[str, ...] = ()
    _find: Callable[[str], Article] | None = field(default=None, repr=False, compare=False)

    def read(self) -> list[Article]:
        """The articles themselves, in the same order; none where the story was not made by a scan or an index."""
        return [self._find(id) for id in self.articles] if self._find else []


@dataclass(frozen=True, slots=True)
class Added:
    """What an index says of an article that was added.

    Attributes:
        id: the article's.
        story: the id of its story: that of the story's first article, for as long as the story lives.
        is_new_story: whether the article begins this story.
        matches: with the articles that were there before, sorted by (a, b), a < b; the article is a or b.
        merged_stories: ids of stories that it brought together with its own; they lead there from now on.
        revision: what it adds to, drops from and changes in the former text of the same id; None where there is none.
    """

    id: str
    story: str
    is_new_story: bool
    matches: tuple[Match, ...]
    merged_stories: tuple[str, ...] = ()
    revision: Diff | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an input is kept, and why.

    Attributes:
        id: the article's id in the scan; of an input that could not be used what `Skipped.input` says.
        story: the id of its story; None for an article that stands alone and for a skipped input.
        keep: False where `kept_id` holds all that it says, and for a skipped input.
        kept_id: for whose sake it is dropped; that one is kept (or stands in `against`). None for a kept article.
        relation: its relation to that one: "reprint" (also the same text again), "edited" or "template".
        reason: in a few words; "skipped: …" for an input that could not be used.
    """

    id: str
    story: str | None
    keep: bool
    kept_id: str | None
    relation: Relation | None
    reason: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """A fingerprint held by more than `max_bucket` versions: not every pair of them was examined.

    Attributes:
        fingerprint: the shared hash; 64 bits.
        versions: how many versions hold it.
        examined: pairs of them examined because of it (each against its hubs).
        left_out: pairs of them not examined because of it; another fingerprint may still have brought them together.
    """

    fingerprint: int
    versions: int
    examined: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Check:
    """How many of the matches of some articles a scan found: measured by comparing each of these with every article.

    Attributes:
        articles: how many were taken at random, texts of one version once.
        expected: pairs with one of them that are matches by brute force.
        found: how many of these pairs the scan has.
        missed: the others, by their ids, the smaller first.
    """

    articles: int
    expected: int
    found: int
    missed: tuple[tuple[str, str], ...]

    @property
    def recall(self) -> float:
        """found / expected, 0..1; 1 where there is nothing to find."""
        return self.found / self.expected if self.expected else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the recall (Wilson 1927), as if pairs were independent; (0, 1) with nothing to find."""
        n, p, z = self.expected, self.recall, 1.96
        if n == 0:
            return 0.0, 1.0
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
        return (low if self.found else 0.0), (high if self.found < n else 1.0)
