"""A few articles in memory for exact comparison: new ones, and ones that an index keeps, as texts or as syllables."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from dedup import kernels
from dedup.api.index.recent import Parts, Recent
from dedup.api.shelf import Shelf
from dedup.corpus import Corpus, Prepared
from dedup.furniture import Furniture
from dedup.models import Params
from dedup.store import Entry, unpack_details
from dedup.text import Learnt, distinct, pack

__all__ = ["Held", "pack_syllables", "shingles_of"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_U64 = np.ndarray[Any, np.dtype[np.uint64]]
Made = tuple[Any, ...]  # of several articles, as kernels.prepare returns them
_M1, _M2, _U33 = kernels._M1, kernels._M2, np.uint64(33)


class Held(Shelf):
    """A shelf of articles as an index keeps them, numbered from 0.

    Args:
        entries: the articles it begins with.
        params, furniture: what they are compared with.
        keeps_text: whether the bodies are texts; else what `pack_syllables` made of them.
        recent: where those of the index are kept ready.
    """

    def __init__(
        self, entries: Sequence[Entry], params: Params, furniture: Furniture, *, keeps_text: bool,
        recent: Recent | None = None,
    ) -> None:  # fmt: skip
        self.entries: list[Entry] = []
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}
        self.details = _Details(self.entries)
        self.is_new = []
        self.copies = np.zeros((0, 2), np.int64)
        self.likeness = {}
        self._is_there: list[bool] = []
        self.corpus = _HeldCorpus((self.entries, self._is_there), params, furniture, keeps_text, recent)
        for entry in entries:
            self.enter(entry)

    def enter(self, entry: Entry, *, is_there: bool = False) -> None:
        """Puts one more article there; is_there: it is one of the index, by the number that it has."""
        self._is_there.append(is_there)
        self.numbers[entry.id] = len(self.entries)
        self.entries.append(entry)
        self.ids.append(entry.id)
        self.is_new.append(True)


class _Details(Sequence[dict[str, Any]]):
    """What is known of each article; read when it is asked for."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._known: dict[int, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, number: Any) -> Any:
        if number not in self._known:
            details = unpack_details(self._entries[number].details)
            details.pop("extra", None)
            self._known[number] = details
        return self._known[number]


class _HeldCorpus(Corpus):
    """Their texts, see Corpus."""

    def __init__(
        self, entries: tuple[Sequence[Entry], Sequence[bool]], params: Params, furniture: Furniture, keeps_text: bool,
        recent: Recent | None,
    ) -> None:  # fmt: skip
        self._params = params
        self.furniture = furniture
        self._entries, self._is_there = entries
        self._keeps_text = keeps_text
        self._recent = recent

    def __len__(self) -> int:
        return len(self._entries)

    def learnt(self, number: int) -> Learnt | None:
        return self.furniture.learnt(np.int64(self._entries[number].source).view(np.uint64))

    def utf8(self, number: int) -> bytes:
        return self._entries[number].body if self._keeps_text else b""

    def read(self, which: _I64) -> Iterator[bytes]:
        return map(self.utf8, which.tolist())

    def sizes(self, which: _I64) -> _I64:
        return np.array([len(self._entries[n].body) for n in which.tolist()], np.int64)

    def prepare(self, which: _I64, *, shingles: bool = True, threads: int | None = None) -> Prepared:
        entries = [self._entries[n] for n in which.tolist()]
        k = self._params.k if shingles else 0
        if not self._keeps_text:
            return _unpack_syllables([entry.body for entry in entries], k)
        return Prepared.join([self._make(entries, k)])

    def prepare_pairs(self, left: _I64, right: _I64, threads: int | None = None) -> tuple[Prepared, _I64, _I64]:
        if self._recent is None or not self._keeps_text:
            return super().prepare_pairs(left, right, threads)
        which = distinct(np.concatenate([left, right]))
        entries = [self._entries[n] for n in which.tolist()]
        is_there = [self._is_there[n] for n in which.tolist()]
        known = self._recent.find(entry for entry, there in zip(entries, is_there, strict=True) if there)
        is_known = [there and entry.number in known for entry, there in zip(entries, is_there, strict=True)]
        fresh = [place for place, found in enumerate(is_known) if not found]
        made = self._make([entries[place] for place in fresh], self._params.k)
        there = [n for n, place in enumerate(fresh) if is_there[place]]
        wanted = [*itertools.compress(there, self._recent.are_wanted(entries[fresh[n]] for n in there))]
        self._recent.keep([entries[fresh[n]] for n in wanted], _cut(made, wanted))
        parts = [known[entry.number] for entry, found in zip(entries, is_known, strict=True) if found]
        at = np.argsort(np.argsort(is_known, kind="stable"))  # where each stands when those that are known come last
        i, j = (at[np.searchsorted(which, side)] for side in (left, right))
        return _behind(made, parts), i, j

    def _make(self, entries: Sequence[Entry], k: int) -> Made:
        groups = np.array([entry.source for entry in entries], np.int64).view(np.uint64)
        grouped = self.furniture.grouped(groups, self._params)
        buf, offsets = pack([entry.body for entry in entries])
        made: Made = kernels.prepare(buf, offsets, grouped.groups, np.arange(len(entries)), grouped.tables, k)
        return made


