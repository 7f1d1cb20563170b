"""`dedup scan`: its options, and the way from paths to files and screen."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dedup.cli.columns import chosen_columns, column
from dedup.cli.layout import View
from dedup.cli.outputs import Outputs
from dedup.cli.talk import choose_language, listen, tell
from dedup.cli.words import Language, say
from dedup.errors import ParamError

if TYPE_CHECKING:
    from dedup import Params, Scan

__all__ = ["scan_command"]

_SKETCH = ("k", "min_passage", "num_perm", "aliases", "accents", "resemblance", "passage", "min_shared",
           "same_story", "same_story_days", "same_story_bucket", "candidates", "band_recall",
           "max_bucket", "hubs", "threads")  # fmt: skip
_OUTPUTS, _LIMITS = "Outputs", "Sketches and limits"


def _option(metavar: str | None, help: str, panel: str = "Options") -> Any:
    return typer.Option(metavar=metavar, help=help, rich_help_panel=panel, show_default=True)


class _Job(NamedTuple):
    """What one call is to do."""

    paths: list[str]
    against: list[str]
    params: Params
    furniture: str | None
    columns: dict[str, Any]
    outputs: Outputs
    view: View
    lang: Language
    is_strict: bool
    started: float

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def exit_code(self, result: Scan) -> int:
        return int(self.is_strict and bool(result.skipped))


def scan_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Folders, files, or - for JSON Lines.")],
    matches: Annotated[str | None, _option("FILE", "The matches: .jsonl, .csv, .parquet or -.", _OUTPUTS)] = None,
    stories: Annotated[str | None, _option("FILE", "Which articles tell the same story.", _OUTPUTS)] = None,
    review: Annotated[str | None, _option("FILE", "The doubtful matches, each with a passage.", _OUTPUTS)] = None,
    decisions: Annotated[str | None, _option("FILE", "For every input, whether it is kept.", _OUTPUTS)] = None,
    keep: Annotated[
        str | None,
        _option("FILE|DIR", "The kept articles as they are: a file for a file, else a new folder.", _OUTPUTS),
    ] = None,
    keep_templates: Annotated[str, _option("all|one", "one: one of each template is kept.", _OUTPUTS)] = "all",
    strip: Annotated[str | None, _option("furniture", "What --stripped leaves out.", _OUTPUTS)] = None,
    stripped: Annotated[str | None, _option("FILE", "All articles without page furniture.", _OUTPUTS)] = None,
    summary: Annotated[str | None, _option("FILE.json", "Counts and exit state, for schedulers.", _OUTPUTS)] = None,
    furniture: Annotated[
        str | None,
        _option("FILE|learn|none", "Lines that pages repeat: by default learnt from articles that have a source."),
    ] = None,
    furniture_out: Annotated[str | None, _option("FILE.json", "The repeated lines left out.", _OUTPUTS)] = None,
    against: Annotated[list[str] | None, _option("PATH", "Older articles: report only pairs that touch PATH.")] = None,
    containment: Annotated[str, _option("SHARE", "This much of the shorter article is shared; or none.")] = "0.3",
    resemblance: Annotated[float | None, _option("SHARE", "This much of both articles together is shared.")] = None,
    passage: Annotated[int | None, _option("SYLLABLES", "The longest copied passage is as long as this.")] = None,
    min_shared: Annotated[int, _option("N", "Shingles that a match by containment shares.")] = 20,
    same_story: Annotated[bool, typer.Option("--same-story", help="Also link one event in independent words.")] = False,
    same_story_days: Annotated[int, _option("N", "Such articles are at most so many days apart.")] = 3,
    k: Annotated[int, _option("N", "Syllables in a shingle.", _LIMITS)] = 5,
    min_passage: Annotated[int, _option("N", "Common runs as long as this are noticed.", _LIMITS)] = 24,
    num_perm: Annotated[int, _option("N", "Values in a signature.", _LIMITS)] = 128,
    aliases: Annotated[bool, _option(None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ...", _LIMITS)] = True,
    accents: Annotated[str, _option("keep|ignore", "ignore: Hà Nội = Ha Noi.", _LIMITS)] = "keep",
    candidates: Annotated[str, _option("auto|prefix|bands", "Their source.", _LIMITS)] = "auto",
    band_recall: Annotated[float, _option("SHARE", "What bands promise to find.", _LIMITS)] = 0.95,
    max_bucket: Annotated[int, _option("N", "More articles on one passage are a crowd.", _LIMITS)] = 256,
    hubs: Annotated[int, _option("N", "Articles that stand for a crowd.", _LIMITS)] = 8,
    same_story_bucket: Annotated[int, _option("N", "More articles on one name are a crowd.", _LIMITS)] = 64,
    threads: Annotated[int | None, _option("N", "Kernels at work at once.", _LIMITS)] = None,
    id: Annotated[str | None, column("id")] = None,
    text: Annotated[str | None, column("text")] = None,
    title: Annotated[str | None, column("title")] = None,
    source: Annotated[str | None, column("source")] = None,
    url: Annotated[str | None, column("url")] = None,
    published: Annotated[str | None, column("published")] = None,
    show: Annotated[str, _option("stories|matches|template|all", "What the screen lists.")] = "stories",
    top: Annotated[int | None, _option("N", "How many of these; 0: all. By default what fits 25 lines.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where any input was skipped.")] = False,
    lang: Annotated[str | None, _option("vi|en", "Language of the screen; by default that of the locale.")] = None,
) -> None:
    """Finds the articles that tell the same story: reprints, edited versions, excerpts, common passages."""
    options = dict(locals())
    started = time.perf_counter()
    from dedup import Params

    if strip not in (None, "furniture") or (strip and stripped is None):
        raise ParamError(f"strip={strip!r}: need furniture, and --stripped FILE for what is left")
    params = Params(containment=_containment(containment), **{name: options[name] for name in _SKETCH})
    columns = chosen_columns(options)
    outputs = Outputs(matches, stories, decisions, stripped, keep, summary, furniture_out, keep_templates, review)
    view = _view(show, top, paths, columns, against, outputs)
    job = _Job(paths, against or [], params, furniture, columns, outputs, view, choose_language(lang), strict, started)
    if code := _do(job):
        raise typer.Exit(code)


def _view(
    kind: str, top: int | None, paths: list[str], columns: dict[str, Any], against: list[str] | None, outputs: Outputs
) -> View:
    """What the screen lists, checked."""
    feed = paths[0] if len(paths) == 1 and paths != ["-"] and not against else None
    view = View(kind, top, feed, columns, bool(against), frozenset(outputs.targets()))
    view.check()
    return view


def _containment(value: str) -> float | None:
    if value.lower() == "none":
        return None
    try:
        return float(value)
    except ValueError:
        raise ParamError(f"containment={value!r}: need a share such as 0.3, or none") from None


def _do(job: _Job) -> int:
    """Does it and returns the exit code; the summary is written also where that fails."""
    from dedup.cli.screen import console, show

    Outputs(summary=job.outputs.summary).check(job.paths, job.against)
    talk = console(sys.stderr)
    try:
        result = _run(job, talk)
    except BaseException as error:
        with contextlib.suppress(Exception):
            job.outputs.write_failure(error, job.seconds)
        raise
    show(talk if job.outputs.uses_stdout else console(sys.stdout), job.lang, result, job.seconds, job.view)
    return job.exit_code(result)


def _run(job: _Job, talk: Any) -> Scan:
    """Checks, reads, scans and writes."""
    from dedup.io import read

    job.outputs.check(job.paths, job.against)
    listen(talk, job.lang)
    readers = [read(*paths, **job.columns) for paths in (job.paths, job.against) if paths]
    if job.outputs.keep is not None:
        readers[0].keep_stdin()
    result = _scan(job, readers, talk)
    for skip in result.skipped[sum(len(reader.skipped) for reader in readers) :]:
        tell(talk, say(job.lang, "skip", skip.input, skip.reason))
    for line in job.outputs.write(result, readers[0], job.lang):
        tell(talk, line)
    code = job.exit_code(result)
    state = {"exit": code, "state": "skipped inputs" if code else "done", "error": None}
    job.outputs.write_summary(result, job.paths, job.against, **state, seconds=round(job.seconds, 3))
    return result


def _scan(job: _Job, readers: list[Any], talk: Any) -> Scan:
    from dedup.api import scan
    from dedup.cli.screen import progress_bar
    from dedup.furniture import Furniture

    asked: Any = job.furniture
    furniture = asked if asked in (None, "learn", "none") else Furniture.load(asked)
    against = readers[1] if job.against else None
    with progress_bar(talk, job.lang, readers) as report:
        return scan(readers[0], job.params, against=against, furniture=furniture, progress=report)
