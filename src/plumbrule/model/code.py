"""Modules, classes and functions of the project, and what their names mean."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.model.calls import Call
from plumbrule.model.inference import Inference
from plumbrule.model.scope import Binding, bindings
from plumbrule.model.values import External, Target, Type, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.file import File
    from plumbrule.facts.source import Source, Span
    from plumbrule.model.project import Project
    from plumbrule.model.routing import Route

N = TypeVar("N", bound=n.Node)


class Scoped:
    """What a module, a class and a function have in common: nodes, and names that they bind."""

    project: Project
    module: Module
    nodes: tuple[n.Node, ...]
    parameters: tuple[Parameter, ...] = ()

    @cached_property
    def bindings(self) -> dict[str, list[Binding]]:
        """The names bound here, with the places that bind them."""
        return bindings(self.nodes)

    @cached_property
    def inference(self) -> Inference:
        """Answers what expressions in this scope stand for."""
        return Inference(self)

    @property
    def enclosing(self) -> Scoped | None:
        """The scope in which a name is looked up next."""
        return None

    def find(self, kind: type[N]) -> Iterator[N]:
        """Every node of one kind in this scope itself (nested functions and classes have their own)."""
        for node in self.nodes:
            if isinstance(node, kind):
                yield node

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call made in this scope."""
        return tuple(Call(node, self) for node in self.nodes if type(node) is n.Call)

    def call(self, node: n.Call) -> Call:
        """The model's view of a call node of this scope."""
        return self._call_by_node.get(node) or Call(node, self)

    @cached_property
    def _call_by_node(self) -> dict[n.Call, Call]:
        return {call.node: call for call in self.calls}

    def resolve(self, expr: n.Expr) -> Target | None:
        """What a name or dotted name stands for, None if it cannot be told."""
        return self.inference.target(expr)

    def name_of(self, expr: n.Expr) -> str | None:
        """The full name of what an expression stands for: `requests.get` whatever it was imported as."""
        return self.inference.name_of(expr)

    def type_of(self, expr: n.Expr) -> Type | None:
        """The type of an expression, None if it cannot be told."""
        return self.inference.type_of(expr)


class Parameter:
    """A parameter of a function, with what FastAPI reads from it."""

    def __init__(self, node: n.Parameter, function: Function) -> None:
        self.node = node
        self.function = function

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def kind(self) -> str:
        """positional_only, positional, keyword_only, args or kwargs."""
        return self.node.kind

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.node.span

    @property
    def default(self) -> n.Expr | None:
        """Its default."""
        return self.node.default

    @property
    def annotation(self) -> n.Expr | None:
        """Its annotation as written."""
        return self.node.annotation

    @cached_property
    def type(self) -> Type | None:
        """The type its annotation names; the T of `Annotated[T, …]`, of `T | None`."""
        return self.function.inference.parameter_type(self.node)

    @cached_property
    def metadata(self) -> tuple[Call, ...]:
        """The calls that tell FastAPI where it comes from: `Depends(…)`, `Query(…)`, `Path(…)`;
        from the default and `Annotated`.
        """
        return self.function.inference.metadata(self.node)

    def marker(self, *names: str) -> Call | None:
        """The first of `metadata` with one of these last names: `marker("Depends", "Security")`."""
        return next((c for c in self.metadata if c.name.rpartition(".")[2] in names), None)

    @cached_property
    def alias(self) -> str:
        """The name in the request: `alias=` of its marker, or its own."""
        for call in self.metadata:
            match call.keyword("alias"):
                case n.Constant(value=str(alias)):
                    return alias
        return self.name


