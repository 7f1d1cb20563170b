"""An index in PostgreSQL: linearizable, without session state, one schema each, clear errors; see also the protocol."""

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta
from random import Random

import make
import numpy as np
import pytest

from dedup import (
    Article,
    ArticleError,
    BusyError,
    DamagedError,
    Index,
    MismatchError,
    MissingExtraError,
    Params,
    StoreError,
    scan,
)

connections = pytest.importorskip("dedup.store.postgres.connections", reason="psycopg is not installed")

from dedup.store import Lists, Version, open_store  # noqa: E402
from dedup.store.postgres.address import read_address  # noqa: E402
from dedup.store.postgres.arrays import from_sortable, sortable  # noqa: E402

SMALL = Params(min_shared=5)


def articles(seed, families=8):
    return [Article(id, text) for id, text in sorted(make.corpus(seed, families).items())]


def pairs(added):
    return [(m.a, m.b, m.shared) for one in added for m in one.matches]


# -------------------------------------------------------------------------------------------------------- linearizable


def relatives(trial):
    """Four short versions of one text: those that the first worker adds, and those of the second."""
    rng = Random(trial)
    text = make.words(rng, 40)
    given = []
    for n in range(4):
        own = list(text)
        own[3 * n : 3 * n + 2] = make.words(rng, 2)
        given.append(Article(f"{trial:04}-{n}", " ".join(own)))
    return given[::2], given[1::2]


def meet(barrier):
    work.barrier = barrier


def work(url, half, trials):
    found = []
    with Index(url, SMALL) as index:
        for trial in range(trials):
            mine = relatives(trial)[half]
            work.barrier.wait(60)
            found += pairs(index.add(mine))
    return found


def test_two_workers_add_the_halves_of_a_matching_set_at_once(postgres_url):
    trials = 1000
    Index(postgres_url, SMALL).close()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context, meet, (context.Barrier(2),)) as pool:
        jobs = [pool.submit(work, postgres_url, half, trials) for half in (0, 1)]
        found = [pair for job in jobs for pair in job.result()]
    wanted = scan([a for trial in range(trials) for half in relatives(trial) for a in half], SMALL).matches
    assert len(wanted) >= 6 * trials
    assert sorted(found) == [(m.a, m.b, m.shared) for m in wanted]


def test_a_second_writer_waits_and_is_told_how_long(postgres_url):
    given = articles(1)
    with Index(postgres_url, Params(wait=0.2)) as index:
        index.add(given[:3])
        with index._store.writing(0), pytest.raises(BusyError, match=r"another writer is at work: waited 0\.[2-9] s"):
            index.add(given[3])
        with index._store.writing(0):
            assert index.query(given[0].text)  # readers do not wait
        index.add(given[3])
        assert len(index) == 4


def test_many_threads_read_and_write(postgres_url):
    given = articles(2)
    fresh = Index()
    with Index(postgres_url) as index:
        with ThreadPoolExecutor(6) as pool:
            added = list(pool.map(lambda article: index.add(article)[0], given))
            found = list(pool.map(lambda article: [m.b for m in index.query(article)], given))
        again = fresh.add(list(index.articles()))
        assert sorted(pairs(added)) == sorted(pairs(again))
        assert found == [[m.b for m in fresh.query(article)] for article in given]


# ------------------------------------------------------------------------------------------------ what processes suffer


DOOMED = """
import sys, time
from dedup import Article, Index
from dedup.store.postgres.ledger import PostgresLedger
insert = PostgresLedger.insert
def hang(*given):
    insert(*given)
    print("inserted", flush=True)
    time.sleep(600)
PostgresLedger.insert = hang
Index(sys.argv[1]).add(Article("half", "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm."))
"""


