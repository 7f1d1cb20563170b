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

SCHEME = 1  # of everything that decides a hash: raise it when any pinned value of tests/test_golden.py changes

# Kinds; the low four bits of `Letters.kind`.
SPACE, NEWLINE, IGNORE, PUNCT, SENTENCE, LETTER, LETTER_Y, DIGIT, MARK, GLYPH, LETTERS2, LETTERS3 = range(12)
UPPER, VOWEL = 16, 32  # flags beside them

RADIX = 0x9E3779B97F4A7C15  # odd: letters are digits of a number to this base, modulo 2**64
DIRECT = 0x2000  # code points below it are looked up without the page table
TONE_MARKS = {0x300: 1, 0x301: 2, 0x303: 3, 0x309: 4, 0x323: 5}


class Letters(NamedTuple):
    """The table as arrays: `row = code if code < DIRECT else (page[code >> 8] << 8) | (code & 255)`.

    Attributes:
        page: uint16 (0x1100,), the block of each 256 code points.
        kind: uint8 (rows,), kind and flags.
        value: uint64 (rows,), letters in the high bits, tone in the low three.
    """

    page: np.ndarray[Any, np.dtype[np.uint16]]
    kind: np.ndarray[Any, np.dtype[np.uint8]]
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
    value, letter_count = _values(kinds, spelled, offsets.astype(np.int64), symbols)
    many = (letter_count > 1) & np.isin(kinds & 15, (LETTER, LETTER_Y))
    kinds[many] = (kinds[many] & 0xF0) | (LETTERS2 + letter_count[many] - 2)
    blocks = np.concatenate([kinds.reshape(-1, 256), value.reshape(-1, 256).view(np.uint8)], axis=1)
    blocks = np.ascontiguousarray(blocks).view(f"V{blocks.shape[1]}").ravel()
    rows = {block: number for number, block in enumerate(dict.fromkeys(map(bytes, blocks[: DIRECT >> 8])))}
    order = list(range(DIRECT >> 8))  # these rows stand where direct look-up expects them
    page = np.zeros(len(blocks), np.uint16)
    for number, block in enumerate(map(bytes, blocks)):
        if number < DIRECT >> 8:
            page[number] = number
            rows[block] = number
        else:
            page[number] = rows.setdefault(block, len(order))
            if page[number] == len(order):
                order.append(number)
    return Letters(page, kinds.reshape(-1, 256)[order].ravel(), value.reshape(-1, 256)[order].ravel())


def _values(
    kinds: np.ndarray[Any, Any],
    spelled: np.ndarray[Any, Any],
    offsets: np.ndarray[Any, Any],
    symbols: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Values of all code points, and how many letters each stands for."""
    codes = np.arange(0x110000)
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
