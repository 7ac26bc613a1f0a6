"""A login or recovery that says whether an account exists

An answer of its own for an unknown address lets anybody test a list of addresses
for accounts. Recovery answers the same for all, login says that the pair is wrong.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]


class Recovery(BaseModel):
    email: str


def get_session():
    with Session() as session:
        yield session


@app.post("/forgot-password")
def forgot_password(body: Recovery, session: Annotated[Session, Depends(get_session)]) -> None:
    user = session.scalar(select(User).where(User.email == body.email))
    if user is None:
        raise HTTPException(404, "no such user")  # finding


@app.post("/login")
def log_in(body: Recovery, session: Annotated[Session, Depends(get_session)]) -> None:
    user = session.scalar(select(User).where(User.email == body.email))
    if not user:
        raise HTTPException(status_code=404, detail="User not found")  # finding
    if user.id == 0:
        raise HTTPException(401)
```

## Good: one answer for all, or the caller is known

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()
USERS = {"ada@example.org": "secret"}


class Recovery(BaseModel):
    email: str


@app.post("/forgot-password", status_code=202)
def forgot_password(body: Recovery) -> None:
    user = USERS.get(body.email)
    if user is not None:
        print(user)


@app.post("/login")
def log_in(body: Recovery) -> None:
    user = USERS.get(body.email)
    if user is None:
        raise HTTPException(401, "wrong address or password")


@app.post("/users/{user_id}/reset-password")
def reset_password(user_id: str, token: Annotated[object, Depends(HTTPBearer())]) -> None:
    user = USERS.get(user_id)
    if user is None:
        raise HTTPException(404)


@app.post("/reset-password")
def reset_for(user_id: str) -> None:
    user = USERS.get(user_id)
    if user is None:
        raise HTTPException(404)
```
"""

import re

from plumbrule.rulekit import (
    Dependency,
    Finding,
    Function,
    Iterator,
    Route,
    Step,
    body_schemas,
    n,
    reached_calls,
    rule,
)

ENTRANCE = re.compile(
    r"(forgot|forget|recover|request|send|resend|reset)[-_]?(your[-_]?)?(password|verification|verify)|"
    r"password[-_]?(forgot|recover|reset|reminder)|(log|sign)[-_]?in$|/recover(y)?$|magic[-_]?link|/token$",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"facebook|google|github|oauth|sso|saml", re.IGNORECASE)
USER = re.compile(r"^_?(db_|existing_|found_)?(user|account|member|customer)(_\w+)?$", re.IGNORECASE)
UNKNOWN = re.compile(
    r"not found|no such|(does not|doesn't|didn't|not) exist|not registered|no (user|account)|unknown"
)
ABSENT = {404, "HTTP_404_NOT_FOUND", "NOT_FOUND"}


@rule(category="security", severity="warning")
def user_enumeration(route: Route) -> Iterator[Finding]:
    if route.handler is None or "POST" not in route.methods:
        return
    if any(isinstance(guard, Dependency) for guard in route.authentication):
        return  # a route that answers 401 itself is the entrance
    if not ENTRANCE.search(route.path.rstrip("/")) or ELSEWHERE.search(route.path) or route.path_parameters:
        return
    if any({"token", "code"} & set(schema.fields) for schema in body_schemas(route)) or has_token(
        route.handler
    ):
        return  # who has it is known
    called = [r for r in reached_calls(route.handler, depth=2) if r.call.function is not None]
    for function in {route.handler, *(r.call.function for r in called if r.call.function)}:
        for node in answers(function) if not has_token(function) else ():
            yield Finding(
                at=node.span,
                message=f"{route.label} says whether an account exists",
                label="an answer that only unknown users get",
                help="answer unknown users like all others, and in the same time",
                chain=(Step(route.label, route.span),),
            )


def has_token(function: Function) -> bool:
    """Whether a function is told what only those know who are known: a token, the id of an account."""
    return any(re.search(r"token|code|(^|_)uu?id$|user_id$", p.name) for p in function.parameters)


def answers(function: Function) -> Iterator[n.Raise]:
    """Where a function answers that there is no such user."""
    for node in function.find(n.Raise):
        test = next((p.test for p in node.parents if isinstance(p, n.If)), None)
        if test is None or not is_missing(test) or not isinstance(node.exception, n.Call):
            continue
        given = (*node.exception.args, *(k.value for k in node.exception.keywords))
        if any(is_absent(value) for value in given) or UNKNOWN.search(node.exception.text.lower()):
            yield node


def is_missing(test: n.Expr) -> bool:
    """Whether a condition is that there is no user."""
    match test:
        case n.UnaryOp(op="not", operand=n.Name(id=name)):
            return USER.search(name) is not None
        case n.Compare(operands=(n.Name(id=name), n.Constant(value=None)), ops=("is" | "==",)):
            return USER.search(name) is not None
        case _:
            return False


def is_absent(value: n.Expr) -> bool:
    match value:
        case n.Constant(value=status) | n.Attribute(attr=status) | n.Name(id=status):
            return status in ABSENT
        case _:
            return False
