"""Schemas of one name: FastAPI puts the module into the key, so that the OpenAPI document changes with the move."""

from restructure.catalogue import Case
from restructure.projects import module, packages

OUT = "from pydantic import BaseModel\n\n\nclass Out(BaseModel):\n    {0}: int = 1\n"
FILES = {
    **packages("app", "app/items", "app/users"),
    "app/items/schemas.py": OUT.format("item"),
    "app/users/schemas.py": OUT.format("user"),
    "app/main.py": "from fastapi import FastAPI\n\nfrom app.items import schemas as items\nfrom app.users import schemas as users\n\n"
    "app = FastAPI()\n\n\n@app.get('/items')\ndef read_items() -> items.Out:\n    return items.Out()\n\n\n"
    "@app.get('/users')\ndef read_users() -> users.Out:\n    return users.Out()\n",
}

CASES = {
    "the key is pinned": Case(
        FILES,
        (module("app.items.schemas", "app.shop.items"),),
        wrong=(("app/shop/items.py", '    __module__ = "app.items.schemas"\n', ""),),
    ),
    "the key cannot be pinned": Case(
        {**FILES, "app/items/schemas.py": OUT.format("item").replace("int", "'int'")},
        (module("app.items.schemas", "app.shop.items"),),
        "result = 1",
        listed="app__items__schemas__Out → app__shop__items__Out",
    ),
}
