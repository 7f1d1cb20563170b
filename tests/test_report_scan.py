"""The report of a scan: what its page holds, what it leaves out and says so, and how it works in a real browser."""

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import make
import pytest
from newsroom import BRIDGE, FIRE, FLOOD, STORM
from tree import Tree

from dedup import Article, ParamError, Params, scan
from dedup.api import comparisons, reporting
from dedup.api.comparisons import choose_pairs
from dedup.api.reporting import _count_holders, _longest
from dedup.corpus import passages
from dedup.models import Edge, Story
from dedup.report.charts import draw_histogram, draw_timeline

MORNING = datetime(2024, 5, 3, 0, 0, tzinfo=UTC)  # 7:00 in Vietnam
MADE = datetime(2024, 5, 4, 1, 0, tzinfo=UTC)
MORE = "Tối cùng ngày, trạm bơm Cầu Sậy chạy thêm 14 máy. Ông Lê Văn Đước nói nước sẽ rút trước thứ Sáu."
EVIL = "</script><!--<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"
PAGE = "Hotline: 0900 123 456\nChia sẻ bài viết\n"


def article(id, text, source="", hour=None, **changes):
    title, _, body = text.partition("\n")
    published = None if hour is None else MORNING + timedelta(hours=hour)
    return Article(id, body, changes.pop("title", title), source=source, published=published, **changes)


def newsroom():
    """A flood (reprinted, edited, in part), a fire in texts that mean harm, three forms, a storm alone."""
    half = "\n".join(FLOOD.split("\n")[1:3])
    return [
        article("f1", FLOOD, "baohalam.vn", 0, url="https://baohalam.vn/ngap?id=1&x=2"),
        article("f2", f"{FLOOD}\n{PAGE}", "vinhsa.vn", 2, url="javascript:alert(1)", credit="baohalam.vn"),
        article("f3", f"{FLOOD}\n{MORE}", "tingio.vn", 3, title="Hà Lâm: 14 máy bơm, Tô Lẫm đến thăm"),
        article("f4", f"Chuyện ở bến phà\n{BRIDGE}\n{half}", "lochai.vn", 30, title="Chuyện ở bến phà"),
        article(EVIL, f"{FIRE}\n{EVIL}", EVIL, 9, title=f"{EVIL} cháy", url=f"https://a.example/{EVIL}", credit=EVIL),
        article('c"2\n', f"{FIRE}\n𝔘nicode 😀 đoạn cuối.", hour=9.5, title="=1+1"),
        article("s1", STORM, "lochai.vn", 9),
        *(Article(f"m{code}", make.form(Random(code), code)) for code in (101, 102, 103)),
    ]


@pytest.fixture(scope="module")
def found():
    return scan([*newsroom(), {"id": "không có văn bản"}, ""])


@pytest.fixture(scope="module")
def write(tmp_path_factory, found):
    """Writes a report and returns it as a string."""

    def write_report(result=found, **options):
        path = tmp_path_factory.mktemp("report") / "bao-cao.html"
        result.report(path, made=MADE, **options)
        return path.read_text(encoding="utf-8")

    return write_report


@pytest.fixture(scope="module")
def page(write):
    return write(diffs=0)


def data(page):
    """The data of a page, by id."""
    tree = Tree(page)
    return {e[1]["id"]: json.loads(e[2]) for e in tree.find("script", type="application/json")}


def said(page):
    """What can be read on the first screen."""
    return " ".join(Tree(page).find("body")[0][2].split())


# ------------------------------------------------------------------------------------------------------ what it holds


def test_the_first_screen(page):
    tree = Tree(page)
    assert tree.texts("h1")[0] == "11 bài → 2 chuyện"
    [lead] = tree.texts("p", class_="lead")
    assert lead == (
        "6 bài nằm trong 2 chuyện, 4 bài đứng riêng. "
        "Hai bài được coi là trùng khi ít nhất 30 % bài ngắn hơn có trong bài kia."
    )
    tiles = tree.find("ul", class_="tiles")[0][2]
    assert tiles.startswith("2 bài mở đầu chuyện1 đăng lại")
    assert "3 cặp tin theo mẫu (giá vàng, thời tiết, mã đề …): cùng khuôn, khác tin, không gộp." in said(page)
    assert "Bỏ qua 2 đầu vào: 1 no 'text' among id, 1 no words." in said(page)
    [footer] = tree.find("footer")
    assert footer[2].startswith("Lập lúc 04/05/2024 08:00 · dedup ")
    assert '"containment": 0.3' in footer[2] or "containment=0.3" in footer[2]


