"""Values that a service should accept, made of what it says about its fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = Any
PASSWORD = "Correct-Horse-7-Battery"  # noqa: S105  of accounts that live for a moment
DEEPEST = 8
LONGEST = 1000


def new_email() -> str:
    """An address that nobody has."""
    return f"plumb-{uuid4().hex[:16]}@example.com"


def example(schema: Json, document: Json, name: str = "", depth: int = 0) -> Json:
    """A value for a JSON schema of an OpenAPI document; of an object only what is required."""
    schema = resolved(schema, document)
    if depth > DEEPEST or not isinstance(schema, dict):
        return None
    for given in (schema.get("const"), *schema.get("enum", ())):
        if given is not None:
            return given
    choices = [choice for key in ("allOf", "oneOf", "anyOf") for choice in schema.get(key, ())]
    for choice in choices:
        if choice.get("type") != "null":
            return example(choice, document, name, depth + 1)
    return of_type(schema, document, name, depth)


def of_type(schema: Mapping[str, Json], document: Json, name: str, depth: int) -> Json:
    """A value of the type that a schema names; text if it names none."""
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {})
            wanted = [field for field in schema.get("required", ()) if field in fields]
            return {field: example(fields[field], document, field, depth + 1) for field in wanted}
        case "array":
            item = example(schema.get("items", {}), document, name, depth + 1)
            return [item] * min(schema.get("minItems", 0), LONGEST)
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case _:
            return text(schema, name)


def resolved(schema: Json, document: Json) -> Json:
    """The schema that a `$ref` into the document means."""
    for _ in range(DEEPEST):
        if not isinstance(schema, dict) or "$ref" not in schema:
            break
        found: Json = document
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found.get(part, {}) if isinstance(found, dict) else {}
        schema = found
    return schema


def text(schema: Mapping[str, Json], name: str) -> str:
    """A string that keeps to the format and the length of a schema."""
    value = example_of_name(name, str(schema.get("format", "")))
    if not isinstance(value, str):
        value = "plumb"
    least, most = int(schema.get("minLength", 0)), int(schema.get("maxLength", LONGEST))
    return value.ljust(min(least, LONGEST), "x")[: max(most, least)]


def example_of_name(name: str, kind: str) -> Json:
    """A value for a field of which only the name and a word about its type are known."""
    said = f"{name} {kind}".lower()
    if "password" in said:
        return PASSWORD
    if "email" in said or name in {"username", "login"}:
        return new_email()
    for pattern, value in KINDS:
        if re.search(pattern, said):
            return value
    return "plumb"


KINDS: tuple[tuple[str, Json], ...] = (
    (r"\b(uuid)", "00000000-0000-4000-8000-000000000000"),
    (r"\b(datetime|date-time)", "2026-01-01T00:00:00Z"),
    (r"\bdate\b", "2026-01-01"),
    (r"\b(uri|url|httpurl)", "https://example.com/"),
    (r"\bbool", True),
    (r"\b(int|float|decimal)\b|\b(quantity|count|number|amount|price)\b", 1),
)
