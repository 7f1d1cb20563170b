"""Pieces of HTML: every value escaped here, once, where it enters a page."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

__all__ = ["escape", "external_link", "hidden", "is_web", "tag"]

# Characters that an HTML page or a UTF-8 file cannot hold, and those that would turn the direction of what follows.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_WEB = re.compile(r"https?://[^\s\x00-\x20\"'<>\\^`{|}]+", re.I)


def escape(text: str) -> str:
    """The text as it may stand between tags and in quoted attributes.

    >>> escape('<b title="x">Mưa & gió</b>')
    '&lt;b title=&quot;x&quot;&gt;Mưa &amp; gió&lt;/b&gt;'
    """
    return html.escape(_UNFIT.sub("\ufffd", text))


def tag(name: str, content: str, **attributes: str | bool | None) -> str:
    """An element; `content` is HTML already, attributes are plain text. None and False leave an attribute out.

    A leading or trailing underscore of an attribute is dropped, others become hyphens: `class_`, `aria_label`.

    >>> tag("p", "Mưa", class_="now", hidden=False)
    '<p class="now">Mưa</p>'
    """
    written = []
    for key, value in attributes.items():
        if value is not None and value is not False:
            label = key.strip("_").replace("_", "-")
            written.append(f" {label}" if value is True else f' {label}="{escape(str(value))}"')
    return f"<{name}{''.join(written)}>{content}</{name}>"


def hidden(text: str) -> str:
    """Plain text that is heard, not seen."""
    return tag("span", escape(text), class_="vh")


def external_link(url: str, text: str, label: str) -> str:
    """A link out of the page; of any address but http and https the address as text, "" for no address.

    Args:
        url: where the article says that it stands.
        text: what the link shows.
        label: which article it opens, for those who hear it.

    >>> external_link("javascript:alert(1)", "mở bài", "mở bài: Mưa")
    '<span class="url">javascript:alert(1)</span>'
    """
    url = url.strip()
    if not url:
        return ""
    if not is_web(url):
        return tag("span", escape(url), class_="url")
    return tag("a", escape(text), class_="out", href=url, rel="noopener noreferrer", target="_blank", aria_label=label)


def is_web(url: str) -> bool:
    """Whether it is an http or https address that may become a link."""
    try:
        return bool(_WEB.fullmatch(url)) and not _UNFIT.search(url) and bool(urlsplit(url).hostname)
    except ValueError:  # such as http://[
        return False
