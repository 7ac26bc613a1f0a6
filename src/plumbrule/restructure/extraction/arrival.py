"""The module that a function arrives at: what it is called there, and how its handler calls it."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import is_init
from plumbrule.restructure.needs import Need, need_of, spelled_like
from plumbrule.restructure.placing import insert_needs
from plumbrule.restructure.relocation import locate, target_key
from plumbrule.restructure.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.extraction.flow import Run
    from plumbrule.restructure.extraction.request import Extraction
    from plumbrule.restructure.names import Names
    from plumbrule.restructure.scopes import Chain
    from plumbrule.restructure.site import Site
    from plumbrule.restructure.tree import Tree

PLAIN = {"service", "services", "crud", "logic", "usecases", "use_cases"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a function goes: the module `key`, the `name` there, and the one it has on its way.

    `local` is what the handler's file calls the module, None if it imports the function itself; `statement`
    is the import that it has already.
    """

    key: str
    name: str
    temporary: str
    local: str | None
    statement: n.ImportFrom | n.Import | None = None

    @property
    def called(self) -> str:
        """How the handler calls the function."""
        return f"{self.local}.{self.name}" if self.local else self.name


def arrival_of(names: Names, path: str, wanted: Extraction, run: Run) -> Arrival:
    """Where the function of a request goes; the handler's file calls the module as it does already."""
    _, root = locate(names, wanted.module)
    key, name = target_key(names, root, wanted.target), wanted.name
    if not name.isidentifier() or hasattr(builtins, name):
        raise Refusal(f"{wanted.handler}: `{name}` cannot be the name of a function; give another one")
    scopes = names.tree.facts(path).once(Scopes)
    temporary = next(made for i in range(99) if not scopes.is_bound(made := f"{name}_taken_out{i or ''}"))
    own = {x.id for x in run.handler.walk() if isinstance(x, n.Name)}
    for statement, alias in _imports(names, path, key):
        local = alias.asname or alias.name
        if _is_module(names, path, statement, alias, key):
            if "." not in local and not _is_hidden(scopes, run, local):
                return Arrival(key, name, temporary, local, statement)
        elif isinstance(statement, n.ImportFrom) and not scopes.is_bound(name) and name not in own:
            return Arrival(key, name, name, None, statement)
    return Arrival(key, name, temporary, _local(scopes, key, path))


def _imports(names: Names, path: str, key: str) -> Iterator[tuple[n.Import | n.ImportFrom, n.Alias]]:
    """The imports at the top of a file that bind a module or something of it, those of the module first."""
    found: list[tuple[n.Import | n.ImportFrom, n.Alias]] = []
    for statement in names.imports(path):
        if statement.parent is not None:
            continue
        for alias in statement.names:
            if alias.name != "*":
                if _is_module(names, path, statement, alias, key):
                    found.insert(0, (statement, alias))
                elif _is_from(names, path, statement, key):
                    found.append((statement, alias))
    yield from found


def _is_from(names: Names, path: str, statement: n.Import | n.ImportFrom, key: str) -> bool:
    """Whether a statement takes names of a module that is a file of its own."""
    origin = names.origin(path, statement) if isinstance(statement, n.ImportFrom) else None
    return origin is not None and origin.key == key and not is_init(names.path(key) or "/__init__.py")


def _is_module(names: Names, path: str, statement: n.Statement, alias: n.Alias, key: str) -> bool:
    if isinstance(statement, n.Import):
        found = names.find(alias.name, path)
        return found is not None and found.key == key
    origin = names.origin(path, statement) if isinstance(statement, n.ImportFrom) else None
    return origin is not None and names.member(origin.key, alias.name) == key


def _is_hidden(scopes: Scopes, run: Run, name: str) -> bool:
    """Whether the handler, or the module further down, binds a name anew."""
    handler = run.handler
    own = scopes.locals(handler) if isinstance(handler, n.FunctionDef) else {}
    return name in own or len(scopes.locals(None).get(name, ())) > 1


