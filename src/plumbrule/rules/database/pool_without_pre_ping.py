"""A pool that hands out dead connections

A restart of the database, a firewall or a load balancer ends connections that
lie in the pool. The next request that gets one fails. `pool_pre_ping` asks
first, for one round trip; `pool_recycle` does not keep them for long.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("postgresql+asyncpg://shop@db/shop", pool_size=10)  # finding
reports = create_async_engine(  # finding
    "postgresql+asyncpg://shop@replica/shop",
    pool_size=2,  # one for each report
)
```

## Fixed

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    "postgresql+asyncpg://shop@db/shop", pool_size=10, pool_pre_ping=True
)
reports = create_async_engine(
    "postgresql+asyncpg://shop@replica/shop",
    pool_size=2,  # one for each report
    pool_pre_ping=True,
)
```

## Good: it asks, does not keep them, or has no network

```python title="app/db.py"
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine

options = {"pool_pre_ping": True}
url = "postgresql+asyncpg://shop@db/shop"
engine = create_async_engine(url, pool_recycle=300)
other = create_async_engine(url, poolclass=NullPool)
third = create_async_engine(url, **options)
local = create_async_engine("sqlite+aiosqlite://")
test_engine = create_async_engine("postgresql+asyncpg://localhost/test")
```
"""

import re

from plumbrule.rulekit import Call, Edit, Finding, Fix, Function, Iterator, Project, n, rule

ENGINES = ("sqlalchemy.create_engine", "sqlmodel.create_engine", "sqlalchemy.ext.asyncio.create_async_engine")
SAID = {"pool_pre_ping", "pool_recycle", "poolclass", "pool", "creator", "async_creator"}
BESIDE = {
    "migrations",
    "alembic",
    "scripts",
    "cli",
    "commandline",
    "env",
    "conftest",
    "tools",
    "examples",
    "init_db",
    "commands",
}
ASIDE = re.compile(r"(^|[^a-z])(dev|local|test)", re.IGNORECASE)
DRIVERS = (
    "asyncpg",
    "psycopg",
    "psycopg2",
    "psycopg2-binary",
    "pymysql",
    "aiomysql",
    "asyncmy",
    "mysqlclient",
)


@rule(category="database", severity="warning", needs="sqlalchemy", calls=ENGINES)
def pool_without_pre_ping(call: Call) -> Iterator[Finding]:
    beside = BESIDE & set(call.module.path.removesuffix(".py").split("/"))
    if beside or call.is_splatted or {k.name for k in call.keywords} & SAID:
        return
    known = speaks_of(call)
    if (
        is_kept(call)
        and not is_aside(call)
        and known != "sqlite"
        and (known or only_network(call.module.project))
    ):
        yield Finding(
            at=call.func_span,
            message="a connection that died in the pool fails a request",
            label="no `pool_pre_ping`, no `pool_recycle`",
            help="add `pool_pre_ping=True`",
            fix=asking(call),
            confidence="high" if known == "network" else "medium",
        )


def speaks_of(call: Call) -> str:
    """What the URL of an engine says: `sqlite`, `network` or nothing."""
    url = call.argument(0, "url")
    if isinstance(url, n.Name):
        found = [b.node for b in (call.scope.bindings.get(url.id) or call.module.bindings.get(url.id) or ())]
        url = found[-1].value if found and isinstance(found[-1], n.Assign) else url
    text = url.text.lower() if url is not None else ""
    if "sqlite" in text or "memory" in text or "check_same_thread" in call.node.text:
        return "sqlite"
    return (
        "network"
        if any(word in text for word in ("postgres", "mysql", "mariadb", "asyncpg", "psycopg"))
        else ""
    )


def is_kept(call: Call) -> bool:
    """Whether the engine stays: at module level, in a class, on an object, or returned."""
    if not isinstance(call.scope, Function):
        return True
    match call.node.parent:
        case n.Assign(targets=(n.Attribute(),)) | n.Return():
            return True
        case n.Assign(targets=(n.Name(id=name),)):
            return any(name in s.names for s in call.scope.find(n.Scoped))
        case _:
            return False


def is_aside(call: Call) -> bool:
    """Whether it is for tests or a developer's machine, or only makes the tables."""
    branches = [p.test.text for p in call.node.parents if isinstance(p, n.If)]
    names = [t.text for t in call.node.parent.targets] if isinstance(call.node.parent, n.Assign) else []
    uses = [use for use in call.scope.find(n.Name) if use.id in names and use.parent is not call.node.parent]
    makes = [isinstance(use.parent, n.Call) and "create_all" in use.parent.func.text for use in uses]
    return any(ASIDE.search(text) for text in (*branches, *names)) or (bool(makes) and all(makes))


def only_network(project: Project) -> bool:
    """Whether a project has a driver of a server and never speaks of SQLite."""
    return any(project.uses(driver) for driver in DRIVERS) and not project.mentioning(
        b"sqlite:", b"aiosqlite"
    )


def asking(call: Call) -> Fix | None:
    """Add the question behind the last argument."""
    if not (call.args or call.keywords):
        return None
    return Fix((Edit(*call.added("pool_pre_ping=True")),))
