"""A test session that is rolled back beside the app's own

The fixture opens a session, yields it and rolls it back; the app under test
opens another one and commits. The rows stay: the second run meets the first
one's users, and tests depend on their order.

## Bad

```python title="app/db.py"
from sqlalchemy.ext.asyncio import async_sessionmaker

SessionLocal = async_sessionmaker()
```

```python title="tests/conftest.py"
import pytest

from app.db import SessionLocal


@pytest.fixture
async def session():
    async with SessionLocal() as session:
        yield session
        await session.rollback()  # finding
```

## Good: the app is given the session of the test

```python title="app/db.py"
from sqlalchemy import create_engine

engine = create_engine("sqlite://")
```

```python title="tests/conftest.py"
import pytest
from sqlalchemy.orm import Session

from app.db import engine


@pytest.fixture
def session():
    with engine.connect() as connection:
        outer = connection.begin()
        yield Session(connection, join_transaction_mode="create_savepoint")
        outer.rollback()
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Project, n, rule

SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
ROLLBACKS = {f"{session}.rollback" for session in SESSIONS}


@rule(category="testing", severity="error", confidence="medium", needs="sqlalchemy")
def rollback_that_isolates_nothing(project: Project) -> Iterator[Finding]:
    for function in (f for module in project.modules if module.is_test for f in module.functions):
        if not function.node.decorators or function.node.lacks(b"rollback"):
            continue
        if function.is_generator and is_fixture(function):
            yield from rolled_back(function)


def rolled_back(function: Function) -> Iterator[Finding]:
    """Where a fixture rolls back a session of its own after the test."""
    last = max(node.start for node in function.find(n.Yield))
    made = [c for c in function.calls if c.type is not None and c.type.name in SESSIONS]
    if not made or any(c.args or c.keywords for c in made):
        return
    for call in function.calls:
        late = call.name in ROLLBACKS and call.node.start > last and undoes(call)
        if late and not overrides_anywhere(function):
            yield Finding(
                at=call.span,
                message="what the app commits in a test stays in the database",
                label="rolls back a session that the app does not use",
                help="give the app this session (`dependency_overrides`), on a connection in a transaction",
            )


def is_fixture(function: Function) -> bool:
    """Whether pytest makes a fixture of it."""
    return any(name.endswith("fixture") for name in function.decorator_names)


def overrides_anywhere(function: Function) -> bool:
    """Whether the tests hand the app anything, or bind sessions to a connection."""
    hints = (b"dependency_overrides", b"join_transaction_mode", b"bind=")
    return any(module.is_test and module.mentions(*hints) for module in function.project.modules)


def undoes(call: Call) -> bool:
    """Whether it runs after every test, not only after an error."""
    return call.within(n.Handler) is None
