"""Days, times and periods: pieces (9h30, sáng, thứ tư, 25/9) that are joined where they stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex

from dedup.facts.moments import read_piece, settled
from dedup.facts.page import Page
from dedup.facts.plain import compile_pattern, fold
from dedup.facts.values import Amount, Moment
from dedup.facts.words import word_before, words

__all__ = ["find_days"]

_D, _M, _Y = r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})", r"(?P<y>(?:1[5-9]|20)[0-9]{2})(?![0-9])"
_MONTH_WORD = r"mười một|mười hai|một|giêng|hai|ba|tư|bốn|năm(?! [0-9n])|sáu|bảy|bẩy|tám|chín|mười|chạp"
_MW = rf"(?:(?P<m>[0-9]{{1,2}})(?!\w)|(?P<mw>{_MONTH_WORD})(?!\w))"
_OF_YEAR = rf"(?:(?: ?[/.-] ?|,? năm |, )(?:{_Y})|,? năm (?P<ys>nay|ngoái|trước|sau|tới))?+"
_OF_MONTH = (
    rf"(?P<s> ?/ ?|\.|-| - )(?:{_M})"
    rf"(?:(?P=s)(?:{_Y}|(?P<yy>[0-9]{{2}})(?!\w|[/.-][0-9]))|(?: năm |,)(?P<y>20[0-9]{{2}}))?+"
    r"(?![\w%/]|[.,:-][0-9])"
)
_ON = r"(?:(?P<on>ngày|hôm|mùng|mồng|đêm ngày) )"
_COUNT = r"(?P<n>[0-9]{1,3}|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_UNIT = r"(?P<unit>giây|phút|giờ|tiếng|ngày|tuần|tháng|năm)"
_EDGE = r"(?:(?P<edge>đầu|giữa|cuối|nửa đầu|nửa cuối|gần cuối) )?"
_SHIFTED = r"(?P<k>này|nay|trước|qua|vừa qua|vừa rồi|rồi|tới|sau|ngoái)(?!\w)"
_COUNTED = "[0-9]|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|chục|vài|mấy|nhiều|những|các|từng|hàng|mỗi"
_NO_COUNT = rf"(?<!(?:{_COUNTED}) )"
_PART = r"(?P<pt>rạng sáng|sáng sớm|sáng|trưa|chiều tối|chiều|tối muộn|tối|đêm khuya|đêm|khuya)"
_DAY_BEHIND = r"(?= ?[(]?(?:ngày|hôm|thứ|chủ|[0-9]|mùng|mồng|cùng))"
_HOUR_BEFORE = r"(?<=(?:giờ|[0-9]h|[0-9]g|[0-9]|phút|rưỡi|') \w++(?: \w++)?)"
_PHUT = r"(?: ?(?:phút|p|'|ph)(?!\w))"
_MINUTES = (
    rf"(?:(?P<mi>[0-9]{{1,2}}){_PHUT}?(?!\w|[.,/:-][0-9])"
    rf"| (?P<mi>[0-9]{{1,2}})(?:{_PHUT}|(?= (?:sáng|trưa|chiều|tối|đêm|ngày [0-9])|[,.]? *$|[,.] ))(?!\w|[.,/:-][0-9])"
    r"|(?P<half> rưỡi\b))?"
)
_CENTURY = r"(?P<cent>[0-9]{1,2}|x{0,2}(?:ix|iv|v?i{1,3}|v|x))(?!\w)"
_PIECES = {
    "iso": (
        r"(?P<y>(?:19|20)[0-9]{2})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
        r"(?:[t ](?P<h>[0-9]{2}):(?P<mi>[0-9]{2})[0-9:.z+]*+)?(?![\w-])"
    ),
    "spoken": rf"{_ON}?{_D} ?(?:-|,|/)? ?tháng {_MW}{_OF_YEAR}",
    "spans": (
        rf"{_ON}?{_D}(?: ?- ?| (?:đến|tới|và) (?:ngày )?)(?P<d2>[0-9]{{1,2}})"
        rf"(?:/{_M}(?:/{_Y})?+(?![\w/]|[.,][0-9])| ?tháng {_MW}{_OF_YEAR})"
    ),
    "day": rf"{_ON}?{_D}{_OF_MONTH}",
    "lunar": (
        r"(?P<on>mùng|mồng) (?P<d>[0-9]{1,2})(?: tết)?(?!\w)|(?P<d>2[3-9]|30) tết(?!\w)"
        r"|(?P<on>mùng|mồng) (?P<mw>một|hai|ba|bốn|năm|sáu)(?: tết)?\b"
    ),
    "bare": r"(?P<on>ngày) (?P<d>[0-9]{1,2})(?![\w%]|[.,/-][0-9]| (?:người|tháng))",
    "months": rf"{_COUNT} tháng (?P<edge>đầu|cuối) (?:của )?năm(?: {_Y}| (?P<ys>nay|ngoái|trước|tới))?(?!\w)",
    "year": (
        rf"{_EDGE}(?:năm học|niên khóa|giai đoạn|năm|nhiệm kỳ) {_Y}"
        r"(?: ?- ?(?P<y2>20[0-9]{2}|19[0-9]{2}))?(?!\w)"
    ),
    "month": rf"{_EDGE}tháng {_MW}{_OF_YEAR}(?: {_SHIFTED})?",
    "month_year": rf"{_EDGE}{_M}/{_Y}(?![\w/])",
    "quarter": rf"{_EDGE}quý (?P<q>[1-4]|iii|ii|iv|i|nhất|hai|ba|tư)(?!\w){_OF_YEAR}",
    "ago": (
        rf"(?:cách đây (?:khoảng |hơn |gần |đúng )?{_COUNT} {_UNIT}(?: trước)?"
        rf"|{_COUNT} {_UNIT} trước(?! (?:khi|đó|đây)))(?!\w)"
    ),
    "century": rf"(?:(?P<edge>đầu|giữa|cuối) )?thế kỷ (?:thứ )?{_CENTURY}",
    "clock": (
        rf"(?P<h>[0-9]{{1,2}})(?: ?(?P<how>h|g(?=[0-9])|giờ)(?![^\W\d_]){_MINUTES}"
        r"|:(?P<mi>[0-9]{2})(?::[0-9]{2})?(?![\w:]))"
    ),
    "shift": rf"{_PART}(?: ngày)?(?: hôm)? (?P<dk>nay|qua|mai|kia)(?!\w)(?! (?:nghỉ|cao|cho))",
    "part": rf"{_PART}(?:{_DAY_BEHIND}|{_HOUR_BEFORE})(?! (?:đa|thiểu|cao))(?!\w)",
    "near": (
        r"(?:ngày )?hôm (?P<dk>nay|qua|kia)(?!\w)|ngày (?P<dk>mai|kia)(?!\w)"
        r"|(?P<rel>cùng ngày|cùng đêm|(?:ngày )?hôm (?:sau|trước|đó)|ngày (?:sau|trước) đó)(?!\w)"
    ),
    "weekday": (r"(?:thứ (?P<w>hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|(?P<sunday>chủ nhật))(?!\w)" rf"(?: tuần {_SHIFTED})?"),
    "week": rf"{_NO_COUNT}{_EDGE}tuần {_SHIFTED}|(?P<rel>(?:đầu|giữa|cuối) tuần)(?!\w)",
    "this_month": rf"{_NO_COUNT}{_EDGE}tháng (?P<k>này|trước|vừa qua|tới|sau)(?!\w)",
    "this_year": rf"{_NO_COUNT}{_EDGE}năm (?P<k>nay|ngoái|trước|sau|tới|qua|vừa qua)(?!\w)(?! (?:đó|khi))",
}
_PATTERN = compile_pattern("|".join(f"(?P<{kind}>{source})" for kind, source in _PIECES.items()))
_FIRSTS = frozenset(
    fold(
        "ngày hôm mùng mồng đêm tháng năm niên giai nhiệm quý cách thế đầu giữa cuối nửa gần sáng trưa chiều "
        "tối khuya rạng cùng thứ chủ tuần một hai ba bốn sáu bảy tám chín mười"
    ).split()
)
_NOT_BEFORE = {*".,/:-"}
_JOIN = regex.compile(fold(r"(?:,? ?(?:vào |lúc |hồi |của )?(?:khoảng )?(?:ngày |hôm )?|,? ?\((?:ngày )?|,? )"))
_FRACTION_BEHIND = compile_pattern(
    r" (?:số|diện tích|dân số|tổng|cổ phần|quân số|lượng|chặng|người|hộ|đại biểu|thành viên|giá|của|chiều|thời gian"
    r"|doanh|nhu cầu)\b"
)


@dataclass(slots=True)
class _Piece:
    kind: str
    lo: int
    hi: int
    moment: Moment
    is_alone: bool = True  # whether it means a time without a neighbour


def find_days(page: Page) -> None:
    """Claims days, times and periods; relative words count from the day of publication where that is known."""
    pieces: list[_Piece] = []
    done = 0
    for at in page.starts(_FIRSTS):
        match = _PATTERN.match(page.low, at) if at >= done and page.low[at - 1 : at] not in _NOT_BEFORE else None
        if match and page.is_free(*match.span()) and (piece := _piece(page, match)):
            done = match.end()
            last = pieces[-1] if pieces else None
            if last is None or not _join(page.low, last, piece):
                pieces.append(piece)
    for piece in pieces:
        if piece.is_alone:
            page.claim(piece.lo, piece.hi, "date", settled(piece.moment, page.published))


def _piece(page: Page, match: regex.Match[str]) -> _Piece | None:
    groups = {name: text for name, text in match.groupdict().items() if text is not None}
    kind = next(kind for kind in _PIECES if kind in groups)
    moment = read_piece(kind, groups, page.published)
    lo, hi = match.span()
    if moment is None or not _is_possible(moment):
        return None
    if kind == "day" and "on" not in groups and "y" not in groups and "yy" not in groups:
        if groups["s"].strip() != "/" and word_before(page.low, lo) not in words("before weekday"):
            return None
        if _is_fraction(page, moment, lo, hi):
            share = 100.0 * (moment.day or 0) / (moment.month or 1)
            page.claim(lo, hi, "percent", Amount(share, share, 1.0, 2, "percent"))
            return None
    is_alone = kind != "part"
    if kind == "clock":
        is_alone = groups.get("how") is None or not _is_duration(page.low, groups, lo, hi)
    if kind == "weekday":
        is_alone = "k" in groups or "sunday" in groups or word_before(page.low, lo) in words("before weekday")
    return _Piece(kind, lo, hi, moment, is_alone)


def _is_possible(m: Moment) -> bool:
    limits = (
        (m.month, 1, 12),
        (m.last_month, 1, 12),
        (m.day, 1, 31),
        (m.last_day, 1, 31),
        (m.hour, 0, 24),
        (m.minute, 0, 59),
    )
    return all(value is None or lowest <= value <= highest for value, lowest, highest in limits)


def _is_fraction(page: Page, m: Moment, lo: int, hi: int) -> bool:
    if not (m.day or 0) < (m.month or 0) or (m.day or 0) > 9:
        return False
    return word_before(page.low, lo) in words("before fraction") or _FRACTION_BEHIND.match(page.low, hi) is not None


def _is_duration(low: str, groups: dict[str, str], lo: int, hi: int) -> bool:
    """3 giờ as a length of time, rather than three o'clock."""
    before = word_before(low, lo)
    if before in words("before time") or (
        before == fold("khoảng") and word_before(low, lo - 6) in words("before time")
    ):
        return False
    if groups["how"] != "giờ":
        return before in ("trong", fold("suốt")) or (groups["h"] == "24" and "mi" not in groups)
    if "mi" in groups:
        return before in words("before duration")
    return low[max(0, lo - 2) : lo].rstrip(" ")[-1:] not in ("", ",", "\n", ".", ";") or lo == 0


