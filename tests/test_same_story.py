"""One event in independent words: found through an index, with figures that no order and no thread count changes."""

import json
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import make
import numpy as np
import pytest
from invented import article
from told import DAY, Event, news, tell

from dedup import Article, ParamError, Params, compare, events, kernels, lexicon, scan
from dedup.profiles import KEPT
from dedup.relate import is_same_column
from dedup.text import spans

SAME = Params(same_story=True)
ORDER, ROLL = int(kernels._ORDER), int(kernels._ROLL)


def rows(found):
    return [repr(match) for match in found.matches]


def test_one_event_in_other_words_is_one_story():
    articles = news()
    found = scan(articles, SAME)
    assert len(scan(articles).matches) == 0
    assert {m.relation for m in found.matches} == {"same_story"}
    wrong = [m for m in found.matches if m.a.split("-")[0] != m.b.split("-")[0]]  # invented names share syllables
    assert len(wrong) <= 0.1 * len(found.matches)
    assert not any(m.is_certain for m in wrong)
    assert len(found.stories) == 30
    for story in found.stories:
        assert [id.split("-")[0] for id in story.articles] == [story.anchor.split("-")[0]] * 3
        assert {edge.relation for edge in story.edges} == {None, "same_story"}
        assert {edge.derived_from for edge in story.edges} == {None}
    match = found.matches[0]
    assert (match.shared, match.containment) == (compare(*articles[:2]).shared, compare(*articles[:2]).containment)
    assert found.counts["same_story_left_out"] == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_and_number_of_threads(seed):
    articles = [*news(), *(Article(id, text) for id, text in make.corpus(21, families=10).items())]
    wanted = scan(articles, SAME)
    Random(seed).shuffle(articles)
    for threads in (1, 3):
        found = scan(articles, Params(same_story=True, threads=threads))
        assert rows(found) == rows(wanted)
        assert list(found.stories) == list(wanted.stories)


def test_copies_and_older_articles():
    first, second, third = (tell(1, n, DAY) for n in range(3))
    copy = Article("x", second.text.upper(), second.title, published=DAY)
    (story,) = scan([first, second, copy, third], SAME).stories
    assert len(story.articles) == 4
    found = scan([first], SAME, against=[second, third])
    assert {(m.a, m.b) for m in found.matches} == {("1-0", "1-1"), ("1-0", "1-2")}


def profiles(articles):
    """Their profiles, and each one's as {key: (strength, information)}."""
    from dedup.corpus import Prepared
    from dedup.furniture import Furniture
    from dedup.profiles import Syllables, profile
    from dedup.sketch import sketch_and_note
    from dedup.text import pack

    texts, titles = [article.text for article in articles], [article.title for article in articles]
    ready = Prepared.of(texts, SAME, Furniture(), [np.uint64(0)] * len(texts))
    made = profile(Syllables(ready.syllables, ready.flags, ready.syllable_starts), titles, SAME)
    sketched, _ = sketch_and_note(*pack([text.encode() for text in texts]), SAME, titles=titles)
    for one, two in zip(made, sketched.profiles, strict=True):  # what compare makes, and what a scan does
        assert np.array_equal(one, two)
    columns = list(zip(made.keys.tolist(), made.strength.tolist(), made.information.tolist(), strict=True))
    starts = made.starts.tolist()
    return made, [{k: (s, i) for k, s, i in columns[lo:hi]} for lo, hi in pairwise(starts)]


def told_by_hand():
    """Syllable → what it tells: quarters of a nat, at most 26, by the table of frequencies."""
    told = {}
    for word, often in lexicon.frequencies().items():
        key = int(spans(word, Params(aliases=False))[0][-1])
        told[key] = min(told.get(key, 26), round(-4 * np.log(often / 10_000)))
    return told


