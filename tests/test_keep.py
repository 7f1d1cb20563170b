"""`--keep`: what is kept and what is dropped are the input again, byte for byte, in the same files; or not at all."""

import codecs
import csv
import gzip
import io
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import make
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import InputError, MissingExtraError, ParamError, read, scan
from dedup.io import check_keep, write_kept

TEXT = make.article(Random(1), 60)
OTHER = make.article(Random(2), 60)
PACK = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
}
UNPACK = {
    "": lambda data: data,
    ".gz": gzip.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


def write_both(folder, path, kept, **columns):
    """The bytes of what is kept of a file, and of what is not."""
    result = []
    for name, mask in (("kept", kept), ("dropped", [not k for k in kept])):
        reader = read(path, **columns)
        assert len(list(reader)) == len(kept)
        target = folder / f"{name}-{path.name}"
        assert write_kept(target, reader, mask) == sum(mask)
        result.append(target.read_bytes())
    return result


def again(kept, parts):
    """The items of two lists, in the order in which they were one."""
    sources = [iter(part) for part in parts]
    items = [next(sources[not k]) for k in kept]
    assert [list(source) for source in sources] == [[], []]
    return items


# Values as they come in practice: of all types, empty, with quotes, line ends and signs of other scripts.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
STRINGS = st.text(CHARACTERS, max_size=12) | st.sampled_from(
    ["", '"', "a,b;c\td", "x\r\ny", "\ufeff", "=1+1", "Hà Nội"]
)
TEXTS = STRINGS.map(lambda s: "Mưa " + s)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | STRINGS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRINGS, inner, max_size=3),
    max_leaves=4,
)
PACKINGS = st.sampled_from(list(PACK))
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
numbers = itertools.count()


def folder_for(tmp_path):
    path = tmp_path / str(next(numbers))
    path.mkdir()
    return path


def masks(items):
    return st.lists(st.booleans(), min_size=len(items), max_size=len(items))


# -------------------------------------------------------------------------------------------------------- JSON Lines


@given(
    data=st.data(), packing=PACKINGS, mark=st.sampled_from([b"", codecs.BOM_UTF8]), end=st.sampled_from(["\n", "\r\n"])
)
@QUICK
def test_json_lines_are_copied_as_they_stand(tmp_path, data, packing, mark, end):
    folder = folder_for(tmp_path)
    items = data.draw(st.lists(st.dictionaries(STRINGS, VALUES, max_size=3), min_size=1, max_size=6))
    lines = []
    for item in items:
        options = {
            "ensure_ascii": data.draw(st.booleans()),
            "separators": data.draw(st.sampled_from([None, (",", " :  ")])),
        }
        line = json.dumps({"id": None, **item, "text": "Mưa " + str(len(lines))}, **options)
        lines.append((line.replace("\u2028", "\\u2028") + end).encode())
    kept = data.draw(masks(items))
    blank = data.draw(st.booleans())
    path = folder / f"a.jsonl{packing}"
    path.write_bytes(PACK[packing](mark + (b"\n \n" if blank else b"").join(lines).removesuffix(b"\n")))
    parts = [
        UNPACK[packing](part).removeprefix(mark).splitlines(keepends=True) for part in write_both(folder, path, kept)
    ]
    whole = [line.removesuffix(b"\n") for line in again(kept, parts)]
    assert whole == [line.removesuffix(b"\n") for line in lines]


# --------------------------------------------------------------------------------------------------------------- CSV


