"""What calls give, and which functions are worth following."""

from __future__ import annotations

from typing import Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly import builtin, data_classes
from plumbrule.model.assembly.conditions import plain
from plumbrule.model.assembly.expressions import Expressions
from plumbrule.model.assembly.libraries import call_library
from plumbrule.model.assembly.registering import RouteDecorator, from_starlette, register
from plumbrule.model.assembly.relevance import (
    captures_router,
    deals_with_routers,
    decorates,
    finds_plugins,
    is_short,
    makes_dependencies,
)
from plumbrule.model.assembly.route_lists import change
from plumbrule.model.assembly.values import (
    MARKERS,
    OTHERS,
    UNKNOWN,
    Bound,
    Choice,
    ClassValue,
    Closure,
    Env,
    Ext,
    Instance,
    Items,
    LambdaValue,
    Made,
    Operation,
    Partial,
    RouterValue,
    RoutesOf,
    SuperOf,
)
from plumbrule.model.code import Class, Function, Scoped
from plumbrule.model.values import External

ROUTERS = {
    "fastapi.APIRouter": "router",
    "fastapi.FastAPI": "app",
    "starlette.applications.Starlette": "app",
    "starlette.routing.Router": "router",
    "cadwyn.VersionedAPIRouter": "router",
    "cadwyn.Cadwyn": "app",
    "fastapi_versioning.VersionedFastAPI": "app",
}
ROUTE_CLASSES = frozenset(
    {
        "fastapi.routing.APIRoute",
        "fastapi.routing.APIWebSocketRoute",
        "starlette.routing.Route",
        "starlette.routing.WebSocketRoute",
        "starlette.routing.Mount",
    }
)
CALLED = (Made, Closure, Bound, LambdaValue, Instance)
DEPTH = 24
REPEATS = 80  # a factory that is called more often than this says nothing new


def router_kind(name: str) -> str | None:
    """What a class is for the routes: also a router that a package for FastAPI brings, whatever it adds."""
    home, _, last = name.rpartition(".")
    return ROUTERS.get(name) or ("router" if last.endswith("Router") and "fastapi" in home.lower() else None)


