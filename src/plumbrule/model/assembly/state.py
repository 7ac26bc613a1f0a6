"""What is known while code is followed, and what each part of following it needs of the others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.relevance import building_scopes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.facts import nodes as n
    from plumbrule.model.assembly.values import (
        ClassValue,
        Closure,
        Env,
        RouterValue,
    )
    from plumbrule.model.code import Class, Module, Scoped
    from plumbrule.model.project import Project


class State(ABC):
    """The memory of an interpreter."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.envs: dict[Module, Env] = {}
        self.routers: list[RouterValue] = []
        self.building = building_scopes(project)
        self.visited: set[n.FunctionDef] = set()
        self.followed: Counter[n.FunctionDef] = Counter()
        self.started: set[tuple[RouterValue, Closure]] = set()  # lifespans and startup handlers, once each
        self.made: set[Class] = set()  # those whose makers were followed
        self.reached: set[n.Expr] = set()  # what added to a router
        self.giving: set[n.FunctionDef] = set()  # functions that gave one
        self.closures: dict[n.FunctionDef, Closure] = {}
        self.active: list[n.FunctionDef] = []
        self.returned: list[list[Any]] = []
        self.yielded: list[list[Any]] = []
        self.effects = 0
        self.sites: list[tuple[n.Expr, Env]] = []  # the decorators being applied, innermost last
        self.conditional = 0
        self.steps = 0
        self.free_until = 0
        self.asked = -1  # how deep what stands in `Depends(…)` is called
        self.mattering: dict[n.FunctionDef, bool] = {}
        self.strangers: dict[Class, Any] = {}  # an object of each class that is known by type only
        self.following: set[n.Alias] = set()  # imports that are being looked up: one may lead back to itself
        self._pure: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    @abstractmethod
    def module_env(self, module: Module) -> Env:
        """The variables of a module, after following it."""

    @abstractmethod
    def block(self, statements: Sequence[n.Statement], env: Env) -> str:
        """Follow statements; says how they end."""

    @abstractmethod
    def bind(self, target: n.Expr, value: Any, env: Env) -> None:
        """Give the names of a target their values."""

    @abstractmethod
    def eval(self, expr: n.Expr, env: Env) -> Any:
        """The value of an expression."""

    @abstractmethod
    def eval_call(self, expr: n.Call, env: Env) -> Any:
        """The value of a call."""

    @abstractmethod
    def construct(
        self, value: ClassValue, args: list[Any], kwargs: dict[str, Any], node: n.Expr | None, scope: Scoped
    ) -> Any:
        """An object of a project class."""

    @abstractmethod
    def call_closure(self, closure: Closure, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What calling a project function gives."""
