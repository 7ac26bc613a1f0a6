"""One more resource in a generated project: plan its slice, write it, migrate the database."""

import ast
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from plumbrule.plan import Create, Edit, Plan, Refusal, Step, apply, check, read_text
from plumbrule.scaffold.resource import Names, Resource, Target, parse_fields, parse_names
from plumbrule.scaffold.slice import render_migration, render_slice
from plumbrule.verbs import environment
from plumbrule.verbs.environment import Failure
from plumbrule.verbs.generated import Generated, find, next_revision, parse, targets
from plumbrule.verbs.init import Done, Observer
from plumbrule.verbs.registration import register


@dataclass(frozen=True, slots=True)
class Addition:
    """A resource, the project it goes to, and the plan that puts it there."""

    project: Generated
    resource: Resource
    plan: Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `add resource` did."""

    addition: Addition
    stages: tuple[Done, ...]

    @property
    def migrated(self) -> bool:
        """Whether the database has the table."""
        return any(done.stage == "database" and not done.failure for done in self.stages)

    @property
    def failed(self) -> bool:
        """Whether something is left to do that should have been done."""
        return any(done.failure for done in self.stages)


def plan(folder: Path, name: str, words: Sequence[str], plural: str | None = None) -> Addition:
    """The files of a new resource for the project that `folder` is in; refuses what cannot become one."""
    project = find(folder)
    names = parse_names(name, plural)
    found = targets(project)
    _check_free(project, names, found)
    resource = Resource(names, parse_fields(names, words, found))
    _check_tests(project, resource)
    steps = tuple(_steps(project, resource))
    addition = Addition(project, resource, Plan(project.root, steps))
    check(addition.plan)
    return addition


def carry_out(addition: Addition, *, migrate: bool, observe: Observer) -> Outcome:
    """Write the files, and `migrate` the database if the project has an environment to do it in."""
    return Outcome(addition, tuple(_stages(addition, migrate=migrate, observe=observe)))


REASONS = {
    "__init__.py": "makes the folder a package",
    "dependencies.py": "gives a route the service of its user",
    "models.py": "the table",
    "router.py": "the routes, one call of the service each",
    "schemas.py": "what goes in and out, with bounds",
    "service.py": "the logic, with the owner in every query",
}


def _steps(project: Generated, resource: Resource) -> Iterator[Step]:
    plural, main = resource.names.plural, f"src/{project.package}/main.py"
    before = read_text(project.root / main)
    after = register(before, place=main, package=project.package, plural=plural)
    revision, head = next_revision(project)
    migration = render_migration(resource, project.database, revision, head)
    *modules, tests = render_slice(resource, project.package, project.database).items()
    for path, text in modules:
        yield Step(Create(path, text), REASONS[path.rpartition("/")[2]], "feature")
    target = f"migrations/versions/{revision}_{plural}.py"
    yield Step(Create(target, migration), f"makes the table, after {head}", "migration")
    yield Step(Create(*tests), "every route, every bound, and whose rows they are", "tests")
    yield Step(Edit(main, before, after), f"lets {plural}.router in, to the private ones", "changed")


def _stages(addition: Addition, *, migrate: bool, observe: Observer) -> Iterator[Done]:
    root = addition.project.root
    observe("writing the files")
    started = time.perf_counter()
    apply(addition.plan)
    yield Done("files", time.perf_counter() - started)
    if migrate and environment.interpreter(root).exists():
        observe("migrating the database")
        started = time.perf_counter()
        failure = _migrate(root)
        yield Done("database", time.perf_counter() - started, failure=failure)


def _migrate(root: Path) -> Failure | None:
    try:
        return environment.migrate(root)
    except KeyboardInterrupt:
        # The database may be up to date already: without the files nothing could take it back.
        return Failure(("alembic", "upgrade", "head"), "interrupted")


def _check_free(project: Generated, names: Names, found: Sequence[Target]) -> None:
    """Refuse a resource that is there already, or whose place is taken."""
    package = f"src/{project.package}"
    for place in (
        f"{package}/{names.plural}",
        f"{package}/{names.plural}.py",
        f"tests/test_{names.plural}.py",
    ):
        if (project.root / place).exists():
            raise Refusal(f"{place} exists already; choose another name, or remove it first")
    for target in found:
        if target.table == names.plural:
            place = f"{package}/{target.folder}/models.py"
            raise Refusal(f"the table {names.plural} is there already, in {place}; choose another name")


def _check_tests(project: Generated, resource: Resource) -> None:
    """Refuse to refer to a resource whose tests cannot make one: those of the new resource need it."""
    for target in resource.targets:
        place = f"tests/test_{target.folder}.py"
        path = project.root / place
        body = parse(path, project.root).body if path.is_file() else []
        if not any(isinstance(node, ast.AsyncFunctionDef) and node.name == "create" for node in body):
            raise Refusal(
                f"{place} has no `async def create(client)` that makes one and returns its path; "
                f"the tests of {resource.names.plural} need it"
            )
