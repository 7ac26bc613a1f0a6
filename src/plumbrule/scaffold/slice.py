"""The files of a vertical slice: a resource, rendered by the templates in `feature/`."""

import ast
from collections.abc import Iterable, Mapping
from functools import cache

from jinja2 import Environment

from plumbrule.scaffold.render import jinja
from plumbrule.scaffold.resource import Names, Resource
from plumbrule.scaffold.spelling import Spelled, spell
from plumbrule.scaffold.wrapping import imports, wrap

MODULES = ("__init__.py", "dependencies.py", "models.py", "router.py", "schemas.py", "service.py")

_ORIGINS: Mapping[str, tuple[str, ...]] = {
    "": ("json", "re"),
    "datetime": ("UTC", "date", "datetime"),
    "decimal": ("Decimal",),
    "enum": ("StrEnum",),
    "http": ("HTTPStatus",),
    "typing": ("Annotated", "Any"),
    "uuid": ("UUID", "uuid4"),
    "fastapi": ("APIRouter", "Depends", "Request", "Response", "status"),
    "pydantic": (
        "MISSING",
        "AfterValidator",
        "AwareDatetime",
        "BaseModel",
        "ConfigDict",
        "EmailStr",
        "Field",
        "HttpUrl",
        "JsonValue",
        "PlainSerializer",
    ),
    "sqlalchemy": ("JSON", "Enum", "Float", "ForeignKey", "Numeric", "String", "Text", "select"),
    "sqlalchemy.dialects.postgresql": ("JSONB",),
    "sqlalchemy.ext.asyncio": ("AsyncSession",),
    "sqlalchemy.orm": ("Mapped", "mapped_column"),
    "{package}.auth.dependencies": ("CurrentUser",),
    "{package}.database": ("Base", "Session", "utc_now"),
    "{package}.errors": ("NotFound", "ServiceError"),
    "{package}.pagination": ("Page", "PageQuery", "PageRead", "PageRequest", "paginate"),
}
"""Where the names come from that the files of a slice use."""


def foundations(package: str) -> tuple[str, ...]:
    """The files of a project that every slice is built on."""
    own = (module.format(package=package) for module in _ORIGINS if module.startswith("{package}."))
    return tuple(f"src/{module.replace('.', '/')}.py" for module in (f"{package}.main", *own))


def render_slice(resource: Resource, package: str, database: str) -> dict[str, str]:
    """The modules and the tests of a resource: target → content."""
    names = resource.names
    fields = [spell(field, names, database) for field in resource.fields]
    context = {"package": package, "database": database, "fields": fields, **_context(resource, fields)}
    folder = f"src/{package}/{names.plural}"
    files = {f"{folder}/__init__.py": ""}
    for module in MODULES[1:]:
        text = _rendered(f"feature/{module}", context)
        files[f"{folder}/{module}"] = _with_imports(text, resource, fields, package)
    files[f"tests/test_{names.plural}.py"] = _rendered("feature/test.py", context)
    return files


def render_migration(resource: Resource, database: str, revision: str, down_revision: str) -> str:
    """The migration that makes the table of a resource."""
    fields = [spell(field, resource.names, database) for field in resource.fields]
    context = {"fields": fields, "revision": revision, "down_revision": down_revision}
    return _rendered("feature/migration.py", {**context, **_context(resource, fields)})


def _context(resource: Resource, fields: list[Spelled]) -> dict[str, object]:
    return {
        "names": resource.names,
        "targets": sorted(resource.targets, key=lambda target: target.folder),
        "types": {field.type for field in fields},
        "required": [field for field in fields if not field.nullable],
        "optional": [field for field in fields if field.nullable],
        "plain": [field for field in fields if not field.target],
        "references": [field for field in fields if field.target],
        "bounds": [(field.name, value) for field in fields for value in field.bad],
    }


def _rendered(template: str, context: Mapping[str, object]) -> str:
    return wrap(_environment().get_template(template).render(context))


@cache
def _environment() -> Environment:
    return jinja()


def _with_imports(text: str, resource: Resource, fields: Iterable[Spelled], package: str) -> str:
    """The code with an import of every name that it uses and does not define."""
    tree = ast.parse(text)
    loaded = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    origins = _origins(resource, fields, package)
    block = imports(((origins[name], name) for name in loaded - defined if name in origins), package)
    is_definition = isinstance(tree.body[0], ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return block + ("\n\n\n" if is_definition else "\n\n") + text


def _origins(resource: Resource, fields: Iterable[Spelled], package: str) -> dict[str, str]:
    """name → module."""
    known = {name: module.format(package=package) for module, found in _ORIGINS.items() for name in found}
    return {
        **known,
        **{target.model: f"{package}.{target.folder}.models" for target in resource.targets},
        **_own_origins(resource.names, fields, f"{package}.{resource.names.plural}"),
    }


def _own_origins(names: Names, fields: Iterable[Spelled], slice_: str) -> dict[str, str]:
    model = names.model
    enums = {field.stored: f"{slice_}.models" for field in fields if field.constraint}
    schemas = {f"{model}{suffix}": f"{slice_}.schemas" for suffix in ("Create", "Read", "Update")}
    return {
        **enums,
        **schemas,
        model: f"{slice_}.models",
        f"{model}Service": f"{slice_}.service",
        names.models: f"{slice_}.dependencies",
    }
