"""Options that several commands have, and what their values mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from dedup.errors import ParamError

__all__ = ["COLUMNS", "CRITERIA", "LANG", "bytes_of", "chosen_columns", "containment_of", "flag",
           "option", "together"]  # fmt: skip

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_FIELDS = ("id", "text", "title", "source", "url", "published")
_Decorator = Callable[[Any], Any]


def option(names: str, metavar: str | None, help: str, default: Any = None, kind: Any = None) -> _Decorator:
    """An option with a value: one like its default, or else of the type `kind`, by default a string."""
    return click.option(names, metavar=metavar, help=help, default=default, type=kind, show_default=default is not None)


def flag(*names: str, help: str) -> _Decorator:
    """An option without a value."""
    return click.option(*names, is_flag=True, help=help)


def together(*options: _Decorator) -> _Decorator:
    """Several options, in this order."""

    def add(command: Any) -> Any:
        for one in reversed(options):
            command = one(command)
        return command

    return add


LANG = option("--lang", "vi|en", "Language of the screen; by default that of the locale.")
COLUMNS = together(*(option(f"--{name}", "COLUMN", f"Column that holds the {name}.") for name in _FIELDS))
CRITERIA = together(
    option("--containment", "SHARE", "This much of the shorter article is shared; or none.", "0.3"),
    option("--resemblance", "SHARE", "This much of both articles together is shared.", kind=float),
    option("--passage", "SYLLABLES", "The longest copied passage is as long as this.", kind=int),
    option("--min-shared", "N", "Shingles that a match by containment shares.", 20),
    flag("--same-story", help="Also link one event in independent words."),
    option("--same-story-days", "N", "Such articles are at most so many days apart.", 3),
)


def chosen_columns(options: Mapping[str, Any]) -> dict[str, str]:
    """Field → column, of the options that were given."""
    return {name: options[name] for name in _FIELDS if options[name] is not None}


def bytes_of(value: str | None) -> int | None:
    """The bytes that --memory names: 4G, 512M, 1.5G; None where it is not given.

    Raises:
        ParamError: it is no size.
    """
    if value is None:
        return None
    number = value.upper().removesuffix("B").removesuffix("I")
    unit = _UNITS.get(number[-1:], 1)
    try:
        return int(float(number.rstrip("KMGT")) * unit)
    except (ValueError, OverflowError):
        raise ParamError(f"memory={value!r}: need a size such as 4G or 512M") from None


def containment_of(value: str) -> float | None:
    """The share that --containment names; None for "none".

    Raises:
        ParamError: it is no number.
    """
    if value.lower() == "none":
        return None
    try:
        return float(value)
    except ValueError:
        raise ParamError(f"containment={value!r}: need a share such as 0.3, or none") from None
