"""What goes into an index and what comes out of it, on the way: articles sketched, rules, matches found."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

import numpy as np

from dedup import dates
from dedup.api.choose import day
from dedup.api.index.around import Around, Told
from dedup.api.index.held import Held, pack_syllables
from dedup.api.index.recent import Recent
from dedup.furniture import Furniture, group_of
from dedup.models import Article, Params
from dedup.sketch import Sketches, sketch_and_note
from dedup.store import Copy, Entry, pack_details, unpack_details
from dedup.text import pack
from dedup.threads import each_range, thread_count

__all__ = ["Batch", "Found", "Outcome", "Rules", "article_of", "hashes_of", "prepare", "told_of"]

_UNKNOWN = int(group_of("").view(np.int64))
_PART = 128  # articles that a thread sketches at a time


class Rules(NamedTuple):
    """What an index does with its articles, see Index."""

    params: Params
    furniture: Furniture
    keeps_text: bool
    window: int | None
    own_source: bool
    recent: Recent
    around: Around | None = None  # where articles on one event are looked for

    def may_meet(self, a: Entry, b: Entry | Copy) -> bool:
        """Whether two articles may match, by when and where they were published."""
        if self.window is not None and abs(a.day - b.day) > self.window:
            return False
        return self.own_source or a.source != b.source or a.source == _UNKNOWN

    @contextlib.contextmanager
    def following(self, around: Around, wait: float) -> Iterator[Rules]:
        """The same with the articles of the days around, where events are looked for, see Around.turn."""
        if self.params.same_story:
            with around.turn(wait):
                yield self._replace(around=around)
        else:
            yield self

    @property
    def are_plain(self) -> bool:
        """Whether any two articles may match."""
        return self.window is None and self.own_source


class Batch(NamedTuple):
    """Articles of distinct ids with their sketches, before they have numbers: version is -1, number the place."""

    articles: Sequence[Article]
    entries: list[Entry]
    sketches: Sketches


class Found(NamedTuple):
    """A match of an article: the ids in order, and the figures as `make_match` takes them."""

    a: str
    b: str
    figures: list[int]


@dataclass(slots=True)
class Outcome:
    """What became of an article.

    Attributes:
        story: the id of its story.
        former: the text before, of a revision.
    """

    story: str = ""
    is_new_story: bool = False
    matches: Sequence[Found] = ()
    merged: Sequence[str] = ()
    former: Entry | None = None


def prepare(articles: Sequence[Article], rules: Rules) -> Batch:
    """The articles sketched, on several threads where there are many."""
    articles = [_dated(article) for article in articles]
    texts = [article.text.encode("utf-8", "surrogatepass") for article in articles]
    groups = [group_of(article.source) for article in articles]
    params, today = rules.params, day(datetime.now(dates.ZONE))

    def work(lo: int, hi: int) -> Sketches:
        buf, offsets = pack(texts[lo:hi])
        grouped = rules.furniture.grouped(np.array(groups[lo:hi], np.uint64), params)
        titles = [article.title for article in articles[lo:hi]] if params.same_story else None
        return sketch_and_note(buf, offsets, params, furniture=grouped, titles=titles)[0]

    sketches = Sketches.join(list(each_range(work, len(texts), thread_count(params.threads), _PART)))
    entries = []
    for place, (article, text, group) in enumerate(zip(articles, texts, groups, strict=True)):
        digest = hashlib.blake2b(text, digest_size=16).digest()
        if (when := day(article.published)) < 0:
            when = today
        entries.append(
            Entry(place, article.id, -1, when, int(group.view(np.int64)), digest, pack_details(article), text)
        )
    if not rules.keeps_text and entries:
        ready = Held(entries, params, rules.furniture, keeps_text=True).corpus.prepare(np.arange(len(entries)))
        entries = [replace(entry, body=pack_syllables(ready, place)) for place, entry in enumerate(entries)]
    return Batch(articles, entries, sketches)


def told_of(entries: Sequence[Entry], sketches: Sketches) -> Told:
    """What names the events of new versions, by the articles that found them."""
    assert sketches.profiles is not None
    published = [day(unpack_details(entry.details).get("published")) for entry in entries]
    return Told([entry.number for entry in entries], [entry.day for entry in entries], published, sketches.profiles)


def _dated(article: Article) -> Article:
    """The article, with its date read where that is written out."""
    when = article.published
    if when is None or (isinstance(when, date) and when == when):  # pandas has a time that is none
        return article
    return replace(article, published=dates.parse(when))


def hashes_of(sketches: Sketches) -> list[bytes]:
    """The hash of each version, 16 bytes."""
    whole = np.ascontiguousarray(sketches.versions).tobytes()
    return [whole[at : at + 16] for at in range(0, len(whole), 16)]


def article_of(entry: Entry) -> Article:
    """An article as it came."""
    return Article(entry.id, entry.body.decode("utf-8", "surrogatepass"), **unpack_details(entry.details))
