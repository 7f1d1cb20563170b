"""Dates: a table of the forms that are read, the forms that are refused, laws, datelines and relative words."""

import ast
import doctest
import email.utils
import importlib.util
import random
import sys
import unicodedata
import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import dates
from dedup.dates import ZONE, find, parse, resolve

NOW = datetime(2024, 10, 1, 12, 0, tzinfo=ZONE)
HANOI = timezone(timedelta(hours=7))
DAY, MINUTE, SECOND = "2024-09-25", "2024-09-25T21:04:00+07:00", "2024-09-25T21:04:33+07:00"


def table(text):
    return [line.strip() for line in text.strip().splitlines()]


FORMS = {
    DAY: """
        2024-09-25
        2024/9/25
        2024.09.25
        20240925
        25/9/2024
        25/09/2024
        25-9-2024
        25.9.2024
        25. 9. 2024
        25 / 9 / 2024
        25 - 9 - 2024
        25/09/24
        25-9-24
        25.9.24
        ٢٥/٩/٢٠٢٤
        (25/9/2024)
        25/9/2024.
        Đăng ngày 25/9/2024
        Ðăng ngày25/9/2024
        Ngày đăng: 25/9/2024
        Xuất bản: 25-9-2024
        Báo Hà Lâm, số ra ngày 25/9/2024
        Thứ hai, 25/9/2024
        Chủ nhật 25.9.2024
        CN, 25/9/2024
        Thứ 4, ngày 25/9/2024
        ngày 25 tháng 9 năm 2024
        ngay 25 thang 9 nam 2024
        ngày 25 tháng chín năm 2024
        Ngày 25-tháng 9-năm 2024
        ngày 25 tháng 9/2024
        25 Tháng Chín, 2024
        Tháng Chín 25, 2024
        Tháng 9 25, 2024
        25 thg 9, 2024
        25 thg 9 2024
        25 Th9, 2024
        Th9 25, 2024
        25 Sep 2024
        25 Sept. 2024
        25th of September 2024
        September 25, 2024
        September 25th 2024
        Sept. 25, 2024
        2024-Sep-25
        25-Sep-2024
        Wednesday, 25 September 2024
        VTV1 - 25/9/2024 - 1.234 lượt xem
        Lượt xem: 25 | 25/9/2024
        sáng 25/9/2024
    """,
    MINUTE: """
        2024-09-25T21:04
        2024-09-25 21:04
        2024-09-25T2104
        2024-09-25T21:04+07:00
        20240925T2104
        20240925T2104+07:00
        20240925 21:04
        20240925210400
        25/9/2024 21:04
        25/9/2024 - 21:04
        25/9/2024-21:04
        25-9-2024 21:04
        25/9/24 21:04
        21:04 25/9/2024
        21:04, 25/09/2024
        21:04 , 25/09/2024
        21 : 04 25/09/2024
        21:04' 25/9/2024
        21:04h 25/9/2024
        25.9.2024 21h04
        25.9.2024 21h 04
        21h04' ngày 25/9/2024
        21h4' ngày 25/9/2024
        21h04 - 25-9-2024
        21g04 ngày 25/9/2024
        21 giờ 04 ngày 25/9/2024
        21 giờ 4 phút ngày 25 tháng 9 năm 2024
        21 gio 4 phut ngay 25 thang 9 nam 2024
        21 giờ 04 25 tháng 9 năm 2024
        Thứ tư, ngày 25 tháng 09 năm 2024, 21:04 (GMT+7)
        Thứ Tư, 25/9/2024 | 21:04
        Thu tu, 25/9/2024 21:04
        T4, 25/09/2024 - 21:04
        Thứ năm, 25/09/2024, 21:04
        Cập nhật lúc 21:04 ngày 25/09/2024
        Cập nhật lần cuối: 25/09/2024 21:04
        25/09/2024, 09:04 PM
        25/09/2024 9:04 p.m.
        25/09/2024 21:04 PM
        9:04 CH 25/9/2024
        9:04 CH, 25 thg 9, 2024
        9:04 25/9/2024 CH
        9:04, 25/9/2024 P.M.
        9 giờ 4 phút tối ngày 25/9/2024
        9h04 tối 25/9/2024
        tối 25/9/2024, 9:04
        Tối thứ tư, 25/9/2024, lúc 9h04
        September 25, 2024 9:04 pm
        Sept. 25, 2024 at 9:04 p.m.
        9:04 pm on September 25, 2024
        25/9/2024 21:04 GMT+7
        25/9/2024 21:04 (GMT +7)
        25/9/2024 21:04 GMT+07:00
        25/9/2024 21:04 GMT+0700
        25/9/2024 21:04 UTC+7
        25/9/2024 21:04 +7
        25/9/2024 21:04 (+07:00)
        21:04 25/9/2024 ICT
        21:04 (giờ Hà Nội) 25/9/2024
        21h04 ngày 25/9/2024 (giờ Việt Nam)
        2024-09-25 21:04 Asia/Ho_Chi_Minh
        2024-09-25T21:04:00+07:00[Asia/Ho_Chi_Minh]
        Ngày đăng: 2024-09-25T21:04:00+07:00
        2024-09-25 09:04 PM
        Báo Hà Lâm - 25/09/2024 21:04 | 12 bình luận
        Tin 24h - 25/9/2024 21:04
        25/9/2024 21:04, cập nhật 25/9/2024
        1727273040
        1727273040000
        1727273040.0
    """,
    SECOND: """
        2024-09-25T21:04:33
        2024-09-25 21:04:33
        2024-09-25T21:04:33+07:00
        2024-09-25T21:04:33+0700
        2024-09-25T21:04:33+07
        2024-09-25 21:04:33+07
        2024-09-25 21:04:33 +0700
        20240925T210433
        20240925T210433+0700
        2024/09/25 21:04:33 +0700
        25/9/2024 21:04:33
        21 giờ 4 phút 33 giây ngày 25/9/2024
        Wed, 25 Sep 2024 21:04:33 +0700
        Wed, 25 Sep 2024 21:04:33 +0700 (Indochina Time)
        25 Sep 2024 21:04:33 +0700
        Wed, 25 Sep 24 21:04:33 +0700
        Wed Sep 25 21:04:33 2024
        Wed Sep 25 21:04:33 ICT 2024
        Wed Sep 25 21:04:33 +0700 2024
        Wed Sep 25 09:04:33 PM +07 2024
        Wed Sep 25 2024 21:04:33 GMT+0700 (Indochina Time)
        1727273073
        1727273073000
    """,
    "2024-09-25T21:04:33+00:00": """
        2024-09-25T21:04:33Z
        20240925T210433Z
        Wed, 25 Sep 2024 21:04:33 GMT
        Wed, 25 Sep 2024 21:04:33 UT
        Wed, 25 Sep 2024 21:04:33 -0000
        Wednesday, 25-Sep-24 21:04:33 GMT
        25/9/2024 21:04:33 UTC
    """,
    "2024-09-25T21:04:33.120000+07:00": """
        2024-09-25T21:04:33.12
        2024-09-25T21:04:33,120
        2024-09-25 21:04:33.120000000+07:00
    """,
    "2024-09-25T21:04:33-05:00": """
        2024-09-25 21:04:33-05:00
        2024/09/25 21:04:33 -05:00
        Wed, 25 Sep 2024 21:04:33 EST
        25 Sep 24 21:04:33 -0500
        25/9/2024 21:04:33 GMT-5
    """,
    "2024-09-25T09:04:00+07:00": """
        9:04 25/9/2024
        09:04 SA, 25/9/2024
        25/9/2024 9:04 am
        9h04 sáng 25/9/2024
    """,
    "2024-09-25T21:00:00+07:00": """
        2024-09-25T21
        21h ngày 25/9/2024
        21h 25/9/2024
        21h 25.9.2024
        21h 25-9-2024
        21h 25 tháng 9 năm 2024
        21h 25 Sep 2024
        21 giờ ngày 25 tháng 9 năm 2024
        9h tối 25/9/2024
        9 giờ khuya 25/9/2024
    """,
    "2024-09-25T12:00:00+07:00": """
        12h trưa 25/9/2024
        12:00 PM 25/9/2024
        12:00 CH 25/9/2024
    """,
    "2024-09-25T00:00:00+07:00": """
        0h ngày 25/9/2024
        12:00 AM 25/9/2024
        12:00 SA 25/9/2024
        24:00 24/9/2024
        24h00 ngày 24/9/2024
    """,
    "2024-09-25T21:05:00+07:00": "21:04:60 25/9/2024",
    "2024-09-25T21:04:00+10:30": "2024-09-25T21:04+10:30",
    "2024-09-25T21:04:00-09:30": "2024-09-25T21:04-09:30",
    "1999-09-25T21:04:00+00:00": "25 Sep 99 21:04 GMT",
    "2024-05-25": """
        ngày 25 tháng năm năm 2024
        ngay 25 thang nam nam 2024
        25 Tháng Năm, 2024
        25 May 2024
    """,
    "2024-06-25": """
        25 tháng sáu 2024
        25 thang sau 2024
    """,
    "2023-11-25": "25 Tháng Mười Một, 2023",
    "2023-10-25": "25 tháng mười 2023",
    "2023-12-25": "ngày 25 tháng mười hai năm 2023",
    "2023-11-01": "1/11/2023",
    "1990-01-01": "1/1/1990",
}  # fmt: skip
CASES = [(text, expected) for expected, texts in FORMS.items() for text in table(texts)]

