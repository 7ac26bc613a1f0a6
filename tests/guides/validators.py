"""What is not Python is read by the program it is written for."""

import json
import subprocess
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import promql_parser
import yaml

SCRIPTS = Path(sysconfig.get_path("scripts"))


def accepted(*command: str | Path) -> None:
    """Run a program that has to be content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def read_yaml(path: Path) -> None:
    """Say what is wrong with a manifest, a compose file, a workflow, or rules for Prometheus."""
    if path.name.startswith("compose"):
        accepted(SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", path)
    if ".github/workflows" in path.as_posix():
        accepted(SCRIPTS / "actionlint", path)
        accepted(SCRIPTS / "zizmor", "--offline", "--quiet", path)
    for document in yaml.safe_load_all(path.read_text()):
        if "apiVersion" in document:
            kubernetes_validate.validate(document, "1.33", strict=True)
        for group in document.get("groups", ()):
            read_alerts(group)


def read_alerts(group: dict[str, Any]) -> None:
    for rule in group["rules"]:
        promql_parser.parse(rule["expr"])


def read_dockerfile(path: Path) -> None:
    accepted(SCRIPTS / "hadolint", path)


VALIDATORS: dict[str, Callable[[Path], object]] = {
    "dockerfile": read_dockerfile,
    "ini": lambda path: path.read_text(),
    "json": lambda path: json.loads(path.read_text()),
    "promql": lambda path: promql_parser.parse(path.read_text()),
    "toml": lambda path: tomllib.loads(path.read_text()),
    "yaml": read_yaml,
}
