"""Structural page furniture: exactly the lines that are none of the article are left out, in every spelling of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import RESPELLINGS, article

from dedup import compare, fingerprints, kernels, scan, shingles, tokenize
from dedup.text import spans

LAW = settings(max_examples=60, deadline=None, derandomize=True)

A, B, C, D = article(11, 300).split("\n")[:4]
LEAD = "Sáng 3/5, nước sông Lâm dâng nhanh làm ngập ba xóm ven bờ."
HEADLINE = "Nước sông Lâm dâng, ba xóm ven bờ bị ngập"
PAGE = [  # (line, whether it is the article's own)
    (HEADLINE, True),
    ("Thứ sáu, ngày 3 tháng 5 năm 2024, 21:04 (GMT+7)", False),
    (LEAD, True),
    ("Chia sẻ", False),
    ("Hotline: 0900 123 456", False),
    (A, True),
    ("Nước sông Lâm dâng, ba xóm ven bờ bị ngập - Ảnh 1.", False),
    ("Người dân chèo thuyền giữa xóm - Ảnh: An Nhiên", True),
    ("Ảnh: An Nhiên", False),
    (B, True),
    (LEAD, False),
    ("Nguồn: Báo Hà Lâm", False),
    ("https://halam.example/nuoc-dang-3-5.html", False),
    ("Từ khóa:", False),
    (C, True),
    ("Xem thêm: Cầu treo Hà Lâm đóng cửa", False),
    ("Tin liên quan", False),
    ("Cầu treo Hà Lâm đóng cửa vì nước lớn", False),
    ("Học sinh ba xã nghỉ học hai ngày", False),
    (D, True),
    ("Ý kiến bạn đọc", False),
    ("Bà Tư Bến Đò", False),
    ("Mong nước rút sớm để còn đi chợ!", False),
    ("Thích", False),
    ("Trả lời", False),
]


def kept_lines(text):
    """The lines that are kept, none by halves."""
    starts = set(spans(text)[2].tolist())
    kept, at = [], 0
    for line in text.split("\n"):
        places = {at + token.start for token in tokenize(line)}
        if places & starts:
            assert places <= starts, line
            kept.append(line)
        at += len(line) + 1
    return kept


def left_out(lines):
    """The lines with words that are not kept; all lines differ."""
    kept = kept_lines("\n".join(lines))
    return [line for line in lines if line not in kept and tokenize(line)]


def test_a_page_with_everything():
    text = "\n".join(line for line, _ in PAGE)
    assert kept_lines(text) == [line for line, is_own in PAGE if is_own]


@pytest.mark.parametrize("name", RESPELLINGS)
def test_furniture_is_the_same_in_every_spelling(name):
    text = "\n".join(line for line, _ in PAGE)
    other = RESPELLINGS[name](text)
    assert np.array_equal(shingles(text), shingles(other))
    one, two = spans(text), spans(other)
    assert one[0].tolist() == two[0].tolist()
    assert ((one[1] ^ two[1]) & (kernels.CUT | kernels.NEW_LINE | kernels.DIGITS) == 0).all()
    assert compare(text, other).resemblance == 1.0


@LAW
@given(st.permutations(PAGE), st.sampled_from(sorted(RESPELLINGS)))
def test_furniture_of_shuffled_pages_is_the_same_in_every_spelling(page, name):
    text = "\n".join(line for line, _ in page)
    assert np.array_equal(shingles(text), shingles(RESPELLINGS[name](text)))


@pytest.mark.parametrize(
    "line",
    [
        "Hotline: 0900 123 456", "HOTLINE 0900.123.456", "Đường dây nóng: 0900 123 456", "Chia sẻ", "Quảng cáo",
        "Xem thêm", "Xem thêm: Cầu treo Hà Lâm đóng cửa", "Đọc thêm", "Mời quý độc giả đón đọc số báo mới",
        "Vui lòng nhập mã xác nhận", "Nguồn: Báo Hà Lâm", "Nguồn Báo Hà Lâm", "Theo Báo Hà Lâm", "(Theo VOV)",
        "Ảnh: An Nhiên", "Hình: An Nhiên", "Ảnh minh họa", "http://halam.example/a", "https://halam.example/a?b=1",
        "Thứ tư, ngày 25 tháng 09 năm 2024, 21:04 (GMT+7)", "25/09/2024 21:04", "Thứ Tư, 25/09/2024", "25-9-2024",
        "21:04 ngày 25/9/2024", "Cập nhật lúc 9:30, 25/9/2024", "Chủ nhật, 1/6/2025, 08:00", "Giấy phép số 12/GP",
        "Chợ nổi sáng sớm - Ảnh 1.", "Chợ nổi sáng sớm - Ảnh 12", "Đăng nhập", "Facebook",
    ],
)  # fmt: skip
def test_a_line_that_is_furniture(line):
    assert left_out([LEAD, line, A]) == [line]
    assert left_out([LEAD, "", line.upper(), "", A]) == [line.upper()]


@pytest.mark.parametrize(
    "line",
    [
        "Nước rút.", "Ông Bảy nói:", "Hai người bị thương nhẹ.", "Nguồn nước sạch ở Hà Lâm đang cạn dần từng ngày.",
        "Theo ông Bảy, lũ năm nay về sớm hơn mọi năm.", "Chia sẻ khó khăn với bà con vùng lũ, ba xã góp gạo.",
        "Ngày 25/9/2024, cầu treo Hà Lâm thông xe.", "Lễ hội mở ngày 25/9/2024", "Thứ tư là ngày chợ phiên của xã.",
        "Quảng cáo sai sự thật, một cửa hàng bị phạt.", "Ảnh hưởng của bão khiến chợ vắng người.",
        "Bình luận về trận đấu, ông Bảy nói đội nhà xứng đáng thắng.", "Tin mới từ đảo Hà Lâm: tàu đã về bến.",
        "Hình ảnh bến đò sau lũ.", "Năm 2024 có 12 trận mưa lớn, 3 trận lụt.", "Giá 3 kỳ: 25, 9, 24 nghìn đồng",
        "Thích chợ quê, chị Sáu bỏ phố về làng.", "Trang chủ của xã ghi tên từng hộ nhận gạo.",
    ],
)  # fmt: skip
def test_a_line_that_is_the_articles_own(line):
    assert left_out([LEAD, line, A]) == []


def test_an_ordinary_article_keeps_every_syllable():
    for seed in range(200):
        text = article(seed, 60 + 7 * seed)
        assert len(spans(text)[0]) == len(tokenize(text)) == 60 + 7 * seed


def test_lists_of_short_lines_are_kept_where_nothing_opens_them():
    lines = [LEAD, "Danh sách trúng thưởng", "Xã Bến Đò: bà Tư", "Xã Hà Lâm: ông Bảy", "Xã Cồn Én: chị Sáu", A]
    assert left_out(lines) == []


def test_a_list_of_related_headlines_ends_at_the_next_paragraph():
    related = ["Tin cùng chuyên mục", "Cầu treo đóng cửa", "Ba xã nghỉ học", "Giá lúa giảm nhẹ"]
    assert left_out([LEAD, A, *related]) == related
    assert left_out([LEAD, A, *related, B, "Nước rút dần."]) == related
    assert left_out([*related, LEAD, A]) == related[:1]  # at the very top it opens nothing
    assert left_out([LEAD, "Tin mới nhất từ Hà Lâm", "Nước rút dần.", A]) == []


def test_the_comment_box():
    box = ["Bình luận (3)", "Bình luận", "Bà Tư", "Nước rút chưa?", "Ông Bảy", "Rồi, sáng nay đi chợ được.", "Thích"]
    assert left_out([LEAD, A, *box[1:]]) == box[1:]
    assert left_out([LEAD, A, *box[1:], B]) == box[1:]


def dated_run(count, has_lead=False):
    run = []
    for i in range(count):
        run += [article(100 + i, 9).strip("."), f"{i + 1}/9/2024 08:{i + 10}"]
        run += [article(200 + i, 25)] * has_lead
    return run


@pytest.mark.parametrize("count", [3, 5, 12])
@pytest.mark.parametrize("has_lead", [False, True])
def test_runs_of_headlines_with_datelines(count, has_lead):
    run = dated_run(count, has_lead)
    assert left_out([LEAD, A, B, *run]) == run
    assert left_out([LEAD, A, *run, B]) == run
    assert left_out([LEAD, A, *run[:4], B]) == [line for line in run[:4] if "/9/2024" in line]


@pytest.mark.parametrize("count", [3, 5])
def test_the_articles_own_dateline_belongs_to_no_run(count):
    run = dated_run(count)
    assert left_out([HEADLINE, "25/9/2024 10:00", LEAD, A, B, *run]) == ["25/9/2024 10:00", *run]
    assert left_out([HEADLINE, "25/9/2024 10:00", LEAD, A, B, *run, C]) == ["25/9/2024 10:00", *run]
    page = ["Báo Hà Lâm", HEADLINE, "25/9/2024 10:00", LEAD, A, B, *run]
    assert left_out(page) == [page[0], page[2], *run]  # what stands above the headline is the site's


@pytest.mark.parametrize("has_dateline", [False, True])
@pytest.mark.parametrize("has_lead", [False, True])
@pytest.mark.parametrize("body", [[A, B], [A, B, "Nước rút dần từ chiều."], [LEAD, "Nước rút dần từ chiều."]])
def test_dates_before_headlines_cost_no_paragraph(body, has_dateline, has_lead):
    run = [f"{i + 1}/9/2024 08:{i + 10}\n{article(100 + i, 9).strip('.')}" for i in range(4)]
    run = [line for pair in run for line in [*pair.split("\n"), *[article(len(pair) + 400, 25)] * has_lead]]
    lines = [HEADLINE, *["25/9/2024 10:00"] * has_dateline, *body, *run]
    assert {HEADLINE, *body} <= set(kept_lines("\n".join(lines)))


def test_runs_of_headlines_that_end_in_a_date():
    run = [f"{article(300 + i, 8).strip('.')} {i + 1}/9/2024" for i in range(4)]
    assert left_out([LEAD, A, *run, B]) == run
    assert left_out([LEAD, A, *run[:2], B]) == []


def test_one_dateline_in_each_of_three_long_sections_drops_no_section():
    dates = ["1/9/2024", "2/9/2024", "3/9/2024"]
    lines = [x for pair in zip(dates, (A, B, C), strict=True) for x in pair]
    assert left_out([LEAD, *lines]) == dates


def test_repeated_lines_are_left_out_once_they_were_read():
    lines = [LEAD, A, "Nước rút.", LEAD, "Nước rút.", B, A.upper(), C]
    text = "\n".join(lines)
    assert kept_lines(text) == [LEAD, A, "Nước rút.", "Nước rút.", B, C]
    assert kept_lines("\n".join([LEAD, A, f"{LEAD.strip('.')} - Ảnh: TTXVN", B])) == [LEAD, A, B]


@pytest.mark.parametrize(
    "text",
    ["Hotline: 0900 123 456", "Hotline: 0900 123 456\nChia sẻ", "25/9/2024\nQuảng cáo\nTheo VOV",
     "Chia sẻ\nTin liên quan\nCầu treo đóng cửa\nBa xã nghỉ học"],
)  # fmt: skip
def test_a_text_of_furniture_alone_is_kept(text):
    assert len(spans(text)[0]) == len(tokenize(text)) > 0
    assert len(shingles(text)) >= 1


def test_one_line_has_no_furniture():
    assert len(spans("Xem thêm: cầu treo Hà Lâm đóng cửa")[0]) == 8


def test_what_was_removed_leaves_no_trace():
    whole, cut = f"{A}\n{B}", f"{A}\nQuảng cáo\n{B}"
    for page in (cut, f"Quảng cáo\n{whole}", f"{whole}\nQuảng cáo"):
        assert np.array_equal(shingles(page), shingles(whole))
        assert np.array_equal(fingerprints(page), fingerprints(whole))
        assert compare(page, B) == compare(whole, B)
    assert scan([whole, cut]).counts["copies"] == 1
    _, flags, starts, _ = spans(cut)
    assert np.flatnonzero(flags & kernels.CUT).tolist() == [len(tokenize(A))]
    assert starts[len(tokenize(A))] == cut.index(B)


def test_pieces_shorter_than_a_shingle():
    lines = ["Nước rút nhanh.", "Quảng cáo", "Chợ mở lại.", "Chia sẻ", "Đò chạy."]
    assert len(spans("\n".join(lines))[0]) == 8
    assert np.array_equal(shingles("\n".join(lines)), shingles("\n".join(lines[::2])))


def test_passages_hold_nothing_that_was_removed():
    whole, cut = f"{A}\n{B}", f"{A}\nQuảng cáo\n{B}"
    sizes = [len(tokenize(A)), len(tokenize(B))]
    for one, two in ((whole, cut), (cut, whole), (cut, cut)):
        found = compare(one, two)
        assert [p.syllables for p in found.passages] == sizes
        assert found.longest_passage == sum(sizes)
        assert "Quảng" not in "".join(one[p.a_start : p.a_end] + two[p.b_start : p.b_end] for p in found.passages)
    assert [p.syllables for p in compare(whole, whole).passages] == [sum(sizes)]


def test_what_stands_above_the_headline_and_behind_the_text():
    above = ["Thời sự", "Kinh tế", "Đăng nhập | Nhận bản tin", "Hà Lâm"]
    below = ["Chia sẻ", "Tags: mưa lũ, Hà Lâm", "Ba xã nghỉ học vì nước ngập", "Cơ quan của tỉnh Hà Lâm", "Bà Tư"]
    page = [*above, HEADLINE, "Lò Văn Tịnh", "25/9/2024 10:00", A, B, C, "Nước rút dần.", *below]
    assert left_out(page) == [*above, "Lò Văn Tịnh", "25/9/2024 10:00", *below]
    plain = ["Bản tin", "Chợ phiên", HEADLINE, A, B, C, "Nước rút dần.", "Lò Văn Tịnh", "Ba xã nghỉ học vì nước ngập"]
    assert left_out(plain) == []  # nothing that is known of pages
    assert left_out([HEADLINE, A, *below[:2], C]) == below[:1]  # a paragraph follows
