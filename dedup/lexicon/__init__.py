"""Words that mean something to dedup, from the data files beside this module: `form<TAB>value` a line, # is a comment.

`aliases.tsv`: long form → short form of the very same thing. `furniture.tsv`: kind → phrase that shows page furniture.
`words.tsv`: kind → word that dates or labels what stands beside it.
`sources.tsv`: kind → agency, paper or station that articles name as their source.
"""

from __future__ import annotations

import functools
from importlib import resources

__all__ = ["aliases", "furniture_phrases", "sources", "words"]


def _rows(name: str) -> list[tuple[str, str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [(first.strip(), second.strip()) for first, second in pairs]


@functools.cache
def aliases() -> dict[str, str]:
    """Long form → short form, lower case: {"hoa kỳ": "mỹ", ...}."""
    return dict(_rows("aliases.tsv"))


@functools.cache
def furniture_phrases() -> list[tuple[str, str]]:
    """(kind, phrase) pairs; the kinds are explained at the head of the file."""
    return _rows("furniture.tsv")


@functools.cache
def words() -> list[tuple[str, str]]:
    """(kind, word) pairs; the kinds are explained at the head of the file."""
    return _rows("words.tsv")


@functools.cache
def sources() -> list[tuple[str, str]]:
    """(kind, name) pairs; the kinds are explained at the head of the file."""
    return _rows("sources.tsv")
