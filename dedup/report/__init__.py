"""Results as HTML pages for people. A page is one file that loads nothing.

`page` is the shell, `differences` one diff as a piece of a page, `versions`, `facts` and `headline` its parts, `markup`
where values are escaped. What a terminal shows of a diff comes from here too: `layout` has its places, `account` names,
figures and titles, `excerpt` shortened sentences, `headline` what became of the headline, `words` what is said.

`scan_page` is the report of a scan, of `findings`: `overview` its first screen with its `charts`, `story` one story
as data for the script, and its diffs, `scan_words` what is said.
"""

from __future__ import annotations

from dedup.report.differences import DiffFragment, diff_page, render_diff
from dedup.report.findings import Comparison, Findings, Head, Member, Pair, StoryFindings
from dedup.report.page import render_page
from dedup.report.scan_page import scan_page
from dedup.report.words import check_language

__all__ = [
    "Comparison", "DiffFragment", "Findings", "Head", "Member", "Pair", "StoryFindings", "check_language",
    "diff_page", "render_diff", "render_page", "scan_page",
]  # fmt: skip
