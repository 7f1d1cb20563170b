"""The whole job with the peers that are libraries: a Parquet file of articles in, a JSON file of pairs out.

    python peer_lsh.py datasketch|datasketch-bulk|rensa ARTICLES.parquet PAIRS.json

Each as its documentation shows it for such a search, in one process; both leave the tokenising to their user.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from peer_tasks import NUM_PERM, SEED, cut_shingles, read_table

THRESHOLD = 0.7
BANDS = 16  # of 8 values: the threshold is (1/16) ** (1/8) = 0.71


def pair_with_datasketch(texts: list[str]) -> list[tuple[int, int]]:
    """Its guide "MinHash LSH": a sketch is updated with one shingle after the other; query, then insert."""
    from datasketch import MinHash

    def sketch(text: str) -> Any:
        made = MinHash(num_perm=NUM_PERM)
        for shingle in cut_shingles(text):
            made.update(shingle)
        return made

    return _pair_with_lsh(map(sketch, texts))


def pair_with_datasketch_bulk(texts: list[str]) -> list[tuple[int, int]]:
    """The same with `MinHash.generator`, the fastest documented way to make many sketches."""
    from datasketch import MinHash

    return _pair_with_lsh(MinHash.generator(map(cut_shingles, texts), num_perm=NUM_PERM))


def _pair_with_lsh(sketches: Iterable[Any]) -> list[tuple[int, int]]:
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM)
    pairs: list[tuple[int, int]] = []
    for number, sketch in enumerate(sketches):
        pairs += [(other, number) for other in index.query(sketch)]
        index.insert(number, sketch)
    return pairs


def pair_with_rensa(texts: list[str]) -> list[tuple[int, int]]:
    """Full-set R-MinHash, made and looked up in batches; what its index finds is compared by the sketches."""
    from rensa import RMinHash, RMinHashLSH

    shingles = [[shingle.decode() for shingle in cut_shingles(text)] for text in texts]
    sketches = RMinHash.from_token_sets(shingles, num_perm=NUM_PERM, seed=SEED)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM, num_bands=BANDS)
    index.insert_many(sketches)
    return [
        (other, number)
        for number, found in enumerate(index.query_all(sketches))
        for other in found
        if other < number and sketches[other].jaccard(sketches[number]) >= THRESHOLD
    ]


PEERS: dict[str, Callable[[list[str]], list[tuple[int, int]]]] = {
    "datasketch": pair_with_datasketch,
    "datasketch-bulk": pair_with_datasketch_bulk,
    "rensa": pair_with_rensa,
}


def main(name: str, articles: str, target: str) -> None:
    pairs = PEERS[name](read_table(Path(articles))["text"].to_pylist())
    Path(target).write_text(json.dumps(pairs), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
