"""A secret compared with `==`, which tells how much of it was right

`==` stops at the first character that differs. Who measures the answers
finds the secret one character after the other. `secrets.compare_digest`
takes the same time whatever is wrong.

## Bad

```python title="main.py"
import os
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
API_KEY = os.environ.get("API_KEY", "")


@app.get("/reports")
async def read_reports(api_key: Annotated[str, Header()]) -> list[str]:
    if api_key != API_KEY:  # finding
        raise HTTPException(401)
    return []
```

## Fixed

```python title="main.py"
import os
from secrets import compare_digest
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
API_KEY = os.environ.get("API_KEY", "")


@app.get("/reports")
async def read_reports(api_key: Annotated[str, Header()]) -> list[str]:
    if not compare_digest(api_key.encode(), API_KEY.encode()):
        raise HTTPException(401)
    return []
```

## Bad: a header against a setting

```python title="main.py"
import hmac

from fastapi import FastAPI, HTTPException, Request
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    webhook_secret: str = ""


app = FastAPI()
settings = Settings()


@app.post("/hooks")
async def receive(request: Request) -> None:
    token = request.headers.get("X-Token")
    if not (token == settings.webhook_secret):  # finding
        raise HTTPException(401)


def signature(body: bytes) -> str:
    return "sha256=" + hmac.new(settings.webhook_secret.encode(), body, "sha256").hexdigest()


@app.post("/events")
async def hear(request: Request) -> None:
    if signature(await request.body()) != request.headers.get("X-Hub"):  # finding
        raise HTTPException(401)


@app.post("/jobs")
async def start(api_key: str) -> None:
    presented, api_token = api_key, f"jobs:{settings.webhook_secret}"
    if presented != api_token:  # finding
        raise HTTPException(401)
```

## Bad: the password of who signs in

```python title="main.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()
accounts: dict[str, str] = {}
words = ["a", "b"]


@app.post("/login")
async def sign_in(username: str, password: str) -> None:
    if username not in accounts or accounts[username] != password:  # finding
        raise HTTPException(401)


@app.get("/words/{number}")
async def compare(number: int, word: str) -> bool:
    return words[number] == word
```

## Bad: a server of its own below the commands

```python title="app/cli/gate.py"
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass
class Config:
    api_key: str


class Gate:
    config: Config

    async def admit(self, request: Request, call_next) -> Response:
        presented = request.headers.get("x-api-key")
        if presented != self.config.api_key:  # finding
            return Response(status_code=401)
        return await call_next(request)
```

## Good: a mark that stands in the code, and the tokens of a text

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()
PENDING_BOT_TOKEN = "pending"


class Channel:
    bot_token: str = PENDING_BOT_TOKEN


@app.get("/channels")
async def read_state(channel: str) -> str:
    return "new" if Channel().bot_token == PENDING_BOT_TOKEN else channel


class Tokenizer:
    end_token: str = "</s>"


def count(tokens: list[str], tokenizer: Tokenizer) -> int:
    return sum(1 for token in tokens if is_end(token, tokenizer))


def is_end(token: str, tokenizer: Tokenizer) -> bool:
    return token == tokenizer.end_token
```

## Good: a digest of what is presented, against the digest that is kept

```python title="main.py"
import hmac

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Session(BaseModel):
    token: str


def digest(token: str) -> str:
    return hmac.new(b"kept elsewhere", token.encode(), "sha256").hexdigest()


@app.get("/session")
async def read_session(token: str) -> None:
    found = Session(token=digest("known"))
    if digest(token) != found.token:
        raise HTTPException(401)
```

## Good: two fields that the same person typed

```python title="main.py"
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Registration(BaseModel):
    password: str
    password_again: str


@app.post("/users")
async def register(form: Registration) -> None:
    if form.password != form.password_again or form.password != form.password.strip():
        raise HTTPException(422)


class Secrets(BaseModel):
    jwt_secret: str


def check(admin_secret: str, secrets: Secrets) -> None:
    if admin_secret == secrets.jwt_secret:
        raise ValueError("two secrets, and not one")
```

## Good: two parts of what one person sent, or of one thing; a look for changes

```python title="main.py"
from base64 import b64decode
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


class Broker:
    def __init__(self, host: str, port: int, password: str, access_code: str) -> None:
        self.host, self.port, self.password = host, port, password
        self.access_code = access_code

    def is_as(self, host: str, port: int, password: str) -> bool:
        differs = self.host != host or self.port != port or self.password != password
        return not differs and not self.password == self.access_code


@app.get("/git")
async def read_git(authorization: Annotated[str, Header()]) -> str:
    user, password = b64decode(authorization.removeprefix("Basic ")).decode().split(":")
    if password != "x-oauth-basic" and user != password:
        raise HTTPException(401)
    return user if Broker("mq", 1, "", "").is_as("mq", 1, password) else ""
```

## Good: a word, an absent value and a column of a query

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Session(Base):
    __tablename__ = "sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    refresh_token: Mapped[str]


@app.get("/sessions")
def read_session(refresh_token: str, token_type: str, api_key: str | None = None) -> str:
    if token_type == "bearer" and api_key == "":
        return "anonymous"
    return str(select(Session).where(Session.refresh_token == refresh_token))
```

## Good: it asks whether something changes

```python title="app/users.py"
class User:
    totp_secret = ""


def update(user: User, totp_secret: str) -> bool:
    changed = user.totp_secret != totp_secret
    user.totp_secret = totp_secret
    return changed
```

## Good: one person sent both

```python title="app/setup.py"
def are_same(form: dict[str, str]) -> bool:
    return form["admin_password"] == form["admin_password_check"]
```

## Good: the signature of the token was verified before

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()
KEY = "a key of the tests, and longer than thirty-two bytes"
TOKENS: dict[str, str] = {}


@app.get("/me")
def read_me(token: str) -> bool:
    claims = jwt.decode(token, KEY, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    kept_token = TOKENS.get(claims["sub"])
    return token == kept_token
```
"""

