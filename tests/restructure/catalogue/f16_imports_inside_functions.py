"""An import inside a function breaks a circle; at the top of the file it closes it."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

CASES = {
    "it stays inside": Case(
        {
            **packages("app", "app/crud"),
            "app/crud/users.py": "from app.crud.items import count\n\n\ndef user() -> int:\n    return count()\n",
            "app/crud/items.py": "def count() -> int:\n    return 1\n\n\ndef owner() -> int:\n    from app.crud.users import user\n\n    return user()\n",
            "app/main.py": "from app.crud.items import owner\n\nresult = owner()\n",
        },
        (module("app.crud.users", "app.users.crud"), module("app.crud.items", "app.items.crud")),
        RESULT,
        wrong=(
            ("app/items/crud.py", "    from app.users.crud import user\n\n", ""),
            ("app/items/crud.py", "def count()", "from app.users.crud import user\n\n\ndef count()"),
        ),
    )
}
