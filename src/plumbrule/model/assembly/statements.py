"""What statements do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from plumbrule.facts import nodes as n
from plumbrule.model.assembly import builtin
from plumbrule.model.assembly.calls import Calls
from plumbrule.model.assembly.conditions import either, plain
from plumbrule.model.assembly.members import asks_for_marks, put
from plumbrule.model.assembly.values import (
    UNKNOWN,
    ClassEnv,
    ClassValue,
    Closure,
    Configured,
    Env,
    Instance,
    Made,
    Partial,
    Perhaps,
    Record,
    RouterValue,
)
from plumbrule.model.code import Function

if TYPE_CHECKING:
    from collections.abc import Sequence


Way: TypeAlias = Literal["goes on", "leaves", "may leave", "raises", "skips", "breaks"]
LEAVING: tuple[Way, ...] = ("leaves", "may leave", "skips", "breaks")
STEPS = 20_000  # statements followed for one entry; a program that builds apps takes far fewer


class Statements(Calls):
    """Follows statements."""

    def block(self, statements: Sequence[n.Statement], env: Env) -> Way:
        for index, statement in enumerate(statements):
            self.steps += 1
            if self.steps > STEPS:
                break
            way = self.statement(statement, env)
            if way == "may leave":  # what follows is under the opposite condition
                self.under_condition(statements[index + 1 :], env)
                return way
            if way != "goes on":
                return way
        return "goes on"

    def by_itself(self, body: Sequence[n.Statement], conditional: int, env: Env) -> None:
        """Follow a body whatever is being followed just now."""
        outer = self.conditional, self.active, self.returned, self.yielded, self.sites, self.steps, self.asked
        self.conditional, self.active, self.returned, self.yielded, self.sites = conditional, [], [], [], []
        self.steps, self.asked = 0, -1
        self.block(body, env)
        self.conditional, self.active, self.returned, self.yielded, self.sites, self.steps, self.asked = outer

    def statement(self, statement: n.Statement, env: Env) -> Way:
        match statement:
            case n.Assign(targets=targets, value=value, op=op):
                if value is not None:
                    self.assign(targets, value, op, env)
            case n.ExprStatement(value=value):
                self.eval(value, env)
            case n.FunctionDef():
                self.define(statement, env)
            case n.ClassDef():
                self.define_class(statement, env)
            case n.Return(value=value):
                if self.returned:
                    self.returned[-1].append(self.eval(value, env) if value is not None else None)
                return "leaves"
            case n.Raise():
                return "raises"
            case n.Simple(kind="continue"):
                return "skips"
            case n.Simple(kind="break"):
                return "breaks"
            case n.If(test=test, body=body, orelse=orelse):
                return self.branch(test, body, orelse, env)
            case n.For():
                self.loop(statement, env)
            case n.While(body=body):
                self.under_condition(body, env)
            case n.With(items=items, body=body):
                for item in items:
                    self.enter(item, env)
                return self.block(body, env)
            case n.Try():
                return self.attempt(statement, env)
            case n.Match(cases=cases):
                for case in cases:
                    self.under_condition(case.body, env)
        return "goes on"

    def attempt(self, statement: n.Try, env: Env) -> Way:
        """A `try`: what is done when something fails may be done or not."""
        left = self.block(statement.body, env) in LEAVING
        self.block(statement.orelse, env)
        for handler in statement.handlers:
            self.fallback(handler, env)
        self.block(statement.final, env)
        return "may leave" if left else "goes on"

    def enter(self, item: n.WithItem, env: Env) -> None:
        """What a context manager gives; one that is a generator yields once."""
        value = self.eval(item.value, env)
        if item.target is not None:
            self.bind(item.target, value[0] if isinstance(value, list) and value else value, env)

    def loop(self, statement: n.For, env: Env) -> None:
        """Each item in turn. What is empty here may be filled out of sight: then the body runs for one item
        that cannot be told.
        """
        items = self.items(self.eval(statement.iterable, env))
        for item in items:
            self.bind(statement.target, item, env)
            run = self.under_condition if isinstance(item, Perhaps) else self.block
            if run(statement.body, env) == "breaks" and not isinstance(item, Perhaps):
                break
        if not items:
            self.bind(statement.target, UNKNOWN, env)
            self.under_condition(statement.body, env)
        self.block(statement.orelse, env)

    def fallback(self, handler: n.Handler, env: Env) -> None:
        """An `except` gives values only to names that have none yet, and that no import binds."""
        before = dict(env.names)
        self.under_condition(handler.body, env)
        for name in env.names.keys() - before.keys():
            imported = self.imported(name, env)
            if imported is not UNKNOWN:
                before[name] = imported
        env.names.update(before)

    def branch(
        self, test: n.Expr, body: tuple[n.Statement, ...], orelse: tuple[n.Statement, ...], env: Env
    ) -> Way:
        verdict = self.verdict(test, env)
        if isinstance(verdict, bool) or verdict is None:
            way = self.block(body if verdict else orelse, env)
            return "goes on" if way == "raises" else way  # an app that serves did not raise
        before = dict(env.names)
        given = len(self.returned[-1]) if self.returned else 0
        ways = {self.under_condition(orelse, env)}
        other = {k: v for k, v in env.names.items() if before.get(k) is not v} if orelse else {}
        ways.add(self.under_condition(body, env))
        self.leave_out_unlikely(given, test, env)
        # Most conditions bind nothing: a function with many names is not gone through for each of them.
        here = [k for k, v in before.items() if env.names[k] is not v and k not in other]
        for name in (*other, *here):
            at_hand = env.names.get(name)
            elsewhere = other.get(name, UNKNOWN)
            if elsewhere is UNKNOWN:
                elsewhere = before.get(name, UNKNOWN)
            # What the other branch knows is worth more than nothing.
            known = at_hand is not UNKNOWN and (at_hand is not None or name not in other)
            env.names[name] = either(at_hand, elsewhere) if known else elsewhere
        return "may leave" if ways.intersection(LEAVING) else "goes on"

    def leave_out_unlikely(self, given: int, test: n.Expr, env: Env) -> None:
        """Of two texts that a function may return, the settings choose as they are without an environment:
        `if self.base == "/": return ""`.
        """
        if not self.returned or not any(isinstance(one, str) for one in self.returned[-1][given:]):
            return
        if isinstance(test, n.Compare) and self.eval(test, env) is False:
            self.returned[-1][given:] = [one for one in self.returned[-1][given:] if not isinstance(one, str)]

    def verdict(self, test: n.Expr, env: Env) -> Any:
        """Whether a condition holds, if that can be told."""
        if asks_for_marks(self, test, env):
            found = self.eval(test, env)
            return found if found is UNKNOWN else bool(found)
        can_tell = is_decisive(test) or self.is_about_router(test, env) or self.is_about_route(test, env)
        found = self.eval(test, env) if can_tell else UNKNOWN
        is_local = isinstance(test, n.Name) and test.id in env.names and isinstance(env.scope, Function)
        decides = isinstance(found, (str, int)) and not isinstance(found, Configured)
        return bool(found) if is_local and decides else found

    def is_about_router(self, test: n.Expr, env: Env) -> bool:
        """Whether a condition is what a router was given when it was made: `router.is_public`."""
        return isinstance(test, n.Attribute) and isinstance(self.eval(test.value, env), RouterValue)

    def is_about_route(self, test: n.Expr, env: Env) -> bool:
        """Whether a condition asks for the parts of a route: `route.path != "/health"`."""
        match test:
            case n.BoolOp(left=left, right=right):
                return self.is_about_route(left, env) or self.is_about_route(right, env)
            case n.Compare(operands=(first, *_)) | n.UnaryOp(operand=first):
                return self.is_about_route(first, env)
            case n.Call(func=n.Attribute(value=owner)):
                return self.is_about_route(owner, env)
            case n.Attribute(value=n.Name() as owner):
                return isinstance(self.eval(owner, env), Record)
            case _:
                return False

    def under_condition(self, body: Sequence[n.Statement], env: Env) -> Way:
        self.conditional += 1
        way = self.block(body, env)
        self.conditional -= 1
        return way

    def assign(self, targets: tuple[n.Expr, ...], value: n.Expr, op: str | None, env: Env) -> None:
        found = self.eval(value, env)
        if op is not None:
            before = self.eval(targets[0], env)
            added = self.unsure(before, found) if isinstance(found, list) else found
            found = builtin.add_in_place(before, added) if op == "+" else UNKNOWN
        for target in targets:
            self.bind(target, found, env)

    def bind(self, target: n.Expr, value: Any, env: Env) -> None:
        value = plain(value)
        match target:
            case n.Name(id=name):
                if (value is UNKNOWN or isinstance(value, Made)) and isinstance(
                    env.names.get(name), RouterValue
                ):
                    return  # what cannot be told does not make a router disappear
                env.names[name] = value
                if isinstance(value, RouterValue) and not value.name:
                    value.name = name
            case n.Attribute(value=owner, attr=attr):
                at = self.eval(owner, env)
                if not isinstance(at, Instance):
                    put(at, attr, value)
                    return
                at.attrs[attr] = value
                if isinstance(value, RouterValue) and not value.name:
                    value.name = attr
            case n.Subscript(value=owner, items=(key,)):
                at, index = self.eval(owner, env), self.eval(key, env)
                if isinstance(at, dict) and isinstance(index, str):
                    at[index] = value
            case n.Sequence(items=items):
                values = (
                    value
                    if isinstance(value, (list, tuple)) and len(value) == len(items)
                    else [UNKNOWN] * len(items)
                )
                for item, part in zip(items, values, strict=True):
                    self.bind(item, part, env)
            case n.Starred(value=inner):
                self.bind(inner, UNKNOWN, env)

    def define(self, node: n.FunctionDef, env: Env) -> None:
        function = self.project.functions_by_node.get(node)
        if function is None:
            return
        closure = Closure(function, env)
        self.closures[node] = closure
        value: Any = closure
        for decorator in reversed(node.decorators):
            made = self.decorate(decorator, value, env)
            if isinstance(made, (Closure, RouterValue, Partial, Instance)):
                value = made
        env.names[node.name] = value

    def define_class(self, node: n.ClassDef, env: Env) -> None:
        cls = self.project.classes_by_node.get(node)
        if cls is None:
            return
        at_once = bool(self.active) or node in self.building
        later = partial(self.by_itself, node.body, self.conditional)
        inside = Env(cls, env) if at_once else ClassEnv(cls, env, later)
        value = env.names[node.name] = ClassValue(cls, inside)
        if at_once:
            self.block(node.body, inside)
        for decorator in reversed(node.decorators):
            self.decorate(decorator, value, env)

    def decorate(self, decorator: n.Expr, value: Any, env: Env) -> Any:
        """Apply a decorator; what it registers, however deep inside, is registered where it stands."""
        self.sites.append((decorator, env))
        made = self.call(self.eval(decorator, env), [value], {}, decorator, env)
        self.sites.pop()
        return made


def is_decisive(test: n.Expr) -> bool:
    """Whether a condition is about local flags: a setting may have another value when the app runs."""
    match test:
        case n.Name() | n.Constant():
            return True
        case n.Call(func=n.Attribute(value=n.Name(), attr="startswith" | "endswith"), args=args):
            return all(is_decisive(arg) for arg in args)
        case n.Call(func=n.Name(id="len" | "isinstance"), args=(n.Name(), *_)):
            return True
        case n.UnaryOp(operand=operand):
            return is_decisive(operand)
        case n.Compare(operands=operands):
            return all(is_decisive(operand) for operand in operands)
        case n.BoolOp(left=left, right=right):
            return is_decisive(left) and is_decisive(right)
        case _:
            return False
