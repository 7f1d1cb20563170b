"""The examples beside the quickstart: each runs, on invented articles, without network and without a server."""

import asyncio
import importlib.util
import json
import math
import os
import re
import socket
import sys
import tomllib
import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from random import Random

import make
import pytest

import dedup

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
FLOOD, COPY, OTHER_PAPER = "cau-an-binh-1-bao-tinh.txt", "cau-an-binh-2-dang-lai.txt", "tg-20231012-0417"
PAGE, EDITED, SHORT = (f"ha-lam-hoa-ky-{name}.txt" for name in ("1-trang-web", "2-bien-tap", "3-rut-gon"))
GOLD = ("gia-vang-ngay-06-11.txt", "gia-vang-ngay-07-11.txt")
VERSIONS = {COPY: FLOOD, OTHER_PAPER: FLOOD, EDITED: PAGE, SHORT: PAGE}


def example(name, *needed):
    """The module examples/<name>.py, anew; skips the test where a package that it needs is missing."""
    for package in needed:
        pytest.importorskip(package)
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(monkeypatch, capsys, name, *arguments):
    """What the example prints as a program."""
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *map(str, arguments)])
    path = EXAMPLES / f"{name}.py"
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"__name__": "__main__"})
    return capsys.readouterr().out


@pytest.fixture(scope="module")
def articles():
    return {article.id: article for article in dedup.read(EXAMPLES / "articles")}


@pytest.mark.parametrize("path", [*sorted(EXAMPLES.glob("*.py")), EXAMPLES / "Dockerfile"], ids=lambda path: path.name)
def test_an_example_is_short_and_is_run(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 40
    tests = "".join(test.read_text(encoding="utf-8") for test in Path(__file__).parent.glob("test_*.py"))
    assert path.name == "quickstart.py" or f'"{path.stem}"' in tests


# polars


@pytest.mark.parametrize("order", [1, -1])
def test_polars_column(articles, order):
    module = example("polars_story_ids", "pyarrow", "polars")
    import polars as pl

    rows = [{"id": a.id, "noi_dung": a.text, "tieu_de": a.title, "chuyen_muc": 7} for a in articles.values()][::order]
    table = pl.DataFrame(rows)
    result = module.add_version_of(table)
    assert result.drop("version_of").equals(table)
    assert dict(result.select("id", "version_of").iter_rows()) == {id: VERSIONS.get(id, id) for id in articles}


def test_polars_copies_share_the_fate_of_their_first():
    """A copy matches only the first of its text, which is itself a version of another one."""
    module = example("polars_story_ids", "pyarrow", "polars")
    import polars as pl

    text = make.article(Random(1), 300)
    longer = text + " " + make.article(Random(2), 60)
    table = pl.DataFrame({"id": [1, 2, 3, 40], "text": [longer, text, text, make.article(Random(3), 300)]})
    found = dedup.scan(table).matches
    assert [(m.a, m.b, m.relation) for m in found] == [("1", "2", "edited"), ("2", "3", "reprint")]
    assert module.add_version_of(table)["version_of"].to_list() == ["1", "1", "1", "40"]


def test_polars_column_never_chains():
    module = example("polars_story_ids", "pyarrow", "polars")
    import polars as pl

    first, last = make.article(Random(1), 150), make.article(Random(2), 150)
    middle = first + "\n\n" + last
    for ids, wanted in ((["1", "2", "3"], ["1", "1", "3"]), (["2", "1", "3"], ["1", "1", "1"])):
        table = pl.DataFrame({"id": ids, "text": [first, middle, last]})
        assert {m.relation for m in dedup.scan(table).matches} == {"edited"}
        assert module.add_version_of(table)["version_of"].to_list() == wanted


def test_polars_program(articles, tmp_path, monkeypatch, capsys):
    example("polars_story_ids", "pyarrow", "polars")
    import polars as pl

    pl.DataFrame([{"id": a.id, "text": a.text} for a in articles.values()]).write_parquet(tmp_path / "a.parquet")
    printed = run(monkeypatch, capsys, "polars_story_ids", tmp_path / "a.parquet")
    assert re.findall(r"│ (\S+)\s+┆ (\d)", printed) == [(FLOOD, "3"), (PAGE, "3")]


# FastAPI


@pytest.fixture
def service():
    module = example("fastapi_service", "fastapi", "httpx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Starlette would rather have another client
        from fastapi.testclient import TestClient
    warmed = []
    module.scan = lambda *arguments, **options: warmed.append(arguments) or dedup.scan(*arguments, **options)
    with TestClient(module.app) as client:
        assert len(warmed) == 1
        client.module = module
        yield client


def body(article, **changes):
    return {"id": article.id, "text": article.text, "title": article.title, **changes}


def check(service, article, **changes):
    answer = service.post("/check", json=body(article, **changes))
    assert answer.status_code == 200
    return [(match["a"], match["b"], match["relation"]) for match in answer.json()]


@pytest.mark.parametrize("pair", [(FLOOD, COPY), (PAGE, EDITED), GOLD, (FLOOD, PAGE)], ids=str)
def test_service_compares(articles, service, pair):
    a, b = (articles[id] for id in pair)
    answer, wanted = service.post("/compare", json={"a": body(a), "b": body(b)}), dedup.compare(a, b)
    assert answer.status_code == 200
    assert answer.json() == {name: getattr(wanted, name) for name in answer.json()}
    assert {"a", "b", "relation", "a_in_b", "b_in_a"} <= set(answer.json())


def test_service_compares_many_at_once(articles, service):
    pairs = [(FLOOD, COPY), (PAGE, EDITED), GOLD, (FLOOD, PAGE)] * 4
    bodies = [{"a": body(articles[a]), "b": body(articles[b])} for a, b in pairs]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda pair: service.post("/compare", json=pair).json()["relation"], bodies))
    assert answers == ["reprint", "edited", "template", None] * 4


