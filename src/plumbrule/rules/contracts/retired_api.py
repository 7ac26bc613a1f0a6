"""A name that FastAPI or Starlette is about to drop

`regex=`, `example=`, `ORJSONResponse`, the old names of four status codes, the
Gunicorn worker inside uvicorn: each still works and warns, and the release
that drops it breaks the import.

A fix is safe only if the manifests say that the new name is there: that of a
status came with Starlette 0.48.

## Bad

```python
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, status

app = FastAPI()


@app.get("/items")
async def list_items(q: Annotated[str, Query(regex="^[a-z]+$")]) -> str:  # finding
    if q == "none":
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_ENTITY)  # finding
    return q
```

## Fixed

```python
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, status

app = FastAPI()


@app.get("/items")
async def list_items(q: Annotated[str, Query(pattern="^[a-z]+$")]) -> str:
    if q == "none":
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT)
    return q
```

## Bad: no twin

```python
from fastapi import FastAPI, Path
from fastapi.responses import ORJSONResponse

app = FastAPI(default_response_class=ORJSONResponse)  # finding


@app.get("/items/{name}")
async def read_item(name: str = Path(example="chair")) -> str:  # finding
    return name
```

## Bad: the worker inside uvicorn

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()
```

```dockerfile title="Dockerfile"
FROM python:3.11-slim
USER nobody
CMD ["gunicorn", "main:app", "-k", "uvicorn.workers.UvicornWorker"]  # finding
```

## Good: the new names, and a regex of something else

```python
import re
from typing import Annotated

from fastapi import FastAPI, Path, Query, status

app = FastAPI()
CODES = {status.HTTP_404_NOT_FOUND}


try:
    TOO_LARGE = status.HTTP_413_CONTENT_TOO_LARGE
except AttributeError:
    TOO_LARGE = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


def find(regex: str) -> bool:
    return re.search(regex, "") is not None


@app.get("/items/{name}")
async def read_item(
    name: Annotated[str, Path(examples=["chair"])], q: Annotated[str, Query(pattern="^[a-z]+$")]
) -> bool:
    return find(regex=q)
```
"""

import re

from plumbrule.rulekit import Call, Edit, Finding, Fix, Iterator, Module, Project, Source, Span, n, rule

STATUS = {
    "HTTP_413_REQUEST_ENTITY_TOO_LARGE": "HTTP_413_CONTENT_TOO_LARGE",
    "HTTP_414_REQUEST_URI_TOO_LONG": "HTTP_414_URI_TOO_LONG",
    "HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE": "HTTP_416_RANGE_NOT_SATISFIABLE",
    "HTTP_422_UNPROCESSABLE_ENTITY": "HTTP_422_UNPROCESSABLE_CONTENT",
}
CLASSES = ("ORJSONResponse", "UJSONResponse")
NAMES = [name.encode() for name in (*STATUS, *CLASSES)]
PARAMETERS = {f"fastapi.{name}" for name in ("Query", "Path", "Body", "Header", "Cookie", "Form", "File")}
WORKER = re.compile(r"^(?!\s*#).*?(uvicorn\.workers)\.Uvicorn", re.MULTILINE)


@rule(category="contracts", severity="warning", needs="fastapi>=0.120")
def retired_api(project: Project) -> Iterator[Finding]:
    for module in project.mentioning(b"HTTP_4", b"JSONResponse"):
        if module.mentions(*NAMES):
            yield from in_module(module)
    for call in project.calls_to(*PARAMETERS):
        yield from of_parameter(call)
    for path, text in project.texts("*Dockerfile*").items():
        for found in WORKER.finditer(text):
            start = len(text[: found.start(1)].encode())
            at = Source(path, text.encode()).span(start, start + len(found[1]))
            yield said(at, found[1], "uvicorn_worker", None)


def in_module(module: Module) -> Iterator[Finding]:
    """The old names in one file."""
    for scope in (module, *module.classes, *module.functions):
        for constant in scope.find(n.Attribute):
            name = constant.attr
            if name in STATUS and is_status(scope.name_of(constant)) and not is_fallback(constant):
                at = module.source.span(constant.end - len(name), constant.end)
                fix = Fix((Edit(at, STATUS[name]),), safe=not module.project.may_be("starlette", "<0.48"))
                yield said(constant.span, name, STATUS[name], fix)
        for node in scope.find(n.Name):
            full = scope.name_of(node) or "" if node.id in CLASSES else ""
            if full.endswith(f"responses.{node.id}") and not is_fallback(node):
                yield said(node.span, node.id, "a return type: pydantic writes the JSON itself", None)


def is_fallback(node: n.Node) -> bool:
    """Whether it is what is done where the new name is missing."""
    return any(isinstance(parent, n.Handler) for parent in node.parents)


def of_parameter(call: Call) -> Iterator[Finding]:
    """`regex=` and `example=` of `Query(…)` and its like."""
    for keyword in call.keywords:
        if keyword.name == "regex":
            at = call.module.source.span(keyword.start, keyword.start + len("regex"))
            fix = Fix((Edit(at, "pattern"),), safe=not call.module.project.may_be("fastapi", "<0.100"))
            yield said(keyword.span, "regex", "pattern", fix)
        elif keyword.name == "example":
            yield said(keyword.span, "example", "examples=[…]", None)


def is_status(name: str | None) -> bool:
    """Whether it is a constant of `fastapi.status`."""
    return (name or "").startswith(("fastapi.status.", "starlette.status."))


def said(at: Span, old: str, new: str, fix: Fix | None) -> Finding:
    """What is said about one name."""
    return Finding(
        at=at,
        message=f"`{old}` is on its way out",
        label="deprecated: it warns, then it is gone",
        help=f"use {new}" if " " in new else f"use `{new}`",
        fix=fix,
    )
