"""Articles from Parquet, by record batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

from dedup.errors import MissingExtraError
from dedup.io.columns import Broken, Layout, choose_for_file, make_article
from dedup.io.notes import UNREADABLE_VALUES, Notes, UnusableError
from dedup.io.places import Place
from dedup.io.streams import open_stream
from dedup.models import Article

__all__ = ["need_pyarrow", "read_parquet"]

_ROWS = 1024
# With a buffer Arrow takes a column chunk page by page; without one it loads the chunk, which may be the whole file.
_BUFFER = 1 << 20


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


def read_parquet(place: Place, named: Mapping[str, str], notes: Notes) -> Iterator[Article]:
    """Yields the articles of a Parquet file; never more than a batch and a page of each column are in memory."""
    pa = need_pyarrow("reading Parquet")
    before = notes.bytes_read
    with _seekable(place, notes) as source:
        try:
            file = pa.parquet.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER)
            total = file.metadata.num_rows
            layout = _layout(pa, file.schema_arrow, named)
            batches = file.iter_batches(batch_size=_ROWS, use_threads=True)
        except UnusableError:
            raise
        except Exception as error:  # Arrow raises nearly every kind, by what is damaged
            raise UnusableError(f"not valid Parquet: {_brief(error)}") from None
        notes.choose(place.path, layout.chosen)
        row = 0
        while (columns := _next_columns(pa, batches, row)) is not None:
            yield from _articles(columns, layout, place, notes, row)
            row += len(columns[0])
            if not place.packing:
                notes.bytes_read = before + place.size * row // max(total, 1)


@contextmanager
def _seekable(place: Place, notes: Notes) -> Iterator[IO[bytes]]:
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


def _layout(pa: Any, schema: Any, named: Mapping[str, str]) -> Layout:
    names = schema.names
    layout = choose_for_file(names, named)
    index = names.index(layout.chosen["text"])
    kind = schema.field(index).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if not _is_text(pa, kind):
        raise UnusableError(f"the text column {names[index]!r} is {kind}: need strings")
    return layout


def _is_text(pa: Any, kind: Any) -> bool:
    names = ["is_string", "is_large_string", "is_binary", "is_large_binary", "is_fixed_size_binary"]
    names += [name for name in ("is_string_view", "is_binary_view") if hasattr(pa.types, name)]  # since pyarrow 16
    return any(getattr(pa.types, name)(kind) for name in names)


def _next_columns(pa: Any, batches: Iterator[Any], row: int) -> list[list[Any]] | None:
    try:
        while (batch := next(batches, None)) is not None:
            if batch.num_rows:
                return [_values(pa, column) for column in batch.columns]
    except Exception as error:
        raise UnusableError(f"damaged Parquet after row {row}: {_brief(error)}") from None
    return None


def _values(pa: Any, column: Any) -> list[Any]:
    kind = column.type
    if getattr(kind, "unit", "") == "ns":  # Python's times end at microseconds
        column = column.cast(_coarse(pa, kind), safe=False)
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except Exception:  # one value spoils the list: invalid UTF-8, a year 10000, an unknown zone
        return [_value(scalar) for scalar in column]


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


def _articles(columns: list[list[Any]], layout: Layout, place: Place, notes: Notes, row: int) -> Iterator[Article]:
    fields = [itertools.repeat(None) if i is None else columns[i] for i in layout.indexes]
    names = [name for name, _ in layout.extra]
    others = zip(*(columns[i] for _, i in layout.extra), strict=True) if names else itertools.repeat(())
    for number, values, rest in zip(itertools.count(row + 1), zip(*fields, strict=False), others):
        extra = _extra(names, rest, notes) if names else {}
        try:
            article = make_article(values, f"{place.name}:{number}", extra, notes)
        except UnusableError as error:
            notes.skip(f"{place.path}:{number}", error.reason)
        else:
            yield article


def _extra(names: list[str], values: tuple[Any, ...], notes: Notes) -> dict[str, Any]:
    extra = dict(zip(names, values, strict=True))
    for name, value in extra.items():
        if type(value) is Broken:
            extra[name] = None
            notes.counts[UNREADABLE_VALUES] += 1
    return extra


def _brief(error: Exception) -> str:
    return f"{(str(error) or type(error).__name__).splitlines()[0]:.200}"
