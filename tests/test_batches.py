"""Articles by column are the articles one by one: the same values, the same account, the same scan."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from invented import article

from dedup import Article, read, scan
from dedup.io import Batch, Reader

pa = pytest.importorskip("pyarrow", reason="the extra arrow is not installed")
FIRST = datetime(1970, 1, 1, 17, 3, 4, 567, UTC)
ZONES = [None, "UTC", "Asia/Ho_Chi_Minh", "America/New_York", "+03:30"]


def odd_rows(rng, count, *, gaps):
    """Rows of which many have the same id, no id, the same text, no text, or a time that cannot be."""
    texts = ["", "Hồ", *(article(n, 30) for n in range(8)), *[None] * gaps]
    days = [0, 40, 365.25 * 20, 365.25 * 33.4, 365.25 * 50, 365.25 * 300]
    return {
        "id": [rng.choice([None, "", f"a{rng.randrange(count)}", f"b{n}"]) for n in range(count)],
        "text": [rng.choice(texts) for _ in range(count)],
        "title": [rng.choice([None, "", "Bài ờ"]) for _ in range(count)],
        "source": [rng.choice([None, "halam.example", "vinhsa.example"]) for _ in range(count)],
        "published": [rng.choice([None, FIRST + timedelta(rng.choice(days))]) for _ in range(count)],
        "chuyen_muc": list(range(count)),
    }


def write(path, columns, zone, unit, rows):
    import pyarrow.parquet

    kept = {name: pa.array(values) for name, values in columns.items()}
    moments = [value if value is None or zone else value.replace(tzinfo=None) for value in columns["published"]]
    kept["published"] = pa.array(moments, pa.timestamp(unit, zone))
    pyarrow.parquet.write_table(pa.table(kept), path, row_group_size=rows)


def one_by_one(items):
    for item in items:
        if isinstance(item, Article):
            yield item.id, item.text, item.title, item.source, item.url, item.credit, item.published
        else:
            texts = [item.text(row).decode() for row in range(len(item))]
            others = item.titles, item.sources, item.urls, item.credits, item.published
            yield from zip(item.ids, texts, *others, strict=True)


def account(reader):
    return reader.skipped, reader.counts, reader.columns, [reader.origins[n] for n in range(len(reader.origins))]


@pytest.mark.parametrize("seed", range(10))
def test_columns_hold_what_rows_do(tmp_path, seed):
    rng = random.Random(seed)
    unit = rng.choice(["s", "ms", "us"])
    columns = odd_rows(rng, 60, gaps=seed % 2)
    if unit == "s":
        columns["published"] = [value and value.replace(microsecond=0) for value in columns["published"]]
    if unit == "ms":
        columns["published"] = [value and value.replace(microsecond=567000) for value in columns["published"]]
    path = tmp_path / "tin.parquet"
    write(path, columns, ZONES[seed % len(ZONES)], unit, rng.choice([1, 7, 100]))
    rows, together = read(path), read(path)
    if seed % 3:
        together.begin()
    batches = list(together.in_batches())
    assert any(isinstance(item, Batch) for item in batches) or seed % 2
    found, wanted = list(one_by_one(batches)), list(one_by_one(rows))
    assert found == wanted
    times = [[(time, time.utcoffset(), time.fold) for *_, time in many if time] for many in (found, wanted)]
    assert times[0] == times[1]
    assert account(together) == account(rows)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("gaps", [0, 1])
def test_a_scan_of_columns_is_a_scan_of_rows(tmp_path, monkeypatch, seed, gaps):
    columns, path = odd_rows(random.Random(seed), 300, gaps=gaps), tmp_path / "tin.parquet"
    write(path, columns, "UTC", "us", 50)
    old = tmp_path / "cu.parquet"
    write(old, odd_rows(random.Random(seed + 9), 80, gaps=gaps), "UTC", "us", 50)
    monkeypatch.setattr("dedup.api.shelf._BATCH", 64)

    def answers():
        found = scan(read(path), against=read(old))
        matches = [(m.a, m.b, m.relation, m.shared) for m in found.matches]
        articles = [found.article(match.b) for match in found.matches]
        return list(found.decisions()), matches, articles, found.skipped, found.counts

    by_column = answers()
    monkeypatch.setattr(Reader, "in_batches", Reader.__iter__)
    assert by_column == answers()


@pytest.mark.parametrize("size", [1, 40, 1000, 10**6])
def test_parts_and_rows_of_a_batch(size):
    articles = [Article(n, "ờ" * (n % 7), title=f"Bài {n}") for n in range(1500)]
    batch = Batch.of(articles, [article.text.encode() for article in articles])
    parts = list(batch.parts(size))
    assert [row for part in parts for row in one_by_one([part])] == list(one_by_one(articles))
    assert all(len(part) == 1 or (len(part.buf) <= size and len(part) <= 1024) for part in parts)
    assert all(part.offsets[0] == 0 and part.offsets[-1] == len(part.buf) for part in parts)
    assert list(one_by_one([batch.take([5, 3, 1400])])) == list(one_by_one([articles[n] for n in (5, 3, 1400)]))


@pytest.mark.parametrize("together", [1, 2, 3, 1024])
def test_inputs_are_decided_on_in_their_order(monkeypatch, together):
    monkeypatch.setattr("dedup.api.shelf._BATCH", together)
    one, other, third = Article("a", "Hồ Tây"), Article("b", "lộng gió"), Article("a", "Gió")
    given = [7, None, one, 8, 9, other, one, third, 10]
    wanted = ["article 1", "article 2", "a", "article 4", "article 5", "b", "a", "a#2", "article 9"]
    assert [decision.id for decision in scan(given).decisions()] == wanted
