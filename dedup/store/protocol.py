"""What an index asks of a database: the values that are kept, and what can be read and written in one transaction.

Every article has a number, ascending in the order of arrival and never used again. A *version* (a distinct canonical
text) has the number of the article that founded it, a story the number of the version that founded it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from dedup.errors import DamagedError

__all__ = [
    "Copy", "DamagedRunError", "Directory", "Entry", "Holders", "Ledger", "Lists", "Snapshot", "Store", "Tale",
    "Version", "batches", "check_there", "hold_each",
]  # fmt: skip

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]


class DamagedRunError(DamagedError):
    """A posting list is damaged: `Store.mend` makes it anew from what it was made of."""

    def __init__(self, name: str, run: int) -> None:
        super().__init__(f"{name}: posting list {run} is damaged, and cannot be made anew")
        self.run = run


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as it is kept.

    Attributes:
        number, id: see above.
        version: number of its version.
        day: of publication, or else of arrival, counted from the year 1.
        source: the group of its source, 64 bits.
        digest: of the text as it came, 16 bytes: the same id with the same digest is a redelivery.
        details: title, source, url, credit, published and extra, those that it has, as JSON in UTF-8.
        body: the text as UTF-8, or what stands for it where no texts are kept.
    """

    number: int
    id: str
    version: int
    day: int
    source: int
    digest: bytes
    details: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """What is kept of a distinct canonical text.

    Attributes:
        number: see above.
        hash: of its canonical syllables, 16 bytes.
        selected: how many of its fingerprints are selected; a short text keeps more.
        fingerprints: uint64, sorted, distinct.
        story: the number of its story.
    """

    number: int
    hash: bytes
    selected: int
    fingerprints: _U64
    story: int


class Copy(NamedTuple):
    """An article of a version: its number, id, day and source."""

    number: int
    id: str
    day: int
    source: int


class Tale(NamedTuple):
    """A story: its number, the id that it keeps, and the version that new ones are compared with."""

    number: int
    id: str
    anchor: int


class Directory(NamedTuple):
    """Versions as columns of one length.

    Attributes:
        number: int64.
        size, selected: int64, how many fingerprints each has, and how many of these are selected.
        order: uint64, the first half of its hash: the holders with the smallest are the hubs of a crowd.
    """

    number: _I64
    size: _I64
    selected: _I64
    order: _U64

    def take(self, places: Any) -> Directory:
        """Those of these places."""
        return Directory(*(column[places] for column in self))

    @staticmethod
    def join(parts: Sequence[Directory]) -> Directory:
        """One behind the other."""
        nothing, none = np.zeros(0, np.int64), np.zeros(0, np.uint64)
        return Directory(
            np.concatenate([nothing, *(part.number for part in parts)]),
            np.concatenate([nothing, *(part.size for part in parts)]),
            np.concatenate([nothing, *(part.selected for part in parts)]),
            np.concatenate([none, *(part.order for part in parts)]),
        )


class Everyone(Protocol):
    """The versions that a snapshot has, or that were asked for, by their place."""

    def take(self, places: _I64, /) -> Directory:
        """Those of these places."""


class Holders(NamedTuple):
    """Who holds some keys, as columns of one length.

    Attributes:
        key: int64, the place of the key among those asked for.
        place: int64, where a version that holds it stands in `everyone`, which has each version once.
    """

    key: _I64
    place: _I64
    everyone: Everyone

    def take(self, which: Any) -> Holders:
        """Those of these places."""
        return Holders(self.key[which], self.place[which], self.everyone)

    def join(self, other: Holders) -> Holders:
        """These and others of the same snapshot."""
        key = np.concatenate([self.key, other.key])
        if self.everyone is other.everyone:
            return Holders(key, np.concatenate([self.place, other.place]), self.everyone)
        both = Directory.join([one.everyone.take(one.place) for one in (self, other)])
        _, first, place = np.unique(both.number, return_index=True, return_inverse=True)
        return Holders(key, place, both.take(first))


class Lists(NamedTuple):
    """Lists of keys.

    Attributes:
        keys: uint64, distinct.
        members, starts: int64: those of list x are keys[members[starts[x] : starts[x + 1]]].
    """

    keys: _U64
    members: _I64
    starts: _I64

    def of(self, number: int) -> _U64:
        """The keys of a list."""
        return self.keys[self.members[self.starts[number] : self.starts[number + 1]]]


