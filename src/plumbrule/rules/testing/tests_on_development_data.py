"""Tests that empty the database the app is developed on

The fixture drops or empties tables through the app's own engine, and nothing points the engine
elsewhere for tests. Whoever runs the tests with the environment of the app, on a laptop or on
the wrong host, loses the data in it.

## Bad

```python title="app/db.py"
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_engine(os.getenv("DATABASE_URL", "postgresql://localhost/shop"))


class Base(DeclarativeBase): ...
```

```python title="tests/conftest.py"
import pytest

from app.db import Base, engine


@pytest.fixture
def tables():
    Base.metadata.create_all(bind=engine)
    yield
    Base.metadata.drop_all(bind=engine)  # finding
```

## Bad: through a connection

```python title="app/db.py"
import os

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_async_engine(os.environ["DATABASE_URL"])


class Base(DeclarativeBase): ...
```

```python title="tests/conftest.py"
import pytest

from app.db import Base, engine


@pytest.fixture
async def tables():
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)  # finding
```

## Good: an engine of the tests

```python title="app/db.py"
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_engine(os.getenv("DATABASE_URL", "sqlite:///shop.db"))


class Base(DeclarativeBase): ...
```

```python title="tests/conftest.py"
import pytest
from sqlalchemy import create_engine

from app.db import Base

engine = create_engine("sqlite://")


@pytest.fixture
def tables():
    Base.metadata.create_all(bind=engine)
    yield
    Base.metadata.drop_all(bind=engine)
```

## Good: the environment is set before the app is imported

```python title="app/db.py"
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_engine(os.getenv("DATABASE_URL", "sqlite:///shop.db"))


class Base(DeclarativeBase): ...
```

```python title="tests/conftest.py"
import os

os.environ["DATABASE_URL"] = "sqlite://"

import pytest

from app.db import Base, engine


@pytest.fixture
def tables():
    yield
    Base.metadata.drop_all(bind=engine)
```

## Good: the app itself knows that it is tested, or lives in memory

```python title="app/db.py"
import os

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase

IS_TESTING = "PYTEST_VERSION" in os.environ
engine = create_engine("sqlite://" if IS_TESTING else os.getenv("DATABASE_URL", "sqlite://"))


class Base(DeclarativeBase): ...
```

```python title="tests/conftest.py"
import pytest

from app.db import Base, engine


@pytest.fixture
def tables():
    yield
    Base.metadata.drop_all(bind=engine)
```

## When to ignore it

The tests run only where the environment is made for them, as in a container that `make test` starts.
"""

import re

from plumbrule.rulekit import Call, Finding, Iterator, Module, Project, Step, Variable, n, rule

ENGINES = ("sqlalchemy.create_engine", "sqlmodel.create_engine", "sqlalchemy.ext.asyncio.create_async_engine")
ELSEWHERE = re.compile(rb"environ|setenv|load_dotenv|read_dotenv|env_file|override_settings")
TESTING = re.compile(
    rb"(?i)pytest|memory|test\w*(db|database|url|engine)|(db|database|url)\w*test|"
    rb"\bif\b[^\n]*test|test[^\n]*\belse\b|case[^\n]*test"
)
MANIFESTS = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini", "noxfile.py")
ENVIRONMENT = re.compile(r"(?m)^\s*(env(_files)?|setenv|passenv)\s*=|^\[tool\.pytest_env\]|\.env\[")


@rule(category="testing", severity="error", confidence="medium", needs="sqlalchemy")
def tests_on_development_data(module: Module) -> Iterator[Finding]:
    if not module.is_test or b"drop_all" not in module.source.text:
        return
    for call in (call for function in module.functions for call in function.calls):
        engine = engine_emptied(call)
        if engine is not None and not is_for_tests(engine) and not are_set_elsewhere(module.project):
            yield Finding(
                at=call.span,
                message=f"the tests drop every table that the app's `{engine.name}` reaches",
                label="nothing gives the tests a database of their own",
                help="make an engine for the tests, or set its URL before the app is imported",
                chain=(Step(f"`{engine.name}` is made", engine.assignment.span),),
            )


def engine_emptied(call: Call) -> Variable | None:
    """The app's engine, if a call drops all tables through it."""
    if call.method == "drop_all":
        return app_engine(call.argument(0, "bind"), call)
    handed = call.argument(0, "fn")
    if call.method == "run_sync" and isinstance(handed, n.Attribute) and handed.attr == "drop_all":
        around = (p for p in call.node.parents if isinstance(p, n.With))
        for opened in (item.value for block in around for item in block.items):
            if isinstance(opened, n.Call) and isinstance(opened.func, n.Attribute):
                return app_engine(opened.func.value, call)
    return None


def app_engine(expr: n.Expr | None, call: Call) -> Variable | None:
    """What an expression names, if it is an engine made in the app's own code."""
    found = call.scope.resolve(expr) if expr is not None else None
    if not isinstance(found, Variable) or found.module.is_test or not isinstance(found.value, n.Call):
        return None
    return found if found.module.call(found.value).name in ENGINES else None


def is_for_tests(engine: Variable) -> bool:
    """Whether the app may choose another database under test, or keeps it in memory."""
    project = engine.module.project
    modules = {engine.module, *(settings.module for settings in project.settings)}
    literal = engine.value.argument(0, "url") if isinstance(engine.value, n.Call) else None
    in_memory = isinstance(literal, n.Constant) and literal.value in ("sqlite://", "sqlite+aiosqlite://")
    return in_memory or any(TESTING.search(module.source.text) for module in modules)


def are_set_elsewhere(project: Project) -> bool:
    """Whether the tests or their configuration set the environment."""
    tests = (module.source.text for module in project.modules if module.is_test)
    texts = (text for name in MANIFESTS for text in project.texts(name).values())
    return any(ELSEWHERE.search(text) for text in tests) or any(ENVIRONMENT.search(text) for text in texts)
