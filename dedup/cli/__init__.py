"""The command line: a client of the public API, and the only place that prints or sets an exit code."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dedup.cli.words import Language, language, number, plain, say
from dedup.errors import DedupError, ParamError

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Finds Vietnamese news articles that tell the same story.",
)  # fmt: skip

MATCH_COLUMNS = {
    "a": "string", "b": "string", "relation": "string", "resemblance": "float", "a_in_b": "float", "b_in_a": "float",
    "shared": "integer", "size_a": "integer", "size_b": "integer", "longest_passage": "integer",
    **{f"{name}_{side}": "string" for name in ("title", "source", "published", "url") for side in "ab"},
}  # fmt: skip


def _option(metavar: str | None, help: str, panel: str = "Options") -> Any:
    return typer.Option(metavar=metavar, help=help, rich_help_panel=panel, show_default=True)


def _column(name: str) -> Any:
    return typer.Option(f"--{name}", metavar="COLUMN", help=f"Column that holds the {name}.", rich_help_panel="Columns")


_Lang = Annotated[str | None, _option("vi|en", "Language of the screen; by default that of the locale.")]


@app.callback()
def _common() -> None:
    """Finds Vietnamese news articles that tell the same story."""


@app.command("scan")
def _scan(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Folders, files, or - for JSON Lines.")],
    matches: Annotated[str | None, _option("FILE", "Write the matches: .jsonl, .csv, .parquet or -.")] = None,
    against: Annotated[list[str] | None, _option("PATH", "Older articles: report only pairs that touch PATH.")] = None,
    containment: Annotated[str, _option("SHARE", "This much of the shorter article is shared; or none.")] = "0.3",
    resemblance: Annotated[float | None, _option("SHARE", "This much of both articles together is shared.")] = None,
    passage: Annotated[int | None, _option("SYLLABLES", "The longest copied passage is as long as this.")] = None,
    min_shared: Annotated[int, _option("N", "Shingles that a match by containment shares.")] = 20,
    k: Annotated[int, _option("N", "Syllables in a shingle.", "Sketches and limits")] = 5,
    min_passage: Annotated[int, _option("N", "Common runs as long as this are noticed.", "Sketches and limits")] = 24,
    num_perm: Annotated[int, _option("N", "Values in a signature.", "Sketches and limits")] = 128,
    aliases: Annotated[bool, _option(None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ...", "Sketches and limits")] = True,
    accents: Annotated[str, _option("keep|ignore", "ignore: Hà Nội = Ha Noi.", "Sketches and limits")] = "keep",
    candidates: Annotated[str, _option("auto|prefix|bands", "Their source.", "Sketches and limits")] = "auto",
    band_recall: Annotated[float, _option("SHARE", "What bands promise to find.", "Sketches and limits")] = 0.95,
    max_bucket: Annotated[int, _option("N", "More articles on one passage are a crowd.", "Sketches and limits")] = 256,
    hubs: Annotated[int, _option("N", "Articles that stand for a crowd.", "Sketches and limits")] = 8,
    threads: Annotated[int | None, _option("N", "Kernels at work at once.", "Sketches and limits")] = None,
    id: Annotated[str | None, _column("id")] = None,
    text: Annotated[str | None, _column("text")] = None,
    title: Annotated[str | None, _column("title")] = None,
    source: Annotated[str | None, _column("source")] = None,
    url: Annotated[str | None, _column("url")] = None,
    published: Annotated[str | None, _column("published")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where any input was skipped.")] = False,
    lang: _Lang = None,
) -> None:
    """Finds the pairs of articles that share text: reprints, edited versions, excerpts, common passages."""
    options = dict(locals())
    started = time.perf_counter()
    from dedup import Params

    sketch = ("k", "min_passage", "num_perm", "aliases", "accents", "resemblance", "passage", "min_shared",
              "candidates", "band_recall", "max_bucket", "hubs", "threads")  # fmt: skip
    params = Params(containment=_containment(containment), **{name: options[name] for name in sketch})
    columns = {n: options[n] for n in ("id", "text", "title", "source", "url", "published") if options[n] is not None}
    skipped = _run_scan(paths, against, params, columns, matches, _language(lang), started)
    if strict and skipped:
        raise typer.Exit(1)


def _containment(value: str) -> float | None:
    if value.lower() == "none":
        return None
    try:
        return float(value)
    except ValueError:
        raise ParamError(f"containment={value!r}: need a share such as 0.3, or none") from None


def _language(asked: str | None) -> Language:
    if asked not in (None, "vi", "en"):
        raise ParamError(f"lang={asked!r}: need vi or en")
    return language(asked)


def _run_scan(
    paths: list[str], against: list[str] | None, params: Any, columns: dict[str, Any], target: str | None,
    lang: Language, started: float,
) -> int:  # fmt: skip
    """Reads, scans, writes and shows; returns how many inputs were skipped."""
    from dedup.api import scan
    from dedup.cli.screen import console, progress_bar, show
    from dedup.io import check_target, read

    if target is not None:
        check_target(target)
    talk = console(sys.stderr)
    _listen(talk, lang)
    readers = [read(*paths, **columns), *([read(*against, **columns)] if against else [])]
    with progress_bar(talk, lang, readers) as report:
        result = scan(readers[0], params, against=readers[1] if against else None, progress=report)
    for skip in result.skipped[sum(len(reader.skipped) for reader in readers) :]:
        _tell(talk, say(lang, "skip", skip.input, skip.reason))
    if target is not None:
        _write_matches(target, result)
        if target != "-":
            _tell(talk, say(lang, "written", number(lang, len(result.matches)), target))
    screen = talk if target == "-" else console(sys.stdout)
    show(screen, lang, result, time.perf_counter() - started)
    return len(result.skipped)


def _write_matches(target: str, result: Any) -> None:
    import json

    from dedup import __version__
    from dedup.io import write_rows
    from dedup.letters import SCHEME, digest

    metadata = {
        "dedup": __version__,
        "params": json.dumps({**result.params.as_dict(), "threads": None}, ensure_ascii=False),  # the same bytes
        "tokenizer": f"{SCHEME}:{digest()}",
        "corpus": result.digest(),
    }
    write_rows(target, MATCH_COLUMNS, _rows(result), metadata=metadata)  # type: ignore[arg-type]


def _rows(result: Any) -> Iterator[tuple[Any, ...]]:
    for m in result.matches:
        one, other = result.details(m.a), result.details(m.b)
        figures = (m.resemblance, m.a_in_b, m.b_in_a, m.shared, m.size_a, m.size_b, m.longest_passage)
        about = (side.get(name) for name in ("title", "source", "published", "url") for side in (one, other))
        yield (m.a, m.b, m.relation, *figures, *about)


def _tell(talk: Any, line: str) -> None:
    from rich.text import Text

    talk.print(Text(plain(line)), soft_wrap=True)


def _listen(talk: Any, lang: Language) -> None:
    """Shows what the library logs: skipped inputs, and that a first run compiles."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name == "dedup.kernels" and record.levelno == logging.INFO:
                _tell(talk, say(lang, "compiling"))
            elif record.levelno >= logging.WARNING:
                _tell(talk, say(lang, "skip", *record.args) if record.name == "dedup.io" else record.getMessage())  # type: ignore[misc]

    logger = logging.getLogger("dedup")
    logger.handlers = [Handler()]
    logger.propagate = False
    logger.setLevel(logging.INFO)


