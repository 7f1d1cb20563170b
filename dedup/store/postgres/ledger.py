"""One transaction on an index in PostgreSQL, to write to: what `Ledger` promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dedup.errors import ArticleError
from dedup.store.packing import encode
from dedup.store.postgres.arrays import copy_rows, sortable
from dedup.store.postgres.snapshot import ENTRY, PostgresSnapshot, integers
from dedup.store.protocol import Entry, Tale, Version

__all__ = ["PostgresLedger"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]

_LONGEST = 2600  # bytes of an id: a third of a page is what an index of PostgreSQL takes
_ENTRY_TYPES = ("int8", "bytea", "int8", "int4", "int8", "bytea", "bytea")
_VERSION_TYPES = ("int8", "int8", "int4", "bytea", "bytea")


class PostgresLedger(PostgresSnapshot):
    """The same to write to, see `Ledger`."""

    def run(self, statement: str, *values: Any) -> None:
        """Runs a statement that has no rows."""
        self.connection.execute(statement, values)

    def following(self) -> int:
        """See Ledger."""
        return self.state.given + 1

    def tidy(self) -> None:
        """See Ledger: the server does that by itself."""

    def insert(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        """See Ledger."""
        self._put(entries, versions)
        given = max([self.state.given, *(entry.number for entry in entries)])
        self._count(given, self.state.articles + len(entries))

    def resume(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        """See Ledger."""
        numbers = integers(entry.number for entry in entries)
        self.run(f"DELETE FROM {self._in}.articles WHERE number = ANY(%b)", numbers)
        self._put(entries, versions)

    def _put(self, entries: Sequence[Entry], versions: Sequence[Version]) -> None:
        self._copy(f"articles({ENTRY})", _ENTRY_TYPES, map(self._row, entries))
        if versions:
            rows = ((v.number, v.story, v.selected, v.hash, v.fingerprints.tobytes()) for v in versions)
            self._copy("versions(number, story, selected, hash, fingerprints)", _VERSION_TYPES, rows)
            with self.connection.cursor() as cursor, cursor.copy(
                f"COPY {self._in}.postings(key, standing, version) FROM STDIN (FORMAT BINARY)"
            ) as copy:  # fmt: skip
                copy.write(copy_rows(_postings(versions)))

    def _copy(self, into: str, types: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        statement = f"COPY {self._in}.{into} FROM STDIN (FORMAT BINARY)"
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def _row(self, entry: Entry) -> tuple[Any, ...]:
        id = encode(entry.id)
        if len(id) > _LONGEST:
            raise ArticleError(f"article {entry.id[:60]!r}…: id of {len(id)} bytes: PostgreSQL takes {_LONGEST}")
        packed = self.place.packer.pack(entry.details, entry.body)
        return entry.number, id, entry.version, entry.day, entry.source, entry.digest, packed

    def _count(self, given: int, articles: int) -> None:
        self.state = self.state._replace(given=given, articles=articles)
        self.run(f"UPDATE {self._in}.state SET given = %b, articles = %b", given, articles)

    def remove(self, numbers: Sequence[int]) -> list[Version]:
        """See Ledger."""
        rows = self.sql(f"DELETE FROM {self._in}.articles WHERE number = ANY(%b) RETURNING version", integers(numbers))
        touched = {version for (version,) in rows}
        found = self.versions(touched - self.delegates(touched).keys())
        dead = [found[number] for number in sorted(found)]
        gone = integers(found)
        self.run(f"DELETE FROM {self._in}.versions WHERE number = ANY(%b)", gone)
        self.run(f"DELETE FROM {self._in}.joined WHERE version = ANY(%b)", gone)
        self.run(
            f"""
            DELETE FROM {self._in}.postings p USING unnest(%b, %b, %b) d(key, standing, version)
            WHERE p.key = d.key AND p.standing = d.standing AND p.version = d.version
            """, *_postings(dead),
        )  # fmt: skip
        self._count(self.state.given, self.state.articles - len(rows))
        return dead

    def keep_former(self, entry: Entry, most: int) -> None:
        """See Ledger."""
        row = self._row(entry)
        self.run(f"INSERT INTO {self._in}.former({ENTRY}) VALUES (%b, %b, %b, %b, %b, %b, %b)", *row)
        self.run(
            f"""
            DELETE FROM {self._in}.former WHERE id = %b AND place NOT IN (
                SELECT place FROM {self._in}.former WHERE id = %b ORDER BY place DESC LIMIT %b
            )
            """, row[1], row[1], most,
        )  # fmt: skip

    def drop_former(self, ids: Sequence[str]) -> None:
        """See Ledger."""
        self.run(f"DELETE FROM {self._in}.former WHERE id = ANY(%b)", [*map(encode, ids)])

    def put_tale(self, tale: Tale) -> None:
        """See Ledger."""
        self.run(
            f"INSERT INTO {self._in}.stories(number, id, anchor) VALUES (%b, %b, %b) "
            "ON CONFLICT (number) DO UPDATE SET id = excluded.id, anchor = excluded.anchor",
            tale.number, encode(tale.id), tale.anchor,
        )  # fmt: skip

    def merge(self, stories: Sequence[int], into: int, by: int) -> None:
        """See Ledger."""
        ids = [encode(tale.id) for tale in self.tales(stories).values()]
        numbers = integers(stories)
        for table in ("names", "versions"):
            self.run(f"UPDATE {self._in}.{table} SET story = %b WHERE story = ANY(%b)", into, numbers)
        self.run(
            f"INSERT INTO {self._in}.names(id, story, by) SELECT id, %b, %b FROM unnest(%b) id "
            "ON CONFLICT (id) DO UPDATE SET story = excluded.story, by = excluded.by", into, by, ids,
        )  # fmt: skip
        self.run(
            f"INSERT INTO {self._in}.joined(version, story) SELECT DISTINCT version, %b::bigint FROM {self._in}.joined "
            "WHERE story = ANY(%b) ON CONFLICT DO NOTHING", into, numbers,
        )  # fmt: skip
        for table, column in (("joined", "story"), ("stories", "number")):
            self.run(f"DELETE FROM {self._in}.{table} WHERE {column} = ANY(%b)", numbers)

    def assign(self, version: int, story: int, further: Sequence[int] = ()) -> None:
        """See Ledger."""
        self.run(f"UPDATE {self._in}.versions SET story = %b WHERE number = %b", story, version)
        if further:
            self.run(
                f"INSERT INTO {self._in}.joined(version, story) SELECT %b, unnest(%b) ON CONFLICT DO NOTHING",
                version, integers(further),
            )  # fmt: skip

    def drop_tale(self, story: int) -> None:
        """See Ledger."""
        for table, column in (("stories", "number"), ("names", "story"), ("joined", "story")):
            self.run(f"DELETE FROM {self._in}.{table} WHERE {column} = %b", story)

    def reset(self, settings: Mapping[str, str]) -> None:
        """See Ledger. DELETE, not TRUNCATE: others go on reading what was there."""
        for table in ("versions", "postings", "stories", "names", "joined"):
            self.run(f"DELETE FROM {self._in}.{table}")
        self.run(f"UPDATE {self._in}.articles SET version = 0")  # of none, until resumed
        for name, value in settings.items():
            self.run(
                f"INSERT INTO {self._in}.settings(name, value) VALUES (%b, %b) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value.encode(),
            )  # fmt: skip
        self.state = self.state._replace(sketched=self.state.sketched + 1)
        self.run(f"UPDATE {self._in}.state SET sketched = %b", self.state.sketched)


def _postings(versions: Sequence[Version]) -> tuple[_I64, _I64, _I64]:
    """Key, place in the order of crowds, and number, for each fingerprint of each version; by key, as the index has
    them, which halves the time that COPY takes."""
    keys = np.concatenate([np.zeros(0, np.uint64), *(v.fingerprints for v in versions)])
    orders = np.array([int.from_bytes(v.hash[:8], "little") for v in versions], np.uint64)
    lengths = [len(v.fingerprints) for v in versions]
    numbers = integers(v.number for v in versions)
    columns = keys.view(np.int64), np.repeat(sortable(orders), lengths), np.repeat(numbers, lengths)
    by_key = np.argsort(columns[0], kind="stable")
    return columns[0][by_key], columns[1][by_key], columns[2][by_key]
