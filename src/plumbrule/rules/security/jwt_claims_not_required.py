"""A token is accepted without the claims that limit it

PyJWT checks `exp` only if it is there: a token that was ever signed without
one is valid for ever. `options={"require": [...]}` refuses it. It is a warning
where the project signs tokens itself and gives each an end.

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

## Bad: switched off in python-jose, which refuses an expired token otherwise

```python title="main.py"
from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})  # finding
    return str(claims["sub"])
```

## Bad: what python-jose has to be asked for

```python title="main.py"
from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    return str(jwt.decode(token, key, algorithms=["RS256"])["sub"])  # finding


@app.get("/orders")
def read_orders(token: str, key: str) -> str:
    return str(jwt.decode(token, key, algorithms=["RS256"], options={"require_exp": True})["sub"])
```

## Good: what renews a token, or ends a session, may be shown an expired one

```python title="app/tokens.py"
import jwt


def claims_of_expired(token: str, key: str) -> dict[str, object]:
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})


def session_to_log_out(token: str, key: str) -> object:
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})["session"]
```

## Good: switched off, and looked at by hand

```python title="app/tokens.py"
import time
from dataclasses import dataclass

import jwt


@dataclass
class Claims:
    sub: str
    exp: float


def claims_of(token: str, key: str) -> Claims:
    return Claims(**jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False}))


def is_over(claims: Claims) -> bool:
    return claims.exp < time.time()
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


@app.get("/me/end")
def read_end(token: str, key: str) -> int:
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_aud": False})
    return int(claims["exp"])
```

## Good: put into what cannot be made without it

```python title="app/tokens.py"
import jwt
from pydantic import BaseModel


class Claims(BaseModel):
    sub: str
    exp: int


def claims_of(token: str, key: str) -> Claims:
    return Claims(**jwt.decode(token, key, algorithms=["HS256"]))
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

from plumbrule.rulekit import (
    Attribute,
    Call,
    Class,
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Project,
    Scoped,
    is_end_of_token,
    n,
    rule,
)

TAKES_EXPIRED = re.compile(r"expired|log_?out|sign_?out|revoke")
"""names of what may be shown a token that is over: it ends a session"""
REQUIRING = ("require", "require_exp")
"""how PyJWT and python-jose are asked for claims"""


@rule(category="security", severity="error", confidence="medium", calls=("jwt.decode", "jose.jwt.decode"))
def jwt_claims_not_required(call: Call) -> Iterator[Finding]:
    function = call.caller
    if not isinstance(function, Function) or call.is_splatted:
        return
    if lets_expired_in(call):
        looked_at = any(looks(one) for one in function.module.functions)
        if not looked_at and not TAKES_EXPIRED.search(function.name):
            yield Finding(
                at=call.span,
                message="an expired token is accepted",
                label="`verify_exp` is off, and nothing else looks at when it ended",
                help="leave `verify_exp` on",
            )
    elif not is_limited(call, function):
        is_jose = call.name == "jose.jwt.decode"
        yield Finding(
            at=call.span,
            message="a token without `exp` is accepted, and valid for ever",
            label="`exp` is checked only if it is there",
            help="add `options={%s}`" % ('"require_exp": True' if is_jose else '"require": ["exp", "sub"]'),
            fix=None if is_jose else requiring(call),
            severity=None if signs_without_end(call.module.project) else "warning",
        )


def signs_without_end(project: Project) -> bool:
    """Whether the project signs tokens that may have no end; those of an identity provider have one."""
    signing = (call.scope for call in project.calls_to("jwt.encode", "jose.jwt.encode"))
    return any(not isinstance(at, Function) or not is_looked_at(at) for at in signing)


def lets_expired_in(call: Call) -> bool:
    """Whether the look at `exp` is switched off for a token whose signature is checked."""
    options = call.argument(3, "options")
    return (
        isinstance(options, n.Dict)
        and is_false(options.get("verify_exp"))
        and not is_false(options.get("verify_signature"))
    )


def is_limited(call: Call, function: Function) -> bool:
    """Whether a decode asks for claims, cannot be read, or is followed by a look at when the token ends."""
    options = call.argument(3, "options")
    if isinstance(options, n.Dict):
        if any(key is None for key in options.keys) or is_false(options.get("verify_signature")):
            return True
        if any(options.get(word) is not None for word in REQUIRING):
            return True
    elif options is not None:
        return True
    return is_looked_at(function) or any(demands_end(made) for made in function.calls)


def demands_end(made: Call) -> bool:
    """Whether an object is made of claims that has to be told when they end."""
    cls = made.target if made.is_splatted and isinstance(made.target, Class) else None
    fields = cls.attributes.values() if cls is not None else ()
    return any(is_end_of_token(field.name) and is_required(field) for field in fields)


def is_required(field: Attribute) -> bool:
    return field.value is None and field.annotation is not None and "None" not in field.annotation.text


def is_looked_at(function: Function) -> bool:
    """Whether a function, or all who call it about the claims, say when the token ends."""
    callers = [c.caller for c in function.callers_in_code]
    return looks(function) or (bool(callers) and all(looks(caller) for caller in callers))


def looks(scope: Scoped) -> bool:
    """Whether `exp`, or a claim of the project's own such as `expires_at`, is named in a scope."""
    if any(keyword.name == "exp" for keyword in scope.find(n.Keyword)):
        return True
    if any(isinstance(c.value, str) and is_end_of_token(c.value) for c in scope.find(n.Constant)):
        return True
    return any(part.attr == "exp" for part in scope.find(n.Attribute))


def requiring(call: Call) -> Fix | None:
    """Require `exp`, where there are no options yet."""
    given = (*call.args, *call.keywords)
    if call.argument(3, "options") is not None or not given:
        return None
    return Fix((Edit(*call.added('options={"require": ["exp"]}')),), safe=False)


def is_false(value: n.Expr | None) -> bool:
    return isinstance(value, n.Constant) and value.value is False
