"""What expressions give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly import builtin
from plumbrule.model.assembly.conditions import either, perhaps, seen_from
from plumbrule.model.assembly.lookup import Lookup
from plumbrule.model.assembly.route_lists import follow_beside, routes_in
from plumbrule.model.assembly.values import UNKNOWN, Env, Ext, Items, LambdaValue, Made, Perhaps, RoutesOf

if TYPE_CHECKING:
    from collections.abc import Iterator


def open_ended(value: Any) -> Any:
    """A list that stands in for one that cannot be told: there may be other things in it."""
    return [*value, UNKNOWN] if isinstance(value, (list, tuple)) else value


class Expressions(Lookup):
    """Evaluates expressions."""

    def eval(self, expr: n.Expr, env: Env) -> Any:
        if isinstance(expr, n.Constant):  # most are one of these four
            return expr.value
        if isinstance(expr, n.Name):
            return self.lookup(expr.id, env)
        if isinstance(expr, n.Attribute):
            return self.attribute(self.eval(expr.value, env), expr.attr, expr, env)
        if isinstance(expr, n.Call):
            return self.eval_call(expr, env)
        match expr:
            case n.FString(parts=parts):
                return builtin.joined([self.eval(p, env) for p in parts])
            case n.BinOp(left=left, op=op, right=right):
                one, other = self.eval(left, env), self.eval(right, env)
                return builtin.binary(op, one, other)
            case n.Sequence(kind=kind, items=items):
                found = self.sequence(items, env)
                return tuple(found) if kind == "tuple" else Items(found, self.conditional)
            case n.Dict(keys=keys, values=values):
                return self.dictionary(keys, values, env)
            case n.Subscript():
                return self.subscript(expr, env)
            case n.Await(value=value):
                return self.eval(value, env)
            case n.Walrus(target=target, value=value):
                found = self.eval(value, env)
                self.bind(target, found, env)
                return found
            case n.Lambda():
                return LambdaValue(expr, env)
            case n.Comprehension():
                return self.comprehension(expr, env)
            case n.Yield(value=value) if value is not None:
                self.produce(self.eval(value, env), is_from=expr.is_from)
                return UNKNOWN
            case _:
                return self.decision(expr, env)

    def decision(self, expr: n.Expr, env: Env) -> Any:
        """What an expression gives that depends on whether something is true."""
        match expr:
            case n.BoolOp(left=left, op="or", right=right):
                one = self.eval(left, env)
                other = one or self.eval(right, env)
                return open_ended(other) or UNKNOWN if one is UNKNOWN else other
            case n.BoolOp(left=left, right=right):
                one = self.eval(left, env)
                return False if one is False else self.eval(right, env) if one is True else UNKNOWN
            case n.Conditional(body=body, test=test, orelse=orelse):
                verdict = self.eval(test, env)
                if verdict is False or verdict is None or verdict == "":
                    return self.eval(orelse, env)
                found = self.eval(body, env)
                other = self.eval(orelse, env)
                return either(found, other) if found is not UNKNOWN else open_ended(other) or UNKNOWN
            case n.UnaryOp(op="not", operand=operand):
                verdict = self.eval(operand, env)
                known = isinstance(verdict, (bool, str, list, dict)) or verdict is None
                return not verdict if known else UNKNOWN
            case n.Compare():
                return builtin.compare(expr.ops, [self.eval(o, env) for o in expr.operands])
            case _:
                return UNKNOWN

    def subscript(self, expr: n.Subscript, env: Env) -> Any:
        """An item of something, or a slice of it."""
        value = self.eval(expr.value, env)
        match expr.items:
            case (n.Slice() as bounds,):
                return builtin.cut(value, bounds.text)
            case (key,):
                return builtin.item(value, self.eval(key, env))
            case (_, *rest) if isinstance(value, Ext) and value.name.endswith(".Annotated"):
                markers = (self.eval(one, env) for one in rest)
                return next((one for one in markers if isinstance(one, Made)), value)
            case _:
                return builtin.item(value, UNKNOWN)

    def sequence(self, items: tuple[n.Expr, ...], env: Env) -> list[Any]:
        found: list[Any] = []
        for item in items:
            if isinstance(item, n.Starred):
                inner = seen_from(self.eval(item.value, env), self.conditional)
                found.extend(inner if isinstance(inner, (list, tuple)) else [UNKNOWN])
            else:
                found.append(self.eval(item, env))
        return found

    def dictionary(
        self, keys: tuple[n.Expr | None, ...], values: tuple[n.Expr, ...], env: Env
    ) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            inner = self.eval(value, env)
            name = self.eval(key, env) if key is not None else None
            if key is None and isinstance(inner, dict):
                found.update(inner)
            elif isinstance(name, (str, int)):
                found[name] = inner
            elif key is not None:
                found[f"?{len(found)}"] = inner
        return found

    def unsure(self, owner: Any, added: list[Any]) -> list[Any]:
        """What is put into a list, marked if it is put there under a condition."""
        if not isinstance(owner, Items) or self.conditional <= owner.conditions:
            return added
        return [[*map(perhaps, one)] if isinstance(one, list) else perhaps(one) for one in added]

    def produce(self, value: Any, *, is_from: bool) -> None:
        """What a generator yields: its caller goes over it."""
        if self.yielded:
            items = self.yielded[-1]
            items.extend(self.unsure(items, self.items(value) if is_from else [value]))

    def comprehension(self, expr: n.Comprehension, env: Env) -> Any:
        found = list(self.elements(expr, expr.clauses, Env(env.scope, env)))
        return found if expr.kind != "dict" else UNKNOWN

    def elements(self, expr: n.Comprehension, clauses: tuple[n.Clause, ...], inner: Env) -> Iterator[Any]:
        """What a comprehension makes in the clauses that are left."""
        if not clauses:
            yield self.eval(expr.element, inner)
            return
        clause, *rest = clauses
        for item in self.items(self.eval(clause.iterable, inner)):
            self.bind(clause.target, item, inner)
            if all(self.eval(c, inner) is not False for c in clause.conditions):
                made = self.elements(expr, tuple(rest), inner)
                yield from map(perhaps, made) if isinstance(item, Perhaps) else made

    def items(self, value: Any) -> list[Any]:
        """What a loop goes over; one unknown thing if that cannot be told."""
        if isinstance(value, (list, tuple)):
            return list(value)[:500]
        if isinstance(value, dict):
            return list(value)[:500]
        if isinstance(value, RoutesOf):
            follow_beside(self, value.router)
            return [*routes_in(value.router)][:500] or [UNKNOWN]
        return [UNKNOWN]
