"""Follows a folder of feeds: of each new article its story, and what it adds to all that was published of it before.

    python follow_folder.py feeds news.db    # stop it and start it again at any time: what is in news.db stays known
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dedup


def new_articles(folder: Path, index: dedup.Index, seen: dict[Path, int]) -> Iterator[dedup.Article]:
    """The articles of files that came or grew since the last look, without those that are known word for word."""
    for path in sorted(filter(Path.is_file, folder.rglob("*"))):
        if seen.get(path) != (changed := path.stat().st_mtime_ns):
            for article in dedup.read(path):
                if article.id not in index or index.get(article.id).text != article.text:
                    yield article
            seen[path] = changed


def report(index: dedup.Index, article: dedup.Article) -> Iterator[str]:
    """Adds an article; its story, what it adds to that, what it tells differently."""
    (added,) = index.add(article)
    yield f"{article.id}: " + ("a new story" if added.is_new_story else f"in the story {added.story}")
    others = [old for old in index.story(added.story).read() if old.id != article.id]
    if before := others + index.former(article.id):
        news = dedup.diff(before, article)
        yield from [f"  + {' '.join(fact.text.split())}" for fact in news.added]
        yield from [f"  {change.a.text} -> {change.b.text}" for change in news.changed]


if __name__ == "__main__":
    known: dict[Path, int] = {}
    with dedup.Index(sys.argv[2]) as index:
        while not time.sleep(2):
            for article in new_articles(Path(sys.argv[1]), index, known):
                print(*report(index, article), sep="\n", flush=True)
