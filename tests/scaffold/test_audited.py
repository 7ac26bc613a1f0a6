"""What Plumbrule writes passes its own audit: no finding, on any database, with any part, after `add`."""

from pathlib import Path

import pytest

from scaffold.test_generated import SCRIPTS, has_database, run

VARIANTS = {
    "both databases": "",
    "postgres": "--database postgres",
    "sqlite": "--database sqlite",
    "bare": "--without orders --without docker --without ci --without pre-commit",
    "minimal with all parts": "--preset minimal --with docker --with ci --with pre-commit",
}
FIELDS = (
    "number:str total:decimal? paid:bool sent_at:datetime? contact:email extra:json status:enum(draft|sent)"
)


@pytest.fixture(params=list(VARIANTS))
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    flags = VARIANTS[request.param].split()
    run(SCRIPTS, "plumb", "init", str(folder), "--yes", "--no-sync", "--no-git", *flags)
    return folder


def test_a_generated_service_has_no_finding(project: Path) -> None:
    assert run(project, "plumb", "audit", "--fail-on", "note").startswith("No findings")
    if has_database(project):
        run(project, "plumb", "add", "resource", "invoice", *FIELDS.split())
        assert run(project, "plumb", "audit", "--fail-on", "note").startswith("No findings")
