"""A dependency that never runs

A guard only runs where FastAPI looks for it: `Depends` in a signature or in
`dependencies=` of the decorator. Left bare in `Annotated`, put in a list as a
default, or on a function that is called by hand, it is silently skipped: the
user is taken from the query, or is a `Depends` object that is always true.

## Bad: no `Depends` in `Annotated`

```python
from typing import Annotated

from fastapi import FastAPI, HTTPException

app = FastAPI()


def current_user() -> str:
    raise HTTPException(401)


@app.get("/me")
async def me(user: Annotated[str, current_user]) -> str:  # finding
    return user
```

## Bad: `dependencies=` in the signature

```python
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


def require_admin() -> None:
    raise HTTPException(403)


@app.delete("/items")
async def delete_items(dependencies=[Depends(require_admin)]) -> None: ...  # finding
```

## Bad: called by hand

```python
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


def current_user() -> str:
    raise HTTPException(401)


def tenant_of(shop: int, user: str = Depends(current_user)) -> str:
    return user


@app.get("/shops/{shop}")
async def read_shop(shop: int) -> str:
    return tenant_of(shop)  # finding
```

## Good: FastAPI calls it, or all is given

```python
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import AfterValidator

app = FastAPI()


def current_user() -> str:
    raise HTTPException(401)


def tenant_of(shop: int, user: str = Depends(current_user)) -> str:
    return user


def not_empty(text: str) -> str:
    return text


@app.get("/shops/{shop}", dependencies=[Depends(current_user)])
async def read_shop(
    shop: int,
    tenant: Annotated[str, Depends(tenant_of)],
    name: Annotated[str, AfterValidator(not_empty)] = "",
) -> str:
    return tenant_of(shop, user=tenant)
```

## Good: a guard that the function itself never looks at

```python
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


def api_key() -> str:
    raise HTTPException(401)


@app.get("/languages")
async def list_languages(key: str = Depends(api_key)) -> list[str]:
    return ["de", "en"]


@app.get("/languages/first")
async def first_language(key: str = Depends(api_key)) -> str:
    return (await list_languages())[0]


@app.get("/regions")
def list_regions(_: str = Depends(api_key)) -> list[str]:
    _, rest = "de", ["at", "ch"]
    return rest


@app.get("/regions/first")
def first_region(_: str = Depends(api_key)) -> str:
    return list_regions()[0]
```

## Good: a parent's method gets all by keyword

```python
from fastapi import Depends, FastAPI

app = FastAPI()


def session() -> str:
    return "session"


class Service:
    def __init__(self, db: str = Depends(session)) -> None:
        self.db = db


class Orders(Service):
    def __init__(self, db: str = Depends(session)) -> None:
        super().__init__(db)


@app.get("/orders")
async def list_orders(orders: Orders = Depends()) -> str:
    return orders.db
```
"""

from plumbrule.rulekit import Call, Class, Finding, Function, Iterator, Parameter, Project, n, rule

MARKERS = ("fastapi.Depends", "fastapi.Security")


@rule(category="contracts", severity="error")
def ignored_dependency(project: Project) -> Iterator[Finding]:
    for handler in dict.fromkeys(route.handler for route in project.code_routes):
        for parameter in handler.parameters if handler is not None else ():
            yield from in_signature(parameter)
    for function in {made for call in project.calls_to(*MARKERS) if (made := filled_in(call)) is not None}:
        for call in function.callers_in_code:
            yield from by_hand(call)


def filled_in(marker: Call) -> Function | None:
    """The function that has `Depends(…)` as a default."""
    parameter = marker.node.parent
    if not isinstance(parameter, n.Parameter) or not isinstance(parameter.parent, n.FunctionDef):
        return None
    return marker.module.project.functions_by_node.get(parameter.parent)


def in_signature(parameter: Parameter) -> Iterator[Finding]:
    """A guard in a place of the signature where FastAPI does not look."""
    outside = parameter.function.inference.outside.scope
    match parameter.annotation:
        case n.Subscript(value=value, items=(_, *rest)) if value.text.endswith("Annotated"):
            for item in rest:
                if isinstance(item, (n.Name, n.Attribute)) and isinstance(outside.resolve(item), Function):
                    yield Finding(
                        at=item.span,
                        message=f"`{item.text}` never runs",
                        label="without `Depends` it is a note that nobody reads",
                        help=f"write `Depends({item.text})`",
                    )
    match parameter.default:
        case n.Sequence(items=items) if any(is_marker(item, parameter) for item in items):
            yield Finding(
                at=parameter.span,
                message=f"the dependencies in `{parameter.name}` never run",
                label="FastAPI looks for a list of them in the decorator",
                help="move the list to `dependencies=` of the decorator",
            )


def is_marker(node: n.Node, parameter: Parameter) -> bool:
    """Whether a node is `Depends(…)`."""
    outside = parameter.function.inference.outside.scope
    return isinstance(node, n.Call) and outside.call(node).name in MARKERS


def by_hand(call: Call) -> Iterator[Finding]:
    """A project function called without the arguments that only FastAPI would fill in."""
    function = call.function
    if function is None or call.is_splatted:
        return
    bound = isinstance(call.target, Class) or (function.cls is not None and not function.is_static)
    positional = [p for p in function.parameters if p.kind in ("positional_only", "positional")][bound:]
    given = {p.name for p in positional[: len(call.args)]} | {k.name for k in call.keywords}
    for parameter in function.parameters:
        default = parameter.default
        if parameter.name in given or default is None or not is_marker(default, parameter):
            continue
        if parameter.name != "_" and parameter.name in n.names_in(function.node):
            yield Finding(
                at=call.span,
                message=f"`{parameter.name}` of `{function.label}` is a `Depends` object here",
                label="called by hand: nothing resolves its dependencies",
                help=f"pass `{parameter.name}=`, or let FastAPI call `{function.label}`",
            )
            return
