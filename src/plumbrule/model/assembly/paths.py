"""Paths of files, as texts below the folder that was read: routers may be found by the files they are in."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.model.assembly.expressions import Expressions
    from plumbrule.model.assembly.values import Env

    Known = Callable[[Expressions, list[Any], dict[str, Any], Env], Any]

CONSTANTS = {"os.sep": "/", "os.path.sep": "/", "posixpath.sep": "/"}


def of_texts(function: Callable[..., Any]) -> Known:
    """A function of `os.path`, for texts that are known."""

    def known(_: Expressions, args: list[Any], kwargs: dict[str, Any], __: Env) -> Any:
        if not args or kwargs or not all(isinstance(arg, str) for arg in args):
            return UNKNOWN
        return function(*args)

    return known


def relative(path: str, start: str = "") -> str:
    """`os.path.relpath`; the folder that was read has an empty path."""
    return posixpath.relpath(path or ".", start or ".")


def found_by(interpreter: Expressions, args: list[Any], _: dict[str, Any], __: Env) -> Any:
    """`glob.glob("app/*/routes.py")`: the Python files of the project with such a path."""
    pattern = args[0] if args else None
    if not isinstance(pattern, str):
        return UNKNOWN
    wanted = posixpath.normpath(pattern).split("/")
    paths = sorted(module.path for module in interpreter.project.modules)
    return [path for path in paths if fits(path.split("/"), wanted)] or UNKNOWN


def fits(parts: list[str], wanted: list[str]) -> bool:
    """Whether the parts of a path are what the parts of a pattern say; `**` is any number of folders."""
    if not wanted:
        return not parts
    if wanted[0] == "**" and fits(parts, wanted[1:]):
        return True
    if not parts or not (wanted[0] == "**" or fnmatchcase(parts[0], wanted[0])):
        return False
    return fits(parts[1:], wanted if wanted[0] == "**" else wanted[1:])


PATHS: dict[str, Known] = {
    "os.path.join": of_texts(posixpath.join),
    "os.path.dirname": of_texts(posixpath.dirname),
    "os.path.basename": of_texts(posixpath.basename),
    "os.path.splitext": of_texts(posixpath.splitext),
    "os.path.normpath": of_texts(posixpath.normpath),
    "os.path.abspath": of_texts(posixpath.normpath),
    "os.path.realpath": of_texts(posixpath.normpath),
    "os.path.relpath": of_texts(relative),
    "glob.glob": found_by,
    "glob.iglob": found_by,
}
