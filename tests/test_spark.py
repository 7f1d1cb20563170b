"""`dedup.spark.scan` on a real Spark: what it finds is what `dedup.scan` finds, however the work is parted."""

import gc
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from random import Random

import make
import numpy as np
import pyarrow as pa
import pytest
import zstandard
from test_index import random_sets, sketches_of

import dedup
from dedup import Article, Params
from dedup.index import find_candidates

pytest.importorskip("pyspark", reason="needs pyspark: pip install 'dedup-vi[spark]'")
from dedup.spark import articles, blocks, candidates, scan
from dedup.spark.__main__ import main
from dedup.spark.components import find_components
from dedup.spark.parcels import freeze, open_parcels, order_of, parcel, parcel_of, spare_modules, thaw
from dedup.spark.session import check_java, check_spark

try:
    check_java()
except dedup.SparkError as error:
    pytest.skip(str(error), allow_module_level=True)

TESTS = Path(__file__).parent
SCHEMA = "id string, text string, title string, source string, credit string, published timestamp"


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1").config("spark.local.dir", str(folder))
        .config("spark.sql.shuffle.partitions", "3").config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )  # fmt: skip
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.setCheckpointDir(str(folder / "stages"))
    yield session
    session.stop()


def frame(spark, articles, parts=4):
    rows = [(a.id, a.text, a.title, a.source, a.credit, a.published) for a in articles]
    Random(1).shuffle(rows)
    return spark.createDataFrame(rows, SCHEMA).repartition(parts)


def told(matches, stories):
    """What Spark found, sorted."""
    return sorted(map(tuple, matches.collect())), sorted(map(tuple, stories.collect()), key=str)


def expected(articles, params, furniture="none"):
    """What the scan on one machine finds, in the same shape."""
    found = dedup.scan(articles, params, furniture=furniture)
    matches = sorted(
        (m.a, m.b, m.relation, m.resemblance, m.a_in_b, m.b_in_a, m.shared, m.size_a, m.size_b, m.longest_passage,
         m.is_certain) for m in found.matches
    )  # fmt: skip
    stories = sorted((
        (story.id, edge.id, edge.id in story.representatives, edge.derived_from, edge.relation, edge.evidence,
         edge.id in story.round_ups) for story in found.stories for edge in story.edges
    ), key=str)  # fmt: skip
    return found, matches, stories


def newspaper(seed):
    """Articles in the order of their ids, of papers that credit each other; copies, a text without words, twins."""
    rng = Random(seed)
    papers = ("halam.example", "vinhsa.example", "")
    articles = []
    for n, (id, text) in enumerate(sorted(make.corpus(seed, 12).items())):
        published = dedup.dates.parse(f"2024-05-{1 + n % 9:02}T{rng.randrange(24):02}:00:00+00:00") if n % 4 else None
        credit = "Báo Vịnh Sa" if n % 7 == 0 else ""
        articles.append(Article(id, text, make.sentences(rng, 1)[0], papers[n % 3], "", credit, published))
    one, other = articles[3], articles[8]
    articles += [
        Article("z-copy", one.text.upper(), "", papers[0]), Article("z-copy-2", one.text, other.title, papers[1]),
        Article("z-none", "…"), Article("z-same", other.text), Article("z-same", other.text),
    ]  # fmt: skip
    return articles


def test_what_is_found_is_what_one_machine_finds(spark):
    articles = newspaper(5)
    found, matches, stories = expected(articles, Params())
    assert len(matches) > 20
    assert found.counts["copies"] > 1
    assert {edge[5] for edge in stories} >= {"credit", "time", None}
    assert told(*scan(frame(spark, articles), partitions=5)) == (matches, stories)


def test_the_examples(spark):
    articles = sorted(dedup.read(str(TESTS.parent / "examples" / "articles")), key=lambda article: article.id)
    for article in articles:
        assert article.published is None or article.published.tzinfo
    furniture = dedup.Furniture.learn(articles * 20)
    _, matches, stories = expected(articles, Params(), furniture)
    assert len(stories) > 5
    assert told(*scan(frame(spark, articles), furniture=furniture)) == (matches, stories)