def test_stories_with_all_their_articles(page, found):
    stories = data(page)["index"]["stories"]
    assert {row[0]: [a[0] for a in row[7]] for row in stories} == {s.id: list(s.articles) for s in found.stories}
    flood = next(row for row in stories if row[0] == "f1")
    assert flood[1] == "Hà Lâm: Mưa lớn làm ngập 1.340 ngôi nhà"
    assert flood[2].startswith("Sáng 3/5, mưa lớn kéo dài")
    assert [a[4] for a in flood[7]] == ["03/05/2024 07:00", "03/05/2024 09:00", "03/05/2024 10:00", "04/05/2024 13:00"]
    assert [a[7:9] for a in flood[7]][:3] == [["", ""], ["f1", "credit"], ["f1", "time"]]
    assert flood[4] >= 1  # facts that the edited version adds


def test_only_addresses_of_the_web_are_kept(page):
    urls = [a[5] for row in data(page)["index"]["stories"] for a in row[7]]
    assert sorted(filter(None, urls)) == ["https://baohalam.vn/ngap?id=1&x=2"]


def test_data_cannot_be_broken_out_of(page):
    tree = Tree(page)
    scripts = tree.find("script")
    assert [e[1] for e in scripts if e[1].get("type") != "application/json"] == [{}]
    assert all("<" not in e[2] for e in scripts if e[1])
    assert not tree.find("img")
    assert EVIL in [row[0] for row in data(page)["index"]["stories"]]
    for name, value in data(page).items():
        for html in (value["compared"], value["related"]) if name.startswith("story-") else [value]:
            if isinstance(html, str):
                inner = Tree(html)
                assert not inner.find("script") + inner.find("img")
                assert not [key for e in inner.elements for key in e[1] if key.startswith("on") or key == "style"]


def test_the_policy_allows_the_very_style_and_script(page):
    policy = Tree(page).find("meta", http_equiv="Content-Security-Policy")[0][1]["content"]
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    script = re.search(r"<script>(.*?)</script>", page, re.S)[1]
    for name, content in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", script + style)


def test_ids_of_the_page_are_there_once(page):
    ids = [e[1]["id"] for e in Tree(page).elements if "id" in e[1]]
    for value in data(page).values():
        for html in value.values() if isinstance(value, dict) else [value]:
            if isinstance(html, str):
                ids += [e[1]["id"] for e in Tree(html).elements if "id" in e[1]]
    assert len(ids) == len(set(ids)) > 30


def test_passages_that_are_marked_are_those_of_both_texts(page):
    index = data(page)["index"]["stories"]
    flood = next(n for n, row in enumerate(index) if row[0] == "f1")
    texts = data(page)[f"story-{flood}"]["texts"]
    places = [row[0] for row in texts]
    assert places[0] == 0  # the anchor's first
    assert 1 not in places  # the reprint has no words of its own
    assert data(page)[f"story-{flood}"]["members"][1][4] == 0
    part = next(row for row in texts if row[0] == 3)
    marked = [part[1][start:end] for start, end, _ in part[2]]
    assert sum(map(len, marked)) > 200
    assert all(words in texts[0][1] for words in marked)
    assert {holders for _, _, holders in texts[0][2]} == {1, 2}


def test_furniture_is_no_part_of_what_is_shown():
    text = FLOOD.partition("\n")[2]
    one, two = f"{PAGE}{text}", f"Trang chủ\n{PAGE}{text}\n{MORE}"
    result = scan([Article("1", one), Article("2", two)])
    [story] = reporting.find_findings(result, result._shelf, result._rows, reporting.Asked(None, 0, MADE, ())).stories
    for member in story.members:
        assert "Hotline" not in member.text
        assert member.copied
        other = next(m for m in story.members if m is not member)
        for start, end, _ in member.copied:
            assert member.text[start:end].strip() in other.text