class Function(Scoped):
    """A function or method of the project.

    `name` is its own name, `qualified_name` the whole one with the module; `cls` is the class it is a
    method of, `parent` the function it is nested in.
    """

    def __init__(
        self, node: n.FunctionDef, module: Module, cls: Class | None, parent: Function | None
    ) -> None:
        self.node = node
        self.module = module
        self.project = module.project
        self.cls = cls
        self.parent = parent
        self.name = node.name
        self.nodes = node.nodes
        self.is_async = node.is_async

    def __repr__(self) -> str:
        return f"<Function {self.qualified_name}>"

    @cached_property
    def qualified_name(self) -> str:
        """`package.module.Class.method`."""
        owner = (
            self.cls.qualified_name
            if self.cls
            else self.parent.qualified_name
            if self.parent
            else self.module.name
        )
        return f"{owner}.{self.name}"

    @property
    def label(self) -> str:
        """How a person says it: `OrderService.create` or `create_order`."""
        return f"{self.cls.name}.{self.name}" if self.cls else self.name

    @property
    def span(self) -> Span:
        """Where its name stands."""
        return self.node.name_span

    @property
    def body(self) -> tuple[n.Statement, ...]:
        """Its statements."""
        return self.node.body

    @property
    def enclosing(self) -> Scoped | None:
        """The function around it, or the module (a class is no scope for its methods)."""
        return self.parent or self.module

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:  # type: ignore[override]
        """Its parameters, `self` and `cls` included."""
        return tuple(Parameter(p, self) for p in self.node.parameters)

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((p for p in self.parameters if p.name == name), None)

    @cached_property
    def is_generator(self) -> bool:
        """Whether it yields."""
        return any(isinstance(node, n.Yield) for node in self.nodes)

    @cached_property
    def is_static(self) -> bool:
        """Whether it is a `@staticmethod`."""
        return "staticmethod" in self.decorator_names

    @cached_property
    def decorator_names(self) -> tuple[str, ...]:
        """The full names of its decorators: `functools.wraps` of `@wraps(f)`."""
        scope = self.cls or self.parent or self.module
        exprs = [d.func if isinstance(d, n.Call) else d for d in self.node.decorators]
        return tuple(scope.name_of(e) or "" for e in exprs)

    @cached_property
    def returns(self) -> Type | None:
        """The type its return annotation names, or the one its return statements agree on."""
        return self.inference.return_type()

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names it takes from the request: parameters by alias, fields of a parameter model,
        keys of `path_params`.
        """
        names = {p.alias for p in self.parameters} | {p.name for p in self.parameters}
        for node in self.nodes:
            match node:
                case n.Subscript(value=n.Attribute(attr="path_params"), items=(n.Constant(value=str(key)),)):
                    names.add(key)
                case n.Call(
                    func=n.Attribute(value=n.Attribute(attr="path_params")),
                    args=(n.Constant(value=str(key)), *_),
                ):
                    names.add(key)
        for parameter in self.parameters:
            if (
                parameter.type
                and parameter.type.cls
                and parameter.marker("Path", "Query", "Header", "Cookie")
            ):
                names |= set(parameter.type.cls.fields)
        return frozenset(names)

    @property
    def callers(self) -> tuple[Call, ...]:
        """The calls in the project that are known to reach it."""
        return self.project.callers(self)

    @property
    def routes(self) -> list[Route]:
        """The routes that it serves."""
        return self.project.routing.by_handler.get(self, [])

    @property
    def is_async_context(self) -> bool:
        """Whether its body runs on the event loop."""
        return self.is_async


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

    def is_a(self, *names: str) -> bool:
        """Whether it is, or descends from, one of these classes by full name;
        a bare last name matches too (`BaseModel`).
        """
        for cls in (self, *self.ancestors):
            full = cls.qualified_name if isinstance(cls, Class) else cls.name
            if full in names or full.rpartition(".")[2] in names:
                return True
        return False

    def method(self, name: str) -> Function | None:
        """A method of that name, its own or inherited."""
        for cls in (self, *self.ancestors):
            if isinstance(cls, Class) and name in cls.methods:
                return cls.methods[name]
        return None

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """What its body and `self.x = …` in its methods assign, by name; inherited ones not included."""
        found: dict[str, Attribute] = {}
        for statement in self.nodes:
            if isinstance(statement, n.Assign):
                for target in statement.targets:
                    if isinstance(target, n.Name):
                        found.setdefault(target.id, Attribute(target.id, statement, self, None))
        init_first = sorted(self.methods.values(), key=lambda f: f.name != "__init__")
        for method in init_first:
            if not method.node.parameters:
                continue
            me = method.node.parameters[0].name
            for assign in method.find(n.Assign):
                for target in assign.targets:
                    match target:
                        case n.Attribute(value=n.Name(id=owner), attr=attr) if owner == me:
                            found.setdefault(attr, Attribute(attr, assign, self, method))
        return found

    def attribute(self, name: str) -> Attribute | None:
        """An attribute of that name, its own or inherited."""
        for cls in (self, *self.ancestors):
            if isinstance(cls, Class) and name in cls.attributes:
                return cls.attributes[name]
        return None

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

    @cached_property
    def type(self) -> Type | None:
        """Its type, from the annotation or the value."""
        return (self.method or self.cls).inference.assigned_type(self.node)


class Module(Scoped):
    """One Python file of the project; `name` is the one it is imported by."""

    def __init__(self, file: File, name: str, project: Project) -> None:
        self.file = file
        self.name = name
        self.project = project
        self.module = self
        self.nodes = file.nodes
        self.functions: list[Function] = []
        self.classes: list[Class] = []

    def __repr__(self) -> str:
        return f"<Module {self.name}>"

    @property
    def qualified_name(self) -> str:
        """The same as its name."""
        return self.name

    @property
    def path(self) -> str:
        """The path of its file, relative to the audited folder, with `/`."""
        return self.file.path

    @property
    def source(self) -> Source:
        """The text of its file."""
        return self.file.source

    @property
    def body(self) -> tuple[n.Statement, ...]:
        """Its statements."""
        return self.file.body

    @property
    def span(self) -> Span:
        """Its first character."""
        return self.source.span(0, 0)

    @property
    def is_package(self) -> bool:
        """Whether it is the `__init__.py` of a folder."""
        return self.path.endswith("__init__.py")

    @cached_property
    def is_test(self) -> bool:
        """Whether it belongs to the tests."""
        *folders, name = self.path.split("/")
        return (
            bool({"tests", "test", "testing"} & set(folders))
            or name.startswith(("test_", "conftest"))
            or name.endswith("_test.py")
        )

    @cached_property
    def is_broken(self) -> bool:
        """Whether a part of it does not parse."""
        return bool(self.file.broken)

    def member(self, name: str) -> Target | None:
        """What `module.name` stands for, through re-exports and `import *`."""
        return self.project.imports.member(self, name)

    def function(self, name: str) -> Function | None:
        """A top-level function by name."""
        return next(
            (f for f in self.functions if f.name == name and f.cls is None and f.parent is None), None
        )

    def cls(self, name: str) -> Class | None:
        """A top-level class by name."""
        return next((c for c in self.classes if c.name == name and c.outer is None), None)
