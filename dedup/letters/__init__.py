"""The code point table: what each of the 1,114,112 code points means to the tokenizer, as arrays for the kernels.

A code point is a *kind* (how it ends, joins or starts a syllable) and a *value*: a number whose low three bits are the
tone (0 none, 1..5 grave, acute, tilde, hook, dot) and whose other bits stand for its letters. A syllable's letters are
folded in order and its tones are added apart, so it does not matter where in a syllable the tone mark stands, nor
whether a letter came composed (NFC) or in parts (NFD). Decision 2 of the design; the data are `table.npz`, made by
`dedup.letters.generate`.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

__all__ = ["SCHEME", "Letters", "digest", "letters"]

SCHEME = 2  # of everything that decides a hash: raise it when any pinned value of tests/test_golden.py changes

# Kinds of code points in the data file: the low four bits, and two flags.
SPACE, NEWLINE, IGNORE, PUNCT, SENTENCE, LETTER, LETTER_Y, DIGIT, MARK, GLYPH = range(10)
UPPER, VOWEL = 16, 32

# The same as bits that a kernel can use without asking: `Letters.info`. Bits 0 to 6 are where a syllable's flags have
# them (letters, digits, capital; gap: punctuation, new line, start of a sentence; sign).
IS_LETTER, IS_DIGIT, IS_UPPER, GAP_PUNCT, GAP_LINE, GAP_SENTENCE, IS_GLYPH = (1 << bit for bit in range(7))
IS_VOWEL, IS_Y, IS_Q, IS_U, IS_WORD = 1 << 8, 1 << 10, 1 << 11, 1 << 12, 1 << 13
IS_DECIMAL, IS_SPECIAL, IS_INVISIBLE, IS_MARK, IS_TWO, IS_THREE = (1 << bit for bit in range(14, 20))
_INFO = {
    SPACE: 0, NEWLINE: GAP_LINE | GAP_SENTENCE, IGNORE: IS_SPECIAL | IS_INVISIBLE, PUNCT: GAP_PUNCT,
    SENTENCE: GAP_PUNCT | GAP_SENTENCE, LETTER: IS_WORD | IS_LETTER, LETTER_Y: IS_WORD | IS_LETTER | IS_Y,
    DIGIT: IS_WORD | IS_DIGIT, MARK: IS_SPECIAL | IS_MARK, GLYPH: IS_WORD | IS_SPECIAL | IS_GLYPH,
}  # fmt: skip

RADIX = 0x9E3779B97F4A7C15  # odd: letters are digits of a number to this base, modulo 2**64
DIRECT = 0x3000  # code points below it are looked up without the page table
TONE_MARKS = {0x300: 1, 0x301: 2, 0x303: 3, 0x309: 4, 0x323: 5}


class Letters(NamedTuple):
    """The table as arrays: `row = code if code < DIRECT else (page[code >> 8] << 8) | (code & 255)`.

    Attributes:
        page: uint16 (0x1100,), the block of each 256 code points.
        info: uint32 (rows,), what the code point is, as bits.
        value: uint64 (rows,), letters in the high bits, tone in the low three.
    """

    page: np.ndarray[Any, np.dtype[np.uint16]]
    info: np.ndarray[Any, np.dtype[np.uint32]]
    value: np.ndarray[Any, np.dtype[np.uint64]]


def mix(codes: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """A 61-bit hash of each code point in the high bits (splitmix64; Steele, Lea, Flood 2014), low three bits 0."""
    x = codes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0xD1B54A32D192ED03)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: np.ndarray[Any, np.dtype[np.uint64]] = (x ^ (x >> np.uint64(31))) & ~np.uint64(7)
    return result


@functools.cache
def letters(accents: str = "keep") -> Letters:
    """The table for `accents` "keep" or "ignore", loaded once."""
    with resources.files(__package__).joinpath("table.npz").open("rb") as file, np.load(file) as data:
        kinds, spelled, offsets, symbols = (
            data[f"{accents}_{name}"] for name in ("kinds", "spelled", "offsets", "symbols")
        )
    chosen, place = _choose_blocks(kinds)
    codes = (chosen[:, None] << 8 | np.arange(256)).ravel()
    spelled, symbols = (place[code >> 8] << 8 | code & 255 for code in (spelled, symbols))
    value, letter_count = _values(codes, kinds[codes], spelled, offsets.astype(np.int64), symbols)
    info = _info(kinds[codes], value, letter_count)
    row = np.zeros(len(chosen), np.uint16)
    rows: dict[bytes, int] = {}
    order = list(range(DIRECT >> 8))  # these blocks stand where direct look-up expects them
    for number in range(len(chosen)):
        part = slice(number << 8, (number + 1) << 8)
        block = info[part].tobytes() + value[part].tobytes()
        if number < DIRECT >> 8:
            row[number] = rows[block] = number
        else:
            row[number] = rows.setdefault(block, len(order))
            if row[number] == len(order):
                order.append(number)
    return Letters(row[place], info.reshape(-1, 256)[order].ravel(), value.reshape(-1, 256)[order].ravel())


def _choose_blocks(kinds: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(the blocks of 256 code points that are looked at, where each block stands among these): of those without any
    character, six of seven, one stands for all; those that are looked up directly come first."""
    is_bare = np.all(kinds.reshape(-1, 256) == PUNCT, axis=1)
    is_bare[: DIRECT >> 8] = False
    first = int(np.argmax(is_bare))
    is_chosen = ~is_bare
    is_chosen[first] = True
    place = np.cumsum(is_chosen) - 1
    place[is_bare] = place[first]
    return np.flatnonzero(is_chosen), place


