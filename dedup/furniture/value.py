"""`Furniture`: what is left out as corpus furniture, as a value that can be saved, read by people, and loaded again."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import tempfile
import textwrap
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import numpy as np

from dedup import kernels
from dedup.errors import ArticleError, InputError, ParamError
from dedup.furniture.learning import Found, Learner
from dedup.io import write_json
from dedup.letters import SCHEME, digest
from dedup.models import Article, Params
from dedup.profiles import no_headlines
from dedup.text import NO_GROUP, Grouped, Learnt, Tables, encode, hash_table, memo, pack, tables
from dedup.threads import each_item, thread_count

__all__ = ["Furniture", "FurnitureLine", "group_of", "names_of"]

_FORMAT, _VERSION = "dedup furniture", 1
_KINDS = {"line": kernels.LEARNT, "heading": kernels.HEADING}
_SHOWN = 80  # code points of the text of a line that are kept for people
_BATCH, _BATCH_BYTES = 1024, 2 << 20
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:/\S*)?")

_U64 = np.ndarray[Any, np.dtype[np.uint64]]


@functools.lru_cache(maxsize=65536)
def _name_of(source: str) -> str:
    """What a source is called: its registrable domain, or where it is none its name in lower case; "" is unknown."""
    name = " ".join(unicodedata.normalize("NFC", source).split()).casefold()
    if "://" in name or _DOMAIN.fullmatch(name):
        from dedup.io.headers import find_source

        return find_source(name if "://" in name else f"https://{name}") or name
    return name


@functools.lru_cache(maxsize=65536)
def group_of(source: str) -> np.uint64:
    """A number for the source of an article, the same for all addresses of one domain; never 0."""
    key = hashlib.blake2b(_name_of(source).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(key, "little") | 1)


def names_of(sources: Iterable[str]) -> dict[int, str]:
    """What the group of each of these sources is called."""
    return {int(group_of(source)): _name_of(source) for source in sources}


@dataclass(frozen=True, slots=True)
class FurnitureLine:
    """A line (or a sentence of a long line) that is furniture.

    Attributes:
        source: whose: a registrable domain, or a name; "" where it is unknown.
        kind: "heading" where it opens a list of headlines: short lines between it and another line that is furniture
            are furniture too, unless a line of text stands before them. Else "line".
        versions: how many versions of the source held it.
        text: how it begins in one of them, for people.
        code: a hash of its canonical syllables, 64 bits.
    """

    source: str
    kind: Literal["line", "heading"]
    versions: int
    text: str
    code: int


@dataclass(frozen=True, slots=True, repr=False)
class Furniture:
    """Lines and sentences that the pages of a source show beside their articles, left out of every figure.

    Made by `learn` or `load`; an empty one leaves nothing out. Two are equal where they say the same.

    Attributes:
        lines: what is left out, by source, those in most versions first.
        accents, aliases: as in the Params it was learnt with; it fits no others.

    >>> len(Furniture())
    0
    """

    lines: tuple[FurnitureLine, ...] = ()
    accents: str = "keep"
    aliases: bool | tuple[tuple[str, str], ...] = True
    _table: Tables = field(init=False, compare=False)
    _groups: _U64 = field(init=False, compare=False)

    def __post_init__(self) -> None:
        kinds = {_mixed(line.code ^ int(group_of(line.source))): _KINDS[line.kind] for line in self.lines}
        object.__setattr__(self, "_table", hash_table(kinds))
        groups = np.array([group_of(source) for source in self.counts()], np.uint64)
        object.__setattr__(self, "_groups", np.unique(groups))

    @classmethod
    def learn(cls, articles: Iterable[Article], params: Params | None = None) -> Furniture:
        """What is furniture among these articles: the same for any order, and for any number of threads.

        A line (or a sentence in lines longer than a headline) is furniture where 20 versions of one source hold it
        whose other text differs (median resemblance of a sample below 0.1). Articles without a source are one group:
        give the source where it is known. Texts are kept in a temporary file, some 900 bytes of each in memory.

        Args:
            articles: Articles, for instance from `read`.
            params: accents, aliases and threads matter.

        Raises:
            ArticleError: one is no Article.

        >>> news = [" ".join(f"hộ số {i * j * j % 97} ở xóm {i} đã gặt" for j in range(9)) for i in range(20)]
        >>> pages = [Article(i, f"Báo Hà Lâm mỗi sáng\\n{text}", source="halam.example") for i, text in enumerate(news)]
        >>> [(line.source, line.text) for line in Furniture.learn(pages).lines]
        [('halam.example', 'Báo Hà Lâm mỗi sáng')]
        """
        params = params or Params()
        learner, versions = Learner(), [np.zeros((0, 2), np.uint64)]
        sources: set[str] = set()
        with tempfile.TemporaryFile() as file:
            spool = _Spool(file)
            work, batches = functools.partial(_note, params=params), _batches(articles, spool, sources)
            count = 0
            for groups, hashes, notes in each_item(work, batches, thread_count(params.threads)):
                learner.add(count, groups, notes)
                versions.append(hashes)
                count += len(groups)
            found, _ = learner.learn(np.concatenate(versions))
            return cls.of(found, spool.read, names_of(sources), params)

    @classmethod
    def of(
        cls, found: Sequence[Found], text_of: Callable[[int], bytes], names: Mapping[int, str], params: Params
    ) -> Furniture:
        """The value of what a Learner found; text_of gives a text by its number, names the source of a group."""
        shown: dict[int, tuple[str, Any]] = {}
        lines = []
        for unit in found:
            if unit.articles[0] not in shown:
                text = min(map(text_of, unit.articles)).decode("utf-8", "surrogatepass")
                shown[unit.articles[0]] = text, kernels.document(encode(text), tables(params), 1, NO_GROUP)
            text, (_, _, starts, ends) = shown[unit.articles[0]]
            example = textwrap.shorten(text[starts[unit.lo] : ends[unit.hi - 1]], _SHOWN, placeholder=" …")
            kind: Literal["line", "heading"] = "heading" if unit.is_heading else "line"
            lines.append(FurnitureLine(names[unit.group], kind, unit.versions, example, unit.code))
        lines.sort(key=lambda line: (line.source, -line.versions, line.code))
        return cls(tuple(lines), params.accents, _aliases(params))

    def __len__(self) -> int:
        """How many lines and sentences it holds."""
        return len(self.lines)

    def __repr__(self) -> str:
        counts = Counter(self.counts()).most_common()
        listed = ", ".join(f"{source or 'unknown source'}: {count}" for source, count in counts[:3])
        return f"<Furniture of {len(self)} lines{' · ' * bool(counts)}{listed}{', …' * (len(counts) > 3)}>"

    def counts(self) -> dict[str, int]:
        """How many lines and sentences are left out, by source, in alphabetical order."""
        return dict(sorted(Counter(line.source for line in self.lines).items()))

    def learnt(self, group: np.uint64) -> Learnt | None:
        """What is left out of a text of that group; None where that is nothing."""
        return Learnt(self._table, group) if group in self._groups else None

    def grouped(self, groups: _U64, params: Params) -> Grouped:
        """What is left out of texts of these groups, as the kernels take it."""
        is_known = np.isin(groups, self._groups)
        return Grouped(tables(params, Learnt(self._table, NO_GROUP)), np.where(is_known, groups, NO_GROUP))

    def check(self, params: Params) -> None:
        """Raises ParamError where it was learnt with other accents or aliases than those of the params."""
        for name, theirs in {"accents": params.accents, "aliases": _aliases(params)}.items():
            mine = getattr(self, name)
            if self.lines and mine != theirs:
                raise ParamError(f"furniture: was learnt with {name}={mine!r:.60}, not {theirs!r:.60}: learn it again")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a JSON file, whole or not at all; the same bytes for an equal value. "-" is standard output."""
        write_json(path, self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """What `save` writes, as plain values."""
        sources: dict[str, list[dict[str, Any]]] = {source: [] for source in self.counts()}
        for line in self.lines:
            row = {"text": line.text, "kind": line.kind, "versions": line.versions, "code": f"{line.code:016x}"}
            sources[line.source].append(row)
        about = {"format": _FORMAT, "version": _VERSION, "tokenizer": _tokenizer(), "accents": self.accents}
        aliases = self.aliases if isinstance(self.aliases, bool) else dict(self.aliases)
        return {**about, "aliases": aliases, "sources": sources}

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Furniture:
        """The value that `save` wrote.

        Raises:
            InputError: it cannot be read, is no such file, or was made by another version of the tokenizer.
        """
        name = os.fsdecode(path)
        try:
            with open(path, encoding="utf-8") as file:
                value = json.load(file)
        except OSError as error:
            raise InputError(name, error.strerror or str(error)) from None
        except (ValueError, RecursionError) as error:
            raise InputError(name, f"is no furniture file: {error}") from None
        return cls.of_dict(value, name)

    @classmethod
    def of_dict(cls, value: Any, name: str) -> Furniture:
        """The value of what `as_dict` gave; name stands in messages.

        Raises:
            InputError: it is no such thing, or was made by another version of the tokenizer.
        """
        if not isinstance(value, dict) or value.get("format") != _FORMAT:
            raise InputError(name, f"is no furniture file: need the format {_FORMAT!r}")
        if value.get("version") != _VERSION:
            raise InputError(name, f"is a furniture file of version {value.get('version')!r}: need {_VERSION}")
        if value.get("tokenizer") != _tokenizer():
            raise InputError(name, f"was learnt with tokenizer {value.get('tokenizer')!r}, not {_tokenizer()!r}: "
                             "learn it again")  # fmt: skip
        try:
            return cls(tuple(_lines(value["sources"])), _accents(value["accents"]), _forms(value["aliases"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(name, f"is a damaged furniture file: {type(error).__name__}: {error}") from None


def _mixed(x: int) -> int:
    """As kernels._mix."""
    for factor in (int(kernels._M1), int(kernels._M2)):
        x = (x ^ x >> 33) * factor % 2**64
    return x ^ x >> 33


def _tokenizer() -> str:
    return f"{SCHEME}:{digest()}"


def _aliases(params: Params) -> bool | tuple[tuple[str, str], ...]:
    return tuple(sorted(params.aliases.items())) if isinstance(params.aliases, Mapping) else params.aliases


def _lines(sources: Any) -> Iterator[FurnitureLine]:
    for source, rows in sources.items():
        for row in rows:
            kind, versions, text, code = row["kind"], row["versions"], row["text"], int(row["code"], 16)
            if kind not in _KINDS or type(versions) is not int or not isinstance(text, str) or not 0 <= code < 2**64:
                raise ValueError(f"{row!r:.80}")
            yield FurnitureLine(source, kind, versions, text, code)


def _accents(value: Any) -> str:
    if value not in ("keep", "ignore"):
        raise ValueError(f"accents={value!r:.40}")
    return str(value)


def _forms(value: Any) -> bool | tuple[tuple[str, str], ...]:
    return value if isinstance(value, bool) else tuple(sorted((str(long), str(short)) for long, short in value.items()))


class _Spool:
    """Texts in a file, found again by their number."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("q", [0])

    def write(self, text: bytes) -> None:
        self._file.write(text)
        self._ends.append(self._ends[-1] + len(text))

    def read(self, number: int) -> bytes:
        lo, hi = self._ends[number], self._ends[number + 1]
        self._file.seek(lo)
        return self._file.read(hi - lo)


def _batches(
    articles: Iterable[Article], spool: _Spool, sources: set[str]
) -> Iterator[tuple[list[bytes], list[np.uint64]]]:
    """Texts and their groups, so many at a time; texts go to the spool, where they are from to `sources`."""
    texts: list[bytes] = []
    groups: list[np.uint64] = []
    size = 0
    for article in articles:
        if not isinstance(article, Article):
            raise ArticleError(f"{type(article).__name__}: need an Article")
        texts.append(article.text.encode("utf-8", "surrogatepass"))
        groups.append(group_of(article.source))
        sources.add(article.source)
        spool.write(texts[-1])
        size += len(texts[-1])
        if len(texts) >= _BATCH or size >= _BATCH_BYTES:
            yield texts, groups
            texts, groups, size = [], [], 0
    if texts:
        yield texts, groups


def _note(batch: tuple[list[bytes], list[np.uint64]], params: Params) -> tuple[_U64, _U64, tuple[Any, ...]]:
    """(groups, versions, notes) of some texts."""
    texts, groups = batch
    buf, offsets = pack(texts)
    nothing, look_up = np.zeros(0, np.uint32), (np.full(len(texts), NO_GROUP), tables(params), memo(params))
    window = params.min_passage - params.k + 1
    found, notes, _ = kernels.sketches(
        buf, offsets, *look_up, params.k, window, nothing, nothing, True, *no_headlines(params)
    )
    return np.array(groups, np.uint64), found[3], notes
