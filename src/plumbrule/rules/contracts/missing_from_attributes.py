"""`model_validate(row)` on a schema that reads no attributes

Pydantic takes a mapping unless `from_attributes` is set, and a database row is
none: every call raises ValidationError. (A return type or `response_model`
does not need the setting; FastAPI reads attributes there.)

## Bad

```python title="main.py"
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)


class ItemOut(BaseModel):
    id: int


def show(item: Item) -> ItemOut:
    return ItemOut.model_validate(item)  # finding
```

## Fixed

```python title="main.py"
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)


class ItemOut(BaseModel):
    id: int


def show(item: Item) -> ItemOut:
    return ItemOut.model_validate(item, from_attributes=True)
```

## Good: set on the schema, on its parent, or in the call

```python
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ItemOut(Out):
    id: int


class Plain(BaseModel):
    id: int


def show(item: Item) -> tuple[ItemOut, Plain, Plain]:
    plain = Plain.model_validate(item, from_attributes=True)
    return ItemOut.model_validate(item), plain, Plain.model_validate({"id": item.id})
```
"""

from plumbrule.rulekit import Call, Edit, Finding, Fix, Function, Iterator, Schema, n, rule


@rule(category="contracts", severity="error", needs="pydantic>=2", calls=("model_validate",))
def missing_from_attributes(call: Call) -> Iterator[Finding]:
    given = call.argument(0, "obj")
    schema = validated(call) if isinstance(call.caller, Function) else None
    kind = call.scope.type_of(given) if given is not None else None
    if given is None or schema is None or kind is None or call.keyword("from_attributes"):
        return
    if call.scope.project.table_of(kind.cls) is not None:
        yield Finding(
            at=call.span,
            message=f"`{schema.name}` cannot be read from a `{kind.name.rpartition('.')[2]}` row",
            label="ValidationError: the schema does not set from_attributes",
            help="set `model_config = ConfigDict(from_attributes=True)`, or pass it here",
            fix=Fix((Edit(*call.added("from_attributes=True")),)),
        )


def validated(call: Call) -> Schema | None:
    """The schema whose `model_validate` this is, if it surely reads no attributes."""
    if call.receiver is None or call.is_splatted:
        return None
    kind = call.receiver_type
    cls = kind.args[0].cls if kind is not None and kind.name == "type" and kind.args else None
    schema = call.scope.project.schema_of(cls)
    if schema is None or schema.cls.is_a("sqlmodel.SQLModel") or schema.config("from_attributes"):
        return None
    validators = [m for m in schema.cls.methods.values() if reads_all(m)]
    known = all(
        getattr(base, "name", "") in ("pydantic.BaseModel", "typing.Generic", "abc.ABC")
        for base in schema.cls.ancestors
        if not hasattr(base, "methods")
    )
    return schema if known and not validators and "model_config" not in splats(schema) else None


def reads_all(method: Function) -> bool:
    """Whether a method may turn the row into a mapping before it is read."""
    return any(name.endswith(("model_validator", "root_validator")) for name in method.decorator_names)


def splats(schema: Schema) -> set[str]:
    """The attributes of a schema whose value is not written out."""
    config = schema.cls.attribute("model_config")
    value = config.value if config else None
    written = (
        value is None or isinstance(value, n.Dict) or (isinstance(value, n.Call) and not value.is_splatted)
    )
    return set() if written else {"model_config"}
