"""Stories: articles that join an anchor which they match directly. Never a chain of likenesses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

__all__ = ["MEAN", "Edges", "Overlaps", "anchor_all", "find_round_ups", "group"]

MEAN = 160  # thousandths: the likeness on average to all of a story that an article told in other words needs
FULL = 1000  # what two versions of one text count in that
_UNRELATED = 3  # stories that a round-up tells of, at least
_MAIN = 0.5  # of a version stands in another one: that is its story, whatever else it holds
_LOOKED_AT = 16  # parts of a round-up whose passages are compared with each other

Shares = Mapping[int, Iterable[tuple[float, int]]]
Overlaps = Callable[[Sequence[tuple[int, int]]], Sequence[int]]


class Edges(NamedTuple):
    """What joins versions, each edge listed for both ends.

    Attributes:
        texts: version → (containment, other version) of each verified pair that shares text.
        events: version → {other version: likeness} of each pair on one event in other words, in thousandths.
        shared: (version, other) → shingles that such a pair shares, and how much of the version they are, 0..1.
    """

    texts: Mapping[int, Sequence[tuple[float, int]]]
    events: Mapping[int, Mapping[int, int]]
    shared: Mapping[tuple[int, int], tuple[int, float]]


def group(order: Sequence[int], edges: Edges, overlaps: Overlaps) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """(anchor → all its versions, anchor → the round-ups among them): each version in one story, round-ups in several.

    A round-up joins every story with whose anchor it shares text; it links none, and counts for none.

    Args:
        order: versions, the first ones become anchors first.
        edges: what joins them.
        overlaps: the shingles that each of some pairs of versions shares.
    """
    round_ups = find_round_ups(edges, overlaps)
    anchor = anchor_all([version for version in order if version not in round_ups], edges.texts, edges.events)
    members: dict[int, list[int]] = {}
    for version, of in anchor.items():
        members.setdefault(of, []).append(version)
    shared: dict[int, list[int]] = {}
    for version in order:
        if version in round_ups:
            for other in sorted({other for _, other in edges.texts[version] if anchor.get(other) == other}):
                members[other].append(version)
                shared.setdefault(other, []).append(version)
    return members, shared


def anchor_all(
    order: Sequence[int], shares: Shares, events: Mapping[int, Mapping[int, int]] | None = None
) -> dict[int, int]:
    """The anchor of each version: taken in order, a version joins the anchor that it shares most with, of equals the
    earlier one, or else the anchor on the same event whose story it is most like on average, or becomes one itself.

    So every member was compared with its anchor, and A ~ B ~ C with A and C unlike is no story of three.

    Args:
        order: versions, the first ones become anchors first.
        shares: version → (containment, other version) of each verified pair; both directions are listed.
        events: version → {other version: likeness}, both directions too.

    >>> anchor_all([1, 2, 3], {1: [(0.5, 2)], 2: [(0.5, 1), (0.4, 3)], 3: [(0.4, 2)]})
    {1: 1, 2: 1, 3: 3}
    """
    place = {version: number for number, version in enumerate(order)}
    anchor: dict[int, int] = {}
    size: dict[int, int] = {}
    for version in order:
        near = ((share, other) for share, other in shares.get(version, ()) if anchor.get(other) == other)
        options = [(-share, place[other], other) for share, other in near]
        if options:
            chosen = min(options)[2]
        else:
            alike = events.get(version, {}) if events else {}
            chosen = _most_alike(version, alike, shares.get(version, ()), anchor, size, place)
        anchor[version] = chosen
        size[chosen] = size.get(chosen, 0) + 1
    return anchor


def _most_alike(
    version: int, alike: Mapping[int, int], shares: Iterable[tuple[float, int]], anchor: Mapping[int, int],
    size: Mapping[int, int], place: Mapping[int, int],
) -> int:  # fmt: skip
    """The anchor on the same event whose story is most like the version on average; itself where none is enough."""
    total: dict[int, int] = {}
    for other, likeness in [*alike.items(), *((other, FULL) for _, other in shares)]:
        if other in anchor:
            total[anchor[other]] = total.get(anchor[other], 0) + likeness
    options = [
        (-(sum_of // size[of]), place[of], of)
        for of, sum_of in total.items()
        if of in alike and sum_of >= MEAN * size[of]
    ]
    return min(options)[2] if options else version


def find_round_ups(edges: Edges, overlaps: Overlaps) -> set[int]:
    """Versions that share a passage each with three and more others which have nothing to do with each other but for
    round-ups, and that stand in none of these for the most part.

    >>> news = {1: [(0.9, 9)], 2: [(0.8, 9)], 3: [(0.8, 9)], 9: [(0.9, 1), (0.8, 2), (0.8, 3)]}
    >>> shared = {(9, one): (50, 0.3) for one in (1, 2, 3)}
    >>> find_round_ups(Edges(news, {}, shared), lambda pairs: [0 for _ in pairs])
    {9}
    """
    near = {version: {other for _, other in shares} for version, shares in edges.texts.items()}
    joined = {version: near.get(version, set()) | edges.events.get(version, {}).keys() for version in near}
    maybe = {version for version, others in near.items() if _has_strangers(sorted(others), joined)}
    found = set()
    for version in maybe:
        others = near[version] - maybe
        if all(edges.shared[version, other][1] < _MAIN for other in others):
            parts = _parts(others, joined)
            if len(parts) >= _UNRELATED and _count_passages(version, parts, edges, overlaps) >= _UNRELATED:
                found.add(version)
    return found


def _count_passages(version: int, parts: Sequence[set[int]], edges: Edges, overlaps: Overlaps) -> int:
    """How many of the parts share a passage of their own with the version, and not one that goes round everywhere."""
    size = {max(part, key=lambda v: (edges.shared[version, v][0], -v)): 0 for part in parts}
    size = {other: edges.shared[version, other][0] for other in size}
    first = sorted(size, key=lambda v: (-size[v], v))[:_LOOKED_AT]
    pairs = list(combinations(first, 2))
    own: list[int] = []
    same = {pair for pair, shared in zip(pairs, overlaps(pairs), strict=True)
            if 2 * shared >= min(size[pair[0]], size[pair[1]])}  # fmt: skip
    for other in first:
        if not any((one, other) in same for one in own):
            own.append(other)
    return len(own)


def _has_strangers(others: Sequence[int], joined: Mapping[int, set[int]]) -> bool:
    """Whether three of the versions, chosen greedily from those with the fewest edges, are not joined."""
    chosen: list[int] = []
    for other in sorted(others, key=lambda v: (len(joined[v]), v)):
        if not any(one in joined[other] for one in chosen):
            chosen.append(other)
            if len(chosen) == _UNRELATED:
                return True
    return False


def _parts(versions: set[int], joined: Mapping[int, set[int]]) -> list[set[int]]:
    """The versions in parts that nothing joins, by their smallest version."""
    left, parts = set(versions), []
    for start in sorted(versions):
        if start in left:
            left.discard(start)
            part, waiting = {start}, [start]
            while waiting and left:
                reached = joined[waiting.pop()] & left
                left -= reached
                part |= reached
                waiting += reached
            parts.append(part)
    return parts
