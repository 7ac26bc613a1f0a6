"""Instrumentation that cannot walk the routes of this FastAPI

`include_router` is lazy since FastAPI 0.137: `app.routes` holds one object for each included
router, which has no `path`. Old instrumentation asks each route for its path at every request.
prometheus-fastapi-instrumentator before 8.0.1 and fastapi-limiter raise, so that every included
route answers 500; opentelemetry-instrumentation-fastapi before 0.64b0 falls back to the URL, so
that every order has a span name of its own and `http.route` is missing.

## Bad: every included route answers 500

```text title="requirements.txt"
fastapi==0.140.0
prometheus-fastapi-instrumentator==7.1.0
```

```python title="main.py"
from fastapi import APIRouter, FastAPI
from prometheus_fastapi_instrumentator import Instrumentator  # finding

app = FastAPI()
router = APIRouter(prefix="/orders")
Instrumentator().instrument(app).expose(app)
app.include_router(router)
```

## Bad: a span name for each URL

```text title="requirements.txt"
fastapi==0.140.0
opentelemetry-instrumentation-fastapi==0.63b1
```

```python title="main.py"
from fastapi import APIRouter, FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # finding

app = FastAPI()
router = APIRouter(prefix="/orders")
app.include_router(router)
FastAPIInstrumentor.instrument_app(app)
```

## Good: a version that knows lazy routers, or a FastAPI without them

```text title="requirements.txt"
fastapi==0.140.0
prometheus-fastapi-instrumentator==8.0.1
```

```python title="main.py"
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/orders")
app.include_router(router)


def measure() -> None:
    from prometheus_fastapi_instrumentator import Instrumentator

    Instrumentator().instrument(app).expose(app)
```

## Good: what is installed is not known

```text title="requirements.txt"
fastapi>=0.115
prometheus-fastapi-instrumentator
```

```python title="main.py"
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/orders")
app.include_router(router)


def measure() -> None:
    from prometheus_fastapi_instrumentator import Instrumentator

    Instrumentator().instrument(app).expose(app)
```

## References

Found by asking an app with one included route under each of these versions.
"""

from plumbrule.rulekit import Finding, Iterator, Module, imports_of, rule

FAILS = "every route of an included router answers 500"
NAMES_URLS = "every URL has a span name of its own, and `http.route` is missing"
FIRST_GOOD = {
    "prometheus_fastapi_instrumentator": ("prometheus-fastapi-instrumentator", "8.0.1", FAILS),
    "fastapi_limiter": ("fastapi-limiter", "", FAILS),
    "opentelemetry": ("opentelemetry-instrumentation-fastapi", "0.64", NAMES_URLS),
}


@rule(category="observability", severity="error", needs="fastapi>=0.137")
def incompatible_instrumentation(module: Module) -> Iterator[Finding]:
    project = module.project
    if project.may_be("fastapi", "<0.137") or not any(router.included_in for router in project.routers):
        return
    for package, (name, good, harm) in FIRST_GOOD.items():
        if good and project.may_be(name, f">={good}"):
            continue
        for node in imports_of(module, package):
            if package != "opentelemetry" or "instrumentation.fastapi" in node.text:
                yield Finding(
                    at=node.span,
                    message=f"{name} {project.version(name) or ''} cannot walk the routes of FastAPI ≥ 0.137",
                    label=harm,
                    help=f"upgrade it to {good}" if good else "write a dependency that limits, on `limits`",
                )
