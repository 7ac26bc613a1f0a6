"""Answers and templates give files; the same answers give the same bytes."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from plumbrule import __version__
from plumbrule.scaffold.answers import Answers
from plumbrule.scaffold.manifest import DATABASES, PACKAGES, PARTS, PRESETS, Part

TEMPLATES = Path(__file__).parent


def parts_of(answers: Answers) -> tuple[Part, ...]:
    """What a project consists of: the base of its preset, its database, its parts in the manifest's order."""
    database = [DATABASES[answers.database]] if answers.database else []
    chosen = (part for part in PARTS.values() if part.name in answers.parts)
    return (PRESETS[answers.preset].base, *database, *chosen)


def targets(part: Part, answers: Answers) -> dict[str, str]:
    """target → template, for what the part brings to this project."""
    return {
        target.format(package=answers.package): template.format(preset=answers.preset)
        for template, target in part.brings.items()
    }


def render(answers: Answers) -> dict[str, str]:
    """The whole project: target → content."""
    environment, context = jinja(), context_of(answers)
    return {
        target: environment.get_template(template).render(context)
        for part in parts_of(answers)
        for target, template in targets(part, answers).items()
    }


def context_of(answers: Answers) -> dict[str, object]:
    """What a template may name."""
    parts = parts_of(answers)
    return {
        "name": answers.name,
        "package": answers.package,
        "title": answers.name.replace("-", " ").capitalize(),
        "prefix": answers.package.upper(),
        "preset": answers.preset,
        "layout": answers.layout,
        "database": answers.database,
        "parts": [name for name in PARTS if name in answers.parts],
        "dependencies": _ranges(name for part in parts for name in part.packages),
        "dev_dependencies": _ranges(name for part in parts for name in part.dev_packages),
        "plumb_version": __version__,
    }


def jinja(extra: Mapping[str, object] | None = None) -> Environment:
    """The template engine; its delimiters leave braces to Python and to workflows."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701  it writes Python and TOML, not HTML
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="[[ ",
        variable_end_string=" ]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )
    environment.globals.update(extra or {})
    return environment


def _ranges(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(PACKAGES[name] for name in dict.fromkeys(names)))
