"""Words that decide what stands beside them: `fact_words.tsv`, folded."""

from __future__ import annotations

import functools

from dedup import lexicon
from dedup.facts.plain import fold

__all__ = ["word_before", "words"]


@functools.cache
def words(kind: str) -> frozenset[str]:
    """The folded words of a kind; the kinds are explained at the head of the file.

    >>> "xấp xỉ" in words("about")
    True
    """
    return frozenset(fold(word) for row_kind, word in lexicon.fact_words() if row_kind == kind)


def word_before(low: str, at: int) -> str:
    """The word right before a place of a folded text, with one space between; "" where there is none."""
    return low[max(0, at - 12) : max(0, at - 1)].rpartition(" ")[2].rpartition("\n")[2]
