"""What dedup must find, by plain sets and loops. Imports nothing from dedup; slow and obvious on purpose.

Syllables are canonical strings ("hoa/1" is hoà or hòa), shingles are tuples of them: figures here have no hash in them.
The tokenizer knows ordinary Vietnamese text: letters, tone marks, digits, punctuation, spaces, invisible characters.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from math import inf
from typing import NamedTuple

TONES = {"\u0300": "1", "\u0301": "2", "\u0303": "3", "\u0309": "4", "\u0323": "5"}
FEW = 64  # distinct shingles of a text that keeps them all as fingerprints
WINDOW = 20
BOUND = 2**64 // 20
TILE = 8


class Syllable(NamedTuple):
    """A syllable as it stands in a text, in code points, and what stands before it."""

    key: str
    start: int
    end: int
    is_punctuated: bool
    is_new_line: bool


# ---------------------------------------------------------------------------------------------------------- syllables


def tokens(text: str, accents: str = "keep") -> list[Syllable]:
    """The syllables of a text, without aliases, furniture and all."""
    result: list[Syllable] = []
    cells: list[str] = []  # letters with their marks, digits, the comma of a number
    tones: list[str] = []
    start = end = 0
    is_punctuated, is_new_line = False, True
    before = (False, True)

    def close() -> None:
        if cells:
            result.append(Syllable(_key(cells, tones), start, end, *before))
        cells.clear()
        tones.clear()

    for place, c in enumerate(text):
        what = _kind(c)
        if what == "ignored" or (what == "mark" and not cells):
            continue
        if what in ("letter", "digit", "mark"):
            if not cells:
                start, before = place, (is_punctuated, is_new_line)
                is_punctuated = is_new_line = False
            for x in _parts(c):
                if x in TONES:
                    tones += TONES[x] * (accents == "keep")
                elif _kind(x) == "mark":
                    cells[-1] += x * (accents == "keep")
                else:
                    cells.append("d" if x == "đ" and accents == "ignore" else x)
            end = place + 1
            continue
        if c in ".," and cells and not tones and all(x.isdecimal() or x == "," for x in cells):
            ahead = _digits_ahead(text, place + 1)
            if c == "." and ahead == 3 and "," not in cells and _last_group(text, start, place) <= 3:
                continue
            if c == "," and ahead > 0 and "," not in cells:
                cells.append(",")
                continue
        close()
        is_punctuated = is_punctuated or what == "punctuation"
        is_new_line = is_new_line or what == "newline"
    close()
    return result


def _kind(c: str) -> str:
    category = unicodedata.category(c)
    if category == "Cf":
        return "ignored"
    if c in "\n\r\v\f\x85\u2028\u2029":
        return "newline"
    if category[0] in "ZC":
        return "space" if category[0] == "Z" or category == "Cc" else "punctuation"
    return {"L": "letter", "M": "mark"}.get(category[0], "digit" if category == "Nd" else "punctuation")


def _parts(c: str) -> str:
    """A code point as lower-case letters and marks; Eth is typed for Đ."""
    return unicodedata.normalize("NFD", c.replace("Ð", "đ").replace("ð", "đ").casefold())


def _digits_ahead(text: str, place: int) -> int:
    count = 0
    for c in text[place:]:
        if _kind(c) == "digit" and count < 4:
            count += 1
        elif _kind(c) != "ignored":
            break
    return count


def _last_group(text: str, start: int, end: int) -> int:
    return sum(c.isdecimal() for c in text[start:end].rpartition(".")[2])


def _key(cells: list[str], tones: list[str]) -> str:
    cells = [cell[0] + "".join(sorted(cell[1:])) for cell in cells]
    letters = [cell for cell in cells if cell[0].isalpha()]
    vowels = [
        cell for i, cell in enumerate(letters) if cell[0] in "aeiouy" and not (i == 1 and letters[:2] == ["q", "u"])
    ]
    if cells[-1][0] == "y" and len(vowels) == 1:  # lý = lí, quý = quí; but tuy is not tui
        cells[-1] = "i" + cells[-1][1:]
    return "/".join([unicodedata.normalize("NFC", "".join(cells)), *sorted(tones)])


def rewrite(syllables: Sequence[Syllable], aliases: Mapping[str, str], accents: str = "keep") -> list[Syllable]:
    """The syllables with long forms replaced: leftmost, longest, across punctuation only where the long form has it.

    Every syllable of a short form has the span of the whole long form.
    """
    forms = {_edges(tokens(long, accents)): [t.key for t in tokens(short, accents)] for long, short in aliases.items()}
    longest = max(map(len, forms), default=0)
    result: list[Syllable] = []
    i = 0
    while i < len(syllables):
        for n in range(min(longest, len(syllables) - i), 0, -1):
            run = syllables[i : i + n]
            if short := forms.get(_edges(run)):
                first = run[0]._replace(key=short[0], end=run[-1].end)
                result += [first, *(Syllable(key, first.start, first.end, False, False) for key in short[1:])]
                i += n
                break
        else:
            result.append(syllables[i])
            i += 1
    return result


def _edges(run: Sequence[Syllable]) -> tuple[tuple[str, bool], ...]:
    return tuple((t.key, t.is_punctuated and j > 0) for j, t in enumerate(run))


def canonical(text: str, aliases: Mapping[str, str] | None = None, accents: str = "keep") -> list[str]:
    """The canonical syllables of a text that holds no page furniture."""
    return [t.key for t in rewrite(tokens(text, accents), aliases or {}, accents)]


# ------------------------------------------------------------------------------------------------------------ figures


def shingle_list(syllables: Sequence[str], k: int = 5) -> list[tuple[str, ...]]:
    """Each k consecutive syllables, in order; where there is none, one shingle of all."""
    whole = [tuple(syllables[i : i + k]) for i in range(len(syllables) - k + 1)]
    return whole or ([("", *syllables)] if syllables else [])


def shingles(text: str, k: int = 5, aliases: Mapping[str, str] | None = None) -> set[tuple[str, ...]]:
    """The shingles of a text that holds no page furniture, as a set."""
    return set(shingle_list(canonical(text, aliases), k))


def resemblance(a: Collection[object], b: Collection[object]) -> float:
    """|A∩B| / |A∪B|; 0 where both are empty."""
    a, b = set(a), set(b)
    return len(a & b) / len(a | b) if a | b else 0.0


def containment(a: Collection[object], b: Collection[object]) -> float:
    """|A∩B| / |A|: how much of a is in b; 0 where a is empty."""
    a, b = set(a), set(b)
    return len(a & b) / len(a) if a else 0.0


def qualifies(
    a: Collection[object],
    b: Collection[object],
    *,
    containment_limit: float | None = 0.3,
    resemblance_limit: float | None = None,
    min_shared: int = 20,
) -> bool:
    """Whether two shingle sets make a match by containment or by resemblance."""
    a, b = set(a), set(b)
    alike = resemblance(a, b)
    has_enough = len(a & b) >= min_shared or alike >= 0.8
    by_containment = (
        containment_limit is not None and has_enough and max(containment(a, b), containment(b, a)) >= containment_limit
    )
    return by_containment or (resemblance_limit is not None and alike >= resemblance_limit)


# --------------------------------------------------------------------------------------- fingerprints and candidates


def select(hashes: Sequence[int], window: int = WINDOW, bound: int = BOUND) -> list[int]:
    """The fingerprints, sorted, of shingle hashes in order.

    All of at most 64 distinct ones; else the smallest of each window (of all where there are fewer) and every one
    below the bound.
    """
    everything = set(hashes)
    if len(everything) <= FEW:
        return sorted(everything)
    chosen = {h for h in everything if h < bound}
    chosen |= {min(hashes[i : i + window]) for i in range(max(1, len(hashes) - window + 1))}
    return sorted(chosen)


def candidate_pairs(
    sets: Sequence[Collection[int]],
    fewer: Callable[[int, int], int],
    rule: Callable[[int, bool], int],
    limits: tuple[float, float] = (inf, inf),
    hubs: Mapping[int, Collection[int]] | None = None,
) -> set[tuple[int, int]]:
    """Pairs (x, y), x < y, that share enough fingerprints.

    rule(fewer(x, y), is_common) are enough, is_common where more than limits[0] of the sets hold each of those shared.
    Crowds, which more than limits[1] hold, count only where x or y is among the hubs of one that they share.
    """
    held = Counter(value for one in sets for value in set(one))
    result = set()
    for x, y in combinations(range(len(sets)), 2):
        shared = set(sets[x]) & set(sets[y])
        crowds = {value for value in shared if held[value] > limits[1]}
        is_common = all(held[value] > limits[0] for value in shared - crowds)
        has_hub = any({x, y} & set((hubs or {})[value]) for value in crowds)
        enough = len(shared - crowds) >= rule(fewer(x, y), is_common)
        if enough or (has_hub and len(shared) >= rule(fewer(x, y), False)):
            result.add((x, y))
    return result


def band_recall(resemblance: float, bands: int, rows: int) -> float:
    """The probability that a pair of that resemblance has all `rows` values of one of its `bands` in common."""
    return 1 - (1 - resemblance**rows) ** bands


# -------------------------------------------------------------------------------------------------- copied passages


def tile(a: Sequence[object], b: Sequence[object], shortest: int = TILE) -> list[tuple[int, int, int]]:
    """Greedy string tiling: (start in a, start in b, length) in the order found.

    Again and again the longest common run of syllables not yet taken, of equals the one that starts first in a, then
    in b.
    """
    taken_a, taken_b = set[int](), set[int]()
    tiles: list[tuple[int, int, int]] = []
    while True:
        best = (0, 0, 0)
        behind: dict[int, int] = {}  # length of the run that starts at (i + 1, j)
        for i in range(len(a) - 1, -1, -1):
            here: dict[int, int] = {}
            for j in range(len(b) - 1, -1, -1):
                if a[i] == b[j] and i not in taken_a and j not in taken_b:
                    here[j] = 1 + behind.get(j + 1, 0)
                    best = max(best, (here[j], -i, -j))
            behind = here
        length, i, j = best[0], -best[1], -best[2]
        if length < shortest:
            return tiles
        tiles.append((i, j, length))
        taken_a.update(range(i, i + length))
        taken_b.update(range(j, j + length))
