"""python-jose, which takes a public key for a shared secret

A DER public key given to `jwt.decode` is accepted as an HMAC secret: whoever
has the public key signs tokens. `decode` works without `algorithms`, short
keys pass unnoticed, and it pulls in `ecdsa`, whose timing is known to leak.
PyJWT refuses all of these and needs nothing else.

## Bad

```python title="main.py"
from fastapi import FastAPI, HTTPException
from jose import JWTError, jwt  # finding

app = FastAPI()


@app.get("/me")
async def read_me(token: str) -> str:
    try:
        return str(jwt.decode(token, "key", algorithms=["HS256"])["sub"])
    except JWTError as exc:
        raise HTTPException(401) from exc
```

```python title="sealing.py"
from jose import jwe
from jose.constants import ALGORITHMS
from jose.exceptions import JWEError


def sealed(text: str, key: bytes) -> bytes:
    try:
        return jwe.encrypt(text, key, algorithm=ALGORITHMS.DIR, encryption=ALGORITHMS.A256GCM)
    except JWEError:
        return b""
```

## Good: PyJWT

```python title="main.py"
import jwt
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/me")
async def read_me(token: str) -> str:
    try:
        return str(jwt.decode(token, "key", algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError as exc:
        raise HTTPException(401) from exc
```

## When to ignore it

When tokens are encrypted (JWE), which PyJWT cannot do: then `joserfc` can.
"""

from plumbrule.rulekit import Finding, Iterator, Module, imports_of, n, rule

ENCRYPTING = {"jwe", "constants", "utils"}


@rule(category="security", severity="error")
def jose_import(module: Module) -> Iterator[Finding]:
    for node in imports_of(module, "jose"):
        if isinstance(node, n.ImportFrom) and is_about_encryption(node):
            continue
        yield Finding(
            at=node.span,
            message="python-jose accepts a public key as a shared secret",
            label="PyJWT refuses it",
            help="import PyJWT's `jwt`; `JWTError` is `jwt.InvalidTokenError`, `algorithms` must be a list",
        )


def is_about_encryption(node: n.ImportFrom) -> bool:
    """Whether an import takes nothing that signs or checks a signature."""
    names = {node.module.rpartition(".")[2]} if "." in node.module else {alias.name for alias in node.names}
    return names <= ENCRYPTING or all(alias.name.startswith("JWE") for alias in node.names)
