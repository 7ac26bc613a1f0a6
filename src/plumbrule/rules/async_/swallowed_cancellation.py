"""A cancellation that is caught and forgotten

When a client goes away, a time-out fires or the server stops, the task gets a
`CancelledError`. Code that catches it and goes on cannot be stopped:
`asyncio.timeout` and `TaskGroup` wait for it, and a shutdown hangs.

## Bad

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def read() -> int:
    for attempt in range(3):
        try:
            await asyncio.sleep(1)
        except BaseException:  # finding
            print("again", attempt)
        except asyncio.CancelledError:  # finding
            pass
    return 1
```

## Good: raised again, or the end of the task, or a task that one has cancelled oneself

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def worker() -> None:
    while True:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            break
        except Exception:
            print("again")


async def deliver(messages: asyncio.Queue[str]) -> None:
    while True:
        try:
            print(await messages.get())
        except asyncio.CancelledError:
            return
        except BaseException:
            continue


async def drain(future: asyncio.Future[int]) -> None:
    while not future.done():
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError:
            continue


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


@app.get("/")
async def read() -> int:
    try:
        await asyncio.sleep(1)
    except BaseException as error:
        print(error)
        raise
    try:
        import yaml
    except BaseException:
        yaml = None
    return 1 if yaml else 0
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, n, rule

CAUGHT = ("asyncio.CancelledError", "asyncio.exceptions.CancelledError", "builtins.BaseException")
ENDS = (n.Raise, n.Return)


@rule(category="async", severity="warning", nodes={n.Handler})
def swallowed_cancellation(function: Function) -> Iterator[Finding]:
    for handler in function.find(n.Handler) if function.is_async else ():
        endless = (
            is_in_loop(handler)
            and catches(function, handler)
            and goes_on(handler)
            and waits(function, handler)
        )
        if endless and not any(call.method in ("cancel", "set_exception") for call in function.calls):
            yield Finding(
                at=handler.exception.span if handler.exception else handler.span,
                message=f"`{function.label}` cannot be cancelled",
                label="the cancellation ends here",
                help="add `raise`, or catch `Exception`",
            )


def is_in_loop(handler: n.Handler) -> bool:
    """Whether a handler stands in a loop."""
    return any(isinstance(parent, (n.For, n.While)) for parent in handler.parents)


def catches(function: Function, handler: n.Handler) -> bool:
    """Whether a handler catches cancellations."""
    match handler.exception:
        case None:
            return True
        case n.Sequence(items=items):
            return any(function.name_of(item) in CAUGHT for item in items)
        case exception:
            return function.name_of(exception) in CAUGHT


def goes_on(handler: n.Handler) -> bool:
    """Whether the handler neither raises nor ends the function."""
    inside = [node for statement in handler.body for node in statement.walk()]
    ends = any(
        isinstance(node, ENDS) or (isinstance(node, n.Simple) and node.kind == "break") for node in inside
    )
    uses = handler.name is not None and any(isinstance(x, n.Name) and x.id == handler.name for x in inside)
    return not ends and not uses


def waits(function: Function, handler: n.Handler) -> bool:
    """Whether something is awaited in the `try`, and no handler above takes the cancellation."""
    block = handler.parent
    if not isinstance(block, n.Try):
        return False
    awaited = [node for statement in block.body for node in statement.walk() if isinstance(node, n.Await)]
    above = block.handlers[: block.handlers.index(handler)]
    is_taken = any(catches(function, before) and not goes_on(before) for before in above)
    return bool(awaited) and not is_taken and not all(is_shielded(node) for node in awaited)


def is_shielded(node: n.Await) -> bool:
    """Whether a cancellation is kept away on purpose: who waits is told when the work is done."""
    match node.value:
        case n.Call(func=n.Attribute(attr="shield") | n.Name(id="shield")):
            return True
        case _:
            return False