@given(
    data=st.data(),
    packing=PACKINGS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
    dialect=st.sampled_from([(",", "\r\n"), (";", "\n"), ("\t", "\r\n"), (",", "\r")]),
)
@QUICK
def test_rows_of_csv_are_copied_as_they_stand(tmp_path, data, packing, encoding, dialect):
    folder = folder_for(tmp_path)
    delimiter, end = dialect
    fields = STRINGS.filter(lambda s: "\x1a" not in s)
    rows = data.draw(st.lists(st.tuples(TEXTS, fields, fields), min_size=1, max_size=6))
    kept = data.draw(masks(rows))
    out = io.StringIO(newline="")
    # Told to end lines otherwise, Python's writer leaves a lone CR or LF in a field without quotes.
    quoting = data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])) if end == "\r\n" else csv.QUOTE_ALL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([["text", "n a", "dòng\nhai"], *rows])
    mark = codecs.BOM_UTF16_BE.decode("utf-16-be") if encoding == "utf-16-be" else ""
    path = folder / f"a.{'tsv' if delimiter == chr(9) else 'csv'}{packing}"
    path.write_bytes(PACK[packing]((mark + out.getvalue()).encode(encoding)))
    parts = []
    for part in write_both(folder, path, kept):
        raw = UNPACK[packing](part)
        text = raw.decode("utf-16" if encoding.startswith("utf-16") else encoding)
        assert (raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) == encoding.startswith("utf-16")
        assert raw.startswith(codecs.BOM_UTF8) == (encoding == "utf-8-sig")
        header = out.getvalue()[: len(out.getvalue()) - len(body(rows, delimiter, end, quoting))]
        assert text.startswith(header)
        parts.append(list(csv.reader(io.StringIO(text.removeprefix(header), newline=""), delimiter=delimiter)))
        chosen = [row for row, k in zip(rows, kept, strict=True) if k == (len(parts) == 1)]
        assert text == header + body(chosen, delimiter, end, quoting)
    assert [tuple(row) for row in again(kept, parts)] == rows


def body(rows, delimiter, end, quoting):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def test_rows_of_csv_that_no_writer_would_write(tmp_path):
    """Quotes in the middle, short rows, invalid UTF-8 in a row that is skipped, blank lines, no last line end."""
    rows = [
        b'x"y"z,"1"\r\n',
        b"ng\xe1\xba\xafn\n",
        b"\"hai\n\nd\xc3\xb2ng\", 'ba'\r\n",
        b"\xff\xfe,2\n",
        b'" a ""b"" ",=1',
    ]
    path = tmp_path / "a.csv"
    path.write_bytes(b"\n\ntext,other\n" + rows[0] + b"\n" + rows[1] + rows[2] + rows[3] + rows[4])
    kept, dropped = write_both(tmp_path, path, [True, False, True, False])
    assert kept == b"text,other\n" + rows[0] + rows[2]
    assert dropped == b"text,other\n" + rows[1] + rows[4]


# -------------------------------------------------------------------------------------------------------------- JSON


@given(data=st.data(), packing=PACKINGS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@QUICK
def test_items_of_json_are_copied_as_they_stand(tmp_path, data, packing, encoding):
    folder = folder_for(tmp_path)
    items = data.draw(st.lists(st.dictionaries(STRINGS, VALUES, max_size=3), min_size=1, max_size=5))
    items = [{**item, "text": f"Mưa {n}"} for n, item in enumerate(items)]
    kept = data.draw(masks(items))
    options = {"indent": data.draw(st.sampled_from([None, 2])), "ensure_ascii": data.draw(st.booleans())}
    key = data.draw(st.sampled_from([None, "articles", "data"]))
    about = {"a": {"data": [1, {"b": "]"}]}, "n": 1.50} if key else {}
    value = {**about, key: items, "behind": [{}]} if key else items
    path = folder / f"a.json{packing}"
    path.write_bytes(PACK[packing](f" {json.dumps(value, **options)}\n".encode(encoding)))
    parts = []
    for part in write_both(folder, path, kept):
        found = json.loads(UNPACK[packing](part).decode(encoding))
        if key:
            assert {**found, key: None} == {**value, key: None}
            assert list(found) == list(value)
        parts.append(found[key] if key else found)
    assert again(kept, parts) == items


def test_numbers_and_spaces_of_json_stay(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        '{"articles": [1], "articles":[ {"text":"Mưa","n":1.50e1,"n":2} ,\n 5, {"text" :"Gió\\u0300"}\n], "x": -0}\n'
    )
    kept, dropped = write_both(tmp_path, path, [False, True])
    assert kept.decode() == '{"articles": [1], "articles":[ {"text" :"Gió\\u0300"}\n], "x": -0}\n'
    assert dropped.decode() == '{"articles": [1], "articles":[ {"text":"Mưa","n":1.50e1,"n":2}\n], "x": -0}\n'


# ----------------------------------------------------------------------------------------------------------- Parquet

ARROW = {
    "int": (pa.int16(), st.integers(-100, 100)),
    "float": (pa.float32(), st.floats(width=32, allow_nan=False)),
    "time": (pa.timestamp("ns", "Asia/Ho_Chi_Minh"), st.integers(0, 2**60)),
    "day": (pa.date32(), st.dates()),
    "money": (pa.decimal128(9, 2), st.decimals(-1000, 1000, places=2)),
    "bytes": (pa.binary(), st.binary(max_size=5)),
    "tags": (pa.list_(pa.large_string()), st.lists(STRINGS | st.none(), max_size=3)),
    "map": (
        pa.map_(pa.string(), pa.int64()),
        st.dictionaries(STRINGS, st.integers(0, 9), max_size=2).map(lambda d: [*d.items()]),
    ),
    "pair": (
        pa.struct([("x", pa.int64()), ("y", pa.string())]),
        st.fixed_dictionaries({"x": st.integers(0, 9), "y": STRINGS}),
    ),
    "word": (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["a", "b", "Hà Nội"])),
    "null": (pa.null(), st.none()),
}


