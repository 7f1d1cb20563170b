"""Options that several commands have, and what their values mean."""

from __future__ import annotations

from typing import Any

import typer

from dedup.errors import ParamError

__all__ = ["bytes_of", "containment_of", "option"]

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def option(metavar: str | None, help: str, panel: str = "Options") -> Any:
    """An option with a value, in a panel of the help."""
    return typer.Option(metavar=metavar, help=help, rich_help_panel=panel, show_default=True)


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
