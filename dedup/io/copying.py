"""Copies some of the articles of one file to another one, as they stand there: lines, rows, items, byte for byte."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from dedup.errors import InputError
from dedup.io.notes import Notes, UnusableError
from dedup.io.parquet import batches_of, need_pyarrow, open_parquet, seekable
from dedup.io.places import Place
from dedup.io.records import JSON_LIMIT, csv_rows, csv_text, list_key
from dedup.io.streams import as_text, is_utf16, lines, open_stream, read_whole
from dedup.io.writing import packed

__all__ = ["copy_kept", "holds_many"]

_SPACE = re.compile(r"[ \t\n\r]*")
_GONE = "changed since it was read: its articles cannot be copied"


def copy_kept(
    place: Place, mask: bytearray, file: IO[bytes], *, named: Mapping[str, str], stdin: IO[bytes] | None = None
) -> bool:
    """Writes the articles of a file whose mask[number] is 1 to another one, in the same format and compression.

    JSON Lines and the rows of CSV (with its header) are copied verbatim, and so are the items of a JSON list and what
    stands around the list; text files as they are. Rows of Parquet keep their schema, its metadata, their row groups,
    and the compression of each column. Returns False where the file is one article alone, and that is not kept.

    Args:
        place: the file.
        mask: for each number, as Origins has them; numbers behind its end are left out.
        file: takes the copy.
        named: field → column, as the caller of `read` named them.
        stdin: what was read from standard input.

    Raises:
        InputError: the file changed since it was read, or cannot be read again.
        MissingExtraError: it is Parquet and pyarrow is not installed.
    """
    if stdin is None:
        _check_unchanged(place)
    try:
        if mask[:1] == b"\1":
            with open(place.path, "rb") as whole:
                shutil.copyfileobj(whole, file, 1 << 20)
            return True
        if not holds_many(place.kind):
            return False
        with packed(file, place.packing) as out:
            count: int | None
            if place.kind == "jsonl":
                count = _copy_lines(place, mask, out, stdin)
            else:
                count = _COPY[place.kind](place, mask, out, named)
    except UnusableError as error:
        raise InputError(place.path, f"cannot be read again: {error.reason}") from None
    if count is not None and count != sum(mask):
        raise InputError(place.path, _GONE)
    return count is not None


def holds_many(kind: str) -> bool:
    """Whether files of that kind may hold many articles."""
    return kind == "jsonl" or kind in _COPY


def _check_unchanged(place: Place) -> None:
    try:
        status = os.stat(place.path)
    except OSError:
        raise InputError(place.path, _GONE) from None
    if (status.st_size, status.st_mtime_ns) != (place.size, place.changed):
        raise InputError(place.path, _GONE)


def _copy_lines(place: Place, mask: bytearray, out: IO[bytes], stdin: IO[bytes] | None) -> int:
    count = 0
    with open_stream(place, Notes()) if stdin is None else _again(stdin) as stream:
        for number, line in lines(stream) if mask else ():
            if mask[number] and line is not None:
                out.write(line)
                count += 1
            if number + 1 >= len(mask):  # what follows was never wanted, and may be damaged
                break
    return count


@contextmanager
def _again(stdin: IO[bytes]) -> Iterator[io.BufferedReader]:
    stdin.seek(0)
    yield stdin  # type: ignore[misc]


def _copy_rows(place: Place, mask: bytearray, out: IO[bytes], named: Mapping[str, str]) -> int:
    """Rows of CSV: the lines that each is made of, as they stand; blank lines between them are left out."""
    count = 0
    with open_stream(place, Notes()) as stream:
        codec, errors, mark = _codec(stream.peek(3)[:3])
        _, text = csv_text(stream)
        taken: list[str] = []
        rows = csv_rows(text, place, taken)
        next(rows)
        out.write(mark + "".join(taken).encode(codec, errors))
        taken.clear()
        for number, _ in rows if mask else ():
            if mask[number]:
                out.write("".join(taken).encode(codec, errors))
                count += 1
            taken.clear()
            if number + 1 >= len(mask):  # what follows was never wanted, and may be damaged
                break
    return count


def _codec(head: bytes) -> tuple[str, str, bytes]:
    """How to give a text its bytes back that `csv_text` or `as_text` decoded: codec, errors, byte order mark."""
    if is_utf16(head):
        return "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be", "surrogatepass", head[:2]
    return "utf-8", "surrogateescape", codecs.BOM_UTF8 if head.startswith(codecs.BOM_UTF8) else b""


def _copy_items(place: Place, mask: bytearray, out: IO[bytes], named: Mapping[str, str]) -> int | None:
    """Items of a JSON list: as they stand, each behind what stands before it; around them what stands there. None where
    the file has no list."""
    with open_stream(place, Notes()) as stream:
        data = read_whole(stream, JSON_LIMIT)
    codec, errors, mark = _codec(data[:3])
    text = as_text(data)
    spans = _item_spans(text, named)
    if spans is None:
        return None
    kept = [n for n in range(len(spans)) if n + 1 < len(mask) and mask[n + 1]]
    begin, end = (spans[0][0], spans[-1][1]) if spans else (len(text), len(text))
    parts = [text[:begin]]
    for n in kept:
        before = spans[n - 1][1] if n != kept[0] else spans[n][0]
        parts.append(text[before : spans[n][1]])
    out.write(mark + "".join([*parts, text[end:]]).encode(codec, errors))
    return len(kept)


def _item_spans(text: str, named: Mapping[str, str]) -> list[tuple[int, int]] | None:
    """Where each item of the list stands from which `read_json` takes the articles; None where there is none."""
    at = _skip_space(text, 0)
    key = list_key(json.loads(text), named)
    if key is None:
        return None
    if key:
        last = at
        for name, start, end in _members(text, at):
            last = start if name == key else last  # of members with the same name the last one counts
            at = end
        at = last
    return [(start, end) for _, start, end in _members(text, at)]


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """(key, start, end) of each value in the valid JSON list or object that begins at `at`; an item's key is ""."""
    decode = json.JSONDecoder().raw_decode
    is_object = text[at] == "{"
    at = _skip_space(text, at + 1)
    while text[at] not in "]}":
        name = ""
        if is_object:
            name, at = decode(text, at)
            at = _skip_space(text, _skip_space(text, at) + 1)
        _, end = decode(text, at)
        yield name, at, end
        at = _skip_space(text, end)
        if text[at] == ",":
            at = _skip_space(text, at + 1)


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _copy_parquet(place: Place, mask: bytearray, out: IO[bytes], named: Mapping[str, str]) -> int:
    """Rows of Parquet, row group by row group: in memory are the kept rows of one group."""
    pa = need_pyarrow("reading Parquet")
    count = 0
    with seekable(place, Notes()) as source:
        file = open_parquet(source)
        with pa.parquet.ParquetWriter(out, file.schema_arrow, **_settings(file.metadata)) as writer:
            for batches in _kept_groups(pa, file, mask):
                table = pa.Table.from_batches(batches, file.schema_arrow)
                writer.write_table(table, row_group_size=table.num_rows)
                count += table.num_rows
    return count


