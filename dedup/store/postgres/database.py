"""An index in PostgreSQL: opened, read and written to by any number of processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from dedup.errors import MismatchError, StoreError
from dedup.store.packing import Packer, dictionary
from dedup.store.postgres.address import read_address
from dedup.store.postgres.connections import Connection, Connections, telling
from dedup.store.postgres.ledger import PostgresLedger
from dedup.store.postgres.snapshot import Place, PostgresSnapshot, State
from dedup.store.postgres.tables import LAYOUT, PLANS, STATE, lock, tables
from dedup.store.protocol import DamagedRunError

__all__ = ["PostgresStore"]

_PATIENCE = 60.0  # seconds to wait while somebody else makes the tables
_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {PLANS}; "
_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {PLANS}; "
# What `add` returned is on disk, whatever the server does otherwise.
_DURABLE = ("SELECT set_config('synchronous_commit', 'on', true) "
            "WHERE current_setting('synchronous_commit') = 'off'; ")  # fmt: skip


class PostgresStore:
    """See `Store`. Postings are rows that the server looks up; nothing is kept in this process but connections.

    Args:
        url: see open_postgres.
        settings: what a new index is to hold fixed.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, url: str, settings: Mapping[str, str]) -> None:
        address = read_address(url)
        self.name = address.name
        self._schema = address.schema
        self._state = STATE.format(schema=f'"{self._schema}"')
        self._connections = Connections(address)
        try:
            with telling(self.name):
                found = self._open(settings)
        except BaseException:
            self._connections.close()
            raise
        self._place = Place(self.name, f'"{self._schema}"', Packer(found.pop("words")))
        self.settings: Mapping[str, str] = {name: value.decode() for name, value in found.items()}

    def _open(self, settings: Mapping[str, str]) -> dict[str, bytes]:
        is_there = f"SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = '{self._schema}' AND tablename = 'state')"
        with self._connections.transaction(_READ + is_there) as (_, (found,)):
            pass
        if not found:
            locked = f"{_WRITE}{lock(self._schema, _PATIENCE)}; {is_there}"
            with self._connections.transaction(locked) as (connection, (found,)):
                if not found:
                    self._make(connection, settings)
        with self._connections.transaction(_READ + self._state) as (connection, (layout, sketched, *_)):
            if layout != LAYOUT:
                raise StoreError(f"{self.name}: has layout {layout}: this dedup reads layout {LAYOUT}")
            self._sketched = sketched
            rows = connection.execute(f'SELECT name, value FROM "{self._schema}".settings', binary=True)
            return dict(rows.fetchall())

    def _make(self, connection: Connection, settings: Mapping[str, str]) -> None:
        rows = connection.execute(
            "SELECT n.oid, count(c.oid) FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid "
            "WHERE n.nspname = %s GROUP BY n.oid", (self._schema,),
        ).fetchall()  # fmt: skip
        if not rows:
            connection.execute(f'CREATE SCHEMA "{self._schema}"')
        elif rows[0][1]:
            raise StoreError(f"{self.name}: the schema {self._schema} holds something else: ?schema= names another one")
        connection.execute(tables(f'"{self._schema}"'))
        values: dict[str, Any] = {**{name: value.encode() for name, value in settings.items()}, "words": dictionary()}
        with connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{self._schema}".settings VALUES (%s, %s)', list(values.items()))

    @contextlib.contextmanager
    def reading(self) -> Iterator[PostgresSnapshot]:
        """See Store."""
        with telling(self.name), self._connections.transaction(_READ + self._state) as (connection, row):
            yield PostgresSnapshot(self._place, connection, self._check(row))

    @contextlib.contextmanager
    def writing(self, wait: float) -> Iterator[PostgresLedger]:
        """See Store. Whoever has the lock sees all that was committed before, so adds are linearizable."""
        beginning = f"{_WRITE}{_DURABLE}{lock(self._schema, wait)}; {self._state}"
        with telling(self.name):
            with self._connections.transaction(beginning) as (connection, row):
                ledger = PostgresLedger(self._place, connection, self._check(row))
                yield ledger
            self._sketched = ledger.state.sketched

    def _check(self, row: tuple[Any, ...]) -> State:
        _, sketched, given, articles = row
        if sketched != self._sketched:
            raise MismatchError(f"{self.name}: was sketched anew meanwhile, by `dedup index rebuild`: open it again")
        return State(sketched, given, articles)

    def tidy(self, wait: float) -> None:
        """See Store: the server does that by itself."""

    def mend(self, error: DamagedRunError, wait: float) -> None:
        """See Store: there are no runs."""

    def erase(self) -> None:
        """See Store: the server writes over what was removed when it needs the space."""

    def close(self) -> None:
        """See Store."""
        self._connections.close()
