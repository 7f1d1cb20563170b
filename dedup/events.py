"""Articles on one event in independent words: the profile of an article, and an index that finds the ones alike.

A profile holds what names an event: rare syllables, pairs of syllables, names and numbers, those of the headline and
the first paragraphs above all. Likeness is the cosine of two profiles in integers, so no order of summation matters.
How much a feature tells comes from `lexicon/frequency.tsv` and, in a collection, also from how many other articles of
it hold the feature: so unlike every other figure, likeness depends on the collection.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels, lexicon
from dedup.models import Params
from dedup.text import hash_table, pack, tables
from dedup.threads import each_range, thread_count

__all__ = [
    "CERTAIN", "SAME", "UNDATED", "Alike", "Profiles", "Syllables", "find_alike", "likeness_of", "profile",
]  # fmt: skip

# Measured on 315 labelled articles of 93 events, each half's choice tried on the other half.
SAME = 160  # thousandths of likeness from which two articles tell of one event, where both days are known
UNDATED = 3  # this many times as alike they must be where one is not
CERTAIN = 300  # thousandths from which nobody need look

_KEY_BITS = 40
KEPT = 80  # features of a profile
_PROBED, _CROWDED = 20, 3  # features of a profile that are looked up: of few articles, and of too many
_GLIMPSE = 3  # a candidate shows the looked-up part of its likeness: at least 1 / this of what is asked for
_LEAD = 1000  # syllables of a text that are read: an event is told first
_HALF = 200  # syllables after which a place in the text counts half
_PRIOR = 3000  # other articles of a collection say as much as the table of frequencies
_HEADLINE, _TOP = 30, 10  # what a place in the headline and the first of the text count; below 32
_RARE, _DIGITS, _COMMON, _LARGEST = 26, 16, 8, 31  # information in quarters of a nat: 31 is 1 of 2,300 articles
_PAIR = 0.65  # a pair of syllables against one
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
# What a place in a text and in a headline counts, and what a pair of syllables tells by what both tell.
_WORTH = np.full((2, _LEAD + 1), _HEADLINE, np.uint8)
_WORTH[0] = np.append(np.maximum(_TOP * _HALF // (_HALF + np.arange(_LEAD)), 1), 0)
_BOTH = np.minimum(np.arange(2 * _RARE + 1) * _PAIR, _LARGEST).astype(np.uint8)


class Syllables(NamedTuple):
    """Canonical syllables of several texts: uint64, their flags uint8, and where each text begins, int64 (n + 1,)."""

    syllables: _U64
    flags: np.ndarray[Any, np.dtype[np.uint8]]
    starts: _I64


class Profiles(NamedTuple):
    """What names the event of each of n articles.

    Attributes:
        keys: uint64, 40 bits of a hash, each article's sorted and distinct, at most KEPT.
        strength: int64, how often and where the feature stands, more for a name.
        information: int64, by the table of frequencies: quarters of a nat, at most 31.
        starts: int64 (n + 1,).
    """

    keys: _U64
    strength: _I64
    information: _I64
    starts: _I64

    @property
    def articles(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    @staticmethod
    def join(parts: Sequence[Profiles]) -> Profiles:
        """The parts as one, in order."""
        counts = [np.zeros(1, np.int64), *(np.diff(p.starts) for p in parts)]
        return Profiles(
            np.concatenate([np.zeros(0, np.uint64), *(p.keys for p in parts)]),
            np.concatenate([np.zeros(0, np.int64), *(p.strength for p in parts)]),
            np.concatenate([np.zeros(0, np.int64), *(p.information for p in parts)]),
            np.cumsum(np.concatenate(counts)),
        )


@dataclass(frozen=True, slots=True)
class Alike:
    """Pairs that are alike, int64 each, left < right, sorted; thousandths of likeness; pairs that a cap left out."""

    left: _I64
    right: _I64
    likeness: _I64
    left_out: int


# ----------------------------------------------------------------------------------------------------------- profiles


def profile(bodies: Syllables, titles: Syllables, params: Params) -> Profiles:
    """The profiles of articles, from their texts without furniture and their headlines."""
    table = (*_information(params.accents), _RARE, _DIGITS, _COMMON)
    keys, strength, information, ends = kernels.profiles(tuple(bodies), tuple(titles), table, _WORTH, _BOTH, KEPT)
    return Profiles(keys, strength, information, np.concatenate([np.zeros(1, np.int64), ends]))


@functools.lru_cache(maxsize=2)
def _information(accents: Any) -> Any:
    """What each syllable of the table of frequencies tells, in quarters of a nat and one more, as a hash table."""
    frequencies = lexicon.frequencies()
    buf, offsets = pack([word.encode() for word in frequencies])
    count = len(frequencies)
    bare = tables(Params(accents=accents, aliases=False))
    found, _, ends, *_ = kernels.prepare(buf, offsets, np.zeros(count, np.uint64), np.arange(count), bare, 5)
    largest: dict[int, int] = {}
    for place, often in zip((ends - 1).tolist(), frequencies.values(), strict=True):
        largest[int(found[place])] = max(often, largest.get(int(found[place]), 0))
    told = np.rint(-4 * np.log(np.array(list(largest.values())) / 10_000)).astype(np.int64)
    return hash_table(dict(zip(largest, (np.minimum(told, _RARE) + 1).tolist(), strict=True)))


def _strongest(owner: _I64, value: _I64, count: int, most: int) -> _I64:
    """The places of at most `most` entries of each owner, those with the largest value, of equals the first; sorted."""
    top = int(value.max(initial=0))
    shift = max(1, len(owner)).bit_length()
    order = np.sort((owner * (top + 1) + top - value) << shift | np.arange(len(owner)))
    place = order & ((1 << shift) - 1)
    begins = np.searchsorted(owner, np.arange(count))
    rank = np.arange(len(owner)) - begins[owner[place]]
    return np.sort(place[rank < most])


# ------------------------------------------------------------------------------------------------------------- weights


class _Weighed(NamedTuple):
    """Profiles with the weight of each feature in this collection; number: of the feature; owner: of the article."""

    number: _I64
    owner: _I64
    weight: _I64
    holders: _I64
    starts: _I64
    norm: np.ndarray[Any, np.dtype[np.float64]]


def _weigh(profiles: Profiles) -> _Weighed:
    """Weights by what the table says and what the other articles say (the two of a pair do not count as others)."""
    owner = np.repeat(np.arange(profiles.articles), np.diff(profiles.starts))
    order, ordered = _sorted(profiles.keys)
    number, holders = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    first = np.flatnonzero(np.concatenate([np.ones(min(len(order), 1), np.bool_), ordered[1:] != ordered[:-1]]))
    sizes = np.diff(first, append=len(order))
    number[order], holders[order] = np.repeat(np.arange(len(first)), sizes), np.repeat(sizes, sizes)
    expected = (np.exp(-np.arange(_LARGEST + 1) / 4) * _PRIOR)[profiles.information]
    share = (np.maximum(holders - 2, 0) + expected) / (max(profiles.articles - 2, 0) + _PRIOR)
    weight = np.rint(profiles.strength * np.maximum(-np.log(share), 0)).astype(np.int64)
    norm = np.sqrt(np.bincount(owner, weight * weight, minlength=profiles.articles))
    return _Weighed(number, owner, weight, holders, profiles.starts, np.maximum(norm, 1))


def _sorted(keys: _U64) -> tuple[_I64, _U64]:
    """(order, the keys in that order); sorted together with their places where both fit, which is six times as fast."""
    bits = len(keys).bit_length()
    if bits > 64 - _KEY_BITS:
        order = np.argsort(keys, kind="stable")
        return order, keys[order]
    packed = np.sort(keys << np.uint64(bits) | np.arange(len(keys), dtype=np.uint64))
    return (packed & np.uint64((1 << bits) - 1)).astype(np.int64), packed >> np.uint64(bits)


def likeness_of(two: Profiles) -> int:
    """Thousandths of likeness of two articles, as of a collection of these two alone."""
    weighed, border = _weigh(two), two.starts[1]
    _, i, j = np.intersect1d(two.keys[:border], two.keys[border:], assume_unique=True, return_indices=True)
    dot = int((weighed.weight[i] * weighed.weight[border + j]).sum())
    return int(1000 * dot / (weighed.norm[0] * weighed.norm[1]))


# --------------------------------------------------------------------------------------------------------------- index


class _Days(NamedTuple):
    """When articles were published: days, -1 where unknown; the slot of each, 0 where unknown; the days of a slot.

    Articles at most `width - 1` days apart stand in one slot or in two that follow each other.
    """

    day: _I64
    slot: _I64
    width: int

    @staticmethod
    def of(day: _I64, most: int) -> _Days:
        """Slots for pairs that are at most `most` days apart."""
        return _Days(day, np.where(day < 0, 0, day // (most + 1) + 1), most + 1)


class _Lists(NamedTuple):
    """Who holds what in which slot, list after list, in each the first by rank first.

    share: the weight, with all of an article as 1; partners: how many of those that follow in its list an entry is
    paired with. The entries of article x are by_article[starts[x]:starts[x + 1]].
    """

    article: _I64
    slot: _I64
    share: np.ndarray[Any, np.dtype[np.float64]]
    partners: _I64
    by_article: _I64
    starts: _I64
    left_out: int


def find_alike(
    profiles: Profiles, days: _I64, rank: _I64, is_new: np.ndarray[Any, np.dtype[np.bool_]], params: Params
) -> Alike:
    """The pairs that tell of one event, of which at least one is new.

    Each article is looked up by its 20 weightiest features that few others have, and by 3 that many have. A feature
    that more than `same_story_bucket` articles of those days have is looked up for `hubs` of them only: the earliest,
    which stories begin with.

    Args:
        profiles: of all articles.
        days: int64, the day of publication; -1 where it is not known.
        rank: int64, a permutation: the first by it are the hubs.
        is_new: whether an article is new.
        params: its limits.
    """
    weighed = _weigh(profiles)
    when = _Days.of(days, params.same_story_days)
    lists = _list(weighed, when, rank, params)
    articles = (weighed.number, weighed.weight, weighed.starts, weighed.norm)
    limits = (SAME, UNDATED, _GLIMPSE)

    def work(lo: int, hi: int) -> tuple[_I64, _I64, _I64]:
        pairs: tuple[_I64, _I64, _I64] = kernels.alike(lists[:-1], articles, tuple(when), is_new, limits, lo, hi)
        return pairs

    parts = each_range(work, profiles.articles, thread_count(params.threads), 1 << 16)
    left, right, likeness = np.concatenate([np.zeros((3, 0), np.int64), *parts], axis=1)
    order = np.lexsort((right, left))
    return Alike(left[order], right[order], likeness[order], lists.left_out)


def _list(weighed: _Weighed, when: _Days, rank: _I64, params: Params) -> _Lists:
    """The index: each article under its weightiest features, in its own slot and the one that follows."""
    shared = np.flatnonzero(weighed.holders > 1)
    is_crowd = weighed.holders[shared] > params.same_story_bucket * len(np.unique(when.slot))
    few, many = shared[~is_crowd], shared[is_crowd]
    shared = np.concatenate([
        few[_strongest(weighed.owner[few], weighed.weight[few], len(rank), _PROBED)],
        many[_strongest(weighed.owner[many], weighed.weight[many], len(rank), _CROWDED)],
    ])  # fmt: skip
    article, number = weighed.owner[shared], weighed.number[shared]
    slot = when.slot[article]
    is_dated = np.flatnonzero(slot > 0)
    meets = is_dated[np.isin(number[is_dated], number[slot == 0])]  # those without a day meet everyone
    places = np.concatenate([np.arange(len(shared)), is_dated, meets])
    slots = np.concatenate([slot, slot[is_dated] + 1, np.zeros(len(meets), np.int64)])
    width = int(slots.max(initial=0)) + 1
    order = np.argsort((number[places] * width + slots) * len(rank) + rank[article[places]])
    places, slots = places[order], slots[order]
    article, number = article[places], number[places]
    is_first = np.concatenate([
        np.ones(min(len(number), 1), np.bool_), (number[1:] != number[:-1]) | (slots[1:] != slots[:-1])
    ])  # fmt: skip
    begins = np.flatnonzero(is_first)
    sizes = np.diff(begins, append=len(number))
    behind = np.repeat(begins + sizes, sizes) - np.arange(len(number)) - 1
    size = np.repeat(sizes, sizes)
    is_asked = (size <= params.same_story_bucket) | (size - 1 - behind < params.hubs)
    partners = np.where(is_asked, behind, 0)
    by_article = np.sort(article * len(article) + np.arange(len(article))) % max(len(article), 1)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(article, minlength=len(rank)))])
    left_out = int(behind.sum() - partners.sum())
    share = weighed.weight[shared[places]] / weighed.norm[article]
    return _Lists(article, slots, share, partners, by_article, starts, left_out)
