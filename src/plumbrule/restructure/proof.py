"""The static proof: what can be told of two trees without running them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.reading import no_collection
from plumbrule.plan import Create, Delete, Move
from plumbrule.restructure.cycles import groups
from plumbrule.restructure.evaluation import typed_only
from plumbrule.restructure.mapped import Tables
from plumbrule.restructure.meanings import Meanings, dotted
from plumbrule.restructure.moves import Problem
from plumbrule.restructure.names import key_of
from plumbrule.restructure.parsing import unparsable
from plumbrule.restructure.places import file_names, place_of
from plumbrule.restructure.spelling import absolute_imports, usable_roots
from plumbrule.restructure.tree import folders_above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.restructure.mapped import Named
    from plumbrule.restructure.meanings import Units
    from plumbrule.restructure.moves import Rewrite
    from plumbrule.restructure.tree import Tree


def check_static(before: Tree, after: Tree, rewrite: Rewrite) -> list[Problem]:
    """What differs between two trees beyond what the rewrite says; nothing is imported or run."""
    checks = (
        _syntax,
        _shadows,
        _packages,
        _untouched_imports,
        _touched_imports,
        _roots,
        _typed_only,
        _references,
        _cycles,
        _definitions,
        _places,
        _strings,
        _tables,
    )
    with no_collection():
        proof = Proof(
            before.once(Meanings), after.once(Meanings), rewrite, touched_by(rewrite), written_by(rewrite)
        )
        found = {problem for check in checks for problem in check(proof)}
    return sorted(found, key=lambda p: (p.path, p.line, p.message))


CHECKING = Counter({"typing.TYPE_CHECKING?": 1})


@dataclass(slots=True)
class Proof:
    """Two trees and what lies between them: `touched` files of the old one, `written` ones of the new."""

    old: Meanings
    new: Meanings
    rewrite: Rewrite
    touched: list[str]
    written: list[str]
    _renamed: dict[str, str] = field(default_factory=dict)

    def renamed(self, name: str) -> str:
        """What a full name is called in the new tree."""
        if name not in self._renamed:
            self._renamed[name] = self.rewrite.full(name)
        return self._renamed[name]

    def path(self, path: str) -> str:
        """Where a file of the old tree is in the new one."""
        return self.rewrite.paths.get(path, path)


def touched_by(rewrite: Rewrite) -> list[str]:
    """The Python files of the old tree that a step speaks of."""
    operations = (step.operation for step in rewrite.steps if not isinstance(step.operation, Create))
    return sorted({o.path for o in operations if o.path.endswith(".py")})


def written_by(rewrite: Rewrite) -> list[str]:
    """The Python files of the new tree that a step speaks of."""
    operations = [s.operation for s in rewrite.steps if not isinstance(s.operation, Delete)]
    paths = {o.to if isinstance(o, Move) else o.path for o in operations}
    return sorted(path for path in paths if path.endswith(".py"))


def _syntax(proof: Proof) -> Iterator[Problem]:
    known = {new: old for old, new in proof.rewrite.paths.items()}
    old = proof.old.tree
    made_of = {p: known.get(p, p if p in old.files else None) for p in proof.written}
    yield from unparsable(old, proof.new.tree, made_of)


def _shadows(proof: Proof) -> Iterator[Problem]:
    """A module and a folder of one name: only one of them can be imported."""
    names = proof.new.names
    for path in proof.new.tree.python:
        key = key_of(path)
        if not path.endswith("/__init__.py") and key in names.folders:
            both = key in proof.old.names.folders and f"{key}.py" in proof.old.tree.files
            if not both and f"{key}/__init__.py" in proof.new.tree.files:
                yield Problem("shadow", path, 1, f"is hidden by the package {key}")


def _packages(proof: Proof) -> Iterator[Problem]:
    """A module that lies in packages all the way still does: what walks packages passes by plain folders."""
    known = proof.old.tree.folders
    for old, new in sorted(proof.rewrite.paths.items()):
        if f"{old.rpartition('/')[0]}/__init__.py" not in proof.old.tree.files or not new.endswith(".py"):
            continue
        for folder in folders_above(new):
            if not folder or folder in known:
                break
            if f"{folder}/__init__.py" not in proof.new.tree.files:
                yield Problem("package", new, 1, f"lies in {folder}, which has no __init__.py")


def _untouched_imports(proof: Proof) -> Iterator[Problem]:
    skip = set(proof.touched)
    for path in proof.old.tree.python:
        if path in skip or path not in proof.new.tree.files:
            continue
        after = proof.new.imports_of(path)
        for at, meaning in proof.old.imports_of(path).items():
            if proof.renamed(meaning) != after.get(at):
                line = proof.new.tree.facts(path).source.line_of(at)
                yield Problem("import", path, line, f"imported {meaning}, and now {after.get(at)}")


def _touched_imports(proof: Proof) -> Iterator[Problem]:
    """Names that could be imported before and cannot any more."""
    known = {proof.renamed(m) for p in proof.touched for m in proof.old.imports_of(p).values()}
    tails = {m.rpartition(".")[2] for m in known if m.startswith(".")}
    for path in proof.written:
        for at, meaning in proof.new.imports_of(path).items():
            relative = meaning.startswith(".") and meaning.rpartition(".")[2] in tails
            own = meaning.startswith(".") or proof.new.names.find(meaning.partition(".")[0], path)
            if meaning.endswith("?") and meaning not in known and own and not relative:
                line = proof.new.tree.facts(path).source.line_of(at)
                yield Problem("import", path, line, f"imports {meaning[:-1]}, which is not there")


def _roots(proof: Proof) -> Iterator[Problem]:
    """Absolute names that start from a folder which nothing shows to be a root for that file."""
    if len(proof.old.names.roots) < 2:
        return
    known = usable_roots(proof.old.names)
    sources = _sources(proof)
    for path in proof.written:
        usable = {root for source in sources[path] for root in known[source]}
        for alias, found in absolute_imports(proof.new.names, path):
            if usable and found.root not in usable:
                line, root = alias.line, found.root or "the top folder"
                said = f"names {dotted(found.key)} from {root}, which may be no root where this file is run"
                yield Problem("root", path, line, said)


def _typed_only(proof: Proof) -> Iterator[Problem]:
    """Names that are read at run time, though type checkers alone import them from now on."""
    known = {use.id for path in proof.touched for use in typed_only(proof.old.tree.facts(path))}
    for path in proof.written:
        for use in typed_only(proof.new.tree.facts(path)):
            if use.id not in known:
                yield Problem(
                    "typing", path, use.line, f"`{use.id}` is read, and only type checkers import it"
                )


def _sources(proof: Proof) -> dict[str, set[str]]:
    """The old files that each written file is made of."""
    found: dict[str, set[str]] = {path: set() for path in proof.written}
    for path in proof.touched:
        found.setdefault(proof.path(path), set()).add(path)
    for old, new in proof.rewrite.homes.items():
        source = proof.old.names.path(old.rpartition(".")[0].replace(".", "/"))
        target = proof.new.names.path(new.rpartition(".")[0].replace(".", "/"))
        if source and target:
            found.setdefault(target, set()).add(source)
    return found


def _references(proof: Proof) -> Iterator[Problem]:
    """What each definition refers to: the same things as before, under their new names."""
    before: Units = {}
    starred = [path for path in proof.old.tree.python if b"import *" in proof.old.tree.files[path]]
    starred = [path for path in starred if path not in proof.touched and path in proof.new.tree.files]
    for path in (*proof.touched, *starred):
        for unit, meanings in proof.old.of_file(path).items():
            mapped = Counter({proof.renamed(m): 0 for m in meanings})
            for meaning, count in meanings.items():
                mapped[proof.renamed(meaning)] += count
            before.setdefault(proof.renamed(unit), Counter()).update(mapped)
    after: Units = {}
    where: dict[str, str] = {}
    for path in (*proof.written, *starred):
        for unit, meanings in proof.new.of_file(path).items():
            after.setdefault(unit, Counter()).update(meanings)
            where[unit] = path
    for unit in before.keys() | after.keys():
        path = where.get(unit, proof.written[0] if proof.written else "")
        lost = before.get(unit, Counter()) - after.get(unit, Counter())
        won = after.get(unit, Counter()) - before.get(unit, Counter()) - CHECKING
        won -= Counter(dict.fromkeys(proof.rewrite.gained.get(unit, ()), 9))
        if (lost or won) and unit not in proof.rewrite.altered and not unit.endswith(".__all__"):
            yield Problem(
                "reference", path, 1, f"{unit} referred to {_listed(lost)}, and now to {_listed(won)}"
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing else"


def _cycles(proof: Proof) -> Iterator[Problem]:
    old = proof.old.edges(proof.old.tree.python)
    known = []
    for group in groups(old):
        moved = {new for name, new in proof.rewrite.homes.items() if name.rpartition(".")[0] in group}
        known.append(
            {proof.renamed(name) for name in group} | {name.rpartition(".")[0] for name in moved} | group
        )
    for group in groups(proof.new.edges(proof.new.tree.python)):
        if not any(group <= other for other in known):
            first = min(group)
            path = proof.new.names.path(first.replace(".", "/")) or first
            yield Problem("cycle", path, 1, f"new import cycle: {', '.join(sorted(group))}")


def _definitions(proof: Proof) -> Iterator[Problem]:
    """The text of every definition: byte for byte the same, but for the places that the rewrite lists."""
    listed: dict[str, list[int]] = {}
    for change in proof.rewrite.changes:
        listed.setdefault(change.path, []).append(change.line)
    after = {name: text for path in proof.written for name, text, _ in _texts(proof.new.tree, path)}
    for path in proof.touched:
        for name, text, lines in _texts(proof.old.tree, path):
            renamed = proof.renamed(name)
            if renamed not in after:
                yield Problem("definition", proof.path(path), 1, f"{name} is gone")
            elif after[renamed] != text and not any(line in lines for line in listed.get(path, ())):
                yield Problem("definition", proof.path(path), lines.start, f"the text of {name} has changed")


def _texts(tree: Tree, path: str) -> Iterator[tuple[str, bytes, range]]:
    file = tree.facts(path)
    found: dict[str, tuple[bytes, range]] = {}
    for node in file.body:
        if isinstance(node, n.FunctionDef | n.ClassDef):
            start = min([node.start, *(d.start for d in node.decorators)])
            name = f"{dotted(key_of(path))}.{node.name}"
            lines = range(file.source.line_of(start), file.source.line_of(node.end) + 1)
            text, known = found.get(name, (b"", lines))
            found[name] = (text + file.source.text[start : node.end], range(known.start, lines.stop))
    for name, (text, lines) in found.items():
        yield name, text, lines


def _places(proof: Proof) -> Iterator[Problem]:
    """What is computed from `__file__`."""
    before: Counter[str | None] = Counter()
    for path in proof.touched:
        for use in file_names(proof.old.tree.facts(path)):
            _, place = place_of(use, path)
            before[proof.rewrite.place(place) if place is not None else None] += 1
    after = Counter(
        place_of(u, path)[1] for path in proof.written for u in file_names(proof.new.tree.facts(path))
    )
    for place in before - after:
        if place is not None:
            path = proof.written[0] if proof.written else ""
            yield Problem("__file__", path, 1, f"nothing leads to {place or 'the root'} any more")


def _strings(proof: Proof) -> Iterator[Problem]:
    """Rewritten strings lead to what they led to."""
    for change in proof.rewrite.changes:
        if change.kind in {"string", "configuration"} and ".py" not in change.before:
            old, new = (
                proof.old.address(change.before, change.path),
                proof.new.address(change.after, change.path),
            )
            if old is not None and proof.renamed(old) != new:
                yield Problem(
                    "string", proof.path(change.path), change.line, f"`{change.after}` is not {old}"
                )


def _tables(proof: Proof) -> Iterator[Problem]:
    """What relationships name by the end of a module is still named as often."""
    after = Counter(full for full, _ in _named_tables(proof.new.tree))
    for full, named in _named_tables(proof.old.tree):
        new = proof.renamed(full)
        after[new] -= 1
        if after[new] < 0:
            said = f"`{named.tail}.{named.name}` named {full}, and nothing here names {new}"
            yield Problem("table", proof.path(named.text.source.path), named.text.line, said)


def _named_tables(tree: Tree) -> Iterator[tuple[str, Named]]:
    for path in tree.python:
        for named in tree.once(Tables).named(path):
            yield f"{dotted(named.key)}.{named.name}", named
