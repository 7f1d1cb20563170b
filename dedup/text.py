"""Text as canonical syllables: tokens with spans, and the sets of shingles that every figure is made of."""

from __future__ import annotations

import functools
import itertools
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from dedup import kernels, lexicon
from dedup.errors import ArticleError, ParamError
from dedup.letters import letters
from dedup.models import Params, Token

__all__ = [
    "NO_GROUP", "Grouped", "Learnt", "Tables", "are_repeated", "distinct", "encode", "furniture_spans", "hash_table",
    "memo", "pack", "phrases_of", "ranges", "shingles", "spans", "tables", "tokenize",
]  # fmt: skip

Tables = tuple[Any, ...]  # (page, info, value, aliases, phrases, learnt): what the kernels take
NO_GROUP = np.uint64(0)
_Number = TypeVar("_Number", bound=np.generic)
_Kind = Literal["word", "number", "code", "glyph"]
_KINDS: dict[int, _Kind] = {
    kernels.LETTERS: "word",
    kernels.DIGITS: "number",
    kernels.LETTERS | kernels.DIGITS: "code",
    kernels.SIGN: "glyph",
}
_PHRASE_KINDS = {
    "line": 1, "start": 2, "comments": 3, "related": 4, "credit": 5, "caption": 6, "url": 7, "tail": 8, "menu": 9,
}  # fmt: skip
_WORD_KINDS = {"date": 10, "label": 11, "both": 12}
_YEAR = 13
_PLAIN = Params()
_BLANK = re.compile(r"\s")
_memory = threading.local()


class Learnt(NamedTuple):
    """What dedup.furniture has learnt, as the kernels take it.

    Attributes:
        table: (keys uint64, kinds int64) of all groups: a key is a hash of the group and of a line.
        group: uint64, the one that a text belongs to; 0 where nothing was learnt for it.
    """

    table: Tables
    group: np.uint64


class Grouped(NamedTuple):
    """Look-up tables with what was learnt of all groups, and the group of each text: uint64 (n,), 0 for none."""

    tables: Tables
    groups: np.ndarray[Any, np.dtype[np.uint64]]


_NEW_LINE = re.compile("\r\n|[\n-\r\x85\u2028\u2029]")


