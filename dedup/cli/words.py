"""What the command line says, in Vietnamese and English."""

from __future__ import annotations

import os

from dedup.models import Language, Relation

__all__ = ["Language", "count", "duration", "language", "number", "percent", "plain", "relation_name", "say"]

_RELATIONS: dict[Relation | None, tuple[str, str]] = {
    "reprint": ("đăng lại", "reprint"),
    "edited": ("biên tập lại", "edited"),
    "partial": ("trùng một phần", "partial"),
    "template": ("tin theo mẫu", "template"),
    "same_story": ("cùng sự kiện", "same story"),
    None: ("không rõ", "unclear"),
}

# What is counted: Vietnamese, English one, English many.
_COUNTED: dict[str | None, tuple[str, str, str]] = {
    **{name: (vi, en, en) for name, (vi, en) in _RELATIONS.items()},
    "reprint": ("đăng lại", "reprint", "reprints"),
    "stories": ("chuyện", "story", "stories"),
    "articles": ("bài", "article", "articles"),
    "papers": ("báo", "paper", "papers"),
    "round_ups": ("điểm tin", "round-up", "round-ups"),
    "details": ("chi tiết", "detail", "details"),
    "changes": ("chỗ khác nhau", "differs", "differ"),
    "differ": ("khác", "differs", "differ"),
}

