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
    """The migrations that belong together: those of one folder, and of folders that follow each other."""
    by_revision = {m.revision: m for m in project.migrations.all}
    own = {folder: {m.revision for m in found} for folder, found in project.migrations.by_folder.items()}
    group = {folder: folder for folder in sorted(own)}
    for migration in project.migrations.all:
        for revision in set(migration.down_revisions) - own[folder_of(migration)]:
            one, other = group[folder_of(migration)], group[folder_of(by_revision.get(revision, migration))]
            group = {folder: one if top == other else top for folder, top in group.items()}
    found: dict[str, list[Migration]] = {}
    for migration in project.migrations.all:
        if "versions" in migration.module.path.split("/"):
            found.setdefault(group[folder_of(migration)], []).append(migration)
    return list(found.values())


def folder_of(migration: Migration) -> str:
    """The folder that a migration lies in."""
    return migration.module.path.rpartition("/")[0]


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