import re

from plumbrule.rulekit import (
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    import_edit,
    is_asked_before,
    is_secret_check,
    is_surely,
    n,
    rule,
)

NOT_SERVED = {
    "cli",
    "client",
    "clients",
    "sdk",
    "scripts",
    "examples",
    "example_configs",
    "commands",
    "validators.py",
}
REQUEST = re.compile(r"\brequest\.(headers|cookies|query_params|query)\b")
SEVERAL = 3
"""comparisons in one condition: a login has two at most"""
TESTS = (n.If, n.While, n.Assert, n.Return, n.BoolOp, n.UnaryOp, n.Conditional, n.Assign, n.Compare)


@rule(category="security", severity="warning", confidence="medium", nodes={n.Compare})
def timing_unsafe_compare(function: Function) -> Iterator[Finding]:
    for compare in function.find(n.Compare):
        if compare.ops not in (("==",), ("!=",)) or not isinstance(compare.parent, TESTS):
            continue
        left, right = compare.operands
        if not is_secret_check(left, right, function) or not is_served(function, (left, right)):
            continue
        if looks_for_changes(compare) or refuses_what_is_equal(compare) or is_replaced(compare, function):
            continue
        yield Finding(
            at=compare.span,
            message=f"`{compare.text}` takes longer the more of the secret is right",
            label=f"`{compare.ops[0]}` stops at the first difference",
            help="use `secrets.compare_digest`",
            fix=in_constant_time(compare, function),
        )


def is_served(function: Function, sides: tuple[n.Expr, n.Expr]) -> bool:
    """Whether a function is part of a server: no command, client, example or validator of settings, unless a
    request carries what is compared.
    """
    if any("validator" in name for name in function.decorator_names):
        return False
    folders = function.module.path.split("/")
    return NOT_SERVED.isdisjoint(folders) or any(is_sent(side, function) for side in sides)


def is_sent(side: n.Expr, function: Function) -> bool:
    """Whether a request carries a value."""
    if not isinstance(side, n.Name):
        return REQUEST.search(side.text) is not None
    values = (getattr(binding.node, "value", None) for binding in function.bindings.get(side.id, ()))
    return any(value is not None and REQUEST.search(value.text) for value in values)


def looks_for_changes(compare: n.Compare) -> bool:
    """Whether it is one of several comparisons, of what was before with what is now."""
    whole: n.Node = compare
    while isinstance(whole.parent, n.BoolOp):
        whole = whole.parent
    return sum(isinstance(part, n.Compare) and part.ops == compare.ops for part in whole.walk()) >= SEVERAL


def is_replaced(compare: n.Compare, function: Function) -> bool:
    """Whether one side is given the other below: the comparison says whether anything changes."""
    one, other = (side.text for side in compare.operands)
    later = (node for node in function.find(n.Assign) if node.start > compare.start)
    given = {(target.text, node.value.text) for node in later if node.value for target in node.targets}
    return (one, other) in given or (other, one) in given


def refuses_what_is_equal(compare: n.Compare) -> bool:
    """Whether two secrets must not be the same: nobody is let in by that."""
    match compare.parent:
        case n.If(test=test, body=body):
            is_refused = any(isinstance(last, n.Raise) for last in body[-1:])
            return test is compare and compare.ops == ("==",) and is_refused
        case _:
            return False


def in_constant_time(compare: n.Compare, function: Function) -> Fix | None:
    """Compare two texts to the end, as bytes: what may be None raises, and so does text that is not ASCII."""
    kind = next((kind for kind in ("str", "bytes") if are_all(kind, compare, function)), None)
    if kind is None:
        return None
    sides = [as_bytes(side) if kind == "str" else side.text for side in compare.operands]
    plain = (name for node in function.module.find(n.Import) for name in node.names)
    is_there = any(alias.text == "secrets" for alias in plain)
    called = "secrets.compare_digest" if is_there else "compare_digest"
    negated = "not " if compare.ops[0] == "!=" else ""
    edit = Edit(compare.span, f"{negated}{called}({', '.join(sides)})")
    imported = () if is_there else import_edit(function, "secrets", "compare_digest")
    return Fix((edit, *imported), safe=False) if imported is not None else None


def are_all(kind: str, compare: n.Compare, function: Function) -> bool:
    """Whether both sides of a comparison are of one kind, and there when it is made."""
    return all(
        is_surely(kind, side, function) or (is_of(kind, side, function) and is_asked_before(side, compare))
        for side in compare.operands
    )


def is_of(kind: str, side: n.Expr, function: Function) -> bool:
    """Whether a side is of a kind if it is not None."""
    found = function.type_of(side)
    return found is not None and found.name == f"builtins.{kind}"


def as_bytes(side: n.Expr) -> str:
    """A text as bytes."""
    match side:
        case n.Constant():
            return (
                f"b{side.text}" if side.text.isascii() and side.text[:1] in "\"'" else f"{side.text}.encode()"
            )
        case n.Name() | n.Attribute() | n.Call() | n.Subscript():
            return f"{side.text}.encode()"
        case _:
            return f"({side.text}).encode()"
