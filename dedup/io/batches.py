"""Articles by column, as a scan takes them in: a Python object for each would take longer than to sketch its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from dedup.models import Article

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Batch"]

_MOST = 1024  # articles of a part


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles without what nothing reads (`extra`), field by field.

    Attributes:
        buf: uint8, their texts as UTF-8, one after the other, and maybe others before and behind.
        offsets: int64 (n + 1,), text i is buf[offsets[i]:offsets[i + 1]].
        ids, titles, sources, urls, credits, published: of each article, see Article.
    """

    buf: np.ndarray[Any, np.dtype[np.uint8]]
    offsets: np.ndarray[Any, np.dtype[np.int64]]
    ids: Sequence[str]
    titles: Sequence[str]
    sources: Sequence[str]
    urls: Sequence[str]
    credits: Sequence[str]
    published: Sequence[datetime | date | None]

    @staticmethod
    def of(articles: Sequence[Article], texts: Sequence[bytes]) -> Batch:
        """These articles, with their texts as UTF-8."""
        from dedup.text import pack

        fields = ("id", "title", "source", "url", "credit", "published")
        columns: list[Any] = [[getattr(article, name) for article in articles] for name in fields]
        return Batch(*pack(texts), *columns)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def _columns(self) -> tuple[Sequence[Any], ...]:
        return self.ids, self.titles, self.sources, self.urls, self.credits, self.published

    def text(self, row: int) -> bytes:
        """The text of one article, as UTF-8."""
        return self.buf[self.offsets[row] : self.offsets[row + 1]].tobytes()

    def take(self, rows: Sequence[int]) -> Batch:
        """The articles in these rows, in that order."""
        from dedup.text import pack

        columns: list[Any] = [[column[row] for row in rows] for column in self._columns]
        return Batch(*pack([self.text(row) for row in rows]), *columns)

    def parts(self, size: int) -> Iterator[Batch]:
        """The same in parts of at most so many bytes of text, or of one article."""
        lo, last = 0, len(self)
        while lo < last:
            fits = int(self.offsets.searchsorted(self.offsets[lo] + size, side="right")) - 1
            hi = min(max(fits, lo + 1), lo + _MOST, last)
            first, end = self.offsets[lo], self.offsets[hi]
            columns: list[Any] = [column[lo:hi] for column in self._columns]
            yield Batch(self.buf[first:end], self.offsets[lo : hi + 1] - first, *columns)
            lo = hi
