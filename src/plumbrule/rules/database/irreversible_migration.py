"""A migration that cannot be taken back

The upgrade changes the schema and the downgrade does nothing: after
`alembic downgrade` the database says it is at the old revision and has the new
schema, and the next upgrade fails.

## Bad

```python title="migrations/versions/0002_prices.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("orders", sa.Column("price", sa.Integer()))


def downgrade() -> None:  # finding
    pass
```

## Good: it takes back, says that it cannot, or there is nothing to take back

```python title="migrations/versions/0002_prices.py"
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("orders", sa.Column("price", sa.Integer()))


def downgrade() -> None:
    op.drop_column("orders", "price")
```

```python title="migrations/versions/0003_lines.py"
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.drop_table("lines")


def downgrade() -> None:
    raise NotImplementedError("the lines are gone")
```

```python title="migrations/versions/0003_status.py"
import sqlalchemy as sa
from alembic import op

revision = "0003s"
down_revision = "0003"


def upgrade() -> None:
    op.alter_column("orders", "status", type_=sa.String())


def downgrade() -> None:
    # the old type refused values that are there now
    pass
```

```python title="migrations/versions/0004_fill.py"
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("update orders set price = 0 where price is null")


def downgrade() -> None:
    pass
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Migration, n, rule

CHANGES = {
    "add_column",
    "drop_column",
    "create_table",
    "drop_table",
    "rename_table",
    "alter_column",
    "create_index",
    "create_unique_constraint",
    "create_foreign_key",
    "create_primary_key",
}


@rule(category="database", severity="warning")
def irreversible_migration(migration: Migration) -> Iterator[Finding]:
    downgrade = migration.downgrade
    changes = [operation.name for operation in migration.ups if operation.name in CHANGES]
    if downgrade is not None and changes and is_empty(downgrade) and not is_explained(downgrade):
        yield Finding(
            at=downgrade.span,
            message=f"`{changes[0]}` of `{migration.revision}` is never taken back",
            label="an empty `downgrade`",
            help="undo each operation in reverse order, or raise `NotImplementedError`",
        )


def is_explained(function: Function) -> bool:
    """Whether somebody has written why nothing is taken back."""
    notes = (line.strip() for line in function.node.text.splitlines())
    return any(note.startswith("#") and not note.startswith("###") for note in notes)


def is_empty(function: Function) -> bool:
    """Whether a function does nothing at all."""
    return all(
        isinstance(s, n.Simple) or (isinstance(s, n.ExprStatement) and isinstance(s.value, n.Constant))
        for s in function.body
    )
