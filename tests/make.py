"""Invented Vietnamese news for the tests: articles of real syllables in random order, and what papers do to them.

Everything takes a `random.Random` first: the same seed gives the same text. One word between spaces is one syllable.
"""

import re
import unicodedata
from random import Random

# No alias, furniture phrase, label or date word can be made of these: a generated text means nothing to dedup.
_TEXT = """
an anh áo bà bạc bãi bạn bàn bánh báo bay bé bền bến bếp biển biết bình bò bóng bông bớt bờ bưởi bưng buồm buồn cá
cam canh cánh cao cát cau cày cây cầu chài chạm chân chắc chậm chèo chín chim chịu chơi chợ chuông chuyền cổ cỏ
con còn cô cơm cốm cuốc cua cung cười dài dám dạy dãy dân dễ dệt dò dòng dốc dùng dưa dừa dựng đá đan đàn đào đất
đầm đẩy đèn đẹp đêm đền đến đi đình đò đoàn đói đón đỗ đỏ đổi đồi đồng đợi đưa đứng được đường én êm gà gạch gạo
gạt gánh gặp gần gầu ghe ghé ghép gió giã giấc giàn giàu giếng giỏ giỏi giống giữa giữ góc gọi gỗ gốc gốm gửi hạt
hái hàng hào hè hẹn héo hiên hiền hoà hoạ hỏi hòn hồ hội hồn hơi hương im kéo kể kênh khách khăn khát khen khéo
khế khoai khoẻ khói khô khuya kín kĩ kiếm lá lạ lạc làng lành lau lắng lặng lấp lề len leo lên lí lịch lò loà loại
lội lối lồng lớn lợp lụa lúa luỹ lửa lưới lượn mai mang mạ mát mây mầm mặn mận mắm men mèo mềm mến mi miền miệng
miếu món mong mở mời mũ mùa mưa mừng mươi mười nắng nắm nằm năng nặng nấu nâu nếp nét nệm ngã ngàn ngay ngắm ngâm
nghe nghèo nghề nghỉ ngó ngọn ngọt ngói ngõ ngủ nguội ngừng người nhẹ nhện nhịp nhỏ nhóm nhớ nhờ nhuộm nón nong
nối nồi nơi núi nuôi nửa oải ong ốc ổi ông ớt phà phai phao phấn phên phố phơi phúc quả quạt quay quê quen quét
quy quý quyên ra rạ rau rằm rặng râm rẫy rèm reo rét rễ riêng rơm rộng rổ rời ruộng rung rượu rừng sạch sáo sắc
sắn sân sâu sen sếu siêng soi sò sóng sông sớm sợi suối suốt sương sườn tà tạ tàu tằm tặng tắm tấm tép thác thăm
thân thắng thấp thẳng thẻ thềm thêu thị thoải thóc thôn thơm thợ thuê thuý thuỷ thuyền thửa tía tiệm tiếc tìm tóc
toả tò tôm tốt tre trà trại trăng trăm trắng trâu trầm trèo trẻ trĩu trong trò trôi trồng trông trời trứng trường
tuần tuổi tươi tường uốn ủ vai vải vạt vàng váy vắng vầng vẫy vé vẽ vẹn vết vòm vó võng vôi vội vỗ vợ vui vun vườn
vượt xa xanh xay xắn xâu xấp xe xếp xinh xoài xóm xôi xuân xuồng xưa xương yếm yên yêu
"""
SYLLABLES = tuple(_TEXT.split())
_OLD = ("òa", "óa", "ỏa", "õa", "ọa", "òe", "óe", "ỏe", "õe", "ọe", "ùy", "úy", "ủy", "ũy", "ụy")
_NEW = ("oà", "oá", "oả", "oã", "oạ", "oè", "oé", "oẻ", "oẽ", "oẹ", "uỳ", "uý", "uỷ", "uỹ", "uỵ")
_PLACED = dict(zip(_OLD + _NEW, _NEW + _OLD, strict=True))
_IY = {"kĩ": "kỹ", "lí": "lý", "mĩ": "mỹ", "kỹ": "kĩ", "lý": "lí", "mi": "my"}
_INVISIBLE = ("\u200b", "\u00ad", "\u2060", "\ufeff")


