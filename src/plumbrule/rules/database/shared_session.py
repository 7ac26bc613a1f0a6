"""One session for all requests

A session is a conversation with the database for one unit of work. Two
requests that share one mix their transactions: with an `AsyncSession`, of
fifty requests at once none succeeded (`IllegalStateChangeError`); with a
`Session`, one request commits what the other has half done.

## Bad: at module level

```python title="app/db.py"
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("sqlite://")
SessionLocal = sessionmaker(engine)
session = SessionLocal()  # finding
other: Session = Session(engine)  # finding
```

## Bad: on an object that lives as long as the server

```python title="app/store.py"
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker


class Store:
    def __init__(self) -> None:
        make = sessionmaker(create_engine("sqlite://"))
        self.session = make()  # finding


class Server:
    def __init__(self) -> None:
        self.store = Store()


server = Server()
```

## Bad: on `app.state`

```python title="main.py"
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.session = AsyncSession()  # finding
    yield


app = FastAPI(lifespan=lifespan)
```

## Good: a unit of work that is made for each request

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()
scoped = async_scoped_session(sessions, lambda: None)


class UnitOfWork:
    def __init__(self) -> None:
        self.session: AsyncSession = sessions()

    async def __aenter__(self) -> "UnitOfWork":
        return self


def unit_of_work() -> UnitOfWork:
    return UnitOfWork()


@app.middleware("http")
async def with_session(request: Request, call_next):
    request.state.session = sessions()
    return await call_next(request)


@app.get("/")
async def read(work: Annotated[UnitOfWork, Depends(unit_of_work)]) -> None:
    await work.session.close()
```

## Good: what only the tests use

```python title="app/factories.py"
from sqlalchemy import create_engine
from sqlalchemy.orm import Session


class Meta:
    sqlalchemy_session = Session(create_engine("sqlite://"))
```

```python title="tests/conftest.py"
from app.factories import Meta
```

## Good: closed before the first request

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")
seeding = Session(engine)
seeding.execute(text("SELECT 1"))
seeding.close()
app = FastAPI()
```

## Good: a script has one session

```python title="scripts/seed.py"
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

if __name__ == "__main__":
    session = Session(create_engine("sqlite://"))
    session.commit()
```

```python title="fill.py"
import argparse

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

args = argparse.ArgumentParser().parse_known_args()
session = Session(create_engine("sqlite://"))
```
"""

from plumbrule.rulekit import Attribute, Class, File, Finding, Function, Iterator, Module, Span, n, rule

SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
READING = (".parse_args", ".parse_known_args")
SCRIPTS = {
    "scripts",
    "migrations",
    "alembic",
    "tools",
    "examples",
    "notebooks",
    "seed",
    "seeds",
    "e2e",
    "cli",
}


@rule(category="database", severity="error", needs="sqlalchemy")
def shared_session(module: Module) -> Iterator[Finding]:
    if module.file.once(is_script):
        return
    made = list(at_import(module))
    if made and not serves_tests(module):
        yield from made
    for cls in module.classes:
        for attribute in cls.attributes.values() if "__init__" in cls.methods else ():
            if attribute.method is not None and is_kept(attribute) and lives_long(cls, set()):
                yield finding(attribute.span, f"a `{cls.name}` lives as long as the server")
    for function in module.functions if b"app.state." in module.source.text else ():
        for assign in function.find(n.Assign):
            if "app.state." in assign.targets[0].text and is_session(function, assign.value):
                yield finding(assign.targets[0].span, "the state belongs to the whole app")


def at_import(module: Module) -> Iterator[Finding]:
    """Sessions that are made when the module is imported."""
    scopes: tuple[Module | Class, ...] = (module, *module.classes)
    for scope in scopes:
        for assign in scope.find(n.Assign):
            if is_session(scope, assign.value) and not is_closed(scope, assign.targets[0].text):
                where = "at module level" if isinstance(scope, Module) else f"in the body of `{scope.name}`"
                yield finding(assign.targets[0].span, f"made once, {where}")


def is_closed(scope: Module | Class, name: str) -> bool:
    """Whether a session is closed again while the file is read."""
    return any(call.method == "close" and call.node.func.text == f"{name}.close" for call in scope.calls)


def finding(at: Span, label: str) -> Finding:
    """All requests of a worker use what is made once."""
    return Finding(
        at=at,
        message="all requests share this session",
        label=label,
        help="keep the sessionmaker, and open a session for each unit of work in a dependency",
    )


def is_session(scope: Module | Class | Function, value: n.Expr | None) -> bool:
    """Whether an expression makes a session."""
    if not isinstance(value, n.Call):
        return False
    kind = scope.type_of(value)
    return kind is not None and kind.name in SESSIONS and scope.call(value).function is None


def is_kept(attribute: Attribute) -> bool:
    """Whether `__init__` makes a session and keeps it."""
    method = attribute.method
    return method is not None and method.name == "__init__" and is_session(method, attribute.value)


def lives_long(cls: Class, seen: set[Class]) -> bool:
    """Whether an object of a class is made at module level, at the start, or by an object that is."""
    init = cls.method("__init__")
    if cls in seen or init is None or init.cls is not cls:
        return False
    seen.add(cls)
    for call in init.callers:
        match call.caller:
            case Module(is_test=is_test):
                if not is_test and not call.module.file.once(runs_itself):
                    return True
            case Function(name="__init__", cls=Class() as owner):
                if lives_long(owner, seen):
                    return True
            case Function() as function if any(app.lifespan is function for app in function.project.apps):
                return True
    return False


def serves_tests(module: Module) -> bool:
    """Whether tests import a file, and nothing else does."""
    project = module.project
    graph = project.import_graph
    if any(edge.target is module for other in project.code_modules for edge in graph.of(other)):
        return False
    return any(edge.target is module for edge in graph.edges)


def is_script(file: File) -> bool:
    """Whether a file is no part of a server."""
    return bool(SCRIPTS & set(file.path.removesuffix(".py").split("/"))) or file.once(runs_itself)


def runs_itself(file: File) -> bool:
    """Whether a file is meant to be run by itself: it says so, or reads the command line when it is read."""
    if any(isinstance(node, n.If) and "__main__" in node.test.text for node in file.body):
        return True
    assigned = (node.value for node in file.body if isinstance(node, n.Assign))
    return any(isinstance(v, n.Call) and v.func.text.endswith(READING) for v in assigned)
