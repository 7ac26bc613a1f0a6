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
"""

from plumbrule.rulekit import Finding, Iterator, Route, rule


@rule(category="contracts", severity="error")
def unused_path_parameter(route: Route) -> Iterator[Finding]:
    if not route.dependencies.complete or route.handler is None:
        return  # one that is out of sight may read it
    read = {name for function in (route.handler, *route.dependencies) for name in function.reads}
    for name in route.path_parameters:
        if name not in read:
            yield Finding(
                at=route.path_expr.span,
                message=f"`{{{name}}}` is in the path, but nothing reads it",
                label="the value in the URL is thrown away",
                help=f"add `{name}` to `{route.handler.name}`, or take it out of the path",
            )
