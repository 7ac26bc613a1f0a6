"""What FastAPI resolves for a route: the tree of its dependencies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.assembly.conditions import plain, seen_from
from plumbrule.model.assembly.values import (
    MARKERS,
    OTHERS,
    UNKNOWN,
    Bound,
    ClassValue,
    Closure,
    Env,
    Ext,
    Instance,
    Made,
    Partial,
    Perhaps,
)
from plumbrule.model.choices import choices
from plumbrule.model.classes import FIELDED
from plumbrule.model.code import Attribute, Class, Function
from plumbrule.model.signatures import asks_for_nothing, may_inject, signature_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Span
    from plumbrule.model.assembly.values import Record
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Parameter, Scoped
    from plumbrule.model.routing import Include, Place, Route, Router, Routing

NO_GUARDS = (
    "fastapi.security.OAuth2PasswordRequestForm",
    "fastapi.security.OAuth2PasswordRequestFormStrict",
    "dependency_injector.wiring.Provide",
)
DEEPEST = 12
PLAIN = ("abc.ABC", *FIELDED, "typing.Generic", "typing.Protocol", "builtins.object")
"""bases from outside that bring no dependencies"""


@dataclass(eq=False)
class Dependency:
    """One `Depends(…)`.

    `function` is what runs (for a class its `__init__`, for an object its `__call__`), None if it is not
    the project's;
    `name` its full name; `origin` is parameter, route, router, include or app; `scope` what `scope=` says;
    `is_security` whether it was written `Security(…)`; `dependencies` are its own, in order; `is_conditional`
    whether it is asked for only under an `if`; `instead` all of which one is asked for, it among them.
    """

    name: str
    function: Function | None
    cls: Class | None
    node: n.Node
    origin: str
    parameter: Parameter | None = None
    scope: str | None = None
    is_security: bool = False
    scopes: tuple[str, ...] = ()
    use_cache: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    dependencies: list[Dependency] = field(default_factory=list)
    complete: bool = True
    is_conditional: bool = False
    instead: list[Dependency] = field(default_factory=list)
    value: Any = None

    def __repr__(self) -> str:
        return f"<Dependency {self.name} ({self.origin})>"

    @property
    def span(self) -> Span:
        """Where it is asked for."""
        return self.node.span

    @property
    def reads(self) -> frozenset[str]:
        """The names its function takes from the request."""
        own = self.function.reads if self.function else frozenset()
        return own | (frozenset(self.cls.fields) if self.cls else frozenset())

    @property
    def is_generator(self) -> bool:
        """Whether it has code after `yield`."""
        return self.function is not None and self.function.is_generator

    def walk(self) -> Iterator[Dependency]:
        """Its own dependencies before itself: the order in which FastAPI runs them."""
        for inner in self.dependencies:
            yield from inner.walk()
        yield self


class Dependencies:
    """The dependencies of a route or router. Iterating gives every one in the order it is resolved; `tree`
    only the direct ones.

    `complete` is False when something could not be followed: a rule that needs certainty returns early then.
    """

    def __init__(self, tree: list[Dependency], *, complete: bool) -> None:
        self.tree = tree
        self.complete = complete and all(d.complete for root in tree for d in root.walk())

    def __iter__(self) -> Iterator[Dependency]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> list[Dependency]:
        return [dependency for root in self.tree for dependency in root.walk()]

    def named(self, *names: str) -> Dependency | None:
        """The first one whose function has one of these full or last names."""
        return next((d for d in self if d.name in names or d.name.rpartition(".")[2] in names), None)


class DependencyReader:
    """Builds dependency trees, each function once."""

    def __init__(self, routing: Routing) -> None:
        self.routing = routing
        self.interpreter = routing.interpreter
        self._of_function: dict[tuple[Function, int], tuple[list[Dependency], bool]] = {}
        self._active: list[Function] = []

    def of_route(self, route: Route, place: Place) -> Dependencies:
        """App, includes, router, route, then parameters, as FastAPI resolves them."""
        tree: list[Dependency] = []
        complete = True
        levels = [self.levels(include) for include in place.includes]
        if not place.includes and place.app is not None and place.app is not place.router:
            levels.append([place.app.dependencies])
        home = self.routing.router_of(place.record.home) or place.router
        own = [home.dependencies] if place.record.operation not in ("add_route", "route") else []
        at_route = self.given_to(place.record, place.router, "route")
        for found in (*(d for level in levels for d in level), *own, at_route):
            tree.extend(found.tree)
            complete = complete and found.complete
        if route.handler is None:
            return Dependencies(tree, complete=False)
        view, seen = self.of_view(route.handler, place.record.target, route.node)
        inner, known = self.of_callable(route.handler, place.record.target)
        tree += [*view, *inner]
        return Dependencies(
            tree,
            complete=complete and seen and known,
        )

    def of_view(self, handler: Function, target: Any, node: n.Node) -> tuple[list[Dependency], bool]:
        """The `self` of a handler in a class: a dependency on the class if a decorator makes it a view."""
        cls = handler.cls
        if cls is None or handler.is_static or not isinstance(target, Closure):
            return [], True
        if not cls.node.decorators:
            return [], False
        view = Dependency(cls.qualified_name, cls.method("__init__"), cls, node, "parameter")
        if view.function is not None:
            view.dependencies, view.complete = self.of_function(view.function)
        fields, known = self.of_fields(cls)
        view.dependencies = [*view.dependencies, *fields]
        view.complete = view.complete and known
        return [view], True

    def of_fields(self, cls: Class) -> tuple[list[Dependency], bool]:
        """The dependencies among the annotated attributes of a class, and whether all are known."""
        found = []
        for attribute in cls.fields.values():
            calls = reversed(attribute.metadata)
            values: list[tuple[n.Node, Any]] = [(call.node, self.of_call(attribute, call)) for call in calls]
            if isinstance(attribute.value, (n.Name, n.Attribute)):
                values.append((attribute.value, self.assigned(attribute)))
            given = (self.from_value(value, node, "parameter", attribute) for node, value in values)
            dependency = next((one for one in given if one is not None), None)
            if dependency is not None:
                found.append(dependency)
        return found, all(isinstance(one, Class) or one.name in PLAIN for one in cls.ancestors)

    def of_call(self, attribute: Attribute, call: Call) -> Any:
        """The value of `Depends(…)` in the annotation of an attribute, or assigned to it."""
        if call.node is attribute.value:
            return self.assigned(attribute)
        owner = self.interpreter.target_value(attribute.cls)
        if not isinstance(owner, ClassValue):
            return UNKNOWN
        outside = owner.env.parent if call.scope is attribute.cls else None
        return self.interpreter.eval(call.node, outside or self.interpreter.module_env(call.scope.module))

    def assigned(self, attribute: Attribute) -> Any:
        """What an attribute is assigned in the body of its class."""
        owner = self.interpreter.target_value(attribute.cls)
        return owner.env.names.get(attribute.name, UNKNOWN) if isinstance(owner, ClassValue) else UNKNOWN

    def levels(self, include: Include) -> list[Dependencies]:
        """What one include adds: the parent's own dependencies,
        then those given to `include_router`. A mount inherits none.
        """
        if include.is_mount:
            return []
        return [include.parent.dependencies, self.given_to(include.record, include.parent, "include")]

    def given_to(self, record: Record, router: Router, origin: str) -> Dependencies:
        """What is given to the registration of a route or to an include."""
        value, node = record.args.get("dependencies"), record.arg_nodes.get("dependencies")
        if value is None and OTHERS in record.args:
            return Dependencies([], complete=False)
        if not record.conditional:
            value = seen_from(value, router.value.conditions)
        return self.listed(value, node, origin)

    def listed(self, value: Any, node: n.Expr | None, origin: str) -> Dependencies:
        """`dependencies=[Depends(a), …]`."""
        if value is None:
            return Dependencies([], complete=True)
        found: list[Dependency] = []
        complete = isinstance(value, (list, tuple))
        for item in value if complete else ():
            dependencies = self.from_values(plain(item), node, origin)
            complete = complete and bool(dependencies)
            for dependency in dependencies:
                dependency.is_conditional |= isinstance(item, Perhaps)
            found += dependencies
        return Dependencies(found, complete=complete)

    def from_values(
        self, value: Any, node: n.Node | None, origin: str, parameter: Parameter | None = None
    ) -> list[Dependency]:
        """The dependency from the value of `Depends(…)`, or all of which it is one."""
        values = choices(value)
        given = (self.from_value(one, node, origin, parameter) for one in values)
        found = [one for one in given if one is not None]
        for one in found if len(values) > 1 else ():
            one.is_conditional = True
            one.instead = found if len(found) == len(values) else []
        return found

    def from_value(
        self,
        value: Any,
        node: n.Node | None,
        origin: str,
        parameter: Parameter | Attribute | None = None,
    ) -> Dependency | None:
        """A dependency from the value of `Depends(…)`."""
        if (
            isinstance(value, Instance)
            and value.cls is not None
            and value.cls.cls.is_a("fastapi.Depends", "fastapi.Security")
        ):
            inner = value.attrs.get("dependency", UNKNOWN)
            return self.make(inner, value, node, origin, parameter) if node is not None else None
        if not isinstance(value, Made) or value.name not in MARKERS:
            return None
        wanted = value.args[0] if value.args else value.kwargs.get("dependency")
        if wanted is None and parameter is not None:
            cls = parameter.type.cls if parameter.type else None
            wanted = (
                ClassValue(cls, Env(cls, None))
                if cls
                else Ext(parameter.type.name)
                if parameter.type
                else UNKNOWN
            )
        return self.make(wanted, value, value.node, origin, parameter)

    def make(
        self, wanted: Any, marker: Any, node: n.Node, origin: str, parameter: Parameter | Attribute | None
    ) -> Dependency:
        """The dependency on what `wanted` stands for."""
        from plumbrule.model.routing import function_of, name_of

        kwargs = marker.kwargs if isinstance(marker, Made) else {}
        scopes = kwargs.get("scopes")
        cls = wanted.cls if isinstance(wanted, ClassValue) else None
        function = cls.method("__init__") if cls else function_of(wanted)
        made = Dependency(
            name=name_of(wanted) or "?",
            function=function,
            cls=cls,
            node=node,
            origin=origin,
            parameter=None if isinstance(parameter, Attribute) else parameter,
            scope=kwargs["scope"] if isinstance(kwargs.get("scope"), str) else None,
            is_security=isinstance(marker, Made) and marker.name == "fastapi.Security",
            scopes=tuple(s for s in scopes if isinstance(s, str))
            if isinstance(scopes, (list, tuple))
            else (),
            use_cache=kwargs.get("use_cache") is not False,
            value=wanted,
        )
        if function is not None:
            made.dependencies, made.complete = self.of_callable(function, wanted)
        elif cls is not None and cls.takes_fields:
            made.dependencies, made.complete = self.of_fields(cls)
        else:
            made.complete = cls is not None or asks_for_nothing(wanted) or made.name in NO_GUARDS
        return made

    def env_of(self, value: Any) -> Env | None:
        """The variables around the function behind a value."""
        match value:
            case Closure(env=env):
                return env
            case Bound(closure=Closure(env=env)):
                return env
            case Partial(func=inner):
                return self.env_of(inner)
            case _:
                return None

    def of_callable(self, function: Function, value: Any) -> tuple[list[Dependency], bool]:
        """The dependencies of what `value` calls: by a signature put on it, or by its parameters."""
        parameters = signature_of(value)
        if parameters is None:
            return self.of_function(function, self.env_of(value))
        found = []
        for one in parameters:
            made = plain(one)
            for dependency in self.from_values(made.kwargs.get("default"), made.node, "parameter"):
                dependency.is_conditional |= isinstance(one, Perhaps)
                found.append(dependency)
        return found, True

    def of_function(self, function: Function, env: Env | None = None) -> tuple[list[Dependency], bool]:
        """The dependencies among the parameters of a function, and whether all are known."""
        key = (function, id(env) if env is not None and function.parent is not None else 0)
        if key in self._of_function:
            return self._of_function[key]
        if function in self._active or len(self._active) > DEEPEST:
            return [], False
        self._active.append(function)
        rewritten = any("signature" in name for name in function.decorator_names)
        found, complete = [], not rewritten and not function.has_unread_signature
        for parameter in function.parameters:
            dependencies, known = self.of_parameter(parameter, env)
            complete = complete and known
            found += dependencies
        self._active.pop()
        self._of_function[key] = found, complete
        return found, complete

    def of_parameter(self, parameter: Parameter, env: Env | None) -> tuple[list[Dependency], bool]:
        """What a parameter asks for, or all of which it asks for one, and whether that is sure."""
        for call in reversed(parameter.metadata):
            if may_inject(call):
                self.interpreter.steps = 0
                value = self.interpreter.eval(call.node, self.env_for(call.scope, parameter, env))
                dependencies = self.from_values(value, call.node, "parameter", parameter)
                if dependencies:
                    return dependencies, True
                if call.name in MARKERS:
                    return [], False
        return self.defaulted(parameter, env)

    def defaulted(self, parameter: Parameter, env: Env | None) -> tuple[list[Dependency], bool]:
        """`user=current_user` where `current_user = Depends(…)` is a variable."""
        default = parameter.default
        if isinstance(default, (n.Name, n.Attribute)):
            around = self.env_for(parameter.function.inference.outside.scope, parameter, env)
            value = self.interpreter.eval(default, around)
            return self.from_values(value, default, "parameter", parameter), True
        return [], parameter.kind not in ("args", "kwargs") or not parameter.function.node.decorators

    def env_for(self, scope: Scoped, parameter: Parameter, env: Env | None) -> Env:
        """The variables to read an expression with: those around the function if it was written there."""
        if env is not None and scope.module is parameter.function.module and parameter.function.cls is None:
            return self.before(parameter.function, env)
        if isinstance(scope, Class):
            value = self.interpreter.target_value(scope)
            if isinstance(value, ClassValue) and value.env.parent is not None:
                return value.env
        return self.interpreter.module_env(scope.module)

    def before(self, function: Function, env: Env) -> Env:
        """The variables as they were when a function was defined that takes the name of an import."""
        imported = self.interpreter.imported(function.name, env)
        if imported is UNKNOWN or function.parent is not None:
            return env
        earlier = Env(env.scope, env)
        earlier.names[function.name] = imported
        return earlier
