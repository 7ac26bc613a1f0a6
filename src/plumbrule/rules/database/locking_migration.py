"""A migration that stops every write while it runs

PostgreSQL builds an index with the table locked against writes, and writes a
table anew with it locked against everything, when a column gets a type that is
stored in another way. Every request that needs the table waits, and the pool is
soon empty.

## Bad

```text title="requirements.txt"
asyncpg
```

```python title="migrations/versions/0002_email.py"
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_users_email", "users", ["email"])  # finding


def downgrade() -> None:
    op.drop_index("ix_users_email", "users")
```

## Bad: another type

```text title="requirements.txt"
asyncpg
```

```python title="migrations/versions/0002_numbers.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("users", "id", existing_type=sa.Integer(), type_=sa.BigInteger())  # finding


def downgrade() -> None:
    op.alter_column("users", "id", existing_type=sa.BigInteger(), type_=sa.Integer())
```

## Good: built beside the writes, or on a table that is new; a type that is stored alike

```text title="requirements.txt"
asyncpg
```

```python title="migrations/versions/0002_email.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("pets", sa.Column("name", sa.Text()))
    op.create_index("ix_pets_name", "pets", ["name"])
    op.alter_column("users", "name", existing_type=sa.String(50), type_=sa.Text())
    with op.get_context().autocommit_block():
        op.create_index("ix_users_email", "users", ["email"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_users_email", "users")
    op.alter_column("users", "name", existing_type=sa.Text(), type_=sa.String(50))
    op.drop_table("pets")
```

## When to ignore it

The table is small and will stay so, or the migration runs while nobody writes.
"""

from plumbrule.rulekit import Finding, Iterator, Migration, Operation, n, rule

ALIKE = {"string", "varchar", "text", "unicode", "unicodetext", "autostring", "citext"}


@rule(category="database", severity="warning", pedantic=True)
def locking_migration(migration: Migration) -> Iterator[Finding]:
    if not migration.on_postgresql:
        return
    for operation in migration.ups:
        table = operation.table
        if table is None or table in migration.made_tables:
            continue
        if operation.name == "create_index" and operation.call.keyword("postgresql_concurrently") is None:
            yield Finding(
                at=operation.call.span,
                message=f"nobody can write to `{table}` while the index is built",
                label="locks the table",
                help="pass `postgresql_concurrently=True`, in a `with op.get_context().autocommit_block():`",
            )
        if operation.name == "alter_column" and rewrites(operation):
            yield Finding(
                at=operation.call.span,
                message=f"`{table}` is written anew, and nobody can read it meanwhile",
                label="another type, stored in another way",
                help="add a new column, fill it in batches, and change over",
                confidence="medium",
            )


def rewrites(operation: Operation) -> bool:
    """Whether a new type is known to be stored in another way than the old one."""
    old, new = kind(operation.call.keyword("existing_type")), kind(operation.call.keyword("type_"))
    return bool(old and new) and old != new and not {old, new} <= ALIKE


def kind(type_: n.Expr | None) -> str:
    """The last word of a type of SQLAlchemy, in small letters."""
    name = type_.func.text if isinstance(type_, n.Call) else type_.text if type_ is not None else ""
    return name.rpartition(".")[2].lower() if name.startswith(("sa.", "sqlalchemy.", "postgresql.")) else ""
