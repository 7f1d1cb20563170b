"""What the report of a scan says, in Vietnamese and English; the words of a diff stand in `words`."""

from __future__ import annotations

from dedup.models import Evidence, Params, Relation
from dedup.report.words import Language, number, percent

__all__ = ["SCRIPT", "count", "evidence_name", "relation_class", "say", "say_criterion", "short_name"]

_RELATIONS: dict[Relation | None, tuple[str, str]] = {
    "reprint": ("đăng lại", "reprint"),
    "edited": ("biên tập lại", "edited"),
    "partial": ("trùng một phần", "partial"),
    "template": ("tin theo mẫu", "template"),
    "same_story": ("cùng sự kiện", "same event"),
    None: ("không rõ", "unclear"),
}
_EVIDENCE: dict[Evidence, tuple[str, str]] = {
    "credit": ("ghi nguồn", "credits it"),
    "containment": ("đăng sau, gần như nằm trọn trong bài ấy", "later, and nearly all of it stands there"),
    "time": ("đăng sau, cùng một văn bản", "later, a version of the same text"),
}
# What is counted: Vietnamese, English one, English many.
_COUNTED: dict[str, tuple[str, str, str]] = {
    "articles": ("bài", "article", "articles"),
    "papers": ("báo", "paper", "papers"),
    "stories": ("chuyện", "story", "stories"),
    "pairs": ("cặp", "pair", "pairs"),
    "round_ups": ("điểm tin", "round-up", "round-ups"),
    "details": ("chi tiết", "detail", "details"),
    "changes": ("chỗ khác nhau", "differs", "differ"),
    "syllables": ("âm tiết", "syllable", "syllables"),
    "characters": ("ký tự", "character", "characters"),
}
_TEXTS: dict[str, tuple[str, str]] = {
    "page_title": ("{0} → {1}", "{0} → {1}"),
    "brand": ("Báo cáo trùng tin", "Overlapping news"),
    "skip_list": ("Đến danh sách chuyện", "Skip to the list of stories"),
    "containment": ("ít nhất {0} bài ngắn hơn có trong bài kia", "at least {0} of the shorter one stands in the other"),
    "resemblance": ("hai bài giống nhau từ {0}", "their resemblance is at least {0}"),
    "passage": ("có chung một đoạn từ {0} âm tiết", "they share a passage of at least {0} syllables"),
    "or": (" hoặc ", " or "),
    "criterion": ("Hai bài được coi là trùng khi {0}.", "Two articles match where {0}."),
    "criterion_event": (
        " Bài viết riêng về cùng một sự kiện cũng được gộp.",
        " Articles on one event in other words are joined, too.",
    ),
    "in_stories": ("{0} bài nằm trong {1}, {2} bài đứng riêng.", "{0} articles are in {1}, {2} stand alone."),
    "overview": ("Tổng quan", "Overview"),
    "joined": ("Các bài vào chuyện bằng cách nào", "How articles joined their stories"),
    "anchors": ("bài mở đầu chuyện", "open a story"),
    "template": (
        "{0} tin theo mẫu (giá vàng, thời tiết, mã đề …): cùng khuôn, khác tin, không gộp.",
        "{0} of a template (prices, weather, forms): the same form, other news, not merged.",
    ),
    "unclear": ("{0} không rõ quan hệ, không gộp.", "{0} of no clear relation, not merged."),
    "doubtful": ("{0} chưa chắc, nên có người xem lại.", "{0} doubtful, for a person to judge."),
    "aside": ("Hiện tin theo mẫu và cặp chưa chắc", "Show templates and doubtful pairs"),
    "aside_more": ("… và {0} cặp nữa: {1}", "… and {0} more: {1}"),
    "template_pairs": ("Cặp tin theo mẫu, không gộp", "Pairs of a template, not merged"),
    "doubtful_pairs": ("Cặp chưa chắc", "Doubtful pairs"),
    "account": ("Bỏ qua và giới hạn", "Left out, and limits"),
    "nothing_left_out": ("Không bài nào bị bỏ qua, không giới hạn nào chạm tới.", "Nothing was left out by any limit."),
    "skipped": ("Bỏ qua {0} đầu vào: {1}.", "{0} inputs skipped: {1}."),
    "skipped_list": ("Xem từng đầu vào", "See them"),
    "skipped_more": ("… và {0} nữa", "… and {0} more"),
    "furniture": (
        "{0} dòng khung trang lặp lại ở nhiều trang đã để ngoài khi so, ở {1} bài.",
        "{0} lines of page furniture that many pages repeat were left out of {1} articles.",
    ),
    "crowds": (
        "{0} đoạn có mặt trong quá nhiều bài: tối đa {1} cặp chưa xét.",
        "{0} passages stand in too many articles: up to {1} pairs not examined.",
    ),
    "same_story_left_out": (
        "Cùng sự kiện: tối đa {0} cặp chưa xét, vì chỉ chung những từ có ở quá nhiều bài.",
        "Same event: up to {0} pairs not examined, which share only words of too many articles.",
    ),
    "repeated": ("{0} bài lặp lại cùng id và nội dung.", "{0} articles came again with the same id and text."),
    "renamed": (
        "{0} bài trùng id nhưng khác nội dung, ghi là id#2.",
        "{0} articles with the id of another text are called id#2.",
    ),
    "stories_cut": (
        "Trang này có {0} chuyện lớn nhất trên {1}; muốn khác: --top N (0: tất cả).",
        "This page has the {0} largest of {1} stories; for others: --top N (0: all).",
    ),
    "texts_cut": (
        "Bài dài hơn {0} ký tự chỉ có phần đầu ở đây.",
        "Of texts longer than {0} characters only the beginning stands here.",
    ),
    "diffs_cut": (
        "So dữ kiện: {0} trên {1} cặp bản, chuyện có bài biên tập và chuyện lớn trước; muốn thêm: --diffs N "
        "(0: tất cả).",
        "Facts were compared for {0} of {1} pairs of versions, edited ones and large stories first; for more: "
        "--diffs N (0: all).",
    ),
    "histogram": ("Hai bài trùng nhau bao nhiêu", "How much two articles share"),
    "histogram_said": (
        "Phần của bài ngắn hơn có trong bài kia; {0} cặp, {1} cặp từ 80 % trở lên.",
        "The share of the shorter one that stands in the other; {0} pairs, {1} of them 80% or more.",
    ),
    "bar_share": ("{0}–{1} %: {2} cặp", "{0}–{1}%: {2} pairs"),
    "timeline": ("Chuyện bắt đầu khi nào, {0}", "When stories begin, {0}"),
    "timeline_said": ("{0} chuyện, từ {1} đến {2}.", "{0} stories, {1} to {2}."),
    "no_timeline": ("Không chuyện nào có ngày đăng.", "No story has a date."),
    "step_day": ("theo ngày", "by day"),
    "step_week": ("theo tuần", "by week"),
    "step_month": ("theo tháng", "by month"),
    "step_quarter": ("theo quý", "by quarter"),
    "step_year": ("theo năm", "by year"),
    "bar_day": ("{0}: {1} chuyện", "{0}: {1} stories"),
    "bar_week": ("tuần từ {0}: {1} chuyện", "week of {0}: {1} stories"),
    "bar_month": ("tháng {0}: {1} chuyện", "{0}: {1} stories"),
    "bar_quarter": ("quý từ {0}: {1} chuyện", "quarter from {0}: {1} stories"),
    "bar_year": ("năm {0}: {1} chuyện", "{0}: {1} stories"),
    "list": ("Các chuyện", "Stories"),
    "search": ("Tìm", "Search"),
    "search_hint": ("gõ không dấu cũng được", "with or without marks"),
    "relation": ("Quan hệ", "Relation"),
    "source": ("Báo", "Paper"),
    "any": ("tất cả", "all"),
    "from": ("Từ ngày", "From"),
    "to": ("Đến ngày", "To"),
    "sort": ("Xếp theo", "Sort by"),
    "sort_size": ("nhiều bài nhất", "most articles"),
    "sort_new": ("mới nhất", "newest"),
    "sort_old": ("cũ nhất", "oldest"),
    "sort_news": ("nhiều chi tiết mới nhất", "most new facts"),
    "csv": ("Tải CSV", "Download CSV"),
    "reset": ("Bỏ lọc", "Clear"),
    "no_stories": ("Không có chuyện nào từ hai bài trở lên.", "No story has two articles or more."),
    "needs_script": (
        "Danh sách chuyện cần JavaScript; không có gì tải từ mạng. Nếu không: --stories chuyen.csv.",
        "The list of stories needs JavaScript; nothing is loaded from the network. Without it: --stories stories.csv.",
    ),
    "footer_made": ("Lập lúc {0}", "Made {0}"),
    "footer_version": ("dedup {0}", "dedup {0}"),
    "footer_tokenizer": ("tách từ {0}", "tokenizer {0}"),
    "footer_corpus": ("tập bài {0}", "corpus {0}"),
    "footer_params": ("Tham số", "Params"),
    "back": ("Tất cả chuyện", "All stories"),
    "previous": ("Chuyện trước", "Previous"),
    "next": ("Chuyện sau", "Next"),
    "uncertain": ("chưa chắc", "doubtful"),
    "open": ("mở bài", "open the article"),
    "against": ("{0} so với {1}", "{0} against {1}"),
    "is_from": ("bài mà nó làm từ", "the one that it was made from"),
    "not_compared": ("chưa so ở đây; so bằng lệnh: ", "not compared here; compare with: "),
    "not_compared_plain": ("chưa so ở đây: --diffs 0", "not compared here: --diffs 0"),
    "no_facts": (
        "Không có gì để so: các bài khác là bản đăng lại.",
        "There is nothing to compare: the others are reprints.",
    ),
    "no_difference": ("không thêm, không bớt", "nothing added, nothing dropped"),
    "no_text": ("(bài không có chữ)", "(no text)"),
    "text_cut": ("… còn {0} nữa", "… {0} more"),
    "related": ("Hiện {0} tin theo mẫu hoặc chưa chắc có liên quan", "Show {0} of a template or doubtful"),
    "pair_share": ("{0} bài ngắn hơn, đoạn dài nhất {1}", "{0} of the shorter, longest passage {1}"),
    "untitled": ("(không có tiêu đề)", "(no headline)"),
}  # fmt: skip

