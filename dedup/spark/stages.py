"""The stages of a scan on Spark, one after the other; what several of them read is kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from dedup.api.crowds import ROUNDS
from dedup.furniture import Furniture
from dedup.models import Params
from dedup.spark import articles, blocks, candidates, grouping
from dedup.spark.components import Keep
from dedup.spark.session import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["run"]

log = logging.getLogger("dedup.spark")
_REASONS = {articles.NO_WORDS: "no words", articles.NO_TEXT: "no text", articles.NO_ID: "no id"}
# Adaptive plans forget how a stored stage is parted, so its texts would travel again; nothing goes through the driver.
_SETTINGS = {"spark.sql.adaptive.enabled": "false", "spark.sql.autoBroadcastJoinThreshold": "-1"}


def run(
    df: DataFrame, params: Params, furniture: Furniture, partitions: int
) -> tuple[DataFrame, DataFrame]:
    """The matches (as `blocks.FOUND` has them) and the stories, both computed and stored."""
    settings = {**_SETTINGS, "spark.sql.shuffle.partitions": str(partitions)}
    conf = df.sparkSession.conf
    before = {name: conf.get(name) for name in settings}
    try:
        for name, value in settings.items():
            conf.set(name, value)
        # Spark has a task for each processor
        return _run(df, replace(params, threads=1), furniture, partitions)
    finally:
        for name, former in before.items():
            conf.set(name, str(former))


def _run(
    df: DataFrame, params: Params, furniture: Furniture, partitions: int
) -> tuple[DataFrame, DataFrame]:
    stages = Stages(df.sparkSession)
    keep = stages.store
    has_credits = bool({"source", "published"} & set(df.columns))
    chosen = articles.select_articles(df)
    sketched = keep(articles.sketch(chosen, params, furniture), "sketches")
    _name_left_out(sketched)
    named = articles.name_articles(sketched, partitions)
    members = keep(articles.find_versions(named, partitions), "ids and versions")
    plan = keep(candidates.find_pairs(sketched, params, partitions), "candidates")
    lookup = blocks.Lookup(blocks.keep_frames(sketched), members, partitions)
    compared = blocks.compare(plan, lookup, params, furniture, copies=True, has_credits=has_credits)
    found = keep(compared, "comparing")
    labels = keep(grouping.find_labels(found, keep), "components")
    found = keep(grouping.mark_components(found, labels), "components")
    if not plan.where(f"kind = {candidates.CROWD}").isEmpty():
        found = _join_anchors(found, labels, lookup, (params, furniture), keep)
    asked = keep(candidates.plan_work(grouping.ask_shared(found, labels, partitions), partitions), "round-ups")
    shared = None if asked.isEmpty() else blocks.count_shared(asked, lookup, params, furniture)
    stages.begin_results()
    stories = keep(grouping.tell_stories(found, shared, labels, partitions), "stories")
    matches = keep(found.where(f"kind = {blocks.MATCH}"), "matches")
    lookup.frames.unpersist()
    stages.drop()
    return matches, stories


def _name_left_out(sketched: DataFrame) -> None:
    """Logs how many rows are left out, by reason, and the smallest id of each."""
    from pyspark.sql import functions as f

    rows = sketched.where("size < 0").groupBy("size").agg(f.count("size").alias("rows"), f.min("id").alias("id"))
    for row in sorted(rows.collect(), reverse=True):
        log.warning("%d left out: %s%s", row.rows, _REASONS[row.size], f" ({row.id!r} …)" if row.id else "")


def _join_anchors(
    found: DataFrame, labels: DataFrame, lookup: blocks.Lookup, by: tuple[Params, Furniture], keep: Keep
) -> DataFrame:
    """What is found with the matches of versions and anchors that crowds left out, as `api.crowds.join_anchors`."""
    tried = None
    for _ in range(ROUNDS):
        parcels = grouping.find_unexamined(found, tried, labels, lookup.partitions)
        plan = keep(candidates.plan_work(parcels, lookup.partitions), "crowds")
        if plan.isEmpty():
            break
        more = blocks.compare(plan, lookup, *by, copies=False, has_credits=False)
        more = grouping.mark_components(more.where(f"kind = {blocks.MATCH}"), labels)
        found = found.unionByName(keep(more, "crowds"))
        pairs = candidates.list_pairs(plan)
        tried = pairs if tried is None else tried.unionByName(pairs)
    return found
