"""What an article matches in an index: one that is asked about, or one that was added before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dedup.api.index.around import those_examined
from dedup.api.index.bench import Bench
from dedup.api.index.intake import Batch, Found, Outcome, Rules, hashes_of, told_of
from dedup.api.index.probing import probe
from dedup.store import Entry, Snapshot, check_there

__all__ = ["look_up", "recall"]

_ALL = 1 << 62


def look_up(snapshot: Snapshot, batch: Batch, rules: Rules) -> list[Found]:
    """The matches of the only article of a batch, each version by its delegate; the article is a."""
    (entry,) = batch.entries
    bench = Bench(rules, batch.entries)
    if not int(batch.sketches.syllables[0, 0]):
        return []
    hash = hashes_of(batch.sketches)[0]
    same = snapshot.same_text([hash]).get(hash)
    others = probe(snapshot, batch.sketches, rules.params, but=same).number.tolist()
    chosen = _delegates(snapshot, entry, [*others, *([same] if same else [])], rules)
    entries = rules.recent.articles(snapshot, chosen.values())
    rules.recent.trust(entries)
    me = bench.own(0)
    versions = [(me, bench.there(entries[chosen[n]])) for n in others if n in chosen]
    copies = [(bench.there(entries[chosen[same]]), me)] if same in chosen else []
    rows = bench.compare(versions, copies)
    if rules.around is not None:
        told = told_of([replace(entry, number=same or 0)], batch.sketches)
        alike = those_examined(rules.around.look(snapshot, told, rules.params, _ALL), rules.params)
        chosen = _delegates(snapshot, entry, sorted(alike), rules)
        entries = snapshot.articles(chosen.values())
        found_alike = [(me, bench.there(entries[number]), alike[version]) for version, number in chosen.items()]
        rows, _ = bench.link(rows, found_alike)
    found = []
    for a, b, *figures in zip(*(column.tolist() for column in rows[:-1]), strict=True):
        other = b if a == me else a
        found.append(Found(entry.id, bench.entries[other].id, figures))
    return sorted(found, key=lambda match: match.b)


def _delegates(snapshot: Snapshot, entry: Entry, versions: Sequence[int], rules: Rules) -> dict[int, int]:
    """The article that stands for each version before this one: the smallest id that it may meet, never its own.

    Raises:
        DamagedError: there is none of a version.
    """
    chosen = snapshot.delegates(versions)
    check_there(versions, chosen)
    if rules.are_plain:
        mine = snapshot.find([entry.id]).get(entry.id)
        suspects = [version for version, number in chosen.items() if number == mine]
    else:
        suspects = list(chosen)
    for version in suspects:
        copies = snapshot.copies(version)
        fitting = [copy.number for copy in copies if copy.id != entry.id and rules.may_meet(entry, copy)]
        del chosen[version]
        if fitting:
            chosen[version] = fitting[0]
    return chosen


def recall(snapshot: Snapshot, batch: Batch, old: Entry, rules: Rules) -> Outcome:
    """What was said of the only article of a batch when it was added: among what was there before it."""
    (story,) = snapshot.stories_of([old.version]).values()
    tale = snapshot.tales([story])[story]
    bench = Bench(rules, batch.entries)
    me, is_founder = bench.own(0), old.number == old.version
    versions, alike = [old.version], dict[int, int]()
    if is_founder:
        versions = probe(snapshot, batch.sketches, rules.params, before=old.number).number.tolist()
        if rules.around is not None and int(batch.sketches.syllables[0, 0]):
            told = told_of([replace(old, number=old.version)], batch.sketches)
            alike = those_examined(rules.around.look(snapshot, told, rules.params, old.number), rules.params)
    fitting = {}
    for version in {**dict.fromkeys(versions), **alike}:
        copies = [copy for copy in snapshot.copies(version) if copy.number < old.number and rules.may_meet(old, copy)]
        if copies:
            fitting[version] = copies[0].number
    entries = snapshot.articles(fitting.values())
    others = {version: bench.there(entries[number]) for version, number in fitting.items()}
    rows = bench.compare([bench.by_id(me, others[v]) for v in versions if v in others], []) if is_founder else (
        bench.compare([], [(o, me) for o in others.values()]))  # fmt: skip
    rows, _ = bench.link(rows, [(me, others[v], likeness) for v, likeness in alike.items() if v in others])
    former = snapshot.former(old.id)
    return Outcome(
        tale.id, is_founder and tale.number == old.version, [found for _, found in bench.read(rows)],
        snapshot.retired(old.version) if is_founder else (), former[0] if former else None,
    )  # fmt: skip
