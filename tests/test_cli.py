"""The command line as its users meet it: exit codes, what goes where, files, languages, interruption."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import fields
from itertools import combinations
from pathlib import Path
from random import Random

import make
import pyarrow.parquet as pq
import pytest

import dedup

EXAMPLES = Path(__file__).parents[1] / "examples" / "articles"
COLUMNS = [
    *("a", "b", "relation", "resemblance", "a_in_b", "b_in_a", "shared", "size_a", "size_b", "longest_passage"),
    *("title_a", "title_b", "source_a", "source_b", "published_a", "published_b", "url_a", "url_b"),
]
FIGURES = {"resemblance": "double", "a_in_b": "double", "b_in_a": "double", "shared": "int64", "size_a": "int64",
           "size_b": "int64", "longest_passage": "int64"}  # fmt: skip
ENV = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "DEDUP"))}
TEXT = make.article(Random(1), 100)


def start(*arguments, **options):
    """The program as a process of its own."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": ENV} | options
    return subprocess.Popen([sys.executable, "-m", "dedup", *map(str, arguments)], **options)


def put(path, *items):
    """A JSON Lines file of texts or objects."""
    objects = [item if isinstance(item, dict) else {"id": f"b{n}", "text": item} for n, item in enumerate(items, 1)]
    path.write_text("".join(json.dumps(item) + "\n" for item in objects), encoding="utf-8")
    return path


@pytest.fixture
def pair(tmp_path):
    """Two articles, one an extended version of the other."""
    about = {"source": "hl.example", "published": "2024-05-03T07:00:00+07:00", "url": "https://hl.example/1"}
    items = [{"id": "x", "text": TEXT, "title": "Bài, một", **about}]
    items += [{"id": "y", "text": TEXT + "\n\n" + make.article(Random(2), 50), "title": "=Bài hai"}]
    return put(tmp_path / "pair.jsonl", *items)


# ---------------------------------------------------------------------------------------------------------- exit codes


def test_done_with_and_without_matches(command, tmp_path, pair):
    code, out, err = command("scan", pair)
    assert (code, err) == (0, "")
    assert "1 chuyện từ 2 bài · 0 bài đứng riêng" in out
    assert "1  Bài, một" in out
    code, out, err = command("scan", put(tmp_path / "one.jsonl", TEXT))
    assert (code, err) == (0, "")
    assert "không có chuyện nào từ hai bài trở lên · 1 bài đứng riêng" in out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ("nowhere", 1, "nowhere: no such file or folder"),
        ("{pair} --against nowhere", 1, "nowhere: no such file or folder"),
        ("{pair} --matches nowhere/m.csv", 1, "nowhere/m.csv: no such folder"),
        ("{pair} --matches .", 1, "is a folder"),
        ("{pair} --bogus", 2, "--bogus"),
        ("", 2, "PATH"),
        ("{pair} --k 0", 2, "k=0: need an integer, 1 <= k <= 32"),
        ("{pair} --k x", 2, "--k"),
        ("{pair} --containment 1.5", 2, "containment=1.5: need 0 < containment <= 1"),
        ("{pair} --containment much", 2, "containment='much': need a share"),
        ("{pair} --containment none", 2, "need at least one criterion"),
        ("{pair} --candidates bands", 2, "bands need a resemblance"),
        ("{pair} --resemblance 0.01 --containment none", 2, "resemblance=0.01: no bands of num_perm=128"),
        ("{pair} --resemblance 1e-9 --containment none", 2, "resemblance=1e-09"),
        ("{pair} --passage 3", 2, "passage=3: need an integer, 24 <= passage"),
        ("{pair} --lang fr", 2, "lang='fr': need vi or en"),
        ("{pair} --matches m.txt", 2, "m.txt"),
        ("{pair} --review m.txt", 2, "m.txt"),
        ("{pair} --show pairs", 2, "show='pairs': need one of stories, matches, template, all, none"),
        ("{pair} --top -1", 2, "top=-1: need an integer >= 0"),
        ("{pair} --top few", 2, "--top"),
    ],
)
def test_errors_in_one_line(monkeypatch, command, tmp_path, pair, options, code, said):
    monkeypatch.chdir(tmp_path)
    found, out, err = command("scan", *options.format(pair=pair).split())
    assert (found, out) == (code, "")
    assert said in err.splitlines()[-1]
    assert sorted(os.listdir(tmp_path)) == ["pair.jsonl"]


