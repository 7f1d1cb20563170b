"""Pages pasted as plain text: whom an article names as its source, its headline and its own dateline."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from dedup import dates, lexicon

__all__ = ["Page", "find_credit", "read_page"]

_LONG = 110  # characters: a paragraph, no headline, menu, byline or credit
_LONGEST_TITLE = 200
_SHORT = 90  # of a line that is all credit or dateline
_FEW_WORDS = 9  # of a name without entry in the lexicon

_DOMAIN = r"(?:[a-z\d](?:[a-z\d-]{0,62}[a-z\d])?\.){1,4}(?:vn|com|net|org|info|biz|gov|edu|tv|asia|news|online|io|co"
_DOMAIN += r"|uk|us|jp|kr|cn|hk|sg|th|la|kh|fr|de|ru|eu|au|in|example)"
_ADDRESS = re.compile(rf"(?:https?://)?(?:www\.|m\.)?(?P<host>{_DOMAIN})(?![\w.-])(?:[/:?#]\S*)?", re.I)
_LABEL = r"(?P<label>(?:(?:lược |biên |tổng hợp )?(?:dịch )?theo|(?:lược )?dịch từ|trích(?: từ| theo| nguồn)?"
_LABEL += r"|dẫn nguồn|(?:trích )?nguồn(?: tin| bài(?: viết)?| tham khảo)?|source|via)\b)"
_IS_LABELLED = re.compile(rf"{_LABEL} ?:? ", re.I).match
_LINE = re.compile(rf"{_LABEL}(?P<colon> ?:)? ?(?P<name>\S.*)", re.I)
_ORIGINAL = r"(?:(?:xem|đọc) )?(?:(?:link|đường dẫn|nguồn|url)(?: tới)? )?"
_ORIGINAL += r"(?:bài(?: viết| báo)?|tin|link|nguồn|đường dẫn) gốc\b(?: (?:tại|ở|trên|từ|của)\b)?(?: đây\b)?"
_ORIGINAL_LINE = re.compile(rf"{_ORIGINAL}(?P<colon> ?:)? ?(?P<name>\S.*)", re.I)
_PERSON = r"[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,4}"
_SIGNED = re.compile(rf"(?P<person>{_PERSON}),? ?\(?\b{_LABEL} ?:? ?(?P<name>[^()]+)\)?", re.I)
_MAY_BE_CREDIT = re.compile("theo|dịch từ|trích|nguồn|source|via|gốc|[-–—/|(]").search  # ten times as fast
_BRACKETS = re.compile(rf"\(\s*(?:{_LABEL} ?:? ?)?(?P<name>[^()]{{2,80}})\)[\s./]*$", re.I)
_HEAD = (
    r"(?P<place>[^().:;]{0,60}?)\(\s*(?P<name>[^()]{2,40}?)(?:[ ,]+(?:ngày )?\d\d?[/-]\d\d?)?\s*\) ?(?P<dash>[-–—:]?)"
)
_IN_DATELINE = re.compile(_HEAD).match
_IN_MARK = re.compile(r"(?P<name>[^\s–—()]{2,12}) ?[-–—] (?=\S)").match
_PICTURED = re.compile(r"\b(?:ảnh|hình|video|clip|đồ họa|đồ hoạ|biểu đồ|infographic|photo)\b", re.I)


def find_credit(text: str) -> str:
    """The name of whom an article names as its source, as it is written (composed, NFC); "" where it names nobody.

    Read are, best first, the last of each: lines of their own ("Theo VOV", "(Theo Báo Vịnh Sa)", "Nguồn: baohalam.vn",
    "Xem bài gốc tại …": of an address its host); bylines ("Đức Anh (theo Tuổi Trẻ)", "TTXVN/Báo Tin tức"); the end of a
    paragraph in brackets ("./. (TTXVN)"); the dateline before one ("Hà Lâm (TTXVN) -"). Bylines, brackets without
    "theo" and datelines count for names in `lexicon/sources.tsv`, domains and "Báo …", "Đài …" only.

    Not a credit: who is quoted in a sentence ("Theo ông …", "Theo Reuters, …"), who made a photo ("Ảnh: TTXVN"),
    nobody in particular ("Tổng hợp", "Internet", "PV").

    >>> find_credit("Sáng nay, cầu Trà Nâu thông xe.\\n\\nMinh Khuê (Theo Báo Hà Lâm)")
    'Báo Hà Lâm'
    >>> find_credit("Theo UBND xã Đồi Mây, 28 ha mất trắng. Ảnh: TTXVN")
    ''
    """
    return _credit(_lines(text))


def _credit(lines: Sequence[str]) -> str:
    best, rank, before = "", 0, ""
    for line, after in itertools.zip_longest(lines, lines[1:], fillvalue=""):
        found, worth = _line_credit(line, before, after) if len(line) <= _SHORT else ("", 0)
        if not found:
            found, worth = _paragraph_credit(line)
        if found and worth >= rank:
            best, rank = found, worth
        before = line
    return best


def _lines(text: str) -> list[str]:
    """The lines that are not blank, composed, with single spaces; of a long one its two ends."""
    text = unicodedata.normalize("NFC", text)
    lines = text.split("\n")
    if not all(map(str.isprintable, lines)):  # as they seldom are: no other end of a line, space or invisible sign is
        lines = [_ends(line).replace("\u200b", "").replace("\ufeff", "") for line in text.splitlines()]
        return [plain for line in lines if (plain := " ".join(line.split()))]
    tidy = (" ".join(line.split()) if "  " in line else line.strip(" ") for line in map(_ends, lines))
    return [plain for plain in tidy if plain]


def _ends(line: str) -> str:
    return line if len(line) <= 2 * _LONGEST_TITLE else f"{line[:_LONGEST_TITLE]} … {line[-_LONGEST_TITLE:]}"


def _line_credit(line: str, before: str, after: str) -> tuple[str, int]:
    """The credit that a short line is, and what it is worth: 5 a known name, 4 another, 3 in a byline."""
    bare = line.strip(' .*_-–—•>|"“”[]')
    bare = bare[1:-1].strip() if bare[:1] == "(" and bare[-1:] == ")" and bare.count("(") == 1 else bare
    if not _MAY_BE_CREDIT(bare.lower()):
        return _agency_credit(bare)
    if match := _ORIGINAL_LINE.match(bare) or _LINE.match(bare):
        return _labelled_credit(match, before, after)
    if match := _SIGNED.fullmatch(bare):
        name, is_known = _name(match["name"])
        is_signed = _is_person(match["person"]) and not _PICTURED.search(bare)
        if name and is_signed and (is_known or ("(" in bare and _is_proper(name))):
            return name, 5 if is_known else 4
    return _byline_credit(bare)


def _labelled_credit(match: re.Match[str], before: str, after: str) -> tuple[str, int]:
    label = match.group().lower()
    if label.startswith("nguồn") and (len(after) >= _LONG or (_PICTURED.search(before) and len(before) < 2 * _LONG)):
        return "", 0  # of a photo or a table between two paragraphs; the second line of a caption
    name, is_known = _name(match["name"])
    is_marked = bool(match["colon"]) or label.startswith(("theo", "nguồn tin"))
    is_alone = after != match.group() and (before[-1:] in '.!?…”")' or len(before) < _LONG // 2)
    if name and (is_known or (is_marked and is_alone and _is_proper(name))):
        return name, 5 if is_known else 4
    return "", 0


def _byline_credit(bare: str) -> tuple[str, int]:
    """The known names of "TTXVN/Báo Tin tức", "Đức Anh/VOV", "Minh Khuê - TTXVN", "Đức Anh (TTXVN)", "TTXVN"."""
    parts = [part.strip() for part in re.split(r"[/|(]| [-–—]", bare.rstrip(")"))]
    if len(parts) == 1:
        return _agency_credit(bare)
    if len(parts) > 3 or ":" in bare or not _is_known(parts[-1]) or _PICTURED.search(bare):
        return "", 0
    if not all(_is_known(part) or _is_person(part) for part in parts[:-1]):
        return "", 0
    return _name("/".join(parts))[0] if "(" in bare else _name(bare)[0], 3


def _agency_credit(bare: str) -> tuple[str, int]:
    return (bare, 3) if len(bare) < 30 and _folded(bare) in _names("agency") else ("", 0)


def _paragraph_credit(line: str) -> tuple[str, int]:
    """The credit at the end (2) or at the beginning (1) of a paragraph."""
    match = _BRACKETS.search(line[-100:]) if line.rstrip(" ./")[-1:] == ")" else None
    if match and not _PICTURED.search(match.group()) and len(line) > match.end() - match.start():
        name, is_known = _name(match["name"])
        body = line[: len(line) - len(match.group())].rstrip()
        label = (match["label"] or "").lower()
        is_sentence = body.endswith((".", "!", "?", "…", "./.", "”", '"', "/")) and not _PICTURED.search(body[-30:])
        if name and is_sentence and (label != "nguồn" or len(body) > 2 * _LONG) and (is_known or "theo" in label):
            return name, 2
    match = _IN_DATELINE(line[:120]) if len(line) >= 60 and "(" in line[:61] else None
    if match and _names_known(match["name"]) and (match["dash"] or not match["place"]):
        return match["name"], 1
    match = _IN_MARK(line[:20]) if len(line) > _LONG else None
    if match and _folded(match["name"]) in _names("mark"):
        return match["name"], 1
    return "", 0


def _name(raw: str) -> tuple[str, bool]:
    """The name in what follows a label and whether it is known; "" where it is no name of a source."""
    raw = re.sub(r"[\s.,;:*_|/)\]]+$", "", raw).lstrip(" :\"“'([")
    raw = raw.rstrip("\"”'") if raw.count('"') % 2 or "“" not in raw else raw
    if address := _ADDRESS.fullmatch(raw):
        return address["host"], True
    match = re.fullmatch(r"(?P<outer>[^()]+) \((?:theo |nguồn:? )?(?P<inner>[^()]+)", raw, re.I)
    if match:
        return _name(match["inner"]) if _is_known(match["inner"]) else _name(match["outer"])
    if match := _IS_LABELLED(raw):
        raw = raw[match.end() :]
    parts = [part for part in re.split(r" ?[/|] ?| [-–—] |, ", raw) if part]
    if not parts or any(map(_is_nobody, parts)) or len(raw) > _SHORT:
        return "", False
    known = [_is_known(part) for part in parts]
    while True in known and not known[0] and _is_person(parts[0]):  # "Đức Anh/VOV"
        raw, parts, known = raw[raw.index(parts[1], len(parts[0])) :], parts[1:], known[1:]
    if not all(is_known or _is_proper(part) for part, is_known in zip(parts, known, strict=True)):
        return "", False
    if len(parts) > 1 and not all(is_known or _is_capital(part) for part, is_known in zip(parts, known, strict=True)):
        return "", False  # "Reuters, Đài Loan hiện là vấn đề": a sentence
    return raw.strip(), any(known)


def _is_proper(name: str) -> bool:
    """Whether a name that is in no list can be one: few words, the first with a capital, no sentence, not cut off."""
    is_short = len(name.split()) <= _FEW_WORDS
    return is_short and name[:1].isupper() and not re.search(r"[.:;!?…,] |\d{2}|[“”\"]|\bTP$", name)


def _is_capital(name: str) -> bool:
    words = name.split()
    return len(words) <= 4 and all(word[:1].isupper() or not word[:1].isalpha() for word in words)


def _is_person(name: str) -> bool:
    """Whether it is written like the name of a person: "Đức Anh", "H.Y", "Mai Lâm"."""
    return bool(re.fullmatch(_PERSON, name)) and _is_capital(name)


def _names_known(name: str) -> bool:
    return all(_is_known(part) for part in re.split(r" ?[/,] ?| [-–] ", name))


def _is_known(name: str) -> bool:
    folded = _folded(name)
    if _ADDRESS.fullmatch(name.strip()) or folded in _names("agency") or folded in _names("paper"):
        return True
    media = _media().match(name)
    return media is not None and name[media.end() :][:1].isupper() and len(name.split()) <= _FEW_WORDS


def _is_nobody(name: str) -> bool:
    """Whether a name begins with a word for nobody in particular, or for who is quoted: "ông", "cáo trạng"."""
    words = name.casefold().replace(" / ", "/").strip(" .").split()
    return any(" ".join(words[:n]) in _words("nobody") for n in range(1, 4))


@functools.lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    folded = " ".join(name.casefold().split()).replace(" +", "+")
    return re.sub(r"^(?:báo|đài|tạp chí|hãng(?: tin| thông tấn)?|tờ|kênh|the) | (?:điện tử|online)$", "", folded)


@functools.cache
def _media() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(_words('media'), reverse=True))}) +", re.I)


@functools.cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(name for own, name in lexicon.sources() if own == kind)


@functools.cache
def _names(kind: str) -> frozenset[str]:
    return frozenset(_folded(name) for own, name in lexicon.sources() if own == kind)


# ------------------------------------------------------------------------------------------------ headline and dateline

_Time: TypeAlias = datetime | date
_FEWEST_WORDS = 4  # of a headline
_BELOW = 4  # lines below the first paragraph that are looked at
_HEAD_LINES = 80  # lines above the first paragraph in which the headline is looked for
_NEAR = 4  # lines between a headline and the dateline below it
_CLOCK = re.compile(r"[\W_]*(?:hôm nay|bây giờ|today)\b", re.I)
_UPDATED = re.compile(r"[\W_]*(?:cập nhật|sửa|chỉnh sửa|updated|modified)", re.I)
_PATH = re.compile(r"[»›•☰@©®]| / | \|.* \| |(?: [-–] .{1,40}){3}|://|\bA[+-](?!\w)|>>|^trang (?:chủ|nhất)\b", re.I)
_COUNTED = r"\d+ (?:giây|phút|giờ|tiếng|ngày|tuần|tháng) trước(?=$|\W*\d)|\d (?:liên quan|lượt xem|bình luận)"
_COUNTED += r"|^(?:số )?lượt (?:xem|đọc)"
_IS_COUNTED = re.compile(_COUNTED, re.I).search
_CAPTION = (
    r"(?:^|\W)(?:ảnh|photo)(?: minh họa| minh hoạ)? ?:|\W(?:video|clip|hình) ?:|[-–] ?ảnh \d|ảnh minh (?:họa|hoạ)$"
)
_BYLINE = r"(?:thực hiện|biên soạn|hôm nay)$|^(?:bài|tác giả|phụ đề)\b.{0,40}:"
_NUMBER = r"\d{3,4}[. ]?\d{3}[. ]\d{3}(?!\d)"  # of a telephone
_IS_NO_TITLE = re.compile(f"{_COUNTED}|{_CAPTION}|{_BYLINE}|{_NUMBER}", re.I).search
_BUTTONS = r"\b(?:chia sẻ|in bài|bản in|gửi bài|đăng nhập|đăng ký|nhận bản tin|lưu bài|sao chép|nghe|google|facebook"
_HAS_BUTTON = re.compile(_BUTTONS + r"|zalo|email)\b", re.I).search
_COUNTER = re.compile(r"[ |-]+\d+ (?:liên quan|bình luận|lượt xem|phản hồi)$", re.I)
_BEFORE_TIME = re.compile(r"(?:\S{1,40} ){1,6}?(?=(?:thứ |chủ nhật|\d))", re.I)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page pasted as text says of itself.

    Attributes:
        title: its headline; "" where it has none.
        published: its own dateline: an aware datetime, a date where the hour is not known, None where it has none.
        credit: whom it names as its source; see `find_credit`.
    """

    title: str
    published: datetime | date | None
    credit: str


