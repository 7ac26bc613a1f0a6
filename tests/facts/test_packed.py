"""Facts that were packed are the facts that were read, and nothing in them can be run."""

import os
import pickle
import pickletools
from io import BytesIO
from pathlib import Path

import pytest

from plumbrule.facts.file import File
from plumbrule.facts.node import Node
from plumbrule.facts.packed import pack, unpack
from plumbrule.facts.scope import Binding
from plumbrule.facts.source import Source, Span
from plumbrule.facts.syntax import read
from plumbrule.facts.words import Words
from plumbrule.model.reading import project_of
from plumbrule.verbs.audit import audit_project
from test_rules import EXAMPLES

OWN = sorted(Path(pickletools.__file__).parent.glob("[a-d]*.py"))
"""code of every kind"""
COMPUTED = {"_lines", "_starts"}


def examined() -> list[File]:
    """The files of every example, with what the rules have asked of them."""
    found = []
    for _, example in EXAMPLES:
        project = project_of(example.files)
        audit_project(project)
        found += [module.file for module in project.modules]
    return found


def parts(value: object) -> list[object]:
    """What a value is made of."""
    match value:
        case n if isinstance(n, (Node, Binding, Span, Words, Source)):
            slots = [name for cls in type(n).__mro__ for name in getattr(cls, "__slots__", ())]
            later = {"body", "nodes"} if getattr(n, "read", None) else set()
            return [getattr(n, name) for name in slots if name not in COMPUTED | later]
        case File():
            return [vars(value)]
        case dict():
            return [*value, *value.values()]
        case tuple() | list():
            return [*value, vars(value)] if hasattr(value, "__dict__") else [*value]
        case _:
            return []


def assert_same(one: object, other: object) -> None:
    """Whether two values are alike to their last part, and each part is in the same places."""
    met: dict[int, object] = {}
    queue = [(one, other)]
    for left, right in queue:
        assert type(left) is type(right)
        inside, there = parts(left), parts(right)
        if id(left) in met:
            assert met[id(left)] is right
        elif inside:
            met[id(left)] = right
            assert len(inside) == len(there), left
            queue += zip(inside, there, strict=True)
        elif not isinstance(left, (set, frozenset, tuple, dict, list)):
            assert left is right or left == right


def test_facts_are_the_same_after_packing_with_all_that_was_asked_of_them() -> None:
    files = examined()
    assert sum(len(file._answers) for file in files) > 100
    for file in files:
        packed = pack(file)
        assert packed
        assert_same(file, unpack(BytesIO(packed)))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_any_file_is_the_same_after_packing(path: Path) -> None:
    for name in ("a.py", "tests/test_a.py"):
        file = read(name, path.read_bytes())
        packed = pack(file)
        assert packed
        assert_same(file, unpack(BytesIO(packed)))


def test_a_body_that_waits_still_waits_and_is_read_like_any_other() -> None:
    text = b"def test() -> None:\n    assert one(2) == [3, ..., 4j, b'5']\n"
    file = read("test_a.py", text)
    again = unpack(BytesIO(pack(file) or b""))
    assert again.functions[0].read
    assert [node.text for node in again.functions[0].nodes] == [n.text for n in file.functions[0].nodes]


def test_what_is_nested_too_deep_is_not_packed() -> None:
    text = "if a:\n    pass\n" + "elif a:\n    pass\n" * 50_000  # each Python draws the line elsewhere
    assert pack(read("a.py", text.encode())) is None


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("evil",)


def test_what_a_pickle_could_run_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyError):
        unpack(BytesIO(pickle.dumps(Evil())))
    assert not (tmp_path / "evil").exists()
    pickle.loads(pickle.dumps(Evil()))
    assert (tmp_path / "evil").exists()
