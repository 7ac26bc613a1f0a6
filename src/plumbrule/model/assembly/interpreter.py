from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly import builtin
from plumbrule.model.assembly.registering import OPERATIONS, VERBS, RouteDecorator, register
from plumbrule.model.assembly.relevance import (
    building_functions,
    builds,
    captures_router,
    deals_with_routers,
    is_short,
    makes_dependencies,
)
from plumbrule.model.assembly.values import (
    UNKNOWN,
    Bound,
    Choice,
    ClassValue,
    Closure,
    Env,
    Ext,
    Instance,
    LambdaValue,
    Made,
    ModuleValue,
    Operation,
    Partial,
    RouterValue,
    SuperOf,
)
from plumbrule.model.code import Class, Function, Module, Scoped
from plumbrule.model.values import External, Target, Variable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.model.project import Project

ROUTERS = {
    "fastapi.APIRouter": "router",
    "fastapi.FastAPI": "app",
    "starlette.applications.Starlette": "app",
    "starlette.routing.Router": "router",
    "cadwyn.VersionedAPIRouter": "router",
    "cadwyn.Cadwyn": "app",
    "fastapi_versioning.VersionedFastAPI": "app",
}
STEPS = 20_000  # statements followed for one entry; a program that builds apps takes far fewer
DEPTH = 24
REPEATS = 80  # a factory that is called more often than this says nothing new


