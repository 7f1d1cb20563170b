"""`dedup index` as its users meet it: what is added, answered, looked up, taken out and written out again."""

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from random import Random

import make
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_cli import COLUMNS, put, start
from told import DAY, tell

import dedup
from dedup.cli.index import add as adding
from dedup.store.names import is_database, is_url

RAIN, HEAT, WIND = (make.article(Random(seed), 150) for seed in range(3))
MORE = RAIN + "\n\n" + make.article(Random(9), 60)
ADDED = ["id", "story", "is_new_story", "matches", "merged_stories", "revision"]
DIFF = ["a", "b", "relation", "resemblance", "a_in_b", "b_in_a", "added", "dropped", "changed"]


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def article(id, text, **more):
    return {"id": id, "text": text, **more}


@pytest.fixture
def feed(tmp_path):
    """Four articles, of which two are versions of one story."""
    about = {"title": "Mưa lớn", "source": "hl.example", "published": "2024-05-03T07:00:00+07:00"}
    items = [article("a", RAIN, **about), article("b", HEAT), article("c", MORE), article("d", WIND)]
    return put(tmp_path / "tin.jsonl", *items)


@pytest.fixture
def database(tmp_path, feed):
    """An index of them."""
    path = tmp_path / "tin.db"
    with dedup.Index(path) as index:
        index.add(dedup.read(feed))
    return path


# ------------------------------------------------------------------------------------------------------------------ add


def test_what_became_of_the_articles(command, tmp_path, feed):
    database = tmp_path / "tin.db"
    code, out, err = command("index", "add", database, feed)
    assert (code, err) == (0, "")
    assert "4 bài đọc được · 0 bỏ qua" in out
    assert "trùng ≥ 30 % bài ngắn hơn" in out
    assert "4 bài mới: 3 mở chuyện mới, 1 vào chuyện đã có\n" in out
    assert f"{database}: 4 bài\n" in out
    assert f"dedup index query {database} BAI.txt" in out
    longer = HEAT + " Hết 12 ngày nắng."
    again = put(tmp_path / "nua.jsonl", article("a", RAIN), article("b", longer), article("e", WIND))
    code, out, _ = command("index", "add", database, again, "--lang", "en")
    assert code == 0
    assert "1 new: 0 begin a story, 1 join one · 1 known, now with another text · 1 known, unchanged\n" in out
    assert f"{database}: 5 articles\n" in out


def test_the_same_id_twice_in_one_file(command, tmp_path):
    twice = put(tmp_path / "hai.jsonl", article("a", RAIN), article("a", RAIN), article("a", MORE))
    code, out, _ = command("index", "add", tmp_path / "tin.db", twice)
    assert code == 0
    assert "1 bài mới: 1 mở chuyện mới, 0 vào chuyện đã có · 1 bài đã có, nay đổi nội dung" in out
    assert "1 bài đã có, không đổi" in out


def test_stories_that_are_brought_together(command, tmp_path):
    apart = put(tmp_path / "1.jsonl", article("a", RAIN), article("b", HEAT))
    both = put(tmp_path / "2.jsonl", article("c", RAIN + "\n\n" + HEAT))
    command("index", "add", tmp_path / "tin.db", apart)
    code, out, _ = command("index", "add", tmp_path / "tin.db", both, "--results", "-")
    (answer,) = lines(out)
    assert (code, answer["merged_stories"]) == (0, [] if answer["story"] == "c" else ["b"])


def test_an_object_for_each_input(command, tmp_path, feed):
    with feed.open("a") as file:
        file.write("{\n" + json.dumps(article("a", MORE)) + "\n")
    results = tmp_path / "kq.jsonl"
    code, out, err = command("index", "add", tmp_path / "tin.db", feed, "--results", results)
    assert code == 0
    assert "5 bài đọc được · 1 bỏ qua" in out
    assert f"bỏ qua: {feed}:5: not valid JSON" in err
    assert f"kết quả đã ghi vào {results}" in err
    a, b, c, _d, bad, revised = lines(results.read_text(encoding="utf-8"))
    assert [list(one) for one in (a, b, c, revised)] == [ADDED] * 4
    assert (a["story"], a["is_new_story"], a["matches"]) == ("a", True, [])
    assert (c["story"], c["is_new_story"]) == ("a", False)
    (match,) = c["matches"]
    assert list(match) == COLUMNS
    assert (match["a"], match["b"], match["relation"], match["a_in_b"]) == ("a", "c", "edited", 1.0)
    assert (match["title_a"], match["source_a"], match["title_b"]) == ("Mưa lớn", "hl.example", None)
    assert match["published_a"] == "2024-05-03T07:00:00+07:00"
    assert list(bad) == ["input", "error"]
    assert bad["input"] == f"{feed}:5"
    assert (list(revised["revision"]), revised["revision"]["a"], revised["revision"]["b"]) == (DIFF, "a", "a")
    assert revised["revision"]["added"]


