"""A thread asks for the event loop, and has none

FastAPI runs a plain `def` in a thread: routes, dependencies, background tasks,
what is handed to `to_thread`. There is no loop there. `get_event_loop` and
`create_task` raise `RuntimeError`: the route answers 500, a background task
ends in the log.

## Bad

```python
import asyncio

from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


class Report:
    async def write(self) -> None: ...

    def make(self) -> None:
        loop = asyncio.get_event_loop()  # finding
        loop.run_until_complete(self.write())


@app.post("/reports")
async def make_report(tasks: BackgroundTasks) -> None:
    tasks.add_task(Report().make)


def begin() -> None:
    asyncio.create_task(Report().write())  # finding


@app.post("/begin")
def begin_report() -> None:
    begin()
```

## Good: a loop of its own, the one that was handed over, or a look whether there is one

```python
import asyncio

from fastapi import BackgroundTasks, FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()


async def write() -> None: ...


def make() -> None:
    asyncio.run(write())


def make_there(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.run_coroutine_threadsafe(write(), loop)


def make_here() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncio.get_event_loop().run_until_complete(write())


def make_somehow() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(write())


@app.post("/reports")
async def make_report(tasks: BackgroundTasks) -> None:
    tasks.add_task(make)
    tasks.add_task(make_somehow)
    tasks.add_task(make_there, asyncio.get_running_loop())
    await run_in_threadpool(make_here)
```
"""

from plumbrule.rulekit import (
    Finding,
    Function,
    Iterator,
    Project,
    Reached,
    n,
    reached_on_loop,
    rule,
    run_in_threads,
    steps_to,
)

ASKING = (
    "asyncio.get_event_loop",
    "asyncio.get_running_loop",
    "asyncio.create_task",
    "asyncio.ensure_future",
)
SETTING = ("asyncio.set_event_loop", "asyncio.new_event_loop")
CATCHING = ("", "RuntimeError", "Exception", "BaseException")


@rule(category="async", severity="error")
def event_loop_in_thread(project: Project) -> Iterator[Finding]:
    asking = project.functions_leading_to(project.calls_to(*ASKING))
    threaded = run_in_threads(project) if asking else set()
    for function in asking:
        if function in threaded and not function.is_async:
            yield from asked_there(function)


def asked_there(function: Function) -> Iterator[Finding]:
    """Where a function that runs in a thread, or what it calls, asks for a loop that is not there."""
    calls = list(reached_on_loop(function))
    if any(reached.call.name in SETTING for reached in calls):
        return
    for reached in calls:
        if reached.call.name in ASKING and not is_caught(reached):
            yield Finding(
                at=reached.call.func_span,
                message=f"`{reached.call.name}` raises in a thread",
                label="there is no event loop where a plain `def` runs",
                help="`asyncio.run(…)` what it is for, or make the function `async def` and await it",
                chain=steps_to(function, reached),
            )


def is_caught(reached: Reached) -> bool:
    """Whether it is tried only, here or on the way."""
    return any(is_tried(call.node) for call in (reached.call, *reached.chain))


def is_tried(node: n.Node) -> bool:
    """Whether a node stands in a `try` that catches what asking for a loop raises."""
    inner = node
    for parent in node.parents:
        if isinstance(parent, n.FunctionDef):
            return False
        if isinstance(parent, n.Try) and any(inner is statement for statement in parent.body):
            caught = [handler.exception.text if handler.exception else "" for handler in parent.handlers]
            if any(text in CATCHING or "RuntimeError" in text for text in caught):
                return True
        inner = parent
    return False
