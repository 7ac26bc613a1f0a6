"""Request data that is run as code

`eval`, `exec` and `pickle.loads` do what the bytes say: open a shell, read
the settings, send them away. There is no safe subset of them. Parse a format
that only holds data (JSON, `yaml.safe_load`), or look the name up in a table.
PyYAML's full loader counts before 5.4, when it still made any object.

## Bad

```python title="main.py"
import pickle

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/models")
async def load_model(file: UploadFile) -> str:
    model = pickle.loads(await file.read())  # finding
    return type(model).__name__


@app.get("/sums")
def calculate(expression: str) -> int:
    return eval(expression)  # finding
```

## Bad: what works out formulas runs any expression

```python title="main.py"
import pandas as pd
from fastapi import FastAPI
from sympy import sympify

app = FastAPI()
table = pd.DataFrame()


@app.post("/formulas")
def work_out(formula: str) -> str:
    return str(sympify(formula))  # finding


@app.get("/rows")
def find_rows(condition: str) -> int:
    return len(table.query(condition))  # finding
```

## Good: a format that holds data only

```python title="main.py"
import json

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/models")
async def load_model(file: UploadFile) -> str:
    model = json.loads(await file.read())
    return type(model).__name__
```

## Good: a safe loader

```python title="main.py"
import yaml
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/pipelines")
async def load_pipeline(request: Request) -> int:
    return len(yaml.load(await request.body(), Loader=yaml.SafeLoader))
```

## Bad: before PyYAML 5.4 the full loader made any object

```text title="requirements.txt"
fastapi
pyyaml==5.3.1
```

```python title="main.py"
import yaml
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/pipelines")
async def load_pipeline(request: Request) -> int:
    return len(yaml.load(await request.body(), Loader=yaml.FullLoader))  # finding
```

## Good: since 5.4 it makes plain values and names of what is imported already

```text title="requirements.txt"
fastapi
pyyaml==6.0.3
```

```python title="main.py"
import yaml
from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/pipelines")
async def load_pipeline(request: Request) -> int:
    return len(yaml.full_load(await request.body()))
```

## Good: a loader that extends a safe one, and a module of one package

```python title="main.py"
from importlib import import_module

import yaml
from fastapi import FastAPI, Request

app = FastAPI()


class Lines(yaml.CSafeLoader):
    def construct_scalar(self, node):
        return node.start_mark.line, super().construct_scalar(node)


@app.post("/pipelines")
async def load_pipeline(request: Request) -> int:
    return len(yaml.load(await request.body(), Loader=Lines))


@app.get("/providers/{kind}")
def describe(kind: str) -> str:
    return import_module(f"shop.providers.{kind}").__doc__ or ""
```

## Good: administrators install code, that is what the route is for

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()


def get_admin_user(token: str) -> str:
    if token != "root":
        raise HTTPException(403)
    return token


def get_user(token: str) -> str:
    return token


@app.post("/plugins")
def install(code: str, user: Annotated[str, Depends(get_admin_user)]) -> None:
    exec(code)


@app.post("/tools")
def add(code: str, user: Annotated[str, Depends(get_user)]) -> None:
    if user != "admin":
        raise HTTPException(403)
    exec(code)
```

## When to ignore it

When running the caller's code is the product: then it belongs into a sandbox
of its own, and only people who may do anything anyway may call the route.
"""

import re

from plumbrule.rulekit import Class, Finding, Flow, Iterator, Project, Route, n, rule, stations

ADMIN = re.compile(r"(?i)admin|superuser")


@rule(category="security", severity="error")
def code_injection(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind != "code" or is_safe_loader(flow) or is_in_package(flow):
            continue
        unsure = is_full_loader(flow) and route.project.may_be("pyyaml", ">=5.4")
        if not is_for_administrators(route) and not (unsure and is_mended(route.project)):
            yield Finding(
                at=flow.sink.span,
                message=f"`{flow.sink_name}` runs what the client sends as code",
                label=f"`{flow.origin.label}` of {flow.route.label} arrives here",
                help="parse a format that only holds data, or look names up in a table",
                chain=stations(flow),
                confidence="low" if unsure else None,
            )


def is_full_loader(flow: Flow) -> bool:
    """Whether YAML is read by the full loader, the default from 5.1 to 5.4."""
    if flow.sink.name == "yaml.load":
        loader = flow.sink.argument(1, "Loader")
        return loader is None or loader.text.rpartition(".")[2] in ("FullLoader", "CFullLoader")
    return flow.sink.name == "yaml.full_load"


def is_mended(project: Project) -> bool:
    """Whether no PyYAML can be installed whose full loader makes any object (CVE-2020-14343)."""
    return not project.may_be("pyyaml", "<5.4")


def is_for_administrators(route: Route) -> bool:
    """Whether only people who may do anything anyway may call a route."""
    asked = [branch.test.text for branch in route.handler.find(n.If)] if route.handler is not None else []
    asked += [dependency.name.rpartition(".")[2] for dependency in route.dependencies]
    return any(ADMIN.search(text) for text in asked)


def is_safe_loader(flow: Flow) -> bool:
    """Whether YAML is read by a loader that makes plain values only, or by one that extends it."""
    loader = flow.sink.argument(1, "Loader") if flow.sink.name == "yaml.load" else None
    if loader is None:
        return False
    cls = flow.sink.scope.resolve(loader)
    is_own = isinstance(cls, Class) and cls.is_a("yaml.SafeLoader", "yaml.CSafeLoader")
    return is_own or "Safe" in loader.text


def is_in_package(flow: Flow) -> bool:
    """Whether only modules of a package that is named in the code can be imported."""
    wanted = flow.sink.argument(0, "name") if flow.sink.method == "import_module" else None
    begin = wanted.parts[0] if isinstance(wanted, n.FString) and wanted.parts else None
    return isinstance(begin, n.Constant) and "." in str(begin.value).lstrip(".")
