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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, Literal, cast

from dedup.errors import InputError, ParamError
from dedup.io.parquet import need_pyarrow

__all__ = [
    "PAGES", "ColumnType", "Columns", "binary_stdout", "check_place", "check_target", "grouped", "is_parquet",
    "make_table", "packed", "packing_of", "replacing", "write_columns", "write_json", "write_page", "write_rows",
]  # fmt: skip


ColumnType = Literal["string", "integer", "float", "boolean", "spans"]

_Converter = tuple[Callable[[Any], Any], type]  # and the type of values that it leaves as they are
Columns = Sequence[Sequence[Any]]

PAGES = (".html", ".htm")  # suffixes of pages
_STDOUT = "-"
_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".csv", ".csv.gz", ".csv.zst", ".parquet")
_PACKINGS = {".gz": "gzip", ".zst": "zstd"}
_ROW_GROUP, _AT_ONCE = 50_000, 1_000  # rows that are converted together, for Parquet and for lines
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_target(target: str | os.PathLike[str], suffixes: tuple[str, ...] = _SUFFIXES) -> None:
    """Checks that rows can be written to `target`, without touching it: to be called before hours of work.

    Raises:
        ParamError: its suffix is none of .jsonl, .csv (each also with .gz or .zst) and .parquet, or of `suffixes`, and
            it is not "-".
        InputError: its folder is missing or cannot be written to, or it is itself a folder, a pipe or a device.
        MissingExtraError: it is Parquet and pyarrow is not installed.
    """
    path = os.fsdecode(target)
    if path == _STDOUT:
        return
    if os.path.isdir(path):
        raise InputError(path, "is a folder: need a file")
    if not path.lower().endswith(suffixes):
        raise ParamError(f"target={path!r}: need a name that ends in {', '.join(suffixes)}, or - for standard output")
    check_place(path)
    if is_parquet(path):
        need_pyarrow("writing Parquet")


def is_parquet(target: str | os.PathLike[str]) -> bool:
    """Whether rows are written as Parquet, by the suffix of the file."""
    return os.fsdecode(target).lower().endswith(".parquet")


