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

from plumbrule.rulekit import Class, Column, Finding, Iterator, Project, Table, n, rule


@rule(category="database", severity="error", confidence="medium", needs="sqlalchemy")
def onupdate_without_eager_defaults(table: Table) -> Iterator[Finding]:
    if not table.project.uses_async_sessions or has_eager_defaults(table.cls):
        return
    for column in table.columns.values():
        value = onupdate(column)
        if value is not None:
            yield Finding(
                at=column.span,
                message=f"reading `{column.attribute.cls.name}.{column.name}` after an update fails",
                label="`MissingGreenlet`: the database sets it, and nothing fetches it",
                help='set `__mapper_args__ = {"eager_defaults": True}` on the base class',
                confidence=None if is_read(column, table.project) else "low",
            )


def onupdate(column: Column) -> n.Expr | None:
    """The SQL function that a column is updated with."""
    value = column.option("onupdate")
    keywords = column.option("sa_column_kwargs")
    if isinstance(keywords, n.Dict):
        value = value or keywords.get("onupdate")
    if not isinstance(value, n.Call) or column.call is None:
        return None
    name = column.call.scope.name_of(value.func) or ""
    return value if name.startswith("sqlalchemy.func.") or name == "sqlalchemy.text" else None


def is_read(column: Column, project: Project) -> bool:
    """Whether something reads a column: code, or a schema of an answer."""
    word = f".{column.name}".encode()
    texts = (module.source.text for module in project.modules if not module.is_test)
    return any(column.name in schema.fields for schema in project.schemas) or any(word in t for t in texts)


def has_eager_defaults(cls: Class) -> bool:
    """Whether the class or one of its bases fetches what the database sets."""
    return any("eager_defaults" in at.node.text for at in (cls, *cls.ancestors) if isinstance(at, Class))
