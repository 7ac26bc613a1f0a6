"""The same `= Depends(…)` repeated where one alias would do

Each route spells the dependency out again, as a default: the parameter must
stand behind those without one, calling the function by hand passes a `Depends`
object, and changing the dependency means changing every route.

## Bad

```python
from fastapi import Depends, FastAPI

app = FastAPI()


def current_user() -> str:
    return "ada"


@app.get("/orders")
async def list_orders(user: str = Depends(current_user)) -> str:  # finding
    return user


@app.get("/items")
async def list_items(user: str = Depends(current_user)) -> str:  # finding
    return user


@app.get("/carts")
async def list_carts(user: str = Depends(current_user)) -> str:  # finding
    return user
```

## Good: an alias, or once

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


def current_user() -> str:
    return "ada"


def limit() -> int:
    return 10


CurrentUser = Annotated[str, Depends(current_user)]


@app.get("/orders")
async def list_orders(user: CurrentUser, most: int = Depends(limit)) -> str:
    return user


@app.get("/items")
async def list_items(user: CurrentUser) -> str:
    return user
```

## References

Ruff's FAST002 asks for `Annotated` in each place; this is about repeating it.
"""

from plumbrule.rulekit import Finding, Iterator, Parameter, Project, n, rule

REPEATED = 3


@rule(category="contracts", severity="note", pedantic=True, needs="fastapi>=0.95")
def default_style_dependency(project: Project) -> Iterator[Finding]:
    asked: dict[str, dict[Parameter, None]] = {}
    for route in project.code_routes:
        for parameter in route.handler.parameters if route.handler is not None else ():
            name = asked_for(parameter)
            if name:
                asked.setdefault(name, {})[parameter] = None
    for name, parameters in asked.items():
        if len(parameters) >= REPEATED:
            last = name.rpartition(".")[2]
            for parameter in parameters:
                yield Finding(
                    at=parameter.span,
                    message=f"`Depends({last})` is spelt out in {len(parameters)} routes",
                    label="as a default",
                    help=f"name it once, `Annotated[…, Depends({last})]`, and use that as the type",
                )


def asked_for(parameter: Parameter) -> str:
    """The full name of what a `= Depends(name)` asks for."""
    default = parameter.default
    call = parameter.marker("Depends") if isinstance(default, n.Call) else None
    if call is None or call.node is not default or len(call.args) != 1:
        return ""
    return call.scope.name_of(call.args[0]) or ""
