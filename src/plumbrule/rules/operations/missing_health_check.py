"""A deployed app that nobody can ask how it is

The image has a server command, and no route says that the service is alive. An orchestrator
then only sees that the process exists: a hung worker keeps its traffic, a new version gets
requests before it can answer them.

## Bad

```python title="main.py"
from fastapi import APIRouter, FastAPI

app = FastAPI()  # finding
router = APIRouter(prefix="/orders")


@router.get("")
def read_orders() -> list[int]:
    return []


@router.get("/{order_id}")
def read_order(order_id: int) -> int:
    return order_id


@router.post("")
def order() -> None: ...


app.include_router(router)
```

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "main:app", "--timeout-graceful-shutdown", "20"]
```

## Good: a route that answers without asking anything

```python title="main.py"
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/orders")


@app.get("/livez")
async def livez() -> None: ...


@router.get("")
def read_orders() -> list[int]:
    return []


@router.get("/{order_id}")
def read_order(order_id: int) -> int:
    return order_id


app.include_router(router)
```

```dockerfile title="Dockerfile"
FROM python:3.13
CMD ["uvicorn", "main:app", "--timeout-graceful-shutdown", "20"]
```

## Good: another route is asked

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> None: ...


@app.get("/orders")
def read_orders() -> list[int]:
    return []


@app.get("/orders/{order_id}")
def read_order(order_id: int) -> int:
    return order_id
```

```dockerfile title="Dockerfile"
FROM python:3.13
HEALTHCHECK CMD ["curl", "--fail", "http://localhost:8000/"]
CMD ["uvicorn", "main:app", "--timeout-graceful-shutdown", "20"]
```
"""

import re

from plumbrule.rulekit import App, Finding, Iterator, Project, rule

SERVED = re.compile(
    r"(?m)^\s*(CMD|ENTRYPOINT)\b(?:.*\\\n)*.*\b(uvicorn|gunicorn|granian|hypercorn|fastapi\W+run)\b"
)
ALIVE = (b"health", b"livez", b"liveness", b"readyz", b"readiness", b"heartbeat")
ANSWERING = re.compile(rb"/(ping|status|alive|live|ready|up)\b")
PROBED = re.compile(r"(?i)healthcheck\b|livenessProbe|readinessProbe|health_check")
FEW = 3
"""routes below which it is an example"""


@rule(category="operations", severity="warning")
def missing_health_check(app: App) -> Iterator[Finding]:
    project = app.project
    served = [route for route in app.all_routes if not route.module.is_test]
    is_mounted = any(include.is_mount for include in app.included_in)
    if app.span is None or is_mounted or len(served) < FEW:
        return
    if max((len(one.all_routes) for one in project.apps), default=0) > len(app.all_routes):
        return  # another app is the one that is deployed
    if not is_deployed(project) or is_known(project):
        return
    yield Finding(
        at=app.span,
        message="no route says whether the service is alive",
        label=f"{len(served)} routes, and none for the orchestrator",
        help="add `/livez`, which answers without asking anything, and `/readyz`, which asks the database",
    )


def is_deployed(project: Project) -> bool:
    """Whether an image starts a server."""
    return any(SERVED.search(text) for text in project.texts("*Dockerfile*").values())


def is_known(project: Project) -> bool:
    """Whether the code or what deploys it speaks of health in any way."""
    code = (module.source.text.lower() for module in project.code_modules)
    patterns = ("*Dockerfile*", "*.y*ml", "*.toml", "*.tf")
    deployed = (text for pattern in patterns for text in project.texts(pattern).values())
    return any(map(speaks_of_health, code)) or any(PROBED.search(text) for text in deployed)


def speaks_of_health(text: bytes) -> bool:
    """Whether a text, in small letters, has a word for it or the path of such a route."""
    return any(word in text for word in ALIVE) or ANSWERING.search(text) is not None
