"""Stories: articles that join an anchor which they share text with directly. Never a chain of likenesses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["anchor_all"]


def anchor_all(order: Sequence[int], shares: Mapping[int, Iterable[tuple[float, int]]]) -> dict[int, int]:
    """The anchor of each version: taken in order, a version joins the anchor that it shares most with, of equals the
    earlier one, or becomes an anchor itself.

    So every member was compared with its anchor, and A ~ B ~ C with A and C unlike is no story of three.

    Args:
        order: versions, the first ones become anchors first.
        shares: version → (containment, other version) of each verified pair; both directions are listed.

    >>> anchor_all([1, 2, 3], {1: [(0.5, 2)], 2: [(0.5, 1), (0.4, 3)], 3: [(0.4, 2)]})
    {1: 1, 2: 1, 3: 3}
    """
    place = {version: number for number, version in enumerate(order)}
    anchor: dict[int, int] = {}
    for version in order:
        near = ((share, other) for share, other in shares.get(version, ()) if anchor.get(other) == other)
        options = [(-share, place[other], other) for share, other in near]
        anchor[version] = min(options)[2] if options else version
    return anchor
