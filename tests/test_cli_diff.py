"""`dedup diff` as editors meet it: which versions it takes, what it says on a screen, as JSON and as a page."""

import gzip
import io
import itertools
import json
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import zstandard
from rich.console import Console
from test_cli import put, start
from test_report_diff import NEW, OLD, articles, diff, fact, of_three

from dedup.cli.differences import show_diff
from dedup.models import Article, Change, Fact
from dedup.report.words import KINDS, kind_name

FACT_KEYS = ["text", "start", "end", "kind"]
KEYS = ["a", "b", "relation", "resemblance", "a_in_b", "b_in_a", "added", "dropped", "changed"]
SECOND = NEW.replace("13 xã", "14 xã") + "\nTrường Tiểu học Bến Lở cho 620 học sinh nghỉ học đến thứ hai."


def screen(result=None, both=None, *, width=80, lang="vi", command=None, **options):
    """What the screen of a diff shows."""
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False, **options)
    show_diff(console, lang, diff() if result is None else result, both or articles(), command)
    return out.getvalue()


def joined(text):
    """Without line breaks and indents."""
    return " ".join(text.split())


def two(old, new, *, changed=(), **values):
    """A diff of two short texts with the facts that are named: (words, kind) each; changed: (kind, old, new)."""
    both = {"1": Article("1", old, source="Báo Hà Lâm"), "2": Article("2", new, source="Tin Sông")}
    found = {
        "changed": tuple(Change(k, fact(old, x, k, "1"), fact(new, y, k, "2")) for k, x, y in changed),
        "added": tuple(fact(new, words, kind, "2") for words, kind in values.get("added", ())),
        "dropped": tuple(fact(old, words, kind, "1") for words, kind in values.get("dropped", ())),
    }
    return diff(**found, shared=(), left_out=()), both


@pytest.fixture
def files(tmp_path):
    """Two versions in a file each."""
    paths = tmp_path / "cu.txt", tmp_path / "moi.txt"
    for path, text in zip(paths, (OLD, NEW), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


@pytest.fixture
def feed(tmp_path):
    """Three versions and something else, in one file."""
    items = [
        {"id": 1, "text": OLD, "source": "halam.example", "published": "2024-05-03T17:05:00+07:00"},
        {"id": 2, "text": NEW, "source": "tinsong.example", "published": "2024-05-03T21:40:00+07:00"},
        {"id": 3, "text": SECOND, "title": "Mưa lớn, học sinh nghỉ học"},
        {"id": "khac", "text": "Đội tuyển cờ tướng Vĩnh Khê đoạt ba huy chương vàng ở giải trẻ."},
    ]
    return put(tmp_path / "feed.jsonl", *items)


# --------------------------------------------------------------------------------------------------------- the screen


def test_the_whole_screen():
    shown = """\
Bài này  Tin Sông · 03/05/2024 21:40 · theo TTXHL · [2]
So với   Báo Hà Lâm · 03/05/2024 17:05 · sớm nhất trong tập này · [1]
Tiêu đề  Mưa lớn gây ngập «nhiều» xã → Mưa lớn gây ngập «13» xã«, sập cầu»

Biên tập lại. 64 % của bài ngắn (Báo Hà Lâm) có trong bài dài (Tin Sông); 51 %
của bài dài có trong bài ngắn.
1 chỗ khác nhau · 3 điểm thêm · 1 điểm bớt · 4 câu chung · 2 đoạn khung trang
không so

KHÁC NHAU · 1
! số liệu      12 xã → 13 xã
               Báo Hà Lâm: Chiều 3/5, tỉnh Hà Lâm cho biết mưa lớn đã làm ngập
               «12 xã» ven sông Trà Nâu.
               Tin Sông: Chiều 3/5, tỉnh Hà Lâm cho biết mưa lớn đã làm ngập «13
               xã» ven sông Trà Nâu.

THÊM trong Tin Sông · 3
+ số liệu      Đến 20 giờ, «lưu lượng còn 420 mét khối mỗi giây».
+ thông tin    «Cầu Đá sập một nhịp»; xe tải biển số «99C-123.45» rơi xuống
  mã số        sông.

BỚT, chỉ có trong Báo Hà Lâm · 1
- thông tin    «Hôm qua, đoàn công tác đã đến thăm một số hộ.»

Xem hai bài cạnh nhau: dedup diff cu.txt moi.txt --html so-sanh.html
"""
    assert screen(command="dedup diff cu.txt moi.txt --html so-sanh.html") == shown


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [20, 44, 80, 140])
def test_wide_and_narrow(width, lang):
    for result, both in [(diff(), articles()), (diff("template"), articles()), of_three()]:
        shown = screen(result, both, width=width, lang=lang)
        for line in shown.splitlines():
            assert len(line) <= min(width, 112)
            assert line == line.rstrip()
        assert re.search("«12 xã» ven sông Trà Nâu.*«13 xã» ven sông", joined(shown))
        assert "«lưu lượng còn 420 mét khối mỗi giây»" in joined(shown)


