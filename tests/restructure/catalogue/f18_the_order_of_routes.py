"""`/items/{id}` before `/items/me`: the paths are the same in another order, and another handler answers."""

from restructure.catalogue import Case
from restructure.projects import definitions, packages

MAIN = """from fastapi import FastAPI

app = FastAPI()


@app.get("/items/me")
def mine() -> str:
    return "me"


@app.get("/users/{id}")
def user(id: str) -> str:
    return id


@app.get("/items/{id}")
def item(id: str) -> str:
    return id


@app.get("/items/all")
def never() -> str:
    return "never reached"
"""
ASK = (
    "from fastapi.testclient import TestClient; from app.main import app; client = TestClient(app)\n"
    "result = [app.openapi(), [client.get(p).json() for p in ('/items/me', '/items/all', '/items/5', '/users/me')]]"
)

CASES = {
    "handlers become routers": Case(
        {**packages("app"), "app/main.py": MAIN},
        (
            definitions("mine item never", "app.main", "app.items.router"),
            definitions("user", "app.main", "app.users.router"),
        ),
        ASK,
        wrong=(
            (
                "app/main.py",
                "app.include_router(items_router)\napp.include_router(users_router)\napp.include_router(items_router_2)\n",
                "app.include_router(items_router_2)\napp.include_router(users_router)\napp.include_router(items_router)\n",
            ),
        ),
    )
}
