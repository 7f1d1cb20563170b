"""The screen of a scan as an editor meets it: stories, what else it lists, the doubtful pairs, what to type next."""

import csv
import io
import json
import re
import shlex
from datetime import datetime, timedelta, timezone
from random import Random

import make
import pyarrow.parquet as pq
import pytest
from newsroom import BRIDGE, FIRE, FLOOD, STORM
from rich.console import Console

import dedup
from dedup import Article, Params, diff, read, scan
from dedup.cli.layout import View, count_lines, fit, fit_parts, flow, line_up
from dedup.cli.pairs import _differences
from dedup.cli.screen import show
from dedup.cli.stories import list_stories

DAY = datetime(2024, 5, 3, 7, 0, tzinfo=timezone(timedelta(hours=7)))
MORE = "Tối cùng ngày, trạm bơm Cầu Sậy chạy thêm 14 máy. Ông Lê Văn Đước nói nước sẽ rút trước thứ Sáu."
WIDTHS = (40, 80, 100, 120, 140, 200)


def body(text):
    """(headline, text)"""
    headline, _, rest = text.partition("\n")
    return headline, rest


def article(id, text, source="", hour=None, title=None):
    headline, rest = body(text)
    published = None if hour is None else DAY + timedelta(hours=hour)
    return Article(id, rest, headline if title is None else title, source=source, published=published)


def newsroom():
    """A flood in three papers (one adds to it), a fire in two, a storm alone, three answer sheets."""
    return [
        article("f1", FLOOD, "baohalam.vn", 0),
        article("f2", FLOOD, "vinhsa.vn", 2, title="Ngập nặng ở thị xã Hà Lâm"),
        article("f3", f"{FLOOD}\n{MORE}", "tingio.vn", 3, title="Hà Lâm: thêm 14 máy bơm"),
        article("c1", FIRE, "lochai.vn"),
        article("c2", FIRE.upper(), title="Cháy lớn ở chợ Bến Gỗ"),
        article("s1", STORM, "lochai.vn", 9),
        *(Article(f"m{code}", make.form(Random(code), code)) for code in (101, 102, 103)),
    ]


def screen(result, lang="vi", width=120, **view):
    """Its lines."""
    out = io.StringIO()
    show(Console(file=out, width=width, highlight=False, markup=False, emoji=False), lang, result, 2.13, View(**view))
    return out.getvalue().splitlines()


def put(path, articles):
    rows = []
    for one in articles:
        published = one.published.isoformat() if one.published else None
        rows.append({"id": one.id, "title": one.title, "text": one.text, "source": one.source, "published": published})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def feed(tmp_path):
    return put(tmp_path / "feed.jsonl", newsroom())


# ------------------------------------------------------------------------------------------------------------- stories


def test_the_whole_screen():
    found = scan(newsroom())
    news = diff(found.article("f1"), found.article("f3"))
    added = f"+{len(news.added)} chi tiết"
    assert len(news.added) > 1
    assert not news.changed
    doubtful = len(found.matches.doubtful())
    assert [line.split("   ")[0] for line in screen(found)] == [
        "9 bài đọc được · 0 bỏ qua · 2,1 s",
        "2 chuyện từ 5 bài · 4 bài đứng riêng · 3 cặp tin theo mẫu, không gộp (--show template)",
        "CHUYỆN",
        "1  Hà Lâm: Mưa lớn làm ngập 1.340 ngôi nhà",
        "2  Cháy chợ Bến Gỗ giữa đêm, thiêu rụi 64 ki ốt",
        "xem: --report bao-cao.html · so hai bài: dedup diff TỆP ID1 ID2",
        *([f"{doubtful} cặp chưa chắc, cần người xem (--review chua-chac.csv)"] if doubtful else []),
    ]
    head, _, table, flood, fire = screen(found)[:5]
    assert head.endswith("   tiêu chí: trùng ≥ 30 % bài ngắn hơn (--containment)")
    assert table.split() == ["CHUYỆN", "BÀI", "BÁO", "SỚM", "NHẤT", "QUAN", "HỆ"]
    assert flood.split("nhà")[1].split() == f"3 3 03/05/2024 07:00 1 đăng lại · 1 biên tập lại ({added})".split()
    cells = fire.split("ki ốt")[1].split()
    assert " ".join(cells) == "2 ≥ 1 – 1 đăng lại"  # of one article the paper is not known
    assert table.index("QUAN HỆ") == flood.index("1 đăng lại") == fire.index("1 đăng lại")


