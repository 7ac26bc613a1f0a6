"""How often each rule is right on real code: the verdicts of a reader, held against what is reported now.

    precision.py            writes docs/rules-precision.md
    precision.py --check    says whether it is up to date and every rule reaches its bar

A verdict counts while its finding is in the snapshots: errors and warnings at default confidence.
"""

from __future__ import annotations

import collections
import csv
import sys
from dataclasses import dataclass
from pathlib import Path

from plumbrule.rules import rulebook

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus import snapshots

VERDICTS = Path(__file__).with_name("verdicts.tsv")
PAGE = Path(__file__).parents[2] / "docs" / "rules-precision.md"
BARS = {"error": 0.9, "warning": 0.8}
ENOUGH = 5
KINDS = ("true", "debatable", "false")
TEXT = """\
# How often the rules are right

Written by `tests/corpus/precision.py`. Forty-eight public FastAPI code bases at pinned commits were audited
and findings drawn over the repositories; `tests/corpus/verdicts.tsv` has place, verdict and reason of each. A
reason that speaks of reading means the code around it, callers included where they matter; the others were
judged from the line and the chain. *Debatable* counts as not true. The bar is 90 % for errors and 80 % for
warnings; a rule that does not reach it is mended, reports with low confidence (hidden unless asked for), or
goes. One doubt among few findings is no proof against a rule.

| | found | read | true | debatable | false | share true |
|---|--:|--:|--:|--:|--:|--:|
"""
SILENT = """
Rules that say nothing about this corpus at default confidence, so that nothing could be read:

"""


@dataclass(frozen=True, slots=True)
class Row:
    """A rule, or a kind of rules, with its figures."""

    name: str
    severity: str
    found: int
    verdicts: collections.Counter[str]

    @property
    def read(self) -> int:
        return self.verdicts.total()

    @property
    def share(self) -> float:
        return self.verdicts["true"] / self.read if self.read else 0.0

    @property
    def is_short(self) -> bool:
        """Whether enough was read to say that the rule is wrong too often; one doubt in few is no proof."""
        doubts = self.read - self.verdicts["true"]
        return self.read >= ENOUGH and doubts > 1 and self.share < BARS[self.severity]

    def __str__(self) -> str:
        counts = " | ".join(str(self.verdicts[kind]) for kind in KINDS)
        share = f"{self.share:.0%}" if self.read else "-"
        return f"| {self.name} | {self.found} | {self.read} | {counts} | {share} |"


def rows() -> list[Row]:
    """The rules that speak on the corpus, errors first, the most frequent first."""
    found: collections.Counter[str] = collections.Counter()
    places: set[tuple[str, str, str]] = set()
    for path in sorted(snapshots.FOLDER.glob("*.txt")):
        for line in path.read_text().splitlines():
            rule, _, place = line.partition(" ")
            found[rule] += 1
            places.add((rule, path.stem, place))
    judged: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in verdicts():
        if (row["rule"], row["repo"], f"{row['path']}:{row['line']}") in places:
            judged[row["rule"]][row["verdict"]] += 1
    kept = [Row(r.name, r.severity, found[r.name], judged[r.name]) for r in rulebook() if found[r.name]]
    return sorted(kept, key=lambda row: (row.severity, -row.found, row.name))


def verdicts() -> list[dict[str, str]]:
    with VERDICTS.open() as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def page() -> str:
    """The page of the documentation."""
    speaking = rows()
    lines = []
    for severity in BARS:
        group = [row for row in speaking if row.severity == severity]
        total = sum((row.verdicts for row in group), collections.Counter[str]())
        lines.append(Row(f"**all {severity}s**", severity, sum(row.found for row in group), total))
        lines += [Row(f"`{row.name}`", row.severity, row.found, row.verdicts) for row in group]
    names = {row.name for row in speaking}
    silent = [f"`{r.name}`" for r in rulebook() if r.severity != "note" and r.name not in names]
    return TEXT + "".join(f"{line}\n" for line in lines) + SILENT + ", ".join(silent) + ".\n"


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page())
        return 0
    short = [row for row in rows() if row.is_short]
    for row in short:
        print(f"{row.name}: {row.share:.0%} of {row.read} are true, the bar is {BARS[row.severity]:.0%}")
    old = not PAGE.is_file() or PAGE.read_text() != page()
    if old:
        print(f"{PAGE.name} is not what precision.py writes")
    return int(bool(short) or old)


if __name__ == "__main__":
    sys.exit(main())
