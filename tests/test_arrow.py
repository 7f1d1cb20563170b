"""Arrow: `scan` of tables of polars, pandas, pyarrow and duckdb, `sketch` of pyarrow arrays."""

import decimal
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from random import Random

import make
import numpy as np
import pytest

from dedup import Article, ArticleError, InputError, MissingExtraError, Skipped, scan
from dedup.io import ArrowReader
from dedup.sketch import sketch

pa = pytest.importorskip("pyarrow", reason="the extra arrow is not installed")
TEXTS = make.corpus(17, families=10)
COLUMNS = {"id": list(TEXTS), "noi_dung": list(TEXTS.values()), "Tiêu đề": [f"Bài {id}" for id in TEXTS]}
VIETNAM = timezone(timedelta(hours=7))


@cache
def wanted():
    return scan([Article(id, text, f"Bài {id}") for id, text in TEXTS.items()])


def as_polars(columns):
    return pytest.importorskip("polars").DataFrame(columns)


def as_categorical(columns):
    pl = pytest.importorskip("polars")
    return pl.DataFrame(columns).with_columns(pl.all().cast(pl.Categorical))


def as_chunks(columns):
    pl = pytest.importorskip("polars")
    table = pl.DataFrame(columns)
    return pl.concat([table[:7], table[7:7], table[7:]], rechunk=False)


def as_pandas(columns, dtype=None):
    return pytest.importorskip("pandas", "2.2").DataFrame(columns, dtype=dtype)


def as_reversed(columns):
    """An index that does not count from 0 travels as one more column."""
    table = as_pandas({name: values[::-1] for name, values in columns.items()})
    return table.set_index(np.arange(len(table))[::-1])


def as_arrow_backed(columns):
    pd = pytest.importorskip("pandas", "2.2")
    return pd.DataFrame({name: pd.Series(values, dtype=pd.ArrowDtype(pa.string())) for name, values in columns.items()})


def as_duckdb(columns):
    return pytest.importorskip("duckdb").from_arrow(pa.table(columns))


def as_slices(columns):
    """Every batch begins in the middle of its buffers."""
    count = len(columns["id"])
    table = pa.table({name: ["?", *values, "?"] for name, values in columns.items()})
    return pa.concat_tables([table.slice(1, 2), table.slice(3, 0), table.slice(3, count - 2)])


