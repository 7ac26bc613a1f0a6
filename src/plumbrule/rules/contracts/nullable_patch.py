"""A PATCH field that accepts `null` for a column that does not

`name: str | None = None` means "may be left out" to the author and "may be
null" to the client. `{"name": null}` passes validation, is written because it
was set, and the database answers with an error: 500.

## Bad

```python
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str | None]


class ItemPatch(BaseModel):
    name: str | None = None  # finding
    note: str | None = None


def patch(item: Item, change: ItemPatch) -> None:
    for key, value in change.model_dump(exclude_unset=True).items():
        setattr(item, key, value)
```

## Good: code fills it in, no client does

```python
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class ItemChange(BaseModel):
    name: str | None = None


def change(item: Item, given: ItemChange) -> None:
    for key, value in given.model_dump(exclude_unset=True).items():
        setattr(item, key, value)


@app.post("/items/new")
def rename() -> None:
    change(Item(id=1), ItemChange(name="new"))
```

## Good: null is refused, or left out

```python
from pydantic import BaseModel, field_validator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Plain(BaseModel):
    id: int | None = None
    name: str | None = None


class Checked(BaseModel):
    name: str | None = None

    @field_validator("name")
    @classmethod
    def refuse_null(cls, value: str | None) -> str:
        if value is None:
            raise ValueError("null")
        return value


def patch(item: Item, change: Plain) -> None:
    for key, value in change.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(item, key, value)


def patch_changed(item: Item, change: Plain) -> None:
    for key, value in change.model_dump(exclude_unset=True, exclude_defaults=True).items():
        setattr(item, key, value)


def patch_others(item: Item, change: Plain) -> None:
    for key, value in change.model_dump(exclude_unset=True, exclude={"name"}).items():
        setattr(item, key, value)


def patch_checked(item: Item, change: Checked) -> None:
    for key, value in change.model_dump(exclude_unset=True).items():
        setattr(item, key, value)


def patch_some(item: Item, change: Plain) -> None:
    for key, value in change.model_dump(exclude_unset=True).items():
        if value is not None:
            setattr(item, key, value)
```
"""

import re

from plumbrule.rulekit import Call, Finding, Function, Iterator, Schema, Step, Table, n, rule

DUMPS = ("model_dump", "dict")


@rule(category="contracts", severity="warning", calls=DUMPS)
def nullable_patch(dump: Call) -> Iterator[Finding]:
    function = dump.caller
    if not isinstance(function, Function) or not is_partial(dump) or " is not None" in function.node.text:
        return
    dumps = [c for c in function.calls if c.method in DUMPS and is_partial(c)]
    tables = {id(t): t for c in function.calls if (t := written(c)) is not None}
    if len(dumps) != 1 or len(tables) != 1:
        return
    kind = dump.receiver_type
    schema = function.project.schema_of(kind.cls) if kind is not None else None
    table = next(iter(tables.values()))
    left_out = texts_in(dump.keyword("exclude"))
    names = [name for name in refused(schema, table) if name not in left_out] if schema is not None else []
    if schema is None or not names or is_internal(schema):
        return
    for name in names:
        yield Finding(
            at=schema.fields[name].span,
            message=f'`{{"{name}": null}}` is accepted, and `{table.name}.{name}` cannot hold it',
            label="may be left out, and may be null",
            help=f"write `{name}: … | MISSING = MISSING` (pydantic 2.14), or refuse null in a validator",
            chain=(Step(f"`{function.label}` writes what was set", dump.span),),
        )


def is_internal(schema: Schema) -> bool:
    """Whether code makes the objects, and no handler takes one."""
    project, word = schema.project, re.compile(rf"\b{schema.name}\b")
    made = any(call.target is schema.cls for call in project.calls_to(schema.name))
    given = (p for route in project.code_routes if route.handler for p in route.handler.parameters)
    return made and not any(p.annotation is not None and word.search(p.annotation.text) for p in given)


def is_partial(call: Call) -> bool:
    """Whether it gives what the client sent, null included."""
    unset = call.keyword("exclude_unset")
    cut = any(call.keyword(word) is not None for word in ("exclude_none", "exclude_defaults"))
    return isinstance(unset, n.Constant) and unset.value is True and not cut and not call.is_splatted


def written(call: Call) -> Table | None:
    """The table of the row that `setattr(row, key, value)` or `row.sqlmodel_update(…)` writes to."""
    row = call.receiver if call.method == "sqlmodel_update" else None
    if call.name == "builtins.setattr" and len(call.args) == 3:
        row = call.args[0]
    kind = call.scope.type_of(row) if row is not None else None
    return call.scope.project.table_of(kind.cls) if kind is not None else None


def refused(schema: Schema, table: Table) -> Iterator[str]:
    """The fields that may be null where the column may not."""
    decorators = (d for method in schema.cls.methods.values() for d in method.node.decorators)
    checked = {text for decorator in decorators for text in texts_in(decorator)}
    for name, field in schema.fields.items():
        column = table.columns.get(name)
        annotation = field.annotation.text if field.annotation is not None else ""
        optional = "None" in annotation or "Optional" in annotation
        if column is None or column.is_primary_key or column.is_nullable is not False:
            continue
        if optional and name not in checked:
            yield name


def texts_in(expr: n.Expr | None) -> set[object]:
    """The constants in an expression."""
    return {node.value for node in expr.walk() if isinstance(node, n.Constant)} if expr is not None else set()
