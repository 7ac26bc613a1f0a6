"""Whose something is gets handed over, and nothing looks at it

The caller stands in the signature, or a tenant among the arguments: whoever
reads the call believes that it gives only what is his. The id alone decides,
and ids are counted up, shared in links and seen in logs.

## Bad: all others look at the caller

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def find_chat(chat_id: int, user_id: int) -> str: ...
def stop_answering(chat_id: int) -> None: ...


@app.get("/chats/{chat_id}")
def read_chat(chat_id: int, user: Annotated[User, Depends(current_user)]) -> str:
    return find_chat(chat_id, user.id)


@app.get("/chats/{chat_id}/title")
def read_title(chat_id: int, user: Annotated[User, Depends(current_user)]) -> str:
    user_id = user.id
    return find_chat(chat_id, user_id)


@app.delete("/chats/{chat_id}")
def delete_chat(chat_id: int, user: Annotated[User, Depends(current_user)]) -> None:
    find_chat(chat_id=chat_id, user_id=user.id)


@app.post("/chats/{chat_id}/stop")
def stop(chat_id: int, user: Annotated[User, Depends(current_user)]) -> None:  # finding
    stop_answering(chat_id)
```

## Bad: the query does not ask for the tenant

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
engine = create_engine("sqlite://")


class Base(DeclarativeBase): ...


class Run(Base):
    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]


def tenant(x_tenant: Annotated[str, Header()]) -> str: ...


def find_run(tenant_id: str, run_id: int) -> Run | None:
    with Session(engine) as session:
        return session.scalar(select(Run).where(Run.id == run_id))  # finding


@app.get("/runs/{run_id}")
def read_run(run_id: int, tenant_id: Annotated[str, Depends(tenant)]) -> str:
    return str(find_run(tenant_id, run_id))
```

## Bad: the permission is for one's own

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

app = FastAPI()


class User:
    id: int


class Print:
    created_by: int


def allowed(permission: str):
    def check(token: Annotated[object, Depends(HTTPBearer())]) -> User:
        raise HTTPException(403)

    return Depends(check)


def find_print(print_id: int) -> Print: ...


@app.post("/prints/{print_id}/favorite")
def mark(print_id: int, _: User = allowed("prints:update:own")) -> None:  # finding
    find_print(print_id)


@app.delete("/prints/{print_id}")
def delete(print_id: int, _: User = allowed("prints:delete:all")) -> None:
    find_print(print_id)


@app.put("/prints/{print_id}")
def update(print_id: int, user: User = allowed("prints:update:own")) -> None:
    if find_print(print_id).created_by != user.id:
        raise HTTPException(404)
```

## Good: both are in the query

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
engine = create_engine("sqlite://")


class Base(DeclarativeBase): ...


class Run(Base):
    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]


def tenant(x_tenant: Annotated[str, Header()]) -> str: ...


def find_run(tenant_id: str, run_id: int) -> Run | None:
    with Session(engine) as session:
        return session.scalar(select(Run).where(Run.id == run_id, Run.tenant_id == tenant_id))


@app.get("/runs/{run_id}")
def read_run(run_id: int, tenant_id: Annotated[str, Depends(tenant)]) -> str:
    return str(find_run(tenant_id, run_id))
```

## Good: whose it is was asked before

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
engine = create_engine("sqlite://")


class Base(DeclarativeBase): ...


class Run(Base):
    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]


def tenant(x_tenant: Annotated[str, Header()]) -> str: ...


def is_one_of(tenant_id: str, run_id: int) -> bool:
    with Session(engine) as session:
        own = select(Run.id).where(Run.tenant_id == tenant_id, Run.id == run_id)
        return session.scalar(own) is not None


def stop(tenant_id: str, run_id: int) -> None:
    with Session(engine) as session:
        session.delete(session.get(Run, run_id))


@app.delete("/runs/{run_id}")
def stop_run(run_id: int, tenant_id: Annotated[str, Depends(tenant)]) -> None:
    if not is_one_of(tenant_id, run_id):
        raise HTTPException(404)
    stop(tenant_id, run_id)
```

## Good: every query is filtered

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, with_loader_criteria

app = FastAPI()
engine = create_engine("sqlite://")


class Base(DeclarativeBase): ...


class Run(Base):
    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]


@event.listens_for(Session, "do_orm_execute")
def of_one_tenant(state) -> None:
    mine = with_loader_criteria(Run, Run.tenant_id == state.session.info["tenant"])
    state.statement = state.statement.options(mine)


def tenant(x_tenant: Annotated[str, Header()]) -> str: ...


def find_run(tenant_id: str, run_id: int) -> Run | None:
    with Session(engine) as session:
        return session.scalar(select(Run).where(Run.id == run_id))


@app.get("/runs/{run_id}")
def read_run(run_id: int, tenant_id: Annotated[str, Depends(tenant)]) -> str:
    return str(find_run(tenant_id, run_id))
```

## Good: anybody who is signed in may read it

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    id: int


def current_user(token: Annotated[object, Depends(HTTPBearer())]) -> User: ...
def find_tag(tag_id: int) -> str: ...


@app.get("/tags/{tag_id}")
def read_tag(tag_id: int, user: Annotated[User, Depends(current_user)]) -> str:
    return find_tag(tag_id)


@app.get("/tags/{tag_id}/posts")
def read_posts(tag_id: int, user: Annotated[User, Depends(current_user)]) -> str:
    return find_tag(tag_id)
```
"""

