"""An index sketched anew, from the texts that it keeps."""

from __future__ import annotations

import json
from dataclasses import replace

from dedup.api.index.adding import resume
from dedup.api.index.around import Around
from dedup.api.index.intake import Rules, article_of, prepare
from dedup.api.index.recent import Recent
from dedup.api.index.settings import fix, furniture_of, params_of
from dedup.errors import ParamError
from dedup.furniture import Furniture
from dedup.models import Params
from dedup.store import open_store

__all__ = ["rebuild"]

_AT_ONCE = 1000


def rebuild(path: str, params: Params | None, furniture: Furniture | None, *, same_story: bool) -> int:
    """See Index.rebuild."""
    store = open_store(path, fix(params or Params(), furniture, True))
    try:
        params = params or params_of(store.settings)
        params = replace(params, same_story=params.same_story or same_story)
        if not json.loads(store.settings["keep_text"]):
            raise ParamError(f"{store.name}: keeps no texts: cannot be sketched anew")
        known = furniture if furniture is not None else furniture_of(store.settings)
        known.check(params)
        around = Around(path, params, known, True) if params.same_story else None
        rules = Rules(params, known, True, None, True, Recent(), around)
        with store.writing(params.wait) as ledger:
            ledger.reset(fix(params, known, True))
            last = count = 0
            while entries := ledger.articles(ledger.after(last, _AT_ONCE)):
                numbers = sorted(entries)
                batch = prepare([article_of(entries[number]) for number in numbers], rules)
                days = [entries[number].day for number in numbers]  # of arrival, where no other is known
                kept = [replace(entry, day=day) for entry, day in zip(batch.entries, days, strict=True)]
                resume(ledger, batch._replace(entries=kept), numbers, rules)
                ledger.tidy()
                last, count = numbers[-1], count + len(numbers)
        store.tidy(params.wait)
        return count
    finally:
        store.close()
