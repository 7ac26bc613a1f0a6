"""Paths computed from `__file__`, or from the package: the file moves, and the path leads somewhere else."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

MAIN = "import os\n\nfrom app.mail.send import show\n\nresult = show()\n"
WAYS = {
    "pathlib": (
        "from pathlib import Path\n\nHERE = Path(__file__).parent / 'texts'\n",
        ".parent.parent",
        ".parent",
    ),
    "os.path": (
        "import os\n\nHERE = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'texts')\n",
        "os.path.dirname(os.path.dirname(os.path.realpath(__file__)))",
        "os.path.dirname(os.path.realpath(__file__))",
    ),
    "templates of Jinja": (
        (
            "from pathlib import Path\n\nfrom fastapi.templating import Jinja2Templates\n\n"
            "templates = Jinja2Templates(directory=str(Path(__file__).parent / 'texts'))\n"
            "HERE = templates.env.loader.searchpath[0]\n"
        ),
        ".parent.parent",
        ".parent",
    ),
    "static files": (
        (
            "from pathlib import Path\n\nfrom fastapi.staticfiles import StaticFiles\n\n"
            "HERE = StaticFiles(directory=Path(__file__).resolve().parent / 'texts').directory\n"
        ),
        ".parent.parent",
        ".parent",
    ),
    "resources of the package": (
        "from importlib.resources import files\n\nHERE = files(__package__) / 'texts'\n",
        '"app.mail"',
        "__package__",
    ),
}

SHOW = "\n\ndef show() -> str:\n    with open(f'{HERE}/hello.txt') as file:\n        return file.read()\n"

CASES = {
    way: Case(
        {
            **packages("app", "app/mail"),
            "app/mail/texts/hello.txt": "hello",
            "app/mail/send.py": text + SHOW,
            "app/main.py": MAIN,
        },
        (module("app.mail.send", "app.notifications.by.sending"),),
        RESULT,
        wrong=(("app/notifications/by/sending.py", right, wrong),),
    )
    for way, (text, right, wrong) in WAYS.items()
}
CASES["a use that is not understood"] = Case(
    {
        **packages("app", "app/mail"),
        "app/mail/send.py": "HERE = [part for part in __file__.split('/')][-2]\n" + SHOW,
        "app/main.py": MAIN,
    },
    (module("app.mail.send", "app.sending"),),
    refused=r"app/mail/send\.py:1:\d+: what `__file__` is used for here would change",
)
