"""What tells a syllable that carries news from one that the other version has too: a row of figures for each."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from dedup.facts import Known
from dedup.novelty.align import WHOLE, Alignment, Evidence, common_runs, gaps, is_in, within
from dedup.novelty.version import GRAMMAR, LINK, UNIT, Version

__all__ = ["NAMES", "TIES", "features", "ties"]

_F64 = np.ndarray[Any, np.dtype[np.float64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_RUNS = (2, 3, 5, 8, 12, 20)
_ANCHOR = 3 * UNIT  # common words lighter than this between two gaps belong to them
_HEAVY = 3 * UNIT

NAMES = (
    "aligned", "anywhere", *(f"run_{n}" for n in _RUNS), "known", "known_left", "known_right", "known_left_2",
    "known_right_2", "near_2", "near_6", "clause", "sentence", "sentence_squared", "best", "unaligned", "document",
    "document_keys", "weight", "number", "name", "grammar", "link", "aside", "sentence_keys", "sentence_keys_anywhere",
    "key_share", "new_key", "new_number", "clause_keys", "gap", "gap_weight", "gap_other", "in_common",
    "explained_back", "explaining", "length", "is_short", "first_two", "place", "place_from_end", "opens_clause",
    "capitals", "numbers", "uncovered", "asides", "distance", "beside_new", "fact_known", "fact_known_anywhere",
    "fact_new", "clause_length", "synonym",
)  # fmt: skip


TIES = (
    "always", "clause", "grammar", "behind_grammar", "link", "inside_name", "inside_fact", "inside_run", "same_side",
    "inside_word",
)  # fmt: skip


def ties(version: Version, table: _F64) -> _F64:
    """What holds a syllable to the one before, float64 (n, len(TIES)): see TIES. The first of a sentence has zeros.

    Args:
        version: the version.
        table: its features.
    """
    v = version
    result = np.zeros((len(v), len(TIES)))
    if not len(v):
        return result
    run, grammar = table[:, NAMES.index("run_3")] > 0, v.role == GRAMMAR
    side = table[:, NAMES.index("in_common")]
    fact = np.zeros(len(v), np.int64)
    for number, (mention, (lo, hi)) in enumerate(zip(v.mentions, v.mention_edges, strict=True), 1):
        if mention.kind != "quote":
            fact[lo:hi] = number
    behind = np.arange(len(v)) - 1
    rows = (
        np.ones(len(v)), v.opens_clause, grammar, grammar[behind], v.role == LINK, v.is_name & v.is_name[behind],
        (fact > 0) & (fact == fact[behind]), run & run[behind], side == side[behind],
        v.ends_word,
    )  # fmt: skip
    for column, row in enumerate(rows):
        result[:, column] = row
    result[v.edges[:-1]] = 0
    return result


def features(version: Version, evidence: Evidence, alignment: Alignment) -> _F64:
    """A row for each syllable, float64 (n, len(NAMES)); see NAMES. Shares are 0..1; no figure depends on where in the
    text a sentence stands."""
    v, n = version, len(version)
    table = np.zeros((n, len(NAMES)))
    column = {name: table[:, i] for i, name in enumerate(NAMES)}
    if not n:
        return table
    run = common_runs(v, evidence, _RUNS)
    known = np.maximum(alignment.strength, WHOLE * (run >= 5))
    _match(column, v, evidence, alignment, run)
    _surroundings(column, v, alignment, known)
    _keys(column, v, evidence, alignment, known)
    _gaps(column, v, evidence, alignment)
    _places(column, v, known)
    _facts(column, v, evidence, alignment)
    return table


def _match(column: dict[str, _F64], v: Version, evidence: Evidence, alignment: Alignment, run: _I64) -> None:
    column["aligned"][:] = alignment.strength / WHOLE
    column["anywhere"][:] = is_in(v.syllables, evidence.all)
    for n in _RUNS:
        column[f"run_{n}"][:] = run >= n
    column["weight"][:] = v.weights / UNIT
    column["number"][:], column["name"][:] = v.is_number, v.is_name
    column["grammar"][:], column["link"][:], column["aside"][:] = v.role == GRAMMAR, v.role == LINK, v.is_aside
    column["opens_clause"][:] = v.opens_clause
    column["best"][:] = alignment.best[v.sentence]
    column["synonym"][:] = _synonyms(v, evidence, alignment) & (alignment.strength < WHOLE // 2) & (run < 5)
    chosen = np.array([len(c) for c in alignment.chosen])
    column["unaligned"][:], column["explaining"][:] = (chosen == 0)[v.sentence], chosen[v.sentence]


def _synonyms(v: Version, evidence: Evidence, alignment: Alignment) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a sentence that explains its own says the same in another word."""
    result = np.zeros(len(v), np.bool_)
    for nth in range(max(map(len, alignment.chosen), default=0)):
        there = np.array([c[nth] if len(c) > nth else evidence.sentences for c in alignment.chosen])
        result |= is_in(within(v.groups, there[v.sentence]), evidence.said)
    is_said: np.ndarray[Any, np.dtype[np.bool_]] = result & (v.groups != 0)
    return is_said


