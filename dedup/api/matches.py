"""Matches as columns of arrays, made into values when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np

from dedup.models import RELATIONS, Match, Passage, Relation
from dedup.text import distinct

__all__ = ["Matches", "Rows", "make_match"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_KINDS = (np.int32,) * 6 + (np.uint8,) * 3
_Find = Callable[[str, str], list[Passage]]


class Rows(NamedTuple):
    """Matches as columns of one length: articles by number, figures, the place of the relation in RELATIONS.

    Once joined they are narrow: int32, and uint8 from `relation` on. `spare` is not shown: which of the two texts says
    nothing of its own, as relate.spare has it.
    """

    a: _I64
    b: _I64
    shared: _I64
    size_a: _I64
    size_b: _I64
    longest: _I64
    relation: _I64
    is_certain: _I64
    spare: np.ndarray[Any, Any]  # uint8

    def take(self, order: _I64) -> Rows:
        """The rows of these places, in this order."""
        return Rows(*(column[order] for column in self))

    @staticmethod
    def join(parts: Sequence[Rows]) -> Rows:
        """The parts as one, in order, with the types that are kept."""
        columns = zip(*parts, strict=True) if parts else [(np.zeros(0, kind),) for kind in _KINDS]
        joined = (np.concatenate(c, dtype=k, casting="unsafe") for c, k in zip(columns, _KINDS, strict=True))
        return Rows(*joined)


class Matches(Sequence[Match]):
    """The matches of a scan, sorted by (a, b). Figures are arrays; each Match is made when asked for."""

    def __init__(self, rows: Rows, ids: Sequence[str], find: _Find) -> None:
        self._rows, self._ids, self._find = rows, ids, find

    def __len__(self) -> int:
        return len(self._rows.a)

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Matches: ...
    def __getitem__(self, index: int | slice) -> Match | Matches:
        if isinstance(index, slice):
            return Matches(self._rows.take(np.arange(len(self))[index]), self._ids, self._find)
        a, b, *figures = (int(column[index]) for column in self._rows[:-1])
        return make_match(self._ids[a], self._ids[b], figures, self._find)

    def __iter__(self) -> Iterator[Match]:
        for a, b, *figures in zip(*(column.tolist() for column in self._rows[:-1]), strict=True):
            yield make_match(self._ids[a], self._ids[b], figures, self._find)

    def columns(self, most: int) -> Iterator[tuple[_I64, _I64, list[list[Any]]]]:
        """At most so many matches at a time: the numbers of a and of b, and the columns from relation to
        longest_passage of the table of matches."""
        for lo in range(0, len(self), most):
            rows = Rows(*(column[lo : lo + most] for column in self._rows))
            shared, size_a, size_b = rows.shared, rows.size_a, rows.size_b
            shares = (shared / np.maximum(of, 1) for of in (size_a + size_b - shared, size_a, size_b))
            figures = (column.tolist() for column in (*shares, shared, size_a, size_b, rows.longest))
            yield rows.a, rows.b, [[RELATIONS[place] for place in rows.relation.tolist()], *figures]

    def count_relations(self) -> dict[Relation | None, int]:
        """How many matches there are of each relation, the relations in a fixed order."""
        counts = np.bincount(self._rows.relation, minlength=len(RELATIONS)).tolist()
        return dict(zip((*RELATIONS[1:], None), (*counts[1:], counts[0]), strict=True))

    def doubtful(self) -> Matches:
        """Those that are not certain: close to a border, to be looked at by a person."""
        return self._where(self._rows.is_certain == 0)

    def of(self, *relations: Relation | None) -> Matches:
        """Those of these relations."""
        return self._where(np.isin(self._rows.relation, [RELATIONS.index(relation) for relation in relations]))

    def ids(self) -> set[str]:
        """The articles that have a part in them."""
        return {self._ids[n] for n in self.articles().tolist()}

    def articles(self) -> _I64:
        """The numbers of these, ascending."""
        return distinct(np.concatenate([self._rows.a, self._rows.b]))

    def _where(self, is_meant: np.ndarray[Any, np.dtype[np.bool_]]) -> Matches:
        return Matches(self._rows.take(np.flatnonzero(is_meant)), self._ids, self._find)

    def order_by_strength(self) -> _I64:
        """Places of the matches, the strongest first: by the share of the shorter article, of both, then by place."""
        r = self._rows
        shares = r.shared / np.maximum(np.minimum(r.size_a, r.size_b), 1), r.shared / np.maximum(r.size_a + r.size_b, 1)
        return np.lexsort((np.arange(len(self)), -shares[1], -shares[0]))

    def __repr__(self) -> str:
        return f"<{len(self)} matches>"


def make_match(a: str, b: str, figures: Sequence[int], find: _Find) -> Match:
    """A Match of (shared, size_a, size_b, longest, relation's place, is_certain)."""
    shared, size_a, size_b, longest, relation, is_certain = figures
    return Match(
        a, b, RELATIONS[relation],
        _share(shared, size_a + size_b - shared), _share(shared, size_a), _share(shared, size_b),
        shared, size_a, size_b, longest, bool(is_certain), find,
    )  # fmt: skip


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
