"""Typed facts: what is found, what it means, and which mentions agree."""

import random
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import RESPELLINGS, SYLLABLES, article

from dedup import ArticleError, lexicon
from dedup.dates import ZONE
from dedup.facts import Amount, Birth, Code, Mention, Moment, Name, Quote, agree, find_facts
from dedup.facts.numbers import read_digits, read_number
from dedup.facts.plain import plain_text

LAW = settings(max_examples=200, deadline=None, derandomize=True)
DAY = date(2013, 11, 9)  # a Saturday
NEWS = (
    "Chiều 8/11, ông Phạm Phú Khiêm, Phó Chủ tịch UBND tỉnh Hà Lâm, cho biết gần 88 tỷ đồng đã được chi cho 1.340 hộ "
    "dân.\nXe tải 66C1 – 054.53 chạy 60 km/h đâm xe 71H9 – 2832 lúc 21 giờ 15 phút trên quốc lộ 1A; hai người chết tại "
    "chỗ, 12-14 người bị thương.\nÔng Khiêm nói: “Chúng tôi sẽ sửa 3,5 km đường trong 9 tháng đầu năm 2014”. Mã đề 211 "
    "có 50 câu; 22% thí sinh được trên 8 điểm.\n"
)


def found(text, kind=None, published=None):
    return [text[m.start : m.end] for m in find_facts(text, published) if kind in (None, m.kind)]


def only(text, published=None):
    mentions = [m for m in find_facts(text, published) if m.kind != "quote"]
    assert len(mentions) == 1, [text[m.start : m.end] for m in mentions]
    return mentions[0]


# ------------------------------------------------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [
        ("hai người", 2, "hai"),
        ("hai năm", 2, "hai"),
        ("năm năm", 5, "năm"),
        ("mười lăm", 15, "mười lăm"),
        ("hai mươi mốt", 21, "hai mươi mốt"),
        ("năm mươi ngày", 50, "năm mươi"),
        ("một trăm linh năm", 105, "một trăm linh năm"),
        ("hai nghìn năm trăm", 2500, "hai nghìn năm trăm"),
        ("nửa triệu", 5e5, "nửa triệu"),
        ("3 triệu rưỡi", 3.5e6, "3 triệu rưỡi"),
        ("1 tỷ 200 triệu đồng", 1.2e9, "1 tỷ 200 triệu"),
        ("88 nghìn tỉ", 88e12, "88 nghìn tỉ"),
        ("một triệu hai trăm hai mươi nghìn", 1.22e6, "một triệu hai trăm hai mươi nghìn"),
        ("1.340", 1340, "1.340"),
        ("11,8", 11.8, "11,8"),
        ("3.5", 3.5, "3.5"),
        ("1.340,5", 1340.5, "1.340,5"),
        ("1,340,500", 1340500, "1,340,500"),
        ("1,340 tỷ", 1.34e9, "1,340 tỷ"),
        ("0,125", 0.125, "0,125"),
    ],
)
def test_numbers(text, value, end):
    number = read_number(plain_text(text).low, 0)
    assert (number.low, number.high) == (pytest.approx(value), pytest.approx(value))
    assert text[: number.hi] == end


