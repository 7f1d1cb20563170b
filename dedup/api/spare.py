"""Which edited versions say nothing that another one does not say: screened by syllables, then as `diff` has it."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from dedup import kernels
from dedup.api.shelf import Progress, Shelf
from dedup.api.verify import blocks
from dedup.corpus import Prepared
from dedup.models import Article, Params
from dedup.novelty import UNIT, adds_nothing, prepare, weigh
from dedup.text import distinct, pack, tables
from dedup.threads import each_apart, each_range, thread_count

__all__ = ["find_spare"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
_Bool = np.ndarray[Any, np.dtype[np.bool_]]
_Task = tuple[dict[int, Article], list[tuple[int, int]]]  # articles by number, and pairs of them
_LEAST = 20 * UNIT  # weight of the least sentence that is looked at by itself
_CHUNK = 16  # pairs that a process is given at a time
_FEW = 64  # pairs that are compared here: processes take two seconds to start


def find_spare(shelf: Shelf, source: _I64, target: _I64, params: Params, progress: Progress) -> _Bool:
    """Whether each article `source[i]` adds nothing to `target[i]`: bool (n,).

    Each of its numbers and names stands there; of each of its sentences at least half does, beside the same words; and
    `diff` finds no fact added or changed. The second is but to spare the time of the third: of 122,000 articles, made
    and real, none is kept for it that `diff` alone would drop.
    """
    result = np.zeros(len(source), np.bool_)
    likely = np.flatnonzero(_screen(shelf, source, target, params))
    likely = likely[np.lexsort((source[likely], target[likely]))]
    chunks = [likely[at : at + _CHUNK] for at in range(0, len(likely), _CHUNK)]
    tasks = (_task(shelf, source[chunk].tolist(), target[chunk].tolist()) for chunk in chunks)
    processes = thread_count(params.threads) if len(likely) > _FEW else 1
    for place, found in enumerate(each_apart(_compare, tasks, processes)):
        progress("decide", place * _CHUNK, len(likely))
        result[chunks[place]] = found
    return result


def _screen(shelf: Shelf, source: _I64, target: _I64, params: Params) -> _Bool:
    """Which pairs are worth a closer look."""
    result = np.zeros(len(source), np.bool_)
    for block in blocks(shelf.corpus, source, target):
        block = block[np.argsort(target[block], kind="stable")]
        which = distinct(np.concatenate([source[block], target[block]]))
        left, right = np.searchsorted(which, source[block]), np.searchsorted(which, target[block])
        syllables, flags, starts = _syllables(shelf, which, params)
        is_name = flags & (kernels.CAPITAL | kernels.SENTENCE_START) == kernels.CAPITAL
        weights = weigh(syllables, flags & kernels.DIGITS != 0, is_name)
        result[block] = kernels.may_be_spare(syllables, flags, weights, _LEAST, starts, left, right)
    return result


def _syllables(shelf: Shelf, which: _I64, params: Params) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], _I64]:
    """(syllables, flags, where each text begins) of the texts `which` (ascending), as `text.spans` has them."""
    buf, offsets = pack(list(shelf.corpus.read(which)))
    groups, plain = np.zeros(len(which), np.uint64), tables()

    def work(lo: int, hi: int) -> tuple[Any, ...]:
        found: tuple[Any, ...] = kernels.prepare(buf, offsets, groups, np.arange(lo, hi), plain, 0)
        return found

    ready = Prepared.join(list(each_range(work, len(which), thread_count(params.threads), 4096)))
    return ready.syllables, ready.flags, ready.syllable_starts


def _task(shelf: Shelf, source: list[int], target: list[int]) -> _Task:
    articles = {number: shelf.article(shelf.ids[number]) for number in {*source, *target}}
    return articles, list(zip(source, target, strict=True))


def _compare(task: _Task) -> list[bool]:
    """What another process runs."""
    articles, pairs = task

    @functools.cache
    def analyse(number: int) -> Any:
        return prepare(articles[number].text, articles[number].published, articles[number].title)

    return [adds_nothing(analyse(source), analyse(target)) for source, target in pairs]