def _settings(metadata: Any) -> dict[str, Any]:
    """What a ParquetWriter is told so that it writes columns as they were stored."""
    if not metadata.num_row_groups:
        return {}
    group = metadata.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    packings = {c.path_in_schema: "NONE" if c.compression == "UNCOMPRESSED" else c.compression for c in columns}
    is_int96 = any(c.physical_type == "INT96" for c in columns)
    return {"compression": packings, "use_deprecated_int96_timestamps": is_int96}


def _kept_groups(pa: Any, file: Any, mask: bytearray) -> Iterator[list[Any]]:
    """The kept rows of each row group that has some, as record batches."""
    import numpy as np

    metadata = file.metadata
    ends = np.cumsum([metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]).tolist()
    flags = np.zeros(max(metadata.num_rows + 1, len(mask)), np.bool_)
    flags[: len(mask)] = np.frombuffer(mask, np.bool_)
    row = 0
    waiting: list[Any] = []
    for batch in _until_a_break(pa, file):
        while batch.num_rows:
            while ends[0] == row:
                ends.pop(0)
            part = batch.slice(0, ends[0] - row)
            kept = flags[row + 1 : row + 1 + part.num_rows]
            if kept.any():
                waiting.append(part.filter(pa.array(kept)))
            row += part.num_rows
            batch = batch.slice(part.num_rows)
            if row == ends[0] and waiting:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _until_a_break(pa: Any, file: Any) -> Iterator[Any]:
    batches = batches_of(file)
    while True:
        try:
            yield next(batches)
        except (StopIteration, OSError, pa.ArrowException):
            return


_COPY: dict[str, Callable[[Place, bytearray, IO[bytes], Mapping[str, str]], int | None]] = {
    "json": _copy_items,
    "csv": _copy_rows,
    "tsv": _copy_rows,
    "parquet": _copy_parquet,
}
