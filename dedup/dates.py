"""Days and times as Vietnamese news writes them: day first, never guessed, as precise as they are written.

A line is cut into tokens, each kind a letter, and rules look at the letters: `I` ISO day with time, `D` day, `T` time,
`Z` zone, `U` zone not known, `W` weekday (never used), `P` part of a day, `L` label, `C` counter ("1.234 lượt xem"),
`X` word that makes it another day than that of publication, `N` number that is none of these, `O` other word,
`S` separator, `E` mark that ends a sentence, `M` other mark. A number left over means that the line is not understood.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["ZONE", "find", "parse", "resolve"]

ZONE: tzinfo
try:
    ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
except ZoneInfoNotFoundError:  # Windows and small images have no zones; it has been UTC+7 since 1975
    ZONE = timezone(timedelta(hours=7))
_T = TypeVar("_T")
_EARLIEST = datetime(1990, 1, 1, tzinfo=ZONE)
_LONGEST = 160  # a date in a longer text need not be the date of the text
_MOST_WORDS = 8  # other words around a date in `parse`
_LONGEST_LINE, _MOST_NAMES = 120, 4  # of a dateline: "Báo Hà Lâm - 25/09/2024" has three names

_NUMBERS = {"mười một": 11, "mười hai": 12, "một": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6}
_NUMBERS |= {"bảy": 7, "bẩy": 7, "tám": 8, "chín": 9, "mười": 10}
_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5} | {str(n + 2): n for n in range(6)}
_SHIFTS = {"nay": 0, "qua": -1, "kia": -2, "mai": 1}
_WEEKS = {"trước": -1, "rồi": -1, "này": 0, "sau": 1, "tới": 1}
_UNITS = {"giây": "seconds", "phút": "minutes", "giờ": "hours", "tiếng": "hours", "ngày": "days"}
# The hours, of 24, that a word beside a time can mean; "1 giờ đêm" can be this day's or the next's: not known.
_HOURS = {"am": range(12), "sa": range(12), "sáng": range(12), "pm": range(12, 24), "ch": range(12, 24)}
_HOURS |= {"trưa": range(10, 15), "chiều": range(12, 19), "tối": range(17, 24)}
_HOURS |= {"đêm": range(20, 24), "khuya": range(20, 24)}
# Hours from UTC, the American ones as in RFC 822. Names with several meanings (IST, BST) are not known.
_ZONES = {"utc": 0, "gmt": 0, "ut": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8}
_ZONES |= {"pdt": -7, "ict": 7, "wib": 7, "sgt": 8, "hkt": 8, "jst": 9, "kst": 9, "cet": 1, "cest": 2, "msk": 3}
_MONTHS = ["january", "february", "march", "april", "may", "june", "july"]
_MONTHS += ["august", "september", "october", "november", "december"]
_SAME = str.maketrans("’‘′ʼ“”″−∶⁄∕ð", "''''\"\"\"-://đ")


def parse(value: object, *, now: datetime | None = None) -> datetime | date | None:
    """A time of publication: an aware datetime, a date where the hour is not known, None where nothing is certain.

    Reads strings (ISO 8601; RFC 822, HTTP, asctime; day-first numbers; Vietnamese and English words; labels and at most
    8 other words around) and seconds or milliseconds since 1970 (numbers, strings of 10 or 13 digits); takes datetime
    and date as they are. Times without a zone are Vietnamese. Weekdays are never used.

    None: two different days; a day that does not exist; no year, or one of two digits after the current one; a number
    that is no part of date, time, zone or counter ("1.234 lượt xem"); a word that makes it another day ("từ", "trước",
    "dự kiến", "âm lịch"); more than 160 characters; before 1990; more than 24 hours after `now` (default: the clock).
    The day alone: two different times, a zone that is not known ("giờ địa phương", "IST"), "21:04 AM".

    >>> parse("Thứ tư, ngày 25 tháng 09 năm 2024, 21:04 (GMT+7)").isoformat()
    '2024-09-25T21:04:00+07:00'
    >>> parse("Đăng ngày 1/11/2023"), parse("9/25/2024"), parse("25/9/2024 - 26/9/2024")
    (datetime.date(2023, 11, 1), None, None)
    """
    today = datetime.now(UTC) if now is None else _aware(now)
    if isinstance(value, str):
        return _parse_text(value, today)
    if isinstance(value, date) and value == value:  # NaT of pandas is a datetime
        return _within(_aware(value) if isinstance(value, datetime) else value, today)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _parse_number(value, today)
    return None


def find(text: str, *, now: datetime | None = None) -> tuple[datetime | date, int, int] | None:
    """The date of a dateline and its span; None where the line says more than when (and where, by whom) it appeared.

    A dateline is one line of at most 120 characters with a day that `parse` reads. Beside it stand only time, zone,
    weekday, part of the day, labels ("Cập nhật lúc"), counters ("12 lượt xem") and punctuation. Before all these, set
    off by one of `- | , · • » >`, at most four other words: "Báo Hà Lâm - 25/09/2024". After the day no other word,
    and no `. : ; !` at the end. A year of two digits needs time, weekday or label beside it: 06-11-15 may be a lottery.

    The span, in code points of `text`, runs from the first to the last of weekday, part, day, time and zone.

    >>> find("Báo Hà Lâm - 25/09/2024 21:04")[1:]
    (13, 29)
    >>> find("Giá nước tăng từ ngày 25/9/2024") is None
    True
    """
    if len(text) > 4 * _LONGEST_LINE or len(re.findall(r"\d", text)) < 4 or len(text.strip().splitlines()) != 1:
        return None
    plain, starts, ends = _plain(text)
    kinds, tokens = _cut(plain[: _LONGEST_LINE + 3])
    is_dateline = re.fullmatch("[EMS]*(?:[LO][ELMOS]*S)?(?:[ELMPSWZ]|C(?!P))*[DIT][CDEILMPSTUWZ]*(?<!E)", kinds)
    if not is_dateline or kinds.count("O") > _MOST_NAMES or len(plain.strip()) > _LONGEST_LINE:
        return None
    if not re.search("[ILTW]", kinds) and any("yy" in _groups(token) for token in tokens):
        return None
    value = _value(kinds, tokens, _aware(datetime.now(UTC) if now is None else now))
    if value is None:
        return None
    core = [token for kind, token in zip(kinds, tokens, strict=True) if kind in "DIPTUWZ"]
    return value, starts[core[0].start()], ends[core[-1].end() - 1]


def resolve(words: str, published: datetime | date) -> datetime | date | None:
    """The day that relative words mean in an article of that time; a datetime only for hours or minutes before a time.

    - "hôm nay", "sáng nay", "tối qua", "hôm kia", "sáng mai", "ngày kia"; "sáng nay (25/9)" where both agree;
    - "2 ngày trước", "cách đây ba ngày"; "3 giờ trước", "15 phút trước" where the hour of publication is known;
    - "thứ hai tuần trước" (weeks begin on Monday; also "tuần này", "tuần sau", "tuần tới");
    - "25/9", "ngày 25/9", "chiều 25.9", "25 tháng chín", "ngày 25": the last such day not later than a day after
      publication; None where that is more than 11 months before it.

    Days are Vietnamese. None for spans ("tuần trước"), "thứ hai" alone, "vài ngày trước", days with a year (`parse`).

    >>> resolve("chiều 25/12", date(2025, 1, 2))
    datetime.date(2024, 12, 25)
    >>> resolve("3 giờ trước", datetime(2024, 9, 25, 21, 4, tzinfo=ZONE)).isoformat()
    '2024-09-25T18:04:00+07:00'
    """
    if len(words) > 10 * _LONGEST:
        return None
    plain = _plain(words)[0].strip(" .,;:()")
    try:
        day = _aware(published).astimezone(ZONE).date() if isinstance(published, datetime) else published
        if match := _compile(_RELATIVE).fullmatch(plain):
            return _shifted(_groups(match), published, day)
        if match := _compile(_DAY).fullmatch(plain):
            return _last_day(_groups(match), day)
    except (ValueError, OverflowError):  # before the year 1
        pass
    return None


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=ZONE) if value.utcoffset() is None else value


def _within(value: datetime | date, now: datetime) -> datetime | date | None:
    after, before = value.year - _EARLIEST.year, now.year - value.year
    if min(after, before) > 0 or min(after, before) < -1:  # whatever the zone
        return value if after > 0 < before else None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), ZONE)
    return value if _EARLIEST <= moment <= now + timedelta(days=1) else None


def _parse_number(value: float, now: datetime) -> datetime | date | None:
    if not 0 < value < 10**14:
        return None
    for unit in (1, 1000):  # no number is a time since 1990 in both
        moment = datetime.fromtimestamp(min(value / unit, 1e10), ZONE)
        if _within(moment, now):
            return moment
    digits = f"{value:.0f}"  # 20240925: a column of days that was read as numbers
    return _parse_text(digits, now) if value == int(value) and len(digits) in (8, 14) else None


def _parse_text(text: str, now: datetime) -> datetime | date | None:
    text = text.strip()
    if len(text) > 10 * _LONGEST:
        return None
    plain = _plain(text)[0].strip()
    if len(plain) > _LONGEST:
        return None
    if re.fullmatch(r"(?:\d{10}|\d{13})(?:\.\d{1,9})?", plain):
        return _parse_number(float(plain), now)
    plain = re.sub(r"^(\d{4})(\d\d)(\d\d)(?=$|[t ]|\d{6}$)[t ]?", r"\1-\2-\3t", plain)
    kinds, tokens = _cut(_compile(_ASCTIME).sub(r"\2 \1 \4 \3", plain))
    return _value(kinds, tokens, now) if kinds.count("O") <= _MOST_WORDS else None


def _plain(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Lower case, composed, ASCII digits and signs, single spaces; where each character starts and ends in the text."""
    if text.isascii() and text == " ".join(text.split()):
        return text.lower(), range(len(text)), range(1, len(text) + 1)
    clusters: list[tuple[str, int, int]] = []
    for i, c in enumerate(text):
        kind = "" if c.isascii() else unicodedata.category(c)
        if kind == "Cf" or c == "\u034f" or "\ufe00" <= c <= "\ufe0f":
            continue
        if kind[:1] == "M" and clusters:
            base, start, _ = clusters[-1]
            clusters[-1] = (base + c, start, i + 1)
        else:
            c = str(unicodedata.decimal(c)) if kind == "Nd" else "-" if kind == "Pd" else c
            clusters.append((c, i, i + 1))
    plain: list[tuple[str, int, int]] = []
    for cluster, start, end in clusters:
        if not cluster.isascii():
            cluster = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).lower()).translate(_SAME)
        for c in cluster.lower():
            c = " " if c.isspace() else c
            if c != " " or not plain or plain[-1][0] != " ":
                plain.append((c, start, end))
    return "".join(c for c, _, _ in plain), [start for _, start, _ in plain], [end for _, _, end in plain]


