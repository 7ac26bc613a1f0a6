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
    r"dummy|false|true|\*+|ollama|xxx+|your[-_].*|<.*>",
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
        value = literal(settings.default(name))
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
    key, value = call.argument(0, "key"), literal(call.argument(1, "default"))
    if isinstance(key, n.Constant) and is_own_secret(str(key.value)) and value is not None:
        yield finding(call.span, str(key.value))


def finding(at: Span, name: str) -> Finding:
    return Finding(
        at=at,
        message=f"`{name}` has a default that works in production",
        label="a secret that stands in the repository",
        help="drop the default: then the app does not start without the secret",
    )


def literal(default: n.Expr | None) -> str | None:
    """The text of a default that could be a secret."""
    match default:
        case n.Constant(value=str(text)) if len(text) >= 3 and not NO_SECRET.fullmatch(text):
            return text
        case n.Call(func=func, args=(n.Constant(value=str(text)), *_)) if func.text.endswith("SecretStr"):
            return text if len(text) >= 3 and not NO_SECRET.fullmatch(text) else None
        case _:
            return None
