"""Alembic, on the application's own engine and settings."""

import asyncio
[% if database == "sqlite" %]
from typing import Literal
[% endif %]

from alembic import context
[% if database == "sqlite" %]
from alembic.autogenerate.api import AutogenContext
[% endif %]
from sqlalchemy import Connection

from [[ package ]].database import Base, Database
from [[ package ]].main import create_app  # noqa: F401  (imports every model)
from [[ package ]].settings import Settings
[% if database == "sqlite" %]
from [[ package ]].sqlite import UtcDateTime, check_foreign_keys, suspend_foreign_keys
[% endif %]


[% if database == "sqlite" %]
def render_item(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Keep migrations free of the application's code, which moves on without them."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


[% endif %]
def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
[% if database == "sqlite" %]
        render_as_batch=True,  # SQLite alters a table by copying it
        render_item=render_item,
[% endif %]
    )
    with context.begin_transaction():
        context.run_migrations()
[% if database == "sqlite" %]
    check_foreign_keys(connection)
[% endif %]


# Tests bring their own.
settings: Settings = context.config.attributes.get("settings") or Settings()


async def migrate_online() -> None:
    database = Database(settings.database)
[% if database == "sqlite" %]
    suspend_foreign_keys(database.engine)
[% endif %]
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await database.dispose()


def migrate_offline() -> None:
    context.configure(
        url=settings.database.url.get_secret_value(),
        target_metadata=Base.metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
