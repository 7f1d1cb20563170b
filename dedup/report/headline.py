"""The change of the headline, word by word, whatever the capitals; as HTML on a line of its own."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dedup.report.layout import Layout, Version
from dedup.report.markup import escape, hidden, tag
from dedup.report.words import Language, say

__all__ = ["HeadlineChange", "compare_headlines", "render_headline"]

_LONGEST = 300  # characters of a headline that are compared
_Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class HeadlineChange:
    """What became of a headline.

    Attributes:
        version: the other version that has the most similar one.
        alike: how much of both is the same, 0..1; 1 where they differ in nothing but capitals and white space.
        old, new: that headline and the one of b in pieces: (words, whether they differ).
    """

    version: Version
    alike: float
    old: _Pieces
    new: _Pieces


def compare_headlines(layout: Layout, clean: Callable[[str], str] = str) -> HeadlineChange | None:
    """The headline of b beside the most similar one of the others; of equal ones the first. None where one has none.

    Papers write headlines in capitals as they like: "CỨU 12 NGƯỜI" and "Cứu 12 người" are the same.

    Args:
        layout: of the diff.
        clean: what is done to each headline before it is compared.
    """
    new = _cut_words(layout.b, clean)
    olds = [(version, old) for version in layout.others if (old := _cut_words(version, clean))]
    if not new or not olds:
        return None
    found = [(version, old, _matcher(old, new)) for version, old in olds]
    version, old, matcher = max(found, key=lambda one: one[2].ratio())
    before: _Pieces = []
    after: _Pieces = []
    for operation, a1, a2, b1, b2 in matcher.get_opcodes():
        before.append(("".join(old[a1:a2]), operation != "equal"))
        after.append(("".join(new[b1:b2]), operation != "equal"))
    return HeadlineChange(version, matcher.ratio(), before, after)


def render_headline(layout: Layout, names: dict[str, str], lang: Language) -> str:
    """What became of the headline, as HTML; "" where one of the versions has none."""
    change = compare_headlines(layout)
    if change is None:
        return ""
    label = tag("b", escape(say(lang, "headline")))
    if change.alike == 1:
        return tag("p", f"{label}: {escape(say(lang, 'headline_same'))}", class_="headline")
    lines = [
        (change.version, _join(change.old, "del", "dropped", lang)),
        (layout.b, _join(change.new, "ins", "added", lang)),
    ]
    rows = [tag("dt", tag("bdi", escape(names[v.id]))) + tag("dd", tag("bdi", words)) for v, words in lines]
    return tag("div", tag("p", label) + tag("dl", "".join(rows)), class_="headline")


def _join(pieces: _Pieces, name: str, kind: str, lang: Language) -> str:
    return "".join(_marked(name, kind, words, lang) if differs else escape(words) for words, differs in pieces)


def _marked(name: str, kind: str, text: str, lang: Language) -> str:
    if not text.strip():
        return text
    before, after = (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :])
    heard = hidden(say(lang, f"mark_{kind}")), hidden(say(lang, "mark_end"))
    return before + tag(name, heard[0] + escape(text.strip()) + heard[1], class_=f"{kind} begin") + after


def _cut_words(version: Version, clean: Callable[[str], str]) -> list[str]:
    """Words, marks and blanks, each by itself."""
    title = " ".join(clean(unicodedata.normalize("NFC", version.article.title)[:_LONGEST]).split())
    return re.findall(r"\w+|\s|[^\w\s]", title)


def _matcher(old: Sequence[str], new: Sequence[str]) -> difflib.SequenceMatcher[str]:
    a, b = ([word.casefold() for word in headline] for headline in (old, new))
    return difflib.SequenceMatcher(lambda word: word == " ", a, b, autojunk=False)
