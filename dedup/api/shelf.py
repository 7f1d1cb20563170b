"""The articles of one scan: texts in a Corpus, the rest in lists; here ids become unique and copies find each other."""

from __future__ import annotations

import functools
import hashlib
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import numpy as np

from dedup.corpus import Corpus
from dedup.dates import parse
from dedup.errors import ArticleError
from dedup.furniture import Furniture, group_of, names_of
from dedup.index import band_shape
from dedup.io import ArrowReader, Reader
from dedup.io.columns import choose
from dedup.models import Article, Params, Skipped
from dedup.sketch import Sketches
from dedup.text import NO_GROUP, Learnt

__all__ = ["ARTICLE", "LEFT_OUT", "REPEATED", "Progress", "Shelf", "Versions", "as_article"]

Progress = Callable[[str, int, int | None], None]  # (stage, done, of how many or None where that is not known)

ARTICLE, REPEATED, LEFT_OUT = range(3)  # what became of an input

_BATCH_BYTES, _BATCH = 2 << 20, 1024  # of a chunk: what one thread sketches at a time
_STRINGS = frozenset(("title", "source", "url", "credit"))
_DETAILS = ("title", "source", "url", "credit", "published")
_UNKNOWN = group_of("")


class Shelf:
    """Articles by number, in the order they came.

    Attributes:
        corpus: their texts.
        ids, numbers: id of each, and number of each id.
        details: what else is known of each, by field.
        is_new: whether each is from `articles` (and not from `against`).
        copies: delegate → its copies, by id.
        skipped, counts: see Scan.
        inputs: what became of each input of `articles`, in order: ARTICLE, REPEATED or LEFT_OUT + 4 * its number.
        left_out: the skipped inputs among them, by that number.
        wordless: articles that hold no syllable.
        has_furniture: bool, whether an article holds page furniture.
        likeness: of pairs that tell of one event, by their numbers, the smaller first: thousandths.
        in_both: new articles that stand in `against` too, with the same id and text.
    """

    def __init__(self, params: Params, furniture: Furniture | Literal["learn", "none"] | None = None) -> None:
        value = furniture if isinstance(furniture, Furniture) else Furniture()
        self.corpus = Corpus(params, value, signatures=band_shape(params) is not None)
        self._furniture = furniture
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}
        self.details: list[dict[str, Any]] = []
        self.is_new: list[bool] = []
        self.copies: dict[str, list[str]] = {}
        self.skipped: list[Skipped] = []
        self.counts = dict.fromkeys(
            ("articles", "versions", "copies", "skipped", "repeated", "renamed", "candidates", "matches", "crowds",
             "left_out", "same_story_left_out", "furniture_lines", "furniture_articles"), 0,
        )  # fmt: skip
        self.inputs = array("q")
        self.left_out: list[Skipped] = []
        self.wordless: set[int] = set()
        self.has_furniture = np.zeros(0, np.bool_)
        self.in_both: set[int] = set()
        self.likeness: dict[tuple[int, int], int] = {}
        self._waiting: list[bytes] = []
        self._waiting_groups: list[np.uint64] = []
        self._waiting_bytes = 0

    def finish(self) -> Sketches:
        """The sketches of all texts; furniture is learnt now, where it is to be."""
        return self.corpus.finish(names_of({details.get("source", "") for details in self.details}))

    def learnt(self, id: str) -> Learnt | None:
        """The corpus furniture that is left out of an article."""
        return self.corpus.learnt(self.numbers[id])

    def article(self, id: str) -> Article:
        """An article as it was read but for `extra`."""
        number = self.numbers[id]
        return Article(id, self.corpus.text(number), **self.details[number])

    def touches_new(self, a: str, b: str) -> bool:
        """Whether one of two articles is new."""
        return self.is_new[self.numbers[a]] or self.is_new[self.numbers[b]]

    def by_version(self) -> tuple[dict[int, list[int]], np.ndarray[Any, np.dtype[np.int64]]]:
        """(delegate → itself and its copies, for each that has copies; the delegate of every article), by number."""
        numbers = self.numbers
        members = {numbers[d]: [numbers[d], *(numbers[c] for c in many)] for d, many in self.copies.items()}
        home = np.arange(len(self.ids))
        for delegate, articles in members.items():
            home[articles] = delegate
        return members, home

    def add(self, articles: Iterable[Any], is_new: bool, progress: Progress) -> None:
        """Takes articles in; what is no article is skipped and named."""
        total = len(articles) if isinstance(articles, Sequence) else None
        reader = ArrowReader(articles) if hasattr(articles, "__arrow_c_stream__") else articles
        items = reader.encoded() if isinstance(reader, Reader | ArrowReader) else articles
        skipped: Sequence[Skipped] = getattr(reader, "skipped", ())
        count = seen = 0
        for count, item in enumerate(items, 1):
            if len(skipped) > seen:
                seen = self._leave_out(skipped[seen:], is_new, seen)
            try:
                self._take(item, str(count) if is_new else f"against:{count}", is_new)
            except ArticleError as error:
                self._leave_out([Skipped(f"article {count}", str(error))], is_new)
            if len(self._waiting) >= _BATCH or self._waiting_bytes >= _BATCH_BYTES:
                self._hand_over()
                progress("read", count, total)
        progress("read", count, total)
        self._leave_out(skipped[seen:], is_new)
        self._hand_over()

    def _leave_out(self, skipped: Sequence[Skipped], is_new: bool, before: int = 0) -> int:
        """Notes inputs that cannot be used; returns how many there are by now, with those before."""
        self.skipped += skipped
        if is_new:
            for skip in skipped:
                self.inputs.append(LEFT_OUT + 4 * len(self.left_out))
                self.left_out.append(skip)
        return before + len(skipped)

    def _hand_over(self) -> None:
        if self._waiting:
            groups = np.array(self._waiting_groups, np.uint64)
            teaching = None
            if self._furniture == "learn":
                teaching = groups
            elif self._furniture is None and np.any(groups != _UNKNOWN):
                teaching = np.where(groups == _UNKNOWN, NO_GROUP, groups)
            self.corpus.add(self._waiting, groups, teaching)
            self._waiting, self._waiting_groups, self._waiting_bytes = [], [], 0

    def _take(self, item: Any, name: str, is_new: bool) -> None:
        if type(item) is tuple and len(item) == 2 and isinstance(item[0], Article):
            article, text = item
        else:
            article = as_article(item, name)
            text = article.text.encode("utf-8", "surrogatepass")
        id = article.id
        if id in self.numbers:
            id, is_same = self._other_id(id, text)
            if is_same:
                self._repeat(self.numbers[id], is_new)
                return
        if is_new:
            self.inputs.append(ARTICLE + 4 * len(self.ids))
        self.numbers[id] = len(self.ids)
        self.ids.append(id)
        self.is_new.append(is_new)
        self.details.append({name: value for name in _DETAILS if (value := getattr(article, name))})
        self._waiting.append(text)
        self._waiting_groups.append(group_of(article.source))
        self._waiting_bytes += len(text)

    def _repeat(self, number: int, is_new: bool) -> None:
        self.counts["repeated"] += 1
        if is_new:
            self.inputs.append(REPEATED + 4 * number)
        elif self.is_new[number]:
            self.in_both.add(number)

    def _other_id(self, id: str, text: bytes) -> tuple[str, bool]:
        """(that of id, id#2, id#3, … whose article has this very text, True), or else (the first free one, False)."""
        other, number = id, 2
        while other in self.numbers:
            if self._text(self.numbers[other]) == text:
                return other, True
            other = f"{id}#{number}"
            number += 1
        self.counts["renamed"] += 1
        return other, False

    def digest(self) -> str:
        """Sixteen hexadecimal digits of all ids and texts, whatever their order."""
        total = 0
        for number, id in enumerate(self.ids):
            state = hashlib.blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8)
            state.update(b"\0")
            state.update(self.corpus.utf8(number))
            total += int.from_bytes(state.digest(), "little")
        return f"{total % 2**64:016x}"

    def _text(self, number: int) -> bytes:
        held = len(self.corpus)
        if number >= held:
            return self._waiting[number - held]
        return self.corpus.utf8(number)