# The day is certain, the hour is not.
DAY_ALONE = table("""
    21:04 AM 25/9/2024
    21:04 25/9/2024 SA
    0:30 PM 25/9/2024
    1 giờ đêm 25/9/2024
    12h đêm 25/9/2024
    12h khuya 25/9/2024
    12h30 sáng 25/9/2024
    24h - 25/9/2024
    09:00-10:30 25/9/2024
    9h00 - 10h30 ngày 25/9/2024
    25/9/2024 21:04 | cập nhật 25/9/2024 22:10
    25/9/2024 21:04 GMT+7 (14:04 GMT)
    21h04 ngày 25/9/2024 (giờ địa phương)
    21h04 (gio dia phuong) ngay 25/9/2024
    21h04 giờ Washington ngày 25/9/2024
    Wed, 25 Sep 2024 21:04:33 IST
    Wed, 25 Sep 2024 21:04:33 BST
    Wed, 25 Sep 2024 21:04:33 K
    Sept. 25, 2024 9:04 p.m. ET
    2024-09-25 21:04 America/New_York
    25/9/2024 +07:00
    25/9/2024 (-05:00)
""")

REFUSED = table("""
    1/11
    25/9
    11/2024
    tháng 9 năm 2024
    25 tháng 9
    Sep 25
    2024
    2024-09
    13/25/2024
    9/25/2024
    09-25-2024
    Sept 31, 2024
    31/2/2024
    29/2/2023
    0/9/2024
    25/0/2024
    2024-13-01
    2024-25-09
    20241301
    2024-W39-3
    2024W393
    2024-269
    hôm qua
    sáng nay
    3 giờ trước
    3 ngày trước (22/9/2024)
    21:04
    25/9/99
    25/9/25
    25-9-30
    25 Sep 99
    25/9/1989
    31/12/1989
    25 Sep 1924
    3/10/2024
    2025-01-01
    25/9/2024 25:04
    25/9/2024 21:60
    25/9/2024 24:30
    25/9/2024 24:00:01
    2024-09-25T25:00
    25/9/2024 21:04:61
    25/9/2024 21:04 GMT+15
    25/9/2024 21:04 +07:60
    24/9/2024 - 25/9/2024
    24-25/9/2024
    24 - 25/9/2024
    24, 25/9/2024
    1/2/3/2024
    1/25/9/2024
    25/9/2024/1
    25.9.2024.1
    192.168.1.24
    25/9/2024 12
    Số 12, 25/9/2024
    12345678
    202409252104
    -1727273040
    631151999
    25/9/2024 (23/8 âm lịch)
    25/9/2024 âm lịch
    trước 25/9/2024
    từ ngày 25/9/2024
    đến 25/9/2024
    dự kiến 25/9/2024
    khoảng 25/9/2024
    ~25/9/2024
    before 25 Sep 2024
    ngày 25 tháng năm 2024
    ngay 25 thang nam 2024
    25 tháng chạp 2023
    25 tháng giêng 2024
    25 tháng sau 2024
    25 thang sáu 2024
    25 Sep
    25 Foo 2024
    umar 25, 2024
    2024年9月25日
    Mọi người dân trong xã đã có nước sạch để dùng hằng ngày 25/9/2024
    -
    .
""")  # fmt: skip


