"""What the report of a scan shows: plain values, put together where the scan is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dedup.models import Article, Diff, Evidence, Params, Relation, Skipped

__all__ = ["Comparison", "Findings", "Head", "Member", "Pair", "StoryFindings"]


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of an article beside its text; `title` is its headline or else its first line."""

    id: str
    title: str = ""
    source: str = ""
    url: str = ""
    credit: str = ""
    published: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story.

    Attributes:
        head: what is known of it.
        text: without page furniture, perhaps only its beginning; "" where another member has the same words.
        left_out: code points that were cut off its end.
        copied: the passages that it has in common with others of the story, (start, end, with how many), apart from
            each other and in order.
        relation: to the anchor; None for the anchor itself.
        derived_from: the id of the article that it was made from; None where that is not known.
        evidence: why that is believed.
        share: of the shorter one of it and the anchor stands in the other, 0..1; None where the two were not compared.
        longest: syllables of the longest passage that both have.
        is_certain: whether its relation is.
        is_anchor, is_representative, is_round_up: its part in the story.
        same_as: the place of the member whose words it has; None where it has words of its own.
    """

    head: Head
    text: str
    left_out: int
    copied: tuple[tuple[int, int, int], ...]
    relation: Relation | None
    derived_from: str | None
    evidence: Evidence | None
    share: float | None
    longest: int
    is_certain: bool
    is_anchor: bool
    is_representative: bool
    is_round_up: bool
    same_as: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two members, by their places, a before b; `diff` is None where it was not computed.

    Attributes:
        articles: the two as they were compared; () where they were not.
        is_from: whether b was made from a, as far as is known.
    """

    a: int
    b: int
    is_from: bool
    diff: Diff | None = None
    articles: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles that match and are not merged, or whose relation is doubtful.

    Attributes:
        a, b: them.
        share: of the shorter one stands in the other, 0..1.
        longest: syllables of the longest passage that both have.
    """

    a: Head
    b: Head
    relation: Relation | None
    share: float
    longest: int
    is_certain: bool


@dataclass(frozen=True, slots=True)
class StoryFindings:
    """A story.

    Attributes:
        id: that of its anchor.
        members: its articles in order, perhaps not all: the anchor is among them.
        size: how many articles it has.
        comparisons: which of its versions are compared.
        pairs: templates and doubtful matches that touch its members.
        news: (facts that its edited versions add, values that differ); None where none was compared.
        is_whole: whether all of these were compared.
    """

    id: str
    members: tuple[Member, ...]
    size: int
    comparisons: tuple[Comparison, ...]
    pairs: tuple[Pair, ...]
    news: tuple[int, int] | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report shows.

    Attributes:
        counts: as `Scan.counts`, and "stories", "in_stories", "alone", "template", "doubtful", "unclear".
        joined: how many articles joined a story, by their relation to its anchor.
        histogram: relation → how many of its matches have a containment of 0–5 %, 5–10 % …: twenty figures.
        days: on which day each story begins, those for which it is known.
        skipped: inputs that were not used, and why; perhaps not all.
        reasons: how many were not used for which reason.
        templates, doubtful: pairs; perhaps not all.
        stories: those that are shown, made one after the other.
        shown: how many these are.
        longest_text: code points of a text that are shown; is_cut: whether any text is longer.
        diffs, wanted: how many comparisons were made, of how many.
        params: of the scan.
        about: version, params, tokenizer, corpus: what the footer says.
        made: when.
        feed: the words with which `dedup diff` finds the articles of the scan: a path, then options. Empty if none is.
    """

    counts: Mapping[str, int]
    joined: Mapping[Relation | None, int]
    histogram: Mapping[Relation | None, tuple[int, ...]]
    days: tuple[date, ...]
    skipped: tuple[Skipped, ...]
    reasons: Mapping[str, int]
    templates: tuple[Pair, ...]
    doubtful: tuple[Pair, ...]
    stories: Iterable[StoryFindings]
    shown: int
    longest_text: int
    is_cut: bool
    diffs: int
    wanted: int
    params: Params
    about: Mapping[str, str]
    made: datetime
    feed: tuple[str, ...] = ()
