"""The tables of an index in PostgreSQL, and the statements that transactions begin with.

Ids and whatever else is text stand as UTF-8 bytes: in the order of code points, and any string of Python fits.
"""

from __future__ import annotations

import hashlib

__all__ = ["LAYOUT", "PLANS", "STATE", "lock", "tables"]

LAYOUT = 1

# Every statement is a look-up by an index; no statistics are needed to know that, and none may talk the planner out of
# it. Local to the transaction, as all that is set here.
_UNWANTED = ("jit", "enable_seqscan", "enable_hashjoin", "enable_mergejoin")
PLANS = "; ".join(f"SET LOCAL {name} = off" for name in _UNWANTED)

# The layout of the tables, how often it was sketched anew, the last number given, how many articles there are.
STATE = "SELECT layout, sketched, given, articles FROM {schema}.state"

_TABLES = """
CREATE TABLE {schema}.settings(name text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE {schema}.state(
    layout int NOT NULL, sketched int NOT NULL, given bigint NOT NULL, articles bigint NOT NULL
);
INSERT INTO {schema}.state VALUES ({layout}, 0, 0, 0);

CREATE TABLE {schema}.articles(
    number bigint PRIMARY KEY, id bytea NOT NULL UNIQUE, version bigint NOT NULL, day int NOT NULL,
    source bigint NOT NULL, digest bytea NOT NULL, packed bytea NOT NULL
);
CREATE INDEX ON {schema}.articles(version, id);
CREATE INDEX ON {schema}.articles(day, number);

CREATE TABLE {schema}.versions(
    number bigint PRIMARY KEY, story bigint NOT NULL, selected int NOT NULL, hash bytea NOT NULL UNIQUE,
    fingerprints bytea NOT NULL
);
CREATE INDEX ON {schema}.versions(story);

-- Who holds a key. The order is that of the version's hash, so the hubs of a crowd are the first ones in the index.
CREATE TABLE {schema}.postings(key bigint NOT NULL, standing bigint NOT NULL, version bigint NOT NULL);
CREATE INDEX ON {schema}.postings(key, standing);

-- A story is named after the article of its number and anchored at that version. Those that are not stand here.
CREATE TABLE {schema}.stories(number bigint PRIMARY KEY, id bytea NOT NULL, anchor bigint NOT NULL);
CREATE INDEX ON {schema}.stories(id);
-- Ids that stories had before they were merged, and by which version.
CREATE TABLE {schema}.names(id bytea PRIMARY KEY, story bigint NOT NULL, by bigint NOT NULL);
CREATE INDEX ON {schema}.names(story);
CREATE INDEX ON {schema}.names(by);
-- The further stories of round-ups.
CREATE TABLE {schema}.joined(version bigint, story bigint, PRIMARY KEY (version, story));
CREATE INDEX ON {schema}.joined(story);

CREATE TABLE {schema}.former(
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number bigint NOT NULL, id bytea NOT NULL,
    version bigint NOT NULL, day int NOT NULL, source bigint NOT NULL, digest bytea NOT NULL, packed bytea NOT NULL
);
CREATE INDEX ON {schema}.former(id);

-- They are compressed, or cannot be.
ALTER TABLE {schema}.articles ALTER packed SET STORAGE EXTERNAL;
ALTER TABLE {schema}.former ALTER packed SET STORAGE EXTERNAL;
ALTER TABLE {schema}.versions ALTER fingerprints SET STORAGE EXTERNAL;
"""


def tables(schema: str) -> str:
    """The statements that make the tables in a schema."""
    return _TABLES.format(schema=schema, layout=LAYOUT)


def lock(schema: str, seconds: float) -> str:
    """The statements that make a transaction the only one that writes; it waits at most so long."""
    key = int.from_bytes(hashlib.blake2b(f"dedup.{schema}".encode(), digest_size=8).digest(), "big", signed=True)
    return f"SET LOCAL lock_timeout = {max(1, round(1000 * seconds))}; SELECT pg_advisory_xact_lock({key})"
