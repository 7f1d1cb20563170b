"""The furniture of pages pasted as text: what is left is the article. Gold: tests/pages/gold.jsonl."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from dedup import compare
from dedup.text import spans

PAGES = Path(__file__).parent / "pages"
GOLD = [json.loads(line) for line in (PAGES / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
find_words = re.compile(r"\w+").findall


def lines_of(name):
    """(line, whether it is kept) of a page."""
    text = (PAGES / f"{name}.txt").read_text(encoding="utf-8")
    kept = {int(start) for start in spans(text)[2]}
    position, result = 0, []
    for line in text.splitlines(keepends=True):
        if line.strip():
            result.append((line.strip(), any(n in kept for n in range(position, position + len(line)))))
        position += len(line)
    return result


def words(lines):
    return Counter(word for line in lines for word in find_words(line.lower()))


def figures(gold):
    """F1 of the body's words, the share of furniture words left, the share of body words lost."""
    body, captions = gold["body"].split("\n"), set(gold["captions"])
    furniture = Counter(gold["furniture"])
    left, kept_furniture = [], []
    for line, is_kept in lines_of(gold["name"]):
        is_furniture = line not in body and furniture[line] > 0
        furniture[line] -= is_furniture
        if is_kept and line != gold["title"] and line not in captions:
            left.append(line)
            kept_furniture += [line] * is_furniture
    wanted, got = words(body), words(left)
    common = (wanted & got).total()
    total = words(gold["furniture"]).total()
    return 2 * common / (wanted.total() + got.total()), words(kept_furniture).total() / total, wanted - got


def test_gate():
    f1, furniture_left, lost = zip(*map(figures, GOLD), strict=True)
    assert sum(f1) / len(f1) >= 0.97  # measured: 0.988
    assert sum(furniture_left) / len(furniture_left) <= 0.06
    assert sum(missing.total() for missing in lost) <= 0.01 * sum(words([g["body"]]).total() for g in GOLD)


@pytest.mark.parametrize(
    ("one", "other"),
    [("gomtin-lap-khong-ho-so", "anbinhngaymoi-lap-khong-ho-so"), ("gomtin-cau-tra-nau", "baohalam-cau-tra-nau")],
)
def test_a_story_is_found_between_the_furniture_of_two_sites(one, other):
    texts = ((PAGES / f"{name}.txt").read_text(encoding="utf-8") for name in (one, other))
    assert compare(*texts).containment >= 0.9