def read_page(text: str, *, now: datetime | None = None) -> Page:
    """The headline, the dateline and the credit of a page that was pasted as plain text.

    The headline is sought above the first paragraph, among the lines that are no menu, hotline, kicker, byline, counter
    or name of the site: one that is repeated (captions do so) or stands beside a dateline is preferred, then the one
    nearest to the paragraph. A text that begins with a paragraph has none.

    The dateline stands right above the headline, or at most four lines below it and above the first paragraph, or right
    below that paragraph. Of two below each other the one without "Cập nhật" counts. A visitor's clock ("Hôm nay: …"),
    datelines of other headlines, of comments and in prose are none. `now` is as in `dates.parse`.

    >>> page = read_page("Trang chủ\\n\\nCầu Trà Nâu thông xe\\n24/08/2023 15:36\\n\\nSáng nay, cầu được thông xe.")
    >>> page.title, page.published.isoformat()
    ('Cầu Trà Nâu thông xe', '2023-08-24T15:36:00+07:00')
    """
    every = _lines(text)
    start = next((i for i, line in enumerate(every) if _is_prose(line)), len(every))
    lines = every[: start + 1 + _BELOW]
    above = max(start - _HEAD_LINES, 0)
    times = {i: when for i in range(above, min(start + 3, len(lines))) if (when := _dateline(lines[i], now))}
    number = _title(lines, above, start, times)
    title = "" if number is None else lines[number]
    return Page(title, _published(lines, start if number is None else number, start, times), _credit(every))


