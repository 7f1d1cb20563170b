"""Articles of a batch and of an index laid side by side and compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.api.choose import day
from dedup.api.index.held import Held
from dedup.api.index.intake import Found, Rules
from dedup.api.matches import Rows
from dedup.api.same_story import link_events
from dedup.api.verify import match_copies, match_pairs
from dedup.store import Entry

__all__ = ["Bench"]


class Bench:
    """Articles of a batch and of the index laid out for comparison; local numbers are theirs here.

    Attributes:
        shelf: those that take part, to be compared.
        entries: they themselves.
        place: of each its place in the batch, -1 where it is from the index.
    """

    def __init__(self, rules: Rules, batch: Sequence[Entry]) -> None:
        self._rules, self._batch = rules, batch
        self.shelf = Held([], rules.params, rules.furniture, keeps_text=rules.keeps_text, recent=rules.recent)
        self.entries = self.shelf.entries
        self.place: list[int] = []
        self._local: dict[tuple[bool, int], int] = {}

    def own(self, place: int) -> int:
        """The local number of an article of the batch."""
        return self._number(True, place, self._batch[place])

    def there(self, entry: Entry) -> int:
        """The local number of an article of the index."""
        return self._number(False, entry.number, entry)

    def _number(self, is_own: bool, key: int, entry: Entry) -> int:
        local = self._local.setdefault((is_own, key), len(self.entries))
        if local == len(self.entries):
            self.shelf.enter(entry, is_there=not is_own)
            self.place.append(key if is_own else -1)
        return local

    def compare(self, pairs: Sequence[tuple[int, int]], copies: Sequence[tuple[int, int]]) -> Rows:
        """The matches among pairs of versions; and those of copies with their delegates, (delegate, copy) each."""
        parts = []
        if pairs:
            left, right = np.array(pairs, np.int64).T
            parts.append(match_pairs(self.shelf, left, right, self._rules.params))
        if copies:
            parts.append(match_copies(self.shelf, np.array(copies, np.int64), self._rules.params))
        return Rows.join(parts)

    def link(self, rows: Rows, alike: Sequence[tuple[int, int, int]]) -> tuple[Rows, dict[tuple[int, int], int]]:
        """The matches with those on one event, and the likeness of these, by their local numbers, the smaller first.

        Args:
            rows: the matches by their text.
            alike: pairs of articles that are alike, each with its thousandths of likeness.
        """
        if not alike:
            return rows, {}
        shelf = self.shelf
        left, right, likeness = np.array(alike, np.int64).T
        days = np.array([[day(shelf.details[n].get("published")) for n in side.tolist()] for side in (left, right)])
        may_differ = (days[0] < 0) | (days[0] != days[1])
        rows = link_events(shelf, rows, (left, right, likeness), may_differ, self._rules.params)
        return rows, shelf.likeness

    def by_id(self, one: int, other: int) -> tuple[int, int]:
        """The two, the smaller id first."""
        return (one, other) if self.entries[one].id < self.entries[other].id else (other, one)

    def read(self, rows: Rows) -> list[tuple[tuple[int, int], Found]]:
        """Each row as ((local numbers of a and b), what was found), a < b by id, sorted."""
        found = []
        ids = self.shelf.ids
        for a, b, shared, size_a, size_b, *rest in zip(*(column.tolist() for column in rows[:-1]), strict=True):
            if ids[a] > ids[b]:
                a, b, size_a, size_b = b, a, size_b, size_a
            found.append(((a, b), Found(ids[a], ids[b], [shared, size_a, size_b, *rest])))
        return sorted(found, key=lambda one: one[1][:2])
