"""A `def` dependency that waits for nothing

FastAPI runs a `def` dependency in a thread: 72 µs of processor for the way
there and back (160 µs if it yields), and one of forty tokens that the routes
need too. An `async def` costs 10 µs.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query

app = FastAPI()


def page(number: Annotated[int, Query()] = 1) -> int:  # finding
    if number > 100:
        raise HTTPException(422, "too far")
    return max(number, 1)


@app.get("/")
async def read(number: Annotated[int, Depends(page)]) -> int:
    return number
```

## Fixed

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query

app = FastAPI()


async def page(number: Annotated[int, Query()] = 1) -> int:
    if number > 100:
        raise HTTPException(422, "too far")
    return max(number, 1)


@app.get("/")
async def read(number: Annotated[int, Depends(page)]) -> int:
    return number
```

## Good: it may wait, or others call it

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def text() -> str:
    with open("text") as file:
        return file.read()


def number() -> int:
    return 1


class Pages:
    def __init__(self, size: int = 10) -> None:
        self.size = size


@app.get("/")
async def read(
    text: Annotated[str, Depends(text)],
    number_: Annotated[int, Depends(number)],
    pages: Annotated[Pages, Depends()],
) -> int:
    return number() + number_
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Project, async_def, n, rule

CHEAP = {
    "len",
    "min",
    "max",
    "int",
    "str",
    "float",
    "bool",
    "dict",
    "list",
    "set",
    "tuple",
    "isinstance",
    "getattr",
}
TEXT = {
    "get",
    "split",
    "strip",
    "lower",
    "upper",
    "startswith",
    "endswith",
    "removeprefix",
    "append",
    "items",
}


@rule(category="async", severity="note")
def needless_sync_dependency(project: Project) -> Iterator[Finding]:
    asked = (dependency for route in project.code_routes for dependency in route.dependencies)
    for function in dict.fromkeys(dependency.function for dependency in asked if dependency.cls is None):
        if function is None or function.is_async or function.cls is not None:
            continue
        if not function.node.decorators and is_cheap(function) and not function.callers:
            yield Finding(
                at=function.span,
                message=f"`{function.label}` takes a thread and waits for nothing",
                label="a `def` dependency",
                help="make it an `async def`",
                fix=async_def(function),
            )


def is_cheap(function: Function) -> bool:
    """Whether each of its calls is known to be quick, and nothing else can wait."""
    if function.is_generator or any(
        isinstance(node, (n.With, n.Import, n.ImportFrom)) for node in function.nodes
    ):
        return False
    for call in function.calls:
        built_in = call.name.removeprefix("builtins.") in CHEAP or call.name == "fastapi.HTTPException"
        if not built_in and not (call.function is None and call.method in TEXT and call.name == ""):
            return False
    returned = [r.value for r in function.find(n.Return) if r.value is not None]
    return bool(returned) and not all(isinstance(value, (n.Name, n.Attribute)) for value in returned)