# What the script says, by name: Vietnamese, English; "|" parts one from many.
_SCRIPT: dict[str, tuple[str, str]] = {
    "found": ("{0} trên {1} chuyện", "{0} of {1} stories"),
    "all": ("{0} chuyện", "{0} story|{0} stories"),
    "none": ("Không có chuyện nào hợp với bộ lọc này.", "No story fits this filter."),
    "articles": ("{0} bài", "{0} article|{0} articles"),
    "papers": ("{0} báo", "{0} paper|{0} papers"),
    "least": ("≥ ", "≥ "),
    "round_ups": ("{0} điểm tin", "{0} round-up|{0} round-ups"),
    "details": ("+{0} chi tiết", "+{0} detail|+{0} details"),
    "changes": ("≠{0} chỗ khác nhau", "≠{0} differs|≠{0} differ"),
    "nothing": ("không thêm chi tiết nào", "no facts added"),
    "notCompared": ("chưa so dữ kiện", "facts not compared"),
    "unknownSource": ("(không rõ báo)", "(paper unknown)"),
    "untitled": ("(không có tiêu đề)", "(no headline)"),
    "reprint": ("{0} đăng lại", "{0} reprint|{0} reprints"),
    "edited": ("{0} biên tập lại", "{0} edited"),
    "partial": ("{0} trùng một phần", "{0} partial"),
    "template": ("{0} tin theo mẫu", "{0} of a template"),
    "same_story": ("{0} cùng sự kiện", "{0} on the same event"),
    "unclear": ("{0} không rõ", "{0} unclear"),
    "copied": ("trùng: ", "shared: "),
    "copiedEnd": (" (hết)", " (end)"),
    "why": ("Vì sao gộp", "Why they are together"),
    "whySaid": (
        "Mỗi bài được so thẳng với bài mở đầu, {0}. Đoạn trùng dài nhất: {1}.",
        "Each was compared with the one that opens the story, {0}. The longest common passage: {1}.",
    ),
    "whyEvent": (
        "Mỗi bài được so thẳng với bài mở đầu, {0}; không đoạn nào trùng nguyên văn, nhưng cùng tên, số và từ hiếm.",
        "Each was compared with the one that opens the story, {0}; no passage is the same, but names, numbers and "
        "rare words are.",
    ),
    "shareOf": ("{0} bài ngắn hơn", "{0} of the shorter"),
    "longest": ("đoạn dài nhất {0}", "longest passage {0}"),
    "event": ("cùng tên, số và từ hiếm", "the same names, numbers and rare words"),
    "opens": ("mở đầu chuyện", "opens the story"),
    "standsFor": ("bài đại diện", "representative"),
    "roundUp": ("điểm tin", "round-up"),
    "uncertain": ("chưa chắc", "doubtful"),
    "unknownPaper": ("không rõ báo", "paper unknown"),
    "unknownTime": ("không rõ giờ", "time unknown"),
    "open": ("mở bài", "open the article"),
    "membersCut": (
        "… và {0} bài nữa, không có trong trang này: --stories chuyen.csv",
        "… and {0} more, not on this page: --stories stories.csv",
    ),
    "descent": ("Bài nào từ bài nào", "Which came from which"),
    "descentSaid": (
        "Mũi tên đi từ bài có trước đến bài làm từ nó, kèm chứng cứ. Nét đứt và dấu ?: không rõ từ đâu.",
        "Arrows lead from an article to those made from it, with the evidence. Dashes and ?: not known.",
    ),
    "descentNone": (
        "Không có giờ đăng hay tên báo để biết bài nào từ bài nào.",
        "Without times and papers nothing is known of which came from which.",
    ),
    "descentFrom": ("{0} từ {1}: {2}", "{0} from {1}: {2}"),
    "descentUnknown": ("{0}: không rõ từ đâu", "{0}: origin unknown"),
    "descentFirst": ("{0}: sớm nhất trong tập này", "{0}: earliest in this set"),
    "unknown": ("không rõ", "unknown"),
    "earliest": ("sớm nhất trong tập này", "earliest in this set"),
    "facts": ("Bản này thêm gì, bớt gì", "What each version adds and drops"),
    "texts": ("Văn bản, đoạn trùng được tô", "The texts, what they share is marked"),
    "textsSaid": (
        "Tô đậm dần theo số bài khác có cùng đoạn ấy.",
        "The darker a passage, the more of the others hold it.",
    ),
    "sameWords": ("Cùng câu chữ với bài {0}.", "The same words as {0}."),
    "credit": ("theo {0}", "credits {0}"),
    "syllables": ("{0} âm tiết", "{0} syllable|{0} syllables"),
    "csvName": ("chuyen.csv", "stories.csv"),
}


