"""What fixes write stands in a file as if its owner had written it."""

from textwrap import dedent

import pytest

from plumbrule.edits import import_edit, line_below, without_argument
from plumbrule.facts import nodes as n
from plumbrule.model.reading import project_of
from plumbrule.rulekit import Edit, Finding, Fix, Project
from plumbrule.verbs import fix


def after(project: Project, *edits: Edit) -> str | None:
    """`main.py` after some edits of one fix."""
    finding = Finding(edits[0].span, "", fix=Fix(edits))
    return fix.fixed_texts(project, [finding]).get("main.py")


@pytest.mark.parametrize(
    ("before", "written", "made"),
    [
        ("x = 'a'\nf('b')\n", 'y="c"', "x = 'a'\nf('b', y='c')\n"),
        ('x = "a"\nf("b")\n', 'y="c"', 'x = "a"\nf("b", y="c")\n'),
        ('"""Say."""\nf(\'b\')\n', 'y="c"', '"""Say."""\nf(\'b\', y=\'c\')\n'),
        ("f('b')\n", 'y="it\'s"', "f('b', y=\"it's\")\n"),
        ("f('b', 'a', \"c\")\n", 'y="c"', "f('b', 'a', \"c\", y=\"c\")\n"),
        ("f('b')\n", 'y={"a": ["c", ""]}', "f('b', y={'a': ['c', '']})\n"),
        ("x = f'{f(b)}'\n", 'y="c"', "x = f'{f(b, y=\"c\")}'\n"),
    ],
)
def test_texts_are_quoted_as_the_file_quotes(before: str, written: str, made: str) -> None:
    project = project_of({"main.py": before})
    (call,) = project.modules[0].calls
    assert after(project, Edit(*call.added(written))) == made


def imported(before: str, package: str, name: str = "") -> str | None:
    """A module with one more import; None if there must not be one."""
    own = {"shop/__init__.py": "", "shop/db.py": "", "main.py": before}
    project = project_of(own)
    module = project.module("main.py")
    assert module is not None
    edits = import_edit(next(iter(module.functions), module), package, name)
    return after(project, *edits) if edits else None if edits is None else before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "made"),
    [
        ("x = 1\n", "import os\n\n\nx = 1\n"),
        ('"""Say."""\n\nx = 1\n', '"""Say."""\n\nimport os\n\nx = 1\n'),
        (
            "from __future__ import annotations\n\nx = 1\n",
            "from __future__ import annotations\n\nimport os\n\nx = 1\n",
        ),
        (
            '"""Say."""\n\nfrom __future__ import annotations\n\nx = 1\n',
            '"""Say."""\n\nfrom __future__ import annotations\n\nimport os\n\nx = 1\n',
        ),
        ("#!/bin/x\n# who\n@a\ndef f(): ...\n", "#!/bin/x\n# who\nimport os\n\n\n@a\ndef f(): ...\n"),
        ("import json  # noqa: F401\n", "import json  # noqa: F401\nimport os\n"),
        ("import json\nimport abc  # odd\n", "import json\nimport abc  # odd\nimport os\n"),
        ("import re\n\nimport fastapi\n", "import os\nimport re\n\nimport fastapi\n"),
        ("import fastapi\n", "import os\n\nimport fastapi\n"),
        ("from . import a\n", "import os\n\nfrom . import a\n"),
        ("import abc\n\nstart()\n\nimport re\n", "import abc\nimport os\n\nstart()\n\nimport re\n"),
        ("if a:\n    import re\nimport abc\n", "if a:\n    import re\nimport abc\nimport os\n"),
        ("class A: ...\n\n\nimport re\n", "import os\n\n\nclass A: ...\n\n\nimport re\n"),
    ],
)
def test_an_import_goes_where_a_sorter_puts_it(before: str, made: str, end: str) -> None:
    text = imported(before.replace("\n", end), "os")
    assert text == made.replace("\n", end)


