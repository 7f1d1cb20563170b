"""Corpus furniture: what 20 versions of a source repeat is left out of every figure, and nothing else."""

import json
from random import Random

import make
import numpy as np
import pytest
from invented import RESPELLINGS

from dedup import Article, Furniture, InputError, ParamError, Params, compare, kernels, scan
from dedup.furniture import group_of
from dedup.text import spans

HEADER = ["Tiếng nói của người Hà Lâm", "Góc phố", "Nhà nông", "Chợ quê"]
NOTE = "Mua báo giấy tại sạp gần nhà, giao tận cửa mỗi sớm mai cho người cao tuổi."
SOURCE = "halam.example"


def bodies(count, seed=1, syllables=150):
    return [make.article(Random(1000 * seed + n), syllables) for n in range(count)]


def page(body, *, header=HEADER, footer=(NOTE,)):
    return "\n".join([*header, body, *footer])


def pages(count, source=SOURCE, seed=1, **parts):
    return [Article(f"{source}-{n:03}", page(b, **parts), source=source) for n, b in enumerate(bodies(count, seed))]


def texts(furniture, source=SOURCE):
    return sorted(line.text for line in furniture.lines if line.source == source)


def oracle(articles):
    """Lines in 20 texts of a source whose other lines, long ones, hardly overlap: for texts without structural
    furniture, headlines and repeated sentences."""
    held = {}
    for article in articles:
        for line in set(article.text.split("\n")) - {""}:
            held.setdefault((article.source, line), []).append(set(article.text.split("\n")) - {line})
    found = set()
    for key, others in held.items():
        overlaps = sorted(len(a & b) / len(a | b) for i, a in enumerate(others) for b in others[i + 1 :])
        if len(others) >= 20 and overlaps[len(overlaps) // 2] < 0.5:  # of lines: menus are many and short
            found.add(key)
    return found


def test_what_20_versions_hold():
    all_lines = sorted([*HEADER, NOTE.rstrip(".")])
    for count, wanted in ((19, []), (20, all_lines), (60, all_lines)):
        furniture = Furniture.learn(pages(count))
        assert texts(furniture) == wanted
        assert furniture.counts() == ({SOURCE: 5} if wanted else {})
        assert all(line.versions == count and line.kind == "line" for line in furniture.lines)


def test_against_the_oracle():
    rng = Random(3)
    lines = [" ".join(make.words(rng, rng.randint(2, 9), numbers=0, names=0)) for _ in range(12)]
    articles = []
    for n, body in enumerate(bodies(120, seed=4)):
        own = [line for i, line in enumerate(lines) if rng.random() < (i + 1) / 14]
        articles.append(Article(n, "\n".join([*own[:3], body, *own[3:]]), source=f"bao{n % 3}.example"))
    wanted = {(source, line) for source, line in oracle(articles) if len(line.split()) < 20}
    found = {(line.source, line.text) for line in Furniture.learn(articles).lines}
    assert found == wanted
    assert 10 < len(found) < 36


def test_copies_and_respellings_are_one_version():
    some = pages(19)
    spelt = [(name, spell, a) for name, spell in RESPELLINGS.items() for a in some]
    again = [Article(f"{name}-{a.id}", spell(a.text), source=SOURCE) for name, spell, a in spelt]
    assert len(Furniture.learn([*some, *again])) == 0
    assert texts(Furniture.learn([*again, *pages(20)]))[0]


def test_sources_are_apart_and_known_by_their_domain():
    names = ["halam.example", "https://www.halam.example/tin-1", "WWW.HALAM.EXAMPLE", "m.halam.example:8080"]
    mixed = [Article(a.id, a.text, source=names[n % 4]) for n, a in enumerate(pages(20))]
    assert Furniture.learn(mixed).counts() == {SOURCE: 5}
    apart = [Article(a.id, a.text, source=f"bao{n % 2}.example") for n, a in enumerate(pages(38))]
    assert len(Furniture.learn(apart)) == 0
    assert Furniture.learn(Article(a.id, a.text) for a in apart).counts() == {"": 5}
    named = [Article(a.id, a.text, source="Báo  Hà Lâm") for a in mixed]
    assert Furniture.learn(named).counts() == {"báo hà lâm": 5}


@pytest.mark.parametrize("has_source", [True, False])
def test_a_wire_story_in_thirty_papers_is_no_furniture(has_source):
    story = make.article(Random(5), 300)
    articles = []
    for n in range(30):
        rng = Random(50 + n)
        own = [" ".join(make.words(rng, rng.randint(3, 9), numbers=0)) for _ in range(24)]
        text = page(make.edited(rng, story, 0.01), header=own[:8], footer=own[8:])
        articles.append(Article(f"{n:02}", text, source=f"bao{n}.example" if has_source else ""))
    found = scan(articles, furniture="learn")
    assert len(found.furniture) == 0
    assert [story.articles for story in found.stories] == [tuple(f"{n:02}" for n in range(30))]
    assert [s.articles for s in scan(articles).stories] == [s.articles for s in found.stories]


def test_sentences_where_lines_are_long():
    """A note that stands in the midst of a paragraph, with nothing but sentences around it."""
    articles = [Article(n, f"{b} {NOTE} {c}".replace("\n", " "), source=SOURCE)
                for n, (b, c) in enumerate(zip(bodies(25, 6), bodies(25, 7), strict=True))]  # fmt: skip
    found = scan(articles)
    assert texts(found.furniture) == [NOTE.rstrip(".")]
    for (stripped, removed), article in zip(found.stripped(), articles, strict=True):
        assert [article.text[lo:hi].strip() for lo, hi in removed] == [NOTE]
        assert NOTE not in stripped.text
    assert found.counts["furniture_lines"] == found.counts["furniture_articles"] == 25


def test_figures_are_those_of_the_bare_articles():
    bare = bodies(40, seed=8)
    bare = [*bare, *(make.edited(Random(n), text, 0.05) for n, text in enumerate(bare[:10]))]
    wrapped = [Article(f"{n:02}", page(text), source=SOURCE) for n, text in enumerate(bare)]
    found = scan(wrapped)
    wanted = scan((Article(f"{n:02}", text) for n, text in enumerate(bare)), furniture="none")
    assert list(found.matches) == list(wanted.matches)
    assert len(found.matches) == 10
    assert found.counts["furniture_lines"] == 50 * 5
    none = scan(wrapped, furniture="none")
    assert (len(none.furniture), none.counts["furniture_lines"]) == (0, 0)
    assert list(none.matches) != list(wanted.matches)
    for (stripped, _), text in zip(found.stripped(), bare, strict=True):
        assert stripped.text.strip() == text
    assert found.headline("00") == bare[0].split("\n")[0]


def test_compare_says_what_the_scan_says():
    articles = [*pages(30), *pages(25, "bao.example", 2, header=["Chuyện làng"], footer=[])]
    articles += [Article(f"x{n}", page(make.edited(Random(n), bodies(5)[n], 0.1), header=["Chuyện làng"]),
                         source="bao.example") for n in range(5)]  # fmt: skip
    found = scan(articles)
    by_id = {a.id: a for a in articles}
    assert found.furniture == Furniture.learn(articles)
    assert found.furniture.counts() == {"bao.example": 1, SOURCE: 5}
    assert len(found.matches) == 5
    for match in found.matches:
        other = compare(by_id[match.a], by_id[match.b], furniture=found.furniture)
        assert (other, other.passages) == (match, match.passages)
        assert other != compare(by_id[match.a], by_id[match.b])
        for p in match.passages:
            a, b = by_id[match.a].text[p.a_start : p.a_end], by_id[match.b].text[p.b_start : p.b_end]
            assert spans(a)[0].tolist() == spans(b)[0].tolist()
            assert not any(line in a for line in HEADER)


def test_what_was_removed_leaves_no_trace():
    one, two = bodies(2, seed=9)
    articles = [*pages(20), Article("cut", f"{one}\n{NOTE}\n{two}", source=SOURCE)]
    furniture = scan(articles).furniture
    found = compare(Article("a", f"{one}\n{two}"), articles[-1], furniture=furniture)
    assert (found.relation, found.resemblance, found.longest_passage) == ("reprint", 1.0, found.size_a + 4)
    assert len(found.passages) == 2
    _, flags, starts, _ = spans(articles[-1].text, Params(), furniture.learnt(group_of(SOURCE)))
    cuts = np.flatnonzero(flags & kernels.CUT)
    assert starts[cuts].tolist() == [articles[-1].text.index(two)]


def test_the_same_for_any_order_threads_and_chunks():
    articles = [*pages(40), *pages(30, "bao.example", 2, header=["Chuyện làng"])]
    wanted = scan(articles, Params(threads=1))
    for seed in range(3):
        shuffled = list(articles)
        Random(seed).shuffle(shuffled)
        found = scan(shuffled, Params(threads=3))
        assert found.furniture == wanted.furniture == Furniture.learn(shuffled, Params(threads=2))
        assert list(found.matches) == list(wanted.matches)
        assert found.counts == wanted.counts


def test_a_list_of_headlines_that_changes():
    """The newest headlines stand on few pages as yet: they are known by the heading above them."""
    rng = Random(11)
    news = [" ".join(make.words(rng, rng.randint(7, 11), numbers=0)).capitalize() for _ in range(80)]
    articles = []
    for n, body in enumerate(bodies(60, seed=12)):
        listing = ["Chuyện khác ở làng", *news[n : n + 20], NOTE]
        articles.append(Article(f"{n:02}", f"{body}\n" + "\n".join(listing), source=SOURCE))
    found = scan(articles)
    assert [line.text for line in found.furniture.lines if line.kind == "heading"] == ["Chuyện khác ở làng"]
    assert len(found.furniture) == 2 + 80 - 2 * 19 - 1
    assert all(a.text.strip() == b for (a, _), b in zip(found.stripped(), bodies(60, seed=12), strict=True))


def test_a_list_of_the_articles_own_is_kept():
    """Behind a line that heads no list: the names of a prize, other ones in each article."""
    articles = []
    for n, body in enumerate(bodies(30, seed=13)):
        names = [make.name(Random(100 * n + i)) for i in range(6)]
        articles.append(Article(n, "\n".join([body, "Danh sách nhận quà", *names, NOTE]), source=SOURCE))
    assert {line.kind for line in scan(articles).furniture.lines} == {"line"}
    for (stripped, _), article in zip(scan(articles).stripped(), articles, strict=True):
        assert stripped.text.split("\n")[-7:-1] == article.text.split("\n")[-7:-1]


def test_a_text_of_furniture_alone_is_kept():
    articles = [*pages(20), Article("empty", "\n".join([*HEADER, NOTE]), source=SOURCE)]
    found = scan(articles)
    assert not found.skipped
    assert {a.id: removed for a, removed in found.stripped()}["empty"] == []


def test_by_default_only_articles_with_a_source_teach():
    assert len(scan(Article(a.id, a.text) for a in pages(30)).furniture) == 0
    assert len(scan([page(text) for text in bodies(30)], furniture="learn").furniture) == 5
    mixed = [*pages(30), *(Article(f"x{n}", page(b)) for n, b in enumerate(bodies(30, 2)))]
    assert scan(mixed).furniture.counts() == {SOURCE: 5}
    assert scan(mixed, furniture="learn").furniture.counts() == {"": 5, SOURCE: 5}
    assert scan(mixed[:19], against=mixed[19:30]).furniture.counts() == {SOURCE: 5}


def test_a_given_furniture_learns_nothing_and_serves_any_source():
    furniture = Furniture.learn(pages(20))
    found = scan(pages(3, seed=2), furniture=furniture)
    assert found.furniture is furniture
    assert (found.counts["furniture_lines"], found.counts["furniture_articles"]) == (15, 3)
    assert scan(pages(30, "bao.example"), furniture=furniture).counts["furniture_lines"] == 0


def test_saved_and_loaded(tmp_path):
    furniture = Furniture.learn([*pages(20), *pages(21, "")])
    furniture.save(tmp_path / "a.json")
    again = Furniture.load(tmp_path / "a.json")
    assert (again, hash(again), repr(again)) == (furniture, hash(furniture), repr(furniture))
    again.save(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert HEADER[0] in (tmp_path / "a.json").read_text(encoding="utf-8")
    one, two = pages(2, seed=3)
    assert compare(one, two, furniture=again) == compare(one, two, furniture=furniture)
    assert repr(furniture) == "<Furniture of 10 lines · unknown source: 5, halam.example: 5>"
    assert (repr(Furniture()), len(Furniture()), Furniture() == furniture) == ("<Furniture of 0 lines>", 0, False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "x"}, "no furniture file"), ({"version": 2}, "version 2: need 1"),
        ({"tokenizer": "1:0"}, "learnt with tokenizer '1:0'"), ({"sources": []}, "damaged"),
        ({"sources": {"a": [{"text": "x"}]}}, "damaged furniture file: KeyError"),
        ({"sources": {"a": [{"text": "x", "kind": "y", "versions": 1, "code": "f"}]}}, "damaged"),
        ({"sources": {"a": [{"text": "x", "kind": "line", "versions": 1, "code": "g"}]}}, "damaged"),
        ({"accents": "no"}, "damaged"), ({"aliases": 3}, "damaged"),
    ],
)  # fmt: skip
def test_bad_files(tmp_path, change, reason):
    path = tmp_path / "f.json"
    Furniture.learn(pages(20)).save(path)
    value = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(value | change), encoding="utf-8")
    with pytest.raises(InputError, match=f"f.json: .*{reason}"):
        Furniture.load(path)


