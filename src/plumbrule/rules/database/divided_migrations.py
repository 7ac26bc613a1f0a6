"""More than one head among the migrations

Two branches each added a migration after the same one. `alembic upgrade head`
now refuses to run, and so does the next deployment.

## Bad

```python title="migrations/versions/0001_orders.py"
revision = "0001"
down_revision = None


def upgrade(): ...
```

```python title="migrations/versions/0002_prices.py"
revision = "0002"  # finding
down_revision = "0001"


def upgrade(): ...
```

```python title="migrations/versions/0003_users.py"
revision = "0003"  # finding
down_revision = "0001"


def upgrade(): ...
```

## Good: one after the other, or merged

```python title="migrations/versions/0001_orders.py"
revision = "0001"
down_revision = None


def upgrade(): ...
```

```python title="migrations/versions/0002_prices.py"
revision = "0002"
down_revision = "0001"


def upgrade(): ...
```

```python title="migrations/versions/0003_users.py"
revision = "0003"
down_revision = "0001"


def upgrade(): ...
```

```python title="migrations/versions/0004_merge.py"
revision = "0004"
down_revision = ("0002", "0003")


def upgrade(): ...
```

## Good: branches with labels are meant

```python title="migrations/versions/a1.py"
revision = "a1"
down_revision = None
branch_labels = ("shop",)


def upgrade(): ...
```

```python title="migrations/versions/b1.py"
revision = "b1"
down_revision = None
branch_labels = ("mail",)


def upgrade(): ...
```
"""

from plumbrule.rulekit import Finding, Iterator, Migration, Project, Span, n, rule


@rule(category="database", severity="error")
def divided_migrations(project: Project) -> Iterator[Finding]:
    for migrations in environments(project):
        followed = {revision for m in migrations for revision in m.down_revisions}
        heads = [m for m in migrations if m.revision not in followed]
        whole = followed <= {m.revision for m in migrations}
        if len(heads) < 2 or not whole or any(is_labelled(m) for m in migrations):
            continue
        for head in heads:
            others = ", ".join(f"`{m.revision}`" for m in heads if m is not head)
            yield Finding(
                at=place(head),
                message=f"`{head.revision}` is a head, and so is {others}",
                label="`alembic upgrade head` stops here",
                help="merge them with `alembic merge heads`",
            )


def environments(project: Project) -> list[list[Migration]]:
    """The migrations of each `versions` folder, those in folders below it included."""
    found: dict[str, list[Migration]] = {}
    for migration in project.migrations.all:
        folder = migration.module.path.rpartition("/")[0]
        top = next(
            (f for f in sorted(project.migrations.by_folder) if folder == f or folder.startswith(f + "/")),
            folder,
        )
        head, marker, _ = top.rpartition("versions/")
        found.setdefault(head + marker or top, []).append(migration)
    return list(found.values())


def is_labelled(migration: Migration) -> bool:
    """Whether a migration starts a branch on purpose."""
    for binding in migration.module.bindings.get("branch_labels", ()):
        match binding.node:
            case n.Assign(value=n.Constant(value=None)):
                return False
            case n.Assign():
                return True
    return False


def place(migration: Migration) -> Span:
    """Where the revision is named."""
    return next((b.node.span for b in migration.module.bindings.get("revision", ())), migration.span)
