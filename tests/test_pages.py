"""Pages pasted as text: whom they name as their source, their headline, their own dateline; the gate over 40 pages."""

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import lexicon, read
from dedup.pages import Page, find_credit, read_page

PAGES = Path(__file__).parent / "pages"
HANOI = timezone(timedelta(hours=7))
NOW = datetime(2024, 10, 26, 12, tzinfo=HANOI)
BODY = (
    "Sáng nay, cầu Trà Nâu được thông xe sau ba năm thi công, người dân hai bờ đổ ra xem và vỗ tay suốt lễ cắt băng "
    "khánh thành."
)
TITLE = "Cầu Trà Nâu thông xe sau ba năm"
BEHIND = "Tin liên quan\nGiá lợn giống nhích lên đầu tháng\n20:12, 24/08/2023"

# ------------------------------------------------------------------------------------------------------------- credits

LINES = [
    ("Theo VOV", "VOV"),
    ("(TTXVN)", "TTXVN"),
    ("(Theo Báo Vịnh Sa)", "Báo Vịnh Sa"),
    ("Nguồn: baohalam.vn", "baohalam.vn"),
    ("Nguồn : Báo Hà Lâm", "Báo Hà Lâm"),
    ("Xem bài gốc tại anbinhngaymoi.example", "anbinhngaymoi.example"),
    ("Link bài gốc: https://www.baohalam.vn/xa-hoi/cau-12.htm", "baohalam.vn"),
    ("Đức Anh (theo Tuổi Trẻ)", "Tuổi Trẻ"),
    ("TTXVN/Báo Tin tức", "TTXVN/Báo Tin tức"),
    ("Đức Anh (Theo Reuters, CNN)", "Reuters, CNN"),
    ("Theo Đức Anh/VOV", "VOV"),
    ("Theo Đức Anh (Dân trí)", "Dân trí"),
    ("Đức Anh/VOV", "VOV"),
    ("Đức Anh - TTXVN", "TTXVN"),
    ("Theo TTXVN/Vietnam+", "TTXVN/Vietnam+"),
    ("Theo Trí thức trẻ", "Trí thức trẻ"),
    ("Theo Tin Vịnh Sa", "Tin Vịnh Sa"),
    ("Theo: Dân trí", "Dân trí"),
    ("THEO VNEXPRESS", "VNEXPRESS"),
    ("theo vtv.vn", "vtv.vn"),
    ("Nguồn tin: Thông tấn xã Việt Nam", "Thông tấn xã Việt Nam"),
    ("Nguồn: Trung tâm Y tế huyện An Bình", "Trung tâm Y tế huyện An Bình"),
    ("Theo Cổng TTĐT huyện An Bình", "Cổng TTĐT huyện An Bình"),
    ("Hương Ly (lược dịch theo BBC)", "BBC"),
    ("Lược dịch theo The Guardian", "The Guardian"),
    ("Hương Ly theo AFP", "AFP"),
    ("*Theo VietnamPlus*", "VietnamPlus"),
    ("— Theo Hà Nội Mới —", "Hà Nội Mới"),
    ("Theo Đời sống & Pháp luật", "Đời sống & Pháp luật"),
    ("(Nguồn: TTXVN)", "TTXVN"),
    ("Theo báo Tuổi Trẻ.", "báo Tuổi Trẻ"),
    ("Dẫn nguồn Sputnik", "Sputnik"),
    ("Source: Reuters", "Reuters"),
    ("Theo Kyodo, Yonhap", "Kyodo, Yonhap"),
    ("PV (Theo Tân Hoa xã)", "Tân Hoa xã"),
    ("Nguồn: https://halam.gov.vn/tin/1", "halam.gov.vn"),
    ("Nguồn tin\xa0: VOV", "VOV"),
    ("Đọc bài gốc tại đây: https://tinvinhsa.example/a", "tinvinhsa.example"),
    ("Bài gốc: Báo Hà Lâm", "Báo Hà Lâm"),
    ("H.Y (TTXVN)", "TTXVN"),
    ("Theo VTC14", "VTC14"),
    ("Theo Zing News", "Zing News"),
    ("Theo “Tuổi Trẻ”", "Tuổi Trẻ"),
]
ENDS = [
    (" ./. (TTXVN)", "TTXVN"),
    (" (Theo VOV)", "VOV"),
    ("/. (TTXVN/Vietnam+)", "TTXVN/Vietnam+"),
    (" (Theo Báo Vịnh Sa).", "Báo Vịnh Sa"),
    (" (VOV).", "VOV"),
    (" (Nguồn: TTXVN)", ""),
    (" (Ảnh: TTXVN)", ""),
    (" (tổng hợp)", ""),
    (" (Bùi Văn Nam)", ""),
]
DATELINES = [
    ("Hà Lâm (TTXVN) - ", "TTXVN"),
    ("(TTXVN) ", "TTXVN"),
    ("Hà Nội (TTXVN 25/9) - ", "TTXVN"),
    ("(Dân trí) - ", "Dân trí"),
    ("TTO - ", "TTO"),
    ("(THHL) ", ""),
    ("NTHL - ", ""),
    ("Vịnh Sa, ngày 5/10 (Reuters) – ", "Reuters"),
    ("Liên minh châu Âu (EU) - ", ""),
    ("VOV.VN - ", "VOV.VN"),
    ("(Chinhphu.vn) - ", "Chinhphu.vn"),
]
NOT_CREDITS = [
    "Theo ông Nguyễn Văn Khảm",
    "Theo UBND xã Đồi Mây, toàn xã có 310 ha hồ tiêu.",
    "Theo cáo trạng",
    "Theo đó",
    "Ảnh: TTXVN",
    "(Ảnh: TTXVN)",
    "Nguồn ảnh: TTXVN",
    "Theo Tổng hợp",
    "(Tổng hợp)",
    "Đức Anh (tổng hợp)",
    "Nguồn: Internet",
    "Nguồn: Tổng hợp",
    "Nguồn: Facebook nhân vật",
    "Theo dõi chúng tôi trên Facebook",
    "Theo Reuters, Mỹ sẽ rút quân",
    "Theo chân thợ lặn vớt chuông đồng",
    "Nguồn nước sạch cho Đồi Mây",
    "Nguồn cung dứa giảm mạnh",
    'Ghi rõ nguồn "Báo Hà Lâm" khi phát hành lại',
    "Xem bài gốc tại đây",
    "Minh Khuê",
    "Bài, ảnh: Đan Quế",
    "Đức Anh (dịch)",
    "Video: VTV",
    "Theo PV",
    "Theo BS Nguyễn Văn A",
    "Theo Luật Đất đai",
    "Theo Công an TP.",
    "Trực tiếp bóng đá (VTV6)",
    "Tin nóng (24h)",
    "Đức Anh - Minh Khuê",
    "Theo kế hoạch",
    "Xem thêm: Báo Hà Lâm",
    "Ảnh: Đức Anh/TTXVN",
    "Đồ họa: TTXVN",
    "Theo lời kể của bà Mận",
    "Trang chủ",
    "Thời sự/Xã hội",
    "Thanh Niên",
    "Theo bạn, giá xăng có giảm?",
    "Theo Nguyễn Văn Nam, giám đốc công ty",
    "Theo báo cáo của Sở Y tế",
    "Theo thông tin từ TTXVN",
    "VOV.VN",
]


