"""The relation of a pair, decided from figures that can be read: how much is copied, in what runs, and what differs."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.models import RELATIONS, Relation
from dedup.text import NO_GROUP, encode, tables

__all__ = [
    "A_SPARE", "B_SPARE", "SAME_BODY", "Features", "Verdict", "decide", "decide_all", "headlines_differ",
    "is_same_column", "spare_of",
]  # fmt: skip

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_F64 = np.ndarray[Any, np.dtype[np.float64]]
_Is = np.ndarray[Any, np.dtype[np.bool_]]

# Borders, with what they were measured on: 91 labelled pairs of real articles (benchmarks/README.md).
SAME_TEXT = 0.95  # of both texts' syllables stand in copied passages: one text, cosmetic edits
EDITED = 0.58  # of the shorter text is copied: one is made from the other
PARTIAL = 0.25  # of the shorter text is copied, in whatever runs
PASSAGE = 32  # syllables of a copied run that chance and stock phrases do not give
FORM_NUMBERS = 8  # numbers that a text must hold for their difference to mean a recurring form
FORM_SHARED = 0.5  # of the numbers are common at most: the slots of a form are filled anew
FORM_RUN = 24  # syllables on average at most in the runs of a form between its slots
SAME_FORM = 0.6  # of both texts are copied, and a labelled slot holds other numbers: one form, filled anew
NEAR_COPY = 0.9  # of both texts are copied: differing numbers then stand in slots or are corrections

# A day, or what a word labels as the number of an issue, round or code.
_SLOT = re.compile(
    r"\b(\d{1,2}[/.-]\d{1,2})\b(?![,%])|\b(?:ngày|tuần|vòng|kỳ|số|tập|đề|bài|phần) (\d{1,4})\b(?! (?:người|tuổi))"
)

_SHORT_HEADLINE = 6  # different words at most in the headline of a column that names no day: "Giá vàng hôm nay"

A_SPARE, B_SPARE, SAME_BODY = 1, 2, 4  # bits of `spare`


class Features(NamedTuple):
    """Figures of one pair, as `kernels.tile_pairs` returns them: counts of syllables, passages and distinct words.

    Names are capitalised words, also at the start of a sentence.
    """

    syllables_a: int
    syllables_b: int
    passages: int
    copied: int
    longest: int
    copied_long: int  # in passages of 24 syllables or more
    numbers_a: int
    numbers_b: int
    numbers_shared: int
    names_a: int
    names_b: int
    names_shared: int
    numbers_conflict: int  # 1 where the numbers and codes outside passages are not one text's and some more
    names_conflict: int  # the same for capitalised words
    slots: int  # label words behind the same word on both sides, before different numbers: "mã đề 101", "mã đề 102"
    dates: int  # the same for days: "hôm nay ngày 3", "hôm nay ngày 4"


class Verdict(NamedTuple):
    """A relation, and whether the pair is clear of every border."""

    relation: Relation | None
    is_certain: bool


def decide(features: Features, containment: float, *, headlines_conflict: bool = False) -> Verdict:
    """The relation of one pair: see `decide_all`."""
    row, share = np.array([features], np.int64), np.array([containment])
    relation, is_certain = decide_all(row, share, headlines_conflict=headlines_conflict)
    return Verdict(RELATIONS[relation[0]], bool(is_certain[0]))


def decide_all(features: _I64, containment: _F64, *, headlines_conflict: bool = False) -> tuple[_I64, _Is]:
    """The relations of pairs, by their places in RELATIONS, and whether each pair is clear of every border.

    In this order: *template* where labelled slots hold other numbers, or where many short runs hold a form together
    and most numbers differ; *reprint* where nearly all of both texts is copied and no number, code or name of one
    stands against another one of the other; *edited*, *partial* by how much of the shorter text is copied; else None.

    Args:
        features: int64 (pairs, 16), columns as Features.
        containment: float64 (pairs,), the larger of `a_in_b` and `b_in_a`.
        headlines_conflict: the articles' titles hold different numbers, codes or names.
    """
    f = Features(*features.T)
    shorter, longer = np.minimum(f.syllables_a, f.syllables_b), np.maximum(f.syllables_a, f.syllables_b)
    copied, covered = np.maximum(f.copied / np.maximum(shorter, 1), containment), f.copied / np.maximum(longer, 1)
    is_near = (covered >= NEAR_COPY) | ((shorter < 8) & (containment == 1) & (shorter == longer))
    is_same = is_near & ((covered >= SAME_TEXT) | (shorter < 8))
    has_conflict = headlines_conflict | (f.numbers_conflict > 0) | (f.names_conflict > 0)
    table: list[tuple[Any, Relation | None, Any]] = [  # the first that holds, what it says, and when that is certain
        (shorter == 0, None, True),
        ((f.slots > 0) & (covered >= SAME_FORM), "template", covered >= NEAR_COPY),
        (_is_form(f, containment), "template", (_share(f) < 0.35) & (copied < EDITED)),
        (is_near & (f.dates > 0), "template", covered >= SAME_TEXT),
        (is_same & has_conflict, "edited", False),
        (is_same, "reprint", covered >= 0.98),
        (is_near, "edited", covered < NEAR_COPY + 0.03),
        (copied >= EDITED, "edited", copied >= EDITED + 0.12),
        ((containment >= PARTIAL) | (f.longest >= PASSAGE), "partial",
         (copied < EDITED - 0.18) & (f.longest >= PASSAGE)),
    ]  # fmt: skip
    relation = np.zeros(len(features), np.int64)
    is_certain: _Is = np.asarray(f.longest < PASSAGE - 10)
    for holds, said, certain in reversed(table):
        relation, is_certain = np.where(holds, RELATIONS.index(said), relation), np.where(holds, certain, is_certain)
    return relation, is_certain


def spare_of(features: _I64, relation: _I64) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Which text of each pair says nothing of its own, as bits: A_SPARE, B_SPARE, and SAME_BODY where it is a reprint.

    Of an edited pair a text is spare only if each of its numbers, codes and capitalised words stands in the other one,
    and none stands against another one there. How much of it is copied is for the caller to see.

    Args:
        features: int64 (pairs, 16), columns as Features.
        relation: int64 (pairs,), places in RELATIONS: those of the texts alone, whatever their headlines.
    """
    f = Features(*features.T)
    is_edited = (relation == RELATIONS.index("edited")) & (f.numbers_conflict == 0) & (f.names_conflict == 0)
    is_a_spare = is_edited & (f.numbers_a == f.numbers_shared) & (f.names_a == f.names_shared)
    is_b_spare = is_edited & (f.numbers_b == f.numbers_shared) & (f.names_b == f.names_shared)
    is_reprint = relation == RELATIONS.index("reprint")
    bits = np.where(is_reprint, A_SPARE | B_SPARE | SAME_BODY, A_SPARE * is_a_spare | B_SPARE * is_b_spare)
    return bits.astype(np.uint8)


