"""The shell of every page: one file that loads nothing, forbids everything else, and carries its styles and script."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from importlib import resources

from dedup.report.markup import escape
from dedup.report.words import Language

__all__ = ["asset", "render_page"]


def render_page(
    title: str, body: str, lang: Language, *, rules: str = "", styles: Sequence[str] = (), scripts: Sequence[str] = ()
) -> str:
    """A whole HTML page in one string.

    Its Content-Security-Policy allows the very styles and the very script that stand in it (by their SHA-256), and
    nothing else: no other script, no image, font, frame, form or request.

    Args:
        title: plain text.
        body: HTML.
        lang: of the page.
        rules: CSS that depends on the content, such as the number of rows.
        styles, scripts: data files of this package that the page needs beside style.css and diff.js.

    >>> page = render_page("Mưa <lớn>", "<main>Mưa.</main>", "vi")
    >>> "<title>Mưa &lt;lớn&gt;</title>" in page, "default-src 'none'" in page
    (True, True)
    """
    style = "".join(map(asset, ("style.css", *styles))) + rules
    script = "".join(map(asset, ("diff.js", *scripts)))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


@functools.cache
def asset(name: str) -> str:
    """A data file of this package, with line feeds alone: others are changed by browsers, and its digest with them."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
