"""The tables of an index in SQLite. Articles and versions are the truth; runs and slices are made from them."""

from __future__ import annotations

__all__ = ["APPLICATION", "TABLES", "VERSION"]

APPLICATION, VERSION = 0x64647570, 1  # "ddup"; the layout of the tables

# Ids are UTF-8 bytes: in the order of code points, and any string of Python fits.
TABLES = """
CREATE TABLE settings(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
-- The last article to be seen, the last number given, how often runs and dead changed, how many articles there are, how
-- often they were sketched anew.
CREATE TABLE state(
    last INTEGER, given INTEGER, runs INTEGER, dead INTEGER, articles INTEGER, sketched INTEGER
);
INSERT INTO state VALUES (0, 0, 0, 0, 0, 0);

CREATE TABLE articles(
    number INTEGER PRIMARY KEY, id BLOB NOT NULL, version INTEGER NOT NULL, day INTEGER NOT NULL,
    source INTEGER NOT NULL, crc INTEGER NOT NULL, digest BLOB NOT NULL, packed BLOB NOT NULL
);
CREATE UNIQUE INDEX articles_id ON articles(id);
CREATE INDEX articles_day ON articles(day);
CREATE INDEX copies ON articles(version, id) WHERE version != number;

CREATE TABLE versions(
    number INTEGER PRIMARY KEY, selected INTEGER NOT NULL, story INTEGER NOT NULL, crc INTEGER NOT NULL,
    hash BLOB NOT NULL, fingerprints BLOB NOT NULL
);
CREATE INDEX versions_story ON versions(story) WHERE story != number;

-- A story is named after the article of its number and anchored at that version. Those that are not stand here.
CREATE TABLE stories(number INTEGER PRIMARY KEY, id BLOB NOT NULL, anchor INTEGER NOT NULL);
CREATE INDEX stories_id ON stories(id);
-- Ids that stories had before they were merged, and by which version.
CREATE TABLE names(id BLOB PRIMARY KEY, story INTEGER NOT NULL, by INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX names_story ON names(story);
CREATE INDEX names_by ON names(by);
-- The stories of round-ups.
CREATE TABLE joined(version INTEGER, story INTEGER, PRIMARY KEY(version, story)) WITHOUT ROWID;
CREATE INDEX joined_story ON joined(story);

CREATE TABLE former(
    place INTEGER PRIMARY KEY, id BLOB NOT NULL, number INTEGER, version INTEGER, day INTEGER, source INTEGER,
    crc INTEGER, digest BLOB, packed BLOB
);
CREATE INDEX former_id ON former(id);

CREATE TABLE runs(
    number INTEGER PRIMARY KEY, first INTEGER, last INTEGER, bits INTEGER, words INTEGER, directory BLOB, filter BLOB
);
CREATE TABLE slices(place INTEGER PRIMARY KEY, postings BLOB NOT NULL);
CREATE TABLE dead(number INTEGER PRIMARY KEY);
"""
