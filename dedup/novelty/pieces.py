"""From syllables to facts: pieces of news with a tight span and a kind; the material of another story is one item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dedup.facts import Mention
from dedup.models import Fact, FactKind
from dedup.novelty.version import UNIT, Version
from dedup.text import distinct

__all__ = ["Piece", "cut", "fact_of", "kind_of", "merge_strange", "without"]

_Bool = np.ndarray[Any, np.dtype[np.bool_]]
Piece = tuple[int, int]  # first syllable, behind the last

_LEAST = 3 * UNIT  # weight of new words below which a piece says nothing
_STRANGE_SENTENCES, _STRANGE_SYLLABLES, _STRANGE_SHARE = 3, 100, 0.35  # of another story: at least, at least, at most
_OWN_SYLLABLES = 40  # of the story that a version shares with the others, beside another story
_HEAVY = 5 * UNIT  # words that tell what a story is about
_ORDER: tuple[FactKind, ...] = ("code", "money", "percent", "quantity", "date", "person", "organisation", "place")
_FIGURES: tuple[FactKind, ...] = ("money", "percent", "quantity")


def cut(version: Version, is_new: _Bool, known: _Bool) -> list[Piece]:
    """The runs of new syllables within each sentence, of whole words, amounts and names, in order; none that holds next
    to nothing unknown.

    A sentence that the text has had before gives none.
    """
    marked = is_new & ~version.is_aside & version.is_fresh
    opens = np.zeros(len(version) + 1, np.bool_)
    opens[version.edges] = True
    for mention, (lo, hi) in zip(version.mentions, version.mention_edges, strict=True):
        if mention.kind != "quote":
            marked[lo:hi] = 2 * np.count_nonzero(marked[lo:hi]) >= hi - lo
    marked[1:] |= marked[:-1] & version.ends_word[1:]
    marked[:-1] |= marked[1:] & version.ends_word[1:]
    row = np.concatenate([[False], marked, [False]])
    first = np.flatnonzero(row[1:-1] & (~row[:-2] | opens[:-1]))
    behind = np.flatnonzero(row[1:-1] & (~row[2:] | opens[1:])) + 1
    unknown = np.concatenate([[0], np.cumsum(np.where(known, 0, version.weights))])
    pieces = zip(first.tolist(), behind.tolist(), strict=True)
    return [(lo, hi) for lo, hi in pieces if unknown[hi] - unknown[lo] >= _LEAST]


def without(version: Version, pieces: Sequence[Piece], taken: Sequence[Piece]) -> list[Piece]:
    """What is left of the pieces where other ones are taken out of them."""
    left: list[Piece] = []
    for lo, hi in pieces:
        at = lo
        for first, behind in sorted(part for part in taken if part[0] < hi and part[1] > lo):
            left.append((at, max(at, first)))
            at = max(at, behind)
        left.append((at, hi))
    return [(lo, hi) for lo, hi in left if lo < hi and int(version.weights[lo:hi].sum()) >= _LEAST]


def merge_strange(version: Version, pieces: Sequence[Piece], known: _Bool) -> list[tuple[Piece, bool]]:
    """The pieces, where those of three whole sentences in a row and more are one, True, if they are of another story:
    little of what they say stands in the rest of the text, or in what the other versions say.

    Args:
        version: where the pieces stand.
        pieces: in order.
        known: bool (n,), syllables that the other versions have anywhere.
    """
    runs: list[list[Piece]] = []
    for piece in pieces:
        sentence = int(version.sentence[piece[0]])
        is_next = runs and runs[-1][-1][1] >= version.edges[sentence]
        if is_next and _is_whole(version, piece) and _is_whole(version, runs[-1][-1]):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    result: list[tuple[Piece, bool]] = []
    for run in runs:
        if len(run) >= _STRANGE_SENTENCES and _is_strange(version, (run[0][0], run[-1][1]), known):
            result.append(((run[0][0], run[-1][1]), True))
        else:
            result += [(piece, False) for piece in run]
    return result


def _is_whole(version: Version, piece: Piece) -> bool:
    sentence = int(version.sentence[piece[0]])
    return 5 * (piece[1] - piece[0]) >= 4 * int(version.edges[sentence + 1] - version.edges[sentence])


def _is_strange(version: Version, piece: Piece, known: _Bool) -> bool:
    lo, hi = piece
    own = np.concatenate([version.weights[:lo], version.weights[hi:]])
    own_known = np.concatenate([version.weights[:lo] * known[:lo], version.weights[hi:] * known[hi:]])
    if hi - lo < _STRANGE_SYLLABLES or len(own) < _OWN_SYLLABLES or 3 * int(own_known.sum()) < int(own.sum()):
        return False  # no story of its own that it could be strange to
    rest = distinct(np.concatenate([version.syllables[:lo], version.syllables[hi:]]))
    is_familiar = np.isin(version.syllables[lo:hi], rest) | known[lo:hi]
    weights, is_name = version.weights[lo:hi], version.is_name[lo:hi]
    return all(
        0 < int(weights[which].sum()) * _STRANGE_SHARE > int(weights[which & is_familiar].sum())
        for which in (weights >= _HEAVY, is_name)
    )


def kind_of(version: Version, piece: Piece) -> FactKind:
    """What a piece is about: a quotation or the typed fact that fills half of it, figures that fill a fifth of it, else
    a statement."""
    lo, hi = piece
    total = int(version.weights[lo:hi].sum())
    inside: list[tuple[int, Mention]] = []
    for mention, first, behind in version.held(lo, hi):
        common = int(version.weights[max(lo, first) : min(hi, behind)].sum())
        if common and mention.kind == "quote" and 2 * common >= total:
            return "quote"
        if common and mention.kind in _ORDER:
            inside.append((common, mention))
    sums = {kind: sum(weight for weight, m in inside if m.kind == kind) for kind in _ORDER}
    best = max(_ORDER, key=lambda kind: (sums[kind], -_ORDER.index(kind)))
    if 2 * sums[best] >= total:
        return best
    figure = max(_FIGURES, key=lambda kind: (sums[kind], -_FIGURES.index(kind)))
    return figure if sums[figure] and 5 * sum(sums[kind] for kind in _FIGURES) >= total else "statement"


def fact_of(version: Version, piece: Piece, kind: FactKind, article: str) -> Fact:
    """The piece as a Fact of an article, with the signs of the amounts at its ends: 22%, $100."""
    lo, hi = piece
    start, end = int(version.starts[lo]), int(version.ends[hi - 1])
    for mention, first, behind in version.held(lo, hi):
        if mention.kind != "quote":
            start = min(start, mention.start) if first == lo else start
            end = max(end, mention.end) if behind == hi else end
    return Fact(version.text[start:end], start, end, kind, article)
