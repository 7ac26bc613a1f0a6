"""A call that blocks, on the way from an `async def`

The event loop runs one thing at a time. While `requests.get` waits for an
answer, every other request of this worker waits too. The call may stand
several functions away from the route: each of them is an ordinary function,
so none of them looks wrong by itself.

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

## Good: handed to a thread

```python title="main.py"
import asyncio
import time

from fastapi import FastAPI

app = FastAPI()


def slow() -> None:
    time.sleep(1)


@app.get("/")
async def read() -> None:
    await asyncio.to_thread(slow)
```

## Good: a plain `def` route runs in a thread of its own

```python title="main.py"
import time

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read() -> None:
    time.sleep(1)
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Step, reached_calls, rule

BLOCKING = (
    "requests.",
    "time.sleep",
    "urllib.request.urlopen",
    "subprocess.run",
    "subprocess.check_output",
    "smtplib.",
)


@rule(category="async", severity="error")
def blocking_call_in_async(function: Function) -> Iterator[Finding]:
    if not function.is_async:
        return
    for reached in reached_calls(
        function, follow=lambda call: call.function is not None and not call.function.is_async
    ):
        if not reached.call.name.startswith(BLOCKING):
            continue
        steps = [
            Step(f"`{function.label}`", function.span),
            *(Step(f"calls `{c.node.func.text}`", c.span) for c in reached.chain),
        ]
        yield Finding(
            at=reached.call.func_span,
            message=f"`{reached.call.name}` blocks the event loop",
            label="every request of this worker waits here",
            help="await an async client, hand it to a thread, or make the route a plain `def`",
            chain=tuple(steps),
        )
