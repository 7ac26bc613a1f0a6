"""What runs on the event loop: the synchronous calls that an `async def` makes, near and far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.branches import leaves_out
from plumbrule.model.knowledge.blocking import BLOCKING
from plumbrule.model.knowledge.sinks import STREAMS
from plumbrule.model.reach import DEPTH, Reached
from plumbrule.model.remembered import is_first_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Scoped
    from plumbrule.model.project import Project

REMEMBERED = ("functools.cache", "functools.lru_cache", "functools.cached_property", "cached", "lru_cache")
MADE_UP = re.compile(r"[rf]*['\"]/(proc|sys)/")
"""files that the kernel makes up"""
CONTEXT_MANAGER = "contextlib.contextmanager"


class Blocking:
    """The calls outside the tests that hold up the thread they run on."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def calls(self) -> list[Call]:
        """All of them."""
        named = self.project.calls_to(*[name for name in BLOCKING.calls if not name.endswith("*")])
        found = (call for call in (*named, *self._of_clients) if not call.is_deferred and blocks(call))
        return [call for call in found if not is_first_time(call)]

    @cached_property
    def by_function(self) -> dict[Scoped, list[Call]]:
        """Those in the body of each function, in order."""
        found: dict[Scoped, list[Call]] = {}
        for call in sorted(self.calls, key=lambda call: call.node.start):
            found.setdefault(call.scope, []).append(call)
        return found

    @property
    def _of_clients(self) -> list[Call]:
        """Those of clients whose every method blocks: they are used where their package is named, or where
        what is made there is imported.
        """
        packages = {name.partition(".")[0] for name in BLOCKING.calls if name.endswith("*")}
        modules, graph = self.project.code_modules, self.project.import_graph
        there = {m for m in modules if not packages.isdisjoint(m.file.packages)}
        near = [m for m in modules if m in there or (there and any(e.target in there for e in graph.of(m)))]
        scopes = (scope for m in near for scope in (m, *m.classes, *m.functions))
        return [call for scope in scopes for call in scope.calls if BLOCKING.is_of_client(call.name)]


def blocks(call: Call) -> bool:
    """Whether a call holds up the thread it runs on."""
    is_own = call.is_awaited or call.function is not None
    kind = None if is_own else BLOCKING.kind(call.name)
    if kind == "file" and any(MADE_UP.match(arg.text) for arg in call.args[:1]):
        return False
    if kind == "pool":
        return waits_at_the_end(call)
    if call.name == "tarfile.open" and any(is_in_memory(arg, call.scope) for arg in call.given):
        return False
    return kind is not None and (kind != "measuring" or waits(call.argument(0, "interval")))


def is_in_memory(arg: n.Expr, scope: Scoped) -> bool:
    """Whether an argument is a file that is only in memory: `io.BytesIO(data)`."""
    bound = scope.bindings.get(arg.id, ()) if isinstance(arg, n.Name) else ()
    made = bound[0].node if len(bound) == 1 else None
    value = made.value if isinstance(made, n.Assign) else arg
    return isinstance(value, n.Call) and scope.call(value).name in STREAMS


def waits_at_the_end(pool: Call) -> bool:
    """Whether leaving the `with` of a pool waits for what was given to it: nothing else waits for that."""
    match pool.node.parent:
        case n.WithItem(target=n.Name(id=name), parent=n.With(is_async=False, body=body)):
            inside = [x for statement in body for x in statement.walk()]
        case _:
            return False
    if any(isinstance(x, n.Attribute) and x.attr in ("result", "wrap_future", "gather") for x in inside):
        return False
    uses = (x.parent for x in inside if isinstance(x, n.Name) and x.id == name)
    return any(is_given_work(use) for use in uses)


def is_given_work(use: n.Node | None) -> bool:
    """Whether a pool is given work that nobody awaits: `pool.submit(…)`, or is handed to who may do so."""
    match use:
        case n.Attribute(attr="submit" | "map"):
            return True
        case n.Keyword(parent=n.Call(func=func)) | n.Call(func=func):
            return not func.text.endswith(("run_in_executor", "as_completed", "wait"))
        case _:
            return False


def waits(interval: n.Expr | None) -> bool:
    """Whether a time is given for which a call waits."""
    return interval is not None and not (isinstance(interval, n.Constant) and not interval.value)


