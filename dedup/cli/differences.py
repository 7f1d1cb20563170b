"""A diff on a terminal: conflicts first, then what is added and dropped, each fact marked within its sentence."""

from __future__ import annotations

import bisect
import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from dedup.cli.words import Language, percent, plain, say
from dedup.dates import ZONE
from dedup.models import Article, Diff
from dedup.report import words
from dedup.report.layout import Mark, Version, lay_out
from dedup.report.versions import name_versions

__all__ = ["show_diff"]

_STYLES = {"added": "bold green", "dropped": "bold red", "changed": "bold yellow"}
_SIGNS = {"added": "+", "dropped": "-"}
_WIDEST = 112  # columns: longer lines are hard to read
_NARROW = 60  # columns; below, kinds have no column of their own
_LISTED, _LISTED_UNLIKE = 50, 5  # sentences in a list; of texts without a common sentence all is "added"
_WHOLE = 220  # characters of a sentence that is shown in full
_AROUND, _BETWEEN, _LONGEST = 90, 70, 600  # characters beside marked parts, between them, and of one
_VALUE, _NAME = 90, 60  # characters of a value that changed, of a name
_HEADLINE = 300  # characters of a headline that are compared
_ALIKE = 0.4  # less like each other are headlines that share only stray words
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


def show_diff(
    out: Console, lang: Language, diff: Diff, articles: Mapping[str, Article], command: str | None = None
) -> None:
    """Prints the screen of a diff.

    Args:
        out: where.
        lang: of the screen.
        diff: what is to be shown.
        articles: by id: all of `diff.a`, and `diff.b`.
        command: what to type for more.
    """
    _Screen(out, lang, diff, articles).show(command)


