from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def module_names(paths: Iterable[str]) -> dict[str, str]:
    """The dotted name by which each file is imported: from the folder above its outermost package,
    or from its source root.
    """
    paths = list(paths)
    packages = {p.rpartition("/")[0] for p in paths if p.endswith("__init__.py")}
    return {path: _name(path, packages) for path in paths}


def _name(path: str, packages: set[str]) -> str:
    parts = path.removesuffix(".pyi").removesuffix(".py").split("/")
    is_package = parts[-1] == "__init__"
    folders = parts[:-1]
    start = len(folders)
    while start > 0 and "/".join(folders[:start]) in packages:
        start -= 1
    if start == len(
        folders
    ):  # no package around it: count from the last folder that is named like a source root
        roots = [i for i, f in enumerate(folders) if f in ROOTS]
        start = roots[-1] + 1 if roots else 0
    rest = folders[start:] if is_package else parts[start:]
    return ".".join(rest) or parts[-1]


ROOTS = {"src", "backend", "server", "svc", "api_app", "py", "services"}