def _cut(made: Made, which: Iterable[int]) -> Iterator[Parts]:
    """Some of several articles that were made ready, each apart."""
    syllables, flags, ends, shingles, shingle_ends = made
    edges, shingle_edges = [0, *ends.tolist()], [0, *shingle_ends.tolist()]
    for n in which:
        own, held = slice(*edges[n : n + 2]), slice(*shingle_edges[n : n + 2])
        yield syllables[own].copy(), flags[own].copy(), shingles[held].copy()


def _behind(made: Made, parts: Sequence[Parts]) -> Prepared:
    """Articles that were made ready together, and behind them others that were apart."""
    if not parts:
        return Prepared.join([made])
    syllables, flags, shingles = zip(*parts, strict=True)
    ends, shingle_ends = (
        np.concatenate([[0], of, (of[-1] if len(of) else 0) + np.cumsum([*map(len, several)])])
        for of, several in ((made[2], syllables), (made[4], shingles))
    )  # fmt: skip
    return Prepared(
        np.concatenate([made[0], *syllables]), np.concatenate([made[1], *flags]), ends,
        np.concatenate([made[3], *shingles]), shingle_ends,
    )  # fmt: skip


def pack_syllables(ready: Prepared, number: int) -> bytes:
    """What stands for a text where no texts are kept: its canonical syllables as hashes, and their flags."""
    lo, hi = ready.syllable_starts[number], ready.syllable_starts[number + 1]
    return ready.syllables[lo:hi].tobytes() + ready.flags[lo:hi].tobytes()


def _unpack_syllables(bodies: Sequence[bytes], k: int) -> Prepared:
    parts = []
    for body in bodies:
        count = len(body) // 9
        syllables = np.frombuffer(body, np.uint64, count)
        found = shingles_of(syllables, k) if k else syllables[:0]
        ends = np.array([count], np.int64), np.array([len(found)], np.int64)
        parts.append((syllables, np.frombuffer(body, np.uint8, count, 8 * count), ends[0], found, ends[1]))
    nothing = np.zeros(0, np.uint64), np.zeros(0, np.uint8), np.zeros(0, np.int64)
    return Prepared.join(parts or [(nothing[0], nothing[1], nothing[2], nothing[0], nothing[2])])


def shingles_of(syllables: _U64, k: int) -> _U64:
    """The shingles of canonical syllables, sorted and distinct, as kernels.prepare makes them."""
    count = len(syllables)
    if count >= k:
        h = np.zeros(count - k + 1, np.uint64)
        for at in range(k):
            h = h * kernels._ROLL + syllables[at : count - k + 1 + at]
        return distinct(_mix(h))
    h = np.array([count], np.uint64)
    for syllable in syllables:
        h = _mix(h * kernels._ROLL + syllable)
    return h[: min(count, 1)]


def _mix(x: _U64) -> _U64:
    for factor in (_M1, _M2):
        x = (x ^ (x >> _U33)) * factor
    return x ^ (x >> _U33)
