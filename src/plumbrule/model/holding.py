"""What sessions do in turn: with its first query one takes a connection, with a commit or at its end it gives
it back, and in between somebody may be waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from plumbrule.facts import nodes as n
from plumbrule.model.asking import is_query
from plumbrule.model.checks import leaves
from plumbrule.model.queries import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function

    Session = n.Node | None
    """what gives a session its name; None is the one that a request brings along"""
    Branches = frozenset[tuple[int, ...]]

DEPTH = 5
GIVING = {"commit", "rollback", "close", "aclose", "remove"}
PLAIN = {"builtins.staticmethod", "builtins.classmethod", "typing.override", "abc.abstractmethod"}
LOOPS = (n.For, n.While)
CONDITIONS = (n.If, n.For, n.While, n.Handler, n.Case, n.Conditional, n.BoolOp)


class Moment(NamedTuple):
    """A call by which a session takes a connection, or during which somebody is waited for; `way` are the
    calls that lead to it, `branches` what decides whether it is made.
    """

    kind: Literal["take", "wait"]
    session: Session
    call: Call
    way: tuple[Call, ...]
    branches: Branches


class Given(NamedTuple):
    """A session has given its connection back; the one of the request, or one that is not known: all."""

    session: Session


class Place(NamedTuple):
    """How a function is run: with which sessions under the names of its parameters, with which one around it,
    and how many calls away.
    """

    sessions: tuple[tuple[str, Session], ...] = ()
    around: Session = None
    depth: int = 0


NOWHERE = Place()


class Holding:
    """Finds in turn what matters of a function and of those that it calls; `is_wait` knows the calls that
    wait, `matters` the functions in which any such moment may be.
    """

    def __init__(self, is_wait: Callable[[Call], bool], matters: Iterable[Function]) -> None:
        self.is_wait = is_wait
        self.matters = frozenset(matters)
        self._known: dict[tuple[Function, Place], list[Moment | Given]] = {}

    def held(self, moments: Iterable[Moment | Given]) -> Iterator[tuple[Moment, Moment]]:
        """Each wait while a session has a connection, with what took it."""
        taken: dict[Session, list[Moment]] = {}
        for moment in moments:
            if isinstance(moment, Given):
                taken.pop(moment.session, None)
                if moment.session is None:
                    taken.clear()
            elif moment.kind == "take":
                taken.setdefault(moment.session, []).append(moment)
            else:
                before = (take for takes in taken.values() for take in takes)
                surely = next((take for take in before if take.branches <= moment.branches), None)
                if surely is not None:
                    yield moment, surely

    def moments(self, function: Function, place: Place = NOWHERE) -> list[Moment | Given]:
        """The moments of a function, in the order in which they come."""
        if (function, place) not in self._known:
            self._known[function, place] = [Given(None)]  # what calls itself may give back anything
            self._known[function, place] = list(briefly(self._in_turn(function, place)))
        return self._known[function, place]

    def _in_turn(self, function: Function, place: Place) -> Iterator[Moment | Given]:
        for node in in_turn(function, twice=not place.depth):
            if isinstance(node, n.Call):
                yield from self._of_call(function.call(node), function, place)
            elif isinstance(node, n.With):
                yield Given(closed(node, function, place))
        for binding in (b for bindings in function.bindings.values() for b in bindings):
            if isinstance(binding.node, n.Assign):
                yield Given(binding.node)

    def _of_call(self, call: Call, function: Function, place: Place) -> Iterator[Moment | Given]:
        if self.is_wait(call):
            yield Moment("wait", None, call, (), conditions(call.node))
        elif is_query(call):
            session = session_of(call.receiver, function, place)
            yield Moment("take", session, call, (), conditions(call.node))
        elif call.method in GIVING and not is_last(call):
            is_known = call.name.startswith(SESSIONS)
            yield Given(session_of(call.receiver, function, place) if is_known else None)
        elif call.function is not None and call.function in self.matters:
            yield from self._inside(call, call.function, function, place)
        elif call.function is None and any(is_session(arg, function) for arg in call.given):
            yield Given(None)  # who knows

    def _inside(
        self, call: Call, inner: Function, function: Function, place: Place
    ) -> Iterator[Moment | Given]:
        """The moments of a function that is called, as far as they are about the sessions that it was run
        with; if they are not known, all may be given back.
        """
        if inner.is_async and not call.is_awaited:
            return
        is_known = set(inner.decorator_names) <= PLAIN and not inner.is_generator and len(inner.written) == 1
        if not is_known or place.depth >= DEPTH:
            yield Given(None)
            return
        taken = ((call.parameter_for(arg), arg) for arg in call.given if is_session(arg, function))
        given = tuple((p.name, session_of(arg, function, place)) for p, arg in taken if p is not None)
        around = given[0][1] if given else session_around(call.node, function, place)
        sessions = {None, around, *(session for _, session in given)}
        reasons = conditions(call.node)
        for moment in self.moments(inner, Place(given, around, place.depth + 1)):
            if isinstance(moment, Moment) and moment.session in sessions:
                branches = reasons | {(id(call.node), *branch) for branch in moment.branches}
                yield moment._replace(way=(call, *moment.way), branches=branches)
            elif isinstance(moment, Given) and moment.session in sessions:
                yield moment


def briefly(moments: Iterable[Moment | Given]) -> Iterator[Moment | Given]:
    """Moments without those that change nothing: a connection that is taken already, or given back twice, and
    a wait that was told since.
    """
    taken: dict[Session, list[Branches]] = {}
    waited: set[tuple[Call, Branches]] = set()
    for moment in moments:
        if isinstance(moment, Given):
            if moment.session is None or moment.session in taken:
                taken = {s: b for s, b in taken.items() if moment.session not in (None, s)}
                yield moment
        elif moment.kind == "take":
            before = taken.setdefault(moment.session, [])
            if not any(branches <= moment.branches for branches in before):
                before.append(moment.branches)
                waited.clear()
                yield moment
        elif (moment.call, moment.branches) not in waited:
            waited.add((moment.call, moment.branches))
            yield moment


def in_turn(function: Function, *, twice: bool) -> list[n.Node]:
    """The calls of a function and its `with`, by where they end; those of a loop twice if asked."""
    nodes: list[n.Node] = [*(call.node for call in function.made), *function.find(n.With)]
    nodes.sort(key=lambda node: (node.end, -node.start))
    loops = [*function.find(n.For), *function.find(n.While)] if twice else []
    for loop in loops:
        inside = [node for node in nodes if loop.start <= node.start and node.end <= loop.end]
        if inside and not any(isinstance(parent, LOOPS) for parent in loop.parents):
            after = nodes.index(inside[-1]) + 1
            nodes[after:after] = inside
    return nodes


def closed(block: n.With, function: Function, place: Place) -> Session:
    """What the end of a `with` closes: its session, or the transaction of one."""
    match block.items:
        case (n.WithItem(value=n.Call(func=n.Attribute(value=owner, attr="begin"))), *_):
            return session_of(owner, function, place) if is_session(owner, function) else block
        case _:
            return block


def session_of(expr: n.Node | None, function: Function, place: Place) -> Session:
    """What gave a session its name."""
    if not isinstance(expr, n.Name):
        return session_around(expr, function, place) if expr is not None else place.around
    for binding in function.bindings.get(expr.id, ()):
        node = binding.node
        if isinstance(node, n.WithItem):
            return node.parent
        if isinstance(node, n.Assign):
            return node
    return dict(place.sessions).get(expr.id, place.around)


def session_around(node: n.Node, function: Function, place: Place) -> Session:
    """The `with` around a node that opens a session, or the session with which the function is run."""
    for parent in node.parents:
        if isinstance(parent, n.FunctionDef):
            break
        if isinstance(parent, n.With):
            names = [item.target for item in parent.items if item.target is not None]
            if any(is_session(name, function) for name in names):
                return parent
    return place.around


def is_session(expr: n.Expr, function: Function) -> bool:
    """Whether an expression is a session."""
    kind = function.type_of(expr) if isinstance(expr, (n.Name, n.Attribute)) else None
    return kind is not None and f"{kind.name}." in SESSIONS


def is_last(call: Call) -> bool:
    """Whether the function ends with what follows a call: nothing that comes later runs then."""
    for parent in call.node.parents:
        match parent:
            case n.If(body=body, orelse=orelse):
                return leaves(orelse if any(call.node.start >= s.start for s in orelse) else body)
            case n.Handler(body=body):
                return leaves(body)
            case n.FunctionDef():
                return False
    return False


def conditions(node: n.Node) -> Branches:
    """The conditions on which a node is run."""
    found = []
    at = node
    for parent in node.parents:
        if isinstance(parent, n.FunctionDef):
            break
        if isinstance(parent, CONDITIONS) and not is_asked_first(at, parent):
            found.append((id(parent), is_otherwise(at, parent)))
        at = parent
    return frozenset(found)


def is_asked_first(node: n.Node, parent: n.Node) -> bool:
    """Whether a part of a statement or expression is run before it decides anything."""
    match parent:
        case n.If(test=first) | n.While(test=first) | n.Conditional(test=first) | n.For(iterable=first):
            return node is first
        case n.BoolOp(left=first):
            return node is first
        case _:
            return False


def is_otherwise(node: n.Node, parent: n.Node) -> bool:
    """Whether a part stands behind `else`."""
    match parent:
        case n.Conditional(orelse=other):
            return node is other
        case n.If(orelse=block) | n.For(orelse=block) | n.While(orelse=block):
            return any(node is one for one in block)
        case _:
            return False
