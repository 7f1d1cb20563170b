"""What became of the articles that were added to an index, counted and told."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.cli.words import Language, count, number, say
from dedup.models import Added, Article

if TYPE_CHECKING:
    from dedup import Index, Params

__all__ = ["Tally", "show_tally"]


@dataclass(slots=True)
class Tally:
    """How many articles there were so far.

    Attributes:
        articles: that were added or there already.
        stories, joined: new ones that began a story, that joined one.
        revised, repeated: of a known id, with another text and with the same.
        known: of a known id, where no texts are kept that could be compared.
        merged: stories that were merged into others.
        skipped: inputs that could not be used.
    """

    articles: int = 0
    stories: int = 0
    joined: int = 0
    revised: int = 0
    repeated: int = 0
    known: int = 0
    merged: int = 0
    skipped: int = 0

    def count(
        self, articles: Sequence[Article], added: Sequence[Added], former: Mapping[str, Article], *, has_texts: bool
    ) -> None:
        """Counts articles that were added together; `former` are those of the same ids that were there before."""
        there = dict(former)
        for article, one in zip(articles, added, strict=True):
            old = there.get(article.id)
            if old is None:
                self.stories += one.is_new_story
                self.joined += not one.is_new_story
            elif not has_texts:
                self.known += 1
            elif old.text == article.text:
                self.repeated += 1
            else:
                self.revised += 1
            if old is None or old.text != article.text:
                self.merged += len(one.merged_stories)
            there[article.id] = article
        self.articles += len(articles)


def show_tally(out: Any, lang: Language, tally: Tally, index: Index, params: Params, seconds: float) -> None:
    """Prints the screen: what was read, by which criterion; what became of it; what the index holds now."""
    from rich.text import Text

    from dedup.cli.layout import flow
    from dedup.cli.screen import head_lines

    parts = []
    if new := tally.stories + tally.joined:
        parts.append(say(lang, "index_new", *(number(lang, n) for n in (new, tally.stories, tally.joined))))
    for name in ("revised", "repeated", "known", "merged"):
        if many := getattr(tally, name):
            parts.append(say(lang, f"index_{name}", number(lang, many)))
    command = shlex.join(["dedup", "index", "query", index.path, say(lang, "index_article")])
    lines = [
        *head_lines(out.width, lang, (tally.articles, tally.skipped), seconds, params),
        *flow(parts or [say(lang, "index_nothing_new")], out.width),
        *flow([say(lang, "index_holds", index.path, count(lang, len(index), "articles"))], out.width),
        Text(say(lang, "index_next", command), style="dim"),
    ]
    for line in lines:
        out.print(line, soft_wrap=True)
