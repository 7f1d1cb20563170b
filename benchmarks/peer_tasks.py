"""The jobs that `peers.py` measures, each run in a process of its own.

    python peer_tasks.py prepare CORPUS.parquet FOLDER LIMIT RESULT.json
    python peer_tasks.py TOOL FOLDER CORES RESULT.json

A job is timed in four parts: importing the tool (worker processes included), reading the file into what the tool takes
(a list of strings; for Daft and dedup an Arrow table), a warm-up on a few articles, and the work itself, from texts to
sketches, tokenising included. Each peer is used the way its own documentation does it for many texts.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from measure import describe_corpus

NUM_PERM = 128
NGRAM = 5
SEED = 42
CHUNK = 200  # articles handed to a worker process, or to one of Daft's threads, at a time
WARM_UP = 2 * CHUNK
SAMPLE = 1000  # articles of the rehearsal

find_words = re.compile(r"\w+").findall


@dataclass(frozen=True)
class Job:
    """`load` turns a table of articles into the tool's input, `run` returns how many sketches it made of that."""

    load: Callable[[Any], Any]
    run: Callable[[Any], int]


def load_texts(table: Any) -> list[str]:
    return table["text"].to_pylist()


def cut_shingles(text: str) -> list[bytes]:
    """The 5-grams of lower-cased words, for the peers that leave the tokenising to their user."""
    words = [word.encode() for word in find_words(unicodedata.normalize("NFC", text).lower())]
    return [b" ".join(words[i : i + NGRAM]) for i in range(max(1, len(words) - NGRAM + 1))]


def dedup_fingerprints(stack: ExitStack, cores: int) -> Job:
    return _dedup(cores, signatures=False)


def dedup_signatures(stack: ExitStack, cores: int) -> Job:
    return _dedup(cores, signatures=True)


def _dedup(cores: int, *, signatures: bool) -> Job:
    """The signatures come on top of the fingerprints: that is how dedup makes them."""
    from dedup import Params
    from dedup.sketch import sketch

    params = Params(num_perm=NUM_PERM, threads=cores)
    return Job(lambda table: table["text"], lambda column: len(sketch(column, params, signatures=signatures)))


def daft_minhash(stack: ExitStack, cores: int) -> Job:
    """Daft's guide "MinHash Deduplication": normalize with all four steps, then minhash with xxhash."""
    return _daft(lambda frame: frame)


def daft_minhash_in_parts(stack: ExitStack, cores: int) -> Job:
    """The same on parts of the table: Daft takes so small a table for one piece of work and leaves it to one core."""
    return _daft(lambda frame: frame.into_batches(CHUNK))


def _daft(part: Callable[[Any], Any]) -> Job:
    import daft
    from daft.functions import minhash, normalize

    clean = normalize(daft.col("text"), remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    values = minhash(clean, num_hashes=NUM_PERM, ngram_size=NGRAM, seed=SEED, hash_function="xxhash")
    return Job(
        lambda table: part(daft.from_arrow(table)), lambda frame: len(frame.select(values.alias("minhash")).collect())
    )


def datasketch_minhash(stack: ExitStack, cores: int) -> Job:
    import datasketch  # noqa: F401  (the worker processes have it from here)

    return _spread(stack, cores, sketch_with_datasketch)


def sketch_with_datasketch(texts: list[str]) -> Any:
    """`MinHash.generator`: its documented way for many sets, `update_batch` without making the permutations anew."""
    import numpy as np
    from datasketch import MinHash

    shingles = (cut_shingles(text) for text in texts)
    return np.vstack([sketch.hashvalues for sketch in MinHash.generator(shingles, num_perm=NUM_PERM)])


def rensa_minhash(stack: ExitStack, cores: int) -> Job:
    import rensa  # noqa: F401  (the worker processes have it from here)

    return _spread(stack, cores, sketch_with_rensa)


def sketch_with_rensa(texts: list[str]) -> Any:
    """Full-set R-MinHash, which its README asks for where order must not matter, by its fastest way for bytes."""
    import numpy as np
    from rensa import RMinHash

    shingles = [cut_shingles(text) for text in texts]
    matrix = RMinHash.digest_matrix_from_token_byte_sets(shingles, num_perm=NUM_PERM, seed=SEED)
    return np.array(matrix.to_rows(), dtype=np.uint32)


def _spread(stack: ExitStack, cores: int, function: Callable[[list[str]], Any]) -> Job:
    """A peer whose tokenising is Python gets a process for each core, or it would have the use of one only."""
    import numpy as np

    pool = stack.enter_context(get_context("fork").Pool(cores))  # before anything starts a thread

    def run(texts: list[str]) -> int:
        chunks = [texts[i : i + CHUNK] for i in range(0, len(texts), CHUNK)]
        return len(np.vstack(pool.map(function, chunks, chunksize=1)))

    return Job(load_texts, run)


JOBS: dict[str, Callable[[ExitStack, int], Job]] = {
    "dedup-fingerprints": dedup_fingerprints,
    "dedup-signatures": dedup_signatures,
    "daft": daft_minhash,
    "daft-parts": daft_minhash_in_parts,
    "datasketch": datasketch_minhash,
    "rensa": rensa_minhash,
}


def measure(name: str, folder: Path, cores: int) -> dict[str, float]:
    """Runs one job over `folder/articles.parquet`; seconds of each part, and the number of sketches."""
    with ExitStack() as stack:
        started = perf_counter()
        job = JOBS[name](stack, cores)
        imported = perf_counter()
        table = read_table(folder / "articles.parquet")
        articles = job.load(table)
        read = perf_counter()
        job.run(job.load(table.slice(0, WARM_UP)))
        warm = perf_counter()
        made = job.run(articles)
        done = perf_counter()
    parts = {"import": imported - started, "read": read - imported, "warm_up": warm - read, "work": done - warm}
    return {**parts, "made": made}


def read_table(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=["id", "text"])


def prepare(corpus: Path, folder: Path, limit: int) -> dict[str, Any]:
    """Writes the first `limit` articles (0: all), and a sample for the rehearsal, as files with id and text only."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = read_table(corpus)
    table = table.slice(0, limit or table.num_rows)
    ids = [str(value) for value in table["id"].to_pylist()]
    texts = [value or "" for value in table["text"].to_pylist()]
    rows = pa.array([f"{n:09}" for n in range(len(texts))])  # a tool's results tell rows by their numbers
    table = pa.table({"id": rows, "text": pa.array(texts, pa.string())})
    for name, part in (("all", table), ("sample", table.slice(0, SAMPLE))):
        (folder / name).mkdir()
        pq.write_table(part, folder / name / "articles.parquet")
    return describe_corpus(zip(ids, texts, strict=True))


def main(name: str, source: str, *rest: str) -> None:
    if name == "prepare":
        folder, limit, result = rest
        found: dict[str, Any] = prepare(Path(source), Path(folder), int(limit))
    else:
        cores, result = rest
        found = measure(name, Path(source), int(cores))
    Path(result).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
