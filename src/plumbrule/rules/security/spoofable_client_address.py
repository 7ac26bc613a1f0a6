"""An address that the client itself wrote

`X-Forwarded-For` is a header like any other: a client sends what it likes, and a
proxy appends to it. Who reads its first entry lets every caller choose the address
that limits, bans and audit logs go by.

## Bad

```python title="main.py"
from fastapi import FastAPI, Request

app = FastAPI()


def client_address(request: Request) -> str:
    forwarded = request.headers.get("X-Forwarded-For")  # finding
    return forwarded.split(",")[0] if forwarded else request.client.host


@app.get("/")
async def read(request: Request) -> str:
    return client_address(request)
```

## Good: the server has read it, from proxies it knows

```python title="main.py"
from fastapi import FastAPI, Request

app = FastAPI()


@app.get("/")
async def read(request: Request) -> str | None:
    return request.client.host if request.client else None
```

## Good: only from a proxy that is trusted, or the entry that it appended

```python title="main.py"
from fastapi import FastAPI, Request

app = FastAPI()
PROXIES = {"10.0.0.1"}


def client_address(request: Request) -> str:
    if request.client.host in PROXIES:
        return request.headers.get("X-Forwarded-For", "").split(",")[0]
    return request.client.host


def nearest(request: Request) -> str:
    return request.headers["x-forwarded-for"].split(",")[-1].strip()


@app.get("/")
async def read(request: Request) -> str:
    return client_address(request) + nearest(request)
```

## Good: another framework, which has other means

```python title="frontend/server.py"
def note_client_ip() -> None:
    from flask import request

    client_ip = request.headers.get("X-Forwarded-For")
    print(client_ip)
```

## References

Uvicorn's `--proxy-headers` with `--forwarded-allow-ips` set to the proxies; not to `*`.
"""

import re

from plumbrule.rulekit import File, Finding, Function, Iterator, Module, n, rule

HEADER = "x-forwarded-for"
TRUST = re.compile(r"trust|prox(y|ies)\b.*\bin\b|\bin\b.*prox(y|ies)|is_private|is_loopback", re.IGNORECASE)
LAST = re.compile(r"\[-1\]|rsplit|rpartition|reversed")
LOGS = re.compile(r"log|trac|telemetry|propagation", re.IGNORECASE)
ADDRESS = re.compile(r"client_?host|client\.host|(^|_)ip(_|$)|addr", re.IGNORECASE)


@rule(category="security", severity="warning")
def spoofable_client_address(module: Module) -> Iterator[Finding]:
    if not module.file.once(names_header) or LOGS.search(module.path) or "flask" in module.file.packages:
        return  # a wrong address in a log opens nothing
    for function in module.functions:
        yield from believed(function)


def names_header(file: File) -> bool:
    return HEADER.encode() in file.source.text.lower()


def believed(function: Function) -> Iterator[Finding]:
    """Where a function takes the header for the truth."""
    at = next(reads(function), None)
    if at is None or TRUST.search(function.node.text) or LAST.search(function.node.text):
        return
    if any(ADDRESS.search(name) for name in names_in(function)):
        yield Finding(
            at=at.span,
            message=f"`{function.label}` believes what the client says its address is",
            label="any client may send this header",
            help="read `request.client.host`; `--forwarded-allow-ips` tells uvicorn which proxies to believe",
        )


def reads(function: Function) -> Iterator[n.Node]:
    """Where the header is read from a request."""
    for node in function.nodes:
        match node:
            case n.Call(func=n.Attribute(value=n.Attribute(attr="headers"), attr="get"), args=(key, *_)):
                pass
            case n.Subscript(value=n.Attribute(attr="headers"), items=(key,)):
                pass
            case _:
                continue
        if isinstance(key, n.Constant) and str(key.value).lower() == HEADER:
            yield node


def names_in(function: Function) -> list[str]:
    """The names of the function and in it."""
    return [function.name, *(node.text for node in function.find(n.Attribute)), *function.bindings]
