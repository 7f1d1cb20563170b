"""`Index`: articles in a database, each matched with those before it as it arrives."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from dedup.api.choose import day
from dedup.api.difference import diff
from dedup.api.index.adding import add
from dedup.api.index.around import Around
from dedup.api.index.intake import Found, Outcome, Rules, article_of, prepare
from dedup.api.index.looking import look_up
from dedup.api.index.rebuilding import rebuild
from dedup.api.index.recent import Recent
from dedup.api.index.settings import check, fix, params_of, read_furniture
from dedup.api.index.stories import forget
from dedup.api.index.telling import tell
from dedup.api.matches import make_match
from dedup.api.shelf import as_article
from dedup.corpus import passages
from dedup.errors import ArticleError, ParamError
from dedup.furniture import Furniture, group_of
from dedup.models import Added, Article, Diff, Match, Params, Passage, Story, identifier
from dedup.store import DamagedRunError, Entry, open_store

__all__ = ["Index"]

_T = TypeVar("_T")
_AT_ONCE = 1000  # articles in a transaction
_REPAIRS = 64  # posting lists that a call makes anew before it gives up


class Index:
    """Articles in a database: each one that is added is matched with those before it, and gets its story.

    A file (SQLite), ":memory:", or a schema of a PostgreSQL database ("postgresql://user:password@host/db?schema=dedup";
    needs `pip install dedup-vi[postgres]`); made where there is none. What `add` returned is on disk. Several threads
    and processes may use one: many read while one writes; a second writer waits, at most `Params.wait` seconds.

    What is sketched (k, min_passage, aliases, accents, furniture) is fixed when the file is made; criteria and limits
    are free at each opening, and for each call. Candidates come by the rule of "prefix", whatever the criteria, by what
    is there when the later one of a pair arrives; once articles are gone, a scan of what remains may find more.

    With `Params.same_story` articles on one event match too, with those of the days around (by the day of arrival where
    no other is known). How much a name tells depends on the articles of those days, so a batch is compared as a whole,
    and joins stories in the order of publication. Any index will do: nothing is stored for it. What it takes of those
    days is read when it is first asked for (0.1 ms an article), and kept in memory (3 kB an article).

    Args:
        path_or_url: where it is; of a URL whatever else libpq takes may be part, and "dedup" is the usual schema.
        params: criteria and limits; its sketch part has to be that of the file. By default that of the file, and else
            the usual ones.
        furniture: what to leave out of the articles by their source; by default what the file was made with.
        keep_text: whether texts are kept. Without them there are no passages, no diffs and no rebuilding; figures are
            the same. What stands for a text then are hashes of its syllables in order: nobody can read them, but
            someone who sets out to restore the text can. Of matter when the file is made.
        window: articles match only if their days are at most so many days apart. An article's day is that of its
            publication, or else of its arrival.
        own_source: whether articles of one source match each other; those without a source always may.

    Raises:
        MismatchError: the index was sketched in another way; also later, where `rebuild` does so meanwhile.
        StoreError: it cannot be opened.
        DamagedError: it is damaged, or no index.
        MissingExtraError: it is in PostgreSQL, and psycopg is not installed.

    >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
    >>> index = Index(params=Params(min_shared=10))
    >>> [added.story for added in index.add([Article("a", rain), Article("b", "Giá lúa ở Hà Lâm tăng nhẹ.")])]
    ['a', 'b']
    >>> (added,) = index.add(Article("c", rain + " Công an phân luồng từ xa."))
    >>> added.story, [(m.a, m.b, m.relation) for m in added.matches], index.story("c").articles
    ('a', [('a', 'c', 'edited')], ('a', 'c'))
    """

    def __init__(
        self, path_or_url: str | os.PathLike[str] = ":memory:", params: Params | None = None, *,
        furniture: Furniture | None = None, keep_text: bool = True, window: int | None = None, own_source: bool = True,
    ) -> None:  # fmt: skip
        check(params or Params(), furniture, window)
        self._store = open_store(os.fspath(path_or_url), fix(params or Params(), furniture, keep_text))
        self.path = self._store.name
        try:
            params = params or params_of(self._store.settings)
            known, keeps_text = read_furniture(self.path, self._store.settings, params, furniture)
        except BaseException:
            self._store.close()
            raise
        self._rules = Rules(params, known, keeps_text, window, own_source, Recent())
        self._writing, self._reading = (Around(self.path, params, known, keeps_text) for _ in range(2))

    @property
    def params(self) -> Params:
        """Its criteria and limits."""
        return self._rules.params

    @property
    def furniture(self) -> Furniture:
        """What is left out of the articles."""
        return self._rules.furniture

    @property
    def keeps_text(self) -> bool:
        """Whether texts are kept."""
        return self._rules.keeps_text

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file; the index cannot be used afterwards."""
        self._store.close()

    def __repr__(self) -> str:
        return f"<Index {self.path}>"

    # ---------------------------------------------------------------------------------------------------------- adding

    def add(self, articles: Any, params: Params | None = None) -> list[Added]:
        """Puts articles in and says of each what it matches and which story it belongs to, in order.

        The same as adding them one after the other, but faster. On disk when it returns, in transactions of 1,000
        articles. The same id with the same text is no change and gets the same answer again (as far as what it matched
        is still there); with another text it is a revision: the former text matches no more, and
        `Params.revisions` of them are kept. Values of `extra` that JSON has no word for (dates, decimals, bytes) are
        kept as text; where `published` is no date, it is read as one.

        Args:
            articles: an Article or a mapping with its fields, or several.
            params: other criteria and limits than those of the index.

        Raises:
            ArticleError: one is no article, or a string, which has no id: nothing of its thousand is added.
            MismatchError: params differ in the sketch part.
            BusyError: somebody else writes.
            StoreError: it cannot be written: nothing of this thousand is added.
        """
        rules = self._with(params)
        several = [articles] if isinstance(articles, Article | Mapping) else articles
        if isinstance(several, str | bytes) or not isinstance(several, Iterable):
            raise ArticleError(f"{type(several).__name__}: need an article with an id, or several")
        added: list[Added] = []
        for part in _parts(several):
            added += self._add(part, rules)
        return added

    def _add(self, articles: Sequence[Article], rules: Rules) -> list[Added]:
        batch = prepare(articles, rules)
        wait = rules.params.wait

        def work() -> list[Outcome]:
            with rules.following(self._writing, wait) as known, self._store.writing(wait) as ledger:
                return add(ledger, batch, known)

        outcomes = self._mending(work)
        self._store.tidy(self.params.wait)
        return [
            Added(
                article.id, outcome.story, outcome.is_new_story,
                tuple(self._match(found, self._passages) for found in outcome.matches),
                tuple(outcome.merged), self._revision(outcome.former, article),
            )
            for article, outcome in zip(batch.articles, outcomes, strict=True)
        ]  # fmt: skip

    def _revision(self, former: Entry | None, article: Article) -> Diff | None:
        return diff(article_of(former), article) if former is not None and self.keeps_text else None

    def remove(self, *ids: str | int) -> int:
        """Erases articles and their former texts from the file; returns how many were there.

        Their stories keep their ids. Posting lists may hold hashes of their shingles until the next merge.

        Raises:
            BusyError, StoreError: see add.
        """
        with self._store.writing(self.params.wait) as ledger:
            names = [*map(identifier, ids)]
            numbers = sorted(ledger.find(names).values())
            for tale in forget(ledger, numbers):
                ledger.drop_tale(tale.number)
            ledger.drop_former(names)
        self._rules.recent.clear()
        self._store.tidy(self.params.wait)
        self._store.erase()
        return len(numbers)

    def expire(self, before: date) -> int:
        """Erases the articles published before a day, or where that is not known arrived; returns how many.

        In steps, so that others may read and write meanwhile; the file does not shrink, its space is used again.

        Args:
            before: the first day that stays; of a moment its day in Vietnam.

        Raises:
            ParamError: it is no day.
            BusyError, StoreError: see add.
        """
        gone, first = 0, day(before)
        if first < 0:
            raise ParamError(f"before={before!r:.60}: need a day")
        while True:
            with self._store.writing(self.params.wait) as ledger:
                numbers = ledger.before(first, _AT_ONCE)
                ids = [entry.id for entry in ledger.articles(numbers).values()]
                for tale in forget(ledger, numbers):
                    ledger.drop_tale(tale.number)
                ledger.drop_former(ids)
            gone += len(numbers)
            if len(numbers) < _AT_ONCE:
                break
        self._rules.recent.clear()
        self._store.tidy(self.params.wait)
        self._store.erase()
        return gone

    # --------------------------------------------------------------------------------------------------------- looking

    def query(self, article: Any, params: Params | None = None) -> list[Match]:
        """The matches of an article with those of the index, by id; a is the article, b one of the index.

        Nothing is added. Each text is named once, by the smallest id that has it; an article of the same id is no
        match.

        Args:
            article: an Article, a mapping with its fields, or a string (its id is "query").
            params: other criteria and limits than those of the index.

        Raises:
            ArticleError: it is nothing of the kind.
            MismatchError: params differ in the sketch part.

        >>> rain = "Sáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm, hàng trăm xe chết máy giữa đường."
        >>> index = Index(params=Params(min_shared=10))
        >>> added = index.add(Article("a", rain))
        >>> [(m.b, m.relation) for m in index.query(rain.upper())]
        [('a', 'reprint')]
        """
        rules = self._with(params)
        given = as_article(article, "query")
        batch = prepare([given], rules)

        def work() -> list[Found]:
            with rules.following(self._reading, -1) as known, self._store.reading() as snapshot:
                return look_up(snapshot, batch, known)

        def find(_: str, b: str) -> list[Passage]:
            return self._passages_of(given, self.get(b))

        return [self._match(found, find) for found in self._mending(work)]

    def story(self, id: str | int) -> Story:
        """The story of that id, of a story that was merged into it, or of the article of that id.

        Raises:
            KeyError: there is none.
        """
        with self._store.reading() as snapshot:
            return tell(snapshot, identifier(id), self._rules)

    def story_ids(self, *ids: str | int) -> dict[str, str]:
        """The id of the story of each of these articles that is there: `story(id).id`, without comparing anything."""
        with self._store.reading() as snapshot:
            entries = snapshot.articles(snapshot.find([*map(identifier, ids)]).values()).values()
            stories = snapshot.stories_of({entry.version for entry in entries})
            tales = snapshot.tales({*stories.values()})
        return {entry.id: tales[stories[entry.version]].id for entry in entries}

    def get(self, id: str | int) -> Article:
        """The article of that id; its text is "" where no texts are kept.

        Raises:
            KeyError: there is none.
        """
        with self._store.reading() as snapshot:
            entries = snapshot.articles(snapshot.find([identifier(id)]).values())
        for entry in entries.values():
            return self._article(entry)
        raise KeyError(id)

    def former(self, id: str | int) -> list[Article]:
        """The former texts of an article that are kept, the latest first."""
        with self._store.reading() as snapshot:
            return [self._article(entry) for entry in snapshot.former(identifier(id))]

    def articles(self) -> Iterator[Article]:
        """All articles in the order of their arrival, read as they are asked for."""
        last = 0
        while True:
            with self._store.reading() as snapshot:
                entries = snapshot.articles(snapshot.after(last, _AT_ONCE))
            if not entries:
                return
            for last in sorted(entries):
                yield self._article(entries[last])

    def stats(self) -> dict[str, int]:
        """What is counted, by name: articles, versions, stories, posting lists (runs), bytes of the file, …"""
        with self._store.reading() as snapshot:
            return snapshot.stats()

    def __len__(self) -> int:
        with self._store.reading() as snapshot:
            return snapshot.count()

    def __contains__(self, id: object) -> bool:
        with self._store.reading() as snapshot:
            return isinstance(id, str | int) and bool(snapshot.find([str(id)]))

    # ------------------------------------------------------------------------------------------------------ rebuilding

    @classmethod
    def rebuild(
        cls, path_or_url: str | os.PathLike[str], params: Params | None = None, *,
        furniture: Furniture | None = None, same_story: bool = False,
    ) -> int:  # fmt: skip
        """Sketches all articles of an index anew, by other params or by a newer dedup; returns how many.

        In one transaction. Stories are made anew as if the articles arrived again in the same order, by the usual
        criteria or those of params, and whatever their days and sources. Who has the index open has to open it again.

        Args:
            path_or_url: where it is.
            params: how to sketch them; by default as they are.
            furniture: what to leave out of them; by default what the file was made with.
            same_story: whether events join stories, whatever params say.

        Raises:
            ParamError: the index keeps no texts.
            BusyError, StoreError: see add.
        """
        return rebuild(os.fspath(path_or_url), params, furniture, same_story=same_story)

    # ----------------------------------------------------------------------------------------------------------- shared

    def _with(self, params: Params | None) -> Rules:
        if params is None:
            return self._rules
        check(params, self.furniture, None)
        read_furniture(self.path, self._store.settings, params, None)
        return self._rules._replace(params=params)

    def _mending(self, work: Callable[[], _T]) -> _T:
        """What work returns; posting lists that it finds damaged are made anew."""
        for _ in range(_REPAIRS):
            try:
                return work()
            except DamagedRunError as error:
                self._store.mend(error, self.params.wait)
        return work()

    def _match(self, found: Found, find: Callable[[str, str], list[Passage]]) -> Match:
        return make_match(found.a, found.b, found.figures, find)

    def _passages(self, a: str, b: str) -> list[Passage]:
        return self._passages_of(self.get(a), self.get(b))

    def _passages_of(self, a: Article, b: Article) -> list[Passage]:
        if not self.keeps_text:
            return []
        learnt = [self.furniture.learnt(group_of(one.source)) for one in (a, b)]
        return passages(a.text, b.text, self.params, *learnt)

    def _article(self, entry: Entry) -> Article:
        return article_of(entry if self.keeps_text else dataclasses.replace(entry, body=b""))


def _parts(articles: Iterable[Any]) -> Iterator[list[Article]]:
    """The articles in parts of distinct ids."""
    part: list[Article] = []
    ids: set[str] = set()
    for count, item in enumerate(articles, 1):
        if isinstance(item, str):
            raise ArticleError(f"article {count}: a string: need an article with an id")
        article = as_article(item, "")
        if not article.id:
            raise ArticleError(f"article {count}: need an id")
        if article.id in ids or len(part) == _AT_ONCE:
            yield part
            part, ids = [], set()
        part.append(article)
        ids.add(article.id)
    if part:
        yield part
