"""Whether what is called is a coroutine function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Function
from plumbrule.model.knowledge.coroutines import COROUTINES
from plumbrule.model.results import ALWAYS_TRUE, misuse
from plumbrule.model.values import External

if TYPE_CHECKING:
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Class
    from plumbrule.model.project import Project

TRANSPARENT = {"staticmethod", "classmethod", "abstractmethod", "override", "final", "enforce_types"}
WRAPPING = ("tenacity.retry", "backoff.on_exception", "backoff.on_predicate", "functools.wraps")
"""decorators that keep a coroutine function one"""
ROUTING = ("fastapi.APIRouter.", "fastapi.FastAPI.")
"""objects whose decorators register a function and leave it as it is"""


def makes_coroutine(call: Call) -> bool:
    """Whether what is called is a coroutine function, surely."""
    called = call.function
    if called is None:
        others = call.receiver_type.others if call.receiver_type else ()
        names = (call.name, *(f"{o.name}.{call.method}" for o in others))
        return all(name in COROUTINES for name in names) or (not call.name and is_awaited_beside(call))
    if not called.is_async or called.is_generator or called.name == "__init__" or not is_left_async(called):
        return False
    if called.cls is not None and is_remade(called.cls):
        return False
    scope = called.cls or called.parent or called.module
    once = len(scope.bindings.get(called.name, ())) == 1
    return once and not is_overridden(called) and not may_be_plain(call)


def is_left_async(called: Function) -> bool:
    """Whether every decorator of a coroutine function leaves it one."""
    scope = called.cls or called.parent or called.module
    for written, name in zip(called.node.decorators, called.decorator_names, strict=True):
        plain = written.func if isinstance(written, n.Call) else written
        known = name.rpartition(".")[2] in TRANSPARENT or name in WRAPPING or name.startswith(ROUTING)
        maker = None if known else scope.resolve(plain)
        if not known and not (isinstance(maker, Function) and gives_coroutine_function(maker)):
            return False
    return True


def gives_coroutine_function(maker: Function, depth: int = 2) -> bool:
    """Whether a decorator, or what makes one, gives an `async def` of its own for every one it gets."""
    given = {name for r in maker.find(n.Return) for name in names_given(r.value)}
    made = [f for f in maker.module.functions if f.parent is maker and f.name in given] if depth else []
    if not given or not given <= {f.name for f in made}:
        return False
    some = [(f.is_async and not f.is_generator) or gives_coroutine_function(f, depth - 1) for f in made]
    return any(some) if any(call.method == "iscoroutinefunction" for call in maker.calls) else all(some)


def names_given(value: n.Expr | None) -> tuple[str, ...]:
    """The names that a value may be one of; empty ones for what has no name."""
    match value:
        case n.Conditional(body=one, orelse=other):
            return (*names_given(one), *names_given(other))
        case n.Name(id=name):
            return (name,)
        case _:
            return ("",)


def awaited_imports(project: Project) -> list[Call]:
    """The calls of functions out of sight, imported by name, most calls of which are awaited."""
    awaited = (node.value for _, nodes in project.find(n.Await) for node in nodes)
    funcs = [call.func for call in awaited if isinstance(call, n.Call)]
    words = {f.attr for f in funcs if isinstance(f, n.Attribute) and isinstance(f.value, n.Name)}
    words |= {f.id for f in funcs if isinstance(f, n.Name)}
    tested = (call for call in project.calls_named(words) if misuse(call.node) == ALWAYS_TRUE)
    return [call for call in tested if call.function is None and is_awaited_elsewhere(call)]


def is_awaited_elsewhere(call: Call) -> bool:
    """Whether most calls of the same imported function are awaited."""
    if not isinstance(call.target, External) or call.receiver_type is not None:
        return False
    same = call.scope.project.calls_to(call.name)
    awaited = sum(other.is_awaited for other in same)
    return awaited > 1 and awaited * 2 > len(same)


def is_dead(call: Call) -> bool:
    """Whether a call stands under `if False`, so that it never runs."""
    branches = (parent for parent in call.node.parents if isinstance(parent, n.If))
    return any(branch.test.text.startswith(("False", "0 and")) for branch in branches)


def is_remade(cls: Class) -> bool:
    """Whether a decorator of the project's own changes what a class has."""
    written = (d.func if isinstance(d, n.Call) else d for d in cls.node.decorators)
    makers = (maker for d in written if isinstance(maker := cls.resolve(d), Function))
    return any(changes_what_it_gets(maker) for maker in makers)


def changes_what_it_gets(function: Function) -> bool:
    """Whether a function sets attributes of what it is given."""
    given = {parameter.name for parameter in function.parameters}
    targets = (target for assign in function.find(n.Assign) for target in assign.targets)
    plain = (t.value for t in targets if isinstance(t, n.Attribute))
    named = (call.args[0] for call in function.calls if call.name == "builtins.setattr" and call.args)
    return any(isinstance(owner, n.Name) and owner.id in given for owner in (*plain, *named))


def is_awaited_beside(call: Call) -> bool:
    """Whether another method of the class awaits the very same call: `self.users.find_one(…)`."""
    written = call.node.func.text
    cls = call.caller.cls if isinstance(call.caller, Function) else None
    if cls is None or not re.fullmatch(r"self(\.\w+){2,}", written):
        return False
    same = [c for m in cls.methods.values() for c in m.calls if c.node.func.text == written]
    return sum(c.is_awaited for c in same) * 2 > len(same)


def may_be_plain(call: Call) -> bool:
    """Whether another member of the receiver's union has an ordinary method of that name."""
    others = call.receiver_type.others if call.receiver_type else ()
    methods = [kind.cls.method(call.method) if kind.cls else None for kind in others]
    return any(method is None or not method.is_async for method in methods)


def is_overridden(method: Function) -> bool:
    """Whether a subclass has an ordinary function in the place of a coroutine function."""
    if method.cls is None:
        return False
    others = (heir.methods.get(method.name) for heir in method.project.heirs.get(method.cls, ()))
    return any(other is not None and not other.is_async for other in others)
