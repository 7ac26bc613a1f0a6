"""An object is taken by its id without a look at whom it belongs to

Ids are counted up, shared in links and seen in logs. Whoever is signed in
changes the number in the path and reads, changes or deletes what belongs to
somebody else. Put the owner into the WHERE of the query, or compare and
answer 404.

## Bad: the route beside it compares

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


class Order(BaseModel):
    user_id: int


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def find_order(order_id: int) -> Order: ...


@app.put("/orders/{order_id}")
def update_order(order_id: int, user: Annotated[User, Depends(current_user)]) -> None:
    order = find_order(order_id)
    if order.user_id != user.id:
        raise HTTPException(404)


@app.get("/orders/{order_id}")
def read_order(order_id: int, user: Annotated[User, Depends(current_user)]) -> Order:  # finding
    return find_order(order_id)


@app.get("/public/orders/{order_id}")
def read_public(order_id: int) -> Order:
    return find_order(order_id)
```

## Bad: somebody else's id in the path

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


def get_current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def find_grades(user_id: int, current_user: User) -> list[int]:  # finding
    print(current_user.id)
    return [user_id]


@app.get("/users/{user_id}/grades")
def read_grades(user_id: int, current_user: Annotated[User, Depends(get_current_user)]) -> list[int]:
    return find_grades(user_id, current_user)
```

## Bad: the list shows what is the caller's, one of them is shown to everybody

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

bearer = HTTPBearer()
app = FastAPI(dependencies=[Depends(bearer)])


class User:
    id: int


def current_user(token: Annotated[object, Depends(bearer)]) -> User: ...
def find_notes(user_id: int) -> list[str]: ...
def find_note(note_id: int) -> str: ...


@app.get("/notes")
def list_notes(user: Annotated[User, Depends(current_user)]) -> list[str]:
    return find_notes(user.id)


@app.get("/notes/{note_id}")
def read_note(note_id: int) -> str:  # finding
    return find_note(note_id)
```

## Bad: the request says who is calling, and one is shown, changed and deleted without asking it

```python title="main.py"
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPBearer

app = FastAPI(dependencies=[Depends(HTTPBearer())])


def find_accounts(user_id: str) -> list[str]: ...
def find_account(account_id: str) -> str: ...


def get_user_id(request: Request) -> str:
    found = getattr(request.state, "user_id", None)
    if found is None:
        raise HTTPException(401)
    return str(found)


@app.get("/accounts")
def list_accounts(request: Request) -> list[str]:
    user_id = get_user_id(request)
    return find_accounts(user_id=user_id)


@app.get("/accounts/{account_id}")
def read_account(account_id: str) -> str:  # finding
    return find_account(account_id)


@app.delete("/accounts/{account_id}")
def delete_account(account_id: str, request: Request) -> None:
    if find_account(account_id) not in find_accounts(get_user_id(request)):
        raise HTTPException(404)
```

## Bad: what is made refers to what may be another's

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class System(Base):
    __tablename__ = "systems"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]


class Document(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    system_id: Mapped[int] = mapped_column(ForeignKey("systems.id"))


class NewDocument(BaseModel):
    system_id: int


class User(BaseModel):
    id: int


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def session() -> Session: ...
def find_own(system_id: int, user: User) -> System: ...


@app.post("/documents")
def create(  # finding
    data: NewDocument, user: Annotated[User, Depends(current_user)], db: Annotated[Session, Depends(session)]
) -> None:
    db.add(Document(owner_id=user.id, system_id=data.system_id))


@app.post("/reports")
def report(
    data: NewDocument, user: Annotated[User, Depends(current_user)], db: Annotated[Session, Depends(session)]
) -> None:
    find_own(data.system_id, user)
    db.add(Document(owner_id=user.id, system_id=data.system_id))
```

## Good: compared, or handed to a check together

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


def get_current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...


def check_access(current_user: User, user_id: int) -> None:
    if current_user.id != user_id:
        raise HTTPException(404)


@app.get("/users/{user_id}/grades")
def read_grades(user_id: int, current_user: Annotated[User, Depends(get_current_user)]) -> list[int]:
    if user_id != current_user.id:
        raise HTTPException(404)
    return []


@app.get("/users/{user_id}/notes")
def read_notes(user_id: int, current_user: Annotated[User, Depends(get_current_user)]) -> list[int]:
    check_access(current_user, user_id)
    return []
```

## Good: only administrators get there, also by a guard that is made with who may pass

```python title="main.py"
from enum import Enum
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int
    is_admin: bool = False


def get_current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...


def require_admin(user: Annotated[User, Depends(get_current_user)]) -> User:
    if not user.is_admin:
        raise HTTPException(403)
    return user


class Group(Enum):
    reader = 1
    admin = 2


class Signed:
    def __init__(self, lowest: Group) -> None:
        self.lowest = lowest

    def __call__(self, request: Request) -> int:
        return getattr(request.state, self.lowest.name)


@app.get("/users/{user_id}/grades")
def read_grades(user_id: int, current_user: Annotated[User, Depends(require_admin)]) -> list[int]:
    return [user_id]


@app.get("/users/{user_id}/notes")
def read_notes(user_id: int, current_user: Annotated[int, Security(Signed(Group.admin))]) -> list[int]:
    return [user_id]
```
"""

