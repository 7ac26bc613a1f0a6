"""An HTTP call that may wait for ever

`requests` and `urllib` have no time limit of their own. A server that accepts
the connection and then says nothing holds the thread, and with it one of the
forty that FastAPI has, until somebody restarts the process.

## Bad

```python title="app/rates.py"
import requests


def latest(currency: str) -> float:
    return requests.get("https://rates.example/" + currency).json()["rate"]  # finding
```

## Fixed

```python title="app/rates.py"
import requests


def latest(currency: str) -> float:
    return requests.get("https://rates.example/" + currency, timeout=10).json()["rate"]
```

## Bad: a session, `urlopen`, and a limit that was switched off

```python title="app/rates.py"
from urllib.request import urlopen

import httpx
import requests

session = requests.Session()
client = httpx.AsyncClient(timeout=None)  # finding


def latest(currency: str) -> bytes:
    session.post("https://rates.example/", json={"currency": currency})  # finding
    return urlopen("https://rates.example/" + currency).read()  # finding
```

## Good: a limit, also among other arguments, or none needed

```python title="app/rates.py"
from urllib.request import urlopen

import httpx
import requests

client = httpx.AsyncClient(timeout=httpx.Timeout(5, read=None))


def latest(url: str, **options: object) -> None:
    requests.get(url, timeout=(3, 10))
    requests.get(url, **options)
    urlopen(url, None, 3)
    httpx.get(url)
```

## References

Ruff's S113 sees `requests.get(…)`; sessions, `urlopen` and names imported from elsewhere are seen only here.
"""

from plumbrule.rulekit import Call, Edit, Finding, Fix, Iterator, n, rule

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
BESIDE = {"docs", "examples", "scripts", "notebooks", "benchmarks", "benchmark", "tutorials"}
"""folders, as those whose name begins with a dot, that serve nobody"""
URLOPEN = "urllib.request.urlopen"
WAITING = {URLOPEN, *(f"requests.{owner}{verb}" for owner in ("", "Session.") for verb in VERBS)}
ENDLESS = {
    f"{package}.{name}"
    for package in ("httpx", "httpx2")
    for name in (
        "Client",
        "AsyncClient",
        *VERBS,
        *(f"{c}.{v}" for c in ("Client", "AsyncClient") for v in VERBS),
    )
}


@rule(category="async", severity="warning", calls=(*WAITING, *ENDLESS))
def http_call_without_timeout(call: Call) -> Iterator[Finding]:
    if any(part in BESIDE or part.startswith(".") for part in call.module.path.split("/")):
        return
    endless = call.name in ENDLESS and is_none(call.keyword("timeout"))
    if endless or lacks_limit(call):
        yield Finding(
            at=call.func_span,
            message=f"`{call.node.func.text}` may wait for ever",
            label="`timeout=None`" if endless else "no `timeout`",
            help="give it a `timeout=` in seconds",
            fix=None if endless else limited(call),
        )


def lacks_limit(call: Call) -> bool:
    """Whether a call of `requests` or `urlopen` says nothing about time."""
    if call.is_splatted or call.name not in WAITING:
        return False
    given = call.argument(2, "timeout") if call.name == URLOPEN else call.keyword("timeout")
    return given is None or is_none(given)


def is_none(value: n.Expr | None) -> bool:
    """Whether `None` is written."""
    return isinstance(value, n.Constant) and value.value is None


def limited(call: Call) -> Fix | None:
    """Add a limit behind the last argument."""
    if call.keyword("timeout") is not None or not (call.args or call.keywords):
        return None
    return Fix((Edit(*call.added("timeout=10")),), safe=False)
