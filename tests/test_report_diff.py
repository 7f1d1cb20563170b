"""The page of a diff: what it holds as HTML, and how it works in a real browser."""

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tree import Tree

from dedup import ParamError
from dedup.models import Article, Change, Counterpart, Diff, Fact
from dedup.report.differences import diff_page, render_diff
from dedup.report.layout import lay_out
from dedup.report.page import asset

OLD = """Chiều 3/5, tỉnh Hà Lâm cho biết mưa lớn đã làm ngập 12 xã ven sông Trà Nâu. Ít nhất 1.340 hộ phải sơ tán.
Ảnh: Nguyễn Văn Mẫu

Ông Trần Quang Thử nói nước lên nhanh hơn mọi năm. Hôm qua, đoàn công tác đã đến thăm một số hộ.
Hồ thuỷ điện Suối Mơ xả lũ từ 16 giờ cùng ngày.
Hotline: 0900 123 456
Chia sẻ bài viết"""
NEW = """Chiều 3/5, tỉnh Hà Lâm cho biết mưa lớn đã làm ngập 13 xã ven sông Trà Nâu. Ít nhất 1.340 hộ phải sơ tán.
Hồ thuỷ điện Suối Mơ xả lũ từ 16 giờ cùng ngày. Đến 20 giờ, lưu lượng còn 420 mét khối mỗi giây.
Ông Trần Quang Thử nói nước lên nhanh hơn mọi năm.
Cầu Đá sập một nhịp; xe tải biển số 99C-123.45 rơi xuống sông."""
SHARED = [
    ("Chiều 3/5, tỉnh Hà Lâm cho biết mưa lớn đã làm ngập {} xã ven sông Trà Nâu.", 12, 13),
    ("Ít nhất 1.340 hộ phải sơ tán.",),
    ("Ông Trần Quang Thử nói nước lên nhanh hơn mọi năm.",),
    ("Hồ thuỷ điện Suối Mơ xả lũ từ 16 giờ cùng ngày.",),
]
ADDED = [
    ("lưu lượng còn 420 mét khối mỗi giây", "quantity"),
    ("Cầu Đá sập một nhịp", "statement"),
    ("99C-123.45", "code"),
]


def fact(text, words, kind, name):
    start = text.index(words)
    return Fact(words, start, start + len(words), kind, name)


def articles(**changes):
    old = {"title": "Mưa lớn gây ngập nhiều xã", "source": "Báo Hà Lâm", "url": "https://halam.example/?id=1&x=2"}
    new = {"title": "Mưa lớn gây ngập 13 xã, sập cầu", "source": "Tin Sông", "credit": "TTXHL", **changes}
    return {
        "1": Article("1", OLD, published=datetime(2024, 5, 3, 10, 5, tzinfo=UTC), **old),
        "2": Article("2", NEW, published=datetime(2024, 5, 3, 14, 40, tzinfo=UTC), **new),
    }


def diff(relation="edited", a=("1",), **changes):
    shared = [(s[0].format(*s[1:2]), s[0].format(*s[2:3])) for s in SHARED]
    values = {
        "added": tuple(fact(NEW, words, kind, "2") for words, kind in ADDED),
        "dropped": (fact(OLD, "Hôm qua, đoàn công tác đã đến thăm một số hộ.", "statement", "1"),),
        "changed": (Change("quantity", fact(OLD, "12 xã", "quantity", "1"), fact(NEW, "13 xã", "quantity", "2")),),
        "shared": tuple(Counterpart(fact(OLD, x, "statement", "1"), fact(NEW, y, "statement", "2")) for x, y in shared),
        "left_out": tuple(
            fact(OLD, words, "statement", "1")
            for words in ("Ảnh: Nguyễn Văn Mẫu\n", "Hotline: 0900 123 456\nChia sẻ bài viết")
        ),
        **changes,
    }
    return Diff(a, "2", **values, relation=relation, resemblance=0.42, a_in_b=0.64, b_in_a=0.51)


def of_three():
    """What "2" adds to two versions, of which the second says less."""
    less = "Ông Trần Quang Thử nói nước lên nhanh hơn mọi năm. Trời vẫn mưa."
    words = "Ông Trần Quang Thử nói nước lên nhanh hơn mọi năm."
    shared = Counterpart(fact(less, words, "statement", "0"), fact(NEW, words, "statement", "2"))
    dropped = (*diff().dropped, fact(less, "Trời vẫn mưa.", "statement", "0"))
    both = articles() | {"0": Article("0", less, title="Nước lên", source="Đài Trà Nâu", published=date(2024, 5, 3))}
    return diff(a=("1", "0"), shared=(*diff().shared, shared), dropped=dropped), both


