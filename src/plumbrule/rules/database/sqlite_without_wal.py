"""A SQLite database in its default mode

By default a writer locks out every reader, transactions begin without a lock, so that
two read-and-write requests lose an update, and foreign keys are not enforced.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///shop.db")  # finding
```

## Good: the mode is set on each connection, or it is in memory

```python title="app/db.py"
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///shop.db")
scratch = create_async_engine("sqlite+aiosqlite://")
memory = create_async_engine("sqlite+aiosqlite:///:memory:")


@event.listens_for(engine.sync_engine, "connect")
def prepare(connection, record) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
```

## Good: a file that nobody shares

```python title="app/scratch.py"
import tempfile

from sqlalchemy import Engine, create_engine


def scratch() -> Engine:
    temp_file_path = tempfile.mktemp()
    return create_engine(f"sqlite:///{temp_file_path}")
```
"""

from plumbrule.rulekit import Call, Finding, Iterator, Module, Project, n, rule

ENGINES = ("sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.create_engine", "sqlmodel.create_engine")
ASIDE = {"scripts", "migrations", "alembic", "examples", "cookbook", "tools"}


@rule(category="database", severity="warning", needs="sqlalchemy")
def sqlite_without_wal(project: Project) -> Iterator[Finding]:
    calls = [call for call in project.calls_to(*ENGINES) if is_served(call.module) and is_file(call)]
    if calls and not any(m.mentions(b"journal_mode") and is_served(m) for m in project.code_modules):
        for call in calls:
            yield Finding(
                at=call.func_span,
                message="SQLite runs in its default mode: a writer locks out every reader",
                label="no `PRAGMA journal_mode`",
                help="set `journal_mode = WAL` and `foreign_keys = ON` on every connection",
            )


def is_served(module: Module) -> bool:
    """Whether a module is neither a test nor a script beside the service."""
    return not module.is_test and ASIDE.isdisjoint(module.path.split("/"))


def is_file(call: Call) -> bool:
    """Whether the URL of an engine is a file of SQLite."""
    url = call.argument(0, "url")
    if isinstance(url, n.Name):
        found = [b.node for b in (call.scope.bindings.get(url.id) or call.module.bindings.get(url.id) or ())]
        url = found[0].value if len(found) == 1 and isinstance(found[0], n.Assign) else None
    if not isinstance(url, n.Constant | n.FString):
        return False
    text = url.text.strip("f\"'")
    if "temp" in text.lower():
        return False  # nobody shares that file
    return (
        text.startswith("sqlite") and ":///" in text and ":memory:" not in text and "mode=memory" not in text
    )
