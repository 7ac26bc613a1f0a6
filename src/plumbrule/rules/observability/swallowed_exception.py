"""An error in a request that nobody will ever hear of

`except Exception: pass` turns every failure, the typing error of tomorrow
included, into silence: the caller reads success, the log is empty, no alarm
rings.

## Bad

```python
from fastapi import FastAPI

app = FastAPI()


def charge(order_id: int) -> None: ...


@app.post("/orders/{order_id}/pay")
async def pay(order_id: int) -> None:
    try:
        charge(order_id)
    except Exception:  # finding
        pass
```

## Good: logged, answered, or a narrow exception

```python
import logging

from fastapi import FastAPI

app = FastAPI()
logger = logging.getLogger(__name__)


def charge(order_id: int) -> None: ...


@app.post("/orders/{order_id}/pay")
async def pay(order_id: int) -> None:
    try:
        charge(order_id)
    except KeyError:
        pass
    except Exception:
        logger.exception("charging order %s", order_id)
        raise
```

## Good: cleaning up, or with its reason beside it

```python
from fastapi import FastAPI

app = FastAPI()


class Connection:
    def close(self) -> None: ...


@app.get("/")
async def index() -> None:
    connection = Connection()
    try:
        connection.close()
    except Exception:
        pass
    try:
        print("warm the cache")
    except Exception:
        pass  # the cache is only a help: an answer without it is right
```

## References

Ruff's S110 reports each of them, in scripts and clean-up code too; this only those that a request can reach.
"""

from plumbrule.rulekit import Finding, Function, Iterator, n, rule

BROAD = {"", "Exception", "BaseException", "builtins.Exception", "builtins.BaseException"}
TIDYING = {
    "close",
    "aclose",
    "disconnect",
    "unlink",
    "remove",
    "rmtree",
    "cancel",
    "rollback",
    "dispose",
    "shutdown",
}


@rule(category="observability", severity="warning", confidence="low", nodes={n.Try})
def swallowed_exception(function: Function) -> Iterator[Finding]:
    for node in function.find(n.Try):
        silent = [h for h in node.handlers if is_silent(h) and not is_explained(h, function)]
        if not silent or is_tidying(node, function) or function.project.serving.when(function) != "request":
            continue
        for handler in silent:
            yield Finding(
                at=handler.span,
                message=f"`{function.label}` hides every error of this block",
                label="neither logged nor answered",
                help="log it with `logger.exception`, or catch the one exception that is expected",
            )


def is_tidying(node: n.Try, function: Function) -> bool:
    """Whether a block calls nothing but what may fail without harm."""
    calls = [c for s in node.body for c in s.walk() if isinstance(c, n.Call)]
    return all(function.call(call).method in TIDYING for call in calls)


def is_silent(handler: n.Handler) -> bool:
    """Whether it catches all and does nothing."""
    caught = handler.exception.text if handler.exception is not None else ""
    return caught in BROAD and all(s.text in ("pass", "...") for s in handler.body)


def is_explained(handler: n.Handler, function: Function) -> bool:
    """Whether a comment in its body says why."""
    source = function.module.source
    return any("#" in source.line_text(line) for line in range(handler.line + 1, handler.span.end_line + 1))
