"""Matches on one event in independent words: found by `events`, with the figures of their texts as always."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dedup import events
from dedup.api.choose import day, moment
from dedup.api.matches import Rows
from dedup.api.shelf import Shelf, Versions
from dedup.api.verify import blocks, compare_pairs, features_of, ordered
from dedup.corpus import Prepared
from dedup.models import RELATIONS, Article, Params, Relation
from dedup.profiles import Syllables, profile
from dedup.relate import Verdict, decide_all, is_same_column
from dedup.threads import each_item, thread_count

__all__ = ["SAME_STORY", "add_same_story", "event_rows", "headline_of", "link_events", "same_story_verdict"]

_I64 = np.ndarray[Any, np.dtype[np.int64]]
SAME_STORY, _TEMPLATE = RELATIONS.index("same_story"), RELATIONS.index("template")
_HEADLINE = 400  # bytes of a text that are looked at for a headline where none is given


def add_same_story(shelf: Shelf, versions: Versions, rows: Rows, params: Params) -> Rows:
    """The rows with the pairs of versions that tell of one event, sorted as before.

    `shelf.likeness` gets the likeness of every such pair by its numbers, and `shelf.counts` what a cap left out. A pair
    that is a match by its text keeps its relation, unless that is None; templates and recurring columns are no event.
    """
    numbers = np.sort(versions.numbers)
    days, rank = _times(shelf, numbers)
    is_new = np.array(shelf.is_new, np.bool_)[numbers]
    assert versions.profiles is not None
    found = events.find_alike(versions.profiles.take(numbers), days, rank, is_new, params)
    versions.profiles = None
    shelf.counts["same_story_left_out"] = found.left_out
    may_differ = (days[found.left] < 0) | (days[found.left] != days[found.right])
    pairs = numbers[found.left], numbers[found.right], found.likeness
    return ordered(link_events(shelf, rows, pairs, may_differ, params), shelf.ids)


def link_events(
    shelf: Shelf, rows: Rows, pairs: tuple[_I64, _I64, _I64], may_differ: np.ndarray[Any, np.dtype[np.bool_]],
    params: Params,
) -> Rows:  # fmt: skip
    """The rows with those of pairs that are alike; `shelf.likeness` gets the likeness of each by its numbers.

    Args:
        shelf: the articles.
        rows: the matches by their text.
        pairs: left, right, thousandths of likeness.
        may_differ: whether the two may be of different days.
        params: how many kernels are at work.
    """
    left, right = pairs[0].tolist(), pairs[1].tolist()
    headline = {number: headline_of(shelf, number) for number in {*left, *right}}
    is_event = np.array([
        not is_same_column(headline[a], headline[b], is_other_day)
        for a, b, is_other_day in zip(left, right, may_differ.tolist(), strict=True)
    ], np.bool_)  # fmt: skip
    place = _places(rows, left, right)
    known = place[(place >= 0) & is_event]
    rows.relation[known[rows.relation[known] == 0]] = SAME_STORY
    new = np.flatnonzero((place < 0) & is_event)
    extra = event_rows(shelf, pairs[0][new], pairs[1][new], pairs[2][new], params)
    rows = Rows.join([rows, extra])
    told = set(zip(*(column[rows.relation == SAME_STORY].tolist() for column in (rows.a, rows.b)), strict=True))
    for a, b, likeness in zip(left, right, pairs[2].tolist(), strict=True):
        if (a, b) in told or (b, a) in told:
            shelf.likeness[min(a, b), max(a, b)] = likeness
    return rows


def _places(rows: Rows, left: Sequence[int], right: Sequence[int]) -> _I64:
    """Where each pair stands in the rows, whichever of the two comes first; -1 where it does not."""
    pairs = zip(rows.a.tolist(), rows.b.tolist(), strict=True)
    known = {(min(pair), max(pair)): place for place, pair in enumerate(pairs)}
    asked = ((min(pair), max(pair)) for pair in zip(left, right, strict=True))
    return np.array([known.get(pair, -1) for pair in asked], np.int64)


def _times(shelf: Shelf, numbers: _I64) -> tuple[_I64, _I64]:
    """The day of the first publication of each version, -1 where none is known; its place by moment, then by id."""
    home = shelf.homes()
    first: dict[int, tuple[float, int]] = {}
    for number in shelf.dated:
        when, version = moment(shelf.details[number].get("published")), int(home[number])
        if when < first.get(version, (math.inf,))[0]:
            first[version] = when, number
    days, moments = np.full(len(numbers), -1), np.full(len(numbers), math.inf)
    for i, number in enumerate(numbers.tolist() if first else ()):
        if number in first:
            moments[i], days[i] = first[number][0], day(shelf.details[first[number][1]]["published"])
    by_id = np.empty(len(shelf.ids), np.int64)
    by_id[shelf.order()] = np.arange(len(by_id))
    rank = np.empty(len(numbers), np.int64)
    rank[np.lexsort((by_id[numbers], moments))] = np.arange(len(rank))
    return days, rank


def event_rows(shelf: Shelf, left: _I64, right: _I64, likeness: _I64, params: Params) -> Rows:
    """The rows of pairs that tell of one event and are no match by their text, but for templates."""
    alone = replace(params, threads=1)

    def work(block: _I64) -> Rows:
        a, b = left[block], right[block]
        ready, i, j = shelf.corpus.prepare_pairs(a, b, 1)
        shared, size_a, size_b = compare_pairs(ready, i, j, alone)
        features = features_of(ready, i, j, alone)
        relation, _ = decide_all(features, shared / np.maximum(np.minimum(size_a, size_b), 1))
        is_certain = (likeness[block] >= events.CERTAIN).astype(np.int64)
        story, spare = np.full(len(a), SAME_STORY), np.zeros(len(a), np.uint8)
        rows = Rows(a, b, shared, size_a, size_b, features[:, 4], story, is_certain, spare)
        return rows.take(np.flatnonzero(relation != _TEMPLATE))

    return Rows.join(list(each_item(work, blocks(shelf.corpus, left, right), thread_count(params.threads))))


def headline_of(shelf: Shelf, number: int) -> str:
    """The title of an article, or else the first line of its text, cut where it is long."""
    if title := shelf.details[number].get("title"):
        return str(title)
    lines = shelf.corpus.utf8(number)[:_HEADLINE].decode("utf-8", "ignore").splitlines()
    return next((line for line in lines if line.strip()), "")


def same_story_verdict(one: Article, two: Article, ready: Prepared, verdict: Verdict, params: Params) -> Verdict:
    """The verdict on two articles, which may also tell of one event: decided by the table of frequencies alone.

    Args:
        one, two: the articles.
        ready: both, prepared.
        verdict: that on their texts; it stands where the texts are versions of one text or a template.
        params: how many days they may be apart.
    """
    if verdict.relation is not None:
        return verdict
    days = [day(article.published) for article in (one, two)]
    headlines = tuple(article.title or article.text.strip()[:_HEADLINE].split("\n")[0] for article in (one, two))
    is_dated = min(days) >= 0
    if is_dated and abs(days[0] - days[1]) > params.same_story_days:
        return verdict
    bodies = Syllables(ready.syllables, ready.flags, ready.syllable_starts)
    likeness = events.likeness_of(profile(bodies, [one.title, two.title], params))
    likeness //= 1 if is_dated else events.UNDATED
    if likeness < events.SAME or is_same_column(headlines[0], headlines[1], not 0 <= days[0] == days[1]):
        return Verdict(None, verdict.is_certain and likeness < events.SAME // 2)
    relation: Relation = "same_story"
    return Verdict(relation, likeness >= events.CERTAIN)
