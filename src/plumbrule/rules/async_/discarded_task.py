"""A task that nobody keeps, and so may vanish half-way

The event loop holds a task only weakly. Without a reference the garbage
collector may end it in the middle, its exception is reported late or never,
and at SIGTERM every server drops it.

## Bad

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def notify(order: int) -> None: ...


@app.post("/orders")
async def create_order(order: int) -> None:
    asyncio.create_task(notify(order))  # finding
```

## Good: kept until it is done, awaited, or in a group

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()
tasks: set[asyncio.Task[None]] = set()


async def notify(order: int) -> None: ...


@app.post("/orders")
async def create_order(order: int) -> None:
    task = asyncio.create_task(notify(order))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    async with asyncio.TaskGroup() as group:
        group.create_task(notify(order))
    await asyncio.create_task(notify(order))
    asyncio.create_task(notify(order)).add_done_callback(print)
```

## References

Ruff's RUF006 sees the same on `asyncio.create_task`; a task kept in a local name that nothing reads is seen
only here.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

MAKERS = ("asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task")
LOOPS = ("asyncio.get_running_loop", "asyncio.get_event_loop")


@rule(category="async", severity="warning", calls=(*MAKERS, "create_task"))
def discarded_task(call: Call) -> Iterator[Finding]:
    function = call.caller
    if not isinstance(function, Function) or call.is_awaited or not makes_task(call):
        return
    name = local_name(call)
    if call.is_discarded or (name is not None and not is_read(function, name)):
        yield Finding(
            at=call.func_span,
            message="this task may be dropped before it has finished",
            label="nothing refers to it",
            help="await it in a `TaskGroup`, keep it in a set, or give the work to a queue",
        )


def makes_task(call: Call) -> bool:
    """Whether a call starts a task on the loop (and not in a group, which keeps it)."""
    if call.name in MAKERS:
        return True
    receiver = call.receiver
    if isinstance(receiver, n.Call):
        return call.scope.name_of(receiver.func) in LOOPS
    return isinstance(receiver, n.Name) and receiver.id in ("loop", "event_loop")


def local_name(call: Call) -> str | None:
    """The one local name that the task is assigned to."""
    match call.node.parent:
        case n.Assign(targets=(n.Name(id=name),)):
            return name
        case _:
            return None


def is_read(function: Function, name: str) -> bool:
    """Whether a local name is used, here or in a function inside, or belongs to an outer scope."""
    if any(name in scoped.names for scoped in function.find(n.Scoped)):
        return True
    return sum(isinstance(node, n.Name) and node.id == name for node in function.node.walk()) > 1