def _info(
    kinds: np.ndarray[Any, Any], value: np.ndarray[Any, Any], letter_count: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """The bits of `Letters.info` for code points of these kinds."""
    info: np.ndarray[Any, np.dtype[np.uint32]] = np.array([_INFO[kind] for kind in range(10)], np.uint32)[kinds & 15]
    is_letter = info & IS_LETTER != 0
    letters_only = value & ~np.uint64(7)
    for flag, where in (
        (IS_UPPER, kinds & UPPER != 0),
        (IS_VOWEL, is_letter & (kinds & VOWEL != 0)),
        (IS_U, is_letter & (letters_only == letters_only[ord("u")])),
        (IS_Q, is_letter & (letters_only == letters_only[ord("q")])),
        (IS_SPECIAL | IS_TWO, is_letter & (letter_count == 2)),
        (IS_SPECIAL | IS_THREE, is_letter & (letter_count > 2)),
    ):
        info[where] |= np.uint32(flag)
    info[[ord("."), ord(",")]] |= np.uint32(IS_DECIMAL)
    info[is_letter & (letter_count > 1)] &= ~np.uint32(IS_VOWEL | IS_Y)
    return info


def _values(
    codes: np.ndarray[Any, Any], kinds: np.ndarray[Any, Any], spelled: np.ndarray[Any, Any],
    offsets: np.ndarray[Any, Any], symbols: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:  # fmt: skip
    """Values of code points, and how many letters each stands for; `spelled` and `symbols` are places among them."""
    kind = kinds & 15
    own = np.where(np.isin(kind, (LETTER, LETTER_Y, DIGIT, MARK, GLYPH)), mix(codes), np.uint64(0))
    for mark, tone in TONE_MARKS.items():
        own[mark] = tone
    own[kind == IGNORE] = 0
    value, count = own.copy(), np.ones(len(codes), np.int64)
    length = np.diff(offsets)
    total, letters_in = np.zeros(len(spelled), np.uint64), np.zeros(len(spelled), np.int64)
    for position in range(int(length.max(initial=0))):
        has = length > position
        symbol = symbols[np.where(has, offsets[:-1] + position, 0)]
        joins = kind[symbol] == MARK
        step = np.where(joins | (letters_in == 0), np.uint64(1), np.uint64(RADIX))
        total = np.where(has, (total & ~np.uint64(7)) * step + own[symbol] + (total & np.uint64(7)), total)
        letters_in += has & ~joins
    value[spelled], count[spelled] = total, np.maximum(letters_in, 1)
    return value, count


@functools.cache
def digest() -> str:
    """Sixteen hexadecimal digits that change when any entry of the table does."""
    state = hashlib.sha256()
    for accents in ("keep", "ignore"):
        for array in letters(accents):
            state.update(np.ascontiguousarray(array).tobytes())
    return state.hexdigest()[:16]
