"""Sentences and clauses of Vietnamese text, as spans.

The split is the same however the text is spelled: capitals, composition, tone placement, no-break spaces and invisible
characters never decide. Where a capital would be the natural cue, these stand in for it (`abbreviations.tsv`):

* A full stop before a space ends the sentence, but not behind an abbreviation of kind title ("TS. Lan"), nor behind an
  initial ("J. K. Rowling", "anh T. kể") unless a word that opens sentences follows ("anh T. Theo đó").
* One without a space ends it between two words ("kết thúc.Ông"), but not behind an abbreviation, an initial or a token
  without a vowel ("TX.Bình Minh"), nor before the last part of a host or file name.
* "…" ends it before a space, unless a word that goes on with sentences follows ("…và"); without a space, only before
  a word that opens them.
* A closing quote behind one ends it, unless a comma, a dash, a word that goes on or a short clause with a verb of
  saying follows ("…?” ông A hỏi.").
"""

from __future__ import annotations

import bisect
import functools
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import accumulate

from dedup import lexicon
from dedup.errors import ArticleError

__all__ = ["clauses", "split"]

_LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
_CLOSERS, _OPENERS = "\"'”’»›)]}」』〉》", "“‘«‹([{「『〈《"
_ELLIPSIS, _ASIAN, _DASHES = frozenset(".…‥"), "。！？｡．", "-–—−"
_STOP, _CLOSE = f"[.!?…{_ASIAN}‥‼⁇⁈⁉]", f"[{re.escape(_CLOSERS)}]"
_BLANK, _MARKS = rf"[^\S{_LINE_ENDS}]", "\u0300-\u036f"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
_CUE = re.compile(rf"{_STOP}|[()\[\]:{_LINE_ENDS}]")
# Stops with what belongs to them: "?!", ". . .", "./.", "!”", "…”."
_END = re.compile(
    rf"{_STOP}++(?:/{_STOP}++|{_BLANK}{{1,2}}/?[.!?](?!{_STOP}|[\w{_MARKS}]))*+(?:{_CLOSE}++(?:{_BLANK}?{_STOP}++)?+)*+"
)
_BLANKS = re.compile(rf"{_BLANK}*+")
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*+")
_NUMBERING = re.compile(r"\d{1,2}(?:\.\d{1,2})*|[ivxIVX]{1,4}")
_DATE = re.compile(rf"(?<!\d)\d{{1,2}}\.{_BLANK}?\d{{1,2}}\.{_BLANK}?\d{{4}}(?!\d)")
_HOST = re.compile(rf"(?:[A-Za-z0-9-]{{1,40}}\.){{0,3}}([A-Za-z0-9]{{2,5}})(?![\w{_MARKS}])")
_PHRASE = re.compile(rf"[^.,;:!?…{_LINE_ENDS}\"“”()]{{1,300}}(?=[.,…{_LINE_ENDS}]|$)")
_URL = re.compile(
    rf"(?:[A-Za-z]{{2,6}}://|[wW]{{3}}\.)[^\s<>\"“”«»]+|(?<![\w{_MARKS}.+-])[\w{_MARKS}.+-]{{1,64}}@[\w{_MARKS}.-]+"
)
_CLAUSE = re.compile(
    rf"(?P<opens>[(\[]|(?<=\s)[{_DASHES}]+(?=\s))|(?P<closes>[)\]])[.,;:!?…”’»]*|(?:(?<!\d)[,;:]|[,;:](?!\d))[”’»]*"
)
_GOING_ON, _CURLY = frozenset(",;:/)]}"), frozenset(_CLOSERS) - {'"', "'"}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_INITIALS = re.compile(rf"(?:\s*[^\W\d_][{_MARKS}]*\.)*\s*")
_AND_SO_ON = re.compile(r"\b[vV]\.\s?[vV]\.$")
_RANGE = re.compile(rf"\d\s[{_DASHES}]+\s\d")


