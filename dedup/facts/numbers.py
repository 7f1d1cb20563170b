"""Numbers as Vietnamese news writes them: 1.340; 36,73; 88 nghìn tỷ; 3 triệu rưỡi; hai mươi lăm; hàng chục."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import regex

from dedup.facts.plain import compile_pattern, fold

__all__ = ["DIGITS", "FIRSTS", "START", "Number", "read_digits", "read_number"]

_LONGEST = 24  # characters of a number in digits; what is longer is no number that anybody reads
_UNITS = {"một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5, "sáu": 6}
_UNITS |= {"bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
_VAGUE = {"vài": (2, 9), "mấy": (2, 9), "dăm": (3, 9), "hàng": (1, 9.999)}
_TENS = {"mười": 10, "mươi": 10, "chục": 10}
_SCALES = {"trăm": 1e2, "nghìn": 1e3, "ngàn": 1e3, "vạn": 1e4, "triệu": 1e6, "tr": 1e6, "tỷ": 1e9, "tỉ": 1e9}
_GREAT = r"(?:trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ)"
_FIVE = rf"năm(?= (?:mươi|chục|{_GREAT})\b)|(?<=linh |lẻ )năm"

DIGITS = r"[0-9]++(?:[.,][0-9]++)*+"
_FIRST = rf"(?:một|hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín|mười|vài|mấy|dăm|nửa|hàng(?= (?:chục|{_GREAT})\b)|{_GREAT})"
_NEXT = rf"(?:một|mốt|hai|ba|bốn|tư|lăm|nhăm|sáu|bảy|bẩy|tám|chín|mười|mươi|chục|linh|lẻ|{_FIVE}|{_GREAT}|rưỡi|nửa)"
# Bounded: what turns out to be no number is read again from its next word on.
_MORE = rf"(?: {_NEXT}\b){{0,20}}+(?:(?<=triệu|tỷ|tỉ|nghìn|ngàn) {DIGITS}(?: {_GREAT}\b){{1,3}}+){{0,3}}+(?: rưỡi\b)?+"
FIRSTS = frozenset(map(fold, [*_UNITS, *_VAGUE, *_SCALES, "mười", "nửa"]))
# A number, at a place where one may begin: not behind a letter (G7) nor inside a longer figure.
START = compile_pattern(rf"(?<![\w.,])(?:(?P<digits>{DIGITS})|{_FIRST}\b)")
_DIGITS_ON = compile_pattern(rf"{DIGITS}(?: ?(?:{_GREAT}|tr|chục)\b){_MORE}|{DIGITS}")
_WORDS_ON = compile_pattern(rf"{_FIRST}\b{_MORE}")
_WORDS = {fold(word): word for word in [*_UNITS, *_VAGUE, *_TENS, *_SCALES, "linh", "lẻ", "rưỡi", "nửa"]}
_PART = regex.compile(rf"{DIGITS}|[^\W\d]++")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a folded text.

    Attributes:
        lo, hi: where it stands.
        low, high: its value; they differ for "vài chục" and "hai ba".
        step: what its last digit counts, trailing zeros left out.
        digits: significant digits.
        has_scale: whether a scale word (triệu) or decimals stand in it.
        in_words: whether it has no digits at all.
        scale: the product of the scale words at its end: 10**6 for "36,8 triệu".
    """

    lo: int
    hi: int
    low: float
    high: float
    step: float
    digits: int
    has_scale: bool
    in_words: bool
    scale: float = 1.0


def read_digits(token: str, *, is_counted: bool = True) -> tuple[float, float, int] | None:
    """Value, step and significant digits of a number in digits; None where nobody would write a number so.

    Dots and commas before groups of three are thousands (1.340; 1,340,500); one comma before three digits only where
    things are counted, else it is a decimal comma (1,340 tỷ).

    >>> read_digits("1.340"), read_digits("36,73"), read_digits("1.2.3")
    ((1340.0, 10.0, 3), (36.73, 0.01, 4), None)
    """
    if len(token) > _LONGEST:
        return None
    parts = token.replace(",", ".").split(".")
    signs = [c for c in token if c in ".,"]
    decimals = ""
    if signs and not _is_grouped(parts, signs, is_counted):
        decimals = parts.pop()
        if len(signs) > 1 and (signs[-1] in signs[:-1] or not _is_grouped(parts, signs[:-1], True)):
            return None
    whole = "".join(parts)
    value = float(f"{whole}.{decimals}" if decimals else whole)
    if decimals:
        return value, 10.0 ** -len(decimals), len((whole + decimals).lstrip("0")) or 1
    digits = whole.lstrip("0")
    zeros = len(digits) - len(digits.rstrip("0"))
    return value, 10.0**zeros, len(digits) - zeros or 1


