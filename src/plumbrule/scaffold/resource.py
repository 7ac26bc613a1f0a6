"""What a user asks for with `plumb add resource`: a name and fields, checked and spelled out."""

import builtins
import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plumbrule.plan import Refusal
from plumbrule.scaffold.answers import known
from plumbrule.scaffold.words import plural_of, singular_of

TYPES = (
    "str",
    "text",
    "int",
    "float",
    "decimal",
    "bool",
    "date",
    "datetime",
    "uuid",
    "email",
    "url",
    "json",
    "enum",
    "ref",
)

IDENTIFIER_LIMIT = 63
"""PostgreSQL has no longer names"""

ENUM_LIMIT = 40
"""characters in a value of an enum"""

# Words that the files of a slice use themselves, where the resource would be a variable.
_WORDS = """
ada bad bob bounds changes create date datetime field foreign good json listed mapped_column method name new
own page paginate pytest query re request response router select self session status storable user utc_now
uuid4 value values
"""
_CLASSES = """
APIRouter AfterValidator Annotated Any AsyncClient AsyncSession AwareDatetime Base BaseModel ConfigDict
CurrentUser Date Decimal Depends EmailStr Enum Field Float ForeignKey HTTPStatus HttpUrl JsonValue Mapped
NotFound Numeric Page PageQuery PageRead PageRequest PlainSerializer Request Response ServiceError Session
StrEnum String Text UnknownReference
"""
_PYDANTIC = """
construct copy dict from_orm json model_computed_fields model_config model_construct model_copy model_extra
model_fields model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild
parse_file parse_obj parse_raw schema schema_json update_forward_refs validate
"""
_OWN_WORDS = frozenset(_WORDS.split())
_OWN_CLASSES = frozenset(_CLASSES.split())
_BUILTINS = frozenset({*dir(builtins), "copyright", "credits", "exit", "help", "license", "quit"})
_RESERVED_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("id", "owner_id", "created_at", "updated_at"), "every resource has it already"),
    **dict.fromkeys(("metadata", "registry", "type_annotation_map"), "SQLAlchemy keeps it for itself"),
    **dict.fromkeys(_PYDANTIC.split(), "Pydantic keeps it for itself"),
    "l": "it looks like a 1",
    "self": "every method has it already",
    **dict.fromkeys(("bool", "date", "datetime", "float", "int", "list", "str"), "it would hide the type"),
    **dict.fromkeys(("mapped_column", "utc_now", "uuid4"), "it would hide a function that models call"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a resource is called: one and many of it, in snake_case."""

    singular: str
    plural: str

    @property
    def model(self) -> str:
        """As a class: LineItem."""
        return camel(self.singular)

    @property
    def models(self) -> str:
        """As the alias of a dependency: LineItems."""
        return camel(self.plural)

    @property
    def route(self) -> str:
        """As in a URL: line-items."""
        return self.plural.replace("_", "-")

    @property
    def words(self) -> str:
        """As in a sentence: line item."""
        return self.singular.replace("_", " ")

    @property
    def article(self) -> str:
        """As at the beginning of a test's name: a_line_item."""
        vowel = re.match(r"(?!eu|one|uni|us|ut)[aeiou]|hour|honou?r|heir", self.singular)
        return f"{'an' if vowel else 'a'}_{self.singular}"


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that another one can refer to."""

    folder: str
    model: str
    table: str
    is_owned: bool
    """whether its rows belong to a user"""

    @property
    def singular(self) -> str:
        """As a variable: line_item."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self.model).lower()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a resource: a column, and what goes in and out."""

    name: str
    type: str
    nullable: bool
    values: tuple[str, ...] = ()
    """of an enum"""
    target: Target | None = None
    """of a ref"""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it was asked for."""

    names: Names
    fields: tuple[Field, ...]

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it refers to, each once."""
        return tuple(dict.fromkeys(field.target for field in self.fields if field.target))


def camel(name: str) -> str:
    """line_item → LineItem."""
    return "".join(word.capitalize() for word in name.split("_"))


def parse_names(name: str, plural: str | None) -> Names:
    """The names for what a user calls `name`, in the singular or the plural; refuses what cannot be one."""
    given = _snake(name)
    if plural is not None:
        names = Names(given, _snake(plural))
    else:
        singular = singular_of(given)
        names = Names(singular, plural_of(singular))
    for word in (names.singular, names.plural):
        _check_word(word, name if plural is None else word)
    if names.singular == names.plural:
        raise Refusal(f"one {names.words} and many are called the same; name the many with --plural WORD")
    return names


def parse_fields(names: Names, words: Iterable[str], targets: Iterable[Target]) -> tuple[Field, ...]:
    """The fields that `words` like `total:decimal?` ask for; refuses what cannot be a field of `names`."""
    fields = tuple(_parse_field(word, names, tuple(targets)) for word in words)
    if not fields:
        raise Refusal(f"{names.words} has no field; name one or more, such as title:str")
    seen: set[str] = set()
    for field in fields:
        if field.name in seen:
            raise Refusal(f"the field {field.name} is there twice; drop one of them")
        seen.add(field.name)
        _check_identifiers(names, field)
    return fields


def _snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[-. ]+", "_", words).lower()


def _check_word(word: str, given: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", word):
        raise Refusal(f"{given!r} cannot be the name of a resource; use letters, digits and _: line_item")
    if len(word) > IDENTIFIER_LIMIT // 2:
        raise Refusal(f"the name {word} is too long; {IDENTIFIER_LIMIT // 2} characters are possible")
    for reason, is_taken in (
        ("is a keyword of Python", keyword.iskeyword(word) or keyword.iskeyword(camel(word))),
        ("would hide a builtin of Python", word in _BUILTINS),
        ("means something else in the code of a resource", word in _OWN_WORDS or camel(word) in _OWN_CLASSES),
    ):
        if is_taken:
            raise Refusal(f"{word!r} {reason}; choose a longer name, such as own_{word}")


def _parse_field(word: str, names: Names, targets: tuple[Target, ...]) -> Field:
    name, colon, spelled = word.partition(":")
    if not colon or not name or not spelled:
        raise Refusal(f"{word!r} is no field; write NAME:TYPE, such as title:str or 'paid:date?'")
    _check_field_name(name)
    match = re.fullmatch(r"([^()?]*)(?:\((.*)\))?(\??)", spelled)
    if match is None:
        raise Refusal(
            f"cannot read the type of {name}, {spelled!r}; write it as str, enum(a|b)? or ref(order)"
        )
    kind, argument, mark = match.groups()
    known(f"type of {name}", kind, TYPES)
    nullable = bool(mark)
    match kind:
        case "enum":
            return Field(name, kind, nullable, values=_enum_values(name, argument))
        case "ref":
            column = name if name.endswith("_id") else f"{name}_id"
            _check_field_name(column)
            return Field(column, kind, nullable, target=_target(name, argument, names, targets))
        case _ if argument is not None:
            raise Refusal(f"the type {kind} of {name} takes nothing in brackets; write {name}:{kind}{mark}")
        case _:
            return Field(name, kind, nullable)


def _check_field_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise Refusal(f"{name!r} cannot be the name of a field; use a-z, 0-9 and _: unit_price")
    reason = _RESERVED_FIELDS.get(name)
    if keyword.iskeyword(name) or keyword.iskeyword(camel(name)):  # its alias would be None, True, False
        reason = "it is a keyword of Python"
    elif name.startswith(("model_dump", "model_validate")):
        reason = "Pydantic keeps it for itself"
    if reason:
        raise Refusal(f"the name of the field {name} is taken: {reason}; choose another, such as own_{name}")


def _enum_values(name: str, argument: str | None) -> tuple[str, ...]:
    values = tuple((argument or "").split("|"))
    example = f"'{name}:enum(open|closed)'"
    for value in values:
        if not re.fullmatch(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*", value):
            raise Refusal(
                f"{value!r} cannot be a value of the enum {name}; write it in small letters: {example}"
            )
        if len(value) > ENUM_LIMIT:
            raise Refusal(f"the value {value} of the enum {name} is longer than {ENUM_LIMIT} characters")
    if len(values) < 2:
        raise Refusal(f"the enum {name} needs two values or more: {example}")
    if len({value.replace("-", "_") for value in values}) < len(values):
        raise Refusal(f"the enum {name} has a value twice; drop one of them")
    return values


def _target(name: str, argument: str | None, names: Names, targets: tuple[Target, ...]) -> Target:
    if not argument:
        raise Refusal(f"the ref {name} does not say to what; write {name}:ref(order)")
    wanted = _snake(argument)
    if wanted in {names.singular, names.plural}:
        raise Refusal(f"{name} refers to {names.plural} themselves; add such a column by hand")
    owned = [target for target in targets if target.is_owned]
    for target in targets:
        if wanted in {target.folder, target.table, target.singular}:
            if not target.is_owned:
                raise Refusal(f"{name} cannot refer to {target.table}: their rows have no owner_id to check")
            return target
    raise Refusal(_no_target(name, argument, [target.folder for target in owned]))


def _no_target(name: str, argument: str, there: list[str]) -> str:
    choice = f"there is {', '.join(sorted(there))}" if there else "there is nothing to refer to yet"
    return f"{name} refers to {argument}, which is no resource of this project; {choice}"


def _check_identifiers(names: Names, field: Field) -> None:
    """Refuse a column whose index or constraint would have a name that PostgreSQL cuts off."""
    identifiers = [field.name, f"ck_{names.plural}_{field.name}", f"fk_{names.plural}_owner_id_users"]
    if field.target:
        identifiers += [f"fk_{names.plural}_{field.name}_{field.target.table}"]
    for identifier in identifiers:
        if len(identifier) > IDENTIFIER_LIMIT:
            raise Refusal(
                f"the field {field.name} is too long: {identifier} has over {IDENTIFIER_LIMIT} characters"
            )


def alias_of(field: Field, names: Names) -> str:
    """The name of a field's type in a request; it hides nothing that the schemas import or define."""
    alias = camel(field.name)
    own = {f"{names.model}{suffix}" for suffix in ("Create", "Update", "Read")}
    is_taken = alias in _OWN_CLASSES or alias in own or alias.startswith(names.model)
    return f"{alias}Input" if is_taken else alias