@pytest.mark.parametrize(("arguments", "code"), [(["{pair}"], 0), (["nowhere"], 1), (["{pair}", "--k", "0"], 2)])
def test_as_a_program(pair, arguments, code):
    process = start("scan", *(a.format(pair=pair) for a in arguments))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, bool(out), len(err.splitlines())) == (code, code == 0, int(code > 0))


def test_wrong_commands_and_threads(command, pair):
    assert command("bogus")[0] == 2
    assert command()[0] == 2
    code, out, err = command("scan", pair, env={"DEDUP_THREADS": "many"})
    assert (code, out, "DEDUP_THREADS='many': need an integer" in err) == (2, "", True)


def test_strict(command, tmp_path, pair):
    assert command("scan", pair, "--strict")[0] == 0
    bad = put(tmp_path / "bad.jsonl", TEXT, TEXT + " xa", "…")
    assert [command("scan", bad, *options)[0] for options in ((), ("--strict",))] == [0, 1]
    bad.write_text('{"id": "x", "text": ' + "\n", encoding="utf-8")
    code, out, _ = command("scan", pair, bad, "--strict", "--matches", "-")
    assert (code, len(out.splitlines())) == (1, 1)  # the matches of the good ones are written all the same


# --------------------------------------------------------------------------------------------------------- the screen


def test_matches_to_standard_output_are_json_lines_only(command, pair):
    code, out, err = command("scan", pair, "--matches", "-", "--lang", "en")
    assert code == 0
    (row,) = map(json.loads, out.splitlines())
    assert (list(row), row["a"], row["b"]) == (COLUMNS, "x", "y")
    assert "1 story from 2 articles" in err
    assert "1 matches: 1 edited" in command("scan", pair, "--matches", "-", "--show", "matches", "--lang", "en")[2]


def test_the_examples(command, tmp_path):
    code, out, err = command("scan", EXAMPLES, "--matches", tmp_path / "m.csv", "--lang", "en")
    assert code == 0
    columns, written = err.splitlines()
    assert columns.endswith("tin-tong-hop.jsonl: reading the columns text=content")
    assert written == f"12 matches written to {tmp_path / 'm.csv'}"
    assert "24 articles read · 0 skipped" in out
    assert "4 stories from 10 articles · 14 stand alone · 5 template pairs, not merged (--show template)" in out
    assert "Cứu 13 người mắc kẹt trên cầu phao" in out
    hint = out.index("compare two: dedup diff")
    assert ".txt" not in out[:hint]  # titles, not paths
    out = command("scan", EXAMPLES, "--show", "all", "--lang", "en")[1]
    assert "7 matches: 1 reprint · 3 edited · 3 partial" in out
    out = command("scan", EXAMPLES, "--show", "none", "--lang", "en")[1]
    assert [line.split()[0] for line in out.splitlines()] == ["24", "4", "5"]  # articles, stories, doubtful pairs


def test_hundreds_of_matches_and_every_trouble_fit_on_a_screen(command, tmp_path):
    texts = [f"{TEXT}\n\n{make.article(Random(n), 30)}" for n in range(60)]
    items = [{"id": f"{n:02}", "text": text, "title": "Rất dài " * 40 + f"\n{n}"} for n, text in enumerate(texts)]
    items += [items[0], {**items[1], "text": "…"}, {"id": "z", "text": "!"}, {"id": "q"}, {"id": "p", "text": 5}]
    items += [{"id": f"f{n}", "text": make.form(Random(n), 100 + n)} for n in range(4)]
    path = put(tmp_path / "many.jsonl", *items)
    screens = ("vi", "matches", "còn"), ("en", "matches", "more: --top 0"), ("en", "stories", "1 story from 60")
    for lang, show, more in screens:
        code, out, _ = command("scan", path, "--max-bucket", "8", "--hubs", "2", "--lang", lang, "--show", show)
        assert code == 0
        assert more in out
        assert len(out.splitlines()) <= 25
        assert all(len(line) <= 120 for line in out.splitlines())


@pytest.mark.parametrize(
    ("locale", "option", "said"),
    [
        ({}, (), "bài đọc được"),
        ({"LANG": "vi_VN.UTF-8"}, (), "bài đọc được"),
        ({"LANG": "en_US.UTF-8"}, (), "articles read"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "vi_VN.UTF-8"}, (), "bài đọc được"),
        ({"LANG": "en_US.UTF-8"}, ("--lang", "vi"), "bài đọc được"),
        ({"LANG": "vi_VN.UTF-8"}, ("--lang", "en"), "articles read"),
    ],
)
def test_languages(command, pair, locale, option, said):
    assert said in command("scan", pair, *option, env=locale)[1]