def blocking_on_loop(function: Function) -> Iterator[Reached]:
    """The calls that hold up the loop while an `async def` runs."""
    blocking = function.project.blocking.by_function
    for at, chain in run_on_loop(function):
        yield from (Reached(call, chain) for call in blocking.get(at, ()) if is_reached(call, chain))


def reached_on_loop(function: Function) -> Iterator[Reached]:
    """Every call that an `async def` makes on the loop itself, through synchronous project functions."""
    for at, chain in run_on_loop(function):
        yield from (Reached(call, chain) for call in at.made if is_reached(call, chain))


def run_on_loop(function: Function) -> list[tuple[Function, tuple[Call, ...]]]:
    """The functions whose bodies an `async def` runs on the loop itself, each once for the flags that it
    is given, with the calls that lead to it: itself first, then the nearest.
    """
    found: list[tuple[Function, tuple[Call, ...]]] = [(function, ())]
    seen = {(function, "")}
    for at, chain in found:
        for call in at.run_in_place if len(chain) < DEPTH else ():
            given = flags(call)
            new = [inner for inner in run_by(call) if (inner, given) not in seen and is_reached(call, chain)]
            seen.update((inner, given) for inner in new)
            found += [(inner, (*chain, call)) for inner in new]
    return found


def run_by(call: Call) -> list[Function]:
    """The ordinary functions of which a call runs one: several in the place of an abstract method."""
    written = call.function.written if call.function is not None else ()
    if is_spared(call):
        return []
    if len(written) > 1 and call.node.func.text.startswith("self.") and call.node.func.text.count(".") == 1:
        return []  # which heir it is the way has told, or nobody
    return [function for function in written if not function.is_async and is_entered(function, call)]


def is_spared(call: Call) -> bool:
    """Whether the other branch awaits the same: `await db.aget(x) if is_async else db.get(x)`."""
    inner: n.Node = call.node
    for parent in call.node.parents:
        match parent:
            case n.FunctionDef():
                return False
            case n.If(test=test, body=body, orelse=orelse) if inner is not test and orelse:
                others = orelse if any(inner is statement for statement in body) else body
                if any(is_twin(x, call.method) for other in others for x in other.walk()):
                    return True
            case n.Conditional(body=one, orelse=other, test=test) if inner is not test:
                if any(is_twin(x, call.method) for x in (other if inner is one else one).walk()):
                    return True
        inner = parent
    return False


def is_twin(node: n.Node, name: str) -> bool:
    """Whether a node awaits a call of that name, or of the name that says it is asynchronous."""
    match node:
        case n.Await(value=n.Call(func=n.Attribute(attr=called) | n.Name(id=called))):
            return called in (name, f"a{name}", f"async_{name}", f"{name}_async")
        case _:
            return False


def flags(call: Call) -> str:
    """The plain values that a call gives to choose what is run: `False, wait=None`."""
    plain = (
        value.parent if isinstance(value.parent, n.Keyword) else value
        for value in call.given
        if is_flag(value)
    )
    return ", ".join(value.text for value in plain)


def is_flag(value: n.Expr) -> bool:
    """Whether it is `True`, `False` or `None`."""
    return isinstance(value, n.Constant) and (value.value is None or isinstance(value.value, bool))


def is_reached(call: Call, chain: tuple[Call, ...]) -> bool:
    """Whether a function makes a call with what the last call on the way to it gives."""
    return not chain or not leaves_out(chain[-1], call.node)


def runs_in_place(call: Call) -> bool:
    """Whether the body of what is called runs in place, in the thread of the caller, each time."""
    inner = None if call.is_awaited else call.function
    return inner is not None and not inner.is_async and is_entered(inner, call) and not is_first_time(call)


def is_entered(inner: Function, call: Call) -> bool:
    """Whether a call runs the body of an ordinary function, and runs it each time."""
    if any(name.endswith(REMEMBERED) for name in inner.decorator_names):
        return False
    return not inner.is_generator or is_consumed(call)


def is_consumed(call: Call) -> bool:
    """Whether a generator is run where it is made."""
    if call.function is not None and CONTEXT_MANAGER in call.function.decorator_names:
        return True
    match call.node.parent:
        case n.For() | n.Clause():
            return True
        case n.Yield(is_from=is_from):
            return is_from
        case n.Call(
            func=n.Name(id="list" | "tuple" | "set" | "sorted" | "dict" | "sum" | "any" | "all" | "next")
        ):
            return True
        case _:
            return False
