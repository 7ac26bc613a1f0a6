"""The answers a project is made from, and what becomes of a user's words on the way to them."""

import keyword
import os
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from plumbrule.plan import Refusal
from plumbrule.scaffold.manifest import LAYOUTS, PARTS, PRESETS, Preset

# What a project would hide: its own folders, and the packages it or its tests import.
_TAKEN = """
build conftest dist docs migrations pip plumb plumbrule scripts setup src test tests uv
aiosqlite alembic annotated_doc annotated_types anyio argon2 asyncpg certifi cffi click coverage dns dotenv
email_validator fastapi greenlet h11 httpcore httpcore2 httptools httpx httpx2 idna iniconfig jinja2 jwt
limits mako markupsafe multipart mypy opentelemetry orjson packaging pluggy prometheus_client psycopg pwdlib
pydantic pydantic_core pydantic_settings pygments pytest pytest_asyncio python_multipart redis rich ruff
setuptools sqlalchemy starlette structlog typer typing_extensions typing_inspection uvicorn uvloop
watchfiles websockets wrapt yaml
"""
TAKEN = frozenset(_TAKEN.split())
LONGEST_NAME = 30
"""beyond it the lines of a project would break in other places than the templates"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known about a project before it is written."""

    name: str
    """as in `pip install`: my-shop"""
    package: str
    """as in `import`: my_shop"""
    preset: str
    layout: str
    database: str | None
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user asked for; the rest is left to the folder and the preset."""

    name: str | None = None
    preset: str | None = None
    layout: str | None = None
    database: str | None = None
    with_parts: tuple[str, ...] = ()
    without_parts: tuple[str, ...] = ()


def answer(wishes: Wishes, folder: Path) -> Answers:
    """The answers for a project in `folder`, completed by the preset; refuses wishes that contradict it."""
    preset = PRESETS[known("preset", wishes.preset or "service", PRESETS)]
    own_name = Path(os.path.abspath(folder)).name  # noqa: PTH100  resolve() gives the name a link points to
    package = package_name(wishes.name or own_name)
    return Answers(
        name=package.replace("_", "-"),
        package=package,
        preset=preset.name,
        layout=_layout(preset, wishes.layout),
        database=_database(preset, wishes.database),
        parts=_parts(preset, wishes),
    )


def package_name(name: str) -> str:
    """The import name for a project called `name`; refuses one that cannot be imported or hides another."""
    package = re.sub(r"[-. ]+", "_", name.strip()).lower()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", package) or package.endswith("_"):
        suggestion = _plain(package)
        raise Refusal(f"{name!r} cannot be the name of a Python package; try --name {suggestion}")
    if len(package) > LONGEST_NAME:
        raise Refusal(f"{name!r} is longer than {LONGEST_NAME} characters; try a shorter --name")
    for reason, taken in (
        ("is a keyword of Python", keyword.kwlist),
        ("would hide a module of Python's standard library", sys.stdlib_module_names),
        ("would hide a package or a folder of the project", TAKEN),
    ):
        if package in taken:
            raise Refusal(f"{name!r} {reason}; try --name {package.replace('_', '-')}-service")
    return package


def known(what: str, word: str, words: Collection[str]) -> str:
    """`word` if it is one of `words`, else a refusal that guesses what was meant."""
    if word in words:
        return word
    close = get_close_matches(word, words, n=1)
    hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(words)}"
    raise Refusal(f"unknown {what} {word!r}; {hint}")


def _plain(package: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", package.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-").lstrip("0123456789-")
    return words if words and not keyword.iskeyword(words) else "shop"


def _layout(preset: Preset, wanted: str | None) -> str:
    layout = known("layout", wanted or LAYOUTS[0], LAYOUTS)
    if layout != LAYOUTS[0] and not preset.databases:
        raise Refusal(f"the preset {preset.name} is too small for the layout {layout}; drop --layout")
    return layout


def _database(preset: Preset, wish: str | None) -> str | None:
    if not preset.databases:
        if wish is not None:
            raise Refusal(f"the preset {preset.name} has no database; leave out --database {wish}")
        return None
    return known("database", wish or preset.databases[0], preset.databases)


def _named(words: Iterable[str]) -> set[str]:
    """The parts of a flag that is given once for each, or once with commas."""
    return {known("part", part.strip(), PARTS) for word in words for part in word.split(",")}


def _parts(preset: Preset, wishes: Wishes) -> frozenset[str]:
    wanted, unwanted = _named(wishes.with_parts), _named(wishes.without_parts)
    for part in sorted(wanted & unwanted):
        raise Refusal(f"--with {part} and --without {part} contradict each other; drop one of them")
    for part in sorted(wanted - set(preset.parts)):
        raise Refusal(f"the preset {preset.name} cannot have {part}; leave out --with {part}")
    parts = (wanted | set(preset.default_parts)) - unwanted
    for part in sorted(parts):
        for need in PARTS[part].needs:
            if need in unwanted:
                raise Refusal(f"{part} needs {need}; drop --without {need} or add --without {part}")
            parts.add(need)
    return frozenset(parts)
