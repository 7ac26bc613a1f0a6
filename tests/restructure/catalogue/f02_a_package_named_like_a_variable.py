"""`import app.posts.models` binds `app`, which was the application: of a package and a variable of one name, one is lost."""

from restructure.catalogue import TESTS, Case
from restructure.projects import module, packages

CASES = {
    name: Case(
        {
            **packages(name),
            f"{name}/models.py": "class Post: ...\n",
            f"{name}/main.py": f"class Settings:\n    title = 'x'\n\n\n{name} = Settings()\n",
            "tests/test_posts.py": f"from {name}.main import {name}\nfrom {name} import models\n\n\n"
            f"def test_posts() -> None:\n    assert {name}.title == 'x'\n    assert models.Post\n",
        },
        (module(f"{name}.models", f"{name}.posts.models"),),
        TESTS,
        wrong=(
            (
                "tests/test_posts.py",
                f"from {name}.posts import models",
                f"import {name}.posts.models\nfrom {name}.posts import models",
            ),
        ),
    )
    for name in ("app", "config", "core", "db")
}