def test_files_that_are_none(tmp_path):
    for content, reason in ((b"", "no furniture file"), (b"\xff", "no furniture file"), (b"[1]", "need the format")):
        (tmp_path / "f.json").write_bytes(content)
        with pytest.raises(InputError, match=reason):
            Furniture.load(tmp_path / "f.json")
    with pytest.raises(InputError, match="No such file"):
        Furniture.load(tmp_path / "none.json")


def test_wrong_values():
    furniture = Furniture.learn(pages(20))
    for params in (Params(accents="ignore"), Params(aliases=False), Params(aliases={"hợp tác xã": "htx"})):
        with pytest.raises(ParamError, match="furniture: was learnt with"):
            scan([], params, furniture=furniture)
        with pytest.raises(ParamError, match="furniture: was learnt with"):
            compare("a", "b", params, furniture=furniture)
        assert len(Furniture.learn(pages(20), params)) == 5
    for wrong in ("all", 1, True):
        with pytest.raises(ParamError, match="need a Furniture, 'learn' or 'none'"):
            scan([], furniture=wrong)
    with pytest.raises(ParamError, match="need a Furniture"):
        compare("a", "b", furniture="learn")
    with pytest.raises(TypeError, match="str: need an Article"):
        Furniture.learn(["một"])
    assert len(Furniture.learn([])) == len(scan([], furniture="learn").furniture) == 0