def test_in_english():
    shown = screen(lang="en")
    for said in (
        *("This one  Tin Sông", "Against   Báo Hà Lâm", "Headline", "Edited version. 64%", "DIFFERS · 1", "! figure"),
        *("ADDED in Tin Sông · 3", "DROPPED, only in Báo Hà Lâm · 1", "2 pieces of page"),
    ):
        assert said in shown
    assert not {"số liệu", "Thêm", "bài ngắn"} & set(re.findall(r"[\w ]+", shown))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["1 differs · 0 added · 1 dropped · 4 shared sentences", "1 piece of page furniture not compared"]),
        ("vi", ["1 chỗ khác nhau · 0 điểm thêm · 1 điểm bớt · 4 câu chung · 1 đoạn khung trang không so"]),
    ],
)
def test_one_and_many(lang, said):
    shown = joined(screen(diff(added=(), left_out=diff().left_out[:1]), lang=lang))
    assert all(words in shown for words in said)
    many = joined(screen(diff(changed=diff().changed * 2, shared=diff().shared[:1]), lang="en"))
    assert "2 differ · 3 added · 1 dropped · 1 shared sentence · 2 pieces of page furniture" in many


def test_colour_on_a_terminal_and_signs_everywhere():
    coloured = screen(force_terminal=True, color_system="standard", _environ={})
    assert "\x1b[" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == screen()
    marked = ["«12 xã»", "«13 xã»", "«lưu lượng còn 420 mét khối mỗi giây»", "«Cầu Đá sập một nhịp»"]
    wide = screen(width=140, force_terminal=True, color_system="standard", _environ={})
    assert all(re.search(rf"\x1b\[1;3\dm{words}\x1b\[0m", wide) for words in marked)


def test_several_versions_before():
    result, both = of_three()
    shown = joined(screen(result, both))
    assert "So với Báo Hà Lâm · 03/05/2024 17:05 · [1] Đài Trà Nâu · 03/05/2024 · [0] Tiêu đề" in shown
    assert "51 % của bài Tin Sông có trong bài gần nó nhất" in shown
    assert "BỚT, chỉ có trong các bài trước · 2" in shown
    assert "· 2 Báo Hà Lâm: - thông tin «Hôm qua, đoàn công tác" in shown
    assert "Đài Trà Nâu: - thông tin «Trời vẫn mưa.»" in shown


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        ("template", "Tin theo mẫu: cùng khuôn, khác tin. Đây không phải hai bản của một tin"),
        (None, "Hai bài ít câu chữ chung. Có thể là hai tin viết riêng về một việc"),
    ],
)
def test_a_banner_where_the_texts_are_no_versions(relation, said):
    new = "\n".join(f"Trạm Vĩnh Khê đo được {n} mm mưa." for n in range(10, 30))
    facts = tuple(fact(new, line, "quantity", "2") for line in new.splitlines())
    both = {"1": Article("1", OLD), "2": Article("2", new)}
    shown = screen(diff(relation, added=facts, dropped=(), changed=(), shared=(), left_out=()), both)
    assert f"┃ {said}" in joined(shown)
    assert shown.count("Trạm Vĩnh Khê") == 5
    assert "… còn 15 câu nữa; xem tất cả bằng --html hoặc --json" in shown
    loose = diff(None, added=facts, dropped=(), changed=(), left_out=())  # no common source, but common sentences
    both["2"] = Article("2", f"{new}\n{NEW}")
    assert screen(loose, both).count("Trạm Vĩnh Khê") == 20
    many = diff(added=facts, dropped=(), changed=(), shared=(), left_out=())
    assert screen(many, both).count("Trạm Vĩnh Khê") == 20
    assert "┃" not in screen(many, both)