def test_the_objects_say_what_the_library_says(command, tmp_path, feed):
    code, out, _ = command("index", "add", tmp_path / "tin.db", feed, "--results", "-", "--containment", "0.9")
    with dedup.Index(params=dedup.Params(containment=0.9)) as index:
        wanted = index.add(dedup.read(feed))
    found = lines(out)
    assert code == 0
    assert [(one["id"], one["story"], one["is_new_story"]) for one in found] == [
        (one.id, one.story, one.is_new_story) for one in wanted]  # fmt: skip
    figures = COLUMNS[:10]
    assert [[[row[name] for name in figures] for row in one["matches"]] for one in found] == [
        [[getattr(match, name) for name in figures] for match in one.matches] for one in wanted]  # fmt: skip


def test_rules_of_matching(command, tmp_path):
    items = [
        article("a", RAIN, source="hl.example", published="2024-05-03"),
        article("b", MORE, source="hl.example", published="2024-05-20"),
    ]
    feed = put(tmp_path / "tin.jsonl", *items)
    for number, (options, matches) in enumerate([
        ([], 1), (["--window", "17"], 1), (["--window", "16"], 0), (["--no-own-source"], 0), (["--containment", "none",
        "--resemblance", "0.9"], 0), (["--containment", "none", "--passage", "100"], 1), (["--min-shared", "300"], 0),
    ]):  # fmt: skip
        code, out, _ = command("index", "add", tmp_path / f"{number}.db", feed, "--results", "-", *options)
        assert (code, len(lines(out)[1]["matches"])) == (0, matches), options


def test_how_a_file_is_sketched_stays(command, tmp_path, feed):
    database = tmp_path / "tin.db"
    sketch = ("--k", "4", "--min-passage", "20", "--no-aliases", "--accents", "ignore")
    assert command("index", "add", database, feed, *sketch)[0] == 0
    assert command("index", "add", database, feed)[0] == 0
    assert command("index", "query", database, feed)[0] == 0
    code, _, err = command("index", "add", database, feed, "--k", "5")
    assert code == 1
    assert f"`dedup index rebuild {database}`" in err
    _, out, _ = command("index", "stats", database, "--json")
    assert json.loads(out)["sketch"] == {"k": 4, "min_passage": 20, "aliases": False, "accents": "ignore"}


def test_without_texts(command, tmp_path, feed, database):
    bare = tmp_path / "bare.db"
    assert command("index", "add", bare, feed, "--no-text")[0] == 0
    code, out, _ = command("index", "add", bare, feed)
    assert "4 bài đã có id này\n" in out
    with dedup.Index(bare) as index:
        assert [one.text for one in index.articles()] == [""] * 4
    assert command("index", "query", bare, feed, "--json")[1] == command("index", "query", database, feed, "--json")[1]
    code, out, err = command("index", "export", bare, "-")
    assert (code, {row["text"] for row in lines(out)}) == (0, {""})
    assert "không lưu văn bản" in err
    code, _, err = command("index", "add", database, feed, "--no-text")
    assert code == 2
    assert "--no-text chỉ dùng khi tạo tệp mới" in err


def test_furniture(command, tmp_path):
    banner = "Tải ứng dụng Báo Hà Lâm để đọc tin nhanh hơn mỗi ngày, hoàn toàn miễn phí cho mọi người."
    pages = [article(f"p{n}", f"{make.article(Random(n), 80)}\n{banner}", source="hl.example") for n in range(30)]
    learnt = dedup.Furniture.learn([dedup.Article(**page) for page in pages])
    learnt.save(tmp_path / "khung.json")
    feed = put(tmp_path / "tin.jsonl", *pages)
    assert len(learnt) == 1
    code, _, _ = command("index", "add", tmp_path / "tin.db", feed, "--furniture", tmp_path / "khung.json")
    assert code == 0
    _, out, _ = command("index", "stats", tmp_path / "tin.db")
    assert "dòng khung trang đã học: 1\n" in out
    assert command("index", "rebuild", tmp_path / "tin.db")[0] == 0
    assert json.loads(command("index", "stats", tmp_path / "tin.db", "--json")[1])["furniture"] == 1


