"""What names the event of an article: rare syllables, pairs of syllables, names and numbers, those of the headline and
the first paragraphs above all. How much one tells comes from `lexicon/frequency.tsv`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels, lexicon
from dedup.models import Params
from dedup.text import Tables, hash_table, pack, ranges, tables

__all__ = ["KEPT", "KEY_BITS", "LARGEST", "Profiles", "Syllables", "headlines", "no_headlines", "profile"]

KEPT = 80  # features of a profile
KEY_BITS = 40
LARGEST = 31  # information in quarters of a nat: that of 1 of 2,300 articles
_LEAD = 1000  # syllables of a text that are read: an event is told first
_HALF = 200  # syllables after which a place in the text counts half
_HEADLINE, _TOP = 30, 10  # what a place in the headline and the first of the text count; below 32
_RARE, _DIGITS, _COMMON = 26, 16, 8
_PAIR = 0.65  # a pair of syllables against one
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_KEY, _STRENGTH, _INFORMATION = np.uint64(24), np.uint64(8), np.uint64(0xFF)
# What a place in a text and in a headline counts, and what a pair of syllables tells by what both tell.
_WORTH = np.full((2, _LEAD + 1), _HEADLINE, np.uint8)
_WORTH[0] = np.append(np.maximum(_TOP * _HALF // (_HALF + np.arange(_LEAD)), 1), 0)
_BOTH = np.minimum(np.arange(2 * _RARE + 1) * _PAIR, LARGEST).astype(np.uint8)
# Strength by what all places of a feature count together: four times the root, twice that for a name.
_ROOTS = np.rint(4 * np.sqrt(np.arange(1 << 15)) * np.array([[1], [2]])).astype(np.int64)


class Syllables(NamedTuple):
    """Canonical syllables of several texts: uint64, their flags uint8, and where each text begins, int64 (n + 1,)."""

    syllables: _U64
    flags: np.ndarray[Any, np.dtype[np.uint8]]
    starts: _I64


class Profiles(NamedTuple):
    """What names the event of each of n articles.

    Attributes:
        features: uint64, each article's at most KEPT, by their keys, which are distinct: 40 bits of key, a hash; 16 of
            strength, how often and where the feature stands, more for a name; 8 of information, by the table of
            frequencies in quarters of a nat, at most LARGEST.
        starts: int64 (n + 1,).
    """

    features: _U64
    starts: _I64

    @property
    def articles(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    @property
    def keys(self) -> _U64:
        """uint64, the key of each feature."""
        return self.features >> _KEY

    @property
    def strength(self) -> _I64:
        """int64, the strength of each feature."""
        return (self.features >> _STRENGTH).astype(np.uint16).astype(np.int64)

    @property
    def information(self) -> _I64:
        """int64, the information of each feature."""
        return (self.features & _INFORMATION).astype(np.int64)

    def take(self, which: _I64) -> Profiles:
        """Those of the articles `which`, in that order."""
        lengths = (self.starts[1:] - self.starts[:-1])[which]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        return Profiles(self.features[ranges(self.starts[which], lengths)], starts)

    @staticmethod
    def of(found: tuple[_U64, _I64]) -> Profiles:
        """Features and where each article's end, as the kernels return them."""
        return Profiles(found[0], np.concatenate([np.zeros(1, np.int64), found[1]]))

    @staticmethod
    def join(parts: Sequence[Profiles]) -> Profiles:
        """The parts as one, in order."""
        counts = [np.zeros(1, np.int64), *(np.diff(p.starts) for p in parts)]
        features = np.concatenate([np.zeros(0, np.uint64), *(p.features for p in parts)])
        return Profiles(features, np.cumsum(np.concatenate(counts)))


def headlines(titles: Sequence[str], params: Params) -> tuple[Any, Any]:
    """(headlines, telling), for kernels.sketches: with them it makes the profiles of articles of these titles."""
    packed = pack([title.encode("utf-8", "surrogatepass") for title in titles])
    return (*packed, tables(params)), _telling(params.accents, KEPT)


def no_headlines(params: Params) -> tuple[Any, Any]:
    """The same without profiles."""
    return (*pack([]), tables(params)), _telling(params.accents, 0)


def profile(bodies: Syllables, titles: Sequence[str], params: Params) -> Profiles:
    """The profiles of articles, from their texts without furniture and their titles."""
    (buf, offsets, bare), telling = headlines(titles, params)
    groups = np.zeros(len(titles), np.uint64)
    syllables, flags, ends, *_ = kernels.prepare(buf, offsets, groups, np.arange(len(titles)), bare, 0)
    told = Syllables(syllables, flags, np.concatenate([np.zeros(1, np.int64), ends]))
    return Profiles.of(kernels.profiles(tuple(bodies), tuple(told), telling))


@functools.lru_cache(maxsize=4)
def _telling(accents: Any, kept: int) -> Tables:
    """What the kernels make profiles with."""
    known = _information(accents) if kept else hash_table({})
    return (*known, _RARE, _DIGITS, _COMMON), _WORTH, _BOTH, _ROOTS, kept


@functools.lru_cache(maxsize=2)
def _information(accents: Any) -> Tables:
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