def test_crowds_and_round_ups(spark):
    """Every article holds one passage; a round-up holds parts of several stories."""
    rng = Random(7)
    passage = " ".join(make.sentences(rng, 60))
    texts = {f"p{n:02}": make.spliced(rng, make.article(rng, 60), passage) for n in range(24)}
    stories = [make.article(rng, 200) for _ in range(4)]
    for n, text in enumerate(stories):
        texts |= {f"s{n}-{m}": make.edited(rng, text, 0.05) for m in range(3)}
    texts["tin"] = " ".join(" ".join(text.split()[:100]) for text in stories)
    articles = [Article(id, text) for id, text in sorted(texts.items())]
    params = Params(max_bucket=6, hubs=2)
    found, matches, stories = expected(articles, params)
    assert found.crowds
    assert any(edge[-1] for edge in stories)
    assert told(*scan(frame(spark, articles), params, partitions=2)) == (matches, stories)


def test_stock_phrases(spark):
    """What pairs share that has nothing but a phrase of half a dozen others in common: twice as much is asked for."""
    rng = Random(4)
    phrases = [" ".join(make.sentences(rng, 44)) for _ in range(2)]
    texts = [make.spliced(rng, make.article(rng, rng.randrange(60, 90)), phrases[n % 2]) for n in range(24)]
    texts += [make.edited(rng, text, 0.05) for text in texts[:3]]
    articles = [Article(f"a{n:02}", text) for n, text in enumerate(texts)]
    params = Params(max_bucket=36)
    found, matches, stories = expected(articles, params)
    assert not found.crowds
    assert 100 < len(matches) < len(expected(articles, Params())[1])
    assert told(*scan(frame(spark, articles), params, partitions=3)) == (matches, stories)


def test_crowds_and_their_hubs(spark):
    """Passages that all articles of a series hold, and a little that some of them share besides."""
    rng = Random(11)
    forms = [" ".join(make.sentences(rng, 60)) for _ in range(3)]
    some = [" ".join(make.sentences(rng, 30)) for _ in range(12)]
    texts = []
    for n in range(48):
        text = make.spliced(rng, make.article(rng, rng.randrange(40, 160)), forms[n % 3])
        texts.append(make.spliced(rng, text, some[n % 12]))
    articles = [Article(f"a{n:02}", text) for n, text in enumerate(texts)]
    params = Params(max_bucket=9, hubs=2)
    found, matches, stories = expected(articles, params)
    assert found.crowds
    assert 0 < len(matches) < len(expected(articles, Params())[1])
    assert told(*scan(frame(spark, articles), params, partitions=3)) == (matches, stories)


def test_bands(spark):
    articles = [Article(id, text) for id, text in sorted(make.corpus(9, 4).items())]
    params = Params(containment=None, resemblance=0.6)
    _, matches, stories = expected(articles, params)
    assert matches
    assert told(*scan(frame(spark, articles), params, partitions=1)) == (matches, stories)


def test_components(spark):
    rng = Random(3)
    edges = [(n, n + 1) for n in range(40)] + [(100, n) for n in range(101, 160)]
    edges += [(rng.randrange(200, 300), rng.randrange(300, 400)) for _ in range(90)]
    df = spark.createDataFrame(edges + edges[::3], "a long, b long")
    home = {v: v for edge in edges for v in edge}
    for _ in home:
        for a, b in edges:
            home[a] = home[b] = min(home[a], home[b])
    for few in (0, 1000):
        found = dict(map(tuple, find_components(df, lambda df, name: df.checkpoint(), few).collect()))
        groups = {v: min(w for w in found if found[w] == label) for v, label in found.items()}
        assert groups == home


def test_ids_that_come_again(spark):
    """The later of two texts gets another id; which is the later one is a matter of hashes, not of partitions."""
    from pyspark.sql import functions as f

    texts = ["Sáng 3/5, mưa lớn ở thị xã Hà Lâm.", "Giá lúa ở Vịnh Sa tăng nhẹ.", "Đêm 4/5, gió mùa về Trà Nâu."]
    rows = [("a", texts[0]), ("a", texts[1]), ("a", texts[1]), ("a#2", texts[2]), ("b", "…"), ("b", texts[0])]
    frames = [spark.createDataFrame(rows[::step], "id string, text string").repartition(2) for step in (1, -1)]
    params = Params(min_shared=1, containment=0.9)
    chosen = spark.createDataFrame(rows, "id string, text string").orderBy("id", f.xxhash64("text")).collect()
    later = [row for n, row in enumerate(chosen) if n and row.id == chosen[n - 1].id]
    articles = [Article(row.id, row.text) for row in [*(row for row in chosen if row not in later), *later]]
    _, matches, stories = expected(articles, params)
    assert [told(*scan(df, params, partitions=2)) for df in frames] == [(matches, stories)] * 2


