"""Asides: by-lines, photo credits and buttons inside a text, which say nothing about its story."""

from __future__ import annotations

import functools

import regex

from dedup import lexicon
from dedup.facts.plain import compile_pattern, plain_text

__all__ = ["find_asides"]

_BRACKETS = r"\(\s*(?:nguồn|ảnh|theo|tổng hợp|nguồn ảnh|ảnh minh họa|ảnh minh hoạ|video|clip)\b[^()\n]{0,60}\)"
_LABEL = r"(?:(?<=[\s(\-–])|^)(?:nguồn|ảnh|nguồn ảnh|video)\s*:\s*[^.,;()\n]{1,40}?(?=[.)\n]|$|\s\p{L})"
_BUTTON = r"(?:xem thêm|xem tiếp|dòng sự kiện|tin mới|tin liên quan|mời độc giả xem thêm)\s*[»:]+|»"
_TAIL = regex.compile(
    r"(?:[.!?…\"”)\]/]|^)\s*((?:\p{Lu}[\p{L}.]*|&|/|-|–|\()(?:[\s/.\-–()+]+"
    r"(?:\p{Lu}[\p{L}.\d]*|\d+|online|theo|tổng hợp|và|trẻ|trí|thức|tin|tức|thị|trường|nghĩa|phong|đời|sống|ghi|lược|"
    r"dịch|/|&)){0,9}[.)]*)\s*$"
)
_SIGHT = 90  # code points before a line's end in which a by-line stands


def find_asides(text: str) -> list[tuple[int, int]]:
    """Where asides stand in a text: (start, end) in code points, by start; they may overlap.

    >>> text = "Cầu Trà Nâu thông xe. (Ảnh: Lê Mây) Xe cộ đông vui. Minh Khuê (Theo Báo Hà Lâm)"
    >>> [text[start:end] for start, end in find_asides(text)]
    ['(Ảnh: Lê Mây)', 'Minh Khuê (Theo Báo Hà Lâm)', '(Theo Báo Hà Lâm)']
    """
    plain = plain_text(text)
    found = [match.span() for match in _patterns().finditer(plain.low)]
    start = 0
    for line in [] if plain.cased.isupper() else plain.cased.splitlines(keepends=True):
        tail = line[-_SIGHT:]
        if match := _TAIL.search(tail):
            at = len(line) - len(tail) + match.start(1)
            if len(match[1].split()) <= 9 and not line[:at].isupper():  # in capitals nothing sets names apart
                found.append((start + at, start + at + len(match[1])))
        start += len(line)
    return sorted(plain.span(*span) for span in found)


@functools.cache
def _patterns() -> regex.Pattern[str]:
    agencies = "|".join(regex.escape(name.lower()) for kind, name in lexicon.sources() if kind in ("agency", "mark"))
    host = r"\(\s*[\w\-]+(?:\.[\w\-]+)+(?:\s[^()\n]{0,20})?\)(?:\s*[\-–—]+)?"
    named = rf"\(\s*(?:{agencies})\b[^()\n]{{0,20}}\)(?:\s*\.?[\-–—]+)?"
    return compile_pattern("|".join((_BRACKETS, _LABEL, named, host, _BUTTON)))
