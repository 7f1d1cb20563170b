"""Results as HTML pages for people. A page is one file that loads nothing.

`page` is the shell, `differences` one diff as a piece of a page, `versions`, `facts` and `headline` its parts, `markup`
where values are escaped. What a terminal shows of a diff comes from here too: `layout` has its places, `account` names,
figures and titles, `excerpt` shortened sentences, `headline` what became of the headline, `words` what is said.
"""

from __future__ import annotations

from dedup.report.differences import DiffFragment, diff_page, render_diff
from dedup.report.page import render_page

__all__ = ["DiffFragment", "diff_page", "render_diff", "render_page"]
