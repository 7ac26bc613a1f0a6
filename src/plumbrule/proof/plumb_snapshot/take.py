"""Take a snapshot: a request in one JSON file, the answer in another; what the project prints is lost."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

from .isolation import disconnect

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 400  # characters that are told of an error


def main(asked: str, answered: str) -> None:
    """Read what is asked, answer it; a failure is an answer too."""
    with open(asked, encoding="utf-8") as file:
        request = json.load(file)
    prepare(request)
    answer = attempted(lambda: answer_to(request))
    with open(answered, "w", encoding="utf-8") as file:
        json.dump(answer, file, ensure_ascii=True, default=str)
    sys.stdout.flush()
    os._exit(0)  # threads that the project has started must not keep us


def prepare(request: dict[str, Any]) -> None:
    """See the project's own folders first, and nothing of ours; connect to nothing unless that is allowed."""
    own = [os.path.realpath(p) for p in ("", os.path.dirname(os.path.dirname(__file__)))]
    kept = [p for p in sys.path if p and os.path.realpath(p) not in own]
    # The folder of a configuration comes last: a `types.py` in it must not be taken for the library's.
    sys.path[:] = [*request["paths"], *kept]
    if "folder" in request:
        sys.path.append(request["folder"])
        os.chdir(request["folder"])
    sys.argv = ["plumb-snapshot"]
    if not request.get("connections"):
        disconnect()


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """Everything that was asked for, by section."""
    if request["kind"] == "alembic":
        from .alembic import migrations

        found = migrations(request)
        foreign = strays(request)
        return (
            {"error": f"{foreign[0]} was loaded from another copy of the project"}
            if foreign
            else {"value": found}
        )
    from . import apps, tables, tasks

    found = apps.find(request["apps"])
    if request.get("lifespan"):
        for app in found.values():
            asyncio.run(start(app))
    told: dict[str, Any] = {
        "apps": {name: told_of(apps.sections(app)) for name, app in found.items()},
        "tables": attempted(lambda: {"value": tables.tables()}),
        "mappers": attempted(lambda: {"value": tables.mappers()}),
        "tasks": attempted(lambda: {"value": tasks.tasks()}),
    }
    told["modules"] = {name: imported(name) for name in request["modules"]}
    told["strays"] = strays(request)
    told["versions"] = versions()
    return {"value": told}


def told_of(sections: dict[str, Callable[[], Any]]) -> dict[str, Any]:
    """Sections one by one: what fails costs only itself."""
    return {name: attempted(lambda work=work: {"value": work()}) for name, work in sections.items()}  # type: ignore[misc]


async def start(app: Any) -> None:
    """Run the lifespan of an app, start and end."""
    async with app.router.lifespan_context(app):
        pass


def attempted(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What some work gives, or how it failed and where in the project."""
    try:
        return work()
    except BaseException as error:  # noqa: BLE001  a project may even call sys.exit while it is imported
        return {"error": failure(error)}


def failure(error: BaseException) -> str:
    """An error in one line, with the last place of the project that it passed."""
    said = " ".join(str(error).split())
    places = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(os.getcwd())
    ]
    said = said if len(said) <= MOST else f"{said[: MOST - 1]}…"
    return f"{type(error).__name__}: {said}{f' ({places[-1]})' if places else ''}"


def imported(name: str) -> str:
    """Whether a module can be imported."""
    try:
        importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001
        return failure(error)
    return "imported"


def strays(request: dict[str, Any]) -> list[str]:
    """Modules of the project that were loaded from another copy of it: then this is not its snapshot."""
    root = os.path.realpath(request["root"])
    return sorted(
        name
        for name in request["modules"]
        for file in [getattr(sys.modules.get(name), "__file__", None)]
        if file and not os.path.realpath(file).startswith(root + os.sep)
    )


def versions() -> dict[str, str]:
    """What runs here."""
    found = {"python": sys.version.split()[0]}
    for name in ("fastapi", "starlette", "pydantic", "sqlalchemy", "sqlmodel", "celery"):
        version = getattr(sys.modules.get(name), "__version__", None) or getattr(
            sys.modules.get(name), "VERSION", None
        )
        if version:
            found[name] = str(version)
    return found
