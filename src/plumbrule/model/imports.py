"""From the name in an import statement to the module or member it means."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.file import absolute_names
from plumbrule.model.types import external
from plumbrule.model.values import External, Target, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbrule.facts.scope import Binding
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project


class Imports:
    """Finds modules by dotted name as each file sees them, and members through re-exports. Where a folder and
    a file go by the same name, Python takes the folder.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.by_path = {module.path: module for module in project.modules}
        self.by_ending: dict[str, list[Module]] = {}
        for module in project.modules:
            for ending in endings(module.path):
                self.by_ending.setdefault(ending, []).append(module)
        self.packages = {m.path.rpartition("/")[0] for m in project.modules if m.path.endswith("__init__.py")}
        self._roots: dict[str, bool] = {}
        self._found: dict[tuple[str, str], Module | None] = {}
        self._members: dict[tuple[Module, str], Target | None] = {}
        self._under_way: set[tuple[Module, str]] = set()

    def find(self, name: str, importer: Module) -> Module | None:
        """The module that `import name` means in a file."""
        if name not in self.by_ending:
            return None
        key = (name, importer.folder)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key]

    def matching(self, pattern: str, importer: Module) -> list[Module]:
        """The modules that `import_module` can mean by a name of which `*` cannot be told."""
        expected = re.compile(re.escape(pattern).replace(r"\*", r"\w+"))
        if not pattern[0].isalpha():
            return []
        names = [name for name in self.by_ending if expected.fullmatch(name)]
        found = dict.fromkeys(self.find(name, importer) for name in names)
        return [module for module in found if module is not None and not module.is_test]

    def _search(self, name: str, folder: str) -> Module | None:
        alone = "." not in name
        if alone and name in sys.stdlib_module_names:
            return None
        best: tuple[tuple[bool, bool, int, int, bool], Module] | None = None
        for module in self.by_ending[name]:
            root = without_suffix(module.path)[: -len(name)].removesuffix("/")
            above = root in ("", folder) or folder.startswith(root + "/")
            in_package = root in self.packages and root != ""
            if in_package and (not above or (alone and not self._is_root(root))):
                continue
            if alone and (not above or (root == folder and self._is_library(name, module))):
                continue
            if alone and module.is_package and self._is_namesake(module, root, folder):
                continue
            near = len(root) if above else common(root, folder)
            rank = (above, not in_package, near, -len(root), module.is_package)
            if best is None or rank > best[0]:
                best = (rank, module)
        return best[1] if best else None

    def _is_library(self, name: str, beside: Module) -> bool:
        """Whether a bare name is a declared package's, and the file beside the importer only shares it."""
        return not beside.is_package and "/" in beside.path and self.project.requirement(name) is not None

    def _is_namesake(self, package: Module, root: str, folder: str) -> bool:
        """Whether a file that imports a bare name lies in a package called so, deep inside of another one."""
        own = package.path.rpartition("/")[0]
        around = {path for path in self.packages if path and root.startswith(path + "/")}
        return f"{folder}/".startswith(f"{own}/") and bool(around) and not self._is_root(root)

    def _is_root(self, folder: str) -> bool:
        """Whether imports start from a folder although it is a package: long ones do, none has its name."""
        if folder not in self._roots:
            inside = [m for m in self.project.modules if m.path.startswith(folder + "/")]
            own = folder.rpartition("/")[2]
            called = any(own in module.file.packages for module in inside)
            self._roots[folder] = not called and any(self._starts_from(folder, m) for m in inside)
        return self._roots[folder]

    def _starts_from(self, folder: str, module: Module) -> bool:
        """Whether a file imports something below a folder by a longer name that starts there."""
        names = (name for statement in module.imports for name in absolute_names(statement) if "." in name)
        return any(
            without_suffix(found.path) == f"{folder}/{name.replace('.', '/')}"
            for name in names
            for found in self.by_ending.get(name, ())
        )

    def relative(self, importer: Module, level: int, name: str) -> Module | None:
        """The module that `from ..name` means."""
        parts = importer.path.split("/")[:-level]
        parts += name.split(".") if name else []
        path = "/".join(parts)
        return self.by_path.get(f"{path}/__init__.py" if path else "__init__.py") or self.by_path.get(
            f"{path}.py"
        )

    def alias_target(self, module: Module, alias: n.Alias) -> Target | None:
        """What one name of an import statement stands for."""
        statement = alias.parent
        if isinstance(statement, n.Import):
            wanted = alias.name if alias.asname else alias.name.partition(".")[0]
            return self.find(wanted, module) or external(wanted)
        if not isinstance(statement, n.ImportFrom):
            return None
        return self.from_target(module, statement, alias.name)

    def origin(self, module: Module, statement: n.ImportFrom) -> Module | None:
        """The project module that a `from … import` reads."""
        if statement.level:
            return self.relative(module, statement.level, statement.module)
        return self.find(statement.module, module)

    def from_target(self, module: Module, statement: n.ImportFrom, name: str) -> Target | None:
        """What `from … import name` stands for."""
        origin = self.origin(module, statement)
        if origin is not None:
            found = self.member(origin, name) if origin is not module else self.submodule(origin, name)
            leads_back = found is None and (origin, name) in self._under_way
            return found or (None if leads_back else External(f"{origin.name}.{name}"))
        inner = self.in_folder(module, statement, name)
        if inner is not None or statement.level:
            return inner
        return external(f"{statement.module}.{name}")

    def in_folder(self, module: Module, statement: n.ImportFrom, name: str) -> Module | None:
        """The module that `from folder import name` means where the folder is no package."""
        full = f"{statement.module}.{name}" if statement.module else name
        return self.relative(module, statement.level, full) if statement.level else self.find(full, module)

    def submodule(self, package: Module, name: str) -> Module | None:
        """A module inside a package."""
        if not package.is_package:
            return None
        folder = package.path.rpartition("/")[0]
        prefix = f"{folder}/{name}" if folder else name
        return self.by_path.get(f"{prefix}/__init__.py") or self.by_path.get(f"{prefix}.py")

    def member(self, module: Module, name: str) -> Target | None:
        """What `module.name` stands for."""
        key = (module, name)
        if key not in self._members:
            self._members[key] = None
            self._under_way.add(key)
            self._members[key] = self._member(module, name)
            self._under_way.remove(key)
        return self._members[key]

    def _member(self, module: Module, name: str) -> Target | None:
        key = (module, name)
        for binding in meaningful(module.bindings.get(name, ())):
            # in the order of the file: an import that leads back here finds what was bound before it
            self._members[key] = self.binding_target(module, binding) or self._members[key]
        if self._members[key] is not None:
            return self._members[key]
        submodule = self.submodule(module, name)
        if submodule is not None:
            return submodule
        for statement in module.star_imports:
            origin = self.origin(module, statement)
            found = self.member(origin, name) if origin and origin is not module else None
            if found is not None:
                return found
        return None

    def binding_target(self, module: Module, binding: Binding) -> Target | None:
        """What a name bound at module level stands for."""
        match binding.node:
            case n.Alias() as alias:
                return self.alias_target(module, alias)
            case n.FunctionDef() as node:
                return self.project.functions_by_node.get(node)
            case n.ClassDef() as node:
                return self.project.classes_by_node.get(node)
            case n.Assign() as node:
                whole = any(isinstance(t, n.Name) and t.id == binding.name for t in node.targets)
                return Variable(binding.name, module, node.value if whole else None, node.annotation, node)
            case _:
                return None


def meaningful(found: Sequence[Binding]) -> Sequence[Binding]:
    """Without the `name = None` that stands in for a failed import or a later assignment."""
    if len(found) < 2:
        return found
    return [b for b in found if not (isinstance(b.node, n.Assign) and is_none(b.node.value))] or found


def is_none(value: n.Expr | None) -> bool:
    """Whether an expression is the literal None, or absent."""
    return value is None or (isinstance(value, n.Constant) and value.value is None)


def dotted_path(path: str) -> list[str]:
    """The parts of the dotted name of a file seen from the audited folder."""
    return without_suffix(path).split("/")


def without_suffix(path: str) -> str:
    """The path of a module without what its name leaves out."""
    return path.removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__")


def endings(path: str) -> Iterator[str]:
    """The dotted names that a file can be imported by, shortest first."""
    ending = ""
    for part in reversed(dotted_path(path)):
        if "." in part:
            return
        ending = f"{part}.{ending}" if ending else part
        yield ending


def common(one: str, other: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