def check_place(path: str) -> None:
    """Checks that a file can be made at `path`, or the one that is there be replaced.

    Raises:
        InputError: its folder is missing or cannot be written to, or it is no regular file.
    """
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise InputError(path, f"no such folder: {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(path, f"no permission to write to the folder {folder}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise InputError(path, "is not a regular file")


def write_rows(
    target: str | os.PathLike[str],
    columns: Mapping[str, ColumnType],
    rows: Iterable[tuple[Any, ...]],
    *,
    metadata: Mapping[str, str] | None = None,
) -> int:
    """Writes rows to a file and returns how many: all of them, or on any error none and a former file is as it was.

    A thousand rows are in memory at a time, of Parquet 50,000.

    - JSON Lines (.jsonl, or "-" for standard output, as it comes): UTF-8; a lone surrogate becomes the escape \\udXXX.
    - CSV (.csv): UTF-8 with a byte order mark, lines end in CR LF; a string that begins with = + - @ tab or CR gets a
      `'` before it, so that no spreadsheet takes it for a formula; None is an empty field; true, false.
    - Parquet (.parquet): zstd, `metadata` in the metadata of the schema; the other formats have no place for it.

    CSV and Parquet cannot hold a lone surrogate: it becomes the six characters \\udXXX.

    A "spans" column holds pairs of integers: a list of lists, in CSV as JSON.

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
    most = _ROW_GROUP if is_parquet(target) else _AT_ONCE
    return write_columns(target, columns, grouped(rows, len(columns), most), metadata=metadata)


def write_columns(
    target: str | os.PathLike[str], columns: Mapping[str, ColumnType], groups: Iterable[Columns], *,
    metadata: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """As `write_rows`, of rows that come as columns, many at a time."""
    converters = [_converter(name, kind) for name, kind in columns.items()]
    path = os.fsdecode(target)
    check_target(path)
    values = _converted(groups, list(columns), converters)
    if path == _STDOUT:
        return _write_stdout(columns, values)
    with replacing(os.path.realpath(path)) as file:
        if is_parquet(path):
            return _write_parquet(file, columns, values, metadata or {})
        with packed(file, packing_of(path)) as stream:
            is_csv = path.lower().removesuffix(".gz").removesuffix(".zst").endswith(".csv")
            return (_write_csv if is_csv else _write_jsonl)(stream, columns, values)


def write_json(target: str | os.PathLike[str], value: Any) -> None:
    """Writes one JSON value to a file, whole or not at all, or to standard output ("-")."""
    data = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")
    if os.fsdecode(target) == _STDOUT:
        binary_stdout().write(data)
        sys.stdout.flush()
        return
    with replacing(os.path.realpath(os.fsdecode(target))) as file:
        file.write(data)


def write_page(target: str | os.PathLike[str], page: str) -> None:
    """Writes an HTML page to a file, whole or not at all, or to standard output ("-")."""
    data = page.encode("utf-8", "replace")
    if os.fsdecode(target) == _STDOUT:
        binary_stdout().write(data)
        sys.stdout.flush()
        return
    with replacing(os.path.realpath(os.fsdecode(target))) as file:
        file.write(data)


def make_table(
    columns: Mapping[str, ColumnType], groups: Iterable[Columns], metadata: Mapping[str, str] | None = None
) -> Any:
    """The rows, as `write_columns` takes them, as a pyarrow.Table with the types and values of a Parquet file.

    Raises:
        MissingExtraError: pyarrow is not installed.
        ParamError: as `write_rows`.
    """
    pa = need_pyarrow("to_arrow")
    converters = [_converter(name, kind) for name, kind in columns.items()]
    schema = _schema(pa, columns, metadata or {})
    return pa.concat_tables([schema.empty_table(), *_tables(pa, schema, _converted(groups, list(columns), converters))])


def grouped(rows: Iterable[tuple[Any, ...]], width: int, most: int = _ROW_GROUP) -> Iterator[Columns]:
    """The rows as columns, at most so many rows at a time.

    Raises:
        ParamError: a row has not so many values.
    """
    rows, before = iter(rows), 0
    while group := list(itertools.islice(rows, most)):
        if set(map(len, group)) != {width}:
            number, row = next((n, row) for n, row in enumerate(group, before + 1) if len(row) != width)
            raise ParamError(f"row {number}: {len(row)} values, need {width}")
        yield [*zip(*group, strict=True)]
        before += len(group)


def _converter(name: str, kind: str) -> _Converter:
    converters: dict[str, tuple[Callable[[Any], Any], type]] = {
        "string": (_string, str), "integer": (operator.index, int), "float": (float, float), "boolean": (bool, bool),
        "spans": (_spans, type(None)),
    }  # fmt: skip
    if kind not in converters:
        raise ParamError(f"columns[{name!r}]={kind!r}: need one of {', '.join(converters)}")
    return converters[kind]


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _spans(value: Any) -> list[list[int]]:
    return [[operator.index(start), operator.index(end)] for start, end in value]


def _converted(groups: Iterable[Columns], names: list[str], converters: list[_Converter]) -> Iterator[Columns]:
    """The columns with the values that a file gets."""
    before = 0
    for group in groups:
        try:
            yield [_convert(column, *converter) for column, converter in zip(group, converters, strict=True)]
        except (TypeError, ValueError):
            _check(zip(*group, strict=True), names, converters, before)
            raise
        before += len(group[0])


def _convert(column: Sequence[Any], convert: Callable[[Any], Any], own: type) -> Sequence[Any]:
    """The values; those of types which need nothing done are left as they are."""
    if set(map(type, column)) <= {own, type(None)}:
        return column
    return [None if value is None else convert(value) for value in column]


def _check(rows: Iterable[tuple[Any, ...]], names: list[str], converters: list[_Converter], before: int) -> None:
    """Raises ParamError for the first row that cannot be written."""
    for number, row in enumerate(rows, before + 1):
        try:
            for (convert, _), value in zip(converters, row, strict=True):
                _ = None if value is None else convert(value)
        except (TypeError, ValueError) as error:
            raise ParamError(f"row {number} {dict(zip(names, row, strict=True))!r:.200}: {error}") from None


def _write_jsonl(stream: IO[bytes], columns: Mapping[str, ColumnType], groups: Iterable[Columns]) -> int:
    names = list(columns)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for group in groups:
        lines = [encode(dict(zip(names, row, strict=True))) + "\n" for row in zip(*group, strict=True)]
        # The encoder leaves no single backslash outside its own escapes, so those of the codec are unambiguous.
        stream.write("".join(lines).encode("utf-8", "backslashreplace"))
        count += len(lines)
    return count


def _write_stdout(columns: Mapping[str, ColumnType], groups: Iterable[Columns]) -> int:
    count = _write_jsonl(binary_stdout(), columns, groups)
    sys.stdout.flush()
    return count


def binary_stdout() -> IO[bytes]:
    """Standard output for bytes; to be flushed by `sys.stdout.flush()`."""
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None) or _TextOnly()  # notebooks have no bytes below their text
    return cast(IO[bytes], stream)


class _TextOnly:
    def write(self, data: bytes) -> int:
        return sys.stdout.write(data.decode())


def _write_csv(stream: IO[bytes], columns: Mapping[str, ColumnType], groups: Iterable[Columns]) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", errors="backslashreplace", newline="")
    count = 0
    try:
        text.write("\ufeff")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        for group in groups:
            writer.writerows([_cell(value) for value in row] for row in zip(*group, strict=True))
            count += len(group[0])
    finally:
        text.detach()  # flushes, and leaves the stream open
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, list):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else value


def _write_parquet(
    file: IO[bytes], columns: Mapping[str, ColumnType], groups: Iterator[Columns], metadata: Mapping[str, str]
) -> int:
    pa = need_pyarrow("writing Parquet")
    schema = _schema(pa, columns, metadata)
    count = 0
    with pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for table in _tables(pa, schema, groups):
            writer.write_table(table, row_group_size=_ROW_GROUP)
            count += table.num_rows
    return count


def _schema(pa: Any, columns: Mapping[str, ColumnType], metadata: Mapping[str, str]) -> Any:
    kinds = {"string": pa.string(), "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}
    kinds["spans"] = pa.list_(pa.list_(pa.int64()))
    return pa.schema([(name, kinds[kind]) for name, kind in columns.items()], metadata=dict(metadata))


def _tables(pa: Any, schema: Any, groups: Iterator[Columns]) -> Iterator[Any]:
    for group in groups:
        columns = zip(group, schema.types, strict=True)
        yield pa.table([_array(pa, values, kind) for values, kind in columns], schema=schema)


def _array(pa: Any, values: Sequence[Any], kind: Any) -> Any:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([v and v.encode("utf-8", "backslashreplace").decode() for v in values], kind)


def packing_of(path: str) -> str:
    """The packing that the suffix of a file says, as `packed` takes it."""
    return _PACKINGS.get(os.path.splitext(path.lower())[1], "")


@contextmanager
def packed(file: IO[bytes], packing: str) -> Iterator[IO[bytes]]:
    """A stream that compresses into `file` ("gzip", "zstd"), or the file itself ("")."""
    if packing == "gzip":
        import gzip

        # Neither name nor time: the same rows give the same bytes.
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
            yield packed  # type: ignore[misc]
    elif packing == "zstd":
        import zstandard

        with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packed:
            yield packed
    else:
        yield file


@contextmanager
def replacing(path: str) -> Iterator[IO[bytes]]:
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