@pytest.mark.parametrize("seed", range(5))
def test_holders_are_counted(seed):
    rng = Random(seed)
    spans = [tuple(sorted(rng.sample(range(40), 2))) for _ in range(rng.randrange(12))]
    plain = [sum(start <= at < end for start, end in spans) for at in range(40)]
    counted = [0] * 40
    runs = _count_holders(spans)
    for start, end, holders in runs:
        assert start < end
        assert counted[start:end] == [0] * (end - start)
        counted[start:end] = [holders] * (end - start)
    assert counted == plain
    assert list(runs) == sorted(runs)


def test_shares_and_passages_are_those_of_the_scan(page, found):
    index = data(page)["index"]["stories"]
    flood = next(n for n, row in enumerate(index) if row[0] == "f1")
    match = next(m for m in found.matches if (m.a, m.b) == ("f1", "f4"))
    share = f"{round(100 * match.containment)}\xa0%"
    assert data(page)[f"story-{flood}"]["members"][3][1:3] == [share, match.longest_passage]
    tiles = passages(found.article("f1").text, found.article("f4").text, Params())
    assert match.longest_passage == max(tile.syllables for tile in tiles)


# --------------------------------------------------------------------------------------------- what it leaves out


def test_the_same_articles_give_the_same_bytes(write, found):
    again = scan([*reversed(newsroom())], Params(threads=1))
    assert write(scan(newsroom())) == write(again)
    assert write(found) == write(found)


def test_stories_that_are_not_shown_are_said(write, found, tmp_path):
    page = write(top=1)
    assert len(data(page)["index"]["stories"]) == 1
    assert "Trang này có 1 chuyện lớn nhất trên 2; muốn khác: --top N (0: tất cả)." in said(page)
    assert "chuyện lớn nhất" not in said(write(top=0))
    assert found.report(tmp_path / "a.html", top=1) == 1
    with pytest.raises(ParamError, match=r"top=-1: need an integer >= 0 \(0: all\)"):
        write(top=-1)


def test_comparisons_that_are_not_made_are_said(write, found):
    page = write(diffs=1, feed=["tin.jsonl", "--text", "noi dung"])
    wanted = len([n for n in data(write(diffs=0)) if n.startswith("data-")])
    assert wanted > 2
    assert f"So dữ kiện: 1 trên {wanted} cặp bản" in said(page)
    assert len([name for name in data(page) if name.startswith("data-")]) == 1
    compared = "".join(value["compared"] for name, value in data(page).items() if name.startswith("story-"))
    assert "dedup diff tin.jsonl f1 f4 --text &#x27;noi dung&#x27;" in compared
    assert "<code>" not in "".join(v["compared"] for k, v in data(write(diffs=1)).items() if k.startswith("story-"))
    assert "So dữ kiện" not in said(write(diffs=0))
    with pytest.raises(ParamError, match="diffs=-2: need an integer >= 0"):
        write(diffs=-2)


def test_by_default_so_much_is_compared_as_fits_the_time(write, monkeypatch):
    monkeypatch.setattr(comparisons, "_BASE", 0)
    monkeypatch.setattr(comparisons, "_LEAST", 0)
    assert not [name for name in data(write()) if name.startswith("data-")]
    monkeypatch.setattr(comparisons, "_LEAST", 3000)
    assert 0 < len([name for name in data(write()) if name.startswith("data-")]) < 4


def test_long_texts_have_their_beginning_alone(write, monkeypatch):
    monkeypatch.setattr(reporting, "_TEXTS", 2500)
    page = write()
    [said_length] = re.findall(r"Bài dài hơn ([\d.]+) ký tự chỉ có phần đầu ở đây", said(page))
    length = int(said_length.replace(".", ""))
    texts = [text for name, value in data(page).items() if name.startswith("story-") for text in value["texts"]]
    assert max(len(text[1]) for text in texts) == length
    below = [text[3] for text in texts if len(text[1]) == length]
    assert all(re.match(r"… còn [\d.]+ ký tự nữa", words) for words in below)


