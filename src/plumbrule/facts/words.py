"""The words that are written for things: by them it is looked for what a call or a name may stand for."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.facts.scope import Nodes

NAMED = (n.Name, n.Attribute)


class Words:
    """The words of some scopes, one after the other.

    `called` has one for each call; `given` has those that calls are given, and `given_to` says which call;
    `others` are pairs: a word, and what a plain assignment (`nap = time.sleep`) makes of it.
    """

    __slots__ = ("called", "given", "given_to", "others")

    def __init__(self, scopes: Iterable[Nodes]) -> None:
        kinds = [nodes.by_kind for nodes in scopes]
        calls: list[n.Call] = [call for by_kind in kinds for call in by_kind.get(n.Call, ())]
        assigns: list[n.Assign] = [assign for by_kind in kinds for assign in by_kind.get(n.Assign, ())]
        named = [
            (place, value)
            for place, call in enumerate(calls)
            for value in call.given
            if isinstance(value, NAMED)
        ]
        self.called = tuple([last_word(call.func) for call in calls])
        self.given = tuple([last_word(value) for _, value in named])
        self.given_to = array("I", [place for place, _ in named])
        naming = [assign for assign in assigns if isinstance(assign.value, NAMED)]
        self.others = tuple([pair for assign in naming for pair in other_names(assign)])


def other_names(assign: n.Assign) -> Iterator[tuple[str, str]]:
    """The word of the value of an assignment, and what it makes of it if it does no more than that."""
    match assign.targets:
        case (n.Name(id=name),) if name != last_word(assign.value):
            yield last_word(assign.value), name


def last_word(expr: n.Node | None) -> str:
    """`commit` of `self.db.commit`; nothing for what is no name."""
    return expr.attr if isinstance(expr, n.Attribute) else expr.id if isinstance(expr, n.Name) else ""
