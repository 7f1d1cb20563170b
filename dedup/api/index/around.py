"""The articles of the days around new ones, by what names their events: held in memory, made of what an index keeps.

Nothing of it is stored, so nothing of it can be damaged, and articles that are removed leave nothing behind. It is made
when it is asked for, and then kept up with what is added.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dedup.api.choose import day
from dedup.api.index.held import Held
from dedup.errors import BusyError
from dedup.events import Collection
from dedup.furniture import Furniture
from dedup.models import Params
from dedup.profiles import Profiles, Syllables, profile
from dedup.store import Entry, Snapshot, unpack_details
from dedup.threads import each_range, thread_count

__all__ = ["Around", "Told", "those_examined"]

_AT_ONCE = 1000  # articles that are read at a time
_PART = 64  # of them that a thread makes profiles of at a time


class Told(NamedTuple):
    """Articles on their way, that found versions: the numbers of these, their days, when they were published (-1 where
    that is not known), and their profiles."""

    numbers: Sequence[int]
    days: Sequence[int]
    published: Sequence[int]
    profiles: Profiles


class Around:
    """Versions of an index whose days are near those of the articles that are asked about last.

    A version is there with the title and day of its first article. The collection that decides how much a feature tells
    is these versions: of all days from the first to the last that is asked about, and same_story_days and more around.

    Args:
        name: of the index.
        params, furniture: how it is sketched.
        keeps_text: whether it keeps texts.
    """

    def __init__(self, name: str, params: Params, furniture: Furniture, keeps_text: bool) -> None:
        self._name = name
        self._sketched = params, furniture, keeps_text
        self._lock = threading.Lock()
        self._is_open = False
        self._forget()

    def _forget(self) -> None:
        self._collection = Collection()
        self._versions: list[int] = []
        self._range = (0, -1)
        self._last = self._count = 0

    @contextlib.contextmanager
    def turn(self, wait: float) -> Iterator[None]:
        """Around a transaction, by one thread at a time; where it is undone, what is known here is forgotten.

        Args:
            wait: seconds to wait for another thread; -1 for as long as it takes.

        Raises:
            BusyError: another one was at work all that time.
        """
        if not self._lock.acquire(timeout=wait):
            raise BusyError(f"{self._name}: another writer is at work: waited {wait:.1f} s (Params.wait)")
        try:
            if self._is_open:
                self._forget()
            self._is_open = True
            yield
            self._is_open = False
        finally:
            self._lock.release()

    # ---------------------------------------------------------------------------------------------------------- asking

    def enter(self, snapshot: Snapshot, told: Told, params: Params, articles: int) -> list[dict[int, int]]:
        """For each of the new ones version → thousandths of likeness, of those before it; they stay here with these.

        Args:
            snapshot: what is there; not yet the new ones.
            told: the new ones.
            params: limits.
            articles: how many articles there are then in the index, these and their copies.
        """
        if not told.numbers:
            return []
        self._follow(snapshot, told.days, params, told.numbers[0])
        found = self._ask(told, params)
        self._versions += told.numbers
        self._last, self._count = max([self._last, *told.numbers]), articles
        return found

    def look(self, snapshot: Snapshot, told: Told, params: Params, before: int) -> dict[int, int]:
        """Version → thousandths of likeness for one article, which does not stay here, of the versions before a number;
        never of its own, which is the number that `told` has."""
        self._follow(snapshot, told.days, params, None)
        there = len(self._versions)
        (found,) = self._ask(told, params)
        self._collection.leave(self._collection.articles - there)
        return {version: value for version, value in found.items() if version < before and version != told.numbers[0]}

    def _ask(self, told: Told, params: Params) -> list[dict[int, int]]:
        self._collection.enter(told.profiles, np.array(told.published, np.int64))
        versions = [*self._versions, *told.numbers]
        new, other, likeness = self._collection.meet(len(told.numbers), params)
        first = len(self._versions)
        found: list[dict[int, int]] = [{} for _ in told.numbers]
        for at, of, value in zip(new.tolist(), other.tolist(), likeness.tolist(), strict=True):
            found[at - first][versions[of]] = value
        return found

    # -------------------------------------------------------------------------------------------------------- following

    def _follow(self, snapshot: Snapshot, days: Sequence[int], params: Params, before: int | None) -> None:
        """Holds what is there of the days around these; with `before` only what has a smaller number."""
        width = params.same_story_days + 1
        first, last = (min(days) // width - 1) * width, (max(days) // width + 2) * width - 1
        if (first, last) == self._range and self._catch_up(snapshot, before):
            return
        numbers = [n for n in snapshot.between(first, last) if before is None or n < before]
        place = {version: at for at, version in enumerate(self._versions)}
        held = np.array([place[n] for n in numbers if n in place], np.int64)
        former, versions = self._collection, [n for n in numbers if n in place]
        self._forget()
        self._collection.enter(*former.take(held))
        self._versions = versions
        self._take_in(snapshot, [n for n in numbers if n not in place])
        self._range, self._last, self._count = (first, last), max(numbers, default=0), snapshot.count()

    def _catch_up(self, snapshot: Snapshot, before: int | None) -> bool:
        """Takes in what was added since; False where something else was changed too."""
        new: list[int] = []
        while part := snapshot.after(new[-1] if new else self._last, _AT_ONCE):
            new += [n for n in part if before is None or n < before]
            if before is not None and part[-1] >= before:
                break
        if snapshot.count() != self._count + len(new):
            return False
        self._take_in(snapshot, new)
        self._last, self._count = max([self._last, *new]), self._count + len(new)
        return True

    def _take_in(self, snapshot: Snapshot, numbers: Sequence[int]) -> None:
        """Reads articles, and enters the versions that they are the first ones of, where their days are in range."""
        first, last = self._range if self._range[0] <= self._range[1] else (0, 1 << 31)
        for lo in range(0, len(numbers), _AT_ONCE):
            entries = snapshot.articles(numbers[lo : lo + _AT_ONCE])
            entries = {n: entry for n, entry in sorted(entries.items()) if first <= entry.day <= last}
            chosen = [entry for n, entry in entries.items() if entry.version == n or _is_first(snapshot, entry)]
            published = [day(unpack_details(entry.details).get("published")) for entry in chosen]
            self._collection.enter(self._profiles_of(chosen), np.array(published, np.int64))
            self._versions += [entry.version for entry in chosen]

    def _profiles_of(self, entries: Sequence[Entry]) -> Profiles:
        params, furniture, keeps_text = self._sketched

        def work(lo: int, hi: int) -> Profiles:
            shelf = Held(entries[lo:hi], params, furniture, keeps_text=keeps_text)
            ready = shelf.corpus.prepare(np.arange(hi - lo), shingles=False)
            titles = [str(shelf.details[n].get("title", "")) for n in range(hi - lo)]
            return profile(Syllables(ready.syllables, ready.flags, ready.syllable_starts), titles, params)

        return Profiles.join(list(each_range(work, len(entries), thread_count(params.threads), _PART)))


def those_examined(alike: Mapping[int, int], params: Params) -> dict[int, int]:
    """The versions that an article is compared with, of those it is alike: all of them, or of too many the earliest,
    which stories begin with, and the most alike."""
    most = params.same_story_bucket
    if len(alike) <= most:
        return dict(alike)
    first = sorted(alike)[: params.hubs]
    others = sorted(alike.keys() - {*first}, key=lambda version: (-alike[version], version))
    return {version: alike[version] for version in sorted((first + others)[:most])}


def _is_first(snapshot: Snapshot, entry: Entry) -> bool:
    """Whether an article is the first one that is left of a version that another one founded."""
    return min(copy.number for copy in snapshot.copies(entry.version)) == entry.number
