"""The texts of `corpus.py`: every article is a function of the plan and its number, so any part can be made alone.

Text is a sequence of *phrases*. A phrase has a number, its words are a function of that, and a number is drawn so that
some phrases are stock and most are rare: unrelated articles share phrases as real ones do, in a corpus of any size, and
nothing has to be remembered. An article that copies another one first makes that other one anew, whatever it is itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from corpus_random import GOLDEN, below, draw, mix, start, unit
from corpus_words import CAPITAL, COLON, COMMA, LINE, LOWER, PARAGRAPH, STOP, UPPER
from numba import njit

KINDS = ("original", "reprint", "respelled", "edited", "excerpt", "partial", "template")
ORIGINAL, REPRINT, RESPELLED, EDITED, EXCERPT, PARTIAL, TEMPLATE = range(7)
CASES = ("news", "identical", "passage", "templates", "syllable")
NEWS, IDENTICAL, PASSAGE, TEMPLATES, SYLLABLE = range(5)
FACTS = ("origin", "story", "kind", "copied", "kept", "source")  # columns of what is known of an article

LONGEST = 6_000  # tokens of an article
_ROOM = 2 * LONGEST
_BYTES = 6  # of a token on average, or more
_CHAIN = 256  # articles that copy one another in a row; a longer row ends in an original

# Shares of phrases: stock of the language, stock of the article's topic, rare; the rest is said once.
_STOCK, _TOPICAL, _RARE = 0.30, 0.16, 0.50
_STOCK_PHRASES, _TOPIC_PHRASES, _RARE_PHRASES, _TOPICS = 60_000, 1_500, 2_500_000, 400
_TERMS, _TERM_SHARE = 24, 0.62  # what an article is about, said again and again
_NAMES, _FIGURES = 0.07, 0.08  # of phrases
_COLUMN_FIGURES = 0.74  # so that one syllable in seven of a column is a number, as in real ones
_COLUMN_LIFE = 250_000  # articles until a column is replaced by another one
_TEMPLATE_KEY, _SOURCE_KEY, _TOPIC_KEY, _PHRASE_KEY, _NAME_KEY = (np.uint64(n << 40) for n in (11, 12, 13, 14, 15))


class Plan(NamedTuple):
    """What a corpus is like.

    Attributes:
        seed: everything follows from it.
        case: a place in CASES.
        count: articles in all.
        kinds: cumulated shares of the kinds among all articles, in the order of KINDS.
        rates: shares of an article that an editor changes; each as likely as the next.
        framed: share of the sources whose articles come with their page around them.
        median: syllables of an article, and spread: the standard deviation of their logarithm.
        reach: articles that a copy may stand behind what it copies.
        sources: how many papers there are.
        columns: how many recurring columns there are at a time.
    """

    seed: int
    case: int
    count: int
    kinds: Any
    rates: Any
    framed: float
    median: float
    spread: float
    reach: int
    sources: int
    columns: int


@njit(cache=True)
def _describe(plan, article):
    """(kind, the article that it copies or -1, its source) of an article, from its number alone."""
    state = start(plan.seed, article)
    kind = np.searchsorted(plan.kinds, unit(state), side="right")
    source = int(unit(state) ** 2 * plan.sources)
    if plan.case == TEMPLATES:
        return TEMPLATE, -1, source
    if kind in (ORIGINAL, TEMPLATE):
        return kind, -1, source
    origin = article - 1 - int(min(plan.reach, article) * unit(state) ** 3)
    step = 1
    while step < 64 and unit(state) < 0.5:  # a few articles are copied by many
        step *= 2
    return kind, max(-1, origin - origin % step), source


@njit(cache=True)
def _relation(plan, article):
    """As `_describe`; what would copy nothing, or a column, is an original."""
    kind, origin, source = _describe(plan, article)
    if ORIGINAL < kind < TEMPLATE and (origin < 0 or _describe(plan, origin)[0] == TEMPLATE):
        return ORIGINAL, -1, source
    return kind, origin, source


@njit(cache=True)
def _put_words(out, n, key, count, case, words):
    """Appends a phrase of so many words, the first one in that case: the same key gives the same words."""
    for i in range(count):
        key = mix(key + GOLDEN)
        word = words.draw[key >> np.uint64(46)]
        out[n] = words.first[word] + (case if i == 0 else LOWER) * words.tokens
        n += 1
        if words.second[word] >= 0:
            out[n] = words.second[word]
            n += 1
    return n


@njit(cache=True)
def _put_name(out, n, key, words):
    """Appends two or three syllables, each with a capital."""
    for _ in range(2 + int(key % np.uint64(3) == 0)):
        key = mix(key + GOLDEN)
        out[n] = words.first[words.draw[key >> np.uint64(46)]] + CAPITAL * words.tokens
        n += 1
    return n


@njit(cache=True)
def _choose_phrase(state, topic):
    """The number of a phrase. A stock phrase of rank r of R is as common as 1 / sqrt(r * R)."""
    which, place = unit(state), unit(state)
    if which < _STOCK:
        return _PHRASE_KEY + np.uint64(int(_STOCK_PHRASES * place * place))
    if which < _STOCK + _TOPICAL:
        return _TOPIC_KEY + np.uint64(topic * _TOPIC_PHRASES + int(_TOPIC_PHRASES * place * place))
    if which < _STOCK + _TOPICAL + _RARE:
        return _PHRASE_KEY + np.uint64(_STOCK_PHRASES + int(_RARE_PHRASES * place * place))
    return draw(state)


@njit(cache=True)
def _put_phrase(out, n, state, fresh, topic, words):
    """Appends a phrase, a name or a figure: words and names by `state`, figures by `fresh`."""
    what = unit(state)
    while unit(state) < _TERM_SHARE:
        rank = int(_TERMS * unit(state) ** 2)
        n = _put_words(out, n, topic[1] + np.uint64(rank), 1 + rank % 2, LOWER, words)
    if what < _NAMES:
        rank = int(3.0 ** (1 + 9 * unit(state)))
        return _put_name(out, n, mix(_NAME_KEY + np.uint64(topic[0] * 20_000 + rank)), words)
    if what < _NAMES + topic[2]:
        spread = unit(fresh)
        out[n] = COLON + 1 + int((words.numbers - COLON - 1) * spread * spread)
        return _put_words(out, n + 1, _choose_phrase(state, topic[0]), 1, LOWER, words)
    key = _choose_phrase(state, topic[0])
    return _put_words(out, n, key, 3 + int(mix(key) % np.uint64(6)), LOWER, words)


@njit(cache=True)
def _put_text(out, n, length, rngs, topic, words):
    """Appends a headline and sentences of `length` syllables together."""
    state, fresh = rngs
    end = n + length
    first = n
    n = _put_phrase(out, _put_phrase(out, n, state, fresh, topic, words), state, fresh, topic, words)
    out[first] = _capital(out[first], words)
    out[n] = PARAGRAPH
    n += 1
    while n < end:
        first, size = n, 9 + below(state, 22)
        while n - first < size:
            n = _put_phrase(out, n, state, fresh, topic, words)
            if unit(state) < 0.15:
                out[n] = COMMA
                n += 1
        n -= int(out[n - 1] == COMMA)
        out[first] = _capital(out[first], words)
        out[n] = STOP
        n += 1
        if unit(state) < 0.5 and n < end:
            out[n] = LINE
            n += 1
    return n


@njit(cache=True)
def _capital(token, words):
    return token + CAPITAL * words.tokens if words.numbers <= token < words.tokens else token


@njit(cache=True)
def _write(plan, article, kind, words, out):
    """An article that copies none: an original, or a column filled anew."""
    fresh = start(plan.seed, article)
    fresh[0] ^= GOLDEN << np.uint64(1)  # apart from what `_describe` draws
    state = fresh
    if plan.case == SYLLABLE:
        length = _length(plan, fresh)
        out[:length] = words.numbers + article % 3_000
        return length
    if kind == TEMPLATE:
        era = 0 if plan.case == TEMPLATES else article // _COLUMN_LIFE
        state = start(plan.seed, _TEMPLATE_KEY + np.uint64(era * plan.columns + below(fresh, plan.columns)))
    figures = _COLUMN_FIGURES if kind == TEMPLATE else _FIGURES
    topic = (int(_TOPICS * unit(state) ** 2), draw(state), figures)
    length = _length(plan, state)
    n = _put_text(out, 0, length, (state, fresh), topic, words)
    if plan.case == PASSAGE:
        n = _put_text(out, n, 60, (start(plan.seed, _SOURCE_KEY), start(plan.seed, _SOURCE_KEY)), topic, words)
    return n


@njit(cache=True)
def _length(plan, state):
    """Syllables of an article: a lognormal distribution, by the method of Box and Muller (1958)."""
    normal = np.sqrt(-2 * np.log(1 - unit(state))) * np.cos(2 * np.pi * unit(state))
    return min(LONGEST // 2, max(40, int(plan.median * np.exp(plan.spread * normal))))


@njit(cache=True)
def _revise(plan, article, kind, source, size, words, out):
    """An article made of another one, `source[:size]`: (its tokens, how many of them are copied)."""
    rng = start(plan.seed, np.uint64(article) ^ GOLDEN)
    if kind == EDITED:
        return _edit(source, size, plan.rates[below(rng, len(plan.rates))], rng, words, out)
    if kind == EXCERPT:
        taken = max(min(size, 40), int(size * (0.15 + 0.5 * unit(rng))))
        return _copy_run(source, size, taken, rng, out, 0)
    if kind == PARTIAL:
        own = _write(plan, article, ORIGINAL, words, out)
        cut = _sentence_end(out, own, below(rng, own))
        rest = out[cut:own].copy()
        n, copied = _copy_run(source, size, min(size, 40 + below(rng, 160)), rng, out, cut)
        out[n : n + len(rest)] = rest
        return n + len(rest), copied
    out[:size] = source[:size]
    if kind == REPRINT and unit(rng) < 0.5:  # the other half is the same to the last byte
        _set_anew(out, size, rng, words)
    return size, _count_words(out, 0, size)


@njit(cache=True)
def _set_anew(out, size, rng, words):
    """The headline in capitals, other paragraphs."""
    i = 0
    while i < size and out[i] > COLON:
        out[i] = out[i] % words.tokens + UPPER * words.tokens
        i += 1
    for i in range(size):
        if out[i] in (LINE, PARAGRAPH) and unit(rng) < 0.5:
            out[i] = PARAGRAPH + LINE - out[i]


@njit(cache=True)
def _edit(source, size, rate, rng, words, out):
    """Drops, adds and keeps sentences; in those that are kept drops, adds and replaces words."""
    n = copied = i = 0
    while i < size:
        end = _sentence_end(source, size, i)
        if unit(rng) < rate and n < LONGEST:
            n = _put_words(out, n, draw(rng), 5 + below(rng, 14), CAPITAL, words)
            out[n] = STOP
            n += 1
        if unit(rng) < rate and n > 0:
            i = end
        while i < end:
            what = unit(rng) * 6 if source[i] > COLON else 6.0
            if what < 2 * rate and n < LONGEST:
                n = _put_words(out, n, draw(rng), 1, LOWER, words)
            if what >= 3 * rate or rate < what < 2 * rate:
                out[n] = source[i]
                copied += int(source[i] > COLON)
                n += 1
            i += 1
    return n, copied


@njit(cache=True)
def _sentence_end(tokens, size, i):
    """The place behind the sentence that token i stands in, and behind the line breaks there."""
    while i < size and tokens[i] not in (STOP, LINE, PARAGRAPH):
        i += 1
    while i < size and tokens[i] in (STOP, LINE, PARAGRAPH):
        i += 1
    return i


@njit(cache=True)
def _copy_run(source, size, count, rng, out, n):
    """Appends whole sentences of another article, `count` tokens or a few more; (new end, syllables copied)."""
    begin = below(rng, size - count + 1)
    begin = _sentence_end(source, size, begin) if begin else 0
    if begin + count > size:
        begin = size - count
    end = _sentence_end(source, size, begin + count - 1)
    out[n : n + end - begin] = source[begin:end]
    n += end - begin
    return n, _count_words(out, n - end + begin, n)


@njit(cache=True)
def _count_words(tokens, begin, end):
    count = 0
    for i in range(begin, end):
        count += int(tokens[i] > COLON)
    return count


@njit(cache=True)
def _compose(plan, article, words, buffers, facts):
    """Makes an article in buffers[i]; returns (i, tokens) and fills in what is known of it."""
    chain = np.empty(_CHAIN, np.int64)
    chain[0], depth, first = article, 0, True
    story = article
    while depth < _CHAIN - 1:
        kind, origin, source = _relation(plan, chain[depth])
        if origin < 0:
            break
        first = first and kind != PARTIAL
        depth += 1
        chain[depth] = origin
        if first:
            story = origin
    place, n = 0, _write(plan, chain[depth], kind, words, buffers[0])
    kind, origin, source = _relation(plan, article)
    facts[0], facts[1], facts[2], facts[5] = origin, story, kind, source
    for i in range(depth - 1, -1, -1):
        step, before = _relation(plan, chain[i])[0], _count_words(buffers[place], 0, n)
        n, copied = _revise(plan, chain[i], step, buffers[place], n, words, buffers[1 - place])
        place = 1 - place
        if i == 0:
            facts[3] = copied / max(1, _count_words(buffers[place], 0, n))
            facts[4] = copied / max(1, before)
    return place, n


@njit(cache=True)
def _put_lines(out, n, rng, count, words):
    """Appends so many lines of page furniture: some that all sites have, some of this one."""
    for _ in range(count):
        if unit(rng) < 0.5:
            line = below(rng, len(words.frame_starts) - 1)
            for i in range(words.frame_starts[line], words.frame_starts[line + 1]):
                out[n] = words.frames[i] + (CAPITAL * words.tokens if i == words.frame_starts[line] else 0)
                n += 1
        else:
            n = _put_words(out, n, draw(rng), 4 + below(rng, 9), CAPITAL, words)
        out[n] = LINE
        n += 1
    return n


@njit(cache=True)
def _frame(plan, article, source, body, words, out):
    """The article on the page of its source: a menu above; other headlines, which change slowly, and a foot below."""
    site = start(plan.seed, _SOURCE_KEY + np.uint64(source + 1))
    n = _put_lines(out, 0, site, 3 + below(site, 5), words)
    out[n : n + len(body)] = body
    n += len(body)
    out[n] = PARAGRAPH
    n += 1
    for i in range(6):
        key = mix(_SOURCE_KEY ^ np.uint64(source << 44) ^ np.uint64(article // 2_000 + i))
        n = _put_words(out, n, key, 7, CAPITAL, words)
        out[n] = LINE
        n += 1
    return _put_lines(out, n, site, 3 + below(site, 5), words)


@njit(cache=True)
def _print(tokens, spelling, words, text, at):
    """Writes tokens as UTF-8; returns the end."""
    base = spelling * 3 * words.tokens
    is_inside = False
    for token in tokens:
        if is_inside and token > COLON:
            text[at] = 32
            at += 1
        for i in range(words.starts[base + token], words.starts[base + token + 1]):
            text[at] = words.letters[i]
            at += 1
        is_inside = token not in (LINE, PARAGRAPH)
    return at


@njit(cache=True, nogil=True)
def write_articles(plan, words, lo, hi):
    """The articles lo..hi-1: (UTF-8, where each text ends, and what is known of each, in the order of FACTS)."""
    text = np.empty((hi - lo) * _BYTES * _ROOM, np.uint8)
    ends, facts = np.empty(hi - lo, np.int64), np.zeros((hi - lo, 6))
    buffers = np.empty((3, _ROOM), np.int32)
    at = 0
    for article in range(lo, hi):
        known = facts[article - lo]
        place, n = _compose(plan, 0 if plan.case == IDENTICAL else article, words, buffers, known)
        if plan.case == IDENTICAL and article:
            known[:5] = 0, 0, REPRINT, 1, 1
        body = buffers[place, :n]
        state = start(plan.seed, _SOURCE_KEY ^ np.uint64(int(known[5]) << 20))
        if plan.case == NEWS and unit(state) < plan.framed:
            n = _frame(plan, article, int(known[5]), body, words, buffers[2])
            body = buffers[2, :n]
        spelling = 0
        if known[2] == RESPELLED:
            spelling = 1 + article % 2
        at = _print(body, spelling, words, text, at)
        ends[article - lo] = at
    return text[:at].copy(), ends, facts