def _cut(plain: str) -> tuple[str, list[re.Match[str]]]:
    tokens = list(_compile(_TOKEN).finditer(plain))
    return "".join(str(token.lastgroup)[0] for token in tokens), tokens


def _value(kinds: str, tokens: list[re.Match[str]], now: datetime) -> datetime | date | None:
    if not set("DI") & set(kinds) or set("NX") & set(kinds):
        return None
    found = [(kind, _groups(token)) for kind, token in zip(kinds, tokens, strict=True) if kind in "DITZ"]
    parts = _parts_beside(kinds, tokens)
    try:
        days = {_day(groups, now) for kind, groups in found if kind in "DI"}
        clocks = {_clock(groups, parts) for kind, groups in found if kind in "IT"}
        zones = {_offset(groups) for _, groups in found if groups.keys() & {"off", "zone", "hanoi"}}
        if len(days) != 1:
            return None
        day, clock = days.pop(), clocks.pop() if len(clocks) == 1 else None
        if clock is None or len(zones) > 1 or ("U" in kinds and not zones):
            return _within(day, now)
        return _within(datetime.combine(day, time(), zones.pop() if zones else ZONE) + clock, now)
    except (ValueError, OverflowError):  # there is no such day, time or zone
        return None


def _parts_beside(kinds: str, tokens: list[re.Match[str]]) -> set[str]:
    """The parts of a day that tell the hour, beside the time or the day: "9 giờ tối", "tối 25/9/2024, 9:04"."""
    core = [i for i, kind in enumerate(kinds) if kind not in "ELMS"]
    near = re.finditer("(?<=[DIT])P|P(?=W?[DIT])", "".join(kinds[i] for i in core))
    return {_groups(tokens[core[match.start()]])["part"] for match in near}


