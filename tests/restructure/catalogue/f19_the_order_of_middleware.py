"""Middleware, handlers of errors and what runs at the start: registered in another order they do other things."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, packages

PARTS = """from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware


def dress(app: FastAPI) -> None:
    app.add_middleware(GZipMiddleware)
    app.add_middleware(CORSMiddleware)


def wrong() -> None: ...


def start() -> None: ...
"""
MAIN = """from fastapi import FastAPI

from app.parts import dress, start, wrong

app = FastAPI(on_startup=[start])
dress(app)
app.add_exception_handler(KeyError, wrong)
app.add_exception_handler(LookupError, start)
result = [
    [m.cls.__name__ for m in app.user_middleware],
    [(e.__name__, f.__name__) for e, f in app.exception_handlers.items() if e in (KeyError, LookupError)],
]
"""

CASES = {
    "the parts go apart": Case(
        {**packages("app"), "app/parts.py": PARTS, "app/main.py": MAIN.replace("on_startup=[start]", "")},
        (
            definitions("dress", "app.parts", "app.middleware"),
            definitions("wrong", "app.parts", "app.errors"),
            definitions("start", "app.parts", "app.starting"),
        ),
        RESULT,
        wrong=(
            (
                "app/middleware.py",
                "    app.add_middleware(GZipMiddleware)\n    app.add_middleware(CORSMiddleware)\n",
                "    app.add_middleware(CORSMiddleware)\n    app.add_middleware(GZipMiddleware)\n",
            ),
        ),
    ),
    "code that registers when it is imported": Case(
        {
            **packages("app"),
            "app/instance.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "app/parts.py": "from starlette.middleware.gzip import GZipMiddleware\n\nfrom app.instance import app\n\n"
            "app.add_middleware(GZipMiddleware)\n\n\ndef name() -> str:\n    return 'x'\n",
            "app/main.py": "from app.instance import app\nfrom app.parts import name\n\nresult = [name(), [m.cls.__name__ for m in app.user_middleware]]\n",
        },
        (definitions("name", "app.parts", "app.names"),),
        RESULT,
        wrong=(("app/main.py", "from app import parts  # noqa: F401\n", ""),),
    ),
}
