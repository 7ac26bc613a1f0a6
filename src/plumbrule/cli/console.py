"""Two consoles: results go to stdout, progress goes to stderr.

Rich takes as long to import as all else that a short command does; a report that is a text already needs
none of it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import textwrap
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import typer
    from rich.console import Console
    from rich.text import Text

    from plumbrule.model.reading import Observer

INDENT = 16
"""the column where the text beside a heading begins"""

Color = Literal["auto", "always", "never"]


def unheard(_: str, *_numbers: int) -> None:
    """For work that nobody watches."""


@dataclass
class Output:
    """Where a command writes, with which colours, and how much."""

    color: Color
    verbosity: int = 0

    @cached_property
    def out(self) -> Console:
        """The console for results."""
        return console(self.color, stderr=False)

    @cached_property
    def err(self) -> Console:
        """The console for progress and complaints."""
        return console(self.color, stderr=True)

    def line(self, text: str | Text = "", style: str = "") -> None:
        """A line of the result; it is never broken, so that it can be copied."""
        self.out.print(text, style=style, soft_wrap=True)

    @contextlib.contextmanager
    def working(self) -> Iterator[Callable[[str], None]]:
        """Show what is going on: on a terminal in one line that goes away, else a line each."""
        if self.verbosity < 0 or not self.err.is_terminal:
            yield self.progress
            return
        with self.err.status("") as status:
            yield status.update

    def progress(self, text: str) -> None:
        """A line about what is going on."""
        if self.verbosity >= 0:
            self.err.print(text, style="dim", soft_wrap=True)

    @property
    def colored(self) -> bool:
        """Whether results may have colours."""
        return self.out.is_terminal and not self.out.no_color

    def write(self, text: str) -> None:
        """A result that is laid out already."""
        print(text, end="", flush=True)

    def complain(self, text: str) -> None:
        """Why there is no result."""
        self.err.print(f"plumb: {text}", soft_wrap=True)

    @contextlib.contextmanager
    def patience(self, what: str = "reading the code") -> Iterator[Observer]:
        """Show how far something is if it takes longer than half a second, on a terminal."""
        if self.verbosity < 0 or sys.stderr is None or not sys.stderr.isatty():
            yield unheard
            return
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415  only terminals need it

        columns = (TextColumn("{task.description}"), BarColumn())
        bar = Progress(*columns, console=self.err, transient=True)
        task = bar.add_task(what, total=None)

        def observe(what: str, done: int = 0, total: int = 0) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        timer = threading.Timer(0.5, bar.start)
        timer.start()
        try:
            yield observe
        finally:
            timer.cancel()
            timer.join()
            bar.stop()

    def warn(self, lines: Iterable[str]) -> None:
        """What another program has said on its way out."""
        for line in lines:
            self.err.print(f"  {line}", style="yellow", soft_wrap=True)

    def listing(self, heading: str, label: str, words: list[str]) -> None:
        """Words beside a heading and a label, broken at the width of the terminal."""
        from rich.text import Text  # noqa: PLC0415

        margin = INDENT + len(label)
        text = "  ".join(words)
        width = min(self.out.width, 100)
        lines = textwrap.wrap(text, max(width - margin, 30), break_long_words=False, break_on_hyphens=False)
        for number, line in enumerate(lines):
            left = f"  {heading:<{INDENT - 2}}" if number == 0 else " " * INDENT
            self.line(
                Text.assemble((left, "bold"), (label if number == 0 else " " * len(label), "dim"), line)
            )


def output_of(context: typer.Context) -> Output:
    """The output that the flags before the command have opened."""
    output: Output = context.obj
    return output


def console(color: Color, *, stderr: bool) -> Console:
    """A console for `--color`; a flag is stronger than NO_COLOR."""
    from rich.console import Console  # noqa: PLC0415

    plain = {"always": False, "never": True, "auto": bool(os.environ.get("NO_COLOR"))}[color]
    forced = True if color == "always" else None
    return Console(
        stderr=stderr, no_color=plain, force_terminal=forced, highlight=False, emoji=False, markup=False
    )
