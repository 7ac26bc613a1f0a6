"""Constraints without a name, which a migration cannot drop

Without a naming convention Alembic writes `op.drop_constraint(None, …)`, and
the downgrade fails. On SQLite a constraint without a name cannot be changed at
all.

## Bad

```python title="migrations/versions/0002_users.py"
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_unique_constraint(None, "users", ["email"])


def downgrade() -> None:
    op.drop_constraint(None, "users", type_="unique")  # finding
```

## Bad: no convention

```python title="app/models.py"
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column


class Base(MappedAsDataclass, DeclarativeBase): ...  # finding


class User(MappedAsDataclass, Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
```

```python title="migrations/versions/0001_users.py"
revision = "0001"
down_revision = None


def upgrade() -> None: ...
```

## Good: the convention names them

```python title="app/models.py"
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})


class Audited(Base):
    __abstract__ = True
```

```python title="migrations/versions/0002_users.py"
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_unique_constraint("uq_users_email", "users", ["email"])


def downgrade() -> None:
    op.drop_constraint("uq_users_email", "users", type_="unique")
```
"""

from plumbrule.rulekit import External, File, Finding, Iterator, Project, n, rule

BASES = ("sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta")


@rule(category="database", severity="warning")
def unnamed_constraints(project: Project) -> Iterator[Finding]:
    for migration in project.migrations.all:
        for operation in (*migration.ups, *migration.downs):
            if operation.name != "drop_constraint":
                continue
            name = operation.call.argument(0, "constraint_name")
            if isinstance(name, n.Constant) and name.value is None:
                yield Finding(
                    at=name.span,
                    message=f"`{migration.revision}` cannot drop a constraint that has no name",
                    label="it raises here",
                    help="write the name that the database shows, and give `MetaData` a `naming_convention`",
                )
                break
    convention = any(module.file.once(has_convention) for module in project.modules)
    for cls in () if convention or not project.migrations.all else project.classes:
        if any(isinstance(b, External) and b.name in BASES for b in cls.bases) and not cls.module.is_test:
            yield Finding(
                at=cls.span,
                message="constraints get no name that a migration could drop them by",
                label="its `MetaData` has no `naming_convention`",
                help="set `metadata = MetaData(naming_convention={…})`",
            )


def has_convention(file: File) -> bool:
    return b"naming_convention" in file.source.text