@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_a_line_of_its_own_is_a_credit(line, wanted):
    assert find_credit(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BEHIND}") == wanted
    assert find_credit(f"{BODY}\r\n{line}") == wanted


@pytest.mark.parametrize(("end", "wanted"), ENDS)
def test_the_end_of_a_paragraph_is_a_credit(end, wanted):
    assert find_credit(f"{TITLE}\n\n{BODY.rstrip('.') if end[0] == '/' else BODY}{end}\n\n{BEHIND}") == wanted


@pytest.mark.parametrize(("start", "wanted"), DATELINES)
def test_a_dateline_is_a_credit(start, wanted):
    assert find_credit(f"{TITLE}\n\n{start}{BODY}\n\nMinh Khuê") == wanted


@pytest.mark.parametrize("line", NOT_CREDITS)
def test_what_is_no_credit(line):
    assert find_credit(f"{TITLE}\n\n{BODY}\n\n{line}\n\n{BEHIND}") == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"Hà Lâm (TTXVN) - {BODY}\n\nNguồn: baohalam.vn", "baohalam.vn"),  # a line of its own before a dateline
        (f"Nguồn: baohalam.vn\n\nHà Lâm (TTXVN) - {BODY}", "TTXVN"),  # of a photo: a paragraph follows
        (f"{BODY} (VOV)\n\nTheo Tin Vịnh Sa", "Tin Vịnh Sa"),
        (f"{BODY}\n\nNguồn: Ban Quản lý dự án\n\nTheo VOV", "VOV"),  # a known name before another
        (f"{BODY}\n\nTheo VOV\n\n{BODY}\n\nTheo VTV", "VTV"),  # the last
        (f"{BODY}\n\nKhói bốc lên từ chợ Rạng. Ảnh minh họa\nNguồn: TTXVN\n\n{BODY}", ""),  # of a photo
        (f"{BODY}\n\nKhói bốc lên từ chợ Rạng. Ảnh minh họa\nNguồn: TTXVN\n\nTin liên quan", ""),
        (f"{BODY} Theo VOV", ""),  # a sentence without end
        ("", ""),
        ("Theo VOV", "VOV"),
    ],
)
def test_which_credit(text, wanted):
    assert find_credit(text) == wanted


