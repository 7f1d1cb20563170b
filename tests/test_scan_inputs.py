"""`scan`: what may be handed in, ids, what is skipped, what is kept, wrong Params, progress."""

import json
import re
from datetime import UTC, date, datetime
from random import Random

import make
import pyarrow
import pyarrow.parquet as pq
import pytest
from test_scan import articles_of, ids

from dedup import Article, ArticleError, DedupError, InputError, ParamError, Params, Skipped, read, scan

MESSAGES = [
    ({"k": 0}, r"k=0: need an integer, 1 <= k <= 32"),
    ({"k": 33}, r"k=33: need an integer, 1 <= k <= 32"),
    ({"k": 5.0}, r"k=5\.0: need an integer, 1 <= k <= 32"),
    ({"k": True}, r"k=True: need an integer, 1 <= k <= 32"),
    ({"k": "5"}, r"k='5': need an integer, 1 <= k <= 32"),
    ({"min_passage": 4}, r"min_passage=4: need an integer, 5 <= min_passage <= 1024"),
    ({"min_passage": 1025}, r"min_passage=1025: need an integer, 5 <= min_passage <= 1024"),
    ({"num_perm": 1}, r"num_perm=1: need an integer, 2 <= num_perm <= 4096"),
    ({"num_perm": 4097}, r"num_perm=4097: need an integer, 2 <= num_perm <= 4096"),
    ({"aliases": "Mỹ"}, r"aliases='Mỹ': need True, False or a mapping"),
    ({"aliases": None}, r"aliases=None: need True, False or a mapping"),
    ({"accents": "drop"}, r"accents='drop': need one of keep, ignore"),
    ({"containment": 0}, r"containment=0: need 0 < containment <= 1 or None"),
    ({"containment": 1.01}, r"containment=1\.01: need 0 < containment <= 1 or None"),
    ({"containment": float("nan")}, r"containment=nan: need 0 < containment <= 1 or None"),
    ({"containment": "0.3"}, r"containment='0\.3': need 0 < containment <= 1 or None"),
    ({"resemblance": -0.1}, r"resemblance=-0\.1: need 0 < resemblance <= 1 or None"),
    ({"resemblance": 30}, r"resemblance=30: need 0 < resemblance <= 1 or None"),
    ({"passage": 23}, r"passage=23: need an integer, 24 <= passage"),
    ({"passage": 2**31}, r"passage=2147483648: need an integer, 24 <= passage <= 2147483647"),
    ({"min_shared": 0}, r"min_shared=0: need an integer, 1 <= min_shared"),
    ({"candidates": "lsh"}, r"candidates='lsh': need one of auto, prefix, bands"),
    ({"candidates": "bands"}, r"candidates='bands', resemblance=None: bands need a resemblance"),
    ({"band_recall": 0}, r"band_recall=0: need 0 < band_recall <= 0\.9999"),
    ({"band_recall": 1.0}, r"band_recall=1\.0: need 0 < band_recall <= 0\.9999"),
    ({"band_recall": None}, r"band_recall=None: need 0 < band_recall <= 0\.9999"),
    ({"max_bucket": 1}, r"max_bucket=1: need an integer, 2 <= max_bucket"),
    ({"hubs": 0}, r"hubs=0: need an integer, 1 <= hubs <= 256"),
    ({"hubs": 17, "max_bucket": 16}, r"hubs=17: need an integer, 1 <= hubs <= 16"),
    ({"threads": 0}, r"threads=0: need an integer, 1 <= threads <= 1024"),
    ({"threads": 1.5}, r"threads=1\.5: need an integer, 1 <= threads <= 1024"),
    ({"containment": None}, r"containment=None, resemblance=None, passage=None: need at least one criterion"),
]


def test_ids():
    text, other = (make.article(Random(n), 50) for n in (1, 2))
    items = [Article(7, text), {"id": 8, "text": text}, {"id": "7", "text": text}, {"id": 7, "text": other}, text]
    found = scan([*items, Article("7", other), {"id": 7, "text": text + " xa"}])
    assert [found.article(id).text for id in ("7", "8", "7#2", "5", "7#3")] == [text, text, other, text, text + " xa"]
    counts = found.counts
    assert (counts["articles"], counts["repeated"], counts["renamed"], counts["skipped"]) == (5, 2, 2, 0)
    assert ids(found.matches) == [("5", "7"), ("5", "7#3"), ("5", "8")]


