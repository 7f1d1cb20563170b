"""Scans with working files: the same bytes as in memory, stopped runs that go on, folders and disks that refuse."""

import json
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random

import make
import numpy as np
import pytest

import dedup
import dedup.api
from dedup import Article, DiskError, Params
from dedup.api import workdir
from dedup.api.names import Details, Ids
from dedup.furniture import Learner
from dedup.io import Batch
from dedup.sketch import sketch_and_note
from dedup.spool import Spool
from dedup.text import pack

_MEMORY = 1 << 28
KINDS = ("matches", "review", "stories", "decisions", "stripped")


def articles(seed=1, families=30):
    """Generated articles of a few sources, some with their page, some ids more than once, some inputs that are none."""
    rng = Random(seed)
    result = []
    for n, (id, text) in enumerate(make.corpus(seed, families).items()):
        source = f"bao{n % 3}.example"
        framed = f"{text}\n\nChuyên trang của {source}, mời bạn đọc theo dõi mỗi ngày\nĐường dây nóng toà soạn"
        body = framed if n % 3 else text
        day = datetime(2024, 5, 1, n % 24, 30, n % 60, n, timezone(timedelta(hours=7))) + timedelta(days=n % 40)
        published = (day, day.date(), None, day.astimezone(UTC))[n % 4]
        title = " ".join(make.words(rng, 8)) if n % 2 else ""
        result.append(Article(id, body, title=title, source=source, published=published))
    first, second = result[:2]
    result += [first, Article(first.id, second.text + " Hết."), Article(f"{first.id}#2", "Một bài khác hẳn."), 7]
    result += [Article("rỗng", " … "), Article("x\ud800", "Tên có ký tự lẻ, vẫn là một bài báo."), 'Một chuỗi "trần".']
    return result


def outcome(found):
    """All that a scan says, as bytes."""
    groups = (group for kind in KINDS for group in dedup.api.results.table(found, kind).groups)
    tables = [[list(column) for column in group] for group in groups]
    texts = [found.article(id).text for story in found.stories for id in story.articles]
    passages = [match.passages for match in found.matches]
    stories = list(found.stories), found.representatives("covers")
    return repr((tables, found.counts, found.crowds, found.skipped, found.digest(), texts, passages, stories,
                 found.furniture, found.kept())).encode()  # fmt: skip


def shrink(monkeypatch):
    """Working files in many small pieces, texts compared in many small blocks."""
    for module, name, value in (("dedup.prints", "_TOGETHER", 500), ("dedup.furniture.notes", "_TOGETHER", 60),
                                ("dedup.corpus", "_BLOCK", 4000), ("dedup.api.shelf", "_BATCH", 7),
                                ("dedup.index", "_SHARED", 1 << 17), ("dedup.furniture.learning", "_SORTED", 50),
                                ("dedup.furniture.learning", "_BLOCK", 3)):  # fmt: skip
        monkeypatch.setattr(f"{module}.{name}", value)


@pytest.mark.parametrize(
    ("options", "furniture"),
    [
        ({}, None),
        ({"same_story": True, "threads": 1}, "learn"),
        ({"max_bucket": 3, "hubs": 2, "containment": 0.1}, "none"),
        ({"passage": 24, "containment": None, "threads": 3}, None),
        ({"resemblance": 0.5, "containment": None}, None),
    ],
    ids=str,
)
def test_the_same_bytes_as_in_memory(options, furniture, monkeypatch):
    old = articles(2, 8)[:-7]
    wanted = outcome(dedup.scan(articles(), Params(**options), against=old, furniture=furniture))
    shrink(monkeypatch)
    found = dedup.scan(articles(), Params(**options, memory=_MEMORY), against=old, furniture=furniture)
    assert found.counts["matches"] > 10
    assert outcome(found) == wanted
    found.close()


def test_nothing_is_left_of_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    found = dedup.scan(articles()[:20], Params(memory=_MEMORY))
    (folder,) = tmp_path.iterdir()
    assert list(folder.iterdir()) == []  # open, but without a name: gone even when the process is killed
    found.close()
    found.close()
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------------------------------------- resuming


_KILLED = """
import os, signal, sys
import dedup, dedup.api
def die(*a, **b): os.kill(os.getpid(), signal.SIGKILL)
what, source, folder = sys.argv[1:]
owner = dedup.api
for name in what.split(".")[:-1]: owner = getattr(owner, name)
setattr(owner, what.split(".")[-1], die)
dedup.scan(dedup.read(source), dedup.Params(workdir=folder))
"""


