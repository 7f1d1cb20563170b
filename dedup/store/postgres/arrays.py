"""Arrays as PostgreSQL's binary protocol has them, made without a step for each number."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format

__all__ = ["Int8Array", "copy_rows", "from_sortable", "sortable"]

_INT8, _INT8_ARRAY = 20, 1016  # numbers of the types in pg_type
_SIGN = np.uint64(1 << 63)

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]


class Int8Array(Dumper):
    """Passes an array of int64 or uint64 as bigint[]; the bits of a uint64 stay what they are."""

    format = Format.BINARY
    oid = _INT8_ARRAY

    def dump(self, obj: Any) -> bytes:
        """See Dumper."""
        if not len(obj):
            return struct.pack(">iiI", 0, 0, _INT8)
        cells = np.empty(len(obj), [("length", ">i4"), ("value", ">i8")])
        cells["length"] = 8
        cells["value"] = obj.view(np.int64)
        return struct.pack(">iiIii", 1, 0, _INT8, len(obj), 1) + cells.tobytes()


def copy_rows(columns: Sequence[_I64]) -> bytes:
    """Rows of bigints as COPY ... (FORMAT BINARY) reads them."""
    fields = [(f"{kind}{i}", size) for i in range(len(columns)) for kind, size in (("length", ">i4"), ("value", ">i8"))]
    rows = np.empty(len(columns[0]), [("fields", ">i2"), *fields])
    rows["fields"] = len(columns)
    for i, column in enumerate(columns):
        rows[f"length{i}"] = 8
        rows[f"value{i}"] = column
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def sortable(values: _U64) -> _I64:
    """int64 in the same order."""
    return (values ^ _SIGN).view(np.int64)


def from_sortable(values: _I64) -> _U64:
    """The uint64 again."""
    return values.view(np.uint64) ^ _SIGN