def _is_prose(line: str) -> bool:
    """Whether a line is a sentence or more: what ends with a full stop, or is too long for a headline."""
    if len(line) > _LONGEST_TITLE:
        return True
    if re.search(r"(?<![.…])[.:;][”\"’')]*$", line):
        return len(line) > _LONG or (line[-1] not in ":;" and line.count(" ") >= 5)
    return len(line) > _LONG and bool(re.search(r"[^\W\d_A-Z]{2}[.!?…][”\"’')]* [^\W\d_a-z]", line))


def _is_headline(line: str) -> bool:
    words = line.split()
    letters = sum(map(str.isalpha, line))
    if sum(any(map(str.isalpha, word)) for word in words) < _FEWEST_WORDS or 2 * letters < len(line):
        return False
    if _PATH.search(line) or _IS_NO_TITLE(line) or _is_buttons(line):
        return False
    return not _is_phrase(line)


def _is_short_headline(line: str) -> bool:
    """Whether a line can be a headline where nothing else stands above the first paragraph."""
    is_name = _is_capital(line) or (line.isupper() and line.count(" ") < 5) or ">" in line
    is_furniture = _IS_COUNTED(line) or _CLOCK.match(line) or _is_buttons(line) or _is_phrase(line)
    return not (is_name or is_furniture or line.endswith(":"))


