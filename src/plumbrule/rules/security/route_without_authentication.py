"""A route that anybody may call, among routes that ask who is calling

The dependency that other routes carry was forgotten: this one answers strangers.

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

## Bad: what asks is chosen when it runs, and a check of health is no probe

```python title="app/providers.py"
from typing import Annotated

from fastapi import Depends, FastAPI

from app.identity import Identity

app = FastAPI()


@app.post("/providers")
async def install(caller: Annotated[object, Depends(Identity.get_auth_verifier("write"))]) -> None: ...


@app.put("/providers/{name}")
async def update(name: str, caller: Annotated[object, Depends(Identity.get_auth_verifier("read"))]): ...


@app.post("/providers/healthcheck")  # finding
async def check(settings: dict[str, str]) -> None: ...
```

```python title="app/identity.py"
import importlib
import os


class Identity:
    @staticmethod
    def get_auth_verifier(scope: str):
        return getattr(importlib.import_module(os.environ["IDENTITY"]), "Verifier")(scope)
```

## Bad: strangers are given signatures

```python title="app/chat.py"
import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()
bearer = HTTPBearer()
KEY = b"from the environment"


@app.get("/chats")
async def list_chats(token: Annotated[object, Depends(bearer)]) -> None: ...


@app.get("/chats/{chat_id}")
async def read_chat(chat_id: int, token: Annotated[object, Depends(bearer)]) -> None: ...


@app.get("/chats/identity")  # finding
async def identify(email: str) -> str:
    return hmac.new(KEY, email.encode(), hashlib.sha256).hexdigest()
```

## Bad: a whole router, among many routes that ask

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

licenses = APIRouter(prefix="/licenses")
orders = APIRouter(dependencies=[Depends(HTTPBearer())])


@licenses.delete("/{license_id}")  # finding
async def delete_license(license_id: int) -> None: ...


@orders.put("/orders/{number}")
@orders.patch("/orders/{number}")
@orders.delete("/orders/{number}")
@orders.put("/items/{number}")
@orders.patch("/items/{number}")
@orders.delete("/items/{number}")
@orders.put("/users/{number}")
@orders.delete("/users/{number}")
async def change(number: int) -> None: ...


app = FastAPI()
app.include_router(licenses)
app.include_router(orders)
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

## Good: a signature says who is calling, and what is gone does nothing

```python title="main.py"
import hmac

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer

router = APIRouter()
bearer = HTTPBearer()


class Refused(Exception): ...


async def is_signed(request: Request) -> None:
    expected = hmac.digest(b"key", await request.body(), "sha256").hex()
    if not hmac.compare_digest(expected, request.headers.get("x-signature", "")):
        raise Refused


@router.post("/plugins/install", dependencies=[Depends(bearer)])
async def install() -> None: ...


@router.post("/plugins/update", dependencies=[Depends(bearer)])
async def update() -> None: ...


@router.post("/plugins/start", dependencies=[Depends(bearer)])
async def start() -> None: ...


@router.post("/plugins/sync", dependencies=[Depends(is_signed)])
async def synchronise(name: str) -> None: ...


@router.post("/plugins/uninstall")
async def uninstall() -> JSONResponse:
    return JSONResponse({"detail": "gone"}, 410)


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

## Good: so does signing up, whatever its path

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


class NewUser(BaseModel):
    name: str
    password: str


@app.get("/users/me")
async def read_me(token: Annotated[str, Depends(token)]) -> None: ...


@app.delete("/users/me")
async def delete_me(token: Annotated[str, Depends(token)]) -> None: ...


@app.post("/users")
async def create_user(user: NewUser) -> None: ...
```

## Bad: a path that the middleware lets through

```python title="app/main.py"
from fastapi import FastAPI, UploadFile

from app.middleware import TokenMiddleware

app = FastAPI()
app.add_middleware(TokenMiddleware)


@app.post("/sheets/upload")
async def upload(file: UploadFile) -> None: ...
```

```python title="app/middleware.py"
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse

OPEN = ["/docs", "/login", "/sheets/upload"]  # finding


class TokenMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path in OPEN or "authorization" in request.headers:
            return await call_next(request)
        return JSONResponse({}, status_code=401)
```
"""

import re
from functools import cache

