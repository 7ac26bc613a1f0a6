"""A migration that drops what may hold data

What is dropped is gone; a downgrade brings the column back and not its values.
While the old version of the service still runs, its queries fail too.

## Bad

```python title="migrations/versions/0002_address.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_column("users", "street")  # finding
    op.drop_table("carts")  # finding


def downgrade() -> None:
    op.create_table("carts", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("users", sa.Column("street", sa.Text(), nullable=True))
```

## Good: it was only made here

```python title="migrations/versions/0002_copy.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("copy", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO copy SELECT id FROM users")
    op.drop_table("copy")


def downgrade() -> None: ...
```

## When to ignore it

The service has stopped using it at least one release ago, and a backup exists.
"""

from plumbrule.rulekit import Finding, Iterator, Migration, rule


@rule(category="database", severity="note", pedantic=True)
def data_losing_migration(migration: Migration) -> Iterator[Finding]:
    for operation in migration.ups:
        table = operation.table
        if operation.name not in ("drop_table", "drop_column") or table in migration.made_tables:
            continue
        what = f"{table}.{operation.column}" if operation.column else table
        yield Finding(
            at=operation.call.span,
            message=f"`{what}` is dropped with all that is in it" if what else "a table is dropped",
            label="cannot be undone",
            help="drop it one release after the last code that used it, and have a backup",
        )
