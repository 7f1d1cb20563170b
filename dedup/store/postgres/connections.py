"""Connections to a server: lent for one transaction each, made anew in a forked process, their errors in our words."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus

from dedup.errors import BusyError, StoreError
from dedup.store.postgres.address import Address
from dedup.store.postgres.arrays import Int8Array

__all__ = ["Connection", "Connections", "telling"]

Connection = psycopg.Connection[Any]

_OLDEST = 130000  # the server's version, as it counts them itself
_PLAIN: tuple[tuple[type[psycopg.Error], str], ...] = (
    (errors.DiskFull, "the disk of the server is full"),
    (errors.InsufficientPrivilege, "this user may not"),
    (errors.ReadOnlySqlTransaction, "is read-only"),
    (errors.UndefinedTable, "is no index, or not any more"),
    (psycopg.OperationalError, "the server cannot be used"),
)


@contextlib.contextmanager
def telling(name: str) -> Iterator[None]:
    """Turns what psycopg raises into StoreErrors that begin with the name of the index."""
    started = time.monotonic()
    try:
        yield
    except errors.LockNotAvailable:
        waited = time.monotonic() - started
        raise BusyError(f"{name}: another writer is at work: waited {waited:.1f} s (Params.wait)") from None
    except psycopg.Error as error:
        what = next((words for kind, words in _PLAIN if isinstance(error, kind)), "cannot be used")
        said = " ".join((error.diag.message_primary or str(error)).split())
        raise StoreError(f"{name}: {what}: {said}") from None


class Connections:
    """Connections to one server, as many as there are transactions at once."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: deque[Connection] = deque()
        self._process = os.getpid()
        self._inherited: list[deque[Connection]] = []
        self._is_closed = False

    @contextlib.contextmanager
    def transaction(self, beginning: str) -> Iterator[tuple[Connection, tuple[Any, ...]]]:
        """A connection in a transaction, committed at the end, and the row that the last statement of its beginning
        gave. Nothing that is sent outlives the transaction, so the next one may reach another server process."""
        connection, row = self._begin(beginning)
        try:
            yield connection, row
            if connection.execute("COMMIT").statusmessage != "COMMIT":
                raise StoreError(f"{self._address.name}: the server undid the transaction")
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Closes those that nobody uses; the others when they come back."""
        self._is_closed = True
        self._forget_inherited()
        while connection := self._take():
            connection.close()

    def _begin(self, beginning: str) -> tuple[Connection, tuple[Any, ...]]:
        if self._is_closed:
            raise StoreError(f"{self._address.name}: is closed")
        self._forget_inherited()
        while True:
            idle = self._take()
            connection = idle or self._connect()
            try:
                cursor = connection.execute(beginning)
                while cursor.nextset():
                    pass
                return connection, cursor.fetchone() or ()
            except BaseException as error:
                self._give_back(connection)
                if idle and connection.closed and isinstance(error, psycopg.OperationalError):
                    continue  # it went away while nobody looked: nothing is done yet, so another one will do
                raise

    def _take(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _give_back(self, connection: Connection) -> None:
        with contextlib.suppress(psycopg.Error):
            if connection.info.transaction_status != TransactionStatus.IDLE:
                connection.rollback()
        if self._is_closed or connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append(connection)

    def _forget_inherited(self) -> None:
        """In a forked process: the connections are the parent's, and must not even be closed."""
        if self._process != os.getpid():
            self._inherited.append(self._idle)
            self._idle, self._process = deque(), os.getpid()

    def _connect(self) -> Connection:
        address = self._address
        try:
            connection = psycopg.connect(
                address.target, autocommit=True, prepare_threshold=None, connect_timeout=address.timeout
            )
        except psycopg.Error as error:
            said = " ".join(str(error).split())
            raise StoreError(f"{address.name}: the server cannot be reached: {said}") from None
        if (version := connection.info.server_version) < _OLDEST:
            connection.close()
            raise StoreError(f"{address.name}: is PostgreSQL {version // 10000}: need {_OLDEST // 10000} or later")
        connection.adapters.register_dumper(np.ndarray, Int8Array)
        return connection
