"""How the commands open an index: which options say how it is sketched, and what has to be there."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.options import option, together
from dedup.cli.words import Language, say
from dedup.errors import InputError

if TYPE_CHECKING:
    from dedup import Article, Furniture, Index, Params

__all__ = ["DATABASE", "SKETCHES", "check_there", "finder", "load_furniture", "open_index", "sketch_params"]

DATABASE = click.argument("database", metavar="DB")
SKETCHES = together(
    option("--k", "N", "Syllables in a shingle; 5.", kind=int),
    option("--min-passage", "N", "Common runs this long are noticed; 24.", kind=int),
    option("--aliases/--no-aliases", None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ..."),
    option("--accents", "keep|ignore", "ignore: Hà Nội = Ha Noi."),
)
_SKETCH = ("k", "min_passage", "aliases", "accents")


def sketch_params(options: Mapping[str, Any]) -> Params | None:
    """The Params of the sketch options that were given; None where none was, which is how the file has it."""
    from dedup import Params

    given = {name: options[name] for name in _SKETCH if options[name] is not None}
    return Params(**given) if given else None


def load_furniture(path: str | None) -> Furniture | None:
    """The page furniture of a file, where one is named."""
    from dedup import Furniture

    return None if path is None else Furniture.load(path)


def open_index(name: str, lang: Language) -> Index:
    """An index that is there.

    Raises:
        InputError: there is none.
    """
    from dedup import Index

    check_there(name, lang)
    return Index(name)


def finder(index: Index) -> Callable[[str], Article | None]:
    """A function that gives an article of the index; None for one that somebody has just removed."""

    def find(id: str) -> Article | None:
        try:
            return index.get(id)
        except KeyError:
            return None

    return find


def check_there(name: str, lang: Language) -> None:
    """Raises InputError where there is no such file: opening it would make one."""
    from dedup.store.names import is_url

    if not is_url(name) and not os.path.exists(name):
        command = shlex.join(["dedup", "index", "add", name, "PATH"])
        raise InputError(name, say(lang, "index_missing", command))
