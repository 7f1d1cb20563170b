"""The articles in examples/: exactly the pairs and relations that they were written for."""

import runpy
from functools import cache
from pathlib import Path

import pytest

import dedup

FOLDER = Path(__file__).parents[1] / "examples" / "articles"
FLOOD, COPY, OTHER_PAPER = "cau-an-binh-1-bao-tinh.txt", "cau-an-binh-2-dang-lai.txt", "tg-20231012-0417"
PAGE, EDITED, SHORT = (f"ha-lam-hoa-ky-{name}.txt" for name in ("1-trang-web", "2-bien-tap", "3-rut-gon"))
LAKE = ("ho-da-ran-1-nong-dan.txt", "ho-da-ran-2-nao-vet.txt")
SHRIMP = ("tom-vinh-sa-1-dich-benh.txt", "tom-vinh-sa-2-xuat-khau.txt")
WANTED = {
    (FLOOD, COPY): {"reprint"},
    (FLOOD, OTHER_PAPER): {"edited"},
    (PAGE, EDITED): {"edited"},
    (PAGE, SHORT): {"edited"},
    (EDITED, SHORT): {"partial", "edited"},
    LAKE: {"partial"},
    SHRIMP: {"partial"},
    ("gia-vang-ngay-06-11.txt", "gia-vang-ngay-07-11.txt"): {"template"},
    ("thoi-tiet-ngay-20-07.txt", "thoi-tiet-ngay-21-07.txt"): {"template"},
    ("ma-de-101.txt", "ma-de-102.txt"): {"template"},
    ("ma-de-101.txt", "ma-de-103.txt"): {"template"},
    ("ma-de-102.txt", "ma-de-103.txt"): {"template"},
}


@cache
def found():
    return dedup.scan(dedup.read(FOLDER))


def article(name):
    return found().article(name)


def test_exactly_these_pairs():
    relations = {(m.a, m.b): m.relation for m in found().matches}
    assert sorted(relations) == sorted(WANTED)
    assert {pair: relations[pair] for pair in WANTED if relations[pair] not in WANTED[pair]} == {}
    assert found().skipped == []
    assert found().counts["crowds"] == 0


def test_the_copy_stands_behind_its_delegate():
    pairs = {(m.a, m.b): m.relation for m in found().pairs()}
    assert set(pairs) == {*WANTED, (COPY, OTHER_PAPER)}
    assert pairs[COPY, OTHER_PAPER] == "edited"


def test_one_event_in_independent_words_is_no_match():
    a, b = (article(f"chay-cho-ben-dam-{n}.txt") for n in (1, 2))
    match = dedup.compare(a, b)
    assert (match.relation, match.longest_passage) == (None, 0)
    assert match.containment < 0.05


@pytest.mark.parametrize("pair", WANTED, ids=str)
def test_compare_says_the_same_both_ways(pair):
    a, b = map(article, pair)
    one, other = dedup.compare(a, b), dedup.compare(b, a)
    assert one == next(m for m in found().matches if (m.a, m.b) == pair)
    assert one.relation == other.relation


def test_figures_of_the_page_and_its_edited_version():
    """Furniture is no overlap: more of the edited version stands in the page than resemblance would ever show."""
    match = dedup.compare(article(PAGE), article(EDITED))
    assert match.b_in_a > 0.55
    assert match.resemblance < 0.35
    page = article(PAGE).text
    copied = [page[p.a_start : p.a_end] for p in match.passages]
    assert sum("Hoa Kỳ" in run for run in copied) >= 2  # where the other one has "Mỹ"
    assert not any("Xem thêm" in run or "baohalam" in run for run in copied)


@pytest.mark.parametrize("pair", [LAKE, SHRIMP])
def test_what_two_articles_quote(pair):
    match = dedup.compare(*map(article, pair))
    a, b = (article(id).text for id in pair)
    assert match.longest_passage > 60
    for p in match.passages:
        assert a[p.a_start : p.a_end].split()[1:-1] == b[p.b_start : p.b_end].split()[1:-1]


@pytest.mark.parametrize("options", [{"containment": 0.1}, {"containment": None, "passage": 24}, {"k": 4}], ids=str)
def test_other_params_keep_these_pairs(options):
    relations = {(m.a, m.b): m.relation for m in dedup.scan(dedup.read(FOLDER), dedup.Params(**options)).matches}
    assert {pair for pair in WANTED if pair not in relations} == set()
    for pair in set(relations) - set(WANTED):  # a lower limit may add pairs, but no copies
        assert relations[pair] in (None, "partial", "template")


def test_resemblance_alone_misses_the_edited_version():
    params = dedup.Params(containment=None, resemblance=0.7)
    pairs = {(m.a, m.b) for m in dedup.scan(dedup.read(FOLDER), params).matches}
    assert (PAGE, EDITED) not in pairs
    assert {(FLOOD, COPY), (FLOOD, OTHER_PAPER)} <= pairs


def test_the_quickstart_runs(capsys):
    runpy.run_path(str(Path(__file__).parents[1] / "examples" / "quickstart.py"), run_name="__main__")
    said = capsys.readouterr().out
    assert "24 articles" in said
    assert "cau-an-binh-1-bao-tinh.txt  ~  cau-an-binh-2-dang-lai.txt" in said
