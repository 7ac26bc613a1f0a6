"""A secret that stands in the code

Everybody who reads the repository, its history, its image or its backup has
it, and it cannot be changed without a release. A key that signs tokens lets
its reader be any user.

## Bad

```python title="main.py"
import jwt
from fastapi import FastAPI

app = FastAPI()
SECRET_KEY = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"  # finding


@app.post("/token")
async def sign_in() -> str:
    return jwt.encode({"sub": "1"}, SECRET_KEY, algorithm="HS256")
```

## Bad: a provider's key

```python title="main.py"
TOKEN = "ghp_1234567890abcdefghijklmnopqrstuvwxyz"  # finding
```

## Good: from the settings

```python title="main.py"
import jwt
from fastapi import FastAPI
from pydantic_settings import BaseSettings

app = FastAPI()


class Settings(BaseSettings):
    secret_key: str = ""


settings = Settings()


@app.post("/token")
async def sign_in() -> str:
    return jwt.encode({"sub": "1"}, settings.secret_key, algorithm="HS256")
```

## Good: words about secrets

```python title="main.py"
TOKEN_TYPE = "bearer"
PASSWORD_FIELD = "password"
TOKEN_URL = "https://auth.example/token"
EXAMPLE = "ghp_..."
PLACEHOLDER = "AKIAIOSFODNN7EXAMPLE"
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Module, Project, Scoped, Variable, n, rule

PROVIDERS = re.compile(
    r"(ghp|gho|ghs|github_pat)_\w{30,}|AKIA[0-9A-Z]{16}|xox[baprs]-\d{8,}-\w{10,}|sk_live_\w{20,}|"
    r"sk-(proj-|ant-)?[A-Za-z0-9]{32,}|AIza[\w-]{35}|glpat-[\w-]{20}|SG\.[\w-]{20,}\.[\w-]{20,}|"
    r"hf_[A-Za-z]{34}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]{100,}"
)
SHORTEST = 20
"""no provider gives out a shorter key"""
KEYS = {
    "jwt.encode": (1, "key"),
    "jwt.decode": (1, "key"),
    "jose.jwt.encode": (1, "key"),
    "jose.jwt.decode": (1, "key"),
    "authlib.jose.jwt.encode": (2, "key"),
    "authlib.jose.jwt.decode": (1, "key"),
    "cryptography.fernet.Fernet": (0, "key"),
    "hmac.new": (0, "key"),
    "itsdangerous.URLSafeTimedSerializer": (0, "secret_key"),
    "itsdangerous.URLSafeSerializer": (0, "secret_key"),
    "itsdangerous.TimestampSigner": (0, "secret_key"),
}
EXAMPLES = {"examples", "example", "cookbook", "docs", "docs_src", "samples"}
MIDDLEWARE = "starlette.middleware.sessions.SessionMiddleware"


@rule(category="security", severity="error")
def hardcoded_secret(project: Project) -> Iterator[Finding]:
    yield from tokens_in(project)
    for call in project.calls_to(*KEYS):
        key = call.argument(*KEYS[call.name]) if not is_example(call.module) else None
        text = literal(key, call.scope) if key is not None else None
        if text is not None:
            yield finding(text, f"the key of `{call.node.func.text.rpartition('.')[0] or call.method}`")
    for app in project.apps:
        for middleware in app.middleware:
            key = middleware.options.get("secret_key")
            if middleware.name == MIDDLEWARE and isinstance(key, n.Constant) and isinstance(key.value, str):
                yield finding(key, "the key that signs the sessions")


def is_example(module: Module) -> bool:
    return not EXAMPLES.isdisjoint(module.path.split("/"))


def tokens_in(project: Project) -> Iterator[Finding]:
    """The keys that providers give out, by their form."""
    for scope, constants in project.find(n.Constant):
        for constant in constants:
            text = constant.value
            if isinstance(text, str) and len(text) >= SHORTEST and PROVIDERS.fullmatch(text.strip()):
                yield from token(constant, text, scope)


def token(constant: n.Constant, text: str, scope: Scoped) -> Iterator[Finding]:
    """A key by its form, if it is neither made up nor in an example."""
    if is_random(text) and not is_example(scope.module):
        yield finding(constant, "a provider's key")


def literal(key: n.Expr, scope: Scoped) -> n.Constant | None:
    """The text that an expression stands for, if it is written in the code."""
    match key:
        case n.Constant(value=str(text) | bytes(text)):
            return key if text and "{{" not in str(text) else None
        case n.Call(func=n.Attribute(value=value, attr="encode")):
            return literal(value, scope)
        case n.Name() | n.Attribute():
            target = scope.resolve(key)
            given = target.value if isinstance(target, Variable) else None
            return literal(given, scope) if isinstance(given, n.Constant) else None
        case _:
            return None


def is_random(text: str) -> bool:
    """Whether a key is not made up to show what one looks like."""
    return len(set(text)) > 12 and "EXAMPLE" not in text.upper()


def finding(node: n.Expr, what: str) -> Finding:
    return Finding(
        at=node.span,
        message=f"{what} stands in the code",
        label="whoever reads the repository has it",
        help="read it from the settings, and replace it: it is known now",
    )
