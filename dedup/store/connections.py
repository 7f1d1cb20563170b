"""Connections to a SQLite file: lent to one thread at a time, closed before a fork, their errors told in our words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator

from dedup.errors import BusyError, DamagedError, StoreError

__all__ = ["Connections", "telling"]

_PATIENCE = 60.0  # seconds that a reader waits while the file is recovered or taken over
_PLAIN = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "is read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PERM: "cannot be opened",
}


@contextlib.contextmanager
def telling(name: str, waited: float = 0.0) -> Iterator[None]:
    """Turns what SQLite raises into StoreErrors that begin with the name of the file."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BusyError(f"{name}: another writer is at work: waited {waited:.1f} s (Params.wait)") from None
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise DamagedError(f"{name}: is damaged or no index: {error}") from None
        raise StoreError(f"{name}: {_PLAIN.get(code, 'cannot be used')}: {error}") from None


class Connections:
    """Connections to one file, or the only one to a database in memory."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._is_memory = path == ":memory:"
        self._idle: list[sqlite3.Connection] = []
        self._free = threading.Condition(threading.RLock())
        self._lent = 0
        self._is_closed = False
        self._writer = threading.RLock()
        _ALL.add(self)

    @contextlib.contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """A connection for the length of a with block; a database in memory has one, which others wait for."""
        if self._is_memory:
            with self._free:
                connection = self._take()
                try:
                    yield connection
                finally:
                    self._give_back(connection)
            return
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    @contextlib.contextmanager
    def writing(self, wait: float) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction that nobody else can write beside; undone unless it is committed."""
        started = time.monotonic()
        if not self._writer.acquire(timeout=wait):
            waited = time.monotonic() - started
            raise BusyError(f"{self._path}: another writer is at work: waited {waited:.1f} s (Params.wait)")
        try:
            with self.lend() as connection:
                left = max(0.0, wait - (time.monotonic() - started))
                connection.execute(f"PRAGMA busy_timeout = {int(1000 * left)}")
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    with telling(self._path, time.monotonic() - started):
                        raise
                finally:
                    connection.execute(f"PRAGMA busy_timeout = {int(1000 * _PATIENCE)}")
                yield connection
        finally:
            self._writer.release()

    def close(self) -> None:
        """Closes those that nobody uses; the others when they come back."""
        with self._free:
            self._is_closed = True
            self._close_idle()

    def _take(self) -> sqlite3.Connection:
        with self._free:
            if self._is_closed:
                raise StoreError(f"{self._path}: is closed")
            self._lent += 1
            if self._idle:
                return self._idle.pop()
        try:
            return self._connect()
        except BaseException:
            with self._free:
                self._lent -= 1
                self._free.notify_all()
            raise

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with contextlib.suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        with self._free:
            self._lent -= 1
            if self._is_closed:
                connection.close()
            else:
                self._idle.append(connection)
            self._free.notify_all()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            for setting in ("synchronous = FULL", "secure_delete = ON", "cache_size = -65536", "temp_store = MEMORY"):
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def pause(self) -> None:
        """Before a fork: waits until nothing is under way and closes the file, which must not be open across one."""
        self._writer.acquire()
        self._free.acquire()
        if not self._is_memory:
            self._free.wait_for(lambda: not self._lent, timeout=_PATIENCE)
            self._close_idle()

    def resume(self) -> None:
        """After it, on both sides."""
        self._free.release()
        self._writer.release()


_ALL: weakref.WeakSet[Connections] = weakref.WeakSet()
_PAUSED: list[Connections] = []


def _before() -> None:
    for connections in list(_ALL):
        connections.pause()
        _PAUSED.append(connections)


def _after() -> None:
    while _PAUSED:
        _PAUSED.pop().resume()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)
