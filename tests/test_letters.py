"""The code point table: pinned, the same as its generator makes it, and lawful for every code point."""

import unicodedata
from importlib import resources

import numpy as np
import pytest

from dedup import Params, kernels, letters, tokenize
from dedup.letters import generate
from dedup.sketch import sketch

DIGEST = "8472205e727b4220"
UNICODE = "14.0.0"  # the version of Python's tables that made table.npz
ASSIGNED = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
ODD_CASES = {"ı", "ŀ", "Ŀ"}  # I is i's capital; a middle dot is no letter


def changed(respell, accents, among=ASSIGNED, context="{}"):
    """The code points whose respelling has other syllables."""
    others = [c for c in among if respell(c) != c]
    params = Params(accents=accents, threads=1)
    one = sketch([context.format(c) for c in others], params).versions
    two = sketch([context.format(respell(c)) for c in others], params).versions
    return [c for c, is_other in zip(others, (one != two).any(axis=1), strict=True) if is_other]


def is_latin(c):
    return unicodedata.name(c, "").startswith("LATIN")


def test_the_shipped_table_is_pinned():
    assert letters.digest() == DIGEST


same_unicode = pytest.mark.skipif(
    unicodedata.unidata_version != UNICODE, reason=f"the table was made with Unicode {UNICODE}"
)


@same_unicode
@pytest.mark.parametrize("accents", ["keep", "ignore"])
def test_the_generator_makes_the_shipped_table(accents):
    made = generate.generate(accents)
    with resources.files(letters).joinpath("table.npz").open("rb") as file, np.load(file) as shipped:
        for name, array in zip(("kinds", "spelled", "offsets", "symbols"), made, strict=True):
            assert np.array_equal(array, shipped[f"{accents}_{name}"]), name
            assert array.dtype == shipped[f"{accents}_{name}"].dtype


def test_kernels_and_letters_agree_on_what_bits_mean():
    pairs = {
        "LETTERS": "IS_LETTER", "DIGITS": "IS_DIGIT", "CAPITAL": "IS_UPPER", "PUNCTUATED": "GAP_PUNCT",
        "NEW_LINE": "GAP_LINE", "SENTENCE_START": "GAP_SENTENCE", "SIGN": "IS_GLYPH", "_VOWEL": "IS_VOWEL",
        "_Y": "IS_Y", "_Q": "IS_Q", "_IS_U": "IS_U", "_WORD": "IS_WORD", "_DECIMAL": "IS_DECIMAL",
        "_SPECIAL": "IS_SPECIAL", "_INVISIBLE": "IS_INVISIBLE", "_MARK": "IS_MARK",
        "_TWO": "IS_TWO", "_THREE": "IS_THREE", "_DIRECT": "DIRECT",
        "_RADIX": "RADIX",
    }  # fmt: skip
    for kernel_name, letter_name in pairs.items():
        assert int(getattr(kernels, kernel_name)) == getattr(letters, letter_name), kernel_name
    known = {name for name in vars(letters) if name.startswith(("IS_", "GAP_"))}
    assert known <= set(pairs.values())


@pytest.mark.parametrize("accents", ["keep", "ignore"])
def test_table_shapes(accents):
    page, info, value = letters.letters(accents)
    assert (page.shape, page.dtype, info.dtype, value.dtype) == ((0x1100,), np.uint16, np.uint32, np.uint64)
    assert len(info) == len(value) == 256 * (int(page.max()) + 1)
    assert (page[: letters.DIRECT >> 8] == np.arange(letters.DIRECT >> 8)).all()


@pytest.mark.parametrize("accents", ["keep", "ignore"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("context", ["{}", "ha{}", "{}ba", "7{}", "ก{}"])
def test_composition_of_latin_letters(accents, form, context):
    latin = [c for c in ASSIGNED if is_latin(c)]
    assert changed(lambda c: unicodedata.normalize(form, c), accents, latin, context) == []


@pytest.mark.parametrize("context", ["{}", "ha{}"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("accents", ["keep", "ignore"])
def test_composition_of_every_code_point(accents, form, context):
    assert changed(lambda c: unicodedata.normalize(form, c), accents, context=context) == []


@pytest.mark.parametrize("accents", ["keep", "ignore"])
@pytest.mark.parametrize("case", [str.upper, str.lower, str.casefold])
def test_case_of_latin_letters(accents, case):
    latin = [c for c in ASSIGNED if is_latin(c) and c not in ODD_CASES]
    assert changed(case, accents, latin) == []


@same_unicode
def test_what_separates_and_what_does_not():
    for c in ASSIGNED:
        category = unicodedata.category(c)
        if category in ("Zs", "Zl", "Zp", "Cc", "Pd", "Ps", "Pe", "Po", "Pc", "Sm", "Sc"):
            expected = 2
        elif category in ("Cf", "Mn", "Ll"):
            expected = 1
        else:
            continue
        assert len(tokenize(f"ha{c}noi")) == expected, hex(ord(c))


def test_every_vietnamese_letter_is_a_letter_of_its_own():
    """Twelve vowels with six tones each, d and đ: blind to case, 74 letters, without their marks 7."""
    vowels = [v + t for v in "aăâeêioôơuưy" for t in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")]
    composed = [unicodedata.normalize("NFC", v) for v in vowels]
    texts = [f"b{v}c" for v in [*composed, "d", "đ"]]
    params = Params(threads=1)
    lower, upper = sketch(texts, params).versions, sketch([t.upper() for t in texts], params).versions
    assert all(len(v) == 1 for v in composed)
    assert (lower == upper).all()
    assert len(np.unique(lower, axis=0)) == 74
    blind = sketch(texts, Params(accents="ignore", threads=1)).versions
    assert len(np.unique(blind, axis=0)) == 7
