"""What a web page says of itself: headline, time of publication, address, source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from dedup.dates import ZONE, find, parse
from dedup.io.markup import LONG, Line, key

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = [
    "Head", "Page", "find_heading", "find_published", "find_source", "find_title", "find_url", "is_dateline",
    "line_above", "read_head",
]  # fmt: skip

_ARTICLES = ("article", "posting", "videoobject", "report")  # how the types of schema.org end
_PUBLISHED = frozenset([
    "article:published_time", "og:published_time", "article:published", "article.published", "published_time",
    "datepublished", "uploaddate", "dc.date.issued", "dc.date", "dcterms.issued", "dcterms.created", "pubdate",
    "publishdate", "publish_date", "publish-date", "publication_date", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime",
])  # fmt: skip
_MODIFIED = frozenset(["article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod"])
_SEPARATOR = re.compile(r"\s+(?:[-–—|»:•·]+|::)\s+")
_SUFFIX_WORDS, _TITLE_WORDS = 6, 4
_ZONE_LINES, _ZONE_LONG = 12, 2  # how far below the headline the dateline may stand
_IS_CLOCK = re.compile(r"hôm nay|bây giờ|today|truy cập|\bnow\b", re.I).search
_IS_CLOCK_NAME = re.compile(r"today|clock|banner|top-?bar|current|hom-?nay", re.I).search
_IS_UPDATE = re.compile(r"cập nhật|sửa|updated|modified", re.I).search
_SECONDS = "ac ai biz co com edu gob gouv gov go gr health id info int io mil name ne net nom or org pro re sch web"
_SECOND_LEVEL = frozenset(_SECONDS.split())

_Day = datetime | date


@dataclass(slots=True)
class Head:
    """What the machine-readable part of a page says.

    Attributes:
        meta: name or property, lower case → contents.
        articles: objects of JSON-LD that describe an article, none that stands in a list or within another.
        names: what the site may be called, as appended to headlines.
    """

    meta: dict[str, list[str]] = field(default_factory=dict)
    articles: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    page_title: str = ""
    canonical: str = ""
    base: str = ""

    def first(self, *names: str) -> str:
        """The first value that is there, "" where none is."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")


def read_head(tree: HtmlElement) -> Head:
    """Reads <title>, <meta>, <link> and JSON-LD."""
    head = Head()
    for element in tree.iter("meta", "link", "title", "base", "script"):
        if element.tag == "meta":
            content = " ".join((element.get("content") or "").split())
            for attribute in ("property", "name", "itemprop"):
                if content and element.get(attribute):
                    head.meta.setdefault(element.get(attribute, "").strip().lower(), []).append(content)
        elif element.tag == "title":
            head.page_title = head.page_title or " ".join(element.text_content().split())
        elif element.tag == "base":
            head.base = element.get("href") or ""
        elif element.tag == "link" and "canonical" in (element.get("rel") or "").lower().split():
            head.canonical = head.canonical or (element.get("href") or "").strip()
        elif element.tag == "script" and "ld+json" in (element.get("type") or "").lower():
            _read_json(element.text or "", head)
    head.names += head.meta.get("og:site_name", []) + head.meta.get("application-name", [])
    return head


