r"""Every site may send requests with cookies and read the answers

With `allow_credentials=True` Starlette cannot answer `*`, so it repeats
whatever origin asks: each site in the world is allowed. An origin pattern
that is not anchored at its dots lets `evilexample.com` in.

## Bad

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(  # finding
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
)
```

## Bad: a pattern that lets too much in

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(  # finding
    CORSMiddleware,
    allow_origin_regex=r"https://.*example.com",
    allow_credentials=True,
)
```

## Bad: the default of a setting

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    cors_origins: list[str] = ["*"]


settings = Settings()
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, allow_credentials=True)  # finding
```

## Bad: what holds if the environment says nothing

```python title="main.py"
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def parsed(text: str) -> list[str]:
    return [origin.strip() for origin in text.split(",")]


ORIGINS = parsed(os.getenv("ORIGINS") or "*")

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True)  # finding
admin = FastAPI()
admin.add_middleware(  # finding
    CORSMiddleware,
    allow_origins=[origin.strip() for origin in os.environ.get("ORIGINS", "*").split(",") if origin],
    allow_credentials=True,
)
```

## Bad: put around the app

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
served = CORSMiddleware(app, allow_origins=["*"], allow_credentials=True)  # finding
```

## Good: on a developer's machine only

```python title="main.py"
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
if os.getenv("ENVIRONMENT") == "development":
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
else:
    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
```

## Good: named origins

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
    allow_origin_regex=r"https://[a-z0-9-]+\.preview\.shop\.example",
    allow_credentials=True,
)
```

## Good: none if the environment says nothing

```python title="main.py"
import os

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

ORIGINS = os.getenv("ORIGINS", "").split(",")


def without(star: str) -> list[str]:
    return [origin for origin in ORIGINS if origin != star]


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_credentials=True)
admin = FastAPI()
admin.add_middleware(CORSMiddleware, allow_origins=without("*"), allow_credentials=True)
```

## Good: a setting that names some by itself

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    cors_origins: list[str] = ["https://shop.example"]


settings = Settings()
origins = [str(origin) for origin in (settings.cors_origins or ["*"])]
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
```

## Good: the star has a branch of its own

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    origins: list[str] = ["*"]


def make(settings: Settings) -> FastAPI:
    app = FastAPI()
    if "*" in settings.origins:
        app.add_middleware(CORSMiddleware, allow_origins=["*"])
    elif settings.origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)
    return app
```

## Good: everybody, without cookies

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
```

## Good: a middleware of the project's own turns foreign sites away

```python title="main.py"
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)


@app.middleware("http")
async def same_origin(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if request.headers.get("origin") != str(request.base_url).rstrip("/"):
        return Response(status_code=403)
    return await call_next(request)
```
"""

import re

from plumbrule.rulekit import (
    Finding,
    Function,
    Iterator,
    Module,
    Project,
    Scoped,
    Span,
    Variable,
    branches_around,
    is_for_developers,
    n,
    rule,
)

CORS = "starlette.middleware.cors.CORSMiddleware"
ENVIRONMENT = ("os.getenv", "os.environ.get")


@rule(category="security", severity="error")
def cors_wildcard_with_credentials(project: Project) -> Iterator[Finding]:
    for app in project.apps:
        if any(middleware.judges_origin for middleware in app.middleware):
            continue
        for middleware in app.middleware if app.module is None or not app.module.is_test else ():
            if middleware.name == CORS:
                yield from judged(middleware.span, middleware.options, app.scope)
    for call in project.calls_to(CORS):
        yield from judged(call.span, {k.name: k.value for k in call.node.keywords if k.name}, call.scope)


def judged(at: Span, options: dict[str, n.Expr], scope: Scoped | None) -> Iterator[Finding]:
    """What there is to say about the options of one middleware, added to an app or put around it."""
    origins, pattern = options.get("allow_origins"), options.get("allow_origin_regex")
    allowed = options.get("allow_credentials")
    if allowed is None or not is_true(allowed) or is_for_developers(allowed):
        return
    if origins is not None and is_any(origins, scope) and not is_other_branch(origins):
        yield finding(at, "every site may send requests with the visitor's cookies", origins)
    elif isinstance(pattern, n.Constant) and lets_too_much_in(str(pattern.value)):
        yield finding(at, "the pattern for origins lets foreign sites in", pattern)


def finding(at: Span, message: str, option: n.Expr) -> Finding:
    what = '`"*"` is among the origins,' if "\n" in option.text else f"`{option.text}`"
    return Finding(
        at=at,
        message=message,
        label=f"{what} together with `allow_credentials=True`",
        help="name the origins, or leave credentials out",
    )


def is_other_branch(origins: n.Expr) -> bool:
    """Whether it stands where a setting is something else than a star."""
    for test, is_so in branches_around(origins):
        match test:
            case n.Compare(operands=operands, ops=(op,)) if origins.text in [one.text for one in operands]:
                stars = (x for one in operands for x in one.walk() if isinstance(x, n.Constant))
                if any(star.value == "*" for star in stars) and is_so is (op in ("!=", "not in")):
                    return True
            case _:
                pass
    return False


def is_true(option: n.Expr | None) -> bool:
    return isinstance(option, n.Constant) and option.value is True


def is_any(origins: n.Expr, scope: Scoped | None) -> bool:
    match origins:
        case n.Sequence(items=items):
            return any(isinstance(item, n.Constant) and item.value == "*" for item in items)
        case n.Constant(value="*"):
            return True
        case n.Attribute() as setting:
            given = default_of(setting, scope)
            return given is not None and is_any(given, scope)
        case n.Name():
            target = scope.resolve(origins) if scope is not None else None
            return isinstance(target, Variable) and target.value is not None and is_any(target.value, scope)
        case _:
            return is_any_by_default(origins, scope)


def default_of(setting: n.Expr, scope: Scoped | None) -> n.Expr | None:
    """What `settings.cors_origins` is without an environment."""
    if not isinstance(setting, n.Attribute) or not isinstance(scope, (Function, Module)):
        return None
    owner = scope.type_of(setting.value)
    field = owner.cls.attribute(setting.attr) if owner is not None and owner.cls is not None else None
    return field.value if field is not None else None


def is_any_by_default(made: n.Expr, scope: Scoped | None) -> bool:
    """`os.getenv("ORIGINS", "*").split(",")`, or what a function of the project makes of such a text."""
    match made:
        case n.BoolOp(left=left, right=right, op="or"):
            given = default_of(left, scope)
            return is_any(right, scope) and not (isinstance(given, n.Sequence) and given.items)
        case n.Comprehension(clauses=(n.Clause(iterable=iterable, conditions=conditions),)):
            return is_any(iterable, scope) and not any(isinstance(c, n.Compare) for c in conditions)
        case n.Call(func=n.Attribute(value=text, attr="split" | "strip")):
            return is_any(text, scope)
        case n.Call(args=(_, default)) if scope is not None and scope.name_of(made.func) in ENVIRONMENT:
            return is_any(default, scope)
        case n.Call(args=(n.BoolOp() | n.Call() as text,), keywords=()) if scope is not None:
            return isinstance(scope.resolve(made.func), Function) and is_any(text, scope)
        case _:
            return False


def lets_too_much_in(pattern: str) -> bool:
    """Whether a pattern has a dot-star that eats parts of the host."""
    plain = pattern.strip("^$")
    if plain in (".*", ".+", "https?://.*", "http.*", "https://.*"):
        return True
    host = plain.partition("://")[2] or plain
    return re.search(r"\.[*+](?!\\\.)\w", host) is not None
