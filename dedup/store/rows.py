"""One transaction on an index in SQLite: what `Snapshot` and `Ledger` promise."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.errors import DamagedError
from dedup.store import upkeep
from dedup.store.packing import checksum, decode, encode, sealed
from dedup.store.protocol import Copy, Entry, Holders, Lists, Tale, Version, batches
from dedup.store.view import Read, Stamp, View

if TYPE_CHECKING:
    from dedup.store.sqlite import SqliteStore

__all__ = ["VERSIONS", "SqliteLedger", "SqliteSnapshot", "version_of"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_AT_ONCE = 500  # values in one statement
_ENTRY = "number, id, version, day, source, crc, digest, packed"
_VERSION = "number, selected, story, crc, hash, fingerprints"
VERSIONS = f"SELECT {_VERSION} FROM versions WHERE number BETWEEN ? AND ? ORDER BY number"


def version_of(name: str, row: Sequence[Any]) -> Version:
    """A version of its row."""
    number, selected, story, crc, hash, fingerprints = row
    if checksum(f"{number} {selected}", hash, fingerprints) != crc or len(fingerprints) % 8:
        raise DamagedError(f"{name}: version {number} is damaged")
    return Version(number, hash, selected, np.frombuffer(fingerprints, np.uint64), story)


class SqliteSnapshot:
    """One state of the database, see `Snapshot`.

    Attributes:
        stamp: which one.
        sketched: how often it was sketched anew.
    """

    def __init__(self, store: SqliteStore, connection: sqlite3.Connection) -> None:
        self._store = store
        self.connection = connection
        self._sql = connection.execute
        self._view: View | None = None
        self.refresh()

    def refresh(self) -> None:
        """Reads again which state this is."""
        row = self._sql("SELECT last, runs, dead, articles, sketched FROM state").fetchone()
        self.stamp, self._count, self.sketched = Stamp(*row[:3]), row[3], row[4]
        self._view = None

    @property
    def view(self) -> View:
        """The posting lists of this state, always the same: places of versions are those in it."""
        if self._view is None:
            self._view = self._store.view_of(self.stamp, self.connection)
        return self._view

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """See Snapshot."""
        rows = self._each("SELECT id, number FROM articles WHERE id IN ({})", map(encode, ids))
        return {decode(id): number for id, number in rows}

    def same_text(self, hashes: Sequence[bytes]) -> dict[bytes, int]:
        """See Snapshot."""
        orders = np.frombuffer(b"".join(hashes), np.uint64)[::2]
        like = self.view.of_orders(orders).tolist()
        rows, wanted = self._each("SELECT hash, number FROM versions WHERE number IN ({})", like), {*hashes}
        return {hash: number for hash, number in rows if hash in wanted}

    def holders(self, keys: _U64, most: int, hubs: int) -> tuple[_I64, Holders]:
        """See Snapshot."""
        return self.view.holders(keys, (most, hubs), self.stamp.last, self.slices)

    @property
    def slices(self) -> Read:
        """Reads slices of runs."""
        return self._store.slices_by(self.connection)

    def articles(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """See Snapshot."""
        return {row[0]: self._entry(row) for row in self._each(
            f"SELECT {_ENTRY} FROM articles WHERE number IN ({{}})", numbers)}  # fmt: skip

    def versions(self, numbers: Iterable[int]) -> dict[int, Version]:
        """See Snapshot."""
        name = self._store.name
        return {row[0]: version_of(name, row) for row in self._each(
            f"SELECT {_VERSION} FROM versions WHERE number IN ({{}})", numbers)}  # fmt: skip

    def hold_enough(self, who: Holders, lists: Lists, least: _I64) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """See Snapshot."""
        return self.view.hold_enough(who, lists, least, self.slices)

    def delegates(self, versions: Iterable[int]) -> dict[int, int]:
        """See Snapshot."""
        versions, last = list(versions), self.stamp.last  # behind it are articles that wait to be resumed
        found: dict[int, tuple[bytes, int]] = {}
        own = f"SELECT number, id, number FROM articles WHERE number IN ({{}}) AND number <= {last}"
        others = (f"SELECT version, MIN(id), number FROM articles "
                  f"WHERE version IN ({{}}) AND version != number AND number <= {last} GROUP BY version")  # fmt: skip
        for sql in (own, others):
            for version, id, number in self._each(sql, versions):
                found[version] = min(found.get(version, (id, number)), (id, number))
        return {version: number for version, (_, number) in found.items()}

    def copies(self, version: int) -> list[Copy]:
        """See Snapshot."""
        rows = self._sql(
            "SELECT number, id, day, source FROM articles WHERE version = ?1 AND version != number AND number <= ?2 "
            "UNION ALL SELECT number, id, day, source FROM articles WHERE number = ?1 AND number <= ?2 ORDER BY id",
            (version, self.stamp.last),
        )  # fmt: skip
        return [Copy(number, decode(id), day, source) for number, id, day, source in rows]

    def stories_of(self, versions: Iterable[int]) -> dict[int, int]:
        """See Snapshot."""
        return dict(self._each("SELECT number, story FROM versions WHERE number IN ({})", versions))

    def tales(self, numbers: Iterable[int]) -> dict[int, Tale]:
        """See Snapshot."""
        numbers = list(numbers)
        found = {number: Tale(number, decode(id), anchor) for number, id, anchor in self._each(
            "SELECT number, id, anchor FROM stories WHERE number IN ({})", numbers)}  # fmt: skip
        usual = self._each(
            "SELECT number, id FROM articles WHERE number IN ({})", [n for n in numbers if n not in found]
        )
        return found | {number: Tale(number, decode(id), number) for number, id in usual}

    def named(self, ids: Sequence[str]) -> dict[str, int]:
        """See Snapshot."""
        wanted = [*map(encode, ids)]
        rows = [*self._each("SELECT id, story FROM names WHERE id IN ({})", wanted),
                *self._each("SELECT id, number FROM stories WHERE id IN ({})", wanted)]  # fmt: skip
        return {decode(id): story for id, story in rows}

    def members(self, story: int) -> list[int]:
        """See Snapshot."""
        rows = self._sql(
            "SELECT number FROM versions WHERE number = ?1 AND story = ?1 UNION "
            "SELECT number FROM versions WHERE story = ?1 AND story != number UNION "
            "SELECT version FROM joined WHERE story = ?1 ORDER BY 1", (story,),
        )  # fmt: skip
        return [number for (number,) in rows]

    def joined(self, versions: Iterable[int]) -> dict[int, list[int]]:
        """See Snapshot."""
        found: dict[int, list[int]] = {}
        for version, story in self._each("SELECT version, story FROM joined WHERE version IN ({})", versions):
            found.setdefault(version, []).append(story)
        return found

    def retired(self, by: int) -> list[str]:
        """See Snapshot."""
        return [decode(id) for (id,) in self._sql("SELECT id FROM names WHERE by = ? ORDER BY id", (by,))]

    def former(self, id: str) -> list[Entry]:
        """See Snapshot."""
        rows = self._sql(f"SELECT {_ENTRY} FROM former WHERE id = ? ORDER BY place DESC", (encode(id),))
        return [self._entry(row) for row in rows]

    def before(self, day: int, most: int) -> list[int]:
        """See Snapshot."""
        rows = self._sql("SELECT number FROM articles WHERE day < ? ORDER BY day, number LIMIT ?", (day, most))
        return sorted(number for (number,) in rows)

    def between(self, first: int, last: int) -> list[int]:
        """See Snapshot."""
        rows = self._sql("SELECT number FROM articles WHERE day BETWEEN ? AND ?", (first, last))
        return sorted(number for (number,) in rows)

    def after(self, number: int, most: int) -> list[int]:
        """See Snapshot."""
        rows = self._sql("SELECT number FROM articles WHERE number > ? ORDER BY number LIMIT ?", (number, most))
        return [number for (number,) in rows]

    def count(self) -> int:
        """See Snapshot."""
        return int(self._count)

    def stats(self) -> dict[str, int]:
        """See Snapshot."""

        def one(sql: str) -> int:
            return int(self._sql(sql).fetchone()[0] or 0)

        pages = one("PRAGMA page_size")
        return {
            "articles": self.count(),
            "versions": one("SELECT COUNT(*) FROM versions"),
            "stories": one("SELECT COUNT(DISTINCT story) FROM versions"),
            "runs": one("SELECT COUNT(*) FROM runs"),
            "waiting": one("SELECT COUNT(*) FROM versions WHERE number > (SELECT COALESCE(MAX(last), 0) FROM runs)"),
            "bytes": one("PRAGMA page_count") * pages,
            "free_bytes": one("PRAGMA freelist_count") * pages,
        }

    def _entry(self, row: Sequence[Any]) -> Entry:
        number, raw, version, day, source, crc, digest, packed = row
        id = decode(raw)
        try:
            if checksum(f"{number} {version} {day} {source} {id}", digest, packed) != crc:
                raise ValueError
            details, body = self._store.packer.unpack(packed)
        except ValueError:
            raise DamagedError(f"{self._store.name}: article {id!r} is damaged") from None
        return Entry(number, id, version, day, source, digest, details, body)

    def _each(self, sql: str, values: Iterable[Any]) -> Iterator[Any]:
        """The rows of a statement with IN ({}), for as many values as there are."""
        for part in batches(values, _AT_ONCE):
            yield from self._sql(sql.format(",".join("?" * len(part))), part).fetchall()


class SqliteLedger(SqliteSnapshot):
    """The same to write to, see `Ledger`.

    Attributes:
        fresh: versions that were inserted.
        found: the last article that was there.
    """

    def __init__(self, store: SqliteStore, connection: sqlite3.Connection) -> None:
        super().__init__(store, connection)
        self.fresh: list[Version] = []
        self.found = self.stamp.last

    def following(self) -> int:
        """See Ledger."""
        return int(self._sql("SELECT given FROM state").fetchone()[0]) + 1

    def versions_between(self, first: int, last: int, most: int = -1) -> list[Version]:
        """The versions of these numbers, ascending, at most so many (-1: all)."""
        rows = self._sql(f"{VERSIONS} LIMIT ?", (first, last, most))
        return [version_of(self._store.name, row) for row in rows]

    def tidy(self) -> None:
        """See Ledger."""
        upkeep.tidy(self)
        self.refresh()

    def insert(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        """See Ledger."""
        self._put("INSERT", entries, versions)
        self.fresh += versions
        last = max((entry.number for entry in entries), default=0)
        self._sql("UPDATE state SET last = MAX(last, ?1), given = MAX(given, ?1), articles = articles + ?2",
                  (last, len(entries)))  # fmt: skip
        self.refresh()

    def resume(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        """See Ledger."""
        self._put("REPLACE", entries, versions)
        self._sql("UPDATE state SET last = ?", (max(entry.number for entry in entries),))
        self.refresh()

    def _put(self, verb: str, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        many = self.connection.executemany
        many(f"{verb} INTO articles({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(self._row, entries))
        many(f"INSERT INTO versions({_VERSION}) VALUES (?, ?, ?, ?, ?, ?)", map(_version_row, versions))

    def _row(self, entry: Entry) -> tuple[Any, ...]:
        packed = self._store.packer.pack(entry.details, entry.body)
        number, id, version, day, source = entry.number, entry.id, entry.version, entry.day, entry.source
        crc = checksum(f"{number} {version} {day} {source} {id}", entry.digest, packed)
        return number, encode(id), version, day, source, crc, entry.digest, packed

    def remove(self, numbers: Sequence[int]) -> list[Version]:
        """See Ledger."""
        gone = 0
        touched: set[int] = set()
        for part in batches(numbers, _AT_ONCE):
            marks = ",".join("?" * len(part))
            rows = self._sql(f"SELECT version FROM articles WHERE number IN ({marks})", part).fetchall()
            touched.update(version for (version,) in rows)
            gone += len(rows)
            self._sql(f"DELETE FROM articles WHERE number IN ({marks})", part)
        left = self.delegates(touched)
        dead = list(self.versions(sorted(touched - left.keys())).values())
        keys = [(version.number,) for version in dead]
        many = self.connection.executemany
        many("DELETE FROM versions WHERE number = ?", keys)
        many("DELETE FROM joined WHERE version = ?", keys)
        many("INSERT INTO dead VALUES (?)", keys)
        self._sql("UPDATE state SET articles = articles - ?, dead = dead + ?", (gone, bool(dead)))
        self.refresh()
        return dead

    def keep_former(self, entry: Entry, most: int) -> None:
        """See Ledger."""
        self._sql(f"INSERT INTO former({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._row(entry))
        self._sql("DELETE FROM former WHERE id = ?1 AND place NOT IN "
                  "(SELECT place FROM former WHERE id = ?1 ORDER BY place DESC LIMIT ?2)",
                  (encode(entry.id), most))  # fmt: skip

    def drop_former(self, ids: Sequence[str]) -> None:
        """See Ledger."""
        self.connection.executemany("DELETE FROM former WHERE id = ?", [(encode(id),) for id in ids])

    def put_tale(self, tale: Tale) -> None:
        """See Ledger."""
        self._sql("INSERT OR REPLACE INTO stories VALUES (?, ?, ?)", (tale.number, encode(tale.id), tale.anchor))

    def merge(self, stories: Sequence[int], into: int, by: int) -> None:
        """See Ledger."""
        for tale in self.tales(stories).values():
            story = tale.number
            self._sql("UPDATE names SET story = ? WHERE story = ?", (into, story))
            self._sql("INSERT OR REPLACE INTO names VALUES (?, ?, ?)", (encode(tale.id), into, by))
            self._sql("UPDATE versions SET story = ? WHERE number = ? AND story = ?", (into, story, story))
            self._sql("UPDATE versions SET story = ? WHERE story = ? AND story != number", (into, story))
            self._sql("UPDATE OR IGNORE joined SET story = ? WHERE story = ?", (into, story))
            self._sql("DELETE FROM joined WHERE story = ?", (story,))
            self._sql("DELETE FROM stories WHERE number = ?", (story,))

    def assign(self, version: int, story: int, further: Sequence[int] = ()) -> None:
        """See Ledger."""
        self._sql("UPDATE versions SET story = ? WHERE number = ?", (story, version))
        rows = [(version, other) for other in further]
        self.connection.executemany("INSERT OR IGNORE INTO joined VALUES (?, ?)", rows)

    def drop_tale(self, story: int) -> None:
        """See Ledger."""
        self._sql("DELETE FROM stories WHERE number = ?", (story,))
        self._sql("DELETE FROM names WHERE story = ?", (story,))
        self._sql("DELETE FROM joined WHERE story = ?", (story,))

    def reset(self, settings: Mapping[str, str]) -> None:
        """See Ledger."""
        for table in ("versions", "stories", "names", "joined", "runs", "slices", "dead"):
            self._sql(f"DELETE FROM {table}")
        known = {**dict(self._sql("SELECT name, value FROM settings")), **settings}
        self.connection.executemany("REPLACE INTO settings VALUES (?, ?)", sealed(known).items())
        self._sql("UPDATE state SET last = 0, runs = runs + 1, dead = dead + 1, sketched = sketched + 1")
        self.refresh()


def _version_row(version: Version) -> tuple[Any, ...]:
    fingerprints = version.fingerprints.tobytes()
    crc = checksum(f"{version.number} {version.selected}", version.hash, fingerprints)
    return version.number, version.selected, version.story, crc, version.hash, fingerprints
