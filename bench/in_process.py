"""`python in_process.py ROUNDS FILE`: CPU of requests handed straight to the applications in this process.

Batches of all subjects alternate, and the least CPU of a round's batches counts: what else runs on the
machine adds to a batch, never takes from it. What PostgreSQL does in its own processes is not counted.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import apps
import uvloop
from cases import Case, Figures, cases, compared
from fastapi import FastAPI
from starlette.types import Message

BATCHES = 12
REQUESTS_IN_BATCH = 60


@dataclass(frozen=True, slots=True)
class Running:
    """An application whose lifespan has begun, and the state that its requests get."""

    app: FastAPI
    state: Mapping[str, Any]


async def running(subject: str, stack: AsyncExitStack) -> Running:
    app: FastAPI = getattr(apps, subject)()
    state = await stack.enter_async_context(app.router.lifespan_context(app))
    return Running(app, state or {})


def scope_of(subject: Running, path: str, token: str) -> dict[str, Any]:
    """Return what uvicorn would say of such a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "state": dict(subject.state),
    }


async def request(subject: Running, path: str, token: str) -> None:
    """Ask once; anything but 200 ends the measurement."""
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    await subject.app(scope_of(subject, path, token), receive, send)
    if status != 200:
        sys.exit(f"{path} answered {status}")


async def batch(subject: Running, case: Case, token: str) -> float:
    """Return the CPU of one request in microseconds, the mean of a batch."""

    async def some() -> None:
        for _ in range(REQUESTS_IN_BATCH // case.in_flight):
            await request(subject, case.path, token)

    started = time.process_time()
    await asyncio.gather(*(some() for _ in range(case.in_flight)))
    return (time.process_time() - started) / REQUESTS_IN_BATCH * 1e6


async def one_round(case: Case, subjects: Mapping[str, Running], token: str) -> Figures:
    least = dict.fromkeys(case.subjects, float("inf"))
    for _ in range(BATCHES):
        for name in case.subjects:
            least[name] = min(least[name], await batch(subjects[name], case, token))
    return least


async def measure(rounds: int) -> list[dict[str, Any]]:
    token = os.environ["BENCH_TOKEN"]
    found = []
    async with AsyncExitStack() as stack:
        chosen = cases(os.environ["BENCH_ORDER_ID"])
        names = {name for case in chosen for name in case.subjects}
        subjects = {name: await running(name, stack) for name in sorted(names)}
        for case in chosen:
            figures = [await one_round(case, subjects, token) for _ in range(rounds)]
            found += [asdict(comparison) for comparison in compared(case, "in-process", figures)]
    return found


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(uvloop.run(measure(int(sys.argv[1])))))
