"""The list of what differs: conflicts, what is added, what is dropped, each fact within its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dedup.report.account import say_titles
from dedup.report.excerpt import Lengths, cut_excerpt, group_by_sentence
from dedup.report.layout import Layout, Mark, Version
from dedup.report.markup import escape, hidden, tag
from dedup.report.words import Language, kind_name, say

__all__ = ["render_facts"]

_LENGTHS = Lengths(around=120, between=100, longest=320)


def render_facts(layout: Layout, names: Mapping[str, str], lang: Language, prefix: str) -> str:
    """Three lists with headings, those that are not empty; each marked part is a link to its place in the text."""
    items = {
        "changed": [_conflict(pair, layout, names, lang) for pair in layout.changed],
        "added": _items(layout.added, layout, names, lang),
        "dropped": _items(layout.dropped, layout, names, lang),
    }
    html = []
    for key, title in say_titles(layout, names, lang).items():
        if items[key]:
            count = tag("span", str(layout.counts[key]), class_="count")
            heading = tag("h3", f"{escape(title)} {count}", id=f"{prefix}{key}", class_=f"sign {key}")
            # Lists without bullets are no lists to Safari's screen reader unless they say so.
            listed = tag("ul", "".join(items[key]), role="list", class_=key, aria_labelledby=f"{prefix}{key}")
            html.append(heading + listed)
    return "".join(html) or tag("p", escape(say(lang, "same")), class_="note")


def _conflict(pair: tuple[Mark, Mark], layout: Layout, names: Mapping[str, str], lang: Language) -> str:
    kind = tag("span", escape(kind_name(lang, pair[1].fact.kind)), class_="kind")
    lines = []
    for mark in pair:
        version = layout.version_of(mark)
        name = tag("span", tag("bdi", escape(names[version.id])) + ": ", class_="who")
        lines.append(tag("p", name + _excerpt([mark], version, lang, has_kind=False)))
    return tag("li", kind + "".join(lines))


def _items(marks: Sequence[Mark], layout: Layout, names: Mapping[str, str], lang: Language) -> list[str]:
    """One item for each sentence, with all that is marked in it."""
    items = []
    for version, own in group_by_sentence(layout, marks):
        name = ""
        if len(layout.others) > 1 and version is not layout.b:
            name = tag("span", tag("bdi", escape(names[version.id])) + ": ", class_="who")
        items.append(tag("li", name + _excerpt(own, version, lang, has_kind=True)))
    return items


def _excerpt(marks: list[Mark], version: Version, lang: Language, *, has_kind: bool) -> str:
    """The sentence with its marked parts, cut where it is long."""
    return "".join(
        escape(words) if mark is None else _link(mark, words, lang, has_kind=has_kind)
        for words, mark in cut_excerpt(marks, version, _LENGTHS)
    )


def _link(mark: Mark, text: str, lang: Language, *, has_kind: bool) -> str:
    kind = tag("span", escape(kind_name(lang, mark.fact.kind)), class_="kind") + " " if has_kind else ""
    heard = "" if has_kind else hidden(say(lang, f"mark_{mark.kind}"))
    words = " ".join(text.split()) or "…"
    return tag("a", kind + heard + tag("b", escape(words)), class_=mark.kind, href=f"#{mark.id}")
