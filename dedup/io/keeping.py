"""Writes the kept articles of a reader as its files have them: one file for one file, a folder for anything else."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from dedup.errors import InputError, ParamError
from dedup.io.copying import copy_kept, holds_many
from dedup.io.places import STDIN, Place, kind_of
from dedup.io.reading import Reader
from dedup.io.writing import binary_stdout, check_place, packed, replacing

__all__ = ["check_keep", "write_kept"]


def check_keep(
    target: str | os.PathLike[str], paths: Sequence[str | os.PathLike[str]], others: Iterable[str] = ()
) -> None:
    """Checks that `write_kept` can write what is kept of `paths` to `target`, without touching it.

    Args:
        target: see `write_kept`.
        paths: what is going to be read.
        others: other paths that must not be written into.

    Raises:
        ParamError: the target does not fit the inputs: another suffix, "-" for other than JSON Lines, two inputs of the
            same name.
        InputError: it is or lies in an input, it is a folder that is not empty, or it cannot be made.
    """
    path, plain = os.fsdecode(target), [os.fsdecode(p) for p in paths]
    if len(plain) > 1 and STDIN in plain:
        raise ParamError(f"keep={path!r}: standard input cannot be kept together with other inputs")
    single = _single(plain)
    if path == STDIN:
        if single is None or _kind(single) != ("jsonl", ""):
            raise ParamError("keep='-': need one input of JSON Lines for standard output; or name a file or folder")
        return
    for other in [*plain, *others]:
        _check_apart(path, other)
    if _is_folder(path, single):
        _prefixes(plain, path)
        _check_folder(path)
        return
    assert single is not None
    if _kind(single) != _kind(path):
        raise ParamError(f"keep={path!r}: need a name that ends in {_suffix(single)}, as {single} does")
    check_place(path)


def write_kept(target: str | os.PathLike[str], reader: Reader, kept: Sequence[bool]) -> int:
    """Writes the articles that are kept, byte for byte as they stand in the files that were read; returns how many.

    One file (or standard input) in, one file out, with the same suffix; "-" is standard output, for JSON Lines. From a
    folder a folder is made, with the same files below it, packed as they were; from several paths a folder in which
    each has its own name, and so from one file where the target is an empty folder or ends in "/". Of a file that
    holds many articles there is one in the folder also where none is kept; a file that could not be read has none.

    Everything is written to a temporary neighbour that takes the name of the target in the end: on any error nothing
    is left. Inputs are read again; where one has changed, that is an error.

    Args:
        target: a file, or a folder that is empty or not there.
        reader: has been read to its end; with standard input, `keep_stdin` was called before.
        kept: for each article that it gave, in order, whether it is kept.

    Raises:
        ParamError, InputError: as `check_keep`.
        ParamError: kept is of another length.
        InputError: a file changed since it was read, or one file alone could not be read.

    >>> import pathlib, tempfile
    >>> from dedup.io import read
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "tin.jsonl")
    ...     _ = path.write_text('{"text": "Mưa lớn."}\\n{"text":  "Gió nhẹ."}\\n', encoding="utf-8")
    ...     reader = read(path)
    ...     _ = list(reader)
    ...     _ = write_kept(path.with_name("giu.jsonl"), reader, [False, True])
    ...     path.with_name("giu.jsonl").read_text(encoding="utf-8")
    '{"text":  "Gió nhẹ."}\\n'
    """
    path = os.fsdecode(target)
    check_keep(path, reader.paths)
    if len(kept) != len(reader.origins):
        raise ParamError(f"kept: {len(kept)} values, need one for each of {len(reader.origins)} articles")
    single = _single(reader.paths)
    if single is None or _is_folder(path, single):
        with _new_folder(os.path.realpath(path)) as folder:
            _write_folder(folder, reader, kept, path)
    elif path == STDIN:
        _write_file(binary_stdout(), reader, kept)
        sys.stdout.flush()
    else:
        with replacing(os.path.realpath(path)) as file:
            _write_file(file, reader, kept)
    return sum(map(bool, kept))


def _single(paths: Sequence[str]) -> str | None:
    """The path where it is one, and no folder."""
    return paths[0] if len(paths) == 1 and not os.path.isdir(paths[0]) else None


def _kind(path: str) -> tuple[str, str]:
    return ("jsonl", "") if path == STDIN else kind_of(path)


def _suffix(path: str) -> str:
    if path == STDIN:
        return ".jsonl"
    stem, suffix = os.path.splitext(os.path.basename(path))
    return (os.path.splitext(stem)[1] if kind_of(path)[1] else "") + suffix


def _is_folder(target: str, single: str | None) -> bool:
    is_named_so = os.path.isdir(target) or target.endswith(("/", os.sep))
    return single is None or (is_named_so and single != STDIN)


def _check_apart(target: str, path: str) -> None:
    if path == STDIN:
        return
    own, other = os.path.realpath(target), os.path.realpath(path)
    if own == other or (os.path.exists(own) and os.path.exists(other) and os.path.samefile(own, other)):
        raise InputError(target, "is an input: it is not written over")
    if os.path.isdir(other) and own.startswith(os.path.join(other, "")):
        raise InputError(target, f"lies in the input {path}: nothing is written into it")


def _check_folder(target: str) -> None:
    path = os.path.realpath(target)
    if os.path.isdir(path):
        if os.path.ismount(path):
            raise InputError(target, "is a mount point: name a folder in it")
        if os.listdir(path):
            raise InputError(target, "is a folder that is not empty: need an empty one, or a new name")
    elif os.path.lexists(path):
        raise InputError(target, "is a file: need a folder, or a new name")
    parent = os.path.dirname(path)
    if not os.path.isdir(parent):
        raise InputError(target, f"no such folder: {parent}")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(target, f"no permission to write to the folder {parent}")


def _prefixes(paths: Sequence[str], target: str) -> dict[str, str]:
    """What the names of its files get before them, for each path: nothing for a folder alone."""
    if len(paths) == 1:
        return {paths[0]: ""}
    result: dict[str, str] = {}
    names = set()
    for path in paths:
        name = os.path.basename(os.path.realpath(path) if os.path.isdir(path) else path)
        if not name or name in names:
            raise ParamError(f"keep={target!r}: two inputs are named {name!r}, and so would be what is kept of them")
        names.add(name)
        result[path] = f"{name}/" if os.path.isdir(path) else ""
    return result


@contextmanager
def _new_folder(path: str) -> Iterator[str]:
    """Makes a folder that takes the place of the empty `path` when everything is written, and vanishes on any error."""
    temporary = os.path.join(os.path.dirname(path), f".dedup-{os.urandom(8).hex()}.tmp")
    try:
        os.mkdir(temporary)
        yield temporary
        if os.path.isdir(path):
            os.rmdir(path)
        os.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            shutil.rmtree(temporary)
        raise


def _write_folder(folder: str, reader: Reader, kept: Sequence[bool], target: str) -> None:
    prefixes = _prefixes(reader.paths, target)
    for place, mask, reason in reader.origins.select(kept):
        if reason and reason != "empty":
            continue
        path = os.path.join(folder, *(prefixes[place.root] + place.name).split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            is_there = _write_copy(file, place, mask, reason, reader)
            file.flush()
            os.fsync(file.fileno())
        if not is_there:
            os.unlink(path)


def _write_file(out: IO[bytes], reader: Reader, kept: Sequence[bool]) -> None:
    files = list(reader.origins.select(kept))
    reason = files[0][2] if files else "nothing was read"
    if reason and reason != "empty":
        raise InputError(reader.paths[0], f"nothing is kept of it: {reason}")
    for place, mask, why in files:
        _write_copy(out, place, mask, why, reader)


def _write_copy(out: IO[bytes], place: Place, mask: bytearray, why: str, reader: Reader) -> bool:
    """Copies what is kept of one file; of an empty one comes an empty one. Returns whether there is a file to be."""
    if why:
        with packed(out, place.packing):
            return holds_many(place.kind)
    return copy_kept(place, mask, out, named=reader.named, stdin=reader.stdin_copy)