class _Screen:
    """One diff on its way to a console."""

    def __init__(self, out: Console, lang: Language, diff: Diff, articles: Mapping[str, Article]) -> None:
        self.out, self.lang, self.diff = out, lang, diff
        self.layout = lay_out(diff, articles, "")
        self.names = {id: _short(name, _NAME) for id, name in name_versions(self.layout).items()}
        self.width = min(out.width, _WIDEST)
        self.kinds = 0 if self.width < _NARROW else 2 + max(len(words.kind_name(lang, kind)) for kind in words.KINDS)

    def show(self, command: str | None) -> None:
        """Prints it all."""
        layout, diff = self.layout, self.diff
        self._show_versions()
        if not diff:
            self.out.print()
            relation = f"{words.relation_name(self.lang, diff.relation)}. " if diff.relation else ""
            self._line(Text(relation + words.say(self.lang, "same"), style="bold"))
            return
        self._show_relation()
        if layout.changed:
            self._head("changed", len(layout.changed), words.say(self.lang, "changed"))
            self._show_changed()
        if layout.added:
            self._head("added", len(layout.added), words.say(self.lang, "added_in", self.names[layout.b.id]))
            self._show_facts(layout.added)
        if layout.dropped:
            only = self.names[layout.others[0].id]
            title = ("dropped_in", only) if len(layout.others) == 1 else ("dropped_many",)
            self._head("dropped", len(layout.dropped), words.say(self.lang, *title))
            self._show_facts(layout.dropped)
        if command is not None:
            self.out.print()
            self.out.print(Text(say(self.lang, "look", plain(command)), style="dim"), soft_wrap=True)  # to be copied

    # ------------------------------------------------------------------------------------------------------- the head

    def _show_versions(self) -> None:
        """Who says it, when, under which headline."""
        lang, versions = self.lang, [self.layout.b, *self.layout.others]
        first = _earliest(versions)
        labels = [say(lang, "this"), say(lang, "others"), words.say(lang, "headline")]
        indent = 2 + max(map(len, labels))
        for place, version in enumerate(versions):
            line = Text(self.names[version.id], style="bold")
            line.append("".join(f" · {part}" for part in self._details(version, is_first=version is first)), "not bold")
            self._hang(Text(labels[min(place, 1)] if place < 2 else ""), line, indent)
        if (headline := self._headline()) is not None:
            self._hang(Text(labels[2]), headline, indent)

    def _details(self, version: Version, *, is_first: bool) -> Iterator[str]:
        article, name = version.article, self.names[version.id]
        hour = words.when(article.published)
        if not hour and any(v.article.published for v in [self.layout.b, *self.layout.others]):
            hour = words.say(self.lang, "unknown_time")
        if hour and hour not in name:
            yield hour
        if is_first:
            yield words.say(self.lang, "earliest")
        if credit := plain(article.credit):
            yield words.say(self.lang, "credit", _short(credit, _NAME))
        if (id := _short(article.id, _NAME)) not in name:
            yield f"[{id}]"
        if not article.text.strip():
            yield words.say(self.lang, "empty")

    def _headline(self) -> Text | None:
        """What became of the headline: that of the version with the most similar one, and that of b."""
        new = _cut_words(self.layout.b.article.title)
        olds = [old for version in self.layout.others if (old := _cut_words(version.article.title))]
        if not new or not olds:
            return None
        old, matcher = max(((old, _matcher(old, new)) for old in olds), key=lambda pair: pair[1].ratio())
        if (alike := matcher.ratio()) == 1:
            return Text(f"{''.join(new)} ({words.say(self.lang, 'headline_same')})")
        if alike < _ALIKE:
            return Text("".join(old) + " → " + "".join(new))
        line, other = Text(), Text(" → ")
        for operation, a1, a2, b1, b2 in matcher.get_opcodes():
            _append(line, "".join(old[a1:a2]), "" if operation == "equal" else _STYLES["dropped"])
            _append(other, "".join(new[b1:b2]), "" if operation == "equal" else _STYLES["added"])
        return line + other

    def _show_relation(self) -> None:
        """How the texts belong together, with figures; loud where they are no versions of one text."""
        lang, diff = self.lang, self.diff
        relation, figures = words.relation_name(lang, diff.relation), self._figures()
        self.out.print()
        if diff.relation in ("template", None):
            warning = words.say(lang, "unrelated", self.names[self.layout.b.id])
            text = Text.assemble((f"{relation}.", "bold"), f" {warning} {figures}")
            self.out.print(Panel(text, box=box.HEAVY, style="yellow", width=self.width))
        else:
            self._line(Text.assemble((f"{relation}.", "bold"), f" {figures}"))
        counts = {"changed": len(diff.changed), "added": len(diff.added), "dropped": len(diff.dropped)}
        counts["shared"] = self.layout.shared
        parts = [words.say(lang, f"count_{key}", n) for key, n in counts.items()]
        if left_out := sum(len(version.left_out) for version in [*self.layout.others, self.layout.b]):
            parts.append(say(lang, "left_out", left_out))
        self._line(Text(" · ".join(parts)))

    def _figures(self) -> str:
        """Which share of which text stands in the other."""
        lang, diff, layout = self.lang, self.diff, self.layout
        a, b = percent(lang, diff.a_in_b), percent(lang, diff.b_in_a)
        name, other = self.names[layout.b.id], self.names[layout.others[0].id]
        if len(layout.others) > 1:
            return words.say(lang, "closest", b, name, a)
        if diff.a_in_b == diff.b_in_a:
            return words.say(lang, "even", a)
        if diff.a_in_b > diff.b_in_a:  # the numerator is one: the larger share is that of the shorter text
            return words.say(lang, "half", a, other, name, b)
        return words.say(lang, "half", b, name, other, a)

    # ------------------------------------------------------------------------------------------------------ the lists

    def _head(self, key: str, count: int, title: str) -> None:
        """A heading, its first word in capitals."""
        word = words.say(self.lang, key)
        self.out.print()
        self._line(Text(f"{title.replace(word, word.upper(), 1)} · {count}", style=_STYLES[key]))

    def _show_changed(self) -> None:
        """The old and the new value, below them the sentences in which they stand."""

        def place(pair: tuple[Mark, Mark]) -> list[tuple[str, int]]:
            return [(v.id, _context(v, mark)[0]) for mark in pair for v in [self.layout.version_of(mark)]]

        for _, group in itertools.groupby(self.layout.changed, key=place):
            pairs = list(group)
            values = [[_short(mark.fact.text, _VALUE) for mark in pair] for pair in pairs]
            line = Text("; ".join(" → ".join(pair) for pair in values), style="bold")
            self._item("!", [old for old, _ in pairs], line, "changed")
            for marks in zip(*pairs, strict=True):
                version = self.layout.version_of(marks[0])
                sentence = Text.assemble((f"{self.names[version.id]}: ", "dim"), _excerpt(list(marks), version))
                self._hang(Text(""), sentence, 2 + self.kinds)

    def _show_facts(self, marks: Sequence[Mark]) -> None:
        """A line for each sentence, with all that is marked in it."""
        layout, diff = self.layout, self.diff
        pairs = [(layout.version_of(mark), mark) for mark in marks]
        groups = [list(g) for _, g in itertools.groupby(pairs, key=lambda p: (p[0].id, _context(p[0], p[1])[0]))]
        is_unlike = diff.relation == "template" or (diff.relation is None and not layout.shared)
        limit = _LISTED_UNLIKE if is_unlike else _LISTED
        former: Version | None = None
        for group in groups[:limit]:
            version, first = group[0]
            if version is not former and len(layout.others) > 1 and version is not layout.b:
                self._line(Text(f"{self.names[version.id]}:", style="bold"))
            former, own = version, [mark for _, mark in group]
            self._item(_SIGNS[first.kind], own, _excerpt(own, version), first.kind)
        if len(groups) > limit:
            self._hang(Text(""), Text(say(self.lang, "listed", len(groups) - limit), style="dim"), 2 + self.kinds)

    # ------------------------------------------------------------------------------------------------------- the lines

    def _item(self, sign: str, marks: list[Mark], line: Text, style: str) -> None:
        """One item: a sign, the kinds of its facts one below the other, its words."""
        kinds = list(dict.fromkeys(words.kind_name(self.lang, mark.fact.kind) for mark in marks))
        head = (f"{sign} ", _STYLES[style])
        if self.kinds:
            self._hang(Text.assemble(head, ("\n  ".join(kinds), "dim")), line, 2 + self.kinds)
        else:
            self._hang(Text.assemble(head), Text.assemble((f"{', '.join(kinds)}: ", "dim"), line), 2)

    def _hang(self, label: Text, text: Text, indent: int) -> None:
        """Prints a text beside its label, wrapped, without blanks at the ends of lines."""
        lines = text.wrap(self.out, max(self.width - indent, 10))
        for left, right in itertools.zip_longest(label.split("\n"), lines, fillvalue=Text("")):
            line = Text.assemble(left)
            if right.plain:
                line.pad_right(indent - left.cell_len)
                line.append_text(right)
            line.rstrip()
            self.out.print(line, no_wrap=True, overflow="ignore", crop=False)

    def _line(self, text: Text) -> None:
        """Prints a text from the left edge."""
        self._hang(Text(""), text, 0)


