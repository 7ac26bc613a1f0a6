"""Functions that load rows with the options they are given, and what is read of their rows elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.schemas import Table


def is_given(name: str, function: Function) -> bool:
    """Whether a function gives an attribute of something a value."""
    targets = (target for assign in function.find(n.Assign) for target in assign.targets)
    return any(isinstance(target, n.Attribute) and target.attr == name for target in targets)


def is_read_now(node: n.Node, name: str, function: Function) -> bool:
    """Whether an attribute is read here and now, and given a value nowhere in the function."""
    if isinstance(node.parent, n.Delete) or is_given(name, function):
        return False
    return not any(isinstance(parent, n.Lambda) for parent in node.parents)


def assigned_name(call: Call) -> str | None:
    """The name that the result of an awaited call gets, if it gets no other value."""
    match call.node.parent.parent if call.node.parent is not None else None:
        case n.Assign(targets=(n.Name(id=name),)) if call.is_awaited:
            return name if len(call.scope.bindings.get(name, ())) == 1 else None
        case _:
            return None


def loaded_plainly(call: Call) -> Table | None:
    """The table that a function loads a row of, if it takes loader options and got none."""
    made = call.function
    options = made.parameter("options") if made is not None else None
    if made is None or options is None or "Option" not in options.node.text or made.returns is None:
        return None
    given = call.keyword("options") is not None or call.is_splatted
    return None if given or not made.is_async else made.project.table_of(made.returns.cls)


def reads_of(call: Call, name: str | None) -> Iterator[n.Attribute]:
    """What an async function reads of the argument with a name."""
    value = next((arg for arg in call.given if isinstance(arg, n.Name) and arg.id == name), None)
    parameter = call.parameter_for(value) if value is not None else None
    reader = call.function
    if reader is None or parameter is None or not reader.is_async:
        return
    for node in reader.find(n.Attribute):
        is_its = isinstance(node.value, n.Name) and node.value.id == parameter.name
        if is_its and is_read_now(node, node.attr, reader):
            yield node


def refreshes(function: Function) -> bool:
    """Whether a function loads attributes by name."""
    return any(call.method == "refresh" and call.argument(1, "attribute_names") for call in function.calls)
