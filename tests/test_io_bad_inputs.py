"""Reading: what cannot be used is named with its reason, and the rest goes on."""

import gzip
import json
import logging
import os
import socket

import pytest
import zstandard

import dedup.io.streams
from dedup.io import read
from dedup.models import Skipped

GOOD = "Chiều 3/5 tỉnh Hà Lâm công bố giá nước sinh hoạt mới."

NOT_READ = "not read: need one of .txt, .html, .htm, .xhtml, .json, .jsonl, .ndjson, .csv, .tsv, .parquet"
NOT_READ += ", each also with .gz or .zst"


def put(folder, name, data):
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def left_out(folder, texts=(GOOD,)):
    """Reads a folder that also has one good file, asserts the texts, returns what was left out, by relative path."""
    put(folder, "zz.txt", GOOD)
    with read(folder) as reader:
        assert [a.text for a in reader] == list(texts)
    assert reader.bytes_read == reader.bytes_total
    return {os.path.relpath(s.input, folder): s.reason for s in reader.skipped}


def test_text_files(tmp_path):
    put(tmp_path, "a.txt", b"ti\xe1\xba\xbfng vi\xea")
    put(tmp_path, "b.txt", b"\xef\xbb\xbfok\xff")
    put(tmp_path, "c.txt", b"%PDF\0\1\2")
    put(tmp_path, "d.txt", b"")
    put(tmp_path, "e.txt", "\ufeff \r\n\u00a0\t")
    put(tmp_path, "f.txt", b"\xff\xfea\0b")
    put(tmp_path, "g.txt", "\ufeffa\0b".encode("utf-16-le"))
    put(tmp_path, "h.pdf", "x")
    put(tmp_path, "i.gz", "x")
    assert left_out(tmp_path) == {
        "a.txt": "invalid UTF-8 at byte offset 10",
        "b.txt": "invalid UTF-8 at byte offset 5",
        "c.txt": "binary file",
        "d.txt": "empty",
        "e.txt": "empty",
        "f.txt": "invalid UTF-16 at byte offset 4",
        "g.txt": "binary file",
        "h.pdf": NOT_READ,
        "i.gz": NOT_READ,
    }


def test_an_unknown_suffix_named_directly(tmp_path):
    reader = read(put(tmp_path, "a.docx", "x"))
    assert list(reader) == []
    assert reader.skipped[0].reason.startswith("not read: need one of .txt")


def test_lines_of_jsonl(tmp_path, caplog):
    deep = '{"text": ' + "[" * 100_000
    bad = [b"{", b'"text"', b'{"title": "x"}', b'{"text": 5}', b'{"text": null}', b'{"text": "\xff"}', deep.encode()]
    bad += [b'{"text": "x", "id": [1]}', b'{"text": "x", "id": true}', b'{"text": ' + b"9" * 5000 + b"}", b"{} {}"]
    good = json.dumps({"text": GOOD}).encode()
    path = put(tmp_path, "a.jsonl", b"\n".join([good, *bad, good]))
    with caplog.at_level(logging.WARNING, "dedup.io"):
        reader = read(path)
        assert [a.id for a in reader] == ["a.jsonl:1", f"a.jsonl:{len(bad) + 2}"]
    usual = "text, content, body, noi_dung, content_text, article, full_text, maintext, van_ban"
    reasons = [
        "not valid JSON: Expecting property name enclosed in double quotes (line 2, column 1)",
        "not a JSON object",
        f"no text: need a column {usual} or one named by the caller",
        "the text is a number: need a string",
        "no text",
        "invalid UTF-8 at byte offset 10",
        "JSON nested too deeply",
        "the id is a list: need a string or a number",
        "the id is true or false: need a string or a number",
        "not valid JSON: Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; "
        "use sys.set_int_max_str_digits() to increase the limit",
        "not valid JSON: Extra data (column 4)",
    ]
    assert reader.skipped == [Skipped(f"{path}:{n}", reason) for n, reason in enumerate(reasons, start=2)]
    assert [r.getMessage() for r in caplog.records] == [f"{s.input}: {s.reason}" for s in reader.skipped]
    assert {r.levelname for r in caplog.records} == {"WARNING"}


