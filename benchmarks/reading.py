"""How fast articles are read, beside how fast they are sketched: processor seconds of one core.

    python benchmarks/reading.py PATH ... [--runs 5]

Each PATH is a file or folder that `dedup.read` takes (.html through trafilatura, in this process). A scan should never
wait for reading: compare the last two columns.
"""

from __future__ import annotations

import argparse
import time

from dedup import Article, Params
from dedup.io import read
from dedup.sketch import sketch


def read_all(path: str) -> list[Article]:
    return list(read(path))


def processor_seconds(job) -> float:
    begun = time.process_time()
    job()
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    one_core = Params(threads=1)
    sketch(["Mưa lớn ở Hà Lâm."], one_core)
    print(f"{'path':40} {'articles':>9} {'MB text':>8} {'read/s':>9} {'sketch/s':>9}")
    for path in options.paths:
        articles = read_all(path)
        texts = [article.text for article in articles]
        reading = min(processor_seconds(lambda p=path: read_all(p)) for _ in range(options.runs))
        sketching = min(processor_seconds(lambda t=texts: sketch(t, one_core)) for _ in range(options.runs))
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6
        rates = (len(texts) / seconds if seconds else 0.0 for seconds in (reading, sketching))
        print(f"{path[-40:]:40} {len(texts):9,} {size:8.1f} " + " ".join(f"{rate:9,.0f}" for rate in rates))


if __name__ == "__main__":
    main()
