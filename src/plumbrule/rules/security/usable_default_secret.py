"""A secret in the settings with a default that works

The variable is forgotten once, nothing complains, and production signs its
tokens with a key that everybody can read in the repository. Without a default
the app does not start until the secret is there.

## Bad

```python title="main.py"
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str = "change-me-please"  # finding
    secret_key_refresh: str = "change-me-too"  # finding
    db_password: SecretStr = SecretStr("postgres")  # finding
```

## Bad: from the environment by hand

```python title="main.py"
import os

JWT_SECRET = os.getenv("JWT_SECRET", "dev-secret")  # finding
SECRET_KEY = os.getenv("SECRET_KEY", "your-secret-key-change-in-production")  # finding
API_KEY = os.environ.get("API_KEY", "b7d1f0c2")  # finding
```

## Good: required

```python title="main.py"
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: SecretStr
    smtp_password: str = ""
    api_key: str | None = None
    token_type: str = "bearer"
    access_token_algorithm: str = "HS256"
```

## Good: settings that are not for production

```python title="main.py"
from pydantic_settings import BaseSettings


class TestSettings(BaseSettings):
    secret_key: str = "not-a-secret"
```

## Good: a command fills in a template, and serves nothing

```python title="cli.py"
import os


def print_environment() -> None:
    print("POSTGRES_PASSWORD=" + os.environ.get("POSTGRES_PASSWORD", "replace-with-the-password"))
```

## Good: a validator refuses the default

```python title="main.py"
from pydantic import model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    environment: str = "local"
    secret_key: str = "changethis"

    @model_validator(mode="after")
    def refuse_the_default(self) -> "Settings":
        if self.environment != "local" and self.secret_key == "changethis":
            raise ValueError("secret_key still has its default")
        return self
```

## Good: refused by hand where it counts

```python title="main.py"
import os


def read_key(is_local: bool) -> str:
    key = os.environ.get("JWT_SECRET_KEY", "dev-secret-key")
    if not is_local and "JWT_SECRET_KEY" not in os.environ:
        raise ValueError("JWT_SECRET_KEY is missing")
    return key
```

## Bad: a validator that only complains

```python title="main.py"
import logging

from pydantic import field_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    jwt_secret: str = "changeme"  # finding

    @field_validator("jwt_secret")
    @classmethod
    def warn(cls, value: str) -> str:
        if value == "changeme":
            logging.warning("jwt_secret still has its default")
        return value
```

## Good: a key for somebody else's service opens nothing here

```python title="main.py"
import os

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    llm_api_key: str = "cannot-be-empty"
    mailgun_api_key: str = "update me"
    download_salt: str = "downloads"


OPENAI_API_KEY = os.getenv("OPENAI_API_KEY", "lm-studio")
DATABASE_PASSWORD = os.getenv("DATABASE_PASSWORD", "your-password")
CLIENT_SECRET = os.getenv("CLIENT_SECRET", "<the secret of your client>")
```
"""

import re

from plumbrule.rulekit import (
    Call,
    Finding,
    Function,
    Iterator,
    Module,
    Project,
    Settings,
    Span,
    is_secret_name,
    n,
    rule,
)

NO_SECRET = re.compile(
    r"|none|null|empty|unset|disabled|not[-_ ]?(needed|required|set|used)|sk-no-key-required|no[-_]?key|"
    r"dummy|false|true|\*+|ollama|xxx+",
    re.IGNORECASE,
)
TO_BE_FILLED = re.compile(r"your[-_ ].*|<.*>", re.IGNORECASE)
"""nobody's password is that; but whoever signs with it signs all the same"""
SIGNING = re.compile(
    r"^((jwt|auth|session|cookie|signing|csrf)_)*(secret|secret_?key|signing_key|encryption_key)(_(jwt|access|refresh))*$|"
    r"^(app|access|refresh|user)_secret_key$|^jwt_((access|refresh)_)?(key|secret|secret_key|signing_key)$",
    re.IGNORECASE,
)
CLIENT = re.compile(
    r"^test_|^aws_|.(?<!admin)(?<!secret)(?<!jwt)(?<!auth)(?<!service)_(api_?key|token|access_key)$",
    re.IGNORECASE,
)
NOT_PRODUCTION = re.compile(r"test|dev|local", re.IGNORECASE)
ASIDE = re.compile(
    r"(^|/)((scripts?|examples?|example_\w+|docs?|cookbook|bench\w*|\.\w+|tools|cli)/|cli\.py$)",
    re.IGNORECASE,
)
COMPLAINING = {"warning", "warn", "info", "error", "critical"}
MAKING = re.compile(r"^secrets\.|uuid|urandom|token|exit|generate", re.IGNORECASE)
ENVIRONMENT = ("*.getenv", "*os.environ.get", "environ.get", "decouple.config", "starlette.config.Config")


