"""What expressions stand for and what type they have: light inference, on demand, never guessing."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.annotations import Annotations
from plumbrule.model.carried import carried_type, is_carried
from plumbrule.model.code import Class, Function, Module
from plumbrule.model.generics import solved_result
from plumbrule.model.imports import meaningful
from plumbrule.model.knowledge.returns import ATTRIBUTES, RETURNS
from plumbrule.model.types import awaited, external, external_type, inherited, is_part, known, part_of
from plumbrule.model.values import External, Target, Type, Variable

if TYPE_CHECKING:
    from plumbrule.facts.scope import Binding
    from plumbrule.model.code import Scoped

DOTTED = re.compile(r"[\w.\s]+")
ENTERED_AS_ITSELF = ("contextlib.nullcontext", "contextlib.closing")
ENTERED = {"ContextManager", "AsyncContextManager", "AbstractContextManager", "AbstractAsyncContextManager"}
PROPERTIES = {"builtins.property", "functools.cached_property"}
CONTEXT_MANAGERS = {"contextlib.contextmanager", "contextlib.asynccontextmanager"}


class Inference(Annotations):
    """Answers questions about the expressions of one scope."""

    def target(self, expr: n.Expr) -> Target | None:
        """The function, class, module, variable or external thing that an expression names."""
        key = expr.id if isinstance(expr, n.Name) and expr.id not in self.rebound else expr
        targets = self._targets
        if key in targets:
            return targets[key]
        targets[key] = None
        found = targets[key] = self._target(expr)
        return found

    def _target(self, expr: n.Expr) -> Target | None:
        if isinstance(expr, n.Name):  # most are one of these two
            return self._name_target(expr)
        if isinstance(expr, n.Attribute):
            return self._attribute_target(expr.value, expr.attr)
        match expr:
            case n.Subscript(value=value):
                target = self.target(value)
                return target if not isinstance(target, Variable) and not is_part(target) else None
            case n.Call(func=func, args=(first, *_)) if self.name_of(func) in (
                "typing.cast",
                "functools.partial",
            ):
                return self.target(
                    expr.args[1] if self.name_of(func) == "typing.cast" and len(expr.args) > 1 else first
                )
            case n.Constant(value=str(text)) if DOTTED.fullmatch(text):
                inner = self.quoted(expr)
                return self.target(inner) if isinstance(inner, (n.Name, n.Attribute)) else None
            case _:
                return None

    def _name_target(self, expr: n.Name) -> Target | None:
        owner, binding = self.lookup(expr)
        if binding is None or owner is None:
            return (
                External(f"builtins.{expr.id}")
                if hasattr(builtins, expr.id) and owner is None
                else self._starred(expr)
            )
        if owner is owner.module:
            return self.project.imports.member(owner.module, expr.id)
        match binding.node:
            case n.Alias() as alias:
                return self.project.imports.alias_target(owner.module, alias)
            case n.FunctionDef() as node:
                return self.project.functions_by_node.get(node)
            case n.ClassDef() as node:
                return self.project.classes_by_node.get(node)
            case n.Assign(targets=(n.Name(),), value=n.Name() | n.Attribute() as value) if value is not expr:
                target = owner.inference.target(value)
                return None if isinstance(target, Variable) else target
            case _:
                return None

    def _starred(self, expr: n.Name) -> Target | None:
        return self.project.imports.member(self.scope.module, expr.id)

    def lookup(self, expr: n.Name) -> tuple[Scoped | None, Binding | None]:
        """The scope that binds a name, and the place: the last one above the use, else the first."""
        scope = self.scope
        places = scope.bindings.get(expr.id) if scope is not scope.module else None
        before = [place for place in places if place.node.start <= expr.start] if places else None
        return (scope, meaningful(before)[-1]) if before else self._lookup_from_inside(expr.id)

    def _lookup_from_inside(self, name: str) -> tuple[Scoped | None, Binding | None]:
        at: Scoped | None = self.scope
        while at is not None:
            if name in at.parameter_names:
                return at, None
            if name in at.bindings:
                return at, meaningful(at.bindings[name])[-1 if at is at.module else 0]
            at = at.enclosing
        module = self.scope.module
        return (module, None) if self.project.imports.member(module, name) is not None else (None, None)

    def _attribute_target(self, value: n.Expr, attr: str) -> Target | None:
        owner = self.target(value)
        if isinstance(owner, Module):
            return owner.member(attr)
        if isinstance(owner, External) and not is_part(owner) and not is_carried(owner.name):
            outside = external(f"{owner.name}.{attr}")
            return self.project.imports.find(outside.name, self.scope.module) or outside
        if isinstance(owner, Class):
            return self._class_member(owner, attr)
        kind = self.type_of(value)
        return self.member_of(kind, attr) if kind else None

    def _class_member(self, cls: Class, attr: str) -> Target | None:
        method = cls.method(attr)
        if method is not None:
            return method
        found = cls.attribute(attr)
        if found is not None:
            return Variable(attr, found.cls.module, found.value, found.annotation, found.node)
        return inherited(cls, attr)

    def member_of(self, kind: Type, attr: str) -> Target | None:
        """What `value.attr` stands for when the type of value is known: a method, mostly."""
        if kind.name == "type" and kind.args:
            kind = kind.args[0]
        if kind.cls is None:
            return external(f"{kind.name}.{attr}") if kind.name not in ("?", "Coroutine") else None
        method = kind.cls.method(attr)
        if method is not None:
            return method
        if kind.cls.attribute(attr) is not None:
            found = kind.cls.attribute(attr)
            inner = found.type if found else None
            return inner.cls if inner and inner.name == "type" else None
        return inherited(kind.cls, attr)

    def name_of(self, expr: n.Expr) -> str | None:
        """The full name of what an expression names."""
        target = self.target(expr)
        if isinstance(target, External):
            return target.name
        return target.qualified_name if target is not None else None

    def type_of(self, expr: n.Expr) -> Type | None:
        """The type of an expression."""
        key = expr.id if isinstance(expr, n.Name) and expr.id not in self.rebound else expr
        types = self._types
        if key in types:
            return types[key]
        types[key] = None
        found = types[key] = self._type(expr)
        return found

    def _type(self, expr: n.Expr) -> Type | None:  # noqa: C901, PLR0912 - one case a kind of expression
        match expr:
            case n.Constant(value=value):
                return Type(f"builtins.{type(value).__name__}" if value is not None else "None")
            case n.FString():
                return Type("builtins.str")
            case n.Name():
                return self._name_type(expr)
            case n.Attribute(value=value, attr=attr):
                return self._attribute_type(value, attr, expr)
            case n.Call():
                return self._call_type(expr)
            case n.Await(value=value):
                return awaited(self.type_of(value))
            case n.Sequence(kind=kind, items=items):
                inner = self.type_of(items[0]) if items else None
                return Type(f"builtins.{kind}", args=(inner,) if inner else ())
            case n.Dict(values=values):
                inner = self.type_of(values[0]) if values else None
                return Type("builtins.dict", args=(Type("?"), inner) if inner else ())
            case n.Comprehension(kind=kind, element=element):
                inner = self.type_of(element)
                name = "typing.Iterator" if kind == "generator" else f"builtins.{kind}"
                return Type(name, args=(inner,) if inner else ())
            case n.Subscript(value=value):
                outer = self.type_of(value)
                return outer.args[-1] if outer and outer.args else external_type(part_of(outer))
            case n.Conditional(body=one, orelse=other) | n.BoolOp(left=one, right=other):
                return known(self.type_of(one)) or self.type_of(other)
            case n.BinOp(left=left, op=op, right=right):
                return self.type_of(left) or (self.type_of(right) if op != "%" else None)
            case n.Walrus(value=value):
                return self.type_of(value)
            case n.Compare():
                return Type("builtins.bool")
            case _:
                return None

    def _name_type(self, expr: n.Name) -> Type | None:
        owner, binding = self.lookup(expr)
        if owner is None:
            return Type("type", args=(Type(f"builtins.{expr.id}"),)) if hasattr(builtins, expr.id) else None
        if binding is None:
            parameter = next((p for p in owner.parameters if p.name == expr.id), None)
            if parameter is not None:
                return parameter.type
        elif owner is not owner.module:
            found = owner.inference.binding_type(binding)
            if found is not None or not isinstance(binding.node, (n.Alias, n.FunctionDef, n.ClassDef)):
                return found
        match self.target(expr):
            case Class() as cls:
                return Type("type", args=(Type(cls.qualified_name, cls),))
            case Variable() as variable:
                return self.project.variable_type(variable)
            case Function():
                return None
            case External(name=name) if name.rpartition(".")[2][:1].isupper():
                return Type("type", args=(Type(name),))
            case _:
                return None

    def binding_type(self, binding: Binding) -> Type | None:
        """The type a name gets where it is bound."""
        match binding.node:
            case n.Assign() as assign:
                return self.assigned_type(assign, binding.name)
            case n.For(target=n.Name(), iterable=iterable) | n.Clause(target=n.Name(), iterable=iterable):
                kind = self.type_of(iterable)
                return kind.item if kind else None
            case n.WithItem(value=value):
                return self.entered_type(value)
            case n.Walrus(value=value):
                return self.type_of(value)
            case n.Handler(exception=exception) if exception is not None:
                return self.annotation_type(exception)
            case _:
                return None

    def assigned_type(self, assign: n.Assign, name: str | None = None) -> Type | None:
        """The type of what an assignment binds, from its annotation or its value."""
        if assign.annotation is not None:
            found = self.annotation_type(assign.annotation)
            if found is not None:
                return found
        if assign.value is None or assign.op is not None:
            return None
        for target in assign.targets:
            if isinstance(target, n.Sequence) and name is not None:
                return self._unpacked(target, assign.value, name)
        return self.type_of(assign.value)

    def _unpacked(self, target: n.Sequence, value: n.Expr, name: str) -> Type | None:
        at = next(
            (i for i, item in enumerate(target.items) if isinstance(item, n.Name) and item.id == name), None
        )
        if at is None:
            return None
        if isinstance(value, n.Sequence) and at < len(value.items):
            return self.type_of(value.items[at])
        if (
            isinstance(value, n.Await)
            and isinstance(value.value, n.Call)
            and self.name_of(value.value.func) == "asyncio.gather"
        ):
            return awaited(self.type_of(value.value.args[at])) if at < len(value.value.args) else None
        kind = self.type_of(value)
        return kind.args[at] if kind and kind.name.endswith("tuple") and at < len(kind.args) else None

    def entered_type(self, value: n.Expr) -> Type | None:
        """The type of `x` in `with value as x`."""
        if isinstance(value, n.Await):
            return self.entered_type(value.value)
        kind = self.type_of(value)
        if kind is None:
            return None
        if kind.name.rpartition(".")[2] in ENTERED:
            return kind.args[0] if kind.args else None
        if kind.cls is not None:
            enter = kind.cls.method("__aenter__") or kind.cls.method("__enter__")
            if enter is not None and enter.returns is not None and enter.returns.name != "typing.Self":
                return enter.returns
        if kind.name in ENTERED_AS_ITSELF and isinstance(value, n.Call) and value.args:
            return self.type_of(value.args[0])
        return kind if kind.name != "Coroutine" else kind.args[0]

    def _attribute_type(self, value: n.Expr, attr: str, whole: n.Expr) -> Type | None:
        match self.target(whole):
            case Variable() as variable:
                return self.project.variable_type(variable)
            case Class() as cls:
                return Type("type", args=(Type(cls.qualified_name, cls),))
        kind = self.type_of(value)
        if kind is None:
            return carried_type(self, value, attr)
        if kind.cls is None:
            return external_type(ATTRIBUTES.get(f"{kind.name}.{attr}") or part_of(kind))
        method = kind.cls.method(attr)
        if method is not None:
            return handed_out(method) if PROPERTIES & set(method.decorator_names) else None
        found = kind.cls.attribute(attr)
        return found.type if found else None

    def _call_type(self, call: n.Call) -> Type | None:
        match self.target(call.func):
            case Class() as cls:
                return Type(cls.qualified_name, cls)
            case Function() as function:
                return self.result_type(function, call)
            case External(name="builtins.super"):
                return self._super_type()
            case External(name=name):
                return self._external_result(name, call)
            case Variable() as variable:
                return self._called(self.project.variable_type(variable))
            case _:
                return self._called(self.type_of(call.func))

    def _super_type(self) -> Type | None:
        """The type of `super()`: the first base of the class around."""
        cls = self.scope.cls if isinstance(self.scope, Function) else None
        base = cls.bases[0] if cls is not None and cls.bases else None
        if base is None:
            return None
        return Type(base.qualified_name, base) if isinstance(base, Class) else external_type(base.name)

    def _called(self, kind: Type | None) -> Type | None:
        """What calling a value of a type gives."""
        if kind is None:
            return None
        if kind.name == "type":
            return kind.args[0] if kind.args else None
        if kind.cls is not None:
            method = kind.cls.method("__call__")
            return method.inference.result_type(method, None) if method else None
        if kind.name.endswith("sessionmaker") and kind.args:
            return kind.args[0]
        return external_type(RETURNS.get(f"{kind.name}.__call__"))

    def result_type(self, function: Function, call: n.Call | None) -> Type | None:
        """The type of the result of calling a project function."""
        kind = function.returns
        if call is not None and function.is_generic:
            kind = solved_result(function, call, self) or kind
        if (
            kind is not None
            and kind.name == "typing.Self"
            and call is not None
            and isinstance(call.func, n.Attribute)
        ):
            kind = self.type_of(call.func.value)
        if set(function.decorator_names) & CONTEXT_MANAGERS:
            return Type("ContextManager", args=kind.args[:1] if kind else ())
        if function.is_async and not function.is_generator:
            return Type("Coroutine", args=(kind,) if kind else ())
        return kind

    def _external_result(self, name: str, call: n.Call) -> Type | None:
        if name in ("sqlalchemy.orm.sessionmaker", "sqlalchemy.ext.asyncio.async_sessionmaker"):
            made = call.keyword("class_")
            inner = self.annotation_type(made) if made is not None else None
            if inner is not None:
                return Type(name, args=(inner,))
        if name == "asyncio.gather":
            return Type(
                "Coroutine",
                args=(
                    Type(
                        "builtins.tuple", args=tuple(awaited(self.type_of(a)) or Type("?") for a in call.args)
                    ),
                ),
            )
        returned = RETURNS.get(name)
        if returned is not None:
            return external_type(returned)
        return external_type(name) if name.rpartition(".")[2][:1].isupper() else None


def handed_out(method: Function) -> Type | None:
    """The type of a property: what it says, unless that stands for a proxy, whose methods are others."""
    said, proxies = method.returns, method.project.proxies
    if said is None or said.cls is None or not proxies:
        return said
    values = (statement.value for statement in method.find(n.Return) if statement.value is not None)
    kinds = (method.inference.type_of(value) for value in values)
    other = (kind for kind in kinds if kind is not None and kind.cls in proxies)
    return next((kind for kind in other if kind.cls and not kind.cls.is_a(said.name)), said)
