"""A path parameter that neither the route nor its dependencies take

FastAPI does not complain when `{order_id}` is in the path but in no
signature. The value in the URL is thrown away, and a misspelt parameter has
quietly become a required query parameter.

## Bad

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends

from app.db import get_session

router = APIRouter()


@router.get("/orders/{order_id}")  # finding
async def read_order(item_id: int, session: Annotated[object, Depends(get_session)]): ...
```

```python title="app/db.py"
def get_session(): ...
```

## Good: a dependency takes it, even one in another file

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends

from app.db import get_order

router = APIRouter()


@router.get("/orders/{order_id}")
async def read_order(order: Annotated[object, Depends(get_order)]): ...
```

```python title="app/db.py"
def get_order(order_id: int): ...
```

## Good: the router's prefix holds the parameter

```python title="main.py"
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/shops/{shop_id}")


@router.get("/orders")
async def list_orders(shop_id: int): ...


app.include_router(router)
```

## Good: the request is handed on, and with it the path

```python title="main.py"
import httpx2
from fastapi import Depends, FastAPI, Path, Request

app = FastAPI()


class Owned:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, request: Request) -> None:
        print(request.path_params[f"{self.kind}_id"])


def resolver(name: str):
    def read(identifier: int = Path(alias=name)) -> int:
        return identifier

    return Depends(read)


@app.get("/models/{model_id}")
async def read_model(model: int = resolver("model_id")) -> int:
    return model


@app.delete("/orders/{order_id}", dependencies=[Depends(Owned("order"))])
async def delete_order() -> None: ...


@app.get("/payments/{payment_id}")
async def forward(request: Request) -> str:
    return await ask(request)


async def ask(request: Request) -> str:
    async with httpx2.AsyncClient() as client:
        return (await client.get(f"http://payments{request.url.path}")).text
```

## Good: a middleware reads it

```python title="main.py"
from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def choose_schema(request: Request, call_next):
    request.state.schema = request.path_params.get("tenant", "public")
    return await call_next(request)


@app.get("/{tenant}/orders")
async def list_orders() -> list[str]:
    return []
```

## Good: the name under which a browser saves the file

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import FileResponse

app = FastAPI()


@app.get("/files/{file_id}/content/{file_name}")
def download(file_id: int) -> FileResponse:
    return FileResponse(f"files/{file_id}")
```

## Good: every path of that form gets the same answer

```python title="main.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/files/{rest:path}")
async def moved() -> str:
    return "moved"


@app.get("/wallet")
@app.get("/wallet/{wallet_id}")
async def read_page() -> str:
    return "the page"


@app.get("/docs/{name}")
async def read_docs() -> None:
    raise HTTPException(410)
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Route, n, reached_calls, rule

WHOLE = {"path_params", "url", "scope"}
FOR_SHOW = {"file_name", "filename", "slug", "title"}
REQUESTS = (".Request", ".HTTPConnection", ".WebSocket")


@rule(category="contracts", severity="error")
def unused_path_parameter(route: Route) -> Iterator[Finding]:
    if route.handler is None or not route.path_parameters or answers_alike(route.handler):
        return
    if not route.dependencies.complete:
        return  # one that is out of sight may read it
    read = {name for function in (route.handler, *route.dependencies) for name in function.reads}
    unused = [name for name in route.path_parameters if name not in read and is_specific(name, route)]
    functions = [route.handler, *(d.function for d in route.dependencies if d.function is not None)]
    if not unused or reads_path(route.handler) or any(looks_up(function) for function in functions):
        return
    for name in unused:
        yield Finding(
            at=route.path_expr.span,
            message=f"`{{{name}}}` is in the path, but nothing reads it",
            label="the value in the URL is thrown away",
            help=f"add `{name}` to `{route.handler.name}`, or take it out of the path",
        )


def answers_alike(handler: Function) -> bool:
    """Whether a handler only refuses, whatever it is asked."""
    body = handler.body
    return bool(body) and isinstance(body[-1], n.Raise) and all(map(is_docstring, body[:-1]))


def is_docstring(statement: n.Statement) -> bool:
    return isinstance(statement, n.ExprStatement) and isinstance(statement.value, n.Constant)


def is_specific(name: str, route: Route) -> bool:
    """Whether a parameter is no catch-all, is in every path of the handler, and asked for nowhere."""
    if f"{{{name}:path}}" in route.path or route.handler is None or is_for_show(name, route):
        return False
    if any(name not in other.path_parameters for other in route.handler.routes):
        return False
    quoted = (f'"{name}"'.encode(), f"'{name}'".encode())
    return not any(module.mentions(*quoted) for module in route.project.mentioning(b"path_params"))


def is_for_show(name: str, route: Route) -> bool:
    """Whether a GET ends in the name of a file or a text that is only to be read, behind an id."""
    behind = len(route.path_parameters) > 1 and route.path.endswith(f"/{{{name}}}")
    return behind and "GET" in route.methods and name in FOR_SHOW


def reads_path(handler: Function) -> bool:
    """Whether a handler may take the path from the request, or gives the request to what cannot be seen."""
    calls = reached_from(handler)
    inside = {handler, *(call.function for call in calls if call.function is not None)}
    return any(takes(WHOLE, one) for one in inside) or any(hands_out(call) for call in calls)


def looks_up(function: Function) -> bool:
    """Whether a function takes parameters of the path by names that it makes up."""
    aliases = [c.keyword("alias") for p in function.parameters for c in p.metadata]
    if any(not isinstance(alias, n.Constant) for alias in aliases if alias is not None):
        return True
    inside = {function, *(call.function for call in reached_from(function) if call.function is not None)}
    return any(takes({"path_params"}, one) for one in inside)


def reached_from(function: Function) -> list[Call]:
    """The calls that a function with the request makes."""
    annotations = [p.annotation for p in function.parameters if p.annotation is not None]
    kinds = [function.inference.outside.annotation_type(annotation) for annotation in annotations]
    takes_request = any(kind is not None and kind.name.endswith(REQUESTS) for kind in kinds)
    return [reached.call for reached in reached_calls(function, depth=4)] if takes_request else []


def takes(attributes: set[str], function: Function) -> bool:
    nodes = (node for node in function.find(n.Attribute) if node.attr in attributes)
    return any((t := function.type_of(node.value)) and t.name.endswith(REQUESTS) for node in nodes)


def hands_out(call: Call) -> bool:
    """Whether a request is an argument of something that is not the project's."""
    given = (*call.args, *(keyword.value for keyword in call.keywords)) if call.function is None else ()
    return any((t := call.scope.type_of(value)) and t.name.endswith(REQUESTS) for value in given)
