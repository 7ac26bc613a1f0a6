"""A loop is run inside the loop that runs

`asyncio.run` and `run_until_complete` raise `RuntimeError` where a loop is
running already, and on the way from an `async def` one is. A function that
bridges to coroutines like this works in scripts and in a plain `def` route,
and fails for whoever calls it from a coroutine. Often a broad `except` hides that.

## Bad

```python
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def describe(page: int) -> str:
    return str(page)


def text_of(page: int) -> str:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(describe(page))  # finding
    except Exception:
        return ""


@app.get("/pages/{page}")
async def read_page(page: int) -> str:
    return text_of(page) + asyncio.run(describe(page))  # finding
```

## Good: awaited; run in a thread, or only where no loop runs

```python
import asyncio
import contextlib

from fastapi import FastAPI

app = FastAPI()


async def describe(page: int) -> str:
    return str(page)


def text_of(page: int) -> str:
    return asyncio.run(describe(page))


def text_from_anywhere(page: int) -> str:
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        return ""
    return asyncio.run(describe(page))


@app.get("/pages/{page}")
async def read_page(page: int) -> str:
    await asyncio.to_thread(text_of, page)
    return text_from_anywhere(page) + await describe(page)


@app.get("/plain/{page}")
def read_plainly(page: int) -> str:
    return text_of(page)
```
"""

from plumbrule.rulekit import (
    Call,
    Finding,
    Function,
    Iterator,
    Project,
    Reached,
    reached_on_loop,
    rule,
    steps_to,
    told_together,
)

RUNNING = ("asyncio.run", "anyio.run", "uvloop.run", "asyncio.Runner.run")
LATER = "run_until_complete"
ASKING = ("get_running_loop", "is_running", "RuntimeError", "nest_asyncio")


@rule(category="async", severity="error")
def nested_event_loop(project: Project) -> Iterator[Finding]:
    named = (call for call in project.calls_named({LATER}) if call.method == LATER)
    runs = {*project.calls_to(*RUNNING), *named}
    if not runs or project.mentioning(b"nest_asyncio"):
        return
    functions = project.functions_leading_to(runs)
    loaded = (f for f in functions if f.is_async and project.serving.is_loaded(f))
    yield from told_together(finding for function in loaded for finding in run_inside(function, runs))


def run_inside(function: Function, runs: set[Call]) -> Iterator[Finding]:
    """Where a coroutine function, or what it calls on its loop, runs a loop."""
    for reached in reached_on_loop(function):
        if reached.call in runs and not is_expected(reached):
            yield Finding(
                at=reached.call.func_span,
                message=f"`{reached.call.node.func.text}` raises: a loop runs here already",
                label=f"on the loop that runs `{function.label}`",
                help="await the coroutine, or hand this to a thread with `asyncio.to_thread`",
                chain=steps_to(function, reached),
                confidence="medium" if reached.may_be_another else "high",
            )


def is_expected(reached: Reached) -> bool:
    """Whether a function on the way asks whether a loop runs, or counts on the error."""
    scopes = (call.scope for call in (reached.call, *reached.chain))
    plain = (scope for scope in scopes if isinstance(scope, Function) and not scope.is_async)
    return any(word in scope.node.text for scope in plain for word in ASKING)
