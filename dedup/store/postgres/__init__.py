"""An index in PostgreSQL: in a schema of its own, without any state that outlives a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dedup.errors import MissingExtraError

if TYPE_CHECKING:
    from dedup.store.postgres.database import PostgresStore

__all__ = ["open_postgres"]


def open_postgres(url: str, settings: Mapping[str, str]) -> PostgresStore:
    """The index of a URL, made where there is none.

    Args:
        url: postgresql://user:password@host:port/database?schema=dedup, and whatever else libpq takes.
        settings: what a new one is to hold fixed.

    Raises:
        MissingExtraError: psycopg is not installed.
        StoreError: it cannot be opened.
    """
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError("an index in PostgreSQL", "postgres") from None
    from dedup.store.postgres.database import PostgresStore

    return PostgresStore(url, settings)
