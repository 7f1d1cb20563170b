"""The errors that dedup raises: one tree, each child also a child of the built-in error it resembles."""

from __future__ import annotations

__all__ = [
    "ArticleError", "BusyError", "DamagedError", "DedupError", "DiskError", "InputError", "MismatchError",
    "MissingExtraError", "ParamError", "SparkError", "StoreError",
]  # fmt: skip


class DedupError(Exception):
    """The base of every error that dedup raises on purpose."""


class ParamError(DedupError, ValueError):
    """A parameter is out of its range. The message has the name, the value and what is allowed."""


class ArticleError(DedupError, TypeError):
    """An article is not what it has to be: its id is no string or integer, its text no string."""


class InputError(DedupError, ValueError):
    """An input cannot be read. The message begins with `path` or `path:line`.

    Attributes:
        where: the path, with `:line` where a line is known.
        reason: what is wrong with it.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class DiskError(DedupError, OSError):
    """A working file cannot be written or read: the disk is full, or the folder is not ours. The message begins with
    its path."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")


class MissingExtraError(DedupError, ImportError):
    """A feature needs a package that is not installed. The message has the command that installs it."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra package: pip install 'dedup-vi[{extra}]'")


class SparkError(DedupError, RuntimeError):
    """Spark, or the Java that it runs on, is missing or too old, or cannot carry what a job sends. The message has what
    to do."""


class StoreError(DedupError, OSError):
    """The database of an index cannot be opened, read or written. The message begins with its name."""


class BusyError(StoreError, TimeoutError):
    """Somebody else writes to the database of an index. The message has the time waited."""


class DamagedError(StoreError):
    """The database of an index does not hold what was written to it."""


class MismatchError(DedupError, ValueError):
    """An index was sketched in another way than is asked for. The message names `dedup index rebuild`."""
