"""Web pages: each trap on its own, a gate over the 40 invented pages, and reading many of them in other processes."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

pytest.importorskip("trafilatura", reason="reading HTML needs trafilatura: pip install 'dedup-vi[html]'")

import dedup
from dedup import MissingExtraError
from dedup.dates import ZONE
from dedup.io import html, reading, workers
from dedup.io.headers import find_source
from dedup.io.html import decode_page, extract_page
from dedup.io.notes import UnusableError

PAGES = Path(__file__).parent / "pages"
GOLD = [json.loads(line) for line in (PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
TITLE = "Xã Đồi Mây mở lại bến đò sau mùa lũ lớn"
BODY = [
    "Sáng nay, bến đò xã Đồi Mây mở lại sau bốn tháng nghỉ vì lũ, mỗi ngày chở chừng hai trăm lượt khách qua sông.",
    "Ông Vi Văn Sức, chủ đò, cho biết thuyền mới dài 14 m, có áo phao cho từng người và một mái che bằng tôn ở lái.",
    "Theo UBND xã, giá vé giữ nguyên 5.000 đồng một lượt; học sinh và người trên 70 tuổi được đi đò không mất tiền.",
]
NEWS = '<script type="application/ld+json">%s</script>'


def page(*, head="", above="", meta="", body=BODY, below="", title=TITLE):
    paragraphs = body if isinstance(body, str) else "".join(f"<p>{text}</p>" for text in body)
    return (
        f"<html><head><meta charset=utf-8><title>{title} - Báo Hà Lâm</title>{head}</head><body><div id=page>{above}"
        f"<h1>{title}</h1>{meta}<div class=content>{paragraphs}</div>{below}</div></body></html>"
    )


def text_of(source):
    return extract_page(source)["text"].split("\n")


def put(folder, count, *names):
    for i in range(count):
        (folder / f"{i:03}.html").write_text(page(body=[*BODY, f"Số thứ tự của bài này là {i}."]), encoding="utf-8")
    for name in names:
        (folder / name).write_text(page(), encoding="utf-8")
    return folder


# -------------------------------------------------------------------------------------------------------------- text


def test_a_plain_page():
    assert extract_page(page()) == {
        "text": "\n".join(BODY), "title": TITLE, "source": "", "url": "", "credit": "", "published": None,
    }  # fmt: skip


LEAD = "Đoạn dẫn của tin khác này cũng dài như một đoạn văn, kể chuyện ở một nơi khác hẳn trong tỉnh Hà Lâm."
OTHERS = [f'<a href="/{i}">Một tin khác ở huyện An Bình số {i}</a>' for i in range(5)]
CARD = "<div class=item><a href='/{0}'><h3>Một tin khác ở An Bình số {0}</h3></a><p>10:00 , 2{0}/8/2023</p><p>{1}</p>"
COMMENT = "<p><b>Lan</b> " + "Đò này tôi đi từ bé, nay nhìn thuyền mới mà mừng cho bà con hai bờ lắm lắm. " * 2 + "</p>"
TEASER = '<p>Xem thêm: <a href="/x">Vì sao đường lên Mây Bạc hay có sương mù</a></p>'
RIGHTS = "Cấm sao chép dưới mọi hình thức nếu không có sự chấp thuận bằng văn bản của tòa soạn, mọi vi phạm bị xử lý."


@pytest.mark.parametrize(
    "extra",
    [
        {"meta": f"<p><b>{TITLE}</b></p>"},
        {"above": f"<p>Đường dây nóng: 0900 123 456</p><ul><li>{'<li>'.join(OTHERS)}</ul>"},
        {"below": "<div class=content2>" + "".join(f"<p>{text}</p>" for text in BODY) + "</div>"},
        {"below": f'<div class="box_comment"><h3>Ý kiến bạn đọc (2)</h3>{COMMENT}</div>'},
        {"below": f"<ul><li>{' (04/06/2024)<li>'.join(OTHERS)}</ul>"},
        {"below": "".join(CARD.format(i, LEAD) + "</div>" for i in range(5))},
        {"body": f"<p>{'</p><p>'.join(BODY)}</p>" + "".join(CARD.format(i, LEAD[i:]) + "</div>" for i in range(5))},
        {"below": f"<footer><p>© Bản quyền thuộc về Báo Hà Lâm. {RIGHTS}</p></footer>"},
        {"below": f"<div><p>® Ghi rõ nguồn khi phát hành lại. {RIGHTS}</p></div>"},
        {"below": "<div><span>Chia sẻ</span></div><div>In bài viết</div>"},
        {"body": "".join(f"<p>{text}</p>{TEASER}" for text in BODY)},
        {"body": "<br><br>".join(BODY)},
        {"body": "<pre>" + "\n".join(BODY) + "</pre>"},
        {"body": "".join(f"<div><span>{text}</span></div>" for text in BODY)},
        {"body": "".join(f'<div class="elementor-widget text-widget"><p>{text}</p></div>' for text in BODY)},
        {"body": f"<form><div>{'</div><div>'.join(BODY)}</div></form>"},
        {"meta": "<div>Thứ bảy, 25/05/2024, 08:10 (GMT+7)</div>"},
    ],
)
def test_the_text_is_the_article_and_nothing_else(extra):
    assert text_of(page(**extra)) == BODY


def test_a_layout_of_tables():
    body = "".join(f"<p>{text}</p>" for text in BODY)
    source = (
        f"<html><head><title>{TITLE}</title></head><body><table><tr><td colspan=2><b>NÔNG THÔN HÀ LÂM</b><br>Hôm nay: "
        f"Thứ bảy, 26.10.2024</td></tr><tr><td>Liên kết website</td><td><font><b>{TITLE}</b></font><br><font>12.11.2023"
        f"</font><br>{body}</td></tr><tr><td>Bản quyền © Nông thôn Hà Lâm.</td></tr></table></body></html>"
    )
    fields = extract_page(source)
    assert fields["text"].split("\n") == BODY
    assert (fields["title"], fields["published"]) == (TITLE, date(2023, 11, 12))


def test_what_belongs_to_the_text_stays():
    table = "<table><tr><th>Chuyến</th><th>Giờ</th></tr><tr><td>Một</td><td>6 giờ</td></tr></table>"
    rows = ["Chuyến\tGiờ", "Một\t6 giờ"]
    assert text_of(page(body=f"<p>{BODY[0]}</p>{table}<p>{BODY[1]}</p>")) == [BODY[0], *rows, BODY[1]]
    assert text_of(page(body=f"<p>{BODY[0]}</p><ul><li>Chuyến sáng: 6 giờ.<li>Chuyến chiều: 15 giờ.</ul>")) == [
        BODY[0], "Chuyến sáng: 6 giờ.", "Chuyến chiều: 15 giờ.",
    ]  # fmt: skip
    live = "".join(f"<div class=entry><h4>{i}h00</h4><p>{text}</p></div>" for i, text in enumerate(BODY))
    assert text_of(page(body=live)) == [line for i, text in enumerate(BODY) for line in (f"{i}h00", text)]
    linked = BODY[1].replace("chủ đò", '<a href="/tag/do">chủ đò</a>')
    assert text_of(page(body=[BODY[0], linked, BODY[2], "Hết mùa lũ."])) == [*BODY, "Hết mùa lũ."]
    sapo = "Bến đò duy nhất của xã hoạt động trở lại, người dân hai bờ khỏi phải đi vòng hơn 30 km mỗi phiên chợ."
    assert text_of(page(meta=f"<h2>{sapo}</h2>")) == [sapo, *BODY]


def test_a_text_read_often_is_read_every_time():
    assert {extract_page(page())["text"] for _ in range(6)} == {"\n".join(BODY)}


# ------------------------------------------------------------------------------------- title, credit, address, source


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        (f"<title>{TITLE} | Báo Hà Lâm</title>", f"<h1>{TITLE}</h1>", TITLE),
        (f"<title>{TITLE} - Tin tức - Báo Hà Lâm</title>", f"<h3><span>{TITLE}</span></h3>", TITLE),
        (f"<title>{TITLE} - Báo Hà Lâm</title>", "", TITLE),
        (f"<title>{TITLE}</title><meta property=og:title content='Một tít khác để câu'>", f"<h1>{TITLE}</h1>", TITLE),
        (f"<title>{TITLE}</title>", f"<h1>Báo Hà Lâm</h1><h2>{TITLE}</h2>", TITLE),
        ("<title>An Bình - Vịnh Sa: Vé xe giữ giá dịp Tết</title>", "", "An Bình - Vịnh Sa: Vé xe giữ giá dịp Tết"),
        ("<title>Đò | Báo Hà Lâm</title>", "<h1>Đò</h1>", "Đò"),
        ("", f"<h1>{TITLE}</h1>", TITLE),
        ("", "", ""),
    ],
)  # fmt: skip
def test_title(head, heading, title):
    body = f"<p>{'</p><p>'.join(BODY)}</p>"
    fields = extract_page(f"<html><head>{head}</head><body><div>{heading}{body}</div></body></html>")
    below = extract_page(f"<html><head>{head}</head><body><div>{body}{heading}</div></body></html>")
    assert below["text"] == fields["text"]
    assert (fields["title"], fields["text"].split("\n")) == (title, BODY)


def test_credit():
    below = "<p>Minh Khuê</p><p class=nguon>Theo VOV</p>"
    assert extract_page(page(below=below))["credit"] == "VOV"
    below = '<p><a href="https://a.example/1">Xem bài gốc tại tinvinhsa.vn</a></p>'
    assert extract_page(page(below=below))["credit"] == "tinvinhsa.vn"
    assert extract_page(page(below="<footer><p>Ghi rõ nguồn: baohalam.vn khi đăng lại</p></footer>"))["credit"] == ""


CANONICAL = '<link rel=canonical href="%s"><meta property=og:url content="https://m.baohalam.vn/x">'


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (CANONICAL % "https://baohalam.vn/a-1.htm", "https://baohalam.vn/a-1.htm"),
        ('<meta property="og:url" content="https://baohalam.vn/a?id=1&amp;p=2">', "https://baohalam.vn/a?id=1&p=2"),
        (CANONICAL % "/a-1.htm", "https://m.baohalam.vn/a-1.htm"),
        (CANONICAL % "https://baohalam.vn/", "https://m.baohalam.vn/x"),
        ('<link rel=canonical href="javascript:;">', ""),
        ('<link rel=canonical href="http://[">', ""),
    ],
)
def test_url(head, url):
    assert extract_page(page(head=head))["url"] == url


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.baohalam.vn/a", "baohalam.vn"),
        ("https://m.baohalam.com.vn:8080/a", "baohalam.com.vn"),
        ("https://amp.tin.org.vn", "tin.org.vn"),
        ("https://anbinh.halam.gov.vn/x", "halam.gov.vn"),
        ("https://news.bbc.co.uk/x", "bbc.co.uk"),
        ("https://com.vn/", "com.vn"),
        ("http://10.0.0.7/x", "10.0.0.7"),
        ("http://[::1]/x", "::1"),
        ("http://LOCALHOST/", "localhost"),
        ("http://[/", ""),
        ("", ""),
    ],
)
def test_source(url, source):
    assert find_source(url) == source


# -------------------------------------------------------------------------------------------------------------- dates

AT = datetime(2024, 6, 5, 16, 12, tzinfo=ZONE)
OTHER = '<meta property="article:published_time" content="2024-06-03T10:00:00+07:00">'
STATED = '<meta property="article:published_time" content="2024-06-05T16:12:00+07:00">'
OWN = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2024-06-05T09:12:00Z"}
RELATED = {"@type": "NewsArticle", "headline": "Một tin khác ở huyện An Bình", "datePublished": "2024-05-01T09:12:00Z"}


@pytest.mark.parametrize(
    ("parts", "published"),
    [
        ({"meta": "<p>16:12 , 05/06/2024</p>"}, AT),
        ({"meta": "<p>Cập nhật lúc 16:12, 05/06/2024</p>"}, AT),
        ({"meta": "<p>Ngày đăng: 05/06/2024</p>"}, date(2024, 6, 5)),
        ({"above": "<p><span>Thứ tư, 5/6/2024, 16:12 (GMT+7)</span></p>"}, AT),
        ({"head": STATED}, AT),
        ({"head": STATED, "meta": "<p>05/06/2024</p>"}, AT),
        ({"head": STATED.replace("16:12:00+07:00", "09:12:00Z")}, AT),
        ({"head": STATED.replace("T16:12:00+07:00", "T00:00:00+07:00")}, date(2024, 6, 5)),
        ({"head": STATED.replace("T16:12:00+07:00", "T00:00:00Z"), "meta": "<p>16:12 05/06/2024</p>"}, AT),
        ({"head": STATED.replace("+07:00", "Z"), "meta": "<p>16:12 05/06/2024</p>"}, AT),
        ({"head": STATED.replace("16:12:00+07:00", "22:12:00Z"), "meta": "<p>22:12 5/6/2024</p>"}, AT.replace(hour=22)),
        ({"head": '<meta name="DC.date.issued" content="2024-06-05">'}, date(2024, 6, 5)),
        ({"head": NEWS % json.dumps(OWN)}, AT),
        ({"head": NEWS % json.dumps([RELATED, OWN])}, AT),
        ({"head": NEWS % json.dumps({"@graph": [{"@type": "WebSite", "name": "Báo"}, OWN]})}, AT),
        ({"head": NEWS % json.dumps(OWN | {"dateModified": "2024-06-07T09:00:00Z"}), "meta": "<p>7/6/2024</p>"}, AT),
        ({"head": STATED, "meta": "<p>16:12 05/06/2024</p><p>Cập nhật lần cuối 06:05 07/06/2024</p>"}, AT),
        ({"meta": '<time datetime="2024-06-05T16:12:00+07:00">Hôm nay</time>'}, AT),
        ({"head": OTHER, "meta": "<p>16:12 , 05/06/2024</p>"}, None),
        ({"head": OTHER + STATED}, None),
        ({"meta": "<p>16:12 , 05/06/2024</p><p>10:00 , 03/06/2024</p>"}, None),
        ({"head": STATED, "meta": "<p>Cập nhật: 01/06/2024</p>"}, None),
        ({"head": NEWS % json.dumps(RELATED)}, None),
        ({"head": NEWS % json.dumps({"@type": "ItemList", "itemListElement": [{"item": OWN}]})}, None),
        ({"head": NEWS % "{not json"}, None),
        ({"head": '<script>var a = {"datePublished": "2024-06-05T09:12:00Z"};</script>'}, None),
        ({"above": "<div class=today>Hôm nay, Thứ tư, ngày 5 tháng 6 năm 2024</div>"}, None),
        ({"above": "<p>Hôm nay, 16:12, 05/06/2024</p>"}, None),
        ({"above": "<p class=clock>16:12, 05/06/2024</p>"}, None),
        ({"above": "<div>Thứ tư, ngày 5 tháng 6 năm 2024</div>"}, None),
        ({"below": "<p>16:12 , 05/06/2024</p>"}, None),
        ({"below": '<div class=related><time datetime="2024-06-05T16:12:00+07:00">5/6</time></div>'}, None),
        ({"body": [*BODY, "Bến đò đóng cửa từ ngày 25/1/2024.", "05/06/2024"]}, None),
        ({"head": STATED.replace("2024", "2924")}, None),
    ],
)  # fmt: skip
def test_published(parts, published):
    assert extract_page(page(**parts))["published"] == published


# ------------------------------------------------------------------------------------------- encodings and bad pages


@pytest.mark.parametrize(
    "data",
    [
        page().encode(),
        b"\xef\xbb\xbf" + page().encode(),
        page().encode("utf-16"),
        page().replace("charset=utf-8", "charset=iso-8859-1").encode(),
        page(head='<?xml version="1.0" encoding="utf-8"?>').encode(),
    ],
)
def test_encodings(tmp_path, data):
    (tmp_path / "a.html").write_bytes(data)
    (tmp_path / "b.htm.gz").write_bytes(gzip.compress(data))
    first, second = dedup.read(tmp_path)
    assert (first.id, first.title, first.text) == ("a.html", TITLE, "\n".join(BODY))
    assert (second.id, second.text) == ("b.htm.gz", first.text)


def test_a_declared_encoding():
    assert decode_page("<meta charset='windows-1258'>Đê".encode("cp1258")) == "<meta charset='windows-1258'>Đê"
    for data, reason in (
        (b"<p>\xff", "invalid UTF-8 at byte offset 3"),
        (b"<meta charset=koi9><p>\xff", "encoding 'koi9' is not known"),
        (b"<meta charset=hex><p>\xff", "encoding 'hex' is not known"),
        (b"<p>\0</p>", "binary file"),
    ):
        with pytest.raises(UnusableError, match=re.escape(reason)):
            decode_page(data)


def test_bad_pages(tmp_path):
    bad = {
        "a.html": (b"", "empty"),
        "b.html": (b" \n", "no text found in the page"),
        "c.html": (b"<html><body><script>var a;</script></body></html>", "no text found in the page"),
        "d.html": (b"<p>\xff\xfe</p>", "invalid UTF-8 at byte offset 3"),
        "e.html": (b"\x89PNG\r\n\0\0", "binary file"),
        "f.html": (f"<h1>{TITLE}</h1>".encode(), "no text found in the page"),
    }
    for name, (data, _) in bad.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "g.html").write_text(page(), encoding="utf-8")
    (tmp_path / "h.html").write_text("<div>" * 5000 + page() + "</div>" * 5000, encoding="utf-8")  # read or not
    reader = dedup.read(tmp_path)
    assert "g.html" in [article.id for article in reader]
    assert {Path(s.input).name: s.reason for s in reader.skipped if "h.html" not in s.input} == {
        name: reason for name, (_, reason) in bad.items()
    }


def test_without_trafilatura(tmp_path, monkeypatch):
    put(tmp_path, 1)
    (tmp_path / "b.txt").write_text(BODY[0], encoding="utf-8")
    for module in (html, reading):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"reading HTML needs an extra package: pip install 'dedup-vi\[html\]'"):
        dedup.read(tmp_path / "000.html")
    reader = dedup.read(tmp_path)
    assert [article.id for article in reader] == ["b.txt"]
    assert "dedup-vi[html]" in reader.skipped[0].reason


def test_hook(tmp_path):
    put(tmp_path, 20)

    def extract(source, path):
        number = int(Path(path).stem)
        if number == 3:
            raise KeyError("no such thing")
        return None if number == 4 else {"text": source[:6], "title": path, "extra": {"n": number}}

    reader = dedup.read(tmp_path, extract=extract)
    articles = list(reader)
    assert [a.id for a in articles] == [f"{i:03}.html" for i in range(20) if i not in (3, 4)]
    assert (articles[0].text, articles[0].extra) == ("<html>", {"n": 0})
    reasons = ["`extract` failed: KeyError: 'no such thing'", "left out by `extract`"]
    assert [s.reason for s in reader.skipped] == reasons


# ---------------------------------------------------------------------------------------------------- other processes


def deadly(places):
    """What a process of the pool runs in the next test."""
    if any("deadly" in place.name for place in places):
        os._exit(3)
    return workers.read_many(places)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = put(tmp_path_factory.mktemp("many"), 40, "007-deadly.html", "zz.html")
    (folder / "012.html").write_bytes(b"<p>\xff")
    (folder / "020a.txt").write_text(BODY[0], encoding="utf-8")
    return folder


def test_a_pool_gives_the_same(many, monkeypatch):
    monkeypatch.setenv("DEDUP_THREADS", "1")
    alone = dedup.read(many)
    expected = list(alone)
    monkeypatch.setenv("DEDUP_THREADS", "2")
    pooled = dedup.read(many)
    assert list(pooled) == expected
    assert (pooled.skipped, pooled.bytes_read) == (alone.skipped, alone.bytes_read)
    assert [pooled.origins[i] for i in range(len(expected))] == [alone.origins[i] for i in range(len(expected))]


def test_a_process_that_dies_costs_its_page(many, monkeypatch):
    monkeypatch.setenv("DEDUP_THREADS", "2")
    monkeypatch.setattr(workers, "_work", deadly)
    reader = dedup.read(many)
    assert [article.id for article in reader if "deadly" in article.id] == []
    assert {Path(s.input).name: s.reason for s in reader.skipped} == {
        "007-deadly.html": "the process that read it died", "012.html": "invalid UTF-8 at byte offset 3",
    }  # fmt: skip
    assert len(reader.origins) == 41


def test_no_process_can_be_started(many, monkeypatch):
    monkeypatch.setenv("DEDUP_THREADS", "2")

    def refuse(*arguments):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", refuse)
    assert len(list(dedup.read(many))) == 42


def test_a_script_without_a_guard_and_the_end_by_ctrl_c(many, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import dedup, sys, time\n"
        "print('begins', flush=True)\n"
        "for a in dedup.read(sys.argv[1]):\n    print(a.id, flush=True)\nprint('waits', flush=True)\n"
        "articles = dedup.read(sys.argv[1])\nnext(articles)\nprint('reads', flush=True)\ntime.sleep(60)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "DEDUP_THREADS": "2", "PYTHONPATH": str(Path(dedup.__file__).parents[1])}
    command = [sys.executable, str(script), str(many)]
    done = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    lines = []
    while not lines or lines[-1] != "reads":
        lines.append(done.stdout.readline().strip())
    assert lines.count("begins") == 1
    assert len(lines) == 45
    begun = time.monotonic()
    os.killpg(done.pid, signal.SIGINT)
    assert done.wait(20) != 0
    assert time.monotonic() - begun < 15


# --------------------------------------------------------------------------------------------------------------- gate


def words(text):
    return Counter(re.findall(r"\w+", text.lower()))


def body_f1(text, gold):
    """F1 of the words; those of captions may be there or not."""
    found, wanted = words(text), words(gold["body"])
    right = sum((found & wanted).values())
    wrong = sum((found - wanted - words("\n".join(gold["captions"]))).values())
    return 2 * right / (2 * right + wrong + sum((wanted - found).values()))


def as_gold(day):
    return f"{day.astimezone(ZONE):%Y-%m-%dT%H:%M+07:00}" if isinstance(day, datetime) else str(day)


@pytest.fixture(scope="module")
def extracted():
    return [(gold, extract_page((PAGES / f"{gold['name']}.html").read_text(encoding="utf-8"))) for gold in GOLD]


@pytest.mark.parametrize(("field", "floor"), [("title", 0.95), ("source", 1), ("url", 1), ("credit", 0.9)])
def test_gate_of_fields(extracted, field, floor):
    misses = [(g["name"], f[field], g[field]) for g, f in extracted if f[field] != (g[field] or "")]
    assert len(misses) <= (1 - floor) * len(extracted), misses


def test_gate_of_dates(extracted):
    dated = [(gold, fields) for gold, fields in extracted if gold["date"]]
    right = [as_gold(fields["published"])[:10] == gold["date"][:10] for gold, fields in dated]
    assert sum(right) >= 0.95 * len(dated)
    wrong = [
        (gold["name"], fields["published"])
        for gold, fields in extracted
        if fields["published"] is not None and as_gold(fields["published"])[:10] != (gold["date"] or "")[:10]
    ]
    assert wrong == []
    assert sum(as_gold(fields["published"]) == gold["date"] for gold, fields in dated) >= 0.9 * len(dated)


def test_gate_of_texts(extracted):
    scores = {gold["name"]: body_f1(fields["text"], gold) for gold, fields in extracted}
    assert sum(scores.values()) / len(scores) >= 0.97
    assert min(scores.values()) >= 0.85, sorted(scores.items(), key=lambda item: item[1])[:5]
    for gold, fields in extracted:
        lines = fields["text"].split("\n")
        assert gold["title"] not in lines
        long = [line for line in lines if len(line) > 60]
        assert len(set(long)) == len(long), gold["name"]
