"""Where a fix would do harm there is none, and what a caller could feel is not called safe."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from plumbrule.model.reading import project_of
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit, audit_project
from report.projects import write

Kinds = Callable[..., set[str]]


@pytest.fixture
def kinds(tmp_path: Path) -> Kinds:
    """What the fixes of one rule are in a module: `safe`, `unsafe` or `none`."""

    def of(rule: str, source: str, manifest: str = "") -> set[str]:
        folder = write(tmp_path / "project", {"main.py": dedent(source), "requirements.txt": manifest})
        outcome = audit(folder, [r for r in rulebook() if r.name == rule])
        assert outcome.findings
        fixes = (item.finding.fix for item in outcome.findings)
        return {"none" if fix is None else "safe" if fix.safe else "unsafe" for fix in fixes}

    return of


COMMIT = """
    from typing import Annotated

    from fastapi import BackgroundTasks, Depends, FastAPI
    from fastapi.responses import StreamingResponse
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

    app = FastAPI()
    sessions = async_sessionmaker()


    async def get_session():
        async with sessions() as session:
            yield session
            await session.commit()


    async def get_name(session: Annotated[AsyncSession, Depends(get_session)]) -> str:
        return str(await session.scalar("select 1"))


    async def get_work(session: Annotated[AsyncSession, Depends(get_session)]):
        yield session


