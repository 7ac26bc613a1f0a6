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

## Bad: a whole router, among those of the administrators

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

shops = APIRouter(prefix="/admin/shops", dependencies=[Depends(HTTPBearer())])
pauses = APIRouter(prefix="/admin/pauses")


@shops.post("")
def open_shop(name: str) -> int: ...


@shops.put("/{shop_id}")
def rename(shop_id: int, name: str) -> None: ...


@shops.put("/{shop_id}/stock")
def fill(shop_id: int, pieces: int) -> None: ...


@shops.delete("/{shop_id}")
def close(shop_id: int) -> None: ...


@pauses.delete("/{pause_id}")  # finding
def delete_pause(pause_id: int) -> None: ...


app = FastAPI()
app.include_router(shops)
app.include_router(pauses)
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
    body_schemas,
    n,
    reached_calls,
    rule,
)

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
SIGNING = {"hmac.new", "hmac.digest", "jwt.encode", "jose.jwt.encode"}
PROBE = re.compile(r"health|ping|metrics", re.IGNORECASE)
"""what a monitor reads; nobody changes anything with it"""
PUBLIC = re.compile(
    r"log_?(in|out)|sign_?(in|up|out)|regist|token|auth|oauth|refresh|verif|confirm|forgot|reset|recover|activat|"
    r"webhook|callback|public|contact|subscri|hook|captcha|invit|sso|saml|exchange|otp|mfa|"
    r"password|setup|init|session|accept|license|track|report|event|well-known|feedback|share|validat|contact|support|customer|apply|application",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"auth|user|token|permission|credential|principal|secur|access|guard|api_?key", re.IGNORECASE
)


@cache
def is_public(text: str) -> bool:
    """Whether a path or a name is that of something anybody may ask for."""
    return PUBLIC.search(text) is not None


@rule(category="security", severity="error", confidence="medium")
def route_without_authentication(route: Route) -> Iterator[Finding]:
    if is_open(route) or is_public(route.name) or signs_up(route) or does_nothing(route.handler):
        return
    if not CHANGING & set(route.methods):
        if route.handler is not None and signs_what_is_sent(route.handler):
            yield from forgotten(route, "signs for anybody")
    elif route.is_authenticated is False:
        found = list(forgotten(route, "answers anybody"))
        yield from found or among_administrators(route)
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
    if route.is_authenticated is not False or any(
        ASKING.search(d.name) or (d.parameter and ASKING.search(d.parameter.name)) for d in route.dependencies
    ):
        return
    siblings = [r for r in route.router.routes if r is not route and not is_open(r)]
    guarded = [r for r in siblings if asks(r)]
    if len(guarded) >= 2 and len(guarded) * 4 >= len(siblings) * 3:
        yield Finding(
            at=route.span,
            message=f"{route.label} {what}",
            label=f"{len(guarded)} of the {len(siblings)} routes beside it ask who is calling",
            help=f"give it the dependency that `{guarded[0].name}` has, or say in a comment why it is public",
        )


def among_administrators(route: Route) -> Iterator[Finding]:
    """A whole router that nobody guards, where nearly all that stands below the same `/admin` is guarded."""
    front, area, _ = f"{route.path}/".partition("/admin/")
    if not area or any(asks(other) for other in route.router.routes):
        return
    below = [other for other in route.project.code_routes if other.path.startswith(f"{front}{area}")]
    changing = [other for other in below if CHANGING & set(other.methods) and not is_open(other)]
    guarded = sum(asks(other) for other in changing)
    if guarded >= 4 and guarded * 4 >= len(changing) * 3:
        yield Finding(
            at=route.span,
            message=f"{route.label} answers anybody",
            label=f"{guarded} of the {len(changing)} changes below `{front}/admin` ask who is calling",
            help="give its router the dependency that the others have",
        )


def asks(route: Route) -> bool:
    """Whether a route asks who is calling, surely, or by a dependency out of sight that is named so."""
    if route.is_authenticated is not None:
        return route.is_authenticated
    return any(not d.complete and ASKING.search(d.node.text) for d in route.dependencies)


def signs_what_is_sent(handler: Function) -> bool:
    """Whether a handler makes a signature for somebody else, and does not compare it with one that came."""
    made = (call for call in handler.calls if call.method in ("new", "digest", "encode"))
    return any(call.name in SIGNING for call in made) and "compare_digest" not in handler.node.text


def does_nothing(handler: Function | None) -> bool:
    """Whether a handler takes nothing and has a ready answer."""
    if handler is None:
        return False
    *notes, last = handler.body
    is_ready = all(isinstance(note, n.ExprStatement) for note in notes) and isinstance(last, n.Return)
    return is_ready and not handler.parameters and not any(handler.find(n.Await))


def let_through(route: Route) -> Iterator[Finding]:
    """Only a middleware asks, and it has a list of exceptions with the path of this route."""
    asking = [
        m.function for m in route.authentication if isinstance(m, Middleware) and m.function is not None
    ]
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


def exceptions(middleware: Function) -> Iterator[n.Constant]:
    """The paths in lists of the middleware, and of the modules whose functions it asks."""
    asked = {call.call.function.module for call in reached_calls(middleware, depth=2) if call.call.function}
    for module in {middleware.module, *asked}:
        lists = (a.value for a in module.find(n.Assign) if isinstance(a.value, n.Sequence))
        for item in (item for value in lists for item in value.items):
            if isinstance(item, n.Constant) and isinstance(item.value, str) and item.value.startswith("/"):
                yield item