@app.command("warmup")
def _warmup(lang: _Lang = None) -> None:
    """Compiles everything ahead, for images and web workers."""
    from dedup import Params, compare, scan
    from dedup.cli.screen import console
    from dedup.kernels import cache_folder

    spoken = _language(lang)
    talk = console(sys.stderr)
    _listen(talk, spoken)
    texts = [f"Sáng {day}/5, mưa lớn làm ngập nhiều tuyến phố ở thị xã Hà Lâm." for day in range(3)]
    for params in (Params(min_shared=1), Params(containment=None, resemblance=0.5)):
        scan(texts, params)
    list(compare(texts[0] * 3, texts[0] * 2).passages)
    _tell(talk, say(spoken, "warm", cache_folder()))


def main() -> None:
    """Runs the command line: exit 0 done, 1 an error, 2 wrong usage."""
    try:
        app()
    except ParamError as error:
        _fail(error, 2)
    except DedupError as error:
        _fail(error, 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        print(say(language(), "interrupted"), file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        _fail(error, 1)


def _fail(error: Exception, code: int) -> None:
    if hasattr(sys.stderr, "reconfigure"):
        sys.stderr.reconfigure(errors="replace")
    print(plain(say(language(), "error", error)), file=sys.stderr)
    sys.exit(code)
