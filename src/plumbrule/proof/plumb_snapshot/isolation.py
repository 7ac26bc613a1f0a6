"""No connections: a snapshot is of code, and no server may notice that it is taken."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, Any, NoReturn, Optional

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

DRIVERS = {
    "psycopg2": "connect",
    "psycopg": "connect Connection.connect AsyncConnection.connect",
    "MySQLdb": "connect",
    "pyodbc": "connect",
    "oracledb": "connect connect_async",
}
"""drivers in C, which do not go through Python's own sockets"""


def disconnect() -> None:
    """Refuse every connection from now on."""
    sys.addaudithook(watch)
    sys.meta_path.insert(0, Disarming())


def watch(event: str, _: Any) -> None:
    """Refuse those that Python's own sockets make."""
    if event == "socket.connect":
        refuse()


def refuse(*_: Any, **__: Any) -> NoReturn:
    """What a caller gets instead of a connection."""
    raise ConnectionRefusedError(
        "plumb lets nothing connect while it takes a snapshot; see --allow connections"
    )


class Disarming(MetaPathFinder):
    """Takes the connecting functions out of drivers as they are imported."""

    def find_spec(
        self, name: str, path: Optional[Sequence[str]] = None, target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        """The spec of a driver, with a loader that disarms it."""
        if name not in DRIVERS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = disarming(spec.loader.exec_module, DRIVERS[name])  # type: ignore[method-assign,assignment]
        return spec


def disarming(load: Callable[[ModuleType], None], functions: str) -> Callable[[ModuleType], None]:
    """A loader that replaces functions of what it has loaded."""

    def exec_module(module: ModuleType) -> None:
        load(module)
        for dotted in functions.split():
            *way, last = dotted.split(".")
            owner: Any = module
            for part in way:
                owner = getattr(owner, part, None)
            if owner is not None and hasattr(owner, last):
                setattr(owner, last, refuse)

    return exec_module
