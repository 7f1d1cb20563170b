"""What is sketched, what counts as a match, and what is limited."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, SupportsIndex

from dedup.errors import ParamError

__all__ = ["Params"]


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
        same_story: whether articles on one event in independent words match too, as "same_story".
        same_story_days: two such articles were published at most this many days apart; where a day is not known they
            must be three times as alike.

    Limits:
        candidates: where candidates come from: "prefix" (exact), "bands" (MinHash and LSH), or "auto": bands where
            resemblance alone is asked for, else prefix.
        band_recall: the promised share of pairs *at* the resemblance asked for that bands bring together, 0..1.
        max_bucket: a fingerprint (or band) held by more versions is a crowd. Where all that two articles share are
            held by more than the square root of it, they must share twice as many (not below a containment of 0.25).
        hubs: versions of a crowd against which every other one is examined.
        same_story_bucket: a name, number or phrase that more articles of those days have in common is looked up for
            `hubs` of them only; an index compares an article with so many of its event at most.
        revisions: former texts that an index keeps of an article, 0..1000.
        wait: seconds that a writer of an index waits for another one.
        memory: bytes that a scan may hold at once, 256 MB and more; it keeps texts in working files then. None for no
            limit.
        workdir: where those files are kept; what a stopped scan left there is gone on with. None for temporary files.
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
    same_story: bool = False
    same_story_days: int = 3
    candidates: Literal["auto", "prefix", "bands"] = "auto"
    band_recall: float = 0.95
    max_bucket: int = 256
    hubs: int = 8
    same_story_bucket: int = 64
    revisions: int = 1
    wait: float = 10.0
    memory: int | None = None
    workdir: str | None = None
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
        if not isinstance(self.same_story, bool):
            raise ParamError(f"same_story={self.same_story!r:.60}: need True or False")
        _check_integer("same_story_days", self.same_story_days, 0, 3650)
        _check_choice("candidates", self.candidates, ("auto", "prefix", "bands"))
        _check_fraction("band_recall", self.band_recall, upper=0.9999)
        _check_integer("max_bucket", self.max_bucket, 2, 2**31 - 1)
        _check_integer("hubs", self.hubs, 1, self.max_bucket)
        _check_integer("same_story_bucket", self.same_story_bucket, 2, 2**31 - 1)
        _check_integer("revisions", self.revisions, 0, 1000)
        if not isinstance(self.wait, int | float) or isinstance(self.wait, bool) or not 0 <= self.wait <= 86_400:
            raise ParamError(f"wait={self.wait!r}: need seconds, 0 <= wait <= 86400")
        if self.memory is not None:
            _check_integer("memory", self.memory, 1 << 28, 1 << 50)
        if self.workdir is not None and (not isinstance(self.workdir, str) or not self.workdir):
            raise ParamError(f"workdir={self.workdir!r:.60}: need a path or None")
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
