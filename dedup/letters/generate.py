"""Makes `table.npz` from Python's Unicode data: `python -m dedup.letters.generate`.

The table is shipped and not made at run time: Python versions carry different Unicode tables, and an upgrade must not
orphan stored sketches. What each code point becomes is decided here once; `dedup.letters` only turns it into numbers.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
from unidecode import unidecode

from dedup.letters import DIGIT, GLYPH, IGNORE, LETTER, LETTER_Y, MARK, NEWLINE, PUNCT, SENTENCE, SPACE, UPPER, VOWEL

EXTRA_NEWLINES = "\n\r\x0b\x0c\x85\u2028\u2029"
SENTENCE_SIGNS = '.!?:…"“”«»‘([{•*'
FILLERS = "\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5"  # invisible, though their category says letter or mark
DSTROKES = dict.fromkeys("ÐðƉɖĐ", "đ")  # Eth and African D are typed for Đ
UNSPACED = (  # scripts written without spaces: one sign, one syllable
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip


def _is_ignored(c: str) -> bool:
    is_selector = "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"
    return c in FILLERS or is_selector or unicodedata.category(c) == "Cf"


def _is_letter(c: str) -> bool:
    return unicodedata.category(c)[0] == "L" or "\u1161" <= c <= "\u11ff"


def _is_mark(c: str) -> bool:
    return unicodedata.category(c)[0] == "M" or "\u1161" <= c <= "\u11ff"  # vowels and finals of Korean join too


def _spelling(c: str, accents: str) -> str:
    """The letters and marks that a code point stands for, folded: those of its canonical parts, one after the other."""
    return "".join(_part(x, accents) for x in unicodedata.normalize("NFD", DSTROKES.get(c, c)))


def _part(c: str, accents: str) -> str:
    """What one code point without a canonical decomposition stands for."""
    c = DSTROKES.get(c, c)
    if _is_mark(c):
        return "" if accents == "ignore" and "\u0300" <= c <= "\u036f" else c
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKD", c).casefold())
    if accents == "ignore" and unicodedata.name(c, "").startswith("LATIN"):
        plain = "".join(unidecode(x) for x in folded if not _is_mark(x)).lower()
        folded = plain if plain.isalpha() and plain.isascii() else folded
    is_word = folded and _is_letter(folded[0]) and not _is_mark(folded[0])
    return folded if is_word and len(folded) <= 4 and all(_is_letter(x) or _is_mark(x) for x in folded) else c


def _kind(c: str, spelling: str) -> int:
    category = unicodedata.category(c)
    if _is_ignored(c):
        return IGNORE
    if c in EXTRA_NEWLINES:
        return NEWLINE
    if category[0] == "Z" or category == "Cc":
        return SPACE
    if _is_mark(c):
        return MARK
    if category == "Nd" or (category == "No" and unicodedata.normalize("NFKD", c).isdecimal()
                            and len(unicodedata.normalize("NFKD", c)) == 1):  # fmt: skip
        return DIGIT
    if category[0] != "L" and not (category in ("Nl", "So") and _is_letter(spelling[0])):
        return SENTENCE if c in SENTENCE_SIGNS else PUNCT
    if any(low <= ord(c) <= high for low, high in UNSPACED):
        return GLYPH
    kind = LETTER_Y if spelling[0] == "y" else LETTER
    upper = UPPER if category in ("Lu", "Lt") else 0
    return kind | upper | (VOWEL if spelling[0] in "aeiouy" else 0)


def generate(accents: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The raw table: (kind of each code point, code points that are spelled with others, offsets, spellings).

    Args:
        accents: "keep" or "ignore".
    """
    kinds = np.zeros(0x110000, np.uint8)
    spelled: list[int] = []
    offsets: list[int] = [0]
    symbols: list[int] = []
    for code in range(0x110000):
        c = chr(code)
        if unicodedata.category(c) in ("Cn", "Cs", "Co"):
            kinds[code] = PUNCT
            continue
        spelling = _spelling(c, accents)
        kinds[code] = kind = _kind(c, spelling)
        if kind == DIGIT:
            spelling = str(unicodedata.digit(c))
        if kind & 15 in (LETTER, LETTER_Y, GLYPH, DIGIT, MARK) and spelling != c:
            spelled.append(code)
            symbols.extend(map(ord, spelling))
            offsets.append(len(symbols))
    return kinds, np.array(spelled, np.uint32), np.array(offsets, np.uint32), np.array(symbols, np.uint32)


def main() -> None:
    """Writes `table.npz` beside this file."""
    arrays = {}
    for accents in ("keep", "ignore"):
        for name, array in zip(("kinds", "spelled", "offsets", "symbols"), generate(accents), strict=True):
            arrays[f"{accents}_{name}"] = array
    np.savez_compressed(Path(__file__).with_name("table.npz"), **arrays)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
