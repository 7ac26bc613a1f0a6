"""An env file in which any unknown variable stops the start

`BaseSettings` forbids unknown names, and for an `env_file` that means: every
line of it that is meant for Docker, for another program or for another
settings class raises a `ValidationError` when the server starts.

## Bad

```python title="app/config.py"
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")  # finding

    title: str = "shop"
```

## Fixed

```python title="app/config.py"
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    title: str = "shop"
```

## Bad: the old way to configure

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"

    class Config:
        env_file = ".env"  # finding
```

## Fixed

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"

    class Config:
        env_file = ".env"
        extra = "ignore"
```

## Good: unknown names are ignored

```python title="app/config.py"
from pydantic_settings import BaseSettings, SettingsConfigDict


class Base(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")


class Settings(Base):
    model_config = SettingsConfigDict(env_file=".env")
```

## Good: no file, only the environment

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"
```
"""

from plumbrule.rulekit import Edit, Finding, Fix, Iterator, Settings, added_to, line_below, n, rule


@rule(category="settings", severity="error", needs="pydantic-settings")
def env_file_forbids_extra(settings: Settings) -> Iterator[Finding]:
    node = settings.config("env_file")
    if (
        node is None
        or settings.config("extra") is not None
        or not settings.cls.is_a("pydantic_settings.BaseSettings")
    ):
        return
    if node.source.path != settings.module.path or not settings.node.start <= node.start < settings.node.end:
        return  # told where it stands
    if isinstance(node, n.Constant) and node.value is None:
        return
    yield Finding(
        at=node.span,
        message=f"any line of the env file that `{settings.name}` does not know stops the start",
        label='`extra` is "forbid" unless told otherwise',
        help='add `extra="ignore"`',
        fix=ignoring(settings, node),
    )


def ignoring(settings: Settings, node: n.Expr) -> Fix | None:
    """Add `extra="ignore"` behind the env file."""
    match node.parent:
        case n.Keyword(parent=n.Call() as call):
            return Fix((Edit(*settings.cls.call(call).added('extra="ignore"')),))
        case n.Dict() as entries:
            return Fix((added_to(entries, '"extra": "ignore"'),))
        case n.Assign() as statement:
            return Fix((line_below(statement, 'extra = "ignore"'),))
        case _:
            return None
