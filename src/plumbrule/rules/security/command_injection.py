"""Request data that becomes part of a shell command

The shell reads `;`, `|` and `$(…)` wherever they come from: the value ends
the command and starts one of its own, with the rights of the server. A list
of arguments without a shell hands the value over as it is.

## Bad

```python title="main.py"
import subprocess

from fastapi import FastAPI

app = FastAPI()


@app.post("/thumbnails")
def make_thumbnail(source: str) -> None:
    subprocess.run(f"convert {source} thumbnail.png", shell=True, check=True)  # finding
```

## Bad: asyncio's shell

```python title="main.py"
import asyncio

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Host(BaseModel):
    name: str


@app.post("/pings")
async def ping(host: Host) -> None:
    command = "ping -c 1 " + host.name  # finding
    await asyncio.create_subprocess_shell(command)
```

## Good: a list, no shell

```python title="main.py"
import subprocess

from fastapi import FastAPI

app = FastAPI()


@app.post("/thumbnails")
def make_thumbnail(source: str) -> None:
    subprocess.run(["convert", "--", source, "thumbnail.png"], check=True)
```

## Good: quoted

```python title="main.py"
import os
import shlex

from fastapi import FastAPI

app = FastAPI()


@app.post("/thumbnails")
def make_thumbnail(source: str) -> None:
    os.system(f"convert {shlex.quote(source)} thumbnail.png")
```
"""

from plumbrule.rulekit import Finding, Flow, Iterator, Route, n, rule, stations


@rule(category="security", severity="error")
def command_injection(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind == "command" and uses_a_shell(flow):
            yield Finding(
                at=flow.last.span,
                message="what the client sends becomes a part of a shell command",
                label=f"`{flow.origin.label}` of {flow.route.label} is in it",
                help="give a list of arguments without a shell",
                chain=stations(flow),
            )


def uses_a_shell(flow: Flow) -> bool:
    if not flow.sink.name.startswith("subprocess.") or flow.sink.name.startswith("subprocess.get"):
        return True
    shell = flow.sink.keyword("shell")
    return isinstance(shell, n.Constant) and shell.value is True
