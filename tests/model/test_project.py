"""What a project says of its parts: versions, schemas, tables, settings, migrations, imports."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from plumbrule.model.reading import project_of, read_project
from plumbrule.model.versions import locked, requirement

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


@pytest.mark.parametrize(
    ("declared", "range_", "expected"),
    [
        ("==0.110.3", ">=0.118", False),
        ("==0.165.0", ">=0.118", True),
        (">=0.100", ">=0.118", True),
        (">=0.100,<0.110", ">=0.118", False),
        ("^0.110.0", ">=0.118", False),
        ("~=0.110.1", ">=0.118", False),
        (">=0.120", "<0.106", False),
        ("", "<0.106", True),
    ],
)
def test_a_declared_version_answers_whether_a_range_is_possible(
    declared: str, range_: str, expected: bool
) -> None:
    assert requirement("fastapi", declared).may_be(range_) is expected


def test_a_lock_file_wins_over_a_range(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["fastapi[standard]>=0.100", "sqlalchemy"]\n',
        "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.165.0"\n',
        "requirements.txt": "redis==5.0  # cache\n-r other.txt\n",
        "broken/pyproject.toml": "not [ toml",
    }
    project = read_project(written(tmp_path, files))
    assert str(project.version("fastapi")) == "0.165.0"
    assert str(project.version("Redis")) == "5.0"
    assert project.version("sqlalchemy") is None
    assert project.uses("sqlalchemy")
    assert not project.uses("celery")


def test_a_declared_library_is_not_the_file_beside_the_importer(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["arq"]\n',
        "src/shop/__init__.py": "",
        "src/shop/worker/arq.py": "",
        "src/shop/worker/prices.py": "",
        "src/shop/worker/crawl.py": "from arq import Retry\nfrom prices import PRICE\n",
    }
    project = read_project(written(tmp_path, files))
    crawl = next(module for module in project.modules if module.path.endswith("crawl.py"))
    assert project.imports.find("arq", crawl) is None
    assert project.imports.find("prices", crawl) is not None
    assert project.imports.find("shop.worker.arq", crawl) is not None


def test_a_module_belongs_to_the_package_whose_manifest_is_nearest(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "tools/release.py": "",
        "services/shop/requirements/base.txt": "",
        "services/shop/shop/main.py": "",
        "packages/names/setup.py": "",
        "packages/names/src/names/short.py": "",
    }
    project = read_project(written(tmp_path, files))
    found = {module.path: project.package_of(module) for module in project.modules}
    assert found == {
        "tools/release.py": "",
        "services/shop/shop/main.py": "services/shop",
        "packages/names/setup.py": "packages/names",
        "packages/names/src/names/short.py": "packages/names",
    }


LOCK = """
version = 1

[[package]]
name = "anyio"
version = "4.9.0"
dependencies = [
    { name = "idna", version = "3.10" },
]

[package.extras]
version = "2"

[[package]]
name = "the-service"
source = { virtual = "." }

[[package]]
category = "main"
description = "[[of poetry]]"
name = "Starlette"
version = "0.46.2"
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_lock_file_pins_what_its_packages_say_of_themselves(line_end: str) -> None:
    pinned = {item.name: str(item.exact) for item in locked(LOCK.replace("\n", line_end))}
    assert pinned == {"anyio": "4.9.0", "starlette": "0.46.2"}


def test_what_is_imported_in_tests_counts_only_at_their_top() -> None:
    files = {
        "app.py": "import redis\n\ndef work():\n    import celery.app as c\n",
        "tests/test_app.py": "import httpx\n\ndef test_it():\n    from respx.mocks import Mocker as Mock\n",
    }
    project = project_of(files)
    assert project.imported == {"redis", "celery", "httpx"}
    assert project.renamed == {"Mocker": {"Mock"}}
    assert [len(module.imports) for module in project.modules] == [2, 2]
    assert [len(module.imports) for module in project_of(files).modules] == [2, 2]


KINDS = """
        from pydantic import BaseModel, Field
        from pydantic_settings import BaseSettings, SettingsConfigDict
        from sqlalchemy import DateTime, ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
        from sqlmodel import SQLModel, Field as Column

        class Base(DeclarativeBase): ...

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str | None]
            seen = mapped_column(DateTime(timezone=True))
            orders: Mapped[list["Order"]] = relationship(lazy="selectin")

        class Order(Base):
            __tablename__ = "orders"
            user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), nullable=False)

        class Shared(BaseModel):
            name: str = Field(default="x", max_length=3)

        class Out(Shared):
            id: int
            model_config = {"from_attributes": True}

        class Hero(SQLModel, table=True):
            id: int | None = Column(default=None, primary_key=True)

        class HeroIn(SQLModel):
            name: str

        class Settings(BaseSettings):
            url: str
            model_config = SettingsConfigDict(env_file=".env")
    """


