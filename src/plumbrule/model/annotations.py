"""What annotations say: types, and where FastAPI takes a parameter from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.syntax import read_expression
from plumbrule.model.code import Class, Function
from plumbrule.model.knowledge.returns import ASYNC_SESSION, SESSION
from plumbrule.model.types import external_type, known, union
from plumbrule.model.values import External, Target, Type, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.scope import Binding
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Scoped

TRANSPARENT = {
    "Annotated",
    "Optional",
    "Mapped",
    "ClassVar",
    "Final",
    "Required",
    "NotRequired",
    "WriteOnlyMapped",
}

TYPE_VARIABLES = ("typing.TypeVar", "typing_extensions.TypeVar")


class Annotations(ABC):
    """Reads the annotations of one scope."""

    def __init__(self, scope: Scoped) -> None:
        self.scope = scope
        self.project = scope.project
        self.rebound = scope.rebound
        # most names mean the same wherever they stand in a scope: what they stand for is kept by name
        self._targets: dict[n.Expr | str, Target | None] = {}
        self._types: dict[n.Expr | str, Type | None] = {}
        self._annotations: dict[n.Expr, Type | None] = {}
        self._quoted: dict[n.Constant, n.Expr | None] = {}

    @abstractmethod
    def target(self, expr: n.Expr) -> Target | None:
        """What an expression names."""

    @abstractmethod
    def lookup(self, expr: n.Name) -> tuple[Scoped | None, Binding | None]:
        """The scope that binds a name, and the place."""

    @abstractmethod
    def name_of(self, expr: n.Expr) -> str | None:
        """The full name of what an expression names."""

    @abstractmethod
    def type_of(self, expr: n.Expr) -> Type | None:
        """The type of an expression."""

    def parameter_type(self, parameter: n.Parameter) -> Type | None:
        """The type of a parameter: from its annotation, or from being `self`."""
        function = self.function
        if parameter.annotation is not None:
            found = self.outside.annotation_type(parameter.annotation)
            if parameter.kind == "args":
                return Type("builtins.tuple", args=(found,) if found else ())
            if parameter.kind == "kwargs" and found:
                return Type("builtins.dict", args=(Type("builtins.str"), found))
            return self._given_session(parameter.default, found) or found
        if function.cls is not None and not function.is_static and parameter is function.node.parameters[0]:
            own = Type(function.cls.qualified_name, function.cls)
            of_class = "builtins.classmethod" in function.decorator_names
            return Type("type", args=(own,)) if of_class else own
        if isinstance(parameter.default, n.Call):
            return self._injected_type(parameter.default)
        return None

    def _given_session(self, default: n.Expr | None, found: Type | None) -> Type | None:
        """`db: Session = Depends(get_db)` is an `AsyncSession` if that is what `get_db` gives."""
        if found is None or found.name != SESSION or not isinstance(default, n.Call):
            return None
        given = self._injected_type(default)
        return given if given is not None and given.name == ASYNC_SESSION else None

    def _injected_type(self, default: n.Call) -> Type | None:
        """`db = Depends(get_db)` has the type that `get_db` gives."""
        if (
            not (self.outside.name_of(default.func) or "").endswith((".Depends", ".Security"))
            or not default.args
        ):
            return None
        match self.outside.target(default.args[0]):
            case Function() as function:
                return (
                    function.returns.args[0]
                    if function.is_generator and function.returns and function.returns.args
                    else function.returns
                )
            case Class() as cls:
                return Type(cls.qualified_name, cls)
            case _:
                return None

    @property
    def outside(self) -> Annotations:
        """The inference of the scope in which annotations, defaults and decorators of a function are read."""
        if isinstance(self.scope, Function):
            return (self.scope.cls or self.scope.parent or self.scope.module).inference
        return self

    def annotation_type(self, expr: n.Expr) -> Type | None:
        """The type an annotation names."""
        if expr not in self._annotations:
            self._annotations[expr] = None  # an alias may speak of itself
            self._annotations[expr] = self._annotation_type(expr)
        return self._annotations[expr]

    def quoted(self, constant: n.Constant) -> n.Expr | None:
        """The expression in a string annotation."""
        if constant not in self._quoted:
            self._quoted[constant] = read_expression(constant)
        return self._quoted[constant]

    def _annotation_type(self, expr: n.Expr) -> Type | None:
        match expr:
            case n.Constant(value=None):
                return Type("None")
            case n.Constant(value=str()):
                inner = self.quoted(expr)
                return self.annotation_type(inner) if inner is not None else None
            case n.Name() | n.Attribute():
                return self._named_type(expr)
            case n.Subscript(value=value, items=items) if items:
                return self._generic_type(value, items)
            case n.BinOp(left=left, op="|", right=right):
                return union([self.annotation_type(left), self.annotation_type(right)])
            case n.Sequence(items=items) if items:
                return self.annotation_type(items[0])
            case n.Call():
                return next((f.inference.annotation_type(value) for f, value in self._returned(expr)), None)
            case _:
                return None

    def _named_type(self, expr: n.Expr) -> Type | None:
        match self.target(expr):
            case Class() as cls:
                return Type(cls.qualified_name, cls)
            case External(name=name):
                return external_type(name)
            case Variable(value=value, module=module) if value is not None:
                return module.inference.annotation_type(value) if not isinstance(value, n.Constant) else None
            case _:
                return None

    def _generic_type(self, value: n.Expr, items: tuple[n.Expr, ...]) -> Type | None:
        name = (self.name_of(value) or "").rpartition(".")[2]
        if name in TRANSPARENT:
            return self.annotation_type(items[0])
        if name == "Union":
            return union([self.annotation_type(item) for item in items])
        base = self.annotation_type(value)
        args = tuple(self.annotation_type(item) or Type("?") for item in items)
        if name in ("type", "Type"):
            return Type("type", args=args)
        return Type(base.name, base.cls, args) if base else None

    def variables_in(self, annotation: n.Expr) -> list[str]:
        """The names of the type variables in an annotation, in their order."""
        names = (x for x in annotation.walk() if isinstance(x, n.Name) and self._is_type_variable(x))
        return list(dict.fromkeys(name.id for name in names))

    def _is_type_variable(self, name: n.Name) -> bool:
        match self.target(name):
            case Variable(value=n.Call(func=made), module=module):
                return module.inference.name_of(made) in TYPE_VARIABLES
            case _:
                return False

    def metadata(self, parameter: n.Parameter) -> tuple[Call, ...]:
        """The calls in the `Annotated` of a parameter, behind aliases too,
        and its default when that is a call.
        """
        found: list[Call] = []
        if parameter.annotation is not None:
            self.outside.annotated(parameter.annotation, found)
        if isinstance(parameter.default, n.Call):
            found.append(self.outside.scope.call(parameter.default))
        return tuple(found)

    def annotated(self, expr: n.Expr, found: list[Call], depth: int = 0) -> None:  # noqa: C901 - one case a shape
        """Collect the calls of `Annotated[T, call, …]`."""
        if depth > 10:
            return
        match expr:
            case n.Subscript(value=value, items=items):
                if (self.name_of(value) or "").endswith("Annotated"):
                    self.annotated(items[0], found, depth + 1)
                    found.extend(self.scope.call(item) for item in items[1:] if isinstance(item, n.Call))
                    for item in items[1:]:
                        self._named_metadata(item, found)
                elif items and (self.name_of(value) or "").endswith("Optional"):
                    self.annotated(items[0], found, depth + 1)
            case n.Name() | n.Attribute():
                target = self.target(expr)
                if isinstance(target, Variable) and target.value is not None:
                    target.module.inference.annotated(target.value, found, depth + 1)
                elif target is None and isinstance(expr, n.Name):
                    self._local_alias(expr, found, depth)
            case n.BinOp(left=left, op="|"):
                self.annotated(left, found, depth + 1)
            case n.Call():
                self._made_annotation(expr, found, depth)
            case n.Constant(value=str()):
                inner = self.quoted(expr)
                if inner is not None:
                    self.annotated(inner, found, depth + 1)

    def _made_annotation(self, made: n.Call, found: list[Call], depth: int) -> None:
        """`user: with_scope("read")`, where a function returns `Annotated[User, Security(…)]`."""
        before = len(found)
        for function, value in self._returned(made):
            function.inference.annotated(value, found, depth + 1)
        if len(found) > before:
            found.append(self.scope.call(made))

    def _returned(self, made: n.Call) -> Iterator[tuple[Function, n.Subscript]]:
        """The annotations that a function of the project returns where one is expected."""
        target = self.target(made.func)
        for statement in target.find(n.Return) if isinstance(target, Function) else ():
            if isinstance(target, Function) and isinstance(statement.value, n.Subscript):
                yield target, statement.value

    def _local_alias(self, name: n.Name, found: list[Call], depth: int) -> None:
        """`Current = Annotated[User, Depends(…)]` in a function whose inner functions ask for it."""
        owner, binding = self.lookup(name)
        if isinstance(owner, Function) and binding is not None and isinstance(binding.node, n.Assign):
            value = binding.node.value
            if isinstance(value, n.Subscript):
                owner.inference.annotated(value, found, depth + 1)

    def _named_metadata(self, item: n.Expr, found: list[Call]) -> None:
        """`Annotated[T, CurrentUser]` where `CurrentUser = Depends(…)`."""
        if isinstance(item, (n.Name, n.Attribute)):
            target = self.target(item)
            if isinstance(target, Variable) and isinstance(target.value, n.Call):
                found.append(target.module.call(target.value))

    def return_type(self) -> Type | None:
        """The type that a function returns; for a generator what its annotation says,
        else an iterator of what it yields.
        """
        function = self.function
        if function.node.returns is not None:
            found = self.outside.annotation_type(function.node.returns)
            if found is not None:
                return found
        if function.is_generator:
            yielded = next((y.value for y in function.find(n.Yield) if y.value is not None), None)
            inner = self.type_of(yielded) if yielded is not None else None
            return Type("typing.Iterator", args=(inner,)) if inner else None
        for statement in function.find(n.Return):
            found = known(self.type_of(statement.value)) if statement.value is not None else None
            if found is not None:
                return found
        return None

    @property
    def function(self) -> Function:
        """The function whose scope this is."""
        if not isinstance(self.scope, Function):
            raise TypeError(f"{self.scope} is no function")
        return self.scope
