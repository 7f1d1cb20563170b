"""The versions that no run has yet, sorted like small runs; a value that never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup.store.protocol import Directory, Version
from dedup.store.runs import LARGE, sort_postings

__all__ = ["Piece", "Tail"]

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_TIMES = 16  # a piece is sorted anew with the next ones until it is so many times as long as they


@dataclass(frozen=True, slots=True)
class Piece:
    """Some versions, ascending, and their postings as those of a run."""

    versions: tuple[Version, ...]
    directory: Directory
    postings: _U64

    @staticmethod
    def of(versions: tuple[Version, ...]) -> Piece:
        """These versions as a piece."""
        return Piece(versions, *sort_postings(versions))


@dataclass(frozen=True, slots=True)
class Tail:
    """Versions behind the last run.

    Attributes:
        last: all articles up to this one are accounted for.
        pieces: the versions, ascending, the longer pieces first.
    """

    last: int
    pieces: tuple[Piece, ...] = ()

    def __len__(self) -> int:
        return sum(len(piece.versions) for piece in self.pieces)

    @property
    def versions(self) -> list[Version]:
        """The versions, ascending."""
        return [version for piece in self.pieces for version in piece.versions]

    def extended(self, versions: Sequence[Version], last: int) -> Tail:
        """The same and further versions, ascending; all articles up to `last` are accounted for then."""
        kept = list(self.pieces)
        for lo in range(0, len(versions), LARGE):
            new = tuple(versions[lo : lo + LARGE])
            while kept and len(kept[-1].versions) < _TIMES * len(new) and len(kept[-1].versions) + len(new) <= LARGE:
                new = kept.pop().versions + new
            kept.append(Piece.of(new))
        return Tail(last, tuple(kept))
