"""Runs merged a few slices at a time: nobody sees it, and whatever stops it half-way."""

import numpy as np
import pytest
from test_index import random_sets, sketches_of
from test_index_probing import versions_of

from dedup.store import open_store, runs, upkeep


@pytest.fixture(autouse=True)
def small_runs(monkeypatch):
    monkeypatch.setattr(runs, "SMALL", 16)
    monkeypatch.setattr(runs, "FAN", 3)
    monkeypatch.setattr(runs, "_PER_SLICE", 16)
    monkeypatch.setattr(runs, "_AT_ONCE", 2)


VERSIONS = versions_of(sketches_of(random_sets(3, 200), 3), 1)


def insert(store, lo, hi):
    """Puts in the versions numbered from lo + 1 to hi."""
    with store.writing(1) as ledger:
        ledger.insert([], VERSIONS[lo:hi])
        ledger.connection.execute("UPDATE state SET last = ?1, given = ?1", (hi,))
        ledger.refresh()
        assert len(ledger.view.tail) >= hi - lo


def fill(store, hi, lo=0):
    for start in range(lo, hi, 16):
        insert(store, start, min(start + 16, hi))
        store.tidy(1)


def check(store, hi, gone=()):
    """Every key is held by whom it should be, and each text is known by its hash."""
    keys = np.unique(np.concatenate([version.fingerprints for version in VERSIONS]))
    with store.reading() as snapshot:
        _, holders = snapshot.holders(keys, 10**6, 1)
        numbers = holders.everyone.take(holders.place).number
        same = snapshot.same_text([version.hash for version in VERSIONS])
        assert snapshot.same_text([version.hash[:8] + bytes(8) for version in VERSIONS]) == {}
    found = sorted(zip(keys[holders.key].tolist(), numbers.tolist(), strict=True))
    there = [version for version in VERSIONS[:hi] if version.number not in gone]
    assert found == sorted((key, v.number) for v in there for key in v.fingerprints.tolist())
    assert same == {version.hash: version.number for version in there}


def count(store):
    """Runs, and numbers of runs that have slices."""
    with store.reading() as snapshot:
        sql = snapshot.connection.execute
        slices = sql("SELECT COUNT(DISTINCT place >> ?) FROM slices", (runs.SLICE_BITS,)).fetchone()[0]
        return sql("SELECT COUNT(*) FROM runs").fetchone()[0], slices


def begin(path):
    """A store that merges its first runs, and has begun only."""
    store = open_store(path, {})
    fill(store, 48)
    assert store._merging is not None
    assert count(store) == (3, 4)
    return store


def test_what_is_seen_meanwhile():
    store, merging = open_store(":memory:", {}), []
    for hi in range(10, 201, 10):
        insert(store, hi - 10, hi)
        store.tidy(1)
        check(store, hi)
        merging.append(store._merging is not None)
    assert any(merging)
    while store._merging is not None:
        store.tidy(1)
        check(store, 200)
    assert count(store) == (count(store)[0],) * 2
    assert count(store)[0] < 10
    store.close()


def test_runs_of_middling_length_become_long_ones(monkeypatch):
    monkeypatch.setattr(runs, "LARGE", 256)
    monkeypatch.setattr(upkeep, "_FULL", 0.5)
    store = open_store(":memory:", {})
    fill(store, 200)
    for _ in range(300):
        store.tidy(1)
    with store.reading() as snapshot:
        sizes = [len(one) for one in snapshot.view.loaded]
    assert max(sizes) >= 128
    check(store, 200)
    store.close()


def test_a_merge_that_nobody_finishes(tmp_path, monkeypatch):
    path = str(tmp_path / "tin.db")
    begin(path)._connections.close()  # as if killed
    store = open_store(path, {})
    check(store, 48)
    monkeypatch.setattr(upkeep, "_ABANDONED", 0)
    fill(store, 200, 48)
    store.close()
    store = open_store(path, {})
    check(store, 200)
    assert count(store) == (count(store)[0],) * 2
    store.close()


def test_closing_finishes_a_merge(tmp_path):
    path = str(tmp_path / "tin.db")
    begin(path).close()
    store = open_store(path, {})
    assert count(store) == (1, 1)
    check(store, 48)
    store.close()


def test_small_runs_do_not_pile_up_where_nobody_goes_on(tmp_path):
    path = str(tmp_path / "tin.db")
    for lo in range(0, 192, 16):
        store = open_store(path, {})
        fill(store, lo + 16, lo)
        store._connections.close()
    store = open_store(path, {})
    assert count(store)[0] <= 6
    check(store, 192)
    store.close()


def test_another_process_is_faster(tmp_path):
    path = str(tmp_path / "tin.db")
    store, other = begin(path), open_store(path, {})
    with other.writing(1) as ledger:
        ledger.tidy()
    assert count(other) == (1, 2)
    store.tidy(1)
    assert store._merging is None
    assert count(other) == (1, 1)
    for one in (store, other):
        check(one, 48)
        one.close()


def test_what_goes_meanwhile_stays_gone(tmp_path):
    store = begin(str(tmp_path / "tin.db"))
    with store.writing(1) as ledger:
        ledger.connection.executemany("DELETE FROM versions WHERE number = ?", [(3,), (40,)])
        ledger.connection.executemany("INSERT INTO dead VALUES (?)", [(3,), (40,)])
        ledger.connection.execute("UPDATE state SET dead = dead + 1")
    check(store, 48, {3, 40})
    while store._merging is not None:
        store.tidy(1)
        check(store, 48, {3, 40})
    assert count(store) == (1, 1)
    store.close()


def test_what_was_made_and_undone_is_made_again(tmp_path, monkeypatch):
    store = begin(str(tmp_path / "tin.db"))

    def fail(*_):
        raise OSError("full")

    with monkeypatch.context() as broken:
        broken.setattr(upkeep, "_write_slices", fail)
        with pytest.raises(OSError, match="full"):
            store.tidy(1)
    assert store._merging is None
    check(store, 48)
    for _ in range(300):
        store.tidy(1)
    assert count(store)[0] == 1
    check(store, 48)
    store.close()


def test_a_run_all_of_which_was_removed():
    store = open_store(":memory:", {})
    fill(store, 40)
    with store.writing(1) as ledger:
        ledger.connection.executemany("INSERT INTO dead VALUES (?)", [(number,) for number in range(1, 17)])
        ledger.connection.execute("DELETE FROM versions WHERE number BETWEEN 1 AND 16")
        ledger.connection.execute("UPDATE state SET dead = dead + 1")
    check(store, 40, gone=range(1, 17))
    for _ in range(200):
        store.tidy(1)
    assert count(store) == (1, 1)
    check(store, 40, gone=range(1, 17))
    with store.reading() as snapshot:
        assert [len(one) for one in snapshot.view.loaded] == [16]
    store.close()


def test_small_runs_that_are_too_many_versions_for_one(monkeypatch):
    monkeypatch.setattr(runs, "LARGE", 32)
    store = open_store(":memory:", {})
    fill(store, 200)
    for _ in range(100):
        store.tidy(1)
    check(store, 200)
    store.close()