def test_jsonl_files(tmp_path):
    put(tmp_path, "a.jsonl", b"")
    put(tmp_path, "b.jsonl", " \n\r\n")
    put(tmp_path, "c.jsonl", b"\x7fELF\0\0\n\n\xff\n")
    put(tmp_path, "d.jsonl", '{"text": "x"}'.encode("utf-16"))
    utf16 = "UTF-16: JSON Lines need UTF-8"
    assert left_out(tmp_path) == {"a.jsonl": "empty", "b.jsonl": "empty", "c.jsonl": "binary file", "d.jsonl": utf16}


def test_json_files(tmp_path):
    put(tmp_path, "a.json", '{"text": "x",\n}')
    put(tmp_path, "b.json", "5")
    put(tmp_path, "c.json", json.dumps([1, {"title": "x"}, {"text": GOOD}]))
    put(tmp_path, "d.json", " ")
    put(tmp_path, "e.json", '{"title": "x"}')
    put(tmp_path, "f.json", "[]")
    skipped = left_out(tmp_path, [GOOD, GOOD])
    assert skipped.pop("a.json").startswith("not valid JSON: ")
    assert skipped.pop("c.json:2").startswith("no text: need a column text, content")
    assert skipped.pop("e.json").startswith("no text: need a column text, content")
    assert skipped == {"b.json": "not a JSON object", "c.json:1": "not a JSON object", "d.json": "empty"}


def test_csv_rows(tmp_path):
    body = (
        f'text,id\r\n{GOOD},1\r\n"{GOOD}\r\n",2,3\r\n\r\n,4\r\nx\0y,5\r\n'.encode()
        + b"\xff,6\r\n"
        + f"{GOOD}\r\n".encode()
    )
    put(tmp_path, "a.csv", body)
    assert left_out(tmp_path, [GOOD] * 3) == {
        "a.csv:3": "3 fields where the header has 2",
        "a.csv:6": "no text",
        "a.csv:7": "NUL characters",
        "a.csv:8": "invalid UTF-8",
    }


def test_csv_files(tmp_path):
    put(tmp_path, "a.csv", "")
    put(tmp_path, "b.csv", "tiêu đề;mã\nx;1\n")
    put(tmp_path, "c.csv", f'\n text,id\n{GOOD},1\n"mở mà không đóng,2\n{GOOD},3\n')
    put(tmp_path, "d.csv", "text,id\nx,1\n".encode("utf-16-le"))
    put(tmp_path, "e.csv", f"\ufefftext,id\n{GOOD},1\n".encode("utf-16-le") + b"\0\xd8,\0x\0\n\0y\0\n\0z")
    put(tmp_path, "f.csv", b"text,m\xe3\nx,1\n")
    put(tmp_path, "g.csv", '"text,id\nx,1\n')
    skipped = left_out(tmp_path, [GOOD, GOOD, "y", GOOD])
    assert skipped.pop("b.csv").endswith("or one named by the caller; there are tiêu đề, mã")
    assert skipped == {
        "a.csv": "empty",
        "c.csv": "line 4: a quote opens that is not closed before the end of the file",
        "d.csv": "binary file",
        "e.csv:3": "invalid UTF-16",
        "e.csv": "invalid UTF-16 after line 4: half a character",
        "f.csv": "line 1: invalid UTF-8",
        "g.csv": "line 1: a quote opens that is not closed before the end of the file",
    }


def test_a_large_csv_field(tmp_path):
    put(tmp_path, "a.csv", "text\n" + "à" * 1_000_000 + "\n")
    assert left_out(tmp_path, ["à" * 1_000_000, GOOD]) == {}


@pytest.mark.timeout(60)  # quadratic time would take hours
@pytest.mark.parametrize("body", [b'{"text": "' + b"a" * 100_000_000, b"[" * 100_000_000, b"\xc3" * 100_000_000])
def test_a_line_of_100_mb(tmp_path, body):
    path = put(tmp_path, "a.jsonl", body + b'\n{"text": "sau"}')
    reader = read(path)
    assert [a.text for a in reader] == ["sau"]
    assert [s.input for s in reader.skipped] == [f"{path}:1"]
    assert len(reader.skipped[0].reason) < 100
    path.unlink()


