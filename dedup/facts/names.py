"""Persons, places and organisations: capitals behind a title or head, family names, and the names of the data files."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from dedup import lexicon
from dedup.facts import phrases
from dedup.facts.page import Page
from dedup.facts.plain import compile_pattern, fold
from dedup.facts.values import Name
from dedup.facts.words import words
from dedup.models import FactKind

__all__ = ["find_names", "find_roads"]

_MOST_SYLLABLES = 4  # of a person's name
_NAMED_IN_FULL = {"tỉnh", fold("thành phố"), "tp", "nước", fold("thủ đô"), "bang"}
_HEAD_ALIASES = {
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
    "ql": "quốc lộ",
    "tl": "tỉnh lộ",
    "svđ": "sân vận động",
}
_HEAD_ALIASES |= {
    fold("đường cao tốc"): "cao tốc",
    "kcn": "khu công nghiệp",
    "kđt": "khu đô thị",
    fold("tiểu bang"): "bang",
}
_ROAD = compile_pattern(
    r"(?P<head>quốc lộ|ql|tỉnh lộ|tl|đường tỉnh|quận|phường|khu phố|tổ dân phố|ấp|thôn|xóm|đường|cầu|bệnh viện)"
    r"(?: số)?[ .]?(?P<name>[0-9]{1,3}[a-zđ]?(?:[/-][0-9]{1,2}[a-z]?)?)"
    r"(?![\w%]|[.,][0-9]| ?(?:km|m|mét|người|hộ|tuổi|nhà|xe|tỷ|triệu)\b)"
)
_ROAD_FIRSTS = {"ql", "tl", *map(fold, ("quốc", "tỉnh", "đường", "quận", "phường", "khu", "tổ", "ấp", "thôn", "xóm"))}
_ROAD_FIRSTS |= {fold("cầu"), fold("bệnh")}
_BEHIND_PERSON = compile_pattern(r" ?[(,] ?(?:sn|sinh|[0-9]{1,2} tuổi|[0-9]{2}\)|quê|trú|ngụ|hktt|còn gọi|tức)")
_HEADS_ON = {" ", ". ", "."}


def find_roads(page: Page) -> None:
    """Claims places with a number: quốc lộ 1A, quận 3, đường 30/4. They come before days and amounts."""
    for at in page.starts(_ROAD_FIRSTS, has_digits=False):
        match = _ROAD.match(page.low, at)
        if (
            match is None
            or (match["head"] in _PLAIN_HEADS and "/" not in match["name"])
            or page.low[at - 2 : at - 1].isdigit()
        ):
            continue
        kind: FactKind = "organisation" if match["head"].endswith(fold("viện")) else "place"
        head = _HEAD_ALIASES.get(match["head"], match["head"]) if kind == "place" else ""
        syllables = (match["name"],) if kind == "place" else phrases.canonical(match[0])
        page.claim(match.start(), match.end(), kind, Name(syllables, head))


_PLAIN_HEADS = {fold("đường"), fold("cầu")}


@functools.cache
def _surnames() -> dict[str, str]:
    return {fold(name): kind for name, kind in lexicon.surnames().items()}


@functools.cache
def _interesting() -> frozenset[str]:
    tables = (phrases.organisation_heads(), phrases.place_heads(), phrases.titles())
    return frozenset().union(*(table.firsts for table in tables))


@dataclass(slots=True)
class _Title:
    """A title whose person is still to come: at which word, after which kind of title."""

    i: int = -1
    kind: str = ""
    is_honorific: bool = False


def find_names(page: Page) -> None:
    """Claims names, left to right; then single syllables that are the last one of a person named in full."""
    title = _Title()
    interesting, cased = _interesting(), page.plain.cased
    done = 0
    for i, (at, word) in enumerate(page.words):
        if i < done or not (cased[at].isupper() or word in interesting) or page.taken[at]:
            continue
        if title.i != i:
            title = _Title()
        done = _name_at(page, i, title)
    _claim_short_forms(page)


def _name_at(page: Page, i: int, title: _Title) -> int:
    """Claims what begins at the i-th word; the word to go on with. Leaves in `title` whom to expect there."""
    cased, at = page.plain.cased, page.words[i][0]
    is_capital = cased[at].isupper()
    run = _run(page, i) if is_capital and page.words[i][1] not in words("opener") else 0
    if is_capital and (length := _known(page, i, run, title)):
        title.i = i + length if title.i == i else -1
        return i + length
    if _is_inner(page, i):
        return i + max(1, run and _claim_person(page, i, run, title))
    if length := _organisation(page, i, run):
        title.i = i + length if title.i == i else -1
        return i + length
    if not (run >= 3 and page.words[i][1] in _surnames()) and (length := _place(page, i)):
        return i + length
    length, kind = phrases.titles().at(page, i)
    behind = i + length
    if length and behind < len(page.words) and page.gap(behind) in _HEADS_ON and not _is_shouted(page, i):
        if _run(page, behind) or (page.words[behind][0] and page.is_acronym(behind)):
            title.i, title.kind = behind, kind
            title.is_honorific = page.words[behind - 1][1] in words("honorific")
            return behind
        if kind == "role":
            title.i, title.kind, title.is_honorific = behind, kind, False
            return behind
    return i + max(1, run and _claim_person(page, i, run, title))


def _is_inner(page: Page, i: int) -> bool:
    """Whether the i-th word, a head or title by itself, is the second syllable of another word."""
    return i > 0 and page.gap(i) == " " and f"{page.words[i - 1][1]} {page.words[i][1]}" in words("inner")


def _is_shouted(page: Page, i: int) -> bool:
    return page.is_acronym(i) and len(page.words[i][1]) > 2 and page.words[i][1] not in words("in capitals")


def _run(page: Page, i: int) -> int:
    """How many words from the i-th on begin with a capital, set apart by one space or a hyphen; at most six."""
    n = 0
    while i + n < len(page.words) and n < 6 and page.words[i + n][1].isalpha():
        if n and page.gap(i + n) != " ":
            if page.gap(i + n) != "-" or not n:
                break
        elif not page.is_capital(i + n):
            break
        n += 1
    return n


def _known(page: Page, i: int, run: int, title: _Title) -> int:
    """Claims a name of the data files; how many words it has."""
    length, kind = phrases.names().at(page, i)
    word = page.words[i][1]
    if not length or not all(page.plain.cased[page.words[i + k][0]].isupper() for k in range(length) if kind != "name"):
        return 0
    surname = _surnames().get(word)
    is_person = surname is not None and run > length and run >= 3 and surname == "sure"
    is_person |= title.i == i and ((title.is_honorific and run <= 4) or (surname is not None and run >= 3))
    if is_person:
        return 0
    if kind == "also":
        before = page.words[i - 1][1] if i and page.gap(i) == " " else ""
        if before not in words("before country") or run > length:
            return 0
    if length == 1 and run > 1 and kind == "place" and title.i == i:
        return 0
    if kind == "name" and length == 1 and len(word) <= 3 and not page.is_acronym(i):
        return 0
    lo, hi = page.words[i][0], page.end(i + length - 1)
    if kind == "name":
        page.claim(lo, hi, "organisation", Name(phrases.canonical(page.low[lo:hi])))
    else:
        page.claim(lo, hi, "place", Name(_city(page.low[lo:hi])))
    return length


def _city(low: str) -> tuple[str, ...]:
    """The canonical syllables of a place without its head: hcm for TP.HCM, TPHCM and Hồ Chí Minh."""
    syllables = phrases.canonical(low if low.startswith("tp") else "tp " + low)
    return syllables[1:] if syllables[0] == "tp" and len(syllables) > 1 else syllables


def _place(page: Page, i: int) -> int:
    """Claims a head with the name behind it, or a place without a name; how many words it has."""
    length, kind = phrases.place_heads().at(page, i)
    if not length or _is_shouted(page, i):
        return 0
    lo, j = page.words[i][0], i + length
    if kind == "phrase":
        hi = page.end(j - 1)
        if j < len(page.words) and page.gap(j) == " " and page.plain.cased[page.words[j][0]].isupper():
            return 0
        return length if page.claim(lo, hi, "place", Name(phrases.canonical(page.low[lo:hi]), "phrase")) else 0
    if j >= len(page.words) or page.gap(j) not in _HEADS_ON:
        return 0
    if "." in page.gap(j) and len(page.words[j - 1][1]) > 2:  # a sentence ends there: no "TP." or "Q."
        return 0
    head = " ".join(word for _, word in page.words[i:j])
    n = phrases.names().at(page, j)[0] if page.plain.cased[page.words[j][0]].isupper() else 0
    if head not in _NAMED_IN_FULL or n == 1 or not n:
        n = max(n, _place_words(page, j))
    if not n:
        return 0
    hi = page.end(j + n - 1)
    name = Name(_city(page.low[page.words[j][0] : hi]), _HEAD_ALIASES.get(head, head))
    return length + n if page.claim(lo, hi, "place", name) else 0


def _place_words(page: Page, j: int) -> int:
    """How many words from the j-th on are the name of a place."""
    run = _run(page, j)
    for n in range(1, run):
        word = page.words[j + n][1]
        if phrases.place_heads().at(page, j + n)[1] == "head" and n >= 2:
            return n
        if n >= 2 and _surnames().get(word) == "sure" and run - n >= 2:
            return n
    return min(run, 4)


def _organisation(page: Page, i: int, run: int) -> int:
    """Claims a head with the field and name behind it; how many words it has."""
    length, _ = phrases.organisation_heads().at(page, i)
    if not length or _is_shouted(page, i):
        return 0
    head = " ".join(word for _, word in page.words[i : i + length])
    j, good = i + length, 0
    while j < len(page.words) and j - i < 16:
        step, is_name = _organisation_step(page, i, j, good, head)
        if not step:
            break
        j += step
        good = j if is_name else good
    if not good:
        return 0
    lo, hi = page.words[i][0], page.end(good - 1)
    return good - i if page.claim(lo, hi, "organisation", Name(phrases.canonical(page.low[lo:hi]))) else 0


def _organisation_step(page: Page, i: int, j: int, good: int, head: str) -> tuple[int, bool]:
    """How many words go on the name of an organisation at the j-th, and whether it may end with them."""
    gap, word = page.gap(j), page.words[j][1]
    is_upper = page.plain.cased[page.words[j][0]].isupper()
    if gap not in (" ", ". ", "-", " & ", "&", " - ") or (gap in (" - ", ". ") and not is_upper):
        return 0, False
    if is_upper:
        return _capital_step(page, i, j, good, head)
    if word.isdigit() and len(word) <= 3 and page.words[j - 1][1] in words("before number"):
        return int(not page.taken[page.words[j][0]]), True
    length, _ = phrases.parts().at(page, j, {" "})
    if length:
        return length, False
    if word == fold("và") and good and j + 1 < len(page.words) and phrases.fields().at(page, j + 1)[0]:
        is_named = page.plain.cased[page.words[j + 1][0]].isupper()
        return int(is_named), False
    return 0, False


def _capital_step(page: Page, i: int, j: int, good: int, head: str) -> tuple[int, bool]:
    """As `_organisation_step`, for a word that begins with a capital."""
    length, _ = phrases.fields().at(page, j, _FIELD_GAPS)
    if length:
        return length, True
    length, _ = phrases.organisation_heads().at(page, j)
    if good and length:
        return length, False
    if not good and head in words("strict") and not page.is_acronym(j) and not phrases.names().at(page, j)[0]:
        return 0, False
    may_be_person = page.words[i][1] not in words("takes person") and (good or head in _FORCES)
    begins_person = _surnames().get(page.words[j][1]) == "sure" or phrases.titles().at(page, j)[0] > 0
    if may_be_person and begins_person and page.gap(j) == " " and _run(page, j) >= 2:
        return 0, False
    if (page.gap(j) == ". " and not page.is_acronym(j - 1)) or (good and page.gap(j) == " - "):
        return 0, False
    return 1, True


_FORCES = {fold("cảnh sát"), fold("công an")}
_FIELD_GAPS = {" ", "-", " - ", ", ", " & ", "&", "/"}


def _claim_person(page: Page, i: int, run: int, title: _Title) -> int:
    """Claims a person's name; how many words it has."""
    has_title = title.i == i
    surname = _surnames().get(page.words[i][1])
    n = min(run, _MOST_SYLLABLES)
    if surname is None:
        for k in range(1, n):
            if phrases.names().at(page, i + k)[0] or phrases.organisation_heads().at(page, i + k)[0]:
                n = k
                break
    is_known = n >= (2 if surname == "sure" else 3) and surname is not None
    if not is_known and not has_title:
        is_known = n >= 2 and _is_spoken_of(page, i + n)
    if has_title and not is_known:
        word = page.words[i][1]
        is_known = n >= 2 or title.is_honorific or (title.kind == "role" and word.isascii() and len(word) > 2)
    if not is_known or not all(len(page.words[i + k][1]) > 1 or k == n - 1 for k in range(n) if surname):
        return 0
    lo, hi = page.words[i][0], page.end(i + n - 1)
    return n if page.claim(lo, hi, "person", Name(phrases.canonical(page.low[lo:hi]))) else 0


def _is_spoken_of(page: Page, j: int) -> bool:
    """Whether what stands behind a name shows that it is a person's: a verb of speech, an age."""
    if _BEHIND_PERSON.match(page.low, page.end(j - 1)):
        return True
    return j < len(page.words) and page.gap(j) == " " and phrases.says().at(page, j)[0] > 0


def _claim_short_forms(page: Page) -> None:
    """ "Khôi" alone, where "Phạm Phú Khôi" is named."""
    people = {f.value.syllables for f in page.found if f.kind == "person" and isinstance(f.value, Name)}
    tails = {person[-1] for person in people if len(person) > 1}
    if not tails:
        return
    for i, (at, word) in enumerate(page.words):
        if word in tails and not page.taken[at] and page.is_capital(i) and _run(page, i) == 1:
            if i and page.gap(i) == " " and page.is_capital(i - 1):
                continue
            page.claim(at, at + len(word), "person", Name((word,)))
