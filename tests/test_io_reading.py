"""Reading: every format, names of columns, ids, dates, streaming."""

import doctest
import gzip
import io
import json
import logging
import os
import select
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

import dedup.io.columns
import dedup.io.reading
from dedup import dates
from dedup.errors import InputError, MissingExtraError, ParamError
from dedup.io import read
from dedup.io.columns import make_article
from dedup.io.notes import UNREADABLE_DATES, Notes
from dedup.models import Article

HANOI = timezone(timedelta(hours=7))
GIA_NUOC = "Chiều 3/5, tỉnh Hà Lâm công bố giá nước sinh hoạt mới.\r\nMức tăng là 12 %."
CAU_MOI = "Cầu Bến Tre hai đã thông xe, dài 1.340 m;\n“đẹp lắm”, bà Tư nói."
PACK = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}


def put(folder, name, data, packing=""):
    path = folder / (name + packing)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PACK[packing](data.encode() if isinstance(data, str) else data))
    return path


def lines(*objects):
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)


def parquet(path, columns, **options):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path, **options)
    return path


def everything(*paths, **columns):
    """All articles, and what was left out by its path's last part."""
    with read(*paths, **columns) as reader:
        articles = list(reader)
    return articles, [(os.path.basename(s.input), s.reason) for s in reader.skipped]


@pytest.mark.parametrize("packing", PACK)
def test_txt_is_unaltered(tmp_path, packing):
    put(tmp_path, "tin/a.txt", "\ufeff" + GIA_NUOC, packing)
    put(tmp_path, "b.txt", ("\ufeff" + CAU_MOI).encode("utf-16-le"), packing)
    put(tmp_path, "c.txt", ("\ufeff" + CAU_MOI).encode("utf-16-be"), packing)
    articles, skipped = everything(tmp_path)
    assert skipped == []
    assert {a.id: a.text for a in articles} == {
        f"b.txt{packing}": CAU_MOI,
        f"c.txt{packing}": CAU_MOI,
        f"tin/a.txt{packing}": GIA_NUOC,
    }


ROWS = [
    {"ma": 7, "noi_dung": GIA_NUOC, "Tiêu đề": "Giá nước", "pubDate": "2024-05-03T16:00", "lượt xem": "12"},
    {"ma": 8, "noi_dung": CAU_MOI, "Tiêu đề": "", "pubDate": "hôm qua", "lượt xem": ""},
]
WANTED = [
    ("7", GIA_NUOC, "Giá nước", datetime(2024, 5, 3, 16, tzinfo=HANOI), {"lượt xem": "12"}),
    ("8", CAU_MOI, "", None, {"lượt xem": ""}),
]


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize(
    "kind", ["json", "items.json", "jsonl", "ndjson", "csv", "semicolon.csv", "tsv", "u16.csv", "parquet"]
)
def test_rows_of_every_format(tmp_path, kind, packing):
    path = put(tmp_path, f"f.{kind}", as_bytes(tmp_path, kind), packing)
    with read(path) as reader:
        assert reader.bytes_read == 0
        articles = list(reader)
    assert reader.skipped == []
    assert [(a.id, a.text, a.title, a.published, a.extra) for a in articles] == WANTED
    assert reader.counts == {"unreadable dates": 1, "unreadable values": 0}
    assert reader.columns == {"id": "ma", "text": "noi_dung", "title": "Tiêu đề", "published": "pubDate"}
    assert (reader.files, reader.bytes_read, reader.bytes_total) == (1, path.stat().st_size, path.stat().st_size)


def as_bytes(folder, kind):
    if kind == "parquet":
        return parquet(folder / "plain", {name: [row[name] for row in ROWS] for name in ROWS[0]}).read_bytes()
    if kind in ("json", "items.json"):
        return json.dumps({"total": 2, "items": ROWS} if "items" in kind else ROWS).encode()
    if kind in ("jsonl", "ndjson"):
        return ("\ufeff" + lines(*ROWS)).replace("}\n{", "}\r\n  \r\n{").encode()
    separator = {"csv": ",", "semicolon.csv": ";", "tsv": "\t", "u16.csv": "\t"}[kind]
    table = [list(ROWS[0]), *(row.values() for row in ROWS)]
    text = "".join(separator.join('"' + str(v).replace('"', '""') + '"' for v in row) + "\r\n" for row in table)
    return ("\ufeff" + text).encode("utf-16-le" if kind == "u16.csv" else "utf-8")