def _local(scopes: Scopes, key: str, path: str) -> str:
    """A name for a module that means nothing yet in a file."""
    *folders, leaf = key.split("/")
    plain = leaf in PLAIN or "service" in leaf
    candidates = [leaf] if plain else [f"{leaf}_service", leaf]
    candidates += [f"{folders[-1]}_{leaf}"] if folders else []
    for name in candidates:
        if not scopes.is_bound(name) and not hasattr(builtins, name):
            return name
    raise Refusal(f"{path}: every short name for {key.replace('/', '.')} means something else; rename one")


def check_room(tree: Tree, names: Names, path: str, run: Run, arrival: Arrival) -> None:
    """Refuse a module in which the name is taken, or in which a name of Python's own means something else."""
    target = names.path(arrival.key)
    if target == path:
        raise Refusal(f"{path}: the handler is there already; give another module")
    if target is None:
        return
    scopes = tree.facts(target).once(Scopes)
    if scopes.is_bound(arrival.name):
        raise Refusal(f"{target} uses `{arrival.name}` for something already; give the function another name")
    bound = set(scopes.locals(None))
    for statement in names.imports(target):
        if isinstance(statement, n.ImportFrom) and any(a.name == "*" for a in statement.names):
            origin = names.origin(target, statement)
            if origin is None:
                raise Refusal(f"{statement.span}: nobody can tell what `*` brings; import by name first")
            bound |= set(names.bindings(origin.key))
    used = {node.id for node in run.walk() if isinstance(node, n.Name) and hasattr(builtins, node.id)}
    for name in sorted(used & bound - set(tree.facts(path).once(Scopes).locals(None))):
        raise Refusal(f"{target}: `{name}` is not Python's own there; give another module")


def needs_for(site: Site, style: str, foreign: tuple[tuple[str, str], ...], home: str) -> list[Need]:
    """The imports that the types of a signature need, as the file at `style` would write them."""
    found = [need for what in foreign if what[0] for need in need_of(site, style, what, home)]
    return found + [Need(1, "typing", name, name) for path, name in foreign if not path]


def stay_at_home(site: Site, path: str, arrival: Arrival) -> None:
    """Let the function name what is in its module as one does there, and the handler keep the module."""
    for statement in site.names.imports(path):
        for alias in statement.names:
            local = alias.asname or alias.name
            if not _is_module(site.names, path, statement, alias, arrival.key):
                continue
            if arrival.statement is not None and local == arrival.local:
                site.pruned[path].discard(alias)
            for use in site.scopes(path).uses(alias, local):
                if site.segment(path, use.name.start):
                    _shorten(site, path, use)


def _shorten(site: Site, path: str, use: Chain) -> None:
    """`items.find()` becomes `find()` in the module `items` itself."""
    if not use.attributes:
        raise Refusal(f"{use.name.span}: the module that it goes to is used as a value; give another module")
    first = use.attributes[0]
    if any(
        isinstance(x, n.Name | n.Parameter) and getattr(x, "id", getattr(x, "name", "")) == first.attr
        for x in list(use.name.parents)[-1].walk()
    ):
        raise Refusal(f"{first.span}: `{first.attr}` is another one here; give another module")
    site.rerouted.add((path, use.name.start))
    site.edits.replace(path, use.name.start, first.end - len(first.attr.encode()), "", "extraction")


def face(site: Site, path: str, arrival: Arrival) -> None:
    """Give the function its name, let the handler call it there, and import its module."""
    for node in site.tree.facts(path).body:
        if isinstance(node, n.FunctionDef) and node.name == arrival.temporary:
            end = node.name_start + len(node.name.encode())
            site.edits.replace(path, node.name_start, end, arrival.name, "extraction")
    for use in site.scopes(path).names(arrival.temporary):
        site.edits.replace(path, use.start, use.end, arrival.called, "extraction")
    if arrival.statement is not None:
        if arrival.local is None:
            module = spelled_like(site, path, arrival.key, site.whole.path(path))
            insert_needs(site, path, [Need(3, module, arrival.name, arrival.name)])
        return
    folder, _, leaf = arrival.key.rpartition("/")
    home = site.whole.path(path)
    local = arrival.local or leaf
    module = "" if not folder or folder in site.names.roots else spelled_like(site, path, folder, home)
    insert_needs(site, path, [Need(3, module, leaf, local)])
