"""The text of an unexpected exception, sent to the client

What `str(exc)` holds is written for the developer: the statement and its
parameters, a file name, a host inside the network, sometimes the key that did
not fit. The client gets all of it. Log the exception; answer with a sentence
of your own.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI, HTTPException

app = FastAPI()


def charge(order_id: int) -> None: ...


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> None:
    try:
        charge(order_id)
    except Exception as exc:
        raise HTTPException(500, detail=f"charging failed: {exc}")  # finding


@app.get("/me")
async def read_me(token: str) -> str:
    try:
        return str(jwt.decode(token, "key", algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as exc:
        raise HTTPException(401, detail=str(exc)) from exc  # finding
```

## Bad: in what the handler returns

```python title="main.py"
import traceback

from fastapi import FastAPI

app = FastAPI()


def charge(order_id: int) -> None: ...


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> dict[str, str]:
    try:
        charge(order_id)
        return {"status": "charged"}
    except ValueError as exc:
        return {"status": "failed", "message": str(exc)}
    except Exception as exc:
        return {"status": "failed", "message": f"charging failed: {exc}"}  # finding


@app.post("/orders/{order_id}/refund")
async def refund_order(order_id: int) -> str:
    try:
        charge(-order_id)
    except Exception:
        return traceback.format_exc()  # finding
    return "refunded"
```

## Bad: whatever nobody expected, and functions that answer for a route

```python title="main.py"
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

app = FastAPI()


def charge(order_id: int) -> dict[str, str]:
    try:
        return {"change": str(1 / order_id)}
    except Exception as exc:
        return {"error": str(exc)}  # finding


@app.post("/orders/{order_id}/refund")
async def refund_order(order_id: int) -> str:
    result = refund(order_id)
    if "error" in result:
        raise HTTPException(409, detail=f"not refunded: {result.get('error', '')}")
    return result["note"]


def refund(order_id: int) -> dict[str, str]:
    try:
        return {"change": str(1 / order_id)}
    except Exception as exc:
        note = f"{exc}"
        return {"error": str(exc), "note": note}  # finding


def answered(**given: str) -> dict[str, str]:
    return given


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> dict[str, str]:
    try:
        return charge(order_id)
    except Exception as exc:
        return answered(error=str(exc))  # finding


@app.exception_handler(Exception)
async def answer(request: Request, exc: Exception) -> JSONResponse:
    return JSONResponse({"error": "internal", "details": {"exception": str(exc)}}, 500)  # finding


async def answer_otherwise(_request: Request, exc: Exception) -> JSONResponse:
    return JSONResponse({"error": f"{exc}"}, 500)  # finding


async def answer_missing(_request: Request, exc: KeyError) -> JSONResponse:
    return JSONResponse({"error": f"{exc}"}, 404)


HANDLERS = {Exception: answer_otherwise, KeyError: answer_missing}
for kind, handler in HANDLERS.items():
    if kind not in app.exception_handlers:
        app.exception_handlers[kind] = handler
```

## Good: an exception that was meant for the client, and developers who are told

```python title="main.py"
import os

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
DEBUG = os.getenv("DEBUG") == "1"


class OrderClosed(Exception): ...


async def answer_closed(request: Request, exc: Exception) -> JSONResponse:
    return JSONResponse({"error": str(exc)}, 409)


app.add_exception_handler(OrderClosed, answer_closed)


@app.exception_handler(Exception)
async def answer(request: Request, exc: Exception) -> JSONResponse:
    if DEBUG:
        return JSONResponse({"error": repr(exc)}, 500)
    if isinstance(exc, OrderClosed):
        return JSONResponse({"error": str(exc)}, 409)
    path = str(request.url.path)
    return JSONResponse({"error": str(exc) if DEBUG else "internal", "path": path}, 500)
```

## Good: returned to a caller of our own, who may only log it

```python title="main.py"
import logging

from fastapi import FastAPI

app = FastAPI()


def charge(order_id: int) -> str:
    try:
        return str(1 / order_id)
    except Exception as exc:
        return f"charging failed: {exc}"


@app.post("/orders/{order_id}/charge")
async def charge_order(order_id: int) -> None:
    def tried() -> str:
        try:
            return charge(order_id)
        except Exception as exc:
            return str(exc)

    logging.info(tried())
```

## Good: logged, and a sentence of our own, or an exception with a message for the client

```python title="main.py"
import logging

from fastapi import FastAPI, HTTPException

app = FastAPI()
logger = logging.getLogger(__name__)


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
    except Exception as exc:
        logger.exception("charging %s failed: %s", order_id, exc)
        raise HTTPException(500, detail="the order could not be charged") from exc
```
"""

from plumbrule.rulekit import (
    Call,
    External,
    Finding,
    Function,
    Iterator,
    Project,
    Scoped,
    is_for_developers,
    n,
    rule,
)

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
BROADEST = {*BROAD, "500", "starlette.status.HTTP_500_INTERNAL_SERVER_ERROR"}
SPOKEN = ("pydantic.", "fastapi.", "starlette.", "builtins.", "email_validator.", "pydantic_core.")