def _is_grouped(parts: list[str], signs: list[str], is_counted: bool) -> bool:
    if len(set(signs)) > 1 or not 0 < len(parts[0]) <= 3 or parts[0][0] == "0":
        return False
    return all(len(part) == 3 for part in parts[1:]) and (signs != [","] or is_counted)


def read_number(low: str, at: int, *, is_counted: bool = True) -> Number | None:
    """The number that begins at `at` in a folded text, with its scale words; None where there is none.

    >>> n = read_number("3 triệu rưỡi đồng", 0)
    >>> n.low, n.hi
    (3500000.0, 12)
    """
    in_words = not "0" <= low[at : at + 1] <= "9"
    match = (_WORDS_ON if in_words else _DIGITS_ON).match(low, at)
    if match is None:
        return None
    words = [_WORDS.get(part, part) for part in _PART.findall(match[0])]
    scales = [_SCALES[word] for word in words if word in _SCALES]
    step, has_decimals, figures = 1.0, False, [0.0] * len(words)
    for i, word in enumerate(words):
        if "0" <= word[0] <= "9":
            found = read_digits(word, is_counted=is_counted and not scales)
            if found is None:
                return None
            figures[i], step = found[0], found[1]
            has_decimals = step < 1
    first = _total(words, figures, 0)
    last = _total(words, figures, 1) if words[0] in _VAGUE or _is_double(words) else first
    step *= _step(words)
    digits = len(f"{round(last / step)}") if last / step < 1e15 else 15
    behind = (word for word in reversed(words) if word != "rưỡi")
    ending = math.prod(_SCALES[word] for word in itertools.takewhile(_SCALES.__contains__, behind))
    return Number(at, match.end(), first, last, step, digits, has_decimals or bool(scales), in_words, ending)


def _is_double(words: list[str]) -> bool:
    """hai ba người: two or three."""
    return len(words) > 1 and words[0] in _UNITS and _UNITS.get(words[1], 0) == _UNITS[words[0]] + 1


def _total(words: list[str], figures: list[float], end: int) -> float:
    """The value; `end` 0 and 1 give the lower and the upper one where the words are vague."""
    total = group = last = 0.0  # of whole scales so far, of hundreds and tens, of the digit just read
    scale = 1.0
    for i, word in enumerate(words):
        if word in _UNITS:
            group, last = (group, float(_UNITS[word])) if i == 1 and _is_double(words) else (group + last, _UNITS[word])
            if i == 1 and _is_double(words) and not end:
                last = float(_UNITS[words[0]])
        elif word in _VAGUE:
            last = float(_VAGUE[word][end])
        elif word == "nửa":
            last = 0.5
        elif word == "rưỡi":
            group += scale / 2
        elif word == "mười":
            group, last = group + last + 10, 0.0
        elif word in ("mươi", "chục", "trăm"):
            group, last, scale = group + (last or 1.0) * (_TENS.get(word) or 100), 0.0, _TENS.get(word) or 100.0
        elif word in _SCALES:
            scale, part = _SCALES[word], group + last
            total = (total + part or 1.0) * scale if total < scale else total + (part or 1.0) * scale
            group = last = 0.0
        elif word not in ("linh", "lẻ"):
            group, last = group + last, figures[i]
    return total + group + last


def _step(words: list[str]) -> float:
    """What the last figure counts: the scales behind it, half of them for rưỡi."""
    step = 1.0
    for word in reversed(words):
        if word in ("rưỡi", "nửa"):
            step *= 0.5
        elif word in _SCALES or word in ("mươi", "chục"):
            step *= _SCALES.get(word, 10.0)
        elif word == "mười":
            return step * 10
        else:
            break
    return step
