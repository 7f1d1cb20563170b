"""A web service: POST /compare for two articles, POST /check for a new one against the recent ones.

    uvicorn fastapi_service:app    # pip install dedup-vi fastapi uvicorn; one worker: each has recent ones of its own
"""

from collections import deque
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from dedup import Article, Params, compare, scan

PARAMS = Params(threads=1)  # requests run beside each other already
SHOWN = ("a", "b", "relation", "resemblance", "a_in_b", "b_in_a", "longest_passage", "is_certain")
recent: deque[Article] = deque(maxlen=1000)  # each check reads all of them


@asynccontextmanager
async def lifespan(app: FastAPI):  # the first request shall not wait until compiled code is loaded
    await run_in_threadpool(scan, ["Mưa lớn làm ngập ba tuyến phố ở Hà Lâm."] * 2, PARAMS)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/compare")
def compare_two(a: Article, b: Article) -> dict:  # not "async": FastAPI runs it in its thread pool
    match = compare(a, b, PARAMS)
    return {name: getattr(match, name) for name in SHOWN}


@app.post("/check")
async def check(new: Article) -> list[dict]:
    old = {article.id: article for article in recent if article.id != new.id}  # of each id the latest text
    recent.append(new)
    found = await run_in_threadpool(scan, [new], PARAMS, against=old.values())
    return [{name: getattr(match, name) for name in SHOWN} for match in found.pairs()]
