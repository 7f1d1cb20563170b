"""A daily task for Airflow (or cron): what of a day's articles was there already that day or in the week before.

    pip install 'dedup-vi[arrow]'
    PythonOperator(task_id="versions", python_callable=find_versions,    # Airflow hands in ds by its name
                   op_kwargs={"inbox": "/data/articles", "outbox": "/data/versions"})
    python airflow_task.py 2024-05-03 /data/articles /data/versions
"""

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import dedup


def find_versions(ds: str, inbox: str, outbox: str, days: int = 7) -> dict[str, int]:
    """Reads inbox/<ds>.jsonl and those of the `days` before; writes <ds>.matches.parquet and <ds>.decisions.parquet.

    Each file is written whole or not at all, and the same articles give the same bytes: a retry or a backfill does no
    harm. Returns counts (they go to XCom). A missing file of the day itself raises; of earlier days what there is
    counts.
    """
    day = date.fromisoformat(ds)
    files = [Path(inbox, f"{day - timedelta(n)}.jsonl") for n in range(days + 1)]
    earlier = [file for file in files[1:] if file.exists()]
    result = dedup.scan(dedup.read(files[0]), against=dedup.read(*earlier) if earlier else None)
    Path(outbox).mkdir(parents=True, exist_ok=True)
    written = {kind: result.write(Path(outbox, f"{ds}.{kind}.parquet"), kind) for kind in ("matches", "decisions")}
    kept = sum(decision.keep for decision in result.decisions())
    return {**result.counts, **written, "kept": kept}


if __name__ == "__main__":
    print(json.dumps(find_versions(*sys.argv[1:4])))