def test_rows_that_cannot_be_used_are_left_out_and_named(spark, caplog):
    articles = newspaper(5)
    rows = [("b1", None), (None, "Giá lúa tăng."), ("", "Giá lúa tăng."), ("a1", None), ("z0", "… !")]
    bad = spark.createDataFrame(rows, "id string, text string")
    bad = bad.union(spark.sql("SELECT 'u' AS id, CAST(X'C3284E' AS string) AS text"))
    whole = frame(spark, articles)
    _, matches, stories = expected(articles, Params())
    assert told(*scan(whole.unionByName(bad, allowMissingColumns=True), partitions=2)) == (matches, stories)
    said = [record.getMessage() for record in caplog.records if record.name == "dedup.spark"]
    assert said == ["2 left out: no words ('z-none' …)", "3 left out: no text ('a1' …)", "2 left out: no id"]


CRITERIA = [
    {}, {"containment": 0.2}, {"containment": 0.9}, {"containment": None, "resemblance": 0.6, "candidates": "prefix"},
    {"passage": 24},
]  # fmt: skip
LIMITS = [{}, {"max_bucket": 100, "hubs": 2}, {"max_bucket": 25, "hubs": 3}, {"max_bucket": 7, "hubs": 1}]


def delivered(tasks, work):
    """The parcels that tasks make of theirs, by place."""
    found = {}
    for parcels in tasks:
        for batch in work(parcels):
            found.setdefault(batch.column("place")[0].as_py(), []).append(batch)
    return found


def find_pairs(sketches, params, partitions):
    """(pairs, each by the text hashes of its versions; whether crowds left out any), by the exchanges of Spark."""
    version, starts, selected = sketches.versions[:, 0], sketches.starts, sketches.selected.astype(np.int32)
    half = len(sketches) // 2
    sent = delivered([(0, half), (half, len(sketches))], lambda part: candidates.post(
        sketches.fingerprints[starts[part[0]] : starts[part[1]]], version[slice(*part)],
        np.diff(starts)[slice(*part)], selected[slice(*part)], partitions,
    ))  # fmt: skip
    kinds = [
        {place: [row for row in rows if row.column("kind")[0].as_py() == kind] for place, rows in sent.items()}
        for kind in (candidates.VERSION, candidates.POSTING)
    ]
    answers = delivered(kinds[1].values(), candidates._count(params, partitions))
    asked = [kinds[0].get(place, []) + answers.get(place, []) for place in range(partitions)]
    notes = delivered(asked, candidates._tell(params, partitions))
    found = delivered(notes.values(), candidates._make_pairs(params, partitions))
    planned = delivered(found.values(), candidates._plan(partitions))
    parcels = [open_parcels(rows, candidates.PLAN) for rows in planned.values()]
    pairs = {
        pair for of in parcels for low, high, _ in of[candidates.PAIR]
        for pair in zip(low.tolist(), high.tolist(), strict=True)
    }  # fmt: skip
    return pairs, any(of[candidates.CROWD] for of in parcels)


@pytest.mark.parametrize("criteria", CRITERIA, ids=str)
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_candidates_are_those_of_one_machine(criteria, limits):
    params = Params(**criteria, **limits, threads=1)
    for seed in range(6):
        rng, sets = Random(seed), [own or {1} for own in random_sets(seed)]
        selected = [rng.randint(1, len(own)) if seed % 2 else len(own) for own in sets]
        sketches = sketches_of(sets, seed, selected)
        found = find_candidates(sketches, params, np.ones(len(sets), np.bool_))
        version = sketches.versions[:, 0].tolist()
        wanted = {tuple(sorted((version[x], version[y]))) for x, y in zip(found.left, found.right, strict=True)}
        for partitions in (1, 3):
            assert find_pairs(sketches, params, partitions) == (wanted, bool(found.crowds))


