"""`plumb audit --watch`: an audit for every change of the files that it looks at, and what is new in it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from plumbrule.model.tree import Tree
from plumbrule.plan import Refusal
from plumbrule.verbs import baseline
from plumbrule.verbs.kept_facts import KeptFacts
from plumbrule.verbs.memory import Memory
from plumbrule.verbs.review import asked, audited, without

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from plumbrule.config import Config
    from plumbrule.model.reading import Observer, Reading
    from plumbrule.verbs.outcome import Outcome, Reported
    from plumbrule.verbs.review import Target

    Findings = dict[str, Reported]
    Stamps = dict[str, tuple[int, ...]]

PAUSE = 0.25
"""seconds from one look at the files to the next"""
SELDOM = 25
"""looks that take longer are farther apart, so that they take no more than this part of the time"""
STILL = 0.1
"""seconds: who changes many files at once takes no longer from one to the next"""


@dataclass(frozen=True, slots=True)
class News:
    """What an audit has found, which of it the one before has not, and what it no longer finds."""

    config: Config
    outcome: Outcome
    new: tuple[Reported, ...]
    gone: tuple[Reported, ...]
    seconds: float


@dataclass
class Watch:
    """Audits of one project: `configured` gives the settings of now, `known` leaves out the baseline whatever
    they say, `tell` hears the news or why there are none.
    """

    target: Target
    configured: Callable[[], Config]
    known: bool
    tell: Callable[[News | Refusal], None]
    observe: Observer
    before: Findings | None = None

    def run(self, names: Iterable[str]) -> NoReturn:
        """Audit now and after every change, of files with these names too; refuses if the first audit does,
        or if the folder is gone.
        """
        root, patterns = self.target.root, set(names)
        reading = KeptFacts(root).reading()
        stamps = look(root, patterns)
        while True:
            try:
                tree = self.audit(reading)
            except Refusal as refusal:
                if self.before is None or not root.is_dir():
                    raise
                self.tell(refusal)
            else:
                stamps = {path: seen.stamp for path, seen in tree.seen.items()} | stamps
                patterns |= tree.asked
            reading.rest()
            stamps = changed(root, patterns, stamps)

    def audit(self, reading: Reading) -> Tree:
        """Audit, and tell; gives the files as they were."""
        begun = time.monotonic()
        config = self.configured()
        whole = audited(self.target, config, self.observe, reading)
        old = baseline.read(config) if self.known or "baseline" in config.sources else {}
        outcome = without(asked(whole, self.target, config), old, self.target.root)
        now = {item.fingerprint: item for item in outcome.findings}
        before = now if self.before is None else self.before
        seconds = time.monotonic() - begun
        self.tell(News(config, outcome, missing(now, before), missing(before, now), seconds))
        self.before = now
        Memory(config).keep(whole)
        return whole.project.tree or Tree(self.target.root)


def missing(findings: Findings, others: Findings) -> tuple[Reported, ...]:
    """The findings that are not among the others."""
    return tuple(item for name, item in findings.items() if name not in others)


def changed(root: Path, patterns: set[str], stamps: Stamps) -> Stamps:
    """Wait until something has changed, and nothing any more for a moment."""
    now, took = stamps, 0.0
    while now == stamps:
        time.sleep(max(PAUSE, took * SELDOM))
        begun = time.monotonic()
        now = look(root, patterns)
        took = time.monotonic() - begun
    last: Stamps = {}
    while now != last:
        time.sleep(STILL)
        last, now = now, look(root, patterns)
    return now


def look(root: Path, patterns: set[str]) -> Stamps:
    """What the system says of each file; nothing of a folder that is gone."""
    try:
        return Tree(root).stamps(patterns)
    except OSError:
        return {}