def test_schemas_settings_and_tables_are_told_apart() -> None:
    project = project_of({"a.py": dedent(KINDS)})
    assert [t.name for t in project.tables] == ["User", "Order", "Hero"]
    assert [s.name for s in project.schemas] == ["Shared", "Out", "HeroIn"]
    assert [s.name for s in project.settings] == ["Settings"]
    user, order, hero = project.tables
    assert list(user.columns) == ["id", "name", "seen"]
    assert [c.is_nullable for c in user.columns.values()] == [False, True, None]
    assert user.columns["seen"].type_name == "DateTime"
    assert order.columns["user_id"].foreign_key == "users.id"
    orders = user.relationships["orders"]
    assert (orders.is_lazy, orders.is_list, orders.target) == (False, True, order.cls)
    assert hero.columns["id"].is_primary_key
    out = project.schemas[1]
    assert list(out.fields) == ["name", "id"]
    assert out.config("from_attributes") is not None
    assert out.default("id") is None
    assert project.settings[0].config("env_file") is not None


REVISION = """
from alembic import op
revision = {0!r}
down_revision = {1!r}

def upgrade():
    {2}

def downgrade():
    pass
"""


def test_migrations_know_their_order_and_operations() -> None:
    batch = "with op.batch_alter_table('x') as batch_op:\n        batch_op.drop_column('y')"
    files = {
        f"migrations/versions/{revision}.py": REVISION.format(revision, after, body)
        for revision, after, body in [
            ("a", None, "op.create_table('x')"),
            ("b", "a", batch),
            ("c", "a", "pass"),
        ]
    }
    graph = project_of(files).migrations
    assert [m.revision for m in graph.all] == ["a", "b", "c"]
    assert [m.revision for m in graph.heads("migrations/versions")] == ["b", "c"]
    operations = graph.all[1].operations(graph.all[1].upgrade)
    assert [call.method for call in operations] == ["batch_alter_table", "drop_column"]


def test_the_import_graph_tells_cycles_from_imports_that_do_not_run() -> None:
    files = {
        "p/__init__.py": "",
        "p/a.py": "from p import b\nimport typing\nif typing.TYPE_CHECKING:\n    from p.c import C\n",
        "p/b.py": "import p.c\n",
        "p/c.py": "from p.a import x\n\ndef later():\n    from p import d\n",
        "p/d.py": "from p import c\n",
    }
    graph = project_of(files).import_graph
    kinds = {(e.source.name, e.target.name): e.kind for e in graph.edges}
    assert kinds["p.a", "p.b"] == "runtime"
    assert kinds["p.a", "p.c"] == "typing"
    assert kinds["p.c", "p.d"] == "deferred"
    (cycle,) = graph.cycles()
    assert [e.source.name for e in cycle] == ["p.a", "p.b", "p.c"]


def test_a_name_imported_back_from_its_package_is_what_was_bound_before() -> None:
    files = {
        "app/errors/__init__.py": "from .base import Missing\nfrom .users import Missing, UserMissing\n",
        "app/errors/base.py": "class Missing(Exception): ...\n",
        "app/errors/users.py": "from app.errors import Missing\n\n\nclass UserMissing(Missing): ...\n",
        "app/main.py": """
            from fastapi import FastAPI
            from app.errors import Missing

            app = FastAPI()


            @app.exception_handler(Missing)
            async def missing(request, exc): ...
        """,
    }
    project = project_of({path: dedent(text) for path, text in files.items()})
    [app] = project.apps
    [handler] = app.exception_handlers
    assert handler.exception == "errors.base.Missing"
    [user_missing] = [cls for cls in project.classes if cls.name == "UserMissing"]
    assert user_missing.is_a("errors.base.Missing")


@pytest.mark.parametrize("statement", ["from .history import router", "from app.history import router"])
def test_a_folder_comes_before_a_file_of_the_same_name(statement: str) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": f"{statement}\nimport fastapi\napp = fastapi.FastAPI()\napp.include_router(router)\n",
        "app/history.py": "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/old')\n",
        "app/history/__init__.py": "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/new')\n",
    }
    [app] = project_of(files).apps
    assert [include.child.prefix for include in app.includes] == ["/new"]


