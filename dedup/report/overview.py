"""What a scan found at a glance: how many stories of how many articles, what was left out and why, two pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dedup.models import RELATIONS
from dedup.report.charts import draw_histogram, draw_timeline
from dedup.report.findings import Findings, Pair
from dedup.report.markup import escape, tag
from dedup.report.scan_words import count, relation_class, say, say_criterion, short_name
from dedup.report.story import render_pairs
from dedup.report.words import Language, number, when

__all__ = ["render_footer", "render_head", "render_overview"]


def render_head(found: Findings, lang: Language) -> str:
    """So many articles, so many stories, by which criterion."""
    counts = found.counts
    arrow = tag("span", "→", class_="to")
    heading = f"{_figure(found, 'articles', lang)} {arrow} {_figure(found, 'stories', lang)}"
    stories = count(lang, "stories", counts["stories"])
    inside = number(lang, counts["in_stories"]), stories, number(lang, counts["alone"])
    lines = [
        tag("p", escape(say(lang, "brand")), class_="brand"),
        tag("h1", heading),
        tag("p", escape(f"{say(lang, 'in_stories', *inside)} {say_criterion(lang, found.params)}"), class_="lead"),
    ]
    return tag("header", "".join(lines), class_="page top", id="top")


def _figure(found: Findings, key: str, lang: Language) -> str:
    """The number large, what it counts beside it."""
    value, _, unit = count(lang, key, found.counts[key]).partition(" ")
    return f"{tag('b', escape(value))} {escape(unit)}"


def render_overview(found: Findings, lang: Language) -> str:
    """How articles joined their stories, what was not merged, two pictures, what was left out."""
    timeline = draw_timeline(found.days, lang)
    if not timeline and found.counts["stories"]:
        timeline = tag("p", escape(say(lang, "no_timeline")), class_="note chart")
    charts = draw_histogram(found.histogram, lang) + timeline
    account = list(_account(found, lang))
    listed = "".join(tag("li", line) for line in account)
    if listed:
        summary = tag("summary", f"{escape(say(lang, 'account'))} {tag('span', str(len(account)), class_='note')}")
        limits = tag("details", summary + tag("ul", listed, class_="account"), open=len(account) <= 6)
    else:
        limits = tag("p", escape(say(lang, "nothing_left_out")), class_="note")
    content = _joined(found, lang) + _aside(found, lang) + tag("div", charts, class_="charts") + limits
    return tag("section", content, class_="overview", aria_label=say(lang, "overview"))


def _joined(found: Findings, lang: Language) -> str:
    """A line in parts as long as what they count, and the same in figures."""
    parts = [("r-anchor", found.counts["stories"], say(lang, "anchors"))]
    parts += [
        (relation_class(r), found.joined.get(r, 0), short_name(lang, r))
        for r in RELATIONS if r not in (None, "template") and found.joined.get(r, 0)
    ]  # fmt: skip
    total, at, line = sum(n for _, n, _ in parts), 0, []
    if not total:
        return ""
    for kind, n, _ in parts:
        x, width = (f"{100 * value / total:.3f}%" for value in (at, n))
        line.append(tag("rect", "", x=x, width=width, y="0", height="12", class_=kind))
        at += n
    bar = tag("svg", "".join(line), width="100%", height="12", aria_hidden="true", class_="whole")
    items = "".join(
        tag("li", tag("b", number(lang, n)) + f" {escape(name)}", class_=f"key {kind}") for kind, n, name in parts
    )
    return bar + tag("ul", items, class_="tiles", role="list", aria_label=say(lang, "joined"))


def _aside(found: Findings, lang: Language) -> str:
    """A line on what was not merged; the pairs themselves behind a switch that styles alone obey."""
    said = [
        say(lang, what, count(lang, "pairs", found.counts[what]))
        for what in ("template", "unclear", "doubtful") if found.counts[what]
    ]  # fmt: skip
    if not said:
        return ""
    line = tag("p", escape(" ".join(said)))
    if not found.templates and not found.doubtful:
        return line
    label = tag("label", escape(say(lang, "aside")), for_="aside")
    switch = tag("p", f'<input type="checkbox" class="reveal" id="aside"> {label}', class_="switch")
    lists = _pairs("template", found.templates, found, lang) + _pairs("doubtful", found.doubtful, found, lang)
    return tag("div", line + switch + tag("div", lists, class_="hidden-pairs"), class_="aside")


def _pairs(what: str, pairs: tuple[Pair, ...], found: Findings, lang: Language) -> str:
    if not pairs:
        return ""
    command = "--show template" if what == "template" else "--review FILE"
    rest = found.counts[what] - len(pairs)
    more = tag("p", escape(say(lang, "aside_more", number(lang, rest), command)), class_="note") if rest else ""
    return tag("h3", escape(say(lang, f"{what}_pairs"))) + render_pairs(pairs, lang) + more


def _account(found: Findings, lang: Language) -> Iterator[str]:
    """What was skipped or cut, and why: a piece of HTML each."""
    counts = found.counts
    if counts["skipped"]:
        reasons = ", ".join(f"{number(lang, n)} {reason}" for reason, n in found.reasons.items())
        items = "".join(tag("li", f"{tag('bdi', escape(s.input))}: {escape(s.reason)}") for s in found.skipped)
        rest = counts["skipped"] - len(found.skipped)
        more = tag("p", escape(say(lang, "skipped_more", number(lang, rest)))) if rest else ""
        summary = tag("summary", escape(say(lang, "skipped_list")))
        yield escape(say(lang, "skipped", number(lang, counts["skipped"]), reasons)) + tag(
            "details", summary + tag("ul", items) + more
        )
    if counts["furniture_lines"]:
        figures = number(lang, counts["furniture_lines"]), number(lang, counts["furniture_articles"])
        yield escape(say(lang, "furniture", *figures))
    if counts["crowds"]:
        yield escape(say(lang, "crowds", number(lang, counts["crowds"]), number(lang, counts["left_out"])))
    for key in ("same_story_left_out", "repeated", "renamed"):
        if counts[key]:
            yield escape(say(lang, key, number(lang, counts[key])))
    if found.shown < counts["stories"]:
        yield escape(say(lang, "stories_cut", number(lang, found.shown), number(lang, counts["stories"])))
    if found.is_cut:
        yield escape(say(lang, "texts_cut", number(lang, found.longest_text)))
    if found.diffs < found.wanted:
        yield escape(say(lang, "diffs_cut", number(lang, found.diffs), number(lang, found.wanted)))


def render_footer(found: Findings, lang: Language) -> str:
    """Which version with which Params made the page, of which corpus, and when."""
    about = [say(lang, "footer_made", when(found.made))]
    about += [say(lang, f"footer_{key}", found.about[name]) for key, name in
              (("version", "dedup"), ("tokenizer", "tokenizer"), ("corpus", "corpus"))]  # fmt: skip
    params = json.loads(found.about["params"])
    rows = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in params.items())
    summary = tag("summary", escape(say(lang, "footer_params")))
    lines = tag("p", escape(" · ".join(about))) + tag("details", summary + tag("p", tag("code", escape(rows))))
    return tag("footer", lines, class_="page")
