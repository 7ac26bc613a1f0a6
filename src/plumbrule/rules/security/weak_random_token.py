"""A code or token drawn from a predictable generator

`random` is a simulation: after some hundred outputs everything it will ever
draw is known. A reset code drawn from it can be computed by whoever asks for
a few of his own. `secrets` draws from the operating system.

## Bad

```python title="main.py"
import random
import string

from fastapi import FastAPI

app = FastAPI()


@app.post("/password-resets")
async def start_reset() -> None:
    reset_code = random.randint(100000, 999999)  # finding
    token = "".join(random.choices(string.ascii_letters, k=32))  # finding
    print(reset_code, token)
```

## Bad: who asks for it calls it a token

```python title="main.py"
import random
import time
import uuid
from hashlib import sha256

from fastapi import FastAPI

app = FastAPI()


def create_hash() -> str:
    return sha256(f"{time.time()} {random.random()}".encode()).hexdigest()  # finding


@app.post("/password-resets")
async def start_reset() -> None:
    token = create_hash()
    access_code = uuid.uuid1().hex  # finding
    print(token, access_code)
```

## Bad: a function that is named for it

```python title="main.py"
from random import choice


def generate_api_key() -> str:
    return "".join(choice("abcdef0123456789") for _ in range(40))  # finding
```

## Fixed

```python title="main.py"
from secrets import choice


def generate_api_key() -> str:
    return "".join(choice("abcdef0123456789") for _ in range(40))
```

## Good: from the operating system

```python title="main.py"
import secrets

from fastapi import FastAPI

app = FastAPI()


@app.post("/password-resets")
async def start_reset() -> None:
    code = 100000 + secrets.randbelow(900000)
    print(code, secrets.token_urlsafe())
```

## Good: an id, whatever a variable is called

```python title="main.py"
import uuid

from fastapi import FastAPI

app = FastAPI()
listeners: dict[str, object] = {}


def create_id() -> str:
    return uuid.uuid1().hex


@app.post("/listeners")
async def listen() -> str:
    token = create_id()
    listeners[token] = object()
    return token
```

## Good: nothing secret

```python title="main.py"
import random
import string


def missing_page() -> str:
    dummy_token = "".join(random.choices(string.ascii_letters, k=16))
    return f"/{dummy_token}"


def pick_color() -> str:
    color = random.choice(["red", "green"])
    delay = random.uniform(0.5, 1.5)
    return f"{color} {delay}"


def sample_tokens(tokens: list[str]) -> list[str]:
    return random.sample(tokens, 2)


def make_password(random_source: random.SystemRandom) -> str:
    password = random_source.choice("abc")
    return password
```
"""

import re

from plumbrule.rulekit import Call, Edit, Finding, Fix, Function, Iterator, n, rule

SECRET = re.compile(
    r"^(?!_?(dummy|fake|mock|sample|test)_)(.*_)?(token|secret|password|passwd|pwd|otp|api_?key|salt|nonce|csrf|pin|(verification|reset|auth|confirmation|invite|access|"
    r"activation|recovery|backup|security|sms|login|one_time)_(code|key|token|number|pin)s?)$",
    re.IGNORECASE,
)
MAKER = re.compile(r"^_?(generate|create|make|new|get|gen|build)_?(random_?|secure_?)*(.*)$", re.IGNORECASE)
ID = re.compile(r"id$", re.IGNORECASE)
WEAK = {
    f"random.{name}"
    for name in ("random", "randint", "randrange", "choice", "choices", "sample", "getrandbits", "randbytes")
} | {"uuid.uuid1"}
SAME_NAME = {"random.choice"}


@rule(category="security", severity="error", calls=WEAK)
def weak_random_token(call: Call) -> Iterator[Finding]:
    name = what_it_makes(call, call.caller) if isinstance(call.caller, Function) else ""
    if name:
        yield Finding(
            at=call.span,
            message=f"`{name}` is drawn from a generator that can be predicted",
            label=f"`{call.name}` is a simulation",
            help="draw it from `secrets`",
            fix=drawn_from_secrets(call),
            severity="warning" if name.lower().endswith("nonce") else None,  # most need only be new
        )


def what_it_makes(call: Call, function: Function) -> str:
    """The secret that the drawn value becomes: a variable, an argument, what the function is named for."""
    for parent in call.node.parents:
        match parent:
            case n.Assign(targets=(n.Name(id=name) | n.Attribute(attr=name),)):
                return name if SECRET.search(name) else ""
            case n.Keyword(name=str(name)):
                return name if SECRET.search(name) else ""
            case n.Return():
                made = MAKER.match(function.name)
                return function.name if made and SECRET.search(made[3]) else what_callers_make(function)
            case n.Statement():
                return ""
    return ""


def what_callers_make(function: Function) -> str:
    """The secret that a request makes of what a function draws that is not named for ids."""
    if ID.search(function.name):
        return ""
    serving = function.project.serving
    callers = ((call, call.caller) for call in function.callers_in_code)
    made = (
        assigned(call)
        for call, at in callers
        if isinstance(at, Function) and at is not function and serving.when(at) == "request"
    )
    return next(filter(None, made), "")


def assigned(call: Call) -> str:
    """The secret that the result of a call is called, as it is or as an argument."""
    match call.node.parent:
        case n.Assign(targets=(n.Name(id=name) | n.Attribute(attr=name),)) | n.Keyword(name=str(name)):
            return name if SECRET.search(name) else ""
        case _:
            return ""


def drawn_from_secrets(call: Call) -> Fix | None:
    """`secrets` has the same function under the same name: then only the import changes."""
    if call.name not in SAME_NAME or not isinstance(call.node.func, n.Name):
        return None
    for node in call.module.nodes:
        if (
            isinstance(node, n.ImportFrom)
            and node.module == "random"
            and [a.name for a in node.names] == [call.method]
        ):
            return Fix((Edit(node.span, f"from secrets import {call.method}"),))
    return None
