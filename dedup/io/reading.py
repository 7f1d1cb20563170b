"""Reads articles from files, folders and standard input."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from importlib.util import find_spec
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Unpack

from dedup.errors import InputError, MissingExtraError, ParamError
from dedup.io.batches import Batch
from dedup.io.columns import FIELDS, ColumnNames
from dedup.io.notes import Notes, UnusableError
from dedup.io.origins import Origins
from dedup.io.parquet import read_parquet, read_stream
from dedup.io.places import STDIN, Place, find, kind_of, why
from dedup.io.records import read_csv, read_json, read_jsonl, read_txt
from dedup.io.workers import Outcome, read_ahead, read_one
from dedup.models import Article, Skipped

if TYPE_CHECKING:
    from dedup.io.html import Extract

__all__ = ["ArrowReader", "Reader", "read"]

_READERS: dict[str, Callable[[Place, Mapping[str, str], Notes], Iterator[Article]]] = {  # and Parquet, HTML
    "txt": read_txt,
    "json": read_json,
    "jsonl": read_jsonl,
    "csv": read_csv,
    "tsv": read_csv,
}


def read(
    *paths: str | os.PathLike[str], extract: Extract | None = None, **columns: Unpack[ColumnNames]
) -> Reader:
    """Returns the articles at `paths`, as a stream.

    A path is a file, a folder (read with all that is below it, sorted by name, hidden entries left out) or "-" for
    JSON Lines on standard input. Files are known by their suffix: .txt, .html, .htm, .xhtml, .json, .jsonl, .ndjson,
    .csv, .tsv, .parquet, each also with .gz or .zst.

    A web page is one article: its main text by trafilatura, without headline, menus, comments and lists of links;
    title, source, url, credit and published by what it shows and what it tells machines, "" or None where that is not
    certain. Many pages in a row are read by several processes.

    What cannot be used is left out, kept in `Reader.skipped` and logged as a warning; iterating never raises for it.
    Of a damaged or truncated file every article before the break is read.

    Of a .txt file `title`, `published` and `credit` are found in the text (see `dedup.pages`), which stays whole. Rows
    have them from their columns alone.

    An article without an id is called by its path below the folder that was named (by its file name where the file
    was), with `:line` (rows of Parquet and items of JSON: their number) where a file holds many. An empty text is kept,
    except in .txt and CSV.

    Args:
        paths: what to read, in this order.
        extract: called with each web page (its HTML and its path) in place of the built-in extraction; returns fields
            of Article, `id` by default as for other files, or None to leave the page out. What it raises costs the
            page alone. Runs in this process.
        columns: which column holds the `id`, `text`, `title`, `source`, `url`, `credit` or `published`; without it the
            usual names are tried (content, noi_dung, tieu_de, link, pubDate …; case, marks and underscores do not
            matter). A file without a column that is named here is skipped. What no field takes is in `Article.extra`.

    Raises:
        InputError: a path does not exist.
        ParamError: no path, or an unknown field.
        MissingExtraError: a Parquet file is named and pyarrow is not installed, or a web page and not trafilatura.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "gia-nuoc.txt").write_text("Tỉnh Hà Lâm công bố giá nước.", encoding="utf-8")
    ...     [article.id for article in read(folder)]
    ['gia-nuoc.txt']
    """
    if not paths:
        raise ParamError("paths=(): need at least one")
    for field in columns:
        if field not in FIELDS:
            raise ParamError(f"{field}={columns[field]!r}: need a field, one of {', '.join(FIELDS)}")  # type: ignore[literal-required]
    named = {field: str(name) for field, name in columns.items() if name is not None}
    plain = [os.fsdecode(path) for path in paths]
    for path in plain:
        _check_path(path, needs_trafilatura=extract is None)
    return Reader(plain, named, extract)


class Reader(Iterator[Article]):
    """A stream of articles, and the account of it. Made by `read`; a context manager that closes the file at hand.

    Attributes:
        skipped: what was left out so far: `path` or `path:line`, and why.
        counts: values that were there and became None or "": "unreadable dates", "unreadable values" (a list as title).
        columns: field → column, of the file that was begun last.
        files: how many files were begun.
        paths: what was named to be read.
        named: field → column, as the caller named them.
        origins: where each article stood that was given so far.
    """

    def __init__(self, paths: Sequence[str], named: Mapping[str, str], extract: Extract | None = None) -> None:
        self.paths = tuple(paths)
        self.origins = Origins()
        self.named = dict(named)
        self._extract = extract
        self._notes = Notes()
        self._total: int | None = None
        self._is_in_batches = False
        self._first: list[Article | Batch] = []
        self._articles = self._read_all()

    def __next__(self) -> Article:
        return next(self._articles)  # type: ignore[return-value]

    def begin(self) -> None:
        """Reads what `in_batches` gives first; of a Parquet file another thread reads on, while the caller loads what
        it needs."""
        self._is_in_batches = True
        self._first = list(itertools.islice(self._articles, 1))

    def in_batches(self) -> Iterator[Article | Batch]:
        """The articles as a scan takes them: many at once where a file has them by column, with their texts as they are
        stored; one by one elsewhere. Instead of iterating, from the start."""
        self._is_in_batches = True
        return itertools.chain(self._first, self._articles)

    def with_skipped(self) -> Iterator[Article | Skipped]:
        """The articles, and in its place whatever is left out: an item for each input. Instead of iterating."""
        told = 0
        for article in self:
            yield from self.skipped[told:]
            told = len(self.skipped)
            yield article
        yield from self.skipped[told:]

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file at hand and ends the stream; twice is no error."""
        self._articles.close()

    def keep_stdin(self) -> None:
        """Has standard input copied to a temporary file as it is read, so that `write_kept` can go back to it."""
        import tempfile

        if STDIN in self.paths:
            self._notes.copy = tempfile.TemporaryFile()  # noqa: SIM115  (lives as long as the reader)

    def account(self) -> tuple[Origins, Notes]:
        """What was read so far, to be given to `resume`."""
        return self.origins, self._notes

    def resume(self, account: tuple[Origins, Notes]) -> None:
        """Takes everything as read by another reader of the same files."""
        self.origins, self._notes = account
        self.close()

    @property
    def stdin_copy(self) -> IO[bytes] | None:
        """What was read from standard input, where `keep_stdin` asked for it."""
        return self._notes.copy

    @property
    def skipped(self) -> list[Skipped]:
        return self._notes.skipped

    @property
    def counts(self) -> dict[str, int]:
        return self._notes.counts

    @property
    def columns(self) -> dict[str, str]:
        return self._notes.columns

    @property
    def files(self) -> int:
        return self._notes.files

    @property
    def bytes_read(self) -> int:
        """Bytes taken so far from the files on the disk, compressed as they are, or from standard input."""
        return self._notes.bytes_read

    @property
    def bytes_total(self) -> int | None:
        """Bytes of all the files, by a walk through the folders at the first access; None with standard input."""
        if STDIN in self.paths:
            return None
        if self._total is None:
            self._total = sum(place.size for place in find(self.paths, lambda where, reason: None))
        return self._total

    def _read_all(self) -> Generator[Article | Batch, None, None]:
        notes = self._notes
        for place, ready in read_ahead(find(self.paths, notes.skip), self._extract):
            begin = notes.bytes_read
            notes.files += 1
            self.origins.begin(place)
            notes.number = 0
            try:
                for item in self._read_place(place, ready):
                    self.origins.add(notes.number, len(item) if isinstance(item, Batch) else 1)
                    yield item
            except UnusableError as error:
                self._leave_out(place, error.reason)
            except OSError as error:
                self._leave_out(place, why(error))
            except MissingExtraError as error:
                self._leave_out(place, str(error))
            except MemoryError:
                self._leave_out(place, "larger than the memory")
            if place.path != STDIN:
                notes.bytes_read = begin + place.size

    def _leave_out(self, place: Place, reason: str) -> None:
        self._notes.skip(place.path, reason)
        self.origins.stop(reason)

    def _read_place(self, place: Place, ready: Outcome | None) -> Iterator[Article | Batch]:
        if place.kind == "html":
            outcome = read_one(place, self._notes, self._extract) if ready is None else ready
            if isinstance(outcome, UnusableError):
                raise outcome
            self._notes.number = 0
            return iter((outcome,))
        if place.kind == "parquet":
            return read_parquet(place, self.named, self._notes, in_batches=self._is_in_batches)
        return _READERS[place.kind](place, self.named, self._notes)


