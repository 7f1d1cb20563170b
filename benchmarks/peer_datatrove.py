"""datatrove's MinHash deduplication, as its `examples/minhash_deduplication.py` has it, run locally.

    python peer_datatrove.py FOLDER CORES

FOLDER has part-*.parquet, one for each processor: datatrove gives every task whole files. Its example's configuration
(5-grams, 14 buckets of 8 hashes, 64 bits) with the language of the articles; FOLDER/output has what it keeps.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Any


def main(folder: Path, cores: int) -> None:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import (
        MinhashConfig,
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
    )
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.typeshelper import Languages

    config = MinhashConfig(hash_config=HashConfig(precision=64), num_buckets=14, hashes_per_bucket=8)
    signatures, buckets, clusters = (str(folder / name) for name in ("signatures", "buckets", "clusters"))
    reader = ParquetReader(str(folder), glob_pattern="part-*.parquet")
    before: Any = None
    for tasks, pipeline in (
        (cores, [reader, MinhashDedupSignature(signatures, config, language=Languages.vietnamese)]),
        (config.num_buckets, [MinhashDedupBuckets(signatures, buckets, config=config)]),
        (1, [MinhashDedupCluster(buckets, clusters, config, save_cluster_id=True)]),
        (cores, [reader, MinhashDedupFilter(clusters), ParquetWriter(str(folder / "output"))]),
    ):
        before = LocalPipelineExecutor(pipeline, tasks, workers=min(tasks, cores), depends=before)
    before.run()


def read_clusters(folder: Path) -> dict[int, int]:
    """The cluster of each row that is in one, by its place in all files together."""
    import pyarrow.parquet as pq

    found, first = {}, 0
    for rank, part in enumerate(sorted(folder.glob("part-*.parquet"))):
        path = folder / "clusters" / f"{rank:06d}.clusters"
        rows = struct.iter_unpack("<2I", path.read_bytes()) if path.exists() else ()
        found |= {first + row: cluster for row, cluster in rows}
        first += pq.read_metadata(part).num_rows
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