@given(
    data=st.data(), packing=PACKINGS, codec=st.sampled_from(["NONE", "SNAPPY", "GZIP", "ZSTD"]), group=st.integers(1, 5)
)
@QUICK
def test_rows_of_parquet_keep_types_and_metadata(tmp_path, data, packing, codec, group):
    folder = folder_for(tmp_path)
    names = data.draw(st.lists(st.sampled_from(sorted(ARROW)), unique=True, max_size=4))
    count = data.draw(st.integers(1, 8))
    columns = {"text": pa.array([data.draw(TEXTS) for _ in range(count)])}
    for name in names:
        kind, values = ARROW[name]
        columns[name] = pa.array([data.draw(values | st.none()) for _ in range(count)], kind)
    table = pa.table(columns)
    fields = [f.with_metadata({"unit": f.name}) for f in table.schema]
    table = table.cast(pa.schema(fields, metadata={"by": "báo", "pandas": "{}"}))
    kept = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    plain = folder / "plain.parquet"
    pq.write_table(table, plain, compression=codec, row_group_size=group)
    path = folder / f"a.parquet{packing}"
    path.write_bytes(PACK[packing](plain.read_bytes()))
    parts = []
    for part in write_both(folder, path, kept):
        file = pq.ParquetFile(io.BytesIO(UNPACK[packing](part)))
        assert file.schema_arrow.equals(pq.read_schema(plain), check_metadata=True)
        found = file.read()
        found.validate(full=True)
        parts.append(found)
        groups = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
        mine = [k == (len(parts) == 1) for k in kept]
        assert groups == [n for n in (sum(mine[i : i + group]) for i in range(0, count, group)) if n]
        if groups:
            packings = {file.metadata.row_group(0).column(0).compression}
            assert packings == {"UNCOMPRESSED" if codec == "NONE" else codec}
    whole = pq.read_table(plain)
    for part, keep in zip(parts, (True, False), strict=True):
        expected = whole.filter(pa.array([k == keep for k in kept]))
        assert part.combine_chunks().equals(expected.combine_chunks())
        again(kept, [p.to_pylist() for p in parts])


def test_row_groups_longer_than_a_batch(tmp_path):
    path = tmp_path / "a.parquet"
    kept = [Random(n).random() < 0.5 for n in range(5000)]
    words = pa.array([str(n % 7) for n in range(5000)]).dictionary_encode()
    table = pa.table({"text": [f"Mưa {n}" for n in range(5000)], "n": range(5000), "w": words})
    pq.write_table(table, path, row_group_size=1500, use_deprecated_int96_timestamps=True)
    raw, _ = write_both(tmp_path, path, kept)
    file = pq.ParquetFile(io.BytesIO(raw))
    assert file.read().column("n").to_pylist() == [n for n in range(5000) if kept[n]]
    groups = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
    assert groups == [sum(kept[i : i + 1500]) for i in range(0, 5000, 1500)]