def _share(part: _I64, whole: _I64, edges: _I64) -> _F64:
    """The sum of `part` over the sum of `whole` in each stretch that begins at `edges`."""
    result: _F64 = np.add.reduceat(part, edges) / np.maximum(np.add.reduceat(whole, edges), 1)
    return result


def _window(v: Version, known: _I64, reach: int) -> _F64:
    """The known share of what stands within so many syllables in the same sentence."""
    lo = np.maximum(np.arange(len(v)) - reach, v.edges[v.sentence])
    hi = np.minimum(np.arange(len(v)) + reach + 1, v.edges[v.sentence + 1])
    part = np.concatenate([[0], np.cumsum(known * v.weights)])
    whole = np.concatenate([[0], np.cumsum(v.weights)])
    result: _F64 = (part[hi] - part[lo]) / (WHOLE * (whole[hi] - whole[lo]))
    return result


def _surroundings(column: dict[str, _F64], v: Version, alignment: Alignment, known: _I64) -> None:
    share = known / WHOLE
    column["known"][:] = share
    of_sentence = _share(alignment.strength * v.weights, WHOLE * v.weights, v.edges[:-1])[v.sentence]
    column["sentence"][:], column["sentence_squared"][:] = of_sentence, of_sentence**2
    first, behind = v.edges[v.sentence], v.edges[v.sentence + 1]
    place = np.arange(len(v))
    for name, step in (("known_left", -1), ("known_right", 1), ("known_left_2", -2), ("known_right_2", 2)):
        there = place + step
        is_inside = (there >= first) & (there < behind)
        column[name][:] = np.where(is_inside, share[np.clip(there, 0, len(v) - 1)], of_sentence)
    column["near_2"][:], column["near_6"][:] = _window(v, known, 2), _window(v, known, 6)
    edges = np.flatnonzero(v.opens_clause)
    clause = np.cumsum(v.opens_clause) - 1
    column["clause"][:] = _share(known * v.weights, WHOLE * v.weights, edges)[clause]
    column["clause_length"][:] = np.minimum(np.diff(np.append(edges, len(v)))[clause], 20) / 20
    column["document"][:] = int((known * v.weights).sum()) / (WHOLE * int(v.weights.sum()))


def _keys(column: dict[str, _F64], v: Version, evidence: Evidence, alignment: Alignment, known: _I64) -> None:
    """Numbers and names: how many of them the other version has, in the sentence that explains this one and at all."""
    key = v.is_number | v.is_name
    anywhere = key & is_in(v.syllables, evidence.keys)
    aligned = key & (alignment.strength > 0)
    count = np.add.reduceat(key.astype(np.int64), v.edges[:-1])
    none = (count == 0)[v.sentence]
    for name, part in (("sentence_keys", aligned), ("sentence_keys_anywhere", anywhere)):
        share = _share(part.astype(np.int64), key.astype(np.int64), v.edges[:-1])[v.sentence]
        column[name][:] = np.where(none, -0.2, share)
    column["key_share"][:] = (count / np.diff(v.edges))[v.sentence]
    column["new_key"][:], column["new_number"][:] = key & ~anywhere, v.is_number & ~anywhere
    column["document_keys"][:] = anywhere.sum() / max(1, int(key.sum()))
    edges, clause = np.flatnonzero(v.opens_clause), np.cumsum(v.opens_clause) - 1
    share = _share((key & (known > 0)).astype(np.int64), key.astype(np.int64), edges)
    column["clause_keys"][:] = np.where(np.add.reduceat(key.astype(np.int64), edges) == 0, 0.5, share)[clause]


