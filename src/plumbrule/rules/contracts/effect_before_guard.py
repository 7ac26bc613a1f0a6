"""A change that is committed before the caller's right to make it is asked

The handler writes and commits, and only then finds out that the caller is not allowed to: the
answer is 403, and the row is changed all the same.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    note: Mapped[str]


def get_session():
    with Session() as session:
        yield session


@app.put("/orders/{order_id}")
def change(order_id: int, note: str, caller: str, session: Annotated[Session, Depends(get_session)]) -> None:
    order = session.get_one(Order, order_id)
    order.note = note
    session.commit()
    if order.owner != caller:
        raise HTTPException(403)  # finding
```

## Good: the guard first, or nothing is committed yet

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    note: Mapped[str]


def get_session():
    with Session() as session:
        yield session


@app.put("/orders/{order_id}")
def change(order_id: int, note: str, caller: str, session: Annotated[Session, Depends(get_session)]) -> None:
    order = session.get_one(Order, order_id)
    if order.owner != caller:
        raise HTTPException(403)
    order.note = note
    session.commit()


@app.post("/orders/{order_id}/notes")
def add(order_id: int, note: str, caller: str, session: Annotated[Session, Depends(get_session)]) -> None:
    order = session.get_one(Order, order_id)
    order.note = note
    session.flush()
    if order.owner != caller:
        raise HTTPException(403)
    session.commit()
```

## Good: what is committed is that somebody has tried

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Account(Base):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    is_locked: Mapped[bool]


def get_session():
    with Session() as session:
        yield session


@app.post("/accounts/{account_id}/login")
def login(account_id: int, session: Annotated[Session, Depends(get_session)]) -> None:
    account = session.get_one(Account, account_id)
    account.attempts += 1
    session.commit()
    if account.is_locked:
        raise HTTPException(403)
```
"""

import re

from plumbrule.rulekit import Finding, Function, Iterator, Route, Step, forbids, n, rule

COMMITS = ("sqlalchemy.orm.Session.commit", "sqlalchemy.ext.asyncio.AsyncSession.commit")
RECORDED = re.compile(
    r"(?i)attempt|audit|fail|log|throttl|rate|visit|last_|expire|token|session_id|lock|invite|revok"
)
ASKING = re.compile(r"check|require|ensure|verify|assert|authorize")
PLACED = re.compile(r"(?i)login|token|auth|verify|password|webhook")
FORBIDDEN = {403, "HTTP_403_FORBIDDEN", "FORBIDDEN"}


@rule(category="contracts", severity="warning")
def effect_before_guard(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or PLACED.search(route.path):
        return
    committed: n.Call | None = None
    for statement in handler.body:
        if committed is not None and (guard := guard_in(statement, handler)) is not None:
            yield Finding(
                at=guard.span,
                message=f"{route.label} answers 403 after it has changed the data",
                label="the change is committed already",
                help="ask this before anything is written",
                chain=(Step(f"`{committed.func.text}`", committed.span),),
            )
            return
        committed = committed or committed_in(statement, handler)


def committed_in(statement: n.Statement, handler: Function) -> n.Call | None:
    """The commit that a statement always makes, if what went before speaks of a change, not of an attempt."""
    match statement:
        case n.ExprStatement(value=n.Await(value=n.Call() as call)) | n.ExprStatement(value=n.Call() as call):
            if handler.call(call).name not in COMMITS:
                return None
            before = handler.module.source.slice(handler.node.start, call.start)
            return call if not RECORDED.search(body_of(before)) else None
        case _:
            return None


def body_of(text: str) -> str:
    """What stands behind the first line of a function that ends in a colon."""
    return text.partition(":\n")[2]


def guard_in(statement: n.Statement, handler: Function) -> n.Node | None:
    """Where a statement, or the function that it calls, answers 403."""
    for node in statement.walk():
        match node:
            case n.Raise(exception=n.Call(args=args, keywords=keywords)):
                if any(is_forbidden(value) for value in (*args, *(k.value for k in keywords))):
                    return node
            case n.Call() as call:
                called = handler.call(call).function
                if called is not None and ASKING.match(called.name) and forbids(called, 1):
                    return node
            case _:
                continue
    return None


def is_forbidden(value: n.Expr) -> bool:
    match value:
        case n.Constant(value=int(status)) | n.Attribute(attr=status) | n.Name(id=status):
            return status in FORBIDDEN
        case _:
            return False
