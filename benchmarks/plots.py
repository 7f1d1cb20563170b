"""Draws what the other benchmarks measured: python benchmarks/plots.py FOLDER.

Writes FOLDER/speed.svg, quality.svg, peers.svg, of those files that are there. `make bench` makes all of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

BLUE, ORANGE, GREY = "#2166ac", "#e08214", "#888888"
STAGES = ("read and sketch", "furniture", "candidates", "verify", "stories", "write")


def draw_speed(content: dict[str, Any]) -> Figure:
    """Seconds of a scan by stage, and memory, by the size of the corpus."""
    most = max(one["threads"] for one in content["results"])
    scans = [one for one in content["results"] if one["job"] == "scan" and one["threads"] == most]
    names = [f"{one['articles']:,.0f}" for one in scans]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    base = [0.0] * len(scans)
    for stage, colour in zip(STAGES, mpl.colormaps["viridis"](range(0, 256, 51)), strict=False):
        micro = [1e6 * one[stage] / one["articles"] for one in scans]
        left.bar(names, micro, bottom=base, label=stage, color=colour, width=0.6)
        base = [a + b for a, b in zip(base, micro, strict=True)]
    left.set(title=f"A scan on {most} processors", xlabel="articles", ylabel="µs an article")
    left.margins(y=0.4)
    left.legend(fontsize=8, ncols=2, loc="upper left")
    right.plot([one["articles"] for one in scans], [one["peak"] / 2**30 for one in scans], "o-", color=BLUE)
    right.set(title="Peak memory", xlabel="articles", ylabel="GiB", xscale="log")
    right.set_ylim(0, 1.1 * max(one["peak"] for one in scans) / 2**30)
    right.set_xticks([one["articles"] for one in scans], names, minor=False)
    right.minorticks_off()
    return figure


def draw_quality(content: dict[str, Any]) -> Figure:
    """Recall with its 95 % intervals, of planted pairs where there are some, else of the sample."""
    rates = content.get("planted") or content["brute force"]
    chosen = {name.removeprefix("recall: "): value for name, value in rates.items() if name.startswith("recall: ")}
    names = sorted(chosen, reverse=True)
    figure, axes = plt.subplots(figsize=(7, 0.9 + 0.25 * len(names)), layout="constrained")
    shares = [chosen[name][2] for name in names]
    low, high = ([abs(chosen[name][end] - chosen[name][2]) for name in names] for end in (3, 4))
    axes.errorbar(shares, range(len(names)), xerr=[low, high], fmt="o", color=BLUE, capsize=3)
    axes.set_yticks(range(len(names)), [f"{name} ({chosen[name][1]:,})" for name in names])
    axes.set(title=f"Recall at containment ≥ {content['containment']}, 95 % intervals")
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="x", color="#dddddd")
    return figure


def draw_peers(content: dict[str, Any]) -> Figure:
    """Articles a second of every tool; and of the pairs that overlap by half or more, how many each whole job found."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
    tools = [tool for tool in content["tools"] if tool["runs"] and not tool["failure"]][::-1]
    speeds = [content["corpus"]["articles"] / median(run["work"] for run in tool["runs"]) for tool in tools]
    bars = left.barh([tool["tool"] for tool in tools], speeds, color=[_colour(tool["tool"]) for tool in tools])
    left.bar_label(bars, [f" {speed:,.0f}" for speed in speeds], fontsize=8)
    left.set(title="Articles a second", xscale="log")
    left.margins(x=0.2)
    found = {name: value for name, value in content["recall"].items() if isinstance(value, list)}
    shares = [100 * value[1] / max(1, content["recall"]["other"]) for value in found.values()]
    bars = right.barh([*found], shares, color=[_colour(name) for name in found])
    right.bar_label(bars, [f" {share:.0f} %" for share in shares], fontsize=8)
    right.set(title="Found: containment ≥ 0.5, other bytes", xlim=(0, 115), xticks=range(0, 101, 25))
    return figure


def _colour(name: str) -> str:
    return BLUE if name.startswith("dedup") else GREY if "perfect" in name else ORANGE


DRAWINGS: dict[str, Callable[[dict[str, Any]], Figure]] = {
    "speed": draw_speed, "quality": draw_quality, "peers": draw_peers,
}  # fmt: skip


def main(folder: Path) -> None:
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "dedup", "axes.spines.top": False, "axes.spines.right": False, "font.size": 9})
    for name, draw in DRAWINGS.items():
        if (source := folder / f"{name}.json").exists():
            figure = draw(json.loads(source.read_text(encoding="utf-8")))
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
            print(folder / f"{name}.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