def test_nothing_differs():
    shown = screen(diff(added=(), dropped=(), changed=()), command="dedup diff x y --html z.html")
    assert shown.splitlines()[-2:] == ["", "Biên tập lại. Không thêm, không bớt, không có gì khác nhau."]
    empty = {name: Article(name, " \n") for name in "12"}
    bare = {"added": (), "dropped": (), "changed": (), "shared": (), "left_out": ()}
    shown = screen(diff(None, **bare), empty)
    assert "2 · (bài không có chữ)" in shown
    assert shown.splitlines()[-1] == "Không thêm, không bớt, không có gì khác nhau."


def test_every_kind_has_a_name_of_its_own():
    new = "Ông Tư Thử gặp bà Năm Mẫu ở chợ Bến Dâm."
    for kind in KINDS:
        shown = screen(*two(OLD, new, added=[("bà Năm Mẫu", kind)]))
        assert f"+ {kind_name('vi', kind):<12} Ông Tư Thử gặp «bà Năm Mẫu» ở chợ Bến Dâm.\n" in shown


def test_facts_of_one_sentence_share_a_line():
    new = "Hồ Suối Mơ xả 420 m³/s từ 16 giờ, tăng 22% so với hôm qua. Dân ở yên."
    facts = [("420 m³/s", "quantity"), ("từ 16 giờ", "date"), ("tăng 22%", "percent"), ("Dân ở yên.", "statement")]
    shown = screen(*two(OLD, new, added=facts), width=110)
    assert shown.count("+ ") == 2
    line = "+ số liệu      Hồ Suối Mơ xả «420 m³/s» «từ 16 giờ», «tăng 22%» so với hôm qua."
    assert f"{line}\n  thời gian\n  tỷ lệ\n+ thông tin" in shown


def test_changes_of_one_sentence_share_a_line():
    old, new = "Lũ làm 12 xã ngập, 3 cầu sập. Mất điện.", "Lũ làm 13 xã ngập, 4 cầu sập. Có điện."
    pairs = [("quantity", "12 xã", "13 xã"), ("quantity", "3 cầu", "4 cầu"), ("statement", "Mất điện", "Có điện")]
    shown = screen(*two(old, new, changed=pairs))
    assert "! số liệu      12 xã → 13 xã; 3 cầu → 4 cầu\n" in shown
    assert "Báo Hà Lâm: Lũ làm «12 xã» ngập, «3 cầu» sập.\n" in shown
    assert "! thông tin    Mất điện → Có điện\n" in shown
    assert "KHÁC NHAU · 3" in shown


