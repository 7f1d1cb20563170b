"""An index survives what happens to files and processes: kills, full disks, damage, other writers, forks, threads."""

import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime

import make
import pytest
from test_robust import _drop_capabilities

from dedup import (
    Article,
    BusyError,
    DamagedError,
    DedupError,
    Furniture,
    Index,
    MismatchError,
    Params,
    StoreError,
    letters,
)
from dedup.store import open_store, rows, runs, upkeep


@pytest.fixture
def small_runs(monkeypatch):
    """Posting lists are flushed and merged all the time."""
    monkeypatch.setattr(runs, "SMALL", 8)
    monkeypatch.setattr(runs, "FAN", 3)


def articles(seed, families=8):
    return [Article(id, text) for id, text in sorted(make.corpus(seed, families).items())]


def answers(index, asked):
    """What an index says of some articles, in a form that can be compared."""
    return [[(m.b, m.shared, m.relation) for m in index.query(article.text)] for article in asked]


# ---------------------------------------------------------------------------------------------------------------- kills

NURSERY = """
import json, os, random, signal, sys, time
sys.path.insert(0, sys.argv[2])
from test_index_durability import articles
from dedup import Index
from dedup.store import open_store, rows, runs, upkeep
runs.SMALL, runs.FAN = 8, 3
path, given, rng = sys.argv[1], articles(1, 30), random.Random(1)
Index().add(given[:3])  # compiled and loaded before the first fork
done, longest = 0, 0.03
for trial in range(100):
    if done >= len(given):
        with Index(path) as index:
            index.remove(*(article.id for article in given[::2]))
        for suffix in ("", "-wal", "-shm"):
            if trial % 2 and os.path.exists(path + suffix):
                os.remove(path + suffix)
        if not os.path.exists(path):
            done = 0
        else:
            given, done = given[1::2], len(given[1::2])
            given += articles(trial, 10)
            given = list({a.id: a for a in reversed(given)}.values())[::-1]
    sizes = [rng.randint(1, 6) for _ in range(200)]
    wait = rng.random() * longest
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        at = done
        with Index(path) as index:
            for size in sizes:
                if at >= len(given):
                    break
                index.add(given[at : at + size])
                at = min(at + size, len(given))
                os.write(into, b"%d " % at)
        os._exit(0)
    os.close(into)
    time.sleep(wait)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(out, "rb") as pipe:
        said = [int(word) for word in pipe.read().split()]
    acknowledged = said[-1] if said else done
    edges = [done]
    for size in sizes:
        edges.append(min(edges[-1] + size, len(given)))
    with Index(path) as index:
        held = [article.id for article in index.articles()]
        assert len(held) == len(index) == len(set(held)), "an article twice"
        count = sum(article.id in index for article in given)
        assert count >= acknowledged, f"{acknowledged - count} acknowledged articles lost"
        assert count in edges, "half a batch"
        assert all(index.get(a.id).text == a.text for a in given[:count]), "another text"
        if trial % 10 == 9:
            fresh = Index()
            fresh.add(list(index.articles()))
            for article in given[:count:5]:
                want = [(m.b, m.shared) for m in fresh.query(article)]
                assert want == [(m.b, m.shared) for m in index.query(article)], "other matches"
    done = count
print(json.dumps({"kills": trial + 1}))
"""


def test_killed_a_hundred_times(tmp_path, request):
    folder = str(request.path.parent)
    done = subprocess.run([sys.executable, "-c", NURSERY, str(tmp_path / "tin.db"), folder], capture_output=True,
                          text=True, timeout=200, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"kills": 100}


# ------------------------------------------------------------------------------------------------------ disks and files


def add_singly(index, given, done):
    """Adds articles one by one and notes those that are acknowledged."""
    for article in given:
        index.add(article)
        done.append(article.id)


@pytest.mark.parametrize("room", [60_000, 300_000])
def test_a_full_disk(tmp_path, room, small_runs):
    """What was acknowledged stays; what does not fit says so, and works once there is room."""
    given = articles(2, 40)
    done = []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Index(tmp_path / "tin.db") as index:
        index.add(given[:5])
        size = os.path.getsize(tmp_path / "tin.db-wal")
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
        try:
            with pytest.raises(StoreError, match=r"tin\.db: (the disk is full|cannot be used)"):
                add_singly(index, given[5:], done)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert len(index) == 5 + len(done) < len(given)
        assert all(article.id in index for article in given[: 5 + len(done)])
        index.add(given)
    with Index(tmp_path / "tin.db") as index:
        assert [article.text for article in index.articles()] == [article.text for article in given]
        fresh = Index()
        fresh.add(given)
        assert answers(index, given[::9]) == answers(fresh, given[::9])


