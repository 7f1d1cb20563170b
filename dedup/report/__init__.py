"""Results as HTML pages for people. A page is one file that loads nothing.

`page` is the shell, `differences` one diff as a piece of a page, `layout` its places, `versions`, `facts` and
`headline` its parts, `markup` where values are escaped, `words` what is said.
"""

from __future__ import annotations

from dedup.report.differences import DiffFragment, diff_page, render_diff
from dedup.report.page import render_page

__all__ = ["DiffFragment", "diff_page", "render_diff", "render_page"]