def encode(text: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The text as UTF-8 for the kernels, uint8 (bytes,). Lone surrogates are kept as three bytes each."""
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def pack(
    blobs: Sequence[bytes | memoryview],
) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], np.ndarray[Any, np.dtype[np.int64]]]:
    """Texts in one buffer, uint8, and where each begins: int64 (n + 1,)."""
    offsets = np.zeros(len(blobs) + 1, np.int64)
    np.cumsum([len(blob) for blob in blobs], out=offsets[1:])
    return np.frombuffer(b"".join(blobs), np.uint8), offsets


def ranges(
    starts: np.ndarray[Any, np.dtype[np.int64]], counts: np.ndarray[Any, np.dtype[np.int64]]
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The places starts[i] to starts[i] + counts[i] - 1 of all i, one after the other: of texts in one buffer their
    tokens, of lists one behind the other their entries."""
    ends = np.cumsum(counts)
    return np.repeat(starts - (ends - counts), counts) + np.arange(int(counts.sum()))


def distinct(values: np.ndarray[Any, np.dtype[_Number]]) -> np.ndarray[Any, np.dtype[_Number]]:
    """The different ones of numbers, ascending: what np.unique gives, which hashes them and takes ten times as long."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def are_repeated(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each value is there more than once."""
    order = np.argsort(values)
    is_next, result = np.zeros(len(values) + 1, np.bool_), np.empty(len(values), np.bool_)
    is_next[1:-1] = values[order[1:]] == values[order[:-1]]
    result[order] = is_next[1:] | is_next[:-1]
    return result


def tokenize(text: str) -> list[Token]:
    """The syllables of any string, in order, as they stand in it; an empty list for a text without any.

    Letters and digits in a row are one token (G7, 9h30, Covid); punctuation, hyphens and slashes separate
    (25/9/2024 has three). A number keeps its separators (1.340; 11,8). Marks, zero-width characters and soft hyphens
    never separate. Signs of scripts without spaces (Han, Kana, Thai, Lao, Khmer) are a token each.

    Raises:
        ArticleError: text is no string.

    >>> [t.text for t in tokenize("Covid-19: thêm 1.340 ca, lúc 9h30.")]
    ['Covid', '19', 'thêm', '1.340', 'ca', 'lúc', '9h30']
    """
    _check_text(text)
    _, flags, starts, ends = kernels.document(encode(text), tables(_PLAIN), 0, NO_GROUP)
    kinds = [_KINDS[f] for f in (flags & (kernels.LETTERS | kernels.DIGITS | kernels.SIGN)).tolist()]
    rows = zip(kinds, starts.tolist(), ends.tolist(), strict=True)
    return [Token(text[start:end], start, end, kind) for kind, start, end in rows]


def shingles(text: str, k: int = 5) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The hashes of every k consecutive canonical syllables: uint64 (n,), sorted, distinct.

    Canonical: blind to case, composition, tone placement and aliases, without structural page furniture. A text of
    fewer than k syllables has one shingle; a text without syllables none.

    Raises:
        ArticleError: text is no string.
        ParamError: k is out of its range.

    >>> len(shingles("Sáng nay, hồ Tây lộng gió.", k=5))
    2
    """
    _check_text(text)
    params = Params(k=k, min_passage=32)
    buf = encode(text)
    offsets = np.array([0, len(buf)], np.int64)
    result: np.ndarray[Any, Any] = kernels.prepare(
        buf, offsets, np.zeros(1, np.uint64), np.zeros(1, np.int64), tables(params), k
    )[3]
    return result


def spans(text: str, params: Params = _PLAIN, learnt: Learnt | None = None) -> tuple[np.ndarray[Any, Any], ...]:
    """The canonical syllables of a text with their place: (hashes uint64, flags uint8, starts int64, ends int64).

    Aliases are applied and furniture is left out, that of a corpus too where it is given; starts and ends are code
    points of the original string.
    """
    group = NO_GROUP if learnt is None else learnt.group
    result: tuple[np.ndarray[Any, Any], ...] = kernels.document(encode(text), tables(params, learnt), 2, group)
    return result


def furniture_spans(text: str, params: Params = _PLAIN, learnt: Learnt | None = None) -> list[tuple[int, int]]:
    """Where page furniture stands in a text: (start, end) in code points, in order, apart from each other.

    Whole lines with their line ends, and blank lines between them; of corpus furniture also sentences within a line.
    What is left has the syllables of `spans`, and a text of furniture alone is left as it is.

    Raises:
        ArticleError: text is no string.

    >>> page = "Hotline: 0900 123 456\\nSáng nay, hồ Tây lộng gió.\\nSóng lớn.\\n"
    >>> furniture_spans(page)
    [(0, 22)]
    """
    _check_text(text)
    syllables, flags, starts, ends = kernels.document(encode(text), tables(params), 1, NO_GROUP)
    kept = spans(text, params, learnt)[2]
    if len(kept) == len(syllables):
        return []
    is_left = np.isin(starts, kept)
    removed = np.flatnonzero(np.diff(is_left, prepend=True, append=True))  # where runs of furniture begin and end
    is_first = np.append(flags & kernels.NEW_LINE != 0, True)
    result = []
    for lo, hi in removed.reshape(-1, 2).tolist():
        before = int(ends[lo - 1]) if lo else 0
        behind = int(starts[hi]) if hi < len(starts) else len(text)
        start = _last(_NEW_LINE if is_first[lo] else _BLANK, text, before, int(starts[lo]))
        if not is_first[hi]:
            end = _last(_BLANK, text, int(ends[hi - 1]), behind)
        else:  # the line end goes too, unless something of the line is left
            found = _NEW_LINE.search(text, int(ends[hi - 1]), behind)
            end = (found.end() if is_first[lo] else found.start()) if found else behind
        result.append((start, end))
    return result


def _last(sign: re.Pattern[str], text: str, lo: int, hi: int) -> int:
    """Where the last such sign between lo and hi ends, or lo where there is none."""
    return max((found.end() for found in sign.finditer(text, lo, hi)), default=lo)


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise ArticleError(f"text={text!r:.60}: need a string")


def tables(params: Params = _PLAIN, learnt: Learnt | None = None) -> Tables:
    """The look-up tables that the kernels need for these Params, made once for each choice of accents and aliases."""
    extra = tuple(sorted(params.aliases.items())) if isinstance(params.aliases, Mapping) else ()
    base = _tables(params.accents, bool(params.aliases) or isinstance(params.aliases, Mapping), extra)
    return base if learnt is None else (*base[:-1], learnt.table)


@functools.lru_cache(maxsize=8)
def _tables(accents: str, use_aliases: bool, extra: tuple[tuple[str, str], ...]) -> Tables:
    base = tuple(np.ascontiguousarray(array) for array in letters(accents))
    nothing = hash_table({})
    bare: Tables = (*base, _alias_tables({}), nothing, nothing)
    forms = {**lexicon.aliases(), **dict(extra)} if use_aliases else {}
    long_forms = _syllables_of(list(forms), bare)
    short_forms = _syllables_of(list(forms.values()), bare)
    for (long, short), left, right in zip(forms.items(), long_forms, short_forms, strict=True):
        if not left or not right or len(right) > 2 * len(left):
            raise ParamError(f"aliases[{long!r}]={short!r}: need words on both sides, at most twice as many in short")
    trie = _alias_tables(dict(zip(map(tuple, long_forms), short_forms, strict=True)))
    with_aliases: Tables = (*base, trie, nothing, nothing)
    return (*base, trie, hash_table(_phrase_hashes(with_aliases)), nothing)


def memo(params: Params) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Where kernels.sketches remembers the syllables of texts by these Params: for this thread alone, from call to
    call."""
    name = f"of_{params.accents}"
    if not hasattr(_memory, name):
        setattr(_memory, name, np.zeros((kernels.MEMO, 4), np.uint64))
    return getattr(_memory, name)  # type: ignore[no-any-return]


def phrases_of(phrases: Sequence[str]) -> list[list[int]]:
    """The canonical syllables of each phrase, as `spans` has them: aliases are applied, nothing is furniture.

    Complemented where punctuation stands before one inside the phrase.
    """
    nothing = hash_table({})
    return _syllables_of(list(phrases), (*tables()[:-2], nothing, nothing))


def _syllables_of(phrases: list[str], with_tables: Tables) -> list[list[int]]:
    """The syllable hashes of each phrase; complemented where punctuation stands before one inside the phrase."""
    if not phrases:
        return []
    buf, offsets = pack([phrase.encode("utf-8", "surrogatepass") for phrase in phrases])
    groups = np.zeros(len(phrases), np.uint64)
    syllables, flags, ends, *_ = kernels.prepare(buf, offsets, groups, np.arange(len(phrases)), with_tables, 5)
    is_first = np.zeros(len(syllables) + 1, np.bool_)
    is_first[0] = is_first[ends] = True
    is_behind = (flags & kernels.PUNCTUATED != 0) & ~is_first[:-1]
    hashes = np.where(is_behind, ~syllables, syllables).tolist()
    return [hashes[lo:hi] for lo, hi in itertools.pairwise([0, *ends.tolist()])]


def _alias_tables(forms: Mapping[tuple[int, ...], list[int]]) -> Tables:
    """A trie of the long forms, as hash tables: see kernels._rewrite_aliases."""
    states: dict[tuple[int, int], int] = {}
    first, pairs = np.zeros(4096, np.uint8), np.zeros(65536, np.uint8)
    ends = [0]
    short: list[int] = []
    for long, replacement in forms.items():
        state = 0
        for syllable in long:
            if (state, syllable) not in states:
                states[state, syllable] = len(ends)
                ends.append(0)
            state = states[state, syllable]
        place = long[0] & 4095
        first[place] = 2 if len(long) == 1 else max(first[place], 1)
        if len(long) > 1:
            pairs[(long[0] ^ long[1] * int(kernels._ORDER) % 2**64) >> 48] = 1
        ends[state] = len(short) + 1
        short += [len(replacement), *replacement]
    edges = {syllable ^ (state * int(kernels._ORDER) % 2**64): target for (state, syllable), target in states.items()}
    return (first, pairs, *hash_table(edges), np.array(ends, np.int64), np.array(short or [0], np.uint64))


def hash_table(values: Mapping[int, int]) -> Tables:
    """(keys uint64, values int64) for kernels._find: a power of two of slots, at most half of them used."""
    size = 4
    while size < 2 * len(values) + 2:
        size *= 2
    keys, numbers = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    for key, value in values.items():
        place = key & (size - 1)
        while numbers[place]:
            place = (place + 1) & (size - 1)
        keys[place], numbers[place] = key, value
    return keys, numbers


def _phrase_hashes(with_tables: Tables) -> dict[int, int]:
    """Furniture phrases as (hash of their syllables → kind), as kernels._lines hashes a line."""
    rows = [(_PHRASE_KINDS[kind], phrase) for kind, phrase in lexicon.furniture_phrases()]
    rows += [(_WORD_KINDS[kind], word) for kind, word in lexicon.words()]
    rows += [(_YEAR, str(year)) for year in range(1990, 2100)]
    hashes: dict[int, int] = {}
    for (kind, _), syllables in zip(rows, _syllables_of([phrase for _, phrase in rows], with_tables), strict=True):
        h = 0
        for syllable in syllables:
            h = (h ^ syllable) * int(kernels._ROLL) % 2**64
            h ^= h >> 31
        hashes[h] = kind
    return hashes
