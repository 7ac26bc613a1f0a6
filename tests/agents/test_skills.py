"""Skills for coding agents: what they say is true, and installing them harms nothing."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from agents.conftest import PLUMB
from cli.conftest import Plumb
from plumbrule.cli.app import app
from plumbrule.guides import guides
from plumbrule.report.skills import skills
from plumbrule.rules import rulebook
from plumbrule.scaffold.marked import BEGIN, END, merged

SKILLS = skills()
PAGES = {path.partition("/")[0]: text for path, text in SKILLS.items() if path.endswith("/SKILL.md")}
OFFLINE = ("--yes", "--no-sync", "--no-git")


# What they say


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_for_and_when(name: str) -> None:
    _, head, body = PAGES[name].split("---\n", 2)
    meta = yaml.safe_load(head)
    assert meta.keys() == {"name", "description"}
    assert meta["name"] == name
    assert re.fullmatch(r"[a-z0-9-]{1,64}", name)
    assert 100 < len(meta["description"]) <= 1024
    assert "Use it for" in meta["description"]
    assert PAGES[name].count("\n") <= 200
    assert body.startswith("\n# ")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_only_files_it_has_and_has_only_files_it_names(name: str) -> None:
    named = set(re.findall(r"`?((?:references|scripts|assets)/[\w.-]+)", PAGES[name]))
    has = {path.removeprefix(f"{name}/") for path in SKILLS if path.startswith(f"{name}/")}
    has -= {"SKILL.md", "ruff.toml"}
    assert named == has


def test_the_senior_has_all_guides_and_every_rule() -> None:
    references = {
        path.rpartition("/")[2] for path in SKILLS if path.startswith("fastapi-senior-dev/references/")
    }
    assert references == {f"{name}.md" for name in guides()} | {"rulebook.md"}
    rules = SKILLS["fastapi-senior-dev/references/rulebook.md"]
    assert sorted(re.findall(r"^### ([\w-]+) ", rules, re.MULTILINE)) == [rule.name for rule in rulebook()]


def test_the_commands_and_flags_of_the_pages_exist() -> None:
    for page in PAGES.values():
        for line in re.findall(r"(?:^\$ |`)plumb ([^`\n]+)", page, re.MULTILINE):
            command: Any = get_command(app)
            for word in line.split():
                if not hasattr(command, "commands"):
                    break
                assert word in command.commands, line
                command = command.commands[word]
            flags = {flag for parameter in command.params for flag in parameter.opts}
            assert set(re.findall(r"(--[\w-]+)", line)) <= flags, line


def test_the_rules_of_the_pages_exist() -> None:
    names = {rule.name for rule in rulebook()}
    table = PAGES["fastapi-senior-dev"].partition("| not | but | rule |")[2].partition("\n## ")[0]
    cited = {
        name for row in table.splitlines()[2:] for name in row.split("|")[3:4] for name in name.split(",")
    }
    assert {name.strip() for name in cited if name.strip()} <= names


def test_what_the_page_calls_a_unit_of_work_commits_before_the_response(tmp_path: Path) -> None:
    [block] = re.findall(r"   ```python\n(.*?)   ```", PAGES["fastapi-senior-dev"], re.DOTALL)
    code = re.sub(r"^   ", "", block, flags=re.MULTILINE)
    (tmp_path / "app.py").write_text(f"{BEFORE}\n{code}\n{AFTER}")
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["committed", "answered"]), done.stderr


BEFORE = """\
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from starlette.testclient import TestClient
"""
AFTER = """
engine = create_async_engine("sqlite+aiosqlite://")
event.listen(engine.sync_engine, "commit", lambda _: print("committed"))


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.sessions = async_sessionmaker(engine)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/")
async def create(session: Session) -> None:
    await session.execute(text("SELECT 1"))


async def outer(scope, receive, send):
    async def said(message):
        if message["type"] == "http.response.start":
            print("answered")
        await send(message)

    await app(scope, receive, said)


with TestClient(outer) as client:
    client.post("/")
