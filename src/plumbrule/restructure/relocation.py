"""Where everything goes: moves, checked against the tree, as files, modules and definitions."""

from __future__ import annotations

import keyword
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.restructure.moves import DefinitionMove, ModuleMove, Unready
from plumbrule.restructure.names import Names, dotted_from, is_init, is_within, join, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.restructure.moves import Move
    from plumbrule.restructure.tree import Tree


@dataclass(slots=True)
class Relocation:
    """The new key of every module that moves, the new path of every file, the new home of every definition.

    `reasons` says why, by old path and, for a new module, by new key.
    """

    names: Names
    modules: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    definitions: dict[tuple[str, str], str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def key(self, key: str) -> str:
        """The key of a module or folder afterwards."""
        return self.modules.get(key, key)

    def path(self, path: str) -> str:
        """The path of a file afterwards."""
        return self.files.get(path, path)

    def home(self, key: str, name: str) -> str:
        """The key of the module that defines a name afterwards."""
        return self.definitions.get((key, name), self.key(key))

    def leaving(self, key: str) -> dict[str, str]:
        """The definitions that leave a module, and where each goes."""
        return {name: new for (old, name), new in self.definitions.items() if old == key}


def relocate(tree: Tree, names: Names, moves: Sequence[Move]) -> Relocation:
    """The moves as a whole; refuses those that cannot be, or that stand in each other's way."""
    whole = Relocation(names)
    for move in moves:
        if isinstance(move, ModuleMove):
            _add_module(tree, whole, move)
    for move in moves:
        if isinstance(move, DefinitionMove):
            _add_definitions(tree, whole, move)
    _check_targets(tree, whole)
    return whole


def _add_module(tree: Tree, whole: Relocation, move: ModuleMove) -> None:
    key, root = locate(whole.names, move.source)
    target = target_key(whole.names, root, move.target)
    if key == target:
        raise Refusal(f"{move.source} is where it is to go already; take this move out")
    if is_within(target, key) and whole.names.is_package(key):
        raise Refusal(f"{move.source} cannot go into itself, {move.target}; give another target")
    path = whole.names.path(key)
    inside = [p for p in tree.paths if p.startswith(key + "/")] if whole.names.is_package(key) else []
    for old in inside or [f"{key}.py"]:
        new = target + old.removeprefix(key)
        _move_file(whole, old, new, move.reason)
    whole.modules[key] = target
    for old in inside:
        if old.endswith(".py") or old.rpartition("/")[0] in whole.names.folders:
            inner = key_of(old) if old.endswith(".py") else old.rpartition("/")[0]
            whole.modules.setdefault(inner, target + inner.removeprefix(key))
    if path is not None:
        whole.reasons.setdefault(path, move.reason)


def _move_file(whole: Relocation, old: str, new: str, reason: str) -> None:
    if whole.files.get(old, new) != new:
        raise Refusal(f"{old} is to go both to {whole.files[old]} and to {new}; take one of the moves out")
    if clash := next(
        (o for o, n in whole.files.items() if n.casefold() == new.casefold() and o != old), None
    ):
        raise Refusal(f"{clash} and {old} would both become {new}; give one of them another target")
    whole.files[old] = new
    whole.reasons[old] = reason


def _add_definitions(tree: Tree, whole: Relocation, move: DefinitionMove) -> None:
    key, root = locate(whole.names, move.source)
    target = target_key(whole.names, root, move.target)
    path = whole.names.path(key)
    if path is None:
        raise Refusal(f"{move.source} is a folder without `__init__.py`: nothing is defined in it")
    if target == whole.key(key):
        raise Refusal(f"{', '.join(move.names)}: {move.source} is where they are already; take this move out")
    bound = whole.names.bindings(key)
    for name in move.names:
        if name not in bound:
            raise Refusal(f"{path} defines no `{name}`; check the name, or take it out of the plan")
        if whole.definitions.get((key, name), target) != target:
            raise Refusal(f"{path}: `{name}` is to go to two places; take one of the moves out")
        whole.definitions[key, name] = target
    whole.reasons.setdefault(target, move.reason)
    if tree.facts(path).broken:
        raise Refusal(f"{tree.facts(path).broken[0]} does not parse; mend it before moving parts of it")


def locate(names: Names, dotted: str) -> tuple[str, str]:
    """The key of a module that is named in a move, and the root it is named from."""
    tail = dotted.replace(".", "/")
    roots = sorted({*names.roots, "", *_roots_of(names, dotted)}, key=lambda r: (r not in names.roots, r))
    found = [root for root in roots if names.exists(join(root, tail)) and tail]
    known = [root for root in found if root in names.roots] or found
    if not found:
        raise Refusal(f"there is no module {dotted}; check its name")
    if len({join(root, tail) for root in known}) > 1:
        places = " and ".join(names.path(join(root, tail)) or join(root, tail) for root in known)
        raise Unready(f"{dotted} may be {places}; run on the folder of one of them")
    names.roots.add(known[0])
    return join(known[0], tail), known[0]


def _roots_of(names: Names, dotted: str) -> set[str]:
    tail = "/" + dotted.replace(".", "/")
    return {key[: -len(tail)] for key in (*names.modules, *names.folders) if key.endswith(tail)}


def target_key(names: Names, root: str, dotted: str) -> str:
    """The key of a module that something is to go to, named from a root; refuses what cannot be imported."""
    parts = dotted.split(".")
    for part in parts:
        if not part.isidentifier() or keyword.iskeyword(part):
            raise Refusal(f"{dotted} cannot be imported: `{part}` is no name; choose another target")
    top = join(root, parts[0])
    if not names.exists(top) and (parts[0] in sys.stdlib_module_names):
        raise Refusal(f"{dotted} would hide Python's own `{parts[0]}`; choose another target")
    return join(root, "/".join(parts))


def _check_targets(tree: Tree, whole: Relocation) -> None:
    """Refuse targets that exist, that a package hides, or that lie under a module that is no package."""
    gone = set(whole.files)
    left = {path.casefold(): path for path in tree.paths if path not in gone}
    for old, new in whole.files.items():
        if new.casefold() in left:
            raise Refusal(f"{left[new.casefold()]} exists already; {old} cannot go there")
    after = {
        key_of(p) for p in (*left.values(), *whole.files.values()) if p.endswith(".py") and not is_init(p)
    }
    after |= set(whole.definitions.values()) - {key_of(p) for p in left.values() if is_init(p)}
    folders = {f for path in (*left.values(), *whole.files.values()) for f in _folders(path)}
    folders |= {f for key in whole.definitions.values() for f in _folders(key)}
    for key in after & folders:
        if key in (*whole.modules.values(), *whole.definitions.values()) or any(
            is_within(new, key) for new in (*whole.modules.values(), *whole.definitions.values())
        ):
            raise Refusal(f"{key}.py and the folder {key} would be one name; move {key}.py as well")


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:i]) for i in range(1, len(parts))]


def spelled(whole: Relocation, key: str, new: str) -> dict[str, str]:
    """The old names of a module and the new ones, one for each root that both can be spelled from."""
    roots = whole.names.roots | {""}
    shared = [root for root in roots if is_within(key, root) and is_within(new, root) and key != root]
    return {dotted_from(key, root): dotted_from(new, root) for root in shared}
