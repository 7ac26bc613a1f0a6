"""passlib, which fails for every password beside a current bcrypt

The last release of passlib is of 2020. With bcrypt 5 its self-test raises on
the first password, so a fresh install lets nobody sign in; and its default
rounds are those of then. `pwdlib` with argon2id, or `bcrypt` itself, is what
is kept up.

## Bad

```python title="main.py"
from fastapi import FastAPI
from passlib.context import CryptContext  # finding

app = FastAPI()
passwords = CryptContext(schemes=["bcrypt"])


@app.post("/users")
def register(password: str) -> str:
    return passwords.hash(password)
```

## Good: pwdlib

```python title="main.py"
from fastapi import FastAPI
from pwdlib import PasswordHash

app = FastAPI()
passwords = PasswordHash.recommended()


@app.post("/users")
def register(password: str) -> None:
    passwords.hash(password)
```
"""

from plumbrule.rulekit import Finding, Iterator, Module, imports_of, rule


@rule(category="security", severity="error")
def passlib_import(module: Module) -> Iterator[Finding]:
    for node in imports_of(module, "passlib"):
        yield Finding(
            at=node.span,
            message="passlib is no longer kept up and fails with bcrypt 5",
            label="its last release is of 2020",
            help="use `pwdlib`; with `BcryptHasher` beside argon2 it reads the hashes that are there",
        )
