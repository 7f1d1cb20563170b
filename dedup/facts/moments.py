"""What the pieces of a date mean: their calendar parts, counted from the day of publication where that is known."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from dedup import dates
from dedup.facts.plain import fold
from dedup.facts.values import Moment

__all__ = ["read_piece", "settled"]

_Groups = dict[str, str]
_When = datetime | date | None

_NUMBERS = {"một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7}
_NUMBERS |= {"tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12, "i": 1, "ii": 2, "iii": 3}
_NUMBERS |= {"iv": 4, "nhất": 1, "nhì": 2}
_WEEKDAYS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5}
_WEEKDAYS |= {str(n + 2): n for n in range(6)}
_SHIFTS = {"nay": 0, "qua": -1, "kia": -2, "mai": 1, "này": 0, "ngoái": -1, "trước": -1, "rồi": -1, "vừa qua": -1}
_SHIFTS |= {"vừa rồi": -1, "sau": 1, "tới": 1}
_SHIFTS = {fold(word): shift for word, shift in _SHIFTS.items()}


def read_piece(kind: str, groups: _Groups, published: _When) -> Moment | None:
    """The meaning of a piece by its kind and the named groups of its pattern; None where it means nothing."""
    return _READERS.get(kind, _calendar)(groups, published)


def _calendar(groups: _Groups, published: _When) -> Moment:
    year = int(groups["y"]) if "y" in groups else None
    if "yy" in groups:
        year = int(groups["yy"]) + (2000 if int(groups["yy"]) < 50 else 1900)
    if "ys" in groups:
        year = _shifted_year(groups["ys"], published)
    month = int(groups["m"]) if "m" in groups else _number(groups.get("mw"))
    whole: dict[str, Any] = {
        name: int(groups[key]) for name, key in (("day", "d"), ("last_day", "d2"), ("last_year", "y2")) if key in groups
    }
    is_lunar = groups.get("on") in ("mùng", "mồng")
    moment = Moment(year=year, month=month, is_lunar=is_lunar, period=groups.get("edge", ""), **whole)
    if "h" in groups:
        moment = replace(moment, hour=int(groups["h"]), minute=int(groups["mi"]))
    return moment


def _lunar(groups: _Groups, published: _When) -> Moment:
    day = int(groups["d"]) if "d" in groups else _number(groups.get("mw"))
    return Moment(day=day, is_lunar=True)


def _number(word: str | None) -> int | None:
    return None if word is None else _FOLDED[word]


_FOLDED = {fold(word): number for word, number in _NUMBERS.items()}


def _shifted_year(word: str, published: _When) -> int | None:
    return published.year + _SHIFTS[word] if published else None


def _month(groups: _Groups, published: _When) -> Moment:
    """tháng 9/2013, tháng 9 vừa qua, tháng 9 năm ngoái."""
    moment = _calendar(groups, published)
    if "k" in groups and moment.year is None and moment.month and published:
        shift = _SHIFTS[groups["k"]]
        turn = moment.month > published.month if shift <= 0 else -(moment.month <= published.month)
        moment = replace(moment, year=published.year - turn)
    return moment


def _months(groups: _Groups, published: _When) -> Moment | None:
    """9 tháng đầu năm 2013."""
    count = int(groups["n"]) if groups["n"].isdigit() else _number(groups["n"])
    if not count or count > 12:
        return None
    year = int(groups["y"]) if "y" in groups else _shifted_year(groups["ys"], published) if "ys" in groups else None
    first, last = (1, count) if groups["edge"] == fold("đầu") else (13 - count, 12)
    return Moment(year=year, month=first, last_month=last)


def _quarter(groups: _Groups, published: _When) -> Moment:
    quarter = int(groups["q"]) if groups["q"].isdigit() else _FOLDED[groups["q"]]
    rest = _calendar({k: v for k, v in groups.items() if k in ("y", "ys", "edge")}, published)
    return replace(rest, month=3 * quarter - 2, last_month=3 * quarter)


def _ago(groups: _Groups, published: _When) -> Moment:
    """cách đây 3 ngày, 2 năm trước."""
    count = int(groups["n"]) if groups["n"].isdigit() else _FOLDED[groups["n"]]
    if published is None:
        return Moment(is_relative=True)
    if groups["unit"] == "năm":
        return Moment(year=published.year - count)
    if groups["unit"] == "tháng":
        months = published.year * 12 + published.month - 1 - count
        return Moment(year=months // 12, month=months % 12 + 1)
    if groups["unit"] == "tuần":
        return Moment(is_relative=True)
    return _of_day(_resolved(f"{count} {groups['unit']} trước", published))


def _century(groups: _Groups, published: _When) -> Moment:
    text = groups["cent"]
    number = int(text) if text.isdigit() else sum({"x": 10, "v": 5, "i": 1}[c] for c in text)
    number -= 2 * (text.endswith(("iv", "ix")))
    return Moment(period=f"{groups.get('edge', '')} thế kỷ {number}".strip())


def _clock(groups: _Groups, published: _When) -> Moment:
    minute = 30 if "half" in groups else int(groups["mi"]) if "mi" in groups else None
    return Moment(hour=int(groups["h"]), minute=minute)


def _near(groups: _Groups, published: _When) -> Moment:
    part = _part(groups.get("pt", ""))
    if "dk" not in groups or published is None:
        return Moment(part=part, is_relative="dk" in groups or "rel" in groups)
    day = _today(published) + timedelta(days=_SHIFTS[groups["dk"]])
    return Moment(day.year, day.month, day.day, part=part)


def _part(words: str) -> str:
    for part in ("sáng", "trưa", "chiều", "tối", "đêm", "khuya"):
        if part in words:
            return "đêm" if part == "khuya" else part
    return ""


def _weekday(groups: _Groups, published: _When) -> Moment:
    weekday = 6 if "sunday" in groups else _WEEKDAYS[groups["w"]]
    if "k" not in groups or published is None:
        return Moment(weekday=weekday)
    today = _today(published)
    day = today + timedelta(days=weekday - today.weekday() + 7 * _SHIFTS[groups["k"]])
    return Moment(day.year, day.month, day.day, weekday=weekday)


def _week(groups: _Groups, published: _When) -> Moment:
    if "k" not in groups or published is None:
        return Moment(is_relative=True)
    year, week, _ = (_today(published) + timedelta(days=7 * _SHIFTS[groups["k"]])).isocalendar()
    return Moment(period=f"{groups.get('edge', '')} tuần {year}-{week:02}".strip())


def _this_month(groups: _Groups, published: _When) -> Moment:
    if published is None:
        return Moment(is_relative=True, period=groups.get("edge", ""))
    months = published.year * 12 + published.month - 1 + _SHIFTS[groups["k"]]
    return Moment(year=months // 12, month=months % 12 + 1, period=groups.get("edge", ""))


def _this_year(groups: _Groups, published: _When) -> Moment:
    year = _shifted_year(groups["k"], published)
    return Moment(year=year, period=groups.get("edge", ""), is_relative=year is None)


_READERS: dict[str, Callable[[_Groups, _When], Moment | None]] = {
    "lunar": _lunar, "month": _month, "months": _months, "quarter": _quarter, "ago": _ago, "century": _century,
    "clock": _clock, "shift": _near, "part": _near, "near": _near, "weekday": _weekday, "week": _week,
    "this_month": _this_month, "this_year": _this_year,
}  # fmt: skip


def _today(published: datetime | date) -> date:
    if not isinstance(published, datetime):
        return published
    return (
        (published if published.utcoffset() is not None else published.replace(tzinfo=dates.ZONE))
        .astimezone(dates.ZONE)
        .date()
    )


@functools.lru_cache(maxsize=4096)
def _resolved(words: str, published: datetime | date) -> datetime | date | None:
    return dates.resolve(words, published)


def _of_day(day: datetime | date | None) -> Moment:
    return Moment(day.year, day.month, day.day) if day else Moment(is_relative=True)


def settled(m: Moment, published: _When) -> Moment:
    """The hour of 24 that the part of the day tells, and the year where publication does."""
    if m.hour is not None and m.part:
        is_later = m.part in ("chiều", "tối") or (m.part == "đêm" and m.hour >= 6) or (m.part == "trưa" and m.hour < 4)
        if is_later and m.hour < 12:
            m = replace(m, hour=m.hour + 12)
        elif m.hour == 12 and m.part == "đêm":
            m = replace(m, hour=0)
    if published and m.day and m.year is None and not m.is_lunar and not m.is_relative:
        day = _resolved(f"{m.day}/{m.month}" if m.month else f"ngày {m.day}", published)
        is_near = day is not None and (_today(published) - _today(day)).days <= (45 if m.month else 10)
        if day is not None and is_near:  # a day long ago may be one to come
            m = replace(m, year=day.year, month=day.month)
    return m
