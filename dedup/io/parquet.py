"""Articles from Parquet and from Arrow tables, by record batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from dedup.errors import MissingExtraError
from dedup.io.batches import Batch
from dedup.io.columns import Broken, Layout, choose_for_file, make_article, make_fields
from dedup.io.notes import UNREADABLE_VALUES, Notes, UnusableError
from dedup.io.places import Place
from dedup.io.streams import open_stream
from dedup.models import Article
from dedup.threads import ahead

__all__ = ["batches_of", "count_rows", "need_pyarrow", "open_parquet", "read_parquet", "read_stream", "seekable"]

_ROWS = 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# With a buffer Arrow takes a column chunk page by page; without one it loads the chunk, which may be the whole file.
_BUFFER = 1 << 20
_AHEAD, _AHEAD_BYTES = 16, 1 << 26  # batches that wait decoded: at most so many, and about so many bytes


def need_pyarrow(feature: str) -> Any:
    """Returns the module pyarrow, with pyarrow.parquet loaded.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError(feature, "arrow") from None
    return pyarrow


def read_parquet(
    place: Place, named: Mapping[str, str], notes: Notes, *, in_batches: bool = False
) -> Iterator[Article | Batch]:
    """Yields the articles of a Parquet file; a page of each column is in memory, and some batches.

    With `in_batches` it yields many at once where it can.
    """
    pa = need_pyarrow("reading Parquet")
    before = notes.bytes_read
    with seekable(place, notes) as source:
        try:
            file = open_parquet(source)
            total = file.metadata.num_rows
            layout = _layout(pa, file.schema_arrow, named)
            batches = batches_of(file)
        except UnusableError:
            raise
        except Exception as error:  # Arrow raises nearly every kind, by what is damaged
            raise UnusableError(f"not valid Parquet: {_brief(error)}") from None
        notes.choose(place.path, layout.chosen)
        rows = Rows(place.path, place.name, layout, notes)
        try:
            with closing(ahead(batches, _batches_ahead(file.metadata))) as decoded:
                for batch in decoded:
                    yield from rows.articles(batch, in_batches)
                    if not place.packing:
                        notes.bytes_read = before + place.size * rows.count // max(total, 1)
        except UnusableError:
            raise
        except (OSError, pa.ArrowException) as error:
            raise UnusableError(f"damaged Parquet after row {rows.count}: {_brief(error)}") from None


def read_stream(stream: Any, notes: Notes, *, in_batches: bool = False) -> Iterator[Article | Batch]:
    """Yields the articles of anything with `__arrow_c_stream__`: a table of polars, pandas, pyarrow, duckdb."""
    pa = need_pyarrow("reading Arrow tables")
    try:
        reader = pa.RecordBatchReader.from_stream(stream)
        choose_for_file(reader.schema.names, {})
        batches = [batch for batch in reader if batch.num_rows]
    except (pa.ArrowException, TypeError, ValueError) as error:  # a single column; a column of mixed Python values
        raise UnusableError(f"cannot be read as a table: {_brief(error)}") from None
    if batches:
        rows = Rows("row", "", _layout(pa, reader.schema, {}, is_table=True), notes)
        for batch in batches:
            yield from rows.articles(batch, in_batches)


class Rows:
    """Makes articles of record batches that follow each other.

    Attributes:
        count: rows done so far.
    """

    def __init__(self, where: str, name: str, layout: Layout, notes: Notes) -> None:
        self.count = 0
        self._where, self._name, self._layout, self._notes = where, name, layout, notes

    def articles(self, batch: Any, in_batches: bool) -> Iterator[Article | Batch]:
        """Yields the articles of one batch, numbered from the rows before."""
        pa = need_pyarrow("reading Arrow tables")
        place = self._layout.indexes[1]
        is_text_alone = self._layout.indexes.count(place) == 1
        utf8 = _utf8(pa, batch.column(place)) if in_batches and batch.num_rows and is_text_alone else None
        columns: list[Any] = [
            None if i == place and utf8 is not None else _values(pa, column) for i, column in enumerate(batch.columns)
        ]
        together = None if utf8 is None else self._make_batch(utf8, columns)
        if together is not None:
            yield together
        else:
            if utf8 is not None and place is not None:
                columns[place] = _values(pa, batch.column(place))
            yield from self._make(columns)

    def _make_batch(self, utf8: tuple[Any, Any], columns: list[Any]) -> Batch | None:
        """All rows at once; None where one of them has to be skipped."""
        count = len(utf8[1]) - 1
        fields = [None if i is None else columns[i] for i in self._layout.indexes]
        try:
            made = make_fields(fields, count, lambda row: self._named(self.count + 1 + row), self._notes)
        except UnusableError:
            return None
        extra = (columns[i] for _, i in self._layout.extra)
        self._notes.counts[UNREADABLE_VALUES] += sum(type(value) is Broken for column in extra for value in column)
        self.count += count
        self._notes.number = self.count
        return Batch(*utf8, *made)

    def _named(self, number: int) -> str:
        """What a row is called that has no id."""
        return f"{self._name}:{number}" if self._name else str(number)

    def _make(self, columns: list[Any]) -> Iterator[Article]:
        """An article for each row that is not skipped."""
        fields = [itertools.repeat(None) if i is None else columns[i] for i in self._layout.indexes]
        names = [name for name, _ in self._layout.extra]
        others = zip(*(columns[i] for _, i in self._layout.extra), strict=True) if names else itertools.repeat(())
        for values, rest in zip(zip(*fields, strict=False), others, strict=False):
            self.count += 1
            self._notes.number = self.count
            extra = _extra(names, rest, self._notes) if names else {}
            try:
                yield make_article(values, self._named(self.count), extra, self._notes)
            except UnusableError as error:
                self._notes.skip(f"{self._where}:{self.count}" if self._name else f"row {self.count}", error.reason)


