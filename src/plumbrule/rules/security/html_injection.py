"""Request data that is put into HTML as it is

A link whose parameter holds `<script>` makes your own domain run it: with
the visitor's session. Templates escape by themselves, f-strings do not.

## Bad

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/search")
def search(words: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Nothing found for {words}</p>")  # finding
```

## Good: escaped

```python title="main.py"
from html import escape

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/search")
def search(words: str) -> HTMLResponse:
    return HTMLResponse(f"<p>Nothing found for {escape(words)}</p>")
```

## Good: a number

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/pages/{page}")
def read_page(page: int) -> HTMLResponse:
    return HTMLResponse(f"<p>Page {page}</p>")
```
"""

from plumbrule.rulekit import Finding, Iterator, Route, rule, stations


@rule(category="security", severity="error")
def html_injection(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind == "html":
            yield Finding(
                at=flow.last.span,
                message="what the client sends is put into HTML unescaped",
                label=f"`{flow.origin.label}` of {flow.route.label} is in it",
                help="put it through `html.escape`, or render a template",
                chain=stations(flow),
            )
