"""Reads articles from files, writes tables of results, and copies what is kept of the files."""

from __future__ import annotations

from dedup.io.columns import ColumnNames
from dedup.io.keeping import check_keep, write_kept
from dedup.io.reading import ArrowReader, Reader, read
from dedup.io.writing import ColumnType, check_target, make_table, write_json, write_rows

__all__ = [
    "ArrowReader", "ColumnNames", "ColumnType", "Reader", "check_keep", "check_target", "make_table", "read",
    "write_json", "write_kept", "write_rows",
]  # fmt: skip