def read(value):
    result = parse(value, now=NOW)
    return None if result is None else result.isoformat()


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_forms(text, expected):
    assert read(text) == expected


def test_the_table_is_long_enough():
    assert len({text for text, _ in CASES}) == len(CASES) >= 180


@pytest.mark.parametrize("text", DAY_ALONE)
def test_the_day_alone(text):
    assert read(text) == DAY


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    assert parse(text, now=NOW) is None


def test_future_is_more_than_a_day_after_now():
    assert read("2/10/2024 12:00") == "2024-10-02T12:00:00+07:00"
    assert read("2/10/2024 12:00:01") is None
    assert read("2/10/2024 12:00 GMT+8") == "2024-10-02T12:00:00+08:00"
    assert read("2/10/2024 12:00 GMT+6") is None
    assert read("2/10/2024") == "2024-10-02"
    assert parse("3/10/2024", now=datetime(2024, 10, 1, 17, tzinfo=UTC)) == date(2024, 10, 3)
    assert parse("3/10/2024", now=datetime(2024, 10, 1, 16, 59, tzinfo=UTC)) is None
    assert parse("3/10/2024", now=datetime(2024, 10, 2)) == date(2024, 10, 3)  # a naive now is Vietnamese


def test_a_year_of_two_digits_depends_on_now():
    assert parse("25/9/24", now=datetime(2024, 9, 25, tzinfo=ZONE)) == date(2024, 9, 25)
    assert parse("25/9/24", now=datetime(2023, 9, 25, tzinfo=ZONE)) is None
    assert parse("1/1/25", now=datetime(2024, 12, 31, 18, tzinfo=UTC)) == date(2025, 1, 1)
    assert parse("1/1/25", now=datetime(2024, 12, 31, 16, tzinfo=UTC)) is None
    assert parse("1/1/2025", now=datetime(2024, 12, 31, 16, tzinfo=UTC)) == date(2025, 1, 1)