def test_one_signature_of_each_kernel():
    """A second one would cost every process its compilation."""
    found = scan(pages(30), Params(), furniture="learn")
    compare("mưa", "nắng", furniture=found.furniture)
    list(found.stripped())
    for kernel in (kernels.sketches, kernels.prepare, kernels.document, kernels.overlaps, kernels.find_likely):
        assert len(kernel.signatures) == 1


@pytest.fixture
def feed(tmp_path):
    path = tmp_path / "feed.jsonl"
    rows = ({"id": a.id, "text": a.text, "source": a.source} for a in pages(25))
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_the_command(feed, tmp_path, command):
    saved = tmp_path / "khung.json"
    code, out, err = command("scan", feed, "--furniture-out", saved, "--lang", "en")
    assert code == 0
    assert "125 lines of page furniture, repeated on many pages, left out of 25 articles (--furniture none" in out
    assert f"5 lines of page furniture written to {saved}" in err
    assert Furniture.load(saved) == Furniture.learn(pages(25))
    for asked, left_out in ((saved, True), ("learn", True), ("none", False)):
        code, out, err = command("scan", feed, "--furniture", asked, "--lang", "vi")
        assert code == 0
        assert ("đã bỏ 125 dòng khung trang" in out) == left_out


def test_wrong_commands(feed, tmp_path, command):
    for arguments, wanted, reason in (
        (["--furniture", tmp_path / "no.json"], 1, "no.json: No such file"),
        (["--furniture", feed], 1, "no furniture file"),
        (["--furniture-out", tmp_path / "f.txt"], 2, "ends in .json"),
        (["--furniture-out", "-", "--matches", "-"], 2, "--matches and --furniture-out both write to -"),
    ):
        code, _, err = command("scan", feed, "--lang", "en", *arguments)
        assert code == wanted
        assert reason in err
