"""The image, the composition and the workflow are what their own tools call right."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

SCRIPTS = Path(sysconfig.get_path("scripts"))


@pytest.fixture(scope="module", params=["service", "minimal"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "shop"
    flags = ["--preset", request.param, "--with", "docker", "--with", "ci"]
    run(SCRIPTS, "plumb", "init", str(folder), "--yes", "--no-sync", "--no-git", *flags)
    return folder


def run(folder: Path, tool: str, *arguments: str) -> None:
    done = subprocess.run(
        [SCRIPTS / tool, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_image_follows_the_rules_of_hadolint(project: Path) -> None:
    run(project, "hadolint", "Dockerfile")


def test_the_composition_is_valid(project: Path) -> None:
    run(project, "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_the_workflow_is_valid_and_safe(project: Path) -> None:
    workflow = ".github/workflows/ci.yml"
    run(project, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)
    run(project, "actionlint", workflow)
    run(project, "zizmor", "--offline", "--quiet", workflow)
