"""Where an index keeps its articles: SQLite, in a file or in memory, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping

from dedup.store.names import is_url
from dedup.store.packing import DETAILS, pack_details, unpack_details
from dedup.store.protocol import (
    Copy,
    DamagedRunError,
    Directory,
    Entry,
    Holders,
    Ledger,
    Lists,
    Snapshot,
    Store,
    Tale,
    Version,
    check_there,
    hold_each,
)

__all__ = [
    "DETAILS", "Copy", "DamagedRunError", "Directory", "Entry", "Holders", "Ledger", "Lists", "Snapshot", "Store",
    "Tale", "Version", "check_there", "hold_each", "open_store", "pack_details", "unpack_details",
]  # fmt: skip


def open_store(path_or_url: str, settings: Mapping[str, str]) -> Store:
    """The database of that path; made where there is none.

    Args:
        path_or_url: of a SQLite file, ":memory:", or postgresql://…
        settings: what a new one is to hold fixed.

    Raises:
        StoreError: it cannot be opened.
        DamagedError: it is no index, or damaged.
        MissingExtraError: it is in PostgreSQL, and psycopg is not installed.
    """
    if is_url(path_or_url):
        from dedup.store.postgres import open_postgres

        return open_postgres(path_or_url, settings)
    from dedup.store.sqlite import SqliteStore

    return SqliteStore(path_or_url, settings)
