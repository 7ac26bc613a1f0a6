"""A call that blocks, on the way from an `async def`

The event loop runs one thing at a time. While `requests.get` waits for an
answer, every other request of this worker waits too. The call may stand
several functions away from the route: each of them is an ordinary function,
so none of them looks wrong by itself.

What runs only at the start of the server, or in a script, is left alone. A file
of the service's own takes a tenth of a millisecond, and is a warning.

## Bad

```python title="app/routes.py"
from fastapi import APIRouter

from app.rates import latest

router = APIRouter()


@router.get("/rates/{currency}")
async def read_rate(currency: str) -> float:
    return latest(currency)
```

```python title="app/rates.py"
import requests


def latest(currency: str) -> float:
    return fetch("https://rates.example/" + currency)


def fetch(url: str) -> float:
    return requests.get(url, timeout=3).json()["rate"]  # finding
```

## Bad: a method of an injected service, behind an alias

```python title="app/main.py"
from fastapi import FastAPI

from app.reports import Reports

app = FastAPI()


@app.get("/reports/{name}")
async def read_report(name: str, reports: Reports) -> str:
    return reports.text(name)
```

```python title="app/reports.py"
from typing import Annotated

from fastapi import Depends

from app.files import Store


class ReportService:
    def __init__(self) -> None:
        self.store = Store()

    def text(self, name: str) -> str:
        return self.store.load(name)


Reports = Annotated[ReportService, Depends(ReportService)]
```

```python title="app/files.py"
class Store:
    def load(self, name: str) -> str:
        with open(name) as file:  # finding
            return file.read()
```

## Bad: it sleeps

```python title="main.py"
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def read() -> None:
    time.sleep(1)  # finding
```

## Fixed

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def read() -> None:
    await asyncio.sleep(1)
```

## Bad: it measures for a second; without an interval it would not wait

```python title="main.py"
import psutil
from fastapi import FastAPI

app = FastAPI()


@app.get("/load")
async def read_load() -> list[float]:
    since_the_last_time = [psutil.cpu_percent(), psutil.cpu_percent(None)]
    return [*since_the_last_time, psutil.cpu_percent(interval=1)]  # finding
```

## Bad: it waits for another thread, or for a service behind a chain of calls

```python title="main.py"
import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import Depends, FastAPI
from supabase import Client, create_client

app = FastAPI()


def get_client() -> Client:
    return create_client("https://orders.example", "key")


@app.get("/orders")
async def read(client: Annotated[Client, Depends(get_client)]) -> list[dict[str, int]]:
    return client.table("orders").select("*").eq("id", 1).execute().data  # finding


@app.get("/sum")
async def read_sum() -> int:
    with ThreadPoolExecutor() as pool:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(1), pool.loop).result()  # finding
        return pool.submit(sum, [1, 2]).result()  # finding
```

## Bad: one of several classes; leaving a pool waits for what it was given

```python title="main.py"
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from pymilvus import MilvusClient

app = FastAPI()


class Store(ABC):
    @abstractmethod
    def hits(self, word: str) -> list[str]: ...


class Nowhere(Store):
    def hits(self, word: str) -> list[str]:
        return []


class Vectors(Store):
    client: MilvusClient

    def hits(self, word: str) -> list[str]:
        return self.client.search("words", filter=word)  # finding


store: Store = Nowhere()


@app.get("/hits")
async def read_hits(word: str) -> list[str]:
    with ThreadPoolExecutor() as pool:  # finding
        list(pool.map(str, [word]))
    return store.hits(word)
```

## Good: what can be awaited is awaited, the rest is asked as it is; work of a pool that is awaited

```python title="main.py"
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI

app = FastAPI()


class Clock:
    def now(self) -> float:
        time.sleep(1)
        return time.time()


class LaterClock:
    async def now(self) -> float:
        return time.time()


clock: Clock | LaterClock = LaterClock()


@app.get("/")
async def read() -> float:
    with ThreadPoolExecutor() as pool:
        await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 1)
    return await clock.now() if isinstance(clock, LaterClock) else clock.now()
```

## Good: handed to a thread; a plain `def` route runs in one

```python title="main.py"
import asyncio
import time
from functools import partial

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()


def slow(seconds: int = 1) -> None:
    time.sleep(seconds)


@app.get("/")
async def read() -> None:
    await asyncio.to_thread(slow)
    await run_in_threadpool(slow, 2)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, partial(slow, 2))
    await loop.run_in_executor(None, lambda: slow(3))


@app.get("/plain")
def read_plainly() -> None:
    time.sleep(1)
```

## Good: before the first request nobody waits

```python title="main.py"
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    Path("ready").write_text("yes")
    yield


app = FastAPI(lifespan=lifespan)
```

## Good: a generator is only made here, the response runs it in a thread

```python title="main.py"
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


def lines() -> Iterator[str]:
    with open("log") as file:
        yield from file


@app.get("/log")
async def read_log() -> StreamingResponse:
    return StreamingResponse(lines())
```

## Good: read once, then remembered; what the kernel makes up waits for no disk

```python title="main.py"
from functools import cache

from fastapi import FastAPI

app = FastAPI()


@cache
def greeting() -> str:
    with open("greeting") as file:
        return file.read()


farewell: str | None = None


def read_farewell() -> str:
    global farewell
    if farewell is None:
        farewell = open("farewell").read()
    return farewell


@app.get("/")
async def read() -> str:
    with open("/proc/loadavg") as file:
        return greeting() + read_farewell() + file.read()
```

## Good: an archive in memory waits for nobody

```python title="main.py"
import tarfile
from io import BytesIO

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/plugins")
async def read_plugins(file: UploadFile) -> list[str]:
    data = await file.read()
    with tarfile.open(fileobj=BytesIO(data)) as archive:
        return archive.getnames()
```

## References

Ruff's ASYNC210, ASYNC220, ASYNC230 and ASYNC251 see the call when it stands in the `async def` itself. A
session that is used synchronously is told by `sync-session-in-async`, work that computes by
`cpu-bound-in-async`.
"""

