"""What a scan writes beside the matches: decisions, stripped articles, a summary; checked ahead, whole or not."""

import csv
import io
import itertools
import json
import os
import sys
from random import Random

import invented
import make
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Article, ArticleError, Params, scan, tokenize
from dedup.io import check_target, make_table, read, write_json, write_rows
from dedup.letters import GAP_LINE, letters
from dedup.text import _NEW_LINE, furniture_spans, spans

TEXT = make.article(Random(1), 60)
COLUMNS = ["id", "story", "keep", "kept_id", "relation", "reason"]
STRIPPED = ["id", "title", "source", "url", "credit", "published", "text", "removed"]
PAGE = f"Trang chủ\nHotline: 0900 123 456\n\nThứ tư, 25/9/2024, 21:04 (GMT+7)\n{TEXT}\nÝ kiến bạn đọc\nHay quá\n"


def put(path, *items):
    """A JSON Lines file of objects, or of texts that get ids."""
    items = [item if isinstance(item, dict) else {"id": f"b{n}", "text": item} for n, item in enumerate(items, 1)]
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


@pytest.fixture
def news(tmp_path):
    return put(tmp_path / "news.jsonl", TEXT, TEXT.upper(), {"id": "bad"}, make.article(Random(2), 60))


# ---------------------------------------------------------------------------------------------------------- decisions


@pytest.mark.parametrize("kind", ["jsonl", "csv", "csv.gz", "parquet", "-"])
def test_decisions_in_every_format(command, tmp_path, news, kind):
    target = "-" if kind == "-" else tmp_path / f"d.{kind}"
    code, out, err = command("scan", news, "--decisions", target, "--lang", "en")
    assert code == 0
    if kind == "-":
        rows = [json.loads(line) for line in out.splitlines()]
        assert "3 articles read" in err
    elif kind == "parquet":
        table = pq.read_table(target)
        assert {b"dedup", b"params", b"tokenizer", b"corpus"} <= set(table.schema.metadata)
        rows = table.to_pylist()
    elif kind == "jsonl":
        rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    else:
        rows = [dict(a.extra, id=a.id) for a in read(target, text="keep")]
        assert [r["kept_id"] for r in rows] == ["", "b1", "", ""]
        return
    assert [list(row) for row in rows] == [COLUMNS] * 4
    assert [(row["id"], row["keep"], row["kept_id"], row["relation"]) for row in rows] == [
        ("b1", True, None, None), ("b2", False, "b1", "reprint"), (f"{news}:3", False, None, None),
        ("b4", True, None, None),
    ]  # fmt: skip
    assert rows[2]["reason"].startswith("skipped: no text: need a column text")
    if kind != "-":
        assert f"4 decisions written to {target}: 2 of 3 articles kept" in err


def test_cells_are_safe_for_spreadsheets(command, tmp_path):
    ids = ["=1+1", "+a", "-b", "@c", "\td", 'Hà, Lâm;"x"\ny', "plain"]
    path = put(tmp_path / "news.jsonl", *({"id": id, "text": TEXT} for id in ids))
    assert command("scan", path, "--decisions", tmp_path / "d.csv")[0] == 0
    raw = (tmp_path / "d.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfid,story,keep,kept_id,relation,reason\r\n")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in rows] == [("'" if id[0] in "=+-@\t" else "") + id for id in ids]
    assert {row["kept_id"] for row in rows if row["keep"] == "false"} == {"'\td"}
    assert not any(value.startswith(("=", "+", "-", "@", "\t")) for row in rows for value in row.values())


def test_one_of_each_template(command, tmp_path):
    path = put(tmp_path / "forms.jsonl", *(make.form(Random(code), code) for code in (101, 102, 103)))
    for word, kept in (("all", 3), ("one", 1)):
        target = tmp_path / f"{word}.jsonl"
        assert command("scan", path, "--keep", target, "--keep-templates", word)[0] == 0
        assert len(target.read_text().splitlines()) == kept
    code, out, err = command("scan", path, "--keep-templates", "none")
    assert (code, out, "keep_templates='none': need all or one" in err) == (2, "", True)


def test_against(command, tmp_path, news):
    old = put(tmp_path / "old.jsonl", {"id": "o", "text": TEXT}, {"id": "o2", "text": make.article(Random(3), 60)})
    _, out, _ = command("scan", news, "--against", old, "--decisions", "-")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["id"], row["kept_id"]) for row in rows] == [
        ("b1", "o"),
        ("b2", "o"),
        (f"{news}:3", None),
        ("b4", None),
    ]
    _, out, _ = command("scan", news, "--against", old, "--keep", "-")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["b4"]


