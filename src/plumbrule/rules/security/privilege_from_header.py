"""What the caller may do is read from a header that the caller sends

Whoever can call the service can write `X-Is-Admin: true`. A gateway that strips such a header protects only
those who come through it, and only as long as nobody forgets it there. Take the role from a token whose
signature was checked, or from the database.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request

app = FastAPI()


@app.delete("/orders/{order_id}")
def delete_order(order_id: int, request: Request) -> None:
    if request.headers.get("X-Is-Admin", "false") != "true":  # finding
        raise HTTPException(403)


@app.delete("/users/{user_id}")
def delete_user(user_id: int, x_user_role: Annotated[str, Header()]) -> None:  # finding
    if x_user_role != "admin":
        raise HTTPException(403)
```

## Good: from a token, from a gateway that proves itself, or no privilege at all

```python title="main.py"
import hmac
import os
from typing import Annotated

import httpx
import jwt
from fastapi import FastAPI, Header, HTTPException, Request

app = FastAPI()


@app.delete("/orders/{order_id}")
def delete_order(order_id: int, authorization: Annotated[str, Header()]) -> None:
    claims = jwt.decode(authorization, os.environ["KEY"], ["HS256"], options={"require": ["exp"]})
    if claims["role"] != "admin":
        raise HTTPException(403)


@app.delete("/users/{user_id}")
def delete_user(user_id: int, request: Request, x_gateway: Annotated[str, Header()]) -> None:
    if not hmac.compare_digest(x_gateway, os.environ["GATEWAY"]):
        raise HTTPException(401)
    if request.headers["x-user-role"] != "admin":
        raise HTTPException(403)


@app.get("/orders")
async def list_orders(x_admin_key: Annotated[str, Header()], x_role_hint: Annotated[str, Header()]) -> str:
    async with httpx.AsyncClient(timeout=5) as client:
        response = await client.get("https://example.com/orders", headers={"x-admin-key": x_admin_key})
    return response.headers["x-user-role"] + x_role_hint
```
"""

import re

from plumbrule.rulekit import File, Finding, Function, Iterator, Module, n, rule

PRIVILEGE = re.compile(
    r"x[-_]((auth|user|current)[-_])?(user[-_])?(is[-_]?)?(admin|superuser|staff|roles?|permissions?)",
    re.IGNORECASE,
)
NAMES = re.compile(PRIVILEGE.pattern.encode(), re.IGNORECASE)
PROVEN = re.compile(r"compare_digest|jwt\.decode|trusted_|is_trusted")


@rule(category="security", severity="warning", confidence="medium")
def privilege_from_header(module: Module) -> Iterator[Finding]:
    if not module.mentions(b".headers", b"Header") or not module.file.once(names_privilege):
        return
    for function in module.functions:
        at = next(taken(function), None)
        if at is not None and PROVEN.search(function.node.text) is None:
            yield Finding(
                at=at.span,
                message=f"`{function.label}` believes what the client says it may do",
                label="any client may send this header",
                help="take it from a token whose signature was checked, or from the database",
            )


def names_privilege(file: File) -> bool:
    return NAMES.search(file.source.text) is not None


def taken(function: Function) -> Iterator[n.Node]:
    """Where a function takes such a header: from a request, or as a parameter."""
    for parameter in function.parameters:
        if parameter.marker("Header") is not None and PRIVILEGE.fullmatch(parameter.alias):
            yield parameter.node
    for node in (*function.find(n.Call), *function.find(n.Subscript)):
        match node:
            case n.Call(func=n.Attribute(value=headers, attr="get"), args=(n.Constant(value=str(name)), *_)):
                pass
            case n.Subscript(value=headers, items=(n.Constant(value=str(name)),)):
                pass
            case _:
                continue
        if PRIVILEGE.fullmatch(name) and is_sent(headers, function):
            yield node


def is_sent(headers: n.Expr, function: Function) -> bool:
    """Whether headers are those of what came in, not of an answer."""
    if not isinstance(headers, n.Attribute) or headers.attr != "headers":
        return False
    kind = function.type_of(headers.value)
    return kind is not None and kind.name in ("fastapi.Request", "fastapi.WebSocket")
