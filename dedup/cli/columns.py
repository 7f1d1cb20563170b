"""The options that name the columns of an input, the same for every command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

__all__ = ["chosen_columns", "column"]

_COLUMNS = ("id", "text", "title", "source", "url", "published")


def column(name: str) -> Any:
    """The option --NAME COLUMN."""
    return typer.Option(f"--{name}", metavar="COLUMN", help=f"Column that holds the {name}.", rich_help_panel="Columns")


def chosen_columns(options: Mapping[str, Any]) -> dict[str, str]:
    """Field → column, of the options that were given."""
    return {name: options[name] for name in _COLUMNS if options[name] is not None}
