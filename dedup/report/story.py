"""One story as data: what the script draws of its articles and texts, and what is HTML already: its comparisons."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dedup.report.account import earliest_of
from dedup.report.differences import render_diff
from dedup.report.findings import Comparison, Member, Pair, StoryFindings
from dedup.report.markup import escape, external_link, hidden, tag
from dedup.report.scan_words import count, relation_class, say, short_name
from dedup.report.words import Language, percent, when
from dedup.report.words import say as say_of_diff

__all__ = ["StoryData", "pack_story", "render_pairs"]


@dataclass(frozen=True, slots=True)
class StoryData:
    """A story as a page holds it.

    Attributes:
        data: JSON values; all HTML in it is made and escaped here.
        diffs: id of the element that is to hold it → each diff, HTML.
        rules: CSS that these need beside the style sheets.
    """

    data: dict[str, Any]
    diffs: dict[str, str]
    rules: frozenset[str]


def pack_story(story: StoryFindings, prefix: str, lang: Language, feed: Sequence[str] = ()) -> StoryData:
    """A story as data; every id in its HTML begins with `prefix`.

    Its `members` are [credit, share, longest passage, is certain, place of the one with the same words] in the order of
    the story, `first` the place of the earliest where that is certain, `texts` [place, text, passages as (start, end,
    with how many), what is said below it], in code points, the anchor's first.
    """
    members = story.members
    diffs, rules, rows = {}, set(), []
    for place, comparison in enumerate(story.comparisons, 1):
        id_ = f"{prefix}d{place}"
        if comparison.diff is not None:
            fragment = render_diff(comparison.diff, {a.id: a for a in comparison.articles}, lang, f"{id_}-")
            diffs[id_] = fragment.html
            rules.add(fragment.rules)
        rows.append(_comparison(comparison, members, id_, lang, feed))
    data = {
        "members": [_figures(member, lang) for member in members],
        "first": earliest_of([member.head.published for member in members]),
        "longest": max((m.longest for m in members if m.relation != "same_story"), default=0),
        "compared": "".join(rows) or tag("p", escape(say(lang, "no_facts")), class_="note"),
        "texts": _texts(members, lang),
        "related": _related(story.pairs, prefix, lang),
    }
    return StoryData(data, diffs, frozenset(rules - {""}))


def _figures(member: Member, lang: Language) -> list[Any]:
    credit = " ".join(member.head.credit.split())
    share = "" if member.share is None or member.relation == "same_story" else percent(lang, member.share)
    return [credit, share, member.longest, int(member.is_certain), member.same_as]


def _name(place: int, member: Member) -> str:
    """What an article of a story is called: its number, its paper or else its id."""
    return " ".join(f"{place + 1} · {member.head.source or member.head.id}".split())


def _chip(kind: str, text: str) -> str:
    return tag("span", escape(text), class_=f"chip {kind}")


# ---------------------------------------------------------------------------------------------------- the comparisons


def _comparison(one: Comparison, members: Sequence[Member], id_: str, lang: Language, feed: Sequence[str]) -> str:
    names = [_name(place, members[place]) for place in (one.b, one.a)]
    title = tag("span", tag("bdi", escape(say(lang, "against", *names))), class_="names")
    if one.is_from:
        title += " " + tag("span", escape(f"({say(lang, 'is_from')})"), class_="note")
    if one.diff is None:
        return tag("p", f"{title}: {_how_to_compare(one, members, lang, feed)}", class_="uncompared")
    lists = {"added": one.diff.added, "dropped": one.diff.dropped, "changed": one.diff.changed}
    counts = [
        tag("span", hidden(f"{say_of_diff(lang, key)} ") + str(len(facts)), class_=f"sign {key}")
        for key, facts in lists.items() if facts
    ]  # fmt: skip
    counted = " ".join(counts) or tag("span", escape(say(lang, "no_difference")), class_="note")
    holder = tag("div", "", id=id_, class_="holder")
    return tag("details", tag("summary", f"{title} {counted}") + holder, class_="comparison", data_diff=id_)


def _how_to_compare(one: Comparison, members: Sequence[Member], lang: Language, feed: Sequence[str]) -> str:
    ids = [members[place].head.id for place in (one.a, one.b)]
    words = ["dedup", "diff", *feed[:1], *ids, *feed[1:]]
    if not feed or not all(word.isprintable() for word in words) or any(word.startswith("-") for word in words[2:5]):
        return escape(say(lang, "not_compared_plain"))
    return escape(say(lang, "not_compared")) + tag("code", escape(shlex.join(words)))


# ---------------------------------------------------------------------------------------------------------- the texts


def _texts(members: Sequence[Member], lang: Language) -> list[list[Any]]:
    """Each text once, that of the anchor first."""
    rows: list[list[Any]] = []
    for place, member in sorted(enumerate(members), key=lambda item: not item[1].is_anchor):
        if member.same_as is None:
            below = say(lang, "text_cut", count(lang, "characters", member.left_out)) if member.left_out else ""
            below = below if member.text.strip() else say(lang, "no_text")
            rows.append([place, member.text, member.copied, below])
    return rows


# ---------------------------------------------------------------------------------------------- templates and doubts


def _related(pairs: Sequence[Pair], prefix: str, lang: Language) -> str:
    """Pairs that are not merged or not certain, behind a switch that styles alone obey."""
    if not pairs:
        return ""
    box = f'<input type="checkbox" class="reveal" id="{escape(prefix)}related">'
    label = tag("label", escape(say(lang, "related", count(lang, "pairs", len(pairs)))), for_=f"{prefix}related")
    return tag("section", tag("p", f"{box} {label}", class_="switch") + render_pairs(pairs, lang), class_="related")


def render_pairs(pairs: Sequence[Pair], lang: Language) -> str:
    """Pairs as a list: both headlines, relation, figures."""
    items = []
    for pair in pairs:
        chips = _chip(relation_class(pair.relation), short_name(lang, pair.relation))
        if not pair.is_certain:
            chips += " " + _chip("r-doubt", say(lang, "uncertain"))
        figures = say(lang, "pair_share", percent(lang, pair.share), count(lang, "syllables", pair.longest))
        sides = ""
        for head in (pair.a, pair.b):
            title = tag("bdi", escape(" ".join(head.title.split()) or say(lang, "untitled")))
            about = [tag("bdi", escape(part)) for part in (head.source, when(head.published)) if part]
            if link := external_link(head.url, say(lang, "open"), f"{say(lang, 'open')}: {head.id}"):
                about.append(link)
            about.append(tag("span", escape(head.id), class_="id"))
            sides += tag("p", f"{title} {tag('span', ' · '.join(about), class_='byline')}")
        items.append(tag("li", tag("p", f"{chips} {escape(figures)}", class_="how") + sides))
    return tag("ul", "".join(items), role="list", class_="pairs")
