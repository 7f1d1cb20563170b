"""Every numba function: arrays and numbers in, arrays out. Nothing is checked here; the public wrappers do that.

All kernels stand in this one file because numba's disk cache notices changes of the file that holds a function but not
of the files it calls. Entry points (`@_entry`) are compiled once for this processor and cached; helpers (`@njit`) are
compiled into them. Each entry works on a range of articles or pairs and releases the GIL, so one thread pool serves.

Words: `buf` is UTF-8 (uint8), article d is buf[offsets[d]:offsets[d + 1]]. `syl` are syllable hashes (uint64), `flag`
their flags (uint8, below). A *cut* stands before a syllable where page furniture was removed; figures run across it,
as if the furniture had never stood there.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path

import numpy as np
from llvmlite import binding, ir
from numba import config, njit, types
from numba.core import event
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.runtime import _nrt_python
from numba.extending import intrinsic

__all__ = [
    "alike", "are_utf8", "cache_directory", "cache_folder", "candidates", "choose_anchors", "digests", "document",
    "enter_features", "enter_names", "find_name", "held_by_several", "keys_by_article", "leave_features",
    "may_be_spare", "meet", "meet_strangers", "overlaps", "prepare", "profiles", "scatter", "sketches", "survey_units",
    "tile_pairs", "tile_spans", "weigh", "words_at",
]  # fmt: skip

log = logging.getLogger("dedup.kernels")

# Flags of a syllable.
LETTERS, DIGITS, CAPITAL, PUNCTUATED, NEW_LINE, SENTENCE_START, SIGN, CUT = 1, 2, 4, 8, 16, 32, 64, 128

# What a code point is, as bits: the numbers of dedup.letters (a test holds the two lists together).
_U = np.uint64
_VOWEL, _SECOND_VOWEL, _Y, _Q, _IS_U, _WORD = _U(1 << 8), _U(1 << 9), _U(1 << 10), _U(1 << 11), _U(1 << 12), _U(1 << 13)
_DECIMAL, _SPECIAL, _INVISIBLE, _MARK = _U(1 << 14), _U(1 << 15), _U(1 << 16), _U(1 << 17)
_TWO, _THREE = _U(1 << 18), _U(1 << 19)
_MANY = _TWO | _THREE
_DIRECT = _U(0x3000)
_GAP, _KIND, _CAP = _U(8 | 16 | 32), _U(1 | 2 | 64), _U(4)
_ONGOING = _U(0xFF | 1 << 8 | 1 << 9)  # what a syllable keeps from letter to letter

_RADIX = np.uint64(0x9E3779B97F4A7C15)
_RADIX2 = np.uint64(0x9E3779B97F4A7C15 * 0x9E3779B97F4A7C15 % 2**64)
_TONE = np.uint64(0xC2B2AE3D27D4EB4F)
_ROLL = np.uint64(0xD6E8FEB86659FD93)
_ORDER = np.uint64(0xA0761D6478BD642F)
_M1 = np.uint64(0xFF51AFD7ED558CCD)
_M2 = np.uint64(0xC4CEB9FE1A85EC53)
_U1, _U7, _U31, _U33 = np.uint64(1), np.uint64(7), np.uint64(31), np.uint64(33)
_HIGH = np.uint64(0xFFFFFFFFFFFFFFF8)
_COMMA = np.uint64(0x2C0)  # stands in the hash of 11,8
_ZERO, _POINT = np.uint64(0x30), np.uint64(0x2E)
MEMO = 1 << 15  # syllables that are remembered by their bytes, of 32 bytes each
_ZEROS, _TOPS = np.uint64(0x3030303030303030), np.uint64(0x8080808080808080)
_TILE = 8  # syllables of the shortest passage
_PAIR, _APART = -1, -2  # what two articles are, where not the number of a crowd
_WORDS = 4  # of bits that stand for the keys of an article
_MOST_RUNS = 128  # common runs of two texts for which one that grows with their square is the quicker way

# Furniture, by line: see _mark_furniture.
_DATELINE, _DATED, _DROP, _ENDS_TEXT, _TAUGHT = 1, 2, 4, 8, 16
_LONG_LINE, _HEADLINE, _START_LIMIT, _TITLED_LIMIT, _CREDIT_LIMIT = 30, 40, 14, 24, 6
_TEXT_LINE, _SENTENCE_LINE, _SENTENCES = 20, 12, 4
_EXACT, _STARTS, _COMMENTS, _RELATED, _CREDIT, _CAPTION, _URL, _TAIL, _MENU = 1, 2, 3, 4, 5, 6, 7, 8, 9
_DATE_WORD, _LABEL, _DATE_LABEL, _YEAR = 10, 11, 12, 13

# Furniture that a corpus shows: see _note_units and dedup.furniture.
TEXT, PART, GONE = 1, 2, 4  # a unit that reads like text; a sentence of a longer line; structural furniture
LEARNT, HEADING = 1, 2  # kinds of learnt units
SAMPLE_K = 5
_SAMPLE_BOUND, _SHORTEST_PART = _U(1 << 60), 8


def cache_directory() -> Path | None:
    """Where compiled kernels are kept: None for numba's own choice (beside this file, or the user's cache).

    Where neither can be written (a read-only package and no HOME), a folder of this user alone under the temporary
    directory is made. Where that cannot be had either, nothing is cached and one warning says so.
    """
    if config.CACHE_DIR:
        return None
    beside = Path(__file__).parent / "__pycache__"
    homes = [Path(folder) for folder in (os.environ.get("XDG_CACHE_HOME"),) if folder]
    with contextlib.suppress(RuntimeError):  # a user without a name has no home
        homes += [Path("~/.cache").expanduser()]
    for folder in (beside if beside.exists() else beside.parent, *map(_nearest, homes[:1])):
        if os.access(folder, os.W_OK):
            return None
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"dedup-kernels-{user}"


def _nearest(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _private(folder: Path) -> bool:
    """Whether the folder is there, ours, and closed to others: code is loaded from it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.stat()
    except OSError:
        return False
    is_ours = not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o077)
    return is_ours and not folder.is_symlink() and os.access(folder, os.W_OK)


class _MachineCode(CompileResultCacheImpl):
    """Keeps of what was compiled the machine code alone: to load the rest takes twice as long. Bitcode is there for
    other compiled functions to call it, and none does: in its place stands what numba looks up, the name of the entry.
    Environments of the functions within are there for those that print, or raise what they compute."""

    def reduce(self, cres):
        (name, kind, (code, _)), *rest, _ = super().reduce(cres)
        names = binding.parse_assembly(f'@"{cres.fndesc.llvm_cpython_wrapper_name}" = global i8 0')
        return (name, kind, (code, names.as_bitcode())), *rest, ()


for _name, _address in _nrt_python.c_helpers.items():  # what machine code calls of numba's
    binding.add_symbol(_name if _name.startswith("_") else f"NRT_{_name}", _address)


class _Cache(FunctionCache):
    """Loads what was compiled as it is: numba itself first loads all that it can compile, SciPy among it, which takes
    as long as to load numba (0.25 s), and compiles what other functions are compiled with."""

    _impl_class = _MachineCode

    def load_overload(self, sig, target_context):
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def _need_no_extensions():
    """In place of what numba does before a first call: it looks for extensions of itself among all that is installed,
    which takes 8 ms where that is 200 packages."""


def _entry(function):
    """Compiles an entry point on first use, cached on disk where that is possible."""
    folder, former = cache_directory(), config.CACHE_DIR
    if folder is not None:
        if not _private(folder):
            return njit(nogil=True)(function)
        config.CACHE_DIR = str(folder)
    entry = njit(nogil=True)(function)
    with contextlib.suppress(RuntimeError):
        entry._cache = _Cache(function)
    entry._compilation_chain_init_hook = _need_no_extensions
    config.CACHE_DIR = former
    return entry


class _Notice(event.Listener):
    """Says once that kernels are being compiled: nothing was found in the cache."""

    is_said = False

    def on_start(self, started):
        dispatcher = started.data.get("dispatcher") if started.data else None
        if not self.is_said and getattr(getattr(dispatcher, "py_func", None), "__module__", "") == __name__:
            self.is_said = True
            log.info("compiling kernels for this processor: about half a minute, once")

    def on_end(self, ended):
        pass


event.register("numba:compile", _Notice())


def cache_folder() -> str:
    """Where the compiled kernels are kept; "" where nothing is kept."""
    return getattr(getattr(sketches, "_cache", None), "cache_path", "") or ""


def _inlined(function):
    """A small helper that takes arrays: inlined, because a call costs two atomic counts for each array."""
    return njit(inline="always")(function)


if (_folder := cache_directory()) is not None and not _private(_folder):
    log.warning("no folder for compiled kernels can be written: every process compiles anew (set NUMBA_CACHE_DIR)")


# ------------------------------------------------------------------------------------------------ hashes and sorting


@njit
def _mix(x):
    """A bijection of 64 bits in which every bit of the input reaches every bit of the output (MurmurHash3 fmix64)."""
    x = (x ^ (x >> _U33)) * _M1
    x = (x ^ (x >> _U33)) * _M2
    return x ^ (x >> _U33)


@njit
def _power(base, exponent):
    result = _U1
    while exponent > 0:
        if exponent & 1:
            result = result * base
        base = base * base
        exponent >>= 1
    return result


@njit
def _sort_hashes(values, n, out):
    """Sorts n uniform hashes into `out` in linear expected time: buckets by the high bits, then insertion.

    Equal values, the only way for a bucket to grow, cost one comparison each.
    """
    bits = 1
    while (1 << bits) < n and bits < 24:
        bits += 1
    shift = np.uint64(64 - bits)
    place = np.zeros((1 << bits) + 1, np.int32)
    for i in range(n):
        place[np.int64(values[i] >> shift) + 1] += 1
    for b in range(1 << bits):
        place[b + 1] += place[b]
    for i in range(n):
        b = np.int64(values[i] >> shift)
        out[place[b]] = values[i]
        place[b] += 1
    for i in range(1, n):
        x = out[i]
        j = i - 1
        while j >= 0 and out[j] > x:
            out[j + 1] = out[j]
            j -= 1
        out[j + 1] = x


@njit
def _distinct(values, n):
    """Drops repeats from n sorted values, in place; returns how many are left."""
    m = 0
    for i in range(n):
        if i == 0 or values[i] != values[i - 1]:
            values[m] = values[i]
            m += 1
    return m


@_inlined
def _find(keys, values, x):
    """The value of x in a table of open addressing (size a power of two, empty = 0), or 0."""
    last = np.uint64(len(keys) - 1)
    i = np.int64(x & last)
    while values[i] != 0:
        if keys[i] == x:
            return values[i]
        i = (i + 1) & np.int64(last)
    return 0