def test_errors_speak_the_locale_too(command):
    assert command("scan", "nowhere", env={"LANG": "en_GB.UTF-8"})[2].startswith("error: nowhere")
    assert command("scan", "nowhere", env={"LANG": "vi_VN.UTF-8"})[2].startswith("lỗi: nowhere")


@pytest.mark.parametrize(
    ("id", "title"),
    [
        ("a", "lone \ud83d surrogate"),
        ("\ud800", "Bài"),
        ("a", "\x1b[31mred\x1b[0m"),
        ("\x1b[31m", "Bài"),
        ("a", "\x9b31m"),
        ("a", "bell\x07 \x08\x00"),
        ("a", "🐃 牛 कि"),
    ],
)
def test_odd_titles_and_ids(command, tmp_path, id, title):
    items = {"id": id, "text": TEXT, "title": title}, {"id": "b", "text": TEXT + " xa"}
    code, out, _ = command("scan", put(tmp_path / "odd.jsonl", *items), "--matches", tmp_path / "m.csv")
    assert code == 0
    assert not set(out) & {"\x1b", "\x9b", "\x07", "\x08", "\x00"}
    (row,) = csv.DictReader((tmp_path / "m.csv").read_text(encoding="utf-8-sig").splitlines())
    assert {row["a"], row["b"]} == {"b", id.replace("\ud800", "\\ud800")}


@pytest.mark.parametrize("encoding", ["ascii", "cp1258"])
def test_a_terminal_of_another_encoding(pair, encoding):
    process = start("scan", pair, env={**ENV, "PYTHONIOENCODING": encoding})
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Traceback" not in err


# -------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_rows_of_matches(command, tmp_path, pair, kind):
    path = tmp_path / f"m.{kind}"
    assert command("scan", pair, "--matches", path, "--passage", "40")[0] == 0
    if kind == "parquet":
        table = pq.read_table(path)
        assert {"dedup", "params", "tokenizer", "corpus"} <= {key.decode() for key in table.schema.metadata}
        params = json.loads(table.schema.metadata[b"params"])
        assert (list(params), params["passage"]) == ([f.name for f in fields(dedup.Params)], 40)
        assert table.schema.metadata[b"dedup"].decode() == dedup.__version__
        kinds = {name: str(table.schema.field(name).type) for name in COLUMNS}
        assert kinds == dict.fromkeys(COLUMNS, "string") | FIGURES
        (row,) = table.to_pylist()
    elif kind == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbfa,b,relation,")
        (row,) = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    else:
        (row,) = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert list(row) == COLUMNS
    match = dedup.compare(*dedup.read(pair))
    assert (row["a"], row["b"], row["relation"]) == ("x", "y", "edited")
    assert {name: float(row[name]) for name in FIGURES} == {name: getattr(match, name) for name in FIGURES}
    assert (row["title_a"], row["title_b"]) == ("Bài, một", "'=Bài hai" if kind == "csv" else "=Bài hai")
    assert (row["source_a"], row["url_a"]) == ("hl.example", "https://hl.example/1")
    assert row["published_a"] == "2024-05-03T07:00:00+07:00"
    assert row["published_b"] in (None, "")


def test_no_matches_are_a_file_too(command, tmp_path):
    path = put(tmp_path / "one.jsonl", TEXT)
    for name in ("m.jsonl", "m.csv", "m.parquet"):
        assert command("scan", path, "--matches", tmp_path / name)[0] == 0
    assert (tmp_path / "m.jsonl").read_text() == ""
    assert (tmp_path / "m.csv").read_text(encoding="utf-8-sig").strip().split(",") == COLUMNS
    table = pq.read_table(tmp_path / "m.parquet")
    assert (table.column_names, table.num_rows) == (COLUMNS, 0)


def test_standard_input(command, pair):
    wanted = command("scan", pair, "--matches", "-")[1]
    code, out, _ = command("scan", "-", "--matches", "-", text=pair.read_text(encoding="utf-8"))
    assert (code, out) == (0, wanted)
    assert command("scan", "-", text="")[0] == 0
    code, out, err = command("scan", "-", text="no json\n", env={"LANG": "en_US.UTF-8"})
    assert (code, len(err.splitlines())) == (0, 1)
    assert "-:1" in err