def test_further_columns_that_json_has_no_word_for(command, tmp_path):
    table = {"id": ["a"], "text": [RAIN], "crawled": [datetime(2024, 5, 3, 7, tzinfo=UTC)], "day": [date(2024, 5, 3)],
             "price": [Decimal("1.50")], "raw": [b"m\xc6\xb0a"], "n": [3], "tags": [["x", "y"]]}  # fmt: skip
    pq.write_table(pa.table(table), tmp_path / "tin.parquet")
    assert command("index", "add", tmp_path / "tin.db", tmp_path / "tin.parquet")[0] == 0
    with dedup.Index(tmp_path / "tin.db") as index:
        assert index.get("a").extra == {"crawled": "2024-05-03T07:00:00+00:00", "day": "2024-05-03", "price": "1.50",
                                        "raw": "mưa", "n": 3, "tags": ["x", "y"]}  # fmt: skip


def test_strict(command, tmp_path, feed):
    with feed.open("a") as file:
        file.write("{\n")
    assert command("index", "add", tmp_path / "tin.db", feed)[0] == 0
    assert command("index", "add", tmp_path / "tin.db", feed, "--strict")[0] == 1
    assert command("index", "query", tmp_path / "tin.db", feed, "--strict")[0] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_done_is_kept_where_something_ends_it(command, monkeypatch, request, tmp_path, feed, number):
    """The signal comes in the middle of a transaction: that one is completed, counted and answered."""
    original, calls = dedup.Index.add, []
    if number == signal.SIGINT:  # tests in the background may have it ignored
        request.addfinalizer(partial(signal.signal, number, signal.signal(number, signal.default_int_handler)))

    def add(self, articles, params=None):
        calls.append(len(articles))
        if len(calls) == 2:
            os.kill(os.getpid(), number)
        return original(self, articles, params)

    monkeypatch.setattr(dedup.Index, "add", add)
    monkeypatch.setattr(adding, "_AT_ONCE", 1)
    results = tmp_path / "kq.jsonl"
    code, _, err = command("index", "add", tmp_path / "tin.db", feed, "--results", results)
    assert code == 128 + number
    assert "dừng giữa chừng: đã thêm và lưu 2 bài" in err
    assert [row["id"] for row in lines(results.read_text(encoding="utf-8"))] == ["a", "b"]
    with dedup.Index(tmp_path / "tin.db") as index:
        assert [one.id for one in index.articles()] == ["a", "b"]
    monkeypatch.undo()
    code, out, _ = command("index", "add", tmp_path / "tin.db", feed)
    assert "2 bài mới: 1 mở chuyện mới, 1 vào chuyện đã có · 2 bài đã có, không đổi" in out


def test_what_is_done_is_kept_where_an_error_ends_it(command, monkeypatch, tmp_path, feed):
    original = dedup.Index.add

    def add(self, articles, params=None):
        if articles[0].id == "c":
            raise dedup.StoreError("tin.db: the disk is full")
        return original(self, articles, params)

    monkeypatch.setattr(dedup.Index, "add", add)
    monkeypatch.setattr(adding, "_AT_ONCE", 1)
    results = tmp_path / "kq.jsonl"
    code, out, err = command("index", "add", tmp_path / "tin.db", feed, "--results", results)
    assert (code, out) == (1, "")
    assert "đã thêm và lưu 2 bài" in err
    assert "lỗi: tin.db: the disk is full" in err
    assert [row["id"] for row in lines(results.read_text(encoding="utf-8"))] == ["a", "b"]


