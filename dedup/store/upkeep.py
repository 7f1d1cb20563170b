"""Posting lists put in order: the tail becomes a run, small runs one, by and by; damaged ones are made anew."""

from __future__ import annotations

import itertools
import logging
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.store import runs
from dedup.store.view import Loaded, View

if TYPE_CHECKING:
    from dedup.store.rows import SqliteLedger

__all__ = ["flush", "is_due", "may_merge", "merge_on", "must_merge", "remake", "tidy"]

log = logging.getLogger("dedup.store")

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_STALE = 0.5  # share of a run's versions that are gone, above which it is written anew
_FULL = 0.75  # of the largest that a run may be: what is as long is merged no further
_ABANDONED = 512  # runs made and dropped meanwhile: whoever did not finish a merge until then is gone


def is_due(view: View) -> bool:
    """Whether the tail is to become a run."""
    return len(view.tail) >= runs.SMALL


def may_merge(view: View) -> bool:
    """Whether there is something to merge."""
    return bool(_choose(view))


def must_merge(view: View) -> bool:
    """Whether small runs pile up: whoever began to merge them does not live long enough."""
    return len(_last_shorter(list(view.loaded), runs.FAN * runs.SMALL)) >= 2 * runs.FAN


def tidy(ledger: SqliteLedger) -> None:
    """Does the next thing that is due, as a whole."""
    if is_due(ledger.view):
        flush(ledger)
        return
    merging = merge_on(ledger, None)
    while merging is not None:
        merging = merge_on(ledger, merging)


def remake(ledger: SqliteLedger, run: int) -> None:
    """Makes a run anew from the versions that it lists."""
    row = ledger.connection.execute("SELECT first, last FROM runs WHERE number = ?", (run,)).fetchone()
    if row is None:
        return  # somebody else was faster
    log.warning("posting list %d is damaged: made anew", run)
    first, last = row
    versions = ledger.versions_between(first, last)
    _drop(ledger.connection, run)
    _write(ledger.connection, *runs.build(_following(ledger.connection), first, last, versions))


