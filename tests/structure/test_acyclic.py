"""An import that closes a cycle is done later, or what it needs goes to a third module."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbrule.layouts.acyclic import acyclic
from plumbrule.layouts.plan_file import read, written
from plumbrule.layouts.proposal import Proposal
from plumbrule.model.reading import project_of, read_project
from plumbrule.plan import Refusal, apply
from plumbrule.restructure import ImportCut, Tree, check_static
from plumbrule.restructure.cuts import cut_imports
from plumbrule.verbs.structure.analysis import analysed
from plumbrule.verbs.structure.planning import LAYOUTS, planned
from plumbrule.verbs.structure.trees import Place
from restructure.projects import Child
from structure.projects import Files, text, write

FUTURE = "from __future__ import annotations\n\n"
MAIN = """
    from fastapi import FastAPI

    from app import users, items  # isort: skip

    app = FastAPI()


    @app.get("/")
    def read() -> list[str]:
        return [items.title("x"), *users.titles("y")]
    """
CIRCLE: Files = {
    "app/__init__.py": "",
    "app/main.py": MAIN,
    "app/items.py": """
        from __future__ import annotations

        from app.users import User, greeting


        class Shelf:
            def __init__(self, owner: User) -> None:
                \"\"\"A shelf of somebody.\"\"\"
                self.owner = owner


        def title(name: str) -> str:
            \"\"\"Say whose it is.\"\"\"
            shelf = Shelf(User())
            return greeting(name) + shelf.owner.name


        def one(name: str) -> str:
            return name
        """,
    "app/users.py": """
        class User:
            name = "first"


        def greeting(name: str) -> str:
            return "of " + name


        from app.items import one  # noqa: E402

        FIRST = one("first")


        def titles(name: str) -> list[str]:
            return [one(name), FIRST]
        """,
}
ASKED = """
from fastapi.testclient import TestClient
from app.main import app
result = TestClient(app).get('/').json()
"""


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.stop()


def straightened(folder: Path) -> Proposal:
    """Cut what is proposed; no cycle is left, and nothing is left to propose."""
    proposal = acyclic(read_project(folder))
    made = planned(Place(folder, ""), proposal, strict=True)
    assert not [str(problem) for problem in made.problems]
    apply(made.plan(folder), undoable=False)
    assert not analysed(read_project(folder)).cycles
    assert not acyclic(read_project(folder)).moving
    return proposal


def test_an_import_that_functions_need_is_done_when_they_are_called(child: Child, tmp_path: Path) -> None:
    folder = write(tmp_path, CIRCLE)
    before = child.run(folder, ASKED)
    (line,) = straightened(folder).moving
    assert (line.module, line.target, line.cuts) == ("app.items", "app.users", True)
    assert (folder / "app/items.py").read_text() == text(
        """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from app.users import User


        class Shelf:
            def __init__(self, owner: User) -> None:
                \"\"\"A shelf of somebody.\"\"\"
                self.owner = owner


        def title(name: str) -> str:
            \"\"\"Say whose it is.\"\"\"
            from app.users import User, greeting

            shelf = Shelf(User())
            return greeting(name) + shelf.owner.name


        def one(name: str) -> str:
            return name
        """
    )
    assert child.run(folder, ASKED) == before


def test_an_import_goes_above_a_decorated_function_inside(child: Child, tmp_path: Path) -> None:
    source = """
        from functools import wraps

        from app.users import greeting


        def title(name: str) -> str:
            @wraps(title)
            def inner() -> str:
                return greeting(name)

            return inner()


        def one(name: str) -> str:
            return name
        """
    folder = write(tmp_path, {**CIRCLE, "app/items.py": source})
    before = child.run(folder, ASKED)
    straightened(folder)
    assert (
        "def title(name: str) -> str:\n    from app.users import greeting\n\n    @wraps(title)\n"
        in (folder / "app/items.py").read_text()
    )
    assert child.run(folder, ASKED) == before


def test_what_both_need_goes_to_a_third_module(child: Child, tmp_path: Path) -> None:
    files = {
        **CIRCLE,
        "app/items.py": """
            from app.users import PREFIX

            NAME = PREFIX + "item"


            def title(name: str) -> str:
                return NAME + name
            """,
        "app/users.py": """
            PREFIX = "the "
            from app.items import NAME  # noqa: E402

            WHOLE = NAME + "s"


            def titles(name: str) -> list[str]:
                return [WHOLE, PREFIX]
            """,
    }
    folder = write(tmp_path, files)
    before = child.run(folder, ASKED)
    (line,) = straightened(folder).moving
    assert (line.module, line.names) == ("app.users", ("PREFIX",))
    assert child.run(folder, ASKED) == before


def refusal(source: str, more: Files | None = None) -> str:
    """Why `app.one` cannot import `app.two` later."""
    files = {
        "app/__init__.py": "",
        "app/one.py": source,
        "app/two.py": "import app.one\n\n\nclass Two: ...\n",
    }
    tree = Tree.of({path: text(found) for path, found in {**files, **(more or {})}.items()})
    with pytest.raises(Refusal) as refused:
        cut_imports(tree, [ImportCut("app.one", "app.two")])
    return str(refused.value)


TWO = "from app.two import Two\n"
EVALUATED = {
    "a decorator": (FUTURE + TWO + "\n\n@router.get('/')\ndef f(x: Two): ...\n", "the decorator of `f`"),
    "a class with a base": (
        FUTURE + TWO + "\n\nclass A(Base):\n    def f(self, x: Two): ...\n",
        "the class around `f`",
    ),
    "a field": (FUTURE + TWO + "\n\nclass A(Base):\n    x: Two\n", "is needed while this module is imported"),
    "no future": (TWO + "\n\ndef f(x: Two): ...\n", "there is no `from __future__ import annotations`"),
    "a base": (TWO + "\n\nclass A(Two): ...\n", "is needed while this module is imported"),
    "a default": (TWO + "\n\ndef f(x=Two()): ...\n", "is needed while this module is imported"),
    "a dependency": (FUTURE + TWO + "\n\ndef f(x: Two): ...\n\n\ny = Depends(f)\n", "FastAPI reads"),
    "a dependency elsewhere": (FUTURE + TWO + "\n\ndef elsewhere(x: Two): ...\n", "FastAPI reads"),
    "a reader of hints": (FUTURE + TWO + "\n\ndef hinted(x: Two): ...\n", "reads annotations"),
    "an effect": (TWO, "is imported for its effects"),
    "a reader": (TWO + "\n\ndef read(): return Two()\n", "others read `Two` here"),
    "one line": (TWO + "\n\ndef f(): return Two()\n", "on lines of its own"),
    "a condition": ("if True:\n    " + TWO + "\n\ndef f():\n    return Two()\n", "stands in a block"),
}
OTHERS: dict[str, Files] = {
    "a dependency elsewhere": {"app/three.py": "from app import one\n\ny = Depends(one.elsewhere)\n"},
    "a reader of hints": {"app/three.py": "from typing import get_type_hints\n"},
    "a reader": {"app/three.py": "from app.one import Two\n"},
}


@pytest.mark.parametrize("name", EVALUATED)
def test_what_is_needed_at_once_is_not_done_later(name: str) -> None:
    source, why = EVALUATED[name]
    assert why in refusal(source, OTHERS.get(name))


def test_a_cut_that_nothing_proves_is_seen() -> None:
    tree = Tree.of({path: text(source) for path, source in CIRCLE.items()})
    cut = cut_imports(tree, [ImportCut("app.items", "app.users")])
    after = tree.after(cut.steps)
    assert not check_static(tree, after, cut)
    wrong = after.files["app/items.py"].replace(b"import User, greeting", b"import greeting")
    assert check_static(tree, Tree.of(after.files | {"app/items.py": wrong}), cut)


def test_a_module_that_nothing_else_loads_is_still_loaded() -> None:
    main = {"app/main.py": "from app import one\n\none.f()\n"}
    source = TWO + "\n\ndef f():\n    return Two()\n"
    assert "nothing else would load app.two" in refusal(source, main)


def test_a_cut_is_a_line_of_a_plan() -> None:
    proposal = acyclic(project_of({path: text(source) for path, source in CIRCLE.items()}))
    said = written(proposal)
    assert 'module = "app.items", imports = "app.users"' in said
    assert read(said, "plan.toml", LAYOUTS).steps == proposal.steps
    assert json.dumps([line.cuts for line in proposal.moving]) == "[true]"