# -------------------------------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ("add {new} nowhere", 1, "nowhere: no such file or folder"),
        ("add {new}", 2, "PATH"),
        ("add {new} {feed} -", 2, "standard input has to be the only PATH"),
        ("add {new} {feed} --results x.csv", 2, "need a name that ends in .jsonl"),
        ("add {new} {feed} --results {feed}", 1, "is an input: it is not written over"),
        ("add {new} {feed} --containment 2", 2, "containment=2.0: need"),
        ("add {new} {feed} --k 0", 2, "k=0: need"),
        ("add {new} {feed} --window -1", 2, "window=-1: need days"),
        ("add {new} {feed} --revisions 5000", 2, "revisions=5000"),
        ("add {new} {feed} --furniture nowhere.json", 1, "nowhere.json"),
        ("add {new} {feed} --lang fr", 2, "need vi or en"),
        ("query {new} {feed}", 1, "dedup index add"),
        ("query {db} {feed} --top -1", 2, "top=-1"),
        ("remove {new} a", 1, "không có chỉ mục này"),
        ("remove {db}", 2, "ID"),
        ("expire {new} --before 2024-05-03", 1, "không có chỉ mục này"),
        ("expire {db}", 2, "--before"),
        ("expire {db} --before mai", 2, "before='mai': need a day"),
        ("expire {db} --before 2999-01-01", 2, "before='2999-01-01': need a day that is not in the future"),
        ("stats {new}", 1, "không có chỉ mục này"),
        ("rebuild {new}", 1, "không có chỉ mục này"),
        ("export {new} -", 1, "không có chỉ mục này"),
        ("export {db} x.txt", 2, "need a name that ends in"),
        ("export {db} {db}", 2, "need a name that ends in"),
        ("stats {feed}", 1, "is damaged or no index"),
        ("", 2, ""),
        ("nothing", 2, "nothing"),
    ],
)
def test_wrong_usage(command, tmp_path, feed, database, options, code, said):
    names = {"new": tmp_path / "moi.db", "feed": feed, "db": database}
    found, _out, err = command("index", *(word.format(**names) for word in options.split()))
    assert found == code
    assert said in err
    assert not (tmp_path / "moi.db").exists()


def test_another_database_is_left_alone(command, tmp_path, feed):
    path = tmp_path / "khac.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE news(id)")
    connection.close()
    before = path.read_bytes()
    for arguments in (("add", path, feed), ("stats", path), ("rebuild", path)):
        code, _, err = command("index", *arguments)
        assert code == 1
        assert "is a database, but no index" in err
    assert path.read_bytes() == before


# ---------------------------------------------------------------------------------------------------------------- query


def test_query(command, tmp_path, database):
    new = put(tmp_path / "moi.jsonl", article("x", MORE, title="Bài mới"), article("y", make.article(Random(5), 90)))
    code, out, err = command("index", "query", database, new)
    assert (code, err) == (0, "")
    assert "2 bài đọc được · 0 bỏ qua" in out
    assert "2 cặp trùng: 1 đăng lại · 1 biên tập lại\n" in out
    heading, *rows = out.splitlines()[2:5]
    assert heading.split() == ["TRÙNG", "QUAN", "HỆ", "BÀI", "VÀ", "BÀI"]
    assert [" ".join(row.split()) for row in rows][1].startswith("100 % biên tập lại Bài mới [x] Mưa lớn [a]")
    assert "--json" in out
    with dedup.Index(database) as index:
        assert len(index) == 4


def test_query_as_json(command, tmp_path, database):
    new = put(tmp_path / "moi.jsonl", article("x", MORE, title="Bài mới"), article("y", make.article(Random(5), 90)))
    with new.open("a") as file:
        file.write("{\n" + json.dumps(article("a", MORE)))
    code, out, _ = command("index", "query", database, new, "--json")
    x, y, bad, known = lines(out)
    assert code == 0
    assert (x["id"], y, known["id"]) == ("x", {"id": "y", "matches": []}, "a")
    assert bad["input"] == f"{new}:3"
    assert [(row["a"], row["b"], row["relation"], row["title_a"], row["title_b"]) for row in x["matches"]] == [
        ("x", "a", "edited", "Bài mới", "Mưa lớn"), ("x", "c", "reprint", "Bài mới", None)]  # fmt: skip
    assert [row["b"] for row in known["matches"]] == ["c"]  # never its own id
    code, out, _ = command("index", "query", database, "-", "--json", text=json.dumps(article("x", MORE)) + "\n[]\n")
    assert [list(row) for row in lines(out)] == [["id", "matches"], ["line", "error"]]


