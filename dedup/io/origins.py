"""Where the articles of a reader stood: what it takes to go back to the files and copy some of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from dedup.io.places import Place

__all__ = ["Origins"]


class Origins:
    """The place of each article that a reader gave, in that order: two integers an article.

    Attributes:
        places: every file that was begun, in order, also one that gave nothing.
        broken: why a file could not be read, or not to its end, by its number in `places`.

    >>> origins = Origins()
    >>> origins.begin(Place("tin/a.jsonl", "a.jsonl", "jsonl"))
    >>> origins.add(1), origins.add(3)
    (None, None)
    >>> origins[1]
    ('tin/a.jsonl', 3)
    """

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.broken: dict[int, str] = {}
        self._files = array("I")
        self._numbers = array("Q")

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, index: int) -> tuple[str, int]:
        """(path, number): the line where it begins (JSON Lines, CSV), its row (Parquet) or item (JSON), from 1; 0 where
        the file is the one article."""
        return self.places[self._files[index]].path, self._numbers[index]

    def begin(self, place: Place) -> None:
        """The articles that follow stand in this file."""
        self.places.append(place)

    def add(self, number: int, count: int = 1) -> None:
        """Notes so many articles of the file at hand that follow each other; the last one has that number."""
        self._files.extend([len(self.places) - 1] * count)
        self._numbers.extend(range(number - count + 1, number + 1))

    def stop(self, reason: str) -> None:
        """The file at hand cannot be read, or not any further."""
        self.broken[len(self.places) - 1] = reason

    def select(self, kept: Sequence[bool]) -> Iterator[tuple[Place, bytearray, str]]:
        """For every file, in order: (place, mask, why it could not be read at all or "").

        mask[number] is 1 for the articles that are kept; numbers behind its end are not.
        """
        at = 0
        for file, place in enumerate(self.places):
            mask, first = bytearray(), at
            while at < len(self) and self._files[at] == file:
                if kept[at]:
                    number = self._numbers[at]
                    mask += bytes(number + 1 - len(mask))
                    mask[number] = 1
                at += 1
            yield place, mask, self.broken.get(file, "") if at == first else ""
