"""Injectors, schedulers and admin pages that take names of modules, or search packages for what they serve."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

# What dependency-injector does with its wiring: it walks packages and fills what is marked.
INJECTOR = """import pkgutil
from importlib import import_module


def inject(function):
    function.is_injected = True
    return function


class WiringConfiguration:
    def __init__(self, modules=(), packages=()):
        self.modules, self.packages = list(modules), list(packages)


class Container:
    wiring_config = WiringConfiguration()

    def wire(self, modules=(), packages=()):
        found = [import_module(name) for name in (*modules, *self.wiring_config.modules)]
        for name in (*packages, *self.wiring_config.packages):
            package = import_module(name)
            walked = pkgutil.walk_packages(package.__path__, package.__name__ + ".")
            found += [package, *(import_module(m.name) for m in walked)]
        return sorted(m.run() for m in found if getattr(getattr(m, "run", None), "is_injected", False))
"""
MARKED = "from dependency_injector import inject\n\n\n@inject\ndef run() -> str:\n    return '{0}'\n"
FILES = {
    **packages("app", "app/users", "app/items"),
    "dependency_injector.py": INJECTOR,
    "app/users/service.py": MARKED.format("users"),
    "app/items/service.py": MARKED.format("items"),
}
MAIN = "from dependency_injector import Container, WiringConfiguration\n\n\nclass Own(Container):\n    wiring_config = WiringConfiguration({0})\n\n\nresult = Own().wire()\n"
STRAWBERRY = "from importlib import import_module\n\n\nclass lazy:\n    def __init__(self, name, package=None):\n        self.found = import_module(name, package)\n"

CASES = {
    "modules by name": Case(
        {**FILES, "app/main.py": MAIN.format("modules=['app.users.service', 'app.items.service']")},
        (module("app.users.service", "app.people.service"),),
        RESULT,
        wrong=(("app/main.py", "'app.people.service'", "'app.users.service'"),),
    ),
    "a package around all": Case(
        {
            **FILES,
            "app/main.py": MAIN.format("packages=['app.users', 'app.items']").replace(
                "result", "if __name__ != '__main__':\n    result"
            ),
        },
        (module("app.users", "app.people.users"),),
        RESULT,
        has=(("app/people/__init__.py", ""),),
        wrong=(("app/main.py", "'app.people.users'", "'app.users'"),),
    ),
    "a module that leaves the package that is wired": Case(
        {**FILES, "app/main.py": MAIN.format("packages=['app.users']")},
        (module("app.users.service", "app.people.service"),),
        refused=r"app/main\.py:5:\d+ imports what it finds in app/users: app\.users\.service would be missed",
    ),
    "tasks that are discovered": Case(
        {
            **packages("app", "app/users"),
            "app/users/tasks.py": "from celery import shared_task\n\n\n@shared_task(name='clean')\ndef clean() -> None: ...\n",
            "app/main.py": "from celery import Celery\n\ncelery = Celery()\ncelery.autodiscover_tasks(['app.users'], force=True)\n",
        },
        (module("app.users.tasks", "app.jobs.users"),),
        refused=r"app/main\.py:4:1 imports what it finds in app/users: app\.users\.tasks would be missed",
    ),
    "a type that is found later": Case(
        {
            **packages("app", "app/users"),
            "strawberry.py": STRAWBERRY,
            "app/users/types.py": "NAME = 'user'\n",
            "app/users/schema.py": "import strawberry\n\nUser = strawberry.lazy('app.users.types')\n",
            "app/main.py": "from app.users.schema import User\n\nresult = User.found.NAME\n",
        },
        (module("app.users.types", "app.people.types"),),
        RESULT,
        wrong=(("app/users/schema.py", "'app.people.types'", "'app.users.types'"),),
    ),
    "a name with a dot in front": Case(
        {
            **packages("app", "app/users"),
            "app/users/types.py": "NAME = 'user'\n",
            "app/users/schema.py": "from importlib import import_module\n\nUser = import_module('.types', package=__package__)\n",
            "app/main.py": "from app.users.schema import User\n\nresult = User.NAME\n",
        },
        (module("app.users.types", "app.people.types"),),
        refused=r"app/users/schema\.py:3:\d+: `\.types` means app\.users\.types",
    ),
    "views of an admin": Case(
        {
            **packages("app"),
            "app/admin.py": "class UserView:\n    name = 'users'\n",
            "app/main.py": "from importlib import import_module\n\n\ndef import_string(name: str) -> object:\n    module, _, last = name.rpartition('.')\n"
            "    return getattr(import_module(module), last)\n\n\nresult = import_string('app.admin.UserView').name\n",
        },
        (module("app.admin", "app.back.office"),),
        RESULT,
        wrong=(("app/main.py", "'app.back.office.UserView'", "'app.admin.UserView'"),),
    ),
}
