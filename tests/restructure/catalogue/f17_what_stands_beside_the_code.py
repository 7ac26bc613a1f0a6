"""Comments, `# type: ignore`, decorators, blank lines, line ends: a mover that prints a tree loses what is not in it."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, module, packages

ODD = """import os, sys   # both
from app.api import (
    items,  # noqa: F401
    users,  # type: ignore[attr-defined]
)


@(
    lambda f:   # odd, but allowed
    f
)
def  shown( a=1,
            b = 2 ) :   # pragma: no cover
    \"\"\"Show.\"\"\"


    return [ a,b,
    ]  ;


X = { 'a' :1 }   # fmt: skip
"""
FILES = {
    **packages("app", "app/api"),
    "app/api/items.py": ODD.replace(
        "from app.api import (\n    items,  # noqa: F401\n    users,  # type: ignore[attr-defined]\n)\n", ""
    ),
    "app/api/users.py": "NAME = 'users'\n",
    "app/main.py": ODD + "result = [items.shown(), users.NAME, shown(), X]\n",
}
MAIN = FILES["app/main.py"].replace(
    "from app.api import (\n    items,  # noqa: F401\n    users,  # type: ignore[attr-defined]\n)\n",
    "from app.items import (\n    router as items,  # noqa: F401\n)\nfrom app.users import router as users  # type: ignore[attr-defined]\n",
)

CASES = {
    "modules": Case(
        FILES,
        (module("app.api.items", "app.items.router"), module("app.api.users", "app.users.router")),
        RESULT,
        has=(("app/main.py", MAIN), ("app/items/router.py", FILES["app/api/items.py"])),
        wrong=(("app/items/router.py", "# pragma: no cover", ""),),
    ),
    "a definition": Case(
        FILES,
        (definitions("shown", "app.api.items", "app.shown"),),
        RESULT,
        has=(("app/shown.py", ODD[ODD.index("@(") : ODD.index("\n\nX =")]),),
        wrong=(("app/shown.py", "lambda f:   # odd, but allowed", "lambda f:"),),
    ),
    "line ends, tabs and a mark": Case(
        {
            path: "\ufeff" + text.replace("\n", "\r\n").replace("    return", "\treturn")
            if path.endswith("users.py")
            else text
            for path, text in FILES.items()
        }
        | {"app/main.py": "\ufefffrom app.api import users\r\n\r\nif users:\r\n\tresult = users.NAME\r\n"},
        (module("app.api.users", "app.users.router"),),
        RESULT,
        has=(
            ("app/main.py", "\ufefffrom app.users import router as users\r\n\r\nif users:\r\n\tresult"),
            ("app/users/router.py", "\ufeffNAME = 'users'\r\n"),
        ),
        wrong=(("app/main.py", "\tresult = users.NAME", "\tresult = users"),),
    ),
}