def test_one_event_in_other_words(command, tmp_path):
    one, two, three = ({**article(a.id, a.text), "title": a.title, "published": a.published.isoformat()}
                       for a in (tell(1, 0, DAY), tell(1, 1, DAY + timedelta(days=1)), tell(1, 2, DAY)))  # fmt: skip
    files = [put(tmp_path / f"{n}.jsonl", item) for n, item in enumerate((one, two, three))]
    database = tmp_path / "tin.db"
    command("index", "add", database, files[0])
    assert lines(command("index", "add", database, files[1], "--same-story", "--results", "-")[1])[0]["story"] == "1-0"
    (answer,) = lines(command("index", "query", database, files[2], "--same-story", "--json")[1])
    assert [(match["b"], match["relation"]) for match in answer["matches"]] == [
        ("1-0", "same_story"), ("1-1", "same_story")
    ]  # fmt: skip
    for options in ((), ("--same-story", "--same-story-days", "0")):
        (answer,) = lines(command("index", "query", database, files[2], *options, "--json")[1])
        assert len(answer["matches"]) == len(options) // 3
    assert "cùng sự kiện" in command("index", "query", database, files[2], "--same-story", "--lang", "vi")[1]
    for options, stories in (((), 2), (("--same-story",), 1)):
        assert command("index", "rebuild", database, *options)[0] == 0
        with dedup.Index(database) as index:
            assert len({*index.story_ids("1-0", "1-1").values()}) == stories


def test_query_lists_what_fits(command, tmp_path):
    copies = put(tmp_path / "tin.jsonl", *(article(f"{n:02}", f"{RAIN} {n}") for n in range(40)))
    command("index", "add", tmp_path / "tin.db", copies)
    one = put(tmp_path / "mot.jsonl", article("x", RAIN))
    _, out, _ = command("index", "query", tmp_path / "tin.db", one)
    assert len(out.splitlines()) <= 25
    assert "còn 19 cặp: --top 0" in out
    _, out, _ = command("index", "query", tmp_path / "tin.db", one, "--top", "0")
    assert out.count("đăng lại  ") + out.count("biên tập lại  ") + out.count("tin theo mẫu  ") == 40
    other = put(tmp_path / "khac.jsonl", article("y", HEAT))
    _, out, _ = command("index", "query", tmp_path / "tin.db", other)
    assert "không có cặp nào trùng" in out


# --------------------------------------------------------------------------------------------------------------- upkeep


def test_remove(command, database):
    code, out, err = command("index", "remove", database, "a", "b", "a")
    assert (code, out, err) == (0, "", "đã xoá 2 bài\n")
    code, _, err = command("index", "remove", database, "a", "c", "--lang", "en")
    assert (code, err) == (1, "removed 1 article\nnot in the index: 'a'\n")
    with dedup.Index(database) as index:
        assert [one.id for one in index.articles()] == ["d"]


def test_expire(command, tmp_path):
    days = ["2024-05-03", "2024-05-04T00:10:00+07:00", "2024-05-03T18:00:00+00:00", "2024-05-05"]
    items = (article(str(n), make.article(Random(n), 60), published=day) for n, day in enumerate(days))
    feed = put(tmp_path / "tin.jsonl", *items)
    command("index", "add", tmp_path / "tin.db", feed)
    code, out, err = command("index", "expire", tmp_path / "tin.db", "--before", "4/5/2024")
    assert (code, out, err) == (0, "", "đã xoá 1 bài trước ngày 04/05/2024\n")
    with dedup.Index(tmp_path / "tin.db") as index:
        assert [one.id for one in index.articles()] == ["1", "2", "3"]
    moment = "2024-05-04T17:30:00+00:00"
    code, _, err = command("index", "expire", tmp_path / "tin.db", "--before", moment, "--lang", "en")
    assert (code, err) == (0, "removed 2 articles from before 05/05/2024\n")  # a day of Vietnam


def test_stats(command, database):
    code, out, err = command("index", "stats", database)
    assert (code, err) == (0, "")
    assert "\nchuyện: " in out
    assert "k 5, min_passage 24, aliases true, accents keep" in out
    code, out, _ = command("index", "stats", database, "--json")
    found = json.loads(out)
    assert (code, found["articles"], found["stories"], found["keeps_text"]) == (0, 4, 3, True)
    with dedup.Index(database) as index:
        assert {name: found[name] for name in index.stats()} == index.stats()
    _, out, _ = command("index", "stats", database, "--lang", "en")
    assert "\nstories: " in out


