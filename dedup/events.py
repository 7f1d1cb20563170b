"""Articles on one event in independent words: how alike two profiles are, and an index that finds the ones alike.

Likeness is the cosine of two profiles in integers, so no order of summation matters. How much a feature tells comes
from `lexicon/frequency.tsv` and, in a collection, also from how many other articles of it hold the feature: so unlike
every other figure, likeness depends on the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.models import Params
from dedup.profiles import KEY_BITS, LARGEST, Profiles
from dedup.threads import each_range, thread_count

__all__ = ["CERTAIN", "SAME", "UNDATED", "Alike", "Collection", "find_alike", "likeness_of"]

# Measured on 315 labelled articles of 93 events, each half's choice tried on the other half.
SAME = 160  # thousandths of likeness from which two articles tell of one event, where both days are known
UNDATED = 3  # this many times as alike they must be where one is not
CERTAIN = 300  # thousandths from which nobody need look

_PROBED, _CROWDED = 20, 3  # features of a profile that are looked up: of few articles, and of too many
_GLIMPSE = 3  # a candidate shows the looked-up part of its likeness: at least 1 / this of what is asked for
_SHRUNK = 0.6  # of what its features weigh by the table alone an article weighs at least: 0.84 was seen
_PRIOR = 3000  # other articles of a collection say as much as the table of frequencies
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Alike:
    """Pairs that are alike, int64 each, left < right, sorted; thousandths of likeness; pairs that a cap left out."""

    left: _I64
    right: _I64
    likeness: _I64
    left_out: int


# ------------------------------------------------------------------------------------------------------------- weights


class _Weighed(NamedTuple):
    """Profiles with the weight of each feature in this collection, see kernels.weigh."""

    number: _I64
    weight: _I64
    norm: np.ndarray[Any, np.dtype[np.float64]]
    listed: _I64


def _weigh(profiles: Profiles, crowd: int) -> _Weighed:
    """Weights by what the table says and what the other articles say (the two of a pair do not count as others)."""
    bits = len(profiles.features).bit_length()
    if bits > 64 - KEY_BITS:
        order = np.argsort(profiles.keys, kind="stable")
        keys = np.cumsum(np.diff(profiles.keys[order], prepend=0) != 0).astype(np.uint64)
        ordered = keys << np.uint64(bits) | order.astype(np.uint64)
    else:  # sorted together with their places, which is six times as fast
        ordered = np.sort(profiles.keys << np.uint64(bits) | np.arange(len(profiles.features), dtype=np.uint64))
    edges = np.flatnonzero(np.diff(ordered >> np.uint64(bits), prepend=np.uint64(1 << 63)))
    is_size = np.bincount(np.diff(edges, append=len(ordered)), minlength=1) > 0
    expected = np.exp(-np.arange(LARGEST + 1) / 4) * _PRIOR
    others = np.maximum(np.flatnonzero(is_size) - 2, 0)[:, None]
    worth = np.maximum(-np.log((others + expected) / (max(profiles.articles - 2, 0) + _PRIOR)), 0)
    row = np.cumsum(is_size) - 1
    return _Weighed(*kernels.weigh(ordered, bits, *profiles, row, worth, crowd, (_PROBED, _CROWDED)))


def likeness_of(two: Profiles) -> int:
    """Thousandths of likeness of two articles, as of a collection of these two alone."""
    weighed, border = _weigh(two, 2), two.starts[1]
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
    when = _Days.of(days, params.same_story_days)
    weighed = _weigh(profiles, params.same_story_bucket * len(np.unique(when.slot)))
    owner = np.repeat(np.arange(profiles.articles), np.diff(profiles.starts))
    lists = _list(weighed, owner[weighed.listed], when, rank, params)
    articles = (weighed.number, weighed.weight, profiles.starts, weighed.norm)
    limits = (SAME, UNDATED, _GLIMPSE)

    def work(lo: int, hi: int) -> tuple[_I64, _I64, _I64]:
        pairs: tuple[_I64, _I64, _I64] = kernels.alike(lists[:-1], articles, tuple(when), is_new, limits, lo, hi)
        return pairs

    parts = each_range(work, profiles.articles, thread_count(params.threads), 1 << 16)
    left, right, likeness = np.concatenate([np.zeros((3, 0), np.int64), *parts], axis=1)
    order = np.lexsort((right, left))
    return Alike(left[order], right[order], likeness[order], lists.left_out)


def _list(weighed: _Weighed, article: _I64, when: _Days, rank: _I64, params: Params) -> _Lists:
    """The index: each article under the features it is listed under, in its own slot and the one that follows."""
    listed = weighed.listed
    number = weighed.number[listed]
    slot = when.slot[article]
    is_dated = np.flatnonzero(slot > 0)
    meets = is_dated[np.isin(number[is_dated], number[slot == 0])]  # those without a day meet everyone
    places = np.concatenate([np.arange(len(listed)), is_dated, meets])
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
    share = weighed.weight[listed[places]] / weighed.norm[article]
    return _Lists(article, slots, share, partners, by_article, starts, left_out)


# ------------------------------------------------------------------------------------------- a collection that grows


class Collection:
    """Profiles with the days of their articles, to which more come; each is compared with those before it.

    The pairs are those of `find_alike` where everything is in, but for features of crowds: no article is left out here.
    It takes about 3 kB an article.
    """

    def __init__(self) -> None:
        self.articles = 0
        self._used = 0  # slots of the table
        self._features, self._following = np.zeros(1 << 12, np.uint64), np.zeros(1 << 12, np.int32)
        self._owner = np.zeros(1 << 12, np.int32)
        self._starts, self._days, self._norms = np.zeros(65, np.int64), np.zeros(64, np.int64), np.zeros(64)
        self._table = _table(1 << 12)

    def enter(self, profiles: Profiles, days: _I64) -> None:
        """Appends articles."""
        first, last = self.articles, self.articles + profiles.articles
        lo = int(self._starts[first])
        hi = lo + len(profiles.features)
        self._features, self._following, self._owner = (
            _wide(array, hi) for array in (self._features, self._following, self._owner)
        )
        self._starts, self._days, self._norms = (
            _wide(array, last + 1) for array in (self._starts, self._days, self._norms)
        )
        self._features[lo:hi], self._days[first:last] = profiles.features, days
        self._starts[first : last + 1] = lo + profiles.starts
        owner = np.repeat(np.arange(profiles.articles), np.diff(profiles.starts))
        self._owner[lo:hi] = first + owner
        alone = (profiles.strength * profiles.information / 4) ** 2
        self._norms[first:last] = np.sqrt(np.bincount(owner, alone, profiles.articles)) * _SHRUNK
        if 3 * (self._used + hi - lo) > 2 * len(self._table[0]):
            self._table = _table(2 * (self._used + hi - lo))
            self._used, lo = 0, 0
        self._used += int(kernels.enter_features(self._table, self._features, self._following, lo, hi))
        self.articles = last

    def take(self, which: _I64) -> tuple[Profiles, _I64]:
        """The profiles and days of the articles `which`."""
        starts = self._starts[: self.articles + 1]
        return Profiles(self._features[: starts[-1]], starts).take(which), self._days[which]

    def leave(self, articles: int) -> None:
        """Takes that many of the last articles out again."""
        lo, hi = self._starts[self.articles - articles], self._starts[self.articles]
        kernels.leave_features(self._table, self._features, self._following, int(lo), int(hi))
        self.articles -= articles

    def meet(self, articles: int, params: Params) -> tuple[_I64, _I64, _I64]:
        """(article, one before it that tells of the same event, thousandths of likeness) for that many of the last."""
        first = self.articles - articles
        slots = np.unique(_Days.of(self._days[: self.articles], params.same_story_days).slot)
        expected = np.exp(-np.arange(LARGEST + 1) / 4) * _PRIOR
        crowd = params.same_story_bucket * len(slots)
        known = expected, float(max(self.articles - 2, 0) + _PRIOR), crowd, (_PROBED, _CROWDED)
        limits = SAME, UNDATED, _GLIMPSE, params.same_story_days + 1

        def work(lo: int, hi: int) -> Any:
            entered, told = (self._features, self._following, self._owner), (self._starts, self._days, self._norms)
            return kernels.meet(self._table, entered, told, known, limits, first + lo, first + hi)

        parts = each_range(work, articles, thread_count(params.threads), 256)
        left, right, likeness = np.concatenate([np.zeros((3, 0), np.int64), *parts], axis=1)
        order = np.lexsort((right, left))
        return left[order], right[order], likeness[order]


def _table(slots: int) -> tuple[_U64, Any, Any]:
    """An empty table of features, of at least so many slots."""
    size = 1 << max(slots - 1, 1).bit_length()
    return np.zeros(size, np.uint64), np.zeros(size, np.int32), np.zeros(size, np.int32)


def _wide(array: Any, room: int) -> Any:
    """The array with room for so many values."""
    if room <= len(array):
        return array
    return np.concatenate([array, np.zeros(max(room - len(array), len(array)), array.dtype)])
