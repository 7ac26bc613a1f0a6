"""A model configured by an inner `class Config`

Pydantic 2 still reads it, with a warning for each class, until pydantic 3.
Settings that were renamed are dropped: `orm_mode`, `schema_extra`,
`allow_population_by_field_name` do nothing any more. Beside a `model_config`
it is an error at import.

## Bad

```python
from pydantic import BaseModel


class Item(BaseModel):
    name: str

    class Config:  # finding
        orm_mode = True
        frozen = True
```

## Fixed

```python
from pydantic import BaseModel, ConfigDict


class Item(BaseModel):
    name: str

    model_config = ConfigDict(from_attributes=True, frozen=True)
```

## Bad: the settings class

```python
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"

    class Config:  # finding
        env_prefix = "SHOP_"
```

## Fixed

```python
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    title: str = "shop"

    model_config = SettingsConfigDict(env_prefix="SHOP_")
```

## Good: model_config

```python
from pydantic import BaseModel, ConfigDict


class Item(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str
```

## Good: a client that works with both

```python
import pydantic
from pydantic import BaseModel, ConfigDict

if pydantic.VERSION.startswith("2."):

    class Shared(BaseModel):
        model_config = ConfigDict(frozen=True)
else:

    class Shared(BaseModel): ...


class Item(Shared):
    if pydantic.VERSION.startswith("2."):
        model_config = ConfigDict(frozen=True)
    else:

        class Config:
            frozen = True

    name: str
```

## Good: a class of something else

```python
class Loader:
    class Config:
        path = "/etc/shop"
```
"""

from plumbrule.rulekit import (
    Class,
    Edit,
    Finding,
    Fix,
    Iterator,
    Module,
    import_edit,
    n,
    rule,
)

MODELS = ("pydantic.BaseModel", "sqlmodel.SQLModel")
SETTINGS = ("pydantic_settings.BaseSettings",)
RENAMED = {
    "orm_mode": "from_attributes",
    "allow_population_by_field_name": "populate_by_name",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_lower": "str_to_lower",
    "min_anystr_length": "str_min_length",
    "max_anystr_length": "str_max_length",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
    "keep_untouched": "ignored_types",
}
KEPT = {
    "title", "extra", "frozen", "use_enum_values", "validate_assignment", "arbitrary_types_allowed",
    "from_attributes", "populate_by_name", "alias_generator", "json_schema_extra", "json_encoders",
    "str_strip_whitespace", "protected_namespaces", "env_file", "env_file_encoding", "env_prefix",
    "env_nested_delimiter", "case_sensitive", "secrets_dir", "validate_default",
}  # fmt: skip


@rule(category="contracts", severity="warning")
def pydantic_v1_config(module: Module) -> Iterator[Finding]:
    if not module.project.may_be_pydantic_2:
        return
    for cls in module.classes:
        config = cls.classes.get("Config")
        if config is None or isinstance(config.node.parent, n.If) or not cls.is_a(*MODELS, *SETTINGS):
            continue  # under a condition it is for those who still have pydantic 1
        dropped = [name for name in config.attributes if name in RENAMED]
        yield Finding(
            at=config.span,
            message=f"`{cls.name}` is configured as in pydantic 1",
            label=f"`{dropped[0]}` does nothing any more" if dropped else "gone in pydantic 3",
            help="write `model_config = ConfigDict(…)`",
            fix=modern(cls, config),
        )


def modern(cls: Class, config: Class) -> Fix | None:
    """`model_config = ConfigDict(…)` and its import, if every setting has a twin."""
    settings = cls.is_a(*SETTINGS)
    name, package = ("SettingsConfigDict", "pydantic_settings") if settings else ("ConfigDict", "pydantic")
    items = []
    for statement in config.node.body:
        match statement:
            case n.Assign(targets=(n.Name(id=key),), value=n.Expr() as value, op=None) if (
                key in KEPT or key in RENAMED
            ):
                items.append(f"{RENAMED.get(key, key)}={value.text}")
            case _:
                return None
    if config.node.bases or "model_config" in cls.attributes or "\n" in "".join(items):
        return None
    line = f"model_config = {name}({', '.join(items)})"
    if len(line) + config.node.span.column > 100:
        return None
    return Fix((Edit(config.node.span, line), *import_edit(cls.module, package, name)))
