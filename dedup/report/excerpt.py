"""The sentence of a fact, shortened around what is marked in it, for a page as for a screen."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dedup.report.layout import Layout, Mark, Version

__all__ = ["Lengths", "clip", "cut_excerpt", "group_by_sentence", "sentence_of"]


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many characters of a sentence are shown.

    Attributes:
        around: before its first marked part and after its last one.
        between: after a marked part and before the next one.
        longest: of a marked part.
        whole: a sentence of no more is shown in full.
    """

    around: int
    between: int
    longest: int
    whole: int = 0


def sentence_of(version: Version, mark: Mark) -> tuple[int, int]:
    """The span of the sentence (or sentences) in which a fact stands."""
    sentences, fact = version.contexts, mark.fact
    first = bisect.bisect_right(sentences, fact.start, key=lambda s: s[0]) - 1
    last = bisect.bisect_left(sentences, fact.end, key=lambda s: s[0]) - 1
    start = sentences[first][0] if first >= 0 and fact.start < sentences[first][1] else fact.start
    end = sentences[last][1] if last >= 0 else fact.end
    return min(start, fact.start), max(end, fact.end)


def group_by_sentence(layout: Layout, marks: Iterable[Mark]) -> Iterator[tuple[Version, list[Mark]]]:
    """Marks that follow each other in one sentence of one version together, with that version; in their order."""
    pairs = ((layout.version_of(mark), mark) for mark in marks)
    for (version, _), group in itertools.groupby(pairs, key=lambda pair: (pair[0], sentence_of(*pair)[0])):
        yield version, [mark for _, mark in group]


def cut_excerpt(
    marks: Sequence[Mark], version: Version, lengths: Lengths, clean: Callable[[str], str] = str
) -> Iterator[tuple[str, Mark | None]]:
    """The sentence of some marks in pieces, in order: (words, the mark on them), long ones with "…" for what is cut.

    Args:
        marks: of one sentence, at least one.
        version: the one in which they stand.
        lengths: how much is shown.
        clean: what is done to each piece before it is measured.
    """
    text = version.article.text
    low, high = sentence_of(version, marks[0])[0], max(sentence_of(version, mark)[1] for mark in marks)
    is_whole = high - low <= lengths.whole
    around, between = (lengths.whole, lengths.whole) if is_whole else (lengths.around, lengths.between)
    head, tail, position = 0, around, low
    for mark in sorted(marks, key=lambda m: m.fact.start):
        start, end = max(mark.fact.start, position), max(min(mark.fact.end, len(text)), position)
        yield clip(clean(text[position:start]), head, tail), None
        yield clip(clean(text[start:end]), lengths.longest, 0), mark
        head, tail, position = between, between, end
    yield clip(clean(text[position:high]), around, 0), None


def clip(text: str, head: int, tail: int) -> str:
    """The text with the middle left out where it is longer than what may stand at its two ends; cut between words.

    >>> clip("Mưa lớn làm ngập nhiều xã ven sông.", 12, 10)
    'Mưa lớn làm … ven sông.'
    """
    if len(text) <= head + tail + 1:
        return text
    first = (text[:head].rpartition(" ")[0] or text[:head]) + " " if head else ""
    last = " " + (text[-tail:].partition(" ")[2] or text[-tail:]) if tail else ""
    return f"{first}…{last}"