def test_against(command, tmp_path):
    new = put(tmp_path / "new.jsonl", {"id": "n", "text": TEXT}, {"id": "m", "text": make.article(Random(3), 60)})
    old = put(tmp_path / "old.jsonl", *({"id": f"o{n}", "text": f"{TEXT} xa {n} ghe"} for n in range(3)))
    other = put(tmp_path / "other.jsonl", {"id": "p", "text": TEXT + " gần"})

    def pairs(*arguments):
        rows = map(json.loads, command("scan", *arguments, "--matches", "-")[1].splitlines())
        return [(row["a"], row["b"]) for row in rows]

    assert pairs(new, "--against", old) == [("n", "o0"), ("n", "o1"), ("n", "o2")]
    assert pairs(new, "--against", old, "--against", other) == [("n", "o0"), ("n", "o1"), ("n", "o2"), ("n", "p")]
    assert pairs(new, old) == list(combinations(("n", "o0", "o1", "o2"), 2))
    assert pairs(new, "--against", new) == []


def test_named_columns(command, tmp_path):
    items = [{"khoa": n, "chu": TEXT + " xa" * n, "de": f"Bài {n}", "text": "khác"} for n in range(2)]
    path = put(tmp_path / "named.jsonl", *items)
    code, out, _ = command("scan", path, "--id", "khoa", "--text", "chu", "--title", "de", "--matches", "-")
    (row,) = map(json.loads, out.splitlines())
    assert (code, row["a"], row["b"], row["title_a"]) == (0, "0", "1", "Bài 0")


# -------------------------------------------------------------------------------------------- warmup, help, interrupts


def test_warmup(command):
    code, out, err = command("warmup", "--lang", "en")
    assert (code, out) == (0, "")
    assert err.splitlines()[-1].startswith("compiled; kept in ")


def test_help_lists_every_option(command):
    assert [name for name in ("scan", "warmup") if name not in command("--help")[1].split()] == []
    said = command("scan", "--help", env={"COLUMNS": "120"})[1].split()
    names = [f.name for f in fields(dedup.Params) if f.name not in ("revisions", "wait")]  # of an index
    options = [f"--{name.replace('_', '-')}" for name in names]
    options += ["--matches", "--review", "--against", "--show", "--top", "--strict", "--lang", "--no-aliases"]
    options += ["--id", "--text", "--title", "--source", "--url", "--published"]
    assert [option for option in options if option not in said] == []
    assert "--lang" in command("warmup", "--help")[1].split()


@pytest.mark.parametrize("options", [("--matches", "-"), ()])
def test_a_closed_pipe(tmp_path, options):
    path = put(tmp_path / "many.jsonl", *[TEXT] * 2000)
    process = start("scan", path, *options)
    assert process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(60) in (0, 1)
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err


def interrupt(process):
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b"KeyboardInterrupt" not in err


def test_interrupted_while_it_reads():
    process = start("scan", "-", stdin=subprocess.PIPE)
    process.stdin.write(b"no json\n" + json.dumps({"text": TEXT}).encode() + b"\n")
    process.stdin.flush()
    assert b"-:1" in process.stderr.readline()
    interrupt(process)


def test_interrupted_while_it_compares(tmp_path):
    """A bad last line is named when all has been read; what follows takes seconds."""
    rng = Random(4)
    base = [make.article(rng, 300) for _ in range(60)]
    texts = [make.excerpt(rng, rng.choice(base), 200) + f" {n}" for n in range(6000)]
    path = put(tmp_path / "many.jsonl", *texts, {"id": "bad"})
    process = start("scan", path, "--matches", tmp_path / "m.csv")
    assert b"many.jsonl:6001" in process.stderr.readline()
    interrupt(process)
    assert os.listdir(tmp_path) == ["many.jsonl"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_interrupted_while_it_writes(tmp_path, kind):
    path = put(tmp_path / "many.jsonl", *["Mưa lớn ở Hà Lâm, nước ngập ba tuyến phố."] * 80_000)
    target = tmp_path / f"m.{kind}"
    target.write_text("as it was")
    process = start("scan", path, "--matches", target)
    while process.poll() is None and not list(tmp_path.glob(".*")):
        time.sleep(0.005)
    interrupt(process)
    assert sorted(os.listdir(tmp_path)) == [target.name, "many.jsonl"]
    assert target.read_text() == "as it was"
