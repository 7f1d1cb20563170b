"""A column for a polars DataFrame of articles: which article each one is a version of.

    pip install 'dedup-vi[arrow]' polars
    python polars_story_ids.py articles.parquet    # with the columns id and text, or their usual other names

Ids have to be distinct. `version_of` is the smallest id of those whose text an article reprints or edits, always
compared directly with it (never A ~ B ~ C), and its own id where there is none. Ids compare as strings: "10" < "9".
"""

import sys

import polars as pl

import dedup


def add_version_of(articles: pl.DataFrame, id: str = "id") -> pl.DataFrame:
    """The same rows in the same order, with one column more; group_by("version_of") gives the groups."""
    version_of: dict[str, str] = {}
    for match in dedup.scan(articles).matches:  # sorted by (a, b): what becomes of a is settled when its turn comes
        is_same = match.resemblance == 1  # a copy matches only the smallest id of its text, and shares its fate
        if match.relation in ("reprint", "edited") and (match.a not in version_of or is_same):
            version_of.setdefault(match.b, version_of.get(match.a, match.a))
    own = pl.col(id).cast(pl.String)
    return articles.with_columns(own.replace(version_of).alias("version_of"))


if __name__ == "__main__":
    table = add_version_of(pl.read_parquet(sys.argv[1]))
    print(table.group_by("version_of").len("versions").filter(pl.col("versions") > 1).sort("version_of"))