def test_a_renamed_id_takes_no_other():
    texts = [make.article(Random(n), 30) for n in range(4)]
    found = scan([Article("a", texts[0]), Article("a#2", texts[1]), Article("a", texts[2]), Article("a#2", texts[3])])
    assert found.counts["articles"] == 4
    assert {found.article(id).text for id in ("a", "a#2", "a#3", "a#2#2")} == set(texts)


@pytest.mark.parametrize("kind", [list, tuple, iter, lambda items: (item for item in items)])
def test_any_iterable_and_any_sort_of_article(kind):
    text = make.article(Random(1), 60)
    published = datetime(2024, 5, 3, 7, tzinfo=UTC)
    items = [text, {"text": text + " xa", "title": "Bài", "desk": 3}, Article("c", text, published=published)]
    found = scan(kind(items))
    assert ids(found.matches) == [("1", "2"), ("1", "c")]
    assert found.article("2") == Article("2", text + " xa", title="Bài")
    assert found.article("c") == items[2]


def test_every_way_in_gives_the_same_matches(tmp_path):
    """Objects, Arrow tables in pieces, and files, which need not become strings on the way."""
    texts = make.corpus(17, families=30)
    wanted = scan(articles_of(texts))
    columns = {"id": list(texts), "noi_dung": list(texts.values())}
    table = pyarrow.table(columns)
    pieces = pyarrow.Table.from_batches(table.to_batches(max_chunksize=7))
    ways = [table, pieces.to_reader(), pieces.slice(0), [{"id": id, "text": text} for id, text in texts.items()]]
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=10)
    rows = [{"id": id, "noi_dung": text} for id, text in texts.items()]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "a.json").write_text(json.dumps(rows))
    ways += [read(tmp_path / name) for name in ("a.parquet", "a.jsonl", "a.json")]
    for way in ways:
        found = scan(way)
        assert list(found.matches) == list(wanted.matches)
        assert found.digest() == wanted.digest()
        assert found.skipped == []


def test_an_arrow_table_with_gaps():
    text = make.article(Random(1), 60)
    columns = {"id": [1, 2, None, 4], "text": [text, None, text + " xa", "…"], "title": ["Bài", None, "", "x"]}
    found = scan(pyarrow.table(columns))
    assert ids(found.matches) == [("1", "3")]
    assert found.skipped == [Skipped("row 2", "no text"), Skipped("4", "no words")]
    assert found.article("1") == Article("1", text, "Bài")
    with pytest.raises(InputError, match=r"no text: need a column text, .* there are gia"):
        scan(pyarrow.table({"gia": [text]}))


@pytest.mark.parametrize("name", ["title", "source", "url", "credit"])
def test_an_article_of_other_than_strings(name):
    with pytest.raises(ArticleError, match=f"article 'a': {name}=5: need a string"):
        Article("a", "Mưa.", **{name: 5})
    found = scan([{"id": "a", "text": "Mưa.", name: 5}, {"id": "b", "text": "Mưa.", name: ["x"]}])
    assert found.details("a") == {name: "5"}
    assert [s.input for s in found.skipped] == ["article 2"]


def test_strings_on_both_sides():
    """They are called by their place: the first new one is not the first old one."""
    text = make.article(Random(1), 60)
    found = scan([text], against=[text, text + " xa"])
    assert found.counts["articles"] == 3
    assert len(found.matches) == 2


