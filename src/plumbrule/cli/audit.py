"""`plumb audit`: paths and flags → findings, fixes, a report."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.completing import rules
from plumbrule.cli.console import output_of

Paths = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Default: the current folder.")]
Fix = Annotated[bool, typer.Option("--fix", help="Make the safe fixes.")]
Unsafe = Annotated[bool, typer.Option("--unsafe", help="Fixes that may change behaviour too.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show what --fix would change.")]
Select = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="A rule or category.", autocompletion=rules)
]
Ignore = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="A rule or category.", autocompletion=rules)
]
Since = Annotated[str | None, typer.Option(metavar="REF", help="Only what is new since REF.")]
Baseline = Annotated[
    str | None, typer.Option(metavar="[write]", help="Only what is not in the baseline; or write it.")
]
MinSeverity = Annotated[str | None, typer.Option(metavar="error|warning|note")]
MinConfidence = Annotated[str | None, typer.Option(metavar="high|medium|low")]
Pedantic = Annotated[bool, typer.Option("--pedantic", help="Matters of taste too.")]
FailOn = Annotated[
    str | None, typer.Option(metavar="error|warning|note|never", help="What makes the exit code 1.")
]
Statistics = Annotated[bool, typer.Option("--statistics", help="How often each rule spoke.")]
Score = Annotated[bool, typer.Option("--score", help="Five marks, and what they lost.")]
File = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to FILE.")
]
OutputFormat = Annotated[
    str | None, typer.Option(metavar="FORMAT", help="full concise json sarif github gitlab markdown")
]
Watch = Annotated[bool, typer.Option("--watch", help="Stay, and say what each change brings.")]
Probe = Annotated[str | None, typer.Option(metavar="URL", help="Ask a running service instead.")]
Write = Annotated[bool, typer.Option("--write", help="With --probe: make accounts and rows.")]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="Instead of pyproject.toml.")]


def audit(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    paths: Paths = None,
    fix: Fix = False,
    unsafe: Unsafe = False,
    diff: Diff = False,
    select: Select = None,
    ignore: Ignore = None,
    since: Since = None,
    baseline: Baseline = None,
    min_severity: MinSeverity = None,
    min_confidence: MinConfidence = None,
    pedantic: Pedantic = False,
    fail_on: FailOn = None,
    statistics: Statistics = False,
    score: Score = False,
    file: File = None,
    output_format: OutputFormat = None,
    watch: Watch = False,
    probe: Probe = None,
    write: Write = False,
    config: Config = None,
) -> None:
    """Review a FastAPI project: async, security, database, and more."""
    # The rulebook takes a while to import, and the other commands do not need it.
    from plumbrule.cli import audited  # noqa: PLC0415

    flags = {
        "select": select,
        "ignore": ignore,
        "min-severity": min_severity,
        "min-confidence": min_confidence,
        "pedantic": pedantic or None,
        "fail-on": fail_on,
        "output-format": output_format,
    }
    wishes = audited.Wishes(
        tuple(paths or ()), fix, unsafe, diff, since, baseline, statistics, score, file, probe, write, watch
    )
    raise typer.Exit(audited.audited(output_of(context), wishes, flags, config))
