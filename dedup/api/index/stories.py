"""Stories that live on: a version joins one as it arrives, and the story outlives its members.

A story never falls apart and is never made of a chain: a new version joins the anchor that it shares most with. Where
it would have been the anchor itself, had it come first, and matches every member, it takes the anchor's place; so it
may bring stories together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from dedup.api.choose import moment
from dedup.store import Ledger, Tale, check_there, unpack_details
from dedup.stories import FULL, MEAN, Edges, Overlaps, find_round_ups

__all__ = ["Arrival", "Link", "Newcomer", "forget", "name_apart", "settle"]

Key = tuple[float, int, str]  # when published, size turned negative, id: the first by it are anchors


class Link(NamedTuple):
    """A verified match of a new version that joins stories.

    Attributes:
        version: the other one.
        shared: shingles in common.
        share: of the shorter one's shingles; part: of the new one's.
        key: where the other one stands in the order of anchors.
    """

    version: int
    shared: int
    share: float
    part: float
    key: Key


class Arrival(NamedTuple):
    """What became of a new version that joined a story: which one, and the ids of the stories that retired."""

    tale: Tale
    merged: tuple[str, ...]


class Newcomer(NamedTuple):
    """A version that has just come in, and stands in a story of its own.

    Attributes:
        version, key: it.
        links: its matches that join.
        alike: those on the same event in other words, with their likeness in thousandths.
        further: those as alike that it was not compared with, being too many.
        vacant: the story that it leaves behind empty, being a revision; it goes with it.
    """

    version: int
    key: Key
    links: Sequence[Link]
    alike: Mapping[int, int]
    further: Mapping[int, int]
    vacant: Tale | None


def settle(ledger: Ledger, new: Newcomer, overlaps: Overlaps) -> Arrival | None:
    """Puts a new version into its story; None where it stays alone in its own.

    Args:
        ledger: where it stands already.
        new: the version.
        overlaps: shingles that two versions share.
    """
    version, key, links, alike, further_alike, vacant = new
    if vacant is None and not links and not alike:
        return None
    others = {*(link.version for link in links), *alike, *further_alike}
    home = ledger.stories_of(others)
    check_there(others, home)
    tales = ledger.tales({*home.values()})
    anchors = [link for link in links if tales[home[link.version]].anchor == link.version]
    if further := _round_up(version, links, home, anchors, overlaps):
        best = _best(anchors)
        return _join(ledger, version, tales[home[best.version]], vacant, sorted(further))
    known = {link.version for link in links}
    if earlier := [link for link in anchors if link.key < key]:
        return _join(ledger, version, tales[home[_best(earlier).version]], vacant)
    own = [home[link.version] for link in anchors if known.issuperset(ledger.members(home[link.version]))]
    if own:
        return _take_over(ledger, version, [tales[story] for story in own], vacant)
    if anchors:
        return _join(ledger, version, tales[home[_best(anchors).version]], vacant)
    if (same := _most_alike(ledger, new, home, tales)) is not None:
        return _join(ledger, version, tales[same], vacant)
    return None if vacant is None else _take_over(ledger, version, [], vacant)


def _most_alike(ledger: Ledger, new: Newcomer, home: Mapping[int, int], tales: Mapping[int, Tale]) -> int | None:
    """The story on the same event that a version is most like on average, as `stories.anchor_all` has it."""
    total: dict[int, int] = {}
    texts = ((link.version, FULL) for link in new.links)
    for other, likeness in (*new.alike.items(), *new.further.items(), *texts):
        total[home[other]] = total.get(home[other], 0) + likeness
    options = []
    for story in sorted({home[other] for other in new.alike}):
        if tales[story].anchor in new.alike:
            size = len(ledger.members(story))
            if total[story] >= MEAN * size:
                options.append((-(total[story] // size), story))
    return min(options)[1] if options else None


def _best(anchors: Iterable[Link]) -> Link:
    return min(anchors, key=lambda link: (-link.share, link.key))


def _join(
    ledger: Ledger, version: int, tale: Tale, vacant: Tale | None, further: Sequence[int] = ()
) -> Arrival:  # fmt: skip
    ledger.assign(version, tale.number, further)
    if vacant is not None:
        ledger.merge([vacant.number], tale.number, version)
    return Arrival(tale, () if vacant is None else (vacant.id,))


def _take_over(ledger: Ledger, version: int, tales: Sequence[Tale], vacant: Tale | None) -> Arrival:
    """The version becomes the anchor of the oldest of the stories, and the others go over to it."""
    first, *others = sorted({*tales, *([vacant] if vacant else [])})
    ledger.put_tale(first._replace(anchor=version))
    ledger.assign(version, first.number)
    if others:
        ledger.merge([tale.number for tale in others], first.number, version)
    return Arrival(first, tuple(sorted(tale.id for tale in others)))


def _round_up(
    version: int, links: Sequence[Link], home: dict[int, int], anchors: Sequence[Link], overlaps: Overlaps
) -> set[int]:  # fmt: skip
    """The stories that a version joins as a round-up of several; none where it is no such thing."""
    if len({home[link.version] for link in links}) < 3 or not anchors:
        return set()
    texts: dict[int, list[tuple[float, int]]] = {version: [(link.share, link.version) for link in links]}
    for link in links:
        mates = [other.version for other in links if home[other.version] == home[link.version]]
        texts[link.version] = [(link.share, version), *((1.0, mate) for mate in mates if mate != link.version)]
    shared = {(version, link.version): (link.shared, link.part) for link in links}
    found = find_round_ups(Edges(texts, {}, shared), overlaps)
    return {home[link.version] for link in anchors} if version in found else set()


# ------------------------------------------------------------------------------------------------------------- leaving


def forget(ledger: Ledger, numbers: Sequence[int]) -> list[Tale]:
    """Erases articles; their stories keep their ids, and get another anchor where theirs is gone. Returns the stories
    that have no member left, under their own names: the caller lets them go, or gives them a new member."""
    gone = ledger.articles(numbers)
    home = ledger.stories_of({entry.version for entry in gone.values()})
    tales = ledger.tales({*home.values()})
    dead = {version.number for version in ledger.remove(sorted(gone))}
    vacant = []
    for story in sorted({*home.values()}):
        tale = tales[story]
        if tale.anchor in dead or story in dead:
            there = ledger.members(story)
            members = sorted(set(there) - ledger.joined(there).keys())  # round-ups keep no story
            if not members:
                ledger.put_tale(tale)
                vacant.append(tale)
                continue
            if tale.anchor in dead:
                tale = tale._replace(anchor=_next_anchor(ledger, members))
            ledger.put_tale(tale)
        elif story in gone:
            ledger.put_tale(tale)
    return vacant


def _next_anchor(ledger: Ledger, members: Sequence[int]) -> int:
    delegates = ledger.delegates(members)
    entries = ledger.articles(delegates.values())

    def key(version: int) -> Key:
        entry = entries[delegates[version]]
        return moment(unpack_details(entry.details).get("published")), -len(entry.body), entry.id

    return min(members, key=key)


def name_apart(is_taken: Callable[[str], bool], id: str) -> str:
    """The id, or id#2, id#3, … : the first that no other story has."""
    name, number = id, 2
    while is_taken(name):
        name, number = f"{id}#{number}", number + 1
    return name
