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
from dedup.text import pack, tables
from dedup.threads import each_range, thread_count

__all__ = [
    "BLOCK", "CERTAIN", "SAME", "UNDATED", "Alike", "Profiles", "Syllables", "find_alike", "likeness_of", "profile",
]  # fmt: skip

# Measured on 315 labelled articles of 93 events, each half's choice tried on the other half.
SAME = 160  # thousandths of likeness from which two articles tell of one event, where both days are known
UNDATED = 3  # this many times as alike they must be where one is not
CERTAIN = 300  # thousandths from which nobody need look

BLOCK = 1024  # articles that `profile` takes at once: ten bits of a sort key
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
_PAIRS_AT_ONCE = 1 << 19  # bounds memory; several, so that all threads have some

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_MIX, _MIX2 = np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F)
_S11, _S14, _S24, _S29, _S54 = (np.uint64(n) for n in (11, 14, 24, 29, 54))
# What a place in a text counts, and what a pair of syllables tells by what both tell.
_WORTH = np.append(np.maximum(_TOP * _HALF // (_HALF + np.arange(_LEAD)), 1), 0).astype(np.uint8)
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
    """The profiles of at most BLOCK articles, from their texts without furniture and their headlines."""
    body, title = _features(bodies, None, params), _features(titles, _HEADLINE, params)
    packed = np.sort(np.concatenate([body, title]))  # article, key, information, name, weight
    owner_key = packed >> _S11
    first = np.flatnonzero(np.concatenate([np.ones(min(len(packed), 1), np.bool_), owner_key[1:] != owner_key[:-1]]))
    if not len(first):
        return Profiles.join([])._replace(starts=np.zeros_like(bodies.starts))
    low = (packed & np.uint64(0x7FF)).astype(np.int64)
    often = np.add.reduceat(low & 31, first)
    is_name = np.bitwise_or.reduceat(low, first) >> 5 & 1
    information = low[first] >> 6
    strength = np.rint(4 * np.sqrt(often) * (1 + is_name)).astype(np.int64)
    owner = (packed[first] >> _S54).astype(np.int64)
    best = _strongest(owner, strength * information, len(bodies.starts) - 1, KEPT)
    keys = owner_key[first] >> np.uint64(3) & np.uint64((1 << _KEY_BITS) - 1)
    starts = np.searchsorted(owner[best], np.arange(len(bodies.starts)))
    return Profiles(keys[best], strength[best], information[best], starts)


def _features(texts: Syllables, weight: int | None, params: Params) -> _U64:
    """Every syllable and pair of syllables that tells something, packed with where it stands and what it tells."""
    lengths = np.diff(texts.starts)
    owner = np.repeat(np.arange(len(lengths), dtype=np.uint64) << _S54, lengths)
    place = np.arange(len(owner), dtype=np.int32) - np.repeat(texts.starts[:-1].astype(np.int32), lengths)
    syllables, flags = texts.syllables, texts.flags
    information = _information(syllables, params)
    information[flags & kernels.DIGITS != 0] = _DIGITS
    worth = _WORTH[np.minimum(place, _LEAD)] if weight is None else np.full(len(place), weight, np.uint8)
    capital = (flags & kernels.CAPITAL) << 3
    breaks = kernels.PUNCTUATED | kernels.NEW_LINE | kernels.SENTENCE_START
    joins = (flags[1:] & breaks == 0) & (place[1:] > 0) & (worth[1:] > 0)
    one = np.flatnonzero((information >= _COMMON) & (worth > 0))
    two = np.flatnonzero(joins & (information[1:] + information[:-1] >= 2 * _COMMON))
    first = syllables[two]
    pairs = (first * _MIX ^ first >> _S29 ^ syllables[two + 1]) * _MIX2
    both = _BOTH[information[two] + information[two + 1]]
    packed = np.concatenate([syllables[one] * _MIX2, pairs]) >> _S24 << _S14
    packed |= np.concatenate([information[one], both]).astype(np.uint64) << np.uint64(6)
    packed |= np.concatenate([capital[one] | worth[one], capital[two] & capital[two + 1] | worth[two]])
    packed |= np.concatenate([owner[one], owner[two]])
    return packed


def _information(syllables: _U64, params: Params) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """What each syllable tells by the table of frequencies: quarters of a nat."""
    multiplier, keys, values = _table(params.accents)
    slot = (syllables * multiplier) >> np.uint64(43)
    return np.where(keys[slot] == syllables, values[slot], np.uint8(_RARE))


@functools.lru_cache(maxsize=2)
def _table(accents: Any) -> tuple[np.uint64, _U64, np.ndarray[Any, np.dtype[np.uint8]]]:
    """The table of frequencies by a hash without collisions: (multiplier, keys, information)."""
    frequencies = lexicon.frequencies()
    buf, offsets = pack([word.encode() for word in frequencies])
    count = len(frequencies)
    bare = tables(Params(accents=accents, aliases=False))
    found, _, ends, *_ = kernels.prepare(buf, offsets, np.zeros(count, np.uint64), np.arange(count), bare, 5)
    largest: dict[int, int] = {}
    for place, often in zip((ends - 1).tolist(), frequencies.values(), strict=True):
        largest[int(found[place])] = max(often, largest.get(int(found[place]), 0))
    syllables = np.array(list(largest), np.uint64)
    told = np.rint(-4 * np.log(np.array(list(largest.values())) / 10_000)).astype(np.int64)
    multiplier = int(_MIX)
    while len(np.unique((syllables * np.uint64(multiplier)) >> np.uint64(43))) < len(syllables):
        multiplier = multiplier * 6364136223846793005 % 2**64 | 1
    keys, values = np.zeros(1 << 21, np.uint64), np.zeros(1 << 21, np.uint8)
    slot = (syllables * np.uint64(multiplier)) >> np.uint64(43)
    keys[slot], values[slot] = syllables, np.minimum(told, _RARE)
    return np.uint64(multiplier), keys, values


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
    """Profiles with the weight of each feature in this collection; number: of the feature; owner: of the article.

    address: owner * span + number, ascending.
    """

    number: _I64
    owner: _I64
    span: int
    address: _I64
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
    span = len(first) + 1
    return _Weighed(number, owner, span, owner * span + number, weight, holders, profiles.starts, np.maximum(norm, 1))


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
    return int(_likeness(_weigh(two), np.zeros(1, np.int64), np.ones(1, np.int64))[0])


def _likeness(weighed: _Weighed, left: _I64, right: _I64) -> _I64:
    """Thousandths of likeness of each pair, by all their features."""
    starts, address = weighed.starts, weighed.address
    lengths = starts[left + 1] - starts[left]
    ends = np.cumsum(lengths)
    mine = np.repeat(starts[left] - (ends - lengths), lengths) + np.arange(int(lengths.sum()))
    wanted = address[mine] + np.repeat((right - left) * weighed.span, lengths)
    place = np.minimum(np.searchsorted(address, wanted), max(len(address) - 1, 0))
    product = np.where(address[place] == wanted, weighed.weight[mine] * weighed.weight[place], 0)
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(product)])
    dot = total[ends] - total[ends - lengths]
    likeness: _I64 = np.floor(1000 * dot / (weighed.norm[left] * weighed.norm[right])).astype(np.int64)
    return likeness


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
    """Who holds what in which slot, list after list, in each the first by rank first; `by_article` sorts by article.

    partners: how many of those that follow in its list an entry is paired with; weight: with all of an article as 1.
    """

    article: _I64
    slot: _I64
    weight: np.ndarray[Any, np.dtype[np.float64]]
    partners: _I64
    by_article: _I64
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
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(lists.partners[lists.by_article])])
    owner = lists.article[lists.by_article]
    is_edge = np.concatenate([owner[1:] != owner[:-1], np.ones(min(len(owner), 1), np.bool_)])
    ends = np.flatnonzero(is_edge) + 1  # of each article's entries
    cuts = np.unique(np.searchsorted(total[ends], np.arange(_PAIRS_AT_ONCE, int(total[-1]) + 1, _PAIRS_AT_ONCE)))
    edges = [0, *ends[cuts].tolist(), len(owner)]

    def work(lo: int, hi: int) -> list[_I64]:
        return [_pairs(weighed, lists, lists.by_article[edges[n] : edges[n + 1]], when, is_new) for n in range(lo, hi)]

    parts = [part for batch in each_range(work, len(edges) - 1, thread_count(params.threads), 1) for part in batch]
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
    left_out = int(behind.sum() - partners.sum())
    weight = weighed.weight[shared[places]] / weighed.norm[article]
    return _Lists(article, slots, weight, partners, by_article, left_out)


