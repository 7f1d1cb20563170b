"""What a page and a screen both say of a diff, in plain text: names, what is earliest, figures, warning, titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from dedup.dates import ZONE
from dedup.models import Diff
from dedup.report.layout import Layout, MarkKind, Version
from dedup.report.words import Language, percent, say, when

__all__ = [
    "earliest_of", "find_earliest", "name_versions", "name_with_hour", "say_figures", "say_titles", "say_warning",
]  # fmt: skip


def name_versions(layout: Layout) -> dict[str, str]:
    """What each version is called, by its id in the layout: its source, with the hour or the id if it must be.

    Only names that differ tell versions apart: "Báo Hà Lâm" and "Tin Sông", else "Báo Hà Lâm 25/09/2024 21:04".
    """
    versions = layout.versions
    ways = (
        lambda a: a.source or a.id,
        lambda a: f"{a.source or a.id} {when(a.published)}".strip(),
        lambda a: f"{a.source} {a.id}".strip(),
    )
    names: dict[str, str] = {}
    for name_it in ways:
        proposed = {v.id: " ".join(name_it(v.article).split()) for v in versions if v.id not in names}
        seen = Counter(proposed.values()) + Counter(names.values())
        names |= {key: name for key, name in proposed.items() if name and seen[name] == 1}
    for place, version in enumerate(versions, 1):
        names.setdefault(version.id, f"{version.article.source or version.article.id} ({place})")
    return names


def name_with_hour(version: Version, names: Mapping[str, str]) -> str:
    """The version's name and its hour."""
    name, hour = names[version.id], when(version.article.published)
    return name if not hour or hour in name else f"{name}, {hour}"


def find_earliest(layout: Layout) -> Version | None:
    """The version published before all others; None where that is not certain.

    It is not where one has no time, or only a day on which another one was published.
    """
    place = earliest_of([version.article.published for version in layout.versions])
    return None if place is None else layout.versions[place]


def earliest_of(times: Sequence[datetime | date | None]) -> int | None:
    """The place of the time that is before all others for certain; None where there is none.

    >>> earliest_of([date(2024, 9, 26), date(2024, 9, 25)]), earliest_of([date(2024, 9, 25), None])
    (1, None)
    """
    spans = [_span(one) for one in times]
    for place, span in enumerate(spans):
        if span and all(i == place or (other and span[1] < other[0]) for i, other in enumerate(spans)):
            return place
    return None


def _span(published: datetime | date | None) -> tuple[datetime, datetime] | None:
    """When it was published at the earliest and at the latest: a day without an hour is all of it."""
    if isinstance(published, datetime):
        at = published if published.tzinfo else published.replace(tzinfo=ZONE)
        return at, at
    if published is None:
        return None
    return datetime.combine(published, time.min, ZONE), datetime.combine(published, time.max, ZONE)


def say_figures(diff: Diff, layout: Layout, names: Mapping[str, str], lang: Language) -> str:
    """Which share of which text stands in the other, in a sentence; the shorter text first."""
    a, b = percent(lang, diff.a_in_b), percent(lang, diff.b_in_a)
    name, other = names[layout.b.id], names[layout.others[0].id]
    if len(layout.others) > 1:
        return say(lang, "closest", b, name, a)
    if diff.a_in_b == diff.b_in_a:
        return say(lang, "even", a)
    if diff.a_in_b > diff.b_in_a:  # both have the same numerator: the larger share is that of the shorter text
        return say(lang, "half", a, other, name, b)
    return say(lang, "half", b, name, other, a)


def say_warning(diff: Diff, layout: Layout, names: Mapping[str, str], lang: Language) -> str:
    """How to read a diff of texts that are no versions of one text, or perhaps none; "" for versions."""
    if diff.relation == "template":
        return say(lang, "another_story", names[layout.b.id])
    return say(lang, "own_words") if diff.relation is None else ""


def say_titles(layout: Layout, names: Mapping[str, str], lang: Language) -> dict[MarkKind, str]:
    """The titles of the three lists of facts, in their order."""
    only = [names[version.id] for version in layout.others]
    return {
        "changed": say(lang, "changed"),
        "added": say(lang, "added_in", names[layout.b.id]),
        "dropped": say(lang, "dropped_in", only[0]) if len(only) == 1 else say(lang, "dropped_many"),
    }