# ------------------------------------------------------------------------------------------------------------ summary


def test_summary(command, tmp_path, news):
    path = tmp_path / "s.json"
    options = ["--keep", tmp_path / "k.jsonl", "--matches", tmp_path / "m.csv", "--containment", "0.4"]
    assert command("scan", news, "--summary", path, *options)[0] == 0
    state = json.loads(path.read_text(encoding="utf-8"))
    names = [
        "dedup",
        "exit",
        "state",
        "error",
        "check",
        "seconds",
        "paths",
        "against",
        "params",
        "corpus",
        "counts",
        "relations",
    ]
    assert list(state) == [*names, "skipped", "kept", "dropped", "written"]
    assert (state["dedup"], state["exit"], state["state"], state["error"]) == (dedup.__version__, 0, "done", None)
    assert 0 < state["seconds"] < 100
    assert (state["paths"], state["against"]) == ([str(news)], [])
    result = scan(read(news), Params(containment=0.4))
    assert (state["params"], state["corpus"]) == (result.params.as_dict(), result.digest())
    assert state["counts"] == result.counts
    assert state["relations"] == {"reprint": 1, "edited": 0, "partial": 0, "template": 0, "same_story": 0, "unclear": 0}
    assert (state["skipped"], state["kept"], state["dropped"]) == ({"no text": 1}, 2, 1)
    assert state["written"] == {"matches": str(tmp_path / "m.csv"), "keep": str(tmp_path / "k.jsonl")}
    assert command("scan", news, "--summary", path)[0] == 0
    state = json.loads(path.read_text(encoding="utf-8"))
    assert (state["kept"], state["dropped"], state["written"]) == (None, None, {})


def test_summary_says_how_it_ended(command, tmp_path, news, monkeypatch):
    path = tmp_path / "s.json"

    def state():
        found = json.loads(path.read_text(encoding="utf-8"))
        return found["exit"], found["state"], found["error"]

    assert command("scan", news, "--summary", path, "--strict")[0] == 1
    assert state() == (1, "skipped inputs", None)
    assert command("scan", "nowhere", "--summary", path)[0] == 1
    assert state() == (1, "error", "nowhere: no such file or folder")
    assert command("scan", news, "--summary", path, "--keep", tmp_path / "k.csv")[0] == 2
    assert state()[:2] == (2, "error")

    def stop(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("dedup.api.scan", stop)
    assert command("scan", news, "--summary", path)[0] == 130
    assert state() == (130, "interrupted", None)
    assert sorted(os.listdir(tmp_path)) == ["news.jsonl", "s.json"]


def test_summary_on_standard_output(command, news):
    code, out, err = command("scan", news, "--summary", "-", "--lang", "en")
    assert (code, json.loads(out)["state"]) == (0, "done")
    assert "3 articles read" in err


# ------------------------------------------------------------------------------------------------------ what is checked


def test_every_target_is_checked_before_anything_is_read(command, tmp_path, news):
    folder = tmp_path / "folder"
    folder.mkdir()
    good = {name: tmp_path / f"{name}.jsonl" for name in ("matches", "decisions", "stripped", "keep")}
    good["summary"] = tmp_path / "summary.json"
    for name in good:
        wrong = [tmp_path / "no" / good[name].name, tmp_path / f"{name}.doc", news, "-"]
        wrong += [] if name == "keep" else [folder]
        for target in wrong[: 3 if name in ("matches", "summary") else None]:
            options = {**good, "matches": "-", name: target}
            code, out, err = command(
                "scan",
                news,
                *(word for key, value in options.items() for word in (f"--{key}", value)),
                env={"LANG": "en"},
            )
            assert (code in (1, 2), out, len(err.splitlines())) == (True, "", 1), (name, target)
            assert target != "-" or "both write to -" in err
            assert {*os.listdir(tmp_path)} <= {"news.jsonl", "folder", "summary.json"}
            (tmp_path / "summary.json").unlink(missing_ok=True)


def test_no_two_targets_are_the_same(command, tmp_path, news):
    target = tmp_path / "x.jsonl"
    code, _, err = command("scan", news, "--matches", target, "--keep", f"{tmp_path}/./x.jsonl", env={"LANG": "en"})
    assert (code, "--matches and --keep both write to" in err) == (2, True)
    assert not target.exists()


def test_no_input_is_written_over(command, tmp_path, news):
    before = news.read_bytes()
    old = put(tmp_path / "old.jsonl", TEXT)
    for option in ("--matches", "--decisions", "--stripped"):
        for target in (news, old):
            code, _, err = command("scan", news, "--against", old, option, target, env={"LANG": "en"})
            assert (code, "is an input: it is not written over" in err) == (1, True)
    assert news.read_bytes() == before


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("vi", ["1 cặp đã ghi vào {}m.csv", "4 quyết định đã ghi vào {}d.csv: giữ 2 trên 3 bài",
                "3 bài đã bỏ phần khung trang, ghi vào {}t.jsonl", "giữ 2 trên 3 bài, đã ghi vào {}k.jsonl"]),
        ("en", ["1 matches written to {}m.csv", "4 decisions written to {}d.csv: 2 of 3 articles kept",
                "3 articles without page furniture written to {}t.jsonl",
                "2 of 3 articles kept, written to {}k.jsonl"]),
    ],
)  # fmt: skip
def test_what_was_written_is_said(command, tmp_path, news, lang, lines):
    base = f"{tmp_path}{os.sep}"
    targets = {"--matches": "m.csv", "--decisions": "d.csv", "--stripped": "t.jsonl", "--keep": "k.jsonl"}
    options = [word for option, name in targets.items() for word in (option, base + name)]
    _, out, err = command("scan", news, *options, "--lang", lang)
    assert err.splitlines()[1:] == [line.format(base) for line in lines]
    assert len(out.splitlines()) <= 25


