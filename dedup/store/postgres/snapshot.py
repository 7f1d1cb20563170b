"""One transaction on an index in PostgreSQL, to read: what `Snapshot` promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from dedup.errors import DamagedError
from dedup.store.packing import Packer, decode, encode
from dedup.store.postgres.arrays import from_sortable
from dedup.store.postgres.connections import Connection
from dedup.store.protocol import Copy, Directory, Entry, Holders, Lists, Tale, Version, hold_each

__all__ = ["ENTRY", "Place", "PostgresSnapshot", "State", "integers"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]

ENTRY = "number, id, version, day, source, digest, packed"


class Place(NamedTuple):
    """What all transactions of a store have in common: its name, its schema in quotes, how rows are packed."""

    name: str
    schema: str
    packer: Packer


class State(NamedTuple):
    """How often the index was sketched anew, the last number given, how many articles there are."""

    sketched: int
    given: int
    articles: int


def integers(numbers: Iterable[int]) -> _I64:
    """Numbers as a parameter."""
    return np.fromiter(numbers, np.int64)


class PostgresSnapshot:
    """One state of the database, see `Snapshot`."""

    def __init__(self, place: Place, connection: Connection, state: State) -> None:
        self.place = place
        self.connection = connection
        self.state = state
        self._in = place.schema

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a statement that has rows."""
        return self.connection.execute(statement, values, binary=True).fetchall()

    def find(self, ids: Sequence[str]) -> dict[str, int]:
        """See Snapshot."""
        rows = self.sql(f"SELECT id, number FROM {self._in}.articles WHERE id = ANY(%b)", [*map(encode, ids)])
        return {decode(id): number for id, number in rows}

    def same_text(self, hashes: Sequence[bytes]) -> dict[bytes, int]:
        """See Snapshot."""
        return dict(self.sql(f"SELECT hash, number FROM {self._in}.versions WHERE hash = ANY(%b)", list(hashes)))

    def holders(self, keys: _U64, most: int, hubs: int) -> tuple[_I64, Holders]:
        """See Snapshot. Of a crowd no more than `most` + 1 are counted."""
        rows = self.sql(
            f"""
            SELECT k.place, n.holders, v.number, octet_length(v.fingerprints) / 8, v.selected, p.standing
            FROM unnest(%b) WITH ORDINALITY k(key, place)
            CROSS JOIN LATERAL (
                SELECT count(*) AS holders FROM (SELECT FROM {self._in}.postings WHERE key = k.key LIMIT %b + 1) any_of
            ) n
            CROSS JOIN LATERAL (
                SELECT version, standing FROM {self._in}.postings WHERE key = k.key ORDER BY standing
                LIMIT CASE WHEN n.holders > %b THEN %b ELSE %b END
            ) p
            JOIN {self._in}.versions v ON v.number = p.version
            """,
            keys, most, most, hubs, most,
        )  # fmt: skip
        place, count, number, size, selected, standing = np.array(rows, np.int64).reshape(-1, 6).T.copy()
        counts = np.zeros(len(keys), np.int64)
        counts[place - 1] = count
        everyone = Directory(number, size, selected, from_sortable(standing))
        _, first, own = np.unique(number, return_index=True, return_inverse=True)
        return counts, Holders(place - 1, own, everyone.take(first))

    def articles(self, numbers: Iterable[int]) -> dict[int, Entry]:
        """See Snapshot."""
        rows = self.sql(f"SELECT {ENTRY} FROM {self._in}.articles WHERE number = ANY(%b)", integers(numbers))
        return {row[0]: self._entry(row) for row in rows}

    def versions(self, numbers: Iterable[int]) -> dict[int, Version]:
        """See Snapshot."""
        rows = self.sql(
            f"SELECT number, hash, selected, fingerprints, story FROM {self._in}.versions WHERE number = ANY(%b)",
            integers(numbers),
        )  # fmt: skip
        return {number: Version(number, hash, selected, np.frombuffer(fingerprints, np.uint64), story)
                for number, hash, selected, fingerprints, story in rows}  # fmt: skip

    def hold_enough(self, who: Holders, lists: Lists, least: _I64) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """See Snapshot."""
        numbers = who.everyone.take(who.place).number
        versions = self.versions(np.unique(numbers).tolist())
        return hold_each([versions[n].fingerprints for n in numbers.tolist()], who.key, lists, least)

    def delegates(self, versions: Iterable[int]) -> dict[int, int]:
        """See Snapshot."""
        return dict(self.sql(
            f"""
            SELECT v, a.number FROM unnest(%b) v CROSS JOIN LATERAL (
                SELECT number FROM {self._in}.articles WHERE version = v ORDER BY id LIMIT 1
            ) a
            """, integers(versions),
        ))  # fmt: skip

    def copies(self, version: int) -> list[Copy]:
        """See Snapshot."""
        rows = self.sql(
            f"SELECT number, id, day, source FROM {self._in}.articles WHERE version = %b ORDER BY id", version
        )
        return [Copy(number, decode(id), day, source) for number, id, day, source in rows]

    def stories_of(self, versions: Iterable[int]) -> dict[int, int]:
        """See Snapshot."""
        return dict(self.sql(
            f"SELECT number, story FROM {self._in}.versions WHERE number = ANY(%b)", integers(versions)
        ))  # fmt: skip

    def tales(self, numbers: Iterable[int]) -> dict[int, Tale]:
        """See Snapshot."""
        rows = self.sql(
            f"""
            SELECT n, COALESCE(s.id, a.id), COALESCE(s.anchor, n) FROM unnest(%b) n
            LEFT JOIN {self._in}.stories s ON s.number = n LEFT JOIN {self._in}.articles a ON a.number = n
            WHERE s.id IS NOT NULL OR a.id IS NOT NULL
            """, integers(numbers),
        )  # fmt: skip
        return {number: Tale(number, decode(id), anchor) for number, id, anchor in rows}

    def named(self, ids: Sequence[str]) -> dict[str, int]:
        """See Snapshot."""
        wanted = [*map(encode, ids)]
        rows = self.sql(f"SELECT id, story FROM {self._in}.names WHERE id = ANY(%b)", wanted)
        rows += self.sql(f"SELECT id, number FROM {self._in}.stories WHERE id = ANY(%b)", wanted)
        return {decode(id): story for id, story in rows}

    def members(self, story: int) -> list[int]:
        """See Snapshot."""
        rows = self.sql(
            f"SELECT number FROM {self._in}.versions WHERE story = %b "
            f"UNION SELECT version FROM {self._in}.joined WHERE story = %b ORDER BY 1", story, story,
        )  # fmt: skip
        return [number for (number,) in rows]

    def joined(self, versions: Iterable[int]) -> dict[int, list[int]]:
        """See Snapshot."""
        found: dict[int, list[int]] = {}
        for version, story in self.sql(
            f"SELECT version, story FROM {self._in}.joined WHERE version = ANY(%b) ORDER BY 1, 2", integers(versions)
        ):
            found.setdefault(version, []).append(story)
        return found

    def retired(self, by: int) -> list[str]:
        """See Snapshot."""
        return [decode(id) for (id,) in self.sql(f"SELECT id FROM {self._in}.names WHERE by = %b ORDER BY id", by)]

    def former(self, id: str) -> list[Entry]:
        """See Snapshot."""
        rows = self.sql(f"SELECT {ENTRY} FROM {self._in}.former WHERE id = %b ORDER BY place DESC", encode(id))
        return [self._entry(row) for row in rows]

    def before(self, day: int, most: int) -> list[int]:
        """See Snapshot."""
        rows = self.sql(
            f"SELECT number FROM {self._in}.articles WHERE day < %b ORDER BY day, number LIMIT %b", day, most
        )
        return sorted(number for (number,) in rows)

    def between(self, first: int, last: int) -> list[int]:
        """See Snapshot."""
        rows = self.sql(f"SELECT number FROM {self._in}.articles WHERE day BETWEEN %b AND %b", first, last)
        return sorted(number for (number,) in rows)

    def after(self, number: int, most: int) -> list[int]:
        """See Snapshot."""
        rows = self.sql(
            f"SELECT number FROM {self._in}.articles WHERE number > %b ORDER BY number LIMIT %b", number, most
        )
        return [number for (number,) in rows]

    def count(self) -> int:
        """See Snapshot."""
        return self.state.articles

    def stats(self) -> dict[str, int]:
        """See Snapshot."""
        (row,) = self.sql(
            f"""
            SELECT (SELECT count(*) FROM {self._in}.versions), (SELECT count(DISTINCT story) FROM {self._in}.versions),
                (SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
                 WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r')
            """, self._in,
        )  # fmt: skip
        return dict(zip(("articles", "versions", "stories", "bytes"), (self.count(), *row), strict=True))

    def _entry(self, row: Sequence[Any]) -> Entry:
        number, id, version, day, source, digest, packed = row
        try:
            details, body = self.place.packer.unpack(packed)
        except ValueError:
            raise DamagedError(f"{self.place.name}: article {decode(id)!r} is damaged") from None
        return Entry(number, decode(id), version, day, source, digest, details, body)