def test_as_much_is_shown_as_fits():
    assert _longest([], (300, 20_000), 10_000) == _longest([5000, 5000], (300, 20_000), 10_000) == 20_000
    assert _longest([9000, 9000, 100], (300, 20_000), 10_000) == 4950
    assert _longest([9000] * 100, (300, 20_000), 10_000) == 300  # there is a least


def test_stories_of_very_many_articles(write, monkeypatch):
    monkeypatch.setattr(reporting, "_ENTRIES", 5)
    monkeypatch.setattr(reporting, "_FEWEST", 2)
    page = write()
    flood = next(row for row in data(page)["index"]["stories"] if row[0] == "f1")
    assert flood[3] == 4
    assert len(flood[7]) == 3
    assert "f1" in [a[0] for a in flood[7]]


def test_a_scan_without_stories(write):
    page = write(scan(["Mưa ở Hà Lâm.", "Nắng ở Vịnh Sa."]))
    assert Tree(page).texts("h1")[0] == "2 bài → 0 chuyện"
    assert "Không có chuyện nào từ hai bài trở lên." in said(page)
    assert "Không bài nào bị bỏ qua" in said(page)
    assert Tree(write(scan([]), lang="en")).texts("h1")[0] == "0 articles → 0 stories"


def test_english_says_no_vietnamese(write):
    rain = (
        "Rain fell all night on the hills of the north and the river rose by two metres before dawn. Boats took old "
        "people and children to the school on the hill. Power was cut in nine streets until the late afternoon. "
    )
    sun = "The sun came back on Friday and people went to the market for fish, salt and new shoes again."
    paper = {"source": "paper.example", "published": MORNING}
    result = scan([Article("1", rain, "Rain", **paper), Article("2", rain + sun, "Rain and sun", **paper), {"id": 5}])
    page = write(result, lang="en")
    assert len(data(page)["index"]["stories"]) == 1
    shown = re.sub("<(style|script)>.*?</\\1>", "", page, flags=re.S)
    marks = [c for c in unicodedata.normalize("NFD", shown.replace("≠", "")) if unicodedata.combining(c) or c in "đĐ"]
    assert not marks


def test_other_languages_and_names_are_refused(found, tmp_path):
    with pytest.raises(ParamError, match="lang='fr': need one of vi, en"):
        found.report(tmp_path / "a.html", lang="fr")
    with pytest.raises(ParamError, match=r"need a name that ends in \.html, \.htm"):
        found.report(tmp_path / "a.txt")


# -------------------------------------------------------------------------------------------------- which is compared


def story(edges, **changes):
    ids = tuple(edge.id for edge in edges)
    return Story(**{"id": ids[0], "articles": ids, "anchor": ids[0], "representatives": (ids[0],), "earliest": ids[0],
                    "edges": tuple(edges), **changes})  # fmt: skip


def pairs(one, version=None):
    shown = [Article(id, "", published=date(2024, 5, n)) for n, id in enumerate(one.articles, 1)]
    return [(shown[c.a].id, shown[c.b].id, c.is_from) for c in choose_pairs(one, shown, version or {})]


def test_a_version_is_compared_with_its_parent_and_the_representative():
    edges = [Edge("a", None, None), Edge("b", "a", "edited"), Edge("c", "b", "edited"), Edge("d", None, "partial")]
    assert pairs(story(edges)) == [("a", "b", True), ("b", "c", True), ("a", "c", False), ("a", "d", False)]
    longest = story(edges, representatives=("c", "a"))
    assert pairs(longest)[:2] == [("a", "b", True), ("b", "c", True)]
    assert {frozenset(pair[:2]) for pair in pairs(longest)} == {frozenset(p) for p in ("ab", "bc", "ac", "ad", "cd")}


def test_reprints_copies_and_round_ups_are_not_compared():
    edges = [Edge("a", None, None), Edge("b", "a", "reprint"), Edge("c", "b", "edited"), Edge("d", None, "edited"),
             Edge("e", None, "partial")]  # fmt: skip
    assert pairs(story(edges, round_ups=("e",)), {"d": "c"}) == [("a", "c", True)]
    assert pairs(story(edges[:2])) == []