class Calls(Expressions):
    """Follows calls."""

    def eval_call(self, expr: n.Call, env: Env) -> Any:
        func = self.eval(expr.func, env)
        outer, before = self.free_until, self.asked
        if isinstance(func, Ext) and func.name in MARKERS:
            # `Depends(make(…))`: all that `make` may give matters, whatever it does
            self.free_until, self.asked = len(self.active) + 2, len(self.active)
        args = [plain(arg) for arg in self.sequence(expr.args, env)]
        self.free_until, self.asked = outer, before
        kwargs: dict[str, Any] = {}
        for keyword in expr.keywords:
            value = self.eval(keyword.value, env)
            if keyword.name is not None:
                kwargs[keyword.name] = value
            elif isinstance(value, dict):
                kwargs.update({k: v for k, v in value.items() if isinstance(k, str)})
            else:
                kwargs[OTHERS] = UNKNOWN
        return self.call(func, args, kwargs, expr, env)

    def call(self, func: Any, args: list[Any], kwargs: dict[str, Any], node: n.Expr, env: Env) -> Any:
        match func:
            case Closure():
                return self.call_closure(func, args, kwargs)
            case Bound(closure=Closure() as closure, instance=instance):
                if isinstance(instance, RouterValue):
                    self.reached.add(node)  # a router of the project's own class: what it does is followed
                return self.call_closure(closure, [instance, *args], kwargs)
            case Bound(closure=RoutesOf() as routes, instance=name):
                return change(self, routes, name, args, node, env)
            case Bound(closure=owner, instance=name):
                return builtin.method(owner, name, self.unsure(owner, args), kwargs)
            case Partial(func=inner, args=before, kwargs=given):
                return self.call(inner, [*before, *args], {**given, **kwargs}, node, env)
            case ClassValue():
                return self.construct(func, args, kwargs, node, env.scope)
            case Choice():
                return self.call_each(func, args, kwargs, node, env)
            case Operation(router=router, name="__init__"):
                self.initialise(router, kwargs, node)
                return None
            case Operation() | RouteDecorator():
                self.effects += 1
                return register(self, func, args, kwargs, node, env)
            case LambdaValue(node=inner, env=outer):
                return self.call_lambda(inner, outer, args, kwargs)
            case Ext(name=name):
                return self.call_external(name, args, kwargs, node, env)
            case Made(name=name) if f"{name}.__call__" in builtin.FUNCTIONS:
                return self.call_external(f"{name}.__call__", args, kwargs, node, env)
            case Instance(cls=ClassValue() as cls):
                method = cls.cls.method("__call__")
                return (
                    self.call_closure(Closure(method, cls.env), [func, *args], kwargs) if method else UNKNOWN
                )
            case _:
                return UNKNOWN

    def call_each(
        self, choice: Choice, args: list[Any], kwargs: dict[str, Any], node: n.Expr, env: Env
    ) -> Any:
        """Call all that something may be; but for the default, what that does is done under a condition."""
        found = []
        for index, one in enumerate(choice.values):
            unsure = int(choice.has_default and index > 0)
            self.conditional += unsure
            found.append(self.call(one, args, kwargs, node, env))
            self.conditional -= unsure
        return Choice(found, choice.has_default)

    def call_external(
        self, name: str, args: list[Any], kwargs: dict[str, Any], node: n.Expr, env: Env
    ) -> Any:
        if name in ROUTERS and isinstance(node, n.Call):
            return self.new_router(name, kwargs, node, env.scope)
        if name == "builtins.super":
            return self.super_of(env)
        made = call_library(self, name, args, kwargs, node, env)
        if made is not None:
            return made
        if isinstance(node, n.Call) and router_kind(name) is not None:
            return self.new_router(name, kwargs, node, env.scope)
        known = builtin.FUNCTIONS.get(name)
        if known is not None:
            return known(self, args, kwargs, env)
        if args and isinstance(args[0], RouterValue):
            return args[0]  # an app that is wrapped or instrumented is still that app
        if args and isinstance(args[0], (Closure, ClassValue)) and isinstance(node, (n.Name, n.Attribute)):
            return args[0]  # a decorator from elsewhere: what it returns behaves like what it was given
        return Made(name, args, kwargs, node, env.scope) if isinstance(node, n.Call) else UNKNOWN

    def super_of(self, env: Env) -> Any:
        at: Env | None = env
        while at is not None and not isinstance(at.scope, Function):
            at = at.parent
        if (
            at is None
            or not isinstance(at.scope, Function)
            or at.scope.cls is None
            or not at.scope.node.parameters
        ):
            return UNKNOWN
        return SuperOf(at.names.get(at.scope.node.parameters[0].name, UNKNOWN), at.scope.cls)

    def routers_of_classes(self, node: n.Expr) -> Any:
        """What `include_router(plugin.events)` can include when `plugin` cannot be told: the routers that
        classes hold under that name.
        """
        arg = node.args[0] if isinstance(node, n.Call) and node.args else None
        if not isinstance(arg, n.Attribute):
            return UNKNOWN
        classes = (c for module in self.project.code_modules for c in module.classes)
        owners = [c for c in classes if arg.attr in c.bindings]
        held = [own for own in map(self.target_value, owners) if isinstance(own, ClassValue)]
        values = [self.class_attribute(own, arg.attr) for own in held]
        routers = [value for value in values if isinstance(value, RouterValue)]
        return Choice(list(dict.fromkeys(routers))) if routers else UNKNOWN

    def new_router(self, name: str, kwargs: dict[str, Any], node: n.Call, scope: Scoped) -> RouterValue:
        made = RouterValue(
            None,
            node=node,
            scope=scope,
            kind=router_kind(name) or "router",
            type_name=name,
            conditions=self.conditional,
        )
        self.initialise(made, kwargs, node)
        self.routers.append(made)
        self.effects += 1
        return made

    def initialise(self, router: RouterValue, kwargs: dict[str, Any], node: n.Expr | None) -> None:
        router.options.update(kwargs)
        if isinstance(node, n.Call):
            router.option_nodes.update({k.name: k.value for k in node.keywords if k.name})
        routes = kwargs.get("routes")
        for route in routes if isinstance(routes, list) else ():
            from_starlette(self, router, route)

    def construct(
        self, value: ClassValue, args: list[Any], kwargs: dict[str, Any], node: n.Expr | None, scope: Scoped
    ) -> Any:
        outside = [base.name for base in value.cls.ancestors if isinstance(base, External)]
        route = next((name for name in outside if name in ROUTE_CLASSES), None)
        if route is not None and isinstance(node, n.Call):
            return Made(route, args, kwargs, node, scope)
        kind = next((kind for name in outside if (kind := router_kind(name))), None)
        made: Instance
        if kind is None:
            made = Instance(value)
        else:
            made = RouterValue(
                value,
                node=node if isinstance(node, n.Call) else None,
                scope=scope,
                kind=kind,
                type_name=value.cls.qualified_name,
                conditions=self.conditional,
            )
            self.routers.append(made)
            self.effects += 1
        init = value.cls.method("__init__")
        if init is not None:
            self.call_closure(Closure(init, value.env.parent or value.env), [made, *args], kwargs)
            if isinstance(made, RouterValue):
                made.options = {**kwargs, **made.options}
                if isinstance(node, n.Call):
                    made.option_nodes = {
                        **{k.name: k.value for k in node.keywords if k.name},
                        **made.option_nodes,
                    }
        elif isinstance(made, RouterValue):
            self.initialise(made, kwargs, node)
        elif value.cls.takes_fields:
            data_classes.fill(self, made, value, args, kwargs)
        else:
            made.attrs.update(kwargs)
        return made

    def call_lambda(self, node: n.Lambda, outer: Env, args: list[Any], kwargs: dict[str, Any]) -> Any:
        env = Env(outer.scope, outer)
        for parameter, value in zip(node.parameters, args, strict=False):
            env.names[parameter.name] = value
        env.names.update(kwargs)
        return self.eval(node.body, env) if len(self.active) < DEPTH else UNKNOWN

    def call_closure(self, closure: Closure, args: list[Any], kwargs: dict[str, Any]) -> Any:
        node = closure.function.node
        if self.active.count(node) > 1 or len(self.active) >= DEPTH or self.followed[node] > REPEATS:
            return UNKNOWN
        if not self.is_worth_following(closure, [*args, *kwargs.values()]):
            return UNKNOWN
        key = (
            closure.function,
            closure.env,
            self.conditional > 0,
            len(self.active) == self.asked,
            *map(freeze, args),
            *((k, freeze(v)) for k, v in kwargs.items()),
        )
        if key in self._pure:
            return self._pure[key][0]
        before, made = self.effects, len(self.routers)
        self.visited.add(node)
        env = Env(closure.function, closure.env)
        self.pass_arguments(closure, args, kwargs, env)
        self.active.append(node)
        self.returned.append([])
        self.yielded.append(Items([], self.conditional))
        self.block(node.body, env)
        results, items = self.returned.pop(), self.yielded.pop()
        self.active.pop()
        result = items if closure.function.is_generator else self.given_by(results)
        if len(self.routers) > made:
            self.followed[node] += 1
        if isinstance(result, RouterValue):
            self.giving.add(node)
        if self.effects == before:
            self._pure[key] = result, args, kwargs  # keeps alive what the key knows by its id
        return result

    def given_by(self, results: list[Any]) -> Any:
        """What a function returns; of what is asked for as a dependency everything that it may be."""
        if len(results) < 2:
            return results[0] if results else None
        choices = list(dict.fromkeys(one for one in results if isinstance(one, CALLED)))
        if len(self.active) == self.asked and len(choices) > 1:
            return Choice(choices)
        return alternatives(results) or self.implementations(results) or builtin.best(results)

    def implementations(self, results: list[Any]) -> Choice | None:
        """Objects that deal with routers, of which a function returns one: the last but for a condition."""
        made = {
            one.cls.cls: one
            for one in results
            if isinstance(one, Instance) and not isinstance(one, RouterValue) and one.cls is not None
        }
        if len(made) < 2 or not any(map(self.makes_builder, made)):
            return None
        return Choice([*reversed(made.values())], has_default=True)

    def is_worth_following(self, closure: Closure, given: list[Any]) -> bool:
        """Whether calling a function can matter: it deals with routers, gets or holds one, or is short."""
        if len(self.active) < self.free_until or self.matters(closure.function):
            return True
        return captures_router(closure) or deals_with_routers(given)

    def matters(self, function: Function) -> bool:
        """Whether a function matters whatever it is given."""
        node = function.node
        if node not in self.mattering:
            self.mattering[node] = (
                node in self.building
                or is_short(function)
                or makes_dependencies(function)
                or finds_plugins(function)
                or (function.name in ("__init__", *data_classes.AFTER) and self.makes_builder(function.cls))
            )
        return self.mattering[node]

    def makes_builder(self, cls: Class | None) -> bool:
        """Whether objects of a class have a method that deals with routers."""
        family = [c for c in (cls, *cls.ancestors) if isinstance(c, Class)] if cls is not None else []
        return any(method.node in self.building for c in family for method in c.methods.values())

    def pass_arguments(self, closure: Closure, args: list[Any], kwargs: dict[str, Any], env: Env) -> None:
        rest = dict(kwargs)
        waiting = list(args)
        for parameter in closure.function.node.parameters:
            name = parameter.name
            if parameter.kind == "args":
                env.names[name], waiting = list(waiting), []
            elif parameter.kind == "kwargs":
                env.names[name], rest = rest, {}
            elif waiting and parameter.kind != "keyword_only":
                env.names[name] = waiting.pop(0)
            elif name in rest:
                env.names[name] = rest.pop(name)
            elif parameter.default is not None:
                env.names[name] = self.eval(parameter.default, closure.env)
            else:
                env.names[name] = UNKNOWN
            if env.names[name] is UNKNOWN or isinstance(env.names[name], Made):
                env.names[name] = self.assumed(closure.function, name, env.names[name])

    def assumed(self, function: Function, name: str, given: Any) -> Any:
        """A parameter given nothing known: a router if its annotation says so, or what is done with it."""
        parameter = function.parameter(name)
        kind = router_kind(parameter.type.name) if parameter and parameter.type else None
        if parameter is not None and parameter.annotation is None and decorates(function.node, name):
            kind = "router"
        if kind is None or parameter is None:
            return given
        apps = {router.node: router for router in self.routers if router.kind == "app" and router.node}
        if kind == "app" and len(apps) == 1:
            return next(iter(apps.values()))  # the only app there is
        made = RouterValue(
            None,
            node=None,
            scope=function,
            kind="router",
            type_name=parameter.type.name if parameter.type else "",
            conditions=self.conditional,
        )
        made.assumed = True
        made.name = name
        self.routers.append(made)
        return made


def alternatives(results: list[Any]) -> Choice | None:
    """The `Depends(…)` of which a function returns one, or none: which of them cannot be told."""
    given = [one for one in results if one is None or (isinstance(one, Made) and one.name in MARKERS)]
    is_one = len(given) < len(results) or len(set(map(id, given))) < 2
    return None if is_one else Choice(given)


def freeze(value: Any) -> Any:
    """A key for a value: what it is if that can be compared, else which object it is."""
    return value if isinstance(value, (str, int, bool, type(None), Ext)) else id(value)