READ_ONLY = """
import sys
from dedup import Article, Index, StoreError
index = Index(sys.argv[1])
print([m.b for m in index.query(index.get(sys.argv[2]).text)])
try:
    index.add(Article("mới", "Giá lúa tăng."))
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs prctl and modes")
def test_a_read_only_file_can_be_asked(tmp_path):
    path = tmp_path / "tin.db"
    given = articles(3)
    with Index(path) as index:
        index.add(given)
        found = [m.b for m in index.query(given[0].text)]
    path.chmod(0o444)
    done = subprocess.run([sys.executable, "-c", READ_ONLY, str(path), given[0].id], capture_output=True, text=True,
                          preexec_fn=_drop_capabilities if os.geteuid() == 0 else None, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, refused = done.stdout.splitlines()
    assert said == repr(found)
    assert "is read-only" in refused


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match=r"không/có/tin\.db: cannot be opened"):
        Index(tmp_path / "không" / "có" / "tin.db")


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0" + b"\0" * 84, b"a,b\n1,2\n" * 999])
def test_a_file_that_is_no_index(tmp_path, content):
    path = tmp_path / "tin.db"
    path.write_bytes(content)
    if not content:
        with Index(path) as index:  # an empty file becomes one
            assert len(index) == 0
        return
    with pytest.raises(DamagedError, match=r"tin\.db: is damaged or no index"):
        Index(path)
    assert path.read_bytes() == content


def test_another_database(tmp_path):
    path = tmp_path / "khác.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE articles(id, text)")
    with pytest.raises(DamagedError, match="is a database, but no index of dedup"):
        Index(path)


# --------------------------------------------------------------------------------------------------------------- damage


def database(tmp_path, given):
    path = tmp_path / "tin.db"
    with Index(path) as index:
        index.add(given)
        expected = answers(index, given)
    return path, expected


@pytest.mark.parametrize("damage", [
    "UPDATE slices SET postings = zeroblob(length(postings))",
    "UPDATE slices SET postings = substr(postings, 1, 20)",
    "DELETE FROM slices WHERE place % 2 = 0",
    "UPDATE slices SET postings = COALESCE((SELECT postings FROM slices s WHERE s.place > slices.place), zeroblob(9))",
    "UPDATE runs SET directory = zeroblob(length(directory))",
    "UPDATE runs SET filter = zeroblob(length(filter))",
    "UPDATE runs SET bits = 0, words = words * 2",
])  # fmt: skip
def test_a_damaged_run_is_made_anew(tmp_path, small_runs, damage, caplog):
    given = articles(4)
    path, expected = database(tmp_path, given)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("SELECT COUNT(*) FROM runs").fetchone()[0] >= 1
        db.execute(damage)
    with Index(path) as index:
        assert answers(index, given) == expected
        assert "is damaged: made anew" in caplog.text
        caplog.clear()
    with Index(path) as index:
        assert answers(index, given) == expected
        assert caplog.text == ""


@pytest.mark.parametrize("damage", [
    "UPDATE versions SET fingerprints = zeroblob(length(fingerprints))",
    "UPDATE versions SET selected = selected + 1",
    "UPDATE articles SET packed = zeroblob(length(packed))",
    "UPDATE articles SET day = day + 1",
    "UPDATE articles SET digest = zeroblob(16)",
])  # fmt: skip
def test_a_damaged_article_is_an_error_and_no_match(tmp_path, small_runs, damage):
    given = articles(5)
    path, expected = database(tmp_path, given)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(damage)
    asked = [article for article, found in zip(given, expected, strict=True) if len(found) > 1]
    with Index(path) as index:
        for article in asked[:5]:
            with pytest.raises(DamagedError, match=r"(is|are) damaged|is listed, but not there"):
                index.query(article.text)


def test_a_version_that_is_gone_is_an_error(tmp_path, small_runs):
    """Its articles are still there, and its fingerprints listed: they tell what matches, but not the story."""
    given = articles(5)
    path, expected = database(tmp_path, given)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DELETE FROM versions")
    asked = [article for article, found in zip(given, expected, strict=True) if len(found) > 1]
    with Index(path) as index:
        for article in asked[:5]:
            with pytest.raises(DamagedError, match="is listed, but not there"):
                index.add(Article("new", f"{article.text} Công an phân luồng từ xa."))
        assert "new" not in index


def test_a_file_with_wrong_bytes_gives_an_error_or_the_right_answer(tmp_path, small_runs):
    given = articles(6, 4)
    path, expected = database(tmp_path, given)
    whole = path.read_bytes()
    rng = random.Random(6)
    outcomes = {"same": 0, "error": 0}
    for _ in range(60):
        content = bytearray(whole)
        at = rng.randrange(100, len(content))
        for place in range(at, min(at + rng.choice((1, 16, 500)), len(content))):
            content[place] = rng.randrange(256)
        for suffix in ("-wal", "-shm"):
            (tmp_path / f"tin.db{suffix}").unlink(missing_ok=True)
        path.write_bytes(content)
        try:
            with Index(path) as index:
                assert answers(index, given) == expected
            outcomes["same"] += 1
        except DedupError:
            outcomes["error"] += 1
    assert min(outcomes.values()) >= 5


# -------------------------------------------------------------------------------------------------- sketched otherwise


@pytest.mark.parametrize("other", [{"k": 4}, {"min_passage": 30}, {"accents": "ignore"}, {"aliases": False}], ids=str)
def test_other_sketches_are_refused_and_can_be_made_anew(tmp_path, other):
    given = articles(7)
    path, _ = database(tmp_path, given)
    with pytest.raises(MismatchError, match=r"was sketched with params .*`dedup index rebuild .*tin\.db`"):
        Index(path, Params(**other))
    with Index(path, Params(containment=0.5, max_bucket=99, num_perm=64)) as index:
        with pytest.raises(MismatchError, match="was sketched with params"):
            index.query("Mưa.", Params(**other))
        assert len(index) == len(given)
    assert Index.rebuild(path, Params(**other)) == len(given)
    fresh = Index(params=Params(**other))
    fresh.add(given)
    with Index(path, Params(**other)) as index:
        assert answers(index, given) == answers(fresh, given)
        assert [article.id for article in index.articles()] == [article.id for article in given]
        (added,) = index.add(Article("mới", given[0].text + " Thêm một câu."))
        assert added.matches


def test_another_tokenizer_is_refused(tmp_path, monkeypatch):
    path, expected = database(tmp_path, articles(8))
    monkeypatch.setattr("dedup.api.index.settings.SCHEME", letters.SCHEME + 1)
    with pytest.raises(MismatchError, match=r"was sketched with tokenizer .*dedup index rebuild"):
        Index(path)
    assert Index.rebuild(path) == len(expected)
    with Index(path) as index:
        assert answers(index, articles(8)) == expected


def test_a_rebuild_with_many_runs(tmp_path, small_runs):
    given = articles(9, 30)
    path, expected = database(tmp_path, given)
    assert Index.rebuild(path) == len(given)
    with Index(path) as index:
        assert index.stats()["runs"] > 0
        assert answers(index, given) == expected


def test_who_has_it_open_when_it_is_sketched_anew_has_to_open_it_again(tmp_path):
    given = articles(10)
    path, _ = database(tmp_path, given)
    again = "was sketched anew meanwhile, by `dedup index rebuild`: open it again"
    with Index(path) as index:
        assert Index.rebuild(path, Params(k=4)) == len(given)
        with pytest.raises(MismatchError, match=again):
            index.add(Article("mới", "Giá lúa tăng."))
        with pytest.raises(MismatchError, match=again):
            index.query(given[0])
        with pytest.raises(MismatchError, match=again):
            index.remove(given[0].id)
    with Index(path) as index:
        assert index.params.k == 4
        assert len(index.add(given)) == len(index) == len(given)


@pytest.fixture(params=["file", "server"])
def place(request, tmp_path):
    """Where an index is that keeps what it has."""
    return str(tmp_path / "tin.db") if request.param == "file" else request.getfixturevalue("postgres_url")


def test_what_is_not_sketched_anew_yet_is_not_seen(place):
    """The second article is a copy of the first with a smaller id; it comes back after it."""
    given = [Article("b", "Mưa lớn ở Hà Lâm."), Article("a", "MƯA LỚN ở Hà Lâm.")]
    with Index(place) as index:
        index.add(given)
    store = open_store(place, {})
    with closing(store), store.writing(10) as ledger:
        (version,) = ledger.versions([1]).values()
        first = ledger.articles([1])[1]
        assert (ledger.delegates([1]), len(ledger.copies(1))) == ({1: 2}, 2)
        ledger.reset(store.settings)
        assert (ledger.delegates([1]), ledger.copies(1)) == ({}, [])
        ledger.resume([first], [version])
        assert ledger.delegates([1]) == {1: 1}
        assert [copy.id for copy in ledger.copies(1)] == ["b"]


def test_a_rebuild_keeps_the_days_of_arrival(place, monkeypatch):
    class Past(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2024, 5, 3, tzinfo=tz)

    monkeypatch.setattr("dedup.api.index.intake.datetime", Past)
    with Index(place) as index:
        index.add(Article("a", "Mưa."))
    monkeypatch.undo()
    assert Index.rebuild(place, Params(k=4)) == 1
    with Index(place) as index:
        assert index.expire(date(2024, 5, 4)) == 1


def test_furniture_is_fixed_in_the_file(tmp_path):
    pages = [f"Đọc thêm tin mới mỗi sáng cùng chúng tôi\n{make.article(random.Random(n), 90)}" for n in range(30)]
    given = [Article(f"{n:02}", text, source="halam.example") for n, text in enumerate(pages)]
    furniture = Furniture.learn(given)
    assert len(furniture) == 1
    path = tmp_path / "tin.db"
    with Index(path, furniture=furniture) as index:
        index.add(given[:20])
        expected = answers(index, given)
    with Index(path) as index:
        assert index.furniture == furniture
        assert answers(index, given) == expected
    with pytest.raises(MismatchError, match="with other furniture"):
        Index(path, furniture=Furniture())


# -------------------------------------------------------------------------------------------- what was undone, put off


def test_what_was_undone_is_not_remembered(tmp_path, monkeypatch):
    """A revision takes the former text out and then fails; somebody else takes out another one."""
    given = [Article(str(n), make.article(random.Random(n), 80)) for n in range(3)]
    path, _ = database(tmp_path, given)

    def fail(*_):
        raise OSError("no more")

    with Index(path) as index, Index(path) as other:
        with monkeypatch.context() as broken:
            broken.setattr(rows.SqliteLedger, "insert", fail)
            with pytest.raises(OSError, match="no more"):
                index.add(Article("0", "Giá lúa ở Hà Lâm tăng nhẹ."))
        other.remove("2")
        asked = [replace(article, text=article.text + " Thêm một câu.") for article in given]
        assert [[b for b, *_ in found] for found in answers(index, asked)] == [["0"], ["1"], []]


def test_posting_lists_that_cannot_be_put_in_order_wait(tmp_path, small_runs, monkeypatch, caplog):
    given = articles(12)
    fresh = Index()
    expected = fresh.add(given)

    def fail(*_):
        raise sqlite3.OperationalError("no more")

    with Index(tmp_path / "tin.db") as index:
        with monkeypatch.context() as broken:
            broken.setattr(upkeep, "_write", fail)
            assert index.add(given) == expected
            assert index.stats()["runs"] == 0
        assert "posting lists could not be put in order: " in caplog.text
        index.add(Article("mới", "Giá lúa tăng."))
        assert index.stats()["runs"] > 0
        assert answers(index, given) == answers(fresh, given)


# ------------------------------------------------------------------------------------------------ threads and processes


def test_a_second_writer_waits_and_is_told_how_long(tmp_path):
    path = tmp_path / "tin.db"
    given = articles(10)
    with Index(path, Params(wait=0.2)) as index, closing(sqlite3.connect(path, isolation_level=None)) as other:
        index.add(given[:3])
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match=r"tin\.db: another writer is at work: waited 0\.[2-9] s"):
            index.add(given[3])
        assert len(index.query(given[0].text)) >= 1  # readers do not wait
        other.execute("ROLLBACK")
        index.add(given[3])
        assert len(index) == 4


def test_many_threads_read_and_write(tmp_path, small_runs):
    given = articles(11, 12)
    with Index(tmp_path / "tin.db") as index:
        with ThreadPoolExecutor(6) as pool:
            added = list(pool.map(lambda article: index.add(article)[0], given))
            found = list(pool.map(lambda article: {m.b for m in index.query(article)}, given * 2))
        fresh = Index()
        fresh.add(given)
        assert found == [{m.b for m in fresh.query(article)} for article in given * 2]
        pairs = [(m.a, m.b) for one in added for m in one.matches]
        assert len(pairs) == len(set(pairs))
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(index.add, articles(12, 8)), pool.submit(index.remove, *(a.id for a in given[::3]))]
            jobs += [pool.submit(answers, index, given[:10]) for _ in range(6)]
            assert all(job.result() is not None for job in jobs)


WORKER = """
import sys
sys.path.insert(0, sys.argv[2])
from test_index_durability import articles
from dedup import Index
half = articles(13, 6)[int(sys.argv[3]) :: 2]
with Index(sys.argv[1]) as index:
    print("ready", flush=True)
    sys.stdin.readline()
    for article in half:
        for match in index.add(article)[0].matches:
            print(match.a, match.b, match.shared)
