"""Whether what is called is a coroutine function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Function
from plumbrule.model.knowledge.coroutines import COROUTINES

if TYPE_CHECKING:
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Class

TRANSPARENT = {"staticmethod", "classmethod", "abstractmethod", "override", "enforce_types", "trace_method"}


def makes_coroutine(call: Call) -> bool:
    """Whether what is called is a coroutine function, surely."""
    called = call.function
    if called is None:
        others = call.receiver_type.others if call.receiver_type else ()
        names = (call.name, *(f"{o.name}.{call.method}" for o in others))
        return all(name in COROUTINES for name in names) or (not call.name and is_awaited_beside(call))
    plain = all(name.rpartition(".")[2] in TRANSPARENT for name in called.decorator_names)
    if not called.is_async or called.is_generator or not plain or called.name == "__init__":
        return False
    if called.cls is not None and is_remade(called.cls):
        return False
    scope = called.cls or called.parent or called.module
    once = len(scope.bindings.get(called.name, ())) == 1
    return once and not is_overridden(called) and not may_be_plain(call)


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
