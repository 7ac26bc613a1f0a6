"""Modules that get one name, `router`, in several slices: the last import wins, and the routes of the others are gone."""

from restructure.catalogue import Case
from restructure.projects import module, packages

ROUTER = "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/{0}')\n\n\n@router.get('/')\ndef read_{0}() -> str:\n    return '{0}'\n"

CASES = {
    "routers": Case(
        {
            **packages("app", "app/api"),
            "app/api/items.py": ROUTER.format("items"),
            "app/api/users.py": ROUTER.format("users"),
            "app/main.py": "from fastapi import FastAPI\n\nfrom app.api import items, users\n\napp = FastAPI()\n"
            "app.include_router(items.router)\napp.include_router(users.router)\n",
        },
        (module("app.api.items", "app.items.router"), module("app.api.users", "app.users.router")),
        wrong=(
            (
                "app/main.py",
                "from app.items import router as items\nfrom app.users import router as users\n",
                "from app.items import router\nfrom app.users import router\n",
            ),
            (
                "app/main.py",
                "app.include_router(items.router)\napp.include_router(users.router)\n",
                "app.include_router(router.router)\napp.include_router(router.router)\n",
            ),
        ),
    )
}
