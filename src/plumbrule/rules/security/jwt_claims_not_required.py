"""A token is accepted without the claims that limit it

PyJWT checks `exp` only if it is there: a token that was ever signed without
one is valid for ever. `options={"require": [...]}` refuses it.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    return str(jwt.decode(token, key, algorithms=["HS256"])["sub"])  # finding
```

## Fixed

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    return str(jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp"]})["sub"])
```

## Bad: switched off

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})  # finding
    return str(claims["sub"])
```

## Good: required

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    return str(claims["sub"])
```

## Good: looked at afterwards

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    claims = jwt.decode(token, key, algorithms=["HS256"])
    if "exp" not in claims:
        raise ValueError("a token that never ends")
    return str(claims["sub"])
```

## Good: whoever asks for the claims looks at one of the project's own

```python title="app/tokens.py"
import time

import jwt


def claims_of(token: str, key: str) -> dict[str, object]:
    return jwt.decode(token, key, algorithms=["HS256"])


def subject_of(token: str, key: str) -> str:
    claims = claims_of(token, key)
    if claims["expires_at"] < time.time():
        raise ValueError("over")
    return str(claims["sub"])
```
"""

import re

from plumbrule.rulekit import Call, Edit, Finding, Fix, Function, Iterator, Scoped, n, rule

ENDS = re.compile(r"exp(ires?|iry|iration)?(_\w+)?")


@rule(category="security", severity="error", confidence="medium", calls=("jwt.decode",))
def jwt_claims_not_required(call: Call) -> Iterator[Finding]:
    function = call.caller
    if isinstance(function, Function) and not call.is_splatted and not is_limited(call, function):
        yield Finding(
            at=call.span,
            message="a token without `exp` is accepted, and valid for ever",
            label="`exp` is checked only if it is there",
            help='add `options={"require": ["exp", "sub"]}`',
            fix=requiring(call),
        )


def is_limited(call: Call, function: Function) -> bool:
    """Whether a decode asks for claims, cannot be read, or is followed by a look at when the token ends."""
    options = call.argument(3, "options")
    if isinstance(options, n.Dict):
        if any(key is None for key in options.keys) or options.get("require") is not None:
            return True
        return is_false(options.get("verify_signature"))
    if options is not None:
        return True
    callers = [c.caller for c in function.callers_in_code]
    return looks(function) or (bool(callers) and all(looks(caller) for caller in callers))


def looks(scope: Scoped) -> bool:
    """Whether `exp`, or a claim of the project's own such as `expires_at`, is named in a scope."""
    return any(isinstance(c.value, str) and ENDS.fullmatch(c.value) for c in scope.find(n.Constant))


def requiring(call: Call) -> Fix | None:
    """Require `exp`, where there are no options yet."""
    given = (*call.args, *call.keywords)
    if call.argument(3, "options") is not None or not given:
        return None
    last = max(node.end for node in given)
    text = ', options={"require": ["exp"]}'
    return Fix((Edit(call.module.source.span(last, last), text),), safe=False)


def is_false(value: n.Expr | None) -> bool:
    return isinstance(value, n.Constant) and value.value is False
