"""Posting lists put in order in a transaction: the tail becomes a run, small runs one; damaged ones are made anew."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.store import runs
from dedup.store.view import Loaded, View

if TYPE_CHECKING:
    from dedup.store.rows import SqliteLedger

__all__ = ["is_due", "remake", "tidy"]

log = logging.getLogger("dedup.store")

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_STALE = 0.5  # share of a run's versions that are gone, above which it is written anew
_FEW = 4  # a run of at most this part of the largest is small


def is_due(view: View) -> bool:
    """Whether there is something to do."""
    return len(view.tail) >= runs.SMALL or bool(_choose(view))


def tidy(ledger: SqliteLedger) -> None:
    """Does the next thing that is due."""
    view = ledger.view
    if len(view.tail) >= runs.SMALL:
        _flush(ledger, view)
    elif chosen := _choose(view):
        _merge(ledger, view, chosen)


def remake(ledger: SqliteLedger, run: int) -> None:
    """Makes a run anew from the versions that it lists."""
    row = ledger.connection.execute("SELECT first, last FROM runs WHERE number = ?", (run,)).fetchone()
    if row is None:
        return  # somebody else was faster
    log.warning("posting list %d is damaged: made anew", run)
    first, last = row
    versions = ledger.versions_between(first, last)
    _drop(ledger.connection, run, first, last)
    _write(ledger.connection, *runs.build(_following(ledger.connection), first, last, versions))


def _choose(view: View) -> list[Loaded]:
    """The runs to make one of: one that is half dead, or the last small ones."""
    for one in view.loaded:
        is_dead = view.is_dead(one)
        if not len(is_dead) or is_dead.mean() > _STALE:
            return [one]
    small: list[Loaded] = []
    for one in reversed(view.loaded):
        if len(one) > runs.LARGE // _FEW:
            break
        small.insert(0, one)
    chosen = small[: runs.FAN] if len(small) >= runs.FAN else []
    while sum(len(one) for one in chosen) > runs.LARGE:
        chosen.pop()
    return chosen


def _flush(ledger: SqliteLedger, view: View) -> None:
    """The tail, or its beginning, becomes a run."""
    most = 2 * runs.SMALL
    first, last = (view.loaded[-1].run.last if view.loaded else 0) + 1, ledger.stamp.last
    there = view.tail.versions[: most + 1]
    last = last if len(there) <= most else there[most].number - 1
    gone = {number for (number,) in ledger.connection.execute(
        "SELECT number FROM dead WHERE number BETWEEN ? AND ?", (first, last))}  # fmt: skip
    versions = [version for version in there[:most] if version.number not in gone]
    _drop(ledger.connection, None, first, last)
    _write(ledger.connection, *runs.build(_following(ledger.connection), first, last, versions))


def _merge(ledger: SqliteLedger, view: View, chosen: Sequence[Loaded]) -> None:
    parts = [(one.run, one.whole(ledger.slices)[0]) for one in chosen]
    is_dead = np.concatenate([view.is_dead(one) for one in chosen])
    for one in chosen:
        _drop(ledger.connection, one.run.number, one.run.first, one.run.last)
    if not is_dead.all():
        _write(ledger.connection, *runs.merge(_following(ledger.connection), parts, is_dead))


def _following(db: sqlite3.Connection) -> int:
    """A number that no run had before: views know runs by it."""
    return int(db.execute("UPDATE state SET runs = runs + 1 RETURNING runs").fetchone()[0])


def _drop(db: sqlite3.Connection, run: int | None, first: int, last: int) -> None:
    """Forgets a run; and the dead among its versions, which stand in no run then."""
    db.execute("DELETE FROM dead WHERE number BETWEEN ? AND ?", (first, last))
    if run is not None:
        lo = run << runs.SLICE_BITS
        db.execute("DELETE FROM runs WHERE number = ?", (run,))
        db.execute("DELETE FROM slices WHERE place BETWEEN ? AND ?", (lo, lo + (1 << runs.SLICE_BITS) - 1))
    db.execute("UPDATE state SET runs = runs + 1, dead = dead + 1")


def _write(db: sqlite3.Connection, run: runs.Run, slices: Sequence[_U64]) -> None:
    about = (run.number, run.first, run.last, run.bits, run.words)
    directory = np.stack([*run.directory[:3], run.directory.order.view(np.int64)])
    sealed = runs.seal(directory, *about), runs.seal(run.filter, *about)
    db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", (*about, *sealed))
    lo = run.number << runs.SLICE_BITS
    rows = ((place, runs.seal(part, place)) for place, part in enumerate(slices, lo))
    db.executemany("INSERT INTO slices VALUES (?, ?)", rows)
