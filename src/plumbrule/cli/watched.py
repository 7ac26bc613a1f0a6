"""What `plumb audit --watch` says while it stays: the report, then what changes, and how things stand."""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from plumbrule.cli.audited import Wishes, complain_of, show, view_of
from plumbrule.cli.console import Output
from plumbrule.config import Config
from plumbrule.plan import Refusal
from plumbrule.report.json import json_line
from plumbrule.report.news import changes, standing
from plumbrule.verbs.review import Target
from plumbrule.verbs.watch import News, Watch

WIPE = "\r\x1b[2K"


@dataclass
class Screen:
    """Where the news go. On a terminal the last line may be one that the next takes the place of."""

    output: Output
    wishes: Wishes
    terminal: bool
    passing: bool = False
    begun: bool = False
    broken: set[str] = field(default_factory=set)
    refused: str = ""

    def write(self, text: str) -> None:
        """Text that stays."""
        self.output.write((WIPE if self.passing else "") + text)
        self.passing = False

    def pass_by(self, text: str) -> None:
        """A line that gives way to the next one, on a terminal."""
        if self.terminal and self.output.verbosity >= 0:
            self.write(f"{clock()}  {text}"[: self.output.out.width - 1])
            self.passing = True

    def observe(self, what: str, done: int = 0, _: int = 0) -> None:
        """A sign of life."""
        if not done:
            self.pass_by(f"{what}…")

    def tell(self, news: News | Refusal) -> None:
        """Say what is new, or once why that cannot be told."""
        if isinstance(news, News):
            self.report(news)
        elif str(news) != self.refused:
            self.write("")
            self.output.complain(str(news))
        self.refused = "" if isinstance(news, News) else str(news)

    def report(self, news: News) -> None:
        """The whole report at first and for programs, then what has changed."""
        view = view_of(self.output, self.wishes, news.config)
        self.write("")
        if news.config.output_format == "json":
            self.write(json_line(news.outcome, view))
        elif self.begun:
            self.write(changes(news, view))
            self.stand(standing(news, view), stays=bool(news.new or news.gone))
        else:
            show(self.output, self.wishes, news.config, news.outcome)
            self.stand("watching; Ctrl-C ends it")
        broken = {failure.rule.name for failure in news.outcome.failures}
        if broken - self.broken:
            complain_of(self.output, news.outcome)
        self.broken, self.begun = broken, True

    def stand(self, text: str, *, stays: bool = False) -> None:
        """How things stand: in the place of the last such line if nothing has changed."""
        if self.terminal and not stays:
            self.pass_by(text)
        elif self.output.verbosity >= 0:
            self.write(f"{clock()}  {text}\n")


def watched(
    output: Output, wishes: Wishes, target: Target, configured: Callable[[], Config], names: Iterable[str]
) -> int:
    """Audit and tell until somebody has had enough; gives the exit code."""
    terminal = bool(sys.stdout and sys.stdout.isatty()) and not output.out.is_dumb_terminal
    screen = Screen(output, wishes, terminal)
    known = wishes.baseline == "read"
    try:
        Watch(target, configured, known, screen.tell, screen.observe).run(names)
    except KeyboardInterrupt:
        screen.passing = terminal  # it shows ^C
        return 0
    finally:
        screen.write("")


def clock() -> str:
    """The time of day."""
    return time.strftime("%H:%M:%S")