def test_a_library_is_not_the_package_of_that_name_around_the_importer(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/apis/github/__init__.py": "from .client import Client",
        "app/apis/github/client.py": "from github import Auth\n\nclass Client: ...",
    }
    project = read_project(written(tmp_path, files))
    client = next(module for module in project.modules if module.path.endswith("client.py"))
    assert project.imports.find("github", client) is None
    assert project.imports.find("app.apis.github", client) is not None


def test_sources_under_several_roots_find_their_own(tmp_path: Path) -> None:
    files = {
        "server/app/__init__.py": "",
        "server/app/main.py": "from app.db import session\nimport config\n",
        "server/app/db.py": "session = 1\n",
        "worker/app/__init__.py": "",
        "worker/app/main.py": "from app.db import session\n",
        "worker/app/db.py": "session = 2\n",
        "tools/config.py": "",
    }
    project = read_project(written(tmp_path, files))
    assert [(e.source.path, e.target.path) for e in project.import_graph.edges] == [
        ("server/app/main.py", "server/app/db.py"),
        ("worker/app/main.py", "worker/app/db.py"),
    ]


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("def guard(): raise HTTPException(401)", True),
        ("def guard(): raise HTTPException(status_code=status.HTTP_403_FORBIDDEN)", True),
        ("def guard(): check()\ndef check(): raise HTTPException(401)", True),
        ("class Refused(Exception):\n    status_code = 401\ndef guard(): raise Refused()", True),
        ("refused = HTTPException(status_code=401)\ndef guard(): raise refused", True),
        ("guard = OAuth2PasswordBearer(tokenUrl='t')", True),
        ("guard = OAuth2PasswordBearer(tokenUrl='t', auto_error=False)", False),
        ("def guard(): raise HTTPException(404)", False),
        ("def guard(current_user: str = 'x'): ...", False),
        ("from elsewhere import guard", None),
    ],
)
def test_authentication_is_told_by_what_refuses_and_not_by_a_name(guard: str, expected: bool | None) -> None:
    text = (
        "from fastapi import Depends, FastAPI, HTTPException, status\n"
        "from fastapi.security import OAuth2PasswordBearer\n"
        f"{guard}\napp = FastAPI()\n"
        "@app.get('/x', dependencies=[Depends(guard)])\ndef read(): ...\n"
    )
    (route,) = project_of({"a.py": text}).routes
    assert route.is_authenticated is expected


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("from dependency_injector.wiring import inject as wired", False),
        ("from elsewhere import wired", None),
    ],
)
def test_a_container_that_hands_out_services_guards_nothing(decorator: str, expected: bool | None) -> None:
    text = (
        "from dependency_injector.wiring import Provide\nfrom fastapi import Depends, FastAPI\n"
        f"{decorator}\napp = FastAPI()\n"
        "@app.get('/x')\n@wired\ndef read(service: object = Depends(Provide['service'])): ...\n"
    )
    (route,) = project_of({"a.py": text}).routes
    assert route.dependencies.complete
    assert route.is_authenticated is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from shop.prices import PRICE", "src/auth.py"),
        ("from src.shop.prices import PRICE", None),
        ("", None),
    ],
)
def test_a_package_is_a_source_root_only_if_longer_imports_start_there(
    line: str, expected: str | None
) -> None:
    project = project_of(
        {
            "src/__init__.py": "",
            "src/auth.py": "",
            "src/main.py": line,
            "src/shop/__init__.py": "",
            "src/shop/prices.py": "PRICE = 1",
        }
    )
    main = project.module("src.main")
    found = project.imports.find("auth", main) if main else None
    assert (found.path if found else None) == expected


def test_a_module_that_serves_is_no_test_whatever_it_is_called() -> None:
    serving = "from shop.router import router\n\n@router.get('/{name}')\ndef read(): ...\n"
    files = {
        "shop/start_test.py": serving,
        "shop/test_execution.py": serving,
        "shop/test_helpers.py": "def make(): ...\n",
        "shop/test_orders.py": serving + "def test_it(): ...\n",
        "tests/app.py": serving,
        "packages/pytest-shop/src/pytest_shop/postgres.py": "def make(): ...\n",
    }
    tests = {module.path: module.is_test for module in project_of(files).modules}
    assert [path for path in files if not tests[path]] == ["shop/start_test.py", "shop/test_execution.py"]


def test_a_package_that_takes_a_module_of_itself_imports_that_module() -> None:
    files = {
        "p/__init__.py": "from . import a\n",
        "p/a.py": "import p.b\n",
        "p/b.py": "",
        "main.py": "import p\n",
    }
    graph = project_of(files).import_graph
    assert ("p/__init__.py", "p/a.py") in {(e.source.path, e.target.path) for e in graph.edges}
