"""Which entries of an RSS or Atom feed are versions of each other.

    python rss_feed.py feed.xml    # pip install dedup-vi feedparser
"""

import html
import re
import sys
from datetime import UTC, datetime

import feedparser

import dedup

SUMMARIES = dedup.Params(min_shared=8)  # feeds often have two sentences of each article, not its text


def articles(path: str) -> list[dedup.Article]:
    """The entries of a feed in a file."""
    with open(path, "rb") as file:  # given a name, feedparser would also fetch it from the network
        feed = feedparser.parse(file)
    if not feed.entries:
        raise SystemExit(f"{path}: no entries: {feed.get('bozo_exception', 'is it a feed?')}")
    return [article(entry, number) for number, entry in enumerate(feed.entries, 1)]


def article(entry: feedparser.FeedParserDict, number: int) -> dedup.Article:
    body = entry.content[0].value if "content" in entry else entry.get("summary", "")
    lines = re.sub(r"(?i)</?(?:p|br|div|li|h\d)\b[^>]*>", "\n", body)
    text = html.unescape(re.sub(r"<[^>]+>", "", lines)).strip()
    url, when = entry.get("link", ""), entry.get("published_parsed")
    published = datetime(*when[:6], tzinfo=UTC) if when else None
    return dedup.Article(entry.get("id") or url or str(number), text, entry.get("title", ""), "", url, "", published)


if __name__ == "__main__":
    result = dedup.scan(articles(sys.argv[1]), SUMMARIES)
    for match in result.pairs():
        if match.relation in ("reprint", "edited"):
            print(f"{match.relation}: {result.headline(match.a)} = {result.headline(match.b)}")
