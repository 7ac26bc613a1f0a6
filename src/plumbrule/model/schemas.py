"""Classes that FastAPI projects are full of: schemas, settings, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.code import Attribute, Class, Function
from plumbrule.model.relationships import Relationship
from plumbrule.model.values import External

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

MODELS = (
    "pydantic.BaseModel",
    "sqlmodel.SQLModel",
    "pydantic.v1.BaseModel",
    "pydantic.RootModel",
    "pydantic.generics.GenericModel",
)
SETTINGS = (
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
    "pydantic.v1.BaseSettings",
    "pydantic.env_settings.BaseSettings",
)
TABLES = (
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlalchemy.orm.MappedAsDataclass",
    "sqlalchemy.orm.declarative_base",
    "sqlalchemy.orm.AsyncAttrs",
)


class ClassView:
    """A project class seen in one of its roles."""

    def __init__(self, cls: Class) -> None:
        self.cls = cls

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.cls.qualified_name}>"

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.cls.name

    @property
    def qualified_name(self) -> str:
        """The full name of the class."""
        return self.cls.qualified_name

    @property
    def module(self) -> Module:
        """The module it stands in."""
        return self.cls.module

    @property
    def project(self) -> Project:
        """The project."""
        return self.cls.project

    @property
    def span(self) -> Span:
        """Where its name stands."""
        return self.cls.span

    @property
    def node(self) -> n.ClassDef:
        """The class statement."""
        return self.cls.node

    @cached_property
    def fields(self) -> dict[str, Attribute]:
        """Its annotated fields by name, inherited ones included."""
        return {k: a for k, a in self.cls.fields.items() if k != "model_config"}

    @property
    def own_fields(self) -> dict[str, Attribute]:
        """The fields that its own body declares."""
        return {k: a for k, a in self.fields.items() if a.cls is self.cls}

    def config(self, name: str) -> n.Expr | None:
        """A setting of `model_config` or of the old inner `class Config`, inherited ones included."""
        for cls in (self.cls, *self.cls.ancestors):
            if not isinstance(cls, Class):
                continue
            for keyword in cls.node.keywords:
                if keyword.name == name:
                    return keyword.value
            config = cls.attributes.get("model_config")
            match config.value if config else None:
                case n.Call() as call if call.keyword(name) is not None:
                    return call.keyword(name)
                case n.Dict() as display if display.get(name) is not None:
                    return display.get(name)
            inner = cls.classes.get("Config")
            if inner is not None and name in inner.attributes:
                return inner.attributes[name].value
        return None

    def field_call(self, name: str) -> Call | None:
        """The `Field(…)`, `Column(…)`, `mapped_column(…)` of a field, in its value or its `Annotated`."""
        attribute = self.cls.attribute(name)
        if attribute is None:
            return None
        if isinstance(attribute.value, n.Call):
            return attribute.cls.call(attribute.value)
        found: list[Call] = []
        if attribute.annotation is not None:
            attribute.cls.inference.annotated(attribute.annotation, found)
        return next((c for c in found if c.name.endswith("Field")), None)

    def default(self, name: str) -> n.Expr | None:
        """The default of a field: its value, or that of its `Field(…)`; None if it is required (`...`)."""
        attribute = self.cls.attribute(name)
        if attribute is None:
            return None
        call = self.field_call(name)
        value = attribute.value
        if call is not None and call.name.endswith("Field"):
            value = call.argument(0, "default") if value is call.node else value
        return None if isinstance(value, n.Constant) and value.value is ... else value


class Schema(ClassView):
    """A pydantic model (tables of SQLModel excluded)."""

    @cached_property
    def is_v1(self) -> bool:
        """Whether it is written in the style of pydantic 1: an inner `class Config`."""
        return "Config" in self.cls.classes


class Settings(ClassView):
    """A `BaseSettings` class."""


class Column:
    """A column of a table: `call` is its `Column(…)`, `mapped_column(…)` or `Field(…)` if it has one."""

    def __init__(self, attribute: Attribute, call: Call | None) -> None:
        self.attribute = attribute
        self.call = call

    @property
    def name(self) -> str:
        """The name of the attribute."""
        return self.attribute.name

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.attribute.span

    def option(self, name: str) -> n.Expr | None:
        """An argument of its call: `column.option("nullable")`."""
        return self.call.keyword(name) if self.call else None

    @cached_property
    def type_name(self) -> str:
        """The last word of its SQL type (`DateTime`, `String`),
        or of its Python type when that is all there is.
        """
        for arg in self.call.args if self.call else ():
            plain = arg.func if isinstance(arg, n.Call) else arg
            name = (self.call.scope.name_of(plain) or "") if self.call else ""
            if name and not name.endswith(("ForeignKey", "Identity", "Sequence", "Computed")):
                return name.rpartition(".")[2]
        for key in ("sa_type", "type_"):
            value = self.option(key)
            if value is not None and self.call is not None:
                return (
                    self.call.scope.name_of(value.func if isinstance(value, n.Call) else value) or ""
                ).rpartition(".")[2]
        return self.attribute.type.name.rpartition(".")[2] if self.attribute.type else ""

    @property
    def type_expr(self) -> n.Expr | None:
        """Its SQL type as written: `DateTime(timezone=True)`."""
        for arg in self.call.args if self.call else ():
            plain = arg.func if isinstance(arg, n.Call) else arg
            if isinstance(plain, (n.Name, n.Attribute)):
                return arg
        return None

    @property
    def is_primary_key(self) -> bool:
        """Whether it is (part of) the primary key."""
        value = self.option("primary_key")
        return isinstance(value, n.Constant) and value.value is True

    @property
    def foreign_key(self) -> str | None:
        """The `table.column` it points at."""
        match self.option("foreign_key"):
            case n.Constant(value=str(key)):
                return key
        for arg in self.call.args if self.call else ():
            match arg:
                case n.Call(func=func, args=(n.Constant(value=str(key)), *_)) if func.text.endswith(
                    "ForeignKey"
                ):
                    return key
        return None

    @cached_property
    def is_nullable(self) -> bool | None:
        """Whether NULL is allowed: from `nullable=`, else from `Mapped[X | None]`;
        None if it cannot be told.
        """
        value = self.option("nullable")
        if isinstance(value, n.Constant) and isinstance(value.value, bool):
            return value.value
        if self.is_primary_key:
            return False
        annotation = self.attribute.annotation
        if annotation is None:
            return True if self.call is not None and self.call.name.endswith(".Column") else None
        return "None" in annotation.text or "Optional" in annotation.text


class Table(ClassView):
    """A mapped class of SQLAlchemy or SQLModel."""

    @cached_property
    def table_name(self) -> str | None:
        """Its `__tablename__` where it is a literal."""
        attribute = self.cls.attribute("__tablename__")
        match attribute.value if attribute else None:
            case n.Constant(value=str(name)):
                return name
            case _:
                return None

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Its columns by attribute name, inherited ones included."""
        found: dict[str, Column] = {}
        for cls in reversed((self.cls, *self.cls.ancestors)):
            if isinstance(cls, Class):
                for name, attribute in cls.attributes.items():
                    column = self._column(attribute)
                    if column is not None:
                        found[name] = column
        return found

    def _column(self, attribute: Attribute) -> Column | None:
        if attribute.method is not None or attribute.name.startswith("__"):
            return None
        call = attribute.cls.call(attribute.value) if isinstance(attribute.value, n.Call) else None
        last = call.name.rpartition(".")[2] if call else ""
        if last in ("Column", "mapped_column", "Field"):
            return Column(attribute, call)
        annotation = attribute.annotation
        if (
            call is None
            and annotation is not None
            and (annotation.text.startswith(("Mapped[", "orm.Mapped[")) or self.is_sqlmodel)
        ):
            return Column(attribute, None)
        return None

    @cached_property
    def relationships(self) -> dict[str, Relationship]:
        """Its relationships by attribute name, inherited ones included."""
        found: dict[str, Relationship] = {}
        for cls in reversed((self.cls, *self.cls.ancestors)):
            if isinstance(cls, Class):
                for name, attribute in cls.attributes.items():
                    if isinstance(attribute.value, n.Call) and attribute.method is None:
                        call = attribute.cls.call(attribute.value)
                        if call.name.rpartition(".")[2] in ("relationship", "Relationship"):
                            found[name] = Relationship(attribute, call)
                found |= {name: made for name, method in cls.methods.items() if (made := declared(method))}
        return found

    @cached_property
    def proxies(self) -> dict[str, str]:
        """The relationship through which each `association_proxy` reads, by attribute name."""
        found: dict[str, str] = {}
        for cls in reversed((self.cls, *self.cls.ancestors)):
            for name, attribute in cls.attributes.items() if isinstance(cls, Class) else ():
                match attribute.value:
                    case n.Call(func=func, args=(n.Constant(value=str(through)), *_)):
                        if func.text.rpartition(".")[2] == "association_proxy":
                            found[name] = through
        return found

    @cached_property
    def is_sqlmodel(self) -> bool:
        """Whether it is a SQLModel table."""
        return self.cls.is_a("sqlmodel.SQLModel")


def declared(method: Function) -> Relationship | None:
    """The relationship that a method under `@declared_attr` returns."""
    if not any(name.rpartition(".")[2] == "declared_attr" for name in method.decorator_names):
        return None
    for returned in method.find(n.Return):
        if isinstance(returned.value, n.Call):
            call = method.call(returned.value)
            return Relationship(method, call) if call.name.endswith(".relationship") else None
    return None


def is_table(cls: Class) -> bool:
    """Whether a class is mapped to a table."""
    if any(
        k.name == "table" and isinstance(k.value, n.Constant) and k.value.value is True
        for k in cls.node.keywords
    ):
        return True
    written = cls.module.source.text.find(b"__table", cls.node.start, cls.node.end) >= 0
    if written and ("__tablename__" in cls.attributes or "__table__" in cls.attributes):
        return True
    declared = any(isinstance(b, External) and b.name in TABLES for b in cls.ancestors)
    if not declared or cls.is_a("sqlmodel.SQLModel") or "__abstract__" in cls.attributes:
        return False
    return any(
        isinstance(a.value, n.Call)
        and a.value.func.text.rpartition(".")[2] in ("Column", "mapped_column", "relationship")
        for a in cls.attributes.values()
    )
