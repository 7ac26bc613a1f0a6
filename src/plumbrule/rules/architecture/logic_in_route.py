"""A route that decides instead of delegating

The handler branches, loops and writes until nobody can call what it does from anywhere else: a
command, a job and a test each need a request. What is counted are decisions, without those
that only refuse a request, and without what translates errors.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

app = FastAPI()


def get_session():
    with Session() as session:
        yield session


@app.post("/orders")
def order(  # finding
    lines: list[dict[str, float]], country: str, code: str, session: Annotated[Session, Depends(get_session)]
) -> float:
    total = 0.0
    for line in lines:
        if line["count"] > 100:
            price = line["price"] * 0.8
        elif line["count"] > 10:
            price = line["price"] * 0.9
        else:
            price = line["price"]
        if line.get("gift"):
            price += 5 if country == "ch" else 3
        total += price * line["count"]
    if country in ("de", "at"):
        total *= 1.2
    elif country == "ch":
        total *= 1.08
    if code:
        if code.startswith("x"):
            total -= 10
        elif code.startswith("y") and total > 100:
            total *= 0.95
        while code.endswith("+"):
            total -= 1
            code = code[:-1]
    session.commit()
    return total
```

## Good: it asks, refuses and translates, and another function decides

```python title="main.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()


class Refused(Exception): ...


class Late(Exception): ...


def place(lines: list[int], country: str) -> int:
    return len(lines) + len(country)


@app.post("/orders")
def order(lines: list[int], country: str, code: str, name: str, street: str) -> int:
    if not lines:
        raise HTTPException(422, "no lines")
    if len(lines) > 100:
        raise HTTPException(422, "too many lines")
    if country not in ("de", "at"):
        raise HTTPException(422, "not there")
    if len(code) > 10:
        raise HTTPException(422, "no such code")
    if not name:
        raise HTTPException(422, "no name")
    if not street:
        raise HTTPException(422, "no street")
    try:
        return place(lines, country)
    except Refused:
        raise HTTPException(409) from None
    except Late:
        raise HTTPException(410) from None
```

## When to ignore it

A handler that speaks a protocol, as a proxy does, has decisions that belong nowhere else.
"""

from plumbrule.rulekit import Call, Finding, Iterator, Route, n, rule

MOST = 10
"""decisions that a handler may take by itself"""
WRITES = {
    "commit",
    "flush",
    "add_all",
    "insert_one",
    "insert_many",
    "update_one",
    "update_many",
    "delete_one",
}
SESSIONS = ("sqlalchemy.orm.Session.", "sqlalchemy.ext.asyncio.AsyncSession.", "sqlmodel.")
CHANGING = {"add", "delete", "merge"}
BRANCHING = (n.If, n.For, n.While, n.Conditional, n.Clause, n.Case)


@rule(category="architecture", severity="warning")
def logic_in_route(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or route.is_websocket or handler.routes[0] is not route:
        return
    decisions = sum(not refuses(node) for kind in BRANCHING for node in handler.find(kind))
    if decisions > MOST and any(changes(call) for call in handler.calls):
        yield Finding(
            at=handler.span,
            message=f"{route.label} takes {decisions} decisions by itself and writes",
            label="nothing but a request can run it",
            help="move what it decides into a function that takes values and knows nothing of HTTP",
        )


def changes(call: Call) -> bool:
    """Whether a call writes to a database."""
    return call.method in WRITES or (call.method in CHANGING and call.name.startswith(SESSIONS))


def refuses(node: n.Node) -> bool:
    """Whether a branch does nothing but refuse the request."""
    match node:
        case n.If(body=(*_, last), orelse=()):
            return isinstance(last, n.Raise)
        case _:
            return False
