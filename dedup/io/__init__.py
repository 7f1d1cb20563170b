"""Reads articles from files, writes tables of results, and copies what is kept of the files."""

from __future__ import annotations

from dedup.io.batches import Batch
from dedup.io.columns import ColumnNames
from dedup.io.feeds import LINES, read_feed, write_lines
from dedup.io.keeping import check_keep, write_kept
from dedup.io.parquet import count_rows
from dedup.io.places import find
from dedup.io.reading import ArrowReader, Reader, read
from dedup.io.writing import (
    PAGES,
    Columns,
    ColumnType,
    check_target,
    grouped,
    is_parquet,
    make_table,
    write_columns,
    write_json,
    write_page,
    write_rows,
)  # fmt: skip

__all__ = [
    "LINES", "PAGES", "ArrowReader", "Batch", "ColumnNames", "ColumnType", "Columns", "Reader", "check_keep",
    "check_target", "count_rows", "find", "grouped", "is_parquet", "make_table", "read", "read_feed", "write_columns",
    "write_json", "write_kept", "write_lines", "write_page", "write_rows",
]  # fmt: skip
