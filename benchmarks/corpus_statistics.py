"""What a corpus is like: lengths, words, and how much unrelated articles share. `corpus.py --compare` prints it."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np

import dedup
from dedup import Params

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
STEPS = (1_000, 4_000, 16_000)  # articles among which phrases come back
LAPPING = 4_000  # articles of which all pairs are looked at


def describe_corpus(path: Path, count: int) -> dict[str, float]:
    """The statistics of the first `count` articles of a file, by name, in the order to print them in."""
    articles = list(islice(dedup.read(path), count))
    found = dedup.scan(articles, Params(containment=0.2))
    related = {match.b for match in found.matches}
    texts = [article.text for article in articles if article.id not in related]
    Random(1).shuffle(texts)
    statistics: dict[str, float] = {"articles": len(articles), "articles unlike any other (below 0.2)": len(texts)}
    statistics |= _describe_words(texts)
    shingles = [dedup.shingles(text) for text in texts]
    for step in STEPS:
        if step <= len(texts):
            statistics |= _describe_reuse(shingles[:step])
    prints = [dedup.fingerprints(text) for text in texts[:LAPPING]]
    statistics["fingerprints an article"] = float(np.mean([len(one) for one in prints]))
    statistics |= _describe_pairs(prints)
    statistics["candidates an article (containment 0.2)"] = found.counts["candidates"] / len(articles)
    statistics["matches an article (containment 0.2)"] = found.counts["matches"] / len(articles)
    return statistics


def _describe_words(texts: list[str]) -> dict[str, float]:
    words = [[token.text.lower() for token in dedup.tokenize(text)] for text in texts[:LAPPING]]
    lengths = [len(one) for one in words]
    common = np.array(sorted(Counter(word for one in words for word in one).values(), reverse=True), float)
    ranks = np.arange(1, len(common) + 1)
    result = {f"syllables, {p} %": float(np.percentile(lengths, p)) for p in PERCENTILES}
    result["bytes a syllable"] = sum(len(text.encode()) for text in texts[:LAPPING]) / sum(lengths)
    for low, high in ((1, 100), (100, 1_000), (1_000, 5_000)):
        part = slice(low - 1, min(high, len(common)))
        slope = np.polyfit(np.log(ranks[part]), np.log(common[part]), 1)[0] if low < len(common) else 0.0
        result[f"Zipf slope, ranks {low} to {high}"] = float(slope)
    result["share of the ten commonest syllables"] = float(common[:10].sum() / common.sum())
    result["distinct among the syllables of an article"] = float(np.mean([len(set(one)) / len(one) for one in words]))
    return result


def _describe_reuse(shingles: list[np.ndarray]) -> dict[str, float]:
    """How many of the shingles stand in other articles, too, and in one article of a thousand (a stock phrase)."""
    every = np.concatenate(shingles)
    held = np.unique(every, return_counts=True)[1]
    count = len(shingles)
    result = {f"shingles also in others, of {count:,}": float(held[held > 1].sum() / len(every))}
    if count >= 4_000:
        result[f"stock shingles (1 of 1,000), of {count:,}"] = float(held[held >= count / 1_000].sum() / len(every))
    return result


def _describe_pairs(prints: list[np.ndarray]) -> dict[str, float]:
    """Pairs of unrelated articles that share fingerprints: what the search for candidates has to bear."""
    from scipy.sparse import csr_matrix, triu

    keys, places = np.unique(np.concatenate(prints), return_inverse=True)
    ends = np.cumsum([0, *map(len, prints)])
    held = csr_matrix((np.ones(len(places), np.int32), places, ends), shape=(len(prints), len(keys)))
    shared = triu(held @ held.T, 1).tocoo().data
    name = "pairs an article that share {} fingerprint{}, of {:,}"
    return {name.format(n, "s" * (n > 1), len(prints)): float((shared >= n).sum() / len(prints)) for n in (1, 2, 3, 5)}


def print_beside(statistics: dict[str, dict[str, float]]) -> None:
    """One column for each corpus."""
    names = list(dict.fromkeys(name for one in statistics.values() for name in one))
    print(f"{'':50} " + " ".join(f"{name[-24:]:>24}" for name in statistics))
    for name in names:
        values = (one.get(name) for one in statistics.values())
        print(f"{name:50} " + " ".join("-".rjust(24) if value is None else f"{value:24,.4g}" for value in values))
