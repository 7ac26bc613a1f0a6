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

## Bad: the account of a server

```python title="main.py"
DATABASE_URL = "mongodb+srv://shop:Kx83hdQpl2@cluster0.ab1cd.mongodb.net/shop"  # finding
REPLICA_URL = f"postgresql+asyncpg://shop:Kx83hdQpl2@replica.shop.cloud:5432/shop"  # finding
```

## Good: the server of a developer, or of an example

```python title="main.py"
LOCAL_URL = "postgresql://postgres:Kx83hdQpl2@localhost:5432/shop"
COMPOSE_URL = "postgresql://postgres:Kx83hdQpl2@db:5432/shop"
EXAMPLE_URL = "mongodb+srv://user:your-password@cluster0.ab1cd.mongodb.net/shop"
WEB_URL = "https://shop.example.com/a:b@c.com"
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

## Good: what everybody may see, what only pretends, and what a key is derived for

```python title="main.py"
import hmac

import jwt

PUBLIC_MAP_KEY = "AIzaQ7wE9rT2yU4iO6pA8sD1fG3hJ5kL0zX2cVb"
MOCK_KEY = "a key of tests"


def made_up_token() -> str:
    return jwt.encode({"sub": "1"}, MOCK_KEY, algorithm="HS256")


def key_of_pages(bot_token: str) -> bytes:
    return hmac.new(b"WebPages", bot_token.encode(), "sha256").digest()
```
"""

import re

from plumbrule.rulekit import (
    Call,
    File,
    Finding,
    Iterator,
    Module,
    Project,
    Scoped,
    Variable,
    n,
    rule,
)

PROVIDERS = re.compile(
    r"(ghp|gho|ghs|github_pat)_\w{30,}|AKIA[0-9A-Z]{16}|xox[baprs]-\d{8,}-\w{10,}|sk_live_\w{20,}|"
    r"sk-(proj-|ant-)?[A-Za-z0-9]{32,}|AIza[\w-]{35}|glpat-[\w-]{20}|SG\.[\w-]{20,}\.[\w-]{20,}|"
    r"hf_[A-Za-z]{34}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]{100,}"
)
SERVERS = r"(postgres\w*|mysql|mariadb|mongodb|rediss?|amqps?|mssql)(\+\w+)?"
ACCOUNT = re.compile(
    rf"{SERVERS}://[^:/@\s]*:(?P<password>[^@/\s]+)@[\w-]+(\.[\w-]+)*\.(?P<top>[a-z]{{2,}})\b"
)
MADE_UP = re.compile(r"pass|secret|example|change|your|test|xxx|[<{$*%]", re.IGNORECASE)
HERE = {"local", "internal", "localhost", "example", "test", "svc", "lan"}
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
GIVEN_OUT = re.compile(r"(^|_)(public|publishable)(_|$)", re.IGNORECASE)
"""what a provider shows to everybody"""
PRETENDED = re.compile(r"(^|_)(mock|fake|dummy)(_|$)", re.IGNORECASE)
KEY = re.compile(r"(^|[_.])(secret|key)(_|$)", re.IGNORECASE)
EXAMPLES = {"examples", "example", "cookbook", "docs", "docs_src", "samples"}
MIDDLEWARE = "starlette.middleware.sessions.SessionMiddleware"


@rule(category="security", severity="error")
def hardcoded_secret(project: Project) -> Iterator[Finding]:
    yield from tokens_in(project)
    for call in project.calls_to(*KEYS):
        key = call.argument(*KEYS[call.name]) if not is_example(call.module) else None
        text = literal(key, call.scope) if key is not None else None
        if text is not None and not PRETENDED.search(name_of(text)) and not derives(call):
            yield finding(text, f"the key of `{call.node.func.text.rpartition('.')[0] or call.method}`")
    for app in project.apps:
        for middleware in app.middleware:
            key = middleware.options.get("secret_key")
            if middleware.name == MIDDLEWARE and isinstance(key, n.Constant) and isinstance(key.value, str):
                yield finding(key, "the key that signs the sessions")


def derives(call: Call) -> bool:
    """Whether another key is made: what stands in the place of the key then only says what for."""
    made = next((p for p in call.node.parents if isinstance(p, (n.Assign, n.FunctionDef))), None)
    names = [made.name] if isinstance(made, n.FunctionDef) else [t.text for t in made.targets] if made else []
    return call.name == "hmac.new" and any(KEY.search(name) for name in names)


def is_example(module: Module) -> bool:
    return not EXAMPLES.isdisjoint(module.path.split("/"))


def tokens_in(project: Project) -> Iterator[Finding]:
    """The keys that providers give out, and the URLs of servers, by their form."""
    for module in project.code_modules:
        for constant, label in module.file.once(tokens) if not is_example(module) else ():
            yield finding(constant, label)


def names_account(text: str) -> bool:
    """Whether a text is the URL of a server somewhere else, with a password that is no example's."""
    found = ACCOUNT.match(text) if "://" in text else None
    return found is not None and found["top"] not in HERE and MADE_UP.search(found["password"]) is None


def tokens(file: File) -> list[tuple[n.Constant, str]]:
    """The texts of a file that have the form of such a key and are not made up, with what each is."""
    constants = [constant for nodes in file.scopes for constant in nodes.by_kind.get(n.Constant, ())]
    long = [c for c in constants if isinstance(c.value, str) and len(c.value) >= SHORTEST]
    found = [(constant, label) for constant in long if (label := named(constant.value)) is not None]
    return [(constant, label) for constant, label in found if not GIVEN_OUT.search(name_of(constant))]


def name_of(constant: n.Constant) -> str:
    """The name that a constant is given; "" if it has none."""
    match constant.parent:
        case n.Assign(targets=(n.Name(id=name) | n.Attribute(attr=name),)):
            return name
        case _:
            return ""


def named(text: str) -> str | None:
    """What a text gives away by its form; None if it is nothing secret."""
    if PROVIDERS.fullmatch(text.strip()):
        return "a provider's key" if is_random(text) else None
    return "the password of a server" if names_account(text) else None


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
