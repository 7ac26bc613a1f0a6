"""Classes and their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property, compact
from plumbrule.model.functions import Function
from plumbrule.model.scoped import Scoped
from plumbrule.model.values import External, Type, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Module

N = TypeVar("N", bound=n.Node)
DATA = frozenset({"dataclass", "define", "frozen", "mutable", "attrs"})
"""decorators that make an `__init__` of the fields"""
FIELDED = ("pydantic.BaseModel", "pydantic_settings.BaseSettings", "pydantic.BaseSettings")
"""bases that do"""


@compact
class Class(Scoped):
    """A class of the project."""

    def __init__(self, node: n.ClassDef, module: Module, outer: Scoped | None) -> None:
        self.node = node
        self.module = module
        self.project = module.project
        self.outer = outer
        self.name = node.name
        self.nodes = node.nodes
        self.methods: dict[str, Function] = {}
        self.classes: dict[str, Class] = {}

    def __repr__(self) -> str:
        return f"<Class {self.qualified_name}>"

    @cached_property
    def qualified_name(self) -> str:
        """`package.module.Class`."""
        owner = self.outer.qualified_name if isinstance(self.outer, (Class, Function)) else self.module.name
        return f"{owner}.{self.name}"

    @property
    def span(self) -> Span:
        """Where its name stands."""
        return self.node.name_span

    @property
    def runs(self) -> Function | None:
        """The function that calling it runs: its `__init__`."""
        return self.method("__init__")

    @property
    def enclosing(self) -> Scoped | None:
        """The scope around it."""
        return self.outer or self.module

    @cached_property
    def bases(self) -> tuple[Class | External, ...]:
        """Its bases, as far as they can be told."""
        scope = self.outer or self.module
        found = []
        for base in self.node.bases:
            plain = base.value if isinstance(base, n.Subscript) else base
            target = scope.resolve(plain)
            if isinstance(target, Variable) and target.value is not None:
                target = self.project.variable_target(target)
            if isinstance(target, (Class, External)):
                found.append(target)
        return tuple(found)

    @cached_property
    def ancestors(self) -> tuple[Class | External, ...]:
        """Its bases and theirs, nearest first."""
        seen: list[Class | External] = []
        queue = list(self.bases)
        while queue:
            base = queue.pop(0)
            if base in seen or base is self:
                continue
            seen.append(base)
            if isinstance(base, Class):
                queue.extend(base.bases)
        return tuple(seen)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The full and last names of itself and its ancestors."""
        ancestors = (a.qualified_name if isinstance(a, Class) else a.name for a in self.ancestors)
        full = (self.qualified_name, *ancestors)
        return frozenset((*full, *(name.rpartition(".")[2] for name in full)))

    def is_a(self, *names: str) -> bool:
        """Whether it is, or descends from, one of these classes by full name;
        a bare last name matches too (`BaseModel`).
        """
        return not self._kinds.isdisjoint(names)

    @cached_property
    def _inherited(self) -> dict[str, Function]:
        """Its methods and those of its ancestors, the nearest of each name."""
        found: dict[str, Function] = {}
        for cls in reversed((self, *self.ancestors)):
            if isinstance(cls, Class):
                found |= cls.methods
        return found

    def method(self, name: str) -> Function | None:
        """A method of that name, its own or inherited."""
        return self._inherited.get(name)

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """What its body and `self.x = …` in its methods assign, by name, without inherited ones.

        A `None` that holds the place of what comes later gives way to it.
        """
        found: dict[str, Attribute] = {}
        for assign in self.find(n.Assign):
            for target in assign.targets:
                if isinstance(target, n.Name):
                    found.setdefault(target.id, Attribute(target.id, assign, self, None))
        for attribute in self._given_in_methods():
            if attribute.name not in found or found[attribute.name].is_placeholder:
                found[attribute.name] = attribute
        return found

    def _given_in_methods(self) -> Iterator[Attribute]:
        """Every `self.x = …`, those of `__init__` first."""
        for method in sorted(self.methods.values(), key=lambda f: f.name != "__init__"):
            if not method.node.parameters:
                continue
            me = method.node.parameters[0].name
            for assign in method.find(n.Assign):
                for target in assign.targets:
                    match target:
                        case n.Attribute(value=n.Name(id=owner), attr=attr) if owner == me:
                            yield Attribute(attr, assign, self, method)

    def attribute(self, name: str) -> Attribute | None:
        """An attribute of that name, its own or inherited."""
        for cls in (self, *self.ancestors):
            if isinstance(cls, Class) and name in cls.attributes:
                return cls.attributes[name]
        return None

    @cached_property
    def decorator_names(self) -> tuple[str, ...]:
        """The full names of its decorators."""
        exprs = [d.func if isinstance(d, n.Call) else d for d in self.node.decorators]
        return tuple(self.name_of(e) or "" for e in exprs)

    @cached_property
    def takes_fields(self) -> bool:
        """Whether its `__init__` is made of its fields: a dataclass, a Pydantic model, settings."""
        family = [one for one in (self, *self.ancestors) if isinstance(one, Class)]
        names = {name for one in family for name in one.decorator_names}
        is_data = "attr.s" in names or not DATA.isdisjoint(name.rpartition(".")[2] for name in names)
        return self.method("__init__") is None and (is_data or self.is_a(*FIELDED))

    @cached_property
    def fields(self) -> dict[str, Attribute]:
        """The annotated attributes of its body, inherited ones included:
        the fields of a schema, dataclass or settings class.
        """
        found: dict[str, Attribute] = {}
        for cls in reversed((self, *self.ancestors)):
            if isinstance(cls, Class):
                own = {
                    k: a for k, a in cls.attributes.items() if a.method is None and a.annotation is not None
                }
                found |= {k: a for k, a in own.items() if not k.startswith("_")}
        return found


@compact
class Attribute:
    """An attribute of a class: `method` is where `self.name = …` stands, None in the class body."""

    def __init__(self, name: str, node: n.Assign, cls: Class, method: Function | None) -> None:
        self.name = name
        self.node = node
        self.cls = cls
        self.method = method

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.node.targets[0].span

    @property
    def annotation(self) -> n.Expr | None:
        """Its annotation as written."""
        return self.node.annotation

    @property
    def value(self) -> n.Expr | None:
        """What it is assigned."""
        return self.node.value

    @property
    def is_placeholder(self) -> bool:
        """Whether it is `None` for the time being: `self.pool = None`, until something connects."""
        return self.annotation is None and isinstance(self.value, n.Constant) and self.value.value is None

    @cached_property
    def metadata(self) -> tuple[Call, ...]:
        """The calls in its `Annotated`, and its value when that is a call."""
        found: list[Call] = []
        if self.annotation is not None:
            self.cls.inference.annotated(self.annotation, found)
        if isinstance(self.value, n.Call):
            found.append(self.cls.call(self.value))
        return tuple(found)

    @cached_property
    def type(self) -> Type | None:
        """Its type, from the annotation or the value."""
        return (self.method or self.cls).inference.assigned_type(self.node)
