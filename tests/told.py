"""Invented news of events, each told in several words of their own."""

from datetime import UTC, datetime, timedelta
from random import Random

import make

from dedup import Article

# Words that say nothing by themselves.
_PLAIN = """
của và cho trong có được đã là với các một tại không khi theo này người để công đó ra từ ở về trên vào ngày đến phải
nhiều như sẽ cũng năm hai còn lại sau nhà thì đang mới việc làm những cùng thời trước bị lên
"""
PLAIN = _PLAIN.split()
DAY = datetime(2024, 5, 3, 8, tzinfo=UTC)


class Event:
    """Something that happened: who, where, and how many."""

    def __init__(self, seed):
        rng = Random(seed)
        self.names = [make.name(rng) for _ in range(5)]
        self.numbers = [f"{rng.randint(11, 989)},{rng.randint(1, 9)}" for _ in range(3)]

    def told(self, seed, sentences=14):
        """(headline, text) in words of its own."""
        rng = Random(seed)
        lines = []
        for n in range(sentences):
            words = rng.choices(PLAIN, k=12)
            words[8:8] = ["ở", rng.choice(self.names)]
            words[4:4] = ["ông", rng.choice(self.names)]
            if n % 4 == 0:
                words += [rng.choice(self.numbers), "mẫu"]
            lines.append(" ".join(words).capitalize() + ".")
        headline = " ".join([*rng.choices(PLAIN, k=4), *rng.sample(self.names, 2)])
        return headline, " ".join(lines)


def tell(number, version, published=None):
    headline, text = Event(number).told(1000 * number + version)
    return Article(f"{number}-{version}", text, headline, published=published)


def news(count=30, versions=3):
    rng = Random(count)
    return [tell(n, v, DAY + timedelta(days=n % 9, hours=rng.randint(0, 20))) for n in range(count)
            for v in range(versions)]  # fmt: skip
