"""An async Alembic environment for a project that has none: found out from its code, planned, not written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.reading import read_project
from plumbrule.model.values import External
from plumbrule.plan import Create, Plan, Refusal, Step
from plumbrule.verbs.review import project_root

if TYPE_CHECKING:
    from pathlib import Path

    from plumbrule.model.code import Class, Module
    from plumbrule.model.project import Project

BASE = "sqlalchemy.orm.DeclarativeBase"
VARIABLE = "DATABASE_URL"

INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = {path}
path_separator = os
"""

TEMPLATE = '''\
"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''

ENV = '''\
"""Alembic, on the application's own engine and models."""

import asyncio
{standard}
from alembic import context
from sqlalchemy import Connection
{library}
{imports}

def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata={metadata},
        compare_server_default=True,
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by copying it
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_online() -> None:
{engine}    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def migrate_offline() -> None:
    context.configure(
        url=context.config.get_main_option("sqlalchemy.url"),
        target_metadata={metadata},
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
'''


def plan(folder: Path) -> tuple[Plan, str]:
    """The files of an environment, and where its URL comes from; refuses a project without models."""
    root = project_root(folder)
    if (root / "migrations").exists():
        raise Refusal(f"{root / 'migrations'} is there, but no alembic.ini; name it by --config FILE")
    project = read_project(root)
    base = base_of(project)
    modules = sorted({table.cls.module.name for table in project.tables if not table.cls.module.is_test})
    if base is None or not modules:
        raise Refusal(f"no tables of SQLAlchemy in {root}; write a DeclarativeBase and a model first")
    engine = engine_of(project)
    in_source = any(m.path.startswith("src/") for m in project.modules if m.name in modules)
    files = {
        "alembic.ini": INI.format(path="%(here)s/src" if in_source else "%(here)s"),
        "migrations/env.py": env(base, modules, engine),
        "migrations/script.py.mako": TEMPLATE,
    }
    steps = tuple(
        Step(Create(path, text), "the environment of Alembic", "migrations") for path, text in files.items()
    )
    return Plan(root, steps), f"{engine[0].name}.{engine[1]}" if engine else VARIABLE


def base_of(project: Project) -> Class | str | None:
    """What all tables descend from: a class of the project, or SQLModel itself."""
    for cls in project.classes:
        if not cls.module.is_test and any(isinstance(b, External) and b.name == BASE for b in cls.bases):
            return cls
    return "SQLModel" if project.uses("sqlmodel") else None


def engine_of(project: Project) -> tuple[Module, str] | None:
    """The async engine that a module of the project makes, and the name it gives it."""
    for module in project.modules:
        for name, bindings in module.bindings.items():
            for binding in bindings:
                match binding.node:
                    case n.Assign(value=n.Call(func=func)) if not module.is_test:
                        if (module.inference.name_of(func) or "").endswith(".create_async_engine"):
                            return module, name
    return None


def env(base: Class | str, modules: list[str], engine: tuple[Module, str] | None) -> str:
    """The env.py: models imported, metadata named, engine found or made."""
    own = base.module.name if not isinstance(base, str) else ""
    imports = [f"import {name}  # noqa: F401  (its tables)" for name in modules if name != own]
    library = []
    if isinstance(base, str):
        metadata = "SQLModel.metadata"
        library.append("from sqlmodel import SQLModel")
    else:
        metadata = f"{base.name}.metadata"
        imports.append(f"from {base.module.name} import {base.name}")
    if engine is None:
        library.insert(0, "from sqlalchemy.ext.asyncio import create_async_engine")
        made = f'    engine = create_async_engine(os.environ["{VARIABLE}"])\n'
    else:
        renamed = engine[1] if engine[1] == "engine" else f"{engine[1]} as engine"
        imports.append(f"from {engine[0].name} import {renamed}")
        made = ""
    return ENV.format(
        standard="" if engine else "import os\n",
        library="".join(f"{line}\n" for line in library),
        imports="".join(f"{line}\n" for line in sorted(imports, key=lambda line: (line[0] == "f", line))),
        metadata=metadata,
        engine=made,
    )
