"""Takes articles from a queue: adds each to an index, hands the answer on, then acknowledges.

    python queue_consumer.py inbox news.db    # a message is a file inbox/*.json; it is acknowledged by removing it

What is delivered again, because the consumer was killed before it could acknowledge, changes nothing and gets the same
answer. With RabbitMQ, Kafka or SQS nothing is different but how messages come, are acknowledged and rejected.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import dedup

acknowledge = Path.unlink


def reject(message: Path) -> None:
    message.rename(message.with_suffix(".rejected"))


def consume(inbox: Path, index: dedup.Index) -> Iterator[dedup.Added]:
    """The answer to each message, which is acknowledged when the next answer is asked for."""
    for message in sorted(inbox.glob("*.json")):
        try:
            (added,) = index.add(json.loads(message.read_bytes()))  # on disk, or raises
        except (ValueError, dedup.ArticleError):  # no JSON, no text, no id: it would come again for ever
            reject(message)
        else:
            yield added
            acknowledge(message)


if __name__ == "__main__":
    with dedup.Index(sys.argv[2]) as index:
        for added in consume(Path(sys.argv[1]), index):
            print(added.id, added.story, *(match.relation for match in added.matches))
