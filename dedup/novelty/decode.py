"""Which syllables carry news: a linear-chain conditional random field over each sentence, with weights from a table."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

import numpy as np

from dedup.errors import DedupError

__all__ = ["Weights", "load_weights", "marginals"]

_F64 = np.ndarray[Any, np.dtype[np.float64]]
_I64 = np.ndarray[Any, np.dtype[np.int64]]
_LIMIT = 30.0  # of a score: exp stays finite


class Weights(NamedTuple):
    """What was learnt: the log-odds that each feature adds, those of nothing else, and of staying in the same state.

    Attributes:
        features: float64, one for each of features.NAMES.
        bias: of a syllable without any feature.
        stay_known, stay_new: what each of features.TIES adds to those of the state of the syllable before, float64.
    """

    features: _F64
    bias: float
    stay_known: _F64
    stay_new: _F64


@functools.cache
def load_weights(names: tuple[str, ...], ties: tuple[str, ...]) -> Weights:
    """The shipped weights, `weights.tsv` beside this module, made by benchmarks/learn_novelty.py."""
    text = resources.files(__package__).joinpath("weights.tsv").read_text(encoding="utf-8")
    rows = dict(line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    wanted = [*names, "bias", *(f"known:{tie}" for tie in ties), *(f"new:{tie}" for tie in ties)]
    if list(rows) != wanted:
        raise DedupError("weights.tsv does not fit the features: run benchmarks/learn_novelty.py")
    values = np.array([float(value) for value in rows.values()])
    n, m = len(names), len(ties)
    return Weights(values[:n], float(values[n]), values[n + 1 : n + 1 + m], values[n + 1 + m :])


def marginals(table: _F64, bonds: _F64, edges: _I64, weights: Weights) -> _F64:
    """The probability that each syllable carries news, given its whole sentence: float64 (n,), 0..1.

    Forward-backward (Baum 1972; Lafferty, McCallum, Pereira 2001), all sentences side by side.

    Args:
        table, bonds: features and ties of each syllable.
        edges: int64 (sentences + 1,), where sentences begin.
        weights: what was learnt.
    """
    sizes = np.diff(edges)
    if not len(sizes):
        return np.zeros(0)
    place = np.arange(int(sizes.max()))[:, None]
    is_inside = place < sizes  # a column for each sentence
    at = np.minimum(edges[:-1] + place, len(table) - 1)
    new = np.where(is_inside, np.exp(np.clip(table @ weights.features + weights.bias, -_LIMIT, _LIMIT))[at], 0.0)
    known = np.where(is_inside, np.exp(bonds @ weights.stay_known)[at], 1.0)
    fresh = np.where(is_inside, np.exp(bonds @ weights.stay_new)[at], 1.0)
    forward, behind = np.empty_like(new), np.ones_like(new)  # odds of news, by what stands before and behind
    forward[0] = new[0]
    for t in range(1, len(new)):
        forward[t] = new[t] * (1 + forward[t - 1] * fresh[t]) / (known[t] + forward[t - 1])
    for t in range(len(new) - 1, 0, -1):
        ahead = new[t] * behind[t]
        behind[t - 1] = (1 + ahead * fresh[t]) / (known[t] + ahead)
    odds = (forward * behind).T[is_inside.T]
    result: _F64 = odds / (1 + odds)
    return result