def _read_json(text: str, head: Head) -> None:
    try:
        value = json.loads(re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?:-->|//\]\]>)\s*$", "", text), strict=False)
    except (ValueError, RecursionError):
        return
    items = value if isinstance(value, list) else [value]
    items += [inner for item in items if isinstance(item, dict) for inner in _as_list(item.get("@graph"))]
    for item in items:
        if not isinstance(item, dict):
            continue
        types = [str(kind).lower() for kind in _as_list(item.get("@type"))]
        if any(kind.endswith(_ARTICLES) for kind in types):
            head.articles.append(item)
            publisher = item.get("publisher")
            item = publisher if isinstance(publisher, dict) else {}
        elif not any(kind.endswith(("website", "organization")) for kind in types):
            continue
        head.names += [name for name in (item.get("name"), item.get("alternateName")) if isinstance(name, str)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def find_title(tree: HtmlElement, head: Head, lines: Iterable[Line]) -> str:
    """The headline: an <h1> that <title> or og:title confirm, else their text without the name of the site."""
    headings = [text for element in tree.iter("h1") if (text := " ".join(element.text_content().split()))]
    claims = [text for text in (head.first("og:title", "twitter:title"), head.page_title) if text]
    confirmed = [text for text in headings if any(_begins(claim, text) for claim in claims)]
    names = {key(name) for name in head.names}
    if confirmed:
        return max(confirmed, key=len)
    headings = [text for text in headings if key(text) not in names and len(text.split()) >= _TITLE_WORDS]
    if len(headings) == 1:
        return headings[0]
    shown = {key(line.text): line.text for line in lines}
    for claim in (*claims, *(str(item.get("headline") or "") for item in head.articles)):
        for shorter in _shortened(claim):
            if key(shorter) in shown and len(shorter.split()) >= _TITLE_WORDS and key(shorter) not in names:
                return shorter
    return _without_site(claims[0], names) if claims else (headings or [""])[0]


def _begins(claim: str, text: str) -> bool:
    return bool(key(text)) and key(claim).startswith(key(text)) and (
        len(text.split()) >= _TITLE_WORDS or key(claim) == key(text) or _SEPARATOR.match(claim, len(text)) is not None
    )


def _shortened(claim: str) -> Iterator[str]:
    """The claim, then with ever more cut off behind a separator."""
    yield claim
    for match in reversed(list(_SEPARATOR.finditer(claim))):
        yield claim[: match.start()]


def _without_site(claim: str, names: set[str]) -> str:
    while parts := list(_SEPARATOR.finditer(claim)):
        rest, last = claim[: parts[-1].start()], claim[parts[-1].end() :]
        is_name = key(last) in names or (len(last.split()) <= _SUFFIX_WORDS and last[:1].isupper())
        if not is_name or len(rest.split()) < _TITLE_WORDS:
            break
        claim = rest
    return claim


def find_heading(tree: HtmlElement, title: str, lines: list[Line]) -> HtmlElement | None:
    """The element that shows the headline: its <h1>, else the first that is no link; None where it is not shown."""
    wanted = key(title)
    if not wanted:
        return None
    for element in tree.iter("h1"):
        if key(element.text_content()) == wanted:
            return element
    alike = [line for line in lines if key(line.text) == wanted]
    return next((line.element for line in alike if not line.linked), None)


def find_url(head: Head) -> str:
    """The address of the page: canonical link, else og:url, else what JSON-LD has; "" where none is a whole address."""
    described = [_address(item.get(name)) for item in head.articles[:1] for name in ("url", "mainEntityOfPage")]
    found = [head.canonical, head.first("og:url"), *described]
    whole = [url for url in found if _is_address(url)]
    if found[0] and not _is_address(found[0]) and (base := next(iter(whole), head.base)):
        whole.insert(0, urljoin(base, found[0]))
    whole = [url for url in whole if _is_address(url)]
    # Some sites name their front page as canonical for every page.
    return next((url for url in whole if urlsplit(url).path.strip("/") or urlsplit(url).query), next(iter(whole), ""))


def _address(value: Any) -> str:
    value = value.get("@id") if isinstance(value, dict) else value
    return value if isinstance(value, str) else ""


def _is_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def find_source(url: str) -> str:
    """The registrable domain of an address: "https://m.baohalam.com.vn/a" → "baohalam.com.vn"; "" where it has none.

    >>> find_source("https://anbinh.halam.gov.vn/tin-tuc"), find_source("https://www.tinvinhsa.example:8080/x")
    ('halam.gov.vn', 'tinvinhsa.example')
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    labels = host.split(".")
    if ":" in host or re.fullmatch(r"[\d.]+", host) or len(labels) < 3:
        return host
    is_second = labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2
    return ".".join(labels[-3 if is_second else -2 :])


def line_above(lines: list[Line], heading: HtmlElement | None) -> Line | None:
    """The line right above the headline, where the two stand together: there some sites have their dateline."""
    if heading is None:
        return None
    inside = set(heading.iter())
    at = next((i for i, line in enumerate(lines) if line.element in inside), 0)
    if not at or _is_in_bar(lines[at - 1].element):
        return None
    around = [e for e in list(heading.iterancestors())[:2] if e.tag != "body"]
    return lines[at - 1] if any(e in around for e in lines[at - 1].element.iterancestors()) else None


@dataclass(slots=True)
class Page:
    """What `find_published` looks at.

    Attributes:
        lines: the visible lines without lists and boxes.
        at: the line behind the headline, 0 where it is not known.
        above: the line above the headline, where it may be a dateline.
    """

    tree: HtmlElement
    title: str
    url: str
    lines: list[Line]
    at: int
    above: Line | None = None


def find_published(head: Head, page: Page) -> _Day | None:
    """When the article was published, None where nothing is certain.

    Asked are meta elements, the article's own JSON-LD, <time> and the datelines around its headline. A day that two of
    them contradict counts only where the page shows it, or where the other is named as that of an update.
    """
    own = [item for item in head.articles if _is_own(item, page.title, page.url, len(head.articles))]
    stated = [parse(str(item[name])) for item in own for name in ("datePublished", "uploadDate") if item.get(name)]
    stated += [_agreed(head.meta.get(name, [])) for name in sorted(_PUBLISHED)]
    changed = [parse(str(item["dateModified"])) for item in own if item.get("dateModified")]
    changed += [_agreed(head.meta.get(name, [])) for name in sorted(_MODIFIED)]
    shown, updates = _datelines(page)
    marked = [parse(value) for value in _times(page)]
    return _settle(_known([*stated, *marked]), _known(shown), _known([*changed, *updates]))


def _is_own(item: dict[str, Any], title: str, url: str, count: int) -> bool:
    headline = key(str(item.get("headline") or item.get("name") or ""))
    addresses = {_address(item.get(name)).split("#")[0] for name in ("url", "mainEntityOfPage", "@id")} - {""}
    if headline and title and (headline.startswith(key(title)[:60]) or key(title).startswith(headline[:60])):
        return True
    if url and any(address.rstrip("/") == url.rstrip("/") for address in addresses):
        return True
    return count == 1 and not headline and not addresses


def _agreed(values: list[str]) -> _Day | None:
    found = {parse(value) for value in values}
    return found.pop() if len(found) == 1 else None


def _known(values: Iterable[_Day | None]) -> list[_Day]:
    return [_without_midnight(value) for value in values if value is not None]


def _without_midnight(value: _Day) -> _Day:
    """Midnight sharp stands for a day whose hour is not known."""
    if isinstance(value, datetime):
        for moment in (value, value.astimezone(ZONE)):
            if moment.time() == time():
                return moment.date()
    return value


def is_dateline(text: str) -> bool:
    """Says whether a line is nothing but when the article appeared."""
    return len(text) <= 2 * LONG and not _IS_CLOCK(text) and find(text) is not None


def _datelines(page: Page) -> tuple[list[_Day], list[_Day]]:
    """The days shown around the headline, and those that are named as days of an update."""
    shown: list[_Day] = []
    updates: list[_Day] = []
    long = 0
    for line in page.lines[page.at : page.at + _ZONE_LINES] if page.at else ():
        long += line.is_long
        if long > _ZONE_LONG:
            break
        _note(line.text, shown, updates)
    if page.above is not None and not shown and not updates:
        _note(page.above.text, shown, updates)
        shown = [value for value in shown if isinstance(value, datetime)]  # a day alone may be that of the visit
    return shown, updates


def _note(text: str, shown: list[_Day], updates: list[_Day]) -> None:
    found = None if _IS_CLOCK(text) else find(text)
    if found is not None:
        (updates if _IS_UPDATE(text) else shown).append(found[0])


def _is_in_bar(element: HtmlElement) -> bool:
    above = [element, *element.iterancestors("div", "header", "nav", "span", "p", "td", "ul", "li")][:3]
    return any(_IS_CLOCK_NAME(f"{e.get('class', '')} {e.get('id', '')}") for e in above)


def _times(page: Page) -> list[str]:
    """What <time> around the headline says for machines; `pubdate` alone where some have it."""
    times: list[HtmlElement] = []
    if page.at:
        order = {element: i for i, element in enumerate(page.tree.iter())}
        ends = (page.lines[i].element for i in (page.at - 1, min(len(page.lines), page.at + _ZONE_LINES) - 1))
        first, last = (order.get(element, 0) for element in ends)
        times = [e for e in page.tree.iter("time") if first <= order[e] <= last]
    if page.above is not None:
        around = [page.above.element, *page.above.element.iterancestors("time")]
        times += [inner for e in around for inner in e.iter("time")]
    times = [e for e in times if e.get("datetime") and not _IS_UPDATE(" ".join(e.itertext()))]
    named = [e for e in times if e.get("pubdate") is not None or (e.get("itemprop") or "").lower() == "datepublished"]
    return [e.get("datetime", "") for e in named or times]


def _day(value: _Day) -> date:
    return value.astimezone(ZONE).date() if isinstance(value, datetime) else value


def _finest(values: list[_Day]) -> _Day:
    """The first that has an hour, else the first."""
    return next((value for value in values if isinstance(value, datetime)), values[0])


def _settle(stated: list[_Day], shown: list[_Day], updates: list[_Day]) -> _Day | None:
    days, seen = {_day(value) for value in stated}, {_day(value) for value in shown}
    changes = {_day(value) for value in updates}
    if len(seen) > 1:
        seen -= changes
    if len(seen) > 1 or (len(days) > 1 and not (len(seen) == 1 and seen <= days)):
        return None
    if not days and not seen:
        return _finest(updates) if len(changes) == 1 else None
    if not seen and changes and max(changes) < max(days):
        return None  # changed before it appeared
    if not days or not seen:
        return _finest(stated or [value for value in shown if _day(value) in seen])
    day = seen.pop()
    if day in days:
        return _clock_as_shown(_finest([v for v in stated if _day(v) == day]), shown)
    if day in changes and max(days) <= day:
        return _finest(stated)  # what the page shows is the day of its last change
    # A time of this country that is marked as UTC.
    mistaken = any(isinstance(v, datetime) and v.replace(tzinfo=ZONE) == s for v in stated for s in shown)
    return _finest([value for value in shown if _day(value) == day]) if mistaken else None


def _clock_as_shown(stated: _Day, shown: list[_Day]) -> _Day:
    times = [value for value in shown if isinstance(value, datetime) and _day(value) == _day(stated)]
    if not times:
        return stated
    if not isinstance(stated, datetime) or any(stated.replace(tzinfo=ZONE) == value for value in times):
        return times[0]
    return stated if abs(stated - times[0]) < timedelta(days=1) else times[0]
