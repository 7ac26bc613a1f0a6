"""Whether a project has pydantic 2 and nothing older."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from plumbrule.model.project import Project

NEW = {
    "AfterValidator", "AliasChoices", "AliasPath", "BeforeValidator", "PlainSerializer", "RootModel",
    "StringConstraints", "TypeAdapter", "computed_field", "field_serializer", "field_validator",
    "model_serializer", "model_validator",
}  # fmt: skip
"""names that pydantic 1 does not have"""


def is_surely_2(project: Project) -> bool:
    """Whether a manifest allows nothing older, or a module imports without a way out what only it has."""
    declared = project.requirement("pydantic")
    if declared is not None and not declared.may_be("<2"):
        return True
    imports = (statement for module in project.modules for statement in module.imports)
    sure = (one for one in imports if not isinstance(one.parent, n.Try | n.If | n.Handler))
    return any(
        one.module == "pydantic_settings"
        or (one.module == "pydantic" and any(alias.name in NEW for alias in one.names))
        for one in sure
        if isinstance(one, n.ImportFrom)
    )
