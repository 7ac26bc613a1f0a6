"""Data of one caller, marked as good for everybody's cache

`Cache-Control: public` lets every cache on the way keep the answer and give
it to the next one who asks, also if the request carried a token. `private`
keeps it in the caller's own browser.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Response
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


@app.get("/me")
async def read_me(token: Annotated[str, Depends(token)], response: Response) -> str:
    response.headers["Cache-Control"] = "public, max-age=3600"  # finding
    return token
```

## Bad: with the answer

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


@app.get("/me")
async def read_me(token: Annotated[str, Depends(token)]) -> JSONResponse:
    return JSONResponse({}, headers={"Cache-Control": "public, max-age=60"})  # finding
```

## Good: private, or no private data

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Response
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


@app.get("/me")
async def read_me(token: Annotated[str, Depends(token)], response: Response) -> str:
    response.headers["Cache-Control"] = "private, max-age=3600"
    return token


@app.get("/rates")
async def read_rates(response: Response) -> list[int]:
    response.headers["Cache-Control"] = "public, max-age=3600"
    return []
```
"""

from plumbrule.rulekit import Finding, Iterator, Route, n, rule


@rule(category="security", severity="error", confidence="medium")
def public_cache_on_private_data(route: Route) -> Iterator[Finding]:
    for node in route.handler.find(n.Constant) if route.handler is not None else ():
        is_public = isinstance(node.value, str) and node.value.lower().startswith("public")
        if is_public and is_cache_control(node) and route.is_authenticated:
            yield Finding(
                at=node.span,
                message=f"the answer of {route.label} may be given to others",
                label="every cache on the way may keep it",
                help="say `private`, or `no-store`",
            )


def is_cache_control(value: n.Constant) -> bool:
    """Whether a text is given to a header of that name."""
    match value.parent:
        case n.Assign(targets=(n.Subscript(items=(n.Constant(value=str(name)),)),)):
            return name.lower() == "cache-control"
        case n.Dict() as headers:
            return headers.get("Cache-Control") is value or headers.get("cache-control") is value
        case _:
            return False
