"""A cache that everybody fills at once

The value is read, is not there, is computed and written. Fifty requests that come while it is
computed all find nothing and all ask the database: the moment a popular key expires is the
moment the database gets what the cache was to keep from it.

## Bad

```python title="main.py"
from fastapi import FastAPI
from redis.asyncio import Redis

app = FastAPI()
redis = Redis()


async def load(currency: str) -> str:
    return currency


@app.get("/rates/{currency}")
async def read_rate(currency: str) -> str:
    kept = await redis.get(f"rate:{currency}")
    if kept is None:
        kept = await load(currency)
        await redis.setex(f"rate:{currency}", 60, kept)  # finding
    return kept
```

## Good: one computes, the others wait

```python title="main.py"
from fastapi import FastAPI
from redis.asyncio import Redis

app = FastAPI()
redis = Redis()


async def load(currency: str) -> str:
    return currency


@app.get("/rates/{currency}")
async def read_rate(currency: str) -> str:
    kept = await redis.get(f"rate:{currency}")
    if kept is None:
        async with redis.lock(f"rate:{currency}:lock", timeout=5):
            kept = await redis.get(f"rate:{currency}") or await load(currency)
            await redis.setex(f"rate:{currency}", 60, kept)
    return kept
```

## Good: no cache: a counter, a value of one caller

```python title="main.py"
from fastapi import FastAPI
from redis.asyncio import Redis

app = FastAPI()
redis = Redis()


@app.post("/visits")
async def visit() -> int:
    count = int(await redis.get("visits") or 0) + 1
    await redis.set("visits", count)
    return count


@app.post("/codes/{phone}")
async def send_code(phone: str) -> None:
    if await redis.get(f"code:{phone}") is None:
        await redis.setex(f"code:{phone}", 60, "1")
```

## References

cashews does it by itself; 50 concurrent misses cost one call.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

WRITING = {"set", "setex", "psetex"}
EXPIRING = {"ex", "px", "exat", "pxat"}


@rule(category="database", severity="note", needs="redis", calls=WRITING)
def cache_without_lock(write: Call) -> Iterator[Finding]:
    function = write.caller
    if not isinstance(function, Function) or not function.is_async or not is_expiring(write):
        return
    if b"lock" in function.module.source.text.lower():
        return
    read = read_of(write, function)
    if read is not None and computes(write, read, function):
        yield Finding(
            at=write.span,
            message=f"everybody who misses `{key_of(write)}` computes it",
            label="nothing makes the second one wait for the first",
            help="hold a lock while it is computed, or let a cache such as cashews do it",
        )


def is_expiring(call: Call) -> bool:
    """Whether what is written into Redis has an end."""
    if not call.name.startswith("redis.") or call.keyword("nx") is not None:
        return False
    return call.method != "set" or any(keyword.name in EXPIRING for keyword in call.keywords)


def key_of(call: Call) -> str:
    key = call.argument(0, "name")
    return key.text if key is not None else ""


def read_of(write: Call, function: Function) -> Call | None:
    """The call that looked for the same key before."""
    for call in function.calls:
        if call.name.startswith("redis.") and call.method == "get" and key_of(call) == key_of(write):
            return call if call.node.start < write.node.start else None
    return None


def computes(write: Call, read: Call, function: Function) -> bool:
    """Whether something is awaited between the look and the write, to make the value."""
    between = (node for node in function.find(n.Await) if read.node.end < node.start < write.node.start)
    return any(write.node not in list(node.walk()) for node in between)
