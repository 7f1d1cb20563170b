"""Whether two mentions say the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

from dedup.facts.values import Amount, Birth, Code, Mention, Moment, Name, Quote, Value

__all__ = ["agree", "bounds"]

_SLACK = 1e-9  # of the values compared: floats
_PARTS = {"sáng": range(12), "trưa": range(10, 15), "chiều": range(12, 20), "tối": range(17, 24)}
_HOURS = {**_PARTS, "đêm": [*range(18, 24), *range(5)]}


def agree(a: Mention, b: Mention) -> bool | None:
    """Whether two mentions can stand for the same fact: True the same or a compatible value, False another one.

    None where they do not compare: another kind, another unit or label, quotes of other words, names that share a
    syllable without one being the short form of the other. Symmetric; True for a mention and itself.

    - Amounts: equal after rounding to the rougher of the two, where that one is written as round figures are (three
      significant digits, decimals, "88 tỷ"; else within 0.5 %); "khoảng 65 tấn" also means 65,2, "hơn 12 năm" means 12
      to 13; ranges agree with ranges whose ends do, and with what lies inside.
    - A year of birth agrees with an age that it gives in the year of publication, or where that is not known in some
      year since 1990.
    - Days and times: no part known on both sides differs.
    - Names: one is the other or its short form (its first or last syllables).

    >>> from dedup.facts import find_facts
    >>> agree(*find_facts("142.600 người; 142.587 người")), agree(*find_facts("hơn 12 năm; hơn 13 năm"))
    (True, False)
    """
    if a.kind != b.kind:
        return None
    first, last = sorted((a.value, b.value), key=lambda value: type(value).__name__)
    if a.value == b.value:
        return True
    compare = _WAYS.get((type(first), type(last)))
    return compare(first, last) if compare else None


def bounds(value: Value) -> tuple[tuple[float, float], ...]:
    """Intervals, as many for each way of comparing: two values agree only where each of them meets its counterpart."""
    if isinstance(value, Amount):
        low, high, _ = _reach(value)
        slack = value.step / 2 + 2 * _SLACK * abs(value.high)
        return ((min(low, value.low) - slack, max(high, value.high) + slack),)
    if isinstance(value, Birth):
        return (_ANY,)
    if not isinstance(value, Moment):
        return ()
    m = value
    if m.is_lunar:
        return (_ANY,) * 5
    is_span = m.last_year is not None or m.last_month is not None or m.last_day is not None
    rows = ((m.year, m.last_year), (m.month, m.last_month), (None, None) if is_span else (m.day, None))
    return tuple(_interval(*row) for row in (*rows, (m.hour, None), (m.minute, None)))


_ANY = (-math.inf, math.inf)


def _interval(first: int | None, last: int | None) -> tuple[float, float]:
    return _ANY if first is None else (first, max(first, last or first))


# ----------------------------------------------------------------------------------------------------------- amounts


def _amounts(a: Amount, b: Amount) -> bool | None:
    if a.dimension != b.dimension:
        return None
    if a.dimension == "tỷ số":
        return (a.low, a.high) == (b.low, b.high)
    if {a.hedge, b.hedge} == {"least", "most"}:
        return None
    if _same_figures(a, b):
        return True
    if a.low < a.high and b.low < b.high:
        is_vague = a.high > 3 * a.low or b.high > 3 * b.low
        return is_vague and a.low <= b.high and b.low <= a.high
    if not a.hedge and not b.hedge and a.low == a.high and b.low == b.high:
        return False
    if a.hedge == b.hedge and a.hedge in ("least", "most"):
        return False
    return _overlap(_reach(a), _reach(b))


def _same_figures(a: Amount, b: Amount) -> bool:
    """Equal, or one the rounding of the other, be it down (782 tỷ for 782,6)."""
    rough = max(_rounding(a), _rounding(b)) if a.step != b.step else 0.0
    rounder, finer = (a, b) if a.step > b.step else (b, a)
    is_cut = rounder.digits >= 3 and rounder.low < finer.low
    allowed = rough * (0.999 if is_cut else 0.5) + _SLACK * max(abs(a.high), abs(b.high))
    return abs(a.low - b.low) <= allowed and abs(a.high - b.high) <= allowed


def _rounding(a: Amount) -> float:
    if a.hedge in ("least", "most") or not a.is_rounded:
        return 0.0
    return a.step if a.digits >= 3 else min(a.step, 0.01 * a.high)


def _reach(a: Amount) -> tuple[float, float, bool]:
    """The lowest and the highest value meant, and whether the highest is itself meant."""
    if a.hedge == "about":
        slack = min(a.step / 2, a.low / 4)
        return a.low - slack, a.high + slack, a.low < a.high
    if a.hedge == "over":
        return a.low, a.high + min(a.step, a.high), False
    if a.hedge == "under":
        return a.low - min(a.step, a.low / 4), a.high, True
    if a.hedge == "least":
        return a.low, float("inf"), True
    if a.hedge == "most":
        return 0.0, a.high, True
    return a.low, a.high, True


def _overlap(a: tuple[float, float, bool], b: tuple[float, float, bool]) -> bool:
    lowest, highest = max(a[0], b[0]), min(a[1], b[1])
    if abs(lowest - highest) <= _SLACK * abs(highest):
        return all(has_end or high > highest * (1 + _SLACK) for _, high, has_end in (a, b))
    return lowest < highest


def _births(a: Birth, b: Birth) -> bool:
    return a.year == b.year


def _age(age: Amount, birth: Birth) -> bool | None:
    if age.dimension != "age":
        return None
    if birth.published is not None:
        years = birth.published - birth.year
        return age.low - 1 <= years <= age.high + 1 if age.hedge else age.low <= years <= age.high + 1
    return True if 1990 <= birth.year + age.low <= date.max.year and birth.year + age.low <= 2100 else None


# ------------------------------------------------------------------------------------------------------ days and times


def _moments(a: Moment, b: Moment) -> bool:
    if a.is_lunar != b.is_lunar and (a.day or a.month) and (b.day or b.month):
        return True  # a lunar and a solar day may be the same
    spans = [(a.year, a.last_year, b.year, b.last_year), (a.month, a.last_month, b.month, b.last_month)]
    is_span = any(x.last_year or x.last_month or x.last_day for x in (a, b))
    if a.last_month == b.last_month or not is_span:
        spans.append((a.day, a.last_day, b.day, b.last_day))
    if not all(_within(*span) for span in spans):
        return False
    for x, y in ((a.hour, b.hour), (a.minute, b.minute), (a.weekday, b.weekday)):
        if x is not None and y is not None and x != y:
            return False
    if a.period and b.period and a.period != b.period:
        return False
    return all(_fits(x, y) for x, y in ((a, b), (b, a)))


def _within(a: int | None, a_last: int | None, b: int | None, b_last: int | None) -> bool:
    if a is None or b is None:
        return True
    if a_last is not None and b_last is not None:
        return (a, a_last) == (b, b_last)
    return a <= b <= (a_last or a) or b <= a <= (b_last or b)


def _fits(a: Moment, b: Moment) -> bool:
    """Whether the part of the day and the weekday of one fit hour and day of the other."""
    if a.part and b.part and a.part != b.part and {a.part, b.part} != {"tối", "đêm"}:
        return False
    if a.part and b.hour is not None and not b.part and b.hour not in _HOURS.get(a.part, range(24)):
        return False
    if a.weekday is None or a.is_relative or None in (b.year, b.month, b.day) or b.last_day or b.is_lunar:
        return True
    try:
        return date(b.year or 1, b.month or 1, b.day or 1).weekday() == a.weekday
    except ValueError:
        return True


# ------------------------------------------------------------------------------------------ codes, names and quotations


def _codes(a: Code, b: Code) -> bool | None:
    return a.text == b.text if a.label == b.label else None


def _names(a: Name, b: Name) -> bool | None:
    short, long = sorted((a.syllables, b.syllables), key=len)
    is_phrase = "phrase" in (a.head, b.head)
    if is_phrase and a.head != b.head:
        return None
    if a.head and b.head and a.head != b.head and any(s[:1].isdigit() for s in (*short, *long)):
        return None
    if is_phrase:
        return short == long
    if short == long[-len(short) :] or short == long[: len(short)]:
        return True
    return None if short[-1] == long[-1] else False


def _quotes(a: Quote, b: Quote) -> bool | None:
    first, last = set(a.syllables), set(b.syllables)
    shared = len(first & last) / max(1, min(len(first), len(last)))
    if shared < 0.5:
        return None
    is_other = a.speaker and b.speaker and _names(Name(a.speaker), Name(b.speaker)) is False
    return shared >= 0.8 and not is_other


_WAYS: dict[tuple[type, type], Callable[[Any, Any], bool | None]] = {
    (Amount, Amount): _amounts,
    (Amount, Birth): _age,
    (Birth, Birth): _births,
    (Code, Code): _codes,
    (Moment, Moment): _moments,
    (Name, Name): _names,
    (Quote, Quote): _quotes,
}