@pytest.mark.parametrize(("text", "low", "high"), [("vài chục", 20, 90), ("hai ba", 2, 3), ("hàng trăm", 100, 999.9)])
def test_vague_numbers(text, low, high):
    number = read_number(plain_text(text).low, 0)
    assert (number.low, number.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("token", ["1.2.3", "1.34.5", "1,2,3.4", "9" * 25])
def test_no_numbers(token):
    assert read_digits(token) is None


# ------------------------------------------------------------------------------------------- quantities, money, percent


@pytest.mark.parametrize(
    ("text", "kind", "mention", "dimension", "low"),
    [
        ("tổng cộng 1.696.300 lượng vàng", "quantity", "1.696.300 lượng vàng", "mass", 63611250),
        ("bán khoảng 65,2 tấn thóc", "quantity", "khoảng 65,2 tấn", "mass", 65.2e6),
        ("dài 1,2 km", "quantity", "1,2 km", "length", 1200),
        ("dài 1.200m.", "quantity", "1.200m", "length", 1200),
        ("rộng 30 m²", "quantity", "30 m²", "area", 30),
        ("chạy 60km/h", "quantity", "60km/h", "speed", 60),
        ("hơn hai mươi người dân", "quantity", "hơn hai mươi người dân", "người", 20),
        ("cứu 1,340 người", "quantity", "1,340 người", "người", 1340),
        ("cháu bé 3 tuổi", "quantity", "3 tuổi", "age", 3),
        ("phạt 12 năm tù", "quantity", "12 năm tù", "prison", 144),
        ("đi mất 2 giờ 15 phút", "quantity", "2 giờ 15 phút", "time", 8100),
        ("sau hai tháng rưỡi", "quantity", "hai tháng rưỡi", "months", 2.5),
        ("ít nhất 5 hộ", "quantity", "ít nhất 5 hộ", "hộ", 5),
        ("từ 18 tuổi trở lên", "quantity", "18 tuổi trở lên", "age", 18),
        ("16 thương nhân", "quantity", "16", "thương", 16),
        ("thu gần 88 tỷ đồng", "money", "gần 88 tỷ đồng", "money:VND", 88e9),
        ("vay 5 triệu USD", "money", "5 triệu USD", "money:USD", 5e6),
        ("giá $100.", "money", "$100", "money:USD", 100),
        ("còn 36,63 triệu.", "money", "36,63 triệu", "money:VND", 36.63e6),
        ("đắt hơn 3,3 triệu đồng", "money", "3,3 triệu đồng", "money:VND", 3.3e6),
        ("37,5 triệu đồng/lượng", "money", "37,5 triệu đồng/lượng", "money:VND/mass", 1e6),
        ("tăng 22%", "percent", "22%", "percent", 22),
        ("tăng 22 phần trăm", "percent", "22 phần trăm", "percent", 22),
        ("giảm 0,5 điểm phần trăm", "percent", "0,5 điểm phần trăm", "points", 0.5),
        ("hơn một nửa cử tri", "percent", "hơn một nửa", "percent", 50),
        ("khoảng 2/3 diện tích", "percent", "2/3", "percent", 200 / 3),
    ],
)
def test_amounts(text, kind, mention, dimension, low):
    m = only(text)
    assert (m.kind, text[m.start : m.end]) == (kind, mention)
    assert (m.value.dimension, m.value.low) == (dimension, pytest.approx(low))


@pytest.mark.parametrize(
    ("text", "mention", "low", "high"),
    [
        ("ở mức 36,73 – 36,8 triệu đồng một ngày", "36,73 – 36,8 triệu đồng một ngày", 36.73e6 / 86400, 36.8e6 / 86400),
        ("lạnh từ 5 đến 7 độ C", "từ 5 đến 7 độ C", 5, 7),
        ("12-14 tuổi", "12-14 tuổi", 12, 14),
        ("hai đến ba người", "hai đến ba người", 2, 3),
        ("hàng chục người", "hàng chục người", 10, 99.99),
        ("thắng 2-1", "2-1", 2, 1),
    ],
)
def test_ranges(text, mention, low, high):
    m = only(text)
    assert text[m.start : m.end] == mention
    assert (m.value.low, m.value.high) == (pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize(
    "text",
    [
        "một số người",
        "năm học sinh động",
        "triệu tập họp",
        "Ba đi chợ",
        "1. Giới thiệu",
        "hai bên",
        "một lần nữa",
        "1.2.3.4",
    ],
)
def test_what_is_no_amount(text):
    assert found(text, "quantity") == []


# ---------------------------------------------------------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("text", "mention", "parts"),
    [
        ("hôm 25/9 trời mưa", "hôm 25/9", {"day": 25, "month": 9}),
        ("ngày 25-9-2024", "ngày 25-9-2024", {"day": 25, "month": 9, "year": 2024}),
        ("25.9.2024", "25.9.2024", {"day": 25, "month": 9, "year": 2024}),
        ("2024-09-25", "2024-09-25", {"day": 25, "month": 9, "year": 2024}),
        ("ngày 25 tháng 9", "ngày 25 tháng 9", {"day": 25, "month": 9}),
        ("ngày 25 tháng chín năm 2024", "ngày 25 tháng chín năm 2024", {"day": 25, "month": 9, "year": 2024}),
        ("tháng 9/2013", "tháng 9/2013", {"month": 9, "year": 2013}),
        ("năm 2013", "năm 2013", {"year": 2013}),
        ("quý 3/2013", "quý 3/2013", {"month": 7, "last_month": 9, "year": 2013}),
        ("quý IV", "quý IV", {"month": 10, "last_month": 12}),
        ("9 tháng đầu năm", "9 tháng đầu năm", {"month": 1, "last_month": 9}),
        ("lúc 9h30", "9h30", {"hour": 9, "minute": 30}),
        ("lúc 9h30', mưa", "9h30'", {"hour": 9, "minute": 30}),
        ("21 giờ 15 phút", "21 giờ 15 phút", {"hour": 21, "minute": 15}),
        ("3 giờ 30 sáng", "3 giờ 30 sáng", {"hour": 3, "minute": 30, "part": "sáng"}),
        ("3 giờ rưỡi chiều", "3 giờ rưỡi chiều", {"hour": 15, "minute": 30, "part": "chiều"}),
        ("9h sáng 8/11", "9h sáng 8/11", {"hour": 9, "part": "sáng", "day": 8, "month": 11}),
        ("21h ngày 8/11", "21h ngày 8/11", {"hour": 21, "day": 8, "month": 11}),
        ("tối thứ bảy (9/11)", "tối thứ bảy (9/11)", {"part": "tối", "weekday": 5, "day": 9, "month": 11}),
        ("từ ngày 5 đến 7/11", "ngày 5 đến 7/11", {"day": 5, "last_day": 7, "month": 11}),
        ("giai đoạn 2011-2015", "giai đoạn 2011-2015", {"year": 2011, "last_year": 2015}),
        ("sáng nay", "sáng nay", {"part": "sáng", "is_relative": True}),
        ("hôm qua", "hôm qua", {"is_relative": True}),
        ("vào thứ tư", "thứ tư", {"weekday": 2}),
        ("cuối tuần này", "cuối tuần này", {"is_relative": True}),
        ("thế kỷ XV", "thế kỷ XV", {"period": "thế kỷ 15"}),
        ("thế kỷ 19", "thế kỷ 19", {"period": "thế kỷ 19"}),
        ("mùng 3 Tết", "mùng 3 Tết", {"day": 3, "is_lunar": True}),
        ("đầu năm 2014", "đầu năm 2014", {"year": 2014, "period": "đầu"}),
    ],
)
def test_days(text, mention, parts):
    m = only(text)
    assert (m.kind, text[m.start : m.end]) == ("date", mention)
    assert m.value == Moment(**parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hôm qua", {"day": 8, "month": 11, "year": 2013}),
        ("chiều 8/11", {"day": 8, "month": 11, "year": 2013, "part": "chiều"}),
        ("sáng nay (9/11)", {"day": 9, "month": 11, "year": 2013, "part": "sáng"}),
        ("cách đây 3 ngày", {"day": 6, "month": 11, "year": 2013}),
        ("thứ hai tuần trước", {"day": 28, "month": 10, "year": 2013, "weekday": 0}),
        ("tháng 9 vừa qua", {"month": 9, "year": 2013}),
        ("năm ngoái", {"year": 2012}),
        ("tháng trước", {"month": 10, "year": 2013}),
        ("25/12", {"day": 25, "month": 12}),  # of the year before, or to come
    ],
)
def test_days_of_an_article_whose_day_is_known(text, parts):
    assert only(text, DAY).value == Moment(**parts)
    assert only(text, datetime(2013, 11, 9, 20, 0, tzinfo=ZONE)).value == Moment(**parts)


