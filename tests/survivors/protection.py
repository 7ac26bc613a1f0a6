"""What a project protects itself with, and the text that has to go to take it away."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "protections"


@dataclass(frozen=True, slots=True)
class Protection:
    """`find` in `file` becomes `replace`; then the test named `guard` has to fail."""

    name: str
    file: str
    find: str
    guard: str
    replace: str = ""
    database: Literal["sqlite", "postgresql"] = "sqlite"

    def take_out_of(self, project: Path) -> None:
        """Edit the project in place; raise `LookupError` unless the text is there exactly once."""
        path = project / self.file
        source = path.read_text(encoding="utf-8")
        if (count := source.count(self.find)) != 1:
            raise LookupError(f"{self.name}: {self.file} has its text {count} times, not once")
        path.write_text(source.replace(self.find, self.replace), encoding="utf-8")


def groups() -> list[str]:
    """Return the names of the test modules that guard something."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(group: str) -> list[Protection]:
    """Return what the tests in `tests/GROUP.py` guard."""
    module = f"tests/{group}.py"
    table = tomllib.loads((FOLDER / f"{group}.toml").read_text(encoding="utf-8"))
    return [
        Protection(name, guard=f"{module}::{entry.pop('test')}" if "test" in entry else module, **entry)
        for name, entry in table.items()
    ]
