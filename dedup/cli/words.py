"""What the command line says, in Vietnamese and English."""

from __future__ import annotations

import os
from typing import Literal

from dedup.models import Relation

__all__ = ["Language", "language", "number", "percent", "plain", "relation_name", "say"]

Language = Literal["vi", "en"]

_RELATIONS: dict[Relation | None, tuple[str, str]] = {
    "reprint": ("đăng lại", "reprint"),
    "edited": ("biên tập lại", "edited"),
    "partial": ("trùng một phần", "partial"),
    "template": ("tin theo mẫu", "template"),
    "same_story": ("cùng sự kiện", "same story"),
    None: ("không rõ", "unclear"),
}

_TEXTS: dict[str, tuple[str, str]] = {
    "read": ("đọc", "reading"),
    "candidates": ("tìm cặp ứng viên", "finding candidates"),
    "verify": ("so từng cặp", "verifying"),
    "summary": (
        "{articles} bài đọc được · {skipped} bỏ qua · {seconds} s",
        "{articles} articles read · {skipped} skipped · {seconds} s",
    ),
    "criterion": ("tiêu chí: {0}", "criterion: {0}"),
    "or": (" hoặc ", " or "),
    "containment": ("trùng ≥ {0} bài ngắn hơn (--containment)", "≥ {0} of the shorter article shared (--containment)"),
    "resemblance": ("giống nhau ≥ {0} (--resemblance)", "resemblance ≥ {0} (--resemblance)"),
    "passage": ("có đoạn trùng ≥ {0} âm tiết (--passage)", "a copied passage of ≥ {0} syllables (--passage)"),
    "pairs": ("{0} cặp trùng: {1}", "{0} matches: {1}"),
    "no_pairs": ("không có cặp nào trùng", "no matches"),
    "templates": ("{0} cặp tin theo mẫu, không phải bản sao", "{0} template pairs, which are no copies"),
    "share": ("TRÙNG", "SHARED"),
    "relation": ("QUAN HỆ", "RELATION"),
    "one": ("BÀI", "ARTICLE"),
    "other": ("VÀ BÀI", "AND"),
    "more": (
        "… còn {0} cặp nữa; ghi ra tất cả: --matches trung.csv",
        "… {0} more; write them all: --matches matches.csv",
    ),
    "all": ("ghi ra tệp: --matches trung.csv", "write to a file: --matches matches.csv"),
    "matches_written": ("{0} cặp đã ghi vào {1}", "{0} matches written to {1}"),
    "stories_written": ("{0} bài trong các chuyện đã ghi vào {1}", "{0} articles of stories written to {1}"),
    "decisions_written": (
        "{0} quyết định đã ghi vào {1}: giữ {2} trên {3} bài",
        "{0} decisions written to {1}: {2} of {3} articles kept",
    ),
    "stripped_written": (
        "{0} bài đã bỏ phần khung trang, ghi vào {1}",
        "{0} articles without page furniture written to {1}",
    ),
    "keep_written": ("giữ {0} trên {1} bài, đã ghi vào {2}", "{0} of {1} articles kept, written to {2}"),
    "skip": ("bỏ qua: {0}: {1}", "skipped: {0}: {1}"),
    "skips": ("bỏ qua {0}: {1}", "skipped {0}: {1}"),
    "crowds": (
        "{0} đoạn có mặt trong quá nhiều bài: tối đa {1} cặp chưa xét (--max-bucket)",
        "{0} passages stand in too many articles: up to {1} pairs not examined (--max-bucket)",
    ),
    "repeated": (
        "{0} bài lặp lại cùng id và nội dung · {1} bài trùng id nhưng khác nội dung (ghi là id#2)",
        "{0} articles came twice with the same id and text · {1} with the same id and another text (now id#2)",
    ),
    "columns": ("{0}: đọc các cột {1}", "{0}: reading the columns {1}"),
    "compiling": (
        "lần chạy đầu: đang biên dịch cho bộ xử lý này, khoảng nửa phút, chỉ một lần",
        "first run: compiling for this processor, about half a minute, once",
    ),
    "warm": ("đã biên dịch xong; lưu tại {0}", "compiled; kept in {0}"),
    "error": ("lỗi: {0}", "error: {0}"),
    "interrupted": ("đã dừng", "interrupted"),
    "untitled": ("(không có tiêu đề)", "(untitled)"),
}


def language(asked: str | None = None) -> Language:
    """`asked`, or else English where the locale is of another language than Vietnamese, or else Vietnamese."""
    if asked is not None:
        return "en" if asked == "en" else "vi"
    locale = next((v for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(name))), "")
    return "vi" if locale.split(".")[0] in ("", "C", "POSIX") or locale.startswith("vi") else "en"


def say(lang: Language, key: str, *values: object, **named: object) -> str:
    """The text of that name in that language, filled in."""
    return _TEXTS[key][lang == "en"].format(*values, **named)


def relation_name(lang: Language, relation: Relation | None) -> str:
    """What a relation is called."""
    return _RELATIONS[relation][lang == "en"]


def plain(text: str) -> str:
    """The text as one line that is safe to print: white space becomes a space, what is not printable a sign for it."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in line)


def number(lang: Language, value: float, digits: int = 0) -> str:
    """A number as it is written there: 2.000 and 2,1, or 2,000 and 2.1."""
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(lang: Language, share: float) -> str:
    """A fraction as a whole percentage; only the whole is called 100."""
    whole = 100 if share == 1 else min(99, round(100 * share))
    return f"{whole}%" if lang == "en" else f"{whole} %"