# --------------------------------------------------------------------------------------------------------- pictures


def test_the_histogram_has_every_match():
    bins = {"reprint": (0,) * 19 + (3,), "partial": (0,) * 6 + (2, 1) + (0,) * 12, "same_story": (9,) * 20}
    tree = Tree(draw_histogram(bins, "vi"))
    assert tree.texts("title") == ["30–35 %: 2 cặp", "35–40 %: 1 cặp", "95–100 %: 3 cặp"]
    assert [e[1]["class"] for e in tree.find("rect")] == ["r-partial", "r-partial", "r-reprint"]
    assert "6 cặp, 3 cặp từ 80 % trở lên" in tree.texts("p")[0]
    assert draw_histogram({}, "vi") == ""


@pytest.mark.parametrize(
    ("days", "step"),
    [(1, "theo ngày"), (40, "theo ngày"), (200, "theo tuần"), (900, "theo tháng"), (3000, "theo quý"),
     (20000, "theo năm")],
)  # fmt: skip
def test_a_timeline_has_every_story_and_few_bars(days, step):
    dates = [date(2001, 2, 27) + timedelta(n * days // 7) for n in range(8)]
    tree = Tree(draw_timeline(dates, "vi"))
    assert tree.texts("h3") == [f"Chuyện bắt đầu khi nào, {step}"]
    assert sum(int(re.search(r": (\d+) chuyện", text)[1]) for text in tree.texts("title")) == 8
    assert len(tree.find("text")) < 12
    assert draw_timeline([], "vi") == ""


# ------------------------------------------------------------------------------------------------------ command line


def put(path):
    rows = [{"id": a.id, "title": a.title, "text": a.text, "source": a.source,
             "published": a.published and a.published.isoformat()} for a in newsroom()]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_option(command, tmp_path):
    feed, target = put(tmp_path / "tin.jsonl"), tmp_path / "bao-cao.html"
    code, out, err = command("scan", feed, "--report", target, "--diffs", 1)
    assert code == 0
    assert f"báo cáo 2 chuyện đã ghi vào {target}" in " ".join(err.split())
    assert "--report" not in out
    page = target.read_text(encoding="utf-8")
    assert f"dedup diff {feed} " in "".join(v["compared"] for k, v in data(page).items() if k.startswith("story-"))
    assert "xem: --report bao-cao.html" in command("scan", feed)[1]
    assert command("scan", feed, "--report", "-", "--lang", "en")[1].startswith("<!DOCTYPE html>\n<html lang=\"en\">")
    assert "1 chuyện lớn nhất" in said(command("scan", feed, "--report", "-", "--top", 1)[1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--report", "a.txt"], "need a name that ends in .html, .htm, or - for standard output"),
        (["--diffs", "3"], "diffs=3: need an integer >= 0 (0: all), and --report FILE.html"),
        (["--report", "a.html", "--diffs", "-1"], "diffs=-1: need an integer >= 0"),
        (["--report", "-", "--matches", "-"], "--matches and --report both write to -"),
    ],
)
def test_wrong_usage_is_noticed_before_the_scan(command, tmp_path, options, message):
    code, _, err = command("scan", put(tmp_path / "tin.jsonl"), *options)
    assert code == 2
    assert message in " ".join(err.split())


# ---------------------------------------------------------------------------------------------------------- a browser


@pytest.fixture(scope="module")
def file(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("browser") / "bao-cao.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def context(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", locale="vi-VN")
    yield context
    context.close()


@pytest.fixture
def shown(context, file):
    """The page, open; at the end nothing was complained of, nothing of a text ran, nothing was asked for."""
    said, asked = [], []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    page.close()
    assert said == []
    assert [url for url in asked if not url.startswith("blob:")] == [file.as_uri()] * len(asked)


def titles(page):
    return page.locator("#stories h3").all_inner_texts()


FLOODED, BURNT = "Hà Lâm: Mưa lớn làm ngập 1.340 ngôi nhà", f"{EVIL} cháy"


def test_search_without_marks(shown):
    assert titles(shown) == [FLOODED, BURNT]
    assert shown.locator("#found").inner_text() == "2 chuyện"
    for query, expected in [
        ("to lam", [FLOODED]), ("Tô Lẫm", [FLOODED]), ("lam to", [FLOODED]), ('"lam to"', []), ('"to lam', [FLOODED]),
        ("ngap nha", [FLOODED]), ("ngập l", [FLOODED]), ("lochai", [FLOODED]), ("alert", [BURNT]), ("gập", []),
        ("script", [BURNT]), ("không có chuyện này", []), (" ", [FLOODED, BURNT]),
    ]:  # fmt: skip
        shown.locator("#search").fill(query)
        assert titles(shown) == expected, query
    shown.locator("#search").fill("xyz")
    assert shown.locator("#found").inner_text() == "Không có chuyện nào hợp với bộ lọc này."
    shown.locator("#reset").click()
    assert len(titles(shown)) == 2
    assert shown.evaluate("document.activeElement.id") == "search"


def test_filters_and_orders(shown):
    shown.locator("#relation").select_option("partial")
    assert titles(shown) == [FLOODED]
    assert shown.locator("#found").inner_text() == "1 trên 2 chuyện"
    shown.locator("#relation").select_option("")
    shown.locator("#source").select_option(label="lochai.vn (1)")
    assert titles(shown) == [FLOODED]
    shown.locator("#source").select_option(label="(không rõ báo) (1)")
    assert titles(shown) == [BURNT]
    shown.locator("#source").select_option("")
    shown.locator("#from").fill("2024-05-04")
    assert titles(shown) == [FLOODED]  # f4 is of that day
    shown.locator("#to").fill("2024-05-04")
    shown.locator("#from").fill("2024-05-05")
    assert titles(shown) == []
    shown.locator("#reset").click()
    shown.locator("#sort").select_option("new")
    assert titles(shown) == [BURNT, FLOODED]
    shown.locator("#sort").select_option("news")
    assert titles(shown) == [FLOODED, BURNT]


def wait_for_heading(page, text):
    """A story opens once the address has changed, which the browser does a moment after the click."""
    page.locator("h1:visible", has_text=text).wait_for()


def test_a_story_opens_with_why_who_and_what(shown):
    shown.get_by_role("link", name=FLOODED).click()
    wait_for_heading(shown, FLOODED)
    assert shown.evaluate("location.hash") == "#story=f1"
    assert shown.title() == FLOODED
    assert not shown.locator("#list").is_visible()
    rows = shown.locator(".members li")
    assert rows.count() == 4
    assert "baohalam.vn · 03/05/2024 07:00 · mở bài · f1 · sớm nhất trong tập này" in rows.nth(0).inner_text()
    assert "theo baohalam.vn" in rows.nth(1).inner_text()
    assert re.search(r"trùng một phần · \d+\s% bài ngắn hơn · đoạn dài nhất \d+ âm tiết", rows.nth(3).inner_text())
    assert shown.locator(".members a.out").evaluate_all("all => all.map(a => [a.href, a.rel])") == [
        ["https://baohalam.vn/ngap?id=1&x=2", "noopener noreferrer"]
    ]
    assert "ghi nguồn" in shown.locator(".tree svg").first.text_content()
    assert shown.locator(".tree .arrow:not(.maybe)").count() == 2
    assert shown.locator(".tree .maybe").count() == shown.locator(".tree .ask").count() == 1
    assert shown.locator(".descent .vh li").nth(1).text_content() == "2 · vinhsa.vn từ 1 · baohalam.vn: ghi nguồn"
    assert shown.locator(".copies mark.copied").count() >= 2
    assert "Cùng câu chữ với bài 1 · baohalam.vn." in shown.locator("#story").inner_text()


def test_diffs_are_drawn_when_they_are_opened(shown):
    shown.get_by_role("link", name=FLOODED).click()
    wait_for_heading(shown, FLOODED)
    first, last = shown.locator("details.comparison").first, shown.locator("details.comparison").last
    assert first.locator(".diff").is_visible()
    assert "trạm bơm Cầu Sậy chạy thêm 14 máy" in first.locator(".version ins").all_inner_texts()[0]
    assert last.locator(".diff").count() == 0
    last.locator("summary").first.click()
    last.locator(".diff").wait_for()
    first.locator(".version:last-child .shared").first.click()
    assert first.locator(".lit").count() == 2
    assert first.locator(".said").inner_text().startswith("Không mới: câu này cũng có trong")
    shown.keyboard.press("Escape")
    first.locator(".facts li a").first.click()
    wait_for_heading(shown, FLOODED)
    assert shown.evaluate("location.hash").startswith("#s0d1-b-f")


def test_steps_back_and_addresses(shown, file, context):
    shown.get_by_role("link", name=FLOODED).click()
    wait_for_heading(shown, FLOODED)
    shown.get_by_role("link", name="Chuyện sau").click()
    wait_for_heading(shown, BURNT)
    assert shown.locator(".copies").inner_text().count("𝔘nicode 😀 đoạn cuối.") == 1
    address = shown.url
    shown.get_by_role("link", name="← Tất cả chuyện").click()
    shown.locator("#stories a:focus", has_text=BURNT).wait_for()
    assert len(titles(shown)) == 2
    shown.go_back()
    wait_for_heading(shown, BURNT)
    other = context.new_page()
    for place in (address, f"{file.as_uri()}#s1"):
        other.goto(place)
        other.reload()
        wait_for_heading(other, BURNT)
    other.goto(f"{file.as_uri()}#story=%E0")
    other.locator("#list").wait_for()
    other.close()


def test_csv_of_the_current_filter(shown):
    def rows():
        with shown.expect_download() as download:
            shown.get_by_role("button", name="Tải CSV").click()
        assert download.value.suggested_filename == "chuyen.csv"
        data = Path(download.value.path()).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    assert len(rows()) == 6
    shown.locator("#search").fill("chay cho")
    burnt = rows()
    assert [row["id"] for row in burnt] == [EVIL, 'c"2\n']
    assert burnt[1]["title"] == "'=1+1"
    assert burnt[0]["published"] == "2024-05-03T16:00"
    assert burnt[0]["source"] == EVIL
    shown.locator("#search").fill("khong co gi")
    assert shown.get_by_role("button", name="Tải CSV").is_disabled()


def test_the_keyboard_alone(shown):
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Đến danh sách chuyện"
    shown.keyboard.press("Enter")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.id") == "search"
    shown.keyboard.type("to lam")
    while shown.evaluate("document.activeElement.closest('#stories') === null"):
        shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    shown.locator("#story-title:focus").wait_for()
    assert shown.locator("#aside").count() == 1


def test_templates_are_behind_a_switch(shown):
    assert not shown.locator(".hidden-pairs").is_visible()
    shown.get_by_label("Hiện tin theo mẫu và cặp chưa chắc").check()
    assert "tin theo mẫu" in shown.locator(".hidden-pairs li").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_serious_obstacle(browser, file, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.locator("#aside").check()
    for address in ("#list", "#story=f1"):
        page.evaluate(f"location.hash = '{address}'")
        page.wait_for_timeout(50)
        found = axe.run(page).response["violations"]
        serious = [(f["id"], n["html"]) for f in found if f["impact"] in ("serious", "critical") for n in f["nodes"]]
        assert serious == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_thousands_of_stories_are_drawn_as_one_scrolls(browser, write, tmp_path):
    rng = Random(4)
    news = [make.article(rng, 60) for _ in range(150)]
    result = scan([Article(f"{n}{copy}", text) for n, text in enumerate(news) for copy in "ab"])
    assert len(result.stories) == 150
    path = tmp_path / "nhieu.html"
    path.write_text(write(result), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1000, "height": 600})
    page.goto(path.as_uri())
    assert page.locator("#stories li").count() < 100
    for _ in range(20):
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(30)
    assert page.locator("#stories li").count() == 150
    page.close()


def test_it_prints_without_its_tools(browser, file):
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto(file.as_uri())
    assert page.locator("h1").first.is_visible()
    assert not page.locator(".tools").is_visible()
    assert page.locator("#stories h3").first.is_visible()
    page.close()