@pytest.mark.parametrize(
    ("before", "made"),
    [
        ("import re\n", "import re\n\nfrom pydantic import Field\n"),
        (
            "import re\n\nfrom shop import db\n",
            "import re\n\nfrom pydantic import Field\n\nfrom shop import db\n",
        ),
        ("from .a import b\n", "from pydantic import Field\n\nfrom .a import b\n"),
        ("from pydantic import BaseModel, conint\n", "from pydantic import BaseModel, Field, conint\n"),
        ("from pydantic import UUID4, BaseModel\n", "from pydantic import UUID4, BaseModel, Field\n"),
        (
            "from pydantic import (\n    BaseModel,  # all\n    conint,\n)\n",
            "from pydantic import (\n    BaseModel,  # all\n    Field,\n    conint,\n)\n",
        ),
        (
            "from pydantic import (\n    BaseModel\n)\n",
            "from pydantic import (\n    BaseModel,\n    Field\n)\n",
        ),
        ("from pydantic import (\n    conint,\n)\n", "from pydantic import (\n    Field,\n    conint,\n)\n"),
        ("from pydantic import Field\n", "from pydantic import Field\n"),
        ("from dataclasses import Field\n", None),
        ("def f():\n    Field = 1\n", None),
        ("class A: ...\n\n\nfrom pydantic import Field\n", None),
    ],
)
def test_a_name_is_imported_beside_its_like_unless_it_means_something_else(
    before: str, made: str | None
) -> None:
    assert imported(before, "pydantic", "Field") == made


@pytest.mark.parametrize(
    ("before", "made"),
    [
        ("f(a=1, x=2)\n", "f(a=1)\n"),
        ("f(x=2, a=1)\n", "f(a=1)\n"),
        ("f(x=2,\n  a=1)\n", "f(a=1)\n"),
        ("f(x=2)\n", "f()\n"),
        ("f(x=2,)\n", "f()\n"),
        ("f(\n    a=1,  # one\n    x=2,  # two\n)\n", "f(\n    a=1,  # one\n)\n"),
        ("f(\n    x=2,\n    a=1\n)\n", "f(\n    a=1\n)\n"),
        ("f(a=1,  # one\n  x=2)\n", "f(a=1,  # one\n  )\n"),
        ("f(\n    x=2\n)\n", "f(\n)\n"),
    ],
)
def test_an_argument_goes_with_its_comma_and_its_line(before: str, made: str) -> None:
    project = project_of({"main.py": before})
    (call,) = project.modules[0].calls
    keyword = next(k for k in call.keywords if k.name == "x")
    assert after(project, without_argument(call.node, keyword)) == made


@pytest.mark.parametrize(
    ("before", "made"),
    [
        ("class A:\n    a = 1  # one\n", "class A:\n    a = 1  # one\n    b = 2\n"),
        ("class A:\n\ta = 1\n", "class A:\n\ta = 1\n\tb = 2\n"),
        ("class A:\n    a = (\n        1\n    )\n", "class A:\n    a = (\n        1\n    )\n    b = 2\n"),
    ],
)
def test_a_line_goes_below_another_behind_its_comment(before: str, made: str) -> None:
    project = project_of({"main.py": before})
    (assign,) = project.modules[0].classes[0].find(n.Assign)
    assert after(project, line_below(assign, "b = 2")) == made


def test_a_fix_that_python_cannot_read_is_left_out() -> None:
    project = project_of({"main.py": "import os\nimport re\n"})
    source = project.modules[0].source
    assert after(project, Edit(source.span(8, 8), "(\n")) is None
    assert after(project, Edit(source.span(10, 10), "    ")) is None


def test_an_import_that_another_module_takes_from_here_stays() -> None:
    source = dedent("""
        import time
        old(time)
    """)
    project = project_of({"main.py": source, "other.py": "from main import time\n"})
    at = project.module("main.py")
    assert at is not None
    span = at.source.span(source.index("old"), len(source) - 1)
    assert after(project, Edit(span, "new()")) == "\nimport time\nnew()\n"
