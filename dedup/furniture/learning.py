"""Which lines and sentences of a corpus are furniture: held by 20 versions of one source whose other text differs.

A *unit* is a line, or a sentence of a line that is longer than a headline. What "differs" means is told by a sample of
the shingles of running text that is no structural furniture (kernels._note_units): wire copy is held by many papers
too, but the rest of it is the same story.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.furniture.notes import PARTS, Among, Notes, Parted, Rows, Texts, pack
from dedup.spool import Spool
from dedup.text import are_repeated, distinct
from dedup.threads import each_item

__all__ = ["MIN_VERSIONS", "Found", "Learner"]

MIN_VERSIONS = 20
_SAMPLE = 20  # versions that hold a unit, compared in pairs
_OVERLAP = 0.1  # median resemblance of what they say besides
_BLOCK = 4096  # units judged at a time
_SORTED = 1 << 18  # texts put in order at a time
_RECURRING, _VALUES, _TOP = 0.8, 3, 0.5  # behind a heading: see _find_headings

_U64 = np.ndarray[Any, np.dtype[np.uint64]]
_I32 = np.ndarray[Any, np.dtype[np.int32]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Bools = np.ndarray[Any, np.dtype[np.bool_]]
_Records = np.ndarray[Any, Any]

_HELD = np.dtype([("key", np.uint64), ("text", np.int32), ("lo", np.int32), ("hi", np.int32)])
_FOLLOWING = np.dtype([("key", np.uint64), ("heading", np.int32)])


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


class _Holders(NamedTuple):
    """Units that enough versions hold, by key.

    Attributes:
        key: uint64 (units,). versions: int64 (units,), how many hold it.
        texts, lo, hi: int32 (units, _SAMPLE), the first of those versions, and the unit's syllables in each.
    """

    key: _U64
    versions: _I64
    texts: _I32
    lo: _I32
    hi: _I32

    def take(self, which: _I64) -> _Holders:
        """Some of them."""
        key, versions, *spans = self
        return _Holders(key[which], versions[which], *(span[which] for span in spans))


class Learner:
    """Takes the notes of texts as they come, and says in the end what is furniture.

    Notes are gone through batch by batch, and what is collected from them part by part: what is learnt needs little
    memory but some 30 bytes for each text.
    """

    def __init__(self, spool: Spool | None = None) -> None:
        self._notes = Notes(Spool() if spool is None else spool)  # an empty one is false

    def add(self, first: int, groups: _U64, notes: tuple[Any, ...]) -> None:
        """Takes the notes of kernels.sketches for texts number first, first + 1, …; those of group 0 teach nothing."""
        self._notes.add(first, groups, notes)

    def learn(self, versions: _U64, threads: int = 1) -> tuple[list[Found], _I64]:
        """(What is furniture, the numbers of the texts that hold some, ascending): the same for any order of the texts.

        Args:
            versions: uint64 (n, 2), by number of the text.
            threads: how many work at once.
        """
        notes, nothing = self._notes, np.zeros(0, np.int64)
        notes.finish()
        if not len(notes):
            return [], nothing
        texts = notes.take_texts()
        is_counted = _choose(texts, versions, threads)
        holders = _count(notes, is_counted, versions[texts.number, 0], threads)
        found = _judge(notes, holders, texts.group, threads)
        if not len(found):
            return [], nothing
        holders = holders.take(found)
        is_heading, is_held = _find_headings(notes, holders.key, is_counted, threads)
        return _describe(holders, is_heading, texts, versions), distinct(texts.number[is_held])

    def close(self) -> None:
        """Forgets everything."""
        self._notes.close()


def _choose(texts: Texts, versions: _U64, threads: int) -> _Bools:
    """Which texts count: one for each version in a group that has enough of them. Copies may have other line ends; of
    these the least hash of units counts."""
    own, is_first = versions[texts.number, 0], np.zeros(len(texts.number), np.bool_)
    blocks = 1 + len(own) // _SORTED
    block = ((own >> np.uint64(32)) * np.uint64(blocks) >> np.uint64(32)).astype(np.uint16)

    def find(number: int) -> _I64:
        some = np.flatnonzero(block == number)
        is_repeated = are_repeated(own[some] ^ texts.group[some])
        alone, others = some[~is_repeated], some[is_repeated]
        columns = np.stack([texts.group[others], *versions[texts.number[others]].T])
        order = np.lexsort((texts.sums[others], *columns))
        is_new = np.ones(len(order), np.bool_)
        is_new[1:] = np.any(np.diff(columns[:, order]) != 0, axis=0)
        return np.append(alone, others[order[is_new]])

    for found in each_item(find, range(blocks), threads):
        is_first[found] = True
    groups, versions_in = np.unique(texts.group[is_first], return_counts=True)
    result, large = np.zeros(len(is_first), np.bool_), groups[versions_in >= MIN_VERSIONS]
    if len(large):
        result[Among(large).find(texts.group)[0]] = True
    return result & is_first


def _count(notes: Notes, is_counted: _Bools, own: _U64, threads: int) -> _Holders:
    """Which units enough versions hold, be it as structural furniture, which depends on the lines around it. Of the
    texts, one for each version, those of the smallest text hash (`own`) come first."""

    def sift(first: int, units: Rows) -> _Records:
        places = notes.find_frequent(units.records["key"], MIN_VERSIONS)
        text = first + np.searchsorted(units.ends, places, side="right")
        places, text = places[is_counted[text]], text[is_counted[text]]
        held = units.records[places]
        return pack(_HELD, held["key"], text, held["lo"], held["hi"])

    def count(part: int) -> _Holders:
        held = likely.take(part)
        held = held[np.lexsort((own[held["text"]], held["key"]))]
        is_next, is_new = np.ones((2, len(held)), np.bool_)
        is_next[1:] = held["key"][1:] != held["key"][:-1]
        is_new[1:] = is_next[1:] | (held["text"][1:] != held["text"][:-1])
        held, starts = held[is_new], np.flatnonzero(is_next[is_new])
        versions = np.diff(starts, append=len(held))
        enough = versions >= MIN_VERSIONS
        sample = held[starts[enough][:, None] + np.arange(_SAMPLE)]
        return _Holders(sample["key"][:, 0], versions[enough], sample["text"], sample["lo"], sample["hi"])

    likely = notes.spread(sift, _HELD, threads)
    return _Holders(*map(np.concatenate, zip(*each_item(count, range(PARTS), threads), strict=True)))


def _judge(notes: Notes, holders: _Holders, group: _U64, threads: int) -> _I64:
    """Which of the units are furniture, ascending. What is found is no text: it is left out, and the rest of its group
    judged again, until nothing more is found."""
    group = group[holders.texts[:, 0]]
    undecided, is_found = np.argsort(group, kind="stable"), np.zeros(len(group), np.bool_)
    while len(undecided):
        known = holders.key[is_found]

        def work(block: _I64, known: _U64 = known) -> _Bools:
            texts, place = np.unique(holders.texts[block].astype(np.int64), return_inverse=True)
            spans = place.reshape(-1, _SAMPLE), holders.lo[block], holders.hi[block]
            return _is_varied(spans, *notes.gather(texts), known)

        blocks = (undecided[lo : lo + _BLOCK] for lo in range(0, len(undecided), _BLOCK))
        is_new = np.concatenate([*each_item(work, blocks, threads)])
        new, undecided = undecided[is_new], undecided[~is_new]
        is_found[new] = True
        undecided = undecided[np.isin(group[undecided], group[new])]
    return np.flatnonzero(is_found)


def _is_varied(spans: tuple[_I64, _I32, _I32], units: Rows, samples: Rows, known: _U64) -> _Bools:
    """Whether the versions that hold a unit say different things besides it, and besides the furniture that is known.

    The median over all pairs of the sample; a pair of which one says nothing else is no evidence.

    Args:
        spans: which texts hold it, of those given, and the first and last + 1 syllable there, (units, _SAMPLE) each.
        units, samples: of the texts.
        known: keys, ascending.
    """
    place = (samples.texts() << 32) + samples.records["place"]
    is_alive = np.ones(len(place), np.bool_)
    if len(known):
        at, _ = Among(known).find(units.records["key"])
        gone = _ranges(place, units.texts()[at], units.records["lo"][at], units.records["hi"][at])
        change = np.bincount(gone[0], minlength=len(place) + 1) - np.bincount(gone[1], minlength=len(place) + 1)
        is_alive = np.cumsum(change[:-1]) == 0
    texts, lo, hi = spans
    own = _ranges(place, texts, lo, hi)
    values, starts = _sets(samples, is_alive)
    left, right = np.triu_indices(_SAMPLE, 1)
    pairs, which = np.unique(texts[:, left] * len(starts) + texts[:, right], return_inverse=True)
    shared = kernels.overlaps(values, starts, *np.divmod(pairs, len(starts)))[which.reshape(-1, len(left))]
    alive = np.append(0, np.cumsum(is_alive))
    inside = alive[own[1]] - alive[own[0]]
    size = np.diff(starts)[texts] - inside
    a, b = size[:, left], size[:, right]
    shared = np.maximum(shared - np.minimum(inside[:, left], inside[:, right]), 0)
    overlap = np.where((a > 0) & (b > 0), shared / np.maximum(a + b - shared, 1), np.inf)
    overlap.sort(axis=1)
    median = np.sum(overlap < np.inf, axis=1) // 2
    result: _Bools = overlap[np.arange(len(texts)), median] < _OVERLAP
    return result


def _ranges(place: _I64, texts: _I64, lo: _I32, hi: _I32) -> tuple[_I64, _I64]:
    """(first, end): the samples first to end - 1 lie within the syllables lo to hi - 1 of a text, for each of these."""
    base = texts << 32
    first = np.searchsorted(place, base + lo)
    return first, np.maximum(first, np.searchsorted(place, base + hi - kernels.SAMPLE_K + 1))


def _sets(samples: Rows, is_alive: _Bools) -> tuple[_U64, _I64]:
    """The samples of each text as sorted, distinct sets: (values, starts)."""
    text, value = samples.texts()[is_alive], samples.records["value"][is_alive]
    order = np.lexsort((value, text))
    value, text = value[order], text[order]
    is_new = np.ones(len(value), np.bool_)
    is_new[1:] = (value[1:] != value[:-1]) | (text[1:] != text[:-1])
    return value[is_new], np.searchsorted(text[is_new], np.arange(len(samples.ends) + 1))


def _find_headings(notes: Notes, found: _U64, is_counted: _Bools, threads: int) -> tuple[_Bools, _Bools]:
    """(Which of the found units, by key, head a list of headlines that changes from page to page; which texts hold any
    of them).

    A line behind the first text of a page whose next line is another one on most pages, yet stands on two pages at
    least: so the newest headlines, on few pages as yet, are known by the heading above them.
    """
    among, is_held, totals = Among(found), np.zeros(len(is_counted), np.bool_), [np.zeros(len(found), np.int64)]

    def look(first: int, units: Rows) -> _Records:
        places, _ = among.find(units.records["key"])
        text = np.searchsorted(units.ends, places, side="right")
        is_held[first + text] = True
        is_page = np.zeros(len(units.ends), np.bool_)
        is_page[text[units.records["about"][places] & (kernels.TEXT | kernels.PART) == 0]] = True
        pages = np.flatnonzero(is_page & is_counted[first : first + len(is_page)])
        total, following = _list_following(units.take(pages), among)
        totals.append(np.bincount(total, minlength=len(found)))
        return following

    following = notes.spread(look, _FOLLOWING, threads)
    names, recurs = _find_recurring(notes, following, is_counted, threads)
    total, (top, recurring, values) = np.sum(totals, axis=0), np.zeros((3, len(found)), np.int64)
    for part in range(PARTS):
        lines = following.take(part)
        name = np.searchsorted(names, lines["key"])
        heading, name = lines["heading"][recurs[name]].astype(np.int64), name[recurs[name]]
        pair, count = np.unique(heading * len(names) + name, return_counts=True)
        of = pair // max(1, len(names))
        np.maximum.at(top, of, count)
        values += np.bincount(of, minlength=len(found))
        recurring += np.bincount(heading, minlength=len(found))
    is_heading = (total > 0) & (recurring >= _RECURRING * total) & (top < _TOP * total) & (values >= _VALUES)
    return is_heading, is_held


def _list_following(pages: Rows, among: Among) -> tuple[_I64, _Records]:
    """The furniture behind the first text of each page that is no text: (which line each is, what stands behind it)."""
    is_line = pages.records["about"] & kernels.PART == 0
    text, lines = pages.texts()[is_line], pages.records[is_line]
    key, about = lines["key"], lines["about"]
    is_body = about & (kernels.TEXT | kernels.GONE) == kernels.TEXT
    has_text = np.full(len(pages.ends), len(text))
    np.minimum.at(has_text, text[is_body], np.flatnonzero(is_body))
    at, heading = among.find(key)
    is_meant = (about[at] & kernels.TEXT == 0) & (at > has_text[text[at]])
    at, heading = at[is_meant], heading[is_meant]
    at_next = np.minimum(at + 1, len(text) - 1)
    has_next = (at_next > at) & (text[at_next] == text[at])
    return heading, pack(_FOLLOWING, key[at_next[has_next]], heading[has_next])


def _find_recurring(notes: Notes, lines: Parted, is_counted: _Bools, threads: int) -> tuple[_U64, _Bools]:
    """(The keys of the lines, ascending; which of them stand in two texts that count, or in more)."""
    names = np.concatenate([distinct(lines.take(part)["key"]) for part in range(PARTS)])
    first, last = np.full((2, len(names)), -1, np.int32)
    if not len(names):
        return names, first >= 0
    among = Among(names)

    def look(before: int, units: Rows) -> tuple[_I64, _I64]:
        places, which = among.find(units.records["key"])
        text = before + np.searchsorted(units.ends, places, side="right")
        is_meant = is_counted[text] & (units.records["about"][places] & kernels.PART == 0)
        return which[is_meant], text[is_meant]

    for which, text in notes.each(look, threads):
        last[which] = text  # texts ascend: of several the last one stays
        is_new = first[which] < 0
        first[which[is_new][::-1]] = text[is_new][::-1]
    return names, first < last


def _describe(holders: _Holders, is_heading: _Bools, texts: Texts, versions: _U64) -> list[Found]:
    """The units as values."""
    first, own = holders.texts[:, 0], versions[texts.number, 0]

    def identify(places: _I64 | _I32) -> list[tuple[int, ...]]:
        columns = texts.group[places], *versions[texts.number[places]].T, texts.sums[places]
        return [*zip(*(column.tolist() for column in columns), strict=True)]

    copies: dict[tuple[int, ...], list[int]] = {}
    places, _ = Among(distinct(own[first])).find(own)
    for known, number in zip(identify(places), texts.number[places].tolist(), strict=True):
        copies.setdefault(known, []).append(number)
    columns = holders.key, holders.versions, is_heading, holders.lo[:, 0], holders.hi[:, 0]
    rows = zip(identify(first), *(column.tolist() for column in columns), strict=True)
    return [Found(known[0], key ^ known[0], many, heads, copies[known], lo, hi)
            for known, key, many, heads, lo, hi in rows]  # fmt: skip
