"""`Index`, the only public name here, and the jobs it puts together, from the database up.

settings what a database holds fixed · held, bench its articles beside new ones, compared · intake new ones sketched
· probing candidates · looking what one matches · stories where a version belongs, and what stays when it leaves
· adding the way in · telling a story told · rebuilding all anew.
"""

from __future__ import annotations

from dedup.api.index.index import Index

__all__ = ["Index"]
