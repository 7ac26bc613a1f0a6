"""Tests replace a dependency by the object: a second copy of the function after a split is another key."""

from restructure.catalogue import TESTS, Case
from restructure.projects import definitions, packages

CASES = {
    "overrides": Case(
        {
            **packages("app"),
            "app/deps.py": "def get_db() -> str:\n    return 'real'\n\n\ndef get_user() -> str:\n    return 'u'\n",
            "app/main.py": "from fastapi import Depends, FastAPI\n\nfrom app.deps import get_db, get_user\n\napp = FastAPI()\n\n\n"
            "@app.get('/')\ndef read(db: str = Depends(get_db), user: str = Depends(get_user)) -> list[str]:\n    return [db, user]\n",
            "tests/test_app.py": "from fastapi.testclient import TestClient\n\nfrom app import deps\nfrom app.main import app\n\n\n"
            "def test_it_is_replaced() -> None:\n    app.dependency_overrides[deps.get_db] = lambda: 'fake'\n"
            "    assert TestClient(app).get('/').json() == ['fake', 'u']\n",
        },
        (definitions("get_db", "app.deps", "app.database"),),
        TESTS,
        wrong=(
            (
                "app/main.py",
                "from app.database import get_db\n",
                "def get_db() -> str:\n    return 'real'\n\n\n",
            ),
        ),
    )
}
