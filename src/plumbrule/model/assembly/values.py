"""What a variable can hold while app-building code is followed. Plain Python values stand for themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.facts import nodes as n
    from plumbrule.facts.source import Span
    from plumbrule.model.code import Class, Function, Module, Scoped


class _Unknown:
    """A value that cannot be told."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()
OTHERS = "**"  # among arguments, or what they become: that there may be others, which cannot be told
MARKERS = ("fastapi.Depends", "fastapi.Security")
HOLE = "{…}"  # stands in a path for a part that cannot be told


class Env:
    """The variables of one scope while it is followed."""

    __slots__ = ("names", "parent", "scope")

    def __init__(self, scope: Scoped, parent: Env | None) -> None:
        self.scope = scope
        self.parent = parent
        self.names: dict[str, Any] = {}


class ClassEnv(Env):
    """The variables of a class; its body is followed when they are asked for."""

    __slots__ = ("_body", "_names")

    def __init__(self, scope: Scoped, parent: Env, body: Callable[[Env], object]) -> None:
        self.scope = scope
        self.parent = parent
        self._body: Callable[[Env], object] | None = body
        self._names: dict[str, Any] = {}

    @property
    def names(self) -> dict[str, Any]:  # type: ignore[override]
        """The variables."""
        body, self._body = self._body, None
        if body is not None:
            body(self)
        return self._names


@dataclass(eq=False, slots=True)
class Closure:
    """A project function with the variables around it; `marks` is what decorators put on it."""

    function: Function
    env: Env
    marks: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class LambdaValue:
    node: n.Lambda
    env: Env


@dataclass(eq=False, slots=True)
class ClassValue:
    """A project class; `names` is what its body binds."""

    cls: Class
    env: Env


@dataclass(eq=False)
class Instance:
    """An object of a project class."""

    cls: ClassValue | None
    attrs: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Bound:
    """A method together with its object; of a text, list or dict the object, then the name of its method."""

    closure: Any
    instance: Any


@dataclass(eq=False, slots=True)
class SuperOf:
    """`super()` inside a method of a router subclass or class."""

    instance: Any
    cls: Class


@dataclass(eq=False, slots=True)
class ModuleValue:
    module: Module


@frozen
class Ext:
    """Something outside the project, by full name."""

    name: str


@dataclass(eq=False, slots=True)
class Choice:
    """One of several values, which one cannot be told: `routers.get(name)`.

    With a default it is the first, unless a condition holds.
    """

    values: list[Any]
    has_default: bool = False


class Items(list[Any]):
    """A list that is written in the code; `conditions` is under how many."""

    __slots__ = ("conditions",)

    def __init__(self, items: list[Any], conditions: int) -> None:
        super().__init__(items)
        self.conditions = conditions


class Defaults(dict[Any, Any]):
    """A `defaultdict`."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Any) -> Any:
        made = self[key] = self.make()
        return made


class ModuleName(str):
    """`__name__`: it is `"__main__"` for one file, which one cannot be told."""

    __slots__ = ()


class Configured(str):
    """A text that the environment gives, as it is without: good for a path, but it decides nothing."""

    __slots__ = ()


@dataclass(eq=False, slots=True)
class Perhaps:
    """Something that is in a list only under a condition."""

    value: Any


@dataclass(eq=False, slots=True)
class Partial:
    func: Any
    args: list[Any]
    kwargs: dict[str, Any]


@dataclass(eq=False, slots=True)
class Made:
    """The result of calling something outside the project: `Depends(f)`, `OAuth2PasswordBearer(…)`."""

    name: str
    args: list[Any]
    kwargs: dict[str, Any]
    node: n.Call
    scope: Scoped


@dataclass(eq=False)
class RouterValue(Instance):
    """A FastAPI app or an APIRouter being put together; `records` is what happens to it, in order."""

    node: n.Call | None = None
    scope: Scoped | None = None
    kind: str = "router"
    type_name: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    option_nodes: dict[str, n.Expr] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    name: str = ""
    conditions: int = 0  # under how many it was made
    assumed: bool = False  # a parameter that nothing in the project passes a value to


@dataclass(eq=False, slots=True)
class RoutesOf:
    """`router.routes`."""

    router: RouterValue


@dataclass(eq=False, slots=True)
class Operation:
    """A method of a router about to be called: `router.get`."""

    router: RouterValue
    name: str


@dataclass(eq=False)
class Record:
    """One thing done to a router: `kind` is route, include, mount, middleware, handler or event."""

    kind: str
    router: RouterValue
    node: n.Node
    scope: Scoped
    args: dict[str, Any]
    arg_nodes: dict[str, n.Expr]
    methods: tuple[str, ...] = ()
    path: Any = ""
    path_node: n.Expr | None = None
    target: Any = UNKNOWN
    conditional: bool = False
    operation: str = ""
    home: RouterValue | None = None
    """the router that it was taken out of"""

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.node.span
