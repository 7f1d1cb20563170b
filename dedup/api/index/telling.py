"""A story of an index, told: its articles compared with each other as a scan compares them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from dedup import kernels
from dedup.api.group import describe
from dedup.api.index.held import Held
from dedup.api.index.intake import Rules
from dedup.api.matches import Rows
from dedup.api.same_story import event_rows
from dedup.api.verify import match_copies, match_pairs, ordered
from dedup.index import needed
from dedup.models import Params, Story
from dedup.store import Snapshot, Version

__all__ = ["tell"]

_MANY = 128  # versions of a story; in a larger one each is compared with the anchor alone
_I64 = np.ndarray[Any, np.dtype[np.int64]]


def tell(snapshot: Snapshot, id: str, rules: Rules) -> Story:
    """The story of an id, see Index.story.

    Raises:
        KeyError: no article and no story has or had that id.
    """
    number, tale = _find(snapshot, id)
    members = snapshot.members(number)
    versions = list(snapshot.versions(members).values())
    copies = {version.number: [copy.number for copy in snapshot.copies(version.number)] for version in versions}
    entries = snapshot.articles([number for many in copies.values() for number in many])
    places = {number: place for place, number in enumerate(sorted(entries))}
    shelf = Held([entries[n] for n in places], rules.params, rules.furniture, keeps_text=rules.keeps_text)
    first = {version: places[many[0]] for version, many in copies.items()}
    pairs = [(places[many[0]], places[n]) for many in copies.values() for n in many[1:]]
    shelf.copies = np.array(pairs, np.int64).reshape(-1, 2)
    rows = _compare(shelf, versions, first, tale.anchor, rules)
    apart = {first[version] for version in snapshot.joined(members)}
    story = describe(shelf, rows, first[tale.anchor], apart)
    return dataclasses.replace(story, id=tale.id)


def _find(snapshot: Snapshot, id: str) -> tuple[int, Any]:
    entries = snapshot.articles(snapshot.find([id]).values())
    named = snapshot.named([id])
    if id in named:
        number = named[id]
    elif entries:
        (entry,) = entries.values()
        number = snapshot.stories_of([entry.version])[entry.version]
    else:
        raise KeyError(id)
    return number, snapshot.tales([number])[number]


def _compare(
    shelf: Held, versions: Sequence[Version], first: dict[int, int], anchor: int, rules: Rules
) -> Rows:
    """The matches among the versions of a story, and of each with the anchor, and of the copies."""
    by_id = sorted(versions, key=lambda version: shelf.ids[first[version.number]])
    at = next(place for place, version in enumerate(by_id) if version.number == anchor)
    left, right = np.triu_indices(len(by_id), 1)
    with_anchor = (left == at) | (right == at)
    if len(by_id) > _MANY:
        left, right = left[with_anchor], right[with_anchor]
    else:
        keep = np.flatnonzero(with_anchor | _share_enough(by_id, left, right, rules.params))
        left, right = left[keep], right[keep]
    numbers = np.array([first[version.number] for version in by_id], np.int64)
    rows = [match_pairs(shelf, numbers[left], numbers[right], rules.params)]
    if rules.params.same_story:
        rows.append(_with_anchor(shelf, rows[0], numbers, at, rules.params))
    if len(shelf.copies):
        rows.append(match_copies(shelf, shelf.copies, rules.params))
    return ordered(Rows.join(rows), list(shelf.ids))


def _with_anchor(shelf: Held, rows: Rows, numbers: _I64, at: int, params: Params) -> Rows:
    """The rows of the versions with their anchor that it shares no text with: it is an event that joins them."""
    by_text = rows.take(np.flatnonzero(rows.relation > 0))
    near = {*by_text.a[by_text.b == numbers[at]].tolist(), *by_text.b[by_text.a == numbers[at]].tolist()}
    others = np.array([n for n in numbers.tolist() if n not in near and n != numbers[at]], np.int64)
    return event_rows(shelf, others, np.full(len(others), numbers[at]), np.zeros(len(others), np.int64), params)


def _share_enough(versions: Sequence[Version], left: _I64, right: _I64, params: Params) -> Any:
    """Which pairs of versions are candidates."""
    size = np.array([len(version.fingerprints) for version in versions], np.int64)
    selected = np.array([version.selected for version in versions], np.int64)
    flat = np.concatenate([version.fingerprints for version in versions])
    shared = kernels.overlaps(flat, np.concatenate([np.zeros(1, np.int64), np.cumsum(size)]), left, right)
    return shared >= needed(size, selected, (left, right), params)