class Interpreter:
    """Follows modules and the functions they call, and records what is done to routers."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.envs: dict[Module, Env] = {}
        self.routers: list[RouterValue] = []
        self.building = building_functions(project)
        self.visited: set[n.FunctionDef] = set()
        self.followed: Counter[n.FunctionDef] = Counter()
        self.closures: dict[n.FunctionDef, Closure] = {}
        self.active: list[n.FunctionDef] = []
        self.returned: list[list[Any]] = []
        self.effects = 0
        self.sites: list[tuple[n.Expr, Env]] = []  # the decorators being applied, innermost last
        self.conditional = 0
        self.steps = 0
        self.free_until = 0
        self.builders: dict[Class, bool] = {}
        self.strangers: dict[Class, Any] = {}  # an object of each class that is known by type only
        self._pure: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    # --- entry points

    def run(self, modules: Iterable[Module]) -> None:
        """Follow every module, then the functions that build routers and that nothing called."""
        modules = [module for module in modules if not module.is_test]
        for module in modules:
            self.steps = 0
            self.module_env(module)
        self.follow_startup()
        for module in modules:
            for function in module.functions:
                if function.node not in self.visited and function.parent is None and builds(function.node):
                    self.steps = 0
                    self.follow_uncalled(function)

    def follow_startup(self) -> None:
        """What the lifespan and startup handlers of each app do to it."""
        for app in [router for router in self.routers if router.kind == "app"]:
            handlers = [record.target for record in app.records if record.kind == "event"]
            for handler in (app.options.get("lifespan"), *handlers):
                if isinstance(handler, Closure):
                    self.steps = 0
                    takes = [app] if handler.function.node.parameters else []
                    self.call_closure(handler, takes, {})

    def module_env(self, module: Module) -> Env:
        env = self.envs.get(module)
        if env is None:
            env = self.envs[module] = Env(module, None)
            outer = self.conditional, self.active, self.returned, self.sites, self.steps
            self.conditional, self.active, self.returned, self.sites, self.steps = 0, [], [], [], 0
            self.block(module.body, env)
            self.conditional, self.active, self.returned, self.sites, self.steps = outer
        return env

    def follow_uncalled(self, function: Function) -> None:
        """What a function does when nothing in the project calls it:
        its routers are parameters nobody passes.
        """
        env = (
            self.closures[function.node].env
            if function.node in self.closures
            else self.module_env(function.module)
        )
        closure = Closure(function, env)
        if function.cls is not None:
            value = self.target_value(function.cls)
            if isinstance(value, ClassValue):
                init = function.cls.method("__init__")
                me = self.construct(value, [], {}, None, function.module) if init else Instance(value)
                if function.node not in self.visited:
                    self.call_closure(closure, [] if function.is_static else [me], {})
                return
        self.call_closure(closure, [], {})

    # --- statements

    def block(self, statements: Iterable[n.Statement], env: Env) -> None:
        for statement in statements:
            self.steps += 1
            if self.steps > STEPS:
                return
            self.statement(statement, env)

    def statement(self, statement: n.Statement, env: Env) -> None:
        match statement:
            case n.Assign(targets=targets, value=value, op=op):
                if value is not None:
                    self.assign(targets, value, op, env)
            case n.ExprStatement(value=value):
                self.eval(value, env)
            case n.FunctionDef():
                self.define(statement, env)
            case n.ClassDef():
                self.define_class(statement, env)
            case n.Return(value=value):
                if self.returned:
                    self.returned[-1].append(self.eval(value, env) if value is not None else None)
            case n.If(test=test, body=body, orelse=orelse):
                self.branch(test, body, orelse, env)
            case n.For(target=target, iterable=iterable, body=body, orelse=orelse):
                for item in self.items(self.eval(iterable, env)):
                    self.bind(target, item, env)
                    self.block(body, env)
                self.block(orelse, env)
            case n.While(body=body):
                self.under_condition(body, env)
            case n.With(items=items, body=body):
                for item in items:
                    value = self.eval(item.value, env)
                    if item.target is not None:
                        self.bind(item.target, value, env)
                self.block(body, env)
            case n.Try(body=body, handlers=handlers, orelse=orelse, final=final):
                self.block(body, env)
                self.block(orelse, env)
                for handler in handlers:
                    self.fallback(handler, env)
                self.block(final, env)
            case n.Match(cases=cases):
                for case in cases:
                    self.under_condition(case.body, env)

    def fallback(self, handler: n.Handler, env: Env) -> None:
        """An `except` gives values only to names that have none yet."""
        before = dict(env.names)
        self.under_condition(handler.body, env)
        env.names.update(before)

    def branch(
        self, test: n.Expr, body: tuple[n.Statement, ...], orelse: tuple[n.Statement, ...], env: Env
    ) -> None:
        verdict = self.eval(test, env) if is_decisive(test) else UNKNOWN
        if verdict is True:
            self.block(body, env)
        elif verdict is False:
            self.block(orelse, env)
        else:
            before = dict(env.names)
            self.under_condition(orelse, env)
            other = {k: v for k, v in env.names.items() if before.get(k) is not v}
            self.under_condition(body, env)
            for name, value in other.items():
                if env.names.get(name) is UNKNOWN:
                    env.names[name] = value

    def under_condition(self, body: tuple[n.Statement, ...], env: Env) -> None:
        self.conditional += 1
        self.block(body, env)
        self.conditional -= 1

    def assign(self, targets: tuple[n.Expr, ...], value: n.Expr, op: str | None, env: Env) -> None:
        found = self.eval(value, env)
        if op is not None:
            found = builtin.add(self.eval(targets[0], env), found) if op == "+" else UNKNOWN
        for target in targets:
            self.bind(target, found, env)

    def bind(self, target: n.Expr, value: Any, env: Env) -> None:
        match target:
            case n.Name(id=name):
                env.names[name] = value
                if isinstance(value, RouterValue) and not value.name:
                    value.name = name
            case n.Attribute(value=owner, attr=attr):
                at = self.eval(owner, env)
                if isinstance(at, Instance):
                    at.attrs[attr] = value
                    if isinstance(value, RouterValue) and not value.name:
                        value.name = attr
            case n.Subscript(value=owner, items=(key,)):
                at, index = self.eval(owner, env), self.eval(key, env)
                if isinstance(at, dict) and isinstance(index, str):
                    at[index] = value
            case n.Sequence(items=items):
                values = (
                    value
                    if isinstance(value, (list, tuple)) and len(value) == len(items)
                    else [UNKNOWN] * len(items)
                )
                for item, part in zip(items, values, strict=True):
                    self.bind(item, part, env)
            case n.Starred(value=inner):
                self.bind(inner, UNKNOWN, env)

    def define(self, node: n.FunctionDef, env: Env) -> None:
        function = self.project.functions_by_node.get(node)
        if function is None:
            return
        closure = Closure(function, env)
        self.closures[node] = closure
        value: Any = closure
        for decorator in reversed(node.decorators):
            made = self.decorate(decorator, value, env)
            if isinstance(made, (Closure, RouterValue, Partial, Instance)):
                value = made
        env.names[node.name] = value

    def define_class(self, node: n.ClassDef, env: Env) -> None:
        cls = self.project.classes_by_node.get(node)
        if cls is None:
            return
        value = ClassValue(cls, Env(cls, env))
        env.names[node.name] = value
        self.block(node.body, value.env)
        for decorator in reversed(node.decorators):
            self.decorate(decorator, value, env)

    def decorate(self, decorator: n.Expr, value: Any, env: Env) -> Any:
        """Apply a decorator; what it registers, however deep inside, is registered where it stands."""
        self.sites.append((decorator, env))
        made = self.call(self.eval(decorator, env), [value], {}, decorator, env)
        self.sites.pop()
        return made

    # --- expressions

    def eval(self, expr: n.Expr, env: Env) -> Any:
        match expr:
            case n.Constant(value=value):
                return value
            case n.Name(id=name):
                return self.lookup(name, env)
            case n.Attribute(value=value, attr=attr):
                return self.attribute(self.eval(value, env), attr, expr, env)
            case n.Call():
                return self.eval_call(expr, env)
            case n.FString(parts=parts):
                return builtin.joined([self.eval(p, env) for p in parts])
            case n.BinOp(left=left, op=op, right=right):
                one, other = self.eval(left, env), self.eval(right, env)
                return builtin.binary(op, one, other)
            case n.Sequence(kind=kind, items=items):
                found = self.sequence(items, env)
                return tuple(found) if kind == "tuple" else found
            case n.Dict(keys=keys, values=values):
                return self.dictionary(keys, values, env)
            case n.Subscript(value=value, items=(key,)):
                return builtin.item(self.eval(value, env), self.eval(key, env))
            case n.BoolOp(left=left, op=op, right=right):
                one = self.eval(left, env)
                if op == "or":
                    other = one or self.eval(right, env)
                    return other if other or one is not UNKNOWN else UNKNOWN
                return False if one is False else self.eval(right, env) if one is True else UNKNOWN
            case n.Conditional(body=body, test=test, orelse=orelse):
                verdict = self.eval(test, env)
                if verdict is False or verdict is None:
                    return self.eval(orelse, env)
                found = self.eval(body, env)
                return found if found is not UNKNOWN else self.eval(orelse, env)
            case n.UnaryOp(op="not", operand=operand):
                verdict = self.eval(operand, env)
                return (
                    not verdict
                    if isinstance(verdict, (bool, str, list, dict)) or verdict is None
                    else UNKNOWN
                )
            case n.Await(value=value):
                return self.eval(value, env)
            case n.Walrus(target=target, value=value):
                found = self.eval(value, env)
                self.bind(target, found, env)
                return found
            case n.Lambda():
                return LambdaValue(expr, env)
            case n.Comprehension():
                return self.comprehension(expr, env)
            case n.Compare():
                return builtin.compare(expr.ops, [self.eval(o, env) for o in expr.operands])
            case _:
                return UNKNOWN

    def sequence(self, items: tuple[n.Expr, ...], env: Env) -> list[Any]:
        found: list[Any] = []
        for item in items:
            if isinstance(item, n.Starred):
                inner = self.eval(item.value, env)
                found.extend(inner if isinstance(inner, (list, tuple)) else [UNKNOWN])
            else:
                found.append(self.eval(item, env))
        return found

    def dictionary(
        self, keys: tuple[n.Expr | None, ...], values: tuple[n.Expr, ...], env: Env
    ) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key, value in zip(keys, values, strict=True):
            inner = self.eval(value, env)
            name = self.eval(key, env) if key is not None else None
            if key is None and isinstance(inner, dict):
                found.update(inner)
            elif isinstance(name, (str, int)):
                found[name] = inner
            elif key is not None:
                found[f"?{len(found)}"] = inner
        return found

    def comprehension(self, expr: n.Comprehension, env: Env) -> Any:
        found: list[Any] = []
        inner = Env(env.scope, env)
        clause = expr.clauses[0] if len(expr.clauses) == 1 else None
        if clause is None:
            return UNKNOWN
        for item in self.items(self.eval(clause.iterable, env)):
            self.bind(clause.target, item, inner)
            if all(self.eval(c, inner) is not False for c in clause.conditions):
                found.append(self.eval(expr.element, inner))
        return found if expr.kind != "dict" else UNKNOWN

    def items(self, value: Any) -> list[Any]:
        """What a loop goes over; one unknown thing if that cannot be told."""
        if isinstance(value, (list, tuple)):
            return list(value)[:500]
        if isinstance(value, dict):
            return list(value)[:500]
        return [UNKNOWN]

    def lookup(self, name: str, env: Env) -> Any:
        at: Env | None = env
        while at is not None:
            if name in at.names and not (isinstance(at.scope, Class) and at is not env):
                return at.names[name]
            found = self.imported(name, at)
            if found is not UNKNOWN:
                at.names[name] = found
                return found
            if at.parent is None and isinstance(at.scope, Module):
                target = self.project.imports.member(at.scope, name)
                if target is not None:
                    return self.target_value(target)
            at = at.parent
        return Ext(f"builtins.{name}")

    def imported(self, name: str, env: Env) -> Any:
        """The value of a name that an import in this scope binds."""
        for binding in reversed(env.scope.bindings.get(name, ())):
            if isinstance(binding.node, n.Alias):
                statement = binding.node.parent
                module = env.scope.module
                if isinstance(statement, n.ImportFrom):
                    origin = self.project.imports.origin(module, statement)
                    if origin is not None and origin is not module:
                        value = self.member(origin, binding.node.name)
                        if value is not UNKNOWN:
                            return value
                target = self.project.imports.alias_target(module, binding.node)
                return self.target_value(target) if target is not None else UNKNOWN
        return UNKNOWN

    def member(self, module: Module, name: str) -> Any:
        """`module.name`, after following the module."""
        env = self.module_env(module)
        if name in env.names:
            return env.names[name]
        found = self.imported(name, env)
        if found is UNKNOWN:
            target = self.project.imports.member(module, name)
            return self.target_value(target) if target is not None else UNKNOWN
        return found

    def target_value(self, target: Target) -> Any:
        """The value of something that was found by name."""
        match target:
            case Module():
                return ModuleValue(target)
            case External(name=name):
                return Ext(name)
            case Variable(name=name, module=module):
                return self.module_env(module).names.get(name, UNKNOWN)
            case Function() | Class():
                owner = target.cls or target.parent if isinstance(target, Function) else target.outer
                if owner is not None:
                    return (
                        Closure(target, self.module_env(target.module))
                        if isinstance(target, Function)
                        else (ClassValue(target, Env(target, self.module_env(target.module))))
                    )
                made = Closure if isinstance(target, Function) else ClassValue
                found = self.module_env(target.module).names.get(target.name)
                return found if found is not None else made(target, self.module_env(target.module))  # type: ignore[arg-type]

    def attribute(self, value: Any, attr: str, expr: n.Expr, env: Env) -> Any:
        match value:
            case RouterValue():
                return self.router_attribute(value, attr)
            case Instance():
                return self.instance_attribute(value, attr)
            case ModuleValue(module=module):
                return self.member(module, attr)
            case ClassValue(cls=cls):
                return self.class_attribute(value, attr) if cls else UNKNOWN
            case SuperOf(instance=instance, cls=cls):
                return self.super_attribute(instance, cls, attr)
            case Choice(values=values):
                return Choice([self.attribute(one, attr, expr, env) for one in values])
            case Ext(name=name):
                found = self.project.imports.find(f"{name}.{attr}", env.scope.module)
                return ModuleValue(found) if found else Ext(f"{name}.{attr}")
            case list() | dict() | str() | tuple():
                return Bound(value, attr) if attr in builtin.METHODS else UNKNOWN  # type: ignore[arg-type]
            case _:
                return self.by_type(env.scope.resolve(expr))

    def by_type(self, target: Target | None) -> Any:
        """What a member of a value stands for when only the type of the value is known."""
        if isinstance(target, Function) and target.cls is not None and not target.is_static:
            cls = target.cls
            if cls not in self.strangers:
                self.strangers[cls] = UNKNOWN  # its `__init__` may lead back here
                value = self.target_value(cls)
                if isinstance(value, ClassValue):
                    self.strangers[cls] = self.construct(value, [], {}, None, cls.module)
            return Bound(Closure(target, self.module_env(target.module)), self.strangers[cls])
        return self.target_value(target) if isinstance(target, (Class, Function, Module)) else UNKNOWN

    def router_attribute(self, router: RouterValue, attr: str) -> Any:
        if attr in router.attrs:
            return router.attrs[attr]
        if router.cls is not None:
            own = self.own_method(router, attr)
            if own is not None:
                return own
            wider = self.own_method(router, "api_route") if attr in VERBS else None
            if wider is not None:  # FastAPI's `get` calls `self.api_route`
                return Partial(wider, [], {"methods": [attr.upper()]})
        if attr == "router":
            return router
        if attr in router.options:
            return router.options[attr]
        return Operation(router, attr) if attr in OPERATIONS else UNKNOWN

    def own_method(self, router: RouterValue, name: str) -> Bound | None:
        """A method that the project's own router class defines, unless it is the one that is running."""
        method = router.cls.cls.method(name) if router.cls is not None else None
        if method is None or method.node in self.active:
            return None
        return Bound(Closure(method, self.module_env(method.module)), router)

    def instance_attribute(self, instance: Instance, attr: str) -> Any:
        if attr in instance.attrs:
            return instance.attrs[attr]
        return self.class_attribute(instance.cls, attr, instance) if instance.cls else UNKNOWN

    def class_attribute(self, value: ClassValue, attr: str, instance: Any = None) -> Any:
        for cls in (value.cls, *value.cls.ancestors):
            if not isinstance(cls, Class):
                continue
            own = value if cls is value.cls else self.target_value(cls)
            if isinstance(own, ClassValue) and attr in own.env.names:
                found = own.env.names[attr]
                if isinstance(found, Closure) and instance is not None:
                    return self.method(found, instance)
                return found
            if attr in cls.methods:
                return self.method(Closure(cls.methods[attr], self.module_env(cls.module)), instance)
        return UNKNOWN

    def method(self, closure: Closure, instance: Any) -> Any:
        names = closure.function.decorator_names
        if "builtins.property" in names or "functools.cached_property" in names:
            return self.call_closure(closure, [instance], {})
        return (
            Bound(closure, instance) if instance is not None and not closure.function.is_static else closure
        )

    def super_attribute(self, instance: Any, cls: Class, attr: str) -> Any:
        for base in cls.ancestors:
            if isinstance(base, Class) and attr in base.methods:
                return Bound(Closure(base.methods[attr], self.module_env(base.module)), instance)
        if isinstance(instance, RouterValue):
            return Operation(instance, attr) if attr in OPERATIONS or attr == "__init__" else UNKNOWN
        return UNKNOWN

    # --- calls

    def eval_call(self, expr: n.Call, env: Env) -> Any:
        func = self.eval(expr.func, env)
        outer = self.free_until
        if isinstance(func, Ext) and func.name in ("fastapi.Depends", "fastapi.Security"):
            self.free_until = (
                len(self.active) + 2
            )  # `Depends(make(…))`: what `make` gives matters, whatever it does
        args = self.sequence(expr.args, env)
        self.free_until = outer
        kwargs: dict[str, Any] = {}
        for keyword in expr.keywords:
            value = self.eval(keyword.value, env)
            if keyword.name is not None:
                kwargs[keyword.name] = value
            elif isinstance(value, dict):
                kwargs.update({k: v for k, v in value.items() if isinstance(k, str)})
        return self.call(func, args, kwargs, expr, env)

    def call(self, func: Any, args: list[Any], kwargs: dict[str, Any], node: n.Expr, env: Env) -> Any:
        match func:
            case Closure():
                return self.call_closure(func, args, kwargs)
            case Bound(closure=Closure() as closure, instance=instance):
                return self.call_closure(closure, [instance, *args], kwargs)
            case Bound(closure=owner, instance=name):
                return builtin.method(owner, name, args, kwargs)
            case Partial(func=inner, args=before, kwargs=given):
                return self.call(inner, [*before, *args], {**given, **kwargs}, node, env)
            case ClassValue():
                return self.construct(func, args, kwargs, node, env.scope)
            case Choice(values=values):
                return Choice([self.call(one, args, kwargs, node, env) for one in values])
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
            case Instance(cls=ClassValue() as cls):
                method = cls.cls.method("__call__")
                return (
                    self.call_closure(Closure(method, cls.env), [func, *args], kwargs) if method else UNKNOWN
                )
            case _:
                return UNKNOWN

    def call_external(
        self, name: str, args: list[Any], kwargs: dict[str, Any], node: n.Expr, env: Env
    ) -> Any:
        if name in ROUTERS and isinstance(node, n.Call):
            return self.new_router(name, kwargs, node, env.scope)
        if name == "builtins.super":
            return self.super_of(env)
        known = builtin.FUNCTIONS.get(name)
        if known is not None:
            return known(self, args, kwargs, env)
        if args and isinstance(args[0], RouterValue) and name.rpartition(".")[2][:1].isupper():
            return args[0]  # an app wrapped in a middleware is still that app
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

    def new_router(self, name: str, kwargs: dict[str, Any], node: n.Call, scope: Scoped) -> RouterValue:
        made = RouterValue(None, node=node, scope=scope, kind=ROUTERS[name], type_name=name)
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
            register_starlette(self, router, route)

    def construct(
        self, value: ClassValue, args: list[Any], kwargs: dict[str, Any], node: n.Expr | None, scope: Scoped
    ) -> Any:
        kind = next(
            (ROUTERS[b.name] for b in value.cls.ancestors if isinstance(b, External) and b.name in ROUTERS),
            None,
        )
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
        key = (
            closure.function,
            closure.env,
            *map(freeze, args),
            *((k, freeze(v)) for k, v in kwargs.items()),
        )
        if not self.is_worth_following(closure, [*args, *kwargs.values()]):
            return UNKNOWN
        if key in self._pure:
            return self._pure[key][0]
        before, made = self.effects, len(self.routers)
        self.visited.add(node)
        env = Env(closure.function, closure.env)
        self.pass_arguments(closure, args, kwargs, env)
        self.active.append(node)
        self.returned.append([])
        outer, self.conditional = self.conditional, 0
        self.block(node.body, env)
        self.conditional = outer
        results = self.returned.pop()
        self.active.pop()
        result = builtin.best(results)
        if len(self.routers) > made:
            self.followed[node] += 1
        if self.effects == before:
            self._pure[key] = result, args, kwargs  # keeps alive what the key knows by its id
        return result

    def is_worth_following(self, closure: Closure, given: list[Any]) -> bool:
        """Whether calling a function can matter: it deals with routers, gets or holds one, or is short."""
        function = closure.function
        if function.node in self.building or is_short(function) or makes_dependencies(function):
            return True
        if function.name == "__init__" and function.cls is not None and self.makes_builder(function.cls):
            return True
        return len(self.active) < self.free_until or captures_router(closure) or deals_with_routers(given)

    def makes_builder(self, cls: Class) -> bool:
        """Whether objects of a class have a method that deals with routers."""
        if cls not in self.builders:
            family = [c for c in (cls, *cls.ancestors) if isinstance(c, Class)]
            self.builders[cls] = any(m.node in self.building for c in family for m in c.methods.values())
        return self.builders[cls]

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
                env.names[name] = self.assumed(closure.function, name)

    def assumed(self, function: Function, name: str) -> Any:
        """A parameter nobody passes: a router if its annotation says so."""
        parameter = function.parameter(name)
        kind = ROUTERS.get(parameter.type.name) if parameter and parameter.type else None
        if kind is None or parameter is None:
            return UNKNOWN
        apps = {router.node: router for router in self.routers if router.kind == "app" and router.node}
        if kind == "app" and len(apps) == 1:
            return next(iter(apps.values()))  # the only app there is
        made = RouterValue(
            None,
            node=None,
            scope=function,
            kind="router",
            type_name=parameter.type.name if parameter.type else "",
        )
        made.assumed = True
        made.name = name
        self.routers.append(made)
        return made


def register_starlette(interpreter: Interpreter, router: RouterValue, route: Any) -> None:
    """`Starlette(routes=[Route(…), Mount(…)])`."""
    from plumbrule.model.assembly.registering import from_starlette

    from_starlette(interpreter, router, route)


def is_decisive(test: n.Expr) -> bool:
    """Whether a condition is about local flags: a setting may have another value when the app runs."""
    match test:
        case n.Name() | n.Constant():
            return True
        case n.UnaryOp(operand=operand):
            return is_decisive(operand)
        case n.Compare(operands=operands):
            return all(is_decisive(operand) for operand in operands)
        case n.BoolOp(left=left, right=right):
            return is_decisive(left) and is_decisive(right)
        case _:
            return False


def freeze(value: Any) -> Any:
    """A key for a value: what it is if that can be compared, else which object it is."""
    return value if isinstance(value, (str, int, bool, type(None), Ext)) else id(value)