def test_credits_are_composed_and_have_single_spaces():
    assert find_credit("Theo  Tuổi\u00a0Trẻ") == find_credit("Theo Tuo\u0302\u0309i Tre\u0309") == "Tuổi Trẻ"


def test_sources_are_listed_once_and_kinds_are_known():
    rows = lexicon.sources()
    assert len(set(rows)) == len(rows)
    assert {kind for kind, _ in rows} == {"agency", "paper", "mark", "media", "nobody"}
    assert all(name == name.casefold() for kind, name in rows if kind in ("media", "nobody"))


# -------------------------------------------------------------------------------------------------------------- titles


def page(text):
    return read_page(text, now=NOW)


@pytest.mark.parametrize(
    "above",
    [
        "",
        "Đường dây nóng: 0900 123 456\n\n",
        "Trang chủ\nThời sự\nKinh tế\n\nGiao thông\n\n",
        "BÁO HÀ LÂM ĐIỆN TỬ\n",
        "BÁO HÀ LÂM ĐIỆN TỬ\nTiếng nói của nhân dân tỉnh Hà Lâm\nTrang chủ | Thời sự | Media\n",
        "Trang chủ » Thời sự\n\n",
        "Trang chủ > Thời sự > Giao thông\n\n",
        "Hôm nay: Thứ bảy, 26/10/2024\n",
        "24/08/2023 15:36\n\n",
        "Tài chính - Nông sản - Logistics - Đối thoại\n",
    ],
)
@pytest.mark.parametrize(
    "below",
    [
        "\n\n",
        "\n",
        "\n\n15:36 , 24/08/2023\n\n",
        "\nMinh Khuê thực hiện\n",
        "\nMinh Khuê\n3 giờ trước\n\n",
        f"\n\nChia sẻ In bài viết\n\n{TITLE} - Ảnh 1.\n\n",
    ],
)
def test_the_headline_is_found(above, below):
    assert page(f"{above}{TITLE}{below}{BODY}\n\n{BODY}\n\n{BEHIND}").title == TITLE


