"""What the pages say, in Vietnamese and English."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

from dedup.dates import ZONE
from dedup.errors import ParamError
from dedup.models import FactKind, Language, Relation

__all__ = [
    "KINDS", "Language", "check_language", "count", "kind_name", "number", "percent", "relation_name", "say",
    "sortable", "when",
]  # fmt: skip

_LANGUAGES: tuple[Language, ...] = get_args(Language)

KINDS: dict[FactKind, tuple[str, str]] = {
    "quantity": ("số liệu", "figure"),
    "money": ("số tiền", "money"),
    "percent": ("tỷ lệ", "percentage"),
    "date": ("thời gian", "time"),
    "person": ("người", "person"),
    "organisation": ("tổ chức", "organisation"),
    "place": ("nơi chốn", "place"),
    "code": ("mã số", "code"),
    "quote": ("trích dẫn", "quote"),
    "statement": ("thông tin", "statement"),
    "story": ("chuyện khác", "another story"),
}
_RELATIONS: dict[Relation | None, tuple[str, str]] = {
    "reprint": ("Đăng lại", "Reprint"),
    "edited": ("Biên tập lại", "Edited version"),
    "partial": ("Trùng một phần", "Partly copied"),
    "template": ("Tin theo mẫu: cùng khuôn, khác tin", "Template: the same form, another story"),
    "same_story": ("Cùng sự kiện, mỗi bài một cách viết", "Same event, independently worded"),
    None: ("Hai bài ít câu chữ chung", "Two texts with little wording in common"),
}
# What is counted: Vietnamese, English one, English many.
_COUNTED: dict[str, tuple[str, str, str]] = {
    "changed": ("chỗ khác nhau", "differs", "differ"),
    "added": ("điểm thêm", "added", "added"),
    "dropped": ("điểm bớt", "dropped", "dropped"),
    "shared": ("câu chung", "shared sentence", "shared sentences"),
    "left_out": ("đoạn", "piece", "pieces"),
    "more": ("câu nữa", "more sentence", "more sentences"),
}
_TEXTS: dict[str, tuple[str, str]] = {
    "page_title": ("So hai bài: {0}", "Two versions: {0}"),
    "page_title_many": ("So với {1} bài trước: {0}", "Against {1} earlier versions: {0}"),
    "heading": ("Bài này thêm gì, bớt gì?", "What does this version add and drop?"),
    "untitled": ("(không có tiêu đề)", "(no headline)"),
    "skip_facts": ("Đến những điểm khác", "Skip to what differs"),
    "skip_text": ("Đến bài {0}", "Skip to the text of {0}"),
    "skips": ("Lối tắt", "Shortcuts"),
    "half": (
        "{0} của bài ngắn ({1}) có trong bài dài ({2}); {3} của bài dài có trong bài ngắn.",
        "{0} of the shorter text ({1}) stands in the longer one ({2}); {3} of the longer one in the shorter.",
    ),
    "even": ("{0} của mỗi bài có trong bài kia.", "{0} of each text stands in the other."),
    "closest": (
        "{0} của bài {1} có trong bài gần nó nhất; {2} của bài ấy có trong bài {1}.",
        "{0} of {1} stands in the version closest to it; {2} of that one in {1}.",
    ),
    "another_story": (
        "Đây không phải hai bản của một tin: “thêm” là điều riêng của bài {0}, không phải diễn biến mới.",
        "These are not two versions of one text: “added” is what {0} says of its own story, no news of the other.",
    ),
    "own_words": (
        "Có thể là hai tin viết riêng về một việc, cũng có thể là hai việc khác nhau; so theo từng câu.",
        "They may be reports of one event, each in its own words, or of two events; compared sentence by sentence.",
    ),
    "summary": ("Tóm tắt", "Summary"),
    "same": ("Không thêm, không bớt, không có gì khác nhau.", "Nothing is added, dropped or different."),
    "headline": ("Tiêu đề", "Headline"),
    "headline_same": ("không đổi", "unchanged"),
    "legend": ("Cách đánh dấu", "How it is marked"),
    "legend_added": ("thêm: chỉ bài {0} có", "added: only in {0}"),
    "legend_dropped": ("bớt: bài {0} không có", "dropped: not in {0}"),
    "legend_changed": ("khác nhau: cùng một điều, khác giá trị", "differs: the same thing, another value"),
    "legend_shared": (
        "câu chung, cùng số ở hai bên: bấm vào câu, hoặc Enter trên số, để thấy câu tương ứng; Esc để thôi",
        "shared sentence, the same number on both sides: click it, or press Enter on its number, to see its "
        "counterpart; Esc leaves",
    ),
    "legend_left": ("phần khung trang, không so", "page furniture, not compared"),
    "sample_added": ("13 xã", "13 communes"),
    "sample_dropped": ("hôm qua", "yesterday"),
    "sample_changed": ("12 tỷ", "12 billion"),
    "sample_shared": ("Mưa đã ngớt.", "The rain has eased."),
    "furniture": ("Hiện phần khung trang ({0})", "Show page furniture ({0})"),
    "facts": ("Những điểm khác", "What differs"),
    "texts": ("Hai bài, cạnh nhau", "The texts side by side"),
    "changed": ("Khác nhau", "Differs"),
    "added": ("Thêm", "Added"),
    "dropped": ("Bớt", "Dropped"),
    "added_in": ("Thêm trong {0}", "Added in {0}"),
    "dropped_in": ("Bớt, chỉ có trong {0}", "Dropped, only in {0}"),
    "dropped_many": ("Bớt, chỉ có trong các bài trước", "Dropped, only in the earlier versions"),
    "mark_added": ("thêm: ", "added: "),
    "mark_dropped": ("bớt: ", "dropped: "),
    "mark_changed": ("khác nhau: ", "differs: "),
    "mark_end": (" (hết)", " (end)"),
    "choose": ("So với bài", "Compare with"),
    "earliest": ("sớm nhất trong tập này", "earliest in this set"),
    "unknown_source": ("không rõ nguồn", "source unknown"),
    "unknown_time": ("không rõ giờ đăng", "time of publication unknown"),
    "open": ("mở bài", "open the article"),
    "credit": ("theo {0}", "credits {0}"),
    "empty": ("(bài không có chữ)", "(no text)"),
    "twin": ("Câu chung {0}: hiện câu tương ứng", "Shared sentence {0}: show its counterpart"),
    "panel_shared": ("Không mới: câu này cũng có trong", "Not new: this sentence also stands in"),
    "panel_kept": ("Không bớt: câu này cũng có trong", "Not dropped: this sentence also stands in"),
    "panel_partly": ("Phần không đánh dấu của câu này cũng có trong", "The unmarked part of it also stands in"),
    "panel_changed": ("Khác nhau: chỗ này trong", "Differs: this place in"),
    "panel_again": ("Enter lần nữa để sang câu đó.", "Press Enter again to go there."),
    "go": ("Đến chỗ đó", "Go there"),
    "close": ("Đóng (Esc)", "Close (Esc)"),
    "made": ("Trang này không tải gì từ mạng.", "This page loads nothing from the network."),
}  # fmt: skip


def check_language(lang: str) -> None:
    """Raises ParamError for a language that the pages do not speak."""
    if lang not in _LANGUAGES:
        raise ParamError(f"lang={lang!r}: need one of {', '.join(_LANGUAGES)}")


def say(lang: Language, key: str, *values: object) -> str:
    """A text of the pages, plain (not escaped), with its values.

    >>> say("vi", "added_in", "Báo Hà Lâm")
    'Thêm trong Báo Hà Lâm'
    """
    return _TEXTS[key][lang == "en"].format(*values)


def count(lang: Language, what: str, number: int) -> str:
    """So many of something: "changed", "added", "dropped", "shared" sentences, "left_out" furniture, "more" sentences.

    >>> count("vi", "shared", 4), count("en", "changed", 1), count("en", "changed", 2)
    ('4 câu chung', '1 differs', '2 differ')
    """
    vi, one, many = _COUNTED[what]
    return f"{number} {vi if lang == 'vi' else one if number == 1 else many}"


def kind_name(lang: Language, kind: FactKind) -> str:
    """What kind of fact it is, in a word or two."""
    return KINDS[kind][lang == "en"]


def relation_name(lang: Language, relation: Relation | None) -> str:
    """How two versions belong together, in words."""
    return _RELATIONS[relation][lang == "en"]


def number(lang: Language, value: float, digits: int = 0) -> str:
    """A number as it is written there.

    >>> number("vi", 2000), number("en", 2000), number("vi", 2.13, 1)
    ('2.000', '2,000', '2,1')
    """
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(lang: Language, share: float) -> str:
    """A fraction as a whole percentage; only the whole is called 100.

    >>> percent("vi", 0.64), percent("en", 0.999)
    ('64\\xa0%', '99%')
    """
    whole = 100 if share == 1 else min(99, round(100 * share))
    return f"{whole}%" if lang == "en" else f"{whole}\xa0%"


def when(published: datetime | date | None) -> str:
    """A time of publication as Vietnamese papers print it, in Vietnamese time; "" for None. No hour where none
    is known.

    >>> when(datetime(2024, 9, 25, 14, 4, tzinfo=ZONE)), when(date(2024, 9, 25)), when(None)
    ('25/09/2024 14:04', '25/09/2024', '')
    """
    if published is None:
        return ""
    if not isinstance(published, datetime):
        return f"{published.day:02}/{published.month:02}/{published.year:04}"
    local = _local(published)
    return f"{when(local.date())} {local.hour:02}:{local.minute:02}"


def sortable(published: datetime | date | None) -> str:
    """The same in ISO 8601, to the minute, so that strings sort as times do; "" for None.

    >>> sortable(datetime(2024, 9, 25, 14, 4, tzinfo=ZONE)), sortable(date(2024, 9, 25))
    ('2024-09-25T14:04', '2024-09-25')
    """
    if not isinstance(published, datetime):
        return "" if published is None else published.isoformat()
    return _local(published).isoformat()[:16]


def _local(published: datetime) -> datetime:
    if published.tzinfo is None:
        return published.replace(tzinfo=ZONE)
    try:
        return published.astimezone(ZONE)
    except OverflowError:  # within hours of year 1 or 9999
        return published