def _day(groups: dict[str, str], now: datetime) -> date:
    year = int(groups.get("y") or groups.get("yy") or groups["rfc"])
    if "y" not in groups:
        year += 1900 if "rfc" in groups and year >= 50 else 2000  # RFC 2822, 4.3
        if "yy" in groups and year > now.astimezone(ZONE).year:
            raise ValueError
    return date(year, _month(groups), int(groups["d"]))


def _month(groups: dict[str, str]) -> int:
    if "en" in groups:
        return [name[:3] for name in _MONTHS].index(groups["en"][:3]) + 1
    return int(groups["m"]) if "m" in groups else _meaning(_NUMBERS, groups["vi"])


def _clock(groups: dict[str, str], parts: set[str]) -> timedelta | None:
    hour, minute, second = (int(groups.get(name, 0)) for name in ("hh", "mm", "ss"))
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second > 0):
        raise ValueError
    if re.match(r"-\d\d:", groups.get("off", "")) and not groups.keys() & {"y", "ss"}:
        return None  # 09:00-10:30 is a span
    words = {word.replace(".", "") for word in [*parts, groups.get("half", "")] if word}
    if words:
        hours = {hour, hour + 12 if 0 < hour < 12 else hour} | ({0} if hour == 12 and words & {"am", "sa"} else set())
        hours = {h for h in hours if all(h in _meaning(_HOURS, word) for word in words)}
        if len(hours) != 1:
            return None
        hour = hours.pop()
    fraction = int(groups.get("us", "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)


def _offset(groups: dict[str, str]) -> tzinfo:
    if "off" not in groups:
        return timezone(timedelta(hours=7 if "hanoi" in groups else _ZONES[groups["zone"]]))
    digits = re.sub(r"\D", "", groups["off"])
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "")
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset > timedelta(hours=14) or minutes > "59":
        raise ValueError
    return timezone(-offset if groups["off"][0] == "-" else offset)


def _shifted(groups: dict[str, str], published: datetime | date, day: date) -> datetime | date | None:
    if "unit" in groups:
        number = int(groups["n"]) if groups["n"].isdecimal() else _meaning(_NUMBERS, groups["n"])
        ago = timedelta(**{_meaning(_UNITS, groups["unit"]): number})
        if _meaning(_UNITS, groups["unit"]) == "days":
            return day - ago
        return _aware(published) - ago if isinstance(published, datetime) else None
    if "week" in groups:
        weekday = _meaning(_WEEKDAYS, groups["w"]) if "w" in groups else 6
        return day + timedelta(days=weekday - day.weekday() + 7 * _meaning(_WEEKS, groups["week"]))
    day += timedelta(days=_SHIFTS[groups["shift"]] if "shift" in groups else 2)
    return day if "also" not in groups or resolve("ngày " + groups["also"], published) == day else None


def _last_day(groups: dict[str, str], day: date) -> date | None:
    month = _month(groups) if groups.keys() & {"m", "vi"} else None
    for found in (day - timedelta(days=ago) for ago in range(-1, 366)):
        if found.day == int(groups["d"]) and month in (None, found.month):
            months = (day.year - found.year) * 12 + day.month - found.month
            return found if (months, day.day) <= (11, found.day) else None
    return None


@functools.cache
def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFD", text).replace("đ", "d")
    return "".join(c for c in letters if not unicodedata.combining(c))


def _meaning(table: Mapping[str, _T], word: str) -> _T:
    return next(value for key, value in table.items() if word in (key, _bare(key)))


def _both(pattern: str) -> str:
    """The pattern with all its marks or with none: "tháng sáu" and "thang sau", but not "tháng sau"."""
    return f"(?:{pattern}|{_bare(pattern)})"


def _any(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(words)})"