def test_service_checks_against_the_recent_articles(articles, service):
    assert check(service, articles[PAGE]) == []
    assert check(service, articles[FLOOD]) == []
    assert check(service, articles[COPY]) == [(FLOOD, COPY, "reprint")]
    both = [(FLOOD, OTHER_PAPER, "edited"), (COPY, OTHER_PAPER, "edited")]
    assert sorted(check(service, articles[OTHER_PAPER])) == sorted(both)
    assert check(service, articles[EDITED]) == [(PAGE, EDITED, "edited")]


def test_service_takes_another_version_of_an_article(articles, service):
    """It is not compared with its own former text, and later ones are compared with the new text alone."""
    text = articles[FLOOD].text
    assert check(service, articles[FLOOD]) == []
    assert check(service, articles[FLOOD], text=text + " Công an tỉnh cho biết thêm.") == []
    assert check(service, articles[FLOOD], text=articles[PAGE].text) == []
    assert check(service, articles[COPY]) == []


def test_service_forgets(articles, service):
    service.module.recent = deque(maxlen=1)
    assert [check(service, articles[id]) for id in (FLOOD, PAGE, COPY)] == [[], [], []]


@pytest.mark.parametrize("wrong", [{}, {"id": "a"}, {"id": "a", "text": None}, {"id": [], "text": "Mưa."}], ids=str)
def test_service_refuses_what_is_no_article(service, wrong):
    assert service.post("/check", json=wrong).status_code == 422
    assert service.post("/compare", json={"a": wrong, "b": wrong}).status_code == 422


def test_service_takes_a_text_without_words(articles, service):
    assert check(service, articles[FLOOD], text="…") == []
    assert check(service, articles[COPY]) == []


# RSS


def rss(entries):
    """A feed of (id, title, HTML), as papers have it: escaped, or in content:encoded beside a short description."""
    items = []
    for place, (id, title, page) in enumerate(entries):
        inside = f"<description>{escape(page)}</description>"
        if place % 2:
            inside = f"<description>Xem tiếp</description><content:encoded><![CDATA[{page}]]></content:encoded>"
        about = f"<guid>{escape(id)}</guid><title>{escape(title)}</title><link>https://bao.example/{place}</link>"
        items.append(f"<item>{about}<pubDate>Thu, 12 Oct 2023 07:0{place % 10}:00 +0700</pubDate>{inside}</item>")
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<?xml version="1.0"?><rss version="2.0" {space}><channel>{"".join(items)}</channel></rss>'