from plumbrule.rulekit import (
    Finding,
    Function,
    Iterator,
    Middleware,
    Route,
    asks,
    body_schemas,
    exceptions,
    n,
    names_an_asker,
    rule,
    signs_what_is_sent,
)

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
PROBE = re.compile(r"health|ping|metrics", re.IGNORECASE)
"""what a monitor reads; nobody changes anything with it"""
PUBLIC = re.compile(
    r"log_?(in|out)|sign_?(in|up|out)|regist|token|auth|oauth|refresh|verif|confirm|forgot|reset|recover|activat|"
    r"webhook|callback|public|contact|subscri|hook|captcha|invit|sso|saml|exchange|otp|mfa|"
    r"password|setup|init|session|accept|license|track|report|event|well-known|feedback|share|validat|contact|support|customer|apply|application",
    re.IGNORECASE,
)


@cache
def is_public(text: str) -> bool:
    """Whether a path or a name is that of something anybody may ask for."""
    return PUBLIC.search(text) is not None


@rule(category="security", severity="error", confidence="medium")
def route_without_authentication(route: Route) -> Iterator[Finding]:
    if changes_a_number(route):
        yield from forgotten_among_all(route)
    if is_open(route) or is_public(route.name) or signs_up(route) or does_nothing(route.handler):
        return
    if not CHANGING & set(route.methods):
        if route.handler is not None and signs_what_is_sent(route.handler):
            yield from forgotten(route, "signs for anybody")
    elif route.is_authenticated is False:
        yield from forgotten(route, "answers anybody")
    else:
        yield from let_through(route)


def is_open(route: Route) -> bool:
    """Whether the path of a route is that of something anybody may ask for."""
    is_read = not CHANGING & set(route.methods)
    return is_public(route.path) or (is_read and PROBE.search(route.path) is not None)


def signs_up(route: Route) -> bool:
    """Whether a route takes a password for something new: without an account nobody can say who he is."""
    if "POST" not in route.methods or route.path_parameters or route.handler is None:
        return False
    fields = (name for schema in body_schemas(route) for name in schema.fields)
    return any("password" in name.lower() for name in (*route.handler.reads, *fields))


def forgotten(route: Route, what: str) -> Iterator[Finding]:
    """The routes beside it ask who is calling, this one does not."""
    if route.is_authenticated is not False or names_an_asker(route):
        return
    siblings = [r for r in route.router.routes if r is not route and not is_open(r)]
    guarded = [r for r in siblings if asks(r)]
    if len(guarded) >= 2 and len(guarded) * 4 >= len(siblings) * 3:
        label = f"{len(guarded)} of the {len(siblings)} routes beside it ask who is calling"
        yield finding(route, what, label, guarded[0])


def finding(route: Route, what: str, label: str, like: Route) -> Finding:
    """A route that is unlike others."""
    return Finding(
        at=route.span,
        message=f"{route.label} {what}",
        label=label,
        help=f"give it the dependency that `{like.name}` has, or say in a comment why it is public",
    )


def changes_a_number(route: Route) -> bool:
    """Whether a route changes or deletes what a number in its path names: no secret, anybody can count."""
    if not {"PUT", "PATCH", "DELETE"} & set(route.methods) or route.handler is None:
        return False
    numbers = {p.alias for p in route.handler.parameters if p.type and p.type.name == "builtins.int"}
    return not numbers.isdisjoint(route.path_parameters)


def forgotten_among_all(route: Route) -> Iterator[Finding]:
    """Nobody is asked in its whole file, but nearly everywhere else where something is changed."""
    if route.is_authenticated is not False or names_an_asker(route) or any(map(asks, route.router.routes)):
        return
    alike = [r for r in route.project.code_routes if r is not route and changes_a_number(r)]
    guarded = [r for r in alike if asks(r)]
    if len(guarded) >= 8 and len(guarded) * 10 >= len(alike) * 8:
        label = f"{len(guarded)} of {len(alike)} routes that change what a number names ask who is calling"
        yield finding(route, "answers anybody", label, guarded[0])


def does_nothing(handler: Function | None) -> bool:
    """Whether a handler takes nothing and has a ready answer."""
    if handler is None:
        return False
    *notes, last = handler.body
    is_ready = all(isinstance(note, n.ExprStatement) for note in notes) and isinstance(last, n.Return)
    return is_ready and not handler.parameters and not any(handler.find(n.Await))


def let_through(route: Route) -> Iterator[Finding]:
    """Only a middleware asks, and it has a list of exceptions with the path of this route."""
    asking = [m.function for m in route.authentication if isinstance(m, Middleware) and m.function]
    if len(asking) != len(route.authentication):
        return
    for constant in (c for function in asking for c in exceptions(function)):
        path = str(constant.value)
        if path.count("/") >= 2 and any(full.endswith(path) for full in route.paths):
            yield Finding(
                at=constant.span,
                message=f"{route.label} answers anybody",
                label="the middleware that asks who is calling lets this path through",
                help="take it off the list",
            )
