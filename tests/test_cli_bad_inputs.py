"""The command line on a folder of broken files: the good ones are scanned, each bad one is named in one line."""

import gzip
import json
import os
from random import Random

import make
import pyarrow
import pyarrow.parquet as pq
import pytest
import zstandard
from test_cli import start

TEXT = make.article(Random(1), 100)
LINES = "".join(json.dumps({"id": f"r{n}", "text": make.article(Random(n), 400)}) + "\n" for n in range(2, 40)).encode()


def parquet(path, columns):
    pq.write_table(pyarrow.table(columns), path)
    return path.read_bytes()


@pytest.fixture
def broken(tmp_path):
    """A folder of two good files that match and every kind of bad one: (folder, bad path → a word of its reason)."""
    folder = tmp_path / "tin"
    deep = folder / "sâu" / "hơn"
    deep.mkdir(parents=True)
    (folder / "good-1.txt").write_text("Mưa lớn ở Hà Lâm\n\n" + TEXT, encoding="utf-8")
    (deep / "good-2.json").write_text(json.dumps({"tieu_de": "Bài hai", "noi_dung": TEXT + " xa"}), encoding="utf-8")
    bad = {
        "invalid.txt": (TEXT.encode()[:300] + b"\xff\xfe" + TEXT.encode(), "invalid UTF-8"),
        "empty.txt": (b"", "empty"),
        "blank.txt": (b" \n\t\n", "empty"),
        "empty.jsonl": (b"", "empty"),
        "empty.parquet": (b"", "Parquet"),
        "binary.txt": (b"\x7fELF\0\1\2\0" * 50, "binary"),
        "binary.csv": (b"\x89PNG\0\1\2\0" * 50, "binary"),
        "cut.jsonl.gz": (gzip.compress(LINES)[:-2000], "truncated"),
        "cut.jsonl.zst": (zstandard.compress(LINES)[:-2000], "truncated"),
        "no.txt.gz": (b"no gzip at all", "gzip"),
        "cut.parquet": (parquet(tmp_path / "whole.parquet", {"text": [TEXT]})[:-100], "Parquet"),
        "numbers.parquet": (parquet(tmp_path / "numbers.parquet", {"text": [1, 2]}), "need strings"),
        "no-text.csv": (b"id,gia\n1,2\n", "no text"),
        "no-text.json": (b'{"id": 1}', "no text"),
        "broken.json": (b'{"text": ', "not valid JSON"),
        "quote.csv": (b'text\n"' + TEXT.encode(), "quote"),
        "unknown.pdf": (b"%PDF-1.4", "not read"),
        "no-suffix": (b"x", "not read"),
    }
    for name, (data, _) in bad.items():
        (deep / name if name.startswith("e") else folder / name).write_bytes(data)
    (folder / "list.json").write_bytes(b"[1]")
    (folder / "one-bad-line.jsonl").write_bytes(b'{"text": "Chim bay"}\n{"text": 5}\n{"text": "Em ca"}\n')
    os.mkfifo(folder / "pipe.jsonl")
    (folder / "loop.txt").symlink_to("loop-2.txt")
    (folder / "loop-2.txt").symlink_to("loop.txt")
    (deep / "up").symlink_to(folder)
    (folder / "gone.txt").symlink_to("nowhere.txt")
    (folder / ".hidden.txt").write_bytes(b"\xff")
    reasons = {name: reason for name, (_, reason) in bad.items()}
    reasons |= {"pipe.jsonl": "named pipe", "loop.txt": "symlink loop", "loop-2.txt": "symlink loop"}
    reasons |= {"up": "loop", "gone.txt": "broken symlink"}
    return folder, reasons | {"one-bad-line.jsonl:2": "need a string", "list.json:1": "not a JSON"}


def test_a_folder_of_broken_files(command, broken):
    folder, reasons = broken
    code, out, err = command("scan", folder, "--matches", "-", "--lang", "en")
    assert code == 0
    (row,) = map(json.loads, out.splitlines())
    assert (row["a"], row["b"], row["title_b"]) == ("good-1.txt", "sâu/hơn/good-2.json", "Bài hai")
    lines = [line for line in err.splitlines() if line.startswith("skipped: ")]
    named = {line.removeprefix("skipped: ").split(": ")[0].rpartition("/")[2]: line for line in lines}
    assert len(lines) == len(named)
    assert sorted(named) == sorted(reasons)
    assert {name: line for name, line in named.items() if reasons[name] not in line} == {}
    assert f"{len(reasons)} skipped" in err
    for line in lines:
        assert str(folder) in line


def test_strict_says_so_by_its_exit_code(command, broken, tmp_path):
    folder, _ = broken
    code, out, _ = command("scan", folder, "--matches", tmp_path / "m.csv", "--strict")
    assert code == 1
    assert (tmp_path / "m.csv").read_text(encoding="utf-8-sig").count("good-1.txt") == 1
    assert "1 chuyện từ 2 bài" in out


@pytest.mark.parametrize("name", ["cut.jsonl.gz", "cut.jsonl.zst"])
def test_what_stands_before_a_break_is_scanned(command, broken, tmp_path, name):
    (tmp_path / "whole.jsonl").write_bytes(LINES.replace(b'"id": "r', b'"id": "whole-'))
    code, out, _ = command("scan", tmp_path / "whole.jsonl", "--against", broken[0] / name, "--matches", "-")
    pairs = [(json.loads(line)["a"], json.loads(line)["b"]) for line in out.splitlines()]
    assert code == 0
    assert sorted(pairs) == sorted((f"r{n}", f"whole-{n}") for n in range(2, 2 + len(pairs)))
    assert 5 < len(pairs) < 38


def test_a_bad_file_on_either_side(command, broken, tmp_path):
    folder, reasons = broken
    (tmp_path / "new.txt").write_text(TEXT + " gần", encoding="utf-8")
    code, out, err = command("scan", tmp_path / "new.txt", "--against", folder, "--matches", "-", "--lang", "en")
    assert code == 0
    pairs = [(json.loads(line)["a"], json.loads(line)["b"]) for line in out.splitlines()]
    assert pairs == [("good-1.txt", "new.txt"), ("new.txt", "sâu/hơn/good-2.json")]
    assert err.count("skipped: ") == len(reasons)


@pytest.mark.parametrize("name", ["hai\ndòng.txt", "về\rđầu.txt", "\x1b[31mđỏ.txt", "la\udcfflạ.txt"])
def test_names_that_would_break_a_line(tmp_path, name):
    (tmp_path / name).write_bytes(b"\xff")
    process = start("scan", tmp_path)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(err.decode().splitlines()) == 1
    assert b"\x1b" not in err


def test_texts_without_words_are_named(command, tmp_path):
    rows = [{"id": "a", "text": "…"}, {"id": "b", "text": ""}, {"id": "c", "text": TEXT}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, err = command("scan", tmp_path / "in.jsonl", "--lang", "en")
    assert (code, err.splitlines()) == (0, ["skipped: a: no words", "skipped: b: no words"])
    assert "skipped 2: 2 no words" in out


def test_a_folder_without_articles(command, tmp_path):
    for folder in (tmp_path, tmp_path / "tin"):
        folder.mkdir(exist_ok=True)
        code, out, err = command("scan", folder, "--lang", "en")
        assert (code, err) == (0, "")
        assert "0 articles read · 0 skipped" in out
