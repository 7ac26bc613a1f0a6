"""Where the data of a request ends up: from a parameter of a route to the call that it can harm.

Asked backwards: for every dangerous call that a route reaches, where does its argument come from? What is not
known to hand a value on is taken to make it harmless, so an unknown step ends the search.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.checks import is_checked
from plumbrule.model.code import Class, Function
from plumbrule.model.dangers import arguments, by_method
from plumbrule.model.flow import Flow, Origin, composed, glued, leading, put_into
from plumbrule.model.frames import Frame, bound_to, entered, frames
from plumbrule.model.free_text import is_constrained, is_injected, may_be_text, may_be_text_field
from plumbrule.model.kept_items import kept_under
from plumbrule.model.knowledge import sinks as known
from plumbrule.model.reaching_bindings import (
    added,
    bound_value,
    is_counter,
    item_at,
    reaching,
    unpacked_place,
)
from plumbrule.model.rounds import given_in_rounds, handed_keys, keys_gone_through
from plumbrule.model.statements import is_sql, is_written, led_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.scope import Binding
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Parameter
    from plumbrule.model.routing import Route

DEPTH = 5
DEEPEST = 40


def flows(route: Route) -> list[Flow]:
    """Every flow of request data from a route into a dangerous call."""
    if route.handler is None:
        return []
    tracer = Tracer(route)
    return list(tracer.flows())


class Tracer:
    """Traces the arguments of dangerous calls back to the request, for one route."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.project = route.project
        self._depth = 0

    @cached_property
    def roots(self) -> list[Function]:
        """What FastAPI itself calls: the handler and the dependencies."""
        found = [d.function for d in self.route.dependencies if d.function is not None]
        return list(dict.fromkeys([*found, *([self.route.handler] if self.route.handler else [])]))

    def flows(self) -> Iterator[Flow]:
        """Every dangerous call that gets request data."""
        for frame, call in self.reached():
            for kind, argument in arguments(call) if call in self.project.dangers.calls else ():
                origin = self.trace(argument, frame, head=kind in ("url", "redirect"))
                rest = self.trace(argument, frame) if kind == "redirect" and origin is None else None
                found = origin or rest
                if found is not None and (kind != "sql" or not by_method(call) or is_sql(found)):
                    yield Flow(
                        kind, call, argument, found, frame.chain, self.route, is_head=origin is not None
                    )

    def reached(self) -> Iterator[tuple[Frame, Call]]:
        """Every call that is dangerous or leads to one, with the frame it runs in, each call once, to the
        depth that is looked at.
        """
        seen: set[n.Node] = set()
        queue = [Frame(function) for function in self.roots]
        while queue:
            frame = queue.pop(0)
            for call in self.project.dangers.ways(frame.function):
                yield frame, call
                if call.node in seen or len(frame.chain) >= DEPTH:
                    continue
                seen.add(call.node)
                inner = entered(call, frame)
                if inner is not None:
                    queue.append(inner)

    def trace(self, expr: n.Expr, frame: Frame, *, head: bool = False) -> Origin | None:
        """The request data in an expression; with `head` only where it is the beginning of a text."""
        if self._depth > DEEPEST:
            return None
        self._depth += 1
        try:
            return self._trace(expr, frame, head=head)
        finally:
            self._depth -= 1

    def _trace(self, expr: n.Expr, frame: Frame, *, head: bool) -> Origin | None:  # noqa: C901, PLR0912 - one case a shape
        match expr:
            case n.Name():
                return unchecked(expr, self._name(expr, frame, head=head), frame)
            case n.Attribute():
                return unchecked(expr, self._attribute(expr, frame, head=head), frame)
            case n.FString(parts=parts):
                found = self._formatted(leading(parts) if head else parts, frame, head=head)
                return composed(expr, found, frame.function)
            case n.BinOp(left=left, op="+" | "/" | "%", right=right):
                parts = leading((left, right)) if head else (left, right)
                return composed(expr, self._first(parts, frame, head=head), frame.function)
            case n.BoolOp(left=left, right=right):
                return self._first((left, right), frame, head=head)
            case n.Conditional(body=body, orelse=orelse):
                return self._first((body, orelse), frame, head=head)
            case n.Await(value=value) | n.Starred(value=value) | n.Walrus(value=value):
                return self.trace(value, frame, head=head)
            case n.Subscript(value=value):
                if is_last_of_split(expr, frame.function):
                    return None
                kept = kept_under(value, expr, frame)
                given = [(value, frame)] if kept is None else kept
                found = next((o for v, at in given if (o := self.trace(v, at, head=head))), None)
                return unchecked(expr, found, frame)
            case n.Sequence(items=items):
                return self._first(items, frame, head=head)
            case n.Dict(values=values):
                return self._first(values, frame, head=head)
            case n.Comprehension(element=element):
                return self.trace(element, frame, head=head)
            case n.Call(func=func):
                found = self._call(frame.function.call(expr), frame, head=head)
                is_read = isinstance(func, n.Attribute) and func.attr == "get"
                return unchecked(expr, found, frame) if is_read else found
            case _:
                return None

    def _first(self, parts: tuple[n.Expr, ...], frame: Frame, *, head: bool) -> Origin | None:
        """The first request data in some parts; a part of the path, which has no slash, comes last."""
        tame = None
        for part in parts:
            origin = self.trace(part, frame, head=head)
            if origin is not None and origin.place != "path":
                return origin
            tame = tame or origin
        return tame

    def _formatted(self, parts: tuple[n.Expr, ...], frame: Frame, *, head: bool) -> Origin | None:
        """The first request data in a formatted text."""
        found = self._first(parts, frame, head=head)
        behind = glued(parts) if found is not None else []
        free = tuple(part for part in parts if part not in behind)
        if found is None or not behind or self._first(free, frame, head=head) is not None:
            return found
        return replace(found, is_glued=True)

    # --- names

    def _name(self, expr: n.Name, frame: Frame, *, head: bool) -> Origin | None:
        owner, _ = frame.function.inference.lookup(expr)
        at: Frame | None = frame
        while at is not None and at.function is not owner:
            at = at.below
        if at is None:
            return None
        for binding in reaching(at.function, expr, inside=at is frame):
            if binding is None:
                return self._parameter(expr.id, at, head=head)
            origin = self._bound(binding, at, head=head)
            if origin is not None:
                return origin
        return self._first(added(expr, at.function), at, head=head)

    def _bound(self, binding: Binding, frame: Frame, *, head: bool) -> Origin | None:
        """The request data in what a binding gives a name."""
        value = bound_value(binding)
        if value is None or is_counter(binding):
            return None
        items = given_in_rounds(binding, frame.function)
        if items is not None:
            return self._first(items, frame, head=head)
        handed = handed_keys(binding, frame)
        if handed is not None:
            return self._first(*handed, head=head)
        place = unpacked_place(binding)
        if place is None:
            return self.trace(value, frame, head=head)
        if isinstance(value, n.Await):
            value = value.value
        inner = entered(frame.function.call(value), frame) if isinstance(value, n.Call) else None
        if inner is None:
            return self._first(item_at((value,), place), frame, head=head)
        values = [r.value for r in inner.function.find(n.Return) if r.value is not None]
        return (
            self._first(item_at(tuple(values), place), inner, head=head)
            if len(inner.chain) <= DEPTH
            else None
        )

    def _parameter(self, name: str, frame: Frame, *, head: bool) -> Origin | None:
        parameter = frame.function.parameter(name)
        if parameter is None:
            return None
        if frame.bound is None:
            return self._root_parameter(parameter, frame, head=head)
        given = frame.bound.get(name)
        if given is None or frame.below is None or not may_be_text(parameter.type):
            return None
        return self.trace(given, frame.below, head=head)

    def _root_parameter(self, parameter: Parameter, frame: Frame, *, head: bool) -> Origin | None:
        marker = parameter.marker("Depends", "Security")
        if marker is not None:
            inner = marker.scope.resolve(marker.args[0]) if marker.args else None
            if isinstance(inner, Function) and inner not in (f.function for f in frames(frame)):
                return self._returned(Frame(inner, None, frame), head=head)
            return None
        if is_injected(parameter) or is_constrained(parameter):
            return None
        if not may_be_text(parameter.type):
            return None
        is_file = parameter.type is not None and parameter.type.name == "fastapi.UploadFile"
        return Origin(parameter.name, parameter.node, "content" if is_file else self._place(parameter))

    def _place(self, parameter: Parameter) -> str:
        if any(re.search(rf"{{{parameter.alias}:path}}", path) for path in self.route.paths):
            return "path_rest"
        return "path" if parameter.alias in self.route.path_parameters else "request"

    # --- attributes and calls

    def _attribute(self, expr: n.Attribute, frame: Frame, *, head: bool) -> Origin | None:
        kind = frame.function.type_of(expr.value)
        name = kind.name if kind else ""
        if name == "fastapi.UploadFile":
            return Origin(expr.text, expr, "upload" if expr.attr == "filename" else "content")
        if name in ("fastapi.Request", "fastapi.WebSocket"):
            return Origin(expr.text, expr, "request") if expr.attr in known.REQUEST_PARTS else None
        if expr.attr in known.HARMLESS_ATTRIBUTES and (kind is None or kind.cls is None):
            return None
        if kind is not None and kind.cls is not None:
            if not may_be_text_field(kind.cls, expr.attr):
                return None
            if frame.function.project.table_of(kind.cls) is not None:
                return None
        origin = self.trace(expr.value, frame, head=head)
        if origin is None and kind is not None and kind.cls is not None:
            return self._field(expr.value, expr.attr, frame, head=head)
        return replace(origin, label=expr.text) if origin and origin.label == expr.value.text else origin

    def _field(self, value: n.Expr, attr: str, frame: Frame, *, head: bool) -> Origin | None:
        """The request data in a field of an object, from where the object is made."""
        match value:
            case n.Name(id=name):
                bindings = [b for b in reaching(frame.function, value, inside=True) if b is not None]
                for binding in bindings[:1]:
                    made = bound_value(binding) if unpacked_place(binding) is None else None
                    return self._field(made, attr, frame, head=head) if made is not None else None
                return self._field_of_parameter(name, attr, frame, head=head)
            case n.Await(value=inner):
                return self._field(inner, attr, frame, head=head)
            case n.Call():
                return self._field_of_made(frame.function.call(value), attr, frame, head=head)
            case _:
                return None

    def _field_of_parameter(self, name: str, attr: str, frame: Frame, *, head: bool) -> Origin | None:
        parameter = frame.function.parameter(name)
        if parameter is None:
            return None
        if frame.bound is not None:
            given = frame.bound.get(name)
            below = frame.below if given is not None else None
            return self._field(given, attr, below, head=head) if given is not None and below else None
        marker = parameter.marker("Depends", "Security")
        made = marker.scope.resolve(marker.args[0]) if marker is not None and marker.args else None
        if not isinstance(made, Function) or made in (f.function for f in frames(frame)):
            return None
        return self._field_returned(Frame(made, None, frame), attr, head=head)

    def _field_of_made(self, call: Call, attr: str, frame: Frame, *, head: bool) -> Origin | None:
        """The request data in a field of what a call makes."""
        if not isinstance(call.target, Class):
            inner = entered(call, frame)
            return self._field_returned(inner, attr, head=head) if inner is not None else None
        init, field = call.function, call.target.attribute(attr)
        if init is None:
            given = call.keyword(attr)
            return self.trace(given, frame, head=head) if given is not None else None
        if field is None or field.method is not init or field.value is None or len(frame.chain) > DEPTH:
            return None
        return self.trace(
            field.value, Frame(init, bound_to(init, call.node, call.args, call), frame), head=head
        )

    def _field_returned(self, frame: Frame, attr: str, *, head: bool) -> Origin | None:
        values = [r.value for r in frame.function.find(n.Return) if r.value is not None]
        if len(frame.chain) > DEPTH or sum(f.function is frame.function for f in frames(frame)) > 1:
            return None
        return next((o for v in values if (o := self._field(v, attr, frame, head=head))), None)

    def _call(self, call: Call, frame: Frame, *, head: bool) -> Origin | None:
        inner = entered(call, frame)
        if inner is not None:
            if known.is_sanitiser(inner.function.name) or len(inner.chain) > DEPTH:
                return None
            return self._returned(inner, head=head)
        if call.name in known.CARRIERS:
            return self._carried(call, frame, head=head)
        if call.method in known.CARRYING_METHODS and call.receiver is not None:
            given = self._put_in(call, frame, head=head) if call.method in ("format", "join") else ()
            origin = self._first((call.receiver, *given), frame, head=head)
            return composed(call.node, origin, frame.function) if given else origin
        return None

    def _put_in(self, call: Call, frame: Frame, *, head: bool) -> tuple[n.Expr, ...]:
        """What `format` or `join` makes a part of a text; by name, where it is known what the text is."""
        if call.method == "join" and len(call.args) == 1:
            keys = keys_gone_through(call.args[0], None, frame.function)
            return call.args if keys is None else keys
        if head:
            return led_by(call, frame.function)
        is_known = call.receiver is not None and is_written(call.receiver, frame.function)
        return (*call.args, *(k.value for k in call.keywords if is_known))

    def _carried(self, call: Call, frame: Frame, *, head: bool) -> Origin | None:
        if call.name.startswith("fastapi."):
            return Origin(call.node.text, call.node, "content" if "Upload" in call.name else "request")
        parts = [call.receiver] if call.receiver is not None and call.receiver_type is not None else []
        parts += [*call.args, *(k.value for k in call.keywords)]
        return put_into(call, self._first(tuple(p for p in parts if p is not None), frame, head=head))

    def _returned(self, frame: Frame, *, head: bool) -> Origin | None:
        """The request data in what a function returns or yields."""
        if sum(f.function is frame.function for f in frames(frame)) > 1:
            return None
        values = [r.value for r in frame.function.find(n.Return) if r.value is not None]
        values += [y.value for y in frame.function.find(n.Yield) if y.value is not None]
        return self._first(tuple(values), frame, head=head)


def unchecked(expr: n.Expr, origin: Origin | None, frame: Frame) -> Origin | None:
    """An origin, unless a check here, or in a function around, lets only good values pass."""
    at = frame.function if origin is not None else None
    while at is not None:
        if is_checked(expr, expr, at):
            return None
        at = at.parent
    return origin


def is_last_of_split(expr: n.Subscript, function: Function) -> bool:
    """Whether it is `x.split(…)[-1]`: a file's extension, or its name without folders."""
    parts = expr.value
    if isinstance(parts, n.Name) and len(bound := function.bindings.get(parts.id, ())) == 1:
        parts = bound_value(bound[0]) or parts
    match parts, expr.items:
        case n.Call(func=n.Attribute(attr="split" | "rsplit")), (n.UnaryOp() as last,):
            return last.text == "-1"
        case n.Call(func=n.Attribute(attr="rsplit")), (n.Constant(value=1),):
            return True
        case _:
            return False
