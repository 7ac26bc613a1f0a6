"""Fixes become a plan; what cannot be fixed together is fixed one after the other."""

from pathlib import Path
from textwrap import dedent

import pytest

from plumbrule.config import read_config
from plumbrule.facts.source import Source
from plumbrule.facts.syntax import read
from plumbrule.model.reading import project_of
from plumbrule.plan import Edit as FileEdit
from plumbrule.plan import apply
from plumbrule.rulekit import Edit, Finding, Fix
from plumbrule.rules import rulebook
from plumbrule.verbs import fix
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.review import review, target
from plumbrule.verbs.suppressions import OWN_RULES
from report.projects import CLEAN, write
from test_rules import EXAMPLES

SOURCE = Source("main.py", b"abcdef = 1\n")


def edit(start: int, end: int, text: str) -> Edit:
    return Edit(SOURCE.span(start, end), text)


def fixed(*fixes: tuple[Edit, ...]) -> str | None:
    project = project_of({"main.py": SOURCE.text.decode()})
    findings = [Finding(SOURCE.span(0, 6), "", fix=Fix(edits)) for edits in fixes]
    texts, _ = fix.fixed(project, findings)
    return texts["main.py"].decode() if texts else None


@pytest.mark.parametrize(
    ("fixes", "after"),
    [
        ([(edit(0, 2, "x"),), (edit(2, 4, "y"),)], "xyef = 1\n"),
        ([(edit(0, 4, "x"),), (edit(2, 6, "y"),)], "xef = 1\n"),
        ([(edit(2, 2, "x"),), (edit(2, 2, "y"),)], "abxycdef = 1\n"),
        ([(edit(2, 2, "x"),), (edit(2, 2, "x"),)], "abxcdef = 1\n"),
        ([(edit(0, 6, "x"),), (edit(3, 3, "y"),)], "x = 1\n"),
        ([(edit(0, 6, "x"),), (edit(6, 6, "y"),)], "x = 1\n"),
        ([(edit(0, 0, "x"),), (edit(0, 6, "y"),)], "xabcdef = 1\n"),
        ([(edit(0, 0, "  "),)], None),
        ([(edit(0, 0, "  "),), (edit(2, 2, "x"),)], "abxcdef = 1\n"),
        ([(edit(0, 1, "x"), edit(4, 5, "x")), (edit(2, 3, "y"), edit(4, 5, "y"))], "xbcdxf = 1\n"),
        ([(edit(0, 6, "1 +"),)], None),
        ([(edit(0, 6, "abcdef"),)], None),
    ],
)
def test_fixes_that_overlap_are_whole_or_not_at_all(fixes: list[tuple[Edit, ...]], after: str | None) -> None:
    assert fixed(*fixes) == after


def examples() -> list[tuple[str, dict[str, str]]]:
    """The Bad sections of the rules that have fixes."""
    return [(rule.name, section.files) for rule, section in EXAMPLES if section.kind == "Bad"]


def test_a_fix_never_breaks_a_file_and_is_idempotent(tmp_path: Path) -> None:
    changed = 0
    for name, files in examples():
        folder = write(tmp_path / name, {"an_app.py": CLEAN, **files})
        here, config = target([folder]), read_config(folder, {"pedantic": True, "min-confidence": "low"}, {})
        outcome = review(here, config)
        plan, after = fix.plan(outcome, here, config, unsafe=True)
        for step in plan.steps:
            assert isinstance(step.operation, FileEdit)
            assert len(read("x.py", step.operation.after.encode()).broken) <= len(
                read("x.py", step.operation.before.encode()).broken
            )
        if plan.steps:
            changed += 1
            apply(plan, undoable=False)
            again, _ = fix.plan(review(here, config), here, config, unsafe=True)
            assert again.steps == ()
            assert {f.fingerprint for f in after.findings} == {
                f.fingerprint for f in review(here, config).findings
            }
    assert changed > 3


def test_an_unused_suppression_is_taken_out_with_its_line() -> None:
    unused = "# plumb: ignore[blocking-call-in-async]"
    source = f"import os  {unused} was so\n{unused} too\nx = 1\n"
    project = project_of({"main.py": source})
    outcome = audit_project(project, [*rulebook(), *OWN_RULES])
    assert [item.rule.name for item in outcome.findings] == ["unused-suppression"] * 2
    assert fix.fixed_texts(project, [item.finding for item in outcome.findings]) == {
        "main.py": "import os\nx = 1\n"
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("call(1)\n", "call(1, x=2)\n"),
        ("call(\n    1,\n)\n", "call(\n    1,\n    x=2,\n)\n"),
        ("call(\n    1\n)\n", "call(\n    1,\n    x=2\n)\n"),
        ("call(\n    1,  # one\n)\n", "call(\n    1,  # one\n    x=2,\n)\n"),
        ("call(\n    1  # one\n)\n", "call(\n    1,  # one\n    x=2\n)\n"),
        ("call(\n    0, 1,\n)\n", "call(\n    0, 1, x=2,\n)\n"),
        ("call()\n", "call(x=2)\n"),
        ("call((1))\n", "call((1), x=2)\n"),
        ("call(y=(\n    'a'\n    'b'\n))\n", "call(y=(\n    'a'\n    'b'\n), x=2)\n"),
        ("call(\n    (1  # one\n    ),\n)\n", "call(\n    (1  # one\n    ),\n    x=2,\n)\n"),
        ("call(i for i in j)\n", "call((i for i in j), x=2)\n"),
        ("call(a,\n     b)\n", "call(a,\n     b,\n     x=2)\n"),
        ("\tcall(\n\t\ta\n\t)\n".replace("\t", "", 1), "call(\n\t\ta,\n\t\tx=2\n\t)\n"),
        (f"call({'a' * 79})\n", f"call(\n    {'a' * 79}, x=2\n)\n"),
        (f"call(a, {'a' * 80})\n", f"call(\n    a,\n    {'a' * 80},\n    x=2,\n)\n"),
        (f"call({'a' * 80})\n# {'b' * 120}\n", f"call({'a' * 80}, x=2)\n# {'b' * 120}\n"),
        (f"f'{{call({'a' * 80})}}'\n", f"f'{{call({'a' * 80}, x=2)}}'\n"),
        (f"call(\n    a, {'a' * 77}\n)\n", f"call(\n    a,\n    {'a' * 77},\n    x=2,\n)\n"),
        (f"call(\n    a, {'a' * 77}  # b\n)\n", f"call(\n    a, {'a' * 77}, x=2  # b\n)\n"),
        (f"[call({'a' * 80})]\n", f"[call({'a' * 80}, x=2)]\n"),
        (f"await call({'a' * 79})\n", f"await call(\n    {'a' * 79}, x=2\n)\n"),
    ],
)
def test_an_argument_is_added_as_the_others_stand_and_lines_end_as_before(
    before: str, after: str, end: str
) -> None:
    project = project_of({"main.py": before.replace("\n", end)})
    (call,) = project.modules[0].calls
    finding = Finding(call.span, "", fix=Fix((Edit(*call.added("x=2")),)))
    assert fix.fixed_texts(project, [finding]) == {"main.py": after.replace("\n", end)}


