"""The skills for coding agents: pages written by hand, and what is made of guides, rules and templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.guides import guides
from plumbrule.report.sarif import prose
from plumbrule.rules import rulebook
from plumbrule.scaffold.answers import Wishes, answer
from plumbrule.scaffold.render import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from plumbrule.rulekit import Rule

WRITTEN = Path(__file__).parents[1] / ".agents" / "skills"
SENIOR = "fastapi-senior-dev"
REFERENCES: Mapping[str, Sequence[str]] = {
    "fastapi-audit": ("database-sqlalchemy", "observability", "security-auth", "security-owasp"),
    SENIOR: tuple(guides()),
}
"""the guides that a skill brings; the rulebook comes with them"""
RUFF = """# What is in here comes with plumb: the tools of your project need not look at it.
exclude = ["*"]
"""
ASSETS = {"compose.yaml": "docker-compose.yml", "Dockerfile": "Dockerfile"}


def skills() -> dict[str, str]:
    """Every file of every skill, by its path: skill/SKILL.md, skill/references/…"""
    return dict(sorted({**written(), **generated()}.items()))


def written() -> dict[str, str]:
    """The pages and scripts that lie in the package."""
    paths = (*WRITTEN.glob("*/SKILL.md"), *WRITTEN.glob("*/scripts/*.py"))
    return {path.relative_to(WRITTEN).as_posix(): path.read_text("utf-8") for path in paths}


def generated() -> dict[str, str]:
    """The references and assets, which have their source elsewhere."""
    rules = rulebook_page(rulebook())
    files = {f"{path.name}/ruff.toml": RUFF for path in WRITTEN.iterdir() if path.is_dir()}
    files |= {f"{skill}/references/rulebook.md": rules for skill in REFERENCES}
    for skill, names in REFERENCES.items():
        files |= {f"{skill}/references/{name}.md": guides()[name].text for name in names}
    service = render(answer(Wishes(name="app", preset="service", database="postgres"), Path()))
    return files | {f"{SENIOR}/assets/{name}": service[source] for source, name in ASSETS.items()}


def rulebook_page(rules: Iterable[Rule]) -> str:
    """Every rule with its reason, by category; the examples are left to `plumb explain`."""
    by_category: dict[str, list[Rule]] = {}
    for rule in rules:
        by_category.setdefault(rule.category, []).append(rule)
    head = ["# The rulebook", "", "One rule in full, with wrong and right code: `plumb explain NAME`.", ""]
    chapters = (line for category in sorted(by_category) for line in chapter(category, by_category[category]))
    return "\n".join([*head, *chapters]) + "\n"


def chapter(category: str, rules: Iterable[Rule]) -> Iterator[str]:
    """The rules of a category."""
    yield f"## {category.capitalize()}"
    for rule in rules:
        needs = f"; needs {', '.join(rule.needs)}" if rule.needs else ""
        yield from ("", f"### {rule.name} ({rule.severity}{needs})", "", f"**{rule.title}**", "", prose(rule))
    yield ""
