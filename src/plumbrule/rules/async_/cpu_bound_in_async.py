"""Work that computes for long on the event loop

A password hash takes 40 to 350 ms of processor on purpose; a spreadsheet or a
PDF may take seconds. In an `async def` nothing else runs meanwhile: with
twenty logins at once, other requests of the worker were measured to wait for
4.8 seconds.

## Bad

```python title="app/login.py"
from fastapi import APIRouter

from app.passwords import matches

router = APIRouter()


@router.post("/login")
async def login(name: str, password: str) -> bool:
    return matches(password, "$argon2id$…")
```

```python title="app/passwords.py"
from pwdlib import PasswordHash

hasher = PasswordHash.recommended()


def matches(password: str, hashed: str) -> bool:
    return hasher.verify(password, hashed)  # finding
```

## Bad: key derivation in a method

```python title="main.py"
import hashlib

from fastapi import FastAPI

app = FastAPI()


class Secret:
    def __init__(self, text: str) -> None:
        self.text = text

    def key(self) -> bytes:
        return hashlib.pbkdf2_hmac("sha256", self.text.encode(), b"salt", 600_000)  # finding


@app.get("/key")
async def read_key(text: str) -> str:
    secret = Secret(text)
    return secret.key().hex()
```

## Bad: a body that a client has packed

```python title="main.py"
import gzip

from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/traces")
async def add_traces(request: Request) -> int:
    body = await request.body()
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)  # finding
    return len(body) + len(gzip.compress(b"a few bytes of our own"))
```

## Bad: a model that runs in this process

```python title="main.py"
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer

app = FastAPI()
model = SentenceTransformer("small")


@app.get("/near")
async def read_near(text: str) -> list[float]:
    return model.encode(text).tolist()  # finding
```

## Good: handed to a thread with a limit

```python title="main.py"
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from pwdlib import PasswordHash

app = FastAPI()
hasher = PasswordHash.recommended()
hashing = CapacityLimiter(2)


@app.post("/login")
async def login(password: str) -> bool:
    return await to_thread.run_sync(hasher.verify, password, "$argon2id$…", limiter=hashing)
```

## Good: a plain `def` route

```python title="main.py"
from fastapi import FastAPI
from pwdlib import PasswordHash

app = FastAPI()
hasher = PasswordHash.recommended()


@app.post("/login")
def login(password: str) -> bool:
    return hasher.verify(password, "$argon2id$…")
```
"""

from plumbrule.rulekit import (
    COMPUTING,
    Call,
    Finding,
    Function,
    Iterator,
    Project,
    n,
    reached_on_loop,
    rule,
    steps_to,
    told_together,
)

WORK = {
    "hashing": ("hashes a password or derives a key", "await `to_thread.run_sync` with a `CapacityLimiter`"),
    "document": ("reads or writes a whole document", "hand it to a thread with `asyncio.to_thread`"),
    "packing": ("packs or unpacks a whole body", "hand it to a thread with `asyncio.to_thread`"),
    "model": ("runs a model", "hand it to a thread with `asyncio.to_thread`"),
    "image": ("computes on an image or sound", "hand it to a thread with `asyncio.to_thread`"),
}

BODIES = ("fastapi.Request.body", "fastapi.UploadFile.read")


@rule(category="async", severity="warning")
def cpu_bound_in_async(project: Project) -> Iterator[Finding]:
    functions = project.functions_leading_to(project.calls_to(*COMPUTING.calls))
    waiting = (f for f in functions if f.is_async and project.serving.when(f) != "startup")
    yield from told_together(finding for function in waiting for finding in computed_on_loop(function))


def computed_on_loop(function: Function) -> Iterator[Finding]:
    """What a coroutine function computes, itself and in what it calls."""
    served = function.project.serving.when(function) == "request"
    waiting = "every request of this worker" if served else "all that shares its loop"
    for reached in reached_on_loop(function):
        kind = COMPUTING.kind(reached.call.name)
        if kind is None or reached.call.is_awaited or (kind == "packing" and not is_sent(reached.call)):
            continue
        does, instead = WORK[kind]
        yield Finding(
            at=reached.call.func_span,
            message=f"`{reached.call.node.func.text}` {does} on the event loop",
            label=f"{waiting} waits meanwhile",
            help=f"{instead}, or make the route a plain `def`",
            chain=steps_to(function, reached),
            confidence="high" if served and not reached.may_be_another else "medium",
        )


def is_sent(call: Call) -> bool:
    """Whether a call is given what a client has sent, of whatever size."""
    scope, given = call.scope, call.argument(0, "data")
    bound = scope.bindings.get(given.id, ()) if isinstance(given, n.Name) else ()
    values = (given, *(b.node.value for b in bound if isinstance(b.node, n.Assign)))
    awaited = (value.value for value in values if isinstance(value, n.Await))
    return any(scope.name_of(c.func) in BODIES for c in awaited if isinstance(c, n.Call))
