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

## Bad: the program of the list is a shell; a shell of another machine

```python title="main.py"
import asyncio
import subprocess

from fastapi import FastAPI
from paramiko import SSHClient

app = FastAPI()


@app.post("/thumbnails")
def make_thumbnail(source: str) -> None:
    subprocess.run(["bash", "-c", f"convert {source} thumbnail.png"], check=True)  # finding


@app.post("/pings")
async def ping(host: str) -> None:
    await asyncio.create_subprocess_exec("sh", "-c", "ping -c 1 " + host)  # finding


@app.post("/restarts")
def restart(service: str) -> None:
    with SSHClient() as client:
        client.exec_command(f"systemctl restart {service}")  # finding
```

## Good: a list, no shell

```python title="main.py"
import asyncio
import subprocess

from fastapi import FastAPI

app = FastAPI()


@app.post("/thumbnails")
def make_thumbnail(source: str) -> None:
    subprocess.run(["convert", "--", source, "thumbnail.png"], check=True)


@app.post("/pages")
async def make_page(source: str) -> None:
    await asyncio.create_subprocess_exec("pandoc", "-o", source)
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

import re

from plumbrule.rulekit import Finding, Flow, Iterator, Route, n, rule, stations

SHELL = re.compile(r"(/usr)?(/bin/)?(ba|z|da|k)?sh|cmd(\.exe)?|powershell(\.exe)?|pwsh")


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
    """Whether a shell reads what is sent: it is asked for, or is the program that is given the command."""
    if flow.sink.method == "create_subprocess_exec":
        return is_shell(flow.sink.args[:2])
    if not flow.sink.name.startswith("subprocess.") or flow.sink.name.startswith("subprocess.get"):
        return True
    shell = flow.sink.keyword("shell")
    if isinstance(shell, n.Constant) and shell.value is True:
        return True
    return isinstance(flow.argument, n.Sequence) and is_shell(flow.argument.items[:2])


def is_shell(given: tuple[n.Expr, ...]) -> bool:
    """`bash -c`, `powershell -Command`."""
    match given:
        case (n.Constant(value=str(program)), n.Constant(value=str(option))):
            return SHELL.fullmatch(program) is not None and option.lower() in (
                "-c",
                "-lc",
                "-ec",
                "/c",
                "-command",
            )
        case _:
            return False