def test_single_json_objects(tmp_path):
    put(tmp_path, "a.json", json.dumps({"text": GIA_NUOC, "data": [1], "_id": {"$oid": "66f4"}}))
    put(tmp_path, "b.json", json.dumps({"body": CAU_MOI, "score": float("nan")}))
    put(tmp_path, "c.json", json.dumps({"content": [1], "docs": [{"text": "Một."}, {"text": "Hai."}]}))
    articles, skipped = everything(tmp_path)
    assert skipped == []
    assert [(a.id, a.text) for a in articles] == [
        ("66f4", GIA_NUOC),
        ("b.json", CAU_MOI),
        ("c.json:1", "Một."),
        ("c.json:2", "Hai."),
    ]
    assert articles[0].extra == {"data": [1]}


def test_ids(tmp_path):
    put(
        tmp_path,
        "2024/05/a.jsonl",
        lines({"text": "Không mã."}, {"text": "Mã rỗng.", "id": ""}, {"text": "x", "id": 12.0}),
    )
    put(tmp_path, "2024/b.csv", 'text,id\n"dòng một\ndòng hai",\n\nba,\nbốn,12.0\n')
    parquet(tmp_path / "c.parquet", {"text": ["một", "hai"], "id": [None, 12.0]})
    articles, _ = everything(tmp_path)
    ids = [
        "2024/05/a.jsonl:1",
        "2024/05/a.jsonl:2",
        "12",  # a whole number, as a column of integers gets it where one is missing
        "2024/b.csv:2",
        "2024/b.csv:5",
        "12.0",
        "c.parquet:1",
        "12",
    ]
    assert [a.id for a in articles] == ids
    assert [a.id for a in read(str(tmp_path / "2024" / "b.csv"))] == ["b.csv:2", "b.csv:5", "12.0"]


def test_folders_are_sorted_and_hidden_entries_ignored(tmp_path):
    for name in ("b/z.txt", "b/a.txt", "a.txt", "C.txt", ".an/a.txt", ".an.txt", "b/.git/x.txt", "Đ.TXT"):
        put(tmp_path, name, name)
    articles, skipped = everything(tmp_path, tmp_path / "b", tmp_path / ".an.txt")
    assert [a.id for a in articles] == ["C.txt", "a.txt", "b/a.txt", "b/z.txt", "Đ.TXT", "a.txt", "z.txt", ".an.txt"]
    assert skipped == []


def test_usual_names_in_their_order_without_case_and_marks(tmp_path):
    row = {
        "name": "N",
        "Nội-dung": "T",
        "body": "thừa",
        "NGÀY ĐĂNG": "2024-05-03",
        "Đường dẫn": "u",
        "Bao": "Báo Mới",
        "Theo": "TTX",
    }
    (article,), _ = everything(put(tmp_path, "a.jsonl", lines(row)))
    assert article == Article("a.jsonl:1", "thừa", "N", "Báo Mới", "u", "TTX", date(2024, 5, 3), {"Nội-dung": "T"})


def test_named_columns(tmp_path):
    path = put(tmp_path, "a.jsonl", lines({"x": "Bài.", "text": "tóm tắt", "title": "k"}, {"x": "Hai.", "title": 5}))
    articles, skipped = everything(path, text="x", id="title", title=None)
    assert [(a.id, a.text, a.title, a.extra) for a in articles] == [
        ("k", "Bài.", "", {"text": "tóm tắt"}),
        ("5", "Hai.", "", {}),
    ]
    assert skipped == []


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "json"])
def test_a_named_column_that_is_missing_skips_the_file(tmp_path, kind):
    data = {"jsonl": '{"text": "a", "ma": "1"}\n' * 3, "json": '[{"text": "a", "ma": "1"}]', "csv": "text,ma\na,1\n"}
    path = tmp_path / f"a.{kind}"
    parquet(path, {"text": ["a"], "ma": ["1"]}) if kind == "parquet" else put(tmp_path, path.name, data[kind])
    put(tmp_path, "b.jsonl", lines({"tít": "T", "text": "b"}))
    articles, skipped = everything(tmp_path, title="tít")
    assert [a.title for a in articles] == ["T"]
    assert skipped == [(path.name, "no column 'tít': there are text, ma")]


def test_a_named_column_may_be_absent_from_single_objects(tmp_path):
    path = put(tmp_path, "a.jsonl", lines(*[{"text": "a"}] * 99, {"text": "b", "tít": "T"}, {"nd": "c", "tít": "T"}))
    articles, skipped = everything(path, title="tít")
    assert (len(articles), articles[99].title) == (100, "T")
    assert [s[0] for s in skipped] == ["a.jsonl:101"]


