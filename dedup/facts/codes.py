"""Licence plates, document numbers, telephone numbers, flights, exam codes and other marks of letters and digits."""

from __future__ import annotations

import regex

from dedup.facts.page import Page
from dedup.facts.plain import compile_pattern, fold
from dedup.facts.values import Birth, Code

__all__ = ["find_births", "find_codes", "find_marks"]

_ALL = "|".join(
    [
        # 12/2013/NĐ-CP, 1234/QĐ-UBND
        r"(?P<document>(?<![\w/])[0-9]{1,6}/(?:(?:19|20)[0-9]{2}/[a-zđ]{2,9}[0-9]{0,3}(?:-[a-zđ]{2,9})*+"
        r"|[a-zđ]{2,9}[0-9]{0,3}(?:-[a-zđ]{2,9})++)(?!\w))",
        # 66C1 - 054.53, 71H9-2832, 29LD-123.45, 29-B1 123.45
        r"(?P<plate>(?<![\w.,/-])[0-9]{2} ?-? ?[a-zđ]{1,2}[0-9]?(?: ?- ?|\.| )?"
        r"(?:[0-9]{3}\.? ?[0-9]{2}|(?<=[- ])[0-9]{4}|(?<=[a-z][0-9]?)[0-9]{4,5})(?![\w/]|[.,][0-9]))",
        r"(?P<phone>(?<![\w.,/-])(?:(?:\(?\+?84\)? ?|\(?0)[0-9]{1,3}\)?(?:[ .-]?[0-9]{2,4}){2,3}"
        r"|1[89]00[ .-]?[0-9]{2}[ .-]?[0-9]{2,4})(?!\w|[.,/-][0-9]))",
        r"(?:chuyến bay|số hiệu|máy bay|chuyến) (?:mang số hiệu |số hiệu |số )?"
        r"(?P<flight>[a-z][a-z0-9] ?-?[0-9]{2,4})(?!\w)",
        r"(?P<label>(?<!\w)(?:mã đề(?: thi)?|đề thi mã|mã số(?: thuế)?|mã chứng khoán|số hiệu|số báo danh|sbd"
        r"|cmnd(?: số)?|cccd(?: số)?)):? {1,2}(?P<labelled>[0-9][0-9a-zđ.-]{0,14}[0-9a-z]|[0-9])(?!\w)",
    ]
)
_CODES = compile_pattern(_ALL)
# A word of letters and digits: H5N1, U23, A320, G7, Covid-19; not 9h30, 5km
_MARKS = compile_pattern(
    r"(?<![\w.,/])(?:[a-zđ]++(?:-?[0-9]++[a-zđ]*+)++|[0-9]++[a-zđ]++[0-9]++\w*+|[0-9]{1,4}[a-dđ]|[0-9]{8,24}+(?![.,/-][0-9]))(?![\w])"
)
_FIRSTS = frozenset(map(fold, ("chuyến", "số", "máy", "mã", "đề", "sbd", "cmnd", "cccd")))
_OPENING = {"(", "+"}
_BIRTH = compile_pattern(
    r"(?<!\w|(?:tuyển|học|thí|phát|hy|vệ|tái|khai) )(?:(?:sinh|sn)(?: năm)?|s\.n)"
    r"(?: ngày [0-9]{1,2}[/.-][0-9]{1,2}[/.-]| tháng [0-9]{1,2}[/-]|:? ?)(?P<year>(?:19|20)[0-9]{2})(?!\w)"
)
_SIGNS = regex.compile(r"[^0-9a-zđ]++")
_LABELS = {"mã đề thi": "đề", "mã đề": "đề", "đề thi mã": "đề", "sbd": "số báo danh"}


def find_codes(page: Page) -> None:
    """Claims codes whose form or label says what they are."""
    done = 0
    for at in page.starts(_FIRSTS):
        while page.low[at - 1 : at] in _OPENING and at > done:  # +84, (028)
            at -= 1
        match = _CODES.match(page.low, at) if at >= done else None
        if match is None:
            continue
        done = match.end()
        kind = match.lastgroup or ""
        if kind == "labelled":
            label = match["label"].removesuffix(" số")
            page.claim(match.start(), match.end(), "code", Code(_LABELS.get(label, label), _bare(match["labelled"])))
            continue
        text = _bare(match[kind])
        if kind == "phone":
            text = "0" + text[2:] if text.startswith("84") and len(text) > 10 else text
            if not 8 <= len(text) <= 11:
                continue
        page.claim(match.start(kind), match.end(kind), "code", Code(kind, text))


def find_births(page: Page) -> None:
    """Claims years of birth: SN 1995, sinh năm 1995, sinh ngày 3/5/1995."""
    published = page.published.year if page.published else None
    for at in page.starts({"sinh", "sn", "s"}, has_digits=False):
        if match := _BIRTH.match(page.low, at):
            page.claim(match.start(), match.end(), "quantity", Birth(int(match["year"]), published))


def find_marks(page: Page) -> None:
    """Claims other words of letters and digits, and long figures without signs, that nobody has claimed."""
    last, last_end, done = 0, -1, 0
    for at, word in page.words:
        if at >= done and not word.isalpha() and not page.taken[at]:
            start = last if at == last_end + 1 and page.low[last_end] == "-" and not page.taken[last] else at
            match = _MARKS.match(page.low, start)
            done = match.end() if match else done
            if match and match.end() - start <= 24:
                text = _bare(match[0])
                page.claim(match.start(), match.end(), "code", Code("".join(c for c in text if c.isalpha()), text))
        last, last_end = at, at + len(word)


def _bare(text: str) -> str:
    return str(_SIGNS.sub("", text))
