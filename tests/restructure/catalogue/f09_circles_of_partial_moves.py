"""One of two classes that need each other moves alone: the modules import each other, and the application does not start."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, packages

FILES = {
    **packages("app"),
    "app/models.py": "class Base: ...\n\n\nclass Item(Base):\n    name = 'item'\n\n\nclass User(Base):\n    of = Item\n",
    "app/main.py": "from app.models import Item, User\n\nresult = [Item.name, User.of.name, Item.__mro__[1].__name__]\n",
}

CASES = {
    "one alone": Case(
        FILES,
        (definitions("Item", "app.models", "app.items.models"),),
        refused=r"app\.items\.models would need `Base` of app\.models, which uses `Item`; move `Base` as well",
    ),
    "with what it stands on": Case(
        FILES,
        (
            definitions("Base", "app.models", "app.database"),
            definitions("Item", "app.models", "app.items.models"),
        ),
        RESULT,
        wrong=(("app/items/models.py", "from app.database import Base", "from app.models import Base"),),
    ),
}