def test_now_is_the_clock_by_default():
    today = datetime.now(ZONE)
    assert parse(today.isoformat()) == today
    assert parse((today + timedelta(days=2)).isoformat()) is None
    assert find(f"{today:%d/%m/%Y}") == (today.date(), 0, 10)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2024, 9, 25, 21, 4), MINUTE),
        (datetime(2024, 9, 25, 21, 4, tzinfo=UTC), "2024-09-25T21:04:00+00:00"),
        (date(2024, 9, 25), DAY),
        (1727273040, MINUTE),
        (1727273040.5, "2024-09-25T21:04:00.500000+07:00"),
        (1727273040123, "2024-09-25T21:04:00.123000+07:00"),
        (700000000, "1992-03-08T03:26:40+07:00"),
        (20240925, DAY),
        (20240925.0, DAY),
        (20240925210400, MINUTE),
        ("２５/９/２０２４ ２１：０４", MINUTE),
        ("25/9/2024 21∶04", MINUTE),
        ("25/9/2024 21:04 GMT+٠٧:٠٠", MINUTE),
        ("25⁄9⁄2024", DAY),
        ("25‐9–2024", DAY),
        ("21h04’ ngày 25/9/2024", MINUTE),
        ("\t25/9/2024\r\n  21:04 ", MINUTE),
    ],
)
def test_other_values(value, expected):
    assert read(value) == expected


class NotATime(datetime):
    """As pandas' NaT: a datetime that equals nothing."""

    __hash__ = datetime.__hash__

    def __eq__(self, other):
        return False


@pytest.mark.parametrize(
    "value",
    [None, "", " \n", True, False, b"2024-09-25", [2024, 9, 25], 0, 1, -1727273040, 10**400, 1e300,
     float("nan"), float("inf"), float("-inf"),
     1727273, 20240925.5, 20241301, 2024092521, 99999999999999,
     NotATime(2024, 9, 25), datetime(1989, 12, 31, 23, 59), date(1989, 12, 31), date(1, 1, 1), date(9999, 12, 31),
     datetime(2024, 10, 2, 12, 1), datetime.min, datetime.max, datetime.min.replace(tzinfo=HANOI), date(2024, 10, 3)],
)  # fmt: skip
def test_other_values_refused(value):
    assert parse(value, now=NOW) is None


def test_day_first_for_all_numbers():
    for a in range(33):
        for b in range(33):
            try:
                expected = date(2023, b, a)
            except ValueError:
                expected = None
            for sign in "/-.":
                assert parse(f"{a}{sign}{b}{sign}2023", now=NOW) == expected
                assert parse(f"{a:02}{sign}{b:02}{sign}23", now=NOW) == expected


def test_weekdays_are_never_used():
    names = ["Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật", "T2", "T7", "Thứ 3", "Monday"]
    assert {parse(f"{name}, 25/9/2024", now=NOW) for name in names} == {date(2024, 9, 25)}


def test_long_text():
    assert parse("25/9/2024" + " " * 10**6, now=NOW) == date(2024, 9, 25)
    assert parse("25/9/2024" + "." * 151, now=NOW) == date(2024, 9, 25)
    assert parse("25/9/2024" + "." * 152, now=NOW) is None
    assert parse("một " * 8 + "25/9/2024", now=NOW) == date(2024, 9, 25)
    assert parse("một " * 9 + "25/9/2024", now=NOW) is None


PIECES = ["1", "12/", "1:", "h", "th ", "25/9/2024 ", " ", "\u0301", "\u200b", "\ufdfa", "tháng ", "9 giờ ", "gmt+"]


@pytest.mark.timeout(60)  # quadratic time would take hours
@pytest.mark.parametrize("piece", PIECES)
def test_long_strings_are_no_dates(piece):
    for size in (1000, 10**6):
        text = piece * (size // len(piece))
        assert parse(text, now=NOW) is None
        assert find(text, now=NOW) is None
        assert resolve(text, NOW) is None


# Laws.

MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2024, 9, 30)).map(lambda moment: moment.replace(tzinfo=ZONE))
SECONDS = MOMENTS.map(lambda moment: moment.replace(microsecond=0))
MINUTES = SECONDS.map(lambda moment: moment.replace(second=0))
WORDS = ["một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai"]
WEEKDAYS = ["Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật"]
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def bare(text):
    text = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in text if not unicodedata.combining(c))


