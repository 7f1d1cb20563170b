"""Articles from web pages: one page, one article."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dedup.errors import MissingExtraError
from dedup.io.headers import (
    Page,
    find_heading,
    find_published,
    find_source,
    find_title,
    find_url,
    is_dateline,
    line_above,
    read_head,
)
from dedup.io.markup import (
    LONG,
    Line,
    clean,
    index_behind,
    is_above_text,
    is_label,
    is_legal,
    key,
    lines_of,
    parse_page,
)
from dedup.io.notes import Notes, UnusableError
from dedup.io.places import Place
from dedup.io.streams import open_stream, read_whole
from dedup.models import Article
from dedup.pages import find_credit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

__all__ = ["Extract", "decode_page", "extract_page", "read_page"]

Extract = Callable[[str, str], Mapping[str, Any] | None]

PAGE_LIMIT = 20_000_000  # bytes; trafilatura takes no more
_NO_TEXT = "no text found in the page"
_CREDIT_LINES = 6  # below the text
_AHEAD = 50  # lines by which trafilatura's may be ahead
_DATELINES = 12  # below the headline
_META = rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,200}?encoding=[\"']([\w.:-]+)"
_CHARSET = re.compile(_META, re.I).search
_TEXT_TAGS = frozenset(["p", "li", "blockquote", "h2", "h3", "h4", "h5", "h6"])
_PICTURE = re.compile(r"[\s:–—.-]*(?:ảnh|hình|video)?[\s:.-]*\d{0,3}\W*", re.I).fullmatch


def read_page(place: Place, notes: Notes, extract: Extract | None = None) -> Article:
    """The one article of an HTML file.

    Raises:
        UnusableError: it cannot be decoded, has no text, or `extract` failed.
        MissingExtraError: trafilatura is not installed.
    """
    with open_stream(place, notes) as stream:
        page = decode_page(read_whole(stream, PAGE_LIMIT))
    if extract is not None:
        return _by_hook(page, place, extract)
    return Article(place.name, **extract_page(page))


def _by_hook(page: str, place: Place, extract: Extract) -> Article:
    try:
        fields = extract(page, place.path)
        if fields is None:
            raise UnusableError("left out by `extract`")
        return Article(**{"id": place.name, **fields})
    except UnusableError:
        raise
    except Exception as error:
        raise UnusableError(f"`extract` failed: {type(error).__name__}: {error}") from None


def decode_page(data: bytes) -> str:
    """Decodes a page: by its byte order mark; as UTF-8 where it is that, whatever it says; else as it says.

    Raises:
        UnusableError: it is invalid, or in an encoding that is not known.
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return _decode(data, name).removeprefix("\ufeff")
    if b"\0" in data:
        raise UnusableError("binary file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        found = _CHARSET(data[:4096])
        name = (found[1] or found[2]).decode("ascii", "replace") if found else "utf-8"
        # Browsers read Latin-1 as Windows-1252.
        return _decode(data, {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252"}.get(name.lower(), name))


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise UnusableError(f"invalid {name.upper()} at byte offset {error.start}") from None
    except (LookupError, ValueError):
        raise UnusableError(f"encoding {name!r} is not known") from None


def extract_page(page: str) -> dict[str, Any]:
    """The fields of the article on a page: text, title, source, url, credit, published; "" and None where not found.

    Raises:
        UnusableError: the page has no text.
        MissingExtraError: trafilatura is not installed.
    """
    if find_spec("trafilatura") is None:
        raise MissingExtraError("reading HTML", "html")
    tree = parse_page(page)
    if tree is None:
        raise UnusableError(_NO_TEXT)
    head = read_head(tree)
    body = tree.find("body")
    root = tree if body is None else body
    lines = lines_of(root)
    title = find_title(tree, head, lines)
    heading = find_heading(root, title, lines)
    if not is_above_text(heading, lines):
        heading = None
    url = find_url(head)
    above = line_above(lines, heading)
    clean(root, heading, lines)
    lines = lines_of(root)
    at = index_behind(lines, heading)
    published = find_published(head, Page(root, title, url, lines, at, above))
    if heading is not None and at:
        heading.drop_tree()
    text, end = _text(tree, lines[at:], title)
    if not text:
        raise UnusableError(_NO_TEXT)
    credit = find_credit("\n".join(line.text for line in lines[at : at + end + _CREDIT_LINES]))
    fields = {"text": text, "title": title, "source": find_source(url), "url": url}
    return {**fields, "credit": credit, "published": published}


def _text(tree: HtmlElement, lines: list[Line], title: str) -> tuple[str, int]:
    """The main text, and the index behind its last line in `lines`, the visible lines below the headline."""
    from trafilatura import bare_extraction

    document = bare_extraction(
        tree, fast=True, favor_recall=True, include_comments=False, include_tables=True, deduplicate=False,
        with_metadata=False,
    )  # fmt: skip
    raw = getattr(document, "text", None) or ""
    datelines = {key(line.text) for line in lines[:_DATELINES] if is_dateline(line.text)}
    as_shown = {key(line.text): line.text for line in lines}
    shown = "".join(key(line.text) for line in lines)
    rows = [(row, key(row)) for row in map(_row, raw.splitlines())]
    found = [row for row, own in rows if own in as_shown or own in shown]  # none from above the headline
    found = _tidy(found, title, datelines)
    keys = [key(line) for line in found]
    end = _end(lines, keys)
    texts: list[str] = []
    at = 0
    joined = "\n".join(keys)
    for line in lines[:end]:
        own = key(line.text)
        behind = _find_line(own, keys, at, line.is_long)
        if behind is not None:
            texts += [*found[at:behind], line.text if own == keys[behind] else found[behind]]
            at = behind + 1
        elif (line.is_long or (texts and not line.linked and line.element.tag in _TEXT_TAGS)) and own not in joined:
            texts.append(line.text)
    texts += [as_shown.get(key(line), line) for line in found[at:] if _is_sentence(line)]
    return "\n".join(_tidy(texts, title, datelines)), end


def _find_line(own: str, keys: list[str], at: int, is_long: bool) -> int | None:
    """Where a line stands among the next that trafilatura found; it joins some, and cells to rows."""
    window = range(at, min(at + _AHEAD, len(keys)))
    found = next((i for i in window if own == keys[i]), None)
    return next((i for i in window if own in keys[i]), None) if found is None and is_long else found


def _row(line: str) -> str:
    """A line as trafilatura writes it; rows of tables with tabs, as browsers copy them."""
    line = line.strip()
    if line.startswith("|") and line.endswith("|"):
        return "\t".join(" ".join(cell.split()) for cell in line[1:-1].split("|")).strip()
    return " ".join(line.split())


def _end(lines: list[Line], keys: list[str]) -> int:
    """The index behind the last paragraph that trafilatura found too, and is no foot of the page."""
    joined = "\n".join(keys)
    exact = set(keys)
    owns = [(i, key(line.text)) for i, line in enumerate(lines) if line.is_long]
    present = [i for i, own in owns if own in exact or own in joined]
    while len(present) > 1 and is_legal(lines[present[-1]].text):
        present.pop()
    return present[-1] + 1 if present else len(lines)


def _is_sentence(line: str) -> bool:
    """Says whether a line below the last paragraph belongs to the text: no byline, no foot of the page."""
    is_item = line.startswith("- ") or "\t" in line
    return (is_item or line.endswith((".", "!", "?", "…", "”", '"', ")", ":", ";"))) and not is_legal(line)


def _tidy(lines: list[str], title: str, datelines: set[str]) -> list[str]:
    """The lines without the headline, captions of boxes and the dateline; a long line once."""
    wanted, seen, tidy = key(title), set[str](), list[str]()
    for line in lines:
        own = key(line)
        is_title = bool(wanted) and (own == wanted or (line.startswith(title) and _PICTURE(line[len(title) :])))
        if not own or own in seen or own in datelines or is_title or is_label(line):
            continue
        if len(line) >= LONG // 2:
            seen.add(own)
        tidy.append(line)
    return tidy
