"""Settings inside settings that are read when the class is defined

The default `DatabaseSettings()` in a class body runs when the module is
imported: a missing variable breaks the import, a variable set later is not
seen, and the inner class reads its names without the outer prefix.

## Bad

```python title="app/config.py"
from pydantic_settings import BaseSettings


class DatabaseSettings(BaseSettings):
    url: str = "sqlite://"


class Settings(BaseSettings):
    database: DatabaseSettings = DatabaseSettings()  # finding
```

## Good: built when the settings are

```python title="app/config.py"
from pydantic import Field
from pydantic_settings import BaseSettings


class DatabaseSettings(BaseSettings):
    url: str = "sqlite://"


class Settings(BaseSettings):
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
```

## Good: the inner one is a plain model

```python title="app/config.py"
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict


class Database(BaseModel):
    url: str = "sqlite://"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    database: Database = Database()
```
"""

from plumbrule.rulekit import Class, Finding, Iterator, Settings, n, rule

INNER = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings")


@rule(category="settings", severity="error")
def nested_settings_default(settings: Settings) -> Iterator[Finding]:
    for name, field in settings.own_fields.items():
        value = field.value
        if isinstance(value, n.Call) and settings.cls.call(value).name.endswith(".Field"):
            value = value.argument(0, "default")
        if not isinstance(value, n.Call):
            continue
        made = settings.cls.call(value).target
        if isinstance(made, Class) and made.is_a(*INNER):
            yield Finding(
                at=value.span,
                message=f"`{settings.name}.{name}` reads the environment when its class is defined",
                label="runs at import",
                help=f"write `Field(default_factory={made.name})`, or nest a `BaseModel` with "
                "`env_nested_delimiter`",
            )
