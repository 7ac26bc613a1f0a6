"""What a name can stand for, and what is known of the type of a value."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from plumbrule.facts.nodes import Assign, Expr
    from plumbrule.model.code import Class, Function, Module


@frozen
class External:
    """Something defined outside the project, by its full name: `requests.get`."""

    name: str

    @property
    def runs(self) -> None:
        """What calling it runs is not known."""
        return None


@frozen
class Variable:
    """A name that an assignment at module or class level gives a value."""

    name: str
    module: Module
    value: Expr | None
    annotation: Expr | None
    assignment: Assign

    @property
    def qualified_name(self) -> str:
        """The module's name and its own."""
        return f"{self.module.name}.{self.name}"

    @property
    def runs(self) -> None:
        """What calling its value runs is not known."""
        return None


Target: TypeAlias = "Function | Class | Module | Variable | External"


@frozen
class Type:
    """A class by its full name, the project's own `Class` where it is one, and its type arguments.

    `name` is `?` for what is not known; `type` with one argument is a class itself, `Coroutine` what
    `await` gives. `others` are the further members of a union.
    """

    name: str
    cls: Class | None = None
    args: tuple[Type, ...] = ()
    others: tuple[Type, ...] = field(default=(), compare=False)

    @property
    def item(self) -> Type | None:
        """What iterating over it gives, as far as its first argument says."""
        if self.name.rpartition(".")[2].lower() in MAPPINGS:
            return self.args[0] if self.args else None
        return self.args[-1] if self.args and self.name != "Coroutine" else None


MAPPINGS = {"dict", "mapping", "mutablemapping", "defaultdict", "ordereddict"}
