"""Tokens with their spans, canonical syllables, aliases, shingles."""

import random
import unicodedata

import numpy as np
import oracle
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from invented import RESPELLINGS, SYLLABLES, article

import dedup
from dedup import ArticleError, ParamError, Params, compare, lexicon, shingles, tokenize
from dedup.text import distinct, spans

ALIASES = lexicon.aliases()
BARE = Params(aliases=False)
LAW = settings(max_examples=200, deadline=None, derandomize=True)


def words(text):
    return [t.text for t in tokenize(text)]


def same(a, b, params=None):
    """Whether two texts have the same canonical syllables."""
    params = params or Params()
    return spans(a, params)[0].tolist() == spans(b, params)[0].tolist()


# ------------------------------------------------------------------------------------------------------------ tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\n…!?", []),
        ("\u0301\u200b", []),
        ("Covid-19", ["Covid", "19"]),
        ("nhóm G7 họp", ["nhóm", "G7", "họp"]),
        ("Việt - Mỹ, Việt–Mỹ", ["Việt", "Mỹ", "Việt", "Mỹ"]),
        ("25/9/2024", ["25", "9", "2024"]),
        ("26.09.2024", ["26", "09", "2024"]),
        ("lúc 9h30.", ["lúc", "9h30"]),
        ("1.340 và 1.340.500 m2", ["1.340", "và", "1.340.500", "m2"]),
        ("11,8%", ["11,8"]),
        ("1.340,5", ["1.340,5"]),
        ("1.340.5", ["1.340", "5"]),
        ("1,340,500", ["1,340", "500"]),
        ("1234.567", ["1234", "567"]),
        ("1.2345", ["1", "2345"]),
        ("năm 2024.", ["năm", "2024"]),
        ("8, 9", ["8", "9"]),
        ("8,", ["8"]),
        ("Điều 8.Điều 9", ["Điều", "8", "Điều", "9"]),
        ("TP.HCM", ["TP", "HCM"]),
        ("Hà_Nội@vn#tin", ["Hà", "Nội", "vn", "tin"]),
        ("(“Hà Nội”)", ["Hà", "Nội"]),
        ("dân\u00adtộc miền\u200bnúi", ["dân\u00adtộc", "miền\u200bnúi"]),
        ("東京でG7", ["東", "京", "で", "G7"]),
        ("Tokyo東京", ["Tokyo", "東", "京"]),
        ("ภาษา", ["ภ", "า", "ษ", "า"]),
        ("ลาว", ["ล", "า", "ว"]),
        ("ខ្មែរ", ["ខ្", "មែ", "រ"]),
        ("한국 서울", ["한국", "서울"]),
        ("مرحبا Hà שלום", ["مرحبا", "Hà", "שלום"]),
        ("🎉Hà👩‍👩‍👧Nội🇻🇳", ["Hà", "Nội"]),
        ("𠀀𠀁 𝐇𝐚̀", ["𠀀", "𠀁", "𝐇𝐚̀"]),
        ("\ud800Hà\udfffNội", ["Hà", "Nội"]),
    ],
)
def test_tokens_as_they_stand(text, expected):
    assert words(text) == expected


def test_tokens_of_composed_and_decomposed_text():
    text = "Tiếng Việt 한국"
    composed, parts = tokenize(text), tokenize(unicodedata.normalize("NFD", text))
    assert [unicodedata.normalize("NFC", t.text) for t in parts] == [t.text for t in composed]
    assert [t.kind for t in parts] == [t.kind for t in composed] == ["word"] * 3


def test_token_kinds():
    kinds = [t.kind for t in tokenize("Hà 12 1.340,5 G7 9h30 京")]
    assert kinds == ["word", "number", "number", "code", "code", "glyph"]


@pytest.mark.parametrize("value", [None, 7, b"Ha Noi", ["Ha"]])
def test_text_must_be_a_string(value):
    for function in (tokenize, shingles, dedup.fingerprints, dedup.signature):
        with pytest.raises(ArticleError, match="need a"):
            function(value)


@LAW
@given(st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from("aỳộĐ09.,- \n\u0301\u200b東ก"))))
@example("a" * 5000)
@example("1." * 50 + "\u200b" * 50)
@example("\U00020000\ud83d\ude00a\U0001f600\U0010ffff1.000")
def test_spans_of_any_text(text):
    last = 0
    for token in tokenize(text):
        assert last <= token.start < token.end <= len(text)
        assert text[token.start : token.end] == token.text
        last = token.end


PIECES = st.one_of(
    st.sampled_from(SYLLABLES),
    st.sampled_from(["Đà", "Hà", "Nội", "ĐƯỜNG", "Lý", "quý", "G7", "9h30", "Covid"]),
    st.sampled_from(["1.340", "11,8", "1.340,5", "25/9/2024", "26.09.2024", "7", "2024", "118"]),
    st.sampled_from([*sorted(ALIASES)[::9], "Hoa Kỳ", "Liên Hợp Quốc", "Thành phố Hồ Chí Minh", "TP. Hồ Chí Minh"]),
)
GAPS = st.sampled_from([" "] * 12 + [", ", ". ", "\n", "\n\n", " - ", "-", " (", ") ", "; ", "… ", ".\n"])
TEXTS = st.lists(st.tuples(PIECES, GAPS), min_size=1, max_size=60).map(lambda rows: "".join(a + b for a, b in rows))


