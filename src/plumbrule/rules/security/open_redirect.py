"""Request data that decides where a redirect leads

A link to your own site that ends on another one is the best bait there is:
the victim sees your domain, signs in, and is sent on with whatever the URL
carries. Redirect to paths of your own, or to hosts from a list; what goes
into the query of a URL must be quoted, or it brings its own `&` and `#`: a
warning, as the page is still your own.

## Bad

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/login/done")
def finish_login(next_url: str) -> RedirectResponse:
    return RedirectResponse(next_url)  # finding
```

## Bad: unquoted in the query

```python title="main.py"
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/reset")
def reset(code: str) -> RedirectResponse:
    return RedirectResponse(f"https://shop.example/reset?code={code}")  # finding
```

## Good: a path of our own, and a quoted value

```python title="main.py"
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/reset")
def reset(code: str) -> RedirectResponse:
    return RedirectResponse(f"https://shop.example/reset?code={quote(code)}")


@app.get("/orders/{order_id}/invoice")
def read_invoice(order_id: int) -> RedirectResponse:
    return RedirectResponse(f"/invoices/{order_id}")
```

## Good: back to where the visitor came from

```python title="main.py"
from typing import Annotated

from fastapi import Cookie, FastAPI, Request
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.post("/dark-mode")
def toggle(request: Request) -> RedirectResponse:
    return RedirectResponse(request.headers.get("referer", "/"), 303)


@app.get("/login/done")
def finish_login(begun_at: Annotated[str, Cookie()] = "/") -> RedirectResponse:
    return RedirectResponse(begun_at)
```

## Good: on the list

```python title="main.py"
from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse

app = FastAPI()
TARGETS = {"/orders", "/profile"}


@app.get("/login/done")
def finish_login(next_url: str) -> RedirectResponse:
    if next_url not in TARGETS:
        raise HTTPException(422)
    return RedirectResponse(next_url)
```
"""

import re

from plumbrule.rulekit import Finding, Flow, Iterator, Route, is_for_developers, n, rule, stations


@rule(category="security", severity="error", confidence="medium")
def open_redirect(route: Route) -> Iterator[Finding]:
    for flow in route.flows:
        if flow.kind != "redirect" or is_of_visitor(flow):
            continue
        if flow.is_head:
            message, help_ = "the client decides where the redirect leads", "compare it with a fixed list"
        elif isinstance(flow.first, n.FString) and in_query(flow.first, flow.origin.label):
            message, help_ = (
                "what the client sends stands unquoted in the URL of a redirect",
                "put it through `urllib.parse.quote`",
            )
        else:
            continue
        yield Finding(
            at=flow.first.span,
            message=message,
            label=f"`{flow.origin.label}` of {flow.route.label} is what the client sends",
            help=help_,
            chain=stations(flow),
            confidence="low" if is_for_developers(flow.sink.node) else None,
            severity=None if flow.is_head else "warning",
        )


def is_of_visitor(flow: Flow) -> bool:
    """Whether only the visitor's own browser says it: no link sets a header or a cookie, and a `Referer`
    leads back to where the visitor came from.
    """
    match flow.origin.node:
        case n.Attribute(attr="headers" | "cookies"):
            return True
        case n.Parameter() as parameter:
            found = flow.route.handler.parameter(parameter.name) if flow.route.handler is not None else None
            return found is not None and found.marker("Header", "Cookie") is not None
        case _:
            return False


def in_query(text: n.FString, label: str) -> bool:
    """Whether a value stands right behind `?name=` or `&name=`."""
    for before, part in zip(text.parts, text.parts[1:], strict=False):
        if part.text == label and isinstance(before, n.Constant):
            return re.search(r"[?&][\w-]+=$", str(before.value)) is not None
    return False