@pytest.fixture
def feed(tmp_path):
    path = tmp_path / "tin.jsonl"
    rows = [{"id": a.id, "text": a.text, "source": a.source, "title": a.title} for a in articles()[:-4] if a != 7]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n{hỏng\n", encoding="utf-8")
    return path


def kill(at, feed, folder):
    """Runs a scan that is killed at that function."""
    done = subprocess.run([sys.executable, "-c", _KILLED, at, str(feed), str(folder)], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("at", "done"), [("Versions.find_candidates", {"read"}), ("join_anchors", None), ("verify", {"read", "candidates"})]
)
def test_a_killed_scan_goes_on(at, done, feed, tmp_path, monkeypatch, caplog):
    folder = tmp_path / "tam"
    if done is None:  # nothing calls it without crowds: killed when all is verified
        at, done = "Scan", {"read", "candidates", "verify"}
    kill(at, feed, folder)
    assert {path.stem for path in folder.glob("*.done")} == done
    wanted = dedup.scan(dedup.read(feed))
    monkeypatch.setattr("dedup.api.shelf.Shelf.add", lambda *_: pytest.fail("read again"))
    if "candidates" in done:
        monkeypatch.setattr("dedup.api.shelf.probe", lambda *_: pytest.fail("looked for candidates again"))
    reader = dedup.read(feed)
    with caplog.at_level("INFO", "dedup.api"):
        found = dedup.scan(reader, Params(workdir=str(folder)))
    assert [record.args[0] for record in caplog.records if record.name == "dedup.api"] == sorted(
        done, key=["read", "candidates", "verify"].index
    )
    assert outcome(found) == outcome(wanted)
    assert len(reader.origins) == len(found.kept())
    assert [skip.reason for skip in reader.skipped] == [skip.reason for skip in wanted.skipped][:1]
    found.close()
    assert list(folder.iterdir()) == []


def test_a_scan_killed_while_it_reads_begins_again(feed, tmp_path):
    folder = tmp_path / "tam"
    kill("Shelf.finish", feed, folder)
    assert not list(folder.glob("*.done"))
    found = dedup.scan(dedup.read(feed), Params(workdir=str(folder)))
    assert outcome(found) == outcome(dedup.scan(dedup.read(feed)))


# ------------------------------------------------------------------------------------------------- folders and disks


def test_a_folder_of_something_else_is_not_touched(feed, tmp_path):
    folder = tmp_path / "nhà"
    folder.mkdir()
    (folder / "bài.txt").write_text("giữ nguyên", encoding="utf-8")
    with pytest.raises(DiskError, match="is not empty, and holds no scan"):
        dedup.scan(dedup.read(feed), Params(workdir=str(folder)))
    with pytest.raises(DiskError, match=r"bài\.txt: File exists"):
        dedup.scan(dedup.read(feed), Params(workdir=str(folder / "bài.txt")))
    assert [path.name for path in folder.iterdir()] == ["bài.txt"]


def test_other_inputs_or_options_do_not_go_on(feed, tmp_path):
    folder = tmp_path / "tam"
    kill("verify", feed, folder)
    with pytest.raises(DiskError, match="holds another scan that was stopped"):
        dedup.scan(dedup.read(feed), Params(workdir=str(folder), containment=0.5))
    with pytest.raises(DiskError, match="holds another scan that was stopped"):
        dedup.scan(articles(), Params(workdir=str(folder)))
    os.utime(feed, (1, 1))
    with pytest.raises(DiskError, match="holds another scan that was stopped"):
        dedup.scan(dedup.read(feed), Params(workdir=str(folder)))


def test_a_folder_that_others_can_write_is_not_read(feed, tmp_path):
    folder = tmp_path / "tam"
    kill("verify", feed, folder)
    folder.chmod(0o777)
    with pytest.raises(DiskError, match="can be written by others"):
        dedup.scan(dedup.read(feed), Params(workdir=str(folder)))


def test_too_little_room_is_said_before_it_starts(feed, tmp_path, monkeypatch):
    monkeypatch.setattr(workdir.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10**6}))
    monkeypatch.setattr("dedup.api.shelf.Shelf.add", lambda *_: pytest.fail("began to read"))
    with pytest.raises(DiskError, match=r"needs about 0\.0 GB of working files, and 0\.0 GB are free"):
        dedup.scan(dedup.read(feed), Params(workdir=str(tmp_path / "tam")))


def test_a_full_disk_is_a_clear_error(feed, tmp_path):
    before = feed.read_bytes()
    code = f"import dedup\ndedup.scan(dedup.read({str(feed)!r}), dedup.Params(workdir={str(tmp_path / 'tam')!r}))"
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120, preexec_fn=limit
    )
    assert done.returncode == 1
    assert "DiskError" in done.stderr.splitlines()[-1]
    assert "texts.spool: the disk is full" in done.stderr
    assert feed.read_bytes() == before


