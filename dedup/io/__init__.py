"""Reads articles from files and writes tables of results."""

from __future__ import annotations

from dedup.io.columns import ColumnNames
from dedup.io.reading import ArrowReader, Reader, read
from dedup.io.writing import check_target, write_rows

__all__ = ["ArrowReader", "ColumnNames", "Reader", "check_target", "read", "write_rows"]