class Snapshot(Protocol):
    """One state of the database: everything is read as of one moment."""

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """The number of the article of each id that is there."""

    def same_text(self, hashes: Sequence[bytes]) -> dict[bytes, int]:
        """The version of each hash that is there."""

    def holders(self, keys: _U64, most: int, hubs: int) -> tuple[_I64, Holders]:
        """(how many versions hold each key, int64; who): all of them for a key that at most `most` hold, else the
        first `hubs` by order. The keys are distinct. Of more than `most` the count may be any number above it."""

    def articles(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """The articles of these numbers that are there."""

    def versions(self, numbers: Iterable[int]) -> dict[int, Version]:
        """The versions of these numbers that are there."""

    def hold_enough(self, who: Holders, lists: Lists, least: _I64) -> _Flags:
        """Whether each of these versions, which `holders` named, holds at least so many keys of a list, that of the
        number `who.key`."""

    def delegates(self, versions: Iterable[int]) -> dict[int, int]:
        """The article with the smallest id of each version, by number."""

    def copies(self, version: int) -> list[Copy]:
        """The articles of a version, by id."""

    def stories_of(self, versions: Iterable[int]) -> dict[int, int]:
        """The story of each version."""

    def tales(self, numbers: Iterable[int]) -> dict[int, Tale]:
        """The stories of these numbers that are there."""

    def named(self, ids: Sequence[str]) -> dict[str, int]:
        """The story that has or had each id, where no article tells: its first one is gone, or it was merged."""

    def members(self, story: int) -> list[int]:
        """The versions of a story, ascending, with the round-ups that are members too."""

    def joined(self, versions: Iterable[int]) -> dict[int, list[int]]:
        """The stories of those versions that are round-ups of several."""

    def retired(self, by: int) -> list[str]:
        """The ids of the stories that this version brought together with others."""

    def former(self, id: str) -> list[Entry]:
        """The former texts of an id, the latest first."""

    def before(self, day: int, most: int) -> list[int]:
        """Numbers of articles whose day is before this one, ascending, at most so many."""

    def between(self, first: int, last: int) -> list[int]:
        """Numbers of the articles of the days from the first to the last, ascending."""

    def after(self, number: int, most: int) -> list[int]:
        """Numbers of the articles that follow a number, ascending, at most so many."""

    def count(self) -> int:
        """How many articles there are."""

    def stats(self) -> dict[str, int]:
        """What is counted, by name."""


class Ledger(Snapshot, Protocol):
    """The same, to be written to by nobody else meanwhile."""

    def following(self) -> int:
        """The number of the next article."""

    def insert(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        """Appends articles, and the versions that they found."""

    def remove(self, numbers: Sequence[int]) -> list[Version]:
        """Erases articles; returns the versions that have none left, which are erased too."""

    def keep_former(self, entry: Entry, most: int) -> None:
        """Keeps the text of a revised article, and at most so many of its id."""

    def drop_former(self, ids: Sequence[str]) -> None:
        """Erases the former texts of these ids."""

    def put_tale(self, tale: Tale) -> None:
        """Says what a story is called and which version it is anchored at."""

    def merge(self, stories: Sequence[int], into: int, by: int) -> None:
        """All versions of the stories go over; the ids of the stories lead there, brought together by a version."""

    def assign(self, version: int, story: int, further: Sequence[int] = ()) -> None:
        """Puts a version in a story; a round-up in several, which are all named besides."""

    def drop_tale(self, story: int) -> None:
        """Forgets a story that nothing but round-ups belongs to, and the ids that led to it."""

    def reset(self, settings: Mapping[str, str]) -> None:
        """Forgets all that is sketched, versions and stories among it, and keeps articles and former texts."""

    def tidy(self) -> None:
        """Does the next thing that is due to what look-ups are made by, if any."""

    def resume(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        """Gives articles a version again after `reset`, by number; until then they are not seen."""


class Store(Protocol):
    """A database.

    Attributes:
        name: what it is called in messages.
        settings: what is fixed in it, by name.
    """

    name: str
    settings: Mapping[str, str]

    def reading(self) -> AbstractContextManager[Snapshot]:
        """One state of the database, for the length of a with block."""

    def writing(self, wait: float) -> AbstractContextManager[Ledger]:
        """The same to write to: kept on disk when the block ends, undone where it raises.

        Args:
            wait: seconds to wait for another writer.
        """

    def tidy(self, wait: float) -> None:
        """What may be done after writing, and need not be: posting lists put in order. What was written stands; where
        this cannot be done now, a later call does it."""

    def mend(self, error: DamagedRunError, wait: float) -> None:
        """Makes anew what reading found damaged."""

    def erase(self) -> None:
        """What was removed leaves no trace on disk that could be avoided."""

    def close(self) -> None:
        """Lets go of the database."""


def check_there(listed: Iterable[int], found: Container[int]) -> None:
    """Raises DamagedError where a version that is listed is not among those that were found."""
    missing = [version for version in listed if version not in found]
    if missing:
        raise DamagedError(f"version {min(missing)} is listed, but not there")


def hold_each(fingerprints: Sequence[_U64], which: _I64, lists: Lists, least: _I64) -> _Flags:
    """Whether each set of fingerprints holds at least so many keys of the list of that number."""
    shared = (len(np.intersect1d(own, lists.of(n), True)) for own, n in zip(fingerprints, which.tolist(), strict=True))
    return np.fromiter(shared, np.int64, len(which)) >= least


def batches(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    """The numbers, so many at a time."""
    waiting: list[int] = []
    for number in numbers:
        waiting.append(number)
        if len(waiting) == size:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
