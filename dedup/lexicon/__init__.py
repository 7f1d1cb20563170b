"""Words that mean something to dedup, from the data files beside this module: `form<TAB>value` a line, # is a comment.

`aliases.tsv`: long form → short form of the very same thing. `furniture.tsv`: kind → phrase that shows page furniture.
`words.tsv`: kind → word that dates or labels what stands beside it.
`abbreviations.tsv`: kind → word that decides whether a sentence ends beside it.
`compounds.tsv`: words of two syllables. `contrasts.tsv`: set → words of which only one can be true.
`frequency.tsv`: syllable → how common it is. `function_words.tsv`: kind → word that carries no news of its own.
`sources.tsv`: kind → agency, paper or station that articles name as their source.
`units.tsv`: unit or counted noun → dimension and factor. `fact_words.tsv`: kind → word that decides about facts.
`surnames.tsv`, `titles.tsv`, `places.tsv`, `organisations.tsv`: what names of these are made of.
`synonyms.tsv`: word → words that say the same, | between.
"""

from __future__ import annotations

import functools
from importlib import resources

__all__ = [
    "aliases", "compounds", "contrasts", "fact_words", "frequencies", "function_words", "furniture_phrases",
    "organisations", "places", "sentence_cues", "sources", "surnames", "synonyms", "titles", "units", "words",
]  # fmt: skip


def _lines(name: str) -> list[list[str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _rows(name: str) -> list[tuple[str, str]]:
    return [(first.strip(), second.strip()) for first, second in _lines(name)]


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
def sentence_cues() -> list[tuple[str, str]]:
    """(kind, word) pairs; the kinds are explained at the head of the file."""
    return _rows("abbreviations.tsv")


@functools.cache
def compounds() -> list[str]:
    """Words of two syllables."""
    return [first for first, *_ in _lines("compounds.tsv")]


@functools.cache
def frequencies() -> dict[str, int]:
    """Syllable → articles of 10,000 that hold it: {"của": 9621, ...}."""
    return {syllable: int(count) for syllable, count in _rows("frequency.tsv")}


@functools.cache
def contrasts() -> dict[str, tuple[str, ...]]:
    """Set → words of which only one can be true of the same thing: {"direction": ("tăng", "giảm"), ...}."""
    return {name: tuple(word.strip() for word in words.split("|")) for name, words in _rows("contrasts.tsv")}


@functools.cache
def function_words() -> list[tuple[str, str]]:
    """(kind, phrase) pairs; the kinds are explained at the head of the file."""
    return _rows("function_words.tsv")


@functools.cache
def sources() -> list[tuple[str, str]]:
    """(kind, name) pairs; the kinds are explained at the head of the file."""
    return _rows("sources.tsv")


@functools.cache
def units() -> list[tuple[str, str]]:
    """(form, meaning) pairs: ("km", "length 1000"), ("người", "count"); explained at the head of the file."""
    return _rows("units.tsv")


@functools.cache
def surnames() -> dict[str, str]:
    """Family name → "sure", or "also" where it is an ordinary word too: {"nguyễn": "sure", "hồ": "also", ...}."""
    return dict(_rows("surnames.tsv"))


@functools.cache
def titles() -> dict[str, str]:
    """Word before a person's name → what it is, as the head of the file says: {"ông": "title", ...}."""
    return dict(_rows("titles.tsv"))


@functools.cache
def places() -> dict[str, str]:
    """Name, or word before a name → kind: {"nghệ an": "province", "quận": "head", ...}."""
    return dict(_rows("places.tsv"))


@functools.cache
def organisations() -> list[tuple[str, str]]:
    """(name or part of one, kind) pairs; the kinds are explained at the head of the file."""
    return _rows("organisations.tsv")


@functools.cache
def synonyms() -> dict[str, str]:
    """Word or phrase → the form that stands for its group: {"cho hay": "cho biết", "cho biết": "cho biết", ...}."""
    groups = ((canonical, variants.split("|")) for canonical, variants in _rows("synonyms.tsv"))
    return {form.strip(): canonical for canonical, variants in groups for form in (canonical, *variants)}


@functools.cache
def fact_words() -> list[tuple[str, str]]:
    """(kind, word) pairs; the kinds are explained at the head of the file."""
    return _rows("fact_words.tsv")
