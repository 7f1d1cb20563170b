"""`dedup scan`: its options, and the way from paths to files and screen."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dedup.cli.columns import chosen_columns, column
from dedup.cli.layout import View
from dedup.cli.options import bytes_of, containment_of, option
from dedup.cli.outputs import Outputs
from dedup.cli.talk import choose_language, listen, tell
from dedup.cli.words import Language, duration, number, say
from dedup.errors import ParamError

if TYPE_CHECKING:
    from dedup import Params, Scan

__all__ = ["scan_command"]

_SKETCH = ("k", "min_passage", "num_perm", "aliases", "accents", "resemblance", "passage", "min_shared",
           "same_story", "same_story_days", "same_story_bucket", "candidates", "band_recall",
           "max_bucket", "hubs", "workdir", "threads")  # fmt: skip
_MISSED = 5  # pairs that are named; the summary has them all
_OUTPUTS, _LIMITS = "Outputs", "Sketches and limits"
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # of mallopt(3)


class _Job(NamedTuple):
    """What one call is to do."""

    paths: list[str]
    against: list[str]
    params: Params
    furniture: str | None
    columns: dict[str, Any]
    outputs: Outputs
    check: int | None
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
    matches: Annotated[str | None, option("FILE", "The matches: .jsonl, .csv, .parquet or -.", _OUTPUTS)] = None,
    stories: Annotated[str | None, option("FILE", "Which articles tell the same story.", _OUTPUTS)] = None,
    review: Annotated[str | None, option("FILE", "The doubtful matches, each with a passage.", _OUTPUTS)] = None,
    report: Annotated[str | None, option("FILE.html", "A page to look at, with all stories.", _OUTPUTS)] = None,
    diffs: Annotated[
        int | None, option("N", "Pairs of versions that the page compares; 0: all. By default a few.", _OUTPUTS)
    ] = None,
    decisions: Annotated[str | None, option("FILE", "For every input, whether it is kept.", _OUTPUTS)] = None,
    keep: Annotated[
        str | None,
        option("FILE|DIR", "The kept articles as they are: a file for a file, else a new folder.", _OUTPUTS),
    ] = None,
    keep_templates: Annotated[str, option("all|one", "one: one of each template is kept.", _OUTPUTS)] = "all",
    strip: Annotated[str | None, option("furniture", "What --stripped leaves out.", _OUTPUTS)] = None,
    stripped: Annotated[str | None, option("FILE", "All articles without page furniture.", _OUTPUTS)] = None,
    summary: Annotated[str | None, option("FILE.json", "Counts and exit state, for schedulers.", _OUTPUTS)] = None,
    furniture: Annotated[
        str | None,
        option("FILE|learn|none", "Lines that pages repeat: by default learnt from articles that have a source."),
    ] = None,
    furniture_out: Annotated[str | None, option("FILE.json", "The repeated lines left out.", _OUTPUTS)] = None,
    against: Annotated[list[str] | None, option("PATH", "Older articles: report only pairs that touch PATH.")] = None,
    containment: Annotated[str, option("SHARE", "This much of the shorter article is shared; or none.")] = "0.3",
    resemblance: Annotated[float | None, option("SHARE", "This much of both articles together is shared.")] = None,
    passage: Annotated[int | None, option("SYLLABLES", "The longest copied passage is as long as this.")] = None,
    min_shared: Annotated[int, option("N", "Shingles that a match by containment shares.")] = 20,
    same_story: Annotated[bool, typer.Option("--same-story", help="Also link one event in independent words.")] = False,
    same_story_days: Annotated[int, option("N", "Such articles are at most so many days apart.")] = 3,
    k: Annotated[int, option("N", "Syllables in a shingle.", _LIMITS)] = 5,
    min_passage: Annotated[int, option("N", "Common runs as long as this are noticed.", _LIMITS)] = 24,
    num_perm: Annotated[int, option("N", "Values in a signature.", _LIMITS)] = 128,
    aliases: Annotated[bool, option(None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ...", _LIMITS)] = True,
    accents: Annotated[str, option("keep|ignore", "ignore: Hà Nội = Ha Noi.", _LIMITS)] = "keep",
    candidates: Annotated[str, option("auto|prefix|bands", "Their source.", _LIMITS)] = "auto",
    band_recall: Annotated[float, option("SHARE", "What bands promise to find.", _LIMITS)] = 0.95,
    max_bucket: Annotated[int, option("N", "More articles on one passage are a crowd.", _LIMITS)] = 256,
    hubs: Annotated[int, option("N", "Articles that stand for a crowd.", _LIMITS)] = 8,
    same_story_bucket: Annotated[int, option("N", "More articles on one name are a crowd.", _LIMITS)] = 64,
    memory: Annotated[
        str | None, option("SIZE", "Bound of the memory, as 4G: texts are kept on the disk.", _LIMITS)
    ] = None,
    workdir: Annotated[
        str | None, option("DIR", "Where working files are kept; a scan that was stopped goes on there.", _LIMITS)
    ] = None,
    threads: Annotated[int | None, option("N", "Kernels at work at once.", _LIMITS)] = None,
    check: Annotated[
        int | None, option("N", "Measures the recall: N articles compared with every article, exactly.")
    ] = None,
    id: Annotated[str | None, column("id")] = None,
    text: Annotated[str | None, column("text")] = None,
    title: Annotated[str | None, column("title")] = None,
    source: Annotated[str | None, column("source")] = None,
    url: Annotated[str | None, column("url")] = None,
    published: Annotated[str | None, column("published")] = None,
    show: Annotated[str, option("stories|matches|template|all", "What the screen lists.")] = "stories",
    top: Annotated[int | None, option("N", "How many of these, and on the page; 0: all.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where any input was skipped.")] = False,
    lang: Annotated[str | None, option("vi|en", "Language of the screen; by default that of the locale.")] = None,
) -> None:
    """Finds the articles that tell the same story: reprints, edited versions, excerpts, common passages."""
    options = dict(locals())
    started = time.perf_counter()
    from dedup import Params

    if strip not in (None, "furniture") or (strip and stripped is None):
        raise ParamError(f"strip={strip!r}: need furniture, and --stripped FILE for what is left")
    asked = {name: options[name] for name in _SKETCH}
    params = Params(containment=containment_of(containment), memory=bytes_of(memory), **asked)
    columns = chosen_columns(options)
    outputs = Outputs(
        matches, stories, decisions, stripped, keep, summary, furniture_out, keep_templates, review, report, diffs
    )
    view = _view(show, top, paths, columns, against, outputs)
    if check is not None and check < 1:
        raise ParamError(f"check={check}: need an integer, 1 <= check")
    spoken = choose_language(lang)
    job = _Job(paths, against or [], params, furniture, columns, outputs, check, view, spoken, strict, started)
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
    result.close()
    return job.exit_code(result)


def _keep_freed_memory() -> None:
    """Has glibc keep freed blocks for the next ones: arrays of some megabytes come and go, and the system clears each
    page that it gives out, a twentieth of a scan. Those of all articles are larger, and go back. Elsewhere nothing."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        for setting, size in ((_MMAP_THRESHOLD, 1 << 25), (_TRIM_THRESHOLD, 1 << 28)):
            ctypes.CDLL(None).mallopt(setting, size)


