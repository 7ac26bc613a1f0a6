"""A token without `exp` is valid for ever

Who finds it in a log, a backup or an old laptop is signed in, next year too;
and nothing but a new key takes it back.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.post("/token")
def sign_in(key: str) -> str:
    return jwt.encode({"sub": "1"}, key, algorithm="HS256")  # finding
```

## Bad: through a variable

```python title="app/tokens.py"
import jwt


def make(user_id: int, key: str) -> str:
    claims = {"sub": str(user_id)}
    claims["role"] = "user"
    return jwt.encode(claims, key, algorithm="HS256")  # finding
```

## Good: it ends

```python title="main.py"
from datetime import UTC, datetime, timedelta

import jwt
from fastapi import FastAPI

app = FastAPI()


@app.post("/token")
def sign_in(key: str) -> str:
    claims = {"sub": "1"}
    claims.update({"exp": datetime.now(UTC) + timedelta(minutes=15)})
    return jwt.encode(claims, key, algorithm="HS256")


def sign(claims: dict[str, str], key: str) -> str:
    return jwt.encode(claims, key, algorithm="HS256")
```

## Good: it ends, by a claim of the project's own

```python title="app/tokens.py"
import time

import jwt


def make(user_id: int, key: str) -> str:
    claims = {"user_id": user_id, "expires": time.time() + 2400}
    return jwt.encode(claims, key, algorithm="HS256")


def read(token: str, key: str) -> dict[str, object]:
    claims = jwt.decode(token, key, algorithms=["HS256"])
    return claims if claims["expires"] >= time.time() else {}
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, is_end_of_token, n, rule


@rule(category="security", severity="error", calls=("jwt.encode", "jose.jwt.encode"))
def jwt_without_expiry(call: Call) -> Iterator[Finding]:
    function, claims = call.caller, call.argument(0, "payload" if call.name == "jwt.encode" else "claims")
    if isinstance(function, Function) and claims is not None and surely_endless(claims, function):
        yield Finding(
            at=call.span,
            message="the token is valid for ever",
            label="its claims have no `exp`",
            help='add `"exp": datetime.now(UTC) + timedelta(…)`',
        )


def surely_endless(claims: n.Expr, function: Function) -> bool:
    """Whether all keys of the claims can be seen, and none says when the token ends."""
    match claims:
        case n.Dict(keys=keys):
            return all(isinstance(k, n.Constant) and not says_when(k) for k in keys)
        case n.Name(id=name) if function.parameter(name) is None:
            bound = [b.node for b in function.bindings.get(name, ())]
            values = [b.value for b in bound if isinstance(b, n.Assign) and b.value is not None]
            return (
                len(values) == len(bound) == 1
                and surely_endless(values[0], function)
                and not grows(name, function)
            )
        case _:
            return False


def says_when(key: n.Constant) -> bool:
    """Whether a claim is `exp`, or one of the project's own such as `expires`, which it looks at itself."""
    return is_end_of_token(str(key.value))


def grows(name: str, function: Function) -> bool:
    """Whether `exp`, or something that cannot be seen, is put into a dict later."""
    for node in function.nodes:
        match node:
            case n.Subscript(value=n.Name(id=owner), items=(key,)) if owner == name:
                if not isinstance(key, n.Constant) or says_when(key):
                    return True
            case n.Call(func=n.Attribute(value=n.Name(id=owner), attr="update" | "setdefault")) if (
                owner == name
            ):
                return True
            case n.Call(args=args) if any(isinstance(a, n.Name) and a.id == name for a in args):
                if not node.func.text.endswith(("encode", "print", "dict", "len")):
                    return True
    return False
