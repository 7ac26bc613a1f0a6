"""A test gets the fixtures of the folders above it: in another folder it gets others, or none."""

from restructure.catalogue import RESULT, TESTS, Case
from restructure.projects import module, packages

FIXTURE = "import pytest\n\n\n@pytest.fixture\ndef name() -> str:\n    return '{0}'\n"
FILES = {
    **packages("app"),
    "app/main.py": "",
    "app/users.py": "NAME = 'all'\n",
    "tests/conftest.py": FIXTURE.format("all"),
    "tests/admin/conftest.py": FIXTURE.format("admin"),
    "tests/admin/test_admin.py": "def test_admin(name: str) -> None:\n    assert name == 'admin'\n",
    "tests/test_users.py": "from app.users import NAME\n\n\ndef test_users(name: str) -> None:\n    assert name == NAME\n",
}

CASES = {
    "into the reach of other fixtures": Case(
        FILES,
        (module("tests.test_users", "tests.admin.test_users"),),
        refused=r"tests/test_users\.py would get the fixtures of tests/admin/conftest\.py",
    ),
    "out of the reach of its own": Case(
        FILES,
        (module("tests.admin.test_admin", "tests.test_admin"),),
        refused=r"tests/admin/test_admin\.py would lose the fixtures of tests/admin/conftest\.py",
    ),
    "what only has the name of one": Case(
        {
            **packages("app", "app/routers"),
            "app/routers/test_cases.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/cases')\n"
            "def read() -> int:\n    return 1\n",
            "app/main.py": "from app.routers.test_cases import router\n\nresult = router.routes[0].path\n",
        },
        (module("app.routers.test_cases", "app.test_cases.router"),),
        RESULT,
        wrong=(("app/main.py", "app.test_cases.router", "app.routers.test_cases"),),
    ),
    "to where pytest does not look": Case(
        FILES,
        (module("tests.test_users", "tests.users"),),
        refused=r"tests/test_users\.py holds tests, and pytest would not find them in tests/users\.py",
    ),
    "to a folder with the same fixtures": Case(
        FILES,
        (module("tests.test_users", "tests.people.test_users"), module("app.users", "app.people.names")),
        TESTS,
        wrong=(("tests/people/test_users.py", "assert name == NAME", "assert name == 'admin'"),),
    ),
    "the fixtures themselves": Case(
        FILES,
        (module("tests.admin.conftest", "tests.people.conftest"),),
        refused="serves the tests of its folder; move its fixtures by hand",
    ),
}
