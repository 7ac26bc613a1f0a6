"""`env.py` imports a module so that tables exist: without it Alembic would drop them, and nothing else differs."""

from restructure.catalogue import Case
from restructure.projects import definitions, module, packages

BASE = "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase): ...\n"
TABLE = (
    "\n\nclass {0}(Base):\n    __tablename__ = '{0}'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
)
HEAD = "from app.base import Base\nfrom sqlalchemy.orm import Mapped, mapped_column\n"
ASK = "import sys; sys.path.append('alembic'); import env; result = sorted(env.target_metadata.tables)"
TWO = {
    **packages("app"),
    "app/models/__init__.py": "",
    "app/base.py": BASE,
    "app/models/user.py": HEAD + TABLE.format("User"),
    "app/models/item.py": HEAD + TABLE.format("Item"),
    "alembic/versions/first.py": "",
}
LIST = "from app.base import Base\nfrom app.models import item, user  # noqa: F401\n\ntarget_metadata = Base.metadata\n"
WALK = (
    "import pkgutil\nfrom importlib import import_module\n\nfrom app.base import Base\n\npackage = import_module('app.models')\n"
    "for found in pkgutil.iter_modules(package.__path__):\n    import_module(f'app.models.{found.name}')\n\ntarget_metadata = Base.metadata\n"
)

CASES = {
    "the module of all tables is split": Case(
        {
            **packages("app"),
            "app/models.py": BASE + TABLE.format("User") + TABLE.format("Item"),
            "alembic/env.py": "from app.models import Base\n\ntarget_metadata = Base.metadata\n",
        },
        (
            definitions("Base", "app.models", "app.database"),
            definitions("User", "app.models", "app.users.models"),
            definitions("Item", "app.models", "app.items.models"),
        ),
        ASK,
        wrong=(("alembic/env.py", "from app import models  # noqa: F401\n", ""),),
    ),
    "a list of imports": Case(
        {**TWO, "alembic/env.py": LIST},
        (module("app.models.user", "app.users.models"), module("app.models.item", "app.items.models")),
        ASK,
        wrong=(("alembic/env.py", "from app.users import models as user  # noqa: F401\n", ""),),
    ),
    "a package that is searched": Case(
        {**TWO, "alembic/env.py": WALK},
        (module("app.models.user", "app.users.models"),),
        refused=r"alembic/env\.py:7:14 imports what it finds in app/models: app\.models\.user would be missed",
    ),
}
