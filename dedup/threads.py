"""How many kernels run at once, and running one over ranges. Pools live for one call, so a fork inherits none."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from dedup.errors import ParamError

__all__ = ["each_item", "each_range", "thread_count"]

_S = TypeVar("_S")
_T = TypeVar("_T")


def thread_count(asked: int | None = None) -> int:
    """`asked`, or else the environment's DEDUP_THREADS, or else the processors that this process may use (cgroup
    quota and affinity counted).

    Raises:
        ParamError: DEDUP_THREADS is no integer of 1 or more.
    """
    if asked is not None:
        return asked
    if setting := os.environ.get("DEDUP_THREADS"):
        if not setting.isdecimal() or int(setting) < 1:
            raise ParamError(f"DEDUP_THREADS={setting!r}: need an integer of 1 or more")
        return int(setting)
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, _quota(available)))


def _quota(default: int) -> int:
    """The processors of the cgroup's quota, rounded up; `default` where there is none."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return -(-int(quota) // int(period))
    except (OSError, ValueError):
        return default


def each_range(work: Callable[[int, int], _T], count: int, threads: int, size: int) -> Iterator[_T]:
    """Results of work(lo, hi) over consecutive ranges that cover 0..count-1, in order, `threads` at a time.

    Args:
        size: at most this many in a range; ranges get smaller so that every thread has several.
    """
    size = max(1, min(size, -(-count // (4 * threads))))
    bounds = [(lo, min(lo + size, count)) for lo in range(0, count, size)]
    if threads == 1 or len(bounds) < 2:
        yield from (work(lo, hi) for lo, hi in bounds)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="dedup") as pool:
        yield from pool.map(lambda bound: work(*bound), bounds)


def each_item(work: Callable[[_S], _T], items: Iterable[_S], threads: int) -> Iterator[_T]:
    """Results of work(item), in order, `threads` at a time; few items are taken ahead of what is asked for."""
    with ThreadPoolExecutor(threads, thread_name_prefix="dedup") as pool:
        waiting: deque[Future[_T]] = deque()
        try:
            for item in items:
                if len(waiting) >= 2 * threads:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(work, item))
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
