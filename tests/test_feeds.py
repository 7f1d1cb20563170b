"""Articles as they come on a stream: one item for each line, in order, as soon as it is there."""

import io
import itertools
import json
import os
from types import SimpleNamespace

import pytest

from dedup.io import feeds, read_feed, write_lines
from dedup.models import Article, Skipped


def line(id, text="Mưa lớn ở Hà Lâm.", **more):
    return json.dumps({"id": id, "text": text, **more}).encode() + b"\n"


def read(data, **named):
    return list(read_feed(io.BytesIO(data), named))


def items(data, **named):
    return [item for part in read(data, **named) for item in part]


@pytest.fixture
def pipe():
    """(a stream, the descriptor to write to it)."""
    source, target = os.pipe()
    with open(source, "rb") as stream:
        yield stream, target


def test_nothing():
    assert read(b"") == []


def test_each_line_has_an_item():
    bad = b'["c"]\n{"id": "d"}\n{"text": "Mua"}\n'
    found = items(line("a") + b"{\n\n" + line("b") + bad + line("e").strip())
    assert [item.id for item in found if isinstance(item, Article)] == ["a", "b", "e"]
    assert [(item.input, item.reason.split(":")[0]) for item in found if isinstance(item, Skipped)] == [
        ("-:2", "not valid JSON"), ("-:3", "blank line"), ("-:5", "not a JSON object"), ("-:6", "no text"),
        ("-:7", "no id"),
    ]  # fmt: skip
    assert [isinstance(item, Article) for item in found] == [True, False, False, True, False, False, False, True]


def test_columns_by_their_usual_names_or_as_they_are_named():
    about = {"noi_dung": "Gió mùa.", "link": "https://hl.example/1", "pubDate": "3/5/2024", "muc": 7}
    (found,) = items(json.dumps({"ma": 5, **about}).encode())
    assert (found.id, found.text, found.url, str(found.published), found.extra) == (
        "5", "Gió mùa.", "https://hl.example/1", "2024-05-03", {"muc": 7})  # fmt: skip
    (found,) = items(line("a", goc="Nắng."), text="goc", id="text")
    assert (found.id, found.text) == ("Mưa lớn ở Hà Lâm.", "Nắng.")
    (found,) = items(line("a"), text="goc")
    assert found.reason == "no text: need a column 'goc'"


@pytest.mark.parametrize(
    ("first", "reason"),
    [("a".encode("utf-16"), "UTF-16: JSON Lines need UTF-8"), (b"\0\0", "binary file"), (b'"\xff"', "invalid UTF-8")],
)
def test_a_bad_beginning_costs_one_line(first, reason):
    bad, good = items(first.replace(b"\n", b"") + b"\n" + line("a"))
    assert bad.reason.startswith(reason)
    assert good.id == "a"


def test_a_byte_order_mark_is_nothing():
    (found,) = items(b"\xef\xbb\xbf" + line("a"))
    assert found.id == "a"


def test_a_line_that_is_too_long(monkeypatch):
    monkeypatch.setattr(feeds, "LINE_LIMIT", 100)
    monkeypatch.setattr(feeds, "_BUFFER", 16)
    data = line("a") + line("b", "x" * 200) + line("c") + line("d", "x" * 200).strip()
    assert [getattr(item, "id", None) or item.reason for item in items(data)] == [
        "a", "longer than 256 MiB", "c", "longer than 256 MiB"]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 18])
def test_lines_are_the_same_however_the_bytes_come(monkeypatch, size):
    monkeypatch.setattr(feeds, "_BUFFER", size)
    data = b"".join(line(str(n), "Mưa lớn, gió giật. " * n) for n in range(9)) + b"\n" + line("x").strip()
    assert [getattr(item, "id", "") for item in items(data)] == [*map(str, range(9)), "", "x"]


def test_at_most_a_thousand_together():
    assert [len(part) for part in read(line("a") * 2500)] == [1000, 1000, 500]


def test_what_is_there_is_given_though_more_may_come(pipe):
    stream, target = pipe
    parts = read_feed(stream, {})
    for n in range(3):
        os.write(target, line(f"{n}a") + line(f"{n}b") + b'{"id": "ha')
        assert [item.id for item in next(parts)] == [f"{n}a", f"{n}b"]
        os.write(target, b'lf"}\n')
        (half,) = next(parts)
        assert half.input == f"-:{3 * n + 3}"
    os.close(target)
    assert list(parts) == []


def test_a_steady_stream_is_not_waited_for(monkeypatch):
    """Lines that come one after the other without a pause are given together, but not for longer than a moment."""
    clock = itertools.count(0, 1 / 64)
    monkeypatch.setattr(feeds, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(feeds, "_has_more", lambda stream, seconds: True)
    monkeypatch.setattr(feeds, "_BUFFER", len(line("0")))
    parts = read(b"".join(line(str(n)) for n in range(10)) * 10)
    assert sum(map(len, parts)) == 100
    assert {len(part) for part in parts} == {4}  # 3/64 s have passed since the first one came, 4/64 would be too long


def test_lines_are_written_at_once_or_whole(tmp_path, capsys):
    with write_lines("-") as write:
        write([{"id": "mưa"}, {"id": "\ud800"}])
        assert capsys.readouterr().out == '{"id": "mưa"}\n{"id": "\\ud800"}\n'
    target = tmp_path / "r.jsonl"
    with write_lines(str(target)) as write:
        write([1])
        write([2, 3])
        assert not target.exists()
    assert target.read_text() == "1\n2\n3\n"
    with pytest.raises(TypeError, match="not JSON serializable"), write_lines(str(target)) as write:
        write([4, object()])
    assert target.read_text() == "1\n2\n3\n"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_lines_are_packed_as_the_suffix_says(tmp_path, suffix):
    from dedup.io import read

    with write_lines(str(tmp_path / f"r.jsonl{suffix}")) as write:
        write([{"id": "a", "text": "Mưa."}])
    assert [article.id for article in read(tmp_path)] == ["a"]
