"""One tree, imported both as `app` and as `src.app`: what is spelled from the other root is made a second time."""

from restructure.catalogue import TESTS, Case
from restructure.projects import module, packages

CASES = {
    "each file keeps its root": Case(
        {
            **packages("src", "src/app", "src/app/core", "src/app/crud"),
            "src/app/core/base.py": "MADE = []\n\n\nclass Base:\n    def __init_subclass__(cls) -> None:\n        MADE.append(cls.__name__)\n",
            "src/app/crud/users.py": "from ..core.base import Base\n\n\nclass User(Base): ...\n",
            "src/app/main.py": "from .core.base import MADE\nfrom .crud import users\n",
            "src/worker.py": "from app.crud.users import User\n",
            "tests/test_made.py": "import sys\n\nsys.path.insert(0, '.')\n\nfrom src.app.crud.users import User\nfrom src.app.main import MADE\n\n\n"
            "def test_a_class_is_made_once() -> None:\n    assert MADE == ['User']\n    assert not [n for n in sys.modules if n.startswith('app.')]\n",
        },
        (module("app.crud.users", "app.users.repository"),),
        TESTS,
        has=(
            ("src/worker.py", "from app.users.repository import User\n"),
            ("tests/test_made.py", "from src.app.users.repository import User\n"),
        ),
        wrong=(("tests/test_made.py", "from src.app.users", "sys.path.insert(0, 'src')\nfrom app.users"),),
    )
}
