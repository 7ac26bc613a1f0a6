"""Strings that are looked up follow; all others are left alone and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Refusal
from restructure.projects import definitions, module, moved, packages, rewritten

if TYPE_CHECKING:
    from restructure.projects import Lab

MAIL = """import logging

log = logging.getLogger(__name__)


def send(address: str) -> str:
    return "really sent to " + address


def send_twice(address: str) -> list[str]:
    return [send(address), send(address)]
"""

PATCHED = """from unittest.mock import patch

import pytest

from app import users
from app.mail import send_twice

TARGET = "app.mail.send"
MODULE = "app.mail"


def test_in_the_module() -> None:
    with patch("app.mail.send", return_value="x"):
        assert send_twice("a") == ["x", "x"]


def test_where_it_is_bound() -> None:
    with patch("app.users.send", return_value="x"):
        assert users.invite("a") == "x"


def test_by_a_name() -> None:
    with patch(TARGET, return_value="x"), patch(f"{MODULE}.log"):
        assert send_twice("a") == ["x", "x"]


@pytest.mark.parametrize("target", ["app.mail.send", "app.users.send"])
def test_by_a_parameter(target: str) -> None:
    with patch(target, return_value="x"):
        assert "x" in [users.invite("a"), *send_twice("a")]


def test_by_monkeypatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.mail.send", lambda address: "x")
    assert send_twice("a") == ["x", "x"]
"""

PROJECT = {
    **packages("app"),
    "app/mail.py": MAIL,
    "app/users.py": "from app.mail import send\n\n\ndef invite(address: str) -> str:\n    return send(address)\n",
    "tests/test_mail.py": PATCHED,
}

RUN_TESTS = """
import contextlib, io, pytest
with contextlib.redirect_stdout(io.StringIO()) as said:
    code = pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "tests"])
result = [int(code), said.getvalue().splitlines()[-1].split(" in ")[0]]
"""


def test_patches_of_a_module_that_moves_follow_it(lab: Lab) -> None:
    after = moved(PROJECT, module("app.mail", "app.notifications.mail"))
    test = after["tests/test_mail.py"]
    assert 'TARGET = "app.notifications.mail.send"\nMODULE = "app.notifications.mail"\n' in test
    assert '"app.mail' not in test
    assert '"app.users.send"' in test
    assert lab.run(PROJECT, RUN_TESTS) == [0, "6 passed"]
    assert lab.run(after, RUN_TESTS) == [0, "6 passed"]


def test_a_patch_follows_the_function_that_reads_the_name(lab: Lab) -> None:
    after = moved(PROJECT, definitions("send send_twice", "app.mail", "app.notifications.sending"))
    assert '"app.notifications.sending.send"' in after["tests/test_mail.py"]
    assert lab.run(after, RUN_TESTS) == [0, "6 passed"]


def test_a_patch_stays_where_its_reader_stays(lab: Lab) -> None:
    after = moved(PROJECT, definitions("send", "app.mail", "app.notifications.sending"))
    assert 'patch("app.mail.send"' in after["tests/test_mail.py"]
    assert "from app.notifications.sending import send\n" in after["app/mail.py"]
    assert lab.run(after, RUN_TESTS) == [0, "6 passed"]


def test_a_patch_whose_readers_part_is_refused() -> None:
    files = PROJECT | {
        "app/mail.py": MAIL
        + "\n\ndef send_thrice(address: str) -> list[str]:\n    return [send(address)] * 3\n"
    }
    with pytest.raises(Refusal, match="tests replace `send`"):
        rewritten(files, definitions("send_twice", "app.mail", "app.twice"))


DECOYS = """import logging