def number(rng: Random) -> str:
    """A number as papers write one; no year."""
    whole, tail = rng.randint(2, 989), rng.randint(100, 999)
    return rng.choice((f"{whole}", f"{whole % 97 + 1},{tail % 9 + 1}", f"{whole}.{tail}"))


def name(rng: Random) -> str:
    """Two or three capitalised syllables."""
    return " ".join(rng.choice(SYLLABLES).capitalize() for _ in range(rng.choice((2, 3))))


def words(rng: Random, count: int, *, numbers: float = 0.04, names: float = 0.02) -> list[str]:
    """`count` syllables, among them numbers and names."""
    result: list[str] = []
    while len(result) < count:
        draw = rng.random()
        if draw < numbers:
            result += [number(rng), rng.choice(SYLLABLES)]
        elif draw < numbers + names:
            result += name(rng).split()
        else:
            result.append(rng.choice(SYLLABLES))
    return result[:count]


def sentences(rng: Random, count: int, **rates: float) -> list[str]:
    """Sentences that hold `count` syllables together."""
    result = []
    while count > 0:
        size = count if count < 32 else rng.randint(9, 22)
        run = words(rng, size, **rates)
        if size > 12:
            run[size // 2] += ","
        run[0] = run[0].capitalize()
        result.append(" ".join(run) + ".")
        count -= size
    return result


def article(rng: Random, syllables: int = 200, **rates: float) -> str:
    """A text of so many syllables, in paragraphs."""
    parts, paragraph = [], []
    for sentence in sentences(rng, syllables, **rates):
        paragraph.append(sentence)
        if len(paragraph) == 4:
            parts.append(" ".join(paragraph))
            paragraph = []
    return "\n\n".join([*parts, " ".join(paragraph)]).strip()


def edited(rng: Random, text: str, rate: float) -> str:
    """The text with this share of its words replaced, dropped or followed by another one."""
    result = []
    for piece in re.split(r"(\s+)", text):
        if piece.isspace() or rng.random() >= rate:
            result.append(piece)
            continue
        what, other = rng.randrange(3), rng.choice(SYLLABLES)
        result.append((other, "", f"{piece} {other}")[what])
    return "".join(result)


def excerpt(rng: Random, text: str, syllables: int) -> str:
    """A run of so many words of the text."""
    run = text.split()
    start = rng.randrange(max(1, len(run) - syllables + 1))
    return " ".join(run[start : start + syllables])


def spliced(rng: Random, text: str, passage: str) -> str:
    """The text with a passage between two of its paragraphs."""
    parts = text.split("\n\n")
    parts.insert(rng.randint(0, len(parts)), passage)
    return "\n\n".join(parts)


def reprint(rng: Random, text: str) -> str:
    """The same words: other line breaks, other punctuation, other capitals in the first line."""
    text = re.sub(r"\.(?=\s)", lambda _: rng.choice((".", "!", ";", " –")), text)
    text = re.sub(r",(?=\s)", lambda _: rng.choice((",", "", " -")), text)
    first, *rest = text.split("\n\n")
    return rng.choice(("\n", "\r\n", "\n\n\n")).join([first.upper(), *rest])


def respelled(rng: Random, text: str) -> str:
    """The same syllables in other code points: composition, place of the tone mark, i for y, invisible characters."""

    def again(match: re.Match[str]) -> str:
        word = match[0]
        if word in _IY:
            word = _IY[word] if rng.random() < 0.5 else word
        elif word[-2:] in _PLACED and word[0] not in "qQ" and rng.random() < 0.5:
            word = word[:-2] + _PLACED[word[-2:]]
        if rng.random() < 0.3:
            word = unicodedata.normalize("NFD", word)
        if rng.random() < 0.1:
            place = rng.randint(1, len(word))
            word = word[:place] + rng.choice(_INVISIBLE) + word[place:]
        return word

    text = re.sub(r"[^\W\d_]+", again, unicodedata.normalize("NFC", text))
    return re.sub(" ", lambda _: rng.choice((" ", " ", " ", "\u00a0", "  ")), text)


def page(rng: Random, text: str) -> str:
    """The text as it stands on a web page: below a menu and a dateline, above credits, other headlines and comments."""
    day = f"{rng.randint(10, 28)}/{rng.randint(10, 12)}/20{rng.randint(10, 24)}"
    above = ["Trang chủ", f"Hotline: 0{rng.randint(900, 999)} {rng.randint(100, 999)}", f"Thứ tư, {day}, 21:04 (GMT+7)"]
    others = [" ".join(words(rng, 9, numbers=0)).capitalize() for _ in range(5)]
    below = ["Nguồn: baohalam.example", "Tin liên quan", *others, "Ý kiến bạn đọc", "Gửi bình luận"]
    return "\n".join([*above, text, *below])


def renumbered(rng: Random, text: str) -> str:
    """The text with one of its numbers replaced by another one that stands nowhere in it."""
    place = rng.choice(list(re.finditer(r"(?<!\S)\d[\d.,]*\d(?=\s)", text)))
    other = str(rng.randint(1001, 9998))
    assert other not in text
    return text[: place.start()] + other + text[place.end() :]


def form(rng: Random, code: int, skeleton: int = 1) -> str:
    """An answer sheet: the words of `skeleton`, with a code and answers of its own."""
    fixed = Random(skeleton)
    rows = []
    for n in range(1, 31):
        answer = rng.choice("ABCD") if n % 5 == 0 else fixed.choice("ABCD")
        rows.append(f"Câu {n} {' '.join(words(fixed, 5, numbers=0, names=0))} chọn {answer}")
    intro = " ".join(sentences(fixed, 60, numbers=0))
    return f"Môn làm vườn, mã đề {code}\n\n{intro}\n\n" + ".\n".join(rows) + "."


def column(rng: Random, day: int | None = None, skeleton: int = 1) -> str:
    """A price column: the words of `skeleton`, every price anew; it names its day or does not."""
    fixed = Random(skeleton)
    rows = [
        f"{' '.join(words(fixed, fixed.randint(10, 16), numbers=0, names=0)).capitalize()} {{}}." for _ in range(15)
    ]
    first = f"Giá cà hôm nay, ngày {day}/11, ở chợ Hà Lâm.\n" if day else ""
    return first + " ".join(row.format(rng.randint(1001, 9998)) for row in rows)


def corpus(seed: int, families: int = 20) -> dict[str, str]:
    """Articles by id, in random order: originals of 40 to 400 syllables, some of their kin, and passages in common."""
    rng = Random(seed)
    texts: list[str] = []
    stock = " ".join(sentences(rng, 40))
    for _ in range(families):
        text = article(rng, rng.choice((40, 90, 200, 400)))
        kin = [text]
        kin += [edited(rng, text, rng.choice((0.01, 0.04, 0.1, 0.25))) for _ in range(rng.randint(0, 3))]
        if rng.random() < 0.5:
            kin.append(excerpt(rng, text, rng.randint(10, 80)))
        if rng.random() < 0.3:
            kin.append(reprint(rng, text))
        if rng.random() < 0.3:
            kin.append(respelled(rng, rng.choice(kin)))
        if rng.random() < 0.3:
            kin.append(spliced(rng, rng.choice(kin), stock))
        if rng.random() < 0.3 and texts:
            kin.append(spliced(rng, article(rng, 150), excerpt(rng, rng.choice(texts), 60)))
        texts += kin
    rng.shuffle(texts)
    ids = [f"b{n:04d}" for n in range(len(texts))]
    rng.shuffle(ids)
    return dict(zip(ids, texts, strict=True))
