"""The subject of a token, a text, is looked up as a key that is a number

`sub` must be a string. asyncpg refuses a string for an integer column, so
every signed-in request ends in a 500 - on PostgreSQL; SQLite converts it, so
the tests pass. A `sub` encoded as a number is refused by PyJWT itself.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


async def current_user(token: str, key: str, session: AsyncSession) -> User | None:
    payload = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    return await session.get(User, payload["sub"])  # finding
```

## Bad: a function of the project decodes it

```python title="main.py"
from typing import Any

import jwt
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


def claims_of(token: str, key: str) -> dict[str, Any]:
    return jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "sub"]})


async def current_user(token: str, key: str, session: AsyncSession) -> User | None:
    claims = claims_of(token, key)
    return await session.get(User, claims["sub"])  # finding
```

## Good: converted, or a key that is a text

```python title="main.py"
import jwt
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


class Guest(Base):
    __tablename__ = "guests"
    id: Mapped[str] = mapped_column(primary_key=True)


async def current_user(token: str, key: str, session: AsyncSession) -> User | None:
    payload = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    return await session.get(User, int(payload["sub"]))


async def current_guest(token: str, key: str, session: AsyncSession) -> Guest | None:
    payload = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    return await session.get(Guest, payload["sub"])


async def user_of_a_number(token: str, key: str, session: AsyncSession) -> User | None:
    payload = jwt.decode(token, key, algorithms=["HS256"], options={"verify_sub": False})
    return await session.get(User, payload["sub"])
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Type, n, rule

DECODE = ("jwt.decode", "jose.jwt.decode")
NUMBERS = ("int", "UUID", "uuid.UUID", "builtins.int")


@rule(category="security", severity="error", calls=("*Session.get",))
def jwt_subject_unconverted(call: Call) -> Iterator[Finding]:
    function, model, key = call.caller, call.argument(0, "entity"), call.argument(1, "ident")
    if not isinstance(function, Function) or model is None or key is None:
        return
    kind = function.type_of(model)
    if is_subject(key, decoded_names(function), function) and has_number_key(kind, function):
        yield Finding(
            at=call.span,
            message=f"`{key.text}` is a text, the key of `{model.text}` is not",
            label="asyncpg refuses it, SQLite does not",
            help=f"convert it: `int({key.text})`, and answer 401 if that fails",
        )


def decoded_names(function: Function) -> set[str]:
    """The names that hold the claims of a token."""
    found = set()
    for call in function.calls:
        if "verify_sub" in call.node.text:
            continue  # who lets it be a number has made it one
        if isinstance(call.node.parent, n.Assign) and (call.name in DECODE or is_decoder(call.function)):
            found.add(call.node.parent.targets[0].text)
    return found


def is_decoder(function: Function | None) -> bool:
    """Whether all that a function returns is a token as the library decoded it."""
    answers = function.find(n.Return) if function is not None else ()
    calls: list[Call | None] = [
        function.call(answer.value) if function and isinstance(answer.value, n.Call) else None
        for answer in answers
    ]
    return bool(calls) and all(call is not None and call.name in DECODE for call in calls)


def is_subject(key: n.Expr, decoded: set[str], function: Function) -> bool:
    match key:
        case n.Subscript(value=n.Name(id=name), items=(n.Constant(value="sub"),)):
            return name in decoded
        case n.Call(func=n.Attribute(value=n.Name(id=name), attr="get"), args=(n.Constant(value="sub"), *_)):
            return name in decoded
        case n.Name(id=name):
            bound = [b.node for b in function.bindings.get(name, ())]
            values = [b.value for b in bound if isinstance(b, n.Assign) and b.value is not None]
            return len(values) == len(bound) == 1 and is_subject(values[0], decoded, function)
        case _:
            return False


def has_number_key(kind: Type | None, function: Function) -> bool:
    """Whether the primary key of a table is a number or UUID."""
    cls = kind.args[0].cls if kind is not None and kind.name == "type" and kind.args else None
    table = function.project.table_of(cls)
    keys = [c for c in table.columns.values() if c.is_primary_key] if table is not None else []
    types = [c.attribute.type.name if c.attribute.type else c.type_name for c in keys]
    return len(keys) == 1 and (
        types[0] in NUMBERS or keys[0].type_name in ("Integer", "BigInteger", "Uuid", "UUID")
    )
