"""Many mentions for look-ups: which of them agree with another one, without asking each."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np

from dedup.facts.compare import agree, bounds
from dedup.facts.values import Amount, Birth, Code, Mention, Moment, Name

__all__ = ["Known"]

_Key = tuple[Hashable, ...]
_FEW = 16  # mentions of one sort: so many are asked one by one


class Known:
    """What mentions say, each value once, numbered in their order.

    Attributes:
        numbers: the number of the value of each mention.

    >>> from dedup.facts import find_facts
    >>> known = Known(find_facts("142.600 người; 13 người; 142.600 người; 13%"))
    >>> known.numbers, [known.agreeing(mention) for mention in find_facts("142.587 người, 14%")]
    ([0, 1, 0, 2], [frozenset({0}), frozenset()])
    """

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._values: list[Mention] = []
        self._number: dict[_Key, int] = {}
        self._sorts: dict[_Key, list[int]] = {}
        self._boxes: dict[_Key, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = {}
        self._answers: dict[_Key, frozenset[int]] = {}
        self.numbers = [self._add(mention) for mention in mentions]

    def _add(self, mention: Mention) -> int:
        key = (mention.kind, mention.value)
        if key not in self._number:
            number = self._number[key] = len(self._values)
            self._values.append(mention)
            for sort in _sorts(mention):
                self._sorts.setdefault(sort, []).append(number)
        return self._number[key]

    def has(self, mention: Mention) -> bool:
        """Whether one of them agrees with a mention."""
        return (mention.kind, mention.value) in self._number or bool(self.agreeing(mention))

    def agreeing(self, mention: Mention) -> frozenset[int]:
        """The numbers of the values that agree with a mention."""
        key = (mention.kind, mention.value)
        if key not in self._answers:
            numbers = (number for sort in _sought(mention) for number in self._near(sort, mention))
            self._answers[key] = frozenset(n for n in numbers if agree(mention, self._values[n]))
        return self._answers[key]

    def _near(self, sort: _Key, mention: Mention) -> list[int]:
        """Those of a sort that may agree: all of a few, else those whose bounds meet."""
        numbers = self._sorts.get(sort, [])
        if len(numbers) <= _FEW or not bounds(mention.value):
            return numbers
        if sort not in self._boxes:
            box = np.array([bounds(self._values[n].value) for n in numbers])
            self._boxes[sort] = box[:, :, 0], box[:, :, 1]
        lowest, highest = self._boxes[sort]
        low, high = np.array(bounds(mention.value)).T
        return [numbers[i] for i in np.flatnonzero(((lowest <= high) & (highest >= low)).all(1)).tolist()]


def _sorts(mention: Mention) -> list[_Key]:
    """Under which sorts a mention is kept."""
    kind, value = mention.kind, mention.value
    if isinstance(value, Name):
        return [(kind, "whole", value.syllables), *((kind, "part", part) for part in _parts(value.syllables))]
    return _sought(mention)


def _sought(mention: Mention) -> list[_Key]:
    """The sorts that hold all mentions that agree with it."""
    kind, value = mention.kind, mention.value
    if isinstance(value, Name):
        return [(kind, "part", value.syllables), *((kind, "whole", part) for part in _parts(value.syllables))]
    if isinstance(value, Code):
        return [(kind, "code", value.label, value.text)]
    return [(kind, "amount", value.dimension) if isinstance(value, Amount) else (kind, *_SORTS.get(type(value), ()))]


_SORTS: dict[type, _Key] = {Birth: ("amount", "age"), Moment: ("moment",)}


@functools.lru_cache(maxsize=1 << 12)
def _parts(syllables: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """The short forms of a name, and itself: its first and its last syllables."""
    return frozenset(part for n in range(1, len(syllables) + 1) for part in (syllables[:n], syllables[-n:]))
