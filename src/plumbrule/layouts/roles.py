"""Which file of a slice a definition belongs to, and which one if several slices share it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.layouts.anatomy import depended_on, mentioned
from plumbrule.layouts.slices import named_slice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbrule.layouts.anatomy import Anatomy
    from plumbrule.model.project import Project

ORDER = ("settings", "database", "exceptions", "models", "schemas", "service", "dependencies", "router")
"""files of a slice; each imports only those before it"""
SHARED = "shared"
"""what functions and constants of several slices are called together"""
CONNECTING = frozenset(
    [
        "AsyncClient",
        "AsyncIOMotorClient",
        "AsyncMongoClient",
        "Database",
        "MongoClient",
        "async_sessionmaker",
        "connect",
        "create_async_engine",
        "create_engine",
        "declarative_base",
        "sessionmaker",
    ]
)
VALUES = ("BaseModel", "Enum", "IntEnum", "StrEnum", "TypedDict", "NamedTuple", "Protocol")
ERRORS = ("BaseException", "Exception", "HTTPException")


class Roles:
    """What the definitions of one module are."""

    def __init__(self, project: Project, anatomy: Anatomy, slices: Mapping[str, str]) -> None:
        self.anatomy = anatomy
        self.slices = slices
        self.module = anatomy.module
        self.tables = {t.cls.name for t in project.tables if t.module is self.module}

    def of(self, homes: dict[str, str | None]) -> dict[str, str]:
        """The file of each definition, given its slice: what a file uses lies in it or in one before it."""
        users: dict[str, set[str]] = {name: set() for name in homes}
        for name, home in homes.items():
            for used in self.anatomy.uses.get(name, set()) & homes.keys():
                if homes[used] == home:
                    users[used].add(name)
        ranks = {name: self._rank(name) for name in homes}
        changed = True
        while changed:
            changed = False
            for name in homes:
                follows = self._follows(name) and users[name]
                low = min((ranks[user] for user in users[name]), default=ranks[name])
                new = low if follows else min(low, ranks[name])
                changed = changed or new != ranks[name]
                ranks[name] = new
        return {name: self._named(rank, shared=homes[name] is None) for name, rank in ranks.items()}

    def _named(self, rank: int, *, shared: bool) -> str:
        role = ORDER[rank]
        return SHARED if shared and role in {"service", "router"} else role

    def _rank(self, name: str) -> int:
        return ORDER.index(self._natural(name))

    def _natural(self, name: str) -> str:
        """What a definition is by itself."""
        if name in self.connections:
            return "database"
        if name in self._settings:
            return "settings"
        if name in self.anatomy.handlers.keys() | self.anatomy.owners.keys() or self._follows(name):
            return "router"
        asked = name in self.anatomy.depended or self._asks_for(name)
        return self._of_class(name) or ("dependencies" if asked else "service")

    def _of_class(self, name: str) -> str | None:
        cls = self.module.cls(name)
        if cls is None or name in self.anatomy.depended:
            return None
        if name in self.tables or cls.is_a("Document", "SQLModel"):
            return "models"
        if cls.is_a(*ERRORS):
            return "exceptions"
        dataclass = any("dataclass" in decorator.text for decorator in cls.node.decorators)
        return "schemas" if dataclass or cls.is_a(*VALUES) else None

    def _follows(self, name: str) -> bool:
        """Whether a name goes where it is used: a constant, an alias."""
        plain = name not in self.anatomy.owners.keys() | self.connections | self._settings
        return (
            plain
            and not self._asks_for(name)
            and all(isinstance(s, n.Assign | n.TypeAlias) for s in self.anatomy.statements[name])
        )

    @cached_property
    def shared_by_kind(self) -> set[str]:
        """What belongs to no slice even if only one uses it: connections, settings."""
        return self.connections | self._settings

    @cached_property
    def connections(self) -> set[str]:
        """What leads to a database: engines, clients, sessions, the base of tables, who hands them out."""
        found: set[str] = set()
        for name in self.anatomy.statements:
            found |= {name} if self._connects(name) or self._is_part(name, found) else set()
        for name in self.anatomy.statements:
            hands_out = name in self.anatomy.depended and self.module.cls(name) is None
            if hands_out and self.anatomy.uses[name] & found and name not in self.anatomy.handlers:
                short = all(node.end - node.start < 600 for node in self.anatomy.statements[name])
                found |= {name} if short and self._yields(name) else set()
        return found | {name for name in self.anatomy.statements if self._asks_for(name) & found}

    def _connects(self, name: str) -> bool:
        cls = self.module.cls(name)
        if cls is not None:
            return cls.is_a("DeclarativeBase") and name not in self.tables
        return any(
            isinstance(node, n.Call) and node.func.text.rpartition(".")[2] in CONNECTING
            for statement in self.anatomy.statements[name]
            if isinstance(statement, n.Assign)
            for node in statement.walk()
        )

    def _asks_for(self, name: str) -> set[str]:
        """What an alias depends on: `Annotated[Session, Depends(get_session)]`."""
        made = (node for node in self.anatomy.statements[name] if isinstance(node, n.Assign))
        return {used for node in made for used in depended_on(node)}

    def _is_part(self, name: str, found: set[str]) -> bool:
        """Whether a name means a part of a connection, and none that is named after a slice."""
        made = [node for node in self.anatomy.statements[name] if isinstance(node, n.Assign) and node.value]
        direct = {next(iter(mentioned(node.value)), "") for node in made if node.value}
        return bool(direct) and direct <= found and named_slice(name, self.slices, last=True) is None

    def _yields(self, name: str) -> bool:
        nodes = (x for statement in self.anatomy.statements[name] for x in statement.walk())
        return any(isinstance(x, n.Yield) for x in nodes)

    @cached_property
    def _settings(self) -> set[str]:
        """Classes of settings, and what is made of them."""
        classes = {
            name
            for name in self.anatomy.statements
            if (cls := self.module.cls(name)) is not None and cls.is_a("BaseSettings")
        }
        made = {
            name
            for name, nodes in self.anatomy.statements.items()
            if any(isinstance(node, n.Assign) and classes & set(mentioned(node)) for node in nodes)
        }
        return classes | made