"""


def test_two_processes_add_and_each_pair_is_reported_once(tmp_path, request):
    path, folder = tmp_path / "tin.db", str(request.path.parent)
    Index(path).close()
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(path), folder, str(n)], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True) for n in (0, 1)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    outputs = []
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    for worker in workers:
        outputs += worker.communicate(timeout=60)[0].splitlines()
        assert worker.returncode == 0
    with Index(path) as index:
        together = Index()
        order = list(index.articles())
        wanted = [(m.a, m.b, m.shared) for one in together.add(order) for m in one.matches]
        assert sorted(outputs) == sorted(" ".join(map(str, pair)) for pair in wanted)
        assert sorted(a.id for a in order) == [a.id for a in articles(13, 6)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_an_open_index_goes_on_in_a_forked_process(tmp_path):
    given = articles(14, 20)
    with Index(tmp_path / "tin.db") as index:
        index.add(given[:10])
        index.query(given[0])
        child = os.fork()
        if not child:
            try:
                index.add(given[10:20])
                os._exit(0 if index.query(given[0].text) else 3)
            finally:
                os._exit(4)
        index.add(given[20:30])
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert {article.id for article in index.articles()} == {article.id for article in given[:30]}
        with Index(tmp_path / "tin.db") as other:
            assert len(other) == 30


# --------------------------------------------------------------------------------------------------------------- erased


def test_what_is_removed_is_erased_from_the_disk(tmp_path, small_runs):
    path = tmp_path / "tin.db"
    given = articles(15)
    secret = Article("mã-số-bí-mật-7731", make.article(random.Random(1), 300), title="Tít không ai được đọc lại")
    with Index(path) as index:
        index.add(given)
        index.add(secret)
        index.add(Article(secret.id, secret.text + " Đã sửa.", title=secret.title))
        with closing(sqlite3.connect(path)) as db:
            traces = [bytes(row[0]) for row in db.execute(
                "SELECT packed FROM articles WHERE id = ?1 UNION SELECT packed FROM former WHERE id = ?1",
                (secret.id.encode(),))]  # fmt: skip
        assert len(traces) == 2
        assert index.remove(secret.id) == 1
        held = b"".join(p.read_bytes() for p in tmp_path.iterdir())
        assert secret.id.encode() not in held
        assert all(trace[20:60] not in held for trace in traces)
        assert index.former(secret.id) == []
        assert len(index) == len(given)


def test_space_is_used_again(tmp_path):
    rng = random.Random(16)
    with Index(tmp_path / "tin.db") as index:
        sizes = []
        for day in range(6):
            index.add([Article(f"{day}-{n}", make.article(rng, 100)) for n in range(200)])
            index.remove(*(f"{day}-{n}" for n in range(200)))
            sizes.append(os.path.getsize(tmp_path / "tin.db"))
        assert sizes[-1] < 1.5 * sizes[0]
        assert len(index) == 0


def test_a_copy_of_the_file_is_an_index(tmp_path):
    path, expected = database(tmp_path, articles(17))
    shutil.copy(path, tmp_path / "bản-sao.db")
    with Index(tmp_path / "bản-sao.db") as index:
        assert answers(index, articles(17)) == expected
