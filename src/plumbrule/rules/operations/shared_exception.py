"""One exception object that is raised again and again

Raising writes the whole call stack into the exception, in front of what an
earlier `raise` has left there. An object made once, at the top of a module,
therefore keeps the frames of every request that it ended, with their request,
session and user: nothing of it is ever freed, and whoever can be refused can
fill the memory. Starlette empties what its handlers get, from 1.10 on.

## Bad

```python title="app/errors.py"
from fastapi import HTTPException

not_signed_in = HTTPException(401)  # finding


class Forbidden(HTTPException): ...


class Errors:
    FORBIDDEN = Forbidden(403)  # finding
```

```python title="app/main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header

from app.errors import Errors, not_signed_in

app = FastAPI()


async def caller(x_name: Annotated[str | None, Header()] = None) -> str:
    if x_name is None:
        raise not_signed_in
    if x_name != "root":
        raise Errors.FORBIDDEN from None
    return x_name


@app.get("/")
async def read(name: Annotated[str, Depends(caller)]) -> str:
    return name
```

## Good: made where it is raised, or without what an earlier one left

```python
from fastapi import FastAPI, HTTPException

app = FastAPI()


class NotFound(HTTPException):
    def __init__(self) -> None:
        super().__init__(404)


teapot = HTTPException(418)
gone = HTTPException(410)


def not_signed_in() -> HTTPException:
    return HTTPException(401)


@app.get("/{number}")
async def read(number: int) -> str:
    refused = HTTPException(403)
    if number == 1:
        raise refused
    if number == 2:
        raise NotFound
    if number == 3:
        raise teapot.with_traceback(None)
    raise not_signed_in()
```

## Good: a Starlette that empties it

```toml title="pyproject.toml"
[project]
dependencies = ["starlette>=1.10"]
```

```python
from fastapi import FastAPI, HTTPException

app = FastAPI()
not_found = HTTPException(404)


@app.get("/")
async def read() -> None:
    raise not_found
```
"""

from plumbrule.rulekit import Class, Finding, Function, Iterator, Project, Step, Variable, n, rule


@rule(category="operations", severity="error", needs="fastapi")
def shared_exception(project: Project) -> Iterator[Finding]:
    raised: dict[n.Assign, list[n.Raise]] = {}
    for scope, nodes in project.find(n.Raise) if project.may_be("starlette", "<1.10") else ():
        if not isinstance(scope, Function):
            continue
        kept = ((kept_exception(node, scope), node) for node in nodes)
        for made, node in kept:
            if made is not None and project.serving.when(scope) != "startup":
                raised.setdefault(made.assignment, []).append(node)
    for assignment, places in raised.items():
        yield Finding(
            at=assignment.targets[0].span,
            message=f"`{assignment.targets[0].text}` keeps every request that it ended",
            label="made once, and raised again and again",
            help="make it a function that returns a new one, or a class, and raise what that gives",
            chain=tuple(Step("raised here", place.span) for place in places[:5]),
            confidence="medium" if project.requirement("starlette") is None else "high",
        )


def kept_exception(node: n.Raise, function: Function) -> Variable | None:
    """The variable of a module or a class that holds the exception object which is raised."""
    if not isinstance(node.exception, (n.Name, n.Attribute)):
        return None
    kept = function.resolve(node.exception)
    if not isinstance(kept, Variable) or not isinstance(kept.value, n.Call):
        return None
    made = kept.module.resolve(kept.value.func)
    if isinstance(made, Class):
        return kept if made.is_a("Exception", "HTTPException") else None
    name = kept.module.name_of(kept.value.func) or ""
    return kept if name.endswith(("Exception", "Error")) else None
