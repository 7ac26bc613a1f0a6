r"""Request data that is compiled as a regular expression

`(a+)+$` against thirty letters takes minutes, and Python's engine holds the
lock of the interpreter all that time: one request stops the whole worker.
Escape what is to be found literally.

## Bad

```python title="main.py"
import re

from fastapi import FastAPI

app = FastAPI()
TITLES = ["first", "second"]


@app.get("/titles")
def find_titles(pattern: str) -> list[str]:
    return [title for title in TITLES if re.search(pattern, title)]  # finding
```

## Good: escaped

```python title="main.py"
import re

from fastapi import FastAPI

app = FastAPI()
TITLES = ["first", "second"]


@app.get("/titles")
def find_titles(words: str) -> list[str]:
    return [title for title in TITLES if re.search(rf"\b{re.escape(words)}", title)]
```

## Good: the value is what is searched

```python title="main.py"
import re

from fastapi import FastAPI

app = FastAPI()


@app.get("/slugs")
def make_slug(title: str) -> str:
    return re.sub(r"\W+", "-", title)
```
"""

from plumbrule.rulekit import Finding, Iterator, Route, rule, stations


@rule(category="security", severity="error", confidence="medium")
def regex_injection(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind == "regex":
            yield Finding(
                at=flow.sink.span,
                message="what the client sends is compiled as a regular expression",
                label=f"`{flow.origin.label}` of {flow.route.label} is the pattern",
                help="put it through `re.escape`",
                chain=stations(flow),
            )