FORMATS = [
    lambda t: t.isoformat(),
    lambda t: t.astimezone(UTC).isoformat(),
    lambda t: t.astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat(" "),
    lambda t: t.replace(tzinfo=None).isoformat(" "),
    lambda t: f"{t:%Y%m%dT%H%M%S%z}",
    lambda t: f"{t:%Y%m%d%H%M%S}",
    lambda t: f"{t:%Y/%m/%d %H:%M %z}",
    lambda t: email.utils.format_datetime(t),
    lambda t: email.utils.format_datetime(t.astimezone(UTC), usegmt=True),
    lambda t: email.utils.format_datetime(t.astimezone(timezone(timedelta(hours=-5)))).replace("-0500", "EST"),
    lambda t: t.ctime(),
    lambda t: int(t.timestamp()),
    lambda t: t.timestamp(),
    lambda t: t.timestamp() * 1000,
    lambda t: f"{t.day}/{t.month}/{t.year} {t.hour}:{t:%M}",
    lambda t: f"{t:%H:%M, %d-%m-%Y}",
    lambda t: f"{t:%H:%M} | {t:%d.%m.%Y} (GMT+7)",
    lambda t: f"{t.day}.{t.month}.{t.year} {t.hour}h{t:%M}",
    lambda t: f"{t.hour}h{t:%M}' ngày {t.day}/{t.month}/{t.year}",
    lambda t: f"{t.hour} giờ {t.minute} phút ngày {t.day} tháng {t.month} năm {t.year}",
    lambda t: f"{WEEKDAYS[t.weekday()]}, ngày {t:%d} tháng {t:%m} năm {t.year}, {t:%H:%M} (GMT+7)",
    lambda t: f"{WEEKDAYS[t.weekday()]}, {t.day} tháng {WORDS[t.month - 1]}, {t.year} - {t:%H:%M}",
    lambda t: f"{t.day} thg {t.month}, {t.year} {t:%H:%M}",
    lambda t: f"Tháng {WORDS[t.month - 1]} {t.day}, {t.year} lúc {t:%H:%M}",
    lambda t: f"{(t.hour - 1) % 12 + 1}:{t:%M} {'SA' if t.hour < 12 else 'CH'} {t:%d/%m/%Y}",
    lambda t: f"{ENGLISH[t.month - 1]} {t.day}, {t.year} {(t.hour - 1) % 12 + 1}:{t:%M} {'ap'[t.hour // 12]}.m.",
    lambda t: f"{t.day}-{ENGLISH[t.month - 1]}-{t.year} {t:%H:%M:%S}",
    lambda t: f"Cập nhật lúc {t:%H:%M} ngày {t:%d/%m/%Y}",
]
STRING_FORMATS = [f for f in FORMATS if isinstance(f(NOW), str)]
DAYS = [
    lambda t: f"{t:%d/%m/%Y}",
    lambda t: f"{t:%Y-%m-%d}",
    lambda t: f"{t:%Y%m%d}",
    lambda t: f"{t.day} tháng {WORDS[t.month - 1]}, {t.year}",
    lambda t: f"{t.day}. {t.month}. {t.year}",
    lambda t: f"{ENGLISH[t.month - 1]} {t.day}, {t.year}",
]


@given(MOMENTS, st.sampled_from(FORMATS))
@settings(max_examples=600, deadline=None)
def test_round_trip(moment, write):
    result = parse(write(moment), now=NOW)
    assert isinstance(result, datetime)
    assert result.utcoffset() is not None
    assert result.replace(second=0, microsecond=0) == moment.replace(second=0, microsecond=0)


@given(st.datetimes(datetime(2001, 9, 10), datetime(2024, 9, 30)))
@settings(max_examples=100, deadline=None)
def test_round_trip_of_digits(moment):
    seconds = moment.replace(tzinfo=ZONE).timestamp()  # ten digits since September 2001
    for text in (str(int(seconds)), str(int(seconds * 1000)), f"{seconds:.6f}"):
        assert abs(parse(text, now=NOW).timestamp() - seconds) < 1


@given(MOMENTS, st.sampled_from(DAYS))
@settings(max_examples=150, deadline=None)
def test_round_trip_of_days(moment, write):
    assert parse(write(moment), now=NOW) == moment.date()
    assert parse(bare(write(moment)), now=NOW) == moment.date()


@given(MINUTES, st.sampled_from(STRING_FORMATS))
@settings(max_examples=150, deadline=None)
def test_without_marks(moment, write):
    assert parse(bare(write(moment)), now=NOW) == moment


