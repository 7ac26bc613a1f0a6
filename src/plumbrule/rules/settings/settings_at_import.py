"""Settings that are read when a module is imported

A test, `alembic`, or a script that only wants the OpenAPI document then needs
every variable of production to be set, and a variable that is changed later
is not seen. Built in the factory or the lifespan, a missing variable stops the
server and nothing else.

## Bad

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str


settings = Settings()  # finding
```

## Bad: a field that is described and yet required

```python title="app/config.py"
from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str = Field(..., description="where the rows are")
    origins: list[str] = Field(default_factory=list)


settings = Settings()  # finding
```

## Good: built on first use

```python title="app/config.py"
from functools import cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str


@cache
def get_settings() -> Settings:
    return Settings()
```

## Good: a script

```python title="app/schema.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str


if __name__ == "__main__":
    print(Settings().database_url)
```

```python title="fill.py"
import os

from pydantic_settings import BaseSettings

os.environ.setdefault("default_name", "shop")


class FillSettings(BaseSettings):
    default_name: str


settings = FillSettings()

if __name__ == "__main__":
    print(settings.default_name)
```

## Good: pydantic 1 takes None for what may be None

```python title="app/config.py"
from typing import Optional

from pydantic.v1 import BaseSettings


class Settings(BaseSettings):
    pool_size: Optional[int]


settings = Settings()
```

## Good: every setting has a default

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"


settings = Settings()
```
"""

import re

from plumbrule.rulekit import Call, Finding, Iterator, Module, Settings, imports_of, n, rule

V1 = ("pydantic.BaseSettings", "pydantic.v1.BaseSettings")


@rule(category="settings", severity="warning")
def settings_at_import(settings: Settings) -> Iterator[Finding]:
    calls = settings.project.calls_to(settings.qualified_name)
    made = [call for call in calls if call.target is settings.cls and is_at_import(call)]
    missing = required(settings) if made else []
    for call in made if missing else ():
        yield Finding(
            at=call.span,
            message=f"importing `{call.module.name}` needs the environment variable of `{missing[0]}`",
            label="runs at import",
            help=f"build `{settings.name}` in a cached function, the app factory or the lifespan",
        )


def is_at_import(call: Call) -> bool:
    """Whether settings are made of the environment whenever a module is imported."""
    if not isinstance(call.caller, Module) or call.args or call.keywords:
        return False
    return not call.only_as_script and not is_run_by_alembic(call.module) and not is_script(call.module)


def is_script(module: Module) -> bool:
    """Whether a module is run by itself, and serves nothing that a server would import it for."""
    project = module.project
    is_beside = "scripts" in module.path.split("/")
    if not is_beside and not any(isinstance(x, n.If) and "__main__" in x.test.text for x in module.nodes):
        return False
    served = any(app.module is module for app in project.apps)
    return not served and not any(edge.target is module for edge in project.import_graph.edges)


def is_run_by_alembic(module: Module) -> bool:
    """Whether it is the `env.py` that Alembic runs: it needs the environment whenever it is read."""
    if module.path.endswith("/env.py"):
        return True
    return module.path.endswith("env.py") and any(imports_of(module, "alembic"))


def required(settings: Settings) -> list[str]:
    """The fields without a default; in pydantic 1 one that may be None needs none."""
    is_v1 = any(getattr(base, "name", "") in V1 for base in settings.cls.ancestors)
    optional = re.compile(r"\bOptional\[|\| None\b")
    return [
        name
        for name, field in settings.fields.items()
        if settings.default(name) is None
        and not fills_in(settings.field_call(name))
        and not (is_v1 and field.annotation is not None and optional.search(field.annotation.text))
    ]


def fills_in(field: Call | None) -> bool:
    """Whether a `Field(…)` brings a default, as far as it can be read."""
    if field is None:
        return False
    if not field.name.endswith("Field") or field.is_splatted or field.keyword("default_factory") is not None:
        return True
    default = field.argument(0, "default")
    return default is not None and not (isinstance(default, n.Constant) and default.value is ...)