# --------------------------------------------------------------------------------------------------------------- HTML


def test_marks_stand_where_the_facts_are():
    tree = Tree(diff_page(diff(), articles()))
    heard = [f"thêm: {words} (hết)" for words, _ in ADDED]
    assert [e[2] for e in tree.find("ins") if "id" in e[1]] == heard
    dropped = "bớt: Hôm qua, đoàn công tác đã đến thăm một số hộ. (hết)"
    assert [e[2] for e in tree.find("del") if "id" in e[1]] == [dropped]
    assert [e[2] for e in tree.find("mark") if "id" in e[1]] == ["khác nhau: 12 xã (hết)", "khác nhau: 13 xã (hết)"]


def test_texts_are_whole_and_in_order():
    tree = Tree(diff_page(diff(), articles()))
    for text, element in zip((OLD, NEW), tree.find("div", class_="text"), strict=True):
        assert element[3] == re.sub(r"\n+", "", text)


def test_list_of_facts():
    tree = Tree(diff_page(diff(), articles()))
    assert tree.texts("h3", class_="sign") == ["Khác nhau 1", "Thêm trong Tin Sông 3", "Bớt, chỉ có trong Báo Hà Lâm 1"]
    changed, *added, dropped = tree.texts("li")[-4:]
    assert changed.startswith("số liệuBáo Hà Lâm: Chiều 3/5")
    assert "khác nhau: 13 xã ven sông" in changed
    assert added == [
        "Đến 20 giờ, số liệu lưu lượng còn 420 mét khối mỗi giây.",
        "thông tin Cầu Đá sập một nhịp; xe tải biển số mã số 99C-123.45 rơi xuống sông.",
    ]
    assert dropped == "thông tin Hôm qua, đoàn công tác đã đến thăm một số hộ."


def test_every_link_inside_leads_somewhere_and_every_id_is_there_once():
    for page in (diff_page(diff(), articles()), diff_page(*of_three())):
        tree = Tree(page)
        ids = [e[1]["id"] for e in tree.elements if "id" in e[1]]
        assert len(ids) == len(set(ids))
        places = [e[1]["href"][1:] for e in tree.find("a") if e[1].get("href", "").startswith("#")]
        places += [id_ for e in tree.elements for id_ in e[1].get("data-with", "").split()]
        places += [e[1][key] for e in tree.elements for key in ("for", "aria-labelledby") if key in e[1]]
        assert set(places) - {""} <= set(ids)
        assert len(places) > 20


def test_shared_sentences_have_the_same_number_on_both_sides():
    tree = Tree(diff_page(diff(), articles()))
    shared = {e[1]["id"]: re.match(r"\d", e[2])[0] for e in tree.find("span", class_="shared")}
    assert list(shared.items()) == [
        ("a1-s1", "1"), ("a1-s2", "2"), ("a1-s3", "4"), ("a1-s4", "3"),
        ("b-s1", "1"), ("b-s2", "2"), ("b-s3", "3"), ("b-s4", "4"),
    ]  # fmt: skip
    assert [e[1]["data-with"] for e in tree.find("span", id="b-s3")] == ["a1-s4"]


def test_paragraphs_that_share_a_sentence_stand_in_one_row():
    rows = lay_out(diff(), articles(), "").rows
    starts = [[text[u.start :][:5] for u in units] for row in rows for text, units in zip((OLD, NEW), row, strict=True)]
    assert list(zip(starts[::2], starts[1::2], strict=True)) == [
        (["Chiều"], ["Chiều"]),
        (["Ảnh: ", "Ông T"], []),
        (["Hồ th"], ["Hồ th"]),
        (["Hotli", "Chia "], ["Ông T", "Cầu Đ"]),
    ]


