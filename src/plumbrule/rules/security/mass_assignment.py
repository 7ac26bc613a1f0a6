"""A request body that may set columns of privilege

`User(**body.model_dump())` writes every field of the body. If the schema has
`is_superuser` or `role`, the client decides about it: one more key in the JSON of a
registration makes an administrator.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    is_superuser: Mapped[bool] = mapped_column(default=False)


class UserCreate(BaseModel):
    email: str
    is_superuser: bool = False


def get_session():
    with Session() as session:
        yield session


@app.post("/users")
def register(body: UserCreate, session: Annotated[Session, Depends(get_session)]) -> None:
    session.add(User(**body.model_dump()))  # finding
    session.commit()


@app.patch("/users/{user_id}")
def change(user_id: int, body: UserCreate, session: Annotated[Session, Depends(get_session)]) -> None:
    update(session.get_one(User, user_id), body)
    session.commit()


def update(user: User, change: UserCreate) -> None:
    for key, value in change.model_dump(exclude_unset=True).items():
        setattr(user, key, value)  # finding
```

## Bad: whoever changes himself makes himself an administrator

```python title="main.py"
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(default=False)


class UserUpdate(BaseModel):
    email: str
    is_admin: bool = False


class Users:
    def __init__(self, session: Session) -> None:
        self.session = session

    def update(self, user: User, values: dict[str, Any]) -> None:
        for key in values:
            setattr(user, key, values[key])
        self.session.commit()


def get_session():
    with Session() as session:
        yield session


def current_user(session: Annotated[Session, Depends(get_session)]) -> User:
    return session.get_one(User, 1)


@app.put("/me")
def update_me(
    change: UserUpdate,
    user: Annotated[User, Depends(current_user)],
    session: Annotated[Session, Depends(get_session)],
) -> None:
    values = change.model_dump()
    Users(session).update(user, values)  # finding
```

## Bad: documents have no columns

```python title="main.py"
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class Profile(BaseModel):
    name: str | None = None
    role: str | None = None


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> dict[str, str]: ...
async def update_user(user_id: str, data: dict[str, Any]) -> None: ...


@app.patch("/users/me")
async def change(profile: Profile, current_user: Annotated[dict[str, str], Depends(current_user)]) -> None:
    data = {key: value for key, value in profile.model_dump(exclude_unset=True).items()}
    await update_user(current_user["id"], data)  # finding
```

## Good: a document that keeps its role

```python title="main.py"
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class Profile(BaseModel):
    name: str | None = None
    role: str | None = None


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> dict[str, str]: ...
async def update_user(user_id: str, data: dict[str, Any]) -> None: ...
async def find_like(user_id: str, data: dict[str, Any]) -> None: ...


@app.patch("/users/me")
async def change(profile: Profile, current_user: Annotated[dict[str, str], Depends(current_user)]) -> None:
    data = {key: value for key, value in profile.model_dump().items() if key != "role"}
    await update_user(current_user["id"], data)


@app.put("/profile")
async def compare(profile: Profile, current_user: Annotated[dict[str, str], Depends(current_user)]) -> None:
    await find_like(current_user["id"], profile.model_dump())
```

## Good: the schema lacks the column, it is left out, or only administrators may

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    is_superuser: Mapped[bool] = mapped_column(default=False)


class UserRegister(BaseModel):
    email: str


class UserCreate(UserRegister):
    is_superuser: bool = False


def require_admin(token: str) -> None:
    if token != "admin":
        raise HTTPException(403)


@app.post("/register")
def register(body: UserRegister) -> int:
    return User(**body.model_dump()).id


@app.post("/signup")
def sign_up(body: UserCreate) -> int:
    return User(**body.model_dump(exclude={"is_superuser"})).id


@app.post("/users", dependencies=[Depends(require_admin)])
def create(body: UserCreate) -> int:
    return User(**body.model_dump()).id


@app.post("/checked")
def create_checked(body: UserCreate) -> int:
    if body.is_superuser:
        raise HTTPException(403)
    return User(**body.model_dump()).id
```
"""

import re
from typing import NamedTuple

from plumbrule.rulekit import (
    Call,
    Finding,
    Function,
    Iterator,
    Route,
    Schema,
    Step,
    Table,
    caller_of,
    forbids,
    n,
    rule,
)

PRIVILEGE = re.compile(
    r"^(is_)?(admin|superuser|superadmin|super_admin|staff|root|owner)$|^(user_)?(roles?|permissions?)$|"
    r"^(role|permission)_ids?$|^(is_)?(verified|approved|email_verified)$|^(credits?|balance)$|^hashed_password$"
)
OWN = re.compile(r"/(me|self|profile|account)/?$")
CHANGING = re.compile(r"(update|patch|save|modify|set)(_|$)")
UPDATING = {"update", "patch", "save", "modify"}
DUMPS = ("model_dump", "dict")


class Body(NamedTuple):
    """A parameter that holds the body of a request in some function."""

    function: Function
    name: str
    schema: Schema
    chain: tuple[Call, ...]


