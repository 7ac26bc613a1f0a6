"""A validator in the style of pydantic 1

`@validator` and `@root_validator` warn when the module is imported and go away
with pydantic 3. `values` and `each_item` have no twin in the new ones, so that
some of them need a second look.

A fix is safe only if the manifests, or what the code imports, leave no pydantic 1.

## Bad

```python
from pydantic import BaseModel, validator


class Item(BaseModel):
    name: str

    @validator("name", pre=True)  # finding
    def strip(cls, value: str) -> str:
        return value.strip()
```

## Fixed

```python
from pydantic import BaseModel, field_validator


class Item(BaseModel):
    name: str

    @field_validator("name", mode="before")
    @classmethod
    def strip(cls, value: str) -> str:
        return value.strip()
```

## Bad: it needs a second look

```python
from pydantic import BaseModel, root_validator


class Item(BaseModel):
    name: str

    @root_validator(skip_on_failure=True)  # finding
    def check(cls, values: dict[str, str]) -> dict[str, str]:
        return values
```

## Good: pydantic 2

```python
from pydantic import BaseModel, field_validator


class Item(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def strip(cls, value: str) -> str:
        return value.strip()
```

## Good: a decorator of another library

```python
def validator(*names: str):
    return lambda function: function


class Item:
    @validator("name")
    def strip(cls, value: str) -> str:
        return value
```
"""

from plumbrule.rulekit import Edit, Finding, Fix, Function, Iterator, Module, import_edit, line_below, n, rule

OLD = {"pydantic.validator", "pydantic.class_validators.validator"}
BOTH = OLD | {"pydantic.root_validator", "pydantic.class_validators.root_validator"}


@rule(category="contracts", severity="warning")
def pydantic_v1_validator(module: Module) -> Iterator[Finding]:
    if not module.project.may_be_pydantic_2:
        return
    decorated = [function for function in module.functions if function.node.decorators]
    found = [(f, d) for f in decorated for d in zip(f.node.decorators, f.decorator_names, strict=True)]
    old = [(f, node, name) for f, (node, name) in found if name in BOTH]
    named = (
        alias.name for node in module.find(n.ImportFrom) if node.module == "pydantic" for alias in node.names
    )
    imports = import_edit(module, "pydantic", "field_validator") if old and "validator" in named else None
    for function, node, name in old:
        edits = modern(function, node) if name in OLD else None
        last = name.rpartition(".")[2]
        new = "field_validator" if last == "validator" else "model_validator"
        yield Finding(
            at=node.span,
            message=f"`@{last}` on `{function.label}` is from pydantic 1",
            label="warns at import, gone in pydantic 3",
            help=f"use `@{new}`",
            fix=Fix((*edits, *imports), safe=module.project.is_pydantic_2)
            if edits and imports is not None
            else None,
        )


def modern(function: Function, node: n.Expr) -> tuple[Edit, ...] | None:
    """The edits to `@field_validator` and `@classmethod`, if it means the same there."""
    if not isinstance(node, n.Call) or not isinstance(node.func, n.Name) or node.func.id != "validator":
        return None
    kinds = [p.kind for p in function.parameters]
    others = [d.text for d in function.node.decorators if d is not node]
    if len(kinds) != 2 or not all(kind.startswith("positional") for kind in kinds):
        return None
    if any(k.name != "pre" for k in node.keywords) or others not in ([], ["classmethod"]):
        return None
    edits = [Edit(node.func.span, "field_validator")]
    for keyword in node.keywords:
        before = isinstance(keyword.value, n.Constant) and keyword.value.value is True
        if not before:
            return None
        edits.append(Edit(keyword.span, 'mode="before"'))
    if not others:
        edits.append(line_below(node, "@classmethod"))
    return tuple(edits)