logging.getLogger("uvicorn").info("app.mail is up")
MESSAGES = {"app.mail.title": "Mail", "app.mail": "the page", "other": "app.mail.send"}
URL = "https://example.org/app/mail.py"
QUERY = "SELECT app.mail.send FROM app.mail"
PERMISSIONS = ["app.mail", "app.mail.send"]
TEXT = '''See app.mail for more.'''  # app.mail
print("app.mail")
"""


def test_strings_that_nothing_looks_up_are_never_edited() -> None:
    files = PROJECT | {"app/decoys.py": DECOYS}
    after, rewrite = rewritten(files, module("app.mail", "app.notifications.mail"))
    assert after["app/decoys.py"] == DECOYS
    listed = {mention.line for mention in rewrite.mentions if mention.path == "app/decoys.py"}
    assert listed == {3, 4, 6, 7, 8, 9}


COMMANDS = {
    "Dockerfile": 'COPY app/main.py /code/app/main.py\nCMD ["uvicorn", "app.main:app", "--port", "80"]\n'
    "# app.main is started above\n",
    "Procfile": "web: gunicorn app.main:app -k uvicorn.workers.UvicornWorker\nworker: celery -A app.tasks worker\n",
    "compose.yaml": "services:\n  api:\n    command: fastapi run app/main.py\n  jobs:\n    command:\n      - arq\n"
    "      - app.tasks.Settings\n    labels:\n      - title=app.tasks\n",
    "Makefile": "run:\n\tpython -m app.main\ntypes:\n\tmypy app/main.py\n",
    "scripts/openapi.sh": 'python -c "import app.main; print(app.main.app.openapi())"\n',
    "pyproject.toml": '[project.scripts]\nserve = "app.main:run"\n\n[tool.fastapi]\nentrypoint = "app.main:app"\n\n'
    '[tool.coverage.run]\nomit = ["app/tasks.py"]\nsource = ["app.main"]\n\n[tool.ruff.lint.per-file-ignores]\n'
    '"app/main.py" = ["E402"]\n\n[[tool.mypy.overrides]]\nmodule = ["app.tasks", "jose.*"]\n\n'
    '[[tool.importlinter.contracts]]\nname = "app.main is the top"\nlayers = ["app.main", "app.tasks"]\n',
    "setup.cfg": "[mypy-app.tasks]\nignore_errors = True\n\n[options.entry_points]\nx = \n  y = app.main:run\n",
    "logging.ini": "[loggers]\nkeys=root,tasks\n\n[logger_tasks]\nqualname=app.tasks\n",
    ".github/workflows/ci.yml": "jobs:\n  a:\n    steps:\n      - run: uvicorn app.main:app --reload\n",
    "README.md": "Start `app.main:app`, see app/main.py.\n",
    "fixtures.json": '{"a": "app.tasks.Settings"}\n',
}

STARTED = {
    **packages("app"),
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef run() -> None: ...\n",
    "app/tasks.py": "class Settings: ...\n",
    **COMMANDS,
}


def test_commands_and_configuration_follow_and_documents_are_listed() -> None:
    after, rewrite = rewritten(
        STARTED, module("app.main", "app.web.main"), module("app.tasks", "app.jobs.tasks")
    )
    assert after["Dockerfile"] == (
        'COPY app/web/main.py /code/app/web/main.py\nCMD ["uvicorn", "app.web.main:app", "--port", "80"]\n'
        "# app.main is started above\n"
    )
    assert "gunicorn app.web.main:app -k" in after["Procfile"]
    assert "celery -A app.jobs.tasks worker" in after["Procfile"]
    assert "fastapi run app/web/main.py\n" in after["compose.yaml"]
    assert "- app.jobs.tasks.Settings\n" in after["compose.yaml"]
    assert "python -m app.web.main\n" in after["Makefile"]
    assert "mypy app/web/main.py" in after["Makefile"]
    assert after["scripts/openapi.sh"] == (
        'python -c "import app.web.main; print(app.web.main.app.openapi())"\n'
    )
    project = after["pyproject.toml"]
    assert project == (
        COMMANDS["pyproject.toml"]
        .replace("app/main.py", "app/web/main.py")
        .replace("app/tasks.py", "app/jobs/tasks.py")
        .replace("app.main:", "app.web.main:")
        .replace('["app.main"', '["app.web.main"')
        .replace('"app.tasks"', '"app.jobs.tasks"')
    )
    assert "[mypy-app.jobs.tasks]" in after["setup.cfg"]
    assert "y = app.web.main:run" in after["setup.cfg"]
    assert "qualname=app.jobs.tasks" in after["logging.ini"]
    assert "uvicorn app.web.main:app --reload" in after[".github/workflows/ci.yml"]
    for path in ("README.md", "fixtures.json"):
        assert after[path] == COMMANDS[path]
        assert any(mention.path == path for mention in rewrite.mentions)


def test_a_word_of_a_command_is_a_name_whatever_the_program() -> None:
    script = "dramatiq app.tasks &\nperiodiq -v app.tasks & # cron\necho Run app.tasks\nNAME=app.tasks-1\n"
    step = "jobs:\n  a:\n    name: app.tasks\n    steps:\n      - run: |\n          periodiq app.tasks\n"
    files = {**STARTED, "run.sh": script, ".github/workflows/jobs.yml": step}
    after, rewrite = rewritten(files, module("app.tasks", "app.jobs.tasks"))
    assert after["run.sh"] == script.replace("app.tasks &", "app.jobs.tasks &")
    assert after[".github/workflows/jobs.yml"] == step.replace("periodiq app", "periodiq app.jobs")
    listed = {
        (m.path, m.line) for m in rewrite.mentions if m.path in ("run.sh", ".github/workflows/jobs.yml")
    }
    assert listed == {("run.sh", 3), ("run.sh", 4), (".github/workflows/jobs.yml", 3)}


def test_what_python_reads_by_name_follows(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/models.py": "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import DeclarativeBase, mapped_column, relationship\n\n\n"
        "class Base(DeclarativeBase): ...\n\n\nclass User(Base):\n    __tablename__ = 'users'\n    id = mapped_column('id', __import__('sqlalchemy').Integer, primary_key=True)\n"
        "    items = relationship('app.models.Item', back_populates='owner')\n\n\nclass Item(Base):\n    __tablename__ = 'items'\n"
        "    id = mapped_column('id', __import__('sqlalchemy').Integer, primary_key=True)\n    owner_id = mapped_column(ForeignKey('users.id'))\n"
        "    owner = relationship(User, back_populates='items')\n",
        "app/main.py": "from importlib import import_module\n\nfrom sqlalchemy.orm import configure_mappers\n\n"
        "LOGGING = {'version': 1, 'formatters': {'a': {'()': 'app.formats.Plain'}}, 'loggers': {'app.models': {'level': 'INFO'}}}\n"
        "found = import_module('app.models')\nconfigure_mappers()\nresult = sorted(found.Base.metadata.tables)\n",
        "app/formats.py": "class Plain: ...\n",
    }
    after = moved(files, module("app.models", "app.shop.models"), module("app.formats", "app.logs.formats"))
    assert "relationship('app.shop.models.Item'" in after["app/shop/models.py"]
    assert "import_module('app.shop.models')" in after["app/main.py"]
    assert "{'()': 'app.logs.formats.Plain'}" in after["app/main.py"]
    assert "'loggers': {'app.shop.models': {" in after["app/main.py"]
    lab.same(files, after, "from app.main import result")


def test_the_names_of_tasks_are_pinned_and_loggers_are_listed() -> None:
    files = {
        **packages("app"),
        "app/tasks.py": "import logging\n\nfrom celery import Celery, shared_task\n\napp = Celery(include=['app.tasks'])\n"
        "log = logging.getLogger(__name__)\n\n\n@app.task\ndef one() -> None: ...\n\n\n@shared_task(bind=True)\n"
        "def two(self: object) -> None: ...\n\n\n@shared_task(name='three')\ndef three() -> None: ...\n",
        "app/main.py": "from app.tasks import app\n\napp.send_task('app.tasks.one')\n",
    }
    after, rewrite = rewritten(files, module("app.tasks", "app.jobs.tasks"))
    tasks = after["app/jobs/tasks.py"]
    assert '@app.task(name="app.tasks.one")\ndef one' in tasks
    assert '@shared_task(name="app.tasks.two", bind=True)' in tasks
    assert "@shared_task(name='three')" in tasks
    assert "include=['app.jobs.tasks']" in tasks
    assert "send_task('app.tasks.one')" in after["app/main.py"]
    assert [(v.kind, v.before, v.after, v.pinned) for v in rewrite.visible] == [
        ("task", "app.tasks.one", "app.tasks.one", True),
        ("task", "app.tasks.two", "app.tasks.two", True),
        ("logger", "app.tasks", "app.jobs.tasks", False),
    ]


def test_the_modules_that_tortoise_is_told_follow() -> None:
    config = 'ORM = {"apps": {"shop": {"models": ["app.models", "aerich.models"]}}}\nMENU = {"models": "app.models"}\n'
    files = {**packages("app"), "app/models.py": "ONE = 1\n", "app/db.py": config}
    after, _ = rewritten(files, module("app.models", "app.shop.models"))
    assert after["app/db.py"] == config.replace('["app.models"', '["app.shop.models"')
