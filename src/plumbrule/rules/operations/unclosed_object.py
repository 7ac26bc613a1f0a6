"""An object that knows how to close what it has, and is never told to

A class with a `close` that closes a client or a file says that somebody has to
call it. One that is made for each request, asked a few things and forgotten
leaves its connections to the garbage collector: the other side keeps them
until it gives up, and the number of open files is limited.

## Bad

```python title="app/containers.py"
import httpx


class Containers:
    def __init__(self) -> None:
        self.client = httpx.AsyncClient(base_url="http://docker")

    async def address(self, name: str) -> str:
        answer = await self.client.get(f"/containers/{name}")
        return answer.json()["address"]

    async def close(self) -> None:
        await self.client.aclose()
```

```python title="app/main.py"
from fastapi import FastAPI

from app.containers import Containers

app = FastAPI()


@app.get("/addresses/{name}")
async def read_address(name: str) -> str:
    containers = Containers()  # finding
    return await containers.address(name)
```

## Good: closed by `with`, by itself, by who gets it; nothing to close

```python title="main.py"
from contextlib import aclosing

import httpx
from fastapi import FastAPI, Request

app = FastAPI()
servers: list[object] = []


class Client:
    def __init__(self) -> None:
        self.client = httpx.AsyncClient()

    async def get(self) -> int:
        return (await self.client.get("https://example")).status_code

    async def get_once(self) -> int:
        try:
            return await self.get()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        await self.client.aclose()


class Only(Client):
    made: "Only | None" = None

    def __new__(cls) -> "Only":
        cls.made = cls.made or super().__new__(cls)
        return cls.made

    async def aclose(self) -> None:
        await self.client.aclose()


class Server(Client):
    async def start(self) -> None:
        servers.append(self)

    async def aclose(self) -> None:
        await self.client.aclose()


class Order:
    def is_open(self) -> bool:
        return True

    async def close(self) -> None:
        self.state = "closed"


@app.get("/")
async def read(request: Request) -> list[int]:
    async with aclosing(Client()) as one:
        first = await one.get()
    once = Client()
    order = Order()
    only = Only()
    server = Server()
    kept = request.state.client = Client()
    last = Client()
    try:
        await server.get()
        await server.start()
        await only.get()
        return [first, order.is_open(), await once.get_once(), await last.get(), await kept.get()]
    finally:
        await last.aclose()
```
"""

from plumbrule.rulekit import Call, Class, Finding, Function, Iterator, Project, n, rule

CLOSING = ("close", "aclose", "disconnect", "shutdown")
ENDING = {*CLOSING, "stop", "cleanup", "aexit", "dispose", "quit", "__aexit__", "__exit__"}


@rule(category="operations", severity="warning")
def unclosed_object(project: Project) -> Iterator[Finding]:
    for cls in project.classes:
        closing = next((m for name in CLOSING if (m := cls.methods.get(name)) and closes(m)), None)
        if closing is None or cls.module.is_test or is_known_beside(cls):
            continue
        for call in project.calls_to(cls.qualified_name):
            if isinstance(call.scope, Function) and is_forgotten(call, call.scope, cls):
                yield Finding(
                    at=call.func_span,
                    message=f"this `{cls.name}` is never closed",
                    label="made here, and known to nobody else",
                    help=f"call its `{closing.name}` in a `finally`, or make one in the lifespan for all",
                )


def is_known_beside(cls: Class) -> bool:
    """Whether making an object of a class may give one that is there, or others come to know the object."""
    special = any(cls.method(name) for name in ("__new__", "__del__"))
    return (
        special or bool(cls.node.keywords or cls.node.decorators) or any(map(hands_on, cls.methods.values()))
    )


def hands_on(method: Function) -> bool:
    """Whether a method gives its own object away, so that somebody else may close it."""
    me = method.parameters[0].name if method.parameters and not method.is_static else ""
    own = (x for x in method.node.walk() if isinstance(x, n.Name) and x.id == me)
    return not method.name.startswith("__") and any(not isinstance(x.parent, n.Attribute) for x in own)


def closes(method: Function) -> bool:
    """Whether a method that closes closes something else."""
    return any(call.method in CLOSING and call.receiver is not None for call in method.calls)


def is_forgotten(call: Call, function: Function, cls: Class) -> bool:
    """Whether an object is made for a request, asked a few things, and neither closed nor handed on."""
    match call.node.parent:
        case n.Assign(targets=(n.Name(id=name),), op=None):
            kept = function.bindings.get(name, ())
        case _:
            return False
    if len(kept) != 1 or function.project.serving.when(function) != "request":
        return False
    uses = [x for x in function.node.walk() if isinstance(x, n.Name) and x.id == name]
    asked = [asked_for(use) for use in uses if use.start >= call.node.end]
    return bool(asked) and all(word and not ends(word, cls) for word in asked)


def asked_for(use: n.Name) -> str:
    """The method that is called on an object where its name is used; nothing if it is used otherwise."""
    match use.parent:
        case n.Attribute(attr=method, parent=n.Call(func=func)) as asked if func is asked:
            return method
        case _:
            return ""


def ends(word: str, cls: Class) -> bool:
    """Whether a method closes the object, by its name or by what it calls."""
    method = cls.method(word)
    within = method.calls if method is not None else ()
    return word in ENDING or any(
        call.method in ENDING and call.node.func.text.startswith("self.") for call in within
    )