@intrinsic
def _load(typing_context, array, index):
    """Eight bytes of a uint8 array from any index on, as one uint64."""

    def code(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        place = builder.gep(data, [args[1]], source_etype=ir.IntType(8))
        word = builder.load(builder.bitcast(place, ir.IntType(64).as_pointer()), typ=ir.IntType(64))
        word.align = 1
        return word

    return types.uint64(array, index), code


@intrinsic
def _trailing_zeros(typing_context, x):
    """How many of the low bits are 0; x is not 0."""

    def code(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(x), code


@intrinsic
def _ones(typing_context, x):
    """How many bits of a uint64 are set."""

    def code(context, builder, signature, args):
        return builder.ctpop(args[0])

    return types.int64(types.uint64), code


if config.DISABLE_JIT:  # the same in plain Python, for a run without the compiler

    def _load(array, index):
        return _U(int.from_bytes(array[int(index) : int(index) + 8].tobytes(), "little"))

    def _trailing_zeros(x):
        return _U((int(x) & -int(x)).bit_length() - 1)

    def _ones(x):
        return int(x).bit_count()


# --------------------------------------------------------------------------------------------------------- syllables


@njit
def _decode(buf, i, hi):
    """The code point at i and the index behind it; a broken sequence gives U+FFFD and one byte. All uint64."""
    b = _U(buf[i])
    low = _U(63)
    if b < _U(0x80):
        return b, i + _U1
    if _U(0xC2) <= b < _U(0xE0) and i + _U1 < hi:
        return ((b & _U(31)) << _U(6)) | (_U(buf[i + _U1]) & low), i + _U(2)
    if _U(0xE0) <= b < _U(0xF0) and i + _U(2) < hi:
        code = ((b & _U(15)) << _U(12)) | ((_U(buf[i + _U1]) & low) << _U(6)) | (_U(buf[i + _U(2)]) & low)
        return code, i + _U(3)
    if _U(0xF0) <= b < _U(0xF5) and i + _U(3) < hi:
        code = ((b & _U7) << _U(18)) | ((_U(buf[i + _U1]) & low) << _U(12))
        code |= ((_U(buf[i + _U(2)]) & low) << _U(6)) | (_U(buf[i + _U(3)]) & low)
        return min(code, _U(0x10FFFF)), i + _U(4)
    return _U(0xFFFD), i + _U1


@_inlined
def _row(page, code):
    return code if code < _DIRECT else (_U(page[code >> _U(8)]) << _U(8)) | (code & _U(255))


@njit
def _step_back(buf, i, lo):
    """Where the code point before i begins."""
    i -= _U1
    while i > lo and _U(buf[i]) & _U(0xC0) == _U(0x80):
        i -= _U1
    return i


@njit
def _digits_ahead(buf, i, hi, page, info):
    """How many digits follow at i, at most 4; what is invisible is passed over."""
    count = 0
    while i < hi and count < 4:
        code, i = _decode(buf, i, hi)
        what = _U(info[_row(page, code)])
        if what & _U(DIGITS):
            count += 1
        elif not what & _INVISIBLE:
            break
    return count


@njit
def _digits_behind(buf, i, first, page, info):
    """How many digits stand before i in the number that begins at `first`, and whether a comma is before them."""
    count = 0
    while i > first:
        i = _step_back(buf, i, first)
        code, _ = _decode(buf, i, _U(len(buf)))
        what = _U(info[_row(page, code)])
        if what & _U(DIGITS):
            count += 1
        elif not what & _INVISIBLE:
            return count, code == _U(0x2C)
    return count, False


@njit
def _parse(buf, lo, hi, letters, syl, flag, start, end, n, gap):
    """Syllables of buf[lo:hi] appended at n: hashes, flags and, where `start` has room, the bytes where each begins
    and what follows it. Returns (n, gap): their number, and the flags of what stood behind the last one.

    `state` holds the flags of the open syllable and what is known of its vowels, as bits of `info`; h is 0 where none
    is open. Unsigned throughout: signed indices cost a check each.
    """
    page, info, value = letters
    spans = len(start) > 0
    fold_y = (value[_U(0x69)] & _HIGH) - (value[_U(0x79)] & _HIGH)
    h, tone, state = _U(0), _U(0), _U(0)
    i = first = lo
    while i <= hi:
        at = i
        if i == hi:  # the end closes what is open
            code, what, v, i = _U(0), _U(0), _U(0), i + _U1
        else:
            code, i = _decode(buf, i, hi)
            row = _row(page, code)
            what, v = _U(info[row]), value[row]
        if what & _INVISIBLE:
            continue
        if what & _MARK:
            if h != 0:
                h += v & _HIGH
                tone += v & _U7
            continue
        if what & _DECIMAL and h != 0 and state & _KIND == _U(DIGITS):
            # Inside a number: 1.340 = 1340 (a point before groups of three), 11,8 stays one number.
            ahead = _digits_ahead(buf, i, hi, page, info)
            behind, has_comma = _digits_behind(buf, at, first, page, info)
            if code == _U(0x2E) and ahead == 3 and behind <= 3 and not has_comma:
                continue
            if code == _U(0x2C) and ahead > 0 and not has_comma:
                h = h * _RADIX + _COMMA
                continue
        if h != 0 and (not what & _WORD or (what | state) & _U(SIGN)):
            if state & _Y and state & _VOWEL and not state & _SECOND_VOWEL:
                h += fold_y  # lý = lí: y is the last letter and the only vowel
            syl[n], flag[n] = _mix(h + tone * _TONE), state
            if spans:
                start[n], end[n] = first, at
            n += _U1
            h = _U(0)
        if not what & _WORD:
            gap |= what & _GAP
            continue
        if h == 0:
            tone, state, first = _U(0), gap | (what & _CAP), at
            gap = _U(0)
        if what & _MANY:  # two or three letters in one sign
            h *= _RADIX if what & _TWO else _RADIX2
        h = h * _RADIX + (v & _HIGH)
        tone += v & _U7
        vowel = what & _VOWEL & ~((state >> _U(3)) & (what >> _U(4)))  # the u of qu- is none
        state = (state & _ONGOING) | ((state & vowel) << _U1) | vowel | (what & (_KIND | _Y | _Q))
    return n, gap


@_inlined
def _joins_number(buf, i, hi):
    """Whether the point or comma at i may stand inside a number (what is not ASCII may be invisible)."""
    before, behind = _U(buf[i - _U1]), _U(buf[i + _U1]) if i + _U1 < hi else _U(0)
    is_inside = before - _U(0x30) < _U(10) or before >= _U(0x80)
    return is_inside and (behind - _U(0x30) < _U(10) or behind >= _U(0x80))


@njit
def _syllables(buf, lo, hi, letters, syl, flag, memo):
    """What `_parse` gives for buf[lo:hi], most of it from memory: Vietnamese text is made of few thousand syllables.

    A *chunk* runs up to the next byte below "0" (space, line end, most punctuation), so no syllable but a number
    crosses its end. Chunks of less than 16 bytes that hold one syllable are remembered by their bytes in `memo`,
    uint64 (slots, 4): the bytes, hash, flags and the gap behind. The first one of two neighbours stays, which most
    often is a frequent one; the other gives way. Returns the number of syllables.
    """
    info = letters[1]
    last_pair = _U(len(memo) - 2)
    nowhere = np.empty(0, np.int64)
    n, i, end = _U(0), _U(lo), _U(hi)
    safe = _U(max(0, len(buf) - 17))
    gap = _U(NEW_LINE | SENTENCE_START)
    while i < end:
        b = _U(buf[i])
        if b < _ZERO:
            gap |= _U(info[b]) & _GAP
            i += _U1
            continue
        size, low, high = _U(0), _U(0), _U(0)
        if i < safe:
            low = _load(buf, i)
            ends = (low - _ZEROS) & ~low & _TOPS
            if ends:
                size = _trailing_zeros(ends) >> _U(3)
                low &= (_U1 << (size << _U(3))) - _U1
            else:
                high = _load(buf, i + _U(8))
                ends = (high - _ZEROS) & ~high & _TOPS
                if ends:
                    size = _trailing_zeros(ends) >> _U(3)
                    high &= (_U1 << (size << _U(3))) - _U1
                    size += _U(8)
        stop = i + size
        is_short = size > 0 and stop < end
        if is_short and (_U(buf[stop]) | _U(2)) == _POINT and _joins_number(buf, stop, end):
            is_short = False
        slot = _U(0)
        if is_short:
            slot = (low ^ (low >> _U(29)) ^ high * _M2) * _M1
            slot = (slot >> _U(40)) & last_pair
            if memo[slot, 0] != low or memo[slot, 1] != high:
                slot += _U1
            if memo[slot, 0] == low and memo[slot, 1] == high:
                what = memo[slot, 3]
                syl[n] = memo[slot, 2]
                flag[n] = gap | what
                gap = (what >> _U(8)) & _GAP
                n += _U1
                i = stop
                continue
        else:
            stop = i + _U1
            while stop < end and (_U(buf[stop]) >= _ZERO or (
                (_U(buf[stop]) | _U(2)) == _POINT and _joins_number(buf, stop, end))):  # fmt: skip
                stop += _U1
        m, behind = _parse(buf, i, stop, letters, syl, flag, nowhere, nowhere, n, _U(0))
        if m > n:
            if is_short and m == n + _U1:
                slot -= _U(memo[slot - _U1, 0] == 0)
                memo[slot, 0], memo[slot, 1], memo[slot, 2] = low, high, syl[n]
                memo[slot, 3] = _U(flag[n]) | (behind << _U(8))
            flag[n] |= gap
            gap = behind
        else:
            gap |= behind
        n, i = m, stop
    return np.int64(n)


@njit
def _to_code_points(buf, n, page, info, start, end):
    """Turns the bytes that `_parse` gave into code points; what is invisible at the end of a syllable is cut off."""
    i, position = _U(0), 0
    hi = _U(len(buf))
    for j in range(n):
        while i < start[j]:
            _, i = _decode(buf, i, hi)
            position += 1
        begin = last = position
        until = _U(end[j])
        while i < until:
            code, i = _decode(buf, i, hi)
            position += 1
            if not _U(info[_row(page, code)]) & _INVISIBLE:
                last = position
        start[j], end[j] = begin, last


@njit
def _rewrite_aliases(syl, flag, start, end, n, aliases, out, out_flag, out_start, out_end):
    """Copies n syllables, long forms replaced by short ones: leftmost, longest.

    Never across a line end, nor across punctuation unless the long form has it at that place: a syllable behind
    punctuation is another edge.

    `aliases` is (first, pairs, keys, states, ends, short): a trie whose edges are a hash table (state and syllable →
    state), ends[state] - 1 the offset in `short` of (length, syllables...) where a long form ends in that state. Before
    it two sieves: by the low bits of a syllable whether a long form of one (2) or of more (1) syllables may begin, and
    by a hash of the first two syllables. What stands in syl[n] decides nothing but whether the trie is asked.
    """
    sieve, pairs, keys, states, ends, short = aliases
    spans = len(start) > 0
    m, i, last = _U(0), _U(0), _U(n)
    while i < last:
        best, length, s = 0, _U1, syl[i]
        may_begin = sieve[s & np.uint64(4095)]
        if may_begin == 1:
            behind = ~syl[i + _U1] if flag[i + _U1] & PUNCTUATED else syl[i + _U1]
            may_begin = pairs[(s ^ behind * _ORDER) >> np.uint64(48)]
        if may_begin:
            state, j = 0, i
            while j < last:
                if j > i and flag[j] & NEW_LINE:
                    break
                step = syl[j] if j == i or not flag[j] & PUNCTUATED else ~syl[j]
                state = _find(keys, states, step ^ (np.uint64(state) * _ORDER))
                if state == 0:
                    break
                j += _U1
                if ends[state] > 0:
                    best, length = ends[state], j - i
        if best == 0:
            out[m], out_flag[m] = s, flag[i]
            if spans:
                out_start[m], out_end[m] = start[i], end[i]
            m += _U1
        for j in range(short[best - 1] if best else 0):
            out[m] = short[best + j]
            out_flag[m] = flag[i] if j == 0 else LETTERS | (flag[i] & CAPITAL)
            if spans:
                out_start[m], out_end[m] = start[i], end[i + length - _U1]
            m += _U1
        i += length
    return np.int64(m)


# --------------------------------------------------------------------------------------------------------- furniture


@njit
def _lines(syl, flag, n, first, code):
    """Finds the lines that hold syllables: `first` gets their starts (and n), `code` a hash of each. Their number."""
    m = 0
    h = np.uint64(0)
    for i in range(n):
        if flag[i] & NEW_LINE:
            if m > 0:
                code[m - 1] = h
            first[m] = i
            m += 1
            h = np.uint64(0)
        h = (h ^ syl[i]) * _ROLL
        h ^= h >> _U31
    if m > 0:
        code[m - 1] = h
    first[m] = n
    return m


@_inlined
def _run_hash(syl, lo, hi):
    """A hash of a line or sentence, as _lines has it."""
    h = np.uint64(0)
    for i in range(lo, hi):
        h = (h ^ syl[i]) * _ROLL
        h ^= h >> _U31
    return h


@_inlined
def _next(flag, lo, hi, what):
    """Where the line (or sentence) that begins at lo ends, at hi at the latest; `what` is the flag of a beginning."""
    i = lo + 1
    while i < hi and not flag[i] & what:
        i += 1
    return i


@_inlined
def _is_text(flag, lo, hi, n, least):
    """Whether a line is no headline, menu or caption: it is long, or of `least` syllables and ends with a full stop."""
    return hi - lo >= _LONG_LINE or (hi - lo >= least and (hi == n or flag[hi] & PUNCTUATED))


@_inlined
def _phrase(syl, lo, hi, keys, kinds):
    """The kind and length of the longest known phrase that syl[lo:hi] begins with; whether it is the whole of it."""
    kind, whole, size = 0, False, 0
    h = np.uint64(0)
    for i in range(lo, min(hi, lo + 8)):
        h = (h ^ syl[i]) * _ROLL
        h ^= h >> _U31
        found = _find(keys, kinds, h)
        if 0 < found <= _MENU:
            kind, whole, size = found, i + 1 == hi, i + 1 - lo
    return kind, whole, size


@_inlined
def _word(syl, i, keys, kinds):
    """The kind of one syllable taken alone."""
    h = syl[i] * _ROLL
    return _find(keys, kinds, h ^ (h >> _U31))


@_inlined
def _judge_line(syl, flag, lo, hi, keys, kinds):
    """What one line is by itself, as bits; and what list it heads: _COMMENTS, _RELATED or 0."""
    length = hi - lo
    kind, whole, size = _phrase(syl, lo, hi, keys, kinds) if length <= _HEADLINE else (0, False, 0)
    what = 0
    heading = kind if whole and (kind == _COMMENTS or kind == _RELATED) else 0
    limit = _START_LIMIT if size < length and not flag[lo + size] & PUNCTUATED else _TITLED_LIMIT
    if heading or (whole and kind == _EXACT) or kind == _URL or (kind == _STARTS and length <= limit):
        what |= _DROP | _ENDS_TEXT
    elif kind == _TAIL or kind == _COMMENTS or kind == _RELATED or kind == _EXACT or (kind == _MENU and whole):
        what |= _ENDS_TEXT
    elif (kind == _CREDIT or kind == _CAPTION) and 1 < length <= _CREDIT_LIMIT and lo > 0:
        has_colon = flag[lo + 1] & PUNCTUATED or flag[lo + min(2, length - 1)] & PUNCTUATED
        if has_colon or (kind == _CREDIT and length <= 4):
            what |= _DROP  # "Nguồn: ...", "Ảnh: ...", "Theo ..."
    if length > _HEADLINE or length < 2:
        return what, heading
    if flag[hi - 1] & DIGITS and _word(syl, hi - 2, keys, kinds) == _CAPTION and flag[hi - 2] & PUNCTUATED:
        what |= _DROP  # "... - Ảnh 1."
    if length >= 3 and _word(syl, hi - 1, keys, kinds) == _YEAR and flag[hi - 2] & DIGITS and flag[hi - 3] & DIGITS:
        what |= _DATED
    if length <= _START_LIMIT:
        numbers, years = 0, 0
        for i in range(lo, hi):
            if flag[i] & DIGITS:
                numbers += 1
                years += _word(syl, i, keys, kinds) == _YEAR
            else:
                kind_of_word = _word(syl, i, keys, kinds)
                if kind_of_word != _DATE_WORD and kind_of_word != _DATE_LABEL:
                    numbers = -99
        if numbers >= 3 and years > 0:
            what |= _DATELINE | _DROP
    return what, heading


@njit
def _drop_dated_runs(flag, first, code, what, m):
    """Drops runs of three or more dated headlines: [headline (twice)] dateline [lead], or a date ends each line."""
    body = 0  # the first paragraph: a list of headlines stands behind an article, not before it
    while body < m and first[body + 1] - first[body] < _LONG_LINE:
        body += 1
    i = 0
    while i < m:
        j = i
        if what[i] & _DATELINE:  # a run of datelines at regular distances: the article's own is further away
            last, step, gap = i, 0, 99
            is_list = i > body and first[i] - first[i - 1] <= _HEADLINE and not flag[first[i]] & PUNCTUATED
            headlines, count, j = 1, 1, i + 1
            while j < m and j - last <= 7 and first[j] - first[last] <= 250:
                if what[j] & _DATELINE:
                    if step and abs(j - last - step) > 1:
                        break
                    is_list = is_list and first[j] - first[j - 1] <= _HEADLINE and j - last > 1
                    headlines += not flag[first[j]] & PUNCTUATED  # no full stop behind the line before
                    step = j - last
                    gap = min(gap, step - 1)
                    last = j
                    count += 1
                j += 1
            if count >= 3 and is_list and 3 * headlines >= 2 * count:
                before = 2 if i >= 2 and code[i - 1] == code[i - 2] else 1
                for x in range(i - before, min(m, last + 1 + max(0, gap - before))):
                    what[x] |= _DROP
                i = last + 1
            else:
                i = last if last > i else i + 1
        elif what[i] & _DATED:
            while j < m and what[j] & _DATED:
                j += 1
            if j - i >= 3:
                for x in range(i, j):
                    what[x] |= _DROP
            i = j
        else:
            i += 1


@_inlined
def _caption_of(syl, flag, lo, hi, keys, kinds):
    """Where the credit of a caption begins ("... - Ảnh: TTXVN"), or hi where the line has none."""
    for i in range(hi - 1, max(lo, hi - 7), -1):
        if flag[i] & PUNCTUATED and _word(syl, i, keys, kinds) == _CAPTION:
            return i
    return hi


@njit
def _mark_furniture(syl, flag, n, phrases, learnt, what, first, code):
    """Decides for each line whether it is page furniture (_DROP or _TAUGHT in what[line]). Returns the number of lines.

    By line alone: hotline, credits, addresses, datelines, captions without content. By context: lines printed again,
    captions that repeat a line, the comment box and lists of related headlines (short lines under their heading), runs
    of dated headlines. Looks at syllables and line ends only, so every respelling of a text has the same furniture.
    `learnt` is (table, group): lines known from a corpus are _TAUGHT, unless the group is 0, and never end a list; so
    are the short lines behind a known heading (that stands behind the first text) as long as a known one follows them.
    """
    keys, kinds = phrases
    table, group = learnt
    m = _lines(syl, flag, n, first, code)
    size = 4
    while size < 2 * m:
        size *= 2
    seen = np.zeros(size, np.uint64)
    listing, known, since, has_text = 0, 0, -1, False
    for i in range(m):
        lo, hi = first[i], first[i + 1]
        what[i], opens = _judge_line(syl, flag, lo, hi, keys, kinds)
        if group != 0:
            known = _find(table[0], table[1], _mix(code[i] ^ group))
            if known:
                what[i] |= _TAUGHT
                for x in range(since, i if since >= 0 else since):
                    what[x] |= _TAUGHT
                since = i + 1 if since >= 0 or (known == HEADING and has_text) else -1
            elif _is_text(flag, lo, hi, n, _SENTENCE_LINE):
                since, has_text = -1, True
        is_sentence = hi - lo >= _SENTENCE_LINE and (i + 1 == m or flag[hi] & PUNCTUATED)
        if not known and (hi - lo >= _LONG_LINE or (listing == _RELATED and is_sentence)):
            listing = 0
        elif listing:
            what[i] |= _DROP
        if opens and i > 0:
            listing = opens
        credit = _caption_of(syl, flag, lo, hi, keys, kinds) if hi - lo <= 2 * _HEADLINE else hi
        h = code[i]
        if credit < hi:
            h = np.uint64(0)
            for j in range(lo, credit):
                h = (h ^ syl[j]) * _ROLL
                h ^= h >> _U31
        place = np.int64(h & np.uint64(size - 1))
        while seen[place] != 0 and seen[place] != h:
            place = (place + 1) & (size - 1)
        if seen[place] == h and h != 0 and (hi - lo >= 4):
            what[i] |= _DROP
        if credit == hi:
            seen[place] = h
    _drop_dated_runs(flag, first, code, what, m)
    _drop_edges(flag, first, what, m)
    return m


@njit
def _drop_edges(flag, first, what, m):
    """Drops what a page has before its headline and behind its last paragraph.

    Before: where a line before the first paragraph is known for furniture, all lines above the headline (the longest of
    the five before the paragraph), and short ones between the two. Behind: from the first line on that is known to end
    a text, unless the article goes on behind it: more sentences follow than other lines. Both need such a line, so the
    short lines of an article itself stay.
    """
    opens, is_page = 0, False
    while opens < m:
        length = first[opens + 1] - first[opens]
        is_sentence = opens + 1 == m or flag[first[opens + 1]] & PUNCTUATED
        if not what[opens] & (_DROP | _TAUGHT) and (length >= _TEXT_LINE or (length >= _SENTENCE_LINE and is_sentence)):
            break
        is_page = is_page or what[opens] & (_DROP | _ENDS_TEXT)
        opens += 1
    if is_page and 2 <= opens < m:
        title = -1
        for i in range(max(0, opens - 5), opens):
            length = first[i + 1] - first[i]
            is_longest = title < 0 or length > first[title + 1] - first[title]
            if not what[i] & (_DROP | _TAUGHT) and length >= 5 and is_longest:
                title = i
        for i in range(opens):
            if i < title or (i > title >= 0 and first[i + 1] - first[i] <= _SENTENCE_LINE):
                what[i] |= _DROP
    closes = m - 1
    while closes >= 0 and (what[closes] & _DROP or first[closes + 1] - first[closes] < _LONG_LINE):
        closes -= 1
    is_over = False
    sentences, others, last = 0, 0, -1
    for i in range(closes + 1, m if closes >= 0 else 0):
        is_over = is_over or what[i] & _ENDS_TEXT
        if is_over and not what[i] & (_DROP | _TAUGHT | _ENDS_TEXT):
            if _is_text(flag, first[i], first[i + 1], first[m], SAMPLE_K):
                sentences, last = sentences + 1, i
            else:
                others += 1
    if sentences >= _SENTENCES and sentences > others:
        closes = last
    is_over = False
    for i in range(closes + 1, m if closes >= 0 else 0):
        is_over = is_over or what[i] & _ENDS_TEXT
        if is_over:
            what[i] |= _DROP


@njit
def _room_for_lines(flag, n):
    """Arrays for _mark_furniture: what, first and code of each line."""
    m = 0
    for i in range(n):
        m += (flag[i] & NEW_LINE) != 0
    return np.zeros(m, np.uint8), np.empty(m + 1, np.int64), np.empty(m, np.uint64)


@njit
def _mark_removed(syl, flag, what, first, learnt, removed):
    """Marks the syllables of furniture; of a line of text longer than a headline also sentences known from a corpus.
    Returns (how many syllables are marked, lines and sentences that are known only from a corpus)."""
    table, group = learnt
    count = units = 0
    for line in range(len(what)):
        lo, hi = first[line], first[line + 1]
        if what[line] & (_DROP | _TAUGHT):
            removed[lo:hi] = True
            count += hi - lo
            units += not what[line] & _DROP
            continue
        a = lo
        while group != 0 and hi - lo > _HEADLINE and a < hi:
            b = _next(flag, a, hi, SENTENCE_START)
            if b - a >= _SHORTEST_PART and _find(table[0], table[1], _mix(_run_hash(syl, a, b) ^ group)):
                removed[a:b] = True
                count += b - a
                units += 1
            a = b
    return count, units


@njit
def _remove_furniture(syl, flag, start, end, n, phrases, learnt):
    """Compacts n syllables to those outside furniture, see `_remove_marked`."""
    what, first, code = _room_for_lines(flag, n)
    if len(what) < 2 and learnt[1] == 0:
        return n, 0
    _mark_furniture(syl, flag, n, phrases, learnt, what, first, code)
    return _remove_marked(syl, flag, start, end, n, what, first, learnt)


@njit
def _remove_marked(syl, flag, start, end, n, what, first, learnt):
    """Compacts n syllables to those outside furniture, with CUT behind each gap: (how many are left, how many lines and
    sentences were known only from a corpus). A text of furniture alone is kept.
    """
    removed = np.zeros(n, np.bool_)
    count, units = _mark_removed(syl, flag, what, first, learnt, removed)
    if count == 0 or count == n:
        return n, 0
    spans = len(start) > 0
    w, above = 0, 0
    for i in range(n):
        if removed[i]:
            above |= (flag[i] & NEW_LINE) | (CUT if w > 0 else 0)
            continue
        syl[w], flag[w] = syl[i], flag[i] | above
        above = 0
        if spans:
            start[w], end[w] = start[i], end[i]
        w += 1
    return w, units


@_inlined
def _note_sentences(syl, flag, lo, hi, gone, units, m):
    """Writes down the sentences of a line that has several; returns the number of units by then."""
    code, begin, stop, about = units
    a, h = lo, np.uint64(0)
    for i in range(lo, hi + 1):
        if i == hi or (flag[i] & SENTENCE_START and i > a):
            if _SHORTEST_PART <= i - a < hi - lo:
                code[m], begin[m], stop[m], about[m] = h, a, i, TEXT | PART | gone
                m += 1
            a, h = i, np.uint64(0)
        if i < hi:
            h = (h ^ syl[i]) * _ROLL
            h ^= h >> _U31
    return m


@njit
def _note_units(syl, flag, n, marked, units, samples):
    """Writes down the lines of one text, each followed by its sentences if it is longer than a headline, and some of
    the shingles within its lines. Returns the number of units and of samples.

    `marked` is (what, first, code) of the lines as `_mark_furniture` leaves them where nothing is learnt.
    `units` is (code, lo, hi, about): hash, first syllable, the one behind the last, TEXT, PART and GONE (structural
    furniture). `samples` is (value, place): every shingle of SAMPLE_K syllables below a bound in lines that are no
    structural furniture and as long as those of running text (or in all such lines, where none is long).
    """
    code, begin, stop, about = units
    value, place = samples
    what, first, codes = marked
    lines = len(what)
    has_long = False
    for i in range(lines):
        has_long = has_long or (not what[i] & _DROP and _is_text(flag, first[i], first[i + 1], n, _TEXT_LINE))
    top = _power(_ROLL, SAMPLE_K)
    m = size = 0
    for line in range(lines):
        lo, hi = first[line], first[line + 1]
        is_text, gone = _is_text(flag, lo, hi, n, _SENTENCE_LINE), GONE if what[line] & _DROP else 0
        code[m], begin[m], stop[m], about[m] = codes[line], lo, hi, (TEXT if is_text else 0) | gone
        m += 1
        if is_text and hi - lo > _HEADLINE:
            m = _note_sentences(syl, flag, lo, hi, gone, units, m)
        h = np.uint64(0)
        is_sampled = not gone and (not has_long or _is_text(flag, lo, hi, n, _TEXT_LINE))
        for i in range(lo, hi if is_sampled else lo):
            h = h * _ROLL + syl[i]
            if i - lo >= SAMPLE_K:
                h -= top * syl[i - SAMPLE_K]
            if i - lo + 1 >= SAMPLE_K:
                x = _mix(h)
                value[size], place[size] = x, i - SAMPLE_K + 1
                size += x < _SAMPLE_BOUND
    return m, size


# --------------------------------------------------------------------------------------------- one article, by steps


@njit
def _scratch(size, spans):
    """Work space for articles of at most `size` bytes: a syllable takes two bytes or more, an alias at most doubles."""
    n = size // 2 + 2
    raw = (np.empty(n, np.uint64), np.empty(n, np.uint8), np.empty(n if spans else 0, np.int64),
           np.empty(n if spans else 0, np.int64))  # fmt: skip
    n *= 2
    kept = (np.empty(n, np.uint64), np.empty(n, np.uint8), np.empty(n if spans else 0, np.int64),
            np.empty(n if spans else 0, np.int64))  # fmt: skip
    return raw, kept


@njit
def _small_memo(size):
    """What `_syllables` remembers of texts of so many bytes together, where nothing is remembered between calls."""
    slots = 64
    while slots < min(size // 16, MEMO):
        slots *= 2
    return np.zeros((slots, 4), np.uint64)


@njit
def _whole(buf, lo, hi, tables, scratch, memo):
    """The syllables of buf[lo:hi] with furniture: tokens, then aliases. Their number."""
    page, info, value, aliases, _, _ = tables
    raw, kept = scratch
    n = _syllables(buf, lo, hi, (page, info, value), raw[0], raw[1], memo)
    return _rewrite_aliases(raw[0], raw[1], raw[2], raw[3], n, aliases, kept[0], kept[1], kept[2], kept[3])


@njit
def _canonical(n, tables, scratch, group):
    """What is left of `_whole` without furniture: (syllables kept, lines and sentences known only from a corpus)."""
    phrases, learnt = tables[4], tables[5]
    kept = scratch[1]
    return _remove_furniture(kept[0], kept[1], kept[2], kept[3], n, phrases, (learnt, group))


@njit
def _grown(array, n, room):
    """The first n values in an array of another length."""
    wider = np.empty(room, array.dtype)
    wider[:n] = array[:n]
    return wider


@njit
def _longest(offsets, lo, hi):
    size = 0
    for d in range(lo, hi):
        size = max(size, offsets[d + 1] - offsets[d])
    return size


@njit
def _absorb(x, y, s):
    """One syllable more in a 128-bit hash."""
    x = (x ^ s) * _M1
    y = (y + s) * _M2
    return x ^ (x >> _U31), y ^ (y >> _U33)


@_inlined
def _shingles(syl, n, k, out):
    """Hashes of each k consecutive syllables, in order; a text of fewer is one shingle of all it has. Returns how many,
    and a 128-bit hash of all syllables, which is made along the way: the three wait for one multiplication each."""
    h, x, y = np.uint64(0), np.uint64(n), np.uint64(0)
    few = min(n, k - 1)
    for i in range(few):
        x, y = _absorb(x, y, syl[i])
        h = h * _ROLL + syl[i]
    top, ahead = _power(_ROLL, k - 1), syl[few:n]
    m = len(ahead)
    for i in range(m):
        x, y = _absorb(x, y, ahead[i])
        h = h * _ROLL + ahead[i]
        out[i] = _mix(h)
        h -= top * syl[i]
    if 0 < n < k:
        h, m = np.uint64(n), 1
        for i in range(n):
            h = _mix(h * _ROLL + syl[i])
        out[0] = h
    return m, x, y


@njit
def _few(shingles, m, limit):
    """How many distinct shingles there are, counted to limit + 1; found ones are left in the table."""
    table = np.zeros(256, np.uint64)
    count = 0
    for i in range(m):
        x = shingles[i] if shingles[i] != 0 else _U1
        place = np.int64(x & np.uint64(255))
        while table[place] != 0 and table[place] != x:
            place = (place + 1) & 255
        if table[place] == 0:
            table[place] = x
            count += 1
            if count > limit:
                break
    return count


@njit
def _least_of_windows(values, window, room):
    """The least value of each window, of which there is one at least: of twice as many values each time, several
    windows by one instruction."""
    width, (other, spare) = 1, room
    while width < window:
        step = min(width, window - width)
        ahead, least = values[step:], other[: len(values) - step]
        for i in range(len(least)):
            least[i] = min(values[i], ahead[i])
        values, other, spare = least, spare, other
        width += step
    return values


@njit
def _winnow(shingles, m, window, bound, room, out):
    """Selected shingles: the smallest of each window (of the whole where that is less), and all below `bound`; of equal
    neighbours maybe both."""
    n, last = 0, _U(0)
    for i in range(m):  # written down before it is known whether it counts: no branch to guess
        out[n] = shingles[i]
        n += shingles[i] < bound
    for least in _least_of_windows(shingles[:m], min(window, m), room):
        out[n] = least
        n += (least != last) & (least >= bound)
        last = least
    return n


@njit
def _fingerprints(shingles, m, window, bound, room, picked, out):
    """Fingerprints of m shingles into `out`, sorted and distinct. Returns how many, and how many of them are selected
    by winnowing or by the bound: fewer where the text is so short that all its shingles are kept.
    """
    if m == 0:
        return 0, 0
    n = _winnow(shingles, m, window, bound, room, picked)
    _sort_hashes(picked, n, out)
    selected = _distinct(out, n)
    if m > 64 and _few(shingles, m, 64) > 64:
        return selected, selected
    _sort_hashes(shingles, m, out)
    return _distinct(out, m), selected


@njit
def _fmix32(x):
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x85EBCA6B))
    x = np.uint32(x ^ (x >> np.uint32(13)))
    x = np.uint32(x * np.uint32(0xC2B2AE35))
    return np.uint32(x ^ (x >> np.uint32(16)))


@njit
def _permute_min(shingles, m, slopes, shifts, out):
    """datasketch 2.0's affine32: out[p] = min of slopes[p] * fmix32(low 32 bits of shingle) + shifts[p] mod 2**32. Four
    shingles at a time, each value of `out` loaded and stored once for them; of the last ones some are taken twice."""
    for p in range(len(out)):
        out[p] = np.uint32(0xFFFFFFFF)
    last = m - 1
    for i in range(0, m, 4):
        a, b = _fmix32(np.uint32(shingles[i])), _fmix32(np.uint32(shingles[min(i + 1, last)]))
        c, d = _fmix32(np.uint32(shingles[min(i + 2, last)])), _fmix32(np.uint32(shingles[min(i + 3, last)]))
        for p in range(len(out)):
            slope, shift = slopes[p], shifts[p]
            low = min(np.uint32(slope * a + shift), np.uint32(slope * b + shift))
            out[p] = min(out[p], min(low, min(np.uint32(slope * c + shift), np.uint32(slope * d + shift))))


# ------------------------------------------------------------------------------------------------------ entry points


@_entry
def document(buf, tables, stage, group):
    """One text, with spans: (syl uint64, flag uint8, start int64, end int64); spans in code points.

    stage 0: tokens as they stand; 1: also aliases; 2: also without furniture, that of the group too where it is not 0.
    """
    scratch = _scratch(len(buf), True)
    page, info, value, aliases, phrases, learnt = tables
    raw, kept = scratch
    letters = (page, info, value)
    gap = _U(NEW_LINE | SENTENCE_START)
    m, _ = _parse(buf, _U(0), _U(len(buf)), letters, raw[0], raw[1], raw[2], raw[3], _U(0), gap)
    n = np.int64(m)
    _to_code_points(buf, n, page, info, raw[2], raw[3])
    if stage == 0:
        return raw[0][:n].copy(), raw[1][:n].copy(), raw[2][:n].copy(), raw[3][:n].copy()
    n = _rewrite_aliases(raw[0], raw[1], raw[2], raw[3], n, aliases, kept[0], kept[1], kept[2], kept[3])
    if stage == 2:
        n, _ = _remove_furniture(kept[0], kept[1], kept[2], kept[3], n, phrases, (learnt, group))
    return kept[0][:n].copy(), kept[1][:n].copy(), kept[2][:n].copy(), kept[3][:n].copy()


@njit
def _is_broken(buf):
    """Whether a byte of UTF-8, from the fourth one on, cannot stand behind the three before it."""
    broken = False
    third, second, first, bytes = buf[:-3], buf[1:-2], buf[2:-1], buf[3:]
    for i in range(len(bytes)):
        c, p = bytes[i], first[i]
        follows = (p >= 0xC0) | (second[i] >= 0xE0) | (third[i] >= 0xF0)
        broken |= follows != (c & 0xC0 == 0x80)
        broken |= (c == 0xC0) | (c == 0xC1) | (c >= 0xF5)
        broken |= ((p == 0xE0) & (c < 0xA0)) | ((p == 0xED) & (c >= 0xA0))  # written too long; a surrogate
        broken |= ((p == 0xF0) & (c < 0x90)) | ((p == 0xF4) & (c >= 0x90))
    return broken


@_entry
def are_utf8(buf, offsets):
    """Whether the offsets ascend within buf, and each text between two of them is valid UTF-8."""
    lo, hi = offsets[0], offsets[-1]
    broken = lo < 0 or hi > len(buf)
    for i in range(1, len(offsets)):
        broken |= offsets[i] < offsets[i - 1]
    if broken:
        return False
    for at in offsets:
        broken |= at < hi and buf[at] & 0xC0 == 0x80
    edges = np.zeros((2, 6), np.uint8)
    few = min(hi - lo, 3)
    edges[0, 3 : 3 + few], edges[1, 3 - few : 3] = buf[lo : lo + few], buf[hi - few : hi]
    return not (broken or _is_broken(edges[0]) or _is_broken(edges[1]) or (few == 3 and _is_broken(buf[lo:hi])))


@_entry
def sketches(buf, offsets, groups, tables, memo, k, window, slopes, shifts, is_noted, headlines, telling):
    """Articles sketched: what a scan keeps of each.

    `memo` is uint64 (MEMO, 4), 0 at first, what is remembered of texts by the same letters, for this thread alone.

    Returns ((fingerprints uint64, ends int64 (n,), selected int64 (n,), versions uint64 (n, 2), syllables int64 (n, 2),
    signatures uint32 (n, len(slopes)), removed int64 (n,)), notes, profiles). Article d
    has fingerprints[ends[d - 1]:ends[d]]; `selected` counts them without those that only a short text keeps; `versions`
    is a 128-bit hash of its canonical syllables; `syllables` counts those kept and those left out as furniture;
    `removed` the learnt lines and sentences among these. With is_noted `notes` are the units that furniture is learnt
    from, as dedup.furniture.Notes has them. `profiles` are those of the articles and their headlines, (buf, offsets,
    tables), see there; where none of their features are kept, headlines are not looked at.
    """
    count = len(offsets) - 1
    title_buf, title_offsets, title_tables = headlines
    table, worth, both, roots, kept = telling
    titles = _longest(title_offsets, 0, count if kept > 0 else 0)
    longest = max(_longest(offsets, 0, count), titles)
    to_tell = _profile_room(worth.shape[1] + titles + 4 if kept > 0 else 0, kept)
    features, feature_ends, told = np.empty(count * kept, np.uint64), np.zeros(count, np.int64), 0
    room = 0
    if is_noted:
        room = (offsets[count] - offsets[0]) // 16 + 64
    code, begin, stop = np.empty(room, np.uint64), np.empty(room, np.int32), np.empty(room, np.int32)
    about = np.empty(room, np.uint8)
    value, place = np.empty(room, np.uint64), np.empty(room, np.int32)
    unit_ends, sample_ends = np.zeros(count, np.int64), np.zeros(count, np.int64)
    removed = np.empty(count, np.int64)
    u = v = 0
    scratch = _scratch(longest, False)
    syl, flag = scratch[1][0], scratch[1][1]
    size = len(syl) + 1
    shingles, picked = np.empty(size, np.uint64), np.empty(size, np.uint64)
    chosen, spare = np.empty(size, np.uint64), (np.empty(size, np.uint64), np.empty(size, np.uint64))
    bound = np.uint64(0xFFFFFFFFFFFFFFFF) // np.uint64(window) if window < 20 else np.uint64(0xCCCCCCCCCCCCCCC)
    result = np.empty(max(64, 64 * count), np.uint64)
    ends, selected = np.empty(count, np.int64), np.empty(count, np.int64)
    versions = np.empty((count, 2), np.uint64)
    syllables = np.empty((count, 2), np.int64)
    signatures = np.empty((count, len(slopes)), np.uint32)
    total = 0
    for d in range(count):
        before = _whole(buf, offsets[d], offsets[d + 1], tables, scratch, memo)
        if is_noted:
            if max(u, v) + 2 * before > len(code):
                room = 2 * (max(u, v) + 2 * before)
                code, value = _grown(code, u, room), _grown(value, v, room)
                begin, stop, place = _grown(begin, u, room), _grown(stop, u, room), _grown(place, v, room)
                about = _grown(about, u, room)
            marked = _room_for_lines(flag, before)
            nothing = (tables[4], np.uint64(0))
            _mark_furniture(syl, flag, before, tables[4], nothing, marked[0], marked[1], marked[2])
            found_units, found_samples = _note_units(
                syl, flag, before, marked, (code[u:], begin[u:], stop[u:], about[u:]), (value[v:], place[v:])
            )  # fmt: skip
            u += found_units
            v += found_samples
            unit_ends[d], sample_ends[d] = u, v
        if is_noted and groups[d] == 0:
            n, removed[d] = before, 0
            if len(marked[0]) > 1:
                n, removed[d] = _remove_marked(
                    syl, flag, scratch[1][2], scratch[1][3], before, marked[0], marked[1], nothing
                )  # fmt: skip
        else:
            n, removed[d] = _canonical(before, tables, scratch, groups[d])
        syllables[d, 0], syllables[d, 1] = n, before - n
        m, versions[d, 0], versions[d, 1] = _shingles(syl, n, k, shingles)
        if len(slopes) > 0:
            _permute_min(shingles, m, slopes, shifts, signatures[d])
        found, selected[d] = _fingerprints(shingles, m, window, bound, spare, picked, chosen)
        if total + found > len(result):
            grown = np.empty(2 * (total + found), np.uint64)
            grown[:total] = result[:total]
            result = grown
        result[total : total + found] = chosen[:found]
        total += found
        ends[d] = total
        if kept > 0:
            named = _features(syl[:n], flag[:n], worth[0], table, both, to_tell[0])
            n = _whole(title_buf, title_offsets[d], title_offsets[d + 1], title_tables, scratch, memo)
            n, _ = _canonical(n, title_tables, scratch, np.uint64(0))
            named += _features(syl[:n], flag[:n], worth[1], table, both, to_tell[0][named:])
            told += _choose_features(named, to_tell, roots, features[told:])
            feature_ends[d] = told
    notes = (code[:u].copy(), begin[:u].copy(), stop[:u].copy(), about[:u].copy(), unit_ends,
             value[:v].copy(), place[:v].copy(), sample_ends)  # fmt: skip
    sketched = (result[:total].copy(), ends, selected, versions, syllables, signatures, removed)
    return sketched, notes, (features[:told].copy(), feature_ends)


@_entry
def survey_units(counts, key, lo, about, ends):
    """A hash of each text's units, uint64: copies of a version may have other line ends. Unit u of text d: ends[d - 1]
    <= u < ends[d]. In `counts`, uint8 by the high bits of a key, each unit adds one up to 255."""
    bits = 0
    while 1 << bits < len(counts):
        bits += 1
    shift, sums = np.uint64(64 - bits), np.zeros(len(ends), np.uint64)
    u = 0
    for d in range(len(ends)):
        total = np.uint64(0)
        while u < ends[d]:
            counts[key[u] >> shift] += counts[key[u] >> shift] < 255
            x = (key[u] + np.uint64(lo[u] * 4 + about[u])) * _RADIX
            total += (x ^ (x >> np.uint64(29))) * _M1
            u += 1
        sums[d] = total
    return sums


@_entry
def find_likely(table, keys, least):
    """The places of the keys for which a table (uint8, by their high bits) has `least` or more: int64, ascending."""
    bits = 0
    while 1 << bits < len(table):
        bits += 1
    shift, places, m = np.uint64(64 - bits), np.empty(len(keys) + 1, np.int64), 0
    for i in range(len(keys)):
        places[m] = i
        m += table[keys[i] >> shift] >= least
    return places[:m].copy()


@_entry
def prepare(buf, offsets, groups, which, tables, k):
    """Articles `which` (int64) made ready for exact comparison: their syllables in order and their shingles as sets.

    Returns (syl, flag, syl_ends, shingles, shingle_ends): shingles sorted and distinct, none for k = 0; ends as in
    `sketches`.
    """
    size = 0
    total = 0
    for w in which:
        size = max(size, offsets[w + 1] - offsets[w])
        total += offsets[w + 1] - offsets[w]
    scratch, memo = _scratch(size, False), _small_memo(total)
    syl, flag = scratch[1][0], scratch[1][1]
    shingles = np.empty(len(syl) + 1, np.uint64)
    room = total // 4 + 64
    all_syl, all_flag, all_shingles = np.empty(room, np.uint64), np.empty(room, np.uint8), np.empty(room, np.uint64)
    syl_ends, shingle_ends = np.empty(len(which), np.int64), np.empty(len(which), np.int64)
    sorted_shingles = np.empty(len(syl) + 1, np.uint64)
    p = q = 0
    for d in range(len(which)):
        w = which[d]
        n = _whole(buf, offsets[w], offsets[w + 1], tables, scratch, memo)
        n, _ = _canonical(n, tables, scratch, groups[w])
        m = 0
        if k > 0:
            m, _, _ = _shingles(syl, n, k, shingles)
            _sort_hashes(shingles, m, sorted_shingles)
            m = _distinct(sorted_shingles, m)
        if max(p + n, q + m) > len(all_syl):
            room = 2 * max(p + n, q + m)
            wider, wider_set = np.empty(room, np.uint64), np.empty(room, np.uint64)
            wider_flag = np.empty(room, np.uint8)
            wider[:p], wider_flag[:p], wider_set[:q] = all_syl[:p], all_flag[:p], all_shingles[:q]
            all_syl, all_flag, all_shingles = wider, wider_flag, wider_set
        all_syl[p : p + n], all_flag[p : p + n], all_shingles[q : q + m] = syl[:n], flag[:n], sorted_shingles[:m]
        p += n
        q += m
        syl_ends[d], shingle_ends[d] = p, q
    return all_syl[:p], all_flag[:p], syl_ends, all_shingles[:q], shingle_ends


@njit
def _shared(x, y):
    """How many values two sorted distinct arrays share."""
    i = j = count = 0
    while i < len(x) and j < len(y):
        a, b = x[i], y[j]  # without branches, which could not be foretold
        count += a == b
        i += a <= b
        j += b <= a
    return count


@_entry
def overlaps(values, starts, left, right):
    """How many values each pair of sorted distinct sets shares: int64 (pairs,).

    Set s is values[starts[s]:starts[s + 1]]; pair p is sets left[p] and right[p].
    """
    result = np.empty(len(left), np.int64)
    for p in range(len(left)):
        x, y = left[p], right[p]
        result[p] = _shared(values[starts[x] : starts[x + 1]], values[starts[y] : starts[y + 1]])
    return result


@_entry
def choose_anchors(starts, other, share):
    """The anchor of each node of a graph, int64: of its neighbours before it that are anchors the one it shares most
    with, of equals the first; itself where there is none.

    The neighbours of node n are other[starts[n]:starts[n + 1]], ascending; an edge whose share is negative joins none.
    """
    anchor = np.arange(len(starts) - 1)
    for n in range(len(anchor)):
        most = -1.0
        for e in range(starts[n], starts[n + 1]):
            near = other[e]
            if near < n and anchor[near] == near and share[e] > most:
                most = share[e]
                anchor[n] = near
    return anchor


@_entry
def meet_strangers(starts, other, share, ranked):
    """Whether each node of a graph has three neighbours by text of which no two are neighbours: bool.

    As `choose_anchors`; they are chosen greedily in the order of the places ranked[starts[n]:starts[n + 1]].
    """
    result = np.zeros(len(starts) - 1, np.bool_)
    for n in range(len(result)):
        count, one, two = 0, -1, -1
        for e in ranked[starts[n] : starts[n + 1]]:
            near = other[e]
            known = other[starts[near] : starts[near + 1]]
            if share[e] >= 0 and not _holds(known, one) and not _holds(known, two):
                count, one, two = count + 1, two, near
        result[n] = count > 2
    return result


@njit
def _holds(values, value):
    """Whether a value stands among ascending ones. What was compiled with np.searchsorted needs SciPy to be loaded."""
    place = _first_from(values, 0, len(values), value)
    return place < len(values) and values[place] == value


@njit
def _hash_name(buf, lo, hi):
    h = _ORDER
    for i in range(lo, hi):
        h = (h ^ np.uint64(buf[i])) * _M1
        h ^= h >> _U31
    return h


@njit
def _is_name(buf, lo, hi, other, start, stop):
    """Whether buf[lo:hi] is other[start:stop]."""
    i = 0
    while lo + i < hi and start + i < stop and buf[lo + i] == other[start + i]:
        i += 1
    return lo + i == hi and start + i == stop


@_entry
def enter_names(table, buf, offsets, first, last):
    """Enters names first to last - 1, up to the first that is there already; returns the number of that one, or last.

    Name n is buf[offsets[n]:offsets[n + 1]]; the table is one of open addressing, uint32: 0 is empty, else n + 1.
    """
    size = len(table) - 1
    for n in range(first, last):
        lo, hi = offsets[n], offsets[n + 1]
        s = np.int64(_hash_name(buf, lo, hi) >> np.uint64(20)) & size
        while table[s] != 0:
            other = np.int64(table[s]) - 1
            if _is_name(buf, lo, hi, buf, offsets[other], offsets[other + 1]):
                return n
            s = (s + 1) & size
        table[s] = n + 1
    return last


@_entry
def find_name(table, buf, offsets, name):
    """The number of a name, uint8, in the table of `enter_names`; -1 where it is not there."""
    size = len(table) - 1
    s = np.int64(_hash_name(name, 0, len(name)) >> np.uint64(20)) & size
    while table[s] != 0:
        other = np.int64(table[s]) - 1
        if _is_name(name, 0, len(name), buf, offsets[other], offsets[other + 1]):
            return other
        s = (s + 1) & size
    return -1


@_entry
def digests(buf, offsets, seeds):
    """A hash of each run of bytes buf[offsets[n]:offsets[n + 1]] and of seeds[n]: uint64, eight bytes at a time."""
    result = np.empty(len(seeds), np.uint64)
    for n in range(len(seeds)):
        lo, hi = offsets[n], offsets[n + 1]
        h = seeds[n] ^ np.uint64(hi - lo)
        while lo + 8 <= hi:
            word = np.uint64(0)
            for i in range(8):
                word |= np.uint64(buf[lo + i]) << np.uint64(8 * i)
            h = (h ^ word) * _M1
            h ^= h >> _U31
            lo += 8
        for i in range(lo, hi):
            h = (h ^ np.uint64(buf[i])) * _M1
        result[n] = _mix(h)
    return result


@_entry
def words_at(buf, starts, sizes):
    """The eight bytes at each start as a number that orders like them; behind the size they count as 0. uint64."""
    words = np.zeros(len(starts), np.uint64)
    for i in range(len(starts)):
        for j in range(min(8, sizes[i])):
            words[i] |= np.uint64(buf[starts[i] + j]) << np.uint64(56 - 8 * j)
    return words


@_entry
def scatter(flat, ends, first, bits):
    """Hashes parted by their high bits: (hashes uint64, who holds each uint32, edges int64 (2**bits + 1,)).

    Article first + d has flat[ends[d - 1]:ends[d]]; part p is edges[p]:edges[p + 1], in the order of the articles.
    """
    shift = np.uint64(64 - bits)
    edges = np.zeros((1 << bits) + 1, np.int64)
    for i in range(len(flat)):
        edges[np.int64(flat[i] >> shift) + 1] += 1
    for p in range(1 << bits):
        edges[p + 1] += edges[p]
    place = edges.copy()
    hashes, holders = np.empty(len(flat), np.uint64), np.empty(len(flat), np.uint32)
    i = 0
    for d in range(len(ends)):
        while i < ends[d]:
            p = np.int64(flat[i] >> shift)
            hashes[place[p]], holders[place[p]] = flat[i], first + d
            place[p] += 1
            i += 1
    return hashes, holders, edges


@njit
def _put_in_order(posts):
    """Sorts holders, most often few."""
    if len(posts) > 32:
        posts.sort()
    for i in range(1, len(posts)):
        x, j = posts[i], i
        while j > 0 and posts[j - 1] > x:
            posts[j] = posts[j - 1]
            j -= 1
        posts[j] = x


@njit
def _width(count):
    """The bits of the least table of that many places or more, 2 and more."""
    width = 2
    while 1 << width < count:
        width += 1
    return width


@_entry
def held_by_several(hashes, holders, numbers, bits):
    """Those hashes that two articles and more hold: (hashes uint64, ascending; how many hold each int64; posts uint32,
    the holders of one after the other, ascending).

    All hashes are of one part: their high bits are the same. Holder h is article numbers[h], or none where that is
    negative. By a table of open addressing, in linear expected time.
    """
    n, part = len(hashes), np.uint64(bits)
    width = _width(4 * n)
    shift, seen = np.uint64(64 - width), np.zeros(1 << width, np.uint8)  # most hashes stand alone: they are left out
    for i in range(n):
        if numbers[holders[i]] >= 0:
            s = np.int64((hashes[i] << part) >> shift)
            seen[s] += seen[s] < 2
    likely, m = np.empty(n + 1, np.int32), 0
    for i in range(n):
        likely[m] = i
        m += numbers[holders[i]] >= 0 and seen[np.int64((hashes[i] << part) >> shift)] > 1
    likely = likely[:m]
    width = _width(2 * m)
    shift, size = np.uint64(64 - width), 1 << width
    keys, count, where = np.empty(size, np.uint64), np.zeros(size, np.int32), np.empty(m, np.int32)
    m = total = 0
    for i in range(len(likely)):
        x = hashes[likely[i]]
        s = np.int64((x << part) >> shift)
        while count[s] != 0 and keys[s] != x:
            s = (s + 1) & (size - 1)
        keys[s] = x
        count[s] += 1
        where[i] = s
        m += count[s] == 2
        total += 2 if count[s] == 2 else count[s] > 2
    found, slots = np.empty(m, np.uint64), np.empty(m, np.int32)
    m = 0
    for s in range(size):
        if count[s] > 1:  # nearly in order: the place in the table is the high bits
            j = m
            while j > 0 and found[j - 1] > keys[s]:
                found[j], slots[j] = found[j - 1], slots[j - 1]
                j -= 1
            found[j], slots[j] = keys[s], s
            m += 1
        else:
            count[s] = -1
    held, begin = np.empty(m, np.int64), 0
    for j in range(m):
        held[j] = count[slots[j]]
        count[slots[j]] = begin
        begin += held[j]
    posts = np.empty(total, np.uint32)
    for i in range(len(likely)):
        if count[where[i]] >= 0:
            posts[count[where[i]]] = numbers[holders[likely[i]]]
            count[where[i]] += 1
    begin = 0
    for j in range(m):
        _put_in_order(posts[begin : begin + held[j]])
        begin += held[j]
    return found, held, posts


@_entry
def find_hubs(posts, held, order, versions, hubs):
    """Which holders of crowds are hubs of theirs: of each the `hubs` with the smallest text hashes. bool (posts,).

    Crowd c has the next held[c] of the posts, more than `hubs`; article x has the text hash versions[order[x]].
    """
    is_hub, begin = np.zeros(len(posts), np.bool_), 0
    best = np.empty(hubs, np.int64)
    for c in range(len(held)):
        n = 0
        for i in range(begin, begin + held[c]):
            high, low = versions[order[posts[i]]]
            j = n
            while j > 0:
                other = versions[order[posts[best[j - 1]]]]
                if other[0] < high or (other[0] == high and other[1] < low):
                    break
                if j < hubs:
                    best[j] = best[j - 1]
                j -= 1
            if j < hubs:
                best[j] = i
                n = min(n + 1, hubs)
        for i in best:
            is_hub[i] = True
        begin += held[c]
    return is_hub


@_entry
def deal(held, posts, bounds, few, max_bucket):
    """Holders of keys dealt to pairs of ranges of articles; range r is bounds[r] to bounds[r + 1] - 1.

    The bucket of ranges i <= j gets of each key that is no crowd its holders in i and in j: where that is one range if
    it has two, else if each has one. There the articles of i are numbered from 0, and those of j behind them.

    Args:
        held: how many hold each key. posts: the holders of one after the other, ascending.
        few: a key is common that more hold.
        max_bucket: one is a crowd that more hold.

    Returns (sizes uint32, posts uint32, edges int64 (2, buckets + 1)). Bucket b, of (0, 0), (0, 1), …, (1, 1), …, has
    sizes[edges[0, b]:edges[0, b + 1]], 2 * how many holders each key has there, and 1 more where it is common; and
    posts[edges[1, b]:edges[1, b + 1]].
    """
    ranges = len(bounds) - 1
    edges, cuts = np.zeros((2, ranges * (ranges + 1) // 2 + 1), np.int64), np.zeros(ranges + 1, np.int64)
    place, sizes, dealt = edges, np.empty(0, np.uint32), np.empty(0, np.uint32)
    for is_counted in (False, True):
        if is_counted:
            for b in range(edges.shape[1] - 1):
                edges[:, b + 1] += edges[:, b]
            place, sizes, dealt = edges.copy(), np.empty(edges[0, -1], np.uint32), np.empty(edges[1, -1], np.uint32)
        begin = 0
        for f in range(len(held)):
            own = posts[begin : begin + held[f]]
            begin += held[f]
            if held[f] > max_bucket:
                continue
            cut = bucket = 0
            for r in range(ranges):
                while cut < len(own) and own[cut] < bounds[r + 1]:
                    cut += 1
                cuts[r + 1] = cut
            for i in range(ranges):
                one = own[cuts[i] : cuts[i + 1]]
                if len(one) == 0:
                    bucket += ranges - i
                    continue
                for j in range(i, ranges):
                    two = own[cuts[j] : cuts[j + 1]] if j > i else own[:0]
                    if len(one) > (i == j) and (len(two) > 0 or i == j):
                        if is_counted:
                            sizes[place[0, bucket]] = 2 * (len(one) + len(two)) + (held[f] > few)
                            at, second = place[1, bucket], place[1, bucket] + len(one)
                            dealt[at:second] = one - np.uint32(bounds[i])
                            if j > i:
                                behind = np.uint32(bounds[j] - bounds[i + 1] + bounds[i])
                                dealt[second : second + len(two)] = two - behind
                        place[0, bucket + (not is_counted)] += 1
                        place[1, bucket + (not is_counted)] += len(one) + len(two)
                    bucket += 1
    return sizes, dealt, edges


@_entry
def keys_by_article(sizes, posts, count):
    """Which keys of a bucket (see `deal`) each of its first `count` articles holds: (keys uint32, one article after the
    other; edges int64; starts int64, where the holders of each key begin).

    Article x has keys[edges[2 * x] : edges[2 * x + 1]] that few hold, then up to edges[2 * x + 2] the common ones.
    """
    edges, starts = np.zeros(2 * count + 1, np.int64), np.zeros(len(sizes) + 1, np.int64)
    for f in range(len(sizes)):
        starts[f + 1] = starts[f] + (sizes[f] >> 1)
        for j in range(starts[f], starts[f + 1]):
            if posts[j] < count:
                edges[2 * np.int64(posts[j]) + (sizes[f] & 1) + 1] += 1
    for i in range(2 * count):
        edges[i + 1] += edges[i]
    place, keys = edges.copy(), np.empty(edges[-1], np.uint32)
    for f in range(len(sizes)):
        for j in range(starts[f], starts[f + 1]):
            if posts[j] < count:
                i = 2 * np.int64(posts[j]) + (sizes[f] & 1)
                keys[place[i]] = f
                place[i] += 1
    return keys, edges, starts


@_entry
def crowds_by_article(articles, codes, count):
    """The crowds of each of `count` articles: (codes uint32, of one article after the other; edges int64; marks uint64:
    two that have none in common share no crowd; is_hub, bool). Entry i says that articles[i] has codes[i]: 2 * a
    crowd's number, and 1 more where it is a hub of it.
    """
    edges, marks, is_hub = np.zeros(count + 1, np.int64), np.zeros(count, np.uint64), np.zeros(count, np.bool_)
    for i in range(len(articles)):
        x = np.int64(articles[i])
        edges[x + 1] += 1
        marks[x] |= _U1 << _U((codes[i] >> 1) & 63)
        is_hub[x] |= codes[i] & 1 != 0
    for x in range(count):
        edges[x + 1] += edges[x]
    place, by_article = edges.copy(), np.empty(len(codes), np.uint32)
    for i in range(len(articles)):
        by_article[place[articles[i]]] = codes[i]
        place[articles[i]] += 1
    return by_article, edges, marks, is_hub


@njit
def _count_shares(x, shared, behind, least, shares, touched):
    """Counts in `shares` the keys that x and each article from `behind` on share, but for crowds; maybe not those of
    articles that share common keys alone, and fewer than `least`.

    Returns (how many articles are in `touched` now, how many of them, the first ones, share one that few hold).
    """
    keys, edges, starts, posts = shared
    some = total = 0
    for group in range(2):
        last = edges[2 * x + group + 1]
        is_open = last if group == 0 else last - least + 1  # who shares `least` of them shares one that is open
        for i in range(edges[2 * x + group], last):
            if i >= is_open and total == 0:
                break
            j = starts[np.int64(keys[i]) + 1] - 1
            if i < is_open:
                while posts[j] >= behind:  # x is among them
                    y, count = posts[j], shares[posts[j]]
                    touched[total] = y
                    total += count == 0
                    shares[y] = count + 1
                    j -= 1
            else:
                while posts[j] >= behind:
                    y, count = posts[j], shares[posts[j]]
                    shares[y] = count + (count > 0)
                    j -= 1
        if group == 0:
            some = total
    return total, some


@njit
def _share_crowds(x, y, most):
    """(how many crowds two articles share, counted up to `most`; the first of these; whether one of the two is a hub of
    one that was counted)."""
    i = j = count = first = 0
    is_hub = False
    while i < len(x) and j < len(y) and count < most:
        a, b = x[i] >> 1, y[j] >> 1
        if a == b:
            first = first if count else np.int64(a)
            is_hub |= (x[i] | y[j]) & 1 != 0
            count += 1
        i += a <= b
        j += b <= a
    return count, first, is_hub


@njit
def _fewer(x, y, articles):
    """How many keys the one of two articles with fewer has: of those that count, see `candidates`."""
    size, selected = articles[0], articles[1]
    keeps_all = size[x] > selected[x] and size[y] > selected[y]
    return min(size[x], size[y]) if keeps_all else min(selected[x], selected[y])


@njit
def _most_crowds(one, two, spare):
    """How many crowds two articles share at most, by their marks: the first has so many more than it has bits."""
    bits = _ones(one & two)
    return bits + spare if bits else 0


@njit
def _judge_by_crowds(x, y, count, need, crowds):
    """Whether two articles that share so many other keys share `need` with their crowds, see `candidates`: _PAIR, where
    one of them is a hub, else the first of these crowds; or _APART."""
    codes, edges, _, is_hub, _ = crowds
    own, others = codes[edges[x] : edges[x + 1]], codes[edges[y] : edges[y + 1]]
    most = len(own) if is_hub[x] or is_hub[y] else need - count
    more, first, has_hub = _share_crowds(own, others, max(1, most))
    if more == 0 or count + more < need:
        return _APART
    return _PAIR if has_hub else first


@_entry
def candidates(shared, crowds, articles, rule, behind, lo, hi):
    """Pairs that share enough keys, an article lo..hi-1 and one behind it, from `behind` on.

    Enough is rule[0][the smaller number of keys] where both keep all their shingles, else rule[0][the smaller number of
    *selected* keys]: a long text shows only the selected ones of what it shares with a short one. Where no key that few
    hold is among those shared, it is rule[1] of that. Crowds do not count, but where one of the two is a hub of a crowd
    that they share: then rule[0] holds for all they share.

    Articles come by the number of their selected keys, the fewest first: what x must share with any behind it is known
    from x alone.

    Args:
        shared: (keys, edges, starts, posts): a bucket by article and by key, see `keys_by_article`.
        crowds: (codes, edges, marks, is_hub) of the articles, see `crowds_by_article`, and how many crowds there are.
        articles: (size, selected, is_new): how many keys each has, how many of them are selected (fewer than all
            where it keeps all shingles), int32; whether it is new: a pair of two old ones is no candidate.
        rule: two tables, int64, by number of keys, neither of them falling.

    Returns (pairs, met): int64, the smaller number * articles + the other; int32 (crowds,): how many pairs share enough
    with crowds alone, this one the first, and other keys, and no hub.
    """
    _, edges, marks, _, crowd_count = crowds
    size, selected, is_new = articles
    alpha, common = rule
    shares, touched = np.zeros(len(size), np.int32), np.empty(len(size) + 1, np.uint32)
    pairs, n, met = np.empty(1024, np.int64), 0, np.zeros(crowd_count, np.int32)
    for x in range(lo, hi):
        own = edges[x + 1] - edges[x]
        spare = own - _ones(marks[x])
        least, keeps_all = alpha[selected[x]] - own, size[x] > selected[x]
        few = max(1, least) if own else common[selected[x]]
        total, some = _count_shares(x, shared, max(x + 1, behind), few, shares, touched)
        if n + total > len(pairs):
            pairs = _grown(pairs, n, 2 * (n + total))
        for i in range(total):
            y = np.int64(touched[i])
            count = np.int64(shares[y])
            shares[y] = 0
            if count < least:
                continue
            fewer = _fewer(x, y, articles) if keeps_all else selected[x]
            is_enough = count >= (alpha[fewer] if i < some else common[fewer])
            if not is_enough and count + _most_crowds(marks[x], marks[y], spare) < alpha[fewer]:
                continue
            if not (is_new[x] or is_new[y]):
                continue
            if not is_enough:
                verdict = _judge_by_crowds(x, y, count, alpha[fewer], crowds)
                if verdict >= 0:
                    met[verdict] += 1
                if verdict != _PAIR:
                    continue
            pairs[n] = x * len(size) + y
            n += 1
    return pairs[:n].copy(), met


@njit
def _count_from(keys, x, i, last, y, j, end):
    """How many of keys[i:last] are among keys[j:end], all ascending; 0 where one of keys[x:i] is among keys[y:j]."""
    while x < i and y < j:
        a, b = keys[x], keys[y]
        if a == b:
            return 0
        x += a < b
        y += b < a
    return _shared(keys[i:last], keys[j:end])


@njit
def _set_bits(keys, bits):
    """Sets a bit for each of the keys, of no others, and counts them."""
    bits[:] = 0
    for key in keys:
        bit = _U(key) * _U(0x9E3779B97F4A7C15) >> _U(56)
        bits[bit >> _U(6)] |= _U1 << (bit & _U(63))
    return _count_common_bits(bits, bits)


@_inlined
def _count_common_bits(x, y):
    """How many bits are set in both."""
    count = 0
    for w in range(_WORDS):
        count += _ones(x[w] & y[w])
    return count


@_entry
def meet_notes(notes, here, crowds, articles, rule):
    """The pairs of `candidates` whose rarest shared key is one of those that are here: see there.

    Few of those that meet share enough: bits that stand for their keys tell most of the others apart (Sandes, Teodoro,
    Melo 2020).

    Args:
        notes: (keys, is_common, begin, end): article x has keys[begin[x]:end[x]], but for crowds, ascending, the rarest
            first; whether each is common.
        here: (places, of, edges): places among the keys, and whose they are; places[edges[k]:edges[k + 1]] are those of
            one key, of all that hold it, ascending by article.
        crowds, articles, rule: as there.

    Returns (pairs, met) as there.
    """
    (keys, is_common, begin, end), (places, of, edges) = notes, here
    _, crowd_edges, marks, _, crowd_count = crowds
    alpha, selected = rule[0], articles[1]
    pairs, n, met = np.empty(1024, np.int64), 0, np.zeros(crowd_count, np.int32)
    bits = np.empty((np.diff(edges).max() if len(edges) > 1 else 0, _WORDS), np.uint64)
    left, more = np.empty((2, len(bits)), np.int64)
    for k in range(len(edges) - 1):
        first, count = edges[k], edges[k + 1] - edges[k]
        table = rule[np.int64(is_common[places[first]])]
        for i in range(count):
            left[i] = end[of[first + i]] - places[first + i]
            more[i] = left[i] - _set_bits(keys[places[first + i] : end[of[first + i]]], bits[i])
        for i in range(count):
            x, p = np.int64(of[first + i]), places[first + i]
            own, need = crowd_edges[x + 1] - crowd_edges[x], table[selected[x]]
            spare = own - _ones(marks[x])
            least = min(need, alpha[selected[x]] - own) if own else need
            if left[i] < least:
                continue
            for j in range(i + 1, count):
                if left[j] < least:
                    continue
                most = min(more[i], more[j]) + _count_common_bits(bits[i], bits[j])
                if most < least:
                    continue
                y, q = np.int64(of[first + j]), places[first + j]
                others = _most_crowds(marks[x], marks[y], spare)
                if most < need and (others == 0 or most + others < alpha[selected[x]]):
                    continue
                shared = _count_from(keys, begin[x], p, end[x], begin[y], q, end[y])
                fewer = _fewer(x, y, articles)
                if shared == 0 or shared < least:
                    continue
                if shared < table[fewer]:
                    if shared + others < alpha[fewer]:
                        continue
                    verdict = _judge_by_crowds(x, y, shared, alpha[fewer], crowds)
                    if verdict >= 0:
                        met[verdict] += 1
                    if verdict != _PAIR:
                        continue
                if n == len(pairs):
                    pairs = _grown(pairs, n, 2 * n)
                pairs[n] = x * len(selected) + y
                n += 1
    return pairs[:n].copy(), met


@_entry
def meet_hubs(crowds, hubs, members, articles, alpha, lo, hi):
    """Pairs of an article lo..hi-1 and a hub that share enough crowds, see `candidates`.

    Args:
        crowds: as there.
        hubs: uint32 (crowds, hubs), those of each crowd; as articles they stand behind all others.
        members: the version that each article is: a hub may be there twice.
        articles: as there.
        alpha: a table, int64, by number of keys.

    Returns (pairs, probes): int64, as there; int32 (crowds,): how many articles there are of which each crowd is one of
    the first that a pair of crowds alone must share.
    """
    codes, edges = crowds[0], crowds[1]
    _, selected, is_new = articles
    probes, mark = np.zeros(len(hubs), np.int32), np.full(len(members), -1, np.int32)
    pairs, n = np.empty(1024, np.int64), 0
    for x in range(lo, hi):
        own = codes[edges[x] : edges[x + 1]]
        if n + len(own) * hubs.shape[1] > len(pairs):
            pairs = _grown(pairs, n, 2 * (n + len(own) * hubs.shape[1]))
        for i in range(len(own)):
            crowd = np.int64(own[i] >> 1)
            probes[crowd] += i <= len(own) - alpha[selected[x]]
            for hub in hubs[crowd]:
                y = np.int64(hub)
                if members[y] == members[x] or len(own) < alpha[min(selected[x], selected[y])]:
                    continue
                if mark[y] == x or not (is_new[x] or is_new[y]):
                    continue
                mark[y] = x
                need = alpha[_fewer(x, y, articles)]
                others = codes[edges[y] : edges[y + 1]]
                if min(len(own), len(others)) >= need and _share_crowds(own, others, need)[0] >= need:
                    pairs[n] = x * len(members) + y
                    n += 1
    return pairs[:n].copy(), probes


@njit
def _in_filter(key, bits, words):
    """Which word of the filter of a posting list stands for a mixed key of 48 bits, and which of its bits."""
    within = (key << _U(bits)) & _U(0xFFFFFFFFFFFF)
    word = (key >> _U(48 - bits)) * _U(words) + ((within >> _U(16)) * _U(words) >> _U(32))
    mask, m = _U(0), key * _U(0x9E3779B97F4A7C15) >> _U(34)
    for _ in range(5):
        mask |= _U1 << (m & _U(63))
        m >>= _U(6)
    return np.int64(word), mask


@_entry
def make_filter(postings, bits, words):
    """The filter of a posting list: uint64 (words << bits,), see dedup.store.runs."""
    result = np.zeros(words << bits, np.uint64)
    for posting in postings:
        word, mask = _in_filter(posting >> _U(16), bits, words)
        result[word] |= mask
    return result


@_entry
def may_hold(keys, filters, shapes):
    """Which posting lists may hold which of the mixed keys: (lists, places of keys), int64, ascending.

    `filters` has those of all lists, one behind the other; shapes, int64 (lists, 2), their bits and words.
    """
    lists, places, n, base = np.empty(1024, np.int64), np.empty(1024, np.int64), 0, 0
    for r in range(len(shapes)):
        bits, words = shapes[r]
        if n + len(keys) > len(lists):
            lists, places = _grown(lists, n, 2 * (n + len(keys))), _grown(places, n, 2 * (n + len(keys)))
        for i in range(len(keys)):
            word, mask = _in_filter(keys[i], bits, words)
            if filters[base + word] & mask == mask:
                lists[n], places[n] = r, i
                n += 1
        base += words << bits
    return lists[:n].copy(), places[:n].copy()


@_entry
def tell_apart(values):
    """(which of the distinct ones each value is; a place of each of these): int64. None is negative. Where there are
    many for the largest they are told apart in order, so that what is known of them is read from front to back."""
    largest, which, first, n = np.int64(0), np.empty(len(values), np.int64), np.empty(len(values), np.int64), 0
    for value in values:
        largest = max(largest, value)
    if largest < 16 * len(values):
        number = np.zeros(largest + 1, np.int32)
        for i in range(len(values)):
            number[values[i]] = i + 1
        for value in range(largest + 1):
            if number[value] > 0:
                first[n] = number[value] - 1
                n += 1
                number[value] = n
        for i in range(len(values)):
            which[i] = number[values[i]] - 1
        return which, first[:n].copy()
    size = 16
    while size < 2 * len(values):
        size *= 2
    keys, number = np.zeros(size, np.uint64), np.empty(size, np.int32)
    for i in range(len(values)):
        slot = _slot_of(keys, _U(values[i]))
        if keys[slot] == 0:
            keys[slot], number[slot], first[n] = _U(values[i]) + _U1, n, i
            n += 1
        which[i] = number[slot]
    return which, first[:n].copy()


@njit
def _first_from(values, lo, hi, value):
    """The first place of lo:hi whose value, these ascend, is not below this one; by doubling steps from lo on."""
    step = 1
    while lo + step <= hi and values[lo + step - 1] < value:
        lo += step
        step *= 2
    hi = min(hi, lo + step - 1)
    while lo < hi:
        middle = (lo + hi) >> 1
        if values[middle] < value:
            lo = middle + 1
        else:
            hi = middle
    return lo


@njit
def _first_near(values, lo, hi, value, guess):
    """The same by doubling steps from a guess on, to either side."""
    if guess >= hi or values[guess] < value:
        return _first_from(values, min(guess + 1, hi), hi, value)
    step = 1
    while guess - step >= lo and values[guess - step] >= value:
        guess -= step
        step *= 2
    return _first_from(values, max(lo, guess - step + 1), guess, value)


@_entry
def find_keys(postings, starts, ends, bits, keys):
    """Where the postings of each mixed key begin and end among postings[starts[i]:ends[i]]: int64 each.

    These are all that begin with the same bits[i] bits as the key, ascending. Keys are uniform, so where one stands is
    guessed first (interpolation search; Peterson 1957).
    """
    begin, end = np.empty(len(keys), np.int64), np.empty(len(keys), np.int64)
    for i in range(len(keys)):
        low, lo, hi = keys[i] << _U(16), starts[i], ends[i]
        share = (low << _U(bits[i])) >> _U(32)
        guess = lo + np.int64((share * _U(hi - lo)) >> _U(32))
        place = begin[i] = _first_near(postings, lo, hi, low, guess)
        if place < hi and postings[place] >> _U(16) == keys[i]:
            place = _first_from(postings, place + 1, hi, low | _U(0xFFFF))
            place += place < hi and postings[place] >> _U(16) == keys[i]
        end[i] = place
    return begin, end


@_entry
def hold_enough(held, lists, asked, result):
    """Notes which versions hold at least so many keys of a list.

    Args:
        held: see `count_alive`; by base, then by key.
        lists: (members, starts, keys): list x is members[starts[x]:starts[x + 1]]; how many keys there are.
        asked: (list, place, base, least) of each version: its number and that of the first one of its run, ascending.
        result: bool, where to note it.
    """
    (which, postings, begin, end, base), (members, starts, keys), (of_list, place, own_base, least) = held, lists, asked
    lo, hi, entry, filled = np.zeros(keys, np.int64), np.zeros(keys, np.int64), 0, np.int64(-1)
    for i in range(len(place)):
        if own_base[i] != filled:
            filled = own_base[i]
            hi[:] = lo
            while entry < len(which) and base[entry] < filled:
                entry += 1
            while entry < len(which) and base[entry] == filled:
                lo[which[entry]], hi[which[entry]] = begin[entry], end[entry]
                entry += 1
        left, missing = starts[of_list[i] + 1] - starts[of_list[i]], least[i]
        for key in members[starts[of_list[i]] : starts[of_list[i] + 1]]:
            if missing <= 0 or left < missing:
                break
            left -= 1
            if hi[key] > lo[key]:
                wanted = postings[lo[key]] >> _U(16) << _U(16) | _U(place[i] - filled)
                at = _first_from(postings, lo[key], hi[key], wanted)
                missing -= at < hi[key] and postings[at] == wanted
        result[i] = missing <= 0


@_entry
def count_alive(held, is_dead, most, counts):
    """Adds to `counts` how many versions hold each key, the dead left out; more than `most` need not be counted.

    Args:
        held: (which, postings, begin, end, base): the versions that hold key which[i] have the numbers in the last 16
            bits of postings[begin[i]:end[i]], counted from base[i].
        is_dead: bool, of the versions; empty where all are alive.
    """
    which, postings, begin, end, base = held
    for i in range(len(which)):
        if len(is_dead) == 0:
            counts[which[i]] += end[i] - begin[i]
            continue
        for posting in postings[begin[i] : end[i]]:
            if counts[which[i]] > most:
                break
            counts[which[i]] += not is_dead[base[i] + np.int64(posting & _U(0xFFFF))]


@_entry
def gather_holders(held, versions, crowds, keys, places):
    """Writes down the keys and who holds them; of crowds the hubs alone are noted. Returns how many were written.

    Args:
        held: see `count_alive`.
        versions: (is_dead, order, first): see `count_alive`; hashes, ascending among those of one base; what number the
            first one has among all.
        crowds: (which, order, place, count): of each key which crowd it is, -1 for none; the hubs so far of each.
        keys, places: where to write, int64.
    """
    (which, postings, begin, end, base), (is_dead, order, first) = held, versions
    of_key, orders, hubs, count = crowds
    n = 0
    for i in range(len(which)):
        crowd = of_key[which[i]]
        for posting in postings[begin[i] : end[i]]:
            place = base[i] + np.int64(posting & _U(0xFFFF))
            if len(is_dead) > 0 and is_dead[place]:
                continue
            if crowd < 0:
                keys[n], places[n] = which[i], first + place
                n += 1
                continue
            known = count[crowd]
            if known == orders.shape[1] and order[place] >= orders[crowd, known - 1]:
                break
            count[crowd] = _enter_hub(orders[crowd], hubs[crowd], known, order[place], first + place)
    return n


@njit
def _grouped(keys, values, count):
    """(the values by their keys; where those of each of `count` keys start)."""
    starts = np.zeros(count + 1, np.int64)
    for key in keys:
        starts[key + 1] += 1
    for key in range(count):
        starts[key + 1] += starts[key]
    result, place = np.empty(len(keys), np.int64), starts.copy()
    for i in range(len(keys)):
        result[place[keys[i]]] = values[i]
        place[keys[i]] += 1
    return result, starts


@njit
def _enter_hub(orders, places, count, order, place):
    """Puts a holder of a key among its hubs, the first ones by order, of which there are `count`; how many then."""
    if count == len(orders) and order >= orders[count - 1]:
        return count
    i = min(count, len(orders) - 1)
    while i > 0 and orders[i - 1] > order:
        orders[i], places[i] = orders[i - 1], places[i - 1]
        i -= 1
    orders[i], places[i] = order, place
    return min(count + 1, len(orders))


@njit
def _meet(ys, kind, step, work, near):
    """Notes what brings versions near: how many there are then. Each counts `step` more keys that are shared."""
    shares, seen, touched = work
    for y in ys:
        if seen[y] == 0:
            touched[near] = y
            near += 1
        seen[y] |= kind
        shares[y] += step
    return near


@_entry
def meet_holders(new, old, everyone, rule, limits):
    """Pairs of new versions with those that are there, and with the new ones before them, that may share enough keys.

    The rule is that of `candidates`, for each as it comes in: by how many hold a key then. Nobody knows yet which keys
    will be crowds, so a hub of any key that more than few hold counts as a hub of a crowd.

    Args:
        new: (keys, starts): version x has the keys keys[starts[x]:starts[x + 1]].
        old: (keys, holders, counts): those that are there, as columns, and how many of them hold each key. Of a crowd
            the hubs will do, unless a new one comes before one of them.
        everyone: (size, selected, order) of all versions, the new ones first: see `candidates`; text hashes.
        rule: see `candidates`.
        limits: (how many hold a key at most that few hold, how many one that is no crowd, hubs).

    Returns (pairs, missing, is_crowd): int64, x * versions + y; int64, how many crowds they must share, 0 where they
    share enough anyway; bool, whether each of `keys` was a crowd when its version came in.
    """
    (keys, starts), counts, order, (few, most, hub_limit) = new, old[2], everyone[2], limits
    (there, there_starts), n, total = _grouped(old[0], old[1], len(counts)), 0, len(everyone[0])
    own, own_starts = _grouped(keys, keys, len(counts))  # filled as they arrive
    arrived, hub_list, lists, longest = np.zeros(len(counts), np.int64), np.full(len(counts), -1, np.int64), 0, 1
    for u in range(len(counts)):
        lists += counts[u] + own_starts[u + 1] - own_starts[u] > few
        longest = max(longest, there_starts[u + 1] - there_starts[u] + own_starts[u + 1] - own_starts[u])
    hub_limit = min(hub_limit, longest)
    orders, hubs = np.empty((lists, hub_limit), np.uint64), np.empty((lists, hub_limit), np.int64)
    hub_count, lists = np.zeros(lists, np.int64), 0
    shares, more, seen = np.zeros(total, np.int32), np.zeros(total, np.int32), np.zeros(total, np.uint8)
    touched, crowds = np.empty(total, np.int64), np.empty(len(keys), np.int64)
    work, among_crowds = (shares, seen, touched), (more, seen, touched)
    pairs, missing, is_crowd = np.empty(1024, np.int64), np.empty(1024, np.int64), np.zeros(len(keys), np.bool_)
    for x in range(len(starts) - 1):
        near, crowd_count, is_hub_of_crowd, is_whole = 0, 0, False, True
        for i in range(starts[x], starts[x + 1]):
            u = keys[i]
            held, arrived[u] = counts[u] + arrived[u] + 1, arrived[u] + 1
            others = there[there_starts[u] : there_starts[u + 1]], own[own_starts[u] : own_starts[u] + arrived[u] - 1]
            own[own_starts[u] + arrived[u] - 1] = x
            if held <= few:
                near = _meet(others[1], 3, 1, work, _meet(others[0], 3, 1, work, near))
                continue
            h = hub_list[u]
            if h < 0:
                h = hub_list[u] = lists
                lists += 1
                for side in others:
                    for y in side:
                        hub_count[h] = _enter_hub(orders[h], hubs[h], hub_count[h], order[y], y)
            former = hub_count[h]
            is_hub = former < hub_limit or order[x] < orders[h, former - 1]
            if held <= most:
                kind = 6 if is_hub else 4
                near = _meet(others[1], kind, 1, work, _meet(others[0], kind, 1, work, near))
            else:
                crowds[crowd_count], is_crowd[i] = 2 * u + is_hub, True
                crowd_count += 1
                is_hub_of_crowd |= is_hub
                is_whole &= len(others[0]) == counts[u]
            near = _meet(hubs[h, :former], 2, 0, work, near)
            hub_count[h] = _enter_hub(orders[h], hubs[h], former, order[x], x)
        is_known = is_hub_of_crowd and is_whole
        for crowd in crowds[: crowd_count if is_hub_of_crowd else 0]:
            u, kind = crowd >> 1, 4 - 2 * (crowd & 1)
            near = _meet(there[there_starts[u] : there_starts[u + 1]], kind, 1, among_crowds, near)
            near = _meet(own[own_starts[u] : own_starts[u] + arrived[u] - 1], kind, 1, among_crowds, near)
        if n + near > len(pairs):
            pairs, missing = _grown(pairs, n, 2 * (n + near)), _grown(missing, n, 2 * (n + near))
        for y in touched[:near]:
            shared, further, kinds, fewer = np.int64(shares[y]), np.int64(more[y]), seen[y], _fewer(x, y, everyone)
            shares[y] = more[y] = seen[y] = 0
            need = rule[0][fewer]
            is_enough = shared >= (need if kinds & 1 else rule[1][fewer])
            most_shared = shared + (further if is_known else min(crowd_count, everyone[0][y] - shared))
            if is_enough or (kinds & 2 and most_shared >= need):
                pairs[n], missing[n] = x * total + y, 0 if is_enough or is_known else max(0, need - shared)
                n += 1
    return pairs[:n].copy(), missing[:n].copy(), is_crowd


# --------------------------------------------------------------------- what names an event, and which ones are alike


@njit
def _features(syl, flag, worth, table, both, out):
    """Every syllable and pair of syllables that tells something: key (40 bits), information (5 bits), whether it is a
    name (1), what its place counts (5). worth[i] is what place i counts, the last one that of all behind. How many.
    """
    keys, values, unknown, digits, least = table
    n, before, above = 0, 0, 0
    for i in range(len(syl)):
        place = worth[min(i, len(worth) - 1)]
        if place == 0:
            break
        told = _find(keys, values, syl[i]) - 1
        if flag[i] & DIGITS:
            told = digits
        elif told < 0:
            told = unknown
        name = flag[i] & CAPITAL
        if told >= least:
            out[n] = (syl[i] * _ORDER) >> _U(24) << _U(24) | _U(told << 6 | name << 3 | place)
            n += 1
        joins = i > 0 and not flag[i] & (PUNCTUATED | NEW_LINE | SENTENCE_START)
        if joins and told + before >= 2 * least:
            pair = ((syl[i - 1] * _ROLL) ^ (syl[i - 1] >> _U(29)) ^ syl[i]) * _ORDER
            name &= flag[i - 1]
            out[n] = pair >> _U(24) << _U(24) | _U(both[told + before] << 6 | name << 3 | above)
            n += 1
        before, above = told, place
    return n


@njit
def _sift(heap, m):
    """Restores the heap, the smallest first, of which the first of m values is new."""
    i = 0
    while 2 * i + 1 < m:
        child = 2 * i + 1
        child += child + 1 < m and heap[child + 1] < heap[child]
        if heap[i] <= heap[child]:
            break
        heap[i], heap[child] = heap[child], heap[i]
        i = child


@njit
def _strongest(value, n, heap):
    """The smallest of the len(heap) largest of n distinct values; 0 where there are no more."""
    if n <= len(heap):
        return np.int64(0)
    heap[:] = 0
    for i in range(n):
        if value[i] > heap[0]:
            heap[0] = value[i]
            _sift(heap, len(heap))
    return heap[0]


@njit
def _profile_room(size, kept):
    """Work space for the profiles of articles of at most `size` syllables, headline and all."""
    return (np.empty(2 * size, np.uint64), np.empty(2 * size, np.uint64), np.empty(2 * size, np.uint64),
            np.empty(2 * size, np.int64), np.empty(kept, np.int64))  # fmt: skip


@njit
def _choose_features(n, room, roots, out):
    """The features of an article of which room[0] has n places: the strongest ones, packed, by key. How many.

    Strength is roots[name, count], by what all places of the feature count together; the last for all above.
    """
    found, ordered, feature, value, heap = room
    _sort_hashes(found, n, ordered)
    m = i = 0
    while i < n:
        key, told = ordered[i] >> _U(24), ordered[i] >> _U(6) & _U(31)
        often = name = 0
        while i < n and ordered[i] >> _U(24) == key:
            often += np.int64(ordered[i] & _U(31))
            name |= np.int64(ordered[i] >> _U(5) & _U1)
            i += 1
        strength = roots[name, min(often, roots.shape[1] - 1)]
        feature[m] = key << _U(24) | _U(strength << 8) | told
        value[m] = (strength * np.int64(told) + 1) << 24 | (0xFFFFFF - m)
        m += 1
    least = _strongest(value, m, heap)
    chosen = 0
    for i in range(m):
        if value[i] >= least:
            out[chosen] = feature[i]
            chosen += 1
    return chosen


@_entry
def profiles(bodies, titles, telling):
    """What names the event of each article: (features uint64, ends int64).

    At most `kept` features an article, those with the largest strength * information, of equals the smaller key;
    sorted: 40 bits of key, 16 of strength, 8 of information.

    Args:
        bodies, titles: (syl, flag, starts) of as many texts each.
        telling: (table, worth, both, roots, kept). table: (keys, values, unknown, digits, least), information + 1 of
            each syllable, for _find; that of a syllable not in it, and of a number; and the least that a feature has.
            worth: uint8, what each place of a body counts, and of a title, (2, places), the last for all behind it,
            which is 0 for a body. both: uint8, the information of a pair of syllables by that of the two together.
            roots: int64, (2, counts), the strength of what is no name and of a name. kept: how many.
    """
    table, worth, both, roots, kept = telling
    count = len(bodies[2]) - 1
    size = 0
    for d in range(count):
        size = max(size, bodies[2][d + 1] - bodies[2][d] + titles[2][d + 1] - titles[2][d])
    room = _profile_room(size, kept)
    features, ends = np.empty(count * kept, np.uint64), np.empty(count, np.int64)
    total = 0
    for d in range(count):
        n = 0
        for part in range(2):
            syl, flag, starts = bodies if part == 0 else titles
            lo, hi = starts[d], starts[d + 1]
            n += _features(syl[lo:hi], flag[lo:hi], worth[part], table, both, room[0][n:])
        total += _choose_features(n, room, roots, features[total:])
        ends[d] = total
    return features[:total].copy(), ends


@_entry
def weigh(ordered, bits, features, starts, row, worth, crowd, limits):
    """Profiles weighed in their collection: (number int64, weight int64, norm float64 (articles,), listed int64).

    number: that of each feature, ascending with its key. norm: the root of the sum of an article's squared weights.
    listed: the places of the features that each article is listed under: its weightiest ones of few holders and of
    crowds, of equals the first; none that it alone holds.

    Args:
        ordered: uint64, sorted: the key of each feature, then its place, in `bits` bits.
        features, starts: the profiles.
        row, worth: worth[row[n], information] is what one of strength 1 weighs that n articles hold.
        crowd: a feature that more articles hold is a crowd.
        limits: how many features of few holders and of crowds an article is listed under.
    """
    count = len(features)
    number, weight = np.empty(count, np.int64), np.empty(count, np.int64)
    mask = (_U1 << _U(bits)) - _U1
    lo = distinct = 0
    while lo < count:
        hi = lo + 1
        while hi < count and ordered[hi] >> _U(bits) == ordered[lo] >> _U(bits):
            hi += 1
        for i in range(lo, hi):
            number[np.int64(ordered[i] & mask)] = distinct << 32 | (hi - lo)  # one place out of order, not three
        lo, distinct = hi, distinct + 1
    articles = len(starts) - 1
    norm, listed, n = np.empty(articles), np.empty(count, np.int64), 0
    value, holders = np.empty(256, np.int64), np.empty(256, np.int64)
    heaps = np.empty(limits[0], np.int64), np.empty(limits[1], np.int64)
    for d in range(articles):
        square, first = 0, starts[d]
        for i in range(first, starts[d + 1]):
            held = number[i] & 0xFFFFFFFF
            number[i], holders[i - first] = number[i] >> 32, held
            told = np.int64(features[i] & _U(0xFFFFFF))
            weight[i] = np.int64(np.rint((told >> 8) * worth[row[held], told & 0xFF]))
            square += weight[i] * weight[i]
        norm[d] = max(np.sqrt(square), 1)
        for is_crowd in range(2):
            m = 0
            for i in range(starts[d], starts[d + 1]):
                if holders[i - first] > 1 and (holders[i - first] > crowd) == is_crowd:
                    value[m] = weight[i] << 8 | (0xFF - (i - first))
                    m += 1
            least = _strongest(value, m, heaps[0] if is_crowd == 0 else heaps[1])
            for i in range(m):
                if value[i] >= least:
                    listed[n] = first + 0xFF - (value[i] & 0xFF)
                    n += 1
    return number, weight, norm, listed[:n].copy()


@_inlined
def _dot(number, weight, lo, hi, low, high):
    """The sum of products of the weights that two articles give to the same features, each one's sorted by number."""
    total = 0
    while lo < hi and low < high:  # without a branch: which one is smaller cannot be foretold
        x, y = number[lo], number[low]
        total += weight[lo] * weight[low] * (x == y)
        lo, low = lo + (x <= y), low + (y <= x)
    return total


@_entry
def alike(lists, articles, days, is_new, limits, lo, hi):
    """The pairs that articles lo:hi lead to: (left int64, right int64, thousandths of likeness int64).

    Args:
        lists: (article, slot, share, partners, by_article, starts): of each entry of the index, list after list; the
            entries of article x are by_article[starts[x]:starts[x + 1]]. Each is paired with the `partners` behind it.
        articles: (number, weight, starts, norm): the features of article x are number[starts[x]:starts[x + 1]].
        days: (day, slot, how many days a slot has).
        is_new: a pair needs one.
        limits: (same, undated, glimpse): the least likeness; this many times that where a day is unknown; the listed
            part of a likeness shows at least 1 / this of what is asked for.
    """
    article, slot, share, partners, by_article, entries = lists
    number, weight, starts, norm = articles
    same, undated, glimpse = limits
    day, slots, width = days
    shown, touched = np.full(len(is_new), -1), np.empty(len(is_new), np.int64)
    found = np.empty((3, 1024), np.int64)
    total = 0
    for a in range(lo, hi):
        own_day, own_slot, own_new = day[a], slots[a], is_new[a]
        n = 0
        for place in range(entries[a], entries[a + 1]):
            e = by_article[place]
            for other in range(e + 1, e + 1 + partners[e]):
                b = article[other]
                # both meet in one slot alone: so once for each feature of both
                meeting = max(own_slot, slots[b]) if own_slot > 0 and slots[b] > 0 else 0
                is_near = meeting == 0 or abs(own_day - day[b]) < width
                if slot[e] == meeting and is_near and (own_new or is_new[b]):
                    if shown[b] < 0:
                        touched[n], shown[b] = b, 0
                        n += 1
                    shown[b] += np.int64(share[e] * share[other] * 0xFFFF)
        for i in range(n):
            b = touched[i]
            part, shown[b] = shown[b], -1
            times = 1 if own_slot > 0 and slots[b] > 0 else undated
            if part * 1000 * glimpse < same * times * 0xFFFF:
                continue
            dot = _dot(number, weight, starts[a], starts[a + 1], starts[b], starts[b + 1])
            likeness = np.int64(np.floor(1000 * dot / (norm[a] * norm[b]))) // times
            if likeness >= same:
                if total == found.shape[1]:
                    wider = np.empty((3, 2 * total), np.int64)
                    wider[:, :total] = found
                    found = wider
                found[0, total], found[1, total], found[2, total] = min(a, b), max(a, b), likeness
                total += 1
    return found[0, :total].copy(), found[1, :total].copy(), found[2, :total].copy()


@_inlined
def _slot_of(keys, key):
    """Where a feature stands in a table of open addressing, or may stand (size a power of two, empty = 0)."""
    last = _U(len(keys) - 1)
    i = (key * _ORDER >> _U(20)) & last
    while keys[np.int64(i)] != 0 and keys[np.int64(i)] != key + _U1:
        i = (i + _U1) & last
    return np.int64(i)


@_entry
def enter_features(table, features, following, lo, hi):
    """Puts the features lo:hi of a growing collection in its table; how many are new there.

    Args:
        table: (keys uint64, one more than the feature's; held int32, by how many articles; latest int32, the last place
            of the feature).
        features: see `profiles`; following: int32, for each the place before it of the same feature, -1 for none.
    """
    keys, held, latest = table
    fresh = 0
    for i in range(lo, hi):
        key = features[i] >> _U(24)
        slot = _slot_of(keys, key)
        if keys[slot] == 0:
            keys[slot], latest[slot] = key + _U1, -1
            fresh += 1
        following[i], latest[slot] = latest[slot], i
        held[slot] += 1
    return fresh


@_entry
def leave_features(table, features, following, lo, hi):
    """Takes the features lo:hi, the last that were entered, out of the table again."""
    keys, held, latest = table
    for i in range(hi - 1, lo - 1, -1):
        slot = _slot_of(keys, features[i] >> _U(24))
        latest[slot] = following[i]
        held[slot] -= 1


@njit
def _weigh_one(features, lo, hi, table, known, work):
    """The weights of one article's features in a growing collection, which of them it is listed under, and its norm."""
    keys, held, _ = table
    expected, total, crowd, _ = known
    weight, holders, listed, value, few, many, worth = work
    square = 0
    for i in range(lo, hi):
        n = i - lo
        told = np.int64(features[i] & _U(0xFFFFFF))
        holders[n], listed[n] = held[_slot_of(keys, features[i] >> _U(24))], False
        share = (max(holders[n] - 2, 0) + expected[told & 0xFF]) / total
        worth[n] = max(-np.log(share), 0.0)
        weight[n] = np.int64(np.rint((told >> 8) * worth[n]))
        square += weight[n] * weight[n]
    for is_crowd in range(2):
        m = 0
        for n in range(hi - lo):
            if holders[n] > 1 and (holders[n] > crowd) == is_crowd:
                value[m] = weight[n] << 8 | (0xFF - n)
                m += 1
        least = _strongest(value, m, few if is_crowd == 0 else many)
        for i in range(m):
            if value[i] >= least:
                listed[0xFF - (value[i] & 0xFF)] = True
    return max(np.sqrt(square), 1.0)


@njit
def _room_to_weigh(limits):
    return (np.empty(256, np.int64), np.empty(256, np.int64), np.empty(256, np.bool_), np.empty(256, np.int64),
            np.empty(limits[0], np.int64), np.empty(limits[1], np.int64), np.empty(256))  # fmt: skip


@njit
def _about(features, starts, a, b, one):
    """About what `_dot` gives: the weights of b by what its features tell of a."""
    weight, worth = one[0], one[6]
    total, i, j = 0.0, starts[a], starts[b]
    while i < starts[a + 1] and j < starts[b + 1]:
        x, y = features[i] >> _U(24), features[j] >> _U(24)
        if x == y:
            p = i - starts[a]
            total += weight[p] * worth[p] * (features[j] >> _U(8) & _U(0xFFFF))
        i, j = i + (x <= y), j + (y <= x)
    return total


@_entry
def meet(table, entered, articles, known, limits, lo, hi):
    """The pairs of articles lo:hi of a growing collection with all that came before them, as `alike` has them.

    Args:
        table: see enter_features.
        entered: (features, following, owner): the article of each feature.
        articles: (starts, days, least): of each its features, its day or -1, and a norm that its own is not below.
        known: (expected, total, crowd, limits): how many articles hold a feature of each information by the table of
            frequencies; how many articles there are with those; see `weigh` for crowd and limits.
        limits: (same, undated, glimpse, width): see `alike`; articles of one event are less than `width` days apart.
    """
    features, following, owner = entered
    starts, days, least_norm = articles
    same, undated, glimpse, width = limits
    mine, theirs = _room_to_weigh(known[3]), _room_to_weigh(known[3])
    shown, touched = np.zeros(hi, np.int64), np.empty(hi, np.int64)
    found = np.empty((3, 64), np.int64)
    total = 0
    for a in range(lo, hi):
        first = starts[a]
        norm = _weigh_one(features, first, starts[a + 1], table, known, mine)
        n = 0
        for i in range(first, starts[a + 1]):
            if not mine[2][i - first]:
                continue
            weight, worth = mine[0][i - first], mine[6][i - first]
            place = following[i]
            while place >= 0:
                b = owner[place]
                if days[a] < 0 or days[b] < 0 or abs(days[a] - days[b]) < width:
                    if shown[b] == 0:
                        touched[n] = b
                        n += 1
                    shown[b] += np.int64(weight * worth * (features[place] >> _U(8) & _U(0xFFFF))) + 1
                place = following[place]
        for t in range(n):
            b = touched[t]
            part, shown[b] = shown[b], 0
            times = 1 if days[a] >= 0 and days[b] >= 0 else undated
            border = same * times * norm * least_norm[b]
            if part * 1000 * glimpse < border or _about(features, starts, a, b, mine) * 1000 < border:
                continue
            other = _weigh_one(features, starts[b], starts[b + 1], table, known, theirs)
            dot, glimpsed, i, j = 0, 0, starts[a], starts[b]
            while i < starts[a + 1] and j < starts[b + 1]:
                x, y = features[i] >> _U(24), features[j] >> _U(24)
                if x == y:
                    p, q = i - starts[a], j - starts[b]
                    dot += mine[0][p] * theirs[0][q]
                    if mine[2][p] and theirs[2][q]:
                        glimpsed += np.int64(mine[0][p] / norm * (theirs[0][q] / other) * 0xFFFF)
                i, j = i + (x <= y), j + (y <= x)
            likeness = np.int64(np.floor(1000 * dot / (norm * other))) // times
            if glimpsed * 1000 * glimpse >= same * times * 0xFFFF and likeness >= same:
                if total == found.shape[1]:
                    wider = np.empty((3, 2 * total), np.int64)
                    wider[:, :total] = found
                    found = wider
                found[0, total], found[1, total], found[2, total] = a, b, likeness
                total += 1
    return found[0, :total].copy(), found[1, :total].copy(), found[2, :total].copy()


# ---------------------------------------------------------------------------------------------- greedy string tiling


@njit
def _windows(syl, n, out):
    """Hashes of each run of 8 syllables, never 0 (an empty place of a table); rolling."""
    top = _power(_ROLL, _TILE)
    h = np.uint64(0)
    for i in range(n):
        h = h * _ROLL + syl[i]
        if i >= _TILE:
            h -= top * syl[i - _TILE]
        if i >= _TILE - 1:
            out[i - _TILE + 1] = _mix(h) | _U1


@njit
def _keep_common(windows, free, n, others, other_free, m, table):
    """free[i] stays where window i is free and equal to a free window of the other text."""
    last = len(table) - 1
    table[:] = 0
    for j in range(m):
        if other_free[j]:
            place = np.int64(others[j] >> np.uint64(20)) & last
            while table[place] != 0 and table[place] != others[j]:
                place = (place + 1) & last
            table[place] = others[j]
    for i in range(n):
        if free[i]:
            place = np.int64(windows[i] >> np.uint64(20)) & last
            while table[place] != 0 and table[place] != windows[i]:
                place = (place + 1) & last
            free[i] = table[place] != 0


@njit
def _runs(free, taken, n, length):
    """length[i]: how many free windows follow each other from i on; one that touches a taken syllable is not free."""
    longest, run, clear = 0, 0, 0
    for i in range(n + _TILE - 2, -1, -1):
        clear = 0 if taken[i] else clear + 1
        if i < n:
            free[i] = free[i] and clear >= _TILE
            run = run + 1 if free[i] else 0
            length[i] = run
            longest = max(longest, run)
    return longest


@njit
def _sweep(a, b, size, want, is_trial, work):
    """Takes every common run of `want` syllables, by start in a, then in b. With is_trial only says whether one exists.

    A taken run is at least as long as a window, so a window is free where neither of its ends is taken.
    """
    syl_a, prefix_a, taken_a, length_a, n_a = a
    syl_b, prefix_b, taken_b, length_b, n_b = b
    heads, nexts, tiles = work
    need = want - _TILE + 1
    top = _power(_ORDER, want)
    count = 0
    for j in range(n_b):
        count += length_b[j] >= need
    slots = 4
    while slots < 2 * count:
        slots *= 2
    keys = np.zeros(slots, np.uint64)
    heads[:slots] = -1
    for j in range(n_b - 1, -1, -1):
        if length_b[j] >= need:
            h = (prefix_b[j + want] - prefix_b[j] * top) | _U1
            place = np.int64((h * _M1) >> np.uint64(20)) & (slots - 1)
            while heads[place] != -1 and keys[place] != h:
                place = (place + 1) & (slots - 1)
            keys[place] = h
            nexts[j] = heads[place] if heads[place] >= 0 else -2  # -1: an empty slot, -2: none of them is free
            heads[place] = j
    taken = 0
    for i in range(n_a):
        if length_a[i] < need or taken_a[i] or taken_a[i + want - 1]:
            continue
        h = (prefix_a[i + want] - prefix_a[i] * top) | _U1
        place = np.int64((h * _M1) >> np.uint64(20)) & (slots - 1)
        while heads[place] != -1 and keys[place] != h:
            place = (place + 1) & (slots - 1)
        j = heads[place]
        if j == -1:
            continue
        while j >= 0 and (taken_b[j] or taken_b[j + want - 1]):
            j = nexts[j]
        heads[place] = max(j, -2)
        if j < 0:
            continue
        is_equal = True
        for x in range(want):
            if syl_a[i + x] != syl_b[j + x]:
                is_equal = False
                break
        if not is_equal:
            continue
        if is_trial:
            return 1
        tiles[size + taken, 0], tiles[size + taken, 1], tiles[size + taken, 2] = i, j, want
        taken += 1
        taken_a[i : i + want] = True
        taken_b[j : j + want] = True
    return taken


@njit
def _prefixes(syl, n):
    out = np.empty(n + 1, np.uint64)
    out[0] = 0
    for i in range(n):
        out[i + 1] = out[i] * _ORDER + syl[i]
    return out


@njit
def _common_runs(windows_a, windows_b, syl_a, syl_b, table):
    """The maximal common runs of two texts, int32 (runs, 3): start in a, in b, syllables, by start in a; and True.

    Or (none, False) where a window that both have stands more than once in one of them, or where they are too many.
    """
    last = len(table) - 1
    table[:] = -1
    is_repeated, runs = np.zeros(len(windows_b), np.bool_), np.empty((_MOST_RUNS, 3), np.int32)
    for j in range(len(windows_b)):
        place = np.int64(windows_b[j] >> np.uint64(20)) & last
        while table[place] >= 0 and windows_b[table[place]] != windows_b[j]:
            place = (place + 1) & last
        if table[place] >= 0:
            is_repeated[table[place]] = is_repeated[j] = True
        else:
            table[place] = j
    i = count = 0
    while i < len(windows_a):
        place = np.int64(windows_a[i] >> np.uint64(20)) & last
        while table[place] >= 0 and windows_b[table[place]] != windows_a[i]:
            place = (place + 1) & last
        j, n = np.int64(table[place]), 0
        if j < 0:
            i += 1
            continue
        while i + n < len(syl_a) and j + n < len(syl_b) and syl_a[i + n] == syl_b[j + n]:
            n += 1
            if n >= _TILE:
                if is_repeated[j + n - _TILE]:
                    return runs[:0], False
                is_repeated[j + n - _TILE] = True  # met again, it stands twice in a
        if n < _TILE or count == _MOST_RUNS:
            return runs[:0], False
        runs[count, 0], runs[count, 1], runs[count, 2] = i, j, n
        count += 1
        i += n - _TILE + 1
    return runs[:count], True


@njit
def _tile_runs(runs, tiles, taken_a, taken_b):
    """Takes maximal runs of windows that stand once in each text, longest first. Their number.

    Two such runs overlap by less than a window, so by their ends: the one taken later is cut.
    """
    size = 0
    while True:
        best = 0
        for r in range(1, len(runs)):
            if runs[r, 2] > runs[best, 2] or (runs[r, 2] == runs[best, 2] and runs[r, 0] < runs[best, 0]):
                best = r
        if len(runs) == 0 or runs[best, 2] < _TILE:
            return size
        i, j, n = np.int64(runs[best, 0]), np.int64(runs[best, 1]), np.int64(runs[best, 2])
        tiles[size, 0], tiles[size, 1], tiles[size, 2] = i, j, n
        size += 1
        taken_a[i : i + n] = True
        taken_b[j : j + n] = True
        for r in range(len(runs)):
            for side in range(2):
                start, first = np.int64(runs[r, side]), j if side else i
                if start < first < start + runs[r, 2]:
                    runs[r, 2] = first - start
                elif first <= start < first + n:
                    cut = first + n - start
                    runs[r, 0] += cut
                    runs[r, 1] += cut
                    runs[r, 2] -= cut


@njit
def _tile(syl_a, syl_b):
    """Greedy string tiling (Wise 1993): common runs of 8 syllables or more, longest first, ties to the smaller start.

    Returns int64 (tiles, 3): start in a, in b, syllables, in the order taken; and the masks of taken syllables.
    """
    n_a, n_b = len(syl_a) - _TILE + 1, len(syl_b) - _TILE + 1
    taken_a, taken_b = np.zeros(len(syl_a), np.bool_), np.zeros(len(syl_b), np.bool_)
    if n_a < 1 or n_b < 1:
        return np.empty((0, 3), np.int64), taken_a, taken_b
    windows_a, windows_b = np.empty(n_a, np.uint64), np.empty(n_b, np.uint64)
    _windows(syl_a, len(syl_a), windows_a)
    _windows(syl_b, len(syl_b), windows_b)
    slots = 16
    while slots < 2 * max(n_a, n_b):
        slots *= 2
    tiles = np.empty((min(len(syl_a), len(syl_b)) // _TILE + 1, 3), np.int64)
    runs, is_simple = _common_runs(windows_a, windows_b, syl_a, syl_b, np.empty(slots, np.int32))
    if is_simple:
        size = _tile_runs(runs, tiles, taken_a, taken_b)
    else:
        size = _tile_rounds((syl_a, windows_a, taken_a), (syl_b, windows_b, taken_b), tiles, slots)
    return tiles[:size].copy(), taken_a, taken_b


@njit
def _tile_rounds(one, two, tiles, slots):
    """Takes the runs of texts that repeat themselves: each round all of the greatest length left. Their number.

    So there are at most as many rounds as different lengths, and each is linear: repeated input costs no more than
    other input.
    """
    syl_a, windows_a, taken_a = one
    syl_b, windows_b, taken_b = two
    n_a, n_b = len(windows_a), len(windows_b)
    free_a, free_b = np.ones(n_a, np.bool_), np.ones(n_b, np.bool_)
    table = np.empty(slots, np.uint64)
    length_a, length_b = np.empty(n_a, np.int64), np.empty(n_b, np.int64)
    prefix_a, prefix_b = _prefixes(syl_a, len(syl_a)), _prefixes(syl_b, len(syl_b))
    a = (syl_a, prefix_a, taken_a, length_a, n_a)
    b = (syl_b, prefix_b, taken_b, length_b, n_b)
    work = (np.empty(max(4, 4 * n_b), np.int64), np.empty(n_b, np.int64), tiles)
    size = 0
    is_stale = True
    while True:
        if is_stale:
            _keep_common(windows_b, free_b, n_b, windows_a, free_a, n_a, table)
            _keep_common(windows_a, free_a, n_a, windows_b, free_b, n_b, table)
        high = min(_runs(free_a, taken_a, n_a, length_a), _runs(free_b, taken_b, n_b, length_b))
        if high == 0:
            break
        want = high + _TILE - 1
        found = _sweep(a, b, size, want, False, work)
        if found == 0 and not is_stale:
            is_stale = True
            continue
        is_stale = False
        if found == 0:
            low = _TILE  # a common window of 8 is known to be there
            high = want - 1
            while low < high:
                middle = (low + high + 1) // 2
                if _sweep(a, b, size, middle, True, work):
                    low = middle
                else:
                    high = middle - 1
            found = _sweep(a, b, size, low, False, work)
            if found == 0:
                break
        size += found
    return size


@_entry
def tile_spans(syl_a, syl_b):
    """The copied passages of one pair: int64 (tiles, 3), start in a, start in b, length; in the order found."""
    return _tile(syl_a, syl_b)[0]


@njit
def _gather(syl, flag, taken, want, left_out, out):
    """The syllables with a flag of `want` into `out`, in order; with left_out only those outside passages."""
    n = 0
    for i in range(len(syl)):
        if flag[i] & want and not (left_out and taken[i]):
            out[n] = syl[i]
            n += 1
    return n


@njit
def _is_subsequence(x, n, y, m):
    """Whether the n values of x stand in the m values of y, in this order."""
    i = 0
    for j in range(m):
        if i < n and x[i] == y[j]:
            i += 1
    return i == n


@njit
def _labelled(syl, flag, taken, keys, kinds, label):
    """Numbers outside passages behind a label word ("mã đề 101"): hashes of the two words before, and of all."""
    slots, filled = np.empty(len(syl), np.uint64), np.empty(len(syl), np.uint64)
    n = 0
    for i in range(2, len(syl)):
        if flag[i] & DIGITS and not taken[i] and _word(syl, i - 1, keys, kinds) == label:
            slots[n] = _mix(syl[i - 2] * _ROLL + syl[i - 1])
            filled[n] = _mix(slots[n] ^ syl[i])
            n += 1
    ordered, ordered_filled = np.empty(n, np.uint64), np.empty(n, np.uint64)
    _sort_hashes(slots, n, ordered)
    _sort_hashes(filled, n, ordered_filled)
    return ordered[: _distinct(ordered, n)], ordered_filled[: _distinct(ordered_filled, n)]


@_entry
def may_be_spare(syl, flag, worth, least, starts, left, right):
    """Whether text left[p] may say nothing that right[p] does not say: bool (pairs,).

    Each of its numbers and names stands there; of each sentence that is worth `least` and more at least half does,
    beside the same neighbour. Text s has syl[starts[s]:starts[s + 1]], worth the weight of each; equal ones of `right`
    had better come together.
    """
    result = np.zeros(len(left), np.bool_)
    for p in range(len(left)):
        y = right[p]
        if p == 0 or y != right[p - 1]:
            singles, doubles = _with_neighbours(syl[starts[y] : starts[y + 1]])
        lo, hi = starts[left[p]], starts[left[p] + 1]
        result[p] = _may_stand(syl[lo:hi], flag[lo:hi], worth[lo:hi], least, singles, doubles)
    return result


@njit
def _with_neighbours(syl):
    """The syllables, and those with the next one, each sorted."""
    n = len(syl)
    singles, doubles, pairs = np.empty(n, np.uint64), np.empty(max(n - 1, 0), np.uint64), np.empty(n, np.uint64)
    for i in range(n - 1):
        pairs[i] = syl[i] * _RADIX + syl[i + 1]
    _sort_hashes(syl, n, singles)
    _sort_hashes(pairs, max(n - 1, 0), doubles)
    return singles, doubles


@njit
def _may_stand(syl, flag, worth, least, singles, doubles):
    """See `may_be_spare`: one text against the syllables of another."""
    whole = common = 0
    is_behind = False
    for i in range(len(syl)):
        kind = flag[i] & (DIGITS | CAPITAL | SENTENCE_START)
        if (kind & DIGITS != 0 or kind == CAPITAL) and not _holds(singles, syl[i]):
            return False
        if flag[i] & (SENTENCE_START | NEW_LINE) != 0:
            if whole >= least and 2 * common < whole:
                return False
            whole = common = 0
        is_before = i + 1 < len(syl) and _holds(doubles, syl[i] * _RADIX + syl[i + 1])
        whole += worth[i]
        common += worth[i] * (is_before or is_behind)
        is_behind = is_before
    return whole < least or 2 * common >= whole


@_entry
def tile_pairs(syl, flag, starts, left, right, phrases):
    """What the relation of each pair is decided from: int64 (pairs, 16), see dedup.relate.Features for the columns.

    Article s has syl[starts[s]:starts[s + 1]].
    """
    keys, kinds = phrases
    result = np.zeros((len(left), 16), np.int64)
    for p in range(len(left)):
        x, y = left[p], right[p]
        sa, fa = syl[starts[x] : starts[x + 1]], flag[starts[x] : starts[x + 1]]
        sb, fb = syl[starts[y] : starts[y + 1]], flag[starts[y] : starts[y + 1]]
        tiles, taken_a, taken_b = _tile(sa, sb)
        row = result[p]
        row[0], row[1], row[2] = len(sa), len(sb), len(tiles)
        for t in range(len(tiles)):
            row[3] += tiles[t, 2]
            row[4] = max(row[4], tiles[t, 2])
            row[5] += tiles[t, 2] if tiles[t, 2] >= 24 else 0
        one, two = np.empty(len(sa), np.uint64), np.empty(len(sb), np.uint64)
        ordered_one, ordered_two = np.empty(len(sa), np.uint64), np.empty(len(sb), np.uint64)
        for kind in range(2):
            want = DIGITS if kind == 0 else CAPITAL
            n, m = _gather(sa, fa, taken_a, want, True, one), _gather(sb, fb, taken_b, want, True, two)
            row[12 + kind] = not (_is_subsequence(one, n, two, m) or _is_subsequence(two, m, one, n))
            n, m = _gather(sa, fa, taken_a, want, False, one), _gather(sb, fb, taken_b, want, False, two)
            _sort_hashes(one, n, ordered_one)
            _sort_hashes(two, m, ordered_two)
            n, m = _distinct(ordered_one, n), _distinct(ordered_two, m)
            row[6 + 3 * kind], row[7 + 3 * kind] = n, m
            row[8 + 3 * kind] = _shared(ordered_one[:n], ordered_two[:m])
        for kind in range(2):
            label = _LABEL if kind == 0 else _DATE_LABEL
            one, one_filled = _labelled(sa, fa, taken_a, keys, kinds, label)
            two, two_filled = _labelled(sb, fb, taken_b, keys, kinds, label)
            row[14 + kind] = max(0, _shared(one, two) - _shared(one_filled, two_filled))
    return result
