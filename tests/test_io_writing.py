"""Writing: every format, back again, and whole or not at all."""

import csv
import doctest
import gzip
import io
import json
import os
import stat
import sys
from datetime import UTC, date, datetime

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dedup.io.writing
from dedup.errors import InputError, MissingExtraError, ParamError
from dedup.io import check_target, read, write_rows

COLUMNS = {
    "id": "string",
    "text": "string",
    "n": "integer",
    "share": "float",
    "is_ok": "boolean",
    "published": "string",
}
ROWS = [
    ("giá-nước", "Giá nước “mới”,\r\n12 %; a\tb", 2**53 + 1, 0.1 + 0.2, True, datetime(2024, 5, 3, 16, tzinfo=UTC)),
    ("cầu", "Cầu đã thông xe.", None, None, False, date(2024, 5, 3)),
    ("đường", "Đường mới.", -5, 1e-7, None, None),
]
TARGETS = ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.csv", "a.csv.gz", "A.CSV.ZST", "a.parquet"]


def unpacked(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    return zstandard.ZstdDecompressor().decompressobj().decompress(data) if path.suffix.lower() == ".zst" else data


@pytest.mark.parametrize("name", TARGETS)
def test_back_again(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    assert write_rows(tmp_path / name, COLUMNS, iter(ROWS)) == 3
    reader = read(tmp_path)
    articles = list(reader)
    assert reader.skipped == []
    assert [(a.id, a.text, a.published) for a in articles] == [(r[0], r[1], r[5]) for r in ROWS]
    extra = [{"n": r[2], "share": r[3], "is_ok": r[4]} for r in ROWS]
    if "csv" in name.lower():
        extra = [{k: "" if v is None else json.dumps(v) for k, v in e.items()} for e in extra]
    assert [a.extra for a in articles] == extra


def test_bytes_of_jsonl_and_csv(tmp_path):
    columns = {"id": "string", "n": "float", "is_ok": "boolean"}
    rows = [
        ("=1+1", 0.1, True),
        ("+84", -1.5, None),
        ("-", None, False),
        ("@a", 0.0, True),
        ("\tx", 1.0, True),
        ("\rx", 1.0, True),
    ]
    write_rows(tmp_path / "a.csv", columns, [*rows, ("giá '=", 2.0, False)])
    expected = (
        "id,n,is_ok\r\n'=1+1,0.1,true\r\n'+84,-1.5,\r\n'-,,false\r\n'@a,0.0,true\r\n"
        "'\tx,1.0,true\r\n\"'\rx\",1.0,true\r\ngiá '=,2.0,false\r\n"
    )
    assert (tmp_path / "a.csv").read_bytes() == b"\xef\xbb\xbf" + expected.encode()
    write_rows(tmp_path / "a.jsonl", columns, [("giá\ud800\\ud800", 0.1, None)])
    assert (tmp_path / "a.jsonl").read_bytes() == '{"id": "giá\\ud800\\\\ud800", "n": 0.1, "is_ok": null}\n'.encode()
    assert next(csv.reader(io.StringIO(expected))) == list(columns)


@pytest.mark.parametrize("name", TARGETS)
def test_same_rows_same_bytes_and_no_rows(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    write_rows(tmp_path / name, COLUMNS, ROWS)
    first = (tmp_path / name).read_bytes()
    write_rows(tmp_path / name, COLUMNS, iter(ROWS))
    assert (tmp_path / name).read_bytes() == first
    assert write_rows(tmp_path / name, COLUMNS, []) == 0
    if "jsonl" in name:
        assert unpacked(tmp_path / name) == b""
    else:
        reader = read(tmp_path / name)
        assert (list(reader), reader.skipped, reader.columns["text"]) == ([], [], "text")


any_text = st.text(st.characters(exclude_categories=()))  # surrogates too


def one_code_point(text):
    """A high surrogate and a low one beside it are one character in JSON."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(rows=st.lists(st.tuples(any_text, any_text, st.integers(), st.floats(allow_nan=False)), max_size=5))
def test_any_rows_as_jsonl(tmp_path, rows):
    path = tmp_path / "a.jsonl"
    write_rows(path, {"text": "string", "title": "string", "n": "integer", "share": "float"}, rows)
    back = [(a.text, a.title, a.extra["n"], a.extra["share"]) for a in read(path)]
    assert back == [(one_code_point(text), one_code_point(title), n, x) for text, title, n, x in rows]


# What a CSV file cannot give back: a formula's first letter (it gets a '), a lone surrogate (escaped), NUL (skipped),
# and an empty text, which is no text.
cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(
    lambda s: s[:1] not in "=+-@\t\r" or not s
)


@relaxed
@given(rows=st.lists(st.tuples(cell.filter(bool), cell, st.integers()), max_size=5))
def test_any_rows_as_csv(tmp_path, rows):
    path = tmp_path / "a.csv"
    write_rows(path, {"text": "string", "title": "string", "n": "integer"}, rows)
    with read(path) as reader:
        assert [(a.text, a.title, a.extra["n"]) for a in reader] == [(text, title, str(n)) for text, title, n in rows]
    assert reader.skipped == []


int64 = st.integers(-(2**63), 2**63 - 1)
nullable = st.none() | st.floats(allow_nan=False)


@relaxed
@given(rows=st.lists(st.tuples(st.text(), st.text(), int64, nullable, st.booleans()), max_size=5))
def test_any_rows_as_parquet(tmp_path, rows):
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    kinds = {"text": "string", "title": "string", "n": "integer", "share": "float", "is_ok": "boolean"}
    write_rows(path, kinds, rows)
    back = [(a.text, a.title, *(a.extra[k] for k in ("n", "share", "is_ok"))) for a in read(path)]
    assert back == rows


def test_lone_surrogates_crash_nothing(tmp_path):
    pytest.importorskip("pyarrow")
    for name in ("a.csv", "a.parquet"):
        write_rows(tmp_path / name, {"id": "string", "text": "string"}, [("a\udcffb", "Bài."), (None, "Hai.")])
        assert next(read(tmp_path / name)).id == "a\\udcffb"


def test_parquet_groups_and_metadata(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    monkeypatch.setattr("dedup.io.writing._ROW_GROUP", 10)
    write_rows(
        tmp_path / "a.parquet",
        {"id": "string", "n": "integer"},
        ((str(i), i) for i in range(25)),
        metadata={"phiên bản": "1"},
    )
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [10, 10, 5]
    assert file.schema_arrow.metadata == {"phiên bản".encode(): b"1"}
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_rows_are_streamed(tmp_path):
    taken = []

    def rows():
        for _ in range(3000):
            taken.append(sum(p.stat().st_size for p in tmp_path.iterdir()))
            yield (os.urandom(100).hex(),)

    write_rows(tmp_path / "a.jsonl", {"id": "string"}, rows())
    assert taken[-1] > 200_000


def failing(error):
    yield from ROWS
    raise error


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("error", [ValueError("hỏng"), KeyboardInterrupt("hỏng")])
def test_an_error_leaves_the_former_file(tmp_path, name, error):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_text("cũ")
    with pytest.raises(type(error), match="hỏng"):
        write_rows(tmp_path / name, COLUMNS, failing(error))
    assert [p.name for p in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "cũ"
    (tmp_path / name).unlink()
    with pytest.raises(type(error), match="hỏng"):
        write_rows(tmp_path / name, COLUMNS, failing(error))
    assert list(tmp_path.iterdir()) == []


def test_a_failing_rename_leaves_the_former_file(tmp_path, monkeypatch):
    def fail(*paths):
        raise OSError("đĩa đầy")

    (tmp_path / "a.csv").write_text("cũ")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="đĩa đầy"):
        write_rows(tmp_path / "a.csv", COLUMNS, ROWS)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.csv": "cũ"}


def test_mode_and_links(tmp_path):
    (tmp_path / "thật").mkdir()
    os.symlink(tmp_path / "thật" / "a.csv", tmp_path / "a.csv")
    former = os.umask(0o027)
    try:
        write_rows(tmp_path / "a.csv", COLUMNS, ROWS)
    finally:
        os.umask(former)
    assert (tmp_path / "a.csv").is_symlink()
    assert stat.S_IMODE((tmp_path / "thật" / "a.csv").stat().st_mode) == 0o640


def test_targets(tmp_path, monkeypatch):
    for name in (*TARGETS, "-"):
        check_target(tmp_path / name if name != "-" else name)
    assert list(tmp_path.iterdir()) == []
    for name in ("a.txt", "a", "a.parquet.gz", "a.tsv", ".gz"):
        for function in (check_target, lambda target: write_rows(target, COLUMNS, ROWS)):
            with pytest.raises(
                ParamError, match=r"target=.*: need a name that ends in \.jsonl, .*\.csv.*\.parquet, or -"
            ):
                function(tmp_path / name)
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match=r"a\.csv: is a folder"):
        check_target(tmp_path / "a.csv")
    with pytest.raises(InputError, match=r"b\.csv: no such folder: .*không"):
        check_target(tmp_path / "không" / "b.csv")
    os.mkfifo(tmp_path / "c.csv")
    with pytest.raises(InputError, match="is not a regular file"):
        check_target(tmp_path / "c.csv")
    monkeypatch.setattr(os, "access", lambda *args: False)  # root may write everywhere
    with pytest.raises(InputError, match="no permission to write to the folder"):
        check_target(tmp_path / "d.csv")


def test_without_pyarrow(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"writing Parquet needs .*dedup-vi\[arrow\]"):
        check_target(tmp_path / "a.parquet")


def test_wrong_columns_and_rows(tmp_path):
    with pytest.raises(ParamError, match=r"columns\['n'\]='int': need one of string, integer, float, boolean"):
        write_rows(tmp_path / "a.csv", {"n": "int"}, [])
    with pytest.raises(ParamError, match="row 2: 1 values, need 2"):
        write_rows(tmp_path / "a.csv", {"a": "string", "n": "integer"}, [("x", 1), ("y",)])
    with pytest.raises(ParamError, match=r"row 1 \{'n': 'mười'\}: 'str' object cannot be interpreted as an integer"):
        write_rows(tmp_path / "a.csv", {"n": "integer"}, [("mười",)])
    assert list(tmp_path.iterdir()) == []


def test_standard_output(capsysbinary):
    write_rows("-", {"id": "string", "n": "integer"}, [("giá\ud800", 1)])
    assert capsysbinary.readouterr().out == '{"id": "giá\\ud800", "n": 1}\n'.encode()


def test_a_broken_pipe_passes_through(monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)
    with monkeypatch.context() as patch, os.fdopen(writing, "wb", buffering=0) as raw:
        patch.setattr(sys, "stdout", io.TextIOWrapper(raw))
        with pytest.raises(BrokenPipeError, match="pipe"):
            write_rows("-", {"id": "string"}, [("giá nước",)])


def test_examples():
    result = doctest.testmod(dedup.io.writing)
    assert (result.failed, result.attempted) == (0, 1)