@pytest.mark.parametrize(
    "text", ["25/13", "32/1", "ngày 45", "25h70", "tối đa", "lần thứ hai", "người thứ ba", "mạng 5G"]
)
def test_what_is_no_day(text):
    assert found(text, "date") == []


# --------------------------------------------------------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("text", "label", "code"),
    [
        ("xe 66C1 – 054.53 chạy", "plate", "66c105453"),
        ("xe 66C1-054.53", "plate", "66c105453"),
        ("xe 71H9 – 2832", "plate", "71h92832"),
        ("mã đề 211", "đề", "211"),
        ("chuyến bay VN123", "flight", "vn123"),
        ("số 12/2013/NĐ-CP", "document", "122013nđcp"),
        ("công văn 45/QĐ-UBND", "document", "45qđubnd"),
        ("gọi 0900 123 456", "phone", "0900123456"),
        ("gọi +84 900 123 456", "phone", "0900123456"),
        ("virus H5N1", "hn", "h5n1"),
        ("học lớp 12", "lớp", "12"),
        ("phiên thứ 69", "thứ", "69"),
    ],
)
def test_codes(text, label, code):
    m = only(text)
    assert (m.kind, m.value) == ("code", Code(label, code))


# --------------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("Ông Phạm Phú Khiêm đến. Ông Khiêm nói.", "person", ["Phạm Phú Khiêm", "Khiêm"]),
        ("Tin từ Trần Văn Lực gửi về", "person", ["Trần Văn Lực"]),
        ("bác sĩ Lê Thị Mơ, TS. Đỗ Hữu Lợi", "person", ["Lê Thị Mơ", "Đỗ Hữu Lợi"]),
        ("Theo Sean Adler cho biết", "person", ["Sean Adler"]),
        ("Thủ tướng Nhật Bản Kenji Mori", "person", ["Kenji Mori"]),
        ("Phạm Phú Khiêm về. Khiêm khai nhận.", "person", ["Phạm Phú Khiêm", "Khiêm"]),
        ("ở tỉnh Nghệ An và TP. Vinh", "place", ["tỉnh Nghệ An", "TP. Vinh"]),
        ("xã Hà Lâm, huyện Vịnh Sa, Bắc Ninh", "place", ["xã Hà Lâm", "huyện Vịnh Sa", "Bắc Ninh"]),
        ("quốc lộ 1A, đường 30/4, quận 3", "place", ["quốc lộ 1A", "đường 30/4", "quận 3"]),
        ("chết tại chỗ; mất trên đường đi cấp cứu", "place", ["tại chỗ", "trên đường đi cấp cứu"]),
        ("từ Mỹ sang nước Anh", "place", ["Mỹ", "nước Anh"]),
        ("Bộ Giáo dục và Đào tạo họp", "organisation", ["Bộ Giáo dục và Đào tạo"]),
        ("Sở Y tế Lâm Đồng", "organisation", ["Sở Y tế Lâm Đồng"]),
        ("Công ty cổ phần Hà Lâm bán", "organisation", ["Công ty cổ phần Hà Lâm"]),
        ("Trường THPT Lê Quý Hạc", "organisation", ["Trường THPT Lê Quý Hạc"]),
        ("Công an huyện Vịnh Sa", "organisation", ["Công an huyện Vịnh Sa"]),
        ("UBND tỉnh Hà Lâm", "organisation", ["UBND tỉnh Hà Lâm"]),
        ("quân đội Mỹ yêu cầu Nga", "organisation", []),
    ],
)
def test_names(text, kind, names):
    assert found(text, kind) == names


