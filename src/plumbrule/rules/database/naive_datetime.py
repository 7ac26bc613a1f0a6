"""A time that does not know its zone

`datetime.utcnow()` gives a time without a zone: compared with an aware one it
raises, sent to a client it is read as local time. An aware time written into a
`DateTime()` column is refused by asyncpg and cut by other drivers.

## Bad

```python title="app/orders.py"
import datetime as dt
from datetime import datetime


def stamp() -> dict[str, str]:
    return {"at": datetime.utcnow().isoformat(), "day": str(dt.datetime.utcfromtimestamp(0))}  # finding
```

## Bad: an aware time in a column without a zone

```python title="app/models.py"
from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(UTC))  # finding
    sent_at: Mapped[datetime] = mapped_column(DateTime(), default=datetime.utcnow)  # finding
```

## Bad: a mixin, said once for all its tables

```python title="app/models.py"
from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Stamped:
    made_at: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(UTC))  # finding


class Order(Stamped, Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


class Parcel(Stamped, Base):
    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
```

## Bad: only the column

```python title="app/models.py"
from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(UTC))  # finding
```

## Fixed

```python title="app/models.py"
from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))
```

## Good: aware all the way, or a helper of the project

```python title="app/models.py"
from datetime import UTC, datetime

from sqlalchemy import DateTime, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.clock import utcnow


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utcnow)
    sent_at: Mapped[datetime] = mapped_column(DateTime, server_default=func.now())
```

```python title="app/clock.py"
from datetime import UTC, datetime


def utcnow() -> datetime:
    return datetime.now(UTC)


def day() -> str:
    return datetime.utcnow().strftime("%Y-%m-%d") or str(datetime.utcnow().date())
```

## Good: it only measures how long something takes

```python title="main.py"
from datetime import datetime

from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def measure(request: Request, call_next):
    started = datetime.utcnow()
    response = await call_next(request)
    response.headers["Server-Timing"] = f"total;dur={(datetime.utcnow() - started).total_seconds()}"
    return response
```

## Good: a migration, which has run and stays as it is

```python title="migrations/versions/1_roles.py"
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    op.add_column("roles", sa.Column("made_at", sa.DateTime(), nullable=True))
    roles = sa.table("roles", sa.column("name", sa.String), sa.column("made_at", sa.DateTime))
    op.bulk_insert(roles, [{"name": "owner", "made_at": datetime.utcnow()}])


def downgrade() -> None:
    op.drop_column("roles", "made_at")
```

## When to ignore it

Where the columns are `TIMESTAMP WITHOUT TIME ZONE` and stay so, write
`datetime.now(UTC).replace(tzinfo=None)`: it says what is meant. A blind `datetime.now(UTC)` breaks inserts.

## References

Ruff's DTZ003 and DTZ004 see the calls, not the columns, and not `default=datetime.utcnow`.
"""

from plumbrule.rulekit import Column, Edit, Finding, Fix, Iterator, Module, Project, Scoped, n, rule

NAIVE = {
    "datetime.datetime.utcnow": "write `datetime.now(UTC)`",
    "datetime.datetime.utcfromtimestamp": "write `datetime.fromtimestamp(…, UTC)`",
}

FOR_COLUMNS = "; a column that keeps it has to be `DateTime(timezone=True)`"


@rule(category="database", severity="warning")
def naive_datetime(project: Project) -> Iterator[Finding]:
    migrations = project.migrations.modules
    for module in project.mentioning(b"utc"):
        if module not in migrations:
            yield from made_in(module)
    columns = {column.attribute: column for table in project.tables for column in table.columns.values()}
    for column in columns.values():
        owner = column.attribute.cls
        if not owner.module.is_test and is_cut(column):
            yield Finding(
                at=column.span,
                message=f"`{owner.name}.{column.name}` has no zone and gets a time that has one",
                label="asyncpg refuses it, other drivers cut the zone off",
                help="make the column `DateTime(timezone=True)`",
                fix=with_zone(column),
            )


def made_in(module: Module) -> Iterator[Finding]:
    """The times without a zone that a module makes."""
    for scope in (module, *module.classes, *module.functions):
        for node in scope.find(n.Attribute):
            name = scope.name_of(node) if node.attr.startswith("utc") else None
            if name in NAIVE and not is_cut_short(node) and not is_elapsed(node, scope):
                yield Finding(
                    at=node.span,
                    message=f"`{node.text}` gives a time without a zone",
                    label="naive",
                    help=NAIVE[name] + (FOR_COLUMNS if module.project.uses("sqlalchemy") else ""),
                )


def with_zone(column: Column) -> Fix | None:
    """Give the column a zone; the table needs a migration too."""
    expr = column.type_expr
    if expr is None:
        return None
    name = expr.func.text if isinstance(expr, n.Call) else expr.text
    return Fix((Edit(expr.span, f"{name}(timezone=True)"),), safe=False)


def is_cut_short(node: n.Attribute) -> bool:
    """Whether only the day or a text is taken of it."""
    match node.parent.parent if node.parent else None:
        case n.Attribute(attr="date" | "strftime" | "replace"):
            return True
        case _:
            return False


def is_elapsed(node: n.Attribute, scope: Scoped) -> bool:
    """Whether it only measures how long something takes: two such times, one taken from the other."""
    call = node.parent
    match call.parent if call is not None else None:
        case n.BinOp(op="-", left=left, right=right):
            other = right if left is call else left
            made = scope.bindings.get(other.id, ()) if isinstance(other, n.Name) else ()
            return any(isinstance(b.node, n.Assign) and is_now(b.node.value) for b in made)
        case n.Assign(targets=(n.Name(id=name) as target,)):
            uses = [use for use in scope.find(n.Name) if use.id == name and use is not target]
            return bool(uses) and all(is_difference(use.parent) for use in uses)
        case _:
            return False


def is_difference(node: n.Node | None) -> bool:
    return isinstance(node, n.BinOp) and node.op == "-" and (is_now(node.left) or is_now(node.right))


def is_now(expr: n.Expr | None) -> bool:
    return isinstance(expr, n.Call) and isinstance(expr.func, n.Attribute) and expr.func.attr == "utcnow"


def is_cut(column: Column) -> bool:
    """Whether a `DateTime` without a zone has an aware default."""
    given = column.option("default") or column.option("default_factory")
    if given is None or column.call is None or column.type_expr is None:
        return False
    if isinstance(column.type_expr, n.Call) and (column.type_expr.args or column.type_expr.keywords):
        return False
    calls = [node for node in given.walk() if isinstance(node, n.Call)]
    if not calls or column.type_name not in ("DateTime", "TIMESTAMP"):
        return False
    scope = column.call.scope
    return any(
        scope.name_of(call.func) == "datetime.datetime.now"
        and (call.args or call.keywords)
        and not isinstance(call.parent, n.Attribute)
        for call in calls
    )
