"""Corpus furniture: lines and sentences that the articles of a source show again and again, learnt from a corpus.

Structural furniture (a hotline, a caption) is known from one text alone. What is learnt is an explicit value.
"""

from __future__ import annotations

from dedup.furniture.learning import Learner
from dedup.furniture.value import Furniture, FurnitureLine, group_of, names_of

__all__ = ["Furniture", "FurnitureLine", "Learner", "group_of", "names_of"]
