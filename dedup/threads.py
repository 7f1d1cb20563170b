"""How many kernels run at once, and running one over ranges; Python, which threads would not share, in processes.

Pools live for one call, so a fork inherits none.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from dedup.errors import ParamError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["ahead", "each_apart", "each_item", "each_range", "ignore_interrupts", "thread_count", "without_main"]

_lock = threading.Lock()

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
    size = max(1, size if threads == 1 else min(size, -(-count // (4 * threads))))
    bounds = [(lo, min(lo + size, count)) for lo in range(0, count, size)]
    if threads == 1 or len(bounds) < 2:
        yield from (work(lo, hi) for lo, hi in bounds)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="dedup") as pool:
        yield from pool.map(lambda bound: work(*bound), bounds)


def each_item(work: Callable[[_S], _T], items: Iterable[_S], threads: int) -> Iterator[_T]:
    """Results of work(item), in order, `threads` at a time; few items are taken ahead of what is asked for."""
    if threads == 1:
        yield from map(work, items)
        return
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


def ahead(items: Iterable[_S], count: int) -> Generator[_S, None, None]:
    """The items, none of them None; another thread makes so many of the next ones while one is used."""
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="dedup") as pool:
        try:
            waiting = deque(pool.submit(next, source, None) for _ in range(count))
            while (item := waiting.popleft().result()) is not None:
                waiting.append(pool.submit(next, source, None))
                yield item
        finally:
            pool.shutdown(cancel_futures=True)


def each_apart(work: Callable[[_S], _T], items: Iterable[_S], processes: int) -> Iterator[_T]:
    """Results of work(item), in order, each made in one of so many other processes; few items are taken ahead.

    Where none can be had, or one dies, or an item cannot be sent to it, the work is done here.

    Args:
        work: a function of a module; its results can be pickled.
    """
    pool = None if processes == 1 or multiprocessing.current_process().daemon else _open(processes)
    if pool is None:
        yield from map(work, items)
        return
    waiting: deque[tuple[_S, Future[_T] | None]] = deque()
    try:
        for item in items:
            if len(waiting) >= 2 * processes:
                yield _result(work, *waiting.popleft())
            waiting.append((item, _submit(pool, work, item)))
        while waiting:
            yield _result(work, *waiting.popleft())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _open(processes: int) -> ProcessPoolExecutor | None:
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads
    try:
        return ProcessPoolExecutor(processes, context, ignore_interrupts)
    except (OSError, ImportError):  # the system has no semaphores, or none left
        return None


def _submit(pool: ProcessPoolExecutor, work: Callable[[_S], _T], item: _S) -> Future[_T] | None:
    try:
        with without_main():
            return pool.submit(work, item)
    except (BrokenExecutor, OSError):  # by an earlier item; no more processes, or no memory for one
        return None


def _result(work: Callable[[_S], _T], item: _S, future: Future[_T] | None) -> _T:
    try:
        return work(item) if future is None else future.result()
    except (BrokenExecutor, OSError, pickle.PicklingError, AttributeError, TypeError):
        return work(item)


def ignore_interrupts() -> None:
    """What a process does first: Ctrl-C reaches every one, and the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def without_main() -> Iterator[None]:
    """Starts processes that do not run the caller's script again, which need not be written for that."""
    with _lock:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
