"""`dedup index`: a database of articles, each matched with those before it as it arrives."""

from __future__ import annotations

import click

from dedup.cli.index.add import add_command
from dedup.cli.index.export import export_command
from dedup.cli.index.query import query_command
from dedup.cli.index.upkeep import expire_command, rebuild_command, remove_command, stats_command

__all__ = ["index_command"]

_COMMANDS = [
    add_command, query_command, remove_command, expire_command, stats_command, rebuild_command, export_command,
]  # fmt: skip


@click.group("index", commands=_COMMANDS)
def index_command() -> None:
    """Keeps articles in a database: each one that is added gets its matches and its story.

    DB is its file, or postgresql://…
    """