def test_help_lists_the_outputs(command):
    said = command("scan", "--help", env={"COLUMNS": "120"})[1].split()
    for option in ("matches", "decisions", "keep", "keep-templates", "stripped", "strip", "summary"):
        assert f"--{option}" in said


# ----------------------------------------------------------------------------------------------------------- stripped


def without(text, removed):
    edges = [0, *(edge for span in removed for edge in span), len(text)]
    return "".join(text[lo:hi] for lo, hi in zip(edges[::2], edges[1::2], strict=True))


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_stripped_articles(command, tmp_path, kind):
    items = [{"id": "x", "text": PAGE, "title": "Bài", "published": "2024-09-25"}, {"id": "y", "text": TEXT}]
    news = put(tmp_path / "news.jsonl", *items, {"id": "z", "text": PAGE.replace("\n", "\r\n")})
    target = tmp_path / f"s.{kind}"
    assert command("scan", news, "--strip", "furniture", "--stripped", target)[0] == 0
    if kind == "parquet":
        table = pq.read_table(target)
        assert str(table.schema.field("removed").type).count("list<") == 2
        rows = table.to_pylist()
    elif kind == "csv":
        with target.open(encoding="utf-8-sig", newline="") as file:
            rows = [{**row, "removed": json.loads(row["removed"])} for row in csv.DictReader(file)]
    else:
        rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [list(row) for row in rows] == [STRIPPED] * 3
    assert [row["text"].strip() for row in rows[:2]] == [TEXT, TEXT]
    assert rows[2]["text"].strip() == TEXT.replace("\n", "\r\n")
    assert (rows[0]["title"], rows[0]["published"], rows[1]["title"] or None) == ("Bài", "2024-09-25", None)
    assert rows[1]["removed"] == []
    for row, item in zip(rows, [*items, {"text": PAGE.replace("\n", "\r\n")}], strict=True):
        assert without(item["text"], row["removed"]) == row["text"]
    (first, *_) = rows[0]["removed"]
    assert PAGE[first[0] : first[1]].startswith("Trang chủ\nHotline")


@pytest.mark.parametrize("options", [["--strip", "furniture"], ["--strip", "all", "--stripped", "x.jsonl"]])
def test_strip_needs_to_know_what_and_where(command, news, options):
    code, _, err = command("scan", news, *options, env={"LANG": "en"})
    assert (code, "need furniture, and --stripped FILE" in err) == (2, True)


def test_old_articles_are_not_stripped():
    found = scan([Article("n", PAGE)], against=[Article("o", PAGE + " xa")])
    ((article, removed),) = found.stripped()
    assert (article.id, article.text.strip()) == ("n", TEXT)
    assert len(removed) == 2


