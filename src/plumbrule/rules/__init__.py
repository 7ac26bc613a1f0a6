"""The rulebook. A rule is a file in a category's folder; nothing lists them."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.rulekit import Rule

if TYPE_CHECKING:
    from types import ModuleType

HERE = Path(__file__).parent


@cache
def rulebook() -> tuple[Rule, ...]:
    """Every rule, by name."""
    paths = sorted(HERE.glob("*/[!_]*.py"))
    names = [f"{__name__}.{path.parent.name}.{path.stem}" for path in paths]
    return tuple(
        sorted((declared(importlib.import_module(name)) for name in names), key=lambda rule: rule.name)
    )


def rules_of(folder: Path) -> tuple[Rule, ...]:
    """A project's own rules, from a folder."""
    found = []
    for path in sorted(folder.rglob("[!_]*.py")):
        spec = importlib.util.spec_from_file_location(f"plumb_rules_{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(declared(module))
    return tuple(found)


def declared(module: ModuleType) -> Rule:
    """The rule that a file declares."""
    found = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(found) != 1:
        raise TypeError(f"{module.__file__}: one rule a file, found {len(found)}")
    return found[0]
