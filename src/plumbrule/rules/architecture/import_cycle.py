"""Modules that import each other while they are being imported

It works as long as the one that happens to be imported first is the right one.
A new test, a script or a sorted import list starts with another, and the start
fails with `ImportError: cannot import name … (most likely due to a circular
import)`.

## Bad

```python title="app/orders.py"
from app.users import User  # finding


class Order:
    user: User
```

```python title="app/users.py"
import app.orders


class User:
    orders: "list[app.orders.Order]"
```

## Good: only for the type checker, or inside the function

```python title="app/orders.py"
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.users import User


class Order:
    user: User
```

```python title="app/users.py"
from app.orders import Order


class User:
    orders: list[Order]


def latest() -> Order:
    from app.orders import Order

    return Order()
```

## Good: a package that lists its parts

```python title="app/__init__.py"
from app.users import User as User
```

```python title="app/users.py"
class User: ...
```
"""

from plumbrule.rulekit import Finding, ImportEdge, Iterator, Project, Step, n, rule


@rule(category="architecture", severity="error")
def import_cycle(project: Project) -> Iterator[Finding]:
    for cycle in project.import_graph.cycles(tests=False):
        first = cycle[0]
        if any(edge.source.is_test or edge.source.is_package or edge.target.is_package for edge in cycle):
            continue
        if any(isinstance(p, (n.If, n.Try)) for edge in cycle for p in edge.node.parents):
            continue  # it depends
        names = " → ".join(edge.target.name for edge in cycle)
        yield Finding(
            at=first.span,
            message=f"`{first.source.name}` imports itself: {names}",
            label="the first import of the circle",
            help="move what both need into a third module, or import it where it is used",
            chain=tuple(Step(f"`{e.source.name}` imports `{e.target.name}`", e.span) for e in cycle),
            confidence="low" if any(map(is_late, cycle)) or all(map(is_whole, cycle)) else None,
        )


def is_late(edge: ImportEdge) -> bool:
    """Whether an import stands below the definitions that the other module needs: somebody saw the circle."""
    return any(
        isinstance(s, (n.FunctionDef, n.ClassDef)) and s.start < edge.node.start for s in edge.source.body
    )


def is_whole(edge: ImportEdge) -> bool:
    """Whether the module itself is imported and no name out of it, which works half-way too."""
    last = edge.target.name.rpartition(".")[2]
    return isinstance(edge.node, n.Import) or any(alias.name == last for alias in edge.node.names)
