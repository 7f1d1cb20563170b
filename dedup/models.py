"""What goes in and what comes out: frozen values without behaviour of their own."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal, SupportsIndex

from dedup.errors import ArticleError, ParamError

__all__ = [
    "RELATIONS", "Article", "Change", "Counterpart", "Crowd", "Decision", "Diff", "Edge", "Fact", "FactKind", "Match",
    "Params", "Passage", "Relation", "Skipped", "Story", "Token",
]  # fmt: skip

Relation = Literal["reprint", "edited", "partial", "template", "same_story"]
RELATIONS: tuple[Relation | None, ...] = (None, "reprint", "edited", "partial", "template", "same_story")
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
            object.__setattr__(self, "id", _identifier(self.id))
        if type(self.text) is not str and not isinstance(self.text, str):
            raise ArticleError(f"article {self.id!r}: text={self.text!r:.60}: need a string")
        for name in ("title", "source", "url", "credit"):
            if not isinstance(getattr(self, name), str):
                raise ArticleError(f"article {self.id!r}: {name}={getattr(self, name)!r:.60}: need a string")


def _identifier(value: SupportsIndex | str) -> str:
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
        syllables: its length, at least 8.
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
            "place", "code" (licence plates, exam codes, flights), "quote", "statement" (the rest) or "story" (material of
            another story on the same page, as one item).
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
            For "template" and None the two texts are not versions of one text: what is added is then all that b says.
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
    """

    id: str
    derived_from: str | None
    relation: Relation | None


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that tell the same story: each shares text with the anchor, verified.

    Attributes:
        id: the anchor's id.
        articles: the ids, by time of publication where it is known, then by id.
        anchor: the article that all others were compared with: the earliest published, then the longest.
        representatives: the longest article and the earliest published one, without repeats.
        earliest: the earliest published of them; None where no time is known.
        edges: one for each article, in the same order.
    """

    id: str
    articles: tuple[str, ...]
    anchor: str
    representatives: tuple[str, ...]
    earliest: str | None
    edges: tuple[Edge, ...]


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
class Params:
    """What is sketched, what counts as a match, and what is limited. Checked when made.

    Sketch:
        k: syllables in a shingle, 1..32.
        min_passage: a run of this many common syllables always gives a common fingerprint; k..1024.
        num_perm: values in a signature, 2..4096.
        aliases: True for the built-in table (Hoa Kỳ = Mỹ), False for none, or a mapping long form → short form that is
            added to the built-in one.
        accents: "keep", or "ignore" to compare without any marks (Hà Nội = Ha Noi).

    Criteria (a pair that reaches any that is not None is a match):
        containment: larger containment reaches this, and min_shared shingles are shared or the resemblance is 0.8.
        resemblance: resemblance reaches this.
        passage: the longest copied passage has this many syllables or more; at least min_passage.
        min_shared: shingles that a pair must share to match by containment.

    Limits:
        candidates: where candidates come from: "prefix" (exact), "bands" (MinHash and LSH), or "auto": bands where
            resemblance alone is asked for, else prefix.
        band_recall: the promised share of pairs *at* the resemblance asked for that bands bring together, 0..1.
        max_bucket: a fingerprint (or band) held by more versions is a crowd.
        hubs: versions of a crowd against which every other one is examined.
        threads: kernels at work at once; None for DEDUP_THREADS or else the processors that this process may use.

    Raises:
        ParamError: a value is out of its range, or no criterion is left.

    >>> Params(containment=0.5).min_passage
    24
    """

    k: int = 5
    min_passage: int = 24
    num_perm: int = 128
    aliases: bool | Mapping[str, str] = field(default=True, hash=False)
    accents: Literal["keep", "ignore"] = "keep"
    containment: float | None = 0.3
    resemblance: float | None = None
    passage: int | None = None
    min_shared: int = 20
    candidates: Literal["auto", "prefix", "bands"] = "auto"
    band_recall: float = 0.95
    max_bucket: int = 256
    hubs: int = 8
    threads: int | None = None

    def __post_init__(self) -> None:
        _check_integer("k", self.k, 1, 32)
        _check_integer("min_passage", self.min_passage, self.k, 1024)
        _check_integer("num_perm", self.num_perm, 2, 4096)
        if not isinstance(self.aliases, bool | Mapping):
            raise ParamError(f"aliases={self.aliases!r:.60}: need True, False or a mapping of long to short forms")
        _check_choice("accents", self.accents, ("keep", "ignore"))
        _check_fraction("containment", self.containment)
        _check_fraction("resemblance", self.resemblance)
        if self.passage is not None:
            _check_integer("passage", self.passage, self.min_passage, 2**31 - 1)
        _check_integer("min_shared", self.min_shared, 1, 2**31 - 1)
        _check_choice("candidates", self.candidates, ("auto", "prefix", "bands"))
        _check_fraction("band_recall", self.band_recall, upper=0.9999)
        _check_integer("max_bucket", self.max_bucket, 2, 2**31 - 1)
        _check_integer("hubs", self.hubs, 1, self.max_bucket)
        if self.threads is not None:
            _check_integer("threads", self.threads, 1, 1024)
        if self.containment is None and self.resemblance is None and self.passage is None:
            raise ParamError("containment=None, resemblance=None, passage=None: need at least one criterion")
        if self.candidates == "bands" and self.resemblance is None:
            raise ParamError("candidates='bands', resemblance=None: bands need a resemblance to aim at")

    def as_dict(self) -> dict[str, Any]:
        """Every field by its name, in order, as plain values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: dict(v) if isinstance(v, Mapping) else v for name, v in values.items()}


def _check_integer(name: str, value: object, low: int, high: int) -> None:
    is_integer = isinstance(value, SupportsIndex) and not isinstance(value, bool)
    if not is_integer or not low <= operator.index(value) <= high:  # type: ignore[arg-type]
        raise ParamError(f"{name}={value!r}: need an integer, {low} <= {name} <= {high}")


def _check_fraction(name: str, value: object, upper: float = 1.0) -> None:
    if value is None and upper == 1.0:
        return
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= upper:
        raise ParamError(f"{name}={value!r}: need 0 < {name} <= {upper:g}" + (" or None" if upper == 1.0 else ""))


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ParamError(f"{name}={value!r}: need one of {', '.join(allowed)}")
