"""A column that the database sets, read after the update

`onupdate=func.now()` is worked out by the database. After an UPDATE the
attribute is expired, and reading it loads it again: with an `AsyncSession`
that raises `MissingGreenlet`, usually while the response is written. With
`eager_defaults` the UPDATE returns the value.

## Bad

```python title="app/models.py"
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())  # finding


async def save(session: AsyncSession) -> None:
    await session.commit()
```

## Fixed

```python title="app/models.py"
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    __mapper_args__ = {"eager_defaults": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())


async def save(session: AsyncSession) -> None:
    await session.commit()
```

## Good: the update returns it, or Python sets it

```python title="app/models.py"
from datetime import UTC, datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    __mapper_args__ = {"eager_defaults": True}


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())
    seen_at: Mapped[datetime] = mapped_column(onupdate=lambda: datetime.now(UTC))


async def save(session: AsyncSession) -> None:
    await session.commit()
```

## Good: an update is followed by a refresh, or the row is not handed out

```python title="app/models.py"
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def rename(session: AsyncSession, order: Order, name: str) -> datetime:
    order.name = name
    await session.commit()
    await session.refresh(order)
    return order.changed_at


async def close(session: AsyncSession, order: Order) -> int:
    order.name = "closed"
    await session.commit()
    return order.id


async def touch(session: AsyncSession, order: Order) -> Order:
    order.changed_at = datetime.now()
    await session.commit()
    return order


async def open_again(session: AsyncSession, order_id: int) -> Order:
    order = (await session.execute(select(Order).where(Order.id == order_id))).scalar_one()
    order.name = "open"
    await session.commit()
    order = (await session.execute(select(Order).where(Order.id == order_id))).scalar_one()
    return order


async def rename_user(session: AsyncSession, user_id: int, order_id: int) -> User:
    user = await session.get_one(User, user_id)
    user.name = str(await session.get_one(Order, order_id))
    await session.commit()
    return user
```

## Good: only other tables are read through async sessions

```python title="app/models.py"
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())


def change(order: Order, session: Session) -> datetime:
    session.commit()
    return order.changed_at
```

```python title="app/users.py"
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import User


async def find(session: AsyncSession, user_id: int) -> User | None:
    return await session.get(User, user_id)
```

## Good: async sessions are used by another service of the repository

```toml title="orders/pyproject.toml"
[project]
name = "orders"
```

```python title="orders/models.py"
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())
```

```toml title="users/pyproject.toml"
[project]
name = "users"
```

```python title="users/users.py"
from sqlalchemy.ext.asyncio import AsyncSession


async def save(session: AsyncSession) -> None:
    await session.commit()
```

## Good: a synchronous session loads it again

```python title="app/models.py"
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(onupdate=func.now())
```
"""

from plumbrule.rulekit import (
    Class,
    Column,
    Finding,
    Fix,
    Function,
    Iterator,
    Module,
    Project,
    Table,
    functions_that_change,
    line_below,
    n,
    rule,
    shows_stale,
)

SYNC = {"sqlalchemy.orm.Session", "sqlmodel.Session"}


@rule(category="database", severity="error", confidence="medium", needs="sqlalchemy")
def onupdate_without_eager_defaults(project: Project) -> Iterator[Finding]:
    awaiting = project.mentioning(b"AsyncSession") if project.uses_async_sessions else []
    tables = [t for t in project.tables if not t.module.is_test] if awaiting else []
    found = [(t, column) for t in tables for column in t.columns.values() if onupdate(column) is not None]
    plain = sync_functions(project) if found else []
    changing = functions_that_change(project) if found else {}
    for table, column in found:
        near = [module for module in awaiting if may_use(module, table)]
        if not near or has_eager_defaults(table.cls) or is_sync_only(table, near, plain):
            continue
        own = project.words_for(table.name)
        writers = [function for function, named in changing.items() if not named or named & own]
        if not writers or any(shows_stale(function, column, table) for function in writers):
            yield finding(column, table)


def finding(column: Column, table: Table) -> Finding:
    return Finding(
        at=column.span,
        message=f"reading `{column.attribute.cls.name}.{column.name}` after an update fails",
        label="`MissingGreenlet`: the database sets it, and nothing fetches it",
        help='set `__mapper_args__ = {"eager_defaults": True}` on the base class',
        fix=fetching(table),
        confidence=None if is_read(column, table) else "low",
    )


def may_use(module: Module, table: Table) -> bool:
    """Whether a module may work with a table: it belongs to the same package, or names it."""
    project = table.project
    near = project.package_of(module) == project.package_of(table.module)
    return near or module.mentions(*project.words_for(table.name))


def is_sync_only(table: Table, awaiting: list[Module], plain: list[Function]) -> bool:
    """Whether functions with a synchronous session name a table, and no module with an asynchronous one."""
    words = table.project.words_for(table.name)
    others = [module for module in awaiting if module is not table.module]
    named = (function for function in plain if any(word.decode() in function.node.text for word in words))
    return not any(module.mentions(*words) for module in others) and any(named)


def sync_functions(project: Project) -> list[Function]:
    """The functions that get a synchronous session."""
    functions = (f for m in project.mentioning(b"Session") for f in m.functions)
    return [
        f
        for f in functions
        if any(names_session(p.annotation) and p.type and p.type.name in SYNC for p in f.parameters)
    ]


def names_session(annotation: n.Expr | None) -> bool:
    return annotation is not None and "Session" in annotation.text and "Async" not in annotation.text


def onupdate(column: Column) -> n.Expr | None:
    """The SQL function that a column is updated with."""
    value = column.option("onupdate")
    keywords = column.option("sa_column_kwargs")
    if isinstance(keywords, (n.Dict, n.Call)):
        value = value or keywords.get("onupdate")
    if not isinstance(value, n.Call) or column.call is None:
        return None
    name = column.call.scope.name_of(value.func) or ""
    return value if name.startswith("sqlalchemy.func.") or name == "sqlalchemy.text" else None


def is_read(column: Column, table: Table) -> bool:
    """Whether something reads a column: code, or a schema of an answer that is mostly the table's columns."""
    for schema in table.project.schemas:
        fields = set(schema.fields)
        if column.name in fields and len(fields & set(table.columns)) * 2 >= len(fields) > 1:
            return True
    functions = table.project.code_functions
    word = f".{column.name}".encode()
    nodes = ((f, node) for f in functions if word in f.module.source.text for node in f.find(n.Attribute))
    return any(node.attr == column.name and may_be_row(function, node, table) for function, node in nodes)


def may_be_row(function: Function, node: n.Attribute, table: Table) -> bool:
    kind = function.type_of(node.value)
    return kind is not None and kind.cls is not None and kind.cls.is_a(table.cls.qualified_name)


def fetching(table: Table) -> Fix | None:
    """Ask for what the database sets, below the name of the table."""
    name = table.cls.attributes.get("__tablename__")
    around = (at for at in (table.cls, *table.cls.ancestors) if isinstance(at, Class))
    if name is None or "\n" in name.node.text or any("__mapper_args__" in at.node.text for at in around):
        return None
    line = '__mapper_args__ = {"eager_defaults": True}'
    return Fix((line_below(name.node, line),), safe=False)


def has_eager_defaults(cls: Class) -> bool:
    """Whether the class or one of its bases fetches what the database sets."""
    return any("eager_defaults" in at.node.text for at in (cls, *cls.ancestors) if isinstance(at, Class))