from plumbrule.rulekit import (
    BLOCKING,
    Call,
    Confidence,
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Project,
    Reached,
    blocking_on_loop,
    import_edit,
    rule,
    steps_to,
    told_together,
)


@rule(category="async", severity="error")
def blocking_call_in_async(project: Project) -> Iterator[Finding]:
    functions = project.functions_leading_to(project.blocking.calls)
    waiting = (f for f in functions if f.is_async and project.serving.when(f) != "startup")
    yield from told_together(finding for function in waiting for finding in held_up(function))


def held_up(function: Function) -> Iterator[Finding]:
    """What holds up the loop while a coroutine function runs."""
    when = function.project.serving.when(function)
    waiting = "every request of this worker" if when == "request" else "all that shares its loop"
    for reached in blocking_on_loop(function):
        kind = BLOCKING.kind(reached.call.name)
        yield Finding(
            at=reached.call.func_span,
            message=f"`{reached.call.name.removeprefix('builtins.')}` blocks the event loop",
            label=f"{waiting} waits here",
            help="`await asyncio.sleep(…)`"
            if kind == "sleep"
            else "hand it to a thread with `asyncio.to_thread`, or await an async client",
            chain=steps_to(function, reached),
            fix=slept(reached, function) if kind == "sleep" else None,
            confidence=confidence(reached, when, kind),
            severity="warning" if kind == "file" and not takes_upload(reached.call) else None,
        )


def confidence(reached: Reached, when: str, kind: str | None) -> Confidence:
    """How sure it is that the call is made while somebody waits."""
    if when == "request":
        return "medium" if reached.may_be_another else "high"
    return "low" if kind in ("file", "disk") else "medium"


def takes_upload(call: Call) -> bool:
    """Whether the function around is given a file that a client sends."""
    parameters = call.scope.parameters if isinstance(call.scope, Function) else ()
    kinds = (parameter.type for parameter in parameters)
    return any("fastapi.UploadFile" in (k.name, *(arg.name for arg in k.args)) for k in kinds if k)


def slept(reached: Reached, function: Function) -> Fix | None:
    """Sleep without holding the loop, where the call stands in the coroutine itself."""
    if reached.chain or reached.call.scope is not function or not reached.call.is_discarded:
        return None
    woken, imports = Edit(reached.call.func_span, "await asyncio.sleep"), import_edit(function, "asyncio")
    return None if imports is None else Fix((woken, *imports), safe=False)