import re

from plumbrule.rulekit import (
    CHANGING,
    Finding,
    Function,
    Iterator,
    Project,
    Route,
    Step,
    brings_together,
    called,
    caller_of,
    is_for_some,
    names_read,
    own_ids,
    rule,
    unread_owners,
    way_from_route,
)

OWN = re.compile(r"[\w.]+[_.:]own\b", re.IGNORECASE)


@rule(category="security", severity="warning", confidence="medium")
def ignored_owner(project: Project) -> Iterator[Finding]:
    for route in project.code_routes:
        if route.handler is not None:
            yield from caller_unread(route, route.handler)
            yield from own_unread(route, route.handler)
    yield from owner_unread(project)


def caller_unread(route: Route, handler: Function) -> Iterator[Finding]:
    """A handler takes the caller and never looks at him; those beside it bring him together with the id."""
    caller = caller_of(handler)
    read: set[str] = names_read(handler) if caller else set()
    for name in own_ids(route, handler, read) if caller and caller not in read else ():
        beside = [
            r.handler for r in route.router.routes if r.handler is not None and r.handler is not handler
        ]
        others = {h for h in beside if caller_of(h) and re.search(rf"\b{name}\b", h.node.text)}
        asking = [h for h in others if brings_together(h, name)]
        if len(asking) >= 3 and len(asking) * 4 >= len(others) * 3 and not is_for_some(route):
            yield Finding(
                at=handler.span,
                message=f"{route.label} does not look at whose `{name}` it is",
                label=f"`{caller}` is never read; {len(asking)} handlers beside it ask with it",
                help="look for it with the caller's id, and answer 404 for what belongs to another",
            )


def own_unread(route: Route, handler: Function) -> Iterator[Finding]:
    """A handler asks for the permission for what is one's own, and never looks at whom it let in."""
    if CHANGING.isdisjoint(route.methods):
        return  # what is read may be everybody's
    given = (p for p in handler.parameters if p.node.default is not None and OWN.search(p.node.default.text))
    parameter = next(given, None)
    read: set[str] = names_read(handler) if parameter is not None else set()
    if parameter is not None and parameter.name not in read and own_ids(route, handler, read):
        yield Finding(
            at=handler.span,
            message=f"{route.label} does not look at whose it is",
            label=f"the permission is for one's own, and `{parameter.name}` is never read",
            help="look for it with the caller's id, and answer 404 for what belongs to another",
        )


def owner_unread(project: Project) -> Iterator[Finding]:
    """A function is given an owner, and the query by an id that a client sends does not ask for it."""
    for owner, place, name in unread_owners(project):
        way = way_from_route(owner.function, name)
        if way is not None and not is_for_some(way[0]):
            calls = (Step(f"calls `{called(call.node.func)}`", call.span) for call in way[1])
            yield Finding(
                at=place.span,
                message=f"`{name}` is looked up without `{owner.name}`",
                label=f"`{owner.function.label}` is given `{owner.name}` and never reads it",
                help="put it into the query",
                chain=(Step(way[0].label, way[0].span), *calls),
            )
