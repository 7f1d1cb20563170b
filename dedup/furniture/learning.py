"""Which lines and sentences of a corpus are furniture: held by 20 versions of one source whose other text differs.

A *unit* is a line, or a sentence of a line that is longer than a headline. What "differs" means is told by a sample of
the shingles of running text that is no structural furniture (kernels._note_units): wire copy is held by many papers
too, but the rest of it is the same story.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.spool import Spool
from dedup.text import ranges
from dedup.threads import each_item

__all__ = ["MIN_VERSIONS", "Found", "Learner"]

MIN_VERSIONS = 20
_SAMPLE = 20  # versions that hold a unit, compared in pairs
_OVERLAP = 0.1  # median resemblance of what they say besides
_BLOCK = 4096  # units judged at a time
_PARTS, _PART_SHIFT = 64, np.uint64(58)  # groups are put away by their high bits
_TOGETHER = 1 << 18  # units that are put away at a time
_COLUMNS = (0, 0, 0, 0, 1, 1, 1, 1, 2, 2)  # of what is put away, whether it is one for each text, unit or sample
_RECURRING, _VALUES, _TOP = 0.8, 3, 0.5  # behind a heading: see _find_headings

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Bools = np.ndarray[Any, np.dtype[np.bool_]]


class Found(NamedTuple):
    """A unit that is furniture: its group and hash, how many versions hold it, whether it heads a list.

    `articles` are the copies of one version that holds it, by number; there it has the syllables lo to hi - 1.
    """

    group: int
    code: int
    versions: int
    is_heading: bool
    articles: list[int]
    lo: int
    hi: int


class _Units(NamedTuple):
    """Units of texts in order: int32 text, uint64 key (hash and group), int32 first syllable, last + 1, flags."""

    text: _I32
    key: _U64
    lo: _I32
    hi: _I32
    about: np.ndarray[Any, np.dtype[np.uint8]]


class _Samples(NamedTuple):
    """Sampled shingles of texts in order: int32 text, int32 place, uint64 hash."""

    text: _I32
    place: _I32
    value: _U64


class _Said(NamedTuple):
    """Samples, those of a text by place: int64 text and place as one number, ascending; uint64 hash."""

    place: _I64
    value: _U64


class _Holders(NamedTuple):
    """Units that enough versions hold.

    Attributes:
        key: uint64 (units,). versions: int64 (units,), how many hold it.
        texts, places: int64 (units, _SAMPLE), the first of those versions, and the unit's place in each.
    """

    key: _U64
    versions: _I64
    texts: _I64
    places: _I64


class _Notes(NamedTuple):
    """What is noted of texts, all of whose groups are in one part.

    Attributes:
        group, number: uint64 and int64, of each text.
        units, samples: of all texts in order.
        unit_ends, sample_ends: int64, where those of each text end.
    """

    group: _U64
    number: _I64
    units: _Units
    unit_ends: _I64
    samples: _Samples
    sample_ends: _I64


class Learner:
    """Takes the notes of texts as they come, and says in the end what is furniture.

    Notes are put away by group, since groups are judged one by one: what is learnt needs the memory of a part of them.
    """

    def __init__(self, spool: Spool | None = None) -> None:
        self._spool = Spool() if spool is None else spool  # an empty one is false
        self._waiting: list[tuple[_I64, _U64, tuple[Any, ...]]] = []
        self._size = 0
        self._edges: list[tuple[_I64, _I64, _I64]] = []

    def add(self, first: int, groups: _U64, notes: tuple[Any, ...]) -> None:
        """Takes the notes of kernels.sketches for texts number first, first + 1, …; those of group 0 teach nothing."""
        self._waiting.append((np.arange(first, first + len(groups)), groups, notes))
        self._size += len(notes[0])
        if self._size >= _TOGETHER:
            self._put_away()

    def _put_away(self) -> None:
        if not self._waiting:
            return
        numbers, groups, notes = zip(*self._waiting, strict=True)
        number, group = np.concatenate(numbers), np.concatenate(groups)
        units, unit_ends, samples, sample_ends = _join(notes, group)
        part = (group >> _PART_SHIFT).astype(np.int64)
        order = np.argsort(part, kind="stable")
        order = order[group[order] != 0]
        unit_counts, sample_counts = (np.diff(ends, prepend=0)[order] for ends in (unit_ends, sample_ends))
        counts = (column.astype(np.int32) for column in (unit_counts, sample_counts))
        rows = (_take(units, unit_ends, order)[1:], _take(samples, sample_ends, order)[1:])
        for column in (number[order], group[order], *counts, *rows[0], *rows[1]):
            self._spool.put(column)
        edges = np.searchsorted(part[order], np.arange(_PARTS + 1))
        unit_edges, sample_edges = (np.append(0, np.cumsum(n))[edges] for n in (unit_counts, sample_counts))
        self._edges.append((edges, unit_edges, sample_edges))
        self._waiting, self._size = [], 0

    def _part(self, part: int) -> _Notes:
        """The notes of texts whose groups are in that part, in the order they came."""
        columns: list[list[Any]] = [[] for _ in _COLUMNS]
        for batch, edges in enumerate(self._edges):
            for column, kind in enumerate(_COLUMNS):
                lo, hi = edges[kind][part : part + 2].tolist()
                columns[column].append(self._spool.get(len(_COLUMNS) * batch + column, lo, hi))
        number, group, *counts, key, begin, end, about, place, value = map(np.concatenate, columns)
        of_unit, of_sample = (np.repeat(np.arange(len(group), dtype=np.int32), many) for many in counts)
        units, samples = _Units(of_unit, key, begin, end, about), _Samples(of_sample, place, value)
        return _Notes(group, number, units, np.cumsum(counts[0]), samples, np.cumsum(counts[1]))

    def learn(self, versions: _U64, threads: int = 1) -> list[Found]:
        """What is furniture, the same for any order of the texts; versions: uint64 (n, 2), by number of the text."""
        self._put_away()
        learnt = each_item(lambda part: _learn(self._part(part), versions), self._filled(MIN_VERSIONS), threads)
        found = [unit for units in learnt for unit in units]
        return sorted(found, key=lambda unit: unit.code ^ unit.group)

    def holding(self, found: list[Found]) -> _I64:
        """The numbers of the texts that hold furniture, ascending."""
        keys: dict[int, list[int]] = {}
        for unit in found:
            keys.setdefault(unit.group >> int(_PART_SHIFT), []).append(unit.code ^ unit.group)
        numbers = [np.zeros(0, np.int64)]
        for part, many in keys.items():
            notes = self._part(part)
            is_held = _is_among(notes.units.key, np.sort(np.array(many, np.uint64)))
            numbers.append(notes.number[notes.units.text[is_held]])
        return np.unique(np.concatenate(numbers))

    def _filled(self, least: int) -> list[int]:
        """The parts that so many texts or more are in."""
        texts = sum((np.diff(edges[0]) for edges in self._edges), np.zeros(_PARTS, np.int64))
        parts: list[int] = np.flatnonzero(texts >= least).tolist()
        return parts

    def close(self) -> None:
        """Forgets everything."""
        self._waiting, self._edges = [], []
        self._spool.close()


def _learn(notes: _Notes, versions: _U64) -> list[Found]:
    """What is furniture by the notes of one part."""
    group, number, units = notes.group, notes.number, notes.units
    sums, likely = kernels.survey_units(units.key, units.lo, units.about, notes.unit_ends, MIN_VERSIONS)
    order, is_first, ends = _by_version(group, versions[number], sums)
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(order))
    is_counted = np.zeros(len(group), np.bool_)
    is_counted[_of_large_groups(group, order[is_first])] = True
    holders = _count(units, likely[is_counted[units.text[likely]]], rank)
    found = _judge(holders, notes)
    headings = _find_headings(notes, is_counted, holders.key[found])
    result = []
    for i, is_heading in zip(found.tolist(), headings.tolist(), strict=True):
        first, place = int(holders.texts[i, 0]), holders.places[i, 0]
        of_group = int(group[first])
        copies = number[order[rank[first] : ends[rank[first]]]].tolist()
        result.append(
            Found(of_group, int(holders.key[i]) ^ of_group, int(holders.versions[i]), is_heading, copies,
                  int(units.lo[place]), int(units.hi[place]))
        )  # fmt: skip
    return result


def _join(notes: Sequence[tuple[Any, ...]], group: _U64) -> tuple[_Units, _I64, _Samples, _I64]:
    """All units and samples, and where those of each text end."""
    codes, los, his, abouts, unit_ends, values, places, sample_ends = zip(*notes, strict=True)
    units_in, samples_in = (
        np.concatenate([np.diff(part, prepend=0) for part in ends]) for ends in (unit_ends, sample_ends)
    )
    of_unit, of_sample = (np.repeat(np.arange(len(group), dtype=np.int32), many) for many in (units_in, samples_in))
    key = np.concatenate(codes) ^ group[of_unit]
    units = _Units(of_unit, key, np.concatenate(los), np.concatenate(his), np.concatenate(abouts))
    samples = _Samples(of_sample, np.concatenate(places), np.concatenate(values))
    return units, np.cumsum(units_in), samples, np.cumsum(samples_in)


def _by_version(group: _U64, versions: _U64, sums: _U64) -> tuple[_I64, _Bools, _I64]:
    """Texts ordered by group and version, copies with the same line ends together; which of them is the first of its
    version; and for each where those with the same line ends end."""
    order = np.lexsort((sums, versions[:, 1], versions[:, 0], group))
    columns = np.stack([group, versions[:, 0], versions[:, 1], sums])[:, order]
    differs = np.diff(columns, axis=1, prepend=~columns[:, :1]) != 0
    edges = np.append(np.flatnonzero(np.any(differs, axis=0)), len(order))
    ends = edges[np.searchsorted(edges, np.arange(len(order)), side="right")]
    return order, np.any(differs[:3], axis=0), ends


def _of_large_groups(group: _U64, texts: _I64) -> _I64:
    """Those texts whose group is not 0 and has enough versions."""
    _, place, counts = np.unique(group[texts], return_inverse=True, return_counts=True)
    result: _I64 = texts[(counts[place] >= MIN_VERSIONS) & (group[texts] != 0)]
    return result


def _take(columns: _Units | _Samples, ends: _I64, which: _I64) -> list[Any]:
    """The rows of the texts `which`, numbered anew in that order."""
    starts = np.concatenate([np.zeros(1, np.int64), ends])
    lengths = starts[which + 1] - starts[which]
    flat = ranges(starts[which], lengths)
    return [np.repeat(np.arange(len(which), dtype=np.int32), lengths), *(column[flat] for column in columns[1:])]


def _is_among(keys: _U64, few: _U64) -> _Bools:
    """Which keys are among a few, at least one and ascending: by a table of bits first, since most are not."""
    bits = np.zeros(1 << 20, np.bool_)
    bits[(few >> np.uint64(44)).astype(np.int64)] = True
    result = bits[(keys >> np.uint64(44)).astype(np.int64)]
    likely = np.flatnonzero(result)
    result[likely] = few[np.minimum(np.searchsorted(few, keys[likely]), len(few) - 1)] == keys[likely]
    return result


def _count(units: _Units, places: _I64, rank: _I64) -> _Holders:
    """Which of the units in these places enough versions hold, be it as structural furniture, which depends on the
    lines around it. Of the texts, one for each version, those of the lowest rank come first."""
    key, text = units.key[places], units.text[places]
    order = np.lexsort((rank[text], key))
    place, key, text = places[order], key[order], text[order]
    if not len(key):
        return _Holders(key, place, *np.zeros((2, 0, _SAMPLE), np.int64))
    is_next, is_new = np.ones((2, len(place)), np.bool_)
    is_next[1:] = key[1:] != key[:-1]
    is_new[1:] = is_next[1:] | (text[1:] != text[:-1])
    place, key, text, starts = place[is_new], key[is_new], text[is_new], np.flatnonzero(is_next[is_new])
    versions = np.diff(starts, append=len(key))
    enough = versions >= MIN_VERSIONS
    sample = starts[enough][:, None] + np.arange(_SAMPLE)
    return _Holders(key[starts[enough]], versions[enough], text[sample], place[sample])


def _judge(holders: _Holders, notes: _Notes) -> _I64:
    """Which of the units are furniture, ascending. What is found is no text: it is left out, and the rest judged again,
    until nothing more is found."""
    used, texts = np.unique(holders.texts, return_inverse=True)
    texts = texts.reshape(holders.texts.shape)
    units = _Units(*_take(notes.units, notes.unit_ends, used))
    text, place, value = _take(notes.samples, notes.sample_ends, used)
    said = _Said((text.astype(np.int64) << 32) + place, value)
    own = _ranges(said, texts, notes.units.lo[holders.places], notes.units.hi[holders.places])
    undecided, is_found = np.arange(len(holders.key)), np.zeros(len(holders.key), np.bool_)
    is_alive = np.ones(len(said.place), np.bool_)
    while len(undecided):
        parts = [undecided[lo : lo + _BLOCK] for lo in range(0, len(undecided), _BLOCK)]
        is_varied = [_is_varied(texts[part], (own[0][part], own[1][part]), said, is_alive) for part in parts]
        new = undecided[np.concatenate(is_varied)]
        if not len(new):
            break
        is_found[new] = True
        places = np.flatnonzero(_is_among(units.key, holders.key[new]))
        lo, hi = _ranges(said, units.text[places], units.lo[places], units.hi[places])
        change = np.zeros(len(is_alive) + 1, np.int64)
        np.add.at(change, lo, 1)
        np.add.at(change, hi, -1)
        is_left = is_alive & (np.cumsum(change[:-1]) == 0)
        if is_left.sum() == is_alive.sum():
            break
        is_alive, undecided = is_left, np.setdiff1d(undecided, new)
    return np.flatnonzero(is_found)


def _ranges(said: _Said, texts: _I32 | _I64, lo: _I32, hi: _I32) -> tuple[_I64, _I64]:
    """(first, end): the samples first to end - 1 lie within the syllables lo to hi - 1 of a text, for each of these."""
    base = texts.astype(np.int64) << 32
    first = np.searchsorted(said.place, base + lo)
    return first, np.maximum(first, np.searchsorted(said.place, base + hi - kernels.SAMPLE_K + 1))


def _is_varied(texts: _I64, own: tuple[_I64, _I64], said: _Said, is_alive: _Bools) -> _Bools:
    """Whether the versions that hold a unit (units, _SAMPLE) say different things besides it, whose samples are `own`.

    The median over all pairs of the sample; a pair of which one says nothing else is no evidence.
    """
    used, local = np.unique(texts, return_inverse=True)
    local = local.reshape(texts.shape)
    values, starts = _sets(said, used, is_alive)
    left, right = np.triu_indices(_SAMPLE, 1)
    pairs, place = np.unique(local[:, left] * len(used) + local[:, right], return_inverse=True)
    shared = kernels.overlaps(values, starts, pairs // len(used), pairs % len(used))[place.reshape(-1, len(left))]
    alive = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_alive)])
    inside = alive[own[1]] - alive[own[0]]
    size = np.diff(starts)[local] - inside
    a, b = size[:, left], size[:, right]
    shared = np.maximum(shared - np.minimum(inside[:, left], inside[:, right]), 0)
    overlap = np.where((a > 0) & (b > 0), shared / np.maximum(a + b - shared, 1), np.inf)
    overlap.sort(axis=1)
    median = np.sum(overlap < np.inf, axis=1) // 2
    result: _Bools = overlap[np.arange(len(texts)), median] < _OVERLAP
    return result


def _sets(said: _Said, texts: _I64, is_alive: _Bools) -> tuple[_U64, _I64]:
    """The samples of these texts as sorted, distinct sets: (values, starts)."""
    edges = np.searchsorted(said.place, np.stack([texts, texts + 1]) << 32)
    lengths = edges[1] - edges[0]
    flat = ranges(edges[0], lengths)
    text = np.repeat(np.arange(len(texts)), lengths)[is_alive[flat]]
    value = said.value[flat[is_alive[flat]]]
    order = np.lexsort((value, text))
    value, text = value[order], text[order]
    is_new = np.ones(len(value), np.bool_)
    is_new[1:] = (value[1:] != value[:-1]) | (text[1:] != text[:-1])
    return value[is_new], np.searchsorted(text[is_new], np.arange(len(texts) + 1))


def _find_headings(notes: _Notes, is_counted: _Bools, found: _U64) -> _Bools:
    """Which of the found units (keys, ascending) head a list of headlines that changes from page to page.

    A line behind the first text of a page whose next line is another one on most pages, yet stands on two pages at
    least: so the newest headlines, on few pages as yet, are known by the heading above them.
    """
    units = notes.units
    may_head = np.flatnonzero(_is_among(units.key, found))
    may_head = may_head[units.about[may_head] & (kernels.TEXT | kernels.PART) == 0]
    is_page = np.zeros(len(is_counted), np.bool_)
    is_page[units.text[may_head]] = True
    pages = np.flatnonzero(is_page & is_counted)
    text, key, _, _, about = _take(units, notes.unit_ends, pages)
    is_line = about & kernels.PART == 0
    text, key, about = text[is_line], key[is_line], about[is_line]
    is_body = about & (kernels.TEXT | kernels.GONE) == kernels.TEXT
    has_text = np.full(len(pages), len(text))
    np.minimum.at(has_text, text, np.where(is_body, np.arange(len(text)), len(text)))
    at = np.flatnonzero(_is_among(key, found) & (about & kernels.TEXT == 0) & (np.arange(len(text)) > has_text[text]))
    heading = np.searchsorted(found, key[at])
    total = np.bincount(heading, minlength=len(found))
    at_next = np.minimum(at + 1, len(text) - 1)
    has_next = (at_next > at) & (text[at_next] == text[at])
    heading, following = heading[has_next], key[at_next[has_next]]
    if not len(following):
        return np.zeros(len(found), np.bool_)
    names, following = np.unique(following, return_inverse=True)
    places = np.flatnonzero(_is_among(units.key, names))
    places = places[is_counted[units.text[places]] & (units.about[places] & kernels.PART == 0)]
    name, (first, last) = np.searchsorted(names, units.key[places]), np.zeros((2, len(names)), np.int64)
    first += len(is_counted)
    np.minimum.at(first, name, units.text[places])
    np.maximum.at(last, name, units.text[places])
    recurs = (first < last)[following]
    pair, count = np.unique(heading[recurs] * len(names) + following[recurs], return_counts=True)
    which = pair // len(names)
    top = np.zeros(len(found), np.int64)
    np.maximum.at(top, which, count)
    recurring = np.bincount(heading[recurs], minlength=len(found))
    result: _Bools = (total > 0) & (recurring >= _RECURRING * total) & (top < _TOP * total)
    return result & (np.bincount(which, minlength=len(found)) >= _VALUES)
