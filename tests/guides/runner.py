"""Runs scripts: each in a fork of a process that has the libraries in memory, so that a start costs nothing.

Reads one JSON line a script (source, file, folder, environment) and answers with one JSON line.
"""

import ast
import asyncio
import importlib
import inspect
import json
import os
import signal
import sys
import traceback
import warnings
from pathlib import Path

LIBRARIES = (
    "alembic.command",
    "asyncpg",
    "beanie",
    "cashews",
    "fastapi.testclient",
    "httpx2",
    "jwt",
    "opentelemetry.sdk.trace",
    "prometheus_client",
    "pwdlib",
    "pydantic_settings",
    "redis.asyncio",
    "sqlalchemy.ext.asyncio",
    "structlog",
    "uvicorn",
)
PATIENCE_SECONDS = 60


def run(source: str, file: str, folder: str, environment: dict[str, str]) -> str:
    """Run a script, which may await at its top; gives the trace of what went wrong, or nothing."""
    os.chdir(folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.update(environment)
    sys.path.insert(0, folder)
    sys.path.extend(environment.get("RETIRED", "").split())
    sys.dont_write_bytecode = False
    warnings.simplefilter("ignore" if "RETIRED" in environment else "error", DeprecationWarning)
    namespace: dict[str, object] = {"__name__": "__main__", "__file__": file}
    try:
        code = compile(source, file, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(eval(code, namespace))
        else:
            exec(code, namespace)
    except BaseException:  # noqa: BLE001  a script may do anything
        return traceback.format_exc()
    return ""


def main() -> None:
    warnings.simplefilter("ignore")
    for name in LIBRARIES:
        importlib.import_module(name)
    print("ready", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            signal.alarm(PATIENCE_SECONDS)
            with Path(request["folder"], ".output").open("w") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            trace = run(**request)
            sys.stdout.flush()
            with os.fdopen(writing, "w") as answer:
                json.dump({"trace": trace}, answer)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            text = answer.read()
        os.wait()
        print(text or json.dumps({"trace": f"no end within {PATIENCE_SECONDS} s"}), flush=True)


if __name__ == "__main__":
    main()
