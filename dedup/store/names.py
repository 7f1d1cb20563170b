"""What a database of an index is called."""

from __future__ import annotations

import os

__all__ = ["URLS", "is_database", "is_url"]

URLS = ("postgresql://", "postgres://")
_MAGIC = b"SQLite format 3\0"


def is_url(name: str) -> bool:
    """Whether a name is that of a database on a server.

    >>> is_url("postgresql://may-chu/tin"), is_url("tin.db")
    (True, False)
    """
    return name.startswith(URLS)


def is_database(name: str) -> bool:
    """Whether there is a database of that name: a URL, or a file of SQLite, whatever its suffix.

    Not by the number that an index has in its header: as long as it is in use that may stand in the write-ahead log
    alone. Whoever opens another database is told what it is.
    """
    if is_url(name):
        return True
    try:
        if not os.path.isfile(name):  # of a pipe nothing must be read
            return False
        with open(name, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, ValueError):
        return False