import re

from plumbrule.rulekit import (
    Finding,
    Function,
    Iterator,
    Route,
    asks_by_caller,
    caller_of,
    compares_owner,
    given_texts,
    is_anonymous,
    is_for_some,
    looks_at_owner,
    names_read,
    own_ids,
    owners_in,
    rule,
    unlooked_at,
    where_unchecked,
)

PERSON = {"user_id", "member_id", "account_id"}
SHOWN = re.compile(r"avatar|image|photo|picture|active|status|public|follow|{user_id}$")
FOR_ALL = re.compile(r"public|publish|share|visib", re.IGNORECASE)


@rule(category="security", severity="warning", confidence="medium")
def unchecked_ownership(route: Route) -> Iterator[Finding]:
    if route.handler is not None and not is_for_some(route):
        if not is_read(route) or route.is_authenticated is not False:  # anybody may read what is public
            yield from compared_elsewhere(route, route.handler)
        yield from somebody_else(route, route.handler)
        yield from listed_by_caller(route, route.handler)
        yield from referred_to(route, route.handler)


def is_read(route: Route) -> bool:
    return set(route.methods) <= {"GET", "HEAD"}


def somebody_else(route: Route, handler: Function) -> Iterator[Finding]:
    """A person's id in the path that is never compared with the caller."""
    if SHOWN.search(route.path) and is_read(route):
        return
    names = PERSON & {p.name for p in handler.parameters} & set(route.path_parameters)
    caller = caller_of(handler)
    for name in names if caller else ():
        unchecked = where_unchecked(handler, name, caller, 3)
        if unchecked is not None:
            yield Finding(
                at=unchecked.span,
                message=f"`{name}` is never compared with `{caller}`",
                label=f"whoever may call {route.label} gets at everybody's",
                help="compare them, or put the caller's id into the query",
            )


def compared_elsewhere(route: Route, handler: Function) -> Iterator[Finding]:
    """A route beside it compares the owner of what the same lookup by an id gives."""
    names, path = {p.name for p in handler.parameters}, set(route.path_parameters)
    ids = {p for p in names if p.endswith("id")} if route.has_unknown_path else names & path
    beside = [r for r in route.router.routes if r.handler is not handler and owners_in(r.handler)]
    for call in handler.calls if beside else ():
        if not call.method or ids.isdisjoint(given_texts(call)):
            continue
        other = next((r for r in beside if r.handler and compares_owner(r.handler, call)), None)
        if other is not None and not compares_owner(handler, call) and not looks_at_owner(handler):
            yield Finding(
                at=handler.span,
                message=f"{route.label} does not look at whom it belongs to",
                label=f"`{other.name}` compares the owner of what `{call.method}` finds",
                help="compare it here too, or put the owner into the query",
            )
            return


def listed_by_caller(route: Route, handler: Function) -> Iterator[Finding]:
    """The list is that of the caller, and one of what it shows is taken by its id alone."""
    above, _, last = route.path.rstrip("/").rpartition("/")
    if not last.startswith("{") or len(route.path_parameters) != 1:
        return
    read = names_read(handler)
    is_own = own_ids(route, handler, read) and not FOR_ALL.search(handler.node.text)
    if caller_of(handler) in read or not is_own or not is_anonymous(route, handler):
        return
    lists = (r for r in route.router.routes if "GET" in r.methods and r.path.rstrip("/") == above)
    for other in lists:
        asked = asks_by_caller(other.handler) if other.handler is not None else ""
        if asked:
            yield Finding(
                at=handler.span,
                message=f"{route.label} does not look at whom it belongs to",
                label=f"`{other.name}` lists what is the caller's: `{asked}`",
                help="look for it with the caller's id, and answer 404 for what belongs to another",
            )
            return


def referred_to(route: Route, handler: Function) -> Iterator[Finding]:
    """What is made for the caller refers to a row that has an owner too, and nobody looks who that is."""
    column = next(unlooked_at(handler), None)
    if column is not None:
        yield Finding(
            at=handler.span,
            message=f"{route.label} takes somebody else's `{column.name}` too",
            label=f"`{column.foreign_key}` says whose each row is, and it is not looked up here",
            help="look for it with the caller's id, and answer 404 for what belongs to another",
        )
