"""What one version says that another does not: novelty detection (Soboroff and Harman 2005), down to the words.

Each step is a module: `version` (a text as arrays), `align` (which sentences say the same), `features` and `decode`
(which syllables carry news), `pieces` (spans and kinds), `changes` (the same thing with another value).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup.novelty.align import Alignment, Evidence, align
from dedup.novelty.changes import Conflict, find_conflicts
from dedup.novelty.decode import load_weights, marginals
from dedup.novelty.features import NAMES, TIES, features, ties
from dedup.novelty.pieces import Piece, cut
from dedup.novelty.version import UNIT, Version, prepare, weigh

__all__ = ["UNIT", "News", "Version", "adds_nothing", "find_changes", "find_news", "prepare", "weigh"]

_THRESHOLD = 0.4  # of the probability that a syllable carries news
_EXPLAINED = 0.2  # of the weight of both sentences of a change
_SHARED = 0.3  # of a sentence's weight that another one must explain to stand beside it


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """What a version says that the versions it was compared with do not.

    Attributes:
        version: it.
        pieces: (first, behind) syllables, in order, apart from each other.
        is_anywhere: bool (n,), syllables that the others have somewhere.
        alignment: its sentences and those of the others.
        evidence: the others.
    """

    version: Version
    pieces: tuple[Piece, ...]
    is_anywhere: np.ndarray[Any, np.dtype[np.bool_]]
    alignment: Alignment
    evidence: Evidence

    def counterparts(self) -> list[tuple[int, int, int]]:
        """(sentence, other version, its sentence) for each sentence that another one explains in good part."""
        rows = []
        for sentence, chosen in enumerate(self.alignment.chosen):
            if chosen and self.alignment.best[sentence] >= _SHARED:
                rows.append((sentence, *self.evidence.place(chosen[0])))
        return rows


def find_news(version: Version, others: Sequence[Version]) -> News:
    """What a version says that none of the others does."""
    evidence = Evidence(others)
    alignment = align(version, evidence)
    table = features(version, evidence, alignment)
    chance = marginals(table, ties(version, table), version.edges, load_weights(NAMES, TIES))
    known = np.maximum(table[:, NAMES.index("aligned")], table[:, NAMES.index("run_5")]) >= 0.5
    is_anywhere = table[:, NAMES.index("anywhere")] > 0
    return News(version, tuple(cut(version, chance > _THRESHOLD, known)), is_anywhere, alignment, evidence)


def find_changes(a: News, b: News) -> list[Conflict]:
    """Values that differ between two versions, each the first of those that the other one was compared with."""
    return find_conflicts(a.version, b.version, _mutual(a.alignment, b.alignment))


def adds_nothing(version: Version, other: Version) -> bool:
    """Whether another version says all that a version says: no fact is added or changed, no number or name missing."""
    if not np.isin(version.syllables[version.is_number | version.is_name], other.syllables).all():
        return False
    news = find_news(version, [other])
    if news.pieces:
        return False
    return not find_conflicts(other, version, _mutual(align(other, Evidence([version])), news.alignment))


def _mutual(a: Alignment, b: Alignment) -> dict[tuple[int, int], bool]:
    """Sentences of which one helps to explain the other, and both are explained in part; True where each does."""
    there = {(s, u) for s, chosen in enumerate(a.chosen) for u in chosen if u < len(b.chosen)}
    back = {(s, u) for u, chosen in enumerate(b.chosen) for s in chosen if s < len(a.chosen)}
    return {
        (s, u): (s, u) in there and (s, u) in back
        for s, u in there | back
        if a.best[s] >= _EXPLAINED and b.best[u] >= _EXPLAINED
    }