"""


ITEM = "from pydantic import BaseModel\n\nclass Item(BaseModel):\n    name: str\n\n"
SESSION = "session: Annotated[AsyncSession, Depends(get_session)]"
NAMED = "name: Annotated[str, Depends(get_name)]"
ADDS = "\n    session.add(1)"


@pytest.mark.parametrize(
    ("route", "version", "kind"),
    [
        (f"{SESSION}):{ADDS}", "==0.121.0", "safe"),
        (f"{SESSION}):{ADDS}", ">=0.100", "unsafe"),
        (f"tasks: BackgroundTasks, {SESSION}):{ADDS}", "==0.121.0", "unsafe"),
        (f"{SESSION}):{ADDS}\n    return StreamingResponse(session.stream(2))", "==0.121.0", "unsafe"),
        (f"{NAMED}, {SESSION}):{ADDS}", "==0.121.0", "none"),
        ("session: Annotated[AsyncSession, Depends(get_work)]):\n    session.add(1)", "==0.121.0", "none"),
    ],
)
def test_a_dependency_ends_early_only_where_nobody_needs_it(
    kinds: Kinds, route: str, version: str, kind: str
) -> None:
    source = f'{dedent(COMMIT)}@app.post("/")\nasync def make({route}\n'
    assert kinds("commit-after-response", source, f"fastapi{version}\nsqlalchemy==2.0.0\n") == {kind}


@pytest.mark.parametrize(
    ("manifest", "kind"),
    [("pydantic==2.8.0\n", "safe"), ("pydantic>=2\n", "safe"), ("pydantic\n", "unsafe"), ("", "unsafe")],
)
def test_a_name_of_pydantic_2_is_safe_where_there_is_no_other(kinds: Kinds, manifest: str, kind: str) -> None:
    source = """
        from fastapi import FastAPI
        from pydantic import BaseModel

        class Item(BaseModel):
            name: str

            class Config:
                orm_mode = True

        def show(item: Item) -> object:
            return item.dict()
    """
    assert kinds("pydantic-v1-method", source, manifest) == {kind}
    assert kinds("pydantic-v1-config", source, manifest) == {kind}
    assert kinds("pydantic-v1-config", source.replace("orm_mode", "anystr_lower"), manifest) == {"unsafe"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("    return item.copy(update={})", "safe"),
        ("    return item.copy(include={'name'})", "none"),
        ("    return item.dict()\n\nclass Own(Item):\n    def dict(self): ...", "none"),
        ("    return item.dict(*rest)", "none"),
    ],
)
def test_a_method_keeps_its_name_where_the_new_one_does_something_else(
    kinds: Kinds, body: str, kind: str
) -> None:
    source = f"{ITEM}def show(item: Item, rest):\n"
    assert kinds("pydantic-v1-method", source + body, "pydantic==2.8.0\n") == {kind}


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        ("", "safe"),
        ("print(Item.Config)\n", "none"),
        ("class Own(Item):\n    class Config(Item.Config): ...\n", "none"),
    ],
)
def test_a_config_that_somebody_names_stays(kinds: Kinds, rest: str, kind: str) -> None:
    source = (
        "from pydantic import BaseModel\n\nclass Item(BaseModel):\n    name: str\n\n"
        "    class Config:\n        extra = 'forbid'\n\n"
    )
    assert kind in kinds("pydantic-v1-config", source + rest, "pydantic==2.8.0\n")
    assert ("safe" in kinds("pydantic-v1-config", source + rest, "pydantic==2.8.0\n")) == (kind == "safe")


@pytest.mark.parametrize(
    ("parameter", "before", "kind"),
    [
        ("api_key: str", "", "unsafe"),
        ("api_key: str = Header()", "", "unsafe"),
        ("api_key: str | None = None", "", "none"),
        ("api_key: str = Header(None)", "", "none"),
        ("api_key: str = Depends(ask)", "", "none"),
        ("api_key: str = Header(None)", "if not api_key:\n        return False\n    ", "unsafe"),
        ("request: Request", "api_key = request.headers.get('x')\n    ", "none"),
        ("request: Request", "api_key = request.headers.get('x') or ''\n    ", "unsafe"),
    ],
)
def test_what_may_be_none_is_not_made_bytes(kinds: Kinds, parameter: str, before: str, kind: str) -> None:
    source = (
        "import secrets\n\nfrom fastapi import Depends, FastAPI, Header, Request\n\napp = FastAPI()\n"
        "API_KEY = secrets.token_hex()\n\n\ndef ask(): ...\n\n\n"
        f'@app.get("/")\nasync def read({parameter}) -> bool:\n    {before}return api_key == API_KEY\n'
    )
    assert kinds("timing-unsafe-compare", source) == {kind}


@pytest.mark.parametrize(
    ("decorators", "body", "kind"),
    [
        ('@app.get("/")', "return db.query(1).all()", "unsafe"),
        ('@app.get("/")\n@cached', "return db.query(1).all()", "none"),
        ('@app.get("/")', "asyncio.create_task(work())\n    return db.query(1).all()", "none"),
        ('@app.get("/")', "work()\n    return db.query(1).all()", "none"),
    ],
)
def test_a_handler_that_needs_the_loop_stays_async(
    kinds: Kinds, decorators: str, body: str, kind: str
) -> None:
    source = (
        "import asyncio\n\nfrom fastapi import Depends, FastAPI\n"
        "from sqlalchemy.orm import Session, sessionmaker\n\n"
        "from cache import cached\n\napp = FastAPI()\n\n\nasync def work(): ...\n\n\ndef get_db():\n"
        "    with sessionmaker()() as db:\n        yield db\n\n\n"
        f"{decorators}\nasync def read(db: Session = Depends(get_db)):\n    {body}\n"
    )
    assert kinds("sync-session-in-async", source, "sqlalchemy==2.0.0\nfastapi==0.120.0\n") == {kind}


def test_what_a_password_is_put_in_as_is_quoted_whatever_it_is() -> None:
    source = """
        import os

        password = os.getenv("PASSWORD")
        URL = f"postgresql://app:{password}@localhost/app"
    """
    rules = [rule for rule in rulebook() if rule.name == "formatted-dsn"]
    outcome = audit_project(project_of({"main.py": dedent(source)}), rules)
    (item,) = outcome.findings
    assert item.finding.fix is not None
    assert item.finding.fix.edits[0].text == "quote(str(password), safe='')"


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (
            "weak-random-token",
            "from random import randbytes\n\ndef make_token() -> bytes:\n    return randbytes(8)\n",
        ),
        (
            "double-validation",
            """
            from fastapi import FastAPI
            from pydantic import BaseModel

            app = FastAPI()

            class Item(BaseModel):
                name: str

            @app.get("/")
            def read() -> list[Item]:
                return [Item.model_validate(row) for row in rows()]

            @app.get("/open", response_model=list[Item])
            def read_open():
                with session() as db:
                    return [Item.model_validate(row) for row in db.rows()]
            """,
        ),
        (
            "cors-not-outermost",
            """
            from fastapi import FastAPI, Response
            from fastapi.middleware.cors import CORSMiddleware

            app = FastAPI()
            def build():
                app.add_middleware(CORSMiddleware)
            build()

            @app.middleware("http")
            async def refuse(request, call_next):
                return Response(status_code=401)
            """,
        ),
    ],
)
def test_there_is_no_fix(kinds: Kinds, rule: str, source: str) -> None:
    assert kinds(rule, source, "pydantic==2.8.0\nfastapi==0.120.0\n") == {"none"}
