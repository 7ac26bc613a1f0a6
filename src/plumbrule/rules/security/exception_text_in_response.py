"""The text of an unexpected exception, sent to the client

What `str(exc)` holds is written for the developer: the statement and its
parameters, a file name, a host inside the network, sometimes the key that did
not fit. The client gets all of it. Log the exception; answer with a sentence
of your own.

## Bad

```python title="main.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()


def charge(order_id: int) -> None: ...


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> None:
    try:
        charge(order_id)
    except Exception as exc:
        raise HTTPException(500, detail=f"charging failed: {exc}")  # finding
```

## Bad: a library's exception

```python title="main.py"
import jwt
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/me")
async def read_me(token: str) -> str:
    try:
        return str(jwt.decode(token, "key", algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as exc:
        raise HTTPException(401, detail=str(exc)) from exc  # finding
```

## Good: logged, and a sentence of our own

```python title="main.py"
import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)


def charge(order_id: int) -> None: ...


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> None:
    try:
        charge(order_id)
    except Exception as exc:
        logger.exception("charging %s failed: %s", order_id, exc)
        raise HTTPException(500, detail="the order could not be charged") from exc
```

## Good: an exception of our own, raised with a message for the client

```python title="main.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()


class OrderClosed(Exception): ...


def charge(order_id: int) -> None:
    raise OrderClosed("the order is closed")


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> None:
    try:
        charge(order_id)
    except OrderClosed as exc:
        raise HTTPException(409, detail=str(exc)) from exc
    except ValueError as exc:
        raise HTTPException(422, detail=str(exc)) from exc
```
"""

from plumbrule.rulekit import Call, External, Finding, Function, Iterator, n, rule

RESPONSES = (
    "fastapi.HTTPException",
    "starlette.HTTPException",
    "starlette.responses.JSONResponse",
    "starlette.responses.PlainTextResponse",
    "starlette.responses.HTMLResponse",
    "starlette.responses.Response",
    "starlette.responses.ORJSONResponse",
)
TRACES = ("traceback.format_exc", "traceback.format_exception")
BROAD = ("builtins.Exception", "builtins.BaseException")
SPOKEN = ("pydantic.", "fastapi.", "starlette.", "builtins.", "email_validator.", "pydantic_core.")


@rule(category="security", severity="warning", calls=RESPONSES)
def exception_text_in_response(call: Call) -> Iterator[Finding]:
    for node in call.node.walk() if isinstance(call.caller, Function) else ():
        shown = text_of_exception(node, call)
        if shown:
            yield Finding(
                at=node.span,
                message=f"`{shown}` tells the client what went wrong inside",
                label="the text of an exception that nobody wrote for clients",
                help="log the exception and answer with a sentence of your own",
            )
            return


def text_of_exception(node: n.Node, call: Call) -> str:
    match node:
        case n.Call(func=func) if call.scope.name_of(func) in TRACES:
            return node.text
        case n.Name(id=name) if is_said(node) and is_unexpected(name, call):
            return name
        case _:
            return ""


def is_said(name: n.Name) -> bool:
    match name.parent:
        case n.FString():
            return True
        case n.Call(func=n.Name(id="str" | "repr")):
            return True
        case n.Call(func=n.Attribute(attr="format")):
            return True
        case n.BinOp(op="%"):
            return True
        case _:
            return False


def is_unexpected(name: str, call: Call) -> bool:
    for parent in call.node.parents:
        match parent:
            case n.FunctionDef():
                return False
            case n.Handler(name=bound, exception=exception) if bound == name:
                return exception is not None and all(is_foreign(e, call) for e in options(exception))
    return False


def options(exception: n.Expr) -> tuple[n.Expr, ...]:
    return exception.items if isinstance(exception, n.Sequence) else (exception,)


def is_foreign(exception: n.Expr, call: Call) -> bool:
    target = call.scope.resolve(exception)
    if not isinstance(target, External):
        return False
    return target.name in BROAD or not target.name.startswith(SPOKEN)