@given(SECONDS, SECONDS, st.sampled_from(DAYS[:2] + DAYS[3:]), st.sampled_from(DAYS[:2] + DAYS[3:]))
@settings(max_examples=150, deadline=None)
def test_two_different_days(one, other, write, write_other):
    expected = one.date() if one.date() == other.date() else None
    assert parse(f"{write(one)} | {write_other(other)}", now=NOW) == expected
    assert parse(f"{write(one)} | {write_other(one)}", now=NOW) == one.date()


def respell(text, way, chance):
    """Another spelling of the same characters."""
    if way in ("NFC", "NFD"):
        return unicodedata.normalize(way, text)
    if way == "wide":
        return "".join(chr(ord(c) + 0xFEE0) if c.isdecimal() and c.isascii() else c for c in text)
    if way == "spaces":
        return "".join(chance.choice([" ", "\u00a0", "\u202f", "\u3000", "  ", "\t"]) if c == " " else c for c in text)
    if way == "invisible":
        text = unicodedata.normalize(chance.choice(["NFC", "NFD"]), text)
        return "".join(c + chance.choice(["", "", "", "\u200b", "\u200d", "\u00ad", "\ufeff", "\u2060"]) for c in text)
    return getattr(text, way)()


WAYS = ["NFC", "NFD", "wide", "spaces", "invisible", "upper", "lower", "swapcase"]


@pytest.mark.parametrize("way", WAYS)
def test_respelling_changes_nothing(way):
    chance = random.Random(7)
    lines = {text: read(text) for text in [*(text for text, _ in CASES), *DAY_ALONE, *REFUSED]}
    assert {text: read(respell(text, way, chance)) for text in lines} == lines


@given(st.data(), SECONDS, st.sampled_from(STRING_FORMATS), st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_respelling_of_any_moment_changes_nothing(data, moment, write, seed):
    text, chance = write(moment), random.Random(seed)
    expected = parse(text, now=NOW)
    for way in data.draw(st.lists(st.sampled_from(WAYS), max_size=4)):
        text = respell(text, way, chance)
    assert parse(text, now=NOW) == expected


BITS = [*"0123456789/.-:, ()+'?z|", "25", "9", "2024", "24", "21:04", "25/9/2024", "tháng", "năm", "ngày", "giờ",
        "phút", "h", "GMT", "+7", "Sep", "May", "T", "thứ", "tối", "sáng", "PM", "CH", "SA", "EST", "IST", "lượt xem",
        "trước",
        "60", "99", "tuần", "qua", "nay", "hôm", "\u0301", "\u200b", "\u00a0", "\ud800", "٣", "²", "ﷺ"]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(BITS), max_size=14).map("".join),
                 st.lists(st.sampled_from(BITS), max_size=14).map(" ".join)))  # fmt: skip
@example("\x00")
@example("0/0/0000")
@example("31/12/9999 24:00")
@example("99999 ngày trước")
@settings(max_examples=800, deadline=None)
def test_never_raises(text):
    result = parse(text, now=NOW)
    if result is not None:
        moment = result if isinstance(result, datetime) else datetime.combine(result, datetime.min.time(), ZONE)
        assert moment.utcoffset() is not None
        assert datetime(1990, 1, 1, tzinfo=ZONE) <= moment <= NOW + timedelta(days=1)
    found = find(text, now=NOW)
    if found:
        value, start, end = found
        assert 0 <= start < end <= len(text)
        assert value == result == parse(text[start:end], now=NOW)
    for published in (NOW, NOW.date(), date(1, 1, 1), datetime.max, datetime.min):
        resolve(text, published)


# Datelines: the span between « and ».

DATELINES = table("""
    «26/09/2024 09:04»
    «20:36 , 25/07/2024»
    «Thứ tư, ngày 25/9/2024, 21:04 (GMT+7»)
    Báo Hà Lâm - «25/09/2024 21:04»
    Hà Lâm, ngày «25 tháng 9 năm 2024»
    (Báo Hà Lâm) - «Thứ tư, 25/9/2024 | 21:04»
    Hà Lâm | Minh An | «25/9/2024»
    VTV.vn • «25.9.2024 21h04»
    Tin, ảnh: Minh An - «25/9/2024»
    Trang chủ > Thời sự > «25/9/2024»
    Cập nhật lúc «21:04 ngày 25/09/2024»
    Cap nhat luc «21:04 ngay 25/09/2024»
    Đăng ngày «25/9/2024»
    Ngày đăng: «25-09-2024»
    Minh An - Cập nhật: «25/9/2024 9:04 CH»
    «21:04 25/9/2024 GMT+7» - 1.234 lượt xem
    12 bình luận | «25/9/2024»
    «September 25, 2024 9:04 p.m.»
    «Wed, 25 Sep 2024 21:04:33 GMT»
    «2024-09-25T21:04:33+07:00»
    Tin 24h - «25/9/2024 21:04»
    (\u200b «25/9/2024» )
    «25/9/24 21:04»
    «T4, 25/9/24»
    «tối 25/9/2024»
    «21h04 ngày 25/9/2024 (giờ địa phương»)
""")

