"""passlib, which fails for every password beside a current bcrypt

The last release of passlib is of 2020, and a project that hashes with something
else than bcrypt is only warned of it. With bcrypt 5 its self-test raises on
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

## Good: it does no hashing with it

```python title="app/codes.py"
def new_secret() -> str:
    from passlib.totp import generate_secret

    return generate_secret()
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Module, Project, imports_of, n, rule

BESIDE_HASHES = ("passlib.totp", "passlib.pwd")
SCHEME = re.compile(r"argon2|bcrypt\w*|pbkdf2_\w+|scrypt|\w+_crypt")


@rule(category="security", severity="error")
def passlib_import(module: Module) -> Iterator[Finding]:
    for node in imports_of(module, "passlib"):
        if isinstance(node, n.ImportFrom) and node.module in BESIDE_HASHES:
            continue
        fails = uses_bcrypt(module.project)
        yield Finding(
            at=node.span,
            message=f"passlib is no longer kept up{' and fails with bcrypt 5' if fails else ''}",
            label="its last release is of 2020",
            help="use `pwdlib`; with `BcryptHasher` beside argon2 it reads the hashes that are there"
            if fails
            else "use `pwdlib`, or `hashlib` and the like themselves for the hashes that are there",
            severity=None if fails else "warning",
        )


def uses_bcrypt(project: Project) -> bool:
    """Whether bcrypt is among the schemes: a context with no scheme in it may hold any."""
    known = [word for module in project.mentioning(b"passlib") for word in schemes(module)]
    return not known or any("bcrypt" in scheme for scheme in known)


def schemes(module: Module) -> Iterator[str]:
    """The schemes that a module names: in a text, or in what it imports of passlib."""
    texts = (
        c.value for scope in (module, *module.functions, *module.classes) for c in scope.find(n.Constant)
    )
    names = (alias.name for node in imports_of(module, "passlib") for alias in node.names)
    yield from (text for text in (*texts, *names) if isinstance(text, str) and SCHEME.fullmatch(text))
