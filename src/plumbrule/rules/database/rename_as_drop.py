"""A rename that throws the values away

Alembic cannot tell a rename: it sees a column that is gone and one that is new.
Drop and add empty the column, on the way up and again on the way down.

## Bad

```python title="migrations/versions/0002_title.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("users", sa.Column("title", sa.String(100), nullable=True))
    op.drop_column("users", "name")  # finding


def downgrade() -> None:
    op.add_column("users", sa.Column("name", sa.String(100), nullable=True))
    op.drop_column("users", "title")
```

## Bad: as Alembic writes it

```python title="migrations/versions/0002_title.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.String(length=100), nullable=True))
        batch_op.drop_column("name")  # finding


def downgrade() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.VARCHAR(length=100), autoincrement=False, nullable=True))
        batch_op.drop_column("title")
```

## Bad: a table

```python title="migrations/versions/0002_people.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("people", sa.Column("id", sa.Integer()), sa.Column("name", sa.String(100)))
    op.drop_table("users")  # finding


def downgrade() -> None:
    op.create_table("users", sa.Column("id", sa.Integer()), sa.Column("name", sa.String(100)))
    op.drop_table("people")
```

## Good: a rename, a copy, or two columns that have nothing to do with each other

```python title="migrations/versions/0002_title.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.alter_column("users", "name", new_column_name="title")
    op.add_column("pets", sa.Column("owner", sa.String(100), nullable=True))
    op.execute("UPDATE pets SET owner = keeper")
    op.drop_column("pets", "keeper")
    op.add_column("shops", sa.Column("area", sa.Integer(), nullable=True))
    op.drop_column("shops", "street")
    op.add_column("steps", sa.Column("run", sa.Text(), nullable=True))
    op.drop_column("steps", "job")
    op.drop_column("steps", "owner")


def downgrade() -> None:
    op.add_column("steps", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("steps", sa.Column("job", sa.Text(), nullable=True))
    op.drop_column("steps", "run")
    op.add_column("shops", sa.Column("street", sa.String(100), nullable=True))
    op.drop_column("shops", "area")
    op.add_column("pets", sa.Column("keeper", sa.String(100), nullable=True))
    op.drop_column("pets", "owner")
    op.alter_column("users", "title", new_column_name="name")
```

## When to ignore it

The two have nothing in common but their type.
"""

from plumbrule.rulekit import Finding, Iterator, Migration, Operation, n, rule

ALIASES = {"varchar": "string", "autostring": "string", "timestamp": "datetime", "numeric": "decimal"}


@rule(category="database", severity="warning", confidence="low")
def rename_as_drop(migration: Migration) -> Iterator[Finding]:
    for dropped in migration.ups:
        new = partner(dropped, migration)
        if new is None:
            continue
        old = dropped.column or dropped.table
        name = new.column if dropped.column else new.table
        filled = any("update" in op.sql and name in op.sql for op in migration.ups if name)
        emptied = any(word in op.sql for op in migration.ups for word in ("delete from", "truncate"))
        if not filled and not emptied:
            rename = (
                f'op.alter_column("{dropped.table}", "{old}", new_column_name="{name}")'
                if dropped.column
                else f'op.rename_table("{old}", "{name}")'
            )
            yield Finding(
                at=dropped.call.span,
                message=f"`{old}` is dropped with all that is in it, and `{name}` comes empty",
                label="if it is a rename, its values are lost",
                help=f"rename it: `{rename}`",
            )


def partner(dropped: Operation, migration: Migration) -> Operation | None:
    """What comes where something like it goes; of several that might be meant, none."""
    if dropped.name == "drop_column":
        type_ = type_before(dropped, migration)
        gone = [op for op in migration.ups if op.name == "drop_column" and op.table == dropped.table]
        come = [op for op in migration.ups if op.name == "add_column" and op.table == dropped.table]
        alike = [op for op in come if type_ is not None and kind(op.definition) == type_]
        alone = [op for op in gone if type_before(op, migration) == type_] == [dropped]
        exact = alone and len(alike) == 1 and len(gone) <= len(come)
        return alike[0] if exact and alike[0].column != dropped.column else None
    if dropped.name == "drop_table":
        tables = [op for op in migration.downs if op.name == "create_table" and op.table == dropped.table]
        columns = set(tables[0].columns) if tables else set()
        made = (op for op in migration.ups if op.name == "create_table" and op.table != dropped.table)
        return next((op for op in made if len(columns) > 1 and set(op.columns) == columns), None)
    return None


def type_before(dropped: Operation, migration: Migration) -> str | None:
    """The type of a column that is dropped: the downgrade knows it."""
    return next((kind(op.definition) for op in migration.downs if same(op, dropped)), None)


def same(operation: Operation, dropped: Operation) -> bool:
    """Whether an operation brings back what another one dropped."""
    return (operation.name, operation.table, operation.column) == (
        "add_column",
        dropped.table,
        dropped.column,
    )


def kind(column: n.Call | None) -> str | None:
    """The type of a column, whether it is written as a model or as a database has it."""
    type_ = column.argument(1, "type_") if column else None
    if type_ is None:
        return None
    word, _, rest = "".join(type_.text.split()).lower().partition("(")
    word = word.rpartition(".")[2]
    return f"{ALIASES.get(word, word)}({rest.replace('length=', '')}"
