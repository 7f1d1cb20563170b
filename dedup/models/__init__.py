"""What goes in and what comes out: frozen values without behaviour of their own."""

from __future__ import annotations

from dedup.models.params import Params
from dedup.models.values import (
    RELATIONS,
    Added,
    Article,
    Change,
    Check,
    Counterpart,
    Crowd,
    Decision,
    Diff,
    Edge,
    Evidence,
    Fact,
    FactKind,
    Language,
    Match,
    Passage,
    Relation,
    Skipped,
    Story,
    Token,
    identifier,
)

__all__ = [
    "RELATIONS", "Added", "Article", "Change", "Check", "Counterpart", "Crowd", "Decision", "Diff", "Edge", "Evidence",
    "Fact", "FactKind", "Language", "Match", "Params", "Passage", "Relation", "Skipped", "Story", "Token",
    "identifier",
]  # fmt: skip
