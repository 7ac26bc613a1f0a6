"""A task is known to its queue by its module: after the move, what was sent before is lost."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

TASKS = """from celery import Celery, shared_task

celery = Celery(include=["app.tasks"], set_as_current=True)


@celery.task
def one() -> None: ...


@shared_task(bind=True)
def two(self: object) -> None: ...
"""

CASES = {
    "Celery": Case(
        {
            **packages("app"),
            "app/tasks.py": TASKS,
            "app/main.py": "from app.tasks import celery\n\ncelery.loader.import_default_modules()\n"
            "result = sorted(name for name in celery.tasks if not name.startswith('celery.'))\n"
            "sent = celery.signature('app.tasks.one')\n",
        },
        (module("app.tasks", "app.jobs.tasks"),),
        RESULT,
        has=(
            ("app/main.py", "celery.signature('app.tasks.one')"),
            ("app/jobs/tasks.py", 'include=["app.jobs.tasks"]'),
        ),
        wrong=(("app/jobs/tasks.py", '(name="app.tasks.one")', ""),),
    ),
    "a job store": Case(
        {
            **packages("app"),
            "app/jobs.py": "def clean() -> str:\n    return 'clean'\n",
            "app/main.py": "from importlib import import_module\n\nSTORE = []\n\n\ndef add_job(what: str) -> None:\n    STORE.append(what)\n\n\n"
            "add_job('app.jobs:clean')\nmodule, _, name = STORE[0].partition(':')\nresult = getattr(import_module(module), name)()\n",
        },
        (module("app.jobs", "app.cleaning.jobs"),),
        RESULT,
        wrong=(("app/main.py", "'app.cleaning.jobs:clean'", "'app.jobs:clean'"),),
    ),
}
