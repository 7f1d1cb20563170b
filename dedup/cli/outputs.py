"""The files that a scan writes: checked before it starts, written when it is done."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dedup.cli.layout import View
from dedup.cli.words import Language, number, say
from dedup.errors import InputError, ParamError

__all__ = ["Outputs"]

_JSON = (".json",)
_NO_TARGETS = ("keep_templates", "diffs")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a scan writes what: a path each, "-" for standard output, None for nowhere.

    Attributes:
        matches, stories, decisions, stripped: tables.
        keep: a file, or a new folder.
        summary: a JSON file for schedulers.
        furniture_out: a JSON file, the page furniture that was left out.
        keep_templates: "all" or "one".
        review: a table, the doubtful matches.
        report: a page for people.
        diffs: how many pairs of versions it compares; see `Scan.report`.
    """

    matches: str | None = None
    stories: str | None = None
    decisions: str | None = None
    stripped: str | None = None
    keep: str | None = None
    summary: str | None = None
    furniture_out: str | None = None
    keep_templates: str = "all"
    review: str | None = None
    report: str | None = None
    diffs: int | None = None

    @property
    def uses_stdout(self) -> bool:
        return "-" in self.targets().values()

    @property
    def decides(self) -> bool:
        return self.decisions is not None or self.keep is not None

    def targets(self) -> dict[str, str]:
        """What is written, and where to."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _NO_TARGETS}
        return {name: value for name, value in values.items() if value is not None}

    def check(self, paths: Sequence[str], against: Sequence[str]) -> None:
        """Checks every target, without touching it.

        Raises:
            ParamError: two of them are the same, or one does not fit what is written there.
            InputError: one is an input, or cannot be written.
        """
        from dedup.io import PAGES, check_keep, check_target

        if self.diffs is not None and (self.diffs < 0 or self.report is None):
            raise ParamError(f"diffs={self.diffs}: need an integer >= 0 (0: all), and --report FILE.html")
        if self.keep_templates not in ("all", "one"):
            raise ParamError(f"keep_templates={self.keep_templates!r}: need all or one")
        seen: dict[str, str] = {}
        for name, target in self.targets().items():
            place = target if target == "-" else os.path.realpath(target)
            if place in seen:
                raise ParamError(f"--{seen[place]} and --{name.replace('_', '-')} both write to {target}")
            seen[place] = name.replace("_", "-")
            if name == "keep":
                check_keep(target, paths, against)
                continue
            if name in ("summary", "furniture_out", "report"):
                check_target(target, PAGES if name == "report" else _JSON)
            else:
                check_target(target)
            if any(path != "-" and os.path.realpath(path) == place for path in [*paths, *against]):
                raise InputError(target, "is an input: it is not written over")

    def write(self, result: Any, reader: Any, lang: Language, view: View) -> Iterator[str]:
        """Writes everything but the summary; yields what is to be said of each."""
        from dedup.io import write_kept

        kept = result.kept(self.keep_templates) if self.decides else []
        share = number(lang, sum(kept)), number(lang, len(kept))
        for kind in ("matches", "review", "stories", "decisions", "stripped"):
            if target := self.targets().get(kind):
                count = result.write(target, kind, keep_templates=self.keep_templates)
                if target != "-":
                    yield say(lang, f"{kind}_written", number(lang, count), target, *share)
        if self.report is not None:
            shown = result.report(self.report, lang=lang, top=view.top, diffs=self.diffs, feed=view.feed_words)
            if self.report != "-":
                yield say(lang, "report_written", number(lang, shown), self.report)
        if self.furniture_out is not None:
            result.furniture.save(self.furniture_out)
            if self.furniture_out != "-":
                yield say(lang, "furniture_written", number(lang, len(result.furniture)), self.furniture_out)
        if self.keep is not None:
            write_kept(self.keep, reader, kept)
            if self.keep != "-":
                yield say(lang, "keep_written", *share, self.keep)

    def write_summary(self, result: Any, paths: Sequence[str], against: Sequence[str], **state: Any) -> None:
        """Writes what a scheduler wants to know of a scan that is done: see `write_failure` for the other ones."""
        if self.summary is None:
            return  # all texts would be read once more for it
        kept = result.kept(self.keep_templates) if self.decides else None
        relations = result.matches.count_relations()
        self._write_json(
            **state,
            paths=list(paths),
            against=list(against),
            params=result.params.as_dict(),
            corpus=result.digest(),
            counts=result.counts,
            relations={name or "unclear": count for name, count in relations.items()},
            skipped=dict(Counter(skip.reason.split(":")[0] for skip in result.skipped).most_common()),
            kept=None if kept is None else sum(kept),
            dropped=None if kept is None else len(kept) - sum(kept),
            written={name: target for name, target in self.targets().items() if name != "summary"},
        )

    def write_failure(self, error: BaseException, seconds: float) -> None:
        """Writes that a scan came to no end, and why."""
        code = 2 if isinstance(error, ParamError) else 130 if isinstance(error, KeyboardInterrupt) else 1
        if isinstance(error, SystemExit):
            code = error.code if isinstance(error.code, int) else 1
        is_stopped = not isinstance(error, Exception)
        state = "interrupted" if is_stopped else "error"
        self._write_json(exit=code, state=state, error=None if is_stopped else str(error), seconds=round(seconds, 3))

    def _write_json(self, **values: Any) -> None:
        from dedup import __version__
        from dedup.io import write_json

        if self.summary is not None:
            write_json(self.summary, {"dedup": __version__, **values})