def test_a_writer_killed_within_a_transaction_leaves_nothing(postgres_url):
    given = articles(3)
    with Index(postgres_url) as index:
        index.add(given[:5])
        child = subprocess.Popen([sys.executable, "-c", DOOMED, postgres_url], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == "inserted\n"
        with pytest.raises(BusyError, match="another writer"):
            index.add(given[5], Params(wait=0.1))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        index.add(given[5:])
        assert [article.id for article in index.articles()] == [article.id for article in given]


def test_an_open_index_outlives_a_crash_of_the_server(postgres, postgres_url):
    given = articles(4)
    with Index(postgres_url) as index:
        index.add(given[:5])
        postgres.stop()
        try:
            with pytest.raises(StoreError, match="the server cannot be reached: connection"):
                index.query(given[0])
        finally:
            postgres.start()
        assert [article.id for article in index.articles()] == [article.id for article in given[:5]]
        index.add(given[5:])
        assert index.stats()["articles"] == len(index) == len(given)


def test_a_transaction_that_the_server_ends_is_an_error(postgres, postgres_url):
    def read():
        with index._store.reading() as snapshot, postgres.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", snapshot.sql("SELECT pg_backend_pid()")[0])
            snapshot.find(["a"])

    with Index(postgres_url) as index:
        with pytest.raises(StoreError, match="the server cannot be used: terminating connection"):
            read()
        assert "a" not in index


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_an_open_index_goes_on_in_a_forked_process(postgres_url):
    given = articles(5)
    with Index(postgres_url) as index:
        index.add(given[:10])
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


# ------------------------------------------------------------------------------------------------ the same as elsewhere


def test_the_same_operations_have_the_same_answers_as_in_memory(postgres_url):
    """Arrivals, redeliveries, revisions, removals and expiry, over and over; in the end sketched anew."""
    rng = Random(6)
    texts = list(make.corpus(6, 10).values())
    ids = [f"{n:02}" for n in range(len(texts))] + ["a\0b", "ỗ", "\uffff", "𝒳"]
    with Index(postgres_url) as index, Index() as expected:
        for step in range(60):
            today = date(2024, 3, 1) + timedelta(step)
            given = [Article(rng.choice(ids), rng.choice(texts), published=today) for _ in range(rng.randint(1, 5))]
            gone = rng.sample(ids, 2) if step % 7 == 6 else []
            for one in (index, expected):
                one.last = one.add(given), one.remove(*gone), one.expire(today - timedelta(20)), len(one)
            assert index.last == expected.last
        assert list(index.articles()) == list(expected.articles())
        for id in ids:
            assert (id in index) == (id in expected)
            assert index.former(id) == expected.former(id)
            if id in index:
                assert index.story(id) == expected.story(id)
        asked = ("articles", "versions", "stories")
        assert [index.stats()[name] for name in asked] == [expected.stats()[name] for name in asked]
        kept = list(index.articles())
    params = Params(k=4)
    assert Index.rebuild(postgres_url, params) == len(kept)
    with Index(postgres_url) as index, Index(params=params) as expected:
        expected.add(kept)
        assert index.params.k == 4
        assert [index.story(a.id) for a in kept] == [expected.story(a.id) for a in kept]
        assert [index.query(text) for text in texts] == [expected.query(text) for text in texts]


def test_holders_against_plain_counting(postgres_url):
    rng = np.random.default_rng(7)
    pool = np.unique(rng.integers(0, 2**64, 40, np.uint64, endpoint=False))
    versions = [
        Version(n, rng.bytes(16), n, np.sort(rng.choice(pool, size, replace=False)), n)
        for n, size in enumerate(rng.integers(0, 20, 60).tolist(), 1)
    ]
    keys = rng.permutation(np.append(pool, np.uint64(5)))
    store = open_store(postgres_url, {})
    with store.writing(1) as ledger:
        ledger.insert([], versions)
    for most, hubs in ((1, 1), (10, 3), (17, 17), (1 << 62, 3)):
        with store.reading() as snapshot:
            counts, holders = snapshot.holders(keys, most, hubs)
        columns = (holders.key, *holders.everyone.take(holders.place))
        found = sorted(zip(*(column.tolist() for column in columns), strict=True))
        wanted, sizes = [], []
        for place, key in enumerate(keys):
            orders = {v.number: int.from_bytes(v.hash[:8], "little") for v in versions if key in v.fingerprints}
            chosen = sorted(orders, key=orders.get)[: hubs if len(orders) > most else None]
            wanted += [(place, n, len(versions[n - 1].fingerprints), n, orders[n]) for n in chosen]
            sizes.append(min(len(orders), most + 1))
        assert found == sorted(wanted)
        assert counts.tolist() == sizes
    with store.reading() as snapshot:
        _, everyone = snapshot.holders(keys, 1 << 62, 3)
        who = everyone.take(rng.integers(0, len(everyone.key), 500))
        lists = Lists(keys, rng.permutation(len(keys)), np.array([0, 1, 6, len(keys)]))
        who, least = who._replace(key=rng.integers(0, 3, 500)), rng.integers(1, 4, 500)
        held = snapshot.hold_enough(who, lists, least).tolist()
    for n, number in enumerate(who.everyone.take(who.place).number.tolist()):
        assert held[n] == (np.isin(lists.of(who.key[n]), versions[number - 1].fingerprints).sum() >= least[n])
    assert any(held)
    assert not all(held)
    store.close()


def test_numbers_keep_their_order_as_signed_ones():
    values = np.array([0, 1, 2**63 - 1, 2**63, 2**64 - 1], np.uint64)
    assert sortable(values).tolist() == sorted(sortable(values).tolist())
    assert (from_sortable(sortable(values)) == values).all()


# ------------------------------------------------------------------------------------------------------ session state


def test_a_new_connection_for_every_transaction_will_do(postgres_url, monkeypatch):
    """As behind pgbouncer, which may send each transaction to another server process."""
    given = articles(8)
    expected = Index()
    with Index(postgres_url) as index:
        monkeypatch.setattr(connections.Connections, "_give_back", lambda _, connection: connection.close())
        assert pairs(index.add(given)) == pairs(expected.add(given))
        assert [m.b for m in index.query(given[0])] == [m.b for m in expected.query(given[0])]
        assert index.remove(given[0].id) == 1


def test_nothing_outlives_a_transaction(postgres_url):
    given = articles(9)
    with Index(postgres_url) as index:
        for article in given[:12]:
            index.add(article)
            index.query(article)
        (connection,) = index._store._connections._idle
        for what in (
            "pg_prepared_statements", "pg_cursors", "pg_settings WHERE source = 'session'",
            "pg_locks WHERE locktype = 'advisory'", "pg_class WHERE relpersistence = 't'",
        ):  # fmt: skip
            assert connection.execute(f"SELECT count(*) FROM {what}").fetchone() == (0,), what


# -------------------------------------------------------------------------------------------------------------- schemas


def test_an_index_has_a_schema_of_its_own(postgres, postgres_url):
    given = articles(10)
    other_url = postgres_url + "_b"
    try:
        with Index(postgres_url) as index, Index(other_url, Params(k=3, wait=0.2)) as other:
            first = pairs(index.add(given))
            with index._store.writing(0):
                other.add(given[:10])
            assert (len(index), len(other)) == (len(given), 10)
            index.remove(*(article.id for article in given))
            assert (len(index), len(other)) == (0, 10)
            assert pairs(index.add(given)) == first
    finally:
        with postgres.connect() as connection:
            connection.execute(f"DROP SCHEMA {postgres_url.rpartition('=')[2]}_b CASCADE")


def test_the_schema_is_dedup_unless_the_url_says_otherwise():
    address = read_address("postgresql://lan@may-chu/tin?connect_timeout=3")
    assert address == (address.target, address.target, "dedup", 3)
    address = read_address("postgres://may-chu/tin?sslmode=disable&schema=tin_24h&target_session_attrs=any")
    assert address.schema == "tin_24h"
    assert address.target == "postgres://may-chu/tin?sslmode=disable&target_session_attrs=any"


@pytest.mark.parametrize("schema", ["", "a-b", "1a", "a" * 64, 'a"b', "a;b"])
def test_a_schema_that_is_no_plain_name(schema):
    with pytest.raises(StoreError, match=r"schema=.*: need 1 to 63 letters, digits and _"):
        Index(f"postgresql://may-chu/tin?schema={schema}")


def test_a_schema_that_holds_something_else(postgres, postgres_url):
    schema = postgres_url.rpartition("=")[2]
    with postgres.connect() as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"CREATE TABLE {schema}.articles(id int)")
    with pytest.raises(StoreError, match=rf"the schema {schema} holds something else: \?schema= names another one"):
        Index(postgres_url)


