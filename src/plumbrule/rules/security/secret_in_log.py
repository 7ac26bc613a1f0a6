"""A password, token or key is written to the log

Logs are copied, indexed and kept, and many more people read them than the
database. What was secret has to be replaced then.

## Bad

```python title="main.py"
import logging

from fastapi import FastAPI, Request

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/login")
async def sign_in(name: str, password: str, request: Request) -> None:
    logger.info(f"{name} signs in with {password}")  # finding
    logger.debug("headers: %s", request.headers.get("Authorization"))  # finding
```

## Bad: printed, by a function that the route calls

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


def renew(refresh_token: str) -> None:
    print("renewing", refresh_token)  # finding


@app.post("/renewals")
def create_renewal(token: str) -> None:
    renew(token)
```

## Bad: a dict with one in it

```python title="main.py"
import logging
import os

from fastapi import FastAPI

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/jobs")
async def start(name: str) -> None:
    environment = {"NAME": name}
    environment["AWS_SECRET_ACCESS_KEY"] = os.environ["AWS_SECRET_ACCESS_KEY"]
    logger.info(f"starts with {environment}")  # finding


@app.post("/mails")
async def send(name: str, password: str) -> None:
    account = {"name": name, "password": password}
    logger.info("sends as %s", account)  # finding


@app.post("/calls")
async def call(name: str, password: str) -> None:
    account = {"name": name, "password": "***"}
    logger.info("calls as %s", account)
    account["password"] = password
    other = {"name": name, "password": password}
    other.pop("password")
    logger.info("not %s", other)
```

## Good: told once to the person who starts the server

```python title="main.py"
import secrets

from fastapi import FastAPI


def create_app() -> FastAPI:
    api_key = secrets.token_urlsafe()
    print("the key is", api_key)
    return FastAPI()


app = create_app()
```

## Good: what may be known

```python title="main.py"
import logging

from fastapi import FastAPI

app = FastAPI()
logger = logging.getLogger(__name__)


@app.post("/login")
async def sign_in(name: str, password: str, max_tokens: int, token_type: str) -> None:
    logger.info("%s signs in, %s characters, %s", name, len(password), bool(password))
    logger.info("api key %s…, %s of %s", password[:4], max_tokens, token_type)
    logger.info("password of %s changed", name)
    must_change_password = len(password) < 12
    logger.info("must it be changed? %s", must_change_password)


@app.post("/services/{service_key}/start")
async def start(service_key: str) -> None:
    logger.info("starts %s", service_key)


PAGES = {"x1": "en/x1/firmware", "p1": "en/p1/firmware"}


@app.get("/firmware/{api_key}")
async def read_firmware(api_key: str) -> str | None:
    logger.info("looks for the firmware of %s", api_key)
    return PAGES.get(api_key)


@app.delete("/keys/{access_key}")
async def drop_key(access_key: str) -> None:
    logger.info("the key %s is dropped, its secret with it", access_key)
```
"""

import re

from plumbrule.rulekit import (
    LOGGING,
    Call,
    Finding,
    Function,
    Iterator,
    Module,
    Project,
    Variable,
    is_logging,
    is_secret_name,
    n,
    parts_of,
    reached_calls,
    rule,
)

HEADERS = {"authorization", "cookie", "x-api-key", "set-cookie"}
ASIDE = re.compile(
    r"(^|/)(scripts?|examples?|cli|docs?|cookbook|bench\w*|tools|commands)/|mock|cli\.py$", re.IGNORECASE
)
HIDING = re.compile(r"mask|redact|hid(e|den)|obfus|sanit|hash|len\(", re.IGNORECASE)
NO_VALUE = re.compile(r"^(secret|salt|pepper|hmac|id_token)$|_salt$|(^|[^t]_)access_key$", re.IGNORECASE)


@rule(category="security", severity="error", confidence="medium")
def secret_in_log(project: Project) -> Iterator[Finding]:
    logging = [call for call in project.calls_to(*LOGGING) if is_logging(call)]
    secrets = {call: secret for call in logging if (secret := secret_of(call)) is not None}
    leading = roots(project).intersection(project.functions_leading_to(secrets))
    served = {call for root in leading for call in near(root)}
    for call, secret in secrets.items():
        if call in served and not ASIDE.search(call.module.path) and not is_key_of_table(secret, call.module):
            yield Finding(
                at=call.span,
                message=f"`{secret.text}` is written to the log",
                label="many more people read logs than databases",
                help="leave it out, or log an id",
            )


def is_key_of_table(secret: n.Expr, module: Module) -> bool:
    """Whether a module looks for what has that name in a dict that is written in the code, so that it is no
    more secret than the code.
    """
    asked = (call for function in module.functions for call in function.calls if call.method == "get")
    tables = (
        call.scope.resolve(call.receiver)
        for call in asked
        if call.receiver is not None and call.args and call.args[0].text == secret.text
    )
    return any(isinstance(table, Variable) and isinstance(table.value, n.Dict) for table in tables)


def roots(project: Project) -> set[Function]:
    """The functions that FastAPI calls for a request."""
    functions = (
        f for route in project.code_routes for f in (route.handler, *(d.function for d in route.dependencies))
    )
    return {function for function in functions if function is not None}


def near(root: Function) -> Iterator[Call]:
    """The calls that a function makes within three steps."""
    return (reached.call for reached in reached_calls(root, depth=3))


def secret_of(call: Call) -> n.Expr | None:
    """The first secret that a call writes out."""
    return next((part for part in parts_of(call) if is_secret(part) or is_stored_in(part, call)), None)


def is_stored_in(part: n.Expr, call: Call) -> bool:
    """Whether a dict that is written out as a whole was given a secret before, and still has it."""
    if not isinstance(part, n.Name) or not isinstance(call.scope, Function):
        return False
    given = {key: value for key, value in stored(part, call.scope) if value.start < call.node.start}
    text = call.scope.node.text
    return any(
        is_header_or_secret(key)
        and not isinstance(value, n.Constant)
        and not HIDING.search(value.text)
        and f"{part.id}.pop" not in text
        and f"del {part.id}[" not in text
        for key, value in given.items()
    )


def stored(name: n.Name, function: Function) -> Iterator[tuple[str, n.Expr]]:
    """What is stored under written keys in a dict of a function, in turn."""
    for made in function.find(n.Assign):
        match made:
            case n.Assign(targets=(n.Name(id=target),), value=n.Dict() as display) if target == name.id:
                keys = (key.value for key in display.keys if isinstance(key, n.Constant))
                texts = [key for key in keys if isinstance(key, str)]
                yield from ((key, value) for key in texts if (value := display.get(key)) is not None)
            case n.Assign(
                targets=(n.Subscript(value=n.Name(id=target), items=(n.Constant(value=str(key)),)),),
                value=n.Expr() as value,
            ) if target == name.id:
                yield key, value


def is_secret(expr: n.Expr) -> bool:
    """Whether an expression names a secret: a variable, a key of a dict, a header."""
    match expr:
        case n.Name(id=name) | n.Attribute(attr=name):
            return is_secret_name(name) and not NO_VALUE.search(name) and not name.isupper()
        case n.Subscript(items=(n.Constant(value=str(key)),)):
            return is_header_or_secret(key)
        case n.Call(func=n.Attribute(attr="get"), args=(n.Constant(value=str(key)), *_)):
            return is_header_or_secret(key)
        case _:
            return False


def is_header_or_secret(key: str) -> bool:
    return key.lower() in HEADERS or (is_secret_name(key.replace("-", "_")) and not NO_VALUE.search(key))