@pytest.mark.parametrize(
    "title",
    [
        "Bắt kẻ trộm",
        "Vì sao giá quế giảm?",
        "“Bán vỏ quế thô là bán cả phần của con mình”",
        "Giá vàng hôm nay 1/11/2023: Quay đầu giảm",
        "Thịt nhập khẩu chỉ 105.000 đồng / kg, rẻ bằng nửa thịt nội",
        "Ngắm cầu Trà Nâu từ Google Earth",
        "Clip: Lũ về trên sông Trà Nâu",
        "Hạ Đông mùa này tắm cũng như không...",
        "HỒ ĐÁ DỰNG XẢ LŨ, HẠ DU ĐỀ PHÒNG NGẬP",
        "GS Phạm Hữu Cảnh: Cầu Trà Nâu cần thêm lối đi bộ",
    ],
)
def test_the_first_line_of_a_clean_text_is_its_headline(title):
    assert page(f"{title}\n\n{BODY}\n\n{BODY}").title == title


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n",
        BODY,
        f"{BODY}\n\n{BODY}",
        f"{BODY}\n\n{TITLE}\n\n{BODY}",
        "Mưa to ở Hà Lâm.",
        TITLE,  # a single line is the text
        f"Đường dây nóng: 0900 123 456\n\n{BODY}",
        f"Minh Khuê\n\n{BODY}",
        f"Thời sự\n\n{BODY}",
        f"Hôm nay: Thứ bảy, 26/10/2024\n\n{BODY}",
    ],
)
def test_no_headline(text):
    assert page(text).title == ""


# ----------------------------------------------------------------------------------------------------------- datelines

DAY, HOUR = date(2023, 8, 24), datetime(2023, 8, 24, 15, 36, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{TITLE}\n24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"{TITLE}\n\nNgày 24.8.2023\n\n{BODY}", DAY),
        (f"Thời sự\n\nThứ năm, ngày 24/8/2023, 15:36 (GMT+7)\n\n{TITLE}\n\n{BODY}", HOUR),
        (f"{TITLE}\n\n{BODY}\n\n24/08/2023 15:36\n{TITLE}- Ảnh 1.\n\n{BODY}", HOUR),  # behind the first paragraph
        (f"{TITLE}\n\n{BODY}\n\nChia sẻ In bài viết\n\n24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"{TITLE}\n\nMinh Khuê\n\nChia sẻ\n\n24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"{TITLE}\n\nMinh Khuê 15:36 24/08/2023\n\n{BODY}", HOUR),
        (f"{TITLE}\n\nbaohalam.vn 15:36 - 24/08/2023 7 liên quan\n\n{BODY}", HOUR),
        (f"{TITLE}\n15:36 24/8/2023\nCập nhật lúc 08:10, 26/08/2023\n\n{BODY}", HOUR),
        (f"{TITLE}\nCập nhật lúc 08:10, 26/08/2023\nĐăng lúc 15:36 24/8/2023\n\n{BODY}", HOUR),
        (f"{TITLE}\nCập nhật lúc 15:36, 24/08/2023\n\n{BODY}", HOUR),
        (f"Hôm nay: Thứ bảy, 26/10/2024\nTrang chủ\n\n{TITLE}\n24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"Thứ bảy, 26/10/2024\nTrang chủ\n\n{TITLE}\n24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"{BODY}\n\n24/08/2023 15:36\n\n{BODY}", HOUR),
        (f"{TITLE}\n\n{BODY}\n\n{BEHIND}", None),  # of another headline
        (f"{TITLE}\n\n{BODY}\n\nHai xã {BODY}\n\n24/08/2023 15:36\n\n{BODY}", None),
        (f"{TITLE}\n\n{BODY}\n\nGiá lợn giống nhích lên đầu tháng\n24/08/2023 15:36", None),
        (f"{TITLE}\n\n{BODY}\n\nÝ kiến bạn đọc\nKiên\n24/08/2023 17:02", None),
        (f"Hôm nay: Thứ bảy, 26/10/2024\n\n{TITLE}\n\n{BODY}", None),
        (f"Hôm nay, Thứ bảy, ngày 26 tháng 10 năm 2024\n\n{TITLE}\n\n{BODY}", None),
        (
            f"Cầu mới\n20:12, 23/08/2023\nHồ xả lũ\n20:10, 23/08/2023\nChợ họp lại\n20:08, 23/08/2023\n{TITLE}\n{BODY}",
            None,
        ),
        (f"Thứ bảy, 26/10/2024\nTrang chủ\nThời sự\n\n{TITLE}\n\n{BODY}", None),  # a clock without a word
        (f"{TITLE}\n\nNgày 24/8/2023, tỉnh Hà Lâm thông xe cầu Trà Nâu nối hai huyện.\n\n{BODY}", None),
        (f"{TITLE}\n3 giờ trước\n\n{BODY}", None),
        (f"{TITLE}\n\nTừ 08:00 24/08/2023\n\n{BODY}", None),
        (f"{TITLE}\n08/24/2023\n\n{BODY}", None),
        (f"{TITLE}\n24/08/2033 15:36\n\n{BODY}", None),
        (TITLE, None),
        ("24/08/2023 15:36", HOUR),
    ],
)
def test_the_dateline_of_the_page(text, wanted):
    found = page(text).published
    assert (type(found), found) == (type(wanted), wanted)


