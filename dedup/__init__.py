"""dedup finds the news articles that tell the same story, in Vietnamese, and says what each version adds.

`scan` finds the matches among many articles, `compare` tells how two are related, `read` reads them from files. Names
are loaded when they are first used: `import dedup` alone is cheap.

>>> import dedup
>>> dedup.compare("Giá nước ở Hà Lâm tăng từ 1/6.", "Giá nước ở Hà Lâm tăng từ 1/7.").relation
'edited'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.api import Scan, scan
    from dedup.api.covering import cover
    from dedup.api.difference import diff
    from dedup.api.index import Index
    from dedup.api.pair import compare
    from dedup.errors import (
        ArticleError,
        BusyError,
        DamagedError,
        DedupError,
        DiskError,
        InputError,
        MismatchError,
        MissingExtraError,
        ParamError,
        SparkError,
        StoreError,
    )
    from dedup.furniture import Furniture
    from dedup.io import read
    from dedup.models import (
        Added,
        Article,
        Change,
        Check,
        Counterpart,
        Crowd,
        Decision,
        Diff,
        Edge,
        Fact,
        Match,
        Params,
        Passage,
        Skipped,
        Story,
        Token,
    )
    from dedup.sketch import bands, choose_bands, fingerprints, minhash, signature
    from dedup.text import shingles, tokenize

__version__ = "0.1.0"

_HOMES = {
    "api": ("Scan", "scan"),
    "api.covering": ("cover",),
    "api.difference": ("diff",),
    "api.index": ("Index",),
    "api.pair": ("compare",),
    "errors": (
        "ArticleError", "BusyError", "DamagedError", "DedupError", "DiskError", "InputError", "MismatchError",
        "MissingExtraError", "ParamError", "SparkError", "StoreError",
    ),
    "furniture": ("Furniture",),
    "io": ("read",),
    "models": (
        "Added", "Article", "Change", "Check", "Counterpart", "Crowd", "Decision", "Diff", "Edge", "Fact", "Match",
        "Params", "Passage", "Skipped", "Story", "Token",
    ),
    "sketch": ("bands", "choose_bands", "fingerprints", "minhash", "signature"),
    "text": ("shingles", "tokenize"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Added", "Article", "ArticleError", "BusyError", "Change", "Check", "Counterpart", "Crowd", "DamagedError",
    "Decision", "DedupError", "Diff", "DiskError", "Edge", "Fact", "Furniture", "Index", "InputError", "Match",
    "MismatchError", "MissingExtraError", "ParamError", "Params", "Passage", "Scan", "Skipped", "SparkError",
    "StoreError", "Story", "Token", "bands", "choose_bands", "compare", "cover", "diff", "fingerprints", "minhash",
    "read", "scan", "shingles", "signature", "tokenize",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'dedup' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"dedup.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