class ArrowReader:
    """The articles of anything with `__arrow_c_stream__`, as `Reader.in_batches` gives them, columns by their usual
    names.

    Attributes:
        skipped: rows left out so far, and why.

    Raises:
        InputError: no column holds the text.
        MissingExtraError: pyarrow is not installed.
    """

    def __init__(self, table: Any) -> None:
        self._table, self._notes = table, Notes()

    @property
    def skipped(self) -> list[Skipped]:
        return self._notes.skipped

    def in_batches(self) -> Iterator[Article | Batch]:
        """All rows, many at once where it can be."""
        try:
            yield from read_stream(self._table, self._notes, in_batches=True)
        except UnusableError as error:
            raise InputError("Arrow table", error.reason) from None


def _check_path(path: str, *, needs_trafilatura: bool) -> None:
    if path == STDIN:
        return
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(path, "no such file or folder") from None
    except ValueError:
        raise InputError(repr(path), "no path has a NUL character") from None
    except OSError:
        pass  # it is there but cannot be read: skipped with the reason when its turn comes
    if path.lower().endswith((".parquet", ".parquet.gz", ".parquet.zst")) and find_spec("pyarrow") is None:
        raise MissingExtraError("reading Parquet", "arrow")
    if needs_trafilatura and kind_of(path)[0] == "html" and os.path.isfile(path) and find_spec("trafilatura") is None:
        raise MissingExtraError("reading HTML", "html")