def open_parquet(source: IO[bytes]) -> Any:
    """The pyarrow.parquet.ParquetFile of a file."""
    return need_pyarrow("reading Parquet").parquet.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER)


def count_rows(place: Place) -> tuple[int, int]:
    """(rows, bytes unpacked) that the end of a Parquet file names; (0, 0) where it cannot be read or is packed."""
    if place.packing:
        return 0, 0
    try:
        about = need_pyarrow("reading Parquet").parquet.read_metadata(place.path)
        return about.num_rows, _unpacked(about)
    except Exception:  # Arrow raises nearly every kind; the reader says what is wrong
        return 0, 0


def batches_of(file: Any) -> Iterator[Any]:
    """The record batches of a file, in order, cut the same each time: of a damaged one those before the break."""
    result: Iterator[Any] = file.iter_batches(batch_size=_ROWS, use_threads=True)
    return result


def _batches_ahead(about: Any) -> int:
    """How many batches may wait, as large as they are on the average."""
    fits: int = _AHEAD_BYTES * about.num_rows // max(_unpacked(about) * _ROWS, 1)
    return min(_AHEAD, max(1, fits))


def _unpacked(about: Any) -> int:
    """Bytes of a file as its end names them."""
    size: int = sum(about.row_group(n).total_byte_size for n in range(about.num_row_groups))
    return size


@contextmanager
def seekable(place: Place, notes: Notes) -> Iterator[IO[bytes]]:
    """Opens a file at bytes that can be read in any order: unpacked to a temporary file where it is packed."""
    if not place.packing:
        with open(place.path, "rb") as file:
            yield file
        return
    import shutil
    import tempfile

    with tempfile.TemporaryFile() as copy:
        with open_stream(place, notes) as stream:
            shutil.copyfileobj(stream, copy, 1 << 20)
        yield copy


def _layout(pa: Any, schema: Any, named: Mapping[str, str], *, is_table: bool = False) -> Layout:
    names = schema.names
    layout = choose_for_file(names, named)
    index = names.index(layout.chosen["text"])
    kind = schema.field(index).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if not (_is_text(pa, kind) or (is_table and pa.types.is_null(kind))):
        raise UnusableError(f"the text column {names[index]!r} is {kind}: need strings")
    return layout


def _is_text(pa: Any, kind: Any) -> bool:
    names = ["is_string", "is_large_string", "is_binary", "is_large_binary", "is_fixed_size_binary"]
    names += [name for name in ("is_string_view", "is_binary_view") if hasattr(pa.types, name)]  # since pyarrow 16
    return any(getattr(pa.types, name)(kind) for name in names)


def _utf8(pa: Any, column: Any) -> tuple[Any, Any] | None:
    """The texts of a column as they are stored, see Batch; None where that is not plain, valid UTF-8 throughout."""
    import numpy as np

    from dedup import kernels

    if column.null_count or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    try:
        column.validate()
    except pa.ArrowInvalid:
        return None
    _, ends, data = column.buffers()
    width = np.int64 if pa.types.is_large_string(column.type) else np.int32
    buf = np.frombuffer(b"" if data is None else data, np.uint8)
    buf.flags.writeable = False  # as all texts are: the kernels are compiled for one kind of array
    offsets = np.frombuffer(ends, width)[column.offset : column.offset + len(column) + 1].astype(np.int64)
    return (buf, offsets) if kernels.are_utf8(buf, offsets) else None


def _values(pa: Any, column: Any) -> list[Any]:
    kind = column.type
    if getattr(kind, "unit", "") == "ns":  # Python's times end at microseconds
        column = column.cast(_coarse(pa, kind), safe=False)
    try:
        return _moments(pa, column) if getattr(kind, "tz", None) else column.to_pylist()
    except Exception:  # one value spoils the list: invalid UTF-8, a year 10000, an unknown zone
        return [_value(scalar) for scalar in column]


def _moments(pa: Any, column: Any) -> list[datetime | None]:
    """What to_pylist gives of times with a zone, in a third of its time."""
    zone = pa.lib.string_to_tzinfo(column.type.tz)
    since = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()).to_pylist()
    return [None if many is None else (_EPOCH + timedelta(microseconds=many)).astimezone(zone) for many in since]


def _coarse(pa: Any, kind: Any) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    return pa.time64("us") if pa.types.is_time(kind) else pa.duration("us")


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError as error:
        return Broken(f"invalid UTF-8 at byte offset {error.start}")
    except Exception as error:
        return Broken(_brief(error))


def _extra(names: list[str], values: tuple[Any, ...], notes: Notes) -> dict[str, Any]:
    extra = dict(zip(names, values, strict=True))
    for name, value in extra.items():
        if type(value) is Broken:
            extra[name] = None
            notes.counts[UNREADABLE_VALUES] += 1
    return extra


def _brief(error: Exception) -> str:
    return f"{(str(error) or type(error).__name__).splitlines()[0]:.200}"
