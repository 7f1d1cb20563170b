"""`dedup scan`: its options, and the way from paths to files and screen."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dedup.cli.layout import View
from dedup.cli.options import COLUMNS, CRITERIA, LANG, bytes_of, chosen_columns, containment_of, flag, option
from dedup.cli.outputs import Outputs
from dedup.cli.talk import choose_language, console, listen, tell
from dedup.cli.words import Language, duration, number, say
from dedup.errors import ParamError

if TYPE_CHECKING:
    from dedup import Params, Scan

__all__ = ["scan_command"]

_SKETCH = ("k", "min_passage", "num_perm", "aliases", "accents", "resemblance", "passage", "min_shared",
           "same_story", "same_story_days", "same_story_bucket", "candidates", "band_recall",
           "max_bucket", "hubs", "workdir", "threads")  # fmt: skip
_MISSED = 5  # pairs that are named; the summary has them all
_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # of mallopt(3)


class _Job(NamedTuple):
    """What one call is to do."""

    paths: tuple[str, ...]
    against: tuple[str, ...]
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


@click.command("scan")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@option("--matches", "FILE", "The matches: .jsonl, .csv, .parquet or -.")
@option("--stories", "FILE", "Which articles tell the same story.")
@option("--review", "FILE", "The doubtful matches, each with a passage.")
@option("--report", "FILE.html", "A page to look at, with all stories.")
@option("--diffs", "N", "Pairs of versions that the page compares; 0: all. By default a few.", kind=int)
@option("--decisions", "FILE", "For every input, whether it is kept.")
@option("--keep", "FILE|DIR", "The kept articles as they are: a file for a file, else a new folder.")
@option("--keep-templates", "all|one", "one: one of each template is kept.", "all")
@option("--strip", "furniture", "What --stripped leaves out.")
@option("--stripped", "FILE", "All articles without page furniture.")
@option("--summary", "FILE.json", "Counts and exit state, for schedulers.")
@option(
    "--furniture", "FILE|learn|none",
    "Lines that pages repeat: by default learnt from articles that have a source.",
)  # fmt: skip
@option("--furniture-out", "FILE.json", "The repeated lines left out.")
@click.option("--against", metavar="PATH", multiple=True, help="Older articles: report only pairs that touch PATH.")
@CRITERIA
@option("--k", "N", "Syllables in a shingle.", 5)
@option("--min-passage", "N", "Common runs as long as this are noticed.", 24)
@option("--num-perm", "N", "Values in a signature.", 128)
@option("--aliases/--no-aliases", None, "Hoa Kỳ = Mỹ, LHQ = Liên Hợp Quốc ...", True)
@option("--accents", "keep|ignore", "ignore: Hà Nội = Ha Noi.", "keep")
@option("--candidates", "auto|prefix|bands", "Their source.", "auto")
@option("--band-recall", "SHARE", "What bands promise to find.", 0.95)
@option("--max-bucket", "N", "More articles on one passage are a crowd.", 256)
@option("--hubs", "N", "Articles that stand for a crowd.", 8)
@option("--same-story-bucket", "N", "More articles on one name are a crowd.", 64)
@option("--memory", "SIZE", "Bound of the memory, as 4G: texts are kept on the disk.")
@option("--workdir", "DIR", "Where working files are kept; a scan that was stopped goes on there.")
@option("--threads", "N", "Kernels at work at once.", kind=int)
@option("--check", "N", "Measures the recall: N articles compared with every article, exactly.", kind=int)
@COLUMNS
@option("--show", "stories|matches|template|all|none", "What the screen lists.", "stories")
@option("--top", "N", "How many of these, and on the page; 0: all.", kind=int)
@flag("--strict", help="Exit with 1 where any input was skipped.")
@LANG
@click.pass_context
def scan_command(
    context: click.Context, /, paths: tuple[str, ...], against: tuple[str, ...], strip: str | None, check: int | None,
    show: str, top: int | None, **options: Any,
) -> None:  # fmt: skip
    """Finds the articles that tell the same story: reprints, edited versions, excerpts, common passages.

    PATH is a folder or a file, or - for JSON Lines on standard input.
    """
    started = time.perf_counter()
    from dedup import Params

    outputs = Outputs(**{field.name: options[field.name] for field in fields(Outputs)})
    if strip not in (None, "furniture") or (strip and outputs.stripped is None):
        raise ParamError(f"strip={strip!r}: need furniture, and --stripped FILE for what is left")
    asked = {name: options[name] for name in _SKETCH}
    containment, memory = containment_of(options["containment"]), bytes_of(options["memory"])
    params = Params(containment=containment, memory=memory, **asked)
    columns = chosen_columns(options)
    view = _view(show, top, paths, columns, against, outputs)
    if check is not None and check < 1:
        raise ParamError(f"check={check}: need an integer, 1 <= check")
    spoken = choose_language(options["lang"])
    furniture, is_strict = options["furniture"], options["strict"]
    context.exit(
        _do(_Job(paths, against, params, furniture, columns, outputs, check, view, spoken, is_strict, started))
    )


def _view(
    kind: str, top: int | None, paths: tuple[str, ...], columns: dict[str, Any], against: tuple[str, ...],
    outputs: Outputs,
) -> View:  # fmt: skip
    """What the screen lists, checked."""
    feed = paths[0] if len(paths) == 1 and paths != ("-",) and not against else None
    view = View(kind, top, feed, columns, bool(against), frozenset(outputs.targets()))
    view.check()
    return view


def _do(job: _Job) -> int:
    """Does it and returns the exit code; the summary is written also where that fails."""
    Outputs(summary=job.outputs.summary).check(job.paths, job.against)
    talk = console(sys.stderr)
    try:
        result = _run(job, talk)
    except BaseException as error:
        with contextlib.suppress(Exception):
            job.outputs.write_failure(error, job.seconds)
        raise
    from dedup.cli.screen import show

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
    readers[0].begin()  # before more is imported, which takes as long as to decode some ten thousand articles
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
