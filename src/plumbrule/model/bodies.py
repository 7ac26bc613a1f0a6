"""What clients send and get: the schemas of bodies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class

if TYPE_CHECKING:
    from plumbrule.model.routing import Route
    from plumbrule.model.schemas import Schema


PLAIN = {"str", "SecretStr", "Optional", "Union", "None", "t", "typing", "pydantic"}
ELSEWHERE = ("Depends", "Security", "Query", "Header", "Cookie", "Path")
LIMITS = {"max_length", "pattern", "regex"}


def body_schemas(route: Route) -> list[Schema]:
    """The schemas of a route's body: those of its parameters that no marker takes from elsewhere."""
    found = []
    for parameter in route.handler.parameters if route.handler is not None else ():
        kind = parameter.type
        schema = route.project.schema_of(kind.cls) if kind is not None else None
        if schema is not None and parameter.marker(*ELSEWHERE) is None:
            found.append(schema)
    return found


def response_schema(route: Route) -> Schema | None:
    """The schema of a response, also of a list of them."""
    expr = route.option("response_model") or (route.handler.node.returns if route.handler else None)
    if expr is None or (isinstance(expr, n.Constant) and expr.value is None):
        return None
    scope = route.handler.inference.outside if route.handler else None
    kind = scope.annotation_type(expr) if scope else None
    if kind and not isinstance(kind.cls, Class) and kind.args:
        kind = kind.args[-1]
    return route.project.schema_of(kind.cls) if kind else None


def is_bounded(schema: Schema, name: str) -> bool:
    """Whether something limits or checks the text of a field: its `Field(…)`, its type, or a validator."""
    field = schema.fields[name]
    call = schema.field_call(name)
    limits = {k.name for k in call.keywords} & LIMITS if call is not None else set()
    plain = field.type is not None and field.type.name in ("builtins.str", "pydantic.SecretStr")
    annotation = field.annotation.text if field.annotation is not None else ""
    wrapped = set(re.findall(r"\w+", annotation)) - PLAIN
    return bool(limits or wrapped) or not plain or is_validated(schema, name)


def is_validated(schema: Schema, name: str) -> bool:
    """Whether a validator of the schema, or of a base, looks at a field."""
    for method in schema.cls.methods.values():
        for decorator in method.node.decorators:
            texts = {node.value for node in decorator.walk() if isinstance(node, n.Constant)}
            whole = any(kind in decorator.text for kind in ("model_validator", "root_validator"))
            if texts & {name, "*"} or (whole and name in method.node.text):
                return True
    return False
