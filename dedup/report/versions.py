"""The versions of a diff as HTML: the head of each, and its text with every mark."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping

from dedup.models import Article
from dedup.report.account import find_earliest, name_with_hour
from dedup.report.layout import Layout, Mark, Row, Sentence, Unit, Version, segments
from dedup.report.markup import escape, external_link, hidden, tag
from dedup.report.words import Language, say, when

__all__ = ["render_versions", "row_rules"]

_TAGS = {"added": "ins", "dropped": "del", "changed": "mark"}


def render_versions(layout: Layout, names: Mapping[str, str], lang: Language, prefix: str) -> str:
    """All versions side by side: those that b is compared with at the left, b at the right."""
    first = find_earliest(layout)
    if layout.rows:
        columns = [
            _render(version, [row[side] for row in layout.rows], names, lang, is_first=version is first)
            for side, version in enumerate(layout.versions)
        ]
        return tag("div", "".join(columns), class_=f"pair aligned rows-{len(layout.rows) + 1}")
    others = [_render(v, [v.units], names, lang, is_first=v is first) for v in layout.others]
    left = "".join(others)
    if len(others) > 1:
        options = "".join(tag("option", escape(name_with_hour(v, names)), value=v.id) for v in layout.others)
        label = tag("label", escape(say(lang, "choose")), for_=f"{prefix}choose")
        choose = tag("p", f"{label} {tag('select', options, id=f'{prefix}choose')}", class_="choose")
        left = choose + left
    right = _render(layout.b, [layout.b.units], names, lang, is_first=layout.b is first)
    return tag("div", tag("div", left, class_="others") + right, class_="pair")


def row_rules(rows: list[Row]) -> str:
    """The CSS that lets a pair of versions share its rows: their number stands in no other place."""
    if not rows:
        return ""
    count = len(rows) + 1
    return f"@media screen and (min-width:700.1px){{.rows-{count}>.version{{grid-row:1/span {count}}}}}\n"


# --------------------------------------------------------------------------------------------------------- one version


def _render(
    version: Version, rows: list[list[Unit]], names: Mapping[str, str], lang: Language, *, is_first: bool
) -> str:
    article = version.article
    if any(rows):
        text = "".join(map(_Text(version, lang).row, rows))
    else:
        text = tag("div", tag("p", escape(say(lang, "empty")), class_="note"), class_="row")
    head = _head(article, names[version.id], version.id, lang, is_first=is_first)
    return tag(
        "section",
        head + tag("div", text, class_="text", lang="vi"),
        class_="version",
        id=version.id,
        tabindex="-1",
        aria_labelledby=f"{version.id}-title",
        data_name=name_with_hour(version, names),
    )


def _head(article: Article, name: str, id_: str, lang: Language, *, is_first: bool) -> str:
    title = article.title.strip() or say(lang, "untitled")
    hour = when(article.published)
    parts = [tag("b", tag("bdi", escape(name)))]
    if hour:
        stamp = article.published.isoformat() if article.published else None
        parts.append(tag("time", escape(hour), datetime=stamp))
    else:
        parts.append(tag("span", escape(say(lang, "unknown_time"))))
    if article.credit.strip():
        parts.append(tag("span", escape(say(lang, "credit", article.credit.strip()))))
    if link := external_link(article.url, say(lang, "open"), f"{say(lang, 'open')}: {name}"):
        parts.append(link)
    if is_first:
        parts.append(tag("span", escape(say(lang, "earliest")), class_="badge"))
    heading = tag("h3", tag("bdi", escape(title)), id=f"{id_}-title")
    return tag("header", tag("p", " · ".join(parts), class_="byline") + heading)


class _Text:
    """Draws the text of a version, in order: the first piece of a mark or sentence that is drawn bears its id."""

    def __init__(self, version: Version, lang: Language) -> None:
        self.version, self.text, self.lang = version, version.article.text, lang
        self.drawn: set[str] = set()
        self.is_left = False  # whether the whole paragraph is furniture

    def _is_begin(self, name: str) -> bool:
        is_new = name not in self.drawn
        self.drawn.add(name)
        return is_new

    def row(self, units: list[Unit]) -> str:
        return tag("div", "".join(map(self._paragraph, units)), class_="row")

    def _paragraph(self, unit: Unit) -> str:
        left_out = self.version.left_out
        place = bisect.bisect_right(left_out, unit.start, key=lambda span: span[0]) - 1
        self.is_left = place >= 0 and unit.end <= left_out[place][1]
        names = ["left"] * self.is_left + ["apart"] * unit.is_after_blank + ["on"] * unit.is_continued
        return tag("p", "".join(self._sentences(unit)), class_=" ".join(names) or None)

    def _sentences(self, unit: Unit) -> Iterator[str]:
        position, sentences = unit.start, self.version.sentences
        for sentence in sentences[bisect.bisect_right(sentences, unit.start, key=lambda s: s.end) :]:
            if sentence.start >= unit.end:
                break
            start, end = max(sentence.start, unit.start), min(sentence.end, unit.end)
            yield self._pieces(position, start)
            yield self._shared(sentence, start, end)
            position = end
        yield self._pieces(position, unit.end)

    def _shared(self, sentence: Sentence, start: int, end: int) -> str:
        """A sentence that both have; its number is a link to the counterpart, also where no script runs."""
        number = ""
        is_begin = self._is_begin(sentence.id)
        if is_begin and sentence.twins:
            text = str(sentence.number)
            label = say(self.lang, "twin", text)
            number = tag("a", text, class_="n", href=f"#{sentence.twins[0].id}", aria_label=label)
        return tag(
            "span",
            number + self._pieces(start, end),
            class_="shared",
            id=sentence.id if is_begin else None,
            data_of=sentence.id,
            data_with=" ".join(twin.id for twin in sentence.twins),
        )

    def _pieces(self, start: int, end: int) -> str:
        html = []
        pieces = segments(start, end, self.version.marks, self.version.left_out) if start < end else ()
        for low, high, mark, is_left in pieces:
            if mark:
                html.append(self._mark(mark, low, high))
            else:
                content = escape(self.text[low:high])
                html.append(tag("span", content, class_="left") if is_left and not self.is_left else content)
        return "".join(html)

    def _mark(self, mark: Mark, low: int, high: int) -> str:
        """What only this version has, or has with another value: marked for the eye and for the ear."""
        is_begin = self._is_begin(mark.id)
        is_end = not self.text[high : mark.fact.end].strip()
        before = hidden(say(self.lang, f"mark_{mark.kind}")) if is_begin else ""
        after = hidden(say(self.lang, "mark_end")) if is_end else ""
        return tag(
            _TAGS[mark.kind],
            before + escape(self.text[low:high]) + after,
            class_=f"{mark.kind}{' begin' * is_begin}",
            id=mark.id if is_begin else None,
            data_of=mark.id if mark.twin else None,
            data_with=mark.twin or None,
        )