def _is_buttons(line: str) -> bool:
    return line.count(" ") < 5 and bool(_HAS_BUTTON(line))


def _is_phrase(line: str) -> bool:
    """Whether it is page furniture by the lexicon."""
    folded = line.casefold().strip(" .:*-–—")
    return folded in _phrases("line", "menu", "related", "comments") or folded.startswith(tuple(_phrases("start")))


def _title(lines: Sequence[str], above: int, start: int, times: Mapping[int, object]) -> int | None:
    """The number of the line that is most likely the headline."""
    found = [i for i in range(above, start) if i not in times and _is_headline(lines[i])]
    if len(lines) == 1 or not found:
        is_alone = start == 1 and above not in times and _is_short_headline(lines[0])
        return above if is_alone and len(lines) > 1 else None
    if start == len(lines):  # no paragraph to count from: the first is the nearest
        found.reverse()
    best, most = None, 0
    for distance, i in enumerate(reversed(found)):
        worth = _worth(lines, i, times) - 2 * distance
        if i == 0 and found == list(range(len(found))) and start == len(found):
            worth += 2 * distance + 7  # nothing but a headline and what stands between it and the first paragraph
        if best is None or worth > most:
            best, most = i, worth
    return best


def _worth(lines: Sequence[str], i: int, times: Mapping[int, object]) -> int:
    """How much a line looks like a headline, by itself and by what is around it."""
    line = lines[i]
    is_repeated = any(other.startswith(line) for j, other in enumerate(lines[: i + 40]) if j != i)
    worth = 6 * is_repeated + 5 * any(j in times for j in (i - 1, i + 1, i + 2))
    worth -= 6 * line.isupper() + 2 * (line.count(" ") < 5) + 3 * (len(line) > 130)
    return worth - 4 * all(word[:1].isupper() for word in line.split() if word[:1].isalpha())


