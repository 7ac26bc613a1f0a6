"""A crash that is logged twice

After the handler of `Exception` has answered, Starlette raises the error
again, and the server logs it with its traceback. `logger.exception` in the
handler makes two alarms of each.

## Bad

```python
import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
logger = logging.getLogger(__name__)


@app.exception_handler(Exception)
async def crashed(request: Request, error: Exception) -> JSONResponse:
    logger.exception("unhandled")  # finding
    return JSONResponse({"detail": "crashed"}, status_code=500)
```

## Bad: by structlog

```python
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
logger = structlog.get_logger()


@app.exception_handler(Exception)
async def crashed(request: Request, error: Exception) -> JSONResponse:
    logger.exception("unhandled")  # finding
    return JSONResponse({"detail": "crashed"}, status_code=500)
```

## Good: the server logs it, or it is another exception

```python
import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()
logger = logging.getLogger(__name__)


class ShopError(Exception): ...


@app.exception_handler(Exception)
async def crashed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "crashed"}, status_code=500)


@app.exception_handler(ShopError)
async def refused(request: Request, error: ShopError) -> JSONResponse:
    logger.exception("refused")
    return JSONResponse({"detail": "refused"}, status_code=409)
```
"""

from plumbrule.rulekit import App, Call, Finding, Iterator, Variable, n, rule

STRUCTLOG = ("structlog.get_logger", "structlog.getLogger", "structlog.stdlib.get_logger")


@rule(category="observability", severity="note")
def double_logged_exception(app: App) -> Iterator[Finding]:
    for handler in app.exception_handlers:
        function = handler.function
        if function is None or handler.exception not in ("builtins.Exception", "500"):
            continue
        for call in function.calls:
            if logs_traceback(call):
                yield Finding(
                    at=call.span,
                    message="every crash is logged twice",
                    label="the server logs it too: Starlette raises it again after this handler",
                    help="log only what the server cannot know, without the traceback",
                )


def logs_traceback(call: Call) -> bool:
    """Whether a call is `logger.exception(…)` of logging, or of a structlog logger of the module."""
    if call.name in ("logging.Logger.exception", "logging.exception"):
        return True
    if call.method != "exception" or call.receiver is None:
        return False
    logger = call.scope.resolve(call.receiver)
    made = logger.value if isinstance(logger, Variable) else None
    return isinstance(made, n.Call) and call.module.name_of(made.func) in STRUCTLOG