NO_DATELINES = table("""
    Giá nước tăng từ ngày 25/9/2024
    Giá nước tăng ngày 25/9/2024
    Cầu Bến Tre hai ngày 25/9/2024
    Hà Lâm 25/9/2024
    25/9/2024 Hà Lâm
    25/9/2024 - Thời sự
    25/9/2024: khánh thành cầu
    Báo điện tử Hà Lâm - 25/9/2024 - Thời sự
    Một hai ba bốn năm - 25/9/2024
    Bão số ba (miền Trung), ngày 25/9/2024.
    Ngày 25/9/2024:
    vào ngày 25/9/2024.
    Hạn nộp hồ sơ - 25/9/2024
    Ảnh chụp - 25/9/2024
    24/9/2024 - 25/9/2024
    25/9
    25/9 - 21:04
    tháng 9/2024
    06-11-15
    6.11.15
    20240925
    1727273040
    Wed Sep 25 21:04:33 2024
    9/25/2024
    3/10/2024
    25/9/1989
    25/9/2024 12
    Hôm qua 21:04
    3 giờ trước
    06-11-15-16-37-40
    Tỷ số 3-2, 25/9/2024
""")


@pytest.mark.parametrize("marked", DATELINES)
def test_datelines(marked):
    before, _, rest = marked.partition("«")
    inside, _, after = rest.partition("»")
    text = before + inside + after
    value, start, end = find(text, now=NOW)
    assert (text[:start], text[start:end], text[end:]) == (before, inside, after)
    assert value == parse(text, now=NOW) == parse(inside, now=NOW)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "spaces"])
def test_respelled_datelines_have_the_same_span(way):
    for marked in DATELINES:
        text = respell(marked, way, random.Random(7))
        before, _, rest = text.partition("«")
        inside, _, after = rest.partition("»")
        _, start, end = find(before + inside + after, now=NOW)
        found = (before + inside + after)[start:end]
        assert found.strip("\u200b\u200d\u00ad\ufeff\u2060") == inside.strip("\u200b\u200d\u00ad\ufeff\u2060")


@pytest.mark.parametrize("line", NO_DATELINES)
def test_no_datelines(line):
    assert find(line, now=NOW) is None


def test_a_dateline_is_one_short_line():
    assert find(" 25/9/2024\n", now=NOW)[1:] == (1, 10)
    assert find("25/9/2024\n21:04", now=NOW) is None
    assert find("25/9/2024" + " -" * 55, now=NOW)[1:] == (0, 9)
    assert find("25/9/2024" + " -" * 56, now=NOW) is None
    assert find("", now=NOW) is None


# Relative words, in an article of Wednesday 25 September 2024, 21:04.

