"""The process of the command line: `python -m dedup`, and the command `dedup`."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading

__all__ = ["start"]

_NEW_OBJECTS = 300_000  # between two garbage collections: more than what is imported


def start() -> None:
    """Runs the command line, and ends the process at once."""
    gc.set_threshold(_NEW_OBJECTS)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy starts one for each processor, for matrices
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed from the start, as some schedulers have it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  (until the end)
    from dedup.cli import main

    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, int | None):
            _end(end.code or 0)
        raise


def _end(code: int) -> None:
    """Ends the process as Python does, but without giving memory back piece by piece, which takes a tenth of a second;
    not where a thread is still at work, or the output cannot be written."""
    if threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code)


if __name__ == "__main__":
    start()
