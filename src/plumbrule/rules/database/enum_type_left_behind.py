"""An enum type that a downgrade forgets

On PostgreSQL an enum is a type of its own. `op.drop_table` drops the table and
leaves the type, so the next upgrade fails: `type "order_status" already
exists`.

## Bad

```text title="requirements.txt"
asyncpg
```

```python title="migrations/versions/0002_orders.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("status", sa.Enum("open", "paid", name="order_status")),  # finding
    )


def downgrade() -> None:
    op.drop_table("orders")
```

## Good: it drops the type, or the type was there before

```text title="requirements.txt"
asyncpg
```

```python title="migrations/versions/0002_orders.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("orders", sa.Column("status", sa.Enum("open", "paid", name="order_status")))


def downgrade() -> None:
    op.drop_table("orders")
    op.execute("DROP TYPE order_status")
```

```python title="migrations/versions/0003_refunds.py"
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    order_status = postgresql.ENUM("open", "paid", name="order_status", create_type=False)
    op.add_column("refunds", sa.Column("status", order_status))
    op.add_column("refunds", sa.Column("kind", sa.Enum("all", "part", name="kind", native_enum=False)))


def downgrade() -> None:
    op.drop_column("refunds", "kind")
    op.drop_column("refunds", "status")
```

```python title="migrations/versions/0004_optional.py"
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.alter_column("payments", "state", existing_type=sa.Enum("new", name="state"), nullable=True)


def downgrade() -> None:
    op.alter_column("payments", "state", existing_type=sa.Enum("new", name="state"), nullable=False)
```

## Good: a text is no type of its own on SQLite

```python title="migrations/versions/0002_orders.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("orders", sa.Column("status", sa.Enum("open", "paid", name="order_status")))


def downgrade() -> None:
    op.drop_table("orders")
```

## Good: the versions of another database

```text title="requirements.txt"
psycopg
pymysql
```

```python title="migrations/mysql_versions/0002_orders.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("orders", sa.Column("status", sa.Enum("open", "paid", name="order_status")))


def downgrade() -> None:
    op.drop_table("orders")
```
"""

import re

from plumbrule.rulekit import Finding, Function, Iterator, Migration, n, rule

DROPS = re.compile(r"drop\s+type|\.drop\(", re.IGNORECASE)


@rule(category="database", severity="warning")
def enum_type_left_behind(migration: Migration) -> Iterator[Finding]:
    down = migration.downgrade
    if down is None or not migration.downs or not migration.on_postgresql:
        return  # an empty downgrade has a rule of its own
    made = enums(migration.upgrade)
    if not made:
        return
    rest = migration.module.source.text.decode("utf-8", "replace").replace(text_of(migration.upgrade), "")
    if DROPS.search(rest):
        return
    known = {name for before in migration.earlier for name in enums(before.upgrade)}
    for name, node in made.items():
        if name not in known:
            yield Finding(
                at=node.span,
                message=f"the type `{name}` stays when `{migration.revision}` is taken back",
                label="the next upgrade finds it there already",
                help=f'end `downgrade` with `op.execute("DROP TYPE {name}")`',
            )


def enums(function: Function | None) -> dict[str, n.Call]:
    """The enum types that a function makes, by name."""
    found: dict[str, n.Call] = {}
    for call in function.calls if function else ():
        if call.method.lower() != "enum":
            continue
        there = isinstance(call.node.parent, n.Keyword) and call.node.parent.name == "existing_type"
        made = not is_false(call.keyword("create_type")) and not is_false(call.keyword("native_enum"))
        own = made and not there
        match call.keyword("name"):
            case n.Constant(value=str(name)) if own:
                found.setdefault(name, call.node)
    return found


def is_false(value: n.Expr | None) -> bool:
    """Whether something is given as `False`."""
    return isinstance(value, n.Constant) and value.value is False


def text_of(function: Function | None) -> str:
    """The source of a function."""
    return function.node.text if function else ""
