"""`import *` and packages that offer what their modules define: a star gives what is there, and hides what is not."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, module, packages

FILES = {
    **packages("app"),
    "app/schemas/__init__.py": "from .item import *\nfrom .user import *\n\n__all__ = ['Item', 'User', 'UserIn']\n",
    "app/schemas/item.py": "__all__ = ['Item']\n\n\nclass Item: ...\n\n\nclass Hidden: ...\n",
    "app/schemas/user.py": "class User: ...\n\n\nclass UserIn(User): ...\n",
    "app/main.py": "from app.schemas import *\n\nresult = [Item.__name__, User.__name__, UserIn.__name__, 'Hidden' in globals()]\n",
}

CASES = {
    "modules behind a face": Case(
        FILES,
        (module("app.schemas.item", "app.items.schemas"), module("app.schemas.user", "app.users.schemas")),
        RESULT,
        wrong=(("app/schemas/__init__.py", "from ..users.schemas import *\n", ""),),
    ),
    "a definition behind a star": Case(
        FILES,
        (definitions("UserIn", "app.schemas.user", "app.users.schemas"),),
        RESULT,
        wrong=(("app/schemas/__init__.py", "UserIn", "UserOut"),),
    ),
}
