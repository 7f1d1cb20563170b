"""Reads many web pages at once, in other processes: what takes the time is Python, which threads would not share."""

from __future__ import annotations

import itertools
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING

from dedup.io.notes import Notes, UnusableError
from dedup.io.places import Place, why
from dedup.models import Article
from dedup.threads import ignore_interrupts, thread_count, without_main

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

    from dedup.io.html import Extract

__all__ = ["FEW", "Outcome", "read_ahead", "read_many", "read_one"]

Outcome = Article | UnusableError

FEW = 16  # pages in a row that are read here: processes take half a second to start
_CHUNK = 16  # pages that a process is given at a time
_DIED = "the process that read it died"


def read_ahead(places: Iterable[Place], extract: Extract | None) -> Iterator[tuple[Place, Outcome | None]]:
    """Yields the places in order, those of long runs of HTML with their article or why there is none.

    A run of more than `FEW` pages is read by as many processes as `thread_count` says, at most some chunks ahead. With
    an `extract` of the caller's, which other processes may not know, with one thread, or where no process can be
    started, every place comes with None: it is for the caller to read.
    """
    workers = 1 if extract is not None or multiprocessing.current_process().daemon else thread_count()
    with _Crew(workers) as crew:
        for is_html, group in itertools.groupby(places, lambda place: place.kind == "html"):
            is_many = is_html and workers > 1 and find_spec("trafilatura") is not None
            few = list(itertools.islice(group, FEW + 1)) if is_many else []
            run = itertools.chain(few, group)  # noqa: B031  (one after the other)
            yield from crew.read(run) if len(few) > FEW else zip(run, itertools.repeat(None))


def read_one(place: Place, notes: Notes, extract: Extract | None = None) -> Outcome:
    """The article of a page, or why there is none."""
    from dedup.io.html import read_page

    try:
        return read_page(place, notes, extract)
    except UnusableError as error:
        return error
    except OSError as error:
        return UnusableError(why(error))
    except MemoryError:
        return UnusableError("larger than the memory")
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return UnusableError(f"cannot be read as HTML: {type(error).__name__}: {error}")


def read_many(places: list[Place]) -> list[Outcome]:
    """The articles of pages, or why there are none: what another process runs."""
    return [read_one(place, Notes()) for place in places]


_work = read_many


class _Crew:
    """Processes that read pages. One that dies costs the page it was at; where none can run, pages are read here."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._has_worked = False
        self._is_able = True

    def __enter__(self) -> _Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def read(self, places: Iterable[Place]) -> Iterator[tuple[Place, Outcome]]:
        """Yields each place with what came of it, in order."""
        rest = iter(places)
        chunks = iter(lambda: list(itertools.islice(rest, _CHUNK)), [])
        waiting: deque[tuple[list[Place], Future[list[Outcome]] | None]] = deque()
        while True:
            while len(waiting) < 2 * self._workers and (chunk := next(chunks, None)):
                waiting.append((chunk, self._submit(chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            outcomes = self._result(future) if future is not None else None
            yield from zip(chunk, self._one_by_one(chunk) if outcomes is None else outcomes, strict=True)

    def _submit(self, chunk: list[Place]) -> Future[list[Outcome]] | None:
        """None where no process takes it."""
        for _ in range(2):
            if not self._is_able:
                return None
            try:
                with without_main():
                    return self._open().submit(_work, chunk)
            except BrokenExecutor:  # by an earlier chunk
                self._end()
            except OSError:  # no more processes, or no memory for one
                self._is_able = False
        return None

    def _result(self, future: Future[list[Outcome]]) -> list[Outcome] | None:
        try:
            outcomes = future.result()
        except (BrokenExecutor, CancelledError):
            return None
        self._has_worked = True
        return outcomes

    def _one_by_one(self, chunk: list[Place]) -> Iterator[Outcome]:
        """The pages of a chunk that some process did not survive, or for which there is none."""
        for place in chunk:
            future = self._submit([place])
            if future is None or not self._is_able:
                yield read_one(place, Notes())
                continue
            outcomes = self._result(future)
            if outcomes is None and not self._has_worked:
                idle = self._submit([])
                if idle is None or self._result(idle) is None:  # it was not the page
                    self._is_able = False
                    outcomes = [read_one(place, Notes())]
            yield outcomes[0] if outcomes else UnusableError(_DIED)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor

            context = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads
            self._pool = ProcessPoolExecutor(self._workers, context, ignore_interrupts)
        return self._pool

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
