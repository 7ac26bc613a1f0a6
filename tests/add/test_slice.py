"""What `plumb add resource` writes stands up to the tools, the tests and the migrations of its project."""

from pathlib import Path

import pytest

from add.conftest import OPTIONAL, REQUIRED, succeed
from plumbrule.scaffold.resource import TYPES, Field, Names, Resource, Target, parse_fields, parse_names
from plumbrule.scaffold.slice import render_migration, render_slice
from servers.service import NewDatabase, Project

ORDER = Target("orders", "Order", "orders", is_owned=True)
TESTS = ("tests/test_invoices.py", "tests/test_line_items.py")


def invoice(names: Names) -> tuple[Field, ...]:
    return parse_fields(names, [*REQUIRED, *OPTIONAL], [ORDER])


def test_the_resource_of_these_tests_has_every_type_with_and_without_null() -> None:
    types = {(field.type, field.nullable) for field in invoice(parse_names("invoice", None))}
    assert types == {(type_, nullable) for type_ in TYPES for nullable in (False, True)}


def test_it_is_linted_and_formatted(full: Path) -> None:
    succeed(full, "ruff", "check", "--no-cache")
    succeed(full, "ruff", "format", "--check", "--no-cache")


def test_it_is_typed(full: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    succeed(full, "mypy", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"))


async def test_its_tests_pass(full: Path, empty_database: NewDatabase) -> None:
    async with empty_database() as database:
        passed = succeed(
            full, "pytest", "-q", "-p", "no:cacheprovider", *TESTS, TEST_DATABASE_URL=database.url
        )
    assert " passed" in passed


async def test_its_migrations_go_up_without_drift_and_down_again(
    full: Path, empty_database: NewDatabase
) -> None:
    async with empty_database() as database:
        for command in ("upgrade head", "check", "downgrade 0002", "upgrade head", "check"):
            Project(full).run("alembic", *command.split(), database=database)
        assert await database.rows("SELECT count(*) FROM line_items") == [(0,)]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_names_of_any_length_keep_the_format(shop: Path, database: str) -> None:
    for length in range(3, 31):
        names = parse_names("q" * length, None)
        resource = Resource(names, invoice(names)[:14] if length % 2 else invoice(names))
        files = render_slice(resource, "shop", database)
        files[f"migrations/{names.plural}.py"] = render_migration(resource, database, "0003", "0002")
        for path, text in files.items():
            (shop / path).parent.mkdir(parents=True, exist_ok=True)
            (shop / path).write_text(text)
    succeed(shop, "ruff", "check", "--no-cache")
    succeed(shop, "ruff", "format", "--check", "--no-cache")