"""


@pytest.mark.parametrize(
    ("script", "command"), [("scaffold_structure", ["init"]), ("generate_migration", ["migrate", "new"])]
)
def test_a_script_is_a_door_to_plumb(tmp_path: Path, script: str, command: list[str]) -> None:
    path = tmp_path / "script.py"
    path.write_text(SKILLS[f"fastapi-senior-dev/scripts/{script}.py"])
    fake = tmp_path / "bin/plumb"
    fake.parent.mkdir()
    fake.write_text(f"#!{sys.executable}\nimport json, sys; print(json.dumps(sys.argv[1:])); sys.exit(7)\n")
    fake.chmod(0o755)
    done = subprocess.run(
        [sys.executable, path, "a word", "--flag"],
        env={"PATH": str(fake.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)) == (7, [*command, "a word", "--flag"])
    fake.unlink()
    done = subprocess.run(
        [sys.executable, path], env={"PATH": str(fake.parent)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "plumb is not installed: uv tool install plumbrule\n")


# Installing them


def everything(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def ours(place: str) -> dict[str, str]:
    return {f"{place}/{path}": text for path, text in SKILLS.items()}


def test_installing_twice_changes_nothing_and_uninstalling_leaves_nothing(
    plumb: Plumb,
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    assert plumb("agents", "install", "--claude", "--agents").returncode == 0
    there = everything(tmp_path)
    records = {".agents/skills/.plumb.json", ".claude/skills/.plumb.json"}
    assert there.keys() - records - {"pyproject.toml"} == {*ours(".agents/skills"), *ours(".claude/skills")}
    assert {key: there[key] for key in ours(".agents/skills")} == ours(".agents/skills")
    again = plumb("agents", "install")
    assert again.stdout.count("up to date") == 2
    assert everything(tmp_path) == there
    plumb("agents", "install", "--uninstall", "--claude")
    assert not (tmp_path / ".claude").exists()
    plumb("agents", "install", "--uninstall")
    assert everything(tmp_path) == {"pyproject.toml": ""}
    assert plumb("agents", "install", "--uninstall").stdout == "there are no skills of plumb here\n"


def test_without_a_flag_they_go_to_claude_only_where_claude_is(plumb: Plumb, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "src").mkdir()
    plumb("agents", "install", cwd=tmp_path / "src")
    assert {path.name for path in tmp_path.iterdir()} == {"pyproject.toml", "src", ".agents"}
    plumb("agents", "install", "--user", env={"HOME": str(tmp_path / "src")})
    assert (tmp_path / "src/.agents/skills/fastapi-init/SKILL.md").is_file()


def test_a_file_of_the_user_is_never_touched(plumb: Plumb, tmp_path: Path) -> None:
    mine = tmp_path / ".agents/skills/fastapi-audit/SKILL.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    (tmp_path / ".agents/skills/notes.md").write_text("mine too")
    done = plumb("agents", "install")
    assert done.returncode == 2
    assert done.stderr == (
        "plumb: .agents/skills/fastapi-audit/SKILL.md is not as plumb wrote it; "
        "rename its folder to keep it, or remove it\n"
    )
    assert len(everything(tmp_path)) == 2
    mine.unlink()
    assert plumb("agents", "install").returncode == 0
    mine.write_text("mine again")
    assert plumb("agents", "install").returncode == 2
    done = plumb("agents", "install", "--uninstall")
    assert "left as you have changed it: .agents/skills/fastapi-audit/SKILL.md" in done.stdout
    assert everything(tmp_path) == {
        ".agents/skills/fastapi-audit/SKILL.md": "mine again",
        ".agents/skills/notes.md": "mine too",
    }


def test_an_older_version_is_brought_up_to_date(plumb: Plumb, tmp_path: Path) -> None:
    plumb("agents", "install", "--agents")
    now = everything(tmp_path)
    place, page = tmp_path / ".agents/skills", "fastapi-init/SKILL.md"
    record = json.loads((place / ".plumb.json").read_text())
    (place / page).write_text("an older one")
    (place / "fastapi-init/old.md").write_text("an older one")
    for digest, code in (("0" * 64, 2), (hashlib.sha256(b"an older one").hexdigest(), 0)):
        record["files"] |= {page: digest, "fastapi-init/old.md": digest}
        (place / ".plumb.json").write_text(json.dumps(record))
        assert plumb("agents", "install").returncode == code
    assert everything(tmp_path) == now


@pytest.mark.parametrize("link", [".agents", ".agents/skills/fastapi-init"])
def test_nothing_is_written_through_a_link_that_leaves_the_project(
    plumb: Plumb,
    tmp_path: Path,
    link: str,
) -> None:
    root, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    (root / link).parent.mkdir(parents=True)
    elsewhere.mkdir()
    (root / link).symlink_to(elsewhere)
    (root / "pyproject.toml").write_text("")
    done = plumb("agents", "install", "--agents", cwd=root)
    assert done.returncode == 2
    assert "is behind a symbolic link; plumb does not write through it" in done.stderr
    assert list(elsewhere.iterdir()) == []


# In a project


def test_the_tools_of_a_generated_project_stay_content(plumb: Plumb, tmp_path: Path) -> None:
    plumb("agents", "install", "--claude", "--agents")
    (tmp_path / "AGENTS.md").write_text("# Ours\n\nAsk before you push.\n")
    made = plumb("init", "--name", "shop", *OFFLINE)
    assert made.returncode == 0, made.stderr
    ruff = PLUMB.with_name("ruff")
    for command in (["check", "."], ["format", "--check", "."]):
        done = subprocess.run([ruff, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    assert plumb("audit").stdout.startswith("No findings")
    page = (tmp_path / "AGENTS.md").read_text()
    assert page.startswith(f"# Ours\n\nAsk before you push.\n\n{BEGIN}\n# For coding agents\n")
    assert page.endswith(f"{END}\n")


def test_only_what_is_between_the_marks_is_replaced() -> None:
    part = f"{BEGIN}\nnew\n{END}\n"
    assert merged("", part) == part
    assert merged("mine\n", part) == f"mine\n\n{part}"
    assert merged(f"mine\n{BEGIN}\nold\n{END}\nmine too\n", part) == f"mine\n{part}mine too\n"
    assert merged(part, part) == part
    assert merged("mine\r\n", part) == f"mine\n\n{part}".replace("\n", "\r\n")
    assert merged(f"{BEGIN} without an end\n", part) == f"{BEGIN} without an end\n\n{part}"
