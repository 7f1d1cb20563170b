"""The words that generated news is made of: real Vietnamese syllables and words, as tables for compiled code.

A *token* is a sign, a number or a syllable. A *form* is a token as it is printed: in small letters, with a capital or
in capitals, and in one of three spellings (composed with the tone mark in its usual place; with the mark moved;
decomposed).
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any, NamedTuple

import numpy as np

from dedup import lexicon

SIGNS = [".", ",", "\n", "\n\n", ":"]  # tokens that no space stands before, from 0 on
STOP, COMMA, LINE, PARAGRAPH, COLON = range(5)
LOWER, CAPITAL, UPPER = range(3)
CASES = 3

_HASH_BITS = 18  # of a random number: they choose a word
_RARE_SYLLABLES = 8_000
_RARE_SHARE = 0.015  # of words
_PAIR_SHARE = 0.4
_BURSTS = 0.8  # what stands in nearly every article stands there often: more often than that share says
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_NUMBERS = [*map(str, range(2, 1000)), *(f"{n},{d}" for n in range(1, 100) for d in range(1, 10)),
            *(f"{n}.{d:03}" for n in range(1, 40) for d in range(0, 1000, 17)),
            *(f"{day}/{month}" for month in range(1, 13) for day in range(1, 29)),
            *map(str, range(1990, 2031))]  # fmt: skip


class Words(NamedTuple):
    """Tables over tokens, forms and words.

    Attributes:
        letters, starts: the forms as UTF-8, one after the other; form = (spelling * CASES + case) * tokens + token.
        tokens: how many there are.
        numbers: the first token behind the numbers: they stand between the signs and the syllables.
        draw: word of every value of 18 random bits, as often as it is common.
        first, second: the tokens of a word; second is -1 in a word of one syllable.
        frames, frame_starts: lines of page furniture, tokens one after the other.
    """

    letters: Any
    starts: Any
    tokens: int
    numbers: int
    draw: Any
    first: Any
    second: Any
    frames: Any
    frame_starts: Any


def make_words() -> Words:
    """The words of the lexicon, and rare syllables put together from the sounds of the others."""
    common = lexicon.frequencies()
    syllables = [*common, *_invent(list(common))]
    lines = [phrase.split() for kind, phrase in lexicon.furniture_phrases() if kind in ("menu", "line", "tail")]
    known = set(syllables)
    syllables += sorted({syllable for line in lines for syllable in line} - known)
    first_syllable = len(SIGNS) + len(_NUMBERS)
    number = {syllable: first_syllable + i for i, syllable in enumerate(syllables)}
    singles, pairs = list(number.values()), [pair.split() for pair in lexicon.compounds()]
    pairs = [pair for pair in pairs if all(syllable in common for syllable in pair)]
    first = np.array(singles + [number[a] for a, _ in pairs], np.int32)
    second = np.array([-1] * len(singles) + [number[b] for _, b in pairs], np.int32)
    letters, starts = _print([*SIGNS, *_NUMBERS, *syllables])
    frames = [number[syllable] for line in lines for syllable in line]
    return Words(
        letters, starts, first_syllable + len(syllables), first_syllable,
        _table(_weigh(common, pairs, len(syllables))), first, second,
        np.array(frames, np.int32), np.cumsum([0, *map(len, lines)]),
    )  # fmt: skip


def _weigh(common: dict[str, int], pairs: list[list[str]], count: int) -> Any:
    """How common each word is: syllables of the lexicon, invented ones by Zipf's law, then pairs."""
    rate = {syllable: -math.log1p(-min(n, 9_990) / 10_000) for syllable, n in common.items()}  # times an article
    rate = {syllable: times * max(1.0, times) ** _BURSTS for syllable, times in rate.items()}
    known = np.array(list(rate.values()))
    rare = 1.0 / np.arange(1_000, 1_000 + count - len(known))
    paired = np.array([min(rate[a], rate[b]) for a, b in pairs])
    shares = (1 - _PAIR_SHARE - _RARE_SHARE, _RARE_SHARE, _PAIR_SHARE)
    parts = zip(shares, (known, rare, paired), strict=True)
    return np.concatenate([share * part / part.sum() for share, part in parts])


def _table(weights: Any) -> Any:
    """The word for each value of 18 bits."""
    edges = np.cumsum(weights) / weights.sum()
    return np.searchsorted(edges, (np.arange(1 << _HASH_BITS) + 0.5) / (1 << _HASH_BITS)).astype(np.int32)


def _invent(syllables: list[str]) -> list[str]:
    """Syllables that could be: beginnings and rhymes of real ones, put together anew, in a fixed order."""
    cut = [re.match(r"(ngh?|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdđghklmnprstvx]?)(.+)", syllable) for syllable in syllables]
    parts = [match.groups() for match in cut if match and match[0].isalpha()]
    onsets, rhymes = ([*dict.fromkeys(part)] for part in zip(*parts, strict=True))
    real, found = set(syllables), []
    for i in range(len(onsets) * len(rhymes)):
        syllable = onsets[i * 7 % len(onsets)] + rhymes[i * 31 % len(rhymes)]
        if syllable not in real:
            real.add(syllable)
            found.append(syllable)
            if len(found) == _RARE_SYLLABLES:
                break
    return found


def _print(tokens: list[str]) -> tuple[Any, Any]:
    """Every form of every token, one after the other, and where each begins."""
    spellings = (str, _move_tone, lambda word: unicodedata.normalize("NFD", word))
    cases = (str, str.capitalize, str.upper)
    forms = [spell(case(token)).encode() for spell in spellings for case in cases for token in tokens]
    return np.frombuffer(b"".join(forms), np.uint8), np.cumsum([0, *map(len, forms)])


def _move_tone(word: str) -> str:
    """hòa → hoà, thúy → thuý: the mark of two vowels goes from the first to the second."""
    moved = re.sub(rf"(?i)([ou])([{_TONES}])([aey])$", r"\1\3\2", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", word if re.match("(?i)qu", word) else moved)