def test_a_text_of_one_line_is_cut_where_shared_sentences_begin():
    sentences = [f"Câu {n} nói về mực nước sông Trà Nâu lúc {n} giờ chiều nay ở trạm Vĩnh Khê." for n in range(1, 21)]
    text = " ".join(sentences)
    both = {name: Article(name, text) for name in "12"}
    shared = tuple(Counterpart(fact(text, s, "statement", "1"), fact(text, s, "statement", "2")) for s in sentences)
    empty = diff(added=(), dropped=(), changed=(), left_out=(), shared=shared)
    rows = lay_out(empty, both, "").rows
    assert 5 < len(rows) < 20
    assert all(len(a) == len(b) == 1 for a, b in rows)
    assert "".join(text[a[0].start : a[0].end] for a, _ in rows) == text


def test_values_are_escaped():
    evil = "<script>alert('x')</script> \"><img src=x onerror=alert(1)> & \x00\x1b\ud800\u202e"
    text = f"{evil} mưa.\n{NEW}"
    hostile = Article("2", text, title=evil, source=evil, url="javascript:alert(1)", credit=evil)
    page = diff_page(
        diff(added=(Fact(evil, 0, len(evil), "statement", "2"),), changed=(), shared=()), articles() | {"2": hostile}
    )
    tree = Tree(page)
    assert len(tree.find("script")) == 1
    assert not tree.find("img")
    assert all(e[1]["href"].startswith(("#", "https://")) for e in tree.find("a") if "href" in e[1])
    assert not [key for e in tree.elements for key in e[1] if key.startswith("on") or key == "style"]
    assert not re.search("[\x00\x1b\ud800\u202e]", page)
    assert tree.texts("span", class_="url") == ["javascript:alert(1)"]


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://halam.example/a?b=1&c=2", True), ("HTTP://halam.example", True), ("//halam.example", False),
        ("java\nscript:alert(1)", False), (" javascript:alert(1)", False), ("data:text/html,x", False),
        ("http://", False), ("http://[", False), ('https://halam.example/"onclick="x', False), ("halam.example", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(url, is_link):
    tree = Tree(diff_page(diff(), articles(url=url)))
    links = [e for e in tree.find("a", class_="out") if e[1]["href"] != "https://halam.example/?id=1&x=2"]
    assert [e[1]["href"] for e in links] == [url] * is_link
    assert all(e[1]["rel"] == "noopener noreferrer" for e in links)


def test_the_policy_allows_the_very_style_and_script():
    page = diff_page(diff(), articles())
    tree = Tree(page)
    policy = tree.find("meta", http_equiv="Content-Security-Policy")[0][1]["content"]
    for name in ("style", "script"):
        [(_, attributes, content, _)] = tree.find(name)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy
        assert not attributes
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for name in ("style.css", "diff.js"):
        assert not re.search("</|<!--|url\\(|@import|\r", asset(name).replace("</style", "</"))


def test_heads_have_source_hour_and_address():
    tree = Tree(diff_page(diff(), articles()))
    assert tree.texts("p", class_="byline") == [
        "Báo Hà Lâm · 03/05/2024 17:05 · mở bài · sớm nhất trong tập này",
        "Tin Sông · 03/05/2024 21:40 · theo TTXHL",
    ]
    assert tree.find("time")[0][1]["datetime"] == "2024-05-03T10:05:00+00:00"
    [headline] = tree.texts("div", class_="headline")
    assert "bớt: nhiều (hết) xã" in headline
    assert "thêm: 13 (hết) xã" in headline


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [("Cứu 12 người", "CỨU 12 NGƯỜI", True), ("Cứu 12  người", "Cứu 12 người", True), ("Cứu 12", "CỨU 13", False)],
)
def test_a_headline_in_capitals_is_unchanged(old, new, is_same):
    both = articles(title=new)
    both["1"] = replace(both["1"], title=old)
    page = Tree(diff_page(diff(), both))
    assert page.texts("p", class_="headline") == ["Tiêu đề: không đổi"] * is_same
    assert bool(page.find("div", class_="headline")) != is_same


@pytest.mark.parametrize("published", [None, date(2024, 5, 3), datetime(2024, 5, 3, 10, 5, tzinfo=UTC)])
def test_the_earliest_is_said_only_where_it_is_certain(published):
    both = articles()
    both["1"] = Article("1", OLD, published=published)
    both["2"] = Article("2", NEW, published=datetime(2024, 5, 3, 10, 5, tzinfo=UTC))
    assert "sớm nhất" not in diff_page(diff(), both)


