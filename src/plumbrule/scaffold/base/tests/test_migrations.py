from alembic import command
from alembic.config import Config


def test_migrations_match_the_models(alembic: Config, migrated: None) -> None:
    command.check(alembic)


def test_migrations_can_be_undone_and_done_again(alembic: Config, migrated: None) -> None:
    command.downgrade(alembic, "base")
    command.upgrade(alembic, "head")
    command.check(alembic)