# ------------------------------------------------------------------------------------------------------------ the gate


def gold():
    for line in (PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        when = row["date_in_text"]
        when = when and (datetime if "T" in when else date).fromisoformat(when)
        yield row, read_page((PAGES / f"{row['name']}.txt").read_text(encoding="utf-8")), when


def day(when):
    return when.date() if isinstance(when, datetime) else when


def test_gate_over_pages_pasted_as_text():
    rows = list(gold())
    assert len(rows) >= 40
    assert sum(found.title == row["title"] for row, found, _ in rows) >= 0.95 * len(rows)
    assert sum(found.credit == (row["credit"] or "") for row, found, _ in rows) >= 0.9 * len(rows)
    dated = [(found.published, when) for _, found, when in rows if when]
    assert sum(found is not None and day(found) == day(when) for found, when in dated) >= 0.95 * len(dated)
    wrong = [row["name"] for row, found, when in rows if found.published and day(found.published) != day(when)]
    assert wrong == []


# ------------------------------------------------------------------------------------------------------ reading, limits


def test_text_files_are_read_with_what_the_page_says(tmp_path):
    text = f"Trang chủ\r\n\r\n{TITLE}\r\n24/08/2023 15:36\r\n\r\n{BODY}\r\n\r\nTheo VOV\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": text}), encoding="utf-8")
    pasted, row = read(tmp_path)
    assert (pasted.text, pasted.title, pasted.credit, pasted.published) == (text, TITLE, "VOV", HOUR)
    assert (row.text, row.title, row.credit, row.published) == (text, "", "", None)  # from columns alone


WORDS = st.sampled_from(
    [
        *(
            "Theo",
            "VOV",
            "(",
            ")",
            "TTXVN",
            "Nguồn:",
            "25/9/2024",
            "21:04",
            "/",
            " - ",
            ".",
            "\n",
            "Hà Lâm",
            "Ảnh:",
            "|",
        ),
        *(BODY, TITLE, "Cập nhật", "Hôm nay", "https://baohalam.vn/a", "bài gốc", "\u0301", "\ud800", "\0"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("\n".join)))
def test_any_string_gives_a_page(text):
    found = page(text)
    assert isinstance(found, Page)
    assert len(found.title) <= 200 + 20
    assert "\n" not in found.title + found.credit
    assert found.credit == find_credit(text)


@pytest.mark.timeout(60)  # quadratic time would take hours
@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a",
            "(a ",
            "Theo ",
            "a.b",
            "Đ̣́",
            "(",
            "A - ",
            "\n",
            "Theo Đức Anh\n",
            "25/9/2024\n",
            "Tin mới hôm nay tại đây\n",
        ),
        *("Aa aA " * 14 + "\n", "a." * 44 + "\n", "Nguồn " * 14 + "\n", "(a" * 44 + "\n", f"{BODY}\n"),
    ],
)
def test_a_megabyte_of_anything_is_read_in_linear_time(unit):
    text = unit * (1_000_000 // len(unit))
    assert page(text).published is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
@pytest.mark.parametrize("credit", ["Theo VOV", "\u200bTheo  VOV\u00a0", "(Theo VOV)", "THEO VOV"])
def test_a_credit_behind_any_end_of_a_line(end, credit):
    assert find_credit(f"Sáng nay, cầu Trà Nâu thông xe.{end}{credit}{end}") == "VOV"