def test_limits(tmp_path, monkeypatch):
    monkeypatch.setattr("dedup.io.streams.LINE_LIMIT", 1 << 20)
    monkeypatch.setattr("dedup.io.records.LINE_LIMIT", 1 << 20)
    monkeypatch.setattr("dedup.io.records.JSON_LIMIT", 2 << 20)
    line = json.dumps({"text": "a" * (1 << 20)}) + "\n"
    put(tmp_path, "a.jsonl", line + json.dumps({"text": GOOD}) + "\n" + line)
    put(tmp_path, "b.txt.gz", gzip.compress(line.encode()))
    put(tmp_path, "c.csv", line)
    put(tmp_path, "d.json", "[" + line * 3)
    assert left_out(tmp_path, [GOOD, GOOD]) == {
        "a.jsonl:1": "longer than 1 MiB",
        "a.jsonl:3": "longer than 1 MiB",
        "b.txt.gz": "longer than 1 MiB",
        "c.csv": "line 1: longer than 1 MiB",
        "d.json": "longer than 2 MiB",
    }


COMPRESS = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}


@pytest.mark.parametrize("packing", COMPRESS)
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_stands_before_a_break_is_read(tmp_path, kind, packing):
    rows = [os.urandom(400).hex() for _ in range(2000)]
    plain = "text\n" + "\n".join(rows) if kind == "csv" else "\n".join(json.dumps({"text": row}) for row in rows)
    packed = COMPRESS[packing](plain.encode())
    path = put(tmp_path, f"a.{kind}.{packing}", packed[: len(packed) // 2])
    with read(path) as reader:
        texts = [a.text for a in reader]
    assert texts == rows[: len(texts)]
    assert 700 < len(texts) < 1010
    name = "gzip" if packing == "gz" else "zstd"
    assert reader.skipped == [Skipped(str(path), f"truncated: the {name} data break off")]


@pytest.mark.parametrize("packing", COMPRESS)
def test_packed_files(tmp_path, packing):
    pack = COMPRESS[packing]
    whole = pack(json.dumps({"text": GOOD}).encode() + b"\n")
    put(tmp_path, f"a.txt.{packing}", pack(GOOD.encode())[:-3])
    put(tmp_path, f"b.json.{packing}", whole[:-3])
    put(tmp_path, f"c.jsonl.{packing}", whole + whole)  # members one after the other are one file
    put(tmp_path, f"d.jsonl.{packing}", b"khong nen")
    put(tmp_path, f"e.jsonl.{packing}", whole + whole[:2])
    put(tmp_path, f"f.jsonl.{packing}", b"")
    put(tmp_path, f"g.jsonl.{packing}", whole + (b"\0" * 600 if packing == "gz" else b"\x50\x2a\x4d\x18\2\0\0\0ab"))
    put(tmp_path, f"h.parquet.{packing}", pack(b"PAR1 x")[:-3])
    skipped = left_out(tmp_path, [GOOD] * 5)
    name = "gzip" if packing == "gz" else "zstd"
    assert skipped.pop(f"d.jsonl.{packing}").startswith(f"damaged {name} data: ")
    assert skipped.pop(f"f.jsonl.{packing}") == "empty"
    broken = ("a.txt", "b.json", "e.jsonl", "h.parquet")
    assert skipped == {f"{stem}.{packing}": f"truncated: the {name} data break off" for stem in broken}


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    raw = pa.array([b"m\xe1\xbb\x99t", b"\xff", None])
    text = pa.Array.from_buffers(pa.string(), 3, raw.buffers())  # says that it is UTF-8 and is not
    for name, column in {"a": raw, "b": text, "c": pa.array([1, 2, 3]), "d": pa.nulls(3)}.items():
        pq.write_table(pa.table({"text": column, "id": ["x", "y", "z"]}), tmp_path / f"{name}.parquet")
    pq.write_table(pa.table({"tít": ["x"]}), tmp_path / "e.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    put(tmp_path, "f.parquet", whole[: len(whole) // 2])
    put(tmp_path, "g.parquet", "không phải")
    put(tmp_path, "h.parquet", "")
    skipped = left_out(tmp_path, ["một", "một", GOOD])
    assert skipped.pop("e.parquet").endswith("; there are tít")
    assert all(skipped.pop(f"{name}.parquet").startswith("not valid Parquet: ") for name in "fgh")
    assert skipped == {
        "a.parquet:2": "invalid UTF-8 at byte offset 0",
        "a.parquet:3": "no text",
        "b.parquet:2": "invalid UTF-8 at byte offset 0",
        "b.parquet:3": "no text",
        "c.parquet": "the text column 'text' is int64: need strings",
        "d.parquet": "the text column 'text' is null: need strings",
    }


def test_parquet_damaged_in_the_middle(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    texts = [os.urandom(50).hex() for _ in range(8000)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=4000, compression="zstd", use_dictionary=False)
    data = bytearray(path.read_bytes())
    middle = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
    reader = read(path)
    read_texts = [a.text for a in reader]
    assert read_texts == texts[: len(read_texts)]
    assert 2900 < len(read_texts) <= 4000
    assert [s.input for s in reader.skipped] == [str(path)]
    assert reader.skipped[0].reason.startswith("damaged Parquet after row ")


def test_things_that_are_no_files(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "a.jsonl")
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("b.txt")
        os.symlink("/dev/zero", tmp_path / "c.csv")
        os.symlink("không-có", tmp_path / "d.txt")
        os.symlink("e.txt", tmp_path / "e.txt")
        assert left_out(tmp_path) == {
            "a.jsonl": "not a regular file: a named pipe",
            "b.txt": "not a regular file: a socket",
            "c.csv": "not a regular file: a device",
            "d.txt": "broken symlink",
            "e.txt": "symlink loop",
        }
        reader = read(tmp_path / "a.jsonl")
        assert list(reader) == []
        assert reader.skipped[0].reason.startswith("not a regular file")


def test_loops_of_folders(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    os.symlink(tmp_path / "a", tmp_path / "a" / "b" / "lên")
    os.symlink(tmp_path / "a" / "b", tmp_path / "m")
    put(tmp_path / "a" / "b", "x.txt", "Bài.")
    assert left_out(tmp_path, ["Bài.", GOOD]) == {
        "a/b/lên": f"symlink loop: leads back to {tmp_path / 'a'}",
        "m": f"the same folder as {tmp_path / 'a' / 'b'}, which is read",
    }


def test_no_permission(tmp_path, monkeypatch):
    put(tmp_path, "a.txt", "Bài.").chmod(0)
    (tmp_path / "b").mkdir(mode=0)
    if os.geteuid() == 0:  # root may read everything: refuse in its place
        refuse(monkeypatch, "open", str(tmp_path / "a.txt"), dedup.io.streams)
        refuse(monkeypatch, "listdir", str(tmp_path / "b"), os)
    denied = "cannot be read: Permission denied"
    put(tmp_path, "zz.txt", GOOD)
    reader = read(tmp_path)
    assert [a.text for a in reader] == [GOOD]
    assert reader.skipped == [Skipped(str(tmp_path / name), denied) for name in ("a.txt", "b")]
    (tmp_path / "b").chmod(0o700)


def refuse(monkeypatch, name, path, module):
    original = getattr(module, name, open)

    def function(given, *rest, **options):
        if given == path:
            raise PermissionError(13, "Permission denied", given)
        return original(given, *rest, **options)

    monkeypatch.setattr(module, name, function, raising=False)


def test_a_file_that_vanishes(tmp_path):
    path = put(tmp_path, "a.txt", "Bài.")
    reader = read(path)
    path.unlink()
    assert list(reader) == []
    assert reader.skipped == [Skipped(str(path), "cannot be read: No such file or directory")]
