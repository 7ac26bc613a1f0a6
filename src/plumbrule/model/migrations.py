from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.words import last_word

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Module
    from plumbrule.model.project import Project


DRIVERS = ("asyncpg", "psycopg", "psycopg2", "psycopg2-binary", "pg8000")
MYSQL_DRIVERS = ("aiomysql", "asyncmy", "pymysql", "mysqlclient", "mysql-connector-python", "mariadb")
CREATED = re.compile(r'\bcreate\s+(?:\w+\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:["\w]+\.)?"?(\w+)')
LOCATIONS = re.compile(r"^\s*(recursive_)?version_locations\s*=", re.MULTILINE)
DATABASES = re.compile(r"postgres|mysql|mariadb|sqlite|oracle|mssql")
NAMED = ("create_index", "create_unique_constraint", "create_foreign_key", "create_check_constraint")


class Operation:
    """One thing that a migration does: `op.add_column("users", …)`, `batch_op.add_column(…)`."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.name = call.method

    def __repr__(self) -> str:
        return f"<Operation {self.name} {self.table or '?'}>"

    @cached_property
    def in_batch(self) -> bool:
        """Whether it belongs to a `with op.batch_alter_table(…)`."""
        return not self.call.name.startswith("alembic.op.")

    @cached_property
    def table(self) -> str | None:
        """The table that it is about, if that is written out."""
        if not self.in_batch:
            position, name = (1, "table_name") if self.name in NAMED else (0, "table_name")
            return text_of(self.call.argument(position, name))
        around = self.call.within(n.With)
        calls = [item.value for item in around.items] if isinstance(around, n.With) else []
        return next((text_of(c.argument(0, "table_name")) for c in calls if isinstance(c, n.Call)), None)

    @cached_property
    def column(self) -> str | None:
        """The column that it adds, drops or alters."""
        given = self.definition.argument(0, "name") if self.definition else self._column_argument
        return text_of(given)

    @cached_property
    def definition(self) -> n.Call | None:
        """The `sa.Column(…)` that it adds."""
        given = self._column_argument
        return given if isinstance(given, n.Call) else None

    @cached_property
    def columns(self) -> dict[str, n.Call]:
        """The `sa.Column(…)` of a table that it makes, by name."""
        made = [arg for arg in self.call.args if isinstance(arg, n.Call) and arg.func.text.endswith("Column")]
        return {name: call for call in made if (name := text_of(call.argument(0, "name"))) is not None}

    @cached_property
    def sql(self) -> str:
        """The statement of an `op.execute`, in small letters."""
        return self.call.node.text.lower() if self.name == "execute" else ""

    @property
    def _column_argument(self) -> n.Expr | None:
        return self.call.argument(0 if self.in_batch else 1, "column_name") or self.call.keyword("column")


def text_of(expr: n.Expr | None) -> str | None:
    """The string that an expression is; through `op.f("…")`."""
    match expr:
        case n.Constant(value=str(value)):
            return value
        case n.Call(func=n.Attribute(attr="f"), args=(n.Constant(value=str(value)),)):
            return value
        case _:
            return None


class Migration:
    """One Alembic revision file."""

    def __init__(self, module: Module, revision: str) -> None:
        self.module = module
        self.project = module.project
        self.revision = revision

    def __repr__(self) -> str:
        return f"<Migration {self.revision} {self.module.path}>"

    @property
    def databases(self) -> set[str]:
        """The databases that its folder names: a project for several may have a folder for each."""
        return set(DATABASES.findall(self.module.path.rpartition("/")[0].lower()))

    @property
    def on_postgresql(self) -> bool:
        """Whether it may run on PostgreSQL."""
        named = self.databases
        return "postgres" in named if named else self.project.migrations.on_postgresql

    @property
    def on_mysql(self) -> bool:
        """Whether it surely runs on MySQL or MariaDB."""
        named = self.databases
        return named <= {"mysql", "mariadb"} if named else self.project.migrations.on_mysql

    @property
    def span(self) -> Span:
        """Its first character."""
        return self.module.span

    @cached_property
    def down_revisions(self) -> tuple[str, ...]:
        """What it comes after."""
        match literal(self.module, "down_revision"):
            case n.Constant(value=str(revision)):
                return (revision,)
            case n.Sequence(items=items):
                return tuple(i.value for i in items if isinstance(i, n.Constant) and isinstance(i.value, str))
            case _:
                return ()

    @cached_property
    def upgrade(self) -> Function | None:
        """Its `upgrade` function."""
        return self.module.function("upgrade")

    @cached_property
    def downgrade(self) -> Function | None:
        """Its `downgrade` function."""
        return self.module.function("downgrade")

    def operations(self, function: Function | None) -> list[Call]:
        """The `op.…` and `batch_op.…` calls of one of them, helper functions of the same file included."""
        found: list[Call] = []
        seen: set[Function] = set()
        queue = [function] if function else []
        while queue:
            at = queue.pop(0)
            if at in seen:
                continue
            seen.add(at)
            for call in at.calls:
                if last_word(call.receiver).endswith("batch_op") or call.name.startswith("alembic.op."):
                    found.append(call)
                elif call.function is not None and call.function.module is self.module:
                    queue.append(call.function)
        return found

    @cached_property
    def ups(self) -> list[Operation]:
        """What its upgrade does, in order."""
        return [Operation(call) for call in self.operations(self.upgrade)]

    @cached_property
    def downs(self) -> list[Operation]:
        """What its downgrade does, in order."""
        return [Operation(call) for call in self.operations(self.downgrade)]

    @cached_property
    def made_tables(self) -> set[str]:
        """The tables that it makes itself: they are empty, and nobody uses them yet."""
        made = {op.table for op in self.ups if op.name == "create_table" and op.table is not None}
        return made.union(*(CREATED.findall(op.sql) for op in self.ups))

    @cached_property
    def earlier(self) -> list[Migration]:
        """The migrations that it builds on, near and far."""
        by_name = {m.revision: m for m in self.project.migrations.all}
        found: dict[str, Migration] = {}
        queue = list(self.down_revisions)
        while queue:
            name = queue.pop()
            if name in by_name and name not in found:
                found[name] = by_name[name]
                queue += by_name[name].down_revisions
        return list(found.values())


class MigrationGraph:
    """The revisions of every Alembic folder of the project: `all` that Alembic reads, `modules` are the files
    of any.
    """

    def __init__(self, project: Project) -> None:
        self.on_postgresql = any(project.uses(driver) for driver in DRIVERS)
        self.on_mysql = any(project.uses(driver) for driver in MYSQL_DRIVERS) and not self.on_postgresql
        found = [made for module in project.modules if (made := migration(module)) is not None]
        folders = set() if reads_below(project) else {folder_of(one) for one in found}
        self.all = [one for one in found if not is_aside(one, folders)]
        self.modules = {one.module for one in found}

    @cached_property
    def by_folder(self) -> dict[str, list[Migration]]:
        """The revisions of each versions folder."""
        found: dict[str, list[Migration]] = {}
        for migration_ in self.all:
            found.setdefault(folder_of(migration_), []).append(migration_)
        return found

    def heads(self, folder: str) -> list[Migration]:
        """The revisions of a folder that nothing comes after."""
        followed = {d for m in self.by_folder.get(folder, ()) for d in m.down_revisions}
        return [m for m in self.by_folder.get(folder, ()) if m.revision not in followed]


def reads_below(project: Project) -> bool:
    """Whether Alembic is told to look for revisions elsewhere than in the versions folder itself."""
    return any(LOCATIONS.search(text) for text in project.texts("alembic.ini").values()) or bool(
        project.mentioning(b"version_locations")
    )


def is_aside(one: Migration, folders: set[str]) -> bool:
    """Whether a revision lies in a folder below the versions: Alembic does not read it."""
    return any(folder_of(one).startswith(f"{folder}/") for folder in folders if folder.endswith("versions"))


def folder_of(one: Migration) -> str:
    """The folder of a revision."""
    return one.module.path.rpartition("/")[0]


def migration(module: Module) -> Migration | None:
    """The revision that a module is, if it is one."""
    if "down_revision" not in module.bindings or not any(is_revision(statement) for statement in module.body):
        return None
    match literal(module, "revision"):
        case n.Constant(value=str(revision)):
            return Migration(module, revision)
        case _:
            return None


def is_revision(statement: n.Statement) -> bool:
    """`revision = …`."""
    match statement:
        case n.Assign(targets=(n.Name(id="revision"), *_)):
            return True
        case _:
            return False


def literal(module: Module, name: str) -> n.Expr | None:
    """What a module-level name is assigned."""
    for binding in module.bindings.get(name, ()):
        if isinstance(binding.node, n.Assign):
            return binding.node.value
    return None