def test_columns_are_said_once(tmp_path, caplog):
    for name in ("a", "b"):
        put(tmp_path, f"{name}.jsonl", lines({"noi_dung": "Bài.", "link": "u"}))
    put(tmp_path, "c.jsonl", lines({"body": "Bài."}))
    with caplog.at_level(logging.INFO, "dedup.io"):
        assert len(list(read(tmp_path))) == 3
    assert [r.getMessage().split(": ")[1] for r in caplog.records] == [
        "columns text=noi_dung, url=link",
        "columns text=body",
    ]


def test_repeated_columns(tmp_path):
    path = put(tmp_path, "a.csv", "text,b,b#2,b,text\nBài.,1,2,3,4\n")
    (article,), _ = everything(path)
    assert article.text == "Bài."
    assert article.extra == {"b": "1", "b#2": "2", "b#3": "3", "text#2": "4"}


def test_values_that_are_no_strings(tmp_path):
    rows = [{"text": "a", "title": 5, "source": None, "url": 1.5, "credit": ["A"]}, {"text": "b", "title": True}]
    with read(put(tmp_path, "a.jsonl", lines(*rows))) as reader:
        first, second = reader
    assert (first.title, first.source, first.url, first.credit, second.title) == ("5", "", "1.5", "", "")
    assert reader.counts["unreadable values"] == 2


def test_surrogates_nan_and_odd_line_separators_survive_json(tmp_path):
    path = put(tmp_path, "a.jsonl", '{"text": "a\\ud800\u2028\x85b\\ud83d\\ude00", "n": NaN, "vô cùng": Infinity}\n')
    (article,), skipped = everything(path)
    assert article.text == "a\ud800\u2028\x85b😀"
    assert skipped == []
    assert article.extra["n"] != article.extra["n"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("2024-09-25", date(2024, 9, 25)),
        (" 2024-09-25 21:04 ", datetime(2024, 9, 25, 21, 4, tzinfo=HANOI)),
        ("2024-09-25T21:04:00Z", datetime(2024, 9, 25, 21, 4, tzinfo=UTC)),
        (date(2024, 9, 25), date(2024, 9, 25)),
        (datetime(2024, 9, 25, 1), datetime(2024, 9, 25, 1, tzinfo=HANOI)),
        ("2024-09-25T21:04:00.250+0700", datetime(2024, 9, 25, 21, 4, 0, 250_000, HANOI)),
        ("25/9/2024", date(2024, 9, 25)),
        ("Thứ tư, 25.9.2024 21h04", datetime(2024, 9, 25, 21, 4, tzinfo=HANOI)),
        ("Wed, 25 Sep 2024 14:04:00 GMT", datetime(2024, 9, 25, 14, 4, tzinfo=UTC)),
        (1727200000, datetime(2024, 9, 25, 0, 46, 40, tzinfo=HANOI)),
        ("1727200000", datetime(2024, 9, 25, 0, 46, 40, tzinfo=HANOI)),
        ("9/25/2024", None),
        ("2024-02-30", None),
        ("1975-04-30", None),
        ("2999-01-01T00:00:00Z", None),
        (10**15, None),
        (True, None),
    ],
)
def test_published(value, wanted):
    notes = Notes()
    article = make_article([None, "a", None, None, None, None, value], "a", {}, notes)
    assert (type(article.published), article.published) == (type(wanted), wanted)
    assert notes.counts[UNREADABLE_DATES] == (wanted is None)


@given(
    st.datetimes(datetime(1985, 1, 1), datetime(2030, 1, 1)), st.sampled_from(["", "Z", "+07:00", "-0500"]), st.data()
)
def test_iso_dates_read_fast_are_what_the_parser_reads(moment, zone, data):
    spec = data.draw(st.sampled_from(["auto", "minutes", "seconds", "milliseconds"]))
    times = [moment.isoformat(separator, spec) + zone for separator in " T"]
    text = data.draw(st.sampled_from([*times, moment.date().isoformat()]))
    assert dedup.io.columns._moment(text) == dates.parse(text)


def test_parquet_types(tmp_path):
    pa = pytest.importorskip("pyarrow")
    texts = pa.array(["một", None, "ba"])
    kinds = [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.binary(),
        pa.large_binary(),
    ]
    times = pa.array([1_715_000_000_000_000_001, None, 1], pa.timestamp("ns"))
    for i, kind in enumerate(kinds):
        table = {"text": texts.cast(kind), "id": pa.array([1, 2, None]), "date": times, "tags": [[{"k": 1}], None, []]}
        parquet(tmp_path / f"{i}.parquet", table)
    articles, skipped = everything(tmp_path)
    assert skipped == [(f"{i}.parquet:2", "no text") for i in range(len(kinds))]
    assert [(a.id, a.text) for a in articles] == [
        p for i in range(len(kinds)) for p in (("1", "một"), (f"{i}.parquet:3", "ba"))
    ]
    assert articles[0].published == datetime(2024, 5, 6, 12, 53, 20, tzinfo=HANOI)
    assert [a.extra for a in articles[:2]] == [{"tags": [{"k": 1}]}, {"tags": []}]


