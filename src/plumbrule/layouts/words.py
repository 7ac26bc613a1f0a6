"""Words in names: of code, of paths, of tags."""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")

LAYERS = {
    "api": "router",
    "apis": "router",
    "controller": "controller",
    "crud": "crud",
    "cruds": "crud",
    "dal": "repository",
    "dao": "repository",
    "daos": "repository",
    "dependencies": "dependencies",
    "deps": "dependencies",
    "domain": "domain",
    "controllers": "controller",
    "endpoint": "router",
    "endpoints": "router",
    "entities": "models",
    "enums": "enums",
    "exceptions": "exceptions",
    "handlers": "router",
    "model": "models",
    "models": "models",
    "repositories": "repository",
    "repository": "repository",
    "request": "schemas",
    "requests": "schemas",
    "response": "schemas",
    "responses": "schemas",
    "router": "router",
    "routers": "router",
    "routes": "router",
    "schema": "schemas",
    "schemas": "schemas",
    "service": "service",
    "services": "service",
    "usecase": "service",
    "usecases": "service",
    "views": "router",
}
"""words for a layer, and what a module of it is called in a slice"""

MIGRATIONS = frozenset(["alembic", "migrations", "versions"])
"""folders of what happened to the database, whatever it was about"""

SHARED = frozenset(
    [
        "common",
        "config",
        "configuration",
        "core",
        "exceptions",
        "helpers",
        "infra",
        "infrastructure",
        "lib",
        "middleware",
        "middlewares",
        "resources",
        "settings",
        "shared",
        "util",
        "utils",
    ]
)
"""folders and files of what no slice owns"""

MACHINERY = frozenset(
    [
        "base",
        "connection",
        "database",
        "db",
        "engine",
        "generic",
        "mixin",
        "mixins",
        "orm",
        "session",
        "table",
    ]
)
"""words in the name of a file that others are built on"""

GENERIC = (
    frozenset(
        [
            "app",
            "application",
            "backend",
            "base",
            "common",
            "config",
            "configuration",
            "core",
            "database",
            "db",
            "domain",
            "init",
            "internal",
            "lib",
            "main",
            "misc",
            "module",
            "modules",
            "public",
            "private",
            "root",
            "server",
            "session",
            "settings",
            "shared",
            "src",
            "test",
            "tests",
            "util",
            "utils",
            "version",
            "admin",
            "rest",
            "web",
            "http",
        ]
    )
    | LAYERS.keys()
)
"""words that name no slice"""

AUTHENTICATION = ("auth", "authentication", "login", "session")
"""what the slice that asks who is calling may be called, the best name first"""

GUARDING = frozenset(
    ["auth", "authenticate", "authentication", "authorization", "authorize", "authorizer", "jwt"]
)
"""words that only that slice is about"""

ENTERING = frozenset(["credential", "login", "logout", "token"])
"""words that hint at it"""

PREPOSITIONS = frozenset(["as", "at", "by", "for", "from", "in", "into", "of", "on", "to", "with", "without"])

NOISE = frozenset(
    [
        "api",
        "apis",
        "app",
        "base",
        "common",
        "core",
        "default",
        "helpers",
        "internal",
        "main",
        "misc",
        "other",
        "private",
        "public",
        "rest",
        "root",
        "shared",
        "test",
        "util",
        "utils",
        "v",
        "versions",
    ]
)
"""tags, parts of paths and names of files that name no slice"""


def words(name: str) -> list[str]:
    """The words of a name, in lower case: `ItemCreate`, `get_user`, `rate-limits`."""
    return [word.lower() for word in WORD.findall(name)]


def singular(word: str) -> str:
    """A noun in the singular, as far as its ending tells; what matters is that both forms meet."""
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word.removesuffix("s")


def key_of(name: str) -> str:
    """By what a slice is known, whatever the number and the spelling: `rate_limits`, `Rate Limit`."""
    found = words(name)
    return "_".join([*found[:-1], singular(found[-1])]) if found else ""


def is_version(word: str) -> bool:
    """Whether a word says which version of an API this is."""
    return re.fullmatch(r"v?\d+([._]\d+)?", word.lower()) is not None
