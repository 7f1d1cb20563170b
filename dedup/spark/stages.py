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
from dedup.spark.parcels import PARCEL, deliver, thaw
from dedup.spark.session import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["run"]

log = logging.getLogger("dedup.spark")
_REASONS = {articles.NO_WORDS: "no words", articles.NO_TEXT: "no text", articles.NO_ID: "no id"}
# Adaptive plans forget how a stored stage is parted, so its texts would travel again; nothing goes through the driver.
# Rows are few and wide: to compile code for each stage takes longer than to interpret it.
_SETTINGS = {
    "spark.sql.adaptive.enabled": "false", "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}  # fmt: skip


def run(
    df: DataFrame, params: Params, furniture: Furniture, partitions: int
) -> tuple[DataFrame, DataFrame]:
    """The matches (ids and figures) and the stories, both computed and stored."""
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
    sketched = keep(articles.sketch(chosen, params, furniture, partitions), "sketches")
    members = keep(deliver(articles.find_versions(sketched, partitions), partitions), "ids and versions")
    _name_left_out(members)
    plan = keep(candidates.find_pairs(sketched, params, partitions), "candidates")
    lookup = blocks.Lookup(blocks.keep_frames(sketched), members.where(f"kind = {articles.MEMBERS}"), partitions)
    compared = blocks.compare(plan, lookup, params, furniture, copies=True, has_credits=has_credits)
    found = keep(compared, "comparing")
    labels = grouping.find_labels(found, keep, partitions)
    laid = keep(deliver(grouping.lay_out(found, labels, partitions), partitions), "components")
    webs = grouping.Webs(laid, df.sparkSession.createDataFrame([], PARCEL), partitions)
    if not plan.where(f"kind = {candidates.CROWD}").isEmpty():
        webs = _join_anchors(webs, lookup, (params, furniture), keep)
    told, asked = webs, keep(grouping.ask_shared(webs), "round-ups")
    if not asked.isEmpty():
        told = webs.add(blocks.count_shared(asked, lookup, params, furniture))
    stages.begin_results()
    stories = keep(grouping.tell_stories(told), "stories")
    matches = keep(grouping.tell_matches(webs), "matches")
    lookup.frames.unpersist()
    stages.drop()
    return matches, stories


def _name_left_out(members: DataFrame) -> None:
    """Logs how many rows are left out, by reason, and the smallest id of each."""
    for parcel in members.where(f"kind = {articles.LEFT_OUT}").collect():  # one, of the first place
        for row in sorted(thaw(parcel.data).to_pylist(), key=lambda row: -row["size"]):
            told = f" ({row['id']!r} …)" if row["id"] else ""
            log.warning("%d left out: %s%s", row["rows"], _REASONS[row["size"]], told)


def _join_anchors(
    webs: grouping.Webs, lookup: blocks.Lookup, by: tuple[Params, Furniture], keep: Keep
) -> grouping.Webs:
    """The webs with the matches of versions and anchors that crowds left out, as `api.crowds.join_anchors`."""
    for number in range(ROUNDS):
        asked = keep(grouping.find_unexamined(webs, is_later=number > 0), "crowds")
        if asked.where(f"kind = {candidates.PAIR}").isEmpty():
            break
        found = keep(blocks.compare(asked, lookup, *by, copies=False, has_credits=False), "crowds")
        webs = webs.add(found.where(f"kind = {blocks.ROWS}")).add(asked.where(f"kind = {grouping.TRIED}"))
    return webs
