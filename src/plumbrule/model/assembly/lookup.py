"""What names and attributes stand for."""

from __future__ import annotations

from typing import Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly import builtin
from plumbrule.model.assembly.libraries import is_followed
from plumbrule.model.assembly.members import mark, members
from plumbrule.model.assembly.paths import CONSTANTS
from plumbrule.model.assembly.plugins import EntryPoint, of_entry_point
from plumbrule.model.assembly.registering import OPERATIONS, VERBS
from plumbrule.model.assembly.route_lists import CHANGES, part_of
from plumbrule.model.assembly.state import State
from plumbrule.model.assembly.values import (
    UNKNOWN,
    Bound,
    Choice,
    ClassValue,
    Closure,
    Env,
    Ext,
    Instance,
    Made,
    ModuleName,
    ModuleValue,
    Operation,
    Partial,
    Record,
    RouterValue,
    RoutesOf,
    SuperOf,
)
from plumbrule.model.code import Class, Function, Module
from plumbrule.model.values import External, Target, Variable

DEFAULTS = {
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "redoc_url": "/redoc",
    "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
    "root_path": "",
}
"""what a FastAPI app says of itself when it was told nothing"""


OWN_NAMES = ("__name__", "__package__")


def own_name(module: Module, name: str) -> ModuleName:
    """What a module knows as its own name, or as that of its package."""
    is_package = name == "__name__" or module.path.endswith("/__init__.py")
    return ModuleName(module.name if is_package else module.name.rpartition(".")[0])


class Lookup(State):
    """Finds values by name."""

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
        if name in OWN_NAMES:
            return own_name(env.scope.module, name)
        if name == "__file__":
            return env.scope.module.path
        return Ext(f"builtins.{name}")

    def imported(self, name: str, env: Env) -> Any:
        """The value of a name that an import in this scope binds."""
        for binding in reversed(env.scope.bindings.get(name, ())):
            alias = binding.node
            if isinstance(alias, n.Alias) and alias not in self.following:
                self.following.add(alias)
                value = self.alias_value(alias, env.scope.module)
                self.following.remove(alias)
                return value
        return UNKNOWN

    def alias_value(self, alias: n.Alias, module: Module) -> Any:
        """The value of one name of an import statement."""
        if isinstance(alias.parent, n.ImportFrom):
            origin = self.project.imports.origin(module, alias.parent)
            if origin is not None and origin is not module:
                value = self.member(origin, alias.name)
                if value is not UNKNOWN:
                    return value
        target = self.project.imports.alias_target(module, alias)
        return self.target_value(target) if target is not None else UNKNOWN

    def member(self, module: Module, name: str) -> Any:
        """`module.name`, after following the module."""
        env = self.module_env(module)
        if name in env.names:
            return env.names[name]
        found = self.imported(name, env)
        if found is not UNKNOWN:
            return found
        target = self.project.imports.member(module, name)
        if target is not None:
            return self.target_value(target)
        maker = env.names.get("__getattr__")  # a module may make its members when they are asked for
        return self.call_closure(maker, [name], {}) if isinstance(maker, Closure) else UNKNOWN

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
            case ModuleValue() if attr == "__dict__":
                return dict(members(self, value, env))  # type: ignore[arg-type]
            case ModuleValue(module=module):
                return own_name(module, attr) if attr in OWN_NAMES else self.member(module, attr)
            case ClassValue(cls=cls):
                return self.class_attribute(value, attr) if cls else UNKNOWN
            case SuperOf(instance=instance, cls=cls):
                return self.super_attribute(instance, cls, attr)
            case Choice(values=values):
                return Choice([self.attribute(one, attr, expr, env) for one in values], value.has_default)
            case Ext(name=name):
                found = self.project.imports.find(f"{name}.{attr}", env.scope.module)
                inner = f"{name}.{attr}"
                return ModuleValue(found) if found else CONSTANTS.get(inner) or Ext(inner)
            case EntryPoint():
                return of_entry_point(value, attr)
            case Made(name=name) if is_followed(value):
                return Ext(f"{name}.{attr}")
            case Closure() | Bound() if (put := mark(value, attr)) is not UNKNOWN:
                return put
            case RoutesOf() if attr in CHANGES:
                return Bound(value, attr)
            case Record():
                return part_of(value, attr)
            case list() | dict() | str() | tuple():
                return Bound(value, attr) if attr in builtin.METHODS else UNKNOWN
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
            inherited = self.class_attribute(router.cls, attr)
            if inherited is not UNKNOWN and not isinstance(inherited, (Bound, Closure)):
                return inherited
        if attr == "state":
            return router.attrs.setdefault("state", Instance(None))
        if attr == "routes":
            return RoutesOf(router)
        if attr == "router":
            return router
        if attr in router.options:
            return router.options[attr]
        if attr in DEFAULTS and router.kind == "app":
            return DEFAULTS[attr]
        return Operation(router, attr) if attr in OPERATIONS else UNKNOWN

    def own_method(self, router: RouterValue, name: str) -> Any:
        """A method that the project's own router class defines, or what a property gives; None if there is
        none, or it is the one that is running.
        """
        method = router.cls.cls.method(name) if router.cls is not None else None
        if method is None or router.cls is None or method.node in self.active:
            return None
        return self.method(Closure(method, self.module_env(method.module)), router.cls, router)

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
                return self.method(found, value, instance) if isinstance(found, Closure) else found
            if attr in cls.methods:
                found = Closure(cls.methods[attr], self.module_env(cls.module))
                return self.method(found, value, instance)
        return UNKNOWN

    def method(self, closure: Closure, cls: ClassValue, instance: Any) -> Any:
        """What `cls.method`, or `instance.method` if there is one, is bound to."""
        names = closure.function.decorator_names
        if "builtins.classmethod" in names:
            return Bound(closure, cls)
        if instance is None or closure.function.is_static:
            return closure
        if "builtins.property" in names or "functools.cached_property" in names:
            return self.call_closure(closure, [instance], {})
        return Bound(closure, instance)

    def super_attribute(self, instance: Any, cls: Class, attr: str) -> Any:
        for base in cls.ancestors:
            own = self.target_value(base) if isinstance(base, Class) and attr in base.methods else None
            if isinstance(base, Class) and isinstance(own, ClassValue):
                return self.method(Closure(base.methods[attr], self.module_env(base.module)), own, instance)
        if isinstance(instance, RouterValue):
            return Operation(instance, attr) if attr in OPERATIONS or attr == "__init__" else UNKNOWN
        outside = (f"{base.name}.{attr}" for base in cls.ancestors if isinstance(base, External))
        known = next((name for name in outside if name in builtin.FUNCTIONS), None)
        return Partial(Ext(known), [instance], {}) if known else UNKNOWN
