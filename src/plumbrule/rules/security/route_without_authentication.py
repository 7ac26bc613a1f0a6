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

## Bad: the token of a telephone says nothing of its owner

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

app = FastAPI()
token = OAuth2PasswordBearer(tokenUrl="token")


class Telephone(BaseModel):
    push_token: str


@app.get("/users/me")
async def read_me(token: Annotated[str, Depends(token)]) -> None: ...


@app.delete("/users/me")
async def delete_me(token: Annotated[str, Depends(token)]) -> None: ...


@app.post("/telephones")  # finding
async def add_telephone(telephone: Telephone) -> None:
    print(telephone.push_token)
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

## Bad: deleting asks for the key, and changing the very same does not

```python title="main.py"
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


@app.get("/plugins")
async def list_plugins() -> None: ...


@app.post("/plugins")
async def offer(name: str) -> None: ...


@app.put("/plugins/{name}")  # finding
async def change(name: str) -> None: ...


@app.delete("/plugins/{name}")
async def delete(name: str, key: str = Header()) -> None:
    if key != "from the environment":
        raise HTTPException(403)
```

## Bad: what changes something asks, among much that anybody may read; a form's token says nothing

```python title="main.py"
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.security import HTTPBearer
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

app = FastAPI()
bearer = Depends(HTTPBearer())


class CsrfMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if request.cookies.get("form") != request.headers.get("x-form"):
            return Response(status_code=403)
        return await call_next(request)


app.add_middleware(CsrfMiddleware)


def verify_csrf(form: str = Header()) -> None:
    if form != "from the cookie":
        raise HTTPException(403)


@app.get("/")
async def read_first_page() -> None: ...


@app.get("/plugins")
async def list_plugins() -> None: ...


@app.post("/plugins/install", dependencies=[bearer])
async def install() -> None: ...


@app.post("/plugins/update", dependencies=[bearer])
async def update() -> None: ...


@app.post("/plugins/stop", dependencies=[bearer])
async def stop() -> None: ...


@app.post("/plugins/start", dependencies=[Depends(verify_csrf)])  # finding
async def start() -> None: ...
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


class KnownElsewhere(BaseModel):
    partner_token: str


@app.post("/users/provision")
async def provision_user(user: KnownElsewhere) -> None: ...
```

## Good: its decorator says that nobody has to sign in

```python title="main.py"
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()
Token = Annotated[object, Depends(HTTPBearer())]


def optional_auth(handler: Callable[[], None]) -> Callable[[], None]:
    return handler


@app.post("/orders")
def create_order(token: Token) -> None: ...
@app.put("/orders")
def update_order(token: Token) -> None: ...
@app.delete("/orders")
def delete_order(token: Token) -> None: ...
@app.post("/visits")
@optional_auth
def create_visit() -> None: ...
```

"""

from plumbrule.rulekit import (
    CHANGING,
    Finding,
    Iterator,
    Route,
    asks,
    is_for_anybody,
    is_open,
    n,
    names_an_asker,
    rule,
    signs_what_is_sent,
)

EDITING = {"PUT", "PATCH", "DELETE"}


@rule(category="security", severity="error", confidence="medium")
def route_without_authentication(route: Route) -> Iterator[Finding]:
    if is_for_anybody(route):
        return
    if not CHANGING & set(route.methods):
        if route.handler is not None and signs_what_is_sent(route.handler):
            yield from forgotten(route, "signs for anybody")
    else:
        yield from forgotten(route, "answers anybody")


def forgotten(route: Route, what: str) -> Iterator[Finding]:
    """The routes beside it ask who is calling, this one does not."""
    if route.is_authenticated is not False or names_an_asker(route) or is_said_optional(route):
        return
    siblings = [r for r in route.router.routes if r is not route and not is_open(r)]
    label, asking = unlike(siblings, "routes", 2) or ("", None)
    if asking is None and CHANGING & set(route.methods):
        changing = [r for r in siblings if CHANGING & set(r.methods)]
        label, asking = same_thing(route, changing) or unlike(changing, "changing routes", 3) or ("", None)
    if asking is not None:
        yield Finding(
            at=route.span,
            message=f"{route.label} {what}",
            label=label,
            help=f"give it the dependency that `{asking.name}` has, or say in a comment why it is public",
        )


def is_said_optional(route: Route) -> bool:
    """Whether what is put around the handler says that nobody has to sign in: `optional_auth(…)`."""
    return any("optional" in name for name in n.names_in(route.node, *route.decorators))


def unlike(siblings: list[Route], kind: str, least: int) -> tuple[str, Route] | None:
    """How many of the routes beside it ask who is calling, if most do, and one that does."""
    guarded = [r for r in siblings if asks(r)]
    if len(guarded) < least or len(guarded) * 4 < len(siblings) * 3:
        return None
    return f"{len(guarded)} of the {len(siblings)} {kind} beside it ask who is calling", guarded[0]


def same_thing(route: Route, changing: list[Route]) -> tuple[str, Route] | None:
    """What else changes or deletes the very thing, if all of it asks who is calling."""
    same = [r for r in changing if r.path == route.path and EDITING & set(r.methods)]
    if not same or not EDITING & set(route.methods) or not all(map(asks, same)):
        return None
    return f"{same[0].label} asks who is calling", same[0]