def test_old_times_of_parquet_stay_as_they_are_stored(tmp_path):
    path = tmp_path / "a.parquet"
    table = pa.table({"text": ["Mưa", "Gió"], "at": pa.array([1, 2**60], pa.timestamp("ns"))})
    pq.write_table(table, path, use_deprecated_int96_timestamps=True, store_schema=False)
    raw, _ = write_both(tmp_path, path, [False, True])
    file = pq.ParquetFile(io.BytesIO(raw))
    assert file.metadata.row_group(0).column(1).physical_type == "INT96"
    assert file.read().column("at").cast(pa.int64()).to_pylist() == [2**60]


# ------------------------------------------------------------------------------------------------- folders and paths


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def news(tmp_path):
    """A folder of every kind of file; some of the articles are copies."""
    folder = tmp_path / "news"
    (folder / "2024" / "05").mkdir(parents=True)
    lines = [json.dumps({"id": f"l{n}", "text": text, "k": [n]}) for n, text in enumerate((TEXT, TEXT, OTHER))]
    (folder / "2024" / "05" / "a.jsonl.zst").write_bytes(PACK[".zst"]("\n".join(lines).encode()))
    (folder / "2024" / "b.csv").write_text(
        f'id;text\nc1;"{TEXT}"\nc2;"{make.article(Random(3), 60)}"\n', encoding="utf-8-sig"
    )
    (folder / "c.txt").write_text(TEXT.upper())
    (folder / "d.txt.gz").write_bytes(PACK[".gz"](make.article(Random(4), 60).encode()))
    (folder / "e.json").write_text(json.dumps({"text": make.article(Random(5), 60), "title": "một"}))
    (folder / "f.json").write_text(
        json.dumps([{"id": "j1", "text": TEXT}, {"id": "j2", "text": make.article(Random(6), 60)}])
    )
    pq.write_table(pa.table({"id": ["p1", "p2"], "text": [TEXT, make.article(Random(7), 60)]}), folder / "g.parquet")
    (folder / "h.jsonl").write_text(json.dumps({"id": "h1", "text": TEXT}) + "\n")
    (folder / "i.csv").write_text("text\n")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8")
    (folder / "broken.parquet").write_bytes(b"PAR1")
    (folder / "empty.jsonl").write_bytes(b"")
    (folder / ".hidden.txt").write_text(TEXT)
    return folder


def test_a_folder_for_a_folder(command, news, tmp_path):
    out = tmp_path / "kept"
    code, _, err = command("scan", news, "--keep", out, "--decisions", tmp_path / "d.jsonl", "--lang", "en")
    assert code == 0
    assert f"7 of 13 articles kept, written to {out}" in err
    decisions = [json.loads(line) for line in (tmp_path / "d.jsonl").read_text().splitlines()]
    assert len(decisions) == 13 + 3  # and three files that cannot be read
    kept = {d["id"] for d in decisions if d["keep"]}
    assert {a.id for a in read(out)} == kept == {"c.txt", "l2", "c2", "d.txt.gz", "e.json", "j2", "p2"}
    before, after = tree(news), tree(out)
    gone = {"picture.jpg", "broken.parquet", ".hidden.txt"}
    assert set(after) == set(before) - gone
    for name in ("d.txt.gz", "e.json", "i.csv", "c.txt", "empty.jsonl"):
        assert after[name] == before[name]
    assert after["h.jsonl"] == b""
    assert UNPACK[".zst"](after["2024/05/a.jsonl.zst"]) == UNPACK[".zst"](before["2024/05/a.jsonl.zst"]).splitlines()[2]
    assert sorted(os.listdir(tmp_path)) == ["d.jsonl", "kept", "news"]


