"""Functions and their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property, compact
from plumbrule.model.loop import runs_in_place
from plumbrule.model.scoped import Scoped
from plumbrule.model.values import External

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.scope import Nodes
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Class, Module
    from plumbrule.model.routing import Route
    from plumbrule.model.values import Type

N = TypeVar("N", bound=n.Node)
WORDS: dict[type[n.Node], bytes] = {
    n.Import: b"import",
    n.ImportFrom: b"import",
    n.Alias: b"import",
    n.Yield: b"yield",
    n.With: b"with",
    n.Return: b"return",
}
"""what the text of a function holds if it has such a node"""


@compact
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
    def is_instance(self) -> bool:
        """Whether it is the object, or class, that a method belongs to."""
        function = self.function
        of_class = function.cls is not None and not function.is_static
        return of_class and self.node is function.node.parameters[0]

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


@compact
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
        self.is_async = node.is_async

    def __repr__(self) -> str:
        return f"<Function {self.qualified_name}>"

    @property
    def nodes(self) -> Nodes:  # type: ignore[override]
        """Everything in its body but what is inside nested functions and classes."""
        return self.node.nodes

    def find(self, kind: type[N]) -> Iterator[N]:
        """Every node of one kind in it; a body without the word for that kind is not read for it."""
        if self.node.read is not None and kind in WORDS and self.node.lacks(WORDS[kind]):
            return iter(())
        return Scoped.find(self, kind)

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

    @cached_property
    def runs(self) -> Function:
        """The function that calling it runs: of an abstract method the only one that is written out."""
        return self.written[0] if len(self.written) == 1 else self

    @cached_property
    def written(self) -> tuple[Function, ...]:
        """The functions of which calling it runs one: itself, or what its class's heirs have written out in
        the place of an abstract method.
        """
        if self.cls is None or not self.is_abstract:
            return (self,)
        heirs = (heir.methods.get(self.name) for heir in self.project.heirs.get(self.cls, ()))
        return tuple(method for method in heirs if method is not None and not method.is_abstract) or (self,)

    @cached_property
    def stands_for(self) -> tuple[Function, ...]:
        """The abstract methods in whose place it may be run."""
        ancestors = self.cls.ancestors if self.cls is not None else ()
        methods = (a.methods.get(self.name) for a in ancestors if not isinstance(a, External))
        return tuple(m for m in methods if m is not None and m is m.runs and self in m.written)

    @cached_property
    def is_abstract(self) -> bool:
        """Whether it only says what a subclass has to have."""
        refuses = any(isinstance(s, n.Raise) and "NotImplemented" in s.text for s in self.body)
        return (refuses or "abc.abstractmethod" in self.decorator_names) and self.is_left_out

    @property
    def is_left_out(self) -> bool:
        """Whether its body says nothing: `...`, `pass`, a docstring."""
        return all(map(says_nothing, self.body))

    @property
    def body(self) -> tuple[n.Statement, ...]:
        """Its statements."""
        return self.node.body

    @property
    def enclosing(self) -> Scoped | None:
        """The function around it, or the module (a class is no scope for its methods)."""
        return self.parent or self.module

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters, `self` and `cls` included."""
        return tuple([Parameter(p, self) for p in self.node.parameters])

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple([p.name for p in self.node.parameters])

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((p for p in self.parameters if p.name == name), None)

    @cached_property
    def has_unread_signature(self) -> bool:
        """Whether a part of its decorators or parameters does not parse."""
        first = min((d.start for d in self.node.decorators), default=self.node.start)
        end = self.node.body[0].start if self.node.body else self.node.end
        return any(first <= span.start < end for span in self.module.file.broken)

    @cached_property
    def is_generator(self) -> bool:
        """Whether it yields."""
        return any(self.find(n.Yield))

    @cached_property
    def is_static(self) -> bool:
        """Whether it is a `@staticmethod`."""
        return "builtins.staticmethod" in self.decorator_names

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
    def is_generic(self) -> bool:
        """Whether the type it returns has a type variable."""
        return self.node.returns is not None and bool(self.inference.outside.variables_in(self.node.returns))

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names it takes from the request: parameters by alias, fields of a parameter model,
        keys of `path_params`.
        """
        names = {p.alias for p in self.parameters} | {p.name for p in self.parameters}
        for node in (*self.find(n.Subscript), *self.find(n.Call)):
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
        return self.project.callers.of(self)

    @property
    def callers_in_code(self) -> list[Call]:
        """Those of `callers` that stand outside the tests."""
        return self.project.callers.in_code(self)

    @cached_property
    def run_in_place(self) -> tuple[Call, ...]:
        """Its calls of project functions whose bodies run right there, in the same thread."""
        return tuple(call for call in self.made if runs_in_place(call))

    @property
    def routes(self) -> list[Route]:
        """The routes that it serves."""
        return self.project.routing.by_handler.get(self, [])

    @property
    def is_async_context(self) -> bool:
        """Whether its body runs on the event loop."""
        return self.is_async


def says_nothing(statement: n.Statement) -> bool:
    """Whether it is a docstring, an ellipsis, `pass` or an error."""
    match statement:
        case n.ExprStatement(value=n.Constant()) | n.Simple(kind="pass") | n.Raise():
            return True
        case _:
            return False