def test_in_english():
    lines = screen(scan(newsroom()), "en")
    assert lines[0].split("   ")[0] == "9 articles read · 0 skipped · 2.1 s"
    assert lines[1] == "2 stories from 5 articles · 4 stand alone · 3 template pairs, not merged (--show template)"
    assert lines[2].split() == ["STORY", "ARTICLES", "PAPERS", "EARLIEST", "RELATION"]
    assert "1 reprint · 1 edited (+" in lines[3]


def test_narrow_terminals_have_two_lines_for_a_story():
    lines = screen(scan(newsroom()), width=70)
    assert lines[0] == "9 bài đọc được · 0 bỏ qua · 2,1 s"
    assert lines[1].startswith("tiêu chí: ")
    place = lines.index("1  Hà Lâm: Mưa lớn làm ngập 1.340 ngôi nhà")
    assert lines[place + 1].startswith("   3 bài · 3 báo · 1 đăng lại · 1 biên tập lại (+")  # the hour goes first
    assert lines[place + 3] == "   2 bài · ≥ 1 báo · 1 đăng lại"
    wider = screen(scan(newsroom()), width=100)
    assert any(line.startswith("   3 bài · 3 báo · từ 03/05/2024 07:00 · 1 đăng lại · 1 biên") for line in wider)


def test_columns_of_which_nothing_is_known_are_left_out():
    found = scan([Article(one.id, one.text, one.title) for one in newsroom()])
    assert screen(found)[2].split() == ["CHUYỆN", "BÀI", "QUAN", "HỆ"]


def test_a_conflict_is_said():
    other = FLOOD.replace("12 người bị thương", "13 người bị thương")
    found = scan([article("a", FLOOD, hour=0), article("b", other, hour=1)])
    news = diff(found.article("a"), found.article("b"))
    assert [(c.a.text, c.b.text) for c in news.changed] == [("12 người", "13 người")]
    (line,) = [line for line in screen(found) if line.startswith("1  ")]
    assert line.endswith(f"1 biên tập lại (+{len(news.added)} chi tiết, 1 chỗ khác nhau)")


def test_facts_that_several_versions_add_count_once_and_the_number_of_diffs_is_bounded():
    texts = [FLOOD] + [f"{FLOOD}\n{MORE}\nBáo số {n} ghi." for n in range(11, 20)]
    found = scan([article(f"b{n}", text, hour=n) for n, text in enumerate(texts)])
    (line,) = [line for line in screen(found) if line.startswith("1  ")]
    most = max(len(diff(found.article("b0"), found.article(f"b{n}")).added) for n in range(1, 10))
    (said,) = [int(part.split()[0]) for part in line.split("(≥ +")[1:]]
    assert said == most + 4  # each of the five that are compared has one fact of its own


def test_furniture_of_the_corpus_is_no_detail():
    lines = "Đọc báo Hà Lâm mỗi sáng cùng ly cà phê phố núi\nMời bạn cài ứng dụng Hà Lâm Mới trên máy"
    rng = Random(5)
    pages = [Article(f"p{n}", f"{make.article(rng, 150)}\n{lines}", source="halam.vn") for n in range(30)]
    two = [article("x", FLOOD, "vinhsa.vn", 0), article("y", f"{FLOOD}\n{MORE}\n{lines}", "halam.vn", 1)]
    found = scan([*pages, *two])
    assert found.counts["furniture_lines"] >= 62
    wanted = len(diff(article("x", FLOOD), article("y", f"{FLOOD}\n{MORE}")).added)
    assert any(f"1 biên tập lại (+{wanted} chi tiết)" in line for line in screen(found))
    assert any(line.startswith("đã bỏ 62 dòng khung trang") for line in screen(found))


def test_the_largest_story_comes_first_then_the_one_of_more_papers():
    items = [article(f"a{n}", BRIDGE) for n in range(2)]
    items += [article(f"b{n}", FIRE, f"bao{n}.vn") for n in range(2)]
    items += [article(f"c{n}", STORM) for n in range(3)]
    titles = [line[3:8] for line in screen(scan(items)) if line[:1].isdigit() and line[1:3] == "  "]
    assert titles == ["Bão s", "Cháy ", "Khởi "]


