"""The signature of a token is not checked, so anybody writes it

Without the check a token is a note on which the caller says who he is.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["sub"])  # finding
```

## Bad: python-jose

```python title="main.py"
from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/me")
def read_me(token: str) -> str:
    return str(jwt.get_unverified_claims(token)["sub"])  # finding
```

## Bad: a caller is known by it

```python title="main.py"
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def caller(authorization: Annotated[str, Header()]) -> str:
    token = authorization.removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})  # finding
    user_id = claims.get("sub")
    return str(user_id)


@app.get("/me")
def read_me(user_id: Annotated[str, Depends(caller)]) -> str:
    return user_id
```

## Good: only to choose the key

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()
KEYS: dict[str, str] = {}


@app.get("/me")
def read_me(token: str) -> str:
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    claims = jwt.decode(token, KEYS[issuer], algorithms=["RS256"], options={"require": ["exp"]})
    return str(claims["sub"])
```

## Good: what it says is compared, or who it names is told by a provider that was asked

```python title="main.py"
import httpx
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/is-mine")
def is_mine(token: str, user_id: str) -> bool:
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims["sub"] == user_id


@app.get("/callback")
def callback(code: str) -> str:
    answer = httpx.post("https://login.example.com/token", data={"code": code}, timeout=5)
    claims = jwt.decode(answer.json()["id_token"], options={"verify_signature": False})
    return str(claims["email"])
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

UNVERIFIED = ("jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims")
IDENTITY = ("sub", "user_id", "uid", "email", "preferred_username", "username", "upn")
VERIFYING = ("jwt.decode", "jose.jwt.decode", "authlib.jose.jwt.decode")


@rule(category="security", severity="error", confidence="medium", calls=(*UNVERIFIED, *VERIFYING))
def jwt_signature_unverified(call: Call) -> Iterator[Finding]:
    function = call.caller
    if isinstance(function, Function) and is_unverified(call) and tells_who(call, function):
        yield Finding(
            at=call.span,
            message="whoever writes a token is believed",
            label="its signature is not checked",
            help="give the key and `algorithms`, and let it be checked",
            confidence=None if call.module.project.serving.when(function) == "request" else "low",
        )


def is_unverified(call: Call) -> bool:
    if call.name in UNVERIFIED:
        return True
    options = call.keyword("options")
    verify = options.get("verify_signature") if isinstance(options, n.Dict) else call.keyword("verify")
    return call.name in VERIFYING and isinstance(verify, n.Constant) and verify.value is False


def tells_who(call: Call, function: Function) -> bool:
    """Whether a token that was handed in says who the caller is, and nobody checks it."""
    token = call.argument(0, "jwt") or call.argument(0, "token")
    if token is None or not is_handed_in(token, function) or any(map(verifies, function.calls)):
        return False
    parent = call.node.parent
    claims = {call.node.text, parent.targets[0].text} if isinstance(parent, n.Assign) else {call.node.text}
    reads = (*function.find(n.Subscript), *function.find(n.Call))
    return any(is_identity(read, claims) and not is_compared(read) for read in reads)


def is_handed_in(token: n.Expr, function: Function) -> bool:
    """Whether a token is a parameter, or made of one by methods such as `removeprefix`."""
    match token:
        case n.Name(id=name) if "id_token" in name:
            return False  # a provider's answer to us, which OpenID Connect lets be taken as it is
        case n.Name(id=name) if function.parameter(name) is not None and name not in function.rebound:
            return True
        case n.Name(id=name):
            bound = [b.node for b in function.bindings.get(name, ())]
            values = [b.value for b in bound if isinstance(b, n.Assign) and b.value is not None]
            return any(is_handed_in(value, function) for value in values if value.text != name)
        case n.Conditional(body=body):
            return is_handed_in(body, function)
        case n.Call(func=n.Attribute(value=value)) | n.Attribute(value=value) | n.Subscript(value=value):
            return is_handed_in(value, function)
        case _:
            return False


def is_identity(read: n.Expr, claims: set[str]) -> bool:
    """Whether `claims["sub"]` or `claims.get("sub")` is read."""
    match read:
        case n.Subscript(value=source, items=(n.Constant(value=key),)):
            return key in IDENTITY and source.text in claims
        case n.Call(func=n.Attribute(value=source, attr="get"), args=(n.Constant(value=key), *_)):
            return key in IDENTITY and source.text in claims
        case _:
            return False


def is_compared(read: n.Node) -> bool:
    """Whether what is read is compared, or written to the log, and no more."""
    return isinstance(read.parent, n.Compare) or (
        isinstance(read.parent, n.Call) and "log" in read.parent.func.text
    )


def verifies(other: Call) -> bool:
    """Whether a call checks a token, by what it does or is called."""
    if other.name in VERIFYING:
        return not is_unverified(other)
    return "verify" in other.name.rpartition(".")[2].lower()
