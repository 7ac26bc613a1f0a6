"""A required column that rows in the table cannot have a value for

`ADD COLUMN … NOT NULL` without a default works on the empty table of a
developer. On one that has rows, PostgreSQL and SQLite refuse, and the
deployment stops halfway.

## Bad

```python title="migrations/versions/0002_age.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("users", sa.Column("age", sa.Integer(), nullable=False))  # finding


def downgrade() -> None:
    op.drop_column("users", "age")
```

## Bad: in a batch

```python title="migrations/versions/0002_age.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("age", sa.Integer(), nullable=False))  # finding


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("age")
```

## Good: a default for the rows that exist, or no rows yet

```python title="migrations/versions/0002_age.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("users", sa.Column("age", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("users", "age", server_default=None)
    op.create_table("pets", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("pets", sa.Column("name", sa.Text(), nullable=False))
    op.execute("DELETE FROM carts")
    op.add_column("carts", sa.Column("owner_id", sa.Integer(), nullable=False))
    op.execute("CREATE UNLOGGED TABLE jobs ()")
    op.add_column("jobs", sa.Column("id", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_table("jobs")
    op.drop_column("carts", "owner_id")
    op.drop_table("pets")
    op.drop_column("users", "age")
```

## Good: Alembic does not look there

```python title="migrations/versions/0002_age.py"
revision = "0002"
down_revision = None


def upgrade() -> None: ...
def downgrade() -> None: ...
```

```python title="migrations/versions/archive/0001_age.py"
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.add_column("users", sa.Column("age", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_column("users", "age")
```

## Good: the versions of MySQL, which fills the rows by itself

```text title="requirements.txt"
psycopg
pymysql
```

```python title="migrations/mysql_versions/0002_age.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("users", sa.Column("age", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_column("users", "age")
```
"""

from plumbrule.rulekit import Finding, Iterator, Migration, n, rule

MADE = ("Identity", "Computed", "FetchedValue")
EMPTYING = ("delete", "truncate")


@rule(category="database", severity="warning")
def required_column_without_default(migration: Migration) -> Iterator[Finding]:
    if migration.on_mysql:
        return  # it fills the rows by itself, with zeros and empty texts
    emptied = ""
    for operation in migration.ups:
        if any(word in operation.sql for word in EMPTYING):
            emptied += operation.sql
        column, table = operation.definition, operation.table
        if operation.name != "add_column" or column is None or table is None or not is_required(column):
            continue
        if operation.call.within(n.Try) is not None:
            continue  # it may fail
        if table not in migration.made_tables and table.lower() not in emptied:
            yield Finding(
                at=operation.call.span,
                message=f"`{table}.{operation.column}` is required, and rows that exist have no value",
                label="fails unless the table is empty",
                help="give it a `server_default`; take that away in the same migration if it is not wanted",
            )


def is_required(column: n.Call) -> bool:
    """Whether a column takes no NULL, and nobody gives it a value."""
    nullable = column.keyword("nullable")
    made = any(isinstance(arg, n.Call) and arg.func.text.endswith(MADE) for arg in column.args)
    given = column.keyword("server_default") is not None or made or column.is_splatted
    return isinstance(nullable, n.Constant) and nullable.value is False and not given