def test_round_ups_are_named():
    texts = [FLOOD, FIRE, STORM]
    parts = "\n\n".join(body(text)[1] for text in texts)
    items = [article(f"{n}{m}", text) for n, text in enumerate(texts) for m in range(2)]
    found = scan([*items, Article("r", parts, "Tin nóng 24 giờ")])
    assert [story.round_ups for story in found.stories] == [("r",)] * 3
    lines = screen(found)
    assert lines[1].startswith("3 chuyện từ 7 bài · 0 bài đứng riêng")
    assert sum(line.endswith("1 đăng lại · 1 điểm tin") for line in lines) == 3


def test_no_stories_and_pairs_that_are_none():
    forms = [Article(f"m{code}", make.form(Random(code), code)) for code in (101, 102)]
    lines = screen(scan(forms))
    assert lines[1] == (
        "không có chuyện nào từ hai bài trở lên · 2 bài đứng riêng · 1 cặp tin theo mẫu, không gộp (--show template)"
    )
    assert len(lines) == 2 + len(scan(forms).matches.doubtful())
    assert screen(scan([]), "en")[1] == "no story has two articles or more · 0 stand alone"


def test_pairs_of_no_clear_relation_are_counted():
    rng = Random(8)
    passage = make.excerpt(rng, make.article(rng, 200), 26)
    found = scan([make.spliced(rng, make.article(rng, 400), passage) for _ in range(2)], Params(passage=24))
    assert [match.relation for match in found.matches] == [None]
    assert any("1 cặp không rõ quan hệ, không gộp (--show matches)" in line for line in screen(found))
    assert "1 cặp trùng: 1 không rõ" in screen(found, kind="matches")


def test_older_articles_do_not_stand_alone():
    new, *old = newsroom()
    found = scan([new], against=old[:3])
    assert screen(found, has_against=True)[1] == "1 chuyện từ 3 bài"


# ------------------------------------------------------------------------------------------------------------ its size


@pytest.fixture(scope="module")
def crowded():
    """Forty stories, ten template pairs, and every trouble."""
    rng = Random(6)
    items = []
    for n in range(40):
        text = make.article(rng, 120)
        for m in range(2 + n % 3):
            version = text if m < 2 else f"{text} {make.article(rng, 20)}"
            items.append(Article(f"{n}-{m}", version, f"Chuyện số {n} " * 12, f"bao{m}.vn", published=DAY))
    items += [Article(f"m{code}", make.form(Random(code), code), "Đáp án " * 9) for code in range(101, 130)]
    items += [items[0], Article(items[1].id, items[2].text + " xa"), Article("z", "!"), Article("y", "…")]
    return scan(items, Params(max_bucket=2, hubs=1))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", ["stories", "matches", "template"])
