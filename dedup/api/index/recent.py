"""Articles of an index that are compared often, kept in memory: those of a recurring column are asked for again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from dedup.store import Entry, Snapshot

__all__ = ["Parts", "Recent"]

Parts = tuple[Any, Any, Any]  # of one article: its syllables, their flags, its shingles
_MOST = 64 << 20  # bytes that are kept
_ONCE = 1 << 16  # articles that are remembered, of those that were asked for once


class Recent:
    """Articles by their numbers, with what they were made into for exact comparison; for several threads.

    What has a number never changes, so nothing kept is ever wrong: but for what an open transaction put there, since it
    may be undone and the number given again. Most are asked for once, so one is kept when that happens again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._following = 0
        self._bytes = 0
        self._known: dict[int, tuple[Entry, Parts, int]] = {}  # those asked for last come last
        self._once: dict[int, None] = {}  # so do these

    def begin(self, following: int) -> None:
        """A transaction begins: what gets this number or one behind it is not kept."""
        self._following = following

    def trust(self, numbers: Iterable[int]) -> None:
        """Articles of these numbers were seen from outside of the transaction that put them in, so they may be kept."""
        with self._lock:
            self._following = max([self._following, *(number + 1 for number in numbers)])

    def articles(self, snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, Entry]:
        """The articles of these numbers, which are there."""
        wanted = {*numbers}
        with self._lock:
            found = {number: self._known[number][0] for number in wanted & self._known.keys()}
        return found | snapshot.articles(sorted(wanted - found.keys()))

    def find(self, entries: Iterable[Entry]) -> dict[int, Parts]:
        """What those of the articles that are kept were made into, by number."""
        found = {}
        with self._lock:
            for entry in entries:
                if (known := self._known.pop(entry.number, None)) is not None:
                    self._known[entry.number] = known
                    found[entry.number] = known[1]
        return found

    def are_wanted(self, entries: Iterable[Entry]) -> list[bool]:
        """Whether each article, which is not kept, was asked for before, so that it should be; it is remembered."""
        wanted = []
        with self._lock:
            for entry in entries:
                wanted.append(0 < entry.number < self._following and entry.number in self._once)
                self._once[entry.number] = None
            while len(self._once) > _ONCE:
                del self._once[next(iter(self._once))]
        return wanted

    def keep(self, entries: Sequence[Entry], made: Iterable[Parts]) -> None:
        """Keeps articles that are wanted; those that nobody asked for the longest go."""
        with self._lock:
            for entry, parts in zip(entries, made, strict=True):
                if entry.number not in self._known:
                    size = len(entry.body) + sum(part.nbytes for part in parts)
                    self._known[entry.number] = entry, parts, size
                    self._bytes += size
                    self._once.pop(entry.number, None)
            while self._bytes > _MOST:
                self._bytes -= self._known.pop(next(iter(self._known)))[2]

    def clear(self) -> None:
        """Forgets all of them."""
        with self._lock:
            self._known, self._once, self._bytes = {}, {}, 0
