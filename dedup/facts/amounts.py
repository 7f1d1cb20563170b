"""Quantities, money and shares: a number, what stands before it (gần, từ) and the unit or noun behind it."""

from __future__ import annotations

import functools
from dataclasses import replace

import regex

from dedup import lexicon
from dedup.facts.numbers import FIRSTS, START, Number, read_number
from dedup.facts.page import Page
from dedup.facts.plain import compile_pattern, fold
from dedup.facts.values import Amount, Code, Hedge, Moment
from dedup.facts.words import word_before, words
from dedup.models import FactKind

__all__ = ["find_amounts"]

_HEDGES: tuple[Hedge, ...] = ("about", "over", "under", "least", "most")
_NOUN = compile_pattern(r" ([^\W\d]++)")
_BETWEEN = compile_pattern(r"(?: ?- ?| (?:đến|tới|cho đến|và) (?:khoảng |gần |hơn )?)(?=[0-9]|[^\W\d])")
_HALF = compile_pattern(r" rưỡi\b")
_BOUND = compile_pattern(r" trở (?:lên|xuống)\b")
_SIGNS = {"$": "$", "€": "€", "£": "£"}
_SUMMED = {"time", "months", "length", "mass", "prison", "temperature"}
_SCALES_ALONE = {fold(word) for word in ("trăm", "nghìn", "ngàn", "vạn", "triệu", "tỷ", "tỉ")}


@functools.cache
def _units() -> dict[str, tuple[str, float]]:
    units: dict[str, tuple[str, float]] = {}
    for form, meaning in lexicon.units():
        kind, _, rest = meaning.partition(" ")
        form = fold(form)
        units[form] = (fold(rest) or form, 1.0) if kind == "count" else (kind, float(rest))
    return units


@functools.cache
def _unit_pattern() -> regex.Pattern[str]:
    units = r" ?(?P<unit>\L<units>)(?!\w)(?:(?: ?/ ?| mỗi | một )(?P<per>\L<units>)(?![\w]))?"
    return compile_pattern(units, units=list(_units()))


def find_amounts(page: Page) -> None:
    """Claims the quantities, sums and shares of a page, then the numbers that stand alone."""
    done = 0
    for at in page.starts(FIRSTS):
        if at >= done and START.match(page.low, at):
            done = max(done, _claim_at(page, at))


def _claim_at(page: Page, at: int) -> int:
    """Claims what begins with the number at a place; where to go on."""
    low = page.low
    number = read_number(low, at)
    if number is None:
        return at + 1
    second = _second(page, number)
    hi = second.hi if second else number.hi
    unit = _unit_pattern().match(low, hi)
    if unit is None and second is not None:
        if _is_score(low, number, second):
            page.claim(at, second.hi, "quantity", Amount(number.low, second.low, 1.0, 1, "tỷ số"))
            return second.hi
        if not (_year(low, number) and _year(low, second)):
            second, hi = None, number.hi
            unit = _unit_pattern().match(low, hi)
    if unit is not None and not page.is_free(hi, unit.end()):
        unit = None
    label = _label(low, at, unit is not None)
    if label and not second and not number.in_words and number.scale == 1:
        page.claim(at - len(label) - 1, number.hi, "code", Code(label, low[at : number.hi]))
        return number.hi
    if unit is not None:
        return _claim_unit(page, number, second, unit)
    return _claim_bare(page, number, second)


def _second(page: Page, number: Number) -> Number | None:
    between = _BETWEEN.match(page.low, number.hi)
    start = between and START.match(page.low, between.end())
    if not between or not start or page.taken[start.start()]:
        return None
    second = read_number(page.low, start.start())
    if second is None or ("-" not in between[0] and number.in_words != second.in_words):
        return None
    return None if "và" in between[0] else second


def _is_score(low: str, first: Number, second: Number) -> bool:
    is_short = first.hi - first.lo <= 2 and second.hi - second.lo <= 2 and not first.in_words
    is_small = first.hi - first.lo == 1 == second.hi - second.lo
    return (
        is_short
        and "-" in low[first.hi : second.lo]
        and (is_small or word_before(low, first.lo) in words("before score"))
    )


def _year(low: str, number: Number) -> int | None:
    digits = low[number.lo : number.hi]
    return int(digits) if len(digits) == 4 and digits.isdigit() and digits[:2] in ("18", "19", "20") else None


def _label(low: str, at: int, has_unit: bool) -> str:
    """The word before a number that makes it a label: lớp 12, điều 5; "" where there is none."""
    if low[at - 1 : at] != " ":
        return ""
    word = low[max(0, at - 12) : at - 1].rpartition(" ")[2].rpartition("\n")[2]
    is_label = word in words("always label") or (not has_unit and word in words("label"))
    return word if is_label and low[at - len(word) - 6 : at - 1] != "tổng " + word else ""


@functools.cache
def _hedges() -> dict[str, Hedge]:
    return {word: hedge for hedge in _HEDGES for word in words(hedge)}


def _hedge(low: str, at: int) -> tuple[int, Hedge]:
    """Where the mention begins with the words before the number, and what they mean."""
    start, hedges = at, _hedges()
    hedge: Hedge = ""
    for _ in range(2):
        if low[start - 1 : start] != " ":
            break
        before = low[max(0, start - 24) : start - 1].rpartition("\n")[2].split(" ")
        double, single = " ".join(before[-2:]), before[-1]
        found = double if double in hedges else single
        if found not in hedges or (found == "hơn" and before[-2:-1] and before[-2] in words("comparative")):
            break
        start -= len(found) + 1
        hedge = "about" if hedge and "about" in (hedge, hedges[found]) else hedges[found]
    return start, hedge