def test_what_is_no_article_is_skipped_and_named():
    text = make.article(Random(1), 60)
    bad = [5, None, b"x", [text], {"id": "q"}, {"text": None}, {"text": 5}]
    bad += [{"id": True, "text": text}, {"id": 1.5, "text": text}]
    found = scan([text, *bad, text])
    assert ids(found.matches) == [("1", "11")]
    assert found.counts["skipped"] == len(bad)
    assert [s.input for s in found.skipped] == [f"article {n}" for n in range(2, 11)]
    reasons = [f"{name}: need an Article, a mapping or a string" for name in ("int", "NoneType", "bytes", "list")]
    reasons += ["no 'text' among id", "text=None: need a string", "text=5: need a string"]
    reasons += ["id=True: need a string or an integer", "id=1.5: need a string or an integer"]
    for skip, reason in zip(found.skipped, reasons, strict=True):
        assert reason in skip.reason


@pytest.mark.parametrize("titles", [(5, 6), (float("nan"), float("inf")), (None, None), (["x"], "x")], ids=str)
def test_a_title_that_is_no_string_stops_nothing(titles):
    """As rows of pandas have it where a headline is missing."""
    text = make.article(Random(1), 100)
    texts = {"a": text, "b": text + " xa", "c": text, "d": text + " xa"}
    items = [{"id": id, "text": texts[id], "title": title} for id, title in zip("ab", titles, strict=True)]
    found = scan([*items, *articles_of({"c": texts["c"], "d": texts["d"]})])
    assert ("c", "d") in {*ids(found.pairs())}


def test_nothing_to_scan():
    found = scan([])
    assert (list(found.matches), found.skipped, found.crowds, list(found.pairs())) == ([], [], [], [])
    assert set(found.counts.values()) == {0}
    assert found.digest() == scan(iter(())).digest()
    assert list(scan([], against=[make.article(Random(1), 50)] * 3).matches) == []


def test_texts_without_words():
    empties = {"a": "", "b": " \n\t", "c": "!!! … 😀", "d": "\u200b\u0301", "e": "một"}
    found = scan(articles_of(empties))
    assert found.skipped == [Skipped(id, "no words") for id in "abcd"]
    assert (found.counts["articles"], found.counts["versions"], found.counts["skipped"]) == (5, 1, 4)
    assert list(found.matches) == []
    assert found.headline("a") == ""


def test_what_a_scan_keeps_of_an_article():
    text, page = "Chào\r\n\u0301bạn \ud800.", "Mưa lớn ở Hà Lâm.\nNước ngập ba tuyến phố, hàng trăm xe chết máy."
    about = {"title": "Đề", "source": "bao.example", "url": "https://bao.example/1", "credit": "TTXVN"}
    about["published"] = date(2024, 5, 3)
    found = scan([Article("a", text, **about, extra={"x": 1}), {"id": "b", "text": make.page(Random(2), page)}, "…"])
    assert found.article("a") == Article("a", text, **about)
    assert [dict(found.details(id)) for id in "ab3"] == [about, {}, {}]
    assert [found.headline(id) for id in "ab3"] == ["Đề", "Mưa lớn ở Hà Lâm.", "…"]
    for look_up in (found.article, found.details, found.headline):
        with pytest.raises(KeyError, match="zz"):
            look_up("zz")


def test_digest_of_the_corpus():
    texts = make.corpus(15, families=4)
    digest = scan(articles_of(texts)).digest()
    assert re.fullmatch("[0-9a-f]{16}", digest)
    assert scan(articles_of(texts)[::-1], Params(k=3)).digest() == digest
    first = next(iter(texts))
    assert scan(articles_of({**texts, first: texts[first] + " "})).digest() != digest
    assert scan([Article(id + "x" * (id == first), text) for id, text in texts.items()]).digest() != digest


@pytest.mark.parametrize(("options", "message"), MESSAGES, ids=str)
def test_params_out_of_range(options, message):
    with pytest.raises(ParamError, match=message) as caught:
        Params(**options)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, DedupError)


@pytest.mark.parametrize("count", [3, 1500])
def test_progress_is_told(count):
    told = []
    rng = Random(4)
    texts = [make.article(rng, 30) for _ in range(count)]
    scan([*texts, texts[0] + " xa"], progress=lambda *values: told.append(values))
    stages = [stage for stage, _, _ in told]
    assert list(dict.fromkeys(stages)) == ["read", "candidates", "verify"]
    assert all(total is None or 0 <= done <= total for _, done, total in told)
    assert told[-1] == ("verify", 1, 1)
