"""How a field of each type is spelled: in the model, the schemas, the migration and the tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from plumbrule.scaffold.resource import Field, Names, Target, alias_of, camel


@dataclass(frozen=True, slots=True)
class Spelling:
    """A type as each file writes it; the empty string where it needs no words."""

    python: str
    """what an instance holds, and what goes out"""
    column: str
    """what `mapped_column` is given"""
    migration: str
    request: str
    """what comes in; a type with bounds gets a name of its own"""
    values: tuple[str, str]
    """two values as a test writes them"""
    bad: tuple[str, ...]
    """values that are refused"""


SPELLINGS: Mapping[str, Spelling] = {
    "str": Spelling(
        "str",
        "String(200)",
        "sa.String(200)",
        "Annotated[str, Field(min_length=1, max_length=200)]",
        ('"first"', '"second"'),
        ('""', '"x" * 201'),
    ),
    "text": Spelling(
        "str",
        "Text",
        "sa.Text()",
        "Annotated[str, Field(max_length=10_000)]",
        ('"First words."', '"Second thoughts."'),
        ('"x" * 10_001',),
    ),
    "int": Spelling(
        "int",
        "",
        "sa.Integer()",
        "Annotated[int, Field(ge=-2_147_483_648, le=2_147_483_647)]",
        ("1", "2"),
        ("-2_147_483_649", "2_147_483_648"),
    ),
    "float": Spelling(
        "float",
        "",
        "sa.Double()",
        "Annotated[float, Field(allow_inf_nan=False)]",
        ("1.5", "2.5"),
        ('"NaN"', '"Infinity"'),
    ),
    "decimal": Spelling(
        "Decimal",
        "Numeric(12, 2)",
        "sa.Numeric(12, 2)",
        "Annotated[Decimal, Field(max_digits=12, decimal_places=2)]",
        ('"10.10"', '"9999999999.99"'),
        ('"0.001"', '"10000000000"'),
    ),
    "bool": Spelling("bool", "", "sa.Boolean()", "", ("True", "False"), ('"perhaps"',)),
    "date": Spelling(
        "date", "", "sa.Date()", "", ('"2030-01-31"', '"2030-02-28"'), ('"2030-02-31"', '"31.1.2030"')
    ),
    "datetime": Spelling(
        "datetime",
        "",
        "sa.DateTime(timezone=True)",
        "Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]",
        ('"2030-01-31T09:30:00Z"', '"2030-02-28T17:45:00Z"'),
        ('"2030-01-31T09:30:00"', '"0001-01-01T00:00:00+01:00"', '"9999-12-31T23:59:59-01:00"'),
    ),
    "uuid": Spelling(
        "UUID",
        "",
        "sa.Uuid()",
        "",
        ('"0b0e5fd8-3f0c-4a5e-9a3e-5d3d6b8f1c01"', '"0b0e5fd8-3f0c-4a5e-9a3e-5d3d6b8f1c02"'),
        ('"0b0e5fd8"',),
    ),
    "email": Spelling(
        "str",
        "String(320)",
        "sa.String(320)",
        "Annotated[EmailStr, Field(max_length=320)]",
        ('"first@example.com"', '"second@example.com"'),
        ('"first"',),
    ),
    "url": Spelling(
        "str",
        "Text",
        "sa.Text()",
        "Annotated[HttpUrl, PlainSerializer(str)]",
        ('"https://example.com/first"', '"https://example.com/second"'),
        ('"first"', '"ftp://example.com"', '"https://example.com/" + "x" * 2_083'),
    ),
    "json": Spelling(
        "dict[str, JsonValue]",
        "JSONB(none_as_null=True)",
        "postgresql.JSONB()",
        "Annotated[dict[str, JsonValue], Field(max_length=100), AfterValidator(storable)]",
        ('{"first": [1, "a", None]}', '{"second": {"deep": True}}'),
        ('["a list"]', '{"a": "\\0"}', "{str(key): key for key in range(101)}"),
    ),
}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A field as the templates of a slice write it."""

    name: str
    type: str
    nullable: bool
    stored: str
    """the type in the model"""
    column: str
    """` = mapped_column(…)` where the type alone does not say enough"""
    migration: str
    bounded: str
    """the definition of the type of what comes in, if it has a name of its own"""
    request: str
    """the type of what comes in"""
    response: str
    """the type of what goes out"""
    values: tuple[str, str]
    bad: tuple[str, ...]
    constraint: tuple[str, ...] = ()
    """the values that a CHECK allows"""
    target: Target | None = None
    """what a ref refers to"""
    on_delete: str = ""


def spell(field: Field, names: Names, database: str) -> Spelled:
    """The field of the resource `names`, as it is written for the database."""
    match field.type:
        case "enum":
            return _enum(field, names)
        case "ref":
            return _ref(field)
        case _:
            return _plain(field, names, database)


def _plain(field: Field, names: Names, database: str) -> Spelled:
    spelling = SPELLINGS[field.type]
    column, migration = _portable(field.type, database) or (spelling.column, spelling.migration)
    return Spelled(
        name=field.name,
        type=field.type,
        nullable=field.nullable,
        stored=spelling.python.replace("JsonValue", "Any"),
        column=f" = mapped_column({column})" if column else "",
        migration=migration,
        bounded=spelling.request,
        request=alias_of(field, names) if spelling.request else spelling.python,
        response=spelling.python,
        values=spelling.values,
        bad=spelling.bad,
    )


def _portable(type_: str, database: str) -> tuple[str, str] | None:
    """What SQLite stores in another way: its column, a constant of the models, and its migration."""
    if database != "sqlite":
        return None
    match type_:
        case "decimal":
            return "DECIMAL", 'sa.Numeric(12, 2).with_variant(sa.Float(), "sqlite")'
        case "json":
            return "JSON_OBJECT", 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
        case _:
            return None


def _enum(field: Field, names: Names) -> Spelled:
    name = f"{names.model}{camel(field.name)}"
    length = max(20, *(len(value) for value in field.values))
    checked = (
        "native_enum=False, create_constraint=True, values_callable=lambda kinds: [kind.value for kind in kinds]"
    )
    return Spelled(
        name=field.name,
        type=field.type,
        nullable=field.nullable,
        stored=name,
        column=f' = mapped_column(Enum({name}, {checked}, length={length}, name="{field.name}"))',
        migration=f"sa.String({length})",
        bounded="",
        request=name,
        response=name,
        values=(f'"{field.values[0]}"', f'"{field.values[1]}"'),
        bad=('"none of these"',),
        constraint=field.values,
    )


def _ref(field: Field) -> Spelled:
    assert field.target is not None  # noqa: S101  resource.py gives every ref a target
    on_delete = "SET NULL" if field.nullable else "CASCADE"
    key = f'ForeignKey("{field.target.table}.id", ondelete="{on_delete}")'
    return Spelled(
        name=field.name,
        type=field.type,
        nullable=field.nullable,
        stored="UUID",
        column=f" = mapped_column({key}, index=True)",
        migration="sa.Uuid()",
        bounded="",
        request="UUID",
        response="UUID",
        values=("", ""),
        bad=(),
        target=field.target,
        on_delete=on_delete,
    )
