"""Which article of a story was made from which: by credit, time and containment, or unknown."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from unidecode import unidecode

from dedup.models import Evidence

__all__ = ["Kinship", "Member", "derive"]

MARGIN = 0.05  # of two articles that hold nearly the same share of a third either may be the one it was made from
CONTAINED = 0.9  # of the later article stands in the earlier one: it adds next to nothing
_MANY = 64  # articles of one paper in a story: which of them a credit means is not asked

_TITLES = re.compile(
    r"^(?:bao dien tu|trang thong tin dien tu|trang tin|thoi bao|tap chi|bao|dai|kenh|hang tin|hang) (?=\S)"
)
_ENDS = re.compile(r" (?:online|dien tu|tv|news|vn)$")
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?([\w-]+(?:\.[\w-]+)+)(?:[:/]\S*)?")
_SUFFIXES = frozenset(
    ("vn", "com", "net", "org", "gov", "edu", "info", "tv", "biz", "example", "asia", "news", "online")
)
_SAME = {"thongtanxavietnam": "ttxvn", "tiengnoivietnam": "vov", "truyenhinhvietnam": "vtv"}

Span = tuple[float, float]
Arrow = tuple[str, Evidence] | None


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of an article of a story.

    Attributes:
        id: names it.
        version: a number; copies of one text have the same.
        source, credit: its paper, and whom it names as its source; "" where that is not known.
        span: the first and the last moment, in seconds, at which it may have been published; None where that is not
            known.
    """

    id: str
    version: int
    source: str
    credit: str
    span: Span | None


class Kinship(NamedTuple):
    """Of two versions of one text: how much of the one stands in the other, and of the other in the one, 0..1."""

    mine: float
    other: float


class _Times:
    """When the copies of one version were published."""

    def __init__(self, members: Sequence[Member]) -> None:
        dated = sorted((m.span, m.id) for m in members if m.span)
        self.undated = len(members) - len(dated)
        self.starts = [span[0] for span, _ in dated]
        self.ends = sorted(span[1] for span, _ in dated)
        self.first = dated[0] if dated else None

    def count(self, span: Span) -> tuple[int, int]:
        """(how many were published before, how many may have been published at the same time)."""
        before = bisect_left(self.ends, span[0])
        behind = len(self.starts) - bisect_right(self.starts, span[1])
        return before, len(self.starts) - before - behind + self.undated


def derive(members: Sequence[Member], kin: Mapping[int, Mapping[int, Kinship]]) -> dict[str, Arrow]:
    """For each member the one that it was made from, directly or by way of others, and why that is believed.

    A credit that names the paper of another member decides, if that one was not published later; a credit that names
    nobody of the story means that the origin is not here. Without a credit it is the earlier version that holds most
    of the article, of those about equal the earliest; unless one that holds as much may be no earlier. None is unknown.

    Args:
        members: of one story.
        kin: version → its versions of one text, with what they share.

    >>> morning, noon = ((hour * 3600.0, hour * 3600.0) for hour in (8, 12))
    >>> one, two = Member("a", 1, "", "", morning), Member("b", 2, "", "", noon)
    >>> derive([one, two], {1: {2: Kinship(0.6, 1.0)}, 2: {1: Kinship(1.0, 0.6)}})
    {'a': None, 'b': ('a', 'containment')}
    """
    by_house: dict[str, list[Member]] = {}
    by_version: dict[int, list[Member]] = {}
    for member in members:
        by_version.setdefault(member.version, []).append(member)
        for house in _houses(member.source):
            by_house.setdefault(house, []).append(member)
    times = {version: _Times(copies) for version, copies in by_version.items()}
    found: dict[str, Arrow] = {}
    for member in members:
        if credited := _houses(member.credit) - _houses(member.source):
            named = {m.id: m for house in sorted(credited) for m in by_house.get(house, ())[: _MANY + 1]}
            found[member.id] = _by_credit(member, list(named.values()), kin.get(member.version, {}))
        else:
            found[member.id] = _by_time(member, times, kin.get(member.version, {}))
    return _without_circles(found)


def _by_credit(member: Member, named: Sequence[Member], kin: Mapping[int, Kinship]) -> Arrow:
    """The article of the paper that is named; of several the earliest that shares text, where that is clear."""
    options = [other for other in named if other.id != member.id and not _is_before(member, other)]
    if len(options) > 1:
        options = [other for other in options if other.version in kin or other.version == member.version]
    if 1 < len(options) <= _MANY:
        options = [o for o in options if all(o is other or _is_before(o, other) for other in options)]
    return (options[0].id, "credit") if len(options) == 1 else None


def _by_time(member: Member, times: Mapping[int, _Times], kin: Mapping[int, Kinship]) -> Arrow:
    """The earliest of the versions that hold most of the article, if all of these were published before it."""
    if member.span is None:
        return None
    near: list[tuple[float, int, int]] = []
    for version, shared in {**kin, member.version: Kinship(1.0, 1.0)}.items():
        if version in times:
            before, beside = times[version].count(member.span)
            beside -= version == member.version  # itself
            if before or beside:
                near.append((shared.mine, version, beside))
    most = max((share for share, *_ in near), default=0.0)
    close = [(version, beside) for share, version, beside in near if share >= most - MARGIN]
    if not close or any(beside for _, beside in close):
        return None
    (span, id), version = min((first, version) for version, _ in close if (first := times[version].first))
    starts = sorted(start for other, _ in close for start in times[other].starts[:2])
    if len(starts) > 1 and starts[1] <= span[1]:
        return None  # which of two is the earliest is not clear
    shared = kin.get(version, Kinship(1.0, 1.0))
    return id, "containment" if shared.mine >= CONTAINED > shared.other else "time"


def _is_before(one: Member, other: Member) -> bool:
    """Whether one was published before the other, for certain."""
    return one.span is not None and other.span is not None and one.span[1] < other.span[0]


def _without_circles(found: dict[str, Arrow]) -> dict[str, Arrow]:
    """The same without arrows that lead round in a circle: one of them is wrong, so none is kept."""
    clear: set[str] = set()
    wrong: set[str] = set()
    for start in found:
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in path and at not in clear:
            path[at] = len(path)
            step = found.get(at)
            at = step[0] if step else None
        if at in path:
            wrong.update(list(path)[path[at] :])
        clear.update(path)
    return {id: None if id in wrong else step for id, step in found.items()}


@functools.lru_cache(maxsize=1 << 12)
def _houses(written: str) -> frozenset[str]:
    """The papers that a source or a credit names, each by one name: "Báo Hà Lâm" and "baohalam.vn" are "halam"."""
    parts = [written] if "://" in written else re.split(r"\s*[/|,;]\s*|\s+[-–—]\s+", written)
    return frozenset(name for part in parts if len(name := _house(part)) > 1)


def _house(written: str) -> str:
    name = " ".join(unidecode(written).lower().split())
    if domain := _DOMAIN.fullmatch(name):
        labels = domain[1].split(".")
        while len(labels) > 1 and labels[-1] in _SUFFIXES:
            labels.pop()
        name = labels[-1]
    else:
        name = _ENDS.sub("", _TITLES.sub("", name))
    name = re.sub(r"[^a-z0-9]", "", name)
    name = name[3:] if name.startswith("bao") and len(name) > 6 else name
    return _SAME.get(name, name)