@rule(category="security", severity="error")
def usable_default_secret(project: Project) -> Iterator[Finding]:
    for settings in project.settings:
        if not is_aside(settings.module) and not NOT_PRODUCTION.search(settings.name):
            yield from in_settings(settings)
    for call in project.calls_to(*ENVIRONMENT):
        if not is_aside(call.module):
            yield from from_environment(call)


def in_settings(settings: Settings) -> Iterator[Finding]:
    for name, attribute in settings.own_fields.items():
        value = literal(settings.default(name), name)
        if is_own_secret(name) and value is not None and not is_refused(name, settings):
            yield finding(attribute.span, name)


def is_own_secret(name: str) -> bool:
    """Whether a name is that of a secret which protects this app, not of a key for somebody else's."""
    return is_secret_name(name) and CLIENT.search(name) is None and not name.lower().endswith("salt")


def is_aside(module: Module) -> bool:
    """Whether a module is no part of the app: a test, an example, a script."""
    return module.is_test or ASIDE.search(module.path) is not None


def is_refused(name: str, settings: Settings) -> bool:
    """Whether a validator of the settings looks at the field, and can do more than complain."""
    methods = [f for f in settings.cls.methods.values() if f.node.decorators]
    validators = [f for f in methods if any("validator" in d.text for d in f.node.decorators)]
    return any(name in f.node.text and not only_complains(f) for f in validators)


def only_complains(validator: Function) -> bool:
    """Whether a validator writes to a log and lets every value pass: it neither raises nor makes another."""
    if any(validator.find(n.Raise)) or not any(c.method in COMPLAINING for c in validator.calls):
        return False
    made = (c for c in validator.calls if c.method not in COMPLAINING and not c.name.startswith("builtins."))
    return not any(c.function is not None or MAKING.search(c.name or c.method) for c in made)


def from_environment(call: Call) -> Iterator[Finding]:
    key = call.argument(0, "key")
    name = str(key.value) if isinstance(key, n.Constant) else ""
    has_default = is_own_secret(name) and literal(call.argument(1, "default"), name) is not None
    if has_default and not is_demanded(name, call):
        yield finding(call.span, name)


def is_demanded(name: str, call: Call) -> bool:
    """Whether the same code raises where a variable is not in the environment."""
    tests = [
        node for node in call.scope.find(n.If) if any(isinstance(last, n.Raise) for last in node.body[-1:])
    ]
    return any(f"{word}{name}{word} not in " in node.test.text for node in tests for word in "'\"")


def finding(at: Span, name: str) -> Finding:
    return Finding(
        at=at,
        message=f"`{name}` has a default that works in production",
        label="a secret that stands in the repository",
        help="drop the default: then the app does not start without the secret",
    )


def literal(default: n.Expr | None, name: str) -> str | None:
    """The text of a default that could be a secret of that name."""
    match default:
        case n.Constant(value=str(text)):
            is_filled = TO_BE_FILLED.fullmatch(text) is None or SIGNING.search(name) is not None
            return text if len(text) >= 3 and is_filled and not NO_SECRET.fullmatch(text) else None
        case n.Call(func=func, args=(n.Constant() as inner, *_)) if func.text.endswith("SecretStr"):
            return literal(inner, name)
        case _:
            return None
