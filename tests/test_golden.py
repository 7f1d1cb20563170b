"""Hashes that stored sketches depend on. Where one of them changes, dedup.letters.SCHEME has to go up."""

import pytest

from dedup import Params, bands, fingerprints, letters, shingles, signature
from dedup.sketch import sketch

NOTICE = "Sáng 3/5, Hoa Kỳ viện trợ 1.340,5 tấn gạo cho thị xã Hà Lâm."
MIXED = "Covid-19, G7, 東京 2024; ở Thuỵ Sĩ: 11,8 % — “Quý III”…"
PAGE = """Nước sông Lâm dâng, ba xóm ven bờ bị ngập
Thứ sáu, 3/5/2024, 21:04 (GMT+7)
Sáng 3/5, nước sông Lâm dâng nhanh, tràn qua bờ bao và làm ngập ba xóm ven sông của thị xã Hà Lâm, tỉnh Đông Lâm. Hơn
1.340 hộ phải dời đồ lên gác, học sinh hai trường tiểu học được nghỉ, chợ Bến Đò đóng cửa từ tờ mờ sáng.
Chia sẻ
Ông Nguyễn Văn Bảy, trưởng xóm Cồn Én, cho biết nước về lúc 2h30, sớm hơn mọi năm gần một tháng. “Chưa năm nào lên
nhanh như vậy, chỉ kịp dắt mấy con bò ra đê”, ông nói. Đến trưa, mực nước đo ở cầu treo là 4,7 m, trên mức báo động ba.
Hotline: 0900 123 456
Thị xã đã huy động 12 ca nô, 300 dân quân và đoàn viên đưa người già, trẻ nhỏ đến nhà văn hóa, đồng thời xin tỉnh cấp
thêm mì gói, nước uống và áo phao. Dự báo trong hai ngày tới mưa giảm dần, nước sẽ rút từ chiều chủ nhật."""
GOLDEN = {
    "notice": {
        "syllables": [14, 0],
        "version": [9736465226467649119, 13865830977488723309],
        "shingles": [10, 552926002734268312, 16872570779898251544, 15249420477537649427],
        "words": [4071289436327663327, 5675410538344454753, 5757577892788378593],
        "fingerprints": [
            552926002734268312, 1404727036744350167, 7857370074223621589, 9907532485241794241, 11874298130586164293,
            13818154113402416213, 13840610877485416731, 14501771583227165232, 16853179762541959185,
            16872570779898251544,
        ],
        "signature": [150300990, 303130909, 261830531, 124071637, 175996586, 405202782, 393209045, 942040],
        "bands": [5507921056325294043, 966113304609702936, 5408946475455756454, 13593467640009201943],
    },
    "mixed": {
        "syllables": [12, 0],
        "version": [15667969057960665452, 10260473340645964850],
        "shingles": [8, 1304976492556084239, 15810077161855765593, 330312596934250312],
        "words": [5440353050131169663, 5684910866931662151, 5897927811386716763],
        "fingerprints": [
            1304976492556084239, 5185793361725307428, 5370902382703597502, 6092513005523108772, 12513708503179440810,
            13192118398371468427, 14647199585857684005, 15810077161855765593,
        ],
        "signature": [325218979, 276572282, 1186066860, 80754359, 749784754, 599867277, 1934487313, 346170418],
        "bands": [5346806806510038220, 12335531620305905451, 11219202120002702320, 7859678653963107126],
    },
    "page": {
        "syllables": [168, 15],
        "version": [10896920118960570046, 11389478017372004795],
        "shingles": [164, 110855162182282083, 18407824511163066080, 11966956539776163897],
        "words": [27910302135877831, 214626788885059903, 484725093491509299],
        "fingerprints": [
            110855162182282083, 936395723265124461, 992697545793505005, 1018759189263092432, 1151249626076579599,
            1243389478363751942, 1308065980735325738, 1379270851398745986, 1439038713995202358, 1452599544710406866,
            1955911034752243133, 2249658756974915076, 2525998766575327531, 3825218670901370935, 3839064347446905787,
            4605949955145650084,
        ],
        "signature": [46807079, 2481911, 6481571, 4718454, 20328972, 96642339, 9440989, 39860731],
        "bands": [14119449798403840539, 7705918895842670111, 3230700713245855092, 6734777114398116371],
    },
}  # fmt: skip


def test_the_scheme_is_pinned():
    assert letters.SCHEME == 2


@pytest.mark.parametrize("name", GOLDEN)
def test_hashes_are_pinned(name):
    text = {"notice": NOTICE, "mixed": MIXED, "page": PAGE}[name]
    found = sketch([text], Params(num_perm=8, threads=1), signatures=True)
    values = signature(text, 8)
    assert {
        "syllables": found.syllables[0].tolist(),
        "version": found.versions[0].tolist(),
        "shingles": [len(shingles(text)), int(shingles(text)[0]), int(shingles(text)[-1]), int(shingles(text).sum())],
        "words": shingles(text, 1)[:3].tolist(),
        "fingerprints": fingerprints(text).tolist(),
        "signature": values.tolist(),
        "bands": bands(values, 4, 2).tolist(),
    } == GOLDEN[name]
    assert found.signatures[0].tolist() == values.tolist()