def profile_by_hand(article, told):
    """{key: (strength, information)} of the 80 strongest features, by plain loops."""
    features = defaultdict(list)
    for text, worth in ((article.text, [max(2000 // (200 + i), 1) for i in range(1000)]), (article.title, [30] * 1000)):
        hashes, flags, *_ = spans(text, SAME)
        before = 0
        for i, (h, flag, place) in enumerate(zip(hashes.tolist(), flags.tolist(), worth, strict=False)):
            information = 16 if flag & kernels.DIGITS else told.get(h, 26)
            is_name = flag & kernels.CAPITAL
            if information >= 8:
                features[h * ORDER % 2**64 >> 24].append((information, is_name, place))
            is_behind = i and not flag & (kernels.PUNCTUATED | kernels.NEW_LINE | kernels.SENTENCE_START)
            if is_behind and information + before >= 16:
                last, both = int(hashes[i - 1]), min(int((information + before) * 0.65), 31)
                pair = (last * ROLL % 2**64 ^ last >> 29 ^ h) * ORDER % 2**64 >> 24
                features[pair].append((both, is_name & flags[i - 1], worth[i - 1]))
            before = information
    made = {}
    for key, rows in features.items():
        strength = round(4 * sum(place for *_, place in rows) ** 0.5 * (1 + any(name for _, name, _ in rows)))
        made[key] = strength, min(rows)[0]
    best = sorted(made, key=lambda key: (-made[key][0] * made[key][1], key))[: KEPT]
    return {key: made[key] for key in sorted(best)}


def test_profiles_equal_plain_loops():
    articles = [*news(12, 2), Article("a", "", "Hà Lâm"), Article("b", "Mưa."), Article("c", "…")]
    articles += [Article("d", article(4, 2500), "Nước sông Lâm dâng, ba xóm ven bờ bị ngập")]
    told = told_by_hand()
    assert profiles(articles)[1] == [profile_by_hand(one, told) for one in articles]


def by_hand(plain):
    """Every likeness by plain loops: weights from the table and from the others that hold a feature; cosine."""
    holders = defaultdict(int)
    for one in plain:
        for key in one:
            holders[key] += 1
    weights = []
    for one in plain:
        weights.append({})
        for key, (strength, information) in one.items():
            expected = np.exp(-information / 4) * 3000
            share = (max(holders[key] - 2, 0) + expected) / (max(len(plain) - 2, 0) + 3000)
            weights[-1][key] = round(strength * max(-np.log(share), 0))
    norm = [sum(w * w for w in one.values()) ** 0.5 for one in weights]
    return {
        (a, b): int(1000 * sum(w * weights[b].get(key, 0) for key, w in weights[a].items()) / (norm[a] * norm[b]))
        for a in range(len(plain))
        for b in range(a + 1, len(plain))
    }


def test_the_index_finds_what_all_pairs_give():
    articles = news(24)
    made, plain = profiles(articles)
    assert all(0 < len(one) <= KEPT for one in plain)
    days = np.array([article.published.toordinal() for article in articles])
    count = len(articles)
    found = events.find_alike(made, days, np.arange(count), np.ones(count, np.bool_), SAME)
    got = dict(zip(zip(found.left.tolist(), found.right.tolist(), strict=True), found.likeness.tolist(), strict=True))
    wanted = {(a, b): likeness for (a, b), likeness in by_hand(plain).items()
              if likeness >= events.SAME and abs(days[a] - days[b]) <= 3}  # fmt: skip
    assert got == wanted
    assert len(got) > 60
    undated = events.find_alike(made, np.full(count, -1), np.arange(count), np.ones(count, np.bool_), SAME)
    both = set(zip(undated.left.tolist(), undated.right.tolist(), strict=True))
    assert both == {pair for pair, v in by_hand(plain).items() if v // events.UNDATED >= events.SAME}


def collected(collection, articles):
    new, before, likeness = collection.meet(articles, SAME)
    return dict(zip(zip(before.tolist(), new.tolist(), strict=True), likeness.tolist(), strict=True))


def test_a_collection_that_grows_finds_the_same():
    articles = sorted(news(24), key=lambda article: article.published)
    made, plain = profiles(articles)
    days = np.array([article.published.toordinal() for article in articles])
    whole = events.Collection()
    whole.enter(made, days)
    wanted = {(a, b): likeness for (a, b), likeness in by_hand(plain).items()
              if likeness >= events.SAME and abs(days[a] - days[b]) <= 3}  # fmt: skip
    assert collected(whole, len(articles)) == wanted
    grown, count = events.Collection(), len(articles)
    for lo in range(0, count, 5):
        which = np.arange(lo, min(lo + 5, count))
        grown.enter(made.take(which), days[which])
        seen = by_hand(plain[: which[-1] + 1])
        assert collected(grown, len(which)) == {
            (a, b): seen[a, b] for a in range(which[-1] + 1) for b in which.tolist()
            if a < b and seen[a, b] >= events.SAME and abs(days[a] - days[b]) <= 3
        }  # fmt: skip
    last = collected(grown, 3)
    for _ in range(2):
        grown.enter(made.take(np.arange(9)), days[:9])
        assert len(collected(grown, 9)) >= 9  # each with itself
        grown.leave(9)
        assert collected(grown, 3) == last
    again, days_again = grown.take(np.arange(count))
    assert all(np.array_equal(one, two) for one, two in zip((*again, days_again), (*made, days), strict=True))


def test_days_apart():
    def match(days, most=3):
        pair = tell(1, 0, DAY), tell(1, 1, DAY + timedelta(days=days))
        params = Params(same_story=True, same_story_days=most)
        relations = {m.relation for m in scan(pair, params).matches}
        assert relations == ({compare(*pair, params).relation} - {None})
        return bool(relations)

    assert [match(days) for days in (0, 3, 4, -3, -4, 400)] == [True, True, False, True, False, False]
    assert [match(7, most) for most in (6, 7, 8)] == [False, True, True]
    assert not match(1, 0)


def test_a_day_without_an_hour_and_no_day_at_all():
    one, two = tell(1, 0, date(2024, 5, 3)), tell(1, 1, DAY)
    assert len(scan([one, two], SAME).matches) == 1
    dated, undated = (compare(tell(1, 0, day), tell(1, 1, day), SAME) for day in (DAY, None))
    assert dated.relation == "same_story"
    assert undated.is_certain <= dated.is_certain
    assert [m.relation for m in scan([tell(1, 0), tell(1, 1)], SAME).matches] == [undated.relation] * bool(
        undated.relation
    )


def test_a_cap_is_counted_and_keeps_stories_whole():
    articles = [tell(1, n, DAY + timedelta(minutes=n)) for n in range(40)]
    whole, capped = scan(articles, SAME), scan(articles, Params(same_story=True, same_story_bucket=8, hubs=2))
    assert whole.counts["same_story_left_out"] == 0 < capped.counts["same_story_left_out"]
    assert {(m.a, m.b) for m in capped.matches} < {(m.a, m.b) for m in whole.matches}
    assert [len(story.articles) for story in whole.stories] == [40]
    assert len(capped.stories) < 5
    assert sum(len(story.articles) for story in capped.stories) > 35


def test_many_articles_of_one_event_make_few_pairs():
    articles = [tell(n % 2, n, DAY) for n in range(600)]
    found = scan(articles, SAME)
    assert len(found.matches) < 600 * 64
    assert found.counts["same_story_left_out"] > 0


def test_recurring_columns_are_no_event():
    gold = "Giá vàng hôm nay"
    assert is_same_column(f"{gold} 6/11: tăng nhẹ", f"{gold} 7/11: giảm mạnh", True)
    assert is_same_column("Đáp án môn Lý đề 101", "Đáp án môn Lý đề 102", False)
    assert is_same_column(gold, gold, True)
    assert not is_same_column(gold, gold, False)
    assert not is_same_column(f"{gold} 6/11", f"{gold} 6/11: tăng", True)
    assert not is_same_column("Cháy chợ Bến Đầm, 12 người bị thương", "Cháy chợ Bến Đầm, 13 người bị thương", True)
    assert not is_same_column("Cầu Trà Nâu thông xe", "Giá lúa tăng", True)
    (_, one), (_, two) = (Event(3).told(n) for n in range(2))
    pair = [Article("a", one, f"{gold} 6/5", published=DAY), Article("b", two, f"{gold} 7/5", published=DAY)]
    assert len(scan(pair, SAME).matches) == 0
    assert compare(*pair, SAME).relation is None


def test_texts_without_words_and_few_articles():
    for articles in ([], ["Mưa."], ["", "…"], ["Mưa.", "Gió."]):
        assert len(scan(articles, SAME).matches) == 0
    assert compare("", "", SAME).relation is None


def test_parameters():
    for wrong in ({"same_story": 1}, {"same_story_days": -1}, {"same_story_bucket": 1}, {"same_story_days": 0.5}):
        with pytest.raises(ParamError, match=f"{next(iter(wrong))}="):
            Params(**wrong)


def test_command_line(command, tmp_path):
    lines = [{"id": a.id, "text": a.text, "title": a.title, "published": a.published.isoformat()} for a in news(4)]
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    target = tmp_path / "matches.jsonl"
    code, _, _ = command("scan", tmp_path / "news.jsonl", "--same-story", "--matches", target, "--lang", "vi")
    assert code == 0
    found = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(found) == 12
    assert {row["relation"] for row in found} == {"same_story"}
