"""The token itself says how it is to be checked

With the algorithm of its own header the attacker chooses the check: `none`,
or HS256 with the public key as the secret. The list of algorithms belongs to
the server.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    header = jwt.get_unverified_header(token)
    return str(jwt.decode(token, key, algorithms=[header["alg"]])["sub"])  # finding
```

## Bad: `none` is one of them

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/me")
def read_me(token: str, key: str) -> str:
    return str(jwt.decode(token, key, algorithms=["HS256", "none"])["sub"])  # finding
```

## Good: a fixed list; the header only chooses the key

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()
KEYS: dict[str, str] = {}


@app.get("/me")
def read_me(token: str) -> str:
    header = jwt.get_unverified_header(token)
    return str(jwt.decode(token, KEYS[header["kid"]], algorithms=["RS256"])["sub"])
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

HEADER = ("jwt.get_unverified_header", "jose.jwt.get_unverified_header")


@rule(category="security", severity="error", calls=("jwt.decode", "jose.jwt.decode"))
def jwt_algorithm_from_token(call: Call) -> Iterator[Finding]:
    function, algorithms = call.caller, call.argument(2, "algorithms")
    if isinstance(function, Function) and algorithms is not None and is_chosen_by_token(algorithms, function):
        yield Finding(
            at=call.span,
            message="the token chooses how it is checked",
            label=f"`{algorithms.text}`",
            help='name the algorithms: `algorithms=["RS256"]`',
        )


def is_chosen_by_token(algorithms: n.Expr, function: Function) -> bool:
    for node in algorithms.walk():
        if isinstance(node, n.Constant) and str(node.value).lower() == "none":
            return True
        if isinstance(node, n.Name) and any(
            is_header(b.node, function) for b in function.bindings.get(node.id, ())
        ):
            return True
    return False


def is_header(node: n.Node, function: Function) -> bool:
    """Whether a binding takes its value from the header of a token that was not checked."""
    if not isinstance(node, n.Assign) or node.value is None:
        return False
    calls = (part for part in node.value.walk() if isinstance(part, n.Call))
    return any(function.call(call).name in HEADER for call in calls)