def test_long_sentences_are_shortened_around_what_is_new():
    before, after = "Theo báo cáo của ban chỉ huy " * 20, " trong khi nước vẫn tiếp tục dâng lên" * 20
    shown = joined(screen(*two(OLD, f"{before}có 77 nhà{after}.", added=[("77 nhà", "quantity")])))
    found = re.search("… ([^…]*)«77 nhà»([^…]*)…", shown)
    assert found
    assert all(40 < len(part) < 100 for part in found.groups())
    whole = "Nước dâng " + "rất nhanh và rất mạnh " * 40 + "ở Hà Lâm."
    shown = joined(screen(*two(OLD, whole, added=[(whole, "statement")])))
    assert re.search("«Nước dâng rất nhanh[^»…]*…»", shown)
    assert len(shown) < 1000


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Mưa lớn", "Mưa lớn", "Tiêu đề Mưa lớn (không đổi)"),
        ("Mưa lớn", "", None),
        ("", "Mưa lớn", None),
        (" \n", "Mưa lớn", None),
        ("Giá lúa tăng", "Đội cờ tướng thắng đậm", "Tiêu đề Giá lúa tăng → Đội cờ tướng thắng đậm"),
        ("12 xã ngập", "13 xã ngập", "Tiêu đề «12» xã ngập → «13» xã ngập"),
        ("Mưa lớn ở Hà Lâm", "MƯA LỚN Ở HÀ LÂM", "Tiêu đề MƯA LỚN Ở HÀ LÂM (không đổi)"),
        ("Mưa\nlớn ", "Mưa lớn", "Tiêu đề Mưa lớn (không đổi)"),
        ("Mưa « to » quá", "Mưa “ to ” quá", "Tiêu đề Mưa “ to ” quá (không đổi)"),
    ],
)
def test_headlines(old, new, said):
    both = articles(title=new)
    both["1"] = replace(both["1"], title=old)
    shown = joined(screen(both=both))
    assert (said in shown) if said else ("Tiêu đề" not in shown)


def test_the_headline_is_compared_with_the_most_similar_one():
    result, both = of_three()
    both["0"] = replace(both["0"], title="Mưa lớn gây ngập 12 xã, sập cầu")
    assert "Mưa lớn gây ngập «12» xã, sập cầu → Mưa lớn gây ngập «13» xã, sập cầu" in joined(screen(result, both))


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        (datetime(2024, 5, 3, 10, tzinfo=UTC), datetime(2024, 5, 3, 9, tzinfo=UTC), "2"),
        (datetime(2024, 5, 3, 10, tzinfo=UTC), datetime(2024, 5, 3, 10, tzinfo=UTC), None),
        (datetime(2024, 5, 3, 10), datetime(2024, 5, 3, 9, tzinfo=UTC), "1"),  # 10 in Việt Nam
        (date(2024, 5, 3), datetime(2024, 5, 3, 9, tzinfo=UTC), None),
        (date(2024, 5, 3), datetime(2024, 5, 4, 9, tzinfo=UTC), "1"),
        (date(2024, 5, 3), date(2024, 5, 2), "2"),
        (date(2024, 5, 3), None, None),
        (None, None, None),
    ],
)
def test_the_earliest_only_where_it_is_certain(one, other, first):
    both = {"1": Article("1", OLD, published=one), "2": Article("2", NEW, published=other)}
    shown = screen(both=both).splitlines()[:2]
    assert ["sớm nhất trong tập này" in line for line in shown] == [first == "2", first == "1"]
    assert ("không rõ giờ đăng" in "".join(shown)) == (bool(one) != bool(other))
    assert "bản gốc" not in "".join(shown)


def test_names_that_are_alike_are_told_apart():
    both = {"1": Article("cu", OLD, source="Tin Sông"), "2": Article("moi", NEW, source="Tin Sông")}
    shown = screen(both={k: replace(v, id=k) for k, v in both.items()})
    assert "Bài này  Tin Sông 2\nSo với   Tin Sông 1\n" in shown


EVIL = "\x1b[31mđỏ\x1b[0m \x9b2J \x07\x08\x00 \u202eđảo\u202c \ud800 ngắt\u200bchữ \r\x85 «trong» \U000f0000"


def test_control_characters_do_nothing():
    new = f"{EVIL} có 77 nhà ngập {EVIL}."
    change = ("quantity", "76 nhà", "77 nhà")
    result, both = two(f"{EVIL} có 76 nhà", new, added=[(EVIL, "statement")], changed=[change])
    names = dict.fromkeys(("title", "source", "credit"), EVIL)
    both = {id: replace(article, **names) for id, article in both.items()}
    shown = screen(result, both, command=f"dedup diff '{EVIL}'")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert "ngắtchữ" in shown
    assert "“trong”" in shown


@pytest.mark.parametrize("span", [(0, 0), (5, 5), (-4, 3), (0, 10**6), (len(NEW), len(NEW) + 9)])
def test_odd_spans_break_nothing(span):
    odd = Fact("?", *span, "statement", "2")
    assert "THÊM trong Tin Sông · 1" in screen(diff(added=(odd,)))


