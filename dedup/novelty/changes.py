"""Changes: the same thing with another value, found where two sentences say the same about it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dedup import lexicon
from dedup.facts import Code, Known, Mention, agree
from dedup.models import FactKind
from dedup.novelty.version import UNIT, Phrases, Version, find_phrases, phrase_table
from dedup.text import phrases_of

__all__ = ["Conflict", "find_conflicts"]

_REACH = 10  # syllables on both sides of a value that are looked at
_NEAR = 3  # of them count double
# Borders of a change, in shares of the context that both have and in bits of it; benchmarks/README.md has the figures.
_COMMON, _COMMON_BITS = 0.5, 20  # around amounts, days and codes in sentences that explain each other
_NAMED, _NAMED_BITS = 0.6, 20  # around persons, places and words that exclude each other
_BESIDE, _BESIDE_BITS = 0.3, 15  # where the very words beside both values are the same
_ALIKE, _ALIKE_BITS = 0.75, 35  # around values of sentences of which one explains the other
_KINDS: tuple[FactKind, ...] = ("quantity", "money", "percent", "date", "code", "person", "place")


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two values of one thing: (first, behind) syllables in each version, and how much of their context is common."""

    kind: FactKind
    a: tuple[int, int]
    b: tuple[int, int]
    share: float


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that only one version has."""

    kind: str
    place: tuple[int, int]
    mention: Mention | None
    word: int = -1


def find_conflicts(a: Version, b: Version, ties: Mapping[tuple[int, int], bool]) -> list[Conflict]:
    """Values of the same kind and unit about the same thing that cannot both be true, best first.

    Args:
        a, b: the versions.
        ties: sentences of a and b of which one explains the other in part; True where each explains the other.
    """
    of_sentence: dict[int, list[_Value]] = {}
    for value in _values(b, a):
        of_sentence.setdefault(int(b.sentence[value.place[0]]), []).append(value)
    others: dict[int, list[int]] = {}
    for sentence, twin in sorted(ties):
        others.setdefault(sentence, []).append(twin)
    found: list[Conflict] = []
    same: list[Conflict] = []
    for value in _values(a, b):
        sentence = int(a.sentence[value.place[0]])
        for other_sentence in others.get(sentence, ()):
            is_mutual = ties[sentence, other_sentence]
            for other in of_sentence.get(other_sentence, ()):
                is_same = value.mention is None and value.word == other.word
                if is_same or _differ(value, other):
                    context = _Context.of(a, value.place, b, other.place)
                    kind: FactKind = value.mention.kind if value.mention else "statement"
                    pair = Conflict(kind, value.place, other.place, context.share)
                    if is_same:
                        same.append(pair)
                    elif _is_same_thing(value, other, context, is_mutual):
                        found.append(pair)
    return _best(found, same)


def _is_same_thing(value: _Value, other: _Value, context: _Context, is_mutual: bool) -> bool:
    is_named = value.kind in ("person", "place")
    if not is_named and context.beside >= _BESIDE_BITS and context.share >= _BESIDE:
        return True
    is_ordinal = _is_ordinal(value) or _is_ordinal(other)
    if value.kind in _KINDS and not is_named and not is_ordinal:
        is_common = is_mutual and context.share >= _COMMON and context.bits >= _COMMON_BITS
        return is_common or (context.share >= _ALIKE and context.bits >= _ALIKE_BITS)
    return is_mutual and context.share >= _NAMED and context.bits >= _NAMED_BITS


def _is_ordinal(value: _Value) -> bool:
    """Whether it counts one of a series (thứ 5, điều 4): another number is another thing."""
    return value.mention is not None and isinstance(value.mention.value, Code) and value.mention.value.text.isdigit()


def _best(found: Sequence[Conflict], same: Sequence[Conflict]) -> list[Conflict]:
    """Each value in one conflict at most, the surest first, of equally sure ones the first; none of a word that stands
    as surely beside the same word.
    """
    rows = sorted([*((-c.share, 0, c.a, c.b) for c in same), *((-c.share, 1, c.a, c.b) for c in found)])
    kinds = {(c.a, c.b): c for c in found}
    used: tuple[set[tuple[int, int]], set[tuple[int, int]]] = (set(), set())
    result = []
    for _, is_conflict, one, two in rows:
        if one not in used[0] and two not in used[1]:
            used[0].add(one)
            used[1].add(two)
            if is_conflict:
                result.append(kinds[one, two])
    return result


def _differ(value: _Value, other: _Value) -> bool:
    if value.mention and other.mention:
        return agree(value.mention, other.mention) is False
    return value.mention is None and other.mention is None and value.kind == other.kind and value.word != other.word


def _values(version: Version, other: Version) -> list[_Value]:
    """The values that the other version has nowhere: typed facts, and words of a set of which one can be true."""
    theirs = Known(other.mentions)
    values = [
        _Value(mention.kind, place, mention)
        for mention, place in zip(version.mentions, version.mention_edges, strict=True)
        if mention.kind in _KINDS and not theirs.has(mention)
    ]
    taken = np.zeros(len(version), np.bool_)
    for value in values:
        taken[value.place[0] : value.place[1]] = True
    for lo, hi, word in _contrasting(version):
        if not taken[lo:hi].any():
            values.append(_Value(_sets()[word], (lo, hi), None, word))
    return values


def _contrasting(version: Version) -> Iterator[tuple[int, int, int]]:
    yield from find_phrases(version.syllables, _words())


@functools.cache
def _numbered() -> list[tuple[str, str]]:
    return [(name, word) for name, words in lexicon.contrasts().items() for word in words]


@functools.cache
def _words() -> Phrases:
    rows = _numbered()
    return phrase_table({tuple(h): i for i, h in enumerate(phrases_of([word for _, word in rows]))})


@functools.cache
def _sets() -> list[str]:
    return [name for name, _ in _numbered()]


@dataclass(frozen=True, slots=True)
class _Context:
    """What two values have in common around them.

    Attributes:
        share: weight that stands around both over what stands around the one with less, 0..1.
        bits: that weight.
        beside: weight of the same words, in order, right beside both.
    """

    share: float
    bits: float
    beside: float

    @staticmethod
    def of(a: Version, one: tuple[int, int], b: Version, two: tuple[int, int]) -> _Context:
        ours, theirs = _around(a, one), _around(b, two)
        common = sum(min(weight, theirs.get(word, 0)) for word, weight in ours.items())
        least = min(sum(ours.values()), sum(theirs.values()))
        beside = _beside(a, one, b, two)
        return _Context(common / least if least else 0.0, common / UNIT, beside / UNIT)


def _bounds(version: Version, place: tuple[int, int]) -> tuple[int, int]:
    sentence = int(version.sentence[place[0]])
    return int(version.edges[sentence]), int(version.edges[sentence + 1])


def _beside(a: Version, one: tuple[int, int], b: Version, two: tuple[int, int]) -> int:
    (first, behind), (other_first, other_behind) = _bounds(a, one), _bounds(b, two)
    weight = 0
    for step, i, j in ((-1, one[0] - 1, two[0] - 1), (1, one[1], two[1])):
        while first <= i < behind and other_first <= j < other_behind and a.syllables[i] == b.syllables[j]:
            weight += int(min(a.weights[i], b.weights[j]))
            i, j = i + step, j + step
    return weight


def _around(version: Version, place: tuple[int, int]) -> dict[int, int]:
    lo, hi = place
    first, behind = _bounds(version, place)
    words: dict[int, int] = {}
    for i in [*range(max(first, lo - _REACH), lo), *range(hi, min(behind, hi + _REACH))]:
        factor = 2 if lo - _NEAR <= i < hi + _NEAR else 1
        word = int(version.syllables[i])
        words[word] = max(words.get(word, 0), factor * int(version.weights[i]))
    return words