def test_a_title_is_no_part_of_the_value():
    (m,) = find_facts("Phó Chủ tịch Phạm Phú Khiêm")
    assert m == Mention(13, 27, "person", Name(("phạm", "phú", "khiêm")))


# -------------------------------------------------------------------------------------------------------------- quotes


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("Ông Phú Khiêm nói: “Nước sẽ về làng ta”.", "“Nước sẽ về làng ta”", ("phú", "khiêm")),
        ('"Chúng tôi đã làm hết sức", ông Khiêm khẳng định.', '"Chúng tôi đã làm hết sức"', ("khiêm",)),
        ("«Nước sẽ về làng ta. Rồi về phố», bà Mơ kể", "«Nước sẽ về làng ta. Rồi về phố»", ("mơ",)),
        ("“Nước sẽ về làng ta”. Trời mưa.", "“Nước sẽ về làng ta”", ()),
        ("Báo hỏi:\n- Ông nghĩ sao về việc này?", "- Ông nghĩ sao về việc này?", ()),
        ("“Nước sẽ về làng ta\nĐoạn sau", "“Nước sẽ về làng ta", ()),
    ],
)
def test_quotes(text, quote, speaker):
    (m,) = [m for m in find_facts(text) if m.kind == "quote"]
    assert (text[m.start : m.end], m.value.speaker) == (quote, speaker)


def test_a_word_with_a_wink_is_no_quote():
    assert found("Kẻ “ngáo đá” chạy", "quote") == []


def test_quotes_hold_other_mentions():
    text = "Ông Khiêm nói: “Có 12 người bị thương”."
    assert found(text) == ["Khiêm", "“Có 12 người bị thương”", "12 người"]


