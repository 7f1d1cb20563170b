"""The report of a scan: one page with all stories. What is not looked at at once waits in it as inert data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dedup.models import RELATIONS, Evidence
from dedup.report.findings import Findings, Member, StoryFindings
from dedup.report.markup import escape, is_web, tag
from dedup.report.overview import render_footer, render_head, render_overview
from dedup.report.page import render_page
from dedup.report.scan_words import SCRIPT, count, evidence_name, say, short_name
from dedup.report.story import pack_story
from dedup.report.words import Language, check_language, sortable, when

__all__ = ["scan_page"]

_LEAD = 220  # characters of the anchor's text beside its headline
_EVIDENCE: tuple[Evidence, ...] = ("credit", "containment", "time")
_SORTS = ("size", "new", "old", "news")


def scan_page(found: Findings, *, lang: Language = "vi") -> str:
    """One HTML page for people that shows what a scan found: figures, all stories, and each story by itself.

    It loads nothing and needs nothing beside itself. The first screen is plain HTML; the list and the stories are
    data, drawn by the page's own script as one scrolls and opens them, so that thousands of stories stay usable. All
    that comes from the articles is escaped; only http and https addresses become links.

    Raises:
        ParamError: the language is neither "vi" nor "en".
    """
    check_language(lang)
    sources: dict[str, int] = {}
    rows: list[list[Any]] = []
    blocks: list[str] = []
    rules: set[str] = set()
    for number, story in enumerate(found.stories):
        packed = pack_story(story, f"s{number}", lang, found.feed)
        rules |= packed.rules
        rows.append(_row(story, sources))
        blocks.append(_data(f"story-{number}", packed.data))
        blocks += [_data(f"data-{id_}", html) for id_, html in packed.diffs.items()]
    index = {
        "stories": rows,
        "sources": list(sources),
        "relations": [[name or "unclear", short_name(lang, name)] for name in RELATIONS],
        "evidence": {name: evidence_name(lang, name) for name in _EVIDENCE},
        "words": SCRIPT[lang],
    }
    titles = [count(lang, key, found.counts[key]) for key in ("articles", "stories")]
    parts = [
        _skips(lang),
        tag("div", render_head(found, lang), id="head"),
        tag("main", tag("div", render_overview(found, lang) + _list(found, lang), id="all") + _frame(lang)),
        render_footer(found, lang),
        _data("index", index),
        *blocks,
    ]
    title = say(lang, "page_title", *titles)
    styles, scripts = ("scan.css",), ("story.js", "scan.js")
    return render_page(title, "\n".join(parts), lang, rules="".join(sorted(rules)), styles=styles, scripts=scripts)


def _skips(lang: Language) -> str:
    link = tag("a", escape(say(lang, "skip_list")), href="#list")
    return tag("nav", link, class_="skips", aria_label=say(lang, "brand"))


def _frame(lang: Language) -> str:
    """Where the script shows a story."""
    links = [
        tag("a", f"← {escape(say(lang, 'back'))}", href="#list", class_="back"),
        tag("a", escape(say(lang, "previous")), class_="previous"),
        tag("a", escape(say(lang, "next")), class_="next"),
    ]
    nav = tag("nav", "".join(links), class_="steps", aria_label=say(lang, "list"))
    heading = tag("h1", "", tabindex="-1", id="story-title") + tag("p", "", class_="meta")
    return tag("article", nav + heading + tag("div", "", class_="content"), id="story", hidden=True,
               aria_labelledby="story-title")  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- the list


def _list(found: Findings, lang: Language) -> str:
    """The tools and the place of the list; the script fills it."""
    if not found.counts["stories"]:
        content = tag("p", escape(say(lang, "no_stories")), class_="note")
        return tag("section", tag("h2", escape(say(lang, "list"))) + content, id="list", tabindex="-1")
    search = f'<input type="search" id="search" autocomplete="off" placeholder="{escape(say(lang, "search_hint"))}">'
    fields = [
        _field("search", search, lang),
        _field("relation", _select("relation", {"": say(lang, "any")}), lang),
        _field("source", _select("source", {"": say(lang, "any")}), lang),
        _field("from", '<input type="date" id="from">', lang),
        _field("to", '<input type="date" id="to">', lang),
        _field("sort", _select("sort", {key: say(lang, f"sort_{key}") for key in _SORTS}), lang),
    ]
    acts = tag("button", escape(say(lang, "reset")), type="button", id="reset", hidden=True)
    acts += tag("button", escape(say(lang, "csv")), type="button", id="csv")
    status = tag("div", tag("p", "", role="status", id="found") + tag("p", acts), class_="found")
    tools = tag("form", "".join(fields), class_="tools", role="search", aria_label=say(lang, "list"))
    none = tag("noscript", tag("p", escape(say(lang, "needs_script")), class_="banner"))
    rows = tag("ol", "", class_="stories", id="stories", role="list") + tag("div", "", id="more")
    heading = tag("h2", escape(say(lang, "list")))
    return tag("section", heading + none + tools + status + rows, id="list", tabindex="-1")


def _field(key: str, control: str, lang: Language) -> str:
    return tag("p", tag("label", escape(say(lang, key)), for_=key) + control, class_=f"field {key}")


def _select(id_: str, options: Mapping[str, str]) -> str:
    return tag("select", "".join(tag("option", escape(text), value=key) for key, text in options.items()), id=id_)


def _row(story: StoryFindings, sources: dict[str, int]) -> list[Any]:
    """What the script knows of a story: [id, title, lead, size, news, changes, is whole, articles]."""
    anchor = next(member for member in story.members if member.is_anchor)
    titles = [" ".join(member.head.title.split()) for member in (anchor, *story.members)]
    news = [None, None] if story.news is None else list(story.news)
    members = [_entry(member, sources) for member in story.members]
    title = next(filter(None, titles), "")
    return [story.id, title, _lead(anchor.text, title), story.size, *news, story.is_whole, members]


def _lead(text: str, title: str) -> str:
    """How the text begins, after its headline."""
    start = " ".join(text[: 3 * _LEAD].split())
    if start.casefold().startswith(title.casefold()):
        start = start[len(title) :].lstrip(" .:-–—")
    return start if len(start) <= _LEAD else f"{start[:_LEAD].rpartition(' ')[0]} …"


def _entry(member: Member, sources: dict[str, int]) -> list[Any]:
    """[id, title, source, day, time, url, relation, derived from, evidence, is round-up, is representative]."""
    head = member.head
    relation = -1 if member.is_anchor else RELATIONS.index(member.relation)
    url = head.url.strip()
    return [
        head.id, " ".join(head.title.split()), sources.setdefault(head.source, len(sources)), sortable(head.published),
        when(head.published), url if is_web(url) else "", relation, member.derived_from or "", member.evidence or "",
        int(member.is_round_up), int(member.is_representative),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- data


def _data(id_: str, value: Any) -> str:
    """Data in a page as JSON, which is never run. It has no <, so nothing in it ends its element or opens a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return tag("script", text.replace("<", "\\u003c"), type="application/json", id=id_)