def test_rebuild(command, database):
    code, out, err = command("index", "rebuild", database, "--k", "4")
    assert (code, out, err) == (0, "", "đã dựng lại chỉ mục từ 4 bài\n")
    with dedup.Index(database) as index:
        assert index.params.k == 4
        assert index.story("c").articles == ("a", "c")
    assert command("index", "rebuild", database)[0] == 0
    with dedup.Index(database) as index:
        assert index.params.k == 4


# --------------------------------------------------------------------------------------------------------------- export


def every_field():
    """Articles that have every field, and further columns of every kind and name."""
    hanoi, utc = datetime(2024, 5, 3, 7, 8, 9, tzinfo=timezone(timedelta(hours=7))), datetime(2024, 5, 3, tzinfo=UTC)
    about = {"title": '=Mưa, "lớn"', "source": "hl.example", "url": "https://hl.example/1?a=1&b=2", "credit": "TTXVN"}
    return [
        dedup.Article("a", RAIN, **about, published=hanoi, extra={"muc": "Thời sự"}),
        dedup.Article("b/1", "  Nắng\r\n\tgắt \u200b ", published=date(2024, 5, 4), extra={"text": "gốc", "n#2": "x"}),
        dedup.Article("-c", MORE, published=utc, extra={"id": "9", "id#2": "8", "muc": "Đời"}),
        dedup.Article("42", WIND),
    ]


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x.jsonl.zst", "x.csv", "x.csv.gz", "x.parquet"])
def test_export_and_back(command, tmp_path, name):
    with dedup.Index(tmp_path / "1.db") as index:
        index.add(every_field())
        stories = list(index.story_ids("a", "b/1", "-c", "42").values())
    code, out, err = command("index", "export", tmp_path / "1.db", tmp_path / name)
    assert (code, out, err) == (0, "", f"4 bài đã ghi vào {tmp_path / name}\n")
    assert command("index", "add", tmp_path / "2.db", tmp_path / name)[0] == 0
    with dedup.Index(tmp_path / "2.db") as index:
        back = list(index.articles())
        assert list(index.story_ids(*(one.id for one in back)).values()) == stories
    mark = "'" if ".csv" in name else ""
    for old, new, story in zip(every_field(), back, stories, strict=True):
        names = {"text": "text#2", "id": "id#3"}
        extra = {names.get(key, key): value for key, value in old.extra.items()} | {"story": story}
        spelt = {key: mark + value for key in ("id", "title") if (value := getattr(old, key))[:1] in ("-", "=")}
        found = {key: value for key, value in new.extra.items() if value not in ("", None)}
        assert {**asdict(new), "extra": found} == {**asdict(old), **spelt, "extra": extra}
        assert type(new.published) is type(old.published)
    command("index", "export", tmp_path / "2.db", tmp_path / "2.jsonl")
    command("index", "export", tmp_path / "1.db", tmp_path / "1.jsonl")
    if name.endswith("jsonl"):
        assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_what_an_export_holds(command, tmp_path):
    with dedup.Index(tmp_path / "tin.db") as index:
        index.add([dedup.Article("a", RAIN, extra={"tags": ["x"], "n": 3, "ok": True, "none": None, "story": "mine"}),
                   dedup.Article("b", MORE)])  # fmt: skip
    code, out, err = command("index", "export", tmp_path / "tin.db", "-")
    a, b = lines(out)
    assert (code, err) == (0, "")
    assert list(b) == ["id", "text", "title", "source", "url", "credit", "published", "story"]
    assert (b["story"], b["title"], b["text"]) == ("a", None, MORE)
    assert {key: a[key] for key in ("story", "tags", "n", "ok", "none")} == {
        "story": "a", "tags": ["x"], "n": 3, "ok": True, "none": None}  # fmt: skip
    command("index", "export", tmp_path / "tin.db", tmp_path / "x.csv")
    with open(tmp_path / "x.csv", encoding="utf-8-sig", newline="") as file:
        a, _b = csv.DictReader(file)
    assert (a["tags"], a["n"], a["ok"], a["none"]) == ('["x"]', "3", "true", "")
    table = tmp_path / "x.parquet"
    command("index", "export", tmp_path / "tin.db", table)
    assert pq.read_table(table).column("tags").to_pylist() == ['["x"]', None]