def corrected(source: str, rule: str) -> str | None:
    """What one rule's fixes make of a module; None if it has none."""
    project = project_of({"main.py": dedent(source)})
    outcome = audit_project(project, [r for r in rulebook() if r.name == rule])
    assert outcome.findings
    texts, _ = fix.fixed(project, [item.finding for item in outcome.findings])
    return texts["main.py"].decode() if texts else None


def test_an_argument_is_added_on_a_line_of_its_own_where_the_others_stand_so() -> None:
    source = """
        from pydantic_settings import BaseSettings, SettingsConfigDict

        class Settings(BaseSettings):
            model_config = SettingsConfigDict(
                env_file=".env",
                case_sensitive=False,
            )
    """
    made = corrected(source, "env-file-forbids-extra")
    assert made is not None
    assert '        case_sensitive=False,\n        extra="ignore",\n    )\n' in made


def test_a_handler_with_an_async_session_stays_async() -> None:
    source = """
        from fastapi import Depends, FastAPI
        from sqlalchemy.ext.asyncio import AsyncSession
        from sqlalchemy.orm import Session

        app = FastAPI()

        def count(db: Session) -> int:
            return db.query(1).count()

        @app.get("/")
        async def read(db: AsyncSession = Depends(AsyncSession)) -> int:
            return count(db)
    """
    assert corrected(source, "sync-session-in-async") is None


def test_a_password_that_may_be_missing_is_not_quoted() -> None:
    source = """
        def url(password: str | None = None) -> str:
            return f"postgresql://app:{password}@localhost/app"
    """
    assert corrected(source, "formatted-dsn") is None


def test_texts_are_compared_as_bytes_by_the_module_that_is_there() -> None:
    source = """
        import secrets

        from fastapi import FastAPI, Header

        app = FastAPI()
        API_KEY = secrets.token_hex()

        @app.get("/")
        async def read(api_key: str = Header()) -> bool:
            return api_key == API_KEY
    """
    made = corrected(source, "timing-unsafe-compare")
    assert made is not None
    assert "return secrets.compare_digest(api_key.encode(), API_KEY.encode())\n" in made
    assert made.count("import") == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import time\nimport x\n\n\nold(time)\n", "import x\n\n\nnew()\n"),
        ("import time\n\nimport x\n\nold(time)\n", "import x\n\nnew()\n"),
        ("from time import sleep as time\nold(time)\n", "new()\n"),
        ("import x\n\n\ndef f():\n    import time\n\n    old(time)\n", "import x\n\n\ndef f():\n    new()\n"),
        ("import time\nold(time)\ntime.sleep(1)\n", "import time\nnew()\ntime.sleep(1)\n"),
        ("import time  # noqa\nold(time)\n", "import time  # noqa\nnew()\n"),
        ("import time, x\nold(time)\n", "import x\nnew()\n"),
        ("from a import (\n    time,  # why\n    x,\n)\nold(time)\n", "from a import (\n    x,\n)\nnew()\n"),
        ("from a import time, x as y, z\nold(time, y)\n", "from a import z\nnew()\n"),
        ("import time  # when\nold(time)\nx = 'it takes time'\n", "new()\nx = 'it takes time'\n"),
        ("import time\nold(time)\nx: 'list[time.a, b]'\n", "import time\nnew()\nx: 'list[time.a, b]'\n"),
        ("import time\n__all__ = ['time']\nold(time)\n", "import time\n__all__ = ['time']\nnew()\n"),
        ("import time\nimport x\nold(1)\n", "import time\nimport x\nnew()\n"),
    ],
)
def test_an_import_that_a_fix_leaves_without_use_goes_along(before: str, after: str) -> None:
    project = project_of({"main.py": before})
    source, at = project.modules[0].source, before.index("old(")
    span = source.span(at, before.index(")", at) + 1)
    finding = Finding(span, "", fix=Fix((Edit(span, "new()"),)))
    assert fix.fixed_texts(project, [finding]) == {"main.py": after}
