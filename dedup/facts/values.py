"""What a mention means: frozen values, one type for each way of comparing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dedup.models import FactKind

__all__ = ["Amount", "Birth", "Code", "Hedge", "Mention", "Moment", "Name", "Quote", "Value"]

# about: khoảng, chừng; over: hơn, trên; under: gần; least: ít nhất; most: tối đa, dưới
Hedge = Literal["", "about", "over", "under", "least", "most"]


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity, a sum of money or a share, in the base unit of its dimension.

    Attributes:
        low, high: the value; they differ for a range and for "hàng chục".
        step: what the last written digit (before trailing zeros) counts: 100 for 142.600, 10**8 for 87,9 tỷ.
        digits: significant digits written.
        dimension: "mass", "money:VND", "người", "money:VND/mass", ...; "" where no unit stands.
        hedge: what stands before it.
        is_rounded: whether it is written as round figures are: a scale word (88 tỷ), decimals, two zeros at the end.
    """

    low: float
    high: float
    step: float
    digits: int
    dimension: str
    hedge: Hedge = ""
    is_rounded: bool = False


@dataclass(frozen=True, slots=True)
class Birth:
    """A year of birth; `published`: the year of the article, None where it is not known."""

    year: int
    published: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, time or period, by the parts that are known; None (or "") are not.

    Attributes:
        year, month, day, hour, minute: as in a calendar; the hour of 24 where the part of the day tells it.
        weekday: 0 is Monday.
        part: "sáng", "trưa", "chiều", "tối" or "đêm".
        last_year, last_month, last_day: of a span of days, months (a quarter) or years.
        period: words for a time that no calendar number says: "cuối tuần", "đầu năm", "thế kỷ 15".
        is_relative: the words count from a day that is not known: "hôm qua" without a date of publication.
        is_lunar: by the lunar calendar: mùng 3 Tết.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    weekday: int | None = None
    part: str = ""
    last_year: int | None = None
    last_month: int | None = None
    last_day: int | None = None
    period: str = ""
    is_relative: bool = False
    is_lunar: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A mark that names one thing.

    Attributes:
        label: what it is a code of: "plate", "document", "phone", "flight", a word before it ("mã đề", "lớp", "thứ") or
            the letters in it; codes with another label do not compare.
        text: letters and digits alone, lower case.
    """

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A person, an organisation or a place.

    Attributes:
        syllables: canonical: lower case, aliases applied, without title ("ông") or head ("tỉnh").
        head: the kind of place ("quận", "sông"); "" for others. "phrase": a place without a name ("tại chỗ").
    """

    syllables: tuple[str, ...]
    head: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that someone is quoted with.

    Attributes:
        syllables: the words, lower case.
        speaker: the canonical syllables of who said them; empty where that is not known.
    """

    syllables: tuple[str, ...]
    speaker: tuple[str, ...] = ()


Value = Amount | Birth | Moment | Code | Name | Quote


@dataclass(frozen=True, slots=True)
class Mention:
    """A typed fact in a text: `text[start:end]` in code points of the original string, and what it means."""

    start: int
    end: int
    kind: FactKind
    value: Value