def split(text: str) -> list[tuple[int, int]]:
    """The sentences of any string: (start, end) in code points, in order, apart from each other.

    No span begins or ends with white space, and together they hold everything else. A line break always ends a
    sentence, so headings, captions and list items are sentences; ";" never does. A quotation of several sentences is
    split inside. Characters that cannot be seen belong to the sentence before them. Empty for a text of white space.

    Raises:
        ArticleError: text is no string.

    >>> text = "TS. Lan (ĐH Hạ Long) đo lúc 9h30. “Nước lên 1.340 mm.Bà con nên đi”, bà nói. Mưa vẫn lớn…"
    >>> [text[start:end] for start, end in split(text)]  # doctest: +NORMALIZE_WHITESPACE
    ['TS. Lan (ĐH Hạ Long) đo lúc 9h30.', '“Nước lên 1.340 mm.', 'Bà con nên đi”, bà nói.', 'Mưa vẫn lớn…']
    """
    if not isinstance(text, str):
        raise ArticleError(f"text={text!r:.60}: need a string")
    return _without_invisible(text, _split)


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The clauses of one sentence text[start:end]: (start, end) in code points of the text, covering it as `split`.

    They end behind a comma, semicolon or colon and at a dash between blanks, and begin and end with brackets; never
    inside a number, a time, an address or a hyphenated name.

    >>> text = "Giá cà phê (Đắk Lắk) tăng 1,5%, lên 120.000 đồng/kg – cao nhất từ đầu vụ."
    >>> [text[a:b] for a, b in clauses(text, 0, len(text))]
    ['Giá cà phê', '(Đắk Lắk)', 'tăng 1,5%,', 'lên 120.000 đồng/kg', '– cao nhất từ đầu vụ.']
    """
    return [(start + a, start + b) for a, b in _without_invisible(text[start:end], _clauses)]


def _without_invisible(text: str, find: Callable[[str], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Spans found in the text without its invisible characters, as spans of the text that cover these too."""
    holes = [match.span() for match in _INVISIBLE.finditer(text)]
    if not holes:
        return find(text)
    found = find(_INVISIBLE.sub("", text))
    if not found:
        return [(holes[0][0], holes[-1][1])]
    gone = [0, *accumulate(end - start for start, end in holes)]
    at = [start - before for (start, _), before in zip(holes, gone, strict=False)]  # the holes in what was searched
    starts = [start + gone[bisect.bisect_right(at, start)] for start, _ in found]
    ends = [end + gone[bisect.bisect_right(at, end - 1)] for _, end in found]
    for i, limit in enumerate([*starts[1:], len(text)]):
        last = bisect.bisect_left(holes, (limit, limit)) - 1
        ends[i] = max(ends[i], holes[last][1] if last >= 0 else 0)
    starts[0] = min(starts[0], holes[0][0])
    return list(zip(starts, ends, strict=True))


def _split(text: str) -> list[tuple[int, int]]:
    cuts = _Cuts(text)
    place = 0
    while (match := _CUE.search(text, place)) is not None:
        place = cuts.look(match.start())
    return _pieces(text, cuts.places)


def _clauses(text: str) -> list[tuple[int, int]]:
    addresses = _addresses(text)
    places, opened = [], False
    for match in _CLAUSE.finditer(text):
        start, end = match.span()
        is_item = match["closes"] and not opened  # "a)"
        if is_item or _within(addresses, start) or _RANGE.match(text, max(start - 2, 0)):
            continue
        if match["closes"] or match["opens"] in ("(", "["):
            opened = not match["closes"]
        places.append((start if match["opens"] else end, False))
    return _pieces(text, places)


