"""The change of the headline, word by word, on a line of its own."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence

from dedup.report.layout import Layout, Version
from dedup.report.markup import escape, hidden, tag
from dedup.report.words import Language, say

__all__ = ["render_headline"]

_LONGEST = 300  # characters of a headline that are compared


def render_headline(layout: Layout, names: dict[str, str], lang: Language) -> str:
    """What became of the headline: that of b beside that of the version that has the most similar one.

    "" where one of them has none.
    """
    new = _words(layout.b)
    olds = [(version, _words(version)) for version in layout.others if version.article.title.strip()]
    if not new or not olds:
        return ""
    label = tag("b", escape(say(lang, "headline")))
    old_version, old = max(olds, key=lambda pair: _matcher(pair[1], new).ratio())
    matcher = _matcher(old, new)
    if matcher.ratio() == 1:
        return tag("p", f"{label}: {escape(say(lang, 'headline_same'))}", class_="headline")
    a, b = "", ""
    for operation, a1, a2, b1, b2 in matcher.get_opcodes():
        is_same = operation == "equal"
        a += escape("".join(old[a1:a2])) if is_same else _marked("del", "dropped", old[a1:a2], lang)
        b += escape("".join(new[b1:b2])) if is_same else _marked("ins", "added", new[b1:b2], lang)
    lines = [(old_version, a), (layout.b, b)]
    rows = [tag("dt", tag("bdi", escape(names[v.id]))) + tag("dd", tag("bdi", words)) for v, words in lines]
    return tag("div", tag("p", label) + tag("dl", "".join(rows)), class_="headline")


def _marked(name: str, kind: str, words: Sequence[str], lang: Language) -> str:
    text = "".join(words)
    if not text.strip():
        return text
    before, after = (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :])
    heard = hidden(say(lang, f"mark_{kind}")), hidden(say(lang, "mark_end"))
    return before + tag(name, heard[0] + escape(text.strip()) + heard[1], class_=f"{kind} begin") + after


def _words(version: Version) -> list[str]:
    """Words, marks and blanks, each by itself."""
    title = " ".join(unicodedata.normalize("NFC", version.article.title)[:_LONGEST].split())
    return re.findall(r"\w+|\s|[^\w\s]", title)


def _matcher(old: list[str], new: list[str]) -> difflib.SequenceMatcher[str]:
    return difflib.SequenceMatcher(lambda word: word == " ", old, new, autojunk=False)
