"""Files that say which packages are shipped, measured, checked or allowed: what moves is in none of their lists."""

from restructure.catalogue import Case
from restructure.projects import module, packages

PROJECT = """[project]
name = "shop"

[tool.setuptools]
packages = ["app", "app.mail"]

[tool.setuptools.package-data]
"app.mail" = ["texts/*.txt"]

[tool.hatch.build.targets.wheel]
include = ["app/mail/send.py"]

[tool.coverage.run]
omit = ["app/mail/send.py"]

[tool.ruff.lint.per-file-ignores]
"app/mail/send.py" = ["S105"]

[[tool.mypy.overrides]]
module = ["app.mail.send", "jose.*"]
ignore_errors = true

[[tool.importlinter.contracts]]
name = "app.mail.send is at the bottom"
type = "forbidden"
source_modules = ["app.mail.send"]
forbidden_modules = ["app.main"]
"""
ASK = """
import pathlib, tomllib
tools = tomllib.loads(pathlib.Path("pyproject.toml").read_text())["tool"]
listed = {package.replace(".", "/") for package in tools["setuptools"]["packages"]}
shipped = {str(p.parent) for p in pathlib.Path("app").rglob("*.py") if p.name != "__init__.py"}
paths = [*tools["hatch"]["build"]["targets"]["wheel"]["include"], *tools["coverage"]["run"]["omit"], *tools["ruff"]["lint"]["per-file-ignores"]]
modules = [tools["mypy"]["overrides"][0]["module"][0], tools["importlinter"]["contracts"][0]["source_modules"][0]]
data = [next(pathlib.Path(p.replace(".", "/")).glob(g)).name for p, (g,) in tools["setuptools"]["package-data"].items()]
result = [shipped <= listed, [pathlib.Path(p).is_file() for p in paths], [pathlib.Path(m.replace(".", "/") + ".py").is_file() for m in modules], data]
"""
FILES = {
    **packages("app", "app/mail"),
    "app/main.py": "from app.mail.send import send\n\nresult = send()\n",
    "app/mail/send.py": "def send() -> str:\n    return 'sent'\n",
    "app/mail/texts/hello.txt": "hello",
    "pyproject.toml": PROJECT,
}

CASES = {
    "a package": Case(
        FILES,
        (module("app.mail", "app.letters"),),
        ASK,
        wrong=(("pyproject.toml", '"app.letters" = ["texts', '"app.mail" = ["texts'),),
    ),
    "a module, to a package that is not listed": Case(
        FILES,
        (module("app.mail.send", "app.letters.send"),),
        refused=r"pyproject\.toml:5 lists the packages that are shipped, without app\.letters",
    ),
    "a module, where packages are found": Case(
        {
            **FILES,
            "pyproject.toml": PROJECT.replace(
                'packages = ["app", "app.mail"]', 'packages.find = { include = ["app*"] }'
            ),
        },
        (module("app.mail.send", "app.letters.send"),),
        ASK.replace('tools["setuptools"]["packages"]', '["app", "app.mail", "app.letters"]'),
        wrong=(("pyproject.toml", 'omit = ["app/letters/send.py"]', 'omit = ["app/mail/send.py"]'),),
    ),
    "settings of another tool": Case(
        {
            **{path: text for path, text in FILES.items() if path != "pyproject.toml"},
            "setup.cfg": "[mypy-app.mail.send]\nignore_errors = True\n",
            ".coveragerc": "[run]\nomit =\n    app/mail/send.py\n",
            "tach.toml": '[[modules]]\npath = "app.mail.send"\ndepends_on = []\n',
        },
        (module("app.mail.send", "app.letters.send"),),
        "from app.main import result; result = result",
        has=(
            ("setup.cfg", "[mypy-app.letters.send]"),
            (".coveragerc", "app/letters/send.py"),
            ("tach.toml", 'path = "app.letters.send"'),
        ),
        wrong=(("app/main.py", "result = send()", "result = send.__name__"),),
    ),
}