# --------------------------------------------------------------------------------------------------------------- agree


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("142.600 người", "142.587 người", True),
        ("gần 88 tỷ đồng", "87,9 tỷ đồng", True),
        ("88 tỷ USD", "88.000 triệu USD", True),
        ("88 tỷ USD", "88 tỷ đồng", None),
        ("1.696.300 lượng", "khoảng 65,2 tấn", False),
        ("khoảng 65,2 tấn", "63,6 tấn", False),
        ("khoảng 65 tấn", "65,2 tấn", True),
        ("hơn 12 năm", "hơn 13 năm", False),
        ("hơn 12 năm", "12,5 năm", True),
        ("hơn 20 người", "23 người", True),
        ("hàng chục người", "45 người", True),
        ("hàng chục người", "450 người", False),
        ("10 người", "12 người", False),
        ("hai người", "2 người", True),
        ("15.000 lượng", "14.800 lượng", False),
        ("36,73 triệu đồng", "36,7 triệu đồng", True),
        ("36,63 triệu đồng", "36,7 triệu đồng", False),
        ("36,73 - 36,8 triệu đồng", "36,73 - 36,79 triệu đồng", False),
        ("12-14 tuổi", "13 tuổi", True),
        ("1,2 km", "1.200 m", True),
        ("12 người", "12 hộ", None),
        ("ít nhất 5 người", "7 người", True),
        ("ít nhất 5 người", "4 người", False),
        ("ít nhất 5 người", "tối đa 9 người", None),
        ("3,5 điểm phần trăm", "3,5%", None),
        ("một nửa", "50%", True),
        ("thắng 2-1", "thắng 2-0", False),
        ("SN 1995", "sinh năm 1996", False),
        ("SN 1995", "18 tuổi", True),
        ("tháng 9/2013", "tháng 9 vừa qua", True),
        ("quý 3/2013", "tháng 9/2013", True),
        ("quý 3/2013", "tháng 5/2013", False),
        ("25/9", "ngày 25-9-2024", True),
        ("25/9", "26/9", False),
        ("hôm qua", "26/9", True),
        ("9h30", "9 giờ 30 phút", True),
        ("9h30", "9h45", False),
        ("3 giờ chiều", "lúc 15h", True),
        ("lúc 15h", "sáng 8/11", False),
        ("vào thứ tư", "25/9/2024", True),
        ("vào thứ năm", "25/9/2024", False),
        ("đầu năm 2013", "cuối năm 2013", False),
        ("9 tháng đầu năm", "6 tháng đầu năm", False),
        ("66C1 – 054.53", "66C1-05453", True),
        ("66C1 – 054.53", "66C1-05454", False),
        ("mã đề 211", "mã đề 221", False),
        ("mã đề 211", "66C1-05454", None),
        ("ông Khiêm", "bà Phạm Phú Khiêm", True),
        ("ông Khiêm", "ông Lực", False),
        ("ông Trần Văn Lực", "ông Đỗ Hữu Lực", None),
        ("nước Mỹ", "Hoa Kỳ", True),
        ("tỉnh Nghệ An", "Hà Tĩnh", False),
        ("TP.HCM", "Thành phố Hồ Chí Minh", True),
        ("Bộ GD-ĐT", "Bộ Giáo dục và Đào tạo", True),
        ("Bộ Y tế", "Bộ Xây dựng", False),
        ("quận 1", "quận 2", False),
        ("quận 1", "phường 1", None),
        ("tại chỗ", "tại bệnh viện", False),
        ("tại chỗ", "tỉnh Nghệ An", None),
        ("“nước sẽ về làng ta”", "“nước sẽ về làng ta rồi”", True),
        ("“nước sẽ về làng ta”", "“trời mưa to quá đi thôi”", None),
        ("12 người", "hôm qua", None),
    ],
)
def test_agree(a, b, expected):
    one, two = find_facts(a), find_facts(b)
    assert (len(one), len(two)) == (1, 1)
    assert agree(one[0], two[0]) is expected
    assert agree(two[0], one[0]) is expected


@pytest.mark.parametrize(("age", "expected"), [("18 tuổi", True), ("17 tuổi", True), ("19 tuổi", False)])
def test_age_and_year_of_birth_when_the_day_is_known(age, expected):
    assert agree(only("SN 1995", DAY), only(age, DAY)) is expected


def test_a_year_of_birth_knows_when_it_was_said():
    assert only("SN 1995", DAY).value == Birth(1995, 2013)


# ---------------------------------------------------------------------------------------------------------------- laws

NAMES = {"person", "organisation", "place", "quote"}  # they depend on capitals


