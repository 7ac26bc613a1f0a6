"""A route that anybody may call, among routes that ask who is calling

The dependency that the other routes of the file carry was forgotten on this
one. FastAPI cannot know: the route answers strangers.

## Bad

```python title="app/plugins.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


@app.post("/plugins/install")
async def install(token: Annotated[str, Depends(token)]) -> None: ...


@app.post("/plugins/update")
async def update(token: Annotated[str, Depends(token)]) -> None: ...


@app.post("/plugins/uninstall")  # finding
async def uninstall(name: str) -> None: ...
```

## Good: the router asks for all of them

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

router = APIRouter(dependencies=[Depends(HTTPBearer())])


@router.post("/plugins/install")
async def install() -> None: ...


@router.post("/plugins/uninstall")
async def uninstall(name: str) -> None: ...


app = FastAPI()
app.include_router(router)
```

## Good: signing in cannot ask who is calling

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


@app.post("/orders")
async def create_order(token: Annotated[str, Depends(token)]) -> None: ...


@app.delete("/orders/{order_id}")
async def delete_order(order_id: int, token: Annotated[str, Depends(token)]) -> None: ...


@app.post("/login")
async def login(name: str, password: str) -> str: ...
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Route, rule

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
PUBLIC = re.compile(
    r"log_?in|sign_?(in|up)|regist|token|auth|oauth|refresh|verif|confirm|forgot|reset|recover|activat|webhook|callback|"
    r"health|ping|public|metrics|contact|subscribe|hook|captcha|invite|sso|saml|exchange",
    re.IGNORECASE,
)


@rule(category="security", severity="error", confidence="medium")
def route_without_authentication(route: Route) -> Iterator[Finding]:
    if not CHANGING & set(route.methods) or route.is_authenticated is not False:
        return
    if PUBLIC.search(route.path) or PUBLIC.search(route.name):
        return
    siblings = [r for r in route.router.routes if r is not route and CHANGING & set(r.methods)]
    guarded = [r for r in siblings if r.is_authenticated]
    if len(guarded) >= 2 and len(guarded) * 3 >= len(siblings) * 2:
        yield Finding(
            at=route.span,
            message=f"{route.label} answers anybody",
            label=f"{len(guarded)} of its {len(siblings)} changing siblings ask who is calling",
            help=f"give it the dependency that `{guarded[0].name}` has, or say in a comment why it is public",
        )
