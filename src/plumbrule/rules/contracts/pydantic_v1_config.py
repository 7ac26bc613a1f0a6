"""A model configured by an inner `class Config`

Pydantic 2 still reads it, with a warning for each class, until pydantic 3.
Settings that were renamed are dropped: `orm_mode`, `schema_extra`,
`allow_population_by_field_name` do nothing any more. Beside a `model_config`
it is an error at import.

A fix is safe only if the manifests, or what the code imports, leave no
pydantic 1, and unsafe if it brings a setting back to life that refuses or
changes what is sent, as `anystr_strip_whitespace` does.

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

## Bad: settings with comments

```python
from pydantic import BaseModel


class Item(BaseModel):
    name: str

    class Config:  # finding
        # rows are read by name
        orm_mode = True
        json_encoders = {
            bytes: bytes.hex,  # as ids are
        }
```

## Fixed

```python
from pydantic import BaseModel, ConfigDict


class Item(BaseModel):
    name: str

    model_config = ConfigDict(
        # rows are read by name
        from_attributes=True,
        json_encoders={
            bytes: bytes.hex,  # as ids are
        },
    )
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

import re

from plumbrule.rulekit import (
    Class,
    Edit,
    Finding,
    Fix,
    Iterator,
    Module,
    import_edit,
    layout,
    line_below,
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
CHANGING = {
    "anystr_strip_whitespace", "anystr_lower", "min_anystr_length", "max_anystr_length", "validate_all",
    "keep_untouched",
}  # fmt: skip
"""what pydantic 2 has ignored until now, and would begin to refuse or change what was sent by"""
NAMED = re.compile(rb"(\w+)\.Config\b")
CLOSING = {"(": ")", "{": "}"}


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
    """`model_config = ConfigDict(…)`, if every setting has a twin and nobody asks for the class."""
    written = settings_of(config)
    if not written or "model_config" in cls.attributes or is_asked_for(cls):
        return None
    imports: tuple[Edit, ...] | None = ()
    name, package = (
        ("SettingsConfigDict", "pydantic_settings") if cls.is_a(*SETTINGS) else ("ConfigDict", "pydantic")
    )
    if not cls.is_a("sqlmodel.SQLModel"):  # which has a type of its own for it, that a plain dictionary fits
        imports = import_edit(cls, package, name)
    opening = "{" if cls.is_a("sqlmodel.SQLModel") else f"{name}("
    edits = on_one_line(config, opening, written) or line_by_line(config, opening, written)
    is_safe = cls.project.is_pydantic_2 and not CHANGING & {key for key, _ in written}
    return Fix((*edits, *imports), safe=is_safe) if edits and imports is not None else None


def settings_of(config: Class) -> list[tuple[str, n.Assign]]:
    """The settings of a `Config` and where they stand; none if there is anything else in it."""
    found = []
    for statement in config.node.body:
        match statement:
            case n.Assign(targets=(n.Name(id=key),), value=n.Expr(), op=None) if (
                key in KEPT or key in RENAMED
            ):
                found.append((key, statement))
            case _:
                return []
    return [] if config.node.bases else found


def is_asked_for(cls: Class) -> bool:
    """Whether some code names the `Config` of a class, or of one that inherits it."""
    texts = (module.source.text for module in cls.project.mentioning(b".Config"))
    named = {name.decode() for text in texts for name in NAMED.findall(text)}
    heirs = (s.cls for s in cls.project.schemas if s.name in named)
    return cls.name in named or any(heir.is_a(cls.qualified_name) for heir in heirs)


def entry(opening: str, key: str, value: str) -> str:
    """A setting as it is written behind an opening bracket."""
    new = RENAMED.get(key, key)
    return f'"{new}": {value}' if opening == "{" else f"{new}={value}"


def on_one_line(config: Class, opening: str, written: list[tuple[str, n.Assign]]) -> tuple[Edit, ...]:
    """All settings in one line, if it is short and no comment gets lost."""
    node, source = config.node, config.node.source
    items = [entry(opening, key, value_of(statement)) for key, statement in written]
    line = f"model_config = {opening}{', '.join(items)}{CLOSING[opening[-1]]}"
    room = layout.limit(source) - len(layout.indent(source, node.start))
    lines = "\n".join(items)
    behind = source.text[node.end : layout.line_end(source, node.end)]
    if "#" in node.text + behind.decode() or lines.count("\n") >= len(items) or len(line) > room:
        return ()
    return (Edit(node.span, line),)


def line_by_line(config: Class, opening: str, written: list[tuple[str, n.Assign]]) -> tuple[Edit, ...]:
    """Each setting where it stands, with its comments."""
    node, source = config.node, config.node.source
    lines = [node.line, *(statement.line for _, statement in written)]
    if len(set(lines)) < len(lines):
        return ()
    colon = source.text.index(b":", node.start)
    edits = [Edit(source.span(node.start, colon + 1), f"model_config = {opening}")]
    for key, statement in written:
        start = statement.end - len(value_of(statement).encode())
        edits.append(Edit(source.span(statement.start, start), entry(opening, key, "")))
        edits.append(Edit(source.span(statement.end, statement.end), ","))
    return (*edits, line_below(node, CLOSING[opening[-1]]))


def value_of(statement: n.Assign) -> str:
    """The value of an assignment as written, with its parentheses."""
    start = layout.outside(statement.source, statement.value or statement, (statement.start, statement.end))[
        0
    ]
    return statement.source.slice(start, statement.end)