def test_an_empty_index_is_exported(command, tmp_path):
    dedup.Index(tmp_path / "tin.db").close()
    for name in ("x.jsonl", "x.csv", "x.parquet"):
        assert command("index", "export", tmp_path / "tin.db", tmp_path / name)[0] == 0
        assert (tmp_path / name).exists()


# ----------------------------------------------------------------------------------------------------------------- diff


def test_diff_of_two_articles_of_an_index(command, tmp_path, feed, database):
    wanted = command("diff", feed, "a", "c", "--json")
    assert wanted[0] == 0
    assert command("diff", database, "a", "c", "--json") == wanted
    other = shutil.copy(database, tmp_path / "tin.jsonl.tmp")  # known by what it is, not by its name
    assert command("diff", other, "a", "c", "--json") == wanted
    code, out, _ = command("diff", database, "a", "c")
    assert code == 0
    assert f"dedup diff {database} a c --html so-sanh.html" in out
    assert command("diff", database, "a", "b", "c", "--json")[0] == 0


def test_diff_of_an_index_that_is_open(command, tmp_path, feed):
    """Its header may still be in the write-ahead log."""
    with dedup.Index(tmp_path / "tin.db") as index:
        index.add(dedup.read(feed))
        assert is_database(str(tmp_path / "tin.db"))
        assert command("diff", tmp_path / "tin.db", "a", "c")[0] == 0


def test_ids_that_are_also_files(command, tmp_path, database, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "c"):
        (tmp_path / name).write_text("Khác hẳn.", encoding="utf-8")
    code, out, _ = command("diff", database, "a", "c", "--json")
    assert (code, json.loads(out)["relation"]) == (0, "edited")


@pytest.mark.parametrize(
    ("ids", "code", "said"),
    [("a", 2, "hai id trở lên"), ("a x", 1, "không có bài 'x' trong 4 bài"), ("a a", 2, "named twice")],
)
def test_diff_of_articles_that_are_not_there(command, database, ids, code, said):
    found, _, err = command("diff", database, *ids.split())
    assert found == code
    assert said in err


def test_diff_needs_texts(command, tmp_path, feed):
    command("index", "add", tmp_path / "tin.db", feed, "--no-text")
    code, _, err = command("diff", tmp_path / "tin.db", "a", "c")
    assert code == 1
    assert "không lưu văn bản" in err


def test_names_of_databases(tmp_path, feed):
    assert is_url("postgresql://may-chu/tin")
    assert is_url("postgres://may-chu/tin")
    assert not is_url("mysql://may-chu/tin")
    assert is_database("postgres://may-chu/tin")
    for name in (str(feed), str(tmp_path), str(tmp_path / "nowhere"), "-", "a\0b", ""):
        assert not is_database(name)
    os.mkfifo(tmp_path / "pipe")
    assert not is_database(str(tmp_path / "pipe"))


# ---------------------------------------------------------------------------------------------------------- on a server


def test_the_same_on_a_server(command, postgres, tmp_path, feed, database):
    url = postgres.url("lenh")
    code, out, err = command("index", "add", url, feed)
    assert (code, err) == (0, "")
    assert "4 bài mới: 3 mở chuyện mới, 1 vào chuyện đã có\n" in out
    for arguments in (("query", feed, "--json"), ("export", "-")):
        there, here = (command("index", arguments[0], name, *arguments[1:]) for name in (url, database))
        assert there == here
        assert there[0] == 0
    assert command("diff", url, "a", "c", "--json") == command("diff", database, "a", "c", "--json")
    assert url not in command("diff", url, "a", "c")[1]
    assert json.loads(command("index", "stats", url, "--json")[1])["articles"] == 4
    assert command("index", "rebuild", url)[0] == 0
    assert command("index", "remove", url, "a")[0] == 0
    assert command("index", "expire", url, "--before", "2024-05-03")[0] == 0
    assert len(lines(command("index", "export", url, "-")[1])) == 3


# --------------------------------------------------------------------------------------------------------- as they come


