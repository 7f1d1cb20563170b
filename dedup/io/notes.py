"""What a reader writes down as it goes: the inputs it left out, counts, columns, progress."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import IO

from dedup.models import Skipped

__all__ = ["UNREADABLE_DATES", "UNREADABLE_VALUES", "Notes", "UnusableError"]

UNREADABLE_DATES = "unreadable dates"
UNREADABLE_VALUES = "unreadable values"

_log = logging.getLogger("dedup.io")


class UnusableError(Exception):
    """A file or a record of it cannot be used; never leaves this package: it becomes a `Skipped`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Notes:
    """The account of one reader: shared by everything that works for it.

    Attributes:
        number: which article of the file at hand comes next, as Origins has it.
        copy: takes a copy of what is read from standard input.
    """

    def __init__(self) -> None:
        self.skipped: list[Skipped] = []
        self.counts: dict[str, int] = {UNREADABLE_DATES: 0, UNREADABLE_VALUES: 0}
        self.columns: dict[str, str] = {}
        self.files = 0
        self.bytes_read = 0
        self.number = 0
        self.copy: IO[bytes] | None = None
        self._said: set[tuple[tuple[str, str], ...]] = set()

    def skip(self, where: str, reason: str) -> None:
        """Records an input that is left out, and warns of it."""
        self.skipped.append(Skipped(where, reason))
        _log.warning("%s: %s", where, reason)

    def choose(self, path: str, columns: Mapping[str, str]) -> None:
        """Records which columns of a file are read, and says so the first time that it is these."""
        self.columns = dict(columns)
        key = tuple(columns.items())
        if key not in self._said:
            self._said.add(key)
            _log.info("%s: columns %s", path, ", ".join(f"{field}={name}" for field, name in key) or "none known")