def as_article(item: Any, name: str) -> Article:
    """An Article of an Article, a mapping, or a string; `name` is the id where there is none.

    The keys of a mapping are found like the columns of a file: by their usual names.

    Raises:
        ArticleError: it is nothing of the kind.
    """
    if isinstance(item, Article):
        return item
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
        sketches: those of the delegates, in the same order.
        is_new: bool, whether an article of the version is new.
        copies: int64 (copies, 2), (delegate, copy) by number, one of them new.
    """

    def __init__(self, shelf: Shelf, sketches: Sketches) -> None:
        has_words = sketches.syllables[:, 0] > 0
        shelf.has_furniture = sketches.syllables[:, 1] > 0
        shelf.counts["furniture_lines"] = int(sketches.removed.sum())
        shelf.counts["furniture_articles"] = int(np.sum(sketches.removed > 0))
        shelf.wordless.update(np.flatnonzero(~has_words).tolist())
        shelf.skipped += [Skipped(shelf.ids[n], "no words") for n in sorted(shelf.wordless)]
        order = sorted(np.flatnonzero(has_words).tolist(), key=lambda n: (not shelf.is_new[n], shelf.ids[n]))
        delegate: dict[bytes, int] = {}
        copies = []
        keys = np.ascontiguousarray(sketches.versions).tobytes()
        for n in order:
            first = delegate.setdefault(keys[16 * n : 16 * n + 16], n)
            if first != n:
                shelf.copies.setdefault(shelf.ids[first], []).append(shelf.ids[n])
                if shelf.is_new[first]:  # else both are old
                    copies.append((first, n))
        self.numbers = np.array(sorted(delegate.values(), key=shelf.ids.__getitem__), np.int64)
        self.copies = np.array(copies, np.int64).reshape(-1, 2)
        self.is_new = np.array(shelf.is_new, np.bool_)[self.numbers]
        self.sketches = sketches.take(self.numbers)