def say(lang: Language, key: str, *values: object) -> str:
    """A text of the report, plain (not escaped), with its values.

    >>> say("vi", "in_stories", 10, "4 chuyện", 14)
    '10 bài nằm trong 4 chuyện, 14 bài đứng riêng.'
    """
    return _TEXTS[key][lang == "en"].format(*values)


def count(lang: Language, what: str, value: int) -> str:
    """So many of something: "articles", "papers", "stories", "pairs", "details" …

    >>> count("vi", "stories", 1200), count("en", "stories", 1)
    ('1.200 chuyện', '1 story')
    """
    vi, one, many = _COUNTED[what]
    return f"{number(lang, value)} {vi if lang == 'vi' else one if value == 1 else many}"


def short_name(lang: Language, relation: Relation | None) -> str:
    """What a relation is called, in a word or two."""
    return _RELATIONS[relation][lang == "en"]


def relation_class(relation: Relation | None) -> str:
    """The class of what is coloured by relation."""
    return f"r-{relation or 'none'}"


def evidence_name(lang: Language, evidence: Evidence) -> str:
    """Why one article is believed to be made from another."""
    return _EVIDENCE[evidence][lang == "en"]


def say_criterion(lang: Language, params: Params) -> str:
    """What counts as a match, in a sentence.

    >>> say_criterion("en", Params())
    'Two articles match where at least 30% of the shorter one stands in the other.'
    """
    parts = []
    for name in ("containment", "resemblance", "passage"):
        if (value := getattr(params, name)) is not None:
            parts.append(say(lang, name, number(lang, value) if name == "passage" else percent(lang, value)))
    event = say(lang, "criterion_event") if params.same_story else ""
    return say(lang, "criterion", say(lang, "or").join(parts)) + event


SCRIPT: dict[Language, dict[str, str]] = {
    "vi": {key: vi for key, (vi, _) in _SCRIPT.items()},
    "en": {key: en for key, (_, en) in _SCRIPT.items()},
}
