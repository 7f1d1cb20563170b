"""What is kept of an article as bytes: its id, details and body compressed together, each row with a checksum."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import zstandard

from dedup import lexicon
from dedup.errors import ArticleError

__all__ = [
    "DETAILS", "Packer", "checksum", "decode", "dictionary", "encode", "pack_details", "sealed", "unpack_details",
]  # fmt: skip

DETAILS = ("title", "source", "url", "credit", "published", "extra")
_LEVEL = 3
_KINDS = {"day": date.fromisoformat, "time": datetime.fromisoformat}


def dictionary() -> bytes:
    """Frequent words, the most frequent last: what short texts are compressed with. Kept in the file that uses it."""
    frequencies = lexicon.frequencies()
    return " ".join(sorted(frequencies, key=lambda word: (frequencies[word], word))).encode()


def encode(id: str) -> bytes:
    """An id as it is kept: any string has one, in the order of the code points."""
    return id.encode("utf-8", "surrogatepass")


def decode(id: bytes) -> str:
    """The id again."""
    return id.decode("utf-8", "surrogatepass")


def pack_details(article: Any) -> bytes:
    """What is known of an article besides id and text, those fields that it has, as JSON.

    Values of `extra` that JSON has no word for are kept as text.

    Raises:
        ArticleError: `extra` cannot be written as JSON even so.
    """
    known = {name: value for name in ("title", "source", "url", "credit") if (value := getattr(article, name))}
    if when := article.published:
        known["published"] = {"time" if isinstance(when, datetime) else "day": when.isoformat()}
    if article.extra:
        known["extra"] = dict(article.extra)
    try:
        return _json(known).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError) as error:
        raise ArticleError(f"article {article.id!r}: extra cannot be kept as JSON: {error}") from None


def _as_text(value: Any) -> Any:
    """What stands for a value that JSON has no word for."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):  # arrays and numbers of numpy
        return value.tolist()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_as_text).encode


def unpack_details(packed: bytes) -> dict[str, Any]:
    """The fields again."""
    known: dict[str, Any] = json.loads(packed.decode("utf-8", "surrogatepass"))
    when: Mapping[str, str] | None = known.get("published")
    if when:
        known["published"] = next(_KINDS[kind](text) for kind, text in when.items())
    return known


def checksum(about: str, *parts: bytes) -> int:
    """32 bits of what something is and of its parts."""
    crc = zlib.crc32(about.encode("utf-8", "surrogatepass"))
    for part in parts:
        crc = zlib.crc32(part, crc)
    return crc


def sealed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with a checksum of all of them."""
    about = repr(sorted((name, value) for name, value in settings.items() if name != "seal"))
    return {**settings, "seal": checksum(about)}


class Packer:
    """Compresses pairs of details and body, and gives them back; for several threads."""

    def __init__(self, words: bytes) -> None:
        self._words = zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self._words.precompute_compress(level=_LEVEL)
        self._local = threading.local()

    def pack(self, details: bytes, body: bytes) -> bytes:
        """Both as one."""
        if not hasattr(self._local, "compressor"):
            self._local.compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=self._words)
        packed: bytes = self._local.compressor.compress(len(details).to_bytes(4, "little") + details + body)
        return packed

    def unpack(self, packed: bytes) -> tuple[bytes, bytes]:
        """Details and body.

        Raises:
            ValueError: the bytes are not those that were packed.
        """
        if not hasattr(self._local, "decompressor"):
            self._local.decompressor = zstandard.ZstdDecompressor(dict_data=self._words)
        try:
            whole: bytes = self._local.decompressor.decompress(packed)
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None
        end = 4 + int.from_bytes(whole[:4], "little")
        return whole[4:end], whole[end:]
