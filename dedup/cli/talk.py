"""What is said beside the results: single lines on standard error, and what the library logs."""

from __future__ import annotations

import logging
from typing import IO, TYPE_CHECKING, Any

from dedup.cli.words import Language, language, plain, say
from dedup.errors import ParamError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["PLAIN_WIDTH", "choose_language", "console", "hush", "listen", "tell"]

PLAIN_WIDTH = 120  # where no terminal says how wide it is


def console(file: IO[str]) -> Console:
    """A console that writes plain text off a terminal."""
    from rich.console import Console

    if hasattr(file, "reconfigure"):
        file.reconfigure(errors="replace")  # a terminal of another encoding
    width = None if file.isatty() else PLAIN_WIDTH
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def choose_language(asked: str | None) -> Language:
    """The language asked for, or that of the locale.

    Raises:
        ParamError: it is neither vi nor en.
    """
    if asked not in (None, "vi", "en"):
        raise ParamError(f"lang={asked!r}: need vi or en")
    return language(asked)


def tell(talk: Any, line: str) -> None:
    """Prints one line on a console."""
    from rich.text import Text

    talk.print(Text(plain(line)), soft_wrap=True)


def listen(talk: Any, lang: Language, *, tells_skips: bool = True) -> None:
    """Shows what the library logs: skipped inputs (unless the caller tells of them), and that a first run compiles."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name == "dedup.kernels" and record.levelno == logging.INFO:
                tell(talk, say(lang, "compiling"))
            elif record.name == "dedup.api" and record.levelno == logging.INFO:
                tell(talk, say(lang, "resumed", say(lang, str(record.args[0]))))  # type: ignore[index]
            elif record.name == "dedup.io" and record.levelno == logging.INFO:
                path, columns = record.args  # type: ignore[misc]
                if unusual := _unusual(str(columns)):
                    tell(talk, say(lang, "columns", path, unusual))
            elif record.levelno >= logging.WARNING and record.name == "dedup.io":
                if tells_skips:
                    tell(talk, say(lang, "skip", *record.args))  # type: ignore[misc]
            elif record.levelno >= logging.WARNING:
                tell(talk, record.getMessage())

    logger = logging.getLogger("dedup")
    logger.handlers = [Handler()]
    logger.propagate = False
    logger.setLevel(logging.INFO)


def hush() -> None:
    """Ends what `listen` began."""
    logger = logging.getLogger("dedup")
    logger.handlers = []
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def _unusual(columns: str) -> str:
    """Those of "field=column, …" whose column is not called like its field."""
    pairs = (pair.partition("=") for pair in columns.split(", "))
    return ", ".join(f"{field}={name}" for field, _, name in pairs if name and field != name)
