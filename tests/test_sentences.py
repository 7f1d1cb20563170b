"""Sentences: a table of where they end, and laws: nothing is lost, spelling does not matter, lines stand alone."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from invented import INVISIBLE, RESPELLINGS, article

from dedup.errors import ArticleError
from dedup.lexicon import sentence_cues
from dedup.sentences import clauses, split

# A bar stands where one sentence ends and another begins; the space behind it is not part of the text where it is "¦".
SENTENCES = """
Sông Mây dâng cao.| Chợ Bến Lá đóng cửa.| Dân làng đi đò
Ông Tạ Văn Bưởi nói: nước lên; bà con lo; trẻ nghỉ học.| Hết
TS. Lan ở TP. Hạ Lâm gặp PGS.TS. Bưởi và KTS. Cam.| Bà về.
TS.BS. Tạ Thị Khế, ThS.Nguyễn Mận ở Tp.HCM, Q.1, P.5 và TX.Bến Lá.| Ông Cam ở Q. 7, P. Bến Lá
Báo cáo lên UBND TP. Theo đó, chợ mở lại.
Gọi ĐT. 0900 123 456, xem tr. 15.| Họ cười.
Mr. Bean và Dr. Cam đến St. Mary.| Yahoo! Việt Nam đưa tin.| Vui quá!| Họ về
Có bưởi, cam, khế v.v. và mận.| Có bưởi, cam v.v.| Theo bà Lan thì đủ.
J. K. Rowling đọc sách.| Nguyễn V. A. kể.| Anh T. đi chợ, chị H. (20 tuổi) ở nhà, cháu N.V.B. ngủ.
Công an gặp anh T.| Theo đó, anh Ph. đã về làng Khế.
Bà uống vitamin C.| Ông uống trà.| Đội ở bảng A.| Trận đầu thắng
Đất đẹp nhất ở châu Á.| Làng có 20 nhà, cao 60 m.| Xe chạy 50 km/h.| Mưa lớn
Nước lên 1.340 mm, giá 11,8 triệu đồng lúc 9h30'.| Ngày 25.9.2024, 25. 9. 2024 và 25/9 đều mưa.| Năm 2024.| Hết.
Vàng, bạc, ngọc… và đồ gốm.| Có vàng, bạc, ngọc...| Bảo tàng mở cửa.| Bạc, ngọc…của làng.| Hết…¦Ông Cam về.
Hàng bán chạy... để rồi ế.| … và thế là hết.
Hồ sơ đã xong./.| Tạ Lan
Thế à?!| Ừ. . .| Về thôi!!!| Hết .| Thật
“Mưa lớn.| Nước lên nhanh.| Bà con nên đi”, ông Cam nói.| Họ đi.
“Đi đâu?”, ông Cam hỏi.| “Đi chợ!” – bà Lan đáp.| “Sao thế?” ông Cam hỏi.
“Mưa rồi.”| Họ chạy vào nhà thật nhanh trước khi nước lên.| Câu hỏi “vì sao?” được nhắc lại.
"Mưa lớn. Nước lên.", bà nói.| "Đi thôi."| Nhưng họ ở lại thêm hai ngày nữa mới chịu đi.
Bà về."Mưa rồi."| Họ chạy vào nhà thật nhanh trước khi nước lên.
Nước lên! ", báo Hà Lâm dẫn lời ông.| Hết.
Xem baohalam.vn, Chinhphu.vn hoặc a.b@baohalam.com.vn.| Mở https://baohalam.vn/tin.html?a=b.c&d=e.| Hết.
Trang www.ha.lam.vn/a.b và tep.pdf.| Hết
Lễ hội vui, đón nhận.| (Ảnh: Tạ Lan)| Ông Cam nói.| Bến đò (Ảnh: Hà Lâm)| Bà Lan kể.
Ảnh: TTXVN| Theo đó, chợ mở.| Ảnh: Tạ Lan| Theo bà, chợ đẹp.| Chợ Lá - Ảnh: P.V.| Người dân đi chợ.
Ông Cam (ảnh) nói.| Bà cười (sao thế?) rồi đi.| (Họ đi cả rồi.)| Hết.
Sân vui (đông quá…).| Hết
Mưa tạnh.¦Ông Cam về.¦Bà Lan ở lại năm 2024.¦Theo ông, cầu sập.¦Ở bến, 10%.¦Họ đi.¦10 người về.
Vui quá!¦Họ về.| Sao?¦Vì mưa.
HÀ LÂM (TTXVN).- Nước lên.| Hết
1. Mưa lớn.| 2. Gió to.| 10. Nắng.
a) Mưa.| b) Gió.| c. Nắng.
II. Phần đầu.| Điều 5. Về chợ.| 1.2. Về bến.
Nước rút. * Lúc 7h, cầu sập.
Chợ mở.| 今天下雨。¦天晴了。¦好
Hết.| .NET là gì
"""
SENTENCES = SENTENCES.replace("Nước rút. *", "Nước rút.| *").replace("TP. Theo", "TP.| Theo")
SENTENCES = SENTENCES.replace('"Mưa lớn. Nước', '"Mưa lớn.| Nước').replace('Bà về."', 'Bà về.¦"')

LINES = [
    "Mưa lớn ở Hà Lâm",
    "Ảnh: Tạ Lan",
    "- Một\n* Hai\n1. Ba",
    "Hà Lâm\r\nBến Lá",
    "a\u2028b\u2029c\x85d\x0be\x0cf\rg",
]

CLAUSES = """
Giá cà phê| (Hà Lâm)| tăng 1,5%,| lên 120.000 đồng;| dân vui:| mùa lớn.
Lúc 9:30, 25/9,| họ về – vui – nghỉ| tỷ số 2:1.
Chợ Bến-Lá mở 7 – 9 giờ,| xem http://a.vn/b,c:d| nhé.
a) Mưa,| gió
“Mưa lớn,”| bà nói,| (rồi cười),| ... vui
Một câu
"""
CLAUSES = (
    CLAUSES.replace("họ về – vui – nghỉ|", "họ về| – vui| – nghỉ,|")
    .replace("9:30, 25", "9:30,| 25")
    .replace("b,c:d|", "b,c:d")
)


def rows(table):
    lines = table.strip().splitlines()
    return [
        (line.replace("|", "").replace("¦", ""), [part.strip() for part in line.replace("¦", "|").split("|")])
        for line in lines
    ]


def texts(text):
    return [text[start:end] for start, end in split(text)]


def canonical(text):
    """The sentences, blind to spelling: base letters, digits and signs."""
    return ["".join(c for c in unicodedata.normalize("NFD", part.casefold().replace("ð", "đ"))
                    if not unicodedata.combining(c) and not c.isspace() and c not in INVISIBLE)
            for part in texts(text) if part.strip(INVISIBLE)]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), rows(SENTENCES))
def test_where_sentences_end(text, expected):
    assert texts(text) == expected


@pytest.mark.parametrize("text", LINES)
def test_a_line_break_ends_a_sentence(text):
    assert texts(text) == text.splitlines()


@pytest.mark.parametrize(("text", "expected"), rows(CLAUSES))
def test_where_clauses_end(text, expected):
    assert [text[start:end] for start, end in clauses(text, 0, len(text))] == expected
    moved = f"Trước, {text} sau, nữa"
    assert clauses(moved, 7, 7 + len(text)) == [(a + 7, b + 7) for a, b in clauses(text, 0, len(text))]


@pytest.mark.parametrize("text", ["", " \n\t\u00a0 ", "\r\n\u2028"])
def test_white_space_has_no_sentence(text):
    assert split(text) == clauses(text, 0, len(text)) == []


def test_only_signs_are_one_sentence():
    for text in ("...", ". . .", "?!", "…”", "* . * . *", "\u200b", "\ud800.", "-----"):
        assert texts(text) == [text]


def test_a_text_without_punctuation_is_one_sentence():
    text = "mưa lớn " * 50_000
    assert split(text) == [(0, len(text) - 1)]


@pytest.mark.parametrize("text", [None, 5, b"a", ["a"]])
def test_no_string(text):
    with pytest.raises(ArticleError, match=r"text=.*: need a string"):
        split(text)


def test_cues_are_rows_of_known_kinds_without_repetition():
    found = sentence_cues()
    assert len(set(found)) == len(found)
    assert all(word == unicodedata.normalize("NFC", word).lower() for _, word in found)
    assert len({kind for kind, _ in found}) == 13


# --------------------------------------------------------------------------------------------------------------- laws

FRAGMENTS = sorted(
    {word for line in SENTENCES.splitlines() for word in line.replace("|", " ").replace("¦", " ").split()}
)
NEWS = st.lists(
    st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from([" ", " ", " ", "", "\n", "  "])), max_size=30
).map(lambda pairs: "".join(word + gap for word, gap in pairs))
SIGNS = st.text("ab1Ôở .…?!,:;()[]\"'“”-/\n\r\u00a0\u200b\u0301v", max_size=40)
ANY = st.text(st.characters(exclude_categories=()), max_size=60)


def check_spans(text, spans, lo, hi):
    assert all(lo <= start < end <= hi for start, end in spans)
    assert all(before[1] <= behind[0] for before, behind in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered or text[i].isspace() for i in range(lo, hi))


@settings(max_examples=300, deadline=None)
@given(st.one_of(NEWS, SIGNS, ANY))
@example("\u200b\n.\u200b \u200b a.\n\u200b\n\u200b")
@example("v.v.")
@example("v. v.")
def test_nothing_is_lost(text):
    spans = split(text)
    check_spans(text, spans, 0, len(text))
    for start, end in spans:
        check_spans(text, clauses(text, start, end), start, end)


@pytest.mark.parametrize("name", RESPELLINGS)
@pytest.mark.parametrize(("text", "expected"), rows(SENTENCES))
def test_spelling_does_not_matter(text, expected, name):
    assert canonical(RESPELLINGS[name](text)) == canonical(text)


@settings(max_examples=300, deadline=None)
@given(NEWS, st.sampled_from(sorted(RESPELLINGS)))
def test_spelling_does_not_matter_in_any_order_of_words(text, name):
    assert canonical(RESPELLINGS[name](text)) == canonical(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(NEWS, SIGNS.map(lambda text: text.replace("\u200b", ""))), max_size=5),
       st.sampled_from(["\n", "\r\n", "\u2028", "\x85", "\n\n"]))  # fmt: skip
def test_paragraphs_are_split_each_by_itself(paragraphs, line_end):
    assert texts(line_end.join(paragraphs)) == [part for paragraph in paragraphs for part in texts(paragraph)]


def test_articles_have_the_sentences_they_were_made_of():
    for seed in range(20):
        text = article(seed, 300)
        made = [part.strip() + "." for part in text.replace("\n", " ").split(".") if part.strip()]
        assert texts(text) == made
        assert canonical(RESPELLINGS["everything"](text)) == canonical(text)


@pytest.mark.parametrize(
    "piece",
    [
        "a.",
        "a. ",
        ". * ",
        "ảnh: ",
        "(a?) ",
        '."a',
        ".\n",
        "v. ",
        "://a.",
        "@a.",
        ".” an ",
        ". ",
        "\u200b.",
        "(",
        "a" * 99 + ".",
    ],
)
def test_no_pattern_runs_away(piece):
    """What makes careless patterns take quadratic time: minutes here, and pytest has a limit."""
    text = piece * (400_000 // len(piece))
    spans = split(text)
    assert spans[0][0] == 0
    assert len(clauses(text, 0, len(text))) > 0
