"""A password or its hash is a part of the answer

A hash that leaves the server is tried out at home, a billion guesses a
second. It is in the answer because the schema has the field, or because an
object of the database is returned without a schema.

## Bad

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    name: str
    hashed_password: str  # finding


@app.get("/users")
async def list_users() -> list[User]: ...
```

## Bad: an object of the database, no schema

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    hashed_password: Mapped[str]


@app.post("/users")
def register(session: Session):
    user = User(hashed_password="…")
    session.add(user)
    return user  # finding
```

## Good: a schema without it

```python title="main.py"
from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretStr

app = FastAPI()


class UserIn(BaseModel):
    name: str
    password: str


class UserOut(BaseModel):
    name: str
    password_changed: bool
    password_hash: str = Field("", exclude=True)
    password: SecretStr


@app.post("/users")
async def register(user: UserIn) -> UserOut: ...
```

## Good: handing out a new one is what the route is for

```python title="main.py"
import secrets

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Generated(BaseModel):
    password: str


@app.post("/passwords")
async def generate() -> Generated:
    return Generated(password=secrets.token_urlsafe())
```
"""

import re

from plumbrule.rulekit import (
    Attribute,
    Class,
    Finding,
    Function,
    Iterator,
    Project,
    Route,
    Schema,
    Type,
    n,
    rule,
)

SECRET = re.compile(
    r"^(hashed_|encrypted_|user_|raw_|plain_)?(password|passwd)(_hash|_digest|_salt)?$|^(mfa|totp|otp)_secret$|^pw_hash$"
)
OTHERS = re.compile(
    r"Connection|Settings|Config|Credential"
)  # somebody else's password, asked for on purpose


@rule(category="security", severity="error", confidence="medium")
def secret_in_response(project: Project) -> Iterator[Finding]:
    seen: set[tuple[Schema, int]] = set()
    for route in project.code_routes:
        declared = route.option("response_model") or (route.handler.node.returns if route.handler else None)
        if route.handler is not None and declared is not None:
            kind = route.handler.inference.outside.annotation_type(declared)
            yield from in_schema(kind, route, 2, seen)
        elif route.handler is not None:
            yield from in_table(route.handler, route)


def in_schema(
    kind: Type | None, route: Route, depth: int, seen: set[tuple[Schema, int]]
) -> Iterator[Finding]:
    """The secret fields of a schema, and of the schemas in it, if none of the routes before shows them."""
    for inner in kind.args if kind is not None else ():
        yield from in_schema(inner, route, depth, seen)
    schema = route.project.schema_of(kind.cls) if kind is not None else None
    if schema is None or depth == 0 or (schema, depth) in seen or OTHERS.search(schema.name):
        return
    if len(schema.fields) == 1:
        return  # made to hand out just this
    seen.add((schema, depth))
    for name, field in schema.fields.items():
        if SECRET.search(name) and not is_masked(field) and not is_excluded(schema, name):
            yield Finding(
                at=field.span,
                message=f"`{name}` of `{schema.name}` is a part of the answer",
                label=f"{route.label} answers with it",
                help="answer with a schema that does not have it",
            )
        yield from in_schema(field.type, route, depth - 1, seen)


def is_masked(field: Attribute) -> bool:
    """Whether a field is of a type that does not show what it holds."""
    return field.type is not None and field.type.name != "builtins.str"


def is_excluded(schema: Schema, name: str) -> bool:
    """Whether a field is left out of what is answered."""
    call = schema.field_call(name)
    return call is not None and call.keyword("exclude") is not None


def in_table(handler: Function, route: Route) -> Iterator[Finding]:
    """An object of the database that is returned as it is."""
    for returned in handler.find(n.Return):
        kind = handler.type_of(returned.value) if returned.value is not None else None
        secret = secret_column(kind.cls, route) if kind is not None and kind.cls is not None else None
        if secret is not None and kind is not None:
            yield Finding(
                at=returned.span,
                message=f"`{secret}` is a part of the answer of {route.label}",
                label=f"`{kind.name.rpartition('.')[2]}` is returned with all its columns",
                help="give the route a return type that does not have it",
            )


def secret_column(cls: Class, route: Route) -> str | None:
    table = route.project.table_of(cls)
    return next((name for name in table.columns if SECRET.search(name)), None) if table is not None else None