@rule(category="security", severity="warning", confidence="medium")
def mass_assignment(route: Route) -> Iterator[Finding]:
    if route.handler is None or not {"POST", "PUT", "PATCH"} & set(route.methods):
        return
    for body in bodies(route, route.handler):
        if reads_privilege(body) or is_guarded(route):
            continue
        for call, owner, columns in (*writes(body), *own_writes(route, body)):
            names = [name for name in body.schema.fields if PRIVILEGE.search(name) and name in columns]
            names = [name for name in names if f'"{name}"' not in body.function.node.text]
            if names:
                yield Finding(
                    at=call.func_span,
                    message=f"{route.label} lets the client set `{owner}{names[0]}`",
                    label=f"every field of `{body.schema.name}` is written",
                    help=f"take `{names[0]}` out of `{body.schema.name}`, or set it here yourself",
                    chain=way(route, body),
                )


def way(route: Route, body: Body) -> tuple[Step, ...]:
    calls = (Step(f"`{call.node.func.text}` gets the body", call.span) for call in body.chain)
    return (Step(route.label, route.span), *calls)


def is_guarded(route: Route) -> bool:
    """Whether only some callers may, or what they may is asked somewhere out of sight."""
    inner = route.handler
    return (
        not route.dependencies.complete
        or any(d.scopes or (d.function is not None and forbids(d.function)) for d in route.dependencies)
        or (inner is not None and forbids(inner, 1))
        or bool(route.decorators)
    )


def bodies(route: Route, handler: Function) -> Iterator[Body]:
    """The body of a request in the handler, and in the functions that get it from there."""
    for parameter in handler.parameters:
        kind = parameter.type
        schema = route.project.schema_of(kind.cls) if kind is not None else None
        if schema is None or not any(map(PRIVILEGE.search, schema.fields)) or parameter.metadata:
            continue
        yield Body(handler, parameter.name, schema, ())
        for call in handler.calls:
            name = given_as(call, parameter.name)
            if call.function is not None and name is not None:
                yield Body(call.function, name, schema, (call,))


def given_as(call: Call, name: str) -> str | None:
    """The parameter of the called function that a name of the caller becomes."""
    if call.function is None:
        return None
    for keyword in call.keywords:
        if isinstance(keyword.value, n.Name) and keyword.value.id == name:
            return keyword.name
    names = [p.name for p in call.function.parameters]
    names = names[1:] if call.function.cls is not None and not call.function.is_static else names
    given = [i for i, value in enumerate(call.args) if isinstance(value, n.Name) and value.id == name]
    return names[given[0]] if given and given[0] < len(names) else None


def reads_privilege(body: Body) -> bool:
    """Whether the function looks at a field of privilege, or sets it itself."""
    nodes = body.function.find(n.Attribute)
    return any(PRIVILEGE.search(node.attr) for node in nodes)


def own_writes(route: Route, body: Body) -> Iterator[tuple[Call, str, set[str]]]:
    """The calls that change who is calling by the whole body, wherever he is kept: he is named to them."""
    if body.chain or not OWN.search(route.path):
        return
    caller = caller_of(body.function)
    for call in body.function.calls if caller else ():
        given = call.given
        knows_him = any(value.text.startswith(caller) for value in given)
        if knows_him and CHANGING.match(call.method) and any(is_dump(value, body) for value in given):
            yield call, "", set(body.schema.fields)


def writes(body: Body) -> Iterator[tuple[Call, str, set[str]]]:
    """The calls that write the whole body to a table."""
    for call, table in written_to(body):
        yield call, f"{table.name}.", set(table.columns)


def written_to(body: Body) -> Iterator[tuple[Call, Table]]:
    """The calls that write the whole body, with the table."""
    for call in body.function.calls:
        made = body.function.project.table_of(call.type.cls) if call.type is not None else None
        splats = (keyword.value for keyword in call.keywords if keyword.name is None)
        if made is not None and any(is_dump(value, body) for value in splats):
            yield call, made
        if call.name == "builtins.setattr" and len(call.args) == 3:
            row = call.scope.type_of(call.args[0])
            table = body.function.project.table_of(row.cls) if row is not None else None
            loop = next((p for p in call.node.parents if isinstance(p, n.For)), None)
            parts = loop.iterable.walk() if loop is not None else ()
            if table is not None and any(is_dump(part, body) for part in parts):
                yield call, table
        handed = row_with_dump(call, body) if call.method in UPDATING else None
        if handed is not None:
            yield call, handed


def row_with_dump(call: Call, body: Body) -> Table | None:
    """The table of a row that is given to a call together with the whole body."""
    if not any(is_dump(value, body) for value in call.args):
        return None
    kinds = [body.function.type_of(value) for value in call.args]
    tables = (body.function.project.table_of(kind.cls) for kind in kinds if kind is not None)
    return next((table for table in tables if table is not None), None)


def is_dump(value: n.Node, body: Body) -> bool:
    """Whether an expression is all of the body."""
    if isinstance(value, n.Name):
        made = [b.node for b in body.function.bindings.get(value.id, ())]
        value = made[0].value or value if len(made) == 1 and isinstance(made[0], n.Assign) else value
    match value:
        case n.Comprehension(
            clauses=(n.Clause(iterable=n.Call(func=n.Attribute(value=all_of, attr="items"))),)
        ):
            return is_dump(all_of, body)
        case n.Call(func=n.Attribute(value=n.Name(id=name), attr=attr), keywords=keywords):
            cut = {k.name for k in keywords} & {"exclude", "include"}
            return name == body.name and attr in DUMPS and not cut
        case _:
            return False