def page(text):
    return "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n")).replace(" và ", " <b>và</b>&nbsp;")


@pytest.fixture
def offline(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_rss_program(articles, tmp_path, monkeypatch, capsys, offline):
    example("rss_feed", "feedparser")
    found = dedup.scan(articles.values())
    entries = [(a.id, found.headline(a.id), page(a.text)) for a in articles.values()]
    (tmp_path / "feed.xml").write_text(rss(entries), encoding="utf-8")
    printed = run(monkeypatch, capsys, "rss_feed", tmp_path / "feed.xml").splitlines()
    titles = {id: title for id, title, _ in entries}
    wanted = {f"edited: {titles[id]} = {titles[OTHER_PAPER]}" for id in (FLOOD, COPY)}
    wanted |= {f"edited: {titles[PAGE]} = {titles[id]}" for id in (EDITED, SHORT)}
    wanted.add(f"reprint: {titles[FLOOD]} = {titles[COPY]}")
    assert wanted <= set(printed)
    assert not any(titles[id] in line for line in printed for id in GOLD)


def test_rss_entries(tmp_path, offline):
    module = example("rss_feed", "feedparser")
    body = "<p>Mưa lớn ở <a href='x'>Hà Lâm</a>&nbsp;&amp; Vịnh Sa.</p><p>Ba <i>tuyến</i> phố ngập.</p>"
    (tmp_path / "feed.xml").write_text(rss([("bài-1", "Mưa & lũ", body), ("", "", body)]), encoding="utf-8")
    one, other = module.articles(str(tmp_path / "feed.xml"))
    text = "Mưa lớn ở Hà Lâm\u00a0& Vịnh Sa.\n\nBa tuyến phố ngập."
    moment = datetime(2023, 10, 12, 0, 0, tzinfo=UTC)
    assert one == dedup.Article("bài-1", text, "Mưa & lũ", url="https://bao.example/0", published=moment)
    assert (other.id, other.text) == ("https://bao.example/1", text)


def test_rss_two_sentences_of_each_article_are_enough(tmp_path, monkeypatch, capsys, offline):
    example("rss_feed", "feedparser")
    short = "Lực lượng cứu hộ tỉnh Hà Lâm đưa 12 người mắc kẹt trên cầu phao An Bình vào bờ an toàn."
    longer = f"<p>{short.upper()}</p><p>Trong số đó có hai du khách từ xa tới.</p>"
    entries = [("a", "Cứu người trên cầu phao", short), ("b", "Cầu phao An Bình", longer)]
    (tmp_path / "feed.xml").write_text(rss([*entries, ("c", "Giá lúa", "Giá lúa ở Vịnh Sa tăng nhẹ trong tuần.")]))
    printed = run(monkeypatch, capsys, "rss_feed", tmp_path / "feed.xml")
    assert printed == "edited: Cứu người trên cầu phao = Cầu phao An Bình\n"


@pytest.mark.parametrize("content", ["", "không phải RSS", "<html><body>404</body>", '{"a": 1}'])
def test_rss_of_something_else(tmp_path, content, offline):
    module = example("rss_feed", "feedparser")
    (tmp_path / "feed.xml").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"feed\.xml: no entries"):
        module.articles(str(tmp_path / "feed.xml"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        module.articles(str(tmp_path / "nowhere.xml"))


# Airflow


@pytest.fixture
def inbox(articles, tmp_path):
    """Three days of articles, of which the last is a Friday; nothing came in between."""
    days = {"2024-04-20": [SHORT], "2024-04-28": [PAGE, FLOOD], "2024-05-03": [COPY, EDITED, OTHER_PAPER, *GOLD]}
    (tmp_path / "in").mkdir()
    for day, ids in days.items():
        rows = [json.dumps({"id": id, "noi_dung": articles[id].text, "tieu_de": articles[id].title}) for id in ids]
        (tmp_path / "in" / f"{day}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path / "in"


def test_airflow_task(inbox, tmp_path):
    module = example("airflow_task", "pyarrow")
    import pyarrow.parquet as pq

    out = tmp_path / "out" / "versions"
    counts = module.find_versions("2024-05-03", str(inbox), str(out))
    assert json.loads(json.dumps(counts)) == counts
    names = ("articles", "matches", "decisions", "kept", "skipped")
    assert {name: counts[name] for name in names} == dict(zip(names, (7, 4, 5, 4, 0), strict=True))
    rows = pq.read_table(out / "2024-05-03.matches.parquet").to_pylist()
    relations = {tuple(sorted((row["a"], row["b"]))): row["relation"] for row in rows}
    assert relations[FLOOD, COPY] == "reprint"
    assert relations[tuple(sorted((PAGE, EDITED)))] == "edited"
    assert not any(SHORT in pair for pair in relations)  # it came more than a week before
    decisions = pq.read_table(out / "2024-05-03.decisions.parquet").to_pylist()
    assert [(row["id"], row["kept_id"]) for row in decisions if not row["keep"]] == [(COPY, FLOOD)]


def test_airflow_task_may_run_again(inbox, tmp_path):
    module = example("airflow_task", "pyarrow")
    arguments = "2024-05-03", str(inbox), str(tmp_path / "out")
    first = module.find_versions(*arguments)
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(files) == ["2024-05-03.decisions.parquet", "2024-05-03.matches.parquet"]
    assert module.find_versions(*arguments) == first
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files


def test_airflow_task_without_earlier_days(inbox, tmp_path):
    module = example("airflow_task", "pyarrow")
    counts = module.find_versions("2024-05-03", str(inbox), str(tmp_path / "out"), days=4)
    assert (counts["articles"], counts["matches"], counts["decisions"]) == (5, 2, 5)


@pytest.mark.parametrize(("ds", "message"), [("2024-05-04", "no such file"), ("3/5/2024", "Invalid isoformat")])
def test_airflow_task_fails_loudly(inbox, tmp_path, ds, message):
    module = example("airflow_task", "pyarrow")
    with pytest.raises(ValueError, match=message):
        module.find_versions(ds, str(inbox), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_airflow_program(inbox, tmp_path, monkeypatch, capsys):
    example("airflow_task", "pyarrow")
    printed = run(monkeypatch, capsys, "airflow_task", "2024-05-03", inbox, tmp_path / "out")
    assert json.loads(printed)["matches"] == 4


# a folder that is followed


def told(module, folder, index, seen):
    return {article.id: list(module.report(index, article)) for article in module.new_articles(folder, index, seen)}


def test_follow_folder(articles, tmp_path):
    module = example("follow_folder")
    seen = {}
    with dedup.Index() as index:
        (tmp_path / "1.txt").write_text(articles[FLOOD].text, encoding="utf-8")
        assert told(module, tmp_path, index, seen) == {"1.txt": ["1.txt: a new story"]}
        assert told(module, tmp_path, index, seen) == {}
        longer = articles[OTHER_PAPER].text + "\n\nĐiện bị cắt ở phường Trà Nâu."
        (tmp_path / "2.txt").write_text(longer, encoding="utf-8")
        (tmp_path / "3.txt").write_text(articles[GOLD[0]].text, encoding="utf-8")
        found = told(module, tmp_path, index, seen)
        assert found["3.txt"] == ["3.txt: a new story"]
        assert found["2.txt"][0] == "2.txt: in the story 1.txt"
        assert set(found["2.txt"][1:]) == {"  + Điện bị cắt ở phường Trà Nâu", "  12 người -> 13 người"}
        (tmp_path / "2.txt").write_text(longer + " Trường học đóng cửa hai ngày.", encoding="utf-8")
        os.utime(tmp_path / "2.txt", (0, 0))
        assert told(module, tmp_path, index, seen) == {
            "2.txt": ["2.txt: in the story 1.txt", "  + Trường học đóng cửa hai ngày"]}  # fmt: skip
        assert told(module, tmp_path, index, {}) == {}  # started again


def test_follow_folder_program(articles, tmp_path, monkeypatch, capsys):
    turns = iter((None, None))
    monkeypatch.setattr("time.sleep", lambda seconds: next(turns, True))
    (tmp_path / "tin").mkdir()
    (tmp_path / "tin" / "1.txt").write_text(articles[FLOOD].text, encoding="utf-8")
    printed = run(monkeypatch, capsys, "follow_folder", tmp_path / "tin", tmp_path / "tin.db")
    assert printed == "1.txt: a new story\n"


# a queue


def test_queue_consumer(articles, tmp_path, monkeypatch):
    module = example("queue_consumer")
    for n, id in enumerate((FLOOD, COPY, GOLD[0])):
        (tmp_path / f"{n}.json").write_text(json.dumps(body(articles[id])), encoding="utf-8")
    (tmp_path / "1b.json").write_text("{")
    (tmp_path / "1c.json").write_text('{"id": "x"}')
    with dedup.Index(tmp_path / "tin.db") as index:
        consumer = module.consume(tmp_path, index)
        first = next(consumer)
        assert (tmp_path / "0.json").exists()  # not acknowledged before the answer was taken
        consumer.close()  # killed
        again, *others = module.consume(tmp_path, index)
        assert again == first
        assert [(added.id, added.story) for added in others] == [(COPY, FLOOD), (GOLD[0], GOLD[0])]
        assert len(index) == 3
    assert sorted(path.name for path in tmp_path.glob("*.*j*")) == ["1b.rejected", "1c.rejected"]


def test_queue_program(articles, tmp_path, monkeypatch, capsys):
    for n, id in enumerate((FLOOD, COPY)):
        (tmp_path / f"{n}.json").write_text(json.dumps(body(articles[id])), encoding="utf-8")
    printed = run(monkeypatch, capsys, "queue_consumer", tmp_path, tmp_path / "tin.db")
    assert printed == f"{FLOOD} {FLOOD}\n{COPY} {FLOOD} reprint\n"


# asyncio


def test_asyncio_service(articles, tmp_path):
    module = example("asyncio_service")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]

    async def ask(*lines):
        for _ in range(100):
            try:
                reader, writer = await asyncio.open_connection("localhost", port, limit=1 << 24)
                break
            except OSError:
                await asyncio.sleep(0.05)
        answers = []
        for line in lines:
            writer.write(json.dumps(line).encode() + b"\n")
            answers.append(json.loads(await reader.readline()))
        writer.close()
        return answers

    async def talk():
        service = asyncio.create_task(module.serve(str(tmp_path / "tin.db"), port))
        first = await ask(body(articles[FLOOD]), [body(articles[COPY]), body(articles[GOLD[0]])], {"id": "x"}, "x")
        clients = [ask(*(body(articles[id]) for id in ids)) for ids in ((PAGE, EDITED), (SHORT, GOLD[1]))]
        at_once = await asyncio.gather(*clients)
        service.cancel()
        return first, at_once

    (one, two, *bad), at_once = asyncio.run(talk())
    assert one == [{"id": FLOOD, "story": FLOOD, "matches": []}]
    assert [(added["id"], added["story"]) for added in two] == [(COPY, FLOOD), (GOLD[0], GOLD[0])]
    assert two[0]["matches"] == [[FLOOD, COPY, "reprint"]]
    assert [list(answer) for answer in bad] == [["error"], ["error"]]
    assert [added["id"] for answers in at_once for (added,) in answers] == [PAGE, EDITED, SHORT, GOLD[1]]
    with dedup.Index(tmp_path / "tin.db") as index:
        assert len(index) == 7
        assert set(index.story(PAGE).articles) == {PAGE, EDITED, SHORT}


# Elasticsearch


def found_by(query, documents):
    """The ids that Elasticsearch would find: terms_set with its script, terms, ids."""
    wanted, result = query["query"]["bool"], set()
    for action in documents:
        hits = []
        for clause in wanted["should"]:
            ((kind, inside),) = clause.items()
            ((field, value),) = inside.items()
            if kind == "terms":
                hits.append(not set(value).isdisjoint(action[field]))
                continue
            assert kind == "terms_set"
            script = value["minimum_should_match_script"]
            formula = re.sub(r"^\(int\) ", "", script["source"]).replace("doc['fingerprint_count'].value", "stored")
            formula = re.sub(r"params\.|Math\.(?=max|min)", "", formula).replace("Math.ceil", "ceil")
            names = {"max": max, "min": min, "ceil": math.ceil, "stored": action["fingerprint_count"]}
            need = eval(formula, {"__builtins__": {}}, {**names, **script["params"]})
            hits.append(len(set(value["terms"]) & set(action[field])) >= need)
        if any(hits) and action["_id"] not in wanted["must_not"]["ids"]["values"]:
            result.add(action["_id"])
    return result


def test_elasticsearch_finds_every_match():
    module = example("elasticsearch_documents")
    articles = [dedup.Article(id, text) for id, text in make.corpus(17, families=40).items()]
    actions = [module.action(article) for article in articles]
    wanted = {frozenset((m.a, m.b)) for m in dedup.scan(articles).pairs()}
    found = {frozenset((a.id, id)) for a in articles for id in found_by(module.query(a), actions)}
    assert len(wanted) > 50
    assert wanted - found == set()
    assert len(found) < 2 * len(wanted)  # candidates, not everything


def test_elasticsearch_hits_can_be_compared(articles):
    """As in the docstring: a hit has an _id and its _source."""
    module = example("elasticsearch_documents")
    actions = {id: module.action(article) for id, article in articles.items()}
    new = articles[EDITED]
    hits = found_by(module.query(new), actions.values())
    assert PAGE in hits
    assert EDITED not in hits
    source = {key: value for key, value in actions[PAGE].items() if not key.startswith("_")}
    match = dedup.compare(new, {**source, "id": PAGE})
    assert match == dedup.compare(new, articles[PAGE])


def test_elasticsearch_documents(articles):
    module = example("elasticsearch_documents")
    for article in [*articles.values(), dedup.Article("không-chữ", "…")]:
        action = json.loads(json.dumps(module.action(article)))
        fields = {name for name in action if not name.startswith("_")}
        assert fields == set(module.MAPPINGS["properties"])
        assert {type(value) for name in ("fingerprints", "bands") for value in action[name]} <= {str}
        assert [int(value, 16) for value in action["fingerprints"]] == dedup.fingerprints(article.text).tolist()
        json.dumps(module.query(article))
    for name in ("fingerprints", "bands"):
        assert module.MAPPINGS["properties"][name]["type"] == "keyword"
    for syllables, is_short in ((20, True), (68, True), (69, False), (300, False)):
        keys = module.keys(make.article(Random(1), syllables))
        assert keys["fingerprint_count"] == (1 if is_short else len(keys["fingerprints"]))
    nothing = module.action(dedup.Article("a", "…"))
    assert (nothing["fingerprints"], nothing["bands"]) == ([], [])
    assert found_by(module.query(dedup.Article("b", "!")), [nothing]) == set()


# Docker


def docker_lines():
    text = (EXAMPLES / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_is_made_of_what_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = docker_lines()
    assert lines[0] == ["FROM", "python:3.12-slim"]
    least = tuple(map(int, re.findall(r"\d+", project["project"]["requires-python"])))
    assert least <= (3, 12)
    copied = {source for word, rest in lines if word == "COPY" for source in rest.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {"pyproject.toml", project["project"]["readme"], *packages} <= copied
    (extras,) = re.findall(r"pip install .*\[([\w,]+)\]", "\n".join(rest for _, rest in lines))
    assert set(extras.split(",")) <= set(project["project"]["optional-dependencies"])
    assert json.loads(dict(lines)["ENTRYPOINT"])[0] in project["project"]["scripts"]


def test_the_image_warms_up_as_its_user():
    from dedup.cli import app

    lines = docker_lines()
    (user,) = (rest for word, rest in lines if word == "USER")
    (made,) = (n for n, (_, rest) in enumerate(lines) if re.search(rf"useradd .*\b{user}$", rest))
    warm = lines.index(["RUN", "dedup warmup"])
    assert user != "root"
    assert made < lines.index(["USER", user]) < warm
    assert "warmup" in app.commands


def test_the_comments_of_the_image_name_what_exists():
    text = (EXAMPLES / "Dockerfile").read_text(encoding="utf-8")
    for path in re.findall(r"examples/\w+", text):
        assert (ROOT / path).exists(), path
