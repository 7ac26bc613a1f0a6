"""The signature of what is taken out: types that somebody wrote down, without what belongs to HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class, Function
from plumbrule.model.values import External, Variable
from plumbrule.restructure.extraction.cutting import inside
from plumbrule.restructure.extraction.flow import own_names
from plumbrule.restructure.extraction.outline import wrapped

if TYPE_CHECKING:
    from plumbrule.model.code import Module
    from plumbrule.restructure.extraction.cutting import Cut
    from plumbrule.restructure.extraction.flow import Run
    from plumbrule.restructure.extraction.habits import Habits


@dataclass(frozen=True, slots=True)
class Typed:
    """A type as text; `foreign` names the modules (by path) and names that it speaks of and that the module
    of the handler has not.
    """

    text: str
    foreign: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's first line; a type that nobody wrote down is None."""

    name: str
    parameters: tuple[tuple[str, Typed | None], ...]
    returns: Typed | None
    is_async: bool

    @property
    def foreign(self) -> tuple[tuple[str, str], ...]:
        """What its types need from other modules."""
        found = [typed for _, typed in self.parameters] + [self.returns]
        return tuple(dict.fromkeys(x for typed in found if typed for x in typed.foreign))

    def lines(self, step: str, longest: int) -> list[str]:
        """It, written as formatters write it."""
        items = [f"{name}: {typed.text}" if typed else name for name, typed in self.parameters]
        tail = f") -> {self.returns.text}:" if self.returns else "):"
        head = f"{'async ' if self.is_async else ''}def {self.name}("
        lines = wrapped(head, items, tail, ("", step, longest))
        choices = _choices(self.returns.text) if self.returns else []
        if len(lines[-1]) <= longest or len(choices) < 2:
            return lines
        broken = [f"{step}{'| ' if number else ''}{choice}" for number, choice in enumerate(choices)]
        return [*lines[:-1], f"{lines[-1].removesuffix(tail)}) -> (", *broken, "):"]


ANY = Typed("Any", (("", "Any"),))