def _may_meet(lists: _Lists, one: _I64, other: _I64, when: _Days, is_new: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whether two entries of a list are of articles near in time, one of them new; once for each feature of a pair."""
    a, b = lists.article[one], lists.article[other]
    slot_a, slot_b = when.slot[a], when.slot[b]
    meeting = np.where(np.minimum(slot_a, slot_b) > 0, np.maximum(slot_a, slot_b), 0)
    is_near = (np.abs(when.day[a] - when.day[b]) < when.width) | (meeting == 0)
    may: np.ndarray[Any, Any] = (is_new[a] | is_new[b]) & is_near & (lists.slot[one] == meeting)
    return may


def _pairs(weighed: _Weighed, lists: _Lists, entries: _I64, when: _Days, is_new: np.ndarray[Any, Any]) -> _I64:
    """The pairs that these entries lead to, all entries of an article together: int64 (3, n), likeness the third."""
    partners = lists.partners[entries]
    ends = np.cumsum(partners)
    one = np.repeat(entries, partners)
    other = one + 1 + np.arange(len(one)) - np.repeat(ends - partners, partners)
    if when.slot.any() or not is_new.all():
        keep = np.flatnonzero(_may_meet(lists, one, other, when, is_new))
        one, other = one[keep], other[keep]
    a, b = lists.article[one], lists.article[other]
    count = np.int64(len(when.day))
    part = (lists.weight[one] * lists.weight[other] * 0xFFFF).astype(np.int64)
    packed = np.sort((np.minimum(a, b) * count + np.maximum(a, b)) << 16 | part)
    first = np.flatnonzero(np.diff(packed >> 16, prepend=-1))
    glimpse = np.add.reduceat(packed & 0xFFFF, first) if len(first) else first
    left, right = np.divmod(packed[first] >> 16, count)
    times = np.where(np.minimum(when.slot[left], when.slot[right]) > 0, 1, UNDATED)
    worth = np.flatnonzero(glimpse * 1000 * _GLIMPSE >= SAME * times * 0xFFFF)
    left, right, times = left[worth], right[worth], times[worth]
    step = _PAIRS_AT_ONCE // (2 * KEPT)
    found = [_likeness(weighed, left[at : at + step], right[at : at + step]) for at in range(0, len(left), step)]
    likeness = np.concatenate([np.zeros(0, np.int64), *found]) // times
    enough = np.flatnonzero(likeness >= SAME)
    return np.stack([left[enough], right[enough], likeness[enough]])