def test_each_line_is_answered(command, tmp_path):
    text = "\n".join([json.dumps(article("a", RAIN)), "{", "", '{"text": "x"}', json.dumps(article("c", MORE)), "5"])
    code, out, err = command("index", "add", tmp_path / "tin.db", "-", text=text)
    a, *bad, c, last = lines(out)
    assert code == 0
    assert (a["id"], c["id"], c["story"], [row["a"] for row in c["matches"]]) == ("a", "c", "a", ["a"])
    assert [(row["line"], row["error"].split(":")[0]) for row in [*bad, last]] == [
        (2, "not valid JSON"), (3, "blank line"), (4, "no id"), (6, "not a JSON object")]  # fmt: skip
    assert "bỏ qua: -:2: not valid JSON" in err
    assert "2 bài đọc được · 4 bỏ qua" in err
    code, out, err = command("index", "add", tmp_path / "tin.db", "-", text="")
    assert (code, out) == (0, "")
    assert "không có bài mới" in err


def test_answers_to_a_file(command, tmp_path):
    text = json.dumps(article("a", RAIN))
    code, out, _ = command("index", "add", tmp_path / "tin.db", "-", "--results", tmp_path / "x.jsonl", text=text)
    assert code == 0
    assert "1 bài mới" in out
    assert [row["id"] for row in lines((tmp_path / "x.jsonl").read_text())] == ["a"]


@pytest.fixture
def following(tmp_path):
    """The program while it follows a stream."""
    with start("index", "add", tmp_path / "tin.db", "-", stdin=subprocess.PIPE) as program:
        yield program
        program.kill()


def ask(program, *texts):
    for text in texts:
        program.stdin.write((text if isinstance(text, str) else json.dumps(text)).encode() + b"\n")
    program.stdin.flush()
    return [json.loads(program.stdout.readline()) for _ in texts]


def test_answers_come_while_the_stream_is_open(tmp_path, following):
    """Each answer is on disk when it comes: another process sees the article."""
    for n in range(5):
        (answer,) = ask(following, article(f"{n}", f"{RAIN} Lần {n}."))
        assert (answer["id"], answer["story"], len(answer["matches"])) == (str(n), "0", n)
        with dedup.Index(tmp_path / "tin.db") as index:
            assert [one.id for one in index.articles()] == [str(i) for i in range(n + 1)]
    (answer,) = ask(following, "oops")
    assert (answer["line"], list(answer)) == (6, ["line", "error"])
    (answer,) = ask(following, article("0", f"{RAIN} Lần 0."))
    assert (answer["id"], answer["is_new_story"], answer["revision"]) == ("0", True, None)
    answers = ask(following, *(article(f"b{n}", f"{HEAT} {n}") if n % 5 else "" for n in range(500)))
    assert [row.get("id", row.get("line")) for row in answers] == [f"b{n}" if n % 5 else 8 + n for n in range(500)]
    following.stdin.close()
    assert following.wait(60) == 0
    assert following.stdout.read() == b""
    assert "405 bài mới" in following.stderr.read().decode()


def test_nobody_listens_any_more(tmp_path, following):
    ask(following, article("a", RAIN))
    following.stdout.close()
    following.stdin.write(json.dumps(article("b", HEAT)).encode() + b"\n")
    following.stdin.flush()
    assert following.wait(60) == 1
    assert following.stderr.read() == b""
    with dedup.Index(tmp_path / "tin.db") as index:
        assert [one.id for one in index.articles()] == ["a", "b"]


def test_the_stream_is_ended_from_outside(tmp_path, following):
    ask(following, article("a", RAIN))
    following.send_signal(signal.SIGTERM)
    assert following.wait(60) == 128 + signal.SIGTERM
    said = following.stderr.read().decode()
    assert "đã thêm và lưu 1 bài" in said
    assert "Traceback" not in said


def test_help_names_every_option(command):
    code, out, _ = command("index", "add", "--help", env={"COLUMNS": "120"})
    of_scans = ("num_perm", "candidates", "band_recall", "memory", "workdir")
    names = [f"--{f.name.replace('_', '-')}" for f in fields(dedup.Params) if f.name not in of_scans]
    names += ["--window", "--no-own-source", "--furniture", "--no-text", "--results", "--strict", "--lang", "--id"]
    assert code == 0
    assert [name for name in names if name not in out.split()] == []


def test_starting_does_not_load_the_database():
    code = "import sys, dedup.cli; print([m for m in ('numpy', 'sqlite3', 'rich.progress') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