def test_two_make_the_same_index_at_once(postgres_url):
    with ThreadPoolExecutor(4) as pool:
        indexes = list(pool.map(lambda _: Index(postgres_url), range(4)))
    indexes[0].add(articles(11)[:3])
    assert [len(index) for index in indexes] == [3] * 4
    for index in indexes:
        index.close()


# --------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://lan:bi-mat@127.0.0.1:1/tin", "postgresql://lan@127.0.0.1:1/tin: the server cannot be reached"),
        ("postgresql://lan:bi-mat@127.0.0.1:x/tin", "is no URL that PostgreSQL takes"),
        ("postgresql://lan:bi-mat/2@127.0.0.1/tin", "is no URL that PostgreSQL takes"),
        ("postgresql://lan:bi-mat%2@127.0.0.1/tin", "is no URL that PostgreSQL takes"),
        ("postgresql://lan:bi-mat?@127.0.0.1:1/tin", "cannot be reached"),
        ("postgresql://lan:bi-mat?@127.0.0.1:1/tin?schema=a", "cannot be reached"),
        ("postgresql://lan:bi-mat@127.0.0.1:1/tin?no_such=1", "is no URL that PostgreSQL takes"),
        ("postgresql://lan@127.0.0.1:1/tin?password=bi-mat", "cannot be reached"),
        ("postgresql://lan@127.0.0.1:1/tin?sslpassword=bi-mat&schema=a-b", "need 1 to 63"),
    ],
)  # fmt: skip
def test_no_message_has_a_password(url, shown):
    with pytest.raises(StoreError, match=shown) as caught:
        Index(url)
    assert str(caught.value).startswith("postgresql://lan")
    assert "bi-mat" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_user_who_may_only_read(postgres, postgres_url):
    given = articles(12)
    schema = postgres_url.rpartition("=")[2]
    with Index(postgres_url) as index, postgres.connect() as connection:
        index.add(given)
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'bi-mat'")
        try:
            with pytest.raises(StoreError, match="password authentication failed") as caught:
                Index(postgres.url(schema, "guarded:sai"))
            assert "sai" not in str(caught.value)
            with pytest.raises(StoreError, match="this user may not: permission denied"):
                Index(postgres.url(schema, "guarded:bi-mat"))
            connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO guarded")
            connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO guarded")
            with Index(postgres.url(schema, "guarded:bi-mat")) as other:
                assert "bi-mat" not in repr(other)
                assert other.path == postgres.url(schema, "guarded")
                assert other.query(given[0]) == index.query(given[0])
                with pytest.raises(StoreError, match="this user may not: permission denied") as caught:
                    other.add(Article("new", given[0].text))
                with pytest.raises(MismatchError, match="dedup index rebuild") as caught:
                    Index(postgres.url(schema, "guarded:bi-mat"), Params(k=3))
                assert "bi-mat" not in str(caught.value)
        finally:
            connection.execute("DROP OWNED BY guarded")
            connection.execute("DROP ROLE guarded")


