"""Folders without `__init__.py`: one more makes tests import otherwise, one fewer hides a package from who walks packages."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

CASES = {
    "none is added": Case(
        {
            "app/main.py": "import os\n\nfrom app.apis.a import mainmod\n\nresult = [mainmod.run(), sorted(f for _, _, fs in os.walk('app') for f in fs if f == '__init__.py')]\n",
            "app/apis/a/mainmod.py": "from app.apis.a.sub import VALUE\n\n\ndef run() -> int:\n    return VALUE\n",
            "app/apis/a/sub.py": "VALUE = 3\n",
        },
        (module("app.apis.a.mainmod", "app.features.a"),),
        RESULT,
        wrong=(("app/main.py", "import a as mainmod", "import a"),),
    ),
    "a package that moves into a new folder stays in packages": Case(
        {
            **packages("app", "app/users", "app/users/adapter"),
            "app/users/adapter/api.py": "NAME = 'api'\n",
            "app/main.py": "import pkgutil\n\nimport app\n\nfound = [m.name for m in pkgutil.walk_packages(app.__path__, 'app.')]\n"
            "result = len([name for name in found if name.endswith('.api')])\n",
        },
        (module("app.users.adapter", "app.adapters.users"),),
        RESULT,
        has=(("app/adapters/__init__.py", ""),),
    ),
}