@rule(category="security", severity="warning")
def exception_text_in_response(project: Project) -> Iterator[Finding]:
    responses = [call for call in project.calls_to(*RESPONSES) if isinstance(call.caller, Function)]
    handlers = {route.handler for route in project.code_routes if not route.is_websocket}
    caught = project.find(n.Handler) if handlers else ()
    telling = {at for at, found in caught if isinstance(at, Function) and any(map(answers, found))}
    words = {function.name for function in telling}
    for call in responses:
        yield from shown_in(call.node, call.scope)
        yield from handed_on(call, telling) if words else ()
    for handler in project.code_functions if words else ():
        if handler in handlers:
            yield from shown_by(handler)
            for function in (call.function for call in returned_calls(handler, words)):
                if function is not None and function in telling:
                    yield from shown_by(function)


def handed_on(response: Call, telling: set[Function]) -> Iterator[Finding]:
    """`detail=result["error"]`: the texts of exceptions in what another function gave under a written key."""
    for node in response.node.walk():
        match node:
            case n.Subscript(value=n.Name() as kept, items=(n.Constant(value=str(key)),)):
                yield from kept_under(key, kept, response, telling)
            case n.Call(
                func=n.Attribute(value=n.Name() as kept, attr="get"), args=(n.Constant(value=str(key)), *_)
            ):
                yield from kept_under(key, kept, response, telling)


def kept_under(key: str, kept: n.Name, response: Call, telling: set[Function]) -> Iterator[Finding]:
    """The texts of exceptions under a key of what a name was given by a function."""
    bound = [b.node.value for b in response.scope.bindings.get(kept.id, ()) if isinstance(b.node, n.Assign)]
    made = bound[0] if len(bound) == 1 else None
    made = made.value if isinstance(made, n.Await) else made
    function = response.scope.call(made).function if isinstance(made, n.Call) else None
    if function is None or function not in telling:
        return
    for returned in function.find(n.Return):
        told = returned.value.get(key) if isinstance(returned.value, n.Dict) else None
        if told is not None:
            yield from shown_in(told, function)


def answers(handler: n.Handler) -> bool:
    """Whether something is returned where an exception is caught."""
    return any(isinstance(statement, n.Return) for statement in handler.body)


def returned_calls(handler: Function, words: set[str]) -> Iterator[Call]:
    """The calls of functions with one of some names whose results a handler returns as they are."""
    for returned in handler.find(n.Return):
        made = returned.value.value if isinstance(returned.value, n.Await) else returned.value
        if isinstance(made, n.Call) and made.func.text.rpartition(".")[2] in words:
            yield handler.call(made)


def shown_by(function: Function) -> Iterator[Finding]:
    """The texts of exceptions in what a function returns for a route as it is."""
    for returned in function.find(n.Return) if any(function.find(n.Handler)) else ():
        if returned.value is not None and not is_response(returned.value, function):
            yield from shown_in(returned.value, function)


def is_response(value: n.Expr, handler: Function) -> bool:
    """Whether a response is made in an expression."""
    calls = (inner for inner in value.walk() if isinstance(inner, n.Call))
    return any(handler.call(inner).name in RESPONSES for inner in calls)


def shown_in(answer: n.Node, scope: Scoped) -> Iterator[Finding]:
    """The first text of an unexpected exception in an answer."""
    for node in answer.walk():
        shown = text_of_exception(node, scope)
        if shown:
            yield Finding(
                at=node.span,
                message=f"`{shown}` tells the client what went wrong inside",
                label="the text of an exception that nobody wrote for clients",
                help="log the exception and answer with a sentence of your own",
            )
            return


def text_of_exception(node: n.Node, scope: Scoped) -> str:
    match node:
        case n.Call(func=func) if scope.name_of(func) in TRACES:
            return node.text
        case n.Name(id=name) if is_said(node) and is_unexpected(node, scope) and not is_for_developers(node):
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


def is_unexpected(name: n.Name, scope: Scoped) -> bool:
    for parent in name.parents:
        match parent:
            case n.If(test=n.Call(func=n.Name(id="isinstance"), args=(told, kind))) if told.text == name.id:
                return all(is_foreign(e, scope) for e in options(kind))
            case n.FunctionDef():
                return isinstance(scope, Function) and handles_anything(scope, name.id)
            case n.Handler(name=bound, exception=exception) if bound == name.id:
                return exception is not None and all(is_foreign(e, scope) for e in options(exception))
    return False


def handles_anything(function: Function, name: str) -> bool:
    """Whether a parameter holds whatever was raised: that of an exception handler, or of what looks so."""
    if name not in [p.name for p in function.parameters][1:2]:
        return False
    handled = [
        h.exception for a in function.project.apps for h in a.exception_handlers if h.function is function
    ]
    if any(handled):  # else it is not known of what
        return not BROADEST.isdisjoint(handled)
    first, second = (p.type.name if p.type is not None else "" for p in function.parameters[:2])
    return first == "fastapi.Request" and second in BROAD


def options(exception: n.Expr) -> tuple[n.Expr, ...]:
    return exception.items if isinstance(exception, n.Sequence) else (exception,)


def is_foreign(exception: n.Expr, scope: Scoped) -> bool:
    target = scope.resolve(exception)
    if not isinstance(target, External):
        return False
    return target.name in BROAD or not target.name.startswith(SPOKEN)