def test_an_article_alone_that_is_dropped_has_no_file(command, tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt.gz"):
        (folder / name).write_bytes(PACK[".gz" if name.endswith(".gz") else ""](TEXT.encode()))
    (folder / "d.json").write_text(json.dumps({"text": TEXT}))
    assert command("scan", folder, "--keep", tmp_path / "out")[0] == 0
    assert tree(tmp_path / "out") == {"a.txt": TEXT.encode()}


def test_nothing_but_dropped_articles(command, tmp_path):
    new, old = tmp_path / "new", tmp_path / "old.jsonl"
    new.mkdir()
    (new / "a.txt").write_text(TEXT)
    old.write_text(json.dumps({"id": "o", "text": TEXT}))
    assert command("scan", new, "--against", old, "--keep", tmp_path / "out")[0] == 0
    assert tree(tmp_path / "out") == {}
    assert (tmp_path / "out").is_dir()
    assert command("scan", new / "a.txt", "--against", old, "--keep", tmp_path / "out.txt")[0] == 0
    assert (tmp_path / "out.txt").read_bytes() == b""


def test_several_inputs(command, news, tmp_path):
    single = tmp_path / "tin.jsonl"
    single.write_text(json.dumps({"id": "s", "text": make.article(Random(8), 60)}) + "\n")
    out = tmp_path / "kept"
    assert command("scan", f"{news}/", single, "--keep", out)[0] == 0
    assert (out / "tin.jsonl").read_bytes() == single.read_bytes()
    assert (out / "news" / "e.json").read_bytes() == (news / "e.json").read_bytes()
    assert sorted(os.listdir(out)) == ["news", "tin.jsonl"]
    other = tmp_path / "other" / "tin.jsonl"
    other.parent.mkdir()
    other.write_text("")
    code, _, err = command("scan", single, other, "--keep", tmp_path / "k2", env={"LANG": "en"})
    assert (code, "two inputs are named 'tin.jsonl'" in err) == (2, True)
    assert not (tmp_path / "k2").exists()


def test_a_file_for_a_file(command, tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate((TEXT, OTHER, TEXT))]
    path.write_text("".join(lines))
    target = tmp_path / "b.ndjson"
    target.write_text("as it was")
    assert command("scan", path, "--keep", target)[0] == 0
    assert target.read_text() == lines[0] + lines[1]
    code, out, err = command("scan", path, "--keep", "-", "--lang", "en")
    assert (code, out) == (0, lines[0] + lines[1])
    assert "3 articles read" in err
    (tmp_path / "into").mkdir()
    for folder in (tmp_path / "into", f"{tmp_path}/made/"):
        assert command("scan", path, "--keep", folder)[0] == 0
        assert Path(folder, "a.jsonl").read_text() == lines[0] + lines[1]


def test_standard_input(command, tmp_path):
    lines = [json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate((TEXT, OTHER, TEXT))]
    text = "".join([lines[0], "no json\n", *lines[1:]])
    for target in (tmp_path / "k.jsonl", "-"):
        code, out, _ = command("scan", "-", "--keep", target, text=text)
        assert (code, out if target == "-" else target.read_text()) == (0, lines[0] + lines[1])
    assert command("scan", "-", "--keep", tmp_path / "k.csv", text=text)[0] == 2
    code, _, err = command("scan", "-", tmp_path / "k.jsonl", "--keep", tmp_path / "k2", text=text)
    assert (code, "standard input cannot be kept together with other inputs" in err) == (2, True)


def test_an_empty_day(command, tmp_path):
    for name, data in {"a.jsonl": b"", "b.csv": b"", "c.jsonl.gz": gzip.compress(b""), "d.json": b"[]"}.items():
        path, target = tmp_path / name, tmp_path / f"kept-{name}"
        path.write_bytes(data)
        assert command("scan", path, "--keep", target)[0] == 0
        assert target.exists()
        packing = "".join(Path(name).suffixes[1:])
        assert UNPACK[packing](target.read_bytes()) == UNPACK[packing](data)
    (tmp_path / "nothing").mkdir()
    assert command("scan", tmp_path / "nothing", "--keep", tmp_path / "out")[0] == 0
    assert tree(tmp_path / "out") == {}
    table = pa.table({"text": pa.array([], pa.string()), "x": pa.array([], pa.int8())})
    pq.write_table(table, tmp_path / "e.parquet")
    assert command("scan", tmp_path / "e.parquet", "--keep", tmp_path / "kept-e.parquet")[0] == 0
    assert pq.read_table(tmp_path / "kept-e.parquet").schema == table.schema


def test_a_damaged_file_gives_what_was_read_of_it(command, tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    lines = [json.dumps({"id": n, "text": make.article(Random(n), 60)}) + "\n" for n in range(400)]
    data = zstandard.ZstdCompressor().compress("".join(lines).encode())
    (folder / "a.jsonl.zst").write_bytes(data[: len(data) // 2])
    (folder / "b.csv").write_text(f'text\n"{TEXT}"\n"open\n')
    rows = [make.article(Random(n), 60) for n in range(3000)]
    pq.write_table(
        pa.table({"text": rows}), folder / "c.parquet", compression="NONE", use_dictionary=False, data_page_size=8192
    )
    damaged = bytearray((folder / "c.parquet").read_bytes())
    place = damaged.find(rows[2500].encode()[:60])
    damaged[place - 9000 : place] = b"\xff" * 9000
    (folder / "c.parquet").write_bytes(damaged)
    reader = read(folder)
    texts = [a.text for a in reader]
    assert len(reader.skipped) == 3
    assert write_kept(tmp_path / "out", reader, [True] * len(texts)) == len(texts)
    found = read(tmp_path / "out")
    assert [a.text for a in found] == texts
    assert found.skipped == []


# ---------------------------------------------------------------------------------------------------------- refusals


def test_refusals(command, news, tmp_path, monkeypatch):
    """All before anything is read, and nothing is touched."""
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").write_text("x")
    (tmp_path / "link").symlink_to(news)
    for target, code, said in [
        (news, 1, "is an input"),
        (news / "kept", 1, "lies in the input"),
        (tmp_path / "link" / "kept", 1, "lies in the input"),
        (full, 1, "is a folder that is not empty"),
        (full / "x", 1, "is a file: need a folder"),
        (tmp_path / "no" / "where", 1, "no such folder"),
        ("-", 2, "need one input of JSON Lines"),
    ]:
        before = tree(tmp_path)
        found, out, err = command("scan", news, "--keep", target, "--matches", tmp_path / "m.csv", env={"LANG": "en"})
        assert (found, out, said in err.splitlines()[-1]) == (code, "", True), target
        assert tree(tmp_path) == before
    old = news / "h.jsonl"
    (tmp_path / "same.jsonl").hardlink_to(old)
    for target, code, said in [
        (tmp_path / "kept.csv", 2, "need a name that ends in .jsonl"),
        (tmp_path / "kept.jsonl.gz", 2, "need a name that ends in .jsonl"),
        (old, 1, "is an input"),
        (tmp_path / "same.jsonl", 1, "is an input"),
        (tmp_path / "no" / "k.jsonl", 1, "no such folder"),
    ]:
        found, out, err = command("scan", old, "--keep", target, env={"LANG": "en"})
        assert (found, out, said in err) == (code, "", True), target
    found, _, err = command("scan", old, "--against", full, "--keep", full / "k.jsonl", env={"LANG": "en"})
    assert (found, "lies in the input" in err) == (1, True)
    monkeypatch.setattr(os, "access", lambda *args: False)
    with pytest.raises(InputError, match="no permission"):
        check_keep(tmp_path / "out", [news])
    monkeypatch.setattr(os.path, "ismount", lambda path: True)
    (tmp_path / "mounted").mkdir()
    with pytest.raises(InputError, match="mount point"):
        check_keep(tmp_path / "mounted", [news])


def test_a_mask_of_another_length(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Mưa"}\n')
    reader = read(path)
    with pytest.raises(ParamError, match="kept: 1 values, need one for each of 0 articles"):
        write_kept(tmp_path / "b.jsonl", reader, [True])


@pytest.mark.parametrize("change", ["longer", "other time", "gone"])
@pytest.mark.parametrize("is_folder", [True, False])
def test_an_input_that_changed_meanwhile(tmp_path, change, is_folder):
    folder = tmp_path / "news"
    folder.mkdir()
    path = folder / "a.jsonl"
    (folder / "b.txt").write_text(TEXT)
    path.write_text('{"text": "Mưa"}\n')
    reader = read(folder if is_folder else path)
    kept = [True for _ in reader]
    if change == "gone":
        path.unlink()
    elif change == "longer":
        path.write_text('{"text": "Mưa"}\n\n')
    else:
        os.utime(path, ns=(1, 1))
    target = tmp_path / ("out" if is_folder else "out.jsonl")
    with pytest.raises(InputError, match=r"a\.jsonl: changed since it was read"):
        write_kept(target, reader, kept)
    assert os.listdir(tmp_path) == ["news"]


def test_an_unreadable_file_alone(command, tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 nothing")
    code, _, err = command("scan", path, "--keep", tmp_path / "b.parquet", env={"LANG": "en"})
    assert (code, "nothing is kept of it: not valid Parquet" in err) == (1, True)
    assert os.listdir(tmp_path) == ["a.parquet"]


def test_without_pyarrow(tmp_path, monkeypatch):
    folder = tmp_path / "news"
    folder.mkdir()
    pq.write_table(pa.table({"text": [TEXT]}), folder / "a.parquet")
    reader = read(folder)
    kept = [True for _ in reader]
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match="reading Parquet"):
        write_kept(tmp_path / "out", reader, kept)
    assert os.listdir(tmp_path) == ["news"]


# ----------------------------------------------------------------------------------------------- whole or not at all


@pytest.mark.parametrize("is_folder", [True, False])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("failing", ["fsync", "rename"])
def test_a_failing_write_leaves_nothing(news, tmp_path, monkeypatch, is_folder, error, failing):
    reader = read(news if is_folder else news / "h.jsonl")
    kept = [True for _ in reader]
    calls = itertools.count()

    def fail(*args):
        if failing == "rename" or not is_folder or next(calls) == 3:
            raise error

    monkeypatch.setattr(os, {"fsync": "fsync", "rename": "rename" if is_folder else "replace"}[failing], fail)
    target = tmp_path / ("out" if is_folder else "out.jsonl")
    with pytest.raises(type(error)):
        write_kept(target, reader, kept)
    assert os.listdir(tmp_path) == ["news"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_killed_while_it_writes(tmp_path, sign):
    folder = tmp_path / "news"
    folder.mkdir()
    for n in range(3000):
        (folder / f"{n}.txt").write_text(f"Mưa ở Hà Lâm, số {n}.")
    command = [
        sys.executable,
        "-m",
        "dedup",
        "scan",
        folder,
        "--keep",
        tmp_path / "out",
        "--summary",
        tmp_path / "s.json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    limit = time.monotonic() + 60
    while not list(tmp_path.glob(".dedup*/1*.txt")) and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.002)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[sign]
    seen = {name for name in os.listdir(tmp_path) if not name.startswith(".")}
    if sign == signal.SIGKILL:
        assert seen == {"news"}
        return
    assert {*os.listdir(tmp_path)} == {"news", "s.json"}
    state = json.loads((tmp_path / "s.json").read_text())
    assert (state["exit"], state["state"]) == (process.returncode, "interrupted")


# ------------------------------------------------------------------------------------------------------ a whole scan


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_scan_of_anything(tmp_path, data):
    """Kept and dropped articles together are the input: as the decisions say, in the order of the input."""
    folder = folder_for(tmp_path)
    news = folder / "news"
    news.mkdir()
    texts = st.sampled_from([TEXT, TEXT.upper(), OTHER, OTHER + " xa", " ".join(TEXT.split()[:40]), "?", "Mưa lớn."])
    for name in data.draw(
        st.lists(st.sampled_from(["a.jsonl", "b.csv", "c.parquet", "d.json"]), min_size=1, unique=True)
    ):
        items = [
            {"id": f"{name}-{data.draw(st.integers(0, 5))}", "text": data.draw(texts), "x": data.draw(STRINGS)}
            for _ in range(data.draw(st.integers(1, 6)))
        ]
        path = news / name
        if name == "a.jsonl":
            path.write_text("".join(json.dumps(item) + "\n" for item in items))
        elif name == "b.csv":
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([["id", "text", "x"], *(item.values() for item in items)])
        elif name == "c.parquet":
            pq.write_table(pa.Table.from_pylist(items), path, row_group_size=2)
        else:
            path.write_text(json.dumps(items))
    reader = read(news)
    found = scan(reader)
    whole = [(a.id.split("#")[0], a.text, a.extra) for a in read(news)]
    mask = found.kept()
    assert len(mask) == len(whole) == len([*found.decisions()])
    parts = []
    for name, kept in (("kept", mask), ("dropped", [not k for k in mask])):
        write_kept(folder / name, reader, kept)
        parts.append([(a.id, a.text, a.extra) for a in read(folder / name)])
    assert again(mask, parts) == whole
