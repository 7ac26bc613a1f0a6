from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import layout
from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property, compact

if TYPE_CHECKING:
    import builtins

    from plumbrule.facts.source import Span
    from plumbrule.model.code import Class, Function, Module, Parameter, Scoped
    from plumbrule.model.values import Target, Type


@compact
class Call:
    """A call, with what it calls."""

    def __init__(self, node: n.Call, scope: Scoped) -> None:
        self.node = node
        self.scope = scope

    def __repr__(self) -> str:
        return f"<Call {self.name or '?'} {self.node.source.path}:{self.node.line}>"

    @cached_property
    def target(self) -> Target | None:
        """What is called: a Function, Class, External; None if it cannot be told."""
        return self.scope.inference.target(self.node.func)

    @cached_property
    def name(self) -> str:
        """The full name of what is called (`requests.get`, `sqlalchemy.ext.asyncio.AsyncSession.commit`),
        or ``.
        """
        return self.scope.inference.name_of(self.node.func) or ""

    @property
    def method(self) -> str:
        """The last word of what is called as written: `commit` of `self.db.commit()`."""
        func = self.node.func
        return func.attr if isinstance(func, n.Attribute) else func.id if isinstance(func, n.Name) else ""

    @property
    def receiver(self) -> n.Expr | None:
        """The expression before the last dot."""
        return self.node.func.value if isinstance(self.node.func, n.Attribute) else None

    @cached_property
    def receiver_type(self) -> Type | None:
        """The type of the receiver."""
        return self.scope.type_of(self.receiver) if self.receiver is not None else None

    @cached_property
    def type(self) -> Type | None:
        """The type of its result."""
        return self.scope.type_of(self.node)

    @cached_property
    def function(self) -> Function | None:
        """The project function whose body it runs: a function, a method, a class's `__init__`."""
        callee = self.scope.callee(self.node.func)
        return callee.runs if callee is not None else None

    @property
    def only_as_script(self) -> bool:
        """Whether it stands under `if __name__ == "__main__"`: importing the module does not reach it."""
        at = self.node.parent
        while at is not None and not (isinstance(at, n.If) and "__name__" in at.test.text):
            at = at.parent
        return at is not None

    @property
    def module(self) -> Module:
        """The module it stands in."""
        return self.scope.module

    @property
    def caller(self) -> Function | Class | Module:
        """The scope it stands in."""
        return self.scope  # type: ignore[return-value]

    @property
    def span(self) -> Span:
        """Where the whole call stands."""
        return self.node.span

    @property
    def func_span(self) -> Span:
        """Where the part before the parenthesis stands."""
        return self.node.func.span

    @property
    def args(self) -> tuple[n.Expr, ...]:
        """Its positional arguments."""
        return self.node.args

    @property
    def keywords(self) -> tuple[n.Keyword, ...]:
        """Its keyword arguments."""
        return self.node.keywords

    @property
    def given(self) -> tuple[n.Expr, ...]:
        """All that it is given, by position and by name."""
        return self.node.given

    def keyword(self, name: str) -> n.Expr | None:
        """The value given as `name=`."""
        return self.node.keyword(name)

    def argument(self, position: int | None, name: str) -> n.Expr | None:
        """The value given by position or as `name=`."""
        return self.node.argument(position, name)

    def added(self, *arguments: str) -> tuple[Span, str]:
        """Where more arguments go, and how they are written: on lines of their own if the last one is, or if
        the line gets too long.
        """
        source, (opening, closing) = self.module.source, self.brackets
        given = self.places
        if not given:
            return source.span(closing, closing), ", ".join(arguments)
        if given[0][0] == opening:  # a generator that shares the parentheses of the call
            alone = source.slice(opening, closing + 1)
            return source.span(opening + 1, closing), ", ".join((alone, *arguments))
        whole = layout.opened(source, given, self.brackets, arguments) if self._may_be_opened else None
        if whole is not None:
            return source.span(opening + 1, closing), whole
        place, text = layout.appended(source, given, arguments)
        return source.span(*place), text

    @property
    def _may_be_opened(self) -> bool:
        """Whether it is what a statement ends with: elsewhere other brackets are opened first."""
        whole = self.node.parent.parent if isinstance(self.node.parent, n.Await) else self.node.parent
        return isinstance(whole, n.Assign | n.ExprStatement | n.Return) and whole.end == self.node.end

    @property
    def brackets(self) -> tuple[int, int]:
        """Where its parentheses stand."""
        return self.node.source.text.index(b"(", self.node.func.end), self.node.end - 1

    @property
    def places(self) -> list[tuple[int, int]]:
        """Where its arguments stand, in source order, each with the parentheses that are its own."""
        given = sorted((*self.args, *self.node.keywords), key=lambda argument: argument.start)
        return [layout.outside(self.node.source, argument, self.brackets) for argument in given]

    def parameter_for(self, value: n.Expr) -> Parameter | None:
        """The parameter of the project function it runs that takes one of the values it is given."""
        function = self.function
        if function is None or self.is_splatted:
            return None
        named = next((keyword.name for keyword in self.keywords if keyword.value is value), None)
        if named is not None:
            return function.parameter(named)
        if not any(value is arg for arg in self.args):
            return None
        by_place = [p for p in function.parameters if p.kind.startswith("positional")]
        at = self.args.index(value) + self._binds_first(function)
        return by_place[at] if at < len(by_place) else None

    def _binds_first(self, function: Function) -> bool:
        """Whether the first parameter is the object or the class before the dot."""
        if function.cls is None or function.is_static:
            return False
        unbound = self.receiver is not None and type(self.scope.resolve(self.receiver)) is type(function.cls)
        return (
            not unbound or function.name == "__init__" or "builtins.classmethod" in function.decorator_names
        )

    @property
    def is_splatted(self) -> bool:
        """Whether `*args` or `**kwargs` hide some arguments."""
        return self.node.is_splatted

    @property
    def is_awaited(self) -> bool:
        """Whether `await` stands before it."""
        return isinstance(self.node.parent, n.Await)

    @property
    def is_deferred(self) -> bool:
        """Whether it stands in a `lambda`: it runs when and where that is called."""
        if n.Lambda not in self.scope.by_kind:
            return False
        for parent in self.node.parents:
            if isinstance(parent, (n.Lambda, n.FunctionDef)):
                return isinstance(parent, n.Lambda)
        return False

    @property
    def is_discarded(self) -> bool:
        """Whether nothing is done with its result."""
        at: n.Node = self.node.parent if isinstance(self.node.parent, n.Await) else self.node
        return isinstance(at.parent, n.ExprStatement)

    def within(self, kind: builtins.type[n.Node]) -> n.Node | None:
        """The nearest node of one kind around it in the same function: a loop, a `with`, a `try`."""
        for parent in self.node.parents:
            if isinstance(parent, kind):
                return parent
            if isinstance(parent, (n.FunctionDef, n.ClassDef, n.Lambda)):
                return None
        return None