_TEXTS: dict[str, tuple[str, str]] = {
    "read": ("đọc", "reading"),
    "candidates": ("tìm cặp ứng viên", "finding candidates"),
    "verify": ("so từng cặp", "verifying"),
    "decide": ("chọn bài giữ lại", "deciding what to keep"),
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
    "no_stories": ("không có chuyện nào từ hai bài trở lên", "no story has two articles or more"),
    "of_articles": ("{0} từ {1}", "{0} from {1}"),
    "alone": ("{0} bài đứng riêng{1}", "{0} stand alone{1}"),
    "alone_sharing": (" ({0} có phần trùng)", " ({0} share text)"),
    "templates": ("{0} cặp tin theo mẫu, không gộp{1}", "{0} template pairs, not merged{1}"),
    "unclear": (
        "{0} cặp không rõ quan hệ, không gộp (--show matches)",
        "{0} pairs of no clear relation, not merged (--show matches)",
    ),
    "doubtful": (
        "{0} cặp chưa chắc, cần người xem (--review chua-chac.csv)",
        "{0} doubtful pairs, for a person to judge (--review doubtful.csv)",
    ),
    "doubtful_written": ("{0} cặp chưa chắc, cần người xem", "{0} doubtful pairs, for a person to judge"),
    "story": ("CHUYỆN", "STORY"),
    "articles": ("BÀI", "ARTICLES"),
    "papers": ("BÁO", "PAPERS"),
    "earliest": ("SỚM NHẤT", "EARLIEST"),
    "first": ("từ {0}", "from {0}"),
    "share": ("TRÙNG", "SHARED"),
    "relation": ("QUAN HỆ", "RELATION"),
    "one": ("BÀI", "ARTICLE"),
    "other": ("VÀ BÀI", "AND"),
    "differs": ("KHÁC NHAU", "WHAT DIFFERS"),
    "more_stories": ("còn {0}: --top 0", "{0} more: --top 0"),
    "more_pairs": ("còn {0} cặp: --top 0", "{0} more: --top 0"),
    "see_report": ("xem: --report bao-cao.html", "look at them: --report report.html"),
    "write_matches": ("ghi ra tệp: --matches trung.csv", "write a file: --matches matches.csv"),
    "compare": ("so hai bài: {0}", "compare two: {0}"),
    "feed": ("TỆP ID1 ID2", "FEED ID1 ID2"),
    "matches_written": ("{0} cặp đã ghi vào {1}", "{0} matches written to {1}"),
    "review_written": ("{0} cặp chưa chắc đã ghi vào {1}", "{0} doubtful pairs written to {1}"),
    "stories_written": ("{0} bài trong các chuyện đã ghi vào {1}", "{0} articles of stories written to {1}"),
    "report_written": ("báo cáo {0} chuyện đã ghi vào {1}", "the report of {0} stories was written to {1}"),
    "decisions_written": (
        "{0} quyết định đã ghi vào {1}: giữ {2} trên {3} bài",
        "{0} decisions written to {1}: {2} of {3} articles kept",
    ),
    "stripped_written": (
        "{0} bài đã bỏ phần khung trang, ghi vào {1}",
        "{0} articles without page furniture written to {1}",
    ),
    "furniture_written": (
        "{0} dòng khung trang đã ghi vào {1}; dùng lại: --furniture {1}",
        "{0} lines of page furniture written to {1}; use them again: --furniture {1}",
    ),
    "furniture": (
        "đã bỏ {0} dòng khung trang, lặp lại ở nhiều trang, khỏi {1} bài (--furniture none để giữ)",
        "{0} lines of page furniture, repeated on many pages, left out of {1} articles (--furniture none keeps them)",
    ),
    "keep_written": ("giữ {0} trên {1} bài, đã ghi vào {2}", "{0} of {1} articles kept, written to {2}"),
    "skip": ("bỏ qua: {0}: {1}", "skipped: {0}: {1}"),
    "skips": ("bỏ qua {0}: {1}", "skipped {0}: {1}"),
    "crowds": (
        "{0} đoạn có mặt trong quá nhiều bài: tối đa {1} cặp chưa xét (--max-bucket)",
        "{0} passages stand in too many articles: up to {1} pairs not examined (--max-bucket)",
    ),
    "same_story_left_out": (
        "cùng sự kiện: tối đa {0} cặp chưa xét, vì chỉ chung những từ có ở quá nhiều bài",
        "same story: up to {0} pairs not examined, which share only words of too many articles",
    ),
    "checked": (
        "kiểm tra: {0} bài so với mọi bài: thấy {1} trên {2} cặp, độ phủ {3} % (khoảng tin cậy 95 %: {4}–{5} %)",
        "checked: {0} articles against all: {1} of {2} pairs found, recall {3} % (95 % interval: {4}–{5} %)",
    ),
    "checked_nothing": (
        "kiểm tra: {0} bài so với mọi bài: không có cặp nào để tìm",
        "checked: {0} articles against all: there is no pair to find",
    ),
    "missed": ("  bỏ sót: {0} · {1}", "  missed: {0} · {1}"),
    "repeated": (
        "{0} bài lặp lại cùng id và nội dung · {1} bài trùng id nhưng khác nội dung (ghi là id#2)",
        "{0} articles came twice with the same id and text · {1} with the same id and another text (now id#2)",
    ),
    "columns": ("{0}: đọc các cột {1}", "{0}: reading the columns {1}"),
    "compiling": (
        "lần chạy đầu: đang biên dịch cho bộ xử lý này, khoảng nửa phút, chỉ một lần",
        "first run: compiling for this processor, about half a minute, once",
    ),
    "estimate": (
        "ước tính: khoảng {0} bài · {1} GB tệp tạm ở {3} · {2}",
        "estimate: about {0} articles · {1} GB of working files in {3} · {2}",
    ),
    "resumed": (
        "tiếp tục lần chạy trước, đã xong bước: {0}",
        "going on with the run before, which was done with: {0}",
    ),
    "seconds": ("khoảng {0} giây", "about {0} seconds"),
    "minutes": ("khoảng {0} phút", "about {0} minutes"),
    "warm": ("đã biên dịch xong; lưu tại {0}", "compiled; kept in {0}"),
    "error": ("lỗi: {0}", "error: {0}"),
    "interrupted": ("đã dừng", "interrupted"),
    "untitled": ("(không có tiêu đề)", "(no headline)"),
    "this": ("Bài này", "This one"),
    "others": ("So với", "Against"),
    "left_out": ("{0} khung trang không so", "{0} of page furniture not compared"),
    "listed": (
        "… còn {0}; xem tất cả bằng --html hoặc --json",
        "… {0}; --html and --json have them all",
    ),
    "look": ("Xem hai bài cạnh nhau: {0}", "See the texts side by side: {0}"),
    "page_written": ("trang so sánh đã ghi vào {0}", "the page was written to {0}"),
    "diff_usage": (
        "cần hai tệp, hoặc một tệp (thư mục) nhiều bài và từ hai id trở lên",
        "need two files, or one file (folder) of many articles and two ids or more",
    ),
    "no_article": ("không có bài nào", "holds no article"),
    "many_articles": (
        "có nhiều bài, cần đúng một; chọn bằng id: {0}",
        "holds several articles, need one; choose by id: {0}",
    ),
    "missing": ("không có bài {0} trong {1} bài", "no article {0} among {1}"),
    "missing_skipped": (" (bỏ qua {0})", " ({0} skipped)"),
    "close_ids": ("; gần giống: {0}", "; close to it: {0}"),
    "some_ids": ("; id ở đây có dạng: {0}", "; ids here look like {0}"),
    "add": ("thêm vào chỉ mục", "adding to the index"),
    "index_new": ("{0} bài mới: {1} mở chuyện mới, {2} vào chuyện đã có", "{0} new: {1} begin a story, {2} join one"),
    "index_nothing_new": ("không có bài mới", "nothing new"),
    "index_revised": ("{0} bài đã có, nay đổi nội dung", "{0} known, now with another text"),
    "index_repeated": ("{0} bài đã có, không đổi", "{0} known, unchanged"),
    "index_known": ("{0} bài đã có id này", "{0} of a known id"),
    "index_merged": ("{0} chuyện nhập vào chuyện khác", "{0} stories merged into others"),
    "index_holds": ("{0}: {1}", "{0}: {1}"),
    "index_next": ("tra một bài: {0}", "look one up: {0}"),
    "index_article": ("BAI.txt", "ARTICLE.txt"),
    "index_stopped": (
        "dừng giữa chừng: đã thêm và lưu {0} bài; chạy lại lệnh cũ để thêm tiếp",
        "stopped: {0} added and kept; run the same command again for the rest",
    ),
    "results_written": ("kết quả đã ghi vào {0}", "results written to {0}"),
    "index_missing": ("không có chỉ mục này; tạo bằng: {0}", "no such index; make one: {0}"),
    "index_keeps_texts": (
        "{0} có lưu văn bản; --no-text chỉ dùng khi tạo tệp mới",
        "{0} keeps texts; --no-text is for a new file",
    ),
    "index_no_texts": ("chỉ mục không lưu văn bản nên không so được", "keeps no texts: nothing to compare"),
    "index_removed": ("đã xoá {0}", "removed {0}"),
    "index_not_there": ("không có trong chỉ mục: {0}", "not in the index: {0}"),
    "index_expired": ("đã xoá {0} trước ngày {1}", "removed {0} from before {1}"),
    "index_rebuilt": ("đã dựng lại chỉ mục từ {0}", "sketched {0} anew"),
    "index_exported": ("{0} đã ghi vào {1}", "{0} written to {1}"),
    "index_exported_bare": ("chỉ mục không lưu văn bản: cột text để trống", "the index keeps no texts: none written"),
    "query_json": ("ghi ra JSON: --json", "as JSON: --json"),
    "stat_articles": ("bài", "articles"),
    "stat_versions": ("văn bản khác nhau", "distinct texts"),
    "stat_stories": ("chuyện", "stories"),
    "stat_runs": ("danh sách tra cứu", "posting lists"),
    "stat_waiting": ("văn bản chờ vào danh sách", "texts waiting for a list"),
    "stat_bytes": ("dung lượng", "size"),
    "stat_free_bytes": ("trong đó còn trống", "of which free"),
    "stat_sketch": ("cách lấy dấu", "sketched with"),
    "stat_furniture": ("dòng khung trang đã học", "lines of page furniture"),
    "stat_texts": ("văn bản", "texts"),
    "stat_kept": ("có lưu", "kept"),
    "stat_not_kept": ("không lưu", "not kept"),
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


def count(lang: Language, value: int, what: str | None) -> str:
    """So many of something: articles, stories, articles of a relation.

    >>> count("vi", 2, "reprint"), count("en", 1, "stories"), count("en", 2, "stories")
    ('2 đăng lại', '1 story', '2 stories')
    """
    vi, one, many = _COUNTED[what]
    return f"{number(lang, value)} {vi if lang == 'vi' else one if value == 1 else many}"


def plain(text: str) -> str:
    """The text as one line that is safe to print: white space becomes a space, what is not printable a sign for it."""
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in line)


def number(lang: Language, value: float, digits: int = 0) -> str:
    """A number as it is written there: 2.000 and 2,1, or 2,000 and 2.1."""
    from dedup.report.words import number as spell

    return spell(lang, value, digits)


def duration(lang: Language, seconds: float) -> str:
    """About how long something takes."""
    if seconds < 90:
        return say(lang, "seconds", number(lang, max(1, round(seconds))))
    return say(lang, "minutes", number(lang, round(seconds / 60)))


def percent(lang: Language, share: float) -> str:
    """A fraction as a whole percentage, as on a page but for the space: a terminal has plain ones."""
    from dedup.report.words import percent as spell

    return spell(lang, share).replace("\xa0", " ")
