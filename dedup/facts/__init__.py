"""Typed facts of a Vietnamese text: amounts, days, codes, names and quotations, with spans and values that compare."""

from __future__ import annotations

from datetime import date, datetime

from dedup.facts.amounts import find_amounts
from dedup.facts.codes import find_births, find_codes, find_marks
from dedup.facts.compare import agree
from dedup.facts.days import find_days
from dedup.facts.known import Known
from dedup.facts.names import find_names, find_roads
from dedup.facts.page import Page
from dedup.facts.quotes import find_quotes
from dedup.facts.values import Amount, Birth, Code, Mention, Moment, Name, Quote, Value

__all__ = ["Amount", "Birth", "Code", "Known", "Mention", "Moment", "Name", "Quote", "Value", "agree", "find_facts"]

_FINDERS = (find_codes, find_births, find_roads, find_days, find_amounts, find_marks, find_names, find_quotes)


def find_facts(text: str, published: datetime | date | None = None) -> list[Mention]:
    """The typed facts of a text, by start; only quotations overlap others, which stand inside them.

    Args:
        text: any string; an empty list for one without facts.
        published: when it appeared; with it "hôm qua" and "25/9" are days of a year.

    Raises:
        ArticleError: text is no string.

    >>> [(m.kind, m.value.text) for m in find_facts("Xe 66C1 – 054.53 và xe 71H9-2832.")]
    [('code', '66c105453'), ('code', '71h92832')]
    """
    page = Page.of(text, published)
    for find in _FINDERS:
        find(page)
    return page.mentions()
