"""Servers, workers and packages name modules outside of Python: `uvicorn app.main:app`, `fastapi run app/main.py`."""

from restructure.catalogue import Case
from restructure.projects import module, packages

BEFORE = {
    "Dockerfile": 'CMD ["uvicorn", "app.main:app", "--port", "80"]\n',
    "Dockerfile.worker": "CMD celery -A app.tasks worker\n",
    "Procfile": "web: gunicorn app.main:app -k uvicorn.workers.UvicornWorker\nworker: dramatiq app.tasks\njobs: arq app.tasks.Settings\n",
    "compose.yaml": "services:\n  api:\n    command: fastapi run app/main.py --port 80\n",
    ".vscode/launch.json": '{"configurations": [\n  {\n    "module": "uvicorn",\n    "args": ["app.main:app", "--reload"]\n  },\n'
    '  {\n    "module": "app.main"\n  },\n  {"program": "${workspaceFolder}/app/main.py"}\n]}\n',
    "alembic.ini": "[alembic]\nscript_location = migrations\n\n[post_write_hooks]\nhooks = own\nown.type = module\nown.module = app.tasks\n",
    "pyproject.toml": '[project.scripts]\nserve = "app.main:run"\n\n[project.entry-points."shop.plugins"]\nmail = "app.tasks:Settings"\n\n'
    '[tool.fastapi]\nentrypoint = "app.main:app"\n',
    "setup.cfg": "[options.entry_points]\nconsole_scripts =\n    serve = app.main:run\n",
    "gunicorn.conf.py": 'wsgi_app = "app.main:app"\n',
    "app.service": "[Service]\nExecStart=/srv/venv/bin/gunicorn app.main:app\n",
}

CASES = {
    "commands": Case(
        {
            **packages("app"),
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef run() -> None: ...\n",
            "app/tasks.py": "class Settings: ...\n",
            "ask.py": "import tomllib\nfrom importlib import import_module\n\nfrom fastapi import FastAPI\n\n\n"
            "def found(name: str) -> str:\n    module, _, attribute = name.partition(':')\n"
            "    value = getattr(import_module(module), attribute)\n"
            "    return type(value).__name__ + ' ' + getattr(value, '__name__', '')\n\n\n"
            "project = tomllib.load(open('pyproject.toml', 'rb'))\nnames = [project['project']['scripts']['serve'],\n"
            "    project['project']['entry-points']['shop.plugins']['mail'], project['tool']['fastapi']['entrypoint']]\n"
            "result = [found(name) for name in names]\n",
            **BEFORE,
        },
        (module("app.main", "app.web.main"), module("app.tasks", "app.jobs.tasks")),
        "from ask import result",
        has=tuple(
            (
                path,
                text.replace("app.main", "app.web.main")
                .replace("app/main", "app/web/main")
                .replace("app.tasks", "app.jobs.tasks"),
            )
            for path, text in BEFORE.items()
        ),
        wrong=(("pyproject.toml", 'entrypoint = "app.web.main:app"', 'entrypoint = "app.main:app"'),),
    )
}