def check(text, published=None):
    mentions = find_facts(text, published)
    last = 0
    assert mentions == sorted(mentions, key=lambda m: m.start)
    for m in mentions:
        assert 0 <= m.start < m.end <= len(text)
        if m.kind != "quote":
            assert m.start >= last
            last = m.end
    return mentions


_PIECES = st.sampled_from(
    [*"0123456789", *" .,-/()“”\"\n:%", *SYLLABLES, " 25/9", " 9h30 ", " ngày ", " ông Phú Khiêm ", " tỷ ", " USD "]
)  # fmt: skip


@LAW
@given(st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join)))
def test_any_string(text):
    check(text)
    check(text, DAY)


@LAW
@given(st.lists(_PIECES, max_size=60).map("".join))
def test_agree_is_symmetric_and_true_of_itself(text):
    mentions = find_facts(text)[:12]
    for a in mentions:
        assert agree(a, a) is True
        for b in mentions:
            assert agree(a, b) is agree(b, a)


def test_what_the_news_says():
    assert [mention for mention in found(NEWS) if mention[0] != "“"] == [
        "Chiều 8/11", "Phạm Phú Khiêm", "UBND tỉnh Hà Lâm", "gần 88 tỷ đồng", "1.340 hộ dân", "66C1 – 054.53",
        "60 km/h", "71H9 – 2832", "21 giờ 15 phút", "quốc lộ 1A", "hai người", "tại chỗ", "12-14 người", "Khiêm",
        "3,5 km", "9 tháng đầu năm 2014", "Mã đề 211", "50 câu", "22%", "trên 8 điểm",
    ]  # fmt: skip


@pytest.mark.parametrize("name", RESPELLINGS)
def test_respelled_news_says_the_same(name):
    text = RESPELLINGS[name](NEWS)
    plain = [(m.kind, m.value) for m in check(NEWS) if m.kind not in NAMES]
    assert [(m.kind, m.value) for m in check(text) if m.kind not in NAMES] == plain
    if "case" not in name and name != "everything":
        assert [(m.kind, m.value) for m in find_facts(text)] == [(m.kind, m.value) for m in find_facts(NEWS)]


@pytest.mark.parametrize("name", sorted(set(RESPELLINGS) - {"upper case", "lower case", "everything"}))
def test_a_respelled_mention_is_the_same_words(name):
    pairs = zip(find_facts(NEWS), find_facts(RESPELLINGS[name](NEWS)), strict=True)
    for a, b in pairs:
        one, two = NEWS[a.start : a.end], RESPELLINGS[name](NEWS)[b.start : b.end]
        assert plain_text(one).low == plain_text(two).low


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "((((" * 1000,
        "\ud800" * 100,
        "9" * 1_000_000,
        "1." * 200_000,
        "“" * 100_000,
        "- " * 100_000,
        "a" * 500_000,
    ],
    ids=lambda text: repr(text[:4]),
)
def test_odd_strings(text):
    check(text)


@pytest.mark.parametrize(
    "unit", ["hai ", "1 tỷ ", "Nguyễn ", "ngày 5 ", "Công ty ", "12h ", "A-1", "e\u0301 ", "ông ", "5 - "]
)
def test_a_hundred_thousand_syllables_on_one_line(unit):
    check(unit * 100_000)


def test_an_article_of_many_syllables():
    assert check(article(7, 100_000).replace("\n", " "))


@pytest.mark.parametrize("text", [None, 7, b"12"])
def test_what_is_no_string(text):
    with pytest.raises(ArticleError, match="need a string"):
        find_facts(text)


def test_same_text_same_facts():
    rng = random.Random(5)
    text = " ".join(rng.choices(NEWS.split(), k=400))
    assert find_facts(text, DAY) == find_facts(text, DAY)


# ---------------------------------------------------------------------------------------------------------- data files


@pytest.mark.parametrize("rows", [lexicon.units, lexicon.organisations])
def test_rows_of_the_lexicon(rows):
    forms = [form for form, _ in rows()]
    assert all(form == form.lower() for form in forms)
    assert len(set(rows())) == len(rows())


def test_provinces():
    kinds = list(lexicon.places().values())
    assert kinds.count("province") == 34


def test_values_are_of_the_kind():
    kinds = {
        "quantity": (Amount, Birth),
        "money": Amount,
        "percent": Amount,
        "date": Moment,
        "code": Code,
        "quote": Quote,
    }
    for m in find_facts(NEWS, DAY):
        assert isinstance(m.value, kinds.get(m.kind, Name))