RELATIVE = {
    "hôm nay": 0, "sáng nay": 0, "trưa nay": 0, "chiều nay": 0, "tối nay": 0, "đêm nay": 0, "rạng sáng nay": 0,
    "sáng sớm nay": 0, "sáng hôm nay": 0, "ngày hôm nay": 0, "Hom nay": 0,
    "hôm qua": -1, "sáng qua": -1, "chiều qua": -1, "tối qua": -1, "đêm qua": -1, "tối hôm qua": -1, "ngày hôm qua": -1,
    "toi qua": -1, "HÔM QUA,": -1,
    "hôm kia": -2, "chiều hôm kia": -2,
    "ngày mai": 1, "sáng mai": 1, "tối mai": 1, "ngày kia": 2, "ngày mốt": 2, "sáng mốt": 2,
    "sáng nay (25/9)": 0, "sáng nay 25/9": 0, "hôm qua, 24-9": -1, "chiều qua, ngày 24.9": -1, "tối qua (ngày 24)": -1,
    "2 ngày trước": -2, "hai ngày trước": -2, "cách đây 2 ngày": -2, "cách đây mười ngày": -10, "02 ngày trước": -2,
    "thứ hai tuần trước": -9, "thứ tư tuần trước": -7, "chủ nhật tuần trước": -3, "hôm thứ 6 tuần trước": -5,
    "sáng thứ bảy tuần rồi": -4, "thứ sáu tuần này": 2, "thu sau tuan nay": 2, "thứ hai tuần sau": 5, "CN tuần tới": 11,
    "25/9": 0, "ngày 25/9": 0, "ngày 25-9": 0, "ngày 25.9": 0, "chiều 25/9": 0, "chiều ngày 25/9": 0, "hôm 25/9": 0,
    "ngày 25": 0, "sáng 25": 0, "25 tháng 9": 0, "ngày 25 tháng chín": 0, "26/9": 1, "ngày 26": 1, "24/9": -1,
    "ngày 27": -29, "ngày 31": -25, "29/2": -209, "25/10": -336, "1/1": -268,
    "sáng nay (24/9)": None, "hôm nay (25/9/2024)": None, "27/9": None, "24/10": None, "30/2": None, "32/9": None,
    "0/9": None, "25/13": None, "ngày 0": None, "ngày 32": None, "25.9": None, "25-9": None, "25": None, "9": None,
    "tuần trước": None, "tuần này": None, "tháng trước": None, "thứ hai": None, "hôm thứ hai": None, "năm nay": None,
    "thứ hai tuần qua": None, "2 tuần trước": None, "vài ngày trước": None, "khoảng 2 ngày trước": None,
    "2 ngày": None, "2 ngày sau": None, "2 ngày trước đó": None, "tôi qua": None, "mai": None, "nay": None, "": None,
    "25/9/2024": None, "hôm qua và hôm kia": None, "ngày nay": None,
}  # fmt: skip
AGO = {
    "3 giờ trước": timedelta(hours=3), "cách đây 3 giờ": timedelta(hours=3), "ba tiếng trước": timedelta(hours=3),
    "15 phút trước": timedelta(minutes=15), "cach day 15 phut": timedelta(minutes=15),
    "40 giây trước": timedelta(seconds=40), "30 giờ trước": timedelta(hours=30), "15 Phút Trước": timedelta(minutes=15),
}  # fmt: skip
PUBLISHED = datetime(2024, 9, 25, 21, 4, tzinfo=ZONE)


@pytest.mark.parametrize(("words", "days"), RELATIVE.items())
def test_relative_days(words, days):
    expected = None if days is None else date(2024, 9, 25) + timedelta(days=days)
    for published in (PUBLISHED, PUBLISHED.date(), PUBLISHED.replace(tzinfo=None), PUBLISHED.astimezone(UTC)):
        for text in (words, words.upper(), unicodedata.normalize("NFD", words), words.replace(" ", "\u00a0")):
            result = resolve(text, published)
            assert result == expected
            assert not isinstance(result, datetime)


@pytest.mark.parametrize(("words", "ago"), AGO.items())
def test_hours_need_the_hour_of_publication(words, ago):
    assert resolve(words, PUBLISHED) == PUBLISHED - ago
    assert resolve(words, PUBLISHED.replace(tzinfo=None)) == PUBLISHED - ago
    assert resolve(words, PUBLISHED.date()) is None


def test_days_are_vietnamese():
    assert resolve("sáng nay", datetime(2024, 9, 24, 23, 30, tzinfo=UTC)) == date(2024, 9, 25)
    assert resolve("25/9", datetime(2024, 9, 23, 17, tzinfo=UTC)) == date(2024, 9, 25)
    assert resolve("25/9", datetime(2024, 9, 23, 16, 59, tzinfo=UTC)) is None


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(0, 33), st.integers(0, 14))
@settings(max_examples=200, deadline=None)
def test_days_of_a_month_by_brute_force(published, day, month):
    months = published.year * 12 + published.month - 1 - 11
    near = [published + timedelta(days=n) for n in range(-340, 2)]
    near = [d for d in near if (d.year * 12 + d.month - 1, d.day) >= (months, published.day)]
    expected = max((d for d in near if (d.day, d.month) == (day, month)), default=None)
    assert resolve(f"{day}/{month}", published) == resolve(f"ngày {day:02}/{month:02}", published) == expected
    assert resolve(f"ngày {day} tháng {month}", published) == expected
    assert resolve(f"ngày {day}", published) == max((d for d in near if d.day == day), default=None)


def test_zone():
    assert str(ZONE) == "Asia/Ho_Chi_Minh"
    assert {datetime(year, 7, 1, tzinfo=ZONE).utcoffset() for year in range(1990, 2031)} == {timedelta(hours=7)}


def test_zone_where_there_is_no_data(monkeypatch):
    def no_data(name):
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", no_data)
    spec = importlib.util.spec_from_file_location("dates_without_zones", dates.__file__)
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    assert copy.ZONE == HANOI
    assert copy.parse("25/9/2024 21:04", now=NOW).isoformat() == MINUTE


def test_examples():
    assert dates.__all__ == ["ZONE", "find", "parse", "resolve"]
    result = doctest.testmod(dates)
    assert (result.failed, result.attempted) == (0, 6)


def test_imports_the_standard_library_only():
    tree = ast.parse(Path(dates.__file__).read_text(encoding="utf-8"))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