# ------------------------------------------------------------------------------------------------- which versions


def test_two_files(command, files):
    code, out, err = command("diff", *files)
    assert (code, err) == (0, "")
    assert out.startswith("Bài này  moi.txt")
    assert "So với   cu.txt" in out
    assert "sập một nhịp" in out
    assert out.splitlines()[-1].endswith(f"dedup diff {files[0]} {files[1]} --html so-sanh.html")
    assert out.index("KHÁC NHAU") < out.index("THÊM") < out.index("BỚT")


def test_any_format_and_packing(command, tmp_path, files):
    (tmp_path / "moi.txt.gz").write_bytes(gzip.compress(NEW.encode()))
    (tmp_path / "moi.json.zst").write_bytes(zstandard.compress(json.dumps({"id": "moi.txt", "noi_dung": NEW}).encode()))
    wanted = json.loads(command("diff", *files, "--json")[1])
    for name in ("moi.txt.gz", "moi.json.zst"):
        code, out, _ = command("diff", files[0], tmp_path / name, "--json")
        assert code == 0
        assert {**json.loads(out), "b": 0} == {**wanted, "b": 0}
    page = "".join(f"<p>{line}</p>" for line in SECOND.splitlines() * 2)
    (tmp_path / "trang.html").write_text(f"<html><body><article>{page}</article></body></html>", encoding="utf-8")
    code, out, _ = command("diff", files[0], tmp_path / "trang.html")
    assert code == 0
    assert "học sinh nghỉ học" in out


def test_standard_input(command, files):
    code, out, _ = command("diff", files[0], "-", "--json", text=json.dumps({"id": "vào", "text": NEW}))
    assert (code, json.loads(out)["b"]) == (0, "vào")
    code, out, _ = command("diff", "-", files[1], "--json", text=json.dumps({"id": "vào", "text": OLD}))
    assert (code, json.loads(out)["a"]) == (0, "vào")
    lines = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate((OLD, NEW)))
    code, out, _ = command("diff", "-", "0", "1", "--json", text=lines)
    assert (code, json.loads(out)["a"], json.loads(out)["b"]) == (0, "0", "1")


def test_articles_of_a_feed(command, feed):
    code, out, err = command("diff", feed, "1", "2")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Bài này  tinsong.example · 03/05/2024 21:40 · [2]"
    assert out.splitlines()[1] == "So với   halam.example · 03/05/2024 17:05 · sớm nhất trong tập này · [1]"
    forth, back = (json.loads(command("diff", feed, *ids, "--json")[1]) for ids in (("1", "2"), ("2", "1")))
    assert (forth["a"], forth["b"], back["a"], back["b"]) == ("1", "2", "2", "1")
    assert forth["a_in_b"] == back["b_in_a"]


def test_articles_of_a_folder(command, tmp_path, files):
    code, out, _ = command("diff", tmp_path, "cu.txt", "moi.txt", "--json")
    assert (code, json.loads(out)["a"], json.loads(out)["b"]) == (0, "cu.txt", "moi.txt")


def test_the_last_against_all_before(command, feed, files, tmp_path):
    code, out, _ = command("diff", feed, "1", "2", "3", "--json")
    found = json.loads(out)
    assert (code, list(found), found["b"]) == (0, KEYS, "3")
    assert sorted(found["a"]) == ["1", "2"]
    texts = {"1": OLD, "2": NEW, "3": SECOND}
    for item in [*found["added"], *found["dropped"], *(c[side] for c in found["changed"] for side in "ab")]:
        assert list(item) == [*FACT_KEYS, "article"]
        assert texts[item["article"]][item["start"] : item["end"]] == item["text"]
    assert "học sinh" in str(found["added"])
    assert "Cầu Đá" not in str(found["added"])
    third = tmp_path / "ba.txt"
    third.write_text(SECOND, encoding="utf-8")
    code, out, _ = command("diff", *files, third, "--json")
    assert (code, sorted(json.loads(out)["a"]), json.loads(out)["b"]) == (0, ["cu.txt", "moi.txt"], "ba.txt")