def test_names_tell_versions_apart():
    both = {"1": Article("1", OLD, source="Tin Sông"), "2": Article("2", NEW, source="Tin Sông")}
    assert "Thêm trong Tin Sông 2" in Tree(diff_page(diff(), both)).texts("h3")[1]
    both = {"1": Article("1", OLD), "2": Article("2", NEW)}
    assert Tree(diff_page(diff(), both)).texts("h3")[2] == "Bớt, chỉ có trong 1 1"


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        ("template", "Tin theo mẫu: cùng khuôn, khác tin. Đây không phải hai bản của một tin: “thêm” là điều riêng"),
        (None, "Hai bài ít câu chữ chung. Có thể là hai tin viết riêng về một việc"),
    ],
)
def test_a_banner_where_texts_are_no_versions_of_one_text(relation, said):
    [banner] = Tree(diff_page(diff(relation), articles())).texts("p", class_="banner")
    assert banner.startswith(said)
    assert not Tree(diff_page(diff(), articles())).find("p", class_="banner")


def test_the_relation_in_words_and_figures():
    [text] = Tree(diff_page(diff(), articles())).texts("p", class_="relation")
    assert text.startswith("Biên tập lại. 64 % của bài ngắn (Báo Hà Lâm) có trong bài dài (Tin Sông); 51 %")


def test_several_earlier_versions():
    tree = Tree(diff_page(*of_three()))
    assert tree.texts("option") == ["Báo Hà Lâm, 03/05/2024 17:05", "Đài Trà Nâu, 03/05/2024"]
    assert len(tree.find("section", class_="version")) == 3
    assert [e[1]["data-with"] for e in tree.find("span", id="b-s4")] == ["a1-s3 a2-s1"]
    assert tree.texts("li")[-1] == "Đài Trà Nâu: thông tin Trời vẫn mưa."


def test_english_says_no_vietnamese():
    plain = {name: Article(name, "Rain. " * 9, title="Rain", source=f"Paper {name}") for name in "12"}
    empty = diff(changed=(), shared=(), left_out=(Fact("Rain.", 0, 5, "statement", "1"),), dropped=(), added=(
        Fact("Rain.", 6, 11, "date", "2"),
    ))  # fmt: skip
    page = diff_page(empty, plain, lang="en")
    said = re.sub("<(style|script)>.*?</\\1>", "", page, flags=re.S)
    assert not [c for c in unicodedata.normalize("NFD", said) if unicodedata.combining(c) or c in "đĐ"]
    assert '<html lang="en">' in page


def test_marks_that_overlap_or_reach_beyond_the_text():
    text = NEW.split("\n")[0]
    over = tuple(Fact("", start, end, "date", "2") for start, end in ((5, 40), (30, 10**6), (10**6, 10**6)))
    page = diff_page(diff(added=over, changed=(), shared=diff().shared[:1]), articles() | {"2": Article("2", text)})
    assert Tree(page).find("div", class_="text")[1][3] == text


def test_nothing_differs():
    empty = Diff(("1",), "2", (), (), (), (), (), "reprint", 1.0, 1.0, 1.0)
    tree = Tree(diff_page(empty, {"1": Article("1", ""), "2": Article("2", "")}))
    assert "Không thêm, không bớt" in tree.find("section", id="facts")[0][2]
    assert tree.texts("p", class_="note")[1:] == ["(bài không có chữ)"] * 2


def test_ids_of_a_fragment_begin_with_its_prefix():
    fragment = render_diff(diff(), articles(), prefix="story3-")
    names = re.findall(r' (?:id|for|data-of)="([^"]*)"', fragment.html) + re.findall('href="#([^"]+)"', fragment.html)
    assert len(names) > 30
    assert all(name.startswith("story3-") for name in names)
    with pytest.raises(ParamError, match="lang='fr': need one of vi, en"):
        diff_page(diff(), articles(), lang="fr")
    with pytest.raises(ParamError, match=r"articles: need all of diff.a and diff.b, without \['1'\]"):
        diff_page(diff(), {"2": Article("2", NEW)})


def test_the_page_is_the_same_each_time():
    assert diff_page(*of_three()) == diff_page(*of_three())


