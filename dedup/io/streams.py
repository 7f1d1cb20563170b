"""From a file to bytes, lines and text: decompression, limits, encodings."""

from __future__ import annotations

import codecs
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Protocol

from dedup.io.notes import Notes, UnusableError
from dedup.io.places import STDIN, Place

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["LINE_LIMIT", "as_text", "decode_utf8", "is_utf16", "lines", "open_stream", "read_whole", "too_long"]

# No article is longer. Without a limit a damaged file or a decompression bomb would take all the memory.
LINE_LIMIT = 1 << 28

_BUFFER = 1 << 18
_PACKED_CHUNK = 1 << 15
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def open_stream(place: Place, notes: Notes) -> Iterator[io.BufferedReader]:
    """Opens a place as decompressed bytes; what is taken from the disk is added to `notes.bytes_read`.

    Reading raises `UnusableError` where compressed data are damaged or break off, after everything that stands before.
    """
    if place.path == STDIN:
        source = getattr(sys.stdin, "buffer", None)
        if source is None:
            raise UnusableError("there is no standard input")
        yield io.BufferedReader(_Counted(source, notes, notes.copy), _BUFFER)
        return
    with open(place.path, "rb", buffering=0) as file:
        raw: io.RawIOBase = _Counted(file, notes)
        if place.packing:
            raw = _Unpacked(raw, place.packing)
        yield io.BufferedReader(raw, _BUFFER)


def lines(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Yields each line with its number, from 1; None instead of a line longer than `LINE_LIMIT` bytes."""
    number = 0
    while line := stream.readline(LINE_LIMIT):
        number += 1
        if len(line) < LINE_LIMIT or line.endswith(b"\n"):
            yield number, line
            continue
        while (line := stream.readline(_BUFFER)) and not line.endswith(b"\n"):
            pass
        yield number, None


def read_whole(stream: io.BufferedReader, limit: int) -> bytes:
    """Returns everything that is left in a stream.

    Raises:
        UnusableError: nothing is left, or more than `limit` bytes.
    """
    parts = []
    size = 0
    while part := stream.read1(_BUFFER):  # read(limit) would allocate the limit
        parts.append(part)
        size += len(part)
        if size > limit:
            raise UnusableError(too_long(limit))
    if not size:
        raise UnusableError("empty")
    return b"".join(parts)


def too_long(limit: int) -> str:
    """Says that something is longer than `limit` bytes."""
    return f"longer than {limit >> 20} MiB"


def is_utf16(head: bytes) -> bool:
    """Says whether bytes begin with the byte order mark of UTF-16."""
    return head.startswith(_UTF16_MARKS)


def as_text(data: bytes) -> str:
    """Decodes a whole text file: UTF-8, or UTF-16 with a byte order mark; the mark is dropped, nothing else altered.

    Raises:
        UnusableError: invalid in its encoding, or it has NUL characters.
    """
    if is_utf16(data):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise UnusableError(f"invalid UTF-16 at byte offset {error.start}") from None
    elif b"\0" in data:
        raise UnusableError("binary file")
    else:
        text = decode_utf8(data).removeprefix("\ufeff")
    if "\0" in text:
        raise UnusableError("binary file")
    return text


def decode_utf8(data: bytes) -> str:
    """Decodes UTF-8.

    Raises:
        UnusableError: it is invalid; the reason has the offset of the first wrong byte.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableError(f"invalid UTF-8 at byte offset {error.start}") from None


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes | None: ...


class _Counted(io.RawIOBase):
    """A source of bytes that counts what is taken from it, and copies it where that is wanted."""

    def __init__(self, source: Any, notes: Notes, copy: IO[bytes] | None = None) -> None:
        super().__init__()
        # read1 of standard input returns what a pipe has by now, where read would wait for more.
        self._read: Callable[[int], bytes | None] = getattr(source, "read1", source.read)
        self._notes = notes
        self._copy = copy

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        data = self._read(len(target)) or b""
        if self._copy is not None:
            self._copy.write(data)
        target[: len(data)] = data
        self._notes.bytes_read += len(data)
        return len(data)


class _Unpacked(io.RawIOBase):
    """Decompresses gzip or zstd, any number of members or frames.

    gzip.GzipFile loses up to a buffer of good data before a break; zstandard's stream_reader takes a break for the end.
    """

    def __init__(self, source: _Readable, packing: str) -> None:
        super().__init__()
        self._source = source
        self._packing = packing
        self._make, self._errors = _gzip() if packing == "gzip" else _zstd()
        self._member: Any = None
        self._packed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        while not self._ready:
            if not self._packed:
                self._packed = self._source.read(_PACKED_CHUNK) or b""
            if not self._packed:
                if self._member is None:
                    return 0
                raise UnusableError(f"truncated: the {self._packing} data break off")
            self._unpack()
        size = min(len(target), len(self._ready))
        target[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _unpack(self) -> None:
        packed, self._packed = self._packed, b""
        if self._member is None:
            if self._packing == "gzip" and not (packed := packed.lstrip(b"\0")):
                return  # padding after a member, as tapes have it
            self._member = self._make()
        try:
            self._ready = memoryview(self._member.decompress(packed))
        except self._errors as error:
            raise UnusableError(f"damaged {self._packing} data: {error}") from None
        if self._member.eof:
            self._packed = self._member.unused_data
            self._member = None


def _gzip() -> tuple[Callable[[], Any], type[Exception]]:
    return lambda: zlib.decompressobj(wbits=31), zlib.error


def _zstd() -> tuple[Callable[[], Any], type[Exception]]:
    import zstandard

    # As much as `zstd --long=31` asks for; the default refuses more than 128 MiB.
    return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj, zstandard.ZstdError