def test_without_psycopg(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"PostgreSQL needs an extra package: .* 'dedup-vi\[postgres\]'"):
        Index("postgresql://may-chu/tin")


def test_a_server_that_is_too_old(postgres_url, monkeypatch):
    monkeypatch.setattr(connections, "_OLDEST", 990000)
    with pytest.raises(StoreError, match=r"is PostgreSQL \d+: need 99 or later"):
        Index(postgres_url)


def test_a_layout_of_another_dedup(postgres, postgres_url):
    Index(postgres_url).close()
    with postgres.connect() as connection:
        connection.execute(f"UPDATE {postgres_url.rpartition('=')[2]}.state SET layout = 7")
    with pytest.raises(StoreError, match="has layout 7: this dedup reads layout 1"):
        Index(postgres_url)


def test_other_sketches_are_refused_also_by_those_who_have_it_open(postgres_url):
    given = articles(13)
    with Index(postgres_url) as index:
        index.add(given)
        with pytest.raises(MismatchError, match=r"was sketched with params .*`dedup index rebuild postgresql://"):
            Index(postgres_url, Params(k=3))
        assert Index.rebuild(postgres_url, Params(k=3)) == len(given)
        with pytest.raises(MismatchError, match="was sketched anew meanwhile, by `dedup index rebuild`: open it again"):
            index.query(given[0])
        with pytest.raises(MismatchError, match="was sketched anew meanwhile"):
            index.add(given[0])


def test_an_index_that_is_dropped_under_our_feet(postgres, postgres_url):
    with Index(postgres_url) as index:
        with postgres.connect() as connection:
            connection.execute(f"DROP SCHEMA {postgres_url.rpartition('=')[2]} CASCADE")
        with pytest.raises(StoreError, match="is no index, or not any more"):
            len(index)


def test_a_closed_index(postgres_url):
    index = Index(postgres_url)
    index.close()
    with pytest.raises(StoreError, match="is closed"):
        len(index)


def test_an_id_that_is_too_long_for_the_server(postgres_url):
    with Index(postgres_url) as index:
        index.add(Article("ỗ" * 866, "Gió mùa về tới Hà Lâm."))
        with pytest.raises(ArticleError, match="id of 2601 bytes: PostgreSQL takes 2600"):
            index.add(Article("ỗ" * 867, "Giá lúa ở Hà Lâm tăng nhẹ."))
        assert len(index) == 1


def test_a_damaged_article_is_an_error(postgres, postgres_url):
    with Index(postgres_url) as index:
        index.add(Article("a", "Gió mùa về tới Hà Lâm."))
        with postgres.connect() as connection:
            connection.execute(f"UPDATE {postgres_url.rpartition('=')[2]}.articles SET packed = 'abc'")
        with pytest.raises(DamagedError, match="article 'a' is damaged"):
            index.get("a")