def large():
    """A thousand sentences a side, a fact in every other one of b."""
    sentence = "Trạm số {} đo được mực nước {} mm vào lúc nửa đêm, cao hơn mức báo động của tỉnh Hà Lâm."
    a = [sentence.format(n, n * 7) for n in range(1000)]
    b = [s.replace("nửa đêm", "rạng sáng") if n % 2 else s for n, s in enumerate(a)]
    texts = ["\n".join(" ".join(s[i : i + 3]) for i in range(0, 1000, 3)) for s in (a, b)]
    at = [[texts[side].index(s) for s in sentences] for side, sentences in enumerate((a, b))]
    pairs = [(Fact(x, i, i + len(x), "statement", "1"), Fact(y, j, j + len(y), "statement", "2"))
             for x, y, i, j in zip(a, b, *at, strict=True)]  # fmt: skip
    words = [y.start + y.text.index("rạng sáng") for n, (_, y) in enumerate(pairs) if n % 2]
    added = tuple(Fact("rạng sáng", start, start + 9, "date", "2") for start in words)
    shared = tuple(Counterpart(x, y) for x, y in pairs)
    return diff(added=added, dropped=(), changed=(), shared=shared, left_out=()), {
        name: Article(name, text, source=f"Báo {name}") for name, text in zip("12", texts, strict=True)
    }


def test_long_texts_with_many_facts():
    page = diff_page(*large())
    assert page.count("<ins") == 501
    assert len(page) < 2_000_000


# ---------------------------------------------------------------------------------------------------------- a browser


@pytest.fixture
def show(browser, tmp_path):
    """Opens a page from a file; at the end nothing was complained of and nothing asked for but the file."""
    said, asked, contexts = [], [], []

    def open_page(html, width=1400, height=800, **options):
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert all(url.startswith("file:///") and url.endswith(".html") for url in asked)
    assert len(asked) == len(contexts)


def is_on_screen(page, selector):
    box, size = page.locator(selector).bounding_box(), page.viewport_size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def test_rows_line_up(show):
    page = show(diff_page(diff(), articles()))
    tops = {id_: page.locator(f"#{id_}").bounding_box()["y"] for id_ in ("a1-s1", "b-s1", "a1-s4", "b-s3")}
    assert abs(tops["a1-s1"] - tops["b-s1"]) < 1
    assert abs(tops["a1-s4"] - tops["b-s3"]) < 1


def test_a_click_shows_the_counterpart_and_escape_leaves(show):
    page = show(diff_page(diff(), articles()))
    page.locator("#b-s3").click()
    assert page.locator(".lit").evaluate_all("all => all.map(e => e.id)") == ["a1-s4", "b-s3"]
    said = page.locator(".said").inner_text()
    assert said == (
        "Không mới: câu này cũng có trong Báo Hà Lâm, 03/05/2024 17:05: Hồ thuỷ điện Suối Mơ xả lũ từ 16 giờ cùng ngày."
    )
    assert is_on_screen(page, "#a1-s4")
    page.keyboard.press("Escape")
    assert page.locator(".lit").count() == 0
    assert not page.locator(".panel .acts").is_visible()
    page.locator("#b-f1").click()
    assert page.locator(".said").inner_text() == "Khác nhau: chỗ này trong Báo Hà Lâm, 03/05/2024 17:05: 12 xã"
    page.locator(".close").click()
    assert page.locator(".lit").count() == 0
    page.locator("#b-s1").click(position={"x": 60, "y": 5})
    assert page.locator(".said").inner_text().startswith("Phần không đánh dấu của câu này cũng có trong Báo Hà Lâm")
    page.locator("#a1-s2").click()
    assert page.locator(".said").inner_text().startswith("Không bớt: câu này cũng có trong Tin Sông")


def test_a_counterpart_far_away_is_brought_beside(show):
    _, both = large()
    lines = both["2"].text.split("\n")
    text = "\n".join([lines[-2], *lines[:-2]])
    words = (lines[-2].split(". ")[0], "Trạm số 3 đo", "Trạm số 600 đo")
    places = [(fact(both["1"].text, w, "statement", "1"), fact(text, w, "statement", "2")) for w in words]
    shared = tuple(Counterpart(x, y) for x, y in places)
    moved = diff(added=(), dropped=(), changed=(), left_out=(), shared=shared)
    page = show(diff_page(moved, both | {"2": Article("2", text)}))
    last = page.locator("#a1 .shared").last
    assert last.bounding_box()["y"] > 10_000
    page.locator("#b .shared").first.click()
    page.wait_for_timeout(50)
    assert abs(last.bounding_box()["y"] - page.locator("#b .shared").first.bounding_box()["y"]) < 2
    page.keyboard.press("Escape")
    assert last.bounding_box()["y"] > 10_000