class Types:
    """Answers for one handler which types are written down."""

    def __init__(self, function: Function, run: Run, habits: Habits) -> None:
        self.function = function
        self.run = run
        self.habits = habits

    def signature(self, cut: Cut, name: str) -> Signature:
        """The whole signature."""
        unknown = ANY if self.habits.is_strict else None
        parameters = tuple((p, self.of_name(p, before=True) or unknown) for p in cut.parameters)
        is_typed = any(p.annotation for p in self.function.parameters) or bool(self.function.node.returns)
        returns = self._returns(cut) if is_typed or unknown else None
        return Signature(name, parameters, returns or unknown, cut.is_async)

    def of_name(self, name: str, *, before: bool) -> Typed | None:
        """The type of a name where the run starts, or where it ends."""
        nodes = [node for node in self.function.node.nodes if name in own_names(node)]
        known = [x for x in nodes if x.start < (self.run.start if before else self.run.end)]
        if not before and (within := [x for x in known if self.run.holds(x)]):
            last = within[-1]
            known = [last] if last in self.run.statements else known
        parameter = self.function.parameter(name)
        if parameter is not None and (before or not known):
            return self._of_parameter(parameter.node) if not known else None
        found = {self._of_binding(node, name) for node in known}
        typed = found.pop() if len(found) == 1 else None
        if typed is None or not _may_be_none(typed.text):
            return typed
        return _without_none(typed) if self._is_guarded(name, known[-1]) else typed

    def _of_parameter(self, parameter: n.Parameter) -> Typed | None:
        if parameter.annotation is not None and parameter.kind not in {"args", "kwargs"}:
            return self._plain(parameter.annotation, self.function.module)
        if isinstance(parameter.default, n.Call) and parameter.default.args:
            target = self.function.module.resolve(parameter.default.args[0])
            if isinstance(target, Function) and target.node.returns is not None and not target.is_generator:
                return self._plain(target.node.returns, target.module)
        return None

    def _plain(self, expr: n.Expr, module: Module, depth: int = 0) -> Typed | None:
        """An annotation without what it tells FastAPI, wherever that is written."""
        if depth > 5:
            return None
        match expr:
            case n.Subscript(value=value, items=(inner, *_)) if _last(module.name_of(value)) == "Annotated":
                return self._plain(inner, module, depth + 1)
            case n.Name() | n.Attribute():
                target = module.resolve(expr)
                if isinstance(target, Variable) and isinstance(target.value, n.Subscript):
                    alias = target.value.value
                    if _last(target.module.name_of(alias)) == "Annotated":
                        return self._plain(target.value, target.module, depth + 1)
        if any("Annotated" in x.text for x in expr.walk() if isinstance(x, n.Name)):
            return None
        return self._seen_from_here(expr, module)

    def _seen_from_here(self, expr: n.Expr, module: Module) -> Typed | None:
        """An annotation that is written in some module, with what it needs of that."""
        here = self.function.module
        text = on_one_line(expr)
        if text is None:
            return None
        if module is here:
            return Typed(text)
        if any(isinstance(node, n.Constant) and isinstance(node.value, str) for node in expr.walk()):
            return None
        foreign = []
        for node in expr.walk():
            if isinstance(node, n.Name):
                target = module.resolve(node)
                if isinstance(target, External) and target.name.startswith("builtins."):
                    continue
                bound = module.bindings.get(node.id, ())
                if not isinstance(target, Class | External) or not bound or _is_conditional(bound[-1].node):
                    return None
                if node.id in here.bindings and here.member(node.id) != target:
                    return None
                if node.id not in here.bindings:
                    foreign.append((module.path, node.id))
        return Typed(text, tuple(foreign))

    def _of_binding(self, node: n.Node, name: str) -> Typed | None:
        match node:
            case n.Assign(targets=(n.Name(id=bound),), annotation=annotation, op=None) if bound == name:
                if annotation is not None:
                    return self._plain(annotation, self.function.module)
                return self._of_value(node.value) if node.value is not None else None
            case _:
                return None

    def _of_value(self, value: n.Expr) -> Typed | None:
        match value:
            case n.Constant(value=str() | bool() | int() | float() as constant):
                return Typed(type(constant).__name__)
            case n.FString():
                return Typed("str")
            case n.Await(value=n.Call() as call):
                return self._of_call(call, awaited=True)
            case n.Call():
                return self._of_call(value, awaited=False)
            case _:
                return None

    def _of_call(self, call: n.Call, *, awaited: bool) -> Typed | None:
        func = call.func
        match self.function.resolve(func):
            case Class() as cls if not awaited and self._is_at_module_level(func) and not _is_generic(cls):
                return _typed(func)
            case Function(node=node) as target if node.returns is not None and not node.decorators:
                if target.is_async is awaited and not target.is_generator:
                    return self._plain(node.returns, target.module)
        if isinstance(func, n.Attribute) and func.attr == "get" and self._is_session(func.value):
            return self._of_row(call)
        if isinstance(func, n.Attribute) and func.attr in {"model_validate", "parse_obj", "from_orm"}:
            owner = self.function.resolve(func.value)
            if isinstance(owner, Class) and self._is_at_module_level(func.value) and not _is_generic(owner):
                return _typed(func.value)
        return None

    def _is_session(self, expr: n.Expr) -> bool:
        kind = self.function.type_of(expr)
        return kind is not None and kind.name.endswith("Session")

    def _of_row(self, call: n.Call) -> Typed | None:
        """What `session.get(Item, …)` gives."""
        first = call.args[0] if call.args else None
        if not isinstance(first, n.Name) or not self._is_at_module_level(first):
            return None
        row = isinstance(self.function.resolve(first), Class)
        return Typed(f"{first.text} | None") if row else None

    def _is_at_module_level(self, expr: n.Expr) -> bool:
        names = [x.id for x in expr.walk() if isinstance(x, n.Name)]
        return all(name not in self.function.bindings for name in names)

    def _is_guarded(self, name: str, binding: n.Node) -> bool:
        """Whether `if not name: raise …` stands between where a name is bound and the run."""
        return any(
            isinstance(s, n.If)
            and binding.start < s.start
            and _says_missing(s.test, name)
            and isinstance(s.body[-1], n.Raise | n.Return)
            for s in self.run.suite[: self.run.first]
        )

    def _returns(self, cut: Cut) -> Typed | None:
        if cut.results:
            found = [self.of_name(name, before=False) for name in cut.results]
            found = [typed or ANY for typed in found] if self.habits.is_strict else found
            return _together(found) if len(found) == 1 or not self.habits.is_old else None
        if not cut.returns or not cut.says:
            return Typed("None")
        values = [x.value for x in inside(self.run) if isinstance(x, n.Return)]
        types = {self._of_returned(value) for value in values}
        declared = self.function.node.returns
        if len(types) == 1 and (only := types.pop()) is not None:
            return only
        return self._plain(declared, self.function.module) if declared is not None else None

    def _of_returned(self, value: n.Expr | None) -> Typed | None:
        if value is None:
            return Typed("None")
        if isinstance(value, n.Name):
            return self.of_name(value.id, before=False)
        return self._of_value(value)