def _choose(view: View) -> list[Loaded]:
    """The runs to make one of: one that is half dead, or the last small ones, or the middling ones before them."""
    for one in view.loaded:
        is_dead = view.is_dead(one)
        if not len(is_dead) or is_dead.mean() > _STALE:
            return [one]
    rest = list(view.loaded)
    small = _last_shorter(rest, runs.FAN * runs.SMALL)
    if len(small) >= runs.FAN:
        return _fitting(small[: runs.FAN])
    middling = _last_shorter(rest, runs.LARGE // 2)
    if sum(map(len, middling)) < _FULL * runs.LARGE:
        return []
    return _fitting(middling)


def _fitting(chosen: list[Loaded]) -> list[Loaded]:
    """The first of these runs, as many as may become one."""
    while sum(map(len, chosen)) > runs.LARGE:
        chosen.pop()
    return chosen


def _last_shorter(rest: list[Loaded], size: int) -> list[Loaded]:
    """Takes away the last ones shorter than this."""
    count = len(list(itertools.takewhile(lambda one: len(one) < size, reversed(rest))))
    taken = rest[len(rest) - count :]
    del rest[len(rest) - count :]
    return taken


def flush(ledger: SqliteLedger) -> None:
    """The tail, or its beginning, becomes a run, unless somebody else was faster."""
    view, most = ledger.view, 2 * runs.SMALL
    if not is_due(view):
        return
    first, last = view.after + 1, ledger.stamp.last
    there = view.tail.versions[: most + 1]
    last = last if len(there) <= most else there[most].number - 1
    gone = {number for (number,) in ledger.connection.execute(
        "SELECT number FROM dead WHERE number BETWEEN ? AND ?", (first, last))}  # fmt: skip
    versions = [version for version in there[:most] if version.number not in gone]
    _write(ledger.connection, *runs.build(_following(ledger.connection), first, last, versions))


def merge_on(ledger: SqliteLedger, merging: runs.Merging | None) -> runs.Merging | None:
    """Goes on with a merge, or begins with the next one that is due; None where there is nothing left of it to do.

    The slices of the new run are written a few at a time, before there is a run of their number, so a transaction is
    short and nobody reads them. What stopped half-way leaves slices without a run.
    """
    db = ledger.connection
    if merging is None:
        if not (chosen := _choose(ledger.view)):
            return None
        is_dead = np.concatenate([ledger.view.is_dead(one) for one in chosen])
        parts = [(one.run, one.whole(ledger.slices)[0]) for one in chosen]
        merging = runs.Merging(_following(db), parts, is_dead)
        _sweep(db, merging.number - _ABANDONED)
    elif not _is_sound(db, merging):
        _sweep(db, merging.number + 1, merging.number)
        return None
    if not merging.is_done:
        first = merging.number << runs.SLICE_BITS | merging.begun
        _write_slices(db, first, merging.more())
        return merging
    for run in merging.runs:
        _drop(db, run.number)
    db.executemany("DELETE FROM dead WHERE number = ?", [(number,) for number in merging.dead.tolist()])
    if merging.is_empty:
        _drop_slices(db, merging.number)
    else:
        _write_run(db, merging.finish())
    return None


def _is_sound(db: sqlite3.Connection, merging: runs.Merging) -> bool:
    """Whether the runs that are merged are still there, and what was made of them: others may have merged them."""
    numbers = [run.number for run in merging.runs]
    marks = ",".join("?" * len(numbers))
    (there,) = db.execute(f"SELECT COUNT(*) FROM runs WHERE number IN ({marks})", numbers).fetchone()
    made = db.execute("SELECT 1 FROM slices WHERE place = ?", (merging.number << runs.SLICE_BITS,)).fetchone()
    return there == len(numbers) and made is not None


def _sweep(db: sqlite3.Connection, before: int, number: int = 0) -> None:
    """Forgets slices without a run, those of the numbers from this one on before another one."""
    while True:
        sql = "SELECT place FROM slices WHERE place >= ? AND place < ? ORDER BY place LIMIT 1"
        row = db.execute(sql, (number << runs.SLICE_BITS, before << runs.SLICE_BITS)).fetchone()
        if row is None:
            return
        number = row[0] >> runs.SLICE_BITS
        if db.execute("SELECT 1 FROM runs WHERE number = ?", (number,)).fetchone() is None:
            _drop_slices(db, number)
        number += 1


def _following(db: sqlite3.Connection) -> int:
    """A number that no run had before: views know runs by it."""
    return int(db.execute("UPDATE state SET runs = runs + 1 RETURNING runs").fetchone()[0])


def _drop(db: sqlite3.Connection, run: int) -> None:
    """Forgets a run."""
    db.execute("DELETE FROM runs WHERE number = ?", (run,))
    _drop_slices(db, run)
    db.execute("UPDATE state SET runs = runs + 1, dead = dead + 1")


def _drop_slices(db: sqlite3.Connection, run: int) -> None:
    lo = run << runs.SLICE_BITS
    db.execute("DELETE FROM slices WHERE place BETWEEN ? AND ?", (lo, lo + (1 << runs.SLICE_BITS) - 1))


def _write(db: sqlite3.Connection, run: runs.Run, slices: Sequence[_U64]) -> None:
    """Keeps a run of versions, the dead among which stand in no run then."""
    db.execute("DELETE FROM dead WHERE number BETWEEN ? AND ?", (run.first, run.last))
    _write_slices(db, run.number << runs.SLICE_BITS, slices)
    _write_run(db, run)


def _write_slices(db: sqlite3.Connection, first: int, slices: Sequence[_U64]) -> None:
    rows = ((place, runs.seal(part, place)) for place, part in enumerate(slices, first))
    db.executemany("INSERT INTO slices VALUES (?, ?)", rows)


def _write_run(db: sqlite3.Connection, run: runs.Run) -> None:
    about = (run.number, run.first, run.last, run.bits, run.words)
    directory = np.stack([*run.directory[:3], run.directory.order.view(np.int64)])
    sealed = runs.seal(directory, *about), runs.seal(run.filter, *about)
    db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", (*about, *sealed))
    db.execute("UPDATE state SET dead = dead + 1")