def _published(lines: Sequence[str], title: int, start: int, times: Mapping[int, _Time]) -> _Time | None:
    """The time of the dateline that belongs to the headline, or to the first paragraph where there is no headline."""
    below = [i for i in times if title < i <= title + 1 + _NEAR and i < start]
    if not below:
        behind = [i for i in times if i > start]
        below = [i for i in behind if all(_is_between(line, lines[start]) for line in lines[start + 1 : i])]
    if not below and len([i for i in times if i < title]) <= 2:
        below = [i for i in times if i < title and all(j in times for j in range(i, title))]
    if not below:
        return None
    run = [i for i in below if all(j in times for j in range(below[0], i))]
    return times[next((i for i in run if not _UPDATED.match(lines[i])), run[0])]


def _is_between(line: str, paragraph: str) -> bool:
    """Whether a line may stand between the first paragraph and the dateline: that paragraph again, a row of buttons."""
    return line == paragraph or (len(line) < _SHORT and bool(_HAS_BUTTON(line)))


def _dateline(line: str, now: datetime | None) -> _Time | None:
    """The time that a line tells and nothing else, but for who wrote it and how many read it."""
    if _CLOCK.match(line) or len(line) > _SHORT:
        return None
    line = _COUNTER.sub("", line)
    if found := dates.find(line, now=now):
        return found[0]
    signed = _BEFORE_TIME.match(line)
    if signed and (_is_capital(signed.group().strip()) or _is_known(signed.group().strip())):
        found = dates.find(line[signed.end() :], now=now)
        if found and isinstance(found[0], datetime) and dates.parse(line, now=now) == found[0]:
            return found[0]
    return None


@functools.cache
def _phrases(*kinds: str) -> frozenset[str]:
    return frozenset(phrase for kind, phrase in lexicon.furniture_phrases() if kind in kinds)