@LAW
@given(TEXTS)
def test_tokens_and_aliases_equal_the_oracle(text):
    found, expected = tokenize(text), oracle.tokens(text)
    assert [(t.start, t.end) for t in found] == [(t.start, t.end) for t in expected]
    line = text.replace("\n", " ")  # one line has no furniture
    hashes, _, starts, ends = spans(line)
    syllables = oracle.rewrite(oracle.tokens(line), ALIASES)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [(t.start, t.end) for t in syllables]
    assert len(set(zip(hashes.tolist(), (t.key for t in syllables), strict=True))) == len(set(hashes.tolist()))
    assert len(set(hashes.tolist())) == len({t.key for t in syllables})
    assert len(shingles(line)) == len(oracle.shingles(line, 5, ALIASES))


# ------------------------------------------------------------------------------------------------------- respellings


@pytest.mark.parametrize("name", RESPELLINGS)
@settings(LAW, max_examples=60)
@given(text=TEXTS)
def test_respelling_costs_nothing(name, text):
    other = RESPELLINGS[name](text)
    assert np.array_equal(shingles(text), shingles(other))
    assert np.array_equal(dedup.fingerprints(text), dedup.fingerprints(other))
    assume(tokenize(text))
    assert compare(text, other).resemblance == 1.0


@pytest.mark.parametrize("name", RESPELLINGS)
def test_respelling_of_an_article(name):
    text = article(1, 400)
    match = compare(text, RESPELLINGS[name](text))
    assert (match.resemblance, match.relation, match.longest_passage) == (1.0, "reprint", 400)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("lý", "lí"), ("quý", "quí"), ("Mỹ", "mĩ"), ("sỹ", "sĩ"),
        ("1.340", "1340"), ("1.340,5", "1340,5"), ("\uff11\uff12", "12"), ("Việt-Mỹ", "Việt Mỹ"), ("Ð", "đ"),
        ("ﬁ", "fi"), ("𝐇à", "hà"), ("ＨＣＭ", "hcm"),
    ],
)  # fmt: skip
def test_one_syllable_two_spellings(a, b):
    assert same(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("tuy", "tui"), ("thuỷ", "thuỉ"), ("mai", "may"), ("tai", "tay"), ("ma", "má"), ("mả", "mã"), ("118", "11,8"),
        ("1.340", "1,340"), ("1340", "1 340"), ("9h30", "9 h 30"), ("đa", "da"), ("an", "ân"), ("tư", "tu"),
        ("trăn", "trân"), ("a1", "à"), ("12", "1 2"), ("quy", "cuy"), ("hoa", "hao"), ("東", "京"),
        ("Ⅶ", "7"),
    ],
)  # fmt: skip
def test_different_syllables(a, b):
    assert not same(a, b)


# ----------------------------------------------------------------------------------------------------------- aliases


def test_every_alias_is_its_short_form():
    for long, short in ALIASES.items():
        assert same(f"tại {long} nay", f"tại {short} nay"), long
        assert same(long.upper(), short), long


@pytest.mark.parametrize("sign", [", ", ". ", "; ", " - ", "-", " / ", ": ", " “", " ("])
def test_no_alias_across_punctuation(sign):
    assert not same(f"Hoa{sign}Kỳ", "Mỹ")
    assert not same(f"Liên hợp{sign}quốc", "LHQ")


def test_aliases_with_punctuation_inside():
    assert same("TP. Hồ Chí Minh", "TP.HCM")
    assert same("TP Hồ Chí Minh, TPHCM", "Thành phố Hồ Chí Minh; tp hcm")
    assert not same("TP. Hồ. Chí Minh", "TP.HCM")
    assert same("Bộ Lao động - Thương binh và Xã hội", "Bộ LĐ-TB-XH")


def test_the_longest_alias_wins_and_its_span_is_whole():
    text = "Đoàn Hợp chúng quốc Hoa Kỳ tới."
    hashes, _, starts, ends = spans(text)
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == ["Đoàn", "Hợp chúng quốc Hoa Kỳ", "tới"]
    assert hashes[1] == spans("Mỹ")[0][0]
    two = spans("Thành phố Hồ Chí Minh")
    assert (two[2].tolist(), two[3].tolist()) == ([0, 0], [21, 21])


