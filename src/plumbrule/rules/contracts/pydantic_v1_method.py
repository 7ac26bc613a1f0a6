"""A method that pydantic 2 has renamed

`.dict()`, `.json()`, `parse_obj()` and their like still work, with a warning
at every call, and go away with pydantic 3.

A fix is safe only if the manifests, or what the code imports, leave no pydantic 1.

## Bad

```python
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def copy_of(item: Item) -> Item:
    values = item.dict(exclude_unset=True)  # finding
    return Item.parse_obj(values)  # finding
```

## Fixed

```python
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def copy_of(item: Item) -> Item:
    values = item.model_dump(exclude_unset=True)
    return Item.model_validate(values)
```

## Good: it is asked whether there is such a method

```python
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def told(item: Item | dict[str, str]) -> dict[str, str]:
    return item.dict() if hasattr(item, "dict") else dict(item)


def kept(item: Item) -> dict[str, str]:
    if hasattr(item, "model_dump"):
        return item.model_dump()
    elif hasattr(item, "dict"):
        return item.dict()
    return {}
```

## Good: it is asked whether there is the new one

```python
from pydantic import BaseModel


class Item(BaseModel):
    name: str


def show(item: Item) -> dict[str, str]:
    return item.model_dump() if hasattr(item, "model_dump") else item.dict()
```

## Good: the class has a method of that name

```python
from pydantic import BaseModel


class Row:
    def dict(self) -> dict[str, str]:
        return {}


class Item(BaseModel):
    name: str

    def copy(self) -> "Item":  # type: ignore[override]
        return self


def rows(row: Row, item: Item) -> dict[str, str]:
    item.copy()
    return row.dict()
```
"""

from plumbrule.rulekit import Call, Edit, Finding, Fix, Iterator, Schema, n, rule

RENAMED = {
    "dict": "model_dump",
    "json": "model_dump_json",
    "copy": "model_copy",
    "construct": "model_construct",
    "parse_obj": "model_validate",
    "parse_raw": "model_validate_json",
    "from_orm": "model_validate",
    "schema": "model_json_schema",
    "update_forward_refs": "model_rebuild",
}
SAME = {
    "include",
    "exclude",
    "by_alias",
    "exclude_unset",
    "exclude_defaults",
    "exclude_none",
    "update",
    "deep",
}
POSITIONAL = {"construct", "parse_obj"}


@rule(category="contracts", severity="warning", calls=RENAMED)
def pydantic_v1_method(call: Call) -> Iterator[Finding]:
    schema = schema_of(call) if call.module.project.may_be_pydantic_2 else None
    if schema is not None and not is_asked_for(call):
        new = RENAMED[call.method]
        yield Finding(
            at=call.func_span,
            message=f"`{call.method}` of `{schema.name}` is called `{new}` in pydantic 2",
            label="warns at every call, gone in pydantic 3",
            help=f"call `{new}`" + (" with `from_attributes`" if call.method == "from_orm" else ""),
            fix=renamed(call, new, schema),
        )


def schema_of(call: Call) -> Schema | None:
    """The model whose pydantic method is called."""
    kind = call.receiver_type
    if kind is not None and kind.name == "type" and kind.args:
        kind = kind.args[0]
    schema = call.scope.project.schema_of(kind.cls) if kind is not None else None
    if schema is None or schema.cls.is_a("pydantic.v1.BaseModel") or schema.cls.method(call.method):
        return None
    return schema


def is_asked_for(call: Call) -> bool:
    """Whether a branch around the call asks for the method, or its new one, by its name."""
    tests = (parent.test.text for parent in call.node.parents if isinstance(parent, n.If | n.Conditional))
    names = (f'"{call.method}"', f'"{RENAMED[call.method]}"')
    return any("hasattr(" in t and any(name in t.replace("'", '"') for name in names) for t in tests)


def renamed(call: Call, new: str, schema: Schema) -> Fix | None:
    """The new name, where the arguments mean the same under it and nobody has written the method anew."""
    same = call.method in POSITIONAL or not call.args
    if call.method in ("from_orm", "parse_raw", "schema") or not same or call.is_splatted:
        return None
    same_names = {"update", "deep"} if call.method == "copy" else SAME
    if call.method not in POSITIONAL and any(k.name not in same_names for k in call.keywords):
        return None
    func, project = call.node.func, call.module.project
    if not isinstance(func, n.Attribute) or is_written_anew(call.method, schema):
        return None
    at = call.module.source.span(func.end - len(call.method), func.end)
    return Fix((Edit(at, new),), safe=project.is_pydantic_2)


def is_written_anew(method: str, schema: Schema) -> bool:
    """Whether a model that is one of these has a method of its own under the old name."""
    own = (one for one in schema.project.schemas if method in one.cls.methods)
    return any(one.cls.is_a(schema.cls.qualified_name) for one in own)