def _run(job: _Job, talk: Any) -> Scan:
    """Checks, reads, scans and writes."""
    from dedup.io import read

    _keep_freed_memory()
    job.outputs.check(job.paths, job.against)
    listen(talk, job.lang)
    readers = [read(*paths, **job.columns) for paths in (job.paths, job.against) if paths]
    if job.outputs.keep is not None:
        readers[0].keep_stdin()
    _tell_estimate(job, readers, talk)
    result = _scan(job, readers, talk)
    for skip in result.skipped[sum(len(reader.skipped) for reader in readers) :]:
        tell(talk, say(job.lang, "skip", skip.input, skip.reason))
    for line in job.outputs.write(result, readers[0], job.lang, job.view):
        tell(talk, line)
    checked = _check(job, result, talk)
    code = job.exit_code(result)
    state = {"exit": code, "state": "skipped inputs" if code else "done", "error": None}
    job.outputs.write_summary(result, job.paths, job.against, **state, check=checked, seconds=round(job.seconds, 3))
    return result


def _tell_estimate(job: _Job, readers: list[Any], talk: Any) -> None:
    """Says what a scan with working files will take."""
    from dedup.api import estimate

    params = job.params
    if (params.memory is None and params.workdir is None) or (found := estimate(readers, params)) is None:
        return
    numbers = number(job.lang, found.articles), number(job.lang, found.disk / 1e9, 1), duration(job.lang, found.seconds)
    tell(talk, say(job.lang, "estimate", *numbers, params.workdir or tempfile.gettempdir()))


def _check(job: _Job, result: Scan, talk: Any) -> dict[str, Any] | None:
    """Measures the recall where that is asked for, and tells of it; what the summary says of it."""
    if job.check is None:
        return None
    found = result.check(job.check)
    numbers = [number(job.lang, n) for n in (found.articles, found.found, found.expected)]
    shares = [f"{number(job.lang, 100 * share, 1)}" for share in (found.recall, *found.interval)]
    tell(talk, say(job.lang, "checked" if found.expected else "checked_nothing", *numbers, *shares))
    for pair in found.missed[:_MISSED]:
        tell(talk, say(job.lang, "missed", *pair))
    return {"articles": found.articles, "expected": found.expected, "found": found.found, "recall": found.recall,
            "interval": found.interval, "missed": found.missed}  # fmt: skip


def _scan(job: _Job, readers: list[Any], talk: Any) -> Scan:
    from dedup.api import scan
    from dedup.cli.screen import progress_bar
    from dedup.furniture import Furniture

    asked: Any = job.furniture
    furniture = asked if asked in (None, "learn", "none") else Furniture.load(asked)
    against = readers[1] if job.against else None
    with progress_bar(talk, job.lang, readers) as report:
        result = scan(readers[0], job.params, against=against, furniture=furniture, progress=report)
        if job.outputs.decides:
            keep_templates: Any = job.outputs.keep_templates
            result.kept(keep_templates, progress=report)  # found out now, where there is a bar
        return result
