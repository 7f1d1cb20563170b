"""The tree of a web page: its visible lines, its headline, and what of it is no article.

Trafilatura finds the main text of a page; it is handed a tree from which lists of links, cards of other articles, boxes
of comments and bars are gone, since it takes some of them for text and loses text beside others.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = [
    "LONG", "Line", "clean", "index_behind", "is_above_text", "is_label", "is_legal", "key", "lines_of", "parse_page",
]  # fmt: skip

LONG = 80  # characters outside links: a paragraph, no headline, menu or byline
_CARD_TITLE = 20  # characters of a link that is a headline
_CARD_LEAD = 350  # characters of the lead below it
_WIDEST_CELL = 600  # characters: a cell with more is a column of the page
_SHARE = 0.4  # of the paragraphs of a page: what holds more is not taken for furniture by its name
_SHARE_OF_COMMENTS = 0.6
_MOST_ABOVE = 0.2

_UNSEEN = "script style noscript iframe template svg object embed select textarea input button option dialog canvas map"
_UNSEEN_TAGS = frozenset(f"{_UNSEEN} audio video amp-analytics amp-ad amp-sidebar amp-iframe amp-social-share".split())
_FRAME_TAGS = frozenset(["nav", "footer", "aside", "form", "menu"])
_INLINE = "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span "
_INLINE_TAGS = frozenset(f"{_INLINE} strike strong sub sup time tt u var wbr picture source nobr".split())
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_NAMES = [
    r"(?:box-?|list-?)?(?:relate\w*|lien-?quan|tin-?khac|bai-?khac|cung-?(?:chuyen-?muc|loai)|most-?\w+|xem-?nhieu)",
    r"doc-?nhieu|share|sharing|socials?|follow|tags?|tagcloud|keywords?|tu-?khoa|breadcrumbs?|crumbs?|sidebar|footer|foot",
    r"hotline|menu|nav\w*|topbar|toolbar|tools|rating|vote|newsletter|subscribe|advert\w*|ads?|qc|quang-?cao|banner|popup",
    r"modal|cookie|login|copyright|ban-?quyen|pagination|paging|pager|prev|next|other-?news|other|same|hot-?(?:box|news)",
    r"trending|recommend\w*|promo\w*|sponsor\w*|ticker|weather|player-?bar|see-?more|inner-?link|skip|counter",
    r"views?-?count",
]
_COMMENTS = "comments?|binh-?luan|y-?kien|disqus_thread|respond|fb-comments|reader-?comment"
_IS_FRAME = re.compile(rf"(?:^|[\s_-])(?:{'|'.join(_NAMES)})(?=$|[\s_-])", re.I).search
_IS_COMMENTS = re.compile(rf"(?:^|[\s_-])(?:{_COMMENTS})(?=$|[\s_-])", re.I).search
_OTHERS = "(?:tin|bài|bài viết|tin bài|tin tức|chương trình|video|sự kiện|chủ đề)"
_WHICH = "khác|liên quan|cùng (?:chuyên mục|chủ đề|loại)|đã đưa|cũ hơn|mới hơn|mới nhất|nổi bật|nóng|hot|đọc nhiều"
_LABELS = [
    rf"(?:các )?{_OTHERS} (?:{_WHICH})|cùng (?:chuyên mục|chủ đề)|tin nóng",
    rf"(?:{_OTHERS} )?(?:đọc|xem) (?:thêm|nhiều|nhiều nhất|tiếp)|mời (?:bạn )?(?:đọc|xem) thêm|đừng bỏ lỡ",
    r"có thể bạn quan tâm|bạn có thể quan tâm|ý kiến(?: bạn đọc| độc giả)?(?: ?\(\d+\))?",
    r"(?:gửi |để lại )?bình luận(?: ?\(\d+\))?|thích|trả lời|theo dõi|đánh giá bài viết|bày tỏ cảm xúc",
    r"báo lỗi nội dung",
    r"từ kh(?:óa|oá)|chia sẻ(?: bài viết| facebook| zalo)?|bản in|in bài viết|in trang này|sao chép liên kết|lưu bài",
    r"gửi bài viết|gửi cho bạn bè|quay lại|về đầu trang|lên trên|bài (?:trước|tiếp theo|sau)",
    r"share|tweet|copy link|print|e-?mail|facebook|zalo|sign in|log in|most read|leave a comment|tags?|comments?",
    r"related(?: news| articles)?|read more",
]
_IS_LABEL = re.compile(rf"[\s>»•+★|-]*(?:{'|'.join(_LABELS)})[\s:>»•.★|-]*", re.I).fullmatch
_TEASERS = "xem|đọc|mời|tham khảo|đừng bỏ|có thể bạn|bài liên quan|tin liên quan|liên quan|>>"
_IS_TEASER = re.compile(rf"[\s>»•+-]*(?:{_TEASERS})", re.I).match
_IS_SOURCE = re.compile(r"\b(?:gốc|nguồn|original|source)\b|^\W*theo\b", re.I).search
_RIGHTS = r"[©®]|\(c\) |bản quyền|copyright|all rights reserved|ghi rõ nguồn|giấy phép|chịu trách nhiệm|tổng biên tập"
_COUNTERS = r"cơ quan chủ quản|(?:tổng )?(?:lượt|đang) truy cập|đường dây nóng|hotline"
_NO_LETTER = re.compile(r"[\W_]+").sub
_IS_LEGAL = re.compile(rf"\W*(?:{_RIGHTS}|{_COUNTERS})", re.I).match


@dataclass(slots=True)
class Line:
    """One visible line: its text with single spaces, the element that begins it, how many characters are linked."""

    text: str
    element: HtmlElement
    linked: int

    @property
    def is_long(self) -> bool:
        return len(self.text) - self.linked >= LONG


def parse_page(page: str) -> HtmlElement | None:
    """The tree of a page; None where there is nothing in it."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        # As bytes: lxml refuses strings that declare an encoding.
        tree = document_fromstring(page.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    for element in list(tree.iter("pre", "xmp", "listing")):
        _break_lines(element)
    return tree


def _break_lines(element: HtmlElement) -> None:
    """Makes the lines of preformatted text into paragraphs."""
    if not len(element) and element.text and "\n" in element.text:
        lines, element.text, element.tag = element.text.splitlines(), None, "div"
        for line in lines:
            paragraph = element.makeelement("p")
            paragraph.text = line
            element.append(paragraph)


def key(text: str) -> str:
    """What two spellings of a line have in common: letters and digits, lower case, composed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _NO_LETTER("", text.casefold())


def is_label(text: str) -> bool:
    """Says whether a line is the caption of a box or the text of a button."""
    return len(text) <= 60 and _IS_LABEL(text) is not None


def is_legal(text: str) -> bool:
    """Says whether a line is the foot of a page: rights, licence, telephone, counter of visits."""
    return _IS_LEGAL(text) is not None


def lines_of(root: HtmlElement) -> list[Line]:
    """The visible lines of a tree, in order: text broken where a block or <br> begins or ends."""
    lines: list[Line] = []
    parts: list[str] = []
    linked = 0
    begun: Any = root
    stack: list[tuple[Any, bool, bool]] = [(root, False, False)]  # (element, is it in a link, is it at its end)
    while stack:
        element, in_link, is_done = stack.pop()
        tag = element.tag
        if parts and tag not in _INLINE_TAGS:
            _end_line(lines, parts, begun, linked)
            linked = 0
        if is_done:
            text, element = element.tail, element.getparent()
        else:
            if element is not root:
                stack.append((element, in_link, True))
            if tag in _UNSEEN_TAGS or tag == "head" or not isinstance(tag, str):
                continue
            text, in_link = element.text, in_link or tag == "a"
            if len(element):
                stack += [(child, in_link, False) for child in reversed(element)]
        if text and (parts or not text.isspace()):
            begun = begun if parts else element
            parts.append(text)
            linked += in_link * len(text.strip())
    _end_line(lines, parts, begun, linked)
    return lines


def _end_line(lines: list[Line], parts: list[str], begun: HtmlElement, linked: int) -> None:
    text = " ".join("".join(parts).split())
    if text:
        lines.append(Line(text, begun, min(linked, len(text))))
    parts.clear()


class _Sums:
    """For each element: characters, linked characters and characters of long lines in it; links in it."""

    def __init__(self, root: HtmlElement, lines: list[Line]) -> None:
        self._sums: dict[Any, list[int]] = {}
        for line in lines:
            length, linked = len(line.text), line.linked
            long = length - linked if line.is_long else 0
            self._add(line.element, length, linked, long)
        for link in root.iter("a"):
            self._add(link, 0, 0, 0, 1)
        self.all_long = self.of(root)[2]

    def _add(self, element: HtmlElement | None, *values: int) -> None:
        while element is not None:
            sums = self._sums.setdefault(element, [0, 0, 0, 0])
            for i, value in enumerate(values):
                sums[i] += value
            element = element.getparent()

    def of(self, element: HtmlElement) -> list[int]:
        """[characters, linked, in long lines, links]"""
        return self._sums.get(element, _NOTHING)


_NOTHING = [0, 0, 0, 0]


def clean(root: HtmlElement, heading: HtmlElement | None, lines: list[Line]) -> None:
    """Removes from a tree what is no article: unseen elements, all before the headline, bars, menus, boxes of comments,
    lists of links, cards of other articles, promoted headlines between paragraphs, and the captions of these.

    Args:
        lines: those of the tree.
    """
    _drop_all(root.iter(*_UNSEEN_TAGS))
    at = index_behind(lines, heading)
    main = next((line.element for line in lines[at:] if line.is_long), None)
    kept = {e for start in (heading, main) if start is not None for e in (start, *start.iterancestors())}
    if heading is not None:
        around = [e for e in (heading, *heading.iterancestors()) if root in e.iterancestors()]
        _drop_all(sibling for e in around for sibling in e.itersiblings(preceding=True))
        lines = lines[at:]
    sums = _Sums(root, lines)
    cards = _cards(root, sums)
    _drop_all(_frames(root, sums, kept, cards))
    _drop_all(line.element for line in lines_of(root) if line.element not in kept and _is_in_between(line))
    _unwrap_tables(root, kept)


def _frames(root: HtmlElement, sums: _Sums, kept: set[HtmlElement], cards: set[HtmlElement]) -> Iterator[HtmlElement]:
    """The outermost elements that are furniture."""
    stack = [root]
    while stack:
        for element in stack.pop():
            size = sums.of(element)[0]
            if size and element not in kept and (element in cards or _is_frame(element, sums)):
                yield element
            elif size and len(element):
                stack.append(element)


def _unwrap_tables(root: HtmlElement, kept: set[HtmlElement]) -> None:
    """Makes the tables that only place columns on a page into <div>."""
    for table in list(root.iter("table")):
        cells = list(table.iter("tr", "td", "th", "tbody", "thead", "tfoot"))
        cells = [e for e in cells if next(e.iterancestors("table"), None) is table]
        is_layout = table in kept or next(table.iterdescendants("table"), None) is not None
        if is_layout or any(len(e.text_content()) > _WIDEST_CELL for e in cells if e.tag in ("td", "th")):
            for element in (table, *cells):
                element.tag = "div"


def index_behind(lines: list[Line], heading: HtmlElement | None) -> int:
    """Which line is the first behind the headline; 0 where that is not shown."""
    inside = set(heading.iter()) if heading is not None else set()
    return max((i + 1 for i, line in enumerate(lines) if line.element in inside), default=0)


def is_above_text(heading: HtmlElement | None, lines: list[Line]) -> bool:
    """Says whether nearly all paragraphs follow the headline; else it is not where the article begins."""
    above = sum(line.is_long for line in lines[: index_behind(lines, heading)])
    return above <= _MOST_ABOVE * sum(line.is_long for line in lines)


def _is_frame(element: HtmlElement, sums: _Sums) -> bool:
    size, linked, long, links = sums.of(element)
    is_comments, is_frame = _named(element.get("class", ""), element.get("id", ""))
    if is_comments and long <= _SHARE_OF_COMMENTS * sums.all_long:
        return True
    if (is_frame or element.tag in _FRAME_TAGS) and long <= _SHARE * sums.all_long:
        return True
    return links >= 2 and not long and linked >= 0.6 * size and element.tag not in _INLINE_TAGS


@functools.lru_cache(4096)
def _named(*names: str) -> tuple[bool, bool]:
    """Whether the names of an element say that it holds comments, or some other furniture."""
    joined = " ".join(names)
    return _IS_COMMENTS(joined) is not None, _IS_FRAME(joined) is not None


def _cards(root: HtmlElement, sums: _Sums) -> set[HtmlElement]:
    """Runs of three and more like siblings that each begin with a linked headline or hold a heading and a link."""
    cards: set[HtmlElement] = set()
    for parent in root.iter("div", "ul", "ol", "section", "td", "tbody", "main", "article"):
        alike: defaultdict[tuple[str, str], list[HtmlElement]] = defaultdict(list)
        for child in parent:
            if sums.of(child)[3] and child.tag != "p" and child.tag not in _INLINE_TAGS:
                alike[child.tag, child.get("class", "")].append(child)
        for children in alike.values():
            if len(children) >= 3:
                found = [child for child in children if sums.of(child)[2] <= _CARD_LEAD and _is_card(child)]
                if len(found) >= 3 and len(found) >= 0.7 * len(children):
                    cards.update(found)
    return cards


def _is_card(element: HtmlElement) -> bool:
    link = next(element.iter("a"), None)
    if link is None or (link.get("href") or "#").startswith(("#", "javascript:")):
        return False
    words = " ".join(link.text_content().split())
    begins = key(element.text_content()[:400]).startswith(key(words))
    heads = [e for e in element.iter(*_HEADINGS) if len(e.text_content().strip()) >= _CARD_TITLE]
    is_linked = len(heads) == 1 and any(e.tag == "a" for e in (*heads[0].iter(), *heads[0].iterancestors()))
    return is_linked or (begins and len(words) >= _CARD_TITLE)


def _is_in_between(line: Line) -> bool:
    """A promoted headline, or the caption of a box, alone in its element."""
    if " ".join(line.element.text_content().split()) != line.text or line.element.tag in ("body", "html"):
        return False
    if is_label(line.text):
        return True
    if _IS_SOURCE(line.text):
        return False
    is_linked = line.linked >= 0.8 * len(line.text) and len(line.text.split()) >= 4
    return is_linked or (line.linked >= _CARD_TITLE and _IS_TEASER(line.text) is not None)


def _drop_all(elements: Iterable[HtmlElement]) -> None:
    for element in list(elements):
        if element.getparent() is not None:
            element.drop_tree()
