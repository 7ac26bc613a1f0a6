"""A 422 that repeats the password

FastAPI's answer to a body that does not fit repeats what was sent: for a missing field the
whole body, for a value the value itself. The password is then in the log of every client and
proxy that keeps answers. `SecretStr` and `hide_input_in_errors` do not change the body of a 422.

## Bad

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretStr

app = FastAPI()  # finding


class Login(BaseModel):
    name: str
    password: SecretStr = Field(max_length=128)


@app.post("/login")
def login(body: Login) -> str:
    return body.name
```

## Bad: a handler that passes everything on

```python title="main.py"
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

app = FastAPI()


@app.exception_handler(RequestValidationError)  # finding
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse({"errors": jsonable_encoder(error.errors())}, status_code=422)


class Login(BaseModel):
    name: str
    password: str = Field(max_length=128)


@app.post("/login")
def login(body: Login) -> str:
    return body.name
```

## Good: a handler that says where and what

```python title="main.py"
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

app = FastAPI()


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    found = [{"loc": one["loc"], "msg": one["msg"], "type": one["type"]} for one in error.errors()]
    return JSONResponse({"detail": found}, status_code=422)


class Login(BaseModel):
    name: str
    password: str = Field(max_length=128)


@app.post("/login")
def login(body: Login) -> str:
    return body.name
```

## Good: no body holds a secret

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Order(BaseModel):
    number: int
    token_type: str = "bearer"


@app.post("/orders")
def order(body: Order) -> int:
    return body.number
```

## Good: the errors are taken apart in another function

```python title="main.py"
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

app = FastAPI()


def told(errors) -> list[str]:
    return [one["msg"] for one in errors]


@app.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse({"detail": told(error.errors())}, status_code=422)


class Login(BaseModel):
    password: str = Field(max_length=128)


@app.post("/login")
def login(body: Login) -> None: ...
```
"""

import re

from plumbrule.rulekit import (
    App,
    Attribute,
    ExceptionHandler,
    Finding,
    Function,
    Iterator,
    Route,
    Step,
    body_schemas,
    is_secret_name,
    n,
    rule,
)

HANDLED = (".RequestValidationError", ".ValidationException", "422")
OWN = "fastapi.exception_handlers.request_validation_exception_handler"
PASSED_ON = ("jsonable_encoder", "JSONResponse", "ORJSONResponse", "dict", "list", "str", "dumps")
COPIED = re.compile(r"""\*\*|\[["'](input|ctx)["']\]|\.get\(["'](input|ctx)["']""")


@rule(category="security", severity="warning", needs="fastapi>=0.100")
def validation_error_echo(app: App) -> Iterator[Finding]:
    secret = next(((route, field) for route in app.all_routes for field in secrets_of(route)), None)
    if secret is None or app.span is None:
        return
    route, field = secret
    handler = next((h for h in app.exception_handlers if h.exception.endswith(HANDLED)), None)
    if handler is None and may_be_handled(app):
        return
    if handler is None or echoes(handler):
        yield Finding(
            at=handler.span if handler is not None else app.span,
            message=f"an invalid {route.label} is answered with the `{field.name}` that was sent",
            label="it passes on `input`" if handler is not None else "nothing strips `input` from a 422",
            help="answer RequestValidationError with the `loc`, `msg` and `type` of each error only",
            chain=(Step(route.label, route.span), Step(f"`{field.name}` is sent", field.span)),
        )


def secrets_of(route: Route) -> Iterator[Attribute]:
    """The fields of a route's body that hold a secret, where FastAPI itself checks the body."""
    if route.router.option("route_class") is None:
        for schema in body_schemas(route):
            yield from (field for name, field in schema.fields.items() if is_secret_name(name))


def may_be_handled(app: App) -> bool:
    """Whether something that is not understood may handle the error."""
    unread = any(not handler.exception for handler in app.exception_handlers)
    return unread or bool(app.project.mentioning(b"RequestValidationError"))


def echoes(handler: ExceptionHandler) -> bool:
    """Whether a handler answers with the errors as they are."""
    function = handler.function
    if function is None or len(function.parameters) < 2:
        return False
    error = function.parameters[1].name
    if any(call.name == OWN for call in function.calls):
        return True
    for call in function.calls:
        if call.method == "errors" and call.receiver is not None and call.receiver.text == error:
            return is_passed_on(call.node, function)
    return False


def is_passed_on(errors: n.Call, function: Function) -> bool:
    """Whether what `exc.errors()` gives is put into the answer unchanged."""
    match errors.parent:
        case n.Clause() | n.For() as loop:
            around = loop.parent if isinstance(loop, n.Clause) else loop
            return around is not None and COPIED.search(around.text) is not None
        case n.Assign(targets=(n.Name(id=name),)):
            uses = (node for node in function.nodes if isinstance(node, n.Name) and node.id == name)
            return any(is_given(node, function) for node in uses)
        case _:
            return is_given(errors, function)


def is_given(node: n.Node, function: Function) -> bool:
    """Whether a value is given to a response as it is, whatever it is wrapped in."""
    for parent in node.parents:
        match parent:
            case n.Call() if function.call(parent).method not in PASSED_ON:
                return False
            case n.Call() if function.call(parent).name.startswith(("starlette.responses", "fastapi.resp")):
                return True
            case n.Call() | n.Dict() | n.Keyword() | n.Sequence():
                continue
            case _:
                return False
    return False
