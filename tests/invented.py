"""Invented Vietnamese news for the tests, and ways to write the same text differently."""

from __future__ import annotations

import functools
import random
import re
import unicodedata
from collections.abc import Callable

_WORDS = """
xã phường huyện tỉnh quận thôn ấp chợ bến cầu đường phố sông hồ suối biển đảo núi đồng ruộng vườn trường bệnh đình nhà
máy mưa nắng gió bão lũ rét nóng hạn hán sạt lở ngập úng triều cường giông lốc sương mù khô hanh nứt nẻ
người dân nông ngư công nhân giáo viên thím sĩ lái xe thương binh học sinh cụ già trẻ em phụ nữ thanh niên
nói cho biết rằng đã đang sẽ vẫn không chưa được bị phải nên cần muốn thấy nghe hỏi đáp kể viết đọc trả giữ gửi nhận
giá lúa gạo cà phê tiêu điều cá tôm muối điện nước xăng dầu vàng bạc thuế phí lương thưởng lãi nợ vốn quỹ
tăng giảm mạnh nhẹ cao thấp nhiều ít lớn nhỏ mới cũ đẹp xấu nhanh chậm sớm muộn xa gần sâu rộng dài ngắn
hoà khoẻ loè xoã hoạ thuý quý luỹ thuỷ tuỳ quỳ lý kỹ mỹ sỹ ty tuy tui mai may ma má mà mả mã mạ
với của và thì là mà ở tại từ đến trong ngoài trên dưới trước sau giữa cùng theo về qua khi nếu vì do để hay hoặc
một hai ba bốn năm sáu bảy tám chín mười trăm nghìn triệu tỷ rưỡi nửa đôi cặp chục vài mỗi từng các những
ướt ngoằn ngoèo khuỷu tay nghiêng nghĩa quyết khuya uống rượu giếng ỷ ỉ ỡm ờ ậm ừ ọp ẹp ặc ẵm ẳng ằng ữ ự ử
"""
SYLLABLES = _WORDS.split()

_TONES = "\u0300\u0301\u0303\u0309\u0323"
INVISIBLE = "\u200b\u200c\u200d\u00ad\u2060\ufeff"


def sentence(rng: random.Random, length: int) -> str:
    """A sentence of that many syllables without a meaning: capital, perhaps a comma, full stop."""
    words = rng.choices(SYLLABLES, k=length)
    if length > 8:
        words[length // 2] += ","
    return " ".join(words).capitalize() + "."


def article(seed: int, length: int) -> str:
    """Paragraphs of 40 to 60 syllables, `length` syllables in all, by seed. No furniture, no alias."""
    rng = random.Random(seed)
    paragraphs = []
    while length > 0:
        size = length if length < 80 else rng.randint(40, 60)
        length -= size
        paragraphs.append(" ".join(sentence(rng, min(14, size - at)) for at in range(0, size, 14)))
    return "\n".join(paragraphs)


def move_tones(text: str) -> str:
    """hoà ↔ hòa, thuý ↔ thúy, khoẻ ↔ khỏe: each tone mark goes to the other of two vowels."""
    text = unicodedata.normalize("NFD", text)

    def swap(match: re.Match[str]) -> str:
        first, tone, second, other = match.groups()
        return first + (other or "") + second + (tone or "")

    # Canonical order may put the dot below before a circumflex; between letters the order of marks is free.
    pattern = f"(?i)([ou])([{_TONES}]?)([aey])([{_TONES}]?)(?![\u0302\u0306\u031b])"
    return unicodedata.normalize("NFC", re.sub(pattern, swap, text))


def tones_last(text: str) -> str:
    """Each tone mark behind the last letter of its word, as some keyboards leave it."""
    text = unicodedata.normalize("NFD", text)
    return re.sub(f"([{_TONES}])((?:[^\\W\\d_]|[\u0302\u0306\u031b])+)", r"\2\1", text)


def sprinkle(rng: random.Random, text: str) -> str:
    """Invisible characters anywhere."""
    return "".join(c + (rng.choice(INVISIBLE) if rng.random() < 0.2 else "") for c in text)


RESPELLINGS: dict[str, Callable[[str], str]] = {
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "tones moved": move_tones,
    "tones last": tones_last,
    "upper case": str.upper,
    "lower case": str.lower,
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "invisible characters": lambda text: sprinkle(random.Random(len(text)), text),
    "invisible in NFD": lambda text: sprinkle(random.Random(len(text)), unicodedata.normalize("NFD", text)),
    "Eth": lambda text: text.replace("Đ", "Ð"),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
}
RESPELLINGS["everything"] = lambda text: functools.reduce(
    lambda so_far, name: RESPELLINGS[name](so_far),
    ("tones moved", "upper case", "Eth", "CRLF", "no-break spaces", "invisible in NFD", "byte order mark"),
    text,
)