# ------------------------------------------------------------------------------------------------------ command line


def test_the_command_line(command, feed, tmp_path):
    names = [tmp_path / f"{n}.csv" for n in range(2)]
    code, _, plain = command("scan", feed, "--matches", names[0], "--lang", "en")
    other_code, _, other = command("scan", feed, "--matches", names[1], "--lang", "en", "--memory", "512M")
    assert (code, other_code) == (0, 0)
    assert names[0].read_bytes() == names[1].read_bytes()
    assert "estimate: about" in other
    assert "estimate" not in plain
    folder = tmp_path / "tam"
    kill("verify", feed, folder)
    kept = tmp_path / "giữ.jsonl"
    code, _, said = command("scan", feed, "--workdir", folder, "--lang", "en", "--keep", kept)
    assert code == 0
    assert "going on with the run before, which was done with: finding candidates" in said
    assert kept.stat().st_size > 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("size", ["4X", "", "G", "100M", "1e99G"])
def test_sizes_that_are_none(command, size, feed):
    code, _, said = command("scan", feed, "--memory", size)
    assert code == 2
    assert "memory=" in said


# ------------------------------------------------------------------------------------------------------------- parts


def test_ids_in_any_order():
    rng = Random(3)
    names = {"".join(rng.choice("ab\0é\U0001f600\ud800") for _ in range(rng.randint(0, 20))) for _ in range(2000)}
    names = sorted(names, key=lambda _: rng.random())
    ids = Ids()
    assert ids.extend([name.encode("utf-8", "surrogatepass") for name in names]) == len(names)
    assert [names[n] for n in ids.order(np.arange(len(ids))).tolist()] == sorted(names)
    assert [ids.find(name) for name in names] == list(range(len(names)))
    assert ids.find("không có") == -1
    assert list(ids) == names
    assert ids[5:8] == names[5:8]


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_details_come_back_as_they_were(is_on_disk, tmp_path):
    class Odd(datetime):
        pass

    zone = timezone(timedelta(hours=7))
    times = [None, date(2024, 2, 29), datetime(2024, 1, 2, 3, 4, 5, 6, UTC), datetime(1990, 1, 1, tzinfo=zone, fold=1),
             datetime(2020, 5, 5), Odd(2024, 1, 1, tzinfo=UTC)]  # fmt: skip
    given = [Article(str(n), "", title="ă\ud800" * n, credit="x", published=value) for n, value in enumerate(times)]
    details = Details(Spool(tmp_path / "x.spool") if is_on_disk else Spool())
    details.extend(Batch.of(given[:4], [b""] * 4))
    details.extend(Batch.of(given[4:], [b""] * 2))
    for one, article in zip(details, given, strict=True):
        assert one == {name: value for name in ("title", "credit", "published") if (value := getattr(article, name))}
        assert type(one.get("published")) is type(article.published)
    assert details[3]["published"].fold == 1
    for which in ([], [0], [1, 3, 4], list(range(6))):
        taken = list(details.take(np.array(which, np.int64), "published", "title"))
        assert taken == [(given[n].published, given[n].title) for n in which]


def test_notes_of_lines_are_put_away(tmp_path, monkeypatch):
    monkeypatch.setattr("dedup.furniture.notes._TOGETHER", 1)
    buf, offsets = pack(["Một dòng đầu trang\nSáng 3/5, mưa lớn làm ngập ba tuyến phố ở thị xã Hà Lâm.".encode()])
    _, notes = sketch_and_note(buf, offsets, Params(threads=1), is_noted=True)
    learner = Learner(Spool(tmp_path / "notes.spool"))
    learner.add(0, np.ones(1, np.uint64), notes)
    assert (tmp_path / "notes.spool").stat().st_size > 0
    learner.close()


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_spans_of_arrays_as_one(is_on_disk, tmp_path):
    spool = Spool(tmp_path / "x.spool" if is_on_disk else None)
    for first in (0, 100):
        spool.put(np.arange(first, first + 10, dtype=np.uint32))
    assert spool.join([(1, 2, 4), (0, 0, 0), (0, 9, 10)], np.uint32).tolist() == [102, 103, 9]
    assert spool.join(iter([]), np.uint64).dtype == np.uint64


def test_a_spool_that_was_cut_short(tmp_path):
    spool = Spool(Path(tmp_path / "x.spool"))
    spool.put(np.arange(100))
    assert spool.get(0, 10, 12).tolist() == [10, 11]
    os.truncate(tmp_path / "x.spool", 400)
    with pytest.raises(DiskError, match="shorter than what was written"):
        spool.get(0, 0, 100)
    with pytest.raises(DiskError, match="shorter than what was written"):
        spool.join([(0, 0, 100)], np.int64)
