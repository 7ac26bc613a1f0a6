"""A request that prints

What is printed has no level, no time and no request id, and in a container it is held in a
buffer until it is full: after a crash the last lines, the ones that matter, are missing.

## Bad

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


def total(order_id: int) -> int:
    print("total of", order_id)  # finding
    return order_id * 2


@app.get("/orders/{order_id}")
def read_order(order_id: int) -> int:
    return total(order_id)
```

## Good: a log, a script, a stream that is somebody's own

```python title="main.py"
import io
import logging

from fastapi import FastAPI

app = FastAPI()
log = logging.getLogger(__name__)


@app.get("/orders/{order_id}")
def read_order(order_id: int) -> str:
    log.info("order %s is read", order_id)
    paper = io.StringIO()
    print("order", order_id, file=paper)
    return paper.getvalue()


def main() -> None:
    print("ready")


if __name__ == "__main__":
    main()
```

## References

Ruff's T201 forbids every `print`; this one looks at what a request leads to.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, rule


@rule(category="observability", severity="note", calls=("builtins.print",))
def print_in_request(call: Call) -> Iterator[Finding]:
    function = call.caller
    if not isinstance(function, Function) or function.project.serving.when(function) != "request":
        return
    if call.keyword("file") is None and not call.only_as_script:
        yield Finding(
            at=call.func_span,
            message="printed for each request, without level, time or request id",
            label="nobody can filter it",
            help="log it",
        )
