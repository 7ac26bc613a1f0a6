"""Request data that decides which file is opened, saved, deleted or served

`../../etc/passwd` is a name like any other, and an absolute one throws away
what stood before it: `os.path.join("/uploads", "/etc/passwd")` is
`/etc/passwd`. The name that an upload is sent with is written by the client
too. Make up a name of your own, or resolve the path and see that it is still
below the folder.

## Bad

```python title="main.py"
import os

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/pictures")
def save_picture(file: UploadFile) -> None:
    path = os.path.join("pictures", file.filename)  # finding
    with open(path, "wb") as out:
        out.write(file.file.read())
```

## Bad: a field of the body, opened by another function

```python title="app/routes.py"
from fastapi import APIRouter
from pydantic import BaseModel

from app.storage import load

router = APIRouter()


class Job(BaseModel):
    database: str


@router.post("/jobs")
def run(job: Job) -> int:
    return len(load(job.database))
```

```python title="app/storage.py"
def load(name: str) -> bytes:
    path = f"content/{name}"  # finding
    with open(path, "rb") as file:
        return file.read()
```

## Bad: glued to a key, or named by administrators, which weighs less

```python title="main.py"
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, HTTPException, UploadFile

app = FastAPI()


def require_admin(key: str = Header()) -> None:
    if key != "from the environment":
        raise HTTPException(403)


@app.post("/pictures")
def save_picture(file: UploadFile) -> None:
    with open(f"pictures/{uuid4().hex}_{file.filename}", "wb") as out:  # finding
        out.write(file.file.read())


@app.get("/logs/{name:path}", dependencies=[Depends(require_admin)])
def read_log(name: str) -> str:
    with open(f"logs/{name}") as log:  # finding
        return log.read()
```

## Bad: compared while `..` is still in it

```python title="main.py"
import os

from fastapi import FastAPI, Form

app = FastAPI()
FOLDER = os.path.abspath("tasks")


@app.post("/tasks")
def load(name: str = Form()) -> str:
    path = os.path.join(FOLDER, name)  # finding
    if not path.startswith(FOLDER):
        raise ValueError(name)
    with open(path) as file:
        return file.read()
```

## Good: the resolved copy is compared

```python title="main.py"
import os

from fastapi import FastAPI, Form

app = FastAPI()
FOLDER = os.path.realpath("tasks")


@app.post("/tasks")
def load(name: str = Form()) -> str:
    path = os.path.join(FOLDER, name)
    real = os.path.realpath(path)
    if not real.startswith(FOLDER + os.sep):
        raise ValueError(name)
    with open(os.path.join(path, "task.json")) as file:
        return file.read()
```

## Good: a name of our own

```python title="main.py"
from pathlib import Path
from uuid import uuid4

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/pictures")
def save_picture(file: UploadFile) -> None:
    ending = Path(file.filename or "").suffix
    (Path("pictures") / f"{uuid4()}{ending}").write_bytes(file.file.read())
```

## Good: only the last part of it

```python title="main.py"
import os

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/pictures")
def save_picture(file: UploadFile) -> None:
    path = os.path.join("pictures", os.path.basename(file.filename or "picture"))
    with open(path, "wb") as out:
        out.write(file.file.read())


@app.post("/pictures/of-a-kind")
def save_picture_of_a_kind(file: UploadFile) -> None:
    parts = (file.filename or "").split(".")
    with open(f"pictures/one.{parts[-1]}", "wb") as out:
        out.write(file.file.read())
```

## Good: still below the folder

```python title="main.py"
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

app = FastAPI()
FOLDER = Path("pictures").resolve()


@app.get("/pictures/{name:path}")
def read_picture(name: str) -> FileResponse:
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER):
        raise HTTPException(404)
    return FileResponse(path)
```

## Good: no slash in a path parameter without `:path`; `filename` names nothing here

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import FileResponse

app = FastAPI()


@app.get("/pictures/{name}")
def read_picture(name: str) -> FileResponse:
    return FileResponse(f"pictures/{name}.png", filename=name)


@app.get("/manual")
def read_manual(saved_as: str) -> FileResponse:
    return FileResponse("manual.pdf", filename=saved_as)
```

## Good: only what is a path already is opened

```python title="main.py"
from pathlib import Path

from fastapi import FastAPI, UploadFile

app = FastAPI()


def contents(file: UploadFile | Path) -> bytes:
    if isinstance(file, Path):
        return file.read_bytes()
    return file.file.read()


@app.post("/protocols")
def read_protocols(files: list[UploadFile]) -> int:
    return sum(len(contents(file)) for file in files)
```

## Good: a service that a dependency gives, wherever that is made

```python title="main.py"
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI

app = FastAPI()


class Events(ABC):
    folder: Path

    @abstractmethod
    def save(self, text: str) -> None: ...


class FileEvents(Events):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, text: str) -> None:
        (self.folder / "events.txt").write_text(text)


def make_events() -> Events:
    return FileEvents(Path("events"))


def given(made: Any) -> Any:
    return Depends(made)


events_given = given(make_events)


@app.post("/events")
def save_event(text: str, events: FileEvents = events_given) -> None:
    events.save(text)
```

## Good: what is in the file does not name it

```python title="main.py"
import io
import zipfile

from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/archives")
def list_names(file: UploadFile) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(file.file.read())) as archive:
        return archive.namelist()


@app.post("/bundles")
def count_names(bundle: str) -> int:
    with zipfile.ZipFile(io.BytesIO(bundle.encode())) as archive:
        return len(archive.namelist())
```

## Good: what is called first raises for a name with folders in it

```python title="main.py"
from pathlib import Path

from fastapi import FastAPI

app = FastAPI()
OWN, BUILT_IN = Path("templates/own"), Path("templates/built_in")


@app.get("/templates")
def read_template(name: str) -> str:
    own = own_template(name)
    if own.exists():
        return own.read_text()
    return (BUILT_IN / f"{name}.html").read_text()


def own_template(name: str) -> Path:
    if ".." in name or "/" in name:
        raise ValueError("a name has no folders")
    return OWN / f"{name}.html"
```
"""

import re

from plumbrule.rulekit import Finding, Flow, Iterator, Route, is_for_administrators, n, rule, stations

WHOLE = re.compile(r"^not .*(isabs|is_absolute)\(")
NAMES_A_FILE = {"request", "path_rest", "upload"}


@rule(category="security", severity="error")
def path_traversal(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind == "path" and flow.origin.place in NAMES_A_FILE:
            sent = f"`{flow.origin.label}` of {flow.route.label}"
            only_windows = f"{sent} may hold `../`: only Windows does not ask whether that folder exists"
            yield Finding(
                at=flow.first.span,
                message="the client decides which file is used",
                label=only_windows if flow.origin.is_glued else f"{sent} may hold `../` or begin with `/`",
                help="make up the name yourself, or resolve the path and check that it is below its folder",
                chain=stations(flow),
                severity="warning" if flow.origin.is_glued or is_for_administrators(route) else None,
                confidence="low" if has_to_be_whole(flow) else None,
            )


def has_to_be_whole(flow: Flow) -> bool:
    """Whether a path that does not begin at the root is refused: then any file is what clients may name."""
    handler = flow.route.handler
    tests = handler.find(n.If) if handler is not None else ()
    return any(WHOLE.search(node.test.text) and flow.origin.label in node.test.text for node in tests)