def _pieces(text: str, places: Iterable[tuple[int, bool]]) -> list[tuple[int, int]]:
    """The text cut at these (place, is the end of a line), without white space.

    What has no word is joined to the piece before it in its line, or to the one behind it where there is none.
    """
    spans: list[tuple[int, int]] = []
    start, has_word, is_first = 0, False, True
    for place, is_line in [*places, (len(text), True)]:
        piece = text[start:place]
        if stripped := piece.strip():
            lo = start + len(piece) - len(piece.lstrip())
            hi = lo + len(stripped)
            is_word = _WORD.search(text, lo, hi) is not None
            if is_first or (is_word and has_word):
                spans.append((lo, hi))
                has_word = is_word
            else:
                spans[-1] = (spans[-1][0], hi)
                has_word |= is_word
            is_first = False
        start, is_first = place, is_first or is_line
    return spans


class _Cuts:
    """Where one text without invisible characters is cut so far, and what is known of the sentence that goes on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places: list[tuple[int, bool]] = []  # and whether a line ends there
        self.start = _behind_blanks(text, 0)  # of the sentence: its first sign
        self.opened = self.credit = -1  # the last bracket that is open, the end of the last "Ảnh:"
        self.quotes = self.quotes_at = 0  # how many straight quotes the line has up to a place
        self.addresses = _addresses(text)

    def look(self, at: int) -> int:
        """Decides about the sign at this place; returns where to look on."""
        text, sign = self.text, self.text[at]
        if sign in _LINE_ENDS:
            self._cut(at, is_line=True)
            self.quotes, self.quotes_at, self.opened = 0, at + 1, -1
            return at + 1
        if end := _within(self.addresses, at):
            return end
        if sign in "([":
            self.opened = at
        elif sign in ")]":
            if self._is_credit(at) and (following := _token(text, at + 1)) and _key(following) not in _cues("goes_on"):
                self._cut(at + 1)
            self.opened = -1
        elif sign == ":":
            self._look_behind_credit(at)
        else:
            return self._look_behind_stop(at)
        return at + 1

    def _cut(self, place: int, *, is_line: bool = False) -> None:
        self.places.append((place, is_line))
        self.start = _behind_blanks(self.text, place + is_line)

    def _is_credit(self, at: int) -> bool:
        """Whether a photo credit closes here: "(Ảnh: Văn A)", and "(ảnh minh hoạ)" where it begins the sentence."""
        if self.opened < self.start:
            return False
        is_whole = self.opened == self.start or self.opened < self.credit < at
        return is_whole and _key(_token(self.text, self.opened + 1)) in _cues("credit")

    def _look_behind_credit(self, at: int) -> None:
        """Cuts behind "Ảnh: TTXVN", or before a word that leads a text: "Ảnh: Văn A Theo ông B"."""
        text, label = self.text, _key(_token_before(self.text, at))
        if label not in _cues("credit"):
            return
        self.credit = at + 1
        if self.opened >= self.start:
            return
        keys, ends = [""], [at + 1]
        while len(keys) < 7 and (match := _WORD.match(text, _behind_blanks(text, ends[-1]))):
            if len(keys) > 1 and match.start() == ends[-1]:
                break
            keys.append(_key(match[0]))
            ends.append(match.end())
        for count in range(len(keys) - 2, 0, -1):
            following, is_lead = keys[count + 1], count > 1 and label in _cues("photo")
            if " ".join(keys[1 : count + 1]) in _cues("source") or (is_lead and following in _cues("lead")):
                if following not in _cues("goes_on"):
                    self._cut(ends[count])
                return

    def _look_behind_stop(self, at: int) -> int:
        text = self.text
        end = _END.match(text, at).end()  # type: ignore[union-attr]  # a stop stands there
        behind = _behind_blanks(text, end)
        if behind > end and text[behind : behind + 1] in _CURLY:  # "Mưa! ”, bà nói"
            end, behind = behind + 1, _behind_blanks(text, behind + 1)
        sign, then = text[behind : behind + 1], text[behind + 1 : behind + 2]
        is_inside = sign in _GOING_ON or (sign in "\"'" and behind > end and then in _GOING_ON)
        if not is_inside and sign not in _LINE_ENDS and (place := self._place(at, end, behind)) >= 0:
            self._cut(place)
        if ")" in text[at:end] or "]" in text[at:end]:
            self.opened = -1
        return end

    def _place(self, at: int, end: int, behind: int) -> int:
        """Where the sentence ends whose last signs are text[at:end], or -1; something follows in its line."""
        text, run, sign = self.text, self.text[at:end], self.text[behind]
        stops = run.rstrip(_CLOSERS).rstrip()
        following = _token(text, behind)
        if len(stops) < len(run):
            return self._behind_closers(at, end, behind, stops)
        if stops[-1] in _ASIAN or (stops != "." and not set(stops) <= _ELLIPSIS):
            is_end = _key(_token_before(text, at)) not in _cues("title") or stops != "!"
            is_end &= behind > end or bool(following) or sign in _OPENERS
        elif stops != ".":
            is_end = _key(following) in _cues("opener") if behind == end else _key(following) not in _cues("goes_on")
        elif behind > end or sign in _OPENERS:
            is_end = not self._is_abbreviation(at, behind, following)
        else:
            is_end = bool(following) and self._is_glued(at, following)
        return end if is_end else -1

    def _behind_closers(self, at: int, end: int, behind: int, stops: str) -> int:
        """The same where quotes or brackets close behind the stops: “…?”"""
        text, closers = self.text, self.text[at + len(stops) : end]
        following = _token(text, behind)
        if (")" in closers or "]" in closers) and self.opened >= self.start:
            if self._is_credit(at) or self.opened == self.start:
                return end if following else -1
            return -1
        if text[behind] in _DASHES or _key(following) in _cues("goes_on") or _names_speaker(text, behind):
            return -1
        if behind > end:
            return end
        if closers[-1] != '"':
            return end if following and closers[-1] != "'" else -1
        self.quotes += text.count('"', self.quotes_at, end)
        self.quotes_at = end
        return end if self.quotes % 2 == 0 else at + len(stops)

    def _is_numbering(self, at: int) -> bool:
        """Whether the sentence so far is the number of a list item or heading: "1.", "b.", "II.", "Điều 5."."""
        if at - self.start > 32:
            return False
        words = self.text[self.start : at].lstrip(_OPENERS + '"').split()
        if not words or len(words) > 2 or (len(words) == 2 and _key(words[0]) not in _cues("heading")):
            return False
        return _NUMBERING.fullmatch(words[-1]) is not None or _is_letter(words[-1])

    def _is_abbreviation(self, at: int, behind: int, following: str) -> bool:
        """Whether the full stop here, with a blank or an opening sign behind it, does not end a sentence."""
        text, word = self.text, _token_before(self.text, at)
        if not word or _within(self.addresses, at - 1):
            return False
        if word.isdigit():
            return self._is_numbering(at) or _DATE.search(text, max(at - 8, 0), at + 9) is not None
        key = _key(word)
        if _AND_SO_ON.search(text, max(at - 5, 0), at + 1) or key in _cues("open"):
            return _key(following) in _cues("goes_on") or text[behind] == "("
        if key in _cues("number") and following[:1].isdigit():
            return True
        if key in _cues("title"):
            return _key(following) not in _cues("lead") if following else text[behind] == "("
        is_initial = (_is_letter(word) or key in _cues("initial")) and self._is_initial(at, behind, following)
        return is_initial or self._is_numbering(at)

    def _is_initial(self, at: int, behind: int, following: str) -> bool:
        """Whether a letter with a full stop is a name that goes on: "J. K. Rowling", "anh T. kể"."""
        text = self.text
        start = at - len(_token_before(text, at))
        if not following or text[start - 1 : start] == "/":  # "km/h."
            return text[behind] == "("
        if text.startswith(".", behind + len(following)) and (following.isdigit() or _is_letter(following)):
            return not following.isdigit()  # "A. 2. Bà B" is a list
        if self.credit >= self.start and _INITIALS.fullmatch(text, self.credit, start):  # "Ảnh: P.V."
            return False
        before = _token_before(text, start, behind_blanks=True)
        is_label = before.isdigit() or _key(before) in _cues("label")
        return not is_label and _key(following) not in _cues("opener")

    def _is_glued(self, at: int, following: str) -> bool:
        """Whether a sentence ends at the full stop between two words: "kết thúc.Ông", not "TS.Lan", "baohalam.vn"."""
        text, word = self.text, _token_before(self.text, at)
        if not word:
            return at > 0 and not text[at - 1].isspace() and not following[0].isdigit()
        host = _HOST.match(text, at + 1)
        if (host and host[1].lower() in _cues("domain")) or self._is_numbering(at):
            return False
        key, opens = _key(word), _key(following) in _cues("opener")
        if _AND_SO_ON.search(text, max(at - 5, 0), at + 1) or key in _cues("open"):
            return opens
        if key in _cues("title") or key in _cues("number"):
            return False
        has_vowel = any(c in "aeiouy" or c > "\u036f" for c in key)
        if any(c.isdigit() for c in word):
            return not following[0].isdigit() and (opens or not _is_letter(following))
        if _is_letter(word):
            return opens and _key(_token_before(text, at - len(word), behind_blanks=True)) in _cues("label")
        return opens or (has_vowel and not _is_letter(following))


def _behind_blanks(text: str, place: int) -> int:
    return _BLANKS.match(text, place).end()  # type: ignore[union-attr]


def _token(text: str, place: int) -> str:
    """The word that begins behind the blanks here; "" where another sign stands."""
    match = _WORD.match(text, _behind_blanks(text, place))
    return match[0] if match else ""


def _token_before(text: str, end: int, *, behind_blanks: bool = False) -> str:
    while behind_blanks and end and text[end - 1].isspace():
        end -= 1
    start = end
    while start and (text[start - 1].isalnum() or "\u0300" <= text[start - 1] <= "\u036f"):
        start -= 1
    return text[start:end]


def _key(word: str) -> str:
    """A word however it is spelled: in lower case, in parts, tones behind the letters; "" for no word at all."""
    return _respell(word) if len(word) <= 64 else ""


@functools.lru_cache(maxsize=1 << 14)
def _respell(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.casefold()).replace("ð", "đ")
    return "".join(c for c in letters if c not in _TONES) + "".join(sorted(c for c in letters if c in _TONES))


def _is_letter(word: str) -> bool:
    """Whether this is one letter without a tone, as initials are; with one it is a word (ở, ý, ạ)."""
    key = _key(word)
    return sum(map(str.isalnum, key)) == 1 and not key.isdigit() and key[-1] not in _TONES


def _names_speaker(text: str, place: int) -> bool:
    """Whether a clause of at most 8 words with a verb of saying at its end stands here: "ông A hỏi."."""
    match = _PHRASE.match(text, place)
    keys = [_key(word) for word in match[0].split()] if match else []
    is_clause = 2 <= len(keys) <= 8 and keys[0] not in _cues("lead")
    return is_clause and not _cues("says").isdisjoint((keys[-1], " ".join(keys[-2:])))


def _addresses(text: str) -> list[tuple[int, int]]:
    """Where URLs and e-mail addresses stand, without the stops behind them."""
    if not any(sign in text for sign in ("://", "@")) and "www." not in text.lower():
        return []
    return [(m.start(), m.start() + len(m[0].rstrip(".,;:!?…)]"))) for m in _URL.finditer(text)]


def _within(spans: list[tuple[int, int]], place: int) -> int:
    """The end of the span that has this place, or 0."""
    i = bisect.bisect_right(spans, place, key=operator.itemgetter(0)) if spans else 0
    return spans[i - 1][1] if i and place < spans[i - 1][1] else 0


@functools.cache
def _cues(kind: str) -> frozenset[str]:
    rows = [
        *lexicon.sentence_cues(),
        *(("source", name) for own, name in lexicon.sources() if own not in ("media", "nobody")),
    ]
    return frozenset(" ".join(map(_key, _WORD.findall(word))) for own, word in rows if own == kind)
