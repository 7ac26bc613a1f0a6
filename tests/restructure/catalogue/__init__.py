"""Twenty-six ways in which moving Python code breaks it without a word; each is a file here, by its number.

A file holds little projects: what moves, what must be the same before and after when the project is run, and
what a mover writes that does not know the failure. `test_catalogue.py` carries each out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from restructure.projects import OPENAPI

if TYPE_CHECKING:
    from plumbrule.restructure import Move
    from restructure.projects import Files

RESULT = "from app.main import result"
TESTS = """
import contextlib, io, pytest
with contextlib.redirect_stdout(io.StringIO()) as said:
    pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", ".", "--import-mode=importlib", "."])
result = said.getvalue().splitlines()[-1].split(" in ")[0]
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One project and its moves: proved (`asked` gives the same before and after) or `refused` (a pattern).

    `has` are texts that the files must hold afterwards; `wrong` are the texts that would break it, put in the
    place of ours; `listed` is a name that must be mentioned, or be told to be visible from outside.
    """

    files: Files
    moves: tuple[Move, ...]
    asked: str = OPENAPI
    has: tuple[tuple[str, str], ...] = ()
    wrong: tuple[tuple[str, str, str], ...] = ()
    listed: str = ""
    refused: str = ""
