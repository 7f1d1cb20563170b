"""Articles put into an index: matched with what is there, kept, and settled in stories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set

import numpy as np

from dedup import kernels
from dedup.api.choose import moment
from dedup.api.index.around import Around, those_examined
from dedup.api.index.bench import Bench
from dedup.api.index.intake import Batch, Found, Outcome, Rules, hashes_of, told_of
from dedup.api.index.looking import recall
from dedup.api.index.probing import probe
from dedup.api.index.stories import Key, Link, Newcomer, forget, name_apart, settle
from dedup.api.matches import Rows
from dedup.api.web import JOINING
from dedup.sketch import Sketches
from dedup.store import Entry, Ledger, Tale, Version, check_there

__all__ = ["add", "resume"]


def add(ledger: Ledger, batch: Batch, rules: Rules) -> list[Outcome]:
    """Puts the articles of a batch in, as if one after the other, and says what became of each."""
    rules.recent.begin(ledger.following())
    known = ledger.find([entry.id for entry in batch.entries])
    there = ledger.articles(known.values())
    outcomes = [Outcome() for _ in batch.entries]
    fresh: list[int] = []  # of unknown ids: nothing that they meet changes meanwhile, so they arrive together
    for place, entry in enumerate(batch.entries):
        old = there.get(known.get(entry.id, -1))
        if old is None:
            fresh.append(place)
            continue
        _arrive(ledger, batch, rules, fresh, outcomes)
        fresh = []
        if old.digest == entry.digest:
            one = Batch([batch.articles[place]], [entry], batch.sketches.take(np.array([place])))
            outcomes[place] = recall(ledger, one, old, rules)
        else:
            outcomes[place].former = old
            _arrive(ledger, batch, rules, [place], outcomes)
    _arrive(ledger, batch, rules, fresh, outcomes)
    return outcomes


def _arrive(
    ledger: Ledger, batch: Batch, rules: Rules, which: Sequence[int], outcomes: Sequence[Outcome]
) -> None:  # fmt: skip
    """Puts some articles of a batch in, by their places: new ones, or a revision alone."""
    if not which:
        return
    if rules.around is not None:  # the order in which a scan makes stories
        words = batch.sketches.syllables[:, 0].tolist()
        key = {place: (moment(batch.articles[place].published), -words[place]) for place in which}
        which = sorted(which, key=lambda place: (*key[place], batch.articles[place].id))
    vacant: dict[int, Tale] = {}
    if (old := outcomes[which[0]].former) is not None:
        vacant.update((which[0], tale) for tale in forget(ledger, [old.number]))
        ledger.keep_former(old, rules.params.revisions)
    following = ledger.following()
    arriving = _Arriving(ledger, batch, rules, (which, range(following, following + len(which))))
    ledger.insert(*arriving.rows())
    arriving.settle(outcomes, vacant)


def resume(ledger: Ledger, batch: Batch, numbers: Sequence[int], rules: Rules) -> None:
    """Sketches anew what is there: the articles of a batch, with the numbers that they have."""
    arriving = _Arriving(ledger, batch, rules, (range(len(numbers)), numbers))
    ledger.resume(*arriving.rows())
    arriving.settle([Outcome() for _ in numbers], {})


class _Arriving:
    """The articles of a batch that are not there yet, while they are put in.

    Args:
        ledger, batch, rules: where, what and how.
        which: their places in the batch, and the numbers that they get.
    """

    def __init__(
        self, ledger: Ledger, batch: Batch, rules: Rules, which: tuple[Sequence[int], Sequence[int]]
    ) -> None:  # fmt: skip
        self._ledger, self._rules = ledger, rules
        self._fresh, self._numbers = which
        sketches = batch.sketches.take(np.array(self._fresh, np.int64))
        self._entries, self._founders = self._number(batch, sketches)
        self._members: dict[int, list[int]] = {}
        for place, entry in enumerate(self._entries):
            self._members.setdefault(entry.version, []).append(place)
        self._sketches = sketches.take(np.array(self._founders, np.int64))
        self._pairs = probe(ledger, self._sketches, rules.params)
        self._bench = Bench(rules, self._entries)
        self._asked: dict[int, set[int]] = {}  # with which versions each new one is compared
        rows = self._bench.compare(*self._meet())
        self._met: dict[tuple[int, int], list[tuple[tuple[int, int], Found]]] = {}  # what was found with an anchor
        self._events: dict[int, tuple[dict[int, int], dict[int, int]]] = {}  # matches, and what was not examined
        if rules.around is not None:
            rows = self._link_events(rows, batch, rules.around)
        self._found = self._by_place(rows)

    def rows(self) -> tuple[list[Entry], list[Version]]:
        """What is to be kept of them: the articles, and the versions that they found."""
        starts = self._sketches.starts.tolist()
        ends = zip(self._founders, self._sketches.selected.tolist(), starts, starts[1:], strict=False)
        keys, numbers = self._sketches.fingerprints, self._numbers
        versions = [
            Version(numbers[at], self._hashes[at], selected, keys[lo:hi], numbers[at]) for at, selected, lo, hi in ends
        ]
        return self._entries, versions

    def _number(self, batch: Batch, sketches: Sketches) -> tuple[list[Entry], list[int]]:
        """The entries with their numbers and versions; the places of those that found one."""
        numbers = self._numbers
        hashes, has_words = hashes_of(sketches), sketches.syllables[:, 0] > 0
        for at in np.flatnonzero(~has_words).tolist():
            hashes[at] = bytes(8) + numbers[at].to_bytes(8, "little")  # like no other
        self._hashes = hashes
        homes = self._ledger.same_text([hashes[at] for at in np.flatnonzero(has_words).tolist()])
        entries, founders = [], []
        for at, place in enumerate(self._fresh):
            version = homes.setdefault(hashes[at], numbers[at])
            if version == numbers[at]:
                founders.append(at)
            entries.append(_numbered(batch.entries[place], numbers[at], version))
        return entries, founders

    def _meet(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The pairs of versions to compare, and the copies with their delegates, by local numbers."""
        numbers, founders = self._pairs.number.tolist(), self._founders
        asked = [
            (founders[x], self._entries[founders[-1 - n]].version if n < 0 else n)
            for x, n in zip(self._pairs.new.tolist(), numbers, strict=True)
        ]
        for at, version in asked:
            self._asked.setdefault(at, set()).add(version)
        own = {self._entries[at].number for at in founders}
        copies = [(at, entry.version) for at, entry in enumerate(self._entries) if entry.version != entry.number]
        stand_in = self._stand_ins({version for _, version in (*asked, *copies)} - own)
        bench = self._bench
        pairs = [bench.by_id(bench.own(at), one) for at, v in asked if (one := stand_in(at, v)) is not None]
        apart = [(one, bench.own(at)) for at, v in copies if (one := stand_in(at, v)) is not None]
        return pairs, apart

    def _link_events(self, rows: Rows, batch: Batch, around: Around) -> Rows:
        """The matches with those on one event, which are noted too."""
        bench, ledger = self._bench, self._ledger
        worded = np.flatnonzero(self._sketches.syllables[:, 0] > 0)
        places = [self._founders[n] for n in worded.tolist()]
        told = told_of([self._entries[at] for at in places], self._sketches.take(worded))
        found = around.enter(ledger, told, self._rules.params, ledger.count() + len(self._entries))
        examined = [those_examined(alike, self._rules.params) for alike in found]
        stand_in = self._stand_ins({v for few in examined for v in few} - {self._entries[at].number for at in places})
        pairs = [
            (bench.own(at), other, likeness)
            for at, few in zip(places, examined, strict=True)
            for version, likeness in few.items() if (other := stand_in(at, version)) is not None
        ]  # fmt: skip
        rows, matched = bench.link(rows, pairs)
        for at, alike, few in zip(places, found, examined, strict=True):
            further = {version: value for version, value in alike.items() if version not in few}
            self._events[at] = {}, further
        for (a, b), likeness in matched.items():
            at, other = (a, b) if bench.place[a] > bench.place[b] else (b, a)
            self._events[bench.place[at]][0][bench.entries[other].version] = likeness
        return rows

    def _stand_ins(self, there: Set[int]) -> Callable[[int, int], int | None]:
        """Which local number stands for a version when an article arrives: that of the smallest id it may meet."""
        ledger, rules, entries = self._ledger, self._rules, self._entries
        if rules.are_plain:
            chosen = ledger.delegates(there)
            kept = rules.recent.articles(ledger, chosen.values())
            options = {version: [kept[number]] for version, number in chosen.items()}
        else:
            numbers = {version: [copy.number for copy in ledger.copies(version)] for version in there}
            kept = ledger.articles({n for many in numbers.values() for n in many})
            options = {version: [kept[n] for n in many] for version, many in numbers.items() if many}
        check_there(there, options)
        always = {v: self._bench.there(options[v][0]) for v in sorted(there - self._members.keys()) if rules.are_plain}

        def stand_in(at: int, version: int) -> int | None:
            if (one := always.get(version)) is not None:
                return one
            mine = entries[at]
            old = [(entry.id, -1, entry) for entry in options.get(version, ()) if rules.may_meet(mine, entry)]
            new = [
                (entries[other].id, other, entries[other])
                for other in self._members.get(version, ()) if other < at and rules.may_meet(mine, entries[other])
            ]  # fmt: skip
            if not old and not new:
                return None
            _, place, entry = min((*old, *new), key=lambda one: one[0])
            return self._bench.there(entry) if place < 0 else self._bench.own(place)

        return stand_in

    def _by_place(self, rows: Rows) -> dict[int, list[tuple[tuple[int, int], Found]]]:
        """What was found, by the later article of each pair."""
        found: dict[int, list[tuple[tuple[int, int], Found]]] = {}
        place = self._bench.place
        for pair, match in self._bench.read(rows):
            found.setdefault(max(place[pair[0]], place[pair[1]]), []).append((pair, match))
        return found

    # ---------------------------------------------------------------------------------------------------------- stories

    def settle(self, outcomes: Sequence[Outcome], vacant: Mapping[int, Tale]) -> None:
        """Puts each article into its story and writes down what became of it."""
        ledger = self._ledger
        meets_crowd = {at for at, meets in zip(self._founders, self._pairs.meets_crowd.tolist(), strict=True) if meets}
        taken = ledger.named([entry.id for entry in self._entries])
        joining = {at: self._links(at) for at in self._founders}
        self._compare_anchors(self._anchors({at: joining[at] for at in meets_crowd}))
        for at, entry in enumerate(self._entries):
            outcome, left = outcomes[self._fresh[at]], vacant.get(self._fresh[at])
            if entry.version != entry.number:
                self._join_copies(entry, outcome, left)
            else:
                links = joining[at]
                if at in meets_crowd and links:
                    links = self._meet_anchors(at, links)
                arrival, events = None, self._events.get(at, ({}, {}))
                if links or events[0] or left is not None:
                    newcomer = Newcomer(entry.number, self._key(at, entry.id), links, *events, left)
                    arrival = settle(ledger, newcomer, self._overlaps)
                if arrival is not None:
                    outcome.story, outcome.merged = arrival.tale.id, arrival.merged
                else:
                    outcome.story, outcome.is_new_story = self._found_story(entry, entry.id in taken), True
            outcome.matches = [found for _, found in self._found.get(at, ())]

    def _found_story(self, entry: Entry, is_taken: bool) -> str:
        if not is_taken:
            return entry.id
        ledger = self._ledger

        def has(name: str) -> bool:
            return bool(ledger.named([name])) or (name != entry.id and bool(ledger.find([name])))

        tale = Tale(entry.number, name_apart(has, entry.id), entry.number)
        ledger.put_tale(tale)
        return tale.id

    def _join_copies(self, entry: Entry, outcome: Outcome, left: Tale | None) -> None:
        """A copy is in the story of its version."""
        (story,) = self._ledger.stories_of([entry.version]).values()
        outcome.story = self._ledger.tales([story])[story].id
        if left is not None:
            self._ledger.merge([left.number], story, entry.number)
            outcome.merged = (left.id,)

    def _links(self, at: int) -> list[Link]:
        """The matches of a new version that join stories."""
        links, entries = [], self._bench.entries
        me = self._bench.own(at)
        for (a, b), found in self._found.get(at, ()):
            shared, size_a, size_b, _, relation, _ = found.figures
            if relation not in JOINING:
                continue
            other, own_size, size = (b, size_a, size_b) if a == me else (a, size_b, size_a)
            key: Key = (self._moment(other), -size, entries[other].id)
            share = shared / max(1, min(own_size, size))
            links.append(Link(entries[other].version, shared, share, shared / max(1, own_size), key))
        return links

    def _anchors(self, links: Mapping[int, Sequence[Link]]) -> set[tuple[int, int]]:
        """The new ones with those anchors of the stories of their links that they were not compared with."""
        ledger = self._ledger
        home = ledger.stories_of({link.version for few in links.values() for link in few})
        tales = ledger.tales({*home.values()})
        return {
            (at, anchor) for at, few in links.items()
            for anchor in {tales[home[link.version]].anchor for link in few} - {link.version for link in few}
            if anchor not in self._asked.get(at, ())
        }  # fmt: skip

    def _compare_anchors(self, asked: Iterable[tuple[int, int]]) -> None:
        """Compares new ones, by their places, with anchors."""
        bench, pairs, asked = self._bench, {}, sorted(asked)
        if not asked:
            return
        stand_in = self._stand_ins({version for _, version in asked})
        for at, version in asked:
            self._met[at, version] = []
            if (one := stand_in(at, version)) is not None:
                pairs[bench.by_id(bench.own(at), one)] = at, version
        for pair, found in bench.read(bench.compare([*pairs], [])):
            self._met[pairs[pair]].append((pair, found))

    def _meet_anchors(self, at: int, links: list[Link]) -> list[Link]:
        """The links with those to the anchors of their stories: a crowd's hubs were all that it was compared with."""
        missing = self._anchors({at: links})
        if not missing:
            return links
        self._compare_anchors(missing - self._met.keys())
        found = [one for pair in sorted(missing) for one in self._met[pair]]
        by_text = {pair for pair, _ in found}
        others = [one for one in self._found.get(at, []) if one[0] not in by_text]
        self._found[at] = sorted(others + found, key=lambda one: one[1][:2])
        return self._links(at)

    def _moment(self, local: int) -> float:
        return moment(self._bench.shelf.details[local].get("published"))

    def _key(self, at: int, id: str) -> Key:
        return self._moment(self._bench.own(at)), self._size(at), id

    def _size(self, at: int) -> int:
        """The shingles of a new version, negative; it has matches, which say it."""
        me = self._bench.own(at)
        for (a, _), found in self._found.get(at, ()):
            return -found.figures[1 if a == me else 2]
        return 0

    def _overlaps(self, pairs: Sequence[tuple[int, int]]) -> Sequence[int]:
        """The shingles that two versions share which the article was compared with."""
        used = {version for pair in pairs for version in pair}
        local = {entry.version: n for n, entry in enumerate(self._bench.entries) if entry.version in used}
        left, right = np.array([(local[a], local[b]) for a, b in pairs], np.int64).reshape(-1, 2).T
        ready, i, j = self._bench.shelf.corpus.prepare_pairs(left, right)
        shared: list[int] = kernels.overlaps(ready.shingles, ready.shingle_starts, i, j).tolist()
        return shared


def _numbered(entry: Entry, number: int, version: int) -> Entry:
    return Entry(number, entry.id, version, entry.day, entry.source, entry.digest, entry.details, entry.body)
