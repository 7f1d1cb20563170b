"""A service on asyncio: a line of JSON is an article or a list of them, the answer a line with stories and matches.

    python asyncio_service.py news.db 8765    # echo '{"id": "1", "text": "…"}' | nc localhost 8765
"""

import asyncio
import json
import sys

import dedup


async def answer(index: dedup.Index, line: bytes) -> list[dict] | dict:
    """What the index says of each article, once all are on disk; writers wait for each other in threads."""
    try:
        added = await asyncio.to_thread(index.add, json.loads(line))
    except (ValueError, dedup.DedupError) as error:
        return {"error": str(error)}
    return [
        {"id": one.id, "story": one.story, "matches": [[match.a, match.b, match.relation] for match in one.matches]}
        for one in added
    ]


async def serve(path: str, port: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            writer.write(json.dumps(await answer(index, line)).encode() + b"\n")
            await writer.drain()
        writer.close()

    with dedup.Index(path) as index:
        async with await asyncio.start_server(talk, "localhost", port, limit=1 << 24) as server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