@functools.cache
def _compile(pattern: str) -> re.Pattern[str]:
    """Compiles a pattern in which groups may have the same name: numbered here, see `_groups`."""
    numbers = itertools.count()
    return re.compile(re.sub(r"\(\?P<([A-Za-z]+)>", lambda group: f"(?P<{group[1]}_{next(numbers)}>", pattern))


def _groups(match: re.Match[str]) -> dict[str, str]:
    pairs = zip(match.re.groupindex, match.groups(), strict=True)
    return {name.split("_")[0]: text for name, text in pairs if text is not None}


_END = r"(?![^\W\d_])"  # no letter follows
_D, _M, _Y = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", r"(?P<y>\d{4})(?!\d)"
_BETWEEN = (" ?/ ?", r"\. ?", "-", " - ")
_ENGLISH = rf"(?P<en>sept|{_any(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)})\.?{_END}"
# "ngày 25 tháng năm 2024" may be May, or a form with a blank for the month.
_MONTH_WORDS = _any(word + "(?! [0-9]{4})" * (word == "năm") for word in _NUMBERS)
_MONTH = rf"(?:tháng|thg\.?|th\.?) ?(?:{_M}|(?P<vi>{_MONTH_WORDS})){_END}"
_WEEKDAY = rf"(?:thứ ?(?P<w>{_any(_WEEKDAYS)})|chủ ?nhật|cn)(?!\w)"
_PART = "(?:rạng )?(?P<part>sáng)(?: sớm)?|(?P<part>trưa)|(?:xế )?(?P<part>chiều)(?: tối)?|(?P<part>tối)"
_PART = f"(?:{_PART}|(?P<part>đêm)(?: khuya)?|(?P<part>khuya))"
_TWO_DIGITS = r"(?P<rfc>\d\d)(?=,? \d\d?:\d\d)|(?P<yy>\d\d)(?![\d:])"
_DAYS = [
    *(rf"{_D}{s}{_M}{s}(?:{_Y}|(?P<yy>\d\d)(?![\d:]|{s}\d))" for s in _BETWEEN),
    *(rf"{_Y}{s}{_M}{s}{_D}(?!\d|{s}\d)" for s in _BETWEEN),
    _both(rf"{_D}(?: [/-] |[ ,/-]?){_MONTH}[ ,/.-]{{1,3}}(?:năm )?{_Y}"),
    _both(rf"{_MONTH} {_D}(?:, ?| ){_Y}"),
    rf"{_D}(?:st|nd|rd|th)?(?: of |[ ,/.-]{{0,2}}){_ENGLISH}(?:, ?|[ /.-])(?:{_Y}|{_TWO_DIGITS})",
    rf"{_ENGLISH}[ -]{_D}(?:st|nd|rd|th)?(?:, ?|[ -]){_Y}",
    rf"{_Y}[ /.-]{_ENGLISH}[ /.-]{_D}(?!\d)",
]
_SS = r"(?P<ss>\d\d)(?!\d)(?:[.,](?P<us>\d{1,12})(?![\d/]|[.-]\d{1,2}[/.-]))?"
_CLOCK = rf"t(?P<hh>\d\d)(?::?(?P<mm>\d\d)(?::?{_SS})?)?| (?P<hh>\d\d):(?P<mm>\d\d)(?::{_SS})?"
_ISO = rf"{_Y}-(?P<m>\d\d)-(?P<d>\d\d)(?:{_CLOCK})"
_ISO += r"(?: ?(?P<off>z|[+-]\d\d(?::?\d\d)?))?(?![\w:+]|[/.,-]\d| ?(?:[ap]\.?m|sa|ch)\b)"
_HALF = r"(?: ?(?P<half>[ap]\.m\.|[ap]\.?m|sa|ch)(?!\w))?"
_TIME = rf"(?P<hh>\d{{1,2}})(?: : |:)(?P<mm>\d\d)(?!\d)(?:(?: : |:){_SS})?(?:'| ?h(?!\w))?{_HALF}"
_TIME += r"(?: ?(?P<off>z|[+-]\d{4}|\+\d{1,2}(?::\d\d)?|-\d\d:\d\d)(?![\w/]|[.-]\d))?"
_DAY_FOLLOWS = _any(rf"{s}\d{{1,2}}{s}\d" for s in _BETWEEN) + rf"|[ ,/-]{{0,3}}(?:th[áa]ng|thg|th\.? ?\d|{_ENGLISH})"
_MINUTES = r"(?P<mm>\d{1,2}) ?(?:ph[úu]t|ph|p|m|')(?: ?(?P<ss>\d{1,2}) ?(?:gi[âa]y|s|\"))?"
_SPOKEN = rf"(?P<hh>\d{{1,2}})(?: ?h| ?gi[ờo]|g)(?: ?{_MINUTES}| ?(?P<mm>\d\d)(?!\d|{_DAY_FOLLOWS}))?(?!\w){_HALF}"
# Weekday, month, day, time and zone, year: how C, Unix, Java and JavaScript print it.
_ASCTIME = rf"^(?:[a-z]+,? )?({_any(name[:3] for name in _MONTHS)}) (\d\d?) "
_ASCTIME += r"(\d\d?:\d\d(?::\d\d)?(?: [ap]m)?(?: [a-z]{1,5}| gmt[+-][\d:]+| [+-]\d{2,4})?) (\d{4})$"
_HANOI = _both("giờ (?P<hanoi>việt nam|hà nội|đông dương|vn)") + "|asia/(?P<hanoi>ho_chi_minh|saigon|bangkok)"
_OFFSET = r"(?:gmt|utc) ?(?P<off>[+-]{0})|\(?(?P<off>\+{0})|\((?P<off>-{0})".format(r"\d{1,2}(?::?\d\d)?")
_OFFSET = rf"(?:{_OFFSET})(?!\d|[/.-]\d)|(?P<zone>{_any(_ZONES)})|{_HANOI}"
_BEHIND_TIME = _any(rf"(?<={before})" for before in (r"\d ", r"\d \(", "[ap]m ", r"[ap]m \(", r"m\. "))
_UNKNOWN = r"giờ (?!(?:đăng|xuất|phát|cập|ngày|gmt|utc|sáng|trưa|chiều|tối|đêm|thứ)\b)[^\W\d_]+"
_UNKNOWN = rf"{_both('giờ địa phương')}|{_UNKNOWN}|(?:africa|america|asia|australia|europe|us)/\w+"
_UNKNOWN += rf"|{_BEHIND_TIME}(?!at\b)(?:[a-y]|[a-z]{{1,3}}t)\b"  # what can only be a zone there
_COUNTED = "(?:" + _both("lượt (?:xem|đọc|truy cập)|bình luận|phút đọc") + "|views?|comments?|min read)"
_COUNTER = r"(?:\d{1,3}(?:[.,]\d{3})++|\d{1,7})(?!\d|[/.:-]\d)"
_LABELS = "ngày|lúc|vào|hồi|giờ|đăng(?: tải)?|cập nhật(?: lần cuối| mới nhất)?|xuất bản|phát hành|thời gian|gửi lúc"
_OTHER_DAYS = _both("trước|khoảng|dự kiến|âm lịch|sinh ngày|ngày sinh") + "|sau|từ|đến|tới|hạn|hết|ảnh chụp"
_KINDS = [
    ("I", _ISO),
    ("C", rf"{_COUNTER} ?{_COUNTED}{_END}|{_COUNTED} ?:? ?{_COUNTER}"),
    ("W", rf"{_both(_WEEKDAY)}|t[2-7](?![\w:])|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?{_END}"),
    ("D", _any(_DAYS)),
    ("O", r"24 ?(?:h|gi[ờo])(?! ?\d\d\b|\w)"),  # "Tin 24h": a name more often than an hour
    ("T", f"{_TIME}|{_SPOKEN}"),
    ("Z", f"(?:{_OFFSET}){_END}"),
    ("X", rf"(?:{_OTHER_DAYS}|before|after|since|until|from|about){_END}|[~≈?]"),
    ("P", rf"{_both(_PART)}{_END}|(?<=\d )(?P<part>[ap]\.?m\.?|sa|ch)(?!\w)"),
    ("U", _UNKNOWN),
    ("L", rf"(?:{_both(_LABELS)}|published|posted|updated|date|time|last|on|at){_END}"),
    ("N", r"\d+"),
    ("O", r"[^\W\d_]+(?:\d++(?![/.:-]\d)\w*)?"),  # one word: "k14", but not "ngày25/9/2024"
    ("S", r"[-|,·•»>]"),
    ("E", r"[.:;!]"),
    ("M", r"\S"),
]
_TOKEN = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS)

_AMOUNT = rf"(?P<n>\d{{1,4}}|{_any(_NUMBERS)}) (?P<unit>{_any(_UNITS)})"
_SHIFT = rf"(?:{_PART} |ngày )?hôm (?P<shift>nay|qua|kia)|{_PART} (?P<shift>nay|qua|mai)|ngày (?P<shift>mai)"
_SHIFT = rf"(?:{_SHIFT}|ngày kia|(?:ngày|{_PART}) mốt)(?:[ ,(]+(?:ngày )?(?P<also>\d[\d/.-]*))?"
_WEEK = rf"(?:(?:{_PART}|hôm|ngày) )?{_WEEKDAY} tuần (?P<week>{_any(_WEEKS)})"
_RELATIVE = _any(map(_both, [rf"cách đây {_AMOUNT}(?: trước)?", f"{_AMOUNT} trước", _SHIFT, _WEEK]))
_BEFORE = f"(?:(?:{_PART} )?(?:ngày|hôm)|{_PART})"
_DAY = _both(rf"{_BEFORE} ?{_D}(?:(?: ?/ ?|[.-]){_M})?|{_D} ?/ ?{_M}|(?:{_BEFORE} )?{_D}(?:/| ?){_MONTH}")