def _claim_unit(page: Page, number: Number, second: Number | None, unit: regex.Match[str]) -> int:
    low, form = page.low, unit["unit"]
    dimension, factor = _units()[form]
    single = low[number.lo : number.hi]
    if (
        single == "một"
        and not second
        and (dimension in words("article") or dimension in ("time", "months", "age", "score"))
    ):
        return number.hi
    if single == "năm" and (
        form.startswith("học") or form == "tháng" or word_before(low, number.lo) in words("before năm")
    ):
        return number.hi
    if dimension in ("time", "length", "area", "volume", "mass", "months", "percent") and "," in single:
        number = read_number(low, number.lo, is_counted=False) or number
    if unit["per"]:
        per, per_factor = _units()[unit["per"]]
        dimension, factor = f"{dimension}/{per}", factor / per_factor
    amount, lo = _amount(low, number, second, dimension, factor)
    hi = int(unit.end())
    if half := _HALF.match(low, hi):
        amount, hi = (
            replace(amount, low=amount.low + factor / 2, high=amount.high + factor / 2, step=factor / 2),
            half.end(),
        )
    if bound := _BOUND.match(low, hi):
        amount, hi = replace(amount, hedge="least" if "lên" in bound[0] else "most"), bound.end()
    if low[lo - 1 : lo] in _SIGNS:
        lo -= 1
    if _join(page, lo, hi, amount):
        return hi
    page.claim(lo, hi, _kind(dimension), amount)
    return hi


def _kind(dimension: str) -> FactKind:
    if dimension.startswith("money:"):
        return "money"
    return "percent" if dimension in ("percent", "points") else "quantity"


def _amount(low: str, first: Number, second: Number | None, dimension: str, factor: float) -> tuple[Amount, int]:
    """The amount of a number or a range, and where it begins with the words before it."""
    lo, hedge = _hedge(low, first.lo)
    last = second or first
    shared = second.scale if second and first.scale == 1 and first.low * second.scale <= second.high else 1.0
    if second and low[max(0, lo - 3) : lo] == "từ ":
        lo -= 3
    digits, is_rounded = max(first.digits, last.digits), last.has_scale or last.step >= 100
    step = min(first.step * shared, last.step) * factor
    value = Amount(first.low * shared * factor, last.high * factor, step, digits, dimension, hedge, is_rounded)
    return value, lo if all(c != "\n" for c in low[lo : first.lo]) else first.lo


def _join(page: Page, lo: int, hi: int, amount: Amount) -> bool:
    """Adds an amount to the one right before it: 2 giờ 15 phút, 1 năm 6 tháng."""
    last = page.found[-1] if page.found else None
    if last is None or last.hi != lo - 1 or page.low[last.hi] != " " or not isinstance(last.value, Amount):
        return False
    before = last.value
    if amount.dimension != before.dimension or amount.dimension not in _SUMMED or amount.high >= before.step:
        return False
    if not page.is_free(last.hi, hi):
        return False
    total = replace(before, low=before.low + amount.low, high=before.high + amount.high, step=amount.step)
    page.taken[last.hi : hi] = b"\x01" * (hi - last.hi)
    last.hi, last.value = hi, replace(total, digits=before.digits + amount.digits)
    return True


def _claim_bare(page: Page, number: Number, second: Number | None) -> int:
    """A number without a unit that is known: a year, money in millions, a noun of its own, or just a number."""
    low = page.low
    year = _year(low, number)
    if (
        year is not None
        and low[number.lo - 1 : number.lo] != "-"
        and (second is None or (last := _year(low, second)) is not None)
    ):
        hi = second.hi if second else number.hi
        page.claim(number.lo, hi, "date", Moment(year=year, last_year=last if second else None))
        return hi
    noun = _NOUN.match(low, number.hi)
    word = noun[1] if noun and noun[1] not in words("no noun") else ""
    text = low[number.lo : number.hi]
    if number.in_words and number.scale < 1000 and not text.startswith(("hàng", "vài chục", "mấy chục")):
        if text == fold("một nửa"):
            _, lo = _amount(low, number, None, "percent", 1.0)
            page.claim(
                lo, number.hi, "percent", Amount(50.0, 50.0, 10.0, 1, "percent", _hedge(low, number.lo)[1], True)
            )
        return number.hi
    if text in _SCALES_ALONE or low[number.lo - 1 : number.lo] == "-" or _is_numbering(low, number):
        return number.hi
    sign = low[number.lo - 1 : number.lo]
    dimension = word
    if sign in _SIGNS and sign:
        dimension = _units()[sign][0]
    elif not word and number.scale >= 1e6:
        dimension = "money:VND"
    amount, lo = _amount(low, number, None, dimension, 1.0)
    lo -= sign in _SIGNS and lo == number.lo and bool(sign)
    page.claim(lo, number.hi, _kind(dimension), amount)
    return number.hi


def _is_numbering(low: str, number: Number) -> bool:
    """1. or 2) at the start of a line."""
    is_first = not low[low.rfind("\n", max(0, number.lo - 4), number.lo) + 1 : number.lo].strip(" -(") and number.lo < 4
    is_first |= "\n" in low[max(0, number.lo - 2) : number.lo]
    return is_first and number.hi - number.lo <= 2 and low[number.hi : number.hi + 1] in (".", ")", "/", ":")