def _share(f: Features) -> Any:
    return f.numbers_shared / np.maximum(1, np.minimum(f.numbers_a, f.numbers_b))


def _is_form(f: Features, containment: _F64) -> Any:
    """Whether a pair shares a skeleton in short runs, but neither most numbers nor a long passage."""
    has_skeleton = (f.passages >= 2) & (f.copied < FORM_RUN * f.passages) & (containment >= 0.09)
    shares_words = f.names_shared >= 0.5 * np.minimum(f.names_a, f.names_b)
    limit = np.where(f.copied_long == 0, FORM_SHARED, FORM_SHARED - 0.08)
    has_slots = np.minimum(f.numbers_a, f.numbers_b) >= FORM_NUMBERS
    return has_skeleton & shares_words & has_slots & (_share(f) < limit)


def headlines_differ(a: str, b: str) -> bool:
    """Whether two headlines hold different numbers, codes or names, each having one that the other lacks.

    >>> headlines_differ("Đáp án môn Lý mã đề 101", "Đáp án môn Lý mã đề 102")
    True
    """
    if not a or not b or a == b:
        return False
    one, two = _marks(a), _marks(b)
    return any(x - y and y - x for x, y in zip(one, two, strict=True))


def is_same_column(a: str, b: str, may_differ: bool) -> bool:
    """Whether two headlines are those of a recurring column or form, on two days or of two codes.

    Args:
        a, b: the headlines.
        may_differ: the articles may be of two days: then one and the same short headline is a column's too.

    >>> is_same_column("Giá vàng hôm nay 6/11: tăng nhẹ", "Giá vàng hôm nay 7/11: giảm", True)
    True
    """
    one, two = (_slots(headline) for headline in (a, b))
    common = len(one[0] & two[0])
    if common < 3 or 2 * common < min(len(one[0]), len(two[0])):
        return False
    if one[1] and two[1]:
        return one[1].isdisjoint(two[1])
    return may_differ and len(one[0]) <= _SHORT_HEADLINE and a.lower().split() == b.lower().split()


@functools.lru_cache(maxsize=1 << 14)
def _slots(headline: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a headline, and the days, issues and codes that it names."""
    text = unicodedata.normalize("NFC", headline).lower()
    slots = frozenset(number.lstrip("0") for found in _SLOT.findall(text) for number in found if number)
    return frozenset(re.findall(r"[^\W\d_]+", text)), slots


@functools.lru_cache(maxsize=1 << 14)
def _marks(headline: str) -> tuple[set[int], set[int]]:
    """The numbers and codes, and the names, of a headline, as syllable hashes."""
    syllables, flags, *_ = kernels.document(encode(headline), tables(), 1, NO_GROUP)
    is_name = (flags & kernels.CAPITAL != 0) & (flags & kernels.SENTENCE_START == 0)
    return set(syllables[flags & kernels.DIGITS != 0].tolist()), set(syllables[is_name].tolist())
