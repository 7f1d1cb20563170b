"""The synonym groups are well formed, and none of them contradicts the aliases."""

import re
import unicodedata
from collections import Counter
from importlib import resources

import pytest

from dedup import lexicon, tokenize


def groups():
    text = resources.files(lexicon).joinpath("synonyms.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    assert all(len(row) == 2 for row in rows)
    return [[canonical, *variants.split(" | ")] for canonical, variants in rows]


GROUPS = groups()
TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
FORMS = [form for group in GROUPS for form in group]


def folded(form):
    """As matching reads it: blind to i or y at the end of a syllable and to the place of the tone mark."""
    letters = re.sub(r"(?<=[bcdghklmnprstvxđ])y", "i", unicodedata.normalize("NFD", form))
    return tuple((TONE.sub("", word), *TONE.findall(word)) for word in letters.split())


def test_forms_are_composed_lower_case_words_of_one_to_four_syllables():
    for form in FORMS:
        assert form == unicodedata.normalize("NFC", form).casefold().strip()
        assert re.fullmatch(r"[^\W\d_]+( [^\W\d_]+){0,3}", form), form
        assert [token.text for token in tokenize(form)] == form.split()


def test_every_group_has_variants_and_no_form_stands_twice():
    assert all(len(group) > 1 for group in GROUPS)
    twice = [form for form, count in Counter(map(folded, FORMS)).items() if count > 1]
    assert not twice


def test_aliases_stand_beside_their_short_form():
    canonical = lexicon.synonyms()
    for long, short in lexicon.aliases().items():
        if long in canonical:
            assert canonical.get(short) == canonical[long], (long, short)


def test_synonyms_map_each_form_to_its_canonical_form():
    canonical = lexicon.synonyms()
    assert canonical == {form: group[0] for group in GROUPS for form in group}
    assert canonical["cho hay"] == canonical["cho biết"] == "cho biết"
    assert all(canonical[form] == form for form in canonical.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tăng", "giảm"), ("lãi", "thua lỗ"), ("mua vào", "bán ra"), ("bị thương", "tử vong"), ("ít nhất", "tối đa"),
        ("bắt giữ", "tạm giữ"), ("hung thủ", "nạn nhân"), ("xử phạt", "tuyên phạt"), ("sáng nay", "chiều nay"),
        ("chiến thắng", "thua"), ("bác sĩ", "y tá"), ("giám đốc", "phó giám đốc"), ("đã", "sẽ"), ("hơn", "gần"),
        ("huy chương vàng", "huy chương bạc"), ("đồng ý", "không đồng ý"), ("xuất khẩu", "nhập khẩu"),
        ("học sinh", "sinh viên"), ("ô tô", "xe máy"), ("trộm cắp", "cướp"), ("tạm dừng", "dừng lại"),
        ("phản đối", "nhất trí"), ("cứu sống", "tử vong"), ("sân nhà", "sân khách"), ("hiệp một", "hiệp hai"),
    ],
)  # fmt: skip
def test_opposites_and_siblings_stand_apart(one, other):
    canonical = lexicon.synonyms()
    assert canonical.get(one, one) != canonical.get(other, other)