def on_one_line(expr: n.Expr) -> str | None:
    """An expression without its line ends, which parentheses around it may allow; None if it needs them."""
    first, *others = [line.strip() for line in expr.text.splitlines()]
    if others and any(mark in expr.text for mark in ("#", '"""', "'''")):
        return None
    for line in others:
        if line.startswith("]"):
            first = first.removesuffix(",")
        first = first.removesuffix("\\").rstrip()
        glued = first.endswith(("[", "(", ".")) or line.startswith(("]", ")", "."))
        first += line if glued else f" {line}"
    return first


def _typed(expr: n.Expr) -> Typed | None:
    text = on_one_line(expr)
    return None if text is None else Typed(text)


def _choices(text: str) -> list[str]:
    """The types of `A | B[C | D]`: A, and B with its brackets; none where a text may hold a bar."""
    if '"' in text or "'" in text:
        return []
    found: list[str] = []
    for part in text.split(" | "):
        if found and found[-1].count("[") > found[-1].count("]"):
            found[-1] += f" | {part}"
        else:
            found.append(part)
    return found


def _last(name: str | None) -> str:
    return (name or "").rpartition(".")[2]


def _is_conditional(node: n.Node) -> bool:
    """Whether something is bound inside of an `if` or `try`, such as one for type checkers alone."""
    return any(isinstance(parent, n.If | n.Try) for parent in node.parents)


def _is_generic(cls: Class) -> bool:
    return any(isinstance(base, n.Subscript) for base in cls.node.bases)


def _may_be_none(text: str) -> bool:
    return text.startswith("Optional[") or "| None" in text or "None |" in text


def _without_none(typed: Typed) -> Typed:
    text = typed.text.replace(" | None", "").replace("None | ", "")
    if text.startswith("Optional[") and text.endswith("]"):
        text = text.removeprefix("Optional[")[:-1]
    foreign = tuple(x for x in typed.foreign if x[1] != "Optional")
    return Typed(text, foreign)


def _says_missing(test: n.Expr, name: str) -> bool:
    """Whether a test is true when a name is None: `not name`, `name is None`."""
    match test:
        case n.UnaryOp(op="not", operand=n.Name(id=found)):
            return found == name
        case n.Compare(operands=(n.Name(id=found), n.Constant(value=None)), ops=("is",)):
            return found == name
        case n.BoolOp(left=left, op="or"):
            return _says_missing(left, name)
        case _:
            return False


def _together(found: list[Typed | None]) -> Typed | None:
    """The type of one value, or of several in a tuple."""
    types = [typed for typed in found if typed is not None]
    if len(types) < len(found):
        return None
    if len(types) == 1:
        return types[0]
    foreign = tuple(x for typed in types for x in typed.foreign)
    return Typed(f"tuple[{', '.join(typed.text for typed in types)}]", foreign)
