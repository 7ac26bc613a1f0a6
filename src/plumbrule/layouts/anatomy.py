"""What stands in one module: who makes routes, what each definition uses, and what has to stay."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import BINDING, bindings, bound_names
from plumbrule.restructure.cycles import reachable
from plumbrule.restructure.environment import is_loader
from plumbrule.restructure.routes import METHODS, REGISTERS
from plumbrule.restructure.segments import DEFINES, is_own_logger, is_owner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from plumbrule.model.code import Module

ENVIRONMENT = ("environ", "getenv")
QUIET = {"logging", "logger", "log", "print", "warnings", "structlog"}
"""what may be called at any time: it changes nothing that is made later"""


class Anatomy:
    """The definitions of one module, by name."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.statements: dict[str, list[n.Statement]] = {}
        for statement in module.body:
            if isinstance(statement, DEFINES) and not is_own_logger(statement):
                for name in bound_names(statement):
                    self.statements.setdefault(name, []).append(statement)

    @cached_property
    def owners(self) -> dict[str, n.Statement]:
        """The applications and routers that are made here."""
        return {
            name: nodes[0] for name, nodes in self.statements.items() if any(is_owner(node) for node in nodes)
        }

    @cached_property
    def uses(self) -> dict[str, set[str]]:
        """The module's own names that each definition mentions, those in strings left out."""
        own = self.statements.keys() | self._in_blocks
        return {
            name: {used for node in nodes for used in self._said(node) if used in own and used != name}
            for name, nodes in self.statements.items()
        }

    def _said(self, statement: n.Statement) -> Iterator[str]:
        """The names that a statement mentions; `@app.get` does not count, for it becomes `@router.get`."""
        places = {decorator.start for _, decorator in self.registrations(statement)}
        return mentioned(statement, places)

    @cached_property
    def handlers(self) -> dict[str, set[str]]:
        """The functions that are nothing but handlers of routes, and the owners of these."""
        found = {}
        for name, nodes in self.statements.items():
            owners = {
                owner for node in nodes for owner, _ in self.registrations(node) if name not in self._bound
            }
            if owners:
                found[name] = owners
        return found

    def registrations(self, node: n.Node) -> Iterator[tuple[str, n.Expr]]:
        """The decorators of a function that belong to an application or router of this module."""
        for decorator in getattr(node, "decorators", ()):
            func = decorator.func if isinstance(decorator, n.Call) else decorator
            if (
                isinstance(func, n.Attribute)
                and isinstance(func.value, n.Name)
                and func.value.id in self.owners
            ):
                yield func.value.id, decorator

    @cached_property
    def fixed(self) -> dict[str, str]:
        """What has to stay, and why; what uses it has to stay as well."""
        found = dict.fromkeys(self._in_blocks, "is made in a block")
        found |= dict.fromkeys(self._rebound, "changes what it stands for")
        found |= dict.fromkeys(self.owners, "makes the application or a router")
        found |= {name: "speaks of its module" for name in self.statements if name.startswith("__")}
        found |= self._bound
        for name, loader in self._after_loaders():
            found.setdefault(name, f"is made after `{loader}`")
        return found

    def held(self, free: set[str]) -> dict[str, str]:
        """All that stays if the fixed definitions do, but for the `free` ones: what each of them needs."""
        found = {name: f"`{name}` {why}" for name, why in self.fixed.items() if name not in free}
        waiting = list(found)
        users: dict[str, set[str]] = {}
        for name, used in self.uses.items():
            for other in used:
                users.setdefault(other, set()).add(name)
        while waiting:
            at = waiting.pop()
            for user in users.get(at, set()) - found.keys():
                found[user] = f"it needs `{at}`"
                waiting.append(user)
        return found

    def needed(self, names: set[str]) -> set[str]:
        """Some definitions and all that they use, directly or not."""
        return set[str]().union(*(reachable(name, self.uses) for name in names))

    @cached_property
    def depended(self) -> set[str]:
        """The names that somebody depends on: `Depends(name)`."""
        return {name for statement in self.module.body for name in depended_on(statement)}

    @cached_property
    def staying_uses(self) -> set[str]:
        """The names that statements use which define nothing."""
        return {
            name
            for statement in self.module.body
            if not isinstance(statement, (*DEFINES, n.Import, n.ImportFrom))
            for name in mentioned(statement)
        }

    @cached_property
    def _in_blocks(self) -> set[str]:
        """Names that a condition, a loop or a `try` binds at the module's own level."""
        own = bindings(
            node
            for node in self.module.file.nodes
            if isinstance(node, BINDING) and not isinstance(node, n.Alias | n.Clause)
        )
        return {
            name
            for name, found in own.items()
            if any(isinstance(parent, n.Statement) for b in found for parent in b.node.parents)
        }

    @cached_property
    def _rebound(self) -> set[str]:
        """Names that are given another meaning later: a module that imported them would not see it."""
        scoped = (node for f in self.module.file.functions for node in f.nodes if isinstance(node, n.Scoped))
        found = {name for node in scoped if node.kind == "global" for name in node.names}
        for name, nodes in self.statements.items():
            if sum(isinstance(node, n.Assign) for node in nodes) > 1:
                found.add(name)
        return found

    @cached_property
    def _bound(self) -> dict[str, str]:
        """Functions that register themselves otherwise than as a handler of a plain route."""
        found = {}
        for name, nodes in self.statements.items():
            for node in nodes:
                for decorator in getattr(node, "decorators", ()):
                    if why := self._holds(decorator):
                        found[name] = why
        return found

    def _holds(self, decorator: n.Expr) -> str | None:
        func = decorator.func if isinstance(decorator, n.Call) else decorator
        root = func.value if isinstance(func, n.Attribute) else None
        last = func.attr if isinstance(func, n.Attribute) else getattr(func, "id", "")
        if isinstance(root, n.Name) and root.id in self.owners:
            if last not in METHODS:
                return f"belongs to `{root.id}`"
            first = decorator.args[0] if isinstance(decorator, n.Call) and decorator.args else None
            empty = isinstance(first, n.Constant) and first.value == ""
            return "has an empty path" if empty else None
        return "registers itself" if last in REGISTERS else None

    def _after_loaders(self) -> Iterator[tuple[str, str]]:
        """What is made after a statement that may change what it is made of: `sys.path.append(…)`."""
        loaders: dict[str, set[str]] = {}
        for statement in self.module.body:
            if isinstance(statement, n.ExprStatement) and isinstance(statement.value, n.Call):
                said = list(mentioned(statement.value.func))
                if said and said[0] not in QUIET and not is_loader(statement):
                    loaders[statement.text.splitlines()[0]] = set(said) & self.statements.keys()
            elif isinstance(statement, DEFINES) and is_evaluated(statement):
                said = list(mentioned(statement))
                for loader, changed in loaders.items():
                    if not changed or changed & set(said):
                        yield from ((name, loader) for name in bound_names(statement))


def mentioned(node: n.Node, but: Collection[int] = ()) -> Iterator[str]:
    """The names that code speaks of, those at some places left out."""
    for inner in node.walk():
        if isinstance(inner, n.Name) and inner.start not in but:
            yield inner.id
        elif isinstance(inner, n.Scoped):
            yield from inner.names


def is_evaluated(statement: n.Statement) -> bool:
    """Whether a definition depends on what was done before it: a call, or the environment."""
    if isinstance(statement, n.Assign):
        return any(isinstance(node, n.Call) for node in statement.walk()) and not is_owner(statement)
    return any(word in statement.text for word in ENVIRONMENT) and isinstance(statement, n.ClassDef)


def depended_on(node: n.Node) -> Iterator[str]:
    """The names that code asks FastAPI for: `Depends(name)`."""
    for call in node.walk():
        if isinstance(call, n.Call) and call.func.text.rpartition(".")[2] in {"Depends", "Security"}:
            yield from (arg.id for arg in call.args[:1] if isinstance(arg, n.Name))
