"""Finds the files to read: named ones, and those in folders."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

__all__ = ["STDIN", "Place", "find", "kind_of", "why"]

STDIN = "-"
_KINDS = {
    ".txt": "txt",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
_PACKINGS = {".gz": "gzip", ".zst": "zstd"}
_UNKNOWN_SUFFIX = f"not read: need one of {', '.join(_KINDS)}, each also with .gz or .zst"


@dataclass(frozen=True, slots=True)
class Place:
    """One file to read.

    Attributes:
        path: how to open it and how messages name it; "-" is standard input.
        name: the id of the article in it, before `:line` where it holds many; slashes as in POSIX.
        kind: "txt", "html", "json", "jsonl", "csv", "tsv" or "parquet".
        packing: "gzip", "zstd" or "" for none.
        size: bytes on the disk.
        changed: when the file was changed last, in nanoseconds.
        root: the path that was named, at or below which it stands.
    """

    path: str
    name: str
    kind: str
    packing: str = ""
    size: int = 0
    changed: int = 0
    root: str = ""


def find(paths: Iterable[str], skip: Callable[[str, str], None]) -> Iterator[Place]:
    """Yields the files at and below `paths`: paths as they come, folders sorted by name, depth first.

    Entries of a folder whose name begins with a dot are ignored. Links are followed, but no folder is entered twice
    below one path. Whatever cannot be read is handed to `skip` with the reason.
    """
    for path in paths:
        if path == STDIN:
            yield Place(STDIN, STDIN, "jsonl", root=STDIN)
        else:
            yield from _walk(path, skip)


def why(error: OSError) -> str:
    """Says in a few words why the system refused a file."""
    if error.errno == errno.ELOOP:
        return "symlink loop"
    return f"cannot be read: {error.strerror or error}"


def _walk(root: str, skip: Callable[[str, str], None]) -> Iterator[Place]:
    entered: dict[tuple[int, int], str] = {}
    stack = [(root, "")]
    while stack:
        path, name = stack.pop()
        try:
            status = os.stat(path)
            if stat.S_ISDIR(status.st_mode):
                # Some file systems number nothing: there every folder is 0.
                former = entered.setdefault((status.st_dev, status.st_ino), path) if status.st_ino else path
                if former == path:
                    stack += _entries(path, name)
                else:
                    skip(path, _entered(path, former))
                continue
        except FileNotFoundError as error:
            skip(path, "broken symlink" if os.path.islink(path) else why(error))
            continue
        except OSError as error:
            skip(path, why(error))
            continue
        place = _place(path, name or os.path.basename(path), root, status)
        if isinstance(place, Place):
            yield place
        else:
            skip(path, place)


def _entries(path: str, name: str) -> list[tuple[str, str]]:
    names = sorted((entry for entry in os.listdir(path) if not entry.startswith(".")), reverse=True)
    return [(os.path.join(path, entry), f"{name}/{entry}" if name else entry) for entry in names]


def _entered(path: str, former: str) -> str:
    if os.path.join(path, "").startswith(os.path.join(former, "")):
        return f"symlink loop: leads back to {former}"
    return f"the same folder as {former}, which is read"


def kind_of(path: str) -> tuple[str, str]:
    """The kind and the packing that the suffix of a file says; the kind is "" where it is none that is read."""
    stem, suffix = os.path.splitext(path.lower())
    packing = _PACKINGS.get(suffix, "")
    if packing:
        suffix = os.path.splitext(stem)[1]
    return _KINDS.get(suffix, ""), packing


def _place(path: str, name: str, root: str, status: os.stat_result) -> Place | str:
    if not stat.S_ISREG(status.st_mode):
        return f"not a regular file: {_sort_of_file(status.st_mode)}"
    kind, packing = kind_of(path)
    if not kind:
        return _UNKNOWN_SUFFIX
    return Place(path, name, kind, packing, status.st_size, status.st_mtime_ns, root)


def _sort_of_file(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"
