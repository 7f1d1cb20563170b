"""The matches of a scan as lines: the strongest first, by headline; of templates also what differs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from dedup import tokenize
from dedup.api import Scan
from dedup.cli.layout import NARROW, View, count_lines, fit, fit_parts, flow, line_up
from dedup.cli.words import Language, number, percent, plain, relation_name, say
from dedup.models import RELATIONS, Match, Relation, Token

__all__ = ["PairRow", "draw_pairs", "list_pairs", "name_of", "sum_up_pairs"]

_SHORT_ID = 16  # characters of an id that stands beside the headline
_READ = 20_000  # characters of an article in which differences are looked for
_NAMED = 3  # differences that are named
_MARK = "; "
_VALUE = 40  # characters of one
_JOINTS = frozenset("/-.,:")  # what may stand within a date, a code or a name


class PairRow(NamedTuple):
    """A pair in words: its share, its relation or what differs, both headlines, each with a short id."""

    share: str
    what: list[str]
    names: tuple[tuple[str, str], ...]

    def fit(self, width: int) -> list[str]:
        """Both headlines, cut so that the ids stay."""
        return [fit(name, width - cell_len(tag)) + tag for name, tag in self.names]


def list_pairs(width: int, lang: Language, result: Scan, view: View, kind: str, room: int) -> list[Text]:
    """The lines of the template pairs or of all other matches that fit, with a heading and what to type next."""
    is_template = kind == "template"
    matches = result.matches.of(*(r for r in RELATIONS if (r == "template") == is_template))
    templates = Text(say(lang, "templates", number(lang, len(matches)), ""))
    lines = [templates if is_template else sum_up_pairs(lang, matches.count_relations())]
    if not len(matches):
        return lines
    hint = _hint(width, lang, view, len(matches))
    left = room - len(lines) - count_lines(hint, width)
    limit = view.limit(len(matches), max(3, left // 3 if width < NARROW else left - 1))
    shown = [matches[place] for place in matches.order_by_strength()[:limit].tolist()]
    rows = [_row(lang, result, match) for match in shown]
    lines += draw_pairs(width, lang, rows, is_template=is_template)
    return [*lines, *_hint(width, lang, view, len(matches) - limit)]


def sum_up_pairs(lang: Language, relations: Mapping[Relation | None, int]) -> Text:
    """How many pairs there are, of which relations."""
    kinds = " · ".join(
        f"{number(lang, relations[r])} {relation_name(lang, r)}" for r in (*RELATIONS[1:], None) if relations.get(r)
    )
    total = sum(relations.values())
    return Text(say(lang, "pairs", number(lang, total), kinds) if total else say(lang, "no_pairs"))


def draw_pairs(width: int, lang: Language, rows: list[PairRow], *, is_template: bool = False) -> list[Text]:
    """Pairs as a table, or one below the other on a narrow screen."""
    return _blocks(width, rows) if width < NARROW else _table(width, lang, rows, is_template)


def _row(lang: Language, result: Scan, match: Match) -> PairRow:
    if match.relation == "template":
        what = list(itertools.islice(_differences(result, match), _NAMED))
    else:
        what = [relation_name(lang, match.relation)]
    names = tuple(name_of(lang, id, result.headline(id)) for id in (match.a, match.b))
    return PairRow(percent(lang, match.containment), what, names)


def name_of(lang: Language, id: str, headline: str) -> tuple[str, str]:
    """(headline, id where it is short) as a row has them."""
    return plain(headline) or say(lang, "untitled"), f" [{plain(id)}]" if len(id) <= _SHORT_ID else ""


def _table(width: int, lang: Language, rows: list[PairRow], is_template: bool) -> list[Text]:
    """A heading and a line for each pair."""
    heads = [say(lang, name) for name in ("share", "differs" if is_template else "relation", "one", "other")]
    share = max(cell_len(text) for text in (heads[0], *(row.share for row in rows)))
    what = min(width // 4, max(cell_len(_MARK.join(text)) for text in ([heads[1]], *(row.what for row in rows))))
    half = (width - share - what - 6) // 2
    cells = [[row.share, fit_parts(row.what, what, _MARK), *row.fit(half)] for row in rows]
    head, *lines = line_up([heads, *cells], [share, what, half, half], [0])
    head.stylize("bold")
    return [head, *lines]


def _blocks(width: int, rows: list[PairRow]) -> list[Text]:
    """Three lines for each pair: how alike they are and how, and both headlines."""
    lines = []
    for row in rows:
        lines.append(Text(f"{row.share:>5}  {fit_parts(row.what, width - 7, _MARK)}"))
        lines += [Text(" " * 7 + name, style="dim") for name in row.fit(width - 7)]
    return lines


def _hint(width: int, lang: Language, view: View, rest: int) -> list[Text]:
    parts = ["…  " + say(lang, "more_pairs", number(lang, rest))] if rest else []
    if "matches" not in view.written:
        parts.append(say(lang, "write_matches"))
    lines = flow(parts, width)
    for line in lines:
        line.stylize("dim")
    return lines


# --------------------------------------------------------------------------------------------------------- what differs


def _differences(result: Scan, match: Match) -> Iterator[str]:
    """The numbers, codes and names that stand behind the same words in both, where they differ."""
    one, other = (_slots(_read(result, id)) for id in (match.a, match.b))
    seen = set()
    for words, value in one.items():
        there = other.get(words, value)
        if there.casefold() != value.casefold() and (value, there) not in seen:
            seen.add((value, there))
            yield f"{value} → {there}"


def _read(result: Scan, id: str) -> str:
    article, _ = result.strip(id)
    return f"{article.title}\n{article.text[:_READ]}"


def _slots(text: str) -> dict[tuple[str, ...], str]:
    """Numbers, codes and names of two words and more, each by its kind and the two words before it; the first one."""
    tokens, found, place = tokenize(text), dict[tuple[str, ...], str](), 1
    while place < len(tokens):
        end, is_name = place + 1, tokens[place].kind == "word"
        if _is_slot(tokens[place]):
            while end < len(tokens) and _belongs(text, tokens[end - 1], tokens[end]):
                end += 1
            before = [token.text.casefold() for token in tokens[max(0, place - 2) : place]]
            begins = is_name and text[tokens[place - 1].end : tokens[place].start] != " "  # a sentence
            value = plain(text[tokens[place].start : tokens[end - 1].end])
            if not begins and len(value) <= _VALUE and end - place > is_name:
                found.setdefault(("name" if is_name else "number", *before), value)
        place = end
    return found


def _is_slot(token: Token) -> bool:
    return token.kind in ("number", "code") or (token.kind == "word" and token.text[0].isupper())


def _belongs(text: str, token: Token, following: Token) -> bool:
    """Whether two tokens are one date, code or name."""
    is_one_kind = (token.kind == "word") == (following.kind == "word")
    gap = text[token.end : following.start]
    return is_one_kind and _is_slot(following) and gap in (_JOINTS if token.kind != "word" else (" ",))
