"""Models against database: what differs, and the revision that would make them the same."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import RevisionContext
from alembic.script import ScriptDirectory

from . import checks, enums
from .directives import improve, questions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.runtime.migration import MigrationContext

    from .project import Project
    from .wishes import Wishes

    Described = enums.Changed | checks.ChangedCheck

Answer = dict[str, Any]
REMARK = re.compile(r"^[ \t]*# ### .* ###\n", re.MULTILINE)
WORDS = {"add": "add", "remove": "drop"}


def differences(project: Project) -> list[str]:
    """What the models have and the database has not, and the other way round, a line each."""
    found: list[str] = []

    def look(context: MigrationContext, _: Any, directives: list[Any]) -> None:
        found.extend(told(directives[0], None, [*enums.changed(context), *checks.changed(context)]))

    run(project, project.scripts, look, {})
    return found


def generate(project: Project, message: str, revision: str | None, wishes: Wishes) -> Answer:
    """The text of a revision, or what has to be decided before it can be written."""
    answer: Answer = {}
    changes: list[str] = []

    def work(context: MigrationContext, _: Any, directives: list[Any]) -> None:
        script = directives[0]
        changed, allowed = enums.changed(context), checks.changed(context)
        if script.upgrade_ops.is_empty() and not changed and not allowed:
            answer["empty"] = True
        else:
            answer.update(questions(script, context, wishes))
        if answer:
            directives[:] = []
            return
        changes.extend(told(script, wishes, [*changed, *allowed]))
        checks.complete(script, allowed)
        improve(script, context, wishes, changed)

    folder = Path(tempfile.mkdtemp(prefix="plumb-new-"))
    try:
        scripts, copies = copied(project, folder)
        context = run(project, scripts, work, {"message": message, "rev_id": revision})
        written = [script for script in context.generate_scripts() if script] if not answer else []
        if written:
            answer.update(answer_of(written[0], copies), changes=changes)
        return answer or {"empty": True}
    finally:
        shutil.rmtree(folder)


def told(script: Any, wishes: Wishes | None, changed: Sequence[Described]) -> list[str]:
    """What a revision changes, in words; a rename is one change."""
    found: list[str] = []
    for operations in script.upgrade_ops_list:
        for difference in operations.as_diffs():
            group = difference if isinstance(difference, list) else [difference]
            found.extend(described(one) for one in group)
    for key, new in (wishes.renames if wishes else {}).items():
        table = key.rpartition(".")[0]
        dropped, added = f"drop column {key}", f"add column {table}.{new}"
        if dropped in found and added in found:
            found[found.index(dropped)] = f"rename column {key} to {new}"
            found.remove(added)
    return [*found, *(change.description for change in changed)]


def run(project: Project, scripts: ScriptDirectory, work: Any, wishes: Answer) -> RevisionContext:
    """Compare the models with the database."""
    nothing: Answer = {"message": None, "rev_id": None, "branch_label": None, "version_path": None}
    command = {**nothing, "autogenerate": True, "sql": False, "head": "head", "splice": False}
    context = RevisionContext(
        project.config, scripts, {**command, "depends_on": None, **wishes}, process_revision_directives=work
    )

    def compare(heads: Any, migration: MigrationContext) -> list[Any]:
        context.run_autogenerate(heads, migration)
        return []

    project.run(compare, template_args=context.template_args, revision_context=context)
    return context


def copied(project: Project, folder: Path) -> tuple[ScriptDirectory, dict[str, str]]:
    """The revisions in a place where Alembic may write; gives also where each folder came from."""
    copies: dict[str, str] = {}
    for number, place in enumerate(map(str, project.scripts._version_locations)):
        copy = str(folder / str(number))
        copies[copy] = os.path.abspath(place)
        if os.path.isdir(place):
            shutil.copytree(place, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            os.mkdir(copy)
    config = project.config
    for name in ("path_separator", "version_path_separator"):
        config.set_main_option(name, "os")
    config.set_main_option("version_locations", os.pathsep.join(copies).replace("%", "%%"))
    return ScriptDirectory.from_config(config), copies


def answer_of(script: Any, copies: dict[str, str]) -> Answer:
    """What was written, and where it belongs."""
    path = str(script.path)
    text = REMARK.sub("", Path(path).read_text(encoding="utf-8"))
    for copy, place in copies.items():
        if path.startswith(copy + os.sep):
            path = place + path[len(copy) :]
    return {"path": path, "text": text, "revision": script.revision}


def described(difference: Any) -> str:
    """A difference in words: what a migration would do."""
    verb, _, kind = difference[0].partition("_")
    if verb == "modify":
        _, schema, table, column, _, old, new = difference
        return f"change {qualified(schema, table)}.{column}: {kind} {plain(old)} → {plain(new)}"
    if kind == "column":
        return f"{WORDS[verb]} column {qualified(difference[1], difference[2])}.{difference[3].name}"
    if kind == "table":
        return f"{WORDS[verb]} table {difference[1].fullname}"
    if kind in ("index", "constraint", "fk"):
        element = difference[1]
        columns = ", ".join(str(getattr(column, "name", column)) for column in element.columns)
        noun = {"fk": "foreign key", "constraint": "constraint", "index": "index"}[kind]
        return f"{WORDS[verb]} {noun} {element.name or ''} on {element.table.fullname} ({columns})"
    return " ".join(plain(part) for part in difference if part is not None)


def qualified(schema: str | None, table: str) -> str:
    """A table with its schema, if it is not in the default one."""
    return f"{schema}.{table}" if schema else table


def plain(thing: Any) -> str:
    """An element of a difference as short as it is clear."""
    inner = getattr(thing, "arg", None)
    return str(getattr(inner, "text", inner) if inner is not None else thing).strip() or repr(thing)
