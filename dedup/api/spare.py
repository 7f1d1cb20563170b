"""Which edited versions say nothing that another one does not say: screened by syllables, then as `diff` has it."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from dedup import kernels
from dedup.api.shelf import Progress, Shelf
from dedup.api.verify import blocks
from dedup.models import Article, Params
from dedup.novelty import UNIT, adds_nothing, prepare, weigh
from dedup.text import pack, tables
from dedup.threads import each_apart, each_item, thread_count

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

    def work(block: _I64) -> tuple[_I64, _Bool]:
        block = block[np.argsort(target[block], kind="stable")]
        which = np.unique(np.concatenate([source[block], target[block]]))
        buf, offsets = pack([text.encode("utf-8", "surrogatepass") for text in shelf.corpus.texts(which)])
        groups, every = np.zeros(len(which), np.uint64), np.arange(len(which))
        syllables, flags, ends, *_ = kernels.prepare(buf, offsets, groups, every, tables(), 0)
        is_name = flags & (kernels.CAPITAL | kernels.SENTENCE_START) == kernels.CAPITAL
        weights, starts = weigh(syllables, flags & kernels.DIGITS != 0, is_name), np.append(0, ends)
        left, right = np.searchsorted(which, source[block]), np.searchsorted(which, target[block])
        return block, kernels.may_be_spare(syllables, flags, weights, _LEAST, starts, left, right)

    result = np.zeros(len(source), np.bool_)
    for block, found in each_item(work, blocks(shelf.corpus, source, target), thread_count(params.threads)):
        result[block] = found
    return result


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
