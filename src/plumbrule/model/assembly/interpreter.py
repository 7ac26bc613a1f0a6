"""Follows modules, then what starts with the app, then the functions that nothing called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.calls import router_kind
from plumbrule.model.assembly.relevance import builders, names_of
from plumbrule.model.assembly.statements import Statements
from plumbrule.model.assembly.values import (
    OTHERS,
    UNKNOWN,
    ClassValue,
    Closure,
    Env,
    Instance,
)
from plumbrule.model.code import Function

if TYPE_CHECKING:
    from plumbrule.model.code import Class, Module


class Interpreter(Statements):
    """Follows modules and the functions they call, and records what is done to routers."""

    def run(self) -> None:
        """Follow every module, then the functions that build routers and that nothing called."""
        modules = self.project.code_modules
        for module in modules:
            self.steps = 0
            self.module_env(module)
        self.follow_startup()
        left = [
            function
            for module in modules
            for function in module.functions
            if function.node in self.building and function.node not in self.visited
            if function.parent is None and function.node in module.file.once(builders)
        ]
        for function in sorted(left, key=self.waits_for):
            if function.node not in self.visited:
                self.steps = 0
                self.follow_uncalled(function)
                self.follow_startup()

    def waits_for(self, function: Function) -> tuple[bool, bool]:
        """What has its turn before a function that nothing called: what makes the app that it takes, and what
        may call it.
        """
        kinds = (router_kind(parameter.type.name) for parameter in function.parameters if parameter.type)
        return any(kinds), self.is_led_to(function)

    def is_led_to(self, function: Function) -> bool:
        """Whether another function that builds, and that nothing called yet, leads to a function."""
        seen, queue = {function.node}, [function]
        while queue:
            calls = [call for name in names_of(queue.pop()) for call in self.project.calls_to(name)]
            for caller in {call.scope for call in calls}:
                if isinstance(caller, Function) and caller.node in self.building and caller.node not in seen:
                    if caller.node in caller.module.file.once(builders) and caller.node not in self.visited:
                        return True
                    seen.add(caller.node)
                    queue.append(caller)
        return False

    def follow_startup(self) -> None:
        """What the lifespan and startup handlers of each app do to it, once each."""
        for app in [router for router in self.routers if router.kind == "app"]:
            handlers = [record.target for record in app.records if record.kind == "event"]
            for handler in (app.options.get("lifespan"), *handlers):
                if isinstance(handler, Closure) and (app, handler) not in self.started:
                    self.started.add((app, handler))
                    self.steps = 0
                    takes = [app] if handler.function.node.parameters else []
                    self.call_closure(handler, takes, {})

    def module_env(self, module: Module) -> Env:
        env = self.envs.get(module)
        if env is None:
            env = self.envs[module] = Env(module, None)
            self.by_itself(module.body, 0, env)
        return env

    def follow_makers(self, cls: Class) -> None:
        """The functions that make objects of a class know what its `__init__` is given."""
        init = cls.method("__init__")
        if cls in self.made or init is None or all(p.default is not None for p in init.node.parameters[1:]):
            return
        self.made.add(cls)
        makers = {call.scope: None for call in self.project.calls_to(cls.name) if call.target is cls}
        for maker in makers:
            if isinstance(maker, Function) and maker.node in self.building and maker.node not in self.visited:
                self.follow_uncalled(maker)

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
            self.follow_makers(function.cls)
            value = self.target_value(function.cls)
            if isinstance(value, ClassValue):
                init = function.cls.method("__init__")
                me: Any = UNKNOWN
                if function.node not in self.visited:
                    me = self.construct(value, [], {}, None, function.module) if init else Instance(value)
                if function.node not in self.visited:
                    self.call_closure(closure, [] if function.is_static else [me], {OTHERS: UNKNOWN})
                return
        self.call_closure(closure, [], {OTHERS: UNKNOWN})
