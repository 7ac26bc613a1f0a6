"""`plumb mcp` with the client of the official SDK: the session, and what may go wrong in one."""

from pathlib import Path
from typing import Literal

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from agents.conftest import Connect
from agents.session import LATE, Json, play
from plumbrule.guides import guides
from plumbrule.plan import diff
from plumbrule.rules import rulebook
from plumbrule.scaffold.answers import Wishes
from plumbrule.scaffold.answers import answer as answer_of
from plumbrule.verbs import init


async def call(client: Client, tool: str, **arguments: Json) -> Json:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def refusal(client: Client, tool: str, **arguments: Json) -> str:
    """The one line with which a call is refused."""
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error, answer
    [content] = answer.content
    assert content.type == "text"
    prefix = f"Error executing tool {tool}: "
    assert content.text.startswith(prefix)
    assert "\n" not in content.text
    return content.text.removeprefix(prefix)


# The session


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_the_session_goes_as_it_was_recorded(
    connect: Connect, project: Path, mode: Literal["legacy", "auto"]
) -> None:
    async with connect(project, mode=mode) as client:
        assert client.session.server_info is not None
        assert client.session.server_info.name == "plumb"

        async def ask(method: str, name: str, arguments: dict[str, Json]) -> Json:
            if method == "tools/call":
                return await call(client, name, **arguments)
            assert method == "tools/list"
            return (await client.list_tools()).model_dump(mode="json", by_alias=True)

        await play(ask, project)


async def test_a_client_without_roots_works_in_the_folder_of_the_server(
    connect: Connect, project: Path
) -> None:
    async with connect(rootless=True) as client:
        assert (await call(client, "plumb_audit"))["root"] == str(project)
        assert "outside of the roots" in await refusal(client, "plumb_audit", path=str(project.parent))


async def test_a_new_project_and_one_more_resource_are_planned_and_applied(
    connect: Connect, tmp_path: Path
) -> None:
    async with connect(tmp_path) as client:
        planned = await call(client, "plumb_plan", kind="init", path="shop", without_parts=["ci"])
        assert not (tmp_path / "shop").exists()
        assert any(step["path"] == "src/shop/main.py" for step in planned["steps"])
        await call(client, "plumb_apply", plan=planned["plan"])
        assert not (tmp_path / "shop/.github").exists()
        added = await call(
            client, "plumb_plan", kind="add", path="shop", name="invoice", fields=["title:str"]
        )
        assert added["after"][0] == "uv run alembic upgrade head"
        await call(client, "plumb_apply", plan=added["plan"])
        routes = await call(client, "plumb_map", path="shop", filter="invoices")
        assert {row["path"] for row in routes["rows"]} == {
            "/api/v1/invoices",
            "/api/v1/invoices/{invoice_id}",
        }
        undone = await call(client, "plumb_undo", path="shop")
        assert "src/shop/main.py" in undone["undone"]
        assert not (tmp_path / "shop/src/shop/invoices").exists()


ROUTER = """\
from fastapi import APIRouter

from app.schemas.{name} import Read

router = APIRouter(prefix="/{name}")


@router.get("/")
def read() -> Read: ...
"""
SCHEMA = """\
from pydantic import BaseModel


class Read(BaseModel):
    id: int
"""
MAIN = """\
from fastapi import FastAPI

from app.routers import items, users

app = FastAPI()
app.include_router(items.router)
app.include_router(users.router)
"""


def layered(root: Path) -> None:
    """Write a project by layer."""
    names = ("items", "users")
    files = {"pyproject.toml": "", "app/__init__.py": "", "app/main.py": MAIN}
    files |= {f"app/{folder}/__init__.py": "" for folder in ("routers", "schemas")}
    files |= {f"app/routers/{name}.py": ROUTER.format(name=name) for name in names}
    files |= {f"app/schemas/{name}.py": SCHEMA for name in names}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def files_in(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.glob("[!.]*/**/*.py")}