@pytest.mark.parametrize("width", WIDTHS[1:])
def test_it_fits_on_a_screen(crowded, lang, kind, width):
    lines = screen(crowded, lang, width, kind=kind)
    assert len(lines) <= 25
    assert sum(max(1, -(-len(line) // width)) for line in lines) <= 25
    assert all(len(line) <= width for line in lines if "dedup diff" not in line)
    assert not any(line.endswith(" ") for line in lines)
    assert any("--top 0" in line for line in lines)
    assert any("--max-bucket" in line for line in lines)


@pytest.mark.parametrize("width", [1, 10, 25, 40])
def test_the_narrowest_terminals(crowded, width):
    for kind in ("stories", "matches", "template", "all"):
        assert screen(crowded, width=width, kind=kind)


def test_top(crowded):
    def listed(**view):
        return sum(line.lstrip()[:1].isdigit() and "Chuyện số" in line for line in screen(crowded, **view))

    total = len(crowded.stories)
    assert [listed(top=top) for top in (1, 7, total, total + 9, 0)] == [1, 7, total, total, total]
    assert 10 < listed() < total
    assert any(f"còn {total - 7} chuyện: --top 0" in line for line in screen(crowded, top=7))
    assert not any("--top" in line for line in screen(crowded, top=0))
    pairs = len(crowded.matches.of("template"))
    assert sum("Đáp án" in line for line in screen(crowded, kind="template", top=0)) == pairs
    assert any("còn 1 cặp: --top 0" in line for line in screen(crowded, kind="template", top=pairs - 1))


def test_the_same_lines_in_any_order_of_the_input():
    items = newsroom()
    wanted = screen(scan(items))
    for seed in range(3):
        Random(seed).shuffle(items)
        assert screen(scan(items)) == wanted


# --------------------------------------------------------------------------------------------------- other than stories


def test_templates():
    lines = screen(scan(newsroom()), kind="template")
    assert lines[2] == "3 cặp tin theo mẫu, không gộp"
    assert lines[3].split() == ["TRÙNG", "KHÁC", "NHAU", "BÀI", "VÀ", "BÀI"]
    codes = [line.split("%")[1].replace(";", "").split()[:3] for line in lines[4:7]]
    assert sorted(codes) == [["101", "→", "102"], ["101", "→", "103"], ["102", "→", "103"]]
    shares = [int(line.split("%")[0]) for line in lines[4:7]]
    assert shares == sorted(shares, reverse=True)
    assert "[m101]" in "".join(lines)
    narrow = screen(scan(newsroom()), kind="template", width=60)
    assert sum("→" in line for line in narrow) == 3


def test_what_differs_is_numbers_and_names_behind_the_same_words():
    rest = make.article(Random(3), 60, names=0, numbers=0)
    text = f"Giá cà hôm nay {{}} tại chợ {{}} bán ra là {{}} đồng.\nMưa to. {rest}"
    texts = [text.format("6/11", "Hà Lâm", "69,15"), text.format("7/11", "Vịnh Sa", "68,70")]
    found = scan([Article(f"a{n}", one, "Giá cà hôm nay") for n, one in enumerate(texts)])
    (match,) = found.matches
    assert list(_differences(found, match)) == ["6/11 → 7/11", "Hà Lâm → Vịnh Sa", "69,15 → 68,70"]


def test_matches_and_all():
    found = scan(newsroom())
    lines = screen(found, kind="matches")
    start = next(n for n, line in enumerate(lines) if line.startswith("3 cặp trùng: 2 đăng lại · 1 biên tập lại"))
    assert lines[start + 1].split() == ["TRÙNG", "QUAN", "HỆ", "BÀI", "VÀ", "BÀI"]
    assert lines[start + 2].startswith("100 %  đăng lại")
    assert lines[start + 5].startswith("ghi ra tệp: --matches trung.csv")
    every = screen(found, kind="all")
    assert {*lines[start + 1 : start + 5]} <= {*every}
    assert any("CHUYỆN" in line for line in every)
    assert "3 cặp tin theo mẫu, không gộp" in every


def test_show_and_top_on_the_command_line(command, feed):
    out = command("scan", feed, "--show", "template", "--top", "1")[1]
    assert "còn 2 cặp: --top 0" in out
    assert "1  Hà Lâm" not in out
    out = command("scan", feed, "--top", "1", "--lang", "en")[1]
    assert "…  1 story more: --top 0" in out


# -------------------------------------------------------------------------------------------------------- what to type


def typed(out):
    (line,) = [line for line in out.splitlines() if "dedup diff" in line]
    return shlex.split(line[line.index("dedup diff") :])


def test_the_next_command_works(command, feed):
    words = typed(command("scan", feed)[1])
    assert words == ["dedup", "diff", str(feed), "f1", "f3"]  # the edited one, not the reprint
    code, out, _ = command(*words[1:])
    assert (code, "14 máy" in out) == (0, True)


def test_the_next_command_with_odd_names(command, tmp_path):
    path = tmp_path / "tin của tôi.jsonl"
    rows = [{"khoa": f"bài {n}'", "chu": one.text} for n, one in enumerate(newsroom()[:2])]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    words = typed(command("scan", path, "--id", "khoa", "--text", "chu")[1])
    assert words[2:] == [str(path), "bài 0'", "bài 1'", "--id", "khoa", "--text", "chu"]
    assert command(*words[1:])[0] == 0


@pytest.mark.parametrize("id", ["-x", "a\x1b[31m", "a\u202eb", "x" * 400])
def test_no_command_that_would_not_work(command, tmp_path, id):
    items = [Article(id, newsroom()[0].text), Article("b", newsroom()[1].text)]
    assert typed(command("scan", put(tmp_path / "feed.jsonl", items))[1])[2:] == ["TỆP", "ID1", "ID2"]


def test_no_command_where_two_paths_or_none_hold_the_articles(command, feed, tmp_path):
    generic = ["dedup", "diff", "TỆP", "ID1", "ID2"]
    other = put(tmp_path / "other.jsonl", [article("q", FLOOD)])
    assert typed(command("scan", feed, other)[1]) == generic
    assert typed(command("scan", feed, "--against", other)[1]) == generic
    assert typed(command("scan", "-", text=feed.read_text(encoding="utf-8"))[1]) == generic


def test_files_that_are_written_are_not_proposed(command, feed, tmp_path):
    out = command("scan", feed, "--stories", tmp_path / "s.csv", "--matches", tmp_path / "m.csv", "--show", "all")[1]
    assert "--stories" not in out
    assert "--matches" not in out


# --------------------------------------------------------------------------------------------------------------- review


def doubtful_items():
    """Texts of which a share on the border is copied."""
    rng = Random(12)
    items = []
    for n, share in enumerate((0.3, 0.55, 0.6, 0.66, 0.8)):
        text = make.article(rng, 300)
        other = f"{make.excerpt(rng, text, int(300 * share))}\n{make.article(rng, int(300 * (1 - share)))}"
        items += [Article(f"x{n}", text, f"Bài {n}", "a.vn", published=DAY), Article(f"y{n}", f"Dòng đầu {n}\n{other}")]
    return items


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_review(command, tmp_path, kind):
    path = put(tmp_path / "feed.jsonl", doubtful_items())
    found = scan(read(path))
    doubtful = [match for match in found.matches if not match.is_certain]
    assert 0 < len(doubtful) < len(found.matches)
    target = tmp_path / f"r.{kind}"
    code, out, err = command("scan", path, "--review", target, "--matches", tmp_path / f"m.{kind}")
    assert code == 0
    assert f"{len(doubtful)} cặp chưa chắc đã ghi vào {target}" in err
    assert f"{len(doubtful)} cặp chưa chắc, cần người xem" in out
    assert "--review" not in out
    rows, matches = (load(tmp_path / f"{name}.{kind}") for name in "rm")
    assert [(row["a"], row["b"], row["relation"]) for row in rows] == [(m.a, m.b, m.relation) for m in doubtful]
    assert list(rows[0]) == [*matches[0], "passage"]
    by_ids = {(row["a"], row["b"]): row for row in matches}
    for row, match in zip(rows, doubtful, strict=True):
        longest = max(match.passages, key=lambda passage: passage.syllables)
        text = " ".join(found.article(match.a).text[longest.a_start : longest.a_end].split())
        assert longest.syllables == match.longest_passage
        assert row["passage"] == text if len(text) <= 300 else row["passage"].endswith(" …")
        assert text.startswith(row["passage"].removesuffix(" …"))
        assert 50 < len(row["passage"]) <= 302
        assert (row["title_a"], row["title_b"]) == (found.headline(match.a), found.headline(match.b))
        same = by_ids[row["a"], row["b"]]
        assert {k: v for k, v in row.items() if k in same and "title" not in k} == {
            k: v for k, v in same.items() if "title" not in k
        }


def load(path):
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return list(csv.DictReader(lines) if path.suffix == ".csv" else map(json.loads, lines))


def test_review_to_standard_output(command, tmp_path):
    path = put(tmp_path / "feed.jsonl", doubtful_items())
    code, out, err = command("scan", path, "--review", "-", "--lang", "en")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, {"passage", "relation"} <= set(rows[0])) == (0, True)
    assert f"{len(rows)} doubtful pairs, for a person to judge" in err
    assert rows[0] == dict(zip(rows[0], scan(read(path)).to_arrow("review").to_pylist()[0].values(), strict=True))


def test_nothing_to_review(command, tmp_path):
    path = put(tmp_path / "feed.jsonl", [article("a", FLOOD), article("b", FLOOD), article("c", STORM)])
    code, out, err = command("scan", path, "--review", tmp_path / "r.csv")
    assert (code, "0 cặp chưa chắc đã ghi vào" in err, "chưa chắc" in out) == (0, True, False)
    assert len((tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()) == 1


# -------------------------------------------------------------------------------------------------------------- safety


ODD = ["\x1b[31mđỏ\x1b[0m", "hai\ndòng", "\u202engược", "牛" * 90, "a\u0301" * 90, "\x9b31m"]


@pytest.mark.parametrize("title", ODD)
def test_odd_titles_stay_in_their_columns(title):
    items = [article("a", FLOOD, "a.vn\x07", 0, title=title), article("b", FLOOD, "b.vn", 1, title="Khác")]
    found = scan(items)
    for width in WIDTHS:
        for kind in ("stories", "matches"):
            lines = screen(found, width=width, kind=kind)
            assert not {*"".join(lines)} & {"\x1b", "\x07", "\x9b", "\u202e"}
    head, line = screen(found)[2:4]
    assert Console(width=200).measure(line[: line.index("1 đăng lại")]).maximum == head.index("QUAN HỆ")


def test_colour_says_nothing_that_the_words_do_not():
    out = io.StringIO()
    show(Console(file=out, width=80, force_terminal=True, color_system="truecolor"), "vi", scan(newsroom()), 2.13)
    colours = out.getvalue()
    assert "\x1b[" in colours
    assert re.sub(r"\x1b\[[0-9;]*m", "", colours).splitlines() == screen(scan(newsroom()), width=80)


# -------------------------------------------------------------------------------------------------------------- pieces


def test_fit():
    assert fit("Mưa lớn ở Hà Lâm", 16) == "Mưa lớn ở Hà Lâm"
    assert fit("Mưa lớn ở Hà Lâm", 15) == "Mưa lớn ở Hà…"
    assert fit("Mưa lớn, ở", 9) == "Mưa lớn…"
    assert fit("x" * 50, 10) == "x" * 9 + "…"
    assert [fit("牛牛牛", width) for width in (6, 5, 4)] == ["牛牛牛", "牛牛…", "牛…"]
    assert fit("abc", 0) == "…"


def test_fit_parts():
    parts = ["3 đăng lại", "1 biên tập lại", "2 trùng một phần"]
    assert fit_parts(parts, 60, " · ") == "3 đăng lại · 1 biên tập lại · 2 trùng một phần"
    assert fit_parts(parts, 40, " · ") == "3 đăng lại · 1 biên tập lại · …"
    assert fit_parts(parts, 14, " · ") == "3 đăng lại · …"
    assert fit_parts(parts, 8, " · ") == "3 đăng…"
    assert fit_parts([], 8, " · ") == ""


def test_flow_and_lines():
    lines = flow(["aaa", "bbb", "c" * 30], 12)
    assert [line.plain for line in lines] == ["aaa · bbb", "c" * 30]
    assert count_lines(lines, 12) == 4
    rows = line_up([["a", "1"], ["bb", "10"]], [3, 2], right=[1])
    assert [row.plain for row in rows] == ["a     1", "bb   10"]


def test_a_view_is_checked():
    with pytest.raises(dedup.ParamError, match="show='x': need one of stories, matches, template, all"):
        View("x").check()
    with pytest.raises(dedup.ParamError, match="top=-1: need an integer >= 0"):
        View(top=-1).check()
    assert View("all").kinds == ("stories", "matches", "template")
    assert list_stories(80, "vi", scan([]), View(), 20) == []


def test_matches_by_relation():
    found = scan(newsroom())
    parts = [found.matches.of(relation) for relation in dedup.models.RELATIONS]
    assert sum(map(len, parts)) == len(found.matches)
    assert {m.relation for m in found.matches.of("template")} == {"template"}
    assert found.matches.of("template").ids() == {"m101", "m102", "m103"}
    assert [m for m in found.matches if not m.is_certain] == list(found.matches.doubtful())
    assert found.matches.of().ids() == set()


def test_one_article_without_its_furniture():
    page = make.page(Random(1), body(FLOOD)[1])
    found = scan([Article("p", page, "Tin")], against=[Article("o", page + " xa")])
    assert found.strip("p") == next(iter(found.stripped()))
    assert "Hotline" not in found.strip("o")[0].text
    with pytest.raises(KeyError, match="q"):
        found.strip("q")
