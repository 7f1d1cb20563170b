"""Writes tables of results, whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import operator
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Literal, Protocol

from dedup.errors import InputError, ParamError
from dedup.io.parquet import need_pyarrow

__all__ = ["ColumnType", "check_target", "write_rows"]


class _Writable(Protocol):
    def write(self, data: bytes, /) -> int: ...


ColumnType = Literal["string", "integer", "float", "boolean"]

_STDOUT = "-"
_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".csv", ".csv.gz", ".csv.zst", ".parquet")
_ROW_GROUP = 50_000
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_target(target: str | os.PathLike[str]) -> None:
    """Checks that rows can be written to `target`, without touching it: to be called before hours of work.

    Raises:
        ParamError: its suffix is none of .jsonl, .csv (each also with .gz or .zst) and .parquet, and it is not "-".
        InputError: its folder is missing or cannot be written to, or it is itself a folder, a pipe or a device.
        MissingExtraError: it is Parquet and pyarrow is not installed.
    """
    path = os.fsdecode(target)
    if path == _STDOUT:
        return
    if os.path.isdir(path):
        raise InputError(path, "is a folder: need a file")
    if not path.lower().endswith(_SUFFIXES):
        raise ParamError(f"target={path!r}: need a name that ends in {', '.join(_SUFFIXES)}, or - for standard output")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise InputError(path, f"no such folder: {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(path, f"no permission to write to the folder {folder}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise InputError(path, "is not a regular file")
    if path.lower().endswith(".parquet"):
        need_pyarrow("writing Parquet")


def write_rows(
    target: str | os.PathLike[str],
    columns: Mapping[str, ColumnType],
    rows: Iterable[tuple[Any, ...]],
    *,
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Writes rows to a file and returns how many: all of them, or on any error none and a former file is as it was.

    Rows are taken one after the other; Parquet keeps 50,000 of them in memory.

    - JSON Lines (.jsonl, or "-" for standard output, as it comes): UTF-8; a lone surrogate becomes the escape \\udXXX.
    - CSV (.csv): UTF-8 with a byte order mark, lines end in CR LF; a string that begins with = + - @ tab or CR gets a
      `'` before it, so that no spreadsheet takes it for a formula; None is an empty field; true, false.
    - Parquet (.parquet): zstd, `metadata` in the metadata of the schema; the other formats have no place for it.

    CSV and Parquet cannot hold a lone surrogate: it becomes the six characters \\udXXX.

    Args:
        target: the file; its suffix says the format, .gz or .zst after .jsonl or .csv the compression.
        columns: names and types, in order.
        rows: tuples in that order. None is null; a datetime or date in a string column is written in ISO 8601.

    Raises:
        ParamError, InputError, MissingExtraError: as `check_target`.
        ParamError: an unknown type of column, a row of another length, or a value that is not of its column's type.

    >>> write_rows("-", {"id": "string", "shared": "integer"}, [("giá-nước", 41)])
    {"id": "giá-nước", "shared": 41}
    1
    """
    converters = [_converter(name, kind) for name, kind in columns.items()]
    path = os.fsdecode(target)
    check_target(path)
    values = _converted(rows, list(columns), converters)
    if path == _STDOUT:
        return _write_stdout(columns, values)
    with _replacing(os.path.realpath(path)) as file:
        if path.lower().endswith(".parquet"):
            return _write_parquet(file, columns, values, metadata or {})
        with _packed(file, path.lower()) as stream:
            is_csv = path.lower().removesuffix(".gz").removesuffix(".zst").endswith(".csv")
            return (_write_csv if is_csv else _write_jsonl)(stream, columns, values)


def _converter(name: str, kind: str) -> Callable[[Any], Any]:
    converters = {"string": _string, "integer": operator.index, "float": float, "boolean": bool}
    if kind not in converters:
        raise ParamError(f"columns[{name!r}]={kind!r}: need one of {', '.join(converters)}")
    return converters[kind]


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _converted(
    rows: Iterable[tuple[Any, ...]], names: list[str], converters: list[Callable[[Any], Any]]
) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise ParamError(f"row {number}: {len(row)} values, need {len(names)}")
        try:
            values = [None if v is None else convert(v) for convert, v in zip(converters, row, strict=True)]
        except (TypeError, ValueError) as error:
            raise ParamError(f"row {number} {dict(zip(names, row, strict=True))!r:.200}: {error}") from None
        yield values


def _write_jsonl(stream: _Writable, columns: Mapping[str, ColumnType], rows: Iterable[list[Any]]) -> int:
    names = list(columns)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for row in rows:
        # The encoder leaves no single backslash outside its own escapes, so those of the codec are unambiguous.
        stream.write((encode(dict(zip(names, row, strict=True))) + "\n").encode("utf-8", "backslashreplace"))
        count += 1
    return count


def _write_stdout(columns: Mapping[str, ColumnType], rows: Iterable[list[Any]]) -> int:
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None) or _TextOnly()  # notebooks have no bytes below their text
    count = _write_jsonl(stream, columns, rows)
    sys.stdout.flush()
    return count


class _TextOnly:
    def write(self, data: bytes) -> int:
        return sys.stdout.write(data.decode())


def _write_csv(stream: IO[bytes], columns: Mapping[str, ColumnType], rows: Iterable[list[Any]]) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="")
    count = 0
    try:
        text.write("\ufeff")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    finally:
        text.detach()  # flushes, and leaves the stream open
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return str(value).lower() if isinstance(value, bool) else value


def _write_parquet(
    file: IO[bytes], columns: Mapping[str, ColumnType], rows: Iterator[list[Any]], metadata: Mapping[str, str]
) -> int:
    pa = need_pyarrow("writing Parquet")
    kinds = {"string": pa.string(), "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()], metadata=dict(metadata))
    count = 0
    with pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(itertools.islice(rows, _ROW_GROUP)):
            table = pa.table(
                [_array(pa, v, k) for v, k in zip(zip(*group, strict=True), schema.types, strict=True)], schema=schema
            )
            writer.write_table(table, row_group_size=_ROW_GROUP)
            count += len(group)
    return count


def _array(pa: Any, values: tuple[Any, ...], kind: Any) -> Any:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([v and v.encode("utf-8", "backslashreplace").decode() for v in values], kind)


@contextmanager
def _packed(file: IO[bytes], path: str) -> Iterator[IO[bytes]]:
    if path.endswith(".gz"):
        import gzip

        # Neither name nor time: the same rows give the same bytes.
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
            yield packed  # type: ignore[misc]
    elif path.endswith(".zst"):
        import zstandard

        with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packed:
            yield packed
    else:
        yield file


@contextmanager
def _replacing(path: str) -> Iterator[IO[bytes]]:
    """Opens a new file that takes the place of `path` when everything is written, and vanishes on any error."""
    # Hidden, so that nobody who reads the folder meanwhile takes it for an input.
    temporary = os.path.join(os.path.dirname(path), f".dedup-{os.urandom(8).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
