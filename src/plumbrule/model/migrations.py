from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.cached import cached_property

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Module
    from plumbrule.model.project import Project


class Migration:
    """One Alembic revision file."""

    def __init__(self, module: Module, revision: str) -> None:
        self.module = module
        self.project = module.project
        self.revision = revision

    def __repr__(self) -> str:
        return f"<Migration {self.revision} {self.module.path}>"

    @property
    def span(self) -> Span:
        """Its first character."""
        return self.module.span

    @cached_property
    def down_revisions(self) -> tuple[str, ...]:
        """What it comes after."""
        match literal(self.module, "down_revision"):
            case n.Constant(value=str(revision)):
                return (revision,)
            case n.Sequence(items=items):
                return tuple(i.value for i in items if isinstance(i, n.Constant) and isinstance(i.value, str))
            case _:
                return ()

    @cached_property
    def upgrade(self) -> Function | None:
        """Its `upgrade` function."""
        return self.module.function("upgrade")

    @cached_property
    def downgrade(self) -> Function | None:
        """Its `downgrade` function."""
        return self.module.function("downgrade")

    def operations(self, function: Function | None) -> list[Call]:
        """The `op.…` and `batch_op.…` calls of one of them, helper functions of the same file included."""
        found: list[Call] = []
        seen: set[Function] = set()
        queue = [function] if function else []
        while queue:
            at = queue.pop(0)
            if at in seen:
                continue
            seen.add(at)
            for call in at.calls:
                if call.name.startswith("alembic.op.") or (
                    call.receiver is not None and call.receiver.text.endswith("batch_op")
                ):
                    found.append(call)
                elif call.function is not None and call.function.module is self.module:
                    queue.append(call.function)
        return found


class MigrationGraph:
    """The revisions of every Alembic folder of the project."""

    def __init__(self, project: Project) -> None:
        self.all = [found for module in project.modules if (found := migration(module)) is not None]

    @cached_property
    def by_folder(self) -> dict[str, list[Migration]]:
        """The revisions of each versions folder."""
        found: dict[str, list[Migration]] = {}
        for migration_ in self.all:
            found.setdefault(migration_.module.path.rpartition("/")[0], []).append(migration_)
        return found

    def heads(self, folder: str) -> list[Migration]:
        """The revisions of a folder that nothing comes after."""
        followed = {d for m in self.by_folder.get(folder, ()) for d in m.down_revisions}
        return [m for m in self.by_folder.get(folder, ()) if m.revision not in followed]


def migration(module: Module) -> Migration | None:
    """The revision that a module is, if it is one."""
    if "down_revision" not in module.bindings or "revision" not in module.bindings:
        return None
    match literal(module, "revision"):
        case n.Constant(value=str(revision)):
            return Migration(module, revision)
        case _:
            return None


def literal(module: Module, name: str) -> n.Expr | None:
    """What a module-level name is assigned."""
    for binding in module.bindings.get(name, ()):
        if isinstance(binding.node, n.Assign):
            return binding.node.value
    return None
