"""Code that imports whatever it finds in a folder: what moves out is missed, what moves in is loaded."""

from restructure.catalogue import RESULT, Case
from restructure.projects import module, packages

SEARCH = {
    "pkgutil": "import pkgutil\nfrom importlib import import_module\n\nimport app.wallets\n\n"
    "result = sorted(import_module(f'app.wallets.{m.name}').NAME for m in pkgutil.iter_modules(app.wallets.__path__))\n",
    "a pattern of files": "from importlib import import_module\nfrom pathlib import Path\n\nresult = sorted(\n"
    "    import_module(f'app.wallets.{path.stem}').NAME\n    for path in (Path(__file__).parent / 'wallets').glob('*.py')\n    if path.stem != '__init__'\n)\n",
}

CASES = (
    {
        f"{way}: out of it": Case(
            {
                **packages("app", "app/wallets"),
                "app/wallets/own.py": "NAME = 'own'\n",
                "app/wallets/void.py": "NAME = 'void'\n",
                "app/main.py": text,
            },
            (module("app.wallets.own", "app.own.wallet"),),
            refused=r"imports what it finds in app/wallets: app\.wallets\.own would be missed",
        )
        for way, text in SEARCH.items()
    }
    | {
        f"{way}: into it": Case(
            {
                **packages("app", "app/wallets"),
                "app/own.py": "OTHER = 'own'\n",
                "app/wallets/void.py": "NAME = 'void'\n",
                "app/main.py": text,
            },
            (module("app.own", "app.wallets.own"),),
            refused=r"imports what it finds in app/wallets: app\.own would be found there",
        )
        for way, text in SEARCH.items()
    }
    | {
        "the whole of it": Case(
            {
                **packages("app", "app/wallets"),
                "app/wallets/own.py": "NAME = 'own'\n",
                "app/main.py": SEARCH["pkgutil"],
            },
            (module("app.wallets", "app.money.wallets"),),
            RESULT,
            wrong=(("app/main.py", "import_module(f'app.money.wallets.", "import_module(f'app.wallets."),),
        )
    }
)
