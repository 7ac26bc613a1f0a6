"""The relationships of tables: what they hold, and when it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.code import Attribute, Class, Function
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call

LOADED = {"joined", "selectin", "subquery", "immediate", "noload", "dynamic", "write_only", "raise_on_sql"}
"""what `lazy=` means that reading it asks the database nothing"""


class Relationship:
    """A relationship of a table: `target` is the class at its other end. It is made by an attribute, or by
    a method under `@declared_attr`.
    """

    def __init__(self, attribute: Attribute | Function, call: Call) -> None:
        self.attribute = attribute
        self.call = call

    @property
    def name(self) -> str:
        """The name of the attribute."""
        return self.attribute.name

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.attribute.span

    @cached_property
    def is_lazy(self) -> bool:
        """Whether reading it surely asks the database: `lazy=` says so, or nothing else is said."""
        options = self._options
        made = self.call.keyword("sa_relationship")
        lazy = (made if isinstance(made, n.Call) else self.call).keyword("lazy")
        if lazy is None and isinstance(options, (n.Dict, n.Call)):
            lazy = options.get("lazy")
        match lazy:
            case n.Constant(value=value):
                return value is True or (isinstance(value, str) and value not in LOADED)
            case None:
                return not self.call.is_splatted and (options is None or is_plain(options))
            case _:
                return False

    @property
    def _options(self) -> n.Expr | None:
        """SQLModel's `sa_relationship_kwargs`, also if they have a name."""
        given = self.call.keyword("sa_relationship_kwargs")
        named = self.call.scope.resolve(given) if isinstance(given, n.Name) else None
        return named.value if isinstance(named, Variable) else given

    @property
    def annotation(self) -> n.Expr | None:
        """What it is said to hold."""
        made = self.attribute
        return made.node.returns if isinstance(made, Function) else made.annotation

    @cached_property
    def is_list(self) -> bool:
        """Whether it holds many, as far as its annotation says."""
        annotation = self.annotation
        uselist = self.call.keyword("uselist")
        if isinstance(uselist, n.Constant):
            return bool(uselist.value)
        return annotation is not None and any(
            w in annotation.text for w in ("list[", "List[", "set[", "Set[", "Sequence[")
        )

    @cached_property
    def target(self) -> Class | None:
        """The class at its other end."""
        made = self.attribute
        kind = made.returns if isinstance(made, Function) else made.type
        for candidate in (kind, kind.args[0] if kind and kind.args else None):
            if candidate is not None and candidate.cls is not None:
                return candidate.cls
        match self.call.args[:1]:
            case (n.Constant(value=str(name)),):
                last = name.rpartition(".")[2]
                return next((t.cls for t in self.call.scope.project.tables if t.name == last), None)
            case (expr,):
                found = self.call.scope.resolve(expr)
                return found if isinstance(found, Class) else None
            case _:
                return None


def is_plain(options: n.Expr) -> bool:
    """Whether each key of some options is written out."""
    match options:
        case n.Dict(keys=keys):
            return None not in keys
        case n.Call(func=n.Name(id="dict")):
            return not options.is_splatted and not options.args
        case _:
            return False
