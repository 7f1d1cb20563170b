"""Articles as Elasticsearch documents, and the query that finds candidates for a new one. Needs no server itself.

    client.indices.create(index="articles", mappings=MAPPINGS)
    elasticsearch.helpers.bulk(client, (action(article) for article in dedup.read("articles.jsonl")))
    hits = client.search(index="articles", **query(new))["hits"]["hits"]
    matches = [dedup.compare(new, {**hit["_source"], "id": hit["_id"]}) for hit in hits]  # the exact figures
"""

from typing import Any

import dedup

CONTAINMENT, RESEMBLANCE = 0.3, 0.5  # what is to be found: by fingerprints, by bands
KEYS = {"type": "keyword", "doc_values": False}
MAPPINGS = {"properties": {"text": {"type": "text"}, "title": {"type": "text"}, "fingerprints": KEYS, "bands": KEYS,
                           "fingerprint_count": {"type": "integer"}}}  # fmt: skip
NEED = "(int) Math.max(1, Math.ceil(params.share * Math.min(params.own, doc['fingerprint_count'].value)))"


def action(article: dedup.Article, index: str = "articles") -> dict[str, Any]:
    """A document for `elasticsearch.helpers.bulk`; the same article again overwrites its document."""
    return {"_index": index, "_id": article.id, "title": article.title, "text": article.text, **keys(article.text)}


def keys(text: str) -> dict[str, Any]:
    prints = [f"{value:016x}" for value in dedup.fingerprints(text)]  # 64 bits do not fit a "long"
    bands = dedup.bands(dedup.signature(text), *dedup.choose_bands(RESEMBLANCE)) if prints else []
    # A text of up to 64 shingles keeps all of them, a longer one a tenth: a single one in common must do for the short.
    count = len(prints) if len(dedup.shingles(text)) > 64 else min(1, len(prints))
    return {"fingerprints": prints, "bands": [f"{value:016x}" for value in bands], "fingerprint_count": count}


def query(article: dedup.Article, size: int = 100) -> dict[str, Any]:
    """The body of a search: documents that share enough fingerprints (a third of what containment asks) or a band."""
    own = keys(article.text)
    script = {"source": NEED, "params": {"share": CONTAINMENT / 3, "own": own["fingerprint_count"]}}
    enough = {"fingerprints": {"terms": own["fingerprints"], "minimum_should_match_script": script}}
    should = [{"terms_set": enough}, {"terms": {"bands": own["bands"]}}]
    return {"query": {"bool": {"should": should, "must_not": {"ids": {"values": [article.id]}}}}, "size": size}
