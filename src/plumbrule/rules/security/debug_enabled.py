"""Debug mode is on for everybody

`FastAPI(debug=True)` answers an unexpected error with the traceback: code,
paths and local values for whoever finds an input that fails.

## Bad

```python title="main.py"
from fastapi import FastAPI

app = FastAPI(title="Shop", debug=True)  # finding
```

## Fixed

```python title="main.py"
from fastapi import FastAPI

app = FastAPI(title="Shop")
```

## Good: from the settings

```python title="main.py"
from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = False


settings = Settings()
app = FastAPI(debug=settings.debug)
```

## Good: a switch decides

```python title="main.py"
import os

from fastapi import FastAPI

if os.getenv("SHOP_DEBUG"):
    app = FastAPI(debug=True)
else:
    app = FastAPI(docs_url=None)
```
"""

from plumbrule.rulekit import App, Finding, Fix, Iterator, n, rule, without_argument


@rule(category="security", severity="error")
def debug_enabled(app: App) -> Iterator[Finding]:
    option = app.option("debug")
    if app.node is None or not isinstance(option, n.Constant) or option.value is not True:
        return
    if any(isinstance(parent, n.If) for parent in app.node.parents):
        return  # a switch decides
    keyword = option.parent
    yield Finding(
        at=keyword.span if keyword is not None else option.span,
        message="an unexpected error answers with its traceback",
        label="for everybody, in production too",
        help="drop it, or read it from the settings",
        fix=Fix((without_argument(app.node, keyword),)) if isinstance(keyword, n.Keyword) else None,
    )
