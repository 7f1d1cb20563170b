"""One diff as HTML: what it says in short, what differs, the versions side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dedup.models import Article, Diff
from dedup.report.account import name_versions, say_figures, say_warning
from dedup.report.facts import render_facts
from dedup.report.headline import render_headline
from dedup.report.layout import Layout, lay_out
from dedup.report.markup import escape, tag
from dedup.report.page import render_page
from dedup.report.versions import render_versions, row_rules
from dedup.report.words import Language, check_language, count, relation_name, say

__all__ = ["DiffFragment", "diff_page", "render_diff"]

_BAR = '<div class="bar" aria-hidden="true"></div>'  # the names of the columns, once their heads are out of sight


@dataclass(frozen=True, slots=True)
class DiffFragment:
    """One diff as a piece of a page.

    Attributes:
        html: an element of class "diff", its headings from h2 on.
        rules: CSS that it needs beside the style sheet.
        title: what it is about, plain text.
        shortcuts: plain text → id: where one may want to jump to.
    """

    html: str
    rules: str
    title: str
    shortcuts: dict[str, str]


def diff_page(diff: Diff, articles: Mapping[str, Article], *, lang: Language = "vi") -> str:
    """One HTML page for people that shows what version b adds to the others, drops and says differently.

    It loads nothing and needs nothing beside itself: one file, to be kept, sent and printed. What both versions have
    stands at the same height; the number of a shared sentence leads to its counterpart. Without its script it reads
    just as well. All that comes from the articles is escaped; only http and https addresses become links.

    Args:
        diff: what is to be shown.
        articles: by id: all of `diff.a`, and `diff.b`.
        lang: the language of the page, "vi" or "en"; the articles are Vietnamese.

    Raises:
        ParamError: an article is missing, or the language is another one.

    >>> from dedup.models import Fact
    >>> old = Article("1", "Mưa lớn ở 12 xã.", source="Báo Hà Lâm")
    >>> new = Article("2", "Mưa lớn ở 12 xã. Cầu Đá đã thông.", source="Tin Sông")
    >>> added = (Fact("Cầu Đá đã thông.", 17, 33, "statement", "2"),)
    >>> diff = Diff(("1",), "2", added, (), (), (), (), "edited", 0.5, 1.0, 0.5)
    >>> page = diff_page(diff, {"1": old, "2": new})
    >>> page.count("Cầu Đá đã thông."), "Thêm trong Tin Sông" in page
    (2, True)
    """
    fragment = render_diff(diff, articles, lang)
    links = "".join(tag("li", tag("a", escape(text), href=f"#{id_}")) for text, id_ in fragment.shortcuts.items())
    skips = tag("nav", tag("ul", links, role="list"), class_="skips", aria_label=say(lang, "skips"))
    head = tag("header", tag("h1", escape(say(lang, "heading"))), class_="page")
    foot = tag("footer", tag("p", escape(say(lang, "made"))), class_="page")
    body = skips + head + tag("main", fragment.html) + foot
    return render_page(fragment.title, body, lang, rules=fragment.rules)


def render_diff(diff: Diff, articles: Mapping[str, Article], lang: Language = "vi", prefix: str = "") -> DiffFragment:
    """One diff as a piece of a page; every id in it begins with `prefix`, so that a page may have many.

    Raises:
        ParamError: an article is missing, or the language is another one.
    """
    check_language(lang)
    layout = lay_out(diff, articles, prefix)
    names = name_versions(layout)
    facts = tag("h2", escape(say(lang, "facts"))) + render_facts(layout, names, lang, prefix)
    texts = tag("h2", escape(say(lang, "texts")), class_="vh") + _BAR + render_versions(layout, names, lang, prefix)
    parts = [
        tag("div", _summary(diff, layout, names, lang, prefix) + _tools(layout, names, lang, prefix), class_="about"),
        tag("section", facts, class_="facts", id=f"{prefix}facts", tabindex="0", aria_label=say(lang, "facts")),
        tag("section", texts, class_="texts", aria_label=say(lang, "texts")),
        _panel(lang),
    ]
    shortcuts = {say(lang, "skip_facts"): f"{prefix}facts"}
    shortcuts |= {say(lang, "skip_text", names[v.id]): v.id for v in layout.versions}
    title = " ".join(layout.b.article.title.split()) or names[layout.b.id]
    return DiffFragment(
        tag("div", "".join(parts), class_="diff"),
        row_rules(layout.rows),
        say(lang, "page_title" if len(diff.a) == 1 else "page_title_many", title, len(diff.a)),
        shortcuts,
    )


def _summary(diff: Diff, layout: Layout, names: dict[str, str], lang: Language, prefix: str) -> str:
    relation, warning = relation_name(lang, diff.relation), say_warning(diff, layout, names, lang)
    said = f"{escape(warning)} " if warning else ""
    banner = tag(
        "p",
        f"{tag('b', escape(relation))}. {said}{escape(say_figures(diff, layout, names, lang))}",
        class_="relation banner" if warning else "relation",
        role="note" if warning else None,
    )
    items = []
    for key, n in layout.counts.items():
        text = escape(count(lang, key, n))
        if key == "shared":
            items.append(tag("span", text))
        else:
            items.append(tag("a", text, class_=f"sign {key}", href=f"#{prefix}{key}" if n else None))
    listed = "".join(tag("li", item) for item in items)
    summary = tag("ul", listed, class_="counts", role="list", aria_label=say(lang, "summary"))
    return banner + summary + render_headline(layout, names, lang)


def _tools(layout: Layout, names: dict[str, str], lang: Language, prefix: str) -> str:
    """The legend, and the switch that shows furniture: a checkbox that styles alone obey."""
    name = names[layout.b.id]
    samples = [
        (tag("ins", escape(say(lang, "sample_added")), class_="added begin"), say(lang, "legend_added", name)),
        (tag("del", escape(say(lang, "sample_dropped")), class_="dropped begin"), say(lang, "legend_dropped", name)),
        (tag("mark", escape(say(lang, "sample_changed")), class_="changed begin"), say(lang, "legend_changed")),
        (tag("span", tag("span", "7", class_="n") + escape(say(lang, "sample_shared"))), say(lang, "legend_shared")),
    ]
    switch = ""
    if left_out := layout.count_left_out():
        samples.append((tag("span", "Hotline …", class_="sample-left"), say(lang, "legend_left")))
        box = f'<input type="checkbox" class="furniture" id="{escape(prefix)}furniture">'
        text = say(lang, "furniture", count(lang, "left_out", left_out))
        label = tag("label", escape(text), for_=f"{prefix}furniture")
        switch = tag("p", f"{box} {label}", class_="switch")
    rows = "".join(tag("div", tag("dt", sample) + tag("dd", escape(text))) for sample, text in samples)
    summary = tag("summary", escape(say(lang, "legend")))
    return tag("details", summary + tag("dl", rows), class_="legend", open=True) + switch


def _panel(lang: Language) -> str:
    """Where the script shows the counterpart of a sentence; without a script there is nothing to be seen of it."""
    status = tag(
        "div",
        "",
        role="status",
        class_="said",
        data_shared=say(lang, "panel_shared"),
        data_kept=say(lang, "panel_kept"),
        data_partly=say(lang, "panel_partly"),
        data_changed=say(lang, "panel_changed"),
        data_again=say(lang, "panel_again"),
    )
    go = tag("a", escape(say(lang, "go")), class_="go", href="#")
    close = tag("button", escape(say(lang, "close")), type="button", class_="close")
    return tag("div", status + tag("p", f"{go} {close}", class_="acts"), class_="panel")