def test_the_keyboard_alone(show):
    page = show(diff_page(diff(), articles()))
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    assert page.evaluate(f"{focused}.textContent") == "Đến những điểm khác"
    assert is_on_screen(page, ".skips a:focus")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate(f"{focused}.closest('.counts') !== null")
    page.locator("#b-s3 .n").focus()
    assert page.locator("#b-s3 .n").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator(".lit").count() == 2
    assert "Enter lần nữa" in page.locator("[role=status]").inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focused}.closest('.shared').id") == "a1-s4"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.locator(".lit").count() == 0
    page.locator("input.furniture").focus()
    page.keyboard.press("Space")
    assert page.locator(".left").first.is_visible()


def test_a_fact_leads_to_its_place(show):
    page = show(diff_page(*large()), height=600)
    page.locator(".facts li a").nth(400).click()
    place = page.evaluate("location.hash")
    assert is_on_screen(page, place)
    assert page.locator(place).evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert page.locator(".bar").is_visible()
    assert page.locator(".bar").inner_text().split("\n") == ["Báo 1", "Báo 2"]


def test_the_switch_of_furniture(show):
    page = show(diff_page(diff(), articles()))
    assert page.locator(".left:visible").count() == 0
    page.get_by_label("Hiện phần khung trang (2 đoạn)").check()
    assert page.locator(".left:visible").all_inner_texts() == [
        "Ảnh: Nguyễn Văn Mẫu", "Hotline: 0900 123 456", "Chia sẻ bài viết",
    ]  # fmt: skip


def test_choosing_among_earlier_versions(show):
    page = show(diff_page(*of_three()))
    assert page.locator("#a1").is_visible()
    assert not page.locator("#a2").is_visible()
    page.locator(".choose select").select_option("a2")
    assert page.locator("#a2").is_visible()
    assert not page.locator("#a1").is_visible()
    page.locator("#b-s1").click()  # stands in the first one only
    assert page.locator("#a1").is_visible()
    page.locator(".facts li a").last.click()
    assert page.locator("#a2").is_visible()


def test_on_a_phone_facts_come_first(show):
    page = show(diff_page(diff(), articles()), width=390)
    tops = [page.locator(selector).bounding_box()["y"] for selector in ("#facts", "#a1", "#b")]
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#b-s3").click()
    assert page.locator(".said").is_visible()
    page.locator(".go").click()
    assert is_on_screen(page, "#a1-s4")
    wide = show(diff_page(diff(), articles()), width=800)
    assert wide.locator("#a1").bounding_box()["y"] == wide.locator("#b").bounding_box()["y"]


def test_on_paper(show):
    page = show(diff_page(diff(), articles()), color_scheme="dark")
    page.emulate_media(media="print")
    for hidden in (".switch", ".panel", ".skips", "footer"):
        assert not page.locator(hidden).is_visible()
    assert page.locator("ins[id]").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#b-f2").evaluate("e => getComputedStyle(e).textDecorationStyle") == "solid"
    assert page.locator("#a1-f2").evaluate("e => getComputedStyle(e).textDecorationStyle") == "dashed"


def test_without_script(show):
    page = show(diff_page(*of_three()), java_script_enabled=False)
    assert page.locator("#a1").is_visible()
    assert page.locator("#a2").is_visible()
    assert not page.locator(".choose").is_visible()
    page.locator("#b-s3 .n").click()
    assert page.url.endswith("#a1-s4")
    page.locator("input.furniture").check()
    assert page.locator(".left").first.is_visible()


def test_hostile_values_do_nothing(show):
    evil = "<script>alert(1)</script><img src='https://x.example/a.png' onerror='alert(1)'>'\"</style></script>"
    text = f"{evil}\n{NEW}"
    page = show(diff_page(diff(added=(fact(text, evil, "statement", "2"),), changed=(), shared=()),
                          articles() | {"2": Article("2", text, title=evil, source=evil)}))  # fmt: skip
    assert evil in page.locator("#b .text").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_accessibility(show, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    for lang, example in (("vi", (diff(), articles())), ("en", of_three()), ("vi", (diff("template"), articles()))):
        page = show(diff_page(*example, lang=lang), width=width, color_scheme=scheme)
        page.locator("input.furniture").check()
        page.locator("#b-s3 .n").click()
        found = axe.run(page).response["violations"]
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
