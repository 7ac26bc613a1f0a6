"""A login that may be tried without end

Passwords are guessed a thousand at a time, and each guess costs the server a
password hash. Without a limit by account and address, a login, token or reset
route answers all of them.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

app = FastAPI()


class Credentials(BaseModel):
    email: str
    password: str


@app.post("/login")  # finding
async def log_in(credentials: Credentials) -> str:
    return credentials.email


@app.post("/auth/token")  # finding
async def make_token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    return form.username
```

## Bad: the limit is that of a query

```python title="main.py"
from fastapi import FastAPI
from fastapi.security import HTTPBasicCredentials
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, selectinload

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    name: Mapped[str] = mapped_column(primary_key=True)


class SignIn(HTTPBasicCredentials): ...


@app.post("/login")  # finding
def log_in(credentials: SignIn) -> str | None:
    with Session() as session:
        query = select(User).options(selectinload("*")).where(User.name == credentials.username)
        user = session.scalars(query.limit(1)).first()
    return user and user.name
```

## Good: a dependency counts, or a decorator of a limiter

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
attempts: dict[str, int] = {}


class Credentials(BaseModel):
    email: str
    password: str


def count(credentials: Credentials) -> Credentials:
    attempts[credentials.email] = attempts.get(credentials.email, 0) + 1
    if attempts[credentials.email] > 10:
        raise HTTPException(429)
    return credentials


@app.post("/login")
async def log_in(credentials: Annotated[Credentials, Depends(count)]) -> str:
    return credentials.email
```

## Good: only described

```python title="main.py"
from fastapi import FastAPI

app = FastAPI(title="for the document alone")


@app.post("/login")
async def login(name: str, password: str) -> None: ...
```

## Good: no password is asked for, or a token is shown and none is given

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordRequestForm

app = FastAPI()


@app.post("/token")
async def buy_token(amount: int) -> int:
    return amount


@app.post("/verify_token")
async def verify_token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    return form.username
```

## When to ignore it

When the proxy or gateway in front counts attempts by account, not only by address.
"""

import re

from plumbrule.rulekit import (
    Finding,
    Function,
    Iterator,
    Parameter,
    Project,
    Route,
    body_schemas,
    n,
    reached_calls,
    rule,
)

LOGIN = re.compile(r"(log_?-?in|sign_?-?in|(?<!verify[_-])token|authenticate)/?$", re.IGNORECASE)
LIMITS = re.compile(
    r"\wlimit|limit\w|throttl|attempt|lockout|locked|captcha|too_?many|429|brute", re.IGNORECASE
)
LIMITING = re.compile(rf"limit|{LIMITS.pattern}", re.IGNORECASE)
LIMITERS = ("slowapi", "fastapi_limiter", "limits", "pyrate_limiter", "throttled", "cashews", "django")
BASIC = "fastapi.security.HTTPBasicCredentials"
FORMS = (".OAuth2PasswordRequestForm", ".OAuth2PasswordRequestFormStrict")


@rule(category="security", severity="warning")
def unthrottled_login(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or handler.is_left_out or "POST" not in route.methods or not LOGIN.search(route.path):
        return
    if not route.is_mounted or not asks_password(route) or knows_limits(route.project):
        return
    if any(LIMITS.search(s.cls.node.text) for s in body_schemas(route)) or hands_on(handler):
        return
    guards = [handler, *(d.function for d in route.dependencies if d.function is not None)]
    before = [m.function for m in route.app.middleware if m.function is not None] if route.app else []
    if not any(counts(function) for function in (*guards, *before)):
        yield Finding(
            at=route.span,
            message=f"{route.label} may be tried without end",
            label="nothing counts the attempts",
            help="limit attempts by account and by address, and answer 429",
        )


def asks_password(route: Route) -> bool:
    """Whether a password is among what the route takes."""
    functions = [route.handler, *(d.function for d in route.dependencies)]
    parameters = [p for function in functions if function is not None for p in function.parameters]
    forms = any(d.name.endswith(FORMS) for d in route.dependencies)
    return forms or any(is_password(parameter, route.project) for parameter in parameters)


def is_password(parameter: Parameter, project: Project) -> bool:
    kind = parameter.type
    schema = project.schema_of(kind.cls) if kind is not None else None
    is_form = kind is not None and kind.name.endswith(FORMS)
    is_basic = kind is not None and kind.cls is not None and kind.cls.is_a(BASIC)
    is_field = schema is not None and "password" in schema.fields
    return is_form or is_basic or is_field or parameter.name == "password"


def knows_limits(project: Project) -> bool:
    """Whether the project has a library that limits; where it is used is not always to be seen."""
    return any(name in project.imported for name in LIMITERS)


def hands_on(handler: Function) -> bool:
    """Whether a handler gives what it got to something that cannot be seen."""
    got = {p.name for p in handler.parameters if p.type is None or "Session" not in p.type.name}
    hidden = (call for call in handler.calls if call.function is None and not origin(call.node, handler))
    given = (v for call in hidden for v in (*call.args, *(k.value for k in call.keywords)))
    return any(isinstance(part, n.Name) and part.id in got for value in given for part in value.walk())


def origin(call: n.Call, handler: Function) -> str:
    """The name of what is called first in a chain such as `select(User).where(…)`; "" if it is unknown."""
    made = handler.call(call)
    match made.receiver:
        case n.Call() as before if not made.name:
            return origin(before, handler)
        case _:
            return made.name


def counts(function: Function) -> bool:
    """Whether a function, or one it calls, speaks of limits."""
    called = (reached.call.function for reached in reached_calls(function, depth=3))
    inside = {function, *(one for one in called if one is not None)}
    decorated = any(LIMITING.search(decorator.text) for decorator in function.node.decorators)
    return decorated or any(LIMITS.search(one.node.text) for one in inside)
