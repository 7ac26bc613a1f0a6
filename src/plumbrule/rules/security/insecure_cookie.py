"""A session cookie that scripts can read or that travels unencrypted

Without HttpOnly one injected script sends the session away; without Secure
the cookie goes over plain HTTP once and is anybody's on the way; without
SameSite other sites send requests with it.

The fix is unsafe: a page whose script reads the cookie, and a service that is
reached over plain HTTP, are without a session afterwards.

## Bad

```python title="main.py"
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/login")
async def sign_in(response: Response) -> None:
    response.set_cookie("session_id", "…", max_age=3600)  # finding
```

## Fixed

```python title="main.py"
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/login")
async def sign_in(response: Response) -> None:
    response.set_cookie("session_id", "…", max_age=3600, httponly=True, secure=True)
```

## Bad: switched off

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()


@app.post("/login")
async def sign_in() -> JSONResponse:
    response = JSONResponse({})
    response.set_cookie(key="refresh_token", value="…", httponly=True, secure=False)  # finding
    return response
```

## Bad: by position

```python title="main.py"
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/login")
async def sign_in(response: Response) -> None:
    response.set_cookie("session_id", "…", 60, 60, "/", None, False, True, "lax")  # finding
    response.set_cookie("session_id", "…", 60, 60, "/", None, True, True, "lax")
```

## Good: all of them; Starlette's default for SameSite is lax

```python title="main.py"
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/login")
async def sign_in(response: Response) -> None:
    response.set_cookie("session_id", "…", httponly=True, secure=True)
```

## Good: a cookie that scripts are meant to read, and one being deleted

```python title="main.py"
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/settings")
async def save(response: Response) -> None:
    response.set_cookie("theme", "dark")
    response.set_cookie("csrf_token", "…", secure=True)
    response.set_cookie("session_id", "", max_age=0)
```

## Good: decided by the settings

```python title="main.py"
from fastapi import FastAPI, Response

app = FastAPI()
ENVIRONMENT = "production"
IS_PRODUCTION = ENVIRONMENT == "production"


@app.post("/login")
async def sign_in(response: Response) -> None:
    response.set_cookie("session_id", "…", httponly=True, secure=IS_PRODUCTION)
    if ENVIRONMENT == "development":
        response.set_cookie("session_id", "…", httponly=True)
```
"""

import re

from plumbrule.rulekit import (
    Call,
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Variable,
    is_for_developers,
    n,
    rule,
)

SESSION = re.compile(
    r"sess|(^|[_-])(auth|access|refresh|id|jwt|login|remember|bearer)?[_-]?(token|jwt)$|^auth|^sid$",
    re.IGNORECASE,
)
READ_BY_SCRIPTS = re.compile(r"csrf|xsrf|state|nonce|flash", re.IGNORECASE)

PLACES = {"secure": 6, "httponly": 7}
"""where they stand when they are given by position"""


@rule(category="security", severity="error", calls=("set_cookie",))
def insecure_cookie(call: Call) -> Iterator[Finding]:
    if not isinstance(call.caller, Function) or call.is_splatted or not is_session(call):
        return
    asked = ("httponly",) if is_for_developers(call.node) else ("httponly", "secure")
    missing = [name for name in asked if is_off(call.argument(PLACES[name], name))]
    if missing:
        yield Finding(
            at=call.span,
            message=f"a session cookie is set without {' and '.join(missing)}",
            label="scripts can read it" if "httponly" in missing else "it travels over plain HTTP too",
            help=f"add {', '.join(f'{name}=True' for name in missing)}",
            fix=completed(call, missing),
        )


def is_session(call: Call) -> bool:
    """Whether the cookie's name says that it holds a session, and it is not being deleted."""
    key, given = call.argument(0, "key"), (call.argument(1, "value"), call.argument(2, "max_age"))
    if any(isinstance(value, n.Constant) and not value.value for value in given):
        return False
    name = name_of_cookie(key, call)
    return SESSION.search(name) is not None and READ_BY_SCRIPTS.search(name) is None


def name_of_cookie(key: n.Expr | None, call: Call) -> str:
    match key:
        case n.Constant(value=str(name)):
            return name
        case n.Name() | n.Attribute():
            target = call.scope.resolve(key)
            if isinstance(target, Variable) and isinstance(target.value, n.Constant):
                return str(target.value.value)
    return ""


def is_off(option: n.Expr | None) -> bool:
    return option is None or (isinstance(option, n.Constant) and not option.value)


def completed(call: Call, missing: list[str]) -> Fix | None:
    given = {name: value for name in missing if (value := call.argument(PLACES[name], name)) is not None}
    edits = [Edit(value.span, "True") for value in given.values()]
    if added := [f"{name}=True" for name in missing if name not in given]:
        edits.append(Edit(*call.added(*added)))
    return Fix(tuple(edits), safe=False)