class Capsule:
    """Nothing but the protocol."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


WAYS = {
    "polars": as_polars,
    "polars categorical": as_categorical,
    "polars in chunks": as_chunks,
    "pandas": as_pandas,
    "pandas objects": lambda columns: as_pandas(columns, object),
    "pandas strings of pyarrow": lambda columns: as_pandas(columns, "string[pyarrow]"),
    "pandas of Arrow types": as_arrow_backed,
    "pandas category": lambda columns: as_pandas(columns, "category"),
    "pandas with an index": as_reversed,
    "duckdb": as_duckdb,
    "pyarrow table": pa.table,
    "pyarrow batch": lambda columns: pa.table(columns).to_batches()[0],
    "pyarrow reader": lambda columns: pa.table(columns).to_reader(max_chunksize=7),
    "pyarrow slices": as_slices,
    "capsule": lambda columns: Capsule(pa.table(columns)),
}
KINDS = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()]
KINDS += [pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string())]


def answers(found):
    return list(found.matches), found.digest(), found.counts, found.skipped


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_table_is_scanned_like_its_articles(way):
    found = scan(way(COLUMNS))
    assert len(found.matches) > 20
    assert answers(found) == answers(wanted())
    assert [found.article(id) for id in TEXTS] == [Article(id, text, f"Bài {id}") for id, text in TEXTS.items()]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_table_of_older_articles(way):
    names = list(TEXTS)
    old, new = ({name: column[part] for name, column in COLUMNS.items()} for part in (slice(20), slice(20, None)))
    articles = {id: Article(id, text, f"Bài {id}") for id, text in TEXTS.items()}
    both = scan([articles[id] for id in names[20:]], against=[articles[id] for id in names[:20]])
    assert answers(scan(way(new), against=way(old))) == answers(both)
    assert answers(scan([articles[id] for id in names[20:]], against=way(old))) == answers(both)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("rows", [None, 7])
def test_every_type_of_string(kind, rows):
    table = pa.table({name: pa.array(values).cast(kind) for name, values in COLUMNS.items()})
    assert answers(scan(table.to_reader(max_chunksize=rows))) == answers(wanted())


# Columns


@pytest.mark.parametrize("names", [("id", "text"), ("ID", "Content"), ("doc_id", "Nội dung"), ("guid", "full text")])
def test_usual_names(names):
    found = scan(pa.table(dict(zip(names, (COLUMNS["id"], COLUMNS["noi_dung"]), strict=True))))
    assert list(found.matches) == list(scan([Article(id, text) for id, text in TEXTS.items()]).matches)


def test_everything_that_is_known_of_an_article():
    moment = datetime(2024, 5, 3, 7, tzinfo=UTC)
    values = {"id": ["a"], "body": ["Mưa lớn."], "headline": ["Bài"], "domain": ["bao.example"], "link": ["https://b/1"]}
    table = pa.table({**values, "byline_source": ["TTXVN"], "pubDate": [moment], "chuyen_muc": [3]})
    article = Article("a", "Mưa lớn.", "Bài", "bao.example", "https://b/1", "TTXVN", moment)
    assert scan(table).article("a") == article
    (batch,) = ArrowReader(table).in_batches()
    assert batch.text(0).decode() == "Mưa lớn."


MOMENT = datetime(2024, 5, 3, 7, 30)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Ho_Chi_Minh"])
def test_a_time_of_publication(unit, zone):
    """One without a zone is meant in Vietnam."""
    moment = MOMENT.replace(tzinfo=UTC if zone == "UTC" else VIETNAM)
    stored = pa.array([MOMENT if zone is None else moment], pa.timestamp(unit, zone))
    found = scan(pa.table({"text": ["Mưa lớn."], "published": stored}))
    assert found.details("1")["published"] == moment
    assert found.details("1")["published"].utcoffset() == moment.utcoffset()


@pytest.mark.parametrize("way", [as_polars, as_pandas, as_duckdb])
def test_a_time_of_publication_by_every_way(way):
    found = scan(way({"text": ["Mưa lớn.", "Gió mùa."], "ngay_dang": [MOMENT, None]}))
    assert found.details("1") == {"published": MOMENT.replace(tzinfo=VIETNAM)}
    assert found.details("2") == {}


def test_a_day_of_publication():
    for kind in (pa.date32(), pa.date64(), pa.string()):
        stored = pa.array(["2024-05-03"]) if kind == pa.string() else pa.array([date(2024, 5, 3)], kind)
        assert scan(pa.table({"text": ["Mưa."], "date": stored})).details("1") == {"published": date(2024, 5, 3)}


# Ids

INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint64()]


@pytest.mark.parametrize("kind", INTEGERS, ids=str)
def test_integer_ids(kind):
    text = make.article(Random(1), 60)
    found = scan(pa.table({"id": pa.array([7, 10, 100], kind), "text": [text, text + " xa", "Giá lúa."]}))
    assert [(m.a, m.b) for m in found.matches] == [("10", "7")]
    assert found.article("100").text == "Giá lúa."


def test_large_integer_ids():
    ids = [2**63 - 1, -(2**63), 0]
    assert [scan(pa.table({"id": ids, "text": ["Mưa."] * 3})).article(str(id)).id for id in ids] == [*map(str, ids)]
    found = scan(pa.table({"id": pa.array([2**64 - 1], pa.uint64()), "text": ["Mưa."]}))
    assert found.article("18446744073709551615")


@pytest.mark.parametrize("way", [as_polars, as_pandas, as_duckdb, pa.table])
def test_integer_ids_by_every_way(way):
    found = scan(way({"id": [3, 20, 1], "text": ["Mưa lớn.", "Gió mùa.", "Giá lúa."]}))
    assert [found.article(id).text for id in ("1", "3", "20")] == ["Giá lúa.", "Mưa lớn.", "Gió mùa."]


@pytest.mark.parametrize("way", [as_polars, as_pandas, as_duckdb, pa.table])
def test_missing_ids(way):
    """Without an id an article is called by its row, from 1."""
    text = make.article(Random(1), 60)
    found = scan(way({"text": [text, text + " xa", "Giá lúa."]}))
    assert [(m.a, m.b) for m in found.matches] == [("1", "2")]
    assert found.article("3").text == "Giá lúa."
    found = scan(way({"id": [None, "x", ""], "text": [text, text + " xa", text + " gần"]}))
    assert [(m.a, m.b) for m in found.matches] == [("1", "3"), ("1", "x"), ("3", "x")]


def test_rows_are_counted_through_all_batches():
    texts = [f"Bài số {n}." for n in range(25)]
    found = scan(pa.table({"text": texts}).to_reader(max_chunksize=10))
    assert [found.article(str(n)).text for n in range(1, 26)] == texts


def test_an_id_that_comes_again():
    found = scan(pa.table({"id": [1, 1, 1], "text": ["Mưa lớn.", "Mưa lớn.", "Gió mùa."]}))
    assert (found.counts["repeated"], found.counts["renamed"]) == (1, 1)
    assert found.article("1#2").text == "Gió mùa."


@pytest.mark.parametrize(("value", "why"), [(True, "true or false"), (b"x", None), (decimal.Decimal(5), None)], ids=str)
def test_ids_of_other_types(value, why):
    found = scan(pa.table({"id": [value], "text": ["Mưa lớn."]}))
    if why:
        assert found.skipped == [Skipped("row 1", f"the id is {why}: need a string or a number")]
    else:
        assert found.article("x" if value == b"x" else "5")


# Gaps


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_rows_without_text_are_skipped_and_named(way):
    text = make.article(Random(1), 60)
    found = scan(way({"id": ["a", "b", "c", "d"], "text": [text, None, text + " xa", ""]}))
    row = 3 if way is as_reversed else 2
    assert found.skipped == [Skipped(f"row {row}", "no text"), Skipped("d", "no words")]
    assert [(m.a, m.b) for m in found.matches] == [("a", "c")]


def test_rows_without_text_in_later_batches():
    texts = ["Mưa lớn.", "Gió mùa.", None, "Giá lúa.", None]
    found = scan(pa.table({"text": texts}).to_reader(max_chunksize=2))
    assert found.skipped == [Skipped("row 3", "no text"), Skipped("row 5", "no text")]
    assert [decision.id for decision in found.decisions()] == ["1", "2", "row 3", "4", "row 5"]


def test_other_gaps():
    names = ("title", "source", "url", "credit", "published")
    found = scan(pa.table({"text": ["Mưa lớn."], **{name: pa.nulls(1) for name in names}}))
    assert found.details("1") == {}


def test_not_a_number_as_a_gap():
    """As pandas has it in a column of objects."""
    table = as_pandas({"id": ["a", "b"], "text": ["Mưa lớn.", float("nan")], "title": [float("nan"), "x"]}, object)
    found = scan(table)
    assert found.skipped == [Skipped("row 2", "no text")]
    assert found.article("a") == Article("a", "Mưa lớn.")


def test_invalid_utf8_is_skipped_and_named():
    for binary, string in ((pa.binary(), pa.string()), (pa.large_binary(), pa.large_string())):
        stored = pa.array(["Mưa lớn.".encode(), b"M\xff", "Gió.".encode()], binary).view(string)
        found = scan(pa.table({"id": ["a", "b", "c"], "text": stored}))
        assert [s.input for s in found.skipped] == ["row 2"]
        assert "invalid UTF-8 at byte offset 1" in found.skipped[0].reason
        assert [found.article(id).text for id in "ac"] == ["Mưa lớn.", "Gió."]


def empty_tables():
    table = pa.table(COLUMNS)
    yield "pyarrow", lambda: table.slice(0, 0)
    yield "schema alone", lambda: table.schema.empty_table()
    yield "no batches", lambda: pa.RecordBatchReader.from_batches(table.schema, iter(()))
    yield "empty batches", lambda: pa.Table.from_batches([table.to_batches()[0].slice(0, 0)] * 2)
    yield "polars", lambda: as_polars(COLUMNS).head(0)
    yield "pandas", lambda: as_pandas(COLUMNS, "string[pyarrow]").head(0)
    yield "duckdb", lambda: as_duckdb(COLUMNS).limit(0)


@pytest.mark.parametrize("make_empty", dict(empty_tables()).values(), ids=dict(empty_tables()))
def test_an_empty_table(make_empty):
    found = scan(make_empty())
    assert answers(found) == answers(scan([]))
    assert list(found.decisions()) == []
    assert answers(scan(pa.table(COLUMNS), against=make_empty())) == answers(wanted())


# Errors


@pytest.mark.parametrize("way", [as_polars, as_pandas, as_duckdb, pa.table])
def test_no_column_for_the_text(way):
    with pytest.raises(InputError, match=r"Arrow table: no text: need a column text, content, .*; there are gia, id"):
        scan(way({"gia": [1.5], "id": ["a"]}))
    with pytest.raises(InputError, match=r"Arrow table: no text: .*; there are gia"):
        scan([], against=way({"gia": [1.5]}))


def test_no_column_at_all():
    with pytest.raises(InputError, match=r"Arrow table: no text: .*; there are none"):
        scan(pa.table({}))


@pytest.mark.parametrize("values", [[1, 2], [1.5], [True], [["a"]], [{"a": "b"}]], ids=str)
def test_a_text_column_of_other_values(values):
    with pytest.raises(InputError, match=r"Arrow table: the text column 'text' is \S.*: need strings"):
        scan(pa.table({"text": values}))


def test_pyarrow_is_needed(monkeypatch):
    table = as_polars({"text": ["Mưa lớn."]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dedup-vi\[arrow\]'"):
        scan(table)


# Sketches of arrays

ARRAY = pa.array([*TEXTS.values(), "", "…", "một hai ba"])


def as_arrays():
    chunks = pa.chunked_array([ARRAY[:3], ARRAY[3:3], ARRAY[3:20], ARRAY[20:]])
    yield "array", ARRAY, slice(None)
    yield "slice", ARRAY[5:17], slice(5, 17)
    yield "end", ARRAY[5:], slice(5, None)
    yield "slice of a slice", ARRAY[5:17][2:4], slice(7, 9)
    yield "nothing of it", ARRAY[5:5], slice(5, 5)
    yield "nothing", pa.array([], pa.string()), slice(0, 0)
    yield "chunks", chunks, slice(None)
    yield "slice of chunks", chunks[2:25], slice(2, 25)
    yield "no chunks", pa.chunked_array([], pa.string()), slice(0, 0)
    yield "empty chunks", pa.chunked_array([ARRAY[:0]] * 3), slice(0, 0)


CASES = {name: (array, part) for name, array, part in as_arrays()}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_a_sketch_reads_arrays_in_place(case, kind):
    array, part = CASES[case]
    found, wanted = (sketch(t, signatures=True) for t in (array.cast(kind), ARRAY.to_pylist()[part]))
    assert len(found) == len(array)
    for name in ("fingerprints", "ends", "selected", "versions", "syllables", "signatures"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), strict=True)


def test_a_sketch_of_many_texts_at_once():
    """More than a thread takes at a time, and a slice that begins elsewhere."""
    texts = [f"Bài số {n} ở xã {make.SYLLABLES[n % 300]}." for n in range(2500)]
    found, wanted = sketch(pa.array(["?", *texts])[1:]), sketch(texts)
    np.testing.assert_array_equal(found.fingerprints, wanted.fingerprints)
    np.testing.assert_array_equal(found.versions, wanted.versions)


def test_a_null_outside_the_slice_does_no_harm():
    found = sketch(pa.array([None, "Mưa lớn.", None])[1:2])
    np.testing.assert_array_equal(found.versions, sketch(["Mưa lớn."]).versions)


WRONG = [pa.array(["Mưa.", None]), pa.array([1, 2]), pa.array(["Mưa."]).dictionary_encode(), pa.nulls(1)]
WRONG += [pa.array([b"x"]), pa.chunked_array([["Mưa."], [None]], pa.string()), pa.array(["Mưa."], pa.string_view())]


@pytest.mark.parametrize("array", WRONG, ids=lambda array: str(array.type))
def test_arrays_that_cannot_be_read_in_place(array):
    with pytest.raises(ArticleError, match=r"texts: need Arrow strings without nulls, not "):
        sketch(array)
