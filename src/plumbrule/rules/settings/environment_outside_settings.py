"""An environment variable read beside the settings class

The settings class is where types, defaults and `.env` are dealt with. What is
read from `os.environ` elsewhere has none of them: a test cannot override it,
`.env` does not reach it, and nobody finds it in the list of settings.

## Bad

```python title="app/mail.py"
import os

from app.config import Settings


def sender(settings: Settings) -> str:
    return os.environ["MAIL_FROM"] or os.getenv("SENDER", settings.title)  # finding
```

```python title="app/config.py"
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "shop"
```

## Good: in the file of the settings, or passing the environment on

```python title="app/config.py"
import os

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = os.environ.get("SHOP_TITLE", "shop")
```

```python title="app/processes.py"
import os


def environment() -> dict[str, str]:
    os.environ["TZ"] = "UTC"
    return {**os.environ, "LANG": "C"}
```

## Good: a project without settings

```python title="main.py"
import os

from fastapi import FastAPI

app = FastAPI(title=os.environ.get("TITLE", "shop"))
```
"""

from plumbrule.rulekit import Finding, Iterator, Module, Project, n, rule

READERS = ("os.getenv", "os.environ.get")
BESIDE = {
    "scripts",
    "alembic",
    "migrations",
    "cli",
    "tools",
    "examples",
    "setup",
    "conftest",
    "gunicorn_conf",
}


@rule(category="settings", severity="note")
def environment_outside_settings(project: Project) -> Iterator[Finding]:
    homes = [settings for settings in project.settings if not settings.module.is_test]
    aside = {home.module for home in homes} | {m for m in project.modules if is_aside(m)}
    for module, node in reads(project) if homes else ():
        if module not in aside and not is_written(node):
            yield Finding(
                at=node.span,
                message=f"`{shown(node)}` is read beside the settings",
                label="no type, no `.env`, no override in tests",
                help=f"make it a field of `{project.settings[0].name}`",
            )


def is_aside(module: Module) -> bool:
    """Whether a module is a test, or no part of the app."""
    return module.is_test or not BESIDE.isdisjoint(module.path.removesuffix(".py").split("/"))


def reads(project: Project) -> Iterator[tuple[Module, n.Node]]:
    """Where variables of the environment are asked for."""
    yield from ((call.module, call.node) for call in project.calls_to(*READERS))
    words = project.words_for("environ")
    for module in project.mentioning(*sorted(words)):
        for scope in (module, *module.classes, *module.functions):
            read = (node for node in scope.find(n.Subscript) if scope.name_of(node.value) == "os.environ")
            yield from ((module, node) for node in read)


def is_written(node: n.Node) -> bool:
    """Whether a variable of the environment is set or removed."""
    return isinstance(node.parent, n.Delete) or (
        isinstance(node.parent, n.Assign) and node in node.parent.targets
    )


def shown(node: n.Node) -> str:
    """The expression on one line."""
    return " ".join(node.text.split())[:60]
