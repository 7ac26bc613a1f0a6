"""Where the data of a request ends up: from a parameter of a route to the call that it can harm.

Asked backwards: for every dangerous call that a route reaches, where does its argument come from? What is not
known to hand a value on is taken to make it harmless, so an unknown step ends the search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.checks import is_checked
from plumbrule.model.code import Function
from plumbrule.model.knowledge import sinks as known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Class, Parameter
    from plumbrule.model.routing import Route
    from plumbrule.model.scope import Binding
    from plumbrule.model.values import Type

DEPTH = 3
DEEPEST = 40
SINKS = {name: (kind, places) for kind, sinks in known.SINKS.items() for name, places in sinks.items()}
SANITISER = re.compile(
    r"sanit|secure|safe|clean|valid|escape|quote|slug|allow|white_?list|check|verify|hash|encrypt|resolve|uuid|ensure",
    re.IGNORECASE,
)
TEXT = {"builtins.str", "builtins.bytes", "typing.AnyStr", "builtins.object", "?"}
CONTAINERS = {"list", "dict", "set", "tuple", "Sequence", "Iterable", "Mapping", "List", "Dict", "Set"}
URLS = {"pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl", "pydantic.networks.HttpUrl"}
PATHS = {"pathlib.Path", "pydantic.FilePath", "pydantic.DirectoryPath", "pydantic.NewPath"}
SQL = re.compile(
    r"\b(select|insert\s+into|update|delete\s+from|copy|create|drop|alter|truncate|where|order by)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Request data: `label` is how it is written, `place` path, path_rest (`{x:path}`), request,
    upload (the name a file is sent with) or content (what is in it);
    `composed` the expressions that put other text around it, the nearest to the request first.
    """

    label: str
    node: n.Node
    place: str
    composed: tuple[n.Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """Request data in a dangerous call; `chain` are the calls of project functions on the way to it;
    `is_head` whether it is the beginning of a URL.
    """

    kind: str
    sink: Call
    argument: n.Expr
    origin: Origin
    chain: tuple[Call, ...]
    route: Route
    is_head: bool

    @property
    def first(self) -> n.Expr:
        """Where the data first becomes a part of something longer; else the argument of the sink."""
        return self.origin.composed[0] if self.origin.composed else self.argument

    @property
    def last(self) -> n.Expr:
        """The longer text that reaches the sink; else the argument of the sink."""
        return self.origin.composed[-1] if self.origin.composed else self.argument

    @property
    def sink_name(self) -> str:
        """The sink as a person writes it: `open`, `FileResponse`, `cursor.execute`."""
        return self.sink.node.func.text

    @property
    def steps(self) -> list[tuple[str, Span]]:
        """The stations from the route to the sink."""
        start = (
            f"`{self.origin.label}` of {self.route.label} is what the client sends",
            self.origin.node.span,
        )
        way = [(f"`{call.node.func.text}` gets it", call.span) for call in self.chain]
        return [start, *way, (f"`{self.sink_name}` works with it", self.sink.span)]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A function that runs for a request, with the expressions that its caller gives for its parameters."""

    function: Function
    bound: dict[str, n.Expr] | None = None
    below: Frame | None = None
    call: Call | None = None

    @property
    def chain(self) -> tuple[Call, ...]:
        """The calls that lead here."""
        below = self.below.chain if self.below else ()
        return (*below, self.call) if self.call else below


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
            for kind, argument in arguments(call):
                origin = self.trace(argument, frame, head=kind in ("url", "redirect"))
                rest = self.trace(argument, frame) if kind == "redirect" and origin is None else None
                found = origin or rest
                if found is not None and (not by_method(call) or is_sql(found)):
                    yield Flow(
                        kind, call, argument, found, frame.chain, self.route, is_head=origin is not None
                    )

    def reached(self) -> Iterator[tuple[Frame, Call]]:
        """Every call with the frame it runs in, each call once, to the depth that is looked at."""
        seen: set[n.Node] = set()
        queue = [Frame(function) for function in self.roots]
        while queue:
            frame = queue.pop(0)
            for call in frame.function.calls:
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
                return self._name(expr, frame, head=head)
            case n.Attribute():
                return self._attribute(expr, frame, head=head)
            case n.FString(parts=parts):
                return composed(expr, self._first(leading(parts) if head else parts, frame, head=head))
            case n.BinOp(left=left, op="+" | "/" | "%", right=right):
                parts = leading((left, right)) if head else (left, right)
                return composed(expr, self._first(parts, frame, head=head))
            case n.BoolOp(left=left, right=right):
                return self._first((left, right), frame, head=head)
            case n.Conditional(body=body, orelse=orelse):
                return self._first((body, orelse), frame, head=head)
            case n.Await(value=value) | n.Starred(value=value) | n.Walrus(value=value):
                return self.trace(value, frame, head=head)
            case n.Subscript(value=value):
                return None if is_last_of_split(expr) else self.trace(value, frame, head=head)
            case n.Sequence(items=items):
                return self._first(items, frame, head=head)
            case n.Dict(values=values):
                return self._first(values, frame, head=head)
            case n.Comprehension(element=element):
                return self.trace(element, frame, head=head)
            case n.Call():
                return self._call(frame.function.call(expr), frame, head=head)
            case _:
                return None

    def _first(self, parts: tuple[n.Expr, ...], frame: Frame, *, head: bool) -> Origin | None:
        return next((o for part in parts if (o := self.trace(part, frame, head=head))), None)

    # --- names

    def _name(self, expr: n.Name, frame: Frame, *, head: bool) -> Origin | None:
        owner, _ = frame.function.inference.lookup(expr)
        at: Frame | None = frame
        while at is not None and at.function is not owner:
            at = at.below
        if at is None or is_checked(expr, expr, frame.function):
            return None
        for binding in reaching(at.function, expr, inside=at is frame):
            if binding is None:
                return self._parameter(expr.id, at, head=head)
            origin = self._bound(binding, at, head=head)
            if origin is not None:
                return origin
        return None

    def _bound(self, binding: Binding, frame: Frame, *, head: bool) -> Origin | None:
        """The request data in what a binding gives a name."""
        value = bound_value(binding)
        if value is None or is_counter(binding):
            return None
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
        if is_checked(expr, expr, frame.function):
            return None
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
        return replace(origin, label=expr.text) if origin and origin.label == expr.value.text else origin

    def _call(self, call: Call, frame: Frame, *, head: bool) -> Origin | None:
        inner = entered(call, frame)
        if inner is not None:
            if SANITISER.search(inner.function.name) or len(inner.chain) > DEPTH:
                return None
            return self._returned(inner, head=head)
        if call.name in known.CARRIERS:
            return self._carried(call, frame, head=head)
        if call.method in known.CARRYING_METHODS and call.receiver is not None:
            given = call.args if call.method in ("format", "join") else ()
            origin = self._first(
                (call.receiver, *given, *(k.value for k in call.keywords if given)), frame, head=head
            )
            return composed(call.node, origin) if call.method in ("format", "join") else origin
        return None

    def _carried(self, call: Call, frame: Frame, *, head: bool) -> Origin | None:
        if call.name.startswith("fastapi."):
            return Origin(call.node.text, call.node, "content" if "Upload" in call.name else "request")
        parts = [call.receiver] if call.receiver is not None and call.receiver_type is not None else []
        parts += [*call.args, *(k.value for k in call.keywords)]
        origin = self._first(tuple(p for p in parts if p is not None), frame, head=head)
        is_composing = call.name in known.COMPOSERS or (call.name == "pathlib.Path" and len(call.args) > 1)
        return composed(call.node, origin) if is_composing else origin

    def _returned(self, frame: Frame, *, head: bool) -> Origin | None:
        """The request data in what a function returns or yields."""
        if sum(f.function is frame.function for f in frames(frame)) > 1:
            return None
        values = [r.value for r in frame.function.find(n.Return) if r.value is not None]
        values += [y.value for y in frame.function.find(n.Yield) if y.value is not None]
        return self._first(tuple(values), frame, head=head)


def frames(frame: Frame | None) -> Iterator[Frame]:
    """A frame and those below it."""
    while frame is not None:
        yield frame
        frame = frame.below


def arguments(call: Call) -> Iterator[tuple[str, n.Expr]]:
    """The arguments of a dangerous call that count, each with the kind of danger."""
    kind, places = SINKS.get(call.name) or SINKS.get(
        f".{call.method}" if call.receiver is not None else "", ("", ())
    )
    seen = set()
    for position, name in places:
        found = call.receiver if position == -1 else call.argument(position, name)
        if found is not None and found not in seen:
            seen.add(found)
            yield kind, found


def by_method(call: Call) -> bool:
    """Whether a call is only known by the last word of its name."""
    return call.name not in SINKS


def is_sql(origin: Origin) -> bool:
    """Whether a text that request data was put into looks like SQL."""
    return any(SQL.search(expr.text) for expr in origin.composed)


def entered(call: Call, frame: Frame) -> Frame | None:
    """The frame of the project function that a call runs, itself or in a thread or background task."""
    function, args = call.function, call.args
    offset = known.OFFLOADERS.get(call.name)
    if call.method == "run_in_executor":
        offset = 1
    if offset is not None and len(call.args) > offset:
        target = frame.function.resolve(call.args[offset])
        function, args = (target if isinstance(target, Function) else None), call.args[offset + 1 :]
    if function is None or function.name == "__init__":
        return None
    names = [p.name for p in function.parameters if p.kind in ("positional_only", "positional")]
    bound: dict[str, n.Expr] = {}
    if function.cls is not None and not function.is_static and names:
        receiver = call.receiver if offset is None else None
        first = names.pop(0)
        if receiver is not None:
            bound[first] = receiver
    for name, arg in zip(names, args, strict=False):
        if isinstance(arg, n.Starred):
            break
        bound[name] = arg
    bound |= {k.name: k.value for k in call.keywords if k.name}
    return Frame(function, bound, frame, call)


def reaching(function: Function, use: n.Name, *, inside: bool) -> Iterator[Binding | None]:
    """The bindings of a name that may hold at a use, the last first; None for a parameter."""
    around = {id(p) for p in use.parents}
    for binding in reversed(function.bindings.get(use.id, [])):
        node = binding.node
        if inside and not holds_at(node, use, around):
            continue
        yield binding
        if inside and node.parent is not None and id(node.parent) in around and not isinstance(node, n.For):
            return
    if function.parameter(use.id) is not None:
        yield None


def holds_at(node: n.Node, use: n.Name, around: set[int]) -> bool:
    """Whether a binding can be in force at a use."""
    match node:
        case n.Clause():
            return id(node.parent) in around
        case n.For(iterable=iterable):
            return node.start < use.start and not iterable.start <= use.start < iterable.end
        case _:
            return node.end <= use.start


def bound_value(binding: Binding) -> n.Expr | None:
    """The expression that a binding takes its value from."""
    match binding.node:
        case n.Assign(value=value) | n.Walrus(value=value):
            return value
        case n.For(iterable=iterable) | n.Clause(iterable=iterable):
            return iterable
        case n.WithItem(value=value):
            return value
        case _:
            return None


def is_counter(binding: Binding) -> bool:
    """Whether a name counts the rounds of a loop: `i` of `for i, x in enumerate(xs)`."""
    match binding.node:
        case n.For(target=target, iterable=iterable) | n.Clause(target=target, iterable=iterable):
            first = target.items[0].text if isinstance(target, n.Sequence) else ""
            return first == binding.name and iterable.text.startswith("enumerate(")
        case _:
            return False


def unpacked_place(binding: Binding) -> int | None:
    """Which item of an unpacked value a name gets; None if it gets the whole."""
    match binding.node:
        case n.Assign(targets=(n.Sequence(items=items),)):
            return next((i for i, item in enumerate(items) if item.text == binding.name), None)
        case _:
            return None


def item_at(values: tuple[n.Expr, ...], place: int) -> tuple[n.Expr, ...]:
    """The items at a place of those values that are written as sequences; the others whole."""
    return tuple(
        value.items[place] if isinstance(value, n.Sequence) and place < len(value.items) else value
        for value in values
    )


def composed(expr: n.Expr, origin: Origin | None) -> Origin | None:
    """An origin with one more expression around it."""
    return replace(origin, composed=(*origin.composed, expr)) if origin is not None else None


def leading(parts: tuple[n.Expr, ...]) -> tuple[n.Expr, ...]:
    """The part that decides which host a URL names: the first, or what stands right behind a bare scheme."""
    first, rest = parts[:1], parts[1:]
    match first:
        case (n.Constant(value=str(text)),) if re.fullmatch(r"\s*|(https?:)?//|https?://[^/]*[@.]?", text):
            return rest[:1]
        case _:
            return first


def is_last_of_split(expr: n.Subscript) -> bool:
    """Whether it is `x.split(…)[-1]`: a file's extension, or its name without folders."""
    match expr:
        case n.Subscript(
            value=n.Call(func=n.Attribute(attr="split" | "rsplit")), items=(n.UnaryOp() as last,)
        ):
            return last.text == "-1"
        case n.Subscript(value=n.Call(func=n.Attribute(attr="rsplit")), items=(n.Constant(value=1),)):
            return True
        case _:
            return False


def is_injected(parameter: Parameter) -> bool:
    """Whether FastAPI or nobody fills a parameter with something that is not request data."""
    name = parameter.type.name if parameter.type else ""
    return name.startswith(("fastapi.", "sqlalchemy.", "starlette.")) and name != "fastapi.UploadFile"


def is_constrained(parameter: Parameter) -> bool:
    """Whether a pattern says what a parameter may look like."""
    return any(m.keyword("pattern") is not None or m.keyword("regex") is not None for m in parameter.metadata)


def may_be_text(kind: Type | None) -> bool:
    """Whether a value of a type can hold any text that a client likes."""
    if kind is None or kind.name in TEXT or kind.name in URLS or kind.name in PATHS:
        return True
    if kind.name.rpartition(".")[2] in CONTAINERS:
        return not kind.args or any(may_be_text(arg) for arg in kind.args)
    if kind.name in ("fastapi.UploadFile", "fastapi.Request", "fastapi.WebSocket"):
        return True
    return kind.cls is not None and not kind.cls.is_a("enum.Enum", "Enum", "StrEnum", "IntEnum")


def may_be_text_field(cls: Class, name: str) -> bool:
    """Whether a field of a schema can hold any text: no pattern, no validator of its own."""
    attribute = cls.attribute(name)
    if attribute is None or cls.method(name) is not None:
        return cls.method(name) is None
    schema = cls.project.schema_of(cls)
    field = schema.field_call(name) if schema else None
    if field is not None and (field.keyword("pattern") or field.keyword("regex")):
        return False
    validators = (d for f in cls.methods.values() for d in f.node.decorators if "validator" in d.text)
    if any(f'"{name}"' in d.text or f"'{name}'" in d.text for d in validators):
        return False
    return may_be_text(attribute.type)
