"""Sketches of an article: fingerprints (candidates by containment) and signature (MinHash, bands, datasketch)."""

from __future__ import annotations

import functools
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup import kernels
from dedup.errors import ArticleError, ParamError
from dedup.models import Params
from dedup.profiles import Profiles, headlines, no_headlines
from dedup.text import NO_GROUP, Grouped, memo, pack, ranges, tables
from dedup.threads import thread_count

if TYPE_CHECKING:
    from datasketch import MinHash

__all__ = [
    "Sketcher", "Sketches", "bands", "choose_bands", "fingerprints", "minhash", "signature", "sketch",
    "sketch_and_note",
]  # fmt: skip

_U32 = np.ndarray[Any, np.dtype[np.uint32]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_PART = 1024  # articles that a thread sketches at a time

Arrays = tuple[Any, ...]
Take = Callable[[Arrays], None]


@dataclass(frozen=True, slots=True)
class Sketches:
    """What a scan keeps of n articles.

    Attributes:
        fingerprints: uint64, those of all articles one after the other, each article's sorted and distinct.
        ends: int64 (n,), where each article's fingerprints end.
        selected: int64 (n,), how many of them winnowing and FracMinHash select; a short text keeps all its shingles.
        versions: uint64 (n, 2), a 128-bit hash of the canonical syllables: equal for copies.
        syllables: int64 (n, 2), canonical syllables kept, and left out as furniture.
        signatures: uint32 (n, num_perm), or (n, 0) where none were asked for.
        removed: int64 (n,), lines and sentences left out as furniture that a corpus showed.
        profiles: what names the event of each, where it was asked for.
    """

    fingerprints: _U64
    ends: _I64
    selected: _I64
    versions: _U64
    syllables: _I64
    signatures: _U32
    removed: _I64
    profiles: Profiles | None = None

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def starts(self) -> _I64:
        """int64 (n + 1,): article i has fingerprints[starts[i]:starts[i + 1]]."""
        return np.concatenate([np.zeros(1, np.int64), self.ends])

    def take(self, which: _I64) -> Sketches:
        """The sketches of the articles `which`, in that order."""
        starts = self.starts
        lengths = starts[which + 1] - starts[which]
        flat = ranges(starts[which], lengths)
        return Sketches(
            self.fingerprints[flat], np.cumsum(lengths), self.selected[which], self.versions[which],
            self.syllables[which], self.signatures[which], self.removed[which],
            self.profiles and self.profiles.take(which),
        )  # fmt: skip

    @staticmethod
    def join(parts: Sequence[Sketches], num_perm: int = 0) -> Sketches:
        """The parts as one, in order; num_perm is the width of the signatures where there is no part."""
        if not parts:
            empty: list[Any] = [np.zeros(s, t) for s, t in _shapes(num_perm)]
            parts = [Sketches(*empty)]
        base = np.cumsum([0] + [len(p.fingerprints) for p in parts])
        return Sketches(
            np.concatenate([p.fingerprints for p in parts]),
            np.concatenate([p.ends + b for p, b in zip(parts, base, strict=False)]),
            np.concatenate([p.selected for p in parts]),
            np.concatenate([p.versions for p in parts]),
            np.concatenate([p.syllables for p in parts]),
            np.concatenate([p.signatures for p in parts]),
            np.concatenate([p.removed for p in parts]),
            None if parts[0].profiles is None else Profiles.join([p.profiles for p in parts if p.profiles]),
        )


def _shapes(num_perm: int) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = [(0, np.uint64), (0, np.int64), (0, np.int64)]
    return [*flat, ((0, 2), np.uint64), ((0, 2), np.int64), ((0, num_perm), np.uint32), (0, np.int64)]


class Sketcher:
    """Sketches texts on `params.threads` threads while the caller goes on reading: `add` returns at once, and waits
    only where too much is under way. Closed by `finish`, or by `close`, which drops what is under way.

    Args:
        put: called from this thread with the sketches of each `add`, in order, in place of keeping them for `finish`.
    """

    def __init__(
        self, params: Params, *, signatures: bool = False, put: Callable[[Sketches], None] | None = None
    ) -> None:
        self._params = params
        self._signatures = signatures
        self._threads = thread_count(params.threads)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="dedup")
        self._under_way: deque[tuple[Future[tuple[Sketches, Arrays]], Take | None]] = deque()
        self._done: list[Sketches] = []
        self._put = put or self._done.append

    def add(
        self, buf: np.ndarray[Any, np.dtype[np.uint8]], offsets: _I64, furniture: Grouped | None = None,
        take: Take | None = None, titles: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        """Takes articles that lie in one UTF-8 buffer: article i is buf[offsets[i]:offsets[i + 1]].

        Args:
            furniture: what to leave out besides structural furniture.
            take: called from this thread, in the order of `add`, with the notes that furniture is learnt from.
            titles: those of the articles, where their profiles are wanted too.
        """
        while len(self._under_way) >= 4 * self._threads:
            self._wait()
        work = self._pool.submit(
            sketch_and_note, buf, offsets, self._params, signatures=self._signatures, furniture=furniture,
            is_noted=take is not None, titles=titles,
        )  # fmt: skip
        self._under_way.append((work, take))

    def _wait(self) -> None:
        work, take = self._under_way.popleft()
        sketches, notes = work.result()
        self._put(sketches)
        if take is not None:
            take(notes)

    def finish(self) -> Sketches:
        """The sketches of everything that was added, in order."""
        while self._under_way:
            self._wait()
        self._pool.shutdown()
        result = Sketches.join(self._done, self._params.num_perm if self._signatures else 0)
        self._done = []
        return result

    def close(self) -> None:
        """Drops what is under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def sketch(texts: Sequence[str] | Any, params: Params | None = None, *, signatures: bool = False) -> Sketches:
    """Sketches of many texts at once, in order, on `params.threads` threads.

    Args:
        texts: strings, or a pyarrow Array or ChunkedArray of strings, which is read in place.
        params: what to sketch.
        signatures: whether signatures are wanted too.

    Raises:
        ArticleError: a text is no string.

    >>> sketches = sketch(["Gió mùa về tới Hà Lâm.", "Giá lúa ở Hà Lâm tăng nhẹ."])
    >>> len(sketches), sketches.syllables[:, 0].tolist()
    (2, [6, 7])
    """
    sketcher = Sketcher(params or Params(), signatures=signatures)
    try:
        for buf, offsets in _arrow_parts(texts) if hasattr(texts, "null_count") else _parts(texts):
            sketcher.add(buf, offsets)
        return sketcher.finish()
    finally:
        sketcher.close()


def _parts(texts: Sequence[str]) -> Iterator[tuple[np.ndarray[Any, np.dtype[np.uint8]], _I64]]:
    for lo in range(0, len(texts), _PART):
        part = texts[lo : lo + _PART]
        if any(not isinstance(text, str) for text in part):
            raise ArticleError("texts: need a sequence of strings")
        yield pack([text.encode("utf-8", "surrogatepass") for text in part])


def _arrow_parts(texts: Any) -> Iterator[tuple[np.ndarray[Any, np.dtype[np.uint8]], _I64]]:
    """The buffers of an Arrow array of strings, in parts."""
    for chunk in getattr(texts, "chunks", [texts]):
        width = {"string": np.int32, "large_string": np.int64}.get(str(chunk.type))
        if width is None or chunk.null_count:
            raise ArticleError(f"texts: need Arrow strings without nulls, not {chunk.type}")
        _, places, data = chunk.buffers()
        if not len(chunk):
            continue
        offsets = np.frombuffer(places, width)[chunk.offset : chunk.offset + len(chunk) + 1].astype(np.int64)
        buf = np.frombuffer(data or b"", np.uint8)
        buf.flags.writeable = False  # as all texts are: the kernels are compiled for one kind of array
        for lo in range(0, len(chunk), _PART):
            yield buf, offsets[lo : lo + _PART + 1]


def sketch_and_note(
    buf: np.ndarray[Any, np.dtype[np.uint8]], offsets: _I64, params: Params, *, signatures: bool = False,
    furniture: Grouped | None = None, is_noted: bool = False, titles: Sequence[str] | None = None,
) -> tuple[Sketches, Arrays]:  # fmt: skip
    """Sketches of articles in one buffer, without the furniture of each one's group; with is_noted also what furniture
    is learnt from, with the titles also profiles."""
    look_up = tables(params) if furniture is None else furniture.tables
    groups = np.full(len(offsets) - 1, NO_GROUP) if furniture is None else furniture.groups
    window = params.min_passage - params.k + 1
    slopes, shifts = permutations(params.num_perm if signatures else 0)
    told = no_headlines(params) if titles is None else headlines(titles, params)
    found, notes, made = kernels.sketches(
        buf, offsets, groups, look_up, memo(params), params.k, window, slopes, shifts, is_noted, *told
    )
    profiles = None if titles is None else Profiles.of(made)
    return Sketches(*(*found, profiles)), notes


@functools.lru_cache(maxsize=8)
def permutations(num_perm: int) -> tuple[_U32, _U32]:
    """The slopes and shifts of datasketch 2.0's affine32 scheme with its default seed 1: uint32 (num_perm,) each."""
    generator = np.random.RandomState(1)
    slopes = generator.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return slopes, generator.randint(0, 1 << 32, num_perm, dtype=np.uint32)


def fingerprints(text: str) -> _U64:
    """The fingerprints of a text: uint64 (n,), sorted, distinct; about 52 for an article of 550 syllables.

    The smallest shingle hash of each window of 20 (winnowing; Schleimer, Wilkerson, Aiken 2003), and every hash below
    2**64 / 20 (FracMinHash). Two texts that share a run of 24 canonical syllables share one. All shingles where there
    are 64 or fewer; none for a text without syllables.

    Raises:
        ArticleError: text is no string.

    >>> fingerprints("Hồ Tây lộng gió.").dtype
    dtype('uint64')
    """
    return sketch([text], Params(threads=1)).fingerprints


def signature(text: str, num_perm: int = 128) -> _U32:
    """The MinHash signature of a text's shingles: uint32 (num_perm,), each value the least of one random order.

    Bit for bit what datasketch 2.0 computes by its scheme affine32 (seed 1) from the low 32 bits of the shingles. The
    share of equal values of two signatures estimates the resemblance (Broder 1997). A text without syllables has
    2**32 - 1 throughout.

    Raises:
        ArticleError: text is no string.
        ParamError: num_perm is out of its range.

    >>> signature("Hồ Tây lộng gió.", num_perm=4).shape
    (4,)
    """
    result: _U32 = sketch([text], Params(num_perm=num_perm, threads=1), signatures=True).signatures[0]
    return result


def minhash(text: str, num_perm: int = 128) -> MinHash:
    """A `datasketch.MinHash` with the values of `signature`: goes into its LSH, Forest, Ensemble and storages.

    Raises:
        ArticleError: text is no string.
        ParamError: num_perm is out of its range.

    >>> minhash("Hồ Tây lộng gió.").jaccard(minhash("Hồ Tây lộng gió!"))
    1.0
    """
    from datasketch import MinHash

    values = signature(text, num_perm)
    return MinHash(hashvalues=values, permutations=np.array(permutations(num_perm)), scheme="affine32", seed=1)


def bands(signature: _U32, bands: int, rows: int) -> _U64:
    """The keys of a signature's bands: uint64 (bands,). Two articles that share a key are candidates (LSH).

    Band i hashes the values i * rows to (i + 1) * rows - 1 and i itself, so keys of different bands never meet. A
    matrix of signatures (n, num_perm) gives keys (n, bands).

    Raises:
        ParamError: bands * rows exceeds the values of the signature, or one of them is less than 1.

    >>> len(bands(signature("Hồ Tây lộng gió."), bands=16, rows=8))
    16
    """
    values = np.asarray(signature, np.uint32)
    num_perm = values.shape[-1]
    if rows < 1 or rows > num_perm:
        raise ParamError(f"rows={rows}: need 1 <= rows <= num_perm ({num_perm})")
    if bands < 1 or bands * rows > num_perm:
        raise ParamError(f"bands={bands}, rows={rows}: need 1 <= bands and bands * rows <= num_perm ({num_perm})")
    cells = values[..., : bands * rows].reshape(*values.shape[:-1], bands, rows).astype(np.uint64)
    keys = np.broadcast_to(np.arange(1, bands + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15), cells.shape[:-1])
    for row in range(rows):
        keys = (keys ^ cells[..., row]) * np.uint64(0xFF51AFD7ED558CCD)
        keys = keys ^ (keys >> np.uint64(32))
    return keys.copy()


def choose_bands(resemblance: float, num_perm: int = 128, recall: float = 0.95) -> tuple[int, int]:
    """(bands, rows) for which a pair *at* that resemblance becomes a candidate with probability `recall` or more.

    P = 1 - (1 - resemblance**rows)**bands. Of the pairs that keep the promise, the one with most rows (fewest false
    candidates), then with fewest bands. datasketch's own optimum finds 31 to 55 % of the pairs at the threshold.

    Raises:
        ParamError: a value is out of its range, or no choice keeps the promise.

    >>> choose_bands(0.7)
    (17, 5)
    """
    if not 0 < resemblance <= 1:
        raise ParamError(f"resemblance={resemblance}: need 0 < resemblance <= 1")
    if not 0 < recall < 1:
        raise ParamError(f"recall={recall}: need 0 < recall < 1")
    if resemblance == 1:
        return 1, num_perm
    for rows in range(num_perm, 0, -1):
        miss = math.log1p(-(resemblance**rows))
        count = math.log(1 - recall) / miss if miss else math.inf
        if count * rows <= num_perm and math.ceil(count) * rows <= num_perm:
            return max(1, math.ceil(count)), rows
    raise ParamError(
        f"resemblance={resemblance}: no bands of num_perm={num_perm} values find {recall:.0%} of the pairs there; "
        "raise num_perm or use containment"
    )
