"""Which parameters and fields let a client send any text it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.model.values import External

if TYPE_CHECKING:
    from plumbrule.model.code import Class, Parameter
    from plumbrule.model.values import Type

TEXT = {"builtins.str", "builtins.bytes", "typing.AnyStr", "builtins.object", "?"}
CONTAINERS = {"list", "dict", "set", "tuple", "Sequence", "Iterable", "Mapping", "List", "Dict", "Set"}
OWN = {"abc.ABC", "builtins.object", "typing.Protocol", "typing.Generic", "typing_extensions.Protocol"}
"""bases that say nothing of what a class is for"""
URLS = {"pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl", "pydantic.networks.HttpUrl"}
PATHS = {"pathlib.Path", "pydantic.FilePath", "pydantic.DirectoryPath", "pydantic.NewPath"}


def is_injected(parameter: Parameter) -> bool:
    """Whether FastAPI or nobody fills a parameter with something that is not request data."""
    name = parameter.type.name if parameter.type else ""
    cls = parameter.type.cls if parameter.type else None
    if parameter.is_instance or (cls is not None and is_no_data(cls)):
        return True
    return name.startswith(("fastapi.", "sqlalchemy.", "starlette.")) and name != "fastapi.UploadFile"


def is_no_data(cls: Class) -> bool:
    """Whether a class is the project's own, through and through, and none that FastAPI reads a body into."""
    bases = {base.name for base in cls.ancestors if isinstance(base, External)}
    decorated = any("dataclass" in decorator.text for decorator in cls.node.decorators)
    return bases <= OWN and not decorated and cls.project.schema_of(cls) is None


def is_constrained(parameter: Parameter) -> bool:
    """Whether a pattern says what a parameter may look like."""
    return any(m.keyword("pattern") is not None or m.keyword("regex") is not None for m in parameter.metadata)


def may_be_text(kind: Type | None) -> bool:
    """Whether a value of a type can hold any text that a client likes."""
    if kind is None or kind.name in TEXT or kind.name in URLS or kind.name in PATHS:
        return True
    if kind.name.rpartition(".")[2] in CONTAINERS:
        return not kind.args or any(may_be_text(arg) for arg in kind.args)
    if kind.name in ("fastapi.UploadFile", "fastapi.Request", "fastapi.WebSocket"):
        return True
    return kind.cls is not None and not kind.cls.is_a("enum.Enum", "Enum", "StrEnum", "IntEnum")


def may_be_text_field(cls: Class, name: str) -> bool:
    """Whether a field of a schema can hold any text: no pattern, no validator of its own."""
    attribute = cls.attribute(name)
    if attribute is None or cls.method(name) is not None:
        return cls.method(name) is None
    schema = cls.project.schema_of(cls)
    field = schema.field_call(name) if schema else None
    if field is not None and (field.keyword("pattern") or field.keyword("regex")):
        return False
    validators = (d for f in cls.methods.values() for d in f.node.decorators if "validator" in d.text)
    if any(f'"{name}"' in d.text or f"'{name}'" in d.text for d in validators):
        return False
    return may_be_text(attribute.type)