async def test_a_restructure_is_planned_applied_and_undone(connect: Connect, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    layered(root)
    before = files_in(root)
    async with connect(root) as client:
        planned = await call(client, "plumb_plan", kind="structure", layout="by-feature")
        [step] = [step for step in planned["steps"] if step["path"] == "app/routers/items.py"]
        assert (step["do"], step["to"]) == ("move", "app/items/router.py")
        paths = [row["path"] for row in (await call(client, "plumb_map"))["rows"]]
        await call(client, "plumb_apply", plan=planned["plan"])
        assert "app/items/router.py" in files_in(root)
        assert [row["path"] for row in (await call(client, "plumb_map"))["rows"]] == paths
        await call(client, "plumb_undo")
        assert files_in(root) == before
        line = await refusal(client, "plumb_plan", kind="structure", layout="by-size")
        assert "`by-size` is none of by-feature, by-layer" in line


async def test_a_plan_outlives_the_server_that_made_it(connect: Connect, project: Path) -> None:
    async with connect(project) as client:
        plan = (await call(client, "plumb_plan", kind="fixes", unsafe=True))["plan"]
    async with connect(project) as client:
        await call(client, "plumb_apply", plan=plan)
    assert (project / "app/main.py").read_text() != LATE


async def test_long_results_come_in_pages_that_make_up_the_whole(connect: Connect, tmp_path: Path) -> None:
    async with connect(tmp_path) as client:
        pages: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            answer = await call(client, "plumb_plan", kind="init", path="shop", cursor=cursor)
            assert len(answer["diff"]) <= 20_000
            assert bool(answer["steps"]) is not bool(pages)
            pages, cursor = [*pages, answer["diff"]], answer["next_cursor"]
        plan = init.plan(tmp_path / "shop", answer_of(Wishes(), tmp_path / "shop"))
        assert len(pages) > 3
        assert "".join(pages) == "".join(diff(step) for step in plan.steps)
        rules: list[str] = []
        cursor = ""
        while cursor is not None:
            answer = await call(client, "plumb_explain", cursor=cursor)
            rules += [rule["name"] for rule in answer["rules"]]
            cursor = answer["next_cursor"]
        assert set(rules) >= {rule.name for rule in rulebook()}
        assert len(rules) == len(set(rules))


async def test_rules_and_guides_are_resources(connect: Connect, project: Path) -> None:
    async with connect(project) as client:
        listed = {resource.uri for resource in (await client.list_resources()).resources}
        assert {f"plumb://guides/{name}" for name in guides()} <= listed
        assert {f"plumb://rules/{rule.name}" for rule in rulebook()} <= listed
        [page] = (await client.read_resource("plumb://guides/security-owasp")).contents
        assert page.model_dump()["text"] == guides()["security-owasp"].text
        with pytest.raises(MCPError, match="nothing"):
            await client.read_resource("plumb://guides/nothing")


async def test_long_work_says_what_it_is_doing(connect: Connect, project: Path) -> None:
    heard: list[tuple[float, str | None]] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        heard.append((progress, message))

    async with connect(project) as client:
        await client.call_tool("plumb_audit", {}, progress_callback=listen)
    assert [number for number, _ in heard] == [1, 2]
    assert heard[0][1] == "reading the code"


# What is refused


async def test_a_path_outside_of_the_roots_is_refused(
    connect: Connect, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (project / "link").symlink_to(tmp_path / "other")
    async with connect(project) as client:
        for path in ("/etc", "..", "../other", "link", "app/../../other"):
            for tool in ("plumb_audit", "plumb_map", "plumb_explain", "plumb_undo"):
                line = await refusal(client, tool, path=path)
                assert line.startswith(f"{path} is outside of the roots of this session ({project})")
            for kind in ("init", "add", "fixes"):
                assert "outside of the roots" in await refusal(client, "plumb_plan", kind=kind, path=path)


async def test_a_root_inside_a_project_does_not_open_the_project(connect: Connect, project: Path) -> None:
    async with connect(project / "app") as client:
        assert f"{project} is outside of the roots" in await refusal(client, "plumb_audit")
        assert f"{project} is outside of the roots" in await refusal(client, "plumb_plan", kind="fixes")


async def test_a_client_that_gives_no_root_is_refused(connect: Connect) -> None:
    async with connect() as client:
        assert "the client gives no root" in await refusal(client, "plumb_audit")


async def test_a_plan_for_another_root_is_refused(connect: Connect, project: Path, tmp_path: Path) -> None:
    async with connect(project) as client:
        plan = (await call(client, "plumb_plan", kind="fixes"))["plan"]
    (tmp_path / "other").mkdir()
    async with connect(tmp_path / "other") as client:
        assert "outside of the roots" in await refusal(client, "plumb_apply", plan=plan)
    assert (project / "app/main.py").read_text() == LATE


async def test_a_stale_plan_is_refused_and_nothing_changes(connect: Connect, project: Path) -> None:
    main = project / "app/main.py"
    async with connect(project) as client:
        plan = (await call(client, "plumb_plan", kind="fixes"))["plan"]
        main.write_text(f"{LATE}\n# mine\n")
        line = await refusal(client, "plumb_apply", plan=plan)
        assert line == "app/main.py has changed since the plan was made; run again"
        assert main.read_text() == f"{LATE}\n# mine\n"
        main.unlink()
        assert "app/main.py is gone" in await refusal(client, "plumb_apply", plan=plan)
        assert not main.exists()


UNKNOWN = "make it again, and use the id that comes with it"
WRONG: list[tuple[str, dict[str, Json], str]] = [
    ("plumb_explain", {"name": "blocking-call"}, "no rule `blocking-call`; did you mean"),
    ("plumb_audit", {"select": ["nothing"]}, "--select nothing: no rule `nothing`"),
    ("plumb_audit", {"cursor": "7"}, "cursor '7' is none that came with a page"),
    ("plumb_map", {"cursor": "x"}, "cursor 'x' is none that came with a page"),
    ("plumb_plan", {"kind": "fixes", "fields": ["a:int"]}, "`fields` means nothing to fixes"),
    ("plumb_plan", {"kind": "add"}, "a resource needs a name"),
    ("plumb_plan", {"kind": "init"}, "project is not empty"),
    ("plumb_undo", {}, "nothing to undo in"),
    ("plumb_apply", {"plan": "0123456789abcdef"}, f"no plan `0123456789abcdef`; {UNKNOWN}"),
    ("plumb_apply", {"plan": "../../etc/passwd"}, f"no plan `../../etc/passwd`; {UNKNOWN}"),
    ("plumb_apply", {"plan": ""}, f"no plan ``; {UNKNOWN}"),
    ("plumb_audit", {"path": "nothing"}, "nothing: no such file or folder"),
    ("plumb_audit", {"next_cursor": "7"}, "there is no argument `next_cursor`; did you mean `cursor`?"),
    ("plumb_map", {"what": "auth"}, "there is no argument `what`; it has kind, filter, path, cursor"),
    ("plumb_map", {"kind": "guards"}, "`kind`: Input should be 'routes', 'deps', 'modules' or 'auth'"),
    ("plumb_audit", {"select": "async"}, "`select`: Input should be a valid list, not 'async'"),
    ("plumb_apply", {}, "`plan`: Field required"),
]


async def test_a_request_that_cannot_be_met_is_one_clear_line(connect: Connect, project: Path) -> None:
    async with connect(project) as client:
        for tool, arguments, line in WRONG:
            assert line in await refusal(client, tool, **arguments)
        planned = await call(client, "plumb_plan", kind="fixes", select=["insecure-cookie"])
        assert (planned["plan"], planned["steps"], planned["diff"]) == (None, [], ""), "nothing to apply"
    assert {path.name for path in project.iterdir()} == {"app", "pyproject.toml", "requirements.txt"}
