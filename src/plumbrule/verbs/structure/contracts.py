"""Contracts for import-linter that keep a layout: what crosses today is listed, anything new fails."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from plumbrule.model.import_roots import ImportRoots
from plumbrule.model.project import Project
from plumbrule.plan import Create, Edit, Step
from plumbrule.restructure.tree import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbrule.layouts.proposal import Proposal
    from plumbrule.restructure import Rewrite, Tree

ORDER = ("routers", "dependencies", "controllers", "services", "repositories", "crud", "schemas", "models")
"""layers from the outermost inwards; each may import those after it"""
OTHERS = (".importlinter", "setup.cfg", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Contract:
    """What a package may not import directly, but for the imports that are there."""

    name: str
    source: str
    forbidden: tuple[str, ...]
    ignored: tuple[str, ...]


def with_contracts(tree: Tree, rewrite: Rewrite, proposal: Proposal, inside: str) -> Rewrite:
    """A rewrite that leaves contracts behind in the project's pyproject.toml, unless it has some."""
    after = tree.after(rewrite.steps)
    path = f"{inside}/pyproject.toml" if inside else "pyproject.toml"
    if has_contracts(after, inside):
        return rewrite
    made = contracts(after, proposal, inside)
    if not made:
        return rewrite
    text = rendered(made)
    reason = "keeps the layout: lint-imports"
    before = after.files.get(path)
    if before is None:
        return replace(rewrite, steps=(*rewrite.steps, Step(Create(path, text), reason, "contracts")))
    old = decoded(before)
    ending = "\r\n" if "\r\n" in old else "\n"
    gap = "" if old.endswith("\n") or not old else ending
    new = f"{old}{gap}{ending}{text.replace(chr(10), ending)}"
    return replace(rewrite, steps=(*rewrite.steps, Step(Edit(path, old, new), reason, "contracts")))


def has_contracts(tree: Tree, inside: str) -> bool:
    """Whether import-linter is set up already, in one of its files."""
    for name in OTHERS:
        text = tree.files.get(str(PurePosixPath(inside, name)))
        if text is not None and b"importlinter" in text:
            return True
    return False


def contracts(after: Tree, proposal: Proposal, inside: str) -> tuple[Contract, ...]:
    """The contracts of a layout."""
    prefix = f"{inside}/" if inside else ""
    project = Project([after.facts(path) for path in after.python if path.startswith(prefix)])
    roots = ImportRoots(project)
    names = {roots.name(module) for module in project.modules if not module.is_test}
    edges = {
        (roots.name(edge.source), roots.name(edge.target))
        for edge in project.import_graph.edges
        if not edge.source.is_test and not edge.target.is_test
    }
    packages = sorted(
        {line.target.rpartition(".")[0] for line in proposal.moving if line.target and not line.cuts}
    )
    packages = [package for package in packages if package in names and "." in package]
    pairs = by_layer(packages) if proposal.layout == "by-layer" else by_feature(packages)
    return tuple(
        Contract(name_of(source, proposal.layout), source, forbidden, crossing(edges, source, forbidden))
        for source, forbidden in pairs.items()
        if forbidden
    )


def by_feature(packages: list[str]) -> Mapping[str, tuple[str, ...]]:
    """Each slice, and the others."""
    return {one: tuple(other for other in packages if other != one) for one in packages}


def by_layer(packages: list[str]) -> Mapping[str, tuple[str, ...]]:
    """Each layer, and those above it."""
    known = [p for layer in ORDER for p in packages if p.rpartition(".")[2] == layer]
    return {one: tuple(known[:at]) for at, one in enumerate(known)}


def crossing(edges: set[tuple[str, str]], source: str, forbidden: tuple[str, ...]) -> tuple[str, ...]:
    """The imports that a contract would forbid if they were new."""
    found = [
        f"{one} -> {other}"
        for one, other in edges
        if within(one, source) and any(within(other, package) for package in forbidden)
    ]
    return tuple(sorted(found))


def within(name: str, package: str) -> bool:
    """Whether a module is a package or in it."""
    return name == package or name.startswith(f"{package}.")


def name_of(source: str, layout: str) -> str:
    """What lint-imports calls a contract."""
    last = source.rpartition(".")[2]
    if layout == "by-layer":
        return f"{last} knows no layer above it"
    return f"{last} keeps to itself: what it shares belongs into a module outside of the slices"


def rendered(made: tuple[Contract, ...]) -> str:
    """The contracts as TOML."""
    tops = sorted({contract.source.partition(".")[0] for contract in made})
    parts = [f"[tool.importlinter]\nroot_packages = {listed(tops)}\n"]
    for contract in made:
        ignored = "".join(f'    "{line}",\n' for line in contract.ignored)
        kept = f"ignore_imports = [\n{ignored}]\n" if ignored else ""
        parts.append(
            f'[[tool.importlinter.contracts]]\nname = "{contract.name}"\ntype = "forbidden"\n'
            f'source_modules = ["{contract.source}"]\nforbidden_modules = {listed(contract.forbidden)}\n'
            f"allow_indirect_imports = true\n{kept}"
        )
    text = "\n".join(parts)
    tomllib.loads(text)
    return text


def listed(names: tuple[str, ...] | list[str]) -> str:
    """A list in TOML."""
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
