"""What corpus furniture does to matches: articles wrapped in the pages of invented sites, against the bare articles.

    python benchmarks/furniture.py CORPUS.parquet [--articles 2000] [--runs 5]

2,000 articles, once as many as can be that are in matches, once at random, are wrapped in the pages of five sites made
up here: header, dateline, hotline, captions, twenty related headlines that change slowly from page to page, comment
box, footer. The matches of the pages, with their sources and (furniture="learn") without them, are held against those
of the bare articles. Goal: no match gained, at most 0.5 % lost.

Each set is measured twice: with everything around the article, and with breaks in it (a dateline below the headline,
captions, on one site the list of headlines); there also against the bare articles with nothing but their dateline and
captions, which structural furniture takes out: what learning adds to that.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from random import Random

from measure import describe_machine

import dedup
from dedup import Article, Furniture, Params, Scan
from dedup.threads import thread_count

_WORDS = """
bến cầu chợ đò làng xóm núi đồi sông suối ruộng vườn trường đình chùa phố ngõ cảng đảo rừng biển hồ thác đèo lúa ngô
khoai mía chè cam bưởi xoài dừa tôm cá mực cua trâu bò lợn gà vịt ong tằm lụa gốm mây tre nón chiếu thuyền xe tàu máy
dựng mở xây sửa trồng gặt cấy thu bán mua chở đón đưa tìm gặp tặng giúp học dạy thi hát múa vẽ viết kể giữ nuôi chăm
mới cũ lớn nhỏ xanh đỏ vàng trắng sớm muộn đông vui yên rộng dài cao sâu bền đẹp giỏi khéo quý hiếm ngon ngọt thơm
"""
WORDS = _WORDS.split()
NAMES = ["An", "Bình", "Cúc", "Dung", "Giang", "Hạnh", "Khoa", "Lan", "Minh", "Nga", "Phúc", "Quân", "Sơn", "Thảo"]
SECTIONS = ["Thời sự", "Góc phố", "Nhà nông", "Sông nước", "Học đường", "Bếp quê", "Thể thao", "Chuyện làng"]


class Site:
    """A news site that does not exist: its fixed lines, and headlines of which twenty are on a page at a time."""

    def __init__(self, number: int, pages: int) -> None:
        rng = Random(number)
        place = f"{rng.choice(NAMES)} {rng.choice(NAMES)}"
        self.source = f"www.bao{number}.example"
        self.number = number
        self.headlines = [self.headline(rng) for _ in range(20 + pages // (4 + 3 * number))]
        self.pages = pages
        sections = rng.sample(SECTIONS, 7)
        self.header = [
            [f"Báo điện tử {place}", "Trang chủ", *sections, "Tìm kiếm"],
            [f"{place} Online - Tiếng nói của người {place}", " | ".join(sections)],
            ["Đăng nhập", *sections, "Đặt báo dài hạn", f"Hotline: 0900 {rng.randint(100, 999)} 111"],
            [f"Tin nhanh {place}", *sections],
            [f"Chào mừng bạn đến với trang tin {place}, nơi kể chuyện làng mình mỗi ngày!", *sections],
        ][number]
        headings = ["Tin liên quan", "Đang được đọc", "Đọc nhiều", f"Chuyện khác ở {place}", "Có thể bạn chưa đọc"]
        self.heading = headings[number]
        self.box = [
            ["Ý kiến bạn đọc", "Gửi ý kiến của bạn", "Mới nhất", "Cũ nhất"],
            ["Bạn nghĩ gì về bài này?", "Gửi", "Hủy"],
            ["Bình luận (0)", "Vui lòng viết bằng tiếng Việt có dấu"],
            ["Thảo luận cùng tòa soạn", "Mời bạn viết đôi dòng về chuyện này, thư hay được tặng một giỏ trái cây."],
            ["Chia sẻ cảm nghĩ", "Họ tên", "Thư điện tử"],
        ][number]
        self.footer = [
            f"Đường dây nóng: 0900 {rng.randint(100, 999)} 222",
            f"Tòa soạn: số {rng.randint(2, 99)} phố {rng.choice(NAMES)}, thị xã {place}; phụ trách nội dung: "
            f"{rng.choice(NAMES)} {rng.choice(NAMES)}, mọi thư từ xin gửi về phòng bạn đọc trước mười bảy giờ.",
            f"Bản in phát hành sáng thứ sáu tại các sạp báo ở {place}.",
            f"Mua báo giấy {place}",
        ][: 2 + number % 3]

    @staticmethod
    def headline(rng: Random) -> str:
        words = rng.choices(WORDS, k=rng.randint(7, 15))
        words.insert(rng.randrange(3), rng.choice(NAMES))
        return " ".join(words).capitalize().strip() + rng.choice(["", "", "", "?", "!"])

    def wrap(self, text: str, page: int, within: bool) -> tuple[str, str]:
        """The page of that number around an article; and the article with its dateline and captions alone."""
        rng = Random(f"{self.number} {page} {text[:40]}")
        first = page * (len(self.headlines) - 20) // max(1, self.pages - 1)
        related = self.headlines[first : first + 20]
        day = f"{page % 28 + 1:02}/{page % 12 + 1:02}/2024 {page % 24:02}:{page % 60:02}"
        title, *body = [line for line in text.splitlines() if line.strip()]
        head = [title, day] if within else [day, title]
        broken = list(body)
        for _ in range(min(len(body), rng.randint(0, 2)) if within else 0):
            caption = rng.choice([f"Ảnh: {rng.choice(NAMES)}", f"{title.strip('.')} - Ảnh {rng.randint(1, 9)}."])
            place = rng.randint(1, len(body))
            body.insert(place, caption)
            broken.insert(place, caption)
        listing = [self.heading, *related]
        if self.number == 4 and len(body) > 6 and within:
            middle = len(body) // 2
            body[middle:middle] = listing
            broken.insert(middle, "Ảnh: Hạnh")
            listing = []
        tags = ["Từ khóa: " + ", ".join(rng.sample(WORDS, 3))] * (self.number % 2)
        page_lines = [*self.header, *head, *body, *tags, *listing, *self.box, *self.footer]
        return "\n".join(page_lines), "\n".join([*head, *broken])


def wrap_all(articles: list[Article], within: bool = True) -> tuple[list[Article], list[Article]]:
    """Each article on a page of one of five sites; and with its dateline and captions alone."""
    sites = [Site(number, -(-len(articles) // 5)) for number in range(5)]
    order = list(range(len(articles)))
    Random(5).shuffle(order)
    pages = {n: (sites[i % 5], i // 5) for i, n in enumerate(order)}
    wrapped, broken = [], []
    for n, article in enumerate(articles):
        site, page = pages[n]
        whole, rest = site.wrap(article.text, page, within)
        wrapped.append(Article(article.id, whole, source=site.source))
        broken.append(Article(article.id, rest))
    return wrapped, broken


def pairs(found: Scan) -> set[tuple[str, str]]:
    return {(match.a, match.b) for match in found.pairs()}


def choose(articles: list[Article], count: int) -> Iterator[tuple[str, list[Article]]]:
    """Articles that are in matches first, and articles at random."""
    rng = Random(7)
    shuffled = sorted(articles, key=lambda article: article.id)
    rng.shuffle(shuffled)
    matched = {id for pair in pairs(dedup.scan(articles)) for id in pair}
    yield "in matches first", sorted(shuffled, key=lambda article: article.id not in matched)[:count]
    yield "at random", shuffled[:count]


def measure(name: str, bare: list[Article], within: bool) -> None:
    wrapped, broken = wrap_all(bare, within)
    unknown = [Article(article.id, article.text) for article in wrapped]
    expected, cut = (pairs(dedup.scan(texts, furniture="none")) for texts in (bare, broken))
    print(f"\n{name}, furniture {'around and within' if within else 'around'}: {len(bare):,} articles, "
          f"{len(expected):,} matches")  # fmt: skip
    print(f"{'':36} {'learnt':>7} {'left out':>9} {'matches':>8}   against bare articles   with captions")
    print(f"{'':36} {'lines':>7} {'lines':>9} {'':8} {'gained':>8} {'lost':>5} {'lost %':>7} {'gained':>9} {'lost':>5}")
    for label, texts, furniture in (
        ("with dateline and captions alone", broken, "none"),
        ("pages with sources (the default)", wrapped, None),
        ("pages without, furniture='learn'", unknown, "learn"),
        ("with sources, learnt from one half", wrapped, Furniture.learn(wrapped[::2])),
        ("with sources, furniture='none'", wrapped, "none"),
    ):
        found = dedup.scan(texts, furniture=furniture)
        got = pairs(found)
        lost = len(expected - got)
        print(
            f"{label:36} {len(found.furniture):7,} {found.counts['furniture_lines']:9,} {len(got):8,} "
            f"{len(got - expected):8,} {lost:5,} {100 * lost / max(1, len(expected)):7.2f} "
            f"{len(got - cut):9,} {len(cut - got):5,}"
        )


def time_scans(articles: list[Article], runs: int) -> None:
    """Seconds of a scan in memory: the corpus as it is, with invented sources, and wrapped."""
    sourced = [Article(a.id, a.text, source=f"bao{n % 40}.example") for n, a in enumerate(articles)]
    print(f"\nseconds of a scan of {len(articles):,} articles in memory, median of {runs}")
    wrapped, _ = wrap_all(articles)
    jobs = {
        "no sources": (articles, None), "40 sources, furniture='none'": (sourced, "none"),
        "40 sources, learning": (sourced, None), "pages of 5 sites, furniture='none'": (wrapped, "none"),
        "pages of 5 sites, learning": (wrapped, None),
    }  # fmt: skip
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, (texts, furniture) in jobs.items():
            begun = time.perf_counter()
            dedup.scan(texts, furniture=furniture)
            seconds[name].append(time.perf_counter() - begun)
    for name, values in seconds.items():
        print(f"{name:36} {statistics.median(values):6.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS.parquet")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    articles = list(dedup.read(options.corpus))
    whole = dedup.scan(articles[:1000], Params(), furniture="none")
    print(", ".join(f"{name} {value}" for name, value in describe_machine(thread_count()).items()))
    print(f"dedup {dedup.__version__}, {len(articles):,} articles, digest of the first 1,000: {whole.digest()}")
    for name, chosen in choose(articles, options.articles):
        for within in (False, True):
            measure(name, chosen, within)
    time_scans(articles, options.runs)


if __name__ == "__main__":
    main()
