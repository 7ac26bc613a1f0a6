"""A client that is built anew for each request

A client holds connections and, for HTTPS, a TLS context: building one took 59
to 94 ms, a call through a shared one 1 to 12 ms. An engine or a Redis client
built per request opens a pool that nobody closes.

## Bad

```python title="app/rates.py"
import httpx
from fastapi import APIRouter

router = APIRouter()


@router.get("/rates/{currency}")
async def read_rate(currency: str) -> float:
    async with httpx.AsyncClient() as client:  # finding
        answer = await client.get("https://rates.example/" + currency)
    return answer.json()["rate"]
```

## Bad: in a method that routes call

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()


class Counter:
    async def count(self) -> int:
        engine = create_async_engine("sqlite+aiosqlite://")  # finding
        async with engine.connect() as connection:
            return await connection.scalar(text("select 1")) or 0


@app.get("/")
async def read(counter: Annotated[Counter, Depends()]) -> int:
    return await counter.count()
```

## Bad: what it answers is returned, not the client

```python title="main.py"
from arq import create_pool
from fastapi import FastAPI
from redis.asyncio import Redis

app = FastAPI()


@app.post("/reports")
async def report() -> None:
    pool = await create_pool()  # finding
    await pool.enqueue_job("report")


@app.post("/visits")
async def visit() -> int:
    redis = Redis(host="cache")  # finding
    return await redis.incr("visits")
```

## Good: made once, in the lifespan, a cached function, or kept

```python title="main.py"
from contextlib import asynccontextmanager
from functools import cache

from fastapi import Depends, FastAPI, Request
from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

kept: dict[str, AsyncEngine] = {}


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.engine = create_async_engine("sqlite+aiosqlite://")
    yield


app = FastAPI(lifespan=lifespan)


@cache
def get_engine() -> Engine:
    return create_engine("sqlite://")


class Lazy:
    engine: Engine | None = None

    def get(self) -> Engine:
        if self.engine is None:
            self.engine = create_engine("sqlite://")
        return self.engine


@app.get("/", dependencies=[Depends(get_engine)])
async def read(tenant: str, request: Request, lazy: Lazy = Depends()) -> bool:
    if tenant not in kept:
        kept[tenant] = create_async_engine("sqlite+aiosqlite:///" + tenant)
    return lazy.get() is not None
```

## When to ignore it

A client whose base URL, proxy or credentials come from the request cannot be shared.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Scoped, n, rule

CLIENTS = (
    "httpx.AsyncClient",
    "httpx.Client",
    "httpx2.AsyncClient",
    "httpx2.Client",
    "aiohttp.ClientSession",
    "sqlalchemy.create_engine",
    "sqlmodel.create_engine",
    "sqlalchemy.ext.asyncio.create_async_engine",
    "redis.asyncio.from_url",
    "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_url",
    "redis.from_url",
    "redis.Redis",
    "redis.Redis.from_url",
    "boto3.client",
    "boto3.resource",
    "pymongo.MongoClient",
    "motor.motor_asyncio.AsyncIOMotorClient",
    "openai.AsyncOpenAI",
    "openai.OpenAI",
    "arq.create_pool",
    "arq.connections.create_pool",
    "asyncpg.create_pool",
    "aiomysql.create_pool",
    "aio_pika.connect_robust",
    "aio_pika.connect",
)
ONCE = ("cache", "lru_cache", "cached_property", "cached", "asynccontextmanager", "contextmanager")
OWN = (
    "auth",
    "cert",
    "proxy",
    "proxies",
    "base_url",
    "cookies",
    "transport",
    "api_key",
    "connector",
    "mounts",
)


@rule(category="async", severity="warning", calls=CLIENTS)
def client_per_request(call: Call) -> Iterator[Finding]:
    if runs_for_each_request(call.caller) and not is_kept(call) and not is_own(call):
        yield Finding(
            at=call.func_span,
            message=f"`{call.node.func.text}` is built for each request",
            label="its connections are thrown away",
            help="build it once in the lifespan and inject it",
        )


def runs_for_each_request(scope: Scoped) -> bool:
    """Whether it is a function that runs again for every request."""
    if not isinstance(scope, Function) or scope.name == "__init__":
        return False
    once = any(name.endswith(ONCE) for name in scope.decorator_names)
    return not once and scope.project.serving.when(scope) == "request"


def is_kept(call: Call) -> bool:
    """Whether the client is stored, returned, or built only when there is none yet."""
    if call.is_deferred or call.within(n.If) is not None:
        return True
    match call.node.parent:
        case n.Assign(targets=(n.Name(id=name),)) | n.Await(parent=n.Assign(targets=(n.Name(id=name),))):
            leaving = (node for node in call.scope.nodes if isinstance(node, n.Return | n.Yield))
            handed_on = any(is_whole(x, name) for node in leaving for x in node.walk())
            return handed_on or any(name in s.names for s in call.scope.find(n.Scoped))
        case n.Assign() | n.Await(parent=n.Assign()) | n.Return() | n.Yield() | n.BoolOp() | n.Keyword():
            return True
        case _:
            return False


def is_whole(node: n.Node, name: str) -> bool:
    """Whether a node is the client itself, not what it was asked for: `client`, not `client.get(…)`."""
    return isinstance(node, n.Name) and node.id == name and not isinstance(node.parent, n.Attribute)


def is_own(call: Call) -> bool:
    """Whether the client is made for one caller only: its own credentials, proxy or address."""
    given = {k.name for k in call.keywords}
    return bool(given & set(OWN)) or call.is_splatted