def _earliest(versions: list[Version]) -> Version | None:
    """The version published before all others; None where that is not certain."""
    spans = [(_span(version.article.published), version) for version in versions]
    for span, version in spans:
        if span and all(other is version or (o and span[1] < o[0]) for o, other in spans):
            return version
    return None


def _span(published: datetime | date | None) -> tuple[datetime, datetime] | None:
    """When it was published at the earliest and at the latest: a day without an hour is all of it."""
    if isinstance(published, datetime):
        at = published if published.tzinfo else published.replace(tzinfo=ZONE)
        return at, at
    if published is None:
        return None
    return datetime.combine(published, time.min, ZONE), datetime.combine(published, time.max, ZONE)


def _cut_words(title: str) -> list[str]:
    """Words, marks and blanks, each by itself."""
    line = _clean(unicodedata.normalize("NFC", title)[:_HEADLINE]).strip()
    return re.findall(r"\w+|\s|[^\w\s]", line)


def _matcher(old: list[str], new: list[str]) -> difflib.SequenceMatcher[str]:
    """Compares words whatever their capitals."""
    a, b = ([word.casefold() for word in headline] for headline in (old, new))
    return difflib.SequenceMatcher(lambda word: word == " ", a, b, autojunk=False)


def _excerpt(marks: list[Mark], version: Version) -> Text:
    """The sentence with its marked parts between «», cut where it is long."""
    text = version.article.text
    low, high = _context(version, marks[0])[0], max(_context(version, mark)[1] for mark in marks)
    is_whole = high - low <= _WHOLE
    around, between = (_WHOLE, _WHOLE) if is_whole else (_AROUND, _BETWEEN)
    line, position = Text(), low
    for mark in sorted(marks, key=lambda m: m.fact.start):
        start, end = max(mark.fact.start, position), max(min(mark.fact.end, len(text)), position)
        line.append(_clip(_clean(text[position:start]), *((between, between) if line else (0, around))))
        _append(line, _clip(_clean(text[start:end]), _LONGEST, 0), _STYLES[mark.kind])
        position = end
    line.append(_clip(_clean(text[position:high]), around, 0))
    return line


def _append(line: Text, words: str, style: str) -> None:
    """Adds words, with a style between «», so that they stand out without colour too."""
    core = words.strip()
    if not style or not core:
        line.append(words)
        return
    before, _, after = words.partition(core)
    line.append(before).append(f"«{core}»", style).append(after)


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
    first = (text[:head].rpartition(" ")[0] or text[:head]) + " " if head else ""
    last = " " + (text[-tail:].partition(" ")[2] or text[-tail:]) if tail else ""
    return f"{first}…{last}"


def _clean(text: str) -> str:
    """Safe to print, in one line, blanks at its ends kept; « and » are ours, so those of the text become “ and ”."""
    text = re.sub(r"\s+", " ", _INVISIBLE.sub("", text)).replace("«", "“").replace("»", "”")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _short(text: str, longest: int) -> str:
    return _clip(_clean(text).strip(), longest, 0)