def test_aliases_of_the_user():
    params = Params(aliases={"Hội Làng Nghề Hà Lâm": "HLNHL", "ông Bảy": "bảy lớn tuổi nhất"})
    assert same("Hội làng nghề Hà Lâm họp", "HLNHL họp", params)
    assert same("Hoa Kỳ", "Mỹ", params)
    assert not same("Hội làng nghề Hà Lâm họp", "HLNHL họp")
    assert same("Hội làng nghề, Hà Lâm", "hội làng nghề; hà lâm", params)
    assert not same("Hội làng nghề, Hà Lâm", "HLNHL", params)


def test_without_aliases():
    assert not same("Hoa Kỳ", "Mỹ", BARE)
    assert len(spans("Liên Hợp Quốc", BARE)[0]) == 3
    assert same("hoà", "HÒA", BARE)
    assert same("Hoa Kỳ", "Mỹ", Params(aliases={}))


@pytest.mark.parametrize("aliases", [{"": "a"}, {"a": ""}, {"…": "a"}, {"một": "hai ba bốn"}])
def test_unusable_aliases(aliases):
    with pytest.raises(ParamError, match=r"aliases\['.*need words on both sides"):
        compare("a", "b", Params(aliases=aliases))


def test_aliases_of_a_wrong_type():
    with pytest.raises(ParamError, match="aliases='Hoa': need True, False or a mapping"):
        Params(aliases="Hoa")


# ------------------------------------------------------------------------------------------------- accents, shingles


@pytest.mark.parametrize(
    ("a", "b"),
    [("Hà Nội", "Ha Noi"), ("HÀ NỘI", "ha noi"), ("đường Đê", "duong De"), ("hòa", "hoa"), ("Hoa Kỳ", "My"),
     ("Ðắk Lắk", "Dak Lak"), (unicodedata.normalize("NFD", "người Việt"), "nguoi Viet")],
)  # fmt: skip
def test_accents_ignored(a, b):
    assert same(a, b, Params(accents="ignore"))
    assert not same(a, b)


@LAW
@given(TEXTS, st.sampled_from(sorted(RESPELLINGS)))
def test_respelling_with_accents_ignored(text, name):
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    params = Params(accents="ignore")
    assert same(text, plain.replace("đ", "d").replace("Đ", "D"), params)
    assert same(text, RESPELLINGS[name](text), params)
    expected = oracle.canonical(text.replace("\n", " "), ALIASES, "ignore")
    assert len(set(expected)) == len(set(spans(text.replace("\n", " "), params)[0].tolist()))


@pytest.mark.parametrize("k", range(1, 33))
def test_shingles_of_every_length(k):
    line = article(2, 60).replace("\n", " ")
    for length in (1, k - 1, k, k + 1, 60):
        text = " ".join(line.split()[:length])
        found = shingles(text, k)
        assert len(found) == len(oracle.shingles(text, k))
        assert found.dtype == np.uint64
        assert (found[1:] > found[:-1]).all()


def test_the_same_shingles_stand_for_the_same_words():
    one, two = article(3, 300).replace("\n", " "), article(4, 300).replace("\n", " ")
    mixed = one[:600] + " " + two[:600] + " " + one[600:900]
    sets = [(set(shingles(t).tolist()), oracle.shingles(t)) for t in (one, two, mixed)]
    for found_a, expected_a in sets:
        for found_b, expected_b in sets:
            assert len(found_a & found_b) == len(expected_a & expected_b)
    match = compare(one, mixed)
    a, b = sets[0][1], sets[2][1]
    assert match.resemblance == oracle.resemblance(a, b)
    assert (match.a_in_b, match.b_in_a) == (oracle.containment(a, b), oracle.containment(b, a))


@pytest.mark.parametrize("k", [0, 33, -1, 2.0, 5.0, "5", None, True])
def test_k_out_of_range(k):
    with pytest.raises(ParamError, match=r"k=.*need an integer, 1 <= k <= 32"):
        shingles("Gió mùa về.", k)


def test_short_texts():
    assert len(shingles("")) == len(shingles("… !")) == 0
    assert len(shingles("Mưa.")) == len(shingles("Mưa lớn ở Hà")) == 1
    assert not np.array_equal(shingles("Mưa lớn"), shingles("lớn Mưa"))
    assert compare("", "").resemblance == compare("", "Mưa.").resemblance == 0.0
    assert compare("Mưa lớn", "MƯA LỚN!").resemblance == 1.0
    assert compare("Mưa lớn", "Mưa lớn ở Hà Lâm").shared == 0


def test_one_long_repeated_syllable():
    rng = random.Random(5)
    text = "mưa " * 10_000
    assert len(shingles(text)) == 1
    assert len(shingles(text + "gió " + text)) == 6
    assert len(tokenize("a" * 100_000)) == 1
    assert len(tokenize(" ".join(rng.choices(SYLLABLES, k=20_000)))) == 20_000


@pytest.mark.parametrize("kind", [np.uint64, np.int64, np.int32])
@given(values=st.lists(st.integers(0, 2**31 - 1) | st.integers(0, 3)))
@LAW
def test_distinct_values(kind, values):
    found = distinct(np.array(values, kind))
    assert found.dtype == kind
    assert found.tolist() == sorted(set(values))