def _join(low: str, last: _Piece, piece: _Piece) -> bool:
    """Adds a piece to the one before it where they tell one time together."""
    gap = low[last.hi : piece.lo]
    if len(gap) > 24 or not _JOIN.fullmatch(gap):
        return False
    a, b = last.moment, piece.moment
    if (
        not _complete(a, b)
        or (not piece.is_alone and piece.kind != "part")
        or ("," in gap and (a.is_relative or b.is_relative or b.weekday is not None))
    ):
        return False
    if not (last.is_alone or piece.is_alone or "part" in (last.kind, piece.kind)):
        return False
    last.moment = Moment(
        *(y if x is None or x == "" or x is False else x for x, y in zip(_fields(a), _fields(b), strict=True))
    )
    last.hi = piece.hi + (gap.endswith("(") and low[piece.hi : piece.hi + 1] == ")")
    last.is_alone = True
    return True


def _fields(m: Moment) -> list[Any]:
    return [getattr(m, name) for name in Moment.__slots__]


def _complete(a: Moment, b: Moment) -> bool:
    """Whether one has the day and the other the time or the weekday of it, and they agree in what both have."""
    if a.period or b.period or a.last_month or b.last_month or a.last_year or b.last_year:
        return False
    for x, y in zip(_fields(a), _fields(b), strict=True):
        if all(v is not None and v != "" and v is not False for v in (x, y)) and x != y:
            return False
    has_time = [m.hour is not None or m.part != "" or m.weekday is not None for m in (a, b)]
    is_new = a.part != b.part or a.weekday != b.weekday or (a.hour is None) != (b.hour is None)
    return (any(has_time) and is_new) or (a.is_relative and b.day is not None)
