"""Results as HTML pages for people. A page is one file that loads nothing.

`page` is the shell, `differences` one diff as a piece of a page, `versions`, `facts` and `headline` its parts, `markup`
where values are escaped. What a terminal shows of a diff comes from here too: `layout` has its places, `account` names,
figures and titles, `excerpt` shortened sentences, `headline` what became of the headline, `words` what is said.

`scan_page` is the report of a scan, of `findings`: `overview` its first screen with its `charts`, `story` one story
as data for the script, and its diffs, `scan_words` what is said.
"""
