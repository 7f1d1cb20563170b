"""A diff on a terminal: conflicts first, then what is added and dropped, each fact marked within its sentence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from dedup.cli.words import Language, plain, say
from dedup.models import Article, Diff
from dedup.report import words
from dedup.report.account import find_earliest, name_versions, say_figures, say_titles, say_warning
from dedup.report.excerpt import Lengths, clip, cut_excerpt, group_by_sentence, sentence_of
from dedup.report.headline import compare_headlines
from dedup.report.layout import Mark, Version, lay_out

__all__ = ["show_diff"]

_STYLES = {"added": "bold green", "dropped": "bold red", "changed": "bold yellow"}
_SIGNS = {"added": "+", "dropped": "-"}
_WIDEST = 112  # columns: longer lines are hard to read
_NARROW = 60  # columns; below, kinds have no column of their own
_LISTED, _LISTED_UNLIKE = 50, 5  # sentences in a list; of texts without a common sentence all is "added"
_LENGTHS = Lengths(around=90, between=70, longest=600, whole=220)
_VALUE, _NAME = 90, 60  # characters of a value that changed, of a name
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
        for key, title in say_titles(layout, self.names, self.lang).items():
            if layout.counts[key]:
                self._head(key, layout.counts[key], title)
                if key == "changed":
                    self._show_changed()
                else:
                    self._show_facts(layout.added if key == "added" else layout.dropped)
        if command is not None:
            self.out.print()
            self.out.print(Text(say(self.lang, "look", plain(command)), style="dim"), soft_wrap=True)  # to be copied

    # ------------------------------------------------------------------------------------------------------- the head

    def _show_versions(self) -> None:
        """Who says it, when, under which headline."""
        lang, versions = self.lang, [self.layout.b, *self.layout.others]
        first = find_earliest(self.layout)
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
        if not hour and any(v.article.published for v in self.layout.versions):
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
        change = compare_headlines(self.layout, _clean)
        if change is None:
            return None
        old, new = ("".join(piece for piece, _ in pieces) for pieces in (change.old, change.new))
        if change.alike == 1:
            return Text(f"{new} ({words.say(self.lang, 'headline_same')})")
        if change.alike < _ALIKE:
            return Text(f"{old} → {new}")
        line = Text()
        for piece, differs in change.old:
            _append(line, piece, _STYLES["dropped"] if differs else "")
        line.append(" → ")
        for piece, differs in change.new:
            _append(line, piece, _STYLES["added"] if differs else "")
        return line

    def _show_relation(self) -> None:
        """How the texts belong together, with figures; loud where they are no versions of one text."""
        lang, diff, layout = self.lang, self.diff, self.layout
        relation = (f"{words.relation_name(lang, diff.relation)}.", "bold")
        figures = say_figures(diff, layout, self.names, lang).replace("\xa0", " ")  # a terminal has plain spaces
        self.out.print()
        if warning := say_warning(diff, layout, self.names, lang):
            text = Text.assemble(relation, f" {warning} {figures}")
            self.out.print(Panel(text, box=box.HEAVY, style="yellow", width=self.width))
        else:
            self._line(Text.assemble(relation, f" {figures}"))
        parts = [words.count(lang, key, n) for key, n in layout.counts.items()]
        if left_out := layout.count_left_out():
            parts.append(say(lang, "left_out", words.count(lang, "left_out", left_out)))
        self._line(Text(" · ".join(parts)))

    # ------------------------------------------------------------------------------------------------------ the lists

    def _head(self, key: str, count: int, title: str) -> None:
        """A heading, its first word in capitals."""
        word = words.say(self.lang, key)
        self.out.print()
        self._line(Text(f"{title.replace(word, word.upper(), 1)} · {count}", style=_STYLES[key]))

    def _show_changed(self) -> None:
        """The old and the new value, below them the sentences in which they stand."""

        def place(pair: tuple[Mark, Mark]) -> list[tuple[str, int]]:
            return [(v.id, sentence_of(v, mark)[0]) for mark in pair for v in [self.layout.version_of(mark)]]

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
        groups = list(group_by_sentence(layout, marks))
        is_unlike = diff.relation == "template" or (diff.relation is None and not layout.shared)
        limit = _LISTED_UNLIKE if is_unlike else _LISTED
        former: Version | None = None
        for version, own in groups[:limit]:
            if version is not former and len(layout.others) > 1 and version is not layout.b:
                self._line(Text(f"{self.names[version.id]}:", style="bold"))
            former, kind = version, own[0].kind
            self._item(_SIGNS[kind], own, _excerpt(own, version), kind)
        if len(groups) > limit:
            more = words.count(self.lang, "more", len(groups) - limit)
            self._hang(Text(""), Text(say(self.lang, "listed", more), style="dim"), 2 + self.kinds)

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


def _excerpt(marks: list[Mark], version: Version) -> Text:
    """The sentence with its marked parts between «», cut where it is long."""
    line = Text()
    for piece, mark in cut_excerpt(marks, version, _LENGTHS, _clean):
        _append(line, piece, _STYLES[mark.kind] if mark else "")
    return line


def _append(line: Text, words: str, style: str) -> None:
    """Adds words, with a style between «», so that they stand out without colour too."""
    core = words.strip()
    if not style or not core:
        line.append(words)
        return
    before, _, after = words.partition(core)
    line.append(before).append(f"«{core}»", style).append(after)


def _clean(text: str) -> str:
    """Safe to print, in one line, blanks at its ends kept; « and » are ours, so those of the text become “ and ”."""
    text = re.sub(r"\s+", " ", _INVISIBLE.sub("", text)).replace("«", "“").replace("»", "”")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _short(text: str, longest: int) -> str:
    return clip(_clean(text).strip(), longest, 0)
