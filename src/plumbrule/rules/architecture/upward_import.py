"""A lower layer that imports a higher one

Services know the rules of the business, routes know HTTP and call services. A
service, repository or table that imports a module of routes turns that around:
neither can be tested or moved without the other, and the next import closes a
circle.

## Bad

```python title="app/services/orders.py"
from app.routes.orders import PAGE  # finding


def first_page() -> int:
    return PAGE
```

```python title="app/routes/orders.py"
from fastapi import APIRouter

PAGE = 20
router = APIRouter()


@router.get("/orders")
async def list_orders() -> list[str]:
    return []
```

## Good: downwards

```python title="app/services/orders.py"
PAGE = 20


def first_page() -> int:
    return PAGE
```

```python title="app/routes/orders.py"
from fastapi import APIRouter

from app.services.orders import first_page

router = APIRouter()


@router.get("/orders")
async def list_orders() -> int:
    return first_page()
```

## Good: a library with routes of its own

```toml title="libraries/health/pyproject.toml"
[project]
name = "health"
```

```python title="libraries/health/health.py"
from fastapi import APIRouter

WORD = "ok"
router = APIRouter()


@router.get("/health")
async def health() -> str:
    return WORD
```

```python title="services/shop/shop/services/orders.py"
from libraries.health.health import WORD


def state() -> str:
    return WORD
```

```toml title="services/shop/pyproject.toml"
[project]
name = "shop"
```

## Good: a part of the app that has both is not a layer

```python title="app/orders/service.py"
from app.orders.names import PAGE


def first_page() -> int:
    return PAGE
```

```python title="app/orders/names.py"
PAGE = 20
```

## Good: what starts the server stands above its routes

```python title="app/service.py"
import uvicorn

from app.main import app


def run() -> None:
    uvicorn.run(app)
```

```python title="app/main.py"
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read() -> None: ...
```

## Good: a helper whose name says little

```python title="app/utils/models.py"
from app.routes.models import names

everything = names
```

```python title="app/routes/models.py"
from fastapi import APIRouter

names = ["small", "large"]
router = APIRouter()


@router.get("/models")
async def list_models() -> list[str]:
    return names
```
"""

from plumbrule.rulekit import Finding, Iterator, Module, Project, rule

LOWER = {
    "service",
    "services",
    "repository",
    "repositories",
    "crud",
    "models",
    "schemas",
    "domain",
    "dal",
    "daos",
}


@rule(category="architecture", severity="warning")
def upward_import(project: Project) -> Iterator[Finding]:
    routing = {route.scope.module for route in project.routes}
    seen: set[tuple[str, str]] = set()
    modules = (m for m in project.code_modules if m not in routing and "uvicorn" not in m.file.packages)
    for edge in (edge for module in modules for edge in project.import_graph.of(module)):
        if edge.target not in routing or edge.kind == "typing":
            continue
        ends = (edge.source.path, edge.target.path)
        if ends in seen or edge.target.is_package or not is_lower(edge.source) or is_lower(edge.target):
            continue
        if project.package_of(edge.source) != project.package_of(edge.target):
            continue  # a library of the repository is below all of it
        seen.add(ends)
        yield Finding(
            at=edge.span,
            message=f"`{edge.source.name}` imports `{edge.target.name}`, which holds routes",
            label="a lower layer that knows a higher one",
            help="move what both need below the routes",
        )


def is_lower(module: Module) -> bool:
    """Whether it lies in a folder, or has a name, of the layers below the routes."""
    *folders, name = module.path.removesuffix(".py").split("/")
    return bool(LOWER & set(folders)) or (name in LOWER and "utils" not in folders)
