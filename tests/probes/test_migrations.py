"""The migrations make the tables of the models, and take them away again."""

from servers.database import Database, Kind
from servers.service import NewDatabase, Project

LEFT_BEHIND: dict[Kind, str] = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    "postgres": """
        SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION SELECT typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace
        UNION SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
}


async def things_in(database: Database) -> set[str]:
    return {str(name) for (name,) in await database.rows(LEFT_BEHIND[database.kind])}


async def test_migrations_go_up_without_drift_and_down_without_a_trace(
    project: Project, empty_database: NewDatabase
) -> None:
    """Probe 27."""
    async with empty_database() as database:
        project.run("alembic", "upgrade", "head", database=database)
        project.run("alembic", "check", database=database)
        after_first = await things_in(database)
        assert {"users", "sessions", "orders"} <= after_first

        project.run("alembic", "downgrade", "base", database=database)
        assert all("alembic_version" in name for name in await things_in(database))

        project.run("alembic", "upgrade", "head", database=database)
        project.run("alembic", "check", database=database)
        assert await things_in(database) == after_first
