"""What is asked for: which lines of which handler become which function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extraction:
    """Lines of a handler that are to be a function of another module.

    `handler` is dotted: `app.routes.items.create_item`; `lines` count from that of its `def`, which is 1, and
    the last one is among them. `target` is the module that gets the function, new or not, `name` what it is
    called there.
    """

    handler: str
    lines: tuple[int, int]
    target: str
    name: str
    reason: str = ""
    confidence: float = 1.0

    @property
    def module(self) -> str:
        """The module of the handler."""
        return self.handler.rpartition(".")[0]

    @property
    def function(self) -> str:
        """The handler's own name."""
        return self.handler.rpartition(".")[2]
