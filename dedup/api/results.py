"""What a scan found."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dedup.api.choose import Choice, KeepTemplates, choose, decisions, is_kept
from dedup.api.group import choose_representatives, find_stories
from dedup.api.matches import Matches, Rows
from dedup.api.names import look_up, take_ids
from dedup.api.recall import check_recall
from dedup.api.shelf import Progress, Shelf
from dedup.api.stories import Stories
from dedup.api.tables import Kind, metadata, table
from dedup.api.web import Lineup
from dedup.corpus import passages
from dedup.io import PAGES, check_target, is_parquet, make_table, write_columns, write_page
from dedup.models import Article, Check, Crowd, Decision, Diff, Language, Match, Params, Passage, Skipped
from dedup.text import furniture_spans, spans

if TYPE_CHECKING:
    from dedup.novelty import Version

__all__ = ["Scan"]

_ANALYSED = 64  # versions that are remembered between one diff and the next


def _quiet(stage: str, done: int, total: int | None) -> None:
    pass


class Scan:
    """What a scan found.

    Attributes:
        matches: every match, sorted by (a, b), a < b: (delegate, copy) for every copy, and every qualifying pair of
            versions, by their delegates.
        skipped: inputs that could not be used, and why.
        counts: everything that was counted, by name, also what a limit left out: articles, versions, copies, skipped,
            repeated (an id came again with the same text), renamed (with another text: id#2), candidates, matches,
            crowds, left_out (pairs that crowds left unexamined, at most), same_story_left_out (the same of features
            that too many articles have), furniture_lines (lines and sentences left out as corpus furniture) and
            furniture_articles (articles that held some).
        crowds: fingerprints held by too many versions to examine every pair of them.
        furniture: the corpus furniture that was left out; empty where there was none.
        params: the Params of the scan.
    """

    def __init__(
        self, shelf: Shelf, rows: Rows, crowds: list[Crowd], params: Params, close: Callable[[], None] | None = None,
        lineup: Lineup | None = None,
    ) -> None:  # fmt: skip
        self._shelf, self._close, self._lineup = shelf, close, lineup
        self.params = params
        self.furniture = shelf.corpus.furniture
        self.crowds = crowds
        self.skipped: list[Skipped] = shelf.skipped
        self.counts: dict[str, int] = shelf.counts
        self.matches = Matches(rows, shelf.ids, self._passages)
        self._rows = rows
        self._choices: dict[str, Choice] = {}
        self._diffs: dict[tuple[str, str], Diff] = {}

    def close(self) -> None:
        """Removes the working files, where there are any: no text can be looked at afterwards. Twice is no error."""
        self._shelf.close()
        if self._close is not None:
            self._close()

    def __repr__(self) -> str:
        return f"<Scan of {len(self._shelf.ids)} articles: {len(self.matches)} matches>"

    def details(self, id: str) -> Mapping[str, Any]:
        """title, source, url, credit and published of an article, those that it has.

        Raises:
            KeyError: no article has that id.
        """
        return self._shelf.details[self._shelf.numbers[id]]

    def about(self, numbers: np.ndarray[Any, np.dtype[np.int64]], *names: str) -> list[list[Any]]:
        """The ids of articles by their numbers, ascending, and the details of these names; None where nothing is."""
        details = ([value or None for value in values] for values in look_up(self._shelf.details, numbers, *names))
        return [take_ids(self._shelf.ids, numbers), *map(list, zip(*details, strict=True))]

    def article(self, id: str) -> Article:
        """The article of that id, as it was read but for `extra`.

        Raises:
            KeyError: no article has that id.
        """
        return Article(id, self._text(id), **self.details(id))

    @functools.cached_property
    def stories(self) -> Stories:
        """The stories of two articles and more, by id: articles joined to an anchor that they share text with directly,
        as reprint, edited version or partial copy, or that tells of the same event, where `Params.same_story` is set.
        A round-up of three stories and more is a member of each. Found at the first access, each Story made when asked
        for; the same for any order of the input."""
        lineup, self._lineup = self._lineup, None  # large, and not asked for again
        return find_stories(self._shelf, self._rows, lineup=lineup)

    def representatives(
        self, by: Literal["longest", "earliest", "covers"] = "longest", *, prefer: Sequence[str] = ()
    ) -> dict[str, tuple[str, ...]]:
        """The articles that stand for each story, by the story's id; which ones they are changes no story.

        Args:
            by: "longest", "earliest" published (the longest where no time is known), or "covers": the fewest that
                together hold every fact of the story, see `cover`.
            prefer: sources, the best first: an article of one of these goes before all others; of no matter to covers.

        Raises:
            ParamError: by is none of these.

        >>> from dedup.api import scan
        >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
        >>> news = [Article("1", rain + " Hết.", source="baohalam.vn"), Article("2", rain, source="vinhsa.vn")]
        >>> found = scan(news, Params(min_shared=10))
        >>> found.representatives(), found.representatives(prefer=["vinhsa.vn"])
        ({'1': ('1',)}, {'1': ('2',)})
        """
        return choose_representatives(self._shelf, self.stories, by, prefer)

    def check(self, count: int = 200, *, seed: int = 1) -> Check:
        """Measures the recall of this scan: `count` articles taken at random are compared with every article, exactly.

        Takes about as long as reading all texts once more. Pairs that only `Scan.crowds` left out count as missed.

        Args:
            count: how many versions; all where there are fewer.
            seed: of the choice, which does not depend on the order of the input.

        Raises:
            ParamError: count or seed is no integer, or out of its range.

        >>> from dedup.api import scan
        >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
        >>> scan([rain, rain + " Hết.", "Giá lúa ở Hà Lâm tăng nhẹ."], Params(min_shared=10)).check().recall
        1.0
        """
        return check_recall(self._shelf, self._rows, self.params, count, seed)

    def decisions(self, keep_templates: KeepTemplates = "all") -> Iterator[Decision]:
        """A Decision for every input of `articles`, in the order they came: which are kept, and why the others are not.

        An article is dropped where a kept one has the same text (but for cosmetic changes: "reprint"), or where it is
        an edited version of that one and adds nothing: each of its numbers, codes and names stands there, and 98 % of
        its shingles do or `diff` finds no fact added or changed; never where a number, code or name of text or headline
        stands against another one, and never for the sake of an article that is itself dropped.
        Of several the longest is kept, then the one published first (a day without an hour counts from its beginning),
        then that of the smallest id. Articles of `against` count as kept and are not listed. An input that could not be
        used has the reason "skipped: …".

        Args:
            keep_templates: "one" also drops an article that matches a kept one as a template.

        Raises:
            ParamError: keep_templates is neither "all" nor "one".

        >>> from dedup.api import scan
        >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
        >>> [(d.id, d.keep, d.kept_id) for d in scan([rain, rain.upper(), "Giá lúa ở Hà Lâm tăng nhẹ."]).decisions()]
        [('1', True, None), ('2', False, '1'), ('3', True, None)]
        """
        homes = self.stories.homes(len(self._shelf.ids))
        return decisions(self._shelf, self._choose(keep_templates), homes)

    def kept(self, keep_templates: KeepTemplates = "all", *, progress: Progress = _quiet) -> list[bool]:
        """Whether each article of `articles` is kept, in the order they came, repeated ones included: see `decisions`.

        Without the inputs that could not be read: what `io.write_kept` takes. `progress` is called as that of `scan`,
        with the stage "decide", where this has to be found out first.
        """
        return list(is_kept(self._shelf, self._choose(keep_templates, progress)))

    def stripped(self) -> Iterator[tuple[Article, list[tuple[int, int]]]]:
        """Each article of `articles` without its page furniture, and what was removed, in the order they came: spans
        (start, end) in code points of the original text; lines, and of corpus furniture also sentences."""
        return (self.strip(id) for number, id in enumerate(self._shelf.ids) if self._shelf.is_new[number])

    def strip(self, id: str) -> tuple[Article, list[tuple[int, int]]]:
        """One article, of `articles` or `against`, as `stripped` has it.

        Raises:
            KeyError: no article has that id.
        """
        text, has_furniture = self._text(id), self._shelf.has_furniture[self._shelf.numbers[id]]
        removed = furniture_spans(text, self.params, self._shelf.learnt(id)) if has_furniture else []
        edges = [0, *(edge for span in removed for edge in span), len(text)]
        rest = "".join(text[lo:hi] for lo, hi in zip(edges[::2], edges[1::2], strict=True))
        return Article(id, rest, **self.details(id)), removed

    def to_arrow(self, kind: Kind = "matches", *, keep_templates: KeepTemplates = "all") -> Any:
        """A pyarrow.Table of the matches, stories, decisions, … of this scan, as the command line writes them.

        - "matches": a, b, relation, resemblance, a_in_b, b_in_a, shared, size_a, size_b, longest_passage, then title,
          source, published (ISO 8601) and url of both.
        - "review": the matches that are not certain, as "matches" but with the headline (or first line) of an article
          without a title; then passage, the text of the longest copied passage, shortened.
        - "stories": story, id, representative, derived_from, relation.
        - "decisions": id, story, keep, kept_id, relation, reason.
        - "stripped": id, title, source, url, credit, published, text, removed.

        Raises:
            MissingExtraError: pyarrow is not installed.
            ParamError: there is no such kind.

        >>> from dedup.api import scan
        >>> scan(["Gió mùa về tới Hà Lâm.", "Giá lúa tăng."]).to_arrow("decisions").column("keep").to_pylist()
        [True, True]
        """
        return make_table(*table(self, kind, keep_templates), metadata(self))

    def write(
        self, target: str | os.PathLike[str], kind: Kind = "matches", *, keep_templates: KeepTemplates = "all"
    ) -> int:
        """Writes the table that `to_arrow` gives to a file, whole or not at all; returns how many rows.

        Args:
            target: .jsonl, .csv (each also with .gz or .zst) or .parquet; "-" is JSON Lines on standard output.
            kind: see `to_arrow`.
            keep_templates: see `decisions`.

        Raises:
            ParamError, InputError, MissingExtraError: as `io.check_target`.
        """
        columns, groups = table(self, kind, keep_templates)
        about = metadata(self) if is_parquet(target) else None  # for which all texts are read once more
        return write_columns(target, columns, groups, metadata=about)

    def report(
        self, target: str | os.PathLike[str], *, lang: Language = "vi", top: int | None = None,
        diffs: int | None = None, made: datetime | None = None, feed: Sequence[str] = (),
    ) -> int:  # fmt: skip
        """Writes one HTML page for people, that loads nothing: all stories, why their articles are together, who made
        which from which, what each version adds. Returns how many stories it has. A page has 30 MB at most, or little
        more where `top` asks for it: long texts are cut and long stories shortened, and it says so.

        Args:
            target: .html or .htm, written whole or not at all; "-" is standard output.
            lang: of the page, "vi" or "en".
            top: how many stories, the largest first; 0 for all. By default 5,000.
            diffs: how many pairs of versions are compared by their facts, the most newsworthy first; 0 for all that a
                page can hold. By default so many that the page takes about a third of the time of the scan.
            made: when the page says that it was made; by default now. All else depends on the articles alone.
            feed: by which words `dedup diff` finds the articles by their ids: a path, then options. The page names the
                command where a pair was not compared.

        Raises:
            ParamError: the suffix or the language is another one, or top or diffs is negative.
            InputError: as `write`.
        """
        from dedup.api.reporting import Asked, find_findings
        from dedup.report.scan_page import scan_page
        from dedup.report.words import check_language

        check_language(lang)
        check_target(target, PAGES)
        found = find_findings(self, self._shelf, self._rows, Asked(top, diffs, made, feed))
        write_page(target, scan_page(found, lang=lang))
        return found.shown

    def diff(self, a: str, b: str) -> Diff:
        """What article b adds to a, drops and tells differently, by their ids: as `dedup.diff` of the two as `strip`
        gives them. Made once.

        Raises:
            KeyError: no article has that id.
        """
        from dedup.api.difference import find_diff

        if (a, b) not in self._diffs:
            self._diffs[a, b] = find_diff([self.strip(a)[0]], self.strip(b)[0], self._analyse)
        return self._diffs[a, b]

    def pairs(self) -> Iterator[Match]:
        """The matches with copies expanded: every pair of articles instead of every pair of versions, a < b.

        Figures and relation are those of the match. Quadratic in the copies of one version: lazy, in no given order.
        """
        copies, delegate = dict[str, list[str]](), self._shelf.delegates()
        for copy, first in delegate.items():
            copies.setdefault(first, []).append(copy)
        for match in self.matches:
            first = match.a if delegate.get(match.b) == match.a else match.b
            other = match.b if first == match.a else match.a
            if delegate.get(other) == first:
                later = copies[first][copies[first].index(other) + 1 :]
                expanded = [(first, other), *((other, c) for c in later)]
            else:
                ones, others = ([x, *copies.get(x, ())] for x in (match.a, match.b))
                expanded = [(x, y) for x in ones for y in others]
            for x, y in expanded:
                if self._shelf.touches_new(x, y):
                    yield match if {x, y} == {match.a, match.b} else _between(match, x, y)

    def headline(self, id: str) -> str:
        """The title of an article, or else the first line of its text that is no page furniture; "" where none is.

        Raises:
            KeyError: no article has that id.
        """
        if title := self.details(id).get("title"):
            return str(title)
        text, first = self._text(id), 0
        if self._shelf.has_furniture[self._shelf.numbers[id]]:
            starts = spans(text, self.params, self._shelf.learnt(id))[2]
            first = int(starts[0]) if len(starts) else 0
        return next((line.strip() for line in text[first:].splitlines() if line.strip()), "")

    def digest(self) -> str:
        """Sixteen hexadecimal digits of all ids and texts, whatever their order: which corpus this was."""
        return self._digest

    @functools.cached_property
    def _digest(self) -> str:
        return self._shelf.digest()

    @functools.cached_property
    def _analyse(self) -> Callable[..., Version]:
        from dedup.novelty import prepare

        return functools.lru_cache(_ANALYSED)(prepare)

    def _choose(self, keep_templates: KeepTemplates, progress: Progress = _quiet) -> Choice:
        if keep_templates not in self._choices:
            self._choices[keep_templates] = choose(self._shelf, self._rows, self.params, keep_templates, progress)
        return self._choices[keep_templates]

    def _text(self, id: str) -> str:
        return self._shelf.corpus.text(self._shelf.numbers[id])

    def _passages(self, a: str, b: str) -> list[Passage]:
        learnt = (self._shelf.learnt(id) for id in (a, b))
        return passages(self._text(a), self._text(b), self.params, *learnt)


def _between(match: Match, a: str, b: str) -> Match:
    """The figures of a match for copies of its two articles; the smaller id comes first."""
    values = {f.name: getattr(match, f.name) for f in fields(Match)}
    if b < a:
        values.update(a_in_b=match.b_in_a, b_in_a=match.a_in_b, size_a=match.size_b, size_b=match.size_a)
    return Match(**{**values, "a": min(a, b), "b": max(a, b)})
