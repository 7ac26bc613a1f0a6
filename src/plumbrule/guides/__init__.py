"""The nine reference guides: a page of Markdown each; its code is tested."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Guide:
    """A page: a title in the first line, then a sentence that sums it up."""

    name: str
    text: str

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.text.partition("\n")[0].removeprefix("# ")

    @property
    def summary(self) -> str:
        """What the page is about, in a line."""
        return " ".join(self.text.split("\n\n")[1].split())


def guides() -> dict[str, Guide]:
    """Every guide, by name."""
    return {
        path.stem: Guide(path.stem, path.read_text("utf-8"))
        for path in sorted(HERE.glob("*.md"))
    }