def test_a_crowd_that_pairs_alone_tell_of():
    """Nobody holds as many crowds as a pair must share, but pairs without the hub would share enough with one."""
    sets = [{0, *(50 * (n // 2) + i for i in range(1, 6)), *(100 * n + i for i in range(1000, 1014))} for n in range(8)]
    sketches, params = sketches_of(sets), Params(containment=0.9, max_bucket=4, hubs=1)
    found = find_candidates(sketches, params, np.ones(8, np.bool_))
    assert (len(found.left), len(found.crowds)) == (1, 1)
    pairs, has_crowds = find_pairs(sketches, params, 2)
    assert (len(pairs), has_crowds) == (1, True)


def test_pairs_of_more_versions_than_an_int32_has_pairs():
    count = 50_000
    number = np.arange(count, dtype=np.uint64)
    number[-1] = number[-2]
    flags = np.full(count, candidates._IS_HERE, np.uint8)
    notes = []
    for lo, hi in ((0, count // 2), (count // 2, count)):
        one = np.ones(hi - lo, np.int32)
        notes.append(parcel(0, candidates._NOTE, (np.arange(lo, hi), one, one, one, number[lo:hi], flags[lo:hi])))
    found = open_parcels(candidates._make_pairs(Params(), 1)(notes), candidates._DTYPES)[candidates._FOUND]
    assert [[side.tolist() for side in pairs] for pairs in found] == [[[count - 2], [count - 1]]]


def test_numbers_are_put_in_order_as_numpy_does():
    rng = np.random.default_rng(2)
    for values in (rng.integers(0, 9, 1000), rng.integers(0, 2**32, 1000), np.zeros(0, np.int32)):
        assert order_of(values).tolist() == np.argsort(values, kind="stable").tolist()


def test_numbers_travel_without_the_bytes_that_none_of_them_has():
    sent = [np.array(values, dtype) for values, dtype in (
        ([3 << 40 | 7, 5 << 40 | 70_000], np.int64), ([-1, 2**31 - 1, 0], np.int32), ([], np.uint64),
        ([0, 0], np.uint8), ([2**64 - 1], np.uint64),
    )]  # fmt: skip
    (batch,) = [parcel(3, 5, sent)]
    assert len(batch.column("data")[0].as_py()) == 8 * 5 + (4 * 2 + 4 * 3 + 8) + 4
    ((got,),) = open_parcels([batch], {5: [array.dtype for array in sent]}).values()
    assert [(array.tolist(), array.dtype) for array in got] == [(array.tolist(), array.dtype) for array in sent]


def test_tables_in_parcels_are_read_where_they_lie():
    batch = parcel(0, 1, (np.arange(3, dtype=np.uint8), np.arange(2)))
    assert len(batch.column("data")[0].as_py()) % 8 == 0
    assert [array.tolist() for array in open_parcels([batch], {1: (np.uint8, np.int64)})[1][0]] == [[0, 1, 2], [0, 1]]


def test_a_parcel_that_spark_cannot_carry_is_refused():
    with pytest.raises(dedup.SparkError, match=r"1,073,741,832 bytes .*: ask for more partitions"):
        parcel_of(0, 1, pa.py_buffer(np.empty((1 << 30) + 8, np.uint8)))


def test_texts_are_found_in_the_frames_of_a_partition():
    texts = [f"Sáng {n}/5, mưa lớn ở thị xã Hà Lâm." * (1 + n % 3) for n in range(90)]
    columns = {name: [None] * 90 for name in articles.DETAILS} | {"id": [f"a{n}" for n in range(90)], "text": texts}
    rows = pa.RecordBatch.from_pydict(columns)
    kept = [articles._compress(part, articles._texts_of(part)) for part in (rows.slice(lo, 30) for lo in (0, 30, 60))]
    frames = [freeze(pa.Table.from_batches(kept[:2])), b"", freeze(pa.Table.from_batches(kept[2:]))]
    wanted = [(3, 1), (29, 0), (29, 2), (31, 1), (75, 0), (89, 1)]
    row, place = np.array(wanted).T
    asked = pa.table({
        "renamed": pa.nulls(6, pa.string()), "key": row | 5 << articles.ROW_BITS, "v0": row * 7,
        "is_delegate": row % 2 == 1, "place": place,
    })  # fmt: skip
    found = {}
    for place, _, data in blocks._answer(frames, asked):
        table = thaw(bytes(data))
        plain = [zstandard.decompress(text).decode() for text in table.column("text").to_pylist()]
        found |= {(int(id[1:]), place): text for id, text in zip(table.column("id").to_pylist(), plain, strict=True)}
        assert table.column("v0").to_pylist() == [7 * int(id[1:]) for id in table.column("id").to_pylist()]
    assert found == {(row, place): texts[row] for row, place in wanted}


def test_what_a_task_leaves_is_not_looked_through_for_garbage_again():
    try:
        spare_modules()
        assert len(gc.get_objects()) < 1000
    finally:
        gc.unfreeze()


def test_a_program_in_out(spark, tmp_path):
    articles = newspaper(6)
    frame(spark, articles).write.parquet(str(tmp_path / "in"))
    main([str(tmp_path / "in"), str(tmp_path / "out"), "--containment", "0.5", "--partitions", "2"])
    _, matches, stories = expected(articles, Params(containment=0.5))
    found = (spark.read.parquet(str(tmp_path / "out" / name)) for name in ("matches", "stories"))
    assert told(*found) == (matches, stories)
    with pytest.raises(SystemExit, match="exists already: name a new folder"):
        main([str(tmp_path / "in"), str(tmp_path / "out")])
    with pytest.raises(SystemExit, match="cannot be read as Parquet"):
        main([str(tmp_path / "nothing"), str(tmp_path / "out2")])
    with pytest.raises(SystemExit, match=r"containment=2\.0"):
        main([str(tmp_path / "in"), str(tmp_path / "out2"), "--containment", "2"])


def test_wrong_arguments(spark):
    df = spark.createDataFrame([("a", "Giá lúa tăng.")], "id string, text string")
    with pytest.raises(dedup.ParamError, match="same_story=True: not on Spark"):
        scan(df, Params(same_story=True))
    with pytest.raises(dedup.ParamError, match="furniture='learn': need a Furniture"):
        scan(df, furniture="learn")
    with pytest.raises(dedup.ParamError, match="partitions=0: need 1 or more"):
        scan(df, partitions=0)
    with pytest.raises(dedup.InputError, match="no column 'text': there are id, body"):
        scan(df.withColumnRenamed("text", "body"))
    with pytest.raises(dedup.InputError, match="column 'id' is double: need string"):
        scan(df.selectExpr("1.5D AS id", "text"))


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(dedup.SparkError, match=r"no Java in JAVA_HOME=.*need Java 17 or later: apt-get install"):
        check_java()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    (tmp_path / "bin" / "java").chmod(0o755)
    with pytest.raises(dedup.SparkError, match="is Java 8: need Java 17"):
        check_java()
    monkeypatch.setattr("pyspark.__version__", "3.5.4")
    with pytest.raises(dedup.SparkError, match=r"pyspark 3\.5\.4: need 4\.1 or later: pip install"):
        check_spark()
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(dedup.MissingExtraError, match=r"pip install 'dedup-vi\[spark\]'"):
        check_spark()


CLUSTER = """
    import os, signal, sys, threading, time
    from pathlib import Path

    sys.path.insert(0, {tests!r})
    from pyspark.sql import SparkSession
    from test_spark import Params, expected, frame, newspaper, scan, told
    from dedup.spark.session import Stages

    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1").config("spark.local.dir", "{folder}")
        .config("spark.executor.extraJavaOptions", "-Dtest.dedup={folder}").getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")

    def executors():
        files = [path for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        lines = {{int(path.parent.name): path.read_bytes() for path in files}}
        mine = (n for n, line in lines.items() if b"java\\0" in line and b"-Dtest.dedup={folder}" in line)
        return [n for n in mine if b"CoarseGrainedExecutorBackend" in lines[n]]

    killed, store = [], Stages.store
    def kill():
        time.sleep(0.2)
        killed.append(executors()[0])
        os.kill(killed[0], signal.SIGKILL)

    def stored(self, df, name):
        self.count = getattr(self, "count", 0) + 1
        thread = threading.Thread(target=kill)
        if self.count == 3:
            thread.start()
        return store(self, df, name)

    Stages.store = stored
    articles = newspaper(5)
    assert told(*scan(frame(spark, articles), partitions=4)) == expected(articles, Params())[1:]
    assert killed and killed[0] not in executors()
    spark.stop()
"""


def test_two_executors_one_of_them_killed(tmp_path):
    code = textwrap.dedent(CLUSTER).format(tests=str(TESTS), folder=str(tmp_path))
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr[-3000:]
