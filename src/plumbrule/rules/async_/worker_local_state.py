"""State in a module variable that routes write to

Each worker process has a variable of its own, and a restart empties it. With
two workers every second request sees the other half of the data.

## Bad

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()
orders: dict[int, str] = {}
visits = 0


@app.post("/orders/{order_id}")
async def create_order(order_id: int, name: str) -> None:
    global visits
    visits += 1  # finding
    orders[order_id] = name  # finding


@app.get("/orders")
async def list_orders() -> list[str]:
    return [*orders.values(), str(visits)]
```

## Good: a cache, what lives in one process anyway, something only the start fills

```python title="main.py"
import asyncio
from contextlib import asynccontextmanager

from fastapi import FastAPI

tasks: set[asyncio.Task[None]] = set()
rate_cache: dict[str, float] = {}
names: dict[str, str] = {}
asked: dict[str, asyncio.Future[float]] = {}
prices: dict[str, float] = {}


@asynccontextmanager
async def lifespan(app: FastAPI):
    names["shop"] = "Shop"
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/rates/{currency}")
async def read_rate(currency: str) -> float:
    task = asyncio.create_task(asyncio.sleep(0))
    tasks.add(task)
    rate_cache[currency] = 1.0
    if currency not in prices:
        prices[currency] = 2.0
    own: dict[str, str] = {}
    own["a"] = names["shop"]
    waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    asked[currency] = waiting
    return rate_cache[currency]
```

## When to ignore it

An app that is run as one process, on purpose and for ever.
"""

import re

from plumbrule.rulekit import Finding, Function, Iterator, Route, Variable, n, rule

WRITES = {"append", "add", "update", "extend", "insert", "setdefault", "appendleft"}
CACHES = re.compile(
    r"cache|memo|lock|task|pool|engine|client|registry|logger|metric|counter|semaphore|limiter|session|loop|executor|"
    r"instance|singleton|model|pipeline|initialized|loaded|ready|thread|app$",
    re.IGNORECASE,
)
LIVING = ("asyncio.", "threading.", "multiprocessing.", "fastapi.WebSocket", "starlette.websockets.")


@rule(category="async", severity="warning")
def worker_local_state(route: Route) -> Iterator[Finding]:
    if route.handler is not None:
        yield from kept_by(route.handler)


def kept_by(function: Function) -> Iterator[Finding]:
    """What a handler leaves in variables of the process."""
    for node, target in writes(function):
        variable = named(function, target)
        if not isinstance(variable, Variable) or CACHES.search(variable.name):
            continue
        if is_guarded(node, variable.name) or is_of_this_process(node, function):
            continue
        if is_mutable(variable):
            yield Finding(
                at=node.span,
                message=f"`{variable.name}` differs from worker to worker and is gone after a restart",
                label="a variable of this process",
                help="keep it in the database or in Redis",
            )


def writes(function: Function) -> Iterator[tuple[n.Node, n.Expr]]:
    """What a function changes: items, collections, and names that it declares `global`."""
    declared = {
        name for scoped in function.find(n.Scoped) if scoped.kind == "global" for name in scoped.names
    }
    for assign in function.find(n.Assign):
        for target in assign.targets:
            match target:
                case n.Subscript(value=n.Name() as name):
                    yield assign, name
                case n.Name(id=name_) if name_ in declared and assign.op is not None:
                    yield assign, target
    for call in function.calls:
        if call.method in WRITES and isinstance(call.receiver, n.Name):
            yield call.node, call.receiver


def is_of_this_process(node: n.Node, function: Function) -> bool:
    """Whether what is put in can be nowhere else: a future, an event, a connection."""
    match node:
        case n.Assign(value=n.Expr() as value) | n.Call(args=(value, *_)):
            kind = function.type_of(value)
            return kind is not None and kind.name.startswith(LIVING)
        case _:
            return False


def named(function: Function, target: n.Expr) -> object:
    """What a name stands for; one declared `global` is the module's."""
    if not isinstance(target, n.Name):
        return None
    declared = any(s.kind == "global" and target.id in s.names for s in function.find(n.Scoped))
    return function.module.member(target.id) if declared else function.resolve(target)


def is_mutable(variable: Variable) -> bool:
    """Whether a module variable starts as a collection or a number that counts."""
    match variable.value:
        case n.Dict() | n.Sequence(kind="list") | n.Comprehension() | n.Constant(value=int()):
            return True
        case n.Call(func=n.Name(id="dict" | "list" | "set" | "defaultdict" | "deque" | "OrderedDict")):
            return True
        case _:
            return False


def is_guarded(node: n.Node, name: str) -> bool:
    """Whether it is only filled where it is empty: what is remembered can be worked out again."""
    for parent in node.parents:
        if isinstance(parent, n.FunctionDef):
            return False
        if isinstance(parent, n.If) and name in parent.test.text:
            return True
    return False
