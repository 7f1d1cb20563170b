"""Asides: by-lines, photo credits and buttons inside a text, which say nothing about its story."""

from __future__ import annotations

import functools

import regex

from dedup import lexicon

__all__ = ["find_asides"]

_BRACKETS = r"\(\s*(?:nguồn|ảnh|theo|tổng hợp|nguồn ảnh|ảnh minh họa|ảnh minh hoạ|video|clip)\b[^()\n]{0,60}\)"
_LABEL = r"(?:(?<=[\s(\-–])|^)(?:nguồn|ảnh|nguồn ảnh|video)\s*:\s*[^.,;()\n]{1,40}?(?=[.)\n]|$|\s\p{Lu})"
_BUTTON = r"(?:xem thêm|xem tiếp|dòng sự kiện|tin mới|tin liên quan|mời độc giả xem thêm)\s*[»:]+|»"
_TAIL = regex.compile(
    r"(?:[.!?…\"”)\]/]|^)\s*((?:\p{Lu}[\p{L}.]*|&|/|-|–|\()(?:[\s/.\-–()+]+"
    r"(?:\p{Lu}[\p{L}.\d]*|\d+|online|theo|tổng hợp|và|trẻ|trí|thức|tin|tức|thị|trường|nghĩa|phong|đời|sống|ghi|lược|dịch|/|&))"
    r"{0,9}[.)]*)\s*$"
)
_SIGHT = 90  # code points before a line's end in which a by-line stands


def find_asides(text: str) -> list[tuple[int, int]]:
    """Where asides stand in a text: (start, end) in code points, by start; they may overlap.

    >>> text = "Cầu Trà Nâu thông xe. (Ảnh: Lê Mây) Xe cộ đông vui. Minh Khuê (Theo Báo Hà Lâm)"
    >>> [text[start:end] for start, end in find_asides(text)]
    ['(Ảnh: Lê Mây)', 'Minh Khuê (Theo Báo Hà Lâm)', '(Theo Báo Hà Lâm)']
    """
    found = [match.span() for match in _patterns().finditer(text)]
    start = 0
    for line in text.splitlines(keepends=True):
        tail = line[-_SIGHT:]
        if match := _TAIL.search(tail):
            behind = start + len(line) - len(tail)
            if len(match[1].split()) <= 9:
                found.append((behind + match.start(1), behind + match.end(1)))
        start += len(line)
    return sorted(found)


@functools.cache
def _patterns() -> regex.Pattern[str]:
    agencies = "|".join(regex.escape(name) for kind, name in lexicon.sources() if kind in ("agency", "mark"))
    host = r"\(\s*[\w\-]+(?:\.[\w\-]+)+(?:\s[^()\n]{0,20})?\)(?:\s*[\-–—]+)?"
    named = rf"\(\s*(?:{agencies})\b[^()\n]{{0,20}}\)(?:\s*\.?[\-–—]+)?"
    return regex.compile("|".join((_BRACKETS, _LABEL, named, host, _BUTTON)), regex.I)
