"""An index in one SQLite file, or in memory: opened, read, written to, and its posting lists put in order."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from dedup.errors import BusyError, DamagedError, MismatchError, StoreError
from dedup.store import runs, upkeep
from dedup.store.connections import Connections, telling
from dedup.store.packing import Packer, dictionary, sealed
from dedup.store.protocol import DamagedRunError, Directory, batches
from dedup.store.rows import VERSIONS, SqliteLedger, SqliteSnapshot, version_of
from dedup.store.schema import APPLICATION, TABLES, VERSION
from dedup.store.tail import Tail
from dedup.store.view import Loaded, Read, Stamp, View

__all__ = ["SqliteStore"]

log = logging.getLogger("dedup.store")

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_MAGIC = b"SQLite format 3\0"
_PAGE = 8192  # bytes: rows of 1.6 kB leave a quarter of a smaller page empty
_AT_ONCE = 500  # slices in one statement
_CACHE = 1 << 30  # bytes of slices that are kept in memory
_Snapshot = TypeVar("_Snapshot", bound=SqliteSnapshot)


class SqliteStore:
    """See `Store`.

    Args:
        path: of the file, or ":memory:".
        settings: what a new file is to hold fixed.

    Raises:
        StoreError: it cannot be opened.
        DamagedError: it is no index, or damaged.
    """

    def __init__(self, path: str, settings: Mapping[str, str]) -> None:
        _check_header(path)
        self.name = path
        self._connections = Connections(path)
        self._lock = threading.Lock()
        self._view: View | None = None
        self._merging: runs.Merging | None = None  # that of this process, for whoever writes
        self._bytes_read = 0
        try:
            with telling(path), self._connections.lend() as connection:
                found = self._open(connection, settings)
        except BaseException:
            self._connections.close()
            raise
        self.settings: Mapping[str, str] = {n: value for n, value in found.items() if n not in ("words", "seal")}
        self.packer = Packer(found["words"])

    def _open(self, connection: sqlite3.Connection, settings: Mapping[str, str]) -> dict[str, Any]:
        sql = connection.execute
        if not sql("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            sql(f"PRAGMA page_size = {_PAGE}")
            sql("PRAGMA journal_mode = WAL")
            sql("BEGIN IMMEDIATE")
            if not sql("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
                for statement in TABLES.split(";"):
                    sql(statement)
                values = {**settings, "words": dictionary()}
                connection.executemany("INSERT INTO settings VALUES (?, ?)", sealed(values).items())
                sql(f"PRAGMA application_id = {APPLICATION}")
                sql(f"PRAGMA user_version = {VERSION}")
            sql("COMMIT")
        if sql("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise DamagedError(f"{self.name}: is a database, but no index of dedup")
        if (version := sql("PRAGMA user_version").fetchone()[0]) != VERSION:
            raise StoreError(f"{self.name}: has layout {version}: this dedup reads layout {VERSION}")
        sql("BEGIN")
        (self._sketched,) = sql("SELECT sketched FROM state").fetchone()
        found = dict(sql("SELECT name, value FROM settings"))
        if found != sealed(found):
            raise DamagedError(f"{self.name}: its settings are damaged")
        return found

    # ----------------------------------------------------------------------------------------------------- transactions

    @contextlib.contextmanager
    def reading(self) -> Iterator[SqliteSnapshot]:
        """See Store."""
        with telling(self.name), self._connections.lend() as connection:
            connection.execute("BEGIN")
            yield self._checked(SqliteSnapshot(self, connection))

    @contextlib.contextmanager
    def writing(self, wait: float) -> Iterator[SqliteLedger]:
        """See Store."""
        with telling(self.name), self._connections.writing(wait) as connection:
            ledger = self._checked(SqliteLedger(self, connection))
            try:
                yield ledger
                connection.execute("COMMIT")
            except BaseException:
                with self._lock:  # they may be of a state that never will be
                    self._view = self._merging = None
                raise
            self._sketched = ledger.sketched
            with self._lock:  # what was written is known here: it need not be read again
                view = self._view
                if view is not None and view.stamp[1:] == ledger.stamp[1:] and view.tail.last == ledger.found:
                    self._view = view.extended(ledger.fresh, ledger.stamp.last)

    def _checked(self, snapshot: _Snapshot) -> _Snapshot:
        if snapshot.sketched != self._sketched:
            raise MismatchError(f"{self.name}: was sketched anew meanwhile, by `dedup index rebuild`: open it again")
        return snapshot

    def erase(self) -> None:
        """Takes what was removed out of the write-ahead log too; others may still read it for a moment."""
        with telling(self.name), self._connections.lend() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """See Store. A merge that was begun is brought to its end."""
        try:
            with contextlib.suppress(StoreError, MismatchError):
                while self._merging is not None:
                    self._tidy(self._merge_on, 0.0)
        finally:
            self._connections.close()
            self._view = None

    # ---------------------------------------------------------------------------------------------------- posting lists

    def view_of(self, stamp: Stamp, connection: sqlite3.Connection) -> View:
        """The posting lists of a state, with as much of the last ones as is still true."""
        with self._lock:
            view = self._view
            made = view
            if made is None or made.stamp.runs != stamp.runs or made.stamp.dead != stamp.dead:
                made = self._make_view(stamp, connection, view)
            if stamp.last > made.tail.last:
                rows = connection.execute(VERSIONS, (made.tail.last + 1, stamp.last))
                made = made.extended([version_of(self.name, row) for row in rows], stamp.last)
            if view is None or stamp >= view.stamp:
                self._view = made
            return made

    def _make_view(self, stamp: Stamp, connection: sqlite3.Connection, former: View | None) -> View:
        known = {one.run.number: one for one in former.loaded} if former else {}
        sql = connection.execute
        numbers = [number for (number,) in sql("SELECT number FROM runs ORDER BY first")]
        loaded = [known.get(number) or Loaded(self._run(number, connection)) for number in numbers]
        dead = np.array([number for (number,) in sql("SELECT number FROM dead ORDER BY number")], np.int64)
        after = loaded[-1].run.last if loaded else 0
        tail = Tail(after)
        if former is not None and (former.stamp.runs == stamp.runs or (loaded and former.after == after)):
            tail = former.tail
        return View(stamp, loaded, dead, tail, former)

    def _run(self, number: int, connection: sqlite3.Connection) -> runs.Run:
        row = connection.execute(
            "SELECT first, last, bits, words, directory, filter FROM runs WHERE number = ?", (number,)
        ).fetchone()  # fmt: skip
        first, last, bits, words, directory, filtered = row
        about = (number, first, last, bits, words)
        parts = runs.check(directory, *about), runs.check(filtered, *about)
        if parts[0] is None or parts[1] is None:
            raise DamagedRunError(self.name, number)
        columns = np.frombuffer(parts[0], np.int64).reshape(4, -1)
        known = Directory(columns[0], columns[1], columns[2], columns[3].view(np.uint64))
        return runs.Run(*about, known, np.frombuffer(parts[1], np.uint64))

    def slices_by(self, connection: sqlite3.Connection) -> Read:
        """Reads slices by a connection."""

        def read(places: Sequence[int]) -> list[_U64]:
            found: dict[int, Any] = {}
            if isinstance(places, range):
                sql = "SELECT place, postings FROM slices WHERE place BETWEEN ? AND ?"
                found.update(connection.execute(sql, (places[0], places[-1])))
            else:
                for part in batches(places, _AT_ONCE):
                    sql = f"SELECT place, postings FROM slices WHERE place IN ({','.join('?' * len(part))})"
                    found.update(connection.execute(sql, part))
            good = []
            for place in places:
                postings = runs.read_slice(found[place], place) if place in found else None
                if postings is None:
                    raise DamagedRunError(self.name, place >> runs.SLICE_BITS)
                good.append(postings)
            self._bytes_read += sum(one.nbytes for one in good)
            if self._bytes_read > _CACHE and (view := self._view) is not None:
                self._bytes_read = 0
                for one in view.loaded:
                    one.forget()
            return good

        return read

    def mend(self, error: DamagedRunError, wait: float) -> None:
        """See Store."""
        with self.writing(wait) as ledger:
            upkeep.remake(ledger, error.run)

    def tidy(self, wait: float) -> None:
        """See Store."""
        try:
            while (view := self._view) is not None and upkeep.is_due(view):
                self._tidy(upkeep.flush, wait)
            if view is not None and (self._merging is not None or upkeep.may_merge(view)):
                self._tidy(self._merge_on, wait)
                while self._merging is not None and upkeep.must_merge(view):
                    self._tidy(self._merge_on, wait)
        except BusyError:
            pass  # whoever writes does it
        except (StoreError, MismatchError) as error:
            log.warning("posting lists could not be put in order: %s", error)

    def _tidy(self, work: Callable[[SqliteLedger], None], wait: float) -> None:
        try:
            with self.writing(wait) as ledger:
                work(ledger)
            with self.reading() as snapshot:
                snapshot.view  # noqa: B018 (the next look-up finds it made)
        except DamagedRunError as error:
            self.mend(error, wait)

    def _merge_on(self, ledger: SqliteLedger) -> None:
        self._merging = upkeep.merge_on(ledger, self._merging)


def _check_header(path: str) -> None:
    """Raises DamagedError where there is another kind of file: SQLite takes a very short one for an empty database."""
    try:
        with open(path, "rb") as file:
            begins = file.read(len(_MAGIC))
    except OSError:
        return  # SQLite says it better
    if begins and begins != _MAGIC:
        raise DamagedError(f"{path}: is damaged or no index: it does not begin like a database")
