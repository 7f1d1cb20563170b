"""`dedup index`: a database of articles, each matched with those before it as it arrives."""

from __future__ import annotations

import typer

from dedup.cli.index.add import add_command
from dedup.cli.index.export import export_command
from dedup.cli.index.query import query_command
from dedup.cli.index.upkeep import expire_command, rebuild_command, remove_command, stats_command

__all__ = ["index_app"]

index_app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    help="Keeps articles in a database: each one that is added gets its matches and its story.",
)  # fmt: skip

index_app.command("add")(add_command)
index_app.command("query")(query_command)
index_app.command("remove")(remove_command)
index_app.command("expire")(expire_command)
index_app.command("stats")(stats_command)
index_app.command("rebuild")(rebuild_command)
index_app.command("export")(export_command)
