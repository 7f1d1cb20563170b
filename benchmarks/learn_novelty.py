"""Learns which syllables carry news from labelled pairs, and writes dedup/novelty/weights.tsv.

    learn_novelty.py GOLD.jsonl... [--folds 8] [--penalty 60] [--write]

A line of GOLD holds two versions `a` and `b`, `dropped` and `added`: spans [start, end] (code points) of what only a,
and only b, says. Prints precision, recall and F1 over syllables in cross-validation by pair, then of the weights learnt
from all; --write puts these into the package. Needs scipy (`pip install -e '.[bench]'`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

import dedup
from dedup.novelty import decode
from dedup.novelty.align import Evidence, align
from dedup.novelty.features import NAMES, TIES, features, ties
from dedup.novelty.version import Version, prepare

THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5)
HEAD = """# What each feature (features.py) adds to the log-odds that a syllable carries news: name, weight.
# Learnt by benchmarks/learn_novelty.py from {pairs} labelled pairs of versions ({syllables} syllables).
"""


class Case(NamedTuple):
    """One version seen from the other one."""

    pair: str
    version: Version
    table: np.ndarray[Any, Any]
    bonds: np.ndarray[Any, Any]
    truth: np.ndarray[Any, Any]
    counts: np.ndarray[Any, Any]  # False for syllables of a sentence that the text has had before


def read_cases(paths: list[str]) -> list[Case]:
    """Two cases for each pair of the files."""
    cases = []
    for path in paths:
        for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            a, b = prepare(row["a"]), prepare(row["b"])
            for one, other, spans in ((b, a, row["added"]), (a, b, row["dropped"])):
                evidence = Evidence([other])
                hit = np.zeros(len(one.text) + 1, np.int64)
                for start, end in spans:
                    hit[start:end] = 1
                total = np.concatenate([[0], np.cumsum(hit)])
                table = features(one, evidence, align(one, evidence))
                truth = total[one.ends] > total[one.starts]
                cases.append(Case(f"{path}:{number}", one, table, ties(one, table), truth, one.is_fresh))
    return cases


def learn(cases: list[Case], penalty: float) -> decode.Weights:
    """Weights of the highest likelihood less penalty · |weights|² of standardised features (L-BFGS)."""
    table, bonds = np.vstack([c.table for c in cases]), np.vstack([c.bonds for c in cases])
    truth = np.concatenate([c.truth for c in cases])
    sizes = np.concatenate([np.diff(c.version.edges) for c in cases])
    edges = np.concatenate([[0], np.cumsum(sizes)])
    middle, width = table.mean(0), table.std(0) + 1e-6
    standard = np.column_stack([(table - middle) / width, np.ones(len(table))])
    ties = bonds.shape[1]
    steps = np.flatnonzero(bonds[:, 0])
    same = truth[steps] == truth[steps - 1]
    stayed = np.stack([bonds[steps[same & ~truth[steps]]].sum(0), bonds[steps[same & truth[steps]]].sum(0)])
    seen = standard.T @ truth

    def loss(values: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        own, links = values[: -2 * ties], values[-2 * ties :].reshape(2, ties)
        log_sum, new, stay = expectations(standard @ own, bonds @ links.T, edges)
        value = log_sum - seen @ own - (stayed * links).sum()
        slope = np.concatenate([standard.T @ new - seen, ((bonds.T @ stay).T - stayed).ravel()])
        regular = values.copy()
        regular[len(own) - 1] = 0
        return value + penalty / 2 * regular @ regular, slope + penalty * regular

    start = np.zeros(standard.shape[1] + 2 * ties)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    own, links = found[: -2 * ties], found[-2 * ties :].reshape(2, ties)
    scaled = own[:-1] / width
    return decode.Weights(scaled, float(own[-1] - scaled @ middle), links[0], links[1])


def expectations(score: Any, links: Any, edges: Any) -> tuple[float, Any, Any]:
    """log Σ over all labellings; the probability of news of each syllable; those of known-known and new-new, (n, 2)."""
    sizes = np.diff(edges)
    order = np.argsort(-sizes, kind="stable")
    sizes, first = sizes[order], edges[:-1][order]
    alive = np.searchsorted(-sizes, -np.arange(sizes[0]))
    emit = np.stack([np.zeros_like(score), score], 1)
    step = np.zeros((len(score), 2, 2))
    step[:, 0, 0], step[:, 1, 1] = links[:, 0], links[:, 1]
    forward = np.full((len(sizes), sizes[0], 2), -np.inf)
    backward = np.zeros((len(sizes), sizes[0], 2))
    for t, m in enumerate(alive):
        here = first[:m] + t
        before = forward[:m, t - 1, :, None] + step[here] if t else None
        forward[:m, t] = emit[here] + (0 if before is None else np.logaddexp(before[:, 0], before[:, 1]))
    for t in range(sizes[0] - 2, -1, -1):
        here = first[: alive[t + 1]] + t + 1
        ahead = step[here] + (backward[: alive[t + 1], t + 1] + emit[here])[:, None, :]
        backward[: alive[t + 1], t] = np.logaddexp(ahead[..., 0], ahead[..., 1])
    last = forward[np.arange(len(sizes)), sizes - 1]
    total = np.logaddexp(last[:, 0], last[:, 1])
    new, stay = np.zeros_like(score), np.zeros((len(score), 2))
    for t, m in enumerate(alive):
        here = first[:m] + t
        new[here] = np.exp(forward[:m, t, 1] + backward[:m, t, 1] - total[:m])
        if t:
            for k in (0, 1):
                inner = forward[:m, t - 1, k] + step[here, k, k] + emit[here, k] + backward[:m, t, k]
                stay[here, k] = np.exp(inner - total[:m])
    return float(total.sum()), new, stay


def measure(cases: list[Case], chances: list[Any], threshold: float) -> tuple[float, float, float]:
    """Precision, recall and F1 over syllables."""
    tp = fp = fn = 0
    for case, chance in zip(cases, chances, strict=True):
        got = (chance > threshold) & ~case.version.is_aside & case.counts
        true = case.truth & case.counts
        tp, fp, fn = tp + (got & true).sum(), fp + (got & ~true).sum(), fn + (true & ~got).sum()
    return tp / max(1, tp + fp), tp / max(1, tp + fn), 2 * tp / max(1, 2 * tp + fp + fn)


def chances_of(cases: list[Case], weights: decode.Weights) -> list[Any]:
    """The probabilities of each case."""
    return [decode.marginals(c.table, c.bonds, c.version.edges, weights) for c in cases]


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--folds", type=int, default=8)
    parser.add_argument("--penalty", type=float, default=60.0)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    cases = read_cases(options.gold)
    pairs = list(dict.fromkeys(case.pair for case in cases))
    print(f"{len(pairs)} pairs, {sum(len(c.version) for c in cases):,} syllables")
    crossed: list[Any] = [None] * len(cases)
    for fold in range(options.folds):
        held = set(pairs[fold :: options.folds])
        weights = learn([c for c in cases if c.pair not in held], options.penalty)
        for place, case in enumerate(cases):
            if case.pair in held:
                crossed[place] = chances_of([case], weights)[0]
    weights = learn(cases, options.penalty)
    own = chances_of(cases, weights)
    for name, chances in (("cross-validated", crossed), ("learnt from all", own)):
        for path in [*options.gold, ""]:
            part = [i for i, case in enumerate(cases) if case.pair.startswith(path)]
            figures = [measure([cases[i] for i in part], [chances[i] for i in part], t) for t in THRESHOLDS]
            shown = "  ".join(f"{t}: {p:.3f} {r:.3f} {f:.4f}" for t, (p, r, f) in zip(THRESHOLDS, figures, strict=True))
            print(f"{name:16} {Path(path).name or 'all':20} {shown}")
    if options.write:
        target = Path(dedup.__file__).parent / "novelty" / "weights.tsv"
        names = [*NAMES, "bias", *(f"known:{tie}" for tie in TIES), *(f"new:{tie}" for tie in TIES)]
        rows = zip(names, [*weights.features, weights.bias, *weights.stay_known, *weights.stay_new], strict=True)
        text = HEAD.format(pairs=len(pairs), syllables=sum(len(c.version) for c in cases))
        target.write_text(text + "".join(f"{name}\t{value:.5f}\n" for name, value in rows), encoding="utf-8")
        print(f"written: {target}")


if __name__ == "__main__":
    main()
