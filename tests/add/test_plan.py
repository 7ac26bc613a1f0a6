"""`plumb add resource` is a plan: shown, diffed, applied, undone, and the same every time."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from add.conftest import add, execute, files_of, succeed
from plumbrule.plan import undo
from plumbrule.scaffold.slice import MODULES

WORDS = ("book", "title:str", "price:decimal?")
ADDED = {
    *(f"src/shop/books/{module}" for module in MODULES),
    "migrations/versions/0003_books.py",
    "tests/test_books.py",
}


def test_a_dry_run_shows_the_very_plan_and_writes_nothing(shop: Path) -> None:
    before = files_of(shop)
    shown = add(shop, *WORDS, "--dry-run")
    assert files_of(shop) == before
    assert not (shop / ".plumb").exists()

    done = add(shop, *WORDS)

    listing = shown.removeprefix("Would add ").rstrip()
    assert done.startswith(f"Added {listing}\n")
    after = files_of(shop)
    assert after.keys() - before.keys() == ADDED
    assert {path for path in before if before[path] != after[path]} == {"src/shop/main.py"}


def test_the_output_fits_80_columns(shop: Path) -> None:
    assert max(len(line) for line in add(shop, *WORDS).splitlines()) <= 80


def test_a_diff_is_what_is_written(shop: Path, tmp_path: Path) -> None:
    patched = Path(shutil.copytree(shop, tmp_path / "patched"))
    (tmp_path / "diff").write_text(succeed(shop, "plumb", "add", "resource", *WORDS, "--diff"))
    assert not (shop / "src/shop/books").exists()
    subprocess.run(["git", "apply", tmp_path / "diff"], cwd=patched, check=True)
    (patched / "src/shop/books/__init__.py").touch()  # an empty file has no lines to show

    add(shop, *WORDS)

    assert files_of(patched) == files_of(shop)


def test_the_same_words_give_the_same_bytes(pristine: Path, shop: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(pristine, tmp_path / "other"))
    for project in (shop, other):
        add(project, *WORDS)
        add(project, "chapter", "heading:str", "book:ref(books)")
    assert files_of(shop) == files_of(other)


def test_it_can_be_undone(pristine: Path, shop: Path) -> None:
    add(shop, *WORDS)
    undo(shop)
    assert files_of(shop) == files_of(pristine)


def test_a_second_resource_follows_the_first(shop: Path) -> None:
    add(shop, *WORDS)
    add(shop, "author", "name:str")
    assert 'down_revision = "0003"' in (shop / "migrations/versions/0004_authors.py").read_text()
    main = (shop / "src/shop/main.py").read_text()
    assert "        books.router,\n        authors.router,\n    )\n" in main
    succeed(shop, "ruff", "check", "--no-cache", "src/shop/main.py")


def test_a_migration_of_a_changed_model_is_named_like_that_of_a_resource(shop: Path) -> None:
    add(shop, *WORDS)
    models = shop / "src/shop/books/models.py"
    models.write_text(
        models.read_text().replace(
            "    title: Mapped[str]", "    isbn: Mapped[str | None]\n    title: Mapped[str]"
        )
    )
    succeed(shop, "plumb", "migrate", "new", "ISBNs of books", "--python", sys.executable)
    assert (shop / "migrations/versions/0004_isbns_of_books.py").is_file()


def test_it_works_from_a_folder_of_the_project(shop: Path) -> None:
    assert "cd ../.." in add(shop / "src/shop", *WORDS)
    assert (shop / "src/shop/books").is_dir()


def environment(project: Path, script: str) -> None:
    """Give the project a `.venv`, whose Python is a shell script."""
    python = project / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def test_the_database_is_migrated_when_there_is_an_environment(shop: Path) -> None:
    environment(shop, f'exec "{sys.executable}" "$@"')
    assert "alembic" not in add(shop, *WORDS)
    with closing(sqlite3.connect(shop / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM books").fetchone() == (0,)


def test_the_database_is_left_alone_on_demand(shop: Path) -> None:
    environment(shop, f'exec "{sys.executable}" "$@"')
    assert "alembic upgrade head" in add(shop, *WORDS, "--no-migrate")
    assert not (shop / "shop.db").exists()


def test_a_migration_that_fails_is_reported(shop: Path) -> None:
    environment(shop, "echo there is no database >&2; exit 1")
    done = execute(shop, "plumb", "add", "resource", *WORDS)
    assert done.returncode == 1
    assert "database      not migrated: there is no database" in done.stdout
    assert "alembic upgrade head" in done.stdout
