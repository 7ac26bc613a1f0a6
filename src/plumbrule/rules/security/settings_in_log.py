"""Settings with a secret, or the address of the database, are in the log

A key that was hidden in the list of settings at start gets a sister, and
nobody thinks of the list; the address of a database holds its password.

## Bad

```python title="main.py"
import logging

from fastapi import FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings

logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    title: str = "shop"
    api_key: str | None = None
    webhook_secret: str | None = None
    signing_key: SecretStr = SecretStr("")
    database_url: str = ""


settings = Settings()
for key, value in settings.model_dump().items():
    if key != "api_key":
        logger.debug(f"{key}: {value}")  # finding
logger.info("settings: %s", settings)  # finding
logger.info(f"database: {settings.database_url}")  # finding
app = FastAPI()
```

## Good: settings that hide what is secret

```python title="main.py"
import logging

from fastapi import FastAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings

logger = logging.getLogger(__name__)


class Settings(BaseSettings):
    title: str = "shop"
    signing_key: SecretStr = SecretStr("")
    database_url: str = ""


DATABASE_URL = "x-database"
settings = Settings()
for key, value in settings.model_dump().items():
    logger.debug(f"{key}: {value}")
logger.info("settings: %s", settings)
logger.info("database: %s", settings.database_url.rpartition("@")[2])
logger.info("the header is %s", DATABASE_URL)
DEBUG = False
if DEBUG:
    print(settings.database_url)
app = FastAPI()
```
"""

import re

from plumbrule.rulekit import (
    LOGGING,
    Call,
    Finding,
    Iterator,
    Variable,
    is_logging,
    is_secret_name,
    n,
    parts_of,
    rule,
)

ASIDE = re.compile(
    r"(^|/)(scripts?|examples?|cli|docs?|cookbook|bench\w*|tools|commands)/|mock|cli\.py$", re.IGNORECASE
)
DATABASE = re.compile(
    r"(^|_)(database|db|postgres(ql)?|mysql|mongo(db)?|amqp|rabbitmq|sqlalchemy)_*(url|uri|dsn|connection_string)$",
    re.IGNORECASE,
)


@rule(category="security", severity="warning", calls=LOGGING)
def settings_in_log(call: Call) -> Iterator[Finding]:
    if is_logging(call):
        known = next((k for part in parts_of(call) if (k := known_to_service(part, call))), "")
        if known and not ASIDE.search(call.module.path) and not is_for_debugging(call):
            yield Finding(
                at=call.span,
                message=f"`{known}` is written to the log",
                label="many more people read logs than settings",
                help="leave it out, or make it a `SecretStr`",
            )


def is_for_debugging(call: Call) -> bool:
    """Whether it is only written where somebody looks for a fault: `if settings.debug`."""
    return any(isinstance(one, n.If) and "debug" in one.test.text.lower() for one in call.node.parents)


def known_to_service(part: n.Expr, call: Call) -> str:
    """The address of the database, with its password, or a secret among settings that are written out."""
    match part:
        case n.Name(id=name) | n.Attribute(attr=name) if DATABASE.search(name):
            return "" if is_written(part, call) else name
        case n.Name() | n.Attribute() | n.Call():
            return plain_secret(part, call)
        case _:
            return ""


def is_written(part: n.Expr, call: Call) -> bool:
    """Whether a text stands in the code, and no password in it: it names a header, or a local file."""
    target = call.scope.resolve(part)
    value = target.value if isinstance(target, Variable) else None
    return isinstance(value, n.Constant) and "@" not in value.text


def plain_secret(part: n.Expr, call: Call) -> str:
    """The plain secret of settings that are written out, as a whole or one after the other."""
    whole = dumped(part) or dumped(gone_through(part, call)) or part
    kind = call.scope.type_of(whole)
    settings = next((one for one in call.scope.project.settings if kind and one.cls is kind.cls), None)
    spoken = "".join(parent.text for parent in call.node.parents if isinstance(parent, n.For))
    for name, field in settings.fields.items() if settings is not None else ():
        plain = field.annotation is not None and "Secret" not in field.annotation.text
        if plain and is_secret_name(name) and f'"{name}"' not in spoken:
            return name
    return ""


def dumped(expr: n.Expr | None) -> n.Expr | None:
    """What is dumped: the settings in `settings.model_dump()`."""
    match expr:
        case n.Call(func=n.Attribute(value=value, attr="model_dump" | "dict" | "json" | "model_dump_json")):
            return value
        case _:
            return None


def gone_through(part: n.Expr, call: Call) -> n.Expr | None:
    """What a loop goes through whose items are written out: `settings.dict()` of its `items()`."""
    for loop in call.node.parents:
        match loop:
            case n.For(
                target=n.Sequence(items=(_, value)), iterable=n.Call(func=n.Attribute(value=v, attr="items"))
            ):
                return v if value.text == part.text else None
    return None
