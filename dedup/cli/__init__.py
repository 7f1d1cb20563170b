"""The command line: a client of the public API, and the only place that prints or sets an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from dedup.cli.diff import diff_command
from dedup.cli.index import index_command
from dedup.cli.options import LANG
from dedup.cli.scan import scan_command
from dedup.cli.talk import choose_language, console, hush, listen, tell
from dedup.cli.words import language, plain, say
from dedup.errors import DedupError, ParamError

__all__ = ["app", "main"]

_INTERRUPTED = 130


@click.group(commands=[scan_command, diff_command, index_command])
def app() -> None:
    """Finds Vietnamese news articles that tell the same story."""


@app.command("warmup")
@LANG
def _warmup(lang: str | None) -> None:
    """Compiles everything ahead, for images and web workers."""
    from dedup import Params, compare, scan
    from dedup.api.difference import diff
    from dedup.kernels import cache_folder

    spoken = choose_language(lang)
    talk = console(sys.stderr)
    listen(talk, spoken)
    texts = [f"Sáng {day}/5, mưa lớn làm ngập nhiều tuyến phố ở thị xã Hà Lâm." for day in range(3)]
    for params in (Params(min_shared=1, same_story=True), Params(containment=None, resemblance=0.5)):
        scan(texts, params)
    list(compare(texts[0] * 3, texts[0] * 2).passages)
    diff(texts[0], texts[1])
    tell(talk, say(spoken, "warm", cache_folder()))


def main() -> None:
    """Runs the command line: exit 0 done, 1 an error, 2 wrong usage."""
    try:
        with _ending_on_request():
            sys.exit(app(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ParamError as error:
        _fail(error, 2)
    except DedupError as error:
        _fail(error, 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        _interrupted()
    except OSError as error:
        _fail(error, 1)
    finally:
        hush()


@contextmanager
def _ending_on_request() -> Iterator[None]:
    """Where a scheduler ends the program (SIGTERM), half-written files are taken away as on an interrupt."""

    def end(number: int, frame: Any) -> None:
        sys.exit(128 + number)

    try:
        former = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _interrupted() -> None:
    print(say(language(), "interrupted"), file=sys.stderr)
    sys.exit(_INTERRUPTED)


def _fail(error: Exception, code: int) -> None:
    if hasattr(sys.stderr, "reconfigure"):
        sys.stderr.reconfigure(errors="replace")
    print(plain(say(language(), "error", error)), file=sys.stderr)
    sys.exit(code)
