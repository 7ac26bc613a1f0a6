"""`Depends(get_db())`: the result is injected, not the function

`Depends` wants something it can call for each request. Here the function is
called once, when the module is imported, and FastAPI gets a generator, a
coroutine or an object that cannot be called: the app does not start, or every
request fails.

## Bad

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


async def get_user() -> str:
    return "ada"


@app.get("/me")
async def me(user: Annotated[str, Depends(get_user())]) -> str:  # finding
    return user
```

## Fixed

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


async def get_user() -> str:
    return "ada"


@app.get("/me")
async def me(user: Annotated[str, Depends(get_user)]) -> str:
    return user
```

## Bad: an object that cannot be called

```python
from fastapi import Depends, FastAPI

app = FastAPI()


class Mailer:
    def send(self, text: str) -> None: ...


@app.post("/mails")
async def send(mailer: Mailer = Depends(Mailer())) -> None: ...  # finding
```

## Good: the call makes the dependency

```python
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class RoleChecker:
    def __init__(self, role: str) -> None:
        self.role = role

    def __call__(self) -> str:
        return self.role


def limit(times: int):
    async def check() -> None: ...

    return check


@app.get("/me", dependencies=[Depends(limit(3))])
async def me(role: Annotated[str, Depends(RoleChecker("admin"))]) -> str:
    return role
```
"""

from plumbrule.rulekit import Call, Class, Edit, External, Finding, Fix, Iterator, n, rule


@rule(category="contracts", severity="error", calls=("fastapi.Depends", "fastapi.Security"))
def called_dependency(marker: Call) -> Iterator[Finding]:
    given = marker.argument(0, "dependency")
    inner = marker.scope.call(given) if isinstance(given, n.Call) else None
    what = made(inner) if inner is not None else ""
    if inner is not None and what:
        yield Finding(
            at=inner.span,
            message=f"`{inner.node.func.text}` is called when the module is imported",
            label=f"gives {what}, which FastAPI cannot call",
            help=f"write `Depends({inner.node.func.text})`",
            fix=uncalled(inner),
        )


def made(call: Call) -> str:
    """What a call makes that cannot be called itself; nothing if it may be callable."""
    target = call.target
    if isinstance(target, Class):
        bases = [base for base in target.ancestors if isinstance(base, External) and not is_plain(base)]
        has_call = target.method("__call__") or "__call__" in target.attributes or target.node.decorators
        return "" if has_call or bases or target.method("__new__") or target.node.keywords else "an object"
    if call.function is None or call.function.node.decorators:
        return ""
    if call.function.is_generator:
        return "a generator"
    return "a coroutine" if call.function.is_async else ""


def is_plain(base: External) -> bool:
    """A base that makes nothing callable."""
    return base.name in (
        "builtins.object",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "pydantic.BaseModel",
    )


def uncalled(call: Call) -> Fix | None:
    """Take the empty parentheses away."""
    if call.args or call.keywords:
        return None
    end = call.module.source.span(call.func_span.end, call.span.end)
    return Fix((Edit(end, ""),))
