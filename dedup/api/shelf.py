"""The articles of one scan: texts in a Corpus, the rest in lists; here ids become unique and copies find each other."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal

import numpy as np

from dedup.api.names import Details, Ids, Numbers
from dedup.corpus import Corpus, Sketched
from dedup.dates import parse
from dedup.errors import ArticleError
from dedup.furniture import Furniture, group_of, names_of
from dedup.index import Candidates, Keyed, probe
from dedup.io import ArrowReader, Batch, Reader
from dedup.io.columns import choose
from dedup.models import Article, Params, Skipped
from dedup.spool import Spool, in_memory
from dedup.text import NO_GROUP, Learnt, are_repeated

__all__ = ["ARTICLE", "LEFT_OUT", "REPEATED", "Progress", "Shelf", "Versions", "as_article"]

Progress = Callable[[str, int, int | None], None]  # (stage, done, of how many or None where that is not known)

ARTICLE, REPEATED, LEFT_OUT = range(3)  # what became of an input

_BATCH_BYTES, _BATCH = 2 << 20, 1024  # of a chunk: what one thread sketches at a time
_STRINGS = frozenset(("title", "source", "url", "credit"))
_UNKNOWN = group_of("")


class Shelf:
    """Articles by number, in the order they came.

    Attributes:
        corpus: their texts.
        ids, numbers: id of each, and number of each id.
        details: what else is known of each, by field.
        sources: all that occur.
        is_new: whether each is from `articles` (and not from `against`).
        copies: int64 (copies, 2), the delegate and the copy of each, by number; those of one delegate by id.
        skipped, counts: see Scan.
        inputs: what became of each input of `articles`, in order: ARTICLE, REPEATED or LEFT_OUT + 4 * its number.
        left_out: the skipped inputs among them, by that number.
        wordless: articles that hold no syllable.
        has_furniture: bool, whether an article holds page furniture.
        likeness: of pairs that tell of one event, by their numbers, the smaller first: thousandths.
        in_both: new articles that stand in `against` too, with the same id and text.
        dated: the numbers of those of which it is known when they were published.
    """

    def __init__(
        self, params: Params, furniture: Furniture | Literal["learn", "none"] | None = None,
        spools: Callable[[str], Spool] = in_memory,
    ) -> None:  # fmt: skip
        value = furniture if isinstance(furniture, Furniture) else Furniture()
        self.corpus = Corpus(params, value, spools)
        self._furniture, self._profiled = furniture, params.same_story
        self._ids, self._details = Ids(), Details(spools("details.spool"))
        self.ids: Sequence[str] = self._ids
        self.numbers: Mapping[str, int] = Numbers(self._ids)
        self.details: Sequence[dict[str, Any]] = self._details
        self.is_new: Any = array("b")
        self.copies = np.zeros((0, 2), np.int64)
        self.skipped: list[Skipped] = []
        self.counts = dict.fromkeys(
            ("articles", "versions", "copies", "skipped", "repeated", "renamed", "candidates", "matches", "crowds",
             "left_out", "same_story_left_out", "furniture_lines", "furniture_articles"), 0,
        )  # fmt: skip
        self.inputs = array("I")
        self.left_out: list[Skipped] = []
        self.wordless: set[int] = set()
        self.has_furniture = np.zeros(0, np.bool_)
        self.in_both: set[int] = set()
        self.dated = array("I")
        self.likeness: dict[tuple[int, int], int] = {}
        self.sources = {""}
        self._taken: list[tuple[Article, bytes]] = []  # one by one, and not handed over yet
        self._between: list[tuple[int, Skipped]] = []  # what was left out behind so many of them
        self._bytes = 0

    def finish(self) -> Sketched:
        """The sketches of all texts; furniture is learnt now, where it is to be."""
        return self.corpus.finish(names_of(self.sources), self._title if self._profiled else None)

    def _title(self, number: int) -> str:
        return str(self.details[number].get("title", ""))

    def order(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The numbers of all articles, by id."""
        return self._ids.order(np.arange(len(self._ids)))

    def close(self) -> None:
        """Forgets the texts and all that belongs to them."""
        self.corpus.close()
        self._details.close()

    def learnt(self, id: str) -> Learnt | None:
        """The corpus furniture that is left out of an article."""
        return self.corpus.learnt(self.numbers[id])

    def article(self, id: str) -> Article:
        """An article as it was read but for `extra`."""
        number = self.numbers[id]
        return Article(id, self.corpus.text(number), **self.details[number])

    def touches_new(self, a: str, b: str) -> bool:
        """Whether one of two articles is new."""
        return bool(self.is_new[self.numbers[a]] or self.is_new[self.numbers[b]])

    def homes(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The delegate of every article, by number: int64."""
        home = np.arange(len(self.ids))
        home[self.copies[:, 1]] = self.copies[:, 0]
        return home

    def delegates(self) -> dict[str, str]:
        """The id of each copy → that of its delegate."""
        return {self.ids[copy]: self.ids[delegate] for delegate, copy in self.copies.tolist()}

    def add(self, articles: Iterable[Any], is_new: bool, progress: Progress) -> None:
        """Takes articles in; what is no article is skipped and named."""
        total = len(articles) if isinstance(articles, Sequence) else None
        reader = ArrowReader(articles) if hasattr(articles, "__arrow_c_stream__") else articles
        items = reader.in_batches() if isinstance(reader, Reader | ArrowReader) else articles
        skipped: Sequence[Skipped] = getattr(reader, "skipped", ())
        count = seen = 0
        for item in items:
            if len(skipped) > seen:
                seen = self._leave_out(skipped[seen:], seen)
            if isinstance(item, Batch):
                self._flush(is_new)
                for part in item.parts(_BATCH_BYTES):
                    self._hand_over(part, is_new)
                    progress("read", count := count + len(part), total)
                continue
            count += 1
            try:
                self._take(item, str(count) if is_new else f"against:{count}")
            except ArticleError as error:
                self._leave_out([Skipped(f"article {count}", str(error))])
            if len(self._taken) >= _BATCH or self._bytes >= _BATCH_BYTES:
                self._flush(is_new)
                progress("read", count, total)
        progress("read", count, total)
        self._leave_out(skipped[seen:])
        self._flush(is_new)

    def _leave_out(self, skipped: Sequence[Skipped], before: int = 0) -> int:
        """Notes inputs that cannot be used; returns how many there are by now, with those before."""
        self.skipped += skipped
        self._between += [(len(self._taken), skip) for skip in skipped]
        return before + len(skipped)

    def _take(self, item: Any, name: str) -> None:
        article = as_article(item, name)
        text = article.text.encode("utf-8", "surrogatepass")
        self._taken.append((article, text))
        self._bytes += len(text)

    def _flush(self, is_new: bool) -> None:
        """Hands over what was taken one by one, and notes what was left out between."""
        taken, self._taken, self._bytes = self._taken, [], 0
        between, self._between = self._between, []
        first = len(self.inputs)
        if taken:
            self._hand_over(Batch.of(*zip(*taken, strict=True)), is_new)
        for place, skip in between if is_new else ():
            self.inputs.insert(first + place, LEFT_OUT + 4 * len(self.left_out))
            self.left_out.append(skip)
            first += 1

    def _hand_over(self, batch: Batch, is_new: bool) -> None:
        kept = self._name_all(batch, is_new)
        if len(kept) < len(batch):
            batch = batch.take(kept)
        if not kept:
            return
        known = {source: group_of(source) for source in set(batch.sources)}
        self.sources |= known.keys()
        groups = np.array([known[source] for source in batch.sources], np.uint64)
        teaching = None
        if self._furniture == "learn":
            teaching = groups
        elif self._furniture is None and np.any(groups != _UNKNOWN):
            teaching = np.where(groups == _UNKNOWN, NO_GROUP, groups)
        first = len(self._details)
        self.dated.extend(n for n, published in enumerate(batch.published, first) if published is not None)
        self.corpus.add(batch.buf, batch.offsets, groups, teaching, batch.titles if self._profiled else None)
        self._details.extend(batch)

    def _name_all(self, batch: Batch, is_new: bool) -> list[int]:
        """Gives articles ids of their own; returns the rows of those that are not there already."""
        names = [id.encode("utf-8", "surrogatepass") for id in batch.ids]
        kept: list[int] = []
        at = 0
        while at < len(names):
            count = self._ids.extend(names[at:])
            if not count:
                id, is_same = self._other_id(batch, kept, at)
                if is_same:
                    self._repeat(self.numbers[id], is_new)
                else:
                    count = self._ids.extend([id.encode("utf-8", "surrogatepass")])
            if is_new:
                first = len(self.is_new)
                self.inputs.extend(range(ARTICLE + 4 * first, ARTICLE + 4 * (first + count), 4))
            self.is_new.extend([is_new] * count)
            kept += range(at, at + count)
            at += max(count, 1)
        return kept

    def _repeat(self, number: int, is_new: bool) -> None:
        self.counts["repeated"] += 1
        if is_new:
            self.inputs.append(REPEATED + 4 * number)
        elif self.is_new[number]:
            self.in_both.add(number)

    def _other_id(self, batch: Batch, kept: Sequence[int], row: int) -> tuple[str, bool]:
        """(that of id, id#2, id#3, … whose article has this very text, True), or else (the first free one, False); kept
        are the rows before that are numbered but not in the corpus yet."""
        other, text, place = batch.ids[row], batch.text(row), 2
        while other in self.numbers:
            number, held = self.numbers[other], len(self.corpus)
            if text == (batch.text(kept[number - held]) if number >= held else self.corpus.utf8(number)):
                return other, True
            other = f"{batch.ids[row]}#{place}"
            place += 1
        self.counts["renamed"] += 1
        return other, False

    def digest(self) -> str:
        """Sixteen hexadecimal digits of all ids and texts, whatever their order."""
        return f"{self.corpus.digest(self._ids.digests()):016x}"


def as_article(item: Any, name: str) -> Article:
    """An Article of an Article, a mapping, or a string; `name` is the id where there is none.

    The keys of a mapping are found like the columns of a file: by their usual names.

    Raises:
        ArticleError: it is nothing of the kind.
    """
    if isinstance(item, Article):
        return replace(item, published=parse(item.published)) if isinstance(item.published, str) else item
    if isinstance(item, str):
        return Article(name, item)
    if not isinstance(item, Mapping):
        raise ArticleError(f"{type(item).__name__}: need an Article, a mapping or a string")
    columns = _columns(tuple(map(str, item)))
    if "text" not in columns:
        raise ArticleError(f"no 'text' among {', '.join(map(str, item))}")
    found = {field: item[column] for field, column in columns.items() if column in item}
    known = {field: value for field, value in found.items() if value is not None and value == value}
    for field in known.keys() & _STRINGS:
        if isinstance(known[field], int | float) and not isinstance(known[field], bool):
            known[field] = str(known[field])
    if not isinstance(known.get("published"), datetime | date | None):
        known["published"] = parse(known["published"])
    extra = {key: value for key, value in item.items() if key not in columns.values()}
    if isinstance(extra.get("extra"), Mapping):
        extra |= extra.pop("extra")
    return Article(**{"id": name, "text": None, "extra": extra, **known})


@functools.lru_cache(maxsize=256)
def _columns(names: tuple[str, ...]) -> Mapping[str, str]:
    """Which of the names holds which field, as for the columns of a file."""
    return choose(names, {}).chosen


class Versions:
    """The distinct canonical texts of a scan, each by its delegate: the smallest id, a new article before an old one.

    Attributes:
        numbers: int64, the delegates' numbers, by id.
        is_new: bool, whether an article of the version is new.
        copies: int64 (copies, 2), (delegate, copy) by number, one of them new.
        profiles: those of all articles, by number, where they are asked for.
    """

    def __init__(self, shelf: Shelf, sketched: Sketched) -> None:
        has_words = sketched.syllables[:, 0] > 0
        shelf.has_furniture = sketched.syllables[:, 1] > 0
        shelf.counts["furniture_lines"] = int(sketched.removed.sum())
        shelf.counts["furniture_articles"] = int(np.sum(sketched.removed > 0))
        shelf.wordless.update(np.flatnonzero(~has_words).tolist())
        shelf.skipped += [Skipped(shelf.ids[n], "no words") for n in sorted(shelf.wordless)]
        order = shelf.order()
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        is_new, versions, which = np.array(shelf.is_new, np.bool_), sketched.versions, np.flatnonzero(has_words)
        is_repeated = are_repeated(versions[which, 0])
        same = which[is_repeated]
        same = same[np.lexsort((rank[same], ~is_new[same], versions[same, 1], versions[same, 0]))]
        is_first = np.ones(len(same), np.bool_)
        is_first[1:] = np.any(versions[same[1:]] != versions[same[:-1]], axis=1)
        first = same[np.flatnonzero(is_first)[np.cumsum(is_first) - 1]]
        shelf.copies = np.stack([first, same], axis=1)[~is_first]
        self.copies = shelf.copies[is_new[shelf.copies[:, 0]]]  # else both are old
        numbers = np.append(which[~is_repeated], same[is_first])
        self.numbers = numbers[np.argsort(rank[numbers])]
        self.is_new = is_new[self.numbers]
        self.profiles = sketched.profiles
        place = np.full(len(rank) + 1, -1, np.int32)
        place[self.numbers] = np.arange(len(self.numbers))
        self._prints, self._holders = sketched.prints, place[sketched.holders]
        self._keyed = Keyed(*(column[self.numbers] for column in (sketched.size, sketched.selected, versions)))

    def find_candidates(self, params: Params) -> Candidates:
        """The candidate pairs among them, see `index.find_candidates`."""
        return probe(self._prints, self._holders, self._keyed, self.is_new, params)

    def forget_keys(self) -> None:
        """Drops what candidates were found by."""
        self._prints.close()
        del self._holders, self._keyed
