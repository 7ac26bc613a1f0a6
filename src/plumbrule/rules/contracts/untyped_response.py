"""A route that does not say what it returns

Without a return type or `response_model` the answer is walked by
`jsonable_encoder` (19 times slower for a list of a hundred models), nothing is
left out of it (a database row goes out with every column, password hash
included), and the OpenAPI document promises clients nothing.

## Bad

```python
from fastapi import FastAPI

app = FastAPI()


def find_user(user_id: int): ...


@app.get("/users/{user_id}")
async def read_user(user_id: int):  # finding
    return find_user(user_id)
```

## Good: a return type, or a model for the response

```python
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    name: str


@app.get("/users/{user_id}")
async def read_user(user_id: int) -> User:
    return User(name="Ada")


@app.get("/users", response_model=list[User])
async def list_users():
    return [User(name="Ada")]
```

## Good: it answers with a response of its own, or with nothing

```python
from fastapi import FastAPI, status
from fastapi.openapi.docs import get_redoc_html
from fastapi.responses import HTMLResponse, RedirectResponse

app = FastAPI()
users: dict[int, str] = {}


@app.get("/")
async def index():
    return RedirectResponse("/docs")


@app.get("/page", response_class=HTMLResponse)
async def page():
    return "<h1>Shop</h1>"


@app.delete("/users/{user_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_user(user_id: int):
    return forget(user_id)


def forget(user_id: int):
    return users.pop(user_id, None)


@app.get("/reference")
async def reference():
    return get_redoc_html(openapi_url="/openapi.json", title="Shop")


@app.get("/livez")
async def livez():
    return {"status": "ok"}
```

## Good: Authlib answers with a redirect

```python title="main.py"
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse

app = FastAPI()


class Provider:
    async def authorize_redirect(self, request: Request, uri: str):
        return RedirectResponse(uri)


provider = Provider()


@app.get("/login")
async def login(request: Request):
    return await provider.authorize_redirect(request, "/callback")
```

## Good: the page of a template, outside the document

```python
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

app = FastAPI()


class Pages:
    def TemplateResponse(self, request: Request, name: str) -> HTMLResponse:
        return HTMLResponse(name)


pages = Pages()


def draw(request: Request) -> HTMLResponse:
    return pages.TemplateResponse(request, "shop.html")


@app.get("/shop")
async def shop(request: Request):
    return draw(request)


@app.get("/internal", include_in_schema=False)
async def internal(request: Request):
    return request.headers
```

## References

Ruff's FAST001 finds a `response_model` that repeats the return type; this is the opposite.
"""

from plumbrule.rulekit import EMPTY, Finding, Function, Iterator, Route, n, rule

ANSWERING = ("Response", ".authorize_redirect", "get_swagger_ui_html", "get_redoc_html")
"""how the name of what makes a response ends"""


@rule(category="contracts", severity="warning")
def untyped_response(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or handler.node.returns is not None or not route.in_schema or route.is_websocket:
        return
    if (
        route.option("response_model")
        or route.option("response_class")
        or route.record.operation in ("route", "add_route")
    ):
        return
    if has_wrapper(route) or handler.is_generator or route.status in EMPTY:
        return
    values = [r.value for r in handler.find(n.Return) if r.value is not None]
    if any(is_open(value, handler) for value in values) and not any(is_response(v, handler) for v in values):
        yield Finding(
            at=handler.span,
            message=f"{route.label} does not say what it returns",
            label="neither a return type nor a response_model",
            help="annotate what it returns with a schema",
        )


def has_wrapper(route: Route) -> bool:
    """Whether arguments are handed to the registration in a way that hides some of them."""
    node = route.node
    splatted = isinstance(node, n.Call) and any(k.name is None for k in node.keywords)
    return splatted or route.router.option("default_response_class") is not None


def is_open(value: n.Expr, handler: Function) -> bool:
    """Whether it is more than a few words written down here."""
    match value:
        case n.Constant():
            return False
        case n.Dict(values=values):
            return not all(isinstance(v, (n.Constant, n.FString)) for v in values)
        case _:
            kind = handler.type_of(value)
            return kind is None or not kind.name.endswith("None")


def is_response(value: n.Expr, handler: Function) -> bool:
    """Whether it is a response that FastAPI sends as it is."""
    kind = handler.type_of(value)
    if kind is not None and (kind.name.endswith("Response") or (kind.cls and kind.cls.is_a("Response"))):
        return True
    plain = value.value if isinstance(value, n.Await) else value
    return isinstance(plain, n.Call) and plain.func.text.endswith(ANSWERING)
