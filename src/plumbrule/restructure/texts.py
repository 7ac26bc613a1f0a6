"""Files that are not Python: commands, configuration, documents that name modules or their files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.restructure.addresses import Address, address, holds
from plumbrule.restructure.names import is_within
from plumbrule.restructure.tree import NAMED, folders_above

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site

PROSE = (".md", ".rst", ".txt", ".j2", ".template", ".mako")
COMMAND = re.compile(
    r"(?:^|[\s\"'\[,=])(?:uvicorn|gunicorn|hypercorn|granian|fastapi|celery|arq|dramatiq|taskiq|rq|huey|alembic|"
    r"mypy|pytest|coverage|pylint|watchfiles|import|-c|-m|-A|-k|--app|--cov|--module)[\s\"',=]"
)
KEYS = {
    *(
        "module",
        "modules",
        "app",
        "entrypoint",
        "omit",
        "source",
        "source_pkgs",
        "include",
        "exclude",
        "packages",
    ),
    *("layers", "containers", "root_package", "root_packages", "source_modules", "forbidden_modules"),
    *("ignore_imports", "allowed_importers", "protected_modules", "importers", "depends_on"),
    *("qualname", "class", "factory", "()", "script_location", "testpaths", "known_first_party", "plugins"),
    *("addopts", "exec", "command", "cmd", "args", "entry", "imports"),
}
SHELLS = (".sh", ".bash", ".zsh", ".service")
STEPS = {"run", "script", "before_script", "after_script"}
"""keys whose value is a line of a shell"""
INTRODUCES = re.compile(r"^\s*(?:- )?(?:[\w.-]+[:=]\s+)?(?:(?:RUN|CMD|ENTRYPOINT|exec|sudo|nohup)\s+)*[@-]?")
SAYS = ("echo", "printf", "LABEL", "#", "export")
SPOKEN = {"name", "description", "title", "summary", "message", "label", "labels"}
SECTIONS = (
    "importlinter",
    "mypy",
    "coverage",
    "logger",
    "entry_points",
    "scripts",
    "per-file-ignores",
    "tach",
    "ruff",
    "package-data",
    "package_data",
)
ROOT_OF_EDITOR = b"${workspaceFolder}"
EDITORS = (".vscode/launch.json", ".vscode/tasks.json", ".vscode/settings.json")
# A test that replaces what a variable names: then data of the tests are names of what is replaced.
BY_VARIABLE = re.compile(
    rb"(?:(?<![\w.])patch|\b(?:mocker|mock|monkeypatch)\.(?:patch|setattr))\(\s*[A-Za-z_][\w.]*\s*[,)]"
)
TOKEN = re.compile(rb"[\w./-]*[\w]\.py\b")


def rewrite_texts(site: Site, pattern: re.Pattern[bytes]) -> None:
    """Edit what commands and configuration say of modules and files that move; list what documents say."""
    for path, text in site.tree.files.items():
        if not path.endswith(".py"):
            for found in pattern.finditer(text):
                _rewrite_name(site, path, found.start())
            if b".py" in text:
                _rewrite_paths(site, path, text)


def _rewrite_name(site: Site, path: str, start: int) -> None:
    text = site.tree.files[path]
    end = start
    while end < len(text) and re.match(rb"[\w.:]", text[end : end + 1]):
        end += 1
    written = text[start:end].decode("utf-8", "replace").rstrip(".:")
    found = address(site, written, path)
    if found is None or found.after == found.text:
        return
    if why := _doubt(site, path, start, found):
        site.mention(path, start, written, why)
    else:
        site.edits.replace(path, start, start + len(written.encode()), found.after, "configuration")


def _doubt(site: Site, path: str, start: int, found: Address) -> str | None:
    """Why a text may not be a reference, or not one to be edited; None if it is one."""
    if path.endswith(PROSE):
        return "a document"
    if found.is_entry:
        return None if holds(site, found) else "names something that is not there"
    text = site.tree.files[path]
    line = text[text.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")
    if line.lstrip().startswith(("#", ";", "//")):
        return "a comment"
    if path.endswith(".json") and not path.endswith(EDITORS):
        return None if found.rest and holds(site, found) and _replaced_by_data(site, path) else "data"
    key = _key(line, text, start).rpartition(".")[2]
    if key not in SPOKEN and (COMMAND.search(line) or _section(path, text, start) or key in KEYS):
        return None
    if (_is_script(path) or key in STEPS) and _is_argument(line, text[start + len(found.text.encode()) :]):
        return None
    return "nothing tells that this is looked up"


def _is_script(path: str) -> bool:
    """Whether the lines of a file are commands."""
    return path.endswith(SHELLS) or path.rpartition("/")[2].startswith(NAMED)


def _is_argument(line: str, rest: bytes) -> bool:
    """Whether what follows a part of a line of a shell is a word of its own that a program is given."""
    command = INTRODUCES.sub("", re.split(r"&&|[;|]", line)[-1]).lstrip()
    alone = line.endswith((" ", "\t", '"', "'")) and not re.match(rb"[^\s\"';|&)]", rest)
    return bool(command.strip("\"' ")) and alone and not command.startswith(SAYS)


def _replaced_by_data(site: Site, path: str) -> bool:
    """Whether a file of data belongs to tests that take the names of what they replace from data."""
    folders = [folder for folder in folders_above(path) if folder.rpartition("/")[2] in ("test", "tests")]
    return any(
        is_within(other, folder) and BY_VARIABLE.search(site.tree.files[other])
        for folder in folders
        for other in site.tree.python
    )


def _section(path: str, text: bytes, start: int) -> bool:
    """Whether the section of a configuration that a byte is in speaks of modules."""
    if path.endswith("tach.toml"):
        return True
    if not path.endswith((".toml", ".cfg", ".ini")):
        return False
    headers = re.findall(rb"^\s*\[+([^\]\n]*)", text[: start + 1], re.MULTILINE)
    return bool(headers) and any(word in headers[-1].decode("utf-8", "replace") for word in SECTIONS)


def _key(line: str, text: bytes, start: int) -> str:
    """The key whose value a byte is part of: on the same line, or above an indented list."""
    at = start
    while True:
        if found := re.match(r"\s*(?:- )?[\"']?([\w().-]+)[\"']?\s*[:=](?!\w)", line):
            return found.group(1)
        at = text.rfind(b"\n", 0, at)
        if at < 0 or not re.match(r"[\s\-\"'\]]", line or " "):
            return ""
        line = text[text.rfind(b"\n", 0, at) + 1 : at].decode("utf-8", "replace")


def _rewrite_paths(site: Site, path: str, text: bytes) -> None:
    for token in TOKEN.finditer(text):
        written = token.group().decode("utf-8", "replace")
        if text.endswith(ROOT_OF_EDITOR, 0, token.start()):
            written = written.lstrip("/")
        if meant := _meant(site, path, written):
            short, new = meant
            if path.endswith((*PROSE, ".json")) and not path.endswith(EDITORS):
                site.mention(path, token.start(), written, "a document")
            else:
                site.edits.replace(path, token.end() - len(short), token.end(), new, "configuration")


def _meant(site: Site, path: str, written: str) -> tuple[str, str] | None:
    """The file that moves and that a path ends with, as it is named from a root before and after."""
    folder, named = path.rpartition("/")[0], written.removeprefix("./")
    bases = sorted({"", folder, *site.names.roots}, key=len, reverse=True)
    for old, new in site.whole.files.items():
        for base in bases:
            if not is_within(old, base) or not is_within(new, base):
                continue
            short = old.removeprefix(base + "/" if base else "")
            longer = (
                "/" in short and named.endswith("/" + short) and named.lstrip("./") not in site.tree.paths
            )
            if named == short or longer:
                return short, new.removeprefix(base + "/" if base else "")
    return None