def test_line_ends_are_those_of_the_tokenizer():
    table = letters("keep")
    ends = set()
    for code in range(0x110000):
        row = code if code < 0x3000 else (int(table.page[code >> 8]) << 8) | (code & 255)
        if table.info[row] & GAP_LINE:
            ends.add(chr(code))
    assert {chr(code) for code in range(0x110000) if _NEW_LINE.fullmatch(chr(code))} == ends


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", "\u2028", "\n***\n", " \n\t"])
def test_spans_of_furniture_are_whole_lines(end):
    lines = ["Hotline: 0900 123 456", "Sáng nay, hồ lộng gió \U0001f33e.", "Thứ tư, 25/9/2024, 21:04", "Sóng lớn."]
    text = end.join([*lines, "Gửi bình luận", "Hay quá"])
    removed = furniture_spans(text)
    assert [text[lo:hi].strip(" \t\r\n\u2028*") for lo, hi in removed][:2] == [lines[0], lines[2]]
    rest = without(text, removed)
    for line in (lines[1], lines[3]):
        assert line in rest
    assert "Gửi bình luận" not in rest


def test_a_text_of_furniture_alone_and_one_without():
    assert furniture_spans("Hotline: 0900 123 456\nÝ kiến bạn đọc\n") == []
    assert [furniture_spans(text) for text in ("", "…", TEXT)] == [[], [], []]
    with pytest.raises(ArticleError, match="text=5: need a string"):
        furniture_spans(5)


LINES = st.sampled_from(
    ["Hotline: 0900 123 456", "Trang chủ", "Thứ tư, 25/9/2024, 21:04", "Nguồn: baohalam.example", "Ý kiến bạn đọc",
     "***", "", "Liên Hợp", "Quốc họp ở Thành phố Hồ Chí Minh", "Gió \ud800 thổi.", "Mưa 1.", "340 ca\u0301",
     *PAGE.split("\n")[:6], *TEXT.split("\n"), "Mưa gió mùa này về sớm hơn năm ngoái.", "\U0001f33e"]
)  # fmt: skip


@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n", "\n\n", "\x0b", "\u2029 "]), st.randoms())
@settings(max_examples=200, deadline=None)
def test_what_is_left_has_the_syllables_that_count(lines, end, rng):
    text = end.join(lines)
    if rng.random() < 0.3:
        text = invented.RESPELLINGS["NFD"](text)
    removed = furniture_spans(text)
    assert all(0 <= lo < hi <= len(text) for lo, hi in removed)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(removed))
    kept = spans(text)
    starts = [n for lo, hi in removed for n in range(lo, hi)]
    assert not set(kept[2].tolist()) & set(starts)
    rest = without(text, removed)
    counted = [t.text for t in tokenize(text) if t.start not in starts]
    assert [t.text for t in tokenize(rest)] == counted
    if not removed:
        assert rest == text


# ------------------------------------------------------------------------------------------------------------ writing


def test_write_as_the_command_line_does(tmp_path, command, news):
    found = scan(read(news))
    for kind in ("matches", "decisions", "stripped"):
        rows = found.write(tmp_path / f"{kind}-a.csv", kind)
        assert command("scan", news, f"--{kind}", tmp_path / f"{kind}-b.csv")[0] == 0
        data = (tmp_path / f"{kind}-a.csv").read_bytes()
        assert data == (tmp_path / f"{kind}-b.csv").read_bytes()
        assert rows == len(list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))) - 1


def test_json_to_a_file_and_to_standard_output(tmp_path, capsys, monkeypatch):
    path = tmp_path / "a.json"
    write_json(path, {"á": [1, None]})
    assert json.loads(path.read_text(encoding="utf-8")) == {"á": [1, None]}
    with pytest.raises(TypeError, match="not JSON serializable"):
        write_json(path, {"x": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"á": [1, None]}
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    write_json("-", {"á": 1})
    assert json.loads(sys.stdout.getvalue()) == {"á": 1}
    with pytest.raises(dedup.ParamError, match=r"need a name that ends in \.json"):
        check_target(tmp_path / "a.csv", (".json",))


def test_spans_of_other_than_integers(tmp_path):
    for value in ([(1, "x")], [(1,)], 5, [1.5]):
        with pytest.raises(dedup.ParamError, match="row 1"):
            write_rows(tmp_path / "a.jsonl", {"removed": "spans"}, [(value,)])
    table = make_table({"removed": "spans"}, [[([(1, 2), (3, 4)], None, [])]], {"by": "x"})
    assert table.column("removed").to_pylist() == [[[1, 2], [3, 4]], None, []]
    assert table.schema.metadata == {b"by": b"x"}
