"""A router that no app includes

Its routes are written, reviewed, perhaps tested one by one, and answer 404:
the line `app.include_router(…)` is missing.

## Bad

```python title="app/main.py"
from fastapi import FastAPI

from app import orders

app = FastAPI()
app.include_router(orders.router)
```

```python title="app/orders.py"
from fastapi import APIRouter

router = APIRouter(prefix="/orders")


@router.get("/")
async def list_orders() -> list[str]:
    return []
```

```python title="app/reports.py"
from fastapi import APIRouter

router = APIRouter(prefix="/reports")  # finding


@router.get("/")
async def list_reports() -> list[str]:
    return []
```

## Good: included through another router

```python title="app/main.py"
from fastapi import APIRouter, FastAPI

from app import orders

api = APIRouter(prefix="/api")
api.include_router(orders.router)
app = FastAPI()
app.include_router(api)
```

```python title="app/orders.py"
from fastapi import APIRouter

router = APIRouter(prefix="/orders")


@router.get("/")
async def list_orders() -> list[str]:
    return []
```

## Good: a loop over modules includes what it finds

```python title="app/main.py"
import importlib

from fastapi import FastAPI

app = FastAPI()
for name in ("orders",):
    app.include_router(importlib.import_module(f"app.{name}").router)
```

```python title="app/orders.py"
from fastapi import APIRouter

router = APIRouter(prefix="/orders")


@router.get("/")
async def list_orders() -> list[str]:
    return []
```

## Good: a library offers a router to other people's apps

```python title="billing/__init__.py"
from fastapi import APIRouter

router = APIRouter(prefix="/billing")


@router.get("/")
async def list_bills() -> list[str]:
    return []
```
"""

from plumbrule.rulekit import Finding, Iterator, Module, Router, Scoped, n, rule

IMPORTERS = ("importlib.import_module", "builtins.__import__")


@rule(category="contracts", severity="error", confidence="medium")
def unmounted_router(router: Router) -> Iterator[Finding]:
    if router.is_app or router.is_assumed or router.included_in or not router.routes or router.span is None:
        return
    apps = [app for app in router.project.apps if app.includes and not (app.module and app.module.is_test)]
    if not apps or has_unknown_includes(router) or is_mentioned(router):
        return
    yield Finding(
        at=router.span,
        message=f"no app includes `{router.name}`: its {len(router.routes)} routes answer 404",
        label="never given to `include_router`",
        help=f"include it in `{apps[0].name}`, or delete it",
    )


def has_unknown_includes(router: Router) -> bool:
    """Whether something is included or mounted that could not be followed."""
    known = {include.record for other in router.project.routers for include in other.includes}
    return any(
        record.kind == "include" and record not in known
        for other in router.project.routers
        for record in other.value.records
    )


def is_mentioned(router: Router) -> bool:
    """Whether other code names the router, or modules are imported by names made at run time; what does not
    parse may include it.
    """
    for module in router.project.modules:
        if module.is_broken and home_of(router).encode() in module.source.text:
            return True
        importing = b"import_module" in module.source.text or b"__import__" in module.source.text
        for scope in (module, *module.classes, *module.functions):
            if importing and any(c.name in IMPORTERS for c in scope.calls):
                return True
            if module is not router.module and not module.is_test and imports(scope, module, router):
                return True
    return router.module is not None and uses(router.module, router.name)


def home_of(router: Router) -> str:
    """The last name of the module that makes the router."""
    return router.module.name.rpartition(".")[2] if router.module else router.name


def imports(scope: Scoped, module: Module, router: Router) -> bool:
    """Whether a module imports the router by name."""
    home = home_of(router)
    for node in scope.find(n.ImportFrom):
        if any(alias.name in (router.name, home) for alias in node.names):
            last = (node.module or module.name).rpartition(".")[2]
            if last == home or any(alias.name == home for alias in node.names):
                return True
    return any(a.name.rpartition(".")[2] == home for node in scope.find(n.Import) for a in node.names)


def uses(module: Module, name: str) -> bool:
    """Whether the module itself hands the router on: as an argument or in a list."""
    for scope in (module, *module.functions):
        for node in scope.nodes:
            is_value = isinstance(node.parent, (n.Call, n.Keyword, n.Sequence, n.Dict, n.Return, n.Assign))
            if isinstance(node, n.Name) and node.id == name and is_value:
                if isinstance(node.parent, n.Assign) and node in node.parent.targets:
                    continue
                if not (isinstance(node.parent, n.Call) and node.parent.func is node):
                    return True
    return False
