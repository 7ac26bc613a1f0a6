"""A secret kept as plain text in the settings

`repr(settings)`, a validation error, a debugger and a careless log line all
print the value of a `str` field. `SecretStr` prints `**********` instead and
gives its value only to `get_secret_value()`.

## Bad

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"
    secret_key: str  # finding
    database_password: str | None = None  # finding
```

## Good: hidden, or no secret at all

```python title="app/config.py"
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: SecretStr
    token_url: str = "/token"
    access_token_expire_minutes: int = 30
    secret_key_file: str = "/run/secrets/key"
    password_reset_template: str = "reset.html"
    public_api_key: str = "pk_1"
```
"""

import re

from plumbrule.rulekit import Finding, Iterator, Settings, rule

SECRET = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|secret_key|api_key|apikey|private_key|client_secret|access_key_secret|"
    r"secret_access_key|auth_token|access_token|bot_token|jwt_key|encryption_key|signing_key|webhook_secret)$",
    re.IGNORECASE,
)
PUBLIC = re.compile(r"(^|_)(public|publishable|min|max|name|header)(_|$)", re.IGNORECASE)


@rule(category="settings", severity="warning")
def plain_secret_field(settings: Settings) -> Iterator[Finding]:
    for name, field in settings.own_fields.items():
        plain = field.type is not None and field.type.name == "builtins.str"
        if plain and SECRET.search(name) and not PUBLIC.search(name):
            yield Finding(
                at=field.span,
                message=f"`{settings.name}.{name}` is printed with the settings",
                label="a plain `str`",
                help="make it a `SecretStr` and read it with `.get_secret_value()`",
            )