def test_files_whose_articles_have_the_same_id(command, tmp_path):
    for name, text in (("x", OLD), ("y", NEW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tin.txt").write_text(text, encoding="utf-8")
    paths = [str(tmp_path / name / "tin.txt") for name in "xy"]
    found = json.loads(command("diff", *paths, "--json")[1])
    assert [found["a"], found["b"]] == paths
    code, out, _ = command("diff", paths[0], paths[0])
    assert (code, out.splitlines()[-1]) == (0, "Đăng lại. Không thêm, không bớt, không có gì khác nhau.")


def test_ids_are_those_of_a_scan(command, tmp_path):
    items = [("a", OLD), ("a", NEW), ("a", OLD), ("a", SECOND), ("b", NEW), ("b", "Khác hẳn.")]
    path = put(tmp_path / "lap.jsonl", *({"id": id, "text": text} for id, text in items))
    scanned = command("scan", path, "--decisions", "-")[1].splitlines()
    assert {json.loads(line)["id"] for line in scanned} == {"a", "a#2", "a#3", "b", "b#2"}
    texts_of = {("a", "a#2"): (OLD, NEW), ("a#2", "a#3"): (NEW, SECOND), ("a", "b"): (OLD, NEW)}
    for (one, other), texts in texts_of.items():
        code, out, _ = command("diff", path, one, other, "--json")
        found = json.loads(out)
        assert (code, found["a"], found["b"]) == (0, one, other)
        assert all(texts[1][f["start"] : f["end"]] == f["text"] for f in found["added"])
        assert all(texts[0][f["start"] : f["end"]] == f["text"] for f in found["dropped"])


def test_reads_no_further_than_it_must(tmp_path, feed):
    """Both are there, so it ends although its input stays open."""
    with open(feed, "rb") as lines:
        head = b"".join(itertools.islice(lines, 2))
    reading, writing = os.pipe()
    os.write(writing, head)
    process = start("diff", "-", "1", "2", stdin=reading)
    os.close(reading)
    out, _ = process.communicate(timeout=120)
    os.close(writing)
    assert process.returncode == 0
    assert "tinsong.example" in out.decode()


def test_named_columns(command, tmp_path):
    items = [{"khoa": n, "chu": text, "de": "Mưa lớn", "text": "khác"} for n, text in enumerate((OLD, NEW))]
    path = put(tmp_path / "named.jsonl", *items)
    columns = ("--id", "khoa", "--text", "chu", "--title", "de")
    code, out, _ = command("diff", path, "0", "1", *columns, "--lang", "en")
    assert code == 0
    assert "Headline  Mưa lớn (unchanged)" in out
    assert out.splitlines()[-1].endswith(f"{path} 0 1 --id khoa --text chu --title de --lang en --html diff.html")


# ------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("", 2, "A B | FEED ID1 ID2"),
        ("{cu}", 2, "cần hai tệp, hoặc một tệp (thư mục) nhiều bài và từ hai id trở lên"),
        ("{cu} nowhere", 1, "nowhere: no such file or folder"),
        ("nowhere 1 2", 1, "nowhere: no such file or folder"),
        ("{feed} {cu}", 1, "feed.jsonl: có nhiều bài, cần đúng một; chọn bằng id: dedup diff {feed} 1 2"),
        ("{cu} {feed}", 1, "feed.jsonl: có nhiều bài"),
        ("{folder} {cu}", 1, "có nhiều bài, cần đúng một; chọn bằng id: dedup diff {folder} cu.txt"),
        ("{feed} 1 khác", 1, "feed.jsonl: không có bài 'khác' trong 4 bài; gần giống: 'khac'"),
        ("{feed} 1 ha", 1, "không có bài 'ha' trong 4 bài; gần giống: 'khac'"),
        ("{feed} 1 zzzz", 1, "không có bài 'zzzz' trong 4 bài; id ở đây có dạng: '1', '2', '3'"),
        ("{feed} 8 9", 1, "không có bài '8', '9' trong 4 bài"),
        ("{feed} 1 1", 2, "id '1': named twice, need distinct ids"),
        ("- -", 2, "-: standard input can be read once"),
        ("{cu} -", 1, "-: không có bài nào"),
        ("{cu} {empty}", 1, "empty.txt: empty"),
        ("{empty} 1 2", 1, "empty.txt: empty"),
        ("{cu} {folder}/none", 1, "none: không có bài nào"),
        ("{cu} {moi} --html so-sanh.txt", 2, "target='so-sanh.txt': need a name that ends in .html, .htm"),
        ("{cu} {moi} --html nowhere/x.html", 1, "nowhere/x.html: no such folder"),
        ("{cu} {page} --html {page}", 1, "page.html: is an input: it is not written over"),
        ("{cu} {moi} --html - --json", 2, "--json and --html both write to -"),
        ("{cu} {moi} --lang fr", 2, "lang='fr': need vi or en"),
        ("{cu} {moi} --bogus", 2, "--bogus"),
    ],
)
def test_errors_in_one_line(monkeypatch, command, tmp_path, files, feed, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").touch()
    (tmp_path / "page.html").write_text("<p>" + NEW, encoding="utf-8")
    (tmp_path / "none").mkdir()
    names = {"cu": files[0], "moi": files[1], "feed": feed, "folder": tmp_path}
    names |= {"empty": tmp_path / "empty.txt", "page": tmp_path / "page.html"}
    before = sorted(os.listdir(tmp_path))
    found, out, err = command("diff", *arguments.format(**names).split())
    assert (found, out) == (code, "")
    assert said.format(**names) in err.splitlines()[-1]
    assert len(err.splitlines()) == 1 or re.match(r"Usage: .*dedup diff \[OPTIONS\]", err)
    assert sorted(os.listdir(tmp_path)) == before
    assert "<p>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_errors_in_english(command, feed, files):
    said = {
        ("diff", feed, "1", "khác", "--lang", "en"): "no article 'khác' among 4; close to it: 'khac'",
        ("diff", feed, files[0], "--lang", "en"): "holds several articles, need one; choose by id: dedup diff",
        ("diff", feed, "--lang", "en"): "need two files, or one file (folder) of many articles and two ids",
    }
    for arguments, words in said.items():
        assert words in command(*arguments)[2]


def test_what_is_left_out_of_the_inputs_is_told(command, tmp_path, files):
    path = tmp_path / "one.jsonl"
    path.write_text("no json\n" + json.dumps({"id": "x", "text": NEW}) + "\n", encoding="utf-8")
    code, out, err = command("diff", files[0], path)
    assert code == 0
    assert len(err.splitlines()) == 1
    assert re.match(r"bỏ qua: .*one\.jsonl:1", err)
    _, out, err = command("diff", path, "x", "y", "--lang", "en")
    assert out == ""
    assert err.splitlines()[-1].endswith("no article 'y' among 1 (1 skipped); ids here look like 'x'")


def test_close_ids_among_very_many(command, tmp_path):
    path = put(tmp_path / "many.jsonl", *({"id": f"bai-{n:05}", "text": "Mưa."} for n in range(21_000)))
    code, _, err = command("diff", path, "bai-00007", "bai-0000X")
    assert code == 1
    assert "không có bài 'bai-0000X' trong 21.000 bài; gần giống: 'bai-" in err


# --------------------------------------------------------------------------------------------------------------- JSON


def test_one_object_of_json(command, files):
    code, out, err = command("diff", *files, "--json", "--lang", "en")
    found = json.loads(out)
    assert (code, err, list(found)) == (0, "", KEYS)
    assert (found["a"], found["b"], found["relation"]) == ("cu.txt", "moi.txt", "edited")
    assert all(0 < found[name] < 1 for name in ("resemblance", "a_in_b", "b_in_a"))
    assert found["added"]
    for name, text in (("added", NEW), ("dropped", OLD)):
        for item in found[name]:
            assert list(item) == FACT_KEYS
            assert item["kind"] in KINDS
            assert text[item["start"] : item["end"]] == item["text"]
    (change,) = found["changed"]
    assert (list(change), change["kind"]) == (["kind", "a", "b"], "quantity")
    assert ("12" in change["a"]["text"], "13" in change["b"]["text"]) == (True, True)


def test_json_holds_whatever_the_texts_hold(command, tmp_path):
    odd = 'Nhà văn hóa xã Bến "Lở" \ud800 \x1b[31m mở cửa lại.'
    path = put(tmp_path / "odd.jsonl", {"id": "1", "text": OLD}, {"id": "2", "text": f"{NEW}\n{odd}"})
    code, out, _ = command("diff", path, "1", "2", "--json")
    assert code == 0
    assert any("mở cửa lại" in item["text"] for item in json.loads(out)["added"])


def test_no_relation_is_null(command, feed):
    found = json.loads(command("diff", feed, "1", "khac", "--json")[1])
    assert (found["relation"], found["resemblance"]) == (None, 0)


# --------------------------------------------------------------------------------------------------------------- page


def test_a_page(command, tmp_path, files):
    page = tmp_path / "so sánh.html"
    page.write_text("as it was")
    code, out, err = command("diff", *files, "--html", page)
    assert code == 0
    assert err == f"trang so sánh đã ghi vào {page}\n"
    assert "THÊM" in out
    assert "--html" not in out
    text = page.read_text(encoding="utf-8")
    assert text.startswith('<!DOCTYPE html>\n<html lang="vi">')
    assert "Thêm trong moi.txt" in text
    assert sorted(os.listdir(tmp_path)) == ["cu.txt", "moi.txt", page.name]
    code, out, _ = command("diff", *files, "--html", page, "--json", "--lang", "en")
    assert (code, list(json.loads(out))) == (0, KEYS)
    assert 'lang="en"' in page.read_text(encoding="utf-8")


def test_a_page_on_standard_output(command, files):
    code, out, err = command("diff", *files, "--html", "-")
    assert (code, err) == (0, "")
    assert out.startswith("<!DOCTYPE html>")
    assert out.endswith("</html>\n")


def test_a_page_that_cannot_be_made_leaves_the_old_one(monkeypatch, command, tmp_path, files):
    page = tmp_path / "x.html"
    page.write_text("as it was")

    def fail(*arguments, **options):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    code, out, err = command("diff", *files, "--html", page)
    assert (code, out, err) == (1, "", "lỗi: no space left\n")
    assert (page.read_text(), sorted(os.listdir(tmp_path))) == ("as it was", ["cu.txt", "moi.txt", "x.html"])


# -------------------------------------------------------------------------------------------------------- as a program


@pytest.mark.parametrize(("arguments", "code"), [("{cu} {moi}", 0), ("{cu} nowhere", 1), ("{cu}", 2)])
def test_as_a_program(files, arguments, code):
    process = start("diff", *arguments.format(cu=files[0], moi=files[1]).split())
    out, err = process.communicate(timeout=120)
    assert process.returncode == code
    assert bool(out) == (code == 0)
    assert b"\x1b" not in out + err
    assert b"Traceback" not in err


@pytest.mark.parametrize("encoding", ["ascii", "cp1258"])
def test_a_terminal_of_another_encoding(files, encoding):
    process = start("diff", *files, env={**os.environ, "PYTHONIOENCODING": encoding})
    _, err = process.communicate(timeout=120)
    assert (process.returncode, b"Traceback" in err) == (0, False)


def test_help(command):
    assert "diff" in command("--help")[1].split()
    said = command("diff", "--help", env={"COLUMNS": "120"})[1].split()
    options = ["--json", "--html", "--lang", "--id", "--text", "--title", "--source", "--url", "--published"]
    assert [option for option in options if option not in said] == []


def test_the_locale_decides(command, files):
    assert "ADDED in moi.txt" in command("diff", *files, env={"LANG": "en_US.UTF-8"})[1]
    assert "THÊM trong moi.txt" in command("diff", *files, env={"LANG": "vi_VN.UTF-8"})[1]