def test_parquet_dates(tmp_path):
    pa = pytest.importorskip("pyarrow")
    moments = {
        "a": pa.array([datetime(2024, 5, 3, 1)], pa.timestamp("s", "UTC")),
        "b": pa.array([date(2024, 5, 3)], pa.date32()),
        "c": pa.array([10**15], pa.timestamp("s")),
    }
    for name, column in moments.items():
        parquet(tmp_path / f"{name}.parquet", {"text": ["x"], "date": column})
    reader = read(tmp_path)
    assert [a.published for a in reader] == [datetime(2024, 5, 3, 1, tzinfo=UTC), date(2024, 5, 3), None]
    assert (reader.skipped, reader.counts["unreadable dates"]) == ([], 1)


def test_parquet_is_read_by_batch(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    parquet(tmp_path / "a.parquet", {"text": [f"bài {i}" for i in range(5000)]}, row_group_size=3000)
    sizes = []
    original = dedup.io.parquet._values
    monkeypatch.setattr(
        "dedup.io.parquet._values", lambda pa, column: sizes.append(len(column)) or original(pa, column)
    )
    with read(tmp_path) as reader:
        assert next(reader).text == "bài 0"
        assert sizes == [1024]
        assert 0 <= reader.bytes_read < reader.bytes_total
        assert [a.text for a in reader] == [f"bài {i}" for i in range(1, 5000)]
    assert sum(sizes) == 5000
    assert max(sizes) == 1024


@pytest.mark.parametrize("packing", PACK)
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_the_first_article_comes_before_the_file_is_read(tmp_path, kind, packing):
    # Digits that do not compress, so that the packed file is large as well.
    noise = "".join(os.urandom(500).hex() + ("\n" if kind == "csv" else '"}\n{"text": "') for _ in range(4000))
    path = put(tmp_path, f"a.{kind}", f"text\n{noise}" if kind == "csv" else '{"text": "' + noise + '"}\n', packing)
    with read(path) as reader:
        next(reader)
        assert 0 < reader.bytes_read < reader.bytes_total / 3
    with pytest.raises(StopIteration, match=r"^$"):
        next(reader)


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((lines({"text": GIA_NUOC}) + "hỏng\n").encode())))
    reader = read("-")
    assert [(a.id, a.text) for a in reader] == [("-:1", GIA_NUOC)]
    assert [s.input for s in reader.skipped] == ["-:2"]
    assert reader.bytes_total is None
    assert reader.bytes_read > len(GIA_NUOC)


def test_standard_input_is_not_waited_for():
    code = "import dedup.io, sys\nfor a in dedup.io.read('-'): print(a.text, flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b'{"text": "1"}\n{"te')
        process.stdin.flush()
        try:
            assert select.select([process.stdout], [], [], 20)[0], "no article while the pipe is open"
        except AssertionError:
            process.kill()
            raise
        assert process.stdout.readline() == b"1\n"
        process.stdin.write(b'xt": "2"}')
        process.stdin.close()
        assert process.stdout.read() == b"2\n"


def test_wrong_calls(tmp_path):
    with pytest.raises(InputError, match=r"không-có\.jsonl: no such file or folder"):
        read(tmp_path, tmp_path / "không-có.jsonl")
    with pytest.raises(InputError, match="NUL"):
        read("a\0b")
    with pytest.raises(ParamError, match="at least one"):
        read()
    with pytest.raises(ParamError, match="author='x': need a field, one of id, text, title"):
        read(tmp_path, author="x")


def test_without_pyarrow(tmp_path, monkeypatch):
    put(tmp_path, "a.parquet", "x")
    put(tmp_path, "b.txt", "Bài.")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"reading Parquet needs .*dedup-vi\[arrow\]"):
        read(tmp_path / "a.parquet")
    articles, skipped = everything(tmp_path)
    assert [a.id for a in articles] == ["b.txt"]
    assert skipped[0][0] == "a.parquet"
    assert "dedup-vi[arrow]" in skipped[0][1]


def test_import_is_cheap():
    code = "import sys, dedup.io; print({'numpy', 'pyarrow', 'zstandard', 'numba'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.parametrize("module", [dedup.io.reading])
def test_examples(module):
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)