def _gaps(column: dict[str, _F64], v: Version, evidence: Evidence, alignment: Alignment) -> None:
    """Words instead of others (a paraphrase or another value) against words added between common ones."""
    ours, weights, edges = v.syllables.tolist(), v.weights.tolist(), v.edges.tolist()
    theirs, their_weights, their_edges = (
        values.tolist() for values in (evidence.syllables, evidence.weights, evidence.edges)
    )
    totals, rests = _running(v.weights), _running(evidence.weights)
    share, own, other = ([0.0] * len(v) for _ in range(3))
    common, back = [0.0] * len(v), [0.0] * len(v)
    for (lo, hi), chosen in zip(itertools.pairwise(edges), alignment.chosen, strict=True):
        said, explained = set(ours[lo:hi]), 0.0
        for u in chosen[:2]:
            first, behind = their_edges[u], their_edges[u + 1]
            in_gaps: set[int] = set()
            for g in gaps(ours[lo:hi], theirs[first:behind], weights[lo:hi], _ANCHOR):
                mine = totals[lo + g.hi] - totals[lo + g.lo]
                its = rests[first + g.other_hi] - rests[first + g.other_lo]
                ratio = its / max(1, mine + its)
                for i in range(lo + g.lo, lo + g.hi):
                    in_gaps.add(i)
                    if not common[i] and ratio >= share[i]:
                        share[i], own[i], other[i] = ratio, min(mine / UNIT, 40) / 10, min(its / UNIT, 40) / 10
            for i in range(lo, hi):
                common[i] = max(common[i], float(i not in in_gaps))
            known = sum(w for x, w in zip(theirs[first:behind], their_weights[first:behind], strict=True) if x in said)
            explained = max(explained, known / max(1, rests[behind] - rests[first]))
        back[lo:hi] = [explained] * (hi - lo)
    rows = {"gap": share, "gap_weight": own, "gap_other": other, "in_common": common, "explained_back": back}
    for name, values in rows.items():
        column[name][:] = values


def _running(values: _I64) -> list[int]:
    """The sums of the first 0, 1, … values."""
    return [0, *np.cumsum(values).tolist()]


def _places(column: dict[str, _F64], v: Version, known: _I64) -> None:
    place = np.arange(len(v)) - v.edges[v.sentence]
    size = np.diff(v.edges)[v.sentence]
    column["length"][:], column["is_short"][:] = np.minimum(size, 60), size < 6
    column["first_two"][:] = place < 2
    column["place"][:], column["place_from_end"][:] = np.minimum(place, 10) / 10, np.minimum(size - 1 - place, 10) / 10
    ones = np.ones(len(v), np.int64)
    for name, part in (("capitals", v.is_name), ("numbers", v.is_number), ("asides", v.is_aside)):
        column[name][:] = _share(part.astype(np.int64), ones, v.edges[:-1])[v.sentence]
    is_new = (known < WHOLE // 2) & ~v.is_aside
    mass = np.add.reduceat(np.where(is_new, v.weights, 0), v.edges[:-1])
    column["uncovered"][:] = np.minimum(mass / UNIT, 100)[v.sentence] / 20
    distance = _distance(v, is_new & (v.weights > _HEAVY))
    column["distance"][:], column["beside_new"][:] = distance / 4, distance <= 1


def _distance(v: Version, marked: np.ndarray[Any, np.dtype[np.bool_]]) -> _I64:
    """Syllables to the nearest marked one in the same sentence, at most 12."""
    place = np.arange(len(v))
    before = np.maximum.accumulate(np.where(marked, place, -99))
    behind = np.minimum.accumulate(np.where(marked, place, len(v) + 99)[::-1])[::-1]
    left = np.where(before >= v.edges[v.sentence], place - before, 12)
    right = np.where(behind < v.edges[v.sentence + 1], behind - place, 12)
    result: _I64 = np.minimum(np.minimum(left, right), 12)
    return result


def _facts(column: dict[str, _F64], v: Version, evidence: Evidence, alignment: Alignment) -> None:
    """Whether a typed fact agrees with one of the sentences that explain its own, or with any."""
    held: dict[int, set[int]] = {}
    known = Known(mention for other in evidence.versions for mention in other.mentions)
    sentences = (
        int(first + other.sentence[lo])
        for first, other in zip(evidence.first.tolist(), evidence.versions, strict=False)
        for lo, _ in other.mention_edges
    )
    for sentence, number in zip(sentences, known.numbers, strict=True):
        held.setdefault(sentence, set()).add(number)
    for mention, (lo, hi) in zip(v.mentions, v.mention_edges, strict=True):
        if mention.kind in ("quote", "person", "organisation", "place"):  # their syllables tell more than they do
            continue
        same = known.agreeing(mention)
        column["fact_known"][lo:hi] = any(
            not same.isdisjoint(held.get(u, ())) for u in alignment.chosen[int(v.sentence[lo])]
        )
        column["fact_known_anywhere"][lo:hi] = bool(same)
        column["fact_new"][lo:hi] = not same
