"""The list of what differs: conflicts, what is added, what is dropped, each fact within its sentence."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Mapping, Sequence

from dedup.report.layout import Layout, Mark, Version
from dedup.report.markup import escape, hidden, tag
from dedup.report.words import Language, kind_name, say

__all__ = ["render_facts"]

_AROUND = 120  # characters of a sentence before and after what is marked
_BETWEEN = 100  # characters after a marked part and before the next one
_LONGEST = 320  # characters shown of a fact


def render_facts(layout: Layout, names: Mapping[str, str], lang: Language, prefix: str) -> str:
    """Three lists with headings, those that are not empty; each marked part is a link to its place in the text."""
    where_b = names[layout.b.id]
    where_a = names[layout.others[0].id] if len(layout.others) == 1 else ""
    dropped = say(lang, "dropped_in", where_a) if where_a else say(lang, "dropped_many")
    groups = [
        ("changed", say(lang, "changed"), [_conflict(pair, layout, names, lang) for pair in layout.changed]),
        ("added", say(lang, "added_in", where_b), _items(layout.added, layout, names, lang)),
        ("dropped", dropped, _items(layout.dropped, layout, names, lang)),
    ]
    counts = {"changed": len(layout.changed), "added": len(layout.added), "dropped": len(layout.dropped)}
    html = []
    for key, title, items in groups:
        if items:
            count = tag("span", str(counts[key]), class_="count")
            heading = tag("h3", f"{escape(title)} {count}", id=f"{prefix}{key}", class_=f"sign {key}")
            # Lists without bullets are no lists to Safari's screen reader unless they say so.
            html.append(heading + tag("ul", "".join(items), role="list", class_=key, aria_labelledby=f"{prefix}{key}"))
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
    pairs = ((layout.version_of(mark), mark) for mark in marks)
    for (version, _), group in itertools.groupby(pairs, key=lambda pair: (pair[0], _context(pair[0], pair[1])[0])):
        name = ""
        if len(layout.others) > 1 and version is not layout.b:
            name = tag("span", tag("bdi", escape(names[version.id])) + ": ", class_="who")
        items.append(tag("li", name + _excerpt([mark for _, mark in group], version, lang, has_kind=True)))
    return items


def _excerpt(marks: list[Mark], version: Version, lang: Language, *, has_kind: bool) -> str:
    """The sentence with its marked parts, cut where it is long."""
    text = version.article.text
    low, high = _context(version, marks[0])[0], max(_context(version, mark)[1] for mark in marks)
    html: list[str] = []
    position = low
    for mark in sorted(marks, key=lambda m: m.fact.start):
        start, end = max(mark.fact.start, position), max(min(mark.fact.end, len(text)), position)
        head = _BETWEEN if html else 0
        html.append(escape(_clip(text[position:start], head, _BETWEEN if html else _AROUND)))
        html.append(_link(mark, _clip(text[start:end], _LONGEST, 0), lang, has_kind=has_kind))
        position = end
    html.append(escape(_clip(text[position:high], _AROUND, 0)))
    return "".join(html)


def _link(mark: Mark, text: str, lang: Language, *, has_kind: bool) -> str:
    kind = tag("span", escape(kind_name(lang, mark.fact.kind)), class_="kind") + " " if has_kind else ""
    heard = "" if has_kind else hidden(say(lang, f"mark_{mark.kind}"))
    words = " ".join(text.split()) or "…"
    return tag("a", kind + heard + tag("b", escape(words)), class_=mark.kind, href=f"#{mark.id}")


def _context(version: Version, mark: Mark) -> tuple[int, int]:
    """The sentence (or sentences) in which a fact stands."""
    sentences, fact = version.contexts, mark.fact
    first = bisect.bisect_right(sentences, fact.start, key=lambda s: s[0]) - 1
    last = bisect.bisect_left(sentences, fact.end, key=lambda s: s[0]) - 1
    start = sentences[first][0] if first >= 0 and fact.start < sentences[first][1] else fact.start
    end = sentences[last][1] if last >= 0 else fact.end
    return min(start, fact.start), max(end, fact.end)


def _clip(text: str, head: int, tail: int) -> str:
    """The text with the middle left out where it is longer than what may stand at its two ends; cut between words."""
    if len(text) <= head + tail + 1:
        return text
    first = text[:head].rpartition(" ")[0] or text[:head] if head else ""
    last = text[-tail:].partition(" ")[2] or text[-tail:] if tail else ""
    return f"{first} … {last}" if first and last else f"{first} …" if first else f"… {last}"
